"""What the audit concludes: findings with ids, grade, arithmetic, explanation and what decides them.

A finding is computed: from the rows of a known one (:mod:`analysis.audit.register`), from
an explanation of failing rows that belong to none (:mod:`analysis.audit.diagnosis`), from
a relation that fails only through a documented derivation, from a pattern
(:mod:`analysis.audit.patterns`) or from the way a column is rounded. Known findings keep
the id, grade and wording of the register; any other gets a provisional id (``N-001`` …,
in printed order) and the grade that its rows carry: ``error`` if one is contradicted,
``unusual`` if all are merely implausible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from analysis.audit.bench import Bench
from analysis.audit.breaks import column_breaks
from analysis.audit.cells import NEAREST_MODE, PROSE
from analysis.audit.dates import impossible_dates
from analysis.audit.declarations import RANKS
from analysis.audit.diagnosis import Explanation, apply, candidates, diagnose, restore
from analysis.audit.hypotheses import Candidate
from analysis.audit.patterns import Pattern, Repeated, repeated_rates
from analysis.audit.register import Known, owners, register, rows_of
from analysis.audit.repeats import repeated_lines
from analysis.audit.verdicts import audit
from analysis.audit.wording import Words, title
from analysis.report import Report, once

COLUMNS = [
    "id",
    "grade",
    "consequence",
    "title",
    "tables",
    "cells",
    "arithmetic",
    "explanation",
    "alternatives",
    "decided_by",
    "status",
    "kind",
    "resolves",
    "of",
    "treatment",
    "signature",
]

#: Bounds and assumptions: what rests on them alone is unusual.
_SOFT = frozenset({"bound", "assumption"})


@dataclass(frozen=True)
class Finding:
    """One conclusion; ``rows`` are (group, instance) of the ledger rows that belong to it.

    ``resolves``: failing rows (cells, for a pattern) that it accounts for, ``of`` those that
    it touches; ``decided_by``: ``report``, ids of outside evidence, or nothing.
    """

    grade: str
    consequence: str
    kind: str
    tables: tuple[str, ...]
    cells: tuple[str, ...]
    title: str
    arithmetic: tuple[str, ...]
    explanation: str
    signature: str
    resolves: int
    of: int
    alternatives: tuple[str, ...] = ()
    decided_by: str = ""
    rows: tuple[tuple[int, int], ...] = ()
    id: str = ""
    status: str = "open"
    treatment: str = ""


# ---------------------------------------------------------------- computing


def explain(report: Report) -> tuple[Bench, list[Explanation], int]:
    """The bench of a report, the explanations of failing rows of no known finding, and their number."""
    done = audit(report)
    bench = Bench(done.cells, done.groups)
    rows = rows_of(done)
    owned = owners(report, rows)
    wrong = {bench.number[r.key] for r in rows if r.key not in owned and r.verdict != "explained"}
    closed = {bench.number[r.key] for r in rows} - wrong
    return bench, diagnose(bench, wrong, closed), len(wrong)


@once
def conclude(report: Report) -> tuple[Finding, ...]:
    """All findings of a report: the known ones by id, then the new ones in printed order."""
    done = audit(report)
    bench, explanations, _ = explain(report)
    words = Words(report, done, bench)
    back = {number: key for key, number in bench.number.items()}
    rows = rows_of(done)
    owned = owners(report, rows)
    numbers: dict[str, list[int]] = {}
    for row in rows:
        numbers.setdefault(owned.get(row.key, ""), []).append(bench.number[row.key])
    everything = {n for some in numbers.values() for n in some}
    known = [_from_register(words, k, numbers[k.id], everything, back) for k in register(report) if k.id in numbers]
    fresh = []
    undo = []
    for explanation in explanations:
        fresh.append(_from_explanation(words, explanation, back))
        if explanation.best is not None:  # later arithmetic stands on the accepted repairs
            undo.append(apply(bench, explanation.best))
    for step in reversed(undo):
        restore(bench, *step)
    loose = [bench.number[r.key] for r in rows if r.verdict == "explained" and r.key not in owned]
    fresh += _derived(words, loose, back)
    known, fresh = _with_patterns(words, known, fresh)
    order = {c.place: i for i, c in enumerate(done.cells.cells)}
    fresh.sort(key=lambda f: (min(order[c] for c in f.cells), f.signature))
    return (*sorted(known, key=lambda f: f.id), *(replace(f, id=f"N-{i:03d}") for i, f in enumerate(fresh, 1)))


def _with_patterns(words: Words, known: list[Finding], fresh: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Known and new findings with those that are patterns.

    A pattern of the register takes the rows that the register gives it; a new break of a
    column takes those of undecided findings on its cells, and a copied line is left out
    where another finding has most of it already: one cause, one finding.
    """
    done, report = words.done, words.report
    listed = {k.record["signature"]: k for k in register(report)}
    held = {f.signature: f for f in known}
    odd = [*column_breaks(report, done.cells, words.place), *impossible_dates(report, done.cells)]
    told = [set(f.cells) for f in (*known, *fresh)]
    odd += [p for p in repeated_lines(done.cells, words.place) if not _told(words, p, told)]
    made = [*(_from_pattern(words, p) for p in repeated_rates(done.cells, done.groups)), *_rounding(words)]
    for finding in [*made, *(_odd(words, p) for p in odd)]:
        one, rows = listed.get(finding.signature), held.get(finding.signature)
        if one is not None:
            known = [f for f in known if f is not rows]
            known.append(_worded(replace(finding, rows=rows.rows if rows else ()), one))
            continue
        inside = [
            f for f in fresh if finding.kind == "break" and not f.decided_by and set(f.cells) <= set(finding.cells)
        ]
        fresh = [f for f in fresh if f not in inside]
        fresh.append(replace(finding, rows=tuple(row for f in inside for row in f.rows)))
    return known, fresh


