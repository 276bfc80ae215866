"""The scan of a text for numbers, on a tiny invented text."""

from __future__ import annotations

import csv
import io

import pytest

from analysis.claims import scan
from tests.claims.conftest import row

TEXT = """\
三、測試
玩具市場規模達12.5億美元，年增8.1%
小馬有３隻，占7成，二十倍於昨日
2024年3月起實施
1. 甲乙丙
資料來源：某某，第99頁
甲\t12\t34
厚度達5 nm，良率達99%
使用5G與ABC-12
木馬出口金額達1,234億元
"""


@pytest.fixture
def found(edition):
    report = edition(row(seed_line="2", printed="v=12.5;r=8.1", reason="single_value", form="", id="C2.1"))
    frame = scan.scan(report, TEXT.split("\n"), 1, 10)
    return {(r[1], r[2]): (r[3], r[4], r[5]) for r in frame.itertuples(index=False)}


def test_numbers_printed_by_a_claim_of_the_line_are_covered(found):
    assert found["2", "12.5"] == ("億美元", "covered", "C2.1")
    assert found["2", "8.1"] == ("%", "covered", "C2.1")


@pytest.mark.parametrize(
    ("line", "number", "kind"),
    [
        ("3", "7", "open"),
        ("3", "20", "open"),
        ("4", "2024", "date"),
        ("4", "3", "date"),
        ("5", "1", "heading"),
        ("6", "99", "reference"),
        ("7", "12", "table"),
        ("8", "5", "specification"),
        ("8", "99", "specification"),
        ("9", "5", "name"),
        ("9", "12", "name"),
        ("10", "1234", "open"),
    ],
)
def test_every_other_number_gets_a_class(found, line, number, kind):
    assert found[line, number][1] == kind
    assert kind in scan.CLASSES


@pytest.mark.parametrize(("text", "value"), [("八", 8), ("十二", 12), ("二十", 20), ("一百", 100), ("三百二十一", 321)])
def test_chinese_numerals_are_read(text, value):
    assert scan.chinese(text) == value


def test_the_command_writes_rows_without_text(edition, tmp_path, capsys):
    report = edition(row(seed_line="2", printed="v=12.5", reason="single_value", form="", id="C2.1"))
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    assert scan.main([str(path), "--data", str(report.directory), "--first", "1", "--last", "10"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(rows[0]) == ["id", "seed_line", "number", "unit", "class", "claim"]
    assert len({r["id"] for r in rows}) == len(rows)
    assert not any("玩具" in value for r in rows for value in r.values())


def test_a_missing_text_is_one_line_and_exit_2(tmp_path, capsys):
    assert scan.main([str(tmp_path / "none.txt")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_committed_scan_belongs_to_the_committed_claims():
    from analysis import report

    loaded = report.load()
    claims = set(loaded.claims()["id"]) | set(loaded.prose()["id"])
    rows = loaded.resource("scan")
    assert set(rows.loc[rows["class"] == "covered", "claim"]) <= claims
    assert set(rows["class"]) <= set(scan.CLASSES)
    summary = scan.summary(loaded).set_index("class")
    assert int(summary.loc["coverage", "numbers"]) == int(summary.loc[["covered", "open"], "numbers"].sum())
