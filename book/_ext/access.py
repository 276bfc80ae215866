"""What the theme leaves out for readers who do not use a mouse or see the page.

The theme's switches that open a part of the contents have no name; they get one. Source maps, which only
help to debug the theme, are not shipped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx


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


def slim(app: Sphinx, error: Exception | None) -> None:
    """Remove source maps from a finished HTML build."""
    if error is None and app.builder.format == "html":
        for path in Path(app.outdir, "_static").rglob("*.map"):
            path.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Hook into the writing of pages and the end of a build."""
    app.connect("html-page-context", name_switches, priority=900)
    app.connect("build-finished", slim)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
