"""Ranks: changes, peers, agreement between two years, percentiles.

Ranks are exact. Tables 1-2-6 and 1-2-7 print IMD ranks of Taiwan and seven small
economies for two years, 1-2-12 Taiwan's rank in six assessments, 1-1-4 two ranked lists
of risks, 1-1-2 two estimates of a year. Rank correlations are Spearman's rho and
Kendall's tau-b over the eight economies (ranked anew among themselves).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from analysis.indicators.series import RATIO, Column, Key, derive, indicator, previous, read, same
from analysis.interval import Interval
from analysis.report import Report

TABLES = ("1-2-6", "1-2-7")
HOME, PEERS = "TWN", "PEERS"


def rank_change_of(old: Interval, new: Interval) -> Interval:
    """Places gained: ``old rank - new rank``; positive is an improvement."""
    return old - new


def percentile_of(rank: Interval, assessed: Interval) -> Interval:
    """Percentile rank ``100 (n - rank) / (n - 1)``: 100 is the first of n, 0 the last.

    Unknown for n of 1.
    """
    return 100 * ((assessed - rank) / (assessed - 1))


def top_share_of(rank: Interval, assessed: Interval) -> Interval:
    """``100 rank / n``: among the best so many per cent."""
    return 100 * (rank / assessed)


def median_of(ranks: Sequence[Fraction]) -> Fraction:
    """The middle of the ordered ranks, the mean of the two middle ones for an even number."""
    ordered = sorted(ranks)
    if not ordered:
        raise ValueError("the median of no ranks")
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def mean_of(ranks: Sequence[Fraction]) -> Fraction:
    """The arithmetic mean of ranks, as the report's radar charts use it."""
    if not ranks:
        raise ValueError("the mean of no ranks")
    return sum(ranks, Fraction(0)) / len(ranks)


def _mid_ranks(values: Sequence[Fraction]) -> list[Fraction]:
    """Ranks from 1, the mean of their places for ties."""
    return [
        1 + sum((other < value for other in values), Fraction(0)) + Fraction(sum(o == value for o in values) - 1, 2)
        for value in values
    ]


def _cosine(a: Sequence[Fraction | int], b: Sequence[Fraction | int]) -> Interval | None:
    dot = sum((Fraction(x) * y for x, y in zip(a, b, strict=True)), Fraction(0))
    length = sum((Fraction(x) * x for x in a), Fraction(0)) * sum((Fraction(y) * y for y in b), Fraction(0))
    if not length:
        return None
    root = Interval.exact(dot * dot / length).root(2)
    return -root if dot < 0 else root


def spearman_of(old: Sequence[Fraction], new: Sequence[Fraction]) -> Interval | None:
    """Spearman's rank correlation: Pearson's of the ranks, mid-ranks for ties.

    ``None`` for a constant list.
    """
    x, y = _mid_ranks(old), _mid_ranks(new)
    middle = Fraction(len(x) + 1, 2)
    return _cosine([v - middle for v in x], [v - middle for v in y])


def kendall_of(old: Sequence[Fraction], new: Sequence[Fraction]) -> Interval | None:
    """Kendall's tau-b: concordant less discordant pairs over the geometric mean of untied ones.

    ``None`` for a constant list.
    """
    pairs = [(i, j) for i in range(len(old)) for j in range(i)]
    return _cosine(*([(v[i] > v[j]) - (v[i] < v[j]) for i, j in pairs] for v in (old, new)))


def _ranks(report: Report) -> list[Column]:
    """One column of ranks per criterion of the two IMD tables; the entity is the criterion."""
    columns = []
    for table in TABLES:
        for measure in dict.fromkeys(field.measure for field in report.meta(table).values):
            column = read(report, table, measure)
            columns.append(replace(column, keys=tuple(key._replace(entity=measure) for key in column.keys)))
    return columns


@indicator
def rank_change(report: Report) -> list[Column]:
    """Places gained on the year before in each IMD criterion (1-2-6, 1-2-7); positive is better."""
    return [
        derive(
            "rank_change",
            "名次",
            0,
            rank_change_of,
            (column, previous),
            (column, same),
            keys=[key for key in column.keys if previous(key) in column],
        )
        for column in _ranks(report)
    ]


