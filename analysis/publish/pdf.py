"""Each edition of the book as one PDF, and a brief of its findings on four pages, printed by Chromium from the built pages.

What is printed is what was built and verified: the text of each page is taken from ``_build/html/en`` or ``zh``, links between pages become links
within the file, and only fonts of the locked packages are used. Chromium cannot write page numbers into a table of contents, so the book is printed
twice: the second time with the pages at which its chapters were found.
"""

import functools
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from analysis.publish.languages import OUTPUTS, Twin, catalogue, font, names
from analysis.publish.pages import article
from analysis.publish.project import BUILD, LANGUAGE, ROOT, cited, editions, parts

BOOK = "the-white-paper-recomputed{suffix}.pdf"
BRIEF = "the-white-paper-recomputed{suffix}-brief.pdf"
BRIEF_PAGES = 4
FINDINGS = "book/audit/findings"
#: What only the printed editions say, to be translated like all outputs.
TEXTS = {
    "contents": "Contents",
    "brief": "The findings in brief",
    "rows": "A table of {rows} rows: see the pages of the book and its data archive.",
    "register": "A register to be searched: see the pages of the book and its data archive.",
    "version": "Version {version}, {day}",
    "end": "Each finding with its numbers, its proof and what would settle it is in the book.",
}
#: Rows from which a table is left to the pages and the archive.
LONG = 80
#: What of a page is of no use on paper: elements and classes.
_DROPPED = {"script", "button", "headerlink", "cell_input", "about-page", "narrow", "numbers", "take", "figure-choice"}
_DROPPED |= {"prev-next-footer", "sd-summary-state-marker", "on-screen"}
#: Fonts of matplotlib: formulas, signs, code.
_FONTS = {"formula": "STIXGeneral", "signs": "DejaVuSans", "code": "DejaVuSansMono"}
#: The one without windows, which is a fifth faster, first.
_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


#: Tables that are wider than the text of an A4 sheet become as wide as it is.
_FIT = """() => {
  document.body.style.width = "174mm";
  const room = document.body.clientWidth;
  for (const table of document.querySelectorAll("table"))
    if (table.scrollWidth > room) table.style.zoom = room / table.scrollWidth;
}"""


@dataclass
class Chapter:
    """A page of the book: its name in the contents, its part, its title and its text."""

    name: str
    part: str
    title: str
    text: Tag

    @property
    def anchor(self) -> str:
        """The id of its beginning."""
        return f"chapter-{self.name.removeprefix('book/').replace('/', '-')}"


@dataclass(frozen=True)
class Edition:
    """An edition to be printed: pages, language, words (:data:`TEXTS`, and parts by name), title, abstract, version, day."""

    html: Path
    language: str
    words: dict[str, str]
    title: str
    abstract: str
    version: str
    day: date


def edition(folder: Path, root: Path = ROOT, language: str = "en") -> Edition:
    """The edition whose pages are in ``folder``; Chinese words come from the catalogue of outputs."""
    say = Twin(catalogue(root / OUTPUTS), names(root)).sentences if language == LANGUAGE else str
    said = cited(root)
    words = {key: say(text) for key, text in (TEXTS | {part: part for part, _ in parts(root)}).items()}
    title, abstract = say(said["title"]), say(said["abstract"])
    return Edition(folder, language, words, title, abstract, said["version"], said["date-released"])


def own_texts(root: Path) -> list[str]:
    """Everything the printed editions say that stands on no page."""
    said = cited(root)
    return [*TEXTS.values(), *dict.fromkeys(part for part, _ in parts(root) if part), said["title"], said["abstract"]]


