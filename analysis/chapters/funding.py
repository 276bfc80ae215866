"""Who pays for Taiwan's R&D (table 1-2-3)."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.chapters.common import Exhibit, cell, fixed, name, printed, span
from analysis.indicators.exports import contribution_of
from analysis.rounding import Interval, Intervals, change, growth

if TYPE_CHECKING:
    from analysis.report import Report

TABLE = "1-2-3"
SOURCES = ("BES", "GOV", "DON", "ROW")
FIRST, LAST = 2019, 2023


def _amount(report: Report, code: str, year: int) -> Intervals:
    bounds = cell(report, TABLE, "amount", year, code)
    return Intervals.from_bounds([bounds.low], [bounds.high])


def _known(values: Intervals) -> Interval:
    value = values[0]
    if value is None:
        raise ValueError("a printed number is not available")
    return value


def contribution(report: Report, code: str, first: int, last: int) -> Interval:
    """Percentage points that one source added to the growth of the total between two years."""
    return _known(
        contribution_of(_amount(report, code, first), _amount(report, code, last), _amount(report, "GERD", first))
    )


def total_growth(report: Report, first: int, last: int) -> Interval:
    """Growth of the total in per cent."""
    return _known(growth(_amount(report, "GERD", first), _amount(report, "GERD", last)))


def headlines(report: Report) -> list[str]:
    """Business share; who carried the growth; government and abroad."""
    shares, amounts = printed(report, TABLE, "share"), printed(report, TABLE, "amount")
    whole, business = total_growth(report, FIRST, LAST), contribution(report, "BES", FIRST, LAST)
    step = {c: contribution(report, c, LAST - 1, LAST) for c in SOURCES}
    government = _known(change(_amount(report, "GOV", LAST - 1), _amount(report, "GOV", LAST)))
    fell = shares.loc["BES", LAST] < shares.loc["BES", LAST - 1]
    peak = max(shares.columns, key=lambda y: float(shares.loc["BES", y]))
    largest = max(step, key=lambda c: step[c].low)
    return [
        f"**Business pays {shares.loc['BES', LAST]}% of Taiwan's R&D**, {'down from' if fell else 'up from'} "
        f"{shares.loc['BES', LAST - 1]}% in {LAST - 1} and highest in {peak}; in {FIRST} it was {shares.loc['BES', FIRST]}%.",
        f"**Of {span(whole, 1)}% growth since {FIRST}, business contributed {span(business, 1)} points.** In {LAST} alone the "
        f"largest contribution came from {name(report, largest)} ({span(step[largest], 2)} of {span(total_growth(report, LAST - 1, LAST), 2)} points).",
        f"**Government money {'rose' if government.low > 0 else 'fell' if government.high < 0 else 'hardly changed'} in {LAST}** by "
        f"{span(government, 2)} 億美元 to {amounts.loc['GOV', LAST]}; money from abroad is "
        f"{shares.loc['ROW', LAST]}% of the total.",
    ]


def shares(report: Report) -> Exhibit:
    """Shares of the four sources by year; stacked bars."""
    wide = printed(report, TABLE, "share").loc[list(SOURCES)].astype(float)
    data = wide.T.rename_axis("name").reset_index()
    data["name"] = data["name"].astype(str)
    first, last = wide[FIRST], wide[LAST]
    return Exhibit(
        data,
        f"Business pays for {fixed(last['BES'], 0)}% of R&D, government for {fixed(last['GOV'], 0)}%",
        f"Shares in R&D expenditure by source of funds, %, {FIRST}–{LAST}",
        f"Stacked bars for {FIRST} to {LAST}: business from {first['BES']:.1f} to {last['BES']:.1f} per cent, government from "
        f"{first['GOV']:.1f} to {last['GOV']:.1f} per cent, other sources below one per cent each.",
        "rd-funding-shares",
        [TABLE],
        options={"parts": {c: name(report, c) for c in SOURCES}},
    )


def contributions(report: Report) -> Exhibit:
    """What each source added to each year's growth; contributions."""
    years = list(printed(report, TABLE, "amount").columns)
    rows: list[dict[str, Any]] = []
    for before, year in itertools.pairwise(years):
        parts = {c: float(sum(contribution(report, c, before, year)) / 2) for c in SOURCES}
        others = parts.pop("DON") + parts.pop("ROW")
        whole = float(sum(total_growth(report, before, year)) / Fraction(2))
        rows.append({"name": str(year), **parts, "others": others, "total": whole})
    data = pd.DataFrame(rows)
    lead = [r["name"] for r in rows if r["BES"] > r["GOV"]]
    return Exhibit(
        data,
        f"Business carried the growth in {len(lead)} of {len(rows)} years",
        "Growth of R&D expenditure on the previous year and what each source added, percentage points",
        "Bars of the contributions of business, government and other sources to yearly growth: "
        + "; ".join(f"{r['name']} {r['total']:.1f} per cent, of it business {r['BES']:.1f}" for r in rows)
        + ".",
        "rd-funding-contributions",
        [TABLE],
        options={
            "parts": {"BES": name(report, "BES"), "GOV": name(report, "GOV"), "others": "Other 其他"},
            "total": "total",
        },
    )


def of_gdp(report: Report) -> pd.DataFrame:
    """R&D paid by each source as a share of GDP: share in R&D (1-2-3) times intensity (1-2-2), %, as text with bounds."""
    years = list(printed(report, TABLE, "share").columns)
    rows: list[dict[str, str]] = []
    for code in SOURCES:
        row = {"name": name(report, code)}
        for year in years:
            part, rate = cell(report, TABLE, "share", year, code), cell(report, "1-2-2", "gerd_intensity", year)
            row[str(year)] = span(Interval(part.low * rate.low / 100, part.high * rate.high / 100), 2)
        rows.append(row)
    return pd.DataFrame(rows)


def trust(report: Report) -> list[str]:
    """Finer digits, tiny sources, definition by source."""
    change_printed = printed(report, TABLE, "amount_change")[LAST]
    abroad = _known(change(_amount(report, "ROW", LAST - 1), _amount(report, "ROW", LAST)))
    return [
        "**The best documented table of the chapter.** Amounts have two decimals, and shares, changes and totals follow from "
        "one another, so that nearly every number is checked by another.",
        f"**Small sources.** Money from abroad changed by {change_printed['ROW']} in print; the printed amounts allow "
        f"{span(abroad, 2)}. A source this small can grow by a tenth through rounding alone, and little should be read into it.",
        "**Source, not performer.** The table says who pays, not who does the work: government money also pays for research "
        "done in companies, and the reverse. Tax credits count as business money.",
        "**Same prices as Table 1-2-1**, as the equal totals show; the growth of a source is real growth.",
    ]
