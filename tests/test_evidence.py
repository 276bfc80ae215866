"""Outside numbers beside printed ones: verdicts, the rows' own arithmetic, and what is refused."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from analysis import evidence
from analysis.__main__ import main
from analysis.interval import Interval
from analysis.report import DATA, BadInput, Report, load


@pytest.fixture(scope="module")
def book() -> Report:
    return load()


@pytest.fixture(scope="module")
def rows(book: Report) -> pd.DataFrame:
    return evidence.compare(book).set_index("id")


@pytest.fixture(scope="module")
def known(book: Report) -> pd.DataFrame:
    return evidence.facts(book)


# ---------------------------------------------------------------- verdicts


def test_the_columns_of_the_contract_come_first() -> None:
    assert evidence.COLUMNS[:8] == ["id", "table", "row", "column", "printed", "outside", "ratio", "verdict"]


def test_every_verdict_is_one_of_four_and_each_occurs(rows: pd.DataFrame) -> None:
    assert set(rows["verdict"]) == set(evidence.VERDICTS)


def row(**values: str) -> dict[str, str]:
    """What a verdict depends on."""
    given = {"basis": "a", "printed_basis": "", "revision": "", "published": "2025-09", "printed_dated": ""}
    return given | values


PRINTED = Interval.printed("3.49")


@pytest.mark.parametrize(
    ("outside", "about", "found"),
    [
        ("3.49", row(), "agrees"),
        ("3.5", row(published="2020"), "agrees"),  # 3.45 to 3.55 holds 3.485 to 3.495
        ("3.48", row(), "later vintage"),  # they only share the end 3.485
        ("3.48", row(published="2025-05"), "differs"),  # not younger than the print
        ("3.48", row(revision="0.3"), "later vintage"),
        ("3.48", row(revision="0.2"), "differs"),  # moved by 0.29 per cent
        ("3.49", row(printed_basis="b"), "other basis"),
        ("3.30", row(printed_basis="a", published="2024"), "differs"),
    ],
)
def test_rounding_basis_edition_and_revision_decide_in_this_order(
    outside: str, about: dict[str, str], found: str
) -> None:
    assert evidence.verdict(PRINTED, Interval.printed(outside), about, "2025-05") == found


def test_counts_in_full_agree_only_when_equal() -> None:
    assert evidence.verdict(Interval.printed("69", exact=True), Interval.exact(69), row(), "2025-06") == "agrees"
    assert (
        evidence.verdict(Interval.printed("69", exact=True), Interval.exact(67), row(published="2024"), "") == "differs"
    )
    # a rounded number may stand for a count in full, its ends included
    assert evidence.verdict(Interval.printed("3.5"), Interval.exact(Fraction("3.55")), row(), "2025-05") == "agrees"


@pytest.mark.parametrize(
    ("key", "printed", "outside", "ratio", "verdict"),
    [
        ("E019", "10479", "11351", "0.9232", "differs"),
        ("E032", "11944", "11911", "1.0028", "later vintage"),
        ("E007", "16284", "14663", "1.1106", "other basis"),
        ("E084", "476", "586.31", "0.8119", "differs"),
        ("E090", "449", "449.36", "0.9992", "agrees"),
        ("E097", "4.86", "44.792", "0.1085", "differs"),
        ("E098", "15.92", "159.16", "0.1000", "differs"),
        ("E105", "11.16", "11.06", "1.0090", "later vintage"),
        ("E143", "351", "362.553753", "0.9681", "differs"),
        ("E156", "344", "344.479572", "0.9986", "agrees"),
        ("E168", "162", "162", "1.0000", "other basis"),
        ("E202", "13.01", "9.8317", "1.3233", "other basis"),
        ("E219", "5.4", "5.4", "1.0000", "other basis"),
    ],
)
def test_rows_computed_by_hand(
    rows: pd.DataFrame, key: str, printed: str, outside: str, ratio: str, verdict: str
) -> None:
    assert tuple(rows.loc[key, ["printed", "outside", "ratio", "verdict"]]) == (printed, outside, ratio, verdict)


# ---------------------------------------------------------------- the rows' own arithmetic


def value(known: pd.DataFrame, key: str) -> Fraction:
    return Fraction(known.loc[key, "value"])


def test_the_revision_of_patent_counts_is_the_largest_that_is_stored(rows: pd.DataFrame, known: pd.DataFrame) -> None:
    moved = [
        abs(Fraction(rows.loc[k, "outside"]) / Fraction(rows.loc[k, "printed"]) - 1) * 100
        for k in (f"E{n:03d}" for n in range(66, 72))
    ]
    backward = [abs(Fraction(rows.loc[k, "printed"]) / Fraction(rows.loc[k, "outside"]) - 1) * 100 for k in ("E066",)]
    stated = {Fraction(r) for r in known["revision"] if r}
    assert len(stated) == 1
    assert max(moved + backward) <= stated.pop() < max(moved + backward) + Fraction(1, 10)


def test_grants_and_applications_grew_as_their_publisher_says(known: pd.DataFrame) -> None:
    grown = [value(known, a) / value(known, b) for a, b in (("E052", "E053"), ("E055", "E056"))]
    assert [round(float(g - 1) * 100, 1) for g in grown] == [3.8, 3.0]


def test_countries_do_not_hold_more_patents_than_all_grants(known: pd.DataFrame) -> None:
    for year, whole in (("2023", "E051"), ("2024", "E050")):
        part = known[(known["basis"] == "first inventor") & (known["year"] == year)]
        assert sum(map(Fraction, part["value"])) < value(known, whole)


def test_the_assessed_economies_add_up(known: pd.DataFrame) -> None:
    assert value(known, "E171") + value(known, "E391") - value(known, "E173") == value(known, "E172")


def test_growth_of_norwegian_gdp_is_the_same_at_both_publishers(known: pd.DataFrame) -> None:
    assert abs((value(known, "E140") / value(known, "E139") - 1) * 100 - value(known, "E136")) < Fraction(1, 4)


def test_survey_growth_and_share_of_technology_trade_close(known: pd.DataFrame) -> None:
    receipts = value(known, "E196") / value(known, "E197")
    payments = value(known, "E198") / value(known, "E199")
    assert Fraction(105, 100) < receipts / payments < Fraction(108, 100)


def test_a_world_projection_is_no_less_than_its_largest_countries(known: pd.DataFrame) -> None:
    start = known[(known["basis"] == "medium variant, 1 January") & (known["year"] == "2035")].set_index("entity")
    numbers = start["value"].map(Fraction)
    assert sum(numbers.drop("WORLD")) < numbers["WORLD"]


def test_every_row_says_where_it_comes_from_and_under_which_terms(known: pd.DataFrame, book: Report) -> None:
    for column in ("publisher", "title", "published", "address", "seen", "terms", "basis"):
        assert known[column].ne("").all(), column
    listed = " ".join(s["title"] for s in evidence._resource(book)["sources"])
    assert all(publisher in listed for publisher in set(known["publisher"]))


def test_no_forecast_is_stored_whose_publisher_forbids_it(known: pd.DataFrame) -> None:
    assert not known["publisher"].isin(["Gartner", "Yole Intelligence", "SNS Insider"]).any()


def test_nothing_printed_is_changed(rows: pd.DataFrame, book: Report) -> None:
    cells = book.cells().set_index(["table", "row", "column"])["printed"]
    tables = rows[rows["table"].isin(book.tables)]
    assert list(tables["printed"]) == [cells[key] for key in tables[["table", "row", "column"]].itertuples(index=False)]


# ---------------------------------------------------------------- findings


def deciding(text: str) -> list[str]:
    """Rows of the evidence among what decides a finding."""
    return [part for part in text.split("; ") if part not in ("", "report")]


def test_every_row_that_a_finding_names_exists_and_bears_on_its_tables(known: pd.DataFrame, book: Report) -> None:
    register = book.resource("known_findings")
    for finding in register.to_dict("records"):
        tables = {place.split("/")[0] for place in finding["cells"].split("; ")}
        for key in deciding(finding["decided_by"]):
            assert key in known.index, (finding["id"], key)
            # Canada's break takes the number of researchers and their density, Norway's GDP bears on the share
            assert known.loc[key, "table"] in tables | {"1-2-4"}, (finding["id"], key)


def test_what_other_sources_decide_is_no_longer_open(book: Report) -> None:
    register = book.resource("known_findings").set_index("id")
    decided = register["decided_by"].map(lambda text: bool(deciding(text)))
    assert set(register.loc[decided, "status"]) == {"confirmed", "explained"}
    assert set(register.loc[~decided, "status"]) == {"open"}


def test_a_confirmed_finding_rests_on_rows_that_do_not_agree(rows: pd.DataFrame, book: Report) -> None:
    register = book.resource("known_findings").set_index("id")
    for key in register.index[register["status"] == "confirmed"]:
        named = [r for r in deciding(register.loc[key, "decided_by"]) if r in rows.index]
        assert {"differs", "other basis"} & set(rows.loc[named, "verdict"]), key


# ---------------------------------------------------------------- what is refused

Damage = Callable[[list[dict[str, str]]], None]


def setting(key: str, **values: str) -> Damage:
    """Change cells of one row."""

    def apply(found: list[dict[str, str]]) -> None:
        next(r for r in found if r["id"] == key).update(values)

    return apply


def without(column: str) -> Damage:
    """Drop a column."""

    def apply(found: list[dict[str, str]]) -> None:
        for entry in found:
            del entry[column]

    return apply


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (setting("E019", column="patent_2024"), "row E019, column column: a column with numbers in that row of 1-2-13"),
        (setting("E019", row="台灣"), "row E019, column row: a row of 1-2-13, found '台灣'"),
        (setting("E019", table="1-9-9"), "row E019, column table: a table of the report, prose or claims"),
        (setting("E019", unit="dozen"), "row E019, column unit: one of %, FTE"),
        (setting("E019", unit="FTE"), "row E019, column unit: a unit that can stand beside 件, found 'FTE'"),
        (setting("E019", value="many"), "row E019, column value: "),
        (setting("E019", value=""), "row E019, column value: a value; this cell is empty"),
        (setting("E098", precision="7"), "row E098, column precision: a step that divides the value"),
        (setting("E019", address="nowhere"), "row E019, column address: "),
        (setting("E019", confidence="D"), "row E019, column confidence: one of A, B, C, found 'D'"),
        (setting("E090", expression="value / Z"), "row E090, column expression: only names given"),
        (setting("E090", expression="value / 0"), "row E090, column expression: division by"),
        (setting("E090", expression="value +"), "row E090, column expression: an expression"),
        (setting("E090", expression="value > 3"), "row E090, column expression: an expression worth one number"),
        (setting("E024", expression="value"), "row E024, column column: the column of a printed number"),
        (setting("E019", id="E018"), "row E018, column id: each id once"),
        (setting("E094", row="以色列"), "row E094, column column: a printed number; this cell is N/A"),
        (without("basis"), "evidence.csv, header, column basis: this column; it is missing"),
    ],
    ids=lambda p: p if isinstance(p, str) else "",
)
def test_a_wrong_row_is_one_line_that_names_it(
    damage: Damage, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = Path(shutil.copytree(DATA, tmp_path / "data"))
    frame = pd.read_csv(target / "evidence.csv", dtype=str, keep_default_na=False)
    records = [{str(k): str(v) for k, v in r.items()} for r in frame.to_dict("records")]
    damage(records)
    pd.DataFrame(records).to_csv(target / "evidence.csv", index=False, lineterminator="\n")
    assert main(["evidence", "--data", str(target)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: evidence.csv")
    assert printed.err.count("\n") == 1
    assert message in printed.err.replace("row header", "header")


def test_a_year_or_a_country_that_is_not_printed_is_a_row_that_says_so(data_copy: Path) -> None:
    records = pd.read_csv(data_copy / "evidence.csv", dtype=str, keep_default_na=False)
    records.loc[records["id"].eq("E019"), "column"] = "patents_2030"
    records.loc[records["id"].eq("E001"), "row"] = "挪威"
    records.to_csv(data_copy / "evidence.csv", index=False, lineterminator="\n")
    report = load(data_copy)
    found = evidence.compare(report).set_index("id")
    assert len(found) == len(evidence.compare(load()))
    absent = found[found["verdict"].eq(evidence.NOT_PRINTED)]
    assert sorted(absent.index) == ["E001", "E019"]
    assert set(absent["printed"]) == set(absent["ratio"]) == {""}
    assert report.warnings == [
        "evidence.csv: 2 facts are about numbers that are not printed in this edition: E001; E019"
    ]


def test_a_printed_zero_has_a_ratio_and_one_that_is_divided_by_is_left_out(data_copy: Path) -> None:
    path = data_copy / "tables/1-2-2.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    zeros = [line if i == 0 else re.sub(r"-?[0-9]+\.", "0.", line) for i, line in enumerate(lines)]
    path.write_text(re.sub(r"0\.[0-9]{2}", "0.00", "\n".join(zeros)) + "\n", encoding="utf-8")
    found = evidence.compare(load(data_copy)).set_index("id")
    zero = found[found["table"].eq("1-2-2") & found["printed"].ne("")]
    assert set(zero["ratio"]) == {"", "0.0000"}  # none where the outside number follows from a zero too
    assert set(zero["verdict"]) <= set(evidence.VERDICTS)


def test_an_edition_without_evidence_says_so(tmp_path: Path) -> None:
    target = Path(shutil.copytree(DATA, tmp_path / "data"))
    package = json.loads((target / "datapackage.json").read_text("utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] != "evidence"]
    (target / "datapackage.json").write_text(json.dumps(package), "utf-8")
    with pytest.raises(BadInput, match="a resource named evidence"):
        evidence.compare(load(target))


@pytest.mark.parametrize("key", ["units", "entities"])
@pytest.mark.parametrize("value", [None, [], "x"])
def test_units_and_entities_that_are_no_objects_are_one_line(data_copy: Path, key: str, value: object) -> None:
    path = data_copy / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    next(r for r in package["resources"] if r["name"] == "evidence")[key] = value
    path.write_text(json.dumps(package), "utf-8")
    if (key, value) == ("entities", None):  # left out
        assert not evidence.beside(load(data_copy), "1-2-2").empty
        return
    with pytest.raises(BadInput) as caught:
        evidence.beside(load(data_copy), "1-2-2")
    assert "\n" not in str(caught.value)
