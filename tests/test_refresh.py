"""Files as the publishers offer them, made up and small, against the stored outside numbers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from analysis import refresh
from analysis.report import BadInput, load

SDMX_CSV = """\
DATAFLOW,REF_AREA,MEASURE,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS
OECD.STI:DSD_MSTI(1.3),TWN,G,PT_B1GQ,2022,3.93412,A
OECD.STI:DSD_MSTI(1.3),TWN,G,PT_B1GQ,2023,3.99,A
OECD.STI:DSD_MSTI(1.3),TWN,T_RS,PS,2023,175800,A
OECD.STI:DSD_MSTI(1.3),GBR,G,PT_B1GQ,2023,,O
"""
WEO = "ISO\tWEO Subject Code\tUnits\t2023\t2024\nTWN\tLP\tPersons\t23.251\t23.320\nCHE\tLP\tPersons\t8.805\t8.950\nCHE\tNGDP\tCHF\t795.3\t--\n"
SDMX_ML = """\
<?xml version="1.0" encoding="utf-8"?>
<message:GenericData xmlns:message="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
 xmlns:generic="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic"
 xmlns:common="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">
 <message:Header>
  <message:ID>made-up</message:ID><message:Test>true</message:Test><message:Prepared>2025-09-01T00:00:00</message:Prepared>
  <message:Sender id="TEST"/><message:Structure structureID="MSTI" dimensionAtObservation="TIME_PERIOD">
   <common:Structure><Ref agencyID="OECD.STI" id="DSD_MSTI" version="1.3"/></common:Structure></message:Structure>
 </message:Header>
 <message:DataSet structureRef="MSTI">
  <generic:Series><generic:SeriesKey>
    <generic:Value id="REF_AREA" value="TWN"/><generic:Value id="MEASURE" value="G"/></generic:SeriesKey>
   <generic:Obs><generic:ObsDimension value="2022"/><generic:ObsValue value="3.93412"/></generic:Obs>
   <generic:Obs><generic:ObsDimension value="2023"/><generic:ObsValue value="3.99"/></generic:Obs>
  </generic:Series>
  <generic:Series><generic:SeriesKey>
    <generic:Value id="REF_AREA" value="TWN"/><generic:Value id="MEASURE" value="T_RS"/></generic:SeriesKey>
   <generic:Obs><generic:ObsDimension value="2023"/><generic:ObsValue value="175800"/></generic:Obs>
  </generic:Series>
 </message:DataSet>
