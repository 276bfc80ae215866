"""Pages that ask no other host for anything and work from a memory stick.

Maths becomes MathML while the book is built, so no MathJax is fetched; the scripts of
Thebe, which this book does not use and which name a content network, are dropped; so is
any other script or style from elsewhere. Also tells Sphinx that the numbering of chapters
may run in parallel (the extension that does it does not say so itself).
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number


def _mathml(node: nodes.math | nodes.math_block, display: str) -> str:
    from latex2mathml.converter import convert

    latex = node.astext().strip()
    source = escape(latex, {'"': "&quot;", "\n": " "})
    return convert(latex, display=display).replace("<math ", f'<math alttext="{source}" ', 1)


def visit_inline(translator: Any, node: nodes.math) -> None:
    """Maths within a line."""
    translator.body.append(_mathml(node, "inline"))
    raise nodes.SkipNode


def visit_block(translator: Any, node: nodes.math_block) -> None:
    """Displayed maths, with its number if it has one."""
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight", tabindex="0"))
    if node.get("number"):
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})</span>')
    translator.body.append(_mathml(node, "block") + "</div>\n")
    raise nodes.SkipNode


def _local(item: Any) -> bool:
    content = f"{getattr(item, 'filename', item) or ''} {getattr(item, 'attributes', {}).get('body', '')}".lower()
    return "thebe" not in content and not content.lstrip().startswith(("http:", "https:", "//"))


def keep_local(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Scripts and styles of this book only."""
    for kind in ("script_files", "css_files"):
        context[kind] = [item for item in context.get(kind, []) if _local(item)]


def allow_parallel(app: Sphinx, config: Any) -> None:
    """``sphinx_multitoc_numbering`` keeps no state while reading."""
    extension = app.extensions.get("sphinx_multitoc_numbering")
    if extension is not None:
        extension.parallel_read_safe = extension.parallel_write_safe = True


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the maths renderer and the filter."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("config-inited", allow_parallel)
    app.connect("html-page-context", keep_local, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
