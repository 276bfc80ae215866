"""The audit of a plain frame: no package, no files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.audit.assignment import ledger
from analysis.report import BadInput, from_frames

_FORMULA = re.compile(r"\s*(?P<target>.+?)\s*=\s*(?P<kernel>\w+)\((?P<inputs>.*)\)\s*")


def check(
    frame: pd.DataFrame,
    relations: Sequence[str] | pd.DataFrame,
    units: Mapping[str, str] | None = None,
    name: str = "frame",
) -> pd.DataFrame:
    """Whether the printed numbers of a frame follow from each other: the ledger, one row per number and relation.

    The first column holds the row labels, the others numbers as printed, as strings. ``relations`` are formulas
    such as ``"growth % = growth(2023, 2024)"`` or ``"2024[Total] = total(2024[*-Total])"``, in the notation of
    :mod:`analysis.audit.declarations`, or a frame with the columns of ``relations.csv``. Raises
    :class:`analysis.report.BadInput` for a formula that is none, or a number that is none.
    """
    if not isinstance(relations, pd.DataFrame):
        rows = []
        for line in relations:
            match = _FORMULA.fullmatch(line)
            if not match:
                raise BadInput("relations", "a formula such as growth % = growth(2023, 2024)", line)
            rows.append((f'"{name}"', match["kernel"], match["target"], match["kernel"], match["inputs"]))
        relations = pd.DataFrame(rows, columns=["tables", "name", "target", "kernel", "inputs"])
    return ledger(from_frames({name: frame}, relations, units))
