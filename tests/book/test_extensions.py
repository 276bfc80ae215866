"""The book's own Sphinx extensions, without Sphinx."""

from __future__ import annotations

import base64
import html
import importlib
import io
import json
import re
import sys
import tomllib
from datetime import date
from types import ModuleType, SimpleNamespace

import docutils.utils
import pytest
import yaml
from docutils import nodes
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.myst_role import myst_role_plugin
from mdit_py_plugins.substitution import substitution_plugin

from tests.book.common import ROOT


def extension(name: str) -> ModuleType:
    """An extension of ``book/_ext`` as a module, with its neighbours in reach as Sphinx has them."""
    sys.path.insert(0, str(ROOT / "book" / "_ext"))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(ROOT / "book" / "_ext"))


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("F-005；表1-2-13", '<span class="whole">F-005</span>；<span class="whole">表1-2-13</span>'),
        ("1-2-14至1-2-17", '<span class="whole">1-2-14</span>至<span class="whole">1-2-17</span>'),
        ("pp. 55-56, p. 5-2", "pp. 55–56, p. 5-2"),
        ("MSTI 2025-09", 'MSTI <span class="whole">2025-09</span>'),
        ("-7 and -4 of 3-5 (-0.2), F-0055", "−7 and −4 of 3-5 (−0.2), F-0055"),
        ("比率為-34%，容許-7.89至3", "比率為−34%，容許−7.89至3"),
        ("<svg><desc>1-2-3: -7</desc><text>-7</text></svg>", "<svg><desc>1-2-3: −7</desc><text>-7</text></svg>"),
        ('<a title="F-005" href="1-2-3">x</a>', '<a title="F-005" href="1-2-3">x</a>'),
        ("<pre>-7 F-005</pre><code>-m 1-2-3</code>", "<pre>-7 F-005</pre><code>-m 1-2-3</code>"),
        ("<script>'<b>F-005'</script>-1", "<script>'<b>F-005'</script>−1"),
    ],
)
def test_ids_stay_whole_and_numbers_have_minus_signs(given: str, made: str) -> None:
    assert extension("access").whole(given) == made


def test_icons_that_no_page_shows_are_not_shipped() -> None:
    script = 'x={sun:[5,5,[8250],"f1","M0"],"old-sun":[5,5,["moon"],"f2","M1"],cup:[5,5,[],"f3",["M2","M3"]]}'
    shown = extension("access").shown
    assert shown(script, {"sun", "moon", "cup"}) == script
    assert shown(script, {"moon"}) == 'x={"old-sun":[5,5,["moon"],"f2","M1"],}'


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("研發經費", ["研發", "發經", "經費"]),
        ("我國GDP成長率", ["我國", "GDP", "成長", "長率"]),
        ("美", ["美"]),
        ("R&D intensity, 2023", ["R", "D", "intensity", "2023"]),
        ("", []),
        ("臺灣", ["台灣"]),
        ("表1-2-13、F-005", ["表", "1-2-13", "F-005"]),
        ("2019-2023, 1-2-3-4", ["2019", "2023", "1", "2", "3", "4"]),
    ],
)
def test_chinese_is_split_into_pairs_and_latin_into_words(text, terms):
    assert extension("search").split(text) == terms


def test_a_chinese_title_gives_its_parts_with_and_without_brackets():
    found = extension("search").terms("研發經費占國內生產毛額（GDP）比例、研發密度")
    assert found == ["研發經費占國內生產毛額（GDP）比例", "研發經費占國內生產毛額比例", "GDP", "研發密度"]


def test_a_page_is_found_by_its_chinese_title_its_findings_and_the_countries_of_its_headings():
    search = extension("search")
    document = docutils.utils.new_document("page")
    page = nodes.section("", nodes.title("", "Findings"), ids=["findings"])
    page += nodes.paragraph("", "", nodes.inline("", "發現", classes=[search.CLASS]))
    page += nodes.section("", nodes.title("", "Finland is exchanged"), ids=["finland", "f-005"])
    document += page
    search.subtitle(None, document)
    assert page[1]["classes"] == ["subtitle"]
    found = search.of_text(document, {"芬蘭": "Finland", "挪威": "Norway"})
    assert found == [("發現", "", True), ("F-005", "finland", True), ("芬蘭", "finland", True)]


def test_a_page_is_found_by_the_tables_it_covers():
    found = extension("search").of_tables(ROOT, ["1-2-13", "圖1-2-6"])
    names = {name for name, _, _ in found}
    assert {"1-2-13", "表1-2-13", "Table 1-2-13", "圖1-2-6", "Figure 1-2-6"} <= names
    assert "1-2-6" not in names
    assert ("專利密度", "", False) in found


