"""Taiwan in six international assessments (table 1-2-12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.chapters.common import Exhibit, cardinal, fixed, listing, name
from analysis.indicators import rankings

if TYPE_CHECKING:
    from analysis.report import Report

TABLE = "1-2-12"


def _no_count(report: Report) -> pd.DataFrame:
    """Assessments whose printed number of countries is something else by its source."""
    from analysis import evidence

    rows = evidence.compare(report)
    rows = rows[
        (rows["table"] == TABLE) & (rows["column"] == "countries_assessed") & (rows["verdict"] == "other basis")
    ]
    return rows.assign(code=[report.code(r) for r in rows["row"]])


def _ranks(report: Report) -> pd.DataFrame:
    """Rank, number assessed and percentile where the number is one of countries."""
    cells = report.cells([TABLE])
    wide = cells.pivot(index="code", columns="measure", values="printed").astype(int)
    wide = wide.loc[[c for c in dict.fromkeys(cells["code"]) if c not in set(_no_count(report)["code"])]]
    percentile = rankings.percentile(report).set_index("code")["value"]
    return pd.DataFrame(
        {"rank": wide["rank"], "of": wide["countries_assessed"], "percentile": percentile.loc[wide.index]}
    )


def headlines(report: Report) -> list[str]:
    """Best, worst, and why a rank alone misleads."""
    data: Any = _ranks(report)
    best, worst = data["percentile"].idxmax(), data["percentile"].idxmin()
    tenth = int((data["rank"] / data["of"] <= 0.1).sum())
    return [
        f"**Taiwan is among the first tenth in {cardinal(tenth)} of {cardinal(len(data))} assessments.** It stands best in "
        f"{report.name(best).lower()}: {data.loc[best, 'rank']} of {data.loc[best, 'of']}.",
        f"**It stands lowest in {report.name(worst)}**: {data.loc[worst, 'rank']} of {data.loc[worst, 'of']}, ahead of "
        f"{fixed(data.loc[worst, 'percentile'], 0)}% of the others.",
    ]


def _short(text: str) -> str:
    text = text.removeprefix("National ").removeprefix("Industrial ").removeprefix("Environment for ")
    return text[0].upper() + text[1:]


def percentiles(report: Report) -> Exhibit:
    """Percentile ranks; bars."""
    data = _ranks(report).reset_index()
    data["name"] = [
        f"{_short(report.name(c))} {r}/{n}" for c, r, n in zip(data["code"], data["rank"], data["of"], strict=True)
    ]
    data = data.rename(columns={"percentile": "value"}).sort_values("value", ascending=False, kind="stable")
    data = data[["code", "name", "value", "rank", "of"]].reset_index(drop=True)
    low = data["value"].min()
    return Exhibit(
        data,
        f"Ahead of {low:.0f}% to {data['value'].max():.0f}% of the others",
        "Percentile rank: share of the other countries that Taiwan is ahead of, %",
        f"Bars of Taiwan's percentile rank in {len(data)} assessments, between {low:.0f} and {data['value'].max():.0f} per cent.",
        "percentile-ranks",
        [TABLE],
        "Beside each name: rank and number of countries assessed.",
        options={"fmt": "{:.0f}", "color": "#C04000"},
    )


def table(report: Report) -> pd.DataFrame:
    """Rank, number assessed and percentile, with the assessor; text."""
    data = _ranks(report).reset_index()
    who = report.printed(TABLE)["assessor"]
    by_code = {report.code(str(label)): text for label, text in who.items()}
    data.insert(1, "name", [name(report, c) for c in data["code"]])
    data["by"] = [by_code[c] for c in data["code"]]
    data["percentile"] = [fixed(v, 1) for v in data["percentile"]]
    return data.astype(str)[["name", "by", "rank", "of", "percentile"]]


def trust(report: Report) -> list[str]:
    """What ranks hide, and the number of countries that is none."""
    doubt = _no_count(report)
    wrong = [f"{report.name(c).lower()} ({n})" for c, n in zip(doubt["code"], doubt["printed"], strict=True)]
    return [
        f"**Not a number of countries.** What is printed for {listing(wrong)} is the world's average number of robots per ten thousand "
        "employees; how many countries were ranked is not known, so the rank is left out of the percentiles.",
        "**Ranks hide distances.** Two countries a hair apart differ by a rank as much as two that are worlds apart; the "
        "scores behind these ranks are not printed.",
        f"**The field differs.** The {cardinal(len(_ranks(report)))} assessments with a number of countries cover between "
        f"{_ranks(report)['of'].min()} and {_ranks(report)['of'].max()} countries, and the smaller fields hold the richer "
        "countries; percentiles make ranks comparable within a field, not between fields.",
        "**Opinion and count.** Some assessments rest on surveys of managers, others on counts (robots per worker). Only the "
        "latter could be recomputed, and their data are not in the report.",
    ]
