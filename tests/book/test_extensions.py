"""The book's own Sphinx extensions, without Sphinx."""

from __future__ import annotations

import importlib.util
from types import ModuleType

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


def test_a_figure_says_what_it_shows_and_how_large_it_is(tmp_path):
    figure = tmp_path / "f.svg"
    figure.write_text(
        '<svg viewBox="0 0 72 36"><title>T</title><desc>A line,\n R&amp;D.</desc><defs><desc>no</desc></defs></svg>',
        "utf-8",
    )
    assert extension("svgalt").described(figure) == ("A line, R&D.", 96, 48)


def test_the_citation_file_is_complete():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors", "license", "references"} <= cited.keys()
    assert cited["references"][0]["year"] == 2025
