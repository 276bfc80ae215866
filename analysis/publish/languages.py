"""The book in Chinese from the same run: what notebooks show, translated where the pages are built.

Markdown goes through Sphinx's gettext catalogues. Tables, figures and what the extensions write are finished
HTML and SVG with their text as text; :class:`Twin` puts Chinese in the place of every text in them. Numbers are
taken out before a text is looked up and put back after, so the two editions cannot differ in a number: one
message ``Line chart of {0} countries`` serves every year. Names of rows come from ``labels.csv``. What has no
Chinese is collected: its page says so, and the build ends with exit code 1.
"""

from __future__ import annotations

import csv
import functools
import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from analysis.files import BadInput, read_rows, read_text
from analysis.publish import heads, units
from analysis.publish.project import LANGUAGE, LOCALE

#: Names that tables do not print, or print in another way than sentences have them.
NAMES = LOCALE / LANGUAGE / "names.csv"
OUTPUTS = LOCALE / LANGUAGE / "LC_MESSAGES" / "outputs.po"
#: What the theme says; its own Chinese is Simplified.
INTERFACE = LOCALE / LANGUAGE / "LC_MESSAGES" / "sphinx.po"

_TAG = re.compile(r"(<!--.*?-->|<[^>]+>)", re.DOTALL)
#: Elements whose text is no language: code, and what is marked as being in another one.
_OPAQUE = ("script", "style", "code", "pre", "math", "kbd")
_ATTRIBUTE = re.compile(
    r'(?<=\s)((?:data-bs-)?title|aria-label|alt|placeholder|data-title|data-label|data-series)="([^"]*)"'
)
#: Rows of the register of claims; ``columns`` are names for its script.
_ROWS = re.compile(r'(<div class="register"><script type="application/json">)(.*?)(</script>)', re.DOTALL)
#: A text in a script is marked: ``/*text*/ "Show code"``.
_SCRIPTED = re.compile(r'(/\*text\*/ ?)"([^"]*)"')
_DRAWING = re.compile(r'<svg[^>]* viewBox="0 0 ([\d.]+) .*?</svg>', re.DOTALL)
#: A line of a wrapped text in a figure (of a label, or of the title), and what may hold values of a hover text apart.
_LINE = re.compile(
    r'<text font-size="([\d.]+)px"([^>]*?) (?:transform="translate\(|x=")([\d.-]+)(?: |" y=")([\d.-]+)'
    r'(?:"|\)( rotate\(-90\))?")>([^<]*)</text>\n'
)
_TITLE = (1.28, 1.37)  # distance of its lines, in letter sizes; other texts that stand at ``x`` are labels of their own
_APART = re.compile(r"(, |: |; | \(|\))")
#: In it, the year that says of when the value is; and a unit that Chinese has behind the number.
_WHEN, _PER_CENT = re.compile(r"(?:19|20)\d\d"), re.compile(r"(?<=[的年])%：([+−]?[\d.,]+)")
_PITCH = (0.95, 1.2)  # the same of a wrapped label
_MARGIN = 6  # points left of the title
#: A bracket that belongs to a word: AR(1).
_CALL = re.compile(r"\w\([^()]*\)")
#: What of that stands within names, and what it is while they are told apart.
_HELD, _FREED = str.maketrans(" )", "\0\1"), str.maketrans("\0\1", " )")
#: What stands between two links and is no text of its own.
_BARE, _FULL = re.compile(r"[\s,.;:()]+"), str.maketrans(",.;:()", "，。；：（）", " ")
_PRINTED = re.compile(r"(.*[\w)]) ([A-Za-z]*[\u3400-\u9fff]\S*)")
#: The same in a cell, which keeps both names for whoever filters the table by either (``sortable.js``).
_BILINGUAL = re.compile(r'(<t[dh][^>]*)>([^<>]*[\w)] [A-Za-z]*)<span lang="zh-Hant">([^<]*)</span>([^<]*)(?=</t[dh]>)')
_TWICE = re.compile(r"^(.{4,}) [（(]\1[)）]$")
_LIST = re.compile(r"[^,;:.\d]+(?:, [^,;:.\d]+)+|\d-\d-\d+(?:, \d-\d-\d+)+")
_CLOSING = "，。、；：）」》"
_TOKEN = re.compile(r"\{\|\}|[\w.,%+−–-]+|.", re.ASCII)
#: What names of rows are in our own sentences, where the tables print another name.
_OURS = {"中華民國": "臺灣"}
#: Tables of a file's rows, and their cells that hold a word of the file.
_FILED = re.compile(r'<div class="exhibit-table"[^>]* aria-label="[^"]*\.csv".*?</table>', re.DOTALL)
_WRITTEN = re.compile(r"(<t[dh][^>]*>)([a-z_]+)(</t[dh]>)")
#: Where a translation or a name may be broken in a figure, as its words are: ``技術移轉{|}服務普遍程度``.
_BREAK = "{|}"
#: The year in a cell that says below what was checked.
_CHECKED = re.compile(r'(?<=<td class="wide">)((?:19|20)\d\d)(?=<span class="below">)')
#: What has no language: numbers, and runs of Chinese.
_FIXED = r"\d+(?:[.,\-–/:]\d+)*|[\u3400-\u9fff\uf900-\ufaff][\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]*"
_NUMBER, _CHINESE = re.compile(_FIXED), re.compile(r'<span lang="zh-Hant">([^<]*)</span>')
_SENTENCE = re.compile(r"(?<=[\w)%”]\.) (?=[A-Z])")
_YEARS = re.compile(r"\d{4}(?:[~～]\d{4})?年")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]*[a-zà-ÿ][A-Za-zÀ-ÿ]*|\b(?:GERD|FTE|MSTI|DGBAS|LTN)\b|^US\$?$|US\$(?=\d)")
#: A date as the data have it, a name with a year, what joins numbers and names alone, a number with another in brackets.
_DATE = re.compile(r"(?<![\d-])((?:19|20)\d\d)-(0[1-9]|1[0-2])(?:-([0-3]\d))?(?![\d-])")
_PUBLISHED = re.compile(r"((?:，|, )(?:19|20)\d\d)(?=[。.]$)")
_OF_A_YEAR = re.compile(r"(.+?)(,?) ((?:19|20)\d\d(?:/\d{4})?)")
_FROM_TO, _JOINED = re.compile(r"((?:19|20)\d\d) to ((?:19|20)\d\d)"), re.compile(r" (to|and) ")
_BRACKETED = re.compile(r"([+−]?[\d.,]+%?) \((?:((?:19|20)\d\d)|([+−]?[\d.,]+))\)")
_WIDE = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_HAN = re.compile("[\u3400-\u9fff]")


