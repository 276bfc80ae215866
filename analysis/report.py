"""The only door to ``data/``: load, validate, tidy. No arithmetic.

The printed tables are CSV files shaped like the page; ``datapackage.json`` says
what each column is (measure, year, unit, exactness). This module reads both,
refuses anything that does not fit, and hands out *cells*: one row per printed
number, still a string, so that the printed decimals carry their precision.

Every problem with the input is a :class:`BadInput`: one line that names file, row
and column and says what was expected.
"""

from __future__ import annotations

import csv
import functools
import io
import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

DATA = Path(__file__).resolve().parent.parent / "data"

#: Columns of :meth:`Report.cells`; the first eight are the public contract.
CELL_COLUMNS = ["table", "row", "column", "year", "measure", "unit", "printed", "flag"]
EXTRA_COLUMNS = ["code", "entity", "decimals", "exact"]

NOT_AVAILABLE = "N/A"
_ARROWS = {"↑": "", "↓": "-"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class BadInput(ValueError):  # noqa: N818 - it names what is wrong
    """Input that cannot be used; ``str()`` is one line for a person.

    ``row`` is the row label or line number, ``column`` the column name; either may
    be empty when the problem is the whole file.
    """

    def __init__(self, file: str | Path, expected: str, row: object = "", column: str = "") -> None:
        self.file, self.row, self.column, self.expected = str(file), str(row), column, expected
        where = [self.file]
        if self.row:
            where.append(f"row {self.row}")
        if column:
            where.append(f"column {column}")
        super().__init__(f"{', '.join(where)}: {expected}")


@dataclass(frozen=True)
class Field:
    """One column of a printed table."""

    name: str
    role: str
    title: str
    title_en: str
    measure: str
    year: int | None
    unit: str
    entity: str
    exact: bool
    required: bool
    pattern: re.Pattern[str] | None
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """What ``datapackage.json`` says of one printed table."""

    table: str
    file: str
    title: str
    title_en: str
    page: int
    unit: str
    source: str
    notes: tuple[str, ...]
    seed_line: int
    fields: tuple[Field, ...]
    row_measures: dict[str, dict[str, str]]

    @property
    def row_field(self) -> Field:
        """The column that holds the printed row label."""
        return self.fields[0]

    @property
    def attributes(self) -> tuple[Field, ...]:
        """Columns of printed text beside the label (a domain, an assessor)."""
        return tuple(f for f in self.fields if f.role == "attribute")

    @property
    def values(self) -> tuple[Field, ...]:
        """Columns of printed numbers, in printed order."""
        return tuple(f for f in self.fields if f.role == "value")

    def cite(self) -> str:
        """``Table 1-2-1, p. 33``."""
        return f"Table {self.table}, p. {self.page}"


@dataclass(frozen=True, eq=False)
class Report:
    """One edition of the report: a directory with ``datapackage.json``."""

    directory: Path
    package: dict[str, Any]

    @functools.cached_property
    def tables(self) -> dict[str, Table]:
        """Tables by number, in printed order."""
        return {r["table"]: _table(r) for r in self.package["resources"] if "table" in r}

    def meta(self, table: str) -> Table:
        """Metadata of one table; raises :class:`BadInput` for an unknown number."""
        try:
            return self.tables[table]
        except KeyError:
            known = f"{next(iter(self.tables))} … {next(reversed(self.tables))}"
            raise BadInput("datapackage.json", f"no table {table}; known are {known}") from None

    @functools.cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        path = self.directory / "labels.csv"
        header = ["label", "code", "kind", "scheme", "en"]
        found: dict[str, dict[str, str]] = {}
        for line, values in _rows(path, header):
            record = dict(zip(header, values, strict=True))
            for key in ("label", "code", "kind", "en"):
                if not record[key]:
                    raise BadInput("labels.csv", "a value", line, key)
            if record["label"] in found:
                raise BadInput("labels.csv", "each label once; this one is repeated", record["label"], "label")
            found[record["label"]] = record
        return found

    def labels(self) -> pd.DataFrame:
        """``label, code, kind, scheme, en``: what each printed row label stands for."""
        import pandas as pd

        return pd.DataFrame(list(self._labels.values()))

    def code(self, label: str) -> str:
        """Code of a printed label, such as ``TWN`` for 中華民國."""
        return self._labels[label]["code"]

    @functools.cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        names: dict[str, dict[str, str]] = {}
        for record in self._labels.values():
            names.setdefault(record["code"], {"en": record["en"], "zh": record["label"]})
        return names

    def name(self, code: str, language: str = "en") -> str:
        """Name of a code in ``en`` or ``zh`` (the first printed spelling)."""
        return self._names[code][language]

    @functools.lru_cache(maxsize=64)  # noqa: B019 - a Report lives as long as the process
    def _raw(self, table: str) -> tuple[tuple[str, ...], ...]:
        meta = self.meta(table)
        names = [f.name for f in meta.fields]
        seen: set[str] = set()
        rows = []
        for line, values in _rows(self.directory / meta.file, names, meta.file):
            label = values[0]
            if not label:
                raise BadInput(meta.file, "a row label", line, names[0])
            self._check_label(meta.file, label, meta.row_field, label)
            code = self.code(label)
            if code in seen:
                raise BadInput(meta.file, f"each row once; {code} is repeated", label, names[0])
            seen.add(code)
            for field, value in zip(meta.fields[1:], values[1:], strict=True):
                _check(meta.file, label, field, value)
                if field.kinds and value:
                    self._check_label(meta.file, label, field, value)
            rows.append(tuple(values))
        if not rows:
            raise BadInput(meta.file, "at least one row of data below the header")
        return tuple(rows)

    def _check_label(self, file: str, row: str, field: Field, label: str) -> None:
        record = self._labels.get(label)
        if record is None:
            raise BadInput(file, f"a label listed in labels.csv, found {label!r}", row, field.name)
        if field.kinds and record["kind"] not in field.kinds:
            wanted = " or ".join(field.kinds)
            raise BadInput(file, f"a label of kind {wanted}; {label!r} is of kind {record['kind']}", row, field.name)

    def printed(self, table: str) -> pd.DataFrame:
        """The table as it stands on the page: strings, indexed by row label."""
        import pandas as pd

        names = [f.name for f in self.meta(table).fields]
        return pd.DataFrame(list(self._raw(table)), columns=names).set_index(names[0])

    def iter_cells(self, tables: Iterable[str] | None = None) -> Iterator[tuple[Any, ...]]:
        """Cells as tuples in the order of ``CELL_COLUMNS + EXTRA_COLUMNS``."""
        for number in tables or self.tables:
            meta = self.meta(number)
            skip = len(meta.fields) - len(meta.values)
            for values in self._raw(number):
                label = values[0]
                special = meta.row_measures.get(label, {})
                for field, text in zip(meta.values, values[skip:], strict=True):
                    if text == "":
                        continue
                    number_text, flag = clean(text)
                    yield (
                        number,
                        label,
                        field.name,
                        "" if field.year is None else str(field.year),
                        special.get("measure", field.measure),
                        special.get("unit", field.unit),
                        number_text,
                        flag,
                        self.code(label),
                        field.entity,
                        len(number_text.partition(".")[2]),
                        field.exact,
                    )

    def cells(self, tables: Iterable[str] | None = None) -> pd.DataFrame:
        """Every printed number, one a row, all strings but ``decimals`` and ``exact``.

        Columns: ``table, row, column, year, measure, unit, printed, flag`` (the
        contract) and ``code`` (of the row), ``entity`` (of the column, if it has one),
        ``decimals`` (printed), ``exact`` (a count or rank printed in full).
        """
        import pandas as pd

        return pd.DataFrame(list(self.iter_cells(tables)), columns=CELL_COLUMNS + EXTRA_COLUMNS)

    def numbers(self, table: str, measure: str) -> pd.DataFrame:
        """One measure as floats: index row codes, columns years (or column entities).

        For charts and models, where the printed precision no longer matters; N/A
        becomes NaN. Raises :class:`BadInput` for a measure the table does not have.
        """
        import pandas as pd

        cells = self.cells([table])
        cells = cells[cells["measure"] == measure]
        if cells.empty:
            raise BadInput(self.meta(table).file, f"no measure {measure} in this table")
        by_year = cells["year"].ne("").all()
        key = cells["year"].astype(int) if by_year else cells["entity"].where(cells["entity"].ne(""), cells["column"])
        value = pd.to_numeric(cells["printed"].where(cells["printed"] != NOT_AVAILABLE))
        wide = pd.DataFrame({"code": cells["code"], "key": key, "value": value}).pivot(
            index="code", columns="key", values="value"
        )
        order = list(dict.fromkeys(cells["code"])), list(dict.fromkeys(key))
        return wide.loc[order[0], order[1]].rename_axis(index=None, columns=None)

    def prose(self) -> pd.DataFrame:
        """Numbers printed only in sentences; columns as in ``prose.csv``, all strings."""
        return self._resource("prose")

    def claims(self) -> pd.DataFrame:
        """Quantitative statements of the prose; columns as in ``claims.csv``, all strings."""
        return self._resource("claims")

    def resource(self, name: str) -> pd.DataFrame:
        """Any other table of the package by resource name (``scan``, ``roadmaps``, ...), all strings."""
        return self._resource(name)

    def _resource(self, name: str) -> pd.DataFrame:
        import pandas as pd

        resource = next((r for r in self.package["resources"] if r["name"] == name), None)
        if resource is None:
            raise BadInput("datapackage.json", f"a resource named {name}")
        fields = resource["schema"]["fields"]
        header = [f["name"] for f in fields]
        checks = [_field(f) for f in fields]
        rows = []
        seen: set[str] = set()
        keyed = "primaryKey" in resource["schema"]
        for _, values in _rows(self.directory / resource["path"], header, resource["path"]):
            if keyed and values[0] in seen:
                raise BadInput(resource["path"], "each id once; this one is repeated", values[0], header[0])
            seen.add(values[0])
            for check, value in zip(checks, values, strict=True):
                _check(resource["path"], values[0], check, value)
            rows.append(values)
        return pd.DataFrame(rows, columns=header)


def load(data: str | Path | None = None) -> Report:
    """Open an edition; ``data`` is a directory of the same shape as ``data/``.

    Raises :class:`BadInput` when the directory or its ``datapackage.json`` is missing
    or unreadable. Tables are read and checked when they are asked for.
    """
    directory = Path(data) if data is not None else DATA
    if not directory.is_dir():
        raise BadInput(directory, "a directory with datapackage.json")
    try:
        package = json.loads(_text(directory / "datapackage.json"))
    except json.JSONDecodeError as error:
        raise BadInput("datapackage.json", f"valid JSON ({error.msg})", f"line {error.lineno}") from None
    if not isinstance(package, dict) or not isinstance(package.get("resources"), list):
        raise BadInput("datapackage.json", "an object with a list of resources")
    return Report(directory, package)


def clean(text: str) -> tuple[str, str]:
    """Split a printed number into digits and mark: ``'4.59*'`` is ``('4.59', '*')``.

    Thousands separators go, an arrow becomes a sign (``'↓ 0.56'`` is ``-0.56``), the
    suffix 年 of a printed year goes; decimals stay exactly as printed.
    """
    if text == NOT_AVAILABLE:
        return text, ""
    flag = "*" if text.endswith("*") else ""
    digits = text.removesuffix("*").removesuffix("年").replace(",", "").strip()
    if digits[:1] in _ARROWS:
        digits = _ARROWS[digits[0]] + digits[1:].strip()
    return digits, flag


def _check(file: str, label: str, field: Field, value: str) -> None:
    if value == "":
        if field.required:
            raise BadInput(file, "a value; this cell is empty", label, field.name)
        return
    if field.pattern and not field.pattern.fullmatch(value):
        what = "a number as printed" if field.role == "value" else f"text matching {field.pattern.pattern}"
        raise BadInput(file, f"{what}, found {value!r}", label, field.name)
    if field.role == "value" and value != NOT_AVAILABLE and not _NUMBER.fullmatch(clean(value)[0]):
        raise BadInput(file, f"a number as printed, found {value!r}", label, field.name)


def _field(spec: dict[str, Any]) -> Field:
    constraints = spec.get("constraints", {})
    pattern = constraints.get("pattern")
    return Field(
        name=spec["name"],
        role=spec.get("role", "attribute"),
        title=spec.get("title", ""),
        title_en=spec.get("title_en", ""),
        measure=spec.get("measure", ""),
        year=spec.get("year"),
        unit=spec.get("unit", ""),
        entity=spec.get("entity", ""),
        exact=spec.get("exact", False),
        required=constraints.get("required", False),
        pattern=re.compile(pattern) if pattern else None,
        kinds=tuple(spec.get("kinds", [])),
    )


def _table(resource: dict[str, Any]) -> Table:
    try:
        return Table(
            table=resource["table"],
            file=resource["path"],
            title=resource["title"],
            title_en=resource["title_en"],
            page=resource["page"],
            unit=resource["unit"],
            source=resource["source"],
            notes=tuple(resource["notes"]),
            seed_line=resource["seed_line"],
            fields=tuple(_field(f) for f in resource["schema"]["fields"]),
            row_measures=resource.get("row_measures", {}),
        )
    except KeyError as error:
        raise BadInput("datapackage.json", f"property {error}", f"resource {resource.get('name')}") from None


def _text(path: Path, shown: str = "") -> str:
    shown = shown or path.name
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise BadInput(shown, "this file; it is missing") from None
    except OSError as error:
        raise BadInput(shown, f"a readable file ({error.strerror})") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadInput(shown, "UTF-8 text; this is another encoding", f"line {line}") from None
    if not text.strip():
        raise BadInput(shown, "content; the file is empty")
    return text


def _rows(path: Path, header: list[str], shown: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield ``(line, values)`` of a CSV file whose header must be exactly ``header``."""
    shown = shown or path.name
    reader = csv.reader(io.StringIO(_text(path, shown)), strict=True)
    try:
        found = next(reader)
        for name in header:
            if name not in found:
                raise BadInput(shown, "this column; it is missing", "header", name)
        for name in found:
            if name not in header:
                raise BadInput(shown, "no such column", "header", name)
        if found != header:
            pairs = itertools.zip_longest(found, header, fillvalue="")
            wrong = next(a or b for a, b in pairs if a != b)
            raise BadInput(shown, f"columns once each, in the order {', '.join(header)}", "header", wrong)
        for values in reader:
            line = f"line {reader.line_num}"
            if len(values) != len(header):
                column = header[min(len(values), len(header) - 1)]
                raise BadInput(shown, f"{len(header)} columns, found {len(values)}", line, column)
            yield line, [value.strip() for value in values]
    except csv.Error as error:
        raise BadInput(shown, f"valid CSV ({error})", f"line {reader.line_num}") from None
