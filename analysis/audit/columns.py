"""Hypotheses about whole columns and tables, for contradictions that come in numbers.

Two columns exchanged (years, or measures, with all that belongs to them); a column, a measure or all amounts of one
unit off by a power of ten; the signs of a column; a column in reverse order, or that repeats another; a block of years
printed one column on; a total that lacks a part.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from analysis.audit import hypotheses
from analysis.audit.bench import Bench, move_point, scaled
from analysis.audit.cells import PROSE, Cell, is_numbering
from analysis.audit.hypotheses import Candidate, Scope, Source

#: Fewer contradictions than this in a column are left to hypotheses about cells.
LEAST = 3

Column = tuple[str, int]
Part = TypeVar("Part")


def _read(scope: Scope, part: Callable[[Cell], Part], least: int) -> list[Part]:
    """Parts of tables (columns, measures) that at least so many contradictions read, most first."""
    at = scope.bench.cells.cells
    counts: Counter[Part] = Counter()
    for i in sorted(scope.wrong):
        instance = scope.bench.instances[i]
        read = [at[c] for c in (instance.target, *instance.inputs) if at[c].table != PROSE]
        counts.update(list(dict.fromkeys(map(part, read))))  # not a set: equal counts keep an order
    return [found for found, n in counts.most_common() if n >= least]


def _suspect(scope: Scope) -> list[Column]:
    """Columns that several contradictions read, most first."""
    return _read(scope, lambda cell: (cell.table, cell.order[1]), LEAST)


def _names(bench: Bench, column: Column) -> tuple[str, str]:
    """Measure and key (year or entity) of a column."""
    cell = bench.cells.cells[bench.columns[column][0]]
    return cell.measure, cell.year


def _aligned(bench: Bench, one: Column, two: Column) -> list[tuple[int, int]]:
    """Cells of two columns of one table, row by row."""
    return bench.beside(bench.columns[one], bench.columns[two], axis=0)


def exchanged(scope: Scope) -> Iterator[Candidate | None]:
    """Two columns exchanged: alone, with all measures of the two years, or with all years
    (and the shares, ranks, … named after them) of the two measures.
    """
    bench = scope.bench
    done: set[frozenset[Column]] = set()
    for column in _suspect(scope):
        table, (measure, key) = column[0], _names(bench, column)
        layout = {_names(bench, c): c for c in bench.columns if c[0] == table}
        for (measure2, key2), other in layout.items():
            pair = frozenset((column, other))
            if other == column or pair in done or (measure2 != measure and key2 != key):
                continue
            done.add(pair)
            if measure2 == measure:
                kind, detail = "years", f"{key}|{key2}"
                moves = [{(m, k): (m, key2) for m, k in layout if k == key}]
            else:
                kind, detail = "measures", f"{measure}|{measure2}"
                alone = [m for m, _ in layout if m == measure]
                named_after = [m for m, _ in layout if measure in m and measure2 not in m]
                moves = [
                    {(m, k): (m.replace(measure, measure2), k) for m, k in layout if m in names}
                    for names in (alone, alone + named_after)
                ]
            sets = {tuple((layout[a], layout[b]) for a, b in move.items() if b in layout) for move in moves}
            for chosen in sorted(sets | {((column, other),)}):
                pairs = [p for one, two in chosen for p in _aligned(bench, one, two)]
                found = scope.swap(kind, scope.known(pairs), detail)
                if found and (kind == "years" or not _odder(bench, found)):
                    yield found


def _odder(bench: Bench, candidate: Candidate) -> bool:
    """Whether the numbers would be of less likely size than they are: no ranks for patents."""
    odd = bench.odd(candidate.cells)
    old = bench.put(candidate.cells, candidate.values)
    odder = bench.odd(candidate.cells)
    bench.put(candidate.cells, old)
    return odder > odd


def scales(scope: Scope) -> Iterator[Candidate | None]:
    """A column, a measure or all amounts of one unit in a table off by a power of ten."""
    bench, at = scope.bench, scope.bench.cells.cells
    sets = {tuple(bench.blocks[block]): "unit" for block in _read(scope, lambda c: (c.table, c.measure), 2)}
    for column in _suspect(scope):
        cells = bench.columns[column]
        if len({at[c].measure for c in cells}) == 1:
            unit = at[cells[0]].unit
            sets.setdefault(tuple(i for i, c in enumerate(at) if (c.table, c.unit) == (column[0], unit)), "table unit")
            sets.setdefault(tuple(cells), "scale")
    for chosen, kind in sets.items():
        cells = [c for c in chosen if bench.known[c]]
        if len(cells) < 3 or bench.weigh(bench.touched(cells) & scope.wrong) < scope.least:
            continue
        for power in (1, -1, 2, -2, 3, -3, 4, -4):
            printed = [bench.printed[c] for c in cells]
            zeros = power < 0 and all(p.endswith("0" * -power) and "." not in p for p in printed)
            if kind == "scale" or zeros:  # the digits are wrong
                yield scope.trial(kind, cells, [move_point(p, power) for p in printed], detail=f"{power:+d}")
            else:  # the digits may be right and the unit wrong
                values = [scaled(bench.values[c], power) for c in cells]
                if any(scaled(v, -power) != bench.values[c] for c, v in zip(cells, values, strict=True)):
                    continue  # so small that the scale of integers would blur it: that only hides contradictions
                yield scope.trial(kind, cells, (), values, f"{power:+d}", power)


def signs(scope: Scope) -> Iterator[Candidate | None]:
    """Every sign of a column the wrong way round."""
    bench = scope.bench
    for column in _suspect(scope):
        cells = [
            c for c in bench.columns[column] if bench.signed[c] and bench.printed[c].strip("-0.") and bench.known[c]
        ]
        if len(cells) > 2:
            turned = [p[1:] if p.startswith("-") else "-" + p for p in (bench.printed[c] for c in cells)]
            yield scope.trial("signs", cells, turned)


def reversed_columns(scope: Scope) -> Iterator[Candidate | None]:
    """A column printed from the bottom to the top (rows without a value apart)."""
    bench = scope.bench
    for column in _suspect(scope):
        cells = [c for c in bench.columns[column] if bench.known[c]]
        if len(cells) > 3:
            yield scope.move("reversed", list(zip(cells, cells[::-1], strict=True)))


def stale(scope: Scope) -> Iterator[Candidate | None]:
    """Columns that repeat others: another year's, another measure's, another table's."""
    bench = scope.bench
    copies: dict[tuple[str, ...], list[tuple[Column, Column]]] = {}
    for column in _suspect(scope):
        measure, key = _names(bench, column)
        for other in bench.columns:
            measure2, key2 = _names(bench, other)
            if other == column or other[0] == PROSE or (other[0] == column[0] and not _alike(bench, column, other)):
                continue
            if other[0] != column[0] and (measure2, key2) != (measure, key):
                continue
            if _copied(bench, column, other):
                beside = (measure, measure2) if (column[0], key) == (other[0], key2) else ()
                copies.setdefault((column[0], key, other[0], key2, *beside), []).append((column, other))
    for (_, _, table2, key2, *_), pairs in copies.items():
        cells = [c for column, other in sorted(pairs) for c in bench.columns[column][: len(bench.columns[other])]]
        cells = [c for c in cells if bench.known[c]]
        name = bench.cells.cells[bench.columns[pairs[0][1]][0]].column if len(pairs) == 1 else key2
        yield scope.lost("stale", cells, f"{name} of Table {table2}")


