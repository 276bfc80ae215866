"""What the book shows of the claims: by chapter, by kind, the doubtful ones with their arithmetic.

Every function takes a report and returns a frame ready for a table or a figure.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from analysis.claims.evaluation import Claim, evaluate, outward, read
from analysis.claims.expression import Expression
from analysis.claims.linking import INCOMPATIBLE, links, statements
from analysis.claims.readings import AMBIGUOUS, CONTRADICTED, VERDICTS
from analysis.claims.units import CURRENCIES, unit
from analysis.claims.values import ClaimError, Codes, NotPrintedError, Number
from analysis.claims.vocabulary import Printed, functions
from analysis.report import Report
from analysis.rounding import round_fraction

if TYPE_CHECKING:
    import pandas as pd

#: Chapters of the report by the first three characters of ``section``.
CHAPTERS = {
    "S": "Summary",
    "1-1": "Global trends",
    "1-2": "Indicators of industrial innovation",
    "1-3": "Policy",
    "1-4": "Needs and technology topics",
    "2-1": "Policy instruments",
    "2-2": "Semiconductors and photonics",
    "2-3": "Information and communication",
    "2-4": "Machinery",
    "2-5": "Transport",
    "2-6": "Biomedicine",
    "2-7": "Materials and chemicals",
    "2-8": "Net zero",
    "A": "Appendix",
}

_FORM_WORDS = {
    "eq": "",
    "about": "about ",
    "gt": "more than ",
    "ge": "at least ",
    "lt": "less than ",
    "le": "at most ",
    "near": "nearly ",
}


def chapter(section: str) -> str:
    """Chapter key of a section: ``2-2-1`` belongs to ``2-2``."""
    return section[:3]


@functools.lru_cache(maxsize=4)
def _joined(report: Report, only: frozenset[str] | None = None) -> pd.DataFrame:
    """Claims beside their verdicts."""
    claims = report.claims()[["id", "section", "statement", "printed", "unit", "expression", "form"]]
    verdicts = evaluate(report, only).rename(columns={"printed": "stated"})
    return claims.merge(verdicts, on="id", how="inner", sort=False)


def register(report: Report, only: frozenset[str] | None = None) -> pd.DataFrame:
    """All claims for a searchable table: what is said, what follows from the print, the verdict.

    ``only`` keeps the claims with these ids. Columns ``id, line, chapter, kind, statement, stated,
    recomputed, verdict, decision, note``.
    """
    frame = _joined(report, only)
    forms = dict(zip(report.claims()["id"], report.claims()["form"], strict=True))
    stated = [
        f"{_FORM_WORDS.get(forms[i], '')}{_plain(s)} {u}".strip() if s and "=" not in s else _plain(s)
        for i, s, u in zip(frame["id"], frame["stated"], frame["unit"], strict=True)
    ]
    names = [CHAPTERS[chapter(s)] for s in frame["section"]]
    words = {"true": "holds", "false": "does not hold"}
    shown = frame.assign(stated=stated, chapter=names, recomputed=frame["recomputed"].replace(words))
    return shown[["id", "line", "chapter", "kind", "statement", "stated", "recomputed", "verdict", "decision", "note"]]


def _plain(stated: str) -> str:
    """``v0=24.6;v1=107.7`` as ``24.6; 107.7``; years are dropped."""
    parts = [p.partition("=") for p in stated.split(";")]
    if not parts or not parts[0][1]:
        return stated
    return "; ".join(value for name, _, value in parts if not name.startswith("y"))


def by_chapter(report: Report) -> pd.DataFrame:
    """Number of claims by chapter and verdict, with totals; columns ``chapter``, the verdicts, ``all``."""
    frame = _joined(report)
    return _cross([CHAPTERS[chapter(s)] for s in frame["section"]], frame["verdict"], "chapter", CHAPTERS.values())


def by_kind(report: Report) -> pd.DataFrame:
    """Number of claims by kind and verdict, with totals."""
    frame = _joined(report)
    counts = frame["kind"].value_counts()
    return _cross(frame["kind"], frame["verdict"], "kind", counts.index)


def by_decision(report: Report) -> pd.DataFrame:
    """Decisions (sign, rank, threshold, ...) by whether they stand; arithmetic apart."""
    import pandas as pd

    frame = _joined(report)
    frame = frame[frame["decision"] != ""]
    kind = frame["decision"].str.partition(" ")[0]
    outcome = frame["decision"].str.partition(" ")[2]
    columns = ["stands", "open", "depends on the reading", "fails"]
    table = pd.crosstab(kind, outcome).reindex(columns=columns, fill_value=0)
    table["all"] = table.sum(axis=1)
    table.loc["all"] = table.sum()
    return table.rename_axis("decision").reset_index().rename_axis(columns=None)


def _cross(rows: Iterable[str], verdicts: Any, name: str, order: Iterable[str]) -> pd.DataFrame:
    import pandas as pd

    table = pd.crosstab(pd.Series(list(rows), name=name), pd.Series(list(verdicts), name="verdict"))
    table = table.reindex(index=[o for o in order if o in table.index], columns=list(VERDICTS), fill_value=0)
    table["all"] = table.sum(axis=1)
    table.loc["all"] = table.sum()
    return table.rename_axis(columns=None).rename_axis(name).reset_index()


def doubtful(report: Report, verdict: str = CONTRADICTED) -> pd.DataFrame:
    """Claims of one verdict with their arithmetic spelled out in printed digits.

    Columns ``id, line, chapter, statement, stated, arithmetic, recomputed, range, decision, note``.
    """
    frame = register(report)
    bounds = _joined(report)
    keep = frame["verdict"] == verdict
    spelled = spell(report)
    chosen = frame[keep].assign(
        arithmetic=[spelled[i] for i in frame.loc[keep, "id"]],
        range=[
            "" if low == high or low in ("true", "false") else f"{low} to {high}"
            for low, high in zip(bounds.loc[keep, "low"], bounds.loc[keep, "high"], strict=True)
        ],
    )
    columns = ["id", "line", "chapter", "statement", "stated", "arithmetic", "recomputed", "range", "decision", "note"]
    return chosen[columns].reset_index(drop=True)


def ambiguous(report: Report) -> pd.DataFrame:
    """:func:`doubtful` for claims whose verdict hangs on a reading."""
    return doubtful(report, AMBIGUOUS)


def spell(report: Report) -> dict[str, str]:
    """Each claim's expression with the printed numbers in the place of names and cells."""
    claims = read(report)
    printed = Printed(report, {claim.id: claim.numbers() for claim in claims})
    known = functions(printed)
    return {claim.id: _spell(claim, known) for claim in claims if claim.expression}


