"""Series from numbers of a test's own."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from analysis.models.series import Scale, Series


def make(
    years: Sequence[int],
    values: Sequence[object],
    key: str = "series.X",
    scale: Scale = "log",
    unit: str = "",
    exact: bool = False,
) -> Series:
    """Strings and integers are as printed (``"3.40"`` stands for 3.395 to 3.405), floats are exact."""
    floats = any(isinstance(v, float) for v in values)
    printed = tuple(f"{Decimal(repr(float(v))):f}" if isinstance(v, float) else str(v) for v in values)
    return Series(key, key, "", unit, key.partition(".")[0], tuple(map(int, years)), printed, exact or floats, scale)
