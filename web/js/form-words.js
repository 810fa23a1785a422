// What forms say by themselves, in the page's language.

/** @typedef {"problems" | "missing" | "email" | "url" | "pattern" | "short" | "long" | "low" | "high" | "step" | "bad" | "offline" | "busy" | "broken" | "signedOut" | "refused"} Key */

/** @type {Record<Key, string>} */
const en = {
  problems: "Please check the following",
  missing: "Please fill this in.",
  email: "Please enter an email address such as name@example.com.",
  url: "Please enter an address such as https://example.com.",
  pattern: "This is not in the form that is asked for.",
  short: "At least {n} characters, please.",
  long: "At most {n} characters, please.",
  low: "{n} or more, please.",
  high: "{n} or less, please.",
  step: "Please choose one of the values that fit.",
  bad: "Please enter a valid value.",
  offline: "No answer came. Check your connection and try again.",
  busy: "Too many attempts. Please try again in {n} seconds.",
  broken: "Something went wrong on our side. Please try again in a moment.",
  signedOut: "You are no longer signed in. Reload the page and sign in again.",
  refused: "This was not accepted.",
};

/** @type {Record<Key, string>} */
const ko = {
  problems: "먼저 확인해 주세요",
  missing: "입력해 주세요.",
  email: "name@example.com처럼 이메일 주소를 입력해 주세요.",
  url: "https://example.com처럼 주소를 입력해 주세요.",
  pattern: "형식에 맞게 입력해 주세요.",
  short: "{n}자 이상 입력해 주세요.",
  long: "{n}자까지 입력할 수 있어요.",
  low: "{n} 이상이어야 해요.",
  high: "{n} 이하여야 해요.",
  step: "맞는 값을 골라 주세요.",
  bad: "올바른 값을 입력해 주세요.",
  offline: "응답이 없어요. 연결을 확인하고 다시 시도해 주세요.",
  busy: "시도가 너무 많았어요. {n}초 뒤에 다시 시도해 주세요.",
  broken: "저희 쪽에 문제가 생겼어요. 잠시 뒤에 다시 시도해 주세요.",
  signedOut: "로그인이 풀렸어요. 페이지를 새로 고친 뒤 다시 로그인해 주세요.",
  refused: "요청이 받아들여지지 않았어요.",
};

/**
 * @param {Key} key
 * @param {string | number} [n] what stands for {n}
 */
export function words(key, n = "") {
  return (document.documentElement.lang === "ko" ? ko : en)[key].replace("{n}", String(n));
}

/**
 * What is wrong with a control, or "". The control's own data-invalid goes before.
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} control
 */
export function wrong(control) {
  const v = control.validity;
  if (v.valid) return "";
  if (control.dataset.invalid && !v.valueMissing) return control.dataset.invalid;
  if (v.valueMissing) return control.dataset.missing ?? words("missing");
  const n = (/** @type {string} */ name) => control.getAttribute(name) ?? "";
  if (v.typeMismatch) return words(control.type === "email" ? "email" : "url");
  if (v.patternMismatch) return control.title || words("pattern");
  if (v.tooShort) return words("short", n("minlength"));
  if (v.tooLong) return words("long", n("maxlength"));
  if (v.rangeUnderflow) return words("low", n("min"));
  if (v.rangeOverflow) return words("high", n("max"));
  if (v.stepMismatch) return words("step");
  return v.customError ? control.validationMessage : words("bad");
}
