"""Figures of points and cells: scatter and bubble maps, heat maps, radars. Nothing is computed here."""

from collections.abc import Mapping, Sequence
from math import cos, isnan, pi, sin, sqrt
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize, PowerNorm, TwoSlopeNorm, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
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
_PLACES = [(far, side) for far in (0, 11, 22, 34) for side in _SIDES]  #: points further out than beside the mark


def _place(ax: Axes, labels: Sequence[tuple[Annotation, float]], marks: Sequence[tuple[float, float, float]]) -> None:
    """Choose for each label the place where it covers least and is nearest to its own mark: eight sides, near first.

    Greedy, then four rounds of second thoughts. A label further out gets a leader, which keeps off other marks and labels.
    """
    scale = ax.figure.dpi / 72
    far, toward = np.array([f for f, _ in _PLACES]), np.array([side[:2] for _, side in _PLACES])
    # of each label at each place: its box, and its leader as a line (NaN, which crosses nothing, if it has none)
    boxes = np.array([_boxes(text, radius) for text, radius in labels])
    area = np.prod(boxes[..., 2:] - boxes[..., :2], axis=-1)
    own = np.array([ax.transData.transform(text.xy) for text, _ in labels])[:, None]
    reach = np.array([radius for _, radius in labels])[:, None] + np.where(far > 0, far, np.nan)
    leads = np.concatenate([own + 0 * reach[..., None], own + scale * reach[..., None] * toward], axis=-1)
    discs = np.array([(*ax.transData.transform((x, y)), radius * scale) for x, y, radius in marks])
    dots = np.hstack([discs[:, :2] - discs[:, 2:], discs[:, :2] + discs[:, 2:]])
    mine = (own == discs[:, :2]).all(axis=-1)[:, None]

    # what a label covers or leaves at a place, how good the place is, and whether another mark seems to be meant
    paths, frame = ways(ax.figure), ax.get_window_extent()
    lines = [[sum(path.intersects_bbox(_bbox(box), False) for path in paths) for box in some] for some in boxes]
    cost = 12 * _overlap(boxes[:, :, None], dots).sum(axis=-1) + 0.5 * area * np.array(lines)
    outside = np.maximum(0, frame.min - boxes[..., :2]) + np.maximum(0, boxes[..., 2:] - frame.max)
    aside = np.maximum(0, np.maximum(boxes[:, :, None, :2] - discs[:, :2], discs[:, :2] - boxes[:, :, None, 2:]))
    gaps = np.hypot(*np.moveaxis(aside, -1, 0)) - discs[:, 2]
    near = np.where(far > 0, 0, np.where(mine, gaps, np.inf).min(axis=-1))[..., None] + 3 * scale
    cost += 60 * (outside.sum(axis=-1) + np.where(mine, 0, np.maximum(0, near - gaps)).sum(axis=-1))
    cost += 800 * (_crosses(leads[:, :, None], dots) & ~mine).sum(axis=-1)
    cost += [_SIDES.index(side) + f * 2.5 for f, side in _PLACES]

    chosen = np.full(len(labels), -1)
    for number in [*range(len(labels))] * 5:
        others = (chosen >= 0) & (np.arange(len(labels)) != number)
        taken, lead, room = (part[others, chosen[others]] for part in (boxes, leads, area))
        covered = 6 * _overlap(boxes[number][:, None], taken).sum(axis=-1)
        covered += 3 * (_crosses(leads[number][:, None], taken) * room).sum(axis=-1)
        covered += 3 * _crosses(lead, boxes[number][:, None]).sum(axis=-1) * area[number]
        chosen[number] = np.argmin(cost[number] + covered)
    for (text, radius), place in zip(labels, chosen, strict=True):
        out, (dx, dy, ha, va) = _PLACES[place]
        text.set(ha=ha, va=va, position=(dx * (radius + out + 2.5), dy * (radius + out + 1.5)))
        if any(path.intersects_bbox(core(text.get_window_extent()), False) for path in paths):
            text.set_bbox(BEHIND)
        if out:
            leader(ax, text, (dx * (radius + out), dy * (radius + out)), MUTED, radius, zorder=4)


def _boxes(text: Annotation, radius: float) -> Any:
    """The boxes of a label (x0, y0, x1, y1) at all places: one measured, the others moved."""
    text.set(ha="left", va="bottom", position=(0, 0))
    box, scale = text.get_window_extent(), text.figure.dpi / 72
    back = {"left": 0, "bottom": 0, "center": 0.5, "right": 1, "top": 1}
    away = [(dx * (radius + out + 2.5) * scale, dy * (radius + out + 1.5) * scale) for out, (dx, dy, *_) in _PLACES]
    corners = np.add(box.min, away) - np.array([(back[ha], back[va]) for _, (*_, ha, va) in _PLACES]) * box.size
    return np.hstack([corners, corners + box.size])


def _bbox(box: Any) -> Bbox:
    return Bbox.from_extents(*box)


def _crosses(lines: Any, boxes: Any) -> Any:
    """Whether lines (x0, y0, x1, y1) run through boxes: neither axis nor the line's normal keeps them apart."""
    line, half = (lines[..., 2:] - lines[..., :2]) / 2, (boxes[..., 2:] - boxes[..., :2]) / 2
    between = (lines[..., 2:] + lines[..., :2]) / 2 - (boxes[..., 2:] + boxes[..., :2]) / 2
    apart = np.abs(between[..., 0] * line[..., 1] - between[..., 1] * line[..., 0])
    reach = half[..., 0] * np.abs(line[..., 1]) + half[..., 1] * np.abs(line[..., 0])
    return (np.abs(between) < np.abs(line) + half).all(axis=-1) & (apart < reach)


def _overlap(boxes: Any, others: Any) -> Any:
    """Areas that boxes (x0, y0, x1, y1) have in common."""
    both = np.minimum(boxes[..., 2:], others[..., 2:]) - np.maximum(boxes[..., :2], others[..., :2])
    return np.maximum(0, both).prod(axis=-1)


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

    ``middle`` makes a two-sided scale around it; ``reverse`` makes small values deep, as suits ranks, ``gamma`` below 1
    spreads the small ones; ``texts`` replaces the written values; ``column_codes`` mark Taiwan's column.
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
