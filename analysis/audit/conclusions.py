"""What the audit concludes: findings with ids, arithmetic, explanation and what would settle them.

A finding is computed: from an explanation of contradictions
(:mod:`analysis.audit.diagnosis`), from a relation that fails only through a documented
derivation, or from a pattern (:mod:`analysis.audit.patterns`). Its *signature* says what
it is about. ``known_findings.csv`` of the edition lists the findings that are known,
with their signatures and what they expect to see: every contradicted row with its
printed and admissible numbers. A computed finding that matches gets the listed id
(``F-001`` …); any other gets a provisional one (``N-001`` …, in printed order). So
another number in a contradicted row, a new contradiction, or one that has gone away,
all show at once in ``audit --strict``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.audit.cells import PROSE
from analysis.audit.declarations import EXACT
from analysis.audit.diagnosis import Bench, Candidate, Explanation, diagnose
from analysis.audit.kernels import KERNELS
from analysis.audit.patterns import Repeated, repeated_rates
from analysis.audit.verdicts import FAILING, Audit, audit, frame, ledger, rounded, strings

if TYPE_CHECKING:
    import pandas as pd

    from analysis.report import Report

COLUMNS = [
    "id", "severity", "kind", "tables", "cells", "title", "arithmetic", "explanation", "resolves", "of",
    "alternatives", "undecided", "settle", "signature",
]  # fmt: skip

#: ``conclusion``: a sign, an order, a rank or a place of the home economy changes;
#: ``number``: a printed number or unit is wrong; ``cosmetic``: nothing a reader would use.
SEVERITIES = ("conclusion", "number", "cosmetic")

HOME = "TWN"
REGISTER = "known_findings"
_SHOWN = 8


@dataclass(frozen=True)
class Finding:
    """One conclusion; ``rows`` are (group, instance) of the ledger rows that belong to it."""

    id: str
    severity: str
    kind: str
    tables: tuple[str, ...]
    cells: tuple[str, ...]
    title: str
    arithmetic: tuple[str, ...]
    explanation: str
    resolves: int
    of: int
    alternatives: tuple[str, ...]
    undecided: bool
    settle: str
    signature: str
    rows: tuple[tuple[int, int], ...]
    expect: tuple[str, ...]


# ---------------------------------------------------------------- wording


class _Words:
    """English phrases for cells, rows and candidates of one audit."""

    def __init__(self, report: Report, done: Audit, bench: Bench) -> None:
        self.report, self.done, self.bench = report, done, bench
        self.cells = done.cells.cells

    def row(self, cell: int) -> str:
        at = self.cells[cell]
        if at.table == PROSE:
            return at.measure.replace("_", " ")
        return self.report.name(at.code)

    def place(self, cell: int) -> str:
        """``1-2-4 Singapore, growth 2022``."""
        at = self.cells[cell]
        if at.table == PROSE:
            return f"text: {at.measure.replace('_', ' ')}"
        key = f" {at.year}" if at.year else ""
        return f"{at.table} {self.row(cell)}, {at.measure.replace('_', ' ')}{key}"

    def instance(self, number: int) -> tuple[str, str, str, str, str]:
        """Relation, printed, recomputed, low and high of an instance with the present values."""
        bench = self.bench
        item = bench.instances[number]
        relation = bench.groups[item.group].relation
        low, high, point = item.kernel(
            bench.values[item.target], [bench.values[j] for j in item.inputs], item.constants
        )
        places = int(self.done.cells.decimals[item.target])
        again = ""
        if relation.kernel in EXACT and point is not None and point[1] > 0:
            whole = rounded(
                np.array([point[0]], dtype=object), np.array([point[1]], dtype=object), np.array([places]), "half_up"
            )
            again = str(strings(whole, np.array([places]))[0])
        shown = []
        for bound, up in ((low, False), (high, True)):
            if bound is None or bound[1] == 0 or relation.kernel == "distinct":
                shown.append("")
                continue
            power = 10**places
            value = -(-bound[0] * power // bound[1]) if up else bound[0] * power // bound[1]
            shown.append(str(strings(np.array([value], dtype=object), np.array([places]))[0]))
        return relation.name, bench.printed[item.target], again, shown[0], shown[1]

    def allowed(self, number: int) -> str:
        """``recomputed 2.75, allowed 2.52 to 2.99``."""
        _, _, again, low, high = self.instance(number)
        parts = [f"recomputed {again}"] if again else []
        if low and high:
            parts.append(f"allowed {low}" if low == high else f"allowed {low} to {high}")
        elif low or high:
            parts.append(f"at least {low}" if low else f"at most {high}")
        return ", ".join(parts) or "equals another row of its column"

    def line(self, number: int) -> str:
        """One contradicted row in words."""
        item = self.bench.instances[number]
        name = self.bench.groups[item.group].relation.name
        return f"{self.place(item.target)} ({name}): printed {self.bench.printed[item.target]}, {self.allowed(number)}"

    def lines(self, numbers: Iterable[int], best: Candidate | None) -> tuple[str, ...]:
        """The contradicted rows, with what the repair makes of them."""
        numbers = sorted(numbers)
        before = [self.line(i) for i in numbers[:_SHOWN]]
        if best is not None:
            old = self.bench.put(best.cells, best.values)
            after = [self.allowed(i) for i in numbers[:_SHOWN]]
            self.bench.put(best.cells, old)
            targets = [self.bench.instances[i].target for i in numbers[:_SHOWN]]
            changed = [best.repair[best.cells.index(t)] if t in best.cells and best.repair else "" for t in targets]
            before = [
                f"{b}; after the repair {'printed ' + c + ', ' if c else ''}{a if a[0] != 'e' else 'differs from every other row'}"
                for b, a, c in zip(before, after, changed, strict=True)
            ]
        more = len(numbers) - len(before)
        return (*before, *([f"and {more} more rows of the ledger"] if more else []))

    def table_list(self, cells: Iterable[int]) -> tuple[str, ...]:
        """Tables in printed order."""
        found = {self.cells[c].table for c in cells}
        return tuple(t for t in [*self.report.tables, PROSE] if t in found)

    def candidate(self, c: Candidate) -> str:
        """What a hypothesis says."""
        first = c.cells[0]
        at = self.cells[first]
        where = f"Table {at.table}" if at.table != PROSE else "the text"
        measure = at.measure.replace("_", " ")
        if c.kind == "unit":
            return (
                f"{where}: all {measure} are printed in {at.unit}, {_power(self.done.cells.units, at.unit, c.detail)}"
            )
        if c.kind in ("labels", "block"):
            pair = list(dict.fromkeys(self.row(x) for x in c.cells))
            what = "labels" if c.kind == "labels" else f"values of {measure}"
            return f"{where}: the {what} of {' and '.join(pair[:2])} are exchanged"
        if c.kind == "exchange":
            return f"the contents of {self.place(c.cells[0])} and {self.place(c.cells[1])} are exchanged"
        if c.kind == "shift":
            return f"{where}: the row of {self.row(first)} is shifted by one column"
        if c.kind == "stale":
            return f"{where}: {at.column} repeats {c.detail} in every row"
        slip = {"digit": "one digit is wrong", "transposition": "two digits are transposed", "decimal": "the decimal point has moved", "sign": "the sign is wrong"}[c.kind]  # fmt: skip
        shown = c.detail if c.fits <= 5 else f"one of {c.fits} other numbers"
        return f"{self.place(first)}: {slip} ({self.bench.printed[first]} for {shown})"


def _power(units: Mapping[str, Fraction], unit: str, detail: str) -> str:
    """``a unit 10 times too small (萬人 would do)``."""
    power = int(detail)
    needed = units.get(unit, Fraction(1)) * Fraction(10) ** power
    others = [name for name, factor in units.items() if factor == needed and name[-1:] == unit[-1:]]
    hint = f" ({others[0]} would do)" if others else ""
    return f"a unit {10 ** abs(power)} times too {'small' if power > 0 else 'large'}{hint}"


_TITLES = {
    "unit": "The unit of {measure} in Table {table} is wrong by a power of ten",
    "labels": "The labels of {pair} are exchanged in Table {table}",
    "block": "{Measure} of {pair} are exchanged in Table {table}",
    "exchange": "Two cells are exchanged in Table {table} ({pair})",
    "shift": "The row of {pair} is shifted in Table {table}",
    "stale": "{Measure} {year} of Table {table} repeats another column",
    "digit": "A wrong digit in {measure} {year} of {pair}, Table {table}",
    "transposition": "Transposed digits in {measure} {year} of {pair}, Table {table}",
    "decimal": "A misplaced decimal point in {measure} {year} of {pair}, Table {table}",
    "sign": "A wrong sign in {measure} {year} of {pair}, Table {table}",
    "unresolved": "{row}: {measure} of Table {table} cannot be right ({relations})",
    "ambiguous": "{row}: {measure} of Table {table} cannot be right ({relations})",
}


# ---------------------------------------------------------------- computing


@functools.lru_cache(maxsize=8)
def conclude(report: Report) -> tuple[Finding, ...]:
    """All findings of a report, worst first within known and new."""
    done = audit(report)
    bench = Bench(done.cells, done.groups)
    words = _Words(report, done, bench)
    back = {number: key for key, number in bench.number.items()}
    wrong = {bench.number[key] for key in done.rows(*FAILING)}
    soft = {bench.number[g, int(i)] for g, v in enumerate(done.verdicts) for i in np.flatnonzero(v == "explained")}
    found = []
    undo = []
    for explanation in diagnose(bench, wrong, soft):
        found.append(_from_explanation(words, explanation, back))
        if explanation.best is not None:  # later arithmetic stands on the accepted repairs
            undo.append((explanation.best.cells, bench.put(explanation.best.cells, explanation.best.values)))
    for cells, old in reversed(undo):
        bench.put(cells, old)
    found += _derived(words, soft, back)
    found += [_from_pattern(words, p) for p in repeated_rates(done.cells)]
    return tuple(_number(report, found, done))


def _tied(best: Candidate, rivals: Iterable[Candidate]) -> bool:
    return any(c.net == best.net and c.key[1] <= best.key[1] + 1 and set(c.cells) != set(best.cells) for c in rivals)


def _from_explanation(words: _Words, explanation: Explanation, back: dict[int, tuple[int, int]]) -> Finding:
    bench, best, numbers = words.bench, explanation.best, explanation.instances
    targets = [bench.instances[i].target for i in numbers]
    cells = list(dict.fromkeys([*targets, *(best.cells if best and best.kind != "unit" else ())]))
    tables = words.table_list([*cells, *(best.cells[:1] if best else ())])
    relations = list(dict.fromkeys(bench.groups[bench.instances[i].group].relation.name for i in numbers))
    bounds_only = all(bench.groups[bench.instances[i].group].relation.kernel not in EXACT for i in numbers)
    tied = best is not None and _tied(best, explanation.alternatives)
    kind = (
        "unresolved"
        if best is None
        else ("ambiguous" if tied and best.kind in ("digit", "transposition") else best.kind)
    )
    anchor = best.cells[0] if best is not None and kind != "ambiguous" else targets[0]
    at = words.cells[anchor]
    rows = list(dict.fromkeys(words.row(t) for t in targets))
    measure = at.measure.replace("_", " ")
    pair = list(dict.fromkeys(words.row(c) for c in best.cells)) if best else []
    title = _TITLES[kind].format(
        table=at.table if at.table != PROSE else "of the text", measure=measure, Measure=measure[:1].upper() + measure[1:],
        row=" and ".join(rows[:2]), relations=" and ".join(relations[:2]), pair=" and ".join(pair[:2]), year=at.year,
    )  # fmt: skip
    if best is None:
        explanation_text = (
            "No single slip of the print resolves these rows. "
            f"The numbers cannot all be right as long as the bounds of {' and '.join(relations)} hold."
        )
    elif kind == "ambiguous":
        explanation_text = (
            "One of these numbers is wrong, or the bound does not apply; the report alone cannot say which."
        )
    else:
        text = words.candidate(best)
        explanation_text = text[0].upper() + text[1:] + "."
    alternatives = tuple(
        f"{words.candidate(c)} (resolves {len(c.resolves)}, breaks {len(c.breaks)})"
        for c in ((best, *explanation.alternatives) if kind == "ambiguous" and best else explanation.alternatives)
    )
    source = "; ".join(words.report.meta(t).source for t in tables[:1] if t != PROSE)
    settle = (
        f"The series that Table {tables[0]} was taken from ({source})." if source else "The tables behind the sentence."
    )
    signature = f"{kind}:{at.table}:" + (
        f"{at.measure}" if kind == "unit" else "+".join(dict.fromkeys(words.cells[c].row for c in (best.cells if best and kind != "ambiguous" else targets)))
    )  # fmt: skip
    if kind in ("block", "digit", "stale", "exchange"):
        signature += f":{at.measure}"
    return Finding(
        "", _severity(words, best if kind != "ambiguous" else None, numbers), kind, tables,
        tuple(words.cells[c].place for c in cells), title, words.lines(numbers, best if kind != "ambiguous" else None),
        explanation_text, len(numbers), _knot(bench, numbers, best), alternatives,
        best is None or kind == "ambiguous" or tied or bounds_only, settle, signature,
        tuple(back[i] for i in sorted(numbers)), (),
    )  # fmt: skip


def _knot(bench: Bench, numbers: Iterable[int], best: Candidate | None) -> int:
    """Relations that the finding's cells enter: what ``resolves`` is out of."""
    return len(set(numbers) | (set(best.breaks) if best else set()))


