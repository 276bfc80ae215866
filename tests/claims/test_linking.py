"""Statements about one quantity: units, admissible values, and which pairs cannot both be true."""

from __future__ import annotations

from fractions import Fraction

import pytest

from analysis.claims import evaluate
from analysis.claims.claim import read
from analysis.claims.linking import compare, statements
from analysis.claims.units import unit, words
from analysis.claims.values import ClaimError
from tests.claims.conftest import row


@pytest.mark.parametrize(
    ("text", "factor", "base"),
    [
        ("億美元", 10**8, "USD"),
        ("新臺幣億元", 10**8, "TWD"),
        ("新臺幣兆元", 10**12, "TWD"),
        ("百萬美元", 10**6, "USD"),
        ("萬人", 10**4, "人"),
        ("仟人", 1000, "人"),
        ("成", 10, "%"),
        ("%", 1, "%"),
        ("家", 1, "項"),
        ("億歐元", 10**8, "EUR"),
        ("", 1, ""),
        ("百分點", 1, "%"),
        ("個百分點", 1, "%"),
        ("percentage point", 1, "%"),
        ("NT$ 億", 10**8, "TWD"),
        ("亿美元", 10**8, "USD"),
        ("US$ billion", 10**9, "USD"),
        ("美元/人", 1, "USD/人"),
    ],
)
def test_a_unit_is_a_factor_and_a_base(text, factor, base):
    found = unit(text)
    assert (found.factor, found.base) == (Fraction(factor), base)


def pair(edition, first, second):
    """What two claims with one quantity make of each other."""
    common = {"kind": "level", "reason": "source_not_printed", "claimed": "v", "quantity": "v:market.x.2024"}
    a = row(**{**common, **first})
    b = row(**{**common, "id": "C200.1", "seed_line": "200", **second})
    return compare(*statements(read(edition(a, b)))["market.x.2024"])


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ({"printed": "v=24.6", "unit": "億美元"}, {"printed": "v=24.6", "unit": "億美元"}, "same"),
        ({"printed": "v=24.6", "unit": "億美元"}, {"printed": "v=2460", "unit": "百萬美元"}, "same"),
        ({"printed": "v=24.6", "unit": "億美元"}, {"printed": "v=25", "unit": "億美元"}, "compatible"),
        ({"printed": "v=24.6", "unit": "億美元"}, {"printed": "v=26", "unit": "億美元"}, "incompatible"),
        ({"printed": "v=7", "unit": "成"}, {"printed": "v=70.4", "unit": "%"}, "compatible"),
        ({"printed": "v=5", "unit": "億美元"}, {"printed": "v=150", "unit": "新臺幣億元"}, "other unit"),
    ],
)
def test_two_values_of_one_quantity_are_compared_in_one_unit(edition, first, second, verdict):
    assert pair(edition, first, second) == verdict


def test_more_than_leaves_the_upper_side_open(edition):
    more = {"form": "gt", "claimed": "v", "expression": "v + 1", "printed": "v=20", "unit": "億美元", "reason": ""}
    assert pair(edition, more, {"printed": "v=26", "unit": "億美元"}) == "compatible"
    assert pair(edition, more, {"printed": "v=15", "unit": "億美元"}) == "incompatible"


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (("gt", "20"), ("lt", "20"), "incompatible"),
        (("ge", "20"), ("le", "20"), "compatible"),
        (("gt", "20"), ("lt", "19"), "incompatible"),
        (("le", "21"), ("gt", "20"), "compatible"),
        (("gt", "20"), ("ge", "20"), "same"),
    ],
)
def test_less_than_a_number_and_more_than_it_are_not_the_same(edition, first, second, verdict):
    rows = [
        {"form": form, "printed": f"v={v}", "unit": "%", "claimed": "v", "expression": "v", "reason": ""}
        for form, v in (first, second)
    ]
    assert pair(edition, *rows) == verdict


def test_a_note_says_more_than_where_the_other_line_does(edition):
    more = {"form": "gt", "claimed": "v", "expression": "21.0", "printed": "v=20", "unit": "%", "reason": ""}
    less = {"printed": "v=15", "unit": "%", "claimed": "v", "reason": "source_not_printed", "form": "eq"}
    found = several(edition, more, less, quantity="v:share.x.2024")
    assert found["note"].iloc[1] == "more than 20 % in line 100"


