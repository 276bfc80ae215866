"""The command line: ``python -m analysis COMMAND``. Parses, calls, prints; no logic."""

import argparse
import contextlib
import importlib
import io
import json
import os
import signal
import sys
from pathlib import Path

import pandas as pd

from analysis.report import CELL_COLUMNS, BadInput, Report, load

#: command: (module, function of a Report that gives a frame, help)
COMMANDS = {
    "cells": ("analysis.report", "cells", "every printed number, one a row"),
    "indicators": ("analysis.indicators", "indicators", "indicators recomputed from the printed numbers, with bounds"),
    "audit": ("analysis.audit", "ledger", "does each printed number follow from the others?"),
    "findings": ("analysis.audit", "findings", "what the audit concludes, with arithmetic and explanation"),
    "claims": ("analysis.claims", "evaluate", "the quantitative statements of the prose, checked"),
    "evidence": ("analysis.evidence", "compare", "what other publishers say of printed numbers"),
    "trends": ("analysis.models.export", "trends", "every trend estimate the book shows"),
    "forecasts": ("analysis.models.export", "forecasts", "every forecast the book shows, with prediction intervals"),
}
#: Commands that do something else.
OTHERS = {
    "new-edition": "an empty edition to fill in, with the years moved on",
    "revisions": "the numbers of two editions side by side",
}

EPILOG = """\
exit codes: 0 fine; 1 a check failed (audit --strict); 2 bad input, or output that cannot be
written, said in one line; 130 interrupted
examples:
  python -m analysis cells --format csv > cells.csv
  python -m analysis audit --strict
  python -m analysis audit --data my-edition/ --format json
"""


def parser() -> argparse.ArgumentParser:
    """The argument parser, one sub-command per entry of :data:`COMMANDS`."""
    texts = {name: text for name, (_, _, text) in COMMANDS.items()} | OTHERS
    listing = "".join(f"  {name:<12}{text}\n" for name, text in texts.items())
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
    new = sub.add_parser("new-edition", description="Lay out an empty edition: this one's structure, years moved on.")
    new.add_argument("directory", type=Path, metavar="DIR", help="a new or empty directory")
    new.add_argument("--data", metavar="DIR", help="the edition it follows (default: the data/ of this project)")
    two = sub.add_parser("revisions", description="Numbers that two editions print for the same thing, side by side.")
    two.add_argument("old", metavar="OLD", help="directory of the earlier edition")
    two.add_argument("new", metavar="NEW", help="directory of the later edition")
    two.add_argument(
        "--format", choices=["csv", "json", "table", "text"], default="table", help="default: table (text)"
    )
    return top


def run(command: str, report: Report) -> pd.DataFrame:
    """The result of one command on a report as a frame."""
    module, function, _ = COMMANDS[command]
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


def write(text: str) -> None:
    """Text to standard output as UTF-8 with plain line ends; raises :class:`OSError`."""
    if sys.stdout is None:  # started with standard output closed
        raise OSError("it is closed")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # what could not be written must not be tried again when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # `| head` is not an error
            raise


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    args = parser().parse_args(argv)
    remarks: list[str] = []
    problems: list[str] = []
    try:
        report = load(args.new if args.command == "revisions" else args.data)
        if args.command in OTHERS:
            text = _other(args, report)
        else:
            result = run(args.command, report)
            text = render(result, args.format)
        if getattr(args, "strict", False):
            from analysis.audit import notes, strict_problems

            remarks = [f"note: {note}" for note in notes(result)]
            problems = strict_problems(result)
        if args.command in ("audit", "findings") and not report.has("relations"):
            remarks.append("note: nothing to check: the package has no relations.csv")
    except BadInput as error:
        complain(f"error: {error}")
        return 2
    complain(*(f"warning: {warning}" for warning in report.warnings), *remarks, *problems)
    try:
        write(text)
    except OSError as error:
        complain(f"error: standard output: {error.strerror or error}")
        return 2
    return 1 if problems else 0


def _other(args: argparse.Namespace, report: Report) -> str:
    """What the commands of :data:`OTHERS` print."""
    from analysis import editions

    if args.command == "new-edition":
        return "\n".join(editions.lay_out(report, args.directory)) + "\n"
    return render(editions.revisions(load(args.old), report), args.format)


def complain(*lines: str) -> None:
    """Lines to standard error, if there is one that takes them."""
    with contextlib.suppress(OSError):
        for line in lines:
            print(line, file=sys.stderr)


def _interrupted(*_: object) -> None:
    # at once: an exception raised while a library is being imported would come out as a failed import
    os.write(2, b"interrupted\n")
    os._exit(130)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _interrupted)
    sys.exit(main())
