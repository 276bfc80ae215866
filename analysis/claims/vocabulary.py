"""The functions an expression may call.

Printed numbers come in through ``t`` (a cell of a table), ``p`` (a number printed in a sentence, ``prose.csv``), ``c``
(a number of another claim), ``listed`` (how many items a list holds, counted by the reader), ``column`` and ``row``
(many cells of one table). Everything else is arithmetic on them. ``times`` is growth in 倍 (both readings), ``increase``
where the words name the increase, ``same_period`` a period against the title it cites (some count the base year, some
quote another edition of a yearly report), ``about`` widens a number printed with 約 by a tenth. A table, measure or code
that nobody knows is a :class:`ClaimError`; a year or a row that this edition does not print, like a single cell printed
N/A, makes the claim not checkable (a column it only leaves short).
"""

import functools
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from analysis import interval
from analysis.claims.expression import strings, whole
from analysis.claims.values import (
    ClaimError,
    Codes,
    NotInEditionError,
    NotPrintedError,
    Readings,
    Truth,
    Truths,
    Value,
    Vector,
    best,
    checked,
    lift,
)
from analysis.interval import Interval
from analysis.report import Report
from analysis.stages import note


class Printed:
    """Every printed number of a report, looked up by what it is; a table is read when first asked for."""

    def __init__(self, report: Report, claims: Mapping[str, Mapping[str, Interval]] | None = None) -> None:
        self.report = report
        self.claims = claims or {}
        self.tables: dict[str, dict[tuple[str, str, str], Interval | None]] = {}
        prose = report.prose()
        texts = [text.replace(",", "") for text in prose["printed"]]
        self.prose: dict[str, Interval] = {
            str(i): n for i, n in zip(prose["id"], Interval.column(texts), strict=True) if n is not None
        }

    def absent(self, what: str, table: str, name: str, key: str, code: str = "") -> Exception:
        """Why a table has no such number: it is of another edition's year or row, or a mistake."""
        cells = self.table(table)
        names = {n for _, n, _ in cells}
        if name and name not in names:
            return ClaimError(f"{what}; table {table} has no measure {name}")
        if code and code not in {c for c, _, _ in cells} | self.report.entities.keys():
            return ClaimError(f"{what}; no row of the tables has the code {code}")
        years = {k for _, n, k in cells if n == name or not name}
        year = key.isdigit() and len(key) == 4 and bool(years - {""}) and key not in years
        row = code in self.report.entities and code not in {c for c, _, _ in cells}
        said = f"table {table} has no {' '.join(part for part in (code, name, key) if part)}"
        return NotInEditionError(said) if year or row else ClaimError(f"{what}; {said}")

    def known(self, codes: frozenset[str], table: str) -> frozenset[str]:
        """The codes themselves; raises :class:`ClaimError` for one that no row has."""
        if strange := sorted(codes - self.report.entities.keys() - {c for c, _, _ in self.table(table)}):
            raise ClaimError(f"codes of rows; {strange[0]} is none")
        return codes

    def table(self, number: Any) -> dict[tuple[str, str, str], Interval | None]:
        """Cells of one table by (row code, measure, year or entity)."""
        if _quoted(number, "the number of a table") not in self.report.tables:
            raise ClaimError(f"a table of the report; {number!r} is none")
        note(self.report, self.report.meta(number).file)
        if number not in self.tables:
            self.tables[number] = _cells(self.report, number)
        return self.tables[number]

    def unit(self, number: str, code: str, measure: str, key: Any = "") -> str:
        """The unit in which a table prints a number; empty where it prints none such."""
        cells = (c for c in self.report.iter_cells([number]) if c.code == code and measure in (c.measure, c.column))
        return next((c.unit for c in cells if str(key) in ("", c.year, c.entity)), "")


def _cells(report: Report, table: str) -> dict[tuple[str, str, str], Interval | None]:
    rows = list(report.iter_cells([table]))
    numbers = Interval.column([cell.printed for cell in rows], [cell.exact for cell in rows])
    cells: dict[tuple[str, str, str], Interval | None] = {}
    without_year: dict[tuple[str, str], int] = {}
    for cell, number in zip(rows, numbers, strict=True):
        code, measure = cell.code, cell.measure
        cells[code, measure, cell.year or cell.entity] = number
        cells[code, cell.column, ""] = number
        without_year[code, measure] = without_year.get((code, measure), 0) + 1
        cells[code, measure, ""] = number
    for (code, measure), times in without_year.items():
        if times > 1:  # the year may be left out only where there is but one
            del cells[code, measure, ""]
    return cells


