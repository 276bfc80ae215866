"""Which printed cell follows from which others: relations as data.

A relation is one line of :data:`RELATIONS`::

    table | name | target = kernel(input, …) | options

A term ``measure[row, key]`` names cells of the line's table, ``2-1.measure[row, key]``
of another one, ``prose.id`` a number printed in a sentence. ``c`` stands for every row
of the target's block, ``c:country`` for its rows of one kind, ``y`` for every key (year,
or entity in a table without years), ``y-1`` for the year before, ``y<`` for the column
printed before. ``*-A`` is every row but A, ``others`` every other row (of the kind, if
one is given), ``{A,B}`` those rows, ``above`` and ``below`` the neighbouring rows.
Lines with a target or an input that the report does not print make no instance.

Options: ``low`` and ``high`` bounds of :mod:`analysis.audit.kernels`; ``derives`` the
relation whose failure this derivation may explain. Plausibility bounds and why:

- real GDP of an economy changes by -12 … +12 % a year (the deepest fall printed or
  implied for a large economy in 2020 is about 10 %);
- employment by -8 … +8 % (the deepest fall of 2020 in an OECD country was about 6 %);
- population by -2 … +4 %; two sources of one population agree within 5 %;
- 38 … 68 % of a population are employed;
- GDP per person employed is 20 000 … 200 000, GDP per head 10 000 … 120 000
  (2015 US dollars at PPP);
- gross output of an industry changes by -35 … +35 % a year, to -55 … +120 % in seven;
- income and wages per head change by -6 … +15 % a year, patents granted to a country by
  -50 … +60 %, export classes by -30 … +40 %; population by -20 … +50 % in eleven years.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.audit.cells import PROSE, Block, Cells
from analysis.audit.kernels import KERNELS, Bound, Constants, Kernel

RELATIONS = """
1-1-1 | rank          | rank[c,y] = rank(population[c,y], population[others,y])
1-1-1 | one each      | rank[c,y] = distinct(rank[others,y])
1-1-1 | places        | rank[c,y] = places(rank[others,y])
1-1-1 | world         | population[IND,y] = at_most(prose.world_population_2024) | key=2024
1-1-1 | decade       | population[c,2035] = within(population[c,2024]) | low=0.8 high=1.5
1-1-2 | order         | year_after_genai[c] = at_most(year_before_genai[c])
1-1-4 | one each      | rank_short_term[c] = distinct(rank_short_term[others])
1-1-4 | places        | rank_short_term[c] = places(rank_short_term[others])
1-1-4 | one each      | rank_long_term[c] = distinct(rank_long_term[others])
1-1-4 | places        | rank_long_term[c] = places(rank_long_term[others])

1-2-1 | growth        | growth[c,y] = growth(gerd[c,y-1], gerd[c,y])
1-2-1 | fine growth   | growth[TWN,y] = growth(1-2-3.amount[GERD,y-1], 1-2-3.amount[GERD,y])
1-2-1 | same          | gerd[TWN,y] = total(1-2-3.amount[GERD,y])
1-2-1 | row order     | gerd[c:country,y] = between(gerd[above,y], gerd[below,y]) | key=2023
1-2-1 | members       | gerd[OECD,y] = at_least(gerd[{USA,JPN,DEU,KOR,GBR,FRA,CAN,ISR,NLD,SWE,CHE,DNK,FIN,NOR},y])
1-2-1 | members       | gerd[EU27,y] = at_least(gerd[{DEU,FRA,NLD,SWE,DNK,FIN},y])
1-2-1 | members' GDP  | gerd[OECD,y] = holds_parts(1-2-2.gerd_intensity[OECD,y], gerd/1-2-2.gerd_intensity[{USA,JPN,DEU,KOR,GBR,FRA,CAN,ISR,NLD,SWE,CHE,DNK,FIN,NOR},y])
1-2-1 | members' GDP  | gerd[EU27,y] = holds_parts(1-2-2.gerd_intensity[EU27,y], gerd/1-2-2.gerd_intensity[{DEU,FRA,NLD,SWE,DNK,FIN},y])
1-2-1 | GDP per head  | gerd[c,y] = within(1-2-2.gerd_intensity[c,y], 1-2-13.patents[c,y], 1-2-13.patent_density[c,y]) | low=10000 high=120000

