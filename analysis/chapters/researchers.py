"""Researchers and their density (tables 1-2-4 and 1-2-5), and the employment and spending they imply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.chapters.common import (
    AGGREGATES,
    Exhibit,
    between,
    cardinal,
    cell,
    column,
    countries,
    fixed,
    frame,
    listing,
    name,
    ordinal,
    place,
    printed,
    span,
)
from analysis.indicators import research
from analysis.rounding import Interval, Intervals, growth, share

if TYPE_CHECKING:
    from analysis.report import Report

COUNT, DENSITY = "1-2-4", "1-2-5"
FIRST, LAST = 2019, 2023


def available(report: Report, table: str = DENSITY) -> list[str]:
    """Countries with numbers (N/A left out), in printed order."""
    measure = "researchers" if table == COUNT else "researcher_density"
    wide = printed(report, table, measure)
    return [c for c in countries(report, table) if (wide.loc[c] != "N/A").all()]


def implied_employment_growth(report: Report, year: int = LAST) -> pd.DataFrame:
    """Growth of employment implied by the printed growth of researchers and of their density, %, with bounds."""
    codes = available(report)
    people = column(report, COUNT, "growth", year, codes)
    dense = column(report, DENSITY, "growth", year, codes)
    return frame(report, codes, research.growth_of_quotient(people, dense), bilingual=True)


def headlines(report: Report) -> list[str]:
    """Density and standing; growth of people and density; spending per researcher."""
    codes = available(report)
    dense = printed(report, DENSITY, "researcher_density")
    people = printed(report, COUNT, "growth")
    own = dense.loc["TWN", LAST]
    rates = printed(report, DENSITY, "growth")
    implied: Any = implied_employment_growth(report).set_index("code").loc["TWN"]
    money: Any = research.gerd_per_researcher(report)
    money = money[(money["year"] == LAST) & money["code"].isin(codes)].set_index("code")
    rank = place({c: float(dense.loc[c, LAST]) for c in codes})
    return [
        f"**{own} researchers per thousand employees put Taiwan {ordinal(rank)} of {len(codes)} countries in {LAST}**; in "
        f"{FIRST} it was {ordinal(place({c: float(dense.loc[c, FIRST]) for c in codes}))} with {dense.loc['TWN', FIRST]}.",
        f"**People grew faster than density**: {fixed(people.loc['TWN', LAST])}% more researchers, {fixed(rates.loc['TWN', LAST])}% "
        f"more per employee. The difference implies that employment itself grew by {fixed(implied['low'])} to {fixed(implied['high'])}%."
        if float(people.loc["TWN", LAST]) > float(rates.loc["TWN", LAST])
        else f"**Density grew faster than the number of people**: {fixed(rates.loc['TWN', LAST])}% against {fixed(people.loc['TWN', LAST])}%.",
        f"**Spending per researcher is {fixed(money['low']['TWN'], 1)}–{fixed(money['high']['TWN'], 1)} 萬美元 (10,000 US dollars), "
        f"{ordinal(place(dict(money['value'])))} of {len(codes)}**: Taiwan has many researchers with "
        f"{'less' if place(dict(money['value'])) > len(codes) / 2 else 'more'} money each than most.",
    ]


def density(report: Report) -> Exhibit:
    """Density in the first and last year; dumbbell."""
    codes = [*available(report), "EU27", "OECD"]
    wide = printed(report, DENSITY, "researcher_density").loc[codes, [FIRST, LAST]].astype(float)
    wide.columns = [str(FIRST), str(LAST)]
    data = wide.rename_axis("code").reset_index()
    data.insert(1, "name", [name(report, c) for c in data["code"]])
    data = data.sort_values(str(LAST), ascending=False, kind="stable").reset_index(drop=True)
    some = data[~data["code"].isin(AGGREGATES)]
    up = int((some[str(LAST)] > some[str(FIRST)]).sum())
    own = wide.loc["TWN"]
    flat = [report.name(c) for c in some.loc[some[str(LAST)] <= some[str(FIRST)], "code"]]
    return Exhibit(
        data,
        f"Density of researchers rose in {'all' if not flat else cardinal(up) + ' of'} {len(some)} countries",
        f"Researchers (full-time equivalents) per thousand employees; hollow {FIRST}, filled {LAST}",
        f"Dumbbell chart of researcher density in {FIRST} and {LAST}; Taiwan went from {own[str(FIRST)]:.2f} to {own[str(LAST)]:.2f}.",
        "researcher-density",
        [DENSITY],
        "Israel 以色列: not available.",
    )


def index_lines(report: Report) -> Exhibit:
    """Researchers as an index with rounding bands; lines."""
    codes = [*available(report, COUNT), "EU27", "OECD"]
    base = column(report, COUNT, "researchers", FIRST, codes)
    parts = []
    for year in printed(report, COUNT, "researchers").columns:
        index = (
            Intervals.from_bounds([100] * len(codes))
            if year == FIRST
            else share(column(report, COUNT, "researchers", year, codes), base)
        )
        parts.append(frame(report, codes, index, year=year))
    data = pd.concat(parts, ignore_index=True)
    end = data[data["year"] == LAST].set_index("code")["value"]
    rank = place({c: end[c] for c in available(report, COUNT)})
    return Exhibit(
        data,
        f"Taiwan has {fixed(end['TWN'] - 100, 0)}% more researchers than in {FIRST}: {ordinal(rank)} of {len(available(report, COUNT))}",
        f"Researchers, full-time equivalents, {FIRST} = 100",
        f"Line chart of researchers indexed to {FIRST}; in {LAST} China stands at {end['CHN']:.0f}, Taiwan at {end['TWN']:.0f}, "
        f"the OECD total at {end['OECD']:.0f}.",
        "researchers-index",
        [COUNT],
        "Bands: printed rounding.",
    )


def spending(report: Report) -> Exhibit:
    """R&D expenditure per researcher in the last year; bars with whiskers."""
    found = research.gerd_per_researcher(report)
    found = found[(found["year"] == LAST) & found["code"].isin([*available(report), "EU27", "OECD"])]
    data = found.assign(name=[name(report, c) for c in found["code"]])[["code", "name", "value", "low", "high"]]
    data = data.sort_values("value", ascending=False, kind="stable").reset_index(drop=True)
    own: Any = data.set_index("code").loc["TWN"]
    return Exhibit(
        data,
        f"Each researcher in Taiwan works with {fixed(own['value'], 0)} 萬美元 a year",
        f"R&D expenditure per researcher, 萬美元 (10,000 US dollars of 2015, PPP), {LAST}",
        f"Bar chart of R&D expenditure per researcher; Taiwan {own['value']:.1f}, from {data['value'].min():.1f} to "
        f"{data['value'].max():.1f}.",
        "gerd-per-researcher",
        ["1-2-1", COUNT],
        "Researchers counted in 萬人, see the note on the unit.",
    )


def employment(report: Report) -> Exhibit:
    """Implied growth of employment; bars with whiskers."""
    data = implied_employment_growth(report).sort_values("value", ascending=False, kind="stable").reset_index(drop=True)
    zero = [report.name(c) for c in data.loc[(data["low"] <= 0) & (data["high"] >= 0), "code"]]
    own: Any = data.set_index("code").loc["TWN"]
    return Exhibit(
        data,
        f"Researchers and density imply the growth of employment; for {cardinal(len(zero))} countries it is nil",
        f"Implied growth of employment {LAST - 1}–{LAST}, %, from the printed growth rates",
        f"Bar chart of implied employment growth; Taiwan {own['value']:.2f} per cent; about zero for {listing(zero)}.",
        "implied-employment-growth",
        [COUNT, DENSITY],
        f"About zero: {listing(zero)}." if zero else "",
    )


def unit_note(report: Report) -> str:
    """Whether the sentences give the printed digits with another unit than the table head."""
    meta = next(f.unit for f in report.meta(COUNT).values if f.measure == "researchers")
    wide = printed(report, COUNT, "researchers")
    prose = report.prose()
    prose = prose[(prose["measure"] == "researchers") & (prose["entity"] == "TWN")]
    meets = [
        p for p in prose.to_dict("records") if wide.loc["TWN", int(p["year"])] == p["printed"] and p["unit"] != meta
    ]
    if not meets:
        return f"Table head and sentences agree on the unit, {meta}."
    first = meets[0]
    factor = report.package["units"]
    dense = cell(report, DENSITY, "researcher_density", int(first["year"]))
    count = cell(report, COUNT, "researchers", int(first["year"]))
    millions = {
        u: Interval(count.low * m / dense.high / 1000, count.high * m / dense.low / 1000)
        for u, m in ((meta, int(factor[meta]["factor"])), ("萬人", 10_000))
    }
    return (
        f"The table head gives researchers in {meta} (thousands), the sentence on page {first['page']} the same digits in "
        f"{first['unit']} (ten thousands): {first['printed']} for {first['year']}.\n\n"
        f"With the density of Table {DENSITY}, {meta} would mean that Taiwan employs {span(millions[meta], 2)} million people, "
        f"萬人 {span(millions['萬人'], 1)} million. Only the second is possible. This book reads 萬人 throughout; growth, ranks and "
        "shares do not depend on it."
    )


def levels(report: Report) -> pd.DataFrame:
    """Researchers, density and spending in the last year, as printed, with the implied employment in millions."""
    codes = [*available(report), "EU27", "OECD"]
    people, dense = printed(report, COUNT, "researchers"), printed(report, DENSITY, "researcher_density")
    found = research.implied_employment_ten_thousand(report)
    jobs = found[found["year"] == LAST].set_index("code")
    whole = growth(
        column(report, COUNT, "researchers", FIRST, codes), column(report, COUNT, "researchers", LAST, codes)
    )
    return pd.DataFrame(
        {
            "code": codes,
            "name": [name(report, c) for c in codes],
            "people": [people.loc[c, LAST] for c in codes],
            "growth": [span(v, 1) for v in whole],
            "density": [dense.loc[c, LAST] for c in codes],
            "jobs": [between(jobs["low"][c], jobs["high"][c]) for c in codes],
        }
    )


HEADS = {
    "name": "Country",
    "people": "Researchers",
    "growth": f"Growth since {FIRST}",
    "density": "Density",
    "jobs": "Implied employment",
}
UNITS = {"people": "萬人", "growth": "%", "density": "per 1,000", "jobs": "million"}


def trust(report: Report) -> list[str]:
    """Carried-forward values, unit, coverage."""
    lists = []
    for table in (COUNT, DENSITY):
        rates = printed(report, table, "growth")[LAST]
        lists.append([report.name(c) for c in rates.index if rates[c] == "1.00"])
    both = [c for c in lists[0] if c in lists[1]]
    british = printed(report, COUNT, "researchers").loc["GBR"]
    tens = all(v.endswith("0") for v in british.iloc[:-1])
    return [
        f"**Values that look carried forward.** Growth in {LAST} is exactly 1.00% for {cardinal(len(lists[0]))} rows of Table {COUNT} "
        f"({listing(lists[0])}) and for {cardinal(len(lists[1]))} of Table {DENSITY} ({listing(lists[1])}). "
        + (f"In both for {listing(both)}. " if both else "")
        + "Ranks between these rows compare extrapolations.",
        (
            f"**Coarse inputs.** The United Kingdom's counts up to {LAST - 1} all end in zero: they carry one decimal less than "
            "the print suggests."
            if tens
            else "**Digits.** All rows carry two decimals."
        ),
        "**Full-time equivalents.** Countries differ in how they convert part-time research, doctoral students and "
        "university staff. Levels compare less well than growth within one country.",
        "**Density needs two statistics.** A change in the number of employees moves it as much as a change in researchers; "
        "the implied employment above is a check on that, not a measurement.",
    ]
