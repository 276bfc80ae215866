"""Damage to a copy of the data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def edit() -> Callable[[Path, str, str, str], None]:
    """Replace a piece of one table file; it must occur exactly once."""

    def replace(data: Path, table: str, old: str, new: str) -> None:
        file = data / "tables" / f"{table}.csv"
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1
        file.write_text(text.replace(old, new), encoding="utf-8")

    return replace
