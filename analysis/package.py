"""What ``datapackage.json`` says of the tables, as typed objects; wrong types are refused here.

A resource needs ``name``, ``path`` and ``schema`` with named fields, as in any Frictionless
package; everything else has a default. A resource is a *printed table* if it has a ``table``
number or a field of role ``value``; its first field holds the row label. Where it names no such field, those
after the first hold printed numbers whose type is a number and that have no other role.
"""

import functools
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from analysis.files import BadInput, first_mismatch, shown

PACKAGE = "datapackage.json"
#: Resources that are no printed tables, and the columns each must have (:mod:`analysis.audit.declarations` says
#: what ``relations`` needs).
BESIDE: dict[str, tuple[str, ...]] = {
    "labels": ("label", "code"),
    "relations": (),
    "bounds": ("name", "low", "high"),
    "series": ("table", "measure", "name", "group", "scale"),
    "checks": ("table", "checked"),
    "known_findings": (
        *("id", "grade", "consequence", "status", "decided_by", "treatment"),
        *("title", "explanation", "signature", "repair", "expect"),
    ),
    "prose": ("id", "figure", "year", "measure", "unit", "printed", "qualifier"),
}
#: Columns of resources that a printed table may share its name with: asked for when they are read.
READ: dict[str, tuple[str, ...]] = {
    "figures": ("figure", "title", "data_printed"),
    "statements": ("statement", "seed_line", "series", "table", "measure"),
    "evidence": (
        *("id", "table", "row", "column", "entity", "year", "value", "unit", "precision", "expression", "basis"),
        *("printed_basis", "printed_dated", "publisher", "published", "revision"),
    ),
    "claims": (
        *("id", "seed_line", "section", "kind", "statement", "printed", "unit", "expression", "form", "claimed"),
        *("quantity", "reason", "apart", "note"),
    ),
}
_COUNT, _DIGITS = {"type": "integer", "required": True}, r"[0-9]+(\.[0-9]+)?"
_CONSEQUENCES = ("conclusion", "number", "cosmetic")
#: What is computed with in them is held to this, whatever a package says of it.
_HELD: dict[str, dict[str, dict[str, Any]]] = {
    "prose": {
        "year": {"type": "integer"},
        "printed": {"required": True, "pattern": r"-?(0|[1-9][0-9]{0,2}(,[0-9]{3})*)(\.[0-9]+)?"},
    },
    "pages": {"seed_line": _COUNT, "page": _COUNT},
    "checks": {"checked": _COUNT},
    "known_findings": {
        "grade": {"required": True, "enum": ("error", "pattern", "unusual")},
        "consequence": {"required": True, "enum": _CONSEQUENCES},
    },
    "figures": {
        "page": {"type": "integer"},
        "data_printed": {"required": True, "enum": ("full", "ranks", "points", "none")},
    },
    "samples": {"n": _COUNT, "defects": _COUNT},
    "slips": {"consequence": {"required": True, "enum": _CONSEQUENCES}, "says_line": _COUNT, "shows_line": _COUNT},
    "roadmaps": {
        "sign": {"required": True, "enum": ("<", "<=", "=", ">=", ">", "~")},
        "value": {"required": True, "pattern": rf"-?{_DIGITS}(E-?[0-9]+)?"},
        "value_to": {"pattern": rf"-?{_DIGITS}(E-?[0-9]+)?"},
    },
    "evidence": {
        "value": {"required": True, "pattern": rf"-?{_DIGITS}"},
        "precision": {"required": True, "pattern": _DIGITS},
        "revision": {"pattern": _DIGITS},
    },
    "series": {"scale": {"required": True, "enum": ("log", "level")}},
}
_NUMERIC = ("number", "integer")
#: The types of fields that Frictionless knows.
_OTHER_TYPES = "string boolean object array list datetime date time year yearmonth duration geopoint geojson any"
_TYPES = (*_NUMERIC, *_OTHER_TYPES.split())
ROLES = ("row", "attribute", "value")
_MISSING: Any = object()
_WORDS = {str: "text", int: "a whole number", bool: "true or false", list: "a list", dict: "an object"}

T = TypeVar("T")


