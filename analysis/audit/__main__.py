"""``python -m analysis.audit [DATA] > new.csv``: the register of the present findings, for ``known_findings.csv``.

With ``--checks``, ``checks.csv``: how many rows of each table can be checked. Not to be written straight onto these
files, which are read first. To be read before it is committed: it turns every finding of the data into a known one.
"""

import argparse
import sys

import pandas as pd

from analysis.audit.assignment import ledger
from analysis.audit.conclusions import conclude
from analysis.audit.register import GRADES, checked, register, rows_of
from analysis.audit.verdicts import audit
from analysis.report import BadInput, Report, load
from analysis.terminal import complain, hand_out, stop_at_once


def register_rows(report: Report) -> pd.DataFrame:
    """The register that the present findings would make, to write ``known_findings.csv``.

    Keeps ids and wording of known findings and numbers the others after them, worst
    first; ``expect`` is written anew from the rows and cells of each.
    """
    known = {k.id: k for k in register(report)}
    found = conclude(report)
    taken = [int(i[2:]) for i in known]
    fresh = sorted((f for f in found if f.id not in known), key=lambda f: (GRADES.index(f.grade), f.id))
    ids = {f.id: f"F-{max(taken, default=0) + i:03d}" for i, f in enumerate(fresh, 1)}
    done = audit(report)
    lines = {r.number: str(r) for r in rows_of(done)}
    printed = {c.place: c.printed for c in done.cells.cells}
    rows = []
    for f in found:
        old = known[f.id].record if f.id in known else {}
        expect = [*sorted(lines[r] for r in f.rows), *(f"{c}={printed[c]}" for c in f.cells)]
        rows.append(
            {
                "id": ids.get(f.id, f.id),
                "grade": f.grade,
                "consequence": f.consequence,
                "status": f.status,
                "decided_by": f.decided_by,
                "treatment": f.treatment or "keep",
                "title": old.get("title", ""),
                "explanation": old.get("explanation", ""),
                "signature": f.signature,
                "cells": "; ".join(f.cells),
                "repair": old.get("repair", ""),
                "expect": "; ".join(expect),
            }
        )
    return pd.DataFrame(rows).sort_values("id", ignore_index=True)


def check_rows(report: Report) -> pd.DataFrame:
    """How many rows of each table are checked, to write ``checks.csv``: ``table, checked``."""
    return pd.DataFrame(list(checked(ledger(report)).items()), columns=["table", "checked"]).astype(str)


def main(argv: list[str] | None = None) -> int:
    """Print a register; 2 for bad input."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.audit",
        description="The register of the present findings, to write known_findings.csv.",
    )
    parser.add_argument("data", nargs="?", metavar="DIR", help="another edition (default: the data/ of this project)")
    parser.add_argument("--checks", action="store_true", help="checks.csv instead: how many rows can be checked")
    args = parser.parse_args(argv)
    try:
        rows = (check_rows if args.checks else register_rows)(load(args.data))
    except BadInput as error:
        complain(f"error: {error}")
        return 2
    return hand_out(rows.to_csv(index=False, lineterminator="\n"))


if __name__ == "__main__":
    stop_at_once()
    sys.exit(main())
