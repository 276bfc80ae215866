"""The only door to ``data/``: load, validate, tidy. No arithmetic.

The printed tables are CSV files shaped like the page; ``datapackage.json`` says
what each column is (measure, year, unit, exactness). This module reads both,
refuses anything that does not fit, and hands out *cells*: one row per printed
number, still a string, so that the printed decimals carry their precision.

Every problem with the input is a :class:`BadInput`: one line that names file, row
and column and says what was expected.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import package as package_module
from analysis.files import BadInput, first_mismatch, locate, read_json, read_rows, shown
from analysis.interval import NOT_AVAILABLE
from analysis.package import Field, Table

__all__ = [
    "CELL_COLUMNS",
    "DATA",
    "EXTRA_COLUMNS",
    "NOT_AVAILABLE",
    "BadInput",
    "Field",
    "Report",
    "Table",
    "clean",
    "load",
]

DATA = Path(__file__).resolve().parent.parent / "data"

#: Columns of :meth:`Report.cells`; the first eight are the public contract.
CELL_COLUMNS = ["table", "row", "column", "year", "measure", "unit", "printed", "flag"]
EXTRA_COLUMNS = ["code", "entity", "decimals", "exact"]

#: Most printed numbers in one edition, and most characters in one of them (this edition: 1,672 and 11).
MAX_CELLS, MAX_DIGITS = 100_000, 60

_ARROWS = {"↑": "", "↓": "-"}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_NEGATIVE_ZERO = re.compile(r"-0(\.0+)?")


@dataclass(frozen=True, eq=False)
class Report:
    """One edition of the report: a directory with ``datapackage.json``."""

    directory: Path
    package: dict[str, Any]
    #: What looks odd in the tables read so far without being wrong, a line each.
    warnings: list[str] = field(default_factory=list)

    def warn_of(self, file: str, what: str, names: Iterable[str]) -> None:
        """Add one warning that counts things and names the first few; none where there is nothing."""
        listed = list(names)
        more = f" and {len(listed) - 3} more" if len(listed) > 3 else ""
        line = f"{file}: {len(listed)} {what}: {'; '.join(listed[:3])}{more}"
        if listed and line not in self.warnings:
            self.warnings.append(line)

    @functools.cached_property
    def tables(self) -> dict[str, Table]:
        """Printed tables by number, in printed order."""
        return package_module.tables(self.package)

    def meta(self, table: str) -> Table:
        """Metadata of one table; raises :class:`BadInput` for an unknown number."""
        try:
            return self.tables[table]
        except KeyError:
            known = (
                f"known are {next(iter(self.tables))} … {next(reversed(self.tables))}" if self.tables else "it has none"
            )
            raise BadInput("datapackage.json", f"no table {table}; {known}") from None

    @functools.cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        resource = self._find("labels")
        if resource is None:  # a label is its own code
            found = dict.fromkeys(row[0] for number in self.tables for row in self._raw(number))
            return {label: {"label": label, "code": label, "kind": "", "scheme": "", "en": label} for label in found}
        file, header = resource["path"], [f.name for f in package_module.fields(resource)]
        for key in ("label", "code"):
            if key not in header:
                raise BadInput("datapackage.json", f"a field named {key}", "resource labels")
        records: dict[str, dict[str, str]] = {}
        for line, values in read_rows(self._path(resource), header, file):
            record = dict(zip(header, values, strict=True))
            record = {"kind": "", "scheme": "", "en": record["label"]} | record
            for key in ("label", "code", "kind", "en"):
                if key in header and not record[key]:
                    raise BadInput(file, "a value", line, key)
            if record["label"] in records:
                raise BadInput(file, "each label once; this one is repeated", record["label"], "label")
            records[record["label"]] = record
        return records

    def labels(self) -> pd.DataFrame:
        """``label, code, kind, scheme, en``: what each printed row label stands for."""
        return pd.DataFrame(list(self._labels.values()), columns=["label", "code", "kind", "scheme", "en"])

    def code(self, label: str) -> str:
        """Code of a printed label, such as ``TWN`` for 中華民國."""
        return self._labels[label]["code"] if self._find("labels") else label

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
    def _find(self, name: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = next((r for r in self.package["resources"] if r["name"] == name), None)
        return found

    def _path(self, resource: dict[str, Any]) -> Path:
        return locate(self.directory, resource["path"], f"resource {resource['name']}")

    @functools.cache  # noqa: B019 - as above; MAX_CELLS bounds it
    def _raw(self, table: str) -> tuple[tuple[str, ...], ...]:
        meta = self.meta(table)
        path = locate(self.directory, meta.file, f"table {table}")
        names = [f.name for f in meta.fields]
        seen: set[str] = set()
        rows = []
        for line, values in read_rows(path, names, meta.file):
            label = values[0]
            if not label:
                raise BadInput(meta.file, "a row label", line, names[0])
            self._check_label(meta.file, label, meta.row_field, label)
            code = self.code(label)
            if code in seen:
                raise BadInput(meta.file, f"each row once; {code} is repeated", label, names[0])
            seen.add(code)
            for column, value in zip(
                meta.attributes, (values[meta.fields.index(f)] for f in meta.attributes), strict=True
            ):
                if column.kinds and value:
                    self._check_label(meta.file, label, column, value)
            rows.append(tuple(values))
        if not rows:
            raise BadInput(meta.file, "at least one row of data below the header")
        _check(meta.file, meta.fields, rows)
        _check_decimals(meta, rows, self.warnings)
        return tuple(rows)

    def _check_label(self, file: str, row: str, column: Field, label: str) -> None:
        resource = self._find("labels")
        if resource is None:
            return
        record = self._labels.get(label)
        if record is None:
            raise BadInput(file, f"a label listed in {resource['path']}, found {shown(label)!r}", row, column.name)
        if column.kinds and record["kind"] not in column.kinds:
            wanted = " or ".join(column.kinds)
            raise BadInput(file, f"a label of kind {wanted}; {label!r} is of kind {record['kind']}", row, column.name)

    def printed(self, table: str) -> pd.DataFrame:
        """The table as it stands on the page: strings, indexed by row label."""
        names = [f.name for f in self.meta(table).fields]
        return pd.DataFrame(list(self._raw(table)), columns=names).set_index(names[0])

    def iter_cells(self, tables: Iterable[str] | None = None) -> Iterator[tuple[Any, ...]]:
        """Cells as tuples in the order of ``CELL_COLUMNS + EXTRA_COLUMNS``."""
        count = 0
        for number in tables or self.tables:
            meta = self.meta(number)
            places = [(f, i) for i, f in enumerate(meta.fields) if i and f.role == "value"]
            for values in self._raw(number):
                label = values[0]
                special = meta.row_measures.get(label, {})
                count += len(places)
                if count > MAX_CELLS:
                    raise BadInput(meta.file, f"at most {MAX_CELLS:,} printed numbers in all tables", label)
                for column, place in places:
                    if values[place] == "":
                        continue
                    digits, flag = clean(values[place])
                    yield (
                        number,
                        label,
                        column.name,
                        "" if column.year is None else str(column.year),
                        special.get("measure", column.measure),
                        special.get("unit", column.unit),
                        digits,
                        flag,
                        self.code(label),
                        column.entity,
                        len(digits.partition(".")[2]),
                        column.exact,
                    )

    def cells(self, tables: Iterable[str] | None = None) -> pd.DataFrame:
        """Every printed number, one a row, all strings but ``decimals`` and ``exact``.

        Columns: ``table, row, column, year, measure, unit, printed, flag`` (the
        contract) and ``code`` (of the row), ``entity`` (of the column, if it has one),
        ``decimals`` (printed), ``exact`` (a count or rank printed in full).
        """
        return pd.DataFrame(list(self.iter_cells(tables)), columns=CELL_COLUMNS + EXTRA_COLUMNS)

    def numbers(self, table: str, measure: str) -> pd.DataFrame:
        """One measure as floats: index row codes, columns years (or column entities).

        For charts and models, where the printed precision no longer matters; N/A
        becomes NaN. Raises :class:`BadInput` for a measure the table does not have.
        """
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
        resource = self._find(name)
        if resource is None:
            raise BadInput("datapackage.json", f"a resource named {name}")
        columns = package_module.fields(resource)
        header, file = [f.name for f in columns], resource["path"]
        rows = []
        seen: set[str] = set()
        keyed = "primaryKey" in resource["schema"]
        for line, values in read_rows(self._path(resource), header, file):
            if keyed and values[0] in seen:
                raise BadInput(file, "each id once; this one is repeated", values[0] or line, header[0])
            seen.add(values[0])
            rows.append(tuple(values))
        _check(file, columns, rows)
        return pd.DataFrame(rows, columns=header)


def load(data: str | Path | None = None) -> Report:
    """Open an edition; ``data`` is a directory of the same shape as ``data/``.

    Raises :class:`BadInput` when the directory or its ``datapackage.json`` is missing
    or unreadable. Tables are read and checked when they are asked for.
    """
    if data is not None and not str(data):
        raise BadInput("--data", "the name of a directory with datapackage.json; it is empty")
    directory = Path(data) if data is not None else DATA
    if not directory.is_dir():
        raise BadInput(directory, "a directory with datapackage.json")
    report = Report(directory, package_module.check(read_json(directory / package_module.PACKAGE)))
    for resource in report.package["resources"]:
        locate(directory, resource["path"], f"resource {resource['name']}")
    assert report.tables is not None  # two tables of one number, wrong types of fields: refused now
    return report


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


def _is_number(text: str) -> bool:
    """Whether a cell holds a number as printed (or N/A), thousands in threes if separated."""
    if text == NOT_AVAILABLE:
        return True
    digits, _ = clean(text)
    whole = text.partition(".")[0].lstrip("↑↓ -").removesuffix("*").removesuffix("年")
    grouped = re.fullmatch("[0-9]{1,3}(,[0-9]{3})+", whole) if "," in text else True
    return bool(grouped and _NUMBER.fullmatch(digits) and not (text[:1] in _ARROWS and "-" in text))


def _check(file: str, columns: tuple[Field, ...], rows: list[tuple[str, ...]]) -> None:
    """Hold columns to their fields; the first cell that breaks a rule is :class:`BadInput`."""
    problems = []
    for place, column in enumerate(columns):
        values = [row[place] for row in rows]
        problems += [(row, place, expected) for row, expected in _problems(column, values)]
    if problems:
        row, place, expected = min(problems)
        raise BadInput(file, expected, rows[row][0], columns[place].name)


def _problems(column: Field, values: list[str]) -> Iterator[tuple[int, str]]:
    """The first breach of each rule in a column: position and what is expected."""
    filled = [i for i, value in enumerate(values) if value]
    if column.required and len(filled) < len(values):
        yield values.index(""), "a value; this cell is empty"
    number = column.role == "value"
    if number:
        for i in filled:
            if len(values[i]) > MAX_DIGITS:
                yield i, f"a number of at most {MAX_DIGITS} characters, found {shown(values[i], 20)!r}"
                return
            if not _is_number(values[i]):
                yield i, f"a number as printed, found {values[i]!r}"
                return
    if column.pattern:
        wrong = first_mismatch(column.pattern, [values[i] for i in filled])
        if wrong is not None:
            what = "a number as printed" if number else f"text matching {shown(column.pattern)}"
            yield filled[wrong], f"{what}, found {shown(values[filled[wrong]])!r}"
    if column.enum:
        for i in filled:
            if values[i] not in column.enum:
                yield i, f"one of {', '.join(column.enum)}, found {shown(values[i])!r}"
                return


def _check_decimals(meta: Table, rows: list[tuple[str, ...]], warnings: list[str]) -> None:
    """Refuse numbers whose trailing zeros a spreadsheet took away; note others that differ from their column.

    Precision is what the intervals rest on, and ``1`` for ``1.00`` makes one of them a hundred
    times wider. A column counts as cut when more than half of its numbers have the same number of
    decimals, none of these ends in 0, and others have fewer; or when a single number has no
    decimals at all. A column that keeps a trailing zero and mixes decimals was printed so.
    """
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for row in rows:
        for column, text in zip(meta.fields, row, strict=True):
            if column.role != "value" or column.exact or column.decimals == "mixed" or text in ("", NOT_AVAILABLE):
                continue
            digits = clean(text)[0]
            if _NEGATIVE_ZERO.fullmatch(digits):
                warnings.append(f"{meta.file}, row {row[0]}, column {column.name}: {digits} is read as zero")
            key = f"row {row[0]}" if row[0] in meta.row_measures else f"column {column.name}"
            groups.setdefault(key, []).append((row[0], column.name, digits))
    for numbers in groups.values():
        _check_group(meta.file, numbers, warnings)


def _check_group(file: str, numbers: list[tuple[str, str, str]], warnings: list[str]) -> None:
    """One column (one row, where rows have units of their own): ``(row, column, digits)`` each."""
    places = [len(digits.partition(".")[2]) for _, _, digits in numbers]
    usual, times = Counter(places).most_common(1)[0]
    odd = [i for i, n in enumerate(places) if n != usual]
    if not odd or times < 3 or 2 * times <= len(numbers):
        return
    short = [i for i in odd if places[i] < usual]
    zeros = any("." in digits and digits.endswith("0") for _, _, digits in numbers)
    label, column, digits = numbers[(short or odd)[0]]
    what = f"{usual} decimals as in the rest of the column, found {digits}"
    if short and (not zeros or (len(odd) == 1 and "." not in digits)):
        whole = digits + ("" if "." in digits else ".") + "0" * (usual - len(digits.partition(".")[2]))
        more = f" (and {len(short) - 1} more)" if len(short) > 1 else ""
        cause = f"{what}{more}: trailing zeros lost, as a spreadsheet does; was it printed {whole}?"
        raise BadInput(file, f"{cause} (a column printed so is declared 'decimals': 'mixed')", label, column)
    if len(odd) == 1:
        warnings.append(f"{file}, row {label}, column {column}: {what}")
