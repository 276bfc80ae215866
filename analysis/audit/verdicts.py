"""The ledger: one row per derived cell and relation, with bounds and a verdict.

Two families of verdicts, which are never added up. Of arithmetic, order and definition: ``reproduced`` (the relation on
the printed digits gives the printed number), ``consistent`` (some unrounded inputs that print the same do, rounded or
truncated), ``explained`` (the direct relation fails, and a declared derivation reproduces every cell of the table's
block), ``contradicted`` (no admissible inputs give it). Of declared bounds and of relations that assume something
nobody printed: ``plausible`` (inside; ``reproduced`` if it is the very number) and ``implausible`` (outside: a
question, never an error). ``unchecked``: an input is missing, or there is no value (growth from a negative number).
"""

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.audit.cells import NEAREST_MODE, ONE_WAY, PROSE, Cells, build, governed
from analysis.audit.declarations import EXACT, Relation, declared
from analysis.audit.kernels import DENSE, Bound, Constants, rounded
from analysis.audit.relations import Evaluation, Group, evaluate, instances, reads, targets, unprinted
from analysis.interval import MODES, as_printed, outward
from analysis.report import BadInput, Report, once

_COLUMNS = "table row column year relation printed recomputed low high verdict finding basis"
COLUMNS = _COLUMNS.split()

#: The verdicts that say a number can or cannot be, and those that say it is likely or not.
PROVEN = ("reproduced", "consistent", "explained", "contradicted")
JUDGED = ("plausible", "implausible")
VERDICTS = (*PROVEN, *JUDGED, "unchecked")
FAILING = ("contradicted", "implausible")

#: So many numbers are read by all relations, at most: a ranking of 1,900 rows is checked with less than 500 MB.
MAX_READ = 4_000_000

#: Digits shown of a bound beyond the printed ones.
EXTRA_DECIMALS = 2


@dataclass(frozen=True, eq=False)
class Audit:
    """Cells, the evaluation of every bound relation and the verdicts.

    ``cells`` are read as their measures round. ``unbound``: relations with the cells that they are about and whose
    inputs are not printed (no cells, where even these are not); ``absent``: those whose rows and columns are nowhere,
    so that nothing is checked. ``lenient``: for each evaluation what holds only if numbers were not rounded to the
    nearest, or added up after rounding.
    """

    cells: Cells
    results: list[Evaluation]
    verdicts: list[NDArray[Any]]
    unbound: list[tuple[Relation, NDArray[np.int64]]]
    absent: list[Relation]
    lenient: list[NDArray[np.bool_]]

    @property
    def groups(self) -> list[Group]:
        """The bound relations."""
        return [result.group for result in self.results]

    @functools.cached_property
    def table(self) -> pd.DataFrame:
        """The ledger without findings, in printed order; one more column, ``number``, counts all instances.

        It is -1 for a relation that is not bound.
        """
        number = itertools.count()
        parts = [
            _columns(result, verdict, self, list(itertools.islice(number, len(verdict))))
            for result, verdict in zip(self.results, self.verdicts, strict=True)
        ]
        parts += [_missing(relation, target, self) for relation, target in self.unbound]
        names = [*COLUMNS, "number", "_row", "_column"]
        whole = pd.DataFrame({k: list(itertools.chain.from_iterable(part[k] for part in parts)) for k in names})
        tables = {t: i for i, t in enumerate(dict.fromkeys(c.table for c in self.cells.cells))}
        whole["_table"] = whole["table"].map(tables)
        whole = whole.sort_values(["_table", "_row", "_column", "number"], kind="stable", ignore_index=True)
        return whole.drop(columns=["_table", "_row", "_column"])


