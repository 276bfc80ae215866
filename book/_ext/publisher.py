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

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

CORRECTIONS = "book/reference/corrections"
_ABSOLUTE = re.compile(r'<meta property="og:(?:url|image)[^>]*>\n?')
_ASIDE = """\
<aside class="about-page" aria-label="About this page">
<details><summary>Cite this page</summary>
<p id="citation">{citation}</p>
<p><button type="button" class="copy-citation pst-js-only">Copy</button></p>
<p>For a printed number cite the white paper itself, with table and page as given below each table and figure:
Ministry of Economic Affairs, <cite lang="zh-Hant">2025/2026產業技術白皮書</cite> (2025).</p>
</details>
<p>Version {version}, {day}. Text, tables and figures <a href="{licence}">CC0</a>, code MIT licence.{links}</p>
</aside>
"""


def edition(root: Path) -> dict[str, Any]:
    """``CITATION.cff``; the date as a :class:`datetime.date`."""
    cited: dict[str, Any] = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    cited["date-released"] = date.fromisoformat(str(cited["date-released"]))
    return cited


def written(day: date) -> str:
    """A date as English text has it, whatever the locale: 3 May 2026."""
    months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return f"{day.day} {months[day.month - 1]} {day.year}"


def citation(title: str, cited: dict[str, Any], address: str = "") -> str:
    """HTML: authors, year, page, book, version, date, and the address if there is one."""
    authors = ", ".join(author["name"] for author in cited["authors"])
    authors = authors[:1].upper() + authors[1:]
    day = cited["date-released"]
    what = "" if title.casefold() == cited["title"].casefold() else f"“{title}”, in "
    where = f' <a href="{address}">{address}</a>' if address else ""
    return f"{authors} ({day.year}): {what}<cite>{cited['title']}</cite>, version {cited['version']}, {written(day)}.{where}"


#: The other edition of a page: its folder, and how the link to it reads in its own language.
OTHER = {"en": ("zh", "中文", "本頁中文版"), "zh_TW": ("en", "English", "This page in English")}


def other_edition(app: Sphinx, pagename: str, context: dict[str, Any]) -> None:
    """The button that leads to the same page, and place, of the other edition (``_static/site.js`` keeps the place)."""
    folder, text, tooltip = OTHER[app.config.language]
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
    places, cited = app.config.addresses, edition(Path(app.srcdir))
    site = places.get("site", "").rstrip("/")
    context["editions"] = []
    # A page in another language says so in its metadata (`language: zh-Hant`).
    context["language"] = (context.get("meta") or {}).get("language", context["language"])
    if site and doctree is not None:
        twins = {app.config.language: site, **places.get("editions", {}), "x-default": site}
        context["editions"] = [(code, f"{base.rstrip('/')}/{pagename}.html") for code, base in twins.items()]
    if not site:  # opengraph would write addresses that lead nowhere
        context["metatags"] = _ABSOLUTE.sub("", context.get("metatags", ""))
    if doctree is None or app.builder.name != "html":
        return
    links = ""
    if CORRECTIONS in app.env.found_docs:
        links += f' <a href="{context["pathto"](CORRECTIONS)}">Corrections</a>.'
    if "contact" in places:
        links += f' <a href="{html.escape(places["contact"])}">Report a mistake</a>.'
    other_edition(app, pagename, context)
    page = re.sub(r"<[^>]+>", "", context["title"])
    context["body"] += _ASIDE.format(
        citation=citation(page, cited, f"{site}/{pagename}.html" if site else ""),
        version=cited["version"],
        day=written(cited["date-released"]),
        licence="https://creativecommons.org/publicdomain/zero/1.0/",
        links=links,
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
    app.add_directive("contact", Contact)
    app.connect("html-page-context", furnish, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
