"""A printed number and what it may stand for: never too narrow, never a float, never a false alarm."""

from __future__ import annotations

import decimal
import io
import random
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import interval
from analysis.interval import (
    MODES,
    Interval,
    UndefinedError,
    cagr,
    decimals_of,
    growth,
    lift,
    outward,
    power_of_ten,
    rounded,
)

PLACES = st.integers(0, 4)
VALUES = st.fractions(min_value=-10_000, max_value=10_000, max_denominator=10_000)


@st.composite
def cells(draw: st.DrawFn, positive: bool = False) -> tuple[Fraction, Interval]:
    """A true value, and what its print stands for in the mode it was rounded in."""
    value = abs(draw(VALUES)) if positive else draw(VALUES)
    mode = draw(st.sampled_from(MODES))
    return value, Interval.printed(rounded(value, draw(PLACES), mode), mode=mode)


@st.composite
def boxes(draw: st.DrawFn) -> Interval:
    """An interval with ends open or closed."""
    low, high = sorted((draw(VALUES), draw(VALUES)))
    ends = (draw(st.booleans()), draw(st.booleans())) if low < high else (False, False)
    return Interval((low + high) / 2, low, high, *ends)


# ---------------------------------------------------------------- printed strings


def test_a_printed_number_stands_for_half_a_unit_either_side() -> None:
    found = Interval.column(["3.40", "599", "-0.56", "1,341"])
    ends = [("3.395", "3.405"), ("598.5", "599.5"), ("-0.565", "-0.555"), ("1340.5", "1341.5")]
    assert [(n.low, n.high) for n in found if n] == [(Fraction(a), Fraction(b)) for a, b in ends]
    assert [n.point for n in found if n] == [Fraction(t) for t in ("3.40", "599", "-0.56", "1341")]


def test_an_exact_count_stands_for_itself() -> None:
    count, density = Interval.column(["10479", "449"], exact=[True, False])
    assert count == Interval.exact(10479)
    assert count is not None
    assert density is not None
    assert (count.is_exact, density.is_exact) == (True, False)


@pytest.mark.parametrize(
    ("text", "mode", "inside", "outside"),
    [
        ("45.61", "truncate", ["45.61", "45.6199"], ["45.62", "45.6099"]),
        ("-0.56", "truncate", ["-0.56", "-0.5699"], ["-0.57", "-0.5599"]),
        ("0.0", "truncate", ["0", "0.0999", "-0.0999"], ["0.1", "-0.1"]),
        ("0.13", "half_even", ["0.1251", "0.1349"], ["0.125", "0.135"]),
        ("0.12", "half_even", ["0.115", "0.125"], ["0.1149", "0.1251"]),
        ("3.40", "nearest", ["3.395", "3.405"], ["3.3949", "3.4051"]),
    ],
)
def test_the_ends_belong_to_a_number_as_its_table_rounds(
    text: str, mode: str, inside: list[str], outside: list[str]
) -> None:
    number = Interval.printed(text, mode=mode)
    assert all(number.holds(Fraction(v)) for v in inside)
    assert not any(number.holds(Fraction(v)) for v in outside)


@given(VALUES, PLACES, st.sampled_from(MODES))
def test_what_prints_so_is_in_the_interval_and_little_else(value: Fraction, places: int, mode: str) -> None:
    number = Interval.printed(rounded(value, places, mode), mode=mode)
    assert number.holds(value)
    for near in (number.low, number.high):
        # half_up has both ends: a tie may have come from either side of zero
        if mode != "half_up":
            assert number.holds(near) == (rounded(near, places, mode) == rounded(number.point, places, mode))


@pytest.mark.parametrize("missing", ["N/A", "", None, float("nan"), pd.NA])
def test_a_missing_number_is_unknown_and_stays_so(missing: str | None) -> None:
    gap, two = Interval.column([missing]), Interval.column(["2"])
    assert gap == (None,)
    for function in (growth, interval.share, interval.ratio, interval.change, lambda a, b: cagr(a, b, 3)):
        assert lift(function, gap, two) == lift(function, two, gap) == (None,)
    assert interval.total([*two, *gap]) is None
    assert np.isnan(np.array(interval.floats(gap))).all()


@pytest.mark.parametrize("text", ["abc", "1.2.3", "1.", ".5", "--2", "1-", "1e5", " ", "4.59*", "↓ 0.56", "1_000"])
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="not a printed number"):
        Interval.column(["1", text])


