"""The table of all indicators: shape, order, and that values lie within their bounds."""

from __future__ import annotations

import importlib
import inspect
from fractions import Fraction

import pandas as pd
import pytest

from analysis import report
from analysis.indicators import FAMILIES, indicators
from analysis.indicators.series import COLUMNS, TIDY, Indicator


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return indicators(report.load())


def test_every_cell_is_a_string_and_every_row_has_its_own_key(table: pd.DataFrame) -> None:
    assert list(table.columns) == COLUMNS
    assert table.map(lambda v: isinstance(v, str)).all(axis=None)
    key = ["table", "code", "indicator", "year"]
    assert not table.duplicated(key).any(), table[table.duplicated(key, keep=False)]


def test_every_value_lies_within_its_bounds(table: pd.DataFrame) -> None:
    known = table[table["value"] != "N/A"]
    for row in known.itertuples():
        assert Fraction(row.low) <= Fraction(row.value) <= Fraction(row.high), row


def test_unknown_values_are_those_of_printed_gaps(table: pd.DataFrame) -> None:
    unknown = table[table["value"] == "N/A"]
    assert set(unknown["code"]) == {"ISR"}
    assert (unknown[["low", "high"]] == "N/A").all(axis=None)


def test_printed_shares_and_sums_lie_within_the_bounds_of_their_recomputation(table: pd.DataFrame) -> None:
    """Where nothing is in doubt: the printed figure is one that the inputs can give."""
    sound = {"funding_share", "real_gdp_growth", "receipts_share", "payments_share", "technology_volume"}
    for row in table[table["indicator"].isin(sound) & (table["printed"] != "")].itertuples():
        half = Fraction(1, 2 * 10 ** len(row.printed.partition(".")[2]))
        assert Fraction(row.low) - half <= Fraction(row.printed) <= Fraction(row.high) + half, row


@pytest.mark.parametrize(
    ("indicator", "family"),
    [
        ("implied_gdp", "research"),
        ("gerd_growth", "research"),
        ("gerd_intensity", "research"),
        ("funding_share", "research"),
        ("implied_employment", "research"),
        ("technology_balance", "technology_trade"),
        ("coverage_ratio", "technology_trade"),
        ("technology_volume", "technology_trade"),
        ("volume_share", "technology_trade"),
        ("value_added_rate", "value_added"),
        ("implied_output", "value_added"),
        ("patents_listed_share", "patents"),
        ("implied_population", "patents"),
        ("patent_density", "patents"),
        ("revealed_technology_advantage_TWN", "patents"),
        ("exports_share", "exports"),
        ("exports_growth_contribution", "exports"),
        ("real_gdp_growth", "macro"),
        ("rank_change_legal_support", "rankings"),
    ],
)
def test_the_indicators_of_the_plan_are_there(indicator: str, family: str, table: pd.DataFrame) -> None:
    assert indicator in set(table["indicator"])
    assert family in FAMILIES


def test_the_order_is_that_of_the_families(table: pd.DataFrame) -> None:
    first = {name: i for i, name in reversed(list(enumerate(table["indicator"])))}
    assert first["gerd_growth"] < first["exports_share"] < first["technology_balance"] < first["value_added_rate"]


def test_tidy_frames_carry_floats_and_keys() -> None:
    edition = report.load()
    research = importlib.import_module("analysis.indicators.research")
    frame = research.implied_gdp(edition)
    assert list(frame.columns) == TIDY
    assert frame["year"].dtype.kind == "i"
    assert all(frame[name].dtype.kind == "f" for name in ("value", "low", "high"))
    assert (frame["low"] < frame["value"]).all()
    assert (frame["value"] < frame["high"]).all()


def test_every_public_function_is_documented() -> None:
    for family in FAMILIES:
        module = importlib.import_module(f"analysis.indicators.{family}")
        assert module.__doc__
        for name, member in vars(module).items():
            own = getattr(member, "__module__", "") == module.__name__
            documented = isinstance(member, Indicator) or (own and inspect.isfunction(member))
            if documented and not name.startswith("_"):
                assert (member.__doc__ or "").strip().endswith((".", "`")), f"{family}.{name}"
