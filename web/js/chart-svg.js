// The drawing of a chart: axes, lines, areas and bars as SVG elements. Colours are classes, which the stylesheet gives.

import { every, shortDay, ticks } from "./chart-scale.js";

/** @typedef {import("./chart-table.js").Data} Data */
/** @typedef {{ data: Data, kind: string, width: number, height: number, lang: string, short: Intl.NumberFormat, whole: boolean }} Plan */
/** @typedef {{ svg: SVGElement, x: (i: number) => number, y: (v: number) => number, band: number, left: number, right: number, top: number, bottom: number }} Drawn */

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {...(Node | string)} children
 */
export function element(name, attributes, ...children) {
  const e = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, typeof value === "number" ? String(Math.round(value * 100) / 100) : value);
  e.append(...children);
  return e;
}

/** @param {string} text how wide a label is, about, in pixels */
function room(text) {
  let w = 0;
  for (const c of text) w += c === "%" ? 11 : (c.codePointAt(0) ?? 0) > 0x2e80 ? 11.5 : 7;
  return w;
}

/** @param {Plan} plan */
export function drawAxes(plan) {
  const { data, kind, width, height, short } = plan;
  const values = data.series.flatMap((s) => s.values.filter((v) => v !== undefined));
  const marks = ticks(Math.min(...values, 0), Math.max(...values, 0), Math.max(2, Math.floor(height / 48)), plan.whole);
  const low = marks[0] ?? 0;
  const high = marks.at(-1) ?? 1;
  const left = Math.max(...marks.map((m) => room(short.format(m)))) + 10;
  const [right, top, bottom] = [width - 6, 8, height - 24];
  const n = Math.max(1, data.at.length);
  const bars = kind === "bar";
  const band = bars ? (right - left) / n : (right - left) / Math.max(1, n - 1);
  const x = (/** @type {number} */ i) => (bars ? left + band * (i + 0.5) : n === 1 ? (left + right) / 2 : left + band * i);
  const y = (/** @type {number} */ v) => bottom - ((v - low) / (high - low)) * (bottom - top);

  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true", focusable: "false" });
  for (const m of marks) {
    svg.append(
      element("line", { class: m === 0 ? "chart-zero" : "chart-grid", x1: left, x2: right, y1: y(m), y2: y(m) }),
      element("text", { class: "chart-label", x: left - 8, y: y(m) + 4, "text-anchor": "end" }, short.format(m)),
    );
  }
  const labels = data.at.map((a) => shortDay(plan.lang, a));
  const widest = Math.max(1, ...labels.map(room)) + 14;
  const k = every(n, Math.max(1, Math.floor((right - left) / widest)));
  labels.forEach((text, i) => {
    if (i % k !== 0) return;
    const half = room(text) / 2;
    const at = Math.min(Math.max(x(i), half), width - half); // never cut at the edge
    svg.append(element("text", { class: "chart-label", x: at, y: height - 6, "text-anchor": "middle" }, text));
  });
  return { svg, x, y, band, left, right, top, bottom };
}

/**
 * @param {Plan} plan
 * @param {Drawn} axes
 */
export function drawLines(plan, axes) {
  plan.data.series.forEach((s, i) => {
    /** @type {[number, number][][]} runs without a gap */
    const runs = [[]];
    s.values.forEach((v, j) => {
      if (v === undefined) runs.push([]);
      else runs.at(-1)?.push([axes.x(j), axes.y(v)]);
    });
    for (const run of runs) {
      const first = run[0];
      const last = run.at(-1);
      if (!first || !last) continue;
      const path = run.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
      if (plan.kind === "area") {
        const floor = axes.y(0).toFixed(1);
        axes.svg.append(element("polygon", { class: `chart-area series-${i + 1}`, points: `${first[0].toFixed(1)},${floor} ${path.join(" ")} ${last[0].toFixed(1)},${floor}` }));
      }
      if (run.length === 1) axes.svg.append(element("circle", { class: `chart-dot series-${i + 1}`, cx: first[0], cy: first[1], r: 3 }));
      axes.svg.append(element("polyline", { class: `chart-line series-${i + 1}`, points: path.join(" ") }));
    }
  });
}

/**
 * @param {Plan} plan
 * @param {Drawn} axes
 */
export function drawBars(plan, axes) {
  const several = plan.data.series.length;
  const wide = Math.min(64, axes.band * 0.72);
  const one = wide / several;
  plan.data.series.forEach((s, i) => {
    s.values.forEach((v, j) => {
      if (v === undefined) return;
      const [from, to] = [axes.y(0), axes.y(v)];
      const width = Math.max(1, one - (several > 1 ? 1 : 0));
      axes.svg.append(element("rect", {
        class: `chart-bar series-${i + 1}`, x: axes.x(j) - wide / 2 + one * i, y: Math.min(from, to), width, height: Math.abs(from - to), rx: Math.min(3, width / 3),
      }));
    });
  });
}
