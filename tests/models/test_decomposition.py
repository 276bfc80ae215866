"""The parts add up exactly, for the report and for any numbers, and bounds hold."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import report
from analysis.interval import Interval, floats
from analysis.models import decomposition as d

REPORT = report.load()

amounts = st.integers(50, 5000)
rates = st.integers(500, 6000).map(lambda v: f"{v / 100:.2f}")
industry = st.tuples(amounts, rates, amounts, rates)


def cell(printed: str) -> d.Cell:
    """A printed number with its bounds."""
    value, low, high = floats([Interval.printed(printed)])
    return float(value[0]), float(low[0]), float(high[0])


def table(rows: list[tuple[int, str, int, str]]) -> tuple[dict, dict]:
    """Two years of industries with a total that leaves a residual."""
    before = {f"I{i}": (cell(str(v)), cell(r)) for i, (v, r, _, _) in enumerate(rows)}
    after = {f"I{i}": (cell(str(v)), cell(r)) for i, (_, _, v, r) in enumerate(rows)}
    for year in (before, after):
        value = sum(v[0] for v, _ in year.values()) + 900
        output = sum(v[0] / r[0] for v, r in year.values()) + 900 / 25
        year["T"] = (cell(f"{value:.0f}"), cell(f"{float(value / output):.2f}"))
    return before, after


@given(st.lists(industry, min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_shift_share_is_an_exact_identity(rows: list[tuple[int, str, int, str]]) -> None:
    before, after = table(rows)
    split = d.shift_share(before, after, "T", (2000, 2001))
    assert split.within + split.structure == pytest.approx(split.change, abs=1e-9)
    assert sum(split.base) == pytest.approx(split.change, abs=1e-9)


def test_the_reports_rate_splits_exactly() -> None:
    split = d.value_added(REPORT)
    assert split.change == pytest.approx(10.61)
    assert split.within + split.structure == pytest.approx(split.change, abs=1e-12)
    frame = split.table
    assert frame["code"].iloc[-2:].tolist() == ["other", "all"]
    assert frame["total"].iloc[:-1].sum() == pytest.approx(frame["total"].iloc[-1], abs=1e-12)


def test_shift_share_equals_a_plain_float_calculation() -> None:
    value = REPORT.numbers("1-2-16", "value_added")[[2014, 2023]]
    rate = REPORT.numbers("1-2-16", "value_added_rate")[[2014, 2023]]
    output = value / rate
    share = output / output.loc["C"]
    own = share.mean(axis=1) * (rate[2023] - rate[2014])
    moved = (rate.mean(axis=1) - rate.loc["C"].mean()) * (share[2023] - share[2014])
    frame = d.value_added(REPORT).table.set_index("code")
    for code in rate.index.drop("C"):
        assert frame.at[code, "within"] == pytest.approx(own[code], rel=1e-10)
        assert frame.at[code, "structure"] == pytest.approx(moved[code], rel=1e-9)


def test_shift_share_bounds_hold_for_unrounded_inputs() -> None:
    frame = d.value_added(REPORT).table.set_index("code")
    cells = REPORT.cells(["1-2-16"])
    generator = np.random.default_rng(3)
    value = REPORT.numbers("1-2-16", "value_added")[[2014, 2023]]
    rate = REPORT.numbers("1-2-16", "value_added_rate")[[2014, 2023]]
    assert not cells.empty
    for _ in range(300):
        v = value + generator.uniform(-0.5, 0.5, value.shape)
        r = rate + generator.uniform(-0.005, 0.005, rate.shape)
        output = v / r
        share = output / output.loc["C"]
        own = share.mean(axis=1) * (r[2023] - r[2014])
        moved = (r.mean(axis=1) - r.loc["C"].mean()) * (share[2023] - share[2014])
        for code in rate.index.drop("C"):
            assert frame.at[code, "within_low"] - 1e-6 <= own[code] <= frame.at[code, "within_high"] + 1e-6
            assert frame.at[code, "structure_low"] - 1e-6 <= moved[code] <= frame.at[code, "structure_high"] + 1e-6


def test_shift_share_bounds_are_attained() -> None:
    """Those of the whole were three times too wide when the residual's inputs were taken as independent."""
    row = d.value_added(REPORT).table.set_index("code").loc["all"]
    assert (row["within_low"], row["within_high"]) == (pytest.approx(8.548, abs=5e-4), pytest.approx(8.574, abs=5e-4))
    assert (row["structure_low"], row["structure_high"]) == (
        pytest.approx(2.042, abs=5e-4),
        pytest.approx(2.055, abs=5e-4),
    )


def test_an_industry_without_a_number_joins_the_residual(tmp_path: Path) -> None:
    shutil.copytree(report.DATA, tmp_path / "data")
    path = tmp_path / "data" / "tables" / "1-2-16.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('電子零組件業,1,"18,990"', "電子零組件業,1,N/A"), encoding="utf-8")
    split, whole = d.value_added(report.load(tmp_path / "data")), d.value_added(REPORT)
    assert set(whole.table["code"]) - set(split.table["code"]) == {"C26"}
    assert split.change == whole.change
    assert split.within + split.structure == pytest.approx(split.change)


def test_shift_share_refuses_what_it_cannot_split() -> None:
    one = {"A": (cell("100"), cell("20.00")), "T": (cell("90"), cell("20.00"))}
    with pytest.raises(ValueError, match="exceed"):
        d.shift_share(one, one, "T", (2000, 2001))
    zero = {"A": (cell("10"), cell("0.00")), "T": (cell("90"), cell("20.00"))}
    with pytest.raises(ValueError, match="positive"):
        d.shift_share(zero, zero, "T", (2000, 2001))
    with pytest.raises(ValueError, match="same industries"):
        d.shift_share(one, {"T": one["T"]}, "T", (2000, 2001))
    with pytest.raises(ValueError, match="no year"):
        d.value_added(REPORT, 1999, 2023)


