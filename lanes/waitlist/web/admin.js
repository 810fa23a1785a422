// The operators' pages: asks before a wave, goes to a list that was made, and looks when a wave is done.

for (const button of document.querySelectorAll("button[data-ask]")) {
  const dialog = document.getElementById(button instanceof HTMLElement ? (button.dataset.ask ?? "") : "");
  const form = button.closest("form");
  const head = dialog?.querySelector("[data-words]");
  if (!(dialog instanceof HTMLDialogElement) || !(head instanceof HTMLElement) || !form) continue;
  button.addEventListener("click", () => {
    if (!form.checkValidity()) return form.requestSubmit(); // which says what is missing
    const count = Number(new FormData(form).get("count"));
    head.textContent = (head.dataset.words ?? "").replace("{n}", count.toLocaleString(document.documentElement.lang));
    dialog.showModal();
    return undefined;
  });
  form.addEventListener("submit", () => dialog.close());
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault(); // Enter asks too
    if (button instanceof HTMLElement) button.click();
  });
}

for (const form of document.querySelectorAll("form[data-new-list]")) {
  form.addEventListener("form:done", (event) => {
    const { slug } = Object(event instanceof CustomEvent ? event.detail : {});
    if (!(form instanceof HTMLElement) || typeof slug !== "string") return;
    event.preventDefault();
    location.assign(`${form.dataset.newList}${slug}?lang=${document.documentElement.lang}`);
  });
}

// A wave that runs is asked for until it is done; whoever may not ask sees it when the page is loaded again.
const running = document.querySelector("[data-running]");
let left = 60;

async function look() {
  const url = running instanceof HTMLElement ? running.dataset.running : "";
  if (!url) return;
  const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => undefined);
  if (!answer?.ok) return;
  const wave = await answer.json();
  if (wave.done) location.reload();
  else if (left-- > 0) setTimeout(look, 1500);
}
if (running) setTimeout(look, 700);

export {};
