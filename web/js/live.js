// What is said to all: to screen readers in a live region, to eyes in a toast.

/** @type {Record<string, HTMLElement>} */
const regions = {};

/**
 * @param {string} name
 * @param {(region: HTMLElement) => void} dress
 */
function region(name, dress) {
  let r = regions[name];
  if (r?.isConnected) return r;
  r = document.createElement("div");
  dress(r);
  document.body.append(r);
  regions[name] = r;
  return r;
}

/**
 * Says a text to screen readers.
 * @param {string} text
 */
export function say(text) {
  const r = region("said", (e) => {
    e.className = "visually-hidden";
    e.setAttribute("role", "status");
  });
  r.textContent = "";
  requestAnimationFrame(() => (r.textContent = text)); // a change, even when the same is said again
}

/**
 * Shows a text for a while at the bottom of the page. It can be dismissed, and does not go while it is looked at. At most three
 * are there; the oldest gives way.
 * @param {string} text
 * @param {{ kind?: "good" | "bad" | "info", milliseconds?: number }} [options]
 */
export function toast(text, { kind = "good", milliseconds = 6000 } = {}) {
  const r = region("toasts", (e) => {
    e.className = "toasts";
    e.setAttribute("role", "status");
  });
  const one = document.createElement("div");
  one.className = `toast ${kind}`;
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "toast-close";
  close.textContent = "×";
  close.setAttribute("aria-label", document.documentElement.lang === "ko" ? "닫기" : "Close");
  one.append(words, close);
  const gone = () => one.remove();
  let timer = setTimeout(gone, milliseconds);
  const stay = () => clearTimeout(timer);
  const go = () => {
    clearTimeout(timer);
    timer = setTimeout(gone, milliseconds);
  };
  close.addEventListener("click", gone);
  one.addEventListener("pointerenter", stay);
  one.addEventListener("focusin", stay);
  one.addEventListener("pointerleave", go);
  one.addEventListener("focusout", go);
  while (r.childElementCount > 2) r.firstElementChild?.remove();
  r.append(one);
}
