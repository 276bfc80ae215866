"""Hypotheses about single cells and rows, and how each is tried on the printed numbers.

One digit changed or two transposed, a decimal point, a sign; two cells exchanged; the values of one measure, or all
(the labels), of two rows exchanged; labels moved on by one row; a row shifted by a column; a row that repeats another.
Hypotheses about columns and tables are in :mod:`analysis.audit.columns`.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from analysis.audit.bench import Bench, Value
from analysis.audit.cells import PROSE
from analysis.audit.declarations import RANKS

#: Kinds that say a printed number is not the one meant, without saying which would be.
LOST = frozenset({"stale", "repeated row"})

#: Hypotheses that net less than this share of the best are not compared with it.
NEAR = 0.8

#: Hypotheses with a smaller net explain nothing.
LEAST = 0.5

#: Fewer contradictions than this have no cause in several tables.
MANY = 10


@dataclass(frozen=True)
class Candidate:
    """One hypothesis and what it does.

    ``kind``: a key of :data:`analysis.audit.kinds.KINDS`; ``cells``: the cells it changes (for the kinds of
    :data:`LOST`: that it takes for lost); ``values``: their values then; ``repair``: new printed digits, where the
    hypothesis gives any (empty for a unit, and for what is lost); ``resolves`` and ``breaks``: instances; ``net``:
    their weights' difference; ``fits``: how many variants of the same kind and cells do as well; ``power``: the power
    of ten that a wrong unit lacks; ``detail``: what the wording needs.
    """

    kind: str
    cells: tuple[int, ...]
    values: tuple[Value, ...]
    repair: tuple[str, ...]
    resolves: tuple[int, ...]
    breaks: tuple[int, ...]
    net: float
    detail: str = ""
    fits: int = 1
    power: int = 0


@dataclass
class Scope:
    """What is to be explained: ``wrong`` instances; ``closed`` ones are left alone.

    ``least``: hypotheses with a smaller net are not pursued; it rises while :func:`analysis.audit.diagnosis.candidates`
    finds better ones than its caller has use for.
    """

    bench: Bench
    wrong: set[int]
    closed: set[int]
    least: float = LEAST

    @cached_property
    def suspects(self) -> list[int]:
        """Cells that what is to be explained reads."""
        instances = (self.bench.instances[i] for i in sorted(self.wrong))
        return list(dict.fromkeys(c for instance in instances for c in (instance.target, *instance.inputs)))

    @cached_property
    def rows(self) -> list[tuple[str, int]]:
        """Table and position of the rows of these cells."""
        at = (self.bench.cells.cells[c] for c in self.suspects)
        return [row for row in dict.fromkeys((cell.table, cell.order[0]) for cell in at) if row[0] != PROSE]

    def trial(
        self,
        kind: str,
        cells: Sequence[int],
        repair: Sequence[str],
        values: Sequence[Value] | None = None,
        detail: str = "",
        power: int = 0,
        moves: Sequence[tuple[int, int]] = (),
    ) -> Candidate | None:
        """What a change of cells resolves and breaks; ``None`` if its net is too small.

        ``moves``: (from, to) of contents that change their place. A contradiction is
        not resolved when its number merely goes where the relation does not reach.
        """
        bench = self.bench
        touched = bench.touched(cells)
        mine = touched & self.wrong
        if not mine or bench.weigh(mine) < self.least:
            return None
        if values is None:
            try:
                values = [bench.value(c, p) for c, p in zip(cells, repair, strict=True)]
            except ValueError:  # more decimals than this table could have
                return None
        changed = [i for i, (c, v) in enumerate(zip(cells, values, strict=True)) if bench.values[c] != v]
        if len(changed) < len(cells):
            cells, values = [cells[i] for i in changed], [values[i] for i in changed]
            repair = [repair[i] for i in changed] if repair else ()
            touched = bench.touched(cells)
            mine = touched & self.wrong
        old = bench.put(cells, values)
        others = (i for i in touched if i not in self.wrong and i not in self.closed)  # most trials look at few
        outcome = bench.outcome(mine, others, self.least)
        bench.put(cells, old)
        if outcome is None:
            return None
        resolved, broken = outcome
        if moves:
            resolved = tuple(i for i in resolved if self._still_reached(i, moves))
        net = bench.weigh(resolved) - bench.weigh(broken)
        if net < self.least or not cells:
            return None
        return Candidate(kind, tuple(cells), tuple(values), tuple(repair), resolved, broken, net, detail, 1, power)

    def _still_reached(self, number: int, moves: Sequence[tuple[int, int]]) -> bool:
        """Whether the moved contents that an instance reads are checked at their new places.

        By the same relation, by one that reads more than their row, or as another measure.
        """
        bench, at = self.bench, self.bench.cells.cells
        instance = bench.instances[number]
        reads = {instance.target, *instance.inputs}
        for source, place in moves:
            if source not in reads or place in reads:
                continue
            for i in bench.touching[place]:
                other = bench.instances[i]
                if other.relation is instance.relation:
                    break
                if at[source].measure != at[place].measure or any(
                    at[c].order[0] != at[place].order[0] or at[c].table != at[place].table
                    for c in (other.target, *other.inputs)
                ):
                    break
            else:
                return False
        return True

    def swap(self, kind: str, pairs: Iterable[tuple[int, int]], detail: str = "") -> Candidate | None:
        """The printed contents of each pair exchanged."""
        printed, values = self.bench.printed, self.bench.values
        other = [(a, b) for a, b in pairs if printed[a] != printed[b] or values[a] != values[b]]
        if not other or len(self.known(other)) < len(other):
            return None
        return self.move(kind, [move for a, b in other for move in ((a, b), (b, a))], detail)

    def move(self, kind: str, pairs: Sequence[tuple[int, int]], detail: str = "") -> Candidate | None:
        """Printed contents that belong elsewhere: (cell, where its contents stand now)."""
        printed, moves = [self.bench.printed[b] for _, b in pairs], [(b, a) for a, b in pairs]
        return self.trial(kind, [a for a, _ in pairs], printed, detail=detail, moves=moves)

    def known(self, pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """The pairs of cells that both hold a number."""
        return [(a, b) for a, b in pairs if self.bench.known[a] and self.bench.known[b]]

    def lost(self, kind: str, cells: Sequence[int], detail: str) -> Candidate | None:
        """Cells whose print only repeats another place: contradictions they enter are explained.

        The copy itself is the evidence, so the caller must have made sure of it.
        """
        bench = self.bench
        touched = bench.touched(cells) - self.closed
        resolved = touched & self.wrong
        net = bench.weigh(resolved)
        if net < max(self.least, 1.0):
            return None
        values = tuple(bench.values[c] for c in cells)
        return Candidate(kind, tuple(cells), values, (), tuple(sorted(resolved)), (), net, detail)


Source = Callable[[Scope], Iterator[Candidate | None]]


def singles(scope: Scope) -> Iterator[Candidate | None]:
    """Slips of one cell; variants of one cell and kind that do equally well are one candidate."""
    bench = scope.bench
    for cell in scope.suspects:
        mine = bench.touching[cell] & scope.wrong
        if not bench.known[cell] or bench.weigh(mine) < scope.least:
            continue
        others = bench.touching[cell] - scope.wrong - scope.closed
        found: dict[str, list[Candidate]] = {}
        before = bench.values[cell]
        for kind, printed, value in bench.slips(cell):
            bench.values[cell] = value
            outcome = bench.outcome(mine, others, scope.least)
            if outcome and outcome[0]:
                net = bench.weigh(outcome[0]) - bench.weigh(outcome[1])
                candidate = Candidate(kind, (cell,), (value,), (printed,), *outcome, net)
                found.setdefault(kind, []).append(candidate)
        bench.values[cell] = before
        for group in found.values():
            top = max(c.net for c in group)
            best = [c for c in group if c.net == top]
            if len(best) > 1:  # the variant that fits best speaks for them
                best.sort(key=lambda c: unfit(bench, c))
            yield replace(best[0], detail=" or ".join(dict.fromkeys(c.repair[0] for c in best)), fits=len(best))


def exchanges(scope: Scope) -> Iterator[Candidate | None]:
    """Two cells of a row or a column exchanged."""
    bench = scope.bench
    pairs: dict[tuple[int, int], None] = {}
    for cell in scope.suspects:
        at = bench.cells.cells[cell]
        for other in (*bench.rows[at.table, at.order[0]], *bench.columns[at.table, at.order[1]]):
            if other != cell:
                pairs[min(cell, other), max(cell, other)] = None
    for a, b in pairs:
        if any(_told_apart(bench, i, a, b) for i in (bench.touching[a] | bench.touching[b]) & scope.wrong):
            yield scope.swap("exchange", [(a, b)])


#: Kernels that read their inputs in any order, and how many of the first ones not.
_UNORDERED = {"total": 0, "distinct": 0} | dict.fromkeys(RANKS, 1)


def _told_apart(bench: Bench, number: int, a: int, b: int) -> bool:
    """Whether an instance that reads one of two cells, or both, is another one once they are exchanged."""
    instance = bench.instances[number]
    first = _UNORDERED.get(instance.relation.kernel)
    if first is None or number not in bench.touching[a] & bench.touching[b]:
        return True
    return not {a, b}.isdisjoint((instance.target, *instance.inputs[:first]))


def _row_pairs(bench: Bench, table: str, one: int, two: int) -> list[tuple[int, int]]:
    """Cells of two rows, column by column."""
    return bench.beside(bench.rows[table, one], bench.rows[table, two], axis=1)


def row_exchanges(scope: Scope) -> Iterator[Candidate | None]:
    """The labels of two rows, or their values of one measure, exchanged."""
    bench = scope.bench
    rows = ((t, row, other) for t, row in scope.rows for table, other in bench.rows if table == t and other != row)
    for table, one, two in dict.fromkeys((table, min(row, other), max(row, other)) for table, row, other in rows):
        both = _row_pairs(bench, table, one, two)
        yield scope.swap("labels", both)
        measures: dict[str, list[tuple[int, int]]] = {}
        for a, b in both:
            measures.setdefault(bench.cells.cells[a].measure, []).append((a, b))
        for measure, pairs in measures.items():
            if len(pairs) > 1 and len(measures) > 1:
                yield scope.swap("block", pairs, measure)


def labels_everywhere(scope: Scope) -> Iterator[Candidate | None]:
    """The labels of two rows exchanged in several tables alike (in all that fail but one, too)."""
    bench, at = scope.bench, scope.bench.cells.cells
    if len(scope.wrong) < MANY:
        return
    rows: dict[str, dict[str, int]] = {}
    for table in dict.fromkeys(t for t, _ in scope.rows):
        for (name, row), line in bench.rows.items():
            if name == table:
                rows.setdefault(at[line[0]].code, {})[table] = row
    for one, two in itertools.combinations(rows, 2):
        shared = [t for t in rows[one] if t in rows[two]]
        if len(shared) > 1:
            for tables in (shared, *([t for t in shared if t != left] for left in shared if len(shared) > 2)):
                pairs = [p for t in tables for p in _row_pairs(bench, t, rows[one][t], rows[two][t])]
                yield scope.swap("labels", scope.known(pairs))


def shifts(scope: Scope) -> Iterator[Candidate | None]:
    """A row whose contents stand one column to the left or right."""
    bench = scope.bench
    for key in scope.rows:
        cells = bench.rows[key]
        if len(cells) < 3 or not all(bench.known[c] for c in cells):
            continue
        for step in (1, -1):
            source = cells[step:] + cells[:step]
            yield scope.trial("shift", cells, [bench.printed[s] for s in source], detail=f"{step:+d}")


def repeated_rows(scope: Scope) -> Iterator[Candidate | None]:
    """A row that repeats another of its table, or the row of its label in another table."""
    bench, at = scope.bench, scope.bench.cells.cells
    for table, row in scope.rows:
        cells = [c for c in bench.rows[table, row] if bench.known[c]]
        printed = [bench.printed[c] for c in cells]
        if len(set(printed)) < 4:
            continue
        for (table2, other), line in bench.rows.items():
            if (table2, other) == (table, row) or table2 == PROSE:
                continue
            copied = at[line[0]].code == at[cells[0]].code and at[line[0]].measure != at[cells[0]].measure
            if (table2 == table or copied) and printed == [bench.printed[c] for c in line if bench.known[c]]:
                where = at[line[0]].code if table2 == table else f"Table {table2}"
                yield scope.lost("repeated row", cells, where)


def moved_labels(scope: Scope) -> Iterator[Candidate | None]:
    """All labels of a table (of its rows of one kind) moved on by one row."""
    bench, at = scope.bench, scope.bench.cells.cells
    for table in dict.fromkeys(t for t, _ in scope.rows):
        lines = sorted(row for t, row in bench.rows if t == table)
        kinds = {row: bench.cells.kinds.get(at[bench.rows[table, row][0]].code, "") for row in lines}
        groups = {tuple(lines), *(tuple(r for r in lines if kinds[r] == k) for k in set(kinds.values()))}
        for group in sorted(g for g in groups if len(g) > 2):
            for step in (1, -1):
                source = group[step:] + group[:step]
                pairs = [p for to, come in zip(group, source, strict=True) for p in _row_pairs(bench, table, to, come)]
                yield scope.move("moved labels", scope.known(pairs), f"{step:+d}")


def unfit(bench: Bench, candidate: Candidate) -> float:
    """How much worse the touched numbers fit once repaired, in bits (negative: better).

    Of numbers printed right, the one derived from others stands near the middle of its bounds: the squared position (0
    the middle, 1 an end) behaves like that of a normal error of half the way. Levels should lie near their neighbours.
    """
    if candidate.kind in LOST:  # what holds speaks against it, unless it reads the copy as input only
        resolved = set(candidate.resolves)
        held = bench.weigh(bench.touched(candidate.cells) - resolved)
        own = sum(bench.instances[i].target in candidate.cells for i in resolved)
        return 0.5 * held - 0.5 * own - 1.5 * len(resolved)  # the numbers that belong there would fit
    touched = sorted(bench.touched(candidate.cells))
    before, odd = _spread(bench, touched), bench.odd(candidate.cells)
    old = bench.put(candidate.cells, candidate.values)
    after, odder = _spread(bench, touched), bench.odd(candidate.cells)
    bench.put(candidate.cells, old)
    squares = sum(a - b for a, b in zip(after, before, strict=True))
    return 2.9 * squares + 2 * (odder - odd)


def _spread(bench: Bench, numbers: Iterable[int]) -> list[float]:
    """Squared positions, at most 1; 1 where a bound is infinite, 0 for open ends."""
    places = (bench.position(i) for i in numbers)
    return [0.33 if at is None else min(at * at, 1.0) for at in places]


SOURCES: tuple[Source, ...] = (
    singles,
    exchanges,
    row_exchanges,
    labels_everywhere,
    shifts,
    repeated_rows,
    moved_labels,
)
