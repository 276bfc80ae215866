"""Macroeconomy and population."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis import report
from analysis.indicators import macro

EDITION = report.load()


def one(frame: pd.DataFrame, code: str, year: int) -> pd.Series:
    return frame[(frame["code"] == code) & (frame["year"] == year)].iloc[0]


def test_economic_growth_stands_beside_the_printed_rate() -> None:
    frame = macro.real_gdp_growth(EDITION)
    assert frame["printed"].tolist() == ["6.72", "2.68", "1.12", "4.59"]
    assert frame["value"].tolist() == pytest.approx([float(v) for v in frame["printed"]], abs=0.005)


def test_wage_and_income_growth() -> None:
    assert one(macro.real_wage_growth(EDITION), "real_wage", 2023)["value"] < 0
    income = one(macro.income_growth(EDITION), "national_income_per_head", 2024)
    assert income["value"] == pytest.approx(100 * (942680 / 856657 - 1))
    assert len(macro.compound(EDITION)) == 3
    assert one(macro.real_gdp_index(EDITION), "real_gdp", 2021)["value"] == pytest.approx(100)


def test_population_grows_shrinks_and_makes_up_a_share() -> None:
    frame = macro.population_growth(EDITION)
    assert one(frame, "CHN", 2035)["value"] == pytest.approx(100 * (1363 / 1421 - 1))
    assert one(macro.population_cagr(EDITION), "IND", 2035)["value"] == pytest.approx(
        100 * ((1568 / 1444) ** (1 / 11) - 1)
    )
    assert one(macro.population_world_share(EDITION), "IND", 2024)["value"] == pytest.approx(100 * 1444 / 8130)


def test_two_measures_of_real_gdp_move_together() -> None:
    frame = macro.implied_conversion(EDITION)
    assert frame["year"].tolist() == [2020, 2021, 2022, 2023]
    assert frame["value"].between(14.9, 15.1).all()
