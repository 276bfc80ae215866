"""Search that finds Chinese: runs of Han characters are indexed, and queries split, as pairs.

Sphinx's own languages index a Chinese run as one word, or segment the index and not
the query; either way 研發經費 finds nothing. Pairs (研發, 發經, 經費) need no dictionary, and the
same splitting is done in Python for the index and in JavaScript for the query. Words in
Latin letters are stemmed as English, as before.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx
from sphinx.search import en

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_HAN}]+|[^\W{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")

SPLITTER = r"""
function splitQuery(query) {
  const terms = [];
  for (const run of query.match(/[HAN]+|[^\sHAN]+/g) || []) {
    if (/^[HAN]/.test(run)) {
      if (run.length === 1) terms.push(run);
      for (let i = 0; i + 1 < run.length; i++) terms.push(run.slice(i, i + 2));
    } else {
      terms.push(...(run.match(/[\p{Letter}\p{Number}_]+/gu) || []));
    }
  }
  return terms;
}
""".replace("HAN", _HAN)


def split(text: str) -> list[str]:
    """Words, with runs of Han characters as overlapping pairs (a lone character stays)."""
    terms: list[str] = []
    for run in _TOKEN.findall(text):
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


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the language; ``html_search_language: en-han`` selects it."""
    app.add_search_language(SearchEnglishHan)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
