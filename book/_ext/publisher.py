"""What a publisher puts on every page: how to cite it, edition and licence, where to report a mistake, what other sites read.

``addresses`` come from ``_config.yml`` through :mod:`analysis.publish.site`; what needs one that is not set is left out. Version and date
are those of ``CITATION.cff``.
"""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from analysis.publish import project

CORRECTIONS = "book/reference/corrections"
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
_ABSOLUTE = re.compile(r'<meta property="og:(?:url|image)[^>]*>\n?')
_ASIDE = """\
<aside class="about-page" aria-label="{about}"{own}>
<details><summary>{cite}</summary>
<p id="citation">{citation}</p>
<p><button type="button" class="copy-citation pst-js-only">{copy}</button></p>
<p>{report}</p>
</details>
<p>{terms}{links}</p>
</aside>
"""
_WORDS = {
    "en": {
        "about": "About this page",
        "cite": "Cite this page",
        "copy": "Copy",
        "report": "For a printed number cite the white paper itself, with table and page as given below each table and figure: "
        'Ministry of Economic Affairs, <cite lang="zh-Hant">2025/2026產業技術白皮書</cite> (2025).',
        "terms": 'Version {version}, {day}. Text, tables and figures <a href="{licence}">CC0</a>, code MIT licence.',
        "corrections": "Corrections",
        "mistake": "Report a mistake",
        "page": "“{title}”, in ",
        "citation": "{authors} ({year}): {page}<cite>{book}</cite>, version {version}, {day}.{where}",
    },
    "zh_TW": {
        "about": "關於本頁",
        "cite": "引用本頁",
        "copy": "複製",
        "report": "引用報告刊載的數值時，請引用白皮書本身，並附各表各圖下方所列的表號與頁碼：經濟部，《2025/2026產業技術白皮書》（2025年）。",
        "terms": '第{version}版，{day}。文字與圖表採<a href="{licence}">CC0</a>，程式碼採MIT授權。',
        "corrections": "更正紀錄",
        "mistake": "回報錯誤",
        "page": "〈{title}〉，",
        "citation": "《{book}》作者群（{year}年）：{page}<cite>《{book}》</cite>，第{version}版，{day}。{where}",
    },
}
#: The other edition of a page: its folder, and how the link to it reads in its own language.
OTHER = {"en": ("zh", "中文", "本頁中文版", "zh-Hant"), "zh_TW": ("en", "English", "This page in English", "en")}


def written(day: date, language: str = "en") -> str:
    """A date as text has it, whatever the locale: 3 May 2026, 2026年5月3日."""
    return format_date(day, "y年M月d日" if language == "zh_TW" else "d MMMM y", locale=language)


def citation(title: str, cited: dict[str, Any], address: str = "", language: str = "en", book: str = "") -> str:
    """HTML: authors, year, page, book, version, date, and the address if there is one."""
    words, book = _WORDS[language], book or cited["title"]
    authors = ", ".join(author["name"] for author in cited["authors"])
    day = cited["date-released"]
    return words["citation"].format(
        authors=authors[:1].upper() + authors[1:],
        year=day.year,
        page="" if title.casefold() == book.casefold() else words["page"].format(title=title),
        book=book,
        version=cited["version"],
        day=written(day, language),
        where=f' <a href="{address}">{address}</a>' if address else "",
    )


def other_edition(app: Sphinx, pagename: str, context: dict[str, Any]) -> None:
    """The button that leads to the same page, and place, of the other edition (``_static/site.js`` keeps the place)."""
    folder, text, tooltip, _ = OTHER[app.config.language]
    context["header_buttons"].insert(
        0,
        {
            "type": "link",
            "url": "../" * (pagename.count("/") + 1) + f"{folder}/{pagename}.html",
            "text": text,
            "tooltip": tooltip,
            "icon": "fas fa-language",
            "label": "edition-button",
        },
    )


def furnish(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Head and foot of a page."""
    places, cited = app.config.addresses, project.cited(Path(app.srcdir))
    site = places.get("site", "").rstrip("/")
    context["editions"] = []
    language = app.config.language
    if site and doctree is not None and len(app.config.editions) > 1:
        own = ("en" if language == "en" else "zh-Hant", f"{site}/{pagename}.html")
        folder, _, _, code = OTHER[language]
        other = (code, f"{site.rpartition('/')[0]}/{folder}/{pagename}.html")
        context["editions"] = [*sorted([own, other]), ("x-default", site.rpartition("/")[0] + "/")]
    if not site:  # opengraph would write addresses that lead nowhere
        context["metatags"] = _ABSOLUTE.sub("", context.get("metatags", ""))
    if doctree is None or app.builder.name != "html":
        return
    words, links = _WORDS[language], []
    if CORRECTIONS in app.env.found_docs:
        links.append(f'<a href="{context["pathto"](CORRECTIONS)}">{words["corrections"]}</a>')
    if "contact" in places:
        links.append(f'<a href="{html.escape(places["contact"])}">{words["mistake"]}</a>')
    stop = "." if language == "en" else "。"
    if len(app.config.editions) > 1:
        other_edition(app, pagename, context)
    page = re.sub(r"<[^>]+>", "", context["title"])
    address = f"{site}/{pagename}.html" if site else ""
    context["body"] += _ASIDE.format(
        **words
        | {
            "own": "" if language == "en" else ' translate="no"',
            "citation": citation(page, cited, address, language, app.config.html_title),
            "terms": words["terms"].format(
                version=cited["version"], day=written(cited["date-released"], language), licence=LICENCE
            ),
            "links": "".join((" " if language == "en" else "") + link + stop for link in links),
        }
    )


class Contact(SphinxDirective):
    """``{contact}``: whom to tell of a mistake, once there is an address."""

    def run(self) -> list[nodes.Node]:
        """A sentence with the address, or one that says there is none yet."""
        address = self.config.addresses.get("contact")
        if not address:
            return [nodes.paragraph("", "No address for reports has been set up for this copy of the book.")]
        link = nodes.reference("", address.removeprefix("mailto:"), refuri=address)
        return [nodes.paragraph("", "", nodes.Text("Write to "), link, nodes.Text("."))]


def setup(app: Sphinx) -> dict[str, Any]:
    """Hook in after opengraph (priority 500) and the figures."""
    app.add_config_value("addresses", {}, "env")
    app.add_config_value("editions", {}, "env")
    app.add_directive("contact", Contact)
    app.connect("html-page-context", furnish, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
