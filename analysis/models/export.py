"""Everything the book's part "Models" estimates, as two flat tables of strings.

``python -m analysis trends`` and ``python -m analysis forecasts`` print them. Digits are fixed per
kind of number, well inside what differs between machines, and nothing depends on a clock or an
unseeded draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis.models import backtest, decomposition, forecast, growth, panel, uncertainty
from analysis.models.series import NotEstimable, Series, collect, countries

if TYPE_CHECKING:
    import pandas as pd

    from analysis.report import Report

#: ``level`` is the claimed coverage; ``bounds`` where low and high bound what the printed digits
#: allow, ``range`` where they are the extremes over leaving out one point, empty without interval.
TRENDS = ["series", "table", "n", "model", "parameter", "estimate", "low", "high", "level", "unit"]
FORECASTS = ["series", "model", "year", "mean", "low", "high", "level"]

HORIZON = 3

#: Pairs of years of the shift-share.
SHIFTS = ((2014, 2023), (2022, 2023))

#: Series whose forecasts the book shows, with all models; the others with the winner alone.
SHOWN = (
    "gerd.TWN", "gerd_intensity.TWN", "researchers.TWN", "researcher_density.TWN", "patents.TWN",
    "macro.real_gdp", "exports.exports_total", "exports.tech_high",
)  # fmt: skip


def text(value: float | None, digits: int = 3) -> str:
    """A number with fixed decimals; empty for ``None``; never a negative zero."""
    if value is None:
        return ""
    shown = f"{value:.{digits}f}"
    return shown[1:] if shown.startswith("-") and not shown.strip("-0.") else shown


def significant(value: float, digits: int = 5) -> str:
    """A positive or negative number with about ``digits`` significant ones, plain notation."""
    from math import floor, log10

    if value == 0:
        return "0"
    return text(value, max(0, digits - 1 - floor(log10(abs(value)))))


def percent(level: float | None, otherwise: str = "") -> str:
    """A claimed level as text: ``0.95``, ``0.983``."""
    return otherwise if level is None else f"{level:.3f}".rstrip("0").rstrip(".")


def _row(
    series: str, table: str, n: int, model: str, parameter: str, three: Sequence[float | None], level: str, unit: str,
    digits: int = 3,
) -> dict[str, Any]:  # fmt: skip
    estimate, low, high = (text(v, digits) for v in three)
    return dict(zip(TRENDS, [series, table, str(n), model, parameter, estimate, low, high, level, unit], strict=True))


def trends(report: Report) -> pd.DataFrame:
    """Every trend estimate the book shows; columns :data:`TRENDS`, all strings."""
    import pandas as pd

    found = collect(report, flagged=uncertainty.flagged_cells(report))
    rows: list[dict[str, Any]] = []
    for one in found.values():
        rows += _single(one)
    rows += _multiplicity(found)
    for measure in uncertainty.PANEL_MEASURES:
        members = countries(found, measure)
        if len(members) >= 5:
            rows += _panel(measure, members)
    rows += _inputs(report, found) + _suspect(found) + _decomposition(report)
    return pd.DataFrame(rows, columns=TRENDS)


def _single(one: Series) -> list[dict[str, Any]]:
    ends, line, sen = growth.cagr(one), growth.trend(one), growth.theil_sen(one)
    tau, p_kendall = growth.mann_kendall(one)
    left_out = growth.influence(one)
    base = (one.key, one.table)

    def row(
        n: int, model: str, parameter: str, three: Sequence[float | None], level: str, unit: str, digits: int = 3
    ) -> None:
        rows.append(_row(*base, n, model, parameter, three, level, unit, digits))

    rows: list[dict[str, Any]] = []
    unit, rate = one.rate_unit, "growth_rate"
    row(2, "cagr", rate, (ends.estimate, ends.low, ends.high), "bounds", unit)
    row(line.n, line.model, rate, (line.estimate, line.low, line.high), percent(line.level), unit)
    row(line.n, line.model, "rounding", (line.estimate, *line.rounding), "bounds", unit)
    row(line.n, line.model, "rounding_share", (100 * line.rounding_share, None, None), "", "% of squared error")
    row(line.n, line.model, "p_value", (line.p_value, None, None), "", "", 5)
    out = left_out["without"]
    row(line.n - 1, line.model, "leave_one_out", (line.estimate, float(out.min()), float(out.max())), "range", unit)
    if line.hc3:
        row(line.n, "log_linear_ols_hc3", rate, (line.estimate, *line.hc3), percent(line.level), unit)
    if line.hac:
        row(line.n, "log_linear_ols_hac", rate, (line.estimate, *line.hac), percent(line.level), unit)
    row(sen.n, sen.model, rate, (sen.estimate, sen.low, sen.high), percent(sen.level), unit)
    row(line.n, "mann_kendall", "tau", (tau, None, None), "", "")
    row(line.n, "mann_kendall", "p_value", (p_kendall, None, None), "", "", 5)
    return rows


def _multiplicity(found: dict[str, Series]) -> list[dict[str, Any]]:
    several = uncertainty.multiplicity(uncertainty.trend_tests(found.values()))
    counts = {
        "tests": several.tests,
        "p_below_0.05": several.singly,
        "fdr_bh_0.05": several.bh,
        "fdr_by_0.05": several.by,
    }
    return [
        _row("all", "", several.tests, "log_linear_ols", name, (value, None, None), "", "series", 0)
        for name, value in counts.items()
    ]


def _panel(measure: str, members: list[Series]) -> list[dict[str, Any]]:
    table, unit = members[0].table, "% a year"
    fixed = panel.entity_trend(members)
    rates = fixed.rates()
    level = percent(fixed.level)
    rows = [
        _row(measure, table, fixed.n, "entity_fe", "growth_rate", [rates[k] for k in ("coefficient", "low", "high")], level, unit),
        _row(
            measure, table, fixed.n, "entity_fe_wild", "growth_rate",
            [rates[k] for k in ("coefficient", "low_wild", "high_wild")], level, unit,
        ),
        _row(measure, table, fixed.n, "entity_fe_wild", "p_value", (fixed.p_wild, None, None), "", "", 4),
    ]  # fmt: skip
    for year, estimate, low, high in panel.year_effects(members).iloc[1:].itertuples(index=False):
        rows.append(
            _row(measure, table, fixed.n, "year_effects", str(year), (estimate, low, high), level, "% of first year")
        )
    try:
        mixed = panel.mixed_trend(members)
    except NotEstimable:
        pass
    else:
        common = mixed.rates()
        rows.append(
            _row(
                measure,
                table,
                mixed.n,
                "mixed_slope",
                "common",
                [common[k] for k in ("slope", "low", "high")],
                level,
                unit,
                2,
            )
        )
        rows.append(
            _row(measure, table, mixed.n, "mixed_slope", "sd_of_slopes", (common["sd"], None, None), "", unit, 2)
        )
        for code, shrunken, low, high in mixed.slopes[["code", "shrunken", "low", "high"]].itertuples(index=False):
            key = f"{measure}.{code}"
            rows.append(_row(key, table, mixed.n, "mixed_slope", "growth_rate", (shrunken, low, high), level, unit, 2))
    beta = panel.beta_convergence(members)
    points = "percentage points a year per log point"
    rows.append(
        _row(measure, table, beta.n, "beta_convergence", "slope", (beta.slope, beta.low, beta.high), level, points)
    )
    without = beta.points["without"]
    rows.append(
        _row(measure, table, beta.n - 1, "beta_convergence", "leave_one_out",
             (beta.slope, float(without.min()), float(without.max())), "range", points)
    )  # fmt: skip
    sigma = panel.sigma_convergence(members)
    rows.append(
        _row(measure, table, sigma.n, "sigma_convergence", "sd_ratio", (sigma.ratio, sigma.low, sigma.high), level, "")
    )
    return rows


def _inputs(report: Report, found: dict[str, Series]) -> list[dict[str, Any]]:
    rows = []
    for measure, line in panel.inputs_and_patents(report).items():
        three = (line.slope, line.low, line.high)
        rows.append(
            _row(f"patent_density~{measure}", "1-2-13", line.n, "cross_section", "elasticity", three, "0.95", "")
        )
        without = line.points["without"]
        edges = (line.slope, float(without.min()), float(without.max()))
        rows.append(
            _row(
                f"patent_density~{measure}", "1-2-13", line.n - 1, "cross_section", "leave_one_out", edges, "range", ""
            )
        )
        rows.append(
            _row(f"patent_density~{measure}", "1-2-13", line.n, "spearman", "rho", (line.spearman, None, None), "", "")
        )
    for measure in panel.INPUTS:
        fit = panel.patents_panel(found, measure)
        name = f"patents~{measure}"
        for model, low, high in (("two_way_fe", fit.low, fit.high), ("two_way_fe_wild", fit.low_wild, fit.high_wild)):
            rows.append(_row(name, "1-2-13", fit.n, model, "elasticity", (fit.coefficient, low, high), "0.95", ""))
    return rows


def _suspect(found: dict[str, Series]) -> list[dict[str, Any]]:
    import pandas as pd

    rows = []
    for r in uncertainty.with_and_without(found).to_dict("records"):
        if pd.notna(r["estimate_without"]):
            three = (r["estimate_without"], r["low_without"], r["high_without"])
            table = found[r["key"]].table
            rows.append(
                _row(
                    r["key"],
                    table,
                    r["n_without"],
                    "log_linear_ols_without_suspect",
                    "growth_rate",
                    three,
                    "0.95",
                    r["unit"],
                )
            )
    for r in uncertainty.panel_with_and_without(found).to_dict("records"):
        three = (r["estimate_without"], r["low_without"], r["high_without"])
        rows.append(
            _row(
                r["measure"], "", r["n_without"], "entity_fe_without_suspect", "growth_rate", three, "0.95", "% a year"
            )
        )
    return rows


def _decomposition(report: Report) -> list[dict[str, Any]]:
    rows = []
    points = "percentage points"
    for before, after in SHIFTS:
        split = decomposition.value_added(report, before, after).frame()
        for r in split.to_dict("records"):
            for part in ("within", "structure"):
                three = (r[part], r[f"{part}_low"], r[f"{part}_high"])
                name = f"{part}_{before}_{after}"
                rows.append(
                    _row(f"value_added_rate.{r['code']}", "1-2-16", 2, "shift_share", name, three, "bounds", points)
                )
    for one in decomposition.research(report):
        for part, value, bounds in (
            ("gdp", one.gdp, one.gdp_bounds),
            ("intensity", one.intensity, one.intensity_bounds),
        ):
            rows.append(
                _row(
                    f"gerd.{one.code}",
                    "1-2-1",
                    2,
                    "lmdi",
                    f"{part}_effect",
                    (value, *bounds),
                    "bounds",
                    "US$ 100 million",
                    2,
                )
            )
    for table in ("1-2-9", "1-2-10", "1-2-11"):
        for r in decomposition.exports(report, table).to_dict("records"):
            three = (r["points"], r["low"], r["high"])
            rows.append(_row(f"exports.{r['code']}", table, 2, "contribution", "growth_2024", three, "bounds", points))
    return rows


def forecasts(report: Report) -> pd.DataFrame:
    """Every forecast the book shows; columns :data:`FORECASTS`, all strings.

    All models for the series in :data:`SHOWN`, the winner of the back-test for all others.
    ``mean`` is the centre (the median on the printed scale).
    """
    import pandas as pd

    found = collect(report)
    best = backtest.winner(backtest.run(found.values()))
    regular = [k for k, s in found.items() if len(s) > backtest.FIRST_ORIGIN and s.years[-1] - s.years[0] == len(s) - 1]
    rows = []
    for model in forecast.MODELS:
        keys = regular if model == best else [k for k in regular if k in SHOWN]
        for one in forecast.forecast(found, keys, model, HORIZON):
            for year, *three in zip(one.years, one.mean, one.low, one.high, strict=True):
                rows.append([one.series.key, model, str(year), *(significant(v) for v in three), percent(one.level)])
    return pd.DataFrame(rows, columns=FORECASTS)
