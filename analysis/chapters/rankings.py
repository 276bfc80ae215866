"""The two tables of IMD ranks (1-2-6, 1-2-7): changes, peers, radars, and what ranks can say."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.chapters.common import Exhibit, cardinal, countries, fixed, listing, name, ordinal, place, printed
from analysis.indicators import rankings

if TYPE_CHECKING:
    from analysis.report import Report

TABLES = ("1-2-6", "1-2-7")
BEFORE, NOW = 2024, 2025
#: The seven that the text calls small economies with a competitive edge (it does not print Israel's ranks).
NAMED_PEERS = ("CHE", "SGP", "DNK", "SWE", "FIN", "NLD", "ISR")

#: Short names for the spokes of a radar and the heads of a heat map.
SHORT = {
    "legal_support": "Legal\nsupport",
    "ip_protection": "IP\nprotection",
    "technology_transfer": "Technology\ntransfer",
    "digital_skills": "Digital\nskills",
    "qualified_engineers": "Qualified\nengineers",
    "public_private_partnership": "Public–\nprivate",
    "financial_services": "Financial\nservices",
    "entrepreneurship": "Entrepre-\nneurship",
    "talent_attraction": "Keeping\ntalent",
    "foreign_skilled_people": "Foreign\ntalent",
    "digital_transformation": "Digital trans-\nformation",
    "digital_tools": "Digital\ntools",
}


def measures(report: Report, table: str) -> list[str]:
    """The six criteria of a table."""
    return list(dict.fromkeys(f.measure for f in report.meta(table).values))


def ranks(report: Report, year: int, *tables: str) -> Any:
    """Ranks as a DataFrame of integers: index countries, columns criteria."""
    found = {m: printed(report, t, m)[year].astype(int) for t in tables or TABLES for m in measures(report, t)}
    return pd.DataFrame(found)


def title(report: Report, measure: str) -> str:
    """English and printed name of a criterion."""
    words = report.package["measures"][measure]
    return f"{words['title_en']} {words['title']}"


def sign_test(up: int, down: int) -> float:
    """Two-sided exact p-value of the sign test: ``up`` against ``down`` under even odds."""
    n, k = up + down, max(up, down)
    return min(1.0, float(2 * sum(comb(n, i) for i in range(k, n + 1)) / (1 << n)))


def moved(report: Report, code: str = "TWN") -> tuple[list[str], list[str], list[str]]:
    """Criteria in which a country gained, lost and kept its place."""
    before, now = ranks(report, BEFORE).loc[code], ranks(report, NOW).loc[code]
    return (
        [m for m in now.index if now[m] < before[m]],
        [m for m in now.index if now[m] > before[m]],
        [m for m in now.index if now[m] == before[m]],
    )


def concordance(table: pd.DataFrame) -> float:
    """Kendall's coefficient of concordance W of the criteria (columns) over countries (rows), without tie correction.

    1 if all criteria order the countries alike, 0 if they have nothing in common.
    """
    inner = table.rank()
    n, m = inner.shape
    total: Any = inner.sum(axis=1)
    return float(12 * ((total - total.mean()) ** 2).sum() / (m**2 * (n**3 - n)))


def headlines(report: Report) -> list[str]:
    """Gains and losses; best and worst; against the listed seven."""
    up, down, same = moved(report)
    now = ranks(report, NOW)
    own = now.loc["TWN"]
    best = [m for m in own.index if own[m] == own.min()]
    worst = own.idxmax()
    ahead = [m for m in own.index if own[m] < now.drop(index="TWN")[m].median()]
    p = sign_test(len(up), len(down))
    others = {c: tuple(len(part) for part in moved(report, c)[:2]) for c in now.index if c != "TWN"}
    most = all(len(up) - len(down) > a - b for a, b in others.values())
    return [
        f"**Taiwan gained places in {cardinal(len(up))} of {cardinal(len(own))} criteria, lost in {cardinal(len(down))}"
        + (f" and kept its place in {cardinal(len(same))}" if same else "")
        + f"** from {BEFORE} to {NOW}{', the best record of the eight countries' if most else ''}. An even chance would give a split "
        f"at least as uneven in {fixed(100 * p, 0)}% of cases.",
        f"**Best: {listing([title(report, m) for m in best])} (rank {own.min()}); worst: {title(report, worst)} (rank {own.max()}).**",
        f"**Against the median of the seven countries listed, Taiwan is ahead in {cardinal(len(ahead))} of {cardinal(len(own))} criteria**: "
        f"{listing([title(report, m) for m in ahead])}.",
    ]


def changes(report: Report) -> Exhibit:
    """Taiwan's ranks of both years; dumbbell."""
    before, now = ranks(report, BEFORE).loc["TWN"], ranks(report, NOW).loc["TWN"]
    data = pd.DataFrame({"name": [title(report, m) for m in now.index], str(BEFORE): list(before), str(NOW): list(now)})
    data = data.sort_values(str(NOW), kind="stable").reset_index(drop=True)
    up, down, _ = moved(report)
    return Exhibit(
        data,
        f"Taiwan moved up in {cardinal(len(up))} criteria and down in {cardinal(len(down))}",
        f"IMD rank of Taiwan; hollow {BEFORE}, filled {NOW}; rank 1 on the right",
        "Dumbbell chart of Taiwan's ranks: "
        + "; ".join(f"{r['name']} from {r[str(BEFORE)]} to {r[str(NOW)]}" for r in data.to_dict("records"))
        + ".",
        "imd-ranks-taiwan",
        list(TABLES),
        options={"first": str(BEFORE), "last": str(NOW), "fmt": "{:.0f}", "reverse": True},
    )


