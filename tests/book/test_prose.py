"""No naked numbers: what a reader takes for a result must come from the code.

A number typed into a page stays when the data change. Allowed are what is not a result:
years, numbers of tables, figures, pages, findings and claims, and the few others listed here
with the reason.
"""

from __future__ import annotations

import re

import pytest

from analysis.publish import fingerprint, project
from analysis.publish.checks import text
from tests.book.common import PAGES, ROOT

#: Patterns of numbers that may be typed: (what it is, pattern).
ALLOWED = [
    ("code and commands", r"(?<!`)``?[^`\n]+``?(?!`)"),
    ("target of a link", r"\]\([^)]*\)|<[^<>\n]+>|\{[a-z:-]+\}`[^`]+`"),
    ("table or figure of the report, alone or in a range", r"(?:表|圖)?\s?\b\d-\d-\d{1,2}\b"),
    ("table or figure of the appendix", r"(?:表|圖|Tables?|Figures?)\s?[A-Z]?\d+(?:-\d+)*"),
    ("page of the report", r"\bpp?\.\s?\d+(?:\s?[-–]\s?\d+)?|第\d+頁"),
    ("month of publication", r"(?<=年)\d{1,2}月"),
    ("year or range of years", r"\b(?:19|20)\d\d(?:\s?[-–/→]\s?(?:(?:19|20)\d\d|\d\d))?s?\b"),
    ("year as Chinese text writes it", r"(?:19|20)\d\d(?:/(?:19|20)\d\d)?(?=年|產)"),
    ("finding or claim", r"\b[FfC]-?\d+(?:\.\d+)?\b"),
    ("version of Python", r"Python 3\.\d+(?:, 3\.\d+)*(?: or 3\.\d+)?"),
    ("group of countries", r"\bEU-27\b"),
    ("chapter of the report", r"\b\d-\d(?:-\d)?\b"),
    (
        "name of a standard, licence or method",
        r"\bCC0\b|\b(?:ISO|OSLO|UTF|SHA|CC BY|AR|HC)[- ]?\d+(?:\.\d+)?(?:-\d+)?\b",
    ),
    ("name of a kind of product or measure", r"\b(?:M1B|M2|5G|6G|AI|H2|CO2|PM2\.5|PCT|R&D)\b"),
    ("line of the text", r"\b[Ll]ines? \d+(?:(?:, | and )\d+)*"),
    ("day of a month", r"\b\d{1,2} (?:January|December)\b"),
    ("item of a numbered list", r"^\s*\d+\.\s"),
]
#: Single sentences with a number that explains a convention, not a result.
WHITELIST = {
    "book/reference/own_report": r"(?m)^## \d\.|\b(?:2\.0|1\.95|2\.05|1\.5|2\.5|2)\b",
    "book/reference": r"3\.395|3\.405|3\.40|0\.56",
    "book/": r"\b(?:3\.40|3\.395|3\.405)\b|\b100\b|\b95\s?%|\bhundred\b",
}
_FENCE = re.compile(
    r"^(`{3,}|~{3,})(?!\{(?:note|warning|tip|important|admonition|glossary|div|list-table)).*?^\1",
    re.MULTILINE | re.DOTALL,
)
_MATHS = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def naked(prose: str, page: str) -> list[str]:
    """Numbers in Markdown that nothing allows, each with its surroundings."""
    for pattern in (_COMMENT, _FENCE, _MATHS):
        prose = pattern.sub(" ", prose)
    for start, pattern in WHITELIST.items():
        if page.startswith(start):
            prose = re.sub(pattern, " ", prose)
    for _, pattern in ALLOWED:
        prose = re.sub(pattern, " ", prose, flags=re.MULTILINE)
    return [prose[max(0, m.start() - 40) : m.end() + 20].replace("\n", " ") for m in re.finditer(r"\d[\d,.]*", prose)]


def prose(page: str) -> str:
    """The Markdown that people typed for a page."""
    path = project.source(page)
    if path.suffix == ".md":
        return path.read_text("utf-8")
    cells = fingerprint.read(path)["cells"]
    return "\n\n".join(text(c["source"]) for c in cells if c["cell_type"] == "markdown")


@pytest.mark.parametrize("page", PAGES)
def test_no_number_in_the_prose_is_typed(page):
    assert naked(prose(page), page) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "The share rose to 3.98 % of GDP.",
        "Taiwan ranks 3rd of 41 economies.",
        "| GERD | 47,494 |",
        "It grew by 27.9 per cent in 2023.",
        "Of 1,747 checks all but 12 pass.",
    ],
)
def test_the_check_sees_numbers(sentence):
    assert naked(sentence, "book/inputs/x")


@pytest.mark.parametrize(
    "sentence",
    [
        "Table 1-2-2, p. 34, for 2019–2023 (表1-2-2).",
        "See [F-003](../audit/findings.md#f-003) and claim C1343.1.",
        "Run `make book PORT=8001`.",
        "$x_1 = 100 \\cdot y_2$",
    ],
)
def test_the_check_allows_what_is_no_result(sentence):
    assert naked(sentence, "book/inputs/x") == []


def test_code_cells_hold_no_typed_results_either():
    """Arguments are names, tables, years and small settings; a number with decimals is a result or a tuning.

    A hundred makes per cent, a thousand thousands; an expectation states its own limit, a chart its axis.
    """
    allowed = r"^expect\(.*?\)$|\b(?:limits|middle|reference|row_height|height)=\([^()]*\)|\b(?:middle|row_height|height)=[\d.]+"
    found = []
    for path in project.notebooks():
        for cell in fingerprint.read(path)["cells"]:
            if cell["cell_type"] == "code":
                source = re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", text(cell["source"]))
                source = re.sub(allowed, "", source, flags=re.MULTILINE | re.DOTALL)
                found += [
                    f"{path.relative_to(ROOT)}: {m}"
                    for m in re.findall(r"\b\d+\.\d+\b|\b(?!(?:19|20)\d\d\b|1000?\b)\d{3,}\b", source)
                ]
    assert found == []
