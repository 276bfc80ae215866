"""Proofs that a change cannot go unnoticed: what is stale, what is refused, what nbval catches."""

from __future__ import annotations

import asyncio
import functools
import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from analysis import report, stages
from analysis.publish import checks, execution, fingerprint, values
from tests.book.common import NAMES, NOTEBOOKS, ROOT, checked_out

FIGURE = """\
import matplotlib.figure
from analysis import charts, report

printed = report.load().printed("1-2-2").iloc[:, -1]
numbers = [float(v) for v in printed if v != "N/A"]
figure = matplotlib.figure.Figure(figsize=(4, 3))
figure.subplots().plot(numbers)
charts.show(figure, data=printed.reset_index(), name="proof", source=["1-2-2"], alt="A line.")"""


def stored(path):
    return fingerprint.read(path)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A checkout with one small notebook, run there once for all tests of this file."""
    return checked_out(tmp_path_factory.mktemp("ran"), "book/proof.ipynb", FIGURE)


@pytest.fixture
def checkout(ran, tmp_path):
    """A copy of it to change."""
    return shutil.copytree(ran, tmp_path, dirs_exist_ok=True)


def nbval(root, *names):
    """nbval's verdicts on notebooks of ``checkout``, strict, as in ``make test``: by name the word and all that is said."""
    env = dict(os.environ, PYTHONPATH=str(root), MPLCONFIGDIR=str(ROOT / "_build" / "matplotlib"))
    command = [
        sys.executable,
        "-m",
        "pytest",
        *(f"book/{name}.ipynb" for name in names),
        "--nbval",
        "--nbval-current-env",
        "-q",
        "-rA",
        "-c",
        os.devnull,
    ]
    command += ["--rootdir", ".", "-p", "no:cacheprovider", "-p", "no:xdist"]
    said = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False).stdout
    return dict.fromkeys(names, said) | {
        name: word for word, name in re.findall(r"^(PASSED|FAILED) book/(\w+)\.ipynb", said, re.MULTILINE)
    }


def change_last_digit(path, row, place=-1):
    """Change the last digit of a number (by default the last) in a row of a CSV file."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    values = lines[row].rstrip().split(",")
    digit = values[place][-1]
    assert digit.isdigit()
    values[place] = values[place][:-1] + str((int(digit) + 1) % 10)
    lines[row] = ",".join(values) + "\n"
    path.write_text("".join(lines), "utf-8")


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    """A copy of everything that notebooks depend on."""
    root = tmp_path_factory.mktemp("edition")
    for folder in ("data", "analysis", "book"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "requirements.lock.txt", root / "requirements.lock.txt")
    return root


@pytest.fixture
def changed_table(edition, request):
    """The edition with a last digit in the second row of a table changed, while a test runs."""
    table, place = request.param
    path = edition / f"data/tables/{table}.csv"
    printed = path.read_bytes()
    change_last_digit(path, 2, place)
    yield f"data/tables/{table}.csv"
    path.write_bytes(printed)


@pytest.mark.parametrize("changed_table", [("1-2-2", -1), ("1-2-14", -1), ("1-2-16", -1)], indirect=True, ids=str)
def test_one_changed_digit_concerns_exactly_the_notebooks_that_read_the_table(changed_table, edition):
    before, after = fingerprint.Hashes(ROOT), fingerprint.Hashes(edition)
    readers = 0
    for path in NOTEBOOKS:
        notebook = stored(path)
        prints = notebook["metadata"].get("fingerprint", {})
        new = set(fingerprint.changed(notebook, after)) - set(fingerprint.changed(notebook, before))
        assert new == {changed_table} & set(prints.get("files", {})), path
        asked = set(fingerprint.open_question(notebook, after)) - set(fingerprint.open_question(notebook, before))
        assert asked == {changed_table} & set(prints.get("through", {})), path
        readers += bool(new | asked)
    assert readers > 1


def test_a_notebook_depends_on_what_it_read_and_on_nothing_else(checkout):
    files = stored(checkout / "book/proof.ipynb")["metadata"]["fingerprint"]["files"]
    tables = {name for name in files if name.startswith("data/tables/")}
    assert tables == {"data/tables/1-2-2.csv"}
    assert {"analysis/report.py", "data/datapackage.json", "analysis/charts/style.py"} <= set(files)
    assert not any(name.startswith("analysis/publish/") for name in files)


STAGE = """\
from analysis import audit, report

