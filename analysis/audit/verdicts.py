"""The ledger: one row per derived cell and relation, with bounds and a verdict.

Two families of verdicts, which are never added up. Of arithmetic, order and definition:
``reproduced`` (the relation on the printed digits gives the printed number),
``consistent`` (some unrounded inputs that print the same do), ``explained`` (the direct
relation fails, and a declared derivation reproduces every cell of the table's block),
``contradicted`` (no admissible inputs give it). Of declared bounds and of relations that
assume something nobody printed: ``plausible`` (inside; ``reproduced`` if it is the very
number) and ``implausible`` (outside: a question, never an error). ``unchecked``: an
input is missing.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.audit.cells import NEAREST_MODE, PROSE, Cells, build, governed
from analysis.audit.declarations import EXACT, Relation, declared
from analysis.audit.kernels import Bound, Constants
from analysis.audit.relations import Evaluation, Group, bind, evaluate, targets
from analysis.interval import MODES

if TYPE_CHECKING:
    from analysis.report import Report

COLUMNS = [
    "table",
    "row",
    "column",
    "year",
    "relation",
    "printed",
    "recomputed",
    "low",
    "high",
    "verdict",
    "finding",
    "basis",
]

#: The verdicts that say a number can or cannot be, and those that say it is likely or not.
PROVEN = ("reproduced", "consistent", "explained", "contradicted")
JUDGED = ("plausible", "implausible")
VERDICTS = (*PROVEN, *JUDGED, "unchecked")
FAILING = ("contradicted", "implausible")

#: Digits shown of a bound beyond the printed ones.
_MORE = 2


@dataclass(frozen=True, eq=False)
class Audit:
    """Cells, bound relations, their evaluation and verdicts.

    ``modes``: how each (table, measure) rounds, where it has derived cells; ``cells`` are
    read accordingly. ``unbound``: relations none of whose inputs are printed together, with
    the cells that they are about (none, where even these are not printed).
    """

    cells: Cells
    groups: list[Group]
    results: list[Evaluation]
    modes: dict[tuple[str, str], str]
    verdicts: list[NDArray[Any]]
    unbound: list[tuple[Relation, NDArray[np.int64]]] = field(default_factory=list)

    def rows(self, *wanted: str) -> list[tuple[int, int]]:
        """(group, instance) of every ledger row with one of these verdicts."""
        return [(g, int(i)) for g, v in enumerate(self.verdicts) for i in np.flatnonzero(np.isin(v, wanted))]


@functools.lru_cache(maxsize=8)
def relations(report: Report) -> tuple[Relation, ...]:
    """The declared relations of a report, parsed once."""
    return declared(report)


@functools.lru_cache(maxsize=8)
def audit(report: Report, tables: frozenset[str] | None = None) -> Audit:
    """Evaluate every relation of a report (those deriving cells of ``tables`` only)."""
    chosen = [r for r in relations(report) if tables is None or r.target.table in tables]
    needed = None
    if tables is not None:
        used = tables.union(*(r.tables for r in chosen)) if chosen else tables
        needed = tuple(t for t in [*report.tables, PROSE] if t in used)
    done = judge(build(report, needed), chosen)
    bound = {id(g.relation) for g in bind(chosen, done.cells)}
    missing = [(r, targets(r, done.cells)) for r in chosen if id(r) not in bound]
    return replace(done, unbound=missing)


def judge(cells: Cells, chosen: Iterable[Relation]) -> Audit:
    """Bind, evaluate and give verdicts; measures that round otherwise are read so first."""
    groups = bind(chosen, cells)
    results = [evaluate(g, cells) for g in groups]
    modes = rounding_modes(cells, groups, results)
    for key, mode in list(modes.items()):
        if mode == NEAREST_MODE:
            continue
        other = governed(cells, {**cells.modes, key: mode})
        again = [evaluate(g, other) for g in groups]
        if _failures(key, groups, again) > _failures(key, groups, results):
            modes[key] = NEAREST_MODE
        else:
            cells, results = other, again
    used = [_established(g, e) for g, e in zip(groups, results, strict=True)]
    groups = [g for g, yes in zip(groups, used, strict=True) if yes]
    results = [e for e, yes in zip(results, used, strict=True) if yes]
    verdicts = [_verdicts(g, e, cells, modes) for g, e in zip(groups, results, strict=True)]
    _explain(groups, results, verdicts, cells)
    return Audit(cells, groups, results, modes, verdicts)


def _failures(key: tuple[str, str], groups: list[Group], results: list[Evaluation]) -> int:
    """Instances that fail where cells of a measure are derived or read."""
    return sum(
        int((e.checked & ~e.holds).sum())
        for g, e in zip(groups, results, strict=True)
        if key in [(t.table, t.measure) for t in (g.relation.target, *g.relation.inputs)]
    )


def rounded(numerator: Any, denominator: Any, decimals: Any, mode: str) -> Any:
    """Fractions as whole numbers of the last printed digit; 0 where there is no fraction."""
    numerator, denominator = np.broadcast_arrays(np.asarray(numerator), np.asarray(denominator))
    sound = denominator > 0
    safe = np.where(sound, denominator, 1)
    power = np.array([10**d for d in range(int(np.max(decimals, initial=0)) + 1)], dtype=object)[decimals]
    if (
        numerator.dtype != object
        and float(np.max(np.abs(numerator), initial=0)) * float(np.max(power, initial=1)) < 2.0**60
    ):
        power = power.astype(np.int64)
        safe = safe.astype(np.int64)
    scaled = np.abs(numerator) * power
    whole, rest = scaled // safe, scaled % safe
    up = 2 * rest >= safe
    if mode == "half_even":
        up = (2 * rest > safe) | ((2 * rest == safe) & (whole % 2 == 1))
    if mode == "truncate":
        up = np.zeros_like(up)
    return np.where(sound, np.where(numerator < 0, -1, 1) * (whole + up), 0)


def _printed_digits(cells: Cells, index: NDArray[np.int64]) -> Any:
    return cells.mid[index] // cells.steps[index]


#: A mode is taken over rounding to the nearest if it alone reproduces this many cells of a
#: measure, and so many times more than are reproduced by rounding to the nearest alone.
_EVIDENCE, _ODDS = 5, 5


def rounding_modes(cells: Cells, groups: list[Group], results: list[Evaluation]) -> dict[tuple[str, str], str]:
    """The mode of each measure: to the nearest unless the cells speak clearly for another."""
    chosen = {}
    for key, counts in mode_hits(cells, groups, results).items():
        others = [m for m in MODES if m != NEAREST_MODE]
        best = max(others, key=lambda m: counts[f"only {m}"])
        alone, against = counts[f"only {best}"], counts[f"not {best}"]
        chosen[key] = best if alone >= max(_EVIDENCE, _ODDS * against) else NEAREST_MODE
    return chosen


def mode_hits(cells: Cells, groups: list[Group], results: list[Evaluation]) -> dict[tuple[str, str], dict[str, int]]:
    """How many derived cells of each (table, measure) each rounding mode reproduces.

    ``n`` tested; ``only MODE``: those that it gives and rounding to the nearest does not,
    ``not MODE``: the reverse.
    """
    names = [*MODES, "n", *(f"{word} {m}" for m in MODES for word in ("only", "not"))]
    hits: dict[tuple[str, str], dict[str, int]] = {}
    for group, result in zip(groups, results, strict=True):
        target = group.relation.target
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


def _mode(modes: dict[tuple[str, str], str], group: Group) -> str:
    target = group.relation.target
    return modes.get((target.table, target.measure), NEAREST_MODE)


def _verdicts(group: Group, result: Evaluation, cells: Cells, modes: dict[tuple[str, str], str]) -> NDArray[Any]:
    proven = group.relation.basis in ("exact", "order")
    yes, no = ("consistent", "contradicted") if proven else JUDGED
    verdict = np.where(result.holds, yes, no).astype("<U12")
    if group.relation.kernel in EXACT and result.point is not None:
        again = rounded(*result.point, cells.decimals[group.target], _mode(modes, group))
        verdict[result.holds & np.asarray(again == _printed_digits(cells, group.target), dtype=bool)] = "reproduced"
    verdict[~result.checked] = "unchecked"
    return verdict


#: A derivation that gives fewer of its cells than this is not how the table was made.
ESTABLISHED = 0.8


def _established(group: Group, result: Evaluation) -> bool:
    """Whether a declared derivation is in use at all; other relations always are."""
    return not group.relation.derives or float(result.holds[result.checked].sum()) >= ESTABLISHED * len(group.target)


def _explain(groups: list[Group], results: list[Evaluation], verdicts: list[NDArray[Any]], cells: Cells) -> None:
    """A failing relation is explained when a declared derivation gives its whole block.

    The block of a failing cell is every cell that the derivation makes of it (the parts
    of a total) or, if it makes none, the cell itself. A derivation from a number that is
    itself contradicted explains nothing.
    """
    wrong = {
        int(g.target[i]) for g, v in zip(groups, verdicts, strict=True) for i in np.flatnonzero(v == "contradicted")
    }
    for group, result in zip(groups, results, strict=True):
        if not group.relation.derives:
            continue
        fine = result.checked & result.holds
        for other, theirs in zip(groups, verdicts, strict=True):
            if (
                other.relation.name != group.relation.derives
                or other.relation.target.table != group.relation.target.table
            ):
                continue
            for i in np.flatnonzero(theirs == "contradicted"):
                made = np.flatnonzero((group.inputs == other.target[i]).any(axis=1) & (group.target != other.target[i]))
                made = made if made.size else np.flatnonzero(group.target == other.target[i])
                doubtful = wrong.intersection(group.inputs[made].ravel().tolist()) - {int(other.target[i])}
                if made.size and fine[made].all() and not doubtful and _jointly(group, made, cells):
                    theirs[i] = "explained"


def _jointly(group: Group, members: NDArray[np.int64], cells: Cells) -> bool:
    """Whether one unrounded total does for all the amounts made from it."""
    if group.relation.kernel != "product":
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


def ledger(report: Report, tables: Iterable[str] | None = None) -> pd.DataFrame:
    """One row per derived cell and relation; columns :data:`COLUMNS`, all strings.

    ``tables`` keeps relations whose derived cell is printed there and reads no other
    tables than those need. ``low`` and ``high`` bound what the relation allows, shown
    with two digits more than printed, rounded outward; ``recomputed`` is the relation on
    the printed digits, rounded as the table rounds. Raises
    :class:`analysis.report.BadInput` for unusable data.
    """
    from analysis.audit.conclusions import assign

    done = audit(report, None if tables is None else frozenset(tables))
    found = frame(done, keep=True)
    found["finding"] = assign(report, done, found, whole=tables is None)
    _say_what_is_not_printed(report, done)
    gone = found.attrs
    found = found[COLUMNS]
    found.attrs = gone
    return found


def _say_what_is_not_printed(report: Report, done: Audit) -> None:
    """A warning for the relations about numbers that this edition does not print at all."""
    names = [f"{r.target.measure} of {r.table} ({r.name})" for r, cells in done.unbound if not len(cells)]
    report.warn_of("relations.csv", "relations are about numbers that are not printed in this edition", names)


def frame(done: Audit, keep: bool = False) -> pd.DataFrame:
    """The ledger without findings, in printed order.

    ``keep`` leaves two more columns, ``_group`` and ``_instance``, that say which
    instance of which relation a row is.
    """
    judged = zip(done.groups, done.results, done.verdicts, strict=True)
    parts = [_frame(number, g, e, v, done) for number, (g, e, v) in enumerate(judged)]
    parts += [_missing(relation, cells, done) for relation, cells in done.unbound if len(cells)]
    if not parts:
        return pd.DataFrame(columns=[*COLUMNS, *(["_group", "_instance"] if keep else [])], dtype=str)
    whole = pd.concat(parts, ignore_index=True)
    tables = {t: i for i, t in enumerate(dict.fromkeys(c.table for c in done.cells.cells))}
    whole["_table"] = whole["table"].map(tables)
    whole = whole.sort_values(["_table", "_row", "_column", "_group"], kind="stable", ignore_index=True)
    return whole.drop(columns=["_table", "_row", "_column", *([] if keep else ["_group", "_instance"])])


def _missing(relation: Relation, target: NDArray[np.int64], done: Audit) -> pd.DataFrame:
    """Rows of a relation whose inputs this edition does not print: ``unchecked``."""
    n = len(target)
    nothing = Group(relation, target, np.zeros((n, 0), dtype=np.int64), Constants(1, (1, 1), (1, 1), (1, 1)))
    result = Evaluation(None, None, None, np.zeros(n, dtype=bool), np.zeros(n, dtype=bool))
    return _frame(-1, nothing, result, np.full(n, "unchecked"), done)


def _frame(number: int, group: Group, result: Evaluation, verdict: NDArray[Any], done: Audit) -> pd.DataFrame:
    cells, n = done.cells, len(group.target)
    held = [cells.cells[i] for i in group.target]
    decimals = cells.decimals[group.target]
    recomputed = np.full(n, "", dtype=object)
    if result.point is not None and group.relation.kernel in EXACT:
        sound = result.checked & np.asarray(np.broadcast_to(np.asarray(result.point[1]) > 0, (n,)))
        whole = rounded(*result.point, decimals, _mode(done.modes, group))
        recomputed = np.where(sound, strings(whole, decimals), "")
    low, high = (_shown(b, decimals, sign, result.checked) for b, sign in ((result.low, -1), (result.high, 1)))
    if group.relation.kernel == "distinct":
        low = high = np.full(n, "", dtype=object)
    return pd.DataFrame(
        {
            "table": [c.table for c in held],
            "row": [c.row for c in held],
            "column": [c.column for c in held],
            "year": [c.year if c.year.isdigit() else "" for c in held],
            "relation": group.relation.name,
            "printed": [c.printed for c in held],
            "recomputed": recomputed,
            "low": low,
            "high": high,
            "verdict": verdict.astype(object),
            "basis": group.relation.basis,
            "_row": [c.order[0] for c in held],
            "_column": [c.order[1] for c in held],
            "_group": number,
            "_instance": np.arange(n),
        }
    )


def strings(whole: Any, decimals: NDArray[np.int64]) -> NDArray[Any]:
    """Whole numbers of the last digit as printed: ``(-56, 2)`` is ``-0.56``."""
    whole, decimals = np.broadcast_arrays(np.asarray(whole), np.asarray(decimals))
    if int(decimals.max(initial=0)) > 17:
        whole = whole.astype(object)
    found = np.empty(len(whole), dtype=object)
    for places in np.unique(decimals).tolist():
        here = decimals == places
        size = np.abs(whole[here])
        text = (size // 10**places).astype(np.str_)
        if places:
            text = np.strings.add(
                np.strings.add(text, "."), np.strings.zfill((size % 10**places).astype(np.str_), places)
            )
        found[here] = np.where(whole[here] < 0, np.strings.add("-", text), text)
    return found


def _shown(bound: Bound, decimals: NDArray[np.int64], sign: int, checked: NDArray[np.bool_]) -> NDArray[Any]:
    """A bound with two more digits than printed, rounded outward; empty where there is none."""
    n = len(decimals)
    if bound is None:
        return np.full(n, "", dtype=object)
    numerator, denominator = (np.broadcast_to(np.asarray(b), (n,)) for b in bound)
    places = decimals + _MORE
    sound = checked & np.asarray(denominator > 0, dtype=bool)
    power = np.array([10**p for p in range(int(places.max(initial=0)) + 1)], dtype=object)[places]
    if (
        numerator.dtype != object
        and float(np.max(np.abs(numerator), initial=0)) * 10.0 ** int(places.max(initial=0)) < 2.0**62
    ):
        power = power.astype(np.int64)
    safe = np.where(sound, denominator, 1)
    outward = (numerator * power) // safe if sign < 0 else -((-numerator * power) // safe)
    return np.where(sound, strings(outward, places), "")


def unexplained(found: pd.DataFrame) -> int:
    """How many contradicted rows belong to no known finding (for ``audit --strict``)."""
    known = found["finding"].astype(str).str.startswith("F-")
    return int(((found["verdict"] == "contradicted") & ~known).sum())


__all__ = [
    "COLUMNS",
    "FAILING",
    "JUDGED",
    "PROVEN",
    "VERDICTS",
    "Audit",
    "audit",
    "frame",
    "judge",
    "ledger",
    "relations",
    "rounded",
    "strings",
    "unexplained",
]