def _of_peers(report: Report, name: str, function: Callable[[Sequence[Fraction]], Fraction]) -> list[Column]:
    found = []
    for column in _ranks(report):
        keys, values = [], []
        for year in column.years:
            of_year = [
                rank.point
                for key, rank in zip(column.keys, column.values, strict=True)
                if key.year == year and key.code != HOME and rank is not None
            ]
            keys.append(Key(PEERS, year, column.entities[0]))
            values.append(Interval.exact(function(of_year)))
        found.append(
            replace(
                column,
                indicator=name,
                decimals=1,
                keys=tuple(keys),
                values=tuple(values),
                labels={PEERS: "小型競爭優勢國"},
                printed=("",) * len(keys),
            )
        )
    return found


@indicator
def peer_median(report: Report) -> list[Column]:
    """Median rank of the seven small economies in each IMD criterion (1-2-6, 1-2-7)."""
    return _of_peers(report, "peer_median_rank", median_of)


@indicator
def peer_mean(report: Report) -> list[Column]:
    """Mean rank of the seven small economies in each IMD criterion (1-2-6, 1-2-7)."""
    return _of_peers(report, "peer_mean_rank", mean_of)


@indicator
def mean_rank(report: Report) -> list[Column]:
    """Mean rank of each country over the six criteria of a table (1-2-6, 1-2-7), by year."""
    found = []
    for table in TABLES:
        columns = [column for column in _ranks(report) if column.table == table]
        pairs = [(key.code, key.year) for key in columns[0].keys]
        arguments = [(column, _with_entity(column.entities[0])) for column in columns]
        found.append(derive("mean_rank", "名次", 2, _mean, *arguments, keys=[Key(code, year) for code, year in pairs]))
    return found


def _with_entity(entity: str) -> Callable[[Key], Key]:
    return lambda key: key._replace(entity=entity)


def _mean(*ranks: Interval) -> Interval:
    return sum(ranks, Interval.exact(0)) / len(ranks)


def _correlation(
    report: Report, name: str, function: Callable[[Sequence[Fraction], Sequence[Fraction]], Interval | None]
) -> list[Column]:
    found = []
    for column in _ranks(report):
        last = max(column.years)
        keys = [key for key in column.keys if key.year == last]
        pairs = zip(column.take([previous(key) for key in keys]), column.take(keys), strict=True)
        both = [(old, new) for old, new in pairs if old and new]
        found.append(
            replace(
                column,
                indicator=name,
                unit=RATIO,
                decimals=3,
                keys=(Key("LISTED", last, column.entities[0]),),
                values=(function([old.point for old, _ in both], [new.point for _, new in both]),),
                labels={"LISTED": "八國"},
                printed=("",),
                first_year=min(column.years),
            )
        )
    return found


@indicator
def spearman(report: Report) -> list[Column]:
    """Spearman's rho between the ranks of the two printed years over the eight economies (n = 8)."""
    return _correlation(report, "rank_spearman", spearman_of)


@indicator
def kendall(report: Report) -> list[Column]:
    """Kendall's tau-b between the ranks of the two printed years over the eight economies (n = 8)."""
    return _correlation(report, "rank_kendall", kendall_of)


@indicator
def percentile(report: Report) -> Column:
    """Taiwan's percentile rank in six assessments (table 1-2-12): 100 is the best."""
    rank, assessed = read(report, "1-2-12", "rank"), read(report, "1-2-12", "countries_assessed")
    return derive("percentile_rank", "%", 1, percentile_of, (rank, same), (assessed, same), keys=rank.keys)


@indicator
def top_share(report: Report) -> Column:
    """Taiwan's rank over the number assessed (table 1-2-12), %: among the best so many per cent."""
    rank, assessed = read(report, "1-2-12", "rank"), read(report, "1-2-12", "countries_assessed")
    return derive("top_share", "%", 1, top_share_of, (rank, same), (assessed, same), keys=rank.keys)


@indicator
def risk_change(report: Report) -> Column:
    """Places that a risk gains from the short to the long term (table 1-1-4); positive rises.

    Only risks in both lists of ten.
    """
    short, long = read(report, "1-1-4", "rank_short_term"), read(report, "1-1-4", "rank_long_term")
    keys = [key for key in short.keys if key in long]
    return derive("risk_rank_change", "名次", 0, rank_change_of, (short, same), (long, same), keys=keys)


@indicator
def years_brought_forward(report: Report) -> Column:
    """Years by which generative AI brought forward each capability estimate (table 1-1-2)."""
    before, after = read(report, "1-1-2", "year_before_genai"), read(report, "1-1-2", "year_after_genai")
    return derive("years_brought_forward", "年", 0, lambda b, a: b - a, (before, same), (after, same), keys=before.keys)