def catalogue(path: Path) -> dict[str, str]:
    """Translations of a ``.po`` file by message; fuzzy and empty ones left out."""
    from babel.messages.pofile import read_po

    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string and not m.fuzzy}


@dataclass
class Twin:
    """Translates finished markup; ``missing`` collects messages without a translation, with where they stand."""

    messages: Mapping[str, str]
    names: Mapping[str, str]
    #: Whether texts that are Chinese but for a few words count as missing as well.
    strict: bool = False
    missing: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # in a sentence an amount goes by what the sentence says of its numbers
        inner = (n for n, said in self.names.items() if len(n) > 1 and not (n[:3] == "US$" and said[:1].isdigit()))
        ordered = sorted(inner, key=len, reverse=True)
        self._names = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, ordered))})(?![\w-])") if ordered else None

    def on(self, page: str) -> Twin:
        """The same for a page on which some names are others: ``book/claims/markets.html: Machinery``."""
        own = {
            name.removeprefix(f"{page}: "): said for name, said in self.names.items() if name.startswith(f"{page}: ")
        }
        return replace(self, names={**self.names, **own}) if own else self

    def markup(self, text: str, where: str = "") -> str:
        """HTML or SVG with every text translated; code, and elements in a language of their own, stay."""
        opaque: list[str] = []
        parts: list[str] = []
        fact = False
        prose: list[str] = []  # within what a catalogue of Markdown has translated, where only facts are left
        text = _BILINGUAL.sub(r'\1 data-find="\2\3\4">\2\3\4', text)
        text = text.replace("<wbr>", "")  # Chinese needs none, and names of files are one text
        text = _ROWS.sub(lambda m: m[1] + self._rows(m[2], where) + m[3], _CHINESE.sub(r"\1", text))
        text = _FILED.sub(lambda m: _WRITTEN.sub(r"\1<code>\2</code>\3", m[0]), text)
        text = units.tables(_CHECKED.sub(r"\1年", text), self.known)
        text = _DRAWING.sub(lambda m: self._drawing(m[0], float(m[1]), where), text)
        for part in _TAG.split(text):
            if part.startswith("<") and part.endswith(">"):
                _track(part, opaque, _OPAQUE, r'\s(?:lang|translate)="(?:en|no)"')
                if not opaque:
                    _track(part, prose, (), r'\sclass="(?:[^"]* )?translated["\s]')
                    fact = part == '<span class="fact">'
                parts.append(part if opaque else _ATTRIBUTE.sub(lambda m: self._attribute(m, where), part))
            elif opaque or not part.strip() or (prose and not fact and not _BARE.fullmatch(part)):
                parts.append(part)
            elif parts[-1:] == ["<title>"] and parts[-3:-2] and parts[-3].startswith("<circle"):
                parts.append(html.escape(self.listed(html.unescape(part), where), quote=False))
            else:
                for printed, own in _OURS.items() if fact else ():
                    part = part.replace(printed, own)
                parts.append(self._text(part, where))
        return "".join(parts)

    def script(self, text: str, where: str = "") -> str:
        """A script with its marked texts translated."""
        return _SCRIPTED.sub(lambda m: f'{m[1]}"{self.phrase(m[2], where)}"', text)

    def listed(self, text: str, where: str = "") -> str:
        """What a value says of itself: series, year and number, each by itself."""
        for whole in (self._names, _CALL):
            text = whole.sub(lambda m: m[0].translate(_HELD), text) if whole else text
        parts = [part.translate(_FREED) for part in _APART.split(text)]
        said = (
            self.phrase(part, where) + ("年" if after in (", ", ": ") and _WHEN.fullmatch(part) else "")
            for part, after in pairwise([*parts, ""])
            if part
        )
        return _PER_CENT.sub(r"\1%", "".join(said))

    def _rows(self, text: str, where: str) -> str:
        data = json.loads(text)
        data["hidden"] = self.sentences(data["hidden"], where)
        for values in data["words"].values():
            values[:] = [self.sentences(value, where) for value in values]
        note = data["columns"].index("note")
        for row in data["rows"]:
            for column, cell in enumerate(row):
                parts = cell.split("; ") if column == note else [cell] if isinstance(cell, str) else []
                row[column] = "；".join(self.sentences(part, where) for part in parts) if parts else cell
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")

    def _drawing(self, text: str, width: float, where: str) -> str:
        """A figure with its wrapped texts translated: each is one message, and wrapped again in as many lines or fewer.

        A text of one line is wrapped where its translation is marked.
        """

        def lines(match: re.Match[str]) -> str:
            return "".join(
                part
                for group in grouped(match[0])
                for part in wrapped(group, width, lambda said: self.phrase(said, where, _BREAK))
            )

        above = (joined(group) for group in grouped(text) if group[0].x < _MARGIN)  # title and subtitle
        scale = next((found for said in above if (found := units.Scale.read(self.known(said)))), None)
        text = units.figure(text, scale) if scale else text
        text = re.sub(f"(?:{_LINE.pattern}){{2,}}", lines, text)
        text = _LINE.sub(lambda m: lines(m) if _BREAK in self.known(html.unescape(m[6])) else m[0], text)
        return heads.upright(text, lambda said: self.phrase(said, where))

    def _attribute(self, match: re.Match[str], where: str) -> str:
        said = self.listed if match[1] == "data-series" else self.sentences
        return f'{match[1]}="{html.escape(said(html.unescape(match[2]), where))}"'

    def _text(self, part: str, where: str) -> str:
        core = part.strip()
        head, tail = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :]
        found = self.sentences(html.unescape(re.sub(r"\s+", " ", core)), where)
        # Chinese needs no blank before or after a link
        head, tail = head if not _WIDE.match(found) else "", tail if not _WIDE.match(found[-1:]) else ""
        return head + html.escape(found, quote=False) + tail

    def sentences(self, text: str, where: str = "") -> str:
        """A text of one or more sentences."""
        return "".join(self.phrase(sentence, where) for sentence in _SENTENCE.split(text))

    def phrase(self, text: str, where: str = "", breaks: str = "") -> str:
        """One text; as it is if it holds no word, or has no translation. ``breaks`` is written where it may be broken."""
        return self._phrase(text, where).replace(_BREAK, breaks)

    def _phrase(self, text: str, where: str) -> str:
        printed = _PRINTED.fullmatch(text)
        if printed and printed[1] in self.names:  # a name with the one that its table prints
            return _OURS.get(printed[2], printed[2])
        if text in self.names:
            return units.filled(self.names[text], [])
        if (named := _OF_A_YEAR.fullmatch(text)) and named[1] in self.names:
            return f"{self.names[named[1]]}{'，' * len(named[2])}{named[3].replace('/', '年/')}年"
        if not _WORD.search(text):  # 1-2-4 EU-27 has a name all the same
            return _punctuated(self._names.sub(lambda m: self.names[m[0]], text) if self._names else text)
        if years := _FROM_TO.fullmatch(text):
            return f"{years[1]}年至{years[2]}年"
        for message, values in self.keys(text):
            if message in self.messages:
                return _TWICE.sub(r"\1", _dated(units.filled(self.messages[message], values)))
            joined = _JOINED.sub(lambda m: "至" if m[1] == "to" else "、", message)
            if not _WORD.search(units.SLOT.sub("", joined)):
                return _punctuated(units.filled(joined, values))
        own = re.sub("（[^（）]*）", "", text)  # 附加價值率（Value-added rate）
        if self.strict or len(_HAN.findall(own)) < 2 * len(_WORD.findall(own)):
            self.missing.setdefault(list(self.keys(text))[-1][0], where)
        return text

    def known(self, text: str) -> str:
        """The translation of a text as it is written down, with its mark (see :mod:`analysis.publish.units`); empty if none."""
        if text in self.names:
            return self.names[text]
        return next((self.messages[message] for message, _ in self.keys(text) if message in self.messages), "")

    def keys(self, text: str) -> Iterator[tuple[str, list[str]]]:
        """The messages under which a text may be found: with its numbers taken out, then with names out as well."""
        yield _slots(text, _NUMBER, {})
        if self._names:
            yield _slots(text, re.compile(f"{self._names.pattern}|{_NUMBER.pattern}"), self.names)


