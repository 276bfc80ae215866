"""Values that a finding doubts are told to the figures."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis import doubts
from analysis.report import load

REPORT = load()


def rows(*keys: tuple[str, int]) -> pd.DataFrame:
    return pd.DataFrame(keys, columns=["code", "year"])


def test_the_finding_of_a_doubted_value_is_named() -> None:
    marked = doubts.mark(REPORT, rows(("SGP", 2022), ("FIN", 2019), ("TWN", 2022)), "1-2-4", "researchers")
    assert list(marked["doubt"]) == ["F-005", "F-005", ""]


def test_a_growth_rate_that_was_filled_in_makes_its_level_doubtful() -> None:
    marked = doubts.mark(
        REPORT, rows(("CHE", 2023), ("SGP", 2022), ("SGP", 2023), ("TWN", 2023)), "1-2-2", "gerd_intensity"
    )
    assert list(marked["doubt"]) == ["F-002", "", "F-002", ""]
    assert ("1-2-2", "新加坡", "gerd_intensity_2023") in doubts.read(REPORT).left_out


def test_an_error_of_the_whole_table_is_no_doubt_of_one_value() -> None:
    assert doubts.mark(REPORT, rows(("TWN", 2023), ("JPN", 2023)), "1-2-4", "researchers")["doubt"].eq("").all()


def test_a_frame_of_one_year_says_which() -> None:
    frame = rows(("CHE", 0), ("USA", 0))[["code"]]
    assert list(doubts.mark(REPORT, frame, "1-2-13", "patent_density", 2024)["doubt"]) == ["F-008", ""]


def test_a_measure_that_the_table_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="table 1-2-4 has no measure patents"):
        doubts.mark(REPORT, rows(("TWN", 2023)), "1-2-4", "patents")
