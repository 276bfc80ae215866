"""A report of another publisher: any tables, any labels, its own relations or none, files or a frame."""

from __future__ import annotations

import io
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis import audit, report
from analysis.__main__ import main

LINDBY = report.DATA.parent / "book/reference/own_report"
COMMANDS = ("cells", "audit", "findings", "trends", "forecasts")
TABLE = "Country,2021,2022,Change %\nAlpha,120.5,130.1,8.0\nBeta,80.2,90.3,12.6\nAll of them,200.7,220.4,9.8\n"


def package(folder: Path, fields: list[dict[str, object]], name: str = "energy use", relations: str = "") -> Path:
    """A package of one table and, if given, relations."""
    (folder / "table.csv").write_text(TABLE, "utf-8")
    resources = [{"name": name, "path": "table.csv", "schema": {"fields": fields}}]
    if relations:
        head, *_ = relations.split("\n")
        (folder / "relations.csv").write_text(relations, "utf-8")
        named = [{"name": column} for column in head.split(",")]
        resources.append({"name": "relations", "path": "relations.csv", "schema": {"fields": named}})
    (folder / "datapackage.json").write_text(json.dumps({"resources": resources}), "utf-8")
    return folder


TYPED: list[dict[str, object]] = [
    {"name": "Country"},
    *({"name": n, "type": "number"} for n in ("2021", "2022", "Change %")),
]
DATED: list[dict[str, object]] = [
    {"name": "Country"},
    {"name": "2021", "role": "value", "year": 2021},
    {"name": "2022", "role": "value", "year": 2022},
    {"name": "Change %", "role": "value", "year": 2022},
]


def test_the_three_faults_of_the_made_up_report_are_the_findings() -> None:
    found = audit.findings(report.load(LINDBY))
    assert list(found["kind"]) == ["transposition", "exchange", "decimal"]
    assert list(found["cells"].str.contains("North/2023|Change %|Timber/Share %")) == [True] * 3
    assert (found["resolves"] == found["of"]).all()


def test_mended_the_made_up_report_has_no_finding(tmp_path: Path) -> None:
    data = Path(shutil.copytree(LINDBY, tmp_path / "data"))
    for file, wrong, right in (
        ("passengers.csv", "483.2", "438.2"),
        ("passengers.csv", "301.5,322.0,2.0", "301.5,322.0,6.8"),
        ("passengers.csv", "207.7,211.8,6.8", "207.7,211.8,2.0"),
        ("freight.csv", "1.24", "12.4"),
    ):
        text = (data / file).read_text("utf-8")
        assert wrong in text
        (data / file).write_text(text.replace(wrong, right), "utf-8")
    mended = report.load(data)
    assert set(audit.ledger(mended)["verdict"]) == {"reproduced"}
    assert audit.findings(mended).empty


