// Charts: <figure class="chart" data-chart="line|area|bar|share"> with a caption and a table, from which the chart is drawn. Without
// this module the table is what there is; with it, it is one key press away. The arrow keys, Home and End read the values one by
// one, as the pointer does. draw(figure) draws again what has changed.

import { formats, longDay } from "./chart-scale.js";
import { drawAxes, drawBars, drawLines, element } from "./chart-svg.js";
import { readTable } from "./chart-table.js";
import { say } from "./live.js";

/** @typedef {import("./chart-table.js").Data} Data */

const lang = document.documentElement.lang || "en";
const ko = lang === "ko";

/**
 * What the chart shows, in a sentence.
 * @param {Data} data
 * @param {Intl.NumberFormat} long
 */
function summary(data, long) {
  const parts = data.series.map((s) => {
    let [low, high] = [-1, -1];
    s.values.forEach((v, i) => {
      if (v === undefined) return;
      if (low < 0 || v < (s.values[low] ?? 0)) low = i;
      if (high < 0 || v > (s.values[high] ?? 0)) high = i;
    });
    const say = (/** @type {number} */ i) => {
      const at = data.at[i];
      return at ? `${long.format(s.values[i] ?? 0)} (${longDay(lang, at)})` : "–";
    };
    return ko ? `${s.name}: 최저 ${say(low)}, 최고 ${say(high)}` : `${s.name}: lowest ${say(low)}, highest ${say(high)}`;
  });
  const [first, last] = [data.at[0], data.at.at(-1)];
  const span = first && last ? (ko ? `${longDay(lang, first)}부터 ${longDay(lang, last)}까지` : `${longDay(lang, first)} to ${longDay(lang, last)}`) : "";
  const keys = ko ? "화살표 키로 값을 하나씩 볼 수 있어요." : "The arrow keys read the values one by one.";
  return [data.title, span, ...parts].filter(Boolean).join(". ") + ". " + keys;
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {...(Node | string)} children
 */
function html(tag, className, ...children) {
  const e = document.createElement(tag);
  e.className = className;
  e.append(...children);
  return e;
}

/** @param {HTMLElement} figure moves the table below the chart, folded; gives the box that is drawn into */
function boxOf(figure) {
  const old = figure.querySelector(".chart-box");
  if (old instanceof HTMLElement) return old;
  const box = html("div", "chart-box");
  const table = figure.querySelector(".scroll") ?? figure.querySelector("table");
  if (!table) return box;
  const fold = html("details", "chart-data", html("summary", "", ko ? "표로 보기" : "Show as a table"));
  table.before(box, fold);
  fold.append(table);
  return box;
}

/** @param {Data} data */
function legend(data) {
  const list = html("ul", "chart-legend");
  data.series.forEach((s, i) => list.append(html("li", `series-${i + 1}`, s.name)));
  return list;
}

/**
 * Horizontal bars, one a row, with the value and its part of the whole written on them.
 * @param {HTMLElement} box
 * @param {Data} data
 * @param {Intl.NumberFormat} long
 */
function share(box, data, long) {
  const values = data.series[0]?.values ?? [];
  const all = values.reduce((/** @type {number} */ sum, v) => sum + (v ?? 0), 0);
  const most = Math.max(...values.map((v) => v ?? 0), Number.MIN_VALUE);
  const percent = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 1 });
  const list = html("ul", "chart-share");
  list.setAttribute("aria-label", data.title);
  data.at.forEach((at, i) => {
    const v = values[i] ?? 0;
    const bar = element("svg", { class: "chart-track", "aria-hidden": "true", viewBox: "0 0 100 8", preserveAspectRatio: "none" },
      element("rect", { class: "chart-bar series-1", width: (v / most) * 100, height: 8 }));
    const amount = html("span", "num", long.format(v), " ", html("small", "muted", percent.format(all > 0 ? v / all : 0)));
    list.append(html("li", "", html("span", "chart-name", at.text), amount, bar));
  });
  box.replaceChildren(list);
}

/**
 * The value that is pointed at or chosen by keys.
 * @param {HTMLElement} plot
 * @param {HTMLElement} tip
 * @param {Data} data
 * @param {import("./chart-svg.js").Drawn} axes
 * @param {Intl.NumberFormat} long
 */
