"""What the book shows of the claims: by chapter, by way of checking, one by one.

Every function takes a report and returns a frame ready for a table or a figure.
"""

import ast
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from analysis.claims.claim import Claim, printed, read
from analysis.claims.evaluation import CHECKS, LISTED, evaluate
from analysis.claims.expression import Expression
from analysis.claims.readings import AMBIGUOUS, VERDICTS
from analysis.claims.slips import page, paged, stated
from analysis.claims.spelling import decimal
from analysis.claims.units import CURRENCIES, unit, words
from analysis.claims.vocabulary import functions
from analysis.interval import Interval, outward, power_of_ten, rounded
from analysis.package import get
from analysis.report import BadInput, Report, once
from analysis.words import number

#: The result of a statement that holds by one reading and not by another.
DEPENDS = "depends on the reading"


def chapters(report: Report) -> dict[str, str]:
    """Titles of chapters by the first three characters of ``section`` (``chapters`` of the resource)."""
    found: dict[str, str] = get(report.described("claims"), "chapters", dict, "resource claims", {})
    return found


@once
def register(report: Report, only: frozenset[str] | None = None) -> pd.DataFrame:
    """All claims in the order of the text: what is said, what follows from the print, the verdict.

    ``only`` keeps the claims with these ids; ``recomputed`` is :data:`DEPENDS` where readings of a yes or no differ. Columns ``id, line, page, chapter, kind, check, statement,
    stated, recomputed, verdict, note``.
    """
    frame = evaluate(report, only)
    claims = {claim.id: claim for claim in read(report)}
    said, titles = [claims[i] for i in frame["id"]], chapters(report)
    results = {"true": "holds", "false": "does not hold"}
    apart = (frame["verdict"] == AMBIGUOUS) & (frame["low"] == "false") & (frame["high"] == "true")
    frame["recomputed"] = frame["recomputed"].mask(apart, DEPENDS)
    frame = frame.assign(
        page=[page(report, claim.line) for claim in said] if only is None else "",
        chapter=[titles.get(key := claim.section[:3], key) for claim in said],
        note=[paged(report, note) for note in frame["note"]],
        statement=[claim.statement for claim in said],
        stated=[stated(claim) for claim in said],
        recomputed=[
            r if r == DEPENDS else results.get(r, words(r, c.unit_of(c.claimed)) if r and c.stated else r)
            for r, c in zip(frame["recomputed"], said, strict=True)
        ],
    )
    columns = ["id", "line", "page", "chapter", "kind", "check", "statement", "stated", "recomputed", "verdict", "note"]
    return frame[columns]


@once
def by_chapter(report: Report) -> pd.DataFrame:
    """Number of claims by chapter and verdict, with totals; counts of listed items are left out."""
    frame = register(report)
    order = dict.fromkeys([*chapters(report).values(), *frame["chapter"]])
    return _cross(frame[frame["check"] != LISTED], "chapter", order)


@once
def by_check(report: Report) -> pd.DataFrame:
    """Number of claims by how they were checked and verdict, with totals; ``not checked`` last."""
    return _cross(register(report).replace({"check": {"": "not checked"}}), "check", [*CHECKS, "not checked"])


def _cross(frame: pd.DataFrame, column: str, order: Iterable[str]) -> pd.DataFrame:
    table = pd.crosstab(frame[column], frame["verdict"], margins=True, margins_name="all")
    rows = [name for name in (*order, "all") if name in table.index]
    return table.reindex(index=rows, columns=[*VERDICTS, "all"], fill_value=0).rename_axis(columns=None).reset_index()


def agreement(report: Report) -> pd.DataFrame:
    """The readings of samples against the text: ``reading, n, defects, rate, low, high, note``.

    ``low`` and ``high`` bound the rate among all claims: the exact (Clopper-Pearson) 95 % interval for
    a binomial share, in per cent like ``rate``.
    """
    from statsmodels.stats.proportion import proportion_confint

    rows = []
    for record in report.resource("samples").to_dict("records"):
        n, k = int(record["n"]), int(record["defects"])
        if not 0 <= k <= n or not n:
            raise BadInput(
                "samples.csv", f"defects among one claim or more, found {k} of {n}", record["reading"], "defects"
            )
        rates = [f"{100 * share:.1f}" for share in (k / n, *proportion_confint(k, n, method="beta"))]
        rows.append((record["reading"], n, k, *rates, record["note"]))
    return pd.DataFrame(rows, columns=["reading", "n", "defects", "rate", "low", "high", "note"])


