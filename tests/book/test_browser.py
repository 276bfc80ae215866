"""The built book in Chromium: each page is opened once and judged on a laptop in both modes, on a phone and on paper."""

from __future__ import annotations

import contextlib
import functools
import http.server
import io
import json
import re
import threading
from importlib import resources
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from pypdf import PdfReader

from analysis.publish import pdf
from tests.book.common import CI, HTML, PAGES, SITE

CHROMIUM = pdf.browser()
ABSENT = ["火星探測", "經專利研"]
EXTRA = ["search", "genindex"]
CONTRAST = Path(__file__).with_name("contrast.js").read_text("utf-8")
ROWS = 12
#: No other host has an address. (Intercepted requests would be refused as well, but then nothing is cached.)
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
#: Widths in CSS pixels: of a laptop's window, a phone's, and of an A4 sheet between its margins.
LAPTOP, PHONE, SHEET = 1280, 390, 672
#: Least height of the text of a figure there, in CSS pixels.
LEAST = {LAPTOP: 11, PHONE: 9.5}
#: What is typed, and the pages one of which must be among the first three.
QUERIES = {
    "研發經費": ["inputs/rd_expenditure"],
    "國內生產毛額": ["economy/macro", "inputs/rd_intensity"],
    "技術貿易收支": ["trade/technology_trade"],
    "專利": ["patents/us_patents"],
    "專利密度": ["patents/us_patents"],
    "附加價值率": ["value_added/rates"],
    "薪": ["economy/macro"],  # a character alone, which the index has in pairs only
    "半導體": ["patents/technology_fields"],
    "研究人員": ["inputs/researchers"],
    "台灣": ["index", "trade/technology_trade"],  # whose table has the name in its title
    "臺灣": ["index", "trade/technology_trade"],
    "出口": ["economy/exports"],
    "R&D intensity": ["inputs/rd_intensity"],
    "GDP": ["economy/macro"],
    "patents": ["patents/us_patents"],
    "technology trade": ["trade/technology_trade"],
    "value added": ["value_added/rates"],
    "researchers": ["inputs/researchers"],
    "exports": ["economy/exports"],
    "1-2-4": ["inputs/researchers"],
    "表1-2-13": ["patents/us_patents"],
    "F-005": ["audit/findings"],
    "Finland": ["audit/findings"],
    "芬蘭": ["audit/findings"],
}

pytestmark = pytest.mark.skipif(not HTML.is_dir(), reason="the book is not built; `make site` builds it")


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of the book, without a log."""

    def log_message(self, *_):
        """Say nothing."""


@contextlib.contextmanager
def served(folder):
    """The address at which a folder is served."""
    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def address():
    with served(HTML) as found:
        yield found


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        if CI:
            pytest.fail("no Chromium; automatic runs must have one (.ci/run installs it)")
        pytest.skip("no Chromium is installed, and CHROMIUM names none")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", ALONE])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def axe():
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8") + STRICT


#: Rules whose findings would be passed over are not asked. A link within text is told by its line or weight; whether its
#: colour alone would do, which takes axe as long as all other rules, is no matter then.
STRICT = """;axe.configure({rules: [
  ...axe._audit.rules.filter(rule => /minor|moderate/.test(rule.impact)).map(({id}) => ({id, enabled: false})),
  {id: "link-in-text-block", any: ["link-in-text-block-style"]},
]})"""


@contextlib.contextmanager
def watched(browser, address, width):
    """A page that notes what goes wrong on it, requests to other hosts among it; the browser finds none (``ALONE``)."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page, wrong = context.new_page(), []
    here = {urlsplit(address).netloc, ""}
    page.on("request", lambda r: wrong.append(f"asked for {r.url}") if urlsplit(r.url).netloc not in here else None)
    page.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: wrong.append(f"script: {e}"))
    page.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    yield page, wrong
    context.close()


@pytest.fixture(scope="module")
def visitor(browser, address):
    """One page for all visits (another takes Chromium longer than most tests), with what went wrong on it since the last."""
    with watched(browser, address, LAPTOP) as found:
        yield found


