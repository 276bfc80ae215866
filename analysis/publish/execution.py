"""Run notebooks again: several at a time, each in its own kernel, all or nothing per file.

A notebook file is replaced only after every cell ran without error or warning and the
rules of :mod:`analysis.publish.checks` hold. Metadata that would differ between
machines or Python versions is not kept, so the same outputs give the same bytes.
"""

import asyncio
import atexit
import copy
import json
import os
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.publish import checks, fingerprint
from analysis.publish.project import BUILD, ROOT, name

#: Seconds one cell may take.
CELL_TIMEOUT = 180
#: Lines of a traceback that are shown.
SHOWN_LINES = 25
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}
_KEPT_METADATA = {"mystnb", "covers", fingerprint.KEY}
_KEPT_CELL_METADATA = {"tags", "mystnb", "slideshow"}
#: A notebook an editor has saved, whose code and outputs are still those of the book's own run.
SAVED = "saved by an editor"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Outcome:
    """What became of one notebook."""

    path: Path
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def environment(root: Path) -> dict[str, str]:
    """Environment of kernels: this checkout first, nobody's personal settings, one thread per kernel."""
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(root / "analysis/publish/kernel"), str(root)]),
        "IPYTHONDIR": str(root / BUILD / "ipython"),
        "MPLCONFIGDIR": str(root / BUILD / "matplotlib"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PUBLISH_ROOT": str(root),
        "PUBLISH_FOLDERS": " ".join(fingerprint.FOLDERS),
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    }
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # or every kernel compiles pandas again
    return env


def ready(root: Path) -> dict[str, str]:
    """Have kernels start quickly; the environment they need."""
    from analysis.publish import kernels

    env = environment(root)
    kernels.prepare(env)
    return env


def clean(notebook: dict[str, Any]) -> None:
    """Drop what depends on the machine, the moment or the editor."""
    kept = {k: v for k, v in notebook["metadata"].items() if k in _KEPT_METADATA}
    notebook["metadata"] = kept | {"kernelspec": _KERNEL, "language_info": _LANGUAGE}
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    for number, cell in enumerate(notebook["cells"], 1):
        cell["metadata"] = {k: v for k, v in cell["metadata"].items() if k in _KEPT_CELL_METADATA}
        cell["id"] = f"c{number:02d}"
        for output in cell.get("outputs", []):
            output.pop("transient", None)


def tidy(path: Path) -> None:
    """Undo what an editor has added around code and outputs; runs nothing."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    clean(notebook)
    write(path, nbformat.writes(notebook))


async def run(path: Path, root: Path = ROOT, draft: bool = False) -> Outcome:
    """Execute one notebook and replace its file; the outcome says why if it was not replaced.

    As a ``draft`` it is replaced all the same: cells that fail show their error, and the cells below them run.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    outcome, start = Outcome(path), time.perf_counter()
    fingerprint.read(path)  # or one line that says it is no notebook
    notebook = nbformat.read(path, as_version=4)
    for directory in ("ipython", "matplotlib"):
        (root / BUILD / directory).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="publish-") as scratch:
        record, log = Path(scratch) / "opened", Path(scratch) / "stderr"
        env = ready(root) | {"PUBLISH_RECORD": str(record)}
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=CELL_TIMEOUT,
            record_timing=False,
            allow_errors=draft,
            coalesce_streams=True,
            resources={"metadata": {"path": str(path.parent)}},
        )
        manager = client.create_kernel_manager()
        if os.name == "posix":  # local sockets: no ports to race for, nothing on the network
            manager.transport, manager.connection_file = "ipc", str(Path(scratch) / "kernel.json")
        try:
            with log.open("wb") as stderr:  # what a kernel says while it is being stopped is nobody's concern
                await client.async_execute(env=env, stderr=stderr)
        except CellExecutionError as error:
            lines = _ANSI.sub("", str(error)).strip().splitlines()
            outcome.problems.append("\n".join(["…", *lines[-SHOWN_LINES:]] if len(lines) > SHOWN_LINES else lines))
        except CellTimeoutError:
            outcome.problems.append(f"a cell took longer than {CELL_TIMEOUT} seconds")
        except (OSError, AssertionError) as error:  # nbclient asserts that it has a kernel: not on a full disk
            outcome.problems.append(_cause(error))
        except RuntimeError as error:  # DeadKernelError, or a kernel that never began
            status = getattr(getattr(manager.provisioner, "process", None), "returncode", None)
            last = log.read_text("utf-8", "replace").strip().splitlines()[-SHOWN_LINES:]
            said = "\n".join([str(error), *last])
            full = [] if shutil.disk_usage(scratch).free else [f"no space left in {Path(scratch).parent}"]
            outcome.problems += full or [
                f"the kernel died, exit status {status} (negative: killed by that signal): {said}"
            ]
        finally:
            atexit.unregister(client._cleanup_kernel)  # nbclient's last words about a kernel it has lost
        opened = record.read_text("utf-8").splitlines() if record.exists() else []
    if not outcome.problems and not draft:
        outcome.problems.extend(checks.problems(notebook))
    if not outcome.problems and not draft and not fingerprint.relevant(opened):
        outcome.problems.append("no file of this project was seen to be read, so it could not be told when it is stale")
    if not outcome.problems:
        clean(notebook)
        notebook.metadata[fingerprint.KEY] = fingerprint.take(notebook, opened, root)
        write(path, nbformat.writes(notebook))
        outcome.broken = checks.broken(notebook)
    outcome.seconds = time.perf_counter() - start
    return outcome


