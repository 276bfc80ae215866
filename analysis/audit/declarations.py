"""Which printed cell follows from which others: relations as data.

``relations.csv`` of an edition has one relation a row, applied to each of its ``tables`` (separated by spaces):
``target`` = ``kernel(inputs)``. A term ``measure[row, key]`` names cells of that table (``measure`` alone: of the same
row and key), ``2-1:measure[row, key]`` of another one, ``prose:id`` a number printed in a sentence; ``{a, b}[…]``
stands for several measures in turn and ``same`` for the measure of the target. ``c`` stands for every row of the
target's block, ``c:country`` for its rows of one kind, ``{A,B}`` in a target for those rows in turn; ``y`` for every
key (year, or entity in a table without years), ``y-1`` and ``y+1`` for the year before and after, ``y<`` for the column
printed before; ``first``, ``last``, ``first+1`` and ``last-1`` count the keys printed in that block, so that no year
need be named; ``prose:id[y]`` is a sentence about the year of the target. In inputs ``*-A`` is every row but A, ``*-{A,B}`` every row
but these, ``others`` every other row, ``{A,B}`` those rows or keys, ``above`` and ``below`` the neighbouring rows. Where the
report does not print a target or an input, there is no instance; where it leaves an input blank in a place of its
table, the target is unchecked. A measure, row or entity whose name holds one of ``,:/[]{}`` is written as it is printed.

``low`` and ``high`` are bounds of :mod:`analysis.audit.kernels`: a number or a name in ``bounds.csv`` (``1/name``: of
the inverse); ``key`` keeps one key of the target, ``derives`` names the relation whose failure this derivation may
explain, ``assumes`` says what the relation takes for granted that nobody printed, ``why`` why it holds.
"""

import itertools
import re
import shlex
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from analysis.audit.cells import PROSE
from analysis.audit.kernels import ARITHMETIC, BOUNDING, KERNELS, RANKINGS
from analysis.interval import fraction
from analysis.report import BadInput, Report, once, records

#: Relations whose point is the very number expected in print (others only bound it).
EXACT = frozenset(kernel.__name__ for kernel in (*ARITHMETIC, *RANKINGS))
RANKS = frozenset(kernel.__name__ for kernel in RANKINGS)
_BOUNDING = frozenset(kernel.__name__ for kernel in BOUNDING)

RESOURCE, BOUNDS = "relations", "bounds"

#: A key relative to that of the target, and one counted among the keys of a block.
SHIFTED, COUNTED = re.compile(r"y([+-][0-9]{1,4})?"), re.compile(r"(first|last)([+-][0-9]{1,4})?")

_TERM = re.compile(
    r"(?:(?P<table>[^:\[\]{},/]+):)?(?P<measure>[^:\[\]{},/]+)"
    r"(?:/(?:(?P<table2>[^:\[\]{},/]+):)?(?P<second>[^:\[\]{},/]+))?(?:\[(?P<place>[^\[\]]*)\])?"
)


@dataclass(frozen=True)
class Term:
    """A reference to cells: ``second`` pairs a further measure with the first."""

    table: str
    measure: str
    row: str
    key: str
    second: tuple[str, str] | None = None

    @property
    def names(self) -> list[tuple[str, str]]:
        """Table and measure of the cells, and of those paired with them."""
        return [(self.table, self.measure), *([self.second] if self.second else [])]


