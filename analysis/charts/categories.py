"""Figures with one row per category: bars, dumbbells, slopes, intervals, stacks, contributions.

Frames have a column ``name`` (the text of the row) and may have ``code``, by which Taiwan
gets its colour. Bars always start at zero. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts.layout import canvas, doubtful, drawn, finish, log_axis, minus, text_width, width, wrap
from analysis.charts.style import (
    BEHIND,
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

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW = 0.235  # inches per row


_NAMES = 2.9  # inches of a wide figure that row names may take before they are broken into lines


def _names(frame: pd.DataFrame) -> list[str]:
    """Row names, long ones broken."""
    return ["\n".join(wrap(str(n), _NAMES * width() / WIDE, SMALL)) for n in frame["name"]]


def _height(frame: pd.DataFrame, row: float = _ROW) -> float:
    """Height of the rows in inches; more where a name takes several lines."""
    lines = max(n.count("\n") + 1 for n in _names(frame))
    return len(frame) * max(row, lines * SMALL * 1.28 / 72 + 0.05)


def _codes(frame: pd.DataFrame) -> list[str]:
    return [str(c) for c in frame["code"]] if "code" in frame else [""] * len(frame)


def _rows(ax: Axes, frame: pd.DataFrame, vertical_grid: bool = True) -> None:
    names = _names(frame)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    for tick, code in zip(ax.get_yticklabels(), _codes(frame), strict=True):
        tick.set_color(TAIWAN if code == "TWN" else INK)
    ax.spines["left"].set_visible(False)
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(axis="x", length=0)
    if vertical_grid:
        ax.grid(axis="x")
    ax.xaxis.set_major_formatter(lambda v, _: minus(f"{v:,.10g}"))


def _room(ax: Axes, frame: pd.DataFrame, texts: Sequence[str], left: bool = False) -> None:
    """Widen the x axis so that the widest of ``texts`` fits beyond the data on the right (and the left)."""
    scale = ax.xaxis.get_transform()
    low, high = scale.transform(ax.get_xlim())
    names = max(text_width(line, SMALL) for name in _names(frame) for line in name.split("\n"))
    share = (max(text_width(t, SMALL) for t in texts) + 0.12) / (width() - names - 0.2)
    room = share * (high - low) / (1 - share * (2 if left else 1))
    low, high = scale.inverted().transform([low - room if left else low, high + room])
    ax.set_xlim(float(low), float(high))


@drawn
def bars(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    fmt: str = "{:,g}",
    reference: tuple[float, str] | None = None,
    color: str = PALE,
    height: float | None = None,
) -> Figure:
    """Horizontal bars from zero with their values; ``low``/``high`` columns add whiskers."""
    fig, ax = canvas(title, unit, height or _height(frame) + 0.2)
    values = [float(v) for v in frame["value"]]
    tints = [TAIWAN if c == "TWN" else color for c in _codes(frame)]
    doubts = doubtful(frame)
    ax.barh(
        range(len(values)),
        values,
        color=[PAPER if d else tint for d, tint in zip(doubts, tints, strict=True)],
        edgecolor=tints,
        lw=1.2,
        height=0.7,
        zorder=2,
    )
    if "low" in frame:
        errors = [
            [v - float(lo) for v, lo in zip(values, frame["low"], strict=True)],
            [float(hi) - v for v, hi in zip(values, frame["high"], strict=True)],
        ]
        ax.errorbar(values, range(len(values)), xerr=errors, fmt="none", ecolor=INK, elinewidth=1, capsize=2, zorder=4)
    _rows(ax, frame)
    texts = [minus(fmt.format(v)) for v in values]
    lows, highs = (frame.get(end, frame["value"]).astype(float) for end in ("low", "high"))
    ends = [max(v, hi) if v >= 0 else min(v, lo) for v, lo, hi in zip(values, lows, highs, strict=True)]
    for y, (value, end, text) in enumerate(zip(values, ends, texts, strict=True)):
        fig.value(ax, value, y, str(frame["name"].iloc[y]), text, doubts[y])
        ax.annotate(
            text,
            (end, y),
            xytext=(4 if value >= 0 else -4, 0),
            textcoords="offset points",
            va="center",
            ha="left" if value >= 0 else "right",
            size=SMALL,
            color=TAIWAN if tints[y] == TAIWAN else INK,
            bbox=BEHIND,
        )
    ax.set_xlim(min(0, *values), max(0, *values) or 1)
    _room(ax, frame, texts, left=min(values) < 0)
    if min(values) < 0:
        ax.axvline(0, color=MUTED, lw=0.9, zorder=3)
    ax.tick_params(axis="x", labelbottom=False)
    ax.grid(False)
    if reference is not None:
        _reference(ax, *reference)
    return finish(fig)


def _reference(ax: Axes, x: float, label: str) -> None:
    ax.axvline(x, color=MUTED, lw=0.9, ls=(0, (3, 2)), zorder=1)
    ax.annotate(
        label,
        (x, 0),
        xycoords=("data", "axes fraction"),
        xytext=(0, -3),
        textcoords="offset points",
        ha="center",
        va="top",
        size=LEAST,
        color=MUTED,
    )


@drawn
def dumbbell(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    first: str,
    last: str,
    fmt: str = "{:,g}",
    reverse: bool = False,
    show_values: bool = True,
    log: bool = False,
) -> Figure:
    """Two values per row joined by a line: ``frame`` has columns ``first`` and ``last`` (also the legend).

    The earlier value is hollow; one of the two may be missing (NaN). ``reverse`` puts small numbers on the right, as suits ranks;
    ``log`` makes equal lengths equal ratios. A row with a ``doubt`` has a struck mark for its later value.
    """
    fig, ax = canvas(title, unit, _height(frame, _ROW + 0.02) + 0.5)
    a, b = frame[first].astype(float).tolist(), frame[last].astype(float).tolist()
    doubts = doubtful(frame)
    for y, (u, v, code, doubt) in enumerate(zip(a, b, _codes(frame), doubts, strict=True)):
        color = TAIWAN if code == "TWN" else DEEP
        for value, label in ((u, first), (v, last)):
            if value == value:
                said = f"{label}: {minus(fmt.format(value))}"
                fig.value(ax, value, y, str(frame["name"].iloc[y]), said, doubt if label == last or v != v else "")
        if u != u or v != v:  # only one of the two
            value, fill = (u, PAPER) if v != v else (v, color)
            ax.plot([value], [y], marker="o", ms=6, mfc=fill, mec=color, mew=1.4, lw=0, zorder=4)
            if show_values:
                ax.annotate(
                    minus(fmt.format(value)),
                    (value, y),
                    xytext=(7, 0),
                    textcoords="offset points",
                    va="center",
                    size=LEAST,
                    color=MUTED if v != v else color,
                    bbox=BEHIND,
                )
            continue
        ax.plot([u, v], [y, y], color=color, lw=1.6, alpha=0.55, zorder=2)
        ax.plot([u], [y], marker="o", ms=6, mfc=PAPER, mec=color, mew=1.4, lw=0, zorder=3)
        ax.plot(
            [v], [y], marker="X" if doubt else "o", ms=6.5, mfc=PAPER if doubt else color, mec=color, lw=0, zorder=4
        )
        if show_values:
            right_is_last = (v >= u) != reverse
            for value, right in ((v, right_is_last), (u, not right_is_last)):
                ax.annotate(
                    minus(fmt.format(value)),
                    (value, y),
                    xytext=(7 if right else -7, 0),
                    textcoords="offset points",
                    va="center",
                    ha="left" if right else "right",
                    size=LEAST,
                    color=color if value == v else MUTED,
                    bbox=BEHIND,
                )
                if u == v:
                    break
    _rows(ax, frame)
    ax.margins(x=0.02 if show_values else 0.14)
    if log:
        log_axis(ax, "x")
    if show_values:
        _room(ax, frame, [minus(fmt.format(v)) for v in [*a, *b] if v == v], left=True)
    if reverse:
        ax.invert_xaxis()
    ax.tick_params(axis="x", labelbottom=not show_values)
    if show_values:
        ax.grid(False)
        for y in range(len(frame)):
            ax.axhline(y, color=GRID, lw=0.7, zorder=0)
    _legend(ax, [(first, {"mfc": PAPER, "mec": DEEP}), (last, {"mfc": DEEP, "mec": DEEP})])
    return finish(fig)


def _legend(ax: Axes, entries: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    handles = [ax.plot([], [], marker="o", ms=6, lw=0, mew=1.4, label=label, **style)[0] for label, style in entries]
    ax.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=len(handles),
        frameon=False,
        fontsize=SMALL,
        handletextpad=0.1,
        columnspacing=1.2,
        borderaxespad=0.1,
        labelcolor=MUTED,
    )


_MARKERS = {"contradicted": "X", "implausible": "^", "explained": "D", "consistent": "s"}


@drawn
def compare(frame: pd.DataFrame, *, title: str, unit: str, fmt: str = "{:,g}", printed: str = "printed") -> Figure:
    """Printed numbers against the range that the recomputation allows.

    Columns ``name, low, high`` and, for the printed number, ``printed`` (a dot) with
    ``verdict`` for colour and sign. Without ``printed`` only the ranges are drawn.
    """
    fig, ax = canvas(title, unit, _height(frame, _ROW + 0.01) + 0.55)
    has = "printed" in frame
    spans = [float(v) for k in ("low", "high", "printed") if k in frame for v in frame[k].dropna()]
    least = (max(spans) - min(spans)) * 0.012
    used: dict[str, bool] = {}
    for y, row in enumerate(frame.to_dict("records")):
        low, high = float(row["low"]), float(row["high"])
        wide = max(high - low, least)
        ax.barh(y, wide, left=(low + high - wide) / 2, height=0.5, color=SPAN, zorder=2)
        span = f"{minus(fmt.format(low))} to {minus(fmt.format(high))}"
        fig.value(ax, (low + high) / 2, y, str(row["name"]), f"recomputed {span}")
        if has and row["printed"] == row["printed"]:
            verdict = str(row.get("verdict", "consistent"))
            color, _ = VERDICTS[verdict]
            used[verdict] = True
            said = f"{printed} {minus(fmt.format(float(row['printed'])))}, recomputed {span}: {verdict}"
            fig.value(ax, row["printed"], y, str(row["name"]), said)
            marker = _MARKERS.get(verdict, "o")
            ax.plot(
                [float(row["printed"])], [y], marker=marker, ms=5.5, color=color, lw=0, zorder=4, mec=PAPER, mew=0.5
            )
    _rows(ax, frame)
    ax.xaxis.set_major_formatter(lambda v, _: minus(fmt.format(v)))
    ax.margins(x=0.06)
    if has:
        entries = [("recomputed range", {"marker": "s", "color": SPAN, "ms": 8})]
        for verdict in (v for v in VERDICTS if v in used):
            marker = _MARKERS.get(verdict, "o")
            entries.append((f"{printed}: {verdict}", {"marker": marker, "color": VERDICTS[verdict][0], "ms": 5.5}))
        handles = [ax.plot([], [], lw=0, label=label, **style)[0] for label, style in entries]
        ax.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(-0.3, 1.0),
            ncols=2,
            frameon=False,
            fontsize=SMALL,
            handletextpad=0.1,
            columnspacing=1.0,
            borderaxespad=0.1,
            labelcolor=MUTED,
        )
    return finish(fig)


@drawn
def ranges(frame: pd.DataFrame, *, title: str, unit: str, fmt: str = "{:,g}", value: str = "value") -> Figure:
    """Intervals per row (``low``, ``high``) with a dot at ``value`` if there is such a column."""
    fig, ax = canvas(title, unit, _height(frame, _ROW + 0.01) + 0.3)
    for y, (row, code) in enumerate(zip(frame.to_dict("records"), _codes(frame), strict=True)):
        color = TAIWAN if code == "TWN" else DEEP
        ax.plot(
            [float(row["low"]), float(row["high"])],
            [y, y],
            color=color,
            lw=3,
            alpha=0.45,
            solid_capstyle="butt",
            zorder=2,
        )
        middle = float(row[value]) if value in row else (float(row["low"]) + float(row["high"])) / 2
        own = f"{minus(fmt.format(middle))}, " if value in row else ""
        span = f"{minus(fmt.format(float(row['low'])))} to {minus(fmt.format(float(row['high'])))}"
        fig.value(ax, middle, y, str(row["name"]), own + span)
        if value in row:
            ax.plot([float(row[value])], [y], marker="o", ms=4.5, color=color, lw=0, zorder=3)
    _rows(ax, frame)
    ax.xaxis.set_major_formatter(lambda v, _: minus(fmt.format(v)))
    ax.margins(x=0.05)
    return finish(fig)


@drawn
def stacked(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    parts: Mapping[str, str],
    fmt: str = "{:.0f}",
    least: float = 4.0,
    tints: Sequence[str] = PARTS,
) -> Figure:
    """Shares stacked to one bar per row; ``parts`` maps columns to their names, largest first.

    Values of at least ``least`` are written into the bar.
    """
    fig, ax = canvas(title, unit, _height(frame, 0.36) + 0.55)
    left = [0.0] * len(frame)
    for (column, name), tint in zip(parts.items(), map(still, tints), strict=False):
        values = [float(v) for v in frame[column]]
        ax.barh(range(len(values)), values, left=left, color=tint, height=0.74, label=name, zorder=2, ec=PAPER, lw=0.8)
        for y, (start, value) in enumerate(zip(left, values, strict=True)):
            fig.value(ax, start + value / 2, y, str(frame["name"].iloc[y]), f"{name}: {minus(f'{value:,.4g}')}")
            if value >= least:
                ax.text(
                    start + value / 2,
                    y,
                    fmt.format(value),
                    ha="center",
                    va="center",
                    size=SMALL,
                    zorder=3,
                    color=ink_on(tint),
                )
        left = [a + b for a, b in zip(left, values, strict=True)]
    _rows(ax, frame, vertical_grid=False)
    ax.set_xlim(0, max(left))
    ax.tick_params(axis="x", labelbottom=False)
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=2,
        frameon=False,
        fontsize=SMALL,
        handlelength=0.9,
        handleheight=0.9,
        handletextpad=0.4,
        columnspacing=1.2,
        borderaxespad=0.1,
        labelcolor=INK,
    )
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
    tints = PARTS if len(parts) > 1 else (PALE,)
    fig, ax = canvas(title, unit, _height(frame, 0.3) + (0.6 if len(parts) > 1 else 0.25))
    up, down = [0.0] * len(frame), [0.0] * len(frame)
    for (column, name), tint in zip(parts.items(), tints, strict=False):
        values = [float(v) for v in frame[column]]
        lefts = [u if v >= 0 else d for v, u, d in zip(values, up, down, strict=True)]
        ax.barh(range(len(values)), values, left=lefts, color=tint, height=0.66, label=name, zorder=2, ec=PAPER, lw=0.5)
        for y, (start, value) in enumerate(zip(lefts, values, strict=True)):
            fig.value(ax, start + value / 2, y, str(frame["name"].iloc[y]), f"{name}: {minus(fmt.format(value))}")
        up = [u + max(v, 0) for u, v in zip(up, values, strict=True)]
        down = [d + min(v, 0) for d, v in zip(down, values, strict=True)]
    _rows(ax, frame)
    texts = []
    if total:
        sums = [float(v) for v in frame[total]]
        ax.plot(sums, range(len(sums)), marker="D", ms=5, color=INK, mec=PAPER, lw=0, zorder=4, label="total")
        texts = [minus(fmt.format(v)) for v in sums]
        for y, (value, text) in enumerate(zip(sums, texts, strict=True)):
            fig.value(ax, value, y, str(frame["name"].iloc[y]), f"total: {text}")
    ax.axvline(0, color=MUTED, lw=0.9, zorder=3)
    ax.margins(x=0.02)
    if texts:
        for y, (text, end) in enumerate(zip(texts, up, strict=True)):
            ax.annotate(text, (end, y), xytext=(6, 0), textcoords="offset points", va="center", size=SMALL, color=INK)
        _room(ax, frame, texts)
    if len(parts) > 1:
        handles, _ = ax.get_legend_handles_labels()
        if total:
            handles.append(handles.pop(0))  # lines come first; the total belongs last
        ax.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(-0.02, 1.0),
            ncols=2,
            frameon=False,
            fontsize=SMALL,
            handlelength=0.9,
            handleheight=0.9,
            handletextpad=0.4,
            columnspacing=1.2,
            borderaxespad=0.1,
        )
    return finish(fig)
