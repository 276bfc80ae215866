"""How the words around a number are read, and what verdict each reading gives.

The readings of the forms:

``eq``
    The number is the rounded result. *Reproduced*: the printed inputs give it, rounded
    half up or half to even. *Consistent*: unrounded inputs that print the same can give
    it. *Ambiguous*: only if the publisher cut digits off instead of rounding.
``about`` (約)
    As ``eq``; failing that, within half a unit of the last non-zero digit ("about 200"
    is 150 to 250) and within a tenth of the number: *consistent* if both hold,
    *ambiguous* if one does.
``gt``, ``ge``, ``lt``, ``le`` (逾, 超過, 至少, 不到, 至多)
    The literal inequality. *Ambiguous*: it fails, but the number said to be exceeded is
    what the result rounds to.
``near`` (近)
    Just below: *reproduced* if below and within half a unit of the last non-zero digit
    or a tenth of the number. *Ambiguous*: as close, but on the upper side ("close to").
``holds``
    The expression is itself the statement.

Words such as *slightly*, *steadily* or *level* have more than one reading; a claim may name several
(``readings(every_year=..., end_to_end=...)``): it is *ambiguous* when it stands under one and not under another. A
growth in 倍 ("of three times") may mean to or by three times: it is always written ``times(new, old)``, which tries
both. Where the two sides of a comparison differ in source, period or scope, :func:`set_apart` applies.
"""

from dataclasses import dataclass
from fractions import Fraction

from analysis.claims.values import Readings, Truth, compare
from analysis.interval import Interval, decimals_of, rounded

FORMS = ("eq", "about", "gt", "ge", "lt", "le", "near", "holds")
#: What stands before a number in English.
FORM_WORDS = {
    "about": "about ",
    "gt": "more than ",
    "ge": "at least ",
    "lt": "less than ",
    "le": "at most ",
    "near": "nearly ",
}

REPRODUCED = "reproduced"
CONSISTENT = "consistent"
AMBIGUOUS = "ambiguous"
CONTRADICTED = "contradicted"
NOT_CHECKABLE = "not checkable"
VERDICTS = (REPRODUCED, CONSISTENT, AMBIGUOUS, CONTRADICTED, NOT_CHECKABLE)


@dataclass(frozen=True)
class Judgement:
    """A verdict and what it hangs on (empty when it hangs on nothing)."""

    verdict: str
    note: str = ""

    @property
    def stands(self) -> bool:
        """Whether the statement survives (with or without help from rounding)."""
        return self.verdict in (REPRODUCED, CONSISTENT)


def judge(form: str, claimed: str, found: Interval) -> Judgement:
    """The verdict on a printed number, given what the expression is worth."""
    if form == "eq":
        return _equal(claimed, found)
    if form == "about":
        return _about(claimed, found)
    if form == "near":
        return _near(claimed, found)
    return _inequality(form, claimed, found)


def judge_truth(found: Truth) -> Judgement:
    """The verdict on a statement that holds or does not."""
    if found.point:
        return Judgement(REPRODUCED, "" if found.certain else "holds on the printed digits; rounding could undo it")
    return Judgement(CONSISTENT, "only for some unrounded inputs") if found.possible else Judgement(CONTRADICTED)


def judge_readings(found: Readings, form: str, claimed: str) -> tuple[Judgement, str]:
    """The verdict over named readings, and the readings under which the statement stands."""
    judged = {
        name.replace("_", " "): judge_truth(value) if isinstance(value, Truth) else judge(form, claimed, value)
        for name, value in found.values.items()
    }
    standing = [name for name, outcome in judged.items() if outcome.stands]
    if not standing:
        return Judgement(CONTRADICTED, "holds under no reading tried"), "none of " + ", ".join(judged)
    if len(standing) < len(judged):
        return Judgement(AMBIGUOUS, f"stands only if read as {' or '.join(standing)}"), " or ".join(standing)
    worst = max(judged.values(), key=lambda outcome: VERDICTS.index(outcome.verdict))
    return Judgement(worst.verdict, "holds under each reading tried"), ""


def set_apart(judged: Judgement, apart: str) -> Judgement:
    """The verdict where the two sides differ in source, period or scope.

    Agreement is then no more than *consistent*, disagreement no more than *ambiguous*: the two
    numbers need not be one quantity.
    """
    if not apart:
        return judged
    verdict = CONSISTENT if judged.stands else AMBIGUOUS
    return Judgement(verdict, "; ".join(filter(None, (apart, judged.note))))


def _equal(claimed: str, found: Interval) -> Judgement:
    decimals = decimals_of(claimed)
    if rounded(found.point, decimals, "half_up") == claimed:
        return Judgement(REPRODUCED)
    if rounded(found.point, decimals, "half_even") == claimed:
        return Judgement(REPRODUCED, "rounding half to even")
    if found.meets(Interval.printed(claimed)):
        return Judgement(CONSISTENT)
    if rounded(found.point, decimals, "truncate") == claimed:
        return Judgement(AMBIGUOUS, "only if digits were cut off instead of rounded")
    return Judgement(CONTRADICTED)


def half_step(claimed: str) -> Fraction:
    """Half a unit of the last non-zero digit: 50 for ``"200"``, 1/200 for ``"2.46"``."""
    decimals = decimals_of(claimed)
    digits = claimed.replace(".", "").lstrip("-")
    if not digits.strip("0"):
        return Fraction(1, 2 * 10**decimals)
    zeros = len(digits) - len(digits.rstrip("0"))
    return Fraction(10**zeros, 2 * 10**decimals)


def _within(found: Interval, centre: Fraction, width: Fraction) -> bool:
    return found.low <= centre + width and centre - width <= found.high


def _about(claimed: str, found: Interval) -> Judgement:
    strict = _equal(claimed, found)
    if strict.stands:
        return strict
    centre = Fraction(claimed)
    step, tenth = _within(found, centre, half_step(claimed)), _within(found, centre, abs(centre) / 10)
    if step and tenth:
        return Judgement(CONSISTENT, "about: within half a unit of the last non-zero digit, and a tenth")
    if step or tenth:
        how = "half a unit of its last non-zero digit" if step else "a tenth of it"
        return Judgement(AMBIGUOUS, f"about: only if that allows {how}")
    return Judgement(CONTRADICTED)


def _near(claimed: str, found: Interval) -> Judgement:
    centre = Fraction(claimed)
    width = max(half_step(claimed), abs(centre) / 10)
    if not _within(found, centre, width):
        return Judgement(CONTRADICTED)
    if found.point < centre and centre - width <= found.point:
        return Judgement(REPRODUCED)
    if found.low < centre:
        return Judgement(CONSISTENT)
    return Judgement(AMBIGUOUS, "close, but above: near must mean either side")


def _inequality(form: str, claimed: str, found: Interval) -> Judgement:
    operator = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}[form]
    limit = Interval.exact(Fraction(claimed))
    judged = judge_truth(compare(found, operator, limit))
    if not judged.stands and _equal(claimed, found).stands:
        return Judgement(AMBIGUOUS, f"the result only rounds to {claimed}")
    return judged
