// The page of the allocation lane: asks for what changed and puts it in place, and finds among the candidates.

const page = /** @type {HTMLElement} */ (document.querySelector("[data-live]"));
const viewer = /** @type {HTMLFormElement} */ (document.getElementById("viewer"));
const state = /** @type {HTMLElement} */ (page.querySelector("[data-state]"));
const pause = /** @type {HTMLButtonElement} */ (page.querySelector("[data-pause]"));
const more = /** @type {HTMLButtonElement} */ (page.querySelector("[data-more]"));
const kinds = /** @type {HTMLElement} */ (page.querySelector("[data-kinds]"));
const nothing = /** @type {HTMLElement} */ (page.querySelector("[data-nothing]"));
const search = /** @type {HTMLInputElement} */ (document.getElementById("find-text"));
const choice = /** @type {HTMLSelectElement} */ (document.getElementById("find-placement"));

const interval = 1500; // milliseconds between looks
const explainEvery = 4; // looks between explanations, which are longer
const few = 12; // candidates that are shown at first

let paused = false;
let all = false; // whether all candidates are shown
let looks = 0;
/** @type {AbortController | undefined} */
let asking;
/** @type {number | undefined} */
let timer;

/** @returns {URLSearchParams} what the form says, without what is empty and what is found here */
function asked() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(viewer)) {
    if (typeof value === "string" && value !== "" && name !== "q") query.append(name, value);
  }
  // What none of those shown has may be the id of one that did not fit: that the server knows.
  if (search.value && !nothing.hidden) query.set("q", search.value);
  return query;
}

/**
 * Makes a node like a fresh one, and touches only what differs: focus, scroll and selection stay.
 * @param {Node} node
 * @param {Node} fresh
 */
function morph(node, fresh) {
  if (node.isEqualNode(fresh)) return;
  if (!(node instanceof Element && fresh instanceof Element)) {
    if (node.nodeType === fresh.nodeType) node.nodeValue = fresh.nodeValue;
    else node.parentNode?.replaceChild(fresh, node);
    return;
  }
  if (node.tagName !== fresh.tagName || node.getAttribute("data-key") !== fresh.getAttribute("data-key")) {
    node.replaceWith(fresh);
    return;
  }
  for (const { name, value } of fresh.attributes) {
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
  for (const { name } of [...node.attributes]) {
    if (!fresh.hasAttribute(name) && name !== "hidden") node.removeAttribute(name);
  }
  if (node.hasAttribute("data-clock") || node.hasAttribute("data-date")) return;
  const old = [...node.childNodes];
  const next = [...fresh.childNodes];
  if (old.length !== next.length) {
    node.replaceChildren(...next);
    return;
  }
  old.forEach((child, i) => morph(child, /** @type {Node} */ (next[i])));
}

/** @param {Record<string, string>} parts HTML that the server has escaped, by part */
function show(parts) {
  for (const [name, html] of Object.entries(parts)) {
    const part = page.querySelector(`[data-part="${name}"]`);
    if (!part) continue;
    const fresh = /** @type {Element} */ (part.cloneNode(false));
    fresh.innerHTML = html;
    morph(part, fresh);
  }
  if (parts.explain !== undefined) filter();
  clocks();
}

/** @param {"live" | "paused" | "offline"} now */
function say(now) {
  if (state.dataset.state === now) return;
  state.dataset.state = now;
  state.textContent = { live: page.dataset.wordsLive, paused: page.dataset.wordsPaused, offline: page.dataset.wordsOffline }[now] ?? "";
}

/**
 * Asks for parts of the page and shows them. Another question ends one that is under way.
 * @param {string[]} parts
 */
async function look(parts) {
  asking?.abort();
  asking = new AbortController();
  const query = asked();
  query.set("parts", parts.join(","));
  try {
    const answer = await fetch(`/allocation/live?${query}`, { signal: asking.signal, headers: { Accept: "application/json" } });
    if (answer.status === 401) location.reload(); // the session is over
    if (!answer.ok) throw new Error(String(answer.status));
    show((await answer.json()).parts);
    say(paused ? "paused" : "live");
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    say("offline");
  }
}

async function tick() {
  looks++;
  const parts = ["stats", "now", "budgets"];
  if (looks % explainEvery === 0) parts.push("explain");
  await look(parts);
  again();
}

/** Looks again after a while, unless nobody would see it. */
function again() {
  clearTimeout(timer);
  if (!paused && !document.hidden) timer = setTimeout(tick, interval);
}

/** Shows everything as the forms say it, at once. */
function refresh() {
  const query = asked();
  history.replaceState(null, "", `?${query}${location.hash}`);
  for (const link of page.querySelectorAll(".examples a")) link.removeAttribute("aria-current");
  clearTimeout(timer);
  look(["stats", "now", "budgets", "explain"]).then(again);
}

/** Hides the candidates that do not have every word, or are not of the kind, or are more than a few. */
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = kinds.querySelector("input:checked");
  const kind = chosen instanceof HTMLInputElement ? chosen.value : "";
  const some = all || words.length > 0 || kind !== "" ? Infinity : few;
  let found = 0;
  const candidates = page.querySelectorAll(".candidate");
  for (const one of candidates) {
    if (!(one instanceof HTMLElement)) continue;
    const text = one.dataset.text ?? "";
    const fits = kind === "" || (kind === "won" ? one.classList.contains("won") : one.dataset.kind === kind);
    const hit = fits && words.every((word) => text.includes(word));
    if (hit) found++;
    one.hidden = !hit || found > some;
  }
  nothing.hidden = found > 0 || candidates.length === 0;
  more.hidden = found <= some;
  more.textContent = (more.dataset.words ?? "").replace("%d", String(found));
}

/** The clock of the lock screen is the viewer's own. */
function clocks() {
  const now = new Date();
  const lang = document.documentElement.lang;
  for (const clock of page.querySelectorAll("[data-clock]")) {
    const text = now.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    if (clock.textContent !== text) clock.textContent = text;
  }
  for (const date of page.querySelectorAll("[data-date]")) {
    const text = now.toLocaleDateString(lang, { month: "long", day: "numeric", weekday: "long" });
    if (date.textContent !== text) date.textContent = text;
  }
}

viewer.addEventListener("change", refresh);
viewer.addEventListener("submit", (event) => {
  event.preventDefault();
  refresh();
});
choice.addEventListener("change", refresh);
search.addEventListener("input", filter);
kinds.addEventListener("change", filter);
more.addEventListener("click", () => {
  all = true;
  filter();
});
page.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-explain]") : null;
  if (!(link instanceof HTMLElement)) return;
  event.preventDefault();
  choice.value = link.dataset.explain ?? "";
  refresh();
  document.getElementById("why")?.scrollIntoView();
});
pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = (paused ? page.dataset.wordsResume : page.dataset.wordsPause) ?? "";
  say(paused ? "paused" : "live");
  if (paused) asking?.abort();
  again();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !paused) tick();
});

pause.hidden = false;
kinds.hidden = false;
clocks();
filter();
say("live");
again();
