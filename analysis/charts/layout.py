"""Titles, wrapped text and labels that keep out of each other's way.

Every kind of figure is a function under :func:`drawn`, so that it can be drawn again for a phone. It
starts with :func:`canvas` (a Figure whose header holds title and subtitle, measured in inches so that
figures of different height look alike), says its values with :meth:`Drawing.value` and ends with
:func:`finish`, which settles the layout and places what depends on it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ParamSpec

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Annotation, Text
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FixedLocator, Formatter, LogLocator, NullLocator
from matplotlib.transforms import Bbox

from analysis.charts.style import BASE, FONTS, INK, MUTED, SMALL, TITLE, WIDE

_PAD = 0.06  # inches between the edge of the figure and anything drawn
_P = ParamSpec("_P")
_WIDTH: ContextVar[float] = ContextVar("width", default=WIDE)
_CHINESE = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True)
class Point:
    """A value that a reader can ask for: where it is drawn, and what is said of it."""

    ax: Axes
    x: float
    y: float
    series: str  #: the name of its line or row
    text: str  #: when or what, and the value
    doubt: str = ""  #: the finding that doubts it
    shown: bool = True  #: whether its mark shows the doubt


class Drawing(Figure):
    """A figure that knows its unit and its values, and how to be drawn again."""

    title: str = ""
    unit: str = ""
    again: functools.partial[Drawing]
    #: Whether a reader may choose which of many lines is named.
    choice: bool = False
    #: How a doubtful value is drawn.
    doubted: str = "Hollow"
    #: Whether there are whiskers to be seen.
    whiskers: bool = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.points: list[Point] = []  #: values in the order in which they were drawn

    def value(
        self, ax: Axes, x: float, y: float, series: str, text: str, doubt: object = "", shown: bool = True
    ) -> None:
        """Say a value at a place in data coordinates; whether its mark shows the doubt."""
        name = " ".join(series.replace("-\n", "").split())  # a label broken within a word
        self.points.append(Point(ax, float(x), float(y), name, text, str(doubt or ""), shown))


def width() -> float:
    """The width in inches for which figures are being drawn."""
    return _WIDTH.get()


@contextmanager
def drawing(inches: float) -> Iterator[None]:
    """Draw for another width."""
    token = _WIDTH.set(inches)
    try:
        yield
    finally:
        _WIDTH.reset(token)


def one_name(text: str) -> str:
    """The English of ``Korea 韓國`` or ``OECD total OECD全體``; other text as it is."""
    words = text.split()
    printed = next((i for i, word in enumerate(words) if _CHINESE.search(word)), 0)
    if not printed or words[printed - 1].endswith((",", ":", ";", "(")):
        return text
    return " ".join(words[:printed])


def _english(value: Any) -> Any:
    """An argument of a chart with the names in it in English."""

    def name(text: Any) -> Any:
        return one_name(text) if isinstance(text, str) else text

    if isinstance(value, pd.DataFrame):
        value = value.rename(index=name) if value.index.dtype == object or value.index.dtype == "str" else value
        value = value.rename(columns=name)
        return value.assign(name=[name(n) for n in value["name"]]) if "name" in value else value
    if isinstance(value, Mapping):
        return {key: name(text) for key, text in value.items()}
    return tuple(_english(item) for item in value) if isinstance(value, tuple) else value


def drawn(draw: Callable[_P, Figure]) -> Callable[_P, Drawing]:
    """Make a kind of figure one that can be drawn again, for another width."""

    @functools.wraps(draw)
    def make(*args: _P.args, **options: _P.kwargs) -> Drawing:
        if args and isinstance(args[0], pd.DataFrame) and args[0].empty:  # another edition may have none of the numbers
            nothing = Drawing()
            nothing.title = str(options["title"])
            return nothing
        figure = draw(*(_english(a) for a in args), **{k: _english(v) for k, v in options.items()})
        assert isinstance(figure, Drawing)
        figure.again = functools.partial(make, *args, **options)
        return figure

    return make


def minus(text: str) -> str:
    """A number as text with a true minus sign (U+2212); nothing, after rounding, has no sign."""
    if re.fullmatch(r"[+-]0(?:\.0+)?%?", text):
        return text[1:]
    return "\u2212" + text[1:] if text.startswith("-") else text


def doubtful(frame: pd.DataFrame) -> list[str]:
    """The finding that doubts each row, or an empty text."""
    return [str(d) if d and d == d else "" for d in frame["doubt"]] if "doubt" in frame else [""] * len(frame)


@functools.cache  # wrapping measures the same beginnings again, and each figure is drawn twice
def text_width(text: str, size: float = BASE) -> float:
    """Width of a line in inches, as it will be drawn."""
    points, _, _ = text_to_path.get_text_width_height_descent(text, FontProperties(family=FONTS, size=size), False)
    return points / 72


def wrap(text: str, inches: float, size: float = BASE) -> list[str]:
    """Break a text at spaces into lines of at most ``inches``, as few and as even as possible."""
    lines = _greedy(text, inches, size)
    for share in (0.55, 0.65, 0.75, 0.85, 0.95):
        if len(lines) > 1 and len(even := _greedy(text, inches * share, size)) == len(lines):
            return even
    return lines


def _greedy(text: str, inches: float, size: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= inches:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def canvas(title: str, unit: str, height: float, **grid: Any) -> tuple[Drawing, Any]:
    """A figure with its header and axes.

    ``title`` says what the figure shows, ``unit`` the quantity and its unit; ``height`` is the
    height in inches of what is below the header; ``grid`` goes to ``Figure.subplots``.
    """
    head = wrap(title, 0.97 * width() - 2 * _PAD, TITLE)
    sub = wrap(unit, 0.97 * width() - 2 * _PAD, SMALL)
    top = _PAD + len(head) * TITLE * 1.3 / 72 + len(sub) * SMALL * 1.35 / 72 + 0.05
    total = height + top
    fig = Drawing(figsize=(width(), total), layout="constrained")
    fig.title, fig.unit = title, unit
    spacing(fig, rect=(0, 0, 1, height / total), w_pad=_PAD, h_pad=_PAD, wspace=0.02, hspace=0.02)
    y = total - _PAD
    for lines, size, color, leading in ((head, TITLE, INK, 1.3), (sub, SMALL, MUTED, 1.35)):
        for line in lines:
            fig.text(_PAD / width(), y / total, line, size=size, color=color, va="top", in_layout=False)
            y -= size * leading / 72
    return fig, fig.subplots(**grid)


def spacing(fig: Figure, **options: Any) -> None:
    """Options of the constrained layout: ``rect, w_pad, h_pad, wspace, hspace``."""
    engine: Any = fig.get_layout_engine()
    engine.set(**options)


def finish(fig: Figure, *after: Callable[[], None]) -> Figure:
    """Run the layout once, freeze it, then place what depends on it."""
    if after:
        fig.draw_without_rendering()
        fig.set_layout_engine("none")
        for place in after:
            place()
    return fig


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions as near as possible to ``wanted``, at least ``gap`` apart, within ``low`` and ``high``.

    Least squares: neighbours that collide form a block around their mean. When there is not enough room the gap
    shrinks.
    """
    from scipy.optimize import isotonic_regression

    if not wanted:
        return []
    gap = min(gap, (high - low) / max(1, len(wanted) - 1))
    order = np.argsort(wanted, kind="stable")
    steps = gap * np.arange(len(wanted))
    free = isotonic_regression(np.clip(np.asarray(wanted)[order], low, high) - steps).x
    placed = np.empty(len(wanted))
    placed[order] = np.clip(free, low, high - steps[-1]) + steps
    return [float(position) for position in placed]