def violations(page, **options):
    """What axe finds of impact serious or critical, short enough to read."""
    found = page.evaluate(
        "options => axe.run(document, options)", {"resultTypes": ["violations"], "preload": False, **options}
    )
    return [
        f"{v['impact']} {v['id']} ({len(v['nodes'])}): {v['nodes'][0]['html'][:200]}"
        for v in found["violations"]
        if v["impact"] in {"serious", "critical"}
    ]


def faults(page, **checks):
    """What these expressions find, without those that find nothing; all are asked at once, in this order."""
    asked = ", ".join(f"{name}: await ({check})" for name, check in checks.items())
    answers = page.evaluate(f"(async () => ({{{asked}}}))()")
    return {name: answer for name, answer in answers.items() if answer}


def cut(width):
    """Whatever of the text, tables and figures reaches beyond a sheet or screen of this width."""
    return f"""[...document.querySelectorAll(".bd-article :is(h1, p, li, td, th, img, svg, pre, math)")]
      .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > {width} + 1)
      .map(e => `${{e.tagName}} ${{Math.round(e.getBoundingClientRect().right)}} of {width}: ${{e.textContent.slice(0, 40)}}`)"""


def tiny(width):
    """Text of figures that is shown smaller than it may be in a window of this width."""
    return f"""[...document.querySelectorAll(".bd-article svg text")].filter(t => t.checkVisibility()).map(t => {{
      const m = t.getScreenCTM(), size = parseFloat(getComputedStyle(t).fontSize) * Math.sqrt(Math.abs(m.a * m.d - m.b * m.c));
      return [size, `${{size.toFixed(1)}} px: ${{t.textContent.slice(0, 40)}}`];
    }}).filter(([size]) => size < {LEAST[width]} - 0.01).map(([, said]) => said)"""


def faint(mode):
    """Text that is too faint on what lies behind it, in the light or the dark mode."""
    return f"(document.documentElement.dataset.theme = '{mode}', ({CONTRAST})())"


