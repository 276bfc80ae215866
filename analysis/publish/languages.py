"""The book in Chinese from the same run: what notebooks show, translated where the pages are built.

Markdown goes through Sphinx's gettext catalogues. Tables, figures and what the extensions write are finished
HTML and SVG with their text as text; :class:`Twin` puts Chinese in the place of every text in them. Numbers are
taken out before a text is looked up and put back after, so the two editions cannot differ in a number: one
message ``Line chart of {0} countries`` serves every year. Names of rows come from ``labels.csv``. What has no
Chinese is collected; a build with anything left is no edition.
"""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LANGUAGE = "zh_TW"
LOCALE = Path("book/locale")
OUTPUTS = LOCALE / LANGUAGE / "LC_MESSAGES" / "outputs.po"

_TAG = re.compile(r"(<!--.*?-->|<[^>]+>)", re.DOTALL)
#: Elements whose text is no language: code, and what is marked as being in another one.
_OPAQUE = ("script", "style", "code", "pre", "math", "kbd")
_ATTRIBUTE = re.compile(r'(?<=\s)(title|aria-label|alt|placeholder|data-title|data-label)="([^"]*)"')
#: What has no language: numbers, and runs of Chinese.
_FIXED = r"\d+(?:[.,\-–/:]\d+)*|[\u3400-\u9fff\uf900-\ufaff][\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]*"
_NUMBER = re.compile(_FIXED)
_CHINESE = re.compile(r'<span lang="zh-Hant">([^<]*)</span>')
_SENTENCE = re.compile(r"(?<=[\w)%”]\.) (?=[A-Z])")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]*[a-zà-ÿ][A-Za-zÀ-ÿ]*")
_SLOT = re.compile(r"\{(\d+)\}")


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
    missing: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ordered = sorted((n for n in self.names if len(n) > 1), key=len, reverse=True)
        self._names = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, ordered))})(?![\w-])") if ordered else None

    def markup(self, text: str, where: str = "") -> str:
        """HTML or SVG with every text translated; code, and elements in a language of their own, stay."""
        opaque: list[str] = []
        parts = []
        for part in _TAG.split(_CHINESE.sub(r"\1", text)):
            if part.startswith("<") and part.endswith(">"):
                _track(part, opaque)
                parts.append(part if opaque else _ATTRIBUTE.sub(lambda m: self._attribute(m, where), part))
            else:
                parts.append(part if opaque or not part.strip() else self._text(part, where))
        return "".join(parts)

    def _attribute(self, match: re.Match[str], where: str) -> str:
        sentences = _SENTENCE.split(html.unescape(match[2]))
        return f'{match[1]}="{html.escape("".join(self.phrase(s, where) for s in sentences))}"'

    def _text(self, part: str, where: str) -> str:
        core = part.strip()
        head, tail = part[: len(part) - len(part.lstrip())], part[len(part.rstrip()) :]
        sentences = _SENTENCE.split(html.unescape(re.sub(r"\s+", " ", core)))
        found = "".join(self.phrase(sentence, where) for sentence in sentences)
        return head + html.escape(found, quote=False) + tail

    def phrase(self, text: str, where: str = "") -> str:
        """One text; as it is if it holds no word, or has no translation."""
        if not _WORD.search(text):
            return text
        if text in self.names:
            return self.names[text]
        for message, values in self.keys(text):
            if message in self.messages:
                return _SLOT.sub(lambda m, v=values: v[int(m[1])], self.messages[message])  # type: ignore[misc]
            if not _WORD.search(_SLOT.sub("", message)):
                return _SLOT.sub(lambda m, v=values: v[int(m[1])], message)  # type: ignore[misc]
        self.missing.setdefault(list(self.keys(text))[-1][0], where)
        return text

    def keys(self, text: str) -> Iterator[tuple[str, list[str]]]:
        """The messages under which a text may be found: with its numbers taken out, then with names out as well."""
        yield _slots(text, _NUMBER, {})
        if self._names:
            yield _slots(text, re.compile(f"{self._names.pattern}|{_NUMBER.pattern}"), self.names)


