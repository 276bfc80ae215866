"""A printed number: its digits, and every value that prints the same.

``"3.40"`` stands for all values from 3.395 to 3.405. :class:`Interval` holds the number by its digits
(``point``) and those two ends, as exact fractions; an end may be open (a truncated 45.61 stands for
[45.61, 45.62)). Arithmetic carries all three, so no decision passes through a binary float. What has no value
for every number in the interval (a division by what may be zero) raises :class:`UndefinedError`.

An interval used twice counts as two independent numbers: bounds may be wider than need be, never narrower.
A column is a sequence of intervals, ``None`` for an unknown one (a printed N/A, an undefined result);
:func:`lift` carries a function over columns.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

#: Rounding modes that a publisher may have used. Ties: away from zero, to the even digit; truncation cuts
#: towards zero.
MODES = ("half_up", "half_even", "truncate")

NOT_AVAILABLE = "N/A"

Floats = NDArray[np.float64]

#: Roots are enclosed to this many decimals.
ROOT_DECIMALS = 30

#: Longest number that :func:`fraction` reads, in characters.
LONGEST = 50

_NUMBER = re.compile(r"(-?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?", re.ASCII)


class UndefinedError(ArithmeticError):
    """A result that some numbers of the interval do not have; ``str()`` says why."""


# ---------------------------------------------------------------- printed digits


def power_of_ten(exponent: int) -> str:
    """As it is written: ``10⁻¹²``."""
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def digits(printed: str) -> tuple[int, int]:
    """``"-1,234.50"`` as ``(-123450, 2)``: the digits as an integer, the number of decimals.

    Raises :class:`ValueError` for what is not a plain decimal number, its thousands separated in threes or
    not at all (another comma may be the decimal mark of another country).
    """
    found = _NUMBER.fullmatch(printed)
    if not found:
        raise ValueError(f"not a printed number: {printed!r}")
    sign, whole, rest = found.groups(default="")
    return int(sign + whole.replace(",", "") + rest), len(rest)


def fraction(text: str) -> Fraction:
    """A number that a person wrote, such as ``1/3``, ``0.95`` or ``2e-4``, exactly.

    Raises :class:`ValueError` for what is none, and for one longer than :data:`LONGEST` characters or with an
    exponent of three digits: they would take for ever to write out.
    """
    if len(text) > LONGEST or re.search(r"e[+-]?0*[0-9_]{3}", text, re.IGNORECASE):
        raise ValueError(f"not a number of a usual size: {text!r}")
    try:
        return Fraction(text)
    except ZeroDivisionError:
        raise ValueError(f"division by zero: {text!r}") from None


def decimals_of(printed: str) -> int:
    """Number of printed decimals: 2 for ``"3.40"`` and ``"4.59*"``, 0 for ``"599"``."""
    return sum(c.isdecimal() for c in printed.partition(".")[2])


def _missing(value: object) -> bool:
    """``N/A``, empty, ``None``, NaN or the NA of pandas: what a frame of strings holds for an empty cell."""
    if isinstance(value, str):
        return value in ("", NOT_AVAILABLE)
    if value is None or type(value).__name__ == "NAType" or value != value:
        return True
    raise TypeError(f"printed numbers are strings, found {value!r}")


def whole_digits(value: Fraction | int | tuple[int, int], decimals: int, mode: str = "half_up") -> int:
    """A number, or its numerator and denominator, rounded, in units of its last decimal: ``(17/5, 2)`` is 340."""
    if mode not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}, not {mode!r}")
    whole: int
    over, under = _over_under(value)
    whole, rest = divmod(abs(over) * 10**decimals, under)
    tie = 2 * rest - under
    if mode != "truncate" and (tie > 0 or (tie == 0 and (mode == "half_up" or whole % 2))):
        whole += 1
    return -whole if over < 0 else whole


def _over_under(value: Fraction | int | tuple[int, int]) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value.numerator, value.denominator)


def as_printed(whole: int, decimals: int) -> str:
    """``(340, 2)`` as ``"3.40"``."""
    sign, text = ("-" if whole < 0 else ""), str(abs(whole)).rjust(decimals + 1, "0")
    return sign + (f"{text[:-decimals]}.{text[-decimals:]}" if decimals else text)


def rounded(value: Fraction | int, decimals: int, mode: str = "half_up") -> str:
    """A number as it would be printed: ``(17/5, 2)`` is ``"3.40"``, ``(12345, -2)`` is ``"12300"``.

    ``mode`` is one of :data:`MODES`. A negative number that rounds to zero prints without a sign.
    """
    if decimals < 0:
        return str(whole_digits(Fraction(value) / 10**-decimals, 0, mode) * 10**-decimals)
    return as_printed(whole_digits(value, decimals, mode), decimals)


def exact_decimals(value: Fraction, most: int) -> int:
    """How many decimals write a number out; ``most`` where so many do not."""
    return next((places for places in range(most) if value * 10**places % 1 == 0), most)


def outward(value: Fraction | tuple[int, int], decimals: int, up: bool) -> str:
    """A bound, or its numerator and denominator, for display: a lower one rounded down, an upper one (``up``) up."""
    sign = -1 if up else 1
    over, under = _over_under(value)
    return as_printed(sign * (sign * over * 10**decimals // under), decimals)


def outward_float(value: Fraction, up: bool) -> float:
    """The nearest float64 on the outer side of a bound."""
    try:
        near = value.numerator / value.denominator
    except OverflowError:
        sign = 1 if value > 0 else -1
        return sign * (math.inf if (value > 0) == up else sys.float_info.max)
    beyond = value > Fraction(near) if up else value < Fraction(near)
    return math.nextafter(near, math.inf if up else -math.inf) if beyond else near


# ---------------------------------------------------------------- one number


@dataclass(frozen=True, slots=True)
class Interval:
    """A number by its digits (``point``) and all it may be (``low`` to ``high``).

    ``open_low`` and ``open_high`` mark an end that does not itself print so.
    """

    point: Fraction
    low: Fraction
    high: Fraction
    open_low: bool = False
    open_high: bool = False

    @classmethod
    def exact(cls, value: int | Fraction) -> Interval:
        """A number without rounding: a count, a year, a constant."""
        value = Fraction(value)
        return cls(value, value, value)

    @classmethod
    def between(cls, low: Fraction | int, high: Fraction | int, point: Fraction | int | None = None) -> Interval:
        """A closed interval; its point is the middle unless given."""
        low, high = Fraction(low), Fraction(high)
        if low > high:
            raise ValueError(f"bounds the wrong way round: {low} > {high}")
        return cls((low + high) / 2 if point is None else Fraction(point), low, high)

    @classmethod
    def printed(cls, text: str, exact: bool = False, mode: str = "nearest") -> Interval:
        """What printed digits stand for; ``exact`` (a count printed in full) for themselves alone.

        ``mode``: ``nearest`` covers both ways of rounding ties (closed ends); ``half_up`` has both ends
        closed as well, since a tie above was rounded away and one below up; ``half_even`` leaves both ends
        out of an odd last digit; ``truncate`` is ``"3.40"`` for [3.40, 3.41), ``"-0.56"`` for (-0.57, -0.56].
        Raises :class:`ValueError` for what is not a number.
        """
        whole, decimals = digits(text)
        point = Fraction(whole, 10**decimals)
        if exact:
            return cls(point, point, point)
        if mode == "truncate":
            down, up, unit = whole <= 0, whole >= 0, Fraction(1, 10**decimals)
            return cls(point, point - unit * down, point + unit * up, down, up)
        if mode not in ("nearest", *MODES):
            raise ValueError(f"mode is nearest or one of {', '.join(MODES)}, not {mode!r}")
        half, odd = Fraction(1, 2 * 10**decimals), mode == "half_even" and whole % 2 == 1
        return cls(point, point - half, point + half, odd, odd)

    @classmethod
    def column(
        cls, printed: Iterable[str | None], exact: bool | Sequence[bool] = False, mode: str = "nearest"
    ) -> tuple[Interval | None, ...]:
        """:meth:`printed` of each; ``N/A``, ``""``, ``None`` and NaN are unknown."""
        texts = list(printed)
        sharp = [exact] * len(texts) if isinstance(exact, bool) else exact
        rows = zip(texts, sharp, strict=True)
        return tuple(None if _missing(t) else cls.printed(str(t), bool(e), mode) for t, e in rows)

    @property
    def is_exact(self) -> bool:
        """True when nothing was rounded."""
        return self.low == self.high

    def __neg__(self) -> Interval:
        return Interval(-self.point, -self.high, -self.low, self.open_high, self.open_low)

    def __abs__(self) -> Interval:
        if self.low >= 0:
            return self
        if self.high <= 0:
            return -self
        high, is_open = _end([(-self.low, self.open_low), (self.high, self.open_high)], max)
        return Interval(abs(self.point), Fraction(0), high, False, is_open)

    def __add__(self, other: Interval | Fraction | int) -> Interval:
        if (o := _of(other)) is None:
            return NotImplemented
        ends = self.open_low or o.open_low, self.open_high or o.open_high
        return Interval(self.point + o.point, self.low + o.low, self.high + o.high, *ends)

    __radd__ = __add__

    def __sub__(self, other: Interval | Fraction | int) -> Interval:
        return NotImplemented if (o := _of(other)) is None else self + -o

    def __rsub__(self, other: Fraction | int) -> Interval:
        return -self + other

    def __mul__(self, other: Interval | Fraction | int) -> Interval:
        if (o := _of(other)) is None:
            return NotImplemented
        mine = (self.low, self.open_low), (self.high, self.open_high)
        theirs = (o.low, o.open_low), (o.high, o.open_high)
        corners = [
            (a * b, not ((a == 0 and not a_open) or (b == 0 and not b_open)) and (a_open or b_open))
            for a, a_open in mine
            for b, b_open in theirs
        ]
        (low, open_low), (high, open_high) = _end(corners, min), _end(corners, max)
        return Interval(self.point * o.point, low, high, open_low, open_high)

    __rmul__ = __mul__

    def inverse(self) -> Interval:
        """The reciprocal; :class:`UndefinedError` for what may be zero."""
        if self.low <= 0 <= self.high:
            raise UndefinedError("division by a number that may be zero")
        return Interval(1 / self.point, 1 / self.high, 1 / self.low, self.open_high, self.open_low)

    def __truediv__(self, other: Interval | Fraction | int) -> Interval:
        return NotImplemented if (o := _of(other)) is None else self * o.inverse()

    def __rtruediv__(self, other: Fraction | int) -> Interval:
        return self.inverse() * other

    def __pow__(self, exponent: int) -> Interval:
        if self.low <= 0:
            raise UndefinedError("power of a number that may not be positive")
        ends = (self.low**exponent, self.open_low), (self.high**exponent, self.open_high)
        (low, open_low), (high, open_high) = ends if exponent >= 0 else ends[::-1]
        return Interval(self.point**exponent, low, high, open_low, open_high)

    def root(self, degree: int) -> Interval:
        """The positive root; ends that are no decimals move outward at :data:`ROOT_DECIMALS`."""
        if self.low < 0:
            raise UndefinedError("root of a number that may be negative")
        low, high = _root(self.low, degree), _root(self.high, degree, up=True)
        return Interval(_root(self.point, degree), low, high, self.open_low, self.open_high)

    def meets(self, other: Interval) -> bool:
        """Whether the two have a value in common."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        at_end = not any((low == i.low and i.open_low) or (low == i.high and i.open_high) for i in (self, other))
        return low < high or (low == high and at_end)

    def holds(self, value: Fraction | int) -> bool:
        """Whether the number may be this value."""
        return self.meets(Interval.exact(value))


