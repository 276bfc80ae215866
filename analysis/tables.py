"""Tables on the page: units in the head, verdicts marked, Chinese tagged, numbers to take away.

Strings are shown as they are, so that printed decimals survive; a hyphen before a digit becomes a minus
sign on the page but not in the CSV. The first column heads its row. How tables look, sort, filter and stack
on a phone is said in ``book/_static`` (figures.css, sortable.js).
"""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
from IPython.display import Markdown

from analysis.charts.exhibit import broken, caption, cite, csv_link, put, tag_chinese
from analysis.charts.layout import one_name
from analysis.charts.style import HOME, VERDICTS
from analysis.report import Report

_NUMBER = re.compile(r"[-+−]?\d[\d,]*(\.\d+)?( ?%)?\*?$")
#: A number, a range, or one of them with another in brackets.
_SPREAD = re.compile(r"N(?:(?: to |–)N)?(?: \(N(?: to N)?\))?".replace("N", r"[-+−]?\d[\d,]*(?:\.\d+)? ?%?"))
#: Between a cell's text and the small line below it.
_BELOW = "\x1f"
#: The book writes per cent and degrees without a space, and a dash between years.
_PERCENT = re.compile(r"(?<=\d) (?=[%°])")
_SPAN = re.compile(r"(?<![\d-])((?:19|20)\d\d)-(?=(?:19|20)\d\d(?![\d-]))")
#: Four digits and more before a point, as in ``1417.05``, or five and more; whole numbers of four may be years.
_LONG = re.compile(r"(?<![\w.,])\d{4,}(?=\.\d)|(?<![\w.,/-])\d{5,}(?![\w/-])")
#: The digits before the point of a cell that is a number.
_WHOLE = re.compile(r"(?<=^)\d{4,}|(?<=^[-+−])\d{4,}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_BLANK = ("", "–", "nan", "None", "N/A")
_MINUS = re.compile(r"(?:(?<=^)|(?<= to )|(?<=\())-(?=\d)")
#: Where a name such as ``growth_2023`` may be broken.
_JOINT = re.compile(r"(?<=[a-z0-9]_)(?=[a-z0-9])")


class NothingToShowError(ValueError):
    """A table without rows, or with a column that is blank throughout."""


def badge(verdict: str) -> str:
    """A verdict as HTML: sign and word; the page adds the colour."""
    _, sign = VERDICTS[verdict]
    return f'<span class="verdict verdict-{verdict.replace(" ", "-")}">{sign}&nbsp;{verdict}</span>'


def signs(text: str) -> str:
    """A text with per cent, degrees and spans of years written as the book writes them."""
    return _SPAN.sub(r"\1–", _PERCENT.sub("", text))


def mark(text: object) -> str:
    """A cell as HTML: escaped, signs as the book writes them, Chinese tagged for readers and search."""
    if pd.isna(text):  # type: ignore[call-overload]
        return "–"
    written = _LONG.sub(lambda m: f"{int(m[0]):,}", signs(str(text)))
    lines = [_JOINT.sub("<wbr>", _MINUS.sub("−", html.escape(part))) for part in written.split(_BELOW, 1)]
    return tag_chinese(lines[0]) + "".join(f'<span class="below">{tag_chinese(line)}</span>' for line in lines[1:])


def markup(
    frame: pd.DataFrame,
    *,
    title: str,
    name: str,
    subtitle: str = "",
    heads: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    spanners: Mapping[str, Sequence[str]] | None = None,
    verdicts: Sequence[str] = (),
    code: str = "code",
    hide: Sequence[str] = (),
    below: Mapping[str, str] | None = None,
    sortable: bool = False,
) -> str:
    """The table as HTML without caption.

    ``heads`` and ``units`` give a column's heading and the unit below it; ``spanners`` a heading
    over several neighbouring columns; ``verdicts`` the columns that hold verdicts. The column ``code`` is not
    shown but marks Taiwan's row; ``hide`` lists others that only go to the CSV; ``below`` puts the text
    of one column (its value) in small print below that of another (its key).
    Raises :class:`NothingToShowError` for a table without rows and for a column that is blank throughout.
    """
    below, heads, units = below or {}, heads or {}, units or {}
    shown = [str(c) for c in frame if c not in {code, *hide, *below.values()}]
    if frame.empty or not shown:
        raise NothingToShowError(f"table {name}: no rows")
    cells = {c: [_cell(v, c in ("name", shown[0])) for v in frame[c]] for c in shown}
    for above, column in below.items():
        lower = [_cell(v, False) for v in frame[column]]
        cells[above] = [f"{u}{_BELOW}{low}" if low else u for u, low in zip(cells[above], lower, strict=True)]
    if blank := [c for c in shown if all(v in _BLANK for v in cells[c])]:
        raise NothingToShowError(f"table {name}: nothing in column {', '.join(blank)}")
    kinds = {c: _kind(c, texts, first=c == shown[0], judged=c in verdicts) for c, texts in cells.items()}
    cells = {c: _parted(texts) if "num" in kinds[c] else texts for c, texts in cells.items()}
    rows = []
    keys = list(frame[code].astype(str)) if code in frame else [""] * len(frame)
    own = set(keys) != {HOME}  # a table of nothing but Taiwan needs no mark
    for i, key in enumerate(keys):
        row = [f'<th scope="row"{kinds[shown[0]]}>{_shown(cells[shown[0]][i], shown[0] in verdicts)}</th>']
        row += [f"<td{kinds[c]}>{_shown(cells[c][i], c in verdicts)}</td>" for c in shown[1:]]
        rows.append(('<tr class="taiwan">' if key == HOME and own else "<tr>") + "".join(row) + "</tr>")
    labels = {c: mark(heads.get(c, c.replace("_", " "))) for c in shown}
    for c in (c for c in shown if units.get(c)):
        labels[c] += f'<span class="unit">{mark(units[c])}</span>'
    head = _head(labels, kinds, spanners or {})
    # the title stands above the box that scrolls, so that a phone shows all of it
    small = f'<br><span class="exhibit-subtitle">{mark(subtitle)}</span>' if subtitle else ""
    return (
        f'<p class="exhibit-title">{mark(title)}{small}</p>\n'
        f'<div class="exhibit-table" id="table-{name}" role="region" aria-label="{html.escape(title)}" tabindex="0">\n'
        f'<table class="exhibit{" sortable" if sortable else ""}">\n<thead>\n{head}\n</thead>\n<tbody>\n'
        + "\n".join(rows)
        + "\n</tbody>\n</table>\n</div>"
    )


def _cell(value: object, named: bool) -> str:
    """A value as the text of a cell, a name in English."""
    if pd.isna(value):  # type: ignore[call-overload]
        return "–"
    return one_name(str(value)) if named else str(value)


def _kind(column: str, texts: Sequence[str], *, first: bool, judged: bool) -> str:
    """The class of a column's cells: numbers and ranges to the right, room for long texts so that none stands in a sliver."""
    values = [upper for upper in (text.partition(_BELOW)[0] for text in texts) if upper not in _BLANK]
    if not judged and all(map(_NUMBER.match, values)):
        return ' class="num"'
    if not judged and not first and all(_NUMBER.match(v) or _SPREAD.fullmatch(v) for v in values):
        return ' class="num spread"'
    longest = max(len(part) for text in texts for part in text.split(_BELOW))
    if longest > 32 or (first and longest > 10):
        return f' class="{"room" if longest <= 32 else "wide" if longest <= 80 else "widest"}"'
    return ' class="short"' if first else ""


def _parted(texts: Sequence[str]) -> list[str]:
    """Numbers of a column with thousands separators, unless all of them are years; one of this century may be a year.

    The ledger has years among other numbers.
    """
    upper = [text.partition(_BELOW)[0] for text in texts]
    if all(text in _BLANK or _YEAR.fullmatch(text) for text in upper):
        return list(texts)
    return [
        text
        if whole.startswith("20") and _YEAR.fullmatch(whole)
        else _WHOLE.sub(lambda m: f"{int(m[0]):,}", text, count=1)
        for text, whole in zip(texts, upper, strict=True)
    ]


def _shown(text: str, judged: bool) -> str:
    """A cell as HTML; a verdict with its sign, and the small print below it if it has some."""
    verdict, _, small = text.partition(_BELOW)
    if not judged or verdict not in VERDICTS:
        return mark(text)
    return badge(verdict) + (f'<span class="below">{tag_chinese(html.escape(signs(small)))}</span>' if small else "")


def _head(labels: Mapping[str, str], kinds: Mapping[str, str], spanners: Mapping[str, Sequence[str]]) -> str:
    """The rows of heads: one, or two where a heading stands over several columns."""
    over = {column: label for label, columns in spanners.items() for column in columns}
    if not over:
        return "<tr>" + "".join(f'<th scope="col"{kinds[c]}>{text}</th>' for c, text in labels.items()) + "</tr>"
    upper: list[str] = []
    lower: list[str] = []
    before = ""
    for column, text in labels.items():
        label = over.get(column, "")
        if not label:
            upper.append(f'<th scope="col" rowspan="2"{kinds[column]}>{text}</th>')
        else:
            if label != before:
                upper.append(f'<th scope="colgroup" colspan="{len(spanners[label])}">{mark(label)}</th>')
            lower.append(f'<th scope="col"{kinds[column]}>{text}</th>')
        before = label
    return f"<tr>{''.join(upper)}</tr>\n<tr>{''.join(lower)}</tr>"


def show(
    frame: pd.DataFrame,
    *,
    title: str,
    source: Sequence[str] | str,
    name: str,
    note: str = "",
    folded: bool = False,
    report: Report | None = None,
    **look: Any,
) -> None:
    """Display a table with source and CSV, behind a fold that carries its title if ``folded``.

    ``source`` is a list of table numbers or a text, ``name`` the unique name of the table and of its file,
    ``report`` the edition of the tables (by default that of the book), ``look`` as in :func:`markup`: ``subtitle,
    heads, units, spanners, verdicts, code, hide, below, sortable``. A table without rows or with a blank column, which
    another edition may bring, is said to be :func:`~analysis.charts.exhibit.broken`.
    """
    cited = cite(source, report)
    try:
        text = markup(frame, title=title, name=name, **look)
    except NothingToShowError as error:
        broken(f"the table “{title}” as it stands: its numbers are not in this edition ({error})")
        return
    text += "\n" + caption(cited, note, csv_link(frame, name, source=cited))
    if folded:
        text = f"<details><summary>{mark(title)}</summary>\n{text}\n</details>"
    put({"text/html": text, "text/plain": f"Table: {title}"})


def beside(
    rows: pd.DataFrame,
    *,
    title: str,
    name: str,
    unit: str = "",
    what: str = "Country",
    note: str = "",
    folded: bool = False,
) -> None:
    """Display printed numbers beside outside ones: rows of :func:`analysis.evidence.beside`.

    ``what`` heads the first column; the year stands below its names, the row of ``evidence.csv`` below the ratio.
    """
    columns = ["code", "name", "year", "printed", "outside", "ratio", "id", "verdict", "basis", "publisher", "address"]
    shown = rows[columns].astype(str)
    shown["ratio"] = shown["ratio"].where(~shown["ratio"].str.startswith("-"), "–")  # of a rise and a fall says nothing
    source = f"{_places(rows)}; outside: {', '.join(dict.fromkeys(rows['publisher']))}"
    show(
        shown,
        title=title,
        name=name,
        source=source,
        note=note,
        folded=folded,
        verdicts=["verdict"],
        heads={"name": what, "printed": "Printed", "outside": "Outside", "ratio": "Ratio", "verdict": "Verdict"},
        units={"printed": unit, "outside": unit, "ratio": "row"},
        below={"name": "year", "ratio": "id", "verdict": "basis"},
        hide=["publisher", "address"],
        sortable=len(rows) > 12,
    )


def _places(rows: pd.DataFrame) -> str:
    words = {"prose": "sentences of the report", "claims": "sentences of the report"}
    return ", ".join(dict.fromkeys(words.get(t, f"Table {t}") for t in rows["table"]))


def sources(*frames: pd.DataFrame) -> None:
    """Display where outside numbers come from: publisher, title, date, how seen, terms, each with its address, once."""
    lines = []
    for row in pd.concat(frames).drop_duplicates(["publisher", "published", "address"]).to_dict("records"):
        words = f"{row['publisher']}: {row['title']}, {row['published']}. Seen as {row['seen']}. Terms: {row['terms']}."
        lines.append(
            f'<li>{mark(words)} <a href="{html.escape(row["address"])}">{urlsplit(row["address"]).netloc}</a></li>'
        )
    put({"text/html": f"<ul>{''.join(lines)}</ul>", "text/plain": f"{len(lines)} sources"})


def say(text: str) -> Markdown:
    """Generated prose: Markdown to be the last expression of a cell."""
    return Markdown(text)  # type: ignore[no-untyped-call]


def box(title: str, text: str, kind: str = "note", folded: bool = False) -> None:
    """Display a box; ``text`` is plain paragraphs or lines that start with ``- `` for a list, ``folded`` behind its title."""
    blocks: list[str] = []
    for paragraph in text.strip().split("\n\n"):
        lines = paragraph.split("\n")
        if all(line.startswith("- ") for line in lines):
            blocks.append("<ul>" + "".join(f"<li>{mark(line[2:])}</li>" for line in lines) + "</ul>")
        else:
            blocks.append(f"<p>{mark(' '.join(lines))}</p>")
    body = "".join(blocks)
    page = f'<div class="admonition {kind}"><p class="admonition-title">{mark(title)}</p>{body}</div>'
    if folded:
        page = f"<details><summary>{mark(title)}</summary>\n{body}\n</details>"
    put({"text/html": page, "text/plain": f"{title}: {text}"})