def browser() -> str | None:
    """The Chromium of this machine: ``CHROMIUM`` names it, or it is found on the path."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)


def chapters(printed: Edition, root: Path = ROOT, only: tuple[str, ...] = ()) -> list[Chapter]:
    """The text of every page (or of ``only`` some), ready for paper, with ids and links that hold in one file."""
    html, found = printed.html, list[Chapter]()
    places: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    for part, name in parts(root):
        if only and name not in only:
            continue
        soup = BeautifulSoup(article((html / f"{name}.html").read_text("utf-8")), "html.parser")
        text = soup.article
        if text is None or text.h1 is None:
            raise ValueError(f"{name}.html has no text")
        for element in [e for e in text.find_all(True) if e.get("id") == "stale" or _DROPPED & _kinds(e)]:
            element.decompose()
        _shorten(text, soup, printed.words)
        for element in text.find_all("details"):
            element["open"] = ""
        for image in text.find_all("img"):
            image["src"] = (html / f"{name}.html").parent.joinpath(unquote(str(image["src"]))).resolve().as_uri()
            image.attrs.pop("loading", None)
        chapter = Chapter(name, printed.words[part], text.h1.get_text().strip(), text)
        for element in text.find_all(id=True):
            if element.find_parent("svg") is None and element.name != "svg":
                old = str(element["id"])
                element["id"] = old if old not in taken else f"{chapter.anchor.removeprefix('chapter-')}--{old}"
                taken.add(str(element["id"]))
                places[name, old] = str(element["id"])
        places[name, ""] = chapter.anchor
        found.append(chapter)
    for chapter in found:
        _link(chapter, places)
    return found


def _kinds(element: Tag) -> set[str]:
    return {element.name, *(element.get("class") or [])}


def _shorten(text: Tag, soup: BeautifulSoup, words: Mapping[str, str]) -> None:
    """Put a sentence in place of tables that nobody reads on paper, and of lists that only scripts show."""
    said = [(box, words["register"]) for box in text.find_all(class_="register")]
    for table in text.find_all("table"):
        if (rows := len(table.select("tbody tr"))) > LONG:
            said.append((table, words["rows"].format(rows=f"{rows:,}")))
    for element, why in said:
        note = soup.new_tag("p", attrs={"class": "left-out"})
        note.string = why
        element.replace_with(note)


def _link(chapter: Chapter, places: dict[tuple[str, str], str]) -> None:
    """Links to pages of the book become links within the file; what leads to other files becomes plain words."""
    for link in chapter.text.find_all("a", href=True):
        address = urlsplit(str(link["href"]))
        if address.scheme in {"http", "https", "mailto"}:
            continue
        path = PurePosixPath(chapter.name).parent / unquote(address.path)
        page = os.path.normpath(path).removesuffix(".html") if address.path else chapter.name
        target = places.get((page, unquote(address.fragment))) or places.get((page, ""))
        if address.scheme or target is None:
            link.unwrap()
        else:
            link["href"] = f"#{target}"


def _document(title: str, body: str, printed: Edition) -> str:
    """A page for Chromium: styles, fonts and text."""
    import matplotlib
    from pylopdf_fonts_zh_tw import sans_path

    signs = Path(matplotlib.get_data_path(), "fonts/ttf")
    fonts = {name: signs / f"{file}.ttf" for name, file in _FONTS.items()} | {"sans": Path(sans_path())}
    style = Path(__file__).with_name("pdf.css").read_text("utf-8")
    for name, path in fonts.items():
        style = style.replace(f"{{{name}}}", path.as_uri())
    sheet = f'<link rel="stylesheet" href="{(printed.html / "_static/figures.css").as_uri()}">'
    return (
        f'<!DOCTYPE html><html lang="{printed.language.replace("_", "-")}" data-theme="light"><head><meta charset="utf-8"><title>{title}</title>{sheet}'
        f"<style>{style}</style></head><body>{body}</body></html>"
    )


def _contents(found: list[Chapter], pages: dict[str, int], words: Mapping[str, str]) -> str:
    out, part = [f"<nav class='contents'><h1>{words['contents']}</h1><ul>"], ""
    for chapter in found:
        if chapter.part != part:
            part = chapter.part
            out.append(f"</ul><h3>{part}</h3><ul>")
        page = pages.get(chapter.anchor, "")
        out.append(f'<li><a href="#{chapter.anchor}">{chapter.title}</a><span class="page">{page}</span></li>')
    return "".join([*out, "</ul></nav>"])


def _version(printed: Edition) -> str:
    return printed.words["version"].format(version=printed.version, day=printed.day.isoformat())


def book(found: list[Chapter], printed: Edition, pages: dict[str, int]) -> str:
    """The whole book as one document; ``pages`` are the numbers for the contents."""
    cover = f'<div class="cover"><h1>{printed.title}</h1><p class="subtitle">{printed.abstract}</p><p>{_version(printed)}</p></div>'
    body = [cover, _contents(found, pages, printed.words)]
    body += [f'<section class="chapter" id="{c.anchor}">{c.text.decode_contents()}</section>' for c in found]
    return _document(printed.title, "".join(body), printed)


def brief(found: list[Chapter], printed: Edition, room: int = 0) -> str:
    """What does not add up, finding by finding: heading, grade, what it is, what changes, how sure that is.

    ``room``: 1 with small tables (as printed, as it must be), 2 with the figure of each finding as well.
    """
    title = f"{printed.title}{'：' if printed.language == LANGUAGE else ': '}{printed.words['brief']}"
    body = [f'<div class="brief"><h1>{title}</h1>']
    body += [str(p) for c in found if c.name == FINDINGS for p in c.text.select("h1 ~ p, h1 ~ ul")]
    for heading, section in _findings(found):
        said = [p for p in section.find_all("p") if not p.find_parent(["table", "details", "li"])]
        words = [p for p in said if not set(p.get("class") or []) & {"exhibit-title", "exhibit-caption", "cite"}]
        points = [i for i in section.select("ul > li") if not i.find_parent("details")][:2]  # what changes, how sure
        tables = [t for t in section.find_all("table") if not t.find_parent("details") and len(t.find_all("tr")) <= 12]
        body.append(f"<section><h3>{heading}</h3>")
        body += [str(p) for p in words[:2]] + [str(t) for t in tables[: room > 0]]
        body += [str(f) for f in section.select(".exhibit-figure")[: room > 1]]
        body += [f"<p>{item.decode_contents()}</p>" for item in points]
        body.append("</section>")
    body.append(f"<p>{_version(printed)}</p><p>{printed.words['end']}</p></div>")
    text = re.sub(r'<a [^>]*href="#[^>]*>(.*?)</a>', r"\1", "".join(body), flags=re.DOTALL)
    return _document(title, text, printed)


def _findings(found: list[Chapter]) -> Iterator[tuple[str, Tag]]:
    """Heading and section of each finding."""
    text = next(c.text for c in found if c.name == FINDINGS)
    for section in text.select("section section"):
        ids = [str(e.get("id", "")) for e in (section, *section.find_all("span", recursive=False))]
        if section.h2 is not None and any(re.search(r"(?:^|--)f-\d{3}$", name) for name in ids):
            yield section.h2.get_text().strip(), section


def _print(page: Any, document: str, work: Path, target: Path) -> None:
    work.write_text(document, "utf-8")
    page.goto(work.as_uri(), wait_until="load")
    page.evaluate("document.fonts.ready")
    page.evaluate(_FIT)
    page.pdf(path=str(target), prefer_css_page_size=True, print_background=True, outline=True, tagged=True)


def _name_bookmarks(path: Path) -> None:
    """Give the bookmarks of chapters their headings: Chromium repeats the line of a heading that begins a page."""
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, TextStringObject

    writer = PdfWriter(clone_from=path)
    outline: Any = writer._root_object["/Outlines"]
    entry = outline.get("/First")
    document = path.with_suffix(".html").read_text("utf-8")
    for heading in re.findall(r"<h1[^>]*>(.*?)</h1>", document, re.DOTALL):
        if entry is None:
            break
        title = " ".join(unescape(re.sub(r"<[^>]+>", "", heading)).split())
        entry.get_object()[NameObject("/Title")] = TextStringObject(title)
        entry = entry.get_object().get("/Next")
    writer.write(path)


def _starts(path: Path) -> dict[str, int]:
    """The page on which each chapter starts, from the destinations Chromium writes for links."""
    from pypdf import PdfReader

    reader = PdfReader(path)
    found = {name.lstrip("/"): reader.get_destination_page_number(d) for name, d in reader.named_destinations.items()}
    return {name: number + 1 for name, number in found.items() if number is not None and name.startswith("chapter-")}


def problems(path: Path, titles: dict[str, int | None]) -> list[str]:
    """What is wrong with a printed file: titles missing (from their page, if one is named), fonts that are not in it, empty pages."""
    from pypdf import PdfReader

    pages = PdfReader(path).pages
    texts = [_bare(page.extract_text()) for page in pages]
    found = [f"page {number} is empty" for number, text in enumerate(texts, 1) if not text]
    for title, page in titles.items():
        where = texts if page is None else texts[page - 1 : page]
        if not any(_bare(title) in text for text in where):
            found.append(f"no “{title}” on {'any page' if page is None else f'page {page}'}")
    loose = {name for page in pages for name in _fonts_elsewhere(page)}
    return found + [f"the font {name} is not in the file" for name in sorted(loose)]


def _bare(text: str) -> str:
    """Without spaces, and with the radicals that stand for some characters in a PDF as the characters."""
    return "".join(unicodedata.normalize("NFKC", text.translate(_radicals())).split())


@functools.cache
def _radicals() -> dict[int, int]:
    """Radicals and the characters that share their shape in the font of the book: text read from a PDF may have either."""
    shapes = font()[0]
    characters = {shape: point for point, shape in shapes.items() if 0x4E00 <= point <= 0x9FFF}
    return {p: characters[s] for p, s in shapes.items() if 0x2E80 <= p <= 0x2EFF and s in characters}


def _fonts_elsewhere(page: Any) -> Iterator[str]:
    for entry in (page["/Resources"].get("/Font") or {}).values():
        font = entry.get_object()
        if font["/Subtype"] == "/Type3":  # drawn in the file itself
            continue
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        descriptor = inner.get("/FontDescriptor")
        if descriptor is None or not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor.get_object()):
            yield str(font.get("/BaseFont"))


def write(root: Path = ROOT, folder: Path | None = None, *, only_brief: bool = False) -> list[Path]:
    """Print brief and book of each edition into ``_build/pdf``, and look whether they are whole.

    Raises :class:`ValueError` if there is no book or no browser, or if something is missing from what was printed.
    """
    from playwright.sync_api import sync_playwright

    site, program = (root / BUILD / "html").resolve(), browser()
    if not site.is_dir():
        raise ValueError("the book is not built; run `make book`")
    if program is None:
        raise ValueError(f"no browser: none of {', '.join(_BROWSERS)} is installed, and CHROMIUM names none")
    folder = folder or root / BUILD / "pdf"
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[Path, dict[str, int | None]] = {}
    with sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = launched.new_page()
        for language, place in editions(root).items():
            made |= _write(edition(site / place, root, language), page, folder, root, only_brief)
        launched.close()
    for path, titles in made.items():
        _name_bookmarks(path)
        if wrong := problems(path, titles):
            raise ValueError(f"{path.name} is not whole: {'; '.join(wrong[:5])}")
    return list(made)


def _write(
    printed: Edition, page: Any, folder: Path, root: Path, only_brief: bool
) -> dict[Path, dict[str, int | None]]:
    """Print one edition: the titles that each file must hold, with their pages where they are known."""
    from pypdf import PdfReader

    suffix = "" if printed.language == "en" else f"-{printed.html.name}"
    short, long = (folder / name.format(suffix=suffix) for name in (BRIEF, BOOK))
    found = chapters(printed, root, (FINDINGS,) if only_brief else ())
    for room in (2, 1, 0):
        _print(page, brief(found, printed, room), short.with_suffix(".html"), short)
        if len(PdfReader(short).pages) <= BRIEF_PAGES:
            break
    made: dict[Path, dict[str, int | None]] = {short: dict.fromkeys(headings(found))}
    if not only_brief:
        _print(page, book(found, printed, {}), long.with_suffix(".html"), long)
        starts = _starts(long)
        _print(page, book(found, printed, starts), long.with_suffix(".html"), long)
        made[long] = {c.title: starts.get(c.anchor) for c in found}
    return made


def headings(found: list[Chapter]) -> list[str]:
    """The headings of the findings, as the brief repeats them."""
    return [heading for heading, _ in _findings(found)]
