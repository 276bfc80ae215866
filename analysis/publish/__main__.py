"""``python -m analysis.publish``: status, execute, build, book, archive, pdf, draft, locale."""

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from analysis.publish import project
from analysis.terminal import hand_out

INTERRUPTED = 130


def parser() -> argparse.ArgumentParser:
    """Arguments of the eight commands."""
    top = argparse.ArgumentParser(
        prog="python -m analysis.publish", description="Run stale notebooks and build the book."
    )
    sub = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    status = sub.add_parser("status", help="which notebooks are stale, and why; exit 1 if any is")
    execute = sub.add_parser("execute", help="run stale notebooks again, in parallel")
    build = sub.add_parser("build", help="build the pages from stored outputs; exit 1 if any is stale")
    book = sub.add_parser("book", help="execute what is stale, then build; the archive is made meanwhile")
    sub.add_parser("archive", help="the data package and everything computed from it, in one file")
    sub.add_parser("pdf", help="the built book as one PDF, and a brief of its findings")
    sub.add_parser("locale", help="bring the Chinese catalogues up to date; exit 1 if a text lacks Chinese")
    draft = sub.add_parser(
        "draft", help="the book on another edition's data, and what is to be rewritten; exit 1 if anything is"
    )
    draft.add_argument("data", type=_directory, metavar="DIR", help="a directory with datapackage.json")
    draft.add_argument("--pages", nargs="+", default=[], help="only these pages of _toc.yml (book/inputs/funding)")
    for command in (status, execute):
        command.add_argument("notebooks", nargs="*", type=Path, help="default: all below book/")
    execute.add_argument("--force", action="store_true", help="run them even if nothing they depend on has changed")
    for command in (execute, book, draft):
        command.add_argument(
            "--jobs", type=_positive, default=max(2, os.cpu_count() or 2), help="at a time (default: one per core)"
        )
    build.add_argument("--force", action="store_true", help="build even if no source has changed")
    build.add_argument("--output", type=Path, default=None, help="default: _build/html")
    build.add_argument("--jobs", type=_positive, default=min(4, os.cpu_count() or 1))
    return top


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 up")
    return int(text)


def _directory(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("a directory is needed: make draft DATA=DIR")
    return Path(text)


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit code: 0 fine, 1 something is stale or failed, 2 it could not be done."""
    args = parser().parse_args(argv)
    try:
        if args.command == "status":
            return _status(_notebooks(args.notebooks))
        with project.alone():
            return _run(args)
    except KeyboardInterrupt:
        print("stopped; what was finished is kept", file=sys.stderr)
        return INTERRUPTED
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        print(f"error: {error.strerror or error}{where}", file=sys.stderr)
    return 2


def _notebooks(named: list[Path]) -> list[Path]:
    paths = [p.resolve() for p in named] or project.notebooks()
    for path in paths:
        if not path.is_file():
            raise ValueError(f"no notebook {path}")
        if path.suffix != ".ipynb" or not path.is_relative_to(project.ROOT / "book"):
            raise ValueError(f"{path} is not a notebook of this book")
    return paths


def _run(args: argparse.Namespace) -> int:
    """The commands that write; what they need is imported only for them."""
    if args.command == "execute":
        return _execute(_notebooks(args.notebooks), args.jobs, force=args.force)
    if args.command == "draft":
        from analysis.publish import draft

        return draft.make(args.data, args.pages, args.jobs)
    if args.command == "pdf":
        from analysis.publish import pdf

        for path in pdf.write():
            print(f"pdf: {project.name(path)}")
        return 0
    if args.command == "locale":
        from analysis.publish import catalogues

        return catalogues.renew(project.ROOT)
    from analysis.publish import archive, site

    site.sound(project.ROOT)
    if args.command == "build":
        return site.build(args.output, force=args.force, jobs=args.jobs)
    if args.command == "archive":
        print(f"archive: {project.name(archive.make(project.ROOT))}")
        return 0
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        made = pool.submit(archive.make, project.ROOT)
        ended = _execute(project.notebooks(), args.jobs, meanwhile=site.prepare)
        made.result()
    return ended or site.build(jobs=min(4, args.jobs))


def _execute(paths: list[Path], jobs: int, *, force: bool = False, meanwhile: Callable[[], None] | None = None) -> int:
    from analysis.publish import execution

    reasons = execution.staleness(paths, renew=True)
    for path in [p for p in paths if reasons[p] == [execution.SAVED]]:
        execution.tidy(path)
        reasons[path] = []
        print(f"notebooks: {project.name(path)} was {execution.SAVED}; what it added is taken out, nothing is run")
    stale = paths if force else [p for p in paths if reasons[p]]
    if not stale:
        print(f"notebooks: all {len(paths)} fresh")
        return 0
    print(f"notebooks: {len(stale)} of {len(paths)} to run, {jobs} at a time")
    for path in stale:
        print(f"  {project.name(path)}: {_because(reasons[path])}")
    start = time.perf_counter()
    with ThreadPoolExecutor(1) as beside:
        beside.submit(meanwhile or int)
        outcomes = execution.execute(stale, jobs)
    wall, total = time.perf_counter() - start, sum(o.seconds for o in outcomes)
    ran = [o.path for o in outcomes if not o.problems]
    failed = len(stale) - len(ran)
    print(f"notebooks: {len(ran)} ran, {failed} failed; {wall:.1f} s, {total:.1f} s of notebook time")
    moved = sorted({reason for why in execution.staleness(ran).values() for reason in why})
    if moved:
        print(f"notebooks: changed while they ran, so run this again: {', '.join(moved)}", file=sys.stderr)
    return 1 if failed or moved else 0


def _because(reasons: list[str]) -> str:
    if not reasons:
        return "asked for"
    more = f" and {len(reasons) - 3} more" if len(reasons) > 3 else ""
    plain = len(reasons) == 1 and reasons[0].startswith(("never", "saved"))
    return reasons[0] if plain else "changed: " + ", ".join(reasons[:3]) + more


def _status(paths: list[Path]) -> int:
    from analysis.publish import execution

    reasons = execution.staleness(paths)
    lines = [
        f"{'stale' if why else 'fresh'}  {project.name(path)}" + (f"  ({_because(why)})" if why else "")
        for path, why in reasons.items()
    ]
    return hand_out("".join(f"{line}\n" for line in lines)) or (1 if any(reasons.values()) else 0)


if __name__ == "__main__":
    sys.exit(main())
