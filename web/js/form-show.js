// What is wrong with a form, where people find it: beside the control, announced with it, and in a summary that takes the focus.

import { words } from "./form-words.js";

/** @typedef {import("./form-body.js").Control} Control */
/** @typedef {{ controls: Control[], text: string }} Wrong */

/**
 * The element that says what is wrong with a control: in its .field, else behind its label.
 * @param {Control} control
 * @param {boolean} make whether it is made when it is not there
 */
function errorOf(control, make) {
  const field = control.closest(".field");
  const host = control.closest("label") ?? control;
  const next = host.nextElementSibling;
  const found = field ? field.querySelector(".error") : next?.matches(".error") ? next : null;
  if (found instanceof HTMLElement || !make) return /** @type {HTMLElement | null} */ (found);
  const error = document.createElement("p");
  error.className = "error";
  if (field) field.append(error);
  else host.after(error);
  return error;
}

/**
 * @param {Control} control
 * @param {string} id
 * @param {boolean} on
 */
function describe(control, id, on) {
  const ids = new Set((control.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean));
  if (on) ids.add(id);
  else ids.delete(id);
  if (ids.size > 0) control.setAttribute("aria-describedby", [...ids].join(" "));
  else control.removeAttribute("aria-describedby");
}

/** @param {Control} control */
export function clear(control) {
  if (control.getAttribute("aria-invalid") !== "true") return;
  control.removeAttribute("aria-invalid");
  const error = errorOf(control, false);
  if (!error) return;
  describe(control, error.id, false);
  error.hidden = true;
}

/** @param {Wrong} wrong */
function mark({ controls, text }) {
  const first = controls[0];
  if (!first) return;
  const error = errorOf(first, true);
  if (!error) return;
  error.id ||= `${first.id || first.name || "field"}-error`.replaceAll(/[^\w-]/g, "-");
  error.textContent = text;
  error.hidden = false;
  for (const control of controls) {
    control.setAttribute("aria-invalid", "true");
    describe(control, error.id, true);
  }
}

/** @param {HTMLFormElement} form the form's summary, made when it is not there */
function summaryOf(form) {
  let s = form.querySelector("[data-summary]");
  if (!(s instanceof HTMLElement)) {
    s = document.createElement("div");
    s.className = "note bad summary";
    s.setAttribute("data-summary", "");
    form.prepend(s);
  }
  const found = /** @type {HTMLElement} */ (s);
  found.tabIndex = -1;
  found.setAttribute("role", "alert");
  return found;
}

/** @param {Control} control what the control is called */
function name(control) {
  const group = control.type === "radio" ? control.closest("fieldset")?.querySelector("legend") : null;
  const label = group ?? control.labels?.[0];
  const text = label?.cloneNode(true);
  if (text instanceof Element) for (const more of text.querySelectorAll(".optional, .hint")) more.remove();
  return text?.textContent?.replace(/\s+/g, " ").trim().replace(/[.:?]$/, "") || control.getAttribute("aria-label") || control.name;
}

/** @param {HTMLFormElement} form */
export function reset(form) {
  for (const e of form.elements) {
    if (e instanceof HTMLInputElement || e instanceof HTMLSelectElement || e instanceof HTMLTextAreaElement) clear(e);
  }
  const s = form.querySelector("[data-summary]");
  if (s instanceof HTMLElement) {
    s.hidden = true;
    s.replaceChildren();
  }
}

/**
 * Shows what is wrong. One wrong field takes the focus; several, or what belongs to no field, are in the summary, which then does.
 * @param {HTMLFormElement} form
 * @param {Wrong[]} all
 * @param {string[]} [general] what belongs to no field
 */
export function show(form, all, general = []) {
  all.forEach(mark);
  const only = all.length === 1 && general.length === 0 ? all[0]?.controls[0] : undefined;
  if (only) {
    only.focus();
    return;
  }
  const s = summaryOf(form);
  s.hidden = false;
  s.replaceChildren();
  for (const text of general) {
    const p = document.createElement("p");
    p.textContent = text;
    s.append(p);
  }
  if (all.length > 0) s.append(...links(all));
  s.focus();
}

/** @param {Wrong[]} all */
function links(all) {
  const head = document.createElement("p");
  head.className = "summary-head";
  head.textContent = words("problems");
  const list = document.createElement("ul");
  for (const { controls, text } of all) {
    const control = controls[0];
    if (!control) continue;
    control.id ||= `control-${control.name}`.replaceAll(/[^\w-]/g, "-");
    const a = document.createElement("a");
    a.href = `#${control.id}`;
    a.textContent = `${name(control)}: ${text}`;
    a.addEventListener("click", (event) => {
      event.preventDefault();
      control.focus();
    });
    const item = document.createElement("li");
    item.append(a);
    list.append(item);
  }
  return [head, list];
}
