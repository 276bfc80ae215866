"""Facts of the text, the guards around them, and the role that writes them."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from analysis import charts, report, tables
from analysis import facts as module
from analysis.charts import exhibit
from analysis.facts import expect, facts
from analysis.publish import checks
from analysis.words import (
    ABSENT,
    amount,
    between,
    cardinal,
    listing,
    name,
    names,
    number,
    ordinal,
    percent,
    span,
    within,
    year,
)
from tests.book.test_extensions import extension


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What a cell displays."""
    found: list[dict[str, Any]] = []
    for module_name in ("analysis.facts", "analysis.charts.exhibit", "analysis.tables"):
        monkeypatch.setattr(f"{module_name}.put", found.append)
    return found


def test_facts_are_stored_by_key_and_in_each_language(shown: list[dict[str, Any]]) -> None:
    facts({"share": {"en": "US$59.9 billion", "zh_TW": "599億美元"}}, rank="third")
    assert shown[0][module.MIME] == {"share": {"en": "US$59.9 billion", "zh_TW": "599億美元"}, "rank": "third"}
    assert shown[0]["text/plain"] == "share: US$59.9 billion\nrank: third"


def test_a_number_is_no_fact_before_it_is_written(shown: list[dict[str, Any]]) -> None:
    with pytest.raises(TypeError, match="fact rank: a text"):
        facts(rank=3)  # type: ignore[arg-type]
    assert shown == []


def test_an_expectation_that_fails_says_which_sentence_to_change(shown: list[dict[str, Any]]) -> None:
    expect(2 > 1, "Taiwan stays sixth.")
    assert shown == []
    expect(1 > 2, "Taiwan stays <sixth>.")
    assert shown[0]["text/plain"] == f"{exhibit.BROKEN} Taiwan stays <sixth>."
    assert "&lt;sixth&gt;" in shown[0]["text/html"]
    output = {"output_type": "display_data", "data": shown[0]}
    assert checks.BROKEN == exhibit.BROKEN
    assert checks.broken({"cells": [{"cell_type": "code", "outputs": [output]}]}) == ["Taiwan stays <sixth>."]


def test_a_figure_and_a_table_of_no_numbers_say_so_and_every_build_lists_them(shown: list[dict[str, Any]]) -> None:
    none = pd.DataFrame({"code": [], "name": [], "year": [], "value": []})
    look = {"data": none, "name": "none", "source": ["1-2-1"], "alt": "none"}
    charts.show(charts.bars(none, title="Bars < lines", unit="%"), **look)
    charts.show(charts.lines(none, title="Lines", unit="%"), **look)
    tables.show(none, title="Rows", name="none", source=["1-2-1"])
    tables.show(pd.DataFrame({"name": ["Taiwan"], "rate": [""]}), title="Blank", name="blank", source=["1-2-1"])
    outputs = [{"output_type": "display_data", "data": data} for data in shown]
    listed = checks.broken({"cells": [{"cell_type": "code", "outputs": outputs}]})
    assert [sentence.split("“")[1].split("”")[0] for sentence in listed] == ["Bars < lines", "Lines", "Rows", "Blank"]
    assert all("in this edition" in sentence for sentence in listed)
    assert "Bars &lt; lines" in shown[0]["text/html"]


@pytest.mark.parametrize(
    "said",
    [
        number(float("nan")),
        number(""),
        number(pd.NA),  # type: ignore[arg-type]
        percent(float("nan")),
        percent(""),
        percent("nan"),
        span(1.0, float("nan"), unit="%"),
        between(float("nan"), 2.0),
        within(float("nan"), 1.0, 2.0),
        ordinal(float("nan")),  # type: ignore[arg-type]
        cardinal(float("nan")),  # type: ignore[arg-type]
        amount(report.load(), float("nan"), "億美元"),
        year(float("nan")),
    ],
)
def test_a_number_that_is_not_there_is_said_to_be_absent_in_both_languages(said: str) -> None:
    assert said is ABSENT
    assert (said, ABSENT.zh) == ("not in this edition", "本版未載")


@pytest.mark.parametrize(
    ("value", "decimals", "sign", "text"),
    [
        (11351, 0, False, "11,351"),
        (-4.6975, 1, False, "−4.7"),
        (3.0, 1, True, "+3.0"),
        (-0.04, 1, True, "0.0"),
        (0.97, 2, False, "0.97"),
    ],
)
def test_numbers_are_written_with_separators_and_a_true_minus(
    value: float, decimals: int, sign: bool, text: str
) -> None:
    assert number(value, decimals, sign=sign) == text
    assert percent(value, decimals, sign=sign) == f"{text}%"


def test_words_carry_their_chinese_form_into_the_facts(shown: list[dict[str, Any]]) -> None:
    book = report.load()
    facts(rank=ordinal(3), gain=span(0.48, 0.5), money=amount(book, "599", "億美元"), share=percent("3.98"))
    assert shown[0][module.MIME] == {
        "rank": {"en": "third", "zh_TW": "第3"},
        "gain": {"en": "0.48–0.50", "zh_TW": "0.48至0.50"},
        "money": {"en": "US$59.9 billion", "zh_TW": "599億美元"},
        "share": "3.98%",
    }
    assert json.loads(json.dumps(shown[0][module.MIME])) == shown[0][module.MIME]


