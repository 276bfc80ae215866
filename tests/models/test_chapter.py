"""What the part "Models" shows: complete text, no gaps, the same numbers as the models."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis import charts, report
from analysis.chapters import modelling as m
from analysis.models import growth

REPORT = report.load()

TABLES = (
    m.growth_table, m.influence_table, m.rounding_table, m.suspect_table, m.panel_table, m.panel_suspects,
    m.convergence_table, m.patents_table, m.backtest_table, m.backtest_groups, m.models_table, m.statements_table,
    m.directions_table, m.shift_table, m.research_table, m.exports_table,
)  # fmt: skip
PLAIN_TABLES = (m.coverage_table, m.resolution_table, m.panel_coverage_table, m.reference_table)
WORDS = (
    m.growth_headlines, m.growth_trust, m.panel_headlines, m.panel_trust, m.forecast_headlines, m.forecast_trust,
    m.decomposition_headlines, m.decomposition_trust,
)  # fmt: skip


def complete(table: pd.DataFrame) -> bool:
    return len(table) > 0 and not table.astype(str).isin(["nan", "None", "inf", "NaN"]).any(axis=None)


@pytest.mark.parametrize("function", TABLES, ids=lambda f: f.__name__)
def test_tables_have_no_gaps(function) -> None:
    assert complete(function(REPORT))


@pytest.mark.parametrize("function", PLAIN_TABLES, ids=lambda f: f.__name__)
def test_simulated_and_certified_tables_have_no_gaps(function) -> None:
    assert complete(function())


@pytest.mark.parametrize("function", WORDS, ids=lambda f: f.__name__)
def test_sentences_are_complete(function) -> None:
    for sentence in function(REPORT):
        assert sentence.endswith((".", ")."))
        assert "nan" not in sentence
        assert "None" not in sentence


def test_the_sentence_on_r_and_d_intensity_says_what_the_model_says() -> None:
    fit = growth.trend(m.collected(REPORT)["gerd_intensity.TWN"])
    assert f"{fit.estimate:.1f} % a year" in m.growth_headlines(REPORT)[0]
    assert f"n = {fit.n}" in m.growth_headlines(REPORT)[0]


def test_figures_draw_without_a_fault() -> None:
    for exhibit, kind in (
        (m.intervals_exhibit(REPORT), charts.ranges),
        (m.caterpillar(REPORT), charts.ranges),
        (m.beta_exhibit(REPORT), charts.scatter),
        (m.patents_exhibit(REPORT), charts.scatter),
        (m.fan_exhibit(REPORT, "patents.TWN", "Patents", "granted"), charts.fan),
        (m.shift_exhibit(REPORT), charts.contributions),
        (m.research_exhibit(REPORT), charts.contributions),
        (m.coverage_exhibit(), charts.heatmap),
    ):
        assert charts.svg(exhibit.figure(kind), exhibit.alt).startswith("<svg")
