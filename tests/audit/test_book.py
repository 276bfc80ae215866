"""What the book says of the audit: findings with their pages, the stored self-test, relations that bind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis import audit
from analysis import report as reports
from analysis.audit.declarations import declared

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def printed() -> reports.Report:
    return reports.load()


@pytest.fixture(scope="module")
def ledger(printed: reports.Report) -> pd.DataFrame:
    return audit.ledger(printed)


def copy(tmp_path: Path, *changes: tuple[str, str, str]) -> Path:
    """The data with texts replaced: ``(table, old, new)``."""
    target = tmp_path / "data"
    shutil.copytree(reports.DATA, target)
    for table, old, new in changes:
        path = target / "tables" / f"{table}.csv"
        text = path.read_text("utf-8")
        assert text.count(old) == 1, (table, old)
        path.write_text(text.replace(old, new), "utf-8")
    return target


def test_every_relation_binds_to_printed_cells(ledger: pd.DataFrame) -> None:
    listed = {(r.table, r.name) for r in declared(reports.load())}
    assert {t for t, _ in listed} - {"prose"} == set(reports.load().tables)
    assert listed == set(zip(ledger["table"], ledger["relation"], strict=True))


def test_the_exchange_of_singapore_and_finland_is_found_and_confirmed_by_the_densities(printed: reports.Report) -> None:
    found = audit.findings(printed).set_index("signature")
    row = found.loc["block:1-2-4:researchers"]
    assert (row["resolves"], row["of"]) == (7, 7)
    assert "1-2-5" in row["tables"]


def test_repairing_the_exchange_removes_the_finding(tmp_path: Path) -> None:
    data = copy(
        tmp_path,
        ("1-2-4", "新加坡,4.00,4.17,4.36,4.48,4.65", "新加坡,@"),
        ("1-2-4", "芬蘭,4.25,4.26,4.42,4.86,4.91", "芬蘭,4.00,4.17,4.36,4.48,4.65"),
        ("1-2-4", "新加坡,@", "新加坡,4.25,4.26,4.42,4.86,4.91"),
    )
    assert "block:1-2-4:researchers" not in set(audit.findings(reports.load(data))["signature"])


def test_the_stored_self_test_meets_its_targets() -> None:
    stored = pd.read_csv(ROOT / "book" / "audit" / "selftest.csv", keep_default_na=False)
    whole = stored[stored["table"] == "all"].set_index("fault")
    assert whole["missed"].sum() == 0
    explained = {k: whole.loc[k, "explained"] / whole.loc[k, "detected"] for k in whole.index}
    assert explained["row labels exchanged"] >= 0.95
    assert explained["digit changed"] >= 0.8
    sound = stored[stored["table"] == "synthetic"].iloc[0]
    assert (sound["tried"], sound["detected"]) == (10000, 0)


def test_every_serious_finding_is_told_in_the_book(printed: reports.Report) -> None:
    found = audit.findings(printed)
    serious = set(found.loc[found["consequence"] != "cosmetic", "id"])
    pages = {p.stem.upper() for p in (ROOT / "book" / "audit").glob("f-*.ipynb")}
    told = " ".join(p.read_text("utf-8") for p in (ROOT / "book" / "audit").glob("*.ipynb"))
    assert not [i for i in serious if i not in pages and i not in told]
