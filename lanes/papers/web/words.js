// The page's words, which the server gave with it in the page's language.

/** @type {Record<string, string>} */
const all = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] what stands for {name} and the like
 */
export function t(key, values = {}) {
  return (all[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * Why something was refused, in words: by its code, else that something went wrong.
 * @param {unknown} error with a reason
 */
export function why(error) {
  const reason = typeof error === "object" && error !== null && "reason" in error ? String(error.reason) : "";
  return all[reason] ?? t("unknown");
}

export const lang = document.documentElement.lang || "en";
