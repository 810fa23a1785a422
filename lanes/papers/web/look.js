// How the paper is looked at: as the board that it is, or one note below the other; how large; in which look.

import { height } from "./place.js";
import { t } from "./words.js";

/** @typedef {import("./fold.js").Paper} Paper */

const key = "hotlane.papers.view";
const zooms = [0.5, 0.75, 1, 1.5, 2, 3, 4];

/** @returns {"board" | "list"} what was chosen last, else what the screen is wide enough for */
function wanted() {
  try {
    const kept = sessionStorage.getItem(key);
    if (kept === "board" || kept === "list") return kept;
  } catch {
    // Then as the screen is.
  }
  return matchMedia("(min-width: 48rem)").matches ? "board" : "list";
}

/**
 * @param {HTMLElement} page
 * @param {HTMLElement} sheet
 */
export function look(page, sheet) {
  const views = /** @type {HTMLElement} */ (page.querySelector("[data-views]"));
  const zoom = /** @type {HTMLElement} */ (page.querySelector("[data-zoom]"));
  const scroll = /** @type {HTMLElement} */ (sheet.querySelector("[data-scroll]"));
  let at = zooms.indexOf(1);

  const size = () => {
    const before = scroll.scrollLeft + scroll.clientWidth / 2;
    const width = scroll.scrollWidth;
    sheet.style.setProperty("--zoom", String(zooms[at]));
    scroll.scrollLeft = (before / width) * scroll.scrollWidth - scroll.clientWidth / 2; // what is in the middle stays there
    for (const [name, most] of /** @type {const} */ ([["out", 0], ["in", zooms.length - 1]])) {
      zoom.querySelector(`[data-zoom-${name}]`)?.toggleAttribute("disabled", at === most);
    }
  };
  const show = (/** @type {"board" | "list"} */ view) => {
    sheet.dataset.view = view;
    zoom.hidden = view !== "board";
    size();
  };
  views.addEventListener("change", (event) => {
    const view = event.target instanceof HTMLInputElement && event.target.value === "list" ? "list" : "board";
    try {
      sessionStorage.setItem(key, view);
    } catch {
      // Only for now, then.
    }
    show(view);
  });
  for (const [name, by] of /** @type {const} */ ([["out", -1], ["in", 1]])) {
    zoom.querySelector(`[data-zoom-${name}]`)?.addEventListener("click", () => {
      at = Math.min(Math.max(at + by, 0), zooms.length - 1);
      size();
    });
  }
  const first = wanted();
  const box = views.querySelector(`[value="${first}"]`);
  if (box instanceof HTMLInputElement) box.checked = true;
  views.hidden = false;
  show(first);

  return {
    /** Whether notes lie where they were put. */
    free: () => sheet.dataset.view === "board",
    /**
     * @param {import("./fold.js").Board} board
     * @param {number} room board units that are shown below the lowest note, where the board has them
     */
    paper: ({ paper, notes: all }, room) => {
      const notes = [...all.values()].filter((n) => !n.hidden).length;
      page.dataset.look = sheet.dataset.look = paper.theme;
      sheet.dataset.size = paper.size;
      sheet.style.setProperty("--bw", String(paper.w));
      sheet.style.setProperty("--bh", String(shown(paper, all.values(), room)));
      /** @type {Record<string, string>} */
      const texts = { to: t("to", { name: paper.recipient }), title: paper.title, count: notes === 0 ? t("countNone") : notes === 1 ? t("countOne") : t("count", { n: notes }) };
      if (paper.deadline && paper.state === "open") texts.count += ` · ${t("deadline", { when: when(paper.deadline, paper.zone) })}`;
      for (const [name, text] of Object.entries(texts)) {
        const e = sheet.querySelector(`[data-${name}]`);
        if (e && e.textContent !== text) e.textContent = text;
      }
    },
  };
}

/**
 * How much of the board is shown: not what is empty below the last note.
 * @param {Paper} paper
 * @param {Iterable<import("./fold.js").Note>} notes
 * @param {number} room
 */
function shown(paper, notes, room) {
  let low = 0;
  for (const n of notes) low = Math.max(low, n.y + height(n) / 2 + 30);
  return Math.min(paper.h, Math.max(Math.round(low + room), Math.round(paper.w * 0.5)));
}

/**
 * @param {number} at Unix milliseconds
 * @param {string} zone
 */
function when(at, zone) {
  /** @type {Intl.DateTimeFormatOptions} */
  const how = { month: "long", day: "numeric", hour: "numeric", minute: "2-digit" };
  const lang = document.documentElement.lang;
  try {
    return new Date(at).toLocaleString(lang, { ...how, timeZone: zone });
  } catch {
    return new Date(at).toLocaleString(lang, how); // a zone that this browser does not know
  }
}
