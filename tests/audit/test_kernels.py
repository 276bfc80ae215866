"""The integer kernels against an independent implementation of the same arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import interval
from analysis.audit.cells import triple
from analysis.audit.kernels import KERNELS, Constants
from analysis.interval import Interval, lift

SCALE = 20_000

printed = st.builds(
    lambda digits, places: interval.rounded(Fraction(digits, 10**places), places),
    st.integers(-99_999, 999_999),
    st.integers(0, 2),
)


def bounds(
    name: str,
    *inputs: str,
    unit: tuple[int, int] = (1, 1),
    low: tuple[int, int] = (1, 1),
    high: tuple[int, int] = (1, 1),
) -> tuple[Fraction | None, ...]:
    """Exact bounds and point of a kernel; one that has no value is ``None``."""
    found = KERNELS[name]((0, 0, 0), [triple(t, SCALE) for t in inputs], Constants(SCALE, unit, low, high))
    assert all(b is None or b[1] > 0 or b == (0, 0) for b in found)
    return tuple(Fraction(b[0], b[1]) if b is not None and b[1] else None for b in found)


def column(*inputs: str) -> list[tuple[Interval | None, ...]]:
    return [Interval.column([t]) for t in inputs]


def ends(expected: Interval | None) -> tuple[Fraction | None, ...]:
    return (None,) * 3 if expected is None else (expected.low, expected.high, expected.point)


@given(printed, printed)
def test_growth_is_the_growth_of_intervals(old: str, new: str) -> None:
    expected = lift(interval.growth, *column(old, new))[0]
    assert bounds("growth", old, new, unit=(100, 1)) == ends(expected)


@given(printed, printed)
def test_a_share_is_the_share_of_intervals(whole: str, part: str) -> None:
    expected = lift(interval.share, *column(part, whole))[0]
    assert bounds("share", whole, part, unit=(100, 1)) == ends(expected)


@given(printed, printed, printed)
def test_a_quotient_of_last_year_is_that_of_intervals(value: str, a: str, b: str) -> None:
    def before(x: Interval, g: Interval, h: Interval) -> Interval:
        return x * (g + 100) / (h + 100)

    assert bounds("before", value, a, b) == ends(lift(before, *column(value, a, b))[0])


@given(printed, printed)
def test_a_product_has_its_lower_end_first(share: str, whole: str) -> None:
    for kernel, exact in (("product", False), ("from_share", True)):
        expected = Interval.printed(share, exact=exact) * Interval.printed(whole)
        assert bounds(kernel, share, whole, unit=(1, 100)) == ends(expected / 100)


@given(st.lists(printed, min_size=1, max_size=5), st.tuples(st.integers(-9, 9), st.integers(0, 9)))
def test_what_lies_within_bounds_does_so_whatever_the_signs(inputs: list[str], span: tuple[int, int]) -> None:
    low, high = (span[0], 10), (span[0] + span[1], 10)
    factor = Interval.between(Fraction(*low), Fraction(*high))

    def implied(first: Interval, *others: Interval) -> Interval:
        for i, other in enumerate(others):
            first = first / other if i % 2 else first * other
        return first * factor

    expected = lift(implied, *column(*inputs))[0]
    assert bounds("within", *inputs, low=low, high=high)[:2] == ends(expected)[:2]
    summed = interval.total(Interval.column(inputs))
    assert summed is not None
    assert bounds("sum_within", *inputs, low=low, high=high)[:2] == ends(summed * factor)[:2]
    compound = (Interval.printed(inputs[0]) + 100) * factor - 100
    assert bounds("compound", inputs[0], low=low, high=high)[:2] == ends(compound)[:2]


@given(st.lists(printed, min_size=1, max_size=4))
def test_a_complement_is_what_is_left(parts: list[str]) -> None:
    whole = interval.total(Interval.column(parts))
    assert whole is not None
    assert bounds("complement", *parts, unit=(1, 10), low=(199, 2)) == ends(Fraction(199, 2) - whole / 10)


@given(printed, printed)
def test_a_difference_is_the_difference_of_intervals(a: str, b: str) -> None:
    expected = Interval.printed(a) - Interval.printed(b)
    assert bounds("difference", a, b) == (expected.low, expected.high, Fraction(a) - Fraction(b))


@given(st.lists(printed, min_size=1, max_size=6))
def test_a_total_is_the_sum_of_intervals(parts: list[str]) -> None:
    whole = interval.total(Interval.column(parts))
    assert whole is not None
    assert bounds("total", *parts) == (whole.low, whole.high, whole.point)


@pytest.mark.parametrize("name", sorted(KERNELS))
@settings(max_examples=30)
@given(st.lists(st.tuples(*[printed] * 5), min_size=1, max_size=8))
def test_arrays_and_single_numbers_give_the_same(name: str, rows: list[tuple[str, ...]]) -> None:
    count = {
        "growth": 2,
        "difference": 2,
        "product": 2,
        "from_share": 2,
        "compound_with": 2,
        "between": 2,
        "compound": 1,
        "before": 3,
    }
    size = count.get(name, 4 if name in ("holds_before", "sum_before", "room", "rank_among") else 5)
    rows = [row[:size] for row in rows]
    constants = Constants(SCALE, (100, 3), (4, 5), (6, 5))
    triples = [
        [np.array([triple(row[i], SCALE)[j] for row in rows], dtype=object) for j in range(3)] for i in range(size)
    ]
    many = KERNELS[name](triples[0], triples, constants)
    for at, row in enumerate(rows):
        single = [triple(t, SCALE) for t in row]
        one = KERNELS[name](single[0], single, constants)
        for bound, expected in zip(many, one, strict=True):
            assert (bound is None) == (expected is None)
            if bound is not None:
                assert tuple(np.broadcast_to(part, (len(rows),))[at] for part in bound) == expected


def test_a_quotient_by_an_interval_that_reaches_zero_has_no_value() -> None:
    assert bounds("share", "0.00", "1.00", unit=(100, 1)) == (None, None, None)


def test_a_rank_is_one_more_than_those_ahead() -> None:
    assert bounds("rank", "5", "9", "3", "7") == (3, 3, 3)
    assert bounds("rank", "5", "5", "3") == (1, 2, 1)  # printed alike, so either may lead


@pytest.mark.parametrize(("rank", "feasible"), [(3, True), (4, True), (5, False)])
def test_a_rank_needs_room_in_the_world_total(rank: int, feasible: bool) -> None:
    # world 100, own 20, one listed with 50: 30 are left, room for one unlisted of 20 or more
    values = ["100", "20", "50", "1"]
    triples = [triple(t, SCALE, exact=True) for t in values]
    low, high, _ = KERNELS["rank_among"]((0, 0, 0), triples, Constants(SCALE))
    assert low is not None
    assert high is not None
    if rank == 4:
        feasible = Fraction(rank) <= Fraction(*high)
    assert (Fraction(*low) <= rank <= Fraction(*high)) == feasible


def test_unlisted_countries_need_room_in_the_world_total() -> None:
    # ranks 1 and 4: two unlisted between 50 and 20, so at least 50 + 20 + 2 * 20
    triples = [triple(t, SCALE, exact=True) for t in ("50", "1", "20", "4")]
    low, high, _ = KERNELS["room"]((0, 0, 0), triples, Constants(SCALE, high=(10, 1)))
    assert low is not None
    assert high is not None
    assert Fraction(*low) == 110
    assert Fraction(*high) == 50 + 20 + 2 * 50 + 10 * 20
