"""Cards of what the report says and what it shows."""

from __future__ import annotations

import csv

import pytest

from analysis import report
from analysis.claims import evaluate
from analysis.claims.readings import AMBIGUOUS, CONTRADICTED
from analysis.claims.slips import arithmetic, page, paged, slips
from analysis.report import BadInput, Report
from tests.claims.conftest import row

HEADER = ["id", "title", "consequence", "claims", "says", "says_line", "shows", "shows_line", "matters"]


@pytest.fixture(scope="module")
def edition_() -> Report:
    return report.load()


def with_slips(edition: Report, *rows: dict[str, str]) -> Report:
    """The edition with other slips."""
    with (edition.directory / "slips.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        for found in rows:
            plain = {"id": "S1", "title": "T", "consequence": "number", "says": "It says.", "says_line": "525"}
            writer.writerow(plain | {"shows": "It shows.", "shows_line": "934", "matters": "It does.", **found})
    return report.load(edition.directory)


def test_every_doubtful_claim_of_the_report_belongs_to_one_slip(edition_):
    frame = evaluate(edition_)
    doubtful = set(frame.loc[frame["verdict"].isin([CONTRADICTED, AMBIGUOUS]), "id"])
    cards = slips(edition_)
    told = [claim for claims in cards["claims"] for claim in claims.split()]
    assert len(told) == len(set(told))
    assert sorted(doubtful - set(told)) == [], "slips.csv explains each claim that is contradicted or ambiguous"
    assert cards["id"].str.match(r"S[0-9]+$").all()
    assert (cards[["title", "says", "says_page", "shows", "shows_page", "matters"]] != "").all().all()


def test_the_strongest_come_first(edition_):
    frame = slips(edition_)
    order = [CONTRADICTED, AMBIGUOUS]
    ranks = [
        (order.index(v), ["conclusion", "number", "cosmetic"].index(c))
        for v, c in zip(frame["verdict"], frame["consequence"], strict=True)
    ]
    assert ranks == sorted(ranks)


def test_each_doubtful_claim_comes_with_its_arithmetic_or_the_other_line(edition_):
    for claims in slips(edition_)["claims"]:
        lines = arithmetic(edition_, claims.split())
        assert ((lines["arithmetic"] != "") | (lines["note"] != "")).all()
        assert not lines["arithmetic"].str.contains(r"\bt\(").any()


def test_numbers_of_a_card_are_put_in_and_follow_the_table(edition):
    wrong = row(kind="level", printed="v=700", claimed="v", expression='t("1-2-1", "TWN", "gerd", 2023)')
    loaded = with_slips(
        edition(wrong),
        {"claims": "C100.1", "shows": "{t('1-2-1', 'USA', 'gerd', 2023)}, {share(1, 3):2} % and {2023:year}."},
    )
    card = slips(loaded).iloc[0]
    assert (card["verdict"], card["shows"]) == ("contradicted", "8,234, 33.33 % and 2023.")


def test_a_slip_goes_when_its_claims_stand_and_a_doubt_without_a_slip_gets_one(edition):
    right = row(kind="level", printed="v=599", claimed="v", expression='t("1-2-1", "TWN", "gerd", 2023)')
    wrong = {**right, "id": "C934.9", "seed_line": "934", "printed": "v=700", "statement": "It was 700."}
    found = slips(with_slips(edition(right, wrong), {"claims": "C100.1"}))
    assert found["id"].tolist() == ["C934.9"]
    assert found["says"].tolist() == ["It was 700."]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("claims", {"claims": "C999.9"}),
        ("shows", {"claims": "C100.1", "shows": "{1 +}"}),
        ("says", {"claims": "C100.1", "says": "{t('9-9-9', 'TWN', 'gerd', 2023)}"}),
        ("says", {"claims": "C100.1", "says": "{1 < 2}"}),
    ],
)
def test_a_malformed_card_is_one_line_that_names_row_and_column(edition, column, values):
    loaded = with_slips(edition(row(expression="2 < 1")), values)
    with pytest.raises(BadInput) as caught:
        slips(loaded)
    assert f"column {column}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_claim_belongs_to_one_slip_only(edition):
    loaded = with_slips(edition(row(expression="2 < 1")), {"claims": "C100.1"}, {"id": "S2", "claims": "C100.1"})
    with pytest.raises(BadInput, match="each in one slip"):
        slips(loaded)


@pytest.mark.parametrize(
    ("line", "told"), [(420, "summary"), (525, "p. 6"), (540, "pp. 6–9"), (2690, "pp. 140–141"), (740, "about p. 19")]
)
def test_a_line_has_its_page_as_well_as_the_lists_of_the_report_tell(edition_, line, told):
    assert page(edition_, line) == told


def test_notes_speak_of_pages(edition_):
    assert paged(edition_, "the same in lines 525, 934 and 2 more") == "the same in p. 6, p. 33 and 2 more"
    assert paged(edition_, "(lines 515-679). Line 934 too") == "(pp. 5–6, pp. 13–16). p. 33 too"


def test_pages_never_go_back(edition_):
    frame = edition_.resource("pages").astype(int)
    assert frame["seed_line"].is_monotonic_increasing
    assert frame["page"].is_monotonic_increasing


def test_a_note_names_a_page_once(edition_):
    assert (
        paged(edition_, "release 20 in line 934; Release 20 in line 934; not said") == "release 20 in p. 33; not said"
    )
