"""What disagrees in the report, slip by slip: what it says, what it shows, why it matters.

``slips.csv`` groups the claims that one slip explains and says in words what a reader finds on either side; numbers in
braces are expressions of the claims' language, so that no number is typed. A slip stands here as long as one of its
claims is contradicted or ambiguous; a doubtful claim that belongs to none gets a slip of its own.
"""

import bisect
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.claims.claim import Claim, printed, read
from analysis.claims.evaluation import evaluate
from analysis.claims.expression import parse
from analysis.claims.readings import AMBIGUOUS, CONTRADICTED, FORM_WORDS
from analysis.claims.spelling import decimal, spell
from analysis.claims.units import words
from analysis.claims.values import ClaimError, NotPrintedError
from analysis.claims.vocabulary import functions
from analysis.interval import rounded
from analysis.report import BadInput, Report, once, records
from analysis.words import number

FILE = "slips.csv"
COLUMNS = ["id", "title", "verdict", "consequence", "says", "says_page", "shows", "shows_page", "matters", "claims"]
_PUT = re.compile(r"\{([^{}:]+)(?::([0-9]|year))?\}")
#: From the strongest: both ends of what a slip changes.
_DOUBTFUL = (CONTRADICTED, AMBIGUOUS)
_ORDER = ("conclusion", "number", "cosmetic", "")


@once
def _anchors(report: Report) -> tuple[list[int], list[int]]:
    frame = report.resource("pages").astype(int)
    return list(frame["seed_line"]), list(frame["page"])


def page(report: Report, line: int) -> str:
    """The page of a line: ``p. 33``; ``pp. 33–35`` where only headings before and after are known.

    ``about p. 71`` where these are more than three pages apart (by the share of lines).
    """
    lines, pages = _anchors(report)
    place = bisect.bisect_right(lines, line)
    if place == 0:
        return "summary"
    low = pages[place - 1]
    high = low if lines[place - 1] == line or place == len(lines) else pages[place]
    if high - low > 3:
        done = (line - lines[place - 1]) / (lines[place] - lines[place - 1])
        return f"about p. {low + round(done * (high - low))}"
    return f"p. {low}" if low == high else f"pp. {low}–{high}"


_LINES = re.compile(r"\b[Ll]ines? (\d{3,4}(?:(?:, | and | to |-)\d{3,4})*)")


def paged(report: Report, text: str) -> str:
    """A note with pages in the place of lines of the exported text."""

    def pages(match: re.Match[str]) -> str:
        lines = map(int, re.findall(r"\d{3,4}", match[1]))
        return ", ".join(dict.fromkeys(page(report, line).replace("summary", "the summary") for line in lines))

    said = _LINES.sub(pages, text)
    # several statements of one page say the same of it
    parts: dict[str, str] = {}
    for part in said.split("; "):
        parts.setdefault(part.casefold(), part)
    return "; ".join(parts.values())


@once
def slips(report: Report) -> pd.DataFrame:
    """The slips that stand, strongest first; columns :data:`COLUMNS`.

    ``verdict`` is the worst of the slip's claims; ``claims`` their ids, joined by spaces. Raises :class:`BadInput` for
    a claim that is unknown or belongs to two slips, and for words whose numbers cannot be put in.
    """
    claims = {claim.id: claim for claim in read(report)}
    known = functions(printed(report))
    frame = evaluate(report)
    doubtful = {row["id"]: row for row in records(frame) if row["verdict"] in _DOUBTFUL}
    rows = []
    told: set[str] = set()
    for record in records(report.resource("slips")):
        members = record["claims"].split()
        for member in members:
            if member not in claims or member in told:
                raise BadInput(FILE, f"known claims, each in one slip; {member} is not", record["id"], "claims")
        told |= set(members)
        found = {doubtful[m]["verdict"] for m in members if m in doubtful}
        if found:
            sides = {side: _put(record[side], known, record["id"], side) for side in ("says", "shows")}
            sides |= {f"{side}_page": page(report, int(record[f"{side}_line"])) for side in ("says", "shows")}
            rows.append(record | sides | {"verdict": next(v for v in _DOUBTFUL if v in found)})
    for member in (i for i in doubtful if i not in told):
        row, claim = doubtful[member], claims[member]
        sides = {"says": claim.statement, "says_page": page(report, claim.line), "shows": paged(report, row["note"])}
        more = {"title": claim.statement, "claims": member, "shows_page": "", "consequence": "", "matters": ""}
        rows.append({"id": member, "verdict": row["verdict"]} | sides | more)
    rows.sort(key=lambda row: (_DOUBTFUL.index(row["verdict"]), _ORDER.index(row["consequence"])))
    return pd.DataFrame(rows, columns=COLUMNS)


def _put(text: str, known: Mapping[str, Any], slip: str, column: str) -> str:
    """The words with their expressions worked out."""

    def value(match: re.Match[str]) -> str:
        try:
            found = parse(match[1]).number({}, known)
        except (ClaimError, NotPrintedError) as error:
            raise BadInput(FILE, f"words whose numbers can be put in: {error}", slip, column) from None
        if match[2] == "year":
            return decimal(found)
        return number(rounded(found.point, int(match[2])) if match[2] else decimal(found))

    return _PUT.sub(value, text)


@once
def arithmetic(report: Report, claims: list[str]) -> pd.DataFrame:
    """How the claims of a slip were checked: ``id, page, statement, stated, arithmetic, verdict, note``."""
    every = {claim.id: claim for claim in read(report)}
    spelled = spell(report)
    frame = evaluate(report)
    found = {row["id"]: row for row in records(frame[frame["id"].isin(claims)])}
    rows = []
    for i in claims:
        row, claim = found[i], every[i]
        result = {"true": "holds", "false": "does not hold"}.get(row["recomputed"], row["recomputed"])
        span = "" if row["low"] in (row["high"], "true", "false") else f" ({row['low']} to {row['high']})"
        sides = f"{spelled[i]} → {result}{span}" if i in spelled else ""
        said = (i, page(report, claim.line), claim.statement, stated(claim), sides)
        rows.append((*said, row["verdict"], paged(report, row["note"])))
    return pd.DataFrame(rows, columns=["id", "page", "statement", "stated", "arithmetic", "verdict", "note"])


def stated(claim: Claim) -> str:
    """The claimed number in English, with *about*, *more than* ...; empty for a comparison."""
    if not claim.stated:
        return ""
    return FORM_WORDS.get(claim.form, "") + words(claim.stated, claim.unit_of(claim.claimed))
