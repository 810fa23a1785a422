// The operators' page of profiles: asks for the parts that change, and puts them in place.

const desk = /** @type {HTMLElement} */ (document.querySelector("[data-desk]"));
const state = /** @type {HTMLElement} */ (desk.querySelector("[data-state]"));
const pause = /** @type {HTMLButtonElement} */ (desk.querySelector("[data-pause]"));
const figure = /** @type {HTMLElement} */ (desk.querySelector("figure[data-chart]"));

const interval = 2000; // milliseconds between looks

let paused = false;
/** @type {number | undefined} */
let timer;
/** @type {AbortController | undefined} */
let asking;
/** @type {((figure: HTMLElement) => void) | undefined} */
let draw;

/** The chart's module has a path with a version in it, which the page knows. */
async function chart() {
  const script = document.querySelector('script[src$="/js/chart.js"]');
  if (script instanceof HTMLScriptElement) draw = (await import(script.src)).draw;
}

/** @param {"live" | "paused" | "offline"} now */
function say(now) {
  if (state.dataset.state === now) return;
  state.dataset.state = now;
  state.textContent = { live: desk.dataset.wordsLive, paused: desk.dataset.wordsPaused, offline: desk.dataset.wordsOffline }[now] ?? "";
}

/** @param {Record<string, string>} parts HTML that the server has escaped, by part */
function show(parts) {
  for (const [name, html] of Object.entries(parts)) {
    const part = desk.querySelector(`[data-part="${name}"]`);
    if (!part || part.contains(document.activeElement)) continue; // who reads a table by the keys keeps their place
    const fresh = /** @type {Element} */ (part.cloneNode(false));
    fresh.innerHTML = html;
    if (!part.isEqualNode(fresh)) part.replaceChildren(...fresh.childNodes);
  }
  if (parts.beats !== undefined && !figure.contains(document.activeElement)) draw?.(figure);
}

async function look() {
  asking?.abort();
  asking = new AbortController();
  try {
    const query = new URLSearchParams({ lang: document.documentElement.lang });
    const answer = await fetch(`/profiles/live?${query}`, { signal: asking.signal, headers: { Accept: "application/json" } });
    if (answer.status === 401) location.reload(); // the session is over
    if (!answer.ok) throw new Error(String(answer.status));
    show((await answer.json()).parts);
    say(paused ? "paused" : "live");
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    say("offline");
  }
}

/** Looks again after a while, unless nobody would see it. */
function again() {
  clearTimeout(timer);
  if (!paused && !document.hidden) timer = setTimeout(() => look().then(again), interval);
}

pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = (paused ? desk.dataset.wordsResume : desk.dataset.wordsPause) ?? "";
  if (paused) asking?.abort();
  say(paused ? "paused" : "live");
  again();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !paused) look().then(again);
});
for (const face of desk.querySelectorAll(".avatar img")) face.addEventListener("error", () => face.remove());

pause.hidden = false;
say("live");
chart().then(again);