1-2-2 | growth        | growth[c,y] = growth(gerd_intensity[c,y-1], gerd_intensity[c,y])
1-2-2 | row order     | gerd_intensity[c:country,y] = between(gerd_intensity[above,y], gerd_intensity[below,y]) | key=2023
1-2-2 | implied GDP   | gerd_intensity[c,y] = within(gerd_intensity[c,y-1], 1-2-1.gerd[c,y], 1-2-1.gerd[c,y-1]) | low=100/112 high=100/88
1-2-2 | printed GDP   | gerd_intensity[TWN,y] = within(gerd_intensity[TWN,y-1], 1-2-3.amount[GERD,y], 1-2-3.amount[GERD,y-1], 1-2-8.real_gdp[y-1], 1-2-8.real_gdp[y]) | low=0.995 high=1.005
1-2-2 | GDP growth    | growth[c,y] = compound(1-2-1.growth[c,y]) | low=100/112 high=100/88
1-2-1 | printed GDP   | growth[TWN,y] = compound_with(1-2-2.growth[TWN,y], 1-2-8.gdp_growth[y]) | low=-0.5 high=0.5

1-2-3 | change        | amount_change[c,y] = difference(amount[c,y], amount[c,y-1])
1-2-3 | change        | share_change[c,y] = difference(share[c,y], share[c,y-1])
1-2-3 | share         | share[c,y] = share(amount[GERD,y], amount[c,y])
1-2-3 | total         | amount[GERD,y] = total(amount[*-GERD,y])
1-2-3 | total         | amount_change[GERD,y] = total(amount_change[*-GERD,y])
1-2-3 | shares to 100 | share[BES,y] = complement(share[{GOV,DON,ROW},y]) | low=100
1-2-3 | shares to 100 | share_change[BES,y] = complement(share_change[{GOV,DON,ROW},y]) | low=0

1-2-4 | growth        | growth[c,y] = growth(researchers[c,y-1], researchers[c,y])
1-2-4 | members       | researchers[OECD,y] = at_least(researchers[{USA,JPN,DEU,KOR,GBR,FRA,CAN,NLD,SWE,CHE,DNK,FIN,NOR},y])
1-2-4 | members       | researchers[EU27,y] = at_least(researchers[{DEU,FRA,NLD,SWE,DNK,FIN},y])
1-2-4 | members' employment | researchers[OECD,y] = holds_parts(1-2-5.researcher_density[OECD,y], researchers/1-2-5.researcher_density[{USA,JPN,DEU,KOR,GBR,FRA,CAN,NLD,SWE,CHE,DNK,FIN,NOR},y])
1-2-4 | members' employment | researchers[EU27,y] = holds_parts(1-2-5.researcher_density[EU27,y], researchers/1-2-5.researcher_density[{DEU,FRA,NLD,SWE,DNK,FIN},y])
1-2-4 | employed      | researchers[c,y] = within(1-2-5.researcher_density[c,y], 1-2-13.patents[c,y], 1-2-13.patent_density[c,y]) | low=0.38 high=0.68
1-2-4 | GDP per worker | researchers[c,y] = within(1-2-5.researcher_density[c,y], 1-2-1.gerd[c,y], 1-2-2.gerd_intensity[c,y]) | low=1/200000 high=1/20000 key=2023

1-2-5 | growth        | growth[c,y] = growth(researcher_density[c,y-1], researcher_density[c,y])
1-2-5 | implied employment | researcher_density[c,y] = within(researcher_density[c,y-1], 1-2-4.researchers[c,y], 1-2-4.researchers[c,y-1]) | low=100/108 high=100/92
1-2-5 | employment growth | growth[c,y] = compound(1-2-4.growth[c,y]) | low=100/108 high=100/92

