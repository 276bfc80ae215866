"""Printed decimals as intervals, and exact arithmetic on columns of them.

A printed number stands for every value that rounds to it: ``"3.40"`` for
[3.395, 3.405]. :class:`Intervals` holds a column of such closed intervals with
rational bounds (integer numerators and denominators in numpy arrays, ``int64`` while
nothing can overflow, Python integers otherwise), so no decision ever passes through a
binary float. An element may be *unknown* (a printed N/A, a division by an interval that
contains zero); unknown spreads through arithmetic and is never an exception.

Which way a publisher rounds is a hypothesis: :func:`explains` says which of
:data:`MODES` reproduce a column.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

#: Rounding modes that a publisher may have used. Ties: away from zero, to the even
#: digit; truncation cuts towards zero.
MODES = ("half_up", "half_even", "truncate")

NOT_AVAILABLE = ("", "N/A")

Ints = NDArray[Any]  # int64 or object (Python integers)
Bools = NDArray[np.bool_]

_THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_INT64 = 2**63 - 1
_REDUCE = 2**40  # beyond this, common factors are divided out before they accumulate
_DOUBLE = 2**53


class Interval(NamedTuple):
    """One closed interval with exact bounds."""

    low: Fraction
    high: Fraction


# ---------------------------------------------------------------- integer columns


def _bound(a: Ints) -> int:
    """The largest absolute value in a column."""
    return max(int(a.max()), -int(a.min())) if a.size else 0


def _mul(a: Ints, b: Ints) -> Ints:
    if a.dtype != object and b.dtype != object and _bound(a) * _bound(b) <= _INT64:
        narrow: Ints = a * b
        return narrow
    wide: Ints = a.astype(object) * b.astype(object)
    return wide


def _add(a: Ints, b: Ints) -> Ints:
    if a.dtype != object and b.dtype != object and _bound(a) + _bound(b) <= _INT64:
        narrow: Ints = a + b
        return narrow
    wide: Ints = a.astype(object) + b.astype(object)
    return wide


def _pick(condition: Bools, a: Ints, b: Ints) -> Ints:
    if condition.all():
        return a
    if not condition.any():
        return b
    return np.where(condition, a, b)


def _column(values: Sequence[int]) -> Ints:
    """Python integers as the narrowest exact column."""
    wide = np.array(values, dtype=object) if len(values) else np.zeros(0, dtype=object)
    return wide.astype(np.int64) if _bound(wide) <= _INT64 else wide


@dataclass(frozen=True, eq=False)
class _Rational:
    """A column of fractions with positive denominators."""

    num: Ints
    den: Ints

    def reduced(self) -> _Rational:
        """The same column in lowest terms if its integers have grown large."""
        if _bound(self.num) <= _REDUCE and _bound(self.den) <= _REDUCE:
            return self
        common = np.gcd(self.num, self.den)
        num, den = self.num // common, self.den // common
        if num.dtype == object and _bound(num) <= _INT64:
            num = num.astype(np.int64)
        if den.dtype == object and _bound(den) <= _INT64:
            den = den.astype(np.int64)
        return _Rational(num, den)

    def __getitem__(self, key: Any) -> _Rational:
        return _Rational(self.num[key], self.den[key])

    def __add__(self, other: _Rational) -> _Rational:
        if np.array_equal(self.den, other.den):
            return _Rational(_add(self.num, other.num), self.den).reduced()
        num = _add(_mul(self.num, other.den), _mul(other.num, self.den))
        return _Rational(num, _mul(self.den, other.den)).reduced()

    def __neg__(self) -> _Rational:
        return _Rational(-self.num, self.den)

    def __mul__(self, other: _Rational) -> _Rational:
        if np.array_equal(self.num, other.den):
            return _Rational(other.num, self.den)
        if np.array_equal(self.den, other.num):
            return _Rational(self.num, other.den)
        return _Rational(_mul(self.num, other.num), _mul(self.den, other.den)).reduced()

    def inverse(self) -> _Rational:
        """Reciprocals; the caller sees to it that no numerator is zero."""
        sign = np.where(self.num < 0, -1, 1)
        return _Rational(self.den * sign, self.num * sign)

    def at_most(self, other: _Rational) -> Bools:
        if np.array_equal(self.den, other.den):
            return np.asarray(self.num <= other.num, dtype=bool)
        return np.asarray(_mul(self.num, other.den) <= _mul(other.num, self.den), dtype=bool)

    def fraction(self, index: int) -> Fraction:
        return Fraction(int(self.num[index]), int(self.den[index]))

    def floats(self, upward: bool) -> NDArray[np.float64]:
        """The nearest float64 on the outer side of each fraction."""
        if self.num.dtype == object or self.den.dtype == object or max(_bound(self.num), _bound(self.den)) >= _DOUBLE:
            return np.array([_outward(self.fraction(i), upward) for i in range(len(self.num))], dtype=np.float64)
        num, den = self.num.astype(np.float64), self.den.astype(np.float64)
        near = num / den
        # remainder num - near*den without rounding (Dekker's product), hence its exact sign
        high_near, high_den = _split(near), _split(den)
        product = near * den
        error = (near - high_near) * (den - high_den) - (
            ((product - high_near * high_den) - (near - high_near) * high_den) - high_near * (den - high_den)
        )
        remainder = (num - product) - error
        if upward:
            return np.where(remainder > 0, np.nextafter(near, np.inf), near)
        return np.where(remainder < 0, np.nextafter(near, -np.inf), near)


def _split(a: NDArray[np.float64]) -> NDArray[np.float64]:
    big = a * 134217729.0
    return big - (big - a)


def _outward(value: Fraction, upward: bool) -> float:
    try:
        near = value.numerator / value.denominator
    except OverflowError:
        sign = 1 if value > 0 else -1
        return sign * (math.inf if (value > 0) == upward else sys.float_info.max)
    if upward:
        return math.nextafter(near, math.inf) if Fraction(near) < value else near
    return math.nextafter(near, -math.inf) if Fraction(near) > value else near


def _rational(values: Sequence[Fraction | int]) -> _Rational:
    return _Rational(_column([v.numerator for v in values]), _column([v.denominator for v in values]))


def _constant(value: Fraction | int, size: int) -> _Rational:
    return _Rational(np.repeat(_column([value.numerator]), size), np.repeat(_column([value.denominator]), size))


# ---------------------------------------------------------------- printed strings


def _missing(value: object) -> bool:
    """``None``, NaN, or the NA of pandas: what a frame of strings holds where a cell is empty."""
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and math.isnan(value))


def _parse(printed: Iterable[str | None]) -> tuple[Ints, NDArray[np.int64], Bools]:
    """Digits as integers, number of decimals, and whether there is a number at all."""
    given = [t if isinstance(t, str) or not _missing(t) else None for t in printed]
    wrong = next((t for t in given if t is not None and not isinstance(t, str)), None)
    if wrong is not None:
        raise TypeError(f"printed numbers are strings, found {wrong!r}")
    for index, t in enumerate(given):
        # a comma that separates no thousands may be the decimal mark of another country
        if t and ("," in t or not t.isascii()) and not _THOUSANDS.fullmatch(t):
            raise ValueError(f"not a printed number: {t!r} (element {index})")
    if not given:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    text = np.array(["" if t is None else t for t in given], dtype=np.str_)
    text = np.strings.replace(text, ",", "")
    known = ~np.isin(text, NOT_AVAILABLE)
    text = np.where(known, text, "1")  # a positive placeholder keeps columns with gaps on the fast paths
    negative = np.strings.startswith(text, "-")
    point = np.strings.find(text, ".")
    length = np.strings.str_len(text)
    decimals = np.where(point < 0, 0, length - point - 1).astype(np.int64)
    plain = np.strings.replace(text, ".", "", count=1)
    unsigned = np.strings.lstrip(plain, "-")
    fine = (
        np.strings.isdecimal(unsigned)
        & (np.strings.str_len(plain) - np.strings.str_len(unsigned) == negative)
        & ((point < 0) | ((point > negative) & (decimals > 0)))
    )
    if not fine.all():
        index = int(np.flatnonzero(~fine)[0])
        raise ValueError(f"not a printed number: {given[index]!r} (element {index})")
    digits = plain.astype(np.int64) if int(length.max()) <= 18 else _column([int(t) for t in plain])
    return digits, decimals, known


def _powers_of_ten(exponents: NDArray[np.int64]) -> Ints:
    largest = int(exponents.max()) if exponents.size else 0
    return np.array([10**k for k in range(largest + 1)], dtype=np.int64 if largest <= 17 else object)[exponents]


def decimals_of(printed: str) -> int:
    """Number of printed decimals: 2 for ``"3.40"`` and ``"4.59*"``, 0 for ``"599"``."""
    return sum(c.isdecimal() for c in printed.partition(".")[2])


# ---------------------------------------------------------------- intervals


class Intervals:
    """A column of closed intervals with exact rational bounds; some may be unknown.

    Supports ``+ - * /`` and negation with another column of the same length or with an
    ``int`` or ``Fraction`` (never a float). Treats its operands as independent: for a
    quantity that occurs twice use the functions below (:func:`growth`), which keep the
    bounds tight.
    """

    __array_ufunc__ = None  # numpy scalars on the left defer to the methods here
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, low: _Rational, high: _Rational, known: Bools) -> None:
        self._low, self._high, self.known = low, high, known

    # -- makers

    @classmethod
    def from_printed(
        cls, printed: Iterable[str | None], exact: bool | Sequence[bool] = False, mode: str = "nearest", step: int = 1
    ) -> Intervals:
        """What printed numbers stand for: ``"3.40"`` for [3.395, 3.405].

        ``exact`` elements (counts printed in full) stand for themselves alone. ``mode``
        ``"nearest"`` covers both ways of rounding ties; ``"truncate"`` takes cut digits:
        ``"3.40"`` for [3.40, 3.41], ``"-0.56"`` for [-0.57, -0.56], zero for both sides.
        ``step`` is the unit of rounding in the last printed digit: ``"1,200"`` with ``step=100``
        stands for [1150, 1250]. ``N/A``, ``""``, ``None`` and NaN are unknown. Raises
        :class:`ValueError` for anything else that is not a plain decimal number, its thousands
        separated in threes or not at all, and for a number that is no multiple of ``step``.
        """
        if mode not in ("nearest", "truncate"):
            raise ValueError(f"mode is nearest or truncate, not {mode!r}")
        if not isinstance(step, int) or isinstance(step, bool) or step < 1:
            raise ValueError(f"step is a positive whole number, not {step!r}")
        digits, decimals, known = _parse(printed)
        if step > 1 and (known & np.asarray(digits % step != 0, dtype=bool)).any():
            raise ValueError(f"printed numbers that are no multiples of {step} in their last digit")
        sharp = np.broadcast_to(np.asarray(exact, dtype=bool), digits.shape)
        down, up = (_column([0 if s else step for s in sharp]) if step > 1 else np.where(sharp, 0, 1),) * 2
        if mode == "truncate":
            down, up = np.where(digits > 0, 0, 2 * down), np.where(digits < 0, 0, 2 * up)
        twice, unit = digits + digits if _bound(digits) < 2**61 else 2 * digits.astype(object), 2
        den = _mul(_powers_of_ten(decimals), np.full(digits.shape, unit, dtype=np.int64))
        return cls(_Rational(_add(twice, -down), den), _Rational(_add(twice, up), den), known)

    @classmethod
    def point(cls, printed: Iterable[str | None]) -> Intervals:
        """The printed values themselves, as intervals of no width."""
        return cls.from_printed(printed, exact=True)

    @classmethod
    def from_bounds(
        cls, low: Sequence[Fraction | int | None], high: Sequence[Fraction | int | None] | None = None
    ) -> Intervals:
        """Intervals between exact bounds (points without ``high``); ``None`` is unknown."""
        upper = low if high is None else high
        if len(low) != len(upper):
            raise ValueError(f"{len(low)} lower and {len(upper)} upper bounds")
        for value in (*low, *upper):
            if value is not None and not isinstance(value, int | Fraction):
                raise TypeError(f"bounds are int or Fraction, found {value!r}")
        known = np.array([a is not None and b is not None for a, b in zip(low, upper, strict=True)], dtype=bool)
        lows = [Fraction(1) if not k or a is None else a for a, k in zip(low, known, strict=True)]
        highs = [Fraction(1) if not k or b is None else b for b, k in zip(upper, known, strict=True)]
        wrong = next((i for i, (a, b) in enumerate(zip(lows, highs, strict=True)) if a > b), None)
        if wrong is not None:
            raise ValueError(f"bounds the wrong way round: {lows[wrong]} > {highs[wrong]} (element {wrong})")
        return cls(_rational(lows), _rational(highs), known)

    @staticmethod
    def concat(columns: Sequence[Intervals]) -> Intervals:
        """Several columns as one."""
        ends = [
            _Rational(
                np.concatenate([getattr(c, name).num for c in columns]),
                np.concatenate([getattr(c, name).den for c in columns]),
            )
            for name in ("_low", "_high")
        ]
        return Intervals(ends[0], ends[1], np.concatenate([c.known for c in columns]))

    # -- looking inside

    def __len__(self) -> int:
        return len(self.known)

    @overload
    def __getitem__(self, key: int) -> Interval | None: ...

    @overload
    def __getitem__(self, key: slice | NDArray[Any] | Sequence[int]) -> Intervals: ...

    def __getitem__(self, key: Any) -> Interval | Intervals | None:
        if isinstance(key, int | np.integer):
            if not self.known[key]:
                return None
            return Interval(self._low.fraction(int(key)), self._high.fraction(int(key)))
        key = key if isinstance(key, slice) else np.asarray(key)
        if isinstance(key, np.ndarray) and key.size == 0:
            key = key.astype(np.int64)
        return Intervals(self._low[key], self._high[key], self.known[key])

    def __iter__(self) -> Iterator[Interval | None]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        shown = ["unknown" if v is None else f"[{float(v.low):.6g}, {float(v.high):.6g}]" for v in self[:6]]
        return f"Intervals({', '.join(shown)}{', …' if len(self) > 6 else ''}; n={len(self)})"

    def lows(self) -> list[Fraction | None]:
        """Exact lower bounds."""
        return [self._low.fraction(i) if k else None for i, k in enumerate(self.known)]

    def highs(self) -> list[Fraction | None]:
        """Exact upper bounds."""
        return [self._high.fraction(i) if k else None for i, k in enumerate(self.known)]

    def low_float(self) -> NDArray[np.float64]:
        """Lower bounds as float64, rounded down; NaN where unknown."""
        return np.where(self.known, self._low.floats(upward=False), np.nan)

    def high_float(self) -> NDArray[np.float64]:
        """Upper bounds as float64, rounded up; NaN where unknown."""
        return np.where(self.known, self._high.floats(upward=True), np.nan)

    def mid_float(self) -> NDArray[np.float64]:
        """Midpoints as float64, for drawing only; NaN where unknown."""
        return (self.low_float() + self.high_float()) / 2

    def degenerate(self) -> Bools:
        """Which elements are known and of no width."""
        return self.known & self._low.at_most(self._high) & self._high.at_most(self._low)

    def masked(self, keep: Bools) -> Intervals:
        """The same column with the elements not kept made unknown."""
        return Intervals(self._low, self._high, self.known & keep)

    # -- arithmetic

    def _other(self, other: Intervals | Interval | int | Fraction) -> Intervals:
        if isinstance(other, Intervals):
            if len(other) != len(self):
                raise ValueError(f"columns of {len(self)} and {len(other)} intervals")
            return other
        known = np.ones(len(self), dtype=bool)
        if isinstance(other, Interval):
            return Intervals(_constant(other.low, len(self)), _constant(other.high, len(self)), known)
        if not self._acceptable(other):
            raise TypeError(f"intervals go with intervals, int and Fraction, not with {other!r}")
        value = _constant(other, len(self))
        return Intervals(value, value, known)

    @staticmethod
    def _acceptable(other: object) -> bool:
        return isinstance(other, Intervals | Interval | int | Fraction) and not isinstance(other, bool)

    def __add__(self, other: Intervals | Interval | int | Fraction) -> Intervals:
        if not self._acceptable(other):
            return NotImplemented
        b = self._other(other)
        return Intervals(self._low + b._low, self._high + b._high, self.known & b.known)

    __radd__ = __add__

    def __neg__(self) -> Intervals:
        return Intervals(-self._high, -self._low, self.known)

    def __sub__(self, other: Intervals | Interval | int | Fraction) -> Intervals:
        if not self._acceptable(other):
            return NotImplemented
        return self + (-self._other(other))

    def __rsub__(self, other: int | Fraction) -> Intervals:
        return (-self) + other

    def __abs__(self) -> Intervals:
        negative, straddles = self._high.num <= 0, (self._low.num < 0) & (self._high.num > 0)
        low, high = _choose(negative, -self._high, self._low), _choose(negative, -self._low, self._high)
        if straddles.any():
            wider = (-self._low).at_most(self._high)
            high = _choose(straddles & ~wider, -self._low, high)
            low = _choose(straddles, _constant(0, len(self)), low)
        return Intervals(low, high, self.known)

    def __mul__(self, other: Intervals | Interval | int | Fraction) -> Intervals:
        if not self._acceptable(other):
            return NotImplemented
        return _product(self, self._other(other))

    __rmul__ = __mul__

    def inverse(self) -> Intervals:
        """Reciprocals; unknown where the interval contains zero."""
        known = self.known & ((self._low.num > 0) | (self._high.num < 0))
        one = _constant(1, len(self))
        low, high = _choose(known, self._low, one), _choose(known, self._high, one)
        return Intervals(high.inverse(), low.inverse(), known)

    def __truediv__(self, other: Intervals | Interval | int | Fraction) -> Intervals:
        if not self._acceptable(other):
            return NotImplemented
        return self * self._other(other).inverse()

    def __rtruediv__(self, other: int | Fraction) -> Intervals:
        return self.inverse() * other

    def sum(self) -> Interval | None:
        """The sum of the column; ``None`` if an element is unknown."""
        if not self.known.all():
            return None
        ends = (sum((end.fraction(i) for i in range(len(self))), Fraction(0)) for end in (self._low, self._high))
        return Interval(*ends)

    # -- decisions

    def overlaps(self, other: Intervals | Interval | int | Fraction) -> Bools:
        """Whether each pair has a value in common (ends included); unknown: ``False``."""
        if isinstance(other, CompoundGrowth) and not isinstance(self, CompoundGrowth):
            return other.overlaps(self)
        b = self._other(other)
        return self.known & b.known & self._low.at_most(b._high) & b._low.at_most(self._high)

    def contains(self, other: Intervals | Interval | int | Fraction) -> Bools:
        """Whether each interval holds the whole of the other's; unknown: ``False``."""
        b = self._other(other)
        return self.known & b.known & self._low.at_most(b._low) & b._high.at_most(self._high)

    def slack(self, other: Intervals | Interval | int | Fraction) -> Intervals:
        """Width of the overlap as points; negative: by how much the pair misses."""
        b = self._other(other)
        low = _choose(self._low.at_most(b._low), b._low, self._low)
        high = _choose(self._high.at_most(b._high), self._high, b._high)
        width = high + (-low)
        return Intervals(width, width, self.known & b.known)

    def rounded_ends(self, decimals: int | Sequence[int] | NDArray[np.int64], mode: str) -> tuple[Ints, Ints]:
        """Lower and upper bounds rounded, as integers in units of the last decimal."""
        places = _places(decimals, len(self))
        low, high = self._low, self._high
        below = _round(low, places, mode)
        same = np.array_equal(low.num, high.num) and np.array_equal(low.den, high.den)
        return below, below if same else _round(high, places, mode)


