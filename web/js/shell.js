// The shell's own behaviour: the switches of brightness and language, pictures that fail, and buttons that copy.

const root = document.documentElement;
const key = "hotlane.theme";

/** @returns {"light" | "dark"} what is shown now */
function shown() {
  const set = root.dataset.theme;
  if (set === "light" || set === "dark") return set;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** @param {string | null} theme */
function show(theme) {
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
}

try {
  show(localStorage.getItem(key));
} catch {
  // Storage may be forbidden: the system's choice stays.
}

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = shown() === "dark" ? "light" : "dark";
    show(next);
    try {
      localStorage.setItem(key, next);
    } catch {
      // Then only until the page is left.
    }
  });
}

// The other language keeps the rest of what was asked for, as it is when the link is followed.
for (const link of document.querySelectorAll("a[data-language]")) {
  if (!(link instanceof HTMLAnchorElement)) continue;
  const follow = () => {
    const query = new URLSearchParams(location.search);
    query.set("lang", link.hreflang);
    link.href = `?${query}${location.hash}`;
  };
  for (const event of ["pointerdown", "focus", "click"]) link.addEventListener(event, follow);
}

// A picture that cannot be had uncovers what stands behind it.
/** @param {EventTarget | null} image */
function uncover(image) {
  if (image instanceof HTMLImageElement && image.closest(".avatar, .picture")) image.hidden = true;
}
document.addEventListener("error", (event) => uncover(event.target), { capture: true });
for (const image of document.images) if (image.complete && image.naturalWidth === 0) uncover(image);

document.addEventListener("click", async (event) => {
  const target = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  if (!(target instanceof HTMLElement)) return;
  const from = document.getElementById(target.dataset.copy ?? "");
  if (!from) return;
  const field = from instanceof HTMLInputElement || from instanceof HTMLTextAreaElement;
  try {
    await navigator.clipboard.writeText(field ? from.value : (from.textContent ?? ""));
    target.dataset.done = "";
    setTimeout(() => delete target.dataset.done, 1500);
    const { say } = await import("./live.js");
    say(root.lang === "ko" ? "복사했어요." : "Copied.");
  } catch {
    if (field) from.select();
    else getSelection()?.selectAllChildren(from); // without the permission: one key press is left
  }
});
