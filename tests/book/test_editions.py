"""The Chinese edition beside the English one: nothing untranslated, the same numbers on every page, the words of the glossary."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup, Tag

from analysis.publish import languages
from analysis.publish.project import LANGUAGE, LOCALE
from tests.book.common import HTML, PAGES, ROOT, SITE, page

CATALOGUES = sorted((ROOT / LOCALE / LANGUAGE).rglob("*.po"))
CHINESE = SITE / "zh"
pytestmark = pytest.mark.skipif(not CHINESE.is_dir(), reason="the Chinese edition is not built; `make site` builds it")
#: What of a message must be in its translation, each as often: numbers taken out, facts, code, addresses of links.
_KEPT = re.compile(r"\{fact\}`[^`]*`|\{\d+(?:\*\d+)?\}|\{[a-z]+\}(?!`)|(?<!\})`[^`]*`|\]\([^)]*\)|\{zh\}`[^`]*`")
_TERM = re.compile(r"\{term\}`([^`<]+?)(?:\s*<([^>]+)>)?`")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?", re.ASCII)
#: Numbers in words, as the facts of the English edition have them; the Chinese ones have digits.
_ONES = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
]
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
_WORDS = {"no": "0", "none": "0"} | {word: str(n) for words in (_ONES, _ORDINALS) for n, word in enumerate(words, 1)}
#: Not the text of a page: code, what was marked as untranslated, what readers are shown about the page itself.
_APART = "script, style, .cell_input, code, pre, .about-page, .headerlink, .prev-next-footer, a.numbers, [translate=no]:not(text)"


def messages() -> list[tuple[Path, str, str, bool]]:
    """Catalogue, message, translation, whether it is fuzzy."""
    found = []
    for path in CATALOGUES:
        with path.open("rb") as file:
            found += [(path, str(m.id), str(m.string), bool(m.fuzzy)) for m in read_po(file) if m.id]
    return found


def article(name: str, html: Path) -> Tag:
    soup = BeautifulSoup(page(name, html).read_text("utf-8"), "html.parser")
    text = soup.select_one("article.bd-article")
    assert text is not None, name
    for element in text.select(_APART):
        element.decompose()
    return text


_MONTHS = [date(2024, month, 1).strftime("%B") for month in range(1, 13)]
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)}|Sept?)\b")  # May 2024 is 2024年5月


def mantissas(text: str) -> Counter[str]:
    """Numbers of a text without their powers of ten: US$59.9 billion and 599億美元 are both 599."""
    text = re.sub(r"(?:US|NT)\$ ?100 million|100 million US(?:\$| dollars)", "", text)  # a unit, 億
    text = re.sub(r"EU-27\s+歐盟\s*27\s*國", "EU-27", text)  # named in both languages
    text = _MONTH.sub(lambda m: str(1 + next(i for i, name in enumerate(_MONTHS) if name.startswith(m[1]))), text)
    return Counter(n.replace(",", "").replace(".", "").strip("0") or "0" for n in _NUMBER.findall(text))


def numbers(text: Tag) -> tuple[Counter[str], list[str]]:
    """The numbers of a page outside its facts, and its facts."""
    facts = []
    for fact in text.select("span.fact"):
        facts.append(fact.get_text())
        fact.replace_with(" ")
    for circle in text.select("circle > title"):
        circle.append(" ")
    return mantissas(text.get_text(" ")), facts


_SCALE = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "萬": 1e4, "億": 1e8, "兆": 1e12}
_AMOUNT = re.compile(rf"(?<![\w.])(\d[\d,]*(?:\.\d+)?) ?({'|'.join(_SCALE)})?", re.ASCII)


def same_fact(english: str, chinese: str) -> bool:
    """Whether a fact has the same numbers in both editions; amounts of money may be rounded to three digits."""
    english = re.sub(r"^[A-Za-z]+", lambda m: _WORDS.get(m[0].lower(), m[0]), english)
    # 15兆2,355億 is one amount
    chinese = re.sub(r"(\d)(?:兆|億)([\d,]+)(?=億|萬)", lambda m: m[1] + m[2].replace(",", "").zfill(4), chinese)
    mine, theirs = (
        sorted(float(n.replace(",", "")) * _SCALE.get(scale, 1) for n, scale in _AMOUNT.findall(text))
        for text in (english, chinese.replace("無", "0"))
    )
    return len(mine) == len(theirs) and all(a == pytest.approx(b, rel=6e-3) for a, b in zip(mine, theirs, strict=True))


def test_every_message_is_translated_and_none_is_fuzzy():
    assert len(CATALOGUES) > 40
    left = [(path.name, message[:80]) for path, message, translation, fuzzy in messages() if not translation or fuzzy]
    assert left == []


def test_translations_keep_facts_links_code_and_numbers():
    lost = [
        (path.name, message[:90], translation[:90])
        for path, message, translation, _ in messages()
        if sorted(_KEPT.findall(re.sub(r"\{(?:axis)?\*[\d.]+\}|\*[\d.]+(?=[}`])", "", _TERM.sub("", translation))))
        != sorted(_KEPT.findall(_TERM.sub("", message)))
        or len(_TERM.findall(message)) != len(_TERM.findall(translation))
    ]
    assert lost == []


@pytest.mark.parametrize("name", PAGES)
def test_both_editions_of_a_page_have_the_same_numbers(name):
    (english, facts), (chinese, their_facts) = numbers(article(name, HTML)), numbers(article(name, CHINESE))
    assert sum(english.values()) or name.startswith("book/reference/")
    assert {"en": english - chinese, "zh": chinese - english} == {"en": Counter(), "zh": Counter()}
    assert len(facts) == len(their_facts)
    unlike = Counter(their_facts)  # their order in a sentence may differ
    for fact in facts:
        twin = next((t for t in unlike.elements() if same_fact(fact, t)), None)
        assert twin is not None, (fact, unlike)
        unlike[twin] -= 1


@pytest.mark.parametrize("name", PAGES)
def test_no_sentence_is_left_in_the_other_language(name):
    chinese = article(name, CHINESE)
    for element in chinese.select("cite, [lang=en]"):
        element.decompose()
    said = re.sub("《[^》]*》|「[^」]*」|（[^（）]*）", "", chinese.get_text(" "))  # titles, terms
    words = re.findall(r"(?:\b[A-Za-z][A-Za-z'’-]*[ ,]+){5,}[A-Za-z]+", said)
    assert [w for w in words if len(re.findall(r"\b[a-z]{2,}", w)) > 3] == []
    english = article(name, HTML)
    for element in english.select('[lang="zh-Hant"], .language-zh-Hant'):
        element.decompose()
    if name != "book/reference/data_dictionary":  # which names the units as printed
        # and so do brackets in the text
        assert not re.search("[億萬兆]", re.sub(r"\([^()]*\)", "", english.get_text(" ")))


def test_terms_are_those_of_the_glossary():
    terms = glossary()
    assert len(terms) > 15
    departing = [
        (path.name, shown, target)
        for path, _, translation, _ in messages()
        for shown, target in _TERM.findall(translation)
        if not any(word in shown or shown in word for word in terms[(target or shown).casefold()])
    ]
    assert departing == []


def glossary() -> dict[str, list[str]]:
    """Chinese words of the glossary by English term in lower case."""
    text = (ROOT / "book/reference/glossary.md").read_text("utf-8")
    found = {}
    for term, said in re.findall(r"^(\S[^\n]*)\n  (.+)$", text.partition("```{glossary}")[2], re.MULTILINE):
        words = re.findall(r"[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z%（）]*", said)
        found[term.strip().casefold()] = [*words, term.strip()]
    return found


def test_a_text_without_chinese_is_found_and_a_number_goes_through():
    twin = languages.Twin({"{0} of {1} rows": "{1}列中的{0}列", "US${0} billion": "{0*10}億美元"}, {"Taiwan": "臺灣"})
    assert twin.markup("<p>3 of 17 rows</p>") == "<p>17列中的3列</p>"
    assert twin.markup("<p>US$6.5 billion</p>") == "<p>65億美元</p>"
    assert twin.markup("<b>Taiwan</b> <code>x is y</code> 3.98") == "<b>臺灣</b> <code>x is y</code> 3.98"
    assert twin.missing == {}
    assert twin.markup('<img alt="Nobody knows 5">', "page.html") == '<img alt="Nobody knows 5">'
    assert twin.missing == {"Nobody knows {0}": "page.html"}


def test_what_a_value_says_is_translated_part_by_part():
    twin = languages.Twin({"legal support": "法律支援"}, {"Food, drink": "食品、飲料", "Taiwan": "臺灣"})
    assert twin.listed("Food, drink, legal support, 2023: 3.9 (Taiwan)") == "食品、飲料，法律支援，2023：3.9（臺灣）"
    assert twin.missing == {}


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("EU-27", "歐盟27國"),
        ("EU-27, 2023", "歐盟27國，2023年"),
        ("GERD", "研發經費"),
        ("MSTI 2025-09", "MSTI 2025年9月版"),
        ("read on 2025-02-26", "於2025年2月26日讀取"),
        ("2026-02", "2026年2月"),
        ("2014 to 2023", "2014年至2023年"),
        ("0.18 (4.8)", "0.18（4.8）"),
        ("10.1% (2023)", "10.1%（2023年）"),
        ("100-300 GHz", "100-300 GHz"),
        ("1-2-13", "1-2-13"),
    ],
)
def test_dates_years_and_abbreviations_are_written_as_chinese_has_them(english: str, chinese: str) -> None:
    messages = {"GERD": "研發經費", "MSTI {0}": "MSTI {0}版", "read on {0}": "於{0}讀取", "{0} GHz": "{0} GHz"}
    assert languages.Twin(messages, {"EU-27": "歐盟27國"}).phrase(english) == chinese


def test_a_wrapped_label_is_one_message_and_fits_where_it_stood():
    twin = languages.Twin({"Digital and technological skills": "數位與科技技能"}, {})
    lines = [(79.1, 370.32, "Digital and"), (44.36, 380.49, "technological skills")]
    drawn = "".join(
        f'<text font-size="9px" fill="#c04000" transform="translate({x:.2f} {y:.2f})">{said}</text>\n'
        for x, y, said in lines
    )
    shown = twin.markup(f'<svg class="figure" viewBox="0 0 316.80 400.00">{drawn}</svg>')
    assert re.findall(">([^<]+)</text>", shown) == ["數位與科技技能"]
    assert 'text-anchor="end"' in shown
    place = re.search(r'x="([\d.]+)" y="([\d.]+)"', shown)
    assert place is not None
    assert abs(float(place[1]) - 124) < 4
    assert float(place[2]) == pytest.approx(375.4, abs=0.1)