def _choose(condition: Bools, a: _Rational, b: _Rational) -> _Rational:
    return _Rational(_pick(condition, a.num, b.num), _pick(condition, a.den, b.den))


def _product(x: Intervals, y: Intervals) -> Intervals:
    known = x.known & y.known
    xl, xh, yl, yh = x._low, x._high, y._low, y._high
    x_pos, y_pos = np.asarray(xl.num >= 0, bool), np.asarray(yl.num >= 0, bool)
    if x_pos.all() and y_pos.all():
        return Intervals(xl * yl, xh * yh, known)
    x_neg, y_neg = np.asarray(xh.num <= 0, bool), np.asarray(yh.num <= 0, bool)
    both = ~(x_pos | x_neg | y_pos | y_neg)
    # which end of each factor makes the lower and the upper bound (True: the upper end)
    low_x = np.where(x_pos, ~y_pos, np.where(x_neg, y_neg, y_neg))
    low_y = np.where(x_pos, False, np.where(x_neg, True, ~y_neg))
    high_x = np.where(x_pos, ~y_neg, np.where(x_neg, y_pos, ~y_neg))
    high_y = np.where(x_pos, True, np.where(x_neg, False, ~y_neg))
    if both.any():
        cross = (xl * yh).at_most(xh * yl)
        square = (xl * yl).at_most(xh * yh)
        low_x, low_y = np.where(both, ~cross, low_x), np.where(both, cross, low_y)
        high_x, high_y = np.where(both, square, high_x), np.where(both, square, high_y)
    low = _choose(low_x, xh, xl) * _choose(low_y, yh, yl)
    high = _choose(high_x, xh, xl) * _choose(high_y, yh, yl)
    return Intervals(low, high, known)


