"""Which wrong digits would nobody notice?"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.audit.cells import PROSE
from analysis.report import Report
from tests.selftest import faults
from tests.selftest.repaired import baseline


def unnoticed(report: Report, tables: Iterable[str] | None = None) -> pd.DataFrame:
    """Wrong digits that no relation would notice: every digit of every number, changed to every other.

    One row a table (``prose`` for sentences) and a row ``all``: ``tried``; ``proven``, those that
    make arithmetic or order fail; ``bounded``, those that only a bound or an assumption shows;
    ``unnoticed``, and its ``share`` (%). Tried one at a time on a copy in which what the audit has
    decided is repaired, and no fault counts as noticed by a relation that fails there anyway.
    """
    bench, closed = baseline(report)
    rows: dict[str, dict[str, int]] = {}
    for table in list(tables) if tables is not None else [*report.tables, PROSE]:
        count = rows[table] = {"tried": 0, "proven": 0, "bounded": 0, "unnoticed": 0}
        for cell in [i for i, c in enumerate(bench.cells.cells) if c.table == table and bench.cells.known[i]]:
            for fault in faults.digit_faults(bench, table, cell):
                if fault.kind != faults.KINDS[0]:
                    continue
                old = bench.put(fault.cells, fault.values)
                failing = [i for i in bench.touched(fault.cells) - closed if not bench.holds(i)]
                bench.put(fault.cells, old)
                sure = any(bench.instances[i].relation.basis in ("exact", "order") for i in failing)
                count["tried"] += 1
                count["proven" if sure else "bounded" if failing else "unnoticed"] += 1
    made = pd.DataFrame.from_dict(rows, orient="index")
    if tables is None:
        made.loc["all"] = made.sum()
    made["share"] = (100 * made["unnoticed"] / made["tried"]).map("{:.1f}".format)
    return made.rename_axis("table").reset_index()
