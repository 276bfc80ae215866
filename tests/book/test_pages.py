"""What no page may show: a table without rows, a column without content, code outside the switch, no link, too many bytes."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup, Tag

from analysis.publish import pages
from tests.book.common import HTML, PAGES, article, page, with_class

pytestmark = pytest.mark.skipif(not HTML.is_dir(), reason="the book is not built; `make site` builds it")

#: Bytes of the text of a page with its figures. The ledger is one table of every check.
HEAVY = 400_000
UNWEIGHED = {"book/audit/ledger"}
#: What stands on every page and is no part of its text: classes, and an id.
FURNITURE = {"about-page", "headerlink", "numbers", "prev-next-footer"}, "stale"


def empty_tables(text: Tag) -> list[str]:
    """Tables without a row, and columns in which nothing stands, by the words of their head."""
    found = []
    for table in text.find_all("table"):
        rows = [row for row in table.find_all("tr") if row.find_parent("thead") is None and row.find("td")]
        head = " ".join(table.thead.get_text(" ").split())[:80] if table.thead else ""
        if not rows:
            found.append(f"no rows below: {head}")
        plain = [r.find_all(["td", "th"], recursive=False) for r in rows]
        plain = [cells for cells in plain if not any(c.get("colspan") for c in cells)]
        if len(plain) < 2:
            continue
        for column in range(max(map(len, plain))):
            if not any(
                c[column].get_text().strip() or c[column].find(["img", "svg"]) for c in plain if len(c) > column
            ):
                found.append(f"column {column + 1} is blank below: {head}")
    return found


def loose_code(text: Tag, switch: bool) -> list[str]:
    """Code cells that the switch of the page does not reach."""
    cells = with_class(text, "cell_input")
    return (
        [f"{len(cells)} code cells and no switch"]
        if cells and not switch
        else [str(d) for d in text.find_all("details", class_="hide")]
    )


def own_links(text: Tag) -> list[Tag]:
    """Links in the text itself."""
    classes, name = FURNITURE

    def furniture(e: Tag) -> bool:
        return e.get("id") == name or not classes.isdisjoint(e.get("class", ()))

    return [a for a in text.find_all("a", href=True) if not any(map(furniture, (a, *a.parents)))]


@pytest.fixture(scope="module", params=PAGES)
def shown(request):
    """A page and its text, read once for all tests of it."""
    return request.param, article(request.param)


def test_a_page_has_links_and_no_empty_table_blank_column_or_loose_code_and_is_light(shown):
    name, text = shown
    images = {i["src"] for i in text.find_all("img")}
    markup = page(name).read_text("utf-8")
    weight = len(pages.article(markup).encode()) + sum((page(name).parent / src).stat().st_size for src in images)
    assert empty_tables(text) == []
    assert loose_code(text, "btn-code-button" in markup) == []
    assert own_links(text) != []
    assert weight <= HEAVY or name in UNWEIGHED, f"{weight:,} bytes"


def blanks_before_percent(text: Tag) -> list[str]:
    """Per cent signs that stand apart from their number; the unit of a head stands below it."""
    for unit in with_class(text, "unit", "cell_input"):
        unit.decompose()
    return re.findall(r".{0,20}\d[ \xa0]%", text.get_text())


def unrounded(text: Tag) -> list[str]:
    """Values under the pointer with more decimals than a person reads."""
    titles = (title.get_text() for title in text.find_all("title") if title.parent.name == "circle")
    return [title for title in titles if re.search(r"\d\.\d{3}", title)]


def test_numbers_are_written_for_people(shown):
    name, text = shown
    if name != "book/claims/roadmaps":  # whose values are as printed
        assert unrounded(text) == []
    assert blanks_before_percent(text) == []


def test_the_checks_see_what_is_wrong():
    soup = BeautifulSoup(
        "<article><table><thead><tr><th>A</th></tr></thead><tbody></tbody></table>"
        "<table><thead><tr><th>B</th><th>C</th></tr></thead><tr><td>1</td><td> </td></tr><tr><td>2</td><td></td></tr></table>"
        '<div class="cell_input">x</div><p><a class="headerlink" href="#a">#</a></p>'
        '<aside class="about-page"><a href="c">c</a></aside></article>',
        "html.parser",
    )
    assert empty_tables(soup.article) == ["no rows below: A", "column 2 is blank below: B C"]
    assert loose_code(soup.article, switch=False) == ["1 code cells and no switch"]
    assert own_links(soup.article) == []
    soup = BeautifulSoup(
        "<p>4.5 % <span class='unit'>2 %</span><circle><title>A: 9.57143</title></circle></p>", "html.parser"
    )
    assert unrounded(soup.p) == ["A: 9.57143"]
    assert blanks_before_percent(soup.p) == ["4.5 %"]


def test_what_all_pages_load_first_is_light():
    assert (HTML / "_static/scripts/fontawesome.js").stat().st_size < 100_000  # 1.5 MB with all icons of the theme