@pytest.mark.parametrize("fields", [TYPED, DATED], ids=["types alone", "roles and years"])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_reads_a_package_without_relations(
    command: str, fields: list[dict[str, object]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--format", "csv", "--data", str(package(tmp_path, fields))]) == 0
    printed = capsys.readouterr()
    note = "note: nothing to check: the package has no relations.csv\n"
    assert printed.err == (note if command in ("audit", "findings") else "")
    rows = printed.out.count("\n") - 1
    assert rows == {"cells": 9, "audit": 0, "findings": 0}.get(command, rows)


@pytest.mark.parametrize("name", ["energy use", "Table A.1 (new)", "1-2-1", "能源"])
def test_a_table_may_have_any_name(name: str, tmp_path: Path) -> None:
    relations = (
        "tables,name,target,kernel,inputs\n"
        f'{name},growth,"Change %",growth,"2021, 2022"\n{name},total,"{{2021, 2022}}[All of them]",total,"same[*-All of them]"\n'
    )
    ledger = audit.ledger(report.load(package(tmp_path, TYPED, name, relations)))
    assert list(ledger["verdict"]) == ["reproduced"] * 5
    assert set(ledger["table"]) == {name}


def test_years_on_the_columns_let_a_relation_name_the_year_before(tmp_path: Path) -> None:
    relations = (
        'tables,name,target,kernel,inputs\nenergy use,growth,"Change %[c, y]",growth,"value[c, y-1], value[c, y]"\n'
    )
    ledger = audit.ledger(report.load(package(tmp_path, DATED, relations=relations)))
    assert list(ledger["verdict"]) == ["reproduced"] * 3
    assert set(ledger["year"]) == {"2022"}


def test_a_fiscal_year_is_that_of_its_first_half(tmp_path: Path) -> None:
    fields = [{"name": "Industry"}, *({"name": f"20{y}/{y + 1}", "type": "number", "year": 2000 + y} for y in (21, 22))]
    fields.append({"name": "Change %", "type": "number", "year": 2022})
    relations = 't,growth,"Change %[c, y]",growth,"value[c, y-1], value[c, y]"\n'
    assert list(audit.ledger(report.load(written(tmp_path, ODD, fields, relations)))["verdict"]) == ["reproduced"] * 4


def test_a_row_of_several_years_has_a_trend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    years = list(range(2015, 2025))
    (tmp_path / "t.csv").write_text(
        "row," + ",".join(map(str, years)) + "\nA," + ",".join(str(100 + 7 * i * (1 + i % 2)) for i in range(10)) + "\n"
    )
    fields = [{"name": "row"}, *({"name": str(y), "role": "value", "year": y, "measure": "sales"} for y in years)]
    resource = {"name": "shop", "path": "t.csv", "schema": {"fields": fields}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [resource]}))
    for command in ("trends", "forecasts"):
        assert main([command, "--format", "csv", "--data", str(tmp_path)]) == 0
        assert "\nsales.A," in capsys.readouterr().out


def test_a_relation_about_what_is_not_printed_is_said_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    relations = "tables,name,target,kernel,inputs\nwater,total,2021[All],total,2021[*-All]\n"
    assert main(["audit", "--format", "csv", "--data", str(package(tmp_path, TYPED, relations=relations))]) == 0
    printed = capsys.readouterr()
    assert printed.out.count("\n") == 1
    assert printed.err.startswith("warning: relations.csv: 1 relations are about numbers that are not printed")


