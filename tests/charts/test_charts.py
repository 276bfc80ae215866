"""Figures: the same numbers give the same bytes, other numbers other bytes, and every text can be read."""

from __future__ import annotations

import functools
import os
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.path import Path as Way
from matplotlib.text import Text
from matplotlib.ticker import MultipleLocator
from matplotlib.transforms import Bbox

from analysis import charts, report
from analysis.charts import exhibit, layout, points, style
from analysis.charts.layout import Drawing

ROOT = Path(__file__).resolve().parents[2]

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


KINDS: dict[str, Callable[[float], Drawing]] = {
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


def test_a_kind_that_is_none_is_told_which_there_are() -> None:
    with pytest.raises(AttributeError, match="kinds of figures are bars, compare, "):
        charts.bar  # noqa: B018


@functools.cache
def drawn(kind: str) -> str:
    """A figure of each kind, drawn once for both tests."""
    return charts.svg(KINDS[kind](0.0), "alt", "title")


@pytest.mark.parametrize("kind", KINDS)
def test_same_numbers_give_the_same_bytes(kind: str) -> None:
    assert drawn(kind) == charts.svg(KINDS[kind](0.0), "alt", "title")


@pytest.mark.parametrize("kind", KINDS)
def test_one_changed_number_changes_the_bytes(kind: str) -> None:
    assert drawn(kind) != charts.svg(KINDS[kind](0.05), "alt", "title")


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_is_cut_or_covered(kind: str) -> None:
    assert charts.faults(KINDS[kind](0.0)) == []


def test_an_svg_is_xml_with_alternative_text_and_nothing_that_differs_between_runs() -> None:
    text = charts.svg(KINDS["lines"](0.0), "Four lines & more", "A <title>")
    root = ET.fromstring(text)
    space = {"s": "http://www.w3.org/2000/svg"}
    assert root.get("role") == "img"
    assert root.get("width") == f"{96 * style.WIDE:.0f}"
    assert root.findtext("s:desc", namespaces=space) == "Four lines & more"
    assert root.findtext("s:title", namespaces=space) == "A <title>"
    assert "metadata" not in text
    assert not re.search(r"20\d\d-\d\d-\d\dT", text)
    words = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {WORDS["title"], WORDS["unit"], "Taiwan 2.40", "2019"} <= set(words)
    assert "style=" not in text  # a page could not change the colours


def test_ids_carry_the_name_of_the_figure_and_are_all_referred_to() -> None:
    text = charts.svg(KINDS["lines"](0.0), "alt", "title", "my-figure")
    ids = re.findall(r' id="([^"]+)"', text)
    assert ids
    assert all(i.startswith("my-figure-") for i in ids)
    assert set(ids) == set(re.findall(r'(?:url\(|href=")#([^)"]+)', text))


def test_dark_mode_knows_every_colour_of_the_style_and_text_reaches_contrast_there() -> None:
    css = (ROOT / "book" / "_static" / "figures.css").read_text("utf-8")
    dark = dict(re.findall(r'\.figure \[fill="(#\w{6})"\] \{ fill: ([^;]+);', css))
    words = [style.INK, style.MUTED, style.TAIWAN, style.DEEP, *style.PALETTE, *(c for c, _ in style.VERDICTS.values())]
    areas = [style.FAINT, style.GRID, style.PAPER, style.PALE, style.SPAN]
    assert {c.lower() for c in [*words, *areas]} == dark.keys()
    assert dark == dict(re.findall(r'\.figure \[stroke="(#\w{6})"\] \{ stroke: ([^;]+);', css))
    sheet = luminance("#121212")
    assert {c for c in words if (luminance(dark[c.lower()]) + 0.05) / (sheet + 0.05) < 4.5} == set()


def test_colours_with_text_on_them_stay_as_they_are_in_dark_mode() -> None:
    css = (ROOT / "book" / "_static" / "figures.css").read_text("utf-8")
    verdicts = [style.still(c) for c, _ in style.VERDICTS.values()]
    fixed = (*style.PARTS, *style.SEQUENTIAL, *style.DIVERGING, style.ON_PALE, style.ON_DEEP, *verdicts)
    assert [c for c in fixed if f'"{c.lower()}"' in css] == []


@pytest.mark.parametrize("grey", range(0, 256, 3))
def test_text_on_a_filled_cell_reaches_contrast(grey: int) -> None:
    cell = f"#{grey:02x}{grey:02x}{grey:02x}"
    low, high = sorted((luminance(cell), luminance(style.ink_on(cell))))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_a_figure_can_be_drawn_for_a_phone() -> None:
    fig = KINDS["lines"](0.0)
    with layout.drawing(style.NARROW):
        narrow = fig.again()
    assert narrow.get_size_inches()[0] == style.NARROW
    assert len(narrow.points) == len(fig.points) == len(CODES) * len(YEARS)
    least = min(float(v) for v in re.findall(r'font-size="([\d.]+)px"', charts.svg(narrow)))
    assert 358 / (72 * style.NARROW) * least >= 9.5  # CSS pixels on a phone
    assert 728 / (72 * style.WIDE) * least >= 11  # and on a laptop


def test_values_say_name_year_and_number_as_printed() -> None:
    fig = charts.lines(tidy().assign(printed=lambda d: d["value"].map("{:.3f}".format)), **WORDS)
    text = charts.svg(fig)
    assert "<title>Korea, 2021: 3.200</title>" in text


def test_a_mark_stands_between_a_number_and_what_it_is_of() -> None:
    frame = pd.DataFrame({"code": ["KOR"], "name": ["Korea"], "x": [1.76], "y": [0.7], "value": [2.5]})
    assert "<title>Korea: 2.5</title>" in charts.svg(charts.bars(frame, **WORDS))
    part = frame.assign(name="Korea: exports")
    assert "<title>Korea: exports, 2.5</title>" in charts.svg(charts.bars(part, **WORDS))
    # the number is the share, only the axis is logarithmic
    labels = {"x_label": "R&D, % of GDP (logarithmic)", "y_label": "growth, % a year"}
    text = charts.svg(charts.scatter(frame, **labels, log_x=True, **WORDS))
    assert "<title>Korea, R&amp;D, % of GDP: 1.76; growth, % a year: 0.7</title>" in text


def test_of_many_lines_few_are_named_and_a_reader_may_choose() -> None:
    many = pd.concat(
        tidy().query("code == 'KOR'").assign(code=f"C{i}", name=f"Country {i}", value=lambda d, i=i: d["value"] + i)
        for i in range(12)
    )
    fig = charts.lines(pd.concat([tidy().query("code == 'TWN'"), many]), **WORDS)
    words = {t.get_text() for t in fig.findobj(Text)}
    assert {"Taiwan", "Country 11"} <= words
    assert not {f"Country {i}" for i in range(11)} & words
    assert f"{WORDS['unit']}; grey: 11 others" in words
    assert fig.choice
    assert "data-choice" in charts.svg(fig)
    assert "data-choice" not in charts.svg(KINDS["lines"](0.0))


def test_doubtful_values_are_hollow_and_name_their_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(exhibit, "put", shown.append)
    doubted = tidy().assign(
        doubt=lambda d: ((d["code"] == "KOR") & (d["year"] == 2021)).map({True: "F-005", False: ""})
    )
    charts.show(charts.lines(doubted, **WORDS), data=doubted, name="n", source="x", alt="Lines.")
    assert shown[0]["image/svg+xml"].count('data-doubt="F-005"') == 1
    assert 'Hollow: see <a class="finding" href="#F-005">F-005</a>' in shown[1]["text/html"]


@pytest.mark.parametrize(
    ("kind", "said"), [("lines", "Hollow: see"), ("dumbbell", "Cross: see"), ("bars", "Whiskers: printed rounding.")]
)
def test_a_caption_says_what_marks_mean(kind: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(exhibit, "put", shown.append)
    frames = {"lines": tidy(), "dumbbell": rows(), "bars": rows()}
    more = {"dumbbell": {"first": "first", "last": "last"}}.get(kind, {})
    draw: Any = getattr(charts, kind)
    charts.show(draw(frames[kind].assign(doubt="F-005"), **more, **WORDS), data=rows(), name="n", source="x", alt="A")
    assert said in shown[1]["text/html"]
    charts.show(
        draw(frames[kind].drop(columns=["low", "high"]), **more, **WORDS), data=rows(), name="n", source="x", alt="A"
    )
    assert said not in shown[3]["text/html"]


def test_a_bar_of_no_length_is_not_called_hollow_and_whiskers_are_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(exhibit, "put", shown.append)
    nil = rows().assign(value=[0.0, 2, 3, 4], low=[0.0, 2, 3, 4], high=[0.1, 2, 3, 4], doubt=["F-005", "", "", ""])
    own = {"data": nil, "name": "n", "source": "x", "alt": "Bars.", "note": "The whiskers are what rounding leaves."}
    charts.show(charts.bars(nil, **WORDS), **own)
    assert "Hollow" not in shown[1]["text/html"]
    assert "Whiskers" not in shown[1]["text/html"]
    assert "doubtful: F-005" in shown[0]["image/svg+xml"]
    assert charts.bars(nil.assign(low=-0.1), **WORDS).axes[0].get_xlim()[0] < -0.05


#: Countries close to each other: researchers' money and patents, on logarithmic axes.
CLOSE = {
    "Switzerland": (3.38, 480), "United States": (3.45, 424), "Japan": (3.44, 351), "Taiwan": (3.98, 450), "Korea": (4.96, 466),
    "Germany": (3.11, 162), "Canada": (1.81, 106), "France": (2.19, 80), "United Kingdom": (2.8, 67), "China": (2.58, 20),
}  # fmt: skip


@pytest.mark.parametrize("inches", [style.WIDE, style.NARROW])
def test_each_label_of_a_scatter_is_nearest_to_its_own_mark_or_led_to_it(inches: float) -> None:
    frame = pd.DataFrame([(name, name, x, y) for name, (x, y) in CLOSE.items()], columns=["code", "name", "x", "y"])
    with layout.drawing(inches):
        fig = charts.scatter(frame, x_label="x", y_label="y", log_x=True, log_y=True, **WORDS)
    ax = fig.axes[0]
    marks = {name: ax.transData.transform(at) for name, at in CLOSE.items()}
    labels = {text.get_text(): Text.get_window_extent(text) for text in ax.texts if text.get_text()}
    led = [text.xy for text in ax.texts if not text.get_text()]

    def gap(box: Any, at: Any) -> float:
        return float(np.hypot(max(box.x0 - at[0], 0, at[0] - box.x1), max(box.y0 - at[1], 0, at[1] - box.y1)))

    nearest = {name: min(marks, key=lambda mark: gap(box, marks[mark])) for name, box in labels.items()}
    assert [name for name, mark in nearest.items() if name != mark and CLOSE[name] not in led] == []
    assert [
        (a, b) for a, box in labels.items() for b, at in marks.items() if gap(box, at) < 4 * fig.dpi / 72 and a != b
    ] == []


def test_a_line_crosses_a_box_where_matplotlib_says_so() -> None:
    drawn = np.random.default_rng(2).uniform(0, 10, (2000, 8))
    lines, boxes = drawn[:, :4], np.hstack([drawn[:, 4:6], drawn[:, 4:6] + 0.3 * drawn[:, 6:]])
    said = [
        Way(line.reshape(2, 2)).intersects_bbox(Bbox(box.reshape(2, 2)), False)
        for line, box in zip(lines, boxes, strict=True)
    ]
    assert points._crosses(lines, boxes).tolist() == said
    assert 0.05 < np.mean(said) < 0.95


def test_the_rim_of_a_radar_runs_through_none_of_its_labels() -> None:
    spokes = pd.DataFrame(
        {"name": ["One\nof three\nlines", "Two", "Three\nof three\nlines", "Four"], "TWN": [1, 2, 3, 4]}
    )
    fig = charts.radar(spokes, series={"TWN": "Taiwan"}, rings=(1, 5), worst=8, **WORDS)
    fig.draw_without_rendering()
    rim = fig.axes[0].get_window_extent()
    top, right, bottom, left = (label.get_window_extent() for label in fig.axes[0].get_xticklabels())
    assert top.y0 > rim.y1
    assert bottom.y1 < rim.y0
    assert right.x0 > rim.x1
    assert left.x1 < rim.x0


def test_a_doubtful_row_of_ranges_has_a_hollow_dot() -> None:
    frame = rows().assign(low=0.0, high=9.0, doubt=["F-012", "", "", ""])
    assert charts.svg(charts.ranges(frame, **WORDS)).count('data-doubt="F-012"') == 1


def test_a_label_that_a_line_strikes_out_is_a_fault() -> None:
    fig = charts.bars(rows(), reference=(2.0, "reference"), **WORDS)
    assert charts.faults(fig) == []  # the values have something behind them
    fig.axes[0].text(1.5, 1.0, "struck", va="center", size=9)
    fig.axes[0].plot([0, 4], [1.0, 1.0])
    assert any("'struck' is crossed" in fault for fault in charts.faults(fig))


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Korea 韓國", "Korea"),
        ("OECD total OECD全體", "OECD total"),
        ("Exports, 億元", "Exports, 億元"),
        ("Finland", "Finland"),
        ("韓國", "韓國"),
    ],
)
def test_of_a_name_in_two_languages_figures_show_the_english(text: str, english: str) -> None:
    assert layout.one_name(text) == english


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


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_colours_reach_contrast_on_white() -> None:
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


