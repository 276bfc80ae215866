"""US patents by country and by technology field.

Counts are printed in full, so everything computed from counts alone is exact; densities are rounded. Revealed
technology advantage follows Soete (1987) after Balassa (1965), its symmetric form Laursen (2015), the cosine similarity
of patent portfolios Jaffe (1986), the specialisation distance Krugman (1991), concentration the Herfindahl-Hirschman
index. Field codes are those of the WIPO technology concordance (Schmoch 2008).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

from analysis.indicators.series import (
    RATIO,
    Column,
    Indicator,
    Key,
    as_printed,
    compound,
    derive,
    read,
    total,
    whole,
    yearly,
    yearly_growth,
)
from analysis.interval import Interval, rank, ratio, share
from analysis.report import Report

COUNTRIES, FIELDS = "patent_density", "domain"
WORLD = "WORLD"


def advantage_of(part: Interval, field: Interval, country: Interval, world: Interval) -> Interval:
    """Revealed technology advantage ``(part / field) / (country / world)``.

    ``part``: a country's patents in a field; ``field``: the world's in it; ``country``
    and ``world``: theirs in all fields. Above 1 the country is specialised in the field.
    """
    return (part / field) / (country / world)


def symmetric_of(advantage: Interval) -> Interval:
    """``(RTA - 1) / (RTA + 1)``, from -1 to 1, as ``1 - 2 / (1 + RTA)`` (tight bounds)."""
    return 1 - 2 / (1 + advantage)


def cosine_of(a: Sequence[int], b: Sequence[int]) -> Interval | None:
    """Cosine of the angle between two vectors of counts: 1 is the same profile; ``None`` if one is zero."""
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    length = sum(x * x for x in a) * sum(y * y for y in b)
    if length == 0:
        return None
    return Interval.exact(Fraction(dot * dot, length)).root(2)


def distance_of(a: Sequence[int], b: Sequence[int]) -> Interval | None:
    """Krugman's distance halved, ``sum |a_i/A - b_i/B| / 2``: 0 same profile, 1 nothing shared."""
    if not sum(a) or not sum(b):
        return None
    terms = (abs(Fraction(x, sum(a)) - Fraction(y, sum(b))) for x, y in zip(a, b, strict=True))
    return Interval.exact(sum(terms, Fraction(0)) / 2)


def concentration_of(counts: Sequence[int]) -> Interval | None:
    """Herfindahl-Hirschman index of counts: ``sum (x_i / X)^2``."""
    return Interval.exact(Fraction(sum(x * x for x in counts), sum(counts) ** 2)) if sum(counts) else None


# ---------------------------------------------------------------- countries, table 1-2-13


def _patents(report: Report) -> Column:
    return read(report, COUNTRIES, "patents")


@Indicator
def listed_share(report: Report) -> Column:
    """Share of each country in the patents of the ten listed (table 1-2-13), %; exact."""
    column = _patents(report)
    groups = {Key("LISTED", year): [k for k in column.keys if k.year == year] for year in column.years}
    sums = total(column, groups)
    return derive("patents_listed_share", "%", 2, share, column, (sums, whole("LISTED")))


# Both exact.
patents_growth = yearly("patents_growth", COUNTRIES, "patents")
patents_cagr = compound("patents_cagr", COUNTRIES, "patents")


@Indicator
def listed_rank(report: Report) -> Column:
    """Rank by US patents among the ten listed countries (table 1-2-13), each year; exact."""
    column = _patents(report)
    beside = read(report, COUNTRIES, "rank").as_printed()
    ranks = []
    for key, own in zip(column.keys, column.values, strict=True):
        listed = [number for number in column.take(key._replace(code=code) for code in column.codes) if number]
        ranks.append(own and rank(own, listed))
    printed = tuple(beside.get(key, "") for key in column.keys)
    return replace(column, indicator="patents_listed_rank", unit="名次", values=tuple(ranks), printed=printed)


density = as_printed(COUNTRIES)
density_growth = yearly("patent_density_growth", COUNTRIES)


@Indicator
def implied_population(report: Report) -> Column:
    """Population implied by patents and their density (table 1-2-13), million people.

    ``patents / density``; the counts are exact, the density is rounded to a whole number.
    """
    per_million = density.column(report)
    return derive("implied_population", "百萬人", 2, ratio, _patents(report), per_million, keys=per_million.keys)


@Indicator
def implied_population_growth(report: Report) -> Column:
    """Growth of the implied population between the printed years of the density (table 1-2-13), %.

    A plausibility check: people do not multiply by several per cent in a year.
    """
    return yearly_growth(implied_population.column(report), "implied_population_growth")


# ---------------------------------------------------------------- fields, table 1-2-14


