// The page of components: what its examples need beside the parts themselves.

import { toast } from "./live.js";

for (const button of document.querySelectorAll("button[data-toast]")) {
  if (button instanceof HTMLButtonElement) button.addEventListener("click", () => toast(button.dataset.toast ?? ""));
}