def _told(words: Words, pattern: Pattern, told: Iterable[set[str]]) -> bool:
    cells = {words.cells[i].place for i in pattern.cells}
    return any(3 * len(cells & other) >= len(cells) for other in told)


def _odd(words: Words, pattern: Pattern) -> Finding:
    return Finding(
        pattern.grade,
        pattern.consequence,
        pattern.kind,
        words.table_list(pattern.cells),
        tuple(words.cells[c].place for c in pattern.cells),
        pattern.title,
        pattern.arithmetic,
        pattern.explanation,
        pattern.signature,
        len(pattern.cells),
        pattern.of,
        decided_by="report" if pattern.grade == "error" else "",
    )


def _worded(finding: Finding, known: Known) -> Finding:
    """A computed finding with what the register says of it."""
    record = known.record
    return replace(
        finding,
        id=record["id"],
        grade=record["grade"],
        consequence=record["consequence"],
        status=record["status"],
        decided_by=record["decided_by"],
        treatment=record["treatment"],
        title=record["title"] or finding.title,
        explanation=record["explanation"] or finding.explanation,
    )


def _from_register(
    words: Words, known: Known, numbers: Sequence[int], everything: set[int], back: dict[int, tuple[int, int]]
) -> Finding:
    """A known finding from its rows: their arithmetic now and, for an error, other explanations."""
    bench = words.bench
    kind = known.record["signature"].partition(":")[0]
    targets = [bench.instances[i].target for i in numbers]
    at = {c.place: i for i, c in enumerate(words.cells)}
    cells = [at[place] for place in known.cells if place in at] or targets
    repair = {at[place]: bench.value(at[place], digits) for place, digits in known.repair.items() if place in at}
    rivals: list[Candidate] = []
    if known.record["grade"] == "error":
        rivals = candidates(bench, set(numbers), everything - set(numbers))
        same = next((c for c in rivals if c.kind == kind), None)
        if same is not None and kind == "unit":
            repair = dict(zip(same.cells, same.values, strict=True))
        rivals = [c for c in rivals if c is not same and set(c.cells) != set(repair)][:3]
    finding = Finding(
        known.record["grade"],
        known.record["consequence"],
        kind,
        words.table_list([*cells, *targets]),
        tuple(dict.fromkeys(words.cells[c].place for c in cells)),
        known.record["title"],
        words.lines(numbers, list(repair), list(repair.values())),
        known.record["explanation"],
        known.record["signature"],
        len(numbers),
        len(numbers),
        tuple(f"{words.candidate(c)} (resolves {len(c.resolves)}, breaks {len(c.breaks)})" for c in rivals),
        rows=tuple(back[i] for i in sorted(numbers)),
    )
    return _worded(finding, known)


