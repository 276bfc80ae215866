"""The printed numbers of a report as integer triples, arranged in blocks.

A *block* is one measure of one table: rows (codes) by keys (years, the entities of a table without years, or one empty
key). Relations are bound block by block, so the cost of binding does not grow with the number of Python objects.
"""

import functools
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.interval import decimals_of, digits, fraction
from analysis.package import get
from analysis.report import NOT_AVAILABLE, BadInput, Report, clean

#: Python integers of any length: nothing overflows, nothing passes through a binary float.
Ints = NDArray[np.object_]

#: Table name under which the numbers of sentences (``prose.csv``) are kept.
PROSE = "prose"

NEAREST_MODE = "half_up"

#: Modes in which the true value lies on one side of the printed number.
ONE_WAY = ("truncate", "down", "up")

#: A column is read as rounded more coarsely than it is printed if at least so many different numbers of it say so, and
#: that of so many powers of ten by chance once; one number in :data:`SPARED` may be finer.
SAYING, POWERS, SPARED = 5, 6.0, 10

#: Units that need no entry under ``units`` of ``datapackage.json``.
STANDARD = {"": Fraction(1), "1": Fraction(1), "%": Fraction(1, 100), "‰": Fraction(1, 1000)}

#: A printed number longer than this is refused.
LONGEST = 1000