def _fields(report: Report) -> Column:
    return read(report, FIELDS, "patents")


def _domains(report: Report) -> dict[str, list[str]]:
    """Field codes of each printed domain, by domain code."""
    found: dict[str, list[str]] = {}
    for label, record in report.printed(FIELDS).iterrows():
        found.setdefault(report.code(record["domain"]), []).append(report.code(str(label)))
    return found


def _with_domains(report: Report) -> Column:
    """Counts by field, then sums by domain, then over all fields (code ``ALL``)."""
    column = _fields(report)
    names = {code: report.name(code, "zh") for code in _domains(report)} | {"ALL": "全部領域"}
    members = _domains(report) | {"ALL": column.codes}
    groups = {
        Key(group, None, entity): [Key(code, None, entity) for code in codes]
        for group, codes in members.items()
        for entity in column.entities
    }
    labels = dict(column.labels) | names
    sums = total(column, groups, labels=labels)
    return replace(
        sums, keys=column.keys + sums.keys, values=column.values + sums.values, printed=column.printed + sums.printed
    )


def _in_world(key: Key) -> Key:
    return key._replace(entity=WORLD)


def _of_country(column: Column) -> list[Key]:
    return [key for key in column.keys if key.entity != WORLD]


@Indicator
def world_share(report: Report) -> Column:
    """Share of five countries in the world's US patents by field and domain (1-2-14), %; exact."""
    column = _with_domains(report)
    return derive("patents_world_share", "%", 2, share, column, (column, _in_world), keys=_of_country(column))


@Indicator
def portfolio_share(report: Report) -> Column:
    """Share of each field and domain in a country's (and the world's) patents (1-2-14), %; exact."""
    column = _with_domains(report)
    keys = [key for key in column.keys if key.code != "ALL"]
    return derive("patents_portfolio_share", "%", 2, share, column, (column, whole("ALL")), keys=keys)


@Indicator
def revealed_advantage(report: Report) -> Column:
    """Revealed technology advantage of five countries by field and domain (1-2-14); exact.

    See :func:`advantage_of`; "all fields" are the 32 printed ones.
    """
    column = _with_domains(report)
    others = (column, _in_world), (column, whole("ALL")), (column, lambda key: Key("ALL", None, WORLD))
    keys = [key for key in _of_country(column) if key.code != "ALL"]
    return derive("revealed_technology_advantage", RATIO, 3, advantage_of, column, *others, keys=keys)


@Indicator
def symmetric_advantage(report: Report) -> Column:
    """Symmetric revealed advantage (RSI), ``(RTA - 1) / (RTA + 1)``, by field and domain; exact."""
    return derive("revealed_symmetric_index", RATIO, 3, symmetric_of, revealed_advantage.column(report))


def _profiles(report: Report) -> dict[str, list[int]]:
    column = _fields(report)
    return {
        entity: [int(v.point) if v else 0 for v in column.take([Key(code, None, entity) for code in column.codes])]
        for entity in column.entities
    }


def _of_profiles(report: Report, name: str, values: Mapping[Any, Interval | None]) -> Column:
    """One number for each country, or for several (codes and names joined by - and /), of table 1-2-14."""
    codes = {entities: "-".join(entities) for entities in values}
    return Column(
        indicator=name,
        table=report.meta(FIELDS).table,
        unit=RATIO,
        decimals=4,
        keys=tuple(map(Key, codes.values())),
        values=tuple(values.values()),
        labels={code: "/".join(report.name(e, "zh") for e in entities) for entities, code in codes.items()},
        printed=("",) * len(values),
    )


def _pairwise(report: Report, name: str, function: Callable[..., Interval | None]) -> Column:
    profiles = _profiles(report)
    return _of_profiles(
        report, name, {(a, b): function(profiles[a], profiles[b]) for a, b in combinations(profiles, 2)}
    )


@Indicator
def similarity(report: Report) -> Column:
    """Cosine similarity of the field profiles of every two countries (and the world), 1-2-14.

    Codes such as ``JPN-TWN``; see :func:`cosine_of`.
    """
    return _pairwise(report, "portfolio_similarity", cosine_of)


@Indicator
def specialisation_distance(report: Report) -> Column:
    """Specialisation distance of every two countries (and the world), 1-2-14; exact.

    Half of Krugman's index: the share of patents that would have to change field for
    the two profiles to agree; see :func:`distance_of`.
    """
    return _pairwise(report, "specialisation_distance", distance_of)


@Indicator
def field_concentration(report: Report) -> Column:
    """Herfindahl index of each country's patents over the 32 fields (1-2-14); exact."""
    values = {(entity,): concentration_of(counts) for entity, counts in _profiles(report).items()}
    return _of_profiles(report, "patents_field_concentration", values)
