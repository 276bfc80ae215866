"""What the part "Models" shows: complete text, no gaps, no identifiers, also for data with gaps."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis import charts, report
from analysis.chapters import modelling as m
from analysis.models import growth
from analysis.models.series import measures

REPORT = report.load()
IDENTIFIER = re.compile(
    r"\b(?:" + "|".join({n for n, *_ in measures(REPORT).values()}) + r")\.[A-Z]\w*|log_linear|pooled_|entity_fe|_ols\b"
)

TABLES = (
    m.growth_table,
    m.influence_table,
    m.treated_table,
    m.panel_table,
    m.apart_table,
    m.convergence_table,
    m.patents_table,
    m.efficiency_table,
    m.backtest_table,
    m.strategies_table,
    m.backtest_groups,
    m.coverage_years,
    m.models_table,
    m.targets_table,
    m.statements_table,
    m.calibration_table,
    m.shift_table,
    m.periods_table,
    m.research_table,
    m.real_table,
    m.exports_table,
)
WORDS = (
    m.growth_headlines,
    m.growth_trust,
    m.panel_headlines,
    m.forecast_headlines,
    m.forecast_trust,
    m.decomposition_headlines,
    m.decomposition_trust,
)


@pytest.fixture(scope="module")
def gaps(tmp_path_factory: pytest.TempPathFactory) -> report.Report:
    """No early R&D intensity of Taiwan, no total of manufacturing in the first year, a zero among the patents."""
    folder: Path = tmp_path_factory.mktemp("gaps") / "data"
    shutil.copytree(report.DATA, folder)
    for table, pattern, new in (
        ("1-2-2", "^中華民國,[^,]*,[^,]*,", "中華民國,N/A,N/A,"),
        ("1-2-16", '^製造業,,"50,566"', "製造業,,N/A"),
        ("1-2-13", r'^(中國大陸,\d+),"[^"]*"', r"\1,0"),
    ):
        path = folder / "tables" / f"{table}.csv"
        text, count = re.subn(pattern, new, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert count == 1
        path.write_text(text, encoding="utf-8")
    return report.load(folder)


def complete(table: pd.DataFrame) -> None:
    text = table.astype(str)
    assert len(text)
    assert not text.isin(["nan", "None", "inf", "NaN"]).any(axis=None)
    assert not any(IDENTIFIER.search(v) for v in text.to_numpy().ravel())


@pytest.mark.parametrize("function", TABLES, ids=lambda f: f.__name__)
def test_tables_have_no_gaps_and_no_identifiers(function, gaps: report.Report) -> None:
    found = function(REPORT)
    complete(found.frame)
    assert list(found.frame.columns) == list(found.heads)
    complete(function(gaps).frame)


@pytest.mark.parametrize("function", WORDS, ids=lambda f: f.__name__)
def test_sentences_are_complete(function, gaps: report.Report) -> None:
    for edition in (REPORT, gaps):
        for sentence in function(edition):
            assert sentence.endswith((".", ")."))
            assert not re.search(r"\bnan\b|None", sentence)
            assert not IDENTIFIER.search(sentence)


def test_what_cannot_be_estimated_is_said(gaps: report.Report) -> None:
    assert "not estimable, because only 3 of 5 years have a value" in m.growth_headlines(gaps)[0]
    assert "not estimable" in m.shift_table(gaps).frame.iloc[0, 0]


def test_the_first_sentence_answers_a_question() -> None:
    for function in (m.growth_headlines, m.panel_headlines, m.forecast_headlines, m.decomposition_headlines):
        assert "? " in function(REPORT)[0]
    assert "Five yearly numbers cannot tell" in m.forecast_headlines(REPORT)[0]


def test_the_sentence_on_r_and_d_intensity_says_what_the_model_says() -> None:
    fit = growth.trend(m.collected(REPORT)["gerd_intensity.TWN"])
    assert f"{fit.estimate:.1f} per cent by a straight line" in m.growth_headlines(REPORT)[0]
    assert "0.12 percentage points a year" in m.growth_headlines(REPORT)[0]


def test_no_headline_is_stronger_than_its_weakest_sensitivity() -> None:
    _, spread, patents = m.panel_headlines(REPORT)
    assert "that is China alone, so nothing can be said" in spread
    assert "rests on China" in patents


def test_figures_draw_without_a_fault() -> None:
    for exhibit, kind in (
        (m.intervals_exhibit(REPORT), charts.ranges),
        (m.caterpillar(REPORT), charts.ranges),
        (m.beta_exhibit(REPORT), charts.scatter),
        (m.patents_exhibit(REPORT), charts.scatter),
        (m.fan_exhibit(REPORT, "patents.TWN", "Patents", "granted"), charts.fan),
        (m.shift_exhibit(REPORT), charts.contributions),
        (m.research_exhibit(REPORT), charts.contributions),
    ):
        assert charts.svg(exhibit.figure(kind), exhibit.alt).startswith("<svg")
