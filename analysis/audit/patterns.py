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
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

from analysis.audit.cells import Cells, digits
from analysis.audit.relations import Group

#: Fewer equal rates, or a larger chance, are no finding.
LEAST, CHANCE = 4, 1e-6


@dataclass(frozen=True)
class Pattern:
    """Cells that are odd together; texts are for readers, ``of`` is how many cells were looked at."""

    kind: str
    grade: str
    consequence: str
    cells: tuple[int, ...]
    title: str
    arithmetic: tuple[str, ...]
    explanation: str
    signature: str
    of: int


@dataclass(frozen=True)
class Repeated:
    """Cells of one printed rate; ``twins`` are pairs of measures of one row with equal rates.

    ``events`` of ``all_events``: a level and its ratio count once; ``chance`` is of that.
    """

    printed: str
    cells: tuple[int, ...]
    of: int
    events: int
    all_events: int
    chance: float
    twins: tuple[tuple[int, int], ...]


def tail(n: int, k: int, p: Fraction) -> float:
    """Probability of at least ``k`` of ``n`` events of probability ``p``."""
    return float(sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1)))


def repeated_rates(cells: Cells, groups: Sequence[Group]) -> list[Repeated]:
    """Growth rates printed more often than chance allows, over all tables together.

    Rates that a relation compounds with a third growth are a level's and its ratio's.
    """
    rates = [i for i, c in enumerate(cells.cells) if c.measure == "growth" and cells.known[i]]
    first = dict(enumerate(range(len(cells))))  # the event of a rate: its own, or that of the level
    pairs = []
    for group in groups:
        if group.relation.kernel == "compound":
            pairs += list(zip(group.inputs[:, 0].tolist(), group.target.tolist(), strict=True))
    first.update({ratio: level for level, ratio in pairs})
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
        same = tuple(i for i in rates if cells.cells[i].printed == printed)
        events, every = len({first[i] for i in same}), len({first[i] for i in rates})
        chance = min(1.0, every * tail(every - 1, events - 1, density / 10**decimals))
        if events >= LEAST and chance < CHANCE:
            twins = tuple(p for p in pairs if set(p) <= set(same))
            found.append(Repeated(printed, same, len(rates), events, every, chance, twins))
    return found


def _ratio(printed: str) -> tuple[int, int]:
    number, decimals = digits(printed)
    return number, 10**decimals
