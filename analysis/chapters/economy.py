"""Macroeconomic performance (table 1-2-8) and the structure of exports (tables 1-2-9 to 1-2-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.chapters.common import Exhibit, cardinal, fixed, listing, ordinal, printed
from analysis.indicators import exports, macro

if TYPE_CHECKING:
    from analysis.report import Report

MACRO, TECHNOLOGY, CAPITAL, SKILL = "1-2-8", "1-2-9", "1-2-10", "1-2-11"
VIEWS = {TECHNOLOGY: "technology level", CAPITAL: "capital intensity", SKILL: "skill intensity"}
FIRST, BEFORE, LAST = 2020, 2023, 2024
TOTAL = "exports_total"
MEASURES = {
    "real_gdp": "Real GDP 實質GDP",
    "national_income_per_head": "Income per head 國民所得",
    "real_wage": "Real wage 實質薪資",
}


def _levels(report: Report) -> pd.DataFrame:
    levels: pd.DataFrame = pd.concat([printed(report, MACRO, m) for m in MEASURES]).astype(float)
    return levels


# ---------------------------------------------------------------- macro


def macro_headlines(report: Report) -> list[str]:
    """Growth and its place, wages, and income against output."""
    rates = printed(report, MACRO, "gdp_growth").loc["gdp_growth"]
    order = sorted(rates.index, key=lambda y: -float(rates[y]))
    wages = macro.real_wage_growth(report).set_index("year")["value"]
    levels = _levels(report)
    rise = levels[LAST] / levels[FIRST] * 100 - 100
    down = [str(y) for y in wages.index if wages[y] < 0]
    fell = f"; it fell in {listing(down)}" if down else ""
    return [
        f"**The economy grew by {rates[LAST]}% in {LAST}**, the {ordinal(order.index(LAST) + 1)} of the five printed rates; "
        f"the lowest is that of {order[-1]} ({rates[order[-1]]}%).",
        f"**Real GDP is {fixed(rise['real_gdp'], 1)}% above {FIRST}, the real wage {fixed(rise['real_wage'], 1)}%.** The real "
        f"wage rose by {fixed(wages[LAST], 1)}% in {LAST}{fell}.",
        f"**Income per head is {fixed(rise['national_income_per_head'], 1)}% higher**, but in the prices of the year: part of "
        "that is inflation, and the table has no price index to take it out.",
    ]


def macro_index(report: Report) -> Exhibit:
    """GDP, income and wage as an index; lines."""
    levels = _levels(report)
    index = levels.div(levels[FIRST], axis=0) * 100
    data = index.rename_axis("code").reset_index().melt("code", var_name="year", value_name="value")
    data["name"] = [MEASURES[c] for c in data["code"]]
    gap = index[LAST]["real_gdp"] - index[LAST]["real_wage"]
    return Exhibit(
        data,
        f"Output has grown, real wages {'little' if index[LAST]['real_wage'] < 105 else 'too'}",
        f"{FIRST} = 100; income per head in current prices, the others in real terms",
        f"Line chart of real GDP, national income per head and the real wage from {FIRST} to {LAST}, indexed. In {LAST} real GDP "
        f"stands {gap:.1f} points above the real wage.",
        "macro-index",
        [MACRO],
        options={"focus": tuple(MEASURES), "last": "{:.0f}", "reference": (100.0, "")},
    )


def macro_trust(report: Report) -> list[str]:
    """Preliminary marks, deflators, conversion."""
    marked = report.cells([MACRO])
    marked = marked[marked["flag"] != ""]
    conversion = macro.implied_conversion(report)
    low, high = conversion["value"].min(), conversion["value"].max()
    return [
        f"**{cardinal(len(marked)).capitalize()} values are marked preliminary** (with *); the real GDP of {LAST}, from which one "
        "of them follows, is not.",
        "**Real and nominal side by side.** GDP and wage are in real terms, income per head is not.",
        f"**Against the R&D tables.** Real GDP over the GDP that R&D spending and intensity imply gives between {fixed(low, 1)} "
        f"and {fixed(high, 1)} NT$ to the dollar of the OECD: one is at 2021 prices, the other in dollars of 2015 at purchasing "
        "power parities, so the quotient need not be an exchange rate; that it hardly moves is the point.",
    ]


# ---------------------------------------------------------------- exports


def _shares(report: Report, table: str) -> pd.DataFrame:
    wide = printed(report, table, "share").astype(float)
    classes: pd.DataFrame = wide[wide.index != TOTAL]
    return classes


def export_headlines(report: Report) -> list[str]:
    """Total, what moved it, and how concentrated exports have become."""
    total = printed(report, TECHNOLOGY, "exports").loc[TOTAL]
    every = exports.exports_growth(report)
    growth = every[every["table"] == TECHNOLOGY].set_index(["code", "year"])["value"]
    parts = exports.contributions(report).set_index(["code", "year"])["value"]
    high = {t: _shares(report, t).iloc[0] for t in VIEWS}
    down = [VIEWS[t] for t in VIEWS if high[t][LAST] < high[t][BEFORE]]
    herfindahl = exports.concentration(report)
    crowd = herfindahl[herfindahl["table"] == TECHNOLOGY].set_index("year")["value"]
    fall = f" By {listing(down)} it fell." if down else ""
    return [
        f"**Exports of {fixed(total[LAST], 0)} 億元 in {LAST}, {fixed(growth[(TOTAL, LAST)], 1, sign=True)}%.** High technology "
        f"contributes {fixed(parts[('tech_high', LAST)], 1)} of these points, all the rest "
        f"{fixed(growth[(TOTAL, LAST)] - parts[('tech_high', LAST)], 1)}.",
        f"**The share of the highest class went from {fixed(high[TECHNOLOGY][FIRST], 1)}% to {fixed(high[TECHNOLOGY][LAST], 1)}% "
        f"by technology and from {fixed(high[SKILL][FIRST], 1)}% to {fixed(high[SKILL][LAST], 1)}% by skill**, since "
        f"{FIRST}.{fall}",
        f"**Exports are more concentrated**: over the four technology levels as if there were {fixed(1 / crowd[LAST], 1)} equal "
        f"ones, {fixed(1 / crowd[FIRST], 1)} in {FIRST}."
        if crowd[LAST] > crowd[FIRST]
        else "**Exports are less concentrated** than they were.",
    ]


def structure(report: Report, table: str) -> Exhibit:
    """Shares by class and year; stacked bars."""
    wide = _shares(report, table)
    data = wide.T.rename_axis(None, axis=1)
    data.insert(0, "name", [str(y) for y in data.index])
    data = data.reset_index(drop=True)
    top = wide.index[0]
    kind = VIEWS[table]
    moved = "gains" if wide.loc[top, LAST] > wide.loc[top, BEFORE] else "loses"
    return Exhibit(
        data,
        f"{report.name(top)} {moved} share",
        f"Share of total exports by {kind}, %",
        f"Stacked bars of the shares of {len(wide)} classes by {kind} from {FIRST} to {LAST}; the highest class goes from "
        f"{wide.loc[top, FIRST]:.1f} to {wide.loc[top, LAST]:.1f} per cent.",
        f"exports-by-{kind.split()[0]}",
        [table],
        options={"parts": {c: report.name(c) for c in wide.index}, "fmt": "{:.1f}"},
    )


def contributions(report: Report) -> Exhibit:
    """Contributions of the technology levels to growth by year; stacked either side of zero."""
    frame = exports.contributions(report)
    frame = frame[frame["table"] == TECHNOLOGY]
    wide = frame.pivot(index="year", columns="code", values="value")[list(dict.fromkeys(frame["code"]))]
    data = wide.rename_axis(None, axis=1).reset_index()
    data.insert(1, "name", [str(y) for y in data["year"]])
    data["total"] = wide.sum(axis=1).to_numpy()
    last = wide.loc[LAST]
    return Exhibit(
        data,
        f"High technology brought {last.iloc[0] / last.sum() * 100:.0f}% of the growth of {LAST}",
        "Contribution to the growth of total exports, percentage points",
        f"Stacked bars of the contributions of four technology levels to export growth, {int(data['year'].min())} to {LAST}.",
        "export-growth-contributions",
        [TECHNOLOGY],
        options={"parts": {c: report.name(c) for c in wide.columns}, "total": "total", "fmt": "{:+.1f}"},
        numbers=frame.drop(columns="entity"),
    )


def moved(report: Report) -> pd.DataFrame:
    """Every class of the three tables: exports, growth, contribution, change of share in the last year; text."""
    growth = exports.exports_growth(report)
    parts = exports.contributions(report).set_index(["code", "year"])["value"]
    change = exports.share_change(report).set_index(["code", "year"])
    rows = []
    for table, kind in VIEWS.items():
        own = growth[growth["table"] == table].set_index(["code", "year"])["value"]
        amounts = printed(report, table, "exports")
        for c in amounts.index:
            if c == TOTAL:
                continue
            rows.append(
                {
                    "view": kind,
                    "name": report.name(c),
                    "exports": fixed(amounts.loc[c, LAST], 0),
                    "growth": fixed(own[(c, LAST)], 1, sign=True),
                    "contribution": fixed(parts[(c, LAST)], 2, sign=True),
                    "share_change": fixed(change.loc[(c, LAST), "value"], 2, sign=True),
                }
            )
    return pd.DataFrame(rows)


def export_trust(report: Report) -> list[str]:
    """Derived amounts, three views of one total, prices."""
    return [
        "**Amounts from shares.** The notes to the tables say that the amounts were derived from the total and the shares; "
        "their last digits therefore carry the rounding of a share, not that of an amount. The audit tests this derivation.",
        "**Three views of one total.** Technology, capital and skill classify the same exports three times; their changes "
        "must not be added.",
        "**Current prices and one currency.** Amounts are in NT$ of the year; a weaker currency raises them without a ship "
        "sailing.",
        "**Classes are fixed lists of industries.** Everything made by a high-technology industry counts as high technology.",
    ]
