"""Figures: one style, one function per kind, tidy frame in, Figure out; ``show`` puts it on the page.

``lines``, ``multiples``, ``trend`` and ``fan`` for years; ``bars``, ``dumbbell``, ``compare``, ``ranges``,
``stacked`` and ``contributions`` for categories; ``scatter``, ``heatmap`` and ``radar`` for points. A figure's title says
what it shows, its second line the unit.
"""

from __future__ import annotations

import importlib
from typing import Any

from analysis.charts.exhibit import caption, cite, csv_link, show
from analysis.charts.layout import faults
from analysis.charts.picture import svg
from analysis.charts.style import PALETTE, TAIWAN, VERDICTS, use_style

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
