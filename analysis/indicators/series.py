"""Printed numbers with their keys, and what is derived from them.

A :class:`Column` is a measure of a printed table, or an indicator derived from such measures: keys, a number for each
(:class:`analysis.interval.Interval`), and what the report prints for the same quantity, if anything. :func:`derive`
makes a column from others by one function of intervals.

A family module marks its report-level functions as an :class:`Indicator`; calling one gives a tidy frame,
``.columns(report)`` the columns themselves.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import pandas as pd

from analysis.interval import NOT_AVAILABLE, Interval, cagr, change, floats, growth, lift, outward, rounded
from analysis.interval import total as total_of
from analysis.report import BadInput, NotPrinted, Report, once

#: Columns of the table of all indicators; all strings.
COLUMNS = ["table", "row", "code", "indicator", "year", "unit", "value", "low", "high", "printed"]

#: Columns of the tidy frame of one indicator; value, low and high are floats.
TIDY = ["code", "name", "year", "entity", "value", "low", "high", "printed", "row", "table", "indicator", "unit"]

#: Unit of a quotient of two equal units, and of a difference of percentages.
RATIO, POINTS = "比", "百分點"


class Key(NamedTuple):
    """What a number is about: entity of the row, year, entity of the column."""

    code: str
    year: int | None = None
    entity: str = ""


Shift = Callable[[Key], Key]


def same(key: Key) -> Key:
    """The key itself."""
    return key


def previous(key: Key) -> Key:
    """The same a year earlier."""
    return key._replace(year=None if key.year is None else key.year - 1)


def whole(code: str) -> Shift:
    """The same year and column of another row: a total, say."""
    return lambda key: key._replace(code=code)


@dataclass(frozen=True, eq=False)
class Column:
    """A measure or an indicator: one number for each key.

    ``decimals`` is for display; ``printed`` has ``""`` where the report prints no such
    number; ``values`` has ``None`` where it is not known; ``first_year`` is set where the number covers a span that ends in the key's
    year; ``labels`` are the printed row labels.
    """

    indicator: str
    table: str
    unit: str
    decimals: int
    keys: tuple[Key, ...]
    values: tuple[Interval | None, ...]
    labels: Mapping[str, str]
    printed: tuple[str, ...]
    first_year: int | None = None

    @functools.cached_property
    def _index(self) -> dict[Key, int]:
        return {key: i for i, key in enumerate(self.keys)}

    def __contains__(self, key: Key) -> bool:
        return key in self._index

    def take(self, keys: Iterable[Key]) -> tuple[Interval | None, ...]:
        """The numbers at the given keys; ``None`` where there is no such key."""
        return tuple(self.values[i] if (i := self._index.get(key)) is not None else None for key in keys)

    @property
    def years(self) -> list[int]:
        """Years that occur, in order."""
        return sorted({key.year for key in self.keys if key.year is not None})

    @property
    def codes(self) -> list[str]:
        """Row codes in printed order."""
        return list(dict.fromkeys(key.code for key in self.keys))

    @property
    def entities(self) -> list[str]:
        """Column entities in printed order."""
        return list(dict.fromkeys(key.entity for key in self.keys))

    def as_printed(self) -> dict[Key, str]:
        """Printed strings by key, to put beside a recomputed number."""
        return {key: text for key, text in zip(self.keys, self.printed, strict=True) if text}

    def frame(self) -> pd.DataFrame:
        """Tidy frame with float values; columns as in :data:`TIDY`, ``name`` the printed label (see :func:`tidy`).

        ``year`` is an integer where every number has one. Floats are for charts and
        models; the exact numbers stay in ``values``.
        """
        value, low, high = floats(self.values)
        years = [key.year for key in self.keys]
        rows = [self.labels.get(key.code, key.code) for key in self.keys]
        return pd.DataFrame(
            {
                "code": [key.code for key in self.keys],
                "name": rows,
                "year": years if all(y is not None for y in years) else pd.array(years, dtype="Int64"),
                "entity": [key.entity for key in self.keys],
                "value": value,
                "low": low,
                "high": high,
                "printed": list(self.printed),
                "row": rows,
                "table": self.table,
                "indicator": self.indicator,
                "unit": self.unit,
            },
            columns=TIDY,
        )

    def rows(self) -> list[tuple[str, ...]]:
        """Rows of the table of all indicators: strings, bounds rounded outwards."""
        n, start = self.decimals, "" if self.first_year is None else f"{self.first_year}-"
        found = []
        for key, v, printed in zip(self.keys, self.values, self.printed, strict=True):
            name = f"{self.indicator}_{key.entity}" if key.entity else self.indicator
            year = "" if key.year is None else f"{start}{key.year}"
            numbers = [NOT_AVAILABLE] * 3
            if v is not None:
                numbers = [rounded(v.point, n), outward(v.low, n, up=False), outward(v.high, n, up=True)]
            found.append(
                (self.table, self.labels.get(key.code, key.code), key.code, name, year, self.unit, *numbers, printed)
            )
        return found


@once
def read(report: Report, table: str, measure: str = "") -> Column:
    """One measure of a printed table as a column.

    The table is named by its number, or by a measure that it alone prints (then the measure, unless another is
    given). The bounds are what the printed digits stand for (counts printed in full stand for themselves).
    Raises :class:`~analysis.report.NotPrinted` for a measure the table lacks.
    """
    measure = measure or table
    cells = [cell for cell in report.iter_cells([table]) if cell.measure == measure]
    if not cells:
        raise NotPrinted(report.meta(table).file, f"a measure {measure}")
    printed = [cell.printed for cell in cells]
    return Column(
        indicator=measure,
        table=cells[0].table,
        unit=cells[0].unit,
        decimals=max(cell.decimals for cell in cells),
        keys=tuple(Key(cell.code, int(cell.year) if cell.year else None, cell.entity or "") for cell in cells),
        values=Interval.column(printed, exact=[cell.exact for cell in cells]),
        labels={cell.code: cell.row for cell in cells},
        printed=tuple(printed),
    )


def read_prose(report: Report, measure: str) -> Column:
    """Numbers of one measure that are printed only in sentences (``prose.csv``).

    Those qualified as a limit ("more than", "close to") have no bounds and are left out.
    """
    prose = report.prose()
    prose = prose[(prose["measure"] == measure) & prose["qualifier"].isin(["", "約"])]
    printed = [text.replace(",", "") for text in prose["printed"]]
    return Column(
        indicator=measure,
        table="prose",
        unit=prose["unit"].iloc[0] if len(prose) else "",
        decimals=2,
        keys=tuple(
            Key(entity, int(year) if year else None)
            for entity, year in zip(prose["entity"], prose["year"], strict=True)
        ),
        values=Interval.column(printed),
        labels={code: record["label"] for code, record in report.entities.items()},
        printed=tuple(printed),
    )


def derive(
    indicator: str,
    unit: str,
    decimals: int,
    function: Callable[..., Interval],
    *arguments: Column | tuple[Column, Shift],
    keys: Iterable[Key] | None = None,
    printed: Column | Mapping[Key, str] | None = None,
    first_year: int | None = None,
) -> Column:
    """A column from others: ``function`` of the arguments, each read at the key or at a shifted one.

    ``keys``: by default those of the first argument for which every argument has a number's place. ``printed``: the
    same quantity where the report prints it. The first argument lends the table and the row labels.
    """
    pairs = [(a, same) if isinstance(a, Column) else a for a in arguments]
    first = pairs[0][0]
    wanted = tuple(first.keys if keys is None else keys)
    if keys is None:
        wanted = tuple(key for key in wanted if all(shift(key) in column for column, shift in pairs))
    beside = printed.as_printed() if isinstance(printed, Column) else printed or {}
    return replace(
        first,
        indicator=indicator,
        unit=unit,
        decimals=decimals,
        keys=wanted,
        values=lift(function, *(column.take([shift(key) for key in wanted]) for column, shift in pairs)),
        printed=tuple(beside.get(key, "") for key in wanted),
        first_year=first_year,
    )


def followed(column: Column) -> list[Key]:
    """Keys that also have the year before."""
    return [key for key in column.keys if previous(key) in column]


def yearly_growth(column: Column, indicator: str, printed: Column | Mapping[Key, str] | None = None) -> Column:
    """Growth on the previous year in per cent; see :func:`analysis.interval.growth`."""
    return derive(indicator, "%", 2, growth, (column, previous), column, printed=printed)


def compound_growth(column: Column, indicator: str) -> Column:
    """Compound annual growth from the first to the last year of a column; see :func:`analysis.interval.cagr`."""
    first, last = ends(column)
    return derive(
        indicator,
        "%",
        2,
        lambda a, b: cagr(a, b, last - first),
        (column, at(first)),
        column,
        keys=[key for key in column.keys if key.year == last and key._replace(year=first) in column],
        first_year=first,
    )


def total(column: Column, groups: Mapping[Key, Sequence[Key]], labels: Mapping[str, str] | None = None) -> Column:
    """Sums of a column over groups of its keys; unknown if a member is."""
    return replace(
        column,
        keys=tuple(groups),
        values=tuple(total_of(column.take(members)) for members in groups.values()),
        labels=column.labels if labels is None else labels,
        printed=("",) * len(groups),
    )


def ends(column: Column) -> tuple[int, int]:
    """First and last year of a column; raises :class:`~analysis.report.BadInput` where it has fewer than two."""
    if len(column.years) < 2:
        raise BadInput(f"table {column.table}", f"two years or more of {column.indicator}")
    return column.years[0], column.years[-1]


def at(year: int) -> Shift:
    """The same row and column in a fixed year."""
    return lambda key: key._replace(year=year)


def tidy(report: Report, *columns: Column) -> pd.DataFrame:
    """Columns as one frame, :data:`TIDY`; ``name`` is English, of the label as this table prints it; ``row`` that label."""
    found = pd.concat([column.frame() for column in columns], ignore_index=True)
    known = {code: record["en"] for code, record in report.entities.items()}
    known |= dict(report.labels()[["label", "en"]].to_numpy())
    names = [known.get(row) or known.get(code, row) for code, row in zip(found["code"], found["row"], strict=True)]
    return found.assign(name=names)


def countries(report: Report, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a frame whose ``code`` is a country by ``labels.csv``, not a group or a total."""
    codes = [code for code, record in report.entities.items() if record["kind"] == "country"]
    return frame[frame["code"].isin(codes)].reset_index(drop=True)