def heat(report: Report, table: str) -> Exhibit:
    """All eight countries in the six criteria of a table, latest year; heat map."""
    now = ranks(report, NOW, table)
    order = now.mean(axis=1).sort_values(kind="stable").index
    shown = now.loc[order].rename(columns=SHORT)
    codes = list(shown.index)
    shown.index = [name(report, c) for c in codes]
    means = now.mean(axis=1)
    rank = place(dict(means), largest_first=False)
    return Exhibit(
        shown,
        f"Taiwan is {ordinal(rank)} of {cardinal(len(now))} by mean rank",
        f"{report.meta(table).title_en}, {NOW}; darker is better",
        f"Heat map of the ranks of {len(now)} countries in {len(now.columns)} criteria, ordered by mean rank. Taiwan: "
        + ", ".join(f"{report.package['measures'][m]['title_en']} {now.loc['TWN', m]}" for m in now.columns)
        + ".",
        f"imd-ranks-{table}",
        [table],
        numbers=now.loc[order].rename_axis("code").reset_index(),
        options={"reverse": True, "limits": (1, 56), "gamma": 0.5, "row_codes": codes, "fmt": "{:.0f}"},
    )


def spokes(report: Report, table: str) -> Exhibit:
    """Taiwan in both years and the mean of the seven listed; radar of ranks."""
    before, now = ranks(report, BEFORE, table), ranks(report, NOW, table)
    others = now.drop(index="TWN")
    data = pd.DataFrame(
        {
            "name": [SHORT[m] for m in now.columns],
            "TWN": list(now.loc["TWN"]),
            "TWN_before": list(before.loc["TWN"]),
            "peers": list(others.mean()),
        }
    )
    better = [m for m in now.columns if now.loc["TWN", m] < others[m].mean()]
    figure = {"1-2-6": "圖1-2-2", "1-2-7": "圖1-2-3"}[table]
    numbers = data.assign(name=list(now.columns))
    return Exhibit(
        data,
        f"{figure} rebuilt in ranks: Taiwan ahead of the mean of seven in {cardinal(len(better))} of {cardinal(len(now.columns))}",
        f"{report.meta(table).title_en}: rank, 1 at the rim",
        f"Radar chart of ranks with rank one at the rim: Taiwan {NOW}, Taiwan {BEFORE}, and the mean of the seven other countries "
        f"listed. Taiwan is ahead in {listing([report.package['measures'][m]['title_en'] for m in better])}.",
        f"imd-radar-{table}",
        [table],
        "The report's figure shows scores; these are ranks.",
        numbers=numbers,
        options={
            "series": {"TWN": f"Taiwan {NOW}", "peers": f"mean of seven, {NOW}", "TWN_before": f"Taiwan {BEFORE}"},
            "rings": (1, 10, 20, 30, 40),
            "worst": 52,
        },
    )


def statistics(report: Report) -> pd.DataFrame:
    """Per country: mean and median rank in both years, gains and losses, as text."""
    before, now = ranks(report, BEFORE), ranks(report, NOW)
    rows = []
    for code in now.mean(axis=1).sort_values(kind="stable").index:
        up, down, same = (len(part) for part in moved(report, code))
        rows.append(
            {
                "code": code,
                "name": name(report, code),
                "mean_before": fixed(Fraction(int(before.loc[code].sum()), before.shape[1]), 1),
                "mean_now": fixed(Fraction(int(now.loc[code].sum()), now.shape[1]), 1),
                "median_before": fixed(float(before.loc[code].median()), 1),
                "median_now": fixed(float(now.loc[code].median()), 1),
                "up": str(up),
                "same": str(same),
                "down": str(down),
                "p": fixed(sign_test(up, down), 2),
            }
        )
    return pd.DataFrame(rows)


