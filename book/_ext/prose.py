"""The role ``{fact}``: numbers in the text, read from the outputs stored in the notebooks.

``{fact}`fall` `` writes the fact ``fall`` of the same page (see ``analysis.facts``), ``{fact}`evidence/us_patents:fall` ``
that of another page below ``book/``. A fact may hold one form per language. ``{fact}`fall*100` `` writes its numbers times
a power of ten, for a translation that has another unit. A missing fact is a warning, which the build turns into an error.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.nodes import Node, system_message
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from analysis.publish import checks, fingerprint, units

logger = logging.getLogger(__name__)


@lru_cache(maxsize=256)
def stored(path: Path, modified: int, language: str) -> dict[str, str]:
    """Facts in the outputs of a notebook; ``modified`` makes a changed file be read again."""
    return checks.facts(fingerprint.read(path), language) if path.suffix == ".ipynb" else {}


class Fact(SphinxRole):
    """One number or word of the text."""

    def run(self) -> tuple[list[Node], list[system_message]]:
        """The fact as text in the language of the build."""
        named, _, factor = self.text.partition("*")
        page, _, key = named.rpartition(":")
        page = f"book/{page}" if page else self.env.docname
        path = Path(self.env.doc2path(page))
        known: dict[str, str] = {}
        if path.is_file():
            self.env.note_dependency(str(path))
            known = stored(path, path.stat().st_mtime_ns, self.config.language)
        value = known.get(key)
        if value is None:
            there = f"its cells give {', '.join(sorted(known))}" if known else "it gives none"
            logger.warning("no fact %s in %s; %s", key, page, there, location=self.get_location())
            return [nodes.Text("?")], []
        if factor:
            value = units.shift(value, units.power_of(factor))
        return [nodes.inline(value, value, classes=["fact"])], []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the role."""
    app.add_role("fact", Fact())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
