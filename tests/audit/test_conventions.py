"""Publishers who print or define otherwise than the relations say are asked, not accused."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pandas as pd
import pytest

from analysis import audit
from analysis.audit import verdicts
from analysis.audit.bench import Bench
from analysis.report import BadInput, from_frames

ROWS = [f"R{i}" for i in range(8)]
RELATIONS = [("g %", "growth", "a, b"), ("p %", "share", "b[All], b"), ("{a, b}[All]", "total", "same[*-All]")]


def judged(frame: pd.DataFrame, relations: list[tuple[str, str, str]]) -> tuple[list[str], pd.DataFrame]:
    """Verdicts that occur, and the findings."""
    table = pd.DataFrame([("t", k, t, k, i) for t, k, i in relations])
    table.columns = pd.Index(["tables", "name", "target", "kernel", "inputs"])
    report = from_frames({"t": frame}, table)
    return sorted(set(audit.ledger(report)["verdict"])), audit.findings(report)


def levels(seed: int) -> tuple[list[float], list[float]]:
    """Two years of eight rows and their sum."""
    chance = random.Random(seed)
    a = [chance.uniform(200, 9000) for _ in ROWS]
    b = [x * chance.uniform(0.8, 1.4) for x in a]
    return [*a, sum(a)], [*b, sum(b)]


def printed(seed: int, level: Callable[[float], str], rate: Callable[[float], str] = "{:.1f}".format) -> pd.DataFrame:
    a, b = levels(seed)
    frame = pd.DataFrame({"row": [*ROWS, "All"], "a": [level(x) for x in a], "b": [level(y) for y in b]})
    frame["g %"] = [rate(100 * (y - x) / x) for x, y in zip(a, b, strict=True)]
    frame["p %"] = [rate(100 * y / b[-1]) for y in b]
    return frame


def to(step: int) -> Callable[[float], str]:
    return lambda x: str(round(x / step) * step)


def significant(digits: int) -> Callable[[float], str]:
    return lambda x: to(10 ** max(0, len(str(int(x))) - digits))(x)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("level", [*map(to, (5, 10, 50, 100)), significant(2), significant(3)])
def test_levels_rounded_to_tens_or_to_digits_are_read_so(level: Callable[[float], str], seed: int) -> None:
    assert judged(printed(seed, level), RELATIONS)[0] == ["consistent", "reproduced"]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("level", ["{:.0f}.0".format, lambda x: f"{round(x / 5) / 20:.2f}"], ids=["1.0", "0.05"])
@pytest.mark.parametrize("rate", ["{:.1f}".format, "{:.0f}.0".format, lambda x: f"{round(2 * x) / 2:.1f}"])
def test_decimals_that_are_always_0_or_5_are_read_so(
    level: Callable[[float], str], rate: Callable[[float], str], seed: int
) -> None:
    """Whole numbers shown with a decimal, prices to 0.05, rates to 0.5."""
    assert set(judged(printed(seed, level, rate), RELATIONS)[0]) <= {"consistent", "reproduced"}


def test_a_reading_coarser_than_the_print_is_told_in_a_warning() -> None:
    relations = pd.DataFrame([("t", "sum", "a[All]", "total", "a[*-All]")])
    relations.columns = pd.Index(["tables", "name", "target", "kernel", "inputs"])
    report = from_frames({"t": printed(0, to(100))}, relations)
    audit.ledger(report)
    assert report.warnings == [
        "audit: 2 columns are read as rounded more coarsely than printed, as their zeros and fives say: t/a; t/b"
    ]


def test_a_fine_column_beside_a_coarse_one_is_read_as_printed() -> None:
    """Each cell's hypothetical digits are read with the rounding of its own column."""
    frame = printed(1, to(100))
    frame["c"] = [str(round(float(x)) + 7 * i) for i, x in enumerate(frame["a"])]
    done = verdicts.audit(from_frames({"t": frame}, None, {"a": "m", "b": "m", "c": "k"}))
    bench = Bench(done.cells, done.groups)
    width = {c.column: high - low for c, (low, _, high) in zip(done.cells.cells, bench.values, strict=True)}
    assert width["a"] == 100 * width["c"]
    for i in range(len(done.cells)):
        assert bench.value(i, "4600") == done.cells.value(i, "4600")


def test_one_number_printed_twice_is_no_total_of_rounded_parts() -> None:
    """62 elsewhere does not make 62.00 stand for 61.5 to 62.5: its growth is judged by its own digits."""
    frame = pd.DataFrame([["A", "62", "62.00", "70.00", "12.1"]], columns=["row", "short", "a", "b", "g %"])
    found, _ = judged(frame, [("a", "total", "short"), ("g %", "growth", "a, b")])
    assert found == ["contradicted", "reproduced"]


def test_one_finer_number_is_read_as_it_is_printed_and_a_wrong_one_is_still_found() -> None:
    frame = printed(1, to(100))
    frame.loc[3, "b"] = str(int(frame.loc[3, "b"]) + 4000)
    _, found = judged(frame, RELATIONS)
    assert found["cells"].str.contains("t/R3/b").all()
    assert not found.empty


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("way", [math.floor, math.ceil, math.trunc])
def test_rates_always_rounded_one_way_are_read_so(way: Callable[[float], int], seed: int) -> None:
    frame = printed(seed, "{:.2f}".format, lambda x: f"{way(10 * x) / 10:.1f}")
    assert set(judged(frame, RELATIONS)[0]) <= {"consistent", "reproduced"}


