"""The year of constant prices, from nominal GDP of the country whose money it is; numbers of something else."""

from __future__ import annotations

import csv
import json

import pytest

from analysis import audit
from analysis.audit.bench import Bench
from analysis.audit.cells import build
from analysis.audit.outside import other_prices, other_quantities
from analysis.audit.wording import Words
from analysis.report import BadInput, load


def describe(directory, **said):
    path = directory / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    table = next(r for r in package["resources"] if r.get("table") == "1-2-1")
    table.update(said)
    path.write_text(json.dumps(package, ensure_ascii=False), "utf-8")


def prices(report):
    return [f for f in audit.findings(report).to_dict("records") if f["kind"] == "prices"]


def words(report):
    """All that these two patterns need: no relation has been tried."""
    return Words(report, Bench(build(report), []))


def test_the_amounts_of_the_united_states_are_at_prices_of_2020(report):
    (found,) = prices(report)
    assert (found["id"], found["grade"], found["decided_by"][:10]) == ("F-015", "pattern", "E130; E393")
    assert [line.rpartition(" ")[2] for line in found["arithmetic"].split("; ")[1::2]] == [
        "0.986",
        "1.001",
        "1.046",
        "1.121",
        "1.161",
    ]


def test_the_right_year_is_no_finding_and_another_wrong_one_is_named(data_copy):
    describe(data_copy, reference_year=2020)
    assert other_prices(words(load(data_copy))) == []
    describe(data_copy, reference_year=2017)
    assert "not of 2015" in prices(load(data_copy))[0]["title"]  # as the register words it
    describe(data_copy, numeraire=None)
    assert other_prices(words(load(data_copy))) == []


def test_a_numeraire_without_a_share_is_one_clear_line(data_copy):
    describe(data_copy, numeraire={"code": "USA"})
    with pytest.raises(BadInput, match=r"resource table-1-2-1, numeraire.*'share'"):
        load(data_copy).tables  # noqa: B018


def test_at_prices_of_2015_nothing_would_be_found(data_copy):
    path = data_copy / "tables/1-2-1.csv"
    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    for row in rows:
        if row[0] == "美國":
            row[1:6] = [f"{int(v.replace(',', '')) / 1.0716:,.0f}" for v in row[1:6]]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    assert other_prices(words(load(data_copy))) == []


def test_a_robot_density_is_no_number_of_countries(report, data_copy):
    found = [(f["id"], f["cells"]) for f in audit.findings(report).to_dict("records") if f["kind"] == "quantity"]
    assert found == [("F-016", "1-2-12/工業機器人密度/countries_assessed")]
    assert [f.cells for f in other_quantities(words(load(data_copy)))] == [(found[0][1],)]
    path = data_copy / "tables/1-2-12.csv"
    path.write_text(path.read_text("utf-8").replace(",162", ",61"), "utf-8")
    assert other_quantities(words(load(data_copy))) == []


def test_an_amount_of_zero_is_no_price_level(data_copy):
    path = data_copy / "tables/1-2-1.csv"
    path.write_text(path.read_text("utf-8").replace('美國,"6,860"', "美國,0"), "utf-8")
    (found,), (before,) = prices(load(data_copy)), prices(load())
    assert found["title"] == before["title"]
    assert before["cells"].replace("1-2-1/美國/gerd_2019; ", "") == found["cells"]