def _cause(error: BaseException | None) -> str:
    """The operating system's word for what went wrong, wherever in the chain of exceptions it stands."""
    first = error
    while error is not None:
        if isinstance(error, OSError) and error.strerror:
            return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
        error = error.__cause__ or error.__context__
    return f"{type(first).__name__}: {first}"


def write(path: Path, content: str) -> None:
    """Replace a file at once: a reader sees the old one or the new one."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(content.rstrip("\n") + "\n", "utf-8")
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def execute(paths: list[Path], jobs: int, root: Path = ROOT, *, draft: bool = False) -> list[Outcome]:
    """Run notebooks, ``jobs`` at a time, and say what is done."""
    return asyncio.run(_all(paths, jobs, root, draft))


async def _all(paths: list[Path], jobs: int, root: Path, draft: bool) -> list[Outcome]:
    slots, done = asyncio.Semaphore(jobs), 0
    # nbclient would take Ctrl+C for itself, stop one kernel of several and go on with the next notebook.
    loop: Any = asyncio.get_running_loop()
    loop.add_signal_handler = loop.remove_signal_handler = lambda *_: None

    async def one(path: Path) -> Outcome:
        nonlocal done
        async with slots:
            try:
                outcome = await run(path, root, draft)
            except OSError as error:
                outcome = Outcome(path, problems=[_cause(error)])
        task = asyncio.current_task()
        if task and task.cancelling():  # nbclient takes its own stop for a kernel that died
            raise asyncio.CancelledError
        done += 1
        mark = "FAILED" if outcome.problems else "ran"
        print(f"  [{done}/{len(paths)}] {mark} {name(path, root)}  {outcome.seconds:.1f} s", flush=True)
        for problem in outcome.problems:
            print("      " + problem.replace("\n", "\n      "), file=sys.stderr, flush=True)
        for sentence in outcome.broken:
            print(f"      no longer true: {sentence}", file=sys.stderr, flush=True)
        return outcome

    # Exceptions are returned so that an interruption is one, whatever nbclient says while it is being stopped.
    outcomes: list[Outcome] = []
    for outcome in await asyncio.gather(*(one(p) for p in paths), return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
        outcomes.append(outcome)
    return outcomes


def staleness(paths: list[Path], root: Path = ROOT, *, renew: bool = False) -> dict[Path, list[str]]:
    """For each notebook the reasons why it is not as the book's own run would leave it; empty if it is.

    ``renew``: where a file has changed that leads to the same values (:func:`fingerprint.settled`), write its hash
    into the notebook, so that the values need not be computed again.
    """
    hashes = fingerprint.Hashes(root)
    result: dict[Path, list[str]] = {}
    unsettled: dict[Path, tuple[dict[str, Any], list[str]]] = {}
    for path in paths:
        notebook = fingerprint.read(path)
        result[path] = fingerprint.changed(notebook, hashes)
        if not result[path]:
            cleaned = copy.deepcopy(notebook)
            clean(cleaned)
            result[path] = [] if cleaned == notebook else [SAVED]
        if result[path] in ([], [SAVED]) and (names := fingerprint.open_question(notebook, hashes)):
            unsettled[path] = notebook, names
    if renew and (unsettled or any(result.values())):  # most likely kernels will be wanted
        ready(root)
    found = fingerprint.settled((notebook for notebook, _ in unsettled.values()), root) if unsettled else []
    for (path, (notebook, names)), read in zip(unsettled.items(), found, strict=True):
        if read is None:
            result[path] = names
        elif renew:
            fingerprint.renew(notebook, read, hashes)
            write(path, json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True))
    return result
