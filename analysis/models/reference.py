"""Certified regressions: the Statistical Reference Datasets of NIST, and how many digits we reach.

``nist.json`` holds data and certified estimates, standard errors and residual standard
deviations as published (strings, all digits). A test re-derives every certified number from the
data in exact rational arithmetic, so neither can be mistyped. The models here centre time before
they fit, which is the easy end of this collection; the hard end (Filip: a tenth-degree
polynomial in raw powers) shows where double precision itself stops.
"""

from __future__ import annotations

import functools
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.series import Floats

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "NIST/ITL Statistical Reference Datasets, linear regression (public domain)"

#: Significant digits that estimates and standard errors must reach; the suite fails below.
REQUIRED = {
    "Norris": (10, 10), "Pontius": (10, 10), "NoInt1": (13, 13), "NoInt2": (13, 13), "Longley": (9, 7),
    "Wampler1": (7, 0), "Wampler2": (10, 0), "Wampler3": (7, 9), "Wampler4": (6, 9), "Filip": (6, 0),
}  # fmt: skip


@dataclass(frozen=True)
class Certified:
    """One dataset: a design (columns or powers of one column) and what NIST certifies."""

    name: str
    level: str
    x: tuple[tuple[str, ...], ...]
    y: tuple[str, ...]
    powers: tuple[int, ...] | None
    estimates: tuple[str, ...]
    errors: tuple[str, ...]
    residual_sd: str

    @property
    def response(self) -> Floats:
        """Dependent variable."""
        return np.array([float(v) for v in self.y])

    @property
    def design(self) -> Floats:
        """Regressors, the constant first where there is one."""
        columns = [np.array([float(v) for v in c]) for c in self.x]
        if self.powers is not None:
            return np.column_stack([columns[0] ** p for p in self.powers])
        return np.column_stack([np.ones(len(self.y)), *columns])


@functools.cache
def datasets() -> dict[str, Certified]:
    """The collection by name."""
    records = json.loads((Path(__file__).parent / "nist.json").read_text(encoding="utf-8"))
    found = {}
    for r in records:
        powers = tuple(range(0 if r["intercept"] else 1, r["degree"] + 1)) if r["design"] == "polynomial" else None
        found[r["name"]] = Certified(
            r["name"], r["level"], tuple(tuple(c) for c in r["x"]), tuple(r["y"]), powers,
            tuple(r["estimates"]), tuple(r["errors"]), r["residual_sd"],
        )  # fmt: skip
    return found


def fit(data: Certified) -> tuple[Floats, Floats, float]:
    """Estimates, standard errors and residual standard deviation by statsmodels (QR).

    Columns are scaled to unit length first and the results scaled back, as powers of a raw
    variable differ by many orders of magnitude.
    """
    from statsmodels.regression.linear_model import OLS

    length = np.sqrt((data.design**2).sum(axis=0))
    found = OLS(data.response, data.design / length).fit(method="qr")
    return np.asarray(found.params) / length, np.asarray(found.bse) / length, math.sqrt(found.scale)


def digits(found: float, certified: str) -> float:
    """Significant digits in common (log relative error, absolute where the certified value is 0), at most 15."""
    target = float(certified)
    off = abs(found - target) / (abs(target) if target else 1.0)
    return 15.0 if off == 0 else min(15.0, max(0.0, -math.log10(off)))


def agreement(data: Certified) -> tuple[float, float]:
    """Fewest digits over all estimates, and over all standard errors (15 if certified as zero)."""
    estimates, errors, _ = fit(data)
    own = min(digits(a, b) for a, b in zip(estimates, data.estimates, strict=True))
    spread = [digits(a, b) for a, b in zip(errors, data.errors, strict=True) if float(b)]
    return own, min(spread, default=15.0)


def table() -> pd.DataFrame:
    """``dataset, difficulty, n, parameters, certified, computed, digits, error_digits``.

    ``certified`` and ``computed`` show the last coefficient (computed: eight digits at most, as
    many as are the same on every machine); the digits are those required and reached.
    """
    import pandas as pd

    rows = []
    for name, data in datasets().items():
        estimates, _, _ = fit(data)
        own, spread = REQUIRED[name]
        reached = agreement(data)
        if reached[0] < own or reached[1] < spread:
            raise ArithmeticError(f"{name}: {reached[0]:.1f} and {reached[1]:.1f} digits, required {own} and {spread}")
        shown = min(own - 1, 8)
        rows.append(
            {
                "dataset": name, "difficulty": data.level, "n": len(data.y), "parameters": len(data.estimates),
                "certified": data.estimates[-1], "computed": f"{estimates[-1]:.{max(shown - 1, 0)}e}",
                "digits": f"≥ {own}", "error_digits": f"≥ {spread}" if spread else "certified 0" if float(data.errors[0]) == 0 else "not reached",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
