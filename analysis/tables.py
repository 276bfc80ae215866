"""Tables on the page: units in the head, verdicts marked, Chinese tagged, numbers to take away.

great_tables builds the markup; its style sheet (which reaches beyond the table) is replaced
by a short one. Strings are shown as they are, so that printed decimals survive; a hyphen
before a digit becomes a minus sign on the page but not in the CSV.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pandas as pd

from analysis.charts.exhibit import caption, cite, csv_link, put, tag_chinese
from analysis.charts.style import TAIWAN, VERDICTS

if TYPE_CHECKING:
    from IPython.display import Markdown

_NUMBER = re.compile(r"[-+−]?\d[\d,]*(\.\d+)?( ?%)?\*?$")
#: Between a cell's text and the small line below it.
_BELOW = "\x1f"
_MINUS = re.compile(r"(?:(?<=^)|(?<= to ))-(?=\d)")
#: Where a name such as ``growth_2023`` may be broken.
_JOINT = re.compile(r"(?<=[a-z0-9]_)(?=[a-z0-9])")

#: Scoped by the id of the table's box (``@``). Colours follow the theme where it defines them.
_STYLE = """
@ table { width: auto; min-width: min(100%, 24rem); border-collapse: collapse; margin: 0.4rem 0;
 font-size: 0.875rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
@ th, @ td { padding: 0.22rem 0.45rem; border: 0; text-align: left; vertical-align: baseline; }
@ .gt_right { text-align: right; } @ td.gt_right { white-space: nowrap; } @ .gt_center { text-align: center; }
@ th { font-weight: 600; vertical-align: bottom; } @ th.gt_center { border-bottom: 1px solid #C3C8D0; }
@ thead tr:last-child th { border-bottom: 2px solid #8FA3B8; }
@ th .unit { display: block; font-weight: 400; font-size: 0.8em; color: var(--pst-color-text-muted, #5A6270); }
@ tbody tr { border-bottom: 1px solid #E6E8EC; background: none; } @ .verdict { white-space: nowrap; }
@ .below { display: block; font-size: 0.9em; color: var(--pst-color-text-muted, #5A6270); }
@ tbody tr:last-child { border-bottom: 2px solid #8FA3B8; } @ td span[lang] { word-break: keep-all; }
"""


def badge(verdict: str) -> str:
    """A verdict as HTML: sign, word and colour."""
    color, sign = VERDICTS[verdict]
    return f'<span class="verdict verdict-{verdict}" style="color:{color}">{sign}&nbsp;{verdict}</span>'


def mark(text: object) -> str:
    """A cell as HTML: escaped, minus signs true, Chinese tagged for readers and search."""
    if text is None or text != text:
        return "–"
    lines = [_JOINT.sub("<wbr>", _MINUS.sub("−", html.escape(part))) for part in str(text).split(_BELOW, 1)]
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
    """The table as HTML without caption; parameters as in :func:`show`."""
    import great_tables as gt

    taiwan = [i for i, c in enumerate(frame[code]) if c == "TWN"] if code in frame else []
    joined = {
        upper: [f"{u}{_BELOW}{low}" if low else u for u, low in zip(frame[upper], frame[lower], strict=True)]
        for upper, lower in (below or {}).items()
    }
    gone = (code, *hide, *(below or {}).values())
    shown = frame.assign(**joined).drop(columns=[c for c in gone if c in frame]).reset_index(drop=True)
    slug: dict[str, str] = {
        str(column): re.sub(r"\W+", "-", str(column)).strip("-") or f"c{i}" for i, column in enumerate(shown)
    }
    shown = shown.astype(object).rename(columns=str).rename(columns=slug)
    heads, units = heads or {}, units or {}
    labels: dict[str, Any] = {}
    for column, key in slug.items():
        text = mark(heads.get(column, str(column).replace("_", " ")))
        unit = f'<span class="unit">{mark(units[column])}</span>' if units.get(column) else ""
        labels[key] = gt.html(text + unit)
    numeric = [
        key
        for key in slug.values()
        if all(_NUMBER.match(v) or v in ("N/A", "", "–", "nan", "None") for v in map(_upper, shown[key]))
    ]
    box = f"table-{name}"
    table = (
        gt.GT(shown, id=box)
        .cols_label(cases=labels)
        .cols_align("left", [c for c in slug.values() if c not in numeric])
        .cols_align("right", numeric)
        .fmt(fns=mark, columns=list(slug.values()))
    )
    marked = [slug[c] for c in verdicts]
    if marked:
        table = table.fmt(fns=_judged, columns=marked)
    for label, columns in (spanners or {}).items():
        table = table.tab_spanner(gt.html(mark(label)), columns=[slug[c] for c in columns])
    if taiwan:
        strong = gt.style.text(color=TAIWAN, weight="600")
        plain = [c for c in slug.values() if c not in marked]
        table = table.tab_style(strong, gt.loc.body(rows=taiwan, columns=plain))
    for place, key in enumerate(slug.values()):
        longest = max((len(part) for v in shown[key] for part in str(v).split(_BELOW)), default=0)
        if longest > 32 or (longest > 10 and place == 0):
            wide = gt.style.css(f"min-width: {_width(longest)}")
            table = table.tab_style(wide, gt.loc.body(rows=[0], columns=key))
        elif place == 0:
            table = table.tab_style(gt.style.css("white-space: nowrap"), gt.loc.body(columns=key))
    text = table.as_raw_html()
    style = _STYLE.replace("@", f"#{box}").strip()
    text = re.sub(r"<style>.*?</style>", lambda _: f"<style>\n{style}\n</style>", text, count=1, flags=re.DOTALL)
    text = re.sub(
        r' style="padding-left:0px[^"]*"', ' class="exhibit-table" style="overflow-x:auto" tabindex="0"', text, count=1
    )
    text = text.replace('class="gt_table"', f'class="gt_table{" sortable" if sortable else ""}"', 1)
    text = re.sub(r' data-quarto-[a-z-]+="false"', "", text)
    text = text.replace("<div id=", f'<div role="region" aria-label="{html.escape(title)}" id=', 1)
    # above the box that scrolls, so that a phone shows all of it
    small = f'<br><span class="exhibit-subtitle" style="font-size:0.85rem">{mark(subtitle)}</span>' if subtitle else ""
    heading = f'<p class="exhibit-title" style="font-size:1.05rem;margin:0.4rem 0 0">{mark(title)}{small}</p>'
    return f"{heading}\n{text.strip()}"


def _judged(cell: object) -> str:
    """A verdict as HTML, with the small print below it if it has some."""
    verdict, _, below = str(cell).partition(_BELOW)
    if verdict not in VERDICTS:
        return mark(cell)
    return badge(verdict) + (f'<span class="below">{tag_chinese(html.escape(below))}</span>' if below else "")


def _upper(cell: object) -> str:
    """What stands above the small print."""
    return str(cell).partition(_BELOW)[0]


def _width(longest: int) -> str:
    """Least width of a column by the length of its longest text, so that prose does not stand in a sliver."""
    return "6.5rem" if longest <= 32 else "13rem" if longest <= 80 else "17rem"


def show(
    frame: pd.DataFrame,
    *,
    title: str,
    source: Sequence[str] | str,
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
    note: str = "",
    folded: bool = False,
) -> None:
    """Display a table with source and CSV, behind a fold that carries its title if ``folded``.

    ``heads`` and ``units`` give a column's heading and the unit below it; ``spanners`` a heading
    over several columns; ``verdicts`` the columns that hold verdicts. The column ``code`` is not
    shown but colours Taiwan's row; ``hide`` lists others that only go to the CSV; ``below`` puts the text
    of one column (its value) in small print below that of another (its key). ``source`` is a
    list of table numbers or a text, ``name`` the unique name of the table and of its file.
    """
    text = markup(
        frame,
        title=title,
        name=name,
        subtitle=subtitle,
        heads=heads,
        units=units,
        spanners=spanners,
        verdicts=verdicts,
        code=code,
        hide=hide,
        below=below,
        sortable=sortable,
    )
    cited = cite(source)
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
    shown = rows[columns].astype(str).assign(**{c: rows[c].map(_grouped) for c in ("printed", "outside")})
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


def _grouped(number: object) -> str:
    """Digits with thousands separators."""
    whole, dot, rest = str(number).partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole.isdigit() else str(number)


def _places(rows: pd.DataFrame) -> str:
    words = {"prose": "sentences of the report", "claims": "sentences of the report"}
    return ", ".join(dict.fromkeys(words.get(t, f"Table {t}") for t in rows["table"]))


def sources(rows: pd.DataFrame) -> None:
    """Display where outside numbers come from: publisher, title, date, how seen, terms, each with its address."""
    lines = []
    for row in rows.drop_duplicates(["publisher", "title", "address"]).to_dict("records"):
        words = f"{row['publisher']}: {row['title']}, {row['published']}. Seen as {row['seen']}. Terms: {row['terms']}."
        lines.append(
            f'<li>{mark(words)} <a href="{html.escape(row["address"])}">{urlsplit(row["address"]).netloc}</a></li>'
        )
    put({"text/html": f"<ul>{''.join(lines)}</ul>", "text/plain": f"{len(lines)} sources"})


def say(text: str) -> Markdown:
    """Generated prose: Markdown to be the last expression of a cell."""
    import IPython.display

    make: Any = IPython.display.Markdown
    page: Markdown = make(text)
    return page


def box(title: str, text: str, kind: str = "note") -> None:
    """Display a visible box; ``text`` is plain paragraphs or lines that start with ``- `` for a list."""
    blocks: list[str] = []
    for paragraph in text.strip().split("\n\n"):
        lines = paragraph.split("\n")
        if all(line.startswith("- ") for line in lines):
            blocks.append("<ul>" + "".join(f"<li>{mark(line[2:])}</li>" for line in lines) + "</ul>")
        else:
            blocks.append(f"<p>{mark(' '.join(lines))}</p>")
    body = "".join(blocks)
    page = f'<div class="admonition {kind}"><p class="admonition-title">{mark(title)}</p>{body}</div>'
    put({"text/html": page, "text/plain": f"{title}: {text}"})
