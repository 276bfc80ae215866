"""Show a figure as a reader needs it: picture, alternative text, source, unit, and its numbers as CSV.

The picture is one SVG whose bytes depend on nothing but what is drawn; a notebook keeps it as
``image/svg+xml``, so a changed value changes an output that the tests compare.
"""

from __future__ import annotations

import html
import io
import re
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd

from analysis.charts.layout import faults
from analysis.charts.style import SHOWN, WIDTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff][\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]*")


def svg(fig: Figure, alt: str = "", title: str = "") -> str:
    """The figure as SVG text; a missing glyph or any other warning of matplotlib is an error."""
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fig.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = stream.getvalue().decode("utf-8")
    text = text[text.index("<svg") :]
    head, _, body = text.partition(">")
    height = float(re.search(r'height="([\d.]+)pt"', head).group(1)) / 72  # type: ignore[union-attr]
    head = re.sub(r'width="[\d.]+pt"', f'width="{SHOWN}"', head)
    head = re.sub(r'height="[\d.]+pt"', f'height="{SHOWN * height / WIDTH:.0f}"', head)
    label = f"\n <title>{html.escape(title)}</title>" if title else ""
    label += f"\n <desc>{html.escape(alt)}</desc>" if alt else ""
    body = re.sub(r"\n <metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    return f'{head} role="img">{label}{body}'


def csv_link(data: pd.DataFrame, name: str, label: str = "Numbers (CSV)") -> str:
    """A download link that carries the numbers itself; floats with at most ten significant digits."""
    text = data.to_csv(index=False, lineterminator="\n", float_format="%.10g")
    return (
        f'<a class="numbers" download="{html.escape(name)}.csv" '
        f'href="data:text/csv;charset=utf-8,{quote(text, safe=",-._~:/()")}">{html.escape(label)}</a>'
    )


def cite(source: Sequence[str] | str) -> str:
    """Table numbers as ``Table 1-2-2, p. 34``, with the printed source; other text as it is."""
    if isinstance(source, str):
        return source
    from analysis import report

    edition = report.load()
    tables = [edition.meta(number) for number in source]
    origins = list(dict.fromkeys(t.source for t in tables))
    return "; ".join(t.cite() for t in tables) + f" ({'; '.join(origins)})"


def caption(source: Sequence[str] | str, note: str, link: str) -> str:
    """The line under a figure or table, as HTML."""
    words = html.escape(f"Source: {cite(source)}. {note}".strip())
    return f'<p class="exhibit-caption">{tag_chinese(words)} {link}</p>'


def tag_chinese(text: str) -> str:
    """Wrap runs of Chinese in HTML text with a language tag, for screen readers and line breaking."""
    return _CHINESE.sub(lambda m: f'<span lang="zh-Hant">{m.group()}</span>', text)


def put(data: dict[str, Any]) -> None:
    """Display one output in several formats (``text/html``, ``image/svg+xml``, ``text/plain``)."""
    import IPython.display

    display: Any = IPython.display.display
    display(data, raw=True)


def show(fig: Figure, *, data: pd.DataFrame, name: str, source: Sequence[str] | str, alt: str, note: str = "") -> None:
    """Display a figure and its caption.

    ``data`` are the plotted numbers (offered as ``name.csv``); ``source`` a list of table numbers
    or a text; ``alt`` says in words what is to be seen; ``note`` qualifies it in the caption. Raises
    :class:`ValueError` if a text is cut off or lies on another.
    """
    if wrong := faults(fig):
        raise ValueError(f"figure {name}: {'; '.join(wrong)}")
    heading = " ".join(t.get_text() for t in fig.texts[:1])
    put({"image/svg+xml": svg(fig, alt, heading), "text/plain": f"Figure: {alt}"})
    put({"text/html": caption(source, note, csv_link(data, name)), "text/plain": f"Source: {cite(source)}"})
    fig.clear()