@pytest.mark.parametrize("top", [6.0, 60.0, 6e5])
def test_logarithmic_axes_have_plain_numbers(top: float) -> None:
    wide = rows().assign(x=[2.0, 3.0, 4.0, top], y=[2.0, top, 3.0, 4.0])
    fig = charts.scatter(wide, x_label="x", y_label="y", log_x=True, log_y=True, **WORDS)
    assert charts.faults(fig) == []
    ticks = [t.get_text() for t in fig.axes[0].get_xticklabels() if t.get_text()]
    assert len(ticks) >= 3
    assert all(re.fullmatch(r"[\d,.]+", tick) for tick in ticks)


FORMATS = ["{:,g}", "{:.0f}", "{:.1f}", "{:+.2f}", "{:,.10g}"]
SPANS = [(3.49, 3.98), (-0.004, 0.011), (0, 1), (1_234_000, 1_241_000), (97.5, 98.25)]


# Each format with two spans and each span with two formats.
@pytest.mark.parametrize(("fmt", "span"), [(f, SPANS[(i + k) % 5]) for i, f in enumerate(FORMATS) for k in (0, 2)])
def test_every_tick_of_every_kind_of_axis_says_where_it_stands(fmt: str, span: tuple[float, float]) -> None:
    frame = tidy().iloc[:5].drop(columns=["low", "high"]).assign(value=[*span, *span, span[0]])
    ends = rows().iloc[:2].assign(first=list(span), last=list(span), printed=span[1], low=span[0], high=span[1])
    fit = pd.DataFrame({"year": [2019, 2023]} | dict.fromkeys(["value", "low", "high", "low_pi", "high_pi"], span))
    for fig in (
        charts.lines(frame, **WORDS, fmt=fmt),
        charts.trend(frame, **WORDS, line=fit, n=5, model="a line", fmt=fmt),
        charts.dumbbell(ends, **WORDS, first="first", last="last", fmt=fmt),
        charts.compare(ends, **WORDS, fmt=fmt),
    ):
        fig.draw_without_rendering()
        axes = [fig.axes[0].xaxis, fig.axes[0].yaxis]
        values = next(axis for axis in axes if isinstance(axis.get_major_formatter(), layout.Exact))
        ticks = values.get_major_ticks()
        said = [float(tick.label1.get_text().replace("\u2212", "-").replace(",", "")) for tick in ticks]
        assert len(said) > 1
        assert said == pytest.approx([tick.get_loc() for tick in ticks], rel=1e-9, abs=1e-12)


