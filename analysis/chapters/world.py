"""Context: population (1-1-1), artificial intelligence (1-1-2) and global risks (1-1-4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.chapters.common import Exhibit, cardinal, column, fixed, listing, name, printed, span
from analysis.indicators import macro, rankings
from analysis.rounding import Interval, Intervals, cagr, share

if TYPE_CHECKING:
    from analysis.report import Report

PEOPLE, AI, RISKS = "1-1-1", "1-1-2", "1-1-4"
FIRST, LAST = 2024, 2035


def _world(report: Report, year: int) -> Interval:
    """World population in millions, from a sentence that prints it in 億 (100 million)."""
    prose: Any = report.prose().set_index("id").loc[f"world_population_{year}"]
    value = Intervals.from_printed([prose["printed"]])[0]
    assert value is not None
    return Interval(value.low * 100, value.high * 100)


def _top_ten(report: Report, year: int) -> Interval:
    total = column(report, PEOPLE, "population", year).sum()
    assert total is not None
    return total


def headlines(report: Report) -> list[str]:
    """Where people will be added; what moved the AI estimates; which risks stay."""
    growth = macro.population_cagr(report).set_index("code")
    shrink = [report.name(c) for c in growth.index if growth["high"][c] < 0]
    fastest = str(growth["value"].idxmax())
    shares = {}
    for year in (FIRST, LAST):
        ten, world = _top_ten(report, year), _world(report, year)
        shares[year] = share(
            Intervals.from_bounds([ten.low], [ten.high]), Intervals.from_bounds([world.low], [world.high])
        )[0]
    ahead = rankings.years_brought_forward(report).set_index("code")
    short, long = (
        set(printed(report, RISKS, m).iloc[:, 0].dropna().index) for m in ("rank_short_term", "rank_long_term")
    )
    both = short & long
    return [
        f"**{report.name(fastest)} grows fastest, by {fixed(growth['low'][fastest], 2)} to {fixed(growth['high'][fastest], 2)}% a year "
        f"to {LAST}; {listing(shrink)} shrink.** The ten most populous countries hold {span(shares[FIRST], 0)}% of the world in {FIRST} "
        f"and {span(shares[LAST], 0)}% in {LAST}.",
        f"**Estimates of when AI clearly surpasses people came forward by {fixed(ahead['value'].min(), 0)} to "
        f"{fixed(ahead['value'].max(), 0)} years**, {fixed(float(ahead['value'].median()), 1)} at the median of "
        f"{len(ahead)} capabilities.",
        f"**{cardinal(len(both)).capitalize()} of {len(short)} short-term risks are also among the {len(long)} long-term ones**; "
        f"environmental risks replace the others.",
    ]


def order_problems(report: Report) -> list[str]:
    """Countries whose printed rank of the later year is not the rank of their printed population."""
    people = printed(report, PEOPLE, "population")[LAST].str.replace(",", "").astype(float)
    rank = printed(report, PEOPLE, "rank")[LAST].astype(int)
    true = people.rank(ascending=False).astype(int)
    return [report.name(c) for c in rank.index if rank[c] != true[c]]


def order_note(report: Report) -> str:
    """Whether the printed ranks agree with the printed populations."""
    wrong = order_problems(report)
    if not wrong:
        return f"The printed ranks of {LAST} agree with the printed populations."
    people = printed(report, PEOPLE, "population")[LAST]
    values = {report.name(c): people[c] for c in people.index}
    return (
        f"Table {PEOPLE} repeats the ranks of {FIRST} for {LAST}. The populations printed beside them give another order for "
        f"{listing([f'{c} ({values[c]} million)' for c in wrong])}."
    )


def population(report: Report) -> Exhibit:
    """Population of the ten in both years; dumbbell."""
    wide = printed(report, PEOPLE, "population")
    data = wide[[FIRST, LAST]].apply(lambda s: s.str.replace(",", "").astype(float))
    data.columns = [str(FIRST), str(LAST)]
    data = data.rename_axis("code").reset_index()
    data.insert(1, "name", [name(report, c) for c in data["code"]])
    swaps = order_problems(report)
    return Exhibit(
        data,
        f"The ten most populous countries of {FIRST} in {LAST}: {'India pulls away' if not swaps else listing(swaps) + ' change places'}",
        f"Population, million; hollow {FIRST}, filled {LAST} (projection)",
        "Dumbbell chart of population: "
        + "; ".join(
            f"{r['name']} from {r[str(FIRST)]:.0f} to {r[str(LAST)]:.0f} million" for r in data.to_dict("records")
        )
        + ".",
        "population",
        [PEOPLE],
        options={"first": str(FIRST), "last": str(LAST), "fmt": "{:,.0f}"},
    )


def population_table(report: Report) -> pd.DataFrame:
    """Printed population, implied yearly growth and share in the world, with rounding ranges, as text."""
    wide = printed(report, PEOPLE, "population")
    codes = list(wide.index)
    pace = cagr(column(report, PEOPLE, "population", FIRST), column(report, PEOPLE, "population", LAST), LAST - FIRST)
    world = macro.population_world_share(report)
    rows = []
    for code, rate in zip(codes, pace, strict=True):
        row = {
            "code": code,
            "name": name(report, code),
            "first": fixed(wide.loc[code, FIRST], 0),
            "last": fixed(wide.loc[code, LAST], 0),
        }
        row["pace"] = span(rate, 2)
        for year, key in ((FIRST, "share_first"), (LAST, "share_last")):
            part = world[(world["code"] == code) & (world["year"] == year)].iloc[0]
            low, high = fixed(part["low"], 1), fixed(part["high"], 1)
            row[key] = low if low == high else f"{low}–{high}"
        rows.append(row)
    return pd.DataFrame(rows)


HEADS = {
    "name": "Country",
    "first": str(FIRST),
    "last": str(LAST),
    "pace": "Growth a year",
    "share_first": f"{FIRST} ",
    "share_last": f"{LAST} ",
}
UNITS = {"first": "million", "last": "million", "pace": "%", "share_first": "%", "share_last": "%"}
SPANNERS = {"Population": ["first", "last"], "Share in the world": ["share_first", "share_last"]}


def intelligence(report: Report) -> Exhibit:
    """Estimates before and after generative AI; dumbbell."""
    before, after = (printed(report, AI, m).iloc[:, 0].astype(int) for m in ("year_before_genai", "year_after_genai"))
    data = pd.DataFrame(
        {
            "code": before.index,
            "name": [name(report, c) for c in before.index],
            "before": list(before),
            "after": list(after),
        }
    )
    data = data.sort_values("before", ascending=False, kind="stable").reset_index(drop=True)
    ahead = [b - a for b, a in zip(data["before"], data["after"], strict=True)]
    return Exhibit(
        data,
        f"Generative AI brought estimates forward by {min(ahead)} to {max(ahead)} years",
        "Year in which AI is expected to reach the top quarter of people; hollow before, filled after generative AI",
        "Dumbbell chart: "
        + "; ".join(f"{r['name']} from {r['before']} to {r['after']}" for r in data.to_dict("records"))
        + ".",
        "ai-estimates",
        [AI],
        options={"first": "before", "last": "after", "fmt": "{:.0f}"},
    )


def risks(report: Report) -> Exhibit:
    """Short-term and long-term rank of every risk listed; dumbbell with gaps."""
    cells = report.cells([RISKS])
    wide = cells.pivot(index="code", columns="measure", values="printed")
    wide = wide.loc[list(dict.fromkeys(cells["code"])), ["rank_short_term", "rank_long_term"]]
    data = pd.DataFrame(
        {
            "code": wide.index,
            "name": [name(report, c) for c in wide.index],
            "two years": wide["rank_short_term"].astype(float).to_numpy(),
            "ten years": wide["rank_long_term"].astype(float).to_numpy(),
        }
    )
    data = data.sort_values(["ten years", "two years"], kind="stable").reset_index(drop=True)
    stay = data[data["two years"].notna() & data["ten years"].notna()]
    new = data[data["two years"].isna()]
    gone = data[data["ten years"].isna()]
    return Exhibit(
        data,
        f"{cardinal(len(stay)).capitalize()} of ten risks stay on the list over ten years, {cardinal(len(new))} are new",
        "Rank among global risks; hollow the next two years, filled the next ten; rank 1 on the right",
        "Dumbbell chart of ranks: "
        + "; ".join(f"{r['name']} {r['two years']:.0f} to {r['ten years']:.0f}" for r in stay.to_dict("records"))
        + f". Only in the long list: {listing(list(new['name']))}. Only in the short: {listing(list(gone['name']))}.",
        "global-risks",
        [RISKS],
        "One dot: among the first ten only then.",
        options={"first": "two years", "last": "ten years", "reverse": True, "fmt": "{:.0f}"},
    )


def trust(report: Report) -> list[str]:
    """Projections, judgements, opinions."""
    ten = _top_ten(report, FIRST)
    return [
        f"**Population: a projection.** The numbers of {FIRST} are the United Nations'; those of {LAST} are printed as its medium variant, which "
        f"they are not. The sum of the ten, {span(ten, 0)} million, and the growth rates are recomputed here with the range that whole "
        "millions leave; the uncertainty of any projection is larger.",
        "**AI: expert judgement.** The years are estimates of one consultancy made before and after 2023; some lie in the past already. "
        "They show how much opinion moved, not what will happen.",
        "**Risks: a survey of perceptions.** Ranks of ten out of more than thirty risks; leaving the list may mean eleventh place.",
    ]
