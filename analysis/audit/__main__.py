"""``python -m analysis.audit > data/known_findings.csv``: the register of the present findings.

To be read before it is committed: it turns every finding of the data into a known one.
"""

from __future__ import annotations

import sys

from analysis.audit.conclusions import register_rows
from analysis.report import load

if __name__ == "__main__":
    text = register_rows(load(sys.argv[1] if len(sys.argv) > 1 else None)).to_csv(index=False, lineterminator="\n")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(text)
