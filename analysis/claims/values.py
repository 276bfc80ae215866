"""What an expression may be worth: numbers, columns of numbers, truths, sets of codes.

Every number carries two things at once: the ``point`` that follows from the digits
as printed, and the closed interval ``[low, high]`` of all values that follow from
unrounded inputs printing the same. A truth is carried the same way: what the printed
digits say, whether it must hold, and whether it can hold. All bounds are exact
fractions; roots are enclosed outward.

Interval arithmetic forgets that a number used twice is the same number, so an
interval may be wider than need be, never narrower: a contradiction is certain, a
consistency is not a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analysis.rounding import Intervals

#: Larger numerators or denominators than this many bits are refused.
MAX_BITS = 4096
#: Roots are enclosed to this many decimals.
ROOT_DECIMALS = 30


class ClaimError(ValueError):
    """An expression that cannot be parsed or evaluated; ``str()`` says why in one line."""


class NotPrintedError(Exception):
    """A printed cell that the expression needs is N/A in this edition."""


class NotInEditionError(NotPrintedError):
    """The edition prints no such number: a year or a row of another edition."""


@dataclass(frozen=True)
class Number:
    """A number by the digits (``point``) and all it may be (``low`` to ``high``)."""

    point: Fraction
    low: Fraction
    high: Fraction

    @classmethod
    def exact(cls, value: int | Fraction) -> Number:
        """A number without rounding: a count, a year, a constant."""
        value = Fraction(value)
        return cls(value, value, value)

    @classmethod
    def printed(cls, digits: str, exact: bool = False) -> Number:
        """A number as printed: half a unit of the last printed digit either side."""
        (found,) = cls.column([digits], [exact])
        if found is None:
            raise NotPrintedError(digits)
        return found

    @classmethod
    def column(cls, digits: Sequence[str], exact: Sequence[bool] | bool = False) -> list[Number | None]:
        """Printed numbers at once; ``None`` for N/A."""
        points, ranges = Intervals.point(digits).lows(), Intervals.from_printed(digits, exact=exact)
        return [
            None if p is None or low is None or high is None else cls(p, low, high)
            for p, low, high in zip(points, ranges.lows(), ranges.highs(), strict=True)
        ]

    @property
    def is_exact(self) -> bool:
        """True when nothing was rounded."""
        return self.low == self.high

    def checked(self) -> Number:
        """The number itself, unless it has grown beyond :data:`MAX_BITS`."""
        for value in (self.point, self.low, self.high):
            if value.numerator.bit_length() > MAX_BITS or value.denominator.bit_length() > MAX_BITS:
                raise ClaimError("a number with more digits than any claim needs")
        return self

    def __neg__(self) -> Number:
        return Number(-self.point, -self.high, -self.low)

    def __abs__(self) -> Number:
        if self.low >= 0:
            return self
        if self.high <= 0:
            return -self
        return Number(abs(self.point), Fraction(0), max(-self.low, self.high))

    def __add__(self, other: Number) -> Number:
        return Number(self.point + other.point, self.low + other.low, self.high + other.high)

    def __sub__(self, other: Number) -> Number:
        return self + -other

    def __mul__(self, other: Number) -> Number:
        corners = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Number(self.point * other.point, min(corners), max(corners))

    def __truediv__(self, other: Number) -> Number:
        if other.low <= 0 <= other.high:
            raise ClaimError("division by a number that may be zero")
        return self * Number(1 / other.point, 1 / other.high, 1 / other.low)

    def power(self, exponent: int) -> Number:
        """Integer power; the base must be positive."""
        if self.low <= 0:
            raise ClaimError("power of a number that may not be positive")
        if not -60 <= exponent <= 60:
            raise ClaimError("an exponent between -60 and 60")
        for value in (self.point, self.low, self.high):
            if max(value.numerator.bit_length(), value.denominator.bit_length()) * abs(exponent) > MAX_BITS:
                raise ClaimError("a number with more digits than any claim needs")
        ends = self.low**exponent, self.high**exponent
        return Number(self.point**exponent, min(ends), max(ends))

    def root(self, degree: int) -> Number:
        """The positive root; irrational ends are moved outward at :data:`ROOT_DECIMALS`."""
        if self.low <= 0:
            raise ClaimError("root of a number that may not be positive")
        if not 1 <= degree <= 200:
            raise ClaimError("a number of periods between 1 and 200")
        return Number(_root(self.point, degree), _root(self.low, degree), _root(self.high, degree, up=True))


def _root(value: Fraction, degree: int, up: bool = False) -> Fraction:
    scale = 10**ROOT_DECIMALS
    scaled = value * scale**degree
    whole = scaled.numerator // scaled.denominator
    guess = 1 << -(-whole.bit_length() // degree)  # never below the root: Newton descends
    while True:
        step = ((degree - 1) * guess + whole // guess ** (degree - 1)) // degree
        if step >= guess:
            break
        guess = step
    exact = guess**degree == scaled
    return Fraction(guess + (1 if up and not exact else 0), scale)


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
    items: tuple[Number | None, ...]

    def known(self) -> list[Number]:
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

    values: dict[str, Truth] | dict[str, Number]


Value = Number | Vector | Truth | Truths | Codes | Readings


def compare(a: Number, operator: str, b: Number) -> Truth:
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


def lift(function: Callable[..., Number], *arguments: Value) -> Number | Vector:
    """Apply a function of numbers element by element; numbers are repeated for columns."""
    vectors = [a for a in arguments if isinstance(a, Vector)]
    if any(not isinstance(a, Number | Vector) for a in arguments):
        raise ClaimError("numbers or columns of numbers here")
    if not vectors:
        return function(*arguments).checked()
    keys = vectors[0].keys
    if any(v.keys != keys for v in vectors):
        raise ClaimError("columns with the same rows")
    items: list[Number | None] = []
    for i in range(len(keys)):
        row = [a.items[i] if isinstance(a, Vector) else a for a in arguments]
        items.append(None if any(n is None for n in row) else function(*row).checked())
    return Vector(keys, tuple(items))


def lift_compare(a: Value, operator: str, b: Value) -> Truth | Truths:
    """Compare numbers, or columns element by element."""
    if isinstance(a, Number) and isinstance(b, Number):
        return compare(a, operator, b)
    if not isinstance(a, Number | Vector) or not isinstance(b, Number | Vector):
        raise ClaimError("numbers or columns of numbers on both sides of a comparison")
    keys = a.keys if isinstance(a, Vector) else b.keys  # type: ignore[union-attr]
    if isinstance(a, Vector) and isinstance(b, Vector) and a.keys != b.keys:
        raise ClaimError("columns with the same rows")
    left = a.items if isinstance(a, Vector) else (a,) * len(keys)
    right = b.items if isinstance(b, Vector) else (b,) * len(keys)
    return Truths(
        keys,
        tuple(None if x is None or y is None else compare(x, operator, y) for x, y in zip(left, right, strict=True)),
    )


def best(numbers: Iterable[Number], largest: bool) -> Number:
    """The largest (or smallest) of some numbers."""
    found = list(numbers)
    pick = max if largest else min
    return Number(pick(n.point for n in found), pick(n.low for n in found), pick(n.high for n in found))