#: Calls that stand for printed cells or for what many cells amount to; shown as their result.
_LOOKUPS = ("t", "p", "c", "rank", "codes", "top", "count")
_COLUMNS = ("column", "row", "series")


class _Digits(ast.NodeTransformer):
    """Puts printed digits in the place of names, cells and whole columns."""

    def __init__(self, claim: Claim, known: Mapping[str, Any]) -> None:
        self.claim, self.known = claim, known

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.claim.digits.get(node.id, node.id))

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "exact":
            shown: ast.AST = self.visit(node.args[0])
            return shown
        over_columns = any(
            isinstance(a, ast.Call) and isinstance(a.func, ast.Name) and a.func.id in _COLUMNS for a in node.args
        )
        if name in _LOOKUPS or over_columns:
            try:
                value = Expression("", node, frozenset(), frozenset()).value(self.claim.numbers(), self.known)
            except (ClaimError, NotPrintedError):
                return node
            if isinstance(value, Number):
                return ast.Name(decimal(value))
            if isinstance(value, Codes):
                return ast.Name("{" + ", ".join(sorted(value.point)) + "}")
        node.args = [self.visit(a) for a in node.args]
        node.keywords = [ast.keyword(k.arg, self.visit(k.value)) for k in node.keywords]
        return node

    def visit_Set(self, node: ast.Set) -> ast.AST:
        return ast.Name("{" + ", ".join(sorted(str(getattr(e, "value", "")) for e in node.elts)) + "}")


def _spell(claim: Claim, known: Mapping[str, Any]) -> str:
    assert claim.expression is not None
    tree = ast.parse(claim.expression.text.strip(), mode="eval").body
    if isinstance(tree, ast.Call) and claim.expression.outermost == "readings":
        return "; ".join(f"{str(k.arg).replace('_', ' ')}: {_text(k.value, claim, known)}" for k in tree.keywords)
    return _text(tree, claim, known)


