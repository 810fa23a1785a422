// The papers that this browser knows the way to. They are kept on this device only: an owner's link is told once.

/** @typedef {{ link: string, role: string, title: string, recipient: string, theme: string, at: number }} Mine */

const key = "hotlane.papers.mine";
const most = 100;

/** @returns {Mine[]} the newest first */
export function mine() {
  try {
    const list = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(list) ? list.filter((one) => /^[orw][0-9A-Za-z]{21}$/.test(one?.link)) : [];
  } catch {
    return [];
  }
}

/** @param {Mine[]} list */
function keep(list) {
  try {
    localStorage.setItem(key, JSON.stringify(list.slice(0, most)));
  } catch {
    // Storage may be forbidden: then nothing is remembered.
  }
}

/** @param {Mine} one is put in front */
export function remember(one) {
  keep([one, ...mine().filter((m) => m.link !== one.link)]);
}

/** @param {string} link */
export function forget(link) {
  keep(mine().filter((m) => m.link !== link));
}
