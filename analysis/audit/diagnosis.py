"""What is the most economical explanation of the contradictions?

Hypotheses about the printing (:mod:`analysis.audit.hypotheses` of cells and rows, :mod:`analysis.audit.columns` of
columns and tables) are tried on the printed numbers: each
*resolves* contradictions and *breaks* relations that held, wherever in the report they
stand, so that evidence from other tables counts by itself. The rules of ranking:

1. What it explains: contradictions resolved less relations broken, where a bound or an
   assumption counts half of an exact relation; each is worth :data:`WORTH` bits. A
   contradiction whose numbers merely went out of reach of the relation is not resolved.
2. What it takes to believe it, in bits: the cost of its kind (:mod:`analysis.audit.kinds`), less those
   by which the touched numbers now fit better (:func:`hypotheses.unfit`).
3. It is accepted only if it is convincing: it breaks little of what it touches and
   resolves at least half of every knot of contradictions it enters, or nets :data:`MUCH`. Where
   nothing is, two slips that together resolve a whole knot are tried.
4. Where another hypothesis about other cells comes within :data:`CLOSE` bits, the
   explanation is *one of these*: both are given, none is decided. Where they net less than
   :data:`MUCH` and only the fit tells them apart, it must do so by :data:`WORTH` bits. One
   contradiction alone does not decide against a number that others follow from, if nothing else speaks
   for what follows, nor on a last digit that is off by one, which may have been computed otherwise.

The accepted one is applied and the rest diagnosed on top of it, until nothing resolves anything; what stands on one of
several readings is not decided either. Bounds and assumptions alone decide nothing: what rests on them only is never
more than one of several readings. A relation that fails nearly everywhere (:func:`misfits`) may not be how the numbers
came about: it is explained by what resolves nearly all of its failures, or stays one question.
"""

import math
from bisect import insort
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from analysis.audit import columns, hypotheses
from analysis.audit.bench import SOFT, Bench
from analysis.audit.hypotheses import LOST, NEAR, Candidate, Scope, Source, unfit
from analysis.audit.kinds import KINDS

#: Kinds about many cells, and what they need more if they resolve one contradiction only.
WIDE = frozenset({"labels", "block", "shift"})
SINGLE = 5.0

#: What one contradiction resolved is worth, in bits.
WORTH = 8.0

#: Larger groups of contradictions are not searched for two faults at once.
KNOT = 12

#: Two hypotheses closer than this, in bits, are not told apart.
CLOSE = 1.0

#: A hypothesis that nets this much speaks for itself.
MUCH = 3.0

#: Share of what a hypothesis resolves that it may break.
BROKEN = 0.25

#: A relation that fails so often, and in at least this share of its places, may be the wrong one; what explains it
#: resolves at least :data:`NEARLY` of that.
OFTEN, MOSTLY, NEARLY = 3, 0.5, 0.8


@dataclass(frozen=True)
class Explanation:
    """Contradictions with one cause, or with none found (``best`` is ``None``).

    ``decided``: False where ``alternatives`` begins with hypotheses that are equally good
    (the first ``equal`` of them) or nothing but bounds and assumptions speaks.
    ``instances``: the contradictions that ``best`` resolves (or that are left over). ``rows``: in how many places the
    relation was tried that fails nearly everywhere, 0 if none does.
    """

    best: Candidate | None
    alternatives: tuple[Candidate, ...]
    instances: tuple[int, ...]
    equal: int = 0
    decided: bool = True
    rows: int = 0


def score(bench: Bench, candidate: Candidate) -> float:
    """How much a hypothesis explains, in bits, less what it takes to believe it (rules 1 and 2)."""
    cost = KINDS[candidate.kind].cost - 0.5 * math.log2(candidate.fits)
    if candidate.kind in WIDE and len(candidate.resolves) == 1:
        cost += SINGLE
    return round(WORTH * candidate.net - cost - unfit(bench, candidate), 6)


