"""The only door to ``data/``: load, validate, tidy. No arithmetic.

The printed tables are CSV files shaped like the page; ``datapackage.json`` says what each column is (measure, year,
unit, exactness). This module reads both, refuses anything that does not fit, and hands out *cells*: one row per printed
number, still a string, so that the printed decimals carry their precision.

Every problem with the input is a :class:`BadInput`: one line that names file, row and column and says what was
expected.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from analysis import package as package_module
from analysis.files import BadInput, locate, read_json, read_rows, shown
from analysis.interval import NOT_AVAILABLE
from analysis.package import Field, Table
from analysis.printed import check, check_decimals, clean
from analysis.stages import note, once

__all__ = ["NOT_AVAILABLE", "BadInput", "Cell", "NotPrinted", "Report", "clean", "load", "once", "records"]


class NotPrinted(BadInput):
    """A table or a measure that this edition does not print, or prints in several tables where one is asked for."""


DATA = Path(__file__).resolve().parent.parent / "data"


class Cell(NamedTuple):
    """One printed number: where it stands, its digits, and (from ``code``) what they are about."""

    table: str
    row: str
    column: str
    year: str
    measure: str
    unit: str
    printed: str
    flag: str
    code: str
    entity: str
    decimals: int
    exact: bool


#: Columns of :meth:`Report.cells` that are the public contract.
CELL_COLUMNS = list(Cell._fields[:8])

#: Most printed numbers in one edition (this one: 1,672).
MAX_CELLS = 100_000


@dataclass(frozen=True, eq=False)
class Report:
    """One edition of the report: a directory with ``datapackage.json``."""

    directory: Path
    package: dict[str, Any]
    #: Rows of resources that are not files (see :func:`from_frames`), by path, the header first.
    given: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    #: What looks odd in the tables read so far without being wrong, a line each.
    warnings: list[str] = field(default_factory=list)

    def warn_of(self, file: str, what: str, names: Iterable[str]) -> None:
        """Add one warning that counts things and names the first few; none where there is nothing."""
        listed = list(names)
        more = f" and {len(listed) - 3} more" if len(listed) > 3 else ""
        line = f"{file}: {len(listed)} {what}: {'; '.join(listed[:3])}{more}"
        if listed and line not in self.warnings:
            self.warnings.append(line)

    def typed(self) -> "Report":
        """The same without the tables of which no number is typed yet, with a warning that names them.

        So a new edition can be checked table by table. If there is none with a number, all are kept, to be refused.
        """
        empty = [meta.file for meta in self.tables.values() if not self._begun(meta)]
        if len(empty) in (0, len(self.tables)):
            return self
        resources = [r for r in self.package["resources"] if r["path"] not in empty]
        found = replace(self, package={**self.package, "resources": resources})
        found.warn_of(package_module.PACKAGE, "tables have no number yet and are left out", empty)
        return found

    def _begun(self, meta: Table) -> bool:
        """Whether a table of numbers holds any."""
        places = [i for i, f in enumerate(meta.fields) if f.role == "value"]
        lines = list(self._lines({"name": meta.table, "path": meta.file}, [f.name for f in meta.fields]))
        return not (places and lines) or any(values[i] for _, values in lines for i in places)

    @functools.cached_property
    def tables(self) -> dict[str, Table]:
        """Printed tables by number, in printed order."""
        return package_module.tables(self.package)

    def meta(self, table: str) -> Table:
        """Metadata of one table, by its number or by a measure (or a column of words) that it alone prints.

        Raises :class:`NotPrinted` for an unknown one.
        """
        named = [] if table in self.tables else self.holding(table)
        if len(named) == 1:
            return self.tables[named[0]]
        try:
            return self.tables[table]
        except KeyError:
            known = " … ".join(dict.fromkeys([*self.tables][:: max(1, len(self.tables) - 1)])) or "none"
            several = f"one table alone that prints {table}, found {', '.join(named)}" if named else ""
            raise NotPrinted("datapackage.json", several or f"no table {table}; known: {known}") from None

    def holding(self, *measures: str) -> list[str]:
        """Numbers of the tables that print all of these measures, in printed order."""
        wanted, tables = set(measures), self.tables.items()
        return [n for n, meta in tables if wanted <= meta.measures | {f.measure or f.name for f in meta.fields}]

    @property
    def home(self) -> str:
        """Code of the economy that the report is about (``home`` of the package); empty if it does not say."""
        return package_module.get(self.package, "home", str, "", "")

    @functools.cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        resource = self._resources.get("labels")
        if resource is None:  # a label is its own code
            found = dict.fromkeys(row[0] for number in self.tables for row in self._raw(number))
            return {label: {"label": label, "code": label, "kind": "", "scheme": "", "en": label} for label in found}
        file, header = resource["path"], [f.name for f in package_module.fields(resource)]
        records: dict[str, dict[str, str]] = {}
        for line, values in self._lines(resource, header):
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
        return self._labels[label]["code"] if self.has("labels") else label

    @functools.cached_property
    def entities(self) -> dict[str, dict[str, str]]:
        """The row of :meth:`labels` for each code: that of its first printed spelling."""
        return {record["code"]: record for record in reversed(self._labels.values())}

    def name(self, code: str, language: str = "en") -> str:
        """Name of a code in ``en`` or ``zh`` (the first printed spelling)."""
        return self.entities[code]["en" if language == "en" else "label"]

    def called(self, label: str) -> str:
        """English name of a printed label; tables may print one code under two. Raises :class:`KeyError` for no label."""
        return self._labels[label]["en"]

    def has(self, resource: str) -> bool:
        """Whether the package lists a resource of this name."""
        return resource in self._resources

    @functools.cached_property
    def _resources(self) -> dict[str, dict[str, Any]]:
        return {resource["name"]: resource for resource in self.package["resources"]}

    def described(self, resource: str) -> dict[str, Any]:
        """What the package says of a resource; raises :class:`BadInput` where it lists none of this name."""
        if resource not in self._resources:
            raise BadInput("datapackage.json", f"a resource named {resource}")
        return self._resources[resource]

    def _lines(self, resource: Mapping[str, Any], header: list[str]) -> Iterator[tuple[str, list[str]]]:
        """``(line, values)`` of a resource; see :func:`analysis.files.read_rows`."""
        given = self.given.get(resource["path"])
        if given is None:
            return read_rows(self._path(resource), header, resource["path"])
        return ((f"line {n}", list(row)) for n, row in enumerate(given[1:], 2))

    def _path(self, resource: Mapping[str, Any]) -> Path:
        return locate(self.directory, resource["path"], f"resource {resource['name']}")

    def _raw(self, table: str) -> tuple[tuple[str, ...], ...]:
        note(self, self.meta(table).file)
        return self._read(table)

    @functools.cache  # noqa: B019 - a Report lives as long as the process; MAX_CELLS bounds it
    def _read(self, table: str) -> tuple[tuple[str, ...], ...]:
        meta = self.meta(table)
        names = [f.name for f in meta.fields]
        seen: set[str] = set()
        rows = []
        for line, values in self._lines({"name": table, "path": meta.file}, names):
            label = values[0]
            if not label:
                raise BadInput(meta.file, "a row label", line, names[0])
            self._check_label(meta.file, label, meta.fields[0], label)
            code = self.code(label)
            if code in seen:
                raise BadInput(meta.file, f"each row once; {code} is repeated", label, names[0])
            seen.add(code)
            for column, value in zip(meta.fields[1:], values[1:], strict=True):
                if column.role != "value" and column.kinds and value:
                    self._check_label(meta.file, label, column, value)
            rows.append(tuple(values))
        if not rows:
            raise BadInput(meta.file, "at least one row of data below the header")
        check(meta.file, meta.fields, rows)
        check_decimals(meta, rows, self.warnings)
        return tuple(rows)

    def _check_label(self, file: str, row: str, column: Field, label: str) -> None:
        resource = self._resources.get("labels")
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

    def iter_cells(self, tables: Iterable[str] | None = None, blanks: bool = False) -> Iterator[Cell]:
        """Every printed number, table by table; with ``blanks`` also the places that print nothing."""
        count = 0
        for number in self.tables if tables is None else tables:
            meta = self.meta(number)
            number = meta.table
            places = [(f, i) for i, f in enumerate(meta.fields) if i and f.role == "value"]
            for values in self._raw(number):
                label = values[0]
                special = meta.row_measures.get(label, {})
                count += len(places)
                if count > MAX_CELLS:
                    raise BadInput(meta.file, f"at most {MAX_CELLS:,} printed numbers in all tables", label)
                for column, place in places:
                    if values[place] == "" and not blanks:
                        continue
                    digits, flag = clean(values[place])
                    yield Cell(
                        number,
                        label,
                        column.name,
                        "" if column.year is None else str(column.year),
                        special.get("measure", column.measure),
                        special.get("unit", column.unit),
                        digits,
                        flag,
                        self.code(label),
                        column.entity or ("" if column.year or not special.get("measure") else column.name),
                        len(digits.partition(".")[2]),
                        column.exact,
                    )

    def cells(self, tables: Iterable[str] | None = None) -> pd.DataFrame:
        """Every printed number, one a row, all strings but ``decimals`` and ``exact``.

        Columns: ``table, row, column, year, measure, unit, printed, flag`` (the contract) and ``code`` (of the row),
        ``entity`` (of the column, if it has one), ``decimals`` (printed), ``exact`` (a count or rank printed in full).
        """
        return pd.DataFrame(list(self.iter_cells(tables)), columns=list(Cell._fields))

    @once
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
        return self.resource("prose")

    def claims(self) -> pd.DataFrame:
        """Quantitative statements of the prose; columns as in ``claims.csv``, all strings."""
        return self.resource("claims")

    def resource(self, name: str) -> pd.DataFrame:
        """Any other table of the package by resource name (``scan``, ``roadmaps``, ...), all strings."""
        resource = self.described(name)
        columns = package_module.companion(resource)
        header, file = [f.name for f in columns], resource["path"]
        note(self, file)
        rows = []
        seen: set[str] = set()
        keyed = "primaryKey" in resource["schema"]
        for line, values in self._lines(resource, header):
            if keyed and values[0] in seen:
                raise BadInput(file, "each id once; this one is repeated", values[0] or line, header[0])
            seen.add(values[0])
            rows.append(tuple(values))
        check(file, columns, rows)
        return pd.DataFrame(rows, columns=header)


def records(frame: pd.DataFrame) -> list[dict[str, str]]:
    """The rows of a frame of strings."""
    return [{str(k): str(v) for k, v in row.items()} for row in frame.to_dict("records")]


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


def from_frames(
    tables: Mapping[str, pd.DataFrame],
    relations: pd.DataFrame | None = None,
    units: Mapping[str, str] | None = None,
    decimals: Mapping[str, str] | None = None,
) -> Report:
    """A report made of frames instead of files: the first column holds the row labels, the others printed numbers.

    Numbers are given as printed, as strings (``pd.read_csv(..., dtype=str)``): the digits say how far each was
    rounded. ``relations`` has the columns of ``relations.csv``, ``units`` the unit of a column by its name (``%``
    is understood from the name), ``decimals`` is ``"mixed"`` for a column that mixes them in print. Raises
    :class:`BadInput` for numbers that are no strings and no whole numbers.
    """
    columns = {str(c) for frame in tables.values() for c in frame.columns}
    for column in (*(units or {}), *(decimals or {})):
        if column not in columns:
            raise BadInput(next(iter(tables)), "a column of this name, as units or decimals say", column=column)
    resources: list[dict[str, Any]] = []
    given: dict[str, list[list[str]]] = {}
    for name, frame in tables.items():
        header = [str(c) for c in frame.columns]
        for column, values in zip(header, (frame.iloc[:, i] for i in range(frame.shape[1])), strict=True):
            wrong = [v for v in values if isinstance(v, float) and v == v]
            if wrong:
                what = f"numbers as printed, as strings (read with dtype=str); found the float {wrong[0]!r}"
                raise BadInput(name, what, column=column)
        specs = [
            {
                "name": c,
                "role": "value" if i else "row",
                "unit": (units or {}).get(c, "%" if "%" in c else ""),
                "decimals": (decimals or {}).get(c, ""),
            }
            for i, c in enumerate(header)
        ]
        resources.append({"name": name, "path": name, "schema": {"fields": specs}})
        given[name] = [header, *frame.astype(object).where(frame.notna(), "").astype(str).to_numpy().tolist()]
    if relations is not None:
        header = [str(c) for c in relations.columns]
        fields = [{"name": c} for c in header]
        resources.append({"name": "relations", "path": "relations.csv", "schema": {"fields": fields}})
        given["relations.csv"] = [header, *relations.fillna("").astype(str).to_numpy().tolist()]
    return Report(Path(), package_module.check({"resources": resources}), given)
