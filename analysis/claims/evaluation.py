"""Check every quantitative statement of the prose against the printed numbers.

:func:`evaluate` gives one row per claim. The verdict comes from the expression alone;
only *not checkable* is declared (an empty expression with a reason), or follows from a
cell printed N/A. What a claim *decides* (a sign, a rank, a threshold, ...) is judged in
``decision``, apart from its arithmetic: a growth rate wrong in the second decimal is an
arithmetic error, a fall told as a rise is a decision error.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from analysis.claims.expression import Expression, parse
from analysis.claims.readings import (
    AMBIGUOUS,
    FORMS,
    NOT_CHECKABLE,
    Judgement,
    alternatives,
    judge,
    judge_readings,
    judge_truth,
)
from analysis.claims.values import ClaimError, NotPrintedError, Number, Readings, Truth, Value
from analysis.claims.vocabulary import Printed, functions
from analysis.report import BadInput, Report
from analysis.rounding import decimals_of, round_fraction

if TYPE_CHECKING:
    import pandas as pd

FILE = "claims.csv"

KINDS = (
    "growth",
    "difference",
    "share",
    "ratio",
    "cagr",
    "rank",
    "superlative",
    "count",
    "comparison",
    "level",
    "sum",
    "projection",
    "target",
    "conversion",
)
REASONS = {
    "single_value": "the only statement of this number",
    "source_not_printed": "the numbers behind it are not printed in the report",
    "qualitative": "no number that could be recomputed",
    "future": "a plan or a forecast without arithmetic",
    "definition": "a definition or a rule, not a measurement",
}
COLUMNS = [
    "id",
    "line",
    "kind",
    "printed",
    "recomputed",
    "low",
    "high",
    "verdict",
    "convention",
    "decision",
    "note",
]

#: Kinds whose statement is itself a decision, and what the decision is about.
DECIDES = {"rank": "rank", "superlative": "superlative", "comparison": "direction", "count": "count"}

_ID = re.compile(r"C[0-9]+\.[0-9]+[a-z]?")
_NAMED = re.compile(r"([a-z][a-z0-9_]*)=(-?[0-9]+(?:\.[0-9]+)?)")
_EXACT_KINDS = ("rank", "count")


@dataclass(frozen=True)
class Claim:
    """One checked row of ``claims.csv``."""

    id: str
    line: int
    section: str
    kind: str
    statement: str
    unit: str
    form: str
    claimed: str
    reason: str
    note: str
    digits: Mapping[str, str]
    expression: Expression | None
    quantity: Mapping[str, str]

    @property
    def stated(self) -> str:
        """The digits of the claimed number, or an empty string for ``holds``."""
        return self.digits.get(self.claimed, "")

    def numbers(self) -> dict[str, Number]:
        """The named numbers as intervals; years (``y...``), ranks and counts are exact."""
        return {
            name: Number.printed(text, exact=name.startswith("y") or self.kind in _EXACT_KINDS)
            for name, text in self.digits.items()
        }


def read(report: Report) -> list[Claim]:
    """The claims of a report, each row checked; :class:`BadInput` names row and column."""
    return [claim_of({str(k): str(v) for k, v in r.items()}) for r in report.claims().to_dict("records")]


def claim_of(record: Mapping[str, str]) -> Claim:
    """One row as a :class:`Claim`; raises :class:`BadInput` naming the column at fault."""

    def bad(column: str, expected: str) -> BadInput:
        return BadInput(FILE, expected, record["id"], column)

    if not _ID.fullmatch(record["id"]):
        raise bad("id", "an id such as C1343.1")
    if not record["seed_line"].isdecimal() or len(record["seed_line"]) > 6:
        raise bad("seed_line", "a line number")
    if record["kind"] not in KINDS:
        raise bad("kind", f"one of {', '.join(KINDS)}")
    if not record["statement"]:
        raise bad("statement", "a statement; it is empty")
    digits: dict[str, str] = {}
    for part in filter(None, record["printed"].split(";")):
        match = _NAMED.fullmatch(part.strip())
        if not match or match[1] in digits or len(match[2]) > 24:
            raise bad("printed", f"name=digits pairs joined by ;, each name once, found {part.strip()!r}")
        digits[match[1]] = match[2]
    expression = None
    if record["expression"]:
        try:
            expression = parse(record["expression"])
        except ClaimError as error:
            raise bad("expression", str(error)) from None
        if record["form"] not in FORMS:
            raise bad("form", f"one of {', '.join(FORMS)}")
        if record["form"] != "holds" and record["claimed"] not in digits:
            raise bad("claimed", "the name of a printed number")
    elif record["reason"] not in REASONS:
        raise bad("reason", f"one of {', '.join(REASONS)} where there is no expression")
    if record["claimed"] and record["claimed"] not in digits:
        raise bad("claimed", "the name of a printed number")
    return Claim(
        id=record["id"],
        line=int(record["seed_line"]),
        section=record["section"],
        kind=record["kind"],
        statement=record["statement"],
        unit=record["unit"],
        form=record["form"],
        claimed="" if record["form"] == "holds" else record["claimed"],
        reason=record["reason"],
        note=record["note"],
        digits=digits,
        expression=expression,
        quantity=_quantities(record, digits),
    )


def _quantities(record: Mapping[str, str], digits: Mapping[str, str]) -> dict[str, str]:
    """Keys by the name of the number they belong to; by an empty name for a topic without one.

    ``v0:market.sic.2023`` belongs to ``v0``; a bare key to the claimed (or only) number;
    ``gerd_growth.2023:falling`` and other keys of statements without a number are topics.
    """
    found: dict[str, str] = {}
    only = record["claimed"] or (next(iter(digits)) if len(digits) == 1 else "")
    for part in filter(None, (p.strip() for p in record["quantity"].split(";"))):
        name, _, key = part.partition(":")
        if name in digits and key:
            found[name] = key
        else:
            found.setdefault(only if record["form"] != "holds" and ":" not in part else "", part)
    return found


def evaluate(report: Report, only: Collection[str] | None = None) -> pd.DataFrame:
    """Every claim with its verdict; columns :data:`COLUMNS`, in the order of the file.

    ``only`` evaluates the claims with these ids and reads no other tables than they name.
    ``printed`` is the claimed number (all numbers of the sentence where nothing is
    recomputed), ``recomputed`` the result rounded to the same decimals (to one more where
    the form is not ``eq``), ``low`` and ``high`` the outward bounds of all results that
    unrounded inputs allow.
    """
    import pandas as pd

    return pd.DataFrame(list(_evaluated(report, None if only is None else frozenset(only))), columns=COLUMNS)


@functools.lru_cache(maxsize=4)
def _evaluated(report: Report, only: frozenset[str] | None) -> tuple[tuple[object, ...], ...]:
    claims = read(report)
    printed = Printed(report, {claim.id: claim.numbers() for claim in claims})
    return tuple(check(claim, printed) for claim in claims if only is None or claim.id in only)


def check(claim: Claim, printed: Printed) -> tuple[object, ...]:
    """One row of :func:`evaluate`."""
    given = claim.stated or ";".join(f"{k}={v}" for k, v in claim.digits.items())
    if claim.expression is None:
        return _row(claim, given, verdict=NOT_CHECKABLE, note=_join(REASONS[claim.reason], claim.note))
    try:
        value = _value(claim, printed)
        if claim.form == "holds":
            return _statement(claim, given, value)
        if not isinstance(value, Number):
            raise ClaimError("a number, since the form is not holds")
        judged, convention = _judge(claim, printed, value)
    except NotPrintedError as missing:
        return _row(claim, given, verdict=NOT_CHECKABLE, note=_join(f"printed N/A: {missing}", claim.note))
    except ClaimError as error:
        raise BadInput(FILE, f"an expression that can be evaluated: {error}", claim.id, "expression") from None
    decimals = decimals_of(claim.stated)
    return _row(
        claim,
        given,
        round_fraction(value.point, decimals if claim.form == "eq" else decimals + 1),
        outward(value.low, decimals + 2, up=False),
        outward(value.high, decimals + 2, up=True),
        judged.verdict,
        convention,
        _decision(claim, judged, value),
        _join(judged.note, claim.note),
    )


def _statement(claim: Claim, given: str, value: Value) -> tuple[object, ...]:
    """One row for a claim whose expression is itself the statement."""
    convention = ""
    if isinstance(value, Readings):
        judged, convention = judge_readings(value)
        truths = list(value.truths.values())
    elif isinstance(value, Truth):
        judged, truths = judge_truth(value), [value]
    else:
        raise ClaimError("a comparison, since the form is holds")
    flags = truths[0].point, all(t.certain for t in truths), any(t.possible for t in truths)
    recomputed, low, high = (str(flag).lower() for flag in flags)
    decision, note = _decision(claim, judged, None), _join(judged.note, claim.note)
    return _row(claim, given, recomputed, low, high, judged.verdict, convention, decision, note)


def _row(
    claim: Claim,
    given: str,
    recomputed: str = "",
    low: str = "",
    high: str = "",
    verdict: str = "",
    convention: str = "",
    decision: str = "",
    note: str = "",
) -> tuple[object, ...]:
    return claim.id, claim.line, claim.kind, given, recomputed, low, high, verdict, convention, decision, note


def _join(*notes: str) -> str:
    return "; ".join(n for n in notes if n)


def _value(claim: Claim, printed: Printed, shift: int = 0) -> Value:
    assert claim.expression is not None
    return claim.expression.value(claim.numbers(), functions(printed, shift))


def _judge(claim: Claim, printed: Printed, value: Number) -> tuple[Judgement, str]:
    assert claim.expression is not None
    judged = judge(claim.form, claim.stated, value)
    if "cagr" in claim.expression.calls:
        return _periods(claim, printed, judged)
    if not judged.stands:
        for name, reading in alternatives(claim.kind, claim.unit, claim.expression.outermost).items():
            other = judge(claim.form, claim.stated, reading(value))
            if other.stands:
                return Judgement(AMBIGUOUS, f"{other.verdict} only if read as {name}"), name
    return judged, ""


#: Period conventions tried for a compound rate between two years, the plain one first.
SHIFTS = {0: "y1-y0", 1: "y1-y0+1", -1: "y1-y0-1"}


def _periods(claim: Claim, printed: Printed, plain: Judgement) -> tuple[Judgement, str]:
    """The verdict under each count of periods, and whether a reader could tell which."""
    outcomes = {0: plain}
    for shift in (1, -1):
        try:
            other = _value(claim, printed, shift)
        except ClaimError:
            continue
        if isinstance(other, Number):
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


def _decision(claim: Claim, judged: Judgement, value: Number | None) -> str:
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
    if claim.kind in ("growth", "difference", "cagr") and value is not None:
        stated = Fraction(claim.stated)
        if stated > 0:
            return "sign stands" if value.point > 0 else "sign open" if value.high > 0 else "sign fails"
        if stated < 0:
            return "sign stands" if value.point < 0 else "sign open" if value.low < 0 else "sign fails"
    return ""


def outward(value: Fraction, decimals: int, up: bool) -> str:
    """A bound as decimals, never inside the true one."""
    scaled = value * 10**decimals
    whole = -(-scaled.numerator // scaled.denominator) if up else scaled.numerator // scaled.denominator
    return round_fraction(Fraction(whole, 10**decimals), decimals)
