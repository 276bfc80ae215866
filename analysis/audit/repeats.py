"""Rows and columns that say the same twice: a line copied over another.

Two lines of a table, or of two tables, may agree in a cell by chance or because little changes from year to year. How
often they do is counted from all other pairs of lines of the same kind; lines that agree in every cell although others
seldom agree in any are a pattern. Cells of a row are not independent: where a first cell agrees, the next ones do if
the changes agree. So the chance is that of one cell, times that of the next for each of the others: of a cell, of a
change, or of a cell after one that agrees, whichever is largest. Columns of one table are compared with pairs that
stand no farther apart. One quantity printed in two tables is not a repetition.
"""

import itertools
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.audit.cells import PROSE, Cell, Cells, is_numbering
from analysis.audit.wording import Finding, Words

#: Lines of fewer known cells, of fewer different numbers, or with a larger chance are no finding.
LEAST, DIFFERENT, CHANCE = 5, 3, 1e-3
#: A cell after one that agrees is as likely to agree as a change, before this many were seen.
PRIOR = 2
NONE = np.zeros(6, dtype=np.int64)
#: Lines so many places apart are compared to learn how often cells agree.
NEAR = 60


@dataclass(frozen=True)
class Line:
    """Cells of one row, or of one column, in printed order."""

    table: str
    kind: str  # "row" or "column"
    name: str
    cells: tuple[int, ...]


def lines(cells: Cells) -> list[Line]:
    """Rows and columns of every table."""
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for i, c in enumerate(cells.cells):
        if c.table != PROSE:
            found[c.table, "row", c.row].append(i)
            found[c.table, "column", c.column].append(i)
    return [
        Line(t, kind, name, tuple(at))
        for (t, kind, name), at in found.items()
        if len(at) >= LEAST and not is_numbering([cells.cells[i].printed for i in at])
    ]


def repeated_lines(words: Words) -> list[Finding]:
    """Lines that repeat another in every cell; those that one copying would have made are one finding."""
    cells = words.bench.cells
    printed = [c.printed for c in cells.cells]
    first: dict[tuple[str, ...], list[Line]] = defaultdict(list)
    equal = []
    listed = lines(cells)
    for line in listed:
        text = (line.kind, *(printed[i] for i in line.cells))
        if int(cells.known[list(line.cells)].sum()) >= LEAST and len(set(text)) > DIFFERENT:
            equal += [(one, line) for one in first[text][:1] if not _same_quantity(cells.cells, one, line)]
            first[text].append(line)
    if not equal:
        return []
    copied = {_together(cells.cells, one, two) for one, two in equal}
    rates = _rates(cells, listed, copied)
    found: dict[tuple[str, ...], list[tuple[Line, Line, float]]] = defaultdict(list)
    for one, two in equal:
        sort, apart = _sort(cells.cells, one, two)
        alike = sum((v for (other, far), v in rates.items() if other == sort and far <= apart), start=NONE)
        agree, whole, moves, steps, stays, starts = alike.tolist()
        pairs = sum(line.kind == one.kind for line in listed) ** 2 / 2
        cell = after = (agree + 1) / (whole + 2)
        if one.kind == "row":
            change = (moves + 1) / (steps + 2)
            after = max(cell, change, (stays + PRIOR * change) / (starts + PRIOR))
        chance = pairs * cell * after ** (int(cells.known[list(one.cells)].sum()) - 1)
        if chance < CHANCE:
            found[_together(cells.cells, one, two)].append((one, two, chance))
    return [_pattern(words, same) for same in found.values()]


def _rates(
    cells: Cells, listed: list[Line], copied: set[tuple[str, ...]]
) -> dict[tuple[tuple[str, ...], int], NDArray[np.int64]]:
    """In pairs of lines near each other that are not copies: how often cells agree, changes, and cells after one that does.

    Each as two numbers: those that agree, those compared. A change is that from one known cell to the next.
    """
    rates: dict[tuple[tuple[str, ...], int], NDArray[np.int64]] = defaultdict(NONE.copy)
    mid = cells.mid.tolist()
    for kind in ("row", "column"):
        some = [line for line in listed if line.kind == kind]
        for i, one in enumerate(some):
            for two in some[i + 1 : i + 1 + NEAR]:
                if len(one.cells) != len(two.cells) or _together(cells.cells, one, two) in copied:
                    continue
                if _same_quantity(cells.cells, one, two):
                    continue
                both = [(a, b) for a, b in zip(one.cells, two.cells, strict=True) if cells.known[a] and cells.known[b]]
                same = [cells.cells[a].printed == cells.cells[b].printed for a, b in both]
                stays = sum(now and then for now, then in itertools.pairwise(same))
                moves = sum(mid[b] - mid[a] == mid[d] - mid[c] for (a, c), (b, d) in itertools.pairwise(both))
                steps = max(0, len(both) - 1)
                rates[_sort(cells.cells, one, two)] += sum(same), len(both), moves, steps, stays, sum(same[:-1])
    return rates


def _same_quantity(cells: list[Cell], one: Line, two: Line) -> bool:
    """Whether both lines print the same measures of the same things for the same years."""
    what = [[(cells[i].code, cells[i].measure, cells[i].year) for i in line.cells] for line in (one, two)]
    return what[0] == what[1]


def _sort(cells: list[Cell], one: Line, two: Line) -> tuple[tuple[str, ...], int]:
    """Pairs of lines that may be expected to agree equally often, whatever their table, and how far apart they stand.

    Only columns of one table are the less alike the farther they are apart; for all others this is 0.
    """
    first, second = cells[one.cells[0]], cells[two.cells[0]]
    columns = one.kind == "column" and one.table == two.table
    related, apart = columns and first.measure == second.measure, columns * abs(first.order[1] - second.order[1])
    return (one.kind, first.unit, second.unit, "one measure" if related else "two things"), apart


def _together(cells: list[Cell], one: Line, two: Line) -> tuple[str, ...]:
    """Pairs that one copying would have made."""
    years = [cells[line.cells[0]].year for line in (one, two)]
    return (one.kind, one.table, two.table, *(years if one.kind == "column" and all(years) else (one.name, two.name)))


def _pattern(words: Words, same: list[tuple[Line, Line, float]]) -> Finding:
    one, two, _ = same[0]
    kind, table, other = one.kind, two.table, one.table
    names = [f"{b.name} and {a.name}" for a, b, _ in same]
    n = sum(len(a.cells) for a, _, _ in same)
    where = f"Table {table}" if table == other else f"Tables {other} and {table}"
    return words.finding(
        [i for a, b, _ in same for i in (*b.cells, *a.cells)],
        kind=f"repeated {kind}",
        grade="pattern",
        consequence="number",
        title=f"{where}: {'one ' + kind + ' repeats another' if len(same) == 1 else f'{len(same)} {kind}s repeat others'}"
        f" ({'; '.join(names[:3])})",
        arithmetic=(
            *(
                f"{words.place(b.cells[0])} and {words.place(a.cells[0])}: equal in all {len(a.cells)} cells"
                for a, b, _ in same
            ),
            f"chance of lines so equal, if cells and the changes between them agreed as often as in other {kind}s: "
            f"{max(c for *_, c in same):.0e}",
        ),
        explanation=f"A {kind} copied over another would do it, and so would two that by nature hardly differ; "
        "which of the two is right, equal numbers cannot say.",
        signature=f"repeated {kind}:{other}:{table}:{'+'.join(names)}",
        of=n,
    )
