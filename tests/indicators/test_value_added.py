"""Value added: implied output, the rest of manufacturing, growth over uneven spans."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis import report
from analysis.indicators import value_added
from analysis.interval import Interval, share

EDITION = report.load()


def one(frame: pd.DataFrame, code: str, year: int) -> pd.Series:
    return frame[(frame["code"] == code) & (frame["year"] == year)].iloc[0]


def test_output_implied_by_the_rate() -> None:
    found = one(value_added.implied_output(EDITION), "C", 2023)
    assert found["value"] == pytest.approx(80571 / 0.3481)
    assert found["low"] == pytest.approx(80570.5 / 0.34815)
    inputs = one(value_added.intermediate(EDITION), "C", 2023)
    assert inputs["value"] == pytest.approx(80571 / 0.3481 - 80571)


def test_rate_output_and_intermediate_consumption_close_the_account() -> None:
    amount, output = Interval.printed("30", exact=True), Interval.printed("120", exact=True)
    rate = share(amount, output)
    assert rate.point == 25
    assert value_added.intermediate_of(amount, rate).point == 90


def test_shares_stand_beside_the_printed_ones() -> None:
    found = one(value_added.share_of_total(EDITION), "C26", 2023)
    assert (round(found["value"], 4), found["printed"]) == (pytest.approx(45.3749, abs=1e-4), "45.37")
    assert one(value_added.output_share(EDITION), "C26", 2023)["value"] < found["value"]


def test_growth_covers_a_year_or_seven() -> None:
    columns = value_added.growth_of_value_added.columns(EDITION)
    assert {column.first_year for column in columns} == {None, 2014}
    years = {row[4] for column in columns for row in column.rows()}
    assert years == {"2014-2021", "2022", "2023"}
    assert one(value_added.growth_of_value_added(EDITION), "C26", 2023)["value"] == pytest.approx(
        100 * (36559 / 40600 - 1)
    )
    assert one(value_added.rate_change(EDITION), "C26", 2023)["value"] == pytest.approx(-0.12)
    assert one(value_added.cagr(EDITION), "C", 2023)["value"] == pytest.approx(100 * ((80571 / 50566) ** (1 / 9) - 1))


def test_the_rest_of_manufacturing_is_the_total_less_the_ten() -> None:
    frame = value_added.rest_of_manufacturing(EDITION).set_index(["indicator", "year"])
    printed = EDITION.numbers("1-2-16", "value_added")
    rest = printed.loc["C", 2023] - printed.drop(index="C")[2023].sum()
    assert frame.loc[("value_added_rest", 2023), "value"] == rest
    output = frame.loc[("implied_output_rest", 2023), "value"]
    assert frame.loc[("value_added_rate_rest", 2023), "value"] == pytest.approx(100 * rest / output)
