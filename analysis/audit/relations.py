"""Declared relations applied to cells: every instance, what it allows, whether it holds.

:mod:`analysis.audit.declarations` says how relations are written down; here a relation
is bound to the cells it names, block by block, and evaluated exactly.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.audit.cells import Block, Cells
from analysis.audit.declarations import RANKS, SHIFTED, Relation, Term, counted, members
from analysis.audit.kernels import KERNELS, Bound, Constants, Kernel
from analysis.report import BadInput


@dataclass(frozen=True, eq=False)
class Group:
    """All instances of one relation with equally many inputs.

    ``target``: cell numbers, shape (n,); ``inputs``: shape (n, m).
    """

    relation: Relation
    target: NDArray[np.int64]
    inputs: NDArray[np.int64]
    constants: Constants


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Bounds and decisions of the instances of a group; arrays of length n.

    ``checked``: every input is known; ``holds``: admissible and printed meet. Bounds are
    (numerators, denominators) or ``None`` where the relation sets none.
    """

    group: Group
    low: Bound
    high: Bound
    point: Bound
    checked: NDArray[np.bool_]
    holds: NDArray[np.bool_]


def bind(relations: Iterable[Relation], cells: Cells) -> list[Group]:
    """Instances of the relations in these cells."""
    return [g for relation in relations for g in _bind(relation, cells)]


def targets(relation: Relation, cells: Cells) -> NDArray[np.int64]:
    """The printed cells that a relation is about, whether or not its inputs are printed."""
    block, rows, keys = _aim(relation, cells)
    found = block.index[np.ix_(rows, keys)].ravel() if block is not None else np.zeros(0, dtype=np.int64)
    return found[found >= 0]


def _aim(relation: Relation, cells: Cells) -> tuple[Block | None, list[int], list[int]]:
    """Block, rows and keys of the target."""
    block = cells.blocks.get((relation.target.table, relation.target.measure))
    if block is None:
        return None, [], []
    pattern = relation.key or (relation.target.key if relation.target.key not in ("y", "") else "")
    wanted = counted(pattern, block.keys)
    rows = [i for i, code in enumerate(block.rows) if _matches(code, relation.target.row, cells)]
    return block, rows, [j for j, key in enumerate(block.keys) if not pattern or key == wanted]


def _bind(relation: Relation, cells: Cells) -> list[Group]:
    block, rows, keys = _aim(relation, cells)
    if block is None or not rows or not keys:
        return []
    target = block.index[np.ix_(rows, keys)]
    parts = []
    for term in relation.inputs:
        found = _inputs(term, cells, block, rows, keys)
        if found is None:
            return []
        parts.append(found)
    columns = np.concatenate(parts, axis=2)
    factor = _factor(relation, cells, block)
    keep = target >= 0
    if relation.kernel in _SETS - {"between"}:  # a set of unequal size: drop what is not printed
        return _ragged(relation, target, columns, keep, _constants(relation, cells, factor))
    keep &= (columns >= 0).all(axis=2)
    if not keep.any():
        return []
    return [Group(relation, target[keep], columns[keep], _constants(relation, cells, factor))]


#: Kernels that read sets of cells; their bounds jump.
_SETS = frozenset({"distinct", "places", "rank", "rank_listed", "rank_among", "room", "between"})


def _ragged(
    relation: Relation,
    target: NDArray[np.int64],
    columns: NDArray[np.int64],
    keep: NDArray[np.bool_],
    constants: Constants,
) -> list[Group]:
    """Instances by the number of inputs that are printed; what a kernel reads first must be."""
    first = 1 if relation.kernel in RANKS else 2 if relation.kernel == "rank_among" else 0
    keep = keep & (columns[:, :, :first] >= 0).all(axis=2)
    count = (columns >= 0).sum(axis=2)
    groups = []
    for size in sorted(set(count[keep].tolist())):
        if size < (2 if relation.kernel in RANKS else 1):
            continue
        chosen = keep & (count == size)
        picked = np.array([row[row >= 0] for row in columns[chosen]], dtype=np.int64)
        groups.append(Group(relation, target[chosen], picked, constants))
    return groups