@pytest.mark.parametrize(
    ("relation", "said"),
    [
        ("2021[All of them],total,2021[*-All of then]", "2021 of energy use (r): no row All of then"),
        ("2021[All of then],total,2021[*-All of them]", "2021 of energy use (r): no row All of then"),
        ('2021[All of them],total,"2021[{Alpha, Bta}]"', "2021 of energy use (r): no row Bta"),
        ('2021[*-Alpha],total,"2021[Beta]"', "2021 of energy use (r): no row *-Alpha"),
        ('2021[All of them],distinct,"2021[{Alpha, Bta}]"', "2021 of energy use (r): no row Bta"),
        ('2021[All of them],total,"2021[*-All of them, 2022]"', "2021 of energy use (r): no column 2022"),
    ],
)
def test_a_row_or_column_that_is_not_found_is_named(
    relation: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    relations = f"tables,name,target,kernel,inputs\nenergy use,r,{relation}\n"
    assert main(["audit", "--format", "csv", "--data", str(package(tmp_path, TYPED, relations=relations))]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning: relations.csv: ")]
    assert [line.partition("in this edition: ")[2] for line in lines] == [said]


ODD = (
    'Industry,2021/22,2022/23,Change %\n"Agriculture, forestry and fishing",10.5,11.5,9.5\nMining [B],20.1,20.2,0.5\n'
    "of which: a/b {c},5.1,5.2,2.0\nTotal,30.6,31.7,3.6\n"
)


@pytest.mark.parametrize(
    ("formula", "verdicts"),
    [
        ("2021/22[Total] = total(same[{Agriculture, forestry and fishing, Mining [B]}])", ["reproduced"]),
        ("2021/22[Total] = total(same[Agriculture, forestry and fishing], same[Mining [B]])", ["reproduced"]),
        ("2021/22[Total] = total(same[*-{of which: a/b {c}, Total}])", ["reproduced"]),
        ("2021/22[Total] = total(same[*-{Total, of which: a/b {c}}])", ["reproduced"]),
        ("{2021/22, 2022/23}[{Mining [B], Total}] = at_least(same[of which: a/b {c}])", ["consistent"] * 4),
        ("Change %[Agriculture, forestry and fishing] = growth(2021/22, 2022/23)", ["reproduced"]),
        ("2021/22[Mining [B]] = at_least(same[*-Agriculture, forestry and fishing])", ["contradicted"]),
    ],
)
def test_labels_with_marks_of_the_notation_are_written_as_they_are_printed(formula: str, verdicts: list[str]) -> None:
    frame = pd.read_csv(io.StringIO(ODD), dtype=str)
    assert list(audit.check(frame, formula)["verdict"]) == verdicts


def test_entities_with_marks_of_the_notation_are_written_as_they_are_printed(tmp_path: Path) -> None:
    fields = [
        {"name": "Industry"},
        *({"name": f"20{y}/{y + 1}", "type": "number", "measure": "sales"} for y in (21, 22)),
        {"name": "Change %", "type": "number"},
    ]
    relations = 't,growth,"Change %",growth,"sales[c, 2021/22], sales[c, 2022/23]"\n'
    ledger = audit.ledger(report.load(written(tmp_path, ODD, fields, relations)))
    assert list(ledger["verdict"]) == ["reproduced"] * 4


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("2022/23[Total] = total(same[*-Totl])", "rows and columns that the frame has; no row Totl"),
        ("2022/23[Total] = total(2021/2[*-Total])", "no pairs of measures for total, and no column is named '2021/2'"),
        ("Change % = growth(2021/22, 2022/3)", "no pairs of measures for growth, and no column is named '2022/3'"),
        ("Change % = growth(2021/22)", "2 terms for growth, found 1"),
    ],
)
def test_what_is_wrong_with_a_formula_is_said_of_that_formula(formula: str, said: str) -> None:
    frame = pd.read_csv(io.StringIO(ODD), dtype=str)
    with pytest.raises(report.BadInput) as error:
        audit.check(frame, ["2022/23[Total] = at_least(2021/22)", formula])
    assert str(error.value).startswith(f"relations, row {formula}")
    assert str(error.value).endswith(f": {said}")


@pytest.mark.parametrize(
    ("relations", "said"),
    [
        ("tables,name,target,kernel\nenergy use,a,2021,total\n", "column inputs: this column; it is missing"),
        ("tables,name,target,kernel,inputs\nenergy use,a,2021,sum,2022\n", "column kernel: one of"),
        ('tables,name,target,kernel,inputs\n"""energy use",a,2021,total,2022\n', "column tables: names of tables"),
    ],
)
def test_wrong_relations_are_one_line(
    relations: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "--data", str(package(tmp_path, TYPED, relations=relations))]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: relations.csv")
    assert said in error
    assert error.count("\n") == 1


def test_a_table_without_numbers_has_nothing_to_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.csv").write_text("a,b\nx,y\n")
    fields = [{"name": "a"}, {"name": "b"}]
    resource = {"name": "t", "table": "T", "path": "t.csv", "schema": {"fields": fields}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [resource]}))
    for command in COMMANDS:
        assert main([command, "--format", "csv", "--data", str(tmp_path)]) == 0
        capsys.readouterr()


def test_a_plain_frame_gets_the_ledger_of_its_file() -> None:
    frame = pd.read_csv(LINDBY / "passengers.csv", dtype=str)
    formulas = ["Change % = growth(2023, 2024)", "{2022, 2023, 2024}[All lines] = total(same[*-All lines])"]
    checked = audit.check(frame, formulas, name="passengers")
    ledger = audit.ledger(report.load(LINDBY))
    same = [c for c in ledger.columns if c != "finding"]  # numbered in the order of what each explains
    assert checked[same].equals(ledger.loc[ledger["table"] == "passengers", same])


def test_a_frame_of_floats_is_refused_since_its_digits_are_gone() -> None:
    frame = pd.DataFrame({"row": ["A", "B"], "2022": [1.5, 2.0]})
    with pytest.raises(
        report.BadInput, match=r"numbers as printed, as strings \(read with dtype=str\); found the float 1\.5"
    ):
        audit.check(frame, ["2022 = total(2022[others])"])
    with pytest.raises(report.BadInput, match="a formula such as"):
        audit.check(frame.astype(str), ["2022 is the sum"])


