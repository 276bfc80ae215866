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
            "name": ["Taiwan 中華民國", "Korea 韓國"],
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


def test_numbers_have_thousands_separators_and_years_have_none(frame: pd.DataFrame) -> None:
    text = markup(frame.assign(year=["2023", "2024"], count=["1831", "640"], change=["-1465", "10479*"]))
    for shown in (">2023<", ">1,831<", ">640<", ">−1,465<", ">10,479*<"):
        assert shown in text
    mixed = markup(frame.assign(count=["2025", "8234"], change=["2043", "-2043"]))
    assert ">2025<" in mixed
    assert ">8,234<" in mixed
    assert ">−2,043<" in mixed
    assert "of 142,182, -3" in tables.mark("of 142182, -3")
    assert "claim C12345 of 2024-12345" in tables.mark("claim C12345 of 2024-12345")


def test_the_same_table_gives_the_same_bytes(frame: pd.DataFrame) -> None:
    assert markup(frame) == markup(frame)


def test_a_verdict_is_a_word_and_a_sign_not_only_a_colour(frame: pd.DataFrame) -> None:
    text = markup(frame)
    assert "✓&nbsp;reproduced" in text
    assert "✗&nbsp;contradicted" in text


def test_units_stand_in_the_head(frame: pd.DataFrame) -> None:
    assert 'Printed<span class="unit">%</span>' in markup(frame, heads={"printed": "Printed"}, units={"printed": "%"})


def test_text_is_escaped_and_chinese_is_tagged(frame: pd.DataFrame) -> None:
    assert 'b &lt; <span lang="zh-Hant">韓國</span>' in markup(frame.assign(note="a, b < 韓國"))


def test_what_is_missing_is_a_dash_whatever_pandas_calls_it() -> None:
    rows = pd.DataFrame(
        {"code": ["TWN", pd.NA], "name": ["a", None], "n": [1, pd.NA], "x": [pd.NaT, 2.0]}, dtype=object
    )
    found = tables.markup(rows, title="T", name="t", below={"name": "x"})
    assert found.count("–") == 3
    assert "NA" not in found


def test_names_are_shown_in_english(frame: pd.DataFrame) -> None:
    assert "中華民國" not in markup(frame)


def test_a_table_without_rows_and_one_with_a_blank_column_are_refused(frame: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="table growth: no rows"):
        markup(frame.iloc[:0])
    with pytest.raises(ValueError, match="table growth: nothing in column recomputed"):
        markup(frame.assign(recomputed=["", "–"]))
    assert "2 to 3" in markup(frame.assign(recomputed="", allowed=["2 to 3", ""]), below={"recomputed": "allowed"})


def test_one_column_can_stand_in_small_print_below_another(frame: pd.DataFrame) -> None:
    noted = frame.assign(note=["carried -1 forward <", ""])
    text = markup(noted, below={"name": "note"})
    assert '<span class="below">carried -1 forward &lt;</span>' in text
    assert text.count('class="below"') == 1
    assert ">note<" not in text


def test_the_code_is_not_shown_but_marks_taiwan(frame: pd.DataFrame) -> None:
    text = markup(frame)
    assert "TWN" not in text
    assert re.findall(r'<tr class="taiwan"><th scope="row"[^>]*>([^<]*)', text) == ["Taiwan"]


def test_the_first_column_heads_its_row_and_numbers_stand_to_the_right(frame: pd.DataFrame) -> None:
    text = markup(frame)
    assert '<th scope="row" class="short">Korea</th>' in text
    assert '<td class="num">3.40</td>' in text


def test_ranges_stand_to_the_right_and_dates_do_not(frame: pd.DataFrame) -> None:
    text = markup(
        frame.assign(range=["–", "-0.39 to -0.37"], given=["1.2 (0.3 to 4.5)", "27.68–27.83"], day="2025-10-30")
    )
    assert '<td class="num spread">−0.39 to −0.37</td>' in text
    assert '<td class="num spread">1.2 (0.3 to 4.5)</td>' in text
    assert "<td>2025-10-30</td>" in text


def test_a_table_of_nothing_but_taiwan_marks_no_row(frame: pd.DataFrame) -> None:
    assert 'class="taiwan"' not in markup(frame.assign(code="TWN"))


def test_a_heading_over_several_columns_spans_them_and_the_others_reach_down(frame: pd.DataFrame) -> None:
    head = markup(frame, spanners={"Both": ["printed", "verdict"]}).partition("<tbody>")[0]
    assert '<th scope="colgroup" colspan="2">Both</th>' in head
    assert re.findall(r'<th scope="col"( rowspan="2")?[^>]*>(\w+)', head) == [
        (' rowspan="2"', "name"),
        ("", "printed"),
        ("", "verdict"),
    ]


def test_a_table_scrolls_in_its_own_box_which_the_keyboard_reaches(frame: pd.DataFrame) -> None:
    text = markup(frame)
    assert (
        '<div class="exhibit-table" id="table-growth" role="region" aria-label="Growth &amp; more" tabindex="0">'
        in text
    )


def test_long_tables_can_be_marked_sortable(frame: pd.DataFrame) -> None:
    assert '<table class="exhibit sortable">' in markup(frame, sortable=True)
    assert '<table class="exhibit">' in markup(frame)


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
