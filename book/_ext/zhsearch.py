"""Search that finds Chinese: runs of Han characters are indexed, and queries split, as pairs.

Sphinx's own languages index a Chinese run as one word, or segment the index and not
the query; either way 研發經費 finds nothing. Pairs (研發, 發經, 經費) need no dictionary, and the
same splitting is done in Python for the index and in JavaScript for the query. 臺 counts as 台. Words in
Latin letters are stemmed as English, as before; the number of a table (1-2-13) and the id of
a finding or claim (F-005) stay whole. ``_static/search.js`` ranks what is found.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from sphinx.application import Sphinx
from sphinx.search import en

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


def ranking(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Load the ranking on the search page."""
    if pagename == "search":
        app.add_js_file("search.js", priority=900, loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the language; ``html_search_language: en-han`` selects it."""
    app.add_search_language(SearchEnglishHan)
    app.connect("html-page-context", ranking)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
