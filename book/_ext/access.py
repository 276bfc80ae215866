"""What the theme leaves out for readers who do not use a mouse or see the page.

The theme's switches that open a part of the contents have no name; they get one. The number of a table, the id of a
finding and a month (``1-2-13``, ``F-005``, ``2025-09``) are not broken at their hyphens, on the screen or on paper, and
a hyphen before a number is a minus sign, also in the alternative texts of figures; between two pages it is a dash.
Apostrophes of tables and figures are those of the prose.
Source maps, which only help to debug the theme, are not shipped.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from search import WHOLE
from sphinx.application import Sphinx

#: Tags with what may hold no other tags, or is no prose; the text between them is what the split leaves.
_TAGS = re.compile(r"(<(script|style|title|svg|math|pre|code|option|textarea)\b.*?</\2>|<!--.*?-->|<[^>]+>)", re.DOTALL)
_UNBROKEN = re.compile(rf"[表圖]?(?:{WHOLE})|(?<![\w-])\d{{4}}-\d\d(?:-\d\d)?(?![\w-])", re.ASCII)

_PAGES = re.compile(r"(?<=\bpp\. )(\d+)-(?=\d)")
_DESCRIBED = re.compile(r"(?<=<desc>)[^<]*")
_DRAWN = re.compile(r"(<(?:desc|text|title|tspan)\b[^>]*>)([^<]+)")
_MINUS = re.compile(r"(?<![\w.,%)\]-])-(?=\d)", re.ASCII)
_APOSTROPHE = re.compile(r"(?<=\w)(?:'|&#x27;|&#39;)")


def name_switches(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Say what the arrow beside an entry of the contents does."""
    contents = context.get("generate_toctree_html")
    if contents is None:
        return

    def named(*args: Any, **kwargs: Any) -> Any:
        made = contents(*args, **kwargs)
        if isinstance(made, str):
            return made.replace("<summary>", '<summary aria-label="Pages of this section">')
        for summary in getattr(made, "find_all", lambda _: [])("summary"):
            summary["aria-label"] = "Pages of this section"
        return made

    context["generate_toctree_html"] = named


def whole(page: str) -> str:
    """A page whose numbers of tables, ids of findings and months stay on one line, with minus signs before numbers.

    >>> whole('<p title="F-005">see F-005&#x27;s 表1-2-13: -5</p>')
    '<p title="F-005">see <span class="whole">F-005</span>’s <span class="whole">表1-2-13</span>: −5</p>'
    """
    parts = _TAGS.split(page)
    # each tag is followed by its name, if it is one of those above, and by text
    for place in range(0, len(parts), 3):
        text = _APOSTROPHE.sub("’", _PAGES.sub(r"\1–", _MINUS.sub("−", parts[place])))
        parts[place] = _UNBROKEN.sub(r'<span class="whole">\g<0></span>', text)
        if parts[place + 2 : place + 3] == ["svg"]:
            parts[place + 1] = _DRAWN.sub(lambda m: m[1] + _APOSTROPHE.sub("’", m[2]), parts[place + 1])
    page = "".join(part or "" for number, part in enumerate(parts) if number % 3 != 2)
    return _DESCRIBED.sub(lambda m: _MINUS.sub("−", m[0]), page)


def keep_whole(app: Sphinx, error: Exception | None) -> None:
    """Mark what is not to be broken, once the pages are in their language (``analysis.publish.site`` translates first)."""
    if error is None and app.builder.format == "html":
        for path in Path(app.outdir).rglob("*.html"):
            if "_static" not in path.parts:
                head, body, rest = path.read_text("utf-8").partition("<body")
                path.write_text(head + body + whole(rest), "utf-8")


def slim(app: Sphinx, error: Exception | None) -> None:
    """Remove source maps from a finished HTML build."""
    if error is None and app.builder.format == "html":
        for path in Path(app.outdir, "_static").rglob("*.map"):
            path.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Hook into the writing of pages and the end of a build."""
    app.connect("html-page-context", name_switches, priority=900)
    app.connect("build-finished", keep_whole, priority=450)
    app.connect("build-finished", slim)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
