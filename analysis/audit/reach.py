"""What the audit reaches: verdicts per table and cell, coverage, rounding, what remains uncheckable."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.audit.assignment import ledger
from analysis.audit.cells import PROSE
from analysis.audit.verdicts import VERDICTS, Audit, audit, mode_hits
from analysis.interval import MODES
from analysis.report import Report
from analysis.stages import once


@once
def verdict_counts(report: Report) -> pd.DataFrame:
    """Verdicts per table: index table, columns :data:`analysis.audit.verdicts.VERDICTS`, ``rows``.

    ``plausible`` and ``implausible`` stand apart: nothing but ``rows`` sums over both families.
    """
    found = ledger(report)
    counts = found.groupby(["table", "verdict"], sort=False).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(VERDICTS), fill_value=0).rename_axis(columns=None)
    counts = counts.loc[list(dict.fromkeys(found["table"]))]
    counts["rows"] = counts.sum(axis=1)
    return counts


@once
def families(report: Report) -> tuple[pd.Series, pd.Series]:
    """Checks by verdict: those that arithmetic, order and definition decide, and those of bounds and assumptions."""
    rows = ledger(report)
    rows = rows[rows["verdict"] != "unchecked"]
    soft = rows["basis"].isin(["bound", "assumption"])
    order = [v for v in VERDICTS if v in set(rows["verdict"])]
    parts = [part["verdict"].value_counts().reindex(order).dropna().astype(int) for part in (rows[~soft], rows[soft])]
    return parts[0], parts[1]


@once
def coverage(report: Report) -> pd.DataFrame:
    """How much of each table can be checked: index table, plus a row ``all``.

    ``cells`` numbers printed; ``recomputed`` derived from others by arithmetic or an input of that, else ``ordered`` by
    order, counting or definition, else ``bounded`` by declared bounds and assumptions only, else ``unchecked``;
    ``covered`` the share (%) of numbers that any relation touches. A cell that prints N/A is no number: ``missing``
    counts these, no other column does.
    """
    done = audit(report)
    level = np.zeros(len(done.cells), dtype=int)
    for basis, touched in _touched(done):
        level[touched] = np.maximum(level[touched], {"exact": 3, "order": 2}.get(basis, 1))
    rows = pd.DataFrame({"table": [c.table for c in done.cells.cells], "level": level, "known": done.cells.known})
    tables = list(dict.fromkeys(rows["table"]))
    known = rows[rows["known"]]
    levels = pd.crosstab(known["table"], known["level"]).reindex(tables, columns=[3, 2, 1, 0], fill_value=0)
    made = levels.set_axis(["recomputed", "ordered", "bounded", "unchecked"], axis=1)
    made.insert(0, "cells", levels.sum(axis=1))
    made["missing"] = (~rows["known"]).groupby(rows["table"]).sum()
    made.loc["all"] = made.sum()
    made["covered"] = (100 * (made["cells"] - made["unchecked"]) / made["cells"]).map("{:.1f}".format)
    return made.rename_axis("table")


@once
def uncheckable(report: Report) -> pd.DataFrame:
    """The numbers that no relation touches, by table and measure: ``table, measure, cells, example``."""
    done = audit(report)
    touched = {cell for _, cells in _touched(done) for cell in cells.tolist()}
    free = [c for i, c in enumerate(done.cells.cells) if done.cells.known[i] and i not in touched]
    rows = [(c.table, "" if c.table == PROSE else c.measure, c.place) for c in free]
    listed = pd.DataFrame(rows, columns=["table", "measure", "place"], dtype=str)
    by_measure = listed.groupby(["table", "measure"], sort=False)["place"]
    return by_measure.agg(cells="size", example="first").reset_index()


def _touched(done: Audit) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """The cells that each group of relations checks or reads, with the basis of its relation."""
    for result in done.results:
        group = result.group
        yield group.relation.basis, np.union1d(group.target[result.checked], group.inputs[result.checked])


@once
def rounding_table(report: Report) -> pd.DataFrame:
    """How many derived cells each rounding mode reproduces: index table, one row a measure.

    Columns ``measure``, ``n`` cells tested, one column a mode, ``used``: the mode by which the measure is read.
    """
    done = audit(report)
    rows = [
        (table, "" if table == PROSE else measure, done.cells.mode(table, measure), *(counts[k] for k in ("n", *MODES)))
        for (table, measure), counts in mode_hits(done.cells, done.results).items()
        if counts["n"]
    ]
    made = pd.DataFrame(rows, columns=["table", "measure", "used", "n", *MODES])
    made = made.groupby(["table", "measure", "used"], sort=False).sum().reset_index()
    return made[["table", "measure", "n", *MODES, "used"]].set_index("table")
