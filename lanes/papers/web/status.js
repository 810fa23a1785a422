// What the page says about its connection, and about what can be taken back.

import { t } from "./words.js";

const undoFor = 10_000; // milliseconds

/** @param {HTMLElement} page */
export function status(page) {
  const banner = /** @type {HTMLElement} */ (page.querySelector("[data-banner]"));
  const text = /** @type {HTMLElement} */ (page.querySelector("[data-banner-text]"));
  const button = /** @type {HTMLButtonElement} */ (page.querySelector("[data-banner-button]"));
  const snack = /** @type {HTMLElement} */ (page.querySelector("[data-snack]"));
  const undo = /** @type {HTMLButtonElement} */ (snack.querySelector("button"));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let away = false;
  let lack = "waiting"; // why it is away, as a word of the page
  let over = false;
  let waiting = 0;

  /** @param {string} now @param {"warn" | "good" | "bad"} kind */
  const show = (now, kind) => {
    const all = kind === "warn" && waiting > 0 ? `${now} ${t("waitingOps", { n: waiting })}` : now;
    if (text.textContent !== all) text.textContent = all;
    banner.dataset.kind = kind;
    banner.hidden = false;
  };
  const tell = () => show(t(navigator.onLine ? lack : "offline"), "warn");
  const lost = (/** @type {string} */ why) => {
    if (over) return;
    away = true;
    lack = why;
    clearTimeout(timer);
    tell();
  };
  const end = (/** @type {string} */ why) => {
    over = true;
    clearTimeout(timer);
    show(why, "bad");
    button.hidden = false;
  };
  button.addEventListener("click", () => location.reload());
  addEventListener("online", () => away && !over && tell());
  addEventListener("offline", () => !over && tell());

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let gone;
  /** @type {(() => void) | undefined} */
  let back;
  const close = () => {
    clearTimeout(gone);
    snack.hidden = true;
    back = undefined;
  };
  undo.addEventListener("click", () => {
    back?.();
    close();
  });

  return {
    /** @param {string} now @param {unknown} [error] */
    connection: (now, error) => {
      page.dataset.connection = now;
      if (over) return;
      if (now === "closed" && error) end(t("ended"));
      if (now === "waiting") lost("waiting");
    },
    /** As many are in the paper as can be. */
    crowded: () => lost("crowded"),
    /** All that was missed is here. */
    back: () => {
      if (!away || over) return;
      away = false;
      show(t("back"), "good");
      clearTimeout(timer);
      timer = setTimeout(() => (banner.hidden = true), 4000);
    },
    /** @param {number} n operations wait to be sent */
    waits: (n) => {
      waiting = n;
      if (away && !over) tell();
    },
    /** @param {string} why */
    out: (why) => end(t("outOf", { why })),
    /** @param {string} what was done @param {(() => void) | undefined} takeBack */
    undo: (what, takeBack) => {
      close();
      /** @type {HTMLElement} */ (snack.querySelector("[data-snack-text]")).textContent = what;
      undo.hidden = !takeBack;
      back = takeBack;
      snack.hidden = false;
      gone = setTimeout(close, undoFor);
    },
  };
}
