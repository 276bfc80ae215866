"""R&D intensity (table 1-2-2) and the GDP it implies."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.chapters.common import (
    AGGREGATES,
    Exhibit,
    cardinal,
    cell,
    column,
    countries,
    fixed,
    listing,
    name,
    ordinal,
    place,
    printed,
    span,
    tidy,
)
from analysis.indicators import research
from analysis.indicators.series import Key
from analysis.interval import growth as new_growth
from analysis.interval import lift
from analysis.rounding import Interval, change, growth

if TYPE_CHECKING:
    from analysis.report import Report

TABLE, MEASURE = "1-2-2", "gerd_intensity"
FIRST, LAST = 2019, 2023

#: Heads of :func:`implied_levels`.
IMPLIED_HEADS = {"name": "Country", "growth": f"Growth {FIRST}–{LAST}"} | {
    f"{end}_{y}": word for y in (FIRST, LAST) for end, word in (("low", "at least"), ("high", "at most"))
}
IMPLIED_UNITS = {f"{end}_{y}": "億美元" for y in (FIRST, LAST) for end in ("low", "high")} | {"growth": "%"}
IMPLIED_SPANNERS = {f"Implied GDP {y}": [f"low_{y}", f"high_{y}"] for y in (FIRST, LAST)}


def _standing(report: Report, year: int) -> int:
    wide = printed(report, TABLE, MEASURE)[year].astype(float)
    return place({c: wide[c] for c in countries(report, TABLE)})


def _gain(report: Report, code: str = "TWN") -> Interval:
    codes = [*countries(report, TABLE), "OECD"]
    gains = change(column(report, TABLE, MEASURE, FIRST, codes), column(report, TABLE, MEASURE, LAST, codes))
    return dict(zip(codes, gains, strict=True))[code]  # type: ignore[return-value]


def headlines(report: Report) -> list[str]:
    """Level and standing; the last step; what it implies for GDP."""
    now = printed(report, TABLE, MEASURE)[LAST]["TWN"]
    codes = countries(report, TABLE)
    wide = printed(report, TABLE, MEASURE)[LAST].astype(float)
    ahead = [report.name(c) for c in codes if wide[c] > wide["TWN"]]
    behind = f", behind {listing(ahead)}" if 0 < len(ahead) <= 4 else ""
    gains = change(column(report, TABLE, MEASURE, FIRST, codes), column(report, TABLE, MEASURE, LAST, codes))
    lows = dict(zip(codes, gains.lows(), strict=True))
    standing = place({c: v for c, v in lows.items() if v is not None})
    own = printed(report, TABLE, "growth")
    steps = growth_steps(report)
    smallest = all(steps[LAST].high < steps[y].low for y in steps if y != LAST)
    gap = change(column(report, TABLE, MEASURE, FIRST, ["OECD"]), column(report, TABLE, MEASURE, FIRST, ["TWN"]))[0]
    gap_now = change(column(report, TABLE, MEASURE, LAST, ["OECD"]), column(report, TABLE, MEASURE, LAST, ["TWN"]))[0]
    implied: Any = implied_growth(report).set_index("code").loc["TWN"]
    macro = printed(report, "1-2-8", "gdp_growth").loc["gdp_growth", LAST]
    inside = implied["low"] <= float(macro) <= implied["high"]
    apart = "which agrees" if inside else "so the two used different vintages or price bases"
    return [
        f"**Taiwan spent {now}% of its GDP on R&D in {LAST}, {ordinal(_standing(report, LAST))} of {len(codes)} "
        f"countries{behind}.** Since {FIRST} the share has gained {span(_gain(report))} percentage points, the "
        f"{ordinal(standing) + ' ' if standing > 1 else ''}largest rise of all; the distance to the OECD total went from "
        f"{span(gap)} to {span(gap_now)} points.",
        f"**The last step was {'the smallest' if smallest else 'small'}**: the share grew by "
        f"{fixed(own.loc['TWN', LAST])}% in {LAST}, after {fixed(own.loc['TWN', LAST - 1])}% the year before.",
        f"**The printed growth rates imply the GDP that was used.** Taiwan's expenditure and its share in GDP give GDP "
        f"growth of {fixed(implied['low'])} to {fixed(implied['high'])}% in {LAST}; Table 1-2-8 prints {macro}%, {apart}.",
    ]


def growth_steps(report: Report, code: str = "TWN") -> dict[int, Interval]:
    """Yearly growth of the intensity in per cent, by year."""
    years = list(printed(report, TABLE, MEASURE).columns)
    steps = {}
    for before, year in itertools.pairwise(years):
        step = growth(column(report, TABLE, MEASURE, before, [code]), column(report, TABLE, MEASURE, year, [code]))[0]
        if step is not None:
            steps[year] = step
    return steps


def over_time(report: Report) -> Exhibit:
    """Intensity by country and year; lines."""
    data = tidy(report, TABLE, MEASURE)
    codes = countries(report, TABLE)
    wide = printed(report, TABLE, MEASURE).astype(float).loc["TWN"]
    always = all(b > a for a, b in zip(wide, wide.iloc[1:], strict=False))
    first, last = _standing(report, FIRST), _standing(report, LAST)
    stand = (
        f"stays {ordinal(last)} of {len(codes)}" if first == last else f"goes from {ordinal(first)} to {ordinal(last)}"
    )
    rise = "rises every year" if always else "does not rise every year"
    return Exhibit(
        data,
        f"Taiwan's R&D share of GDP {rise}, and the country {stand}",
        f"R&D expenditure as a share of GDP, %, {FIRST}–{LAST}",
        f"Line chart of R&D intensity of {len(codes)} countries, the EU-27 and the OECD total from {FIRST} to {LAST}. "
        f"Taiwan moves from {wide[FIRST]:.2f} to {wide[LAST]:.2f} per cent and is {ordinal(last)} in {LAST}.",
        "rd-intensity",
        [TABLE],
    )


def then_and_now(report: Report) -> Exhibit:
    """First and last year per country; dumbbell."""
    wide = printed(report, TABLE, MEASURE)
    data = wide[[FIRST, LAST]].astype(float)
    data.columns = [str(FIRST), str(LAST)]
    data = data.rename_axis("code").reset_index()
    data.insert(1, "name", [name(report, c) for c in data["code"]])
    data = data.sort_values(str(LAST), ascending=False, kind="stable").reset_index(drop=True)
    some = data[~data["code"].isin(AGGREGATES)]
    up = int((some[str(LAST)] > some[str(FIRST)]).sum())
    fell = [report.name(c) for c in some.loc[some[str(LAST)] < some[str(FIRST)], "code"]]
    tail = f"; {listing(fell)} fell" if 0 < len(fell) <= 4 else ""
    return Exhibit(
        data,
        f"R&D intensity rose in {cardinal(up)} of {len(some)} countries{tail}",
        f"R&D expenditure as a share of GDP, %; hollow {FIRST}, filled {LAST}",
        f"Dumbbell chart of R&D intensity in {FIRST} and {LAST} for {len(some)} countries, the EU-27 and the OECD total; "
        f"{up} countries rose. Taiwan went from {wide[FIRST]['TWN']} to {wide[LAST]['TWN']} per cent.",
        "rd-intensity-then-and-now",
        [TABLE],
    )


def implied_growth(report: Report, year: int = LAST) -> pd.DataFrame:
    """Growth of the implied GDP in per cent, with bounds; see :func:`analysis.indicators.research.implied_gdp_growth`."""
    found = research.implied_gdp_growth(report)
    found = found[(found["year"] == year) & ~found["code"].isin(AGGREGATES)]
    names = [name(report, c) for c in found["code"]]
    return found.assign(name=names)[["code", "name", "value", "low", "high"]].reset_index(drop=True)


def implied(report: Report) -> Exhibit:
    """Implied GDP growth per country; bars."""
    data = implied_growth(report).sort_values("value", ascending=False, kind="stable").reset_index(drop=True)
    own = data.set_index("code").loc["TWN"]
    return Exhibit(
        data,
        f"The GDP growth of {LAST} that R&D spending and its share in GDP imply",
        f"Implied growth of GDP {LAST - 1}–{LAST}, %, from the printed growth rates",
        f"Bar chart of the implied GDP growth in {LAST} of {len(data)} countries, from {data['value'].min():.1f} to "
        f"{data['value'].max():.1f} per cent; Taiwan {own['value']:.2f} per cent.",
        "implied-gdp-growth",
        ["1-2-1", TABLE],
        f"Rounding leaves at most ±{fixed((data['high'] - data['low']).max() / 2, 2)} points open.",
    )


def implied_levels(report: Report) -> pd.DataFrame:
    """Implied GDP of the first and last year with bounds, as text for a table (億美元, constant 2015 PPP)."""
    column = research.implied_gdp.columns(report)[0]
    codes = countries(report, TABLE)
    bounds = {y: column.take([Key(c, y) for c in codes]) for y in (FIRST, LAST)}
    columns: dict[str, list[str]] = {}
    for year, gdp in bounds.items():
        columns[f"low_{year}"] = [fixed(v.low, 0) if v else "" for v in gdp]
        columns[f"high_{year}"] = [fixed(v.high, 0) if v else "" for v in gdp]
    rates = [span(v, 1) for v in lift(new_growth, bounds[FIRST], bounds[LAST])]
    return pd.DataFrame({"code": codes, "name": [name(report, c) for c in codes], **columns, "growth": rates})


def implied_notes(report: Report) -> list[str]:
    """What the implied growth shows: values carried forward, and where the price bases part."""
    data = implied_growth(report).set_index("code")
    own = printed(report, TABLE, "growth")[LAST], printed(report, "1-2-1", "growth")[LAST]
    both = [c for c in data.index if own[0][c] == own[1][c]]
    notes = []
    if both:
        notes.append(
            f"{listing([f'{name(report, c)} ({fixed(own[0][c])}%)' for c in both])}: expenditure and share are printed with "
            f"the same growth in {LAST}. Taken literally, GDP did not change at all."
        )
    odd = [c for c in data.index if data["high"][c] < -5 or data["low"][c] > 8]
    for code in odd:
        notes.append(
            f"{name(report, code)}: the implied change of {fixed(data['value'][code], 1)}% is not growth of real GDP. "
            "A share in GDP is taken at current prices, the expenditure at constant ones, so the quotient moves with the prices of "
            "GDP as well; Norway's followed those of oil and gas."
            if code == "NOR"
            else f"{name(report, code)}: the implied change of {fixed(data['value'][code], 1)}% can hardly be growth of real GDP. "
            "A share in GDP is taken at current prices, the expenditure at constant ones; where "
            "the price of GDP moves much, the quotient shows that as well."
        )
    return notes


def trust(report: Report) -> list[str]:
    """Carried-forward values, rounding, and what is not in the tables."""
    rates = printed(report, TABLE, "growth")[LAST]
    same = [report.name(c) for c in rates.index if rates[c] == "1.00"]
    step = cell(report, TABLE, MEASURE, LAST)
    return [
        f"**Rounding.** A share printed as {printed(report, TABLE, MEASURE)[LAST]['TWN']}% stands for anything between "
        f"{fixed(step.low, 3)} and {fixed(step.high, 3)}. Ranks and signs of change above hold for every value in these "
        "ranges unless the text says otherwise; growth rates of one year do not: their ranges are in the table.",
        f"**Values that look carried forward.** Growth in {LAST} is printed as exactly 1.00% for "
        f"{cardinal(len(same))} of {len(rates)} rows ({listing(same)}). Measured values do not coincide like that; the "
        "likeliest reading is that the last year was extrapolated. Their ranks should be read with that in mind.",
        "**One definition, many practices.** The shares are OECD statistics on a common definition (Frascati), but "
        "coverage differs between countries and years, and the last year is often provisional. The tables do not mark "
        "provisional values.",
        "**Few points.** Five years describe a path; they do not establish a trend that can be carried far. The "
        "uncertainty shown beside any fitted line is that of a small sample.",
    ]
