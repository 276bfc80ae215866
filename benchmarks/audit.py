"""How long does the audit take, and does its cost grow in step with the cells?

``python benchmarks/audit.py [derived cells]`` audits a synthetic report of that many
derived cells (a million unless told) and a tenth of it, from printed strings to ledger,
then the report itself, and prints the best of three for the latter. Times are of the one process used, so
that other work on the machine does not count. A measurement, not a test.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analysis.audit.assignment import ledger
from analysis.audit.cells import Cell, from_cells
from analysis.audit.declarations import parse
from analysis.audit.verdicts import judge
from analysis.report import load

clock = time.process_time  # of one process: what the work takes on a quiet machine
GROWTH = parse(
    {
        "tables": "1-2-1",
        "name": "growth",
        "target": "growth[c,y]",
        "kernel": "growth",
        "inputs": "gerd[c,y-1], gerd[c,y]",
    }
)
YEARS = range(2014, 2025)


def cells(derived: int, seed: int = 1) -> list[Cell]:
    """A table of levels for eleven years and ten columns of growth, one row per economy."""
    rng = np.random.default_rng(seed)
    rows = derived // (len(YEARS) - 1)
    levels = np.exp(rng.normal(5, 1, (rows, 1)) + np.cumsum(rng.normal(0.02, 0.05, (rows, len(YEARS))), axis=1))
    growth = 100 * (levels[:, 1:] / levels[:, :-1] - 1)
    found = []
    for measure, values, years in (("gerd", levels, YEARS), ("growth", growth, YEARS[1:])):
        printed = np.char.mod("%.2f", values)
        for row in range(rows):
            label = f"economy {row}"
            for column, year in enumerate(years):
                place = (row, column + (measure == "growth") * len(YEARS))
                name = f"{measure}_{year}"
                found.append(
                    Cell("1-2-1", label, name, str(year), measure, "%", str(printed[row, column]), label, False, place)
                )
    return found


def main() -> None:
    """Print the measurements."""
    derived = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for size in (derived // 10, derived):
        given = cells(size)
        start = clock()
        made = from_cells(given)
        read = clock()
        done = judge(made, GROWTH)
        judged = clock()
        rows = len(done.table)
        end = clock()
        print(
            f"{rows:>9,} derived cells: {end - start:5.2f} s"
            f" (strings to integers {read - start:.2f}, verdicts {judged - read:.2f}, ledger {end - judged:.2f})"
        )
        verdicts = np.concatenate(done.verdicts)
        if (verdicts == "contradicted").any():
            print(f"          {(verdicts == 'contradicted').sum()} contradicted, where none should be")
    times = []
    for _ in range(3):
        report = load()
        start = clock()
        ledger(report)
        times.append(clock() - start)
    print(f"this report, ledger and findings: {min(times):.2f} s")


if __name__ == "__main__":
    main()
