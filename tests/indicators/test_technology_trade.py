"""Technology trade: gold values, identities of the indices, incomplete concentration."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import report
from analysis.indicators import technology_trade
from analysis.interval import Interval

EDITION = report.load()
AMOUNTS = st.fractions(min_value=Fraction(1, 100), max_value=1000, max_denominator=100)


def one(frame: pd.DataFrame, code: str) -> pd.Series:
    return frame[frame["code"] == code].iloc[0]


def test_balance_volume_coverage_and_shares_of_electronic_components() -> None:
    balance = one(technology_trade.balance(EDITION), "C26")
    assert (balance["value"], balance["printed"]) == (pytest.approx(80.88), "80.89")
    assert balance["low"] <= 80.89 <= balance["high"]
    assert one(technology_trade.volume(EDITION), "C26")["printed"] == "530.18"
    assert one(technology_trade.coverage(EDITION), "C26")["value"] == pytest.approx(305.53 / 224.65)
    assert one(technology_trade.receipts_share(EDITION), "C26")["printed"] == "42.41"
    assert one(technology_trade.payments_share(EDITION), "C26")["value"] == pytest.approx(100 * 224.65 / 696.56)
    assert one(technology_trade.volume_share(EDITION), "C26")["value"] == pytest.approx(100 * 530.18 / 1417.05)


@given(AMOUNTS, AMOUNTS)
def test_the_indices_obey_their_definitions(receipts: Fraction, payments: Fraction) -> None:
    r, p = Interval.exact(receipts), Interval.exact(payments)
    normalised = technology_trade.normalised_balance_of(r, p).point
    grubel_lloyd = technology_trade.grubel_lloyd_of(r, p).point
    assert normalised == Fraction(receipts - payments) / (receipts + payments)
    assert grubel_lloyd == 1 - abs(Fraction(receipts - payments)) / (receipts + payments)
    assert 0 <= grubel_lloyd <= 1


def test_concentration_of_a_part_allows_for_the_rest() -> None:
    found = technology_trade.concentration_of(Interval.exact(50), Interval.exact(30))
    assert found.low == Fraction(34, 100)
    assert found.high == Fraction(38, 100)
    complete = technology_trade.concentration_of(Interval.exact(50), Interval.exact(50))
    assert complete.low == complete.high == Fraction(1, 2)


def test_concentration_of_receipts_lies_between_its_extremes() -> None:
    frame = technology_trade.concentration(EDITION).set_index("indicator")
    receipts = frame.loc["receipts_concentration"]
    assert receipts["low"] <= receipts["value"] < receipts["high"]
    assert receipts["value"] > frame.loc["volume_concentration", "value"]


def test_partners_are_shares_of_the_tables_totals() -> None:
    frame = technology_trade.partner_share(EDITION)
    china = frame[frame["code"] == "CHN"].iloc[0]
    assert (china["value"], china["printed"]) == (pytest.approx(100 * 182 / 720.49), "25.28")
    assert china["low"] <= 25.28 <= china["high"]


def test_intellectual_property_coverage() -> None:
    frame = technology_trade.intellectual_property_coverage(EDITION)
    assert frame["value"].tolist() == pytest.approx([20 / 52])
    assert frame["printed"].tolist() == ["0.38"]
