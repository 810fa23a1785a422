// The arithmetic of charts: nice ticks, and numbers and days as people write them.

/**
 * Ticks from 0 or below to at least max, at steps of 1, 2 or 5 times a power of ten (Heckbert, "Nice Numbers for Graph Labels",
 * Graphics Gems, 1990).
 * @param {number} min
 * @param {number} max
 * @param {number} about how many steps
 * @param {boolean} [whole] no fractions
 */
export function ticks(min, max, about, whole = false) {
  const low = Math.min(0, min);
  const high = Math.max(low + (whole ? 1 : Number.MIN_VALUE), max);
  const raw = (high - low) / Math.max(1, about);
  const power = 10 ** Math.floor(Math.log10(raw));
  const part = raw / power;
  let step = (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * power;
  if (whole) step = Math.max(1, Math.round(step));
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/**
 * Which of n labels are written when there is room for about most: the first and every k-th.
 * @param {number} n
 * @param {number} most
 */
export function every(n, most) {
  const steps = [1, 2, 3, 5, 7, 10, 14, 20, 30, 50, 60, 90, 100, 180, 365];
  return steps.find((k) => n / k <= most) ?? Math.ceil(n / Math.max(1, most));
}

/**
 * @param {string} lang
 * @param {string | undefined} unit "percent" (a part of 1), "bytes", or none
 */
export function formats(lang, unit) {
  if (unit === "percent") {
    const f = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 1 });
    return { long: f, short: f };
  }
  return {
    long: new Intl.NumberFormat(lang, { maximumFractionDigits: 2 }),
    short: new Intl.NumberFormat(lang, { notation: "compact", maximumFractionDigits: 1 }),
  };
}

/**
 * A label of the axis: a day, short, or the text as it is.
 * @param {string} lang
 * @param {{ text: string, date: Date | undefined }} at
 */
export function shortDay(lang, at) {
  if (!at.date) return at.text;
  if (lang === "ko") return `${at.date.getUTCMonth() + 1}.${at.date.getUTCDate()}.`;
  return at.date.toLocaleDateString(lang, { month: "short", day: "numeric", timeZone: "UTC" });
}

/**
 * @param {string} lang
 * @param {{ text: string, date: Date | undefined }} at
 */
export function longDay(lang, at) {
  if (!at.date) return at.text;
  return at.date.toLocaleDateString(lang, { month: "long", day: "numeric", weekday: "short", timeZone: "UTC" });
}
