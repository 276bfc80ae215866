"""Amounts of the Chinese edition: shifted digit by digit, in tables, figures and sentences."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.publish import units
from analysis.publish.languages import Twin

MESSAGES = {
    "NT$ billion": "新臺幣億元{*10}",
    "Balance {0}, NT$ billion": "餘額，{0}年，新臺幣億元{*10}",
    "US$ billion at both ends; growth in %": "兩端，億美元；成長率，%{axis*10}",
    "US${0} billion": "{0*10}億美元",
    "{0} million tonnes": "{0*100}萬公噸",
    "{0} to {1}": "{0}至{1}",
    "implied {0}": "推得{0}",
}


def twin(**names: str) -> Twin:
    return Twin(MESSAGES, {"Electronics": "電子零組件", **names})


@pytest.mark.parametrize(
    ("written", "power", "shown"),
    [
        ("18.732", 1, "187.32"),
        ("1,417.05", 1, "14,170.5"),
        ("0.880", 1, "8.80"),
        ("0.04", 1, "0.4"),
        ("0.0", 1, "0"),
        ("0", 1, "0"),
        ("100", 1, "1,000"),
        ("23,142", 1, "231,420"),
        ("8,230", -2, "82.30"),
        ("61", -2, "0.61"),
        ("11.4", 2, "1,140"),
    ],
)
def test_a_number_is_shifted_as_it_is_written(written, power, shown):
    assert units.shifted(written, power) == shown


@given(st.integers(0, 10**15), st.integers(0, 6), st.integers(-4, 4))
def test_a_shift_is_exact_and_keeps_all_digits(digits, decimals, power):
    number = f"{digits // 10**decimals:,}" + (f".{digits % 10**decimals:0{decimals}d}" if decimals else "")
    shown = units.shifted(number, power)
    assert Fraction(shown.replace(",", "")) == Fraction(digits, 10**decimals) * Fraction(10) ** power
    assert re.fullmatch(r"\d{1,3}(,\d{3})*(\.\d+)?", shown)
    assert len(shown.partition(".")[2]) == max(0, decimals - power)


def test_a_factor_that_is_no_power_of_ten_is_refused():
    with pytest.raises(ValueError, match="12 is no power of ten"):
        units.Scale.read("打{*12}")


def table(head: str, *rows: str) -> str:
    return f'<table class="exhibit sortable">\n<thead>\n{head}\n</thead>\n<tbody>\n{"".join(rows)}\n</tbody>\n</table>'


def test_only_the_column_of_the_unit_is_shifted():
    shown = twin().markup(
        table(
            '<tr><th scope="col">Electronics</th><th scope="col" class="num">Electronics<span class="unit">NT$ billion</span></th>'
            '<th scope="col">2</th></tr>',
            '<tr class="taiwan"><th scope="row">7</th><td class="num">−1,417.05<span class="below">2023</span></td><td>5</td></tr>',
            "<tr><th scope=row>8</th><td>1.25 to 3</td><td>&#x27;6</td></tr>",
        )
    )
    assert '<span class="unit">新臺幣億元</span>' in shown
    assert '<td class="num">−14,170.5<span class="below">2023</span></td><td>5</td>' in shown
    assert "<td>12.5至30</td><td>'6</td>" in shown
    assert ">7<" in shown
    assert ">8<" in shown


def test_a_column_below_a_heading_over_several_is_found():
    unit = '<span class="unit">NT$ billion</span>'
    shown = twin().markup(
        table(
            '<tr><th scope="col" rowspan="2">1</th><th scope="colgroup" colspan="2">2</th><th scope="col" rowspan="2">3</th></tr>\n'
            f'<tr><th scope="col">4</th><th scope="col">5{unit}</th></tr>',
            "<tr><th>1</th><td>1.5</td><td>1.5</td><td>1.5</td></tr>",
        )
    )
    assert "<td>1.5</td><td>15</td><td>1.5</td>" in shown


def test_a_unit_may_be_another_one_in_a_single_column():
    head = '<tr><th scope="col">Jobs<span class="unit">million</span></th></tr>'
    mine = twin(**{"Jobs: million": "職缺：萬人{*100}", "million": "百萬人"})
    shown = mine.markup(table(head, "<tr><td>1.14</td></tr>"))
    assert '職缺<span class="unit">萬人</span>' in shown
    assert "<td>114</td>" in shown
    other = mine.markup(table(head.replace("Jobs", "Electronics"), "<tr><td>1.14</td></tr>"))
    assert '電子零組件<span class="unit">百萬人</span>' in other
    assert "<td>1.14</td>" in other


def drawing(subtitle: str, *texts: str, said: str) -> str:
    lines = "".join(f'<text font-size="9px" {text}</text>\n' for text in texts)
    return (
        f'<svg class="figure" viewBox="0 0 316.80 400.00">\n{lines}'
        f'<text font-size="9px" text-anchor="start" fill="#5a6270" x="4.32" y="28.49">{subtitle}</text>\n'
        f'<g class="values"><circle cx="1" cy="2" r="6"><title>{said}</title></circle></g></svg>'
    )


TICK, LABEL = 'text-anchor="middle" fill="#5a6270" x="50.00" y="300.00">', 'fill="#1f2430" x="60.00" y="50.00">'


def test_ticks_labels_and_values_of_a_figure_are_shifted_but_years_are_not():
    shown = twin().markup(
        drawing(
            "Balance 2023, NT$ billion", f"{TICK}100", f"{TICK}2019", f"{LABEL}−7.58", said="Electronics, 2023: 30.6"
        )
    )
    assert re.findall(">([^<>]*)</t", shown) == [
        "1,000",
        "2019",
        "−75.8",
        "餘額，2023年，新臺幣億元",
        "電子零組件，2023年：306",
    ]


def test_another_quantity_beside_the_axis_is_left_alone():
    shown = twin().markup(
        drawing(
            "US$ billion at both ends; growth in %",
            f"{TICK}10",
            f"{LABEL}50.0",
            said="Electronics, 3.21 to 184.5; implied 50.0",
        )
    )
    assert re.findall(">([^<>]*)</t", shown) == [
        "100",
        "50.0",
        "兩端，億美元；成長率，%",
        "電子零組件，32.1至1,845；推得50.0",
    ]


def test_ten_thousand_times_ten_thousand_is_said_as_such():
    assert twin().phrase("US$1,930.6 billion") == "19,306億美元"
    assert twin().phrase("1.6 million tonnes") == "160萬公噸"
    assert twin().phrase("279 million tonnes") == "2.79億公噸"
    assert twin().phrase("300 million tonnes") == "3億公噸"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("171,600 people", "17.16萬人"),
        ("20,000 people", "2萬人"),
        ("175,812 people", "175,812人"),
        ("9,900 people", "9,900人"),
        ("1.5 people", "1.5人"),
        ("nearly US$110,000", "近11萬美元"),
        ("US$60 million", "0.6億美元"),
        ("US$61.50 million", "0.6150億美元"),
        ("340 million", "3.40億"),  # of amounts that are printed so
    ],
)
def test_ten_thousands_are_said_as_such_where_the_number_is_a_round_one(english, chinese):
    messages = {
        "{0} people": "{0*0.0001}萬人",
        "nearly US${0}": "近{0*0.0001}萬美元",
        "US${0} million": "{0*0.01}億美元",
        "{0} million": "{0*0.010}億",
    }
    assert Twin(messages, {}).phrase(english) == chinese


def test_an_amount_that_has_its_own_translation_is_not_taken_out_of_a_sentence():
    messages = {"Funds were US${0} million.": "資金為{0*0.01}億美元。", "US${0} million": "{0*100}萬美元"}
    mine = Twin(messages, {"US$67 million": "0.67億美元"})
    assert mine.phrase("US$67 million") == "0.67億美元"
    assert mine.phrase("US$7 million") == "700萬美元"
    assert mine.phrase("Funds were US$67 million.") == "資金為0.67億美元。"
    assert {key for key, _ in mine.keys("Spent US$67 million")} == {"Spent US${0} million"}  # as `make locale` has it


def test_a_marked_text_breaks_between_its_words_only():
    mine = Twin({"Technology transfer": "技術移轉{|}服務{|}普遍程度"}, {})
    lines = [(225.73, "Technology"), (235.9, "transfer")]
    drawn = "".join(
        f'<text font-size="9px" fill="#1f2430" transform="translate(380.29 {y:.2f})">{said}</text>\n'
        for y, said in lines
    )
    shown = mine.markup(f'<svg class="figure" viewBox="0 0 550.80 400.00">{drawn}</svg>')
    assert re.findall(">([^<]+)</text>", shown) == ["技術移轉", "服務", "普遍程度"]
    assert mine.markup("<p>Technology transfer</p>") == "<p>技術移轉服務普遍程度</p>"
    named = Twin({"{0} leads": "{0}領先"}, {"Technology transfer": "技術移轉{|}服務{|}普遍程度"})
    assert named.markup(f'<svg class="figure" viewBox="0 0 550.80 400.00">{drawn}</svg>') == shown
    assert named.phrase("Technology transfer leads", breaks="|") == "技術移轉服務普遍程度領先"
    for x, lines in (
        (100, ["技術移轉服務普遍程度"]),
        (500, ["技術移轉", "服務普遍程度"]),
    ):  # one line where it is not cut
        label = f'<text font-size="9px" text-anchor="start" fill="#1f2430" x="{x}.00" y="73.04">Technology transfer</text>\n'
        shown = named.markup(f'<svg class="figure" viewBox="0 0 570.00 400.00">{label}</svg>')
        assert re.findall(">([^<]+)</text>", shown) == lines


def test_our_own_name_of_taiwan_is_written_where_a_fact_has_the_printed_one():
    assert twin().markup('<span class="fact">韓國、中華民國</span>') == '<span class="fact">韓國、臺灣</span>'
    assert twin().markup("<td>中華民國</td>") == "<td>中華民國</td>"


def test_words_of_a_file_stay_as_they_are():
    mine = Twin({"growth": "成長率"}, {})
    shown = '<div class="exhibit-table" id="t" role="region" aria-label="{}" tabindex="0"><table><tr><td>growth</td></tr></table></div>'
    assert "<td><code>growth</code></td>" in mine.markup(shown.format("說明：relations.csv"))
    assert "<td>成長率</td>" in mine.markup(shown.format("說明"))
