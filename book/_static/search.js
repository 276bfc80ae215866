// Ranks what search finds, in place of Sphinx's order, which breaks ties by the alphabet and puts the glossary first.
// A page or section counts for its names: its heading, its Chinese title, the tables it covers, the finding it tells
// (Sphinx's index entries, see _ext/search.py). A name that is the query counts most, one that holds it counts by the
// share of it that was asked for; words that only stand in the text come last. Pages for looking things up count less.
(() => {
  if (typeof Search === "undefined") return;
  const REFERENCE = /^book\/(reference\/|audit\/(ledger|selftest|method)|claims\/coverage)/;
  const NAME = 100;
  const SECTION = 0.8; // a heading within a page, against the page's own names
  const COLUMN = 0.6; // a column of a table the page is about
  const TEXT = 10; // a page that holds every word somewhere
  const LOOKED_UP = 0.4;
  const plain = (text) => text.toLowerCase().replace(/臺/g, "台").replace(/\s+/g, " ").trim();

  // Words as the index has them, so that "patents" is the name "patent".
  const words = (text) => {
    const stemmer = new Stemmer();
    return splitQuery(plain(text)).map((word) => stemmer.stemWord(word));
  };
  const holds = (name, asked) => {
    for (let i = 0; i + asked.length <= name.length; i++) if (asked.every((word, j) => is(name[i + j], word))) return true;
    return false;
  };
  // The index has Chinese in pairs of characters: one alone is in each pair that holds it.
  const ALONE = /^\p{Script=Han}$/u;
  const is = (term, word) => term === word || (ALONE.test(word) && term.includes(word));
  const findAlone = (index, word) => {
    for (const table of [index.terms, index.titleterms]) {
      const files = Object.keys(table).filter((term) => term.includes(word)).flatMap((term) => table[term]);
      if (files.length) table[word] = [...new Set(files)];
    }
  };

  // Excerpts are of the text, not of the buttons above it nor of code out of sight.
  const { htmlToText } = Search;
  Search.htmlToText = (page, anchor) => {
    const read = new DOMParser().parseFromString(page, "text/html");
    read.querySelectorAll(".bd-header-article, .cell_input, footer, .bd-sidebar-secondary, svg").forEach((part) => part.remove());
    return htmlToText(read.documentElement.outerHTML, anchor).replace(/\s+/g, " ").trim();
  };

  Search._performSearch = (query, searchTerms, excludedTerms) => {
    document.getElementById("search-progress")?.replaceChildren();
    const index = Search._index;
    const asked = words(query);
    asked.filter((word) => ALONE.test(word)).forEach((word) => findAlone(index, word));
    const best = new Map();
    const offer = (file, anchor, title, score) => {
      const page = index.docnames[file];
      const key = `${page}#${anchor}`;
      const weighed = score * (REFERENCE.test(page) ? LOOKED_UP : 1);
      if (weighed > (best.get(key)?.[4] ?? 0)) best.set(key, [page, title, anchor && `#${anchor}`, null, weighed, index.filenames[file]]);
    };
    const offerName = (name, file, anchor, title, weight) => {
      const parts = words(name);
      if (asked.length && holds(parts, asked)) offer(file, anchor, title, NAME * weight * Math.sqrt(asked.length / parts.length));
    };
    index.titles.forEach((title, file) => offerName(title, file, "", title, 1));
    const headings = new Map();
    for (const [title, places] of Object.entries(index.alltitles))
      for (const [file, anchor] of places) {
        if (!anchor) continue;
        headings.set(`${file}#${anchor}`, `${index.titles[file]}: ${title}`);
        offerName(title, file, anchor, headings.get(`${file}#${anchor}`), SECTION);
      }
    for (const [name, places] of Object.entries(index.indexentries))
      for (const [file, anchor, main] of places) {
        const title = headings.get(`${file}#${anchor}`) ?? index.titles[file];
        offerName(name, file, anchor, title, main ? 1 : COLUMN);
      }
    for (const [page, title, anchor, , score, filename] of Search.performTermsSearch(searchTerms, excludedTerms)) {
      const file = index.docnames.indexOf(page);
      offer(file, anchor, title, TEXT + score / Scorer.title);
    }
    pointToLedger(query);
    // The display takes from the end.
    return [...best.values()].sort((a, b) => a[4] - b[4] || (a[0] < b[0] ? 1 : -1));
  };

  // Numbers are not in the index; each printed one is a row of the ledger.
  const pointToLedger = (query) => {
    if (!/^\s*[-+−–]?[\d.,]+\s*%?\s*$/.test(query)) return;
    const link = Object.assign(document.createElement("a"), { href: "book/audit/ledger.html", textContent: /*text*/ "the ledger" });
    const note = Object.assign(document.createElement("p"), { id: "numbers-are-elsewhere" });
    note.append(/*text*/ "Search finds words. For a printed number open ", link, /*text*/ " and type it into the filter above the table.");
    Search.output.before(note);
  };
})();