@pytest.mark.parametrize("text", ["3,40", "1.234,5", "1.2,3", "1,23", "1,2,3,4", ",5", "1,", "-1,2", "１２３"])
def test_a_comma_that_separates_no_thousands_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a printed number"):
        Interval.printed(text)


def test_floats_are_refused() -> None:
    two = Interval.printed("2")
    for wrong in (0.5, True, "1"):
        for operation in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b):
            with pytest.raises(TypeError):
                operation(two, wrong)
            with pytest.raises(TypeError):
                operation(wrong, two)
    with pytest.raises(TypeError, match="strings"):
        Interval.column([3.4])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="mode is nearest"):
        Interval.printed("2", mode="ceiling")


def test_what_a_frame_of_strings_holds_for_an_empty_cell_is_unknown() -> None:
    read = pd.read_csv(io.StringIO("x,y\n1,a\n,b\n"), dtype=str)["x"]
    for column in (read, read.astype("string")):
        assert [n is None for n in Interval.column(column)] == [False, True]


def test_marks_are_no_decimals() -> None:
    assert [decimals_of(t) for t in ("4.59*", "3.40", "599", "2045年")] == [2, 2, 0, 0]


# ---------------------------------------------------------------- the interval holds the truth


@given(cells(), cells())
def test_sums_differences_products_and_quotients_hold_the_true_value(
    a: tuple[Fraction, Interval], b: tuple[Fraction, Interval]
) -> None:
    (true_a, x), (true_b, y) = a, b
    assert (x + y).holds(true_a + true_b)
    assert (x - y).holds(true_a - true_b)
    assert (x * y).holds(true_a * true_b)
    assert (-x).holds(-true_a)
    assert abs(x).holds(abs(true_a))
    (quotient,) = lift(interval.ratio, [x], [y])
    if true_b == 0:
        assert quotient is None
    if quotient:
        assert quotient.holds(true_a / true_b)
        assert interval.share(x, y).holds(100 * true_a / true_b)
    (rate,) = lift(growth, [y], [x])
    if rate:
        assert true_b > 0
        assert rate.holds(100 * (true_a - true_b) / true_b)


@given(cells(), st.fractions(min_value=-50, max_value=50, max_denominator=60))
def test_plain_numbers_on_either_side_hold_the_true_value(cell: tuple[Fraction, Interval], k: Fraction) -> None:
    value, x = cell
    for found, true in ((x + k, value + k), (k + x, value + k), (x - k, value - k), (k - x, k - value)):
        assert found.holds(true)
    assert (x * k).holds(value * k)
    assert (k * x).holds(value * k)
    if k:
        assert (x / k).holds(value / k)
    if not x.low <= 0 <= x.high:
        assert (k / x).holds(k / value)


@given(cells(positive=True), cells(positive=True), st.integers(1, 12))
def test_compound_growth_holds_the_true_value(
    a: tuple[Fraction, Interval], b: tuple[Fraction, Interval], years: int
) -> None:
    (found,) = lift(lambda x, y: cagr(x, y, years), [a[1]], [b[1]])
    if a[0] == 0:
        assert found is None
    if found:
        quotient = b[0] / a[0]
        assert (1 + found.low / 100) ** years <= quotient <= (1 + found.high / 100) ** years


@given(boxes(), boxes())
def test_products_and_sums_are_as_tight_as_they_can_be(x: Interval, y: Interval) -> None:
    corners = [p * q for p in (x.low, x.high) for q in (y.low, y.high)]
    product = x * y
    assert (product.low, product.high) == (min(corners), max(corners))
    assert (x + y).low == x.low + y.low
    assert (x - y).high == x.high - y.low
    if y.low <= 0 <= y.high:
        with pytest.raises(UndefinedError):
            x / y
    else:
        ends = [p / q for p in (x.low, x.high) for q in (y.low, y.high)]
        assert ((x / y).low, (x / y).high) == (min(ends), max(ends))


