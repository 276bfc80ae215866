"""Figures of points and cells: scatter and bubble maps, heat maps, radars. Nothing is computed here."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from math import cos, hypot, isnan, pi, sin, sqrt
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, PowerNorm, TwoSlopeNorm, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from analysis.charts import layout
from analysis.charts.layout import Exact, canvas, core, doubtful, drawn, finish, leader, minus, ways
from analysis.charts.marks import band, note, numbers, own_colour, told
from analysis.charts.style import (
    BEHIND,
    DIVERGING,
    FAINT,
    GRID,
    HOME,
    INK,
    LEAST,
    MUTED,
    PALE,
    PALETTE,
    PAPER,
    SEQUENTIAL,
    SMALL,
    TAIWAN,
    colours,
    ink_on,
)

_LARGEST = 18.0  # points: radius of the largest bubble
_Side = tuple[float, float, str, str]  #: direction and alignment of a label beside its point
_Room = tuple[Bbox, Path | None]  #: the box of a label, and the way of its leader if it has one
_SIDES: tuple[_Side, ...] = (
    (1, 0, "left", "center"),
    (-1, 0, "right", "center"),
    (0, 1, "center", "bottom"),
    (0, -1, "center", "top"),
    (0.75, 0.75, "left", "bottom"),
    (-0.75, 0.75, "right", "bottom"),
    (0.75, -0.75, "left", "top"),
    (-0.75, -0.75, "right", "top"),
)


def _place(ax: Axes, labels: Sequence[tuple[Annotation, float]], marks: Sequence[tuple[float, float, float]]) -> None:
    """Choose for each label the place where it covers least and is nearest to its own mark: eight sides, near first.

    Greedy, then four rounds of second thoughts. A label further out gets a leader, which keeps off other marks and labels.
    """
    scale = ax.figure.dpi / 72
    discs = [(*ax.transData.transform((x, y)), radius * scale) for x, y, radius in marks]
    dots = [Bbox.from_bounds(x - radius, y - radius, 2 * radius, 2 * radius) for x, y, radius in discs]
    paths = ways(ax.figure)
    frame = ax.get_window_extent()
    places = [(far, side) for far in (0, 11, 22, 34) for side in _SIDES]
    taken: dict[int, _Room] = {}
    chosen: dict[int, tuple[int, _Side]] = {}

    @cache
    def room(number: int, place: tuple[int, _Side]) -> _Room:
        """What a label and its leader take up at a place."""
        text, radius = labels[number]
        box, (far, side) = _set(text, radius, place), place
        x, y = ax.transData.transform(text.xy)
        end = (x + side[0] * (radius + far) * scale, y + side[1] * (radius + far) * scale)
        return box, Path([(x, y), end]) if far else None

    @cache
    def alone(number: int, place: tuple[int, _Side]) -> float:
        """What a label covers or leaves at a place, how good the place is, and whether another mark seems to be meant."""
        (box, way), (x, y) = room(number, place), ax.transData.transform(labels[number][0].xy)
        found = 12 * sum(_overlap(box, dot) for dot in dots)
        found += sum(0.5 * box.width * box.height for path in paths if path.intersects_bbox(box, False))
        found += 60 * (max(0.0, frame.x0 - box.x0) + max(0.0, box.x1 - frame.x1))
        found += 60 * (max(0.0, frame.y0 - box.y0) + max(0.0, box.y1 - frame.y1))
        gaps = {(dx, dy): _gap(box, dx, dy) - radius for dx, dy, radius in discs}
        own = 0.0 if way else gaps.pop((x, y), 0.0)
        gaps.pop((x, y), None)
        found += 60 * sum(max(0.0, own + 3 * scale - gap) for gap in gaps.values())
        if way:
            found += sum(800 for dot, at in zip(dots, discs, strict=True) if at[:2] != (x, y) and _crosses(way, dot))
        return float(found + _SIDES.index(place[1]) + place[0] * 2.5)

    def cost(number: int, place: tuple[int, _Side]) -> float:
        """What a place costs among the others that are taken."""
        box, way = room(number, place)
        others = [other for key, other in taken.items() if key != number]
        found = 6 * sum(_overlap(box, other) for other, _ in others)
        crossed = [other for other, _ in others if _crosses(way, other)]
        crossed += [box for _, line in others if _crosses(line, box)]
        found += 3 * sum(other.width * other.height for other in crossed)
        return alone(number, place) + found

    for number in [*range(len(labels))] * 5:
        chosen[number] = min(places, key=partial(cost, number))
        taken[number] = room(number, chosen[number])
    for number, (text, radius) in enumerate(labels):
        far, side = chosen[number]
        _set(text, radius, chosen[number])
        if any(path.intersects_bbox(core(taken[number][0]), False) for path in paths):
            text.set_bbox(BEHIND)
        if far:
            leader(ax, text, (side[0] * (radius + far), side[1] * (radius + far)), MUTED, radius, zorder=4)


def _gap(box: Bbox, x: float, y: float) -> float:
    """How far a place is from a box."""
    return hypot(max(box.x0 - x, 0.0, x - box.x1), max(box.y0 - y, 0.0, y - box.y1))


def _crosses(way: Path | None, box: Bbox) -> bool:
    """Whether a leader runs through a box."""
    return way is not None and bool(way.intersects_bbox(box, False))


def _set(text: Annotation, radius: float, place: tuple[int, _Side]) -> Bbox:
    far, (dx, dy, ha, va) = place
    text.set(ha=ha, va=va, position=(dx * (radius + far + 2.5), dy * (radius + far + 1.5)))
    return text.get_window_extent()


def _overlap(a: Bbox, b: Bbox) -> float:
    across = min(a.x1, b.x1) - max(a.x0, b.x0)
    down = min(a.y1, b.y1) - max(a.y0, b.y0)
    return float(max(0.0, across) * max(0.0, down))


@drawn
def scatter(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    x_label: str,
    y_label: str,
    focus: Sequence[str] = (HOME,),
    size_note: str = "",
    line: pd.DataFrame | None = None,
    log_x: bool = False,
    log_y: bool = False,
) -> Figure:
    """Points ``x, y`` with direct labels; a column ``size`` makes bubbles whose *area* is the value.

    ``line`` (columns ``x, y``, perhaps ``low, high``) draws a fit. ``focus`` gets colours, ``doubt``
    (the id of a finding or nothing) makes a point hollow. Logarithmic axes have plain numbers.
    """
    fig, ax = canvas(title, unit, 4.1)
    color = colours(frame["code"].astype(str), focus)
    if line is not None:
        if "low" in line:
            band(ax, line, GRID, over="x", zorder=1)
        ax.plot(numbers(line["x"]), numbers(line["y"]), color=MUTED, lw=1.1, ls=(0, (4, 2)), zorder=2)
    rows = frame.assign(doubt=doubtful(frame), strong=frame["code"].isin(focus), radius=4.0)
    if "size" in frame:
        size = frame["size"].astype(float)
        rows["radius"] = (_LARGEST * (size / size.max()).map(sqrt)).clip(lower=2.2)
        rows = rows.assign(size=size).sort_values("size", ascending=False, kind="stable")
    marks, labels = [], []
    x_said = x_label.removesuffix(" (logarithmic)")  # as the axis is, not the value
    for order, row in enumerate(rows.to_dict("records")):  # largest first, so that no bubble hides a smaller one
        x, y, radius, name = float(row["x"]), float(row["y"]), row["radius"], str(row["name"])
        strong = bool(row["strong"])
        tint = color[str(row["code"])] if strong else PALE
        hollow = {"color": PAPER, "ec": tint, "lw": 1.3, "alpha": 1}
        look = hollow if row["doubt"] else {"color": tint, "ec": PAPER, "lw": 0.8, "alpha": 0.75 if strong else 0.6}
        ax.scatter([x], [y], s=(2 * radius) ** 2, zorder=3 + order / 100, **look)
        fig.value(ax, x, y, name, f"{x_said}: {told(x)}; {y_label}: {told(y)}", row["doubt"])
        marks.append((x, y, radius))
        labels.append((note(ax, name, (x, y), (0, 0), color=tint if strong else MUTED, zorder=6), radius * 0.9, strong))
    ax.margins(0.1)
    for axis, label, logarithmic in ((ax.xaxis, x_label, log_x), (ax.yaxis, y_label, log_y)):
        if logarithmic:
            layout.log_axis(axis)
        axis.set_major_formatter(Exact())
        axis.set_label_text(label)
    ax.grid(True)
    if size_note:
        ax.set_title(size_note, size=SMALL, color=MUTED)
    placed = [(text, radius) for text, radius, _ in sorted(labels, key=lambda label: not label[2])]
    return finish(fig, lambda: _place(ax, placed, marks))


@drawn
def heatmap(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    fmt: str = "{:g}",
    middle: float | None = None,
    limits: tuple[float, float] | None = None,
    reverse: bool = False,
    column_codes: Sequence[str] | None = None,
    texts: pd.DataFrame | None = None,
    gamma: float = 1.0,
    row_height: float = 0.27,
) -> Figure:
    """A matrix (index and columns are the labels) with the value in every cell.

    ``middle`` makes a two-sided scale around it; ``reverse`` makes small values deep, as suits
    ranks, ``gamma`` below 1 spreads the small ones; ``texts`` replaces the written values; ``column_codes``
    mark Taiwan's column.
    """
    fig, ax = canvas(title, unit, len(frame) * row_height + 0.65)
    values: Any = frame.astype(float).to_numpy()
    low, high = limits or (float(np.nanmin(values)), float(np.nanmax(values)))
    if middle is not None:
        far = max(high - middle, middle - low) or 1.0
        norm: Normalize = TwoSlopeNorm(middle, middle - far, middle + far)
        ramp = LinearSegmentedColormap.from_list("diverging", DIVERGING)
    else:
        norm = PowerNorm(gamma, low, high)
        ramp = LinearSegmentedColormap.from_list("sequential", SEQUENTIAL)
    if reverse:
        ramp = ramp.reversed()
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            text = "–" if isnan(value) else minus(fmt.format(value)) if texts is None else str(texts.iat[i, j])
            blank = text in ("–", "")
            tint = PAPER if blank else to_hex(ramp(norm(value)))
            ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, fc=tint, ec=PAPER, lw=1.2))
            if text:
                fig.value(ax, j, i, f"{frame.index[i]}, {frame.columns[j]}", text)
            ax.text(j, i, text, ha="center", va="center", size=LEAST, color=MUTED if blank else ink_on(tint))
    ax.set_xlim(-0.5, len(frame.columns) - 0.5)
    ax.set_ylim(len(frame) - 0.5, -0.5)
    ax.set_yticks(range(len(frame)), [str(v) for v in frame.index])
    heads = [str(v) for v in frame.columns]
    names, widest = (
        max(layout.text_width(line, SMALL) for text in some for line in str(text).split("\n"))
        for some in (frame.index, heads)
    )
    across = widest * len(heads) < layout.width() - names - 0.3
    level = {"va": "baseline"} if across and not any("\n" in head for head in heads) else {}
    ax.set_xticks(range(len(heads)), heads, rotation=0 if across else 90, **level)
    ax.xaxis.tick_top()
    ax.tick_params(axis="both", length=0)
    ax.spines[:].set_visible(False)
    ax.tick_params(axis="y", labelcolor=INK)
    for tick, code in zip(ax.get_xticklabels(), column_codes or [""] * len(heads), strict=True):
        tick.set_color(own_colour(code, INK))
    return finish(fig)


@drawn
def radar(
    frame: pd.DataFrame, *, title: str, unit: str, series: Mapping[str, str], rings: Sequence[int], worst: float
) -> Figure:
    """A radar of ranks: rank 1 at the rim, ``worst`` at the centre; one spoke per row of ``frame``.

    Columns ``name`` (may hold line breaks) and one per key of ``series``; keys that start with
    :data:`~analysis.charts.style.HOME` take Taiwan's colour, an earlier year (key ending in ``_before``) is dashed.
    """
    fig, ax = canvas(title, unit, 4.3, subplot_kw={"projection": "polar"})
    angles = [2 * pi * i / len(frame) for i in range(len(frame))]
    ax.set_theta_offset(pi / 2)
    ax.set_theta_direction(-1)
    ax.set_ylim(0, worst - 1)
    others = iter(PALETTE)
    for key, label in series.items():
        before = key.endswith("_before")
        color = TAIWAN if key.startswith(HOME) else next(others)
        depth = [worst - v for v in numbers(frame[key])]
        for angle, radius, name, value in zip(angles, depth, frame["name"], frame[key], strict=True):
            fig.value(ax, angle, radius, str(name), f"{label}: {told(value)}")
        around, out = [*angles, angles[0]], [*depth, depth[0]]
        earlier: dict[str, Any] = {"lw": 1.3, "ls": (0, (3, 2)), "ms": 3, "zorder": 3}
        look = earlier if before else {"lw": 2.2, "ms": 4.5, "zorder": 4}
        ax.plot(around, out, color=color, marker="o", label=label, **look)
        if not before:
            ax.fill(around, out, color=color, alpha=0.08, lw=0)
    ax.set_yticks([worst - r for r in rings], ["" for _ in rings])
    middle: dict[str, Any] = {"size": LEAST, "color": MUTED, "ha": "center", "va": "center"}
    for ring in rings:
        ax.annotate(str(ring), (pi / len(frame), worst - ring), **middle, bbox=BEHIND | {"pad": 0.6, "alpha": 0.85})
    ax.set_xticks(angles, [str(n) for n in frame["name"]], color=INK, size=SMALL)
    for angle, tick in zip(angles, ax.get_xticklabels(), strict=True):
        turn = angle % (2 * pi)
        upright = abs(sin(turn)) < 0.1  # above or below: all lines outside the rim
        tick.set_ha("center" if upright else "left" if turn < pi else "right")
        if upright:
            tick.set_va("bottom" if cos(turn) > 0 else "top")
    ax.tick_params(axis="x", pad=2)
    ax.spines["polar"].set_color(FAINT)
    ax.grid(color=GRID)
    look = {"frameon": False, "fontsize": SMALL, "handlelength": 1.8, "columnspacing": 1.4}
    fig.legend(loc="outside lower center", ncols=min(2, len(series)), **look)
    return finish(fig)
