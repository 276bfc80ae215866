"""Blocks that chapters share: what they show is what the audit and the claims say."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from analysis import blocks, report
from analysis.audit.register import register

ROOT = Path(__file__).parents[1]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for place in ("analysis.tables.put", "analysis.charts.exhibit.put"):
        monkeypatch.setattr(place, found.append)
    return found


@pytest.mark.parametrize(
    ("verdict", "high", "range_"), [("contradicted", "0.9963", "0.9861–0.9963"), ("consistent", "1.0963", "0.98–1.10")]
)
def test_the_range_of_a_contradicted_number_never_seems_to_reach_it(verdict: str, high: str, range_: str) -> None:
    assert blocks._range({"printed": "1.00", "low": "0.9861", "high": high, "verdict": verdict}) == range_


def test_a_range_with_one_end_says_which() -> None:
    row = {"printed": "720.49", "low": "682.0200", "high": "", "verdict": "consistent"}
    assert blocks._range(row) == "at least 682.02"


def test_what_a_bound_allows_is_not_called_rounding(shown: list[dict[str, str]]) -> None:
    blocks.checks(report.load(), "1-2-13", title="Checks", unit="", name="checks", measures=["patent_density"])
    assert "Allowed" in shown[0]["text/html"]
    assert "left by rounding" not in shown[0]["text/html"]


def test_a_missing_figure_names_its_recoverable_points(shown: list[dict[str, str]]) -> None:
    blocks.not_rebuilt(report.load(), "圖1-2-8", "Nothing else.")
    assert "Receipts for the use of IP, 2024: about US$2.0 billion" in shown[0]["text/html"]
    assert "line 1439 of the text" in shown[0]["text/html"]
    assert "Nothing else." in shown[0]["text/html"]


def test_several_missing_figures_share_one_box(shown: list[dict[str, str]]) -> None:
    blocks.not_rebuilt(report.load(), {"圖1-2-11": "The early years are lost.", "圖1-2-12": "All of it is lost."})
    assert len(shown) == 1
    for words in ("圖1-2-11", "The early years are lost.", "圖1-2-12", "No sentence gives any of its points."):
        assert words in re.sub("<[^>]+>", "", shown[0]["text/html"])


def test_rows_that_come_once_for_each_measure_say_which_it_is(shown: list[dict[str, str]]) -> None:
    words = {"balance": "balance", "volume": "volume"}
    rows = blocks.checks(report.load(), "1-2-15", title="Checks", unit="", name="checks", measures=words)
    assert set(rows["measure"]) == set(words.values())
    names = rows["name"].str.replace(r" \((?:parts|volume)\)$", "", regex=True)  # a number that is checked in two ways
    assert (rows.groupby(names)["measure"].nunique() == 2).all()
    assert not rows.duplicated(["name", "measure", "year"]).any()
    assert shown


def test_sentences_of_some_lines_only(shown: list[dict[str, str]]) -> None:
    rows = blocks.sentences(report.load(), "1-2-1", "1-2-2", "1-2-5", lines=["1095"])
    assert set(rows["line"].astype(str)) == {"1095"}
    assert shown


@pytest.mark.parametrize(
    ("printed", "unit", "said"),
    [
        ("5.68", "新臺幣兆元", "NT$5.68 trillion"),
        ("720", "新臺幣億元", "NT$72.0 billion"),
        ("6", "成", "60%"),
        ("2.64", "%", "2.64%"),
        ("0.36", "比", "0.36"),
        ("-1,465", "件", "−1,465"),
    ],
)
def test_a_recovered_point_is_told_in_english_units_with_its_printed_digits(printed: str, unit: str, said: str) -> None:
    assert blocks._quantity(report.load(), printed, unit) == said


def test_a_chapter_shows_the_claims_on_its_tables_with_their_verdicts(shown: list[dict[str, str]]) -> None:
    rows = blocks.sentences(report.load(), "1-1-1", "圖1-2-6")
    assert "contradicted" in set(rows["verdict"])
    assert "claims-on-1-1-1.csv" in shown[0]["text/html"]


def test_an_edition_without_sentences_or_a_figure_says_so(shown: list[dict[str, str]]) -> None:
    assert blocks.sentences(report.load(), "9-9-9").empty
    blocks.not_rebuilt(report.load(), "圖9-9")
    assert [said["text/plain"].partition(": ")[2] for said in shown] == [
        "no sentence of this edition is said to rest on 9-9-9",
        "this edition lists no figure 圖9-9",
    ]


def test_a_column_that_no_statement_fills_is_not_shown(shown: list[dict[str, str]]) -> None:
    rows = blocks.sentences(report.load(), "1-2-8")
    assert rows["stated"].eq("").all()
    assert "Stated" not in shown[0]["text/html"]
    assert "Recomputed" in shown[0]["text/html"]


def test_checks_of_a_relation_only_and_no_column_without_entries(shown: list[dict[str, str]]) -> None:
    rows = blocks.checks(report.load(), "1-2-2", relations=["growth"], title="Growth", unit="%", name="growth")
    assert len(rows) == 38
    assert not rows.eq("").all().any()
    assert shown


def test_the_findings_of_a_chapter_are_those_on_its_cells() -> None:
    said = blocks.findings(report.load(), "1-2-2").data
    assert {"f-002", "f-003"} <= set(re.findall(r"#(f-\d+)", said))
    assert "f-008" not in said
    assert blocks.findings(report.load(), "1-2-7").data == "The audit has no finding on these numbers."


def test_a_finding_is_named_by_its_title() -> None:
    assert all(known.record["title"] for known in register(report.load()))
    assert "F-014](#f-014), unusual: Table 1-1-1 is dated 2024-05" in blocks.findings(report.load(), "1-1-1").data


def test_every_chapter_about_a_table_shows_the_claims_on_it() -> None:
    covered, told = set(), set()
    for path in (ROOT / "book").rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        covered |= {item for item in notebook.metadata.get("covers") or [] if item[0].isdigit()}
        for cell in notebook.cells:
            for call in re.findall(r"(?:show_claims\(report|sentences\(book), (.*?)\)", cell.source):
                told |= set(re.findall(r'"([^"]+)"', call))
    assert covered
    assert covered <= told


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        (["reproduced"] * 65, "65 checks: all reproduced"),
        (["explained"], "1 checks: explained"),
        (["implausible", "consistent", "consistent"], "3 checks: 2 consistent and 1 implausible"),
    ],
)
def test_verdicts_that_are_all_one_are_not_counted_twice(verdicts, told):
    assert blocks.counted(pd.DataFrame({"verdict": verdicts})) == told
