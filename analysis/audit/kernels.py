"""Interval kernels: what a relation allows its derived cell to be.

Every printed number enters as a triple ``(low, printed, high)`` of integers at one common scale
(:class:`analysis.audit.cells.Cells`), so that the same few lines serve a single candidate repair (Python integers) and
all cells of a relation at once (numpy arrays of them), exactly: nothing overflows or passes through a binary float. A
kernel returns the admissible values of its target as ``(lower bound, upper bound, point)``; each is ``None`` (no bound)
or a fraction ``(numerator, denominator)`` with a denominator > 0. Where a relation has no value for some of the numbers
that print so (a division by what may be zero, growth from what may not be positive), the fraction is 0 / 0: it is met
by every number, and says nothing. The
*point* is the relation applied to the printed digits themselves.

:mod:`analysis.interval` does the same arithmetic on single numbers and is used elsewhere; the tests hold the two
against each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.interval import whole_digits

Number = Any  # int, or an array of them
Triple = Sequence[Number]
Fraction = tuple[Number, Number]
Bound = Fraction | None
Bounds = tuple[Bound, Bound, Bound]

#: Larger than any printed number, for "no value is admissible".
BEYOND = 10**9


@dataclass(frozen=True)
class Constants:
    """What a relation needs beside its cells.

    ``scale``: integers per printed unit; ``unit``: factor (numerator, denominator) from the units of the inputs to that
    of the target; ``low``/``high``: declared bounds, as fractions (numerator, denominator).
    """

    scale: int
    unit: tuple[int, int] = (1, 1)
    low: tuple[int, int] = (1, 1)
    high: tuple[int, int] = (1, 1)


Kernel = Callable[[Triple, list[Triple], Constants], Bounds]


def choose(condition: Any, yes: Number, no: Number) -> Number:
    """``yes`` where the condition holds, else ``no``; scalars and arrays alike."""
    if isinstance(condition, np.ndarray):
        return np.where(condition, yes, no)
    return yes if condition else no


def _above_zero(x: Number) -> Number:
    return choose(x > 0, x, 0)


def _sign(x: Triple) -> Number:
    """1 or -1 for a number that is certainly on that side of zero, 0 for one that may be zero."""
    return (x[0] > 0) * 1 - (x[2] < 0) * 1


def _turned(x: Triple, sign: Number) -> Triple:
    """``x`` times 1, -1 or 0."""
    if type(sign) is int and sign == 1:
        return x
    low, mid, high = (sign * end for end in x)
    return choose(sign < 0, high, low), mid, choose(sign < 0, low, high)


def _times(a: Triple, b: Triple) -> Triple:
    low = high = a[0] * b[0]
    if type(low) is int:
        corners = low, a[0] * b[2], a[2] * b[0], a[2] * b[2]
        return min(corners), a[1] * b[1], max(corners)
    for corner in (a[0] * b[2], a[2] * b[0], a[2] * b[2]):
        low, high = choose(corner < low, corner, low), choose(corner > high, corner, high)
    return low, a[1] * b[1], high


def _quotient(a: Triple, b: Triple, n: Number = 1, d: Number = 1) -> tuple[Fraction, Fraction, Fraction]:
    """``n a / (d b)``, numbers of any sign; 0 / 0 where ``b`` may be zero."""
    sign = _sign(b)
    a, b = _turned(a, sign), _turned(b, sign)
    return (
        (n * a[0], d * choose(a[0] >= 0, b[2], b[0])),
        (n * a[2], d * choose(a[2] >= 0, b[0], b[2])),
        (n * a[1], d * b[1]),
    )


def _declared(k: Constants) -> tuple[Triple, int]:
    """The declared bounds as a triple over one denominator."""
    (ln, ld), (hn, hd) = k.low, k.high
    return (ln * hd, ln * hd, hn * ld), ld * hd


def _sum(terms: list[Triple]) -> Triple:
    return [sum(t[i] for t in terms) for i in range(3)]


def _less(a: Triple, b: Triple) -> Triple:
    return a[0] - b[2], a[1] - b[1], a[2] - b[0]


def _sum_of_fractions(pairs: list[Fraction]) -> Fraction:
    """``a / b + c / d + …`` as one fraction; 0 / 0 if one of them is."""
    over: Number = 0
    under: Number = 1
    for n, d in pairs:
        over, under = over * d + n * under, under * d
    return over, under


def _in_unit(triple: Triple, k: Constants) -> Bounds:
    """A sum of inputs in the unit of the target."""
    n, d = k.unit
    low, high, point = ((n * triple[i], d * k.scale) for i in (0, 2, 1))
    return low, high, point


def growth(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """``100 (new - old) / old``; inputs old, new. Of what is not positive there is no growth."""
    n, d = k.unit
    old, new = (_turned(each, (x[0][0] > 0) * 1) for each in x)
    low, high, point = _quotient(new, old)
    return tuple((n * (over - under), d * under) for over, under in (low, high, point))  # type: ignore[return-value]


def share(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """``parts / whole``; inputs whole, part (, part …)."""
    return _quotient(_sum(x[1:]), x[0], *k.unit)


def difference(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """``a - b``; inputs a, b."""
    return _in_unit(_less(*x), k)


def total(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """Sum of the inputs; one input is the same quantity printed elsewhere."""
    return _in_unit(_sum(x), k)


def complement(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """``low - sum``: changes of shares that make 0; without ``low`` shares of a whole, 100 where the unit is %."""
    (n, d), (whole, under) = k.unit, k.low
    low, point, high = _less([whole * d * k.scale] * 3, [n * under * end for end in _sum(x)])
    d = d * under * k.scale
    return (low, d), (high, d), (point, d)


def product(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """``a b``."""
    (a, b), (n, d) = x, k.unit
    low, point, high = _times(a, b)
    d = d * k.scale * k.scale
    return (n * low, d), (n * high, d), (n * point, d)


def from_share(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """``a b``: an amount made from a share *as printed* and a total; inputs share, total."""
    a, b = x
    return product(t, [[a[1]] * 3, b], k)


def within(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """``low x y / z … <= target <= high x y / z …``.

    Inputs after the first multiply and divide in turn: how an implied third quantity
    (``y / z`` against ``target / x``) may behave.
    """
    (n, d), (over, under) = k.unit, _declared(k)
    by: Triple = [1 + 0 * end for end in x[0]]
    for more in (x[0], *x[1::2]):
        over = _times(over, more)
    for less in x[2::2]:
        by = _times(by, less)
    low, high, _ = _quotient(over, by, n, d * under * (k.scale if len(x) % 2 else k.scale * k.scale))
    return low, high, None


def compound(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """``(100 + g)(1 + third) - 100`` with the third growth between the declared bounds."""
    whole, (factor, under) = 100 * k.scale, _declared(k)
    low, _, high = _times([whole + end for end in x[0]], factor)
    return (low - whole * under, under * k.scale), (high - whole * under, under * k.scale), None


def compound_with(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """As :func:`compound`, the third growth printed too; declared bounds in points of it."""
    whole, (points, under) = 100 * k.scale, _declared(k)
    third = [(whole + end) * under + more * k.scale for end, more in zip(x[1], points, strict=True)]
    low, _, high = _times([whole + end for end in x[0]], third)
    d = whole * k.scale * under
    return (low - whole * whole * under, d), (high - whole * whole * under, d), None


def at_least(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """Not less than the sum of the inputs: a whole holds its parts."""
    return _in_unit(_sum(x), k)[0], None, None


def at_most(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """Not more than the input."""
    return None, _in_unit(x[0], k)[1], None


def holds_with(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """With the first ``low`` inputs, not less than the sum of the others: years that hold fields."""
    first = k.low[0] // k.low[1]
    return _in_unit(_less(_sum(x[first:]), _sum(x[:first])), k)[0], None, None


def between(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """Rows printed in descending order: at most the row above, at least the row below."""
    return _in_unit(x[1], k)[0], _in_unit(x[0], k)[1], None


def holds_parts(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """``target / w >= sum of a_i / b_i``: what is implied of a whole holds what is implied
    of its parts. Inputs w (above zero), a1, b1, a2, b2 …
    """
    (n, d), whole = k.unit, _turned(x[0], (x[0][0] > 0) * 1)
    over, under = _sum_of_fractions([_quotient(a, b)[0] for a, b in zip(x[1::2], x[2::2], strict=True)])
    return (n * choose(over >= 0, whole[0], whole[2]) * over, under * (whole[0] > 0) * d * k.scale), None, None


def sum_within(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """``low sum <= target <= high sum``: a whole of which the listed parts are most."""
    (n, d), (factor, under) = k.unit, _declared(k)
    low, _, high = _times(factor, _sum(x))
    return (n * low, d * under * k.scale), (n * high, d * under * k.scale), None


def before(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """``x (100 + a) / (100 + b)``: a quotient a year earlier, from this year's and the growth
    of what it divides by (a) and of what is divided (b).
    """
    (value, a, b), (n, d) = x, k.unit
    earlier, now = ([100 * k.scale + end for end in growth] for growth in (a, b))
    return _quotient(_times(value, earlier), now, n, d * k.scale)


def _sum_before(pairs: list[Triple], k: Constants) -> tuple[Fraction, Fraction]:
    """Bounds of the sum of last year's levels, from level and growth (%) of each."""
    whole, (n, d) = 100 * k.scale, k.unit
    levels = [
        _quotient([end * whole for end in level], [whole + end for end in growth])
        for level, growth in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    low, high = (_sum_of_fractions([ends[side] for ends in levels]) for side in (0, 1))
    return (n * low[0], d * low[1] * k.scale), (n * high[0], d * high[1] * k.scale)


def holds_before(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """Not less than its parts of last year; inputs level and growth (%) of each part this year."""
    return _sum_before(x, k)[0], None, None


def sum_before(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """As :func:`sum_within` for last year's levels; inputs as for :func:`holds_before`."""
    (low, low_d), (high, high_d) = _sum_before(x, k)
    (least, _, most), under = _declared(k)
    return (
        (low * choose(low >= 0, least, most), low_d * under),
        (high * choose(high >= 0, most, least), high_d * under),
        None,
    )


def rank(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """Rank by value among all listed; inputs: the row's value, then the others'."""
    own, others = x[0], x[1:]
    ahead = sum((o[0] > own[2]) * 1 for o in others)
    level = sum((o[2] >= own[0]) * 1 for o in others)
    point = sum((o[1] > own[1]) * 1 for o in others)
    return (1 + ahead, 1), (1 + level, 1), (1 + point, 1)


def rank_listed(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """As :func:`rank` where others may not be listed: no upper bound."""
    low, _, point = rank(t, x, k)
    return low, None, point


def _places_ahead(x: Sequence[Triple]) -> Number:
    """How many different numbers are certainly ahead of the first: what prints otherwise is another number."""
    if isinstance(x[0][0], np.ndarray):
        rows = zip(*(zip(*value, strict=True) for value in x), strict=True)
        return np.array([_places_ahead(row) for row in rows], dtype=object)
    own, *others = x
    return len({o[1] for o in others if o[0] > own[2]})


def rank_dense(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """As :func:`rank` where those who share a place count once: 1, 2, 2, 3."""
    as_printed = [[value[1]] * 3 for value in x]
    return (1 + _places_ahead(x), 1), rank(t, x, k)[1], (1 + _places_ahead(as_printed), 1)


def rank_dense_listed(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """As :func:`rank_dense` where others may not be listed."""
    low, _, point = rank_dense(t, x, k)
    return low, None, point


def rank_among(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """A rank among more entities than are listed, given the total.

    Inputs: total, own value, then value and rank of each other listed. At least one more
    than the ranks of those with more, less than the ranks of those with fewer, and only
    as many unlisted ahead as the rest of the total has room for.
    """
    whole, own, rest = x[0], x[1], x[2:]
    low: Number = k.scale
    spare = whole[2] - own[0]
    ahead: Number = 0
    high: Number = BEYOND * k.scale
    for value, place in zip(rest[::2], rest[1::2], strict=True):
        more, less = value[1] > own[1], value[1] < own[1]
        low = choose(more & (place[1] + k.scale > low), place[1] + k.scale, low)
        high = choose(less & (place[1] - k.scale < high), place[1] - k.scale, high)
        ahead = ahead + more * 1
        spare = spare - value[0]
    room = (1 + ahead + _above_zero(spare) // choose(own[0] > 0, own[0], 1)) * k.scale
    high = choose((own[0] > 0) & (room < high), room, high)
    return (low, k.scale), (high, k.scale), None


def room(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """The total that listed values with ranks need and allow.

    Inputs: value and rank of each listed. Unlisted entities ranked between two listed ones have at least the lower and
    at most the upper value; below the last listed at most ``k.high`` entities follow with no more than its value.
    """
    values, places = [v[1] for v in x[::2]], [p[1] // k.scale for p in x[1::2]]
    least, most = sum(values), sum(values)
    for v, p in zip(values, places, strict=True):
        # nearest listed with more: its rank and value; the gap between holds unlisted ones
        above, top = choose(p < 0, p, 0), choose(v < 0, v, BEYOND * k.scale)
        for u, q in zip(values, places, strict=True):
            nearer = (q < p) & (q > above)
            above, top = choose(nearer, q, above), choose(nearer, u, top)
        gap = _above_zero(p - above - 1)
        least, most = least + gap * v, most + gap * top
    last = values[0]
    for v in values[1:]:
        last = choose(v < last, v, last)
    return (least, k.scale), (most + k.high[0] * last, k.scale), None


def distinct(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """A rank (1 or more) different from every input, the others of its column."""
    return (1 + BEYOND * sum((o[1] == t[1]) * 1 for o in x), 1), None, None


def places(t: Triple, x: list[Triple], k: Constants) -> Bounds:
    """A place among as many entities as are listed: 1 … 1 + number of inputs."""
    return (1, 1), (1 + len(x), 1), None


#: The point of these is the very number expected in print, of the first by arithmetic.
ARITHMETIC: tuple[Kernel, ...] = (growth, share, difference, total, complement, product, from_share, before)
RANKINGS: tuple[Kernel, ...] = (rank, rank_listed, rank_dense, rank_dense_listed)
#: The kernels of a ranking in which no place is left out after a tie.
DENSE = {"rank": "rank_dense", "rank_listed": "rank_dense_listed"}
#: These say how an outside quantity may behave.
BOUNDING: tuple[Kernel, ...] = (within, compound, compound_with, room, sum_within, sum_before)
#: These follow from order, counting or definition.
_ORDER: tuple[Kernel, ...] = (at_least, at_most, holds_with, between, holds_parts, holds_before, rank_among)
_ORDER += (distinct, places)

KERNELS: dict[str, Kernel] = {f.__name__: f for f in (*ARITHMETIC, *RANKINGS, *BOUNDING, *_ORDER)}


def rounded(numerator: Any, denominator: Any, decimals: Any, mode: str) -> Any:
    """Fractions as whole numbers of the last printed digit; 0 where there is no fraction."""
    rows = zip(numerator.tolist(), denominator.tolist(), decimals.tolist(), strict=True)
    return np.array([whole_digits((n, d), places, mode) if d > 0 else 0 for n, d, places in rows], dtype=object)
