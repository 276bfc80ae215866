r"""A change split into parts that add up: shift-share, log-mean Divisia, contributions to growth.

**Shift-share** of a value-added rate :math:`R=\sum_i\theta_i r_i` (:math:`\theta_i` an industry's share in
output, :math:`r_i` its own rate), symmetric form (Fabricant 1942; Marshall and Edgeworth weights):

.. math:: \Delta R=\underbrace{\sum_i\bar\theta_i\,\Delta r_i}_{\text{within}}
                  +\underbrace{\sum_i(\bar r_i-\bar R)\,\Delta\theta_i}_{\text{structure}}

with bars for the mean of both years; with weights of the first year there is a third part, the interaction
:math:`\sum_i\Delta\theta_i\,\Delta r_i`. Output is not printed; it follows from value added and rate. What is
not in the listed industries is one residual industry.

**LMDI-I** (Ang 2005) of :math:`G=Q\cdot I` (R&D = GDP times intensity):
:math:`\Delta G=L\ln(Q_1/Q_0)+L\ln(I_1/I_0)`, with :math:`L=(G_1-G_0)/\ln(G_1/G_0)`. Each part is a share of the
growth *in logarithms*; what growth of GDP alone would have brought is another number (``gdp_alone``).

Bounds are attained by inputs that print the same (a corner of their box, found one input at a time); for
LMDI all corners are tried. Contributions of exports are those of :mod:`analysis.indicators.exports`.
"""

import contextlib
import functools
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.interval import NOT_AVAILABLE, Interval, floats
from analysis.models.series import Floats, NotEstimable
from analysis.report import Report
from analysis.stages import once

RESIDUAL = "other"

#: A printed number: value, lowest, highest.
Cell = tuple[float, float, float]


# ---------------------------------------------------------------- shift-share


@dataclass(frozen=True)
class ShiftShare:
    """A change of the aggregate rate and its parts; ``within + structure`` is the change.

    ``within`` is what the industries' own rates did at mean shares, ``structure`` what the shift of output between
    them did at mean rates; ``table``: ``code, within, within_low, within_high, structure, …_low, …_high, total``,
    last row ``all``; ``base`` are the parts with weights of the first year: within, structure, interaction.
    """

    before: int
    after: int
    change: float
    within: float
    structure: float
    table: pd.DataFrame
    base: tuple[float, ...]


def _split(inputs: Floats) -> tuple[Floats, Floats, Floats]:
    """Own parts of all industries; ``inputs`` (…, 2 years, 2 value added and rate, industries, total first).

    Returns within and structure (…, industries; the residual last) and the three parts with first-year
    weights (…, 3). A residual that is not positive gives NaN.
    """
    value, rate = inputs[..., 0, :], inputs[..., 1, :]
    with np.errstate(all="ignore"):
        output = value / rate
        rest = output[..., :1] - output[..., 1:].sum(axis=-1, keepdims=True)
        left = value[..., :1] - value[..., 1:].sum(axis=-1, keepdims=True)
        fine = (rest > 0) & (left > 0)
        own = np.concatenate([rate[..., 1:], np.where(fine, left / rest, np.nan)], axis=-1)
        share = np.concatenate([output[..., 1:], rest], axis=-1) / output[..., :1]
    whole = rate[..., :1]
    (r0, r1), (s0, s1), (t0, t1) = (np.moveaxis(a, -2, 0) for a in (own, share, whole))
    within = (s0 + s1) / 2 * (r1 - r0)
    structure = ((r0 + r1) / 2 - (t0 + t1) / 2) * (s1 - s0)
    base = [s0 * (r1 - r0), (r0 - t0) * (s1 - s0), (s1 - s0) * (r1 - r0)]
    return within, structure, np.stack([b.sum(axis=-1) for b in base], axis=-1)