def _severity(words: _Words, best: Candidate | None, numbers: Iterable[int]) -> str:
    bench = words.bench
    if any(bench.groups[bench.instances[i].group].relation.kernel == "rank" for i in numbers):
        return "conclusion"
    if best is None or best.kind == "unit":
        return "number"
    old = bench.values[:]
    bench.put(best.cells, best.values)
    new = bench.values[:]
    bench.put(best.cells, [old[c] for c in best.cells])
    for cell in best.cells:
        if (old[cell][1] < 0) != (new[cell][1] < 0):
            return "conclusion"
        at = words.cells[cell]
        column = bench.columns[at.table, at.order[1]]
        home = next((c for c in column if words.cells[c].code == HOME), None)
        if home is not None:
            places = [sum(v[c][1] > v[home][1] for c in column) for v in (old, new)]
            if places[0] != places[1]:
                return "conclusion"
    return "number"


def _derived(words: _Words, soft: set[int], back: dict[int, tuple[int, int]]) -> list[Finding]:
    """Totals that fail only because parts were made from rounded shares, one per table."""
    tables: dict[str, list[int]] = {}
    for i in sorted(soft):
        tables.setdefault(words.cells[words.bench.instances[i].target].table, []).append(i)
    found = []
    for table, numbers in tables.items():
        targets = [words.bench.instances[i].target for i in numbers]
        relation = words.bench.groups[words.bench.instances[numbers[0]].group].relation.name
        found.append(
            Finding(
                "", "cosmetic", "derived", (table,), tuple(words.cells[t].place for t in targets),
                f"Parts of Table {table} do not add up: they were made from rounded shares",
                words.lines(numbers, None),
                f"Every amount of the table is its printed share times one unrounded total; the {relation} misses by what"
                " the rounded shares miss of 100.",
                len(numbers), len(numbers), (), False, "Nothing: the derivation reproduces every amount of the table.",
                f"derived:{table}:{relation}", tuple(back[i] for i in numbers), (),
            )
        )  # fmt: skip
    return found