@pytest.mark.parametrize("name", ["prose", "checks", "bounds", "known_findings", "labels", "series"])
@pytest.mark.parametrize("fields", [TYPED, DATED], ids=["types alone", "roles and years"])
def test_a_table_by_the_name_of_a_companion_is_refused(
    name: str, fields: list[dict[str, object]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cells", "--data", str(package(tmp_path, fields, name))]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: datapackage.json, row resource {name}: a field named ")
    assert error.endswith(f"; a table of printed numbers needs a name other than {name}\n")


@pytest.mark.parametrize("name", ["figures", "evidence", "claims", "pages"])
def test_other_names_are_free(name: str, tmp_path: Path) -> None:
    assert len(report.load(package(tmp_path, TYPED, name)).cells()) == 9


def test_columns_of_text_are_no_printed_numbers_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fields: list[dict[str, object]] = [{"name": str(f["name"]), "type": "string"} for f in TYPED]
    for command in COMMANDS:
        assert main([command, "--format", "csv", "--data", str(package(tmp_path, fields))]) == 0
        assert "note: no printed numbers: no column of the package has the type number" in capsys.readouterr().err


def test_relations_without_a_row_check_nothing_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = package(tmp_path, TYPED, relations="tables,name,target,kernel,inputs\n")
    for command in ("audit", "findings"):
        assert main([command, "--format", "csv", "--data", str(data)]) == 0
        assert capsys.readouterr().err == "note: nothing to check: relations.csv has no row\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"dialect": {"delimiter": ";"}},
            "property 'dialect': CSV with commas, double quotes and a header, found delimiter",
        ),
        ({"dialect": {"header": False}}, "found header False"),
        ({"encoding": "windows-1252"}, "property 'encoding': utf-8, found 'windows-1252'"),
        ({"schema": {"missingValues": ["", "-"]}}, "property 'missingValues': nothing or N/A where no number"),
        (
            {"schema": {"fields": [TYPED[0], {**TYPED[1], "decimalChar": ","}]}},
            "field 2021: property 'decimalChar': '.'",
        ),
        ({"path": None}, "property 'path'; it is missing"),
    ],
)
def test_what_a_package_says_and_is_not_read_is_named(
    change: dict[str, dict[str, object]], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = package(tmp_path, TYPED) / "datapackage.json"
    (resource,) = json.loads(file.read_text("utf-8"))["resources"]
    changed = resource | change | {"schema": resource["schema"] | change.get("schema", {})}
    file.write_text(json.dumps({"resources": [changed]}), "utf-8")
    assert main(["cells", "--data", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (",", "header: a name for every column; does the line end in a comma?"),
        (",Note", "header, column Note: a column that datapackage.json lists"),
    ],
)
def test_a_column_of_the_header_too_many_is_named(
    more: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = package(tmp_path, TYPED)
    (data / "table.csv").write_text(TABLE.replace("Change %\n", f"Change %{more}\n"), "utf-8")
    assert main(["cells", "--data", str(data)]) == 2
    assert said in capsys.readouterr().err


def test_a_frame_with_a_column_twice_is_refused_by_its_name() -> None:
    frame = pd.DataFrame([["A", "1", "2"]], columns=["row", "x", "x"])
    with pytest.raises(
        report.BadInput, match=r"^datapackage\.json, row resource frame: each field named, once; found 'x'$"
    ):
        audit.check(frame, ["x = total(x)"])


SHARES = "Goods,Tonnes,Share %\nA,824.5,47.0\nB,217.6,12.4\nC,398.2,22.7\nD,313.9,17.9\nAll,1754.2,100\n"


@pytest.mark.parametrize("shares", [SHARES, SHARES.replace("47.0", "47.1").replace("824.5", "825.5")])
def test_a_hundred_without_decimals_is_as_it_was_printed(shares: str) -> None:
    frame = pd.read_csv(io.StringIO(shares), dtype=str)
    found = audit.check(frame, ["Share %[All] = total(same[*-All])", "Share %[All] = share(Tonnes[All], Tonnes)"])
    assert set(found["verdict"]) == {"reproduced"}
    index = pd.DataFrame({"Year": ["2015", "2016", "2017", "2018"], "CPI": ["100", "101.3", "103.9", "105.2"]})
    index["Change %"] = ["", "1.3", "2.6", "1.3"]
    assert set(audit.check(index, "Change % = growth(CPI[above], CPI)")["verdict"]) == {"reproduced"}


def test_other_whole_numbers_of_a_column_with_decimals_are_refused_unless_it_is_said_to_mix_them() -> None:
    frame = pd.read_csv(io.StringIO(SHARES.replace("12.4", "12").replace("47.0", "47.4")), dtype=str)
    formula = "Share %[All] = total(same[*-All])"
    with pytest.raises(report.BadInput, match="trailing zeros lost"):
        audit.check(frame, formula)
    assert list(audit.check(frame, formula, decimals={"Share %": "mixed"})["verdict"]) == ["reproduced"]


@pytest.mark.parametrize("more", [{"units": {"Shares %": "%"}}, {"decimals": {"Shares %": "mixed"}}])
def test_what_is_said_of_a_column_that_a_frame_has_not_is_refused(more: dict[str, dict[str, str]]) -> None:
    frame = pd.read_csv(io.StringIO(SHARES), dtype=str)
    with pytest.raises(report.BadInput, match=r"^frame, column Shares %: a column of this name"):
        audit.check(frame, "Share %[All] = total(same[*-All])", **more)  # type: ignore[arg-type]


def test_one_formula_needs_no_list() -> None:
    frame = pd.DataFrame({"row": ["A", "B", "All"], "x": ["1", "2", "3"]})
    assert list(audit.check(frame, "x[All] = total(x[*-All])")["verdict"]) == ["reproduced"]


def written(folder: Path, table: str, fields: list[dict[str, object]], relations: str = "", **more: object) -> Path:
    """A package of a table ``t`` with its own content; ``relations`` without their header."""
    head = "tables,name,target,kernel,inputs\n"
    package(folder, fields, "t", relations and head + relations)
    (folder / "table.csv").write_text(table, "utf-8")
    file = folder / "datapackage.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | more), "utf-8")
    return folder


QUARTERS = (
    "Region,Q1,Q2,Q3,Q4,Year\nNorth,120.4,131.2,118.7,140.1,510.4\nSouth,88.3,91.9,85.0,97.6,362.8\n"
    "All,208.7,233.1,203.7,237.7,873.2\n"
)


def test_columns_of_one_measure_that_no_year_tells_apart_are_all_checked(tmp_path: Path) -> None:
    fields = [{"name": "Region"}, *({"name": f"Q{i}", "type": "number", "measure": "sales"} for i in range(1, 5))]
    relations = 't,parts,sales[All],total,sales[*-All]\nt,year,Year,total,"sales[c, *]"\n'
    ledger = audit.ledger(
        report.load(written(tmp_path, QUARTERS, [*fields, {"name": "Year", "type": "number"}], relations))
    )
    assert list(ledger["column"]) == ["Year", "Year", "Q1", "Q2", "Q3", "Q4", "Year"]
    wrong = ledger[ledger["verdict"] == "contradicted"]
    assert list(wrong["column"]) == ["Q2", "Year"]
    assert list(wrong["recomputed"]) == ["223.1", "883.2"]


@pytest.mark.parametrize(("year", "place"), [("2024", "rooms[c, 2024]"), ("", "rooms[c, Late]")])
def test_a_column_that_goes_by_its_measure_is_told_how(year: str, place: str, tmp_path: Path) -> None:
    early, late = ("2023", "2024") if year else ("Early", "Late")
    fields = [
        {"name": n, "type": "number", "measure": "rooms"} | ({"year": int(n)} if year else {}) for n in (early, late)
    ]
    table = f"row,{early},{late}\nA,1,7\nB,3,4\n"
    folder = written(tmp_path, table, [{"name": "row"}, *fields], f"t,t,{late}[A],total,{early}[A]\n")
    with pytest.raises(report.BadInput, match=re.escape(f"a column of table t, found '{late}', which is {place}")):
        audit.ledger(report.load(folder))
    folder = written(
        tmp_path, table, [{"name": "row"}, *fields], f't,t,"{place.replace("c", "A")}",total,"rooms[A, {early}]"\n'
    )
    assert list(audit.ledger(report.load(folder))["verdict"]) == ["contradicted"]


@pytest.mark.parametrize(
    ("keys", "recomputed", "said"),
    [("Q1, Q2", ["251.6", "180.2", "441.8"], ""), ("Q1, Q9", ["", "", ""], "no column Q9")],
)
def test_an_input_may_name_some_of_the_columns_of_a_measure(
    keys: str, recomputed: list[str], said: str, tmp_path: Path
) -> None:
    """Quarters of a half-year; a column that there is not is named."""
    table = QUARTERS.replace("Year", "H1").replace("510.4", "251.6").replace("362.8", "180.2").replace("873.2", "441.8")
    names = ("Q1", "Q2", "Q3", "Q4", "H1")
    fields = [{"name": "Region"}, *({"name": n, "type": "number", "measure": "sales"} for n in names)]
    data = report.load(written(tmp_path, table, fields, f't,half,"sales[c, H1]",total,"sales[c, {{{keys}}}]"\n'))
    assert list(audit.ledger(data)["recomputed"]) == recomputed
    assert [w.partition("(half): ")[2] for w in data.warnings] == [said] * bool(said)


def test_a_row_of_its_own_measure_keeps_every_column(tmp_path: Path) -> None:
    table = "Item,A,B\nSales,120.4,131.2\nRate,4.1,5.3\nLimit,5.0,5.0\n"
    fields = [{"name": "Item"}, *({"name": n, "type": "number"} for n in "AB")]
    data = written(tmp_path, table, fields, "t,limit,rate,at_most,rate[Limit]\n")
    file = data / "datapackage.json"
    loaded = json.loads(file.read_text("utf-8"))
    loaded["resources"][0]["row_measures"] = {row: {"measure": "rate"} for row in ("Rate", "Limit")}
    file.write_text(json.dumps(loaded), "utf-8")
    ledger = audit.ledger(report.load(data)).set_index(["row", "column"])
    assert dict(ledger["verdict"]) == {
        ("Rate", "A"): "consistent",
        ("Rate", "B"): "contradicted",
        ("Limit", "A"): "consistent",
        ("Limit", "B"): "consistent",
    }


@pytest.mark.parametrize("more", [{"entity": "x"}, {"row_measures": True}])
def test_two_columns_of_one_measure_and_year_are_refused(more: dict[str, object], tmp_path: Path) -> None:
    own = "row_measures" in more
    fields: list[dict[str, object]] = [
        {"name": "Country"},
        {"name": "2021", "type": "number", "year": 2021, "measure": "a"},
        {"name": "2022", "type": "number", "year": 2021, "measure": "b" if own else "a", **({} if own else more)},
        {"name": "Change %", "type": "number"},
    ]
    file = written(tmp_path, TABLE, fields) / "datapackage.json"
    loaded = json.loads(file.read_text("utf-8"))
    if own:
        loaded["resources"][0]["row_measures"] = {"Alpha": {"measure": "c"}}
    file.write_text(json.dumps(loaded), "utf-8")
    with pytest.raises(
        report.BadInput,
        match=r"field 2022: each measure once a year, or once an entity where no year is given; 2021 is [ac] of 2021",
    ):
        report.load(tmp_path)


@pytest.mark.parametrize(
    ("of_table", "of_label", "of_numbers"),
    [({"table": "2.1"}, {}, {}), ({}, {"role": "row"}, {}), ({}, {}, {"role": "value"}), ({}, {}, {})],
    ids=["table", "row", "value", "types alone"],
)
def test_what_one_table_says_of_itself_hides_no_number_of_it_or_of_another(
    of_table: dict[str, object], of_label: dict[str, object], of_numbers: dict[str, object], tmp_path: Path
) -> None:
    data = package(tmp_path, [TYPED[0] | of_label, *(f | of_numbers for f in TYPED[1:])])
    file = data / "datapackage.json"
    (one,) = json.loads(file.read_text("utf-8"))["resources"]
    two = {"name": "other", "path": "table.csv", "schema": {"fields": TYPED}}
    file.write_text(json.dumps({"resources": [one | of_table, two]}), "utf-8")
    cells = report.load(data).cells()
    assert cells["table"].value_counts().to_dict() == {str(of_table.get("table", "energy use")): 9, "other": 9}


@pytest.mark.parametrize("kind", ["float", "Number", "numeric", ["number"]])
def test_a_type_that_no_package_has_is_refused(
    kind: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = package(tmp_path, [*TYPED[:3], {"name": "Change %", "type": kind}])
    assert main(["audit", "--strict", "--data", str(data)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: datapackage.json, row resource energy use, field Change %: property 'type': ")
    assert error.count("\n") == 1


def test_every_dated_row_has_a_trend_or_a_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    years = list(range(2015, 2021))
    rows = {
        "Line": "1000000,1000010,1000020,1000030,1000040,1000050",
        "Below": "-3,1,2,4,3,7",
        "Same": "5,5,5,5,5,5",
        "Last": "7,7,7,7,7,8",
        "Short": "1,2,4,,,",
        "Gap": "1,N/A,N/A,N/A,4,7",
    }
    table = "".join(f"{name},{numbers}\n" for name, numbers in {"row": ",".join(map(str, years)), **rows}.items())
    (tmp_path / "t.csv").write_text(table, "utf-8")
    fields = [{"name": "row"}, *({"name": str(y), "role": "value", "year": y, "measure": "sales"} for y in years)]
    resource = {"name": "shop", "path": "t.csv", "schema": {"fields": fields}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [resource]}), "utf-8")
    assert main(["trends", "--format", "json", "--data", str(tmp_path)]) == 0  # a warning would fail this test
    found = pd.DataFrame(json.loads(capsys.readouterr().out))
    notes = dict(found.loc[found["model"].eq("log_linear_ols") & found["note"].ne(""), ["series", "note"]].to_numpy())
    assert notes == {
        "sales.Same": "not estimable, because all 6 values are equal",
        "sales.Short": "not estimable, because only 3 of 6 years have a value",
        "sales.Gap": "not estimable, because only 3 of 6 years have a value",
    }
    growth = found[found["parameter"] == "growth_rate"]
    assert set(growth["unit"]) == {"printed units a year"}  # one value below zero: no growth in per cent
    line = found[found["series"] == "sales.Line"].set_index(["model", "parameter"])
    assert line.loc[("log_linear_ols", "growth_rate"), "estimate"] == "10.000"
    assert line.loc[("log_linear_ols", "rounding_share"), "estimate"] == "100.000"  # no other error
    assert line.loc[("log_linear_ols", "growth_rate"), "high"] == "10.192"  # t of 4 times the root of 1 / 12 / 17.5
    last = found[found["series"] == "sales.Last"].set_index(["model", "parameter"])
    assert last.loc[("log_linear_ols", "leave_one_out"), "low"] == "0.000"
    assert last.loc[("log_linear_ols_hc3", "growth_rate"), "note"] == ""
    assert main(["forecasts", "--format", "csv", "--data", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert all(f"\nsales.{name}," in printed for name in rows)


def test_months_are_no_fiscal_years(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "table.csv").write_text("Country,2023-01,2023-02\nAlpha,1.5,1.6\n", "utf-8")
    fields = [{"name": "Country"}, *({"name": f"2023-0{m}", "type": "number", "year": 2023} for m in (1, 2))]
    resources = [{"name": "t", "path": "table.csv", "schema": {"fields": fields}}]
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": resources}), "utf-8")
    assert main(["cells", "--data", str(tmp_path), "--format", "csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_an_error_about_units_names_the_formula_it_is_about() -> None:
    frame = pd.DataFrame([["A", "1", "2", "3", "3"]], columns=["row", "a", "b", "c", "d"])
    with pytest.raises(report.BadInput, match=r"total\(a, b\)"):
        audit.check(frame, ["c = total(d)", "c = total(a, b)"], {"a": "%", "b": "1"})
