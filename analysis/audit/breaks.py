"""A column that breaks with the years before it: another basis of counting in one year.

Between two years every row of a table changes; how differently they change is the spread (root mean square of the
changes of the logarithm around their median). A year whose spread is :data:`TIMES` that of the other years together is
named if at least :data:`ROWS` rows lie :data:`FURTHER` as far from its median as any row does in any other year: a
single wrong digit moves one row, a change of basis many. Those rows are named.

Where ``evidence.csv`` of the edition has counts on the basis that the report names, rows of that year that lie farther
from them than such counts are known to be revised (``revision``) are named too; where no revision is known, those more
than :data:`APART` per cent away. Without such counts the year is unusual and no more: a shock that meets some rows
harder does the same.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from analysis.audit.cells import PROSE, Block, Cells
from analysis.audit.outside import facts
from analysis.audit.wording import Finding, Words
from analysis.report import Report
from analysis.words import number

TIMES, ROWS, FURTHER, APART = 3.0, 2, 1.5, Fraction(10)
#: A year is compared with at least so many others, over at least so many rows.
_YEARS, _LEAST = 2, 6


def column_breaks(words: Words) -> list[Finding]:
    """Years of a level in which the rows of a table change far more differently than in others."""
    found, cells = [], words.bench.cells
    for block in cells.blocks.values():
        if block.table == PROSE or not all(k.isdigit() for k in block.keys):
            continue
        if all(cells.cells[i].exact and cells.cells[i].unit == "名次" for i in block.index.ravel() if i >= 0):
            continue
        years = [(a, b) for a, b in zip(block.keys, block.keys[1:], strict=False) if int(b) == int(a) + 1]
        if len(years) <= _YEARS:
            continue
        change = np.array([_changes(cells, block, a, b) for a, b in years]).T
        whole = change[~np.isnan(change).any(axis=1)]
        if len(whole) < _LEAST:
            continue
        around = change - np.median(whole, axis=0)
        for j in range(len(years)):
            others = np.delete(around, j, axis=1)
            spread = float(np.sqrt(np.nanmean(others**2)))
            beyond = np.flatnonzero(np.abs(around[:, j]) > FURTHER * np.nanmax(np.abs(others)))
            if np.sqrt(np.nanmean(around[:, j] ** 2)) > TIMES * spread and len(beyond) >= ROWS:
                found.append(_pattern(words, block, years, around, j, beyond))
    return found


def _changes(cells: Cells, block: Block, before: str, year: str) -> NDArray[np.float64]:
    """Changes of the logarithm of every row; NaN where a number is missing or not positive."""
    ends = []
    for key in (before, year):
        at = block.index[:, block.keys.index(key)]
        value = np.where((at >= 0) & cells.known[at], cells.mid[at].astype(float), np.nan)
        ends.append(np.where(value > 0, value, np.nan))
    return np.asarray(np.log(ends[1]) - np.log(ends[0]))


def _pattern(
    words: Words,
    block: Block,
    years: list[tuple[str, str]],
    around: NDArray[np.float64],
    j: int,
    beyond: NDArray[np.int64],
) -> Finding:
    cells, place = words.bench.cells, words.place
    year = years[j][1]
    column = [int(i) for i in block.index[:, block.keys.index(year)]]
    outside = _outside(words.report, cells, column)
    alone = sorted(beyond, key=lambda row: -abs(float(around[row, j])))
    named = [column[row] for row in alone] + [c for c in column if c in outside and column.index(c) not in set(alone)]
    names = [words.row(c) for c in named]
    measure = block.measure.replace("_", " ")
    lines = [
        f"changes to {y} in logarithms, root mean square around their median: {float(np.sqrt(np.nanmean(around[:, i] ** 2))):.2f}"
        for i, (_, y) in enumerate(years)
    ]
    lines += [
        f"{place(column[row])}: {100 * float(np.expm1(around[row, j])):+.0f} per cent against the median row"
        for row in alone
    ]
    lines += [
        f"{place(c)}: printed {number(cells.cells[c].printed)}, {number(value)} by {publisher} ({name})"
        for c, (value, publisher, name) in outside.items()
    ]
    rule = f"Named are rows more than {FURTHER} times as far from the year's median as any row is in another year"
    if outside:
        rule += ", and rows farther from a count on the basis that the report names than such counts are revised"
    return words.finding(
        named,
        kind="break",
        grade="pattern" if outside else "unusual",
        consequence="conclusion" if outside else "number",
        title=f"The {year} column of Table {block.table} breaks with the years before: {measure} of {', '.join(names)}",
        arithmetic=tuple(lines),
        explanation=f"In no other year do rows move so far apart; another basis of counting for {year} would do it"
        f"{'' if outside else ', and so would an event of that year that met these rows harder than others'}. {rule}.",
        signature=f"break:{block.table}:{block.measure}:{year}",
        of=int((~np.isnan(around[:, j])).sum()),
    )


def _outside(report: Report, cells: Cells, column: list[int]) -> dict[int, tuple[str, str, str]]:
    """Cells far from an outside count on the printed basis: value, publisher and id of the evidence."""
    found = {}
    for record, cell in facts(report, cells):
        if cell not in column or not record["basis"] or record["basis"] != record["printed_basis"]:
            continue
        printed, value = Fraction(int(cells.mid[cell]), cells.scale), Fraction(record["value"])
        if 100 * abs(printed - value) > Fraction(record["revision"] or APART) * value:
            found[cell] = record["value"], record["publisher"], record["id"]
    return found
