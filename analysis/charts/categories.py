"""Figures with one row per category: bars, dumbbells, intervals, stacks, contributions.

Frames have a column ``name`` (the text of the row) and may have ``code``, by which Taiwan
gets its colour. Bars always start at zero. Nothing is computed here.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts.layout import Drawing, Exact, canvas, doubtful, drawn, finish, minus, text_width, width, wrap
from analysis.charts.marks import (
    HOLLOW,
    PLAIN,
    SWATCHES,
    WHISKERS,
    beside,
    codes,
    dot,
    keys,
    legend,
    note,
    numbers,
    own_colour,
    printed_range,
    reach,
    told,
)
from analysis.charts.style import (
    DEEP,
    GRID,
    INK,
    LEAST,
    MUTED,
    PALE,
    PAPER,
    PARTS,
    SMALL,
    SPAN,
    TAIWAN,
    VERDICTS,
    WIDE,
    ink_on,
    still,
)

_ROW = 0.235  # inches per row
_NAMES = 2.9  # inches of a wide figure that row names may take before they are broken into lines


def _names(frame: pd.DataFrame) -> list[str]:
    """Row names, long ones broken."""
    return ["\n".join(wrap(str(n), _NAMES * width() / WIDE, SMALL)) for n in frame["name"]]


def _height(frame: pd.DataFrame, row: float = _ROW) -> float:
    """Height of the rows in inches; more where a name takes several lines."""
    lines = max(n.count("\n") + 1 for n in _names(frame))
    return len(frame) * max(row, lines * SMALL * 1.28 / 72 + 0.05)


def _rows(ax: Axes, frame: pd.DataFrame, fmt: str = "{:,.10g}", vertical_grid: bool = True) -> None:
    names = _names(frame)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    for tick, code in zip(ax.get_yticklabels(), codes(frame), strict=True):
        tick.set_color(own_colour(code, INK))
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(axis="x", length=0)
    if vertical_grid:
        ax.grid(axis="x")
    ax.xaxis.set_major_formatter(Exact(fmt))


def _room(ax: Axes, frame: pd.DataFrame, texts: Sequence[str], left: bool = False) -> None:
    """Widen the x axis so that the widest of ``texts`` fits beyond the data on the right (and the left)."""
    low, high = ax.get_xlim()
    names = max(text_width(line, SMALL) for name in _names(frame) for line in name.split("\n"))
    share = (max(text_width(t, SMALL) for t in texts) + 0.12) / (width() - names - 0.2)
    room = share * (high - low) / (1 - share * (2 if left else 1))
    ax.set_xlim(low - room if left else low, high + room)


@drawn
def bars(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    fmt: str = "{:,g}",
    reference: tuple[float, str] | None = None,
    color: str = PALE,
) -> Figure:
    """Horizontal bars from zero with their values; ``low``/``high`` columns (the printed rounding) add whiskers.

    A column ``doubt`` (the id of a finding or nothing), or ``hollow``, makes a bar hollow.
    """
    fig, ax = canvas(title, unit, _height(frame) + 0.2)
    values, places = numbers(frame["value"]), range(len(frame))
    tints = [own_colour(c, color) for c in codes(frame)]
    doubts = doubtful(frame)
    hollow = frame.get("hollow", pd.Series(False, frame.index))
    fills = [PAPER if d or h else tint for d, h, tint in zip(doubts, hollow, tints, strict=True)]
    ax.barh(places, values, color=fills, edgecolor=tints, lw=1.2, height=0.7, zorder=2)
    if "low" in frame:
        ax.errorbar(values, places, xerr=reach(frame), **{**WHISKERS, "elinewidth": 1, "capsize": 2})
        fig.whiskers = bool((frame["high"] > frame["low"]).any())
    _rows(ax, frame)
    texts = [minus(fmt.format(v)) for v in values]
    lows, highs = (numbers(frame.get(end, frame["value"])) for end in ("low", "high"))
    for y, (value, low, high, name, text) in enumerate(zip(values, lows, highs, frame["name"], texts, strict=True)):
        fig.value(ax, value, y, str(name), text, doubts[y], shown=value != 0)
        end, gap = (max(value, high), 4) if value >= 0 else (min(value, low), -4)
        beside(ax, text, (end, y), gap, size=SMALL, color=TAIWAN if tints[y] == TAIWAN else INK)
    ax.set_xlim(pd.Series([0.0, *values, *lows]).min(), max(0, *values) or 1)  # whiskers are seen whole
    _room(ax, frame, texts, left=min(values) < 0)
    if min(values) < 0:
        ax.axvline(0, color=MUTED, lw=0.9, zorder=3)
    ax.tick_params(axis="x", labelbottom=False)
    ax.grid(False)
    if reference is not None:
        x, label = reference
        ax.axvline(x, color=MUTED, lw=0.9, ls=(0, (3, 2)), zorder=1)
        note(ax, label, (x, 0), (0, -3), xycoords=("data", "axes fraction"), ha="center", va="top", size=LEAST)
    return finish(fig)


@drawn
def dumbbell(
    frame: pd.DataFrame, *, title: str, unit: str, first: str, last: str, fmt: str = "{:,g}", reverse: bool = False
) -> Figure:
    """Two values per row joined by a line: ``frame`` has columns ``first`` and ``last`` (also the legend).

    The earlier value is hollow; one of the two may be missing (NaN). ``reverse`` puts small numbers on the
    right, as suits ranks. A row with a ``doubt`` has a hollow cross for its later value.
    """
    fig, ax = canvas(title, unit, _height(frame, _ROW + 0.02) + 0.5)
    fig.doubted = "Cross"
    a, b = numbers(frame[first]), numbers(frame[last])
    rows = zip(a, b, frame["name"], codes(frame), doubtful(frame), strict=True)
    for y, (u, v, name, code, doubt) in enumerate(rows):
        color = own_colour(code)
        shown = {label: minus(fmt.format(value)) for label, value in ((first, u), (last, v)) if value == value}
        for label in shown:
            value = u if label == first else v
            fig.value(ax, value, y, str(name), f"{label}: {shown[label]}", doubt if label == last or v != v else "")
        if len(shown) < 2:
            for label, text in shown.items():
                value, fill, ink = (u, PAPER, MUTED) if label == first else (v, color, color)
                look = {"fill": PAPER, "marker": "X"} if doubt else {"fill": fill}
                dot(ax, value, y, color, 6, **look, mew=1.4, zorder=4)
                beside(ax, text, (value, y), 7, color=ink)
            continue
        ax.plot([u, v], [y, y], color=color, lw=1.6, alpha=0.55, zorder=2)
        dot(ax, u, y, color, 6, **HOLLOW, zorder=3)
        dot(ax, v, y, color, 6.5, fill=PAPER if doubt else color, marker="X" if doubt else "o", zorder=4)
        gap = 7 if (v >= u) != reverse else -7
        beside(ax, shown[last], (v, y), gap, color=color)
        if u != v:
            beside(ax, shown[first], (u, y), -gap, color=MUTED)
    _rows(ax, frame)
    ax.margins(x=0.02)
    _room(ax, frame, [minus(fmt.format(v)) for v in [*a, *b] if v == v], left=True)
    if reverse:
        ax.invert_xaxis()
    ax.tick_params(axis="x", labelbottom=False)
    ax.grid(False)
    for y in range(len(frame)):
        ax.axhline(y, color=GRID, lw=0.7, zorder=0)
    marks = {first: {"mfc": PAPER}, last: {"mfc": DEEP}}
    legend(ax, keys(ax, {label: {"ms": 6, "mew": 1.4, "mec": DEEP} | fill for label, fill in marks.items()}))
    return finish(fig)


_MARKERS = {"contradicted": "X", "implausible": "^", "explained": "D", "consistent": "s"}


@drawn
def compare(frame: pd.DataFrame, *, title: str, unit: str, fmt: str = "{:,g}") -> Figure:
    """Printed numbers against the range that the recomputation allows.

    Columns ``name, low, high`` and, for the printed number, ``printed`` (a dot; a string is told as it is) with
    ``verdict`` for colour and sign. Without ``printed`` only the ranges are drawn.
    """
    fig, ax = canvas(title, unit, _height(frame, _ROW + 0.01) + 0.55)
    spans = [float(v) for k in ("low", "high", "printed") if k in frame for v in frame[k].dropna()]
    least = (max(spans) - min(spans)) * 0.012
    looks: dict[str, dict[str, Any]] = {}
    for y, row in enumerate(frame.to_dict("records")):
        low, high, name, span = float(row["low"]), float(row["high"]), str(row["name"]), printed_range(row, fmt)
        wide = max(high - low, least)
        ax.barh(y, wide, left=(low + high - wide) / 2, height=0.5, color=SPAN, zorder=2)
        fig.value(ax, (low + high) / 2, y, name, f"recomputed {span}")
        printed = float(row.get("printed", float("nan")))
        if printed == printed:
            verdict = str(row.get("verdict", "consistent"))
            look = {"marker": _MARKERS.get(verdict, "o"), "color": VERDICTS[verdict][0], "ms": 5.5}
            looks[verdict] = look
            own = row["printed"] if isinstance(row["printed"], str) else fmt.format(printed)
            fig.value(ax, printed, y, name, f"printed {minus(own)}, recomputed {span}: {verdict}")
            ax.plot([printed], [y], **look, lw=0, zorder=4, mec=PAPER, mew=0.5, clip_on=False)
    _rows(ax, frame, fmt)
    ax.margins(x=0.06)
    if "printed" in frame:
        entries = {"recomputed range": {"marker": "s", "color": SPAN, "ms": 8}}
        entries |= {f"printed: {verdict}": looks[verdict] for verdict in VERDICTS if verdict in looks}
        legend(ax, keys(ax, entries), left=-0.3, columnspacing=1.0)
    return finish(fig)


@drawn
def ranges(frame: pd.DataFrame, *, title: str, unit: str, fmt: str = "{:,g}", value: str = "value") -> Figure:
    """Intervals per row (``low``, ``high``) with a dot at ``value`` if there is such a column.

    The dot of a row with a ``doubt`` is hollow.
    """
    fig, ax = canvas(title, unit, _height(frame, _ROW + 0.01) + 0.3)
    for y, (row, code, doubt) in enumerate(zip(frame.to_dict("records"), codes(frame), doubtful(frame), strict=True)):
        color, ends = own_colour(code), [float(row["low"]), float(row["high"])]
        ax.plot(ends, [y, y], color=color, lw=3, alpha=0.45, solid_capstyle="butt", zorder=2)
        middle = float(row[value]) if value in row else sum(ends) / 2
        own = f"{told(middle, fmt)}, " if value in row else ""
        fig.value(ax, middle, y, str(row["name"]), own + printed_range(row, fmt), doubt)
        if value in row:
            dot(ax, middle, y, color, 4.5, fill=PAPER if doubt else color, zorder=3)
    _rows(ax, frame, fmt)
    ax.margins(x=0.05)
    return finish(fig)


def _stack(
    fig: Drawing,
    ax: Axes,
    frame: pd.DataFrame,
    parts: Mapping[str, str],
    tints: Iterable[str],
    fmt: str,
    least: float,
    **look: Any,
) -> list[float]:
    """Parts as bars one after the other, negative ones to the left of zero; returns where the positive ones end.

    Values of at least ``least`` are written into their bars.
    """
    up, down = [0.0] * len(frame), [0.0] * len(frame)
    for (column, name), tint in zip(parts.items(), tints, strict=False):
        values = numbers(frame[column])
        lefts = [u if v >= 0 else d for v, u, d in zip(values, up, down, strict=True)]
        ax.barh(range(len(frame)), values, left=lefts, color=tint, label=name, zorder=2, ec=PAPER, **look)
        for y, (start, value, row) in enumerate(zip(lefts, values, frame["name"], strict=True)):
            fig.value(ax, middle := start + value / 2, y, str(row), f"{name}: {told(value, fmt)}")
            if value >= least:
                ax.text(middle, y, f"{value:.0f}", ha="center", va="center", size=SMALL, zorder=3, color=ink_on(tint))
        up = [u + max(v, 0) for u, v in zip(up, values, strict=True)]
        down = [d + min(v, 0) for d, v in zip(down, values, strict=True)]
    return up


@drawn
def stacked(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    parts: Mapping[str, str],
    least: float = 4.0,
    tints: Sequence[str] = PARTS,
) -> Figure:
    """Shares stacked to one bar per row; ``parts`` maps columns to their names, largest first.

    Values of at least ``least`` are written into the bar.
    """
    fig, ax = canvas(title, unit, _height(frame, 0.36) + 0.55)
    ends = _stack(fig, ax, frame, parts, map(still, tints), PLAIN, least, height=0.74, lw=0.8)
    _rows(ax, frame, vertical_grid=False)
    ax.set_xlim(0, max(ends))
    ax.tick_params(axis="x", labelbottom=False)
    legend(ax, ax.get_legend_handles_labels()[0], **SWATCHES)
    return finish(fig)


@drawn
def contributions(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    parts: Mapping[str, str],
    total: str | None = None,
    fmt: str = "{:+.2f}",
) -> Figure:
    """Positive and negative parts of a change stacked either side of zero, one bar per row.

    ``parts`` maps columns to names; ``total`` is the column of their sum, drawn as a diamond and written.
    """
    several = len(parts) > 1
    fig, ax = canvas(title, unit, _height(frame, 0.3) + (0.6 if several else 0.25))
    ends = _stack(fig, ax, frame, parts, PARTS if several else (PALE,), fmt, inf, height=0.66, lw=0.5)
    _rows(ax, frame)
    ax.axvline(0, color=MUTED, lw=0.9, zorder=3)
    ax.margins(x=0.02)
    if total:
        sums = numbers(frame[total])
        ax.plot(sums, range(len(sums)), marker="D", ms=5, color=INK, mec=PAPER, lw=0, zorder=4, label="total")
        texts = [minus(fmt.format(v)) for v in sums]
        for y, (value, end, text, row) in enumerate(zip(sums, ends, texts, frame["name"], strict=True)):
            fig.value(ax, value, y, str(row), f"total: {text}")
            note(ax, text, (end, y), (6, 0), va="center", color=INK)
        _room(ax, frame, texts)
    if several:
        handles, _ = ax.get_legend_handles_labels()
        if total:
            handles.append(handles.pop(0))  # lines come first; the total belongs last
        legend(ax, handles, **SWATCHES)
    return finish(fig)
