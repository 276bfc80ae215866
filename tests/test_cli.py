"""The command line: formats, help, exit codes, and how little an import costs."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.__main__ import COMMANDS, main, parser
from analysis.indicators.series import COLUMNS
from analysis.report import CELL_COLUMNS

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "analysis", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )


def output(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command that succeeds prints."""
    assert main(list(arguments)) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


# ---------------------------------------------------------------- formats


@pytest.mark.parametrize(("command", "columns"), [("cells", CELL_COLUMNS), ("indicators", COLUMNS)])
def test_csv_and_json_hold_the_same_rows(command: str, columns: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(output(capsys, command, "--format", "csv"))))
    assert list(rows[0]) == columns
    assert json.loads(output(capsys, command, "--format", "json")) == rows


def test_the_cells_of_the_contract_come_first() -> None:
    assert CELL_COLUMNS[:7] == ["table", "row", "column", "year", "measure", "unit", "printed"]


def test_the_table_is_aligned_and_counts_its_rows(capsys: pytest.CaptureFixture[str]) -> None:
    text = output(capsys, "cells").splitlines()
    assert text[0].split() == CELL_COLUMNS
    assert set(text[1]) == {"-", " "}
    assert text[-1] == f"{len(text) - 3} rows"
    # Chinese characters are two columns wide, so the third field starts in one screen column
    start = text[0].index("column")
    for line in text[2:60]:
        wide = "".join(c + ("" if ord(c) < 0x1100 else "\x00") for c in line)
        assert wide[start - 2 : start] == "  "
        assert wide[start] != " "


def test_output_is_utf8_with_plain_line_ends_whatever_the_locale() -> None:
    found = run("cells", "--format", "csv", LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert found.returncode == 0, found.stderr
    assert b"\r" not in found.stdout
    assert "中華民國" in found.stdout.decode("utf-8")


def test_two_runs_print_the_same_bytes_and_need_no_statsmodels() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "analysis", "indicators", "--format", "csv"]
    first, second = (
        subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True)
        for seed in ("1", "2")
    )
    assert first.stdout == second.stdout
    imported = {line.rpartition(b"|")[2].strip() for line in first.stderr.splitlines()}
    assert b"pandas" in imported
    assert b"statsmodels" not in imported


def test_a_pipe_that_closes_early_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "analysis", "cells"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


# ---------------------------------------------------------------- help and exit codes


def test_help_names_every_command_and_the_exit_codes() -> None:
    text = parser().format_help()
    for command, (_, _, about) in COMMANDS.items():
        assert f"\n  {command:<12}{about}\n" in text
    assert max(map(len, text.splitlines())) <= 100
    assert "exit codes: 0 fine; 1 a check failed" in text
    assert "examples:" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert "--format {csv,json,table}" in text
    assert "--data DIR" in text
    assert "?." not in text


@pytest.mark.parametrize("arguments", [[], ["bogus"], ["cells", "--format", "xml"], ["cells", "--strict"]])
def test_a_wrong_call_exits_2_with_the_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage: python -m analysis" in capsys.readouterr().err


@pytest.mark.parametrize("module", ["analysis", "analysis.refresh", "analysis.audit"])
def test_every_command_line_has_help(module: str) -> None:
    found = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stderr == ""
    assert "usage: python -m" in found.stdout


@pytest.mark.parametrize(
    "arguments",
    [["analysis", "cells"], ["analysis.audit", "--checks"], ["analysis.refresh", "new.csv", "--measure", "population"]],
)
def test_a_full_disk_is_one_line(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("REF_AREA,TIME_PERIOD,OBS_VALUE\nTWN,2024,23.4\n", "utf-8")
    line = [sys.executable, "-m", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with Path("/dev/full").open("wb") as full:
        found = subprocess.run(line, cwd=tmp_path, env=environment, stdout=full, stderr=-1, text=True, check=False)
    assert (found.returncode, found.stderr) == (2, "error: standard output: No space left on device\n")


def test_a_wrong_directory_is_one_line_for_the_register_too(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "analysis.audit", str(tmp_path / "none")]
    found = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("error: ")
    assert found.stderr.count("\n") == 1


def test_the_status_may_be_piped_into_what_reads_one_line() -> None:
    line = [sys.executable, "-m", "analysis.publish", "status"]
    process = subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() in (0, 1)


def test_bad_input_exits_2_in_a_process_of_its_own(tmp_path: Path) -> None:
    found = run("cells", "--data", str(tmp_path))
    assert found.returncode == 2
    assert found.stdout == b""
    assert found.stderr.decode() == "error: datapackage.json: this file; it is missing\n"


# ---------------------------------------------------------------- cost of imports


def measured(statement: str) -> dict[str, float | list[str]]:
    """Import time and what got loaded, in a fresh interpreter."""
    code = (
        "import sys, time, json; before = set(sys.modules); start = time.perf_counter()\n"
        f"{statement}\n"
        "took = time.perf_counter() - start\n"
        "print(json.dumps({'seconds': took, 'modules': sorted(set(sys.modules) - before)}))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    result: dict[str, float | list[str]] = json.loads(found.stdout)
    return result


def test_ctrl_c_is_understood_before_anything_heavy_is_imported() -> None:
    loaded = set(measured("import analysis.__main__")["modules"])  # type: ignore[arg-type]
    assert "analysis.terminal" in loaded
    assert not {"numpy", "pandas"} & loaded


def test_importing_the_package_is_light() -> None:
    best = min((measured("import analysis") for _ in range(3)), key=lambda found: found["seconds"])
    assert best["seconds"] < 0.3
    assert not {"pandas", "numpy", "matplotlib", "scipy", "statsmodels"} & set(best["modules"])  # type: ignore[arg-type]
