"""Manufacturing value added: rates, implied gross output, shares, growth.

Definitions follow the *System of National Accounts* (2008): value added is gross output
less intermediate consumption; the value-added rate is value added over gross output. The
report prints value added and rates but no output, which is recovered here as the
denominator that both imply. Amounts in 100 million New Taiwan dollars, current prices.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from analysis.indicators.research import implied_denominator
from analysis.indicators.series import POINTS, Column, Key, at, compound_growth, derive, indicator, read, same, whole
from analysis.interval import Interval, change, growth, share
from analysis.report import Report

TABLE, TOTAL = "value_added", "C"


def rate_of(value_added: Interval, output: Interval) -> Interval:
    """Value-added rate in per cent: ``100 value added / gross output``."""
    return share(value_added, output)


def intermediate_of(value_added: Interval, rate_percent: Interval) -> Interval:
    """Intermediate consumption ``value added (100 / rate - 1)``, in the unit of value added."""
    return value_added * (100 / rate_percent - 1)


def _value_added(report: Report) -> Column:
    return read(report, TABLE, "value_added")


def _between(name: str, unit: str, function: Callable[..., Interval], column: Column) -> list[Column]:
    """A function of each printed year and the one printed before it, which may be several years back."""
    return [
        derive(
            name,
            unit,
            2,
            function,
            (column, at(first)),
            (column, same),
            keys=[key for key in column.keys if key.year == year and key._replace(year=first) in column],
            first_year=None if year - first == 1 else first,
        )
        for first, year in pairwise(column.years)
    ]


@indicator
def rate(report: Report) -> Column:
    """Value-added rate (table 1-2-16), %: as printed, with its rounding bounds."""
    return read(report, TABLE, "value_added_rate")


@indicator
def implied_output(report: Report) -> Column:
    """Gross output implied by value added and rate (table 1-2-16): ``100 VA / rate``."""
    amount, percentage = _value_added(report), rate.columns(report)[0]
    return derive(
        "implied_output", amount.unit, 0, implied_denominator, (amount, same), (percentage, same), keys=amount.keys
    )


@indicator
def intermediate(report: Report) -> Column:
    """Intermediate consumption implied by value added and rate (table 1-2-16)."""
    amount, percentage = _value_added(report), rate.columns(report)[0]
    return derive(
        "implied_intermediate", amount.unit, 0, intermediate_of, (amount, same), (percentage, same), keys=amount.keys
    )


@indicator
def share_of_total(report: Report) -> Column:
    """Share of each industry in manufacturing value added (table 1-2-16), %."""
    amount, printed = _value_added(report), read(report, TABLE, "share")
    keys = amount.keys
    return derive(
        "value_added_share", "%", 2, share, (amount, same), (amount, whole(TOTAL)), keys=keys, printed=printed
    )


@indicator
def output_share(report: Report) -> Column:
    """Share of each industry in implied gross output (table 1-2-16), %."""
    output = implied_output.columns(report)[0]
    keys = [key for key in output.keys if key.code != TOTAL]
    return derive("implied_output_share", "%", 2, share, (output, same), (output, whole(TOTAL)), keys=keys)


@indicator
def growth_of_value_added(report: Report) -> list[Column]:
    """Growth of value added between printed years, %."""
    return _between("value_added_growth", "%", growth, _value_added(report))


@indicator
def cagr(report: Report) -> Column:
    """Compound annual growth of value added, first to last printed year (table 1-2-16), %."""
    return compound_growth(_value_added(report), "value_added_cagr")


@indicator
def output_growth(report: Report) -> list[Column]:
    """Growth of implied gross output between printed years, %."""
    output = implied_output.columns(report)[0]
    return _between("implied_output_growth", "%", growth, output)


@indicator
def rate_change(report: Report) -> list[Column]:
    """Change of the value-added rate between printed years, percentage points."""
    column = rate.columns(report)[0]
    return _between("value_added_rate_change", POINTS, change, column)


@indicator
def rest_of_manufacturing(report: Report) -> list[Column]:
    """Value added, implied output and rate of the industries not among the ten listed.

    Total less the ten, for value added and for implied output; the rate is their
    quotient. Code ``REST``. Where an industry's printed rate is wrong, so is this.
    """
    amount, output = _value_added(report), implied_output.columns(report)[0]
    labels = {"REST": "其他業別（前十大以外）"}
    keys = [Key("REST", year) for year in amount.years]
    rests = []
    for column, name in ((amount, "value_added_rest"), (output, "implied_output_rest")):
        industries = [code for code in column.codes if code != TOTAL]
        arguments = [(column, whole(code)) for code in (TOTAL, *industries)]
        rest = derive(
            name, column.unit, 0, lambda top, *parts: top - sum(parts, Interval.exact(0)), *arguments, keys=keys
        )
        rests.append(rest.with_labels(labels))
    top, bottom = rests
    return [*rests, derive("value_added_rate_rest", "%", 2, rate_of, (top, same), (bottom, same), keys=keys)]