def measure(report: Report, table: str, name: str, code: str = "") -> pd.DataFrame:
    """One printed measure of a table as a frame with the bounds of its rounding; columns :data:`TIDY`.

    ``code`` keeps one row of the table; a page that takes only that does not depend on the others.
    """
    return _row(report, table, name, code) if code else tidy(report, read(report, table, name))


@once
def _row(report: Report, table: str, name: str, code: str) -> pd.DataFrame:
    whole = tidy(report, read(report, table, name))
    return whole[whole["code"] == code].reset_index(drop=True)


class Indicator:
    """A report-level indicator function: called, it gives a tidy frame."""

    def __init__(self, function: Callable[[Report], Column | Iterable[Column]]) -> None:
        self._function = function
        functools.update_wrapper(self, function)
        made = functools.wraps(function)(lambda report: tidy(report, *self.columns(report)))
        self._frame = made if "<" in function.__qualname__ else once(made)  # a function with a name of its own

    def columns(self, report: Report) -> list[Column]:
        """The exact columns behind the frame."""
        found = self._function(report)
        return [found] if isinstance(found, Column) else list(found)

    def column(self, report: Report) -> Column:
        """The exact column behind the frame, of an indicator that has one."""
        (found,) = self.columns(report)
        return found

    def __call__(self, report: Report) -> pd.DataFrame:
        """``code, name, year, entity, value, low, high, printed`` and ``row, table, indicator, unit``."""
        frame: pd.DataFrame = self._frame(report)
        return frame