def attained(function: Callable[[Floats], Floats], low: Floats, high: Floats) -> tuple[float, float]:
    """Smallest and largest value of a smooth function found at the corners of a box, one input at a time.

    ``function`` takes points in rows. Starting from the middle, every input goes to the end that lowers
    (raises) the value, until none moves; exact where the function is monotone in each input.
    """
    ends = []
    for sign in (1.0, -1.0):
        at = (low + high) / 2
        for _ in range(20):
            trial = np.repeat(at[None], 2 * len(at), axis=0)
            index = np.arange(len(at))
            trial[index, index], trial[len(at) + index, index] = low, high
            value = sign * function(trial)
            moved = np.where(value[: len(at)] <= value[len(at) :], low, high)
            if (moved == at).all():
                break
            at = moved
        ends.append(float(function(at[None])[0]))
    return ends[0], ends[1]


def shift_share(
    before: Mapping[str, tuple[Cell, Cell]], after: Mapping[str, tuple[Cell, Cell]], total: str, years: tuple[int, int]
) -> ShiftShare:
    """Split the change of ``total``'s rate over the industries.

    ``before`` and ``after`` give value added and rate (per cent) by code, ``total`` among them. Raises
    :class:`NotEstimable` if the codes differ, a rate is not positive, or the parts exceed the total.
    """
    if set(before) != set(after) or total not in before:
        raise NotEstimable("both years need the same industries and their total")
    codes = [c for c in before if c != total]
    for year, cells in zip(years, (before, after), strict=True):
        for code, (_, rate) in cells.items():
            if rate[1] <= 0:
                raise NotEstimable(f"{code} {year}: a rate must be positive to give output")
    order = [total, *codes]
    box = np.array([[[k[c][j] for c in order] for j in (0, 1)] for k in (before, after)])  # year, what, code, three
    value, low, high = (box[..., i] for i in range(3))
    within, structure, base = _split(value)
    if not np.isfinite(within).all():
        raise NotEstimable("the industries exceed their total; there is no residual industry")
    change = float(value[1, 1, 0] - value[0, 1, 0])
    table = pd.DataFrame({"code": [*codes, RESIDUAL, "all"]})
    places = [*(slice(i, i + 1) for i in range(len(order))), slice(None)]
    for which, (part, own) in enumerate((("within", within), ("structure", structure))):

        def some(x: Floats, rows: slice, which: int = which) -> Floats:
            return np.asarray(_split(x.reshape(-1, *value.shape))[which][:, rows].sum(axis=1))

        ends = [attained(functools.partial(some, rows=rows), low.ravel(), high.ravel()) for rows in places]
        table[part] = [*own, math.fsum(own)]
        table[[f"{part}_low", f"{part}_high"]] = ends
    table["total"] = [*(within + structure), change]
    if not np.isfinite(table.drop(columns="code").to_numpy()).all():
        raise NotEstimable("the printed digits do not tell whether the industries exceed their total")
    total_within, total_structure = (float(table[part].iloc[-1]) for part in ("within", "structure"))
    return ShiftShare(*years, change, total_within, total_structure, table, tuple(map(float, base)))


@once
def printed_years(report: Report, table: str, measure: str) -> list[int]:
    """Years of a measure, in order; empty without the table."""
    if table not in report.tables and len(report.holding(table)) != 1:
        return []
    return sorted({int(c.year) for c in report.iter_cells([table]) if c.measure == measure and c.year})


@once
def _cells(report: Report, tables: tuple[str, ...], only: tuple[str, ...] = ()) -> dict[tuple[str, str, str], Cell]:
    """The numbers that some tables print (``only`` of some measures), by code, measure and year."""
    cells = [c for c in report.iter_cells(tables) if c.printed != NOT_AVAILABLE and (c.measure in only or not only)]
    bounds = floats([Interval.printed(c.printed, c.exact) for c in cells])
    numbers = zip(*(ends.tolist() for ends in bounds), strict=True)
    return {(c.code, c.measure, c.year): three for c, three in zip(cells, numbers, strict=True)}


def _two(cells: Mapping[tuple[str, str, str], Cell], code: str, measure: str, years: Sequence[int]) -> list[Cell]:
    """A measure of one row in some years; :class:`NotEstimable` for what is not printed."""
    try:
        return [cells[code, measure, str(y)] for y in years]
    except KeyError:
        raise NotEstimable("a number is not available") from None


