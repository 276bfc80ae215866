"""Figures: one style, one function per kind, tidy frame in, Figure out; ``show`` puts it on the page.

``lines``, ``multiples``, ``trend`` and ``fan`` for years; ``bars``, ``dumbbell``, ``compare``, ``ranges``,
``stacked`` and ``contributions`` for categories; ``scatter``, ``heatmap`` and ``radar`` for points. A figure's title says
what it shows, its second line the unit.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from analysis.charts.exhibit import caption, cite, csv_link, show
from analysis.charts.layout import faults
from analysis.charts.picture import svg
from analysis.charts.style import PALETTE, TAIWAN, VERDICTS, use_style

if TYPE_CHECKING:
    from analysis.charts.categories import bars, compare, contributions, dumbbell, ranges, stacked
    from analysis.charts.markets import forecasts
    from analysis.charts.points import heatmap, radar, scatter
    from analysis.charts.series import fan, lines, multiples, trend

#: A kind is imported when it is first drawn, so that a page depends on the kinds it draws and no others.
_KINDS = {
    "categories": ("bars", "compare", "contributions", "dumbbell", "ranges", "stacked"),
    "markets": ("forecasts",),
    "points": ("heatmap", "radar", "scatter"),
    "series": ("fan", "lines", "multiples", "trend"),
}

use_style()

__all__ = [
    "PALETTE",
    "TAIWAN",
    "VERDICTS",
    "bars",
    "caption",
    "cite",
    "compare",
    "contributions",
    "csv_link",
    "dumbbell",
    "fan",
    "faults",
    "forecasts",
    "heatmap",
    "lines",
    "multiples",
    "radar",
    "ranges",
    "scatter",
    "show",
    "stacked",
    "svg",
    "trend",
    "use_style",
]


def __getattr__(name: str) -> Any:
    """The function that draws a kind of figure."""
    for module, kinds in _KINDS.items():
        if name in kinds:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
