// The status page: asks for the place again once a minute while it is looked at, and when somebody comes back to it.

const page = /** @type {HTMLElement} */ (document.querySelector("[data-status]"));
const lang = document.documentElement.lang || "en";

const minute = 60_000;
const least = 5_000; // milliseconds between two questions, however often somebody comes back

let asked = Date.now();
let wait = minute;
/** @type {number | undefined} */
let timer;

/** @param {string} name @param {string} text */
function put(name, text) {
  for (const e of page.querySelectorAll(`[data-at="${name}"]`)) {
    if (e.textContent !== text) e.textContent = text;
  }
}

/** @param {{ stage: string, position: number, ahead: number, total: number, referrals: number }} now */
function show(now) {
  if (now.stage !== page.dataset.stage) return location.reload();
  const n = (/** @type {number} */ value) => value.toLocaleString(lang);
  const say = page.querySelector('[data-at="position"]')?.textContent !== n(now.position);
  put("position", n(now.position));
  put("of", (page.dataset.of ?? "").replace("%s", n(now.total)));
  put("ahead", now.ahead === 0 ? (page.dataset.next ?? "") : (page.dataset.ahead ?? "").replace("%s", n(now.ahead)));
  put("referrals", (page.dataset.friends ?? "%s").replace("%s", n(now.referrals)));
  const bar = page.querySelector("progress");
  if (bar) [bar.max, bar.value] = [Math.max(now.total, 1), Math.max(now.total - now.ahead, 0)];
  const live = page.querySelector("[data-live]");
  if (say && live) live.textContent = `${page.dataset.number} ${n(now.position)}`;
  return undefined;
}

async function ask() {
  clearTimeout(timer);
  if (document.hidden) return;
  if (Date.now() - asked >= least) {
    asked = Date.now();
    try {
      const answer = await fetch(page.dataset.status ?? "", { headers: { Accept: "application/json" }, referrerPolicy: "no-referrer" });
      if (answer.status === 404 || answer.status === 410) return location.reload();
      wait = answer.ok ? minute : Math.min(wait * 2, 16 * minute);
      if (answer.ok) show(await answer.json());
    } catch {
      wait = Math.min(wait * 2, 16 * minute);
    }
  }
  timer = setTimeout(ask, wait);
}

timer = setTimeout(ask, wait);
document.addEventListener("visibilitychange", ask);
addEventListener("focus", ask);
addEventListener("pageshow", (event) => event.persisted && ask());

export {};