def leader(ax: Axes, text: Annotation, offset: tuple[float, float], color: str, gap: float, **more: Any) -> None:
    """A thin line from what a text is about to where it has moved, ``gap`` points off its mark."""
    line = {"arrowstyle": "-", "color": color, "lw": 0.5, "shrinkA": 0, "shrinkB": gap}
    ax.annotate("", text.xy, xytext=offset, textcoords="offset points", arrowprops=line, **more)


def end_labels(ax: Axes, labels: Sequence[tuple[float, str, str]], x: float, size: float = SMALL) -> Callable[[], None]:
    """Direct labels to the right of the points ``(x, y)``, spread vertically; call the result after the layout.

    ``labels`` are ``(y, text, colour)``. A thin leader joins a label that had to move.
    """
    free: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False}
    texts = [
        ax.annotate(text, (x, y), xytext=(9, 0), va="center", ha="left", color=color, size=size, **free)
        for y, text, color in labels
    ]

    def place() -> None:
        scale = ax.figure.dpi / 72
        at = [ax.transData.transform((x, y))[1] / scale for y, _, _ in labels]
        box = ax.get_window_extent()
        moved = spread(at, size * 1.22, box.y0 / scale, box.y1 / scale)
        for text, old, new, (_, _, color) in zip(texts, at, moved, labels, strict=True):
            text.set_position((9, new - old))
            if abs(new - old) > size * 0.35:
                leader(ax, text, (8, new - old), color, 2, annotation_clip=False)

    return place


class Exact(Formatter):
    """Ticks in the format ``fmt`` (by default a plain number), with more decimals where that would round one of them."""

    def __init__(self, fmt: str = "{:,.10g}") -> None:
        self.fmt = fmt

    def __call__(self, x: float, pos: int | None = None) -> str:
        """One tick, exactly."""
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """All ticks of an axis, with decimals alike."""
        longer = (re.sub(r"(\.\d+[fg]|g)?\}", f".{decimals}f}}", self.fmt) for decimals in range(11))
        texts: list[str] = []
        for fmt in (self.fmt, *longer):
            texts = [minus(fmt.format(value)) for value in values]
            if not rounded(texts, values):
                break
        return texts


