"""Check every quantitative statement of the prose against the printed numbers.

:func:`evaluate` gives one row per claim. The verdict comes from the expression, or from what other lines print of the
same quantity (:func:`.linking.agreement`); *not checkable* is left where there is neither, or where a cell is printed
N/A. What a claim *decides* (a sign, a rank, a threshold, ...) is judged in ``decision``, apart from its arithmetic: a
growth rate wrong in the second decimal is an arithmetic error, a fall told as a rise is a decision error. ``check``
says how it was checked; the ways are never counted together.
"""

import ast
from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

import pandas as pd

from analysis.claims.claim import FILE, REASONS, Claim, printed, read
from analysis.claims.expression import called
from analysis.claims.linking import agreement, statements
from analysis.claims.readings import (
    AMBIGUOUS,
    CONTRADICTED,
    NOT_CHECKABLE,
    VERDICTS,
    Judgement,
    judge,
    judge_readings,
    judge_truth,
    set_apart,
)
from analysis.claims.units import unit
from analysis.claims.values import (
    ClaimError,
    NoResultError,
    NotInEditionError,
    NotPrintedError,
    Readings,
    Truth,
    Value,
    best,
)
from analysis.claims.vocabulary import Printed, functions
from analysis.interval import Interval, decimals_of, outward, rounded
from analysis.report import BadInput, Report, once

_COLUMNS = "id line kind printed recomputed low high verdict convention decision note check"
COLUMNS = _COLUMNS.split()

RECOMPUTED, LOOKED_UP, REPEATED = "recomputed", "look-up", "repeated"
YES_NO, THRESHOLD, LISTED = "yes/no", "threshold", "list count"
#: How a claim was checked, and what that means.
CHECKS = {
    RECOMPUTED: "a number follows by arithmetic from other printed numbers",
    LOOKED_UP: "the number stands in a cell of a table or in another sentence",
    REPEATED: "other lines print the same quantity",
    YES_NO: "the sentence compares or orders; it holds or not",
    THRESHOLD: "a result lies above or below the number of the sentence",
    LISTED: "a number of items, counted by the reader in the list that follows",
}

#: How the note of a claim begins that is about a number of another edition.
ABSENT = "not printed in this edition"

#: Kinds whose statement is itself a decision, and what the decision is about.
DECIDES = {"rank": "rank", "superlative": "superlative", "comparison": "direction", "count": "count"}


def evaluate(report: Report, only: Collection[str] | None = None) -> pd.DataFrame:
    """Every claim with its verdict; columns :data:`COLUMNS`, in the order of the file.

    ``only`` evaluates the claims with these ids and reads no other tables than they name.
    ``printed`` is the claimed number, ``recomputed`` the result rounded to the same decimals (to
    one more where the form is not ``eq``, or more where it would still look like the number of the sentence), ``low`` and ``high`` the outward bounds of all results
    that unrounded inputs allow, ``check`` one of :data:`CHECKS` (empty where nothing was checked).
    """
    found = pd.DataFrame(list(_evaluated(report, None if only is None else frozenset(only))), columns=COLUMNS)
    report.warn_of(
        FILE,
        "claims are about numbers that are not printed in this edition",
        found["id"][found["note"].str.startswith(ABSENT)],
    )
    return found


@once
def _said(report: Report) -> tuple[dict[tuple[str, str], Judgement], set[str]]:
    """What other lines say of the numbers of claims, and the claims of whose quantity another one speaks."""
    claims = read(report)
    return agreement(claims), {s.claim.id for group in statements(claims).values() if len(group) > 1 for s in group}


@once
def _evaluated(report: Report, only: frozenset[str] | None) -> tuple[tuple[object, ...], ...]:
    elsewhere, shared = _said(report)
    rows = []
    for claim in read(report):
        if only is None or claim.id in only:
            said = {name: elsewhere[claim.id, name] for name in claim.digits if (claim.id, name) in elsewhere}
            rows.append(check(claim, printed(report), said, sole=claim.id not in shared and any(claim.quantity)))
    return tuple(rows)


