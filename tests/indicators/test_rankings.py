"""Ranks: changes, peers, rank correlations against scipy, percentiles."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis import report
from analysis.indicators import rankings
from analysis.interval import Interval, lift

EDITION = report.load()


def one(frame: pd.DataFrame, code: str, entity: str = "", year: int = 2025) -> pd.Series:
    found = frame[(frame["code"] == code) & (frame["entity"] == entity)]
    return (found[found["year"] == year] if found["year"].notna().all() else found).iloc[0]


def test_a_lower_rank_is_an_improvement() -> None:
    frame = rankings.rank_change(EDITION)
    assert one(frame, "TWN", "legal_support")["value"] == 2
    assert one(frame, "TWN", "digital_skills")["value"] == -3
    assert len(frame) == 8 * 12


def test_peers_leave_taiwan_out() -> None:
    ranks = [6, 5, 9, 11, 3, 8, 1]
    frame = rankings.peers(EDITION)
    median, mean = (
        one(frame[frame["indicator"] == f"peer_{k}_rank"], "PEERS", "legal_support") for k in ("median", "mean")
    )
    assert median["value"] == sorted(ranks)[3]
    assert mean["value"] == pytest.approx(sum(ranks) / 7)
    assert one(rankings.mean_rank(EDITION), "TWN", year=2025)["value"] == pytest.approx(
        (11 + 14 + 8 + 45 + 28 + 11) / 6
    )


LISTS = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=9)


@given(LISTS)
def test_rank_correlations_are_those_of_scipy(pairs: list[tuple[int, int]]) -> None:
    old, new = [Fraction(a) for a, _ in pairs], [Fraction(b) for _, b in pairs]
    for method in (stats.spearmanr, stats.kendalltau):
        found = rankings.correlation_of(method, old, new)
        if len(set(old)) == 1 or len(set(new)) == 1:
            assert found is None
        else:
            assert found is not None
            assert float(found.low) == pytest.approx(
                method([float(v) for v in old], [float(v) for v in new]).statistic, abs=1e-11
            )


def test_a_correlation_of_a_half_is_exactly_a_half() -> None:
    found = rankings.correlation_of(stats.spearmanr, [Fraction(v) for v in (1, 2, 3)], [Fraction(v) for v in (2, 1, 3)])
    assert found is not None
    assert found.low == found.high == Fraction(1, 2)


def test_agreement_between_two_years() -> None:
    rho, tau = rankings.spearman(EDITION), rankings.kendall(EDITION)
    assert len(rho) == len(tau) == 12
    talent = one(tau, "LISTED", "foreign_skilled_people")
    assert talent["value"] == 1


def test_percentile_ranks() -> None:
    rank, assessed = Interval.column(["1", "69", "35", "1"], True), Interval.column(["69", "69", "69", "1"], True)
    found = lift(rankings.percentile_of, rank, assessed)
    assert [n and n.point for n in found] == [100, 0, 50, None]
    frame = rankings.percentile(EDITION)
    assert one(frame, "competitiveness")["value"] == pytest.approx(100 * 63 / 68)
    assert one(rankings.top_share(EDITION), "competitiveness")["value"] == pytest.approx(100 * 6 / 69)


def test_risks_and_capabilities() -> None:
    assert one(rankings.risk_change(EDITION), "pollution")["value"] == -4
    assert "armed_conflict" not in set(rankings.risk_change(EDITION)["code"])
    assert one(rankings.years_brought_forward(EDITION), "nl_understanding")["value"] == 25
