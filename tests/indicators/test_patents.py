"""Patents: shares, implied population, advantage, similarity; exact where counts are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import report
from analysis.indicators import patents
from analysis.interval import Interval

EDITION = report.load()
COUNTS = st.lists(st.integers(0, 1000), min_size=4, max_size=4)


def one(frame: pd.DataFrame, code: str, year: int | None = None, entity: str = "") -> pd.Series:
    found = frame[(frame["code"] == code) & (frame["entity"] == entity)]
    return (found if year is None else found[found["year"] == year]).iloc[0]


def test_shares_of_the_listed_countries_add_up_to_100() -> None:
    frame = patents.listed_share(EDITION)
    assert frame.groupby("year")["value"].sum().tolist() == pytest.approx([100] * 5)
    assert np.allclose(frame["high"], frame["low"], rtol=1e-15)  # counts are exact
    assert one(frame, "TWN", 2024)["value"] == pytest.approx(
        100 * 10479 / EDITION.numbers("1-2-13", "patents")[2024].sum()
    )


def test_ranks_among_the_listed_are_those_printed_for_2024() -> None:
    frame = patents.listed_rank(EDITION)
    last = frame[frame["year"] == 2024]
    assert last["value"].astype(int).astype(str).tolist() == last["printed"].tolist()
    assert one(frame, "KOR", 2020)["value"] == 3
    assert one(frame, "TWN", 2020)["printed"] == ""


def test_population_implied_by_density() -> None:
    found = one(patents.implied_population(EDITION), "TWN", 2024)
    assert found["value"] == pytest.approx(10479 / 449)
    assert (found["low"], found["high"]) == (pytest.approx(10479 / 449.5), pytest.approx(10479 / 448.5))
    growth = one(patents.implied_population_growth(EDITION), "CHE", 2024)
    assert growth["value"] == pytest.approx(100 * ((5207 / 476) / (2620 / 306) - 1))


def test_growth_of_counts_is_exact() -> None:
    found = one(patents.patents_growth(EDITION), "TWN", 2024)
    assert found["value"] == pytest.approx(100 * (10479 / 11944 - 1))
    assert found["high"] - found["low"] < 1e-12
    assert one(patents.patents_cagr(EDITION), "TWN")["value"] == pytest.approx(100 * ((10479 / 12164) ** 0.25 - 1))


def test_world_shares_by_field_domain_and_altogether() -> None:
    frame = patents.world_share(EDITION)
    assert one(frame, "WIPO08", entity="TWN")["value"] == pytest.approx(100 * 16853 / 79437)
    fields = EDITION.numbers("1-2-14", "patents")
    assert one(frame, "ALL", entity="TWN")["value"] == pytest.approx(100 * fields["TWN"].sum() / fields["WORLD"].sum())
    assert set(frame["code"]) == {*fields.index, "ict", "mechanical", "chemistry", "life", "ALL"}


def test_portfolio_shares_of_fields_add_up_to_100() -> None:
    frame = patents.portfolio_share(EDITION)
    fields = frame[frame["code"].str.startswith("WIPO")]
    assert fields.groupby("entity")["value"].sum().tolist() == pytest.approx([100] * 6)
    domains = frame[~frame["code"].str.startswith("WIPO")]
    assert domains.groupby("entity")["value"].sum().tolist() == pytest.approx([100] * 6)


def test_taiwans_advantage_in_semiconductors() -> None:
    fields = EDITION.numbers("1-2-14", "patents")
    expected = (16853 / 79437) / (fields["TWN"].sum() / fields["WORLD"].sum())
    assert one(patents.revealed_advantage(EDITION), "WIPO08", entity="TWN")["value"] == pytest.approx(expected)
    symmetric = one(patents.symmetric_advantage(EDITION), "WIPO08", entity="TWN")["value"]
    assert symmetric == pytest.approx((expected - 1) / (expected + 1))
    assert patents.symmetric_of(Interval.printed("1", exact=True)).point == 0


@given(COUNTS, COUNTS)
def test_similarity_and_distance_agree_with_numpy(a: list[int], b: list[int]) -> None:
    cosine = patents.cosine_of(a, b)
    distance = patents.distance_of(a, b)
    if not any(a) or not any(b):
        assert cosine is None
        assert distance is None
        return
    x, y = np.array(a, float), np.array(b, float)
    assert cosine is not None
    assert float(cosine.low) == pytest.approx(x @ y / np.sqrt((x @ x) * (y @ y)), abs=1e-9)
    assert distance is not None
    assert float(distance.point) == pytest.approx(np.abs(x / x.sum() - y / y.sum()).sum() / 2, abs=1e-12)
    assert 0 <= distance.point <= 1


def test_a_profile_is_like_itself() -> None:
    cosine = patents.cosine_of([3, 4], [6, 8])
    assert cosine is not None
    assert cosine.low == cosine.high == 1
    assert patents.distance_of([3, 4], [6, 8]) == Interval.exact(0)
    assert patents.concentration_of([1, 1, 1, 1]) == Interval.printed("0.25", exact=True)
    assert patents.concentration_of([0, 0]) is None


def test_pairs_are_compared_once() -> None:
    frame = patents.similarity(EDITION)
    assert len(frame) == 15
    assert frame["code"].is_unique
    assert {"WORLD-TWN", "JPN-TWN", "KOR-TWN", "TWN-USA"} <= set(frame["code"])
    assert frame["value"].between(0, 1).all()
    distances = patents.specialisation_distance(EDITION)
    assert distances["code"].tolist() == frame["code"].tolist()
    concentration = patents.field_concentration(EDITION).set_index("code")["value"]
    assert concentration["TWN"] > concentration["WORLD"]