1-2-6 | one each      | legal_support[c,y] = distinct(legal_support[others,y])
1-2-6 | one each      | ip_protection[c,y] = distinct(ip_protection[others,y])
1-2-6 | one each      | technology_transfer[c,y] = distinct(technology_transfer[others,y])
1-2-6 | one each      | digital_skills[c,y] = distinct(digital_skills[others,y])
1-2-6 | one each      | qualified_engineers[c,y] = distinct(qualified_engineers[others,y])
1-2-6 | one each      | public_private_partnership[c,y] = distinct(public_private_partnership[others,y])
1-2-7 | one each      | financial_services[c,y] = distinct(financial_services[others,y])
1-2-7 | one each      | entrepreneurship[c,y] = distinct(entrepreneurship[others,y])
1-2-7 | one each      | talent_attraction[c,y] = distinct(talent_attraction[others,y])
1-2-7 | one each      | foreign_skilled_people[c,y] = distinct(foreign_skilled_people[others,y])
1-2-7 | one each      | digital_transformation[c,y] = distinct(digital_transformation[others,y])
1-2-7 | one each      | digital_tools[c,y] = distinct(digital_tools[others,y])
1-2-6 | assessed      | legal_support[c,y] = at_most(1-2-12.countries_assessed[competitiveness])
1-2-6 | assessed      | ip_protection[c,y] = at_most(1-2-12.countries_assessed[competitiveness])
1-2-6 | assessed      | technology_transfer[c,y] = at_most(1-2-12.countries_assessed[competitiveness])
1-2-6 | assessed      | digital_skills[c,y] = at_most(1-2-12.countries_assessed[competitiveness])
1-2-6 | assessed      | qualified_engineers[c,y] = at_most(1-2-12.countries_assessed[competitiveness])
1-2-6 | assessed      | public_private_partnership[c,y] = at_most(1-2-12.countries_assessed[competitiveness])
1-2-7 | assessed      | financial_services[c,y] = at_most(1-2-12.countries_assessed[competitiveness])
1-2-7 | assessed      | entrepreneurship[c,y] = at_most(1-2-12.countries_assessed[competitiveness])
1-2-7 | assessed      | talent_attraction[c,y] = at_most(1-2-12.countries_assessed[competitiveness])
1-2-7 | assessed      | foreign_skilled_people[c,y] = at_most(1-2-12.countries_assessed[competitiveness])
1-2-7 | assessed      | digital_transformation[c,y] = at_most(1-2-12.countries_assessed[competitiveness])
1-2-7 | assessed      | digital_tools[c,y] = at_most(1-2-12.countries_assessed[competitiveness])

1-2-8 | growth        | gdp_growth[y] = growth(real_gdp[y-1], real_gdp[y])
1-2-8 | yearly change | national_income_per_head[y] = within(national_income_per_head[y-1]) | low=0.94 high=1.15
1-2-8 | yearly change | real_wage[y] = within(real_wage[y-1]) | low=0.94 high=1.15

1-2-9 | share         | share[c,y] = share(exports[exports_total,y], exports[c,y])
1-2-9 | total         | exports[exports_total,y] = total(exports[*-exports_total,y])
1-2-9 | shares to 100 | share[exports_total,y] = total(share[*-exports_total,y])
1-2-9 | from share    | exports[c,y] = product(share[c,y], exports[exports_total,y]) | derives=total
1-2-9 | yearly change | exports[c,y] = within(exports[c,y-1]) | low=0.7 high=1.4
1-2-10 | same         | exports[exports_total,y] = total(1-2-9.exports[exports_total,y])
1-2-10 | share        | share[c,y] = share(exports[exports_total,y], exports[c,y])
1-2-10 | total        | exports[exports_total,y] = total(exports[*-exports_total,y])
1-2-10 | shares to 100 | share[exports_total,y] = total(share[*-exports_total,y])
1-2-10 | from share   | exports[c,y] = product(share[c,y], exports[exports_total,y]) | derives=total
1-2-10 | yearly change | exports[c,y] = within(exports[c,y-1]) | low=0.7 high=1.4
1-2-11 | same         | exports[exports_total,y] = total(1-2-9.exports[exports_total,y])
1-2-11 | same in 1-2-10 | exports[exports_total,y] = total(1-2-10.exports[exports_total,y])
1-2-11 | share        | share[c,y] = share(exports[exports_total,y], exports[c,y])
1-2-11 | total        | exports[exports_total,y] = total(exports[*-exports_total,y])
1-2-11 | shares to 100 | share[exports_total,y] = total(share[*-exports_total,y])
1-2-11 | from share   | exports[c,y] = product(share[c,y], exports[exports_total,y]) | derives=total
1-2-11 | yearly change | exports[c,y] = within(exports[c,y-1]) | low=0.7 high=1.4