def test_maths_becomes_mathml_that_says_its_source():
    offline = extension("offline")
    made = offline._mathml(nodes.math("", r"\frac{a}{b} < \"c\""), "inline")
    assert made.startswith('<math alttext="\\frac{a}{b} &lt; ')
    assert "<mfrac>" in made


@pytest.mark.parametrize(
    ("script", "local"),
    [
        ("_static/doctools.js", True),
        ("https://cdn.example.org/x.js", False),
        ("//cdn.example.org/x.js", False),
        ("_static/sphinx-thebe.js", False),
    ],
)
def test_scripts_of_other_hosts_are_dropped(script, local):
    assert extension("offline")._local(script) is local


def test_the_font_of_the_figures_holds_what_they_write_and_little_else(tmp_path):
    from fontTools.ttLib import TTFont
    from pylopdf_fonts_zh_tw import sans_path

    figure = '<svg class="figure"><text>芬蘭 ✓ &amp; −1</text><g data-series="韓國"/></svg>'
    (tmp_path / "n.html").write_text(f"<p>臺</p>{figure}", "utf-8")
    figures = extension("svgalt")
    text = figures.characters(tmp_path)
    assert set("芬蘭✓−Tw9韓") <= set(text)
    made = figures.subset(sans_path(), text)
    assert made == figures.subset(sans_path(), text)
    with TTFont(io.BytesIO(base64.b64decode(made.partition(",")[2]))) as font:
        known = {chr(c) for c in font.getBestCmap()}
    assert set("芬蘭−Tw9") <= known
    assert "臺" not in known
    assert figures.missing("芬A\u0b95") == "\u0b95"


def test_a_page_gets_both_drawings_of_a_figure():
    data = {"image/svg+xml": "<svg>wide</svg>", "application/x.narrow+svg": "<svg>narrow</svg>", "text/html": "words"}
    source = [json.dumps({"cells": [{"outputs": [{"data": data}]}]})]
    env = SimpleNamespace(doc2path=lambda name: f"{name}.ipynb")
    extension("svgalt").together(SimpleNamespace(env=env), "page", source)
    shown = json.loads(source[0])["cells"][0]["outputs"][0]["data"]
    assert shown == {"image/svg+xml": "<svg>wide</svg><svg>narrow</svg>", "text/html": "words"}


def test_a_citation_names_page_book_version_and_date():
    publisher = extension("publisher")
    cited = {
        "authors": [{"name": "the authors"}],
        "title": "A Book",
        "version": "1.2",
        "date-released": date(2026, 5, 3),
    }
    assert publisher.citation("A page", cited) == (
        "The authors (2026): “A page”, in <cite>A Book</cite>, version 1.2, 3 May 2026."
    )
    assert "“" not in publisher.citation("A book", cited)
    assert publisher.citation("一頁", cited, language="zh_TW", book="一書") == (
        "《一書》作者群（2026年）：〈一頁〉，<cite>《一書》</cite>，第1.2版，2026年5月3日。"
    )


def test_the_citation_file_is_complete_and_of_the_version_of_the_package():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert {"cff-version", "message", "title", "authors", "license", "references"} <= cited.keys()
    assert cited["references"][0]["year"] == 2025


def test_titles_of_any_publisher_are_shown_as_they_are(tmp_path):
    title = "R&D <b>*all*</b> | $1$ to $2$ [a](b) {{x}} {math}`y` &lt; \\"
    fields = [{"name": "a`b|c", "title_en": title}, {"name": "v", "role": "value", "unit": title}]
    resource = {"name": "t", "table": "t|1", "path": "t.csv", "title_en": title, "notes": [title]}
    package = {"resources": [resource | {"schema": {"fields": fields}}]}
    (tmp_path / "data").mkdir()
    (tmp_path / "data/datapackage.json").write_text(json.dumps(package), "utf-8")
    (tmp_path / "data/t.csv").write_text("a`b|c,v\nx,1\n", "utf-8")
    reads = MarkdownIt().enable("table").use(dollarmath_plugin).use(myst_role_plugin).use(substitution_plugin)
    env = SimpleNamespace(note_dependency=str, get_location=str)
    for directive, times in (("DataDictionary", 4), ("ReportMap", 1)):
        page = SimpleNamespace(env=env, chinese=False, get_location=str)
        lines = getattr(extension("reference"), directive).lines(page, tmp_path)
        shown = html.unescape(re.sub("<[^>]*>", "", reads.render("\n".join(lines))))
        assert shown.count(title) == times, shown
