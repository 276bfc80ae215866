"""The printed numbers of a report as integer triples, arranged in blocks.

A *block* is one measure of one table: rows (codes) by keys (years, the entities of a
table without years, or one empty key). Relations are bound block by block, so the cost
of binding does not grow with the number of Python objects.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from analysis.report import Report

Ints = NDArray[Any]

#: Table name under which the numbers of sentences (``prose.csv``) are kept.
PROSE = "prose"

#: What a printed unit means in persons, US or NT dollars, items or plain numbers.
UNITS: dict[str, Fraction] = {
    "%": Fraction(1, 100),
    "成": Fraction(1, 10),
    "比": Fraction(1),
    "倍": Fraction(1),
    "人": Fraction(1),
    "仟人": Fraction(10**3),
    "千人": Fraction(10**3),
    "萬人": Fraction(10**4),
    "百萬": Fraction(10**6),
    "億人": Fraction(10**8),
    "億美元": Fraction(10**8),
    "新臺幣元": Fraction(1),
    "新臺幣億元": Fraction(10**8),
    "新臺幣兆元": Fraction(10**12),
    "人／千名員工": Fraction(1, 10**3),
    "件／百萬人": Fraction(1, 10**6),
}

#: Words around a number in a sentence: how far the true value may lie below and above
#: the printed one, in units of its last digit; ``None`` is as far as twice the number.
QUALIFIERS: dict[str, tuple[Fraction, Fraction | None]] = {
    "": (Fraction(1, 2), Fraction(1, 2)),
    "約": (Fraction(1), Fraction(1)),
    "近": (Fraction(1), Fraction(0)),
    "逾": (Fraction(0), None),
    "超過": (Fraction(0), None),
    "突破": (Fraction(0), None),
}


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

    @property
    def place(self) -> str:
        """``1-2-4/新加坡/growth_2022``."""
        return f"{self.table}/{self.row}/{self.column}"


@dataclass(frozen=True)
class Block:
    """One measure of one table as a matrix of cell numbers (-1 where there is none)."""

    table: str
    measure: str
    rows: tuple[str, ...]
    keys: tuple[str, ...]
    index: NDArray[np.int64]
    unit: Fraction


@dataclass(frozen=True, eq=False)
class Cells:
    """All cells in play: identities, integer triples, blocks.

    ``low``, ``mid``, ``high``: integers at ``scale`` per printed unit; ``known`` is
    False for N/A. ``decimals`` as printed.
    """

    cells: list[Cell]
    low: Ints
    mid: Ints
    high: Ints
    known: NDArray[np.bool_]
    decimals: NDArray[np.int64]
    scale: int
    blocks: Mapping[tuple[str, str], Block]
    kinds: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.mid)

    @functools.cached_property
    def position(self) -> dict[tuple[str, str, str], int]:
        """Cell number by table, row label and column."""
        return {(c.table, c.row, c.column): i for i, c in enumerate(self.cells)}


def digits(printed: str) -> tuple[int, int]:
    """``"3.40"`` as ``(340, 2)``."""
    whole, _, rest = printed.partition(".")
    return int(whole + rest), len(rest)


def triple(printed: str, scale: int, exact: bool = False, qualifier: str = "") -> tuple[int, int, int]:
    """Integers ``(low, printed, high)`` at ``scale`` of one printed number."""
    number, decimals = digits(printed)
    step = scale // 10**decimals
    if step * 10**decimals != scale or step % 2:
        raise ValueError(f"scale {scale} is too coarse for {printed}")
    mid = number * step
    if exact:
        return mid, mid, mid
    down, up = QUALIFIERS.get(qualifier, QUALIFIERS[""])
    return mid - int(down * step), mid, mid + (int(up * step) if up is not None else abs(mid))


def scale_for(decimals: Iterable[int]) -> int:
    """Integers per unit: even half units of the finest printed digit, two digits in reserve.

    The reserve lets decimal points move, in a damaged copy and again in its repair.
    """
    return int(2 * 10 ** (max(decimals, default=0) + 2))


def build(report: Report, tables: Iterable[str] | None = None) -> Cells:
    """The cells of a report (of ``tables`` and, if asked for, of the prose)."""
    wanted = [*report.tables, PROSE] if tables is None else list(tables)
    raw: list[tuple[Cell, str]] = []
    for number in wanted:
        if number == PROSE:
            continue
        rows: dict[str, int] = {}
        columns = {f.name: i for i, f in enumerate(report.meta(number).values)}
        for table, row, column, year, measure, unit, printed, _, code, entity, _, exact in report.iter_cells([number]):
            order = (rows.setdefault(row, len(rows)), columns[column])
            cell = Cell(table, row, column, year or entity, measure, unit, printed, code, exact, order)
            raw.append((cell, ""))
    if PROSE in wanted and any(r["name"] == PROSE for r in report.package["resources"]):
        raw.extend(_prose(report))
    kinds: dict[str, str] = dict(report.labels()[["code", "kind"]].itertuples(index=False)) if raw else {}
    return from_cells([c for c, _ in raw], [q for _, q in raw], kinds)


def _prose(report: Report) -> list[tuple[Cell, str]]:
    from analysis.report import clean

    found = []
    for position, record in enumerate(report.prose().to_dict("records")):
        printed, _ = clean(record["printed"])
        cell = Cell(PROSE, record["id"], record["measure"], record["year"], record["id"], record["unit"], printed, record["id"], False, (position, 0))  # fmt: skip
        found.append((cell, record["qualifier"]))
    return found


def from_cells(cells: list[Cell], qualifiers: list[str] | None = None, kinds: Mapping[str, str] | None = None) -> Cells:
    """Arrange cells into blocks and integers."""
    from analysis.report import NOT_AVAILABLE

    text = np.array([c.printed for c in cells], dtype=np.str_)
    known = text != NOT_AVAILABLE
    text = np.where(known, text, "0")
    point = np.strings.find(text, ".")
    decimals = np.where(point < 0, 0, np.strings.str_len(text) - point - 1).astype(np.int64)
    scale = scale_for(np.unique(decimals).tolist())
    step = np.array([scale // 10**d for d in range(int(decimals.max(initial=0)) + 1)], dtype=np.int64)[decimals]
    plain = np.strings.replace(text, ".", "", count=1)
    wide = len(cells) > 0 and int(np.strings.str_len(plain).max()) + len(str(scale)) > 17
    digits_of = np.array([int(t) for t in plain], dtype=object) if wide else plain.astype(np.int64)
    mid = digits_of * step
    half = np.where(known & ~np.array([c.exact for c in cells], dtype=bool), step // 2, 0)
    low, high = mid - half, mid + half
    for i, mark in enumerate(qualifiers or ()):
        if mark and known[i]:
            low[i], _, high[i] = triple(cells[i].printed, scale, cells[i].exact, mark)
    return Cells(cells, low, mid, high, known, decimals, scale, arrange(cells), kinds or {})


def arrange(cells: list[Cell]) -> dict[tuple[str, str], Block]:
    """Blocks of a list of cells, rows and keys in printed order."""
    members: dict[tuple[str, str], list[int]] = {}
    for i, cell in enumerate(cells):
        members.setdefault((cell.table, cell.measure), []).append(i)
    blocks = {}
    for (table, measure), numbers in members.items():
        codes, years = [cells[n].code for n in numbers], [cells[n].year for n in numbers]
        rows = {code: i for i, code in enumerate(dict.fromkeys(codes))}
        keys = {key: i for i, key in enumerate(dict.fromkeys(years))}
        index = np.full((len(rows), len(keys)), -1, dtype=np.int64)
        index[[rows[c] for c in codes], [keys[k] for k in years]] = numbers
        unit = UNITS.get(cells[numbers[0]].unit, Fraction(1))
        blocks[table, measure] = Block(table, measure, tuple(rows), tuple(keys), index, unit)
    return blocks
