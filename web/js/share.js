// Buttons that share a link: with the device's own sheet where there is one, else by copying. Without this module they stay hidden,
// and the link beside them, in a field or as text, is what there is.
//
//   <button type="button" data-share="https://…" data-title="…" data-text="…" hidden>Share</button>

import { toast } from "./live.js";

const ko = document.documentElement.lang === "ko";

/** @param {HTMLButtonElement} button */
async function share(button) {
  const url = new URL(button.dataset.share || location.href, location.href).href;
  /** @type {ShareData} */
  const data = { url, title: button.dataset.title ?? document.title };
  if (button.dataset.text) data.text = button.dataset.text;
  if (typeof navigator.share === "function" && (!navigator.canShare || navigator.canShare(data))) {
    try {
      await navigator.share(data);
      return;
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return; // dismissed
    }
  }
  try {
    await navigator.clipboard.writeText(url);
    toast(ko ? "링크를 복사했어요." : "Link copied.");
  } catch {
    toast(url, { kind: "info", milliseconds: 30_000 }); // neither is allowed: to be copied by hand
  }
}

for (const button of document.querySelectorAll("button[data-share]")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.hidden = false;
  button.addEventListener("click", () => share(button));
}

export {};
