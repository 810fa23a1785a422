// How a form's controls become a JSON body, and how a place in that body leads back to its control.

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/**
 * All controls of a form that have a name.
 * @param {HTMLFormElement} form
 * @returns {Control[]}
 */
export function controls(form) {
  /** @type {Control[]} */
  const all = [];
  for (const e of form.elements) {
    const is = e instanceof HTMLInputElement || e instanceof HTMLSelectElement || e instanceof HTMLTextAreaElement;
    if (is && e.name !== "" && !["submit", "button", "reset", "image"].includes(e.type)) all.push(e);
  }
  return all;
}

/**
 * The JSON pointer (RFC 6901) of a control: its data-pointer, else its name with dots as steps: "fields.age" is /fields/age.
 * @param {Control} control
 */
export function pointer(control) {
  return control.dataset.pointer ?? "/" + control.name.replaceAll(".", "/");
}

/** @param {string} path */
const steps = (path) => path.split("/").slice(1).map((s) => s.replaceAll("~1", "/").replaceAll("~0", "~"));

/**
 * The controls a pointer of the server's means: those with that pointer, or with the nearest above it.
 * @param {HTMLFormElement} form
 * @param {string} path
 */
export function at(form, path) {
  const all = controls(form).filter((c) => c.type !== "hidden");
  for (let p = path; p !== ""; p = p.slice(0, p.lastIndexOf("/"))) {
    const found = all.filter((c) => pointer(c) === p);
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * The value at a pointer, or undefined.
 * @param {unknown} value
 * @param {string} path
 * @returns {unknown}
 */
export function find(value, path) {
  for (const step of steps(path)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = /** @type {Record<string, unknown>} */ (value)[step];
  }
  return value;
}

/**
 * @param {Record<string, unknown>} body
 * @param {string} path
 * @param {unknown} value
 * @param {boolean} list whether the value is one of several
 */
function put(body, path, value, list) {
  const way = steps(path);
  const last = way.pop() ?? "";
  let at = body;
  for (const step of way) {
    const next = Object.hasOwn(at, step) ? at[step] : undefined;
    if (typeof next === "object" && next !== null) at = /** @type {Record<string, unknown>} */ (next);
    else Object.defineProperty(at, step, { value: (at = {}), enumerable: true, writable: true, configurable: true });
  }
  const old = Object.hasOwn(at, last) ? at[last] : undefined;
  const all = list ? [...(Array.isArray(old) ? old : []), value] : value;
  Object.defineProperty(at, last, { value: all, enumerable: true, writable: true, configurable: true });
}

/** @param {Control} c */
function kind(c) {
  if (c.dataset.type) return c.dataset.type;
  if (c instanceof HTMLSelectElement && c.multiple) return "list";
  if (c.type === "number" || c.type === "range") return "number";
  if (c.type === "checkbox" && !c.hasAttribute("value")) return "boolean";
  return "text";
}

/**
 * The form as a JSON value. What is empty is left out. A number field is a number, a checkbox without a value is true or false,
 * several of one name with data-type="list" are a list; data-type="number", "boolean", "list", "text" says otherwise.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter the button that was pressed
 */
export function body(form, submitter) {
  /** @type {Record<string, unknown>} */
  const all = {};
  for (const c of controls(form)) {
    if (c.matches(":disabled")) continue;
    const type = kind(c);
    const box = c instanceof HTMLInputElement && (c.type === "checkbox" || c.type === "radio");
    if (type === "boolean") put(all, pointer(c), box ? c.checked : c.value === "true", false);
    else if (c instanceof HTMLSelectElement && c.multiple) {
      for (const option of c.selectedOptions) put(all, pointer(c), option.value, true);
    } else if ((!box || c.checked) && c.value !== "") {
      put(all, pointer(c), type === "number" ? Number(c.value) : c.value, type === "list");
    }
  }
  if (submitter instanceof HTMLButtonElement && submitter.name) put(all, "/" + submitter.name.replaceAll(".", "/"), submitter.value, false);
  return all;
}
