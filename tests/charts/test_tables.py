"""Tables: printed strings survive, verdicts are marked in words, the page gets no style it did not ask for."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest

from analysis import tables


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": ["TWN", "KOR"],
            "name": ["Taiwan 中華民國", "Korea <韓國>"],
            "printed": ["-0.50", "3.40"],
            "verdict": ["reproduced", "contradicted"],
        }
    )


def markup(frame: pd.DataFrame, **options: Any) -> str:
    return tables.markup(frame, title="Growth & more", name="growth", verdicts=["verdict"], **options)


def test_printed_strings_are_shown_as_they_are_but_with_a_true_minus(frame: pd.DataFrame) -> None:
    text = markup(frame)
    assert ">−0.50<" in text
    assert ">3.40<" in text


def test_the_same_table_gives_the_same_bytes(frame: pd.DataFrame) -> None:
    assert markup(frame) == markup(frame)


def test_a_verdict_is_a_word_and_a_sign_not_only_a_colour(frame: pd.DataFrame) -> None:
    text = markup(frame)
    assert "✓&nbsp;reproduced" in text
    assert "✗&nbsp;contradicted" in text


def test_units_stand_in_the_head(frame: pd.DataFrame) -> None:
    assert 'Printed<span class="unit">%</span>' in markup(frame, heads={"printed": "Printed"}, units={"printed": "%"})


def test_text_is_escaped_and_chinese_is_tagged(frame: pd.DataFrame) -> None:
    text = markup(frame)
    assert "Korea &lt;" in text
    assert '<span lang="zh-Hant">中華民國</span>' in text


def test_one_column_can_stand_in_small_print_below_another(frame: pd.DataFrame) -> None:
    noted = frame.assign(note=["carried -1 forward <", ""])
    text = markup(noted, below={"name": "note"})
    assert '<span class="below">carried -1 forward &lt;</span>' in text
    assert text.count('class="below"') == 1
    assert ">note<" not in text


def test_the_code_is_not_shown_but_marks_taiwan(frame: pd.DataFrame) -> None:
    text = markup(frame)
    assert "TWN" not in text
    first, second = re.findall(r"<tr>.*?</tr>", text, re.DOTALL)[-2:]
    assert "#C04000" in first
    assert "#C04000" not in second


def test_styles_reach_no_further_than_the_table(frame: pd.DataFrame) -> None:
    style = re.search(r"<style>(.*?)</style>", markup(frame), re.DOTALL)
    assert style
    selectors = [s.strip() for rule in re.findall(r"([^{}]+)\{", style[1]) for s in rule.split(",")]
    assert [s for s in selectors if not s.startswith("#table-growth ")] == []


def test_ids_are_unique_and_heads_are_referred_to(frame: pd.DataFrame) -> None:
    text = markup(frame, spanners={"Both": ["printed", "verdict"]})
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert {h for hs in re.findall(r'headers="([^"]+)"', text) for h in hs.split()} <= set(ids)


def test_a_table_scrolls_in_its_own_box_which_the_keyboard_reaches(frame: pd.DataFrame) -> None:
    text = markup(frame)
    assert 'class="exhibit-table" style="overflow-x:auto" tabindex="0"' in text
    assert 'aria-label="Growth &amp; more"' in text


def test_long_tables_can_be_marked_sortable(frame: pd.DataFrame) -> None:
    assert 'class="gt_table sortable"' in markup(frame, sortable=True)
    assert 'class="gt_table"' in markup(frame)


def test_show_offers_the_frame_with_its_codes(frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(tables, "put", shown.append)
    tables.show(frame, title="Growth", source=["1-2-2"], name="growth", verdicts=["verdict"])
    assert "Table 1-2-2, p. 34" in shown[0]["text/html"]
    link = unquote(shown[0]["text/html"])
    assert '\ufeffcode,name,name_zh,printed,verdict,source\nTWN,Taiwan,中華民國,-0.50,reproduced,"Table 1-2-2' in link


def test_a_box_is_an_admonition_with_paragraphs_and_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(tables, "put", shown.append)
    tables.box("圖1-2-2", "First.\n\n- one\n- two", "warning")
    page = shown[0]["text/html"]
    assert page.startswith('<div class="admonition warning">')
    assert "<p>First.</p><ul><li>one</li><li>two</li></ul>" in page
