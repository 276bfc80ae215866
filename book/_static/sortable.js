// Tables marked `sortable`: a click on a column's head sorts its rows, a second click turns them round.
// Without JavaScript the tables stand as they were made.
(() => {
  const value = (row, column) => (row.cells[column]?.textContent ?? "").trim();
  const number = (text) => {
    const match = text.replace(/[−–]/g, "-").replace(/,/g, "").match(/^[-+]?\d+(\.\d+)?/);
    return match ? Number(match[0]) : NaN;
  };
  const compare = (a, b) => {
    const [x, y] = [number(a), number(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return a.localeCompare(b, "en");
  };
  const prepare = (table) => {
    const body = table.tBodies[0];
    const head = table.tHead?.rows[table.tHead.rows.length - 1];
    if (!body || !head || [...head.cells].some((cell) => cell.colSpan > 1)) return;
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
        const rows = [...body.rows].map((row, index) => [row, index]);
        rows.sort(([a, i], [b, j]) => compare(value(a, column), value(b, column)) * (down ? -1 : 1) || i - j);
        body.append(...rows.map(([row]) => row));
      });
    });
  };
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("table.sortable").forEach(prepare));
})();
