"""What the book shows of the claims, on the committed data and on small invented ones."""

from __future__ import annotations

import json

import pytest

from analysis import report
from analysis.claims import chapter_claims, evaluate, views
from analysis.claims.claim import KINDS, REASONS
from analysis.claims.readings import VERDICTS
from analysis.claims.spelling import spell
from analysis.report import BadInput
from tests.claims.conftest import row


@pytest.fixture(scope="module")
def edition_():
    return report.load()


def test_counts_add_up_and_list_counts_stand_apart(edition_):
    found = evaluate(edition_)
    checks, chapters = views.by_check(edition_).set_index("check"), views.by_chapter(edition_).set_index("chapter")
    assert checks.loc["all", "all"] == len(found)
    assert chapters.loc["all", "all"] == (found["check"] != "list count").sum()
    for frame in (checks, chapters):
        assert (frame[list(VERDICTS)].sum(axis=1) == frame["all"]).all()


def test_a_section_of_no_known_chapter_stands_under_its_number(data_copy):
    path = data_copy / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    claims = next(r for r in package["resources"] if r["name"] == "claims")
    del claims["chapters"]["2-4"]
    path.write_text(json.dumps(package), "utf-8")
    edition = report.load(data_copy)
    table = views.by_chapter(edition).set_index("chapter")["all"]
    assert table["2-4"] > 0
    assert table.drop("all").sum() == table["all"]
    assert "2-4" in set(views.markets(edition)["chapter"])


def test_every_claim_has_a_known_kind_section_and_verdict(edition_):
    claims = edition_.claims()
    assert set(claims["kind"]) <= set(KINDS)
    assert {s[:3] for s in claims["section"]} <= set(views.chapters(edition_))
    assert set(claims["reason"]) <= {*REASONS, ""}
    assert set(evaluate(edition_)["verdict"]) <= set(VERDICTS)


def test_no_claim_repeats_chinese_sentences_of_the_report(edition_):
    longest = max(sum("\u4e00" <= c <= "\u9fff" for c in text) for text in edition_.claims()["statement"])
    assert longest <= 8


def test_arithmetic_shows_digits_in_the_place_of_names_and_cells(edition):
    expression = 'growth(t("1-2-1", "TWN", "gerd", 2022), v) > c("C100.1", "v")'
    loaded = edition(
        row(printed="v=7.5", claimed="v", reason="future"),
        row(id="C101.1", kind="comparison", form="holds", printed="v=599", expression=expression),
    )
    assert spell(loaded)["C101.1"] == "growth(589, 599) > 7.5"


def test_claims_about_a_table_are_those_that_read_it(edition_):
    frame = chapter_claims(edition_, ["1-2-13"])
    expressions = dict(zip(edition_.claims()["id"], edition_.claims()["expression"], strict=True))
    assert len(frame) > 3
    assert all("1-2-13" in expressions[i] or "patents" in expressions[i] for i in frame["id"])
    assert chapter_claims(edition_, []).empty


def test_a_figure_and_the_table_of_the_same_number_are_told_apart(edition):
    loaded = edition(row(form="holds", kind="level", expression='p("technology_receipts_2023") > 1'))
    assert list(chapter_claims(loaded, ["圖1-2-7"])["id"]) == ["C100.1"]
    assert chapter_claims(loaded, ["1-2-7"]).empty


def test_claims_about_a_table_read_no_other_tables_than_they_name(edition):
    loaded = edition(
        row(form="holds", kind="level", expression='t("1-2-13", "TWN", "patents", 2024) > 1'),
        row(id="C101.1", form="holds", kind="level", expression='t("1-2-16", "C", "share", 2023) > 1'),
    )
    asked: list[str] = []
    read = loaded.iter_cells
    object.__setattr__(loaded, "iter_cells", lambda tables=None: asked.extend(tables or ["all"]) or read(tables))
    assert list(chapter_claims(loaded, ["1-2-13"])["recomputed"]) == ["holds"]
    assert asked == ["1-2-13"]


