"""The series of the report that a trend can be fitted to, as small immutable objects.

A :class:`Series` keeps the printed strings beside the floats, so that every model can ask
what the rounding does to its estimate. Which measures are series, and what they are called
in the output, stands in ``series.csv`` (see :func:`measures`).
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import doubts
from analysis.files import BadInput
from analysis.interval import NOT_AVAILABLE, Interval, floats
from analysis.report import Report
from analysis.stages import once

Floats = NDArray[np.float64]
Scale = Literal["log", "level"]

#: Measures of countries that are pooled.
PANEL_MEASURES = ("gerd", "gerd_intensity", "researchers", "researcher_density", "patents")

#: Fewest printed points of a series that is collected.
MINIMUM = 4


class NotEstimable(ValueError):  # noqa: N818 - reads as what it says: not estimable
    """A series that an estimator cannot be applied to; the message says why in one line."""


@dataclass(frozen=True)
class Series:
    """One printed series.

    ``scale`` says how it is modelled: ``log`` (growth in per cent a year) or ``level`` (change in the printed unit a
    year). ``treated`` says in words what was repaired or left out. ``wider`` are bounds of the values where they are
    not those of the printed digits (amounts made from rounded shares). ``aggregate``: the row sums up other rows of its
    table, as OECD does. ``family`` is that of its :class:`Measure`. Years are increasing but may have gaps.
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
    treated: str = ""
    wider: tuple[tuple[float, float], ...] | None = None
    aggregate: bool = False
    family: str = ""

    def __post_init__(self) -> None:
        if len(self.years) != len(self.printed):
            raise ValueError(f"{self.key}: {len(self.years)} years and {len(self.printed)} values")
        if any(b <= a for a, b in zip(self.years, self.years[1:], strict=False)):
            raise ValueError(f"{self.key}: years must increase, found {self.years}")
        bad = [y for y, p in zip(self.years, self.printed, strict=True) if self.scale == "log" and float(p) <= 0]
        if bad:
            raise NotEstimable(f"{bad[0]} is not positive and has no logarithm; use scale='level'")

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
        """Unit of a trend: per cent a year, or the printed unit a year (points for a percentage)."""
        if self.scale == "log":
            return "% a year"
        return "percentage points a year" if self.unit == "%" else f"{self.unit or 'printed units'} a year"

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
    def value_bounds(self) -> tuple[Floats, Floats]:
        """Lowest and highest value that the printed digits allow, year by year."""
        if self.wider is not None:
            low, high = np.array(self.wider).T
            return low, high
        _, low, high = floats(Interval.column(self.printed, self.exact))
        return low, high

    @functools.cached_property
    def response_bounds(self) -> tuple[Floats, Floats]:
        """:attr:`value_bounds` as responses; :class:`NotEstimable` if a value may stand for zero."""
        low, high = self.value_bounds
        if self.scale == "level":
            return low, high
        if (low <= 0).any():
            raise NotEstimable("a printed value may stand for zero, so its logarithm has no bound")
        return np.log(low), np.log(high)

    def rate(self, slope: float) -> float:
        """A slope of the response as growth: ``100 (exp(slope) - 1)`` per cent, or the slope itself."""
        return float(100.0 * np.expm1(slope) if self.scale == "log" else slope)

    def back(self, response: Floats) -> Floats:
        """Responses on the printed scale."""
        return np.exp(response) if self.scale == "log" else response

    def without(self, years: Collection[int]) -> Series:
        """The series less some years."""
        return self.only(y for y in self.years if y not in years)

    def only(self, years: Iterable[int]) -> Series:
        """The series in some of its years."""
        keep = [self.years.index(y) for y in years]
        kept, printed = tuple(self.years[i] for i in keep), tuple(self.printed[i] for i in keep)
        return replace(self, years=kept, printed=printed, wider=self.wider and tuple(self.wider[i] for i in keep))

    def require(self, n: int, what: str, regular: bool = False) -> None:
        """Raise :class:`NotEstimable` unless there are ``n`` points (and no gaps, if ``regular``)."""
        if len(self) < n:
            raise NotEstimable(f"{what} needs at least {n} points, found {len(self)}")
        if regular and not self.regular:
            raise NotEstimable(f"{what} needs consecutive years, found {', '.join(map(str, self.years))}")

    @property
    def regular(self) -> bool:
        """Whether the years have no gap."""
        return self.years[-1] - self.years[0] == len(self) - 1

    @property
    def constant(self) -> bool:
        """Whether all printed values are equal."""
        return len(set(self.values.tolist())) == 1


class Found(dict[str, Series]):
    """Series by key; ``refused`` says in a few words why a printed series is not among them."""

    def __init__(self, series: Mapping[str, Series], refused: Mapping[str, tuple[str, str]]) -> None:
        super().__init__(series)
        #: key: (table, reason)
        self.refused = dict(refused)

    def parts(self) -> tuple[dict[str, Series], dict[str, tuple[str, str]]]:
        """All that it holds."""
        return dict(self), self.refused

    def __missing__(self, key: str) -> Series:
        raise NotEstimable(
            self.refused.get(key, ("", f"the report prints no series {key.partition('.')[0]} for it"))[1]
        )


class Measure(NamedTuple):
    """A measure of a table that is a series: its name in keys, the group whose members compare, the scale.

    ``title`` is the English name of the group, ``family`` that of the groups whose forecasts are judged together.
    """

    name: str
    group: str
    scale: Scale
    title: str
    family: str = ""