book = report.load()
rows = audit.ledger(book, ["1-2-2"])
print(len(rows), rows["verdict"].value_counts().to_dict())"""


def test_a_table_counts_by_the_values_of_stages_where_nothing_else_reads_it(checkout):
    path, table = checkout / "book/proof.ipynb", checkout / "data/tables/1-2-2.csv"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(STAGE)]), path)
    assert asyncio.run(execution.run(path, checkout)).problems == []
    prints = stored(path)["metadata"]["fingerprint"]
    assert "data/tables/1-2-2.csv" in prints["through"]
    assert not any(name in prints["files"] for name in prints["through"])
    assert [json.loads(call) for call in prints["values"]] == [["analysis.audit.assignment", "ledger", [["1-2-2"]]]]

    printed, before = table.read_text("utf-8"), path.read_bytes()
    table.write_text(printed + "\n", "utf-8")  # a file that cannot be read is no reason to call anything fresh
    assert execution.staleness([path], checkout)[path] == ["data/tables/1-2-2.csv"]
    change_last_digit(table, 2)
    assert execution.staleness([path], checkout)[path] == ["data/tables/1-2-2.csv"]
    table.write_text("\r\n".join(printed.split("\n")), "utf-8", newline="")  # other bytes, the same numbers
    assert execution.staleness([path], checkout, renew=True)[path] == []
    assert path.read_bytes() != before
    assert fingerprint.open_question(stored(path), fingerprint.Hashes(checkout)) == []
    assert stored(path)["cells"] == json.loads(before)["cells"]


def test_what_a_notebook_reads_itself_counts_whatever_stages_read_before_it(checkout):
    path = checkout / "book/proof.ipynb"
    code = STAGE + '\nbook.printed("1-2-2").shape'
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)]), path)
    assert asyncio.run(execution.run(path, checkout)).problems == []
    prints = stored(path)["metadata"]["fingerprint"]
    assert "data/tables/1-2-2.csv" in prints["files"]
    assert "data/tables/1-2-2.csv" not in prints.get("through", {})


def noted(root, code):
    """What a process with the kernel's hook notes while it runs ``code``: names and hashes."""
    env = execution.environment(root) | {"PUBLISH_RECORD": str(root / "opened")}
    env["PYTHONPATH"] = str(ROOT / "analysis/publish/kernel")
    subprocess.run([sys.executable, "-c", code], cwd=root, env=env, check=True)
    return fingerprint.relevant((root / "opened").read_text("utf-8").splitlines())


def test_reads_in_a_worker_process_are_seen_too(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/x.csv").write_text("1\n", "utf-8")
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'open(\"data/x.csv\").read()'], check=True)"
    assert noted(tmp_path, code) == {"data/x.csv": {fingerprint.digest(b"1\n")}}


def test_compiled_modules_count_as_their_source(tmp_path):
    (tmp_path / "book").mkdir()
    (tmp_path / "book/rules.py").write_text("x = 1\n", "utf-8")
    code = "import sys; sys.path.insert(0, 'book'); import rules; open('book/.hidden', 'w')"
    for _ in range(2):  # compiled by the first
        assert noted(tmp_path, code) == {"book/rules.py": {fingerprint.digest(b"x = 1\n")}}
        assert list((tmp_path / "book/__pycache__").glob("rules.*.pyc"))
        (tmp_path / "opened").unlink()


def test_what_is_installed_or_only_publishes_does_not_count():
    lines = ["0 .venv/x.py", "1 analysis/publish/site.py", "2 analysis/report.py", "3 data/.x"]
    assert fingerprint.relevant(lines) == {"analysis/report.py": {"2"}}


HARM = """\
import pathlib, subprocess, sys
from analysis import report

once, twice, elsewhere = (pathlib.Path(f"../data/tables/{table}.csv") for table in ("1-2-2", "1-2-12", "1-2-14"))
for path in (once, twice, elsewhere):
    path.write_text(path.read_text("utf-8") + "\\n", "utf-8")
twice.read_text("utf-8")
subprocess.run([sys.executable, "-c", f"open({str(elsewhere)!r}).read()"], check=True)
print(len(report.load().tables))"""


def test_a_file_that_changes_after_it_was_read_or_between_two_reads_leaves_the_notebook_stale(checkout):
    """Its outputs may be those of the old file; a hash taken afterwards would call them fresh."""
    path = checkout / "book/proof.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(HARM)]), path)
    assert asyncio.run(execution.run(path, checkout)).problems == []
    changed = [f"data/tables/{table}.csv" for table in ("1-2-12", "1-2-14", "1-2-2")]
    assert fingerprint.changed(stored(path), fingerprint.Hashes(checkout)) == changed


