"""``python -m tests.trials TRIAL``: what takes too long for every run of the suite.

``years``     all years moved on by one (or ``--by`` more): every command, and with ``--notebooks`` every notebook, or those named
``digits N``  N random changes of one digit: every command, and what became of the findings
``books N``   N random changes of one digit: a whole ``make book`` each
``stale N T`` N random changes of one digit of table T: are all notebooks stale whose outputs change, and how many others?
``cells``     the code of every notebook, or of those named, without kernels
``suite N``   the tests N times in a row, with the machine busy beside them
``versions``  the book by other Pythons (paths to them), in a folder with blanks and Chinese, LANG=C, umask 077: same bytes?
``selftest``  damaged copies, random reports and honest panels: the three files of book/audit, written anew
``binder P``  the steps repo2docker (program P) would take, as far as they can be taken without Docker and conda

Each ends with one line that counts; the exit code is 1 if anything went wrong.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import io
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from analysis import report as report_module
from analysis.__main__ import COMMANDS, run
from tests.trials import editions
from tests.trials.digits import one_digit, outcome

ROOT = Path(__file__).resolve().parents[2]
_NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "_build", "__pycache__", ".*_cache", ".hypothesis", ".ipynb_checkpoints"
)


@contextlib.contextmanager
def checkout() -> Iterator[Path]:
    """A copy of this checkout, without its environment."""
    with tempfile.TemporaryDirectory(prefix="trial-") as folder:
        yield Path(shutil.copytree(ROOT, Path(folder) / "book", ignore=_NOT_COPIED))


def publish(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """``python -m analysis.publish`` of a copy, with this environment."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    line = [sys.executable, "-m", "analysis.publish", *command]
    return subprocess.run(line, cwd=root, env=env, capture_output=True, text=True, check=False)


def years(everything: bool, notebooks: list[str] | None, by: int) -> int:
    """All years moved on by some: how does each command end, how many rows does it lose, which notebooks fail?"""
    wrong = 0
    with checkout() as root:
        edition = editions.next_year(ROOT / "data", root / "edition", everything=everything, by=by)
        this, moved = report_module.load(), report_module.load(edition)
        for command in COMMANDS:
            _, before = outcome(command, this)
            said, after = outcome(command, moved)
            lost = f"{before - after} of {before} rows lost without a word" if not said and after < before else ""
            wrong += bool(lost) or said.startswith("TRACEBACK") or (everything and bool(said))
            print(f"{command:<11} {said or f'{after} rows'}  {lost}", flush=True)
        if notebooks is not None:
            shutil.rmtree(root / "data")
            edition.rename(root / "data")
            line = [sys.executable, "-m", "tests.trials", "cells", *notebooks]
            done = subprocess.run(line, cwd=root, capture_output=True, text=True, check=False)
            print(done.stdout, done.stderr, sep="", end="")
            wrong += done.returncode and done.stdout.count("TRACEBACK")
    print(f"years: {wrong} wrong")
    return 1 if wrong else 0


def cells(notebooks: list[str]) -> int:
    """Run the code of the notebooks of this checkout (all, if none is named), without kernels; say where each cell that fails does so."""
    from analysis.publish import checks, fingerprint, project

    warnings.filterwarnings("error", r"figure |nothing here has the code")  # as where the book runs them
    wrong = 0
    for path in [ROOT / name for name in notebooks] or project.notebooks():
        os.chdir(path.parent)
        names: dict[str, object] = {}
        before = wrong
        for number, cell in enumerate(checks.code_cells(fingerprint.read(path)), 1):
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(checks.text(cell["source"]), f"cell {number}", "exec"), names)
            except report_module.BadInput as error:
                print(f"{project.name(path)} cell {number}: refused: {error}", flush=True)
            except Exception as error:
                if isinstance(error, NameError) and wrong > before:  # because an earlier cell failed
                    continue
                frames = [
                    f
                    for f in traceback.extract_tb(error.__traceback__)
                    if f.filename.startswith(str(ROOT / "analysis"))
                ]
                where = f"{project.name(Path(frames[-1].filename))}:{frames[-1].lineno}" if frames else "in the cell"
                wrong += 1
                print(
                    f"{project.name(path)} cell {number}: TRACEBACK {type(error).__name__}: {str(error)[:150]} ({where})",
                    flush=True,
                )
    return 1 if wrong else 0


