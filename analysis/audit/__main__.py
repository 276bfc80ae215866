"""``python -m analysis.audit [DATA] > data/known_findings.csv``: the register of the present findings.

With ``--checks``, ``checks.csv``: how many rows of each table can be checked. To be read
before it is committed: it turns every finding of the data into a known one.
"""

from __future__ import annotations

import sys

from analysis.audit.conclusions import check_rows, register_rows
from analysis.report import load

if __name__ == "__main__":
    given = [a for a in sys.argv[1:] if a != "--checks"]
    rows = (check_rows if "--checks" in sys.argv else register_rows)(load(given[0] if given else None))
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(rows.to_csv(index=False, lineterminator="\n"))
