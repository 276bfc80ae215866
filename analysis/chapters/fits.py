"""The first trend fit of a chapter: one series, a log-linear line, small-sample intervals.

What four or five points can and cannot say is the subject of the part on models; a chapter
shows the fit, its prediction interval and n, and says so in one sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.chapters.common import Exhibit, fixed
from analysis.rounding import Intervals

if TYPE_CHECKING:
    from analysis.models.growth import Trend
    from analysis.report import Report


def fitted(report: Report, key: str) -> Trend:
    """The log-linear trend of a series such as ``gerd_intensity.TWN``."""
    from analysis.models import growth, series

    return growth.trend(series.collect(report)[key])


def figure(report: Report, key: str, what: str, ahead: int = 2) -> Exhibit:
    """Data, fitted line and the prediction interval ``ahead`` years on; for ``charts.fan``."""
    import pandas as pd

    fit = fitted(report, key)
    series = fit.series
    known = Intervals.from_printed(series.printed, series.exact)
    values = {"value": [float(p) for p in series.printed], "low": known.low_float(), "high": known.high_float()}
    data = pd.DataFrame({"year": series.years, **values})
    last = series.years[-1]
    years = list(range(series.years[0], last + ahead + 1))
    line = fit.line(years)
    future = line[line["year"] >= last].drop(columns=["low", "high"])
    future = future.rename(columns={"low_pi": "low", "high_pi": "high"}).reset_index(drop=True)
    numbers = pd.concat([data.assign(kind="printed"), line.assign(kind="log-linear fit")], ignore_index=True)
    end = future.iloc[-1]
    return Exhibit(
        data,
        f"{what}: a line through {fit.n} points, and how little it says of {int(end['year'])}",
        f"{series.unit}; log-linear fit with 95% prediction interval",
        f"Points and fitted line of {what}, n = {fit.n}. The line grows by {fit.estimate:.2f} per cent a year, 95 per cent "
        f"interval {fit.low:.2f} to {fit.high:.2f}; for {int(end['year'])} the prediction interval is "
        f"{end['low']:.4g} to {end['high']:.4g}.",
        f"trend-{key.replace('.', '-').replace('_', '-').lower()}",
        [series.table],
        numbers=numbers,
        options={
            "forecast": future, "fit": line[["year", "value"]], "n": fit.n, "model": "log-linear OLS", "fmt": "{:,.4g}",
        },
    )  # fmt: skip


def sentence(report: Report, key: str, what: str) -> str:
    """The fit in one sentence: rate, interval, n, and the share of rounding in its variance."""
    fit = fitted(report, key)
    clear = "its sign is certain at this level" if fit.low > 0 or fit.high < 0 else "it may be zero or of either sign"
    return (
        f"A log-linear line through the {fit.n} printed points of {what} grows by {fixed(fit.estimate)}% a year; with "
        f"{fit.df} degrees of freedom the 95% interval is {fixed(fit.low)}% to {fixed(fit.high)}%, so {clear}. Rounding of "
        f"the printed values moves the estimate by no more than {fixed(fit.rounding[0])}% to {fixed(fit.rounding[1])}%."
    )
