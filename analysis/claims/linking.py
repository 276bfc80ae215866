"""Statements about the same quantity, and whether they can all be true.

Claims carry ``quantity`` keys; two statements with one key speak of one number. Each
is a set of admissible values (by its printed digits and by its form: *about*, *more
than*, ...), scaled to a common unit. Sets that do not meet are *incompatible*: the
report contradicts itself whichever of the two is right.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from analysis.claims.evaluation import Claim, read
from analysis.claims.readings import half_step
from analysis.claims.units import Unit, unit
from analysis.claims.values import Number
from analysis.report import Report

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "quantity",
    "id_a",
    "line_a",
    "printed_a",
    "unit_a",
    "id_b",
    "line_b",
    "printed_b",
    "unit_b",
    "verdict",
    "ratio",
]
#: Units of things counted in full, and years: printed numbers of these are not rounded.
COUNTED = {Unit(Fraction(1), base) for base in ("項", "年", "件", "名次", "國")}

SAME, COMPATIBLE, INCOMPATIBLE, OTHER_UNIT = "same", "compatible", "incompatible", "other unit"


@dataclass(frozen=True)
class Statement:
    """One printed number that a claim says a quantity has."""

    quantity: str
    id: str
    line: int
    digits: str
    unit: str
    form: str

    @property
    def scale(self) -> Unit:
        """The unit as factor and base."""
        return unit(self.unit)

    def bounds(self) -> tuple[Fraction | None, Fraction | None]:
        """Admissible values in the base unit; ``None`` for no bound on that side."""
        value, factor = Fraction(self.digits), self.scale.factor
        printed = Number.printed(self.digits, exact=self.scale in COUNTED)
        low: Fraction | None = printed.low
        high: Fraction | None = printed.high
        if self.form in ("about", "near"):
            width = max(half_step(self.digits), abs(value) / 10)
            low, high = value - width, value + width
        elif self.form in ("gt", "ge"):
            high = None
        elif self.form in ("lt", "le"):
            low = None
        return (None if low is None else low * factor, None if high is None else high * factor)


def statements(claims: Iterable[Claim]) -> dict[str, list[Statement]]:
    """Statements by quantity, in the order of the claims."""
    found: dict[str, list[Statement]] = {}
    for claim in claims:
        for name, key in claim.quantity.items():
            if not name:
                continue
            quantity, _, own_unit = key.partition("@")
            claimed = name == claim.claimed
            printed_unit = own_unit or (claim.unit if claimed or not claim.claimed or len(claim.digits) == 1 else "")
            form = claim.form if claimed and claim.form else "eq"
            found.setdefault(quantity, []).append(
                Statement(quantity, claim.id, claim.line, claim.digits[name], printed_unit, form)
            )
    return found


def compare(a: Statement, b: Statement) -> tuple[str, str]:
    """``(verdict, ratio b/a)`` of two statements of one quantity.

    The ratio is given, to four significant digits, where the two are not the same.
    """
    known = bool(a.unit and b.unit)
    if known and a.scale.base != b.scale.base:
        return OTHER_UNIT, _ratio(a, b)
    left = a if known else Statement(a.quantity, a.id, a.line, a.digits, "", a.form)
    right = b if known else Statement(b.quantity, b.id, b.line, b.digits, "", b.form)
    if Fraction(left.digits) * left.scale.factor == Fraction(right.digits) * right.scale.factor:
        return SAME, ""
    (low_a, high_a), (low_b, high_b) = left.bounds(), right.bounds()
    apart = (high_a is not None and low_b is not None and high_a < low_b) or (
        high_b is not None and low_a is not None and high_b < low_a
    )
    return (INCOMPATIBLE if apart else COMPATIBLE), _ratio(left, right)


def _ratio(a: Statement, b: Statement) -> str:
    first = Fraction(a.digits) * a.scale.factor
    return f"{float(Fraction(b.digits) * b.scale.factor / first):.4g}" if first else ""


def links(report: Report) -> pd.DataFrame:
    """Every pair of statements of one quantity from different claims; columns :data:`COLUMNS`."""
    import pandas as pd

    rows = []
    for quantity, found in sorted(statements(read(report)).items()):
        for a, b in itertools.combinations(found, 2):
            if a.id != b.id:
                verdict, ratio = compare(a, b)
                rows.append((quantity, a.id, a.line, a.digits, a.unit, b.id, b.line, b.digits, b.unit, verdict, ratio))
    return pd.DataFrame(rows, columns=COLUMNS)