@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6))
def test_log_mean_lies_between_its_arguments_and_is_symmetric(a: float, b: float) -> None:
    mean = d.log_mean(a, b)
    assert min(a, b) * (1 - 1e-9) <= mean <= max(a, b) * (1 + 1e-9)
    assert mean == pytest.approx(d.log_mean(b, a), rel=1e-9)
    assert math.sqrt(a * b) * (1 - 1e-9) <= mean <= (a + b) / 2 * (1 + 1e-9)


def test_log_mean_near_equality_and_at_zero() -> None:
    assert d.log_mean(2.0, 2.0) == 2.0
    assert d.log_mean(2.0 + 1e-10, 2.0) == pytest.approx(2.0, rel=1e-9)
    with pytest.raises(ValueError, match="positive"):
        d.log_mean(0.0, 1.0)


def test_lmdi_effects_add_up_for_every_country() -> None:
    found = d.research(REPORT)
    assert len(found) == 19
    for one in found:
        assert one.gdp + one.intensity == pytest.approx(one.change, abs=1e-9)
        assert one.gdp_low <= one.gdp <= one.gdp_high
        assert one.intensity_low <= one.intensity <= one.intensity_high


def test_lmdi_equals_the_integral_along_exponential_paths() -> None:
    """LMDI is the Divisia integral when both factors grow exponentially; done by quadrature here."""
    (g0, g1), (i0, i1) = (459.0, 599.0), (3.49, 3.98)
    one = d.lmdi((cell("459"), cell("599")), (cell("3.49"), cell("3.98")))
    u = (np.arange(20000) + 0.5) / 20000
    path = g0 * (g1 / g0) ** u
    assert one.intensity == pytest.approx(float((path * math.log(i1 / i0)).mean()), rel=1e-8)


def test_lmdi_bounds_hold_inside_the_box() -> None:
    one = d.lmdi((cell("83"), cell("86")), (cell("2.14"), cell("1.85")))
    generator = np.random.default_rng(1)
    for g0, g1, i0, i1 in generator.uniform([82.5, 85.5, 2.135, 1.845], [83.5, 86.5, 2.145, 1.855], (500, 4)):
        effect = d.log_mean(g1, g0) * math.log(i1 / i0)
        assert one.intensity_low <= effect <= one.intensity_high
        assert one.gdp_low <= g1 - g0 - effect <= one.gdp_high


def test_half_in_logarithms_is_less_than_half_alone() -> None:
    own = next(r for r in d.research(REPORT) if r.code == "TWN")
    assert own.gdp_share == pytest.approx(100 * math.log(599 / 459 * 3.49 / 3.98) / math.log(599 / 459))
    assert own.alone_share == pytest.approx(100 * (599 / 459 * 3.49 / 3.98 - 1) / (599 / 459 - 1))
    assert (round(own.gdp_share), round(own.alone_share)) == (51, 47)


def test_real_gdp_confirms_the_quotient_for_taiwan() -> None:
    quotient, real = d.research_on_real_gdp(REPORT)
    assert real.gdp_growth == pytest.approx(100 * (226083 / 204022 * 1.0342 - 1))
    assert abs(real.gdp_growth - quotient.gdp_growth) < 0.3
    assert real.gdp + real.intensity == pytest.approx(140)


@pytest.mark.parametrize(("old", "new"), [('"223,576"', "0"), ("3.42,", "-100.00,")])
def test_a_year_of_no_real_gdp_or_after_one_is_left_out(old: str, new: str, data_copy: Path) -> None:
    path = data_copy / "tables/1-2-8.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    _, real = d.research_on_real_gdp(report.load(data_copy))
    assert math.isfinite(real.gdp_growth)


@pytest.mark.parametrize("table_number", ["1-2-9", "1-2-10", "1-2-11"])
def test_contributions_add_up_and_are_bounded_by_the_shares(table_number: str) -> None:
    found = d.exports(REPORT, table_number).set_index("code")
    assert found["points"].iloc[1:].sum() == pytest.approx(found["points"].iloc[0])
    shares = REPORT.numbers(table_number, "share")
    growth = 152355 / 134821
    for code in found.index[1:-1]:
        middle = shares.at[code, 2024] * growth - shares.at[code, 2023]
        assert found.at[code, "low"] == pytest.approx(middle - 0.005 * (1 + growth), abs=1e-3)
        assert found.at[code, "high"] == pytest.approx(middle + 0.005 * (1 + growth), abs=1e-3)


def test_the_sign_of_low_capital_intensity_is_open() -> None:
    row = d.exports(REPORT, "1-2-10").set_index("code").loc["capital_low"]
    assert row["low"] < 0 < row["high"]


def test_amounts_printed_in_full_have_no_bounds(data_copy: Path) -> None:
    package = json.loads((data_copy / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            field["exact"] = field["name"].startswith(("gerd_2", "gerd_intensity_2"))
    (data_copy / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    for one in d.research(report.load(data_copy)):
        assert (one.gdp_low, one.gdp_high) == pytest.approx((one.gdp, one.gdp), rel=1e-9)
        assert (one.intensity_low, one.intensity_high) == pytest.approx((one.intensity, one.intensity), rel=1e-9)