def test_a_key_may_carry_its_own_unit(edition):
    first = {"printed": "v=24.6;r=9", "unit": "%", "claimed": "r", "quantity": "v:market.x.2024@億美元"}
    assert pair(edition, first, {"printed": "v=26", "unit": "億美元"}) == "incompatible"


def test_money_with_an_unknown_word_is_refused():
    with pytest.raises(ClaimError, match="zillion"):
        unit("US$ zillion")


@pytest.mark.parametrize(
    ("digits", "printed_unit", "text"),
    [
        ("22.1", "億美元", "US$2.21 billion"),
        ("1847.23", "美元", "US$1,847.23"),
        ("8", "成", "80 %"),
        ("3.40", "%", "3.40 %"),
        ("17.16", "萬人", "171,600 people"),
        ("2029", "年", "2029"),
        ("110", "新臺幣元／公斤", "NT$110/kg"),
        ("5", "項", "5"),
        ("-12", "億美元", "−US$1.2 billion"),
        ("-5", "新臺幣元", "−NT$5"),
        ("-2.5", "億噸", "-250 million tonnes"),
        ("0", "億美元", "US$0"),
    ],
)
def test_a_number_has_its_unit_in_english(digits, printed_unit, text):
    assert words(digits, printed_unit) == text


def several(edition, *values, **common):
    """Verdicts of claims about one quantity, one a line."""
    plain = {"kind": "level", "reason": "source_not_printed", "claimed": "v", "quantity": "v:q"} | common
    rows = [
        row(**{**plain, **({"printed": f"v={v}"} if isinstance(v, str) else v), "id": f"C{n}.1", "seed_line": str(n)})
        for n, v in enumerate(values, 100)
    ]
    return evaluate(edition(*rows))


def test_one_number_in_two_lines_is_checked_and_two_numbers_contradict_both(edition):
    same = several(edition, "18", "18", unit="億美元")
    assert list(same["verdict"]) == ["reproduced"] * 2
    assert list(same["check"]) == ["repeated"] * 2
    assert same["note"].iloc[0] == "the same in line 101"
    assert list(several(edition, "18", "20", unit="億美元")["verdict"]) == ["contradicted"] * 2


def test_two_sources_make_a_conflict_ambiguous_on_both_sides(edition):
    found = several(edition, {"printed": "v=18", "apart": "another source"}, "20", unit="億美元")
    assert list(found["verdict"]) == ["ambiguous"] * 2
    assert "another source" in found["note"].iloc[1]


def test_a_number_printed_more_often_keeps_its_agreement(edition):
    found = several(edition, "2050", "2050", "2025", unit="年")
    assert list(found["verdict"]) == ["reproduced", "reproduced", "contradicted"]


@pytest.mark.parametrize("printed_unit", ["年", "版", "家", "國", "件"])
def test_neighbouring_years_releases_and_counts_are_not_taken_for_rounded(edition, printed_unit):
    assert list(several(edition, "20", "21", unit=printed_unit)["verdict"]) == ["contradicted"] * 2


def test_a_year_that_is_not_the_claimed_number_is_exact_too(edition):
    first, second = (
        {"printed": f"y0={y};y1=2029", "claimed": "y1", "quantity": "y0:period.first"} for y in ("2024", "2025")
    )
    assert list(several(edition, first, second)["verdict"]) == ["contradicted"] * 2


def test_the_only_statement_of_a_number_is_found_not_typed(edition):
    assert "only statement" in several(edition, "18")["note"].iloc[0]
    assert "only statement" not in several(edition, "18", "18")["note"].iloc[0]


def test_numbers_of_one_line_do_not_confirm_each_other(edition):
    rows = [
        row(id=f"C100.{n}", kind="level", reason="future", claimed="v", printed="v=5", quantity="v:q") for n in (1, 2)
    ]
    assert set(evaluate(edition(*rows))["verdict"]) == {"not checkable"}
