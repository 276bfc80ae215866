"""Intermediate results are kept, handed out safely, and noted so that nothing a page uses goes unseen."""

from __future__ import annotations

import ast
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from analysis import report as reports
from analysis import stages
from analysis.claims.claim import printed
from analysis.stages import once
from tests.conftest import ROOT


@once
def plain(book: reports.Report, table: str) -> pd.DataFrame:
    return book.printed(table).head(1)


@once
def opaque(book: reports.Report) -> object:
    book.printed("1-2-3")
    return object()


@once
def outer(book: reports.Report) -> int:
    return len(plain(book, "1-2-2")) + len(book.printed("1-2-1"))


@once
def failing(book: reports.Report) -> None:
    book.printed("1-2-5")
    raise KeyError("x")


def notes(*steps) -> list[str]:
    """What is noted while these are called with one report, without values."""
    book = reports.Report(reports.DATA, reports.load().package)
    with stages.listening() as found:
        for step in steps:
            try:
                step(book)
            except KeyError:
                continue
    return sorted(
        {
            f"{word} {rest.rpartition('/')[2] if word != 'value' else rest.split(' ', 1)[1]}"
            for word, rest in (line.split(" ", 1) for line in found)
        }
    )


CALL = 'value ["%s", "%s", [%s]]'
MINE = __name__
READS = {
    "read by itself": ([lambda b: b.printed("1-2-2")], ["direct 1-2-2.csv"]),
    "a stage": ([lambda b: plain(b, "1-2-2")], ["through 1-2-2.csv", CALL % (MINE, "plain", '"1-2-2"')]),
    "a stage twice": ([lambda b: plain(b, "1-2-2")] * 2, ["through 1-2-2.csv", CALL % (MINE, "plain", '"1-2-2"')]),
    "a stage in a stage": ([outer], ["through 1-2-1.csv", "through 1-2-2.csv", CALL % (MINE, "outer", "")]),
    "a stage in a stage, known before": (
        [lambda b: plain(b, "1-2-2"), outer],
        ["through 1-2-1.csv", "through 1-2-2.csv", CALL % (MINE, "outer", ""), CALL % (MINE, "plain", '"1-2-2"')],
    ),
    "a value that cannot be written down": ([opaque], ["direct 1-2-3.csv"]),
    "the same, known before": ([lambda b: (opaque(b), opaque(b))], ["direct 1-2-3.csv"]),
    "a stage that fails": ([failing], ["direct 1-2-5.csv"]),
    "after a stage, by itself": (
        [lambda b: plain(b, "1-2-2"), lambda b: b.printed("1-2-2")],
        ["direct 1-2-2.csv", "through 1-2-2.csv", CALL % (MINE, "plain", '"1-2-2"')],
    ),
    "another resource": ([lambda b: b.resource("figures")], ["direct figures.csv"]),
}


@pytest.mark.parametrize("case", READS)
def test_what_is_noted(case: str) -> None:
    steps, expected = READS[case]
    assert notes(*steps) == sorted(expected)


def test_a_table_looked_up_before_is_noted_again() -> None:
    """The vocabulary of the claims keeps the tables that it has read."""
    book = reports.Report(reports.DATA, reports.load().package)
    printed(book).table("1-2-2")
    with stages.listening() as found:
        printed(book).table("1-2-2")
    assert "direct data/tables/1-2-2.csv" in found


def test_a_frame_that_is_changed_is_not_the_one_kept() -> None:
    book = reports.load()
    frame = plain(book, "1-2-2")
    whole = frame.copy()
    frame.iloc[0, 0] = "changed"
    frame["more"] = 1
    assert plain(book, "1-2-2").equals(whole)


SAME = [
    1,
    "1",
    1.0,
    None,
    Fraction(1, 2),
    (1,),
    [1],
    {"a": 1},
    frozenset({1}),
    np.array([1]),
    pd.Series([1]),
    pd.Series(["1"]),
    pd.DataFrame({"a": [1]}),
    pd.DataFrame({"a": ["1"]}),
    pd.DataFrame({"b": [1]}),
    pd.DataFrame({"a": [1]}, index=["x"]),
    float("nan"),
    True,
]


def test_values_that_differ_have_other_digests() -> None:
    assert len({stages.digest(value) for value in SAME}) == len(SAME)
    assert [stages.digest(value) for value in SAME] == [stages.digest(value) for value in SAME]
    assert stages.digest(pd.DataFrame({"a": [1.0, 2.0]})) != stages.digest(pd.DataFrame({"a": [1.0, 2.00000000001]}))


def test_the_last_bits_of_a_float_which_another_processor_gives_are_no_other_value() -> None:
    for value, other in ((2.0, np.nextafter(2, 3)), (np.log([2.0]), np.nextafter(np.log([2.0]), 1))):
        assert stages.digest(value) == stages.digest(type(value)(other) if np.isscalar(value) else other)
    assert stages.digest(2.0) != stages.digest(np.float64(2))


def test_what_may_hold_more_than_is_written_down_has_no_digest() -> None:
    class Words(str):
        __slots__ = ("other",)

    class Named(dict):  # type: ignore[type-arg]
        pass

    for value in (Words("a"), Named(a=1), [Words("a")], pd.DataFrame({"a": [object()]}), object(), len):
        with pytest.raises(TypeError):
            stages.digest(value)


def test_functions_that_share_a_name_are_refused() -> None:
    with pytest.raises(ValueError, match="no name of its own"):
        once(lambda book: 1)


def test_nothing_else_keeps_results_of_a_report() -> None:
    """A result kept out of sight of the notes would hide what a page has read."""
    keepers = []
    for path in (ROOT / "analysis").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.args.args and node.args.args[0].arg in ("report", "book"):
                words = [ast.unparse(d) for d in node.decorator_list]
                keepers += [f"{path.name}: {node.name}" for word in words if "cache" in word]
    assert keepers == []
