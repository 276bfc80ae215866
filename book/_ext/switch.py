"""Code behind one switch per page: out of sight at first, shown by a button in the header.

MyST-NB would fold every cell by itself. Its folds are taken away; ``_static/site.css`` hides the code while the page says so
(``data-code`` of the root element, set by a script in the head), so that without scripts code is shown.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


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
    app.connect("doctree-read", unfold)
    app.connect("html-page-context", switch, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
