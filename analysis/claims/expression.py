"""The small language of claims: parse with Python's own parser, walk a whitelist.

An expression is Python syntax for arithmetic, comparisons, ``and or not`` and calls of the functions in
:mod:`analysis.claims.vocabulary`. Nothing is ever executed: the tree is checked node by node against :data:`NODES` and
walked by :meth:`Expression.value`. Length, size and depth are bounded, so any text whatever ends quickly, in a value or
in a :class:`ClaimError`.
"""

import ast
import functools
import inspect
import operator
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from analysis.claims.values import ClaimError, Codes, Truth, Truths, Value, checked, lift, lift_compare, power
from analysis.interval import Interval

MAX_LENGTH = 2000
MAX_NODES = 400
MAX_DEPTH = 25

#: Kinds of nodes that an expression may hold, beside operators.
_NODES = "Expression BinOp UnaryOp BoolOp Compare Call keyword Name Load Constant Tuple List Set"
NODES = frozenset(_NODES.split())
_OPERATORS = (ast.operator, ast.unaryop, ast.boolop, ast.cmpop)

_ARITHMETIC: dict[type, Callable[[Interval, Interval], Interval]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: dict[type, str] = dict(
    zip((ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq), ("<", "<=", ">", ">=", "==", "!="), strict=True)
)


@dataclass(frozen=True)
class Expression:
    """A parsed, whitelisted expression; compare equal by text."""

    text: str
    tree: ast.expr
    calls: frozenset[str]

    @property
    def outermost(self) -> str:
        """Name of the function the whole expression is a call of, or an empty string."""
        return called(self.tree)

    def value(self, names: Mapping[str, Interval], functions: Mapping[str, Callable[..., Any]]) -> Value:
        """Evaluate; raises :class:`ClaimError` for anything outside the language."""
        found = _value(self.tree, names, functions)
        if isinstance(found, str | tuple | frozenset) or found is None:
            raise ClaimError("a number or a comparison as the result")
        result: Value = found
        return result

    def of_numbers(self, names: Collection[str]) -> bool:
        """Whether it rests on numbers of the report, and not on its own alone."""
        used = {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)}
        return not used.isdisjoint({*names, "t", "p", "c", "column", "row"})

    def number(self, names: Mapping[str, Interval], functions: Mapping[str, Callable[..., Any]]) -> Interval:
        """Evaluate to one number; raises :class:`ClaimError` for anything else."""
        found = self.value(names, functions)
        if not isinstance(found, Interval):
            raise ClaimError("an expression worth one number")
        return found