1-2-12 | assessed     | rank[c] = at_most(countries_assessed[c])

1-2-13 | rank         | rank[c,y] = rank(patents[c,y], patents[others,y])
1-2-13 | distinct     | rank[c,y] = distinct(rank[others,y])
1-2-13 | implied population | patent_density[c,y] = within(patent_density[c,y-1], patents[c,y], patents[c,y-1]) | low=100/104 high=100/98
1-2-13 | population   | patents[c,y] = within(patent_density[c,y], 1-1-1.population[c,y]) | low=0.95 high=1.05
1-2-13 | yearly change | patents[c,y] = within(patents[c,y-1]) | low=0.5 high=1.6

1-2-13 | five years   | patents[DEU,2024] = holds_with(patents[DEU,*], 1-2-14.patents[*,DEU]) | low=4
1-2-13 | five years   | patents[JPN,2024] = holds_with(patents[JPN,*], 1-2-14.patents[*,JPN]) | low=4
1-2-13 | five years   | patents[KOR,2024] = holds_with(patents[KOR,*], 1-2-14.patents[*,KOR]) | low=4
1-2-13 | five years   | patents[TWN,2024] = holds_with(patents[TWN,*], 1-2-14.patents[*,TWN]) | low=4
1-2-13 | five years   | patents[USA,2024] = holds_with(patents[USA,*], 1-2-14.patents[*,USA]) | low=4
1-2-14 | rank         | rank[c,y] = rank_among(patents[c,WORLD], patents[c,y], patents/rank[c,others])
1-2-14 | room         | patents[c,WORLD] = room(patents/rank[c,*]) | high=250

1-2-15 | share        | receipts_share[c,y] = share(receipts[C,y], receipts[c,y])
1-2-15 | share        | payments_share[c,y] = share(payments[C,y], payments[c,y])
1-2-15 | balance      | balance[c,y] = difference(receipts[c,y], payments[c,y])
1-2-15 | volume       | volume[c,y] = total(receipts[c,y], payments[c,y])
1-2-15 | rank         | order[c,y] = rank(volume[c,y], volume[others,y])
1-2-15 | parts        | receipts[C,y] = at_least(receipts[*-C,y])
1-2-15 | parts        | payments[C,y] = at_least(payments[*-C,y])
1-2-15 | parts        | volume[C,y] = at_least(volume[*-C,y])
1-2-15 | parts        | receipts_share[C,y] = at_least(receipts_share[*-C,y])
1-2-15 | parts        | payments_share[C,y] = at_least(payments_share[*-C,y])

1-2-16 | share        | share[c,y] = share(value_added[C,y], value_added[c,y])
1-2-16 | parts        | value_added[C,y] = at_least(value_added[*-C,y])
1-2-16 | parts        | share[C,y] = at_least(share[*-C,y])
1-2-16 | parts' output | value_added[C,y] = holds_parts(value_added_rate[C,y], value_added/value_added_rate[*-C,y])
1-2-16 | rank         | order[c,y] = rank(value_added[c,y], value_added[others,y])
1-2-16 | implied output | value_added_rate[c,y] = within(value_added_rate[c,y-1], value_added[c,y], value_added[c,y-1]) | low=100/135 high=100/65
1-2-16 | implied output | value_added_rate[c,y] = within(value_added_rate[c,y<], value_added[c,y], value_added[c,y<]) | low=100/220 high=100/45 key=2021

