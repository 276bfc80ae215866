"""The register of known findings: which rows of the ledger belong to which, what has changed.

``known_findings.csv`` of an edition lists every known finding with the ledger rows it rests on
(``place/relation=printed!recomputed or bounds``) and the cells it is about (``place=printed``). A row belongs to a
known finding by place, relation and printed number alone, so that a correction elsewhere, which moves bounds, neither
renumbers nor loses anything; bounds that moved are told apart. Only a finding of grade ``error`` owns contradictions.
``checks.csv`` lists how many rows of each table can be checked.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from analysis.audit.verdicts import FAILING, Audit
from analysis.report import Report, once, records

REGISTER, CHECKS = "known_findings", "checks"

#: ``error``: provable from the pages of the report; ``pattern``: will not come about by
#: measurement and needs an explanation; ``unusual``: an innocent explanation exists or is likely.
GRADES = ("error", "pattern", "unusual")

#: ``conclusion``: a sign, an order, a rank or a place of the home economy changes;
#: ``number``: a printed number or unit; ``cosmetic``: nothing a reader would use.
CONSEQUENCES = ("conclusion", "number", "cosmetic")


@dataclass(frozen=True)
class Known:
    """One finding of the register.

    ``rows``: printed number and, after ``!``, what was allowed, by (place, relation);
    ``cells``: printed number by place; ``repair``: new digits by place.
    """

    record: dict[str, str]
    rows: dict[tuple[str, str], tuple[str, str]]
    cells: dict[str, str]
    repair: dict[str, str]

    @property
    def id(self) -> str:
        """``F-001``."""
        return self.record["id"]


@dataclass(frozen=True)
class Row:
    """A failing or explained row of the ledger, as the register writes it."""

    number: int
    place: str
    relation: str
    printed: str
    allowed: str
    verdict: str

    def __str__(self) -> str:
        return f"{self.place}/{self.relation}={self.printed}!{self.allowed}"


@once
def register(report: Report) -> tuple[Known, ...]:
    """Known findings of the edition; none if its package has no such resource."""
    if not report.has(REGISTER):
        return ()
    return tuple(_known(record) for record in records(report.resource(REGISTER)))


def _known(record: dict[str, str]) -> Known:
    rows, cells = {}, {}
    for entry in filter(None, record["expect"].split("; ")):
        left, mark, allowed = entry.partition("!")
        where, _, printed = left.rpartition("=")
        if mark:
            place, _, relation = where.rpartition("/")
            rows[place, relation] = printed, allowed
        else:
            cells[where] = printed
    pairs = [entry.rpartition("=") for entry in record["repair"].split("; ") if "=" in entry]
    return Known(record, rows, cells, {place: value for place, _, value in pairs})


def rows_of(done: Audit) -> list[Row]:
    """Every row of the ledger that fails or is explained, in printed order."""
    found = done.table
    bad = found[found["verdict"].isin([*FAILING, "explained"])]
    shown = bad[["number", "table", "row", "column", "relation", "printed", "recomputed", "low", "high", "verdict"]]
    return [
        Row(number, f"{table}/{row}/{column}", relation, printed, again or f"{low}..{high}", verdict)
        for number, table, row, column, relation, printed, again, low, high, verdict in shown.itertuples(index=False)
    ]


def owners(report: Report, rows: Iterable[Row]) -> dict[int, str]:
    """Which known finding each row belongs to.

    Rows that the register lists; and rows that are merely implausible, on a cell of a
    known finding that still prints the same.
    """
    listed: dict[tuple[str, str, str], Known] = {}
    about: dict[tuple[str, str], Known] = {}
    for known in register(report):
        for (place, relation), (printed, _) in known.rows.items():
            listed[place, relation, printed] = known
        for place, printed in known.cells.items():
            about.setdefault((place, printed), known)
    owned = {}
    for row in rows:
        known_one = listed.get((row.place, row.relation, row.printed))
        if known_one is None and row.verdict == "implausible":
            known_one = about.get((row.place, row.printed))
        if known_one is not None and (row.verdict != "contradicted" or known_one.record["grade"] == "error"):
            owned[row.number] = known_one.id
    return owned


@dataclass(frozen=True)
class Changes:
    """How a report differs from what the register expects, by finding.

    ``gone``: no row or pattern of it is left; ``other``: some of its rows no longer fail, its cells print something
    else, or a pattern has other cells; ``moved``: what is allowed has moved, because other numbers have; ``short``:
    tables with fewer checked rows than expected (found, expected).
    """

    gone: tuple[str, ...]
    other: tuple[str, ...]
    moved: tuple[str, ...]
    short: dict[str, tuple[int, int]]


def changes(
    report: Report, done: Audit, rows: Iterable[Row], present: dict[str, tuple[str, ...]], found: pd.DataFrame
) -> Changes:
    """Compare with the register; ``present``: cells of every finding that there is."""
    rows, printed = list(rows), {c.place: c.printed for c in done.cells.cells}
    now = {(r.place, r.relation, r.printed): r.allowed for r in rows}
    gone, other, moved = [], [], []
    for known in register(report):
        if known.id not in present:
            gone.append(known.id)
            continue
        seen = [now.get((*where, text)) for where, (text, _) in known.rows.items()]
        same = all(printed.get(place) == text for place, text in known.cells.items())
        if None in seen or not same or (not known.rows and set(present[known.id]) != set(known.cells)):
            other.append(known.id)
        elif seen != [allowed for _, allowed in known.rows.values()]:
            moved.append(known.id)
    counts = checked(found)
    short = {t: (int(counts.get(t, 0)), n) for t, n in expected_checks(report).items() if counts.get(t, 0) < n}
    return Changes(tuple(gone), tuple(other), tuple(moved), short)


def checked(found: pd.DataFrame) -> dict[str, int]:
    """Rows of a ledger that are checked, by table."""
    counts = found.loc[found["verdict"] != "unchecked", "table"].value_counts(sort=False)
    return {str(k): int(v) for k, v in counts.items()}


def expected_checks(report: Report) -> dict[str, int]:
    """How many rows of each table the edition expects to be checked; empty if it does not say."""
    if not report.has(CHECKS):
        return {}
    return {r["table"]: int(r["checked"]) for r in report.resource(CHECKS).to_dict("records")}
