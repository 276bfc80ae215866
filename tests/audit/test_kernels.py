"""The integer kernels against an independent implementation of the same arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
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
positive = printed.filter(lambda t: not t.startswith("-") and t.strip("0."))


def bounds(name: str, *inputs: str, unit: tuple[int, int] = (1, 1)) -> tuple[Fraction | None, ...]:
    """Exact bounds and point of a kernel; an infinite bound is ``None``."""
    found = KERNELS[name]((0, 0, 0), [triple(t, SCALE) for t in inputs], Constants(SCALE, unit))
    return tuple(Fraction(b[0], b[1]) if b is not None and b[1] else None for b in found)


def column(*inputs: str) -> list[tuple[Interval | None, ...]]:
    return [Interval.column([t]) for t in inputs]


@given(positive, positive)
def test_growth_is_the_growth_of_intervals(old: str, new: str) -> None:
    expected = lift(interval.growth, *column(old, new))[0]
    low, high, point = bounds("growth", old, new, unit=(100, 1))
    assert point == 100 * (Fraction(new) / Fraction(old) - 1)
    if expected is not None:
        assert (low, high) == (expected.low, expected.high)


@given(positive, printed)
def test_a_share_is_the_share_of_intervals(whole: str, part: str) -> None:
    expected = lift(interval.share, *column(part, whole))[0]
    low, high, point = bounds("share", whole, part, unit=(100, 1))
    assert point == 100 * Fraction(part) / Fraction(whole)
    if expected is not None:
        assert (low, high) == (expected.low, expected.high)


@given(printed, printed)
def test_a_difference_is_the_difference_of_intervals(a: str, b: str) -> None:
    expected = Interval.printed(a) - Interval.printed(b)
    assert bounds("difference", a, b) == (expected.low, expected.high, Fraction(a) - Fraction(b))


@given(st.lists(printed, min_size=1, max_size=6))
def test_a_total_is_the_sum_of_intervals(parts: list[str]) -> None:
    whole = interval.total(Interval.column(parts))
    assert whole is not None
    assert bounds("total", *parts) == (whole.low, whole.high, whole.point)


@given(st.lists(st.tuples(positive, positive), min_size=1, max_size=20))
def test_arrays_and_single_numbers_give_the_same(pairs: list[tuple[str, str]]) -> None:
    triples = [[np.array([triple(p[i], SCALE)[j] for p in pairs]) for j in range(3)] for i in range(2)]
    low, high, _ = KERNELS["growth"]((0, 0, 0), triples, Constants(SCALE, (100, 1)))
    assert low is not None
    assert high is not None
    for i, pair in enumerate(pairs):
        one = bounds("growth", *pair, unit=(100, 1))
        many = tuple(Fraction(int(b[0][i]), int(b[1][i])) if b[1][i] else None for b in (low, high))
        assert many == one[:2]


def test_a_quotient_by_an_interval_that_reaches_zero_has_no_bound() -> None:
    assert bounds("share", "0.00", "1.00", unit=(100, 1))[1] is None


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