def _from_pattern(words: _Words, pattern: Repeated) -> Finding:
    cells, done = pattern.cells, words.cells
    tables = words.table_list(cells)
    lines = [f"{words.place(c)}: printed {done[c].printed}" for c in cells]
    lines.append(f"{len(cells)} of {pattern.of} printed growth rates are exactly {pattern.printed}")
    lines.append(f"chance of so many equal rates, at most {pattern.chance:.0e}")
    lines += [
        f"{words.place(a)} and {words.place(b)}: both {done[a].printed}, so the third quantity did not change at all"
        for a, b in pattern.twins
    ]
    return Finding(
        "", "number", "constant rate", tables, tuple(done[c].place for c in cells),
        f"Growth of exactly {pattern.printed} % in {len(cells)} cells: values carried forward, not measured", tuple(lines),
        f"Where the source had no value yet, the last one was raised by {pattern.printed} % and printed like the others.",
        len(cells), pattern.of, (), False,
        "The source at the date of compilation: which of these values it did not have.",
        f"constant rate:{'+'.join(tables)}:{pattern.printed}", (), (),
    )  # fmt: skip


# ---------------------------------------------------------------- numbering


def row_keys(done: Audit) -> dict[tuple[int, int], str]:
    """What the register expects to see of a ledger row: place, relation and numbers."""
    table = frame(done, keep=True)
    shown = table[["_group", "_instance", "table", "row", "column", "relation", "printed", "recomputed", "low", "high"]]
    return {
        (g, i): f"{t}/{r}/{c}/{relation}={printed}!{again or f'{low}..{high}'}"
        for g, i, t, r, c, relation, printed, again, low, high in shown.itertuples(index=False)
    }


