"""Figures in the page: inlined, so that their text is text and follows light and dark.

A figure stands in a notebook twice, for a laptop's column (``image/svg+xml``) and for a phone (see
``analysis.charts.exhibit``); the page gets both and a style sheet shows one. They carry a ``<desc>`` of their
own; one without is a warning, which the build turns into an error. The fonts they were measured with are cut
down to the characters that figures use and shipped with the book. CSVs become files, and ids of findings links.
"""

from __future__ import annotations

import base64
import html
import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from sphinx.application import Sphinx
from sphinx.util import logging

from analysis.publish import languages

logger = logging.getLogger(__name__)
NARROW_MIME = "application/x.narrow+svg"
#: The page of the findings, and what leads there from a notebook, which does not know where it stands.
FINDINGS = "book/audit/findings"
_IMG = re.compile(r"<img\b[^>]*>")
_SOURCE = re.compile(r'\bsrc="([^"]*)"')
_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_FIGURE = re.compile(r'<svg[^>]* class="figure".*?</svg>', re.DOTALL)
_TEXT = re.compile(r'>([^<]+)<|data-series="([^"]*)"')
_CSV = re.compile(r'(<a class="numbers" download=")([\w.-]+)(" href=")data:text/csv;charset=utf-8,([^"]*)"')
_FINDING = re.compile(r'(<a class="finding" href=")#([\w-]+)"')


def together(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the drawing for a phone behind the other one: MyST-NB warns of kinds of output it does not know."""
    if not str(app.env.doc2path(docname)).endswith(".ipynb") or NARROW_MIME not in source[0]:
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if narrow := data.pop(NARROW_MIME, None):
                data["image/svg+xml"] = "".join(data["image/svg+xml"]) + "".join(narrow)
    source[0] = json.dumps(notebook, ensure_ascii=False)


def inline(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Put SVG outputs into the page instead of ``<img>``, CSVs into files, and addresses into links to findings."""
    if "body" not in context or app.builder.format != "html":
        return
    files = {name: Path(app.srcdir, original) for original, name in getattr(app.builder, "images", {}).items()}

    def figure(match: re.Match[str]) -> str:
        source = _SOURCE.search(match[0])
        name = unquote(source[1]).rpartition("/")[2] if source else ""
        if not name.endswith(".svg") or name not in files:
            return match[0]
        drawings = _SVG.findall(files[name].read_text("utf-8"))
        if not all("<desc>" in drawing for drawing in drawings):
            logger.warning("a figure has no <desc>, so it has no alternative text", location=pagename)
        kinds = ("wide", "narrow") if len(drawings) == 2 else ("only",)
        inner = "".join(f'<div class="{kind}">{drawing}</div>' for kind, drawing in zip(kinds, drawings, strict=True))
        return f'<div class="exhibit-figure">{inner}</div>'

    def numbers(match: re.Match[str]) -> str:
        path = Path(app.outdir, "_downloads", *pagename.split("/"), match[2])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(unquote(match[4]).encode("utf-8"))
        up = "../" * pagename.count("/")
        return f'{match[1]}{match[2]}{match[3]}{up}_downloads/{pagename}/{match[2]}"'

    def finding(match: re.Match[str]) -> str:
        return f'{match[1]}{app.builder.get_relative_uri(pagename, FINDINGS)}#{match[2].lower()}"'

    body = _IMG.sub(figure, context["body"])
    body = _CSV.sub(numbers, body)
    context["body"] = _FINDING.sub(finding, body)
    if 'class="exhibit-figure"' in body:
        app.add_css_file("figures-font.css")


def characters(folder: Path) -> str:
    """Every character in the figures of the pages below a folder, with those a reader's choice may add."""
    used = set(map(chr, range(0x20, 0x7F)))
    for path in folder.rglob("*.html"):
        for drawing in _FIGURE.findall(path.read_text("utf-8")):
            used.update(*(html.unescape(first or second) for first, second in _TEXT.findall(drawing)))
    return "".join(sorted(used - {"\n"}))


def subset(path: Path, text: str) -> str:
    """The part of a font that is needed for ``text``, as the address of a WOFF that holds itself."""
    from fontTools import subset as cut

    options = cut.Options(flavor="woff", hinting=False, layout_features=["kern"], recalc_timestamp=False)
    chooser = cut.Subsetter(options)
    chooser.populate(text=text)
    stream = io.BytesIO()
    with cut.load_font(str(path), options) as font:
        chooser.subset(font)
        cut.save_font(font, stream, options)
    return f"data:font/woff;base64,{base64.b64encode(stream.getvalue()).decode()}"


def write_fonts(app: Sphinx, error: Exception | None) -> None:
    """Write the fonts as a style sheet for the pages and as a script for pictures that readers take away."""
    if error is not None or app.builder.format != "html":
        return
    import matplotlib
    from pylopdf_fonts_zh_tw import sans_path

    text = characters(Path(app.outdir, "book"))
    known = Path(app.doctreedir, "figures-font.json")  # of an earlier build, and gone with it
    before = json.loads(known.read_text("utf-8")) if known.is_file() else {}
    css = before.get(text, "")
    if not css:
        signs = Path(matplotlib.get_data_path(), "fonts/ttf/DejaVuSans.ttf")
        for path, wanted in ((Path(sans_path()), text), (signs, missing(text))):
            if wanted:
                points = ",".join(f"U+{ord(c):X}" for c in wanted)
                css += f'@font-face{{font-family:"Figures";src:url({subset(path, wanted)});unicode-range:{points}}}\n'
        known.write_text(json.dumps({text: css}), "utf-8")
    static = Path(app.outdir, "_static")
    (static / "figures-font.css").write_text(css, "utf-8")
    (static / "figures-font.js").write_text(f"window.figureFont = {json.dumps(css)};\n", "utf-8")
    images = Path(app.outdir, "_images")
    for path in images.glob("*.svg"):  # they stand in the pages
        path.unlink()
    if images.is_dir() and not any(images.iterdir()):
        images.rmdir()


def missing(text: str) -> str:
    """The characters of ``text`` that the font of the figures does not have."""
    return "".join(c for c in text if ord(c) not in languages.font()[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Hook into reading, writing and the end of a build."""
    app.connect("source-read", together)
    app.connect("html-page-context", inline)
    app.connect("build-finished", write_fonts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
