"""A report whose claims are those of the test: the real tables, other claims."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis import report
from analysis.report import DATA, Report

HEADER = [
    "id",
    "seed_line",
    "section",
    "kind",
    "statement",
    "printed",
    "unit",
    "expression",
    "form",
    "claimed",
    "quantity",
    "reason",
    "apart",
    "note",
]


def row(**values: str) -> dict[str, str]:
    """A row of claims.csv; what is not given is a sound default."""
    plain = dict.fromkeys(HEADER, "")
    return {
        **plain,
        "id": "C100.1",
        "seed_line": values.get("id", "C100.1")[1:].partition(".")[0],
        "section": "1-2",
        "kind": "growth",
        "statement": "It grew.",
        "form": "eq" if values.get("claimed") else "holds",
        **values,
    }


@pytest.fixture
def edition(tmp_path: Path) -> Callable[..., Report]:
    """Build a copy of the data whose claims.csv holds the given rows."""

    def build(*rows: dict[str, str]) -> Report:
        target = tmp_path / "data"
        if not target.exists():
            shutil.copytree(DATA, target)
        with (target / "claims.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, HEADER, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return report.load(target)

    return build
