// Where papers are made: the deadline in the device's own time, and the papers that this browser knows.

import { forget, mine, remember } from "./mine.js";
import { element } from "./slips.js";
import { lang, t } from "./words.js";

const form = document.querySelector("[data-make]");

if (form instanceof HTMLFormElement) {
  const zone = form.querySelector("[data-zone]");
  if (zone instanceof HTMLInputElement) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const [until, deadline] = [form.querySelector("[data-until]"), form.querySelector("[data-deadline]")];
  if (until instanceof HTMLInputElement && deadline instanceof HTMLInputElement) {
    until.addEventListener("input", () => (deadline.value = until.value ? new Date(until.value).toISOString() : ""));
  }
  form.addEventListener("form:done", (event) => {
    const paper = event instanceof CustomEvent ? event.detail : undefined;
    if (!paper?.links?.own) return;
    remember({ link: paper.links.own, role: "owner", title: paper.title, recipient: paper.recipient, theme: paper.theme, at: Date.now() });
    event.preventDefault(); // its page, in this language
    location.assign(`/papers/${paper.links.own}?lang=${lang}`);
  });
}

/** @type {Record<string, string>} */
const roles = { owner: "mineOwner", writer: "mineWriter", reader: "mineReader" };

function list() {
  const section = document.querySelector("[data-mine]");
  const place = document.querySelector("[data-mine-list]");
  const all = mine();
  if (!(section instanceof HTMLElement) || !place) return;
  section.hidden = all.length === 0;
  place.replaceChildren(...all.map((one) => {
    const item = element("li", "mine-one sheet");
    item.dataset.look = one.theme;
    const link = /** @type {HTMLAnchorElement} */ (element("a", "mine-link"));
    link.href = `/papers/${one.link}?lang=${lang}`;
    link.append(element("span", "mine-to", t("to", { name: one.recipient })), element("span", "mine-title", one.title), element("span", "mine-role", t(roles[one.role] ?? "mineWriter")));
    const gone = /** @type {HTMLButtonElement} */ (element("button", "icon small mine-forget", "×"));
    gone.type = "button";
    gone.setAttribute("aria-label", t("forget", { title: one.title }));
    gone.addEventListener("click", () => {
      forget(one.link);
      list();
      document.getElementById("mine")?.focus();
    });
    item.append(link, gone);
    return item;
  }));
}

list();
