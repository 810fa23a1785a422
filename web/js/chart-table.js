// A chart's data are in its table: the first column says where, each further column is one series.

/** @typedef {{ text: string, date: Date | undefined }} At */
/** @typedef {{ name: string, values: (number | undefined)[] }} Series */
/** @typedef {{ title: string, at: At[], series: Series[] }} Data */

/** @param {HTMLTableCellElement | undefined} cell */
function number(cell) {
  const text = cell?.dataset.value ?? cell?.textContent ?? "";
  const n = Number.parseFloat(text.replaceAll(/[,\s]/g, ""));
  return Number.isFinite(n) ? n : undefined;
}

/** @param {HTMLTableCellElement | undefined} cell a day as <time datetime="2026-11-21">, or any text */
function at(cell) {
  const day = cell?.querySelector("time")?.dateTime;
  const date = day ? new Date(day.length === 10 ? `${day}T00:00:00Z` : day) : undefined;
  return { text: cell?.textContent?.trim() ?? "", date: date && Number.isNaN(date.getTime()) ? undefined : date };
}

/**
 * @param {HTMLElement} figure
 * @returns {Data}
 */
export function readTable(figure) {
  const table = figure.querySelector("table");
  const heads = [...(table?.tHead?.rows[0]?.cells ?? [])].slice(1);
  const rows = [...(table?.tBodies[0]?.rows ?? [])];
  const title = figure.querySelector("figcaption .chart-title") ?? figure.querySelector("figcaption");
  return {
    title: title?.textContent?.replace(/\s+/g, " ").trim() ?? "",
    at: rows.map((r) => at(r.cells[0])),
    series: heads.map((head, i) => ({ name: head.textContent?.trim() ?? "", values: rows.map((r) => number(r.cells[i + 1])) })),
  };
}
