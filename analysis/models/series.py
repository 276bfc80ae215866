"""The series of the report that a trend can be fitted to, as small immutable objects.

A :class:`Series` keeps the printed strings beside the floats, so that every model can ask
what the rounding does to its estimate. Which measures are series, and what they are called
in the output, is the table :data:`MEASURES`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from analysis.report import Report
    from analysis.rounding import Intervals

Floats = NDArray[np.float64]
Scale = Literal["log", "level"]

#: (table, measure): (name of the measure in a series key, group whose members are comparable)
MEASURES: dict[tuple[str, str], tuple[str, str]] = {
    ("1-2-1", "gerd"): ("gerd", "gerd"),
    ("1-2-2", "gerd_intensity"): ("gerd_intensity", "gerd_intensity"),
    ("1-2-3", "amount"): ("gerd_source", "gerd_source"),
    ("1-2-3", "share"): ("gerd_source_share", "gerd_source_share"),
    ("1-2-4", "researchers"): ("researchers", "researchers"),
    ("1-2-5", "researcher_density"): ("researcher_density", "researcher_density"),
    ("1-2-8", "gdp_growth"): ("macro", "gdp_growth"),
    ("1-2-8", "real_gdp"): ("macro", "macro"),
    ("1-2-8", "national_income_per_head"): ("macro", "macro"),
    ("1-2-8", "real_wage"): ("macro", "macro"),
    ("1-2-9", "exports"): ("exports", "exports"),
    ("1-2-9", "share"): ("exports_share", "exports_share"),
    ("1-2-10", "exports"): ("exports", "exports"),
    ("1-2-10", "share"): ("exports_share", "exports_share"),
    ("1-2-11", "exports"): ("exports", "exports"),
    ("1-2-11", "share"): ("exports_share", "exports_share"),
    ("1-2-13", "patents"): ("patents", "patents"),
    ("1-2-16", "value_added"): ("value_added", "value_added"),
    ("1-2-16", "share"): ("value_added_share", "value_added_share"),
    ("1-2-16", "value_added_rate"): ("value_added_rate", "value_added_rate"),
}

#: English names of the measures, for titles.
MEASURE_NAMES = {
    "gerd": "R&D expenditure",
    "gerd_intensity": "R&D intensity",
    "gerd_source": "R&D expenditure by source",
    "gerd_source_share": "share in R&D expenditure",
    "researchers": "researchers",
    "researcher_density": "researcher density",
    "macro": "",
    "exports": "exports",
    "exports_share": "share in exports",
    "patents": "US patents",
    "value_added": "value added",
    "value_added_share": "share in value added",
    "value_added_rate": "value-added rate",
}

#: Measures that may be zero or negative: modelled as they are, not in logarithms.
LEVEL_MEASURES = frozenset({"gdp_growth"})

AGGREGATES = frozenset({"EU27", "OECD", "WORLD"})


class NotEstimable(ValueError):  # noqa: N818 - reads as what it says: not estimable
    """A series that an estimator cannot be applied to; the message says why in one line."""


@dataclass(frozen=True)
class Series:
    """One printed series.

    ``scale`` says how it is modelled: ``log`` (growth in per cent a year) or ``level``
    (change in the printed unit a year). ``suspect`` are years whose cell the audit holds
    to be filled in or contradicted. Years are increasing but may have gaps.
    """

    key: str
    label: str
    table: str
    unit: str
    group: str
    years: tuple[int, ...]
    printed: tuple[str, ...]
    exact: bool = False
    scale: Scale = "log"
    suspect: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if len(self.years) != len(self.printed):
            raise ValueError(f"{self.key}: {len(self.years)} years and {len(self.printed)} values")
        if any(b <= a for a, b in zip(self.years, self.years[1:], strict=False)):
            raise ValueError(f"{self.key}: years must increase, found {self.years}")
        if self.scale == "log" and any(float(p) <= 0 for p in self.printed):
            raise ValueError(f"{self.key}: a value that is not positive has no logarithm; use scale='level'")

    def __len__(self) -> int:
        return len(self.years)

    @property
    def code(self) -> str:
        """Code of the printed row, such as ``TWN``."""
        return self.key.partition(".")[2]

    @property
    def measure(self) -> str:
        """Measure of the key, such as ``gerd_intensity``."""
        return self.key.partition(".")[0]

    @property
    def rate_unit(self) -> str:
        """Unit of a trend: per cent a year, or the printed unit a year."""
        return "% a year" if self.scale == "log" else "percentage points a year"

    @functools.cached_property
    def time(self) -> Floats:
        """Years as floats."""
        return np.array(self.years, dtype=float)

    @functools.cached_property
    def values(self) -> Floats:
        """Printed values as floats."""
        return np.array([float(p) for p in self.printed])

    @functools.cached_property
    def response(self) -> Floats:
        """What the models are fitted to: logarithms, or the values themselves."""
        return np.log(self.values) if self.scale == "log" else self.values

    @functools.cached_property
    def intervals(self) -> Intervals:
        """The sets of values that print as given."""
        from analysis.rounding import Intervals

        return Intervals.from_printed(self.printed, exact=self.exact)

    @functools.cached_property
    def response_bounds(self) -> tuple[Floats, Floats]:
        """Lowest and highest response that the printed digits allow, year by year."""
        low, high = self.intervals.low_float(), self.intervals.high_float()
        if self.scale == "level":
            return low, high
        if (low <= 0).any():
            raise NotEstimable(f"{self.key}: a printed value may stand for zero, so its logarithm has no bound")
        return np.log(low), np.log(high)

    def rate(self, slope: float | Floats) -> float | Floats:
        """A slope of the response as growth: ``100 (exp(slope) - 1)`` per cent, or the slope itself."""
        return 100.0 * np.expm1(slope) if self.scale == "log" else slope

    def back(self, response: Floats) -> Floats:
        """Responses on the printed scale."""
        return np.exp(response) if self.scale == "log" else response

    def without(self, years: Iterable[int]) -> Series:
        """The series less some years."""
        drop = set(years)
        keep = [i for i, y in enumerate(self.years) if y not in drop]
        return self._take(keep)

    def until(self, year: int) -> Series:
        """The series up to and including a year."""
        return self._take([i for i, y in enumerate(self.years) if y <= year])

    def _take(self, keep: Sequence[int]) -> Series:
        years = tuple(self.years[i] for i in keep)
        return replace(
            self, years=years, printed=tuple(self.printed[i] for i in keep), suspect=self.suspect & set(years)
        )

    def require(self, n: int, what: str, regular: bool = False) -> None:
        """Raise :class:`NotEstimable` unless there are ``n`` points (and no gaps, if ``regular``)."""
        if len(self) < n:
            raise NotEstimable(f"{self.key}: {what} needs at least {n} points, found {len(self)}")
        if regular and self.years[-1] - self.years[0] != len(self) - 1:
            raise NotEstimable(f"{self.key}: {what} needs consecutive years, found {', '.join(map(str, self.years))}")

    @property
    def constant(self) -> bool:
        """Whether all printed values are equal."""
        return len({float(p) for p in self.printed}) == 1


def make(
    years: Sequence[int],
    values: Sequence[str | float],
    key: str = "series.X",
    scale: Scale = "log",
    unit: str = "",
    exact: bool = False,
) -> Series:
    """A series from plain numbers, for one's own data and for tests."""
    printed = tuple(v if isinstance(v, str) else repr(float(v)) for v in values)
    return Series(key, key, "", unit, key.partition(".")[0], tuple(int(y) for y in years), printed, exact, scale)


