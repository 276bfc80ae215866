"""All relations of a report, evaluated one at a time on printed numbers that may be changed."""

import contextlib
import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from analysis.audit.cells import Cells
from analysis.audit.declarations import Relation
from analysis.audit.kernels import KERNELS, Constants, Kernel, Triple
from analysis.audit.relations import Group
from analysis.interval import decimals_of, outward

Value = tuple[int, int, int]
#: A bound as a fraction; ``None`` for none.
End = tuple[int, int] | None
#: Lower and upper bound, and whether the printed number lies between them.
Tried = tuple[End, End, bool]

#: What a relation counts that is a bound or assumes something, where arithmetic and order count 1.
SOFT = 0.5

#: How much is kept of results at a time: some 40 MB, where one takes as much as 50 numbers and those that it read.
KEPT = 3_600_000


@dataclass(frozen=True)
class Instance:
    """One relation between cells, for scalar evaluation; ``weight`` as evidence."""

    relation: Relation
    kernel: Kernel
    target: int
    inputs: tuple[int, ...]
    constants: Constants
    weight: float


_Key = TypeVar("_Key")


def _listed(keys: Iterable[_Key]) -> dict[_Key, list[int]]:
    """Positions by what stands there."""
    found: dict[_Key, list[int]] = {}
    for i, key in enumerate(keys):
        found.setdefault(key, []).append(i)
    return found


