"""What the theme leaves out for readers who do not use a mouse or see the page.

The theme's switches that open a part of the contents have no name; they get one. The number of a table, the id of a
finding and a month (``1-2-13``, ``F-005``, ``2025-09``) are not broken at their hyphens, on the screen or on paper, and
a hyphen before a number is a minus sign, also in the alternative texts of figures; between two pages it is a dash.
Apostrophes of tables and of what figures say are those of the prose.
Source maps, which only help to debug the theme, are not shipped, nor are the two thousand icons (1.4 MB for the first
page) that no page shows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pydata_sphinx_theme
from search import WHOLE
from sphinx.application import Sphinx

#: Tags with what may hold no other tags, or is no prose; the text between them is what the split leaves.
_TAGS = re.compile(r"(<(script|style|title|svg|math|pre|code|option|textarea)\b.*?</\2>|<!--.*?-->|<[^>]+>)", re.DOTALL)
_UNBROKEN = re.compile(rf"[表圖]?(?:{WHOLE})|(?<![\w-])\d{{4}}-\d\d(?:-\d\d)?(?![\w-])", re.ASCII)

_PAGES = re.compile(r"(?<=\bpp\. )(\d+)-(?=\d)")
_DESCRIBED = re.compile(r"(?<=<desc>)[^<]*")
#: What a drawing says in words; in the font of its own text a curly apostrophe is as wide as a Chinese sign.
_SAID = re.compile(r"(<(?:desc|title)\b[^>]*>)([^<]+)")
_MINUS = re.compile(r"(?<![\w.,%)\]-])-(?=\d)", re.ASCII)
#: An icon in the theme's script: name, size, its other names, code, path.
_ICON = re.compile(
    r'(?<=[{,])"?(?P<name>[\w-]+)"?:\[\d+,\d+,\[(?P<others>[^\]]*)\],"[0-9a-f]+",(?:"[^"]*"|\[[^\]]*\])\](?:,|(?=\}))'
)
_USED = re.compile(r"\bfa-([a-z0-9-]+)")
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
            parts[place + 1] = _SAID.sub(lambda m: m[1] + _APOSTROPHE.sub("’", m[2]), parts[place + 1])
    page = "".join(part or "" for number, part in enumerate(parts) if number % 3 != 2)
    return _DESCRIBED.sub(lambda m: _MINUS.sub("−", m[0]), page)


def keep_whole(app: Sphinx, error: Exception | None) -> None:
    """Mark what is not to be broken, once the pages are in their language (``analysis.publish.site`` translates first)."""
    if error is None and app.builder.format == "html":
        for path in Path(app.outdir).rglob("*.html"):
            if "_static" not in path.parts:
                head, body, rest = path.read_text("utf-8").partition("<body")
                path.write_text(head + body + whole(rest), "utf-8")


def shown(script: str, used: set[str]) -> str:
    """The theme's script of icons with those whose name, or another name they have, is used.

    >>> shown('x={sun:[5,5,[8250],"f1","M0"],"old-sun":[5,5,["moon"],"f2","M1"],cup:[5,5,[],"f3",["M2","M3"]]}', {"moon"})
    'x={"old-sun":[5,5,["moon"],"f2","M1"],}'
    """
    return _ICON.sub(lambda m: m[0] if used & {m["name"], *re.findall(r'"([^"]+)"', m["others"])} else "", script)


def slim(app: Sphinx, error: Exception | None) -> None:
    """Remove source maps and unused icons from a finished HTML build."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for path in (out / "_static").rglob("*.map"):
        path.unlink()
    # as the theme ships it: an earlier build may have left fewer
    icons = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/static/scripts/fontawesome.js"
    kept = out / "_static/scripts/fontawesome.js"
    if kept.is_file() and icons.is_file():
        files = [p for kind in ("html", "js") for p in out.rglob(f"*.{kind}") if p != kept]
        used = {name for path in files for name in _USED.findall(path.read_text("utf-8"))}
        kept.write_text(shown(icons.read_text("utf-8"), used), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Hook into the writing of pages and the end of a build."""
    app.connect("html-page-context", name_switches, priority=900)
    app.connect("build-finished", keep_whole, priority=450)
    app.connect("build-finished", slim)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