@dataclass(frozen=True)
class Line:
    """A line of text in a figure: size, other attributes, place (points along the line and across), text, whether turned."""

    size: float
    attributes: str
    x: float
    y: float
    text: str
    turned: bool

    @classmethod
    def read(cls, match: re.Match[str]) -> Line:
        """From a match of :data:`_LINE`."""
        x, y, turned = float(match[3]), float(match[4]), match[5] is not None
        return cls(float(match[1]), match[2], *((-y, x) if turned else (x, y)), html.unescape(match[6]), turned)

    def written(self, anchor: str) -> str:
        """As SVG, marked as translated."""
        place = (
            f' transform="translate({self.y:.2f} {-self.x:.2f}) rotate(-90)"'
            if self.turned
            else f' x="{self.x:.2f}" y="{self.y:.2f}"'
        )
        said = html.escape(self.text, quote=False)
        return f'<text font-size="{self.size:g}px"{anchor}{self.attributes}{place} translate="no">{said}</text>\n'

    @property
    def wide(self) -> float:
        """How wide it is, in points."""
        return self.size * _ems(self.text)

    def goes_on(self, line: Line) -> bool:
        """Whether ``line`` is the next one of the same text."""
        same = (self.size, self.attributes, self.turned) == (line.size, line.attributes, line.turned)
        step = (line.y - self.y) / self.size
        if "text-anchor" in self.attributes:
            return same and _TITLE[0] < step < _TITLE[1] and self.x == line.x < _MARGIN
        return same and _PITCH[0] < step < _PITCH[1] and (not self.turned or self.text.endswith("-"))


