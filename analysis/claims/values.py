"""What an expression may be worth: numbers, columns of numbers, truths, sets of codes.

Every number carries two things at once: the ``point`` that follows from the digits as printed, and the closed interval
``[low, high]`` of all values that follow from unrounded inputs printing the same. A truth is carried the same way: what
the printed digits say, whether it must hold, and whether it can hold. All bounds are exact fractions; roots are
enclosed outward.

Interval arithmetic forgets that a number used twice is the same number, so an interval may be wider than need be, never
narrower: a contradiction is certain, a consistency is not a proof.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.interval import Interval, UndefinedError

#: Larger numerators or denominators than this many bits are refused.
MAX_BITS = 4096


class ClaimError(ValueError):
    """An expression that cannot be parsed or evaluated; ``str()`` says why in one line."""


class NoResultError(ClaimError):
    """Arithmetic that the numbers do not allow, such as a division by one that may be zero."""


class NotPrintedError(Exception):
    """A printed cell that the expression needs is N/A in this edition."""


class NotInEditionError(NotPrintedError):
    """The edition prints no such number: a year or a row of another edition."""


def checked(number: Interval) -> Interval:
    """The number itself, unless it has grown beyond :data:`MAX_BITS`."""
    for value in (number.point, number.low, number.high):
        if value.numerator.bit_length() > MAX_BITS or value.denominator.bit_length() > MAX_BITS:
            raise ClaimError("a number with more digits than any claim needs")
    return number


def power(base: Interval, exponent: int) -> Interval:
    """Integer power of a positive number, no larger than a claim needs."""
    if not -60 <= exponent <= 60:
        raise ClaimError("an exponent between -60 and 60")
    for value in (base.point, base.low, base.high):
        if max(value.numerator.bit_length(), value.denominator.bit_length()) * abs(exponent) > MAX_BITS:
            raise ClaimError("a number with more digits than any claim needs")
    return base**exponent


@dataclass(frozen=True)
class Truth:
    """A statement by the printed digits, and whether it must or can hold."""

    point: bool
    certain: bool
    possible: bool

    @classmethod
    def of(cls, value: bool) -> Truth:
        """A truth that rounding cannot change."""
        return cls(value, value, value)

    def negated(self) -> Truth:
        """The opposite statement."""
        return Truth(not self.point, not self.possible, not self.certain)

    def both(self, other: Truth) -> Truth:
        """Whether both hold."""
        return Truth(self.point and other.point, self.certain and other.certain, self.possible and other.possible)

    def either(self, other: Truth) -> Truth:
        """Whether at least one holds."""
        return self.negated().both(other.negated()).negated()


@dataclass(frozen=True)
class Vector:
    """Numbers by code (or year, or measure); ``None`` where the report prints N/A."""

    keys: tuple[str, ...]
    items: tuple[Interval | None, ...]

    def known(self) -> list[Interval]:
        """The numbers that are printed."""
        found = [n for n in self.items if n is not None]
        if not found:
            raise ClaimError("a column with at least one printed number")
        return found


@dataclass(frozen=True)
class Truths:
    """Truths by code; ``None`` where the report prints N/A."""

    keys: tuple[str, ...]
    items: tuple[Truth | None, ...]


@dataclass(frozen=True)
class Codes:
    """A set of codes: by the digits, those certainly in it, those possibly in it."""

    point: frozenset[str]
    certain: frozenset[str]
    possible: frozenset[str]

    def equals(self, other: frozenset[str]) -> Truth:
        """Whether the set is exactly ``other``."""
        can = self.certain <= other <= self.possible
        return Truth(self.point == other, can and self.certain == self.possible, can)


@dataclass(frozen=True)
class Readings:
    """One statement (comparisons) or one number under several readings of its words, by name."""

    values: dict[str, Truth] | dict[str, Interval]


Value = Interval | Vector | Truth | Truths | Codes | Readings


def compare(a: Interval, operator: str, b: Interval) -> Truth:
    """``a operator b`` for ``< <= > >= == !=``."""
    if operator in (">", ">="):
        return compare(b, "<" if operator == ">" else "<=", a)
    if operator == "<":
        return Truth(a.point < b.point, a.high < b.low, a.low < b.high)
    if operator == "<=":
        return Truth(a.point <= b.point, a.high <= b.low, a.low <= b.high)
    same = Truth(
        a.point == b.point, a.is_exact and b.is_exact and a.point == b.point, a.low <= b.high and b.low <= a.high
    )
    return same if operator == "==" else same.negated()


def _apply(function: Callable[..., Interval], *arguments: Any) -> Interval:
    try:
        return checked(function(*arguments))
    except UndefinedError as error:
        raise NoResultError(str(error)) from None


def _by_row(function: Callable[..., Any], arguments: Sequence[Value], column: Callable[..., Any], where: str) -> Any:
    """A function of numbers, or of columns element by element; numbers are repeated for columns."""
    if any(not isinstance(a, Interval | Vector) for a in arguments):
        raise ClaimError(f"numbers or columns of numbers {where}")
    keys = {a.keys for a in arguments if isinstance(a, Vector)}
    if len(keys) > 1:
        raise ClaimError("columns with the same rows")
    if not keys:
        return function(*arguments)
    (rows,) = keys
    columns = (a.items if isinstance(a, Vector) else (a,) * len(rows) for a in arguments)
    return column(rows, tuple(None if None in row else function(*row) for row in zip(*columns, strict=True)))


def lift(function: Callable[..., Interval], *arguments: Value) -> Interval | Vector:
    """Apply a function of numbers element by element."""
    found: Interval | Vector = _by_row(functools.partial(_apply, function), arguments, Vector, "here")
    return found


def lift_compare(a: Value, operator: str, b: Value) -> Truth | Truths:
    """Compare numbers, or columns element by element."""
    sides = "on both sides of a comparison"
    found: Truth | Truths = _by_row(lambda x, y: compare(x, operator, y), (a, b), Truths, sides)
    return found


def best(numbers: Iterable[Interval], largest: bool) -> Interval:
    """The largest (or smallest) of some numbers."""
    found = list(numbers)
    pick = max if largest else min
    return Interval(pick(n.point for n in found), pick(n.low for n in found), pick(n.high for n in found))
