"""The ledger: one row per derived cell and relation, with bounds and a verdict.

Verdicts: ``reproduced`` (the relation on the printed digits gives the printed number),
``consistent`` (some unrounded inputs that print the same do), ``explained`` (the direct
relation fails, and a declared derivation reproduces every cell of the table's block),
``contradicted`` (no admissible inputs give it), ``unchecked`` (an input is missing).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.audit.cells import PROSE, Cells, build, digits
from analysis.audit.kernels import Bound
from analysis.audit.relations import EXACT, Evaluation, Group, Relation, bind, evaluate, parse
from analysis.rounding import MODES

if TYPE_CHECKING:
    import pandas as pd

    from analysis.report import Report

COLUMNS = ["table", "row", "column", "year", "relation", "printed", "recomputed", "low", "high", "verdict", "finding"]
VERDICTS = ("reproduced", "consistent", "explained", "contradicted", "unchecked")

#: Digits shown of a bound beyond the printed ones.
_MORE = 2


@dataclass(frozen=True, eq=False)
class Audit:
    """Cells, bound relations, their evaluation and verdicts."""

    cells: Cells
    groups: list[Group]
    results: list[Evaluation]
    modes: dict[str, str]
    verdicts: list[NDArray[Any]]

    def contradicted(self) -> list[tuple[int, int]]:
        """(group, instance) of every contradicted row."""
        return [
            (g, int(i)) for g, verdict in enumerate(self.verdicts) for i in np.flatnonzero(verdict == "contradicted")
        ]


@functools.lru_cache(maxsize=1)
def relations() -> tuple[Relation, ...]:
    """The declared relations, parsed once."""
    return parse()


@functools.lru_cache(maxsize=8)
def audit(report: Report, tables: frozenset[str] | None = None) -> Audit:
    """Evaluate every relation of a report (those deriving cells of ``tables`` only)."""
    chosen = [r for r in relations() if tables is None or r.target.table in tables]
    here = {*report.tables, PROSE}
    chosen = [r for r in chosen if r.tables <= here]
    needed = None
    if tables is not None:
        used = tables.union(*(r.tables for r in chosen)) if chosen else tables
        needed = tuple(t for t in [*report.tables, PROSE] if t in used)
    return judge(build(report, needed), chosen)


def judge(cells: Cells, chosen: Iterable[Relation]) -> Audit:
    """Bind, evaluate and give verdicts."""
    groups = bind(chosen, cells)
    results = [evaluate(g, cells) for g in groups]
    used = [_established(g, e) for g, e in zip(groups, results, strict=True)]
    groups = [g for g, yes in zip(groups, used, strict=True) if yes]
    results = [e for e, yes in zip(results, used, strict=True) if yes]
    modes = rounding_modes(cells, groups, results)
    verdicts = [_verdicts(g, e, cells, modes) for g, e in zip(groups, results, strict=True)]
    _explain(groups, results, verdicts, cells)
    return Audit(cells, groups, results, modes, verdicts)


def rounded(numerator: Any, denominator: Any, decimals: Any, mode: str) -> Any:
    """Fractions as whole numbers of the last printed digit; 0 where there is no fraction."""
    numerator, denominator = np.broadcast_arrays(np.asarray(numerator), np.asarray(denominator))
    sound = denominator > 0
    safe = np.where(sound, denominator, 1)
    power = np.array([10**d for d in range(int(np.max(decimals, initial=0)) + 1)], dtype=object)[decimals]
    if (
        numerator.dtype != object
        and float(np.max(np.abs(numerator), initial=0)) * float(np.max(power, initial=1)) < 2.0**60
    ):
        power = power.astype(np.int64)
        safe = safe.astype(np.int64)
    scaled = np.abs(numerator) * power
    whole, rest = scaled // safe, scaled % safe
    up = 2 * rest >= safe
    if mode == "half_even":
        up = (2 * rest > safe) | ((2 * rest == safe) & (whole % 2 == 1))
    if mode == "truncate":
        up = np.zeros_like(up)
    return np.where(sound, np.where(numerator < 0, -1, 1) * (whole + up), 0)


def _printed_digits(cells: Cells, index: NDArray[np.int64]) -> Any:
    step = np.array([cells.scale // 10**d for d in range(int(cells.decimals.max(initial=0)) + 1)])
    return cells.mid[index] // step[cells.decimals[index]]


def rounding_modes(cells: Cells, groups: list[Group], results: list[Evaluation]) -> dict[str, str]:
    """The mode of each table: half up unless another reproduces a fifth more cells, and most."""
    chosen = {}
    for table, counts in mode_hits(cells, groups, results).items():
        best = max(MODES, key=lambda m: (counts[m], -MODES.index(m)))
        clear = 5 * counts[best] > 6 * counts["half_up"] and 2 * counts[best] > counts["n"]
        chosen[table] = best if clear else "half_up"
    return chosen


def mode_hits(cells: Cells, groups: list[Group], results: list[Evaluation]) -> dict[str, dict[str, int]]:
    """How many derived cells of each table each rounding mode reproduces (``n`` tested)."""
    hits: dict[str, dict[str, int]] = {}
    for group, result in zip(groups, results, strict=True):
        count = hits.setdefault(group.relation.target.table, dict.fromkeys([*MODES, "n"], 0))
        if group.relation.kernel not in EXACT or result.point is None:
            continue
        printed = _printed_digits(cells, group.target)
        count["n"] += int(result.checked.sum())
        for mode in MODES:
            same = rounded(*result.point, cells.decimals[group.target], mode) == printed
            count[mode] += int((same & result.checked).sum())
    return hits


def _verdicts(group: Group, result: Evaluation, cells: Cells, modes: dict[str, str]) -> NDArray[Any]:
    verdict = np.where(result.holds, "consistent", "contradicted").astype("<U12")
    if group.relation.kernel in EXACT and result.point is not None:
        again = rounded(*result.point, cells.decimals[group.target], modes[group.relation.target.table])
        verdict[result.holds & (again == _printed_digits(cells, group.target))] = "reproduced"
    verdict[~result.checked] = "unchecked"
    return verdict


#: A derivation that gives fewer of its cells than this is not how the table was made.
ESTABLISHED = 0.8


def _established(group: Group, result: Evaluation) -> bool:
    """Whether a declared derivation is in use at all; other relations always are."""
    return not group.relation.derives or float(result.holds[result.checked].sum()) >= ESTABLISHED * len(group.target)


def _explain(groups: list[Group], results: list[Evaluation], verdicts: list[NDArray[Any]], cells: Cells) -> None:
    """A failing relation is explained when a declared derivation gives its whole block.

    The block of a failing cell is every cell that the derivation makes of it (the parts
    of a total) or, if it makes none, the cell itself.
    """
    for group, result in zip(groups, results, strict=True):
        if not group.relation.derives:
            continue
        fine = result.checked & result.holds
        for other, theirs in zip(groups, verdicts, strict=True):
            if (
                other.relation.name != group.relation.derives
                or other.relation.target.table != group.relation.target.table
            ):
                continue
            for i in np.flatnonzero(theirs == "contradicted"):
                made = np.flatnonzero((group.inputs == other.target[i]).any(axis=1) & (group.target != other.target[i]))
                made = made if made.size else np.flatnonzero(group.target == other.target[i])
                if made.size and fine[made].all() and _jointly(group, made, cells):
                    theirs[i] = "explained"


def _jointly(group: Group, members: NDArray[np.int64], cells: Cells) -> bool:
    """Whether one unrounded total does for all the amounts made from it."""
    if group.relation.kernel != "product":
        return True
    n, d = group.constants.unit
    spans: dict[int, tuple[Fraction, Fraction]] = {}
    for target, (part, whole) in zip(group.target[members], group.inputs[members], strict=True):
        share = Fraction(n * int(cells.mid[part]), d * cells.scale)
        if share <= 0:
            continue
        low, high = spans.get(int(whole), (Fraction(int(cells.low[whole])), Fraction(int(cells.high[whole]))))
        low, high = max(low, int(cells.low[target]) / share), min(high, int(cells.high[target]) / share)
        spans[int(whole)] = low, high
    return all(low <= high for low, high in spans.values())


def ledger(report: Report, tables: Iterable[str] | None = None) -> pd.DataFrame:
    """One row per derived cell and relation; columns :data:`COLUMNS`, all strings.

    ``tables`` keeps relations whose derived cell is printed there and reads no other
    tables than those need. ``low`` and ``high`` bound what the relation allows, shown
    with two digits more than printed, rounded outward; ``recomputed`` is the relation on
    the printed digits, rounded as the table rounds. Raises
    :class:`analysis.report.BadInput` for unusable data.
    """
    from analysis.audit.conclusions import assign

    done = audit(report, None if tables is None else frozenset(tables))
    found = frame(done, keep=True)
    found["finding"] = assign(report, done, found, whole=tables is None)
    gone = found.attrs
    found = found[COLUMNS]
    found.attrs = gone
    return found


def frame(done: Audit, keep: bool = False) -> pd.DataFrame:
    """The ledger without findings, in printed order.

    ``keep`` leaves two more columns, ``_group`` and ``_instance``, that say which
    instance of which relation a row is.
    """
    import pandas as pd

    judged = zip(done.groups, done.results, done.verdicts, strict=True)
    parts = [_frame(number, g, e, v, done) for number, (g, e, v) in enumerate(judged)]
    if not parts:
        return pd.DataFrame(columns=[*COLUMNS, *(["_group", "_instance"] if keep else [])], dtype=object)
    whole = pd.concat(parts, ignore_index=True)
    tables = {t: i for i, t in enumerate(dict.fromkeys(c.table for c in done.cells.cells))}
    whole["_table"] = whole["table"].map(tables)
    whole = whole.sort_values(["_table", "_row", "_column", "_group"], kind="stable", ignore_index=True)
    return whole.drop(columns=["_table", "_row", "_column", *([] if keep else ["_group", "_instance"])])


def _frame(number: int, group: Group, result: Evaluation, verdict: NDArray[Any], done: Audit) -> pd.DataFrame:
    import pandas as pd

    cells, n = done.cells, len(group.target)
    held = [cells.cells[i] for i in group.target]
    decimals = cells.decimals[group.target]
    recomputed = np.full(n, "", dtype=object)
    if result.point is not None and group.relation.kernel in EXACT:
        sound = result.checked & np.asarray(np.broadcast_to(np.asarray(result.point[1]) > 0, (n,)))
        whole = rounded(*result.point, decimals, done.modes[group.relation.target.table])
        recomputed = np.where(sound, strings(whole, decimals), "")
    low, high = (_shown(b, decimals, sign, result.checked) for b, sign in ((result.low, -1), (result.high, 1)))
    if group.relation.kernel == "distinct":
        low = high = np.full(n, "", dtype=object)
    return pd.DataFrame(
        {
            "table": [c.table for c in held],
            "row": [c.row for c in held],
            "column": [c.column for c in held],
            "year": [c.year if c.year.isdigit() else "" for c in held],
            "relation": group.relation.name,
            "printed": [c.printed for c in held],
            "recomputed": recomputed,
            "low": low,
            "high": high,
            "verdict": verdict.astype(object),
            "_row": [c.order[0] for c in held],
            "_column": [c.order[1] for c in held],
            "_group": number,
            "_instance": np.arange(n),
        }
    )


def strings(whole: Any, decimals: NDArray[np.int64]) -> NDArray[Any]:
    """Whole numbers of the last digit as printed: ``(-56, 2)`` is ``-0.56``."""
    whole, decimals = np.broadcast_arrays(np.asarray(whole), np.asarray(decimals))
    found = np.empty(len(whole), dtype=object)
    for places in np.unique(decimals).tolist():
        here = decimals == places
        size = np.abs(whole[here])
        text = (size // 10**places).astype(np.str_)
        if places:
            text = np.strings.add(
                np.strings.add(text, "."), np.strings.zfill((size % 10**places).astype(np.str_), places)
            )
        found[here] = np.where(whole[here] < 0, np.strings.add("-", text), text)
    return found


def _shown(bound: Bound, decimals: NDArray[np.int64], sign: int, checked: NDArray[np.bool_]) -> NDArray[Any]:
    """A bound with two more digits than printed, rounded outward; empty where there is none."""
    n = len(decimals)
    if bound is None:
        return np.full(n, "", dtype=object)
    numerator, denominator = (np.broadcast_to(np.asarray(b), (n,)) for b in bound)
    places = decimals + _MORE
    sound = checked & np.asarray(denominator > 0, dtype=bool)
    power = np.array([10**p for p in range(int(places.max(initial=0)) + 1)], dtype=object)[places]
    if (
        numerator.dtype != object
        and float(np.max(np.abs(numerator), initial=0)) * 10.0 ** int(places.max(initial=0)) < 2.0**62
    ):
        power = power.astype(np.int64)
    safe = np.where(sound, denominator, 1)
    outward = (numerator * power) // safe if sign < 0 else -((-numerator * power) // safe)
    return np.where(sound, strings(outward, places), "")


def unexplained(found: pd.DataFrame) -> int:
    """How many contradicted rows belong to no known finding (for ``audit --strict``)."""
    known = found["finding"].str.startswith("F-")
    return int(((found["verdict"] == "contradicted") & ~known).sum())


def verdict_counts(report: Report, tables: Iterable[str] | None = None) -> pd.DataFrame:
    """Verdicts per table: index table, columns :data:`VERDICTS` and ``rows``."""
    found = ledger(report, tables)
    counts = found.groupby(["table", "verdict"], sort=False).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(VERDICTS), fill_value=0).rename_axis(columns=None)
    counts = counts.loc[list(dict.fromkeys(found["table"]))]
    counts["rows"] = counts.sum(axis=1)
    return counts


def cell_verdicts(report: Report) -> pd.DataFrame:
    """The worst verdict of every printed cell as a derived cell, else how it is used.

    Columns ``table, row, column, verdict, row_order, column_order``; a cell that only
    enters other relations is ``used``, one that no relation touches ``uncovered``, an
    N/A ``unchecked``.
    """
    import pandas as pd

    done = audit(report)
    worst = np.full(len(done.cells), "uncovered", dtype=object)
    rank = {
        "uncovered": 0,
        "unchecked": 1,
        "used": 2,
        "reproduced": 3,
        "consistent": 4,
        "explained": 5,
        "contradicted": 6,
    }
    for group, result, verdict in zip(done.groups, done.results, done.verdicts, strict=True):
        for cell, name in zip(group.target, verdict, strict=True):
            if rank[name] > rank[worst[cell]]:
                worst[cell] = name
        for cell in np.unique(group.inputs[result.checked]):
            if worst[cell] in ("uncovered", "unchecked"):
                worst[cell] = "used"
    cells = done.cells.cells
    return pd.DataFrame(
        {
            "table": [c.table for c in cells],
            "row": [c.row for c in cells],
            "column": [c.column for c in cells],
            "verdict": worst,
            "row_order": [c.order[0] for c in cells],
            "column_order": [c.order[1] for c in cells],
        }
    )


def coverage(report: Report) -> pd.DataFrame:
    """How much of each table can be checked: index table, plus a row ``all``.

    ``cells`` numbers printed, ``recomputed`` derived from others by an exact relation or
    an input of one, ``bounded`` only by bounds or ranks, ``unchecked`` by nothing
    (``missing`` of them N/A), ``covered`` the share (%) of cells that are checkable.
    """
    import pandas as pd

    done = audit(report)
    level = np.zeros(len(done.cells), dtype=int)
    for group, result in zip(done.groups, done.results, strict=True):
        strength = 2 if group.relation.kernel in EXACT - {"rank"} else 1
        touched = np.union1d(group.target[result.checked], group.inputs[result.checked].ravel())
        level[touched] = np.maximum(level[touched], strength)
    rows = pd.DataFrame({"table": [c.table for c in done.cells.cells], "level": level, "known": done.cells.known})
    made = pd.DataFrame(
        {
            "cells": rows.groupby("table", sort=False).size(),
            "recomputed": rows[rows["level"] == 2].groupby("table").size(),
            "bounded": rows[rows["level"] == 1].groupby("table").size(),
            "unchecked": rows[rows["level"] == 0].groupby("table").size(),
            "missing": rows[~rows["known"]].groupby("table").size(),
        }
    )
    made = made.fillna(0).astype(int).loc[list(dict.fromkeys(rows["table"]))]
    made.loc["all"] = made.sum()
    made["covered"] = (100 * (made["recomputed"] + made["bounded"]) / made["cells"]).map("{:.1f}".format)
    return made.rename_axis("table")


def uncheckable(report: Report) -> pd.DataFrame:
    """The cells that no relation touches, by table and measure: ``table, measure, cells, example``."""
    import pandas as pd

    done = audit(report)
    touched: set[int] = set()
    for group, result in zip(done.groups, done.results, strict=True):
        touched.update(group.target[result.checked].tolist(), group.inputs[result.checked].ravel().tolist())
    rows = [c for i, c in enumerate(done.cells.cells) if i not in touched]
    if not rows:
        return pd.DataFrame(columns=["table", "measure", "cells", "example"])
    listed = pd.DataFrame({"table": [c.table for c in rows], "measure": [c.measure if c.table != PROSE else "" for c in rows], "place": [c.place for c in rows]})  # fmt: skip
    made = listed.groupby(["table", "measure"], sort=False)["place"].agg(["size", "first"]).reset_index()
    return made.set_axis(["table", "measure", "cells", "example"], axis=1)


def rounding_table(report: Report) -> pd.DataFrame:
    """How many derived cells each rounding mode reproduces: index table."""
    import pandas as pd

    done = audit(report)
    hits = mode_hits(done.cells, done.groups, done.results)
    made = pd.DataFrame.from_dict(hits, orient="index")[["n", *MODES]]
    made = made[made["n"] > 0].rename_axis("table")
    made["used"] = [done.modes[t] for t in made.index]
    return made


__all__ = [
    "COLUMNS", "VERDICTS", "Audit", "audit", "cell_verdicts", "coverage", "digits", "frame", "judge", "ledger",
    "relations", "rounding_table", "uncheckable", "unexplained", "verdict_counts",
]  # fmt: skip