def digits(count: int, seed: int) -> int:
    """One digit changed, ``count`` times: every command ends in a result; no finding of other numbers is lost."""
    wrong, lost = 0, collections.Counter[str]()
    known = set(run("findings", report_module.load())["id"])
    start = time.perf_counter()
    # what a process remembers of each edition goes with it
    with ProcessPoolExecutor(max_workers=2, max_tasks_per_child=10) as pool:
        trials = pool.map(one_digit, [f"{seed}/{number}" for number in range(count)])
        for number, (change, bad, found) in enumerate(trials, 1):
            gone = set() if "findings" in bad else known - found
            lost.update(gone)
            wrong += bool(bad)
            if bad or gone:
                print(
                    f"[{number}] {change}: {bad or ''} {'gone: ' + ', '.join(sorted(gone)) if gone else ''}", flush=True
                )
    took = time.perf_counter() - start
    print(f"digits: {count} changes, {wrong} broke a command; findings gone: {dict(lost)}; {took:.0f} s")
    return 1 if wrong else 0


def books(count: int, seed: int) -> int:
    """One digit changed, then a whole ``make book``, ``count`` times, in a copy of this checkout."""
    rng = random.Random(seed)
    wrong = 0
    with checkout() as root:
        publish(root, "execute")
        for number in range(count):
            shutil.rmtree(root / "data")
            shutil.copytree(ROOT / "data", root / "data")
            change, start = editions.changed_digit(root / "data", rng), time.perf_counter()
            ran = publish(root, "execute")
            built = publish(root, "build")
            rewrite = [line for line in built.stderr.splitlines() if line.startswith("  book/")]
            fine = ran.returncode == 0 and (built.returncode == 0 or bool(rewrite))
            wrong += not fine
            print(
                f"[{number + 1}] {change}: {f'built, {len(rewrite)} sentences to rewrite' if fine else 'FAILED'} in {time.perf_counter() - start:.0f} s",
                flush=True,
            )
            if not fine:
                print(
                    ran.stdout[-3000:],
                    ran.stderr[-3000:],
                    built.stdout[-1000:],
                    built.stderr[-2000:],
                    sep="\n",
                    flush=True,
                )
    print(f"books: {count} built, {wrong} wrong")
    return 1 if wrong else 0


def stale(count: int, table: str, seed: int) -> int:
    """One digit of a table changed: notebooks called stale, and those whose outputs change when all are run."""
    from tests.trials.stale import after_a_digit

    wrong = 0
    with checkout() as root:
        for found in after_a_digit(root, count, seed, table):
            unseen, idle = sorted(found.changed - found.stale), sorted(found.stale - found.changed)
            counts = f"{len(found.read)} read the table, {len(found.stale)} stale, {len(found.changed)} change"
            print(
                f"{found.what}: {counts}; {'UNSEEN: ' + ', '.join(unseen) + '; ' if unseen else ''}stale: {', '.join(sorted(found.stale))}; for nothing: {', '.join(idle) or 'none'}",
                flush=True,
            )
            wrong += bool(unseen)
    print(f"stale: {wrong} of {count} changes left a notebook with outputs that are not those of the data")
    return 1 if wrong else 0


