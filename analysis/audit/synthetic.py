"""Random reports without a fault, to count false alarms.

Each report is drawn with the shape of the real one: unrounded quantities that satisfy
every declared relation (an economy has one GDP, one employment, one population behind
its printed ratios), then printed with the decimals of the real cells. Many reports are
drawn and evaluated at once. Amounts are genuine here, not made from rounded shares, so
derivations are left out; the numbers of the prose stay out too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.audit.cells import PROSE, Cells
from analysis.audit.relations import Group, bind, evaluate
from analysis.audit.verdicts import relations

if TYPE_CHECKING:
    from analysis.report import Report

Floats = NDArray[np.float64]

_YEARS = ("2019", "2020", "2021", "2022", "2023")


class _Draw:
    """Unrounded values of every cell, one column of ``n`` reports per cell."""

    def __init__(self, cells: Cells, n: int, rng: np.random.Generator) -> None:
        self.cells, self.n, self.rng = cells, n, rng
        self.truth: dict[int, Floats] = {}

    def uniform(self, low: float, high: float, size: int | None = None) -> Floats:
        return self.rng.uniform(low, high, self.n if size is None else (size, self.n))

    def set(self, table: str, measure: str, row: str, key: str, value: Floats) -> None:
        block = self.cells.blocks.get((table, measure))
        if block is not None and row in block.rows and key in block.keys:
            cell = int(block.index[block.rows.index(row), block.keys.index(key)])
            if cell >= 0:
                self.truth[cell] = value

    def rows(self, table: str, measure: str) -> tuple[str, ...]:
        return self.cells.blocks[table, measure].rows

    def falling(self, low: float, high: float, count: int) -> Floats:
        """Sorted draws, the largest first."""
        return -np.sort(-np.exp(self.uniform(np.log(low), np.log(high), count)), axis=0)

    def printed(self) -> tuple[Any, Any, Any]:
        """Integer triples of all reports, flattened report after report."""
        cells = self.cells
        mid = np.repeat(cells.mid[None, :], self.n, axis=0)
        for cell, value in self.truth.items():
            power = 10 ** int(cells.decimals[cell])
            mid[:, cell] = np.floor(value * power + 0.5).astype(np.int64) * (cells.scale // power)
        half = np.array(
            [0 if c.exact else cells.scale // (2 * 10**d) for c, d in zip(cells.cells, cells.decimals, strict=True)]
        )
        return tuple((mid + sign * half).ravel() for sign in (-1, 0, 1))


def draw(cells: Cells, n: int, rng: np.random.Generator) -> tuple[Any, Any, Any]:
    """Printed values of ``n`` random reports."""
    d = _Draw(cells, n, rng)
    economies = _economies(d)
    _funding(d, economies)
    _ranks(d)
    _populations(d, economies["population"])
    for table in ("1-2-9", "1-2-10", "1-2-11"):
        _exports(d, table)
    _fields(d)
    _technology_trade(d)
    _value_added(d)
    return d.printed()


def _path(d: _Draw, last: Floats, growth: dict[str, Floats]) -> dict[str, Floats]:
    """A series from its last value and its growth (%) in each year."""
    found = {_YEARS[-1]: last}
    for year, before in zip(_YEARS[:0:-1], _YEARS[-2::-1], strict=True):
        found[before] = found[year] / (1 + growth[year] / 100)
    return found


def _economies(d: _Draw) -> dict[str, Any]:
    countries = [c for c in d.rows("1-2-1", "gerd") if c not in ("EU27", "OECD")]
    by_intensity = [c for c in d.rows("1-2-2", "gerd_intensity") if c in countries]
    gerd = dict(zip(countries, d.falling(60, 9000, len(countries)), strict=True))
    intensity = dict(zip(by_intensity, d.falling(1.5, 6.5, len(by_intensity)), strict=True))
    series: dict[str, dict[str, dict[str, Floats]]] = {name: {} for name in ("gdp", "gerd", "workers", "researchers")}
    population: dict[str, Floats] = {}
    real: dict[str, Floats] = {"2020": d.uniform(150000, 250000)}
    for code in countries:
        rates = {y: d.uniform(-10.5, 10.5) for y in _YEARS}
        if code == "TWN":
            official = {y: r + d.uniform(-0.2, 0.2) for y, r in rates.items()}
            for before, year in zip(_YEARS[1:], (*_YEARS[2:], "2024"), strict=True):
                real[year] = real[before] * (1 + official.get(year, rates["2023"]) / 100)
        series["gdp"][code] = _path(d, gerd[code] / intensity[code] * 100, rates)
        steps = _path(d, intensity[code], {y: d.uniform(-12, 12) for y in _YEARS})
        series["gerd"][code] = {y: series["gdp"][code][y] * steps[y] / 100 for y in _YEARS}
        workers = series["gdp"][code]["2023"] * 1e4 / d.uniform(27000, 170000)  # in units of 10 000 persons
        population[code] = workers / d.uniform(0.42, 0.64)
        series["workers"][code] = _path(d, workers, {y: d.uniform(-6.5, 6.5) for y in _YEARS})
        density = _path(d, d.uniform(3, 18), {y: d.uniform(-10, 10) for y in _YEARS})
        series["researchers"][code] = {y: series["workers"][code][y] * density[y] / 1000 for y in _YEARS}
    _aggregates(d, countries, series)
    _print_economies(d, series)
    for year, value in real.items():
        d.set("1-2-8", "real_gdp", "real_gdp", year, value)
        before = str(int(year) - 1)
        if before in real:
            d.set("1-2-8", "gdp_growth", "gdp_growth", year, 100 * (value / real[before] - 1))
    for measure, start in (("national_income_per_head", 700000.0), ("real_wage", 50000.0)):
        level = np.full(d.n, start)
        for year in ("2020", "2021", "2022", "2023", "2024"):
            d.set("1-2-8", measure, measure, year, level)
            level = level * d.uniform(0.95, 1.14)
    return {"gerd": series["gerd"], "population": population}


_MEMBERS = {
    "OECD": ("USA", "JPN", "DEU", "KOR", "GBR", "FRA", "CAN", "ISR", "NLD", "SWE", "CHE", "DNK", "FIN", "NOR"),
    "EU27": ("DEU", "FRA", "NLD", "SWE", "DNK", "FIN"),
}


def _aggregates(d: _Draw, countries: list[str], series: dict[str, dict[str, dict[str, Floats]]]) -> None:
    for whole, members in _MEMBERS.items():
        for name in series:
            factor = d.uniform(1.05, 1.25)
            series[name][whole] = {
                y: factor * sum(series[name][c][y] for c in members if c in countries) for y in _YEARS
            }


def _print_economies(d: _Draw, series: dict[str, dict[str, dict[str, Floats]]]) -> None:
    for code in series["gdp"]:
        gdp, gerd = series["gdp"][code], series["gerd"][code]
        workers, researchers = series["workers"][code], series["researchers"][code]
        levels = {
            ("1-2-1", "gerd"): gerd,
            ("1-2-2", "gerd_intensity"): {y: 100 * gerd[y] / gdp[y] for y in _YEARS},
            ("1-2-4", "researchers"): researchers,
            ("1-2-5", "researcher_density"): {y: 1000 * researchers[y] / workers[y] for y in _YEARS},
        }
        for (table, measure), level in levels.items():
            for before, year in zip(("", *_YEARS), _YEARS, strict=False):
                d.set(table, measure, code, year, level[year])
                if before:
                    d.set(table, "growth", code, year, 100 * (level[year] / level[before] - 1))


def _funding(d: _Draw, economies: dict[str, Any]) -> None:
    sources = [c for c in d.rows("1-2-3", "amount") if c != "GERD"]
    weights = {y: d.rng.dirichlet([8.0, 3.0, 1.0, 1.0][: len(sources)], d.n).T for y in _YEARS}
    total = economies["gerd"]["TWN"]
    for number, code in enumerate([*sources, "GERD"]):
        part = {y: (weights[y][number] if code != "GERD" else 1.0) for y in _YEARS}
        for year in _YEARS:
            d.set("1-2-3", "amount", code, year, total[year] * part[year])
            d.set("1-2-3", "share", code, year, 100 * part[year] + np.zeros(d.n))
        d.set("1-2-3", "amount_change", code, "2023", total["2023"] * part["2023"] - total["2022"] * part["2022"])
        d.set("1-2-3", "share_change", code, "2023", 100 * (part["2023"] - part["2022"]) + np.zeros(d.n))


def _ranks(d: _Draw) -> None:
    for (table, measure), block in d.cells.blocks.items():
        if table in ("1-2-6", "1-2-7"):
            for key in block.keys:
                ranks = np.argsort(d.rng.random((69, d.n)), axis=0)[: len(block.rows)] + 1
                for row, rank in zip(block.rows, ranks, strict=True):
                    d.set(table, measure, row, key, rank.astype(float))


def _place(values: dict[str, Floats]) -> dict[str, Floats]:
    """Ranks by value, the largest first, of each report."""
    stack = np.stack(list(values.values()))
    ranks = np.argsort(np.argsort(-stack, axis=0, kind="stable"), axis=0, kind="stable") + 1.0
    return dict(zip(values, ranks, strict=True))


def _populations(d: _Draw, population: dict[str, Floats]) -> None:
    next_year = {c: p * (1 + d.uniform(-0.015, 0.035)) for c, p in population.items()}  # units of 10 000
    codes = d.rows("1-1-1", "population")
    people = {c: (next_year[c] / 100 if c in next_year else d.uniform(100, 1500)) for c in codes}
    later = {c: p * d.uniform(0.85, 1.4) for c, p in people.items()}
    for year, values in (("2024", people), ("2035", later)):
        places = _place(values)
        for code in codes:
            d.set("1-1-1", "population", code, year, values[code])
            d.set("1-1-1", "rank", code, year, places[code])
    granted = d.rows("1-2-13", "patents")
    patents = dict(zip(granted, np.floor(d.falling(2000, 150000, len(granted))), strict=True))
    places = _place(patents)
    for code in granted:
        d.set("1-2-13", "rank", code, "2024", places[code])
        d.set("1-2-13", "patents", code, "2024", patents[code])
        d.set("1-2-13", "patent_density", code, "2024", patents[code] / next_year[code] * 100)
        count = patents[code]
        for year in ("2023", "2022", "2021", "2020"):
            count = np.ceil(count / d.uniform(0.6, 1.4))
            d.set("1-2-13", "patents", code, year, count)
            if year == "2023":
                d.set("1-2-13", "patent_density", code, year, count / population[code] * 100)


def _exports(d: _Draw, table: str) -> None:
    classes = [c for c in d.rows(table, "exports") if c != "exports_total"]
    years = d.cells.blocks[table, "exports"].keys
    if table == "1-2-9":
        parts: dict[str, dict[str, Floats]] = {}
        for code in classes:
            level = d.uniform(3000, 60000)
            parts[code] = {}
            for year in years:
                parts[code][year] = level
                level = level * d.uniform(0.8, 1.25)
        d.exports_total = {y: sum(p[y] for p in parts.values()) for y in years}  # type: ignore[attr-defined]
    total: dict[str, Floats] = d.exports_total  # type: ignore[attr-defined]
    if table != "1-2-9":
        weight = d.rng.dirichlet([20.0] * len(classes), d.n).T
        parts = {c: {y: weight[i] * total[y] for y in years} for i, c in enumerate(classes)}
    parts["exports_total"] = total
    for code, values in parts.items():
        for year in years:
            d.set(table, "exports", code, year, values[year])
            d.set(table, "share", code, year, 100 * values[year] / total[year])


def _fields(d: _Draw) -> None:
    block = d.cells.blocks["1-2-14", "patents"]
    entities = [k for k in block.keys if k != "WORLD"]
    for row in block.rows:
        counts = np.ceil(d.falling(5, 120, 40))  # small enough for the yearly totals of 1-2-13 to hold them
        counts += np.arange(len(counts), 0, -1)[:, None]  # no ties
        places = np.argsort(d.rng.random((12, d.n)), axis=0)[: len(entities)]
        d.set("1-2-14", "patents", row, "WORLD", counts.sum(axis=0))
        for entity, place in zip(entities, places, strict=True):
            d.set("1-2-14", "patents", row, entity, np.take_along_axis(counts, place[None, :], 0)[0])
            d.set("1-2-14", "rank", row, entity, place + 1.0)


def _technology_trade(d: _Draw) -> None:
    table = "1-2-15"
    rows = [c for c in d.rows(table, "receipts") if c != "C"]
    flows = {c: (d.uniform(0.5, 300), d.uniform(0.02, 250)) for c in rows}
    places = _place({c: a + b for c, (a, b) in flows.items()})
    wider = d.uniform(1.02, 1.3), d.uniform(1.02, 1.3)
    flows["C"] = tuple(w * sum(f[i] for f in flows.values()) for i, w in enumerate(wider))  # type: ignore[assignment]
    for code, (receipts, payments) in flows.items():
        values = {
            "receipts": receipts, "payments": payments, "balance": receipts - payments, "volume": receipts + payments,
            "receipts_share": 100 * receipts / flows["C"][0], "payments_share": 100 * payments / flows["C"][1],
        }  # fmt: skip
        for measure, value in values.items():
            d.set(table, measure, code, "2023", value)
        if code in places:
            d.set(table, "order", code, "2023", places[code])


def _value_added(d: _Draw) -> None:
    table = "1-2-16"
    rows = [c for c in d.rows(table, "value_added") if c != "C"]
    years = d.cells.blocks[table, "value_added"].keys
    steps = {"2021": (0.6, 2.0), "2022": (0.75, 1.25), "2023": (0.75, 1.25)}
    output: dict[str, dict[str, Floats]] = {}
    added: dict[str, dict[str, Floats]] = {}
    for code in rows:
        level = d.uniform(3000, 60000)
        output[code], added[code] = {}, {}
        for year in years:
            level = level * d.uniform(*steps[year]) if year in steps else level
            output[code][year], added[code][year] = level, level * d.uniform(0.1, 0.5)
    more, most = d.uniform(1.1, 1.3), d.uniform(1.1, 1.3)
    output["C"] = {y: more * sum(v[y] for v in output.values()) for y in years}
    added["C"] = {y: most * sum(v[y] for v in added.values()) for y in years}
    places = _place({c: added[c]["2023"] for c in rows})
    for code in output:
        for year in years:
            d.set(table, "value_added", code, year, added[code][year])
            d.set(table, "share", code, year, 100 * added[code][year] / added["C"][year])
            d.set(table, "value_added_rate", code, year, 100 * added[code][year] / output[code][year])
        if code in places:
            d.set(table, "order", code, "2023", places[code])


# ---------------------------------------------------------------- counting


def sound_cells(report: Report) -> tuple[Cells, list[Group]]:
    """The shape of a report with its unit slips repaired, and the relations of its tables."""
    from analysis.audit.selftest import baseline

    cells = baseline(report)[0].cells
    spare = cells.scale // (2 * 10 ** int(cells.decimals.max(initial=0)))  # nothing is repaired here
    cells = replace(
        cells, scale=cells.scale // spare, low=cells.low // spare, mid=cells.mid // spare, high=cells.high // spare
    )
    groups = bind([r for r in relations(report) if r.target.table != PROSE and not r.derives], cells)
    return cells, [g for g in groups if not any(t.table == PROSE for t in g.relation.inputs)]


def false_alarms(report: Report, n: int = 10_000, seed: int = 2025, batch: int = 500, jobs: int = 1) -> dict[str, int]:
    """Contradictions in ``n`` random faultless reports, by relation (empty when there are none).

    ``rows`` counts the checks made. Every batch has its own seed, so the result does not
    depend on ``jobs``.
    """
    sound = sound_cells(report)
    starts = range(0, n, batch)
    sizes = [min(batch, n - start) for start in starts]
    if jobs == 1:
        counts = [_count(*sound, size, (seed, i)) for i, size in enumerate(sizes)]
    else:
        import joblib

        counts = joblib.Parallel(n_jobs=jobs)(joblib.delayed(_count)(*sound, z, (seed, i)) for i, z in enumerate(sizes))
    found: dict[str, int] = {"rows": 0}
    for count in counts:
        for name, number in count.items():
            found[name] = found.get(name, 0) + number
    return found


def _count(cells: Cells, groups: list[Group], size: int, seed: tuple[int, int]) -> dict[str, int]:
    """Checks and contradictions of one batch."""
    values = draw(cells, size, np.random.default_rng(seed))
    many = replace(cells, known=np.tile(cells.known, size))
    offsets = np.arange(size)[:, None] * len(cells)
    found = {"rows": 0}
    for group in groups:
        target = (group.target[None, :] + offsets).ravel()
        inputs = (group.inputs[None, :, :] + offsets[:, :, None]).reshape(-1, group.inputs.shape[1])
        result = evaluate(replace(group, target=target, inputs=inputs), many, values)
        found["rows"] += int(result.checked.sum())
        wrong = int((result.checked & ~result.holds).sum())
        if wrong:
            name = f"{group.relation.table} {group.relation.name}"
            found[name] = found.get(name, 0) + wrong
    return found


__all__ = ["draw", "false_alarms", "sound_cells"]
