"""Statements about the same quantity, and whether they can all be true.

Claims carry ``quantity`` keys; two statements with one key speak of one number. Each is a set of admissible values (by
its printed digits and by its form: *about*, *more than*, ...), scaled to a common unit. Sets that do not meet are
*incompatible*: the report contradicts itself whichever of the two is right. :func:`agreement` turns that into verdicts
by one rule, wherever the two stand.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analysis.claims.claim import Claim
from analysis.claims.readings import AMBIGUOUS, CONSISTENT, CONTRADICTED, FORM_WORDS, REPRODUCED, Judgement, half_step
from analysis.claims.units import Unit, unit, words
from analysis.interval import Interval

_SIDES = {"lt": -1, "le": -1, "gt": 1, "ge": 1}
SAME, COMPATIBLE, INCOMPATIBLE, OTHER_UNIT = "same", "compatible", "incompatible", "other unit"


@dataclass(frozen=True)
class Statement:
    """One printed number that a claim says a quantity has."""

    claim: Claim
    name: str
    unit: str

    @property
    def digits(self) -> str:
        """The number as printed."""
        return self.claim.digits[self.name]

    @property
    def form(self) -> str:
        """How the number is meant."""
        return self.claim.form if self.name == self.claim.claimed and self.claim.form else "eq"

    @property
    def scale(self) -> Unit:
        """The unit as factor and base."""
        return unit(self.unit)

    def value(self, known: bool = True) -> Fraction:
        """The number in the base unit (as printed where the other unit is not known)."""
        return Fraction(self.digits) * (self.scale.factor if known else 1)

    def bounds(self, known: bool = True) -> tuple[Fraction | float, Fraction | float]:
        """Admissible values in the base unit; infinite where there is no bound on that side."""
        value, factor = Fraction(self.digits), self.scale.factor if known else 1
        printed = Interval.printed(self.digits, exact=self.claim.is_exact(self.name))
        low, high = printed.low * factor, printed.high * factor
        if self.form in ("about", "near"):
            width = max(half_step(self.digits), abs(value) / 10)
            return (value - width) * factor, (value + width) * factor
        return -math.inf if self.form in ("lt", "le") else low, math.inf if self.form in ("gt", "ge") else high


def statements(claims: Iterable[Claim]) -> dict[str, list[Statement]]:
    """Statements by quantity, in the order of the claims."""
    found: dict[str, list[Statement]] = {}
    for claim in claims:
        for name, key in claim.quantity.items():
            if name:
                found.setdefault(key.partition("@")[0], []).append(Statement(claim, name, claim.unit_of(name)))
    return found


def compare(a: Statement, b: Statement) -> str:
    """Whether two statements of one quantity are the same, compatible or incompatible, or in another unit."""
    known = bool(a.unit and b.unit)
    if known and a.scale.base != b.scale.base:
        return OTHER_UNIT
    sides = {_SIDES.get(s.form, 0): s.value(known) for s in (a, b)}
    if sides.keys() == {-1, 1}:  # less than one number and more than another
        meet = sides[1] < sides[-1] or (sides[1] == sides[-1] and {a.form, b.form} == {"ge", "le"})
        return COMPATIBLE if meet else INCOMPATIBLE
    if a.value(known) == b.value(known):
        return SAME
    (low_a, high_a), (low_b, high_b) = a.bounds(known), b.bounds(known)
    return INCOMPATIBLE if high_a < low_b or high_b < low_a else COMPATIBLE


def agreement(claims: Sequence[Claim]) -> dict[tuple[str, str], Judgement]:
    """What other lines of the report say of a claim's number, by (claim, name of the number).

    The same number elsewhere reproduces it, a compatible one is consistent. A number that excludes it contradicts both,
    unless one of the two is ``apart`` (another source, period or scope): then both are ambiguous. A number printed in
    more places than the one that excludes it keeps its agreement. Numbers of one line are not set against each other.
    """
    found: dict[tuple[str, str], Judgement] = {}
    for group in statements(claims).values():
        for own in group:
            others = [(o, compare(own, o)) for o in group if o.claim.line != own.claim.line]
            against = [o for o, verdict in others if verdict == INCOMPATIBLE]
            support = _places(own, group)
            against = [o for o in against if _places(o, group) >= support]
            if against:
                firm = [o for o in against if not (o.claim.apart or own.claim.apart)]
                said = "; ".join(
                    f"{FORM_WORDS.get(o.form, '')}{words(o.digits, o.unit)} in line {o.claim.line}"
                    for o in (firm or against)[:3]
                )
                why = "" if firm else f"; {own.claim.apart or against[0].claim.apart}"
                found[own.claim.id, own.name] = Judgement(CONTRADICTED if firm else AMBIGUOUS, said + why)
                continue
            agreeing = [(o, verdict) for o, verdict in others if verdict in (SAME, COMPATIBLE)]
            if agreeing:
                same = [o for o, verdict in agreeing if verdict == SAME]
                lines = sorted({o.claim.line for o in same or [o for o, _ in agreeing]})
                told = f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:3]))}"
                told += f" and {len(lines) - 3} more" if len(lines) > 3 else ""
                place = f"{'the same' if same else 'a number that fits'} in {told}"
                found[own.claim.id, own.name] = Judgement(REPRODUCED if same else CONSISTENT, place)
    return found


def _places(statement: Statement, group: Sequence[Statement]) -> int:
    """In how many lines a number that fits this one is printed, its own included."""
    return len({o.claim.line for o in group if o is statement or compare(statement, o) in (SAME, COMPATIBLE)})
