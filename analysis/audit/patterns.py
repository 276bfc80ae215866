"""Patterns that no single relation contradicts: the same rate printed again and again.

Where a source has no value yet, a compiler may carry the last one forward at a constant rate. Each such cell is
consistent with its neighbours; that many cells of exactly one rate are not. The chance is bounded from the other rates:
how often the prints next to the repeated one occur among them gives its probability (over as many printing steps as the
:data:`NEAREST` nearest of them take, whatever the spread of the rates), and a binomial tail (times the number of rates,
since any of them might have repeated) the chance of so many. Where most of the others are the two prints next to it,
rates are printed too coarsely to tell.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import ceil, comb

from analysis.audit.cells import PROSE
from analysis.audit.wording import Finding, Words
from analysis.interval import Interval, decimals_of, outward, power_of_ten

#: Fewer equal rates, or a larger chance, are no finding.
LEAST, CHANCE = 4, 1e-6
#: How many of the other rates, the nearest, say how frequent the prints next to a repeated one are.
NEAREST = 10


def tail(n: int, k: int, p: Fraction) -> float:
    """Probability of at least ``k`` of ``n`` events of probability ``p``."""
    return float(sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1)))


def repeated_rates(words: Words) -> list[Finding]:
    """Growth rates printed more often than chance allows, over all tables together.

    Rates that a relation compounds with a third growth are a level's and its ratio's: the two
    count once, and where both are equal they are twins.
    """
    cells, place = words.bench.cells, words.place
    text = [c.printed for c in cells.cells]
    rates = [i for i, c in enumerate(cells.cells) if c.measure == "growth" and cells.known[i]]
    pairs = []
    for group in words.bench.groups:
        if group.relation.kernel == "compound":
            pairs += list(zip(group.inputs[:, 0].tolist(), group.target.tolist(), strict=True))
    level_of = {ratio: level for level, ratio in pairs}
    every = len({level_of.get(i, i) for i in rates})
    found = []
    for printed, count in sorted(Counter(text[i] for i in rates).items()):
        decimals = decimals_of(printed)
        if count < LEAST or decimals == 0:
            continue
        same = tuple(i for i in rates if text[i] == printed)
        away = sorted(abs(Fraction(text[i]) - Fraction(printed)) * 10**decimals for i in rates)
        away = [steps for steps in away if steps > 0]
        if len(away) < NEAREST or 2 * sum(steps <= 1 for steps in away) > len(away):
            continue
        steps = ceil(away[NEAREST - 1])
        near = sum(one <= steps for one in away)
        likely = Fraction(near + 1, 2 * steps * (len(away) + 1))
        events = len({level_of.get(i, i) for i in same})
        chance = min(1.0, every * tail(every - 1, events - 1, likely))
        if events >= LEAST and chance < CHANCE:
            lines = [f"{place(i)}: printed {text[i]}" for i in same]
            lines.append(f"{len(same)} of {len(rates)} printed growth rates are exactly {printed}")
            lines.append(
                f"a level and its ratio counted once, {events} of {every} events: chance about {_power(chance)} if they"
                f" were independent and rates near {printed} as frequent as among the others"
            )
            lines += [
                f"{place(a)} and {place(b)}: both {text[a]}, so the third quantity changed by less than {_least(text[a])} %"
                for a, b in pairs
                if {a, b} <= set(same)
            ]
            found.append(_constant_rate(words, printed, same, lines, len(rates)))
    return found


def _least(printed: str) -> str:
    """How much a quotient can move, in per cent, where both its sides grow by the same printed rate."""
    factor = Interval.printed(printed) + 100
    return outward((factor / factor).high * 100 - 100, decimals_of(printed), up=True)


def _power(chance: float) -> str:
    """A small probability as it is written: ``4×10⁻¹²``."""
    digit, _, exponent = f"{chance:.0e}".partition("e")
    return f"{digit}×{power_of_ten(int(exponent))}"


def _constant_rate(words: Words, printed: str, cells: Sequence[int], lines: Sequence[str], of: int) -> Finding:
    return words.finding(
        cells,
        kind="constant rate",
        grade="pattern",
        consequence="number",
        title=f"{len(cells)} growth rates are exactly {printed} %",
        arithmetic=tuple(lines),
        explanation="So many equal rates do not come about by measurement. They would if, where the source had no value "
        f"yet, the last one had been raised by {printed} % and printed like the others.",
        signature=f"constant rate:{printed}",
        of=of,
    )


_HOW = {"truncate": "truncated, not rounded", "half_even": "rounded half to even"}


def other_rounding(words: Words) -> list[Finding]:
    """Columns that are not rounded to the nearest."""
    found, cells = [], words.bench.cells
    for (table, measure), mode in cells.modes.items():
        block = cells.blocks[table, measure].index.ravel()
        name = measure.replace("_", " ")
        where = "the text" if table == PROSE else f"Table {table}"
        found.append(
            words.finding(
                block[block >= 0].tolist(),
                kind="rounding",
                grade="unusual",
                consequence="cosmetic",
                title=f"The column {name} of {where} is {_HOW[mode]}",
                arithmetic=(f"{where}, {name}: every number is read as {_HOW[mode]}",),
                explanation="Recomputed so, its numbers come out to the digit; the audit reads them so.",
                signature=f"rounding:{table}:{measure}:{mode}",
                of=int((block >= 0).sum()),
                decided_by="report",
            )
        )
    return found