function reader(plot, tip, data, axes, long) {
  const rule = element("line", { class: "chart-rule", y1: axes.top, y2: axes.bottom, visibility: "hidden" });
  axes.svg.append(rule);
  const marked = plot.closest("[data-chart]")?.getAttribute("data-chart") === "bar" ? [] : data.series; // a bar shows itself
  const dots = marked.map((_, i) => element("circle", { class: `chart-dot series-${i + 1}`, r: 4, visibility: "hidden" }));
  axes.svg.append(...dots);
  let now = -1;
  const hide = () => {
    now = -1;
    tip.hidden = true;
    for (const e of [rule, ...dots]) e.setAttribute("visibility", "hidden");
  };
  /** @param {number} i */
  const show = (i) => {
    const at = data.at[i];
    if (!at || i === now) return;
    now = i;
    rule.setAttribute("x1", String(axes.x(i)));
    rule.setAttribute("x2", String(axes.x(i)));
    rule.setAttribute("visibility", "visible");
    const list = html("ul", "");
    data.series.forEach((s, j) => {
      const v = s.values[i];
      const dot = dots[j];
      if (v !== undefined) {
        dot?.setAttribute("cx", String(axes.x(i)));
        dot?.setAttribute("cy", String(axes.y(v)));
      }
      dot?.setAttribute("visibility", v === undefined ? "hidden" : "visible");
      list.append(html("li", `series-${j + 1}`, `${s.name} `, html("strong", "num", v === undefined ? "–" : long.format(v))));
    });
    tip.replaceChildren(html("p", "", longDay(lang, at)), list);
    tip.hidden = false;
    const left = Math.min(Math.max(0, axes.x(i) - tip.offsetWidth / 2), plot.clientWidth - tip.offsetWidth);
    tip.style.transform = `translateX(${Math.max(0, left)}px)`;
  };
  const nearest = (/** @type {PointerEvent} */ event) => {
    const x = event.clientX - plot.getBoundingClientRect().left;
    let best = 0;
    data.at.forEach((_, i) => {
      if (Math.abs(axes.x(i) - x) < Math.abs(axes.x(best) - x)) best = i;
    });
    return best;
  };
  plot.onpointermove = plot.onpointerdown = (event) => show(nearest(event));
  plot.onpointerleave = plot.onblur = hide;
  plot.onkeydown = (event) => {
    const last = data.at.length - 1;
    /** @type {Record<string, number>} */
    const to = { ArrowRight: Math.min(last, now + 1), ArrowLeft: now < 0 ? last : Math.max(0, now - 1), Home: 0, End: last };
    const next = to[event.key];
    if (event.key === "Escape") hide();
    if (next === undefined) return;
    event.preventDefault();
    show(next);
    const at = data.at[next];
    if (at) say([longDay(lang, at), ...data.series.map((s) => `${s.name} ${s.values[next] === undefined ? "–" : long.format(s.values[next])}`)].join(", "));
  };
}

/**
 * Draws a chart from what its table says now.
 * @param {HTMLElement} figure
 */
export function draw(figure) {
  const data = readTable(figure);
  const box = boxOf(figure);
  const kind = figure.dataset.chart ?? "line";
  const { long, short } = formats(lang, figure.dataset.unit);
  figure.toggleAttribute("data-none", data.at.length === 0);
  if (data.at.length === 0) {
    box.replaceChildren(html("p", "empty", figure.dataset.empty ?? (ko ? "아직 값이 없어요." : "No values yet.")));
    return;
  }
  if (kind === "share") return share(box, data, long);
  const whole = figure.dataset.unit === undefined && data.series.every((s) => s.values.every((v) => v === undefined || Number.isInteger(v)));
  const width = Math.max(240, box.clientWidth);
  const height = Number(figure.dataset.height ?? (width < 480 ? 200 : 240));
  const plan = { data, kind, width, height, lang, short, whole };
  const axes = drawAxes(plan);
  if (kind === "bar") drawBars(plan, axes);
  else drawLines(plan, axes);

  let plot = /** @type {HTMLElement | null} */ (box.querySelector(".chart-plot"));
  let tip = /** @type {HTMLElement | null} */ (box.querySelector(".chart-tip"));
  if (!plot || !tip) { // kept over a redraw, for the focus
    plot = html("div", "chart-plot");
    plot.tabIndex = 0;
    plot.setAttribute("role", "img");
    tip = html("div", "chart-tip");
    tip.setAttribute("aria-hidden", "true"); // the pointer's; what the keys choose is said
    box.replaceChildren(plot, tip);
  }
  tip.hidden = true;
  plot.setAttribute("aria-label", summary(data, long));
  plot.replaceChildren(axes.svg);
  box.querySelector(".chart-legend")?.remove();
  if (data.series.length > 1) box.append(legend(data));
  reader(plot, tip, data, axes, long);
}

const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const figure = target.closest("figure");
    const width = String(Math.round(target.clientWidth));
    if (!(figure instanceof HTMLElement) || !(target instanceof HTMLElement) || target.dataset.width === width || width === "0") continue;
    target.dataset.width = width;
    draw(figure);
  }
});

for (const figure of document.querySelectorAll("figure[data-chart]")) {
  if (!(figure instanceof HTMLElement)) continue;
  draw(figure);
  resized.observe(boxOf(figure));
}
