// What only the owner of a paper does: change what it says, close it, deliver it, erase it.

import { Refusal } from "./api.js";
import { forget } from "./mine.js";
import { lang, t, why } from "./words.js";

/** @typedef {import("./fold.js").Paper} Paper */

/** @param {unknown} error */
const reason = (error) => (error instanceof Refusal && error.status === 0 ? t("offline") : t("refused", { why: why(error) }));

/** @param {number | undefined} at Unix milliseconds; as a datetime-local field has it */
function local(at) {
  if (!at) return "";
  const d = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return d.toISOString().slice(0, 16);
}

/**
 * @param {string} link
 * @param {ReturnType<typeof import("./api.js").api>} ask
 * @param {{ paper: () => Paper, edit: (fields: Record<string, unknown>) => void, settled: () => Promise<void> }} on settled: nothing of this page waits to be sent
 */
export function owner(link, ask, on) {
  settings(on);
  const dialog = document.getElementById("deliver");
  const form = dialog?.querySelector("form");
  if (!(dialog instanceof HTMLDialogElement) || !form) return;
  const wrong = /** @type {HTMLElement} */ (form.querySelector("[data-deliver-error]"));
  /** @param {() => Promise<unknown>} what @param {Element | null} button */
  const once = async (what, button) => {
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    button?.setAttribute("aria-disabled", "true");
    wrong.hidden = true;
    try {
      await on.settled();
      await what();
      location.replace(`/papers/${link}?lang=${lang}`);
    } catch (error) {
      wrong.textContent = reason(error);
      wrong.hidden = false;
    }
    form.ariaBusy = "false";
    button?.removeAttribute("aria-disabled");
  };
  form.querySelector("[data-close]")?.addEventListener("click", (event) => once(() => ask.close(), /** @type {Element} */ (event.currentTarget)));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const mail = form.elements.namedItem("mail");
    const to = mail instanceof HTMLInputElement ? mail.value.trim() : "";
    once(async () => {
      if (mail instanceof HTMLInputElement && to !== mail.defaultValue) await ask.change({ mail: to, lang });
      await ask.deliver();
    }, event.submitter);
  });
  erase(link, ask);
}

/** @param {{ paper: () => Paper, edit: (fields: Record<string, unknown>) => void }} on */
function settings(on) {
  const dialog = document.getElementById("settings");
  const form = dialog?.querySelector("form");
  if (!(dialog instanceof HTMLDialogElement) || !form) return;
  const wrong = /** @type {HTMLElement} */ (form.querySelector("[data-settings-error]"));
  /** @param {string} name */
  const field = (name) => {
    const one = form.elements.namedItem(name);
    return one instanceof HTMLInputElement || one instanceof RadioNodeList ? one : { value: "" };
  };
  document.querySelector('[commandfor="settings"]')?.addEventListener("click", () => {
    const paper = on.paper();
    for (const [name, value] of Object.entries({ recipient: paper.recipient, title: paper.title, theme: paper.theme, until: local(paper.deadline) })) field(name).value = value;
    wrong.hidden = true;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const paper = on.paper();
    const until = field("until").value;
    /** @type {Record<string, unknown>} */
    const fields = {};
    for (const name of /** @type {const} */ (["recipient", "title", "theme"])) {
      const value = field(name).value.trim();
      if (value !== paper[name]) fields[name] = value;
    }
    if (fields.recipient === "" || fields.title === "") {
      wrong.textContent = t(fields.recipient === "" ? "badRecipient" : "badTitle");
      wrong.hidden = false;
      return;
    }
    if (until !== local(paper.deadline)) {
      fields.deadline = until ? new Date(until).getTime() : 0;
      if (until) fields.zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    }
    if (Object.keys(fields).length > 0) on.edit(fields);
    dialog.close();
  });
}

/**
 * @param {string} link
 * @param {ReturnType<typeof import("./api.js").api>} ask
 */
function erase(link, ask) {
  const button = document.querySelector("[data-erase]");
  if (!(button instanceof HTMLButtonElement)) return;
  button.addEventListener("click", async () => {
    if (button.dataset.sure === undefined) {
      button.dataset.sure = "";
      button.textContent = t("eraseSure"); // a second press, so that no slip of the hand erases
      return;
    }
    try {
      await ask.erase();
      forget(link);
      location.replace(`/papers?lang=${lang}`);
    } catch (error) {
      button.textContent = reason(error);
    }
  });
}
