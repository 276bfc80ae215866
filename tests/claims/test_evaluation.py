"""Verdicts, conventions, decisions, and what happens to rows that are wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis import __main__ as cli
from analysis.claims import evaluate, views
from analysis.claims.evaluation import CHECKS, COLUMNS
from analysis.claims.readings import half_step, judge
from analysis.interval import Interval
from analysis.report import BadInput, load
from tests.claims.conftest import row


def one(edition, **values):
    return evaluate(edition(row(**values))).iloc[0]


@pytest.mark.parametrize(
    ("form", "claimed", "found", "verdict"),
    [
        ("eq", "2.46", "2.46", "reproduced"),
        ("eq", "2.5", "2.46", "reproduced"),
        ("eq", "2.4", "2.46", "ambiguous"),  # only if cut off
        ("eq", "2.3", "2.46", "contradicted"),
        ("eq", "0", "-0.2", "reproduced"),
        ("about", "10", "10.78", "consistent"),
        ("about", "200", "200.15", "reproduced"),
        ("about", "200", "230", "ambiguous"),  # half a unit of the 2, but more than a tenth
        ("about", "2.46", "2.60", "ambiguous"),  # a tenth, but not the printed digits
        ("about", "200", "300", "contradicted"),
        ("gt", "60", "61.4", "reproduced"),
        ("gt", "60", "60", "consistent"),
        ("gt", "61", "60.4", "contradicted"),
        ("gt", "60", "59.8", "ambiguous"),
        ("ge", "4.5", "4.5", "reproduced"),
        ("lt", "60", "61.4", "contradicted"),
        ("le", "60", "59", "reproduced"),
        ("near", "63", "62.6", "reproduced"),
        ("near", "63", "63.4", "ambiguous"),
        ("near", "63", "40", "contradicted"),
    ],
)
def test_each_form_has_its_reading(form, claimed, found, verdict):
    exact = Interval.printed(found, exact=found not in ("60", "59.8"))
    if found == "59.8":
        exact = Interval.exact(exact.point)
    assert judge(form, claimed, exact).verdict == verdict


@pytest.mark.parametrize(
    ("digits", "step"), [("200", "50"), ("2.46", "1/200"), ("10", "5"), ("60.0", "5"), ("0", "1/2"), ("0.0", "1/20")]
)
def test_half_a_step_is_that_of_the_last_digit_that_is_not_zero(digits, step):
    from fractions import Fraction

    assert half_step(digits) == Fraction(step)


def test_columns_are_those_promised(edition):
    assert list(evaluate(edition(row(reason="qualitative")))) == COLUMNS


def test_a_rate_within_rounding_is_consistent_and_beyond_it_contradicted(edition):
    rows = [
        row(id=f"C100.{n}", printed=f"a=10;b=11;r={r}", claimed="r", unit="%", expression="growth(a, b)")
        for n, r in enumerate(("10", "12", "30"), 1)
    ]
    found = evaluate(edition(*rows))
    assert list(found["verdict"]) == ["reproduced", "consistent", "contradicted"]
    assert list(found["decision"]) == ["sign stands"] * 3
    assert list(found["recomputed"]) == ["10"] * 3
    assert found["low"].iloc[0] == "0.00"
    assert found["high"].iloc[0].startswith("21.06")


def test_a_fall_told_as_a_rise_is_a_decision_error(edition):
    found = one(edition, printed="a=50;b=40;r=20", claimed="r", unit="%", expression="growth(a, b)")
    assert (found["verdict"], found["decision"]) == ("contradicted", "sign fails")


@pytest.mark.parametrize("kind", ["growth", "difference"])
@pytest.mark.parametrize(("stated", "verdict"), [("0", "reproduced"), ("0.00", "contradicted")])
def test_a_change_of_zero_has_no_sign_that_could_fail(edition, kind, stated, verdict):
    found = one(edition, kind=kind, printed=f"r={stated}", claimed="r", unit="%", expression="-exact(0.3)")
    assert (found["verdict"], found["decision"]) == (verdict, "")


GERD = 't("1-2-1", "TWN", "gerd", 2023)'  # 599 in units of 100 million US dollars


@pytest.mark.parametrize(
    ("stated", "unit", "verdict", "note"),
    [
        ("599", "億美元", "reproduced", ""),
        ("59.9", "十億美元", "reproduced", "the table prints it in 億美元"),
        ("59900", "US$ million", "reproduced", "the table prints it in 億美元"),
        ("58.9", "十億美元", "contradicted", "the table prints it in 億美元"),
        ("15235", "新臺幣億元", "contradicted", "the table prints it in 億美元"),
    ],
)
def test_a_number_looked_up_is_compared_in_the_unit_of_the_sentence(edition, stated, unit, verdict, note):
    found = one(edition, kind="level", printed=f"v={stated}", claimed="v", unit=unit, expression=GERD)
    assert (found["verdict"], found["note"]) == (verdict, note)


def test_a_unit_that_nobody_knows_is_refused_by_name(edition):
    with pytest.raises(BadInput, match=r"row C100.1, column unit: a unit such as 億美元, .* found '十億美圓'"):
        one(edition, kind="level", printed="v=59.9", claimed="v", unit="十億美圓", expression=GERD)


@pytest.mark.parametrize(
    ("kind", "expression", "decision"),
    [
        ("rank", 'rank("1-2-1", "gerd", 2023, "TWN", exclude=("OECD", "EU27"))', "rank stands"),
        ("rank", 'rank("1-2-1", "gerd", 2023, "KOR", exclude=("OECD", "EU27"))', "rank fails"),
        ("count", 'count(column("1-2-1", "growth", 2023) < 0)', "count fails"),
    ],
)
def test_ranks_and_counts_are_decisions(edition, kind, expression, decision):
    assert one(edition, kind=kind, printed="n=8", claimed="n", expression=expression)["decision"] == decision


def test_a_threshold_is_a_decision(edition):
    found = one(
        edition, kind="share", form="gt", printed="a=1;b=4;s=30", claimed="s", expression="share(exact(a), exact(b))"
    )
    assert (found["verdict"], found["decision"]) == ("contradicted", "threshold fails")


def test_a_compound_rate_says_which_periods_reproduce_it(edition):
    def of(rate):
        found = one(
            edition,
            kind="cagr",
            printed=f"a=100.00;b=200.00;r={rate};y0=2024;y1=2030",
            claimed="r",
            expression="cagr(a, b, y0, y1)",
        )
        return found["verdict"], found["convention"]

    assert of("12.2") == ("reproduced", "y1-y0 only")
    assert of("10.4") == ("ambiguous", "y1-y0+1 only")
    assert of("14.9") == ("ambiguous", "y1-y0-1 only")
    assert of("50.0")[0] == "contradicted"


def test_a_coarse_rate_does_not_tell_the_convention(edition):
    found = one(edition, kind="cagr", printed="a=1;b=2;r=12", claimed="r", expression="cagr(a, b, 2024, 2030)")
    assert found["convention"] == "y1-y0 or y1-y0+1 or y1-y0-1: the print cannot tell"


@pytest.mark.parametrize(
    ("stated", "form", "verdict", "convention"),
    [
        ("4", "eq", "ambiguous", "times reached"),
        ("3", "eq", "ambiguous", "times added"),
        ("7", "eq", "contradicted", "none of times reached, times added"),
        ("2", "gt", "reproduced", ""),
        ("3", "gt", "ambiguous", "times reached"),
    ],
)
def test_growth_in_times_is_tried_as_what_was_reached_and_as_what_was_added(edition, stated, form, verdict, convention):
    growth = {"unit": "倍", "form": form, "claimed": "r", "expression": "times(exact(b), exact(a))"}
    found = one(edition, printed=f"a=10;b=40;r={stated}", **growth)
    assert (found["verdict"], found["convention"]) == (verdict, convention)


@pytest.mark.parametrize("expression", ["ratio(b, a)", "ratio(b, a) - 1", "b / a"])
def test_a_growth_in_times_cannot_be_coded_with_one_reading(edition, expression):
    with pytest.raises(BadInput, match="both readings are tried"):
        one(edition, printed="a=10;b=40;r=3", claimed="r", unit="倍", expression=expression)


def test_every_reading_of_the_ends_of_a_range_is_tried_with_every_reading_of_the_word(edition):
    expression = "readings(lowest=times(b, a), highest=times(d, c))"
    found = one(edition, printed="a=10;b=50;c=30;d=60;k=3", claimed="k", unit="倍", form="gt", expression=expression)
    assert found["verdict"] == "ambiguous"
    assert found["convention"] == "lowest times reached or lowest times added"


@pytest.mark.parametrize(
    ("first", "last", "verdict"),
    [
        ("2025", "2030", "reproduced"),
        ("2024", "2030", "ambiguous"),  # growth from a base year
        ("2026", "2031", "ambiguous"),  # another edition of a yearly report
        ("2026", "2030", "contradicted"),
    ],
)
def test_a_period_is_held_against_the_title_it_cites(edition, first, last, verdict):
    expression = "same_period(y0, y1, 2025, 2030)"
    found = one(edition, kind="comparison", printed=f"y0={first};y1={last}", expression=expression)
    assert found["verdict"] == verdict


def test_counts_and_years_are_exact_in_sums(edition):
    for total, verdict in (("14", "reproduced"), ("15", "contradicted"), ("13", "contradicted")):
        found = one(
            edition,
            kind="sum",
            printed=f"t={total};a=5;b=6;c=3",
            claimed="t",
            unit="座",
            expression="a + b + c",
            quantity="a:x@座;b:y@座;c:z@座",
        )
        assert (found["verdict"], found["low"]) == (verdict, "14.00")


@pytest.mark.parametrize(("stated", "verdict"), [("20", "consistent"), ("30", "ambiguous")])
def test_two_sides_of_other_sources_neither_prove_nor_refute_each_other(edition, stated, verdict):
    found = one(
        edition,
        kind="share",
        printed=f"a=1;b=5;r={stated}",
        claimed="r",
        unit="%",
        expression="share(exact(a), exact(b))",
        apart="another source",
    )
    assert found["verdict"] == verdict
    assert found["note"].startswith("another source")


@pytest.mark.parametrize(
    ("way", "values"),
    [
        ("recomputed", {"printed": "a=1;b=4;r=25", "claimed": "r", "expression": "share(a, b)"}),
        (
            "look-up",
            {"kind": "level", "printed": "v=599", "claimed": "v", "expression": 't("1-2-1", "TWN", "gerd", 2023)'},
        ),
        (
            "look-up",
            {
                "kind": "level",
                "printed": "v=5.99",
                "claimed": "v",
                "expression": 't("1-2-1", "TWN", "gerd", 2023) / 100',
            },
        ),
        ("yes/no", {"expression": "1 < 2"}),
        ("threshold", {"printed": "v=4", "claimed": "v", "form": "gt", "expression": "2 + 3"}),
        ("list count", {"kind": "count", "printed": "n=3", "claimed": "n", "expression": "listed(3)"}),
        ("", {"reason": "qualitative"}),
    ],
)
def test_each_way_of_checking_has_its_name(edition, way, values):
    assert one(edition, **values)["check"] == way
    assert way in {*CHECKS, ""}


def test_a_word_with_two_readings_is_ambiguous_when_they_differ(edition):
    expression = "readings(every_year={}, end_to_end=2 > 1)"
    found = one(edition, kind="comparison", form="holds", expression=expression.format("1 > 2"))
    assert (found["verdict"], found["convention"]) == ("ambiguous", "end to end")
    assert found["decision"] == "direction depends on the reading"
    assert (
        one(edition, kind="comparison", form="holds", expression=expression.format("3 > 2"))["verdict"] == "reproduced"
    )
    none = "readings(a=1 > 2, b=2 > 3)"
    assert one(edition, kind="comparison", form="holds", expression=none)["verdict"] == "contradicted"


def test_not_checkable_is_declared_with_a_reason_or_follows_from_n_a(edition):
    declared = one(edition, claimed="v", reason="future", printed="v=5")
    assert (declared["verdict"], declared["printed"]) == ("not checkable", "5")
    missing = one(edition, printed="v=5", claimed="v", expression='t("1-2-4", "ISR", "researchers", 2023)')
    assert missing["verdict"] == "not checkable"
    assert "N/A" in missing["note"]


def test_a_printed_zero_that_is_divided_by_leaves_a_claim_unchecked(edition):
    found = one(edition, printed="a=0;b=3;r=5", claimed="r", unit="%", expression="growth(a, b)")
    assert (found["verdict"], found["decision"]) == ("not checkable", "")
    assert found["note"].startswith("no result: ")


def test_another_claims_number_can_be_used(edition):
    found = evaluate(
        edition(
            row(printed="v=5.0", claimed="v", reason="future"),
            row(
                id="C101.1",
                seed_line="101",
                kind="ratio",
                printed="r=2.0",
                claimed="r",
                expression='ratio(10.0, c("C100.1", "v"))',
            ),
        )
    )
    assert found["verdict"].iloc[1] == "reproduced"


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("id", {"id": "X1"}),
        ("seed_line", {"seed_line": "abc"}),
        ("seed_line", {"id": "C100.1", "seed_line": "101"}),
        ("kind", {"kind": "gossip"}),
        ("statement", {"statement": ""}),
        ("printed", {"printed": "a=1,000"}),
        ("printed", {"printed": "a=1;a=2"}),
        ("form", {"form": "roughly", "expression": "1", "printed": "v=1", "claimed": "v"}),
        ("claimed", {"expression": "1", "printed": "v=1", "claimed": "w"}),
        ("claimed", {"expression": "1", "printed": "v=1", "form": "eq"}),
        ("reason", {"reason": ""}),
        ("reason", {"reason": "tired"}),
        ("form", {"form": "", "reason": "future"}),
        ("unit", {"unit": "US$ zillion", "printed": "v=1", "claimed": "v", "reason": "future"}),
        ("expression", {"expression": "1 +", "printed": "v=1", "claimed": "v"}),
        ("expression", {"expression": "import os", "printed": "v=1", "claimed": "v"}),
        ("expression", {"expression": "w + 1", "printed": "v=1", "claimed": "v"}),
        ("expression", {"expression": "1 < 2", "printed": "v=1", "claimed": "v"}),
        ("expression", {"expression": "1 + 1", "form": "holds"}),
        ("expression", {"expression": 't("1-2-1", "XXX", "gerd", 2023)', "printed": "v=1", "claimed": "v"}),
        ("expression", {"expression": 't(1-2-1, "TWN", "gerd", 2023)', "printed": "v=1", "claimed": "v"}),
        ("expression", {"expression": 't("1-2-1", "TWN", 1, 2023)', "printed": "v=1", "claimed": "v"}),
        ("expression", {"expression": 't("1-2-1", "TWN", "gerd", 20233)', "printed": "v=1", "claimed": "v"}),
        (
            "expression",
            {"expression": 'max(column("1-2-1", "gerd", 2023, exclude="EU"))', "printed": "v=1", "claimed": "v"},
        ),
        (
            "expression",
            {"expression": 'max(column("1-2-1", "gerd", 2023, only="EU"))', "printed": "v=1", "claimed": "v"},
        ),
        ("expression", {"expression": "growth(old=1, new=2, new=3)", "printed": "v=1", "claimed": "v"}),
        ("expression", {"expression": "1 / 0", "printed": "v=1", "claimed": "v"}),
        ("expression", {"expression": "9 ** 9 ** 9", "printed": "v=1", "claimed": "v"}),
        ("expression", {"expression": "-" * 60 + "1", "printed": "v=1", "claimed": "v"}),
    ],
)
def test_a_malformed_row_is_one_line_that_names_row_and_column(edition, capsys, column, values):
    edition_ = edition(row(**values))
    with pytest.raises(BadInput) as caught:
        evaluate(edition_)
    message = str(caught.value)
    assert f"column {column}" in message
    assert "\n" not in message
    assert "claims.csv" in message
    assert "Interval(" not in message
    assert cli.main(["claims", "--format", "csv", "--data", str(edition_.directory)]) == 2
    streams = capsys.readouterr()
    assert streams.err.count("\n") == 1
    assert streams.err.startswith("error: ")
    assert streams.out == ""


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ('t("1-2-1", "TWN", "gerdd", 2023)', "table 1-2-1 has no measure gerdd"),
        ('t("1-2-1", "TAIWAN", "gerd", 2023)', "no row of the tables has the code TAIWAN"),
        ('t("1-2-99", "TWN", "gerd", 2023)', "'1-2-99' is none"),
        ('t(1-2-1, "TWN", "gerd", 2023)', "the number of a table in quotes"),
        ("grwth(1, 2)", "about, abs, all_of"),
    ],
)
def test_a_message_says_which_part_of_an_expression_is_unknown(edition, expression, said):
    with pytest.raises(BadInput, match=re.escape(said)):
        evaluate(edition(row(expression=expression, printed="v=1", claimed="v")))


def test_a_repeated_id_is_bad_input(edition):
    with pytest.raises(BadInput, match="each id once"):
        evaluate(edition(row(reason="qualitative"), row(reason="qualitative")))


def test_the_command_prints_every_claim_of_the_project(capsys):
    assert cli.main(["claims", "--format", "csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert len(lines) > 400


def test_a_changed_table_changes_the_verdict(edition):
    claim = row(kind="level", printed="v=599", claimed="v", expression='t("1-2-1", "TWN", "gerd", 2023)')
    loaded = edition(claim)
    assert evaluate(loaded)["verdict"].tolist() == ["reproduced"]
    table = loaded.directory / "tables" / "1-2-1.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("589,599", "589,699"), encoding="utf-8")
    assert evaluate(edition(claim))["verdict"].tolist() == ["contradicted"]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("C1281.3", "reproduced"),  # both, amount and share, are five-year highs; not the growth rate
        ("C1337.1", "ambiguous"),  # the rank is level, the number is not
        ("C1543.7", "ambiguous"),  # with the medium class exports turned to capital, without it not
        ("C1742.1", "not checkable"),  # a figure of the section is not part of the text
        ("C5770.3", "ambiguous"),  # another edition of the source
        ("C5927.1", "ambiguous"),
    ],
)
def test_what_a_fair_reading_acquits_is_not_contradicted(claim, verdict):
    assert evaluate(load(), only=[claim])["verdict"].tolist() == [verdict]


def test_a_number_past_a_threshold_never_looks_like_the_threshold() -> None:
    found = evaluate(load(), ["C1549.1"]).set_index("id")
    assert found.loc["C1549.1", ["printed", "recomputed"]].tolist() == ["1", "1.03"]


def test_a_statement_that_holds_by_one_reading_only_says_so_in_the_register() -> None:
    shown = views.register(load(), frozenset({"C1209.3", "C1508.1"}))
    assert set(shown["recomputed"]) == {views.DEPENDS}
    assert set(shown["verdict"]) == {"ambiguous"}


@pytest.mark.parametrize("gone", ["not available", "not listed"])
def test_an_exception_that_is_not_printed_makes_a_statement_uncheckable(data_copy: Path, gone: str) -> None:
    path = data_copy / "tables/1-2-1.csv"
    lines = path.read_text("utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("加拿大,"))
    blank = ",".join(["加拿大", *["N/A"] * lines[0].count(",")])
    lines[at : at + 1] = [blank] if gone == "not available" else []
    path.write_text("\n".join(lines) + "\n", "utf-8")
    found = evaluate(load(data_copy)).set_index("id")
    assert found.loc["C932.4", "verdict"] == "not checkable"