MEANINGS = [
    ("x.py", b"x = 1  # one\n", b"x = 1\n", True),
    ("x.py", b"# -*- coding: utf-8 -*-\n\n\nx = 1", b"x = 1\n", True),
    (
        "x.py",
        b'"""Text."""\n\ndef f():\n    """Says\n\n    what."""\n    return 1\n',
        b"def f():\n    return 1\n",
        True,
    ),
    ("x.py", b'def f(): "text"; return 1\n', b"def f():\n    return 1\n", True),
    ("x.py", b"x = f(1, 2)\n", b"x = (\n    f(\n        1,\n        2,\n    )\n)\n", True),
    ("x.py", b"x = 'a' 'b'\n", b'x = "ab"\n', True),
    ("x.py", b"x = None\n", b"x = []\n", False),
    ("x.py", b"x[1:]\n", b"x[:1]\n", False),
    ("x.py", b"x = 1\n", b"x = 2\n", False),
    ("x.py", b"x = '# one'\n", b"x = '# two'\n", False),
    ("x.py", b"if x:\n    y = 1\nz = 2\n", b"if x:\n    y = 1\n    z = 2\n", False),
    ("x.py", b"x = (\n", b"x = (  # never closed\n", False),
    ("x.json", b'{"a": 1}', b'{\n "a":1}\n', True),
    ("x.json", b'{"a": 1}', b'{"a": "1"}', False),
    ("x.json", b"{", b"{ ", False),
    ("x.csv", b"a,b\n", b"a, b\n", False),
]


@pytest.mark.parametrize(("name", "one", "other", "same"), MEANINGS)
def test_comments_docstrings_and_layout_make_nothing_stale_and_everything_else_does(name, one, other, same):
    assert (fingerprint.meaning(name, one) == fingerprint.meaning(name, other)) is same


def test_the_meaning_of_a_module_is_the_same_text_for_every_python():
    source = b'"""Doc."""\n\nx = f"{1!r:>{2}} #"  # a comment\n\n\nclass A:\n    "one"\n\n    y = 1\n\n\ndef f(): ...\n'
    spec = "JoinedStr(values=[Constant(value='>'),FormattedValue(value=Constant(value=2),conversion=-1)])"
    text = f"JoinedStr(values=[FormattedValue(value=Constant(value=1),conversion=114,format_spec={spec}),"
    assert fingerprint.meaning("x.py", source).decode() == (
        f"Module(body=[Assign(targets=[Name(id='x')],value={text}Constant(value=' #')])),"
        "ClassDef(name='A',body=[Assign(targets=[Name(id='y')],value=Constant(value=1))]),"
        "FunctionDef(name='f',args=arguments(),body=[Expr(value=Constant(value=Ellipsis))])])"
    )


def test_a_comment_makes_no_notebook_stale(checkout):
    module = checkout / "analysis/report.py"
    module.write_text(module.read_text("utf-8") + "\n# A remark.\n", "utf-8")
    assert fingerprint.changed(stored(checkout / "book/proof.ipynb"), fingerprint.Hashes(checkout)) == []
    module.write_text(module.read_text("utf-8") + "\nREMARK = 1\n", "utf-8")
    assert fingerprint.changed(stored(checkout / "book/proof.ipynb"), fingerprint.Hashes(checkout)) == [
        "analysis/report.py"
    ]


def test_prose_is_no_reason_to_run_a_notebook_again_and_code_is(checkout):
    notebook, hashes = stored(checkout / "book/proof.ipynb"), fingerprint.Hashes(checkout)
    notebook["cells"].insert(0, {"cell_type": "markdown", "metadata": {}, "source": "Words."})
    assert fingerprint.changed(notebook, hashes) == []
    notebook["cells"][1]["source"] += "\n1"
    assert fingerprint.changed(notebook, hashes) == ["its code"]


def test_running_twice_gives_the_same_bytes(checkout):
    path = checkout / "book/proof.ipynb"
    first = path.read_bytes()
    assert asyncio.run(execution.run(path, checkout)).problems == []
    assert path.read_bytes() == first


TRANSPORT = "from ipykernel.connect import get_connection_info\n\nprint(get_connection_info(unpack=True)['transport'])"


def test_nbval_passes_what_is_true_and_fails_on_a_changed_digit_and_on_a_changed_stroke(checkout):
    path, table = checkout / "book/proof.ipynb", checkout / "data/tables/1-2-2.csv"
    true = path.read_text("utf-8")
    point = re.search(r"L (\d+)\.(\d)", true)
    moved = true[: point.start(2)] + str((int(point[2]) + 1) % 10) + true[point.end(2) :]
    path.with_stem("moved").write_text(moved, "utf-8")
    wanted = {"proof": "PASSED", "moved": "FAILED"}
    if os.name == "posix":  # whose kernels use no port that another suite could take
        cell = nbformat.v4.new_code_cell(TRANSPORT, execution_count=1)
        cell.outputs = [nbformat.v4.new_output("stream", text="ipc\n")]
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path.with_stem("kernel"))
        wanted["kernel"] = "PASSED"
    assert nbval(checkout, *wanted) == wanted
    change_last_digit(table, 1)
    assert nbval(checkout, "proof") == {"proof": "FAILED"}