prose | in table      | prose.gerd_increase_2023 = total(1-2-3.amount_change[GERD,2023])
prose | in table      | prose.gerd_china_2023 = total(1-2-1.gerd[CHN,2023])
prose | ratio         | prose.gerd_china_japan_ratio = share(1-2-1.gerd[JPN,2023], 1-2-1.gerd[CHN,2023])
prose | in table      | prose.researchers_2022 = total(1-2-4.researchers[TWN,2022])
prose | in table      | prose.researchers_2023 = total(1-2-4.researchers[TWN,2023])
prose | in table      | prose.researchers_growth_2023 = total(1-2-4.growth[TWN,2023])
prose | growth        | prose.researchers_growth_2023 = growth(prose.researchers_2022, prose.researchers_2023)
prose | in table      | prose.researcher_density_growth_2023 = total(1-2-5.growth[TWN,2023])
prose | growth        | prose.foreign_talent_growth = growth(prose.foreign_talent_2020, prose.foreign_talent_2023)
prose | in table      | prose.exports_total_2024 = total(1-2-9.exports[exports_total,2024])
prose | growth        | prose.exports_total_growth_2024 = growth(1-2-9.exports[exports_total,2023], 1-2-9.exports[exports_total,2024])
prose | growth        | prose.exports_high_tech_growth_2024 = growth(1-2-9.exports[tech_high,2023], 1-2-9.exports[tech_high,2024])
prose | growth        | prose.exports_high_skill_growth_2024 = growth(1-2-11.exports[skill_high,2023], 1-2-11.exports[skill_high,2024])
prose | share         | prose.exports_electronics_ict_share_2024 = share(prose.exports_total_2024, prose.exports_electronics_2024, prose.exports_ict_2024)
prose | in table      | prose.patents_2024 = total(1-2-13.patents[TWN,2024])
prose | change        | prose.patents_change_2024 = difference(1-2-13.patents[TWN,2024], 1-2-13.patents[TWN,2023])
prose | in table      | prose.patents_rank_2024 = total(1-2-13.rank[TWN,2024])
prose | in table      | prose.technology_receipts_2023 = total(1-2-15.receipts[C,2023])
prose | in table      | prose.technology_payments_2023 = total(1-2-15.payments[C,2023])
prose | ratio         | prose.technology_coverage_2023 = share(1-2-15.payments[C,2023], 1-2-15.receipts[C,2023])
prose | ratio         | prose.ip_ratio_2024 = share(prose.ip_payments_2024, prose.ip_receipts_2024)
prose | share         | prose.receipts_share_singapore_2023 = share(1-2-15.receipts[C,2023], prose.receipts_from_singapore_2023)
prose | share         | prose.receipts_share_china_2023 = share(1-2-15.receipts[C,2023], prose.receipts_from_china_2023)
prose | rounded share | prose.receipts_share_singapore_2023 = share(prose.technology_receipts_2023, prose.receipts_from_singapore_2023) | derives=share
prose | rounded share | prose.receipts_share_china_2023 = share(prose.technology_receipts_2023, prose.receipts_from_china_2023) | derives=share
prose | share         | prose.payments_share_usa_japan_2023 = share(1-2-15.payments[C,2023], prose.payments_to_usa_2023, prose.payments_to_japan_2023)
prose | in table      | prose.volume_electronics_2023 = total(1-2-15.volume[C26,2023])
prose | in table      | prose.volume_computers_2023 = total(1-2-15.volume[C27,2023])
prose | in table      | prose.volume_electrical_2023 = total(1-2-15.volume[C28,2023])
prose | in table      | prose.balance_electronics_2023 = total(1-2-15.balance[C26,2023])
prose | in table      | prose.value_added_rate_2023 = total(1-2-16.value_added_rate[C,2023])
prose | in table      | prose.value_added_2023 = total(1-2-16.value_added[C,2023])
prose | in table      | prose.value_added_share_electronics_2023 = total(1-2-16.share[C26,2023])
"""

#: Relations whose point is the very number expected in print (others only bound it).
EXACT = frozenset({"growth", "share", "difference", "total", "complement", "product", "rank"})

_TERM = re.compile(
    r"(?:(?P<table>\d+-\d+-\d+)\.)?(?P<measure>\w+)(?:/(?:(?P<table2>\d+-\d+-\d+)\.)?(?P<second>\w+))?"
    r"(?:\[(?P<place>[^\]]*)\])?"
    r"|prose\.(?P<prose>\w+)"
)
_LINE = re.compile(r"(?P<target>[^=]+?)\s*=\s*(?P<kernel>\w+)\((?P<inputs>.*)\)")


@dataclass(frozen=True)
class Term:
    """A reference to cells: ``second`` pairs a further measure with the first."""

    table: str
    measure: str
    row: str
    key: str
    second: tuple[str, str] | None = None


@dataclass(frozen=True)
class Relation:
    """One declared relation."""

    table: str
    name: str
    text: str
    target: Term
    kernel: str
    inputs: tuple[Term, ...]
    low: Fraction = Fraction(1)
    high: Fraction = Fraction(1)
    key: str = ""
    derives: str = ""

    @property
    def tables(self) -> frozenset[str]:
        """Every table that it reads."""
        terms = (self.target, *self.inputs)
        return frozenset(t.table for t in terms) | {t.second[0] for t in terms if t.second}


def _term(text: str, table: str) -> Term:
    match = re.fullmatch(r"prose\.(\w+)", text)
    if match:
        return Term(PROSE, match[1], match[1], "")
    match = _TERM.fullmatch(text)
    if not match:
        raise ValueError(f"not a term: {text}")
    where = [p.strip() for p in re.split(r",(?![^{]*\})", match["place"] or "")]
    if len(where) == 2:
        row, key = where
    elif where[0] in ("y", "y-1", "y<"):
        row, key = "only", where[0]
    else:
        row, key = where[0], "y"
    here = match["table"] or table
    second = (
        (match["table2"] or here if not match["table2"] else match["table2"], match["second"])
        if match["second"]
        else None
    )
    return Term(here, match["measure"], row, key, second)


def parse(text: str = RELATIONS) -> tuple[Relation, ...]:
    """Relations from their lines; raises :class:`ValueError` with the line that is wrong."""
    found = []
    for line in filter(None, (raw.strip() for raw in text.splitlines())):
        table, name, body, *rest = (part.strip() for part in line.split("|"))
        match = _LINE.fullmatch(body)
        if not match or match["kernel"] not in KERNELS:
            raise ValueError(f"not a relation: {line}")
        options = dict(word.split("=", 1) for word in (rest[0].split() if rest else ()))
        inputs = tuple(_term(t.strip(), table) for t in _split(match["inputs"]))
        bounds = {k: Fraction(options.get(k, "1")) for k in ("low", "high")}
        found.append(
            Relation(
                table, name, body, _term(match["target"], table), match["kernel"], inputs,
                bounds["low"], bounds["high"], options.get("key", ""), options.get("derives", ""),
            )
        )  # fmt: skip
    return tuple(found)


def _split(text: str) -> list[str]:
    return re.findall(r"(?:[^,\[]|\[[^\]]*\])+", text)


@dataclass(frozen=True, eq=False)
class Group:
    """All instances of one relation with equally many inputs.

    ``target``: cell numbers, shape (n,); ``inputs``: shape (n, m).
    """

    relation: Relation
    target: NDArray[np.int64]
    inputs: NDArray[np.int64]
    constants: Constants


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Bounds and decisions of a group; arrays of length n.

    ``checked``: every input is known; ``holds``: admissible and printed meet. Bounds are
    (numerators, denominators) or ``None`` where the relation sets none.
    """

    low: Bound
    high: Bound
    point: Bound
    checked: NDArray[np.bool_]
    holds: NDArray[np.bool_]