class Bench:
    """Instances, numbered as in the ledger, and the present values (triples) and printed digits of every cell.

    ``power`` is a power of ten between the printed digits of a cell and its value: 0
    unless a wrong unit was repaired. ``rows``, ``columns`` and ``blocks`` list cell numbers
    by (table, row position), (table, column position) and (table, measure).
    """

    def __init__(self, cells: Cells, groups: Sequence[Group]) -> None:
        self.cells, self.groups = cells, groups
        self.values: list[Value] = list(zip(*(ends.tolist() for ends in cells.inner), strict=True))
        self.printed = [c.printed for c in cells.cells]
        self.power = [0] * len(self.values)
        self.known: list[bool] = cells.known.tolist()
        self.instances: list[Instance] = []
        self.touching: list[set[int]] = [set() for _ in self.values]
        numbers = list(range(len(self.values)))  # one object for each, however often it is read
        for group in groups:
            relation = group.relation
            weight = 1.0 if relation.basis in ("exact", "order") else SOFT
            for target, inputs in zip(group.target.tolist(), (some.tolist() for some in group.inputs), strict=True):
                read, number = tuple([numbers[cell] for cell in inputs]), len(self.instances)
                if self.known[target] and all(self.known[cell] for cell in inputs):
                    for cell in (target, *inputs):
                        self.touching[cell].add(number)
                kernel = KERNELS[relation.kernel]
                self.instances.append(Instance(relation, kernel, target, read, group.constants, weight))
        # Cells that are read alike share what was read.
        alike: dict[tuple[bool, str, int], dict[str, Value]] = {}
        self._values = [
            alike.setdefault((c.exact, cells.mode(c.table, c.measure), coarse), {})
            for c, coarse in zip(cells.cells, cells.coarse, strict=True)
        ]
        self._tried: dict[tuple[Any, ...], Tried] = {}
        self._kept = 0
        self._slips: dict[tuple[int, str], list[tuple[str, str, Value]]] = {}
        self.rows = _listed((c.table, c.order[0]) for c in cells.cells)
        self.columns = _listed((c.table, c.order[1]) for c in cells.cells)
        self.blocks = _listed((c.table, c.measure) for c in cells.cells)

    # ------------------------------------------------------------ relations

    def tried(self, number: int) -> Tried:
        """An instance with the present values; one that was tried with the same before is not computed again.

        Most hypotheses leave most of what an instance reads as it was, and many exchange the same pairs.
        """
        instance, values = self.instances[number], self.values
        t = values[instance.target]
        inputs: list[Triple] = [values[j] for j in instance.inputs]
        key = (number, t, *inputs)
        found = self._tried.get(key)
        if found is None:
            low, high, _ = instance.kernel(t, inputs, instance.constants)
            scale = instance.constants.scale
            holds = (low is None or low[0] * scale <= t[2] * low[1]) and (
                high is None or high[0] * scale >= t[0] * high[1]
            )
            self._kept += 50 + len(key)
            if self._kept > KEPT:
                self._tried.clear()
                self._kept = 0
            found = self._tried[key] = low, high, holds
        return found

    def bounds(self, number: int) -> tuple[End, End]:
        """Lower and upper bound of an instance, with the present values."""
        low, high, _ = self.tried(number)
        return low, high

    def holds(self, number: int) -> bool:
        """Whether one instance is admissible with the present values."""
        return self.tried(number)[2]

    def position(self, number: int) -> float | None:
        """Where the printed number stands between its bounds: 0 the middle, 1 an end.

        ``None`` for a relation with an open end. In floating point: it ranks hypotheses and gives no verdict.
        """
        instance = self.instances[number]
        low, high = self.bounds(number)
        if low is None or high is None or not low[1] or not high[1]:
            return None
        t, scale = self.values[instance.target], instance.constants.scale
        a, b = low[0] / low[1], high[0] / high[1]
        half = (b - a) / 2 + (t[2] - t[0]) / 2 / scale
        gap = abs(t[1] / scale - (a + b) / 2)
        return gap / half if half > 0 else float(gap > 0)

    def touched(self, cells: Iterable[int]) -> set[int]:
        """Instances that read any of the cells."""
        return set().union(*[self.touching[cell] for cell in cells])

    def declared(self, number: int) -> tuple[str, str]:
        """Relation, as declared for a table, and column of what it derives: what an instance is one of."""
        instance = self.instances[number]
        at = self.cells.cells[instance.target]
        return f"{instance.relation.table}|{instance.relation.text}", at.column

    def beside(self, one: Iterable[int], two: Iterable[int], axis: int) -> list[tuple[int, int]]:
        """Cells of two lines that stand in the same column (``axis`` 1), or the same row (0)."""
        at = self.cells.cells
        second = {at[c].order[axis]: c for c in two}
        return [(c, second[at[c].order[axis]]) for c in one if at[c].order[axis] in second]

    def weigh(self, numbers: Iterable[int]) -> float:
        """Instances counted by their weight."""
        return sum([self.instances[i].weight for i in numbers])

    # ------------------------------------------------------------ changing values

    def put(self, cells: Sequence[int], values: Sequence[Value]) -> list[Value]:
        """Change values; returns the old ones, for :meth:`put` again."""
        old = [self.values[c] for c in cells]
        for c, v in zip(cells, values, strict=True):
            self.values[c] = v
        return old

    def outcome(
        self, mine: Collection[int], others: Iterable[int], least: float
    ) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        """With the present values: which of ``mine`` hold, which of ``others`` do not.

        ``None`` as soon as the difference of their weights cannot reach ``least``. An
        instance that no longer says anything is not resolved.
        """
        resolved, broken, spare = [], [], self.weigh(mine) - least
        for i in mine:
            low, high, holds = self.tried(i)
            if holds and (low is None or low[1]) and (high is None or high[1]):  # 0: it bounds nothing
                resolved.append(i)
            elif (spare := spare - self.instances[i].weight) < 0:
                return None
        for i in others:
            if not self.holds(i):
                broken.append(i)
                if (spare := spare - self.instances[i].weight) < 0:
                    return None
        return tuple(sorted(resolved)), tuple(sorted(broken))

    def value(self, cell: int, printed: str) -> Value:
        """The triple of other printed digits in a cell; :class:`ValueError` if too fine for the scale."""
        read = self._values[cell]
        if printed not in read:
            read[printed] = self.cells.value(cell, printed)
        return scaled(read[printed], self.power[cell]) if self.power[cell] else read[printed]

    def digits(self, cell: int, value: int) -> str:
        """A value with the decimals of a cell, rounded down."""
        return outward((value, self.cells.scale), decimals_of(self.printed[cell]), up=False)

    def slips(self, cell: int) -> list[tuple[str, str, Value]]:
        """Slips of one cell as printed now: kind, digits, triple."""
        printed = self.printed[cell]
        key = (cell, printed)
        if key not in self._slips:
            exact = self.cells.cells[cell].exact
            found = []
            for kind, other in variants(printed):
                if kind == "sign" and not self.signed[cell] and not printed.startswith("-"):
                    continue
                whole, _, rest = other.partition(".")
                if "." not in printed and rest and not rest.strip("0"):
                    other = whole  # 280 for 28: a zero too many, not 28.0
                elif exact and rest:
                    continue
                with contextlib.suppress(ValueError):  # finer than any number of the report
                    found.append((kind, other, self.value(cell, other)))
            self._slips[key] = found
        return self._slips[key]

    @cached_property
    def signed(self) -> list[bool]:
        """Cells that may be negative: growth rates, differences, and what is printed with a minus."""
        blocks = {
            (c.table, c.measure) for c, p in zip(self.cells.cells, self.printed, strict=True) if p.startswith("-")
        }
        at = [(c.table, c.measure) for c in self.cells.cells]
        for _ in range(2):
            for group in self.groups:
                kernel = group.relation.kernel
                sources = {at[j] for j in group.inputs.ravel().tolist()}
                if kernel in ("growth", "difference", "compound", "compound_with") or (
                    kernel in ("total", "complement") and sources <= blocks
                ):
                    blocks |= {at[i] for i in group.target.tolist()}
        return [key in blocks for key in at]

    @cached_property
    def series(self) -> list[list[int]]:
        """For each cell the others of its row and measure (other years)."""
        keys = [(c.table, c.order[0], c.measure) for c in self.cells.cells]
        found = _listed(keys)
        return [[j for j in found[key] if j != i and self.known[j]] for i, key in enumerate(keys)]

    def oddness(self, cell: int, moved: Collection[int]) -> float:
        """How far a level lies from its nearest neighbour, in doublings (0 … 6).

        Neighbours are the other years of the row, else the other rows of the column;
        cells in ``moved`` are no neighbours. 0 where numbers may be negative.
        """
        if self.signed[cell]:
            return 0.0
        others = [j for j in self.series[cell] if j not in moved]
        if not others:
            at = self.cells.cells[cell]
            others = [j for j in self.columns[at.table, at.order[1]] if j != cell and j not in moved and self.known[j]]
        own = self.values[cell][1]
        if own <= 0:
            return 6.0
        gaps = [abs(math.log2(own / self.values[j][1])) for j in others if self.values[j][1] > 0]
        return min(6.0, min(gaps)) if gaps else 0.0

    def odd(self, cells: Collection[int]) -> float:
        """:meth:`oddness` of some cells that move together."""
        return sum(self.oddness(c, cells) for c in cells)


# ---------------------------------------------------------------- printed variants


def scaled(value: Value, power: int) -> Value:
    """A triple times a power of ten, rounded outward."""
    low, mid, high = value
    if power >= 0:
        return low * 10**power, mid * 10**power, high * 10**power
    cut = 10**-power
    return low // cut, mid // cut, -(-high // cut)


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


def move_point(printed: str, power: int) -> str:
    """Digits with the decimal point moved by ``power`` places; zeros at the end of a whole number go."""
    sign, plain = ("-", printed[1:]) if printed.startswith("-") else ("", printed)
    if power < 0 and "." not in plain and plain.endswith("0" * -power) and len(plain) > -power:
        return sign + plain[:power]
    for _ in range(abs(power)):
        moved = shifted(plain)
        if not moved:
            return printed
        plain = moved[power > 0]
    return sign + plain