@dataclass(frozen=True)
class Relation:
    """One declared relation; ``text`` is its formula as declared.

    ``low`` is ``None`` where a complement does not say of what: of a whole.
    """

    table: str
    name: str
    text: str
    target: Term
    kernel: str
    inputs: tuple[Term, ...]
    low: Fraction | None = Fraction(1)
    high: Fraction = Fraction(1)
    key: str = ""
    derives: str = ""
    assumes: str = ""
    why: str = ""

    @property
    def tables(self) -> frozenset[str]:
        """Every table that it reads."""
        return frozenset(table for table, _ in self.names)

    @property
    def names(self) -> frozenset[tuple[str, str]]:
        """Every table and measure that it reads."""
        return frozenset(name for term in (self.target, *self.inputs) for name in term.names)

    @property
    def basis(self) -> str:
        """What a verdict rests on: ``exact`` arithmetic, ``order``, a declared ``bound``, an ``assumption``."""
        if self.assumes:
            return "assumption"
        if self.kernel in _BOUNDING:
            return "bound"
        return "exact" if self.kernel in EXACT - RANKS else "order"


@once
def declared(report: Report) -> tuple[Relation, ...]:
    """The relations of an edition; none if its package lists no ``relations``.

    Raises :class:`analysis.report.BadInput` naming the row that is wrong.
    """
    if not report.has(RESOURCE):
        return ()
    bounds: dict[str, tuple[Fraction, Fraction]] = {}
    if report.has(BOUNDS):
        for line, record in _numbered(report, BOUNDS):
            low, high = (_number(record[k], "bounds.csv", line, k) for k in ("low", "high"))
            if low > high:
                raise BadInput("bounds.csv", "a high bound that is not below the low one", line, "high")
            bounds[record["name"]] = low, high
    found: list[Relation] = []
    tables = report.tables  # what is wrong with these is said before the first relation is read
    known = {number: table.measures for number, table in tables.items()}
    names = set().union(*known.values())
    entities = {f.entity for table in tables.values() for f in table.values}
    places = [n for n in dict.fromkeys([*report.entities, *entities]) if set(n) & _MARKS]
    for line, record in _numbered(report, RESOURCE):
        try:
            made = parse(record, bounds, tables, names, places)
        except ValueError as error:
            column, _, said = str(error).partition("|")
            raise BadInput("relations.csv", said, line, column) from None
        for relation in made:
            for place, terms in (("target", [relation.target]), ("inputs", relation.inputs)):
                for table, measure in (name for term in terms for name in term.names):
                    if table in known and measure not in known[table]:
                        named = (f for f in tables[table].values if f.name == measure)  # which go by their measure
                        own = next((f", which is {f.measure}[c, {f.year or f.entity}]" for f in named), "")
                        said = f"a column of table {table}, found {measure!r}{own}"
                        raise BadInput("relations.csv", said, line, place)
        found += made
    return tuple(found)