def candidates(bench: Bench, wrong: set[int], closed: set[int] | None = None, first: int = 0) -> list[Candidate]:
    """Every hypothesis that resolves more than it breaks, best first.

    ``wrong``: contradictions to explain; ``closed``: contradictions already accounted for (neither resolved nor broken
    by anything). With ``first`` only as many come, or some more, as in the whole list, which is several times faster:
    what nets less than :data:`NEAR` of as many others is dropped on the way.
    """
    scope = Scope(bench, wrong, closed or set())
    found: dict[Source, list[Candidate]] = {}
    best: list[float] = []  # nets, smallest first
    for source in (*columns.SOURCES, *hypotheses.SOURCES):  # what is about many cells soon rules out the rest
        found[source] = []
        for candidate in source(scope):
            if candidate is None or candidate.net < scope.least:
                continue
            found[source].append(candidate)
            if first:
                insort(best, candidate.net)
                best = best[-first:]
                scope.least = max(scope.least, NEAR * best[0]) if len(best) == first else scope.least
    kept = [c for source in (*hypotheses.SOURCES, *columns.SOURCES) for c in found[source] if c.net >= scope.least]
    near = NEAR * max((c.net for c in kept), default=0.0)
    lead = sorted((c for c in kept if c.net >= near), key=lambda c: (-score(bench, c), c.cells))
    return lead + sorted((c for c in kept if c.net < near), key=lambda c: (-c.net, KINDS[c.kind].cost, c.cells))


def diagnose(bench: Bench, wrong: set[int], closed: set[int] | None = None) -> list[Explanation]:
    """Accept the best candidate, apply it, diagnose the rest; what is left comes last.

    The values of ``bench`` are restored at the end. Left-over contradictions that share
    a cell, or a row of a table, form one unexplained group.
    """
    left, closed, unsure = set(wrong), set(closed or ()), set[int]()
    explained: list[Explanation] = []
    with ExitStack() as repairs:
        while left and (accepted := _best(bench, left, closed) or _pair(bench, left, closed)):
            for one in accepted:
                assert one.best is not None
                sure = one.decided and unsure.isdisjoint(one.instances)
                explained.append(replace(one, decided=sure))
                unsure |= set() if sure else bench.touched(one.best.cells)
                repairs.enter_context(repaired(bench, one.best))
                if one.best.kind in LOST:
                    closed |= bench.touched(one.best.cells)
                closed |= set(one.best.breaks)  # the price of this explanation, nothing to explain again
                left -= set(one.best.resolves) | closed
    left &= set(wrong)
    for failing, rows in misfits(bench, left):
        if failing <= left:
            explained.append(Explanation(None, (), tuple(sorted(failing)), 0, False, rows))
            left -= failing
    explained.extend(Explanation(None, (), tuple(sorted(group)), 0, False) for group in connected(bench, left))
    return explained


def misfits(bench: Bench, left: set[int]) -> list[tuple[set[int], int]]:
    """What fails of relations that fail nearly everywhere, and in how many places each was tried: most first.

    A relation as it was declared, in a table or in one of its columns.
    """
    places: dict[tuple[str, ...], set[int]] = {}
    for i in left:
        places.setdefault(bench.declared(i)[:1], set())
    for i, instance in enumerate(bench.instances):
        whole, column = bench.declared(i)[:1], bench.declared(i)
        if whole in places and i in bench.touching[instance.target]:
            places[whole].add(i)
            places.setdefault(column, set()).add(i)
    found = [(tried & left, len(tried)) for tried in places.values()]
    found = [(failing, n) for failing, n in found if len(failing) >= max(OFTEN, MOSTLY * n)]
    return sorted(found, key=lambda one: (-len(one[0]), min(one[0])))


def _best(bench: Bench, left: set[int], closed: set[int]) -> list[Explanation]:
    """The best convincing candidate as an explanation, in a list; empty if there is none."""
    parts, misfit = connected(bench, left), misfits(bench, left)
    order = [c for c in candidates(bench, left, closed) if convincing(c, parts) and not _beside(bench, misfit, c)]
    if not order:
        return []
    best = max(order[:1] + [c for c in order if c.net >= NEAR * order[0].net], key=lambda c: score(bench, c))
    rivals = [c for c in order if c is not best and set(c.resolves) & set(best.resolves)]
    top = score(bench, best)

    def close(c: Candidate) -> bool:
        both_copies = c.kind == best.kind and c.kind in LOST  # which of two is the copy takes more to say
        less = KINDS[c.kind].cost <= KINDS[best.kind].cost + CLOSE or set(c.cells) < set(best.cells)
        but_for_the_fit = best.net <= c.net < MUCH and less
        margin = WORTH if both_copies or but_for_the_fit else CLOSE
        return set(c.cells) != set(best.cells) and score(bench, c) >= top - margin

    equal = [c for c in rivals if close(c)]
    others = [c for c in rivals if c not in equal]
    hard = best.kind in LOST or any(bench.instances[i].weight > SOFT for i in best.resolves)
    target = bench.instances[best.resolves[0]].target
    if len(best.resolves) == 1:
        if best.cells == (target,):  # the last digit may have been computed otherwise
            hard &= abs(best.values[0][1] - bench.values[target][1]) > bench.cells.steps[target]
        elif target not in best.cells:  # a number that follows from others may be wrong in any way
            hard &= len(bench.touched((target,))) > 1
    explained = Explanation(best, tuple([*equal, *others][:5]), best.resolves, min(len(equal), 5), hard and not equal)
    return [explained]


