"""The wording of findings: phrases for cells, rows, hypotheses and titles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from analysis.audit.bench import Bench
from analysis.audit.cells import PROSE
from analysis.audit.declarations import EXACT
from analysis.audit.hypotheses import Candidate
from analysis.audit.kernels import Bound
from analysis.audit.kinds import KINDS
from analysis.audit.verdicts import EXTRA_DECIMALS
from analysis.interval import outward, rounded
from analysis.report import Report

#: Ledger rows quoted in a finding; the others are counted.
SHOWN = 8


@dataclass(frozen=True)
class Finding:
    """One conclusion; ``rows`` are the numbers of the ledger rows that belong to it.

    ``resolves``: failing rows (cells, for a pattern) that it accounts for, ``of`` those that
    it touches; ``decided_by``: ``report``, ids of outside evidence, or nothing.
    """

    kind: str
    tables: tuple[str, ...]
    cells: tuple[str, ...]
    arithmetic: tuple[str, ...]
    signature: str
    resolves: int
    of: int
    grade: str = ""
    consequence: str = ""
    title: str = ""
    explanation: str = ""
    alternatives: tuple[str, ...] = ()
    decided_by: str = ""
    rows: tuple[int, ...] = ()
    id: str = ""
    status: str = "open"
    treatment: str = ""


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
        return self.report.called(at.row)

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
        if kernel == "distinct":
            return otherwise
        printed, parts = bench.digits(item.target, bench.values[item.target][1]), []
        if kernel in EXACT and point is not None and point[1] > 0:
            parts.append(f"recomputed {rounded(Fraction(*point), places)}")
        least, most = _shown(low, places, False), _shown(high, places, True)
        if printed in (least, most):  # shown so, the bounds would allow it
            least, most = (_shown(b, places + EXTRA_DECIMALS, up) for b, up in ((low, False), (high, True)))
        if least and most:
            parts.append(f"allowed {least}" if least == most else f"allowed {least} to {most}")
        elif least or most:
            parts.append(f"at least {least}" if least else f"at most {most}")
        return ", ".join(parts) or "no number is defined"

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

    def finding(self, cells: Sequence[int], **said: Any) -> Finding:
        """A finding about some cells and nothing else: a pattern."""
        return Finding(tables=self.table_list(cells), cells=self.places(cells), resolves=len(cells), **said)

    def candidate(self, c: Candidate) -> str:
        """What a hypothesis says."""
        first, at = c.cells[0], self.cells[c.cells[0]]
        columns = list(dict.fromkeys(self.cells[x].column for x in c.cells))
        return KINDS[c.kind].says.format(
            where=f"Table {at.table}" if at.table != PROSE else "the text",
            place=self.place(first),
            other=self.place(c.cells[1]) if len(c.cells) > 1 else "",
            row=self.row(first),
            pair=" and ".join(list(dict.fromkeys(self.row(x) for x in c.cells))[:2]),
            column=at.column,
            columns=", ".join(columns[:3]) + (" …" if len(columns) > 3 else ""),
            measure=at.about,
            unit=_wrong_unit(self.bench.cells.units, at.unit, c.detail) if c.kind == "unit" else at.unit,
            printed=self.bench.printed[first],
            shown=c.detail if c.fits <= 5 else f"one of {c.fits} other numbers",
            detail=c.detail,
        )


def _shown(bound: Bound, places: int, up: bool) -> str:
    """A bound rounded outward; empty where there is none."""
    return "" if bound is None or bound[1] == 0 else outward(bound, places, up)


def _wrong_unit(units: Mapping[str, Fraction], unit: str, detail: str) -> str:
    """``千人, a unit 10 times too small (萬人 would do)``."""
    power = int(detail)
    needed = units.get(unit, Fraction(1)) * Fraction(10) ** power
    others = [name for name, factor in units.items() if factor == needed and name[-1:] == unit[-1:]]
    hint = f" ({others[0]} would do)" if others else ""
    named = f"{unit}, " if unit else ""
    return f"{named}a unit {10 ** abs(power)} times too {'small' if power > 0 else 'large'}{hint}"


#: Where no slip explains what fails, or several do.
DOUBT = "{row}: {measure} of Table {table} and the numbers it follows from do not fit ({relations})"
#: Where a relation fails nearly everywhere.
MISFIT = "Table {table}: {measures} does not follow by the relation that was declared ({relations})"
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
    about = {words.cells[c].measure for c in targets}
    rows, pair = (list(dict.fromkeys(map(words.row, some))) for some in (targets, cells))
    form = MILD if grade == "unusual" else KINDS[kind].title if kind in KINDS else DOUBT
    form = MISFIT if grade == "pattern" else form
    said = form.format(
        table=at.table,
        measure=measure,
        Measure=measure[:1].upper() + measure[1:],
        measures=measure if len(about) == 1 else f"{measure} (and {len(about) - 1} more)",
        row=" and ".join(rows[:2]),
        relations=" and ".join(relations[:2]),
        pair=" and ".join(pair[:2]),
        year=at.year,
        column=at.column,
        place=words.place(anchor),
    )
    if at.table == PROSE:
        said = said.replace(f"{rows[0]}: {measure} of Table {PROSE}", f"Text: {measure}").replace(
            f"Table {PROSE}", "the text"
        )
    return said