def _ems(text: str) -> float:
    """How wide a text is in the font of the figures, in units of its size."""
    glyphs, advances, unit = font()
    return sum(advances[glyphs[ord(c)]][0] / unit if ord(c) in glyphs else 1.0 for c in text)


@functools.cache
def font() -> tuple[Mapping[int, str], Mapping[str, tuple[int, int]], int]:
    """Of the font of the book: names of glyphs by letter, their advances, and the units in one size."""
    from fontTools.ttLib import TTFont
    from pylopdf_fonts_zh_tw import sans_path

    with TTFont(sans_path(), lazy=True) as read:
        return read.getBestCmap(), read["hmtx"].metrics, read["head"].unitsPerEm


def grouped(markup: str) -> list[list[Line]]:
    """Lines of text in SVG, those of one text together."""
    groups: list[list[Line]] = []
    for line in map(Line.read, _LINE.finditer(markup)):
        if groups and groups[-1][-1].goes_on(line):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def joined(lines: list[Line]) -> str:
    """A wrapped text as it was before it was wrapped."""
    return re.sub(r"- (?=[a-z])", "" if lines[0].turned else "-", " ".join(line.text for line in lines))


def wrapped(lines: list[Line], width: float, translate: Callable[[str], str]) -> Iterator[str]:
    """SVG of a wrapped text in another language, on the same edge or middle, in no more lines if it fits.

    ``width`` is that of the figure, in points: a title, or a label that is told its edge, has what lies on its side.
    """
    first, last = lines[0], lines[-1]
    # what stays most in one place from line to line: the beginning, the middle or the end
    shift = (
        min((0.0, 0.5, 1.0), key=lambda k: max(e := [i.x + k * i.wide for i in lines]) - min(e))
        if last != first
        else 0.0
    )
    tokens = _TOKEN.findall(translate(joined(lines)))
    anchored = "text-anchor" in first.attributes
    room = first.x if 'text-anchor="end"' in first.attributes else width - max(first.x, _MARGIN)
    widest = room - _MARGIN if anchored else max(line.wide for line in lines) * 1.02
    # a text whose words are marked may have a line more, so that none of them is cut
    most = len(lines) + (2 if _BREAK in tokens else 0)
    fitting = (n for n in range(1, most) if all(first.size * _ems(part) <= widest for part in _split(tokens, n)))
    parts = _split(tokens, next(fitting, len(lines)))
    edge = sum(line.x + shift * line.wide for line in lines) / len(lines)
    step = (last.y - first.y) / (len(lines) - 1) if last != first else first.size * sum(_PITCH) / 2
    top = (first.y + last.y - step * (len(parts) - 1)) / 2
    anchor = "" if anchored else {0.0: "", 0.5: ' text-anchor="middle"', 1.0: ' text-anchor="end"'}[shift]
    for number, part in enumerate(parts):
        yield replace(first, x=edge, y=top + number * step, text=part).written(anchor)