@once
def markets(report: Report) -> pd.DataFrame:
    """Forecasts that print two values: what is stated of their growth beside what the values imply.

    ``id, line, chapter, name, statement, first, y0, last, y1, unit`` (values as printed), ``low_bn, high_bn``
    (the values in billions of US dollars, where they are dollars), ``stated`` and, by its digits, ``printed``
    (missing and empty where no rate is printed), ``implied, low, high`` (per cent a year; ``low`` to ``high``
    allows for the rounding of the values), ``verdict, convention`` (of claims that state a rate).
    """
    claims, titles = read(report), chapters(report)
    known = functions(printed(report))
    forecasts = [(claim, found) for claim in claims if (found := _forecast(claim, known))]
    stating = {c.id for c, _ in forecasts if c.expression is not None and c.expression.outermost == "cagr"}
    verdicts = evaluate(report, frozenset(stating)).set_index("id")[["verdict", "convention"]]
    rows = []
    for claim, (name, printed_unit, digits, (first, last, y0, y1)) in forecasts:
        rate = known["cagr"](first, last, y0, y1)
        scale = unit(printed_unit)
        in_billions = [float(n.point * scale.factor / 10**9) if scale.base == "USD" else None for n in (first, last)]
        states = claim.id in stating
        verdict, convention = verdicts.loc[claim.id] if states else ("", "")
        place = (claim.id, claim.line, titles.get(key := claim.section[:3], key), name, claim.statement)
        sizes = (digits[0], int(y0.point), digits[1], int(y1.point), printed_unit, *in_billions)
        stated = (float(Fraction(claim.stated)), claim.stated) if states else (None, "")
        rates = map(float, (rate.point, rate.low, rate.high))
        rows.append((*place, *sizes, *stated, *rates, str(verdict), str(convention)))
    return pd.DataFrame(rows, columns=_MARKETS.split())


_MARKETS = "id line chapter name statement first y0 last y1 unit low_bn high_bn stated printed implied low high verdict convention"
_MARKET = re.compile(r"(?:market|share)\.(.+)\.([12][0-9]{3})(?:@(.*))?")
_RATE = re.compile(r"cagr\.(.+)\.[12][0-9]{3}_[12][0-9]{3}")


def _forecast(claim: Claim, known: Mapping[str, Any]) -> tuple[str, str, list[str], list[Interval]] | None:
    """Name, unit, digits of both values and (first, last, y0, y1) of a claim that prints one market at two times."""
    keys = {name: _MARKET.fullmatch(key) for name, key in claim.quantity.items()}
    sized = sorted((m[2], name, m[1], m[3] or claim.unit) for name, m in keys.items() if m and m[0][:6] == "market")
    call = claim.expression.tree if claim.expression and claim.expression.outermost == "cagr" else None
    rates = [m[1] for m in map(_RATE.fullmatch, claim.quantity.values()) if m]
    name, printed_unit = (sized[0][2], sized[0][3]) if sized else (rates[0] if rates else claim.id, claim.unit)
    name = name.replace(".", " ").replace("_", " ")
    if isinstance(call, ast.Call) and len(call.args) == 4 and claim.stated:
        numbers = [Expression("", arg, frozenset()).number(claim.numbers(), known) for arg in call.args]
        named = [claim.digits.get(ast.unparse(arg)) for arg in call.args[:2]]
        return name, printed_unit, [d or decimal(n) for d, n in zip(named, numbers, strict=False)], numbers
    if len(sized) == 2 and sized[0][2:] == sized[1][2:] and sized[0][0] < sized[1][0] and claim.kind != "level":
        (y0, first, *_), (y1, last, *_) = sized
        values = [claim.numbers()[first], claim.numbers()[last], Interval.exact(int(y0)), Interval.exact(int(y1))]
        return name, printed_unit, [claim.digits[first], claim.digits[last]], values
    return None


