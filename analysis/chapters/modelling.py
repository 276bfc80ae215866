"""What the part "Models" shows: estimates as text tables, exhibits, and generated sentences.

Every number comes from :mod:`analysis.models`; here it only gets its digits and its words. What cannot be
estimated becomes a sentence or a row that says why, never an error.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis import tables
from analysis.chapters.common import Exhibit, cardinal, fixed, frame, headlines, listing
from analysis.models import across, backtest, decomposition, forecast, growth, panel, series, simulation, statements
from analysis.models.series import MEASURE_NAMES, PANEL_MEASURES, Found, NotEstimable, Series
from analysis.rounding import Intervals

if TYPE_CHECKING:
    from analysis.report import Report

#: Taiwan's own series and the economy's, as the chapters list them.
OWN = (
    "gerd.TWN",
    "gerd_intensity.TWN",
    "researchers.TWN",
    "researcher_density.TWN",
    "patents.TWN",
    "macro.real_gdp",
    "macro.national_income_per_head",
    "macro.real_wage",
    "exports.exports_total",
    "exports.tech_high",
)
INPUTS = ("gerd", "gerd_intensity", "researchers", "researcher_density")


@functools.cache
def collected(report: Report, treated: bool = False) -> Found:
    """All series, as printed or with the doubtful cells treated as the register of findings says."""
    return series.collect(report, treated=treated)


@functools.cache
def tested(report: Report) -> pd.DataFrame:
    """The back-test of all models over all series."""
    return backtest.run(collected(report).values())


@functools.cache
def choice(report: Report) -> backtest.Choice:
    """What the back-test chose."""
    return backtest.choose(tested(report))


def members(report: Report, measure: str, treated: bool = False) -> list[Series]:
    """The countries' series of one measure."""
    return series.countries(collected(report, treated), measure)


# ---------------------------------------------------------------- words and shells


def number(value: Any, decimals: int = 1, sign: bool = False) -> str:
    """A float (typed loosely: pandas cells) with fixed decimals and a true minus sign; a dash where there is none."""
    if value is None or value != value:
        return "–"
    return "no bound" if math.isinf(value) else fixed(float(value), decimals, sign)


def interval(low: Any, high: Any, decimals: int = 1, sign: bool = False) -> str:
    """``2.2 to 5.1``; a dash where there is none."""
    return "–" if low is None or low != low else f"{number(low, decimals, sign)} to {number(high, decimals, sign)}"


def share(probability: Any) -> str:
    """A p-value with three decimals, or ``< 0.001``."""
    if probability is None or probability != probability:
        return "–"
    return "< 0.001" if probability < 0.001 else f"{probability:.3f}"


def because(reason: Exception) -> str:
    """The words for what cannot be estimated."""
    return f"not estimable, because {reason}"


def say(sentences: Iterable[Callable[[], str]]) -> list[str]:
    """Sentences; one that cannot be made says why."""
    found = []
    for sentence in sentences:
        try:
            found.append(sentence())
        except NotEstimable as reason:
            found.append(f"Here a number is missing: {because(reason)}.")
    return found


@dataclass(frozen=True)
class Shown:
    """A table of text with its headings and units."""

    frame: pd.DataFrame
    heads: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)

    def show(self, **words: Any) -> None:
        """Display it; ``words`` as in :func:`analysis.tables.show`."""
        tables.show(self.frame, heads=self.heads, units=self.units, **words)


def made(heads: Mapping[str, str], rows: Sequence[Sequence[str]], units: Mapping[str, str] | None = None) -> Shown:
    """A table from rows of text in the order of ``heads``."""
    return Shown(pd.DataFrame(rows, columns=list(heads)), heads, units or {})


def draw(make: Callable[..., Exhibit], kind: Callable[..., Any], *arguments: Any, **options: Any) -> None:
    """Draw an exhibit, or say why it cannot be made."""
    try:
        make(*arguments).draw(kind, **options)
    except NotEstimable as reason:
        headlines([f"No figure here: {because(reason)}."])


def slug(key: str) -> str:
    """A series key as part of a file name."""
    return key.replace(".", "-").replace("_", "-").lower()


def kind_name(group: str) -> str:
    """A group of series for a reader."""
    return "all" if group == "all" else MEASURE_NAMES.get(group, group.replace("_", " "))


# ---------------------------------------------------------------- growth


def growth_headlines(report: Report) -> list[str]:
    """Growth of R&D intensity; how many trends survive; rounding."""
    found = collected(report)

    def intensity() -> str:
        one = found["gerd_intensity.TWN"]
        line, ends, change = growth.trend(one), growth.cagr(one), growth.mean_change(one)
        points = (one.values[-1] - one.values[0]) / (one.years[-1] - one.years[0])
        return (
            f"Has Taiwan's R&D intensity grown? Yes: from {one.printed[0]} to {one.printed[-1]} % of GDP between {one.years[0]} and "
            f"{one.years[-1]}, {fixed(points, 2)} percentage points a year. As a rate that is {fixed(ends.estimate, 2)} per cent a year "
            f"between the end points (printed rounding could move it from {fixed(ends.low, 2)} to {fixed(ends.high, 2)}) and "
            f"{fixed(line.estimate, 1)} per cent by a straight line through {cardinal(line.n)} points, with a 95 % interval of "
            f"{interval(line.low, line.high)}; if yearly shocks last, the interval is {interval(change.low, change.high)}."
        )

    def several() -> str:
        m = growth.many(s for s in found.values() if not s.aggregate)
        return (
            f"Do most series have a trend? Fewer than it seems. Of {m.tests} series, {m.line} have a straight-line trend at the 5 % level; "
            f"but among series that wander without any drift, the same test would find {fixed(m.expected, 0)}. A test that is right in "
            f"both cases (of the mean yearly change) finds {m.change}, where chance alone gives {fixed(m.change_expected, 0)}, and "
            f"{m.change_bh} of these remain when false discoveries are held at 5 %. The series overlap (amounts and shares, three "
            "classifications of one total), so even these are not independent findings."
        )

    def noise() -> str:
        own = growth.summary([found[k] for k in OWN if k in found]).sort_values("rounding_share").iloc[-1]
        fits = [(growth.trend(s).rounding_share, s) for s in found.values()]
        worst = max(fits, key=lambda f: f[0])
        return (
            f"Does rounding matter? Hardly: it makes up at most {fixed(100 * own['rounding_share'], 1)} % of the squared standard error for "
            f"Taiwan's series ({own['label']}) and {fixed(100 * worst[0], 1)} % over all series ({worst[1].label})."
        )

    return say([intensity, several, noise])


def _refused_name(report: Report, key: str) -> str:
    measure, _, code = key.partition(".")
    return f"{report.name(code)}: {MEASURE_NAMES[measure]}" if measure != "macro" else kind_name(code)


def growth_table(report: Report, keys: Sequence[str] = OWN) -> Shown:
    """Growth of the main series every way there is."""
    found = collected(report)
    rows = []
    for r in growth.summary([found[k] for k in keys if k in found]).to_dict("records"):
        rank = interval(r["sen_low"], r["sen_high"]) if not r["why"] else r["why"]
        cells = [number(r["cagr"], 2), number(r["ols"], 2), interval(r["ols_low"], r["ols_high"])]
        cells += [interval(r["hc3_low"], r["hc3_high"]), interval(r["change_low"], r["change_high"])]
        cells += [number(r["theil_sen"], 2), rank, share(r["p_ols"]), share(r["p_change"]), share(r["p_kendall"])]
        rows.append(["TWN" if r["key"] == "gerd_intensity.TWN" else "", r["label"], str(r["n"]), *cells])
    rows += [
        ["", _refused_name(report, k), "", *["–"] * 6, because(ValueError(found.refused[k][1])), *["–"] * 3]
        for k in keys
        if k in found.refused
    ]
    heads = {
        "code": "",
        "series": "Series",
        "n": "n",
        "cagr": "End points",
        "ols": "Straight line",
        "ols_interval": "95 % interval",
    }
    heads |= {
        "hc3": "95 %, unequal scatter (HC3)",
        "change": "95 %, lasting shocks",
        "sen": "Median slope",
        "rank": "Rank interval",
    }
    heads |= {"p_ols": "p (line)", "p_change": "p (mean change)", "p_kendall": "p (Mann–Kendall)"}
    units = dict.fromkeys(("cagr", "ols", "ols_interval", "hc3", "change", "sen", "rank"), "% a year")
    return made(heads, rows, units)


