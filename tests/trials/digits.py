"""One digit of a table changed: how every command ends, and what becomes of the findings."""

from __future__ import annotations

import random
import shutil
import tempfile
import traceback
from pathlib import Path

from analysis import report as report_module
from analysis.__main__ import COMMANDS, run
from tests.trials import editions

ROOT = Path(__file__).resolve().parents[2]


def outcome(command: str, report: report_module.Report) -> tuple[str, int]:
    """How a command ends on a report, in one line, and how many rows it gives (0 if none)."""
    try:
        return "", len(run(command, report))
    except report_module.BadInput as error:
        return f"refused: {error}", 0
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"TRACEBACK {type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})", 0


def one_digit(seed: str) -> tuple[str, dict[str, str], set[str]]:
    """One random digit changed: the change, the commands that broke and what they said, the findings then known."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(shutil.copytree(ROOT / "data", Path(folder) / "data"))
        change = str(editions.changed_digit(data, random.Random(seed)))
        report = report_module.load(data)
        ends = {command: outcome(command, report)[0] for command in COMMANDS}
        known = set() if ends["findings"] else set(run("findings", report)["id"])
    return change, {command: said for command, said in ends.items() if said}, known
