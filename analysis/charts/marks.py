"""Marks and words that several kinds of figures share: dots, bands, ranges, legends, texts beside a value."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from analysis.charts.layout import minus
from analysis.charts.style import BEHIND, DEEP, HOME, INK, LEAST, MUTED, PAPER, SMALL, TAIWAN

#: Ranges of measured values, as thin lines with caps.
WHISKERS: dict[str, Any] = {"fmt": "none", "ecolor": INK, "elinewidth": 1.2, "capsize": 2.5, "zorder": 4}


def numbers(column: pd.Series) -> list[float]:
    """A column as floats; NaN where there is no number."""
    return column.astype(float).tolist()


def own_colour(code: object, other: str = DEEP) -> str:
    """Taiwan's colour for Taiwan, ``other`` for anything else."""
    return TAIWAN if code == HOME else other


def codes(frame: pd.DataFrame) -> list[str]:
    """The code of each row, empty where the frame has none."""
    return [str(c) for c in frame["code"]] if "code" in frame else [""] * len(frame)


#: How a number is written whose decimals are as printed.
PLAIN = "{:,g}"


def told(value: float, fmt: str = PLAIN) -> str:
    """A computed number as it is told on hover: with at most two decimals where ``fmt`` fixes none."""
    return minus(f"{value:,.2f}".rstrip("0").rstrip(".") if fmt == PLAIN else fmt.format(value))


def printed_range(row: Mapping[Any, Any], fmt: str) -> str:
    """``low`` to ``high`` of a row in words."""
    return f"{told(float(row['low']), fmt)} to {told(float(row['high']), fmt)}"


def dot(ax: Axes, x: float, y: float, color: str, size: float, *, fill: str | None = None, **more: Any) -> None:
    """One mark with an edge of ``color``, whole also on an axis; ``fill`` if it is not filled with it."""
    look: dict[str, Any] = {
        "marker": "o",
        "ms": size,
        "mfc": fill or color,
        "mec": color,
        "lw": 0,
        "clip_on": False,
    } | more
    ax.plot([x], [y], **look)


def note(ax: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], **more: Any) -> Annotation:
    """A text ``offset`` points from a place in data coordinates."""
    look: dict[str, Any] = {"size": SMALL, "color": MUTED} | more
    return ax.annotate(text, at, xytext=offset, textcoords="offset points", **look)


def beside(ax: Axes, text: str, at: tuple[float, float], gap: float, **more: Any) -> None:
    """A value to the right of its mark, to the left where ``gap`` (points) is negative."""
    side = "left" if gap >= 0 else "right"
    look: dict[str, Any] = {"va": "center", "ha": side, "size": LEAST, "bbox": BEHIND} | more
    note(ax, text, at, (gap, 0), **look)


def band(ax: Axes, frame: pd.DataFrame, color: str, low: str = "low", high: str = "high", **more: Any) -> None:
    """The area between two columns over ``year``, or over the column ``over``."""
    over = frame[more.pop("over", "year")].astype(float)
    ax.fill_between(over, frame[low].astype(float), frame[high].astype(float), color=color, lw=0, **more)


def reach(frame: pd.DataFrame) -> list[list[float]]:
    """How far ``low`` and ``high`` lie from ``value``, as error bars want it."""
    value = frame["value"].astype(float)
    return [(value - frame["low"].astype(float)).tolist(), (frame["high"].astype(float) - value).tolist()]


def legend(ax: Axes, handles: Sequence[Any], *, columns: int = 2, left: float = 0.0, **more: Any) -> None:
    """A legend between the header and the axes; handles of areas need :data:`SWATCHES`."""
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (left, 1.0), "frameon": False, "borderaxespad": 0.1}
    look: dict[str, Any] = {"fontsize": SMALL, "handletextpad": 0.1, "columnspacing": 1.2, "labelcolor": MUTED}
    ax.legend(handles=handles, ncols=columns, **place | look | more)


#: Small squares for the parts of a bar.
SWATCHES: dict[str, Any] = {
    "left": -0.02,
    "handlelength": 0.9,
    "handleheight": 0.9,
    "handletextpad": 0.4,
    "labelcolor": INK,
}


def keys(ax: Axes, entries: Mapping[str, dict[str, Any]]) -> list[Any]:
    """Handles for a legend of marks: the look of each by its label."""
    looks: dict[str, dict[str, Any]] = {label: {"marker": "o", "lw": 0} | look for label, look in entries.items()}
    return [ax.plot([], [], label=label, **look)[0] for label, look in looks.items()]


HOLLOW: dict[str, Any] = {"fill": PAPER, "mew": 1.4}
