"""Everything the book's part "Models" estimates, as two flat tables of strings.

``python -m analysis trends`` and ``python -m analysis forecasts`` print them. Digits are fixed per kind of number,
well inside what differs between machines, and nothing depends on a clock or an unseeded draw. What cannot be
estimated is a row whose ``note`` says why.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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
    "gerd.TWN",
    "gerd_intensity.TWN",
    "researchers.TWN",
    "researcher_density.TWN",
    "patents.TWN",
    "macro.real_gdp",
    "exports.exports_total",
    "exports.tech_high",
)

Row = list[str]
Three = Sequence[float | None]


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


def percent(level: float | None, otherwise: str = "") -> str:
    """A claimed level as text: ``0.95``, ``0.983``."""
    return otherwise if level is None else f"{level:.3f}".rstrip("0").rstrip(".")


class Rows:
    """Rows under construction: those of :data:`TRENDS` with numbers, then how many decimals they are printed with."""

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []

    def add(
        self,
        series: str,
        table: str,
        n: int,
        model: str,
        parameter: str,
        three: Three,
        level: str = "",
        unit: str = "",
        digits: int = 3,
        cells: str = "printed",
    ) -> None:
        """One estimate; ``three`` are estimate, low, high (fewer: no interval)."""
        numbers = [*three, None, None][:3]
        self.rows.append([series, table, str(n), model, parameter, *numbers, level, unit, cells, "", digits])

    def attempt(self, series: str, table: str, model: str, fill: Callable[[], None], cells: str = "printed") -> None:
        """Run ``fill``; if something cannot be estimated, a row says why."""
        try:
            fill()
        except NotEstimable as reason:
            self.refuse(series, table, model, str(reason), cells)

    def refuse(self, series: str, table: str, model: str, reason: str, cells: str = "printed") -> None:
        """A row for what is not estimable."""
        note = f"not estimable, because {reason}"
        self.rows.append([series, table, "", model, "", None, None, None, "", "", cells, note, 0])


@once
def trends(report: Report) -> pd.DataFrame:
    """Every trend estimate the book shows; columns :data:`TRENDS`, all strings."""
    out = Rows()
    for part in PARTS.values():
        part(out, report)
    rows = [[*row[:5], *(text(v, row[-1]) for v in row[5:8]), *row[8:-1]] for row in out.rows]
    return pd.DataFrame(rows, columns=TRENDS)


def estimates(report: Report, *parts: str) -> pd.DataFrame:
    """The same with numbers, for pages: some of :data:`PARTS`, with ``measure``, ``code`` and ``name`` of the series.

    ``estimate``, ``low`` and ``high`` are floats, ``n`` is a whole number, missing where nothing can be estimated.
    """
    out = Rows()
    for part in parts:
        PARTS[part](out, report)
    frame = pd.DataFrame([row[:-1] for row in out.rows], columns=TRENDS)
    frame = frame.astype({"estimate": float, "low": float, "high": float})
    frame["n"] = pd.to_numeric(frame["n"]).astype("Int64")
    labels = {m: name[0].upper() + name[1:] for m, name in MEASURE_NAMES.items()}
    labels |= {key: one.label for key, one in collect(report).items()}
    names = [labels.get(s.partition("~")[2] or s, "") for s in frame["series"]]
    codes = frame["series"].str.partition(".")[[0, 2]].set_axis(["measure", "code"], axis=1)
    return pd.concat([frame, codes], axis=1).assign(name=names)


def _growth(out: Rows, report: Report) -> None:
    found = collect(report)
    for one in found.values():
        _single(out, one)
    for key, (table, reason) in found.refused.items():
        out.refuse(key, table, "log_linear_ols", reason)
    _many(out, found)


def _panels(out: Rows, report: Report) -> None:
    found, treated = collect(report), collect(report, treated=True)
    for measure in PANEL_MEASURES:
        for cells, source in (("printed", found), ("treated", treated)):
            members = countries(source, measure)
            if members and (cells == "printed" or _differ(members, countries(found, measure))):
                _panel(out, measure, members, cells)
    if countries(found, "patents"):
        _inputs(out, report, found, treated)


def _doubtful(out: Rows, report: Report) -> None:
    found, treated = collect(report), collect(report, treated=True)
    for key, one in treated.items():
        if key in found and one.printed != found[key].printed:
            _treated(out, one)
    for key, (table, reason) in treated.refused.items():
        if key in found:
            out.refuse(key, table, "log_linear_ols", reason, "treated")


def _differ(some: Sequence[Series], others: Sequence[Series]) -> bool:
    return [(s.key, s.printed) for s in some] != [(s.key, s.printed) for s in others]


def _single(out: Rows, one: Series) -> None:
    key, table, unit, n = one.key, one.table, one.rate_unit, len(one)

    def ends() -> None:
        e = growth.cagr(one)
        out.add(key, table, 2, "cagr", "growth_rate", (e.estimate, e.low, e.high), "bounds", unit)

    def line() -> None:
        fit = growth.trend(one)
        three = (fit.estimate, fit.low, fit.high)
        out.add(key, table, n, fit.model, "growth_rate", three, percent(fit.level), unit)
        out.add(key, table, n, fit.model, "rounding", (fit.estimate, *fit.rounding), "bounds", unit)
        share = (100 * fit.rounding_share,)
        out.add(key, table, n, fit.model, "rounding_share", share, "", "% of squared error")
        out.add(key, table, n, fit.model, "p_value", (fit.p_value,), "", "", 5)
        without = growth.influence(one)["without"]
        three = (fit.estimate, float(without.min()), float(without.max()))
        out.add(key, table, n - 1, fit.model, "leave_one_out", three, "range", unit)
        if fit.hc3:
            three = (fit.estimate, *fit.hc3)
            out.add(key, table, n, "log_linear_ols_hc3", "growth_rate", three, percent(fit.level), unit)

    def change() -> None:
        e = growth.mean_change(one)
        out.add(key, table, n, e.model, "growth_rate", (e.estimate, e.low, e.high), percent(e.level), unit)
        out.add(key, table, n, e.model, "p_value", (e.p_value,), "", "", 5)

    def ranks() -> None:
        e = growth.theil_sen(one)
        out.add(key, table, n, e.model, "growth_rate", (e.estimate, e.low, e.high), percent(e.level), unit)
        tau, p = growth.mann_kendall(one)
        out.add(key, table, n, "mann_kendall", "tau", (tau,))
        out.add(key, table, n, "mann_kendall", "p_value", (p,), "", "", 5)

    for model, fill in (("cagr", ends), ("log_linear_ols", line), ("theil_sen", ranks), ("mean_change", change)):
        out.attempt(key, table, model, fill)


def _treated(out: Rows, one: Series) -> None:
    def fill() -> None:
        fit = growth.trend(one)
        three = (fit.estimate, fit.low, fit.high)
        out.add(one.key, one.table, fit.n, fit.model, "growth_rate", three, percent(fit.level), fit.unit, 3, "treated")

    out.attempt(one.key, one.table, "log_linear_ols", fill, "treated")


def _many(out: Rows, found: Found) -> None:
    def fill() -> None:
        m = growth.many(s for s in found.values() if not s.aggregate)
        counts = {"tests": m.tests, "p_below_0.05": m.line, "fdr_bh_0.05": m.line_bh}
        for name, value in counts.items():
            out.add("all", "", m.tests, "log_linear_ols", name, (value,), "", "series", 0)
        out.add("all", "", m.tests, "log_linear_ols", "expected_of_driftless_walks", (m.expected,), "", "series", 1)
        out.add("all", "", m.tests, "mean_change", "p_below_0.05", (m.change,), "", "series", 0)
        out.add("all", "", m.tests, "mean_change", "expected_by_chance", (m.change_expected,), "", "series", 1)
        out.add("all", "", m.tests, "mean_change", "fdr_bh_0.05", (m.change_bh,), "", "series", 0)

    out.attempt("all", "", "log_linear_ols", fill)


def _edges(estimate: float, without: pd.Series) -> tuple[float, float, float]:
    return estimate, float(without.min()), float(without.max())


def _panel(out: Rows, measure: str, members: list[Series], cells: str) -> None:
    table, unit, points = members[0].table, "% a year", "percentage points a year per log point"

    def add(
        n: int, model: str, parameter: str, three: Three, level: str = "", unit: str = unit, digits: int = 3
    ) -> None:
        out.add(measure, table, n, model, parameter, three, level, unit, digits, cells)

    def common() -> None:
        fit = panel.common_trend(members)
        r, level = fit.rates(), percent(fit.level)
        add(fit.n, "entity_fe", "growth_rate", (r["estimate"], r["low"], r["high"]), level)
        add(fit.n, "entity_fe_wild", "growth_rate", (r["estimate"], r["low_wild"], r["high_wild"]), level)
        add(fit.n, "entity_fe_wild", "p_value", (fit.p_wild,), "", "", 4)
        without = panel.without_each(members, lambda s: panel.common_trend(s, wild=False))
        rates = [100 * math.expm1(v) for v in _edges(fit.estimate, without["estimate"])]
        add(fit.n, "entity_fe", "leave_one_out", rates, "range")
        for row in panel.year_effects(members).iloc[1:].itertuples(index=False):
            add(fit.n, "year_effects", str(row[0]), row[1:], level, "% of first year")

    def later() -> None:
        second = sorted({y for s in members for y in s.years})[1]
        fit = panel.common_trend([s.since(second) for s in members], wild=False)
        r = fit.rates()
        add(fit.n, "entity_fe", f"growth_rate_since_{second}", (r["estimate"], r["low"], r["high"]), percent(fit.level))

    def shared() -> None:
        d = panel.dependence(members)
        add(d.n, "pesaran_cd", "mean_correlation", (d.correlation,), "", "")
        add(d.n, "pesaran_cd", "statistic", (d.statistic,), "", "")

    def drawn() -> None:
        mixed = panel.country_trends(members)
        level = percent(mixed.level)
        rates = [100 * math.expm1(v) for v in (mixed.common, mixed.low, mixed.high)]
        add(mixed.n, "random_slopes", "common", rates, level)
        add(mixed.n, "random_slopes", "spread_of_slopes", (mixed.spread,), "", "percentage points a year")
        for code, *numbers in mixed.slopes[["code", "shrunken", "low", "high"]].to_numpy().tolist():
            key, three = f"{measure}.{code}", numbers
            out.add(key, table, mixed.n, "random_slopes", "growth_rate", three, level, unit, 3, cells)

    def beta() -> None:
        b = across.beta_convergence(members)
        add(b.n, "beta_convergence", "slope", (b.estimate, b.low, b.high), percent(b.level), points)
        add(b.n, "beta_convergence", "degrees_of_freedom", (b.df,), "", "")
        add(b.n - 1, "beta_convergence", "leave_one_out", _edges(b.estimate, b.points["without"]), "range", points)

    def sigma() -> None:
        s = across.sigma_convergence(members)
        add(s.n, "sigma_convergence", "sd_ratio", (s.estimate, s.low, s.high), percent(s.level), "")
        without = panel.without_each(members, across.sigma_convergence)["estimate"]
        add(s.n - 1, "sigma_convergence", "leave_one_out", _edges(s.estimate, without), "range", "")

    parts = {"entity_fe": common, "entity_fe_later": later, "pesaran_cd": shared, "random_slopes": drawn}
    for model, fill in (parts | {"beta_convergence": beta, "sigma_convergence": sigma}).items():
        out.attempt(measure, table, model, fill, cells)


def _inputs(out: Rows, report: Report, found: Found, treated: Found) -> None:
    granted = report.meta("patent_density").table
    for cells, source in (("printed", found), ("treated", treated)):

        def over(source: Found = source, cells: str = cells) -> None:
            for measure, line in across.inputs_and_patents(report, source).items():
                name, n = f"patent_density~{measure}", line.n
                table = source[f"{measure}.{line.points['code'].iloc[0]}"].table
                three = (line.estimate, line.low, line.high)
                out.add(name, table, n, "cross_section_hc2_bm", "elasticity", three, "0.95", "", 3, cells)
                out.add(name, table, n, "cross_section_hc2_bm", "degrees_of_freedom", (line.df,), "", "", 2, cells)
                three = (line.estimate, line.classic_low, line.classic_high)
                out.add(name, table, n, "cross_section", "elasticity", three, "0.95", "", 3, cells)
                edges = _edges(line.estimate, line.points["without"])
                out.add(name, table, n - 1, "cross_section", "leave_one_out", edges, "range", "", 3, cells)
                out.add(name, table, n, "spearman", "rho", (line.spearman,), "", "", 3, cells)

        out.attempt("patent_density", granted, "cross_section", over, cells)
        for measure in across.INPUTS:

            def within(measure: str = measure, source: Found = source, cells: str = cells) -> None:
                fit, name = across.patents_panel(source, measure), f"patents~{measure}"
                ends = {"two_way_fe": (fit.low, fit.high), "two_way_fe_wild": (fit.low_wild, fit.high_wild)}
                for model, edges in ends.items():
                    out.add(name, granted, fit.n, model, "elasticity", (fit.estimate, *edges), "0.95", "", 3, cells)
                out.add(name, granted, fit.n, "two_way_fe_wild", "p_value", (fit.p_wild,), "", "", 4, cells)
                codes = [s.code for s in countries(source, "patents")]
                each = [across.patents_panel(source, measure, leave=[c], wild=False).estimate for c in codes]
                three = (fit.estimate, min(each), max(each))
                out.add(name, granted, fit.n, "two_way_fe", "leave_one_out", three, "range", "", 3, cells)

            out.attempt(f"patents~{measure}", granted, "two_way_fe", within, cells)

    def whole() -> None:
        a = panel.aggregate(found)
        for name, value in (("weighted", a.weighted), ("average_country", a.average), ("printed_total", a.printed)):
            out.add("gerd_intensity", intensity, a.n, "aggregate", name, (value,), "", "% a year")

    intensity = report.meta("gerd_intensity").table
    out.attempt("gerd_intensity", intensity, "aggregate", whole)


def _decomposition(out: Rows, report: Report) -> None:
    points, money = "percentage points", "US$ 100 million"
    for before, after in decomposition.periods(report):
        rates = report.meta("value_added_rate").table

        def split(before: int = before, after: int = after, rates: str = rates) -> None:
            found = decomposition.value_added(report, before, after)
            for row in found.frame().itertuples(index=False):
                for part in ("within", "structure"):
                    three = [getattr(row, f"{part}{end}") for end in ("", "_low", "_high")]
                    name = f"{part}_{before}_{after}"
                    out.add(f"value_added_rate.{row.code}", rates, 2, "shift_share", name, three, "bounds", points)
            for part, value in zip(("within", "structure", "interaction"), found.base, strict=True):
                name = f"{part}_{before}_{after}"
                out.add("value_added_rate.all", rates, 2, "shift_share_base_year", name, (value,), "", points)

        out.attempt("value_added_rate", rates, "shift_share", split)
    spent = next(iter(report.holding("gerd")), "")
    for one in decomposition.research(report):
        for part, value, bounds in (
            ("gdp", one.gdp, one.gdp_bounds),
            ("intensity", one.intensity, one.intensity_bounds),
        ):
            out.add(f"gerd.{one.code}", spent, 2, "lmdi", f"{part}_effect", (value, *bounds), "bounds", money, 2)
        out.add(f"gerd.{one.code}", spent, 2, "lmdi", "gdp_alone", (one.gdp_alone,), "", money, 2)

    def real() -> None:
        one = decomposition.research_on_real_gdp(report)[1]
        three = (one.gdp, *one.gdp_bounds)
        out.add(f"gerd.{one.code}", real_gdp, 2, "lmdi_real_gdp", "gdp_effect", three, "bounds", money, 2)

    for real_gdp in report.holding("real_gdp"):
        out.attempt("gerd", real_gdp, "lmdi_real_gdp", real)
    for table in report.holding("exports", "share"):

        def shares(table: str = table) -> None:
            years = decomposition.printed_years(report, table, "exports")
            for code, *three in decomposition.exports(report, table).itertuples(index=False):
                name = f"growth_{years[-1]}"
                level = "bounds" if math.isfinite(three[1]) else ""
                out.add(f"exports.{code}", table, 2, "contribution", name, three, level, points)

        out.attempt("exports", table, "contribution", shares)


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
    rows: list[Row] = []
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
