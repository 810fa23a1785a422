// Tables that are sorted by a click on a column's head: <table data-sort>, and <th data-by="text"> or data-by="number" on the
// columns that can be. A cell's data-value goes before its text.

const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });

/**
 * @param {HTMLTableRowElement} row
 * @param {number} column
 */
function value(row, column) {
  const cell = row.cells[column];
  return cell?.dataset.value ?? cell?.textContent?.trim() ?? "";
}

/** @param {string} text */
const number = (text) => Number.parseFloat(text.replaceAll(/[,\s]/g, ""));

/**
 * @param {HTMLTableElement} table
 * @param {HTMLTableCellElement} head
 */
function sort(table, head) {
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const th of table.querySelectorAll("th[aria-sort]")) th.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const column = head.cellIndex;
  const numbers = head.dataset.by === "number";
  for (const body of table.tBodies) {
    const rows = [...body.rows].map((row) => ({ row, text: value(row, column) }));
    rows.sort((a, b) => {
      if (!numbers) return collator.compare(a.text, b.text) * (down ? -1 : 1);
      const [x, y] = [number(a.text), number(b.text)];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)); // what has none comes last
      return (x - y) * (down ? -1 : 1);
    });
    body.append(...rows.map((r) => r.row));
  }
}

for (const table of document.querySelectorAll("table[data-sort]")) {
  if (!(table instanceof HTMLTableElement)) continue;
  for (const head of table.querySelectorAll("th[data-by]")) {
    if (!(head instanceof HTMLTableCellElement)) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(table, head));
  }
}

export {};
