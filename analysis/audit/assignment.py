"""The whole ledger: verdicts with the findings they belong to, and what ``audit --strict`` makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.audit.conclusions import conclude
from analysis.audit.register import Changes, changes, owners, rows_of
from analysis.audit.verdicts import COLUMNS, Audit, audit
from analysis.stages import once

if TYPE_CHECKING:
    from analysis.report import Report


@once
def ledger(report: Report, tables: Sequence[str] | None = None) -> pd.DataFrame:
    """One row per derived cell and relation; columns :data:`COLUMNS`, all strings.

    ``tables`` keeps relations whose derived cell is printed there and reads no other
    tables than those need. ``low`` and ``high`` bound what the relation allows, shown
    with two digits more than printed, rounded outward; ``recomputed`` is the relation on
    the printed digits, rounded as the table rounds. Raises
    :class:`analysis.report.BadInput` for unusable data.
    """
    done = audit(report, None if tables is None else frozenset(tables))
    found = done.table.copy()
    found["finding"] = assign(report, done, found, whole=tables is None)
    _say_what_is_not_printed(report, done)
    gone = found.attrs
    found = found[COLUMNS]
    found.attrs = gone
    return found


def _say_what_is_not_printed(report: Report, done: Audit) -> None:
    """A warning for the relations about numbers that this edition does not print at all."""
    names = [f"{r.target.measure} of {r.table} ({r.name})" for r, cells in done.unbound if not len(cells)]
    report.warn_of("relations.csv", "relations are about numbers that are not printed in this edition", names)


def assign(report: Report, done: Audit, found: pd.DataFrame, whole: bool) -> list[str]:
    """The finding of every ledger row (empty for none).

    A part of the ledger is matched against the register alone, so that it depends on no
    other table. The whole one gets :class:`analysis.audit.register.Changes` and the
    number of loose contradictions in ``attrs``.
    """
    rows = rows_of(done)
    ids = owners(report, rows)
    if whole:
        concluded = conclude(report)
        ids = {row: f.id for f in concluded for row in f.rows}
        present = {f.id: f.cells for f in concluded}
        found.attrs["changes"] = changes(report, done, rows, present, found)
    return [ids.get((g, i), "") for g, i in zip(found["_group"], found["_instance"], strict=True)]


def unexplained(found: pd.DataFrame) -> int:
    """How many contradicted rows belong to no known finding (for ``audit --strict``)."""
    known = found["finding"].astype(str).str.startswith("F-")
    return int(((found["verdict"] == "contradicted") & ~known).sum())


def strict_problems(found: pd.DataFrame) -> list[str]:
    """Why ``audit --strict`` fails, one line each; ``found`` is the whole ledger."""
    loose = unexplained(found)
    problems = [f"{loose} contradicted rows belong to no known finding"] if loose else []
    changed: Changes | None = found.attrs.get("changes")
    if changed is not None:
        if changed.gone:
            problems.append(f"known findings no longer match: {', '.join(changed.gone)}")
        if changed.other:
            problems.append(f"known findings rest on other numbers than expected: {', '.join(changed.other)}")
        problems += [
            f"table {table}: {now} rows checked, {wanted} expected" for table, (now, wanted) in changed.short.items()
        ]
    return problems


def notes(found: pd.DataFrame) -> list[str]:
    """What ``audit --strict`` says without failing: bounds that moved because other numbers did."""
    changed: Changes | None = found.attrs.get("changes")
    moved = changed.moved if changed else ()
    return [f"bounds of known findings have moved: {', '.join(moved)}"] if moved else []
