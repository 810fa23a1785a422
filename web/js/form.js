// Forms that are sent without leaving the page: <form data-endpoint="/v1/…" action="/…" method="post">. The controls go to the JSON
// endpoint, what it refuses is shown where it belongs, and success takes the form's place. Without this module the form is posted to
// its action as ever. web/README.md has the attributes.

import { at, body, controls, find } from "./form-body.js";
import { clear, reset, show } from "./form-show.js";
import { words, wrong } from "./form-words.js";
import { toast } from "./live.js";

/** @typedef {{ pointer: string, rule: string }} FieldProblem */
/** @typedef {{ code?: string, detail?: string, errors?: FieldProblem[] }} Problem */

const limit = 30_000; // milliseconds until no answer is an answer
const lang = document.documentElement.lang || "en";

/** @type {WeakSet<HTMLFormElement>} forms whose answer is awaited */
const sending = new WeakSet();

/** @param {HTMLFormElement} form whether everything in it is right; shows what is not */
function valid(form) {
  /** @type {Map<string, import("./form-show.js").Wrong>} */
  const all = new Map();
  for (const c of controls(form)) {
    const text = c.willValidate ? wrong(c) : "";
    if (!text) continue;
    const one = all.get(c.name);
    if (one) one.controls.push(c);
    else all.set(c.name, { controls: [c], text });
  }
  if (all.size > 0) show(form, [...all.values()]);
  return all.size === 0;
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 * @param {boolean} on
 */
function busy(form, submitter, on) {
  const button = submitter ?? form.querySelector("button:not([type=button])");
  if (on) {
    sending.add(form);
    form.setAttribute("aria-busy", "true");
    button?.setAttribute("aria-disabled", "true"); // not disabled: that would lose the focus
  } else {
    sending.delete(form);
    form.removeAttribute("aria-busy");
    button?.removeAttribute("aria-disabled");
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 */
function request(form, submitter) {
  const endpoint = submitter?.dataset.endpoint ?? form.dataset.endpoint ?? location.href;
  const method = submitter?.dataset.method ?? form.dataset.method ?? "POST";
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", "Accept-Language": lang };
  /** @type {RequestInit} */
  const init = { method, headers, signal: AbortSignal.timeout(limit), credentials: "same-origin" };
  if (form.querySelector('input[type="file"]')) init.body = new FormData(form);
  else if (method !== "DELETE" && method !== "GET") {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body(form, submitter));
  }
  return fetch(endpoint, init);
}

/** @param {Response} answer */
async function read(answer) {
  try {
    return /** @type {unknown} */ (await answer.json());
  } catch {
    return {}; // an empty answer, or none of ours
  }
}

/**
 * The form's own words for a refusal, by its code: data-words='{"waitlist.closed": "…"}'.
 * @param {HTMLFormElement} form
 * @param {string | undefined} code
 * @returns {string | undefined}
 */
function own(form, code) {
  if (!form.dataset.words || !code) return undefined;
  return JSON.parse(form.dataset.words)[code];
}

/**
 * @param {HTMLFormElement} form
 * @param {number} status
 * @param {Problem} problem
 * @param {number} wait seconds
 */
function refuse(form, status, problem, wait) {
  /** @type {import("./form-show.js").Wrong[]} */
  const fields = [];
  /** @type {string[]} */
  const general = [];
  for (const { pointer, rule } of problem.errors ?? []) {
    const found = at(form, pointer);
    if (found.length > 0) fields.push({ controls: found, text: found[0]?.dataset.invalid ?? own(form, problem.code) ?? rule });
    else general.push(`${pointer} ${rule}`);
  }
  const text = own(form, problem.code);
  if (text && fields.length === 0) general.splice(0, general.length, text);
  else if (status === 429) general.push(words("busy", Math.max(1, wait)));
  else if (status === 401) general.push(words("signedOut"));
  else if (status >= 500) general.push(words("broken"));
  else if (fields.length === 0 && general.length === 0) general.push(problem.detail || words("refused"));
  show(form, fields, general);
}

/**
 * @param {HTMLFormElement} form
 * @param {unknown} answer
 */
function succeed(form, answer) {
  if (!form.dispatchEvent(new CustomEvent("form:done", { bubbles: true, cancelable: true, detail: answer }))) return;
  const next = form.dataset.next ? find(answer, form.dataset.next) : undefined;
  if (typeof next === "string") {
    const url = new URL(next, location.href);
    if (url.origin === location.origin) return location.assign(url);
  }
  if (form.dataset.reload !== undefined) return location.reload();
  if (form.dataset.done) toast(form.dataset.done);
  const region = form.dataset.success ? document.getElementById(form.dataset.success) : null;
  if (!region) {
    if (form.dataset.keep === undefined) form.reset();
    return;
  }
  for (const e of region.querySelectorAll("[data-from]")) {
    const value = e instanceof HTMLElement ? find(answer, e.dataset.from ?? "") : undefined;
    if (value !== undefined) e.textContent = typeof value === "number" ? value.toLocaleString(lang) : String(value);
  }
  region.hidden = false;
  form.hidden = form.dataset.keep === undefined;
  const head = /** @type {HTMLElement} */ (region.querySelector("h1, h2, h3, h4") ?? region);
  head.tabIndex = -1;
  head.focus();
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 */
async function send(form, submitter) {
  if (sending.has(form)) return;
  reset(form);
  if (!valid(form)) return;
  busy(form, submitter, true);
  try {
    const answer = await request(form, submitter);
    const value = await read(answer);
    if (answer.ok) succeed(form, value);
    else refuse(form, answer.status, /** @type {Problem} */ (value ?? {}), Number(answer.headers.get("Retry-After") ?? 60));
  } catch {
    show(form, [], [words("offline")]);
  } finally {
    busy(form, submitter, false);
  }
}

for (const form of document.querySelectorAll("form[data-endpoint]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  form.noValidate = true; // what is wrong is said here, in the page's language
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter);
  });
  form.addEventListener("input", (event) => {
    const c = event.target;
    if (c instanceof HTMLInputElement || c instanceof HTMLSelectElement || c instanceof HTMLTextAreaElement) {
      for (const same of controls(form)) if (same === c || same.name === c.name) clear(same);
    }
  });
}

// A list of files says what was chosen.
for (const input of document.querySelectorAll('.file input[type="file"]')) {
  if (!(input instanceof HTMLInputElement)) continue;
  const chosen = input.closest(".file")?.querySelector("[data-chosen]");
  input.addEventListener("change", () => {
    if (chosen) chosen.textContent = [...(input.files ?? [])].map((f) => f.name).join(", ");
  });
}
