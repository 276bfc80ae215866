"""Research and development: money, intensity, sources of funds, people.

Definitions follow the OECD *Frascati Manual* (2015): GERD is gross domestic expenditure on R&D, its intensity GERD as a
share of GDP, researchers are counted in full-time equivalents. The report prints intensities but no GDP, densities but
no employment; both are recovered here as the denominators that the printed numbers imply.
"""

import pandas as pd

from analysis.indicators.series import (
    POINTS,
    Column,
    Indicator,
    Key,
    as_printed,
    change_of,
    compound,
    derive,
    read,
    tidy,
    whole,
    yearly,
)
from analysis.interval import Interval, ratio, share
from analysis.report import Report


def implied_denominator(amount: Interval, percentage: Interval) -> Interval:
    """What an amount and its percentage imply for the whole: ``100 amount / percentage``.

    In the unit of ``amount``. Unknown where the percentage may be zero.
    """
    return 100 * (amount / percentage)


def growth_of_quotient(numerator: Interval, quotient: Interval) -> Interval:
    """Growth of the denominator from the growth of numerator and quotient, in per cent.

    ``100 ((1 + n/100) / (1 + q/100) - 1)``: if R&D grew by n and intensity by q, GDP grew by this much. Tighter than
    growth computed from two implied levels, because printed growth rates carry more digits than printed levels.
    """
    return 100 * ((100 + numerator) / (100 + quotient) - 1)


# GERD at constant prices (table 1-2-1) and its share of GDP (table 1-2-2).
gerd_growth = yearly("gerd_growth", "gerd", printed="growth")
gerd_cagr = compound("gerd_cagr", "gerd")
intensity = as_printed("gerd_intensity")
intensity_change = change_of("gerd_intensity_change", POINTS, "gerd_intensity")
intensity_growth = yearly("gerd_intensity_growth", "gerd_intensity", printed="growth")


@Indicator
def implied_gdp(report: Report) -> Column:
    """GDP implied by GERD (1-2-1) and intensity (1-2-2): ``100 GERD / intensity``.

    In 100 million US dollars at constant prices and purchasing power parities, the unit of
    GERD. Bounds come from the rounding of both.
    """
    gerd, percentage = read(report, "gerd"), read(report, "gerd_intensity")
    return derive("implied_gdp", "億美元", 0, implied_denominator, gerd, percentage)


@Indicator
def implied_gdp_from_sources(report: Report) -> Column:
    """Taiwan's GDP implied by the more precise GERD of table 1-2-3 and by 1-2-2, 億美元."""
    gerd, percentage = read(report, "amount"), (read(report, "gerd_intensity"), whole(report.home))
    keys = [Key("GERD", year) for year in gerd.years]
    return derive("implied_gdp", "億美元", 0, implied_denominator, gerd, percentage, keys=keys)


@Indicator
def implied_gdp_growth(report: Report) -> Column:
    """Growth of GDP implied by the printed growth of GERD and of intensity, %.

    See :func:`growth_of_quotient`; tables 1-2-1 and 1-2-2.
    """
    money, percentage = read(report, "gerd", "growth"), read(report, "gerd_intensity", "growth")
    return derive("implied_gdp_growth", "%", 2, growth_of_quotient, money, percentage, keys=money.keys)


@Indicator
def funding_share(report: Report) -> Column:
    """Share of each source of funds in Taiwan's GERD (table 1-2-3), %."""
    amount, printed = read(report, "amount"), read(report, "amount", "share")
    keys = [key for key in amount.keys if key.code != "GERD"]
    return derive("funding_share", "%", 2, share, amount, (amount, whole("GERD")), keys=keys, printed=printed)


# Amounts from each source and in total (table 1-2-3), researchers (1-2-4) and researchers per thousand employed (1-2-5).
funding_growth = yearly("funding_growth", "amount")
funding_change = change_of("funding_change", "億美元", "amount", printed="amount_change")
funding_share_change = change_of("funding_share_change", POINTS, "amount", "share", "share_change")
researchers_growth = yearly("researchers_growth", "researchers", printed="growth")
researchers_cagr = compound("researchers_cagr", "researchers")
density = as_printed("researcher_density")
density_growth = yearly("researcher_density_growth", "researcher_density", printed="growth")


@Indicator
def implied_employment(report: Report) -> Column:
    """Employment implied by researchers (1-2-4) and their density (1-2-5), million persons.

    ``researchers x unit / (density / 1000)``. The table prints the unit 仟人 (thousand
    persons), hence the thousand; see :func:`implied_employment_ten_thousand`.
    """
    researchers, per_thousand = read(report, "researchers"), read(report, "researcher_density")
    return derive("implied_employment", "百萬人", 3, ratio, researchers, per_thousand)


@Indicator
def implied_employment_ten_thousand(report: Report) -> Column:
    """Employment implied if researchers are counted in 萬人 (ten thousand persons), million.

    The sentences about table 1-2-4 use this unit for the same digits.
    """
    name, thousands = "implied_employment_if_ten_thousand", implied_employment.column(report)
    return derive(name, thousands.unit, 3, lambda million: 10 * million, thousands)


def implied_employment_growth(report: Report) -> pd.DataFrame:
    """Growth of employment implied by the printed growth of researchers (1-2-4) and of their density (1-2-5), %.

    Columns :data:`~analysis.indicators.series.TIDY`; see :func:`growth_of_quotient`. A reading of two printed
    rates for a chapter, not an indicator of the flat table.
    """
    people, dense = read(report, "researchers", "growth"), read(report, "researcher_density", "growth")
    return tidy(report, derive("implied_employment_growth", "%", 2, growth_of_quotient, people, dense))


@Indicator
def gerd_per_researcher(report: Report) -> Column:
    """GERD per researcher in 10,000 US dollars (constant prices, PPP): tables 1-2-1 and 1-2-4.

    ``GERD [100 million] / researchers [10,000]``; counts researchers in 萬人, as the sentences about the table do.
    """
    return derive("gerd_per_researcher", "萬美元", 2, ratio, read(report, "gerd"), read(report, "researchers"))
