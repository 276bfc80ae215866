"""The input map, figure 1-2-1 of the report, rebuilt from tables 1-2-1, 1-2-2 and 1-2-5."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from analysis.chapters.common import (
    AGGREGATES,
    Exhibit,
    cardinal,
    column,
    countries,
    fixed,
    listing,
    name,
    ordinal,
    place,
    printed,
)
from analysis.indicators.rankings import kendall_of

if TYPE_CHECKING:
    from analysis.report import Report

FIRST, LAST = 2019, 2023
_TABLES = {
    "density": ("1-2-5", "researcher_density"),
    "intensity": ("1-2-2", "gerd_intensity"),
    "gerd": ("1-2-1", "gerd"),
}
SOURCE = ["1-2-1", "1-2-2", "1-2-5"]


def positions(report: Report, year: int = LAST) -> pd.DataFrame:
    """``code, name, x, y, size``: density, intensity and expenditure of every country that has all three."""
    wide = {k: printed(report, t, m)[year] for k, (t, m) in _TABLES.items()}
    codes = [c for c in countries(report, "1-2-1") if all(w[c] != "N/A" for w in wide.values())]
    return pd.DataFrame(
        {
            "code": codes,
            "name": [report.name(c) for c in codes],
            "x": [float(wide["density"][c]) for c in codes],
            "y": [float(wide["intensity"][c]) for c in codes],
            "size": [float(wide["gerd"][c].replace(",", "")) for c in codes],
        }
    )


def _missing(report: Report) -> list[str]:
    have = set(positions(report)["code"])
    return [name(report, c) for c in countries(report, "1-2-1") if c not in have]


def _beyond(report: Report, year: int = LAST) -> list[str]:
    """Countries surely above Taiwan in density and in intensity (rounding ranges do not touch)."""
    codes = list(positions(report, year)["code"])
    above = []
    for code in codes:
        better = []
        for key in ("density", "intensity"):
            own, other = (column(report, *_TABLES[key], year, [c])[0] for c in ("TWN", code))
            better.append(own is not None and other is not None and other.low > own.high)
        if all(better):
            above.append(report.name(code))
    return above


def headlines(report: Report) -> list[str]:
    """Position; the company of small dense countries; the link of the two densities."""
    data = positions(report).set_index("code")
    found = kendall_of([Fraction(v) for v in data["x"]], [Fraction(v) for v in data["y"]])
    tau = float(found.point) if found else 0.0
    oecd = {k: float(printed(report, t, m)[LAST]["OECD"].replace(",", "")) for k, (t, m) in _TABLES.items()}
    beyond = _beyond(report)
    both = data[(data["x"] > oecd["density"]) & (data["y"] > oecd["intensity"])]
    small = [report.name(c) for c in both.index if both["size"][c] < data["size"]["TWN"]]
    return [
        f"**{'Only ' if len(beyond) == 1 else ''}{listing(beyond) if beyond else 'No country'} "
        f"{'is' if len(beyond) <= 1 else 'are'} ahead of Taiwan in both money and people** relative to size: in {LAST} Taiwan is "
        f"{ordinal(place(dict(data['y'])))} in R&D intensity and {ordinal(place(dict(data['x'])))} in researcher density among "
        f"the {len(data)} countries with both.",
        f"**{len(both)} of {len(data)} countries lie above the OECD total on both scales**; of these, {cardinal(len(small))} "
        f"spend less in all than Taiwan ({listing(small)}).",
        f"**The two {'hardly go' if abs(tau) < 0.2 else 'go' if tau > 0 else 'do not go'} together**: Kendall's rank correlation of intensity and density is {fixed(tau, 2)} (n = {len(data)}).",
    ]


def bubbles(report: Report) -> Exhibit:
    """Density, intensity and expenditure of the last year; bubbles."""
    data = positions(report)
    own = data.set_index("code").loc["TWN"]
    beyond = _beyond(report)
    return Exhibit(
        data,
        f"Taiwan in the upper right: {listing(beyond) if 0 < len(beyond) < 4 else cardinal(len(beyond))} alone "
        f"{'is' if len(beyond) == 1 else 'are'} ahead in both",
        f"R&D intensity against researcher density, {LAST}",
        f"Bubble chart of {len(data)} countries: researchers per thousand employees across, R&D as a share of GDP upwards, "
        f"R&D expenditure as area. Taiwan is at {own['x']:.2f} and {own['y']:.2f} per cent.",
        "input-map",
        SOURCE,
        f"Not shown for want of density: {listing(_missing(report))}.",
        options={
            "x_label": "Researchers per thousand employees",
            "y_label": "R&D expenditure, % of GDP",
            "size_note": "Area: R&D expenditure",
            "focus": ("TWN", "KOR", "USA", "CHN"),
        },
    )


def moves(report: Report) -> Exhibit:
    """Where each country went on the map; small multiples would hide it, so a table-like dumbbell of both changes."""
    before, after = positions(report, FIRST).set_index("code"), positions(report, LAST).set_index("code")
    data = after[["name"]].assign(
        density=100 * (after["x"] / before["x"] - 1), intensity=100 * (after["y"] / before["y"] - 1)
    )
    data = data.reset_index().rename(columns={"density": "x", "intensity": "y"})
    up = int(((data["x"] > 0) & (data["y"] > 0)).sum())
    return Exhibit(
        data,
        f"{up} of {len(data)} countries raised both density and intensity",
        f"Change {FIRST}–{LAST} in %: R&D intensity against researcher density",
        f"Scatter plot of the change of R&D intensity against the change of researcher density between {FIRST} and {LAST}; "
        f"{up} of {len(data)} countries raised both.",
        "input-map-moves",
        ["1-2-2", "1-2-5"],
        options={
            "x_label": "Change of researcher density, %",
            "y_label": "Change of R&D intensity, %",
            "focus": ("TWN", "KOR", "CHN"),
        },
    )


def ranks(report: Report) -> pd.DataFrame:
    """Printed values with the rank on each scale, as text."""
    data = positions(report).set_index("code")
    wide = {k: printed(report, t, m)[LAST] for k, (t, m) in _TABLES.items()}
    columns = {"density": "x", "intensity": "y", "gerd": "size"}
    rows = []
    for code in data.index:
        row = {"code": code, "name": name(report, code)}
        for key, axis in columns.items():
            row[key] = wide[key][code]
            row[f"{key}_rank"] = str(place(dict(data[axis]), code))
        rows.append(row)
    rows.sort(key=lambda r: sum(int(r[f"{k}_rank"]) for k in ("density", "intensity")))
    return pd.DataFrame(rows)


HEADS = {
    "name": "Country",
    "density": "Density",
    "density_rank": "rank",
    "intensity": "Intensity",
    "intensity_rank": "rank ",
    "gerd": "Expenditure",
    "gerd_rank": "rank  ",
}
UNITS = {"density": "per 1,000", "intensity": "% of GDP", "gerd": "億美元"}


def trust(report: Report) -> list[str]:
    """What the picture rests on."""
    people = printed(report, "1-2-5", "growth")[LAST]
    same = [report.name(c) for c in positions(report)["code"] if people[c] == "1.00"]
    out = [c for c in AGGREGATES if c in printed(report, "1-2-2", "gerd_intensity").index]
    return [
        "**Rebuilt, not copied.** The report prints this figure without its data, but all three tables behind it are printed, so "
        f"every bubble can be placed. {listing(_missing(report))} has no density and cannot be placed by anyone.",
        f"**The last year is partly extrapolated.** The density of {cardinal(len(same))} countries ({listing(same)}) grew by exactly "
        "1.00% in print. Their bubbles sit where an assumption put them; at the scale of the figure this hardly shows.",
        f"**No causes.** {listing([report.name(c) for c in out])} are left out of the map because sums mix countries. A correlation "
        "over a few chosen countries describes them and says nothing about others.",
    ]