def test_a_notebook_that_fails_or_warns_is_not_written(checkout):
    path = checkout / "book/proof.ipynb"
    for source, said in [("1 / 0", "ZeroDivisionError"), ("import warnings; warnings.warn('no')", "stderr")]:
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), path)
        before = path.read_bytes()
        (problem,) = asyncio.run(execution.run(path, checkout)).problems
        assert said in problem
        assert path.read_bytes() == before


STREAM = {"output_type": "stream", "name": "stdout", "text": "1\n"}
BAD = {
    "stripped": ({"execution_count": None, "outputs": []}, "not run in one go"),
    "out of order": ({"execution_count": 3}, "not run in one go"),
    "warned": ({"outputs": [STREAM | {"name": "stderr"}]}, "stderr"),
    "repr": ({"outputs": [STREAM | {"text": "<Figure size 640x480 with 1 Axes>"}]}, "repr"),
    "dated": ({"outputs": [STREAM | {"text": "Date:    Mon, 23 Nov 2026"}]}, "summary"),
    "address": ({"outputs": [STREAM | {"text": "<object at 0x7f3c2a9b>"}]}, "address"),
    "png": (
        {"outputs": [{"output_type": "display_data", "metadata": {}, "data": {"image/png": "AAAA"}}]},
        "not compared",
    ),
    "error": ({"outputs": [{"output_type": "error", "ename": "E", "evalue": "v", "traceback": []}]}, "ended in E"),
    "exempted": ({"source": "# NBVAL_IGNORE_OUTPUT\nprint(1)"}, "no exemption"),
    "long": ({"source": "x = 1\n" * (checks.MAX_LINES + 1)}, "logic belongs"),
}


@pytest.mark.parametrize("damage", BAD)
def test_the_rules_refuse(damage):
    cell = {"cell_type": "code", "metadata": {}, "source": "print(1)", "execution_count": 1, "outputs": [STREAM]}
    assert list(checks.problems({"cells": [cell]})) == []
    change, said = BAD[damage]
    assert any(said in problem for problem in checks.problems({"cells": [cell | change]}))


#: How many notebooks a changed digit makes stale, by table and place in a row. What is left is real: of the eleven for
#: a level of the last year nearly all show another number (its chapters, the audit, the evidence, the models); a
#: printed growth is only checked, and read by a card. `make trial TRIAL="stale 3 1-2-2"` runs all readers and finds
#: none unseen.
DEPEND = {("1-2-2", -1): 5, ("1-2-2", 2): 9, ("1-2-2", 5): 11, ("1-2-12", -1): 4}


@pytest.fixture(scope="module")
def before():
    return execution.staleness(NOTEBOOKS)


@pytest.fixture
def computed_here(changed_table, edition, monkeypatch):
    """Let this process, which has the same modules loaded, compute what a process of the edition would have to load."""

    def settled(notebooks, root):
        return values.settled([n["metadata"][fingerprint.KEY]["values"] for n in notebooks])

    monkeypatch.setattr(stages, "_DATA", edition / "data")
    monkeypatch.setattr(report, "load", functools.partial(report.load, edition / "data"))
    monkeypatch.setattr(fingerprint, "settled", settled)


@pytest.mark.parametrize("changed_table", DEPEND, indirect=True, ids=lambda case: "-".join(map(str, case)))
def test_a_digit_makes_only_the_pages_stale_whose_values_it_changes(
    changed_table, edition, request, before, computed_here
):
    after = execution.staleness([edition / name for name in NAMES], edition)
    found = {path.stem: why for (path, why), was in zip(after.items(), before.values(), strict=True) if why != was}
    assert 0 < len(found) <= DEPEND[request.node.callspec.params["changed_table"]], found
    assert all(changed_table in why for why in found.values())


def modules_of(code):
    """Modules of this project that are loaded once ``code`` has run."""
    line = f"import sys\n{code}\nprint(*(m for m in sys.modules if m.startswith('analysis.')))"
    done = subprocess.run([sys.executable, "-c", line], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_a_page_depends_on_the_kinds_of_figure_that_it_draws():
    shared = {f"analysis.charts.{name}" for name in ("style", "layout", "marks", "picture", "exhibit")}
    loaded = modules_of("from analysis import charts, facts, tables\ncharts.lines")
    assert {m for m in loaded if m.startswith("analysis.charts.")} == shared | {"analysis.charts.series"}
    assert not any(m.startswith(("analysis.audit", "analysis.claims", "analysis.models")) for m in loaded)