def test_a_rounded_tick_is_a_fault() -> None:
    fig, ax = layout.canvas(**WORDS, height=2)
    ax.set_ylim(3.4, 4.1)
    ax.set_xticks([0, 1], ["2019", "2023"])  # names
    ax.yaxis.set_major_locator(MultipleLocator(0.25))
    ax.yaxis.set_major_formatter(lambda v, _: f"{v:.1f}")
    assert layout.faults(layout.finish(fig)) == ["the tick '3.8' stands at 3.75"]


def test_values_stand_beyond_their_whiskers() -> None:
    frame = pd.DataFrame({"name": list("ab"), "value": [2.0, -2.0], "low": [1.5, -2.5], "high": [2.5, -1.5]})
    ax = charts.bars(frame, fmt="{:.1f}", **WORDS).axes[0]
    assert [text.xy[0] for text in ax.texts] == [2.5, -2.5]


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


def test_the_csv_opens_in_a_spreadsheet_and_says_unit_and_source() -> None:
    data = pd.DataFrame({"name": ["Korea 韓國", 'a "quote", and comma'], "value": [1 / 3, 2.0]})
    link = charts.csv_link(data, "some-numbers", unit="%", source="Table 1-2-2, p. 34")
    found = re.search(r'download="some-numbers.csv" href="data:text/csv;charset=utf-8,([^"]*)"', link)
    assert found
    assert unquote(found[1]) == (
        "\ufeffname,name_zh,value,unit,source\n"
        'Korea,韓國,0.3333333333,%,"Table 1-2-2, p. 34"\n'
        '"a ""quote"", and comma",,2,%,"Table 1-2-2, p. 34"\n'
    )


