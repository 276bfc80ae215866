"""What else is uncertain: printed digits, filled-in cells, and testing many series at once.

*Rounding.* A printed number is one of many that print the same. :func:`rounding` draws them
(uniform, seeded) through each estimate and compares the spread with the estimate's standard
error. *Suspect cells.* :func:`with_and_without` fits everything twice, with and without the
cells that the audit holds to be filled in or contradicted. *Many tests.* :func:`multiplicity`
counts, and controls the false discovery rate (Benjamini and Hochberg 1995; Benjamini and
Yekutieli 2001 for any dependence).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.models import panel
from analysis.models.growth import trend, weights
from analysis.models.series import MEASURES, Floats, NotEstimable, Series, countries

if TYPE_CHECKING:
    import pandas as pd

    from analysis.report import Report

SEED = 20250520
DRAWS = 2000

#: Measures whose tables print a growth rate beside the amounts.
PANEL_MEASURES = ("gerd", "gerd_intensity", "researchers", "researcher_density", "patents")

FlaggedCell = tuple[str, str, str, int]


# ---------------------------------------------------------------- suspect cells


def carried_forward(report: Report) -> list[FlaggedCell]:
    """Cells ``(table, code, measure, year)`` of the last year whose printed growth is exactly 1.00.

    One such row may be chance (rates to two decimals hit 1.00 about once in two hundred); where
    several rows of one year share it, they were completed by rule rather than observed.
    """
    found: list[FlaggedCell] = []
    for table, measure in MEASURES:
        cells = report.cells([table])
        growth = cells[(cells["measure"] == "growth") & (cells["printed"] == "1.00")]
        years = cells.loc[cells["measure"] == measure, "year"]
        if growth.empty or years.empty:
            continue
        last = growth[growth["year"] == years.max()]
        if len(last) >= 2:
            found += [(table, str(code), measure, int(years.max())) for code in last["code"]]
    return found


#: Kinds of findings that do not touch a growth rate: a wrong unit is the same in every year.
HARMLESS_KINDS = frozenset({"unit"})


def flagged_cells(report: Report) -> list[FlaggedCell]:
    """Cells to do without, and why the book shows both fits; sorted.

    The carried-forward cells, and every value of a country's series that a finding of the audit
    names as one that cannot be right (or that a rule filled in).
    """
    return sorted({*carried_forward(report), *named_in_findings(report)})


def named_in_findings(report: Report, found: pd.DataFrame | None = None) -> list[FlaggedCell]:
    """Values of the country tables named in the audit's findings; ``found`` defaults to all of them.

    A growth rate that is named stands for the value of its year.
    """
    if found is None:
        from analysis.audit import findings

        found = findings(report)
    measures = {table: measure for table, measure in MEASURES if MEASURES[table, measure][0] in PANEL_MEASURES}
    cells = report.cells(list(measures))
    known = {
        f"{t}/{r}/{c}": (t, code, m, y)
        for t, r, c, code, m, y in cells[["table", "row", "column", "code", "measure", "year"]].itertuples(index=False)
    }
    named: set[FlaggedCell] = set()
    for kind, places in found[["kind", "cells"]].itertuples(index=False):
        if kind in HARMLESS_KINDS:
            continue
        for place in str(places).split("; "):
            table, code, measure, year = known.get(place, ("", "", "", ""))
            derived = measure == "growth" and kind == "constant rate"
            if year and (derived or measure == measures[table]):
                named.add((table, str(code), measures[table], int(year)))
    return sorted(named)


def with_and_without(found: Mapping[str, Series], level: float = 0.95) -> pd.DataFrame:
    """Trends with all cells and without the suspect ones, side by side.

    ``key, label, n, estimate, low, high, left_out, n_without, estimate_without, low_without,
    high_without, unit``; series without suspect cells are not listed. Where fewer than three
    points remain the second fit is missing (NaN, shown as a dash).
    """
    import pandas as pd

    rows = []
    for one in found.values():
        if not one.suspect:
            continue
        full = trend(one, level)
        rest = one.without(one.suspect)
        row = {
            "key": one.key, "label": one.label, "n": full.n, "estimate": full.estimate, "low": full.low, "high": full.high,
            "left_out": ", ".join(str(y) for y in sorted(one.suspect)), "n_without": len(rest),
            "estimate_without": None, "low_without": None, "high_without": None, "unit": full.unit,
        }  # fmt: skip
        if len(rest) >= 3 and not rest.constant:
            less = trend(rest, level)
            row |= {"estimate_without": less.estimate, "low_without": less.low, "high_without": less.high}
        rows.append(row)
    return pd.DataFrame(rows)


def panel_with_and_without(found: Mapping[str, Series], level: float = 0.95) -> pd.DataFrame:
    """Common trends of :data:`PANEL_MEASURES` with and without suspect cells, per cent a year.

    A country of whom fewer than two cells remain leaves the panel.

    Columns ``measure, cells, estimate, low, high, n, estimate_without, low_without, high_without,
    n_without`` (clustered errors).
    """
    import pandas as pd

    rows = []
    for measure in PANEL_MEASURES:
        members = countries(dict(found), measure)
        suspects = sum(len(s.suspect) for s in members)
        if not suspects:
            continue
        full = panel.entity_trend(members, level)
        rest = [s.without(s.suspect) for s in members]
        less = panel.entity_trend([s for s in rest if len(s) >= 2], level)
        row: dict[str, object] = {"measure": measure, "cells": suspects}
        for suffix, fit in (("", full), ("_without", less)):
            rates = fit.rates()
            row |= {
                f"estimate{suffix}": rates["coefficient"], f"low{suffix}": rates["low"],
                f"high{suffix}": rates["high"], f"n{suffix}": fit.n,
            }  # fmt: skip
        rows.append(row)
    return pd.DataFrame(rows)


# ---------------------------------------------------------------- rounding


def draw(series: Sequence[Series], draws: int = DRAWS, seed: int = SEED) -> list[Floats]:
    """Responses that print the same: for each series an array (draws, years), uniform within the digits."""
    generator = np.random.default_rng(seed)
    found = []
    for one in series:
        low, high = one.intervals.low_float(), one.intervals.high_float()
        values = low + (high - low) * generator.random((draws, len(one)))
        found.append(np.log(values) if one.scale == "log" else values)
    return found


@dataclass(frozen=True)
class Noise:
    """Spread that rounding alone gives an estimate, beside its standard error (same unit)."""

    estimate: float
    se: float
    rounding: float

    @property
    def share(self) -> float:
        """Variance due to rounding in per cent of the squared standard error."""
        return 100 * (self.rounding / self.se) ** 2


def slope_noise(series: Series, draws: int = DRAWS, seed: int = SEED) -> Noise:
    """Monte Carlo of the log-linear slope (per cent or points a year, to first order)."""
    fit = trend(series)
    slopes = draw([series], draws, seed)[0] @ weights(series.time)
    unit = 100.0 if series.scale == "log" else 1.0
    return Noise(unit * fit.slope, unit * fit.se, unit * float(slopes.std(ddof=1)))


def panel_noise(
    series: Sequence[Series], estimator: Callable[[Floats], Floats], se: float, draws: int = DRAWS, seed: int = SEED
) -> Noise:
    """Monte Carlo of any estimator of balanced panels: ``(draws, countries, years)`` responses in, ``(draws,)`` out."""
    drawn = np.stack(draw(series, draws, seed), axis=1)
    printed = np.array([[s.response for s in series]])
    return Noise(float(estimator(printed)[0]), se, float(estimator(drawn).std(ddof=1)))


def rounding(found: Mapping[str, Series], code: str = "TWN") -> pd.DataFrame:
    """How much of the error is rounding: ``series, estimate, se, rounding, share, unit`` for the main estimates."""
    import pandas as pd

    rows = []

    def add(name: str, model: str, noise: Noise, unit: str) -> None:
        rows.append(
            {"series": name, "model": model, "estimate": noise.estimate, "se": noise.se, "rounding": noise.rounding,
             "share": noise.share, "unit": unit}
        )  # fmt: skip

    for measure in PANEL_MEASURES:
        one = found.get(f"{measure}.{code}")
        if one is not None:
            add(one.key, "log_linear_ols", slope_noise(one), "% a year")
        members = countries(dict(found), measure)
        if len(members) < 5 or len({s.years for s in members}) > 1:
            continue
        time = members[0].time
        span = time[-1] - time[0]

        slope = weights(time)

        def common(y: Floats, w: Floats = slope) -> Floats:
            return 100 * np.asarray((y @ w).mean(axis=1))

        def beta(y: Floats, span: float = span) -> Floats:
            start = y[:, :, 0] - y[:, :, 0].mean(axis=1, keepdims=True)
            return np.asarray(100 * ((y[:, :, -1] - y[:, :, 0]) / span * start).sum(axis=1) / (start**2).sum(axis=1))

        trend_fit, beta_fit = panel.entity_trend(members), panel.beta_convergence(members)
        add(measure, "entity_fe", panel_noise(members, common, 100 * trend_fit.se), "% a year")
        half = (beta_fit.high - beta_fit.low) / 2
        add(
            measure,
            "beta_convergence",
            panel_noise(members, beta, half / _quantile(beta_fit.n - 2)),
            "points per log point",
        )
    return pd.DataFrame(rows)


def _quantile(df: int, level: float = 0.95) -> float:
    from scipy.stats import t as student

    return float(student.ppf(0.5 + level / 2, df))


# ---------------------------------------------------------------- many tests


@dataclass(frozen=True)
class Multiplicity:
    """How many of ``tests`` trends are found at ``level``: singly, and with the false discovery rate controlled."""

    tests: int
    level: float
    singly: int
    expected_by_chance: float
    bh: int
    by: int
    frame: pd.DataFrame


def multiplicity(p_values: Mapping[str, float], level: float = 0.05) -> Multiplicity:
    """Benjamini-Hochberg and Benjamini-Yekutieli over all tests.

    ``frame``: ``key, p, q`` (the Benjamini-Hochberg adjusted value), smallest first. Raises
    :class:`NotEstimable` without tests, ``ValueError`` for something that is not a p-value.
    """
    import pandas as pd
    from statsmodels.stats.multitest import multipletests

    if not p_values:
        raise NotEstimable("no tests to correct for")
    p = np.array(list(p_values.values()))
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p-values lie between 0 and 1")
    reject, adjusted, *_ = multipletests(p, alpha=level, method="fdr_bh")
    strict = multipletests(p, alpha=level, method="fdr_by")[0]
    frame = pd.DataFrame({"key": list(p_values), "p": p, "q": adjusted}).sort_values(["p", "key"], ignore_index=True)
    return Multiplicity(
        len(p), level, int((p < level).sum()), level * len(p), int(reject.sum()), int(strict.sum()), frame
    )


def trend_tests(series: Iterable[Series]) -> dict[str, float]:
    """p-values of the log-linear trends of all given series, by key."""
    return {s.key: trend(s).p_value for s in series}


def flag(found: Mapping[str, Series], cells: Iterable[FlaggedCell]) -> dict[str, Series]:
    """The same series with the given cells marked as suspect."""
    marks: dict[tuple[str, str], set[int]] = {}
    for table, code, measure, year in cells:
        name = MEASURES[(table, measure)][0]
        marks.setdefault((table, f"{name}.{measure if name == 'macro' else code}"), set()).add(int(year))
    return {k: replace(s, suspect=frozenset(marks.get((s.table, k), set()) & set(s.years))) for k, s in found.items()}
