"""The wording of findings: phrases for cells, rows, hypotheses and titles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from analysis.audit.bench import Bench
from analysis.audit.cells import PROSE
from analysis.audit.declarations import EXACT
from analysis.audit.hypotheses import Candidate
from analysis.interval import outward, rounded

if TYPE_CHECKING:
    from analysis.report import Report

#: Ledger rows quoted in a finding; the others are counted.
SHOWN = 8


class Words:
    """English phrases for cells, rows and candidates of one audit."""

    def __init__(self, report: Report, bench: Bench) -> None:
        self.report, self.bench = report, bench
        self.cells = bench.cells.cells

    def row(self, cell: int) -> str:
        """Name of the row; of a number of a sentence, what it measures."""
        at = self.cells[cell]
        if at.table == PROSE:
            return at.about
        return self.report.name(at.code)

    def place(self, cell: int) -> str:
        """``1-2-4 Singapore, growth 2022``."""
        at = self.cells[cell]
        if at.table == PROSE:
            return f"text: {at.about}"
        key = f" {at.year}" if at.year else ""
        return f"{at.table} {self.row(cell)}, {at.about}{key}"

    def places(self, cells: Iterable[int]) -> tuple[str, ...]:
        """Addresses of cells, each once: ``1-2-4/新加坡/growth_2022``."""
        return tuple(dict.fromkeys(self.cells[c].place for c in cells))

    def allowed(self, number: int, otherwise: str = "equals another row of its column") -> str:
        """What an instance allows with the present values: ``recomputed 2.75, allowed 2.52 to 2.99``."""
        bench = self.bench
        item = bench.instances[number]
        kernel = item.relation.kernel
        low, high, point = item.kernel(
            bench.values[item.target], [bench.values[j] for j in item.inputs], item.constants
        )
        places = int(bench.cells.decimals[item.target])
        parts = []
        if kernel in EXACT and point is not None and point[1] > 0:
            parts.append(f"recomputed {rounded(Fraction(*point), places)}")
        least, most = (
            "" if bound is None or bound[1] == 0 or kernel == "distinct" else outward(bound, places, up)
            for bound, up in ((low, False), (high, True))
        )
        if least and most:
            parts.append(f"allowed {least}" if least == most else f"allowed {least} to {most}")
        elif least or most:
            parts.append(f"at least {least}" if least else f"at most {most}")
        return ", ".join(parts) or otherwise

    def line(self, number: int) -> str:
        """One contradicted row in words."""
        item = self.bench.instances[number]
        return f"{self.place(item.target)} ({item.relation.name}): printed {self.bench.printed[item.target]}, {self.allowed(number)}"

    def lines(
        self, numbers: Iterable[int], cells: Sequence[int] = (), values: Sequence[tuple[int, int, int]] = ()
    ) -> tuple[str, ...]:
        """The failing rows, with what a repair (other values of some cells) makes of them."""
        numbers = sorted(numbers)
        told = [self.line(i) for i in numbers[:SHOWN]]
        if cells:
            old = self.bench.put(cells, values)
            for place, number in enumerate(numbers[:SHOWN]):
                target = self.bench.instances[number].target
                printed = self.bench.digits(target, self.bench.values[target][1])
                new = f"printed {printed}, " if target in cells else ""
                told[place] += f"; after the repair {new}{self.allowed(number, 'differs from every other row')}"
            self.bench.put(cells, old)
        more = len(numbers) - len(told)
        return (*told, *([f"and {more} more rows of the ledger"] if more else []))

    def rivals(self, others: Iterable[Candidate]) -> tuple[str, ...]:
        """Other explanations, with what each does."""
        return tuple(f"{self.candidate(c)} (resolves {len(c.resolves)}, breaks {len(c.breaks)})" for c in others)

    def table_list(self, cells: Iterable[int]) -> tuple[str, ...]:
        """Tables in printed order."""
        found = {self.cells[c].table for c in cells}
        return tuple(t for t in [*self.report.tables, PROSE] if t in found)

    def candidate(self, c: Candidate) -> str:
        """What a hypothesis says."""
        first = c.cells[0]
        at = self.cells[first]
        where = f"Table {at.table}" if at.table != PROSE else "the text"
        pair = " and ".join(list(dict.fromkeys(self.row(x) for x in c.cells))[:2])
        if c.kind == "unit":
            wrong = _power(self.bench.cells.units, at.unit, c.detail)
            return f"{where}: all {at.about} are printed in {at.unit}, {wrong}"
        if c.kind == "exchange":
            return f"the contents of {self.place(c.cells[0])} and {self.place(c.cells[1])} are exchanged"
        if c.kind in SLIPS:
            shown = c.detail if c.fits <= 5 else f"one of {c.fits} other numbers"
            return f"{self.place(first)}: {SLIPS[c.kind]} ({self.bench.printed[first]} for {shown})"
        if c.kind in ROWS:
            said = ROWS[c.kind].format(
                pair=pair, measure=at.about, row=self.row(first), column=at.column, detail=c.detail
            )
            return f"{where}: {said}"
        names = list(dict.fromkeys(self.cells[x].column for x in c.cells))
        return f"{where}: {WIDE.get(c.kind, c.kind)} ({', '.join(names[:3])}{' …' if len(names) > 3 else ''})"


def _power(units: Mapping[str, Fraction], unit: str, detail: str) -> str:
    """``a unit 10 times too small (萬人 would do)``."""
    power = int(detail)
    needed = units.get(unit, Fraction(1)) * Fraction(10) ** power
    others = [name for name, factor in units.items() if factor == needed and name[-1:] == unit[-1:]]
    hint = f" ({others[0]} would do)" if others else ""
    return f"a unit {10 ** abs(power)} times too {'small' if power > 0 else 'large'}{hint}"


#: Slips of one cell, in words.
SLIPS = {
    "digit": "one digit is wrong",
    "transposition": "two digits are transposed",
    "decimal": "the decimal point has moved",
    "sign": "the sign is wrong",
}

#: Faults of rows and columns, in words.
ROWS = {
    "labels": "the labels of {pair} are exchanged",
    "block": "the values of {measure} of {pair} are exchanged",
    "shift": "the row of {row} is shifted by one column",
    "stale": "{column} repeats {detail} in every row",
}

#: Faults of many cells, in words.
WIDE = {
    "years": "two years are exchanged",
    "measures": "two measures are exchanged",
    "scale": "a column is printed in another power of ten",
    "table unit": "the whole table is printed in another power of ten",
    "signs": "the signs of a column are wrong",
    "reversed": "a column is printed in reverse order",
    "moved labels": "labels have moved against their rows",
    "moved years": "columns have moved against their years",
    "omission": "a total leaves out a part",
    "repeated row": "a row repeats another one",
}

TITLES = {
    "unit": "The unit of {measure} in Table {table} is wrong by a power of ten",
    "labels": "The labels of {pair} are exchanged in Table {table}",
    "block": "{Measure} of {pair} are exchanged in Table {table}",
    "exchange": "Two cells are exchanged in Table {table} ({pair})",
    "shift": "The row of {pair} is shifted in Table {table}",
    "stale": "{Measure} {year} of Table {table} repeats another column",
    "digit": "A wrong digit in {place}",
    "transposition": "Transposed digits in {place}",
    "decimal": "A misplaced decimal point in {place}",
    "sign": "A wrong sign in {place}",
    "unresolved": "{row}: {measure} of Table {table} cannot be right ({relations})",
    "ambiguous": "{row}: {measure} of Table {table} cannot be right ({relations})",
}

#: Where nothing but bounds and assumptions speaks.
MILD = "{row}: {measure} of Table {table} is unusual ({relations})"


def title(
    words: Words,
    kind: str,
    grade: str,
    anchor: int,
    targets: Sequence[int],
    cells: Sequence[int],
    relations: Sequence[str],
) -> str:
    """A title that says no more than the grade of the finding carries."""
    at = words.cells[anchor]
    measure = words.row(anchor) if at.table == PROSE else at.about
    rows, pair = (list(dict.fromkeys(map(words.row, some))) for some in (targets, cells))
    form = TITLES.get(kind) if grade == "error" else MILD
    if form is None:
        form = f"Table {{table}}: {WIDE.get(kind, kind)}"
    said = form.format(
        table=at.table,
        measure=measure,
        Measure=measure[:1].upper() + measure[1:],
        row=" and ".join(rows[:2]),
        relations=" and ".join(relations[:2]),
        pair=" and ".join(pair[:2]),
        year=at.year,
        place=words.place(anchor),
    )
    if at.table == PROSE:
        said = said.replace(f"{rows[0]}: {measure} of Table {PROSE}", f"Text: {measure}").replace(
            f"Table {PROSE}", "the text"
        )
    return said
