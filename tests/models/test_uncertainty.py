"""Rounding, suspect cells, many tests, simulation and the flat tables."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import report
from analysis.models import backtest, export, growth, panel, series, simulation, uncertainty
from analysis.models.series import NotEstimable, make

REPORT = report.load()
FOUND = series.collect(REPORT, flagged=uncertainty.carried_forward(REPORT))
LOOPBACK = {"host": "127.0.0.1", "protocol": "tcp", "dashboard_address": None}


def test_carried_forward_cells_are_those_whose_printed_growth_is_exactly_one() -> None:
    cells = uncertainty.carried_forward(REPORT)
    assert ("1-2-4", "USA", "researchers", 2023) in cells
    assert ("1-2-5", "GBR", "researcher_density", 2023) in cells
    assert all(year == 2023 for *_, year in cells)
    printed = REPORT.cells(["1-2-5"])
    count = ((printed["measure"] == "growth") & (printed["year"] == "2023") & (printed["printed"] == "1.00")).sum()
    assert count == sum(table == "1-2-5" for table, *_ in cells)


def test_a_repaired_copy_has_no_carried_forward_cells(tmp_path: Path) -> None:
    shutil.copytree(report.DATA, tmp_path / "data")
    for table in (tmp_path / "data" / "tables").glob("1-2-[1245].csv"):
        table.write_text(
            re.sub(r",1\.00$", ",1.01", table.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8"
        )
    assert uncertainty.carried_forward(report.load(tmp_path / "data")) == []


def test_cells_named_in_findings_are_flagged_but_not_those_of_a_wrong_unit() -> None:
    frame = pd.DataFrame(
        [
            {"kind": "unresolved", "cells": "1-2-13/瑞士/patents_2024; 1-2-13/瑞士/patent_density_2024"},
            {"kind": "constant rate", "cells": "1-2-5/瑞士/growth_2022"},
            {"kind": "digit", "cells": "1-2-2/挪威/growth_2022; prose/x/y"},
            {"kind": "unit", "cells": "1-2-4/美國/researchers_2023"},
        ]
    )
    assert uncertainty.named_in_findings(REPORT, frame) == [
        ("1-2-13", "CHE", "patents", 2024), ("1-2-5", "CHE", "researcher_density", 2022),
    ]  # fmt: skip
    assert set(uncertainty.carried_forward(REPORT)) <= set(uncertainty.flagged_cells(REPORT))


def test_with_and_without_fits_both() -> None:
    table = uncertainty.with_and_without(FOUND).set_index("key")
    one = FOUND["researchers.USA"]
    assert table.at[one.key, "estimate"] == pytest.approx(growth.trend(one).estimate)
    assert table.at[one.key, "estimate_without"] == pytest.approx(growth.trend(one.without([2023])).estimate)
    assert table.at[one.key, "left_out"] == "2023"
    both = uncertainty.panel_with_and_without(FOUND).set_index("measure")
    assert (both["n"] - both["n_without"] == both["cells"]).all()
    assert uncertainty.flag(FOUND, [])["researchers.USA"].suspect == frozenset()
    marked = uncertainty.flag(FOUND, [("1-2-8", "real_gdp", "real_gdp", 2024)])
    assert marked["macro.real_gdp"].suspect == {2024}


def test_monte_carlo_of_rounding_agrees_with_its_variance() -> None:
    one = FOUND["researchers.TWN"]
    noise = uncertainty.slope_noise(one, draws=20000)
    exact = math.sqrt(growth.trend(one).rounding_share) * growth.trend(one).se * 100
    assert noise.rounding == pytest.approx(exact, rel=0.03)
    assert noise.share == pytest.approx(100 * growth.trend(one).rounding_share, rel=0.06)
    drawn = uncertainty.draw([one], 500)[0]
    low, high = one.response_bounds
    assert ((drawn >= low) & (drawn <= high)).all()
    assert uncertainty.slope_noise(FOUND["patents.TWN"]).rounding == pytest.approx(0, abs=1e-12)


def test_the_rounding_table_is_seeded() -> None:
    a, b = uncertainty.rounding(FOUND), uncertainty.rounding(FOUND)
    assert a.equals(b)
    assert (a["share"] >= 0).all()


def test_false_discovery_rate_equals_the_step_up_definition() -> None:
    p = {f"s{i}": v for i, v in enumerate([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.2, 0.9])}
    found = uncertainty.multiplicity(p)
    ordered = sorted(p.values())
    reached = max((k for k, v in enumerate(ordered, 1) if v <= 0.05 * k / len(ordered)), default=0)
    assert (found.bh, found.tests, found.singly) == (reached, 8, 5)
    assert found.by <= found.bh
    with pytest.raises(NotEstimable):
        uncertainty.multiplicity({})
    with pytest.raises(ValueError, match="between 0 and 1"):
        uncertainty.multiplicity({"a": math.nan})


# ---------------------------------------------------------------- simulation


def test_intervals_hold_what_they_claim_where_their_assumptions_hold() -> None:
    table = simulation.coverage(sizes=(5,), worlds=("independent", "random_walk"), simulations=10000)
    attained = table.set_index(["world", "method"])
    for world, method in (
        ("independent", "ols_t"), ("independent", "theil_sen"), ("independent", "log_linear_ols"),
        ("random_walk", "rw_drift"), ("random_walk", "rw_drift_slope"),
    ):  # fmt: skip
        row = attained.loc[(world, method)]
        assert abs(row["attained"] - row["claimed"]) < 4 * row["error"] + 1e-9, (world, method)
    assert attained.at[("independent", "ols_z"), "attained"] < 88
    assert attained.at[("random_walk", "ols_t"), "attained"] < 80


def test_the_simulated_least_squares_is_that_of_the_trend() -> None:
    y, slope = simulation.make_world("independent", 5, 200, np.random.default_rng(0))
    held = 0
    for row in y[:, :5]:
        fit = growth.trend(make(range(5), [float(v) for v in row], scale="level", exact=True))
        held += fit.low <= slope <= fit.high
    assert held == simulation.hits("independent", 5, 200, 0)["ols_t"]


def test_simulation_does_not_depend_on_how_it_is_split_over_workers() -> None:
    a = simulation.coverage(sizes=(4,), worlds=("independent",), simulations=6000)
    b = simulation.coverage(sizes=(4,), worlds=("independent",), simulations=6000, n_jobs=2)
    assert a.equals(b)
    assert simulation.panel_coverage(simulations=50).equals(simulation.panel_coverage(simulations=50, n_jobs=2))
    with pytest.raises(ValueError, match="world is one of"):
        simulation.make_world("flat", 4, 1, np.random.default_rng(0))


def test_the_closed_shrinkage_is_hendersons() -> None:
    members = series.countries(FOUND, "gerd")
    long = panel.stack(members)
    _, cov, sigma2, _ = panel.balanced_reml(long.y.reshape(-1, 5), long.time[:5])
    _, _, totals, variance = panel.blup(long, cov, sigma2)
    y = long.y.reshape(-1, 5)
    own = np.stack([y.mean(axis=1), y @ np.arange(-2, 3) / 10], axis=1)
    closed, error = simulation.shrink(own, cov, sigma2 * np.diag([1 / 5, 1 / 10]))
    assert closed == pytest.approx(totals, rel=1e-8)
    assert np.diag(error) == pytest.approx(variance[0], rel=1e-8)


def test_panel_coverage_shows_why_errors_are_clustered() -> None:
    table = simulation.panel_coverage(simulations=600).set_index(["method", "spread"])["attained"]
    assert table[("entity_fe", 2.0)] > 91
    assert table[("entity_fe_wild", 2.0)] > 91
    assert table[("entity_fe_unclustered", 2.0)] < 75


def test_resolution_equals_its_formula() -> None:
    row = simulation.resolution((5,)).iloc[0]
    assert row["half_width"] == pytest.approx(stats.t.ppf(0.975, 3) / math.sqrt(10))
    power = stats.nct.sf(row["t"], 3, row["detectable"] * math.sqrt(10)) + stats.nct.cdf(
        -row["t"], 3, row["detectable"] * math.sqrt(10)
    )
    assert power == pytest.approx(0.8, abs=1e-6)


def test_a_larger_study_runs_unchanged_on_a_local_dask_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Same numbers as without Dask; threads instead of processes to keep the suite quick."""
    monkeypatch.setattr(simulation, "CHUNK", 200)
    monkeypatch.setattr(
        simulation.coverage, "__defaults__", ((4, 5), ("independent",), 400, 0.95, None, simulation.SEED)
    )
    plain = simulation.coverage(simulations=400)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert simulation.on_local_cluster(simulations=400, processes=False).equals(plain)


