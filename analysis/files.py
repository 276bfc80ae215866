"""Reading files that somebody else wrote: only ordinary ones, inside the directory, of bounded size.

Whatever is wrong with one ends as :class:`BadInput`: one line that names file, row and
column and says what was expected.
"""

import csv
import io
import itertools
import json
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

#: Largest file that is read, in bytes: twenty times the largest of this edition, and small enough
#: that no content makes a command need more than 500 MB.
MAX_BYTES = 4_000_000
#: Longest piece of the input that an error message repeats, in characters.
MAX_SHOWN = 120


class BadInput(ValueError):  # noqa: N818 - it names what is wrong
    """Input that cannot be used; ``str()`` is one line for a person.

    ``row`` is the row label or line number, ``column`` the column name; either may
    be empty when the problem is the whole file.
    """

    def __init__(self, file: str | Path, expected: str, row: object = "", column: str = "") -> None:
        self.file, self.row, self.column, self.expected = str(file), str(row), column, expected
        where = [shown(self.file)]
        if self.row:
            where.append(f"row {shown(self.row)}")
        if column:
            where.append(f"column {shown(column)}")
        super().__init__(f"{', '.join(where)}: {shown(expected, 4 * MAX_SHOWN)}")

    def __reduce__(self) -> "tuple[type[BadInput], tuple[str, str, str, str]]":
        """As it is sent from a process to another."""
        return type(self), (self.file, self.expected, self.row, self.column)


def shown(text: str, limit: int = MAX_SHOWN) -> str:
    """Text for one line of a message: control characters escaped, long text cut in the middle."""
    if len(text) > limit:
        text = f"{text[: limit // 2]} … {text[-limit // 2 :]}"
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def locate(directory: Path, path: str, row: str = "") -> Path:
    """The file of a package at ``path``, which must stay inside ``directory`` (links followed).

    Raises :class:`BadInput` for absolute paths, web addresses and paths that lead outside.
    """
    wanted = "a path inside the directory of the package, with / between its parts"
    parts = PurePosixPath(path)
    if not path or parts.is_absolute() or ".." in parts.parts or any(c in path for c in "\\:\0"):
        raise BadInput("datapackage.json", f"path: {wanted}, found {shown(path)!r}", row)
    file = directory / parts
    if not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(directory)):
        raise BadInput("datapackage.json", f"path: {wanted}; {shown(path)!r} is a link that leads outside", row)
    return file


def read_text(path: Path, name: str = "") -> str:
    """The text of a UTF-8 file (a byte-order mark is dropped).

    Raises :class:`BadInput` when it is missing, no ordinary file (a directory, a device, a pipe),
    larger than :data:`MAX_BYTES`, in another encoding or empty.
    """
    name = name or path.name
    try:
        # a pipe nobody writes to would keep an ordinary open() waiting for ever
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise BadInput(name, "an ordinary file; this is a directory, a device or a pipe")
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise BadInput(name, "this file; it is missing") from None
    except (OSError, ValueError) as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(name, f"a readable file ({getattr(error, 'strerror', error)})") from None
    if len(raw) > MAX_BYTES:
        raise BadInput(name, f"a file of at most {MAX_BYTES:,} bytes; this one is larger")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadInput(name, "UTF-8 text; this is another encoding", f"line {line}") from None
    if not text.strip():
        raise BadInput(name, "content; the file is empty")
    return text


def read_json(path: Path) -> Any:
    """A JSON document without repeated keys, infinite numbers or half characters.

    Raises :class:`BadInput`, also for nesting too deep and whole numbers too long for Python.
    """
    name = path.name
    text = read_text(path)

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            twice = next(a for i, (a, _) in enumerate(items) if any(a == b for b, _ in items[:i]))
            raise BadInput(name, f"each property once; {shown(twice)!r} is repeated")
        return found

    def constant(word: str) -> NoReturn:
        raise BadInput(name, f"valid JSON; {word} is no number of JSON")

    try:
        document = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except BadInput:
        raise
    except json.JSONDecodeError as error:
        raise BadInput(name, f"valid JSON ({error.msg})", f"line {error.lineno}") from None
    except RecursionError:
        raise BadInput(name, "JSON nested less deeply") from None
    except UnicodeEncodeError:
        raise BadInput(name, "whole characters; half of a surrogate pair stands alone") from None
    except ValueError:
        raise BadInput(name, "numbers of fewer digits") from None
    return document


def read_rows(path: Path, header: list[str], name: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield ``(line, values)`` of a CSV file whose header must be exactly ``header``.

    ``line`` is ``"line 7"``. Raises :class:`BadInput` for anything that is not such a file; blanks
    around a value are refused, as the rules of the data package do.
    """
    name = name or path.name
    text = read_text(path, name)
    if "\r" in text.replace("\r\n", ""):
        raise BadInput(name, "lines that end in a line feed; this file has carriage returns alone")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        found = next(reader)
        if len(found) == 1 < len(header) and (other := max(";\t|", key=found[0].count)) in found[0]:
            raise BadInput(name, f"commas between columns, found {other!r}", "header", header[0])
        for column in header:
            if column not in found:
                raise BadInput(name, "this column; it is missing", "header", column)
        for column in found:
            if column not in header:
                what = (
                    "a column that datapackage.json lists"
                    if column
                    else "a name for every column; does the line end in a comma?"
                )
                raise BadInput(name, what, "header", column)
        if found != header:
            pairs = itertools.zip_longest(found, header, fillvalue="")
            wrong = next(a or b for a, b in pairs if a != b)
            raise BadInput(name, f"columns once each, in the order {', '.join(header)}", "header", wrong)
        for values in reader:
            line = f"line {reader.line_num}"
            if not values:
                raise BadInput(name, "a row of data; this line is empty (delete it)", line, header[0])
            if len(values) != len(header):
                column = header[min(len(values), len(header) - 1)]
                more = "; a value with a comma stands in double quotes" if len(values) > len(header) else ""
                raise BadInput(name, f"{len(header)} columns, found {len(values)}{more}", line, column)
            for column, value in zip(header, values, strict=True):
                if value != value.strip():
                    wanted = f"no blanks around the value, found {value!r}"
                    raise BadInput(name, wanted, line if column == header[0] else values[0].strip() or line, column)
            yield line, values
    except csv.Error as error:
        raise BadInput(name, f"valid CSV ({error})", f"line {reader.line_num}") from None


def first_mismatch(pattern: str, values: Sequence[str]) -> int | None:
    """Position of the first value that ``pattern`` does not match as a whole, or ``None``.

    Arrow's RE2 matches in time linear in the text whatever the pattern, which Python's ``re`` does not: ``([0-9]+)+x``
    on forty digits never ends there. Raises :class:`ValueError` for a pattern RE2 does not accept.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.match_substring_regex(pa.array(values, pa.string()), pattern=rf"\A(?:{pattern})\z")
    place = pc.index(found, False).as_py()
    return None if place < 0 else int(place)