def value_added(report: Report, before: int | None = None, after: int | None = None) -> ShiftShare:
    """Shift-share of the manufacturing value-added rate of Table 1-2-16 (first and last printed year).

    Industries without a number in one of the years are in the residual industry.
    """
    shown = printed_years(report, "value_added_rate", "value_added_rate")
    years = (before or shown[0], after or shown[-1])
    if not set(years) <= set(shown):
        raise NotEstimable(f"the value-added rates have no year {min(set(years) - set(shown))}")
    cells = _cells(report, ("value_added_rate",))
    found: dict[str, list[tuple[Cell, Cell]]] = {}
    for code in dict.fromkeys(c for c, _, _ in cells):
        with contextlib.suppress(NotEstimable):
            value, rate = (_two(cells, code, m, years) for m in ("value_added", "value_added_rate"))
            found[code] = list(zip(value, rate, strict=True))
    if "C" not in found:
        raise NotEstimable(f"the total of manufacturing is not available for {years[0]} and {years[1]}")
    first, last = ({code: both[i] for code, both in found.items()} for i in (0, 1))
    return shift_share(first, last, "C", years)


def periods(report: Report) -> list[tuple[int, int]]:
    """The whole span of Table 1-2-16 and each pair of neighbouring years."""
    shown = printed_years(report, "value_added_rate", "value_added_rate")
    return [(shown[0], shown[-1]), *itertools.pairwise(shown)] if len(shown) > 1 else []


# ---------------------------------------------------------------- log-mean Divisia


class Divisia(NamedTuple):
    """Change of R&D split into a GDP and an intensity effect, which add up to it, with rounding bounds.

    ``change``, the effects and ``gdp_alone`` (what growth of GDP would have brought at the first intensity) are in the
    unit of the printed amount; ``…_points`` are the effects in per cent of the start, as ``growth`` is. GDP is the
    quotient of amount and intensity, ``gdp_growth`` in per cent. ``alone_share``: ``gdp_alone`` in per cent of the
    change; ``gdp_share``: the GDP effect in per cent of the growth in logarithms (may exceed 100 or be negative).
    """

    code: str
    change: float
    growth: float
    gdp: float
    gdp_low: float
    gdp_high: float
    intensity: float
    intensity_low: float
    intensity_high: float
    gdp_growth: float
    alone_share: float
    gdp_points: float
    intensity_points: float
    gdp_alone: float
    gdp_share: float


def log_mean(a: float, b: float) -> float:
    """Logarithmic mean ``(a - b) / ln(a / b)`` of two positive numbers; ``a`` where they are equal."""
    if a <= 0 or b <= 0:
        raise NotEstimable("the logarithmic mean needs positive numbers")
    distance = math.log(a / b)
    return b * (math.expm1(distance) / distance if distance else 1.0)


def lmdi(amounts: Sequence[Cell], intensities: Sequence[Cell], code: str = "") -> Divisia:
    """LMDI-I of ``amount = GDP * intensity`` between two years; all inputs positive."""
    four = [*amounts, *intensities]
    if min(low for _, low, _ in four) <= 0:
        raise NotEstimable(f"{code}: amounts and intensities must be positive")

    def effects(g0: float, g1: float, i0: float, i1: float) -> tuple[float, float]:
        by_intensity = log_mean(g1, g0) * math.log(i1 / i0)
        return g1 - g0 - by_intensity, by_intensity

    g0, g1, i0, i1 = (value for value, _, _ in four)
    corners = zip(*itertools.starmap(effects, itertools.product(*(ends for _, *ends in four))), strict=True)
    (gdp_low, gdp_high), (least, most) = ((min(ends), max(ends)) for ends in corners)
    change, (gdp, intensity), grown = g1 - g0, effects(g0, g1, i0, i1), 100 * (g1 / g0 * i0 / i1 - 1)
    alone = g0 * grown / 100
    alone_share, gdp_share = (100 * part / change if change else math.nan for part in (alone, gdp))
    growth, gdp_points, intensity_points = (100 * part / g0 for part in (change, gdp, intensity))
    parts = gdp, gdp_low, gdp_high, intensity, least, most
    points = gdp_points, intensity_points
    return Divisia(code, change, growth, *parts, grown, alone_share, *points, alone, gdp_share)


