"""Statements about one quantity: units, admissible values, and which pairs cannot both be true."""

from __future__ import annotations

from fractions import Fraction

import pytest

from analysis.claims.linking import links
from analysis.claims.units import unit
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
    ],
)
def test_a_unit_is_a_factor_and_a_base(text, factor, base):
    found = unit(text)
    assert (found.factor, found.base) == (Fraction(factor), base)


def pair(edition, first, second):
    common = {"kind": "level", "reason": "single_value", "form": "", "quantity": "v:market.x.2024"}
    a = row(**{**common, **first})
    b = row(**{**common, "id": "C200.1", "seed_line": "200", **second})
    return links(edition(a, b)).iloc[0]


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
    assert pair(edition, first, second)["verdict"] == verdict


def test_more_than_leaves_the_upper_side_open(edition):
    more = {"form": "gt", "claimed": "v", "expression": "v + 1", "printed": "v=20", "unit": "億美元", "reason": ""}
    assert pair(edition, more, {"printed": "v=26", "unit": "億美元"})["verdict"] == "compatible"
    assert pair(edition, more, {"printed": "v=15", "unit": "億美元"})["verdict"] == "incompatible"


def test_a_key_may_carry_its_own_unit(edition):
    first = {"printed": "v=24.6;r=9", "unit": "%", "claimed": "r", "quantity": "v:market.x.2024@億美元"}
    found = pair(edition, first, {"printed": "v=26", "unit": "億美元"})
    assert (found["unit_a"], found["verdict"]) == ("億美元", "incompatible")


def test_statements_of_one_claim_are_not_set_against_each_other(edition):
    single = row(printed="a=1;b=2", quantity="a:q;b:q", reason="single_value", form="")
    assert links(edition(single)).empty
