"""What all chapters share: tidy frames with rounding bands, exhibits, and numbers in words.

Numbers enter sentences only through the formatters here: a printed number as printed, a
recomputed one with the range that the printed rounding leaves (``0.49``, or ``0.48–0.50``
when the last digit is not certain).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import charts, tables
from analysis.report import Report, load
from analysis.rounding import Interval, Intervals, round_fraction

if TYPE_CHECKING:
    from IPython.display import Markdown
    from matplotlib.figure import Figure

#: Rows that are sums over countries, not countries.
AGGREGATES = ("EU27", "OECD", "WORLD")

_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_CARDINALS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@functools.cache
def edition(data: str | None = None) -> Report:
    """The report's numbers; read once per process."""
    return load(data)


# ---------------------------------------------------------------- numbers in words


def ordinal(n: int) -> str:
    """``3`` as ``third``; beyond ten as ``11th``."""
    if n < len(_ORDINALS):
        return _ORDINALS[n]
    suffix = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"


def cardinal(n: int) -> str:
    """``3`` as ``three``; beyond twelve in digits; ``0`` as ``none``."""
    return _CARDINALS[n] if n < len(_CARDINALS) else str(n)


def listing(items: Sequence[str]) -> str:
    """``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else "none"


def fixed(value: Fraction | float | str, decimals: int = 2, sign: bool = False) -> str:
    """A number with fixed decimals (half up), thousands separators and a true minus sign."""
    exact = Fraction(value.replace(",", "")) if isinstance(value, str) else Fraction(value)
    text = round_fraction(exact, decimals)
    whole, dot, rest = text.lstrip("-").partition(".")
    head = "−" if text.startswith("-") else "+" if sign and exact > 0 else ""
    return f"{head}{int(whole):,}{dot}{rest}"


def span(interval: Interval | None, decimals: int = 2, sign: bool = False) -> str:
    """An interval: one number when all of it rounds alike, else ``low–high`` rounded outward."""
    if interval is None:
        return "unknown"
    low, high = (round_fraction(end, decimals) for end in (interval.low, interval.high))
    if low == high:
        return fixed(interval.low, decimals, sign)
    scale = 10**decimals
    below = Fraction(math.floor(interval.low * scale), scale)
    above = Fraction(math.ceil(interval.high * scale), scale)
    dash = "–" if below >= 0 and not sign else " to "
    return f"{fixed(below, decimals, sign)}{dash}{fixed(above, decimals, sign)}"


def between(low: float, high: float, decimals: int = 1) -> str:
    """Two bounds as ``low–high``, one number if they round alike; for floats that were rounded outward already."""
    a, b = fixed(low, decimals), fixed(high, decimals)
    return a if a == b else f"{a} to {b}" if "−" in a + b else f"{a}–{b}"


def headlines(items: Iterable[str]) -> Markdown:
    """The opening of a chapter: a list of generated sentences."""
    return tables.say("\n".join(f"- {item}" for item in items))


# ---------------------------------------------------------------- frames


def name(report: Report, code: str) -> str:
    """English and printed name: ``Taiwan 中華民國``."""
    return f"{report.name(code)} {report.name(code, 'zh')}"


def printed(report: Report, table: str, measure: str) -> Any:
    """One measure as a DataFrame of printed strings; index codes, columns years (or entities).

    Typed ``Any`` because the type stubs of pandas do not know that all its cells are strings.
    """
    cells = report.cells([table])
    cells = cells[cells["measure"] == measure]
    key = "year" if cells["year"].ne("").all() else "entity"
    wide = cells.pivot(index="code", columns=key, values="printed")
    wide = wide.loc[list(dict.fromkeys(cells["code"])), list(dict.fromkeys(cells[key]))]
    if key == "year":
        wide.columns = wide.columns.astype(int)
    return wide.rename_axis(index=None, columns=None)


def column(report: Report, table: str, measure: str, year: int | str, codes: Sequence[str] | None = None) -> Intervals:
    """One printed column as intervals, in printed order or that of ``codes``."""
    wide = printed(report, table, measure)[year]
    return Intervals.from_printed(list(wide if codes is None else wide.loc[list(codes)]), exact(report, table, measure))


def cell(report: Report, table: str, measure: str, year: int | str, code: str = "TWN") -> Interval:
    """One printed number as an interval."""
    value = column(report, table, measure, year, [code])[0]
    if value is None:
        raise ValueError(f"{measure} of {code} in {year} is not available")
    return value


def exact(report: Report, table: str, measure: str) -> bool:
    """Whether a measure is a count or rank printed in full."""
    return any(f.exact for f in report.meta(table).values if f.measure == measure)


def tidy(
    report: Report, table: str, measure: str, bands: bool = True, codes: Sequence[str] | None = None
) -> pd.DataFrame:
    """``code, name, year, value`` and, with ``bands``, ``low, high``: what the printed digits stand for."""
    wide = printed(report, table, measure)
    wide = wide if codes is None else wide.loc[list(codes)]
    rows = []
    for year in wide.columns:
        values = Intervals.from_printed(list(wide[year]), exact(report, table, measure))
        rows.append(frame(report, list(wide.index), values, year=year, value=list(wide[year])))
    whole = pd.concat(rows, ignore_index=True)
    return whole if bands else whole.drop(columns=["low", "high"])


def frame(
    report: Report,
    codes: Sequence[str],
    values: Intervals,
    *,
    bilingual: bool = False,
    value: Sequence[str] | None = None,
    **more: Any,
) -> pd.DataFrame:
    """``code, name, value, low, high`` of a column of intervals; ``value`` is the middle unless printed.

    ``more`` adds constant columns before the value.
    """
    middle = values.mid_float() if value is None else [float(v) if v not in ("N/A", "") else math.nan for v in value]
    names = [name(report, c) if bilingual else report.name(c) for c in codes]
    return pd.DataFrame(
        {"code": list(codes), "name": names}
        | {k: [v] * len(codes) for k, v in more.items()}
        | {"value": middle, "low": values.low_float(), "high": values.high_float()}
    )


def countries(report: Report, table: str) -> list[str]:
    """Codes of the rows that are countries, in printed order."""
    return [c for c in dict.fromkeys(report.cells([table])["code"]) if c not in AGGREGATES]


def place(values: Mapping[str, Any], code: str = "TWN", largest_first: bool = True) -> int:
    """Rank of a code among the others (1 = largest); ties share the better rank."""
    mine = values[code]
    return 1 + sum(bool(v > mine if largest_first else v < mine) for v in values.values())


# ---------------------------------------------------------------- exhibits


@dataclass(frozen=True)
class Exhibit:
    """The numbers of one figure and the words around it.

    ``data`` is what is plotted, ``numbers`` (if not the same) what the CSV offers; ``title`` says
    what the figure shows, ``unit`` quantity and unit, ``alt`` the picture in words.
    """

    data: pd.DataFrame
    title: str
    unit: str
    alt: str
    name: str
    source: Sequence[str] | str
    note: str = ""
    numbers: pd.DataFrame | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def figure(self, kind: Callable[..., Figure], **options: Any) -> Figure:
        """The figure, drawn by a function of :mod:`analysis.charts`."""
        return kind(self.data, title=self.title, unit=self.unit, **{**self.options, **options})

    def draw(self, kind: Callable[..., Figure], **options: Any) -> None:
        """Draw and display with caption and CSV."""
        charts.show(
            self.figure(kind, **options),
            data=self.data if self.numbers is None else self.numbers,
            name=self.name,
            source=self.source,
            alt=self.alt,
            note=self.note,
        )


# ---------------------------------------------------------------- the audit's verdicts


def ledger(report: Report, *numbers: str) -> pd.DataFrame:
    """The audit's rows for some tables, with ``code`` and bilingual ``name`` of the row."""
    from analysis import audit

    rows = audit.ledger(report, tables=list(numbers))
    rows = rows[rows["table"].isin(numbers)].reset_index(drop=True)
    codes = [report.code(label) for label in rows["row"]]
    return rows.assign(code=codes, name=[name(report, c) for c in codes])


