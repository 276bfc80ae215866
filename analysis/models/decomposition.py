r"""A change split into parts that add up exactly: shift-share, log-mean Divisia, contributions.

**Shift-share** of a value-added rate :math:`R=\sum_i\theta_i r_i` (:math:`\theta_i` an
industry's share in output, :math:`r_i` its own rate), symmetric form (Fabricant 1942; Marshall
and Edgeworth weights):

.. math:: \Delta R=\underbrace{\sum_i\bar\theta_i\,\Delta r_i}_{\text{within}}
                  +\underbrace{\sum_i(\bar r_i-\bar R)\,\Delta\theta_i}_{\text{structure}}

with bars for the mean of both years; subtracting :math:`\bar R` changes no total (shares add
to one) and makes an industry's structure term say whether it moved *towards* high rates. Output
is not printed; it follows from value added and rate. What is not in the listed industries is one
residual industry. Everything is a :class:`~fractions.Fraction`, so the identity holds exactly.

**LMDI-I** (Ang 2005) of :math:`G=Q\cdot I` (R&D = GDP times intensity):
:math:`\Delta G=L\ln(Q_1/Q_0)+L\ln(I_1/I_0)`, with :math:`L=(G_1-G_0)/\ln(G_1/G_0)`. No
residual; symmetric in time.

**Contributions** to growth: :math:`100\,\Delta x_i/X_0` percentage points; what the printed
parts leave of the printed total is shown as residual.

Bounds are over all values that print the same, found at the corners of the box of inputs. For
LMDI and contributions that is exact, as they are monotone in each input; for shift-share it is
exact up to terms of second order in the rounding (some 1e-6 points here).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from analysis.rounding import Interval, Intervals

if TYPE_CHECKING:
    import pandas as pd

    from analysis.report import Report

RESIDUAL = "other"

Bounds = tuple[float, float]


class Cell(NamedTuple):
    """A printed number: its value and what it may stand for."""

    value: Fraction
    low: Fraction
    high: Fraction


def cell(printed: str, exact: bool = False) -> Cell:
    """A printed number as exact fractions."""
    interval = Intervals.from_printed([printed], exact)[0]
    if interval is None:
        raise ValueError(f"not a number: {printed!r}")
    return Cell(Fraction(printed), interval.low, interval.high)


# ---------------------------------------------------------------- shift-share


@dataclass(frozen=True)
class Part:
    """One industry's part in the change of the rate, in percentage points, with rounding bounds."""

    code: str
    within: Fraction
    structure: Fraction
    within_bounds: Bounds
    structure_bounds: Bounds
    share_before: Fraction
    share_after: Fraction

    @property
    def total(self) -> Fraction:
        """Within and structure together."""
        return self.within + self.structure


@dataclass(frozen=True)
class ShiftShare:
    """A change of the aggregate rate and its parts; ``within + structure == change`` exactly."""

    before: int
    after: int
    change: Fraction
    parts: tuple[Part, ...]

    @property
    def within(self) -> Fraction:
        """What the industries' own rates did at mean shares."""
        return sum((p.within for p in self.parts), Fraction(0))

    @property
    def structure(self) -> Fraction:
        """What the shift of output between industries did at mean rates."""
        return sum((p.structure for p in self.parts), Fraction(0))

    def frame(self) -> pd.DataFrame:
        """Parts as floats: ``code, within, within_low, within_high, structure, …, total``, last row ``all``."""
        import pandas as pd

        rows: list[dict[str, Any]] = [
            {
                "code": p.code,
                "within": float(p.within), "within_low": p.within_bounds[0],
                "within_high": p.within_bounds[1], "structure": float(p.structure),
                "structure_low": p.structure_bounds[0], "structure_high": p.structure_bounds[1],
                "total": float(p.total),
            }
            for p in self.parts
        ]  # fmt: skip
        ends = {c: sum(r[c] for r in rows) for c in rows[0] if c != "code"}
        rows.append({"code": "all", **ends, "within": float(self.within), "structure": float(self.structure),
                     "total": float(self.change)})  # fmt: skip
        return pd.DataFrame(rows)