def _alike(bench: Bench, column: Column, other: Column) -> bool:
    """Whether two columns of a table print one measure or, of one key, amounts of one unit."""
    (measure, key), (measure2, key2) = _names(bench, column), _names(bench, other)
    one, two = (bench.cells.cells[bench.columns[c][0]].unit for c in (column, other))
    return measure == measure2 or (key == key2 and one == two)


def _copied(bench: Bench, column: Column, other: Column) -> bool:
    """Whether a column repeats another, number by number, beyond chance.

    In one table row by row; from another table in printed order, as far as it goes.
    """
    if column[0] == other[0]:
        pairs = _aligned(bench, column, other)
        if len(pairs) < len(bench.columns[column]):
            return False
    else:
        pairs = list(zip(bench.columns[column], bench.columns[other], strict=False))
        cells = bench.cells.cells
        if all(cells[a].code == cells[b].code for a, b in pairs):
            return False  # one quantity printed twice
    printed = [(bench.printed[a], bench.printed[b]) for a, b in pairs if bench.known[a] and bench.known[b]]
    enough = {p for p, _ in printed}
    if len(enough) < 3 or len(printed) < 4 or any(a != b for a, b in printed):
        return False
    return not is_numbering([p for p, _ in printed])  # so rankings are printed in two columns


def moved_years(scope: Scope) -> Iterator[Candidate | None]:
    """All years of a measure printed one column to the left or right; the end one is lost."""
    bench, at = scope.bench, scope.bench.cells.cells
    for table, measure in dict.fromkeys((c[0], _names(bench, c)[0]) for c in _suspect(scope)):
        rows: dict[int, list[int]] = {}
        for c in bench.blocks[table, measure]:
            rows.setdefault(at[c].order[0], []).append(c)
        for step in (1, -1):
            pairs, ends = [], []
            for line in rows.values():
                line = [c for c in line if bench.known[c]][::step]
                pairs += list(zip(line[1:], line[:-1], strict=True))
                ends += line[:1]
            if len({at[a].order[1] for a, _ in pairs}) < 3:
                continue
            lost = bench.touched(ends) & scope.wrong
            enough = max(hypotheses.LEAST, scope.least - bench.weigh(lost))
            found = replace(scope, least=enough).move("moved years", pairs, f"{step:+d}")
            if found:  # the first year (or the last) is lost, and explains what reads it
                more = lost - set(found.resolves)
                yield replace(
                    found,
                    cells=found.cells + tuple(ends),
                    values=found.values + tuple(bench.values[c] for c in ends),
                    repair=found.repair + tuple(bench.printed[c] for c in ends),
                    resolves=tuple(sorted((*found.resolves, *more))),
                    net=found.net + bench.weigh(more),
                )


def omissions(scope: Scope) -> Iterator[Candidate | None]:
    """A total that lacks one of its parts, or counts it twice."""
    bench = scope.bench
    for number in sorted(scope.wrong):
        instance = bench.instances[number]
        if instance.relation.kernel != "total" or len(instance.inputs) < 3:
            continue
        target, unit = instance.target, instance.constants.unit
        t = bench.values[target]
        whole = sum(bench.values[j][1] for j in instance.inputs) * unit[0] // unit[1]
        for part in instance.inputs:
            size = bench.values[part][1] * unit[0] // unit[1]
            gap = (whole - t[1]) - size
            if size and abs(gap) <= (t[2] - t[0]) * len(instance.inputs) / 2:
                printed = bench.digits(target, t[1] + size)
                yield scope.trial("omission", [target], [printed], detail=str(part))


SOURCES: tuple[Source, ...] = (exchanged, scales, signs, reversed_columns, stale, moved_years, omissions)
