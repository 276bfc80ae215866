"""Search that finds Chinese, and a page by its names.

Sphinx's own languages index a Chinese run as one word, or segment the index and not
the query; either way 研發經費 finds nothing. Pairs (研發, 發經, 經費) need no dictionary, and the
same splitting is done in Python for the index and in JavaScript for the query. 臺 counts as 台. Words in
Latin letters are stemmed as English, as before; the number of a table (1-2-13) and the id of
a finding or claim (F-005) stay whole. ``_static/search.js`` ranks what is found.

The role ``{zh}`` writes a Chinese title, ``{zh}`研發經費占國內生產毛額（GDP）比例、研發密度` ``. Alone in the paragraph below
the heading of a page it is shown as a subtitle. Its terms, the printed titles and numbers of the tables
a notebook covers (metadata ``covers``) and the ids of findings (``f-005``) become index entries of the page or section,
which are ranked like titles.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.nodes import Node, system_message
from reference import covers, report_items
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.search import en
from sphinx.util.docutils import SphinxRole

from analysis import report

CLASS = "chinese-title"
Name = tuple[str, str, bool]
_FINDING = re.compile(r"f-\d{3}")
_APART = re.compile(r"[、，；,;]\s*")
_BRACKET = re.compile(r"[（(]([^（）()]*)[）)]")

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
#: What stays whole although it holds a hyphen. Python and JavaScript read it alike.
WHOLE = r"(?<![\d-])\d-\d-\d{1,2}(?![\d-])|(?<![A-Za-z])[A-Za-z]-\d{3}(?!\d)"
_TOKEN = re.compile(rf"[{_HAN}]+|{WHOLE}|[^\W{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")

SPLITTER = r"""
function splitQuery(query) {
  const terms = [];
  for (const run of query.replace(/臺/g, "台").match(/[HAN]+|WHOLE|(?:(?![HAN])[\p{Letter}\p{Number}_])+/gu) || []) {
    if (!/^[HAN]/.test(run) || run.length === 1) terms.push(run);
    else for (let i = 0; i + 1 < run.length; i++) terms.push(run.slice(i, i + 2));
  }
  return terms;
}
""".replace("HAN", _HAN).replace("WHOLE", WHOLE)


def split(text: str) -> list[str]:
    """Words, with runs of Han characters as overlapping pairs (a lone character stays)."""
    terms: list[str] = []
    for run in _TOKEN.findall(text.replace("臺", "台")):
        if _IS_HAN.match(run) and len(run) > 1:
            terms.extend(run[i : i + 2] for i in range(len(run) - 1))
        else:
            terms.append(run)
    return terms


class SearchEnglishHan(en.SearchEnglish):
    """English stemming and stop words, Han characters in pairs."""

    lang = "en-han"
    language_name = "English and Chinese"
    js_splitter_code = SPLITTER

    def split(self, input: str) -> list[str]:  # noqa: A002 - Sphinx's name
        """Terms of the index; must agree with :data:`SPLITTER`."""
        return split(input)

    @functools.cache  # noqa: B019 - there is one for a whole build, and a word comes seven times
    def stem(self, word: str) -> str:
        """The stem of a term."""
        return str(super().stem(word))


def terms(title: str) -> list[str]:
    """The names in a Chinese title: its parts, with, without and within brackets.

    >>> terms("研發經費（GERD）、研發密度")
    ['研發經費（GERD）', '研發經費', 'GERD', '研發密度']
    """
    found: list[str] = []
    for part in _APART.split(title):
        found += [part, _BRACKET.sub("", part), *_BRACKET.findall(part)]
    return list(dict.fromkeys(term.strip() for term in found if term.strip()))


class ChineseTitle(SphinxRole):
    """The Chinese title of a page."""

    def run(self) -> tuple[list[Node], list[system_message]]:
        """The title, marked as Traditional Chinese."""
        return [nodes.inline(self.rawtext, self.text, classes=[CLASS, "language-zh-Hant"])], []


def subtitle(app: Sphinx, doctree: nodes.document) -> None:
    """Mark a paragraph that is nothing but a Chinese title below a heading."""
    for node in doctree.findall(nodes.paragraph):
        above = node.parent.index(node) - 1
        alone = len(node) == 1 and isinstance(node[0], nodes.inline) and CLASS in node[0]["classes"]
        if alone and above >= 0 and isinstance(node.parent[above], nodes.title):
            node["classes"].append("subtitle")


@functools.lru_cache(maxsize=4)
def countries(root: Path) -> dict[str, str]:
    """Chinese and English names of the report's countries."""
    labels = report.records(report.load(root / "data").labels())
    return {row["label"]: row["en"] for row in labels if row["kind"] == "country"}


def of_text(doctree: nodes.document, countries: dict[str, str]) -> list[Name]:
    """``(name, anchor, main)`` from what stands on a page: Chinese titles, findings, countries in headings."""
    found = [(t, "", True) for n in doctree.findall(nodes.inline) if CLASS in n["classes"] for t in terms(n.astext())]
    for section in doctree.findall(nodes.section):
        heading = section.next_node(nodes.title)
        anchor = "" if section.parent is doctree else section["ids"][0]
        found += [(name.upper(), anchor, True) for name in section["ids"] if _FINDING.fullmatch(name)]
        words = heading.astext() if heading is not None else ""
        found += [(label, anchor, True) for label, english in countries.items() if english in words]
    return found


def of_tables(root: Path, covered: list[str]) -> list[Name]:
    """``(name, anchor, main)`` from the tables and figures a page covers: their numbers, titles and columns."""
    found: list[Name] = []
    for item in report_items(root):
        if item["item"] in covered:
            number = item["item"].lstrip("圖")
            kinds = ("圖", "Figure ") if item["item"].startswith("圖") else ("表", "Table ", "")
            found += [(kind + number, "", True) for kind in kinds]
            found += [(item[title].replace(";", ","), "", True) for title in ("title", "title_en")]
            found += [(title, "", False) for title in item["columns"]]
    return found


def index(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give the search index the names of a page; those of columns are marked as less than main."""
    root = Path(app.srcdir)
    names = of_text(doctree, countries(root)) + of_tables(root, covers(root / f"{docname}.ipynb"))
    if names:
        entries = [("single", name, anchor, "main" if main else "", None) for name, anchor, main in names]
        doctree.append(addnodes.index(entries=entries))


def ranking(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the ranking on the search page."""
    if pagename == "search":
        app.add_js_file("search.js", priority=900, loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the language, which ``html_search_language: en-han`` selects, the role, and what search is told."""
    app.add_search_language(SearchEnglishHan)
    app.add_role("zh", ChineseTitle())
    app.connect("doctree-read", subtitle)
    app.connect("doctree-resolved", index)
    app.connect("html-page-context", ranking)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