def _terms(v0: Any, r0: Any, q0: Any, v1: Any, r1: Any, q1: Any, mean: Any) -> tuple[Any, Any]:
    """Within and structure of an industry with value added ``v``, rate ``r`` and total output ``q``."""
    share0, share1 = v0 / r0 / q0, v1 / r1 / q1
    within = (share0 + share1) / 2 * (r1 - r0)
    return within, ((r0 + r1) / 2 - mean) * (share1 - share0)


def shift_share(
    before: Mapping[str, tuple[Cell, Cell]],
    after: Mapping[str, tuple[Cell, Cell]],
    total: str,
    years: tuple[int, int],
) -> ShiftShare:
    """Split the change of ``total``'s rate over the industries.

    ``before`` and ``after`` give value added and rate (per cent) by code, ``total`` among them.
    The residual industry is what ``total`` has beyond the others. Raises :class:`ValueError`
    if the codes differ, a rate is not positive, or the parts exceed the total.
    """
    if set(before) != set(after) or total not in before:
        raise ValueError("both years need the same industries and their total")
    codes = [c for c in before if c != total]
    for year, cells in zip(years, (before, after), strict=True):
        for code, (_, rate) in cells.items():
            if rate.low <= 0:
                raise ValueError(f"{code} {year}: a rate must be positive to give output")
    rest0, rest1 = _rest(before, codes, total), _rest(after, codes, total)
    if min(rest0[0].low, rest1[0].low, rest0[1].low, rest1[1].low) <= 0:
        raise ValueError("the industries exceed their total; there is no residual industry")
    (v0, r0), (v1, r1) = before[total], after[total]
    q0, q1, mean = v0.value / r0.value, v1.value / r1.value, (r0.value + r1.value) / 2
    parts = []
    for code in [*codes, RESIDUAL]:
        if code == RESIDUAL:
            a0, b0 = rest0
            a1, b1 = rest1
        else:
            (a0, b0), (a1, b1) = before[code], after[code]
        within, structure = _terms(a0.value, b0.value, q0, a1.value, b1.value, q1, mean)
        bounds = _corners((a0, b0, a1, b1), (v0, r0, v1, r1))
        share0, share1 = a0.value / b0.value / q0, a1.value / b1.value / q1
        parts.append(Part(code, within, structure, *bounds, share0, share1))
    return ShiftShare(years[0], years[1], r1.value - r0.value, tuple(parts))


def _rest(cells: Mapping[str, tuple[Cell, Cell]], codes: Sequence[str], total: str) -> tuple[Cell, Cell]:
    """Value added and rate of the residual industry; its bounds treat the inputs as independent."""
    whole, rate = cells[total]
    value = whole.value - sum(cells[c][0].value for c in codes)
    low = whole.low - sum(cells[c][0].high for c in codes)
    high = whole.high - sum(cells[c][0].low for c in codes)
    output = whole.value / rate.value - sum(cells[c][0].value / cells[c][1].value for c in codes)
    least = whole.low / rate.high - sum(cells[c][0].high / cells[c][1].low for c in codes)
    most = whole.high / rate.low - sum(cells[c][0].low / cells[c][1].high for c in codes)
    if output <= 0 or least <= 0 or low <= 0:
        return Cell(value, low, high), Cell(Fraction(-1), Fraction(-1), Fraction(-1))
    return Cell(value, low, high), Cell(value / output, low / most, high / least)


def _corners(own: tuple[Cell, ...], whole: tuple[Cell, ...]) -> tuple[Bounds, Bounds]:
    """Bounds of an industry's terms over the corners of the box of its eight inputs."""
    import numpy as np

    sides = [(float(c.low), float(c.high)) for c in (*own, *whole)]
    a0, b0, a1, b1, v0, r0, v1, r1 = (axis.ravel() for axis in np.meshgrid(*sides, indexing="ij"))
    within, structure = _terms(a0, b0, v0 / r0, a1, b1, v1 / r1, (r0 + r1) / 2)
    return (float(within.min()), float(within.max())), (float(structure.min()), float(structure.max()))


