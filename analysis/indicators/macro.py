"""Macroeconomic performance (table 1-2-8) and population (table 1-1-1).

Growth rates of the printed levels, beside the printed rate where there is one. Levels
are printed to the whole unit, so the bounds are narrow.
"""

from analysis.indicators.research import implied_gdp_from_sources
from analysis.indicators.series import (
    RATIO,
    Column,
    Indicator,
    Key,
    at,
    compound_growth,
    derive,
    ends,
    read,
    read_prose,
    whole,
    yearly,
    yearly_growth,
)
from analysis.indicators.series import compound as compounded
from analysis.interval import Interval, growth, ratio, share
from analysis.report import BadInput, Report

TABLE, POPULATION = "real_gdp", "population"


@Indicator
def real_gdp_growth(report: Report) -> Column:
    """Economic growth recomputed from the printed real GDP (table 1-2-8), %."""
    printed = {Key("real_gdp", key.year): text for key, text in read(report, TABLE, "gdp_growth").as_printed().items()}
    return yearly_growth(read(report, TABLE, "real_gdp"), "real_gdp_growth", printed)


@Indicator
def real_gdp_index(report: Report) -> Column:
    """Real GDP with the reference year of the table as 100 (table 1-2-8)."""
    column, base = read(report, TABLE, "real_gdp"), report.meta(TABLE).reference_year
    if base is None:
        wanted = "property 'reference_year': the year of the prices of real GDP"
        raise BadInput("datapackage.json", wanted, f"table {report.meta(TABLE).table}")
    return derive("real_gdp_index", f"{base}=100", 2, share, column, (column, at(base)), keys=column.keys)


# National income per head is at current prices.
real_wage_growth = yearly("real_wage_growth", TABLE, "real_wage")
income_growth = yearly("national_income_per_head_growth", TABLE, "national_income_per_head")


@Indicator
def compound(report: Report) -> list[Column]:
    """Compound annual growth, first to last printed year, of real GDP, real wage and income per head (1-2-8), %."""
    measures = ("real_gdp", "real_wage", "national_income_per_head")
    return [compound_growth(read(report, TABLE, measure), f"{measure}_cagr") for measure in measures]


@Indicator
def implied_conversion(report: Report) -> Column:
    """New Taiwan dollars of real GDP (1-2-8) per US dollar of the GDP that R&D implies (1-2-2, 1-2-3).

    Both are volumes, so the quotient of two price bases (of NT$, and of PPP
    dollars) should not move; movement tells of revisions between the two sources.
    """
    foreign = implied_gdp_from_sources.column(report)
    return derive("implied_conversion", RATIO, 3, ratio, read(report, TABLE, "real_gdp"), (foreign, whole("GERD")))


@Indicator
def population_growth(report: Report) -> Column:
    """Projected growth of population, first to last printed year (table 1-1-1), %."""
    column = read(report, POPULATION)
    first, last = ends(column)
    keys = [key for key in column.keys if key.year == last]
    return derive("population_growth", "%", 2, growth, (column, at(first)), column, keys=keys, first_year=first)


population_cagr = compounded("population_cagr", POPULATION)


@Indicator
def population_world_share(report: Report) -> Column:
    """Share in world population (table 1-1-1 over the world total printed in a sentence), %."""
    column, world = read(report, POPULATION), read_prose(report, "population")
    million_per_printed_unit = 100  # 億 (100 million) to 百萬 (million)

    def of_all(part: Interval, all_people: Interval) -> Interval:
        return share(part, all_people * million_per_printed_unit)

    return derive("population_world_share", "%", 2, of_all, column, (world, whole("WORLD")), keys=column.keys)
