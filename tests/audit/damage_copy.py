"""A copy of the printed tables in memory, to damage, and to write out as a package."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path

PROSE = "prose"


def amount(text: str) -> tuple[Decimal, int, Callable[[Decimal, int], str]]:
    """Number, decimals and a printer of one printed text that keeps arrows and marks."""
    mark = text.rstrip("0123456789.,")[:2] if text[:1] in "↑↓" else ""
    tail = text[len(text.rstrip("*年")) :]
    body = text[len(mark) : len(text) - len(tail)]
    sign = -1 if mark.startswith("↓") else 1
    number = sign * Decimal(body.replace(",", ""))
    decimals = len(body.partition(".")[2])

    def write(value: Decimal, places: int) -> str:
        if mark:
            return f"{'↓' if value < 0 else '↑'} {abs(value):.{places}f}{tail}"
        return f"{value:,.{places}f}{tail}"

    return number, decimals, write


def shift(text: str, power: int) -> str:
    """The printed number times a power of ten, with the digits it has."""
    if text in ("N/A", ""):
        return text
    number, decimals, write = amount(text)
    places = max(0, decimals - power)
    return write(number.scaleb(power), places)


def turn(text: str) -> str:
    """The printed number with the other sign."""
    if text in ("N/A", ""):
        return text
    number, decimals, write = amount(text)
    return write(-number, decimals) if number else text


class Copy:
    """Rows of every table by label, as printed; ``prose`` as one table with column ``printed``."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.header: dict[str, list[str]] = {}
        self.tables: dict[str, list[list[str]]] = {}
        for file in [*sorted((data / "tables").glob("*.csv")), data / "prose.csv"]:
            with file.open(encoding="utf-8", newline="") as stream:
                rows = list(csv.reader(stream))
            self.header[file.stem], self.tables[file.stem] = rows[0], rows[1:]

    def column(self, table: str, name: str) -> int:
        """Position of a column."""
        return self.header[table].index(name)

    def row(self, table: str, label: str) -> list[str]:
        """The row of a label."""
        return next(r for r in self.tables[table] if r[0] == label)

    def get(self, table: str, label: str, column: str) -> str:
        """One printed cell."""
        return self.row(table, label)[self.column(table, column)]

    def put(self, table: str, label: str, column: str, text: str) -> None:
        """Print something else in one cell; it must differ."""
        row, at = self.row(table, label), self.column(table, column)
        assert row[at] != text, (table, label, column, text)
        row[at] = text

    def say(self, number: str, text: str) -> None:
        """Print something else in a sentence."""
        self.put(PROSE, number, "printed", text)

    def alter(self, table: str, columns: Iterable[str], change: Callable[[str], str]) -> None:
        """Apply a change to every printed number of some columns."""
        for name in columns:
            at = self.column(table, name)
            for row in self.tables[table]:
                row[at] = change(row[at]) if row[at] else ""

    def exchange(self, table: str, *pairs: tuple[str, str]) -> None:
        """Exchange the contents of columns."""
        for one, two in pairs:
            a, b = self.column(table, one), self.column(table, two)
            for row in self.tables[table]:
                row[a], row[b] = row[b], row[a]

    def repeat(self, table: str, *pairs: tuple[str, str]) -> None:
        """Print the contents of the second column in the first, too."""
        for to, source in pairs:
            a, b = self.column(table, to), self.column(table, source)
            for row in self.tables[table]:
                row[a] = row[b]

    def fill(self, table: str, label: str, source: Iterable[str]) -> None:
        """Print other numbers in a row."""
        row = self.row(table, label)
        row[1:] = list(source)

    def exchange_rows(self, table: str, one: str, two: str) -> None:
        """Exchange the contents of two rows: their labels."""
        a, b = self.row(table, one), self.row(table, two)
        a[1:], b[1:] = b[1:], a[1:]

    def rotate(self, table: str, labels: list[str]) -> None:
        """Every row printed under the label of the next one."""
        rows = [self.row(table, label) for label in labels]
        bodies = [r[1:] for r in rows]
        for row, body in zip(rows, bodies[-1:] + bodies[:-1], strict=True):
            row[1:] = body

    def columns(self, table: str, start: str) -> list[str]:
        """Columns whose name begins so."""
        return [n for n in self.header[table] if n.startswith(start)]

    def labels(self, table: str) -> list[str]:
        """Labels in printed order."""
        return [r[0] for r in self.tables[table]]

    def changed(self, other: Copy) -> frozenset[str]:
        """Places (``1-2-4/label/column``) that print something else than another copy."""
        found = set()
        for table, rows in self.tables.items():
            for mine, theirs in zip(rows, other.tables[table], strict=True):
                for name, a, b in zip(self.header[table], mine, theirs, strict=True):
                    if a != b:
                        found.add(
                            f"{table}/{mine[0]}/{mine[self.column(table, 'measure')] if table == PROSE else name}"
                        )
        return frozenset(found)

    def write(self, directory: Path) -> Path:
        """Write the copy beside the other files of the package."""
        shutil.copytree(self.data, directory)
        for table, rows in self.tables.items():
            file = directory / (f"{PROSE}.csv" if table == PROSE else f"tables/{table}.csv")
            with file.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow(self.header[table])
                writer.writerows(rows)
        return directory
