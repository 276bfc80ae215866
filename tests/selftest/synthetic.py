"""Random reports without a fault, to count false alarms of arithmetic and order.

Each report has the shape of the real one: its printed numbers are scattered, the
relations made true of the unrounded numbers, and only then everything is rounded to the
decimals of the real cells. What such reports can prove is that rounding alone
contradicts nothing. Bounds and assumptions are left out: of those only outside numbers
can say how often they are wrong (:mod:`tests.selftest.alarms`). So are derivations
(amounts are genuine here, not made from rounded shares) and the numbers of the prose.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.audit.cells import PROSE, Cells
from analysis.audit.declarations import declared
from analysis.audit.kernels import KERNELS, Triple
from analysis.audit.relations import Group, bind, evaluate
from tests.selftest.repaired import baseline

if TYPE_CHECKING:
    from analysis.report import Report

Floats = NDArray[np.float64]

#: Scatter of a printed number around itself (standard deviation of its logarithm).
SCATTER = 0.2


def draw(cells: Cells, groups: list[Group], n: int, rng: np.random.Generator) -> tuple[Any, Any, Any]:
    """Printed values of ``n`` random reports: integer triples, report after report."""
    truth = np.repeat(cells.mid.astype(float)[:, None] / cells.scale, n, axis=1)
    free = cells.known & ~cells.fixed
    truth[free] *= np.exp(rng.normal(0, SCATTER, (int(free.sum()), n)))
    settle(truth, groups)
    power = 10.0 ** cells.decimals[:, None]
    step = np.array([cells.scale // 10**d for d in cells.decimals.tolist()], dtype=np.int64)[:, None]
    mid = np.floor(truth * power + 0.5).astype(np.int64) * step
    half = np.where(cells.fixed[:, None], 0, step // 2)
    return tuple((mid + sign * half).T.ravel() for sign in (-1, 0, 1))


def settle(truth: Floats, groups: list[Group]) -> None:
    """Change unrounded numbers (cells by reports) in place until the relations hold.

    Wholes grow over their parts, totals become sums, one quantity printed twice becomes
    one, parts follow a total that is given elsewhere; shares, differences, growth rates
    and ranks are then computed.
    """

    def chosen(kernel: str, one: bool | None = None) -> list[Group]:
        found = [g for g in groups if g.relation.kernel == kernel]
        return [g for g in found if one is None or (g.inputs.shape[1] == 1) == one]

    def total(group: Group) -> Floats:
        n, d = group.constants.unit
        return np.asarray(truth[group.inputs].sum(axis=1) * n / d)

    def kernel(group: Group, which: int) -> Floats:
        """Lower bound (0) or point (2) of the relation, from unrounded numbers."""
        triples: list[Triple] = [[truth[i] * group.constants.scale] * 3 for i in (group.target, *group.inputs.T)]
        bound = KERNELS[group.relation.kernel](triples[0], triples[1:], group.constants)[which]
        assert bound is not None
        with np.errstate(invalid="ignore"):  # 0 / 0 where a number is N/A
            return np.asarray(np.nan_to_num(bound[0] / bound[1]))

    for group in (*chosen("at_least"), *chosen("holds_parts")):
        truth[group.target] = np.maximum(truth[group.target], 1.1 * kernel(group, 0))
    for group in (*chosen("total", one=False), *chosen("total", one=True)):
        truth[group.target] = total(group)
    for group in chosen("total", one=False):
        for target, inputs in zip(group.target, group.inputs, strict=True):
            n, d = group.constants.unit
            truth[inputs] *= truth[target] / (truth[inputs].sum(axis=0) * n / d)
    for name in ("share", "difference", "growth", "rank", "rank_listed"):
        for group in chosen(name):
            truth[group.target] = kernel(group, 2)


def sound_cells(report: Report) -> tuple[Cells, list[Group]]:
    """The shape of a report with its unit slips repaired, and the relations tried on it."""
    cells = baseline(report)[0].cells
    groups = bind([r for r in declared(report) if r.basis in ("exact", "order") and not r.derives], cells)
    return cells, [g for g in groups if PROSE not in g.relation.tables]


def false_alarms(report: Report, n: int = 10_000, seed: int = 2025, batch: int = 500, jobs: int = 1) -> dict[str, int]:
    """Contradictions in ``n`` random faultless reports, by relation (empty when there are none).

    ``rows`` counts the checks made. Every batch has its own seed, so the result does not
    depend on ``jobs``.
    """
    import joblib

    sound = sound_cells(report)
    sizes = [min(batch, n - start) for start in range(0, n, batch)]
    counts = joblib.Parallel(n_jobs=jobs)(joblib.delayed(_count)(*sound, z, (seed, i)) for i, z in enumerate(sizes))
    found: dict[str, int] = {"rows": 0}
    for count in counts:
        for name, number in count.items():
            found[name] = found.get(name, 0) + number
    return found


def _count(cells: Cells, groups: list[Group], size: int, seed: tuple[int, int]) -> dict[str, int]:
    """Checks and contradictions of one batch."""
    values = draw(cells, groups, size, np.random.default_rng(seed))
    closed = np.zeros(len(cells) * size, dtype=bool)
    many = replace(
        cells,
        low=values[0],
        mid=values[1],
        high=values[2],
        known=np.tile(cells.known, size),
        open_low=closed,
        open_high=closed,
    )
    offsets = np.arange(size)[:, None] * len(cells)
    found = {"rows": 0}
    for group in groups:
        target = (group.target[None, :] + offsets).ravel()
        inputs = (group.inputs[None, :, :] + offsets[:, :, None]).reshape(-1, group.inputs.shape[1])
        result = evaluate(replace(group, target=target, inputs=inputs), many)
        found["rows"] += int(result.checked.sum())
        wrong = int((result.checked & ~result.holds).sum())
        if wrong:
            name = f"{group.relation.table} {group.relation.name}"
            found[name] = found.get(name, 0) + wrong
    return found