def resize(page, width):
    """A window of this width; folds and frames follow a moment later."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(MOMENT)


def unfold(page):
    """Everything that is folded, opened."""
    page.evaluate("folded = [...document.querySelectorAll('article details:not([open])')]")
    page.evaluate("folded.forEach(fold => { fold.open = true })")
    page.evaluate(MOMENT)  # folds say so a moment later


#: By how much the page is wider than the window.
SIDEWAYS = "Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
#: Pictures that cannot be shown.
BROKEN_IMAGES = """Promise.all([...document.images].map(async i => {
    i.loading = 'eager'; try { await i.decode(); return null } catch { return i.src } })).then(all => all.filter(Boolean))"""
#: Icons that the page's script does not have: it draws a blinking sign in their place.
LOST_ICONS = (
    "[...document.querySelectorAll('svg[data-icon]')].filter(i => i.querySelector('animate')).map(i => i.dataset.icon)"
)
#: Two frames: what follows a change of the window or of a fold has happened.
MOMENT = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
#: Tables that became cards whose values have no heads.
CARDS = """[...document.querySelectorAll('table.stacked')].map(table =>
    [...table.tBodies[0].rows[0].cells].slice(1).map(cell => cell.dataset.head)).filter(heads => heads.length && !heads.some(Boolean))"""
#: Tables that are wider than their box.
WIDER = """[...document.querySelectorAll('.bd-article :is(.exhibit-table, .pst-scrollable-table-container) table')]
    .filter(table => table.checkVisibility() && table.scrollWidth > table.parentElement.clientWidth + 1).map(table => table.textContent.slice(0, 60))"""


#: Titles of the page before and the page after that are cut at the edge of their link, or broken within a word.
CUT_TITLES = """[...document.querySelectorAll('.prev-next-footer .prev-next-title')].filter(title => {
    const text = document.createRange();
    text.selectNodeContents(title);
    const words = [...title.firstChild.data.matchAll(/[\\w-]+/g)].map(word => {
        const range = document.createRange();
        range.setStart(title.firstChild, word.index);
        range.setEnd(title.firstChild, word.index + word[0].length);
        return range.getClientRects().length;
    });
    return text.getBoundingClientRect().right > title.closest('a').getBoundingClientRect().right + 0.5 || Math.max(...words, 1) > 1;
}).map(title => title.textContent)"""


#: Words of tables that stand on two lines, without those that may be broken (addresses, code, Chinese).
BROKEN_WORDS = """[...document.querySelectorAll('.bd-article table :is(td, th)')].filter(cell => cell.checkVisibility()).flatMap(cell => {
    const found = [], walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let node; (node = walker.nextNode()); ) {
        if (node.parentElement.closest('code, [lang|=zh]')) continue;
        for (const word of node.data.matchAll(/[\\w.,]+/g)) {
            const range = document.createRange();
            range.setStart(node, word.index);
            range.setEnd(node, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) found.push(word[0]);
        }
    }
    return found;
})"""


def visit(visitor, address, axe, name):
    """Everything that must hold of one page: on a phone, on a laptop in both modes, on paper."""
    page, wrong = visitor
    wrong.clear()
    page.set_viewport_size({"width": PHONE, "height": 900})
    page.goto(f"{address}/{name}.html", wait_until="load")
    unfold(page)  # a card of an opened fold names its values, and no table hides a column
    assert faults(page, sideways=SIDEWAYS, tiny=tiny(PHONE), cards=CARDS, wider=WIDER, titles=CUT_TITLES) == {}
    resize(page, LAPTOP)
    assert faults(page, wider=WIDER) == {}
    page.evaluate(BRIEFER, ROWS)
    assert faults(page, sideways=SIDEWAYS, tiny=tiny(LAPTOP), images=BROKEN_IMAGES, icons=LOST_ICONS) == {}
    assert faults(page, dark=faint("dark"), light=faint("light")) == {}
    page.evaluate(axe)
    # What is drawn is one picture to axe, and code is one text. Colours have been measured above, much faster.
    page.evaluate(FLAT)
    assert violations(page, rules={"color-contrast": {"enabled": False}}) == []
    page.emulate_media(media="print")
    resize(page, SHEET)
    on_paper = faults(page, cut=cut(SHEET), broken=BROKEN_WORDS)
    page.emulate_media(media="null")
    assert on_paper == {}
    resize(page, PHONE)
    assert faults(page, sideways=SIDEWAYS) == {}
    page.wait_for_function(  # a moment after the window has changed
        "[...document.querySelectorAll('.pst-scrollable-table-container, .cell_output > .output, pre')]"
        ".every(box => box.tabIndex === 0 || box.scrollWidth <= box.clientWidth)"
    )
    assert violations(page, runOnly=["scrollable-region-focusable", "target-size"]) == []
    assert wrong == []


#: Folds as they were; colours change at once; thousands of rows made alike are judged by the first.
BRIEFER = """rows => {
  folded.forEach(fold => { fold.open = false });
  document.head.append(Object.assign(document.createElement("style"), {textContent: "*, *::before, *::after { transition: none !important; }"}));
  document.querySelectorAll("tbody").forEach(body => [...body.rows].slice(rows).forEach(row => row.remove()));
}"""
#: Pictures without what they are drawn with (nothing in them takes a finger or a key), code without its colours.
FLAT = """() => {
  for (const svg of document.querySelectorAll("svg.figure[role=img]"))
    if (!svg.querySelector("[tabindex], a, button, [role]")) [...svg.children].filter(e => !/^(title|desc)$/.test(e.tagName)).forEach(e => e.remove());
  for (const code of document.querySelectorAll("pre")) code.textContent = code.textContent;
}"""


# Two classes, so that two workers share the pages.
@pytest.mark.parametrize("name", (PAGES + EXTRA)[::2])
class TestOddPages:
    def test_page_is_sound(self, visitor, address, axe, name):
        visit(visitor, address, axe, name)


@pytest.mark.parametrize("name", (PAGES + EXTRA)[1::2])
class TestEvenPages:
    def test_page_is_sound(self, visitor, address, axe, name):
        visit(visitor, address, axe, name)


def test_a_printed_page_shows_its_title_and_all_rows(visitor, address):
    page, _ = visitor
    page.set_viewport_size({"width": LAPTOP, "height": 900})
    page.goto(f"{address}/book/audit/ledger.html", wait_until="load")
    rows, more = page.locator("#table-ledger tbody tr"), page.locator(".table-more")
    count, first = rows.count(), rows.locator("visible=true").count()
    assert first == 100 < count
    page.emulate_media(media="print")
    printed = [page.locator("article h1").first.is_visible(), more.is_visible(), rows.locator("visible=true").count()]
    page.emulate_media(media="null")
    assert printed == [True, False, count]
    page.get_by_role("searchbox", name="Keep the rows").fill("1-2-16")  # which stands at the end
    assert rows.locator("visible=true").count() > 0
    page.get_by_role("searchbox", name="Keep the rows").fill("")
    assert rows.locator("visible=true").count() == first
    more.click()
    assert rows.locator("visible=true").count() == count


@pytest.mark.parametrize("name", [PAGES[0], "audit/findings"])
def test_ids_stay_on_one_line_on_a_phone(visitor, address, name):
    page, _ = visitor
    page.goto(f"{address}/book/{name.removeprefix('book/')}.html", wait_until="load")
    resize(page, PHONE)
    unfold(page)
    ids = page.locator("article .whole")
    assert ids.count() > 3
    broken = "all => all.filter(id => id.getClientRects().length > 1).map(id => id.textContent)"
    assert ids.evaluate_all(broken) == []


class TestJudgement:
    """The checks see what is wrong."""

    def test_faint_text_is_seen_on_pages_and_in_drawings(self, visitor):
        page, _ = visitor
        page.set_content(
            """<body style="background: #fff"><p style="color: #999">faint</p><p style="color: #555">fine</p>
            <p style="color: #000; opacity: 0.4">seen through</p><div style="background: #222"><b style="color: #333">dark</b></div>
            <svg viewBox="0 0 100 100"><rect width="100" height="50" fill="#333"/><text y="30" fill="#444">on dark</text>
            <text y="80" fill="#444">on light</text></svg></body>"""
        )
        found = [words.split(": ")[1].split(" (")[0] for words in page.evaluate(CONTRAST)]
        assert found == ["faint", "seen through", "dark", "on dark"]

    def test_a_request_to_another_host_is_seen_and_finds_nothing(self, browser, address):
        with watched(browser, address, LAPTOP) as (page, wrong):
            page.goto(f"{address}/{PAGES[0]}.html")
            page.set_content('<img src="https://example.org/pixel.png">')
            page.wait_for_function("document.images[0].complete")
            assert wrong[0] == "asked for https://example.org/pixel.png"
            assert "ERR_NAME_NOT_RESOLVED" in wrong[1]

    def test_small_text_of_a_figure_is_seen(self, visitor):
        page, _ = visitor
        page.set_viewport_size({"width": LAPTOP, "height": 900})
        page.set_content(
            """<div class="bd-article"><svg viewBox="0 0 200 100" width="100"><text y="50" font-size="20">half</text>
            <text y="90" font-size="24">fine</text></svg></div>"""
        )
        assert page.evaluate(tiny(LAPTOP)) == ["10.0 px: half"]

    def test_a_link_that_only_its_colour_tells_from_the_text_is_seen(self, visitor, axe):
        page, _ = visitor
        page.set_content(
            """<title>t</title><p>Some words and <a href="#a" style="text-decoration: none">told by colour</a> and more words.</p>
            <p>Some words and <a href="#b">underlined</a> and more words.</p>"""
        )
        page.evaluate(axe)
        (seen,) = violations(page, runOnly=["link-in-text-block"])
        assert "told by colour" in seen

    def test_what_a_sheet_cuts_is_seen(self, visitor):
        page, _ = visitor
        page.set_viewport_size({"width": SHEET, "height": 900})
        page.set_content('<div class="bd-article"><table style="width: 900px"><tr><td>first<td>last</table></div>')
        assert [line.split(": ")[1] for line in page.evaluate(cut(SHEET))] == ["last"]


#: The search page, asked without being loaded again. Excerpts, for which it reads every page it found, have their own test.
ASK = """query => {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  history.replaceState(null, "", "?q=" + encodeURIComponent(query));
  document.getElementById("search-results").replaceChildren();
  Search.init();
}"""
#: What stands around the text of a page, and its code.
AROUND = r"Contents|目錄|Show code|顯示程式碼|import |\w\(|\.ipynb"
ANSWERED = "/found|did not match|找到|沒有/.test(document.querySelector('.search-summary')?.textContent ?? '')"


def hits(page, address, query):
    """Pages that the book's own search finds."""
    if page.url.partition("?")[0] != f"{address}/search.html":
        page.goto(f"{address}/search.html")
    page.evaluate(ASK, query)
    page.wait_for_function(ANSWERED)
    return page.eval_on_selector_all("ul.search li > a", "all => all.map(a => new URL(a.href).pathname)")