def _numbered(report: Report, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    return ((f"line {number}", record) for number, record in enumerate(records(report.resource(name)), 2))


def _number(text: str, file: str, line: str, column: str) -> Fraction:
    try:
        return fraction(text)
    except ValueError:
        raise BadInput(file, f"a number, found {text!r}", line, column) from None


def parse(
    record: Mapping[str, str],
    bounds: Mapping[str, tuple[Fraction, Fraction]] | None = None,
    known: Collection[str] = (),
    names: Collection[str] = (),
    places: Collection[str] = (),
) -> list[Relation]:
    """The relations of one row of ``relations.csv``, one for each table, measure and row named.

    ``record`` needs ``tables, name, target, kernel, inputs``; ``bounds`` are the rows of ``bounds.csv`` by name,
    ``known`` the names of tables (those with blanks stand alone or in quotes), ``names`` those of measures, ``places``
    those of rows and entities that hold a mark. Raises :class:`ValueError` with ``column|what is expected``.
    """
    for column in ("tables", "name", "target", "kernel", "inputs"):
        if column not in record:
            raise ValueError(f"{column}|this column; it is missing")
    given = {k: record.get(k, "").strip() for k in ("key", "derives", "assumes", "why")}
    name, kernel, target, inputs = (record[k].strip() for k in ("name", "kernel", "target", "inputs"))
    if kernel not in KERNELS:
        raise ValueError(f"kernel|one of {', '.join(KERNELS)}, found {kernel!r}")
    low, high = (_bound(record.get(side, "").strip(), side, bounds or {}) for side in ("low", "high"))
    if kernel in _BOUNDING - {"room"} and low > high:
        raise ValueError(f"high|a bound that is not below the low one, found {low} and {high}")
    least = None if kernel == "complement" and not record.get("low", "").strip() else low
    text, found = f"{target} = {kernel}({inputs})", []
    # a name that holds a mark of the notation is one sign while formulas are taken apart
    odd = [*_longest(n for n in names if set(n) & _MARKS), *_longest(n for n in places if n in text)]
    signs = dict(enumerate(odd[: sys.maxunicode - _SIGN], _SIGN))
    for sign, one in signs.items():
        target, inputs = (_signed(part, one, chr(sign), one in names) for part in (target, inputs))
    for table in _tables(record["tables"].strip(), known):
        for measure, rest in _each(target):
            terms = [_term(t, table, measure, "inputs", signs) for t in _split(inputs)]
            aim = _term(f"{measure}{rest}", table, measure, "target", signs)
            rows = members(aim.row) if aim.row.startswith("{") else [aim.row]
            for row in rows:
                fixed = [t if len(rows) == 1 else _for_row(t, row) for t in terms]
                _arity(kernel, fixed)
                where = replace(aim, row=row, second=None)
                found.append(Relation(table, name, text, where, kernel, tuple(fixed), least, high, **given))
    if not found:
        raise ValueError("tables|the names of one or more tables")
    return found


def _tables(text: str, known: Collection[str]) -> list[str]:
    if text in known:
        return [text]
    try:
        return shlex.split(text)
    except ValueError:
        raise ValueError("tables|names of tables, those with blanks in quotes") from None


def _longest(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda n: (-len(n), n))


def _signed(text: str, name: str, sign: str, measure: bool) -> str:
    """A name as one sign: of a measure wherever it stands, of a row or entity where a place is named."""
    if measure or name not in text:
        return text.replace(name, sign)
    return re.sub(rf"((?:[\[{{,]|\*-)\s*){re.escape(name)}(?=\s*[,\]}}])", rf"\g<1>{sign}", text)


_ANY = 10**9
#: The first of the characters that have no meaning.
_SIGN = 0xF0000
#: What the notation is made of, and the comma of a name that stands in a list.
_MARKS, _COMMA = frozenset(",:/[]{}"), chr(_SIGN - 1)
#: How many inputs a kernel needs, at least and at most; others take any number, at least one.
_INPUTS = dict.fromkeys(("growth", "difference", "product", "from_share", "compound_with", "between"), (2, 2))
_INPUTS |= {"compound": (1, 1), "at_most": (1, 1), "before": (3, 3)}
_INPUTS |= dict.fromkeys((*RANKS, "share", "holds_parts", "holds_before", "sum_before"), (2, _ANY))
_INPUTS |= {"rank_among": (3, _ANY)}
#: How many of the first inputs stand alone, where the others come in pairs.
_ALONE = {"rank_among": 2, "room": 0, "holds_parts": 1, "holds_before": 0, "sum_before": 0}
#: Of these a pair is one term, so that both are left out where either is not printed.
_LISTED = frozenset({"rank_among", "room"})


def _arity(kernel: str, terms: Sequence[Term]) -> None:
    least, most = _INPUTS.get(kernel, (1, _ANY))
    if not least <= len(terms) <= most:
        wanted = least if least == most else f"at least {least}"
        raise ValueError(f"inputs|{wanted} terms for {kernel}, found {len(terms)}")
    for term in terms:
        if term.second and kernel not in (*_LISTED, "holds_parts"):
            pair = f"{term.measure}/{term.second[1]}"
            raise ValueError(f"inputs|no pairs of measures for {kernel}, and no column is named {pair!r}")
    alone = _ALONE.get(kernel, most if most < _ANY else 1 if least > 1 else 0)
    if any(t.second or _is_set(t) for t in terms[:alone]):
        raise ValueError(f"inputs|one number each in the first {alone} terms for {kernel}")
    if kernel not in _ALONE:
        return
    for paired, run in itertools.groupby(terms[alone:], lambda t: t.second is not None):
        loose = list(run)
        if not paired and (kernel in _LISTED or len(loose) % 2 or any(map(_is_set, loose))):
            form = "a/b[row, key]" if kernel in _LISTED else "a[row, key], b[row, key]"
            after = f" after the first {alone}" if alone else ""
            raise ValueError(f"inputs|pairs {form}{after} for {kernel}")


def _is_set(term: Term) -> bool:
    """Whether a term may name more than one cell for a target."""
    return any(part == "others" or part.startswith(("{", "*")) for part in (term.row, term.key))


def _bound(text: str, side: str, bounds: Mapping[str, tuple[Fraction, Fraction]]) -> Fraction:
    if not text:
        return Fraction(1)
    name, inverse = text.removeprefix("1/"), text.startswith("1/")
    try:
        if name in bounds:
            return 1 / bounds[name][side == "low"] if inverse else bounds[name][side == "high"]
        return fraction(text)
    except ValueError:
        raise ValueError(f"{side}|a number or a name in bounds.csv, found {text!r}") from None


def _each(target: str) -> list[tuple[str, str]]:
    """Measures of a target in turn, and what follows: ``{a, b}[c]`` is a, b and ``[c]``."""
    if target.startswith("{") and "}" in target:
        names, _, rest = target.partition("}")
        return [(n, rest) for n in members(names + "}")]
    name, mark, rest = target.partition("[")
    return [(name.strip(), mark + rest)]


def counted(pattern: str, keys: Sequence[str]) -> str | None:
    """The key that ``first``, ``last``, ``first+1``, ... stands for; any other pattern stands for itself.

    ``None`` where the block has no such key.
    """
    match = COUNTED.fullmatch(pattern)
    if not match:
        return pattern
    place = int(match[2] or 0) + (len(keys) - 1 if match[1] == "last" else 0)
    return keys[place] if 0 <= place < len(keys) else None


def members(text: str) -> list[str]:
    """``{A, B}`` as a list."""
    inside = text.strip().removeprefix("{").removesuffix("}")
    return [m.replace(_COMMA, ",") for m in (part.strip() for part in inside.split(",")) if m]


def _for_row(term: Term, row: str) -> Term:
    where, key = (row if part == "c" else part for part in (term.row, term.key))
    return replace(term, row=where, key=key)


def _term(text: str, table: str, same: str, column: str, signs: Mapping[int, str]) -> Term:
    match = _TERM.fullmatch(text.strip())
    if not match or text.count("{") != text.count("}"):
        raise ValueError(f"{column}|terms such as measure[row, key], found {text.strip().translate(signs)!r}")
    here, measure = match["table"] or table, match["measure"].strip()
    if here == PROSE:
        return Term(PROSE, measure, measure, (match["place"] or "").strip())
    measure = (same if measure == "same" else measure).translate(signs)
    listed = {sign: name.replace(",", _COMMA) for sign, name in signs.items()}
    where = [p.strip() for p in re.split(r",(?![^{]*\})", match["place"] or "")]
    where = [p.translate(listed if p.startswith(("{", "*-{")) else signs) for p in where]
    if len(where) > 2:
        raise ValueError(f"{column}|one row and one key, found {text.strip().translate(signs)!r}")
    if len(where) == 2:
        row, key = where
    elif where[0] == "y<" or SHIFTED.fullmatch(where[0]) or COUNTED.fullmatch(where[0]):
        row, key = "only", where[0]
    else:
        row, key = where[0] or "c", "y"
    second = (match["table2"] or here, match["second"].strip().translate(signs)) if match["second"] else None
    return Term(here, measure, row, key, second)


def _split(text: str) -> list[str]:
    return re.findall(r"(?:[^,\[]|\[[^\]]*\])+", text)
