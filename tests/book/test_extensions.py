"""The book's own Sphinx extensions, without Sphinx."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
from types import ModuleType, SimpleNamespace

import pytest
import yaml
from docutils import nodes

from tests.book.common import ROOT


def extension(name: str) -> ModuleType:
    """An extension of ``book/_ext`` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "book" / "_ext" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("研發經費", ["研發", "發經", "經費"]),
        ("我國GDP成長率", ["我國", "GDP", "成長", "長率"]),
        ("美", ["美"]),
        ("R&D intensity, 2023", ["R", "D", "intensity", "2023"]),
        ("", []),
    ],
)
def test_chinese_is_split_into_pairs_and_latin_into_words(text, terms):
    assert extension("zhsearch").split(text) == terms


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

    figure = "<svg><text>芬蘭 ✓ &amp; −1</text><title>Taiwan, 2023</title></svg>"
    cell = {"cell_type": "code", "source": "", "outputs": [{"data": {"image/svg+xml": figure}}]}
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": [cell]}), "utf-8")
    figures = extension("svgalt")
    text = figures.characters(tmp_path)
    assert set("芬蘭✓−Tw9") <= set(text)
    made = figures.subset(sans_path(), text)
    assert made == figures.subset(sans_path(), text)
    with TTFont(io.BytesIO(base64.b64decode(made.partition(",")[2]))) as font:
        known = {chr(c) for c in font.getBestCmap()}
    assert set("芬蘭−Tw9") <= known
    assert "臺" not in known
    assert figures.missing(sans_path(), "芬A\u0b95") == "\u0b95"


def test_both_drawings_of_a_figure_come_into_the_page():
    figures = extension("svgalt")
    data = {"image/svg+xml": "<svg>wide</svg>", figures.NARROW_MIME: "<svg>narrow</svg>"}
    source = [json.dumps({"cells": [{"outputs": [{"data": data}]}]})]
    app = SimpleNamespace(env=SimpleNamespace(doc2path=lambda name: f"{name}.ipynb"))
    figures.together(app, "page", source)
    output = json.loads(source[0])["cells"][0]["outputs"][0]["data"]
    assert output == {"image/svg+xml": "<svg>wide</svg><svg>narrow</svg>"}


def test_the_citation_file_is_complete():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors", "license", "references"} <= cited.keys()
    assert cited["references"][0]["year"] == 2025
