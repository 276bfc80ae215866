"""The whole ledger: verdicts with the findings they belong to, and what ``audit --strict`` makes of it.

:func:`check` makes it of a plain frame: no package, no files.
"""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.audit.conclusions import conclude
from analysis.audit.declarations import declared
from analysis.audit.register import Changes, changes, owners, rows_of
from analysis.audit.relations import unprinted
from analysis.audit.verdicts import COLUMNS, audit
from analysis.report import BadInput, Report, from_frames, once

_FORMULA = re.compile(r"\s*(?P<target>.+?)\s*=\s*(?P<kernel>\w+)\((?P<inputs>.*)\)\s*")


@once
def ledger(report: Report, tables: Sequence[str] | None = None) -> pd.DataFrame:
    """One row per derived cell and relation; columns :data:`COLUMNS`, all strings.

    ``tables`` keeps relations whose derived cell is printed there and reads no other tables than those need. ``low``
    and ``high`` bound what the relation allows, shown with two digits more than printed, rounded outward;
    ``recomputed`` is the relation on the printed digits, rounded as the table rounds. The finding of a part of the
    ledger is looked up in the register alone, so that it depends on no other table; the whole one has
    :class:`analysis.audit.register.Changes` in ``attrs``. Raises :class:`analysis.report.BadInput` for unusable data.
    """
    done = audit(report, None if tables is None else frozenset(tables))
    found, rows = done.table[COLUMNS], rows_of(done)
    if tables is None:
        concluded = conclude(report)
        owner = {row: f.id for f in concluded for row in f.rows}
        found.attrs["changes"] = changes(report, done, rows, {f.id: f.cells for f in concluded}, found)
    else:
        owner = owners(report, rows)
    found["finding"] = [owner.get(number, "") for number in done.table["number"]]
    return found


def check(
    frame: pd.DataFrame,
    relations: str | Sequence[str] | pd.DataFrame,
    units: Mapping[str, str] | None = None,
    name: str = "frame",
    decimals: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Whether the printed numbers of a frame follow from each other: the ledger, one row per number and relation.

    The first column holds the row labels, the others numbers as printed, as strings. ``relations`` are formulas such as
    ``"growth % = growth(2023, 2024)"`` or ``"2024[Total] = total(2024[*-Total])"``, in the notation of
    :mod:`analysis.audit.declarations`, or a frame with the columns of ``relations.csv``. ``units`` and ``decimals`` by
    name of a column as in :func:`analysis.report.from_frames`. Raises :class:`analysis.report.BadInput` for a formula
    that is none or is about nothing in the frame, and for a number that is none.
    """
    formulas: dict[str, str] = {}
    if not isinstance(relations, pd.DataFrame):
        rows: list[tuple[str, ...]] = []
        for line in [relations] if isinstance(relations, str) else relations:
            match = _FORMULA.fullmatch(line)
            if not match:
                raise BadInput("relations", "a formula such as growth % = growth(2023, 2024)", line)
            formulas[f"line {len(rows) + 2}"] = line
            rows.append((f'"{name}"', match["kernel"], match["target"], match["kernel"], match["inputs"]))
        relations = pd.DataFrame(rows, columns=["tables", "name", "target", "kernel", "inputs"])
    report = from_frames({name: frame}, relations, units, decimals)
    try:
        found, done = ledger(report), audit(report)
    except BadInput as error:
        file = "relations" if error.file == "relations.csv" else "units" if "unit" in error.expected else error.file
        raise BadInput(file, error.expected, formulas.get(error.row, error.row), error.column) from None
    for relation in declared(report):
        names = unprinted(relation, done.cells)
        if names or relation in done.absent:
            raise BadInput("relations", "; ".join(["rows and columns that the frame has", *names]), relation.text)
    return found


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
