"""Figures and tables under a reader's hands: values, a choice of lines, downloads, filters, sorting, cards on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis import charts, tables
from analysis.charts import exhibit
from tests.book.test_browser import CHROMIUM, violations

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.browser, pytest.mark.network]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no browser; the tests of the built book say which are looked for")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def window(browser: Any) -> Any:
    """One window for all tests; each opens the page anew."""
    return browser.new_page()


def put_together() -> None:
    countries = [("TWN", "Taiwan", 30.0)] + [(f"C{i}", f"Country {i}", 5.0 * i) for i in range(1, 13)]
    rows = [(c, n, y, v + y - 2019) for c, n, v in countries for y in (2019, 2020, 2021)]
    frame = pd.DataFrame(rows, columns=["code", "name", "year", "value"])
    figure = charts.lines(frame, title="Lines", unit="%", fmt="{:.1f}")
    charts.show(figure, data=frame, name="many", source="made up", alt="Thirteen lines.")
    numbers = pd.DataFrame(
        {"name": [f"row {i:02}" for i in range(50)], "first": [f"{(i * 7) % 50}" for i in range(50)]}
    )
    numbers["second"] = ["-17.84", "152,355", *(str(i) for i in range(2, 50))]
    numbers["note"] = "words that take some room on a line".replace(" ", "\u00a0")
    tables.show(numbers, title="T", source="x", name="t", spanners={"Both": ["first", "second"]}, sortable=True)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page with one figure of many lines, and two tables, as the book puts them together."""
    with pytest.MonkeyPatch.context() as patch:
        shown: list[dict[str, str]] = []
        patch.setattr(exhibit, "put", shown.append)
        patch.setattr(tables, "put", shown.append)
        put_together()
    tmp_path = tmp_path_factory.mktemp("page")
    picture, caption, table = shown
    static = ROOT / "book" / "_static"
    for name in ("figures.js", "sortable.js", "figures.css", "custom.css"):
        (tmp_path / name).write_text((static / name).read_text("utf-8"), "utf-8")
    (tmp_path / "figures-font.js").write_text('window.figureFont = "";', "utf-8")
    wide, narrow = picture["image/svg+xml"], picture[exhibit.NARROW_MIME]
    box = f'<div class="exhibit-figure"><div class="wide">{wide}</div><div class="narrow">{narrow}</div></div>'
    head = "".join(f'<link rel="stylesheet" href="{n}.css">' for n in ("custom", "figures"))
    head += "".join(f'<script defer src="{n}.js"></script>' for n in ("figures", "sortable"))
    page = (
        f"<!doctype html><html lang=en><meta charset=utf-8>{head}<body>{box}{caption['text/html']}{table['text/html']}"
    )
    (tmp_path / "page.html").write_text(page, "utf-8")
    return (tmp_path / "page.html").as_uri()


def opened(window: Any, address: str, width: int) -> Any:
    window.set_viewport_size({"width": width, "height": 800})
    window.goto(address)
    return window


def test_the_room_decides_which_drawing_is_seen_and_its_text_is_large_enough(window: Any, address: str) -> None:
    least = """() => [...document.querySelectorAll("svg.figure")].filter(s => s.clientWidth).map(s => {
      const scale = s.getBoundingClientRect().width / s.viewBox.baseVal.width;
      return Math.min(...[...s.querySelectorAll("text")].map(t => scale * parseFloat(t.getAttribute("font-size"))));
    })"""
    for width, smallest in ((1280, 11), (374, 9.5)):
        page = opened(window, address, width)
        (size,) = page.evaluate(least)
        assert size >= smallest


def test_values_are_said_to_pointer_and_keys(window: Any, address: str) -> None:
    page = opened(window, address, 1280)
    value = page.locator(".figure-value:visible")
    page.locator('.wide g[data-series="Country 12"] circle').first.hover()
    assert value.inner_text() == "Country 12, 2019: 60.0"
    page.mouse.move(0, 0)
    page.locator(".exhibit-figure .wide").focus()
    page.keyboard.press("ArrowRight")
    assert value.inner_text() == "Country 12, 2020: 61.0"
    page.keyboard.press("Escape")
    assert value.count() == 0


def test_a_reader_chooses_a_line(window: Any, address: str) -> None:
    page = opened(window, address, 1280)
    chosen = page.locator(".wide .chosen text")
    assert chosen.count() == 0
    page.get_by_label("Show also").select_option("Country 7")
    assert chosen.text_content() == "Country 7"
    page.get_by_label("Show also").select_option("")
    assert chosen.count() == 0


def test_pictures_and_numbers_can_be_taken_away(window: Any, address: str) -> None:
    page = opened(window, address, 1280)
    starts = {"PNG": b"\x89PNG", "SVG": b"<svg", "CSV": "\ufeffcode,name,year,value,unit,source\nTWN".encode()}
    for label, start in starts.items():
        with page.expect_download() as waiting:
            page.locator(".exhibit-caption").first.get_by_text(label, exact=True).click()
        assert waiting.value.suggested_filename == f"many.{label.lower()}"
        assert Path(waiting.value.path()).read_bytes().startswith(start)


@pytest.mark.parametrize("typed", ["-17.84", "−17.84", "152,355", "152355"])
def test_a_filter_finds_a_number_however_it_is_typed(window: Any, address: str, typed: str) -> None:
    page = opened(window, address, 1280)
    page.get_by_role("searchbox").fill(typed)
    assert page.locator("table.exhibit tbody tr:visible").count() == 1


def test_each_head_sorts_its_own_column_also_below_a_heading_over_several(window: Any, address: str) -> None:
    page = opened(window, address, 1280)
    page.get_by_role("button", name="first").click()
    cells = page.locator("table.exhibit tbody tr td:nth-of-type(1)").all_text_contents()
    assert [int(c) for c in cells] == sorted(int(c) for c in cells)


def test_on_a_phone_a_row_is_a_card_with_its_heads(window: Any, address: str) -> None:
    page = opened(window, address, 374)
    first = page.locator("table.exhibit tbody tr").first
    assert page.locator("table.exhibit.stacked").count() == 1
    assert first.locator("td").nth(1).get_attribute("data-head") == "Both: second"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [1280, 374])
def test_nothing_stands_in_the_way_of_keyboard_finger_and_screen_reader(window: Any, address: str, width: int) -> None:
    page = opened(window, address, width)
    page.evaluate("document.title = 'A figure and a table'")
    page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    assert (
        violations(page, rules={name: {"enabled": True} for name in ("scrollable-region-focusable", "target-size")})
        == []
    )
