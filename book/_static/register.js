// The register of claims: the rows travel as JSON; this draws a page of them and filters by verdict, chapter, kind and words.
(() => {
  const PAGE = 50;
  const MARKS = { reproduced: "✓", consistent: "≈", ambiguous: "?", contradicted: "✗", "not checkable": "–" };
  const make = (tag, attributes = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), attributes);
    node.append(...children);
    return node;
  };
  const prepare = (box) => {
    const data = JSON.parse(box.querySelector("script").textContent);
    const rows = data.rows.map((cells) =>
      Object.fromEntries(data.columns.map((name, i) => [name, name in data.words ? data.words[name][cells[i]] : cells[i]])),
    );
    const verdicts = data.columns.indexOf("verdict");
    rows.forEach((row, i) => { row.mark = Object.keys(MARKS)[data.rows[i][verdicts]]; });
    const plain = (text) => text.toLowerCase().replace(/台/g, "臺");
    for (const row of rows) row.text = plain(Object.values(row).join(" "));
    const select = (name, label) =>
      make("select", { name, ariaLabel: label }, make("option", { value: "", textContent: label }),
        ...data.words[name].filter(Boolean).map((word) => make("option", { value: word, textContent: word })));
    const filters = [select("verdict", /*text*/ "Any verdict"), select("chapter", /*text*/ "Any chapter"), select("kind", /*text*/ "Any kind"), select("check", /*text*/ "Any check")];
    const words = make("input", { type: "search", placeholder: /*text*/ "Words, a claim, a page …", ariaLabel: /*text*/ "Keep the rows that hold these words" });
    const counts = make("input", { type: "checkbox" });
    const status = make("span", { role: "status" });
    const list = make("tbody");
    const back = make("button", { type: "button", textContent: /*text*/ "Previous" });
    const on = make("button", { type: "button", textContent: /*text*/ "Next" });
    const csv = make("button", { type: "button", textContent: /*text*/ "These rows (CSV)" });
    let first = 0;
    let kept = rows;
    const line = (row) => {
      const verdict = make("span", { className: `verdict verdict-${row.mark.replace(" ", "-")}`, textContent: `${MARKS[row.mark]} ${row.verdict}` });
      const sides = row.stated && row.recomputed ? `${row.stated} → ${row.recomputed}` : row.stated || row.recomputed;
      return make("tr", {},
        make("td", {}, make("b", { textContent: row.id }), make("span", { className: "below", textContent: row.page })),
        make("td", {}, verdict, make("span", { className: "below", textContent: row.check })),
        make("td", {}, row.statement, make("span", { className: "below", textContent: row.note })),
        make("td", { textContent: sides }));
    };
    const draw = () => {
      list.replaceChildren(...kept.slice(first, first + PAGE).map(line));
      status.textContent = kept.length ? /*text*/ "{first}–{last} of {all}".replace("{first}", first + 1).replace("{last}", Math.min(first + PAGE, kept.length)).replace("{all}", kept.length) : /*text*/ "no rows";
      back.disabled = first === 0;
      on.disabled = first + PAGE >= kept.length;
    };
    const filter = () => {
      const asked = plain(words.value).split(/\s+/).filter(Boolean);
      kept = rows.filter((row) =>
        (counts.checked || row.check !== data.hidden || filters[3].value === data.hidden) &&
        filters.every((f) => !f.value || row[f.name] === f.value) && asked.every((word) => row.text.includes(word)));
      first = 0;
      draw();
    };
    const turn = (step) => {
      first += step * PAGE;
      draw();
      // a button that is at its end cannot keep the focus
      if (back.disabled) on.focus({ preventScroll: true });
      if (on.disabled) back.focus({ preventScroll: true });
      box.scrollIntoView();
    };
    back.addEventListener("click", () => turn(-1));
    on.addEventListener("click", () => turn(1));
    csv.addEventListener("click", () => {
      const quote = (cell) => `"${String(cell).replace(/"/g, '""')}"`;
      const text = [data.columns, ...kept.map((row) => data.columns.map((c) => row[c]))].map((r) => r.map(quote).join(",")).join("\n");
      const link = make("a", { download: "claims-register.csv", href: URL.createObjectURL(new Blob(["\ufeff", text, "\n"], { type: "text/csv" })) });
      link.click();
      URL.revokeObjectURL(link.href);
    });
    for (const control of [...filters, words, counts]) control.addEventListener("input", filter);
    const heads = [/*text*/ "Claim", /*text*/ "Verdict", /*text*/ "What the report says (our words)", /*text*/ "Stated → found"];
    const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((h) => make("th", { scope: "col", textContent: h })))), list);
    box.append(
      make("div", { className: "register-controls" }, ...filters, words, make("label", {}, counts, " ", /*text*/ "counts of listed items")), table,
      make("div", { className: "register-controls" }, back, status, on, csv));
    if (/^#C\d/.test(location.hash)) { words.value = location.hash.slice(1); counts.checked = true; }
    filter();
  };
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".register").forEach(prepare));
})();
