"""``python -m analysis.publish``: status, execute, build."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from analysis.publish import project


def parser() -> argparse.ArgumentParser:
    """Arguments of the three commands."""
    top = argparse.ArgumentParser(
        prog="python -m analysis.publish", description="Run stale notebooks and build the book."
    )
    sub = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    status = sub.add_parser("status", help="which notebooks are stale, and why; exit 1 if any is")
    execute = sub.add_parser("execute", help="run stale notebooks again, in parallel")
    build = sub.add_parser("build", help="build the pages from stored outputs")
    sub.add_parser("archive", help="the data package and everything computed from it, in one file")
    for command in (status, execute):
        command.add_argument("notebooks", nargs="*", type=Path, help="default: all below book/")
    execute.add_argument("--force", action="store_true", help="run them even if nothing they depend on has changed")
    execute.add_argument(
        "--jobs", type=int, default=max(2, os.cpu_count() or 2), help="at a time (default: one per core)"
    )
    build.add_argument("--force", action="store_true", help="build even if no source has changed")
    build.add_argument("--output", type=Path, default=None, help="default: _build/html")
    build.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    return top


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    args = parser().parse_args(argv)
    if args.command == "build":
        from analysis.publish import site

        return site.build(args.output, force=args.force, jobs=args.jobs)
    if args.command == "archive":
        from analysis.publish import site

        print(f"archive: {project.name(site.make_archive(project.ROOT))}")
        return 0
    paths = [p.resolve() for p in args.notebooks] or project.notebooks()
    missing = [p for p in paths if not p.is_file()]
    if missing:
        print(f"error: no notebook {missing[0]}", file=sys.stderr)
        return 2
    from analysis.publish import execution

    reasons = execution.staleness(paths)
    if args.command == "status":
        return _status(reasons)
    stale = paths if args.force else [p for p in paths if reasons[p]]
    if not stale:
        print(f"notebooks: all {len(paths)} fresh")
        return 0
    print(f"notebooks: {len(stale)} of {len(paths)} to run, {args.jobs} at a time")
    for path in stale:
        print(f"  {project.name(path)}: {_because(reasons[path])}")
    start = time.perf_counter()
    outcomes = execution.execute(stale, args.jobs)
    failed = [o for o in outcomes if o.problems]
    wall, total = time.perf_counter() - start, sum(o.seconds for o in outcomes)
    print(
        f"notebooks: {len(stale) - len(failed)} ran, {len(failed)} failed; {wall:.1f} s, {total:.1f} s of notebook time"
    )
    return 1 if failed else 0


def _because(reasons: list[str]) -> str:
    if not reasons:
        return "asked for"
    more = f" and {len(reasons) - 3} more" if len(reasons) > 3 else ""
    return "changed: " + ", ".join(reasons[:3]) + more if reasons != ["never run"] else "never run"


def _status(reasons: dict[Path, list[str]]) -> int:
    for path, why in reasons.items():
        print(f"{'stale' if why else 'fresh'}  {project.name(path)}" + (f"  ({_because(why)})" if why else ""))
    return 1 if any(reasons.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
