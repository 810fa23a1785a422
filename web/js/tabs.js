// Tabs: a .tab-list of links to the panels below it, which without this module are links to sections that all are shown. The
// pattern is that of the ARIA Authoring Practices, with automatic activation.

/** @param {HTMLElement} box */
function dress(box) {
  const list = box.querySelector(".tab-list");
  if (!list) return;
  /** @type {{ tab: HTMLAnchorElement, panel: HTMLElement }[]} */
  const pairs = [];
  for (const tab of list.querySelectorAll("a")) {
    const panel = document.getElementById(decodeURIComponent(tab.hash.slice(1)));
    if (panel) pairs.push({ tab, panel });
  }
  const first = pairs[0];
  if (!first) return;

  /** @param {HTMLAnchorElement} chosen */
  const choose = (chosen) => {
    for (const { tab, panel } of pairs) {
      const is = tab === chosen;
      tab.setAttribute("aria-selected", String(is));
      tab.tabIndex = is ? 0 : -1;
      panel.hidden = !is;
    }
  };
  /** @param {number} i */
  const go = (i) => {
    const pair = pairs[(i + pairs.length) % pairs.length];
    if (!pair) return;
    choose(pair.tab);
    pair.tab.focus();
  };

  list.setAttribute("role", "tablist");
  for (const item of list.querySelectorAll("li")) item.setAttribute("role", "presentation");
  pairs.forEach(({ tab, panel }, i) => {
    tab.id ||= `${panel.id}-tab`;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    if (!panel.querySelector("a, button, input, select, textarea, [tabindex]")) panel.tabIndex = 0;
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      history.replaceState(null, "", tab.hash);
      choose(tab);
    });
    tab.addEventListener("keydown", (event) => {
      /** @type {Record<string, number>} */
      const to = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: pairs.length - 1 };
      const next = to[event.key];
      if (event.key === " ") choose(tab);
      else if (next === undefined) return;
      else go(next);
      event.preventDefault();
    });
  });
  const linked = () => pairs.find((p) => p.tab.hash === location.hash && location.hash !== "");
  choose((linked() ?? first).tab);
  addEventListener("hashchange", () => {
    const pair = linked();
    if (pair) choose(pair.tab);
  });
}

for (const box of document.querySelectorAll("[data-tabs]")) if (box instanceof HTMLElement) dress(box);

export {};
