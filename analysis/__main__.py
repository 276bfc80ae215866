"""The command line: ``python -m analysis COMMAND``. Parses, calls, prints; no logic."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
from typing import TYPE_CHECKING

from analysis.report import CELL_COLUMNS, BadInput, load

if TYPE_CHECKING:
    import pandas as pd

#: command: (module, function of a Report that gives a frame, help)
COMMANDS = {
    "cells": ("analysis.report", "cells", "every printed number, one a row"),
    "indicators": ("analysis.indicators", "indicators", "indicators recomputed from the printed numbers, with bounds"),
    "audit": ("analysis.audit", "ledger", "does each printed number follow from the others?"),
    "findings": ("analysis.audit", "findings", "what the audit concludes, with arithmetic and explanation"),
    "claims": ("analysis.claims", "evaluate", "the quantitative statements of the prose, checked"),
    "evidence": ("analysis.evidence", "compare", "what other publishers say of printed numbers"),
    "trends": ("analysis.models", "trends", "every trend estimate the book shows"),
    "forecasts": ("analysis.models", "forecasts", "every forecast the book shows, with prediction intervals"),
}

EPILOG = """\
exit codes: 0 fine; 1 a check failed (audit --strict); 2 bad input, said in one line
examples:
  python -m analysis cells --format csv > cells.csv
  python -m analysis audit --strict
  python -m analysis audit --data my-edition/ --format json
"""


def parser() -> argparse.ArgumentParser:
    """The argument parser, one sub-command per entry of :data:`COMMANDS`."""
    listing = "".join(f"  {name:<12}{text}\n" for name, (_, _, text) in COMMANDS.items())
    top = argparse.ArgumentParser(
        prog="python -m analysis",
        description="Recompute and check the printed numbers of the Industrial Technology White Paper.",
        epilog=f"commands (each has its own --help):\n{listing}\n{EPILOG}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sub = top.add_subparsers(dest="command", required=True, metavar="COMMAND", help="one of those below")
    for name, (_, _, text) in COMMANDS.items():
        command = sub.add_parser(name, description=text[0].upper() + text[1:] + ".")
        command.add_argument("--format", choices=["csv", "json", "table"], default="table", help="default: table")
        command.add_argument(
            "--data", metavar="DIR", help="another edition or a copy (default: the data/ of this project)"
        )
        if name == "audit":
            command.add_argument(
                "--strict",
                action="store_true",
                help="exit 1 if a contradiction belongs to no known finding, a known finding has changed or fewer rows are checked",
            )
            command.add_argument(
                "--self-test", action="store_true", help="damage copies of the tables and report what is caught"
            )
    return top


def frame(command: str, data: str | None) -> pd.DataFrame:
    """The result of one command as a frame."""
    module, function, _ = COMMANDS[command]
    report = load(data)
    if command == "cells":
        return report.cells()[CELL_COLUMNS]
    result: pd.DataFrame = getattr(importlib.import_module(module), function)(report)
    return result


def render(result: pd.DataFrame, form: str) -> str:
    """A frame as CSV, JSON (a list of objects) or an aligned text table."""
    if form == "csv":
        return result.to_csv(index=False, lineterminator="\n")
    if form == "json":
        records = json.loads(result.to_json(orient="records", force_ascii=False))
        return json.dumps(records, ensure_ascii=False, indent=1) + "\n"
    return _aligned(result)


def _aligned(result: pd.DataFrame) -> str:
    """Left-aligned columns; Chinese characters take two terminal cells."""
    from unicodedata import east_asian_width

    def width(text: str) -> int:
        return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)

    rows = [list(result.columns)] + [["" if v is None else str(v) for v in r] for r in result.itertuples(index=False)]
    widths = [min(60, max(width(r[i]) for r in rows)) for i in range(len(rows[0]))]
    lines = ["  ".join(t + " " * (w - width(t)) for t, w in zip(r, widths, strict=True)).rstrip() for r in rows]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(lines) + f"\n{len(rows) - 1} rows\n"


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    args = parser().parse_args(argv)
    try:
        if getattr(args, "self_test", False):
            from analysis.audit import selftest

            result = selftest.run(load(args.data))
        else:
            result = frame(args.command, args.data)
        text = render(result, args.format)
        code = 0
        if getattr(args, "strict", False):
            from analysis.audit import notes, strict_problems

            for note in notes(result):
                print(f"note: {note}", file=sys.stderr)
            for problem in strict_problems(result):
                print(problem, file=sys.stderr)
                code = 1
    except BadInput as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    try:
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` is not an error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


if __name__ == "__main__":
    sys.exit(main())