@once
def exchange_rates(report: Report) -> pd.DataFrame:
    """Exchange rates implied by amounts that the text gives in two currencies.

    From claims of kind *conversion* whose numbers carry units in New Taiwan dollars and in another currency. Columns
    ``id, page, statement, currency, foreign, taiwan, rate``; the rate is the range that the printed digits allow.
    """
    rows = []
    for claim in read(report):
        if claim.kind != "conversion":
            continue
        found = {}
        for name, digits in claim.digits.items():
            scale = unit(claim.unit_of(name))
            if scale.base in CURRENCIES:
                amount = Interval.printed(digits) * Interval.exact(scale.factor)
                found[scale.base] = (amount, words(digits, claim.unit_of(name)))
        home = found.pop("TWD", None)
        if home and len(found) == 1:
            ((currency, (amount, shown)),) = found.items()
            rate = home[0] / amount
            low, high = outward(rate.low, 2, up=False), outward(rate.high, 2, up=True)
            span = f"{rounded(rate.point, 2)} ({low} to {high})"
            rows.append((claim.id, page(report, claim.line), claim.statement, currency, shown, home[1], span))
    return pd.DataFrame(rows, columns=["id", "page", "statement", "currency", "foreign", "taiwan", "rate"])


@once
def chapter_claims(report: Report, items: Iterable[str]) -> pd.DataFrame:
    """The claims that rest on some tables and figures of the report, for the chapters about them.

    A claim belongs to a table (``1-2-1``) or figure (``圖1-2-7``) when its expression reads a cell of
    it, or a sentence's number filed under it. Only these claims are evaluated, so that a chapter
    depends on no tables beyond those its own claims name. Columns ``id, line, verdict, statement,
    stated, recomputed, note``, in the order of the text.
    """
    wanted = set(items)
    filed = {str(r["id"]): str(r["figure"]).removeprefix("表") for r in report.prose().to_dict("records")}
    chosen = frozenset(
        claim.id for claim in read(report) if claim.expression and _items_of(claim.expression.tree, filed) & wanted
    )
    return register(report, chosen)[["id", "line", "verdict", "statement", "stated", "recomputed", "note"]]


def _items_of(tree: ast.AST, filed: Mapping[str, str]) -> set[str]:
    """The tables and figures whose numbers an expression reads."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Name("t" | "column" | "rank" | "row"), [ast.Constant(str(table)), *_]):
                found.add(table)
            case ast.Call(ast.Name("p"), [ast.Constant(str(sentence)), *_]):
                found.add(filed.get(sentence, ""))
    return found


#: Heading of goals for a whole road-map.
NO_YEAR = "No year"


def roadmaps(report: Report) -> pd.DataFrame:
    """The road-maps: ``roadmap, track, kpi, year, goal`` with sign, value and unit in one string."""
    frame = report.resource("roadmaps")
    words = {"=": "", "<": "< ", "<=": "≤ ", ">=": "≥ ", ">": "> ", "~": "about "}
    goal = [
        f"{words[sign]}{_scaled(value)}{'–' + _scaled(to) if to else ''} {unit}".strip().replace(" x ", "×")
        for sign, value, to, unit in zip(frame["sign"], frame["value"], frame["value_to"], frame["unit"], strict=True)
    ]
    years = frame["year"].replace("", NO_YEAR)
    return frame.assign(goal=goal, year=years)[["roadmap", "track", "kpi", "year", "goal", "note"]]


def _scaled(value: str) -> str:
    """A typed value as it is read: ``5E-8`` as ``5×10⁻⁸``, thousands apart."""
    digits, _, power = value.partition("E")
    return f"{number(digits)}×{power_of_ten(int(power))}" if power else number(digits)


def roadmap_grid(report: Report, roadmap: str) -> pd.DataFrame:
    """One road-map with its years as columns; ``track, kpi`` and a column per printed year."""
    frame = roadmaps(report)
    frame = frame[frame["roadmap"] == roadmap]
    order = list(dict.fromkeys(zip(frame["track"], frame["kpi"], strict=True)))
    wide = frame.pivot_table(index=["track", "kpi"], columns="year", values="goal", aggfunc="; ".join, fill_value="")
    return wide.loc[order].rename_axis(columns=None).reset_index()
