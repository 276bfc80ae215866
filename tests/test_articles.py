"""Articles about findings: they hold on the report, say what is gone, and take in what is new."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis import articles, audit, blocks
from analysis import report as reports
from tests.trials.editions import next_year

ROOT = Path(__file__).resolve().parents[1]
FINDINGS = ROOT / "book" / "audit" / "findings.ipynb"
Changed = Callable[[str, str, str], reports.Report]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    for module in ("analysis.articles", "analysis.tables"):
        monkeypatch.setattr(f"{module}.put", lambda data: found.append(data["text/html"]))
    return found


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Changed:
    """The report with a piece of one table replaced, audited once for all tests that ask for it."""

    @functools.cache
    def make(table: str, old: str, new: str) -> reports.Report:
        target = tmp_path_factory.mktemp("changed") / "data"
        shutil.copytree(reports.DATA, target)
        path = target / "tables" / f"{table}.csv"
        text = path.read_text("utf-8")
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new), "utf-8")
        return reports.load(target)

    return make


def test_the_head_of_an_article_gives_grade_place_and_what_settles_it(shown: list[str]) -> None:
    articles.head(reports.load(), "F-005", {"a sentence that holds": True})
    assert len(shown) == 1
    for words in ("Error", "provable from the pages", "Table 1-2-4, p. 36", "the report itself and other sources"):
        assert words in shown[0]


def test_a_sentence_that_is_no_longer_true_is_named(shown: list[str]) -> None:
    articles.head(reports.load(), "F-005", {"Finland is ahead": False, "Singapore is ahead": True})
    assert "Finland is ahead" in shown[1]
    assert "Singapore is ahead" not in shown[1]


def test_a_finding_that_a_correction_removes_is_said_to_be_gone(changed: Changed, shown: list[str]) -> None:
    report = changed("1-2-6", "挪威,10,11", "挪威,10,10")
    articles.head(report, "F-007", {"both have the same place": False})
    assert ["F-007 is gone" in text for text in shown] == [True]
    articles.foot(report, "F-007")
    assert len(shown) == 1
    assert list(articles.cells(report, "F-007")["name"]) == ["Norway", "Taiwan"]


def test_a_finding_nobody_has_described_gets_an_article_of_its_own(changed: Changed, shown: list[str]) -> None:
    articles.newcomers(reports.load())
    assert "Every finding of the audit has its article" in shown[-1]
    report = changed("1-2-16", "37.56,39.01", "87.56,39.01")
    shown.clear()
    articles.newcomers(report)
    fresh = [i for i in audit.findings(report)["id"] if i.startswith("N-")]
    assert fresh
    for number in fresh:
        assert f'id="{number.lower()}"' in "".join(shown)
        assert f"finding {number}:" in "".join(shown)
        assert f"({number}; " in articles.listing(report).data
    assert "#new-findings" in articles.listing(report).data


def test_the_list_of_findings_is_worst_first_and_links_each(shown: list[str]) -> None:
    lines = articles.listing(reports.load()).data.splitlines()[2:]
    grades = [line.split(" | ")[1] for line in lines]
    assert grades == sorted(grades, key=list(articles.GRADES).index)
    assert {line[line.index("#f-") : line.index("#f-") + 6] for line in lines} == {
        f"#{i.lower()}" for i in audit.findings(reports.load())["id"]
    }


def test_the_ledger_is_told_in_words_of_people(shown: list[str]) -> None:
    articles.show_ledger(reports.load(), blocks.ledger(reports.load(), "1-2-4").head(30), title="Some", name="some")
    assert "researchers_2022" not in shown[0].split("<tbody")[1].split("</tbody")[0]
    assert "Researchers (FTE), 2022" in shown[0]


def test_no_article_on_the_page_says_that_its_text_is_out_of_date() -> None:
    outputs = [o for cell in json.loads(FINDINGS.read_text("utf-8"))["cells"] for o in cell.get("outputs", [])]
    page = json.dumps(outputs, ensure_ascii=False)
    assert "finding-head" in page
    assert "The numbers have changed" not in page
    assert "is gone" not in page


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [("1-1-1", "衣索比亞,10,130,10,165", "衣索比亞,10,130,10,135"), ("1-2-16", "37.56,39.01", "87.56,39.01")],
    ids=["a finding goes", "a finding comes"],
)
def test_the_page_of_findings_can_be_made_with_another_digit(
    changed: Changed, monkeypatch: pytest.MonkeyPatch, table: str, old: str, new: str
) -> None:
    report = changed(table, old, new)
    monkeypatch.setattr(reports, "load", lambda data=None: report)
    monkeypatch.setattr("analysis.charts.exhibit.display", lambda *args, **kwargs: None)
    space: dict[str, object] = {}
    for cell in json.loads(FINDINGS.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), space)


def test_the_years_of_a_finding_are_known_even_where_no_table_prints_them(tmp_path: Path) -> None:
    moved = reports.load(str(next_year(ROOT / "data", tmp_path / "data", everything=False, by=20)))
    for book in (reports.load(), moved):
        assert articles.years(book, "F-008") == [2023, 2024]
        assert articles.years(book, "F-003") == [2021, 2022, 2023]
    assert articles.years(reports.load(), "F-999") == []
    assert articles.cells(moved, "F-008").empty