def test_a_name_within_a_sentence_takes_its_article() -> None:
    book = report.load()
    told = names(book, ["CHE", "GBR", "NLD"])
    assert (told, told.zh) == ("Switzerland, the United Kingdom and the Netherlands", "瑞士、英國、荷蘭")
    assert name(book, "USA").capitalize() == "The United States"
    assert book.name("USA") == "United States"


def test_amounts_are_scaled_for_people_and_counts_written_out() -> None:
    book = report.load()
    told = [
        ("152,355", "新臺幣億元"),
        ("720.49", "新臺幣億元"),
        ("17.58", "萬人"),
        ("-4.5", "億美元"),
        ("10,479", "件"),
        ("-12.5", "新臺幣元"),
        ("-0.4", "新臺幣元"),
    ]
    assert [amount(book, value, unit) for value, unit in told] == [
        "NT$15.2 trillion",
        "NT$72.0 billion",
        "175,800",
        "−US$450 million",
        "10,479",
        "−NT$12.5",
        "−NT$0.4",
    ]


def test_amounts_in_chinese_change_their_unit_at_ten_thousand() -> None:
    book = report.load()
    told = [
        ("9,999", "新臺幣億元"),
        ("152,355", "新臺幣億元"),
        ("-20,000", "億美元"),
        ("12,345.6", "萬人"),
        ("30,005", "萬人"),
    ]
    assert [amount(book, value, unit).zh for value, unit in told] == [
        "9,999億元",
        "15兆2,355億元",
        "−2兆美元",
        "1億2,345.6萬人",
        "3億5萬人",
    ]


def test_an_end_of_an_interval_that_is_nearly_zero_says_on_which_side_it_lies() -> None:
    assert between(-0.021, 7.7) == "−0.02 to 7.7"
    assert between(-0.0042, 13.2, unit="%") == "−0.004 to 13.2%"
    assert between(0.03, 1, sign=True) == "+0.03 to +1.0"
    assert between(0, 1) == between(1e-9, 1) == "0.0 to 1.0"


def test_ordinals_cardinals_lists_and_ranges() -> None:
    assert [ordinal(n) for n in (1, 10, 11, 12, 22)] == ["first", "tenth", "11th", "12th", "22nd"]
    assert [cardinal(n) for n in (0, 3, 13)] == ["none", "three", "13"]
    assert [listing(x) for x in ([], ["a"], ["a", "b", "c"])] == ["none", "a", "a, b and c"]
    assert listing(["a", "b"]).zh == "a、b"
    assert [span(0.4801, 0.4803), span(-0.016, 0.004)] == ["0.48", "−0.02 to 0.01"]


# ---------------------------------------------------------------- the role


def page(path: Path, **values: object) -> Path:
    """A notebook whose outputs hold facts."""
    output = {"output_type": "display_data", "metadata": {}, "data": {module.MIME: values, "text/plain": ""}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps({"cells": [{"cell_type": "code", "source": "", "outputs": [output]}], "metadata": {}}), "utf-8"
    )
    return path


def written(monkeypatch: pytest.MonkeyPatch, root: Path, text: str, language: str = "en") -> tuple[str, list[str]]:
    """What the role writes on the page ``book/a`` and what it warns of."""
    prose = extension("prose")
    assert checks.FACTS == module.MIME
    warned: list[str] = []
    monkeypatch.setattr(prose.logger, "warning", lambda message, *more, **_: warned.append(message % more))
    noted: list[str] = []
    env = SimpleNamespace(
        docname="book/a", doc2path=lambda name: str(root / f"{name}.ipynb"), note_dependency=noted.append
    )
    settings = SimpleNamespace(env=env)
    document = SimpleNamespace(settings=settings)
    inliner = SimpleNamespace(document=document, reporter=SimpleNamespace(get_source_and_line=lambda _: ("a", 1)))
    env.config = SimpleNamespace(language=language)
    made, _ = prose.Fact()("fact", f"{{fact}}`{text}`", text, 1, inliner)
    assert warned or noted
    return made[0].astext(), warned


def test_the_role_reads_this_page_another_page_and_the_language_of_the_build(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page(tmp_path / "book/a.ipynb", fall="−4.7%", money={"en": "US$59.9 billion", "zh_TW": "599億美元"})
    page(tmp_path / "book/other/b.ipynb", rank="sixth")
    assert written(monkeypatch, tmp_path, "fall") == ("−4.7%", [])
    assert written(monkeypatch, tmp_path, "money", "zh_TW") == ("599億美元", [])
    assert written(monkeypatch, tmp_path, "money", "de") == ("US$59.9 billion", [])
    assert written(monkeypatch, tmp_path, "other/b:rank") == ("sixth", [])


def test_a_missing_fact_is_a_warning_that_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page(tmp_path / "book/a.ipynb", fall="−4.7%")
    assert written(monkeypatch, tmp_path, "rise") == ("?", ["no fact rise in book/a; its cells give fall"])
    assert written(monkeypatch, tmp_path, "nowhere:rise") == ("?", ["no fact rise in book/nowhere; it gives none"])
