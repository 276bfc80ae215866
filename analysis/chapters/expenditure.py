"""R&D expenditure (table 1-2-1): levels, growth, weight against the OECD total, convergence."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from analysis.chapters.common import (
    AGGREGATES,
    Exhibit,
    between,
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
from analysis.indicators.rankings import kendall_of
from analysis.rounding import Interval, Intervals, change, growth, share

if TYPE_CHECKING:
    from analysis.report import Report

TABLE, MEASURE = "1-2-1", "gerd"
FIRST, LAST = 2019, 2023


def _of_oecd(report: Report, year: int, codes: list[str]) -> Intervals:
    total = column(report, TABLE, MEASURE, year, ["OECD"] * len(codes))
    return share(column(report, TABLE, MEASURE, year, codes), total)


def _cagr(report: Report) -> pd.DataFrame:
    found = research.gerd_cagr(report)
    return found[~found["code"].isin(AGGREGATES)].set_index("code")


def headlines(report: Report) -> list[str]:
    """Level and standing; growth against the others; weight against the OECD total."""
    codes = countries(report, TABLE)
    levels = printed(report, TABLE, MEASURE)[LAST].str.replace(",", "").astype(float)
    rates = printed(report, TABLE, "growth")
    pace = _cagr(report)
    fell = [report.name(c) for c in codes if float(rates.loc[c, LAST]) < 0]
    weight = {y: _of_oecd(report, y, ["TWN"])[0] for y in (FIRST, LAST)}
    now = rates.loc["TWN", LAST]
    slower = sum(float(rates.loc[c, LAST]) < float(now) for c in codes)
    return [
        f"**Taiwan spent {fixed(levels['TWN'], 0)} 億美元 on R&D in {LAST}** (100 million US dollars of 2015, purchasing power "
        f"parities), the {ordinal(place({c: levels[c] for c in codes}))} largest amount of {len(codes)} countries. "
        f"Since {FIRST} it has grown by {between(pace['low']['TWN'], pace['high']['TWN'])}% a year, the "
        f"{ordinal(place(dict(pace['value'])))} fastest pace.",
        f"**{LAST} was slow**: {fixed(now)}% after {fixed(rates.loc['TWN', LAST - 1])}%. {slower} of {len(codes)} countries "
        f"grew less" + (f"; {listing(fell)} shrank." if fell else "."),
        f"**Measured against the OECD total, Taiwan grew from {span(weight[FIRST])}% to {span(weight[LAST])}%.** "
        "Taiwan is not in that total; it serves as a yardstick.",
    ]


def index_lines(report: Report) -> Exhibit:
    """Expenditure as an index, first year = 100, with rounding bands; lines."""
    codes = [*countries(report, TABLE), "EU27", "OECD"]
    base = column(report, TABLE, MEASURE, FIRST, codes)
    years = list(printed(report, TABLE, MEASURE).columns)
    parts = []
    for year in years:
        index = (
            Intervals.from_bounds([100] * len(codes))
            if year == FIRST
            else share(column(report, TABLE, MEASURE, year, codes), base)
        )
        parts.append(frame(report, codes, index, year=year))
    data = pd.concat(parts, ignore_index=True)
    end = data[data["year"] == LAST].set_index("code")["value"]
    own = place({c: end[c] for c in countries(report, TABLE)})
    return Exhibit(
        data,
        f"Since {FIRST} Taiwan's R&D expenditure has grown by {fixed(end['TWN'] - 100, 0)}%, {ordinal(own)} of "
        f"{len(countries(report, TABLE))} countries",
        f"R&D expenditure in constant prices, {FIRST} = 100",
        f"Line chart of R&D expenditure indexed to {FIRST}; in {LAST} China stands at {end['CHN']:.0f}, Taiwan at "
        f"{end['TWN']:.0f}, the OECD total at {end['OECD']:.0f}.",
        "rd-expenditure-index",
        [TABLE],
        "Bands: printed rounding.",
    )


def oecd_weight(report: Report) -> Exhibit:
    """Change of each country's amount relative to the OECD total, percentage points; bars."""
    codes = [c for c in countries(report, TABLE) if c != "CHN"]
    moved = change(_of_oecd(report, FIRST, codes), _of_oecd(report, LAST, codes))
    data = (
        frame(report, codes, moved, bilingual=True)
        .sort_values("value", ascending=False, kind="stable")
        .reset_index(drop=True)
    )
    own = data.set_index("code").loc["TWN"]
    up = int((data["low"] > 0).sum())
    china = change(_of_oecd(report, FIRST, ["CHN"]), _of_oecd(report, LAST, ["CHN"]))[0]
    return Exhibit(
        data,
        f"{up} of {len(data)} countries gained weight against the OECD total; Taiwan is {ordinal(place(dict(zip(data['code'], data['value'], strict=True))))}",
        f"Change of R&D expenditure relative to the OECD total, {FIRST}–{LAST}, percentage points",
        f"Bar chart of the change relative to the OECD total between {FIRST} and {LAST}; Taiwan gained between "
        f"{own['low']:.2f} and {own['high']:.2f} points.",
        "rd-expenditure-oecd-weight",
        [TABLE],
        f"Whiskers: printed rounding. Not drawn: China 中國大陸, {span(china, 2, sign=True)} points.",
    )


