"""Manufacturing value added: rates, implied gross output, shares, growth.

Definitions follow the *System of National Accounts* (2008): value added is gross output less intermediate consumption;
the value-added rate is value added over gross output. The report prints value added and rates but no output, which is
recovered here as the denominator that both imply. Amounts in 100 million New Taiwan dollars, current prices.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

from analysis.indicators.research import implied_denominator
from analysis.indicators.series import POINTS, Column, Indicator, Key, as_printed, at, compound, derive, read, whole
from analysis.interval import Interval, change, growth, share
from analysis.report import Report

TABLE, TOTAL = "value_added", "C"


def intermediate_of(value_added: Interval, rate_percent: Interval) -> Interval:
    """Intermediate consumption ``value added (100 / rate - 1)``, in the unit of value added."""
    return value_added * (100 / rate_percent - 1)


def _between(name: str, unit: str, function: Callable[..., Interval], column: Column) -> Iterator[Column]:
    """A function of each printed year and the one printed before it, which may be several years back."""
    for first, year in pairwise(column.years):
        keys = [key for key in column.keys if key.year == year and key._replace(year=first) in column]
        span = None if year - first == 1 else first
        yield derive(name, unit, 2, function, (column, at(first)), column, keys=keys, first_year=span)


#: Value-added rate (table 1-2-16), %.
rate = as_printed("value_added_rate")


@Indicator
def implied_output(report: Report) -> Column:
    """Gross output implied by value added and rate (table 1-2-16): ``100 VA / rate``."""
    amount = read(report, TABLE)
    return derive("implied_output", amount.unit, 0, implied_denominator, amount, rate.column(report))


@Indicator
def intermediate(report: Report) -> Column:
    """Intermediate consumption implied by value added and rate (table 1-2-16)."""
    amount = read(report, TABLE)
    return derive("implied_intermediate", amount.unit, 0, intermediate_of, amount, rate.column(report))


@Indicator
def share_of_total(report: Report) -> Column:
    """Share of each industry in manufacturing value added (table 1-2-16), %."""
    amount, printed = read(report, TABLE), read(report, TABLE, "share")
    return derive("value_added_share", "%", 2, share, amount, (amount, whole(TOTAL)), printed=printed)


@Indicator
def output_share(report: Report) -> Column:
    """Share of each industry in implied gross output (table 1-2-16), %."""
    output = implied_output.column(report)
    keys = [key for key in output.keys if key.code != TOTAL]
    return derive("implied_output_share", "%", 2, share, output, (output, whole(TOTAL)), keys=keys)


@Indicator
def growth_of_value_added(report: Report) -> Iterator[Column]:
    """Growth of value added between printed years, %."""
    return _between("value_added_growth", "%", growth, read(report, TABLE))


cagr = compound("value_added_cagr", TABLE)


@Indicator
def output_growth(report: Report) -> Iterator[Column]:
    """Growth of implied gross output between printed years, %."""
    return _between("implied_output_growth", "%", growth, implied_output.column(report))


@Indicator
def rate_change(report: Report) -> Iterator[Column]:
    """Change of the value-added rate between printed years, percentage points."""
    return _between("value_added_rate_change", POINTS, change, rate.column(report))


@Indicator
def rest_of_manufacturing(report: Report) -> list[Column]:
    """Value added, implied output and rate of the industries not among the ten listed.

    Total less the ten, for value added and for implied output; the rate is their
    quotient. Code ``REST``. Where an industry's printed rate is wrong, so is this.
    """
    amount, output = read(report, TABLE), implied_output.column(report)
    keys = [Key("REST", year) for year in amount.years]

    def less(top: Interval, *parts: Interval) -> Interval:
        return top - sum(parts, Interval.exact(0))

    rests = []
    for column, name in ((amount, "value_added_rest"), (output, "implied_output_rest")):
        industries = [code for code in column.codes if code != TOTAL]
        arguments = [(column, whole(code)) for code in (TOTAL, *industries)]
        rest = derive(name, column.unit, 0, less, *arguments, keys=keys)
        rests.append(replace(rest, labels={"REST": "其他業別（前十大以外）"}))
    return [*rests, derive("value_added_rate_rest", "%", 2, share, *rests, keys=keys)]
