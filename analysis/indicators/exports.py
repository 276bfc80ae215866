"""Merchandise exports by technology level, capital intensity and skill intensity.

Three classifications of the same total (tables 1-2-9 to 1-2-11), in 100 million New Taiwan dollars. Contributions to
growth are those of national accounts: they add up to the growth of the total.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from analysis.indicators.series import (
    POINTS,
    RATIO,
    Column,
    Indicator,
    Key,
    compound_growth,
    derive,
    followed,
    previous,
    read,
    read_prose,
    whole,
    yearly_growth,
)
from analysis.indicators.technology_trade import sum_of_squares
from analysis.interval import Interval, change, lift, share
from analysis.report import Report

TOTAL = "exports_total"


def contribution_of(old: Interval, new: Interval, old_total: Interval) -> Interval:
    """Contribution to the growth of the total, percentage points: ``100 (new - old) / old total``."""
    return 100 * ((new - old) / old_total)


def contribution_of_shares(
    old_share: Interval, new_share: Interval, old_total: Interval, new_total: Interval
) -> Interval:
    """The same from shares of the total in per cent: ``new share * new total / old total - old share``."""
    return new_share * (new_total / old_total) - old_share


def made_of_shares(report: Report, table: str) -> bool:
    """Whether every amount of the table lies within rounding of its printed share times the total.

    The note of Table 1-2-9 says that its amounts are derived; then an amount is no better known than the
    share it was made from.
    """
    column, shares = read(report, table, "exports"), read(report, table, "share")
    made = _of_total(column, shares, lambda part, all_: part.point * all_ / 100)
    checked = [
        own.meets(other)
        for key, own, other in zip(column.keys, column.values, made, strict=True)
        if key.code != TOTAL and own and other
    ]
    return bool(checked) and all(checked)


def _of_total(
    column: Column, shares: Column, function: Callable[[Interval, Interval], Interval]
) -> tuple[Interval | None, ...]:
    """A function of the printed share and the total of its year, for every amount."""
    return lift(function, shares.take(column.keys), column.take([whole(TOTAL)(key) for key in column.keys]))


def amounts(report: Report) -> Iterator[Column]:
    """Exports of each table; bounds are share times total where :func:`made_of_shares`."""
    for column in _exports(report):
        if made_of_shares(report, column.table):
            made = _of_total(column, read(report, column.table, "share"), lambda part, all_: part * all_ / 100)
            values = [
                own if key.code == TOTAL or not own or not wide else replace(wide, point=own.point)
                for key, own, wide in zip(column.keys, column.values, made, strict=True)
            ]
            column = replace(column, values=tuple(values))
        yield column


def _exports(report: Report) -> list[Column]:
    return [read(report, table, "exports") for table in report.holding("exports", "share")]


@Indicator
def exports_share(report: Report) -> Iterator[Column]:
    """Share of each class in total exports (tables 1-2-9 to 1-2-11), %."""
    for column in _exports(report):
        printed = read(report, column.table, "share")
        yield derive("exports_share", "%", 2, share, column, (column, whole(TOTAL)), printed=printed)


@Indicator
def share_change(report: Report) -> Iterator[Column]:
    """Change of the printed share on the previous year (tables 1-2-9 to 1-2-11), percentage points."""
    for table in report.holding("exports", "share"):
        column = read(report, table, "share")
        keys = [key for key in followed(column) if key.code != TOTAL]
        yield derive("exports_share_change", POINTS, 2, change, (column, previous), column, keys=keys)


@Indicator
def exports_growth(report: Report) -> list[Column]:
    """Growth of exports on the previous year, by class and in total, %.

    Tables 1-2-9 to 1-2-11; the sentences about them print three of the rates of the last year.
    """
    stated = read_prose(report, "exports_growth").as_printed()
    printed = {key._replace(code=TOTAL) if key.code == report.home else key: text for key, text in stated.items()}
    return [yearly_growth(column, "exports_growth", printed) for column in amounts(report)]


@Indicator
def exports_cagr(report: Report) -> list[Column]:
    """Compound annual growth of exports, first to last printed year, by class and in total, %."""
    return [compound_growth(column, "exports_cagr") for column in amounts(report)]


def _base(key: Key) -> Key:
    return Key(TOTAL, previous(key).year)


@Indicator
def contributions(report: Report) -> Iterator[Column]:
    """Contribution of each class to the growth of total exports, percentage points.

    Where the amounts are made from rounded shares (see :func:`amounts`), the bounds are those of the shares.
    """
    name = "exports_growth_contribution"
    for column in amounts(report):
        keys = [key for key in followed(column) if key.code != TOTAL]
        arguments = ((column, previous), column, (column, _base))
        result = derive(name, POINTS, 2, contribution_of, *arguments, keys=keys)
        if made_of_shares(report, column.table):
            share = read(report, column.table, "share")
            parts = ((share, previous), share, (column, _base), (column, whole(TOTAL)))
            exact = derive(name, POINTS, 2, contribution_of_shares, *parts, keys=keys)
            tight = lift(lambda plain, e: replace(e, point=plain.point), result.values, exact.values)
            result = replace(result, values=tight)
        yield result


@Indicator
def concentration(report: Report) -> Iterator[Column]:
    """Herfindahl index over the classes of each table: ``sum (share / 100)^2``.

    The classes are complete, so the index runs from one over their number to 1.
    """
    for column in exports_share.columns(report):
        years = [Key(TOTAL, year) for year in column.years]
        classes = [code for code in column.codes if code != TOTAL]
        arguments = [(column, whole(code)) for code in classes]
        yield derive("exports_concentration", RATIO, 4, sum_of_squares, *arguments, keys=years)
