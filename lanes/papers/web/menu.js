// What can be done with one note, and the dialog that reports one.

import { t } from "./words.js";

/** @typedef {import("./fold.js").Note} Note */
/** @typedef {"edit" | "front" | "left" | "right" | "hide" | "unhide" | "report" | "delete"} Act */

/**
 * What may be done with a note, by whom.
 * @param {Note} note
 * @param {string} role
 * @param {boolean} own
 * @param {boolean} free whether notes lie where they were put
 * @returns {Act[]}
 */
export function acts(note, role, own, free) {
  const owner = role === "owner";
  if (note.hidden) return owner ? ["unhide", "delete"] : own ? ["delete"] : [];
  /** @type {Act[]} */
  const list = [];
  if (own) list.push("edit");
  if (own || owner) list.push(...(free ? /** @type {Act[]} */ (["front", "left", "right"]) : []));
  if (owner && !own) list.push("hide");
  if (!owner && !own) list.push("report");
  if (own || owner) list.push("delete");
  return list;
}

/** @param {(act: Act, id: string) => void} does @returns {(note: Note, list: Act[], own: boolean) => void} opens it */
export function menu(does) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("note-menu"));
  const title = /** @type {HTMLElement} */ (dialog.querySelector("[data-menu-title]"));
  const hint = /** @type {HTMLElement} */ (dialog.querySelector("[data-menu-keys]"));
  /** @type {HTMLElement[]} */
  const buttons = [...dialog.querySelectorAll("[data-do]")].filter((b) => b instanceof HTMLElement);
  let id = "";
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const act = /** @type {Act} */ (button.dataset.do);
      if (act !== "left" && act !== "right") dialog.close();
      does(act, id);
    });
  }
  return (note, list, own) => {
    id = note.id;
    title.textContent = own ? t("menuOwn") : t("menuOf", { name: note.name ?? "" });
    hint.hidden = !list.includes("front");
    for (const button of buttons) button.hidden = !list.includes(/** @type {Act} */ (button.dataset.do));
    dialog.showModal();
  };
}

/** @param {(id: string, reason: string) => void} sends @returns {(id: string) => void} opens it */
export function report(sends) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("report"));
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  let id = "";
  form.addEventListener("submit", () => {
    const reason = form.elements.namedItem("reason");
    sends(id, reason instanceof HTMLTextAreaElement ? reason.value.trim() : "");
    form.reset();
  });
  return (note) => {
    id = note;
    dialog.showModal();
  };
}