def suite(count: int) -> int:
    """The tests ``count`` times, in an order and with examples of their own, while something else keeps the machine busy."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    wrong = 0
    try:
        for number in range(count):
            line = [
                sys.executable,
                "-m",
                "pytest",
                "tests",
                "-q",
                "-n",
                "2",
                "--dist",
                "loadscope",
                "-p",
                "no:cacheprovider",
            ]
            done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
            wrong += done.returncode != 0
            print(f"[{number + 1}] {done.stdout.strip().splitlines()[-1]}", flush=True)
            if done.returncode:
                print("\n".join(re.findall(r"^(?:FAILED|ERROR).*", done.stdout, re.MULTILINE)), flush=True)
    finally:
        for process in busy:
            process.kill()
    print(f"suite: {count} runs, {wrong} red")
    return 1 if wrong else 0


def versions(pythons: list[str]) -> int:
    """``make book`` by each Python, in an awkward place: are pages and archive those of this checkout?"""
    wrong = 0
    publish(ROOT, "build")
    for python in pythons:
        with checkout() as root:
            place = root.rename(root.with_name("a path with blanks, 路徑"))
            env = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "HOME", "MAKEFLAGS", "MAKELEVEL"}} | {
                "LANG": "C",
                "LC_ALL": "C",
            }
            line = ["sh", "-c", 'umask 077; exec make -j4 book PYTHON="$0"', python]
            done = subprocess.run(line, cwd=place, env=env, capture_output=True, text=True, check=False)
            same = subprocess.run(
                ["diff", "-rq", ROOT / "_build/html", place / "_build/html"],
                capture_output=True,
                text=True,
                check=False,
            )
            git = subprocess.run(
                ["diff", "-rq", ROOT / "book", place / "book"], capture_output=True, text=True, check=False
            )
            left = [line for line in git.stdout.splitlines() if "__pycache__" not in line]
            fine = done.returncode == 0 and not same.stdout and not left
            wrong += not fine
            print(f"{python}: {'the same bytes' if fine else 'DIFFERENT'}", flush=True)
            if not fine:
                print(
                    done.stdout[-2000:], done.stderr[-2000:], same.stdout[:2000], "\n".join(left), sep="\n", flush=True
                )
    print(f"versions: {len(pythons)} tried, {wrong} wrong")
    return 1 if wrong else 0


def binder(repo2docker: str) -> int:
    """What repo2docker would build: does it find both files, and does a notebook import its code after those steps?"""
    with checkout() as root:
        line = [repo2docker, "--no-build", "--debug", str(root)]
        said = subprocess.run(line, capture_output=True, text=True, check=True)
        steps = [
            line for line in (said.stdout + said.stderr).splitlines() if "env update" in line or "./postBuild" in line
        ]
        print(*steps, sep="\n")
        assert ["environment.yml" in line for line in steps] == [True, False], "the environment first, then postBuild"
        env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        prefix = root.parent / "env"  # what conda would make, as far as its pip section says
        subprocess.run([sys.executable, "-m", "venv", prefix], check=True)
        python = prefix / "bin/python"
        uv = [ROOT / ".venv/bin/uv", "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r"]
        subprocess.run([*uv, root / "requirements.lock.txt"], env=env, check=True)
        env["PATH"] = f"{prefix / 'bin'}{os.pathsep}{env['PATH']}"
        subprocess.run(["./postBuild"], cwd=root, env=env, check=True)
        code = "import analysis; from analysis import report; print(analysis.__file__, len(report.load().cells()))"
        done = subprocess.run(
            [python, "-c", code], cwd=root / "book/inputs", env=env, capture_output=True, text=True, check=True
        )
        print(done.stdout.strip())
        assert done.stdout.startswith(str(root))
        path = root / "book/inputs/funding.ipynb"
        subprocess.run(
            [python, "-m", "jupyter", "execute", str(path)], cwd=root.parent, env=env, check=True, capture_output=True
        )
    print("binder: a notebook runs after the steps of repo2docker; Docker and conda themselves were not run")
    return 0


def selftest() -> int:
    """How good the audit is: writes ``selftest.csv``, ``alarms.csv`` and ``unnoticed.csv`` of ``book/audit``."""
    from tests.selftest import alarms, faults, unnoticed

    report = report_module.load()
    wrong = 0
    for name, made in (("selftest", faults.run), ("alarms", alarms.alarms), ("unnoticed", unnoticed.unnoticed)):
        found = made(report)
        path = ROOT / "book" / "audit" / f"{name}.csv"
        old, new = path.read_text("utf-8"), found.to_csv(index=False, lineterminator="\n")
        path.write_text(new, "utf-8")
        print(f"{name}: {len(found)} rows, {'as stored' if old == new else 'CHANGED'}", flush=True)
        wrong += old != new
    print(f"selftest: {wrong} of 3 files changed")
    return int(wrong > 0)


def main() -> int:
    """Run one trial."""
    top = argparse.ArgumentParser(
        prog="python -m tests.trials", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sub = top.add_subparsers(dest="trial", required=True)
    moved = sub.add_parser("years")
    moved.add_argument("--everything", action="store_true", help="claims, sentences and the register as well")
    moved.add_argument("--notebooks", nargs="*", help="all notebooks, or those named (book/inputs/funding.ipynb)")
    moved.add_argument("--by", type=int, default=1, help="how many years")
    for name, default in (("digits", 200), ("books", 5), ("suite", 10)):
        command = sub.add_parser(name)
        command.add_argument("count", type=int, nargs="?", default=default)
        command.add_argument("--seed", type=int, default=2025)
    command = sub.add_parser("stale")
    command.add_argument("count", type=int)
    command.add_argument("table")
    command.add_argument("--seed", type=int, default=2025)
    sub.add_parser("cells").add_argument("notebooks", nargs="*")
    sub.add_parser("selftest")
    sub.add_parser("versions").add_argument("pythons", nargs="+")
    sub.add_parser("binder").add_argument("repo2docker")
    args = top.parse_args()
    if args.trial == "cells":
        return cells(args.notebooks)
    if args.trial == "selftest":
        return selftest()
    if args.trial == "versions":
        return versions(args.pythons)
    if args.trial == "binder":
        return binder(args.repo2docker)
    if args.trial == "years":
        return years(args.everything, args.notebooks, args.by)
    if args.trial == "stale":
        return stale(args.count, args.table, args.seed)
    if args.trial == "suite":
        return suite(args.count)
    return digits(args.count, args.seed) if args.trial == "digits" else books(args.count, args.seed)


if __name__ == "__main__":
    sys.exit(main())
