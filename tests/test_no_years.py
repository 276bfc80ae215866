"""No year, table number or country stands in the code: what an edition prints is said by its data. Counted from the syntax."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.report import load

ROOT = Path(__file__).resolve().parents[1]
#: Numbers that could be years and are none: most characters, draws, the bounds of a year itself, the epoch of ZIP.
NUMBERS = {
    "claims/expression.py": {2000},
    "editions.py": {1900},
    "models/backtest.py": {2000},
    "models/simulation.py": {2000},
    "publish/archive.py": {1980},
}
#: Words with a year that is not read from a table: examples in messages, the version, the name of the report, a namespace.
WORDS = {"__init__.py", "audit/assignment.py", "charts/picture.py", "package.py", "publish/archive.py"}

_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?![\d])")
_TABLE = re.compile(r"(?<![\d-])\d-\d{1,2}-\d{1,2}(?![\d-])")
_CODES = "|".join(str(r["code"]) for r in load().labels().to_dict("records") if r["kind"] == "country")
_COUNTRY = re.compile(rf"(?<![A-Za-z])(?:{_CODES})(?![A-Za-z])")


def constants(path: Path) -> Iterator[tuple[int, object]]:
    """Line and value of every constant that is no docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in said:
            yield node.lineno, node.value


def found(path: Path) -> Iterator[str]:
    """What of a module only data should say."""
    name = path.relative_to(ROOT / "analysis").as_posix()
    for line, value in constants(path):
        if isinstance(value, int) and 1900 <= value < 2100 and value not in NUMBERS.get(name, ()):
            yield f"line {line}: the year {value}"
        if isinstance(value, str) and _YEAR.search(value) and name not in WORDS:
            yield f"line {line}: a year in {value!r}"
        if isinstance(value, str) and _TABLE.search(value):
            yield f"line {line}: a table number in {value!r}"
        if isinstance(value, str) and _COUNTRY.search(value):
            yield f"line {line}: the country {value!r}"


MODULES = [p for p in sorted((ROOT / "analysis").rglob("*.py")) if "chapters" not in p.parts]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT / "analysis").as_posix())
def test_the_code_names_no_year_no_table_and_no_country(path: Path) -> None:
    assert list(found(path)) == []


def test_what_the_test_looks_for_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.test_no_years.ROOT", tmp_path)
    (tmp_path / "analysis").mkdir()
    module = tmp_path / "analysis/x.py"
    module.write_text(
        '"""Of 2023."""\nA = 2023\nB = f"{A} in 2024 gerd.KOR"\nC = "1-2-13"\nD = ("TWN", 100, "3.2020")\n'
    )
    seen = " ".join(found(module))
    for what in (
        "line 2: the year 2023",
        "line 3: a year in",
        "line 3: the country",
        "line 4: a table",
        "line 5: the country",
    ):
        assert what in seen
    assert seen.count("line") == 5


def test_relations_name_no_year_of_a_table() -> None:
    for record in load().resource("relations").to_dict("records"):
        terms = re.sub(
            r"prose:\w+", "", f"{record['target'] if record['tables'] != 'prose' else ''} {record['inputs']}"
        )
        assert not _YEAR.search(terms), record
        assert not _YEAR.search(record["key"]), record