def _soft_only(bench: Bench, numbers: Iterable[int]) -> bool:
    return all(bench.groups[bench.instances[i].group].relation.basis in _SOFT for i in numbers)


def _from_explanation(words: Words, explanation: Explanation, back: dict[int, tuple[int, int]]) -> Finding:
    bench, best, numbers = words.bench, explanation.best, explanation.instances
    targets = [bench.instances[i].target for i in numbers]
    relations = list(dict.fromkeys(bench.groups[bench.instances[i].group].relation.name for i in numbers))
    grade = "unusual" if _soft_only(bench, numbers) else "error"
    decided = explanation.decided
    kind = "unresolved" if best is None else (best.kind if decided and grade == "error" else "ambiguous")
    used = best if kind not in ("ambiguous", "unresolved") else None
    cells = list(dict.fromkeys([*targets, *(used.cells if used and used.kind != "unit" else ())]))
    anchor = used.cells[0] if used is not None else targets[0]
    if best is None:
        said = "No single slip of the print resolves these rows."
    elif used is None:
        said = "One of these readings, or none of them; the report alone cannot say which."
    else:
        said = words.candidate(best)[:1].upper() + words.candidate(best)[1:] + "."
    if grade != "error":
        held = sorted({_premise(bench, i) for i in numbers})
        said = f"Unusual as long as {' and '.join(held)}. {said}"
    rivals = explanation.alternatives if used is not None or best is None else (best, *explanation.alternatives)
    at = words.cells[anchor]
    what = used.cells if used else targets
    return Finding(
        grade,
        _consequence(words, used, numbers),
        kind,
        words.table_list([*cells, anchor]),
        tuple(words.cells[c].place for c in cells),
        title(words, kind, grade, anchor, targets, used.cells if used else (), relations),
        words.lines(numbers, used.cells if used else (), used.values if used else ()),
        said,
        f"{kind}:{at.table}:{'+'.join(dict.fromkeys(words.cells[c].row for c in what))}:{at.measure}",
        len(numbers),
        len(set(numbers) | (set(best.breaks) if best else set())),
        tuple(f"{words.candidate(c)} (resolves {len(c.resolves)}, breaks {len(c.breaks)})" for c in rivals),
        "report" if decided else "",
        tuple(back[i] for i in sorted(numbers)),
    )


def _premise(bench: Bench, number: int) -> str:
    relation = bench.groups[bench.instances[number].group].relation
    return relation.assumes or f"the bound on {relation.name} holds"


def _consequence(words: Words, best: Candidate | None, numbers: Iterable[int]) -> str:
    bench = words.bench
    if any(bench.groups[bench.instances[i].group].relation.kernel in RANKS for i in numbers):
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
        home = next((c for c in column if words.cells[c].code == words.report.package.get("home", "")), None)
        if home is not None:
            places = [sum(v[c][1] > v[home][1] for c in column) for v in (old, new)]
            if places[0] != places[1]:
                return "conclusion"
    return "number"


