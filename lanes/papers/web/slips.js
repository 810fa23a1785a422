// The notes of a board as elements: each where it belongs, changed only where it has changed.

import { stacked } from "./fold.js";
import { fix } from "./place.js";
import { t } from "./words.js";

/** @typedef {import("./fold.js").Note} Note */
/** @typedef {{ x: number, y: number, rot: number }} Place */

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} [text]
 */
export function element(tag, className, text) {
  const e = document.createElement(tag);
  e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

export class Slips {
  #list;
  #images;
  #own;
  #menu;
  /** @type {Map<string, { slip: HTMLElement, note: Note, look: string, at: string }>} */
  #shown = new Map();

  /**
   * @param {HTMLElement} list
   * @param {{ images: string, own: (note: Note) => boolean, menu: (note: Note) => boolean }} options images: the path before a picture's name
   */
  constructor(list, { images, own, menu }) {
    this.#list = list;
    this.#images = images;
    this.#own = own;
    this.#menu = menu;
    for (const slip of list.querySelectorAll(".slip")) {
      if (slip instanceof HTMLElement && slip.dataset.id) {
        this.#shown.set(slip.dataset.id, { slip, note: /** @type {Note} */ ({}), look: "", at: "" });
      }
    }
  }

  /** @param {string} id @returns {HTMLElement | undefined} */
  get(id) {
    return this.#shown.get(id)?.slip;
  }

  /**
   * @param {import("./fold.js").Board} board
   * @param {Map<string, Place>} held where notes are that somebody drags right now
   */
  draw(board, held) {
    for (const [id, { slip }] of this.#shown) {
      if (board.notes.has(id)) continue;
      slip.remove();
      this.#shown.delete(id);
    }
    /** @type {Map<string, number>} */
    const layers = new Map(stacked(board).map((n, i) => [n.id, i + 1]));
    /** @type {Element | null} */
    let next = this.#list.firstElementChild;
    for (const note of board.notes.values()) {
      const slip = this.#one(note, { ...note, ...held.get(note.id) }, layers.get(note.id) ?? 0);
      if (slip === next) next = next.nextElementSibling;
      else this.#list.insertBefore(slip, next);
    }
  }

  /**
   * @param {Note} note
   * @param {Place} place
   * @param {number} layer
   */
  #one(note, place, layer) {
    let one = this.#shown.get(note.id);
    if (!one) {
      const slip = element("li", "slip");
      slip.dataset.id = note.id;
      one = { slip, note, look: "", at: "" };
      this.#shown.set(note.id, one);
    }
    const look = JSON.stringify([note.name, note.text, note.color, note.font, note.image, note.hidden, note.waits, this.#own(note), this.#menu(note)]);
    if (one.look !== look) this.#dress(one.slip, note);
    const at = JSON.stringify([place.x, place.y, place.rot, note.w, layer]);
    if (one.at !== at) {
      for (const [name, value] of Object.entries({ "--x": place.x, "--y": place.y, "--rot": place.rot, "--w": note.w, "--layer": layer })) {
        one.slip.style.setProperty(name, String(value));
      }
    }
    Object.assign(one, { note, look, at });
    return one.slip;
  }

  /**
   * @param {HTMLElement} slip
   * @param {Note} note
   */
  #dress(slip, note) {
    const more = slip.querySelector(".slip-more");
    slip.dataset.color = note.color ?? "";
    slip.dataset.font = note.font ?? "";
    slip.dataset.fix = String(fix(note.id));
    slip.classList.toggle("veiled", Boolean(note.hidden));
    slip.classList.toggle("own", this.#own(note));
    slip.classList.toggle("waits", Boolean(note.waits));
    const parts = note.hidden ? [element("p", "slip-text slip-veil", t("hiddenNote"))] : this.#words(note);
    if (note.waits) parts.push(mark());
    for (const old of [...slip.children]) if (old !== more) old.remove(); // the button stays where it is: it may have the focus
    slip.prepend(...parts);
    if (!this.#menu(note)) more?.remove();
    else if (more instanceof HTMLButtonElement) label(more, note, this.#own(note));
    else slip.append(label(button(), note, this.#own(note)));
  }

  /** @param {Note} note */
  #words(note) {
    /** @type {HTMLElement[]} */
    const parts = [];
    const [, w, h] = (note.image ?? "").split(".");
    if (note.image && w && h) {
      const picture = /** @type {HTMLImageElement} */ (element("img", "slip-picture"));
      Object.assign(picture, { width: Number(w), height: Number(h), alt: t("picture", { name: note.name ?? "" }), loading: "lazy", decoding: "async" });
      picture.src = this.#images + note.image;
      picture.draggable = false;
      parts.push(picture);
    }
    if (note.text) {
      const text = element("p", "slip-text", note.text);
      text.dir = "auto";
      parts.push(text);
    }
    const name = element("p", "slip-name");
    name.append(element("bdi", "", note.name));
    return [...parts, name];
  }
}

function mark() {
  const waits = element("span", "slip-waits");
  waits.title = t("waits");
  waits.append(element("span", "visually-hidden", t("waits")));
  return waits;
}

function button() {
  const more = /** @type {HTMLButtonElement} */ (element("button", "slip-more"));
  more.type = "button";
  more.append("⋯");
  more.setAttribute("aria-haspopup", "dialog");
  return more;
}

/**
 * @param {HTMLButtonElement} more
 * @param {Note} note
 * @param {boolean} own
 */
function label(more, note, own) {
  const text = (note.text ?? "").replace(/\s+/g, " ").slice(0, 40);
  more.setAttribute("aria-label", own ? t("menuLabelOwn", { text }) : t("menuLabel", { name: note.name ?? t("hiddenNote") }));
  if (own) more.setAttribute("aria-describedby", "keys");
  else more.removeAttribute("aria-describedby");
  return more;
}
