"""The audit's promises: columns, verdicts, exit codes, findings that follow the data, measured sight."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from analysis import audit
from analysis import report as reports
from analysis.audit import selftest, synthetic
from analysis.audit.relations import parse

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


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "analysis", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_ledger_has_the_columns_and_verdicts_of_the_contract(ledger: pd.DataFrame) -> None:
    names = ["table", "row", "column", "year", "relation", "printed", "recomputed", "low", "high", "verdict", "finding"]
    assert list(ledger.columns) == names
    assert set(ledger["verdict"]) <= {"reproduced", "consistent", "explained", "contradicted", "unchecked"}
    assert not ledger.duplicated(["table", "row", "column", "relation", "low", "high"]).any()


def test_every_relation_binds_to_printed_cells(ledger: pd.DataFrame) -> None:
    declared = {(r.table, r.name) for r in parse()}
    assert {t for t, _ in declared} - {"prose"} == set(reports.load().tables)
    assert declared == set(zip(ledger["table"], ledger["relation"], strict=True))


def test_every_contradiction_belongs_to_a_finding(printed: reports.Report, ledger: pd.DataFrame) -> None:
    assert audit.unexplained(ledger) == 0
    assert set(ledger["finding"]) - {""} <= set(audit.findings(printed)["id"])


def test_a_part_of_the_ledger_agrees_with_the_whole(printed: reports.Report, ledger: pd.DataFrame) -> None:
    for table in ("1-2-3", "1-2-4", "1-2-9"):
        whole = ledger[ledger["table"] == table].reset_index(drop=True)
        pd.testing.assert_frame_equal(audit.ledger(printed, [table]).reset_index(drop=True), whole, check_like=False)


def test_the_exchange_of_singapore_and_finland_is_found_and_confirmed_by_the_densities(printed: reports.Report) -> None:
    found = audit.findings(printed).set_index("signature")
    row = found.loc["block:1-2-4:新加坡+芬蘭:researchers"]
    assert (row["resolves"], row["of"]) == (5, 5)
    assert "1-2-5" in row["tables"]


def test_repairing_the_exchange_removes_the_finding(tmp_path: Path) -> None:
    data = copy(
        tmp_path,
        ("1-2-4", "新加坡,4.00,4.17,4.36,4.48,4.65", "新加坡,@"),
        ("1-2-4", "芬蘭,4.25,4.26,4.42,4.86,4.91", "芬蘭,4.00,4.17,4.36,4.48,4.65"),
        ("1-2-4", "新加坡,@", "新加坡,4.25,4.26,4.42,4.86,4.91"),
    )
    signatures = set(audit.findings(reports.load(data))["signature"])
    assert not any("新加坡+芬蘭" in s for s in signatures)


def test_strict_passes_on_the_edition_as_printed() -> None:
    assert command("audit", "--strict", "--format", "csv").returncode == 0


@pytest.mark.parametrize(
    "change",
    [
        ("1-2-3", "372.13", "327.13"),
        ("1-2-15", "80.89,530.18", "-80.89,530.18"),
        ("1-2-16", "36559", "35659"),
    ],
    ids=["digits transposed", "sign", "digit"],
)
def test_strict_fails_on_a_damaged_copy(tmp_path: Path, change: tuple[str, str, str]) -> None:
    table, old, new = change
    text = (reports.DATA / "tables" / f"{table}.csv").read_text("utf-8")
    if old not in text:
        old, new = f"{int(old):,}", f"{int(new):,}"
    done = command("audit", "--strict", "--format", "csv", "--data", str(copy(tmp_path, (table, old, new))))
    assert done.returncode == 1
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_changed_digit_is_named_by_a_new_finding(tmp_path: Path) -> None:
    data = copy(tmp_path, ("1-2-15", "305.53", "306.53"))
    found = audit.findings(reports.load(data))
    new = found[~found["id"].str.startswith("F-")]
    assert any("1-2-15/電子零組件業/receipts" in cells for cells in new["cells"])


@pytest.mark.parametrize(("old", "new"), [("372.13", "37x.13"), ("企業部門,", "企業門部,")])
def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, old: str, new: str) -> None:
    done = command("audit", "--data", str(copy(tmp_path, ("1-2-3", old, new))))
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "1-2-3.csv" in done.stderr


def test_findings_are_json_that_a_program_can_read() -> None:
    found = json.loads(command("findings", "--format", "json").stdout)
    assert [f["id"] for f in found] == sorted(f["id"] for f in found)
    assert {"severity", "tables", "cells", "arithmetic", "explanation", "settle"} <= set(found[0])


def test_there_is_no_false_alarm_in_sound_reports(printed: reports.Report) -> None:
    alarms = synthetic.false_alarms(printed, n=300, seed=7)
    assert alarms.pop("rows") > 100_000
    assert alarms == {}


def test_every_detectable_fault_of_a_sample_is_detected(printed: reports.Report) -> None:
    found = selftest.run(printed, every=150, jobs=1)
    whole = found[found["table"] == "all"]
    assert whole["tried"].sum() > 300
    assert whole["missed"].sum() == 0


def test_the_stored_self_test_is_that_of_the_present_audit(printed: reports.Report) -> None:
    stored = pd.read_csv(ROOT / "book" / "audit" / "selftest.csv", dtype=str, keep_default_na=False)
    again = selftest.run(printed, tables=["1-2-8"], jobs=1).astype(str)
    expected = stored[stored["table"] == "1-2-8"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again[again["table"] == "1-2-8"].reset_index(drop=True), expected)


def test_the_stored_self_test_meets_its_targets() -> None:
    stored = pd.read_csv(ROOT / "book" / "audit" / "selftest.csv", keep_default_na=False)
    whole = stored[stored["table"] == "all"].set_index("fault")
    assert whole["missed"].sum() == 0
    explained = {k: whole.loc[k, "explained"] / whole.loc[k, "detected"] for k in whole.index}
    assert explained["row labels exchanged"] >= 0.95
    assert explained["digit changed"] >= 0.8
    sound = stored[stored["table"] == "synthetic"].iloc[0]
    assert (sound["tried"], sound["detected"]) == (10000, 0)


def test_every_serious_finding_has_a_page_and_no_page_is_left_over(printed: reports.Report) -> None:
    found = audit.findings(printed)
    serious = {i.lower() for i in found.loc[found["severity"] != "cosmetic", "id"]}
    assert {p.stem for p in (ROOT / "book" / "audit").glob("f-*.ipynb")} == serious
