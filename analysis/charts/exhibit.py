"""Show a figure as a reader needs it: picture, alternative text, source, unit, and its numbers as CSV.

The picture is an SVG whose bytes depend on nothing but what is drawn; a notebook keeps it as
``image/svg+xml``, so a changed value changes an output that the tests compare.
"""

import html
import os
import re
import warnings
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import pandas as pd
from IPython.display import display
from matplotlib.figure import Figure

from analysis.charts.layout import Drawing, drawing, faults, one_name
from analysis.charts.picture import svg
from analysis.charts.style import NARROW
from analysis.report import Report, load

#: The drawing for a phone, beside ``image/svg+xml``; Jupyter passes over it, the book takes both.
NARROW_MIME = "application/x.narrow+svg"

#: How an output begins that says that the text has to change; ``analysis.publish.checks`` looks for it.
BROKEN = "No longer true, so the text has to change:"

_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff][\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]*")


def csv_link(data: pd.DataFrame, name: str, label: str = "CSV", fmt: str = "", **more: str) -> str:
    """A download link that carries the numbers itself, in UTF-8 with a mark that spreadsheets understand.

    Decimals are those printed: where a column ``printed`` holds the same numbers as ``value``, the CSV has that
    form of them, and a column whose every number has at most the decimals of ``fmt`` ("{:.2f}") is written with
    them. A printed name beside the English one gets a column of its own; ``more`` are columns that hold one text throughout (unit, source).
    """
    data = data.copy()
    if {"value", "printed"} <= set(data.columns) and _same(data["value"], data["printed"]):
        data["value"] = data.pop("printed")
    if decimals := re.search(r"\.(\d+)f", fmt):
        places = int(decimals[1])
        for column in data.select_dtypes("float"):
            if data[column].round(places).sub(data[column]).abs().max() < 1e-12:
                data[column] = [f"{v:.{places}f}" if v == v else "" for v in data[column]]
    if "name" in data and any(one_name(str(n)) != str(n) for n in data["name"]):
        place = int(data.columns.get_loc("name")) + 1  # type: ignore[arg-type]
        names = [str(n) for n in data["name"]]
        data["name"] = [one_name(n) for n in names]
        data.insert(place, "name_zh", [n.removeprefix(one_name(n)).strip() for n in names])
    for column, text in more.items():
        if column not in data:
            data[column] = text
    text = "\ufeff" + data.to_csv(index=False, lineterminator="\n", float_format="%.10g")
    return (
        f'<a class="numbers" download="{html.escape(name)}.csv" '
        f'href="data:text/csv;charset=utf-8,{quote(text, safe=",-._~:/()")}">{html.escape(label)}</a>'
    )


def _same(values: pd.Series, printed: pd.Series) -> bool:
    """Whether printed numbers are these values."""
    read = pd.to_numeric(printed.astype(str).str.replace(",", ""), errors="coerce")
    both = values.notna() & read.notna()
    return bool(both.any() and (values[both].astype(float) == read[both]).all())


def cite(source: Sequence[str] | str, report: Report | None = None) -> str:
    """Table numbers as ``Table 1-2-2, p. 34``, with the printed source; other text as it is.

    ``report`` is the edition cited, by default the one of the book.
    """
    if isinstance(source, str):
        return source
    report = report or load()
    cited = [report.meta(number) for number in source]
    origins = list(dict.fromkeys(t.source for t in cited))
    return "; ".join(t.cite() for t in cited) + f" ({'; '.join(origins)})"


def caption(source: str, note: str, link: str, doubts: Sequence[str] = (), doubted: str = "Hollow") -> str:
    """The line under a figure or table, as HTML.

    ``source`` is as :func:`cite` gives it, ``doubts`` ids of findings, ``doubted`` how their values are drawn.
    """
    words = tag_chinese(html.escape(f"Source: {source}. {note}".strip()))
    if doubts:
        # the book puts in the page (book/_ext/svgalt.py)
        links = ", ".join(f'<a class="finding" href="#{d}">{html.escape(d)}</a>' for d in doubts)
        words += f" {doubted}: see {links}."
    return f'<p class="exhibit-caption">{words} {link}</p>'


def tag_chinese(text: str) -> str:
    """Wrap runs of Chinese in HTML text with a language tag, for screen readers and line breaking."""
    return _CHINESE.sub(lambda m: f'<span lang="zh-Hant">{m.group()}</span>', text)


def put(data: dict[str, Any]) -> None:
    """Display one output in several formats (``text/html``, ``image/svg+xml``, ``text/plain``)."""
    display(data, raw=True)  # type: ignore[no-untyped-call]


def broken(sentence: str) -> None:
    """Display that a sentence, a figure or a table of the page no longer goes with the data; every build lists these."""
    text = f'<p lang="en"><strong>{BROKEN}</strong> {html.escape(sentence)}</p>'
    put({"text/html": text, "text/plain": f"{BROKEN} {sentence}"})


def show(
    fig: Figure,
    *,
    data: pd.DataFrame,
    name: str,
    source: Sequence[str] | str,
    alt: str,
    note: str = "",
    report: Report | None = None,
) -> None:
    """Display a figure and its caption.

    ``data`` are the plotted numbers (offered as ``name.csv``); ``source`` a list of table numbers
    or a text; ``alt`` says in words what is to be seen; ``note`` qualifies it in the caption; ``report`` is the
    edition of the tables (by default that of the book). A figure of no numbers is said to be :func:`broken`. So
    is one with a text that is cut off, crossed or lies on another, in the column of a laptop or on a phone, where the
    book runs its notebooks; whoever else draws it is warned.
    """
    if isinstance(fig, Drawing) and not fig.axes:
        broken(f"the figure “{fig.title}”, none of whose numbers is in this edition")
        return
    cited, form, unit, doubts, doubted = cite(source, report), "", "", [], ""
    pictures = {"image/svg+xml": _drawn(fig, name, alt)}
    if isinstance(fig, Drawing):  # any other figure of matplotlib is shown as it is
        given, unit, doubted = fig.again.keywords, fig.unit, fig.doubted
        doubts = sorted({p.doubt for p in fig.points if p.doubt and p.shown})
        if fig.whiskers and "whisker" not in f"{unit} {note}".lower():
            note = f"{note} Whiskers: printed rounding.".strip()
        form = f"{given.get('last', '')} {given.get('fmt', '')}"
        with drawing(NARROW):
            pictures[NARROW_MIME] = _drawn(fig.again(), f"{name}-narrow", alt)
    put(pictures | {"text/plain": f"Figure: {alt}"})
    link = csv_link(data, name, fmt=form, unit=unit, source=cited)
    put({"text/html": caption(cited, note, link, doubts, doubted), "text/plain": f"Source: {cited}"})
    fig.clear()


def _drawn(fig: Figure, name: str, alt: str) -> str:
    if wrong := faults(fig):
        said = f"the figure {name} as it is drawn: {'; '.join(wrong)}"
        if "PUBLISH_RECORD" in os.environ:
            broken(said)
        else:
            warnings.warn(said, stacklevel=3)
    return svg(fig, alt, fig.title if isinstance(fig, Drawing) else "", name)
