// Who else is here: faces, who is writing, and where their pointers are.

import { element } from "./slips.js";
import { t } from "./words.js";

/** @typedef {{ client: string, chan_info?: { author?: string, name?: string, role?: string } }} Member */

const shownFaces = 5;
const writingFor = 6000; // milliseconds that one "is writing" is good for
const pointerFor = 12_000;

/** @param {string} key the same colour for the same one */
function hue(key) {
  let h = 0;
  for (const c of key) h = (h * 31 + (c.codePointAt(0) ?? 0)) % 360;
  return h;
}

export class People {
  /** @type {Map<string, Member>} */
  #all = new Map();
  /** @type {Map<string, ReturnType<typeof setTimeout>>} also of those whose coming was not told yet */
  #writing = new Map();
  /** @type {Map<string, { mark: HTMLElement, timer: ReturnType<typeof setTimeout> }>} */
  #pointers = new Map();
  #bar;
  #layer;
  #signs;

  /**
   * @param {HTMLElement} bar
   * @param {HTMLElement} layer over the board
   * @param {(author: string) => string} signs the name that an author signs with; empty: none yet
   */
  constructor(bar, layer, signs) {
    this.#bar = bar;
    this.#layer = layer;
    this.#signs = signs;
  }

  /**
   * @param {Member[]} members all that are in
   * @param {string} self this page's connection
   */
  are(members, self) {
    this.#all = new Map(members.map((m) => [m.client, m]));
    this.#all.delete(self);
    this.#draw();
  }

  /** @param {Member} member @param {string} self */
  comes(member, self) {
    if (member.client !== self) this.#all.set(member.client, member);
    this.#draw();
  }

  /** @param {Member} member */
  goes({ client }) {
    this.#all.delete(client);
    this.#stops(client);
    this.#unpoint(client);
    this.#draw();
  }

  /** Without a connection nobody is known to be here. */
  nobody() {
    for (const client of [...this.#all.keys()]) this.goes({ client });
    this.#bar.hidden = true;
  }

  /** @param {string} client */
  #name(client) {
    const who = this.#all.get(client)?.chan_info;
    return who?.name || this.#signs(who?.author ?? "");
  }

  /**
   * @param {string} client
   * @param {boolean} on
   */
  writes(client, on) {
    this.#stops(client);
    if (on && this.#writing.size < 100) this.#writing.set(client, setTimeout(() => (this.#stops(client), this.#draw()), writingFor));
    this.#draw();
  }

  /** @param {string} client */
  #stops(client) {
    clearTimeout(this.#writing.get(client));
    this.#writing.delete(client);
  }

  /**
   * @param {string} client
   * @param {number} x board units
   * @param {number} y
   */
  points(client, x, y) {
    const member = this.#all.get(client);
    if (!member) return;
    let pointer = this.#pointers.get(client);
    clearTimeout(pointer?.timer);
    const mark = pointer?.mark ?? element("span", "pointer");
    const timer = setTimeout(() => this.#unpoint(client), pointerFor);
    if (!pointer) {
      mark.style.setProperty("--hue", String(hue(member.chan_info?.author ?? client)));
      mark.append(element("span", "pointer-name", this.#name(client) || t("guest")));
      this.#layer.append(mark);
    }
    this.#pointers.set(client, (pointer = { mark, timer }));
    mark.style.setProperty("--x", String(x));
    mark.style.setProperty("--y", String(y));
  }

  /** @param {string} client */
  #unpoint(client) {
    const pointer = this.#pointers.get(client);
    clearTimeout(pointer?.timer);
    pointer?.mark.remove();
    this.#pointers.delete(client);
  }

  #draw() {
    const faces = this.#bar.querySelector("[data-faces]");
    const text = this.#bar.querySelector("[data-people-text]");
    if (!faces || !text) return;
    this.#bar.hidden = false;
    const members = [...this.#all.values()];
    const list = members.slice(0, shownFaces).map((m) => {
      const name = this.#name(m.client) || t("guest");
      const face = element("li", "face");
      face.style.setProperty("--hue", String(hue(m.chan_info?.author ?? m.client)));
      face.title = name;
      face.classList.toggle("writes", this.#writing.has(m.client));
      const letter = element("span", "", [...name][0] ?? "·");
      letter.setAttribute("aria-hidden", "true");
      face.append(letter, element("span", "visually-hidden", name));
      return face;
    });
    if (members.length > shownFaces) {
      const more = element("li", "face more", `+${members.length - shownFaces}`);
      more.title = t("andMore", { n: members.length - shownFaces });
      list.push(more);
    }
    faces.replaceChildren(...list);
    const writing = members.filter((m) => this.#writing.has(m.client));
    const one = writing[0];
    if (writing.length === 1 && one) {
      const name = this.#name(one.client);
      text.textContent = name ? t("writing", { name }) : t("writingGuest");
    } else if (writing.length > 1) text.textContent = t("writingMany", { n: writing.length });
    else text.textContent = members.length === 0 ? t("peopleOne") : t("peopleMany", { n: members.length + 1 });
  }
}