def bind(relations: Iterable[Relation], cells: Cells) -> list[Group]:
    """Instances of the relations in these cells."""
    return [g for relation in relations for g in _bind(relation, cells)]


def _bind(relation: Relation, cells: Cells) -> list[Group]:
    block = cells.blocks.get((relation.target.table, relation.target.measure))
    if block is None:
        return []
    rows = [i for i, code in enumerate(block.rows) if _matches(code, relation.target.row, cells)]
    wanted = relation.key or (relation.target.key if relation.target.key not in ("y", "") else "")
    keys = [j for j, key in enumerate(block.keys) if not wanted or key == wanted]
    if not rows or not keys:
        return []
    target = block.index[np.ix_(rows, keys)]
    parts, factor = [], Fraction(1)
    for term in relation.inputs:
        found = _inputs(term, relation, cells, block, rows, keys)
        if found is None:
            return []
        parts.append(found)
    columns = np.concatenate(parts, axis=2)
    factor = _factor(relation, cells, block)
    keep = target >= 0
    if relation.kernel in _SETS:  # a set of unequal size: drop what is not printed
        return _ragged(relation, target, columns, keep, cells, factor)
    keep &= (columns >= 0).all(axis=2)
    if not keep.any():
        return []
    return [Group(relation, target[keep], columns[keep], _constants(relation, cells, factor))]


