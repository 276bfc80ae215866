// Tables marked `sortable`: a click on a column's head sorts its rows, a second click turns them round.
// Long ones also get a box that keeps the rows holding every word typed: a table, a verdict, a country. Of very long
// ones the screen shows the beginning until words are typed or all are asked for; paper shows all.
// Without JavaScript the tables stand as they were made.
(() => {
  const LONG = 40; // rows from which a filter helps
  const FIRST = 100; // rows that are shown before all are asked for
  // What a cell holds, without the small print below it.
  const value = (row, column) =>
    [...(row.cells[column]?.childNodes ?? [])]
      .filter((node) => !node.classList?.contains("below"))
      .map((node) => node.textContent)
      .join("")
      .trim();
  const absent = (text) => ["", "–", "N/A"].includes(text);
  // The number a cell begins with, also behind words; the number of a table (1-2-9) is none.
  const number = (text) => {
    const plain = text.replace(/[−–]/g, "-").replace(/,/g, "");
    const match = plain.match(/^(?!\d+-\d+-\d)(?:(?:about|at least|at most|more than|less than) )?([-+]?\d+(?:\.\d+)?)/);
    return match ? Number(match[1]) : NaN;
  };
  const compare = (a, b) => {
    const [x, y] = [number(a), number(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
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
  const sortable = (table, body, sorted) => {
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
        rows.sort(([, i, a], [, j, b]) => absent(a) - absent(b) || compare(a, b) * (down ? -1 : 1) || i - j);
        body.append(...rows.map(([row]) => row));
        sorted();
      });
    });
  };
  // A table wider than the screen of a phone shows its rows as cards, each value below its head.
  const narrow = window.matchMedia("(max-width: 40rem)");
  const ROOM = 30; // letters for which a third of a card is enough, in two lines
  const ROLES = { TABLE: "table", TBODY: "rowgroup", TR: "row", TH: "rowheader", TD: "cell" };
  const chinese = document.documentElement.lang.startsWith("zh");
  const inBrackets = (unit) => (chinese ? `（${unit}）` : ` (${unit})`);
  // Not innerText: a table in a closed fold has none. The unit is a line of its own.
  const said = (head) =>
    [...head.childNodes].map((node) => (node.className === "unit" ? inBrackets(node.textContent) : node.textContent)).join("").replace(/\s+/g, " ").trim();
  const BOXES = ".exhibit-table, .pst-scrollable-table-container, .text_html";
  const stack = (table) => {
    const box = table.closest(BOXES);
    if (!table.tHead || !table.tBodies[0] || !box?.clientWidth || table.classList.contains("stacked")) return;
    if (Math.max(box.scrollWidth, table.scrollWidth) <= box.clientWidth + 1) return;
    for (const [cell, column, above] of heads(table)) {
      const words = [above, cell].filter(Boolean).map((head) => said(head.querySelector("button") ?? head));
      const cells = [...table.tBodies[0].rows].map((row) => row.cells[column]).filter(Boolean);
      for (const cell of cells) cell.dataset.head = words.filter(Boolean).join(chinese ? "：" : ": ");
      if (cells.some((cell) => cell.textContent.replace(/[^\x00-\u02ff]/g, "--").length > ROOM)) cells.forEach((cell) => cell.classList.add("wide"));
    }
    // what is laid out as cards is still a table
    for (const node of [table, ...table.querySelectorAll("tbody, tbody *")]) if (ROLES[node.tagName]) node.setAttribute("role", ROLES[node.tagName]);
    table.classList.add("stacked");
    // Where names of rows come again, the next column tells them apart.
    const rows = [...table.tBodies[0].rows];
    const again = new Set(rows.map((row) => row.cells[0]?.textContent)).size < rows.length;
    table.classList.toggle("paired", again && !rows.some((row) => row.cells[1]?.matches(".num, :has(.verdict), :empty") ?? true));
    table.classList.toggle("unnamed", !heads(table)[0]?.[0].textContent.trim()); // rows of a frame have numbers only
  };
  const stackAll = () => narrow.matches && document.querySelectorAll(`.exhibit-table table, .bd-article :is(${BOXES}) table`).forEach(stack);
  // A number is found with and without separators, with a hyphen or a true minus sign; 台灣 finds 臺灣.
  const plain = (text) => text.toLowerCase().replace(/台/g, "臺").replace(/[−–]/g, "-").replace(/(\d),(?=\d{3})/g, "$1");
  // The number of a table is meant whole: 1-2-1 is not 1-2-10.
  const holds = (text, word) =>
    /^\d-\d-\d+$/.test(word) ? new RegExp(`(?<![\\d-])${word}(?![\\d-])`).test(text) : text.includes(word);
  const filterable = (table, body) => {
    if (body.rows.length < LONG) return () => {};
    const texts = new Map([...body.rows].map((row) => [row, plain([...row.cells].map((cell) => `${cell.textContent} ${cell.dataset.find ?? ""}`).join(" "))]));
    const written = (count) => count.toLocaleString("en");
    const all = texts.size;
    const label = document.createElement("label");
    label.className = "table-filter";
    const box = document.createElement("input");
    box.type = "search";
    box.placeholder = /*text*/ "Filter rows: words, a table number, a country …";
    box.setAttribute("aria-label", /*text*/ "Keep the rows that hold these words");
    const count = document.createElement("span");
    count.setAttribute("role", "status");
    const more = document.createElement("button");
    more.type = "button";
    more.className = "table-more";
    more.textContent = /*text*/ "Show all {all} rows".replace("{all}", written(all));
    more.hidden = all <= FIRST;
    const show = () => {
      const words = plain(box.value).split(/\s+/).filter(Boolean);
      const whole = words.length > 0 || more.hidden;
      let kept = 0;
      for (const row of body.rows) {
        row.hidden = !words.every((word) => holds(texts.get(row), word));
        kept += row.hidden ? 0 : 1;
        row.classList.toggle("later", !whole && kept > FIRST);
      }
      more.classList.toggle("later", whole);
      const counted = !words.length ? /*text*/ "{all} rows" : kept ? /*text*/ "{kept} of {all} rows" : /*text*/ "no rows";
      count.textContent = counted.replace("{kept}", written(kept)).replace("{all}", written(all));
    };
    more.addEventListener("click", () => {
      const next = body.querySelector("tr.later"); // to read on from, as the button is gone
      more.hidden = true;
      show();
      next.tabIndex = -1;
      next.focus({ preventScroll: true });
    });
    box.addEventListener("input", show);
    label.append(box, count);
    const place = table.closest(".exhibit-table") ?? table;
    place.before(label);
    place.after(more);
    show();
    return show;
  };
  const prepare = (table) => {
    const body = table.tBodies[0];
    if (!body) return;
    sortable(table, body, filterable(table, body));
  };
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("table.sortable").forEach(prepare);
    stackAll();
  });
  narrow.addEventListener("change", stackAll);
  document.addEventListener("toggle", stackAll, true); // a fold that is opened
})();