def _matches(code: str, pattern: str, cells: Cells) -> bool:
    if pattern in ("c", "*", "only") or pattern == code:
        return True
    return pattern.startswith("c:") and cells.kinds.get(code) == pattern[2:]


def _inputs(
    term: Term, cells: Cells, target: Block, rows: Sequence[int], keys: Sequence[int]
) -> NDArray[np.int64] | None:
    """Cell numbers of one term for every target: shape (rows, keys, terms)."""
    blocks = [cells.blocks.get((term.table, term.measure))]
    if term.second:
        blocks.append(cells.blocks.get(term.second))
    layers = []
    for block in blocks:
        if block is None:
            return None
        index = np.full((len(block.rows) + 1, len(block.keys) + 1), -1, dtype=np.int64)
        index[:-1, :-1] = block.index
        row_sets = _rows(term.row, target, rows, block)
        key_sets = _keys(term.key, target, keys, block)
        layers.append(index[row_sets[:, None, :, None], key_sets[None, :, None, :]].reshape(len(rows), len(keys), -1))
    if len(layers) == 1:
        return layers[0]
    paired = np.stack(layers, axis=3).reshape(len(rows), len(keys), -1)
    absent = (np.stack(layers, axis=3) < 0).any(axis=3).repeat(2, axis=2)
    return np.where(absent, -1, paired)


def _rows(pattern: str, target: Block, rows: Sequence[int], block: Block) -> NDArray[np.int64]:
    codes = [target.rows[i] for i in rows]
    if pattern == "only":
        wanted = [block.rows[:1]] * len(rows)
    elif pattern == "c":
        wanted = [(code,) for code in codes]
    elif pattern == "others":
        wanted = [tuple(other for other in target.rows if other != code) for code in codes]
    elif pattern in ("above", "below"):
        wanted = [(code,) for code in (["", *codes[:-1]] if pattern == "above" else [*codes[1:], ""])]
    elif pattern.startswith("*"):
        wanted = [tuple(code for code in block.rows if code != pattern[2:])] * len(rows)
    else:
        wanted = [tuple(members(pattern)) if pattern.startswith("{") else (pattern,)] * len(rows)
    at = {code: i for i, code in enumerate(block.rows)}
    return np.array([[at.get(code, -1) for code in some] for some in wanted], dtype=np.int64)


def _keys(pattern: str, target: Block, keys: Sequence[int], block: Block) -> NDArray[np.int64]:
    at: dict[str | None, int] = {key: i for i, key in enumerate(block.keys)}
    shift = SHIFTED.fullmatch(pattern)
    named = counted(pattern, block.keys)

    def wanted(key: str) -> list[int]:
        if pattern == "others":  # another entity of the same row
            return [at.get(k, -1) for k in target.keys if k != key]
        if pattern == "*":
            return [i for k, i in at.items() if k != key]
        if pattern == "y":
            return [at.get(key, at.get("", -1))]
        if pattern == "y<":
            return [at.get(key, 0) - 1]
        if shift:
            return [at.get(str(int(key) + int(shift[1])), -1) if key.isdigit() else -1]
        return [at.get(named, -1)] if pattern else [0]

    return np.array([wanted(target.keys[j]) for j in keys], dtype=np.int64)


#: Kernels whose inputs are all in the unit of the first.
_ONE_UNIT = frozenset({"difference", "total", "at_least", "at_most", "sum_within", "holds_before", "sum_before"})


def _factor(relation: Relation, cells: Cells, target: Block) -> Fraction:
    """From the units of the inputs to the unit of the target.

    Raises :class:`analysis.report.BadInput` where that needs a unit nobody declared.
    """
    units = [cells.blocks[t.table, t.measure] for t in relation.inputs]
    over, under = {
        "growth": ([], [target]),
        "share": (units[1:2], [units[0], target]),
        "product": (units[:2], [target]),
        "within": (units[::2][:1] + units[1::2], [*units[2::2], target]),
    }.get(relation.kernel, (units[:1], [target]) if relation.kernel in _ONE_UNIT else ([], []))
    for block in [*over, *under]:
        if not block.unit:
            count = [sum(b.unit_name == block.unit_name for b in side) for side in (over, under)]
            if count[0] != count[1]:
                raise BadInput(
                    "datapackage.json", f"unit {block.unit_name!r} under units, with its factor", f"table {block.table}"
                )
    known = [[b.unit for b in side if b.unit] for side in (over, under)]
    return Fraction(math.prod(known[0])) / math.prod(known[1])


