"""Bounds come from outside panels, and honest numbers are tried against them."""

from __future__ import annotations

import csv
import json
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.audit.cells import build
from analysis.report import DATA, BadInput, Report, load
from tests.selftest.alarms import COLUMNS, alarms, outside_of
from tests.selftest.panels import drawn, observations, panels

STORED = Path(__file__).parents[2] / "book" / "audit" / "alarms.csv"


@pytest.fixture(scope="module")
def outside(report: Report) -> pd.DataFrame:
    return panels(report)


def frame(*rows: tuple[str, str, str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["panel", "source", "entity", "year", "value"])


def test_every_bound_with_a_quantile_is_drawn_from_its_panel(report: Report, outside: pd.DataFrame) -> None:
    drawn_from = 0
    for bound in report.resource("bounds").to_dict("records"):
        stated = Fraction(bound["low"]), Fraction(bound["high"])
        if bound["panel"]:
            seen = observations(outside, bound["panel"])
            assert bound["observations"] == str(len(seen)), bound["name"]
            assert drawn(seen["value"].to_numpy(), bound["quantile"], stated) == stated, bound["name"]
            drawn_from += bool(bound["quantile"])
        else:
            assert (bound["source"], bound["observations"], bound["quantile"]) == ("none", "", ""), bound["name"]
    assert drawn_from == 10


def test_each_bound_of_a_relation_is_listed_and_each_listed_one_is_used(report: Report) -> None:
    used = {
        r[side].removeprefix("1/") for r in report.resource("relations").to_dict("records") for side in ("low", "high")
    }
    names = set(report.resource("bounds")["name"])
    assert names <= used
    assert all(u in names or u == "" or u.lstrip("-").isdigit() for u in used)


def test_panels_cover_many_economies_and_years(outside: pd.DataFrame) -> None:
    size = outside.groupby("panel").agg(n=("value", "size"), entities=("entity", "nunique"), years=("year", "nunique"))
    for panel, least in {
        "nominal_gdp": 37,
        "employment": 27,
        "population": 45,
        "patents": 31,
        "real_growth": 50,
    }.items():
        assert size.loc[panel, "entities"] >= least
    for panel in ("nominal_gdp", "employment", "population", "patents"):
        assert size.loc[panel, "years"] >= 22
    assert (outside.loc[outside["panel"] != "real_growth", "value"] > 0).all()


def test_patents_of_north_america_add_up_to_the_published_totals(outside: pd.DataFrame) -> None:
    """The table that the counts were copied from also prints the sum; three countries make it."""
    published = [
        88257,
        91063,
        90214,
        91143,
        87456,
        77318,
        93050,
        82570,
        80599,
        85695,
        112189,
        113271,
        126383,
        139855,
        151266,
        147435,
        149944,
        157656,
        150751,
        174536,
        171850,
        157017,
        148710,
    ]
    counts = outside[(outside["source"] == "ncses-patents") & outside["entity"].isin(["CAN", "MEX", "USA"])]
    found = counts.groupby("year")["value"].sum().reindex(range(2000, 2023))
    assert np.abs(found.to_numpy() - published).max() <= 2


def test_two_publishers_agree_on_the_population_of_one_country(outside: pd.DataFrame) -> None:
    ratio = observations(outside, "population_second / population")["value"]
    assert ratio.between(0.99, 1.01).all()


def test_changes_stay_within_one_source_and_need_the_year_before() -> None:
    seen = frame(
        ("p", "a", "AAA", 2000, 10),
        ("p", "a", "AAA", 2001, 11),
        ("p", "b", "AAA", 2002, 99),
        ("p", "a", "AAA", 2003, 12),
    )
    assert observations(seen, "p over 1 year")["value"].tolist() == [1.1]
    assert observations(seen, "p over 1 year from 10")["value"].tolist() == [1.1]
    assert observations(seen, "p over 1 year from 11")["value"].tolist() == []
    assert observations(seen, "p over 3 years")["value"].tolist() == [1.2]


def test_levels_are_products_and_quotients_and_parts_are_taken_together() -> None:
    seen = frame(
        ("p", "a", "AAA", 2000, 10),
        ("q", "b", "AAA", 2000, 4),
        ("q", "b", "BBB", 2000, 5),
        ("g", "c", "AAA", 2000, 0.5),
    )
    assert observations(seen, "p / q")["value"].tolist() == [2.5]
    assert observations(seen, "p * q / p")["value"].tolist() == [4]
    assert observations(seen, "g growth; q")["value"].tolist() == [1.5, 4, 5]


@pytest.mark.parametrize("what", ["", "p + q", "p over one year", "p from 3", "nothing"])
def test_a_panel_that_cannot_be_read_is_refused(what: str) -> None:
    with pytest.raises(ValueError, match="found"):
        observations(frame(("p", "a", "AAA", 2000, 10), ("q", "a", "AAA", 2000, 10)), what)


def test_bounds_are_rounded_outward() -> None:
    values = np.array([0.912, 1.0, 1.0, 1.071])
    assert drawn(values, "0") == (Fraction(91, 100), Fraction(108, 100))
    assert drawn(values, "0 low", (Fraction(0), Fraction(2))) == (Fraction(91, 100), Fraction(2))
    assert drawn(values, "0 high", (Fraction(0), Fraction(2))) == (Fraction(0), Fraction(108, 100))
    assert drawn(values, "", (Fraction(0), Fraction(2))) == (Fraction(0), Fraction(2))
    assert drawn(1e5 * values, "0") == (Fraction(91000), Fraction(108000))
    for wrong in ("0.5", "0.1 both"):
        with pytest.raises(ValueError, match="quantile"):
            drawn(values, wrong)


def test_the_stored_false_alarms_are_what_a_run_gives(report: Report) -> None:
    with STORED.open(encoding="utf-8") as file:
        stored = list(csv.DictReader(file))
    found = alarms(report)
    assert list(found.columns) == COLUMNS
    assert found.astype(str).to_dict("records") == stored


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("panel", "nobody over 1 year", "a panel of panels.csv"),
        ("quantile", "half", "quantile"),
        ("quantile", "0.7", "quantile"),
    ],
)
def test_a_bound_that_cannot_be_drawn_is_named(tmp_path: Path, column: str, text: str, said: str) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    bounds = pd.read_csv(data / "bounds.csv", dtype=str, keep_default_na=False)
    bounds.loc[bounds["name"] == "population", column] = text
    bounds.to_csv(data / "bounds.csv", index=False, lineterminator="\n")
    with pytest.raises(BadInput, match=said) as error:
        alarms(load(data))
    assert all(part in str(error.value) for part in ("bounds.csv", "population", column))


def test_an_edition_without_outside_numbers_has_no_false_alarms_to_count(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] not in ("panels", "panel_sources")]
    (data / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")
    assert alarms(load(data)).empty


@pytest.mark.parametrize("name", ["real_gdp", "employment", "population", "patents", "exports", "income_per_head"])
def test_only_values_beyond_the_bounds_raise_an_alarm(report: Report, name: str) -> None:
    bounds = Fraction(9, 10), Fraction(11, 10)
    values = np.array([0.7, 0.89999, 0.91, 1.0, 1.09, 1.10001, 1.5])
    wrong = outside_of(report, build(report), name, bounds, values)
    # just beyond an end, rounding in the report's cells may hide the difference
    assert wrong[[0, 2, 3, 4, 6]].tolist() == [True, False, False, False, True]
