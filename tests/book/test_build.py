"""The built book as files: complete, closed in itself, without a dead link, the same twice."""

from __future__ import annotations

import contextlib
import filecmp
import html.parser
import importlib
import json
import os
import re
import shutil
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
import yaml

from analysis import facts, report
from analysis.files import BadInput
from analysis.publish import __main__ as publish
from analysis.publish import archive, execution, fingerprint, languages, project, site
from tests.book.common import HTML, NOTEBOOKS, PAGES, ROOT, SITE, page

pytestmark = pytest.mark.skipif(not HTML.is_dir(), reason="the book is not built; `make site` builds it")

#: Attributes that make a browser fetch something by itself.
LOADS = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "iframe": ("src",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
    "audio": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
}
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
    known = SITE.with_name("html.sources").read_text("utf-8")
    assert known == site.stamp(ROOT, SITE), "run `make site`"


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
    drawings = [d for path in pages for d in re.findall(r"<svg\b.*?</svg>", path.read_text("utf-8"), re.DOTALL)]
    figures = [d for d in drawings if 'class="figure"' in d[:400]]
    assert figures
    for figure in figures:
        said = re.search(r"<desc>(.*?)</desc>", figure, re.DOTALL)
        assert said, figure[:400]
        assert len(said[1]) > 20, said[1]
        assert "<text" in figure


def test_every_notebook_can_be_downloaded_from_its_page_which_says_how_to_rerun_it(pages):
    for path in NOTEBOOKS:
        name = path.relative_to(ROOT).as_posix()
        built = page(name.removesuffix(".ipynb"))
        content = built.read_text("utf-8")
        assert "btn-download-source-button" in content
        assert (HTML / "_sources" / name).read_bytes() == path.read_bytes()
        assert "Rerun this page" in content
        guide = page("book/reference/rerun")
        assert guide in {(built.parent / link).resolve() for link in pages[built].links}


def test_no_button_leads_to_a_repository_that_is_not_there():
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    published = config["addresses"]["repository"]
    cited = (ROOT / "data" / "evidence.csv").read_text("utf-8")  # sources of outside facts may be files of others
    for name in PAGES:
        content = page(name).read_text("utf-8")
        assert ("mybinder.org" in content) == bool(
            published and f"{name}.ipynb" in {p.relative_to(ROOT).as_posix() for p in NOTEBOOKS}
        )
        links = re.findall(r'href="(https://github\.com/[^"]*(?:/blob/|/edit/|/issues)[^"]*)"', content)
        assert published or [link for link in links if link not in cited] == []


def test_every_page_says_what_it_is_about_how_to_cite_it_and_of_which_edition_it_is():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    descriptions = []
    for name in PAGES:
        content = page(name).read_text("utf-8")
        descriptions += re.findall(r'<meta name="description" content="([^"]+)"', content)
        title = re.search(r"<title>(.*?)</title>", content)[1]
        assert title.casefold().count(cited["title"].casefold()) == 1, title
        assert '<link rel="icon"' in content
        assert '<p id="citation">' in content
        assert f"Version {cited['version']}, " in content
        assert name.endswith("corrections") or 'corrections.html">Corrections</a>' in content
    assert len(descriptions) == len(PAGES)
    assert len(set(descriptions)) > 0.9 * len(PAGES)


def test_the_front_door_leads_to_the_first_page():
    assert f"url={PAGES[0]}.html" in (HTML / "index.html").read_text("utf-8")
    front = (SITE / "index.html").read_text("utf-8")
    assert all((SITE / link).is_file() for link in re.findall('href="([^"]+)"', front))
    assert f'chosen + "/{PAGES[0]}.html"' in front


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


# ---------------------------------------------------------------- a small book, built several times


@pytest.fixture(scope="module")
def sphinx():
    """Sphinx and its extensions, imported before the processes are forked that build: once, and not in each."""
    for module in ("sphinx.application", "myst_nb.sphinx_ext", *site.settings(ROOT)["extensions"]):
        with contextlib.suppress(ImportError):  # the book's own extensions are found while it is built
            importlib.import_module(module)


