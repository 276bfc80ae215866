"""The command line: ``python -m analysis COMMAND``. Parses, calls, prints; no logic."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.files import BadInput
from analysis.terminal import complain, hand_out, stop_at_once

if TYPE_CHECKING:  # nothing heavy is imported before Ctrl+C is understood
    import pandas as pd

    from analysis.report import Report

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
        command = sub.add_parser(name, description=text[0].upper() + text[1:] + "." * (text[-1] != "?"))
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
    two = sub.add_parser(
        "revisions",
        description="Numbers that two editions print for the same thing, side by side. Beyond rounding is what no value "
        "can print as both, rounded whichever way: 11.2 and 11.4, but not 11.2 and 11.3.",
    )
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
        from analysis.report import CELL_COLUMNS

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
    from analysis.report import load

    remarks: list[str] = []
    problems: list[str] = []
    try:
        report = load(args.new if args.command == "revisions" else args.data)
        report = report if args.command == "new-edition" else report.typed()
        if args.command == "new-edition":
            from analysis.editions import lay_out

            text = "\n".join(lay_out(report, args.directory)) + "\n"
        elif args.command == "revisions":
            from analysis.editions import revisions

            result = revisions(load(args.old).typed(), report)
            text, remarks = render(result, args.format), [f"note: {note}" for note in result.attrs["notes"]]
        else:
            result = run(args.command, report)
            text = render(result, args.format)
        if getattr(args, "strict", False):
            from analysis.audit import notes, strict_problems

            remarks = [f"note: {note}" for note in notes(result)]
            problems = strict_problems(result)
        remarks += [f"note: {note}" for note in _nothing(args.command, report)]
    except BadInput as error:
        complain(f"error: {error}")
        return 2
    complain(*(f"warning: {warning}" for warning in report.warnings), *remarks, *problems)
    return hand_out(text) or (1 if problems else 0)


def _nothing(command: str, report: Report) -> Iterator[str]:
    """Why a command has nothing to print, where the package itself is the reason."""
    if not any(meta.values for meta in report.tables.values()):
        yield "no printed numbers: no column of the package has the type number or integer, or the role value"
    if command in ("audit", "findings"):
        from analysis.audit.declarations import declared

        if not report.has("relations"):
            yield "nothing to check: the package has no relations.csv"
        elif not declared(report):
            yield "nothing to check: relations.csv has no row"


if __name__ == "__main__":
    stop_at_once()
    sys.exit(main())