def test_a_forecast_states_and_implies_a_rate(edition):
    loaded = edition(
        row(
            kind="cagr",
            printed="v0=100.0;v1=121;y0=2020;y1=2022;r=10.0",
            claimed="r",
            unit="%",
            expression="cagr(v0, v1, y0, y1)",
            quantity="v0:market.toys.2020@億美元;v1:market.toys.2022@億美元",
        ),
        row(
            id="C101.1",
            kind="projection",
            printed="v0=2;v1=4",
            claimed="v1",
            unit="億美元",
            form="eq",
            reason="future",
            quantity="v0:market.kites.2020;v1:market.kites.2021",
        ),
    )
    frame = views.markets(loaded)
    assert list(frame["name"]) == ["toys", "kites"]
    assert frame.loc[0, ["stated", "verdict", "low_bn"]].tolist() == [10.0, "reproduced", 10.0]
    assert frame["implied"].round(9).tolist() == [10.0, 100.0]
    assert frame["stated"].isna().tolist() == [False, True]
    assert frame[["first", "last", "printed"]].values.tolist() == [["100.0", "121", "10.0"], ["2", "4", ""]]


def test_an_exchange_rate_follows_from_two_amounts(edition):
    loaded = edition(
        row(
            kind="conversion",
            printed="usd=2;ntd=64",
            claimed="ntd",
            unit="新臺幣億元",
            form="about",
            expression="usd * 32",
            quantity="usd:a@億美元;ntd:b",
        )
    )
    assert views.exchange_rates(loaded)["rate"].tolist() == ["32.00 (25.40 to 43.00)"]


def test_roadmaps_keep_their_years_and_signs(edition_):
    frame = views.roadmaps(edition_)
    assert set(frame["year"]) == {"2025", "2026", "2027", "2028", "2029", views.NO_YEAR}
    for roadmap in frame["roadmap"].unique():
        grid = views.roadmap_grid(edition_, roadmap)
        assert len(grid) == len(frame[frame["roadmap"] == roadmap][["track", "kpi"]].drop_duplicates())
    row_ = frame[(frame["kpi"] == "Inference efficiency") & (frame["year"] == "2026")].iloc[0]
    assert row_["goal"] == "> 0.925 tokens/s/W"


def test_the_register_speaks_english_and_of_pages(edition_):
    frame = views.register(edition_)
    for column in ("stated", "recomputed", "note"):
        assert not frame[column].str.contains(r"[\u4e00-\u9fff]").any(), column
    assert not frame["note"].str.contains(r"\blines? \d").any()
    assert (frame["page"] != "").all()


def test_statements_are_sentences_in_one_style(edition_):
    text = edition_.claims()["statement"]
    assert text.str.match(r"[A-Z0-9]").all()
    assert text.str.endswith(".").all()
    for pattern in (
        r"per cent",
        r"\d%",
        r"(?:US|NT)\$ ",
        r"\d \d{3}\b",
        r"tenths",
        r"corporations",
        r"invention patents",
    ):
        assert not text.str.contains(pattern).any(), pattern


def test_a_sample_read_again_has_its_interval(edition_):
    frame = views.agreement(edition_)
    assert (frame["low"].astype(float) <= frame["rate"].astype(float)).all()
    assert (frame["rate"].astype(float) <= frame["high"].astype(float)).all()


@pytest.mark.parametrize(("n", "defects"), [("0", "0"), ("5", "6"), ("5", "-1")])
def test_a_sample_of_nothing_or_with_more_defects_than_claims_is_refused(data_copy, n, defects):
    file = data_copy / "samples.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(",64,15,", f",{n},{defects},"), encoding="utf-8")
    with pytest.raises(BadInput, match=f"samples.csv, row First.*, column defects: .*{defects} of {n}"):
        views.agreement(report.load(data_copy))


def test_goals_of_the_road_maps_are_written_for_readers(edition_):
    goals = set(views.roadmaps(edition_)["goal"])
    assert {"≤ 5×10⁻⁸ bar·cc/s", "8×8", "500–1,000 TOPS"} <= goals
