// The sign-up form of a waitlist, in a page of yours:
//
//   <script type="module" src="https://…/waitlist/embed.js" data-list="beta"></script>
//
// puts a frame with the form behind itself. It is as high as the form, speaks the page's language (data-lang says otherwise), and
// takes along where people come from: ref, utm_source, utm_medium and utm_campaign of the page's URL, and data-source. data-title is
// what screen readers call the frame. The origin of the page must be one that the list allows.

const here = import.meta.url;
const home = new URL(here).origin;

/** @type {HTMLIFrameElement[]} */
const frames = [];

/** @param {HTMLScriptElement} script */
function place(script) {
  const list = script.dataset.list ?? "";
  const lang = (script.dataset.lang ?? document.documentElement.lang).toLowerCase().startsWith("ko") ? "ko" : "en";
  const url = new URL(`embed/${encodeURIComponent(list)}`, here);
  url.searchParams.set("lang", lang);
  url.searchParams.set("origin", location.origin);
  url.searchParams.set("source", script.dataset.source ?? location.hostname);
  const page = new URLSearchParams(location.search);
  for (const name of ["ref", "utm_source", "utm_medium", "utm_campaign"]) {
    const value = page.get(name);
    if (value) url.searchParams.set(name, value);
  }
  const frame = document.createElement("iframe");
  frame.src = url.href;
  frame.title = script.dataset.title ?? (lang === "ko" ? "대기 신청" : "Join the waitlist");
  frame.loading = "lazy";
  frame.referrerPolicy = "no-referrer";
  Object.assign(frame.style, { display: "block", width: "100%", height: "30rem", border: "0", colorScheme: "inherit" });
  frames.push(frame);
  script.after(frame);
}

addEventListener("message", (event) => {
  const frame = frames.find((f) => f.contentWindow === event.source);
  if (event.origin !== home || !frame) return;
  const { hotlane, height } = Object(event.data);
  if (hotlane === "waitlist" && Number.isFinite(height)) frame.style.height = `${Math.min(Math.max(height, 80), 5000)}px`;
});

for (const script of document.querySelectorAll("script[data-list]")) {
  if (script instanceof HTMLScriptElement && script.src === here) place(script);
}
