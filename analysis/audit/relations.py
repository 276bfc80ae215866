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
from analysis.audit.kernels import KERNELS, Bound, Constants
from analysis.report import BadInput

#: What stands for rows and keys that have other names.
_WORDS = ("c", "*", "only", "others", "above", "below")


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

    ``checked``: every input is known, and the relation has a value; ``holds``: admissible and printed meet. Bounds are
    (numerators, denominators) or ``None`` where the relation sets none.
    """

    group: Group
    low: Bound
    high: Bound
    point: Bound
    checked: NDArray[np.bool_]
    holds: NDArray[np.bool_]

    @property
    def fails(self) -> NDArray[np.bool_]:
        """Checked, and not admissible."""
        return self.checked & ~self.holds


def bind(relations: Iterable[Relation], cells: Cells) -> list[Group]:
    """Instances of the relations in these cells."""
    return [g for relation in relations for g in instances(relation, cells)[0]]


def targets(relation: Relation, cells: Cells) -> NDArray[np.int64]:
    """The printed cells that a relation is about, whether or not its inputs are printed."""
    block, rows, keys = _aim(relation, cells)
    found = block.index[np.ix_(rows, keys)].ravel() if block is not None else np.zeros(0, dtype=np.int64)
    return found[found >= 0]


def reads(relation: Relation, cells: Cells) -> int:
    """How many numbers the instances of a relation read, at most: each of a set of rows for each target."""
    block, rows, keys = _aim(relation, cells)
    found = 0
    for term in relation.inputs if block else ():
        for there in (cells.blocks[name] for name in term.names if name in cells.blocks):
            named = len(members(term.row)) if term.row.startswith("{") else 1
            across = len(there.rows) if term.row == "others" or term.row.startswith("*") else named
            found += across * (len(there.keys) if term.key in ("*", "others") else 1)
    return len(rows) * len(keys) * found


def unprinted(relation: Relation, cells: Cells) -> list[str]:
    """The rows and keys that a relation names and that nothing is printed for, in words."""
    found = []
    for term in (relation.target, *relation.inputs):
        for block in (cells.blocks[name] for name in term.names if name in cells.blocks):
            row = term.row if term is relation.target else term.row.removeprefix("*-")
            rows = members(row) if row.startswith("{") else [row]
            found += [
                f"no row {row}" for row in rows if row not in _WORDS and row not in block.rows and row[:2] != "c:"
            ]
            keys = members(term.key) if term.key.startswith("{") else [term.key] if term.key else []
            known = [*block.keys, *_WORDS, "y<"]
            found += [
                f"no column {k}" for k in keys if not SHIFTED.fullmatch(k) and counted(k, block.keys) not in known
            ]
    return list(dict.fromkeys(found))


def _aim(relation: Relation, cells: Cells) -> tuple[Block | None, list[int], list[int]]:
    """Block, rows and keys of the target."""
    block = cells.blocks.get((relation.target.table, relation.target.measure))
    if block is None:
        return None, [], []
    pattern = relation.key or (relation.target.key if relation.target.key not in ("y", "") else "")
    wanted = counted(pattern, block.keys)
    rows = [i for i, c in enumerate(block.rows) if block.printed[i] and _matches(c, relation.target.row, cells)]
    return block, rows, [j for j, key in enumerate(block.keys) if not pattern or key == wanted]


def instances(relation: Relation, cells: Cells) -> tuple[list[Group], NDArray[np.int64]]:
    """The instances of a relation, and the printed cells that it would give if no input were left blank."""
    block, rows, keys = _aim(relation, cells)
    none = np.zeros(0, dtype=np.int64)
    if block is None or not rows or not keys:
        return [], none
    target = block.index[np.ix_(rows, keys)]
    parts = []
    for term in relation.inputs:
        found = _inputs(term, cells, block, rows, keys, relation.target.row)
        if found is None:
            return [], none
        parts.append(found)
    columns = np.concatenate(parts, axis=2)
    factor = _factor(relation, cells, block)
    constants, keep = _constants(relation, cells, factor), target >= 0
    needed = columns[:, :, : _NEEDED.get(relation.kernel)]
    blank = keep & (needed == _BLANK).any(axis=2) & (needed != _OUTSIDE).all(axis=2)
    if relation.kernel in _SETS - {"between"}:  # a set of unequal size: drop what is not printed
        return _ragged(relation, target, columns, keep & (needed >= 0).all(axis=2), constants), target[blank]
    keep &= (columns >= 0).all(axis=2)
    if not keep.any() or not columns.shape[2]:  # "every other row" where there is none
        return [], target[blank]
    if relation.basis == "exact" and (columns[keep] == target[keep][:, None]).any(axis=1).all():
        expected = f"inputs other than the target {relation.target.measure} itself"
        raise BadInput("relations.csv", expected, relation.text, "inputs")
    return [Group(relation, target[keep], columns[keep], constants)], target[blank]


#: Kernels that read sets of cells; their bounds jump.
_SETS = RANKS | {"distinct", "places", "rank_among", "room", "between"}
#: How many inputs must be printed where others may be left out; for any other kernel all.
_NEEDED = {"distinct": 0, "places": 0, "room": 0, "rank_among": 2} | dict.fromkeys(RANKS, 1)
#: Numbers of cells that there are not: in the place of the block that is left blank, outside of the block.
_BLANK, _OUTSIDE = -2, -1


def _ragged(
    relation: Relation,
    target: NDArray[np.int64],
    columns: NDArray[np.int64],
    keep: NDArray[np.bool_],
    constants: Constants,
) -> list[Group]:
    """Instances by the number of inputs that are printed."""
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
    term: Term, cells: Cells, target: Block, rows: Sequence[int], keys: Sequence[int], among: str
) -> NDArray[np.int64] | None:
    """Cell numbers of one term for every target: shape (rows, keys, terms); neighbours are sought ``among`` these rows."""
    ordered = [code for code in target.rows if _matches(code, among, cells)]
    blocks, layers = [cells.blocks.get(name) for name in term.names], []
    for block in blocks:
        if block is None:
            return None
        index = np.full((len(block.rows) + 1, len(block.keys) + 1), _OUTSIDE, dtype=np.int64)
        index[:-1, :-1] = np.where(block.index < 0, _BLANK, block.index)
        row_sets = _rows(term.row, target, rows, block, blocks[0] or block, ordered)
        key_sets = _keys(term.key, target, keys, block, blocks[0] or block)
        layers.append(index[row_sets[:, None, :, None], key_sets[None, :, None, :]].reshape(len(rows), len(keys), -1))
    if len(layers) == 1:
        return layers[0]
    pairs = np.stack(layers, axis=3)
    least = pairs.min(axis=3, keepdims=True)  # a pair is there or not, as a whole
    return np.where(least < 0, least, pairs).reshape(len(rows), len(keys), -1)


def _rows(
    pattern: str, target: Block, rows: Sequence[int], block: Block, first: Block, ordered: Sequence[str]
) -> NDArray[np.int64]:
    """Rows of a block for every row of the target; ``first``, the first block of a pair, says which ``*`` are.

    The row above or below is that of ``ordered``, whether or not it is printed.
    """
    codes = [target.rows[i] for i in rows]
    if pattern == "only":
        wanted = [block.rows[:1]] * len(rows)
    elif pattern == "c":
        wanted = [(code,) for code in codes]
    elif pattern == "others":
        printed = [code for code, there in zip(target.rows, target.printed, strict=True) if there]
        wanted = [tuple(other for other in printed if other != code) for code in codes]
    elif pattern in ("above", "below"):
        beside = dict(zip(ordered, ["", *ordered, ""][0 if pattern == "above" else 2 :], strict=False))
        wanted = [(beside[code],) for code in codes]
    elif pattern.startswith("*"):
        out = members(pattern[2:]) if pattern.startswith("*-{") else [pattern[2:]] if pattern != "*" else []
        left = [code for code in first.rows if code not in out]
        wanted = [tuple(left if set(out) <= set(first.rows) else [pattern])] * len(rows)
    else:
        wanted = [tuple(members(pattern)) if pattern.startswith("{") else (pattern,)] * len(rows)
    at = {code: i for i, code in enumerate(block.rows)}
    return np.array([[at.get(code, -1) for code in some] for some in wanted], dtype=np.int64)


def _keys(pattern: str, target: Block, keys: Sequence[int], block: Block, first: Block) -> NDArray[np.int64]:
    at: dict[str | None, int] = {key: i for i, key in enumerate(block.keys)}
    shift = SHIFTED.fullmatch(pattern)
    named = counted(pattern, block.keys)

    def wanted(key: str) -> list[int]:
        if pattern.startswith("{"):
            return [at.get(k, -1) for k in members(pattern)]
        if pattern == "others":  # another entity of the same row
            return [at.get(k, -1) for k in target.keys if k != key]
        if pattern == "*":
            return [at.get(k, -1) for k in first.keys if k != key]
        if pattern == "y":
            return [at.get(key, at.get("", -1))]
        if pattern == "y<":
            return [at.get(key, 0) - 1]
        if shift:
            return [at.get(str(int(key) + int(shift[1])), -1) if key.isdecimal() else -1]
        return [at.get(named, -1)] if pattern else [0]

    found = [wanted(target.keys[j]) for j in keys]
    most = max(map(len, found))
    return np.array([some + [-1] * (most - len(some)) for some in found], dtype=np.int64)


#: Inputs that a kernel adds or compares, so that they must be in one unit.
_ALIKE = dict.fromkeys(("growth", "difference", "total", "complement", "at_least", "sum_within"), slice(None))
_ALIKE |= dict.fromkeys((*RANKS, "holds_with", "between", "distinct"), slice(None))
_ALIKE |= {"share": slice(1, None), "holds_parts": slice(1, None, 2)}
_ALIKE |= dict.fromkeys(("holds_before", "sum_before"), slice(None, None, 2))
#: Kernels whose target is in the unit of the first input, also where nobody says so of either.
_ONE_UNIT = frozenset({"difference", "total", "complement", "at_least", "at_most", "holds_with", "between"})
_ONE_UNIT |= {"sum_within", "holds_before", "sum_before", "before"}


def _factor(relation: Relation, cells: Cells, target: Block) -> Fraction:
    """From the units of the inputs to the unit of the target.

    Raises :class:`analysis.report.BadInput` where that needs a unit nobody declared, and where inputs that are
    added or compared are not in one unit.
    """
    units = [cells.blocks[name] for term in relation.inputs for name in term.names]
    alike = {b.unit_name: b.unit or b.unit_name for b in units[_ALIKE.get(relation.kernel, slice(0))]}
    if len(set(alike.values())) > 1:
        expected = f"inputs of {relation.kernel} in one unit, found {' and '.join(map(repr, alike))}"
        raise BadInput("relations.csv", expected, relation.text, "inputs")
    unsaid = {"growth": [target], "share": [target], "from_share": units[:1]}.get(relation.kernel, [])
    for block in unsaid:
        if not block.unit_name:
            expected = f'a unit, "%" or "1" for a plain number, as {relation.text} needs it'
            raise BadInput("datapackage.json", expected, f"table {block.table}", block.measure)
    one_unit = relation.kernel in _ONE_UNIT and target.unit_name and units[0].unit_name
    over, under = {
        "growth": ([], [target]),
        "share": (units[1:2], [units[0], target]),
        "product": (units[:2], [target]),
        "from_share": (units[:2], [target]),
        "within": (units[::2][:1] + units[1::2], [*units[2::2], target]),
        "holds_parts": (units[:2], [*units[2:3], target]),
    }.get(relation.kernel, (units[:1], [target]) if one_unit else ([], []))
    for block in [*over, *under]:
        if not block.unit:
            count = [sum(b.unit_name == block.unit_name for b in side) for side in (over, under)]
            if count[0] != count[1]:
                expected = f"unit {block.unit_name!r} under units, with its factor (a frame alone has %, ‰ and 1)"
                raise BadInput("datapackage.json", expected, f"table {block.table}")
    known = [[b.unit for b in side if b.unit] for side in (over, under)]
    return Fraction(math.prod(known[0])) / math.prod(known[1])


def _constants(relation: Relation, cells: Cells, factor: Fraction) -> Constants:
    def pair(x: Fraction) -> tuple[int, int]:
        return x.numerator, x.denominator

    named = [(relation.target.table, relation.target.measure), *(n for term in relation.inputs for n in term.names)]
    unit = next((cells.blocks[name].unit for name in named if cells.blocks[name].unit_name), Fraction(1))
    low = 1 / (unit or Fraction(1)) if relation.low is None else relation.low
    return Constants(cells.scale, pair(factor), pair(low), pair(relation.high))


def evaluate(group: Group, cells: Cells) -> Evaluation:
    """What the relation makes of every instance, exactly.

    Where an admissible end only just meets a printed one, both are moved in if they are open
    (:attr:`analysis.audit.cells.Cells.inner`): the end is attained only if nothing moves. Sums are let pass where they
    only just meet, since their parts may have been computed from rounded numbers.
    """
    known = cells.known[group.target] & cells.known[group.inputs].all(axis=1)
    bounds, gaps = _gaps(group, (cells.low, cells.mid, cells.high))
    for bound in bounds:
        if bound is not None:
            known &= bound[1] != 0
    fine = known.copy()
    at = np.concatenate([group.target, group.inputs.ravel()])
    some_open = group.relation.kernel not in ("total", "complement") and bool(
        cells.open_low[at].any() or cells.open_high[at].any()
    )
    inner = _gaps(group, cells.inner)[1] if some_open else gaps
    step = group.relation.kernel in _SETS  # ranks jump: an end that moves decides by itself
    for gap, moved in zip(gaps, inner, strict=True):
        if gap is not None:
            fine &= moved >= 0 if step else (gap > 0) | ((gap == 0) & (moved >= 0))
    return Evaluation(group, *bounds, known, fine)


def _gaps(group: Group, values: tuple[Any, Any, Any]) -> tuple[tuple[Bound, Bound, Bound], list[Any]]:
    """Bounds, and how far printed ends reach beyond them: below 0 where they do not meet."""
    t, *inputs = [[np.asarray(v[i], dtype=object) for v in values] for i in (group.target, *group.inputs.T)]
    found = KERNELS[group.relation.kernel](t, [*inputs], group.constants)
    low, high, point = (b and (_each(b[0], len(group.target)), _each(b[1], len(group.target))) for b in found)
    scale = group.constants.scale
    return (low, high, point), [
        None if low is None else t[2] * low[1] - low[0] * scale,
        None if high is None else high[0] * scale - t[0] * high[1],
    ]


def _each(x: Any, n: int) -> Any:
    """Python integers, one for each of ``n`` instances, also of a count or a constant."""
    return np.broadcast_to(np.asarray(x, dtype=object), (n,))