def check(claim: Claim, numbers: Printed, said: dict[str, Judgement], sole: bool = False) -> tuple[object, ...]:
    """One row of :func:`evaluate`.

    ``said`` is what other lines print, by the name of the number; ``sole`` whether nothing else is
    said of its quantity.
    """
    refuted = [judged for judged in said.values() if not judged.stands]
    worst = max(refuted, key=lambda judged: VERDICTS.index(judged.verdict), default=None)
    if claim.expression is None:
        judged = worst or said.get(claim.claimed)
        if judged:
            return _row(claim, judged, check=REPEATED)
        reason = REASONS[claim.reason] + ("; the only statement of this number" if sole and claim.digits else "")
        return _row(claim, Judgement(NOT_CHECKABLE, reason))
    try:
        value = _value(claim, numbers)
        judged, convention = _judge(claim, numbers, value)
    except NotPrintedError as missing:
        why = ABSENT if isinstance(missing, NotInEditionError) else "printed N/A"
        return _row(claim, Judgement(NOT_CHECKABLE, f"{why}: {missing}"))
    except ClaimError as error:
        if isinstance(error, NoResultError) and claim.expression.of_numbers(claim.digits):
            return _row(claim, Judgement(NOT_CHECKABLE, f"no result: {error}"))
        raise BadInput(FILE, f"an expression that can be evaluated: {error}", claim.id, "expression") from None
    judged = set_apart(judged, claim.apart)
    if worst and VERDICTS.index(worst.verdict) > VERDICTS.index(judged.verdict):
        return _row(claim, worst, _shown(claim, value), check=REPEATED)
    return _row(claim, judged, _shown(claim, value), convention, _way(claim))


def _shown(claim: Claim, value: Value) -> tuple[str, str, str]:
    """Result, lower and upper bound as printed in the row: numbers, or true and false."""
    found = list(value.values.values()) if isinstance(value, Readings) else [value]
    truths, numbers = [v for v in found if isinstance(v, Truth)], [v for v in found if isinstance(v, Interval)]
    if truths:
        flags = truths[0].point, all(t.certain for t in truths), any(t.possible for t in truths)
        recomputed, low, high = (str(flag).lower() for flag in flags)
        return recomputed, low, high
    decimals, point = decimals_of(claim.stated), numbers[0].point
    own = decimals if claim.form == "eq" else decimals + 1
    if claim.form in ("gt", "ge", "lt", "le") and point != Fraction(claim.stated):
        own += next((more for more in range(3) if Fraction(rounded(point, own + more)) != Fraction(claim.stated)), 0)
    return (
        rounded(point, own),
        outward(best(numbers, largest=False).low, decimals + 2, up=False),
        outward(best(numbers, largest=True).high, decimals + 2, up=True),
    )


def _row(
    claim: Claim, judged: Judgement, shown: tuple[str, str, str] = ("", "", ""), convention: str = "", check: str = ""
) -> tuple[object, ...]:
    given = claim.stated or ";".join(f"{k}={v}" for k, v in claim.digits.items())
    note = "; ".join(n for n in (judged.note, claim.note) if n)
    decision = "" if judged.verdict == NOT_CHECKABLE else _decision(claim, judged, *shown)
    return claim.id, claim.line, claim.kind, given, *shown, judged.verdict, convention, decision, note, check


def _way(claim: Claim) -> str:
    """Which of :data:`CHECKS` an expression is."""
    assert claim.expression is not None
    if claim.expression.outermost == "listed":
        return LISTED
    if claim.form == "holds":
        return YES_NO
    if claim.form in ("gt", "ge", "lt", "le", "near"):
        return THRESHOLD
    tree = claim.expression.tree
    if isinstance(tree, ast.BinOp) and isinstance(tree.right, ast.Constant):
        tree = tree.left  # a cell in another unit
    return LOOKED_UP if called(tree) in ("t", "p", "c") else RECOMPUTED


def _value(claim: Claim, numbers: Printed, shift: int = 0) -> Value:
    assert claim.expression is not None
    return claim.expression.value(claim.numbers(), functions(numbers, shift))


