"""The parts add up exactly, for the report and for any numbers, and bounds hold."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import report
from analysis.models import decomposition as d

REPORT = report.load()

amounts = st.integers(50, 5000)
rates = st.integers(500, 6000).map(lambda v: f"{v / 100:.2f}")
industry = st.tuples(amounts, rates, amounts, rates)


def table(rows: list[tuple[int, str, int, str]]) -> tuple[dict, dict]:
    """Two years of industries with a total that leaves a residual."""
    before = {f"I{i}": (d.cell(str(v)), d.cell(r)) for i, (v, r, _, _) in enumerate(rows)}
    after = {f"I{i}": (d.cell(str(v)), d.cell(r)) for i, (_, _, v, r) in enumerate(rows)}
    for year in (before, after):
        value = sum(v.value for v, _ in year.values()) + 900
        output = sum(v.value / r.value for v, r in year.values()) + Fraction(900, 25)
        year["T"] = (d.cell(str(value)), d.cell(f"{float(value / output):.2f}"))
    return before, after


@given(st.lists(industry, min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_shift_share_is_an_exact_identity(rows: list[tuple[int, str, int, str]]) -> None:
    before, after = table(rows)
    try:
        split = d.shift_share(before, after, "T", (2000, 2001))
    except ValueError:
        return  # the rounded total left no residual industry
    assert split.within + split.structure == split.change
    assert sum(p.share_before for p in split.parts) == 1
    assert sum(p.share_after for p in split.parts) == 1


def test_the_reports_rate_splits_exactly() -> None:
    split = d.value_added(REPORT)
    assert split.change == Fraction("34.81") - Fraction("24.20")
    assert split.within + split.structure == split.change
    frame = split.frame()
    assert frame["code"].iloc[-2:].tolist() == ["other", "all"]
    assert frame["total"].iloc[:-1].sum() == pytest.approx(frame["total"].iloc[-1], abs=1e-12)


def test_shift_share_equals_a_plain_float_calculation() -> None:
    value = REPORT.numbers("1-2-16", "value_added")[[2014, 2023]]
    rate = REPORT.numbers("1-2-16", "value_added_rate")[[2014, 2023]]
    output = value / rate
    share = output / output.loc["C"]
    own = share.mean(axis=1) * (rate[2023] - rate[2014])
    moved = (rate.mean(axis=1) - rate.loc["C"].mean()) * (share[2023] - share[2014])
    frame = d.value_added(REPORT).frame().set_index("code")
    for code in rate.index.drop("C"):
        assert frame.at[code, "within"] == pytest.approx(own[code], rel=1e-10)
        assert frame.at[code, "structure"] == pytest.approx(moved[code], rel=1e-9)


def test_shift_share_bounds_hold_for_unrounded_inputs() -> None:
    frame = d.value_added(REPORT).frame().set_index("code")
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
        assert (
            frame.at["other", "within_low"]
            <= (r.loc["C", 2023] - r.loc["C", 2014])
            - own.drop("C").sum()
            - moved.drop("C").sum()
            - frame.at["other", "structure_low"]
        )


def test_shift_share_refuses_what_it_cannot_split() -> None:
    one = {"A": (d.cell("100"), d.cell("20.00")), "T": (d.cell("90"), d.cell("20.00"))}
    with pytest.raises(ValueError, match="exceed"):
        d.shift_share(one, one, "T", (2000, 2001))
    zero = {"A": (d.cell("10"), d.cell("0.00")), "T": (d.cell("90"), d.cell("20.00"))}
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
        assert one.gdp_bounds[0] <= one.gdp <= one.gdp_bounds[1]
        assert one.intensity_bounds[0] <= one.intensity <= one.intensity_bounds[1]


def test_lmdi_equals_the_integral_along_exponential_paths() -> None:
    """LMDI is the Divisia integral when both factors grow exponentially; done by quadrature here."""
    (g0, g1), (i0, i1) = (459.0, 599.0), (3.49, 3.98)
    one = d.lmdi((d.cell("459"), d.cell("599")), (d.cell("3.49"), d.cell("3.98")))
    u = (np.arange(20000) + 0.5) / 20000
    path = g0 * (g1 / g0) ** u
    assert one.intensity == pytest.approx(float((path * math.log(i1 / i0)).mean()), rel=1e-8)


def test_lmdi_bounds_hold_inside_the_box() -> None:
    one = d.lmdi((d.cell("83"), d.cell("86")), (d.cell("2.14"), d.cell("1.85")))
    generator = np.random.default_rng(1)
    for g0, g1, i0, i1 in generator.uniform([82.5, 85.5, 2.135, 1.845], [83.5, 86.5, 2.145, 1.855], (500, 4)):
        effect = d.log_mean(g1, g0) * math.log(i1 / i0)
        assert one.intensity_bounds[0] <= effect <= one.intensity_bounds[1]
        assert one.gdp_bounds[0] <= g1 - g0 - effect <= one.gdp_bounds[1]


@pytest.mark.parametrize("table_number", ["1-2-9", "1-2-10", "1-2-11"])
def test_contributions_add_up_to_growth_exactly(table_number: str) -> None:
    cells = REPORT.cells([table_number])
    cells = cells[cells["measure"] == "exports"]
    first, last = (
        {c: d.cell(p) for c, p in zip(part["code"], part["printed"], strict=True)}
        for part in (cells[cells["year"] == "2023"], cells[cells["year"] == "2024"])
    )
    growth, parts = d.contributions(first, last, "exports_total")
    assert sum((p.points for p in parts), Fraction(0)) == growth
    assert growth == 100 * (Fraction(152355, 134821) - 1)
    assert all(p.bounds.low <= p.points <= p.bounds.high for p in parts)


def test_contributions_need_a_positive_start() -> None:
    with pytest.raises(ValueError, match="positive"):
        d.contributions({"A": d.cell("1"), "T": d.cell("0")}, {"A": d.cell("1"), "T": d.cell("2")}, "T")
