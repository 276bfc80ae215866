"""A notebook runs wherever it is opened, and what an editor leaves behind is seen and undone."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest
from jupyter_client.provisioning.factory import KernelProvisionerFactory

from analysis.publish import __main__ as publish
from analysis.publish import execution, fingerprint, kernels, project
from tests.book.common import ROOT, checked_out

CODE = """\
import analysis
from analysis import report

print(len(report.load().printed("1-2-2")))"""


def environment(**more: str) -> dict[str, str]:
    """As a user's shell would have it: nothing of the Makefile's."""
    return {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "IPYTHONDIR"}} | more


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A checkout with one notebook, run there by ``make book``'s own machinery once for all tests of this file."""
    return checked_out(tmp_path_factory.mktemp("ran"), "book/inputs/proof.ipynb", CODE, "print(1)", "print(2)")


@pytest.fixture
def checkout(ran, tmp_path):
    """A copy of it to change."""
    return shutil.copytree(ran, tmp_path, dirs_exist_ok=True)


def gone(kernel: int) -> None:
    """Wait for a kernel to end."""
    for _ in range(100):
        try:
            os.kill(kernel, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("the kernel is still there")


def reasons(root: Path) -> list[str]:
    """Why the one notebook of ``checkout`` is stale."""
    (why,) = execution.staleness([root / "book/inputs/proof.ipynb"], root).values()
    return why


def published(root: Path, *command: str, **options: object) -> subprocess.CompletedProcess[str]:
    """``python -m analysis.publish`` in a checkout."""
    line = [sys.executable, "-m", "analysis.publish", *command]
    return subprocess.run(line, cwd=root, env=environment(), capture_output=True, text=True, check=False, **options)


# ---------------------------------------------------------------- opened anywhere


def jupyter_execute(path, **options):
    """``jupyter execute``; again if its kernel never answered: a port that was free may be taken when it is used."""
    command = [sys.executable, "-m", "jupyter", "execute", "--inplace", str(path)]
    for _ in range(3):
        done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
        if "Kernel didn't respond" not in done.stderr and "Kernel died" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("cwd", [".", "book/inputs", "/"])
def test_jupyter_execute_runs_a_notebook_from_any_folder_with_the_code_of_its_checkout(cwd, checkout):
    path = checkout / "book/inputs/proof.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = "import analysis\nprint(analysis.__file__)"
    nbformat.write(notebook, path)
    jupyter_execute(path, cwd=checkout / cwd, env=environment(PYTHONPATH=str(ROOT)))
    (output,) = nbformat.read(path, as_version=4).cells[0].outputs
    assert Path(output.text.strip()).resolve() == checkout / "analysis/__init__.py"


SEEN = """\
import os, sys
import pandas
from analysis import report

print([module for module in sys.modules if module.startswith(("analysis", "sitecustomize"))])
print([p for p in vars(sys)["path"] if "pytest" in p], report.__file__)
print(os.getcwd(), os.getsid(0) == os.getpid(), pandas.describe_option("display.max_columns", False).split("currently")[1])
import matplotlib
print(matplotlib.get_backend())"""


@pytest.mark.skipif(sys.platform != "linux", reason="kernels start as usual")
def test_a_kernel_that_is_a_copy_is_as_one_that_is_a_program(checkout, monkeypatch):
    path = checkout / "book/inputs/proof.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SEEN)]), path)
    assert asyncio.run(execution.run(path, checkout)).problems == []
    copied = fingerprint.read(path)["cells"][0]["outputs"]
    monkeypatch.setattr(kernels, "prepare", lambda env: None)
    monkeypatch.setattr(KernelProvisionerFactory.instance(), "default_provisioner_name", "local-provisioner")
    assert asyncio.run(execution.run(path, checkout)).problems == []
    assert fingerprint.read(path)["cells"][0]["outputs"] == copied


LEFT = """\
import asyncio, os, signal, sys
from jupyter_client.manager import AsyncKernelManager
from analysis.publish import kernels

async def say():
    for _ in range(2):
        manager = AsyncKernelManager(kernel_name="python3")
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        shown = lambda m: m["msg_type"] == "stream" and print(m["content"]["text"], end="")
        code = "import numpy, matplotlib; print(numpy.random.rand(), matplotlib.get_backend())"
        await client._async_execute_interactive(code, output_hook=shown)
        print(manager.provisioner.pid, flush=True)

kernels.prepare({})
asyncio.run(say())
if sys.argv[1] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)"""


@pytest.mark.skipif(sys.platform != "linux", reason="kernels start as usual")
@pytest.mark.parametrize("how", ["ends", "killed"])
def test_copies_draw_other_random_numbers_and_end_with_the_program_that_leaves_them(how):
    env = environment() | {"PYTHONPATH": str(ROOT)}
    env.pop("MPLBACKEND", None)
    line = [sys.executable, "-c", LEFT, how]
    done = subprocess.run(line, env=env, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == {"ends": 0, "killed": -signal.SIGKILL}[how], done.stderr
    one, backend, first, two, other, second = done.stdout.split()
    gone(int(first))
    gone(int(second))
    assert one != two
    assert backend == other
    assert "inline" in backend


def connected(path):
    """A socket to a server that may not listen yet."""
    for _ in range(900):
        found = socket.socket(socket.AF_UNIX)
        try:
            found.connect(str(path))
        except OSError:
            found.close()
            time.sleep(0.1)
        else:
            return found
    return None


@pytest.mark.network
@pytest.mark.slow
def test_jupyterlab_starts_a_kernel_in_the_notebooks_folder_with_the_code_of_its_checkout(checkout, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    log = home / "log"
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--IdentityProvider.token=t"]
    # Not ports: server and kernel look for free ones, let them go, and another program may have them by then.
    with tempfile.TemporaryDirectory() as folder, log.open("w") as file:
        place = Path(folder) / "server"
        command += [f"--ServerApp.root_dir={checkout}", f"--ServerApp.sock={place}"]
        command += ["--KernelManager.transport=ipc"]
        env = environment(HOME=str(home), JUPYTER_RUNTIME_DIR=folder)
        server = subprocess.Popen(command, cwd=home, env=env, stdout=file, stderr=file)
        try:
            said = asked(place, "import analysis; print(analysis.__file__)")
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):  # how long it takes to end is not asked here
                server.wait(30)
            server.kill()
            server.wait()
    assert said is not None, log.read_text("utf-8")[-3000:]
    assert Path(said.strip()).resolve() == checkout / "analysis/__init__.py"


def asked(place, code):
    """What a kernel of the server at a socket prints for some code; ``None`` if there is no server."""
    import websocket

    caller = connected(place)
    if caller is None:
        return None
    client = http.client.HTTPConnection("localhost")
    client.sock = caller
    wanted = {"path": "book/inputs/proof.ipynb", "type": "notebook", "name": "", "kernel": {"name": "python3"}}
    client.request("POST", "/api/sessions?token=t", json.dumps(wanted), {"Content-Type": "application/json"})
    kernel = json.load(client.getresponse())["kernel"]["id"]
    address = f"ws://localhost/api/kernels/{kernel}/channels?token=t"
    channel = websocket.create_connection(address, socket=connected(place), timeout=60)
    header = {"msg_id": "1", "msg_type": "execute_request", "username": "", "session": "s", "version": "5.3"}
    content = {"code": code, "silent": False, "stop_on_error": True}
    channel.send(
        json.dumps({"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content})
    )
    said = ""
    while not said:
        message = json.loads(channel.recv())
        if message["header"]["msg_type"] in {"stream", "error"}:
            said = message["content"].get("text") or str(message["content"])
    channel.close()
    client.close()
    return said


# ---------------------------------------------------------------- saved by hand


def test_a_notebook_run_and_saved_by_another_tool_is_stale_and_its_bytes_come_back_without_a_run(checkout):
    path = checkout / "book/inputs/proof.ipynb"
    before = path.read_bytes()
    jupyter_execute(path, env=environment())
    assert path.read_bytes() != before
    assert reasons(checkout) == [execution.SAVED]
    assert published(checkout, "status").returncode == 1
    done = published(checkout, "execute")
    assert done.returncode == 0
    assert "nothing is run" in done.stdout
    assert path.read_bytes() == before


def test_outputs_that_are_not_the_books_own_are_stale_and_come_back(checkout):
    path = checkout / "book/inputs/proof.ipynb"
    before = path.read_bytes()
    harmed = nbformat.read(path, as_version=4)  # each cell in its own way, which is enough to be seen
    for number, harm in enumerate(
        (
            lambda cell: cell.outputs[0].update(text="999\n"),
            lambda cell: cell.update(execution_count=7),
            lambda cell: cell.update(outputs=[]),
        )
    ):
        path.write_bytes(before)
        notebook = nbformat.read(path, as_version=4)
        harm(notebook.cells[number])
        harm(harmed.cells[number])
        nbformat.write(notebook, path)
        assert reasons(checkout) == ["its outputs (by hand)"]
    nbformat.write(harmed, path)
    assert asyncio.run(execution.run(path, checkout)).problems == []
    assert reasons(checkout) == []
    assert path.read_bytes() == before


def test_words_added_in_an_editor_run_nothing_and_stay(checkout):
    path = checkout / "book/inputs/proof.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("Words."))
    notebook.metadata["language_info"]["version"] = "3.99"
    nbformat.write(notebook, path)
    assert reasons(checkout) == [execution.SAVED]
    execution.tidy(path)
    assert reasons(checkout) == []
    assert fingerprint.read(path)["cells"][0]["source"] == ["Words."]


# ---------------------------------------------------------------- at once, interrupted, refused


def test_two_runs_in_one_checkout_wait_for_each_other_and_do_the_work_once(checkout):
    path = checkout / "book/inputs/proof.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source += "\nimport time; time.sleep(1)"
    nbformat.write(notebook, path)
    line = [sys.executable, "-m", "analysis.publish", "execute"]
    both = [
        subprocess.Popen(
            line, cwd=checkout, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted("1 ran, 0 failed" in out for out, _ in said) == [False, True]
    assert sorted("all 1 fresh" in out for out, _ in said) == [False, True]
    assert sorted(err for _, err in said) == ["", "waiting for another run in this checkout to end\n"]


def test_an_interruption_ends_in_one_line_and_leaves_no_kernel_and_the_notebook_as_it_was(checkout):
    path = checkout / "book/inputs/proof.ipynb"
    notebook = nbformat.read(path, as_version=4)
    mark = checkout / "pid"
    notebook.cells[0].source = f"import os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    nbformat.write(notebook, path)
    before = path.read_bytes()
    line = [sys.executable, "-m", "analysis.publish", "execute"]
    process = subprocess.Popen(
        line, cwd=checkout, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    for _ in range(600):
        if mark.exists() and mark.read_text():
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == publish.INTERRUPTED
    assert said == "stopped; what was finished is kept\n"
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".*"))
    gone(int(mark.read_text()))


REFUSED = {
    "no jobs": (["execute", "--jobs", "0"], "'0' is not a whole number from 1 up"),
    "fewer than none": (["build", "--jobs", "-2"], "is not a whole number from 1 up"),
    "no such file": (["status", "book/none.ipynb"], "no notebook"),
    "a file that is no notebook": (["status", "README.md"], "is not a notebook of this book"),
    "a file of the system": (["execute", "/etc/passwd"], "is not a notebook of this book"),
    "a folder": (["status", "book"], "no notebook"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_done_is_said_in_one_line(case, capsys):
    command, said = REFUSED[case]
    try:
        code = publish.main(command)
    except SystemExit as stop:
        code = stop.code
    assert code == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert said in last
    assert "error: " in last


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "<<<<<<< ours\n", '{"cells": [{}], "metadata": {}}', '{"cells": 1, "metadata": {}}']
)
def test_a_damaged_notebook_is_named_in_one_line(content, tmp_path, monkeypatch, capsys):
    (tmp_path / "book").mkdir()
    (tmp_path / "book/x.ipynb").write_text(content, "utf-8")
    monkeypatch.setattr(project, "ROOT", tmp_path)
    assert publish.main(["status", str(tmp_path / "book/x.ipynb")]) == 2
    assert re.fullmatch(r"error: \S+x\.ipynb is not a notebook\n", capsys.readouterr().err)


def test_a_full_disk_leaves_the_old_file_and_no_part_of_the_new_one(tmp_path, monkeypatch):
    path = tmp_path / "x.ipynb"
    path.write_text("old", "utf-8")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device", "x")))
    with pytest.raises(OSError, match="No space"):
        execution.write(path, "new")
    assert [p.name for p in tmp_path.iterdir()] == ["x.ipynb"]
    assert path.read_text("utf-8") == "old"
