"""Research and development: gold values by hand, and identities."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import report
from analysis.indicators import research
from analysis.interval import Interval, UndefinedError, growth

EDITION = report.load()


def one(frame: pd.DataFrame, code: str, year: int) -> pd.Series:
    return frame[(frame["code"] == code) & (frame["year"] == year)].iloc[0]


def test_the_gdp_that_taiwans_intensity_implies() -> None:
    found = one(research.implied_gdp(EDITION), "TWN", 2023)
    assert found["value"] == pytest.approx(599 / 0.0398)
    assert found["low"] == pytest.approx(598.5 / 0.03985)
    assert found["high"] == pytest.approx(599.5 / 0.03975)
    assert found["unit"] == "億美元"


def test_more_printed_digits_give_narrower_bounds() -> None:
    coarse = one(research.implied_gdp(EDITION), "TWN", 2023)
    fine = one(research.implied_gdp_from_sources(EDITION), "GERD", 2023)
    assert coarse["low"] <= fine["low"] < fine["high"] <= coarse["high"]


def test_implied_gdp_growth_follows_the_printed_rates() -> None:
    found = one(research.implied_gdp_growth(EDITION), "TWN", 2023)
    assert found["value"] == pytest.approx(100 * (1.0183 / 1.0054 - 1))
    assert found["high"] - found["low"] < 0.021


def test_implied_employment_growth_follows_the_printed_rates() -> None:
    found = research.implied_employment_growth(EDITION)
    taiwan = one(found, "TWN", 2023)
    assert taiwan["value"] == pytest.approx(100 * (1.0246 / 1.0148 - 1))
    assert taiwan["low"] == pytest.approx(100 * (1.02455 / 1.01485 - 1))
    assert one(found, "CHE", 2023)["value"] == 0
    assert pd.isna(one(found, "ISR", 2023)["value"])


POSITIVE = st.fractions(min_value=1, max_value=1000, max_denominator=100)


@given(POSITIVE, POSITIVE, POSITIVE, POSITIVE)
def test_growth_of_a_quotients_denominator(a0: Fraction, a1: Fraction, b0: Fraction, b1: Fraction) -> None:
    """From numerator and quotient growing, the growth of the denominator comes back."""
    a, b, q = ([Interval.exact(v) for v in pair] for pair in ((a0, a1), (b0, b1), (a0 / b0, a1 / b1)))
    assert research.growth_of_quotient(growth(*a), growth(*q)) == growth(*b)


@given(POSITIVE, POSITIVE)
def test_an_implied_denominator_undoes_the_percentage(amount: Fraction, base: Fraction) -> None:
    percentage = Interval.exact(100 * amount / base)
    assert research.implied_denominator(Interval.exact(amount), percentage) == Interval.exact(base)


def test_a_zero_percentage_implies_nothing() -> None:
    with pytest.raises(UndefinedError):
        research.implied_denominator(Interval.exact(5), Interval.printed("0.0"))


def test_funding_shares_and_changes_stand_beside_the_printed_ones() -> None:
    shares = research.funding_share(EDITION)
    assert one(shares, "BES", 2023)["value"] == pytest.approx(100 * 508.43 / 599.32)
    assert one(shares, "BES", 2023)["printed"] == "84.83"
    assert one(research.funding_change(EDITION), "BES", 2023)["printed"] == "5.85"
    assert one(research.funding_share_change(EDITION), "BES", 2023)["printed"] == "-0.56"
    assert one(research.funding_share_change(EDITION), "BES", 2023)["value"] == pytest.approx(-0.56)


def test_employment_follows_the_unit_that_is_assumed() -> None:
    printed = one(research.implied_employment(EDITION), "TWN", 2023)
    larger = one(research.implied_employment_ten_thousand(EDITION), "TWN", 2023)
    assert printed["value"] == pytest.approx(17.58 * 1_000 / 15.25 * 1_000 / 1e6)
    assert larger["value"] == pytest.approx(10 * printed["value"])


def test_expenditure_per_researcher() -> None:
    assert one(research.gerd_per_researcher(EDITION), "TWN", 2023)["value"] == pytest.approx(599 / 17.58)


def test_israel_has_no_researchers_in_the_table() -> None:
    frame = research.researchers_growth(EDITION)
    israel = frame[frame["code"] == "ISR"]
    assert israel["value"].isna().all()
    assert set(israel.loc[israel["year"] >= 2022, "printed"]) == {"N/A"}