@pytest.fixture(scope="module")
def whole(sphinx, tmp_path_factory):
    """A checkout with a book of three pages, built, and a copy of all that to go back to."""
    root = tmp_path_factory.mktemp("small") / "book"
    for folder in ("data", "analysis", "book/_ext", "book/_static", "book/_templates"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "book/reference").mkdir()
    for name in ("_config.yml", "CITATION.cff", "requirements.lock.txt", "book/reference/rerun.md"):
        shutil.copyfile(ROOT / name, root / name)
    guide = root / "book/reference/rerun.md"  # the pages it links to are not in the copy
    guide.write_text(re.sub(r"\[([^\]]+)\]\(\.\./[^)]+\)", r"\1", guide.read_text("utf-8")), "utf-8")
    (root / "_toc.yml").write_text(
        "format: jb-book\nroot: book/start\nchapters:\n  - file: book/proof\n  - file: book/reference/rerun\n", "utf-8"
    )
    (root / "book/start.md").write_text("# Start\n", "utf-8")
    cells = [nbformat.v4.new_markdown_cell("# Proof"), nbformat.v4.new_code_cell("print(1)", execution_count=1)]
    cells[1].outputs = [nbformat.v4.new_output("stream", text="1\n")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), root / "book/proof.ipynb")
    fresh(root)
    (root / "archive.zip").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "make", made)
        assert site.build(root=root) == 0
    return root, shutil.copytree(root, root.with_name("copy"))


@pytest.fixture
def small(whole, monkeypatch):
    """A checkout with a book of three pages, built without the archive: in one place, which Sphinx writes down."""
    root, copy = whole
    shutil.rmtree(root)
    monkeypatch.setattr(archive, "make", made)
    return shutil.copytree(copy, root)


def made(root):
    """An archive that is there already; by name, as another process is asked for it."""
    return root / "archive.zip"


def fresh(root):
    """Say of the notebooks of a copy that they are what the book's own run has left, whatever they hold."""
    for path in project.notebooks(root):
        notebook = nbformat.read(path, as_version=4)
        opened = [f"{fingerprint.Hashes(root).exact(name)} {name}" for name in ("data/tables/1-2-12.csv",)]
        execution.clean(notebook)
        notebook.metadata[fingerprint.KEY] = fingerprint.take(notebook, opened, root)
        execution.write(path, nbformat.writes(notebook))


