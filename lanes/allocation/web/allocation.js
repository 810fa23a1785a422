// The page of the allocation lane: asks for what changed and puts it in place, and finds among the candidates.

const page = /** @type {HTMLElement} */ (document.querySelector("[data-live]"));
const viewer = /** @type {HTMLFormElement} */ (page.querySelector("[data-viewer]"));
const find = /** @type {HTMLFormElement} */ (page.querySelector("[data-find]"));
const state = /** @type {HTMLElement} */ (page.querySelector("[data-state]"));
const pause = /** @type {HTMLButtonElement} */ (page.querySelector("[data-pause]"));
const placement = /** @type {HTMLInputElement} */ (page.querySelector("[data-placement]"));
const search = /** @type {HTMLInputElement} */ (find.elements.namedItem("q"));
const choice = /** @type {HTMLSelectElement} */ (find.elements.namedItem("placement"));

const interval = 1500; // milliseconds between looks
const explainEvery = 4; // looks between explanations, which are longer

let paused = false;
let looks = 0;
/** @type {AbortController | undefined} */
let asking;
/** @type {number | undefined} */
let timer;

/** @returns {URLSearchParams} what the forms say, without what is empty */
function asked() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(viewer)) {
    if (typeof value === "string" && value !== "") query.append(name, value);
  }
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
  next.forEach((child, i) => morph(old[i], child));
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
  const other = page.querySelector("[data-switch]");
  if (other instanceof HTMLAnchorElement) {
    query.set("lang", other.hreflang);
    other.href = `?${query}`;
  }
  for (const link of page.querySelectorAll(".examples a")) link.removeAttribute("aria-current");
  clearTimeout(timer);
  look(["stats", "now", "budgets", "explain"]).then(again);
}

/** Hides the candidates that do not have every word, or are not of the kind. */
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const kind = new FormData(find).get("kind") ?? "";
  let shown = 0;
  const all = page.querySelectorAll(".candidate");
  for (const one of all) {
    if (!(one instanceof HTMLElement)) continue;
    const text = one.dataset.text ?? "";
    const fits = kind === "" || (kind === "won" ? one.classList.contains("won") : one.dataset.kind === kind);
    one.hidden = !(fits && words.every((word) => text.includes(word)));
    if (!one.hidden) shown++;
  }
  const nothing = page.querySelector("[data-nothing]");
  if (nothing instanceof HTMLElement) nothing.hidden = shown > 0 || all.length === 0;
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

/** @param {string} id */
function choose(id) {
  placement.value = id;
  choice.value = id;
  refresh();
}

viewer.addEventListener("change", refresh);
viewer.addEventListener("submit", (event) => {
  event.preventDefault();
  refresh();
});
choice.addEventListener("change", () => choose(choice.value));
search.addEventListener("input", filter);
find.addEventListener("change", filter);
find.addEventListener("submit", (event) => {
  // A text that none of those shown has may be the id of one that did not fit: that the server knows.
  if (page.querySelector(".candidate:not([hidden])")) event.preventDefault();
});
page.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-explain]") : null;
  if (!(link instanceof HTMLElement)) return;
  event.preventDefault();
  choose(link.dataset.explain ?? "");
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
for (const kinds of find.querySelectorAll(".kinds")) if (kinds instanceof HTMLElement) kinds.hidden = false;
clocks();
filter();
say("live");
again();
