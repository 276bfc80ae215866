"""Columns of keyed numbers and what is derived from them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from analysis import report
from analysis.indicators.series import (
    Key,
    compound_growth,
    derive,
    followed,
    previous,
    read,
    read_prose,
    same,
    total,
    yearly_growth,
)
from analysis.interval import Interval, ratio
from analysis.report import BadInput

EDITION = report.load()


def test_a_column_knows_points_bounds_and_print() -> None:
    column = read(EDITION, "1-2-2", "gerd_intensity")
    assert column.take([Key("TWN", 2023), Key("TWN", 1999)]) == (Interval.printed("3.98"), None)
    assert column.as_printed()[Key("TWN", 2023)] == "3.98"
    assert column.years == [2019, 2020, 2021, 2022, 2023]
    assert Key("TWN", 2023) in column
    assert Key("TWN", 1999) not in column
    with pytest.raises(BadInput, match="a measure height"):
        read(EDITION, "1-2-2", "height")


def test_counts_printed_in_full_have_no_width() -> None:
    column = read(EDITION, "1-2-13", "patents")
    assert all(number.is_exact for number in column.values if number)
    assert not any(n.is_exact for n in read(EDITION, "1-2-13", "patent_density").values if n)


def test_growth_stands_beside_the_printed_rate() -> None:
    column = yearly_growth(read(EDITION, "1-2-1", "gerd"), "growth", read(EDITION, "1-2-1", "growth"))
    row = next(row for row in column.rows() if row[2] == "TWN" and row[4] == "2023")
    assert row == ("1-2-1", "中華民國", "TWN", "growth", "2023", "%", "1.70", "1.52", "1.87", "1.83")
    assert len(followed(read(EDITION, "1-2-1", "gerd"))) == 19 * 4


def test_compound_growth_says_its_span() -> None:
    column = compound_growth(read(EDITION, "1-2-1", "gerd"), "cagr")
    row = next(row for row in column.rows() if row[2] == "TWN")
    assert row[4] == "2019-2023"
    assert float(row[6]) == pytest.approx(100 * ((599 / 459) ** 0.25 - 1), abs=0.005)


def test_a_missing_partner_makes_the_result_unknown() -> None:
    column = read(EDITION, "1-2-1", "gerd")
    found = derive("x", "", 2, ratio, (column, previous), (column, same), keys=[Key("TWN", 2019), Key("TWN", 2020)])
    assert [number is None for number in found.values] == [True, False]
    assert found.rows()[0][6] == "N/A"


def test_totals_of_groups() -> None:
    column = read(EDITION, "1-2-3", "amount")
    parts = [Key(code, 2023) for code in ("BES", "GOV", "DON", "ROW")]
    found = total(column, {Key("SUM", 2023): parts, Key("SUM", 1999): [Key("BES", 1999)]})
    summed, unknown = found.values
    assert unknown is None
    assert summed is not None
    assert (summed.point, summed.high) == (Fraction("599.33"), Fraction("599.35"))


def test_numbers_from_sentences_keep_out_limits() -> None:
    column = read_prose(EDITION, "receipts")
    assert column.as_printed()[Key("SGP", 2023)] == "200"
    assert read_prose(EDITION, "foreign_talent_growth").keys == ()