def _judge(claim: Claim, numbers: Printed, value: Value) -> tuple[Judgement, str]:
    assert claim.expression is not None
    wanted = Truth if claim.form == "holds" else Interval
    found = list(value.values.values()) if isinstance(value, Readings) else [value]
    if not all(isinstance(v, wanted) for v in found):
        what = "a comparison, since the form is holds" if wanted is Truth else "a number, since the form is not holds"
        raise ClaimError(what)
    if isinstance(value, Readings):
        return judge_readings(value, claim.form, claim.stated)
    if isinstance(value, Truth):
        return judge_truth(value), ""
    assert isinstance(value, Interval)
    judged = judge(claim.form, claim.stated, value)
    if judged.verdict == CONTRADICTED:
        judged = _in_its_unit(claim, numbers, value, judged)
    return _periods(claim, numbers, judged) if "cagr" in claim.expression.calls else (judged, "")


def _in_its_unit(claim: Claim, numbers: Printed, value: Interval, judged: Judgement) -> Judgement:
    """The verdict on a number that stands in a table in another unit; one that fits by its digits needs none.

    Raises :class:`BadInput` for a unit that nobody knows.
    """
    call, named = claim.expression.tree if claim.expression else None, claim.unit_of(claim.claimed)
    places = [a.value for a in call.args if isinstance(a, ast.Constant)] if isinstance(call, ast.Call) else []
    looked_up = (
        isinstance(call, ast.Call) and called(call) == "t" and len(places) == len(call.args) and not call.keywords
    )
    printed_in = numbers.unit(*map(str, places)) if looked_up else ""
    own, other = unit(named), unit(printed_in)
    if own == other or not (named and printed_in):
        return judged
    if not own.known:
        wanted = f"a unit such as {printed_in}, in which the table prints the number, found {named!r}"
        raise BadInput(FILE, wanted, claim.id, "unit")
    if own.base == other.base:
        judged = judge(claim.form, claim.stated, value * Interval.exact(other.factor / own.factor))
    return replace(judged, note="; ".join(filter(None, (f"the table prints it in {printed_in}", judged.note))))


#: Period conventions tried for a compound rate between two years, the plain one first.
SHIFTS = {0: "y1-y0", 1: "y1-y0+1", -1: "y1-y0-1"}


def _periods(claim: Claim, numbers: Printed, plain: Judgement) -> tuple[Judgement, str]:
    """The verdict under each count of periods, and whether a reader could tell which."""
    outcomes = {0: plain}
    for shift in (1, -1):
        try:
            other = _value(claim, numbers, shift)
        except ClaimError:
            continue
        if isinstance(other, Interval):
            outcomes[shift] = judge(claim.form, claim.stated, other)
    fits = [shift for shift, outcome in outcomes.items() if outcome.stands]
    if not fits:
        return plain, "none of " + ", ".join(SHIFTS[s] for s in outcomes)
    names = " or ".join(SHIFTS[s] for s in fits)
    convention = f"{names}: the print cannot tell" if len(fits) > 1 else f"{names} only"
    if 0 in fits:
        return plain, convention
    outcome = outcomes[fits[0]]
    return Judgement(AMBIGUOUS, f"{outcome.verdict} only with {names} periods"), convention


def _decision(claim: Claim, judged: Judgement, recomputed: str, low: str, high: str) -> str:
    """What the claim decides and whether that stands: ``rank stands``, ``sign fails``, ...

    Empty where the claim decides nothing, or only its size is at stake.
    """
    outcome = "stands" if judged.stands else "depends on the reading" if judged.verdict == AMBIGUOUS else "fails"
    if claim.kind in DECIDES:
        return f"{DECIDES[claim.kind]} {outcome}"
    if claim.form in ("gt", "ge", "lt", "le"):
        return f"threshold {outcome}"
    if claim.form == "holds":
        return f"direction {outcome}"
    if claim.kind in ("growth", "difference", "cagr") and recomputed and Fraction(claim.stated):
        sign = 1 if Fraction(claim.stated) >= 0 else -1
        value, most = sign * Fraction(recomputed), max(sign * Fraction(low), sign * Fraction(high))
        return "sign stands" if value > 0 else "sign open" if most > 0 else "sign fails"
    return ""
