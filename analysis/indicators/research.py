"""Research and development: money, intensity, sources of funds, people.

Definitions follow the OECD *Frascati Manual* (2015): GERD is gross domestic expenditure
on R&D, its intensity GERD as a share of GDP, researchers are counted in full-time
equivalents. The report prints intensities but no GDP, densities but no employment; both
are recovered here as the denominators that the printed numbers imply.
"""

from __future__ import annotations

import pandas as pd

from analysis.indicators.series import (
    POINTS,
    Column,
    Key,
    compound_growth,
    derive,
    followed,
    indicator,
    previous,
    read,
    same,
    tidy,
    whole,
    yearly_growth,
)
from analysis.interval import Interval, change, ratio, share
from analysis.report import Report


def implied_denominator(amount: Interval, percentage: Interval) -> Interval:
    """What an amount and its percentage imply for the whole: ``100 amount / percentage``.

    In the unit of ``amount``. Unknown where the percentage may be zero.
    """
    return 100 * (amount / percentage)


def growth_of_quotient(numerator: Interval, quotient: Interval) -> Interval:
    """Growth of the denominator from the growth of numerator and quotient, in per cent.

    ``100 ((1 + n/100) / (1 + q/100) - 1)``: if R&D grew by n and intensity by q, GDP
    grew by this much. Tighter than growth computed from two implied levels, because
    printed growth rates carry more digits than printed levels.
    """
    return 100 * ((100 + numerator) / (100 + quotient) - 1)


def implied_base(count: Interval, density: Interval, per: int, persons_per_unit: int) -> Interval:
    """Population behind a density, in million persons: ``count / density``.

    ``count`` is in units of ``persons_per_unit``, ``density`` is per ``per`` persons.
    """
    return per * persons_per_unit * (count / density) / 1_000_000


@indicator
def gerd_growth(report: Report) -> Column:
    """Growth of GERD at constant prices on the previous year (table 1-2-1), %."""
    return yearly_growth(read(report, "gerd", "gerd"), "gerd_growth", read(report, "gerd", "growth"))


@indicator
def gerd_cagr(report: Report) -> Column:
    """Compound annual growth of GERD from the first to the last printed year (table 1-2-1), %."""
    return compound_growth(read(report, "gerd", "gerd"), "gerd_cagr")


@indicator
def intensity(report: Report) -> Column:
    """R&D intensity, GERD / GDP (table 1-2-2), %: as printed, with its rounding bounds."""
    return read(report, "gerd_intensity", "gerd_intensity")


@indicator
def intensity_change(report: Report) -> Column:
    """Change of R&D intensity on the previous year (table 1-2-2), percentage points."""
    column = read(report, "gerd_intensity", "gerd_intensity")
    keys = followed(column)
    return derive("gerd_intensity_change", POINTS, 2, change, (column, previous), (column, same), keys=keys)


@indicator
def intensity_growth(report: Report) -> Column:
    """Relative growth of R&D intensity on the previous year (table 1-2-2), %."""
    column = read(report, "gerd_intensity", "gerd_intensity")
    return yearly_growth(column, "gerd_intensity_growth", read(report, "gerd_intensity", "growth"))


@indicator
def implied_gdp(report: Report) -> Column:
    """GDP implied by GERD (1-2-1) and intensity (1-2-2): ``100 GERD / intensity``.

    In 100 million US dollars at 2015 prices and purchasing power parities, the unit of
    GERD. Bounds come from the rounding of both.
    """
    gerd, percentage = read(report, "gerd", "gerd"), read(report, "gerd_intensity", "gerd_intensity")
    keys = [key for key in gerd.keys if key in percentage]
    return derive("implied_gdp", "億美元", 0, implied_denominator, (gerd, same), (percentage, same), keys=keys)


@indicator
def implied_gdp_from_sources(report: Report) -> Column:
    """Taiwan's GDP implied by the more precise GERD of table 1-2-3 and by 1-2-2, 億美元."""
    gerd, percentage = read(report, "amount", "amount"), read(report, "gerd_intensity", "gerd_intensity")
    keys = [Key("GERD", year) for year in gerd.years]
    return derive(
        "implied_gdp", "億美元", 0, implied_denominator, (gerd, same), (percentage, whole(report.home)), keys=keys
    )


@indicator
def implied_gdp_growth(report: Report) -> Column:
    """Growth of GDP implied by the printed growth of GERD and of intensity, %.

    See :func:`growth_of_quotient`; tables 1-2-1 and 1-2-2.
    """
    money, percentage = read(report, "gerd", "growth"), read(report, "gerd_intensity", "growth")
    return derive("implied_gdp_growth", "%", 2, growth_of_quotient, (money, same), (percentage, same), keys=money.keys)


