"""Figures: one style, one function per kind, tidy frame in, Figure out; ``show`` puts it on the page.

``lines``, ``multiples``, ``trend``, ``fan`` and ``forecasts`` for years; ``bars``, ``dumbbell``, ``compare``, ``ranges``,
``stacked`` and ``contributions`` for categories; ``scatter``, ``heatmap`` and ``radar`` for points. A figure's title says
what it shows, its second line the unit.
"""

import importlib
import logging
from typing import Any

# Before matplotlib is imported: "building the font cache" on standard error would be an output of a notebook.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

from analysis.charts.exhibit import caption, cite, csv_link, show  # noqa: E402
from analysis.charts.layout import faults  # noqa: E402
from analysis.charts.picture import svg  # noqa: E402
from analysis.charts.style import PALETTE, TAIWAN, VERDICTS, use_style  # noqa: E402

#: A kind is imported when it is first drawn, so that a page depends on the kinds it draws and no others.
_KINDS = {
    "categories": ("bars", "compare", "contributions", "dumbbell", "ranges", "stacked"),
    "markets": ("forecasts",),
    "points": ("heatmap", "radar", "scatter"),
    "series": ("fan", "lines", "multiples", "trend"),
}

__all__ = ["PALETTE", "TAIWAN", "VERDICTS", "caption", "cite", "csv_link", "faults", "show", "svg", "use_style"]

use_style()


def __getattr__(name: str) -> Any:
    """The function that draws a kind of figure."""
    for module, kinds in _KINDS.items():
        if name in kinds:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    known = ", ".join(sorted(kind for named in _KINDS.values() for kind in named))
    raise AttributeError(f"module {__name__} has no attribute {name}; kinds of figures are {known}")
