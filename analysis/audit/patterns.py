"""Patterns that no single relation contradicts: the same rate printed again and again.

Where a source has no value yet, a compiler may carry the last one forward at a constant
rate. Each such cell is consistent with its neighbours; that many cells of exactly one
rate are not. The chance is bounded from the other rates: the share of them within one
point of the repeated rate gives the density, times the printing step the probability of
that very print, and a binomial tail (times the number of rates, since any of them might
have repeated) the chance of so many.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from analysis.audit.cells import Cells, digits

#: Fewer equal rates, or a larger chance, are no finding.
LEAST, CHANCE = 4, 1e-6


@dataclass(frozen=True)
class Pattern:
    """Cells that are odd together; texts are for readers, ``of`` is how many cells were looked at."""

    kind: str
    severity: str
    cells: tuple[int, ...]
    title: str
    arithmetic: tuple[str, ...]
    explanation: str
    settle: str
    signature: str
    of: int
    undecided: bool


@dataclass(frozen=True)
class Repeated:
    """Cells of one printed rate; ``twins`` are pairs of measures of one row with equal rates."""

    printed: str
    cells: tuple[int, ...]
    of: int
    chance: float
    twins: tuple[tuple[int, int], ...]


def tail(n: int, k: int, p: Fraction) -> float:
    """Probability of at least ``k`` of ``n`` events of probability ``p``."""
    return float(sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1)))


def repeated_rates(cells: Cells) -> list[Repeated]:
    """Growth rates printed more often than chance allows, over all tables together."""
    rates = [i for i, c in enumerate(cells.cells) if c.measure == "growth" and cells.known[i]]
    counts = Counter(cells.cells[i].printed for i in rates)
    found = []
    for printed, count in sorted(counts.items()):
        number, decimals = digits(printed)
        if count < LEAST or decimals == 0:
            continue
        others = [Fraction(*_ratio(cells.cells[i].printed)) for i in rates if cells.cells[i].printed != printed]
        centre = Fraction(number, 10**decimals)
        near = sum(abs(v - centre) <= 1 for v in others)
        density = Fraction(near + 1, 2 * (len(others) + 1))
        chance = min(1.0, len(rates) * tail(len(rates) - 1, count - 1, density / 10**decimals))
        if chance < CHANCE:
            same = tuple(i for i in rates if cells.cells[i].printed == printed)
            found.append(Repeated(printed, same, len(rates), chance, _twins(cells, rates)))
    return found


def _ratio(printed: str) -> tuple[int, int]:
    number, decimals = digits(printed)
    return number, 10**decimals


#: A level and the same level per unit of a third quantity.
PAIRS = (("1-2-1", "1-2-2"), ("1-2-4", "1-2-5"))


def _twins(cells: Cells, rates: list[int]) -> tuple[tuple[int, int], ...]:
    at = {(cells.cells[i].table, cells.cells[i].code, cells.cells[i].year): i for i in rates}
    return tuple(
        (i, at[second, code, year])
        for (table, code, year), i in at.items()
        for first, second in PAIRS
        if table == first and (second, code, year) in at
        and cells.cells[i].printed == cells.cells[at[second, code, year]].printed
    )  # fmt: skip
