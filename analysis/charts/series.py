"""Figures of values over years: lines, small multiples, forecast fans.

Frames are tidy: one row per point, columns ``code``, ``name``, ``year``, ``value`` and, where
the printed rounding is to be seen, ``low`` and ``high``. Nothing is computed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.ticker import MaxNLocator

from analysis.charts.layout import canvas, doubtful, drawn, end_labels, finish, minus, spacing
from analysis.charts.style import BASE, BEHIND, DEEP, FAINT, INK, LEAST, MUTED, PAPER, SMALL, TAIWAN, colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def _years(ax: Axes, years: Sequence[int], most: int = 6) -> None:
    step = -(-(len(years) - 1) // (most - 1)) if len(years) > most else 1
    shown = list(years[::-1][::step][::-1])
    ax.set_xticks(shown, [str(y) for y in shown])
    pad = 0.03 * (years[-1] - years[0] or 1)
    ax.set_xlim(years[0] - pad, years[-1] + pad)


def _values(ax: Axes, zero: bool, fmt: str, bins: int = 5) -> None:
    ax.yaxis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(lambda v, _: minus(fmt.format(v)))
    ax.grid(axis="y")
    ax.spines["left"].set_visible(False)
    if zero:
        ax.set_ylim(bottom=0)


#: More lines than this are not named one by one.
MANY = 7


def _said(frame: pd.DataFrame, fmt: str) -> list[str]:
    """Each value as it is printed, or formatted."""
    shown = [minus(fmt.format(float(v))) for v in frame["value"]]
    if "printed" not in frame:
        return shown
    return [minus(p) if isinstance(p, str) and p else s for p, s in zip(frame["printed"], shown, strict=True)]


@drawn
def lines(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    focus: Sequence[str] = ("TWN",),
    label_all: bool = True,
    last: str | None = None,
    zero: bool = False,
    reference: tuple[float, str] | None = None,
    fmt: str = "{:,g}",
    height: float = 3.6,
    others: str = "others",
) -> Figure:
    """Lines with direct labels at their ends.

    ``focus`` gets colours (Taiwan its own), the rest is a faint crowd. Up to seven lines are all named, unless
    ``label_all`` is false; of more, only those of ``focus``, the highest and the lowest, and the subtitle counts
    the ``others`` ("countries"); on the page a reader may choose one of them. ``last`` formats the last value into
    the label (``"{:.2f}"``). ``low``/``high`` columns draw a band, ``printed`` is what a value says of itself,
    ``doubt`` (the id of a finding or nothing) makes a point hollow. ``reference`` is a horizontal line with its label.
    """
    parts = {str(c): p.sort_values("year") for c, p in frame[frame["value"].notna()].groupby("code", sort=False)}
    color = colours(parts, focus)
    many = len(parts) > MANY
    crowd = sorted((c for c in parts if c not in focus), key=lambda c: float(parts[c]["value"].iloc[-1]))
    # in a crowd the highest and the lowest are named if they are the extremes of all
    ends = [float(p["value"].iloc[-1]) for p in parts.values()]
    extremes = {c for c in crowd if float(parts[c]["value"].iloc[-1]) in (min(ends), max(ends))} if many else set(crowd)
    named = {c for c in parts if c in focus or (label_all and c in extremes)}
    rest = len([c for c in parts if c not in named])
    fig, ax = canvas(title, f"{unit}; grey: {rest} {others}" if rest and named else unit, height)
    fig.unit, fig.choice = unit, many
    years = sorted({int(y) for y in frame["year"]})
    labels: list[tuple[float, str, str]] = []
    for code in sorted(parts, key=lambda c: (c in focus, c == "TWN")):
        part = parts[code]
        strong = code in focus
        x, y = part["year"].astype(float), part["value"].astype(float)
        if strong and "low" in part:
            ax.fill_between(
                x, part["low"].astype(float), part["high"].astype(float), color=color[code], alpha=0.2, lw=0
            )
        lw = 2.4 if code == "TWN" else 1.7 if strong else 1.0
        ax.plot(x, y, color=color[code], lw=lw, zorder=3 if strong else 2, marker="o" if strong else "", ms=3.4)
        doubts, said, name = doubtful(part), _said(part, last or fmt), str(part["name"].iloc[-1])
        for at, value, year, text, doubt in zip(x, y, part["year"], said, doubts, strict=True):
            fig.value(ax, at, value, name, f"{year}: {text}", doubt)
            if doubt:
                ink = color[code] if strong else MUTED
                ax.plot([at], [value], marker="o", ms=5.5, mfc=PAPER, mec=ink, mew=1.3, lw=0, zorder=4)
        if code in named:
            text = f"{name} {said[-1]}" if last and strong else name
            labels.append((float(y.iloc[-1]), text, color[code] if strong else MUTED))
    _years(ax, years)
    _values(ax, zero, fmt)
    if reference is not None:
        ax.axhline(reference[0], color=MUTED, lw=0.9, ls=(0, (3, 2)), zorder=1)
        ax.annotate(
            reference[1], (years[0], reference[0]), xytext=(0, 3), textcoords="offset points", size=SMALL, color=MUTED
        )
    return finish(fig, end_labels(ax, labels, years[-1]))


def _room(ax: Axes, frame: pd.DataFrame, zero: bool) -> None:
    """Limits around all values of ``frame`` with room for labels above and, unless from zero, below."""
    ends = [float(v) for key in ("value", "low", "high") if key in frame for v in frame[key].dropna()]
    low, high = min(ends), max(ends)
    low = min(0.0, low) if zero else low
    room = 0.35 * ((high - low) or 1.0)
    ax.set_ylim(low if zero and low == 0 else low - room / 2, high + room)


@drawn
def multiples(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    order: Sequence[str] | None = None,
    columns: int = 3,
    zero: bool = True,
    background: bool = False,
    shared: bool = True,
    fmt: str = "{:,g}",
    ends: str | None = "{:,g}",
    row_height: float = 0.98,
) -> Figure:
    """One small panel per code, all with the same scale (unless ``shared`` is false).

    The name stands above the panel, the first and last values at the ends of its line.
    ``background`` draws all the others faintly behind each.
    """
    codes = list(order) if order is not None else list(dict.fromkeys(frame["code"]))
    rows = -(-len(codes) // columns)
    fig, grid = canvas(
        title, unit, rows * row_height + 0.25, nrows=rows, ncols=columns, sharex=True, sharey=shared, squeeze=False
    )
    spacing(fig, wspace=0.06, hspace=0.06)
    years = sorted({int(y) for y in frame["year"]})
    names = dict(zip(frame["code"], frame["name"], strict=True))
    parts = {c: frame[(frame["code"] == c) & frame["value"].notna()].sort_values("year") for c in codes}
    for index, ax in enumerate(grid.flat):
        if index >= len(codes):
            ax.set_visible(False)
            continue
        code = codes[index]
        color = TAIWAN if code == "TWN" else DEEP
        part = parts[code]
        x, y = part["year"].astype(float), part["value"].astype(float)
        said, doubts = _said(part, ends or fmt), doubtful(part)
        for at, value, year, text, doubt in zip(x, y, part["year"], said, doubts, strict=True):
            fig.value(ax, at, value, names[code], f"{year}: {text}", doubt)
            if doubt:
                ax.plot([at], [value], marker="o", ms=4.5, mfc=PAPER, mec=color, mew=1.2, lw=0, zorder=5)
        if background:
            for other in parts.values():
                ax.plot(other["year"].astype(float), other["value"].astype(float), color=FAINT, lw=0.6, zorder=1)
        if "low" in part:
            ax.fill_between(x, part["low"].astype(float), part["high"].astype(float), color=color, alpha=0.25, lw=0)
        ax.plot(x, y, color=color, lw=2.0, zorder=3)
        ax.plot(x.iloc[[0, -1]], y.iloc[[0, -1]], color=color, lw=0, marker="o", ms=3, zorder=4)
        ax.set_title(names[code], color=TAIWAN if code == "TWN" else INK, size=SMALL, pad=3)
        if ends:
            for i, side, gap in ((0, "left", 1), (-1, "right", -1)):
                ax.annotate(
                    minus(ends.format(y.iloc[i])),
                    (x.iloc[i], y.iloc[i]),
                    xytext=(gap, 5),
                    textcoords="offset points",
                    ha=side,
                    size=LEAST,
                    color=color,
                    zorder=5,
                )
        _values(ax, False, fmt, bins=3)
        _room(ax, frame if shared else part, zero)
        ax.set_xticks([years[0], years[-1]], [str(years[0]), str(years[-1])])
        ax.tick_params(axis="both", labelsize=LEAST, labelbottom=index + columns >= len(codes))
        for tick, side in zip(ax.get_xticklabels(), ("left", "right"), strict=False):
            tick.set_ha(side)
    return finish(fig)


@drawn
def fan(
    data: pd.DataFrame,
    forecast: pd.DataFrame,
    *,
    title: str,
    unit: str,
    n: int,
    model: str,
    fit: pd.DataFrame | None = None,
    color: str = TAIWAN,
    level: str = "95%",
    fmt: str = "{:,g}",
    zero: bool = False,
    height: float = 3.3,
) -> Figure:
    """Data, fitted line and forecast with its prediction interval.

    ``data``: ``year, value`` and perhaps ``low, high`` (the printed rounding). ``forecast``:
    ``year, value, low, high`` and perhaps ``low50, high50`` for an inner band. ``fit``:
    ``year, value``. The number of points and the model are said in the figure.
    """
    fig, ax = canvas(title, unit, height)
    x = data["year"].astype(float).tolist()
    y = data["value"].astype(float).tolist()
    if "low" in data:
        below = [v - float(lo) for v, lo in zip(y, data["low"], strict=True)]
        above = [float(hi) - v for v, hi in zip(y, data["high"], strict=True)]
        ax.errorbar(x, y, yerr=[below, above], fmt="none", ecolor=INK, elinewidth=1.2, capsize=2.5, zorder=4)
    ax.plot(x, y, color=INK, lw=0, marker="o", ms=4.5, zorder=5)
    fx = forecast["year"].astype(float).tolist()
    fy = forecast["value"].astype(float).tolist()
    for low, high, alpha in (("low", "high", 0.16), ("low50", "high50", 0.26)):
        if low in forecast:
            ax.fill_between(
                fx, forecast[low].astype(float), forecast[high].astype(float), color=color, alpha=alpha, lw=0
            )
    if fit is not None:
        ax.plot(fit["year"].astype(float), fit["value"].astype(float), color=color, lw=1.8, zorder=3)
    ax.plot(fx, fy, color=color, lw=1.8, ls=(0, (4, 2)), marker="o", ms=3.5, mfc=PAPER, zorder=4)
    for at, value in zip(x, y, strict=True):
        fig.value(ax, at, value, "", f"{at:.0f}: {minus(fmt.format(value))}")
    for row in forecast.to_dict("records"):
        span = f" ({minus(fmt.format(row['low']))} to {minus(fmt.format(row['high']))})" if "low" in row else ""
        said = f"{int(row['year'])}, forecast: {minus(fmt.format(row['value']))}{span}"
        fig.value(ax, row["year"], row["value"], "", said)
    years = sorted({int(v) for v in [*x, *fx]})
    _years(ax, years, 7)
    _values(ax, zero, fmt)
    ax.text(0.01, 0.98, f"n = {n}; {model}", transform=ax.transAxes, va="top", size=SMALL, color=MUTED, bbox=BEHIND)
    last = forecast.iloc[-1]
    labels = [(fy[-1], minus(fmt.format(fy[-1])), color)]
    if "low" in forecast:
        labels += [(float(last[k]), f"{minus(fmt.format(float(last[k])))}", MUTED) for k in ("low", "high")]
        ax.annotate(
            f"{level} prediction interval",
            (fx[0], float(forecast["high"].iloc[0])),
            xytext=(-4, 12),
            textcoords="offset points",
            ha="right",
            size=LEAST,
            color=color,
            bbox=BEHIND,
        )
    return finish(fig, end_labels(ax, labels, years[-1], BASE))


@drawn
def trend(
    data: pd.DataFrame,
    *,
    title: str,
    unit: str,
    line: pd.DataFrame,
    n: int,
    model: str,
    level: str = "95%",
    color: str = TAIWAN,
    fmt: str = "{:,g}",
    height: float = 3.2,
) -> Figure:
    """Points with a fitted line, the band of the line (deep) and of a single new value (pale).

    ``data``: ``year, value`` and perhaps ``low, high`` (the printed rounding); ``line``: ``year, value, low,
    high, low_pi, high_pi``.
    """
    fig, ax = canvas(title, unit, height)
    at = line["year"].astype(float).tolist()
    ax.fill_between(at, line["low_pi"].astype(float), line["high_pi"].astype(float), color=color, alpha=0.12, lw=0)
    ax.fill_between(at, line["low"].astype(float), line["high"].astype(float), color=color, alpha=0.22, lw=0)
    ax.plot(at, line["value"].astype(float), color=color, lw=1.8, zorder=3)
    x, y = data["year"].astype(float).tolist(), data["value"].astype(float).tolist()
    if "low" in data:
        below = [v - float(lo) for v, lo in zip(y, data["low"], strict=True)]
        above = [float(hi) - v for v, hi in zip(y, data["high"], strict=True)]
        ax.errorbar(x, y, yerr=[below, above], fmt="none", ecolor=INK, elinewidth=1.2, capsize=2.5, zorder=4)
    ax.plot(x, y, color=INK, lw=0, marker="o", ms=4.5, zorder=5)
    for year, value in zip(x, y, strict=True):
        fig.value(ax, year, value, "", f"{year:.0f}: {minus(fmt.format(value))}")
    years = sorted({int(v) for v in [*x, *at]})
    _years(ax, years, 7)
    _values(ax, False, fmt)
    ax.text(0.01, 0.98, f"n = {n}; {model}", transform=ax.transAxes, va="top", size=SMALL, color=MUTED, bbox=BEHIND)
    last = line.iloc[-1]
    middle = float(last["value"])
    labels = [
        (float(last["high_pi"]), f"{level}: one year", color),
        (float(last["high"]), f"{level}: the line", color),
        (middle, "fit", color),
    ]
    return finish(fig, end_labels(ax, labels, years[-1]))
