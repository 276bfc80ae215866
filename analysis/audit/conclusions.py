"""What the audit concludes: findings with ids, grade, arithmetic, explanation and what decides them.

A finding is computed: from the rows of a known one (:mod:`analysis.audit.register`), from an explanation of failing
rows that belong to none (:mod:`analysis.audit.diagnosis`), from a relation that fails only through a documented
derivation, from a pattern (:mod:`analysis.audit.patterns`) or from the way a column is rounded. Known findings keep the
id, grade and wording of the register; any other gets a provisional id (``N-001`` …, in printed order) and the grade
that its rows carry: ``error`` if one is contradicted, ``unusual`` if all are merely implausible, ``pattern`` if a
relation fails nearly everywhere.
"""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import replace

import pandas as pd

from analysis.audit.bench import Bench
from analysis.audit.breaks import column_breaks
from analysis.audit.dates import impossible_dates
from analysis.audit.declarations import RANKS
from analysis.audit.diagnosis import Explanation, candidates, diagnose, repaired
from analysis.audit.hypotheses import Candidate
from analysis.audit.outside import other_prices, other_quantities
from analysis.audit.patterns import other_rounding, repeated_rates
from analysis.audit.register import Known, owners, register, rows_of
from analysis.audit.repeats import repeated_lines
from analysis.audit.verdicts import audit
from analysis.audit.wording import Finding, Words, title
from analysis.report import Report, once

_COLUMNS = "id grade consequence title tables cells arithmetic explanation alternatives decided_by status kind resolves of treatment signature"
COLUMNS = _COLUMNS.split()

#: So many other explanations are told.
RIVALS = 3

#: Bounds and assumptions: what rests on them alone is unusual.
_SOFT = frozenset({"bound", "assumption"})


# ---------------------------------------------------------------- computing


def explain(report: Report) -> tuple[Bench, list[Explanation], int]:
    """The bench of a report, the explanations of failing rows of no known finding, and their number."""
    done = audit(report)
    bench = Bench(done.cells, done.groups)
    rows = rows_of(done)
    owned = owners(report, rows)
    wrong = {r.number for r in rows if r.number not in owned and r.verdict != "explained"}
    failing = [fails for e in done.results for fails in e.fails.tolist()]
    closed = {number for number, fails in enumerate(failing) if fails} - wrong
    return bench, diagnose(bench, wrong, closed), len(wrong)


@once
def conclude(report: Report) -> tuple[Finding, ...]:
    """All findings of a report: the known ones by id, then the new ones in printed order."""
    done = audit(report)
    bench, explanations, _ = explain(report)
    words = Words(report, bench)
    rows = rows_of(done)
    owned = owners(report, rows)
    numbers: dict[str, list[int]] = {}
    for row in rows:
        numbers.setdefault(owned.get(row.number, ""), []).append(row.number)
    everything = {n for some in numbers.values() for n in some}
    known = [_from_register(words, k, numbers[k.id], everything) for k in register(report) if k.id in numbers]
    fresh = []
    with ExitStack() as repairs:
        for explanation in explanations:
            fresh.append(_from_explanation(words, explanation))
            if explanation.best is not None:  # later arithmetic stands on the accepted repairs
                repairs.enter_context(repaired(bench, explanation.best))
    loose = [r.number for r in rows if r.verdict == "explained" and r.number not in owned]
    fresh += _derived(words, loose)
    known, fresh = _with_patterns(words, known, fresh)
    fresh.sort(key=lambda f: (min(done.cells.position[c] for c in f.cells), f.signature))
    return (*sorted(known, key=lambda f: f.id), *(replace(f, id=f"N-{i:03d}") for i, f in enumerate(fresh, 1)))