@once
def measures(report: Report) -> dict[tuple[str, str], Measure]:
    """Which (table, measure) are series: ``series.csv``, or else every measure that is printed for several years.

    Without the file a measure is called by its name, with that of its table where two tables share it. Raises
    :class:`~analysis.report.BadInput` for a scale that is neither log nor level.
    """
    if report.has("series"):
        rows, found = report.resource("series"), {}
        for row in rows.to_dict("records"):
            if row["scale"] not in ("log", "level"):
                raise BadInput("series.csv", f"log or level, found {row['scale']!r}", row["measure"], "scale")
            more = row.get("title", row["group"]), row.get("family", "")
            found[row["table"], row["measure"]] = Measure(row["name"], row["group"], row["scale"], *more)
        return found
    places = report.cells().query("year != ''").groupby(["table", "measure"], sort=False)
    several = {(str(t), str(m)): part["printed"] for (t, m), part in places if part["year"].nunique() > 1}
    times, found = Counter(measure for _, measure in several), {}
    for (table, measure), printed in several.items():
        name = (measure if measure and times[measure] == 1 else f"{table} {measure}".strip()).replace(".", "_")
        positive = all(float(p) > 0 for p in printed if p != NOT_AVAILABLE)
        found[table, measure] = Measure(name, name, "log" if positive else "level", name)
    return found


@once
def collect(report: Report, treated: bool = False) -> Found:
    """Every series of the report with at least four printed points, by key.

    Constant series (the 100 per cent of a total) are left out: they have no trend to estimate. The total
    of exports stands in three tables and is taken once. ``treated``: cells that the register of findings
    wants repaired or left out (:mod:`analysis.doubts`) are. Series with too few points or a value without
    logarithm are in :attr:`Found.refused`, and where no ``series.csv`` says what is a series, so is every other row.
    """
    wanted, everything = measures(report), not report.has("series")
    here = {table for table, _ in wanted}
    cells = report.cells([table for table in report.tables if table in here])
    cells = cells[cells["year"] != ""].assign(gone=lambda c: c["printed"] == NOT_AVAILABLE, treated="")
    if treated:
        cells = _treat(cells, doubts.read(report))
    amounts = _derived(report)
    found: dict[str, Series] = {}
    refused: dict[str, tuple[str, str]] = {}
    for (table, measure), (name, group, scale, title, family) in wanted.items():
        part = cells[(cells["table"] == table) & (cells["measure"] == measure)]
        for label, rows in part.groupby("code", sort=False):
            code = str(label)
            key = f"{name}.{measure if name == 'macro' else code}"
            known = rows[~rows["gone"]]
            if key in found:
                continue
            if len(known) > 1 and known["printed"].nunique() == 1:
                if everything:
                    refused[key] = (table, f"all {len(known)} values are equal")
                continue
            if len(known) < MINIMUM:
                if everything or rows["gone"].any():
                    of = len(rows) if rows["gone"].any() else part["year"].nunique()
                    short = (
                        f"of {of} years have a value"
                        if of > len(known)
                        else f"years are printed, and {MINIMUM} are needed"
                    )
                    refused[key] = (table, f"only {len(known)} {short}")
                continue
            ordered = known.assign(y=known["year"].astype(int)).sort_values("y")
            aggregate = report.entities[code]["kind"] == "aggregate"
            years = tuple(ordered["y"].tolist())
            who = report.name(code).partition(" (")[0]
            bounds = [amounts.get((table, code, y)) for y in years] if measure == "exports" else [None]
            try:
                found[key] = Series(
                    key=key,
                    label=who if name == "macro" or code == "exports_total" else f"{who}: {title}",
                    table=table,
                    unit=str(ordered["unit"].iloc[0]),
                    group=f"{group} (aggregates)" if aggregate else group,
                    years=years,
                    printed=tuple(ordered["printed"]),
                    exact=bool(ordered["exact"].all()),
                    scale=scale,
                    treated="; ".join(dict.fromkeys(t for t in rows["treated"] if t)),
                    wider=None if None in bounds else tuple(b for b in bounds if b),
                    aggregate=aggregate,
                    family=family,
                )
            except NotEstimable as reason:
                refused[key] = (table, str(reason))
    return Found(found, refused)


def _treat(cells: pd.DataFrame, register: doubts.Doubts) -> pd.DataFrame:
    """Cells with repairs made and doubtful ones marked as gone; ``treated`` says what was done."""
    places = list(zip(cells["table"], cells["row"], cells["column"], strict=True))
    printed, gone, treated = list(cells["printed"]), list(cells["gone"]), [""] * len(cells)
    for i, (place, year) in enumerate(zip(places, cells["year"], strict=True)):
        digits, finding = register.repaired.get(place, (printed[i], ""))
        if digits != printed[i]:
            printed[i] = digits
            treated[i] = f"rows exchanged back ({finding})"
        if place in register.left_out:
            gone[i] = True
            treated[i] = f"without {year}"
    return cells.assign(printed=printed, gone=gone, treated=treated)


def _derived(report: Report) -> dict[tuple[str, str, int], tuple[float, float]]:
    """Bounds of export amounts that are a rounded share of the total, by (table, code, year)."""
    from analysis.indicators import exports

    known = {table for table, _ in measures(report)}
    return {
        (column.table, key.code, int(key.year or 0)): (low, high)
        for column in exports.amounts(report)
        if column.table in known
        for key, low, high in zip(column.keys, *floats(column.values)[1:], strict=True)
        if low == low
    }


def countries(found: Mapping[str, Series], measure: str) -> list[Series]:
    """The countries' series of one measure (no aggregates), in printed order."""
    return [s for s in found.values() if s.measure == measure and not s.aggregate]