def value_added(report: Report, before: int = 2014, after: int = 2023) -> ShiftShare:
    """Shift-share of the manufacturing value-added rate of Table 1-2-16."""
    cells = report.cells(["1-2-16"])

    def year(wanted: int) -> dict[str, tuple[Cell, Cell]]:
        part = cells[cells["year"] == str(wanted)]
        if part.empty:
            raise ValueError(f"Table 1-2-16 has no year {wanted}")
        wide = part.pivot(index="code", columns="measure", values="printed")
        order = list(dict.fromkeys(part["code"]))
        return {c: (cell(str(wide.at[c, "value_added"])), cell(str(wide.at[c, "value_added_rate"]))) for c in order}

    return shift_share(year(before), year(after), "C", (before, after))


# ---------------------------------------------------------------- log-mean Divisia


def log_mean(a: float, b: float) -> float:
    """Logarithmic mean ``(a - b) / ln(a / b)`` of two positive numbers; ``a`` where they are equal."""
    if a <= 0 or b <= 0:
        raise ValueError("the logarithmic mean needs positive numbers")
    distance = math.log(a / b)
    if abs(distance) < 1e-8:  # the series of (e^d - 1) / d, where the quotient loses digits
        return b * (1 + distance / 2 + distance * distance / 6)
    return b * math.expm1(distance) / distance


@dataclass(frozen=True)
class Divisia:
    """Change of R&D split into a GDP effect and an intensity effect, with rounding bounds.

    In the unit of the printed amount; ``gdp + intensity == change`` up to float precision.
    """

    code: str
    change: float
    gdp: float
    intensity: float
    gdp_bounds: tuple[float, float]
    intensity_bounds: tuple[float, float]
    growth: float

    @property
    def gdp_share(self) -> float:
        """GDP effect in per cent of the change (may exceed 100 or be negative)."""
        return 100 * self.gdp / self.change


def lmdi(amounts: tuple[Cell, Cell], intensities: tuple[Cell, Cell], code: str = "") -> Divisia:
    """LMDI-I of ``amount = GDP * intensity`` between two years; all inputs positive."""

    def effect(g0: Fraction, g1: Fraction, i0: Fraction, i1: Fraction) -> tuple[float, float]:
        by_intensity = log_mean(float(g1), float(g0)) * math.log(float(i1) / float(i0))
        return float(g1 - g0) - by_intensity, by_intensity

    if min(c.low for c in (*amounts, *intensities)) <= 0:
        raise ValueError(f"{code}: amounts and intensities must be positive")
    g, i = amounts, intensities
    gdp, intensity = effect(g[0].value, g[1].value, i[0].value, i[1].value)
    corners = [effect(*c) for c in itertools.product(*((x.low, x.high) for x in (g[0], g[1], i[0], i[1])))]
    return Divisia(
        code=code,
        change=float(g[1].value - g[0].value),
        gdp=gdp,
        intensity=intensity,
        gdp_bounds=(min(c[0] for c in corners), max(c[0] for c in corners)),
        intensity_bounds=(min(c[1] for c in corners), max(c[1] for c in corners)),
        growth=float(100 * (g[1].value / g[0].value - 1)),
    )


def research(report: Report, before: int = 2019, after: int = 2023) -> list[Divisia]:
    """LMDI of R&D expenditure (Table 1-2-1) with R&D intensity (Table 1-2-2), every country."""
    cells = report.cells(["1-2-1", "1-2-2"])
    cells = cells[cells["measure"].isin(["gerd", "gerd_intensity"])]
    at = {
        (m, c, y): p
        for m, c, y, p in zip(cells["measure"], cells["code"], cells["year"], cells["printed"], strict=True)
    }
    found = []
    for code in dict.fromkeys(cells["code"]):
        four = [at.get((m, code, str(y)), "N/A") for m in ("gerd", "gerd_intensity") for y in (before, after)]
        if "N/A" not in four:
            g0, g1, i0, i1 = map(cell, four)
            found.append(lmdi((g0, g1), (i0, i1), str(code)))
    return found


