"""What the book shows of the claims, on the committed data and on small invented ones."""

from __future__ import annotations

import pytest

from analysis import report
from analysis.claims import chapter_claims, evaluate, sampling, views
from analysis.claims.evaluation import KINDS, REASONS
from analysis.claims.readings import VERDICTS
from tests.claims.conftest import row


@pytest.fixture(scope="module")
def edition_():
    return report.load()


def test_counts_by_chapter_and_by_kind_add_up_to_all_claims(edition_):
    total = len(evaluate(edition_))
    for frame, key in ((views.by_chapter(edition_), "chapter"), (views.by_kind(edition_), "kind")):
        last = frame.set_index(key).loc["all"]
        assert last["all"] == total == sum(last[v] for v in VERDICTS)
        assert (frame[list(VERDICTS)].sum(axis=1) == frame["all"]).all()


def test_every_claim_has_a_known_kind_section_and_verdict(edition_):
    claims = edition_.claims()
    assert set(claims["kind"]) <= set(KINDS)
    assert {views.chapter(s) for s in claims["section"]} <= set(views.CHAPTERS)
    assert set(claims["reason"]) <= {*REASONS, ""}
    assert set(evaluate(edition_)["verdict"]) <= set(VERDICTS)


def test_no_claim_repeats_chinese_sentences_of_the_report(edition_):
    longest = max(sum("\u4e00" <= c <= "\u9fff" for c in text) for text in edition_.claims()["statement"])
    assert longest <= 8


def test_contradicted_claims_come_with_their_arithmetic(edition_):
    frame = views.doubtful(edition_)
    assert len(frame) > 10
    assert (frame["arithmetic"] != "").all()
    assert not frame["arithmetic"].str.contains(r"\bt\(").any()


def test_arithmetic_shows_digits_in_the_place_of_names_and_cells(edition):
    expression = 'growth(t("1-2-1", "TWN", "gerd", 2022), v) > c("C100.1", "v")'
    loaded = edition(
        row(printed="v=7.5", form="", reason="single_value"),
        row(id="C101.1", kind="comparison", form="holds", printed="v=599", expression=expression),
    )
    assert views.spell(loaded)["C101.1"] == "growth(589, 599) > 7.5"


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
            printed="v0=100;v1=121;y0=2020;y1=2022;r=10",
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


def test_conflicting_values_of_one_quantity_are_one_row(edition):
    common = {"kind": "level", "form": "", "reason": "single_value", "unit": "家", "quantity": "v:count.kites"}
    loaded = edition(*(row(id=f"C100.{n}", printed=f"v={v}", **common) for n, v in enumerate((3, 3, 4), 1)))
    frame = views.conflicts(loaded)
    assert frame["values"].tolist() == ["3 家; 4 家"]
    assert frame["claims"].tolist() == ["3 家: C100.1, C100.2; 4 家: C100.3"]


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


def test_the_sample_is_the_same_every_time_and_reaches_every_chapter(edition_):
    first, again = sampling.sample(edition_), sampling.sample(edition_)
    assert first.equals(again)
    assert len(first) >= 60
    sections = dict(zip(edition_.claims()["id"], edition_.claims()["section"], strict=True))
    assert {views.chapter(sections[i]) for i in first["id"]} == {views.chapter(s) for s in sections.values()}
    assert list(first) == ["id", "seed_line", "statement"]


def test_the_second_pass_is_the_sample_and_its_rate_is_computed(edition_):
    record = edition_.resource("second_pass")
    assert set(record["id"]) == set(sampling.sample(edition_)["id"])
    assert (record.loc[record["agrees"] == "no", ["field", "weight", "note", "resolution"]] != "").all().all()
    rates = sampling.disagreement(edition_).set_index("touches")
    assert rates.loc["anything", "disagree"] == (record["agrees"] == "no").sum()
    assert rates.loc[list(sampling.WEIGHTS), "disagree"].sum() == rates.loc["anything", "disagree"]
    assert (
        float(rates.loc["anything", "low"])
        < float(rates.loc["anything", "rate"])
        < float(rates.loc["anything", "high"])
    )


def test_roadmaps_keep_their_years_and_signs(edition_):
    frame = views.roadmaps(edition_)
    assert set(frame["year"]) == {"2025", "2026", "2027", "2028", "2029"}
    for roadmap in frame["roadmap"].unique():
        grid = views.roadmap_grid(edition_, roadmap)
        assert len(grid) == len(frame[frame["roadmap"] == roadmap][["track", "kpi"]].drop_duplicates())
    row_ = frame[(frame["kpi"] == "Inference efficiency") & (frame["year"] == "2026")].iloc[0]
    assert row_["goal"] == "> 0.925 tokens/s/W"