_SETS = frozenset({"distinct", "places", "rank", "rank_among", "room", "between"})


def _ragged(
    relation: Relation,
    target: NDArray[np.int64],
    columns: NDArray[np.int64],
    keep: NDArray[np.bool_],
    cells: Cells,
    factor: Fraction,
) -> list[Group]:
    width = columns.shape[2]
    if relation.kernel == "between":
        present = keep & (columns >= 0).all(axis=2)
        return (
            [Group(relation, target[present], columns[present], _constants(relation, cells, factor))]
            if present.any()
            else []
        )
    if relation.kernel == "rank":
        keep = keep & (columns[:, :, 0] >= 0)
    if relation.kernel == "rank_among":
        keep = keep & (columns[:, :, :2] >= 0).all(axis=2)
    count = (columns >= 0).sum(axis=2)
    groups = []
    for size in sorted(set(count[keep].tolist())):
        if size == 0 or (relation.kernel == "rank" and size < 2):
            continue
        chosen = keep & (count == size)
        picked = columns[chosen]
        if size < width:
            picked = np.array([row[row >= 0] for row in picked], dtype=np.int64)
        groups.append(Group(relation, target[chosen], picked, _constants(relation, cells, factor)))
    return groups


def _matches(code: str, pattern: str, cells: Cells) -> bool:
    if pattern in ("c", "*", "only") or pattern == code:
        return True
    return pattern.startswith("c:") and cells.kinds.get(code) == pattern[2:]


def _inputs(
    term: Term, relation: Relation, cells: Cells, target: Block, rows: Sequence[int], keys: Sequence[int]
) -> NDArray[np.int64] | None:
    """Cell numbers of one term for every target: shape (rows, keys, terms)."""
    blocks = [cells.blocks.get((term.table, term.measure))]
    if term.second:
        blocks.append(cells.blocks.get(term.second))
    layers = []
    for block in blocks:
        if block is None:
            return None
        index = np.full((len(block.rows) + 1, len(block.keys) + 1), -1, dtype=np.int64)
        index[:-1, :-1] = block.index
        row_sets = _rows(term.row, relation, cells, target, rows, block)
        key_sets = _keys(term.key, target, keys, block, relation)
        layers.append(index[row_sets[:, None, :, None], key_sets[None, :, None, :]].reshape(len(rows), len(keys), -1))
    if len(layers) == 1:
        return layers[0]
    paired = np.stack(layers, axis=3).reshape(len(rows), len(keys), -1)
    absent = (np.stack(layers, axis=3) < 0).any(axis=3).repeat(2, axis=2)
    return np.where(absent, -1, paired)


def _rows(
    pattern: str, relation: Relation, cells: Cells, target: Block, rows: Sequence[int], block: Block
) -> NDArray[np.int64]:
    at = {code: i for i, code in enumerate(block.rows)}
    if pattern == "only":
        return np.zeros((len(rows), 1), dtype=np.int64)
    if pattern == "c":
        return np.fromiter((at.get(target.rows[i], -1) for i in rows), dtype=np.int64, count=len(rows)).reshape(-1, 1)
    if pattern == "others":
        return np.array(
            [[at.get(target.rows[j], -1) for j in range(len(target.rows)) if j != i] for i in rows], dtype=np.int64
        )
    if pattern in ("above", "below"):
        step = -1 if pattern == "above" else 1
        return np.array([[at.get(target.rows[rows[p + step]], -1) if 0 <= p + step < len(rows) else -1] for p in range(len(rows))], dtype=np.int64)  # fmt: skip
    if pattern.startswith("*"):
        fixed = [i for i, code in enumerate(block.rows) if code not in pattern[2:].split("-")]
    elif pattern.startswith("{"):
        fixed = [at.get(code.strip(), -1) for code in pattern[1:-1].split(",")]
    else:
        fixed = [at.get(pattern, -1)]
    return np.array([fixed] * len(rows), dtype=np.int64).reshape(len(rows), len(fixed))


