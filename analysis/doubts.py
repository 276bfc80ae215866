"""How an analysis treats the printed cells that the register of findings doubts.

``known_findings.csv`` says for each finding what an estimate does with its cells: ``repair`` (a proven
exchange is undone), ``leave out`` (the value was not measured) or ``keep`` (unusual, but it may be right).
Nothing here judges a cell, and nothing changes ``data/``. :func:`mark` tells figures which values are doubted.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pandas as pd

from analysis.report import BadInput, Report, once, records

#: (table, row label, column) of a printed cell.
Place = tuple[str, str, str]

REGISTER = "known_findings"
TREATMENTS = ("repair", "leave out", "keep", "")


@dataclass(frozen=True)
class Doubts:
    """Cells to leave out, and cells to repair: the value to use instead, and the finding that says why."""

    left_out: frozenset[Place] = frozenset()
    repaired: dict[Place, tuple[str, str]] = field(default_factory=dict)


def read(report: Report) -> Doubts:
    """The register's treatments; none where the edition has no register.

    Raises :class:`~analysis.report.BadInput` for a treatment that is not one of :data:`TREATMENTS` or a
    cell that is not ``table/row/column``.
    """
    left_out: set[Place] = set()
    repaired: dict[Place, tuple[str, str]] = {}
    for row in _register(report):
        name, treatment = row["id"], row.get("treatment")
        if treatment is None:
            continue
        if treatment not in TREATMENTS:
            raise BadInput(f"{REGISTER}.csv", f"one of repair, leave out, keep, found {treatment!r}", name, "treatment")
        places = [place for place, _ in _places(row["cells"], name, "cells")]
        if treatment == "leave out":
            left_out.update(places)
        if treatment == "repair":
            repaired |= {place: (value, name) for place, value in _places(row["repair"], name, "repair")}
    return Doubts(_with_levels(report, left_out), repaired)


def _with_levels(report: Report, left_out: Iterable[Place]) -> frozenset[Place]:
    """These cells, and what stands beside a growth rate among them: a rate that was filled in makes the level of its year."""
    places = set(left_out)
    tables = [table for table in report.tables if any(table == place[0] for place in places)]
    cells = [(c.measure, (c.table, c.row, c.year), (c.table, c.row, c.column)) for c in report.iter_cells(tables)]
    filled = {year for measure, year, place in cells if measure == "growth" and place in places}
    return frozenset(places | {place for _, year, place in cells if year in filled})


def _register(report: Report) -> list[dict[str, str]]:
    return records(report.resource(REGISTER)) if report.has(REGISTER) else []


def mark(report: Report, frame: pd.DataFrame, table: str, measure: str, year: int | None = None) -> pd.DataFrame:
    """The frame with a column ``doubt``: the finding that doubts the printed value of a row, or an empty text.

    Rows are told by ``code`` and ``year`` (``year`` is the argument where the frame has no such column). An error
    that is kept because it touches all values of a table alike (a unit) is not a doubt of a single value; a growth
    rate that was filled in is one of its level. Raises
    :class:`KeyError` where a column is missing and :class:`ValueError` where the table has no such measure.
    """
    of: dict[Place, str] = {}
    for row in _register(report):
        if not (row["grade"] == "error" and row.get("treatment") == "keep"):
            here = {place for place, _ in _places(row["cells"], row["id"], "cells") if place[0] == table}
            for place in _with_levels(report, here) if row.get("treatment") == "leave out" else here:
                of.setdefault(place, row["id"])
    places = _cells(report, table, measure)
    if not places:
        raise ValueError(f"table {table} has no measure {measure}")
    doubt = {(code, when): of.get((table, row, column), "") for code, when, row, column in places}
    years = frame["year"].astype(str) if year is None else [str(year)] * len(frame)
    return frame.assign(doubt=[doubt.get(key, "") for key in zip(frame["code"], years, strict=True)])


@once
def _cells(report: Report, table: str, measure: str) -> list[tuple[str, str, str, str]]:
    """Code, year, row and column of every cell of a measure, whatever it prints."""
    return [(c.code, c.year, c.row, c.column) for c in report.iter_cells([table]) if c.measure == measure]


def _places(text: str, finding: str, column: str) -> Iterator[tuple[Place, str]]:
    for item in filter(None, (part.strip() for part in text.split(";"))):
        where, _, value = item.partition("=")
        parts = where.split("/")
        if len(parts) != 3 or (column == "repair" and not value):
            form = "table/row/column=value" if column == "repair" else "table/row/column"
            raise BadInput(f"{REGISTER}.csv", f"cells as {form}, found {item!r}", finding, column)
        yield (parts[0], parts[1], parts[2]), value
