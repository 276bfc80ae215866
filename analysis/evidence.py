"""Numbers of other publishers, set beside the printed ones.

``data/evidence.csv`` holds one outside number per row, with publisher, edition, basis, precision and
address. :func:`compare` sets each beside the printed number that the row names. The verdict follows
from what the row says of itself and from the numbers, in this order:

``other basis``    the report says of its number that it counts something else (``printed_basis``)
``agrees``         some value that rounds to the outside number also rounds to the printed one
``later vintage``  the outside edition is younger than the printed number and the difference is not
                   larger than revisions of such numbers are known to be (``revision``; empty: no limit)
``differs``        none of these

A row about a year or a country that this edition does not print is ``not printed``, with nothing to compare; so is one
that would be divided by a printed number that may be zero.

Nothing here changes a printed number.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.claims.expression import parse
from analysis.claims.values import ClaimError, NoResultError, NotInEditionError, NotPrintedError
from analysis.claims.vocabulary import Printed, functions
from analysis.interval import Interval, decimals_of, exact_decimals, rounded
from analysis.package import get
from analysis.report import NOT_AVAILABLE, BadInput, Report, clean, once, records

FILE = "evidence.csv"
NOT_PRINTED = "not printed"
VERDICTS = ("agrees", "differs", "later vintage", "other basis")
_COLUMNS = "id table row column printed outside ratio verdict unit entity year basis printed_basis published publisher"
COLUMNS = _COLUMNS.split()
_DATE = re.compile(r"(20\d\d)年(\d{1,2})月")
#: What the dictionary of printed numbers holds: digits, unit, printed in full or rounded, year and month.
_Cell = tuple[str, str, bool, str]


@once
def facts(report: Report) -> pd.DataFrame:
    """All rows of ``evidence.csv`` as strings, indexed by id.

    Raises :class:`BadInput` for a value, a unit, a word or a place that does not fit.
    """
    frame = report.resource("evidence")
    allowed = {
        f["name"]: set(f["constraints"]["enum"])
        for f in _resource(report)["schema"]["fields"]
        if "enum" in f.get("constraints", {})
    } | {"unit": set(_resource(report)["units"])}
    for row in frame.to_dict("records"):
        for column, words in allowed.items():
            if row[column] not in words:
                raise BadInput(
                    FILE, f"one of {', '.join(sorted(words))}, found {row[column]!r}", row["id"], str(column)
                )
    return frame.set_index("id", drop=False).rename_axis(index=None)


@once
def compare(report: Report, *tables: str) -> pd.DataFrame:
    """Every outside number beside the printed one it bears on, as strings; columns :data:`COLUMNS`.

    ``tables`` (numbers of tables, ``prose``, ``claims``) reads only what these need.

    ``outside`` is in the unit of the printed number (``unit``), ``ratio`` is printed / outside by
    the digits. Facts that stand beside no printed number (a country that is not listed, a year that
    is not printed) are in :func:`facts` only.
    """
    frame = facts(report)
    stated = {row["id"]: row for row in records(frame)}
    numbers = {key: number(row) for key, row in stated.items()}
    wanted = [name for name in (*report.tables, "prose", "claims") if name in tables or not tables]
    cells = _printed(report, wanted)
    labels = set(report.labels()["label"])
    vocabulary = functions(Printed(report))
    rows = []
    for row in stated.values():
        if row["table"] not in wanted and row["table"] in (*report.tables, "prose", "claims"):
            continue
        place = _place(row, cells, labels)
        if place is None:
            continue
        digits, unit, exact, dated = place
        where, more = [[row[column] for column in some] for some in (COLUMNS[:4], COLUMNS[9:])]
        try:
            outside = _outside(row, numbers, vocabulary, unit, _resource(report)["units"]) if digits else None
        except (NotInEditionError, NoResultError):
            outside = None
        if outside is None:
            rows.append((*where, "", row["value"], "", NOT_PRINTED, row["unit"], *more))
            continue
        printed = Interval.printed(digits, exact)
        ratio = rounded(printed.point / outside.point, 4) if outside.point else ""
        word = verdict(printed, outside, row, row["printed_dated"] or dated)
        shown = row["value"]
        if outside.point != Fraction(shown):  # all digits of a number with few; else two more than are printed
            places = exact_decimals(outside.point, 7)
            shown = rounded(outside.point, places if places < 7 else decimals_of(digits) + 2)
        rows.append((*where, digits, shown, ratio, word, unit, *more))
    found = pd.DataFrame(rows, columns=COLUMNS)
    absent = found["id"][found["verdict"].eq(NOT_PRINTED)]
    report.warn_of(FILE, "facts are about numbers that are not printed in this edition", absent)
    return found


@once
def verdicts(report: Report) -> pd.DataFrame:
    """``id, table, verdict`` of :func:`compare` where a number is printed; a page that only counts needs no more."""
    found: pd.DataFrame = compare(report)[["id", "table", "verdict"]]
    return found[found["verdict"] != NOT_PRINTED]


@once
def beside(report: Report, *tables: str) -> pd.DataFrame:
    """:func:`compare` for some tables of the report (or ``prose``, ``claims``), ready to be shown.

    Rows about numbers that this edition does not print are left out. Adds ``code`` and ``name`` of what was measured, and ``title, address, seen, terms`` of the source.
    """
    found = compare(report, *tables)
    found = found[found["verdict"] != NOT_PRINTED]
    return _named(report, found.join(facts(report)[["title", "address", "seen", "terms"]], on="id"))


@once
def about(report: Report, code: str, *tables: str) -> pd.DataFrame:
    """The rows of :func:`beside` that are about one country; a page that shows only these depends on no other."""
    found: pd.DataFrame = beside(report, *tables)
    return found[found["code"] == code].reset_index(drop=True)


@once
def alone(report: Report, *tables: str) -> pd.DataFrame:
    """Facts that stand beside no printed number of some tables: rows of :func:`facts` with ``code`` and ``name``."""
    found = facts(report)
    return _named(report, found[found["column"].eq("") & found["table"].isin(tables)])


def _named(report: Report, rows: pd.DataFrame) -> pd.DataFrame:
    printed = {code: f"{record['en']} {record['label']}" for code, record in report.entities.items()}
    known = _resource(report)["entities"] | printed
    names = [known.get(code, code) for code in rows["entity"]]
    return rows.assign(code=rows["entity"], name=names).reset_index(drop=True)


def verdict(printed: Interval, outside: Interval, row: Mapping[str, str], dated: str) -> str:
    """One of :data:`VERDICTS`; ``dated`` is year and month of the printed number. See the module's text."""
    if row["printed_basis"] and row["printed_basis"] != row["basis"]:
        return "other basis"
    if _meet(printed, outside):
        return "agrees"
    moved = abs(outside.point / printed.point - 1) * 100 if printed.point else Fraction(0)
    known = not row["revision"] or moved <= Fraction(row["revision"])
    return "later vintage" if dated and row["published"][:7] > dated and known else "differs"


