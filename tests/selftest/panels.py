"""Outside panels of honest numbers, and the plausibility bounds drawn from them.

``panels.csv`` of an edition holds numbers of other publishers by economy and year,
``panel_sources.csv`` where each comes from. A bound's ``panel`` (in ``bounds.csv``) says
what is observed: a level, product or quotient of panels (``gdp / population``), as it is
or ``over N years`` (this year divided by N years before, within one source),
``from X`` where the earlier value must be at least X, ``growth`` where the panel holds
growth rates; parts separated by ``;`` are taken together.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.report import BadInput

if TYPE_CHECKING:
    from analysis.report import Report

_PART = re.compile(
    r"(?P<level>[a-z_]+(?:\s*[*/]\s*[a-z_]+)*)"
    r"(?:\s+over\s+(?P<years>\d+)\s+years?(?:\s+from\s+(?P<least>\d+))?|\s+(?P<growth>growth))?"
)


def panels(report: Report) -> pd.DataFrame:
    """``panel, source, entity, year, value``: year and value numeric, value in units of one.

    Raises :class:`analysis.report.BadInput` for a source that is not listed.
    """
    sources = report.resource("panel_sources").set_index("source")["factor"].astype(float)
    frame = report.resource("panels").astype({"year": int, "value": float})
    for line, source in enumerate(frame["source"], 2):
        if source not in sources.index:
            raise BadInput(
                "panels.csv", f"a source listed in panel_sources.csv, found {source!r}", f"line {line}", "source"
            )
    return frame.assign(value=frame["value"] * frame["source"].map(sources))


def observations(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    """What a bound's ``panel`` observes: ``entity, year, value``, sorted.

    ``frame`` as :func:`panels` gives it. Raises :class:`ValueError` for a description
    that cannot be read or names a panel that is not there.
    """
    found = []
    for part in what.split(";"):
        match = _PART.fullmatch(part.strip())
        if not match:
            raise ValueError(f"panels such as 'a / b over 1 year', found {part.strip()!r}")
        level = _level(frame, match["level"])
        if match["growth"]:
            level["value"] += 1
        elif match["years"]:
            level = _change(level, int(match["years"]), float(match["least"] or 0))
        found.append(level[["entity", "year", "value"]])
    return pd.concat(found).sort_values(["entity", "year", "value"], ignore_index=True)


def _level(frame: pd.DataFrame, text: str) -> pd.DataFrame:
    names = re.split(r"\s*([*/])\s*", text)
    level: pd.DataFrame | None = None
    for sign, name in zip(["", *names[1::2]], names[::2], strict=True):
        more = frame.loc[frame["panel"] == name, ["source", "entity", "year", "value"]]
        if more.empty:
            raise ValueError(f"a panel of panels.csv, found {name!r}")
        if level is None:
            level = more
            continue
        both = level.merge(more, on=["entity", "year"], suffixes=("", "_more"))
        both["value"] = both["value"] * both["value_more"] if sign == "*" else both["value"] / both["value_more"]
        both["source"] = both["source"] + " " + both["source_more"]
        level = both[["source", "entity", "year", "value"]]
    assert level is not None
    return level.copy()


def _change(level: pd.DataFrame, years: int, least: float) -> pd.DataFrame:
    """Each value divided by the one ``years`` before of the same source, if that is ``least`` or more."""
    earlier = level[level["value"] >= least].assign(year=lambda f: f["year"] + years)
    both = level.merge(earlier, on=["source", "entity", "year"], suffixes=("", "_before"))
    return both.assign(value=both["value"] / both["value_before"])


def drawn(
    values: NDArray[np.float64], quantile: str, stated: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0))
) -> tuple[Fraction, Fraction]:
    """Bounds at a ``quantile`` of observations and its counterpart from above.

    They are rounded outward, to hundredths, or to thousands where above 1000. After
    "low" or "high" (``0.005 high``) only that end is drawn, the other one is ``stated``;
    without a quantile both are. Raises :class:`ValueError` for anything else.
    """
    if not quantile:
        return stated
    match = re.fullmatch(r"(0(?:\.[0-4]\d*)?)(?: (low|high))?", quantile)
    if not match:
        raise ValueError(f"a quantile below 0.5, or one followed by low or high, found {quantile!r}")
    ends = [round(float(np.quantile(values, x)), 9) for x in (float(match[1]), 1 - float(match[1]))]
    step = Fraction(1000) if ends[1] > 1000 else Fraction(1, 100)
    low, high = (whole(Fraction(str(e)) / step) * step for whole, e in zip((math.floor, math.ceil), ends, strict=True))
    return stated[0] if match[2] == "high" else low, stated[1] if match[2] == "low" else high
