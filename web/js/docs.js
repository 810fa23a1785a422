// The page of the API document: finds endpoints, and opens what a link points to.

const search = document.getElementById("docs-search");
const count = document.getElementById("docs-count");
const operations = [...document.querySelectorAll("[data-search]")].filter((e) => e instanceof HTMLDetailsElement);

/** @param {string} text shows the operations that have every word of it */
function filter(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const op of operations) {
    const hit = words.every((w) => (op.dataset.search ?? "").includes(w));
    op.hidden = !hit;
    if (hit) found++;
    const entry = document.querySelector(`[data-for="${CSS.escape(op.id)}"]`);
    if (entry instanceof HTMLElement) entry.hidden = !hit;
  }
  for (const group of document.querySelectorAll("[data-group]")) {
    if (group instanceof HTMLElement) group.hidden = !group.querySelector("[data-search]:not([hidden])");
  }
  if (count) {
    const all = found === operations.length;
    count.textContent = all ? "" : found === 0 ? (count.dataset.none ?? "") : `${found} / ${operations.length}`;
  }
}

/** Opens what the address points to. */
function reveal() {
  const id = decodeURIComponent(location.hash.slice(1));
  const target = id ? document.getElementById(id) : null;
  if (!(target instanceof HTMLDetailsElement)) return;
  target.hidden = false;
  target.open = true;
  target.scrollIntoView({ block: "start" });
  target.querySelector("summary")?.focus({ preventScroll: true });
}

if (search instanceof HTMLInputElement) {
  search.addEventListener("input", () => filter(search.value));
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "Escape" && event.target === search) {
      search.value = "";
      filter("");
    }
  });
  if (search.value) filter(search.value); // kept by the browser over a reload
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
  if (link instanceof HTMLAnchorElement && link.hash === location.hash) reveal(); // no hashchange comes
});
addEventListener("hashchange", reveal);
reveal();