@once
def audit(report: Report, tables: frozenset[str] | None = None) -> Audit:
    """Evaluate every relation of a report (those deriving cells of ``tables`` only)."""
    chosen = [r for r in declared(report) if tables is None or r.target.table in tables]
    needed = None
    if tables is not None:
        used = tables.union(*(r.tables for r in chosen))
        needed = tuple(t for t in [*report.tables, PROSE] if t in used)
    cells, read = build(report, needed), 0
    for relation in chosen:
        read += reads(relation, cells)
        if read > MAX_READ:
            expected = f"relations that read at most {MAX_READ:,} numbers in all, each as often as it is read"
            raise BadInput("relations.csv", expected, relation.text, "inputs")
    done = judge(cells, chosen)
    lost, gone = {r: unprinted(r, done.cells) for r in chosen}, set(done.absent)
    absent = [
        f"{r.target.measure} of {r.table} ({r.name}){': ' * bool(names)}{', '.join(names)}"
        for r, names in lost.items()
        if names or r in gone
    ]
    report.warn_of("relations.csv", "relations are about numbers that are not printed in this edition", absent)
    coarse = zip(done.cells.cells, done.cells.coarse, strict=True)
    columns = dict.fromkeys(f"{c.table}/{c.column}" for c, grain in coarse if grain > 1)
    report.warn_of(
        "audit", "columns are read as rounded more coarsely than printed, as their zeros and fives say", columns
    )
    held = [i for e, some in zip(done.results, done.lenient, strict=True) for i in e.group.target[some]]
    places = dict.fromkeys(done.cells.cells[i].place for i in held)
    report.warn_of(
        "audit", "numbers follow from others only if these were cut off, rounded up or added up after rounding", places
    )
    return done


def judge(cells: Cells, chosen: Sequence[Relation]) -> Audit:
    """Bind, evaluate and give verdicts; measures that round otherwise are read so first."""
    found = [(relation, *instances(relation, cells)) for relation in chosen]
    results = [evaluate(group, cells) for _, groups, _ in found for group in groups]
    absent = [r for r, groups, blank in found if not groups and not blank.size]
    unbound = [(r, blank) for r, _, blank in found if blank.size] + [(r, targets(r, cells)) for r in absent]
    for key, mode in rounding_modes(cells, results).items():
        other = governed(cells, {**cells.modes, key: mode})
        again = [evaluate(e.group, other) for e in results]
        if _failures(key, again) <= _failures(key, results):
            cells, results = other, again
    results = [e for e in _ranked(results, cells) if _established(e)]
    verdicts = [_verdicts(e, cells) for e in results]
    _explain(results, verdicts, cells)
    lenient = [a | b for a, b in zip(_one_way(cells, results), _added_up(cells, results), strict=True)]
    for verdict, saved in zip(verdicts, lenient, strict=True):
        saved &= np.isin(verdict, FAILING)
        verdict[saved] = np.where(verdict[saved] == "contradicted", "consistent", "plausible")
    return Audit(cells, results, verdicts, unbound, absent, lenient)


def _ranked(results: list[Evaluation], cells: Cells) -> list[Evaluation]:
    """The same, with those rankings read as dense (1, 2, 2, 3) of whose numbers more say so than say the contrary."""
    kinds = dict.fromkeys(e.group.relation for e in results if e.group.relation.kernel in DENSE and e.fails.any())
    for relation in kinds:
        dense = replace(relation, kernel=DENSE[relation.kernel])
        at = [i for i, e in enumerate(results) if e.group.relation == relation]
        pairs = [(results[i], evaluate(replace(results[i].group, relation=dense), cells)) for i in at]
        said = sum(int((one.fails & other.holds).sum()) for one, other in pairs)
        denied = sum(int((_as_computed(one, cells) & ~_as_computed(other, cells)).sum()) for one, other in pairs)
        for i, (_, other) in zip(at, pairs, strict=True):
            results[i] = other if said > denied else results[i]
    return results


def _as_computed(result: Evaluation, cells: Cells) -> NDArray[np.bool_]:
    """What holds and prints as the printed inputs give it."""
    same: NDArray[np.bool_] = _recomputed(result, cells) == _printed_digits(cells, result.group.target)
    return result.holds & same