def _split(tokens: list[str], count: int) -> list[str]:
    """A text in lines of about equal width, best after a comma; numbers and Latin words stay whole, and words if marked."""
    joints = {i - n for n, i in enumerate(i for i, token in enumerate(tokens) if token == _BREAK)}
    tokens = [token for token in tokens if token != _BREAK]
    ends = list(accumulate(map(_ems, tokens)))
    total, cuts = ends[-1], [0]
    for number in range(1, count):
        aim = total * number / count
        ways = [
            i
            for i in range(cuts[-1] + 1, len(tokens))
            if (i in joints if joints else tokens[i] not in _CLOSING and tokens[i - 1] not in "（「《")
        ]
        if not ways:
            break
        cuts.append(
            min(ways, key=lambda i: abs(ends[i - 1] - aim) - (total / count / 4 if tokens[i - 1] in _CLOSING else 0))
        )
    return [line for start, end in pairwise([*cuts, len(tokens)]) if (line := "".join(tokens[start:end]).strip())]


def _punctuated(text: str) -> str:
    """What has no English word in it: lists of names and marks between links, with Chinese punctuation."""
    if _BARE.fullmatch(text):
        return text.strip().translate(_FULL)
    if bracketed := _BRACKETED.fullmatch(text):
        inner = f"{bracketed[2]}年" if bracketed[2] else bracketed[3]
        return f"{bracketed[1]}（{inner}）"
    text = _dated(text)
    if _LIST.fullmatch(text):
        return text.replace(", ", "、")
    if not _HAN.search(text):
        return text.replace("; ", "；")
    text = re.sub(r" ?\(([^()]*)\)", r"（\1）", re.sub(r"\.$", "。", text))
    return re.sub(r"([,;:]) ", lambda m: m[1].translate(_FULL), text)