def convergence(report: Report) -> Exhibit:
    """Pace of growth against the starting level; scatter."""
    pace = _cagr(report)
    start = printed(report, TABLE, MEASURE)[FIRST].str.replace(",", "").astype(float)
    data = pd.DataFrame(
        {
            "code": pace.index,
            "name": [report.name(c) for c in pace.index],
            "x": [start[c] for c in pace.index],
            "y": list(pace["value"]),
        }
    )
    found = kendall_of([Fraction(v) for v in data["x"]], [Fraction(v) for v in data["y"]])
    tau = float(found.point) if found else 0.0
    word = "no visible" if abs(tau) < 0.2 else "a negative" if tau < 0 else "a positive"
    return Exhibit(
        data,
        f"Small spenders did {'not ' if tau > -0.2 else ''}catch up: {word} link between level and growth",
        f"Growth of R&D expenditure {FIRST}–{LAST} (% a year) against its level in {FIRST} (億美元, logarithmic)",
        f"Scatter plot of {len(data)} countries. Kendall's rank correlation between level and growth is {tau:.2f}.",
        "rd-expenditure-convergence",
        [TABLE],
        f"Kendall's τ = {fixed(tau, 2)}, n = {len(data)}.",
    )


def dispersion(report: Report) -> pd.DataFrame:
    """How unequal the amounts are, by year: spread of the logarithms and the share of the two largest.

    ``spread`` is the standard deviation of the natural logarithms over countries (σ-convergence means that
    it falls); ``top_two`` the two largest in the sum of all countries listed, %, with its rounding range.
    """
    codes = countries(report, TABLE)
    wide = printed(report, TABLE, MEASURE).loc[codes]
    rows = []
    for year in wide.columns:
        values = [float(v.replace(",", "")) for v in wide[year]]
        logs = [math.log(v) for v in values]
        mean = sum(logs) / len(logs)
        spread = math.sqrt(sum((v - mean) ** 2 for v in logs) / (len(logs) - 1))
        ordered = [c for _, c in sorted(zip(values, codes, strict=True), reverse=True)]
        top = _sum(report, year, ordered[:2])
        rest = _sum(report, year, ordered[2:])
        low = 100 * top.low / (top.low + rest.high)
        high = 100 * top.high / (top.high + rest.low)
        rows.append(
            {
                "year": str(year),
                "spread": fixed(spread, 3),
                "top_two": span(Interval(low, high), 2),
                "who": listing([report.name(c) for c in ordered[:2]]),
            }
        )
    return pd.DataFrame(rows)


