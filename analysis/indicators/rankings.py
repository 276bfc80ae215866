"""Ranks: changes, peers, agreement between two years, percentiles.

Ranks are exact. Tables 1-2-6 and 1-2-7 print IMD ranks of Taiwan and seven small economies for two years, 1-2-12
Taiwan's rank in six assessments, 1-1-4 two ranked lists of risks, 1-1-2 two estimates of a year. Rank correlations are
Spearman's rho and Kendall's tau-b over the eight economies (ranked anew among themselves).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from operator import sub
from statistics import mean, median
from typing import Any

from analysis.indicators.series import RATIO, Column, Indicator, Key, Shift, derive, previous, read
from analysis.interval import Interval, share
from analysis.report import Report

TABLES = ("legal_support", "financial_services")

#: A function of :mod:`scipy.stats` whose result has a ``statistic``.
Correlation = Callable[[Sequence[float], Sequence[float]], Any]


def percentile_of(rank: Interval, assessed: Interval) -> Interval:
    """Percentile rank ``100 (n - rank) / (n - 1)``: 100 is the first of n, 0 the last.

    Unknown for n of 1.
    """
    return 100 * ((assessed - rank) / (assessed - 1))


def correlation_of(method: Correlation, old: Sequence[Fraction], new: Sequence[Fraction]) -> Interval | None:
    """A rank correlation by :mod:`scipy.stats` (mid-ranks for ties); ``None`` for a constant list.

    Its float is taken for the simplest fraction within 1e-12, so that a half is a half.
    """
    if len(set(old)) < 2 or len(set(new)) < 2:
        return None
    statistic = method([float(rank) for rank in old], [float(rank) for rank in new]).statistic
    return Interval.exact(Fraction(statistic).limit_denominator(10**12))


def _ranks(report: Report) -> Iterator[Column]:
    """One column of ranks per criterion of the two IMD tables; the entity is the criterion."""
    for table in TABLES:
        for measure in dict.fromkeys(field.measure for field in report.meta(table).values):
            column = read(report, table, measure)
            yield replace(column, keys=tuple(key._replace(entity=measure) for key in column.keys))


@Indicator
def rank_change(report: Report) -> list[Column]:
    """Places gained on the year before in each IMD criterion (1-2-6, 1-2-7); positive is better."""
    return [derive("rank_change", "名次", 0, sub, (column, previous), column) for column in _ranks(report)]


def _summary(column: Column, name: str, group: tuple[str, str], decimals: int, **more: Any) -> Column:
    """A column of one number per year over a group (its code and printed name), beside no print."""
    code, label = group
    return replace(
        column, indicator=name, decimals=decimals, labels={code: label}, printed=("",) * len(more["keys"]), **more
    )


@Indicator
def peers(report: Report) -> Iterator[Column]:
    """Median and mean rank of the seven small economies in each IMD criterion (1-2-6, 1-2-7)."""
    for name, function in (("peer_median_rank", median), ("peer_mean_rank", mean)):
        for column in _ranks(report):
            others = [code for code in column.codes if code != report.home]
            keys = tuple(Key("PEERS", year, column.entities[0]) for year in column.years)
            ranks = [[rank.point for rank in column.take(key._replace(code=c) for c in others) if rank] for key in keys]
            values = tuple(Interval.exact(function(of_year)) if of_year else None for of_year in ranks)
            yield _summary(column, name, ("PEERS", "小型競爭優勢國"), 1, keys=keys, values=values)


@Indicator
def mean_rank(report: Report) -> Iterator[Column]:
    """Mean rank of each country over the six criteria of a table (1-2-6, 1-2-7), by year."""
    for table in TABLES:
        columns = [column for column in _ranks(report) if column.table == report.meta(table).table]
        keys = [key._replace(entity="") for key in columns[0].keys]
        yield derive("mean_rank", "名次", 2, _mean, *((c, _criterion(c)) for c in columns), keys=keys)


def _criterion(column: Column) -> Shift:
    return lambda key: key._replace(entity=column.entities[0])


def _mean(*ranks: Interval) -> Interval:
    return sum(ranks, Interval.exact(0)) / len(ranks)


def _correlation(report: Report, name: str, method: Correlation) -> Iterator[Column]:
    for column in _ranks(report):
        last = max(column.years)
        keys = [key for key in column.keys if key.year == last]
        pairs = zip(column.take([previous(key) for key in keys]), column.take(keys), strict=True)
        both = [(old, new) for old, new in pairs if old and new]
        value = correlation_of(method, [old.point for old, _ in both], [new.point for _, new in both])
        place = {"keys": (Key("LISTED", last, column.entities[0]),), "first_year": min(column.years)}
        yield _summary(column, name, ("LISTED", "八國"), 3, unit=RATIO, values=(value,), **place)


@Indicator
def spearman(report: Report) -> Iterator[Column]:
    """Spearman's rho between the ranks of the two printed years over the eight economies (n = 8)."""
    from scipy.stats import spearmanr

    return _correlation(report, "rank_spearman", spearmanr)


@Indicator
def kendall(report: Report) -> Iterator[Column]:
    """Kendall's tau-b between the ranks of the two printed years over the eight economies (n = 8)."""
    from scipy.stats import kendalltau

    return _correlation(report, "rank_kendall", kendalltau)


def _assessed(report: Report, name: str, function: Callable[..., Interval]) -> Column:
    rank, assessed = read(report, "countries_assessed", "rank"), read(report, "countries_assessed")
    return derive(name, "%", 1, function, rank, assessed, keys=rank.keys)


@Indicator
def percentile(report: Report) -> Column:
    """Taiwan's percentile rank in six assessments (table 1-2-12): 100 is the best."""
    return _assessed(report, "percentile_rank", percentile_of)


@Indicator
def top_share(report: Report) -> Column:
    """Taiwan's rank over the number assessed (table 1-2-12), %: among the best so many per cent."""
    return _assessed(report, "top_share", share)


@Indicator
def risk_change(report: Report) -> Column:
    """Places that a risk gains from the short to the long term (table 1-1-4); positive rises.

    Only risks in both lists of ten.
    """
    short, long = read(report, "rank_short_term"), read(report, "rank_short_term", "rank_long_term")
    return derive("risk_rank_change", "名次", 0, sub, short, long)


@Indicator
def years_brought_forward(report: Report) -> Column:
    """Years by which generative AI brought forward each capability estimate (table 1-1-2)."""
    before, after = read(report, "year_before_genai"), read(report, "year_before_genai", "year_after_genai")
    return derive("years_brought_forward", "年", 0, sub, before, after, keys=before.keys)