def _constants(relation: Relation, cells: Cells, factor: Fraction) -> Constants:
    def pair(x: Fraction) -> tuple[int, int]:
        return x.numerator, x.denominator

    return Constants(cells.scale, pair(factor), pair(relation.low), pair(relation.high))


_SAFE = 2.0**62


def evaluate(group: Group, cells: Cells) -> Evaluation:
    """What the relation makes of every instance, exactly.

    Where an admissible end only just meets a printed one, both are moved in if they are
    open (:attr:`analysis.audit.cells.Cells.inner`): the end is attained only if nothing
    moves. Sums are let pass where they only just meet, since their parts may have been
    computed from rounded numbers.
    """
    known = cells.known[group.target] & cells.known[group.inputs].all(axis=1)
    bounds, gaps = _gaps(group, (cells.low, cells.mid, cells.high))
    fine = known.copy()
    at = np.concatenate([group.target, group.inputs.ravel()])
    some_open = group.relation.kernel not in ("total", "complement") and bool(
        cells.open_low[at].any() or cells.open_high[at].any()
    )
    inner = _gaps(group, cells.inner)[1] if some_open else gaps
    step = group.relation.kernel in _SETS  # ranks jump: an end that moves decides by itself
    for gap, moved in zip(gaps, inner, strict=True):
        if gap is not None:
            fine &= np.asarray(moved >= 0 if step else (gap > 0) | ((gap == 0) & (moved >= 0)), dtype=bool)
    return Evaluation(group, *bounds, known, fine)


def _gaps(group: Group, values: tuple[Any, Any, Any]) -> tuple[tuple[Bound, Bound, Bound], list[Any]]:
    """Bounds, and how far printed ends reach beyond them: below 0 where they do not meet."""
    triples = [[v[i] for v in values] for i in (group.target, *group.inputs.T)]
    bounds, t = _bounds(KERNELS[group.relation.kernel], triples, group.constants)
    scale, (low, high, _) = group.constants.scale, bounds
    return bounds, [
        None if low is None else t[2] * low[1] - low[0] * scale,
        None if high is None else high[0] * scale - t[0] * high[1],
    ]


def _bounds(kernel: Kernel, triples: list[Any], constants: Constants) -> tuple[tuple[Bound, Bound, Bound], list[Any]]:
    """Run a kernel on int64 where floats show that nothing can overflow, else on objects.

    Returns the bounds and the target's triple in the same kind of integers; in the
    second case all are Python integers, also the counts that comparisons give.
    """
    if not any(a.dtype == object for t in triples for a in t):
        with np.errstate(all="ignore"):
            rough: list[Any] = [[np.abs(a).astype(float) for a in t] for t in triples]
            trial = kernel(rough[0], rough[1:], constants)
        sizes = [np.max(np.abs(np.asarray(p, dtype=float)), initial=1.0) for b in trial if b is not None for p in b]
        reach = max(float(np.max(a, initial=0)) for t in rough for a in t)
        factors = max(*constants.unit, *map(abs, constants.low), *map(abs, constants.high))
        top = float(max(sizes))
        if (
            all(map(np.isfinite, sizes))
            and max(top * 4 * max(constants.scale, float(np.max(rough[0]))), reach * 4 * factors * len(triples)) < _SAFE
        ):
            return kernel(triples[0], triples[1:], constants), triples[0]
    wide: list[Any] = [[np.asarray(a).astype(object) for a in t] for t in triples]
    found = kernel(wide[0], wide[1:], constants)
    n = len(triples[0][0])
    low, high, point = (None if b is None else (_objects(b[0], n), _objects(b[1], n)) for b in found)
    return (low, high, point), wide[0]


def _objects(x: Any, n: int) -> Any:
    """Python integers, one for each of ``n`` instances."""
    return np.broadcast_to(np.asarray(x, dtype=object), (n,))