HEADS = {
    "name": "Country",
    "mean_before": str(BEFORE),
    "mean_now": str(NOW),
    "median_before": f"{BEFORE} ",
    "median_now": f"{NOW} ",
    "up": "gained",
    "same": "kept",
    "down": "lost",
    "p": "Sign test p",
}
SPANNERS = {
    "Mean rank": ["mean_before", "mean_now"],
    "Median rank": ["median_before", "median_now"],
    "Criteria": ["up", "same", "down"],
}


def stability(report: Report) -> pd.DataFrame:
    """Per criterion: how far the order of the eight countries changed from one year to the next, as text."""
    tau = {k.entity: c.values[0] for c in rankings.kendall.columns(report) for k in c.keys}
    before, now = ranks(report, BEFORE), ranks(report, NOW)
    rows = []
    for measure in now.columns:
        shift = (now[measure] - before[measure]).abs()
        far = str(shift.idxmax())
        value = tau[measure]
        rows.append(
            {
                "criterion": title(report, measure),
                "taiwan_before": str(before.loc["TWN", measure]),
                "taiwan_now": str(now.loc["TWN", measure]),
                "tau": fixed(value.low, 2) if value is not None else "",
                "median_shift": fixed(float(shift.median()), 1),
                "farthest": f"{report.name(far)} ({before.loc[far, measure]} → {now.loc[far, measure]})",
            }
        )
    return pd.DataFrame(rows)


STABILITY_HEADS = {
    "criterion": "Criterion",
    "taiwan_before": str(BEFORE),
    "taiwan_now": str(NOW),
    "tau": "Kendall's τ",
    "median_shift": "Median shift",
    "farthest": "Farthest move",
}


def stability_note(report: Report) -> str:
    """Whether the twelve criteria order the countries alike, and how stable the year-to-year order is."""
    w = concordance(ranks(report, NOW))
    shifts = (ranks(report, NOW) - ranks(report, BEFORE)).abs().to_numpy().ravel()
    own = (ranks(report, NOW) - ranks(report, BEFORE)).loc["TWN"].abs()
    middle = sorted(float(v) for v in shifts)[len(shifts) // 2]
    return (
        f"Over all {len(shifts)} pairs of ranks the median shift within a year is {fixed(middle, 0)} places; Taiwan's median is "
        f"{fixed(float(own.median()), 1)}. Moves of that size are the ordinary noise of a survey and should not be explained one by one. "
        f"Kendall's W over the twelve criteria is {fixed(w, 2)}: the eight countries are {'hardly' if w < 0.3 else 'only partly' if w < 0.6 else 'largely'} "
        "ordered alike from one criterion to the next, so a mean rank hides more than it shows."
    )


def scores_box(report: Report, table: str) -> str:
    """What the report's radar would add to the rebuilt one."""
    listed = [c for c in countries(report, table) if c != "TWN"]
    absent = [c for c in NAMED_PEERS if c not in listed]
    extra = [c for c in listed if c not in NAMED_PEERS]
    return (
        "The report's radar compares scores; it prints only the ranks behind them. Ranks say who is ahead, not by how much: "
        "ten places can be a hair or a gulf. With the scores one could measure distances, and average them without pretending that "
        "ranks are numbers.\n\n"
        f"- Can be recovered: all {len(measures(report, table))} spokes for Taiwan in both years and for each country listed, as ranks.\n"
        f"- Cannot be recovered: the scores, and the group mean that the figure draws. The text's group of seven contains "
        f"{listing([name(report, c) for c in absent])}, which the table does not list"
        + (f"; the table lists {listing([name(report, c) for c in extra])} instead" if extra else "")
        + ". The mean drawn here is that of the seven countries listed."
    )


def trust(report: Report) -> list[str]:
    """Ranks, surveys, few countries."""
    return [
        "**Ranks are exact, what they rank is not.** They come from IMD's executive survey and statistics; a rank carries no error bar, "
        "and places in the middle of the field change with few answers.",
        "**Eight countries out of a field of about seventy.** The tables show Taiwan and seven strong small economies. "
        "“Ahead of the median” here means ahead of a demanding group.",
        "**Two years are one change.** The sign test treats the twelve criteria as independent, which they are not (several "
        "draw on the same respondents); its p-value is a lower bound for how surprising the split is.",
        "**Means of ranks** are shown because the report uses them; medians stand beside them because ranks have no unit.",
    ]