def _keys(pattern: str, target: Block, keys: Sequence[int], block: Block, relation: Relation) -> NDArray[np.int64]:
    at = {key: i for i, key in enumerate(block.keys)}
    if pattern == "others":  # another entity of the same row
        return np.array(
            [[at.get(k, -1) for k in target.keys if k not in (target.keys[j], "WORLD")] for j in keys], dtype=np.int64
        )
    if pattern == "*":
        return np.array(
            [[i for i, k in enumerate(block.keys) if k not in (target.keys[j], "WORLD")] for j in keys], dtype=np.int64
        )
    found = []
    for j in keys:
        key = target.keys[j]
        if pattern == "y":
            found.append(at.get(key, at.get("", -1)))
        elif pattern == "y-1":
            found.append(at.get(str(int(key) - 1), -1) if key.isdigit() else -1)
        elif pattern == "y<":
            found.append(at[key] - 1 if at.get(key, 0) > 0 else -1)
        elif pattern == "":
            found.append(0)
        else:
            found.append(at.get(pattern, -1))
    return np.array(found, dtype=np.int64).reshape(-1, 1)


def _factor(relation: Relation, cells: Cells, target: Block) -> Fraction:
    """From the units of the inputs to the unit of the target."""
    units = [cells.blocks[t.table, t.measure].unit for t in relation.inputs]
    if relation.kernel == "growth":
        return 1 / target.unit
    if relation.kernel == "share":
        return units[1] / units[0] / target.unit
    if relation.kernel == "product":
        return units[0] * units[1] / target.unit
    if relation.kernel == "within":
        return units[0] * math.prod(units[1::2]) / math.prod(units[2::2]) / target.unit
    if relation.kernel in ("difference", "total", "at_least", "at_most"):
        return units[0] / target.unit
    return Fraction(1)


def _constants(relation: Relation, cells: Cells, factor: Fraction) -> Constants:
    def pair(x: Fraction) -> tuple[int, int]:
        return x.numerator, x.denominator

    return Constants(cells.scale, pair(factor), pair(relation.low), pair(relation.high))


_SAFE = 2.0**62


def evaluate(group: Group, cells: Cells, values: tuple[Any, Any, Any] | None = None) -> Evaluation:
    """What the relation makes of every instance, exactly.

    ``values`` replaces the triples of the cells (for damaged copies): three arrays
    indexed like the cells.
    """
    low, mid, high = values or (cells.low, cells.mid, cells.high)
    at = [group.target, *group.inputs.T]
    triples = [[low[i], mid[i], high[i]] for i in at]
    kernel = KERNELS[group.relation.kernel]
    known = cells.known[group.target] & cells.known[group.inputs].all(axis=1)
    bounds, t = _bounds(kernel, triples, group.constants)
    fine, scale = known.copy(), group.constants.scale
    if bounds[0] is not None:
        fine &= np.asarray(bounds[0][0] * scale <= t[2] * bounds[0][1], dtype=bool)
    if bounds[1] is not None:
        fine &= np.asarray(bounds[1][0] * scale >= t[0] * bounds[1][1], dtype=bool)
    return Evaluation(*bounds, known, fine)


def _bounds(kernel: Kernel, triples: list[Any], constants: Constants) -> tuple[tuple[Bound, Bound, Bound], list[Any]]:
    """Run a kernel on int64 where floats show that nothing can overflow, else on objects.

    Returns the bounds and the target's triple in the same kind of integers.
    """
    rough: list[Any] = [[np.abs(a).astype(float) for a in t] for t in triples]
    trial = kernel(rough[0], rough[1:], constants)
    sizes = [float(np.max(np.abs(p))) for bound in trial if bound is not None for p in bound if np.size(p)]
    reach = max((float(np.max(a)) for a in rough[0] if np.size(a)), default=0.0)
    if max([1.0, *sizes]) * 4 * max(constants.scale, reach) < _SAFE:
        return kernel(triples[0], triples[1:], constants), triples[0]
    wide: list[Any] = [[np.asarray(a).astype(object) for a in t] for t in triples]
    return kernel(wide[0], wide[1:], constants), wide[0]
