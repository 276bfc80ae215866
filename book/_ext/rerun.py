"""The code of a page: behind one switch; how to run it again, beside its download; and what is said above the page if
its outputs are out of date or a sentence no longer holds.

MyST-NB would fold every cell by itself. Its folds are taken away; ``_static/site.css`` hides the code while the page says so
(``data-code`` of the root element, set by a script in the head), so that without scripts code is shown.
``stale_notebooks`` and ``broken_sentences`` are set by :mod:`analysis.publish.site`, not in ``_config.yml``.
"""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

GUIDE = "book/reference/rerun"
_STALE = """\
<div class="admonition warning" id="stale" lang="en"><p class="admonition-title">These outputs are out of date</p>
<p>Something this page was computed from has changed since it was run. <code>make book</code> runs it again.</p></div>
"""
_BROKEN = """\
<div class="admonition warning" id="broken" lang="en"><p class="admonition-title">Written for other numbers</p>
<p>These sentences of the page are not true of the data:</p><ul>{items}</ul></div>
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


def unfold(app: Sphinx, doctree: nodes.document) -> None:
    """Take the folds of code cells away."""
    for node in doctree.findall(nodes.container):
        if node.get("nb_element") == "cell_code" and node.get("hide_mode") == "input":
            del node["hide_mode"]


def switch(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """The button, on pages that have code."""
    if "cell_input" in context.get("body", ""):
        context["header_buttons"].insert(
            0,
            {
                "type": "javascript",
                "javascript": "toggleCode(this)",
                "text": "Show code",
                "tooltip": "Show or hide the code of this page",
                "icon": "fas fa-code",
                "label": "code-button",
                "classes": "pst-js-only",
            },
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Hook in before MyST-NB folds cells, and after the theme has put its buttons together."""
    app.add_config_value("stale_notebooks", [], "")
    app.add_config_value("broken_sentences", {}, "")
    app.connect("html-page-context", note, priority=600)
    app.connect("doctree-read", unfold)
    app.connect("html-page-context", switch, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