# ---------------------------------------------------------------- quantities


def ratio(a: Intervals, b: Intervals) -> Intervals:
    """``a / b``; unknown where ``b`` may be zero."""
    return a / b


def share(part: Intervals, whole: Intervals) -> Intervals:
    """``100 part / whole`` in per cent; unknown where ``whole`` may be zero."""
    return 100 * (part / whole)


def growth(old: Intervals, new: Intervals) -> Intervals:
    """``100 (new / old - 1)`` in per cent, tight; unknown where ``old`` may be zero or negative.

    From a deficit of 40 to one of 30 the formula gives -25, which says the opposite of what happened.
    """
    return 100 * (new / old - 1).masked(_positive(old))


def change(old: Intervals, new: Intervals) -> Intervals:
    """``new - old``, in the unit of both."""
    return new - old


def cagr(first: Intervals, last: Intervals, years: int) -> CompoundGrowth:
    """Compound annual growth ``100 ((last / first)^(1/years) - 1)`` in per cent.

    Bounds are rational numbers just outside the irrational ones (by about 1e-10 per
    cent); comparisons and rounding are decided exactly all the same. Unknown where the
    quotient may be negative or ``first`` may be zero or negative. Raises :class:`ValueError` unless
    ``years`` is a positive whole number.
    """
    if not isinstance(years, int) or isinstance(years, bool) or years < 1:
        raise ValueError(f"years is a positive whole number, not {years!r}")
    return CompoundGrowth((last / first).masked(_positive(first)), years)


