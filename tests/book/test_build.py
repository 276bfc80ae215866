"""The built book as files: complete, closed in itself, without a dead link, the same twice."""

from __future__ import annotations

import filecmp
import html.parser
import json
import re
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from analysis.publish import archive, site
from tests.book.common import HTML, NOTEBOOKS, PAGES, ROOT, page

pytestmark = pytest.mark.skipif(not HTML.is_dir(), reason="the book is not built; `make site` builds it")

#: Attributes that make a browser fetch something by itself.
LOADS = {
    "script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "source": ("src", "srcset"), "video": ("src", "poster"),
    "audio": ("src",), "embed": ("src",), "object": ("data",), "use": ("href", "xlink:href"), "image": ("href", "xlink:href"),
}  # fmt: skip
FETCHED_RELATIONS = {
    "stylesheet",
    "preload",
    "prefetch",
    "icon",
    "modulepreload",
    "preconnect",
    "dns-prefetch",
    "manifest",
}


class Page(html.parser.HTMLParser):
    """What a page loads, where it links, and which anchors it has."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.language = ""
        self.images: list[dict[str, str]] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        attributes = {key: value or "" for key, value in attrs}
        self.ids |= {attributes[key] for key in ("id", "name") if key in attributes}
        self.loads += [attributes[key] for key in LOADS.get(tag, ()) if attributes.get(key)]
        if tag == "html":
            self.language = attributes.get("lang", "")
        if tag == "link" and FETCHED_RELATIONS & set(attributes.get("rel", "").split()):
            self.loads.append(attributes["href"])
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if tag == "img":
            self.images.append(attributes)


@pytest.fixture(scope="module")
def pages():
    return {path: Page(path) for path in sorted(HTML.rglob("*.html")) if "_static" not in path.parts}


def elsewhere(address):
    return bool(urlsplit(address).netloc) or urlsplit(address).scheme in {"http", "https", "ftp"}


def test_the_built_book_is_that_of_the_present_sources():
    known = HTML.with_name("html.sources").read_text("utf-8")
    assert known == site.sources(ROOT), "run `make site`"


def test_every_listed_page_was_built_and_every_built_page_is_listed(pages):
    built = {path.relative_to(HTML).with_suffix("").as_posix() for path in pages}
    assert set(PAGES) <= built
    assert built - set(PAGES) <= {"index", "search", "genindex"}


def test_no_page_loads_anything_from_elsewhere(pages):
    assert {
        str(p): [a for a in found.loads if elsewhere(a)]
        for p, found in pages.items()
        if any(map(elsewhere, found.loads))
    } == {}
    for path in HTML.rglob("*.css"):
        found = re.findall(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^'\")\s]+)", path.read_text("utf-8"))
        assert not found, f"{path}: {found}"


def test_every_link_within_the_book_leads_somewhere(pages):
    dead = []
    for path, found in pages.items():
        for link in found.links + found.loads:
            parts = urlsplit(link)
            if elsewhere(link) or parts.scheme in {"data", "mailto", "javascript"}:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            fragment = unquote(parts.fragment)
            if not target.is_file() or (fragment and target in pages and fragment not in pages[target].ids):
                dead.append(f"{path.relative_to(HTML)}: {link}")
    assert dead == []


def test_every_page_says_its_language_and_every_picture_says_what_it_shows(pages):
    assert {found.language for found in pages.values()} == {"en"}
    mute = [
        (path.name, image.get("src")) for path, found in pages.items() for image in found.images if "alt" not in image
    ]
    assert mute == []
    figures = [image for found in pages.values() for image in found.images if "figure-svg" in image.get("class", "")]
    assert figures
    for image in figures:
        assert len(image["alt"]) > 20, image["src"]
        assert image["loading"] == "lazy"
        assert int(image["width"]) > 0
        assert int(image["height"]) > 0


def test_every_notebook_can_be_downloaded_from_its_page_and_opened_on_binder():
    for path in NOTEBOOKS:
        name = path.relative_to(ROOT).as_posix()
        content = page(name.removesuffix(".ipynb")).read_text("utf-8")
        assert "btn-download-source-button" in content
        assert (HTML / "_sources" / name).read_bytes() == path.read_bytes()
        assert f"urlpath=lab/tree/{name}" in content


def test_the_front_door_leads_to_the_first_page():
    assert f"url={PAGES[0]}.html" in (HTML / "index.html").read_text("utf-8")


def test_chinese_is_indexed_in_pairs():
    index = json.loads((HTML / "searchindex.js").read_text("utf-8").removeprefix("Search.setIndex(").removesuffix(")"))
    terms = index["terms"].keys() | index["titleterms"].keys()
    assert {"研發", "發經", "經費", "專利", "gdp"} <= terms
    assert not [term for term in terms if re.fullmatch(r"[\u4e00-\u9fff]{3,}", term)]


def test_the_archive_holds_the_data_as_they_are_and_every_result_twice():
    with zipfile.ZipFile(HTML / "downloads" / archive.NAME) as file:
        names = set(file.namelist())
        for path in (ROOT / "data").rglob("*.csv"):
            assert file.read(path.relative_to(ROOT).as_posix()) == path.read_bytes()
    computed = {n for n in names if n.startswith("computed/")}
    assert {n.replace(".csv", ".parquet") for n in computed} == {n for n in computed if n.endswith(".parquet")}


def test_building_twice_gives_the_same_bytes(tmp_path):
    assert site.build(tmp_path / "html") == 0
    first = {p.relative_to(HTML) for p in HTML.rglob("*") if p.is_file()}
    second = {p.relative_to(tmp_path / "html") for p in (tmp_path / "html").rglob("*") if p.is_file()}
    assert first == second
    _, different, unreadable = filecmp.cmpfiles(HTML, tmp_path / "html", [str(p) for p in first], shallow=False)
    assert (different, unreadable) == ([], [])
