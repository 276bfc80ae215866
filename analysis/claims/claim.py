"""A row of ``claims.csv``, checked: who says what, with which printed numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from analysis.claims.expression import Expression, parse
from analysis.claims.readings import FORMS
from analysis.claims.units import unit
from analysis.claims.values import ClaimError
from analysis.claims.vocabulary import Printed
from analysis.interval import Interval
from analysis.report import BadInput, Report, once, records

FILE = "claims.csv"

_KINDS = "growth difference share ratio cagr rank superlative count comparison level sum projection target conversion"
KINDS = tuple(_KINDS.split())
REASONS = {
    "source_not_printed": "nothing is printed to recompute it from",
    "qualitative": "no number that could be recomputed",
    "future": "a plan or a forecast without arithmetic",
    "definition": "a definition or a rule, not a measurement",
}
_ID = re.compile(r"C[0-9]+\.[0-9]+[a-z]?")
_NAMED = re.compile(r"([a-z][a-z0-9_]*)=(-?[0-9]+(?:\.[0-9]+)?)")
_EXACT_KINDS = ("rank", "count")


@dataclass(frozen=True)
class Claim:
    """One checked row of ``claims.csv``.

    ``apart`` says what sets the two sides of a comparison apart (another source, period or scope
    than the number it is held against); it is empty where nothing does.
    """

    id: str
    line: int
    section: str
    kind: str
    statement: str
    unit: str
    form: str
    claimed: str
    reason: str
    apart: str
    note: str
    digits: Mapping[str, str]
    expression: Expression | None
    quantity: Mapping[str, str]

    @property
    def stated(self) -> str:
        """The digits of the claimed number, or an empty string for ``holds``."""
        return self.digits.get(self.claimed, "")

    def unit_of(self, name: str) -> str:
        """The unit of one of the numbers, or an empty string where the row does not say."""
        own = self.quantity.get(name, "").partition("@")[2]
        return own or (self.unit if name == self.claimed or len(self.digits) == 1 or not self.claimed else "")

    def is_exact(self, name: str) -> bool:
        """Whether a number was never rounded: a year, a place, a count of things."""
        return name.startswith("y") or self.kind in _EXACT_KINDS or unit(self.unit_of(name)).counted

    def numbers(self) -> dict[str, Interval]:
        """The named numbers as intervals; see :meth:`is_exact`."""
        return {name: Interval.printed(text, exact=self.is_exact(name)) for name, text in self.digits.items()}


@once
def read(report: Report) -> tuple[Claim, ...]:
    """The claims of a report, each row checked; :class:`BadInput` names row and column."""
    return tuple(claim_of(record) for record in records(report.claims()))


@once
def printed(report: Report) -> Printed:
    """Every printed number, and the numbers of the claims."""
    return Printed(report, {claim.id: claim.numbers() for claim in read(report)})


def claim_of(record: Mapping[str, str]) -> Claim:
    """One row as a :class:`Claim`; raises :class:`BadInput` naming the column at fault."""

    def bad(column: str, expected: str) -> BadInput:
        return BadInput(FILE, expected, record["id"], column)

    if not _ID.fullmatch(record["id"]):
        raise bad("id", "an id such as C1343.1")
    if not record["seed_line"].isdecimal() or len(record["seed_line"]) > 6:
        raise bad("seed_line", "a line number")
    if record["id"][1:].partition(".")[0] != record["seed_line"]:
        raise bad("seed_line", "the line in the id")
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
    if record["form"] not in FORMS:
        raise bad("form", f"one of {', '.join(FORMS)}")
    if (record["form"] != "holds" or record["claimed"]) and record["claimed"] not in digits:
        raise bad("claimed", "the name of a printed number")
    expression = None
    if record["expression"]:
        try:
            expression = parse(record["expression"])
        except ClaimError as error:
            raise bad("expression", str(error)) from None
        if record["kind"] == "growth" and record["unit"] == "倍" and not expression.calls & {"times", "increase"}:
            raise bad(
                "expression",
                "times(new, old) for a growth in 倍, so that both readings are tried (increase(new, old) where the words name the increase)",
            )
    elif record["reason"] not in REASONS:
        raise bad("reason", f"one of {', '.join(REASONS)} where there is no expression")
    as_given = ("id", "section", "kind", "statement", "unit", "form", "reason", "apart", "note")
    claim = Claim(
        **{name: record[name] for name in as_given},
        line=int(record["seed_line"]),
        claimed="" if record["form"] == "holds" else record["claimed"],
        digits=digits,
        expression=expression,
        quantity=_quantities(record, digits),
    )
    try:
        for name in digits:
            unit(claim.unit_of(name))
    except ClaimError as error:
        raise bad("unit", str(error)) from None
    return claim


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
