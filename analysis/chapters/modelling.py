"""What the part "Models" shows: estimates as text tables, exhibits, and generated sentences.

Every number comes from :mod:`analysis.models`; here it only gets its digits and its words.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis.chapters.common import Exhibit, cardinal, fixed, listing
from analysis.models import (
    backtest,
    decomposition,
    forecast,
    growth,
    panel,
    series,
    simulation,
    statements,
    uncertainty,
)
from analysis.models.series import MEASURE_NAMES, Series

if TYPE_CHECKING:
    import pandas as pd

    from analysis.report import Report

#: Taiwan's own series and the economy's, as the chapters list them.
OWN = (
    "gerd.TWN", "gerd_intensity.TWN", "researchers.TWN", "researcher_density.TWN", "patents.TWN", "macro.real_gdp",
    "macro.national_income_per_head", "macro.real_wage", "exports.exports_total", "exports.tech_high",
)  # fmt: skip
INPUT_TABLES = ("1-2-1", "1-2-2", "1-2-4", "1-2-5", "1-2-13")


@functools.cache
def collected(report: Report) -> dict[str, Series]:
    """All series, with the cells that the audit doubts marked."""
    return series.collect(report, flagged=uncertainty.flagged_cells(report))


@functools.cache
def tested(report: Report) -> pd.DataFrame:
    """The back-test of all models over all series."""
    return backtest.run(collected(report).values())


def interval(low: float, high: float, decimals: int = 1, sign: bool = False) -> str:
    """``2.2 to 5.1``."""
    return f"{fixed(float(low), decimals, sign)} to {fixed(float(high), decimals, sign)}"


def number(value: float, decimals: int = 1, sign: bool = False) -> str:
    """A float with fixed decimals and a true minus sign; a dash where there is none."""
    return "–" if value is None or value != value else fixed(float(value), decimals, sign)


def share(probability: float) -> str:
    """A p-value with three decimals, or ``< 0.001``."""
    return "< 0.001" if probability < 0.001 else f"{probability:.3f}"


def row_at(frame: pd.DataFrame, position: Any) -> dict[str, Any]:
    """The row at a position as a dictionary."""
    return {str(k): v for k, v in frame.iloc[int(position)].items()}


def by(frame: pd.DataFrame, column: str) -> dict[Any, dict[str, Any]]:
    """Rows as dictionaries, by the value of one column."""
    return {r[column]: {str(k): v for k, v in r.items()} for r in frame.to_dict("records")}


def slug(key: str) -> str:
    """A series key as part of a file name."""
    return key.replace(".", "-").replace("_", "-").lower()


def _label(one: Series) -> str:
    return one.label.partition(": exports")[0] if one.code == "exports_total" else one.label


# ---------------------------------------------------------------- growth


def growth_headlines(report: Report) -> list[str]:
    """Growth of R&D intensity three ways; how many trends survive; what rounding adds."""
    found = collected(report)
    line = growth.trend(found["gerd_intensity.TWN"])
    ends = growth.cagr(line.series)
    many = uncertainty.multiplicity(uncertainty.trend_tests(found.values()))
    noise = uncertainty.rounding(found)
    worst = row_at(noise, noise["share"].argmax())
    hc3 = f"; with errors that allow unequal scatter, {interval(*line.hc3)}" if line.hc3 else ""
    return [
        f"Taiwan's R&D intensity grew by {fixed(line.estimate, 1)} % a year between {line.series.years[0]} and "
        f"{line.series.years[-1]} (log-linear fit, n = {line.n}). The 95 % interval is {interval(line.low, line.high)} % "
        f"a year{hc3}. The end points alone give {fixed(ends.estimate, 2)} %, and printed rounding could move that only "
        f"between {fixed(ends.low, 2)} and {fixed(ends.high, 2)} %.",
        f"Of {many.tests} series tested, {many.singly} have a trend at the 5 % level when each is judged alone "
        f"({fixed(many.expected_by_chance, 1)} would be expected by chance if none had one); {many.bh} remain when the false "
        f"discovery rate is held at 5 %, and {many.by} if nothing is assumed about how the series depend on each other.",
        f"Rounding is not what makes these trends uncertain: it contributes at most {fixed(worst['share'], 1)} % of the squared "
        f"standard error in the table below ({worst['series']}).",
    ]


def growth_table(report: Report, keys: Sequence[str] = OWN) -> pd.DataFrame:
    """Growth of the main series every way there is, as text."""
    import pandas as pd

    found = collected(report)
    summary = growth.summary([found[k] for k in keys])
    rows = []
    for r in summary.to_dict("records"):
        rows.append(
            {
                "code": "TWN" if r["key"] == "gerd_intensity.TWN" else "", "series": _label(found[r["key"]]), "n": str(r["n"]),
                "cagr": number(r["cagr"], 2), "ols": number(r["ols"], 2), "ols_interval": interval(r["ols_low"], r["ols_high"]),
                "hc3": interval(r["hc3_low"], r["hc3_high"]) if r["hc3_low"] == r["hc3_low"] else "–",
                "theil_sen": number(r["theil_sen"], 2),
                "sen_interval": interval(r["sen_low"], r["sen_high"]), "level": number(100 * r["sen_level"], 1), "p_ols": share(r["p_ols"]), "p_kendall": share(r["p_kendall"]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


GROWTH_HEADS = {
    "series": "Series", "cagr": "End points", "ols": "Log-linear", "ols_interval": "95 % interval", "hc3": "95 %, HC3",
    "theil_sen": "Theil–Sen", "sen_interval": "Rank interval", "level": "its level", "p_ols": "p (trend)", "p_kendall": "p (Mann–Kendall)",
}  # fmt: skip
GROWTH_UNITS = dict.fromkeys(("cagr", "ols", "ols_interval", "hc3", "theil_sen", "sen_interval"), "% a year") | {
    "level": "%"
}


def intervals_exhibit(report: Report, keys: Sequence[str] = OWN) -> Exhibit:
    """Log-linear growth of the main series with 95 per cent intervals; for ``charts.ranges``."""
    import pandas as pd

    found = collected(report)
    fits = sorted((growth.trend(found[k]) for k in keys), key=lambda f: -f.estimate)
    narrowest, *_, widest = sorted(fits, key=lambda f: f.high - f.low)
    data = pd.DataFrame(
        [
            {"code": "TWN" if f.series.key == "gerd_intensity.TWN" else "", "name": f"{_label(f.series)} (n={f.n})",
             "value": f.estimate, "low": f.low, "high": f.high}
            for f in fits
        ]
    )  # fmt: skip
    return Exhibit(
        data, f"How precisely {cardinal(min(f.n for f in fits))} points fix a growth rate", "% a year; bar: 95% interval",
        f"Dots with bars: estimated growth of {cardinal(len(data))} series and its 95 per cent interval; the widest belongs to "
        f"{_label(widest.series)}, the narrowest to {_label(narrowest.series)}.",
        "growth-intervals", ["1-2-1", "1-2-2", "1-2-4", "1-2-5", "1-2-8", "1-2-9", "1-2-13"],
        "Log-linear least squares, Student's t with n − 2 degrees of freedom.",
    )  # fmt: skip


def influence_table(report: Report, key: str = "gerd_intensity.TWN") -> pd.DataFrame:
    """Trend without each year, as text."""
    table = growth.influence(collected(report)[key])
    return table.assign(
        year=[str(y) for y in table["year"]],
        without=[number(v, 2) for v in table["without"]],
        change=[number(v, 2, True) for v in table["change"]],
        leverage=[number(v, 1) for v in table["leverage"]],
        cook=[number(v, 2) for v in table["cook"]],
    )


def rounding_table(report: Report) -> pd.DataFrame:
    """How much of each standard error is rounding, as text."""
    table = uncertainty.rounding(collected(report))
    return table.assign(
        estimate=[number(v, 2) for v in table["estimate"]], se=[number(v, 2) for v in table["se"]],
        rounding=[number(v, 3) for v in table["rounding"]], share=[number(v, 2) for v in table["share"]],
    )  # fmt: skip


def suspect_table(report: Report) -> pd.DataFrame:
    """Trends with and without the cells the audit doubts, as text."""
    import pandas as pd

    table = uncertainty.with_and_without(collected(report))
    rows = [
        {
            "series": r["label"], "left_out": r["left_out"], "all": number(r["estimate"], 2), "interval": interval(r["low"], r["high"]),
            "n": str(r["n"]), "without": number(r["estimate_without"], 2),
            "interval_without": interval(r["low_without"], r["high_without"]) if r["low_without"] == r["low_without"] else "–",
            "n_without": str(r["n_without"]),
        }
        for r in table.to_dict("records")
    ]  # fmt: skip
    return pd.DataFrame(rows)


SUSPECT_HEADS = {
    "series": "Series", "left_out": "Years left out", "all": "All cells", "interval": "95 % interval", "n": "n",
    "without": "Without", "interval_without": "95 % interval ", "n_without": "n ",
}  # fmt: skip


def reference_table() -> pd.DataFrame:
    """Certified regressions beside ours."""
    from analysis.models import reference

    return reference.table()


REFERENCE_HEADS = {
    "dataset": "Dataset", "difficulty": "Difficulty", "parameters": "Parameters", "certified": "Certified (last coefficient)",
    "computed": "Computed", "digits": "Digits, estimates", "error_digits": "Digits, errors",
}  # fmt: skip


def growth_trust(report: Report) -> list[str]:
    """Limits."""
    found = collected(report)
    sizes = sorted({len(s) for s in found.values()})
    return [
        f"The series have {sizes[0]} or {sizes[-1]} points. Student's t intervals are exact for independent normal errors; yearly "
        "data are rarely independent, and the chapter on five points shows what that costs.",
        f"With {sizes[-1]} points no rank test can give a p-value below {share(2 / 120)}; with {sizes[0]} none below {share(2 / 24)}.",
        "HC3 intervals are shown from five points on, autocorrelation-robust ones from eight, and so never for this report.",
        "A trend is a description of the years printed. It is not a forecast.",
    ]


# ---------------------------------------------------------------- panel


def _members(report: Report, measure: str) -> list[Series]:
    return series.countries(collected(report), measure)


def panel_headlines(report: Report) -> list[str]:
    """Common trend with and without doubted cells; convergence; patents."""
    table = by(uncertainty.panel_with_and_without(collected(report)), "measure")
    line = []
    if "gerd_intensity" in table:
        r = table["gerd_intensity"]
        line.append(
            f"Across {len(_members(report, 'gerd_intensity'))} countries, R&D intensity grew by {number(r['estimate'], 1)} % a year "
            f"(95 % interval {interval(r['low'], r['high'])}). Without the {cardinal(int(r['cells']))} cells that the audit doubts it is "
            f"{number(r['estimate_without'], 1)} % ({interval(r['low_without'], r['high_without'])})."
        )
    beta = panel.beta_convergence(_members(report, "gerd_intensity"))
    sigma = panel.sigma_convergence(_members(report, "gerd_intensity"))
    density = panel.sigma_convergence(_members(report, "researcher_density"))
    apart = (
        "moved apart"
        if sigma.low > 1
        else "moved together"
        if sigma.high < 1
        else "neither converged nor diverged measurably"
    )
    closer = "moved closer" if density.high < 1 else "moved apart" if density.low > 1 else "did neither"
    line.append(
        f"In R&D intensity the countries {apart}: the spread of {sigma.by_year['year'].iloc[-1]} is {fixed(sigma.ratio, 2)} times that of "
        f"{sigma.by_year['year'].iloc[0]} (95 % interval {interval(sigma.low, sigma.high, 2)}), and the slope of growth on the starting "
        f"level is {fixed(beta.slope, 1, True)} ({interval(beta.low, beta.high)}). In researcher density they {closer}: "
        f"{fixed(density.ratio, 2)} times ({interval(density.low, density.high, 2)})."
    )
    slope = panel.inputs_and_patents(report)["researcher_density"]
    line.append(
        f"Countries with one per cent more researchers per thousand employees have {fixed(slope.slope, 1)} % more US patents per head "
        f"(95 % interval {interval(slope.low, slope.high)}, n = {slope.n}). That is an association over {cardinal(slope.n)} countries and no effect."
    )
    return line


def panel_table(report: Report) -> pd.DataFrame:
    """Common trends by three inferences and the mixed model, as text."""
    import pandas as pd

    rows = []
    for measure in uncertainty.PANEL_MEASURES:
        members = _members(report, measure)
        fixed_effects, mixed = panel.entity_trend(members), panel.mixed_trend(members)
        rates, common = fixed_effects.rates(), mixed.rates()
        rows.append(
            {
                "measure": MEASURE_NAMES[measure], "countries": str(fixed_effects.groups), "n": str(fixed_effects.n),
                "estimate": number(rates["coefficient"], 2), "clustered": interval(rates["low"], rates["high"]),
                "wild": interval(rates["low_wild"], rates["high_wild"]), "p_wild": share(fixed_effects.p_wild),
                "mixed": number(common["slope"], 2), "sd": number(common["sd"], 1),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


PANEL_HEADS = {
    "measure": "Quantity", "countries": "Countries", "estimate": "Common trend", "clustered": "95 %, clustered, t",
    "wild": "95 %, wild bootstrap", "p_wild": "p (wild)", "mixed": "Mixed model", "sd": "Spread of slopes",
}  # fmt: skip
PANEL_UNITS = dict.fromkeys(("estimate", "clustered", "wild", "mixed", "sd"), "% a year")


def panel_suspects(report: Report) -> pd.DataFrame:
    """Common trends with and without doubted cells, as text."""
    import pandas as pd

    table = uncertainty.panel_with_and_without(collected(report))
    rows = [
        {
            "measure": MEASURE_NAMES[r["measure"]], "cells": str(r["cells"]), "all": number(r["estimate"], 2),
            "interval": interval(r["low"], r["high"]), "without": number(r["estimate_without"], 2),
            "interval_without": interval(r["low_without"], r["high_without"]),
        }
        for r in table.to_dict("records")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def path_exhibit(
    report: Report, measures: Sequence[str] = ("gerd", "gerd_intensity", "researchers", "researcher_density")
) -> Exhibit:
    """Average path of the countries, first year = 0; for ``charts.lines``."""
    import pandas as pd

    parts = [
        panel.year_effects(_members(report, m))
        .rename(columns={"estimate": "value"})
        .assign(code=m, name=MEASURE_NAMES[m])
        for m in measures
    ]
    data = pd.concat(parts)[["code", "name", "year", "value", "low", "high"]]
    first = int(data["year"].min())
    last = data[data["year"] == data["year"].max()].sort_values("value", ascending=False)
    n = len(_members(report, measures[0]))
    return Exhibit(
        data, f"The average country since {first}", f"% above {first}; band: 95%, clustered by country; n = {n} countries at most",
        f"Lines from zero in {first} with bands; by {int(last['year'].max())} {last.iloc[0]['name']} has risen most and {last.iloc[-1]['name']} "
        "least.",
        "panel-paths", ["1-2-1", "1-2-2", "1-2-4", "1-2-5"], "Country and year effects, logarithms.",
    )  # fmt: skip


def caterpillar(report: Report, measure: str = "gerd_intensity") -> Exhibit:
    """Countries' trends from the mixed model, in order; for ``charts.ranges``."""
    mixed = panel.mixed_trend(_members(report, measure))
    table = mixed.slopes.sort_values("shrunken", ascending=False)
    data = table.assign(name=[report.name(c) for c in table["code"]], value=table["shrunken"])
    what = MEASURE_NAMES[measure]
    width = float((table["high"] - table["low"]).median())
    return Exhibit(
        data[["code", "name", "value", "low", "high", "own"]].round(3).reset_index(drop=True),
        f"Growth of {what}, shrunken country trends",
        f"% a year; bar: 95% interval; n = {mixed.groups} countries, {mixed.n} points",
        f"Countries ordered by their estimated growth of {what}, from {report.name(table['code'].iloc[0])} at the top to "
        f"{report.name(table['code'].iloc[-1])} at the bottom; the typical interval is {number(width, 1)} points wide.",
        f"caterpillar-{slug(measure)}", [_members(report, measure)[0].table],
        "Mixed model with random intercepts and slopes (REML).",
    )  # fmt: skip


