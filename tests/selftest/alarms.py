"""How often the audit would call an honest number implausible.

Every observation of a bound's outside panel is put into the report: the relations that
use the bound say, from the report's own printed inputs, which number the observation
would give; that number is rounded to the decimals of the cell, and the same relations
judge it. Bounds must not be tested on what they were drawn from, so they are drawn from
one half of the economies and tested on the other.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.audit.cells import Cells, build
from analysis.audit.declarations import parse
from analysis.audit.kernels import KERNELS, Triple
from analysis.audit.relations import Group, bind, evaluate
from analysis.report import BadInput, records
from tests.selftest.panels import drawn, observations, panels

if TYPE_CHECKING:
    from analysis.report import Report

COLUMNS = ["panel", "observations", "alarms", "share", "bound", "low", "high", "in_sample"]

#: Relations with two-sided bounds on one outside quantity.
_KERNELS = ("within", "compound")


def alarms(report: Report) -> pd.DataFrame:
    """Honest observations called implausible, one row a bound with a panel: :data:`COLUMNS`.

    ``alarms`` and ``share`` (%) count those outside bounds drawn from the other half of
    the economies (every second code), ``in_sample`` those outside the bounds in force,
    ``low`` to ``high``. An observation is tried in every cell that the bound's relations
    check, and counts once if any of them raises an alarm. Empty for an edition without
    outside numbers. Raises :class:`analysis.report.BadInput` naming the bound whose
    panel or quantile cannot be read.
    """
    if not {"bounds", "panels", "relations"} <= {r["name"] for r in report.package["resources"]}:
        return pd.DataFrame(columns=COLUMNS)
    outside = panels(report)
    tried: list[tuple[dict[str, str], tuple[Fraction, Fraction], pd.DataFrame]] = []
    for bound in records(report.resource("bounds")):  # all are read before any is tried, which takes seconds
        if not bound["panel"]:
            continue
        stated = Fraction(bound["low"]), Fraction(bound["high"])
        column = "panel"
        try:
            seen = observations(outside, bound["panel"])
            column = "quantile"
            drawn(seen["value"].to_numpy(), bound["quantile"], stated)
        except ValueError as error:
            raise BadInput("bounds.csv", str(error), bound["name"], column) from None
        tried.append((bound, stated, seen))
    cells, rows = build(report), []
    for bound, stated, seen in tried:
        values = seen["value"].to_numpy()
        half = seen["entity"].map({e: i % 2 for i, e in enumerate(sorted(set(seen["entity"])))}).to_numpy()
        count = 0
        for fold in (0, 1):
            other = drawn(values[half != fold], bound["quantile"], stated)
            count += int(outside_of(report, cells, bound["name"], other, values[half == fold]).sum())
        now = int(outside_of(report, cells, bound["name"], stated, values).sum())
        share = f"{100 * count / len(seen):.1f}"
        rows.append([bound["panel"], len(seen), count, share, bound["name"], bound["low"], bound["high"], now])
    return pd.DataFrame(rows, columns=COLUMNS)


def outside_of(
    report: Report, cells: Cells, name: str, bounds: tuple[Fraction, Fraction], values: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which honest ``values`` of a quantity the relations would call implausible with these ``bounds``."""
    exact = [Fraction(float(v)).limit_denominator(10**6) for v in values]
    wrong = np.zeros(len(exact), dtype=bool)
    for row in report.resource("relations").to_dict("records"):
        record = {str(k): str(v) for k, v in row.items()}
        if record["low"].removeprefix("1/") == name and record["kernel"] in _KERNELS:
            third = exact if record["low"] == name else [1 / v for v in exact]
            for group in bind(parse(record, {name: bounds}), cells):
                wrong |= _alarm(group, cells, third)
    return wrong


def _alarm(group: Group, cells: Cells, values: list[Fraction]) -> NDArray[np.bool_]:
    """For which values of the third quantity the relation finds fault in any of its cells."""
    known = cells.known[group.target] & cells.known[group.inputs].all(axis=1)
    target, inputs = (np.tile(x[known].T, len(values)).T for x in (group.target, group.inputs))
    repeat = int(known.sum())
    third = [
        np.repeat(np.array(x, dtype=object), repeat)
        for x in zip(*((v.numerator, v.denominator) for v in values), strict=True)
    ]
    at = replace(group.constants, low=tuple(third), high=tuple(third))  # type: ignore[arg-type]
    printed: list[Triple] = [[cells.mid[i].astype(object)] * 3 for i in (target, *inputs.T)]
    honest = KERNELS[group.relation.kernel](printed[0], printed[1:], at)[0]
    assert honest is not None
    step = np.array([cells.scale // 10**d for d in cells.decimals[target].tolist()], dtype=object)
    n, d = 2 * honest[0] * cells.scale, 2 * honest[1] * step
    mid = (n + d // 2) // d * step  # as the cell would print it
    half = np.where(cells.fixed[target], 0, step // 2)
    low, middle, high = (
        np.append(old.astype(object), new)
        for old, new in ((cells.low, mid - half), (cells.mid, mid), (cells.high, mid + half))
    )
    known, closed = np.append(cells.known, np.ones(len(mid), dtype=bool)), np.zeros(len(cells) + len(mid), dtype=bool)
    found = evaluate(
        replace(group, target=np.arange(len(mid)) + len(cells), inputs=inputs),
        replace(cells, low=low, mid=middle, high=high, known=known, open_low=closed, open_high=closed),
    )
    return np.asarray((~found.holds).reshape(len(values), repeat).any(axis=1))
