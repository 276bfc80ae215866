"""Interval arithmetic on printed numbers: never too narrow, never a float, never a false alarm."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import rounding
from analysis.rounding import MODES, CompoundGrowth, Interval, Intervals, cagr, decimals_of, growth, round_fraction

ROUNDERS = st.sampled_from(MODES)
TRUE_VALUES = st.fractions(min_value=-10_000, max_value=10_000, max_denominator=10_000)
PLACES = st.integers(0, 4)


@st.composite
def rounded(draw: st.DrawFn, positive: bool = False) -> tuple[Fraction, str, str]:
    """A true value, how it prints, and the interval mode that must cover it."""
    value = abs(draw(TRUE_VALUES)) if positive else draw(TRUE_VALUES)
    mode = draw(ROUNDERS)
    printed = rounding.round_fraction(value, draw(PLACES), mode)
    return value, printed, "truncate" if mode == "truncate" else "nearest"


def stands_for(*cells: tuple[Fraction, str, str]) -> list[Intervals]:
    return [Intervals.from_printed([printed], mode=mode) for _, printed, mode in cells]


def holds(iv: Intervals, value: Fraction) -> bool:
    """Whether the one element is unknown or contains the value."""
    found = iv[0]
    return found is None or found.low <= value <= found.high


# ---------------------------------------------------------------- printed strings


def test_a_printed_number_stands_for_half_a_unit_either_side() -> None:
    iv = Intervals.from_printed(["3.40", "599", "-0.56", "1,341"])
    assert iv[0] == Interval(Fraction("3.395"), Fraction("3.405"))
    assert iv[1] == Interval(Fraction("598.5"), Fraction("599.5"))
    assert iv[2] == Interval(Fraction("-0.565"), Fraction("-0.555"))
    assert iv[3] == Interval(Fraction("1340.5"), Fraction("1341.5"))


def test_an_exact_count_stands_for_itself() -> None:
    iv = Intervals.from_printed(["10479", "449"], exact=[True, False])
    assert iv[0] == Interval(Fraction(10479), Fraction(10479))
    assert list(iv.degenerate()) == [True, False]


def test_truncated_digits_leave_room_away_from_zero_only() -> None:
    iv = Intervals.from_printed(["3.40", "-0.56", "0.0"], mode="truncate")
    assert iv[0] == Interval(Fraction("3.40"), Fraction("3.41"))
    assert iv[1] == Interval(Fraction("-0.57"), Fraction("-0.56"))
    assert iv[2] == Interval(Fraction("-0.1"), Fraction("0.1"))


@pytest.mark.parametrize("missing", ["N/A", "", None])
def test_a_missing_number_is_unknown_and_stays_so(missing: str | None) -> None:
    gap, two = Intervals.from_printed([missing]), Intervals.from_printed(["2"])
    for iv in (gap, gap + two, two - gap, gap * two, two / gap, -gap, abs(gap), rounding.growth(gap, two)):
        assert iv[0] is None
        assert not iv.known[0]
        assert np.isnan(iv.low_float()[0])
        assert np.isnan(iv.high_float()[0])
    assert not gap.overlaps(two)[0]
    assert not two.contains(gap)[0]
    assert rounding.cagr(gap, two, 3)[0] is None
    assert gap.sum() is None


@pytest.mark.parametrize("text", ["abc", "1.2.3", "1.", ".5", "--2", "1-", "1e5", " ", "4.59*", "↓ 0.56", "1_000"])
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="not a printed number"):
        Intervals.from_printed(["1", text])


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError):
        Intervals.from_printed([3.4])  # type: ignore[list-item]
    with pytest.raises(TypeError):
        Intervals.point(["1"]) * 0.5  # type: ignore[operator]
    with pytest.raises(TypeError):
        Intervals.from_bounds([0.5])  # type: ignore[list-item]


def test_empty_columns_work() -> None:
    nothing = Intervals.from_printed([])
    assert len(nothing) == 0
    assert len(nothing + nothing) == 0
    assert len(rounding.growth(nothing, nothing)) == 0
    assert rounding.explains(nothing, []).modes == MODES


@given(st.lists(st.tuples(st.integers(-(10**30), 10**30), PLACES), min_size=1, max_size=5))
def test_numbers_of_any_length_are_exact(cells: list[tuple[int, int]]) -> None:
    values = [Fraction(n, 10**k) for n, k in cells]
    printed = [rounding.round_fraction(v, k, "truncate") for v, (_, k) in zip(values, cells, strict=True)]
    assert Intervals.point(printed).lows() == values
    assert (Intervals.point(printed) * Intervals.point(printed)).highs() == [v * v for v in values]


# ---------------------------------------------------------------- the interval holds the truth


@given(rounded())
def test_the_interval_of_a_printed_number_holds_the_true_value(cell: tuple[Fraction, str, str]) -> None:
    assert holds(stands_for(cell)[0], cell[0])


@given(rounded(), rounded())
def test_sums_differences_products_and_quotients_hold_the_true_value(
    a: tuple[Fraction, str, str], b: tuple[Fraction, str, str]
) -> None:
    x, y = stands_for(a, b)
    assert holds(x + y, a[0] + b[0])
    assert holds(x - y, a[0] - b[0])
    assert holds(x * y, a[0] * b[0])
    assert holds(-x, -a[0])
    assert holds(abs(x), abs(a[0]))
    quotient = rounding.ratio(x, y)
    if b[0] == 0:
        assert quotient[0] is None
    else:
        assert holds(quotient, a[0] / b[0])
        assert holds(rounding.share(x, y), 100 * a[0] / b[0])
        assert holds(rounding.growth(y, x), 100 * (a[0] - b[0]) / b[0])


@given(rounded(), st.fractions(min_value=-50, max_value=50, max_denominator=60))
def test_scalars_on_either_side_hold_the_true_value(cell: tuple[Fraction, str, str], k: Fraction) -> None:
    (x,) = stands_for(cell)
    value = cell[0]
    assert holds(x + k, value + k)
    assert holds(k + x, value + k)
    assert holds(x - k, value - k)
    assert holds(k - x, k - value)
    assert holds(x * k, value * k)
    assert holds(k * x, value * k)
    if k:
        assert holds(x / k, value / k)
    if value:
        assert holds(k / x, k / value)


@given(rounded(positive=True), rounded(positive=True), st.integers(1, 12))
def test_compound_growth_holds_the_true_value(
    a: tuple[Fraction, str, str], b: tuple[Fraction, str, str], years: int
) -> None:
    first, last = stands_for(a, b)
    iv = rounding.cagr(first, last, years)
    if a[0] == 0:
        assert iv[0] is None
    found = iv[0]
    if found is not None:
        quotient = b[0] / a[0]
        assert (1 + found.low / 100) ** years <= quotient or found.low < -100
        assert quotient <= (1 + found.high / 100) ** years


BOUNDS = st.tuples(TRUE_VALUES, TRUE_VALUES).map(sorted)


@given(st.lists(st.tuples(BOUNDS, BOUNDS), min_size=1, max_size=6))
def test_products_are_as_tight_as_they_can_be(pairs: list[tuple[list[Fraction], list[Fraction]]]) -> None:
    x = Intervals.from_bounds([a[0] for a, _ in pairs], [a[1] for a, _ in pairs])
    y = Intervals.from_bounds([b[0] for _, b in pairs], [b[1] for _, b in pairs])
    for (a, b), found in zip(pairs, x * y, strict=True):
        ends = [p * q for p in a for q in b]
        assert found == Interval(min(ends), max(ends))
    for (a, b), found in zip(pairs, x / y, strict=True):
        if b[0] <= 0 <= b[1]:
            assert found is None
        else:
            ends = [p / q for p in a for q in b]
            assert found == Interval(min(ends), max(ends))
    for (a, _), found in zip(pairs, abs(x), strict=True):
        straddles = a[0] < 0 < a[1]
        assert found == Interval(Fraction(0) if straddles else min(map(abs, a)), max(map(abs, a)))


@given(st.lists(st.tuples(BOUNDS, BOUNDS), min_size=1, max_size=6))
def test_comparisons_agree_with_fractions(pairs: list[tuple[list[Fraction], list[Fraction]]]) -> None:
    x = Intervals.from_bounds([a[0] for a, _ in pairs], [a[1] for a, _ in pairs])
    y = Intervals.from_bounds([b[0] for _, b in pairs], [b[1] for _, b in pairs])
    assert list(x.overlaps(y)) == [a[0] <= b[1] and b[0] <= a[1] for a, b in pairs]
    assert list(x.contains(y)) == [a[0] <= b[0] and b[1] <= a[1] for a, b in pairs]
    assert x.slack(y).lows() == [min(a[1], b[1]) - max(a[0], b[0]) for a, b in pairs]
    for a, low, high in zip((a for a, _ in pairs), x.low_float(), x.high_float(), strict=True):
        assert Fraction(low) <= a[0]
        assert a[1] <= Fraction(high)
        assert high - low <= float(a[1] - a[0]) + 1e-11


def test_growth_is_tight_although_the_old_value_occurs_twice() -> None:
    old, new = Intervals.from_printed(["589"]), Intervals.from_printed(["599"])
    iv = rounding.growth(old, new)[0]
    assert iv is not None
    assert iv.low == 100 * (Fraction("598.5") / Fraction("589.5") - 1)
    assert iv.high == 100 * (Fraction("599.5") / Fraction("588.5") - 1)


def test_a_denominator_that_may_be_zero_gives_unknown_not_an_exception() -> None:
    zero = Intervals.from_printed(["0", "0.00", "0", "2"], exact=[False, False, True, True])
    one = Intervals.from_printed(["1", "1", "1", "1"])
    for iv in (
        one / zero,
        rounding.share(one, zero),
        rounding.growth(zero, one),
        rounding.cagr(zero, one, 2),
        1 / zero,
    ):
        assert list(iv.known) == [False, False, False, True]


def test_big_integers_take_over_where_int64_would_overflow() -> None:
    x = Intervals.point(["999999999999.999999", "2"])
    product = x * x * x * x
    assert product.lows() == [Fraction("999999999999.999999") ** 4, Fraction(16)]
    assert (product / product).lows() == [1, 1]
    assert product.overlaps(product).all()
    assert (product - product).lows() == [0, 0]


def test_columns_slice_select_and_join() -> None:
    iv = Intervals.from_printed(["1", "2", "N/A", "4"])
    assert [v is None for v in iv[1:3]] == [False, True]
    assert len(iv[np.array([True, False, False, True])]) == 2
    assert Intervals.concat([iv[[3]], iv[[0]]]).lows() == [Fraction("3.5"), Fraction("0.5")]
    assert len(iv[[]]) == 0
    assert iv[-1] == iv[3]
    assert iv[:2].sum() == Interval(Fraction(2), Fraction(4))
    with pytest.raises(ValueError, match="columns of 4 and 1"):
        iv + iv[:1]
    with pytest.raises(ValueError, match="wrong way round"):
        Intervals.from_bounds([2], [1])
    assert repr(iv).startswith("Intervals([0.5, 1.5]")


# ---------------------------------------------------------------- compound growth decides exactly


@given(
    st.fractions(min_value=Fraction(1, 5), max_value=5, max_denominator=50),
    st.integers(1, 6),
    st.integers(0, 3),
    st.sampled_from([-1, 0, 1]),
)
def test_compound_growth_on_the_very_edge_is_decided_exactly(
    factor: Fraction, years: int, places: int, nudge: int
) -> None:
    """A rate that lies on a rounding boundary, or off it by 1e-30, falls on its right side."""
    unit = Fraction(1, 10**places)
    edge = (Fraction(int(factor * 1000)) + Fraction(1, 2)) * unit
    quotient = (1 + edge / 100) ** years + nudge * Fraction(1, 10**30)
    iv = rounding.cagr(Intervals.from_bounds([1]), Intervals.from_bounds([quotient]), years)
    below = rounding.round_fraction(edge - unit / 2, places)
    above = rounding.round_fraction(edge + unit / 2, places)
    assert rounding.round_points(iv, places, "half_up") == [below if nudge < 0 else above]
    assert rounding.round_points(iv, places, "truncate") == [below]
    assert iv.overlaps(Intervals.from_printed([below]))[0] == (nudge <= 0)
    assert iv.overlaps(Intervals.from_printed([above]))[0] == (nudge >= 0)
    assert Intervals.from_printed([above]).overlaps(iv)[0] == (nudge >= 0)
    assert Intervals.from_bounds([edge]).overlaps(iv)[0] == (nudge == 0)
    assert iv.contains(Intervals.from_bounds([edge]))[0] == (nudge == 0)


def test_compound_growth_of_huge_tiny_and_vanishing_quotients() -> None:
    first = Intervals.point(["1", "1" + "0" * 400, "5", "1"])
    last = Intervals.point(["1" + "0" * 400, "1", "0", "-1"])
    iv = rounding.cagr(first, last, 4)
    assert list(iv.known) == [True, True, True, False]
    assert rounding.round_points(iv, 2) == ["9" * 100 + "00.00", "-100.00", "-100.00", "N/A"]
    assert iv[0].low <= 100 * (Fraction(10) ** 100 - 1) <= iv[0].high  # type: ignore[union-attr]
    assert list(iv.overlaps(Intervals.point(["1", "-100", "-100", "0"]))) == [False, False, True, False]


@pytest.mark.parametrize("years", [0, -1, 2.5, True])
def test_compound_growth_needs_whole_years(years: int) -> None:
    one = Intervals.point(["1"])
    with pytest.raises(ValueError, match="years"):
        rounding.cagr(one, one, years)


def test_compound_growths_compare_with_each_other() -> None:
    a = rounding.cagr(Intervals.point(["1"]), Intervals.point(["2"]), 5)
    b = rounding.cagr(Intervals.point(["2"]), Intervals.point(["4"]), 5)
    assert isinstance(a, CompoundGrowth)
    assert a.overlaps(b)[0]
    assert a.contains(b)[0]


# ---------------------------------------------------------------- rounding modes


def test_ties_tell_the_modes_apart() -> None:
    assert [rounding.round_fraction(Fraction("2.675"), 2, m) for m in MODES] == ["2.68", "2.68", "2.67"]
    assert [rounding.round_fraction(Fraction("0.125"), 2, m) for m in MODES] == ["0.13", "0.12", "0.12"]
    assert [rounding.round_fraction(Fraction("-0.125"), 2, m) for m in MODES] == ["-0.13", "-0.12", "-0.12"]
    assert [rounding.round_fraction(Fraction("0.5"), 0, m) for m in MODES] == ["1", "0", "0"]
    assert rounding.round_fraction(Fraction(-1, 1000), 2) == "0.00"
    assert rounding.round_fraction(Fraction(17, 5), 2) == "3.40"
    with pytest.raises(ValueError, match="mode is one of"):
        rounding.round_fraction(1, 2, "ceiling")


@given(TRUE_VALUES, PLACES)
def test_rounding_agrees_with_the_decimal_module(value: Fraction, places: int) -> None:
    import decimal

    names = {"half_up": decimal.ROUND_HALF_UP, "half_even": decimal.ROUND_HALF_EVEN, "truncate": decimal.ROUND_DOWN}
    with decimal.localcontext() as context:
        context.prec = 400
        for mode, name in names.items():
            # ties need an exact quotient; elsewhere 400 digits decide
            exact = decimal.Decimal(value.numerator) / decimal.Decimal(value.denominator)
            expected = exact.quantize(decimal.Decimal(1).scaleb(-places), rounding=name)
            assert Fraction(rounding.round_fraction(value, places, mode)) == Fraction(expected)


@given(st.lists(TRUE_VALUES, min_size=1, max_size=8), PLACES, ROUNDERS)
def test_the_mode_that_rounded_a_column_explains_it(values: list[Fraction], places: int, mode: str) -> None:
    printed = [rounding.round_fraction(v, places, mode) for v in values]
    found = rounding.explains(values, printed)
    assert mode in found.modes
    assert found.n == len(values) == found.hits[mode]
    differ = sum(len({rounding.round_fraction(v, places, m) for m in MODES}) > 1 for v in values)
    assert found.telling == differ


def test_a_column_that_no_mode_explains_says_so() -> None:
    found = rounding.explains([Fraction("2.675"), None, Fraction(3)], ["2.68", "1.00", "9.99"])
    assert found.modes == ()
    assert found.n == 2
    assert found.hits == {"half_up": 1, "half_even": 1, "truncate": 0}
    assert not found.decided
    assert rounding.explains([Fraction("2.665")], ["2.67"]).modes == ("half_up",)


def test_wide_intervals_admit_what_some_value_in_them_prints() -> None:
    iv = Intervals.from_bounds([Fraction("1.2"), Fraction("1.2")], [Fraction("1.6"), Fraction("1.6")])
    assert list(rounding.admits(iv, ["1", "2"], "half_up")) == [True, True]
    assert list(rounding.admits(iv, ["1", "2"], "truncate")) == [True, False]
    with pytest.raises(ValueError, match="no width"):
        rounding.round_points(iv, 2)
    assert rounding.round_points(Intervals.point(["1.25", "N/A"]), [1, 0]) == ["1.3", "N/A"]
    assert rounding.decimals_of("3.40") == 2
    assert rounding.decimals_of("599") == 0


# ---------------------------------------------------------------- no false alarms


@pytest.mark.parametrize("mode", MODES)
def test_ten_thousand_tables_computed_before_rounding_raise_no_alarm(mode: str) -> None:
    """Derived columns computed from unrounded values, all printed: the intervals must meet.

    Each table has eight rows of two years, part and whole; derived are growth, change,
    share, ratio and the compound rate over four years, printed to 0 to 3 decimals.
    """
    rng = np.random.default_rng(MODES.index(mode))
    tables, rows = 10_000, 8
    size = tables * rows
    scale = 10 ** rng.integers(1, 7, tables).repeat(rows)
    old, new = (rng.integers(1, 10**5, size) * scale for _ in range(2))  # in 1e-6 of the unit
    sign = np.where(rng.random(size) < 0.1, -1, 1)
    million = Fraction(1, 10**6)
    a = Intervals.from_bounds([int(v) for v in old]) * million
    b = Intervals.from_bounds([int(v) for v in new * sign]) * million
    places_in, places_out = (rng.integers(0, 4, tables).repeat(rows) for _ in range(2))

    def printed(column: Intervals, places: np.ndarray) -> Intervals:
        known_mode = "truncate" if mode == "truncate" else "nearest"
        return Intervals.from_printed(rounding.round_points(column, places, mode), mode=known_mode)

    x, y = printed(a, places_in), printed(b, places_in)
    checked = 0
    for relation in (
        rounding.growth,
        rounding.change,
        rounding.share,
        rounding.ratio,
        lambda p, q: rounding.cagr(p, q, 4),
    ):
        truth, recomputed = relation(a, b), relation(x, y)
        stated = printed(truth, places_out)
        testable = recomputed.known & stated.known
        assert (recomputed.overlaps(stated) | ~testable).all()
        checked += int(testable.sum())
    assert checked > 3 * size


def test_an_error_of_more_than_the_rounding_is_an_alarm() -> None:
    old, new = Intervals.from_printed(["589", "589"]), Intervals.from_printed(["599", "599"])
    assert list(rounding.growth(old, new).overlaps(Intervals.from_printed(["1.83", "1.90"]))) == [True, False]
    assert not rounding.growth(old, new).overlaps(Intervals.from_printed(["1.51", "1.89"])).any()


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_columns_and_single_elements_agree(seed: int) -> None:
    """Vectorised results are those of one-element columns."""
    rng = np.random.default_rng(seed)
    texts = [
        [
            "N/A" if rng.random() < 0.1 else f"{v:.{d}f}"
            for v, d in zip(rng.normal(0, 50, 6), rng.integers(0, 4, 6), strict=True)
        ]
        for _ in range(2)
    ]
    x, y = (Intervals.from_printed(t) for t in texts)
    for relation in (
        rounding.growth,
        rounding.share,
        rounding.ratio,
        lambda p, q: p * q,
        lambda p, q: rounding.cagr(p, q, 3),
    ):
        whole = relation(x, y)
        assert list(whole) == [relation(x[[i]], y[[i]])[0] for i in range(6)]


# ---------------------------------------------------------------- tables of other people


@pytest.mark.parametrize("text", ["3,40", "1.234,5", "1.2,3", "1,23", "1,2,3,4", ",5", "1,", "-1,2", "１２３"])
def test_a_comma_that_separates_no_thousands_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a printed number"):
        Intervals.from_printed(["1,234.5", text])


def test_what_a_frame_of_strings_holds_for_an_empty_cell_is_unknown() -> None:
    pd = pytest.importorskip("pandas")
    read = pd.read_csv(io.StringIO("x,y\n1,a\n,b\n"), dtype=str)["x"]
    for column in (read, read.astype("string"), ["1", None], ["1", float("nan")], ["1", ""]):
        assert Intervals.from_printed(column).known.tolist() == [True, False]


def test_the_sum_of_a_column_is_compared_with_a_printed_total() -> None:
    parts = Intervals.from_printed(["1.2", "3.4"])
    assert Intervals.from_printed(["4.7"]).overlaps(parts.sum()).tolist() == [True]
    assert Intervals.from_printed(["4.8"]).overlaps(parts.sum()).tolist() == [False]
    for wrong in (4.6, "4.6"):
        with pytest.raises(TypeError, match="not with"):
            parts.overlaps(wrong)  # type: ignore[arg-type]


def test_a_table_rounded_to_hundreds_says_so() -> None:
    parts, total = (Intervals.from_printed(p, step=100) for p in (["1,200", "3,400"], ["4,700"]))
    assert parts.sum() == (4500, 4700)
    assert total.overlaps(parts.sum()).all()
    assert not Intervals.from_printed(["4,700"]).overlaps(Intervals.from_printed(["1,200", "3,400"]).sum()).any()
    with pytest.raises(ValueError, match="multiples of 100"):
        Intervals.from_printed(["1,234"], step=100)
    assert [round_fraction(12345, -2), round_fraction(-12350, -2, "half_even"), round_fraction(49, -2)] == [
        "12300",
        "-12400",
        "0",
    ]


def test_growth_from_a_negative_number_is_unknown() -> None:
    deficits = Intervals.from_printed(["-40", "-10", "40"])
    later = Intervals.from_printed(["-30", "10", "-30"])
    assert growth(deficits, later).known.tolist() == [False, False, True]
    assert cagr(deficits, later, 5).known.tolist() == [False, False, False]


def test_marks_are_no_decimals() -> None:
    assert [decimals_of(t) for t in ("4.59*", "3.40", "599", "2045年")] == [2, 2, 0, 0]
