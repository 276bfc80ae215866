"""The report without what fails in it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from analysis.audit.bench import Bench
from analysis.audit.declarations import declared
from analysis.audit.diagnosis import diagnose
from analysis.audit.relations import bind
from analysis.audit.verdicts import audit
from analysis.report import Report, once


def failing(bench: Bench) -> set[int]:
    """The instances, all of whose numbers are known, that do not hold."""
    return {i for i in bench.touched(range(len(bench.values))) if not bench.holds(i)}


@once
def baseline(report: Report) -> tuple[Bench, set[int]]:
    """The report with the likeliest repair of what fails in it, decided or not, and what fails all the same.

    Whoever changes the bench puts it back: it is made once. A fault that is put in must be the only one, or what the report leaves open would count against it.
    """
    done = audit(report)
    first = Bench(done.cells, done.groups)
    best = [e.best for e in diagnose(first, failing(first)) if e.best is not None]
    blocks = dict(done.cells.blocks)
    for candidate in best:
        if candidate.power:
            at = done.cells.cells[candidate.cells[0]]
            block = blocks[at.table, at.measure]
            blocks[at.table, at.measure] = replace(block, unit=block.unit * Fraction(10) ** candidate.power)
    cells = replace(done.cells, blocks=blocks)
    bench = Bench(cells, bind(declared(report), cells))
    for candidate in best:
        for cell, printed in zip(candidate.cells, candidate.repair, strict=False):
            bench.printed[cell] = printed
            bench.values[cell] = bench.value(cell, printed)
    return bench, failing(bench)