def _sum(report: Report, year: int, codes: list[str]) -> Interval:
    total = column(report, TABLE, MEASURE, year, codes).sum()
    if total is None:
        raise ValueError(f"an amount of {year} is not available")
    return total


def dispersion_note(report: Report) -> str:
    """The direction of σ in words."""
    table = dispersion(report)
    first, last = float(table["spread"].iloc[0]), float(table["spread"].iloc[-1])
    word = "fell" if last < first - 0.005 else "rose" if last > first + 0.005 else "hardly moved"
    return (
        f"The spread of the logarithms {word} from {fixed(first, 3)} to {fixed(last, 3)}: "
        f"{'some convergence of amounts' if word == 'fell' else 'the amounts did not converge'} over these years."
    )


def levels(report: Report) -> pd.DataFrame:
    """First and last amount, growth a year with bounds, and weight against the OECD total, as text."""
    codes = [*countries(report, TABLE), "EU27", "OECD"]
    wide = printed(report, TABLE, MEASURE)
    pace = research.gerd_cagr(report).set_index("code")
    weights = {y: _of_oecd(report, y, codes) for y in (FIRST, LAST)}
    return pd.DataFrame(
        {
            "code": codes,
            "name": [name(report, c) for c in codes],
            "first": [fixed(wide.loc[c, FIRST], 0) for c in codes],
            "last": [fixed(wide.loc[c, LAST], 0) for c in codes],
            "pace": [between(pace["low"][c], pace["high"][c]) for c in codes],
            "weight_first": [span(v) if c != "OECD" else "100" for c, v in zip(codes, weights[FIRST], strict=True)],
            "weight_last": [span(v) if c != "OECD" else "100" for c, v in zip(codes, weights[LAST], strict=True)],
        }
    )


#: Heads of :func:`levels`.
HEADS = {
    "name": "Country",
    "first": f"{FIRST}",
    "last": f"{LAST}",
    "pace": "Growth a year",
    "weight_first": f"{FIRST} ",
    "weight_last": f"{LAST} ",
}
UNITS = {"first": "億美元", "last": "億美元", "pace": "%", "weight_first": "%", "weight_last": "%"}
SPANNERS = {"Expenditure": ["first", "last"], "Relative to the OECD total": ["weight_first", "weight_last"]}


def trust(report: Report) -> list[str]:
    """Prices, rounding to whole units, carried-forward values, membership."""
    rates = printed(report, TABLE, "growth")[LAST]
    same = [report.name(c) for c in rates.index if rates[c] == "1.00"]
    small = min(
        (c for c in countries(report, TABLE)),
        key=lambda c: float(printed(report, TABLE, MEASURE)[LAST][c].replace(",", "")),
    )
    step = growth(column(report, TABLE, MEASURE, LAST - 1, [small]), column(report, TABLE, MEASURE, LAST, [small]))[0]
    own = cell(report, TABLE, MEASURE, LAST)
    return [
        f"**Whole units.** Amounts are printed in whole 億美元, so Taiwan's stands for {fixed(own.low, 1)} to {fixed(own.high, 1)}. "
        f"For the smallest spender, {report.name(small)}, a growth rate recomputed from them is known only to lie within "
        f"{span(step, 1)}%. The printed rates were computed from finer numbers, which is why nearly all verdicts above are "
        "*consistent* rather than *reproduced*.",
        "**Price basis.** Constant 2015 US dollars at purchasing power parities: growth is real, and levels compare what the "
        "money buys. Parities for R&D itself do not exist; those of GDP stand in for them.",
        f"**Values that look carried forward.** Growth in {LAST} is printed as exactly 1.00% for {listing(same) if same else 'no country'}"
        + ("; such a coincidence suggests an extrapolated last year." if len(same) > 1 else "."),
        "**The yardstick.** The OECD total includes most countries of the table but not China, Singapore or Taiwan; shares "
        "*of* it for those three are ratios *to* it.",
    ]
