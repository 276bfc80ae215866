"""The built book in Chromium, at the width of a laptop and of a phone."""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import os
import shutil
import threading
from importlib import resources
from urllib.parse import urlsplit

import pytest

from tests.book.common import CI, HTML, PAGES

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
QUERIES = ["研發經費", "國內生產毛額", "技術貿易收支", "專利", "GDP", "patents"]
ABSENT = ["火星探測", "經專利研"]
ROWS_JUDGED = 12
EXTRA = ["search", "genindex"]

pytestmark = pytest.mark.skipif(not HTML.is_dir(), reason="the book is not built; `make site` builds it")


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of the book, without a log."""

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def address():
    handler = functools.partial(Handler, directory=str(HTML))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        message = f"no browser: none of {', '.join(NAMES)} is installed, and CHROMIUM names none"
        if CI:
            pytest.fail(message + "; automatic runs must have one (.ci/run installs it)")
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def axe():
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


@contextlib.contextmanager
def watched(browser, address, width):
    """A page that notes what goes wrong on it; requests to other hosts are refused and noted."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page, wrong = context.new_page(), []
    host = urlsplit(address).netloc

    def route(request):
        parts = urlsplit(request.request.url)
        if parts.scheme in {"data", "blob"} or parts.netloc == host:
            request.continue_()
        else:
            wrong.append(f"asked for {request.request.url}")
            request.abort()

    context.route("**/*", route)
    page.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: wrong.append(f"script: {e}"))
    page.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    yield page, wrong
    context.close()


def serious(page, axe, width):
    """Violations of impact serious or critical that axe finds, short enough to read."""
    # The rows of a long table are made alike; judging the contrast of thousands of cells takes a minute.
    page.evaluate(
        "rows => document.querySelectorAll('tbody').forEach(b => [...b.rows].slice(rows).forEach(r => r.remove()))",
        ROWS_JUDGED,
    )
    # axe does not judge text on a gradient, and the shadow of a wide table is one.
    page.add_style_tag(content=".exhibit-table, .table-scroll { background: none !important; }")
    page.evaluate(axe)
    # Colours are the same at every width, and judging them takes most of the time.
    options = {"resultTypes": ["violations"], "preload": False, "rules": {"color-contrast": {"enabled": width > 1000}}}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{v['impact']} {v['id']} ({len(v['nodes'])}): {v['nodes'][0]['html'][:200]}"
        for v in found
        if v["impact"] in {"serious", "critical"}
    ]


def visit(browser, address, axe, width, name):
    """Everything that must hold of one page at one width."""
    with watched(browser, address, width) as (page, wrong):
        page.goto(f"{address}/{name}.html", wait_until="load")
        inner, outer = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert inner <= outer, f"the page is {inner} pixels wide in a window of {outer}"
        broken = page.evaluate(
            "Promise.all([...document.images].map(async i => {"
            " i.loading = 'eager'; try { await i.decode(); return null } catch { return i.src } }))"
        )
        assert [b for b in broken if b] == []
        assert serious(page, axe, width) == []
        assert wrong == []


@pytest.mark.parametrize("name", PAGES + EXTRA)
class TestLaptop:
    def test_page_is_sound(self, browser, address, axe, name):
        visit(browser, address, axe, 1280, name)


@pytest.mark.parametrize("name", PAGES)
class TestPhone:
    def test_page_is_sound(self, browser, address, axe, name):
        visit(browser, address, axe, 390, name)


def hits(page, address, query):
    """Pages that the book's own search finds."""
    page.goto(f"{address}/search.html?q={query}")
    page.wait_for_function("/found|did not match/.test(document.querySelector('.search-summary')?.textContent ?? '')")
    return page.eval_on_selector_all("ul.search li > a", "all => all.map(a => new URL(a.href).pathname)")


class TestSearch:
    @pytest.mark.parametrize("query", QUERIES)
    def test_finds_what_is_there(self, browser, address, query):
        with watched(browser, address, 1280) as (page, wrong):
            found = hits(page, address, query)
            assert found
            for path in found[:3]:
                page.goto(address + path)
                text = page.evaluate("document.body.textContent").lower()
                assert query.lower() in text or query in QUERIES[-1:]
            assert wrong == []

    @pytest.mark.parametrize("query", ABSENT)
    def test_finds_nothing_where_nothing_is(self, browser, address, query):
        with watched(browser, address, 1280) as (page, _):
            assert hits(page, address, query) == []


class TestAsFiles:
    def test_opens_from_a_memory_stick(self, browser):
        page = browser.new_page()
        wrong = []
        page.on("pageerror", lambda e: wrong.append(str(e)))
        page.on("request", lambda r: wrong.append(r.url) if r.url.startswith("http") else None)
        page.goto((HTML / "index.html").as_uri())
        page.wait_for_url(f"**/{PAGES[0]}.html")
        assert page.locator("article h1").count() == 1
        page.goto((HTML / "search.html").as_uri() + "?q=專利")
        page.wait_for_selector("ul.search li")
        assert wrong == []
        page.close()

    def test_the_ledger_filters_by_table_and_sorts_by_what_is_recomputed(self, browser, address):
        with watched(browser, address, 1280) as (page, wrong):
            page.goto(f"{address}/book/audit/ledger.html")
            rows = page.locator("#table-ledger tbody tr:visible")
            for table in ("1-2-1", "1-2-9"):  # not 1-2-10; amounts and shares, whose bounds are of other lengths
                page.get_by_role("searchbox", name="Keep the rows").fill(table)
                assert set(rows.evaluate_all("rows => rows.map(r => r.cells[0].textContent)")) == {table}
            button = page.locator("#table-ledger th > button.sort", has_text="Recomputed")
            # the first line of a cell; the bounds stand below it in small print
            lines = "rows => rows.map(r => r.cells[4].firstChild?.nodeType === 3 ? r.cells[4].firstChild.data : '')"
            button.click()
            up = [float(text.replace("−", "-")) for text in rows.evaluate_all(lines) if text]
            assert len(set(up)) > 10
            assert up == sorted(up)
            button.click()
            texts = rows.evaluate_all(lines)
            down = [float(text.replace("−", "-")) for text in texts if text]
            assert down == up[::-1]
            assert texts[len(down) :] == [""] * (len(texts) - len(down))
            assert wrong == []

    def test_a_sortable_table_sorts_by_its_head(self, browser, address):
        names = [n for n in PAGES if '"exhibit sortable"' in (HTML / f"{n}.html").read_text("utf-8")]
        if not names:
            pytest.skip("no sortable table in the book")
        with watched(browser, address, 1280) as (page, wrong):
            page.goto(f"{address}/{names[0]}.html")
            button = page.locator("table.sortable th > button.sort").last
            cells = (
                "b => [...b.closest('table').tBodies[0].rows].map(r => r.cells[b.closest('th').cellIndex].textContent)"
            )
            button.click()
            up = button.evaluate(cells)
            button.click()
            down = button.evaluate(cells)
            assert json.dumps(up) != json.dumps(down)
            assert sorted(up) == sorted(down)
            assert button.locator("xpath=..").get_attribute("aria-sort") == "descending"
            assert wrong == []