def _text(node: ast.AST, claim: Claim, known: Mapping[str, Any]) -> str:
    shown = ast.unparse(_Digits(claim, known).visit(node)).replace("'", "")
    shown = re.sub(r"\(([-\d.]+ [<>=!]+ [-\d.]+)\)", r"\1", shown)
    return shown.replace(" ** ", "^").replace("==", "=").replace("!=", "≠").replace("<=", "≤").replace(">=", "≥")


def decimal(value: Number) -> str:
    """The point of a number as decimals, as few as needed (at most four)."""
    for places in range(5):
        if Fraction(round_fraction(value.point, places)) == value.point:
            break
    return round_fraction(value.point, places)


def markets(report: Report) -> pd.DataFrame:
    """Forecasts that print two values: what is stated of their growth beside what the values imply.

    ``id, line, chapter, name, statement, first, y0, last, y1, unit`` (values as printed), ``low_bn, high_bn``
    (the values in billions of US dollars, where they are dollars), ``stated`` (missing where no
    rate is printed), ``implied, low, high`` (per cent a year; ``low`` to ``high`` allows for the
    rounding of the values), ``verdict, convention`` (of claims that state a rate).
    """
    import pandas as pd

    claims = read(report)
    known = functions(Printed(report, {claim.id: claim.numbers() for claim in claims}))
    verdicts = evaluate(report).set_index("id")[["verdict", "convention"]]
    rows = []
    for claim in claims:
        forecast = _forecast(claim, known)
        if forecast is None:
            continue
        name, printed_unit, (first, last, y0, y1) = forecast
        rate = known["cagr"](first, last, y0, y1)
        scale = unit(printed_unit)
        in_billions = [float(n.point * scale.factor / 10**9) if scale.base == "USD" else None for n in (first, last)]
        states = claim.expression is not None and claim.expression.outermost == "cagr"
        verdict, convention = verdicts.loc[claim.id] if states else ("", "")
        rows.append(
            (
                claim.id, claim.line, CHAPTERS[chapter(claim.section)], name, claim.statement,
                decimal(first), int(y0.point), decimal(last), int(y1.point), printed_unit, *in_billions,
                float(Fraction(claim.stated)) if states else None,
                float(rate.point), float(rate.low), float(rate.high), str(verdict), str(convention),
            )
        )  # fmt: skip
    columns = [
        "id", "line", "chapter", "name", "statement", "first", "y0", "last", "y1", "unit", "low_bn", "high_bn",
        "stated", "implied", "low", "high", "verdict", "convention",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


_MARKET = re.compile(r"(?:market|share)\.(.+)\.([12][0-9]{3})(?:@(.*))?")
_RATE = re.compile(r"cagr\.(.+)\.[12][0-9]{3}_[12][0-9]{3}")


def _forecast(claim: Claim, known: Mapping[str, Any]) -> tuple[str, str, list[Number]] | None:
    """Name, unit and (first, last, y0, y1) of a claim that prints one market at two times."""
    keys = {name: _MARKET.fullmatch(key) for name, key in claim.quantity.items()}
    sized = sorted((m[2], name, m[1], m[3] or claim.unit) for name, m in keys.items() if m and m[0][:6] == "market")
    call = claim.expression.tree if claim.expression and claim.expression.outermost == "cagr" else None
    rates = [m[1] for m in map(_RATE.fullmatch, claim.quantity.values()) if m]
    name, printed_unit = (sized[0][2], sized[0][3]) if sized else (rates[0] if rates else claim.id, claim.unit)
    name = name.replace(".", " ").replace("_", " ")
    if isinstance(call, ast.Call) and len(call.args) == 4 and claim.stated:
        return name, printed_unit, [_number(claim, arg, known) for arg in call.args]
    if len(sized) == 2 and sized[0][2:] == sized[1][2:] and sized[0][0] < sized[1][0] and claim.kind != "level":
        values = [claim.numbers()[name_] for _, name_, _, _ in sized]
        return name, printed_unit, [*values, *(Number.exact(int(year)) for year, *_ in sized)]
    return None


def _number(claim: Claim, node: ast.expr, known: Mapping[str, Any]) -> Number:
    value = Expression("", node, frozenset(), frozenset()).value(claim.numbers(), known)
    if not isinstance(value, Number):
        raise ClaimError("a number")
    return value


def conflicts(report: Report) -> pd.DataFrame:
    """Quantities to which the text gives values that exclude each other; see :mod:`.linking`.

    One row a quantity: ``quantity, values, claims, statements``. ``values`` lists the distinct
    printed values, ``claims`` who says which, ``statements`` one of each in words.
    """
    import pandas as pd

    text = dict(zip(report.claims()["id"], report.claims()["statement"], strict=True))
    pairs = links(report)
    rows = []
    for quantity in dict.fromkeys(pairs.loc[pairs["verdict"] == INCOMPATIBLE, "quantity"]):
        said: dict[str, list[str]] = {}
        for statement in statements(read(report))[quantity]:
            said.setdefault(f"{statement.digits} {statement.unit}".strip(), []).append(statement.id)
        values = sorted(said, key=lambda v: -len(said[v]))
        rows.append(
            (
                quantity,
                "; ".join(values),
                "; ".join(f"{v}: {_few(said[v])}" for v in values),
                " / ".join(text[said[v][0]] for v in values),
            )
        )
    return pd.DataFrame(rows, columns=["quantity", "values", "claims", "statements"])


def _few(identifiers: list[str], most: int = 3) -> str:
    more = len(identifiers) - most
    return ", ".join(identifiers[:most]) + (f" and {more} more" if more > 0 else "")


def exchange_rates(report: Report) -> pd.DataFrame:
    """Exchange rates implied by amounts that the text gives in two currencies.

    From claims of kind *conversion* whose numbers carry units in New Taiwan dollars and in another
    currency. Columns ``id, line, statement, currency, foreign, taiwan, rate``; the rate is the range
    that the printed digits allow.
    """
    import pandas as pd

    rows = []
    for claim in read(report):
        if claim.kind != "conversion":
            continue
        found = {}
        for name, digits in claim.digits.items():
            printed_unit = claim.quantity.get(name, "").partition("@")[2] or (
                claim.unit if name == claim.claimed else ""
            )
            scale = unit(printed_unit)
            if scale.base in CURRENCIES:
                found[scale.base] = (Number.printed(digits) * Number.exact(scale.factor), f"{digits} {printed_unit}")
        home = found.pop("TWD", None)
        if home and len(found) == 1:
            ((currency, (amount, shown)),) = found.items()
            rate = home[0] / amount
            low, high = outward(rate.low, 2, up=False), outward(rate.high, 2, up=True)
            span = f"{round_fraction(rate.point, 2)} ({low} to {high})"
            rows.append((claim.id, claim.line, claim.statement, currency, shown, home[1], span))
    return pd.DataFrame(rows, columns=["id", "line", "statement", "currency", "foreign", "taiwan", "rate"])


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
    frame = register(report, chosen).reset_index(drop=True)
    return frame[["id", "line", "verdict", "statement", "stated", "recomputed", "note"]]


def _items_of(tree: ast.AST, filed: Mapping[str, str]) -> set[str]:
    """The tables and figures whose numbers an expression reads."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                if node.func.id in ("t", "column", "rank", "row", "series"):
                    found.add(first.value)
                elif node.func.id == "p":
                    found.add(filed.get(first.value, ""))
    return found


def roadmaps(report: Report) -> pd.DataFrame:
    """The road-maps: ``roadmap, track, kpi, year, goal`` with sign, value and unit in one string."""
    frame = report.resource("roadmaps")
    words = {"=": "", "<": "< ", "<=": "≤ ", ">=": "≥ ", ">": "> ", "~": "about "}
    goal = [
        f"{words[sign]}{value}{'–' + to if to else ''} {unit}".strip()
        for sign, value, to, unit in zip(frame["sign"], frame["value"], frame["value_to"], frame["unit"], strict=True)
    ]
    return frame.assign(goal=goal)[["roadmap", "track", "kpi", "year", "goal", "note"]]


def roadmap_grid(report: Report, roadmap: str) -> pd.DataFrame:
    """One road-map with its years as columns; ``track, kpi`` and a column per printed year."""
    frame = roadmaps(report)
    frame = frame[frame["roadmap"] == roadmap]
    order = list(dict.fromkeys(zip(frame["track"], frame["kpi"], strict=True)))
    wide = frame.pivot_table(index=["track", "kpi"], columns="year", values="goal", aggfunc="; ".join, fill_value="")
    return wide.loc[order].rename_axis(columns=None).reset_index()