def _derived(words: Words, numbers: Iterable[int], back: dict[int, tuple[int, int]]) -> list[Finding]:
    """Totals that fail only because parts were made from rounded shares, one per table."""
    tables: dict[str, list[int]] = {}
    for i in sorted(numbers):
        tables.setdefault(words.cells[words.bench.instances[i].target].table, []).append(i)
    found = []
    for table, members in tables.items():
        relation = words.bench.groups[words.bench.instances[members[0]].group].relation.name
        found.append(
            Finding(
                "unusual",
                "cosmetic",
                "derived",
                (table,),
                tuple(words.cells[words.bench.instances[i].target].place for i in members),
                f"Parts of Table {table} do not add up: they were made from rounded shares",
                words.lines(members),
                f"Every amount of the table is its printed share times one unrounded total; the {relation} misses by what"
                " the rounded shares miss of 100.",
                f"derived:{table}:{relation}",
                len(members),
                len(members),
                decided_by="report",
                rows=tuple(back[i] for i in members),
            )
        )
    return found


def _from_pattern(words: Words, pattern: Repeated) -> Finding:
    cells, done = pattern.cells, words.cells
    lines = [f"{words.place(c)}: printed {done[c].printed}" for c in cells]
    lines.append(f"{len(cells)} of {pattern.of} printed growth rates are exactly {pattern.printed}")
    lines.append(
        f"a level and its ratio counted once, {pattern.events} of {pattern.all_events} events: chance {pattern.chance:.0e} if they"
        f" were independent and rates near {pattern.printed} as frequent as among the others"
    )
    lines += [
        f"{words.place(a)} and {words.place(b)}: both {done[a].printed}, so the third quantity did not change at all"
        for a, b in pattern.twins
    ]
    return Finding(
        "pattern",
        "number",
        "constant rate",
        words.table_list(cells),
        tuple(done[c].place for c in cells),
        f"{len(cells)} growth rates are exactly {pattern.printed} %",
        tuple(lines),
        "So many equal rates do not come about by measurement. They would if, where the source had no value yet, the last one"
        f" had been raised by {pattern.printed} % and printed like the others.",
        f"constant rate:{pattern.printed}",
        len(cells),
        pattern.of,
    )


def _rounding(words: Words) -> list[Finding]:
    """Columns that are not rounded to the nearest."""
    found = []
    how = {"truncate": "truncated, not rounded", "half_even": "rounded half to even"}
    for (table, measure), mode in words.done.modes.items():
        if mode == NEAREST_MODE:
            continue
        block = words.done.cells.blocks[table, measure].index.ravel()
        cells = [int(c) for c in block[block >= 0]]
        name = measure.replace("_", " ")
        where = "the text" if table == PROSE else f"Table {table}"
        found.append(
            Finding(
                "unusual",
                "cosmetic",
                "rounding",
                (table,),
                tuple(words.cells[c].place for c in cells),
                f"The column {name} of {where} is {how[mode]}",
                (f"{where}, {name}: every number is read as {how[mode]}",),
                "Recomputed so, its numbers come out to the digit; the audit reads them so.",
                f"rounding:{table}:{measure}:{mode}",
                len(cells),
                len(cells),
                decided_by="report",
            )
        )
    return found


def findings(report: Report) -> pd.DataFrame:
    """What the audit concludes, one finding a row; columns :data:`COLUMNS`.

    ``tables``, ``cells``, ``arithmetic`` and ``alternatives`` are joined by ``"; "``;
    ``grade`` and ``consequence`` as in :data:`analysis.audit.register.GRADES` and
    ``CONSEQUENCES``; ``decided_by`` is ``report``, ids of evidence, or empty; ``resolves``
    counts the failing ledger rows (cells, for a pattern) that belong to it, out of ``of``;
    ``treatment`` says what estimation does with the cells. Raises
    :class:`analysis.report.BadInput` for unusable data.
    """
    rows = [[_cell(getattr(f, name)) for name in COLUMNS] for f in conclude(report)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _cell(value: Any) -> Any:
    return "; ".join(value) if isinstance(value, tuple) else value