def trend_exhibit(report: Report, key: str, subject: str, unit: str) -> Exhibit:
    """The points of a series with its fitted line; for ``charts.trend``."""
    fit = growth.trend(collected(report)[key])
    values = Intervals.from_printed(list(fit.series.printed), fit.series.exact)
    data = frame(report, [fit.series.code] * fit.n, values, value=list(fit.series.printed))
    data.insert(2, "year", list(fit.series.years))
    first, last = fit.series.years[0], fit.series.years[-1]
    line = fit.line()
    fitted = line.rename(columns={"value": "fit", "low": "fit_low", "high": "fit_high"})
    return Exhibit(
        data,
        f"{subject} {first}–{last} with a straight line: {fixed(fit.estimate, 1, sign=True)} % a year",
        unit,
        f"Points for {first} to {last} with a fitted line that rises by {number(fit.estimate)} per cent a year; the 95 per cent interval of "
        f"that rate goes from {interval(fit.low, fit.high)}.",
        f"trend-{slug(key)}",
        [fit.series.table],
        numbers=data.merge(fitted, on="year"),
        options={"line": line, "n": fit.n, "model": "straight line through logarithms"},
    )


def intervals_exhibit(report: Report, keys: Sequence[str] = OWN) -> Exhibit:
    """Growth of the main series with 95 per cent intervals; for ``charts.ranges``."""
    found = collected(report)
    fits = sorted((growth.trend(found[k]) for k in keys if k in found), key=lambda f: -f.estimate)
    if not fits:
        raise NotEstimable("none of the series is printed")
    narrowest, widest = (pick(fits, key=lambda f: f.high - f.low).series.label for pick in (min, max))
    names = ["TWN" if f.series.key == "gerd_intensity.TWN" else "" for f in fits]
    data = pd.DataFrame({"code": names, "name": [f"{f.series.label} (n={f.n})" for f in fits]})
    data = data.assign(value=[f.estimate for f in fits], low=[f.low for f in fits], high=[f.high for f in fits])
    return Exhibit(
        data,
        f"How precisely {cardinal(min(f.n for f in fits))} points fix a growth rate",
        "% a year; bar: 95% interval",
        f"Dots with bars: estimated growth of {cardinal(len(data))} series and its 95 per cent interval; the widest belongs to {widest}, the "
        f"narrowest to {narrowest}.",
        "growth-intervals",
        list(dict.fromkeys(f.series.table for f in fits)),
        "Straight line through logarithms, Student's t with n − 2 degrees of freedom.",
    )


def influence_table(report: Report, key: str = "gerd_intensity.TWN") -> Shown:
    """Trend without each year."""
    heads = {
        "year": "Left out",
        "without": "Growth",
        "change": "Change",
        "leverage": "Leverage",
        "cook": "Cook's distance",
    }
    units = {"without": "% a year", "change": "percentage points a year"}
    try:
        table = growth.influence(collected(report)[key])
    except NotEstimable as reason:
        return made(heads, [[because(reason), "–", "–", "–", "–"]], units)
    rows = [
        [str(int(y)), number(w, 2), number(c, 2, True), number(h), number(d, 2)]
        for y, w, c, h, d in table.itertuples(index=False)
    ]
    return made(heads, rows, units)


def treated_table(report: Report) -> Shown:
    """Trends as printed and with doubtful cells treated."""
    found, treated = collected(report), collected(report, True)
    rows = []
    for key, one in found.items():
        other = treated.get(key)
        if other is not None and other.printed == one.printed:
            continue
        fits, why = [], ""
        for s in (one, other):
            try:
                fit = growth.trend(s if s is not None else treated[key])
                fits += [number(fit.estimate, 2), interval(fit.low, fit.high), str(fit.n)]
            except NotEstimable as reason:
                fits, why = [*fits, "–", "–", "–"], because(reason)
        rows.append([one.label, why or (other.treated if other else ""), *fits])
    heads = {"series": "Series", "how": "Treatment", "all": "As printed", "interval": "95 % interval", "n": "n"}
    heads |= {"treated": "Treated", "interval_treated": "95 % interval ", "n_treated": "n "}
    rate = dict.fromkeys(("all", "interval", "treated", "interval_treated"), "% a year")
    return made(heads, rows or [["none", *["–"] * 7]], rate)


def growth_trust(report: Report) -> list[str]:
    """Limits."""
    sizes = sorted({len(s) for s in collected(report).values()})
    return [
        f"The series have {sizes[0]} to {sizes[-1]} points. Student's t intervals of the line are exact for independent normal errors; yearly "
        "data are rarely independent, and the chapter on five points shows what that costs.",
        "The interval for lasting shocks treats the yearly changes as independent (a random walk with drift). It is the only one here "
        "that holds 95 % in every world that was simulated, and therefore the widest.",
        f"With five points no rank test can give a p-value below {share(2 / 120)}; with four none below {share(2 / 24)}.",
        "A trend describes the years printed. It is not a forecast.",
    ]


# ---------------------------------------------------------------- panel


def panel_headlines(report: Report) -> list[str]:
    """Common trend and the step of 2020; convergence; patents."""

    def common() -> str:
        own = members(report, "gerd_intensity")
        full, whole = panel.common_trend(own), panel.aggregate(collected(report))
        less = panel.common_trend(members(report, "gerd_intensity", True)).rates()
        second = whole.years[0] + 1
        later = panel.common_trend([s.since(second) for s in own]).rates()
        step, r = panel.year_effects(own).iloc[1], full.rates()
        each = panel.without_each(own, lambda s: panel.common_trend(s, wild=False))["estimate"]
        low, high = (100 * math.expm1(v) for v in (each.min(), each.max()))
        printed = f" and the printed OECD total by {number(whole.printed)} %" if whole.printed == whole.printed else ""
        return (
            f"Is the world spending a growing share of its income on R&D? The average of {full.groups} countries (each counts once) rose by "
            f"{number(r['estimate'])} per cent a year, 95 % interval {interval(r['low_wild'], r['high_wild'])}, so zero cannot be excluded; without one "
            f"country it is {interval(low, high)}, with the doubtful cells treated {number(less['estimate'])} "
            f"({interval(less['low_wild'], less['high_wild'])}). Nearly all of it is a step of {number(step['estimate'])} % in {int(step['year'])}, when GDP fell: "
            f"from {second} on it is {number(later['estimate'])} per cent a year ({interval(later['low_wild'], later['high_wild'])}). Weighted by GDP the same "
            f"countries rose by {number(whole.weighted)} per cent a year{printed}."
        )

    def spread() -> str:
        parts = []
        for measure in ("gerd_intensity", "researcher_density"):
            own = members(report, measure)
            full, each = across.sigma_convergence(own), panel.without_each(own, across.sigma_convergence)
            far = each.iloc[int((each["estimate"] - full.estimate).abs().argmax())]
            same = bool(((each["estimate"] > 1) == (full.estimate > 1)).all() and (each["p"] < 0.05).all())
            word = "grew" if full.low > 1 else "shrank" if full.high < 1 else "did not change measurably"
            text = (
                f"in {MEASURE_NAMES[measure]} the spread {word} ({fixed(full.estimate, 2)} times, {interval(full.low, full.high, 2)}"
                f"; without {report.name(far['code'])} {fixed(far['estimate'], 2)}, {interval(far['low'], far['high'], 2)})"
            )
            hangs = f", but that is {report.name(far['code'])} alone, so nothing can be said"
            parts.append(text if same or word.startswith("did") else text + hangs)
        return f"Are countries becoming more alike? {parts[0][0].upper()}{parts[0][1:]}; {parts[1]}."

    def patents() -> str:
        found = across.inputs_and_patents(report, collected(report))
        intensity, density = found["gerd_intensity"], found["researcher_density"]
        top = density.points.iloc[int(density.points["leverage"].argmax())]
        return (
            f"Do countries that put in more have more US patents per head? For R&D intensity as printed it looks so: over {cardinal(intensity.n)} countries the rank "
            f"correlation is {fixed(intensity.spearman, 2)} (p = {share(intensity.p_spearman)}), but the size of the association is open (elasticity "
            f"{fixed(intensity.estimate, 1)}, {interval(intensity.low, intensity.high)}). For researchers these countries cannot tell: the rank correlation is "
            f"{fixed(density.spearman, 2)} (p = {share(density.p_spearman)}), and the fitted line rests on {report.name(top['code'])}, without which the "
            f"elasticity is {fixed(top['without'], 1)} ({interval(top['without_low'], top['without_high'])}). Without the cells that the audit doubts, too few countries are left to say. "
            "Associations, not effects."
        )

    return say([common, spread, patents])