def _number(report: Report, found: list[Finding], done: Audit) -> list[Finding]:
    keys = row_keys(done)
    known = register(report)
    numbered, fresh = [], []
    for finding in found:
        if finding.rows:
            expect = tuple(sorted(keys[r] for r in finding.rows))
        else:
            printed = {c.place: c.printed for c in done.cells.cells}
            expect = tuple(sorted(f"{c}={printed[c]}" for c in finding.cells))
        record = known.get(finding.signature)
        if record is not None and record["expect"] == "; ".join(expect):
            title = record["title"] or finding.title
            explanation = record["explanation"] or finding.explanation
            numbered.append(replace(finding, id=record["id"], expect=expect, title=title, explanation=explanation))
        else:
            fresh.append(replace(finding, expect=expect))
    order = {c.place: i for i, c in enumerate(done.cells.cells)}
    fresh.sort(key=lambda f: (min(order[c] for c in f.cells), f.signature))
    fresh = [replace(f, id=f"N-{i:03d}") for i, f in enumerate(fresh, 1)]
    return [*sorted(numbered, key=lambda f: f.id), *fresh]


def register(report: Report) -> dict[str, dict[str, str]]:
    """Known findings of the edition by signature; none if it lists none."""
    if not any(r["name"] == REGISTER for r in report.package["resources"]):
        return {}
    return {r["signature"]: {str(k): v for k, v in r.items()} for r in report.resource(REGISTER).to_dict("records")}


