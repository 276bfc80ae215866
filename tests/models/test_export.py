"""The flat tables, the treatment of doubtful cells, the simulation and its backends."""

from __future__ import annotations

import json
import math
import re
import shutil
import textwrap
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import doubts, report
from analysis.models import backtest, export, forecast, growth, panel, series, simulation, statements
from tests.models.made import make
from tests.trials import editions

REPORT = report.load()
FOUND = series.collect(REPORT)


@pytest.fixture(scope="module")
def trends():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return export.trends(REPORT)


def edited(tmp_path: Path, *changes: tuple[str, str, str]) -> report.Report:
    """A copy of the data with tables changed, ``(table, pattern, new text)``; each pattern must occur."""
    shutil.copytree(report.DATA, tmp_path / "data")
    for table, pattern, new in changes:
        path = tmp_path / "data" / "tables" / f"{table}.csv"
        text, count = re.subn(pattern, new, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert count
        path.write_text(text, encoding="utf-8")
    return report.load(tmp_path / "data")


def test_trends_are_strings_complete_and_unique(trends) -> None:
    assert list(trends.columns)[:10] == [
        "series",
        "table",
        "n",
        "model",
        "parameter",
        "estimate",
        "low",
        "high",
        "level",
        "unit",
    ]
    assert all(isinstance(v, str) for v in trends.to_numpy().ravel())
    assert not trends.isin(["nan", "inf", "-inf", "-0.000"]).any(axis=None)
    assert not trends.duplicated(["series", "table", "model", "parameter", "cells", "note"]).any()
    row = trends[(trends["series"] == "gerd_intensity.TWN") & (trends["model"] == "log_linear_ols")].iloc[0]
    fit = growth.trend(FOUND["gerd_intensity.TWN"])
    assert row[["estimate", "low", "high"]].tolist() == [f"{v:.3f}" for v in (fit.estimate, fit.low, fit.high)]


def test_trends_bounds_enclose_the_estimate(trends) -> None:
    known = trends[(trends["low"] != "") & (trends["high"] != "") & (trends["parameter"] != "leave_one_out")]
    low, mid, high = (known[c].astype(float) for c in ("low", "estimate", "high"))
    assert ((low <= mid) & (mid <= high)).all()


def test_one_fit_has_one_number(trends) -> None:
    """A trend and its rounding were once given in per cent and in logarithms."""
    line = trends[(trends["model"] == "log_linear_ols") & (trends["cells"] == "printed")]
    wide = line.pivot(index=["series", "table"], columns="parameter", values="estimate").dropna(subset="growth_rate")
    assert len(wide) > 100
    assert (wide["growth_rate"] == wide["rounding"]).all()
    assert set(trends["unit"]).isdisjoint({"log points", "100 log points a year"})


def test_forecasts_are_strings_ordered_and_repeatable() -> None:
    one, two = export.forecasts(REPORT), export.forecasts(report.load(report.DATA))
    assert one.equals(two)
    assert list(one.columns)[:7] == ["series", "model", "year", "mean", "low", "high", "level"]
    known = one[one["note"] == ""]
    assert not known.duplicated(["series", "model", "year"]).any()
    low, mid, high = (known[c].astype(float) for c in ("low", "mean", "high"))
    assert ((low < mid) & (mid < high)).all()
    assert set(export.SHOWN) <= set(known["series"])


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> report.Report:
    """A copy in which a country has a gap, a total is not available and a count is zero."""
    return edited(
        tmp_path_factory.mktemp("damaged"),
        ("1-2-2", "^韓國,4.36", "韓國,N/A"),
        ("1-2-16", '^製造業,,"50,566"', "製造業,,N/A"),
        ("1-2-13", r'^(中國大陸,\d+),"[^"]*"', r"\1,0"),
    )


def test_a_country_with_a_gap_keeps_the_rest_estimable(damaged: report.Report) -> None:
    found = export.trends(damaged)
    row = found[(found["series"] == "gerd_intensity") & (found["model"] == "sigma_convergence")].iloc[0]
    assert row["n"] == "16"
    own = found[(found["series"] == "gerd_intensity.KOR") & (found["model"] == "log_linear_ols")]
    assert own["n"].iloc[0] == "4"


def test_a_total_that_is_not_available_is_a_row_that_says_so(damaged: report.Report) -> None:
    found = export.trends(damaged)
    row = found[(found["series"] == "value_added_rate") & (found["model"] == "shift_share")].iloc[0]
    assert row["note"] == "not estimable, because the total of manufacturing is not available for 2014 and 2023"


def test_a_zero_has_no_logarithm_and_is_a_row_that_says_so(damaged: report.Report) -> None:
    for found in (export.trends(damaged), export.forecasts(damaged)):
        assert "2020 is not positive" in found.loc[found["series"] == "patents.CHN", "note"].iloc[0]


def test_the_exchange_is_undone_and_filled_in_values_are_left_out() -> None:
    treated = series.collect(REPORT, treated=True)
    assert treated["researchers.FIN"].printed == FOUND["researchers.SGP"].printed
    assert treated["researchers.SGP"].printed == FOUND["researchers.FIN"].printed[:4]
    assert treated["gerd.CHE"].years == (2019, 2020, 2021, 2022)
    assert treated["gerd_intensity.NOR"].printed == FOUND["gerd_intensity.NOR"].printed
    assert "without 2023" in treated["researchers.USA"].treated


def test_every_table_that_depends_on_it_shows_both(trends) -> None:
    both = trends[(trends["model"] == "entity_fe") & (trends["parameter"] == "growth_rate")]
    assert both.groupby("series")["cells"].apply(list).tolist() == [["printed", "treated"]] * 5


def test_where_no_printed_cell_is_doubted_the_part_is_empty_and_has_its_columns(tmp_path: Path) -> None:
    moved = report.load(editions.next_year(report.DATA, tmp_path / "data", everything=False, by=10))
    none = export.estimates(moved, "doubtful cells")
    assert none.empty
    assert list(none) == list(export.estimates(REPORT, "doubtful cells"))


def test_a_register_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    shutil.copytree(report.DATA, tmp_path / "data")
    path = tmp_path / "data" / "known_findings.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",leave out,", ",ignore,", 1), encoding="utf-8")
    with pytest.raises(report.BadInput, match="treatment"):
        doubts.read(report.load(tmp_path / "data"))


def test_statements_are_those_of_the_text() -> None:
    said = REPORT.resource("statements")
    assert {"1020", "1508", "1543"} <= set(said["seed_line"])
    assert not said["statement"].str.contains("fall").any()
    for row in said.to_dict("records"):  # each about a series that there is, or a measure that is printed
        prose = row["table"] == "prose" and row["measure"] in set(REPORT.prose()["measure"])
        assert row["series"] in FOUND or prose or row["measure"] in REPORT.meta(row["table"]).measures


def test_targets_fall_with_the_target_and_cover_four_round_numbers() -> None:
    table = statements.targets(FOUND, "gerd_intensity.TWN", ["pooled_drift"])
    first = table[table["year"] == 2024].set_index("target")["probability"]
    assert list(first.index) == [4.0, 4.2, 4.5, 5.0]
    assert first.is_monotonic_decreasing


# ---------------------------------------------------------------- simulation


def test_intervals_hold_what_they_claim_where_their_assumptions_hold() -> None:
    table = simulation.coverage(sizes=(5,), worlds=("independent", "random_walk"), simulations=10200)
    attained = table.set_index(["world", "method"])
    for world, method in (
        ("independent", "ols_t"),
        ("independent", "theil_sen"),
        ("independent", "log_linear_ols"),
        ("random_walk", "rw_drift"),
        ("random_walk", "mean_change"),
    ):
        row = attained.loc[(world, method)]
        assert abs(row["attained"] - row["claimed"]) < 4 * row["error"] + 1e-9, (world, method)
    assert attained.at[("independent", "ols_z"), "attained"] < 88
    assert attained.at[("random_walk", "ols_t"), "attained"] < 80


def test_every_forecast_that_the_book_uses_is_simulated() -> None:
    assert forecast.BY_GROUP | {"naive", "rw_drift", "log_linear_ols"} <= set(simulation.METHODS)
    assert {backtest.COMBINATION, statements.DRIFT} <= forecast.BY_GROUP
    assert {"common_shocks", "step"} <= set(simulation.WORLDS)


def test_the_simulated_intervals_are_those_of_the_models() -> None:
    seed = np.random.SeedSequence(0)
    y, slope = simulation.make_world("independent", 5, 100, np.random.default_rng(seed))
    held = {"ols_t": 0, "theil_sen": 0, "hc3_t": 0, "mean_change": 0}
    for row in y[:, :5]:
        one = make(range(5), [float(v) for v in row], scale="level")
        fit, sen, change = growth.trend(one), growth.theil_sen(one), growth.mean_change(one)
        held["ols_t"] += fit.low <= slope <= fit.high
        held["hc3_t"] += fit.hc3[0] <= slope <= fit.hc3[1]
        held["theil_sen"] += sen.low <= slope <= sen.high
        held["mean_change"] += change.low <= slope <= change.high
    found = simulation.hits("independent", 5, 100, np.random.SeedSequence(0))
    assert {k: found[k][0] for k in held} == held


def test_a_world_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="world is one of"):
        simulation.make_world("flat", 4, 1, np.random.default_rng(0))