def _positive(column: Intervals) -> Bools:
    return column.known & np.asarray(column._low.num > 0, dtype=np.bool_)


def square_root(iv: Intervals) -> Intervals:
    """Square roots: exact where rational, else enclosed to 1e-12; unknown below zero."""
    known = iv.known & np.asarray(iv._low.num >= 0, dtype=np.bool_)
    lows, highs = (
        [_root_between(v) if k and v is not None else None for v, k in zip(ends, known, strict=True)]
        for ends in (iv.lows(), iv.highs())
    )
    return Intervals.from_bounds([v and v[0] for v in lows], [v and v[1] for v in highs])


def _root_between(value: Fraction) -> tuple[Fraction, Fraction]:
    top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
    if top * top == value.numerator and bottom * bottom == value.denominator:
        return Fraction(top, bottom), Fraction(top, bottom)
    scale = 10**12
    root = math.isqrt(value.numerator * scale * scale // value.denominator)
    return Fraction(root, scale), Fraction(root + 1, scale)


class CompoundGrowth(Intervals):
    """:func:`cagr` of a column of quotients: outward bounds, exact decisions."""

    def __init__(self, quotient: Intervals, years: int) -> None:
        known = quotient.known & np.asarray(quotient._low.num >= 0, bool)
        one = _constant(1, len(known))
        self.quotient = Intervals(_choose(known, quotient._low, one), _choose(known, quotient._high, one), known)
        self.years = years
        low, self._low_above = _enclose_root(self.quotient._low, years)
        self._high_below, high = _enclose_root(self.quotient._high, years)
        super().__init__(low, high, known)

    def _sign(self, upper: bool, index: int, bound: Fraction) -> int:
        """Sign of (an end of an element) - bound, exactly."""
        end = (self.quotient._high if upper else self.quotient._low).fraction(index)
        base = 1 + bound / 100
        if base < 0:
            return 1
        power = base**self.years
        return (end > power) - (end < power)

    def _compare(self, upper: bool, bound: _Rational) -> NDArray[np.int64]:
        """Signs of (one end of each element) - bound: floats where clear, exact where not."""
        below, above = (self._high_below, self._high) if upper else (self._low, self._low_above)
        sign = np.where(bound.at_most(below), 1, np.where(above.at_most(bound), -1, 0))
        touching = bound.at_most(above) & below.at_most(bound)
        for index in np.flatnonzero(touching):
            sign[index] = self._sign(upper, int(index), bound.fraction(int(index)))
        return sign

    def overlaps(self, other: Intervals | Interval | int | Fraction) -> Bools:
        """As :meth:`Intervals.overlaps`, decided on the quotients."""
        b = self._other(other)
        if isinstance(b, CompoundGrowth) and b.years == self.years:
            return self.quotient.overlaps(b.quotient)
        return self.known & b.known & (self._compare(False, b._high) <= 0) & (self._compare(True, b._low) >= 0)

    def contains(self, other: Intervals | Interval | int | Fraction) -> Bools:
        """As :meth:`Intervals.contains`, decided on the quotients."""
        b = self._other(other)
        if isinstance(b, CompoundGrowth) and b.years == self.years:
            return self.quotient.contains(b.quotient)
        return self.known & b.known & (self._compare(False, b._low) <= 0) & (self._compare(True, b._high) >= 0)

    def rounded_ends(self, decimals: int | Sequence[int] | NDArray[np.int64], mode: str) -> tuple[Ints, Ints]:
        """As :meth:`Intervals.rounded_ends`, decided on the quotients."""
        places = _places(decimals, len(self))
        ends = []
        for upper, below, above in ((False, self._low, self._low_above), (True, self._high_below, self._high)):
            rounded = _round(below, places, mode)
            unsure = np.flatnonzero(rounded != _round(above, places, mode))
            for index in unsure:
                rounded[index] = self._round_root(upper, int(index), int(places[index]), mode)
            ends.append(rounded)
        return ends[0], ends[1]

    def _round_root(self, upper: bool, index: int, places: int, mode: str) -> int:
        """Round an end whose enclosure reaches across a step of the rounding."""
        below = (self._high_below if upper else self._low).fraction(index)
        above = (self._high if upper else self._low_above).fraction(index)
        lower, higher = (_round_one(v, places, mode) for v in (below, above))
        while lower < higher:
            middle = (lower + higher) // 2
            step = Fraction(2 * middle + 1, 2 * 10**places)
            if mode == "truncate":
                step = Fraction(middle + 1 if middle >= 0 else middle, 10**places)
            sign = self._sign(upper, index, step)
            if sign == 0:
                return _round_one(step, places, mode)
            lower, higher = (lower, middle) if sign < 0 else (middle + 1, higher)
        return lower


def _enclose_root(quotient: _Rational, years: int) -> tuple[_Rational, _Rational]:
    """Rationals below and above ``100 (quotient^(1/years) - 1)``, a few 1e-10 apart."""
    floats = quotient.floats(upward=False)
    root = np.power(floats, 1.0 / years)
    # the float root is off by far less than 1e-12 of itself, for any float64 quotient
    below, above = 1e12 * (root * (1 - 1e-12) - 1), 1e12 * (root * (1 + 1e-12) - 1)
    ordinary = (floats == 0) | ((floats > 1e-290) & (floats < 1e290))
    if ordinary.all() and np.isfinite(above).all() and (np.abs(above) < 2.0**62).all():
        low, high = np.floor(below).astype(np.int64) - 1, np.ceil(above).astype(np.int64) + 1
    else:
        low, high = (np.array([v + sign for v in _exact_roots(quotient, years)], dtype=object) for sign in (-1, 1))
    den = np.full(low.shape, 10**10, dtype=np.int64)
    return _Rational(low, den), _Rational(high, den)


def _exact_roots(quotient: _Rational, years: int) -> Iterator[int]:
    """``floor(1e12 (quotient^(1/years) - 1))`` by integer bisection, for huge quotients."""
    for index in range(len(quotient.num)):
        target = int(quotient.num[index]) * 10 ** (12 * years) // int(quotient.den[index])
        low, high = 0, 1 << (target.bit_length() // years + 1)
        while low < high:
            middle = (low + high + 1) // 2
            if middle**years <= target:
                low = middle
            else:
                high = middle - 1
        yield low - 10**12


# ---------------------------------------------------------------- rounding


def _places(decimals: int | Sequence[int] | NDArray[np.int64], size: int) -> NDArray[np.int64]:
    return np.broadcast_to(np.asarray(decimals, dtype=np.int64), (size,))


def _round(values: _Rational, places: NDArray[np.int64], mode: str) -> Ints:
    """Fractions as whole numbers of ``10**-places``."""
    if mode not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}, not {mode!r}")
    scaled = _mul(np.abs(values.num), _powers_of_ten(places))
    whole, rest = scaled // values.den, scaled % values.den
    if mode != "truncate":
        twice = _add(rest, rest)
        up = twice >= values.den
        if mode == "half_even":
            up = (twice > values.den) | (up & (whole % 2 == 1))
        whole = whole + np.asarray(up, dtype=np.int64)
    return np.where(values.num < 0, -whole, whole)


def _round_one(value: Fraction, decimals: int, mode: str) -> int:
    return int(_round(_rational([value]), _places(decimals, 1), mode)[0])


def _as_printed(whole: int, decimals: int) -> str:
    sign, digits = ("-" if whole < 0 else ""), str(abs(whole)).rjust(decimals + 1, "0")
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


def round_fraction(x: Fraction | int, decimals: int, mode: str = "half_up") -> str:
    """A number as it would be printed: ``(17/5, 2)`` is ``"3.40"``, ``(12345, -2)`` is ``"12300"``.

    ``mode`` is one of :data:`MODES`. A negative number that rounds to zero prints
    without a sign.
    """
    if decimals < 0:
        return str(_round_one(Fraction(x) / 10**-decimals, 0, mode) * 10**-decimals)
    return _as_printed(_round_one(Fraction(x), decimals, mode), decimals)


def round_points(iv: Intervals, decimals: int | Sequence[int], mode: str = "half_up") -> list[str]:
    """Intervals of no width as printed strings; unknown as ``"N/A"``.

    Raises :class:`ValueError` if a known element has a width (a compound growth of
    points counts as a point).
    """
    points = iv.quotient if isinstance(iv, CompoundGrowth) else iv
    if (points.known & ~points.degenerate()).any():
        raise ValueError("only intervals of no width have one rounded value")
    places = _places(decimals, len(iv))
    whole, _ = iv.rounded_ends(decimals, mode)
    return [_as_printed(int(w), int(p)) if k else "N/A" for w, p, k in zip(whole, places, iv.known, strict=True)]


def round_outward(iv: Intervals, decimals: int) -> tuple[list[str], list[str]]:
    """Bounds for display: lower ones rounded down, upper ones up; unknown as ``"N/A"``."""
    power = 10**decimals
    lows, highs = (
        [
            "N/A" if v is None else _as_printed(sign * (sign * v.numerator * power // v.denominator), decimals)
            for v in ends
        ]
        for sign, ends in ((1, iv.lows()), (-1, iv.highs()))
    )
    return lows, highs


def admits(iv: Intervals, printed: Sequence[str | None], mode: str) -> Bools:
    """Whether some value of each interval prints as given under ``mode``.

    Rounding is monotone and reaches every multiple of the last printed digit, so the
    test is whether the printed number lies between the rounded ends. Unknown: ``False``.
    """
    return _admits(iv, _parse(printed), mode)


def _admits(iv: Intervals, parsed: tuple[Ints, NDArray[np.int64], Bools], mode: str) -> Bools:
    digits, decimals, known = parsed
    low, high = iv.rounded_ends(decimals, mode)
    return known & iv.known & np.asarray((low <= digits) & (digits <= high), dtype=np.bool_)


@dataclass(frozen=True)
class Rounding:
    """How well each rounding mode explains a printed column.

    ``n`` elements could be tested; ``hits`` counts those a mode gives as printed;
    ``telling`` counts those where the modes differ at all.
    """

    n: int
    hits: dict[str, int]
    telling: int

    @property
    def modes(self) -> tuple[str, ...]:
        """Modes that explain every element; all of them if nothing could be tested."""
        return tuple(mode for mode in MODES if self.hits[mode] == self.n)

    @property
    def decided(self) -> bool:
        """Whether the column tells at least one mode from another."""
        return 0 < len(self.modes) < len(MODES)


def explains(values: Intervals | Sequence[Fraction | int | None], printed: Sequence[str | None]) -> Rounding:
    """Which rounding modes turn recomputed values into what is printed.

    ``values``: exact points (as fractions or intervals of no width); intervals with a
    width count as explained when some value in them prints as given.
    """
    column = values if isinstance(values, Intervals) else Intervals.from_bounds(values)
    parsed = _parse(printed)
    tested = column.known & parsed[2]
    hits = {mode: _admits(column, parsed, mode) for mode in MODES}
    first = hits[MODES[0]]
    telling = np.logical_or.reduce([h != first for h in hits.values()])
    return Rounding(int(tested.sum()), {mode: int(h.sum()) for mode, h in hits.items()}, int(telling.sum()))
