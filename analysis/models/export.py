"""Everything the book's part "Models" estimates, as two flat tables.

``python -m analysis trends`` and ``python -m analysis forecasts`` print them, the pages pivot them
(:func:`estimates`). Digits are fixed per kind of number, well inside what differs between machines, and nothing
depends on a clock or an unseeded draw. What cannot be estimated is a row whose ``note`` says why.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from analysis.models import across, backtest, decomposition, forecast, growth, panel
from analysis.models.series import MEASURE_NAMES, PANEL_MEASURES, Found, NotEstimable, Series, collect, countries
from analysis.report import Report, once

#: ``level`` is the claimed coverage; ``bounds`` where low and high bound what the printed digits allow, ``range``
#: where they are the extremes over leaving out one point or country, empty without interval. ``cells`` says
#: which: ``printed``, or ``treated`` (exchanges undone, doubtful values left out).
TRENDS = ["series", "table", "n", "model", "parameter", "estimate", "low", "high", "level", "unit", "cells", "note"]
FORECASTS = ["series", "model", "year", "mean", "low", "high", "level", "note"]

HORIZON = 3

#: Series whose forecasts the book shows with all models; the others get the chosen model alone.
SHOWN = (
    *(f"{measure}.TWN" for measure in PANEL_MEASURES),
    *("macro.real_gdp", "exports.exports_total", "exports.tech_high"),
)

#: n, model, parameter, (estimate, low, high) or (estimate,), level, unit; where they differ from three decimals and
#: from the series and table that are asked for, these too.
Line = tuple[Any, ...]
A_YEAR, POINTS, MONEY = "% a year", "percentage points", "US$ 100 million"


def text(value: float | None, digits: int = 3) -> str:
    """A number with fixed decimals; empty for ``None`` and what is not finite; never a negative zero."""
    if value is None or not math.isfinite(value):
        return ""
    shown = f"{value:.{digits}f}"
    return shown[1:] if shown.startswith("-") and not shown.strip("-0.") else shown


def significant(value: float, digits: int = 5) -> str:
    """A positive or negative number with about ``digits`` significant ones, plain notation."""
    if value == 0:
        return "0"
    return text(value, max(0, digits - 1 - math.floor(math.log10(abs(value)))))


def percent(level: float) -> str:
    """A claimed level as text: ``0.95``, ``0.983``."""
    return f"{level:.3f}".rstrip("0").rstrip(".")


class Rows(list[list[Any]]):
    """Rows under construction: those of :data:`TRENDS` with numbers, then how many decimals they are printed with."""

    def take(self, series: str, table: str, model: str, lines: Iterator[Line], cells: str = "printed") -> None:
        """Estimates of one series as they come; if something cannot be estimated, a row says why."""
        try:
            for n, name, parameter, three, level, unit, *more in lines:
                rest: list[Any] = [3, series, table]
                digits, key, where = more + rest[len(more) :]
                numbers = [*three, None, None][:3]
                self.append([key, where, str(n), name, parameter, *numbers, level, unit, cells, "", digits])
        except NotEstimable as reason:
            self.refuse(series, table, model, str(reason), cells)

    def refuse(self, series: str, table: str, model: str, reason: str, cells: str = "printed") -> None:
        """A row for what is not estimable."""
        note = f"not estimable, because {reason}"
        self.append([series, table, "", model, "", None, None, None, "", "", cells, note, 0])


@once
def trends(report: Report) -> pd.DataFrame:
    """Every trend estimate the book shows; columns :data:`TRENDS`, all strings."""
    out = Rows()
    for part in PARTS.values():
        part(out, report)
    return pd.DataFrame([[*r[:5], *(text(v, r[-1]) for v in r[5:8]), *r[8:-1]] for r in out], columns=TRENDS)


def estimates(report: Report, *parts: str) -> pd.DataFrame:
    """The same with numbers, for pages: some of :data:`PARTS`, with ``measure``, ``code`` and ``name`` of the series.

    ``estimate``, ``low`` and ``high`` are floats, ``n`` is a whole number, missing where nothing can be estimated.
    """
    out = Rows()
    for part in parts:
        PARTS[part](out, report)
    frame = pd.DataFrame([row[:-1] for row in out], columns=TRENDS)
    frame = frame.astype({"estimate": float, "low": float, "high": float})
    frame["n"] = pd.to_numeric(frame["n"]).astype("Int64")
    labels = {m: name[0].upper() + name[1:] for m, name in MEASURE_NAMES.items()}
    labels |= {key: one.label for key, one in collect(report).items()}
    names = [labels.get(s.partition("~")[2] or s, "") for s in frame["series"]]
    codes = frame["series"].str.partition(".")[[0, 2]].set_axis(["measure", "code"], axis=1)
    return pd.concat([frame, codes], axis=1).assign(name=names)


def _edges(estimate: float, without: pd.Series) -> tuple[float, float, float]:
    return estimate, float(without.min()), float(without.max())


def _ends(fit: Any) -> tuple[float, float, float]:
    return fit.estimate, fit.low, fit.high


def _rates(*slopes: float) -> list[float]:
    return [100 * math.expm1(v) for v in slopes]


# ---------------------------------------------------------------- single series


def _growth(out: Rows, report: Report) -> None:
    found = collect(report)
    for one in found.values():
        for model, lines in {"cagr": _two, "log_linear_ols": _line, "theil_sen": _ranks, "mean_change": _mean}.items():
            out.take(one.key, one.table, model, lines(one))
    for key, (table, reason) in found.refused.items():
        out.refuse(key, table, "log_linear_ols", reason)
    out.take("all", "", "log_linear_ols", _many(found))


def _two(one: Series) -> Iterator[Line]:
    yield 2, "cagr", "growth_rate", _ends(growth.cagr(one)), "bounds", one.rate_unit


def _line(one: Series) -> Iterator[Line]:
    fit, n, unit = growth.trend(one), len(one), one.rate_unit
    yield n, fit.model, "growth_rate", _ends(fit), percent(fit.level), unit
    yield n, fit.model, "rounding", (fit.estimate, *fit.rounding), "bounds", unit
    yield n, fit.model, "rounding_share", (100 * fit.rounding_share,), "", "% of squared error"
    yield n, fit.model, "p_value", (fit.p_value,), "", "", 5
    yield n - 1, fit.model, "leave_one_out", _edges(fit.estimate, growth.influence(one)["without"]), "range", unit
    if fit.hc3:
        yield n, "log_linear_ols_hc3", "growth_rate", (fit.estimate, *fit.hc3), percent(fit.level), unit


def _ranks(one: Series) -> Iterator[Line]:
    e = growth.theil_sen(one)
    yield e.n, e.model, "growth_rate", _ends(e), percent(e.level), one.rate_unit
    tau, p = growth.mann_kendall(one)
    yield e.n, "mann_kendall", "tau", (tau,), "", ""
    yield e.n, "mann_kendall", "p_value", (p,), "", "", 5


def _mean(one: Series) -> Iterator[Line]:
    e = growth.mean_change(one)
    yield e.n, e.model, "growth_rate", _ends(e), percent(e.level), one.rate_unit
    yield e.n, e.model, "p_value", (e.p_value,), "", "", 5


def _many(found: Found) -> Iterator[Line]:
    m = growth.many(s for s in found.values() if not s.aggregate)
    for model, name, value, digits in (
        ("log_linear_ols", "tests", m.tests, 0),
        ("log_linear_ols", "p_below_0.05", m.line, 0),
        ("log_linear_ols", "fdr_bh_0.05", m.line_bh, 0),
        ("log_linear_ols", "expected_of_driftless_walks", m.expected, 1),
        ("mean_change", "p_below_0.05", m.change, 0),
        ("mean_change", "expected_by_chance", m.change_expected, 1),
        ("mean_change", "fdr_bh_0.05", m.change_bh, 0),
    ):
        yield m.tests, model, name, (value,), "", "series", digits


def _doubtful(out: Rows, report: Report) -> None:
    found, treated = collect(report), collect(report, treated=True)
    for key, one in treated.items():
        if key in found and one.printed != found[key].printed:
            out.take(key, one.table, "log_linear_ols", itertools.islice(_line(one), 1), "treated")
    for key, (table, reason) in treated.refused.items():
        if key in found:
            out.refuse(key, table, "log_linear_ols", reason, "treated")


# ---------------------------------------------------------------- many countries


def _panels(out: Rows, report: Report) -> None:
    editions = {"printed": collect(report), "treated": collect(report, treated=True)}
    parts: dict[str, Callable[[list[Series]], Iterator[Line]]] = {
        "entity_fe": _common,
        "entity_fe_later": _later,
        "pesaran_cd": _shared,
        "random_slopes": _drawn,
        "beta_convergence": _beta,
        "sigma_convergence": _sigma,
    }
    for measure in PANEL_MEASURES:
        printed = countries(editions["printed"], measure)
        for cells, found in editions.items():
            members = countries(found, measure)
            same = [(s.key, s.printed) for s in members] == [(s.key, s.printed) for s in printed]
            if not members or (cells == "treated" and same):
                continue
            for model, lines in parts.items():
                out.take(measure, members[0].table, model, lines(members), cells)
    if countries(editions["printed"], "patents"):
        for cells, found in editions.items():
            _inputs(out, report, found, cells)
        out.take("gerd_intensity", report.meta("gerd_intensity").table, "aggregate", _whole(editions["printed"]))


def _common(own: list[Series]) -> Iterator[Line]:
    fit = panel.common_trend(own)
    r, level = fit.rates(), percent(fit.level)
    yield fit.n, "entity_fe", "growth_rate", (r["estimate"], r["low"], r["high"]), level, A_YEAR
    yield fit.n, "entity_fe_wild", "growth_rate", (r["estimate"], r["low_wild"], r["high_wild"]), level, A_YEAR
    yield fit.n, "entity_fe_wild", "p_value", (fit.p_wild,), "", "", 4
    without = panel.without_each(own, lambda s: panel.common_trend(s, wild=False))
    yield fit.n, "entity_fe", "leave_one_out", _rates(*_edges(fit.estimate, without["estimate"])), "range", A_YEAR
    for year, *three in panel.year_effects(own).iloc[1:].itertuples(index=False):
        yield fit.n, "year_effects", str(year), three, level, "% of first year"


def _later(own: list[Series]) -> Iterator[Line]:
    second = sorted({y for s in own for y in s.years})[1]
    fit = panel.common_trend([s.only(y for y in s.years if y >= second) for s in own], wild=False)
    yield fit.n, "entity_fe", f"growth_rate_since_{second}", _rates(*_ends(fit)), percent(fit.level), A_YEAR


def _shared(own: list[Series]) -> Iterator[Line]:
    d = panel.dependence(own)
    yield d.n, "pesaran_cd", "mean_correlation", (d.correlation,), "", ""
    yield d.n, "pesaran_cd", "statistic", (d.statistic,), "", ""


def _drawn(own: list[Series]) -> Iterator[Line]:
    mixed = panel.country_trends(own)
    level, model = percent(mixed.level), "random_slopes"
    yield mixed.n, model, "common", _rates(mixed.common, mixed.low, mixed.high), level, A_YEAR
    yield mixed.n, model, "spread_of_slopes", (mixed.spread,), "", "percentage points a year"
    for code, *three in mixed.slopes[["code", "shrunken", "low", "high"]].to_numpy().tolist():
        yield mixed.n, model, "growth_rate", three, level, A_YEAR, 3, f"{own[0].measure}.{code}"


def _beta(own: list[Series]) -> Iterator[Line]:
    b, model, unit = across.beta_convergence(own), "beta_convergence", "percentage points a year per log point"
    yield b.n, model, "slope", _ends(b), percent(b.level), unit
    yield b.n, model, "degrees_of_freedom", (b.df,), "", ""
    yield b.n - 1, model, "leave_one_out", _edges(b.estimate, b.points["without"]), "range", unit


def _sigma(own: list[Series]) -> Iterator[Line]:
    s, model = across.sigma_convergence(own), "sigma_convergence"
    yield s.n, model, "sd_ratio", _ends(s), percent(s.level), ""
    without = panel.without_each(own, across.sigma_convergence)["estimate"]
    yield s.n - 1, model, "leave_one_out", _edges(s.estimate, without), "range", ""


def _inputs(out: Rows, report: Report, found: Found, cells: str) -> None:
    granted = report.meta("patent_density").table
    out.take("patent_density", granted, "cross_section", _over(report, found), cells)
    for measure in across.INPUTS:
        out.take(f"patents~{measure}", granted, "two_way_fe", _within(found, measure), cells)


def _over(report: Report, found: Found) -> Iterator[Line]:
    for measure, line in across.inputs_and_patents(report, found).items():
        place = f"patent_density~{measure}", found[f"{measure}.{line.points['code'].iloc[0]}"].table
        robust, plain = "cross_section_hc2_bm", "cross_section"
        yield line.n, robust, "elasticity", _ends(line), "0.95", "", 3, *place
        yield line.n, robust, "degrees_of_freedom", (line.df,), "", "", 2, *place
        yield line.n, plain, "elasticity", (line.estimate, *line.classic), "0.95", "", 3, *place
        edges = _edges(line.estimate, line.points["without"])
        yield line.n - 1, plain, "leave_one_out", edges, "range", "", 3, *place
        yield line.n, "spearman", "rho", (line.spearman,), "", "", 3, *place


def _within(found: Found, measure: str) -> Iterator[Line]:
    fit = across.patents_panel(found, measure)
    yield fit.n, "two_way_fe", "elasticity", _ends(fit), "0.95", ""
    yield fit.n, "two_way_fe_wild", "elasticity", (fit.estimate, fit.low_wild, fit.high_wild), "0.95", ""
    yield fit.n, "two_way_fe_wild", "p_value", (fit.p_wild,), "", "", 4
    granted = countries(found, "patents")
    each = panel.without_each(granted, lambda some: across.patents_panel(found, measure, some, wild=False))
    yield fit.n, "two_way_fe", "leave_one_out", _edges(fit.estimate, each["estimate"]), "range", ""


def _whole(found: Found) -> Iterator[Line]:
    a = panel.aggregate(found)
    for name, value in (("weighted", a.weighted), ("average_country", a.average), ("printed_total", a.printed)):
        yield a.n, "aggregate", name, (value,), "", A_YEAR


# ---------------------------------------------------------------- decomposition


def _decomposition(out: Rows, report: Report) -> None:
    for years in decomposition.periods(report):
        out.take("value_added_rate", report.meta("value_added_rate").table, "shift_share", _split(report, *years))
    out.take("gerd", next(iter(report.holding("gerd")), ""), "lmdi", _research(report))
    for table in report.holding("real_gdp"):
        out.take("gerd", table, "lmdi_real_gdp", _real(report))
    for table in report.holding("exports", "share"):
        out.take("exports", table, "contribution", _exports(report, table))


def _split(report: Report, before: int, after: int) -> Iterator[Line]:
    found = decomposition.value_added(report, before, after)
    for row in found.frame().to_dict("records"):
        for part in ("within", "structure"):
            three = [row[f"{part}{end}"] for end in ("", "_low", "_high")]
            key = f"value_added_rate.{row['code']}"
            yield 2, "shift_share", f"{part}_{before}_{after}", three, "bounds", POINTS, 3, key
    for part, value in zip(("within", "structure", "interaction"), found.base, strict=True):
        name = f"{part}_{before}_{after}"
        yield 2, "shift_share_base_year", name, (value,), "", POINTS, 3, "value_added_rate.all"


def _research(report: Report) -> Iterator[Line]:
    for one in decomposition.research(report):
        key = f"gerd.{one.code}"
        yield 2, "lmdi", "gdp_effect", (one.gdp, *one.gdp_bounds), "bounds", MONEY, 2, key
        yield 2, "lmdi", "intensity_effect", (one.intensity, *one.intensity_bounds), "bounds", MONEY, 2, key
        yield 2, "lmdi", "gdp_alone", (one.gdp_alone,), "", MONEY, 2, key


def _real(report: Report) -> Iterator[Line]:
    one = decomposition.research_on_real_gdp(report)[1]
    yield 2, "lmdi_real_gdp", "gdp_effect", (one.gdp, *one.gdp_bounds), "bounds", MONEY, 2, f"gerd.{one.code}"


def _exports(report: Report, table: str) -> Iterator[Line]:
    last = decomposition.printed_years(report, table, "exports")[-1]
    for code, *three in decomposition.exports(report, table).itertuples(index=False):
        level = "bounds" if math.isfinite(three[1]) else ""
        yield 2, "contribution", f"growth_{last}", three, level, POINTS, 3, f"exports.{code}"


#: The parts of :func:`trends`, in the order in which they are printed.
PARTS: dict[str, Callable[[Rows, Report], None]] = {
    "growth": _growth,
    "panel": _panels,
    "doubtful cells": _doubtful,
    "decomposition": _decomposition,
}


@once
def forecasts(report: Report) -> pd.DataFrame:
    """Every forecast the book shows; columns :data:`FORECASTS`, all strings.

    All models for the series in :data:`SHOWN`, the chosen model for all others. ``mean`` is the centre (the median
    on the printed scale).
    """
    found = collect(report)
    rows: list[list[str]] = []
    try:
        choice = backtest.choose(backtest.run(found.values()))
    except NotEstimable:
        choice = backtest.Choice("", pd.DataFrame(), {})
    reasons = {key: forecast.obstacle(one) for key, one in found.items()}
    for model in forecast.MODELS:
        wanted = [k for k, one in found.items() if model == choice.model(one) or k in SHOWN]
        for key in (k for k in wanted if reasons[k]):
            rows.append([key, model, "", "", "", "", "", f"not estimable, because {reasons[key]}"])
        for ahead in forecast.forecast(found, [k for k in wanted if not reasons[k]], model, HORIZON):
            for year, *three in zip(ahead.years, ahead.mean, ahead.low, ahead.high, strict=True):
                numbers = [significant(v) for v in three]
                rows.append([ahead.series.key, model, str(year), *numbers, percent(ahead.level), ""])
    for key, (_, reason) in found.refused.items():
        rows.append([key, "", "", "", "", "", "", f"not estimable, because {reason}"])
    return pd.DataFrame(rows, columns=FORECASTS)
