"""The numbers that the statistical review recomputed, with the values now published.

``published.csv`` has one line per number: its row in the review, where it is made, its key there, and the value.
Estimates and forecasts are compared as the commands print them, the rest with the digits that the pages show.
"""

from __future__ import annotations

import csv
import functools
from pathlib import Path

import pandas as pd
import pytest

from analysis import report
from analysis.models import backtest, growth, series, simulation, statements

PUBLISHED = Path(__file__).parent / "published.csv"
LINES = list(csv.DictReader(PUBLISHED.read_text(encoding="utf-8").splitlines()))


@functools.cache
def found() -> series.Found:
    return series.collect(report.load())


@functools.cache
def scored() -> pd.DataFrame:
    return backtest.run(found().values())


def golden(command: str) -> pd.DataFrame:
    """What a command prints for the report: tests/golden, which another test compares."""
    return pd.read_csv(Path(__file__).parents[1] / "golden" / f"{command}.csv", dtype=str, keep_default_na=False)


@functools.cache
def made(source: str) -> pd.DataFrame | pd.Series:
    """Values by key (one string), from one source; numbers still with all digits."""
    book = report.load()
    if source == "trends":
        frame = golden(source)
        keys = frame[["series", "model", "parameter", "cells", "table"]].agg("|".join, axis=1)
        return frame.set_index(keys)[["estimate", "low", "high"]].agg(" ".join, axis=1).str.strip()
    if source == "forecasts":
        frame = golden(source)
        keys = frame[["series", "model", "year"]].agg("|".join, axis=1)
        return frame.set_index(keys)[["mean", "low", "high"]].agg(" ".join, axis=1)
    if source == "back-test":
        frame = backtest.table(scored()).set_index("model")
        return frame[["mae", "mase", "score", "scaled_score", "coverage"]].round(1)
    if source == "back-test by group":
        frame = backtest.by_group(scored(), ["naive", "combined", "pooled_drift", "rw_drift", "log_linear_ols"])
        return frame.set_index("group").round(1)
    if source == "margin":
        gain = backtest.margin(scored(), backtest.choose(scored()))
        return pd.DataFrame([gain], index=["interval score"]).round(0)
    if source == "statements":
        return (
            statements.table(book, found(), scored())
            .set_index("statement")[["one", "two", "happened", "of", "verdict"]]
            .round(0)
        )
    if source == "calibration":
        drift = scored().query("model == @statements.DRIFT")
        known = pd.concat([backtest.calibration(drift, backtest.SURE).assign(sure="sure"), backtest.calibration(drift)])
        known["key"] = known["family"] + "|" + known["sure"].map(lambda v: v if v == "sure" else f"{v:.0f}")
        return known.set_index("key")[["forecasts", "stated", "happened"]].round(0)
    if source == "resolution":
        return simulation.resolution().set_index("n").rename(index=str).round(2)
    if source == "coverage":
        frame = simulation.coverage(sizes=(5, 10), worlds=simulation.WORLDS[:4], simulations=20_400)
        frame["key"] = frame["method"] + "|" + frame["world"] + "|" + frame["n"].astype(str)
        return frame.set_index("key")[["attained"]].round(0)
    if source == "panel coverage":
        frame = simulation.panel_coverage(((17, 1.75, 0.0), (17, 0.5, 0.2)), simulations=400)
        frame["key"] = frame["method"] + "|" + frame["common"].astype(str)
        return frame.set_index("key")[["attained"]].round(0)
    if source.startswith("influence "):
        frame = growth.influence(found()[source.partition(" ")[2]]).set_index("year").rename(index=str)
        return frame[["without", "cook"]].round(2)
    raise ValueError(source)


def shown(source: str, key: str) -> str:
    """A value as text: a string as it is, several numbers with blanks between."""
    value = made(source).loc[key]
    return value if isinstance(value, str) else " ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in value)


def renew() -> None:
    """Write the values anew (``make golden``, after those of the commands)."""
    rows = [line | {"value": shown(line["source"], line["key"])} for line in LINES]
    with PUBLISHED.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(LINES[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("line", LINES, ids=lambda r: f"{r['row']} {r['key']}")
def test_a_number_of_the_review_is_published_as_recorded(line: dict[str, str]) -> None:
    assert shown(line["source"], line["key"]) == line["value"], "if a change is meant to change it: make golden"


def test_all_rows_about_models_are_held() -> None:
    assert {int(line["row"]) for line in LINES} == set(range(1, 62))  # row 62 is about the landing page and no model