def register_rows(report: Report) -> pd.DataFrame:
    """The register that the present findings would make, to write ``known_findings.csv``.

    Keeps ids, titles, explanations and status of signatures already known; numbers the
    others after them, in order of severity and place.
    """
    import pandas as pd

    known = register(report)
    found = conclude(report)
    taken = [int(r["id"][2:]) for r in known.values()]
    fresh = sorted((f for f in found if f.signature not in known), key=lambda f: (SEVERITIES.index(f.severity), f.id))
    ids = {f.signature: f"F-{max(taken, default=0) + i:03d}" for i, f in enumerate(fresh, 1)}
    rows = []
    for f in found:
        old = known.get(f.signature, {})
        rows.append(
            {
                "id": old.get("id") or ids[f.signature],
                "signature": f.signature,
                "status": old.get("status") or "open",
                "title": old.get("title", ""),
                "explanation": old.get("explanation", ""),
                "expect": "; ".join(f.expect),
            }
        )
    return pd.DataFrame(rows).sort_values("id", ignore_index=True)


def vanished(report: Report) -> list[str]:
    """Ids of known findings that the present numbers no longer give exactly as expected."""
    present = {f.id for f in conclude(report)}
    return sorted(r["id"] for r in register(report).values() if r["id"] not in present)


def assign(report: Report, done: Audit, found: pd.DataFrame, whole: bool) -> list[str]:
    """The finding of every ledger row (empty for none).

    A part of the ledger is matched against the register alone, so that it depends on no
    other table.
    """
    if whole:
        ids = {row: f.id for f in conclude(report) for row in f.rows}
        found.attrs["vanished"] = vanished(report)
        return [ids.get((g, i), "") for g, i in zip(found["_group"], found["_instance"], strict=True)]
    known = {key: r["id"] for r in register(report).values() for key in r["expect"].split("; ")}
    keys = row_keys(done)
    failing = found["verdict"].isin(["contradicted", "explained"])
    return [
        known.get(keys[g, i], "") if bad else ""
        for g, i, bad in zip(found["_group"], found["_instance"], failing, strict=True)
    ]