def declared(text: str, function: Callable[[Report], Column]) -> Indicator:
    """A function of a report as an indicator; ``text`` says what it is."""
    function.__doc__ = text
    return Indicator(function)


def as_printed(table: str) -> Indicator:
    """The indicator that is a printed measure itself, with the bounds of its rounding."""
    return declared(f"{table} as printed, with its rounding bounds.", lambda report: read(report, table))


def change_of(
    name: str,
    unit: str,
    table: str,
    measure: str = "",
    printed: str = "",
    function: Callable[[Interval, Interval], Interval] = change,
) -> Indicator:
    """The indicator that is the change of a measure on the year before; ``printed`` is the measure that has it in print."""

    def column(report: Report) -> Column:
        own, beside = read(report, table, measure), read(report, table, printed) if printed else None
        return derive(name, unit, 2, function, (own, previous), own, printed=beside)

    return declared(f"{function.__name__.capitalize()} of {measure or table} on the previous year, {unit}.", column)


def yearly(name: str, table: str, measure: str = "", printed: str = "") -> Indicator:
    """The indicator that is the yearly growth of a measure, in per cent; else as :func:`change_of`."""
    return change_of(name, "%", table, measure, printed, growth)


def compound(name: str, table: str, measure: str = "") -> Indicator:
    """The indicator that is the compound annual growth of a measure, first to last printed year, in per cent."""
    text = f"Compound annual growth of {measure or table}, first to last printed year, %."
    return declared(text, lambda report: compound_growth(read(report, table, measure), name))
