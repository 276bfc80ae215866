"""How fast is interval arithmetic on columns of printed numbers?

``python benchmarks/intervals.py [rows]`` makes a table of that many rows (a million
unless told), times every operation of :mod:`analysis.rounding` once more than it warms
up, and prints the best of three. A measurement, not a test.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from analysis import rounding
from analysis.rounding import Intervals


def best(function: Callable[[], object], repeats: int = 3) -> float:
    """The shortest of a few runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def main(rows: int = 1_000_000) -> None:
    """Time each operation on ``rows`` printed cells and print a table."""
    rng = np.random.default_rng(20252026)
    old_text = [f"{v:.2f}" for v in rng.uniform(1, 9_999, rows)]
    new_text = [f"{v:.2f}" for v in rng.uniform(1, 9_999, rows)]
    old, new = Intervals.from_printed(old_text), Intervals.from_printed(new_text)
    grown = rounding.growth(old, new)
    points = rounding.growth(Intervals.point(old_text), Intervals.point(new_text))
    printed_text = rounding.round_points(points, 2)
    printed = Intervals.from_printed(printed_text)
    signed = new - old
    compound = rounding.cagr(old, new, 4)
    work: dict[str, Callable[[], object]] = {
        "from_printed (strings to intervals)": lambda: Intervals.from_printed(old_text),
        "growth": lambda: rounding.growth(old, new),
        "share": lambda: rounding.share(old, new),
        "ratio": lambda: rounding.ratio(old, new),
        "cagr over 4 years": lambda: rounding.cagr(old, new, 4),
        "new - old": lambda: new - old,
        "old * new": lambda: old * new,
        "signed * signed": lambda: signed * signed,
        "growth overlaps printed": lambda: grown.overlaps(printed),
        "cagr overlaps printed": lambda: compound.overlaps(printed),
        "round points to strings": lambda: rounding.round_points(points, 2),
        "explains (three modes)": lambda: rounding.explains(points, printed_text),
    }
    print(f"{rows:,} rows, numpy {np.__version__}, Python {sys.version.split()[0]}; best of 3")
    for name, function in work.items():
        print(f"  {name:<38}{best(function):8.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1].replace(",", "").replace("_", "")) if len(sys.argv) > 1 else 1_000_000)
