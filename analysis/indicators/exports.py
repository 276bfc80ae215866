"""Merchandise exports by technology level, capital intensity and skill intensity.

Three classifications of the same total (tables 1-2-9 to 1-2-11), in 100 million New
Taiwan dollars. Contributions to growth are those of national accounts: they add up to
the growth of the total.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.indicators.series import (
    POINTS,
    RATIO,
    Column,
    Key,
    compound_growth,
    derive,
    followed,
    indicator,
    previous,
    read,
    read_prose,
    same,
    whole,
    yearly_growth,
)
from analysis.report import Report
from analysis.rounding import Intervals, change, share

TABLES = ("1-2-9", "1-2-10", "1-2-11")
TOTAL = "exports_total"


def contribution_of(old: Intervals, new: Intervals, old_total: Intervals) -> Intervals:
    """Contribution to the growth of the total, percentage points: ``100 (new - old) / old total``."""
    return 100 * ((new - old) / old_total)


def contribution_of_shares(
    old_share: Intervals, new_share: Intervals, old_total: Intervals, new_total: Intervals
) -> Intervals:
    """The same from shares of the total in per cent: ``new share * new total / old total - old share``."""
    return new_share * (new_total / old_total) - old_share


def made_of_shares(report: Report, table: str) -> bool:
    """Whether every amount of the table lies within rounding of its printed share times the total.

    The note of Table 1-2-9 says that its amounts are derived; then an amount is no better known than the
    share it was made from.
    """
    column, shares = read(report, table, "exports"), read(report, table, "share")
    totals = column.at([whole(TOTAL)(key) for key in column.keys])[1]
    made = shares.at(column.keys)[0] * totals / 100
    checked = np.array([key.code != TOTAL for key in column.keys]) & made.known & column.bounds.known
    return bool(checked.any() and made.overlaps(column.bounds)[checked].all())


def amounts(report: Report) -> list[Column]:
    """Exports of each table; bounds are share times total where :func:`made_of_shares`."""
    found = []
    for column in _exports(report):
        if made_of_shares(report, column.table):
            totals = column.at([whole(TOTAL)(key) for key in column.keys])[1]
            wide = read(report, column.table, "share").at(column.keys)[1] * totals / 100
            ends = [
                own if key.code == TOTAL or not w else w
                for key, w, own in zip(column.keys, wide, column.bounds, strict=True)
            ]
            low, high = ([e and e[i] for e in ends] for i in (0, 1))
            column = replace(column, bounds=Intervals.from_bounds(low, high))
        found.append(column)
    return found


def _exports(report: Report) -> list[Column]:
    return [read(report, table, "exports") for table in TABLES if table in report.tables]


@indicator
def exports_share(report: Report) -> list[Column]:
    """Share of each class in total exports (tables 1-2-9 to 1-2-11), %."""
    return [
        derive(
            "exports_share",
            "%",
            2,
            share,
            (column, same),
            (column, whole(TOTAL)),
            keys=column.keys,
            printed=read(report, column.table, "share"),
        )
        for column in _exports(report)
    ]


@indicator
def share_change(report: Report) -> list[Column]:
    """Change of the printed share on the previous year (tables 1-2-9 to 1-2-11), percentage points."""
    found = []
    for table in TABLES:
        column = read(report, table, "share")
        keys = [key for key in followed(column) if key.code != TOTAL]
        found.append(derive("exports_share_change", POINTS, 2, change, (column, previous), (column, same), keys=keys))
    return found


@indicator
def exports_growth(report: Report) -> list[Column]:
    """Growth of exports on the previous year, by class and in total, %.

    Tables 1-2-9 to 1-2-11; the sentences about them print three of the rates of the last year.
    """
    stated = read_prose(report, "exports_growth").as_printed()
    printed = {key._replace(code=TOTAL) if key.code == "TWN" else key: text for key, text in stated.items()}
    return [yearly_growth(column, "exports_growth", printed) for column in amounts(report)]


@indicator
def exports_cagr(report: Report) -> list[Column]:
    """Compound annual growth of exports, first to last printed year, by class and in total, %."""
    return [compound_growth(column, "exports_cagr") for column in amounts(report)]


def _base(key: Key) -> Key:
    return Key(TOTAL, previous(key).year)


@indicator
def contributions(report: Report) -> list[Column]:
    """Contribution of each class to the growth of total exports, percentage points.

    Where the amounts are made from rounded shares (see :func:`amounts`), the bounds are those of the shares.
    """
    found = []
    for column in amounts(report):
        keys = [key for key in followed(column) if key.code != TOTAL]
        name = "exports_growth_contribution"
        arguments = ((column, previous), (column, same), (column, _base))
        result = derive(name, POINTS, 2, contribution_of, *arguments, keys=keys)
        if made_of_shares(report, column.table):
            share = read(report, column.table, "share")
            parts = ((share, previous), (share, same), (column, _base), (column, whole(TOTAL)))
            exact = derive(name, POINTS, 2, contribution_of_shares, *parts, keys=keys)
            result = replace(result, bounds=exact.bounds)
        found.append(result)
    return found


@indicator
def concentration(report: Report) -> list[Column]:
    """Herfindahl index over the classes of each table: ``sum (share / 100)^2``.

    The classes are complete, so the index runs from one over their number to 1.
    """
    found = []
    for column in exports_share.columns(report):
        years = [Key(TOTAL, year) for year in column.years]
        classes = [code for code in column.codes if code != TOTAL]
        arguments = [(column, whole(code)) for code in classes]
        result = derive("exports_concentration", RATIO, 4, _sum_of_squares, *arguments, keys=years)
        found.append(replace(result, table=column.table))
    return found


def _sum_of_squares(*shares: Intervals) -> Intervals:
    first, *others = (part * part for part in shares)
    for other in others:
        first = first + other
    return first / 10_000
