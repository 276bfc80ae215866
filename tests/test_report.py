"""Reading an edition: what is refused, in which words, and what the cells look like."""

from __future__ import annotations

import contextlib
import json
import pickle
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis import blocks, report
from analysis.__main__ import main
from analysis.indicators import series
from analysis.report import CELL_COLUMNS, BadInput, Cell

DATA = report.DATA

#: Printed cells of each table, counted by hand on the page.
COUNTS = {
    "1-1-1": 40,
    "1-1-2": 20,
    "1-1-4": 20,
    "1-2-1": 133,
    "1-2-2": 133,
    "1-2-3": 54,
    "1-2-4": 133,
    "1-2-5": 133,
    "1-2-6": 96,
    "1-2-7": 96,
    "1-2-8": 20,
    "1-2-9": 50,
    "1-2-10": 40,
    "1-2-11": 40,
    "1-2-12": 12,
    "1-2-13": 80,
    "1-2-14": 352,
    "1-2-15": 76,
    "1-2-16": 142,
}


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    """A copy of the data that a test may damage."""
    return Path(shutil.copytree(DATA, tmp_path / "edition"))


Damage = Callable[[Path], None]
INTENSITY = "tables/1-2-2.csv"


def replaced(file: str, old: str, new: str) -> Damage:
    """Exchange the first occurrence of some text, which must be there."""

    def apply(edition: Path) -> None:
        text = (edition / file).read_text(encoding="utf-8")
        assert old in text
        (edition / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


def reshaped(change: Callable[[list[str]], list[str]]) -> Damage:
    """Change the columns of every line of table 1-2-2 (which has no quoted commas)."""

    def apply(edition: Path) -> None:
        lines = (edition / INTENSITY).read_text(encoding="utf-8").splitlines()
        text = "\n".join(",".join(change(line.split(","))) for line in lines) + "\n"
        (edition / INTENSITY).write_text(text, encoding="utf-8")

    return apply


def overwritten(file: str, content: Callable[[str], bytes]) -> Damage:
    """Write other bytes, made from the text of the file."""

    def apply(edition: Path) -> None:
        (edition / file).write_bytes(content((edition / file).read_text(encoding="utf-8")))

    return apply


@contextlib.contextmanager
def changed_package(edition: Path) -> Iterator[dict[str, Any]]:
    """The package of a copy, written back as changed."""
    path = edition / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    yield package
    path.write_text(json.dumps(package), encoding="utf-8")


def removed(file: str) -> Damage:
    """Delete a file."""
    return lambda edition: (edition / file).unlink()


def a_directory(edition: Path) -> None:
    """Put a directory where a table should be."""
    (edition / INTENSITY).unlink()
    (edition / INTENSITY).mkdir()


def add_column(row: list[str]) -> list[str]:
    """A column that no table has."""
    return [*row, "extra" if row[0] == "country" else "1"]


# ---------------------------------------------------------------- damaged input

#: name: (what is done to the copy, file, row and column that the message must name)
DAMAGE: dict[str, tuple[Damage, str, str, str]] = {
    "missing table": (removed(INTENSITY), INTENSITY, "", ""),
    "missing labels": (removed("labels.csv"), "labels.csv", "", ""),
    "missing package": (removed("datapackage.json"), "datapackage.json", "", ""),
    "a directory in place of a table": (a_directory, INTENSITY, "", ""),
    "missing column": (reshaped(lambda row: row[:3] + row[4:]), INTENSITY, "header", "gerd_intensity_2021"),
    "extra column": (reshaped(add_column), INTENSITY, "header", "extra"),
    "a column twice": (reshaped(lambda row: [*row, row[-1]]), INTENSITY, "header", "growth_2023"),
    "columns exchanged": (
        reshaped(lambda row: [row[0], row[2], row[1], *row[3:]]),
        INTENSITY,
        "header",
        "gerd_intensity_2020",
    ),
    "a cell too few": (replaced(INTENSITY, "4.52,0.54", "4.52"), INTENSITY, "line 4", "growth_2023"),
    "a cell too many": (replaced(INTENSITY, "4.52,0.54", "4.52,0.54,7"), INTENSITY, "line 4", "growth_2023"),
    "an empty line": (replaced(INTENSITY, "瑞典,", "\n瑞典,"), INTENSITY, "line 5", "country"),
    "an empty cell": (replaced(INTENSITY, "3.98", ""), INTENSITY, "中華民國", "gerd_intensity_2023"),
    "an empty last cell": (replaced(INTENSITY, "0.54\n", "\n"), INTENSITY, "中華民國", "growth_2023"),
    "a word for a number": (replaced(INTENSITY, "3.98", "three"), INTENSITY, "中華民國", "gerd_intensity_2023"),
    "a decimal comma": (replaced(INTENSITY, "3.98", '"3,98"'), INTENSITY, "中華民國", "gerd_intensity_2023"),
    "full-width digits": (replaced(INTENSITY, "3.98", "\uff13.98"), INTENSITY, "中華民國", "gerd_intensity_2023"),
    "two points": (replaced(INTENSITY, "3.98", "3.9.8"), INTENSITY, "中華民國", "gerd_intensity_2023"),
    "scientific notation": (replaced(INTENSITY, "3.98", "398e-2"), INTENSITY, "中華民國", "gerd_intensity_2023"),
    "a duplicate row": (replaced(INTENSITY, "瑞典,", "中華民國,"), INTENSITY, "中華民國", "country"),
    "one entity under two spellings": (replaced(INTENSITY, "歐盟27國,", "OECD全體,"), INTENSITY, "OECD整體", "country"),
    "an unknown country": (replaced(INTENSITY, "瑞典,", "亞特蘭提斯,"), INTENSITY, "亞特蘭提斯", "country"),
    "a technology field among the countries": (replaced(INTENSITY, "瑞典,", "半導體,"), INTENSITY, "半導體", "country"),
    "a row without a label": (replaced(INTENSITY, "瑞典,", ","), INTENSITY, "line 5", "country"),
    "an unknown domain": (
        replaced("tables/1-2-14.csv", "視聽技術,資通光電", "視聽技術,煉金術"),
        "tables/1-2-14.csv",
        "視聽技術",
        "domain",
    ),
    "another encoding": (overwritten(INTENSITY, lambda text: text.encode("big5")), INTENSITY, "line 2", ""),
    "semicolons": (
        overwritten(INTENSITY, lambda text: text.replace(",", ";").encode()),
        INTENSITY,
        "header",
        "country",
    ),
    "UTF-16": (overwritten(INTENSITY, lambda text: text.encode("utf-16")), INTENSITY, "line 1", ""),
    "an empty file": (overwritten(INTENSITY, lambda text: b""), INTENSITY, "", ""),
    "blanks only": (overwritten(INTENSITY, lambda text: b"\n \n"), INTENSITY, "", ""),
    "a header only": (overwritten(INTENSITY, lambda text: text.splitlines()[0].encode() + b"\n"), INTENSITY, "", ""),
    "an open quote": (replaced(INTENSITY, "3.98", '"3.98'), INTENSITY, "line", ""),
    "a NUL byte": (replaced(INTENSITY, "3.98", "3.\x0098"), INTENSITY, "", ""),
    "a broken package": (
        overwritten("datapackage.json", lambda text: b'{\n "resources": [,]}'),
        "datapackage.json",
        "line 2",
        "",
    ),
    "a package without resources": (overwritten("datapackage.json", lambda text: b"{}"), "datapackage.json", "", ""),
    "a package that is a list": (overwritten("datapackage.json", lambda text: b"[1]"), "datapackage.json", "", ""),
    "a label twice": (replaced("labels.csv", "印尼,IDN", "印度,IDN"), "labels.csv", "印度", "label"),
    "carriage returns alone": (
        overwritten(INTENSITY, lambda text: text.replace("\n", "\r").encode()),
        INTENSITY,
        "",
        "",
    ),
    "an empty last line": (overwritten(INTENSITY, lambda text: text.encode() + b"\n"), INTENSITY, "line 21", ""),
    "a leading zero": (replaced(INTENSITY, "3.98", "03.98"), INTENSITY, "中華民國", "gerd_intensity_2023"),
    "a blank before a number": (replaced(INTENSITY, "3.98", " 3.98"), INTENSITY, "中華民國", "gerd_intensity_2023"),
    "a no-break space behind a label": (replaced(INTENSITY, "瑞典,", "瑞典\u00a0,"), INTENSITY, "line 5", "country"),
    "a number of 100 digits": (
        replaced(INTENSITY, "3.98", "3." + "9" * 100),
        INTENSITY,
        "中華民國",
        "gerd_intensity_2023",
    ),
    "an arrow against its sign": (
        replaced("tables/1-2-3.csv", "↓ 0.56", "↑ -0.56"),
        "tables/1-2-3.csv",
        "企業部門",
        "share_change_2023",
    ),
    "a label without a code": (replaced("labels.csv", "印尼,IDN", "印尼,"), "labels.csv", "line 5", "code"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damaged_input_ends_in_one_line_that_names_file_row_and_column(
    name: str, edition: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage, file, row, column = DAMAGE[name]
    damage(edition)
    assert main(["cells", "--format", "csv", "--data", str(edition)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert printed.err.count("\n") == 1
    message = printed.err.rstrip("\n")
    assert file in message
    if row:
        assert f"row {row}" in message
    if column:
        assert f"column {column}" in message
    assert "Traceback" not in message


COUNTED = {
    "prose": "year printed",
    "pages": "seed_line page",
    "checks": "checked",
    "known_findings": "grade consequence",
    "figures": "page data_printed",
    "samples": "n defects",
    "slips": "consequence says_line shows_line",
    "roadmaps": "sign value value_to",
    "evidence": "value precision revision",
    "series": "scale",
}


@pytest.mark.parametrize("said", [True, False], ids=["as described", "without types and constraints"])
@pytest.mark.parametrize("name", COUNTED)
def test_a_word_is_refused_where_a_number_is_computed_with_whatever_the_package_says(
    name: str, said: bool, edition: Path
) -> None:
    with changed_package(edition) as package:
        for resource in package["resources"]:
            for field in resource["schema"]["fields"] if not said else ():
                field.pop("type", None)
                field.pop("constraints", None)
    file = edition / f"{name}.csv"
    whole = pd.read_csv(file, dtype=str, keep_default_na=False)
    for column in COUNTED[name].split():
        whole.assign(**{column: ["２０x", *whole[column][1:]]}).to_csv(file, index=False)
        with pytest.raises(BadInput, match=f"^{name}.csv, row .*, column {column}: .*２０x"):
            report.load(edition).resource(name)


@pytest.mark.parametrize(
    ("kind", "value"), [("integer", "20x"), ("number", "1e5"), ("year", "24"), ("boolean", "maybe")]
)
def test_a_column_beside_the_numbers_is_held_to_its_type(kind: str, value: str, tmp_path: Path) -> None:
    fields = [{"name": "r"}, {"name": "a", "type": kind}, {"name": "v", "role": "value"}]
    package = {"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": fields}}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    (tmp_path / "t.csv").write_text(f"r,a,v\na,N/A,1\nb,,2\nc,{value},3\n")
    with pytest.raises(BadInput, match=r"^t.csv, row c, column a: (a .*|true or false), found"):
        report.load(tmp_path).cells()


def test_a_missing_directory_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cells", "--data", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["name", "path", "schema"])
def test_a_package_that_lacks_a_property_says_which(missing: str, edition: Path) -> None:
    with changed_package(edition) as package:
        del next(r for r in package["resources"] if r.get("table") == "1-2-2")[missing]
    with pytest.raises(BadInput, match=missing):
        report.load(edition).cells()


def test_a_package_needs_no_more_than_name_path_and_schema(tmp_path: Path) -> None:
    fields = [
        {"name": "sector", "role": "row"},
        {"name": "note", "role": "attribute"},
        {"name": "jobs_2023", "role": "value", "measure": "jobs", "year": 2023},
        {"name": "remark"},
        {"name": "jobs_2024", "role": "value", "measure": "jobs", "year": 2024},
    ]
    package = {"resources": [{"name": "A.1 jobs", "path": "jobs.csv", "schema": {"fields": fields}}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    (tmp_path / "jobs.csv").write_text(
        "sector,note,jobs_2023,remark,jobs_2024\nFarms,a,1.50,b,2.25\n", encoding="utf-8"
    )
    edition = report.load(tmp_path)
    cells = edition.cells()
    assert list(cells["printed"]) == ["1.50", "2.25"]
    assert set(cells["table"]) == {"A.1 jobs"}
    assert (edition.code("Farms"), edition.name("Farms"), edition.meta("A.1 jobs").cite()) == (
        "Farms",
        "Farms",
        "Table A.1 jobs",
    )
    assert list(edition.labels()["label"]) == ["Farms"]


#: name: (change to the first printed table of the package, what the message must say)
WRONG_TYPES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "path a number": (lambda r: r.update(path=3), "property 'path': text, found 3"),
    "path absolute": (lambda r: r.update(path="/etc/passwd"), "inside the directory"),
    "path upwards": (lambda r: r.update(path="tables/../../x.csv"), "inside the directory"),
    "path with a NUL": (lambda r: r.update(path="a\0b"), "inside the directory"),
    "path of another host": (lambda r: r.update(path="http://x/y.csv"), "inside the directory"),
    "path of 5000 characters": (lambda r: r.update(path="x" * 5000), "a readable file"),
    "schema a list": (lambda r: r.update(schema=[]), "property 'schema': an object"),
    "schema null": (lambda r: r.update(schema=None), "property 'schema'"),
    "fields a word": (lambda r: r["schema"].update(fields="x"), "property 'fields': a list"),
    "no fields": (lambda r: r["schema"].update(fields=[]), "at least one"),
    "a field a number": (lambda r: r["schema"]["fields"].append(7), "each field an object"),
    "a field twice": (lambda r: r["schema"]["fields"].append({"name": "rank_2024"}), "each field named, once"),
    "year a word": (lambda r: r["schema"]["fields"][1].update(year="now"), "property 'year': a whole number"),
    "year true": (lambda r: r["schema"]["fields"][1].update(year=True), "property 'year': a whole number"),
    "exact a list": (lambda r: r["schema"]["fields"][1].update(exact=[1]), "property 'exact': true or false"),
    "a role nobody knows": (lambda r: r["schema"]["fields"][1].update(role="king"), "property 'role'"),
    "constraints a list": (lambda r: r["schema"]["fields"][1].update(constraints=[1]), "property 'constraints'"),
    "pattern a number": (lambda r: r["schema"]["fields"][1].update(constraints={"pattern": 1}), "property 'pattern'"),
    "pattern broken": (lambda r: r["schema"]["fields"][1].update(constraints={"pattern": "["}), "regular expression"),
    "kinds a word": (lambda r: r["schema"]["fields"][0].update(kinds="country"), "property 'kinds': a list"),
    "notes a number": (lambda r: r.update(notes=1), "property 'notes': a list"),
    "row_measures a list": (lambda r: r.update(row_measures=[1]), "property 'row_measures': an object"),
    "row_measures of words": (lambda r: r.update(row_measures={"x": "y"}), "row_measures"),
    "one year for two columns of a measure": (
        lambda r: r["schema"]["fields"][-1].update({k: r["schema"]["fields"][-2].get(k) for k in ("measure", "year")}),
        "each measure once a year",
    ),
    "the number of another table": (lambda r: r.update(table="1-2-2"), "1-2-2 is repeated"),
    "the name of another table": (lambda r: r.update(name="table-1-2-2"), "a name of its own"),
}


def test_a_row_without_an_id_is_named_by_its_number_and_a_pattern_by_what_it_means(edition: Path) -> None:
    claims, text = edition / "claims.csv", (edition / "claims.csv").read_text("utf-8")
    for old, new, says in (
        ("\nC419.2,", "\n,", "row number 2, column id: a value"),
        (",n=7,", ",n=7 %,", "(Numbers as printed, name=digits joined by ;), found 'n=7 %'"),
        (",n=7,", ",n=7,,", "15; a value with a comma stands in double quotes"),
    ):
        assert old in text
        claims.write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(BadInput, match=re.escape(says)):
            report.load(edition).claims()


@pytest.mark.parametrize("name", WRONG_TYPES)
def test_wrong_types_in_the_package_end_in_one_line(
    name: str, edition: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, says = WRONG_TYPES[name]
    with changed_package(edition) as package:
        change(next(r for r in package["resources"] if r.get("table") == "1-1-1"))
    assert main(["cells", "--data", str(edition)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert says in printed.err
    assert len(printed.err) < 800


PACKAGES = {
    "no resources": ('{"resources": []}', "at least one"),
    "a resource that is a number": ('{"resources": [1]}', "resource 1: an object, found 1"),
    "not a number": ('{"resources": [{"name": NaN}]}', "NaN is no number"),
    "infinite": ('{"resources": [1e999]}', "numbers of fewer digits"),
    "ten thousand digits": ('{"resources": %s}' % ("9" * 10_000), "numbers of fewer digits"),
    "nested 100,000 deep": ("[" * 100_000 + "]" * 100_000, "nested less deeply"),
    "half a character": ('{"resources": [{"name": "\\ud800"}]}', "half of a surrogate"),
    "a property twice": ('{"resources": 1, "resources": []}', "'resources' is repeated"),
    "units a list": ('{"units": [], "resources": [{"name": "x", "path": "x"}]}', "property 'units': an object"),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_that_is_no_package_ends_in_one_line(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, says = PACKAGES[name]
    (tmp_path / "datapackage.json").write_text(text, encoding="utf-8")
    assert main(["cells", "--data", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: datapackage.json")
    assert says in error
    assert error.count("\n") == 1


# ---------------------------------------------------------------- precision


def stripped(edition: Path, table: str) -> None:
    """What a spreadsheet does to numbers on saving: 3.40 becomes 3.4, 1.00 becomes 1."""
    path = edition / f"tables/{table}.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?<=\d)(\.\d*?)0+(?=[,\n\"])", lambda m: m[1].rstrip("."), text), encoding="utf-8")


@pytest.mark.parametrize("table", ["1-2-1", "1-2-2", "1-2-3", "1-2-4", "1-2-5", "1-2-9", "1-2-15", "1-2-16"])
def test_trailing_zeros_lost_in_a_spreadsheet_are_named(table: str, edition: Path) -> None:
    stripped(edition, table)
    with pytest.raises(BadInput, match=r"2 decimals as in the rest .* trailing zeros lost, as a spreadsheet does"):
        report.load(edition).cells([table])


def test_a_single_number_without_its_decimals_is_refused(edition: Path) -> None:
    replaced("tables/1-2-4.csv", "1.00", "1")(edition)
    with pytest.raises(BadInput, match=r"column growth_20\d\d: 2 decimals .* found 1: .* was it printed 1\.00\?"):
        report.load(edition).cells(["1-2-4"])


def test_a_row_with_a_unit_of_its_own_keeps_its_decimals(edition: Path) -> None:
    replaced("tables/1-2-8.csv", "2.68", "3")(edition)
    with pytest.raises(BadInput, match=r"經濟成長率.*trailing zeros lost"):
        report.load(edition).cells(["1-2-8"])


def test_other_decimals_than_the_column_has_are_noted_and_kept(
    edition: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced(INTENSITY, "3.98", "39.8")(edition)
    replaced("tables/1-2-3.csv", "372.13", "372.130000000")(edition)
    replaced("tables/1-2-1.csv", ",-0.54", ",-0.00")(edition)
    assert main(["cells", "--data", str(edition)]) == 0
    notes = capsys.readouterr().err.splitlines()
    assert len(notes) == 3
    assert all(note.startswith("warning: tables/1-2-") for note in notes)
    assert "-0.00 is read as zero" in notes[0]
    assert "2 decimals as in the rest of the column, found 39.8" in notes[1]
    assert "found 372.130000000" in notes[2]


def test_a_column_that_mixes_decimals_in_print_says_so_or_keeps_a_zero(edition: Path) -> None:
    replaced(INTENSITY, "3.98", "4")(edition)
    with changed_package(edition) as package:
        for resource in package["resources"]:
            for field in resource["schema"]["fields"]:
                if field["name"] == "gerd_intensity_2023":
                    field["decimals"] = "mixed"
    cells = report.load(edition).cells(["1-2-2"])
    assert "4" in set(cells.loc[cells["column"] == "gerd_intensity_2023", "printed"])


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("−5.2", "write -5.2"),
        ("–1 234.5", "write -1,234.5"),
        ("(5.2)", "write -5.2, if the brackets are a minus"),
        ("\uff085.2\uff09", "write -5.2, if the brackets are a minus"),
        ("\uff0d\uff15.2", "write -5.2"),
        ("\u20105.2", "write -5.2"),
        ("+3.2", "write 3.2"),
        ("1 234.5", "write 1,234.5"),
        ("1\u202f234\u202f567", "write 1,234,567"),
        ("1'234.5", "write 1,234.5"),
        ("1.234,5", "write 1,234.5"),
        ("5,2", "write 5.2"),
        ("12.5%", "write 12.5"),
        ("12 345,6", "write 12,345.6"),
        ("12.5¹", "write 12.5"),
        ("12.5²⁾", "write 12.5"),
        ("12.5¹)", "write 12.5"),
        ("▲3.4", "write -3.4, if the triangle is a minus"),
        *(
            (text, "where no number is printed, leave the cell empty or write N/A")
            for text in ("..", "-", "–", "x", ":", "¹")
        ),
        *(
            (text, "a bound or a guess is no number: leave the cell empty or write N/A")
            for text in ("<1", "≥ 5", "~12")
        ),
        ("5.2p", "write the digits alone, such as -1,234.5, with * behind them for a mark"),
        ("8,363¹", "write 8,363"),
    ],
)
def test_what_is_no_number_here_is_said_as_it_is_written_here(text: str, instead: str) -> None:
    frame = pd.DataFrame({"row": ["A"], "x": [text]})
    with pytest.raises(BadInput) as error:
        report.from_frames({"t": frame}).cells()
    assert str(error.value) == f"t, row A, column x: a number as printed, found {text!r}; {instead}"
    if re.match("write .*[0-9]", instead) and "digits" not in instead:  # what is advised is read
        advised = frame.assign(x=instead.split()[1].rstrip(","))
        assert len(report.from_frames({"t": advised}).cells()) == 1


@pytest.mark.parametrize(
    ("table", "old", "new", "instead"),
    [
        ("1-2-1", "459,491", "4590,491", "write 4,590"),
        ("1-2-1", '"8,234"', "-", "where no number is printed, write N/A"),
        ("1-1-2", "2045年", "2045", "write 2045年"),
    ],
)
def test_a_number_written_otherwise_than_its_column_is_said_as_it_is_written_there(
    edition: Path, table: str, old: str, new: str, instead: str
) -> None:
    path = edition / f"tables/{table}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(BadInput, match=f"a number as printed, found .*; .*{instead}$"):
        report.load(edition).cells()


def test_a_unit_that_is_no_object_is_refused_with_an_example(edition: Path) -> None:
    with changed_package(edition) as package:
        package["units"]["仟人"] = 1000
    with pytest.raises(BadInput, match=r'units 仟人: an object such as \{"factor": 1000\}, found 1000'):
        report.load(edition)


def test_the_report_itself_gives_no_warning() -> None:
    edition = report.load()
    edition.cells()
    assert edition.warnings == []


def test_damaged_sentences_name_their_row(edition: Path) -> None:
    replaced("prose.csv", ",15.24,", ",much,")(edition)
    with pytest.raises(BadInput, match=r"prose\.csv, row exports_total_2024, column printed"):
        report.load(edition).prose()


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(edition: Path) -> None:
    path = edition / "tables/1-2-2.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert report.load(edition).cells().equals(report.load().cells())


def test_bad_input_keeps_its_parts() -> None:
    error = BadInput("tables/1-2-2.csv", "a number", "中華民國", "growth_2023")
    assert (error.file, error.row, error.column, error.expected) == (
        "tables/1-2-2.csv",
        "中華民國",
        "growth_2023",
        "a number",
    )
    assert str(error) == "tables/1-2-2.csv, row 中華民國, column growth_2023: a number"


# ---------------------------------------------------------------- what is read


def test_every_printed_cell_is_there() -> None:
    cells = report.load().cells()
    assert dict(cells.groupby("table", sort=False).size()) == COUNTS
    assert list(cells.columns) == list(Cell._fields)
    assert list(cells.columns)[:8] == CELL_COLUMNS
    assert not cells.duplicated(["table", "row", "column"]).any()


def test_cells_are_strings_as_printed() -> None:
    cells = report.load().cells().set_index(["table", "row", "column"])
    assert cells.loc[("1-2-3", "國內其他部門", "amount_2023"), "printed"] == "3.40"
    assert cells.loc[("1-2-3", "企業部門", "share_change_2023"), "printed"] == "-0.56"
    assert cells.loc[("1-2-3", "企業部門", "amount_change_2023"), "printed"] == "5.85"
    assert cells.loc[("1-2-4", "以色列", "researchers_2019"), "printed"] == "N/A"
    assert cells.loc[("1-2-1", "美國", "gerd_2023"), "printed"] == "8234"
    estimate = cells.loc[("1-2-8", "經濟成長率（%）", "value_2024")]
    assert (estimate["printed"], estimate["flag"], estimate["measure"], estimate["unit"]) == (
        "4.59",
        "*",
        "gdp_growth",
        "%",
    )
    assert cells.loc[("1-1-2", "創造力", "estimate_before_genai"), "printed"] == "2045"
    assert (cells.loc["1-2-13"].loc[lambda f: f["measure"] == "patents", "exact"]).all()
    assert not cells["printed"].str.contains(",").any()
    assert cells["printed"].str.fullmatch(r"-?[0-9]+(\.[0-9]+)?|N/A").all()


def test_blank_cells_are_no_cells() -> None:
    cells = report.load().cells(["1-1-4"])
    assert ("國家間武裝衝突", "rank_long_term") not in set(zip(cells["row"], cells["column"], strict=True))


@pytest.mark.parametrize(
    ("text", "digits", "flag"),
    [
        ("1,341", "1341", ""),
        ("3.40", "3.40", ""),
        ("4.59*", "4.59", "*"),
        ("↓ 0.56", "-0.56", ""),
        ("↑ 10.78", "10.78", ""),
        ("2045年", "2045", ""),
        ("N/A", "N/A", ""),
        ("-75.80", "-75.80", ""),
    ],
)
def test_printed_forms_are_cleaned(text: str, digits: str, flag: str) -> None:
    assert report.clean(text) == (digits, flag)


def test_numbers_are_wide_frames_for_charts() -> None:
    edition = report.load()
    wide = edition.numbers("1-2-4", "researchers")
    assert list(wide.columns) == [2019, 2020, 2021, 2022, 2023]
    assert wide.index[0] == "CHN"
    assert wide.loc["TWN", 2023] == 17.58
    assert wide.loc["ISR"].isna().all()
    fields = edition.numbers("1-2-14", "patents")
    assert list(fields.columns) == ["WORLD", "DEU", "JPN", "KOR", "TWN", "USA"]
    assert len(fields) == 32
    with pytest.raises(BadInput, match="no measure"):
        edition.numbers("1-2-4", "patents")
    with pytest.raises(BadInput, match="no table 9-9-9"):
        edition.numbers("9-9-9", "patents")


def test_names_codes_and_citations() -> None:
    edition = report.load()
    assert edition.code("中華民國") == "TWN"
    assert (edition.name("TWN"), edition.name("TWN", "zh")) == ("Taiwan", "中華民國")
    assert edition.meta("1-2-1").cite() == "Table 1-2-1, p. 33"
    assert edition.printed("1-2-3").loc["合計金額", "amount_2023"] == "599.32"
    assert {"TWN", "WIPO08", "C26"} <= set(edition.labels()["code"])


# ---------------------------------------------------------------- the data package


def test_the_data_package_is_valid() -> None:
    frictionless = pytest.importorskip("frictionless")
    found = frictionless.validate(str(DATA / "datapackage.json"))
    assert found.valid, found.flatten(["type", "message"])


def test_every_file_is_listed_and_none_is_left_over() -> None:
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    listed = {resource["path"] for resource in package["resources"]}
    present = {str(path.relative_to(DATA)) for path in DATA.rglob("*") if path.is_file()} - {"datapackage.json"}
    assert listed == present


def test_every_table_says_what_it_is() -> None:
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    tables = [resource for resource in package["resources"] if "table" in resource]
    assert [resource["table"] for resource in tables] == list(COUNTS)
    for resource in tables:
        for name in ("title", "title_en", "page", "unit", "source", "notes", "seed_line"):
            assert name in resource, (resource["name"], name)
        schema = resource["schema"]
        label = schema["fields"][0]["name"]
        assert schema["primaryKey"] == [label]
        assert schema["foreignKeys"][0] == {"fields": [label], "reference": {"resource": "labels", "fields": ["label"]}}
        for field in schema["fields"]:
            if field.get("role") == "value":
                measured = field.get("measure") or resource.get("row_measures")
                assert measured
                assert "exact" in field
                assert field["constraints"]["pattern"]
    units = set(report.load().cells()["unit"])
    assert units <= set(package["units"])
    assert package["licenses"]
    assert package["sources"]


def test_every_country_code_is_an_iso_code() -> None:
    labels = report.load().labels()
    countries = labels[labels["kind"] == "country"]
    assert countries["code"].str.fullmatch("[A-Z]{3}").all()
    assert countries["code"].is_unique
    fields = labels[labels["kind"] == "field"]
    assert fields["code"].str.fullmatch(r"WIPO(0[1-9]|[12][0-9]|3[0-5])").all()
    assert fields["code"].is_unique


def test_a_row_is_called_what_its_own_table_calls_it() -> None:
    """One industry code, two labels: Table 1-2-15 has fertilisers in it, Table 1-2-16 does not."""
    book = report.load()
    for table, measure, name in (
        ("1-2-15", "receipts", "Chemical materials and fertilisers"),
        ("1-2-16", "share", "Chemical materials"),
    ):
        assert set(series.measure(book, table, measure, "C18")["name"]) == {name}
        assert set(blocks.ledger(book, table).query("code == 'C18'")["name"]) == {name}


def test_a_refusal_is_the_same_in_another_process() -> None:
    refused = BadInput("1-2-2.csv", "a number", "以色列", "2020")
    again = pickle.loads(pickle.dumps(refused))
    assert (str(again), again.file, again.row, again.column) == (str(refused), "1-2-2.csv", "以色列", "2020")
