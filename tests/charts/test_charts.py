"""Figures: the same numbers give the same bytes, other numbers other bytes, and every text can be read."""

from __future__ import annotations

import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis import charts
from analysis.charts import exhibit, layout, style

YEARS = (2019, 2020, 2021, 2022, 2023)
CODES = ("TWN", "KOR", "JPN", "DEU")
NAMES = {"TWN": "Taiwan 中華民國", "KOR": "Korea 韓國", "JPN": "Japan 日本", "DEU": "Germany 德國"}


def tidy(bump: float = 0.0) -> pd.DataFrame:
    rows = [
        (c, NAMES[c], y, v := 2.0 + i + 0.1 * (y - 2019) + (bump if (c, y) == ("KOR", 2021) else 0), v - 0.02, v + 0.02)
        for i, c in enumerate(CODES)
        for y in YEARS
    ]
    return pd.DataFrame(rows, columns=["code", "name", "year", "value", "low", "high"])


def rows(bump: float = 0.0) -> pd.DataFrame:
    last = tidy(bump).query("year == 2021").reset_index(drop=True)
    first = tidy().query("year == 2019").reset_index(drop=True)
    verdicts = ["reproduced", "consistent", "contradicted", "explained"]
    return last.assign(
        first=first["value"],
        last=last["value"],
        printed=last["value"] + 0.01,
        verdict=verdicts,
        x=first["value"],
        y=last["value"],
        size=last["value"],
        a=60 + last["value"],
        b=40 - last["value"],
    )


WORDS = {"title": "A title that says what is shown", "unit": "Some quantity, %"}
AHEAD = pd.DataFrame({"year": [2024, 2025], "value": [2.5, 2.6], "low": [2.3, 2.3], "high": [2.7, 2.9]})


def _line(data: pd.DataFrame) -> pd.DataFrame:
    own = data[data["code"] == "KOR"]
    shifts = {"low": -0.1, "high": 0.1, "low_pi": -0.2, "high_pi": 0.2}
    return own[["year", "value"]].assign(**{k: own["value"] + v for k, v in shifts.items()})


