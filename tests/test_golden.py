"""What the commands print for the report, byte by byte.

Rebuilding the house changes none of these files; a correction changes them in a commit of its
own that says why (`make golden` writes them anew).
"""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from analysis.__main__ import COMMANDS, render, run
from analysis.report import load

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_what_is_stored(command: str) -> None:
    stored = (GOLDEN / f"{command}.csv").read_text("utf-8").splitlines()
    printed = render(run(command, load()), "csv").splitlines()
    changed = list(difflib.unified_diff(stored, printed, "stored", "printed", lineterm="", n=0))
    assert not changed, "\n".join([*changed[:20], "if a change is meant to change it: make golden"])


def test_every_stored_output_is_that_of_a_command() -> None:
    assert {path.stem for path in GOLDEN.glob("*.csv")} == set(COMMANDS)
