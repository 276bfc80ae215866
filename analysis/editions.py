"""From one edition of the report to the next: an empty one to fill in, and what has been revised since.

:func:`lay_out` writes the structure of an edition with all years moved on and the cells empty;
:func:`revisions` sets the numbers that two editions print for the same thing side by side.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.audit.declarations import RESOURCE as RELATIONS
from analysis.files import BadInput
from analysis.interval import Interval, decimals_of, rounded
from analysis.package import PACKAGE
from analysis.report import NOT_AVAILABLE, Cell, Report

REVISIONS = ["table", "row", "column", "year", "measure", "old", "new", "difference", "beyond rounding", "note"]

YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d.])")
_IN_AN_ID = re.compile(r"(?<=_)(19|20)\d\d\b")
#: What is said of one printed page only, and what stays as it is because no rule can know its next form.
_OF_THE_PAGE = ("page", "seed_line", "seed_rows", "retrieved")
_AS_IT_IS = {
    "pattern",
    "path",
    "notes",
    "reference_year",
    "numeraire",
    "units",
    "qualifiers",
    "measures",
    "licenses",
    "version",
}


def moved(text: str, by: int, pattern: re.Pattern[str] = YEAR) -> str:
    """Every year in a text moved on."""
    return pattern.sub(lambda m: str(int(m[0]) + by), text)


def moved_on(value: Any, by: int, leave: frozenset[str] = frozenset()) -> Any:
    """Every year in a description, whether number or words; properties in ``leave`` stay."""
    if isinstance(value, dict):
        return {k: v if k in leave else moved_on(v, by, leave) for k, v in value.items()}
    if isinstance(value, list):
        return [moved_on(v, by, leave) for v in value]
    if isinstance(value, str):
        return moved(value, by)
    return value + by if isinstance(value, int) and not isinstance(value, bool) and 1900 <= value < 2100 else value


def lay_out(report: Report, target: Path, by: int = 1) -> list[str]:
    """Write an empty edition ``by`` years on; returns what was written, a sentence a line.

    Tables keep header (years moved on), row labels and columns of words; their numbers are empty. Resources
    marked ``carries_over`` in ``datapackage.json`` are copied (ids of sentences in the relations with their year
    moved on); all others get their header alone. Raises :class:`~analysis.report.BadInput` for a ``target`` that
    holds anything.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput(target, "a new directory, or an empty one")
    tables = {meta.file: meta for meta in report.tables.values()}
    package = moved_on(report.package, by, frozenset(_AS_IT_IS))
    carried, anew, empty = [], [], 0
    files: dict[str, str] = {}
    for resource, old in zip(package["resources"], report.package["resources"], strict=True):
        path, header = old["path"], [f["name"] for f in resource["schema"]["fields"]]
        for key in _OF_THE_PAGE:
            resource.pop(key, None)
        if path in tables:
            meta = tables[path]
            numbers = [f.role == "value" for f in meta.fields]
            rows = report.printed(meta.table).reset_index().to_numpy().tolist()
            files[path] = _text([header, *(["" if n else v for v, n in zip(r, numbers, strict=True)] for r in rows)])
            empty += len(rows) * sum(numbers)
        elif old.get("carries_over"):
            carried.append(path)
            frame = report.resource(old["name"])
            if old["name"] == RELATIONS:
                terms = ["target", "inputs"]
                frame[terms] = frame[terms].map(lambda text: moved(text, by, _IN_AN_ID))
            files[path] = _text([header, *frame.to_numpy().tolist()])
        else:
            anew.append(path)
            files[path] = _text([header])
    _write(target, package, files)
    return [
        f"new edition in {target}: {len(tables)} tables with {empty:,} empty cells, years moved on by {by}",
        f"carried over: {', '.join(carried)}",
        f"to be written anew (header only): {', '.join(anew)}",
        f"check in {PACKAGE}: titles, sources, notes, rows that are no longer listed, pages",
    ]


def _text(rows: list[list[str]]) -> str:
    return pd.DataFrame(rows).to_csv(index=False, header=False, lineterminator="\n")


def _write(target: Path, package: Any, files: dict[str, str]) -> None:
    """All files or none: what was begun is taken away again if one cannot be written."""
    existed = target.exists()
    try:
        for path, text in files.items():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_text(text, "utf-8")
        (target / PACKAGE).write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", "utf-8")
    except OSError as error:
        for begun in sorted(target.iterdir()) if target.is_dir() else []:
            shutil.rmtree(begun) if begun.is_dir() else begun.unlink()
        if not existed and target.is_dir():
            target.rmdir()
        raise BadInput(target, f"a directory that can be written ({error.strerror or error})") from None


def revisions(old: Report, new: Report) -> pd.DataFrame:
    """Numbers that both editions print for one table, row, measure and year; columns :data:`REVISIONS`, all strings.

    ``difference`` is new less old, with the decimals of the finer; ``beyond rounding`` is ``yes`` where no value
    prints as both. Neither is given where a number is N/A or the unit is another one (``note``).
    """
    before = {_key(cell): cell for cell in old.iter_cells()}
    rows = []
    for cell in new.iter_cells():
        match = before.get(_key(cell))
        if match is None:
            continue
        digits = match.printed, cell.printed
        difference = beyond = note = ""
        if NOT_AVAILABLE in digits:
            note = "not available in both editions" if digits[0] == digits[1] else "N/A in one edition"
        elif match.unit != cell.unit:
            note = f"unit {match.unit} is now {cell.unit}"
        else:
            then, now = (Interval.printed(c.printed, c.exact) for c in (match, cell))
            difference = rounded(now.point - then.point, max(map(decimals_of, digits)))
            beyond = "yes" if now.low > then.high or now.high < then.low else "no"
        rows.append((*cell[:5], *digits, difference, beyond, note))
    return pd.DataFrame(rows, columns=REVISIONS)


def _key(cell: Cell) -> tuple[str, ...]:
    """Table, code of the row, measure, year and entity; the column where neither is given."""
    return cell.table, cell.code, cell.measure, cell.year or cell.entity or cell.column, cell.entity