def excerpts(visitor, address, query):
    """What is shown of each page and section that search finds, which is opened with the query in its address."""
    page, wrong = visitor
    wrong.clear()
    page.goto(f"{address}/search.html?q={quote(query)}")
    page.wait_for_function(ANSWERED)
    page.wait_for_function(
        "[...document.querySelectorAll('ul.search > li')].every(found => found.querySelector('.context'))"
    )
    assert wrong == []
    return page.locator("ul.search .context").all_inner_texts()


class TestSearch:
    @pytest.mark.parametrize("query", QUERIES)
    def test_the_page_one_wants_is_among_the_first_three(self, visitor, address, query):
        page, wrong = visitor
        wrong.clear()
        found = list(dict.fromkeys(hits(page, address, query)))
        assert {f"/book/{name}.html" for name in QUERIES[query]} & set(found[:3]), found[:5]
        assert wrong == []

    @pytest.mark.parametrize("query", ["152,355", "-17.84", "3.98%"])
    def test_a_number_is_pointed_to_the_ledger(self, visitor, address, query):
        page, _ = visitor
        hits(page, address, query)
        link = page.locator("#numbers-are-elsewhere a")
        assert urlsplit(link.evaluate("a => a.href")).path == "/book/audit/ledger.html"

    @pytest.mark.parametrize("query", ["researchers", "Taiwan"])  # the second stands on most pages
    def test_excerpts_are_of_the_text_and_not_of_what_stands_around_it(self, visitor, address, query):
        found = excerpts(visitor, address, query)
        assert len(found) > 3
        assert [e for e in found if re.search(AROUND, e)] == []

    @pytest.mark.parametrize("name", [PAGES[0], PAGES[-1], "search"])
    def test_search_is_in_the_header_on_a_laptop_and_on_a_phone(self, visitor, address, name):
        page, _ = visitor
        page.goto(f"{address}/{name}.html")
        for width in (LAPTOP, PHONE):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.locator(".bd-header-article .search-button").is_visible()

    @pytest.mark.parametrize("query", ABSENT)
    def test_finds_nothing_where_nothing_is(self, visitor, address, query):
        page, _ = visitor
        assert hits(page, address, query) == []