@given(boxes(), boxes(), st.integers(0, 10**9))
def test_an_end_is_open_exactly_where_nothing_reaches_it(x: Interval, y: Interval, seed: int) -> None:
    rng = random.Random(seed)

    def inside(box: Interval) -> list[Fraction]:
        ends = [v for v, is_open in ((box.low, box.open_low), (box.high, box.open_high)) if not is_open]
        return [*ends, *(box.low + (box.high - box.low) * Fraction(rng.randint(1, 99), 100) for _ in range(4))]

    def reached(box: Interval) -> dict[Fraction, bool]:
        return {box.low: not box.open_low, box.high: not box.open_high}

    values = {"+": [a + b for a in inside(x) for b in inside(y)], "*": [a * b for a in inside(x) for b in inside(y)]}
    for sign, found in (("+", x + y), ("*", x * y)):
        assert all(found.holds(v) for v in values[sign])
    total = x + y
    assert total.open_low == (x.open_low or y.open_low)
    if x.low > 0 and y.low > 0:
        product = x * y
        assert (product.open_low, product.open_high) == (x.open_low or y.open_low, x.open_high or y.open_high)
    zero = Interval.exact(0) * y
    assert reached(zero) == {Fraction(0): True}
    assert reached(-x) == {-v: closed for v, closed in reached(x).items()}


@given(boxes(), boxes())
def test_two_numbers_meet_where_some_value_is_in_both(x: Interval, y: Interval) -> None:
    low, high = max(x.low, y.low), min(x.high, y.high)
    assert x.meets(y) == y.meets(x) == (low < high or (low == high and x.holds(low) and y.holds(low)))
    for number in (x, y):
        below, above = interval.outward_float(number.low, up=False), interval.outward_float(number.high, up=True)
        assert Fraction(below) <= number.low <= number.high <= Fraction(above)
        assert above - below <= float(number.high - number.low) + 1e-11


def test_growth_is_tight_although_the_old_value_occurs_twice() -> None:
    found = growth(Interval.printed("589"), Interval.printed("599"))
    assert found.low == 100 * (Fraction("598.5") / Fraction("589.5") - 1)
    assert found.high == 100 * (Fraction("599.5") / Fraction("588.5") - 1)


@pytest.mark.parametrize("zero", [Interval.printed("0"), Interval.printed("0.00"), Interval.exact(0)])
def test_a_denominator_that_may_be_zero_is_undefined(zero: Interval) -> None:
    one = Interval.printed("1")
    for function in (interval.ratio, interval.share):
        with pytest.raises(UndefinedError, match="zero"):
            function(one, zero)
    with pytest.raises(UndefinedError, match="positive"):
        growth(zero, one)
    with pytest.raises(UndefinedError, match="positive"):
        cagr(zero, one, 2)


def test_growth_from_a_negative_number_is_unknown() -> None:
    deficits, later = Interval.column(["-40", "-10", "40"]), Interval.column(["-30", "10", "-30"])
    assert [n is None for n in lift(growth, deficits, later)] == [True, True, False]
    assert lift(lambda a, b: cagr(a, b, 5), deficits, later) == (None, None, None)


@pytest.mark.parametrize("years", [0, -1, 2.5, True])
def test_compound_growth_needs_whole_years(years: int) -> None:
    with pytest.raises(ValueError, match="years"):
        cagr(Interval.exact(1), Interval.exact(2), years)


@given(st.fractions(min_value=Fraction(1, 5), max_value=5, max_denominator=50), st.integers(1, 6))
def test_a_root_that_is_a_decimal_is_found_exactly_and_others_are_enclosed(factor: Fraction, degree: int) -> None:
    decimal_factor = Fraction(int(factor * 1000) + 1, 1000)
    assert Interval.exact(decimal_factor**degree).root(degree) == Interval.exact(decimal_factor)
    found = Interval.exact(factor).root(degree)
    assert found.low**degree <= factor <= found.high**degree
    assert found.high - found.low <= Fraction(1, 10**interval.ROOT_DECIMALS)


def test_compound_growth_of_huge_tiny_and_vanishing_quotients() -> None:
    first = [Interval.exact(n) for n in (1, 10**400, 5, 1)]
    last = [Interval.exact(n) for n in (10**400, 1, 0, -1)]
    found = lift(lambda a, b: cagr(a, b, 4), first, last)
    shown = [n and rounded(n.point, 2) for n in found]
    assert shown == ["9" * 100 + "00.00", "-100.00", "-100.00", None]


@given(VALUES, st.lists(boxes(), max_size=6))
def test_a_rank_counts_those_ahead_certainly_and_possibly(value: Fraction, others: list[Interval]) -> None:
    own = Interval.exact(value)
    found = interval.rank(own, others)
    assert found.low == 1 + sum(o.low > value for o in others)
    assert found.high == 1 + sum(o.high > value for o in others)
    assert found.low <= found.point <= found.high
    upside_down = interval.rank(own, others, largest_first=False)
    assert upside_down.point == 1 + sum(o.point < value for o in others)