def test_the_back_test_runs_unchanged_on_dask() -> None:
    import joblib
    from dask.distributed import Client, LocalCluster

    some = [s for s in FOUND.values() if s.group == "patents"]
    plain = backtest.run(some, ["naive", "rw_drift"])
    with (
        LocalCluster(n_workers=1, threads_per_worker=2, processes=False, **LOOPBACK) as cluster,
        Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        assert backtest.run(some, ["naive", "rw_drift"]).equals(plain)


# ---------------------------------------------------------------- the flat tables


@pytest.fixture(scope="module")
def trends():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return export.trends(REPORT)


def test_trends_are_strings_complete_and_unique(trends) -> None:
    assert list(trends.columns) == export.TRENDS
    assert all(isinstance(v, str) for v in trends.to_numpy().ravel())
    assert not trends.isin(["nan", "inf", "-inf", "-0.000"]).any(axis=None)
    assert not trends.duplicated(["series", "table", "model", "parameter"]).any()
    assert {
        "cagr",
        "log_linear_ols",
        "theil_sen",
        "mixed_slope",
        "entity_fe",
        "beta_convergence",
        "shift_share",
        "lmdi",
    } <= set(trends["model"])
    row = trends[(trends["series"] == "gerd_intensity.TWN") & (trends["model"] == "log_linear_ols")].iloc[0]
    fit = growth.trend(FOUND["gerd_intensity.TWN"])
    assert row[["estimate", "low", "high"]].tolist() == [f"{v:.3f}" for v in (fit.estimate, fit.low, fit.high)]
    assert (row["n"], row["level"], row["unit"]) == ("5", "0.95", "% a year")


def test_trends_bounds_enclose_the_estimate(trends) -> None:
    known = trends[(trends["low"] != "") & (trends["parameter"] != "leave_one_out")]
    low, mid, high = (known[c].astype(float) for c in ("low", "estimate", "high"))
    assert ((low <= mid) & (mid <= high)).all()


def test_forecasts_are_strings_ordered_and_repeatable() -> None:
    one, two = export.forecasts(REPORT), export.forecasts(REPORT)
    assert one.equals(two)
    assert list(one.columns) == export.FORECASTS
    assert not one.duplicated(["series", "model", "year"]).any()
    low, mid, high = (one[c].astype(float) for c in ("low", "mean", "high"))
    assert ((low < mid) & (mid < high)).all()
    assert set(export.SHOWN) <= set(one["series"])


def test_text_never_prints_a_negative_zero() -> None:
    assert export.text(-0.0001) == "0.000"
    assert export.text(None) == ""
    assert export.text(-1.5, 1) == "-1.5"
    assert export.significant(12345.678) == "12346"
    assert export.significant(0.0123456) == "0.012346"
    assert export.significant(0) == "0"
    assert (export.percent(0.95), export.percent(1 - 2 / 120), export.percent(None, "bounds")) == (
        "0.95",
        "0.983",
        "bounds",
    )


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import analysis.models, sys; print([m for m in ('statsmodels', 'scipy', 'joblib', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_cell_that_the_book_documents_runs_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code block of the chapter, executed literally but for the number of simulations and processes."""
    notebook = Path(__file__).parents[2] / "book" / "models" / "five_points.ipynb"
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    text = next("".join(c["source"]) for c in cells if "```python" in "".join(c["source"]))
    code = text.split("```python\n")[1].split("```")[0]
    assert "100_000" in code
    monkeypatch.setattr(simulation, "CHUNK", 100)
    small = code.replace("100_000", "200, sizes=(4,)").replace("n_workers=2", "n_workers=2, processes=False")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scope: dict[str, object] = {"__name__": "__main__"}
        exec(small, scope)
    assert scope["table"].equals(simulation.coverage(simulations=200, sizes=(4,)))  # type: ignore[attr-defined]
