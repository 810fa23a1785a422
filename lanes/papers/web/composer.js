// The dialog in which a note is written: it looks like the note that it becomes.

import { Refusal } from "./api.js";
import { t, why } from "./words.js";

/** @typedef {import("./fold.js").Note} Note */
/** @typedef {{ name: string, text: string, color: string, font: string, w: number, rot: number, image: string }} Fields */

/**
 * @typedef {object} Options
 * @property {string} link of the paper
 * @property {(file: Blob) => Promise<{ image: string, url: string }>} upload
 * @property {(fields: Fields, note: Note | undefined, at: { x: number, y: number } | undefined) => void} put
 * @property {(on: boolean, id: string) => void} writing
 */

const nameKey = "hotlane.papers.name";
const colors = ["lemon", "peach", "rose", "lilac", "sky", "mint"];
const mostText = 1000;
const mostFile = 12 * 1024 * 1024; // bytes
const again = 3000; // milliseconds between two "is writing"

/** @template T @param {T[]} list @returns {T} */
const anyOf = (list) => /** @type {T} */ (list[Math.floor(Math.random() * list.length)]);

/** The name that was signed with last. */
export function savedName() {
  try {
    return localStorage.getItem(nameKey) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} name */
function saveName(name) {
  try {
    localStorage.setItem(nameKey, name);
  } catch {
    // Then it is asked for again.
  }
}

/** What is being written, over a reload of the page. @param {string} link */
function drafts(link) {
  const key = `hotlane.papers.draft ${link}`;
  return {
    read: () => {
      try {
        return sessionStorage.getItem(key) ?? "";
      } catch {
        return "";
      }
    },
    keep: (/** @type {string} */ text) => {
      try {
        if (text) sessionStorage.setItem(key, text);
        else sessionStorage.removeItem(key);
      } catch {
        // Then it is gone with the page.
      }
    },
  };
}

/** @param {Options} options @returns {(note?: Note, at?: { x: number, y: number }) => void} opens it */
export function composer(options) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("composer"));
  /** @type {<E extends Element>(selector: string) => E} */
  const find = (selector) => /** @type {any} */ (dialog.querySelector(selector));
  const form = /** @type {HTMLFormElement} */ (find("form"));
  const paper = /** @type {HTMLElement} */ (find("[data-compose]"));
  const text = /** @type {HTMLTextAreaElement} */ (find("#note-text"));
  const name = /** @type {HTMLInputElement} */ (find("#note-name"));
  const rot = /** @type {HTMLInputElement} */ (find("#note-rot"));
  const file = /** @type {HTMLInputElement} */ (find("[data-compose-file]"));
  const picture = /** @type {HTMLImageElement} */ (find("[data-compose-picture]"));
  const remove = /** @type {HTMLButtonElement} */ (find("[data-compose-remove]"));
  const wrong = /** @type {HTMLElement} */ (find("[data-compose-error]"));
  const left = /** @type {HTMLElement} */ (find("[data-compose-left]"));
  const send = /** @type {HTMLButtonElement} */ (find("[data-compose-send]"));
  const title = /** @type {HTMLElement} */ (find("[data-composer-title]"));
  const draft = drafts(options.link);

  /** @type {Note | undefined} */
  let note;
  /** @type {{ x: number, y: number } | undefined} */
  let at;
  let image = "";
  let told = 0;
  let sending = 0; // which upload is waited for

  const chosen = (/** @type {string} */ group, /** @type {string} */ other) => {
    const one = form.elements.namedItem(group);
    return one instanceof RadioNodeList ? one.value || other : other;
  };
  const choose = (/** @type {string} */ group, /** @type {string} */ value) => {
    const one = form.elements.namedItem(group);
    if (one instanceof RadioNodeList) one.value = value;
  };
  const say = (/** @type {string} */ what) => {
    wrong.textContent = what;
    wrong.hidden = what === "";
  };
  const show = () => {
    paper.dataset.color = chosen("color", "lemon");
    paper.dataset.font = chosen("font", "hand");
    paper.style.setProperty("--turn", `${Number(rot.value) * 0.4}deg`); // less than on the board, so that it stays in the dialog
    const rest = mostText - [...text.value].length;
    left.textContent = rest < 200 ? t("left", { n: rest }) : "";
    remove.hidden = image === "";
  };
  /** @param {string} now @param {string} [url] */
  const setImage = (now, url = "") => {
    image = now;
    picture.hidden = now === "";
    if (now) picture.src = url;
    else picture.removeAttribute("src");
    show();
  };

  const attach = async () => {
    const one = file.files?.[0];
    file.value = "";
    if (!one) return;
    if (one.size > mostFile) return say(t("pictureLarge"));
    const mine = ++sending;
    say(t("pictureSending"));
    send.setAttribute("aria-disabled", "true");
    try {
      const kept = await options.upload(one);
      if (mine !== sending) return;
      setImage(kept.image, kept.url);
      say("");
    } catch (error) {
      if (mine !== sending) return;
      if (error instanceof Refusal && error.status === 0) say(t("pictureWaits"));
      else say(t(error instanceof Refusal && error.status === 413 ? "pictureLarge" : "pictureBad"));
    } finally {
      if (mine === sending) send.removeAttribute("aria-disabled");
    }
  };

  const writing = () => {
    show();
    if (!note) draft.keep(text.value);
    const now = Date.now();
    if (now - told < again) return;
    told = now;
    options.writing(true, note?.id ?? "");
  };

  form.addEventListener("input", (event) => {
    if (event.target === file) return;
    say("");
    writing();
  });
  file.addEventListener("change", attach);
  remove.addEventListener("click", () => {
    setImage("");
    text.focus();
  });
  find("[data-compose-cancel]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    sending++;
    send.removeAttribute("aria-disabled");
    if (told) options.writing(false, note?.id ?? "");
    told = 0;
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (send.getAttribute("aria-disabled")) return;
    const fields = {
      name: name.value.replace(/\s+/g, " ").trim(), text: text.value.replace(/\r\n?/g, "\n").trim(), color: chosen("color", "lemon"), font: chosen("font", "hand"),
      w: Number(chosen("w", "240")), rot: Number(rot.value), image,
    };
    if (!fields.text && !fields.image) {
      say(t("textMissing"));
      return text.focus();
    }
    if (!fields.name) {
      say(t("nameMissing"));
      return name.focus();
    }
    try {
      options.put(fields, note, at);
    } catch (error) {
      return say(t("refused", { why: why(error) }));
    }
    saveName(fields.name);
    if (!note) draft.keep("");
    dialog.close();
  });

  return (edited, where) => {
    note = edited;
    at = where;
    text.value = note ? (note.text ?? "") : draft.read();
    name.value = note?.name ?? savedName();
    choose("color", note?.color ?? anyOf(colors));
    choose("font", note?.font ?? "hand");
    const width = note?.w ?? 240;
    choose("w", width < 210 ? "180" : width < 300 ? "240" : "360");
    rot.value = String(note?.rot ?? anyOf([-4, -3, -2, -1, 1, 2, 3, 4]));
    title.textContent = t(note ? "rewrite" : "write");
    send.textContent = t(note ? "change" : "put");
    setImage(note?.image ?? "", note?.image ? `/v1/papers/${options.link}/images/${note.image}` : "");
    say("");
    dialog.showModal();
    text.focus();
  };
}