def test_the_csv_keeps_decimals_as_printed() -> None:
    link = charts.csv_link(pd.DataFrame({"value": [3.4, 3.0], "printed": ["3.40", "3.00"]}), "n")
    assert "value%0A3.40%0A3.00" in link


def test_the_csv_has_the_decimals_of_the_figure_where_that_loses_nothing() -> None:
    link = charts.csv_link(pd.DataFrame({"a": [3.4, 3.0], "b": [3.415, 1.0], "n": [1, 2]}), "n", fmt="{:+.2f}")
    assert "a,b,n%0A3.40,3.415,1%0A3.00,1,2" in link


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
    assert 'viewBox="0 0 316.80 ' in picture[exhibit.NARROW_MIME]
    assert "<desc>Four bars.</desc>" in picture["image/svg+xml"]
    assert "Table 1-2-2, p. 34" in words["text/html"]
    assert "A note." in words["text/html"]
    assert 'download="n.csv"' in words["text/html"]


def test_a_figure_with_covered_text_is_listed_by_the_book_and_warns_others(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[dict[str, str]] = []
    monkeypatch.setattr(exhibit, "put", said.append)

    def covered() -> Figure:
        fig = KINDS["bars"](0.0)
        fig.text(0.5, 0.5, "one on another")
        fig.text(0.5, 0.5, "one on another too")
        return fig

    with pytest.warns(UserWarning, match=r"figure n as it is drawn: .* lies on"):
        charts.show(covered(), data=rows(), name="n", source="x", alt="Two texts.")
    assert not any(part["text/plain"].startswith(exhibit.BROKEN) for part in said)
    monkeypatch.setenv("PUBLISH_RECORD", os.devnull)
    said.clear()
    charts.show(covered(), data=rows(), name="n", source="x", alt="Two texts.")
    first, *rest = said
    assert first["text/plain"].startswith(f"{exhibit.BROKEN} the figure n as it is drawn: ")
    assert any("image/svg+xml" in part for part in rest)  # it is shown all the same


def test_figures_of_own_frames_need_no_data_of_the_book(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert style._home() == style.HOME == "TWN"
    monkeypatch.setattr(style, "load", lambda: report.load(tmp_path))
    assert style._home() == style.NOBODY
    (tmp_path / "datapackage.json").write_text("{", "utf-8")
    assert style._home() == style.NOBODY


def test_a_mistyped_code_is_named_beside_those_there_are() -> None:
    frame = pd.DataFrame(
        {"code": ["TWN", "KOR"] * 2, "name": ["Taiwan", "Korea"] * 2, "year": [2023, 2023, 2024, 2024]}
    )
    with pytest.warns(UserWarning, match="nothing here has the code TW; there are TWN, KOR"):
        charts.lines(frame.assign(value=[1.0, 2.0, 3.0, 4.0]), title="T", unit="u", focus=["TW", "KOR"])


@pytest.mark.parametrize(("text", "shown"), [("+0.0", "0.0"), ("-0", "0"), ("-0.1", "\u22120.1"), ("+0.2", "+0.2")])
def test_nothing_has_no_sign(text: str, shown: str) -> None:
    assert layout.minus(text) == shown
