"""What a page says about being run again: beside its download, how; above it, if its outputs are out of date
or a sentence no longer holds.

``stale_notebooks`` and ``broken_sentences`` are set by :mod:`analysis.publish.site`, not in ``_config.yml``.
"""

from __future__ import annotations

from html import escape
from typing import Any

from sphinx.application import Sphinx

GUIDE = "book/reference/rerun"
_STALE = """\
<div class="admonition warning" id="stale"><p class="admonition-title">These outputs are out of date</p>
<p>Something this page was computed from has changed since it was run. <code>make book</code> runs it again.</p></div>
"""


_BROKEN = """\
<div class="admonition warning" id="broken"><p class="admonition-title">Written for other numbers</p>
<p>The data have changed, and these sentences of the page no longer hold:</p><ul>{items}</ul></div>
"""


def note(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Add the entry to the download menu, and the warning to the top of a stale page."""
    if context.get("page_source_suffix") != ".ipynb":
        return
    for group in context.get("header_buttons", []):
        if group.get("label") == "download-buttons":
            group["buttons"].append(
                {
                    "type": "link",
                    "url": context["pathto"](GUIDE),
                    "text": "Rerun this page",
                    "tooltip": "A notebook runs inside a copy of the book: how to get and start one",
                    "icon": "fas fa-rotate",
                    "label": "rerun-button",
                }
            )
    if f"{pagename}.ipynb" in app.config.stale_notebooks:
        context["body"] = _STALE + context["body"]
    if said := app.config.broken_sentences.get(f"{pagename}.ipynb"):
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in said)
        context["body"] = _BROKEN.format(items=items) + context["body"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Hook in after the theme has put its buttons together."""
    app.add_config_value("stale_notebooks", [], "")
    app.add_config_value("broken_sentences", {}, "")
    app.connect("html-page-context", note, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