def _meet(a: Interval, b: Interval) -> bool:
    """Whether both can stand for one value; two roundings that only share an end (3.48 and 3.49) do not."""
    low, high = max(a.low, b.low), min(a.high, b.high)
    return low < high or (low == high and (a.is_exact or b.is_exact))


def number(row: Mapping[str, str]) -> Interval:
    """The outside number with all that rounds to it; raises :class:`BadInput` for one that is none."""
    value, step = Fraction(row["value"]), Fraction(row["precision"])
    if step and value % step:
        raise BadInput(FILE, f"a step that divides the value {row['value']}", row["id"], "precision")
    return Interval(value, value - step / 2, value + step / 2)


def _resource(report: Report) -> dict[str, Any]:
    found = report.described("evidence")
    units, entities = (get(found, key, dict, "resource evidence", {}) for key in ("units", "entities"))
    return {**found, "units": units, "entities": entities}


def _place(
    row: Mapping[str, str], cells: Mapping[tuple[str, str, str], _Cell], labels: Collection[str]
) -> _Cell | None:
    """The printed number a row names; ``None`` if it names none, without digits if this edition has none such."""
    rows = {r for table, r, _ in cells if table == row["table"]}
    if not rows:
        raise BadInput(FILE, f"a table of the report, prose or claims, found {row['table']!r}", row["id"], "table")
    if not row["column"]:
        if row["expression"]:
            raise BadInput(FILE, "the column of a printed number, since there is an expression", row["id"], "column")
        return None
    found = cells.get((row["table"], row["row"], row["column"]))
    if found is None:
        columns = {column for table, _, column in cells if table == row["table"]}
        if (row["row"] in rows or row["row"] in labels) and _of_some_year(row["column"], columns):
            return "", "", False, ""
        wrong, kind = ("row", "row") if row["row"] not in rows else ("column", "column with numbers in that row")
        raise BadInput(FILE, f"a {kind} of {row['table']}, found {row[wrong]!r}", row["id"], wrong)
    if found[0] == NOT_AVAILABLE:
        raise BadInput(FILE, "a printed number; this cell is N/A", row["id"], "column")
    return found