def _failures(key: tuple[str, str], results: list[Evaluation]) -> int:
    """Instances that fail where cells of a measure are derived or read."""
    return sum(int(e.fails.sum()) for e in results if key in e.group.relation.names)


def _added_up(cells: Cells, results: list[Evaluation]) -> list[NDArray[np.bool_]]:
    """For each evaluation what fails, but holds if totals that are the sum of their parts as printed were made of these.

    What is computed from the unrounded total then misses the printed one by what all the parts were rounded.
    """
    if not any(e.fails.any() for e in results):
        return [e.fails for e in results]
    low, high = cells.low.copy(), cells.high.copy()
    for e in results:
        if e.group.relation.kernel == "total" and e.group.inputs.shape[1] > 1:
            over, under = e.group.constants.unit
            same = _as_computed(e, cells) & ~cells.fixed[e.group.target]
            target, parts = e.group.target[same], e.group.inputs[same]
            low[target] = np.minimum(low[target], cells.low[parts].sum(axis=1) * over // under)
            high[target] = np.maximum(high[target], -(-cells.high[parts].sum(axis=1) * over // under))
    made = replace(cells, low=low, high=high)
    return [e.fails & ~evaluate(e.group, made).fails if e.fails.any() else e.fails for e in results]


def _one_way(cells: Cells, results: list[Evaluation]) -> list[NDArray[np.bool_]]:
    """For each evaluation what fails, but holds if some measures are read as truncated, or as always rounded down or up
    (:data:`analysis.audit.cells.ONE_WAY`), and then nothing else fails.

    Tried are the measure of the target, those of the inputs, those in the units of either, and all of the tables: too
    few numbers may speak for :func:`rounding_modes` to say how they round, and then no difference in the last digit
    is held against them. (Half to even is part of what is read to the nearest.)
    """
    saved = [np.zeros(len(e.holds), dtype=bool) for e in results]
    wrong = [e.fails for e in results]
    names = [e.group.relation.names for e in results]
    scopes: dict[frozenset[tuple[str, str]], None] = {}
    for relation in (e.group.relation for e, fails in zip(results, wrong, strict=True) if fails.any()):
        near = [b for b in cells.blocks.values() if b.table in relation.tables]
        for some in (relation.target.names, [name for term in relation.inputs for name in term.names]):
            units = {(table, cells.blocks[table, measure].unit_name) for table, measure in some}
            alike = [(b.table, b.measure) for b in near if (b.table, b.unit_name) in units]
            scopes |= dict.fromkeys((frozenset(some), frozenset(alike)))
        scopes[frozenset((b.table, b.measure) for b in near)] = None
    tried: dict[tuple[int, str, frozenset[tuple[str, str]]], NDArray[np.bool_]] = {}

    def broken(i: int, mode: str, scope: frozenset[tuple[str, str]], other: Cells) -> NDArray[np.bool_]:
        key = i, mode, scope & names[i]  # of what is read otherwise, a relation sees only what it reads
        if key not in tried:
            tried[key] = evaluate(results[i].group, other).fails
        return tried[key]

    for scope, mode in itertools.product(scopes, ONE_WAY):
        other = governed(cells, {**cells.modes, **dict.fromkeys(scope, mode)})
        read = [i for i, some in enumerate(names) if not scope.isdisjoint(some)]
        gains = {i: wrong[i] & ~saved[i] & ~broken(i, mode, scope, other) for i in read if wrong[i].any()}
        # where nothing is gained, it does not matter what else would fail
        if not any(gain.any() for gain in gains.values()):
            continue
        if not any((broken(i, mode, scope, other) & results[i].holds).any() for i in read):
            for i, gain in gains.items():
                saved[i] |= gain
    return saved


def _printed_digits(cells: Cells, index: NDArray[np.int64]) -> Any:
    return cells.mid[index] // cells.steps[index]


def _recomputed(result: Evaluation, cells: Cells) -> Any:
    """The digits that the printed inputs give, rounded as the measure is."""
    assert result.point is not None
    target = result.group.relation.target
    places = cells.decimals[result.group.target]
    return rounded(*result.point, places, cells.mode(target.table, target.measure))


#: A mode is taken over rounding to the nearest if it alone reproduces this many cells of a
#: measure, and so many times more than are reproduced by rounding to the nearest alone.
_EVIDENCE, _ODDS = 5, 5


def rounding_modes(cells: Cells, results: list[Evaluation]) -> dict[tuple[str, str], str]:
    """The mode of each measure whose cells speak clearly for another than to the nearest."""
    chosen, others = {}, [m for m in MODES if m != NEAREST_MODE]
    for key, counts in mode_hits(cells, results).items():
        best = max(others, key=lambda m: counts[f"only {m}"])
        alone, against = counts[f"only {best}"], counts[f"not {best}"]
        if alone >= max(_EVIDENCE, _ODDS * against):
            chosen[key] = best
    return chosen


def mode_hits(cells: Cells, results: list[Evaluation]) -> dict[tuple[str, str], dict[str, int]]:
    """How many derived cells of each (table, measure) each rounding mode reproduces.

    ``n`` tested; ``only MODE``: those that it gives and rounding to the nearest does not, ``not MODE``: the reverse.
    """
    names = [*MODES, "n", *(f"{word} {m}" for m in MODES for word in ("only", "not"))]
    hits: dict[tuple[str, str], dict[str, int]] = {}
    for result in results:
        group, target = result.group, result.group.relation.target
        if group.relation.basis != "exact" or result.point is None:
            continue
        count = hits.setdefault((target.table, target.measure), dict.fromkeys(names, 0))
        printed, places = _printed_digits(cells, group.target), cells.decimals[group.target]
        count["n"] += int(result.checked.sum())
        same = {m: (rounded(*result.point, places, m) == printed) & result.checked for m in MODES}
        for mode in MODES:
            count[mode] += int(same[mode].sum())
            count[f"only {mode}"] += int((same[mode] & ~same[NEAREST_MODE]).sum())
            count[f"not {mode}"] += int((~same[mode] & same[NEAREST_MODE]).sum())
    return hits


def _verdicts(result: Evaluation, cells: Cells) -> NDArray[Any]:
    group = result.group
    proven = group.relation.basis in ("exact", "order")
    yes, no = ("consistent", "contradicted") if proven else JUDGED
    verdict = np.where(result.holds, yes, no).astype("<U12")
    if group.relation.kernel in EXACT and result.point is not None:
        verdict[_as_computed(result, cells)] = "reproduced"
    verdict[~result.checked] = "unchecked"
    return verdict


#: A derivation that gives fewer of its cells than this is not how the table was made.
ESTABLISHED = 0.8


def _established(result: Evaluation) -> bool:
    """Whether a declared derivation is in use at all; other relations always are."""
    held = float(result.holds[result.checked].sum())
    return not result.group.relation.derives or held >= ESTABLISHED * len(result.group.target)


def _explain(results: list[Evaluation], verdicts: list[NDArray[Any]], cells: Cells) -> None:
    """A failing relation is explained when a declared derivation gives its whole block.

    The block of a failing cell is every cell that the derivation makes of it (the parts of a total) or, if it makes
    none, the cell itself. A derivation from a number that is itself contradicted explains nothing.
    """
    groups = [result.group for result in results]
    failing = [np.flatnonzero(verdict == "contradicted") for verdict in verdicts]
    wrong = {int(cell) for group, at in zip(groups, failing, strict=True) for cell in group.target[at]}
    for group, result in zip(groups, results, strict=True):
        derived = group.relation.target.table, group.relation.derives
        fine = result.checked & result.holds
        for other, theirs in zip(groups, verdicts, strict=True):
            if (other.relation.target.table, other.relation.name) != derived:
                continue
            for i in np.flatnonzero(theirs == "contradicted"):
                made = np.flatnonzero((group.inputs == other.target[i]).any(axis=1) & (group.target != other.target[i]))
                made = made if made.size else np.flatnonzero(group.target == other.target[i])
                doubtful = wrong.intersection(group.inputs[made].ravel().tolist()) - {int(other.target[i])}
                if made.size and fine[made].all() and not doubtful and _jointly(group, made, cells):
                    theirs[i] = "explained"


def _jointly(group: Group, members: NDArray[np.int64], cells: Cells) -> bool:
    """Whether one unrounded total does for all the amounts made from it."""
    if group.relation.kernel != "from_share":
        return True
    n, d = group.constants.unit
    spans: dict[int, tuple[Fraction, Fraction]] = {}
    for target, (part, whole) in zip(group.target[members], group.inputs[members], strict=True):
        share = Fraction(n * int(cells.mid[part]), d * cells.scale)
        if share <= 0:
            continue
        low, high = spans.get(int(whole), (Fraction(int(cells.low[whole])), Fraction(int(cells.high[whole]))))
        low, high = max(low, int(cells.low[target]) / share), min(high, int(cells.high[target]) / share)
        spans[int(whole)] = low, high
    return all(low <= high for low, high in spans.values())


def _missing(relation: Relation, target: NDArray[np.int64], done: Audit) -> dict[str, list[Any]]:
    """The ledger's rows of a relation whose inputs this edition does not print: ``unchecked``."""
    n = len(target)
    nothing, unknown = Group(relation, target, np.zeros((n, 0), dtype=np.int64), Constants(1)), np.zeros(n, dtype=bool)
    return _columns(Evaluation(nothing, None, None, None, unknown, unknown), np.full(n, "unchecked"), done, [-1] * n)


def _columns(result: Evaluation, verdict: NDArray[Any], done: Audit, numbers: list[int]) -> dict[str, list[Any]]:
    """The ledger's rows of one group, column by column."""
    cells, group, n = done.cells, result.group, len(numbers)
    held = [cells.cells[i] for i in group.target]
    decimals = cells.decimals[group.target]
    recomputed = [""] * n
    if result.point is not None and group.relation.kernel in EXACT:
        sound = result.checked & (result.point[1] > 0)
        rows = zip(_recomputed(result, cells).tolist(), decimals.tolist(), sound.tolist(), strict=True)
        recomputed = [as_printed(digits, places) if fine else "" for digits, places, fine in rows]
    low, high = (
        [""] * n if group.relation.kernel == "distinct" else _shown(bound, decimals, up, result.checked)
        for bound, up in ((result.low, False), (result.high, True))
    )
    return {
        "table": [c.table for c in held],
        "row": [c.row for c in held],
        "column": [c.column for c in held],
        "year": [c.year if c.year.isdigit() else "" for c in held],
        "relation": [group.relation.name] * n,
        "printed": [c.printed for c in held],
        "recomputed": recomputed,
        "low": low,
        "high": high,
        "verdict": verdict.tolist(),
        "finding": [""] * n,
        "basis": [group.relation.basis] * n,
        "_row": [c.order[0] for c in held],
        "_column": [c.order[1] for c in held],
        "number": numbers,
    }


def _shown(bound: Bound, decimals: NDArray[np.int64], up: bool, checked: NDArray[np.bool_]) -> list[str]:
    """A bound with two more digits than printed, rounded outward; empty where there is none."""
    if bound is None:
        return [""] * len(decimals)
    over, under = bound
    rows = zip(over.tolist(), under.tolist(), (decimals + EXTRA_DECIMALS).tolist(), checked.tolist(), strict=True)
    return [outward((a, b), places, up) if sound and b > 0 else "" for a, b, places, sound in rows]
