"""How an analysis treats the printed cells that the register of findings doubts.

``known_findings.csv`` says for each finding what an estimate does with its cells: ``repair`` (a proven
exchange is undone), ``leave out`` (the value was not measured) or ``keep`` (unusual, but it may be right).
Nothing here judges a cell, and nothing changes ``data/``. :func:`mark` tells figures which values are doubted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from analysis.report import BadInput

if TYPE_CHECKING:
    from analysis.report import Report

#: (table, row label, column) of a printed cell.
Place = tuple[str, str, str]

REGISTER = "known_findings"
TREATMENTS = ("repair", "leave out", "keep", "")


@dataclass(frozen=True)
class Doubts:
    """Cells by treatment; ``repaired`` gives the value to use instead, ``finding`` the id that says why."""

    left_out: frozenset[Place] = frozenset()
    repaired: dict[Place, str] = field(default_factory=dict)
    kept: frozenset[Place] = frozenset()
    finding: dict[Place, str] = field(default_factory=dict)


def read(report: Report) -> Doubts:
    """The register's treatments; none where the edition has no register.

    Raises :class:`~analysis.report.BadInput` for a treatment that is not one of :data:`TREATMENTS` or a
    cell that is not ``table/row/column``.
    """
    if not report.has(REGISTER):
        return Doubts()
    rows = report.resource(REGISTER)
    if "treatment" not in rows:
        return Doubts()
    places: dict[str, set[Place]] = {t: set() for t in TREATMENTS}
    repaired: dict[Place, str] = {}
    finding: dict[Place, str] = {}
    for row in rows.to_dict("records"):
        name, treatment = str(row["id"]), str(row["treatment"])
        if treatment not in TREATMENTS:
            raise BadInput(f"{REGISTER}.csv", f"one of repair, leave out, keep, found {treatment!r}", name, "treatment")
        for place, _ in _places(str(row["cells"]), name, "cells"):
            places[treatment].add(place)
            finding.setdefault(place, name)
        if treatment == "repair":
            for place, value in _places(str(row["repair"]), name, "repair"):
                repaired[place] = value
                finding[place] = name
    return Doubts(frozenset(places["leave out"]), repaired, frozenset(places["keep"]), finding)


def mark(report: Report, frame: pd.DataFrame, table: str, measure: str, year: int | None = None) -> pd.DataFrame:
    """The frame with a column ``doubt``: the finding that doubts the printed value of a row, or an empty text.

    Rows are told by ``code`` and ``year`` (``year`` is the argument where the frame has no such column). An error
    that is kept because it touches all values of a table alike (a unit) is not a doubt of a single value. Raises
    :class:`KeyError` where a column is missing and :class:`ValueError` where the table has no such measure.
    """
    named = report.resource(REGISTER) if report.has(REGISTER) else pd.DataFrame()
    of: dict[Place, str] = {}
    for row in named.to_dict("records"):
        if not (row["grade"] == "error" and row.get("treatment") == "keep"):
            for place, _ in _places(str(row["cells"]), str(row["id"]), "cells"):
                of.setdefault(place, str(row["id"]))
    cells = report.cells([table])
    cells = cells[cells["measure"] == measure]
    if cells.empty:
        raise ValueError(f"table {table} has no measure {measure}")
    places = zip(cells["code"], cells["year"].astype(str), cells["row"], cells["column"], strict=True)
    doubt = {(code, when): of.get((table, row, column), "") for code, when, row, column in places}
    years = frame["year"].astype(str) if year is None else [str(year)] * len(frame)
    return frame.assign(doubt=[doubt.get(key, "") for key in zip(frame["code"], years, strict=True)])


def _places(text: str, finding: str, column: str) -> Iterator[tuple[Place, str]]:
    for item in filter(None, (part.strip() for part in text.split(";"))):
        where, _, value = item.partition("=")
        parts = where.split("/")
        if len(parts) != 3 or (column == "repair" and not value):
            form = "table/row/column=value" if column == "repair" else "table/row/column"
            raise BadInput(f"{REGISTER}.csv", f"cells as {form}, found {item!r}", finding, column)
        yield (parts[0], parts[1], parts[2]), value
