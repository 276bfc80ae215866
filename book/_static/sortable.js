// Tables marked `sortable`: a click on a column's head sorts its rows, a second click turns them round.
// Long ones also get a box that keeps the rows holding every word typed: a table, a verdict, a country.
// Without JavaScript the tables stand as they were made.
(() => {
  const LONG = 40; // rows from which a filter helps
  // What a cell holds, without the small print below it.
  const value = (row, column) =>
    [...(row.cells[column]?.childNodes ?? [])]
      .filter((node) => !node.classList?.contains("below"))
      .map((node) => node.textContent)
      .join("")
      .trim();
  const number = (text) => {
    const match = text.replace(/[−–]/g, "-").replace(/,/g, "").match(/^[-+]?\d+(\.\d+)?/);
    return match ? Number(match[0]) : NaN;
  };
  const compare = (a, b) => {
    const [x, y] = [number(a), number(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return a.localeCompare(b, "en", { numeric: true });
  };
  const sortable = (table, body) => {
    const head = table.tHead?.rows[table.tHead.rows.length - 1];
    if (!head || [...head.cells].some((cell) => cell.colSpan > 1)) return;
    [...head.cells].forEach((cell, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () => {
        const down = cell.getAttribute("aria-sort") === "ascending";
        [...head.cells].forEach((other) => other.removeAttribute("aria-sort"));
        cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...body.rows].map((row, index) => [row, index, value(row, column)]);
        // Cells without a value stay last, whichever way the others are turned.
        rows.sort(([, i, a], [, j, b]) => !a - !b || compare(a, b) * (down ? -1 : 1) || i - j);
        body.append(...rows.map(([row]) => row));
      });
    });
  };
  // The number of a table is meant whole: 1-2-1 is not 1-2-10.
  const holds = (text, word) =>
    /^\d-\d-\d+$/.test(word) ? new RegExp(`(?<![\\d-])${word}(?![\\d-])`).test(text) : text.includes(word);
  const filterable = (table, body) => {
    const rows = [...body.rows];
    if (rows.length < LONG) return;
    const texts = rows.map((row) => [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase());
    const label = document.createElement("label");
    label.className = "table-filter";
    const box = document.createElement("input");
    box.type = "search";
    box.placeholder = "Filter rows: words, a table number, a country …";
    box.setAttribute("aria-label", "Keep the rows that hold these words");
    const count = document.createElement("span");
    count.setAttribute("role", "status");
    const show = () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      let kept = 0;
      rows.forEach((row, index) => {
        row.hidden = !words.every((word) => holds(texts[index], word));
        kept += row.hidden ? 0 : 1;
      });
      count.textContent = words.length ? `${kept} of ${rows.length} rows` : `${rows.length} rows`;
    };
    box.addEventListener("input", show);
    label.append(box, count);
    (table.closest(".exhibit-table") ?? table).before(label);
    show();
  };
  const prepare = (table) => {
    const body = table.tBodies[0];
    if (!body) return;
    sortable(table, body);
    filterable(table, body);
  };
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("table.sortable").forEach(prepare));
})();