def verdicts(rows: pd.DataFrame) -> str:
    """The count of verdicts as a sentence."""
    counts = rows["verdict"].value_counts()
    order = [v for v in charts.VERDICTS if v in counts]
    parts = [f"{counts[v]:,} {v}" for v in order]
    tested = rows.groupby(["table", "row", "column"]).ngroups
    return f"{len(rows):,} checks of {tested:,} printed cells: {listing(parts)}"


def beside(
    report: Report,
    rows: pd.DataFrame,
    relation: str | Sequence[str] | None = None,
    measure: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Printed beside recomputed, one row per (row, year): what :func:`show_checks` shows.

    Columns ``code, name, year, printed, recomputed, range, verdict, finding``.
    """
    chosen = rows
    if relation is not None:
        chosen = chosen[chosen["relation"].isin([relation] if isinstance(relation, str) else list(relation))]
    if measure is not None:
        wanted = [measure] if isinstance(measure, str) else list(measure)
        fields = {(n, f.name): f.measure for n in rows["table"].unique() for f in report.meta(n).values}
        chosen = chosen[[fields[t, c] in wanted for t, c in zip(chosen["table"], chosen["column"], strict=True)]]
    ranges = [_range(*row) for row in chosen[["printed", "low", "high", "verdict"]].itertuples(index=False)]
    shown = chosen.assign(range=ranges)
    keep = ["code", "name", "year", "printed", "recomputed", "range", "verdict", "finding"]
    return shown[keep].reset_index(drop=True)


def _range(text: str, low: str, high: str, verdict: str) -> str:
    """The ledger's range with as many decimals as are printed, rounded outward.

    A number outside its range gets two more, or the rounded range might seem to reach it.
    """
    if not low or not high:
        return ""
    decimals = len(text.partition(".")[2]) + (2 if verdict in ("contradicted", "implausible") else 0)
    return span(Interval(Fraction(low), Fraction(high)), decimals)


def show_checks(
    report: Report, checks: pd.DataFrame, *, title: str, unit: str, name: str, source: Sequence[str]
) -> None:
    """The table of :func:`beside` with verdicts as marks."""
    data = checks if checks["finding"].ne("").any() else checks.drop(columns="finding")
    tables.show(
        data,
        title=title,
        name=name,
        source=source,
        verdicts=["verdict"],
        sortable=True,
        heads={
            "name": "Row",
            "year": "Year",
            "printed": "Printed",
            "recomputed": "Recomputed",
            "range": "Range left by rounding",
            "verdict": "Verdict",
            "finding": "Finding",
        },
        units={"printed": unit, "recomputed": unit, "range": unit},
    )


def unbuilt(report: Report, figure: str, missing: str) -> None:
    """A box for a figure of the report whose data are not printed.

    Says which points can be recovered and from which sentence (``prose.csv``: page and line of the
    text), and, in ``missing``, which cannot. Displays nothing else.
    """
    meta = report.resource("figures").set_index("figure").loc[figure]
    points = report.prose()
    points = points[points["figure"] == figure]
    text = [f"The report draws this figure (“{meta['title_en']}”, p. {meta['page']}) without printing its data."]
    if len(points):
        text[0] += " These points can be recovered, each from a sentence:"
        text.append("\n".join(f"- {point(p)}" for p in points.to_dict("records")))
    else:
        text[0] += " No sentence gives any of its points."
    text.append(missing)
    tables.box(f"{figure} {meta['title']}: not rebuilt", "\n\n".join(text), "warning")


def point(row: Mapping[Any, Any]) -> str:
    """A number that only a sentence prints, with where it stands."""
    words = {"約": "about ", "逾": "more than ", "超過": "more than ", "近": "close to ", "突破": "above "}
    year = f", {row['year']}" if row["year"] else ""
    amount = f"{words.get(row['qualifier'], '')}{row['printed']} {row['unit']}"
    return f"{row['quantity']}{year}: {amount} (p. {row['page']}, line {row['seed_line']} of the text)"


# ---------------------------------------------------------------- findings


def findings_note(report: Report, *numbers: str) -> Markdown:
    """The findings on some tables as a list with links; a sentence if there is none.

    Reads only these tables and what their relations need, so that a chapter does not depend on all
    the others; the page of the findings gives the arithmetic.
    """
    rows = ledger(report, *numbers)
    rows = rows[rows["verdict"].isin(["contradicted", "implausible", "explained"])]
    if rows.empty:
        return tables.say("The audit has no finding on these numbers.")
    lines = []
    for number in sorted(set(rows["finding"].astype(str))):
        part = rows[rows["finding"] == number]
        checks = f"{len(part)} {'check' if len(part) == 1 else 'checks'} of {listing(sorted(set(part['relation'])))}"
        told = listing([f"{n} {v}" for v, n in part["verdict"].value_counts(sort=False).items()])
        place = f"[{number}](#{number.lower()})" if number.startswith("F-") else "No known finding"
        lines.append(f"- {place}: {checks} ({told}), in {listing([f'Table {t}' for t in sorted(set(part['table']))])}")
    return tables.say(
        "Findings of the [audit](../audit/overview) on these numbers:\n\n" + "\n".join(lines) + "\n\n"
        "Figures and tables of this chapter show the numbers as printed, unrepaired."
    )


# ---------------------------------------------------------------- what the text says


def show_claims(report: Report, *items: str) -> None:
    """The sentences of the report that rest on some tables or figures, each with its verdict.

    ``items``: ``1-2-15``, ``圖1-2-7`` … Sentences that no printed number can check belong to no table
    and are left to the register.
    """
    from analysis.claims import chapter_claims

    claims = chapter_claims(report, items)
    if claims.empty:
        raise ValueError(f"no sentence rests on {', '.join(items)}")
    counts = claims["verdict"].value_counts()
    told = listing([f"{counts[v]} {v}" for v in charts.VERDICTS if v in counts])
    noun = "statement rests" if len(claims) == 1 else "statements rest"
    tables.show(
        claims,
        title="Statements of the text on these numbers",
        name=f"claims-on-{_slug(items)}",
        subtitle=f"{len(claims)} {noun} on printed numbers: {told}.",
        verdicts=["verdict"],
        sortable=True,
        hide=["line"],
        below={"statement": "note"},
        source="Sentences of the report, paraphrased; a claim's number begins with its line in the exported text",
        heads={
            "id": "Claim",
            "statement": "What the report says (our words)",
            "stated": "Stated",
            "recomputed": "Recomputed",
            "verdict": "Verdict",
        },
    )


def _slug(items: Sequence[str]) -> str:
    """A name for a file: the tables only, unless there are none."""
    numbers = [i for i in items if i[0].isdigit()] or list(items)
    return "-and-".join(n.replace("圖", "figure-") for n in numbers)