def _quoted(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise ClaimError(f"{what} in quotes")
    return value


def _key(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else str(whole(value, "a year"))


def _lifted(function: Callable[..., Interval]) -> Callable[..., Value]:
    """A function of numbers as one of numbers and columns."""

    @functools.wraps(function)
    def over(*values: Value) -> Value:
        return lift(function, *values)

    return over


#: Functions of single numbers.
_ARITHMETIC: dict[str, Callable[..., Interval]] = {
    "growth": interval.growth,
    "change": interval.change,
    "share": interval.share,
    "ratio": interval.ratio,
    "abs": lambda number: abs(number),
    "exact": lambda number: Interval.exact(number.point),
    "increase": lambda new, old: new / old - 1,
    "about": lambda a: Interval(a.point, a.low - abs(a.point) / 10, a.high + abs(a.point) / 10),
}


def functions(printed: Printed, shift: int = 0) -> dict[str, Callable[..., Any]]:
    """The vocabulary over some printed numbers.

    ``shift`` is added to the number of periods of every ``cagr``: the way to ask which
    period convention reproduces a stated rate.
    """

    def t(table: str, code: str, measure: str, year: Any = None) -> Interval:
        cells = printed.table(table)
        try:
            number = cells[_quoted(code, "the code of a row"), _quoted(measure, "a measure"), _key(year)]
        except KeyError:
            raise printed.absent("a printed cell", table, measure, _key(year), code) from None
        if number is None:
            raise NotPrintedError(f"{table} {code} {measure} {_key(year)}".rstrip())
        return number

    def p(identifier: str) -> Interval:
        try:
            return printed.prose[_quoted(identifier, "an id of prose.csv")]
        except KeyError:
            raise ClaimError(f"an id of prose.csv; {identifier!r} is none") from None

    def c(identifier: str, name: str) -> Interval:
        try:
            return printed.claims[_quoted(identifier, "the id of a claim")][_quoted(name, "the name of a number")]
        except KeyError:
            raise ClaimError(f"a number of another claim; there is no {name!r} in {identifier!r}") from None

    def column(table: str, measure: str, year: Any = None, exclude: Any = (), only: Any = None) -> Vector:
        wanted, measure = _key(year), _quoted(measure, "a measure")
        leave = printed.known(strings(exclude), table)
        keep = None if only is None else printed.known(strings(only), table)
        found = {
            code: number
            for (code, name, key), number in printed.table(table).items()
            if name == measure and key == wanted and code not in leave and (keep is None or code in keep)
        }
        if not found:
            raise printed.absent("a printed column", table, measure, wanted)
        return Vector(tuple(found), tuple(found.values()))

    def row(table: str, code: str, year: Any) -> Vector:
        wanted, code = _key(year), _quoted(code, "the code of a row")
        found = {
            name: number
            for (label, name, key), number in printed.table(table).items()
            if label == code and key == wanted and key
        }
        if not found:
            raise printed.absent("a printed row", table, "", wanted, code)
        return Vector(tuple(found), tuple(found.values()))

    def cagr(first: Value, last: Value, y0: Value, y1: Value) -> Value:
        periods = whole(y1, "a year") - whole(y0, "a year") + shift
        if not 1 <= periods <= 200:
            raise ClaimError("a number of periods between 1 and 200")
        return lift(lambda a, b: interval.cagr(a, b, periods), first, last)

    def total(*numbers: Value) -> Interval:
        return checked(sum(_numbers(numbers), Interval.exact(0)))

    def mean(*numbers: Value) -> Interval:
        return total(*numbers) / len(_numbers(numbers))

    def rank(
        table: str, measure: str, year: Any, code: str, order: str = "desc", exclude: Any = (), only: Any = None
    ) -> Interval:
        vector = column(table, measure, year, exclude, only)
        if _quoted(code, "the code of a row") not in vector.keys:
            raise printed.absent("a printed row", table, "", _key(year), code)
        own = vector.items[vector.keys.index(code)]
        if own is None:
            raise NotPrintedError(f"{table} {code} {measure}")
        if order not in ("asc", "desc"):
            raise ClaimError("order 'asc' or 'desc'")
        others = [n for k, n in zip(vector.keys, vector.items, strict=True) if n and k != code]
        return interval.rank(own, others, largest_first=order == "desc")

    def count(truths: Value) -> Interval:
        return Interval(*_counted(truths, lambda rows: Fraction(len(rows))))

    def codes(truths: Value) -> Codes:
        return Codes(*_counted(truths, frozenset))

    def all_of(truths: Value, except_: Any = ()) -> Truth:
        out = strings(except_)
        found = _known(truths)
        strange = sorted(out - set(found))
        if strange and strange[0] in printed.report.entities:
            listed_there = isinstance(truths, Truths) and strange[0] in truths.keys
            raise (NotPrintedError if listed_there else NotInEditionError)(strange[0])
        if strange:
            raise ClaimError(f"exceptions that are rows of the column; {strange[0]} is none")
        return functools.reduce(Truth.both, (t.negated() if k in out else t for k, t in found.items()))

    def times(new: Value, old: Value) -> Readings:
        reached = lift(lambda a, b: a / b, new, old)
        if not isinstance(reached, Interval):
            raise ClaimError("numbers in times()")
        return Readings({"times_reached": reached, "times_added": reached - 1})

    def listed(n: Value) -> Interval:
        return Interval.exact(whole(n, "a number of items"))

    def same_period(first: Value, last: Value, titled_first: Value, titled_last: Value) -> Readings:
        y0, y1, t0, t1 = (whole(y, "a year") for y in (first, last, titled_first, titled_last))
        titled, base_year, as_long = (y0, y1) == (t0, t1), (y0 + 1, y1) == (t0, t1), y1 - y0 == t1 - t0
        found = {"as_titled": titled, "with_the_base_year": titled or base_year, "of_another_edition": as_long}
        return Readings({name: Truth.of(holds) for name, holds in found.items()})

    def readings(**values: Value) -> Readings:
        flat: dict[str, Any] = {}
        for name, value in values.items():
            inner = value.values if isinstance(value, Readings) else {"": value}
            flat |= {f"{name}_{i}".rstrip("_"): v for i, v in inner.items()}
        same = {type(v) for v in flat.values()}
        if len(values) < 2 or same not in ({Truth}, {Interval}):
            raise ClaimError("at least two named values of one kind, such as readings(every_year=..., end_to_end=...)")
        return Readings(flat)

    looked_up = (t, p, c, column, row, rank, listed)
    made = (cagr, total, mean, count, codes, all_of, readings, times, same_period)
    others: dict[str, Callable[..., Any]] = {
        "max": lambda *numbers: best(_numbers(numbers), largest=True),
        "min": lambda *numbers: best(_numbers(numbers), largest=False),
    }
    return {f.__name__: f for f in (*looked_up, *made)} | others | {name: _lifted(f) for name, f in _ARITHMETIC.items()}


def _numbers(values: tuple[Value, ...]) -> list[Interval]:
    found: list[Interval] = []
    for value in values:
        if isinstance(value, Vector):
            found += value.known()
        elif isinstance(value, Interval):
            found.append(value)
        else:
            raise ClaimError("numbers or columns of numbers here")
    if not found:
        raise ClaimError("at least one number here")
    return found


def _counted(truths: Any, make: Callable[[list[str]], Any]) -> tuple[Any, Any, Any]:
    """Something made of the rows that hold by the digits, certainly, possibly."""
    found = _known(truths)
    point, certain, possible = (
        [k for k, t in found.items() if getattr(t, n)] for n in ("point", "certain", "possible")
    )
    return make(point), make(certain), make(possible)


def _known(truths: Any) -> dict[str, Truth]:
    if not isinstance(truths, Truths):
        raise ClaimError("a column compared with something, such as column(...) < 0")
    found = {k: t for k, t in zip(truths.keys, truths.items, strict=True) if t is not None}
    if not found:
        raise ClaimError("a column with at least one printed number")
    return found