def findings(report: Report) -> pd.DataFrame:
    """What the audit concludes, one finding a row; columns :data:`COLUMNS`.

    ``tables``, ``cells``, ``arithmetic`` and ``alternatives`` are joined by ``"; "``;
    ``resolves`` counts the failing ledger rows (cells, for a pattern) that the
    explanation accounts for, out of ``of``; ``undecided`` says that the report alone
    cannot decide. Raises :class:`analysis.report.BadInput` for unusable data.
    """
    import pandas as pd

    rows = [[_cell(getattr(f, name)) for name in COLUMNS] for f in conclude(report)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _cell(value: Any) -> Any:
    return "; ".join(value) if isinstance(value, tuple) else value


def strict_problems(found: pd.DataFrame) -> list[str]:
    """Why ``audit --strict`` fails: new contradictions, known findings that no longer match."""
    from analysis.audit.verdicts import unexplained

    loose = unexplained(found)
    problems = [f"{loose} contradicted rows belong to no known finding"] if loose else []
    gone = found.attrs.get("vanished", [])
    if gone:
        problems.append(f"known findings no longer match: {', '.join(gone)}")
    return problems


def chapter_verdicts(report: Report, tables: Iterable[str]) -> pd.DataFrame:
    """Verdicts of a chapter's tables: index table, counts of ledger rows, ``findings`` ids.

    Reads only those tables and what their relations need.
    """
    from analysis.audit.verdicts import VERDICTS

    wanted = list(tables)
    found = ledger(report, wanted)
    counts = found.groupby(["table", "verdict"], sort=False).size().unstack(fill_value=0)
    counts = counts.reindex(index=wanted, columns=list(VERDICTS), fill_value=0).rename_axis(columns=None)
    listed = found[found["finding"].ne("")].groupby("table")["finding"].agg(lambda x: ", ".join(sorted(set(x))))
    counts["findings"] = listed.reindex(wanted).fillna("")
    return counts


__all__ = [
    "COLUMNS",
    "KERNELS",
    "SEVERITIES",
    "Finding",
    "assign",
    "chapter_verdicts",
    "conclude",
    "findings",
    "register",
    "register_rows",
    "strict_problems",
    "vanished",
]  # fmt: skip
