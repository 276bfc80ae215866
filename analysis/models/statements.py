"""Directional statements as probabilities, or a plain "cannot tell".

The text says that things keep rising or stay positive. For each such statement: how many points
there are, what a model with drift makes of it, what the model that won the back-test makes of it
(one without drift gives 50 per cent, whatever the past), and how often probabilities of that
size came true in the back-test. Fewer than :data:`MINIMUM` points give no probability at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.models import backtest, forecast
from analysis.models.series import Series

if TYPE_CHECKING:
    import pandas as pd

    from analysis.report import Report

MINIMUM = 4
DRIFT = "pooled_drift"
LIKELY, VERY_LIKELY = 0.8, 0.95


@dataclass(frozen=True)
class Statement:
    """A direction claimed for a quantity: above (or below) its last printed value, or a threshold."""

    text: str
    key: str
    up: bool = True


STATEMENTS = (
    Statement("Taiwan's R&D expenditure keeps rising", "gerd.TWN"),
    Statement("Taiwan's R&D intensity keeps rising", "gerd_intensity.TWN"),
    Statement("Taiwan's number of researchers keeps rising", "researchers.TWN"),
    Statement("Taiwan's researcher density keeps rising", "researcher_density.TWN"),
    Statement("Real GDP keeps growing", "macro.real_gdp"),
    Statement("Real wages keep rising", "macro.real_wage"),
    Statement("High-technology exports keep rising", "exports.tech_high"),
    Statement("Taiwan's US patents keep falling", "patents.TWN", up=False),
)


def verdict(probability: float) -> str:
    """``very likely``, ``likely``, ``cannot tell``, ``unlikely``, ``very unlikely``."""
    for bound, word in ((VERY_LIKELY, "very likely"), (LIKELY, "likely")):
        if probability >= bound:
            return word
        if probability <= 1 - bound:
            return word.replace("likely", "unlikely")
    return "cannot tell"


def calibrated(tested: pd.DataFrame, probability: float, model: str = DRIFT) -> tuple[int, float | None]:
    """Number of back-test forecasts in the same bin of probability, and how many per cent came true."""
    table = backtest.directions(tested, model)
    inside = table[(table["low"] < probability) & (probability <= table["high"])]
    return (0, None) if inside.empty else (int(inside["forecasts"].iloc[0]), float(inside["happened"].iloc[0]))


def table(report: Report, found: Mapping[str, Series], tested: pd.DataFrame) -> pd.DataFrame:
    """``statement, n, one, two, winner, came_true, verdict``.

    ``one``, ``two``: probability (per cent) one and two years ahead by :data:`DRIFT`; ``winner``: one
    year ahead by the winner of the back-test; ``came_true``: how often, in per cent, the direction
    came in the back-test where the stated probability was in the same bin. The verdict judges
    ``one`` or ``came_true``, whichever is nearer to one half.
    """
    import pandas as pd

    best = backtest.winner(tested)
    rows: list[dict[str, object]] = []
    for one in STATEMENTS:
        series = found.get(one.key)
        if series is None or len(series) < MINIMUM:
            rows.append(_unknown(one.text, 0 if series is None else len(series)))
            continue
        last = float(series.values[-1])
        drift, winner = (forecast.forecast(found, [one.key], m, 2)[0] for m in (DRIFT, best))
        rise = drift.above(last, 1)
        _, happened = calibrated(tested, rise)
        judged = rise if happened is None else min((rise, happened / 100), key=lambda p: abs(p - 0.5))
        signed = [p if one.up else 1 - p for p in (rise, drift.above(last, 2), winner.above(last, 1))]
        rows.append(
            {
                "statement": one.text, "n": len(series), "one": 100 * signed[0], "two": 100 * signed[1],
                "winner": 100 * signed[2],
                "came_true": None if happened is None else happened if one.up else 100 - happened,
                "verdict": verdict(judged if one.up else 1 - judged),
            }
        )  # fmt: skip
    rows.append(_unknown("The technology balance stays positive", _printed_years(report, "1-2-15", "balance")))
    rows.append(_unknown("Receipts for intellectual property keep catching up with payments", _prose_years(report)))
    return pd.DataFrame(rows)


def _unknown(text: str, n: int) -> dict[str, object]:
    return {
        "statement": text, "n": n, "one": None, "two": None, "winner": None, "came_true": None,
        "verdict": "cannot tell: too few points",
    }  # fmt: skip


def _printed_years(report: Report, table: str, measure: str) -> int:
    cells = report.cells([table])
    return int(cells.loc[(cells["measure"] == measure) & (cells["year"] != ""), "year"].nunique())


def _prose_years(report: Report) -> int:
    prose = report.prose()
    return int(prose.loc[prose["measure"] == "ip_coverage_ratio", "year"].nunique())
