"""The Chinese edition beside the English one: nothing untranslated, the same numbers on every page, the words of the glossary."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup, Tag

from analysis.charts import exhibit
from analysis.publish import catalogues, languages, pages
from analysis.publish.project import LANGUAGE, LOCALE
from tests.book.common import PAGES, ROOT, SITE, article, page

CATALOGUES = sorted((ROOT / LOCALE / LANGUAGE).rglob("*.po"))
CHINESE = SITE / "zh"
pytestmark = pytest.mark.skipif(not CHINESE.is_dir(), reason="the Chinese edition is not built; `make site` builds it")
#: What of a message must be in its translation, each as often: numbers taken out, facts, code, addresses of links,
#: and a Chinese title, whose words the translation may choose.
_KEPT = re.compile(r"\{fact\}`[^`]*`|\{\d+\}|\{[a-z]+\}(?!`)|(?<!\})`[^`]*`|\]\([^)]*\)|\{zh\}(?=`)")
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
_FURTHER = {"eighteen": "18", "nineteen": "19", "twenty": "20", "thirty-five": "35", "hundred": "100"}
_WORDS = {"no": "0", "none": "0"} | {word: str(n) for words in (_ONES, _ORDINALS) for n, word in enumerate(words, 1)}
#: The same in the text of a page, which has counts in words where the Chinese has the digits of its facts.
_COUNTED = re.compile(rf"\b({'|'.join(_FURTHER | dict.fromkeys(_ONES))})\b", re.IGNORECASE)
#: Not the text of a page: code, and what readers are shown about the page itself.
_APART = {"script", "style", "code", "pre"}, {"cell_input", "about-page", "headerlink", "prev-next-footer"}


def messages() -> list[tuple[Path, str, str, bool]]:
    """Catalogue, message, translation, whether it is fuzzy."""
    found = []
    for path in CATALOGUES:
        with path.open("rb") as file:
            found += [(path, str(m.id), str(m.string), bool(m.fuzzy)) for m in read_po(file) if m.id]
    return found


def apart(element: Tag) -> bool:
    """Whether an element is no text of the page, or was marked as untranslated; ten times as fast as a selector."""
    names, classes = _APART
    own = element.get("class", ())
    numbers = element.name == "a" and "numbers" in own
    untranslated = element.get("translate") == "no" and element.name != "text"
    return element.name in names or not classes.isdisjoint(own) or numbers or untranslated


def told(text: Tag) -> Tag:
    for element in [e for e in text.find_all(True) if apart(e)]:
        element.decompose()
    return text


def without(text: Tag, left_out: list[Tag]) -> str:
    """The words of a page but for those of some elements."""
    out = set(map(id, left_out))
    said = (s for s in text.strings if out.isdisjoint(map(id, s.parents)))
    return " ".join(said)


_MONTHS = [date(2024, month, 1).strftime("%B") for month in range(1, 13)]
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)}|Sept?)\b")  # May 2024 is 2024年5月


def mantissas(text: str) -> Counter[str]:
    """Numbers of a text without their powers of ten: US$59.9 billion and 599億美元 are both 599."""
    text = re.sub(r"(?:US|NT)\$ ?100 million|100 million(?:,)? US(?:\$| dollars)", "", text)  # a unit, 億
    text = re.sub(r"EU-27\s+歐盟\s*27\s*國", "EU-27", text)  # named in both languages
    text = re.sub(r"\bper 10,000\b", "每萬", text)
    text = _MONTH.sub(lambda m: str(1 + next(i for i, name in enumerate(_MONTHS) if name.startswith(m[1]))), text)
    return Counter(n.replace(",", "").replace(".", "").strip("0") or "0" for n in _NUMBER.findall(text))


_SCALE = {
    "hundred million": 1e8,
    "ten thousands": 1e4,
    "ten thousand": 1e4,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
}
_SCALE |= {"trillion": 1e12, "百萬": 1e6, "萬": 1e4, "億": 1e8, "兆": 1e12}
_AMOUNT = re.compile(rf"(?<![\w.])(\d[\d,]*(?:\.\d+)?) ?({'|'.join(_SCALE)})?", re.ASCII)
#: A unit that stands behind a fact, outside it.
_FOLLOWING = re.compile(rf"\s*({'|'.join(_SCALE)})")


#: Pages that give titles in both languages in the English edition, once in the Chinese.
TWICE = ("book/reference/report_map", "book/reference/data_dictionary")


def numbers(text: Tag) -> tuple[Counter[str], list[tuple[str, str]]]:
    """The numbers of a page outside its facts, and its facts with the units behind them, each with the text around it."""
    facts, shown = [], text.find_all("span", class_="fact")
    for fact in shown:
        unit = _FOLLOWING.match(str(fact.next_sibling or ""))
        around = fact.find_parent(["p", "li", "td", "dd", "h1", "h2", "h3"])
        facts.append((fact.get_text() + (f" {unit[1]}" if unit else ""), around.get_text(" ") if around else ""))
    return mantissas(without(text, shown)), facts


def same_fact(english: str, chinese: str, around: str) -> bool:
    """Whether a fact has the same numbers in both editions; amounts of money may be rounded to three digits.

    The unit of the English may stand elsewhere in its paragraph: ``141 and 165 million``.
    """
    english = re.sub(r"^[A-Za-z]+", lambda m: _WORDS.get(m[0].lower(), m[0]), english)
    # 15兆2,355億 is one amount
    chinese = re.sub(r"(\d)(?:兆|億)([\d,]+)(?=億|萬)", lambda m: m[1] + m[2].replace(",", "").zfill(4), chinese)
    mine, theirs = (
        sorted(float(n.replace(",", "")) * _SCALE.get(scale, 1) for n, scale in _AMOUNT.findall(text))
        for text in (english, chinese.replace("無", "0"))
    )
    scales = [1.0, *(_SCALE[word] for word in _SCALE if word in around and not re.search("|".join(_SCALE), english))]
    return len(mine) == len(theirs) and any(
        all(a * scale == pytest.approx(b, rel=6e-3) for a, b in zip(mine, theirs, strict=True)) for scale in scales
    )


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


_SLOT = re.compile(r"\{(\d+)((?:\*[\d.]+)?)\}")


def moved(text: str, by: int) -> str:
    """A message with its numbers counted from another one on."""
    return _SLOT.sub(lambda m: f"{{{int(m[1]) + by}{m[2]}}}", text)


def test_a_note_is_said_alike_as_a_whole_and_in_the_parts_that_the_register_has():
    found = {message: said for path, message, said, _ in messages() if path.name == "outputs.po"}
    wholes, unlike = 0, []
    for message, said in found.items():
        parts = message.removesuffix(".").split("; ")
        firsts = [int(slot[1]) if (slot := _SLOT.search(part)) else 0 for part in parts]
        alone = [moved(part, -first) for part, first in zip(parts, firsts, strict=True)]
        alone[0] = alone[0] if alone[0] in found else alone[0][:1].lower() + alone[0][1:]
        if len(parts) > 1 and all(part in found for part in alone):
            wholes += 1
            joined = "；".join(moved(found[part], first) for part, first in zip(alone, firsts, strict=True))
            unlike += [(said, joined)] if said.removesuffix("。") != joined else []
    assert wholes > 40
    assert unlike == []


@pytest.fixture(scope="module", params=PAGES)
def name(request) -> str:
    """Each page in turn, with all that is asked about it: it is read once."""
    return request.param


@pytest.fixture(scope="module")
def chinese(name: str) -> tuple[BeautifulSoup, Tag, str]:
    """A page in Chinese: what stands around its text, its text, and all the words of that."""
    markup, text = page(name, CHINESE).read_text("utf-8"), article(name, CHINESE)
    return BeautifulSoup(markup.replace(pages.article(markup), ""), "html.parser"), text, text.get_text()


@pytest.fixture(scope="module")
def editions(name: str, chinese: tuple[BeautifulSoup, Tag, str]) -> tuple[Tag, Tag]:
    """The text of a page in English and in Chinese, without what stands apart."""
    return told(article(name)), told(chinese[1])


def test_both_editions_of_a_page_have_the_same_numbers(name, editions):
    (english, facts), (chinese, their_facts) = map(numbers, editions)
    assert sum(english.values()) or name.startswith("book/reference/")
    if name in TWICE:
        english, chinese = Counter(set(english)), Counter(set(chinese))
    said, theirs = (without(text, text.find_all("span", class_="fact")) for text in editions)
    spelled = Counter((_WORDS | _FURTHER)[word.lower()] for word in _COUNTED.findall(said))
    counted = mantissas(" ".join((spelled & Counter(_NUMBER.findall(theirs))).elements()))
    assert {"en": english - chinese, "zh": chinese - english - counted} == {"en": Counter(), "zh": Counter()}
    assert len(facts) == len(their_facts)
    unlike = Counter(fact for fact, _ in their_facts)  # their order in a sentence may differ
    for fact, around in facts:
        twin = next((t for t in unlike.elements() if same_fact(fact, t, around)), None)
        assert twin is not None, (fact, unlike)
        unlike[twin] -= 1


#: Units of columns and figures, with their powers of ten; ``每百萬人`` and the like are units of another kind.
_POWERS = {"100 million": 8, "ten thousand": 4, "trillion": 12, "billion": 9, "million": 6, "thousand": 3}
_POWERS |= {"十億": 9, "百萬": 6, "仟": 3, "千": 3, "億": 8, "兆": 12, "萬": 4}
_MONEY = re.compile(r"(?:US|NT)\$ ?(?:[mb]illion)|thousand US\$|(?:十億|百萬|千|億|萬)(?:美)?元")
_VALUE = re.compile(r"(?<![\d.,])\d[\d,]*(?:\.\d+)?", re.ASCII)
_YEAR = re.compile(r"(?:19|20)\d\d")


def power(unit: str) -> int:
    """The power of ten of a unit; 0 if it is one of several, or of something else."""
    unit = re.sub(r"(?:per|每)\s?(?:thousand|million|百萬|千)", "", unit.casefold())
    found = next((n for word, n in _POWERS.items() if word in unit), 0)
    return 0 if re.search(r"%| or |, |或|、", unit) else found


def columns(text: Tag) -> dict[tuple[str, int], tuple[str, list[Decimal]]]:
    """Unit and numbers of the columns of tables, by table and column."""
    found = {}
    for box in text.select("div.exhibit-table[id]"):
        rows = [row.find_all(["td", "th"], recursive=False) for row in box.select("tbody > tr")]
        units = {place(head): head.select_one(".unit").get_text() for head in box.select("thead th:has(.unit)")}
        below = {id(words) for element in box.select(".below") for words in element.strings}
        for column, cells in enumerate(zip(*rows, strict=True)):
            said = (words for cell in cells for words in cell.strings if id(words) not in below)
            values = [Decimal(n.replace(",", "")) for words in said for n in _VALUE.findall(words)]
            found[str(box["id"]), column] = units.get(column, ""), values
    return found


def place(head: Tag) -> int:
    """The column of a head that stands over one column."""
    rows = [row.find_all("th") for row in head.find_parent("thead").select("tr")]
    wide = [int(h.get("colspan", 1)) for h in rows[0]]
    starts = [sum(wide[:i]) for i in range(len(wide))]
    if any(h is head for h in rows[0]):
        return next(start for h, start in zip(rows[0], starts, strict=True) if h is head)
    below = [s + i for h, s, n in zip(rows[0], starts, wide, strict=True) if not h.get("rowspan") for i in range(n)]
    return next(column for h, column in zip(rows[1], below, strict=True) if h is head)


def other_columns(english: Tag, chinese: Tag) -> list[tuple[str, int]]:
    """Columns with a unit whose amounts are not the same."""
    mine, theirs = columns(english), columns(chinese)
    assert mine.keys() == theirs.keys()
    return [
        key
        for key, (unit, values) in mine.items()
        if unit or theirs[key][0]
        if [v.scaleb(power(unit) - power(theirs[key][0])) for v in values] != theirs[key][1]
    ]


def test_columns_have_the_same_amounts_in_both_editions(editions):
    assert other_columns(*editions) == []


def padded_columns(english: Tag, chinese: Tag) -> list[tuple[str, int]]:
    """Columns whose Chinese amounts end in noughts that stand for digits left out in English."""
    theirs = columns(chinese)
    return [
        key
        for key, (unit, values) in columns(english).items()
        if (more := power(unit) - power(theirs[key][0])) > 0
        if any(value and -value.as_tuple().exponent < more for value in values)
    ]


def test_no_amount_of_a_column_ends_in_noughts_that_nobody_counted(editions):
    assert padded_columns(*editions) == []


def test_a_column_that_is_not_shifted_is_noticed():
    def shown(unit: str, number: str) -> Tag:
        head = f'<th scope="col">1</th><th scope="col">2<span class="unit">{unit}</span></th>'
        rows = f"<tr><th>3</th><td>{number}</td></tr>"
        text = f'<div class="exhibit-table" id="t"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        return BeautifulSoup(text, "html.parser")

    assert other_columns(shown("NT$ billion", "1,417.05"), shown("新臺幣億元", "14,170.5")) == []
    assert other_columns(shown("NT$ billion", "1,417.05"), shown("新臺幣億元", "1,417.05")) == [("t", 1)]
    assert other_columns(shown("million", "1.14"), shown("萬人", "114")) == []
    assert other_columns(shown("million", "1.14"), shown("萬人", "11.4")) == [("t", 1)]
    assert padded_columns(shown("NT$ billion", "9,671.5"), shown("新臺幣億元", "96,715")) == []
    assert padded_columns(shown("NT$ billion", "9,672"), shown("新臺幣億元", "96,720")) == [("t", 1)]


def figures(text: Tag) -> dict[str, tuple[str, list[Decimal]]]:
    """What figures say of money above the drawing, and the numbers in them that stand alone; no years."""
    found = {}
    for svg in text.select("svg.figure[data-name]"):
        said = [node.get_text() for node in svg.find_all("text")]
        above = " ".join(n.get_text() for n in svg.find_all("text") if float(str(n.get("x", 99))) < 6)
        money = _MONEY.search(above)
        alone = [t for t in said if re.fullmatch(r"[+−-]?\d[\d,]*(?:\.\d+)?", t)]
        alone += [
            n
            for value in svg.select("circle > title")
            for n in _VALUE.findall(
                re.sub(
                    r"F-\d+|EU-27|歐盟27國|(?:19|20)\d\d–(?:19|20)\d\d|^(?:19|20)\d\d(?=,|，|年)", "", value.get_text()
                )
            )
        ]
        values = [Decimal(n.replace(",", "").replace("−", "-")) for n in alone if not _YEAR.fullmatch(n)]
        found[str(svg["data-name"])] = money[0] if money else "", values
    return found


def other_figures(english: Tag, chinese: Tag) -> list[str]:
    """Figures of amounts of money, by name, in which they are not the same."""
    mine, theirs = figures(english), figures(chinese)
    assert mine.keys() == theirs.keys()
    found = []
    for key, (unit, values) in mine.items():
        by = power(unit) - power(theirs[key][0])
        assert bool(unit) == bool(theirs[key][0]), key
        # beside its axis this one has labels with rates of growth
        rates = (0, by) if key.startswith("claims-market-forecasts") else (by,)
        pairs = list(zip(values, theirs[key][1], strict=True)) if unit else []
        if any(b not in [a.scaleb(n) for n in rates] for a, b in pairs) or (by and not any(a != b for a, b in pairs)):
            found.append(key)
    return found


def test_figures_have_the_same_amounts_in_both_editions(editions):
    assert other_figures(*editions) == []


def test_a_figure_that_is_not_shifted_is_noticed():
    def shown(unit: str, tick: str, value: str) -> Tag:
        text = f'<text x="4.32">2023, {unit}</text><text x="50">{tick}</text><text x="60">2019</text>'
        said = f"<circle><title>EU-27, 2023: {value} (F-005)</title></circle>"
        return BeautifulSoup(f'<svg class="figure" data-name="f">{text}{said}</svg>', "html.parser")

    english = shown("NT$ billion", "100", "30.6")
    assert other_figures(english, shown("新臺幣億元", "1,000", "306")) == []
    assert other_figures(english, shown("新臺幣億元", "100", "306")) == ["f"]
    assert other_figures(english, shown("新臺幣億元", "1,000", "30.6")) == ["f"]


def test_no_amount_is_left_in_a_unit_that_nobody_writes(name):
    text = re.sub(r'href="data:[^"]*"', "", page(name, CHINESE).read_text("utf-8"))
    assert re.findall(r".{20}十億(?!位元).{9}", text) == []  # gigabits are what a bracket of the report says
    # printed are 人口數（百萬）, and per million people
    found = re.findall(r".{9}[^每一](?:百萬|千)(?:美?元|人|戶|輛|公噸).{9}", re.sub(r"人口數（百萬）", "", text))
    allowed = ("捨入至百萬人", '"unit">百萬人', "渡輪旅客，千人")
    assert [f for f in found if not any(a in f for a in allowed)] == []


def test_no_sentence_is_left_in_the_other_language(name, editions):
    english, chinese = editions
    text = without(chinese, chinese.select("cite, [lang=en]"))
    said = re.sub("《[^》]*》|「[^」]*」|（[^（）]*）", "", text)  # titles, terms
    words = re.findall(r"(?:\b[A-Za-z][A-Za-z'’-]*[ ,]+){5,}[A-Za-z]+", said)
    assert [w for w in words if len(re.findall(r"\b[a-z]{2,}", w)) > 3] == []
    if name != "book/reference/data_dictionary":  # which names the units as printed
        # and so do brackets in the text
        text = without(english, english.select('[lang="zh-Hant"], .language-zh-Hant'))
        assert not re.search("[億萬兆]", re.sub(r"\([^()]*\)", "", text))


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


def test_a_link_in_title_brackets_names_its_page_as_the_page_is_called():
    base = ROOT / LOCALE / LANGUAGE / "LC_MESSAGES"
    found = []
    for path, _, translation, _ in messages():
        for said, target in re.findall(r"〈\[([^\]]+)\]\(([^)#]+)\)〉", translation):
            at = (path.parent / target).resolve().relative_to(base.resolve())
            found.append((said, article(str(at), CHINESE).h1.get_text()))
    assert len(found) > 10
    assert [(said, title) for said, title in found if said not in title] == []


def glossary() -> dict[str, list[str]]:
    """Chinese words of the glossary by English term in lower case: what its English says, and its own heading in Chinese."""
    text = (ROOT / "book/reference/glossary.md").read_text("utf-8")
    headings = {message: said for path, message, said, _ in messages() if path.name == "glossary.po"}
    found = {}
    for term, said in re.findall(r"^(\S[^\n]*)\n  (.+)$", text.partition("```{glossary}")[2], re.MULTILINE):
        words = re.findall(r"[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z%（）]*", said)
        found[term.strip().casefold()] = [*words, term.strip(), headings[term.strip()].partition("（")[0]]
    return found


def test_a_text_without_chinese_is_found_and_a_number_goes_through():
    twin = languages.Twin({"{0} of {1} rows": "{1}列中的{0}列", "US${0} billion": "{0*10}億美元"}, {"Taiwan": "臺灣"})
    assert twin.markup("<p>3 of 17 rows</p>") == "<p>17列中的3列</p>"
    assert twin.markup("<p>US$6.5 billion</p>") == "<p>65億美元</p>"
    assert twin.markup("<b>Taiwan</b> <code>x is y</code> 3.98") == "<b>臺灣</b> <code>x is y</code> 3.98"
    assert twin.missing == {}
    assert twin.markup('<img alt="Nobody knows 5">', "page.html") == '<img alt="Nobody knows 5">'
    assert twin.missing == {"Nobody knows {0}": "page.html"}


def test_a_price_in_dollars_is_a_text_to_be_translated():
    twin = languages.Twin({"US${0}": "{0}美元"}, {})
    assert twin.markup("<td>US$1,847.23</td>") == "<td>1,847.23美元</td>"
    languages.Twin({}, {}, missing=twin.missing).markup("<td>US$5</td>", "page.html")
    assert twin.missing == {"US${0}": "page.html"}


def test_a_name_may_be_another_one_on_a_page():
    twin = languages.Twin({}, {"Machinery": "機械設備業", "claims.html: Machinery": "機械"})
    text = "<td>Machinery</td><td>Machinery (42)</td>"
    assert twin.on("rates.html").markup(text) == "<td>機械設備業</td><td>機械設備業（42）</td>"
    assert twin.on("claims.html").markup(text) == "<td>機械</td><td>機械（42）</td>"
    twin.on("claims.html").markup("<td>Unknown</td>", "claims.html")
    assert twin.missing == {"Unknown": "claims.html"}


def test_a_list_of_codes_has_full_width_marks():
    assert languages.Twin({}, {}).phrase("E136; E137") == "E136；E137"


def test_what_joins_numbers_and_names_alone_needs_no_message():
    twin = languages.Twin({}, {"Taiwan": "臺灣", "Korea": "韓國", "Japan": "日本"})
    said = {
        "−2 (−3 to +1)": "−2（−3至+1）",
        "5 → 6 (5.5 to 6.5).": "5 → 6（5.5至6.5）。",
        "Korea to Japan": "韓國至日本",
    }
    said |= {"Taiwan, Korea and Japan": "臺灣、韓國、日本", "Taiwan and Korea": "臺灣、韓國"}
    assert {text: twin.phrase(text) for text in said} == said
    assert twin.phrase("Korea to nowhere") == "Korea to nowhere"
    assert list(twin.missing) == ["{0} to nowhere"]


def test_a_catalogue_brought_up_to_date_says_which_messages_lack_chinese(tmp_path):
    path = tmp_path / "page.po"
    assert catalogues.update(path, [("Old", ""), ("Kept", "")], "文") == (2, [])
    assert catalogues.update(path, [("Kept", ""), ("New words", "page.html")]) == (2, ["New words"])


def test_a_page_is_described_by_whole_sentences_of_its_translated_text():
    head = '<meta property="og:description" content="Old." />\n<meta name="description" content="Old." />'

    def description(*paragraphs: str) -> set[str]:
        text = "".join(f'<p class="translated">{said}</p>' for said in paragraphs)
        shown = pages.described(f'{head}<p class="subtitle translated">詞</p>{text}<p>Else.</p>')
        return {str(meta["content"]) for meta in BeautifulSoup(shown, "html.parser").select("meta")}

    assert description('甲&amp;<b>"乙"</b>。', "丙。") == {'甲&"乙"。丙。'}
    assert description("甲" * 99 + "。", "乙" * 99 + "。") == {"甲" * 99 + "。"}
    assert description("甲" * 200) == {"甲" * 179 + "…"}
    assert pages.described(head) == head


def test_the_description_of_a_page_is_chinese_text_of_the_page(chinese):
    around, _, words = chinese
    said = {m["content"] for m in around.select('meta[name$="description"], meta[property="og:description"]')}
    assert len(said) == 1
    shown = re.sub(r"\s", "", words)
    for sentence in re.split("(?<=。)", said.pop()):
        assert re.sub(r"\s", "", sentence).rstrip("…") in shown


def test_the_interface_of_a_page_is_in_traditional_characters(chinese):
    assert simplified(str(chinese[0])) == []


def simplified(text: str) -> list[str]:
    """Characters that Big5 does not have."""
    return sorted({c for c in re.findall("[\u3400-\u9fff]", text) if not c.encode("cp950", "ignore")})


def test_simplified_characters_are_seen():
    assert simplified("跳转至主要内容") == ["内", "转"]
    assert simplified("跳至主要內容，請啟用") == []


def test_what_a_value_says_is_translated_part_by_part():
    twin = languages.Twin({"legal support": "法律支援"}, {"Food, drink": "食品、飲料", "Taiwan": "臺灣"})
    assert twin.listed("Food, drink, legal support, 2023: 3.9 (Taiwan)") == "食品、飲料，法律支援，2023年：3.9（臺灣）"
    assert twin.listed("Taiwan, AR(1): 3.9 (ARIMA(1, 1, 0))") == "臺灣，AR(1)：3.9（ARIMA(1, 1, 0)）"
    assert twin.missing == {}


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Canada, 2023: 2", "加拿大，2023年：2"),
        ("Canada 2022, own row: 2", "加拿大2022年，本國那一列：2"),
        ("Canada, Canada 2025: 45 (doubtful: F-012)", "加拿大，加拿大2025年：45（有疑問：F-012）"),
        ("2019, own row: 6,860", "2019年，本國那一列：6,860"),
        ("2024, own row: 2019 (2018 to 2020)", "2024年，本國那一列：2019（2018年至2020年）"),
        (
            "Canada, R&D intensity 2019, % of GDP: 1.76; growth 2019–2023, % a year: −0.7",
            "加拿大，2019年研發密度，占GDP的1.76%；2019–2023年成長率，每年−0.7%",
        ),
        ("Canada, patents, 2024: 105", "加拿大，專利件數，2024年：105"),
    ],
)
def test_a_value_has_the_year_as_chinese_writes_it_and_a_mark_before_its_number(english: str, chinese: str) -> None:
    messages = {
        "own row": "本國那一列",
        "doubtful": "有疑問",
        "R&D intensity {0}": "{0}年研發密度",
        "patents": "專利件數",
    }
    messages |= {"% of GDP": "占GDP的%", "growth {0}": "{0}年成長率", "% a year": "每年%"}
    assert languages.Twin(messages, {"Canada": "加拿大"}).listed(english) == chinese


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("EU-27", "歐盟27國"),
        ("EU-27, 2023", "歐盟27國，2023年"),
        ("EU-27 2023", "歐盟27國2023年"),
        ("1-2-4 EU-27", "1-2-4 歐盟27國"),
        ("LTN, 2024.", "自由時報，2024年。"),
        ("CEOWORLD: 創新力, CTWANT, 2025.", "CEOWORLD：創新力，CTWANT，2025年。"),
        ("LTN, 2025-11-28.", "自由時報，2025年11月28日。"),
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
    messages = {
        "GERD": "研發經費",
        "MSTI {0}": "MSTI {0}版",
        "read on {0}": "於{0}讀取",
        "{0} GHz": "{0} GHz",
        "LTN, {0}.": "自由時報，{0}。",
    }
    assert languages.Twin(messages, {"EU-27": "歐盟27國"}).phrase(english) == chinese


def test_the_year_in_a_cell_that_says_below_what_was_checked_is_written_as_one():
    twin = languages.Twin({"growth": "成長率"}, {})
    cell = '<td class="{}">2021<span class="below">growth</span></td>'
    assert twin.markup(cell.format("wide")) == '<td class="wide">2021年<span class="below">成長率</span></td>'
    assert twin.markup(cell.format("num")) == '<td class="num">2021<span class="below">成長率</span></td>'


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
    assert float(place[1]) == pytest.approx(124.5, abs=0.5)  # the edge of both lines
    assert float(place[2]) == pytest.approx(375.4, abs=0.1)


@pytest.mark.parametrize(
    ("apart", "way"),
    [(46, ['text-anchor="middle"'] * 2), (20, ['text-anchor="end" writing-mode="vertical-rl"'] * 2), (None, [])],
    ids=["level where there is room", "downwards where not", "the name of an axis stays"],
)
def test_heads_on_their_side_stand_in_chinese(apart: int | None, way: list[str]) -> None:
    twin = languages.Twin({}, {"Singapore": "新加坡", "Norway": "挪威"})
    drawn = "".join(
        f'<text font-size="9px" fill="#1f2430" transform="translate({100 + (apart or 0) * i} 92.27) rotate(-90)">{said}</text>\n'
        for i, said in enumerate(("Singapore", "Norway")[: 2 if apart else 1])
    )
    shown = twin.markup(f'<svg class="figure" viewBox="0 0 316.80 400.00">{drawn}</svg>')
    assert re.findall(r'y="92.27" (.*?) translate', shown) == way
    assert ("rotate" in shown) == (not way)
    assert re.findall(">([^<]+)</text>", shown) == ["新加坡", "挪威"][: len(way) or 1]


def test_what_tells_the_writer_of_a_page_to_rewrite_it_waits_for_no_translation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr(exhibit, "put", shown.append)
    exhibit.broken("Taiwan stays sixth")
    monkeypatch.syspath_prepend(str(ROOT / "book/_ext"))
    notices = importlib.import_module("rerun")
    twin = languages.Twin({}, {"Taiwan": "臺灣"})
    for said in (shown[0]["text/html"], notices._BROKEN.format(items="<li>Taiwan stays sixth</li>"), notices._STALE):
        assert twin.markup(said) == said
    assert twin.missing == {}