def collect(
    report: Report,
    minimum: int = 4,
    flagged: Iterable[tuple[str, str, str, int]] = (),
) -> dict[str, Series]:
    """Every series of the report with at least ``minimum`` printed points, by key.

    Constant series (the 100 per cent of a total) are left out: they have no trend to
    estimate. The total of exports stands in three tables and is taken once. ``flagged``
    are suspect cells ``(table, code, measure, year)``, see
    :func:`analysis.models.uncertainty.flagged_cells`.
    """
    cells = report.cells()
    cells = cells[(cells["year"] != "") & (cells["printed"] != "N/A")]
    marks: dict[tuple[str, str, str], set[int]] = {}
    for table, row, measure, year in flagged:
        marks.setdefault((table, row, measure), set()).add(int(year))
    found: dict[str, Series] = {}
    for (table, measure), (name, group) in MEASURES.items():
        part = cells[(cells["table"] == table) & (cells["measure"] == measure)]
        for code, group_rows in part.groupby("code", sort=False):
            key = f"{name}.{measure if name == 'macro' else str(code)}"
            if key in found or len(group_rows) < minimum or group_rows["printed"].nunique() == 1:
                continue
            ordered = group_rows.assign(y=group_rows["year"].astype(int)).sort_values("y")
            years = tuple(int(y) for y in ordered["y"])
            who = report.name(str(code)).partition(" (")[0]
            what = MEASURE_NAMES[name]
            found[key] = Series(
                key=key,
                label=f"{who}: {what}" if what else who,
                table=table,
                unit=str(ordered["unit"].iloc[0]),
                group=group,
                years=years,
                printed=tuple(ordered["printed"]),
                exact=bool(ordered["exact"].all()),
                scale="level" if measure in LEVEL_MEASURES else "log",
                suspect=frozenset(marks.get((table, str(code), measure), set()) & set(years)),
            )
    return found


def countries(found: dict[str, Series], measure: str) -> list[Series]:
    """The countries' series of one measure (no aggregates), in printed order."""
    return [s for s in found.values() if s.measure == measure and s.code not in AGGREGATES]