def _with_patterns(words: Words, known: list[Finding], fresh: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Known and new findings with those that are patterns.

    A pattern of the register takes the rows that the register gives it; a new break of a
    column takes those of undecided findings on its cells, and a copied line is left out
    where another finding has most of it already: one cause, one finding.
    """
    listed = {k.record["signature"]: k for k in register(words.report)}
    held = {f.signature: f for f in known}
    told = [set(f.cells) for f in (*known, *fresh)]
    odd = repeated_rates(words) + other_rounding(words) + column_breaks(words) + impossible_dates(words)
    odd += other_prices(words) + other_quantities(words)
    odd += [f for f in repeated_lines(words) if all(3 * len(own & set(f.cells)) < len(set(f.cells)) for own in told)]
    for finding in odd:
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


#: What the register says of a finding; its title and explanation only where it has any.
_REGISTERED = ("id", "grade", "consequence", "status", "decided_by", "treatment")


def _worded(finding: Finding, known: Known) -> Finding:
    """A computed finding with what the register says of it."""
    record = known.record
    said = {k: record[k] for k in _REGISTERED} | {k: record[k] for k in ("title", "explanation") if record[k]}
    return replace(finding, **said)  # type: ignore[arg-type]


def _from_register(words: Words, known: Known, numbers: Sequence[int], everything: set[int]) -> Finding:
    """A known finding from its rows: their arithmetic now and, for an error, other explanations."""
    bench = words.bench
    kind = known.record["signature"].partition(":")[0]
    targets = [bench.instances[i].target for i in numbers]
    at = bench.cells.position
    cells = [at[place] for place in known.cells if place in at] or targets
    repair = {at[place]: bench.value(at[place], digits) for place, digits in known.repair.items() if place in at}
    rivals: list[Candidate] = []
    if known.record["grade"] == "error":
        for first in (RIVALS + 1, 0):  # mostly the same one and so many others, else all
            rivals = candidates(bench, set(numbers), everything - set(numbers), first)
            same = next((c for c in rivals if c.kind == kind), None)
            if same is not None and kind == "unit":
                repair = dict(zip(same.cells, same.values, strict=True))
            rivals = [c for c in rivals if c is not same and set(c.cells) != set(repair)][:RIVALS]
            if same is not None and len(rivals) == RIVALS:
                break
    finding = Finding(
        kind=kind,
        tables=words.table_list([*cells, *targets]),
        cells=words.places(cells),
        arithmetic=words.lines(numbers, list(repair), list(repair.values())),
        signature=known.record["signature"],
        resolves=len(numbers),
        of=len(numbers),
        alternatives=words.rivals(rivals),
        rows=tuple(sorted(numbers)),
    )
    return _worded(finding, known)


def _from_explanation(words: Words, explanation: Explanation) -> Finding:
    bench, best, numbers = words.bench, explanation.best, explanation.instances
    targets = [bench.instances[i].target for i in numbers]
    relations = [bench.instances[i].relation for i in numbers]
    grade = "unusual" if all(relation.basis in _SOFT for relation in relations) else "error"
    decided = explanation.decided
    kind = "unresolved" if best is None else (best.kind if decided and grade == "error" else "ambiguous")
    if explanation.rows:
        kind, grade = "misfit", "pattern" if grade == "error" else grade
    used = best if kind not in ("ambiguous", "unresolved", "misfit") else None
    repair = (used.cells, used.values) if used else ((), ())
    cells = list(dict.fromkeys([*targets, *(used.cells if used and used.kind != "unit" else ())]))
    anchor = used.cells[0] if used is not None else targets[0]
    if explanation.rows:
        said = (
            f"The relation fails in {len(numbers)} of {explanation.rows} places. So many single slips are not"
            " likely: these numbers may be defined otherwise, or computed from others, than the relation takes for granted."
        )
    elif best is None:
        said = "No single slip of the print resolves these rows."
    elif used is None:
        said = "One of these readings, or none of them; the report alone cannot say which."
    else:
        said = words.candidate(best)[:1].upper() + words.candidate(best)[1:] + "."
    if grade == "unusual":
        held = sorted({r.assumes or f"the bound on {r.name} holds" for r in relations})
        said = f"Unusual as long as {' and '.join(held)}. {said}"
    rivals = explanation.alternatives if used is not None or best is None else (best, *explanation.alternatives)
    at, rows = words.cells[anchor], dict.fromkeys(words.cells[c].row for c in (repair[0] or targets))
    return Finding(
        kind=kind,
        grade=grade,
        consequence=_consequence(words, used, numbers),
        tables=words.table_list([*cells, anchor]),
        cells=words.places(cells),
        title=title(words, kind, grade, anchor, targets, repair[0], list(dict.fromkeys(r.name for r in relations))),
        arithmetic=words.lines(numbers, *repair),
        explanation=said,
        signature=f"{kind}:{at.table}:{'+'.join(rows)}:{at.measure}",
        resolves=len(numbers),
        of=explanation.rows or len(set(numbers) | (set(best.breaks) if best else set())),
        alternatives=words.rivals(rivals),
        decided_by="report" if decided else "",
        rows=tuple(sorted(numbers)),
    )


def _consequence(words: Words, best: Candidate | None, numbers: Iterable[int]) -> str:
    bench = words.bench
    if any(bench.instances[i].relation.kernel in RANKS for i in numbers):
        return "conclusion"
    if best is None or best.kind == "unit":
        return "number"
    new = bench.values[:]
    for cell, value in zip(best.cells, best.values, strict=True):
        new[cell] = value
    old = bench.values
    for cell in best.cells:
        if (old[cell][1] < 0) != (new[cell][1] < 0):
            return "conclusion"
        at = words.cells[cell]
        column = bench.columns[at.table, at.order[1]]
        home = next((c for c in column if words.cells[c].code == words.report.home), None)
        if home is not None:
            places = [sum(v[c][1] > v[home][1] for c in column) for v in (old, new)]
            if places[0] != places[1]:
                return "conclusion"
    return "number"


def _derived(words: Words, numbers: Iterable[int]) -> list[Finding]:
    """Totals that fail only because parts were made from rounded shares, one per table."""
    tables: dict[str, list[int]] = {}
    for i in sorted(numbers):
        tables.setdefault(words.cells[words.bench.instances[i].target].table, []).append(i)
    found = []
    for table, members in tables.items():
        relation = words.bench.instances[members[0]].relation.name
        parts = words.finding(
            [words.bench.instances[i].target for i in members],
            kind="derived",
            grade="unusual",
            consequence="cosmetic",
            title=f"Parts of Table {table} do not add up: they were made from rounded shares",
            arithmetic=words.lines(members),
            explanation=f"Every amount of the table is its printed share times one unrounded total; the {relation} misses by"
            " what the rounded shares miss of 100.",
            signature=f"derived:{table}:{relation}",
            of=len(members),
            decided_by="report",
            rows=tuple(members),
        )
        found.append(parts)
    return found


@once
def findings(report: Report) -> pd.DataFrame:
    """What the audit concludes, one finding a row; columns :data:`COLUMNS`.

    ``tables``, ``cells``, ``arithmetic`` and ``alternatives`` are joined by ``"; "``; ``grade`` and ``consequence`` as
    in :data:`analysis.audit.register.GRADES` and ``CONSEQUENCES``; ``decided_by`` is ``report``, ids of evidence, or
    empty; ``resolves`` counts the failing ledger rows (cells, for a pattern) that belong to it, out of ``of``;
    ``treatment`` says what estimation does with the cells. Raises :class:`analysis.report.BadInput` for unusable data.
    """
    found = [[getattr(f, name) for name in COLUMNS] for f in conclude(report)]
    rows = [["; ".join(v) if isinstance(v, tuple) else v for v in row] for row in found]
    return pd.DataFrame(rows, columns=COLUMNS)