def _dated(text: str) -> str:
    """With dates as Chinese writes them: ``2025年2月26日``, ``2024年11月``, and ``2024年`` at the end of a source."""
    text = _PUBLISHED.sub(r"\1年", text)
    return _DATE.sub(lambda m: f"{m[1]}年{int(m[2])}月" + (f"{int(m[3])}日" if m[3] else ""), text)


def _slots(text: str, pattern: re.Pattern[str], words: Mapping[str, str]) -> tuple[str, list[str]]:
    values: list[str] = []

    def out(match: re.Match[str]) -> str:
        values.append(words.get(match[0], match[0]).replace(_BREAK, ""))  # within a sentence a name is a word
        return f"{{{len(values) - 1}}}"

    return pattern.sub(out, text), values


def _track(tag: str, within: list[str], names: tuple[str, ...], marked: str) -> None:
    """Note where an element of some name, or with a mark, begins or ends; elements of its name in it are counted."""
    name = re.match(r"</?\s*([\w-]+)", tag)
    if name is None or tag.endswith("/>"):
        return
    if within:
        if name[1] == within[0]:
            within.append(name[1]) if not tag.startswith("</") else within.pop()
    elif not tag.startswith("</") and (name[1] in names or re.search(marked, tag)):
        within.append(name[1])


def names(root: Path) -> dict[str, str]:
    """Chinese names by English ones: rows (``labels.csv``), tables, and those of ``names.csv``, which go before."""
    labels = csv.DictReader(read_text(root / "data/labels.csv").splitlines())
    rows = [row for row in [*labels][::-1] if row.get("en")]
    found = {row["en"]: row["label"] for row in rows}
    for resource in json.loads((root / "data/datapackage.json").read_text("utf-8"))["resources"]:
        title, english = (str(resource.get(key) or "") for key in ("title", "title_en"))
        if sorted(re.findall(r"\d+", title)) != sorted(re.findall(r"\d+", english)):
            title = _YEARS.sub("", title)  # which the English titles leave to the tables
        found |= {english: title} if title and english else {}
    file, own = root / NAMES, dict[str, str]()
    for _, (english, said) in read_rows(file, ["en", "zh"]) if file.exists() else ():
        if not said or english in own:
            raise BadInput(NAMES.name, "a name once, with its Chinese", english, "zh")
        own[english] = said
    return found | own | {row["in_text"]: (found | own)[row["en"]] for row in rows if row.get("in_text")}


def settings(catalogues: Path) -> dict[str, Any]:
    """What Sphinx is told for the Chinese edition; its quotation marks are full-width where they are written."""
    return {
        "language": LANGUAGE,
        "locale_dirs": [str(catalogues)],
        "smartquotes": False,
        "translation_progress_classes": "translated",
    }