CELLS = {False: "as printed", True: "treated"}


def _both(
    report: Report, measures: Sequence[str], empty: int, cells: Callable[[list[Series]], list[str]]
) -> list[list[str]]:
    """Rows for each measure as printed and, where it differs, treated; a row that says why if not estimable."""
    rows = []
    for measure in measures:
        shown = [members(report, measure), members(report, measure, True)]
        same = [(s.key, s.printed) for s in shown[0]] == [(s.key, s.printed) for s in shown[1]]
        for treated, own in zip((False, True), shown, strict=True):
            if treated and same:
                continue
            try:
                rows.append([MEASURE_NAMES[measure], CELLS[treated], *cells(own)])
            except NotEstimable as reason:
                rows.append([MEASURE_NAMES[measure], because(reason), *["–"] * empty])
    return rows


def panel_table(report: Report) -> Shown:
    """Common trends with their inferences, leave-one-out range, common shocks and the step of the second year."""

    def cells(own: list[Series]) -> list[str]:
        fit = panel.common_trend(own)
        r, random = fit.rates(), panel.country_trends(own)
        each = panel.without_each(own, lambda s: panel.common_trend(s, wild=False))["estimate"]
        years = sorted({y for s in own for y in s.years})
        later = panel.common_trend([s.since(years[1]) for s in own], wild=False).rates()
        shared = panel.dependence(own)
        ends = [100 * math.expm1(v) for v in (each.min(), each.max())]
        return [
            str(fit.groups),
            number(r["estimate"], 2),
            interval(r["low"], r["high"]),
            interval(r["low_wild"], r["high_wild"]),
            share(fit.p_wild),
            interval(ends[0], ends[1]),
            f"{number(later['estimate'], 2)} ({interval(later['low'], later['high'])})",
            f"{number(100 * math.expm1(random.common), 2)} ± {number(random.spread)}",
            f"{number(shared.correlation, 2)} ({share(shared.p_value)})",
        ]

    heads = {
        "measure": "Quantity",
        "cells": "Cells",
        "n": "Countries",
        "estimate": "Common trend",
        "clustered": "95 %, clustered t",
    }
    heads |= {
        "wild": "95 %, wild bootstrap",
        "p": "p (wild)",
        "each": "Without one country",
        "later": "Without the first year",
    }
    heads |= {"random": "Precision-weighted, ± spread", "shared": "Shared residuals (p)"}
    units = dict.fromkeys(("estimate", "clustered", "wild", "each", "later", "random"), "% a year")
    return made(heads, _both(report, PANEL_MEASURES, 9, cells), units)


def path_exhibit(report: Report, measures: Sequence[str] = INPUTS) -> Exhibit:
    """Average path of the countries, first year = 0; for ``charts.lines``."""
    parts = []
    for m in measures:
        try:
            effects = panel.year_effects(members(report, m)).rename(columns={"estimate": "value"})
        except NotEstimable:
            continue
        parts.append(effects.assign(code=m, name=MEASURE_NAMES[m]))
    if not parts:
        raise NotEstimable("no input is printed for enough countries")
    data = pd.concat(parts)[["code", "name", "year", "value", "low", "high"]]
    first, end = int(data["year"].min()), int(data["year"].max())
    last = data[data["year"] == end].sort_values("value", ascending=False)
    n = max(len(members(report, m)) for m in measures)
    return Exhibit(
        data,
        f"The average country since {first}: a step in {first + 1}, then inputs apart",
        f"% above {first}; band: 95%, clustered by country; n = {n} countries at most",
        f"Lines from zero in {first} with bands; by {end} the highest is {last.iloc[0]['name']} and the lowest {last.iloc[-1]['name']}.",
        "panel-paths",
        ["1-2-1", "1-2-2", "1-2-4", "1-2-5"],
        "Every country counts once. Bands know nothing of shocks that countries share.",
    )


def caterpillar(report: Report, measure: str = "gerd_intensity") -> Exhibit:
    """Countries' trends drawn towards the common one, in order; for ``charts.ranges``."""
    found = panel.country_trends(members(report, measure))
    table = found.slopes.sort_values("shrunken", ascending=False)
    what = MEASURE_NAMES[measure]
    data = table.assign(name=[report.name(c) for c in table["code"]], value=table["shrunken"])
    width = float((table["high"] - table["low"]).median())
    return Exhibit(
        data[["code", "name", "value", "low", "high", "own"]].round(3).reset_index(drop=True),
        f"Growth of {what}: country trends, shrunken",
        f"% a year; bar: nominal 95%; n = {found.groups} countries, {found.n} points",
        f"Countries ordered by their estimated growth of {what}, from {report.name(table['code'].iloc[0])} at the top to "
        f"{report.name(table['code'].iloc[-1])} at the bottom; the typical interval is {number(width)} percentage points wide.",
        f"caterpillar-{slug(measure)}",
        [members(report, measure)[0].table],
        "Every trend lies between the country's own (column own of the CSV) and the common one, the noisier the nearer to it.",
    )


def apart_table(report: Report) -> Shown:
    """Which countries' growth can be told apart from Taiwan's."""

    def cells(own: list[Series]) -> list[str]:
        slopes = panel.country_trends(own).slopes
        if slopes["p"].isna().all():
            raise NotEstimable("Taiwan has too few points")
        told = slopes[slopes["p"] < 0.05]
        faster, slower = (list(map(report.name, told.loc[told["apart"] * s > 0, "code"])) for s in (1, -1))
        return [str(int(slopes["p"].notna().sum())), listing(faster), listing(slower)]

    heads = {
        "measure": "Quantity",
        "cells": "Cells",
        "n": "Compared",
        "faster": "Faster than Taiwan",
        "slower": "Slower than Taiwan",
    }
    return made(heads, _both(report, PANEL_MEASURES, 3, cells))


def convergence_table(report: Report) -> Shown:
    """β- and σ-convergence of the four inputs, without each country."""

    def cells(own: list[Series]) -> list[str]:
        beta, sigma = across.beta_convergence(own), across.sigma_convergence(own)
        each = panel.without_each(own, across.sigma_convergence)
        far = beta.points.iloc[int((beta.points["without"] - beta.estimate).abs().argmax())]
        most = each.iloc[int((each["estimate"] - sigma.estimate).abs().argmax())]
        return [
            str(beta.n),
            number(beta.estimate, 2, True),
            f"{interval(beta.low, beta.high)} ({number(beta.df)})",
            f"{number(far['without'], 2, True)} ({report.name(far['code'])})",
            number(sigma.estimate, 2),
            interval(sigma.low, sigma.high, 2),
            share(sigma.p_value),
            f"{number(most['estimate'], 2)}, {interval(most['low'], most['high'], 2)} ({report.name(most['code'])})",
        ]

    heads = {
        "measure": "Quantity",
        "cells": "Cells",
        "n": "n",
        "beta": "β: slope",
        "interval": "95 % (degrees of freedom)",
    }
    heads |= {
        "far": "β without the one that moves it most",
        "sigma": "σ: spread, last/first",
        "sigma_interval": "95 % interval",
    }
    heads |= {"p": "p (Pitman–Morgan)", "most": "σ without the one that moves it most"}
    return made(heads, _both(report, INPUTS, 8, cells))


