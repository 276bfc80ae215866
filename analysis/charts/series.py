"""Figures of values over years: lines, small multiples, forecast fans.

Frames are tidy: one row per point, columns ``code``, ``name``, ``year``, ``value`` and, where
the printed rounding is to be seen, ``low`` and ``high``. Nothing is computed here.
"""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.charts.layout import Drawing, Exact, canvas, doubtful, drawn, end_labels, finish, minus, spacing
from analysis.charts.marks import WHISKERS, band, dot, note, numbers, own_colour, printed_range, reach
from analysis.charts.style import BASE, BEHIND, HOME, INK, LEAST, MUTED, PAPER, SMALL, TAIWAN, colours

#: More lines than this are not named one by one.
MANY = 7


def _years(ax: Axes, years: Sequence[int], most: int = 6) -> None:
    step = -(-(len(years) - 1) // (most - 1)) if len(years) > most else 1
    shown = list(years[::-1][::step][::-1])
    ax.set_xticks(shown, [str(y) for y in shown])
    pad = 0.03 * (years[-1] - years[0] or 1)
    ax.set_xlim(years[0] - pad, years[-1] + pad)


def _values(ax: Axes, fmt: str, bins: int = 5) -> None:
    ax.yaxis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(Exact(fmt))
    ax.grid(axis="y")
    ax.spines["left"].set_visible(False)


def _said(frame: pd.DataFrame, fmt: str) -> list[str]:
    """Each value as it is printed, or formatted."""
    shown = [minus(fmt.format(float(v))) for v in frame["value"]]
    if "printed" not in frame:
        return shown
    return [minus(p) if isinstance(p, str) and p else s for p, s in zip(frame["printed"], shown, strict=True)]


def _say(fig: Drawing, ax: Axes, part: pd.DataFrame, name: str, said: Sequence[str]) -> list[tuple[float, float]]:
    """Say the values of one line; returns the doubtful points, which are drawn hollow."""
    hollow = []
    rows = zip(numbers(part["year"]), numbers(part["value"]), part["year"], said, doubtful(part), strict=True)
    for at, value, year, text, doubt in rows:
        fig.value(ax, at, value, name, f"{year}: {text}", doubt)
        if doubt:
            hollow.append((at, value))
    return hollow


@drawn
def lines(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    focus: Sequence[str] = (HOME,),
    last: str | None = None,
    zero: bool = False,
    reference: tuple[float, str] | None = None,
    fmt: str = "{:,g}",
) -> Figure:
    """Lines with direct labels at their ends.

    ``focus`` gets colours (Taiwan its own), the rest is a faint crowd. Up to seven lines are all named; of more,
    only those of ``focus``, the highest and the lowest, and the subtitle counts the others; on the page a reader
    may choose one of them. ``last`` formats the last value into the label (``"{:.2f}"``).
    ``low``/``high`` columns draw a band, ``printed`` is what a value says of itself, ``doubt`` (the id of a finding
    or nothing) makes a point hollow. ``reference`` is a horizontal line with its label.
    """
    parts = {str(c): p.sort_values("year") for c, p in frame[frame["value"].notna()].groupby("code", sort=False)}
    color = colours(parts, focus)
    many = len(parts) > MANY
    # in a crowd the highest and the lowest are named if they are the extremes of all
    ends = {code: float(part["value"].iloc[-1]) for code, part in parts.items()}
    extremes = (min(ends.values()), max(ends.values()))
    named = {c for c in parts if c in focus or not many or ends[c] in extremes}
    rest = len(parts) - len(named)
    fig, ax = canvas(title, f"{unit}; grey: {rest} others" if rest and named else unit, 3.6)
    fig.unit, fig.choice = unit, many
    years = sorted({int(y) for y in frame["year"]})
    labels: list[tuple[float, str, str]] = []
    for code in sorted(parts, key=lambda c: (c in focus, c == HOME)):
        part, strong = parts[code], code in focus
        ink = color[code] if strong else MUTED
        if strong and "low" in part:
            band(ax, part, color[code], alpha=0.2)
        lw = 2.4 if code == HOME else 1.7 if strong else 1.0
        x, y = numbers(part["year"]), numbers(part["value"])
        ax.plot(x, y, color=color[code], lw=lw, zorder=3 if strong else 2, marker="o" if strong else "", ms=3.4)
        said, name = _said(part, last or fmt), str(part["name"].iloc[-1])
        for at, value in _say(fig, ax, part, name, said):
            dot(ax, at, value, ink, 5.5, fill=PAPER, mew=1.3, zorder=4)
        if code in named:
            labels.append((ends[code], f"{name} {said[-1]}" if last and strong else name, ink))
    _years(ax, years)
    _values(ax, fmt)
    if zero:
        ax.set_ylim(bottom=0)
    if reference is not None:
        level, label = reference
        ax.axhline(level, color=MUTED, lw=0.9, ls=(0, (3, 2)), zorder=1)
        note(ax, label, (years[0], level), (0, 3))
    return finish(fig, end_labels(ax, labels, years[-1]))


def _room(ax: Axes, frame: pd.DataFrame) -> None:
    """Limits around zero and all values of ``frame`` with room for labels above and, below zero, beneath."""
    ends = [float(v) for key in ("value", "low", "high") if key in frame for v in frame[key].dropna()]
    low, high = min(0.0, *ends), max(ends)
    room = 0.35 * ((high - low) or 1.0)
    ax.set_ylim(low - room / 2 if low else low, high + room)


@drawn
def multiples(
    frame: pd.DataFrame, *, title: str, unit: str, columns: int = 3, fmt: str = "{:,g}", ends: str = "{:,g}"
) -> Figure:
    """One small panel per code, each with a scale of its own.

    The name stands above the panel, the first and last values (formatted by ``ends``) at the ends of its line.
    """
    codes = list(dict.fromkeys(frame["code"]))
    rows = -(-len(codes) // columns)
    grid = {"nrows": rows, "ncols": columns, "sharex": True, "squeeze": False}
    fig, axes = canvas(title, unit, rows * 0.98 + 0.25, **grid)
    spacing(fig, wspace=0.06, hspace=0.06)
    years = sorted({int(y) for y in frame["year"]})
    names = dict(zip(frame["code"], frame["name"], strict=True))
    for ax in axes.flat[len(codes) :]:
        ax.set_visible(False)
    for index, (code, ax) in enumerate(zip(codes, axes.flat, strict=False)):
        color = own_colour(code)
        part = frame[(frame["code"] == code) & frame["value"].notna()].sort_values("year")
        for at, value in _say(fig, ax, part, names[code], _said(part, ends)):
            dot(ax, at, value, color, 4.5, fill=PAPER, mew=1.2, zorder=5)
        if "low" in part:
            band(ax, part, color, alpha=0.25)
        x, y = numbers(part["year"]), numbers(part["value"])
        ax.plot(x, y, color=color, lw=2.0, zorder=3)
        ax.plot([x[0], x[-1]], [y[0], y[-1]], color=color, lw=0, marker="o", ms=3, zorder=4)
        ax.set_title(names[code], color=own_colour(code, INK), size=SMALL, pad=3)
        for i, side, gap in ((0, "left", 1), (-1, "right", -1)):
            note(ax, minus(ends.format(y[i])), (x[i], y[i]), (gap, 5), ha=side, size=LEAST, color=color, zorder=5)
        _values(ax, fmt, bins=3)
        _room(ax, part)
        ax.set_xticks([years[0], years[-1]], [str(years[0]), str(years[-1])])
        ax.tick_params(axis="both", labelsize=LEAST, labelbottom=index + columns >= len(codes))
        for tick, side in zip(ax.get_xticklabels(), ("left", "right"), strict=False):
            tick.set_ha(side)
    return finish(fig)


def _measured(fig: Drawing, ax: Axes, data: pd.DataFrame, fmt: str) -> None:
    """The points behind an estimate, with the rounding of the print where ``low`` and ``high`` give it."""
    x, y = numbers(data["year"]), numbers(data["value"])
    if "low" in data:
        ax.errorbar(x, y, yerr=reach(data), **WHISKERS)
    ax.plot(x, y, color=INK, lw=0, marker="o", ms=4.5, zorder=5)
    for at, value in zip(x, y, strict=True):
        fig.value(ax, at, value, "", f"{at:.0f}: {minus(fmt.format(value))}")


def _estimated(ax: Axes, data: pd.DataFrame, ahead: pd.DataFrame, fmt: str, said: str) -> int:
    """Axes of an estimate and what it rests on; returns the last year."""
    years = sorted({int(v) for v in [*data["year"], *ahead["year"]]})
    _years(ax, years, 7)
    _values(ax, fmt)
    ax.text(0.01, 0.98, said, transform=ax.transAxes, va="top", size=SMALL, color=MUTED, bbox=BEHIND)
    return years[-1]


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
    fmt: str = "{:,g}",
) -> Figure:
    """Data, fitted line and forecast with its 95% prediction interval.

    ``data``: ``year, value`` and perhaps ``low, high`` (the printed rounding). ``forecast``: ``year, value`` and
    perhaps ``low, high``. ``fit``: ``year, value``. The number of points and the model are said in the figure.
    """
    fig, ax = canvas(title, unit, 3.3)
    _measured(fig, ax, data, fmt)
    if "low" in forecast:
        band(ax, forecast, TAIWAN, alpha=0.16)
    if fit is not None:
        ax.plot(numbers(fit["year"]), numbers(fit["value"]), color=TAIWAN, lw=1.8, zorder=3)
    x, y = numbers(forecast["year"]), numbers(forecast["value"])
    ax.plot(x, y, color=TAIWAN, lw=1.8, ls=(0, (4, 2)), marker="o", ms=3.5, mfc=PAPER, zorder=4)
    for row in forecast.to_dict("records"):
        said = f"{int(row['year'])}, forecast: {minus(fmt.format(row['value']))}"
        fig.value(ax, row["year"], row["value"], "", said + (f" ({printed_range(row, fmt)})" if "low" in row else ""))
    last = _estimated(ax, data, forecast, fmt, f"n = {n}; {model}")
    labels = [(y[-1], minus(fmt.format(y[-1])), TAIWAN)]
    if "low" in forecast:
        ends = [float(forecast[k].iloc[-1]) for k in ("low", "high")]
        labels += [(end, minus(fmt.format(end)), MUTED) for end in ends]
        top = (x[0], float(forecast["high"].iloc[0]))
        note(ax, "95% prediction interval", top, (-4, 12), ha="right", size=LEAST, color=TAIWAN, bbox=BEHIND)
    return finish(fig, end_labels(ax, labels, last, BASE))


@drawn
def trend(
    data: pd.DataFrame, *, title: str, unit: str, line: pd.DataFrame, n: int, model: str, fmt: str = "{:,g}"
) -> Figure:
    """Points with a fitted line, the 95% band of the line (deep) and of a single new value (pale).

    ``data``: ``year, value`` and perhaps ``low, high`` (the printed rounding); ``line``: ``year, value, low,
    high, low_pi, high_pi``.
    """
    fig, ax = canvas(title, unit, 3.2)
    band(ax, line, TAIWAN, "low_pi", "high_pi", alpha=0.12)
    band(ax, line, TAIWAN, alpha=0.22)
    ax.plot(numbers(line["year"]), numbers(line["value"]), color=TAIWAN, lw=1.8, zorder=3)
    _measured(fig, ax, data, fmt)
    last = _estimated(ax, data, line, fmt, f"n = {n}; {model}")
    said = {"high_pi": "95%: one year", "high": "95%: the line", "value": "fit"}
    labels = [(float(line[column].iloc[-1]), text, TAIWAN) for column, text in said.items()]
    return finish(fig, end_labels(ax, labels, last))
