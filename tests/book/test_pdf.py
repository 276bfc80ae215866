"""The brief is printed and looked at; of the whole book, which takes a minute, the parts that need no browser."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup, SoupStrainer
from pypdf import PdfReader

from analysis.publish import languages, pdf, project
from tests.book.common import CI, HTML, SITE

pytestmark = pytest.mark.skipif(not HTML.is_dir(), reason="the book is not built; `make site` builds it")


def test_the_brief_holds_every_finding_on_at_most_four_pages_with_its_fonts(tmp_path):
    if pdf.browser() is None and not CI:
        pytest.skip("no Chromium")
    made = pdf.write(folder=tmp_path, only_brief=True)  # which raises if a heading or a font is missing
    for (language, folder), path in zip(project.editions().items(), made, strict=True):
        printed = pdf.edition(SITE / folder, language=language)
        headings = pdf.headings(pdf.chapters(printed, only=(pdf.FINDINGS,)))
        assert len(headings) >= 10
        reader = PdfReader(path)
        assert 1 < len(reader.pages) <= pdf.BRIEF_PAGES
        assert reader.outline[0].title.endswith(printed.words["brief"])
        assert pdf.problems(path, {"A finding that is not there": None, headings[0]: 2}) != []


def test_every_page_of_the_book_is_a_chapter_of_the_file():
    contents = (project.ROOT / project.TOC).read_text("utf-8")
    assert [page for _, page in project.parts()] == re.findall(r"(?:root|file): (\S+)", contents)
    assert list(dict.fromkeys(part for part, _ in project.parts())) == ["", *re.findall(r"caption: (.+)", contents)]


def test_the_contents_of_the_chinese_file_name_its_parts_in_chinese():
    folder = project.editions()[languages.LANGUAGE]
    last = dict(project.parts())  # a page of each part
    found = pdf.chapters(pdf.edition(SITE / folder, language=languages.LANGUAGE), only=tuple(last.values()))
    assert len({c.part for c in found}) == len(last)
    assert [c.part for c in found if c.part and not re.search("[\u4e00-\u9fff]", c.part)] == []


def test_links_between_pages_hold_within_the_file():
    found = pdf.chapters(pdf.edition(HTML), only=("book/reference/corrections", "book/reference/rerun", pdf.FINDINGS))
    ids = {str(e["id"]) for c in found for e in c.text.find_all(id=True)} | {
        f"chapter-{c.name[5:].replace('/', '-')}" for c in found
    }
    links = [str(a["href"]) for c in found for a in c.text.find_all("a", href=True)]
    within = [link.removeprefix("#") for link in links if link.startswith("#")]
    assert within
    assert set(within) <= ids
    assert [link for link in links if not link.startswith(("#", "http"))] == []


def test_nothing_on_paper_says_where_to_type_or_to_click():
    for language, folder in project.editions().items():
        page = (SITE / folder / "book/audit/ledger.html").read_text("utf-8")
        said = BeautifulSoup(page, "html.parser", parse_only=SoupStrainer(class_="on-screen")).get_text()
        found = pdf.chapters(pdf.edition(SITE / folder, language=language), only=("book/audit/ledger",))
        assert len(said) > 30
        assert said not in found[0].text.get_text()


def test_nothing_is_left_of_the_arrows_of_folds_and_code_has_a_font_of_its_own():
    printed = pdf.edition(HTML)
    found = pdf.chapters(printed, only=("book/models/growth",))
    assert "sd-summary-text" in str(found[0].text)
    assert "chevron" not in str(found[0].text)
    assert "DejaVuSansMono.ttf" in pdf.book(found, printed, {})


def test_long_tables_are_named_instead_of_printed():
    rows = "<tr><td>1</td></tr>" * (pdf.LONG + 1)
    soup = BeautifulSoup(f"<article><table><tbody>{rows}</tbody></table></article>", "html.parser")
    pdf._shorten(soup.article, soup, pdf.TEXTS)
    assert soup.get_text() == f"A table of {pdf.LONG + 1} rows: see the pages of the book and its data archive."