@once
def research(report: Report, before: int | None = None, after: int | None = None) -> list[Divisia]:
    """LMDI of R&D expenditure (Table 1-2-1) with R&D intensity (Table 1-2-2), every row that has all four numbers."""
    both = "gerd", "gerd_intensity"
    shown = printed_years(report, "gerd", "gerd") if all(map(report.holding, both)) else []
    if not shown:
        return []
    years = before or shown[0], after or shown[-1]
    cells = _cells(report, both, both)
    found = []
    for code in dict.fromkeys(c for c, m, _ in cells if m == "gerd"):
        with contextlib.suppress(NotEstimable):
            amounts, intensities = (_two(cells, code, m, years) for m in both)
            found.append(lmdi(amounts, intensities, code))
    return found


@once
def research_on_real_gdp(report: Report) -> tuple[Divisia, Divisia]:
    """R&D expenditure of the report's country on the quotient of the two tables and on printed real GDP (Table 1-2-8).

    Real GDP is chained one year back with its growth rate, where the table prints one. Both splits are over the
    years that all tables cover. Expenditure is at constant prices, so real GDP is its fellow.
    """
    code = report.home
    cells = {(m, y): three for (_, m, y), three in _cells(report, ("real_gdp",)).items()}
    gdp = {int(y): three for (m, y), three in cells.items() if m == "real_gdp" and min(three) > 0}
    if not gdp:
        raise NotEstimable("no real GDP above zero is printed")
    first = min(gdp)
    if (rate := cells.get(("gdp_growth", str(first)))) and min(rate) > -100:
        (value, least, most), (grown, low, high) = gdp[first], (1 + v / 100 for v in rate)
        gdp[first - 1] = value / grown, least / high, most / low
    amounts = {int(y): three for (c, _, y), three in _cells(report, ("gerd",), ("gerd",)).items() if c == code}
    both = sorted(set(amounts) & set(gdp))
    if len(both) < 2:
        raise NotEstimable("R&D expenditure and real GDP share fewer than two years")
    years = both[0], both[-1]
    quotient = next((r for r in research(report, *years) if r.code == code), None)
    if quotient is None:
        raise NotEstimable(f"R&D intensity of {code} is not printed for {years[0]} and {years[1]}")
    spent = [amounts[y] for y in years]
    ratios = [(g[0] / gdp[y][0], g[1] / gdp[y][2], g[2] / gdp[y][1]) for g, y in zip(spent, years, strict=True)]
    return quotient, lmdi(spent, ratios, code)


# ---------------------------------------------------------------- contributions


def exports(report: Report, table: str = "") -> pd.DataFrame:
    """Contributions of the classes of an export table to its growth: ``code, points, low, high``.

    First row the total, last row ``rounding``: what the printed classes leave of the printed total (it has
    no bounds; unrounded classes leave nothing). The growth is that of the last year.
    """
    from analysis.indicators import exports as indicator

    table = table or report.holding("exports", "share")[0]
    shown = printed_years(report, table, "exports")
    year = shown[-1] if shown else 0
    both = pd.concat([indicator.exports_growth(report), indicator.contributions(report)])
    both = both[(both["table"] == table) & (both["year"] == year)]
    growth = both[(both["code"] == indicator.TOTAL) & (both["indicator"] == "exports_growth")]
    parts = both[both["indicator"] == "exports_growth_contribution"].dropna(subset=["value"])
    if growth["value"].isna().any() or growth.empty or parts.empty:
        raise NotEstimable(f"Table {table} has no growth of the total for {year}")
    rest = float(growth["value"].iloc[0] - parts["value"].sum())
    frame = pd.concat([growth, parts]).rename(columns={"value": "points"})[["code", "points", "low", "high"]]
    left = pd.DataFrame({"code": ["rounding"], "points": [rest]})
    return pd.concat([frame, left], ignore_index=True)