def convergence_table(report: Report) -> pd.DataFrame:
    """β- and σ-convergence of the four inputs, as text."""
    import pandas as pd

    rows = []
    for measure in ("gerd", "gerd_intensity", "researchers", "researcher_density"):
        members = _members(report, measure)
        beta, sigma = panel.beta_convergence(members), panel.sigma_convergence(members)
        worst = row_at(beta.points, (beta.points["without"] - beta.slope).abs().argmax())
        rows.append(
            {
                "measure": MEASURE_NAMES[measure], "n": str(beta.n), "beta": number(beta.slope, 2, True), "interval": interval(beta.low, beta.high),
                "p": share(beta.p_value), "without": f"{number(worst['without'], 2, True)} ({report.name(worst['code'])})",
                "ratio": number(sigma.ratio, 2), "ratio_interval": interval(sigma.low, sigma.high, 2), "p_sigma": share(sigma.p_value),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


CONVERGENCE_HEADS = {
    "measure": "Quantity", "beta": "β: slope", "interval": "95 %, HC3", "p": "p", "without": "β without the most influential",
    "ratio": "σ: spread, last/first", "ratio_interval": "95 % interval", "p_sigma": "p (Pitman–Morgan)",
}  # fmt: skip


def beta_exhibit(report: Report, measure: str = "gerd_intensity") -> Exhibit:
    """Growth against the starting level; for ``charts.scatter``."""
    import numpy as np

    members = _members(report, measure)
    found = panel.beta_convergence(members)
    points = found.points
    data = points.assign(name=[report.name(c) for c in points["code"]], x=np.exp(points["x"]))[
        ["code", "name", "x", "y"]
    ]
    line = found.band()
    return Exhibit(
        data, "Those who spent more grew faster" if found.low > 0 else "Growth and starting level", f"n = {found.n}; band: 95% of the line",
        f"A cloud of {found.n} countries: growth of R&D intensity a year against its level in {members[0].years[0]}, with a fitted line.",
        f"beta-{slug(measure)}", [members[0].table],
        "The horizontal axis is logarithmic. Errors in the first value bias the slope downwards.",
        options={
            "x_label": f"R&D intensity {members[0].years[0]}, % of GDP", "y_label": "growth, % a year",
            "line": line.assign(x=np.exp(line["x"])), "log_x": True,
        },
    )  # fmt: skip


def patents_exhibit(report: Report, measure: str = "researcher_density") -> Exhibit:
    """US patents per head against an input; for ``charts.scatter``."""
    import numpy as np

    found = panel.inputs_and_patents(report)[measure]
    points = found.points
    data = points.assign(name=[report.name(c) for c in points["code"]], x=np.exp(points["x"]), y=points["y"])
    line = found.band()
    table, what = panel.INPUTS[measure]
    lowest = row_at(points, points["y"].argmin())["code"]
    return Exhibit(
        data[["code", "name", "x", "y"]], f"Patents per head and {what}", f"n = {found.n}; band: 95% of the line",
        f"{found.n} countries: logarithm of US patents per million people against {what}; {report.name(str(lowest))} has the fewest patents "
        "per head.",
        f"patents-{slug(measure)}", ["1-2-13", table], "The vertical axis is the natural logarithm of patents per million people.",
        options={
            "x_label": what, "y_label": "log of patents per million", "line": line.assign(x=np.exp(line["x"])), "log_x": True,
        },
    )  # fmt: skip


def patents_table(report: Report) -> pd.DataFrame:
    """Elasticities of patents: across countries, without each, within countries; as text."""
    import pandas as pd

    found = collected(report)
    rows = []
    for measure, line in panel.inputs_and_patents(report).items():
        what = MEASURE_NAMES[measure]
        far = str(row_at(line.points, line.points["cook"].argmax())["code"])
        for name, one in (
            ("across countries", line),
            (f"without {report.name(far)}", panel.inputs_and_patents(report, leave=[far])[measure]),
            (f"without {report.name('USA')}", panel.inputs_and_patents(report, leave=["USA"])[measure]),
        ):
            rows.append(
                {"input": what, "how": name, "n": str(one.n), "elasticity": number(one.slope, 2), "interval": interval(one.low, one.high),
                 "rank": number(one.spearman, 2), "p": share(one.p_value)}
            )  # fmt: skip
        within = panel.patents_panel(found, measure)
        rows.append(
            {"input": what, "how": "within countries, a year later", "n": str(within.n), "elasticity": number(within.coefficient, 2),
             "interval": interval(within.low_wild, within.high_wild), "rank": "–", "p": share(within.p_wild)}
        )  # fmt: skip
    return pd.DataFrame(rows)


def panel_trust(report: Report) -> list[str]:
    """Limits."""
    fits = sorted((growth.trend(s) for s in _members(report, "gerd_intensity")), key=lambda f: f.sigma)
    calm, wild = fits[len(fits) // 2].sigma, fits[-1]
    beta = panel.beta_convergence(_members(report, "gerd_intensity"))
    sizes = [len(_members(report, m)) for m in uncertainty.PANEL_MEASURES]
    doubted = sum(len(s.suspect) for s in _members(report, "patents"))
    return [
        f"Errors are clustered by country; with {min(sizes)} to {max(sizes)} clusters the wild bootstrap is the safer of the two intervals. Where "
        "they agree, little hangs on the choice.",
        f"The mixed model gives all countries the same yearly scatter. In R&D intensity that of {report.name(wild.series.code)} is "
        f"{fixed(wild.sigma / calm, 1)} times the typical one; without it the common scatter would be smaller and the shrinking weaker.",
        "The intervals of the shrunken slopes allow for the estimated variances by an approximation (Morris); the chapter on five points "
        "measures how well that works.",
        "Growth and starting level share the first value: its errors push the slope towards convergence, that is downwards. "
        + (
            "The slope of R&D intensity is positive in spite of that."
            if beta.slope > 0
            else "A negative slope may be no more than that."
        ),
        "Patents and inputs move together for many reasons at once; the US office counts patents of US firms at home; and the audit doubts "
        f"{cardinal(doubted)} of the patent numbers.",
    ]


# ---------------------------------------------------------------- forecast


#: Models that extrapolate a direction.
TRENDING = ("rw_drift", "log_linear_ols", "local_linear_trend", "ets_damped", "pooled_drift")
KIND_NAMES = {"gdp_growth": "economic growth (points)", "macro": "the economy", "all": "all"}


def forecast_headlines(report: Report) -> list[str]:
    """What wins and by how little; the forecast; directional statements."""
    found, test = collected(report), tested(report)
    best = backtest.winner(test)
    table = by(backtest.table(test), "model")
    gain = backtest.margin(test, best, "scaled_score")
    ahead = forecast.forecast(found, ["gerd_intensity.TWN"], best, 3)[0]
    counts = statements.table(report, found, test)["verdict"].value_counts()
    unsure = int(sum(v for k, v in counts.items() if str(k).startswith("cannot tell")))
    nearest = min(TRENDING, key=lambda m: float(table[m]["mae_ratio"]))
    kinds = backtest.by_group(test, ["pooled_naive", statements.DRIFT])
    better = [
        str(g)
        for g, a, b in zip(kinds["group"], kinds["pooled_naive"], kinds[statements.DRIFT], strict=True)
        if b < a and g != "all"
    ]
    words = listing([KIND_NAMES.get(g) or MEASURE_NAMES.get(g, g) for g in better])
    return [
        f"Over {int(table[best]['forecasts'])} forecasts from {int(table[best]['series'])} series, the best is “{forecast.describe(best)}”: "
        f"its interval score is {fixed(gain['gain'], 0)} % better than that of the naive forecast (95 % interval "
        f"{interval(gain['low'], gain['high'], 0)} %). The ratio of their mean absolute errors is "
        f"{fixed(table[best]['mae_ratio'], 2)}. Of the models with a trend, the nearest is “{forecast.describe(nearest)}” with "
        f"{fixed(table[nearest]['mae_ratio'], 2)}. By kind of series it differs: the pooled drift has the smaller error for {words}.",
        f"For Taiwan's R&D intensity that means {fixed(ahead.mean[0], 2)} % of GDP in {ahead.years[0]}, with a 95 % prediction interval of "
        f"{interval(ahead.low[0], ahead.high[0], 2)}, and {interval(ahead.low[-1], ahead.high[-1], 2)} in {ahead.years[-1]}.",
        f"Of {len(statements.STATEMENTS) + 2} statements that something keeps rising, falling or positive, these data cannot decide {unsure}.",
    ]


def backtest_table(report: Report) -> pd.DataFrame:
    """The back-test, as text, best first."""
    table = backtest.table(tested(report))
    return table.assign(
        model=[forecast.describe(m) for m in table["model"]],
        forecasts=[str(v) for v in table["forecasts"]],
        series=[str(v) for v in table["series"]],
        mae=[number(v, 2) for v in table["mae"]],
        mase=[number(v, 2) for v in table["mase"]],
        score=[number(v, 1) for v in table["score"]],
        scaled_score=[number(v, 1) for v in table["scaled_score"]],
        width=[number(v, 1) for v in table["width"]],
        coverage=[number(v, 1) for v in table["coverage"]],
        mae_ratio=[number(v, 2) for v in table["mae_ratio"]],
        score_ratio=[number(v, 2) for v in table["score_ratio"]],
    ).drop(columns="unscaled")


BACKTEST_HEADS = {
    "model": "Model", "forecasts": "Forecasts", "series": "Series", "mae": "Mean abs. error", "mase": "MASE", "score": "Interval score",
    "scaled_score": "Scaled interval score", "width": "Median width", "coverage": "Coverage (claimed 95)", "mae_ratio": "Error / naive",
    "score_ratio": "Score / naive",
}  # fmt: skip
BACKTEST_UNITS = {"mae": "%", "score": "%", "width": "%", "coverage": "%"}


def backtest_groups(report: Report) -> pd.DataFrame:
    """Mean absolute error by group of series, as text."""
    models = ("pooled_naive", "pooled_drift", "rw_drift", "log_linear_ols", "local_level", "ets_damped")
    table = backtest.by_group(tested(report), models)
    columns = {m: [number(v, 1) for v in table[m]] for m in models}
    names = [KIND_NAMES.get(g) or MEASURE_NAMES.get(g, g) for g in table["group"]]
    return table.assign(group=names, forecasts=[str(v) for v in table["forecasts"]], **columns)


GROUP_HEADS = {"group": "Series", "forecasts": "Forecasts"} | {
    m: forecast.describe(m)
    for m in ("pooled_naive", "pooled_drift", "rw_drift", "log_linear_ols", "local_level", "ets_damped")
}


def fan_exhibit(report: Report, key: str, subject: str, unit: str, model: str | None = None) -> Exhibit:
    """Data and forecast of a series by the winner of the back-test or ``model``; for ``charts.fan``."""
    import pandas as pd

    found = collected(report)
    chosen = model or backtest.winner(tested(report))
    one = forecast.forecast(found, [key], chosen, 3)[0]
    low, high = one.series.intervals.low_float(), one.series.intervals.high_float()
    data = pd.DataFrame({"year": one.series.years, "value": one.series.values, "low": low, "high": high})
    frame = one.frame()
    return Exhibit(
        data, f"{subject} to {one.years[-1]}", unit,
        f"Points to {one.series.years[-1]}, then a forecast that stays within {number(one.low[-1], 2)} and {number(one.high[-1], 2)} in "
        f"{one.years[-1]} with 95 per cent probability.",
        f"forecast-{slug(key)}-{slug(chosen)}", [one.series.table], "Bars on the points: printed rounding.",
        numbers=pd.concat([data.assign(kind="printed"), frame.iloc[1:].assign(kind="forecast")], ignore_index=True),
        options={
            "forecast": frame, "n": len(one.series), "model": forecast.describe(chosen),
            "fit": growth.trend(one.series).line()[["year", "value"]] if chosen == "log_linear_ols" else None,
        },
    )  # fmt: skip


def models_table(report: Report, key: str = "gerd_intensity.TWN", step: int = 1) -> pd.DataFrame:
    """One series forecast by every model, as text."""
    import pandas as pd

    found = collected(report)
    rows = []
    for model in forecast.MODELS:
        one = forecast.forecast(found, [key], model, step)[0]
        rows.append(
            {
                "model": forecast.describe(model), "forecast": number(one.mean[-1], 2), "interval": interval(one.low[-1], one.high[-1], 2),
                "df": number(one.predictive.df[0, 0], 1), "rise": number(100 * one.above(float(one.series.values[-1]), step), 0),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def statements_table(report: Report) -> pd.DataFrame:
    """Directional statements, as text."""
    table = statements.table(report, collected(report), tested(report))
    columns = {c: [number(v, 0) for v in table[c]] for c in ("one", "two", "winner", "came_true")}
    return table.assign(n=[str(v) for v in table["n"]], **columns)


STATEMENT_HEADS = {
    "statement": "Statement", "one": "One year ahead", "two": "Two years ahead", "winner": "By the winner", "came_true": "Came true in the back-test",
    "verdict": "Verdict",
}  # fmt: skip
STATEMENT_UNITS = dict.fromkeys(("one", "two", "winner", "came_true"), "%")


def directions_table(report: Report, model: str = statements.DRIFT) -> pd.DataFrame:
    """Stated probabilities of a rise and what happened, as text."""
    table = backtest.directions(tested(report), model)
    return table.assign(
        low=[f"{100 * a:.0f} to {100 * b:.0f}" for a, b in zip(table["low"], table["high"], strict=True)],
        forecasts=[str(v) for v in table["forecasts"]], stated=[number(v, 0) for v in table["stated"]],
        happened=[number(v, 0) for v in table["happened"]],
    ).drop(columns="high")  # fmt: skip


def forecast_trust(report: Report) -> list[str]:
    """Limits."""
    test = tested(report)
    table = backtest.table(test).set_index("model")
    years = sorted(test["year"].unique())
    drift = backtest.directions(test, statements.DRIFT).iloc[-1]
    return [
        f"The back-test has {len(test[test['model'] == 'naive'])} forecasts, but only {cardinal(len(years))} target years ({years[0]} to "
        f"{years[-1]}). Series of one year share its shocks, so the forecasts are far from independent.",
        (
            "No model with a trend beat the last value over all series. "
            if min(table.loc[list(TRENDING), "mae_ratio"]) > 1
            else ""
        )
        + "The back-test knows series of three or four points; that is a statement about them, not about the future.",
        f"Where the drift model was surest of a rise ({fixed(drift['stated'], 0)} % on average), a rise followed in "
        f"{fixed(drift['happened'], 0)} % of cases. The verdicts above use the more cautious of the two numbers.",
        "With four or five points the damped smoothing and the local linear trend have more parameters than the data can carry; they are "
        "shown because they are the standard, with their constants shared or on a grid.",
    ]


# ---------------------------------------------------------------- decomposition


def decomposition_headlines(report: Report) -> list[str]:
    """Within and structure; R&D; exports."""
    split = decomposition.value_added(report)
    parts = split.frame().set_index("code")
    first = parts.drop(index=["all", "other"]).sort_values("total", ascending=False).iloc[:2]
    names = [f"{report.name(str(c)).lower()} ({fixed(r['total'], 1, True)})" for c, r in first.iterrows()]
    own = next(r for r in decomposition.research(report) if r.code == "TWN")
    exports = by(decomposition.exports(report), "code")
    return [
        f"The value-added rate of manufacturing rose by {fixed(split.change, 2)} points between {split.before} and {split.after}. "
        f"{fixed(split.within, 2)} of them come from higher rates within industries, {fixed(split.structure, 2)} from a shift of output towards "
        f"industries with high rates. The largest parts: {listing(names)}.",
        f"Taiwan's R&D expenditure grew by {fixed(own.growth, 1)} % between 2019 and 2023: {fixed(own.gdp_share, 0)} % of the increase is what "
        f"growth of GDP alone would have brought, {fixed(100 - own.gdp_share, 0)} % is higher intensity.",
        f"Of {fixed(exports['exports_total']['points'], 2)} % growth of exports in 2024, goods of high technology contributed "
        f"{fixed(exports['tech_high']['points'], 2)} points.",
    ]


def shift_exhibit(report: Report, before: int = 2014, after: int = 2023) -> Exhibit:
    """Shift-share by industry; for ``charts.contributions``."""
    split = decomposition.value_added(report, before, after)
    table = split.frame().iloc[:-1].sort_values("total", ascending=False)
    names = ["all other industries" if c == decomposition.RESIDUAL else report.name(c) for c in table["code"]]
    return Exhibit(
        table.assign(name=names).reset_index(drop=True),
        f"Where {fixed(split.change, 2)} points of value-added rate came from", f"percentage points, {before} to {after}; n = 2 years",
        f"Bars by industry, split into own rate and shift of output; the largest part, {number(float(table['total'].iloc[0]), 2, True)} points, "
        f"is that of {names[0].lower()}, the smallest, {number(float(table['total'].iloc[-1]), 2, True)}, that of {names[-1].lower()}.",
        f"shift-share-{before}-{after}", ["1-2-16"], "Symmetric shift-share; parts add up exactly.",
        options={"parts": {"within": "own rate (within)", "structure": "shift of output (structure)"}, "total": "total"},
    )  # fmt: skip


def shift_table(report: Report, before: int = 2014, after: int = 2023) -> pd.DataFrame:
    """Shift-share with rounding bounds, as text."""
    import pandas as pd

    table = decomposition.value_added(report, before, after).frame()
    names = {decomposition.RESIDUAL: "All other industries (residual)", "all": "Manufacturing"}
    return pd.DataFrame(
        [
            {
                "industry": names.get(r["code"]) or report.name(r["code"]), "within": number(r["within"], 3, True),
                "within_bounds": interval(r["within_low"], r["within_high"], 3), "structure": number(r["structure"], 3, True),
                "structure_bounds": interval(r["structure_low"], r["structure_high"], 3), "total": number(r["total"], 3, True),
            }
            for r in table.to_dict("records")
        ]
    )  # fmt: skip


SHIFT_HEADS = {
    "industry": "Industry", "within": "Within", "within_bounds": "bounds", "structure": "Structure", "structure_bounds": "bounds ", "total": "Total",
}  # fmt: skip


def research_exhibit(report: Report) -> Exhibit:
    """LMDI of R&D growth by country; for ``charts.contributions``."""
    table = decomposition.lmdi_frame(decomposition.research(report)).sort_values("growth", ascending=False)
    table = table.assign(name=[report.name(c) for c in table["code"]])
    falls = row_at(table, table["intensity_points"].argmin())["name"]
    return Exhibit(
        table.reset_index(drop=True), "R&D growth: larger economy or more R&D?", "percentage points of growth 2019 to 2023; n = 2 years",
        f"Bars by country split into growth of GDP and growth of R&D intensity; R&D grew most in {table['name'].iloc[0]} and least in "
        f"{table['name'].iloc[-1]}; intensity fell most in {falls}.",
        "lmdi-research", ["1-2-1", "1-2-2"], "Log-mean Divisia index; GDP is what both tables imply.",
        options={"parts": {"gdp_points": "growth of GDP", "intensity_points": "R&D intensity"}, "total": "growth", "fmt": "{:+.1f}"},
    )  # fmt: skip


def research_table(report: Report) -> pd.DataFrame:
    """LMDI with rounding bounds, as text."""
    import pandas as pd

    table = decomposition.lmdi_frame(decomposition.research(report))
    return pd.DataFrame(
        [
            {
                "code": r["code"], "country": report.name(r["code"]), "change": number(r["change"], 0, True), "gdp": number(r["gdp"], 1, True),
                "gdp_bounds": interval(r["gdp_low"], r["gdp_high"]), "intensity": number(r["intensity"], 1, True),
                "intensity_bounds": interval(r["intensity_low"], r["intensity_high"]),
            }
            for r in table.to_dict("records")
        ]
    )  # fmt: skip


RESEARCH_HEADS = {
    "country": "Country", "change": "Change", "gdp": "GDP effect", "gdp_bounds": "bounds", "intensity": "Intensity effect",
    "intensity_bounds": "bounds ",
}  # fmt: skip


def exports_table(report: Report) -> pd.DataFrame:
    """Contributions to export growth by three classifications, as text."""
    import pandas as pd

    words = {"1-2-9": "technology", "1-2-10": "capital", "1-2-11": "skill"}
    rows = []
    for table, word in words.items():
        for r in decomposition.exports(report, table).to_dict("records"):
            if r["code"] == "exports_total" and table != "1-2-9":
                continue
            name = "left by rounding" if r["code"] == "rounding" else report.name(r["code"])
            rows.append(
                {"by": "" if r["code"] == "exports_total" else word, "class": name, "points": number(r["points"], 3, True),
                 "bounds": interval(r["low"], r["high"], 3)}
            )  # fmt: skip
    return pd.DataFrame(rows)


def decomposition_trust(report: Report) -> list[str]:
    """Limits."""
    return [
        "The parts add up exactly; that makes them complete, not causal. Another formula with other weights would move the border between "
        "within and structure, though not the sum of an industry.",
        "Output is not printed; it follows from value added and rate. Bounds are over all unrounded inputs that print the same.",
        "Amounts are in current prices: a higher rate may be a better price.",
        "R&D expenditure is in constant prices and its share in GDP in current ones; GDP here is what the two tables imply, and "
        "the audit doubts some of these cells.",
        "Where the residual of rounding exceeds its bounds, the printed classes do not add up to the printed total; the audit has the details.",
    ]


# ---------------------------------------------------------------- five points


@functools.cache
def covered() -> pd.DataFrame:
    """The coverage simulation that the chapter shows."""
    return simulation.coverage()


WORLD_NAMES = {
    "independent": "line + independent errors", "autocorrelated": "line + AR(1) errors", "random_walk": "random walk with drift",
    "heavy_tails": "line + heavy tails",
}  # fmt: skip


def points_headlines() -> list[str]:
    """What the intervals attain at five points; what five points resolve."""
    table = {(r["method"], r["world"], r["n"]): float(r["attained"]) for r in covered().to_dict("records")}
    power = by(simulation.resolution(), "n")
    return [
        f"With five points and independent errors the Student's t interval holds what it claims ({fixed(table['ols_t', 'independent', 5], 1)} % "
        f"for 95 %); the normal quantile, harmless in large samples, attains {fixed(table['ols_z', 'independent', 5], 1)} %.",
        f"If the series is a random walk with drift, the same straight-line interval holds the drift in "
        f"{fixed(table['ols_t', 'random_walk', 5], 1)} % of cases, and more points make it worse: {fixed(table['ols_t', 'random_walk', 10], 1)} % "
        "with ten.",
        f"With a yearly scatter of one per cent, five points find a trend (80 % power) only if it is at least "
        f"{fixed(power[5]['detectable'], 2)} % a year; four need {fixed(power[4]['detectable'], 2)} %, ten "
        f"{fixed(power[10]['detectable'], 2)} %.",
    ]


def coverage_table() -> pd.DataFrame:
    """Claimed and attained coverage, one row per method and n, as text."""
    import pandas as pd

    table = covered()
    rows = []
    for (target, method, n), part in table.groupby(["target", "method", "n"], sort=False):
        attained = part.set_index("world")["attained"]
        rows.append(
            {
                "target": target,
                "method": simulation.METHODS[str(method)][1],
                "n": str(n),
                "claimed": number(part["claimed"].iloc[0], 1),
            }
            | {w: number(attained[w], 1) for w in simulation.WORLDS}
        )
    return pd.DataFrame(rows)


COVERAGE_HEADS = {"target": "Interval for the", "method": "Method", "claimed": "Claimed"} | WORLD_NAMES
COVERAGE_UNITS = dict.fromkeys(("claimed", *simulation.WORLDS), "%")


def coverage_exhibit(n: int = 5) -> Exhibit:
    """Attained minus claimed coverage at ``n``; for ``charts.heatmap``."""
    table = covered()
    part = table[table["n"] == n].assign(off=lambda f: (f["attained"] - f["claimed"]).round(1) + 0.0)
    wide = part.pivot(index="method", columns="world", values="off").loc[
        list(simulation.METHODS), list(simulation.WORLDS)
    ]
    wide.index = [simulation.METHODS[m][1] for m in wide.index]
    wide.columns = ["independent", "AR(1)", "random walk", "heavy tails"]
    return Exhibit(
        wide, f"Attained less claimed coverage, n = {n}", f"percentage points; {int(part['simulations'].iloc[0]):,} simulations each",
        f"A matrix of methods and worlds: near zero where a method's assumptions hold; lowest, at {number(float(wide.to_numpy().min()), 1)} points, "
        f"for {wide.min(axis=1).idxmin()}.",
        f"coverage-{n}", "simulation, seeded", "The first five rows are intervals for the slope, the others for the next value.",
        numbers=wide.reset_index(names="method"), options={"fmt": "{:+.1f}", "middle": 0.0},
    )  # fmt: skip


def resolution_table() -> pd.DataFrame:
    """What n points resolve, as text."""
    table = simulation.resolution()
    return table.assign(
        n=[str(v) for v in table["n"]], **{c: [number(v, 2) for v in table[c]] for c in table.columns[1:]}
    )


RESOLUTION_HEADS = {
    "t": "t quantile",
    "half_width": "Half-width, slope",
    "detectable": "Detectable slope",
    "next_value": "Half-width, next value",
}
RESOLUTION_UNITS = {"half_width": "% a year", "detectable": "% a year", "next_value": "%"}

PANEL_METHODS = {
    "entity_fe": "common slope, clustered t", "entity_fe_wild": "common slope, wild bootstrap", "entity_fe_unclustered": "common slope, not clustered",
    "mixed_slope": "a country's slope, shrunken", "log_linear_ols": "a country's slope, alone", "width_ratio": "width, shrunken / alone",
}  # fmt: skip


def panel_coverage_table() -> pd.DataFrame:
    """Coverage in panels of ten and seventeen countries with five points, as text."""
    import pandas as pd

    wide = pd.concat(
        [
            simulation.panel_coverage(groups=g)
            .pivot(index="method", columns="spread", values="attained")
            .add_prefix(f"g{g}_")
            for g in (10, 17)
        ],
        axis=1,
    ).loc[list(PANEL_METHODS)]
    text = wide.map(lambda v: number(v, 1))
    text.insert(0, "method", [PANEL_METHODS[m] for m in wide.index])
    return text.reset_index(drop=True)


PANEL_COVERAGE_HEADS = {"method": "Interval"} | {f"g{g}_{s}": f"spread {s}" for g in (10, 17) for s in (0.5, 1.0, 2.0)}
PANEL_COVERAGE_SPANNERS = {f"{g} countries": [f"g{g}_{s}" for s in (0.5, 1.0, 2.0)] for g in (10, 17)}


def points_trust() -> list[str]:
    """Limits."""
    table = covered()
    error = table["error"].max()
    return [
        f"The simulation's own error is at most {fixed(error, 1)} points ({int(table['simulations'].iloc[0]):,} series per cell).",
        "Real series know neither world nor method; the table is a map of what can go wrong, and by how much.",
        "Prediction intervals are kinder than slope intervals: they hold reasonably in every world, because the scatter of the next value "
        "dominates what is wrong with the model.",
        "The intervals of the shrunken slopes are narrower than those of a country's own, and a little short of the 95 % they claim where "
        "countries differ little.",
    ]