def _of(value: object) -> Interval | None:
    """An operand as an interval; ``None`` for a float or anything else that has no exact value."""
    if isinstance(value, Interval):
        return value
    return Interval.exact(value) if isinstance(value, int | Fraction) and not isinstance(value, bool) else None


def _end(ends: Sequence[tuple[Fraction, bool]], pick: Callable[..., Fraction]) -> tuple[Fraction, bool]:
    """The outer one of some ends, open only if it is wherever it occurs."""
    value = pick(end for end, _ in ends)
    return value, all(is_open for end, is_open in ends if end == value)


def _root(value: Fraction, degree: int, up: bool = False) -> Fraction:
    scale = 10**ROOT_DECIMALS
    scaled = value * scale**degree
    whole = scaled.numerator // scaled.denominator
    guess = 1 << -(-whole.bit_length() // degree) if whole else 0  # never below the root: Newton descends
    while guess and (step := ((degree - 1) * guess + whole // guess ** (degree - 1)) // degree) < guess:
        guess = step
    return Fraction(guess + (up and guess**degree != scaled), scale)


# ---------------------------------------------------------------- columns: lists with None for an unknown number


def lift(function: Callable[..., Interval], *columns: Sequence[Interval | None]) -> tuple[Interval | None, ...]:
    """A function of intervals, element by element; unknown where an input is or the result is undefined."""

    def one(row: Sequence[Interval | None]) -> Interval | None:
        try:
            return None if None in row else function(*row)
        except UndefinedError:
            return None

    return tuple(one(row) for row in zip(*columns, strict=True))


def total(numbers: Iterable[Interval | None]) -> Interval | None:
    """The sum; unknown if a member is."""
    found = list(numbers)
    return None if None in found else sum((n for n in found if n), Interval.exact(0))


def floats(numbers: Sequence[Interval | None]) -> tuple[Floats, Floats, Floats]:
    """Points, lower ends rounded down, upper ends rounded up, as float64; NaN where unknown."""
    rows = [
        (float(n.point), outward_float(n.low, False), outward_float(n.high, True)) if n else (math.nan,) * 3
        for n in numbers
    ]
    value, low, high = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return value, low, high


# ---------------------------------------------------------------- quantities


def _positive(value: Interval) -> Interval:
    if value.low <= 0:
        raise UndefinedError("growth from a number that may not be positive")
    return value


def ratio(a: Interval, b: Interval) -> Interval:
    """``a / b``; undefined where ``b`` may be zero."""
    return a / b


def share(part: Interval, whole: Interval) -> Interval:
    """``100 part / whole`` in per cent; undefined where ``whole`` may be zero."""
    return 100 * (part / whole)


def growth(old: Interval, new: Interval) -> Interval:
    """``100 (new / old - 1)`` in per cent; undefined where ``old`` may be zero or negative.

    From a deficit of 40 to one of 30 the formula gives -25, which says the opposite of what happened.
    """
    return 100 * (new / _positive(old) - 1)


def change(old: Interval, new: Interval) -> Interval:
    """``new - old``, in the unit of both."""
    return new - old


def cagr(first: Interval, last: Interval, years: int) -> Interval:
    """Compound annual growth ``100 ((last / first)^(1/years) - 1)`` in per cent.

    UndefinedError where the quotient may be negative or ``first`` may not be positive. Raises :class:`ValueError`
    unless ``years`` is a positive whole number.
    """
    if not isinstance(years, int) or isinstance(years, bool) or years < 1:
        raise ValueError(f"years is a positive whole number, not {years!r}")
    return 100 * ((last / _positive(first)).root(years) - 1)


def rank(own: Interval, others: Iterable[Interval], largest_first: bool = True) -> Interval:
    """One more than the number of others ahead: by the digits, certainly, possibly."""
    sign = 1 if largest_first else -1
    mine, ahead = own * sign, [other * sign for other in others]
    return Interval(
        Fraction(1 + sum(other.point > mine.point for other in ahead)),
        Fraction(1 + sum(other.low > mine.high for other in ahead)),
        Fraction(1 + sum(other.high > mine.low for other in ahead)),
    )
