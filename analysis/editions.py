"""From one edition of the report to the next: an empty one to fill in, and what has been revised since.

:func:`lay_out` writes the structure of an edition with all years moved on and the cells empty;
:func:`revisions` sets the numbers that two editions print for the same thing side by side.
"""

import json
import re
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.audit.declarations import BOUNDS
from analysis.audit.declarations import RESOURCE as RELATIONS
from analysis.files import BadInput
from analysis.interval import Interval, decimals_of, rounded
from analysis.package import PACKAGE, get
from analysis.report import NOT_AVAILABLE, Cell, Report

REVISIONS = ["table", "row", "column", "year", "measure", "old", "new", "difference", "beyond rounding", "note"]

#: A year or a fiscal year (``2021/22``), but no base (``2015=100``).
_ONE = r"(?!\d{4}(?:[/–-]\d\d)?\s*[=＝]\s*100\b)(?:19|20)\d\d(?:[/–-]\d\d(?![\d-])|(?![\d.]))"
YEAR, _IN_A_FORMULA = re.compile(rf"(?<![\d.,]){_ONE}"), re.compile(rf"(?<![\d.]){_ONE}")
#: The row and key of a term in a formula; the name of a row may hold brackets.
_PLACE = re.compile(r"(\[(?:[^\[\]]|\[[^\[\]]*\])*\])")
#: Between the row and the key of a place; within braces names are listed.
_COMMA = re.compile(r",(?![^{]*\})")
#: Resources that the next edition begins with, unless the package says otherwise (``carries_over``).
_CARRIED = ("labels", RELATIONS, BOUNDS)
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
    """Every year in a text moved on, a fiscal year in both halves."""

    def on(match: re.Match[str]) -> str:
        year, rest = int(match[0][:4]), match[0][4:]
        month = rest.startswith("-") and int(rest[1:]) <= 12
        if rest and int(rest[1:]) == (year + 1) % 100 and not month:
            rest = f"{rest[0]}{(year + by + 1) % 100:02d}"
        return f"{year + by}{rest}"

    return pattern.sub(on, text)


def _moved_formula(text: str, by: int, rows: Collection[str]) -> str:
    """Terms with the years of columns, sentences and keys moved on; those in names of ``rows`` stay."""
    parts = _PLACE.split(text)
    parts[::2] = [moved(part, by, _IN_A_FORMULA) for part in parts[::2]]
    for i, place in enumerate(parts[1::2]):
        *row, key = _COMMA.split(place[1:-1])
        if row and place[1:-1].strip() not in rows and not _IN_A_FORMULA.sub("", key).strip("{}, "):
            parts[2 * i + 1] = f"[{','.join(row)},{moved(key, by, _IN_A_FORMULA)}]"
    return "".join(parts)


#: Columns of a relation whose years move on.
_TEXTS, _FORMULAS = ["tables", "key"], ["target", "inputs"]


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
    marked ``carries_over`` in ``datapackage.json`` are copied, and labels, relations and bounds that are not marked
    ``false`` (the relations with the years of columns and sentences moved on); all others get their header alone. Raises :class:`~analysis.report.BadInput` for a ``target`` that
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
        elif get(old, "carries_over", bool, f"resource {old['name']}", old["name"] in _CARRIED):
            carried.append(path)
            frame = report.resource(old["name"])
            if old["name"] == RELATIONS:
                rows_named = {cell.row for cell in report.iter_cells(blanks=True)}
                for column in frame.columns.intersection(_TEXTS):
                    frame[column] = [moved(text, by) for text in frame[column]]
                for column in frame.columns.intersection(_FORMULAS):
                    frame[column] = [_moved_formula(text, by, rows_named) for text in frame[column]]
            files[path] = _text([header, *frame.to_numpy().tolist()])
        else:
            anew.append(path)
            files[path] = _text([header])
    _write(target, package, files)
    return [
        f"new edition in {target}: {len(tables)} tables with {empty:,} empty cells, years moved on by {by}",
        f'carried over, unless "carries_over" of a resource says otherwise: {", ".join(carried) or "nothing"}',
        f"to be written anew (header only): {', '.join(anew) or 'nothing'}",
        f"check in {PACKAGE}: titles, sources, notes, pages; there and in the tables: rows and years that are not listed",
        f"then type the numbers as printed; `python -m analysis cells --data {target}` names the next cell that does not fit",
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
    prints as both, rounded whichever way (2.05 does as 2.0 and 2.1). Neither is given where a number is N/A or the
    unit is another one (``note``). ``attrs["notes"]`` says how many changed and what only one edition prints.
    """
    old_cells, new_cells = list(old.iter_cells()), list(new.iter_cells())
    before = {_key(cell): cell for cell in old_cells}
    rows = []
    for cell in new_cells:
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
    found = pd.DataFrame(rows, columns=REVISIONS)
    changed = int(found["difference"].str.contains("[1-9]").sum())
    revised = [
        f"{changed:,} of {len(found):,} numbers of both editions changed, {(found['beyond rounding'] == 'yes').sum():,} beyond rounding"
    ]
    found.attrs["notes"] = [
        *(revised if changed else []),
        *_alone("OLD", old_cells, new_cells),
        *_alone("NEW", new_cells, old_cells),
    ]
    return found


def _alone(name: str, cells: Sequence[Cell], others: Sequence[Cell]) -> list[str]:
    """How many numbers of an edition the other does not print, and what they have in common; nothing where none is."""
    cells = [cell for cell in cells if cell.printed != NOT_AVAILABLE]
    keys = {_key(cell) for cell in others}
    known = {part for key in keys for part in _parts(key)}
    names: set[tuple[int, str]] = set()
    loose = [cell for cell in cells if _key(cell) not in keys]
    for cell in loose:
        what = f"year {cell.year}" if cell.year else cell.entity or cell.column
        one = f"row {cell.row}, column {cell.column}"
        words = (f"measure {cell.measure}", f"row {cell.row}", what, f"column {cell.column}", one)
        said = [f"table {cell.table}", *(f"{word} of {cell.table}" for word in words)]
        kind = next((i for i, part in enumerate(_parts(_key(cell))) if part not in known), len(words))
        names.add((kind, said[kind]))
    if not loose:
        return []
    listed = [said for _, said in sorted(names)]
    more = f" and {len(listed) - 3} more" if len(listed) > 3 else ""
    count = "1 number" if len(loose) == 1 else f"{len(loose):,} numbers"
    return [f"{count} of {name} without a partner ({'; '.join(listed[:3])}{more})"]


def _parts(key: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Table, measure, row, year or entity, and column of a number, as :func:`_key` gives them."""
    table, row, measure, *what = key
    place = ("column", table, measure, *what)
    return [("table", table), ("measure", table, measure), ("row", table, row), ("what", table, *what), place]


def _key(cell: Cell) -> tuple[str, ...]:
    """Table, code of the row, measure, year and entity; the column where neither is given."""
    return cell.table, cell.code, cell.measure, cell.year or cell.entity or cell.column, cell.entity
