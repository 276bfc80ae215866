"""Damages that an outside review found badly explained, a sample; `tests/audit/damages.py` runs all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from damage_copy import Copy, shift, turn
from damage_forms import FORMS, examine, right
from damage_numbers import DAMAGES, HARMLESS
from damages import examine as judged

from analysis.report import Report


@pytest.mark.parametrize("number", ["N04", "N06", "N07", "N13", "N17", "N24", "N30", "N31", "N34", "N39", "N57", "N65"])
def test_a_fault_of_a_whole_column_is_one_finding(number: str) -> None:
    found = judged(number)
    assert found.verdict == "right", found
    assert not found.said.startswith(("digit", "exchange", "none"))


@pytest.mark.parametrize("number", ["N36", "N45", "N47", "N03"])
def test_faults_of_single_cells_are_still_found(number: str) -> None:
    assert judged(number).verdict == "right"


@pytest.mark.parametrize("number", ["N16", "N66", "N69"])
def test_where_nothing_is_convincing_nothing_is_decided(number: str) -> None:
    assert judged(number).verdict in ("one of", "undecided")


@pytest.mark.parametrize("number", ["N12", "N40", "N76"])
def test_what_no_relation_can_tell_is_no_finding(number: str) -> None:
    assert number in HARMLESS
    assert judged(number).new == 0


def test_the_findings_do_not_depend_on_the_order_of_a_set(report: Report, tmp_path: Path) -> None:
    """Strings are hashed otherwise in each process: of equal hypotheses the same must come first."""
    copy = Copy(report.directory)
    DAMAGES["N63"][1](copy)
    command = [sys.executable, "-m", "analysis", "findings", "--format", "csv", "--data", copy.write(tmp_path / "data")]
    said = {
        subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "6")
    }
    assert len(said) == 1


def test_every_damage_changes_what_is_printed(report: Report) -> None:
    for number, (_, function) in DAMAGES.items():
        before, after = Copy(report.directory), Copy(report.directory)
        steps = function(after)
        if steps is not None:
            list(steps)
        assert after.changed(before), number


def test_numbers_are_shifted_and_turned_as_printed() -> None:
    assert [shift("6,860", 3), shift("15.88", -1), shift("1.70", 2), shift("N/A", 1)] == [
        "6,860,000",
        "1.588",
        "170",
        "N/A",
    ]
    assert [turn("↑ 0.56"), turn("-75.80"), turn("0.00")] == ["↓ 0.56", "75.80", "0.00"]


@pytest.mark.parametrize("number", ["F01", "F11", "F16", "F27", "F37", "F40", "F45", "F46"])
def test_a_damage_of_form_ends_with_its_code_and_one_line(number: str) -> None:
    code, said = examine(number)
    assert right(number, code, said), (FORMS[number].text, code, said)
