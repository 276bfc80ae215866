"""Numbers as they are printed: read, and held to what their column says of itself."""

import re
from collections import Counter
from collections.abc import Iterator
from unicodedata import normalize

from analysis.files import BadInput, first_mismatch, shown
from analysis.interval import NOT_AVAILABLE
from analysis.package import Field, Table

#: Most characters in one printed number (this edition: 11).
MAX_DIGITS = 60

_ARROWS = {"↑": "", "↓": "-"}
_MINUS, _OTHER_WAY = "-−–‐", str.maketrans(",.", ".,")
#: What may stand for a minus; raised digits and letters, and a bracket behind them: the mark of a footnote.
_AS_MINUS = {"(": "brackets are", "▲": "triangle is", "△": "triangle is"}
_RAISED = re.compile(r"[¹²³⁰-₎ªºᵃ-ᵿ]+\)?$")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
#: What columns hold that are no printed numbers, by their type in the package.
_TYPES = {
    "integer": (re.compile(r"-?[0-9]{1,18}"), "a whole number such as 12"),
    "number": (re.compile(r"-?[0-9]+(\.[0-9]+)?"), "a number such as 12.5"),
    "year": (re.compile(r"[0-9]{4}"), "a year of four digits"),
    "boolean": (re.compile("true|false|1|0", re.IGNORECASE), "true or false"),
}
_NEGATIVE_ZERO = re.compile(r"-0(\.0+)?")


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


def _instead(text: str, required: bool) -> str:
    """How what stands in a cell is written here: signs, separators, marks, and where there is no number."""
    text = _RAISED.sub("", text)  # a footnote is no digit
    leave = f"{'' if required else 'leave the cell empty or '}write {NOT_AVAILABLE}"
    if not any(c.isdecimal() for c in text):
        return f"where no number is printed, {leave}"
    text = normalize("NFKC", text)  # the wide 5 is a 5, and the wide minus a hyphen
    if text[0] in "<>≤≥~≈":
        return f"a bound or a guess is no number: {leave}"
    bare = text.strip("()+%").strip()
    marked = next((word for mark, word in _AS_MINUS.items() if text.startswith(mark)), "")
    sign = "-" if bare[:1] in _MINUS or marked else ""
    bare = bare.lstrip(_MINUS + "".join(_AS_MINUS)).strip()
    spaced = [re.sub(r"(?<=[0-9])[\s'’](?=[0-9]{3})", mark, bare) for mark in ",."]
    for digits in (spaced[0], spaced[1].translate(_OTHER_WAY)):
        if _is_number(sign + digits):
            return f"write {sign}{digits}" + (f", if the {marked} a minus" if marked else "")
    return "write the digits alone, such as -1,234.5, with * behind them for a mark"


def _as_its_column(text: str, pattern: str) -> str:
    """How a number is written in a column of this pattern: with separators, without, as a year; or the pattern."""
    digits, _ = clean(text)
    whole, point, rest = digits.partition(".")
    grouped = re.sub(r"(?<=[0-9])(?=([0-9]{3})+$)", ",", whole) + point + rest
    fitting = (other for other in (grouped, digits, f"{digits}年") if first_mismatch(pattern, [other]) is None)
    return f"; {f'write {other}' if (other := next(fitting, '')) else f'its column prints {shown(pattern)}'}"


def check(file: str, columns: tuple[Field, ...], rows: list[tuple[str, ...]]) -> None:
    """Hold columns to their fields; the first cell that breaks a rule is :class:`BadInput`."""
    problems = []
    table = any(column.role == "value" for column in columns)
    for place, column in enumerate(columns):
        values = [row[place] for row in rows]
        problems += [(row, place, expected) for row, expected in _problems(column, values, table)]
    if problems:
        row, place, expected = min(problems)
        raise BadInput(file, expected, rows[row][0] or f"number {row + 1}", columns[place].name)


def _problems(column: Field, values: list[str], table: bool) -> Iterator[tuple[int, str]]:
    """The first breach of each rule in a column, of a printed table or another: position and what is expected."""
    filled = [i for i, value in enumerate(values) if value]
    if column.required and (empty := len(values) - len(filled)):
        more = f", and {empty - 1} more of its column" if empty > 1 else ""
        yield values.index(""), f"a value; this cell is empty{more}"
    number = column.role == "value"
    if number:
        for i in filled:
            if len(values[i]) > MAX_DIGITS:
                yield i, f"a number of at most {MAX_DIGITS} characters, found {shown(values[i], 20)!r}"
                return
            if not _is_number(values[i]):
                yield i, f"a number as printed, found {values[i]!r}; {_instead(values[i], column.required)}"
                return
    elif column.type in _TYPES:
        form, what = _TYPES[column.type]
        for i in filled:
            text = values[i].replace(",", "") if table else values[i]
            if not form.fullmatch(text) and not (table and text == NOT_AVAILABLE):
                yield i, f"{what}, found {shown(values[i])!r}"
                return
    if column.pattern:
        wrong = first_mismatch(column.pattern, [values[i] for i in filled])
        if wrong is not None:
            said = f" ({column.title_en})" if column.title_en else ""
            text = values[filled[wrong]]
            what = "a number as printed" if number else f"text matching {shown(column.pattern)}{said}"
            yield (
                filled[wrong],
                f"{what}, found {shown(text)!r}{_as_its_column(text, column.pattern) if number else ''}",
            )
    if column.enum:
        for i in filled:
            if values[i] not in column.enum:
                yield i, f"one of {', '.join(column.enum)}, found {shown(values[i])!r}"
                return


def check_decimals(meta: Table, rows: list[tuple[str, ...]], warnings: list[str]) -> None:
    """Refuse numbers whose trailing zeros a spreadsheet took away; note others that differ from their column.

    Precision is what the intervals rest on, and ``1`` for ``1.00`` makes one of them a hundred times wider. A column
    counts as cut when more than half of its numbers have the same number of decimals, none of these ends in 0, and
    others have fewer; or when a single number has no decimals at all. A column that keeps a trailing zero and mixes
    decimals was printed so, and so was one whose only whole number is 100: a sum of shares, the base of an index.
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
    what = f"{usual} decimal{'s' * (usual != 1)} as in the rest of the column, found {digits}"
    a_hundred = all(numbers[i][2] == "100" for i in short)
    if short and not a_hundred and (not zeros or (len(odd) == 1 and "." not in digits)):
        whole = digits + ("" if "." in digits else ".") + "0" * (usual - len(digits.partition(".")[2]))
        more = f" (and {len(short) - 1} more)" if len(short) > 1 else ""
        cause = f"{what}{more}: trailing zeros lost, as a spreadsheet does; was it printed {whole}?"
        raise BadInput(file, f"{cause} (a column printed so is declared 'decimals': 'mixed')", label, column)
    if len(odd) == 1:
        warnings.append(f"{file}, row {label}, column {column}: {what}")
