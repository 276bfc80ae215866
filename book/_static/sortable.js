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
  // The heads of single columns with the place of theirs, also below a heading over several.
  const heads = (table) => {
    const found = [];
    const taken = []; // by row and column, where a head reaches into other rows
    [...table.tHead.rows].forEach((row, y) => {
      let x = 0;
      for (const cell of row.cells) {
        while (taken[y]?.[x]) x += 1;
        for (let down = 0; down < cell.rowSpan; down += 1)
          for (let right = 0; right < cell.colSpan; right += 1) (taken[y + down] ??= [])[x + right] = cell;
        if (cell.scope !== "colgroup" && cell.colSpan === 1) found.push([cell, x, taken[0][x] === cell ? null : taken[0][x]]);
        x += cell.colSpan;
      }
    });
    return found;
  };
  const sortable = (table, body) => {
    const columns = heads(table);
    columns.forEach(([cell, column]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () => {
        const down = cell.getAttribute("aria-sort") === "ascending";
        columns.forEach(([other]) => other.removeAttribute("aria-sort"));
        cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...body.rows].map((row, index) => [row, index, value(row, column)]);
        // Cells without a value stay last, whichever way the others are turned.
        rows.sort(([, i, a], [, j, b]) => !a - !b || compare(a, b) * (down ? -1 : 1) || i - j);
        body.append(...rows.map(([row]) => row));
      });
    });
  };
  // A table wider than the screen of a phone shows its rows as cards, each value below its head.
  const narrow = window.matchMedia("(max-width: 40rem)");
  const ROLES = { TABLE: "table", TBODY: "rowgroup", TR: "row", TH: "rowheader", TD: "cell" };
  // Not innerText: a table in a closed fold has none. The unit is a line of its own.
  const said = (head) => [...head.childNodes].map((node) => (node.className === "unit" ? " " : "") + node.textContent).join("").replace(/\s+/g, " ").trim();
  const stack = (table) => {
    const box = table.closest(".exhibit-table");
    if (!box || !box.clientWidth || box.scrollWidth <= box.clientWidth + 1 || table.classList.contains("stacked")) return;
    for (const [cell, column, above] of heads(table)) {
      const words = [above, cell].filter(Boolean).map((head) => said(head.querySelector("button") ?? head));
      for (const row of table.tBodies[0].rows) row.cells[column].dataset.head = words.join(document.documentElement.lang.startsWith("zh") ? "：" : ": ");
    }
    // what is laid out as cards is still a table
    for (const node of [table, ...table.querySelectorAll("tbody, tbody *")]) if (ROLES[node.tagName]) node.setAttribute("role", ROLES[node.tagName]);
    table.classList.add("stacked");
  };
  const stackAll = () => narrow.matches && document.querySelectorAll("table.exhibit").forEach(stack);
  // A number is found with and without separators, with a hyphen or a true minus sign.
  const plain = (text) => text.toLowerCase().replace(/[−–]/g, "-").replace(/(\d),(?=\d{3})/g, "$1");
  // The number of a table is meant whole: 1-2-1 is not 1-2-10.
  const holds = (text, word) =>
    /^\d-\d-\d+$/.test(word) ? new RegExp(`(?<![\\d-])${word}(?![\\d-])`).test(text) : text.includes(word);
  const filterable = (table, body) => {
    const rows = [...body.rows];
    if (rows.length < LONG) return;
    const texts = rows.map((row) => plain([...row.cells].map((cell) => cell.textContent).join(" ")));
    const label = document.createElement("label");
    label.className = "table-filter";
    const box = document.createElement("input");
    box.type = "search";
    box.placeholder = /*text*/ "Filter rows: words, a table number, a country …";
    box.setAttribute("aria-label", /*text*/ "Keep the rows that hold these words");
    const count = document.createElement("span");
    count.setAttribute("role", "status");
    const show = () => {
      const words = plain(box.value).split(/\s+/).filter(Boolean);
      let kept = 0;
      rows.forEach((row, index) => {
        row.hidden = !words.every((word) => holds(texts[index], word));
        kept += row.hidden ? 0 : 1;
      });
      count.textContent = words.length
        ? /*text*/ "{kept} of {all} rows".replace("{kept}", kept).replace("{all}", rows.length)
        : /*text*/ "{all} rows".replace("{all}", rows.length);
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
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("table.sortable").forEach(prepare);
    stackAll();
  });
  narrow.addEventListener("change", stackAll);
  document.addEventListener("toggle", stackAll, true); // a fold that is opened
})();
