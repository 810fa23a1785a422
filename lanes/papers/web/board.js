// The page of one paper. What there is to be read stands in the page already; this puts every note in its place, and where the paper
// is open it goes into its live channel.

import { begin } from "./fold.js";
import { look } from "./look.js";
import { remember } from "./mine.js";
import { api } from "./api.js";
import { owner } from "./owner.js";
import { element, Slips } from "./slips.js";

/** @type {{ id: string, link: string, role: string, document: import("./fold.js").Document }} */
const { id, link, role, document: document_ } = JSON.parse(document.getElementById("paper-data")?.textContent ?? "{}");
const page = /** @type {HTMLElement} */ (document.querySelector("[data-papers]"));
const sheet = /** @type {HTMLElement} */ (page.querySelector("[data-sheet]"));
const list = /** @type {HTMLElement} */ (page.querySelector("[data-board]"));

const { title, recipient, theme, state } = document_.paper;
remember({ link, role, title, recipient, theme, at: Date.now() });
const shown = look(page, sheet);

if (state === "open" && role !== "reader") {
  const { live } = await import("./live-board.js");
  live({ link, role, document: document_, page, sheet, list, look: shown });
} else {
  const board = begin(document_);
  const slips = new Slips(list, { images: `/v1/papers/${link}/images/`, own: () => false, menu: () => false });
  shown.paper(board, 60);
  slips.draw(board, new Map());
  if (role === "reader") cover();
  else unsent();
  if (role === "owner") owner(link, api(link), { paper: () => board.paper, edit: () => {}, settled: async () => {} });
}

/** What this browser wrote without a connection, and the paper was closed before it was back. */
function unsent() {
  const section = page.querySelector("[data-unsent]");
  /** @type {string[]} */
  const texts = [];
  for (const where of /** @type {const} */ (["localStorage", "sessionStorage"])) {
    try {
      const kept = window[where];
      const names = Array.from({ length: kept.length }, (_, i) => kept.key(i) ?? "").filter((n) => n.startsWith(`hotlane.ops paper:${id} `));
      for (const name of names) {
        for (const op of JSON.parse(kept.getItem(name) ?? "[]")) if (op.t === "note.put" && op.text) texts.push(op.text);
        kept.removeItem(name);
      }
    } catch {
      // It cannot be read: then it is not told.
    }
  }
  if (!(section instanceof HTMLElement) || texts.length === 0) return;
  section.hidden = false;
  section.querySelector("[data-unsent-list]")?.replaceChildren(...texts.map((text) => element("li", "", text)));
}

/** The recipient opens it themselves, the first time. */
function cover() {
  const envelope = page.querySelector("[data-cover]");
  const key = `hotlane.papers.opened ${link}`;
  if (!(envelope instanceof HTMLElement)) return;
  try {
    if (localStorage.getItem(key)) return;
  } catch {
    // Then it is opened each time.
  }
  const bar = /** @type {HTMLElement} */ (page.querySelector(".bar"));
  envelope.hidden = false;
  sheet.hidden = bar.hidden = true;
  envelope.querySelector("[data-open]")?.addEventListener("click", () => {
    try {
      localStorage.setItem(key, "1");
    } catch {
      // As above.
    }
    envelope.hidden = true;
    sheet.hidden = bar.hidden = false;
    [...list.children].forEach((slip, i) => {
      if (!(slip instanceof HTMLElement)) return;
      slip.style.animationDelay = `${Math.min(i * 70, 2000)}ms`; // they land one after the other
      slip.classList.add("fresh");
    });
    const title = /** @type {HTMLElement} */ (sheet.querySelector("[data-title]"));
    title.tabIndex = -1;
    title.focus();
  });
}