def _slots(text: str, pattern: re.Pattern[str], words: Mapping[str, str]) -> tuple[str, list[str]]:
    values: list[str] = []

    def out(match: re.Match[str]) -> str:
        values.append(words.get(match[0], match[0]))
        return f"{{{len(values) - 1}}}"

    return pattern.sub(out, text), values


def _track(tag: str, opaque: list[str]) -> None:
    """Note where an element begins or ends whose text stays as it is."""
    name = re.match(r"</?\s*([\w-]+)", tag)
    if name is None or tag.endswith("/>"):
        return
    if opaque:
        if name[1] == opaque[0]:
            opaque.append(name[1]) if not tag.startswith("</") else opaque.pop()
        return
    if not tag.startswith("</") and (name[1] in _OPAQUE or re.search(r'\s(?:lang|translate)="(?:en|no)"', tag)):
        opaque.append(name[1])


def names(root: Path) -> dict[str, str]:
    """Chinese names of what rows stand for, by their English ones: ``labels.csv`` and the entities of outside facts."""
    with (root / "data/labels.csv").open(encoding="utf-8") as file:
        found = {row["en"]: row["label"] for row in reversed(list(csv.DictReader(file))) if row["en"]}
    package = json.loads((root / "data/datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        found |= {r["title_en"]: r["title"] for r in [resource] if r.get("title_en") and r.get("title")}
    return found


def translate(folder: Path, twin: Twin) -> None:
    """Put Chinese in the place of every English text of the pages below a folder."""
    for page in sorted(p for p in folder.rglob("*.html") if "_static" not in p.parts):
        text = page.read_text("utf-8")
        found = twin.markup(text, page.relative_to(folder).as_posix())
        if found != text:
            page.write_text(found, "utf-8")


def renew(root: Path) -> int:
    """Bring all catalogues up to date with pages and outputs; says how much is left, and returns 1 if anything is.

    Messages of Markdown come from Sphinx. Those of outputs are what stays English when every message of Markdown is
    given a Chinese text.
    """
    from babel.messages.pofile import read_po

    from analysis.publish import site

    scratch = root / "_build" / "locale"
    shutil.rmtree(scratch, ignore_errors=True)
    plain = {"language": "en", "gettext_compact": False, "gettext_uuid": False, "gettext_additional_targets": []}
    site.sphinx(root, scratch / "pot", plain, 1, "gettext")
    count, left = 0, 0
    for template in sorted((scratch / "pot").rglob("*.pot")):
        place = (template.relative_to(scratch / "pot")).with_suffix(".po")
        with template.open("rb") as file:
            messages = [(str(m.id), "") for m in read_po(file) if m.id]
        entries, without = update(root / LOCALE / LANGUAGE / "LC_MESSAGES" / place, messages)
        count, left = count + entries, left + without
        update(scratch / "locale" / LANGUAGE / "LC_MESSAGES" / place, messages, "文")
    about = {
        "language": LANGUAGE,
        "locale_dirs": [str(scratch / "locale")],
        "stale_notebooks": [],
        "broken_sentences": {},
    }
    twin = Twin({}, names(root))
    site.sphinx(root, scratch / "html", about, 1)
    translate(scratch / "html", twin)
    entries, without = update(root / OUTPUTS, sorted(twin.missing.items(), key=lambda item: (item[1], item[0])))
    print(f"locale: {count + entries} messages, {left + without} without a translation or fuzzy")
    return int(left + without > 0)


def update(path: Path, messages: Iterable[tuple[str, str]], everything: str = "") -> tuple[int, int]:
    """Bring a catalogue up to date with the messages in use; returns how many there are and how many lack Chinese.

    ``everything`` is given to all of them as their translation.

    Translations are kept; a message that has changed a little is marked fuzzy; what is used no more goes.
    """
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po, write_po

    template = Catalog(charset="utf-8")
    for message, where in messages:
        template.add(message, auto_comments=[where] if where else [])
    known = Catalog(locale=LANGUAGE, charset="utf-8")
    if path.is_file():
        with path.open("rb") as file:
            known = read_po(file, locale=LANGUAGE)
    known.update(template)
    for entry in known if everything else ():
        entry.string = everything
    known.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        write_po(out, known, width=0, sort_output=False, omit_header=True)
    entries = [m for m in known if m.id]
    return len(entries), sum(not m.string or m.fuzzy for m in entries)
