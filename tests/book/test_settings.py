"""What pages are made from besides notebooks: a slip in it is one line."""

from __future__ import annotations

import re
import shutil

import pytest

from analysis.files import BadInput
from analysis.publish import project, site
from analysis.publish.languages import NAMES


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """What pages are made from besides notebooks."""
    root = tmp_path_factory.mktemp("checkout")
    shutil.copytree(project.ROOT / "data", root / "data")
    for file in (*project.SETTINGS, str(NAMES)):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project.ROOT / file, root / file)
    for page in project.listed():
        (root / page).parent.mkdir(parents=True, exist_ok=True)
        (root / f"{page}.md").touch()
    return root


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (NAMES, "en,zh", "en,ch", "names.csv, row header, column zh"),
        (NAMES, "Taiwan,臺灣", "Taiwan,臺灣\nTaiwan,臺", "names.csv, row Taiwan, column zh: a name once"),
        (NAMES, "Taiwan,臺灣", "Taiwan,", "names.csv, row Taiwan, column zh"),
        ("_config.yml", "title: The", "titel: The", "_config.yml: property 'title'"),
        ("_config.yml", "addresses:", "addresses: here\nold:", "_config.yml: property 'addresses'"),
        ("_config.yml", "branch: main", "branch: 5", "_config.yml: property 'addresses': a text or nothing for branch"),
        (
            "_config.yml",
            'notebooks: "off"',
            "notebooks: never",
            "_config.yml: settings of Jupyter Book: 'never' is not",
        ),
        (
            "_toc.yml",
            "file: book/inputs/funding",
            "file: book/inputs/fund",
            "_toc.yml: pages that exist; there is no book/inputs/fund.ipynb",
        ),
        ("CITATION.cff", "date-released: 2026-", "date-released: 26-", "CITATION.cff: property 'date-released'"),
        ("CITATION.cff", "date-released: 2026-1", "date-released: 2026-3", "CITATION.cff: valid YAML"),
        ("CITATION.cff", "abstract:", "abstrac:", "CITATION.cff: property 'abstract'"),
        ("CITATION.cff", "  - name:", "  - nam:", "CITATION.cff: property 'authors'"),
        ("data/glossary.csv", "G1,", "G2,", "glossary.csv, row G2, column id"),
        ("data/figures.csv", "points", "dots", "column data_printed: one of full, ranks, points, none"),
        ("data/tables/1-2-2.csv", "3.98", "3,98", "tables/1-2-2.csv, row line"),
        ("data/datapackage.json", "pages.csv", "../pages.csv", "datapackage.json, row resource pages: path"),
    ],
)
def test_a_slip_in_what_pages_are_made_from_is_one_line_before_anything_is_run(checkout, file, old, new, said):
    path = checkout / file
    whole = path.read_text("utf-8")
    assert old in whole
    path.write_text(whole.replace(old, new, 1), "utf-8")
    try:
        with pytest.raises(BadInput, match=re.escape(said)) as caught:
            site.sound(checkout), site.settings(checkout)
    finally:
        path.write_text(whole, "utf-8")
    assert "\n" not in str(caught.value)