# ---------------------------------------------------------------- rounding and printing


def test_ties_tell_the_modes_apart() -> None:
    assert [rounded(Fraction("2.675"), 2, m) for m in MODES] == ["2.68", "2.68", "2.67"]
    assert [rounded(Fraction("0.125"), 2, m) for m in MODES] == ["0.13", "0.12", "0.12"]
    assert [rounded(Fraction("-0.125"), 2, m) for m in MODES] == ["-0.13", "-0.12", "-0.12"]
    assert [rounded(Fraction("0.5"), 0, m) for m in MODES] == ["1", "0", "0"]
    assert rounded(Fraction(-1, 1000), 2) == "0.00"
    assert rounded(Fraction(17, 5), 2) == "3.40"
    assert [rounded(12345, -2), rounded(-12350, -2, "half_even"), rounded(49, -2)] == ["12300", "-12400", "0"]
    with pytest.raises(ValueError, match="mode is one of"):
        rounded(1, 2, "ceiling")


@given(VALUES, PLACES)
def test_rounding_agrees_with_the_decimal_module(value: Fraction, places: int) -> None:
    names = {"half_up": decimal.ROUND_HALF_UP, "half_even": decimal.ROUND_HALF_EVEN, "truncate": decimal.ROUND_DOWN}
    with decimal.localcontext() as context:
        context.prec = 400
        exact = decimal.Decimal(value.numerator) / decimal.Decimal(value.denominator)
        for mode, name in names.items():
            # ties need an exact quotient; elsewhere 400 digits decide
            expected = exact.quantize(decimal.Decimal(1).scaleb(-places), rounding=name)
            assert Fraction(rounded(value, places, mode)) == Fraction(expected)
        for up, name in ((False, decimal.ROUND_FLOOR), (True, decimal.ROUND_CEILING)):
            expected = exact.quantize(decimal.Decimal(1).scaleb(-places), rounding=name)
            assert Fraction(outward(value, places, up)) == Fraction(expected)


@given(st.integers(-(10**30), 10**30), PLACES)
def test_numbers_of_any_length_are_exact(number: int, places: int) -> None:
    value = Fraction(number, 10**places)
    assert Interval.printed(rounded(value, places, "truncate"), exact=True).point == value


# ---------------------------------------------------------------- no false alarms


@pytest.mark.parametrize("mode", MODES)
def test_tables_computed_before_rounding_raise_no_alarm(mode: str) -> None:
    """Growth, change, share, ratio and compound growth computed from unrounded values, all printed: they meet."""
    rng = random.Random(MODES.index(mode))
    checked = 0
    for _ in range(1_000):
        places_in, places_out, scale = rng.randrange(4), rng.randrange(4), 10 ** rng.randrange(1, 7)
        truth = [Interval.exact(Fraction(rng.randrange(1, 10**5) * scale, 10**6)) for _ in range(2)]
        truth[1] = truth[1] * rng.choice([1] * 9 + [-1])
        printed = [Interval.printed(rounded(n.point, places_in, mode), mode=mode) for n in truth]
        for function in (growth, interval.change, interval.share, interval.ratio, lambda p, q: cagr(p, q, 4)):
            (true,), (found,) = (lift(function, [a], [b]) for a, b in (truth, printed))
            if true and found:
                assert found.meets(Interval.printed(rounded(true.point, places_out, mode), mode=mode))
                checked += 1
    assert checked > 3_000


def test_an_error_of_more_than_the_rounding_is_an_alarm() -> None:
    found = growth(Interval.printed("589"), Interval.printed("599"))
    assert [found.meets(Interval.printed(text)) for text in ("1.83", "1.90", "1.51", "1.89")] == [
        True,
        False,
        False,
        False,
    ]


def test_the_sum_of_a_column_is_compared_with_a_printed_total() -> None:
    found = interval.total(Interval.column(["1.2", "3.4"]))
    assert found is not None
    assert [found.meets(Interval.printed(text)) for text in ("4.7", "4.8")] == [True, False]


@pytest.mark.parametrize(("exponent", "written"), [(-12, "10⁻¹²"), (0, "10⁰"), (30, "10³⁰")])
def test_powers_of_ten_are_raised(exponent: int, written: str) -> None:
    assert power_of_ten(exponent) == written
