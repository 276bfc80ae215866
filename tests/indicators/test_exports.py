"""Exports: contributions add up, shares stand beside the printed ones."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis import report
from analysis.indicators import exports
from analysis.interval import Interval

EDITION = report.load()


def one(frame: pd.DataFrame, code: str, year: int) -> pd.Series:
    return frame[(frame["code"] == code) & (frame["year"] == year)].iloc[0]


@pytest.mark.parametrize("table", ["1-2-9", "1-2-10", "1-2-11"])
def test_contributions_add_up_to_the_growth_of_the_total(table: str) -> None:
    parts, growth = exports.contributions(EDITION), exports.exports_growth(EDITION)
    parts, growth = (frame[frame["table"] == table] for frame in (parts, growth))
    total = growth[growth["code"] == "exports_total"].set_index("year")["value"]
    summed = parts.groupby("year")["value"].sum()
    # but for what the printed classes miss of the printed total
    printed = EDITION.numbers(table, "exports")
    missing = printed.drop(index="exports_total").sum() - printed.loc["exports_total"]
    expected = total + 100 * missing.diff() / printed.loc["exports_total"].shift()
    assert summed.tolist() == pytest.approx(expected.dropna().tolist(), abs=1e-9)


def test_growth_stands_beside_the_rates_of_the_sentences() -> None:
    frame = exports.exports_growth(EDITION)
    high = one(frame, "tech_high", 2024)
    assert (high["value"], high["printed"]) == (pytest.approx(100 * (96715 / 80515 - 1)), "20.12")
    assert one(frame, "exports_total", 2024)["printed"] == "13.01"
    assert one(frame, "skill_high", 2024)["printed"] == "17.93"
    assert one(frame, "tech_low", 2024)["printed"] == ""


def test_shares_and_their_changes() -> None:
    frame = exports.exports_share(EDITION)
    assert one(frame, "tech_high", 2024)["printed"] == "63.48"
    assert one(frame, "tech_high", 2024)["value"] == pytest.approx(100 * 96715 / 152355)
    assert one(exports.share_change(EDITION), "tech_high", 2024)["value"] == pytest.approx(63.48 - 59.72)


def test_concentration_is_that_of_the_shares() -> None:
    frame = exports.concentration(EDITION)
    row = frame[(frame["table"] == "1-2-11") & (frame["year"] == 2024)].iloc[0]
    expected = sum((v / 152355) ** 2 for v in (114175, 28506, 9690))
    assert row["value"] == pytest.approx(expected)
    assert row["low"] < expected < row["high"]


def test_a_contribution_is_a_change_over_the_old_total() -> None:
    old, new, total = (Interval.printed(v, exact=True) for v in ("10", "15", "50"))
    assert exports.contribution_of(old, new, total).point == 10
