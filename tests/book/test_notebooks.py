"""Committed notebooks: run from the top, quietly, fresh, listed, and compared cell by cell by nbval."""

from __future__ import annotations

import collections
import copy
import subprocess
import sys

import nbformat
import pytest

from analysis.publish import checks, execution, fingerprint, project
from tests.book.common import NAMES, NOTEBOOKS, PAGES, ROOT

notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)


@notebook
def test_every_cell_was_run_in_order_without_a_warning(path):
    assert list(checks.problems(fingerprint.read(path))) == []


@notebook
def test_every_sentence_of_its_text_still_holds(path):
    assert checks.broken(fingerprint.read(path)) == []


@pytest.fixture(scope="module")
def reasons():
    return execution.staleness(NOTEBOOKS)


@notebook
def test_nothing_it_was_computed_from_has_changed_since(path, reasons):
    assert not reasons[path], f"changed: {', '.join(reasons[path])}; run `make book` and look at what it changes"


@notebook
def test_the_file_carries_nothing_of_the_machine_it_was_run_on(path):
    content = path.read_text("utf-8")
    for trace in (str(ROOT), "site-packages", "/tmp/", "ipykernel_"):
        assert trace not in content
    stored = nbformat.reads(content, as_version=4)
    nbformat.validate(stored)
    cleaned = copy.deepcopy(stored)
    execution.clean(cleaned)
    cleaned.metadata[fingerprint.KEY] = stored.metadata[fingerprint.KEY]
    assert nbformat.writes(cleaned).rstrip("\n") + "\n" == content


@notebook
def test_it_reads_the_data_only_through_the_report(path):
    if path.stem == "own_report":
        pytest.skip("it shows how to check tables that are not the report's")
    for cell in checks.code_cells(fingerprint.read(path)):
        source = checks.text(cell["source"])
        assert "open(" not in source
        assert "read_csv" not in source


def test_every_notebook_is_in_the_table_of_contents_once():
    listed = collections.Counter(project.name(project.source(p)) for p in PAGES)
    assert [name for name, count in listed.items() if count > 1] == []
    assert sorted(n for n in listed if n.endswith(".ipynb")) == sorted(NAMES)


def test_nbval_collects_every_code_cell_of_every_notebook():
    """nbval passes over what it does not collect without a word."""
    command = [sys.executable, "-m", "pytest", "book", "--nbval", "--nbval-current-env", "--collect-only", "-q"]
    done = subprocess.run([*command, "-p", "no:cacheprovider"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    collected = collections.Counter(line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line)
    assert collected == {n: len(checks.code_cells(fingerprint.read(p))) for n, p in zip(NAMES, NOTEBOOKS, strict=True)}