@dataclass(frozen=True)
class Leeway:
    """How far the true value may lie below and above a printed number.

    In units of its last printed digit, or with ``round`` of its last digit that is not zero, but then no further than
    ``within`` of the number: "about 200" is 180 to 220, "about 8" 7.5 to 8.5. ``above`` is ``None`` for as far as twice
    the number. The words are under ``qualifiers`` of ``datapackage.json``.
    """

    below: Fraction = Fraction(1, 2)
    above: Fraction | None = Fraction(1, 2)
    round: bool = False
    within: Fraction = Fraction(1, 10)

    def reach(self, mid: int, step: int) -> tuple[int, int]:
        """Integers below and above ``mid``, whose last printed digit counts ``step``."""
        unit, most = step, None
        if self.round and mid:
            while mid % (10 * unit) == 0:
                unit *= 10
            most = max(int(self.within * abs(mid)), step // 2)
        found = [int(self.below * unit), abs(mid) if self.above is None else int(self.above * unit)]
        down, up = (n if most is None else min(n, most) for n in found)
        return down, up


@dataclass(frozen=True)
class Cell:
    """Where a printed number stands."""

    table: str
    row: str
    column: str
    year: str
    measure: str
    unit: str
    printed: str
    code: str
    exact: bool
    order: tuple[int, int]  # row and column position in the table
    qualifier: str = ""  # a word such as "about"

    @property
    def place(self) -> str:
        """``1-2-4/新加坡/growth_2022``."""
        return f"{self.table}/{self.row}/{self.column}"

    @property
    def about(self) -> str:
        """The measure in words: ``patent density``."""
        return self.measure.replace("_", " ")


@dataclass(frozen=True)
class Block:
    """One measure of one table as a matrix of cell numbers (-1 where nothing is printed).

    Its rows are those of the table, also where they are blank; its keys those of which anything is printed.
    """

    table: str
    measure: str
    rows: tuple[str, ...]
    keys: tuple[str, ...]
    index: NDArray[np.int64]
    unit: Fraction
    unit_name: str = ""

    @functools.cached_property
    def printed(self) -> list[bool]:
        """Whether anything is printed in each row."""
        return [bool(line.any()) for line in self.index >= 0]


@dataclass(frozen=True, eq=False)
class Cells:
    """All cells in play: identities, integer triples, blocks.

    ``low``, ``mid``, ``high``: integers at ``scale`` per printed unit; an end that does not
    belong to the values that print so is marked in ``open_low`` and ``open_high``. ``known`` is
    False for N/A, ``fixed`` True for exact counts and for numbers with a word such as
    "about". ``grain``: integers between a cell and the next number that could have been printed in its place, more than
    its last digit where a column is rounded more coarsely. ``modes``: rounding of a (table, measure) where it is not to
    the nearest.
    """

    cells: list[Cell]
    low: Ints
    mid: Ints
    high: Ints
    known: NDArray[np.bool_]
    decimals: NDArray[np.int64]
    scale: int
    blocks: Mapping[tuple[str, str], Block]
    kinds: Mapping[str, str]
    units: Mapping[str, Fraction]
    fixed: NDArray[np.bool_]
    open_low: NDArray[np.bool_]
    open_high: NDArray[np.bool_]
    grain: Ints
    modes: Mapping[tuple[str, str], str]

    def __len__(self) -> int:
        return len(self.mid)

    @functools.cached_property
    def position(self) -> dict[str, int]:
        """Cell number by place."""
        return {c.place: i for i, c in enumerate(self.cells)}

    @functools.cached_property
    def steps(self) -> Ints:
        """Integers per unit of the last printed digit of every cell."""
        return np.array([self.scale // 10**places for places in self.decimals.tolist()], dtype=object)

    @functools.cached_property
    def coarse(self) -> list[int]:
        """The grain of the cells that are rounded more coarsely than printed, 1 for all others."""
        return [grain if grain > step else 1 for grain, step in zip(self.grain, self.steps, strict=True)]

    @functools.cached_property
    def inner(self) -> tuple[Ints, Ints, Ints]:
        """Triples with every open end moved in by one integer.

        Ends of printed numbers are multiples of a hundred integers, so this changes which
        of two ends is larger only where they meet.
        """
        return self.low + self.open_low, self.mid, self.high - self.open_high

    def value(self, cell: int, printed: str) -> tuple[int, int, int]:
        """The triple of other printed digits in a cell, open ends moved in."""
        at = self.cells[cell]
        return triple(printed, self.scale, at.exact, None, self.mode(at.table, at.measure), self.coarse[cell])

    def mode(self, table: str, measure: str) -> str:
        """How a measure rounds."""
        return self.modes.get((table, measure), NEAREST_MODE)


def triple(
    printed: str,
    scale: int,
    exact: bool = False,
    leeway: Leeway | None = None,
    mode: str = NEAREST_MODE,
    grain: int = 1,
) -> tuple[int, int, int]:
    """Integers ``(low, printed, high)`` at ``scale`` of one printed number.

    ``mode`` as in :func:`ends`, whose open ends are moved in by one; ``grain`` as in :class:`Cells`, of no matter to
    digits that are finer. Raises :class:`ValueError` where the scale is too coarse for the digits.
    """
    number, decimals = digits(printed)
    step = scale // 10**decimals
    if step * 10**decimals != scale or step % 2:
        raise ValueError(f"scale {scale} is too coarse for {printed}")
    mid = number * step
    if exact:
        return mid, mid, mid
    if leeway:
        down, up = leeway.reach(mid, step)
        return mid - down, mid, mid + up
    low, high, open_low, open_high = ends(mid, step if mid % grain else max(step, grain), mode)
    return low + open_low, mid, high - open_high


def ends(mid: Any, step: Any, mode: str) -> tuple[Any, Any, Any, Any]:
    """``(low, high, open_low, open_high)``: what prints as ``mid`` in a rounding mode; numbers or arrays.

    To the nearest, both ends count (either may have been rounded this way); half to even
    takes both ends of an even last digit and none of an odd one; truncated toward zero,
    1.2 stands for [1.2, 1.3) and -1.2 for (-1.3, -1.2]; ``down`` and ``up`` round always one way.
    """
    if mode in ONE_WAY:
        never, always = mid != mid, mid == mid
        down, up = {"truncate": (mid <= 0, mid >= 0), "down": (never, always), "up": (always, never)}[mode]
        return mid - step * down, mid + step * up, down, up
    odd = (abs(mid) // step % 2 == 1) & (mode == "half_even")
    return mid - step // 2, mid + step // 2, odd, odd


def governed(cells: Cells, modes: Mapping[tuple[str, str], str]) -> Cells:
    """The same cells, read as their tables round: ``modes`` of a (table, measure)."""
    low, high = cells.low.copy(), cells.high.copy()
    open_low, open_high = cells.open_low.copy(), cells.open_high.copy()
    for key, mode in modes.items():
        at = cells.blocks[key].index.ravel()
        at = at[at >= 0]
        at = at[cells.known[at] & ~cells.fixed[at]]
        low[at], high[at], open_low[at], open_high[at] = ends(cells.mid[at], cells.grain[at], mode)
    return replace(cells, low=low, high=high, open_low=open_low, open_high=open_high, modes=dict(modes))


def is_numbering(printed: list[str]) -> bool:
    """Whether the numbers of a line only count: 1, 2, 3 …"""
    return printed == [str(n) for n in range(1, len(printed) + 1)]


def build(report: Report, tables: Iterable[str] | None = None) -> Cells:
    """The cells of a report (of ``tables`` and, if asked for, of the prose).

    Raises :class:`analysis.report.BadInput` for a unit or a qualifier that the package does not declare.
    """
    wanted = [*report.tables, PROSE] if tables is None else list(tables)
    cells: list[Cell] = []
    for number in wanted:
        if number == PROSE:
            cells += _prose(report)
            continue
        rows: dict[str, int] = {}
        columns = {f.name: i for i, f in enumerate(report.meta(number).values)}
        for table, row, column, year, measure, unit, printed, _, code, entity, _, exact in report.iter_cells(
            [number], blanks=True
        ):
            order = (rows.setdefault(row, len(rows)), columns[column])
            cells.append(Cell(table, row, column, year or entity, measure, unit, printed, code, exact, order))
    kinds = {code: record["kind"] for code, record in report.entities.items()} if cells else {}
    known = units(report.package)
    for cell in cells:
        if "units" in report.package and cell.unit not in known:
            expected = f"unit {cell.unit!r} under units, with its factor"
            raise BadInput("datapackage.json", expected, f"table {cell.table}", cell.column)
    return from_cells(cells, kinds, known, qualifiers(report.package))


def units(package: Mapping[str, Any]) -> dict[str, Fraction]:
    """What a printed unit means in persons, dollars, items or plain numbers."""
    found = dict(STANDARD)
    for name, spec in get(package, "units", dict, "units", {}).items():
        factor = spec.get("factor")
        found[name] = Fraction(1) if factor is None else _fraction(factor, "units", name)
        if found[name] <= 0:
            raise BadInput("datapackage.json", "a factor above 0", f"units, {name}", "factor")
    return found


def qualifiers(package: Mapping[str, Any]) -> dict[str, Leeway]:
    """How far a number with a word such as "about" may be off."""
    declared = get(package, "qualifiers", dict, "qualifiers", {})
    found = {}
    for name in declared:
        spec = get(declared, name, dict, "qualifiers")
        below, within = (
            _fraction(spec.get(k, d), "qualifiers", name) for k, d in (("below", "1/2"), ("within", "1/10"))
        )
        above = None if spec.get("above") is None else _fraction(spec["above"], "qualifiers", name)
        found[name] = Leeway(below, above, bool(spec.get("round")), within)
    return found


def _fraction(value: object, key: str, name: str) -> Fraction:
    try:
        found = fraction(str(value))
    except ValueError:
        found = Fraction(-1)
    if found < 0:
        raise BadInput("datapackage.json", f"a number, found {value!r}", f"{key}, {name}")
    return found


def _prose(report: Report) -> Iterator[Cell]:
    """Numbers printed in sentences."""
    for position, record in enumerate(report.prose().to_dict("records") if report.has(PROSE) else []):
        name, printed = record["id"], clean(record["printed"])[0]
        row = (PROSE, name, record["measure"], record["year"], name, record["unit"], printed, name, False)
        yield Cell(*row, (position, 0), record["qualifier"])


def from_cells(
    cells: list[Cell],
    kinds: Mapping[str, str] | None = None,
    known_units: Mapping[str, Fraction] = STANDARD,
    leeways: Mapping[str, Leeway] | None = None,
) -> Cells:
    """Arrange cells into blocks and integers; ``leeways`` are those of their qualifiers.

    A cell without digits is a blank of its block and nothing else.
    """
    blocks, leeways = arrange(cells, known_units), leeways or {}
    cells = [c for c in cells if c.printed]
    known = np.array([c.printed != NOT_AVAILABLE for c in cells], dtype=bool)
    for cell in cells:
        if len(cell.printed) > LONGEST:
            raise BadInput(f"table {cell.table}", f"a number of at most {LONGEST} digits", cell.row, cell.column)
        if cell.qualifier and cell.printed != NOT_AVAILABLE and cell.qualifier not in leeways:
            expected = f"qualifier {cell.qualifier!r} under qualifiers"
            raise BadInput("datapackage.json", expected, f"{PROSE}, {cell.row}")
    decimals = np.array([decimals_of(c.printed) for c in cells], dtype=np.int64)
    # even half units of the finest digit, and two digits in reserve, so that decimal points can move and move back
    scale = 2 * 10 ** (int(decimals.max(initial=0)) + 2)
    fixed = np.array([c.exact or bool(c.qualifier) for c in cells], dtype=bool)
    grain = grains(cells, decimals, known & ~fixed, scale)
    triples = [
        triple(c.printed, scale, c.exact, leeways.get(c.qualifier), grain=coarse) if there else (0, 0, 0)
        for c, there, coarse in zip(cells, known, grain, strict=True)
    ]
    low, mid, high = (np.array([three[i] for three in triples], dtype=object) for i in range(3))
    closed = np.zeros(len(cells), dtype=bool)
    ways = closed, closed, grain
    return Cells(cells, low, mid, high, known, decimals, scale, blocks, kinds or {}, known_units, fixed, *ways, {})


def grains(cells: Sequence[Cell], decimals: NDArray[np.int64], rounded: NDArray[np.bool_], scale: int) -> Ints:
    """How coarsely each cell is rounded, in integers at ``scale``.

    By its last digit, unless the numbers with as many decimals of its unit in its table, or of its measure, all end in
    zeros or fives (rounded to tens, to 50, to 0.5) or have no more than some significant digits. ``rounded``: cells that
    are no exact count.
    """
    found = np.array([scale // 10**places for places in decimals.tolist()], dtype=object)
    parts: dict[tuple[str, ...], list[int]] = {}
    for i in np.flatnonzero(rounded).tolist():
        places = str(decimals[i])
        parts.setdefault((cells[i].table, places, cells[i].measure), []).append(i)
        parts.setdefault((cells[i].table, places, "", cells[i].unit), []).append(i)
    for part in parts.values():
        numbers = [abs(digits(cells[i].printed)[0]) for i in part]
        unit, steps = scale // 10 ** int(decimals[part[0]]), _steps(set(numbers) - {0})
        for i, number in zip(part, numbers, strict=True):
            step = steps.get(number, 1)
            found[i] = max(found[i], unit * (step if number % step == 0 else 1))
    return found


def _log_choose(n: int, k: int) -> float:
    """Decimal logarithm of the number of ways to choose."""
    return (math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)) / math.log(10)


def _steps(numbers: set[int]) -> dict[int, int]:
    """For numbers in units of their last digit what each is rounded to (1, 5, 10, 50, 100, …), as far as all together say."""
    best, found, longest = POWERS, dict[int, int](), len(str(max(numbers, default=0)))
    ways = [(to, 0) for power in range(longest) for to in (10**power, 5 * 10**power) if to > 1]
    ways += [(0, significant) for significant in range(1, longest)]
    for to, significant in ways if len(numbers) >= SAYING else ():
        steps = {n: to or 10 ** max(len(str(n)) - significant, 0) for n in numbers}
        said = [step for n, step in steps.items() if step > 1 and n % step == 0]
        finer = sum(n % step > 0 for n, step in steps.items())
        power = sum(map(math.log10, said)) - _log_choose(len(numbers), finer)
        if finer <= len(numbers) // SPARED and len(said) >= SAYING and power > best:
            best, found = power, steps
    return found


def arrange(cells: list[Cell], known_units: Mapping[str, Fraction] = STANDARD) -> dict[tuple[str, str], Block]:
    """Blocks of a list of cells, rows and keys in printed order; cells without digits are not numbered."""
    members: dict[tuple[str, str], list[tuple[int, Cell]]] = {}
    codes: dict[tuple[str, str], dict[str, int]] = {}
    number = itertools.count()
    for cell in cells:
        rows = codes.setdefault((cell.table, cell.measure), {})
        rows.setdefault(cell.code, len(rows))
        if cell.printed:
            members.setdefault((cell.table, cell.measure), []).append((next(number), cell))
    blocks = {}
    for (table, measure), numbered in members.items():
        rows = codes[table, measure]
        keys = {key: i for i, key in enumerate(dict.fromkeys(cell.year for _, cell in numbered))}
        index = np.full((len(rows), len(keys)), -1, dtype=np.int64)
        for n, cell in numbered:
            index[rows[cell.code], keys[cell.year]] = n
        name = numbered[0][1].unit
        unit = known_units.get(name, Fraction(0))  # 0: unknown, see relations._factor
        blocks[table, measure] = Block(table, measure, tuple(rows), tuple(keys), index, unit, name)
    return blocks