class TestHeader:
    def test_title_and_search_stay_in_view_deep_in_the_contents(self, visitor, address):
        page, _ = visitor
        page.set_viewport_size({"width": LAPTOP, "height": 900})
        page.goto(f"{address}/{PAGES[-1]}.html")
        page.locator(".bd-sidebar-primary").evaluate("bar => bar.scrollTo(0, bar.scrollHeight)")
        for part in (".bd-sidebar-primary .logo", ".bd-sidebar-primary .search-button-field"):
            box = page.locator(part).bounding_box()
            assert 0 <= box["y"] < 120, part

    def test_code_is_behind_one_switch_and_shown_without_scripts(self, visitor, browser, address):
        page, _ = visitor
        name = next(n for n in PAGES if "cell_input" in (HTML / f"{n}.html").read_text("utf-8"))
        page.set_viewport_size({"width": LAPTOP, "height": 900})
        page.goto(f"{address}/{name}.html")
        cell, switch = page.locator("div.cell_input").first, page.locator(".btn-code-button")
        assert not cell.is_visible()
        switch.click()
        assert cell.is_visible()
        assert switch.get_attribute("aria-pressed") == "true"
        switch.click()
        assert not cell.is_visible()
        context = browser.new_context(java_script_enabled=False)
        plain = context.new_page()
        plain.goto(f"{address}/{name}.html")
        assert plain.locator("div.cell_input").first.is_visible()
        assert not plain.locator(".btn-code-button").is_visible()
        context.close()

    @pytest.mark.parametrize("width", [LAPTOP, PHONE])
    @pytest.mark.parametrize("side", ["primary", "secondary"])
    def test_the_menu_and_the_contents_open_and_close(self, visitor, address, side, width):
        page, _ = visitor
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{address}/book/inputs/researchers.html")
        bar, button = page.locator(f"#pst-{side}-sidebar"), page.locator(f".{side}-toggle:visible")
        modal = page.locator(f"#pst-{side}-sidebar-modal")
        if button.count() == 0:  # on a laptop the contents are always there
            assert (side, width) == ("secondary", LAPTOP)
            assert bar.is_visible()
            return
        for use in (button.click, functools.partial(button.press, "Enter")):
            if width == LAPTOP:
                use()
                bar.wait_for(state="hidden")
                use()
                bar.wait_for(state="visible")
            else:
                use()
                modal.get_by_role("link").first.wait_for(state="visible")
                page.keyboard.press("Escape")
                modal.wait_for(state="hidden")

    def test_each_button_shows_that_the_keyboard_is_on_it(self, visitor, address):
        page, _ = visitor
        page.set_viewport_size({"width": LAPTOP, "height": 900})
        page.goto(f"{address}/book/inputs/researchers.html")
        seen = {}
        for _press in range(60):
            page.keyboard.press("Tab")
            look = page.evaluate(
                """() => { const at = document.activeElement, style = getComputedStyle(at);
                return at.closest(".bd-header-article") && [at.className, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2] }"""
            )
            if look:
                seen[look[0]] = look[1]
            elif seen:
                break
        assert len(seen) >= 7
        assert [button for button, outlined in seen.items() if not outlined] == []

    @pytest.mark.parametrize(
        ("name", "width", "button", "keys", "after"),
        [
            ("inputs/researchers", PHONE, ".bd-header-article .search-button", "Enter Escape", "search-button"),
            ("inputs/researchers", PHONE, ".theme-switch-button:visible", "Enter", "theme-switch-button"),
            ("inputs/researchers", PHONE, ".primary-toggle:visible", "Enter Escape", "primary-toggle"),
            ("inputs/researchers", PHONE, ".secondary-toggle:visible", "Enter Escape", "secondary-toggle"),
            ("inputs/researchers", LAPTOP, ".primary-toggle:visible", "Enter", "primary-toggle"),
            ("audit/ledger", LAPTOP, "#table-ledger th > button.sort >> nth=2", "Enter", "sort"),
        ],
    )
    def test_a_button_pressed_by_key_keeps_the_keyboard(self, visitor, address, name, width, button, keys, after):
        page, _ = visitor
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{address}/book/{name}.html")
        page.locator(button).focus()
        for key in keys.split():
            page.keyboard.press(key)
        page.wait_for_function(f"document.activeElement.classList.contains('{after}')")

    def test_where_a_button_goes_the_keyboard_reads_on(self, visitor, address):
        page, _ = visitor
        page.set_viewport_size({"width": LAPTOP, "height": 900})
        page.goto(f"{address}/book/audit/ledger.html")
        page.locator("button.table-more").press("Enter")
        assert page.evaluate("document.activeElement.rowIndex") == 101
        page.goto(f"{address}/book/claims/overview.html")
        page.get_by_role("button", name="Next").focus()
        for _press in range(40):
            page.keyboard.press("Enter")
            if page.evaluate("document.activeElement.textContent") != "Next":
                break
        assert page.evaluate("document.activeElement.textContent") == "Previous"