def test_common_shocks_cost_clustered_errors_their_coverage() -> None:
    found = simulation.panel_coverage(((10, 1.75, 0.0), (10, 0.5, 0.2)), simulations=400)
    table = found.set_index(["method", "common"])["attained"]
    assert table[("clustered", 0.0)] > 91
    assert table[("wild", 0.0)] > 91
    assert table[("clustered", 0.2)] < 86
    assert table[("unclustered", 0.0)] < 87


def test_leverage_is_what_bell_and_mccaffrey_allow_for() -> None:
    x = np.array([0.0, *np.linspace(4, 5, 9)])
    within = np.random.default_rng(3).standard_normal((6, 4)) * np.array([[5.0], *[[1.0]] * 5])
    table = simulation.leverage_coverage(x, within, 400).set_index(["method", "errors"])["attained"]
    other = "larger where leverage is"
    assert table[("across countries, HC2, Bell–McCaffrey", other)] > table[("across countries, classical", other)]
    assert (
        table[("within countries, inverted wild bootstrap", "equal")] > table[("within countries, clustered", "equal")]
    )


def test_resolution_equals_its_formula() -> None:
    row = simulation.resolution((5,)).iloc[0]
    assert row["half_width"] == pytest.approx(stats.t.ppf(0.975, 3) / np.sqrt(10))
    shift = row["detectable"] * np.sqrt(10)
    power = stats.nct.sf(row["t"], 3, shift) + stats.nct.cdf(-row["t"], 3, shift)
    assert power == pytest.approx(0.8, abs=1e-6)


