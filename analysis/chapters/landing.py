"""The landing page: headline results of the chapters and the state of the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.articles import GRADES
from analysis.audit import families
from analysis.chapters.common import Exhibit, cardinal, listing
from analysis.charts.style import VERDICTS

if TYPE_CHECKING:
    from analysis.report import Report

#: How each verdict reads: first those of arithmetic, order and definition, then those of bounds.
MEANING = {
    "reproduced": "The relation on the printed inputs, rounded as printed, gives the printed number.",
    "consistent": "It does not quite, but some unrounded inputs that print the same do.",
    "explained": "The direct relation fails, and a documented derivation gives the printed number.",
    "contradicted": "By arithmetic, order or definition no unrounded inputs that print the same can give it.",
    "plausible": "The number, or what it implies, lies within a bound taken from other data.",
    "implausible": "It lies outside such a bound, or an assumption that nobody printed fails: a question, not an error.",
    "unchecked": "An input is missing.",
}

#: The verdicts of bounds and assumptions; the others rest on arithmetic, order or a definition.
OF_BOUNDS = ("plausible", "implausible")

HEADS = {"table": "Table"} | {v: VERDICTS[v][1] for v in MEANING}
UNITS = {v: v for v in MEANING}


def state(report: Report) -> str:
    """How many printed cells there are, how many were tested, and with what result."""
    from analysis import audit

    cells, cover = report.cells(), audit.coverage(report)
    whole: Any = cover.loc["all"]
    grades = audit.findings(report)["grade"].value_counts()
    told = listing([f"{n} {GRADES[g]}" for g in GRADES if (n := int(grades.get(g, 0)))])
    exact, bounds = families(report)
    return (
        f"The data hold **{len(cells):,} printed numbers** in {cells['table'].nunique()} tables and "
        f"{int(whole['cells']) - len(cells)} in sentences; {whole['covered']}% of them can be checked against others. "
        f"**{exact.sum():,} checks rest on arithmetic, order or a definition**: "
        f"{listing([f'{n:,} {v}' for v, n in exact.items()])}. "
        f"**{bounds.sum():,} more compare with a bound or rest on an assumption**: "
        f"{listing([f'{n:,} {v}' for v, n in bounds.items()])}; what is implausible is a question, not an error. "
        f"They lead to **{int(grades.sum())} findings**: {told}."
    )


def verdicts(report: Report) -> pd.DataFrame:
    """Verdicts per table, as text; ``title`` is the English title of the table."""
    from analysis import audit

    counts = audit.verdict_counts(report)
    rows = []
    for number, row in counts.iterrows():
        meta = report.tables.get(str(number))
        title = meta.title_en if meta else "Numbers printed in sentences"
        rows.append({"table": str(number), "title": title} | {v: str(row[v]) if row[v] else "" for v in MEANING})
    return pd.DataFrame(rows)


def shares(report: Report) -> Exhibit:
    """Verdicts per table as shares of its checks; stacked bars."""
    counts = verdicts(report).replace("", "0")
    numbers = counts[list(MEANING)].astype(int)
    data = numbers.div(numbers.sum(axis=1), axis=0).mul(100)
    data.insert(0, "name", [f"{t}  {n}" for t, n in zip(counts["table"], counts["title"].map(_short), strict=True)])
    wrong = counts.loc[numbers["contradicted"] > 0, "table"].tolist()
    whole = numbers.sum()
    used = [v for v in MEANING if whole[v]]
    return Exhibit(
        data,
        f"{cardinal(len(wrong)).capitalize()} of {len(counts)} sets of numbers contradict themselves or each other",
        "Checks by verdict, % of the checks made on a table",
        f"Stacked bars of the verdicts for {len(counts)} tables: in all "
        + ", ".join(f"{whole[v]} {v}" for v in used)
        + ".",
        "verdict-shares",
        "the audit of all tables of the indicator chapter",
        f"Contradictions in {listing(wrong)}." if wrong else "",
        numbers=counts,
        options={
            "parts": {v: f"{VERDICTS[v][1]} {v}" for v in used},
            "tints": [VERDICTS[v][0] for v in used],
            "least": 7,
        },
    )


def _short(title: str) -> str:
    """The first words of a table's title, enough to recognise it."""
    head = title.partition(":")[0].partition(" (")[0].partition(",")[0]
    words = head.split()
    return " ".join(words[:4]) + (" …" if len(words) > 4 else "")


def legend() -> pd.DataFrame:
    """The verdicts, what they rest on, and what they mean."""
    rests = dict.fromkeys(OF_BOUNDS, "a bound or an assumption") | {"unchecked": "–"}
    return pd.DataFrame(
        {
            "verdict": list(MEANING),
            "rests": [rests.get(v, "arithmetic, order, definition") for v in MEANING],
            "meaning": list(MEANING.values()),
        }
    )
