"""Numbers in words, and sentences that change with the numbers."""

from __future__ import annotations

import re
import shutil
from fractions import Fraction
from pathlib import Path

import nbformat
import pytest

from analysis import report
from analysis.chapters import common, expenditure, funding, input_map, intensity, rankings, researchers, world
from analysis.rounding import Interval


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "first"), (3, "third"), (11, "11th"), (13, "13th"), (21, "21st"), (22, "22nd"), (112, "112th")],
)
def test_ordinals(number: int, text: str) -> None:
    assert common.ordinal(number) == text


@pytest.mark.parametrize(
    ("items", "text"), [([], "none"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists(items: list[str], text: str) -> None:
    assert common.listing(items) == text


def test_fixed_rounds_half_up_in_exact_arithmetic_with_a_true_minus() -> None:
    assert common.fixed("2.675") == "2.68"
    assert common.fixed("-0.004") == "0.00"
    assert common.fixed("-1234.5", 0) == "−1,235"
    assert common.fixed(Fraction(1, 3), 1, sign=True) == "+0.3"


def test_a_span_is_one_number_where_rounding_cannot_matter_else_rounded_outward() -> None:
    assert common.span(Interval(Fraction("0.491"), Fraction("0.494"))) == "0.49"
    assert common.span(Interval(Fraction("0.481"), Fraction("0.494"))) == "0.48–0.50"
    assert common.span(Interval(Fraction("-0.481"), Fraction("0.494")), 1) == "−0.5 to 0.5"
    assert common.span(None) == "unknown"


def test_equal_values_share_the_better_place() -> None:
    assert common.place({"TWN": 2, "KOR": 2, "ISR": 3, "JPN": 1}) == 2
    assert common.place({"TWN": 2, "KOR": 2, "ISR": 3, "JPN": 1}, largest_first=False) == 2


def test_the_range_of_a_contradicted_number_never_seems_to_reach_it() -> None:
    assert common._range("1.00", "0.9861", "0.9963", "contradicted") == "0.9861–0.9963"
    assert common._range("1.00", "0.9861", "1.0963", "consistent") == "0.98–1.10"


def damaged(tmp_path: Path, table: str, old: str, new: str) -> report.Report:
    copy = tmp_path / "data"
    shutil.copytree(report.DATA, copy)
    path = copy / "tables" / f"{table}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return report.load(copy)


@pytest.mark.parametrize(
    ("module", "table", "old", "new"),
    [
        (intensity, "1-2-2", "3.96,3.98", "3.96,2.98"),
        (expenditure, "1-2-1", "589,599", "589,999"),
        (funding, "1-2-3", "84.83", "74.83"),
        (researchers, "1-2-5", "15.03,15.25", "15.03,11.25"),
        (input_map, "1-2-5", "17.40,17.25", "17.40,11.25"),
        (rankings, "1-2-7", "中華民國,12,7", "中華民國,12,17"),
        (world, "1-1-1", '"1,568"', '"1,268"'),
    ],
)
def test_other_numbers_other_sentences(tmp_path: Path, module: object, table: str, old: str, new: str) -> None:
    other = damaged(tmp_path, table, old, new)
    here = common.edition()
    assert module.headlines(here) != module.headlines(other)  # type: ignore[attr-defined]
    assert module.headlines(here) == module.headlines(here)  # type: ignore[attr-defined]


def test_a_missing_figure_names_its_recoverable_points(monkeypatch: pytest.MonkeyPatch) -> None:
    from analysis import tables

    shown: list[dict[str, str]] = []
    monkeypatch.setattr(tables, "put", shown.append)
    common.unbuilt(common.edition(), "圖1-2-8", "Nothing else.")
    assert "Receipts for the use of IP, 2024: about 20" in shown[0]["text/html"]
    assert "line 1439 of the text" in shown[0]["text/html"]
    assert "Nothing else." in shown[0]["text/html"]


def test_the_sign_test_is_exact() -> None:
    assert rankings.sign_test(9, 2) == pytest.approx(2 * (55 + 11 + 1) / 2**11)
    assert rankings.sign_test(5, 5) == 1.0


def test_a_chapter_shows_the_claims_on_its_tables_with_their_verdicts(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr("analysis.tables.put", shown.append)
    common.show_claims(report.load(), "1-2-13", "圖1-2-6")
    assert "claims-on-1-2-13.csv" in shown[0]["text/html"]
    assert "contradicted" in shown[0]["text/html"]
    with pytest.raises(ValueError, match="no sentence rests on 9-9-9"):
        common.show_claims(report.load(), "9-9-9")


def test_every_chapter_about_a_table_shows_the_claims_on_it() -> None:
    book = Path(report.__file__).parent.parent / "book"
    covered, told = set(), set()
    for path in book.rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        covered |= {item for item in notebook.metadata.get("covers") or [] if item[0].isdigit()}
        for cell in notebook.cells:
            for call in re.findall(r"show_claims\(report, (.*?)\)", cell.source):
                told |= set(re.findall(r'"([^"]+)"', call))
    assert covered
    assert covered <= told