KINDS: dict[str, Callable[[float], Figure]] = {
    "lines": lambda b: charts.lines(tidy(b), last="{:.2f}", **WORDS),
    "multiples": lambda b: charts.multiples(tidy(b), **WORDS),
    "trend": lambda b: charts.trend(tidy(b).query("code == 'KOR'"), line=_line(tidy(b)), n=5, model="line", **WORDS),
    "fan": lambda b: charts.fan(tidy(b).query("code == 'KOR'"), AHEAD, n=5, model="line", **WORDS),
    "bars": lambda b: charts.bars(rows(b), fmt="{:.2f}", **WORDS),
    "dumbbell": lambda b: charts.dumbbell(rows(b), first="first", last="last", fmt="{:.2f}", **WORDS),
    "compare": lambda b: charts.compare(rows(b), **WORDS),
    "ranges": lambda b: charts.ranges(rows(b), **WORDS),
    "stacked": lambda b: charts.stacked(rows(b), parts={"a": "A", "b": "B"}, **WORDS),
    "contributions": lambda b: charts.contributions(rows(b), parts={"a": "A", "b": "B"}, total="value", **WORDS),
    "waterfall": lambda b: charts.waterfall(
        pd.DataFrame(
            {"name": ["2022", "more", "2023"], "value": [28.0, 0.5 + b, 28.5 + b], "kind": ["level", "step", "level"]}
        ),
        **WORDS,
    ),
    "scatter": lambda b: charts.scatter(rows(b), x_label="x", y_label="y", **WORDS),
    "heatmap": lambda b: charts.heatmap(rows(b).set_index("name")[["first", "last"]], fmt="{:.2f}", **WORDS),
    "radar": lambda b: charts.radar(
        rows(b).assign(TWN=rows(b)["first"], peers=rows(b)["last"]),
        series={"TWN": "Taiwan", "peers": "peers"},
        rings=(1, 5),
        worst=8,
        **WORDS,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_same_numbers_give_the_same_bytes(kind: str) -> None:
    assert charts.svg(KINDS[kind](0.0), "alt", "title") == charts.svg(KINDS[kind](0.0), "alt", "title")


@pytest.mark.parametrize("kind", KINDS)
def test_one_changed_number_changes_the_bytes(kind: str) -> None:
    assert charts.svg(KINDS[kind](0.0)) != charts.svg(KINDS[kind](0.05))


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_is_cut_or_covered(kind: str) -> None:
    assert charts.faults(KINDS[kind](0.0)) == []


def test_an_svg_is_xml_with_alternative_text_and_nothing_that_differs_between_runs() -> None:
    text = charts.svg(KINDS["lines"](0.0), "Four lines & more", "A <title>")
    root = ET.fromstring(text)
    space = {"s": "http://www.w3.org/2000/svg"}
    assert root.get("role") == "img"
    assert root.get("width") == str(style.SHOWN)
    assert root.findtext("s:desc", namespaces=space) == "Four lines & more"
    assert root.findtext("s:title", namespaces=space) == "A <title>"
    assert "metadata" not in text
    assert not re.search(r"20\d\d-\d\d-\d\dT", text)
    assert "<text" not in text  # outlines, so that no font of the reader matters


def test_a_missing_glyph_is_an_error_even_where_warnings_are_not() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fig = charts.bars(rows().assign(name=["\u0b95", "b", "c", "d"]), **WORDS)
        with pytest.raises(UserWarning, match="Glyph"):
            charts.svg(fig)


def test_traditional_chinese_comes_from_the_packaged_font() -> None:
    from matplotlib.font_manager import FontProperties, findfont

    found = findfont(FontProperties(family="Noto Sans TC"), fallback_to_default=False)
    assert "pylopdf_fonts_zh_tw" in found


def test_taiwan_has_its_colour_and_nobody_else() -> None:
    chosen = style.colours(["TWN", "KOR", "JPN"], ("TWN", "KOR"))
    assert chosen == {"TWN": style.TAIWAN, "KOR": style.PALETTE[0], "JPN": style.FAINT}
    assert style.TAIWAN not in (*style.PALETTE, *style.PARTS)
    with pytest.raises(ValueError, match="at most"):
        style.colours(list("ABCDEFG"), tuple("ABCDEFG"))


def test_text_colours_reach_contrast_on_white() -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    words = [style.INK, style.MUTED, style.TAIWAN, *style.PALETTE, *(c for c, _ in style.VERDICTS.values())]
    assert {c for c in words if 1.05 / (luminance(c) + 0.05) < 4.5} == set()


@pytest.mark.parametrize("values", [[3.0, 1.0, 2.0], [-3.0, -1.0, -2.0], [0.5, -0.5, 0.2]])
def test_bars_start_at_zero(values: list[float]) -> None:
    fig = charts.bars(pd.DataFrame({"name": list("abc"), "value": values}), **WORDS)
    ax = fig.axes[0]
    assert all(
        min(p.get_x(), p.get_x() + p.get_width()) <= 0 <= max(p.get_x(), p.get_x() + p.get_width()) for p in ax.patches
    )
    low, high = sorted(ax.get_xlim())
    assert low <= 0 <= high


def test_labels_that_would_collide_are_moved_apart_and_keep_their_order() -> None:
    wanted = [5.0, 5.1, 5.05, 9.0, 1.0]
    placed = layout.spread(wanted, 1.0, 0.0, 10.0)
    assert sorted(range(5), key=wanted.__getitem__) == sorted(range(5), key=placed.__getitem__)
    ordered = sorted(placed)
    assert all(b - a >= 1.0 - 1e-9 for a, b in pairwise(ordered))
    assert placed[3] == pytest.approx(9.0)
    assert min(placed) >= 0.0
    assert max(placed) <= 10.0


def test_labels_without_enough_room_share_what_there_is() -> None:
    placed = layout.spread([5.0] * 5, 10.0, 0.0, 10.0)
    assert placed == pytest.approx([0.0, 2.5, 5.0, 7.5, 10.0])


def test_titles_are_broken_into_even_lines() -> None:
    lines = layout.wrap("one two three four five six seven eight nine ten eleven twelve", 3.0, 12.0)
    assert len(lines) == 2
    assert abs(layout.text_width(lines[0], 12) - layout.text_width(lines[1], 12)) < 1.0


def test_the_csv_link_holds_the_data() -> None:
    data = pd.DataFrame({"name": ["Korea 韓國", 'a "quote", and comma'], "value": [1 / 3, 2.0]})
    link = charts.csv_link(data, "some-numbers")
    found = re.search(r'download="some-numbers.csv" href="data:text/csv;charset=utf-8,([^"]*)"', link)
    assert found
    assert unquote(found[1]) == 'name,value\nKorea 韓國,0.3333333333\n"a ""quote"", and comma",2\n'


def test_a_source_is_cited_with_table_page_and_origin() -> None:
    assert charts.cite(["1-2-2"]).startswith("Table 1-2-2, p. 34 (OECD")
    assert charts.cite("this book") == "this book"


def test_show_gives_an_svg_and_a_caption(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(exhibit, "put", shown.append)
    data = rows()
    charts.show(KINDS["bars"](0.0), data=data, name="n", source=["1-2-2"], alt="Four bars.", note="A note.")
    picture, words = shown
    assert picture["text/plain"] == "Figure: Four bars."
    assert "<desc>Four bars.</desc>" in picture["image/svg+xml"]
    assert "Table 1-2-2, p. 34" in words["text/html"]
    assert "A note." in words["text/html"]
    assert 'download="n.csv"' in words["text/html"]


def test_show_refuses_a_figure_with_covered_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exhibit, "put", lambda data: None)
    fig = KINDS["bars"](0.0)
    fig.text(0.5, 0.5, "one on another")
    fig.text(0.5, 0.5, "one on another too")
    with pytest.raises(ValueError, match="lies on"):
        charts.show(fig, data=rows(), name="n", source="x", alt="Two texts.")
