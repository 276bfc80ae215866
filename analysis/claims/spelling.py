"""An expression as a reader needs it: with the printed digits in the place of names and cells."""

import ast
import re
from collections.abc import Mapping
from typing import Any

from analysis.claims.claim import Claim, printed, read
from analysis.claims.expression import Expression, called
from analysis.claims.values import ClaimError, Codes, NotPrintedError
from analysis.claims.vocabulary import functions
from analysis.interval import Interval, exact_decimals, rounded
from analysis.report import Report, once


@once
def spell(report: Report) -> dict[str, str]:
    """Each claim's expression with the printed numbers in the place of names and cells."""
    known = functions(printed(report))
    return {claim.id: _spell(claim, known) for claim in read(report) if claim.expression}


#: Calls that stand for printed cells or for what many cells amount to; shown as their result.
_LOOKUPS = ("t", "p", "c", "rank", "codes", "count")
_COLUMNS = ("column", "row")


class _Digits(ast.NodeTransformer):
    """Puts printed digits in the place of names, cells and whole columns."""

    def __init__(self, claim: Claim, known: Mapping[str, Any]) -> None:
        self.claim, self.known = claim, known

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.claim.digits.get(node.id, node.id))

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = called(node)
        if name == "exact":
            shown: ast.AST = self.visit(node.args[0])
            return shown
        if name in _LOOKUPS or any(called(argument) in _COLUMNS for argument in node.args):
            try:
                value = Expression("", node, frozenset()).value(self.claim.numbers(), self.known)
            except (ClaimError, NotPrintedError):
                return node
            if isinstance(value, Interval):
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


def decimal(value: Interval) -> str:
    """The point of a number as decimals, as few as needed (at most four)."""
    return rounded(value.point, exact_decimals(value.point, 4))