def _of_some_year(column: str, columns: Collection[str]) -> bool:
    """Whether a column is one of these, or would be in an edition with other years."""
    stem, _, year = column.rpartition("_")
    yearly = {name for name, _, end in (c.rpartition("_") for c in columns) if end.isdigit()}
    return column in columns or (year.isdigit() and stem in yearly)


def _printed(report: Report, wanted: Sequence[str]) -> dict[tuple[str, str, str], _Cell]:
    """Printed numbers by table, row and column; sentences as ``prose``, statements as ``claims``."""
    sources: list[dict[str, str]] = get(report.package, "sources", list, "", [])
    whole = sources[0].get("title") or "" if sources else ""
    dated = {table: _month(meta.source) or _month(whole) for table, meta in report.tables.items()}
    cells = {
        (c.table, c.row, c.column): (c.printed, c.unit, c.exact, dated[c.table])
        for c in report.iter_cells(t for t in wanted if t in dated)
    }
    for row in report.prose().to_dict("records") if "prose" in wanted else []:
        cells["prose", row["id"], "printed"] = (clean(row["printed"])[0], row["unit"], False, _month(whole))
    for row in report.claims().to_dict("records") if "claims" in wanted else []:
        pairs = (part.partition("=") for part in str(row["printed"]).split(";") if part)
        for name, _, digits in pairs:
            cells["claims", row["id"], name] = (digits, row["unit"], False, _month(whole))
    return cells


def _month(text: str) -> str:
    """``2025-05`` for ``2025年5月`` somewhere in a printed source."""
    found = _DATE.search(text)
    return f"{found[1]}-{int(found[2]):02d}" if found else ""


def _outside(
    row: Mapping[str, str],
    numbers: Mapping[str, Interval],
    vocabulary: Mapping[str, Any],
    unit: str,
    units: Mapping[str, Mapping[str, str]],
) -> Interval:
    """The outside number in the printed unit."""
    if row["expression"]:
        try:
            return parse(row["expression"]).number({**numbers, "value": numbers[row["id"]]}, vocabulary)
        except NotInEditionError:
            raise
        except (ClaimError, NotPrintedError) as error:
            if isinstance(error, NoResultError) and parse(row["expression"]).of_numbers(()):
                raise
            raise BadInput(FILE, str(error), row["id"], "expression") from None
    factor = units[row["unit"]].get(unit)
    if factor is None:
        raise BadInput(FILE, f"a unit that can stand beside {unit}, found {row['unit']!r}", row["id"], "unit")
    return numbers[row["id"]] * Interval.exact(Fraction(factor))