def _scatter(report: Report, line: across.Line, logs: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points and band of a line on the printed scale of x and, with ``logs``, of y."""
    points, band = line.points, line.band()
    y = {c: np.exp(band[c]) if logs else band[c] for c in ("y", "low", "high")}
    data = points.assign(name=[report.name(c) for c in points["code"]], x=np.exp(points["x"]))
    return data.assign(y=np.exp(points["y"]) if logs else points["y"]), band.assign(x=np.exp(band["x"]), **y)


def beta_exhibit(report: Report, measure: str = "gerd_intensity") -> Exhibit:
    """Growth against the starting level; for ``charts.scatter``."""
    own = members(report, measure)
    found = across.beta_convergence(own)
    data, line = _scatter(report, found, False)
    far = found.points.iloc[int((found.points["without"] - found.estimate).abs().argmax())]
    return Exhibit(
        data[["code", "name", "x", "y"]],
        "Growth and starting level of R&D intensity",
        f"n = {found.n}; band: 95% of the line",
        f"A cloud of {found.n} countries: growth of R&D intensity a year against its level in {own[0].years[0]}, with a fitted line of slope "
        f"{number(found.estimate, 1, True)} ({number(far['without'], 1, True)} without {report.name(far['code'])}).",
        f"beta-{slug(measure)}",
        [own[0].table],
        "The horizontal axis is logarithmic. Errors in the first value bias the slope downwards.",
        options={
            "x_label": f"R&D intensity {own[0].years[0]}, % of GDP",
            "y_label": "growth, % a year (logarithms)",
            "line": line,
            "log_x": True,
        },
    )


def patents_exhibit(report: Report, measure: str = "gerd_intensity") -> Exhibit:
    """US patents per head against an input; for ``charts.scatter``."""
    lines = across.inputs_and_patents(report, collected(report))
    if measure not in lines:
        raise NotEstimable(f"{MEASURE_NAMES[measure]} and patents are not printed together")
    found, what = lines[measure], across.INPUTS[measure]
    data, line = _scatter(report, found, False)
    top = found.points.iloc[int(found.points["leverage"].argmax())]
    return Exhibit(
        data[["code", "name", "x", "y"]],
        f"US patents per head and {what}",
        f"n = {found.n}; band: 95% of the line, equal variances",
        f"{found.n} countries: logarithm of US patents per million people against {what}, rank correlation {fixed(found.spearman, 2)}; "
        f"{report.name(top['code'])} has the highest leverage ({fixed(top['leverage'], 2)}).",
        f"patents-{slug(measure)}",
        ["1-2-13", members(report, measure)[0].table],
        "The vertical axis is the natural logarithm: one step up is 2.7 times as many.",
        options={"x_label": what, "y_label": "ln (patents per million people)", "line": line, "log_x": True},
    )


def patents_table(report: Report) -> Shown:
    """Elasticities of patents: across countries, without each, within countries."""
    rows: list[list[str]] = []
    for treated in (False, True):
        found = collected(report, treated)
        try:
            lines = across.inputs_and_patents(report, found)
        except NotEstimable as reason:
            rows.append(["patents and inputs", f"across, {CELLS[treated]}: {because(reason)}", *["–"] * 7])
            lines = {}
        for measure, line in lines.items():
            p = line.points
            far = p.iloc[int((p["without"] - line.estimate).abs().argmax())]
            rank = f"{number(line.spearman, 2)} ({share(line.p_spearman)})"
            cells = [str(line.n), number(line.estimate, 2), interval(line.classic_low, line.classic_high)]
            cells += [
                f"{interval(line.low, line.high)} ({number(line.df)})",
                rank,
                interval(p["without"].min(), p["without"].max(), 2),
            ]
            cells.append(
                f"{number(far['without'], 2)}, {interval(far['without_low'], far['without_high'])} ({report.name(far['code'])})"
            )
            rows.append([MEASURE_NAMES[measure], f"across countries, {CELLS[treated]}", *cells])
        for measure in across.INPUTS:
            how = f"within countries, a year later, {CELLS[treated]}"
            try:
                fit = across.patents_panel(found, measure)
                codes = [s.code for s in series.countries(found, "patents")]
                each = {c: across.patents_panel(found, measure, leave=[c], wild=False) for c in codes}
                heavy = across.patents_panel(found, measure, leave=[fit.largest])
            except NotEstimable as reason:
                rows.append([MEASURE_NAMES[measure], f"{how}: {because(reason)}", *["–"] * 7])
                continue
            values = [e.estimate for e in each.values()]
            cells = [
                str(fit.n),
                number(fit.estimate, 2),
                interval(fit.low, fit.high),
                interval(fit.low_wild, fit.high_wild),
            ]
            cells += [f"p = {share(fit.p_wild)}", interval(min(values), max(values), 2)]
            cells.append(
                f"{number(heavy.estimate, 2)}, {interval(heavy.low_wild, heavy.high_wild)} ({report.name(fit.largest)})"
            )
            rows.append([MEASURE_NAMES[measure], how, *cells])
    heads = {
        "input": "Input",
        "how": "Estimated",
        "n": "n",
        "elasticity": "Elasticity",
        "interval": "95 %, classical or clustered t",
    }
    heads |= {
        "robust": "95 %, HC2 (d. f.) or wild bootstrap",
        "rank": "Rank correlation (p)",
        "each": "Without one country",
    }
    return made(heads | {"far": "Without the decisive one"}, rows)


def efficiency_table(report: Report) -> Shown:
    """Patents per researcher and per R&D dollar, as printed and treated."""
    frames = [across.efficiency(collected(report, t)).set_index("code") for t in (False, True)]
    rows = []
    for code in map(str, frames[0].index):
        r = frames[0].loc[code]
        other = frames[1].loc[code] if code in frames[1].index else None
        year = number(other["year"], 0).replace(",", "") if other is not None else "–"
        cells = [number(r["per_researcher"], 0), number(r["per_gerd"])]
        cells += (
            [number(other["per_researcher"], 0), number(other["per_gerd"]), year]
            if other is not None
            else ["–", "–", "–"]
        )
        rows.append([str(code), report.name(str(code)), number(r["year"], 0).replace(",", ""), *cells])
    heads = {
        "code": "",
        "country": "Country",
        "year": "Patents of",
        "researcher": "Per 10,000 researchers",
        "gerd": "Per US$ 100 million of R&D",
    }
    heads |= {
        "researcher_treated": "Per 10,000 researchers, treated",
        "gerd_treated": "Per US$ 100 million, treated",
        "year_treated": "Patents of ",
    }
    return made(heads, rows or [["", "none", *["–"] * 6]])


def panel_trust(report: Report) -> list[str]:
    """Limits."""

    def shocks() -> str:
        found = {m: panel.dependence(members(report, m)) for m in INPUTS[:2]}
        words = listing([f"{number(d.correlation, 2)} in {MEASURE_NAMES[m]}" for m, d in found.items()])
        table = simulation_panel().set_index(["method", "groups", "spread", "common"])["attained"]
        attained = table[("clustered", 17, 1.75, 0.2)]
        return (
            f"Countries share the shocks of a year: the mean correlation of their residuals is {words}. Errors clustered by country do not know "
            f"that. With shocks of this size an interval that claims 95 % for the common trend holds about {fixed(attained, 0)} % "
            "(chapter on five points); with five years nothing repairs it."
        )

    def doubtful() -> str:
        before, after = members(report, "gerd_intensity"), panel.country_trends(members(report, "gerd_intensity"))
        low = after.slopes.sort_values("own").iloc[0]
        one = next(s for s in before if s.code == low["code"])
        less = panel.common_trend([s for s in before if s.code != one.code]).rates()
        return (
            f"{report.name(one.code)} is the largest outlier in R&D intensity (own trend {number(low['own'])} % a year). The audit finds its numbers unusual and "
            "keeps them: energy prices may have moved its GDP. "
            f"Without it the common trend is {number(less['estimate'], 2)} % a year ({interval(less['low_wild'], less['high_wild'])})."
        )

    return [
        *say([shocks, doubtful]),
        "“Treated” undoes the exchange of Singapore and Finland and leaves out values that were filled in by rule or follow a pattern; "
        "unusual values stay. Both estimates are shown wherever they differ.",
        "Bell and McCaffrey's degrees of freedom say how many countries an interval really rests on; near 1 or 2 it is one country.",
        "The US office counts what is filed with it: patents of US firms are counted at home, and those of firms by the owner's country.",
    ]


# ---------------------------------------------------------------- forecast


def forecast_headlines(report: Report) -> list[str]:
    """Will R&D intensity rise; what was chosen; statements."""
    found = collected(report)

    def ahead() -> str:
        test = chosen_forecasts(report)
        one = _forecast(report, "gerd_intensity.TWN", 3)
        same = test[test["group"] == "gerd_intensity"]
        return (
            f"Will R&D intensity rise? {cardinal(len(one.series)).capitalize()} yearly numbers cannot tell: the forecast for {one.years[0]} is {fixed(one.mean[0], 2)} % of GDP, "
            f"but anything from {interval(one.low[0], one.high[0], 2)} would be no surprise, and from {interval(one.low[-1], one.high[-1], 2)} in {one.years[-1]} "
            f"(nominal 95 %; in the back-test {fixed(100 * test['inside'].mean(), 0)} % of all values and {int(same['inside'].sum())} of {len(same)} for R&D intensity "
            "lay inside)."
        )

    def goals() -> str:
        table = _targets(report)
        model = choice(report).model(found["gerd_intensity.TWN"])
        when = statements.reached(table)
        own = when[when["model"] == model].set_index("target")["year"]
        parts = [
            f"{number(t)} % by {int(y)}" if y == y else f"{number(t)} % not by {int(table['year'].max())}"
            for t, y in own.items()
        ]
        return (
            f"When will it reach round numbers? More likely than not {listing(parts)}, if the last years' drift goes on at half its pace. Beyond two years no "
            "back-test is possible; another model moves these years by five and more."
        )

    def used() -> str:
        made_by, table = choice(report), choice(report).strategies.set_index("strategy")
        gain = backtest.margin(tested(report), made_by)
        other = statements_names(made_by)
        return (
            f"Which forecast is used? {other}: judged on values it had not seen, its interval score is {number(table.at[made_by.strategy, 'nested'], 2)} times that of "
            f"the plain last value; {listing([f'{s} scores {number(v, 2)}' for s, v in table['nested'].items() if s != made_by.strategy])}. "
            f"Over all forecasts it gains {fixed(gain[0], 0)} % ({interval(gain[1], gain[2], 0)} over groups of series, not counting that it was chosen)."
        )

    def expected() -> str:
        verdicts = statements.table(report, found, tested(report))["verdict"]
        unsure = int(verdicts.str.startswith("cannot tell").sum())
        return f"Of {len(verdicts)} things that the text says go on rising, or expects to, these numbers cannot decide {unsure}; the others are likely."

    return say([ahead, goals, used, expected])


def statements_names(found: backtest.Choice) -> str:
    """The strategy in words."""
    return (
        "Half the pooled drift, for every series"
        if found.strategy == backtest.STRATEGIES[0]
        else "One model for each kind of series"
    )


def chosen_forecasts(report: Report) -> pd.DataFrame:
    """Back-test forecasts of what the book uses."""
    return backtest.chosen(tested(report), choice(report))


def _forecast(report: Report, key: str, horizon: int, model: str | None = None) -> forecast.Forecast:
    found = collected(report)
    one = found[key]
    return forecast.forecast(found, [key], model or choice(report).model(one), horizon)[0]


@functools.cache
def _targets(report: Report) -> pd.DataFrame:
    found = collected(report)
    used = choice(report).model(found["gerd_intensity.TWN"])
    return statements.targets(found, list(dict.fromkeys([used, "pooled_naive", "pooled_drift"])))


def backtest_table(report: Report) -> Shown:
    """The back-test, best first."""
    rows = []
    for r in backtest.table(tested(report)).to_dict("records"):
        cells = [number(r[c], 2) for c in ("mae", "mase", "mae_ratio", "relative")]
        cells += [number(r[c]) for c in ("score", "width", "coverage", "coverage_h1", "coverage_h2", "coverage_last")]
        rows.append([forecast.describe(str(r["model"])), str(r["forecasts"]), *cells])
    heads = {
        "model": "Model",
        "forecasts": "Forecasts",
        "mae": "Mean abs. error",
        "mase": "MASE",
        "mae_ratio": "Error / last value",
    }
    heads |= {
        "relative": "Score / last value",
        "score": "Interval score",
        "width": "Median width",
        "coverage": "Coverage (claimed 95)",
    }
    heads |= {"h1": "one year ahead", "h2": "two years ahead", "last": "last target year"}
    return made(heads, rows, dict.fromkeys(("mae", "score", "width", "coverage", "h1", "h2", "last"), "%"))


def strategies_table(report: Report) -> Shown:
    """Nested scores of the strategies."""
    made_by = choice(report)
    rows = [
        [
            s,
            number(n, 3),
            number(c),
            str(int(k)),
            "used" if s == made_by.strategy else "yardstick" if s == backtest.STRATEGIES[2] else "",
        ]
        for s, n, c, k in made_by.strategies.itertuples(index=False)
    ]
    heads = {
        "strategy": "Strategy",
        "nested": "Score / last value",
        "coverage": "Coverage",
        "forecasts": "Forecasts",
        "used": "",
    }
    return made(heads, rows, {"coverage": "%"})


def backtest_groups(report: Report) -> Shown:
    """Mean absolute error by group of series."""
    models = ("naive", "combined", "pooled_drift", "rw_drift", "log_linear_ols", "ets_damped")
    table = backtest.by_group(tested(report), models)
    rows = [
        [kind_name(r["group"]), str(r["forecasts"]), *(number(r[m]) for m in models)] for r in table.to_dict("records")
    ]
    return made({"group": "Series", "forecasts": "Forecasts"} | {m: forecast.describe(m) for m in models}, rows)


def coverage_years(report: Report) -> Shown:
    """Coverage of the forecasts used, by target year and horizon."""
    table = backtest.coverage(chosen_forecasts(report))
    rows = [[str(int(y)), str(int(h)), str(int(n)), number(a)] for y, h, n, a in table.itertuples(index=False)]
    heads = {
        "year": "Target year",
        "h": "Years ahead",
        "forecasts": "Forecasts",
        "attained": "Inside the 95 % interval",
    }
    return made(heads, rows, {"attained": "%"})


def fan_exhibit(
    report: Report, key: str, subject: str, unit: str, decimals: int = 2, model: str | None = None
) -> Exhibit:
    """Data and forecast of a series; for ``charts.fan``."""
    one = _forecast(report, key, 3, model)
    low, high = one.series.value_bounds
    data = pd.DataFrame({"year": one.series.years, "value": one.series.values, "low": low, "high": high})
    frame = one.frame()
    straight = one.model == "log_linear_ols"
    table = backtest.table(tested(report)).set_index("model")
    held = f", attained {number(table.at[one.model, 'coverage'], 0)}" if one.model in table.index else ""
    ratio = one.high[-1] / one.low[-1]
    wide = " So wide an interval says that the future is unknown." if ratio > 1.8 else ""
    return Exhibit(
        data,
        f"{subject} to {one.years[-1]}" + (" by a straight line" if straight else ""),
        unit,
        f"Points to {one.series.years[-1]}, then a forecast with an interval from {number(one.low[-1], decimals)} to {number(one.high[-1], decimals)} in "
        f"{one.years[-1]} (nominal 95 per cent{held} in the back-test).{wide}",
        f"forecast-{slug(key)}-{slug(one.model)}",
        [one.series.table],
        f"Nominal 95 % interval{held} in the back-test.{wide}",
        numbers=pd.concat([data.assign(kind="printed"), frame.iloc[1:].assign(kind="forecast")], ignore_index=True),
        options={
            "forecast": frame,
            "n": len(one.series),
            "model": forecast.describe(one.model),
            "fit": growth.trend(one.series).line()[["year", "value"]] if straight else None,
        },
    )


def models_table(report: Report, key: str = "gerd_intensity.TWN", step: int = 1) -> Shown:
    """One series forecast by every model."""
    rows = []
    for model in forecast.MODELS:
        try:
            one = _forecast(report, key, step, model)
        except NotEstimable as reason:
            rows.append([forecast.describe(model), because(reason), "–", "–", "–"])
            continue
        rise = number(100 * one.above(float(one.series.values[-1]), step), 0)
        cells = [number(one.mean[-1], 2), interval(one.low[-1], one.high[-1], 2), number(one.predictive.df[0, 0]), rise]
        rows.append([forecast.describe(model), *cells])
    heads = {
        "model": "Model",
        "forecast": "Forecast",
        "interval": "95 % interval",
        "df": "Degrees of freedom",
        "rise": "Probability of a rise",
    }
    return made(heads, rows, {"forecast": "% of GDP", "interval": "% of GDP", "rise": "%"})


def targets_table(report: Report) -> Shown:
    """Probability of being at or above round targets, and the year in which that becomes more likely than not."""
    try:
        table = _targets(report)
    except NotEstimable as reason:
        return made({"target": "Target", "model": "Model"}, [["–", because(reason)]])
    years = [y for y in sorted(table["year"].unique())[:7] if (y - table["year"].min()) % 2 == 0]
    when = statements.reached(table).set_index(["model", "target"])["year"]
    wide = table.pivot_table(index=["target", "model"], columns="year", values="probability", sort=False)
    rows = []
    for target, model in wide.index:
        year = when[(model, target)]
        cells = [number(wide.at[(target, model), y], 0) for y in years]
        last = str(int(year)) if year == year else f"after {int(table['year'].max())}"
        rows.append([fixed(target, 1), forecast.describe(model), *cells, last])
    heads = (
        {"target": "Target", "model": "Model"}
        | {f"y{y}": str(y) for y in years}
        | {"year": "More likely than not from"}
    )
    return made(heads, rows, {"target": "% of GDP"} | {f"y{y}": "%" for y in years})


def statements_table(report: Report) -> Shown:
    """What the text says will go on, as probabilities."""
    table = statements.table(report, collected(report), tested(report))
    rows = [
        [
            s,
            str(line),
            str(n),
            number(a, 0),
            number(b, 0),
            f"{number(h, 0)} ({int(of)})" if h == h and h is not None else "–",
            v,
        ]
        for s, line, n, a, b, h, of, v in table.itertuples(index=False)
    ]
    heads = {"statement": "The text says", "line": "Line", "n": "n", "one": "One year ahead", "two": "Two years ahead"}
    heads |= {"happened": "Came true in the same family (of)", "verdict": "Verdict"}
    return made(heads, rows, dict.fromkeys(("one", "two", "happened"), "%"))


def calibration_table(report: Report) -> Shown:
    """What happened where the drift model was sure, by family of series."""
    table = backtest.calibration(tested(report), statements.DRIFT)
    rows = [[f, str(int(n)), number(s, 0), number(h, 0)] for f, n, s, h in table.itertuples(index=False)]
    heads = {"family": "Series", "forecasts": "Forecasts", "stated": "Stated, mean", "happened": "Happened"}
    return made(heads, rows, {"stated": "%", "happened": "%"})


def forecast_trust(report: Report) -> list[str]:
    """Limits."""

    def years() -> str:
        test = tested(report)
        targets = sorted(test["year"].unique())
        held = backtest.coverage(chosen_forecasts(report))
        worst = held.iloc[int(held["attained"].argmin())]
        return (
            f"The back-test has {int((test['model'] == 'naive').sum())} forecasts of each model, but only {cardinal(len(targets))} target years "
            f"({targets[0]} to {targets[-1]}), and series share a year's shocks. Coverage of the forecasts used is lowest for {int(worst['year'])}, "
            f"{int(worst['h'])} {'year' if worst['h'] == 1 else 'years'} ahead: {number(worst['attained'], 0)} %."
        )

    def families() -> str:
        table = backtest.calibration(tested(report), statements.DRIFT).set_index("family")["happened"]
        if not {"inputs", "exports"} <= set(table.index):
            raise NotEstimable("the back-test has no sure forecasts of inputs and exports")
        return (
            f"Where the drift model was sure of a rise, one followed in {fixed(table['inputs'], 0)} % of cases for R&D and researchers, but in "
            f"{fixed(table['exports'], 0)} % for exports, which all fell in one year. So calibration is by family: exports do not decide about researchers."
        )

    return [
        *say([years, families]),
        "Two forms of the combination and two weightings of the groups (equally, by forecasts) were tried; weighting groups equally, one model for "
        "all would score slightly better. The nested scores do not know that.",
        "With four or five points a model that estimates a trend, its damping and its noise has more parameters than the data can carry.",
    ]


# ---------------------------------------------------------------- decomposition


def decomposition_headlines(report: Report) -> list[str]:
    """Within and structure; R&D; exports."""

    def rate() -> str:
        split = decomposition.value_added(report)
        parts = split.frame().set_index("code")
        first = parts.drop(index=["all", "other"]).sort_values("total", ascending=False).iloc[:2]
        names = [f"{report.name(str(c)).lower()} ({fixed(r['total'], 1, True)})" for c, r in first.iterrows()]
        return (
            f"Why does manufacturing keep more of its output as value added? Mostly because industries themselves do: of {fixed(split.change, 2)} percentage "
            f"points between {split.before} and {split.after}, {fixed(split.within, 1)} come from higher rates within industries and {fixed(split.structure, 1)} "
            f"from a shift of output towards industries with high rates (with the weights of {split.before} alone {fixed(split.base[0], 1)}, {fixed(split.base[1], 1)} and "
            f"{fixed(split.base[2], 1)} for both together). The largest parts: {listing(names)}."
        )

    def spending() -> str:
        quotient, real = decomposition.research_on_real_gdp(report)
        years = decomposition.printed_years(report, "1-2-1", "gerd")
        return (
            f"Did R&D grow because the economy did? About half. Taiwan's expenditure grew by {fixed(quotient.growth, 1)} % from {years[0]} to {years[-1]}; in logarithms "
            f"{fixed(real.gdp_share, 0)} % of that is real GDP and {fixed(100 - real.gdp_share, 0)} % a higher share of it. Growth of real GDP alone, "
            f"{fixed(real.gdp_growth, 1)} %, would have brought {fixed(real.alone_share, 0)} % of the increase. The GDP that the two R&D tables imply "
            f"grew by {fixed(quotient.gdp_growth, 1)} %, nearly the same ({fixed(quotient.gdp_share, 0)} and {fixed(quotient.alone_share, 0)} %)."
        )

    def trade() -> str:
        found = decomposition.exports(report).set_index("code")
        year = decomposition.printed_years(report, "1-2-9", "exports")[-1]
        total, high = (found.loc[c, "points"] for c in ("exports_total", "tech_high"))
        return (
            f"What made exports grow in {year}? Of {number(total)} per cent, goods of high technology contributed {number(high)} percentage "
            "points. The classes are printed as rounded shares of the total, so a contribution is known to about ±0.01 points; that of "
            "goods of low capital intensity may be positive or negative."
            if _open_sign(report, "1-2-10", "capital_low")
            else f"What made exports grow in {year}? Of {number(total)} per cent, goods of high technology contributed {number(high)} points."
        )

    return say([rate, spending, trade])


def _open_sign(report: Report, table: str, code: str) -> bool:
    found = decomposition.exports(report, table).set_index("code")
    return code in found.index and bool((found["low"] < 0)[code] and (found["high"] > 0)[code])


def _named(report: Report, code: Any) -> str:
    return {decomposition.RESIDUAL: "All other industries (residual)", "all": "Manufacturing"}.get(code) or report.name(
        code
    )


def shift_exhibit(report: Report, before: int | None = None, after: int | None = None) -> Exhibit:
    """Shift-share by industry; for ``charts.contributions``."""
    split = decomposition.value_added(report, before, after)
    table = split.frame().iloc[:-1].sort_values("total", ascending=False)
    names = [_named(report, c) for c in table["code"]]
    return Exhibit(
        table.assign(name=names).reset_index(drop=True),
        f"Where {fixed(split.change, 2)} points of value-added rate came from",
        f"percentage points, {split.before} to {split.after}",
        f"Bars by industry, split into own rate and shift of output; the largest part, {number(float(table['total'].iloc[0]), 2, True)} points, is that "
        f"of {names[0].lower()}, the smallest, {number(float(table['total'].iloc[-1]), 2, True)}, that of {names[-1].lower()}.",
        f"shift-share-{split.before}-{split.after}",
        ["1-2-16"],
        "Symmetric shift-share; the parts add up to the change.",
        options={
            "parts": {"within": "own rate (within)", "structure": "shift of output (structure)"},
            "total": "total",
        },
    )


def shift_table(report: Report) -> Shown:
    """Shift-share over the whole span with attainable bounds."""
    heads = {"industry": "Industry", "within": "Within", "within_bounds": "bounds", "structure": "Structure"}
    heads |= {"structure_bounds": "bounds ", "total": "Total"}
    units = dict.fromkeys(("within", "structure", "total"), "percentage points")
    try:
        table = decomposition.value_added(report).frame()
    except NotEstimable as reason:
        return made(heads, [[because(reason), *["–"] * 5]], units)
    rows = []
    for r in table.itertuples(index=False):
        first, second = interval(r.within_low, r.within_high, 3), interval(r.structure_low, r.structure_high, 3)
        rows.append(
            [
                _named(report, r.code),
                number(r.within, 3, True),
                first,
                number(r.structure, 3, True),
                second,
                number(r.total, 3, True),
            ]
        )
    return made(heads, rows, units)


def periods_table(report: Report) -> Shown:
    """Shift-share by sub-period, with mean and with first-year weights."""
    rows = []
    for before, after in decomposition.periods(report):
        try:
            s = decomposition.value_added(report, before, after)
        except NotEstimable as reason:
            rows.append([f"{before} to {after}", because(reason), *["–"] * 5])
            continue
        cells = [number(v, 2, True) for v in (s.change, s.within, s.structure, *s.base)]
        rows.append([f"{before} to {after}", *cells])
    heads = {
        "period": "Period",
        "change": "Change",
        "within": "Within",
        "structure": "Structure",
        "base": "Within, first-year weights",
    }
    heads |= {"base_structure": "Structure, first-year weights", "interaction": "Interaction"}
    return made(heads, rows, dict.fromkeys(list(heads)[1:], "percentage points"))


def research_exhibit(report: Report) -> Exhibit:
    """LMDI of R&D growth by country; for ``charts.contributions``."""
    found = decomposition.research(report)
    if not found:
        raise NotEstimable("no country has R&D expenditure and intensity for both years")
    years = decomposition.printed_years(report, "1-2-1", "gerd")
    table = decomposition.lmdi_frame(found).sort_values("growth", ascending=False)
    kept = {s.code for s in members(report, "gerd_intensity") if s.code in _unusual(report)}
    names = [report.name(c) + (" †" if c in kept else "") for c in table["code"]]
    falls = names[int(table["intensity_points"].argmin())]
    return Exhibit(
        table.assign(name=names).reset_index(drop=True),
        "R&D growth: larger economy or a larger share of it?",
        f"percentage points of growth, {years[0]} to {years[-1]}",
        f"Bars by country split into growth of implied GDP and of R&D intensity; R&D grew most in {names[0]} and least in {names[-1]}; intensity fell most "
        f"in {falls}.",
        "lmdi-research",
        ["1-2-1", "1-2-2"],
        "Log-mean Divisia index; implied GDP is the quotient of both tables."
        + (" † The audit finds its intensity unusual." if kept else ""),
        options={
            "parts": {"gdp_points": "implied GDP (quotient)", "intensity_points": "R&D intensity"},
            "total": "growth",
            "fmt": "{:+.1f}",
        },
    )


def _unusual(report: Report) -> set[str]:
    """Codes whose R&D intensity the register of findings calls unusual and keeps."""
    from analysis import doubts

    kept = doubts.read(report).kept
    return {c[8] for c in report.iter_cells(["1-2-2"]) if (c[0], c[1], c[2]) in kept}


def research_table(report: Report) -> Shown:
    """LMDI with rounding bounds, and what implied GDP alone would have brought."""
    rows = []
    for r in decomposition.research(report):
        cells = [
            number(r.change, 0, True),
            number(r.gdp, 1, True),
            interval(*r.gdp_bounds),
            number(r.intensity, 1, True),
        ]
        cells += [interval(*r.intensity_bounds), number(r.gdp_growth, 1, True), number(r.gdp_alone, 1, True)]
        rows.append([r.code, report.name(r.code), *cells])
    heads = {
        "code": "",
        "country": "Country",
        "change": "Change",
        "gdp": "Implied GDP (quotient)",
        "gdp_bounds": "bounds",
    }
    heads |= {
        "intensity": "Intensity",
        "intensity_bounds": "bounds ",
        "gdp_growth": "Growth of implied GDP",
        "alone": "GDP alone",
    }
    units = dict.fromkeys(("change", "gdp", "intensity", "alone"), "US$ 100 million") | {"gdp_growth": "%"}
    return made(heads, rows or [["", "none", *["–"] * 7]], units)


def real_table(report: Report) -> Shown:
    """Taiwan's R&D expenditure on implied and on real GDP."""
    heads = {
        "gdp": "GDP",
        "growth": "Growth of GDP",
        "effect": "GDP effect",
        "bounds": "bounds",
        "share": "of growth in logarithms",
    }
    heads |= {"alone": "GDP alone, of the increase"}
    units = {"growth": "%", "effect": "US$ 100 million", "share": "%", "alone": "%"}
    try:
        both = decomposition.research_on_real_gdp(report)
    except NotEstimable as reason:
        return made(heads, [[because(reason), *["–"] * 5]], units)
    rows = []
    for name, r in zip(("implied GDP (quotient)", "real GDP, chained"), both, strict=True):
        cells = [
            number(r.gdp_growth),
            number(r.gdp),
            interval(*r.gdp_bounds),
            number(r.gdp_share, 0),
            number(r.alone_share, 0),
        ]
        rows.append([name, *cells])
    return made(heads, rows, units)


def exports_table(report: Report) -> Shown:
    """Contributions to export growth by three classifications."""
    rows = []
    for table, word in {"1-2-9": "technology", "1-2-10": "capital", "1-2-11": "skill"}.items():
        try:
            found = decomposition.exports(report, table)
        except NotEstimable as reason:
            rows.append([word, because(reason), "–", "–"])
            continue
        for code, points, low, high in found.itertuples(index=False):
            if code == "exports_total" and table != "1-2-9":
                continue
            name = "left by rounding" if code == "rounding" else report.name(code)
            rows.append(
                ["" if code == "exports_total" else word, name, number(points, 3, True), interval(low, high, 3, True)]
            )
    heads = {"by": "Classified by", "class": "Class", "points": "Contribution", "bounds": "Bounds"}
    return made(heads, rows, {"points": "percentage points"})


def decomposition_trust(report: Report) -> list[str]:
    """Limits."""
    return [
        "The parts add up; that makes them complete, not causal. Other weights move the border between within and structure a little "
        "(table of periods), not the sum of an industry.",
        "Output is not printed; it follows from value added and rate. The bounds are attained by unrounded inputs that print the same.",
        "Value added is in current prices: a higher rate may be a better price.",
        "R&D expenditure is at constant prices. If it was deflated like GDP, the quotient of the two tables is real GDP; for Taiwan the printed real "
        "GDP confirms it, for other countries nothing printed does.",
        "The export classes are rounded shares times the total, so their contributions are bounded by the shares, and need not add up "
        "to the printed growth.",
    ]


# ---------------------------------------------------------------- five points


@functools.cache
def covered() -> pd.DataFrame:
    """The coverage simulation that the chapter shows."""
    return simulation.coverage()


@functools.cache
def simulation_panel() -> pd.DataFrame:
    """The panel simulation that the chapters show."""
    return simulation.panel_coverage()


WORLD_NAMES = {
    "independent": "line, independent errors",
    "autocorrelated": "line, AR(1) errors",
    "heavy_tails": "line, heavy tails",
    "random_walk": "random walk with drift",
    "common_shocks": "the same, shared shocks",
    "step": "a step, no trend",
}


def points_headlines() -> list[str]:
    """What the intervals attain at five points; what five points resolve."""
    table = covered().set_index(["method", "world", "n"])["attained"]
    power = simulation.resolution().set_index("n")["detectable"]
    five = table.xs(5, level="n")
    held = five["combined"].drop("step")
    shocks = simulation_panel().set_index(["method", "groups", "spread", "common"])["attained"]
    return [
        f"Can one trust a 95 % interval from five points? It depends on what the series is. If it is a line with independent errors, yes "
        f"({fixed(five['ols_t', 'independent'], 0)} % attained); if shocks last, the same interval holds {fixed(five['ols_t', 'random_walk'], 0)} %, and more points make it worse "
        f"({fixed(table['ols_t', 'random_walk', 10], 0)} % with ten). The interval of the mean change holds at least {fixed(five['mean_change'].min(), 0)} % everywhere.",
        f"Can one trust the forecasts' intervals? Better: those used in this part hold {fixed(held.min(), 0)} to {fixed(held.max(), 0)} % in the worlds tried, because the "
        "next value's own scatter dominates what is wrong with the model. A break in the future is in no model.",
        f"Can one trust averages over countries? Not when countries share shocks: with a fifth of the variance in common the clustered interval for {17} "
        f"countries holds {fixed(shocks['clustered', 17, 1.75, 0.2], 0)} % instead of 95 % (where countries differ as much as here), and "
        f"{fixed(shocks['clustered', 17, 0.5, 0.2], 0)} % where they differ little.",
        f"What can five points find at all? With a yearly scatter of one per cent, a trend of at least {fixed(power[5], 1)} per cent a year (in four of five "
        f"cases); four points need {fixed(power[4], 1)}, ten {fixed(power[10], 2)}.",
    ]


def coverage_table() -> Shown:
    """Claimed and attained coverage, one row per method and n."""
    rows = []
    for (target, method, n), part in covered().groupby(["target", "method", "n"], sort=False):
        attained = part.set_index("world")["attained"]
        cells = [number(part["claimed"].iloc[0], 0), *(number(attained[w], 0) for w in simulation.WORLDS)]
        rows.append([str(target), simulation.METHODS[str(method)][1], str(n), *cells])
    heads = {"target": "Interval for the", "method": "Method", "n": "n", "claimed": "Claimed"} | WORLD_NAMES
    return made(heads, rows, dict.fromkeys(("claimed", *simulation.WORLDS), "%"))


def coverage_exhibit(n: int = 5) -> Exhibit:
    """Attained minus claimed coverage at ``n``; for ``charts.heatmap``."""
    table = covered()
    part = table[table["n"] == n].assign(off=lambda f: (f["attained"] - f["claimed"]).round(0) + 0.0)
    wide = part.pivot(index="method", columns="world", values="off").loc[
        list(simulation.METHODS), list(simulation.WORLDS)
    ]
    wide.index = pd.Index(
        [f"{simulation.METHODS[m][0].partition(' ')[0]}: {simulation.METHODS[m][1]}" for m in wide.index]
    )
    wide.columns = pd.Index(["line", "AR(1)", "tails", "walk", "shared", "step"])
    worst, best = (pick(wide.min(axis=1)) for pick in (min, max))
    return Exhibit(
        wide,
        f"Attained less claimed coverage, n = {n}",
        f"percentage points; {int(part['simulations'].max()):,} simulations each",
        f"A matrix of methods and worlds: near zero where a method's assumptions hold; lowest, at {number(worst, 0)} points, for {wide.min(axis=1).idxmin()}; the "
        f"method whose worst cell is best ({number(best, 0)}) is {wide.min(axis=1).idxmax()}.",
        f"coverage-{n}",
        "simulation, seeded",
        f"Pooled forecasts: {int(part['simulations'].min()):,} simulations.",
        numbers=wide.reset_index(names="method"),
        options={"fmt": "{:+.0f}", "middle": 0.0},
    )


def resolution_table() -> Shown:
    """What n points resolve."""
    rows = [
        [str(int(n)), *(number(v, 2) for v in rest)] for n, *rest in simulation.resolution().itertuples(index=False)
    ]
    heads = {
        "n": "n",
        "t": "t quantile",
        "half_width": "Half-width, slope",
        "detectable": "Detectable slope",
        "next_value": "Half-width, next value",
    }
    return made(heads, rows, {"half_width": "% a year", "detectable": "% a year", "next_value": "%"})


def panel_coverage_table() -> Shown:
    """Coverage in panels of ten and seventeen countries with five points."""
    table = simulation_panel()
    wide = table.pivot_table(index="method", columns=["groups", "spread", "common"], values="attained")
    names = {tuple(c): f"g{c[0]}_{c[1]}_{c[2]}" for c in wide.columns.to_frame(index=False).itertuples(index=False)}
    rows = [[name, *(number(wide.at[m, c], 0) for c in names)] for m, name in simulation.PANEL_METHODS.items()]
    heads = {"method": "Interval"}
    for (groups, spread, common), name in names.items():
        shared = "shared shocks" if common else "own shocks"
        heads[name] = f"{int(groups)} countries, spread {spread:g}, {shared}"
    return made(heads, rows, dict.fromkeys(names.values(), "%"))


def leverage_table(report: Report) -> Shown:
    """Coverage with the leverage that researcher density has in the report."""
    heads = {"method": "Interval", "equal": "equal errors", "unequal": "errors twice as large where leverage is"}
    try:
        found = collected(report)
        line = across.inputs_and_patents(report, found).get("researcher_density")
        if line is None:
            raise NotEstimable("patents and researchers are not printed together")
        own = [found[f"researcher_density.{c}"] for c in line.points["code"]]
        whole = max((s.years for s in own), key=len)
        table = simulation.leverage_coverage(
            line.points["x"].to_numpy(), np.array([s.response for s in own if s.years == whole])
        )
    except NotEstimable as reason:
        return made(heads, [[because(reason), "–", "–"]])
    wide = table.pivot(index="method", columns="errors", values="attained").loc[list(dict.fromkeys(table["method"]))]
    rows = [[str(m), number(r.iloc[0], 0), number(r.iloc[1], 0)] for m, r in wide.iterrows()]
    return made(heads, rows, {"equal": "%", "unequal": "%"})


def points_trust() -> list[str]:
    """Limits."""
    table = covered()
    return [
        f"The simulation's own error is at most {fixed(table['error'].max(), 1)} points, {fixed(100 * math.sqrt(0.25 / simulation_panel()['simulations'].iloc[0]), 1)} in "
        "the panels; so no decimals are shown.",
        "The methods are those that the other chapters call, run on invented series. Real series know neither world nor method; the table is a map "
        "of what can go wrong, and by how much.",
    ]
