"""Everything the book's part "Models" estimates, as two flat tables.

``python -m analysis trends`` and ``python -m analysis forecasts`` print them, the pages pivot them
(:func:`estimates`). Digits are fixed per kind of number, well inside what differs between machines, and nothing
depends on a clock or an unseeded draw. What cannot be estimated is a row whose ``note`` says why; only where the
edition's ``series.csv`` says what is a series, constant totals and what a table prints for too few years have none.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from analysis.models import across, backtest, decomposition, forecast, growth, panel
from analysis.models.series import PANEL_MEASURES, Found, NotEstimable, Series, collect, countries, measures
from analysis.report import NotPrinted, Report, once

#: ``level`` is the claimed coverage; ``bounds`` where low and high bound what the printed digits allow, ``range``
#: where they are the extremes over leaving out one point or country, empty without interval. ``cells`` says
#: which: ``printed``, or ``treated`` (exchanges undone, doubtful values left out).
TRENDS = ["series", "table", "n", "model", "parameter", "estimate", "low", "high", "level", "unit", "cells", "note"]
FORECASTS = ["series", "model", "year", "mean", "low", "high", "level", "note"]

NUMBERS = TRENDS[5:8]

HORIZON = 3

#: Series whose forecasts the book shows with all models, beside those of its country; the others get the chosen model alone.
SHOWN = ("macro.real_gdp", "exports.exports_total", "exports.tech_high")

A_YEAR, POINTS, MONEY = "% a year", "percentage points", "US$ 100 million"


def text(value: float | None, digits: int = 3) -> str:
    """A number with fixed decimals; empty for ``None`` and what is not finite; never a negative zero."""
    return "" if value is None or not math.isfinite(value) else f"{value:z.{digits}f}"


def significant(value: float) -> str:
    """A positive or negative number with about five significant digits, plain notation; empty for what is not finite."""
    if not math.isfinite(value):
        return ""
    return "0" if value == 0 else text(value, max(0, 4 - math.floor(math.log10(abs(value)))))


def percent(level: float | str) -> str:
    """A claimed level as text: ``0.95``, ``0.983``; a word stays one."""
    return level if isinstance(level, str) else f"{level:.3f}".rstrip("0").rstrip(".")


class Line(NamedTuple):
    """A row of :data:`TRENDS`; ``numbers`` are estimate, low and high, or the estimate alone.

    ``digits`` are its decimals. ``series`` and ``table`` stand only where they are not those that are asked for.
    """

    n: int
    model: str
    parameter: str
    numbers: Sequence[float]
    level: float | str = ""
    unit: str = ""
    digits: int = 3
    series: str = ""
    table: str = ""


Row = dict[str, Any]
BLANK: Row = dict.fromkeys(TRENDS, "") | dict.fromkeys(NUMBERS) | {"n": None, "digits": 0}


def _refused(series: str, table: str, model: str, reason: object, cells: str = "printed") -> Row:
    note = f"not estimable, because {reason}"
    return BLANK | {"series": series, "table": table, "model": model, "cells": cells, "note": note}


def _rows(lines: Iterator[Line], series: str, table: str, model: str, cells: str = "printed") -> Iterator[Row]:
    """Estimates of one series as they come; if something cannot be estimated, a row says why."""
    try:
        for line in lines:
            place = {"series": line.series or series, "table": line.table or table, "cells": cells}
            numbers = dict(zip(NUMBERS, line.numbers, strict=False)) | {"level": percent(line.level)}
            yield BLANK | line._asdict() | place | numbers
    except (NotEstimable, NotPrinted) as reason:
        yield _refused(series, table, model, reason, cells)


def _numbers(report: Report, parts: Iterable[str]) -> pd.DataFrame:
    """Columns :data:`TRENDS`, the :data:`NUMBERS` among them as floats, ``n`` as whole numbers, and ``digits``."""
    rows = [row for part in parts for row in PARTS[part](report)]
    frame = pd.DataFrame(rows, columns=list(BLANK))
    return frame.astype(dict.fromkeys(NUMBERS, float) | {"n": "Int64"})


@once
def trends(report: Report) -> pd.DataFrame:
    """Every trend estimate the book shows; columns :data:`TRENDS`, all strings."""
    frame = _numbers(report, PARTS)
    for column in NUMBERS:
        frame[column] = [text(v, d) for v, d in zip(frame[column], frame["digits"], strict=True)]
    return frame[TRENDS].astype({"n": "string"}).fillna({"n": ""}).astype(str)


def estimates(report: Report, *parts: str) -> pd.DataFrame:
    """The same with numbers, for pages: some of :data:`PARTS`, with ``measure``, ``code`` and ``name`` of the series.

    ``estimate``, ``low`` and ``high`` are floats, ``n`` is a whole number, missing where nothing can be estimated.
    """
    frame = _numbers(report, parts)[TRENDS]
    labels = {m.name: m.title[:1].upper() + m.title[1:] for m in measures(report).values()}
    labels |= {key: one.label for key, one in collect(report).items()}
    names = [labels.get(s.partition("~")[2] or s, "") for s in frame["series"]]
    codes = frame["series"].str.partition(".").reindex(columns=[0, 2]).set_axis(["measure", "code"], axis=1)
    return pd.concat([frame, codes], axis=1).assign(name=names)


def _edges(estimate: float, without: pd.Series) -> tuple[float, float, float]:
    return estimate, float(without.min()), float(without.max())


def _ends(fit: Any) -> tuple[float, float, float]:
    return fit.estimate, fit.low, fit.high


def _rates(*slopes: float) -> list[float]:
    return [100 * math.expm1(v) for v in slopes]


# ---------------------------------------------------------------- single series


def _growth(report: Report) -> Iterator[Row]:
    found = collect(report)
    for one in found.values():
        for model, lines in {"cagr": _two, "log_linear_ols": _line, "theil_sen": _ranks, "mean_change": _mean}.items():
            yield from _rows(lines(one), one.key, one.table, model)
    for key, (table, reason) in found.refused.items():
        yield _refused(key, table, "log_linear_ols", reason)
    yield from _rows(_many(found), "all", "", "log_linear_ols")


def _two(one: Series) -> Iterator[Line]:
    yield Line(2, "cagr", "growth_rate", _ends(growth.cagr(one)), "bounds", one.rate_unit)


def _line(one: Series) -> Iterator[Line]:
    fit, n, unit = growth.trend(one), len(one), one.rate_unit
    yield Line(n, fit.model, "growth_rate", _ends(fit), fit.level, unit)
    yield Line(n, fit.model, "rounding", (fit.estimate, *fit.rounding), "bounds", unit)
    yield Line(n, fit.model, "rounding_share", (100 * fit.rounding_share,), "", "% of squared error")
    yield Line(n, fit.model, "p_value", (fit.p_value,), digits=5)
    yield Line(n - 1, fit.model, "leave_one_out", _edges(fit.estimate, growth.influence(one)["without"]), "range", unit)
    if fit.hc3:
        yield Line(n, "log_linear_ols_hc3", "growth_rate", (fit.estimate, *fit.hc3), fit.level, unit)


def _ranks(one: Series) -> Iterator[Line]:
    e = growth.theil_sen(one)
    yield Line(e.n, e.model, "growth_rate", _ends(e), e.level, one.rate_unit)
    tau, p = growth.mann_kendall(one)
    yield Line(e.n, "mann_kendall", "tau", (tau,))
    yield Line(e.n, "mann_kendall", "p_value", (p,), digits=5)


def _mean(one: Series) -> Iterator[Line]:
    e = growth.mean_change(one)
    yield Line(e.n, e.model, "growth_rate", _ends(e), e.level, one.rate_unit)
    yield Line(e.n, e.model, "p_value", (e.p_value,), digits=5)


def _many(found: Found) -> Iterator[Line]:
    counts = growth.many(s for s in found.values() if not s.aggregate)
    for (model, name), value in counts.items():
        n = int(counts["log_linear_ols", "tests"])
        yield Line(n, model, name, (value,), "", "series", digits=int("expected" in name))


def _doubtful(report: Report) -> Iterator[Row]:
    found, treated = collect(report), collect(report, treated=True)
    for key, one in treated.items():
        if key in found and one.printed != found[key].printed:
            yield from _rows(itertools.islice(_line(one), 1), key, one.table, "log_linear_ols", "treated")
    for key, (table, reason) in treated.refused.items():
        if key in found:
            yield _refused(key, table, "log_linear_ols", reason, "treated")


# ---------------------------------------------------------------- many countries


def _panels(report: Report) -> Iterator[Row]:
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
                yield from _rows(lines(members), measure, members[0].table, model, cells)
    if countries(editions["printed"], "patents"):
        for cells, found in editions.items():
            yield from _inputs(report, found, cells)
        for table in report.holding("gerd_intensity"):
            yield from _rows(_whole(editions["printed"]), "gerd_intensity", table, "aggregate")


def _clustered(
    fit: panel.Clustered,
    without: pd.DataFrame,
    model: str,
    parameter: str,
    unit: str = "",
    scale: Callable[..., Sequence[float]] = lambda *numbers: numbers,
) -> Iterator[Line]:
    yield Line(fit.n, model, parameter, scale(*_ends(fit)), fit.level, unit)
    wild = scale(fit.estimate, fit.low_wild, fit.high_wild)
    yield Line(fit.n, f"{model}_wild", parameter, wild, fit.level, unit)
    yield Line(fit.n, f"{model}_wild", "p_value", (fit.p_wild,), digits=6)
    yield Line(fit.n, model, "leave_one_out", scale(*_edges(fit.estimate, without["estimate"])), "range", unit)


def _common(own: list[Series]) -> Iterator[Line]:
    fit = panel.common_trend(own)
    without = panel.without_each(own, panel.common_trend)
    yield from _clustered(fit, without, "entity_fe", "growth_rate", A_YEAR, _rates)
    for year, *three in panel.year_effects(own).iloc[1:].itertuples(index=False):
        yield Line(fit.n, "year_effects", str(year), three, fit.level, "% of first year")


def _later(own: list[Series]) -> Iterator[Line]:
    second = sorted({y for s in own for y in s.years})[1]
    fit = panel.common_trend([s.only(y for y in s.years if y >= second) for s in own])
    yield Line(fit.n, "entity_fe", f"growth_rate_since_{second}", _rates(*_ends(fit)), fit.level, A_YEAR)


def _shared(own: list[Series]) -> Iterator[Line]:
    n, correlation, statistic = panel.dependence(own)
    yield Line(n, "pesaran_cd", "mean_correlation", (correlation,))
    yield Line(n, "pesaran_cd", "statistic", (statistic,))


def _drawn(own: list[Series]) -> Iterator[Line]:
    mixed = panel.country_trends(own)
    level, model = mixed.level, "random_slopes"
    yield Line(mixed.n, model, "common", _rates(mixed.common, mixed.low, mixed.high), level, A_YEAR)
    yield Line(mixed.n, model, "spread_of_slopes", (mixed.spread,), "", "percentage points a year")
    for code, *three in mixed.slopes[["code", "shrunken", "low", "high"]].to_numpy().tolist():
        yield Line(mixed.n, model, "growth_rate", three, level, A_YEAR, 3, f"{own[0].measure}.{code}")


def _beta(own: list[Series]) -> Iterator[Line]:
    b, model, unit = across.beta_convergence(own), "beta_convergence", "percentage points a year per log point"
    yield Line(b.n, model, "slope", _ends(b), b.level, unit)
    yield Line(b.n, model, "degrees_of_freedom", (b.df,))
    yield Line(b.n - 1, model, "leave_one_out", _edges(b.estimate, b.points["without"]), "range", unit)


def _sigma(own: list[Series]) -> Iterator[Line]:
    s = across.sigma_convergence(own)
    yield Line(s.n, s.model, "sd_ratio", _ends(s), s.level)
    without = panel.without_each(own, across.sigma_convergence)["estimate"]
    yield Line(s.n - 1, s.model, "leave_one_out", _edges(s.estimate, without), "range")


def _inputs(report: Report, found: Found, cells: str) -> Iterator[Row]:
    granted = report.meta("patent_density").table
    yield from _rows(_over(report, found), "patent_density", granted, "cross_section", cells)
    for measure in across.INPUTS:
        yield from _rows(_within(found, measure), f"patents~{measure}", granted, "two_way_fe", cells)


def _over(report: Report, found: Found) -> Iterator[Line]:
    for measure, line in across.inputs_and_patents(report, found).items():
        place = f"patent_density~{measure}", found[f"{measure}.{line.points['code'].iloc[0]}"].table
        plain = "cross_section"
        yield Line(line.n, line.model, "elasticity", _ends(line), line.level, "", 3, *place)
        yield Line(line.n, line.model, "degrees_of_freedom", (line.df,), "", "", 2, *place)
        yield Line(line.n, plain, "elasticity", (line.estimate, *line.classic), line.level, "", 3, *place)
        edges = _edges(line.estimate, line.points["without"])
        yield Line(line.n - 1, plain, "leave_one_out", edges, "range", "", 3, *place)
        yield Line(line.n, "spearman", "rho", (line.spearman,), "", "", 3, *place)


def _within(found: Found, measure: str) -> Iterator[Line]:
    granted = countries(found, "patents")
    each = panel.without_each(granted, lambda some: across.patents_panel(found, measure, some))
    yield from _clustered(across.patents_panel(found, measure), each, "two_way_fe", "elasticity")


def _whole(found: Found) -> Iterator[Line]:
    a = panel.aggregate(found)
    for name, value in (("weighted", a.weighted), ("average_country", a.average), ("printed_total", a.printed)):
        yield Line(a.n, "aggregate", name, (value,), "", A_YEAR)


# ---------------------------------------------------------------- decomposition


def _decomposition(report: Report) -> Iterator[Row]:
    for years in decomposition.periods(report):
        table = report.meta("value_added_rate").table
        yield from _rows(_split(report, *years), "value_added_rate", table, "shift_share")
    yield from _rows(_research(report), "gerd", next(iter(report.holding("gerd")), ""), "lmdi")
    for table in report.holding("real_gdp"):
        yield from _rows(_real(report), "gerd", table, "lmdi_real_gdp")
    for table in report.holding("exports", "share"):
        yield from _rows(_exports(report, table), "exports", table, "contribution")


def _split(report: Report, before: int, after: int) -> Iterator[Line]:
    found = decomposition.value_added(report, before, after)
    for row in found.table.to_dict("records"):
        for part in ("within", "structure"):
            three = [row[f"{part}{end}"] for end in ("", "_low", "_high")]
            key = f"value_added_rate.{row['code']}"
            yield Line(2, "shift_share", f"{part}_{before}_{after}", three, "bounds", POINTS, 3, key)
    for part, value in zip(("within", "structure", "interaction"), found.base, strict=True):
        name = f"{part}_{before}_{after}"
        yield Line(2, "shift_share_base_year", name, (value,), "", POINTS, 3, "value_added_rate.all")


def _research(report: Report) -> Iterator[Line]:
    for one in decomposition.research(report):
        key = f"gerd.{one.code}"
        intensity = one.intensity, one.intensity_low, one.intensity_high
        yield Line(2, "lmdi", "gdp_effect", (one.gdp, one.gdp_low, one.gdp_high), "bounds", MONEY, 2, key)
        yield Line(2, "lmdi", "intensity_effect", intensity, "bounds", MONEY, 2, key)
        yield Line(2, "lmdi", "gdp_alone", (one.gdp_alone,), "", MONEY, 2, key)


def _real(report: Report) -> Iterator[Line]:
    one = decomposition.research_on_real_gdp(report)[1]
    three = one.gdp, one.gdp_low, one.gdp_high
    yield Line(2, "lmdi_real_gdp", "gdp_effect", three, "bounds", MONEY, 2, f"gerd.{one.code}")


def _exports(report: Report, table: str) -> Iterator[Line]:
    last = decomposition.printed_years(report, table, "exports")[-1]
    for code, *three in decomposition.exports(report, table).itertuples(index=False):
        level = "bounds" if math.isfinite(three[1]) else ""
        yield Line(2, "contribution", f"growth_{last}", three, level, POINTS, 3, f"exports.{code}")


#: The parts of :func:`trends`, in the order in which they are printed.
PARTS: dict[str, Callable[[Report], Iterator[Row]]] = {
    "growth": _growth,
    "panel": _panels,
    "doubtful cells": _doubtful,
    "decomposition": _decomposition,
}


@once
def forecasts(report: Report) -> pd.DataFrame:
    """Every forecast the book shows; columns :data:`FORECASTS`, all strings.

    All models for the series in :data:`SHOWN` and those of the report's country, the chosen model for all others. ``mean`` is the centre (the median
    on the printed scale).
    """
    found = collect(report)
    shown = {*SHOWN, *(f"{measure}.{report.home}" for measure in PANEL_MEASURES)}
    rows: list[dict[str, str]] = []
    blank = dict.fromkeys(FORECASTS, "")

    def refuse(key: str, model: str, reason: str) -> None:
        rows.append(blank | {"series": key, "model": model, "note": f"not estimable, because {reason}"})

    try:
        choice = backtest.choose(backtest.run(found.values()))
    except NotEstimable:
        choice = backtest.Choice("", pd.DataFrame(), {})
    reasons = {key: forecast.obstacle(one) for key, one in found.items()}
    for model in forecast.MODELS:
        wanted = [k for k, one in found.items() if model == choice.model(one) or k in shown]
        for key in (k for k in wanted if reasons[k]):
            refuse(key, model, reasons[key])
        for ahead in forecast.forecast(found, [k for k in wanted if not reasons[k]], model, HORIZON):
            for year, *three in zip(ahead.years, ahead.mean, ahead.low, ahead.high, strict=True):
                numbers = dict(zip(("mean", "low", "high"), map(significant, three), strict=True))
                row = {"series": ahead.series.key, "model": model, "year": str(year), "level": percent(growth.LEVEL)}
                rows.append(blank | row | numbers)
    for key, (_, reason) in found.refused.items():
        refuse(key, "", reason)
    return pd.DataFrame(rows, columns=FORECASTS)