@indicator
def funding_share(report: Report) -> Column:
    """Share of each source of funds in Taiwan's GERD (table 1-2-3), %."""
    amount = read(report, "amount", "amount")
    keys = [key for key in amount.keys if key.code != "GERD"]
    printed = read(report, "amount", "share")
    return derive("funding_share", "%", 2, share, (amount, same), (amount, whole("GERD")), keys=keys, printed=printed)


@indicator
def funding_growth(report: Report) -> Column:
    """Growth of the amount from each source and of the total (table 1-2-3), %."""
    return yearly_growth(read(report, "amount", "amount"), "funding_growth")


@indicator
def funding_change(report: Report) -> Column:
    """Change of the amount on the previous year (table 1-2-3), 億美元."""
    amount, printed = read(report, "amount", "amount"), read(report, "amount", "amount_change")
    keys = followed(amount)
    return derive("funding_change", "億美元", 2, change, (amount, previous), (amount, same), keys=keys, printed=printed)


@indicator
def funding_share_change(report: Report) -> Column:
    """Change of the share on the previous year (table 1-2-3), percentage points."""
    part, printed = read(report, "amount", "share"), read(report, "amount", "share_change")
    keys = followed(part)
    return derive("funding_share_change", POINTS, 2, change, (part, previous), (part, same), keys=keys, printed=printed)


@indicator
def researchers_growth(report: Report) -> Column:
    """Growth of the number of researchers on the previous year (table 1-2-4), %."""
    column = read(report, "researchers", "researchers")
    return yearly_growth(column, "researchers_growth", read(report, "researchers", "growth"))


@indicator
def researchers_cagr(report: Report) -> Column:
    """Compound annual growth of the number of researchers, first to last printed year (table 1-2-4), %."""
    return compound_growth(read(report, "researchers", "researchers"), "researchers_cagr")


@indicator
def density(report: Report) -> Column:
    """Researchers per thousand employees (table 1-2-5), as printed, with bounds."""
    return read(report, "researcher_density", "researcher_density")


@indicator
def density_growth(report: Report) -> Column:
    """Growth of researchers per thousand employees (table 1-2-5), %."""
    column = read(report, "researcher_density", "researcher_density")
    return yearly_growth(column, "researcher_density_growth", read(report, "researcher_density", "growth"))


def _employment(report: Report, name: str, persons_per_unit: int) -> Column:
    people, per_thousand = (
        read(report, "researchers", "researchers"),
        read(report, "researcher_density", "researcher_density"),
    )
    return derive(
        name,
        "百萬人",
        3,
        lambda count, dense: implied_base(count, dense, 1_000, persons_per_unit),
        (people, same),
        (per_thousand, same),
        keys=[key for key in people.keys if key in per_thousand],
    )


@indicator
def implied_employment(report: Report, persons_per_unit: int = 1_000) -> Column:
    """Employment implied by researchers (1-2-4) and their density (1-2-5), million persons.

    ``researchers x unit / (density / 1000)``. The table prints the unit 仟人 (thousand
    persons), hence the default; see :func:`implied_employment_ten_thousand`.
    """
    return _employment(report, "implied_employment", persons_per_unit)


@indicator
def implied_employment_ten_thousand(report: Report) -> Column:
    """Employment implied if researchers are counted in 萬人 (ten thousand persons), million.

    The sentences about table 1-2-4 use this unit for the same digits.
    """
    return _employment(report, "implied_employment_if_ten_thousand", 10_000)


def implied_employment_growth(report: Report) -> pd.DataFrame:
    """Growth of employment implied by the printed growth of researchers (1-2-4) and of their density (1-2-5), %.

    Columns :data:`~analysis.indicators.series.TIDY`; see :func:`growth_of_quotient`. A reading of two printed
    rates for a chapter, not an indicator of the flat table.
    """
    people, dense = read(report, "researchers", "growth"), read(report, "researcher_density", "growth")
    keys = [key for key in people.keys if key in dense]
    return tidy(
        report,
        derive("implied_employment_growth", "%", 2, growth_of_quotient, (people, same), (dense, same), keys=keys),
    )


@indicator
def gerd_per_researcher(report: Report) -> Column:
    """GERD per researcher in 10,000 US dollars (2015 PPP): tables 1-2-1 and 1-2-4.

    ``GERD [100 million] / researchers [10,000]``; counts researchers in 萬人, as the
    sentences about the table do.
    """
    money, people = read(report, "gerd", "gerd"), read(report, "researchers", "researchers")
    keys = [key for key in money.keys if key in people]
    return derive("gerd_per_researcher", "萬美元", 2, ratio, (money, same), (people, same), keys=keys)