class TestOnPaper:
    def test_paper_is_white_whatever_the_screen_is_and_heads_of_tables_come_again(self, visitor, address):
        page, _ = visitor
        page.set_viewport_size({"width": LAPTOP, "height": 900})
        page.goto(f"{address}/book/inputs/researchers.html")
        page.evaluate(
            """document.documentElement.dataset.theme = "dark";
            addEventListener("beforeprint", () => { window.printed = getComputedStyle(document.body).backgroundColor; })"""
        )
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        sheets = [sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages]
        assert page.evaluate("window.printed") == "rgb(255, 255, 255)"
        # A table that goes on has its head on the next sheet too, without the arrows of its buttons.
        assert sum("Range left by rounding" in sheet for sheet in sheets) >= 2
        assert [sheet for sheet in sheets if "↕" in sheet] == []
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark != "rgb(255, 255, 255)"


class TestAsFiles:
    def test_opens_from_a_memory_stick(self, browser):
        page = browser.new_page()
        wrong = []
        page.on("pageerror", lambda e: wrong.append(str(e)))
        page.on("request", lambda r: wrong.append(r.url) if r.url.startswith("http") else None)
        page.goto((SITE / "index.html").as_uri())
        page.wait_for_url(f"**/en/{PAGES[0]}.html")
        assert page.locator("article h1").count() == 1
        page.goto((HTML / "search.html").as_uri() + "?q=專利")
        page.wait_for_selector("ul.search li")
        assert wrong == []
        page.close()

    def test_the_ledger_filters_by_table_and_sorts_by_what_is_recomputed(self, visitor, address):
        page, wrong = visitor
        wrong.clear()
        page.set_viewport_size({"width": LAPTOP, "height": 900})
        page.goto(f"{address}/book/audit/ledger.html")
        rows = page.locator("#table-ledger tbody tr:visible")
        for table in ("1-2-1", "1-2-9"):  # not 1-2-10; amounts and shares, whose bounds are of other lengths
            page.get_by_role("searchbox", name="Keep the rows").fill(table)
            assert set(rows.evaluate_all("rows => rows.map(r => r.cells[0].textContent)")) == {table}
        button = page.locator("#table-ledger th > button.sort", has_text="Recomputed")
        # the first line of a cell; the bounds stand below it in small print
        lines = "rows => rows.map(r => r.cells[4].firstChild?.nodeType === 3 ? r.cells[4].firstChild.data : '')"
        button.click()
        up = [float(text.replace("−", "-").replace(",", "")) for text in rows.evaluate_all(lines) if text]
        assert len(set(up)) > 10
        assert up == sorted(up)
        button.click()
        texts = rows.evaluate_all(lines)
        down = [float(text.replace("−", "-").replace(",", "")) for text in texts if text]
        assert down == up[::-1]
        assert texts[len(down) :] == [""] * (len(texts) - len(down))
        page.get_by_role("searchbox", name="Keep the rows").fill("")
        everything = page.locator("#table-ledger tbody tr")
        for head, column, last in (("Table", 0, "1-1-1"), ("Printed", 3, "N/A")):
            button = page.locator("#table-ledger th > button.sort", has_text=head)
            held = f"rows => rows.map(r => r.cells[{column}].firstChild?.textContent ?? '')"
            button.click()
            first = [t for t in dict.fromkeys(everything.evaluate_all(held)) if re.fullmatch(r"\d+-\d+-\d+", t)]
            assert bool(first) == (column == 0)
            assert first == sorted(first, key=lambda t: [int(n) for n in t.split("-")])
            button.click()
            turned = everything.evaluate_all(held)
            assert [t for t in turned if t][-1] == last
        assert wrong == []

    def test_a_sortable_table_sorts_by_its_head(self, visitor, address):
        names = [n for n in PAGES if '"exhibit sortable"' in (HTML / f"{n}.html").read_text("utf-8")]
        if not names:
            pytest.skip("no sortable table in the book")
        page, wrong = visitor
        wrong.clear()
        page.set_viewport_size({"width": LAPTOP, "height": 900})
        page.goto(f"{address}/{names[0]}.html")
        button = page.locator("table.sortable th > button.sort").last
        cells = "b => [...b.closest('table').tBodies[0].rows].map(r => r.cells[b.closest('th').cellIndex].textContent)"
        button.click()
        up = button.evaluate(cells)
        button.click()
        down = button.evaluate(cells)
        assert json.dumps(up) != json.dumps(down)
        assert sorted(up) == sorted(down)
        assert button.locator("xpath=..").get_attribute("aria-sort") == "descending"
        assert wrong == []