</message:GenericData>
"""
EXPECTED = {("TWN", "2022"): Fraction("3.93412"), ("TWN", "2023"): Fraction("3.99")}


def file(tmp_path: Path, name: str, content: str) -> Path:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    return path


def test_sdmx_csv_gives_the_numbers_of_one_measure(tmp_path: Path) -> None:
    assert refresh.read_csv(file(tmp_path, "msti.csv", SDMX_CSV), {"MEASURE": "G"}) == EXPECTED


def test_a_wide_file_gives_its_years_and_leaves_out_what_is_absent(tmp_path: Path) -> None:
    path = file(tmp_path, "weo.tsv", WEO)
    found = refresh.read_csv(path, {"WEO Subject Code": "NGDP"}, entity="ISO", wide=True)
    assert found == {("CHE", "2023"): Fraction("795.3")}


def test_sdmx_ml_gives_the_same_numbers_as_sdmx_csv(tmp_path: Path) -> None:
    pytest.importorskip("sdmx")
    assert refresh.read_sdmx(file(tmp_path, "msti.xml", SDMX_ML), {"MEASURE": "G"}) == EXPECTED


def test_sdmx_ml_that_is_none_is_bad_input(tmp_path: Path) -> None:
    pytest.importorskip("sdmx")
    with pytest.raises(BadInput, match=r"msti\.xml: an SDMX-ML data message"):
        refresh.read_sdmx(file(tmp_path, "msti.xml", "<a/>"), {})


def test_stored_values_that_the_file_changes_are_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, "msti.csv", SDMX_CSV)
    arguments = [str(path), "--measure", "GERD as share of GDP", "--basis", "MSTI 2025-09", "--where", "MEASURE=G"]
    assert refresh.main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "id,entity,year,stored,new,changed"
    assert "E117,TWN,2022,3.93,3.93,no" in lines
    assert "E118,TWN,2023,3.97,3.99,yes" in lines
    assert "E112,GBR,2023,2.68,," in lines


def test_units_are_brought_together_by_a_factor(tmp_path: Path) -> None:
    thousand = file(tmp_path, "weo.tsv", WEO.replace("8.950", "8950"))
    found = refresh.read_csv(thousand, {"WEO Subject Code": "LP"}, entity="ISO", wide=True)
    rows = refresh.changes(
        load(), found, "population", factor=Fraction(1, 1000), basis="population of WEO 2024-10"
    ).set_index("id")
    assert tuple(rows.loc["E084", ["stored", "new", "changed"]]) == ("8.881", "8.950", "yes")


@pytest.mark.parametrize(
    ("content", "more", "message"),
    [
        (SDMX_CSV, ["--where", "FREQ=A"], "msti.csv, header, column FREQ: this column; it is missing"),
        (SDMX_CSV, ["--where", "MEASURE=B"], "msti.csv: at least one number for MEASURE=B"),
        (SDMX_CSV, [], "msti.csv, line 4, column OBS_VALUE: one number for TWN in 2023; say more with --where"),
        (
            SDMX_CSV.replace("3.99,A", "much,A"),
            ["--where", "MEASURE=G"],
            "line 3, column OBS_VALUE: a number such as 1,234.5, found 'much'",
        ),
        (
            SDMX_CSV.replace("3.99,A", '"1.234,5",A'),
            ["--where", "MEASURE=G"],
            "line 3, column OBS_VALUE: a number such as 1,234.5, found '1.234,5'",
        ),
        (
            SDMX_CSV.replace("3.99,A", '"12,5",A'),
            ["--where", "MEASURE=G"],
            "line 3, column OBS_VALUE: a number such as",
        ),
        (SDMX_CSV.replace("3.99,A", "1e99999999,A"), ["--where", "MEASURE=G"], "line 3, column OBS_VALUE: a number"),
        (SDMX_CSV.replace("3.99,A", "3,99,A"), ["--where", "MEASURE=G"], "msti.csv, line 3: 7 columns, found 8"),
        (SDMX_CSV.replace("OBS_STATUS", "MEASURE"), ["--where", "MEASURE=G"], "column MEASURE: each column once"),
        (SDMX_CSV, ["--where", "MEASURE=G", "--wide"], "msti.csv, header: a column for each year"),
        (
            WEO.replace("ISO", "TIME_PERIOD"),
            ["--wide"],
            "msti.csv, header, column REF_AREA: this column; it is missing",
        ),
        (SDMX_CSV, ["--where", "MEASURE=G", "--where", "MEASURE=B"], "--where: each column once"),
        ("", [], "msti.csv, header, column REF_AREA: this column; it is missing"),
        (SDMX_CSV, ["--where", "MEASURE=G", "--basis", "x"], "evidence.csv: a row whose measure is"),
    ],
)
def test_a_file_that_does_not_fit_is_one_line(
    content: str, more: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, "msti.csv", content)
    assert refresh.main([str(path), "--measure", "GERD as share of GDP", *more]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert message in printed.err.replace("row line", "line").replace("row header", "header")


def test_a_missing_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh.main([str(tmp_path / "none.csv"), "--measure", "population"]) == 2
    assert "none.csv: a readable UTF-8 file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"), [("--factor", "1/0"), ("--factor", "1e999999999"), ("--where", "MEASURE")]
)
def test_a_wrong_option_is_refused_before_anything_is_read(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        refresh.main(["none.csv", "--measure", "population", option, value])
    assert stop.value.code == 2
    assert f"error: argument {option}: " in capsys.readouterr().err


def test_a_directory_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh.main([".", "--measure", "population"]) == 2
    assert capsys.readouterr().err == "error: .: a readable UTF-8 file (Is a directory)\n"


def test_thousands_exponents_and_footnotes_are_read(tmp_path: Path) -> None:
    text = 'REF_AREA,TIME_PERIOD,OBS_VALUE\nTWN,2022,"175,800"\nTWN,2023,1.758E+5\nTWN,2024,NaN\nSource: made up\n'
    found = refresh.read_csv(file(tmp_path, "long.csv", text), {})
    assert found == {("TWN", "2022"): Fraction(175800), ("TWN", "2023"): Fraction(175800)}
