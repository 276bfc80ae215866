"""Amounts in the units of another language: billions become 億, ten times as many.

A translation says of itself by how much the numbers with its unit change: ``NT$ billion`` is ``新臺幣億元{*10}``. In the
head of a table the mark holds for the numbers of its column, in a figure for all its numbers (``{axis*10}``: for
those of its axis, and for values under the pointer that no word explains), years aside. Numbers within a text
have a mark of their own: ``US${0} billion`` is ``{0*10}億美元``. All factors are powers of ten, and
a number is shifted as it is written, so that nothing is rounded and no digit is lost.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

MARK = re.compile(r"\{(axis)?\*([\d.]+)\}")
#: ``{0}`` is the first number of a message, ``{0*10}`` ten times it: US$6.5 billion are 65億美元.
SLOT = re.compile(r"\{(\d+)(?:\*([\d.]+))?\}(萬)?")
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_WRITTEN = re.compile(_NUMBER)
_ALONE = re.compile(rf"[+−-]?{_NUMBER}(?: to [+−-]?{_NUMBER}|[–~][+−-]?{_NUMBER})?")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[–~-](?:19|20)?\d\d)?")
_HEADS = re.compile(r"<th([^>]*)>(.*?)</th>", re.DOTALL)
_CELL = re.compile(r"(<t[dh][^>]*>)(.*?)(</t[dh]>)", re.DOTALL)
_UNIT = re.compile(r'(<th[^>]*>)((?:(?!</th>).)*)(<span class="unit">)(.*?)(</span>)', re.DOTALL)
_TABLE = re.compile(r'(<table class="exhibit[^>]*>\s*<thead>)(.*?)(</thead>\s*<tbody>)(.*?)(</tbody>)', re.DOTALL)
_TEXT = re.compile(r"(<text[^>]*>|<circle[^>]*><title>)([^<]*)")
#: The colour of what an axis says (MUTED of ``analysis.charts.style``).
_AXIS = 'fill="#5a6270"'
_PARTS = re.compile(r"(, |: |; | \()")


@dataclass(frozen=True)
class Scale:
    """What a mark says: the power of ten, and whether it holds for an axis only."""

    power: int
    axis: bool = False

    @classmethod
    def read(cls, text: str) -> Scale | None:
        """Of a translation, if it is marked; raises :class:`ValueError` for a factor that is no power of ten."""
        found = MARK.search(text)
        return cls(power_of(found[2]), found[1] is not None) if found else None


def power_of(factor: str) -> int:
    """The power of ten that a factor is; raises :class:`ValueError` if it is none."""
    value = Decimal(factor).normalize()
    if value.as_tuple().digits != (1,):
        raise ValueError(f"{factor} is no power of ten")
    return value.adjusted()


def shifted(number: str, power: int) -> str:
    """A written number times a power of ten, digit by digit: ``1,417.05`` by one is ``14,170.5``, ``61`` by -2 ``0.61``."""
    return f"{Decimal(number.replace(',', '')).scaleb(power):,f}"


def _short(number: str) -> str:
    """A round number without noughts at its end: ``2.00`` is ``2``."""
    return number.rstrip("0").rstrip(".") if "." in number else number


def shift(text: str, power: int) -> str:
    """A text with each of its numbers shifted."""
    return _WRITTEN.sub(lambda m: shifted(m[0], power), text)


def filled(message: str, values: list[str]) -> str:
    """A translation with its numbers put in and without its mark; ten thousand 萬 are one 億.

    A round number loses its noughts, 300 million are 3億, unless they are printed: ``{0*0.010}`` makes 340 million 3.40億.
    ``{0*0.0001}萬`` holds for what may be printed so: ten thousands, and no digit but noughts in the last two places.
    """

    def value(match: re.Match[str]) -> str:
        found, unit = values[int(match[1])], match[3] or ""
        if match[2] is None:
            return found + unit
        power = power_of(match[2])
        amount = Decimal(found.replace(",", ""))
        if unit and amount.scaleb(power) >= 10_000:
            return _short(shifted(found, power - 4)) + "億"
        if unit and power == -4 and (amount < 10_000 or amount % 100):
            return found
        kept = "." in found or match[2].endswith("0")
        return (shifted(found, power) if kept else _short(shifted(found, power))) + unit

    return MARK.sub("", SLOT.sub(value, message))


def tables(markup: str, known: Callable[[str], str]) -> str:
    """HTML with the columns of its tables shifted as the translations of their units say, which ``known`` gives.

    What is called otherwise in a single column has a translation as ``head: unit``, of both or of the unit alone.
    """

    def own(unit: re.Match[str]) -> str:
        head, _, said = known(f"{_plain(unit[2])}: {_plain(unit[4])}").rpartition("：")
        return f"{unit[1]}{head or unit[2]}{unit[3]}{said or unit[4]}{unit[5]}"

    def table(match: re.Match[str]) -> str:
        head = _UNIT.sub(own, match[2])
        upper, *lower = head.split("</tr>")
        below = iter(_HEADS.findall(lower[0]) if lower else [])
        columns: list[str] = []
        for attributes, said in _HEADS.findall(upper):
            wide = re.search(r'colspan="(\d+)"', attributes)
            columns += [next(below)[1] for _ in range(int(wide[1]))] if wide else [said]
        units = [_plain(said.partition('<span class="unit">')[2]) for said in columns]
        scales = [Scale.read(known(unit) or unit) if unit else None for unit in units]

        def row(line: re.Match[str]) -> str:
            places = iter(scales)
            return _CELL.sub(lambda m: m[1] + _cell(m[2], next(places)) + m[3], line[0])

        rows = re.sub("<tr.*?</tr>", row, match[4], flags=re.DOTALL) if any(scales) else match[4]
        return match[1] + MARK.sub("", head) + match[3] + rows + match[5]

    return _TABLE.sub(table, markup)


def _cell(text: str, scale: Scale | None) -> str:
    """What a cell holds, its numbers shifted but for those in the small print below."""
    if scale is None:
        return text
    power = scale.power
    above, small, below = text.partition('<span class="below">')
    return re.sub(r"(<[^>]*>|&#?\w+;)|([^<&]+)", lambda m: m[1] or shift(m[2], power), above) + small + below


def _plain(markup: str) -> str:
    return html.unescape(re.sub("<[^>]*>", "", markup)).strip()


def figure(drawing: str, scale: Scale) -> str:
    """SVG with its numbers shifted: those that stand alone as labels, and what the values say of themselves."""

    def text(match: re.Match[str]) -> str:
        tag, said = match[1], match[2]
        if tag.startswith("<circle"):
            return tag + "".join(_alone(part, scale.power) for part in _PARTS.split(said))
        axis = _AXIS in tag
        if scale.axis and not axis:
            return match[0]
        found = _alone(said, scale.power)
        return tag + (_short(found) if axis and found != said else found)

    return _TEXT.sub(text, drawing)


def _alone(said: str, power: int) -> str:
    return shift(said, power) if _ALONE.fullmatch(said) and not _YEAR.fullmatch(said) else said