def test_a_page_that_no_table_of_contents_lists_is_named(small, capsys):
    (small / "book/forgotten.md").write_text("# Forgotten\n", "utf-8")
    site.build(root=small)
    assert "not listed in _toc.yml, so no page of the book: book/forgotten.md" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  - file: book/proof", " - file book/proof", "line 5: valid YAML"),
        ("- file: book/proof", "- book/proof", "/chapters/0"),
        ("- file: book/proof", "- fle: book/proof", "/chapters/0"),
        ("file: book/proof", "file: book/start", "multiple times"),
        ("root: book/start\n", "", "'root' key not found"),
        ("chapters", "chapter", "Unknown keys"),
        ("format: jb-book", "format: other", "'format' key value"),
    ],
)
def test_a_mistake_in_the_table_of_contents_is_one_line(small, old, new, said):
    toc = small / "_toc.yml"
    toc.write_text(toc.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(BadInput, match=re.escape(said)) as caught:
        site.build(root=small)
    assert str(caught.value).startswith("_toc.yml")
    assert "\n" not in str(caught.value)


def test_a_page_that_is_gone_or_altered_is_built_again_and_otherwise_nothing_is(small, capsys):
    assert site.build(root=small) == 0
    assert "up to date" in capsys.readouterr().out
    target = small / "_build/html"
    altered, gone, stray = (target / f"en/book/{name}.html" for name in ("start", "proof", "stray"))
    before, content = written(small), altered.read_bytes()
    known = {site.stamp(small, target)}
    for harm in (gone.unlink, lambda: altered.write_bytes(content + b" "), stray.touch):
        harm()
        known.add(site.stamp(small, target))
    assert len(known) == 4, "each is seen"
    assert site.build(root=small) == 0
    assert "built without a warning" in capsys.readouterr().out
    assert written(small) == before


def written(root):
    return {p.relative_to(root): p.read_bytes() for p in (root / "_build/html").rglob("*") if p.is_file()}


def test_pages_of_an_earlier_build_are_used_again_and_the_book_is_that_of_a_fresh_one(small):
    start, proof, mark = small / "book/start.md", Path("book/proof.html"), b"<!-- of an earlier build -->"
    kept = small / "_build/sphinx/en-html/pages" / proof

    def build(text):
        kept.write_bytes(kept.read_bytes().replace(mark, b"") + mark)
        start.write_text(text, "utf-8")
        os.utime(start, (0, 0))  # the content tells, and not the clock
        assert site.build(root=small) == 0
        return written(small)

    # what other pages show of a page: nothing, its title, a heading they may link to
    for text, again in (
        ("# Start\n\nzyxomma\n", True),
        ("# Begin\n\nzyxomma\n", False),
        ("# Begin\n\n## Odd\n", False),
    ):
        first = build(text)
        assert (mark in first[Path("_build/html/en") / proof]) is again
        index = first[Path("_build/html/en/searchindex.js")].decode()
        assert ("zyxomma" in index) is ("zyxomma" in text)
        shutil.rmtree(small / "_build/sphinx")
        assert site.build(root=small, force=True) == 0
        assert written(small) == {path: content.replace(mark, b"") for path, content in first.items()}
    source = small / "book/proof.ipynb"
    notebook = nbformat.read(source, as_version=4)
    notebook.metadata[fingerprint.KEY]["more"] = "1"
    execution.write(source, nbformat.writes(notebook))  # another file, written now, and nothing of it is shown
    same = build(start.read_text("utf-8"))
    assert mark in same[Path("_build/html/en") / proof]
    assert same[Path("_build/html/en/_sources/book/proof.ipynb")] == source.read_bytes()
    (small / "book/_static/custom.css").write_text("a { color: red; }", "utf-8")  # whose hash stands on every page
    assert mark not in build(start.read_text("utf-8"))[Path("_build/html/en") / proof]


def test_what_was_read_for_an_earlier_build_gives_the_same_pages(small):
    (small / "book/start.md").write_text("# Start\n\n[](proof) {fact}`proof:one`\n", "utf-8")
    proof = small / "book/proof.ipynb"
    notebook = nbformat.read(proof, as_version=4)
    for title, number in (("# Proof", "1 of 7"), ("# Proof", "2 of 7"), ("# Another title", "2 of 7")):
        notebook.cells[0].source = title
        fact = nbformat.v4.new_output("display_data", {"text/plain": number, facts.MIME: {"one": number}})
        notebook.cells[1].outputs, notebook.cells[1].metadata["tags"] = [fact], ["remove-cell"]
        nbformat.write(notebook, proof)
        fresh(small)
        os.utime(proof, (0, 0))
        assert site.build(root=small) == 0
        first = written(small)
        start = first[Path("_build/html/en/book/start.html")].decode()
        assert number in start
        assert title[2:] in start
    shutil.rmtree(small / "_build/sphinx")
    assert site.build(root=small, force=True) == 0
    assert first == written(small)


def test_a_book_built_from_stale_notebooks_says_so_on_the_page_and_in_the_end(small, capsys):
    table = small / "data/tables/1-2-12.csv"
    table.write_text(table.read_text("utf-8").replace("2", "3", 1), "utf-8")
    for _ in range(2):  # built, and up to date
        assert site.build(root=small) == 1
        assert "NOT up to date: 1 notebooks are stale" in capsys.readouterr().err
    assert 'id="stale"' in (small / "_build/html/en/book/proof.html").read_text("utf-8")
    assert 'id="stale"' not in (small / "_build/html/en/book/reference/rerun.html").read_text("utf-8")


def test_without_addresses_no_page_names_one(small):
    content = (small / "_build/html/en/book/proof.html").read_text("utf-8")
    for mark in ("mybinder.org", "github.com", "hreflang", "canonical", "og:url", "og:image", "Report a mistake"):
        assert mark not in content
    assert not (small / "_build/html/en/sitemap.xml").exists()


def test_addresses_once_set_give_buttons_links_and_the_sitemap(small):
    config = yaml.safe_load((small / "_config.yml").read_text("utf-8"))
    config["addresses"] |= {
        "site": "https://someone.example/book/",
        "repository": "https://github.com/someone/white-paper",
    }
    (small / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    (small / languages.LOCALE / languages.LANGUAGE).mkdir(parents=True)
    assert site.build(root=small) == 1, "there is no Chinese in it"
    content = (small / "_build/html/en/book/proof.html").read_text("utf-8")
    for part in (
        "mybinder.org/v2/gh/someone/white-paper/main?urlpath=lab/tree/book/proof.ipynb",
        "https://github.com/someone/white-paper/blob/main/book/proof.ipynb",
        '<a href="https://github.com/someone/white-paper/issues">Report a mistake</a>',
        '<link rel="canonical" href="https://someone.example/book/en/book/proof.html"',
        '<link rel="alternate" hreflang="en" href="https://someone.example/book/en/book/proof.html" />',
        '<link rel="alternate" hreflang="zh-Hant" href="https://someone.example/book/zh/book/proof.html" />',
        '<meta property="og:image" content="https://someone.example/book/en/_static/preview.png" />',
        '<meta property="og:url" content="https://someone.example/book/en/book/proof.html" />',
    ):
        assert part in content
    assert "https://someone.example/book/en/book/start.html" in (small / "_build/html/en/sitemap.xml").read_text(
        "utf-8"
    )


def test_a_full_disk_while_building_is_one_line_and_the_old_book_stays(small, capsys, monkeypatch):
    assert (small / "_build/html/index.html").is_file()

    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device", "page.html")

    monkeypatch.setattr(site, "sphinx", full)
    monkeypatch.setattr(project, "ROOT", small)
    monkeypatch.setattr(site.build, "__kwdefaults__", {**site.build.__kwdefaults__, "root": small})
    assert publish.main(["build", "--force"]) == 2
    assert capsys.readouterr().err == "error: No space left on device: page.html\n"
    assert (small / "_build/html/index.html").is_file()


def test_results_are_taken_from_an_earlier_archive_where_their_tables_are_the_same(tmp_path, monkeypatch):
    root = tmp_path / "root"
    shutil.copytree(ROOT / "data", root / "data")
    monkeypatch.setattr(archive, "COMMANDS", {name: archive.COMMANDS[name] for name in ("cells", "forecasts")})
    path = archive.make(root)
    whole, known = path.read_bytes(), json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert set(known["read"]["cells"]) == set(known["tables"])
    assert archive.write(root / "data", path, known["read"]) == {}
    assert path.read_bytes() == whole
    asked = []
    monkeypatch.setattr(archive, "write", lambda data, target, same: asked.append(set(same)) or known["read"])
    unread = sorted(set(known["tables"]) - set(known["read"]["forecasts"]))
    for name, same in ((known["read"]["forecasts"][0], set()), (unread[0], {"forecasts"}), ("data/labels.csv", set())):
        (root / name).write_text((root / name).read_text("utf-8") + "\n", "utf-8")
        archive.make(root)
        assert asked.pop() == same
    path.write_bytes(b"")  # by whomever: nothing is taken from it
    archive.make(root)
    assert asked == [set()]
    shutil.copytree(ROOT / "data", root / "data", dirs_exist_ok=True)
    for name in unread:  # what is said not to be read is not
        (root / name).write_text("", "utf-8")
    mine, theirs = (archive.run("forecasts", report.load(data)).astype(str) for data in (None, root / "data"))
    assert mine.equals(theirs)


def test_the_archive_packs_what_the_package_lists_and_nothing_that_lies_beside_it(tmp_path):
    data = Path(shutil.copytree(ROOT / "data", tmp_path / "data"))
    before = archive.data_files(data)
    for stray in (".DS_Store", "tables/1-2-2.csv~", "tables/copy of 1-2-2.csv", ".hidden/x.csv"):
        (data / stray).parent.mkdir(exist_ok=True)
        (data / stray).write_text("x", "utf-8")
    assert archive.data_files(data) == before
    package = json.loads((data / "datapackage.json").read_text("utf-8"))
    assert {p.relative_to(data).as_posix() for p in before} == {
        "datapackage.json",
        *(r["path"] for r in package["resources"]),
    }


def test_building_twice_gives_the_same_bytes(tmp_path):
    assert site.build(tmp_path / "html") == 0, "a stale notebook or a warning"
    first = {p.relative_to(SITE) for p in SITE.rglob("*") if p.is_file()}
    second = {p.relative_to(tmp_path / "html") for p in (tmp_path / "html").rglob("*") if p.is_file()}
    assert first == second
    _, different, unreadable = filecmp.cmpfiles(SITE, tmp_path / "html", [str(p) for p in first], shallow=False)
    assert (different, unreadable) == ([], [])