def rounded(texts: Sequence[str], values: Sequence[float]) -> list[tuple[str, float]]:
    """Those texts, with their values, that are another number than their value."""
    least = 1e-9 * max(map(abs, values), default=0)
    wrong = []
    for text, value in zip(texts, values, strict=True):
        with suppress(ValueError):  # a word, or nothing
            if abs(float(text.replace("\u2212", "-").replace(",", "")) - value) > least:
                wrong.append((text, value))
    return wrong


def _rounded(fig: Figure) -> list[str]:
    """Ticks on axes of values that say another number than that at which they stand."""
    axes: list[Any] = [axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis) if axis.get_visible()]
    said = []
    for axis in axes:
        if not isinstance(axis.get_major_locator(), FixedLocator):  # whose ticks are names
            low, high = sorted(axis.get_view_interval())  # ticks beyond are not drawn
            ticks = [t for t in axis.get_major_ticks() if low <= t.get_loc() <= high and t.label1.get_visible()]
            wrong = rounded([tick.label1.get_text() for tick in ticks], [tick.get_loc() for tick in ticks])
            said += [f"the tick {text!r} stands at {value:.10g}" for text, value in wrong]
    return said


def log_axis(axis: Any) -> None:
    """Make an axis logarithmic, with a few numbers (1, 2, 5, 10 …) as its ticks. Call it after drawing."""
    low, high = axis.get_data_interval()
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    # over a short range powers of ten would leave one tick, over a long one 1, 2, 5 would be too many
    steps = (
        [1.0] if high > 1000 * low else [1.0, 2.0, 5.0] if high > 4 * low else [1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0]
    )
    axis.set_major_locator(LogLocator(10, subs=steps, numticks=20))
    axis.set_minor_locator(NullLocator())


def _outside(axis: Any) -> list[Text]:
    """Tick labels that exist but are not drawn because their ticks lie outside the view."""
    drawn = {id(tick) for tick in axis._update_ticks()} if axis.get_visible() else set()
    ticks = [*axis.majorTicks, *axis.minorTicks]
    return [label for tick in ticks if id(tick) not in drawn for label in (tick.label1, tick.label2)]


def ways(fig: Any) -> list[Any]:
    """The lines of a figure that lead somewhere, without ticks and grids, as paths on the display."""
    lines = [line for ax in fig.axes for line in ax.lines if line.get_visible() and line.get_linewidth() > 0]
    paths = [line.get_path().transformed(line.get_transform()) for line in lines]
    return [path for path in paths if len(path) > 1]


def core(box: Any) -> Bbox:
    """The middle of a line of text, where a line through it would strike it out."""
    return Bbox.from_extents(
        box.x0 + 1, box.y0 + 0.3 * box.height, max(box.x0 + 1.1, box.x1 - 1), box.y1 - 0.3 * box.height
    )


def faults(fig: Figure) -> list[str]:
    """Texts that are cut by the edge, crossed by a line or lie on each other, and ticks that are rounded, as sentences."""
    fig.draw_without_rendering()
    boxes = []
    bare = []  # what has nothing behind it that would interrupt a line
    unseen = {id(label) for ax in fig.axes for axis in (ax.xaxis, ax.yaxis) for label in _outside(axis)}
    for text in fig.findobj(Text):
        if id(text) in unseen or not text.get_visible() or not text.get_text().strip() or text.get_alpha() == 0:
            continue
        boxes.append((text.get_text(), Text.get_window_extent(text)))
        if text.get_bbox_patch() is None:
            bare.append(boxes[-1])
    right, top = fig.bbox.width, fig.bbox.height
    wrong = [
        f"{t!r} is cut by the edge of the figure"
        for t, b in boxes
        if b.x0 < -1 or b.y0 < -1 or b.x1 > right + 1 or b.y1 > top + 1
    ]
    wrong += _rounded(fig)
    paths = ways(fig)
    wrong += [
        f"{t!r} is crossed by a line" for t, b in bare if any(path.intersects_bbox(core(b), False) for path in paths)
    ]
    boxes.sort(key=lambda item: item[1].x0)
    for i, (a, box) in enumerate(boxes):
        for b, other in boxes[i + 1 :]:
            if other.x0 > box.x1 - 1:
                break
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            # line boxes are taller than the glyphs: a quarter of a line may overlap
            if across > 2 and down > 0.28 * min(box.height, other.height):
                wrong.append(f"{a!r} lies on {b!r}")
    return wrong