def _beside(bench: Bench, misfit: list[tuple[set[int], int]], *some: Candidate) -> bool:
    """Whether hypotheses resolve nothing but a few failures of relations that fail nearly everywhere.

    Or all but a failure in the very row that they change: of ranks that are all too high by one, too.
    """
    resolved = {i for c in some for i in c.resolves}
    at = bench.cells.cells
    rows = {(at[cell].table, at[cell].row) for c in some for cell in c.cells}
    few, most = set[int](), set[int]()
    for failing, _ in misfit:
        rest = (at[bench.instances[i].target] for i in failing - resolved)
        nearly = len(failing & resolved) >= NEARLY * len(failing) and all((c.table, c.row) not in rows for c in rest)
        (most if nearly else few).update(failing)
    return resolved <= few and resolved.isdisjoint(most)


def _pair(bench: Bench, left: set[int], closed: set[int]) -> list[Explanation]:
    """Two slips of single cells that together resolve a whole knot and break nothing."""
    misfit = misfits(bench, left)
    for part in connected(bench, left):
        if not 2 <= len(part) <= KNOT or bench.weigh(part) < 2:
            continue
        pairs: dict[frozenset[int], tuple[float, Candidate, Candidate]] = {}
        aside = closed | (left - part)
        for one in [c for c in candidates(bench, part, aside) if len(c.cells) == 1][:KNOT]:
            rest = (part - set(one.resolves)) | set(one.breaks)
            with repaired(bench, one):
                for two in candidates(bench, rest, aside, first=1):
                    if len(two.cells) > 1 or two.cells == one.cells or set(two.resolves) != rest or two.breaks:
                        continue
                    if _beside(bench, misfit, one, two):
                        continue
                    total = score(bench, two) - KINDS[one.kind].cost + 0.5 * math.log2(one.fits)
                    key = frozenset((*one.cells, *two.cells))
                    if key not in pairs or pairs[key][0] < total:
                        pairs[key] = total, one, two
        ranked = sorted(pairs.values(), key=lambda p: (-p[0], p[1].cells))
        if not ranked:
            continue
        top, one, two = ranked[0]
        if len(ranked) > 1 and ranked[1][0] >= top - CLOSE:
            continue
        second = replace(two, resolves=tuple(sorted(set(two.resolves) & part)))
        first = replace(one, breaks=())
        return [Explanation(c, (), c.resolves) for c in (first, second)]
    return []


@contextmanager
def repaired(bench: Bench, candidate: Candidate) -> Iterator[None]:
    """The bench with the repair printed."""
    cells = candidate.cells
    old = [(bench.values[c], bench.printed[c], bench.power[c]) for c in cells]
    bench.put(cells, candidate.values)
    for c, p in zip(cells, candidate.repair, strict=False):
        bench.printed[c] = p
    for c in cells:
        bench.power[c] += candidate.power
    try:
        yield
    finally:
        for c, (value, printed, power) in zip(cells, old, strict=True):
            bench.values[c], bench.printed[c], bench.power[c] = value, printed, power


def convincing(candidate: Candidate, parts: list[set[int]]) -> bool:
    """Whether a hypothesis breaks little and resolves most of the knots it enters (rule 3)."""
    resolved = set(candidate.resolves)
    if len(candidate.breaks) > BROKEN * len(resolved):
        return False
    if candidate.net >= MUCH:
        return True
    least = 0.5 if candidate.net >= 1 else 0.51
    return all(len(part & resolved) >= least * len(part) for part in parts if part & resolved)


def connected(bench: Bench, left: Iterable[int]) -> list[set[int]]:
    """Groups of contradictions that meet in a table row (or, across tables, in a cell)."""
    groups: list[tuple[set[int], set[Any]]] = []
    for i in sorted(left):
        instance = bench.instances[i]
        keys: set[Any] = {instance.target, *instance.inputs} if len(instance.inputs) <= 6 else {instance.target}
        at = bench.cells.cells[instance.target]
        keys |= {(at.table, at.order[0])}
        merged, rest = ({i}, keys), []
        for group in groups:
            if group[1] & merged[1]:
                merged = (merged[0] | group[0], merged[1] | group[1])
            else:
                rest.append(group)
        groups = [*rest, merged]
    return sorted((g for g, _ in groups), key=min)
