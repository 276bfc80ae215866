"""How good is the audit? Damage copies of the tables, one fault at a time, and count.

Every numeric cell of every table is damaged in every way listed in :data:`KINDS`, on a
copy in which the repairs of the report's own findings are applied (so that the fault is
the only one). A fault is *detectable* when, worked out afresh with fractions at the
corners of the intervals, it takes some relation that held beyond its rounding slack; it
is *detected* when the ledger's kernels report a new contradiction; it is *explained*
when the first-ranked diagnosis names the damaged cells (for exchanged labels or rows:
the table and the two rows).
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.audit.bench import Bench, Instance, Value, shifted, variants
from analysis.audit.cells import PROSE
from analysis.audit.diagnosis import candidates
from tests.selftest.repaired import baseline
from tests.selftest.synthetic import false_alarms

if TYPE_CHECKING:
    from analysis.report import Report

COLUMNS = ["table", "fault", "tried", "detectable", "detected", "missed", "explained", "explained_share"]

#: Fault kinds in the order of the table.
KINDS = (
    "digit changed",
    "digits transposed",
    "decimal point moved",
    "sign lost",
    "cells of a row exchanged",
    "cells of a column exchanged",
    "row labels exchanged",
    "values of a measure exchanged",
    "row shifted",
)


#: Random faultless reports of the full self-test.
SOUND = 10_000


#: One in so many faults of a table is tried; no kind has a period of seven.
EVERY = 7


@dataclass(frozen=True)
class Fault:
    """Damaged cells and their new values; ``rows``: the two rows of an exchange of rows."""

    table: str
    kind: str
    cells: tuple[int, ...]
    values: tuple[Value, ...]
    printed: tuple[str, ...]
    rows: frozenset[int] = frozenset()


def faults(bench: Bench, table: str) -> Iterator[Fault]:
    """Every single fault of one table."""
    cells = [i for i, c in enumerate(bench.cells.cells) if c.table == table and bench.cells.known[i]]
    for cell in cells:
        yield from digit_faults(bench, table, cell)
    lines = [*((k, v, KINDS[4]) for k, v in bench.rows.items()), *((k, v, KINDS[5]) for k, v in bench.columns.items())]
    for key, line, kind in lines:
        if key[0] == table:
            for a, b in itertools.combinations(line, 2):
                yield from _exchanged(bench, table, kind, [(a, b)])
    rows = sorted(k[1] for k in bench.rows if k[0] == table)
    for one, two in itertools.combinations(rows, 2):
        first = {bench.cells.cells[c].order[1]: c for c in bench.rows[table, one]}
        second = {bench.cells.cells[c].order[1]: c for c in bench.rows[table, two]}
        both = [(first[k], second[k]) for k in first if k in second]
        yield from _exchanged(bench, table, KINDS[6], both, frozenset((one, two)))
        measures = dict.fromkeys(bench.cells.cells[a].measure for a, _ in both)
        for measure in measures:
            pairs = [(a, b) for a, b in both if bench.cells.cells[a].measure == measure]
            if 1 < len(pairs) < len(both):
                yield from _exchanged(bench, table, KINDS[7], pairs, frozenset((one, two)))
    for row in rows:
        line = bench.rows[table, row]
        if len(line) > 2 and all(bench.cells.known[c] for c in line):
            shifted_line = [(c, bench.printed[s]) for c, s in zip(line, [line[-1], *line[:-1]], strict=True)]
            moved = [(c, p) for c, p in shifted_line if p != bench.printed[c]]
            damaged, printed = tuple(c for c, _ in moved), tuple(p for _, p in moved)
            yield Fault(table, KINDS[8], damaged, _values(bench, damaged, printed), printed)


def digit_faults(bench: Bench, table: str, cell: int) -> Iterator[Fault]:
    """Every slip within one printed number: digits, transpositions, decimal point, sign."""
    for kind, printed in variants(bench.printed[cell]):
        if kind in ("digit", "transposition"):
            name = KINDS[0] if kind == "digit" else KINDS[1]
            yield Fault(table, name, (cell,), _values(bench, [cell], [printed]), (printed,))
    for printed in shifted(bench.printed[cell].lstrip("-")):
        printed = "-" * bench.printed[cell].startswith("-") + printed
        if not (bench.cells.cells[cell].exact and "." in printed):
            yield Fault(table, KINDS[2], (cell,), _values(bench, [cell], [printed]), (printed,))
    if bench.printed[cell].startswith("-") and bench.printed[cell].strip("-0."):
        yield Fault(
            table, KINDS[3], (cell,), _values(bench, [cell], [bench.printed[cell][1:]]), (bench.printed[cell][1:],)
        )


def _values(bench: Bench, cells: Sequence[int], printed: Sequence[str]) -> tuple[Value, ...]:
    return tuple(bench.value(c, p) for c, p in zip(cells, printed, strict=True))


def _exchanged(
    bench: Bench, table: str, kind: str, pairs: Sequence[tuple[int, int]], rows: frozenset[int] = frozenset()
) -> Iterator[Fault]:
    changed = [(a, b) for a, b in pairs if bench.printed[a] != bench.printed[b]]
    if not changed or not all(bench.cells.known[c] for pair in changed for c in pair):
        return
    cells = tuple(c for pair in changed for c in pair)
    printed = tuple(bench.printed[c] for a, b in changed for c in (b, a))
    yield Fault(table, kind, cells, _values(bench, cells, printed), printed, rows)


# ---------------------------------------------------------------- an independent check


def _low_high(value: Value, scale: int) -> tuple[Fraction, Fraction]:
    return Fraction(value[0], scale), Fraction(value[2], scale)


def slack_exceeded(bench: Bench, instance: Instance) -> bool:
    """Whether a relation is broken beyond its slack, by fractions at interval corners.

    Independent of the kernels for the relations that are arithmetic; ranks and bounds
    on sets have no slack and are restated in plain Python.
    """
    name = instance.relation.kernel
    k = instance.constants
    t = _low_high(bench.values[instance.target], k.scale)
    x = [_low_high(bench.values[j], k.scale) for j in instance.inputs]
    unit, low, high = Fraction(*k.unit), Fraction(*k.low), Fraction(*k.high)
    if name in _SETS:
        return not _SETS[name](t[0], [a for a, _ in x], [b for _, b in x], t[1], high)
    if name == "from_share":  # the share counts as printed
        x[0] = (Fraction(bench.values[instance.inputs[0]][1], k.scale),) * 2
    if any(x[i][0] <= 0 for i in _divisors(name, len(x))):
        return False  # what is divided by is a level, and of one that may not be positive nothing is said
    formula = _FORMULAS[name]
    corners: list[tuple[Fraction | None, Fraction | None]] = [
        formula(list(c), unit, low, high) for c in _corners(name, x)
    ]
    lows = [a for a, _ in corners if a is not None]
    highs = [b for _, b in corners if b is not None]
    below = bool(lows) and min(lows) > t[1]  # a divisor at zero sends a corner up, never down
    above = len(highs) == len(corners) and bool(highs) and max(highs) < t[0]
    return below or above


def _divisors(name: str, count: int) -> range:
    """Positions of the inputs that a relation divides by."""
    if name in ("growth", "share"):
        return range(1)
    return range(2, count, 2) if name in ("within", "holds_parts") else range(0)


def _corners(name: str, x: list[tuple[Fraction, Fraction]]) -> Iterable[tuple[Fraction, ...]]:
    if len(x) <= 3:
        return itertools.product(*x)
    if name in ("share",):
        return [(w, *side) for w in x[0] for side in ([a for a, _ in x[1:]], [b for _, b in x[1:]])]
    if name == "holds_parts":  # rising in the whole's divisor and the parts, falling in theirs
        return [
            (x[0][0], *(pair[i % 2] for i, pair in enumerate(x[1:]))),
            (x[0][1], *(pair[1 - i % 2] for i, pair in enumerate(x[1:]))),
        ]
    if name in ("holds_before", "sum_before"):  # rising in the levels, falling in their growth
        return [tuple(pair[side ^ (i % 2)] for i, pair in enumerate(x)) for side in (0, 1)]
    if name == "within":  # rising in the first and every second after it
        return [
            tuple(pair[0 if i == 0 or i % 2 else 1] for i, pair in enumerate(x)),
            tuple(pair[1 if i == 0 or i % 2 else 0] for i, pair in enumerate(x)),
        ]
    return [tuple(a for a, _ in x), tuple(b for _, b in x)]


Pair = tuple[Fraction | None, Fraction | None]


def _same(value: Fraction | None) -> Pair:
    return value, value


def _ratio(a: Fraction, b: Fraction) -> Fraction | None:
    return a / b if b > 0 else None


def _within(x: list[Fraction], unit: Fraction, low: Fraction, high: Fraction) -> Pair:
    value = x[0] * unit
    for i, y in enumerate(x[1:]):
        if i % 2 and y <= 0:
            return None, None
        value = value / y if i % 2 else value * y
    return value * low, value * high


def _growth(x: list[Fraction], unit: Fraction, low: Fraction, high: Fraction) -> Pair:
    return _same(None if x[0] <= 0 else unit * (x[1] / x[0] - 1))


def _share(x: list[Fraction], unit: Fraction, low: Fraction, high: Fraction) -> Pair:
    return _same(None if x[0] <= 0 else unit * sum(x[1:]) / x[0])


def _holds_parts(x: list[Fraction], unit: Fraction, low: Fraction, high: Fraction) -> Pair:
    pairs = list(zip(x[1::2], x[2::2], strict=True))
    if any(b <= 0 for _, b in pairs):
        return None, None
    return x[0] * sum((a / b for a, b in pairs), Fraction(0)), None


def _before(x: list[Fraction], unit: Fraction) -> Fraction:
    return unit * sum((100 * a / (100 + g) for a, g in zip(x[::2], x[1::2], strict=True)), Fraction(0))


def _compound(x: list[Fraction], unit: Fraction, low: Fraction, high: Fraction) -> Pair:
    return (100 + x[0]) * low - 100, (100 + x[0]) * high - 100


def _compound_with(x: list[Fraction], unit: Fraction, low: Fraction, high: Fraction) -> Pair:
    return tuple((100 + x[0]) * (100 + x[1] + d) / 100 - 100 for d in (low, high))  # type: ignore[return-value]


_FORMULAS: dict[str, Any] = {
    "growth": _growth,
    "share": _share,
    "difference": lambda x, u, a, b: _same(u * (x[0] - x[1])),
    "total": lambda x, u, a, b: _same(u * sum(x)),
    "complement": lambda x, u, a, b: _same(a - sum(x)),
    "product": lambda x, u, a, b: _same(u * x[0] * x[1]),
    "from_share": lambda x, u, a, b: _same(u * x[0] * x[1]),
    "within": _within,
    "compound": _compound,
    "compound_with": _compound_with,
    "at_least": lambda x, u, a, b: (u * sum(x), None),
    "at_most": lambda x, u, a, b: (None, u * x[0]),
    "holds_with": lambda x, u, a, b: (sum(x[int(a) :]) - sum(x[: int(a)]), None),
    "between": lambda x, u, a, b: (x[1], x[0]),
    "holds_parts": _holds_parts,
    "sum_within": lambda x, u, a, b: (u * a * sum(x), u * b * sum(x)),
    "before": lambda x, u, a, b: _same(_ratio(x[0] * (100 + x[1]), 100 + x[2])),
    "holds_before": lambda x, u, a, b: (_before(x, u), None),
    "sum_before": lambda x, u, a, b: (a * _before(x, u), b * _before(x, u)),
}


def _rank(t: Fraction, low: list[Fraction], high: list[Fraction], _: Fraction, __: Fraction) -> bool:
    ahead = sum(a > high[0] for a in low[1:])
    level = sum(b >= low[0] for b in high[1:])
    return 1 + ahead <= t <= 1 + level


def _rank_among(t: Fraction, x: list[Fraction], _: list[Fraction], __: Fraction, ___: Fraction) -> bool:
    whole, own, values, ranks = x[0], x[1], x[2::2], x[3::2]
    for value, place in zip(values, ranks, strict=True):
        if (value > own and place >= t) or (value < own and place <= t):
            return False
    room = max(whole - own - sum(values), Fraction(0)) // max(own, Fraction(1))
    return 1 <= t <= 1 + sum(v > own for v in values) + room


def _room(t: Fraction, x: list[Fraction], _: list[Fraction], __: Fraction, more: Fraction) -> bool:
    listed = sorted(zip(x[1::2], x[::2], strict=True))
    least = most = sum(x[::2], Fraction(0))
    unbounded = False
    for value, place in zip(x[::2], x[1::2], strict=True):
        better = [p for p in listed if p[0] < place]
        gap = max(int(place) - int(better[-1][0] if better else 0) - 1, 0)
        least += gap * value
        unbounded |= gap > 0 and not better
        most += gap * (max(v for p, v in better if p == better[-1][0]) if better else 0)
    return least <= t and (unbounded or t <= most + more * min(x[::2]))


_SETS: dict[str, Any] = {
    "rank": _rank,
    "rank_listed": lambda t, low, high, _, __: t >= 1 + sum(a > high[0] for a in low[1:]),
    "rank_among": _rank_among,
    "room": _room,
    "distinct": lambda t, x, _, __, ___: t >= 1 and t not in x,
    "places": lambda t, x, _, __, ___: 1 <= t <= len(x) + 1,
}


# ---------------------------------------------------------------- running


def examine(bench: Bench, closed: set[int], fault: Fault) -> tuple[bool, bool, bool]:
    """``(detectable, detected, explained)`` of one fault."""
    old = bench.put(fault.cells, fault.values)
    before = [bench.printed[c] for c in fault.cells]
    touched = sorted(bench.touched(fault.cells) - closed)
    wrong = {i for i in touched if not bench.holds(i)}
    detectable = any(slack_exceeded(bench, bench.instances[i]) for i in touched)
    explained = False
    if wrong:
        for c, p in zip(fault.cells, fault.printed, strict=True):
            bench.printed[c] = p
        explained = named(bench, fault, wrong, closed)
        for c, p in zip(fault.cells, before, strict=True):
            bench.printed[c] = p
    bench.put(fault.cells, old)
    return detectable, bool(wrong), explained


def named(bench: Bench, fault: Fault, wrong: set[int], closed: set[int]) -> bool:
    """Whether the first candidate names the damaged cells."""
    order = candidates(bench, wrong, closed, first=1)
    if not order:
        return False
    best = order[0]
    if fault.rows:
        rows = frozenset(bench.cells.cells[c].order[0] for c in best.cells)
        return bench.cells.cells[best.cells[0]].table == fault.table and rows == fault.rows
    return set(best.cells) == set(fault.cells)


def _share_of(
    bench: Bench, closed: set[int], tables: Sequence[str], part: int, parts: int, every: int
) -> dict[tuple[str, str], list[int]]:
    counts: dict[tuple[str, str], list[int]] = {}
    for table in tables:
        for number, fault in enumerate(faults(bench, table)):
            if number % every or (number // every) % parts != part:
                continue
            count = counts.setdefault((table, fault.kind), [0, 0, 0, 0])
            detectable, detected, explained = examine(bench, closed, fault)
            for place, yes in enumerate((True, detectable, detected, explained)):
                count[place] += yes
    return counts


def run(
    report: Report, every: int = EVERY, tables: Iterable[str] | None = None, jobs: int | None = None
) -> pd.DataFrame:
    """Seeded faults per table and kind; columns :data:`COLUMNS`, and a row ``all`` per kind.

    The full test ends with :data:`SOUND` random reports without any fault
    (:mod:`tests.selftest.synthetic`): ``detected`` must be 0 there.

    ``every`` takes each n-th fault only (1: all, a quarter of an hour); ``jobs`` processes (default:
    the cores of the machine). ``missed`` counts detectable faults that were not detected;
    ``explained_share`` is the share (%) of detected faults whose cells the first-ranked
    diagnosis names.
    """
    bench, closed = baseline(report)
    chosen = [t for t in (tables or report.tables) if t != PROSE]
    parts = jobs or min(os.cpu_count() or 1, 8)
    if parts == 1:
        results = [_share_of(bench, closed, chosen, 0, 1, every)]
    else:
        import joblib

        results = joblib.Parallel(n_jobs=parts)(
            joblib.delayed(_share_of)(bench, closed, chosen, part, parts, every) for part in range(parts)
        )
    counts: dict[tuple[str, str], list[int]] = {}
    for result in results:
        for (table, kind), count in result.items():
            for name in (table, "all"):
                total = counts.setdefault((name, kind), [0, 0, 0, 0])
                for place, n in enumerate(count):
                    total[place] += n
    rows = []
    for table in [*chosen, "all"]:
        for kind in KINDS:
            if (table, kind) in counts:
                tried, detectable, detected, explained = counts[table, kind]
                share = f"{100 * explained / detected:.1f}" if detected else ""
                rows.append([table, kind, tried, detectable, detected, max(detectable - detected, 0), explained, share])
    if every == EVERY and tables is None:
        alarms = false_alarms(report, SOUND, jobs=parts)
        wrong = sum(n for name, n in alarms.items() if name != "rows")
        rows.append(["synthetic", "none", SOUND, 0, wrong, 0, 0, ""])
    return pd.DataFrame(rows, columns=COLUMNS)