@pytest.mark.parametrize("seed", range(5))
def test_totals_of_rounded_parts_need_not_give_the_growth_of_the_unrounded_total(seed: int) -> None:
    small = random.Random(seed)
    a = [small.uniform(1, 9) for _ in ROWS]
    b = [x * small.uniform(0.8, 1.4) for x in a]
    frame = pd.DataFrame({"row": ROWS, "a": [f"{x:.0f}" for x in a], "b": [f"{y:.0f}" for y in b]})
    frame.loc[8] = ["All", *(str(frame[c].astype(int).sum()) for c in "ab")]
    rates = [100 * (y - x) / x for x, y in zip([*a, sum(a)], [*b, sum(b)], strict=True)]
    frame["g %"] = [f"{r:.1f}" for r in rates]
    relations = [r for r in RELATIONS if r[1] != "share"]
    assert set(judged(frame, relations)[0]) <= {"consistent", "reproduced"}
    frame.loc[8, "g %"] = f"{rates[8] + 40:.1f}"
    assert "contradicted" in judged(frame, relations)[0]


def other_growth(frame: pd.DataFrame) -> None:
    frame["g %"] = [f"{100 * math.log(float(y) / float(x)):.1f}" for x, y in zip(frame["a"], frame["b"], strict=True)]


def part_left_out(frame: pd.DataFrame) -> None:
    frame["p %"] = [f"{100 * float(y) / (float(frame.loc[8, 'b']) - float(frame.loc[3, 'b'])):.1f}" for y in frame["b"]]


def places(frame: pd.DataFrame, shown: Callable[[list[int]], list[int]]) -> None:
    order = frame["a"].astype(float).rank(ascending=False).astype(int)
    frame["place"] = [str(n) for n in shown(list(order))]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("change", "name"),
    [
        (other_growth, "growth"),
        (part_left_out, "share"),
        (lambda f: places(f, lambda order: [n + 1 for n in order]), "rank"),
        (lambda f: places(f, lambda order: [9 - n for n in order]), "rank"),
        (lambda f: places(f, lambda order: [*order[1:], order[0]]), "rank"),
    ],
)
def test_a_relation_that_fails_nearly_everywhere_is_one_question(
    change: Callable[[pd.DataFrame], None], name: str, seed: int
) -> None:
    """Logarithms, shares of those who answered, an unlisted first place, the smallest first, a column moved down."""
    frame = printed(seed, to(1)).iloc[:8] if name == "rank" else printed(seed, to(1))
    change(frame)
    relations = [("place", "rank", "a, a[others]")] if name == "rank" else RELATIONS
    _, found = judged(frame, relations)
    assert list(zip(found["kind"], found["grade"], found["decided_by"], strict=True)) == [("misfit", "pattern", "")]
    assert found.loc[0, "title"].endswith(f" does not follow by the relation that was declared ({name})")


def test_a_wrong_total_is_named_although_every_share_of_it_fails() -> None:
    frame = printed(1, to(1))
    frame.loc[8, "b"] = "9" + str(frame.loc[8, "b"])[1:]
    _, found = judged(frame, RELATIONS)
    assert list(zip(found["kind"], found["decided_by"], strict=True)) == [("digit", "report")]
    assert "All, b" in found.loc[0, "title"]


def test_a_copied_column_is_one_finding_and_names_the_other_column() -> None:
    frame = printed(1, to(1))
    frame["p %"] = frame["g %"]
    _, found = judged(frame, RELATIONS)
    assert list(found["explanation"]) == ["Table t: p % repeats g % of Table t in every row."]
    frame = printed(1, to(1))
    frame["a"] = frame["b"]  # which of the two is the copy, nothing says
    _, found = judged(frame, RELATIONS)
    assert list(found["decided_by"]) == [""]


def test_a_sign_and_an_exchange_are_not_told_apart() -> None:
    frame = printed(1, to(1))[["row", "a", "b"]]
    frame["d"] = [str(int(y) - int(x)) for x, y in zip(frame["a"], frame["b"], strict=True)]
    frame.loc[1, ["a", "b"]] = frame.loc[1, ["b", "a"]].to_list()
    _, found = judged(frame, [("d", "difference", "b, a")])
    assert list(found["decided_by"]) == [""]


def test_two_cells_exchanged_are_not_taken_for_their_whole_rows() -> None:
    """All else of the two rows fits in either order, so that no other number is blamed."""
    index = [["May", "100.1", "102.5", "2.4"], ["Jun", "100.3", "103.0", "2.7"], ["Jul", "101.0", "103.0", "2.0"]]
    frame = pd.DataFrame([*index, ["Aug", "100.5", "103.1", "2.6"]], columns=["row", "a", "b", "g %"])
    frame["m %"] = ["", "0.0", "0.5", "0.1"]
    _, found = judged(frame, [("g %", "growth", "a, b"), ("m %", "growth", "b[above], b")])
    assert list(found["decided_by"]) == [""]


@pytest.mark.parametrize(("target", "kernel", "inputs"), [("b", "total", "b"), ("p %", "share", "p %, a")])
def test_a_number_does_not_follow_from_itself(target: str, kernel: str, inputs: str) -> None:
    with pytest.raises(BadInput, match=f"column inputs: inputs other than the target {target} itself"):
        judged(printed(1, to(1)), [(target, kernel, inputs)])