@dataclass(frozen=True)
class Field:
    """One column of a printed table; ``decimals`` is ``"mixed"`` where the print mixes them."""

    name: str
    role: str
    title_en: str
    measure: str
    year: int | None
    unit: str
    entity: str
    exact: bool
    required: bool
    pattern: str
    kinds: tuple[str, ...]
    enum: tuple[str, ...] = ()
    decimals: str = ""
    type: str = "string"


@dataclass(frozen=True)
class Table:
    """What ``datapackage.json`` says of one printed table (``page`` 0: not said)."""

    table: str
    file: str
    page: int
    source: str
    notes: tuple[str, ...]
    fields: tuple[Field, ...]
    row_measures: dict[str, dict[str, str]]
    #: Years whose numbers are projections, and when a footnote says the source was read (``2024-09``).
    projected: tuple[int, ...] = ()
    retrieved: str = ""
    #: The year of the prices in which an amount at constant prices is expressed.
    reference_year: int | None = None
    #: Code of the row whose own money the amounts are in, and the measure of another table that is their share of its GDP.
    numeraire: tuple[str, str] | None = None

    @property
    def values(self) -> tuple[Field, ...]:
        """Columns of printed numbers, in printed order."""
        return tuple(f for f in self.fields[1:] if f.role == "value")

    @property
    def measures(self) -> set[str]:
        """What the columns of numbers, and rows of their own kind, measure."""
        found = {f.measure or f.name for f in self.values}
        return found | {r["measure"] for r in self.row_measures.values() if "measure" in r}

    def cite(self) -> str:
        """``Table 1-2-1, p. 33``."""
        return f"Table {self.table}, p. {self.page}" if self.page else f"Table {self.table}"


def get(spec: Mapping[str, Any], key: str, kind: type[T], where: str, default: Any = _MISSING) -> T:
    """A property of a known type; ``null`` counts as left out. Raises :class:`BadInput`."""
    value = spec.get(key)
    if value is None:
        if default is _MISSING:
            raise BadInput(PACKAGE, f"property {key!r}; it is missing", where)
        found: T = default
        return found
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise BadInput(PACKAGE, f"property {key!r}: {_WORDS[kind]}, found {shown(repr(value))}", where)
    return value


