"""The Chinese edition in Chromium: every page on a laptop and on a phone, its figures, its search, the way to it and back."""

from __future__ import annotations

import re

import pytest

from tests.book.common import PAGES, SITE
from tests.book.test_browser import (
    AROUND,
    CARDS,
    LAPTOP,
    PHONE,
    QUERIES,
    SIDEWAYS,
    WIDER,
    axe,
    browser,
    excerpts,
    faults,
    hits,
    resize,
    served,
    unfold,
    violations,
    watched,
)

pytestmark = pytest.mark.skipif(not (SITE / "zh").is_dir(), reason="the Chinese edition is not built")
__all__ = ["axe", "browser"]  # fixtures

#: Texts of figures that are cut off, or that lie on one another.
COLLISIONS = """() => {
  const wrong = [];
  for (const svg of document.querySelectorAll(".bd-article svg.figure")) {
    if (!svg.checkVisibility()) continue;
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].filter(t => t.textContent.trim()).map(t => [t.textContent, t.getBoundingClientRect()]);
    texts.forEach(([said, box], i) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        wrong.push(`${svg.dataset.name} cuts ${said}`);
      for (const [other, there] of texts.slice(i + 1)) {
        const wide = Math.min(box.right, there.right) - Math.max(box.left, there.left);
        const high = Math.min(box.bottom, there.bottom) - Math.max(box.top, there.top);
        if (wide > 2 && high > 0.4 * Math.min(box.height, there.height)) wrong.push(`${svg.dataset.name}: ${said} on ${other}`);
      }
    });
  }
  return wrong;
}"""


@pytest.fixture(scope="module")
def site():
    with served(SITE) as found:
        yield found


@pytest.fixture(scope="module")
def visitor(browser, site):
    with watched(browser, site, LAPTOP) as found:
        yield found


@pytest.mark.parametrize("name", [*PAGES, "search"])
def test_a_page_is_sound(visitor, site, name):
    page, wrong = visitor
    wrong.clear()
    page.goto(f"{site}/zh/{name}.html", wait_until="load")
    assert page.evaluate("document.documentElement.lang") == "zh-TW"
    for width in (LAPTOP, PHONE):
        resize(page, width)
        page.evaluate("document.fonts.ready")
        assert faults(page, sideways=SIDEWAYS, collisions=f"({COLLISIONS})()") == {}
    unfold(page)
    assert faults(page, cards=CARDS, wider=WIDER) == {}
    assert wrong == []


def test_texts_that_collide_are_seen(visitor):
    page, _ = visitor
    page.set_content(
        '<div class="bd-article"><svg class="figure" data-name="f" width="100" height="50"><text y="20">甲</text>'
        '<text y="22">乙</text><text x="95" y="40">丙丁</text></svg></div>'
    )
    assert page.evaluate(COLLISIONS) == ["f: 甲 on 乙", "f cuts 丙丁"]


@pytest.mark.parametrize("name", [PAGES[0], "book/audit/findings", "book/claims/overview", "book/models/growth"])
def test_axe_finds_nothing_serious(visitor, site, axe, name):
    page, _ = visitor
    page.goto(f"{site}/zh/{name}.html", wait_until="load")
    page.evaluate(axe)
    assert violations(page, rules={"color-contrast": {"enabled": False}}) == []


def test_copy_buttons_are_in_chinese(visitor, site):
    page, _ = visitor
    page.goto(f"{site}/zh/book/reference/own_report.html", wait_until="load")
    assert {b.get_attribute("data-tooltip") for b in page.locator("button.copybtn").all()} == {"複製"}


def test_the_ledger_is_filtered_by_printed_and_by_english_names(visitor, site):
    page, _ = visitor

    def kept(edition: str, *words: str) -> list[int]:
        page.goto(f"{site}/{edition}/book/audit/ledger.html", wait_until="load")
        rows = page.locator("#table-ledger tbody tr:not([hidden])")
        found = []
        for word in words:
            page.locator(".table-filter input").fill(word)
            found.append(rows.count())
        return found

    printed = "Taiwan", "中華民國", "Japan 1-2", "整體產業", "化學材料業", "電腦電子產品及光學製品業"
    english = kept("en", *printed)
    assert min(english) > 0
    assert kept("zh", *printed) == english
    ours = kept("zh", "台灣", "臺灣")
    assert ours[0] == ours[1] >= english[0]


@pytest.mark.parametrize("query", QUERIES)
def test_search_finds_the_page_one_wants(visitor, site, query):
    page, wrong = visitor
    wrong.clear()
    pages = hits(page, f"{site}/zh", query)
    assert {f"/zh/book/{name}.html" for name in QUERIES[query]} & set(list(dict.fromkeys(pages))[:3]), pages[:5]
    assert wrong == []


def test_excerpts_are_of_the_text_and_not_of_what_stands_around_it(visitor, site):
    texts = excerpts(visitor, f"{site}/zh", "台灣")
    assert len(texts) > 3
    assert [e for e in texts if re.search(AROUND, e)] == []


@pytest.mark.parametrize(("language", "folder"), [("zh-TW", "zh"), ("en-GB", "en"), ("de-DE", "en")])
def test_the_book_opens_in_the_language_of_the_browser_until_one_is_chosen(browser, site, language, folder):
    context = browser.new_context(locale=language)
    page = context.new_page()
    page.goto(f"{site}/index.html")
    page.wait_for_url(f"{site}/{folder}/{PAGES[0]}.html")
    other = "en" if folder == "zh" else "zh"
    page.goto(f"{site}/{folder}/{PAGES[1]}.html#place")
    page.locator("a.btn-edition-button").first.click()
    page.wait_for_url(f"{site}/{other}/{PAGES[1]}.html#place")
    page.goto(f"{site}/index.html")
    page.wait_for_url(f"{site}/{other}/{PAGES[0]}.html")
    context.close()