def test_the_code_for_a_cluster_runs_as_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code block of the module, literally but for the number of simulations and processes; needs the extra dask."""
    pytest.importorskip("dask.distributed")
    code = textwrap.dedent(str(simulation.__doc__).split("::\n")[1])
    assert "1_000_000" in code
    monkeypatch.setattr(simulation, "CHUNK", 170)
    small = code.replace("1_000_000", "340, sizes=(4,)").replace("n_workers=2", "n_workers=2, processes=False")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scope: dict[str, object] = {"__name__": "__main__"}
        exec(small, scope)
    assert scope["table"].equals(simulation.coverage(simulations=340, sizes=(4,)))  # type: ignore[attr-defined]


def test_text_never_prints_a_negative_zero() -> None:
    assert export.text(-0.0001) == "0.000"
    assert export.text(None) == export.text(float("nan")) == export.text(float("inf")) == ""
    assert export.significant(12345.678) == "12346"
    assert (export.percent(0.95), export.percent(1 - 2 / 120)) == ("0.95", "0.983")


def test_the_bootstrap_enumerates_each_pattern_once() -> None:
    signs = panel.rademacher(5)
    assert signs.shape == (16, 5)
    assert (signs[:, 0] == 1).all()
    assert len({tuple(s) for s in signs}) == 16


def test_groups_of_series_may_have_unequal_numbers_of_years(tmp_path: Path) -> None:
    """A group with one origin has nothing to choose a strategy by; it takes what the others say."""
    shutil.copytree(report.DATA, tmp_path / "data")
    for table in ("1-2-9", "1-2-10", "1-2-11"):
        frame = pd.read_csv(tmp_path / f"data/tables/{table}.csv", dtype=str, keep_default_na=False)
        for column in ("exports_2020", "share_2020"):
            frame[column] = "N/A"
        frame.to_csv(tmp_path / f"data/tables/{table}.csv", index=False)
    found = export.forecasts(report.load(tmp_path / "data"))
    assert (found.loc[found["series"] == "exports.exports_total", "mean"] != "").any()


def test_what_no_line_can_be_drawn_through_is_a_row_that_says_so(tmp_path: Path) -> None:
    rows = "\n".join(f"{c},100,{103 + i},{104 + i},{110 - i},{112 + 2 * i}" for i, c in enumerate("ABCDE"))
    fields = [{"name": "row", "type": "string"}]
    fields += [{"name": str(y), "type": "number", "year": y, "measure": "gerd"} for y in range(2019, 2024)]
    resource = {"name": "gerd", "path": "a.csv", "schema": {"fields": fields}}
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "x", "resources": [resource]}), encoding="utf-8")
    (tmp_path / "a.csv").write_text(f"row,2019,2020,2021,2022,2023\n{rows}\nF,250,260,255,270,290\n", encoding="utf-8")
    found = export.trends(report.load(tmp_path))
    (note,) = found.loc[found["model"] == "beta_convergence", "note"]
    assert note == "not estimable, because all but F share one value, so that it alone makes the line"


def test_a_number_that_is_not_finite_is_left_empty() -> None:
    assert [export.significant(v) for v in (math.inf, -math.inf, math.nan, 0.0, -12.3456)] == [
        "",
        "",
        "",
        "0",
        "-12.346",
    ]


def test_a_density_that_prints_as_zero_is_left_out_of_a_regression(tmp_path: Path) -> None:
    shutil.copytree(report.DATA, tmp_path / "data")
    path = tmp_path / "data/tables/1-2-13.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column in ("patent_density_2023", "patent_density_2024"):
        frame[column] = [value if value == "N/A" else f"{value}.0" for value in frame[column]]
    frame.loc[frame["country"] == "法國", "patent_density_2024"] = "0.0"
    frame.to_csv(path, index=False)
    found, before = (
        export.trends(book).query("model == 'cross_section_hc2_bm'")
        for book in (report.load(tmp_path / "data"), REPORT)
    )
    rows = [some.loc[some["parameter"] == "elasticity", "n"].astype(int).to_numpy() for some in (found, before)]
    assert (rows[0] == rows[1] - 1)[: len(rows[0])].all()