def lmdi_frame(results: Sequence[Divisia]) -> pd.DataFrame:
    """``code, change, growth, gdp, gdp_low, gdp_high, intensity, …``, and both effects in per cent of the start."""
    import pandas as pd

    rows = []
    for r in results:
        start = r.change / (r.growth / 100) if r.growth else math.nan
        rows.append(
            {
                "code": r.code, "change": r.change, "growth": r.growth, "gdp": r.gdp,
                "gdp_low": r.gdp_bounds[0], "gdp_high": r.gdp_bounds[1], "intensity": r.intensity,
                "intensity_low": r.intensity_bounds[0], "intensity_high": r.intensity_bounds[1],
                "gdp_points": 100 * r.gdp / start, "intensity_points": 100 * r.intensity / start,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


# ---------------------------------------------------------------- contributions


@dataclass(frozen=True)
class Contribution:
    """Percentage points that a part adds to the growth of the whole, with rounding bounds."""

    code: str
    points: Fraction
    bounds: Interval


def contributions(
    before: Mapping[str, Cell], after: Mapping[str, Cell], total: str
) -> tuple[Fraction, tuple[Contribution, ...]]:
    """Growth of ``total`` in per cent and each part's contribution, the residual last.

    The residual is what the printed parts leave of the printed total; contributions and
    residual add up to the growth exactly.
    """
    if set(before) != set(after) or total not in before:
        raise ValueError("both years need the same parts and their total")
    base, end = before[total], after[total]
    if base.low <= 0:
        raise ValueError("growth needs a positive total to start from")
    growth = 100 * (end.value / base.value - 1)
    found = []
    for code in before:
        if code == total:
            continue
        a, b = before[code], after[code]
        corners = [100 * d / t for d in (b.low - a.high, b.high - a.low) for t in (base.low, base.high)]
        found.append(Contribution(code, 100 * (b.value - a.value) / base.value, Interval(min(corners), max(corners))))
    rest = growth - sum((c.points for c in found), Fraction(0))
    edges = [
        (end.low - base.high) - sum(after[c.code].high - before[c.code].low for c in found),
        (end.high - base.low) - sum(after[c.code].low - before[c.code].high for c in found),
    ]
    corners = [100 * e / t for e in edges for t in (base.low, base.high)]
    found.append(Contribution("rounding", rest, Interval(min(corners), max(corners))))
    return growth, tuple(found)


def exports(report: Report, table: str = "1-2-9", before: int = 2023, after: int = 2024) -> pd.DataFrame:
    """Contributions of the classes of an export table: ``code, points, low, high``; first row the total."""
    import pandas as pd

    cells = report.cells([table])
    cells = cells[cells["measure"] == "exports"]

    def year(wanted: int) -> dict[str, Cell]:
        part = cells[cells["year"] == str(wanted)]
        if part.empty:
            raise ValueError(f"Table {table} has no year {wanted}")
        return {str(c): cell(p) for c, p in zip(part["code"], part["printed"], strict=True)}

    first, last = year(before), year(after)
    total = "exports_total"
    growth, found = contributions(first, last, total)
    ends = [
        100 * (e / b - 1) for e in (last[total].low, last[total].high) for b in (first[total].low, first[total].high)
    ]
    rows = [{"code": total, "points": float(growth), "low": float(min(ends)), "high": float(max(ends))}]
    rows += [
        {"code": c.code, "points": float(c.points), "low": float(c.bounds.low), "high": float(c.bounds.high)}
        for c in found
    ]
    return pd.DataFrame(rows)
