"""What is the most economical explanation of the contradictions?

Candidates are hypotheses about the printing: one digit changed or two transposed, a
decimal point or a sign, two cells exchanged, the values (of one measure, or all: the
labels) of two rows exchanged, a row shifted by a column, a column copied from another
year, a unit off by a power of ten. Each is tried on the printed numbers: it *resolves*
the contradictions that go away and *breaks* relations that held before, wherever in the
report they stand, so that evidence from other tables counts by itself. Candidates are
ranked by resolved minus broken, then by what they cost to believe; variants of one
cell that fit equally well add to its credit. The best one is accepted, and the rest is
diagnosed on top of it, until nothing resolves anything.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.audit.cells import Cells
from analysis.audit.kernels import KERNELS, Constants, Kernel
from analysis.audit.relations import Group

Value = tuple[int, int, int]

#: What a hypothesis costs to believe, in bits, where it resolves as much as another: a
#: table has thousands of possible slips of one cell, hundreds of exchanged cells or
#: blocks, and far fewer exchanged labels or repeated columns.
COSTS = {
    "stale": 0.0,
    "labels": 0.0,
    "block": 1.0,
    "sign": 2.0,
    "decimal": 3.0,
    "digit": 3.0,
    "transposition": 3.0,
    "unit": 4.0,
    "exchange": 4.0,
    "shift": 5.0,
}


@dataclass(frozen=True)
class Candidate:
    """One hypothesis and what it does.

    ``cells``: the cells it changes; ``repair``: new printed digits where the cells keep
    their own identity (empty for unit slips); ``resolves`` and ``breaks``: instances;
    ``fits``: how many variants of the same kind and cells do as well.
    """

    kind: str
    cells: tuple[int, ...]
    values: tuple[Value, ...]
    repair: tuple[str, ...]
    resolves: tuple[int, ...]
    breaks: tuple[int, ...]
    detail: str = ""
    fits: int = 1

    @property
    def net(self) -> int:
        """Contradictions resolved less relations broken."""
        return len(self.resolves) - len(self.breaks)

    @property
    def key(self) -> tuple[float, ...]:
        """Sort key: best first, deterministic."""
        return (-self.net, COSTS[self.kind] - math.log2(self.fits), *self.cells)


@dataclass(frozen=True)
class Explanation:
    """An accepted candidate, or what is left unexplained (``best`` is ``None``)."""

    best: Candidate | None
    alternatives: tuple[Candidate, ...]
    instances: tuple[int, ...]


@dataclass(frozen=True)
class Instance:
    """One relation between cells, for scalar evaluation."""

    kernel: Kernel
    target: int
    inputs: tuple[int, ...]
    constants: Constants
    group: int


class Bench:
    """All instances of a report, evaluated one at a time on values that may be changed."""

    def __init__(self, cells: Cells, groups: Sequence[Group]) -> None:
        self.cells = cells
        self.groups = list(groups)
        self.values: list[Value] = list(zip(*(ends.tolist() for ends in cells.inner), strict=True))
        self.printed = [c.printed for c in cells.cells]
        self.instances: list[Instance] = []
        self.number: dict[tuple[int, int], int] = {}
        self.touching: list[list[int]] = [[] for _ in self.values]
        known = cells.known.tolist()
        for g, group in enumerate(self.groups):
            kernel = KERNELS[group.relation.kernel]
            for i, (target, inputs) in enumerate(zip(group.target.tolist(), group.inputs.tolist(), strict=True)):
                if not known[target] or not all(known[j] for j in inputs):
                    continue
                number = len(self.instances)
                self.number[g, i] = number
                self.instances.append(Instance(kernel, target, tuple(inputs), group.constants, g))
                for cell in {target, *inputs}:
                    self.touching[cell].append(number)
        self._slips: dict[tuple[int, str], list[tuple[str, str, Value]]] = {}
        self.reach = [frozenset(numbers) for numbers in self.touching]
        self.rows: dict[tuple[str, int], list[int]] = {}
        self.columns: dict[tuple[str, int], list[int]] = {}
        self.blocks: dict[tuple[str, str], list[int]] = {}
        for i, cell in enumerate(cells.cells):
            self.rows.setdefault((cell.table, cell.order[0]), []).append(i)
            self.columns.setdefault((cell.table, cell.order[1]), []).append(i)
            self.blocks.setdefault((cell.table, cell.measure), []).append(i)
        self._at = {(c.table, *c.order): i for i, c in enumerate(cells.cells)}

    def holds(self, number: int) -> bool:
        """Whether one instance is admissible with the present values."""
        instance, values = self.instances[number], self.values
        t = values[instance.target]
        low, high, _ = instance.kernel(t, [values[j] for j in instance.inputs], instance.constants)
        scale = instance.constants.scale
        if low is not None and low[0] * scale > t[2] * low[1]:
            return False
        return high is None or high[0] * scale >= t[0] * high[1]

    def touched(self, cells: Iterable[int]) -> set[int]:
        """Instances that read any of the cells."""
        return {i for cell in cells for i in self.touching[cell]}

    def put(self, cells: Sequence[int], values: Sequence[Value]) -> list[Value]:
        """Change values; returns the old ones, for :meth:`put` again."""
        old = [self.values[c] for c in cells]
        for c, v in zip(cells, values, strict=True):
            self.values[c] = v
        return old

    def contradictions(self, numbers: Iterable[int] | None = None) -> set[int]:
        """Which of the instances (default: all) do not hold."""
        return {i for i in (range(len(self.instances)) if numbers is None else numbers) if not self.holds(i)}

    def try_out(
        self, cells: Sequence[int], values: Sequence[Value], wrong: set[int], closed: set[int], least: int = 1
    ) -> tuple[list[int], list[int]] | None:
        """What a change resolves and breaks, or ``None`` once it cannot net ``least``.

        ``wrong``: contradictions to be explained; ``closed``: others, left alone.
        """
        touched = self.touched(cells)
        mine = touched & wrong
        if len(mine) < least:
            return None
        old = self.put(cells, values)
        outcome = self.outcome(mine, touched - wrong - closed, least)
        self.put(cells, old)
        return outcome

    def outcome(self, mine: Collection[int], others: Iterable[int], least: int) -> tuple[list[int], list[int]] | None:
        """With the present values: which of ``mine`` hold, which of ``others`` do not."""
        resolved = []
        spare = len(mine) - least
        for i in mine:
            if self.holds(i):
                resolved.append(i)
            else:
                spare -= 1
                if spare < 0:
                    return None
        broken = []
        spare = len(resolved) - least
        for i in others:
            if not self.holds(i):
                broken.append(i)
                spare -= 1
                if spare < 0:
                    return None
        return sorted(resolved), sorted(broken)

    def misfit(self, candidate: Candidate) -> float:
        """Mean squared position of the touched numbers between their bounds, once repaired."""
        old = self.put(candidate.cells, candidate.values)
        squares = []
        for number in self.touched(candidate.cells):
            item = self.instances[number]
            t = self.values[item.target]
            low, high, _ = item.kernel(t, [self.values[j] for j in item.inputs], item.constants)
            if low is None or high is None or not low[1] or not high[1]:
                continue
            a, b = low[0] / low[1], high[0] / high[1]
            half = (b - a) / 2 + (t[2] - t[0]) / 2 / item.constants.scale
            if half > 0:
                squares.append(((t[1] / item.constants.scale - (a + b) / 2) / half) ** 2)
        self.put(candidate.cells, old)
        return round(sum(squares) / len(squares), 9) if squares else 1.0

    def slips(self, cell: int) -> list[tuple[str, str, Value]]:
        """Slips of one cell as printed now: kind, digits, triple."""
        printed = self.printed[cell]
        key = (cell, printed)
        if key not in self._slips:
            exact = self.cells.cells[cell].exact
            self._slips[key] = [
                (kind, other, self.value(cell, other))
                for kind, other in variants(printed)
                if not (exact and "." in other)
            ]
        return self._slips[key]

    def value(self, cell: int, printed: str) -> Value:
        """The triple of other printed digits in a cell."""
        return self.cells.value(cell, printed)


# ---------------------------------------------------------------- printed variants


def variants(printed: str) -> Iterator[tuple[str, str]]:
    """``(kind, digits)``: every slip of one printed number."""
    sign, plain = ("-", printed[1:]) if printed.startswith("-") else ("", printed)
    for i, char in enumerate(plain):
        if char == ".":
            continue
        for other in "0123456789":
            changed = plain[:i] + other + plain[i + 1 :]
            if other != char and _well_formed(changed):
                yield "digit", sign + changed
    places = [i for i, char in enumerate(plain) if char != "."]
    for i, j in itertools.pairwise(places):
        if plain[i] != plain[j]:
            swapped = list(plain)
            swapped[i], swapped[j] = swapped[j], swapped[i]
            if _well_formed("".join(swapped)):
                yield "transposition", sign + "".join(swapped)
    for moved in shifted(plain):
        yield "decimal", sign + moved
    if plain.strip("0."):
        yield "sign", plain if sign else "-" + plain


def _well_formed(plain: str) -> bool:
    whole = plain.partition(".")[0]
    return len(whole) == 1 or not whole.startswith("0")


def shifted(plain: str) -> list[str]:
    """The decimal point one place to the left and to the right."""
    whole, _, rest = plain.partition(".")
    if not (whole + rest).strip("0"):
        return []
    left = f"{whole[:-1] or '0'}.{whole[-1]}{rest}"
    right = f"{(whole + rest[:1]).lstrip('0') or '0'}{'.' + rest[1:] if rest[1:] else ''}" if rest else whole + "0"
    return [left, right]


# ---------------------------------------------------------------- candidates


def _singles(
    bench: Bench, suspects: Sequence[int], wrong: set[int], closed: set[int], least: int = 1, climb: bool = False
) -> Iterator[Candidate]:
    """Slips of one cell; ``climb`` drops what nets less than the best found so far."""
    for cell in suspects:
        mine = bench.reach[cell] & wrong
        if not bench.cells.known[cell] or len(mine) < least:
            continue
        others = bench.reach[cell] - wrong - closed
        found: dict[str, list[Candidate]] = {}
        before = bench.values[cell]
        for kind, printed, value in bench.slips(cell):
            bench.values[cell] = value
            outcome = bench.outcome(mine, others, least)
            if outcome:
                candidate = Candidate(kind, (cell,), (value,), (printed,), tuple(outcome[0]), tuple(outcome[1]))
                found.setdefault(kind, []).append(candidate)
                if climb:
                    least = max(least, candidate.net)
        bench.values[cell] = before
        for group in found.values():
            top = max(c.net for c in group)
            best = [c for c in group if c.net == top]
            yield replace(best[0], detail=" or ".join(dict.fromkeys(c.repair[0] for c in best)), fits=len(best))


def _swap(bench: Bench, pairs: Sequence[tuple[int, int]]) -> tuple[list[int], list[Value]] | None:
    """Cells and values after exchanging the contents of each pair; ``None`` if nothing changes."""
    cells: list[int] = []
    values: list[Value] = []
    for a, b in pairs:
        if bench.values[a] == bench.values[b]:
            continue
        if not bench.cells.known[a] or not bench.cells.known[b]:
            return None
        if bench.cells.cells[a].exact != bench.cells.cells[b].exact:
            return None
        cells += [a, b]
        values += [bench.values[b], bench.values[a]]
    return (cells, values) if cells else None


def _try_swap(
    bench: Bench,
    kind: str,
    pairs: Sequence[tuple[int, int]],
    wrong: set[int],
    closed: set[int],
    least: int,
    detail: str = "",
) -> Candidate | None:
    swap = _swap(bench, pairs)
    outcome = bench.try_out(*swap, wrong, closed, least) if swap else None
    if not swap or not outcome:
        return None
    inside = tuple(bench.printed[b] if c == a else bench.printed[a] for a, b in pairs for c in (a, b) if c in swap[0])
    return Candidate(kind, tuple(swap[0]), tuple(swap[1]), inside, tuple(outcome[0]), tuple(outcome[1]), detail)


def _exchanges(
    bench: Bench, suspects: Sequence[int], wrong: set[int], closed: set[int], least: int = 1
) -> Iterator[Candidate]:
    done: set[tuple[int, int]] = set()
    for cell in suspects:
        at = bench.cells.cells[cell]
        for other in (*bench.rows[at.table, at.order[0]], *bench.columns[at.table, at.order[1]]):
            pair = (min(cell, other), max(cell, other))
            if other == cell or pair in done:
                continue
            done.add(pair)
            found = _try_swap(bench, "exchange", [pair], wrong, closed, least)
            if found:
                yield found


def _row_exchanges(
    bench: Bench, rows: Sequence[tuple[str, int]], wrong: set[int], closed: set[int], least: int = 1
) -> Iterator[Candidate]:
    done: set[tuple[str, int, int]] = set()
    for table, row in rows:
        for table2, other in bench.rows:
            pair = (table, min(row, other), max(row, other))
            if table2 != table or other == row or pair in done or table == "prose":
                continue
            done.add(pair)
            first = {bench.cells.cells[c].order[1]: c for c in bench.rows[table, pair[1]]}
            second = {bench.cells.cells[c].order[1]: c for c in bench.rows[table, pair[2]]}
            both = [(first[k], second[k]) for k in first if k in second]
            found = _try_swap(bench, "labels", both, wrong, closed, least)
            if found:
                yield found
            measures: dict[str, list[tuple[int, int]]] = {}
            for a, b in both:
                measures.setdefault(bench.cells.cells[a].measure, []).append((a, b))
            for measure, pairs in measures.items():
                if len(pairs) > 1 and len(measures) > 1:
                    found = _try_swap(bench, "block", pairs, wrong, closed, least, measure)
                    if found:
                        yield found


def _shifts(
    bench: Bench, rows: Sequence[tuple[str, int]], wrong: set[int], closed: set[int], least: int = 1
) -> Iterator[Candidate]:
    for key in rows:
        cells = bench.rows[key]
        if len(cells) < 3 or not all(bench.cells.known[c] for c in cells):
            continue
        for step in (1, -1):
            source = cells[step:] + cells[:step]
            try:
                values = [bench.value(c, bench.printed[s]) for c, s in zip(cells, source, strict=True)]
            except ValueError:
                continue
            outcome = bench.try_out(cells, values, wrong, closed, least)
            if outcome:
                repair = tuple(bench.printed[s] for s in source)
                yield Candidate(
                    "shift", tuple(cells), tuple(values), repair, tuple(outcome[0]), tuple(outcome[1]), f"{step:+d}"
                )


def _units(bench: Bench, wrong: set[int], closed: set[int]) -> Iterator[Candidate]:
    """A whole measure off by a power of ten: only where it would explain several cells."""
    counts: dict[tuple[str, str], int] = {}
    for i in wrong:
        instance = bench.instances[i]
        for cell in {instance.target, *instance.inputs}:
            at = bench.cells.cells[cell]
            counts[at.table, at.measure] = counts.get((at.table, at.measure), 0) + 1
    for block, count in counts.items():
        cells = bench.blocks[block]
        if count < 3 or 3 * count < len({bench.cells.cells[c].code for c in cells}):
            continue
        for power in (1, -1, 2, -2, 3, -3, 4, -4):
            values = [_scaled(bench.values[c], power) for c in cells]
            outcome = bench.try_out(cells, values, wrong, closed, 2)
            if outcome:
                yield Candidate(
                    "unit", tuple(cells), tuple(values), (), tuple(outcome[0]), tuple(outcome[1]), f"{power:+d}"
                )


def _scaled(value: Value, power: int) -> Value:
    if power >= 0:
        return (value[0] * 10**power, value[1] * 10**power, value[2] * 10**power)
    cut = 10**-power
    return (value[0] // cut, value[1] // cut, -(-value[2] // cut))


def _stale(bench: Bench, wrong: set[int], closed: set[int]) -> Iterator[Candidate]:
    """Ranks copied from another year's column: every printed value equals that column's."""
    columns: dict[tuple[str, int], list[int]] = {}
    for i in wrong:
        at = bench.cells.cells[bench.instances[i].target]
        group = bench.groups[bench.instances[i].group]
        if group.relation.kernel == "rank":
            columns.setdefault((at.table, at.order[1]), []).append(i)
    for (table, column), instances in columns.items():
        cells = bench.columns[table, column]
        measure = bench.cells.cells[cells[0]].measure
        for other in sorted({bench.cells.cells[c].order[1] for c in bench.blocks[table, measure]} - {column}):
            copies = bench.columns[table, other]
            if [bench.printed[c] for c in cells] != [bench.printed[c] for c in copies]:
                continue
            targets, values, repair = [], [], []
            for i in sorted(instances):
                instance = bench.instances[i]
                point = instance.kernel(
                    bench.values[instance.target], [bench.values[j] for j in instance.inputs], instance.constants
                )[2]
                if point is None:
                    continue
                targets.append(instance.target)
                repair.append(str(int(point[0] // point[1])))
                values.append(bench.value(instance.target, repair[-1]))
            outcome = bench.try_out(targets, values, wrong, closed) if targets else None
            if outcome:
                from_column = bench.cells.cells[copies[0]].column
                yield Candidate(
                    "stale",
                    tuple(targets),
                    tuple(values),
                    tuple(repair),
                    tuple(outcome[0]),
                    tuple(outcome[1]),
                    from_column,
                )


def candidates(bench: Bench, wrong: set[int], closed: set[int] | None = None) -> list[Candidate]:
    """Every hypothesis that resolves more than it breaks, best first.

    ``wrong``: contradictions to explain; ``closed``: contradictions already accounted
    for (neither resolved nor broken by anything).
    """
    closed = closed or set()
    suspects, rows = _suspects(bench, wrong)
    found = [
        *_singles(bench, suspects, wrong, closed),
        *_exchanges(bench, suspects, wrong, closed),
        *_row_exchanges(bench, rows, wrong, closed),
        *_shifts(bench, rows, wrong, closed),
        *_units(bench, wrong, closed),
        *_stale(bench, wrong, closed),
    ]
    return settled(bench, sorted(found, key=lambda c: c.key))


def settled(bench: Bench, ranked: list[Candidate]) -> list[Candidate]:
    """Candidates that tie for the first place, ordered by how well they fit.

    The fit is the mean squared position of the printed numbers between their bounds
    (0 the middle, 1 an end) once repaired: a heuristic, hence in floating point, that
    decides nothing but the order of hypotheses that resolve and cost the same.
    """
    lead = [c for c in ranked if c.key[:2] == ranked[0].key[:2]] if ranked else []
    if len(lead) < 2:
        return ranked
    return [*sorted(lead, key=lambda c: (bench.misfit(c), c.key)), *ranked[len(lead) :]]


def first(bench: Bench, wrong: set[int], closed: set[int]) -> Candidate | None:
    """The head of :func:`candidates`, found faster.

    Kinds are tried in the order of their cost; once something resolves all there is to
    resolve, nothing dearer can come first, and less than the best so far is not pursued.
    """
    suspects, rows = _suspects(bench, wrong)
    best: Candidate | None = None
    pool: list[Candidate] = []
    for kinds, source in (
        (("stale",), lambda least: _stale(bench, wrong, closed)),
        (
            ("sign", "decimal", "digit", "transposition"),
            lambda least: _singles(bench, suspects, wrong, closed, least, climb=True),
        ),
        (("unit",), lambda least: _units(bench, wrong, closed)),
        (("exchange",), lambda least: _exchanges(bench, suspects, wrong, closed, least)),
        (("labels", "block"), lambda least: _row_exchanges(bench, rows, wrong, closed, least)),
        (("shift",), lambda least: _shifts(bench, rows, wrong, closed, least)),
    ):
        if best is not None and best.net == len(wrong) and min(COSTS[k] for k in kinds) > best.key[1]:
            continue
        found = list(source(max(1, best.net) if best else 1))  # type: ignore[no-untyped-call]
        pool = sorted([*pool, *found], key=lambda c: c.key)
        pool = [c for c in pool if c.key[:2] == pool[0].key[:2]]
        best = pool[0] if pool else None
    return settled(bench, pool)[0] if pool else None


def _suspects(bench: Bench, wrong: set[int]) -> tuple[list[int], list[tuple[str, int]]]:
    """Cells of the contradicted instances, and the rows of their tables."""
    cells: dict[int, None] = {}
    for i in sorted(wrong):
        instance = bench.instances[i]
        cells.update(dict.fromkeys((instance.target, *instance.inputs)))
    rows = {(bench.cells.cells[c].table, bench.cells.cells[c].order[0]): None for c in cells}
    return list(cells), [r for r in rows if r[0] != "prose"]


def diagnose(bench: Bench, wrong: set[int], closed: set[int] | None = None) -> list[Explanation]:
    """Accept the best candidate, apply it, diagnose the rest; what is left comes last.

    The values of ``bench`` are restored at the end. Left-over contradictions that share
    a cell, or a row of a table, form one unexplained group.
    """
    left, closed = set(wrong), set(closed or ())
    explained: list[Explanation] = []
    undo: list[tuple[tuple[int, ...], list[Value]]] = []
    while left:
        parts = _connected(bench, left)
        ranked = [c for c in candidates(bench, left, closed) if _convincing(c, parts)]
        if not ranked:
            break
        best = ranked[0]
        rivals = tuple(c for c in ranked[1:] if set(c.resolves) & set(best.resolves))[:5]
        explained.append(Explanation(best, rivals, best.resolves))
        undo.append((best.cells, bench.put(best.cells, best.values)))
        left -= set(best.resolves)
        left |= set(best.breaks)
        if len(undo) > len(wrong):
            break
    for cells, old in reversed(undo):
        bench.put(cells, old)
    explained.extend(Explanation(None, (), tuple(sorted(group))) for group in _connected(bench, left & set(wrong)))
    return explained


def _convincing(candidate: Candidate, parts: list[set[int]]) -> bool:
    """Whether it resolves more than half of every knot of contradictions that it touches.

    Else three contradictions more than it breaks: several faults may meet in one knot.
    """
    resolved = set(candidate.resolves)
    return candidate.net >= 3 or all(2 * len(part & resolved) > len(part) for part in parts if part & resolved)


def _connected(bench: Bench, left: set[int]) -> list[set[int]]:
    """Groups of contradictions that meet in a table row (or, across tables, in a cell)."""
    groups: list[tuple[set[int], set[Any]]] = []
    for i in sorted(left):
        instance = bench.instances[i]
        keys: set[Any] = {instance.target, *instance.inputs} if len(instance.inputs) <= 6 else {instance.target}
        keys |= {(bench.cells.cells[c].table, bench.cells.cells[c].order[0]) for c in (instance.target,)}
        merged, rest = ({i}, keys), []
        for group in groups:
            if group[1] & merged[1]:
                merged = (merged[0] | group[0], merged[1] | group[1])
            else:
                rest.append(group)
        groups = [*rest, merged]
    return sorted((g for g, _ in groups), key=min)
