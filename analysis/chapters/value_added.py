"""Manufacturing value added (table 1-2-16): rates, implied gross output, shift-share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.chapters.common import Exhibit, cardinal, fixed, name, printed
from analysis.chapters.industries import SHORT
from analysis.indicators import value_added

if TYPE_CHECKING:
    from analysis.models.decomposition import ShiftShare
    from analysis.report import Report

TABLE, TOTAL, LEADER = "1-2-16", "C", "C26"
FIRST, BEFORE, LAST = 2014, 2022, 2023
PAIRS = ((2014, 2021), (2021, 2022), (2022, 2023), (2014, 2023))


def _wide(frame: pd.DataFrame, value: str = "value") -> pd.DataFrame:
    return frame.pivot(index="code", columns="year", values=value)


def _title(report: Report, code: str) -> str:
    named = {TOTAL: "All manufacturing 製造業", "REST": "Other industries"}
    return named[code] if code in named else name(report, code)


def how_many(some: int, of: int) -> str:
    """``all ten`` or ``seven of the ten``."""
    return f"all {cardinal(of)}" if some == of else f"{cardinal(some)} of the {cardinal(of)}"


def decomposition(report: Report, before: int = FIRST, after: int = LAST) -> ShiftShare:
    """Shift-share of the aggregate rate between two printed years."""
    from analysis.models import decomposition as models

    return models.value_added(report, before, after)


def headlines(report: Report) -> list[str]:
    """Level, what moved it, and the odd last year."""
    rates = printed(report, TABLE, "value_added_rate")
    split = decomposition(report)
    own = {p.code: p for p in split.parts}
    growth: Any = value_added.growth_of_value_added(report).set_index(["code", "year"]).loc[(TOTAL, LAST)]
    output: Any = value_added.output_growth(report).set_index(["code", "year"]).loc[(TOTAL, LAST)]
    share = printed(report, TABLE, "share").loc[LEADER]
    moved = "fell" if growth["value"] < 0 else "rose"
    went = "rose" if float(rates.loc[TOTAL, LAST]) > float(rates.loc[TOTAL, BEFORE]) else "fell"
    return [
        f"**Manufacturing kept {rates.loc[TOTAL, LAST]}% of its gross output as value added in {LAST}**, against "
        f"{rates.loc[TOTAL, FIRST]}% in {FIRST}: {fixed(split.change, 2, sign=True)} percentage points. Industries' own rates "
        f"account for {fixed(split.within, 2, sign=True)} of them, the shift of output between industries for "
        f"{fixed(split.structure, 2, sign=True)}.",
        f"**{report.name(LEADER)} alone bring {fixed(own[LEADER].total, 2, sign=True)} points**; their share of "
        f"manufacturing value added went from {share[FIRST]}% to {share[LAST]}%, at a rate of {rates.loc[LEADER, LAST]}%.",
        f"**In {LAST} the rate {went} while value added {moved}**: by {fixed(abs(growth['value']), 1)}%, whereas the gross "
        f"output that the table implies changed by {fixed(output['value'], 1, sign=True)}%. A higher rate is not a higher "
        "value.",
    ]


def rates(report: Report) -> Exhibit:
    """Rates of the first and last year by industry; dumbbell."""
    wide = printed(report, TABLE, "value_added_rate")[[FIRST, LAST]].astype(float)
    data = wide.rename(columns=str).rename_axis("code").reset_index()
    data.insert(1, "name", [SHORT[c] for c in data["code"]])
    data = data.sort_values(str(LAST), ascending=False, kind="stable").reset_index(drop=True)
    listed = data[data["code"] != TOTAL]
    up = int((listed[str(LAST)] > listed[str(FIRST)]).sum())
    largest = listed.assign(gain=listed[str(LAST)] - listed[str(FIRST)]).sort_values("gain").iloc[-1]
    return Exhibit(
        data,
        f"The value-added rate rose in {how_many(up, len(listed))} largest industries",
        f"Value added as a share of gross output, %; hollow {FIRST}, filled {LAST}",
        f"Dumbbell chart of the value-added rates of {len(listed)} industries and all manufacturing in {FIRST} and {LAST}. "
        f"The largest rise is in {report.name(largest['code'])}.",
        "value-added-rates",
        [TABLE],
        "Industries ordered by the rate of the last year.",
        options={"first": str(FIRST), "last": str(LAST), "fmt": "{:.1f}"},
    )


def implied_output(report: Report) -> Exhibit:
    """Gross output implied by value added and rate, two last years; dumbbell."""
    frame = value_added.implied_output(report)
    wide = _wide(frame)[[BEFORE, LAST]]
    data = (wide / 10000).rename(columns=str).rename_axis("code", axis=0).rename_axis(None, axis=1).reset_index()
    data = data[data["code"] != TOTAL]
    data.insert(1, "name", [SHORT[c] for c in data["code"]])
    data = data.sort_values(str(LAST), ascending=False, kind="stable").reset_index(drop=True)
    down = int((data[str(LAST)] < data[str(BEFORE)]).sum())
    return Exhibit(
        data,
        f"Implied gross output fell in {how_many(down, len(data))} industries in {LAST}",
        f"Trillion NT$, current prices; hollow {BEFORE}, filled {LAST}",
        f"Dumbbell chart of gross output implied by value added and value-added rate in {BEFORE} and {LAST} for {len(data)} "
        f"industries; {down} fell.",
        "implied-gross-output",
        [TABLE],
        "Output is not printed: it is value added divided by the rate.",
        numbers=frame.drop(columns="entity"),
        options={"first": str(BEFORE), "last": str(LAST), "fmt": "{:.2f}"},
    )


def shift_share(report: Report, before: int = FIRST, after: int = LAST) -> Exhibit:
    """Within and structure effect by industry; stacked bars."""
    split = decomposition(report, before, after)
    frame = split.frame()
    data = frame[frame["code"] != "all"].copy()
    data.insert(1, "name", [SHORT[c] for c in data["code"]])
    data = data.sort_values("total", ascending=False, kind="stable").reset_index(drop=True)
    main = data.iloc[0]
    return Exhibit(
        data,
        f"{report.name(main['code'])} bring {main['total']:+.1f} of the {float(split.change):+.1f} points".replace(
            "-", "−"
        ),
        f"Change of the value-added rate {before}–{after}, percentage points",
        f"Stacked bars of the within and structure effects of {len(data)} industries on the change of the aggregate "
        f"value-added rate from {before} to {after}; within effects sum to {float(split.within):.2f}, structure effects to "
        f"{float(split.structure):.2f} percentage points.",
        f"shift-share-{before}-{after}",
        [TABLE],
        "Within: the industry's own rate at mean output shares. Structure: its shift of output share, at its mean rate less "
        "the mean aggregate rate.",
        options={"parts": {"within": "own rate", "structure": "shift between industries"}, "total": "total"},
    )


def shift_share_table(report: Report) -> pd.DataFrame:
    """Both effects for every pair of printed years, with rounding bounds, as text."""
    rows = []
    for before, after in PAIRS:
        split = decomposition(report, before, after)
        total: Any = split.frame().set_index("code").loc["all"]
        rows.append(
            {
                "period": f"{before}–{after}",
                "change": fixed(split.change, 2, sign=True),
                "within": fixed(split.within, 2, sign=True),
                "within_range": f"{fixed(total['within_low'], 2, sign=True)} to {fixed(total['within_high'], 2, sign=True)}",
                "structure": fixed(split.structure, 2, sign=True),
                "structure_range": f"{fixed(total['structure_low'], 2, sign=True)} to "
                f"{fixed(total['structure_high'], 2, sign=True)}",
                "residual": fixed(split.change - split.within - split.structure, 2),
            }
        )
    return pd.DataFrame(rows)


def levels(report: Report) -> pd.DataFrame:
    """Value added, rate and implied output of the last year by industry, the residual industry last; text."""
    amounts, rate = printed(report, TABLE, "value_added"), printed(report, TABLE, "value_added_rate")
    output = value_added.implied_output(report)
    output = output[output["year"] == LAST].set_index("code")
    rest = value_added.rest_of_manufacturing(report)
    rest = rest[rest["year"] == LAST].set_index("indicator")
    rows: list[tuple[Any, ...]] = [
        (
            c,
            _title(report, c),
            fixed(amounts.loc[c, LAST], 0),
            rate.loc[c, LAST],
            f"{fixed(output.loc[c, 'low'], 0)} to {fixed(output.loc[c, 'high'], 0)}",
        )
        for c in amounts.index
    ]
    own: dict[str, Any] = {k: rest.loc[k] for k in ("value_added_rest", "value_added_rate_rest", "implied_output_rest")}
    ranges = {
        k: f"{fixed(v['low'], d)} to {fixed(v['high'], d)}" for (k, v), d in zip(own.items(), (0, 2, 0), strict=True)
    }
    rows.append(("REST", _title(report, "REST"), *ranges.values()))
    return pd.DataFrame(rows, columns=["code", "name", "value_added", "rate", "output"])


def trust(report: Report) -> list[str]:
    """Nominal values, the implied denominator, and the residual."""
    rest = value_added.rest_of_manufacturing(report).set_index(["indicator", "year"])
    low: Any = rest.loc[("value_added_rate_rest", LAST)]
    total: Any = value_added.implied_output(report).set_index(["code", "year"]).loc[(TOTAL, LAST)]
    return [
        "**Current prices.** Value added and output are in money of the year. A rate can rise because inputs became cheaper "
        "as well as because the industry does more of the work itself; the table cannot tell the two apart.",
        f"**Output is inferred.** The report prints no gross output. The quotient of value added and rate is known within "
        f"rounding ({fixed(total['low'], 0)} to {fixed(total['high'], 0)} 億元 for {LAST}), provided both numbers come from "
        "the same vintage of the accounts.",
        f"**The industries not listed** are the remainder after the ten; their rate in {LAST} must lie between "
        f"{fixed(low['low'])}% and {fixed(low['high'])}%, which is plausible and therefore no evidence of an error.",
        "**Selection.** The ten are chosen and ordered by value added of the last year; an industry that has shrunk since "
        "the first year may be missing, so the listed ones look better than the average.",
    ]