def _texts(spec: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = get(spec, key, list, where, [])
    for value in values:
        if not isinstance(value, str):
            raise BadInput(PACKAGE, f"property {key!r}: a list of texts, found {shown(repr(value))}", where)
    return tuple(values)


def _choice(spec: Mapping[str, Any], key: str, allowed: tuple[str, ...], where: str, default: str) -> str:
    value = get(spec, key, str, where, default)
    if value not in (*allowed, default):
        raise BadInput(PACKAGE, f"property {key!r}: {' or '.join(allowed)}, found {shown(value)!r}", where)
    return value


@functools.lru_cache(maxsize=1024)
def _compiles(pattern: str) -> bool:
    try:
        first_mismatch(pattern, [""])
    except ValueError:
        return False
    return True


def _measure(name: str, year: int | None) -> str:
    """What a column of numbers measures, where the package does not say: its name, less its year."""
    stem = name if year is None else re.sub(rf"[\s_.-]*{year}([/–-]{(year + 1) % 100:02d})?$", "", name)
    return stem or "value"


def _field(spec: Any, where: str, numeric: bool = False) -> Field:
    if not isinstance(spec, dict):
        raise BadInput(PACKAGE, f"each field an object, found {shown(repr(spec))}", where)
    name = get(spec, "name", str, where)
    where = f"{where}, field {name}"
    constraints = get(spec, "constraints", dict, where, {})
    pattern = get(constraints, "pattern", str, where, "")
    if pattern and not _compiles(pattern):
        raise BadInput(PACKAGE, f"property 'pattern': a regular expression (of RE2), found {shown(pattern)!r}", where)
    year = get(spec, "year", int, where, None)
    if year is not None and not 0 < year < 10000:
        raise BadInput(PACKAGE, f"property 'year': a year, found {shown(str(year))}", where)
    kind = _choice(spec, "type", _TYPES, where, "string")
    role = _choice(spec, "role", ROLES, where, "value" if numeric and kind in _NUMERIC else "attribute")
    return Field(
        name=name,
        role=role,
        title_en=get(spec, "title_en", str, where, ""),
        measure=get(spec, "measure", str, where, _measure(name, year) if role == "value" else ""),
        year=year,
        unit=get(spec, "unit", str, where, "%" if "%" in name else ""),
        entity=get(spec, "entity", str, where, ""),
        exact=get(spec, "exact", bool, where, False),
        required=get(constraints, "required", bool, where, False),
        pattern=pattern,
        kinds=_texts(spec, "kinds", where),
        enum=_texts(constraints, "enum", where),
        decimals=_choice(spec, "decimals", ("mixed",), where, ""),
        type=kind,
    )


def fields(resource: Mapping[str, Any], numeric: bool = False) -> tuple[Field, ...]:
    """The fields of a resource; raises :class:`BadInput` for anything but named ones, each once.

    ``numeric``: if none has the role ``value``, fields after the first without a role do whose type is a number.
    """
    where = f"resource {resource['name']}"
    specs = get(get(resource, "schema", dict, where), "fields", list, where)
    if not specs:
        raise BadInput(PACKAGE, "property 'fields': at least one", where)
    numeric = numeric and not any(isinstance(spec, dict) and spec.get("role") == "value" for spec in specs)
    found = tuple(_field(spec, where, numeric and place > 0) for place, spec in enumerate(specs))
    names: set[str] = set()
    for field in found:
        if not field.name or field.name in names:
            raise BadInput(PACKAGE, f"each field named, once; found {shown(field.name)!r}", where)
        names.add(field.name)
    return found


def companion(resource: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of a resource that is no printed table.

    Raises :class:`BadInput` where one of a name that this project reads lacks a column it needs.
    """
    name, found = resource["name"], fields(resource)
    header, held = {field.name for field in found}, _HELD.get(name, {})
    for column in (*BESIDE.get(name, READ.get(name, ())), *held):
        if column not in header:
            kept = f"; a table of printed numbers needs a name other than {name}" if name in BESIDE else ""
            raise BadInput(PACKAGE, f"a field named {column}{kept}", f"resource {name}")
    return tuple(replace(field, **held.get(field.name, {})) for field in found)


#: How the files of printed tables are written; anything else that a package says of them is not read.
_DIALECT = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True, "commentChar": None}
_MISSING_VALUES = ("", "N/A")


def _as_read(resource: Mapping[str, Any], where: str) -> None:
    """Raise :class:`BadInput` where a package says that a table is written in another way than is read."""
    dialect, schema = get(resource, "dialect", dict, where, {}), resource["schema"]
    for key, usual in _DIALECT.items():
        if dialect.get(key, usual) != usual:
            wanted = f"property 'dialect': CSV with commas, double quotes and a header, found {key}"
            raise BadInput(PACKAGE, f"{wanted} {shown(repr(dialect[key]))}", where)
    if (encoding := get(resource, "encoding", str, where, "utf-8")).lower() not in ("utf-8", "utf8"):
        raise BadInput(PACKAGE, f"property 'encoding': utf-8, found {shown(encoding)!r}", where)
    for text in _texts(schema, "missingValues", where):
        if text not in _MISSING_VALUES:
            wanted = "property 'missingValues': nothing or N/A where no number is printed"
            raise BadInput(PACKAGE, f"{wanted}, found {shown(text)!r}", where)
    for field in schema["fields"]:
        for key, usual in (("decimalChar", "."), ("groupChar", ",")):
            if field.get(key, usual) != usual:
                found = f"property {key!r}: {usual!r}, found {shown(repr(field[key]))}"
                raise BadInput(PACKAGE, found, f"{where}, field {field['name']}")


def _years(resource: Mapping[str, Any], where: str) -> tuple[int, ...]:
    years = get(resource, "projected", list, where, [])
    if not all(isinstance(y, int) and not isinstance(y, bool) for y in years):
        raise BadInput(PACKAGE, f"property 'projected': a list of years, found {shown(repr(years))}", where)
    return tuple(years)


def _month(resource: Mapping[str, Any], where: str) -> str:
    month = get(resource, "retrieved", str, where, "")
    if month and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
        raise BadInput(PACKAGE, f"property 'retrieved': a month such as 2024-09, found {shown(month)!r}", where)
    return month


def _numeraire(resource: Mapping[str, Any], where: str) -> tuple[str, str] | None:
    if not (named := get(resource, "numeraire", dict, where, {})):
        return None
    where = f"{where}, numeraire"
    return get(named, "code", str, where), get(named, "share", str, where)


def _apart(columns: tuple[Field, ...]) -> tuple[Field, ...]:
    """The columns of one measure that no year or entity tells apart (quarters, say) are entities by their names."""
    loose = [f.measure if f.role == "value" and f.year is None and not f.entity else None for f in columns]
    many = Counter(loose)
    return tuple(
        replace(f, entity=f.name) if measure is not None and many[measure] > 1 else f
        for f, measure in zip(columns, loose, strict=True)
    )


def table(resource: Mapping[str, Any], numeric: bool = False) -> Table | None:
    """A resource as a printed table; ``None`` if it is none. Raises :class:`BadInput`."""
    where = f"resource {resource['name']}"
    columns = fields(resource, numeric)
    number = get(resource, "table", str, where, "")
    if not number and not any(f.role == "value" for f in columns):
        return None
    _as_read(resource, where)
    rows = get(resource, "row_measures", dict, where, {})
    for label, special in rows.items():
        if not isinstance(special, dict) or not all(isinstance(v, str) for v in special.values()):
            raise BadInput(PACKAGE, f"property 'row_measures': an object of texts for {shown(label)!r}", where)
    if columns[0].role == "value":
        raise BadInput(PACKAGE, "a first field that holds the row label, not a value", where)
    name: str = resource["name"]
    columns = _apart(columns)
    special = {words["measure"] for words in rows.values() if "measure" in words}
    taken: dict[tuple[str, int | str], str] = {}
    for field in (f for f in columns if f.role == "value"):
        for measure in {field.measure, *special}:
            key = field.year or field.entity
            other = taken.setdefault((measure, key), field.name) if key else field.name
            if other != field.name:
                wanted = f"each measure once a year, or once an entity where no year is given; {other} is {measure} of {key} too"
                raise BadInput(PACKAGE, wanted, f"{where}, field {field.name}")
    return Table(
        table=number or name,
        file=resource["path"],
        page=get(resource, "page", int, where, 0),
        source=get(resource, "source", str, where, ""),
        notes=_texts(resource, "notes", where),
        fields=columns,
        row_measures=rows,
        projected=_years(resource, where),
        retrieved=_month(resource, where),
        reference_year=get(resource, "reference_year", int, where, None),
        numeraire=_numeraire(resource, where),
    )


def check(package: Any) -> dict[str, Any]:
    """The document of ``datapackage.json``, its types checked; raises :class:`BadInput`."""
    if not isinstance(package, dict) or not isinstance(package.get("resources"), list) or not package["resources"]:
        raise BadInput(PACKAGE, "an object with a list of resources, at least one")
    for key in ("units", "measures"):
        for name, words in get(package, key, dict, key, {}).items():
            if not isinstance(words, dict):
                such = ' such as {"factor": 1000}' if key == "units" else ""
                raise BadInput(PACKAGE, f"an object{such}, found {shown(repr(words))}", f"{key} {name}")
            for word in ("title", "title_en"):
                get(words, word, str, f"{key} {name}", "")
    for source in get(package, "sources", list, "", []):
        if not isinstance(source, dict):
            raise BadInput(PACKAGE, f"property 'sources': a list of objects, found {shown(repr(source))}")
        get(source, "title", str, "sources", "")
    names: set[str] = set()
    for position, resource in enumerate(package["resources"], 1):
        where = f"resource {position}"
        if not isinstance(resource, dict):
            raise BadInput(PACKAGE, f"an object, found {shown(repr(resource))}", where)
        name = get(resource, "name", str, where)
        if not name or name in names:
            raise BadInput(PACKAGE, f"property 'name': a name of its own, found {shown(name)!r}", where)
        names.add(name)
        get(resource, "path", str, f"resource {name}")
    return package


def tables(package: Mapping[str, Any]) -> dict[str, Table]:
    """Printed tables by number, in printed order; raises :class:`BadInput` when two share a number."""
    found: dict[str, Table] = {}
    for resource in package["resources"]:
        if resource["name"] in BESIDE:
            companion(resource)
        meta = table(resource, resource["name"] not in BESIDE)
        if meta is None:
            continue
        if meta.table in found:
            raise BadInput(PACKAGE, f"each table once; {meta.table} is repeated", f"resource {resource['name']}")
        found[meta.table] = meta
    return found