def called(node: ast.AST) -> str:
    """Name of the function that a node is a call of, or an empty string."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


@functools.lru_cache(4096)  # editions that are compared have most of their claims in common
def parse(text: str) -> Expression:
    """Check an expression and return it ready for evaluation.

    Raises :class:`ClaimError` for anything outside the language: attributes,
    subscripts, lambdas, comprehensions, starred arguments, too long or too deep.
    """
    if len(text) > MAX_LENGTH:
        raise ClaimError(f"an expression of at most {MAX_LENGTH} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        raise ClaimError(f"an expression; {error.msg} at character {error.offset}") from None
    except (ValueError, RecursionError, MemoryError):
        raise ClaimError("an expression; this text cannot be read as one") from None
    calls: set[str] = set()
    pending: list[tuple[ast.AST, int]] = [(tree, 0)]
    seen = 0
    while pending:
        node, depth = pending.pop()
        seen += 1
        if seen > MAX_NODES:
            raise ClaimError(f"an expression of at most {MAX_NODES} parts")
        if depth > MAX_DEPTH:
            raise ClaimError(f"an expression nested at most {MAX_DEPTH} deep")
        _allow(node)
        if isinstance(node, ast.Call):
            calls.add(called(node))
            children: list[ast.AST] = [*node.args, *node.keywords]
        else:
            children = list(ast.iter_child_nodes(node))
        pending += [(child, depth + 1) for child in children]
    return Expression(text, tree.body, frozenset(calls))


def _allow(node: ast.AST) -> None:
    if type(node).__name__ not in NODES and not isinstance(node, _OPERATORS):
        raise ClaimError(f"no {type(node).__name__} in an expression")
    if isinstance(node, ast.Call) and not isinstance(node.func, ast.Name):
        raise ClaimError("calls of functions by name only")
    if isinstance(node, ast.keyword) and node.arg is None:
        raise ClaimError("no ** arguments")
    if isinstance(node, ast.Call) and len({k.arg for k in node.keywords}) < len(node.keywords):
        raise ClaimError("each named argument once")
    if isinstance(node, ast.BinOp) and type(node.op) not in {*_ARITHMETIC, ast.Pow}:
        raise ClaimError(f"only + - * / ** between numbers, not {type(node.op).__name__}")
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
        raise ClaimError("no ~ in an expression")
    if isinstance(node, ast.Compare) and any(type(o) not in _COMPARISONS for o in node.ops):
        raise ClaimError("only < <= > >= == != as comparisons")
    if isinstance(node, ast.Constant) and not (node.value is None or type(node.value) in (int, float, str)):
        raise ClaimError(f"no constant of type {type(node.value).__name__}")


def _value(node: ast.AST, names: Mapping[str, Interval], functions: Mapping[str, Callable[..., Any]]) -> Any:
    """What a checked tree is worth."""

    def of(child: ast.AST) -> Any:
        return _value(child, names, functions)

    match node:
        case ast.Constant(str() | None as word):
            return word
        case ast.Constant(number):
            return _exact(number)
        case ast.Name(name):
            if name not in names:
                raise ClaimError(f"only names given in printed; {name} is not")
            return names[name]
        case ast.Tuple(items) | ast.List(items) | ast.Set(items):
            return tuple(of(item) for item in items)
        case ast.UnaryOp(ast.Not(), operand):
            return _truth(of(operand)).negated()
        case ast.UnaryOp(sign, operand):
            return lift(operator.neg if isinstance(sign, ast.USub) else lambda a: a, of(operand))
        case ast.BinOp(left, ast.Pow(), right):
            base, exponent = of(left), whole(of(right), "an exponent")
            return lift(lambda a: power(a, exponent), base)
        case ast.BinOp(left, sign, right):
            return lift(_ARITHMETIC[type(sign)], of(left), of(right))
        case ast.BoolOp(word, values):
            truths = [_truth(of(value)) for value in values]
            return functools.reduce(Truth.both if isinstance(word, ast.And) else Truth.either, truths)
        case ast.Compare(left, signs, others):
            sides = [of(side) for side in (left, *others)]
            results = [_compare(a, sign, b) for a, sign, b in zip(sides, signs, sides[1:], strict=False)]
            return results[0] if len(results) == 1 else functools.reduce(Truth.both, map(_truth, results))
        case ast.Call(_, arguments, keywords):
            name = called(node)
            if name not in functions:
                raise ClaimError(f"one of the functions {', '.join(sorted(functions))}; {name} is none")
            given, named = [of(a) for a in arguments], {str(k.arg): of(k.value) for k in keywords}
            try:
                bound = inspect.signature(functions[name]).bind(*given, **named)
            except TypeError as error:
                raise ClaimError(f"{name}(): {error}") from None
            return functions[name](*bound.args, **bound.kwargs)
    raise AssertionError(f"{node} has passed the whitelist")


def _exact(number: Any) -> Interval:
    """A number as typed: the shortest digits of a float are those."""
    try:
        return checked(Interval.exact(Fraction(repr(number))))
    except (ValueError, OverflowError):
        raise ClaimError("finite numbers") from None


def _compare(a: Any, sign: ast.cmpop, b: Any) -> Truth | Truths:
    symbol = _COMPARISONS[type(sign)]
    if isinstance(b, Codes) and not isinstance(a, Codes):
        a, b = b, a
    if isinstance(a, Codes):
        if symbol not in ("==", "!="):
            raise ClaimError("only == or != between sets of codes")
        found = a.equals(strings(b))
        return found if symbol == "==" else found.negated()
    return lift_compare(a, symbol, b)


def strings(value: Any) -> frozenset[str]:
    """Codes or other words of an expression: one, or several in brackets."""
    items = (value,) if isinstance(value, str) else value
    if not isinstance(items, tuple | frozenset) or not all(isinstance(i, str) for i in items):
        raise ClaimError("codes in quotes")
    return frozenset(items)


def _truth(value: Any) -> Truth:
    if not isinstance(value, Truth):
        raise ClaimError("a comparison here, not a number or a column")
    return value


def whole(value: Any, what: str) -> int:
    """A whole number out of an exact :class:`Interval` (a year, an exponent)."""
    if not isinstance(value, Interval) or not value.is_exact or value.point.denominator != 1:
        raise ClaimError(f"{what} that is a whole number")
    return int(value.point)
