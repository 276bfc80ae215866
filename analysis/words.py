"""Numbers and names as a reader meets them in a text, in English and in Chinese.

Every function gives a :class:`Both`: English text that carries its Chinese twin, so that one fact serves
both editions. A printed number keeps its digits; a computed one is rounded half up, a range outward.
A number that is not there (NaN, an empty string) is said to be :data:`ABSENT`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from analysis.interval import exact_decimals, whole_digits

if TYPE_CHECKING:
    from analysis.report import Report

_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_CARDINALS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_LARGER = {"萬": "億", "億": "兆"}
#: Large numbers in English, largest first.
SHORT_SCALE = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


class Both(str):
    """English text with its Chinese twin in ``zh``; the same text where the two do not differ."""

    zh: str

    def __new__(cls, en: str, zh: str | None = None) -> Both:
        """``Both("third", "第3")``."""
        made = super().__new__(cls, en)
        made.zh = en if zh is None else zh
        return made

    def capitalize(self) -> Both:
        """With a capital at the beginning of the English."""
        return Both(self[:1].upper() + self[1:], self.zh)


#: What stands where a number would that these data do not have: another year, another row.
ABSENT = Both("not in this edition", "本版未載")


def _there(*values: Fraction | float | str) -> bool:
    """Whether all of these are numbers, not missing, an empty string or ``nan``."""
    return not any(pd.isna(value) or value in ("", "nan") for value in values)  # type: ignore[arg-type]


def chinese(value: object) -> str:
    """The Chinese of a text that has one, else the text itself."""
    return value.zh if isinstance(value, Both) else str(value)


def text(template: str, **values: object) -> Both:
    """A sentence of code with its values filled in: ``text("{who} leads by {gap}", who=…, gap=…)``."""
    return Both(template.format(**values), template.format(**{k: chinese(v) for k, v in values.items()}))


def exactly(value: Fraction | float | str) -> Fraction:
    """A printed string, a float or a fraction as the fraction it stands for; raises :class:`ValueError`."""
    return Fraction(value.replace(",", "").replace("−", "-")) if isinstance(value, str) else Fraction(value)


def number(value: Fraction | float | str, decimals: int | None = None, *, sign: bool = False) -> Both:
    """``-1234.5`` as ``−1,234.5``: thousands separated, true minus sign, ``sign`` writes the plus too.

    ``decimals`` rounds half up; without it a printed string keeps its decimals and anything else is a whole number.
    """
    if not _there(value):
        return ABSENT
    exact = exactly(value)
    if decimals is None:
        decimals = len(value.partition(".")[2]) if isinstance(value, str) else 0
    units = abs(whole_digits(exact, decimals))
    whole, rest = divmod(units, 10**decimals)
    head = "" if not units else "−" if exact < 0 else "+" if sign else ""
    return Both(f"{head}{whole:,}" + (f".{rest:0{decimals}d}" if decimals else ""))


def percent(value: Fraction | float | str, decimals: int | None = 1, *, sign: bool = False) -> Both:
    """A percentage: ``-4.68`` as ``−4.7%``; a printed string keeps its decimals."""
    if not _there(value):
        return ABSENT
    return Both(f"{number(value, None if isinstance(value, str) else decimals, sign=sign)}%")


def span(low: Fraction | float, high: Fraction | float, decimals: int = 2, *, unit: str = "") -> Both:
    """A range: one number where both ends round alike, else rounded outward: ``0.48–0.50`` / ``0.48至0.50``."""
    if not _there(low, high):
        return ABSENT
    low, high = Fraction(low), Fraction(high)
    first = number(low, decimals)
    if first == number(high, decimals):
        return Both(f"{first}{unit}")
    scale = 10**decimals
    # a float can lie a hair outside the exact end it stands for
    hair = Fraction(1, 10**9)
    below = number(Fraction(math.floor(low * scale + hair), scale), decimals)
    above = number(Fraction(math.ceil(high * scale - hair), scale), decimals)
    dash = " to " if low < 0 else "–"
    return Both(f"{below}{dash}{above}{unit}", f"{below}至{above}{unit}")


def between(
    low: Fraction | float, high: Fraction | float, decimals: int = 1, *, sign: bool = False, unit: str = ""
) -> Both:
    """A statistical interval, both ends rounded half up: ``2.2 to 5.1%`` / ``2.2至5.1%``.

    An end that is nearly zero keeps the digits that say on which side of it: ``−0.02 to 5.1``.
    """
    if not _there(low, high):
        return ABSENT
    first, last = (number(end, _telling(end, decimals), sign=sign) for end in (low, high))
    return Both(f"{first} to {last}{unit}", f"{first}至{last}{unit}")


def _telling(value: Fraction | float, decimals: int) -> int:
    """The decimals with which a number is not mistaken for zero, up to two more than asked for."""
    exact = Fraction(value)
    return next((d for d in range(decimals, decimals + 3) if whole_digits(exact, d)), decimals)


def within(value: float, low: float, high: float, decimals: int = 1, *, sign: bool = False) -> Both:
    """An estimate with its interval: ``3.6 (2.2 to 5.1)`` / ``3.6（2.2至5.1）``."""
    if not _there(value):
        return ABSENT
    ends = between(low, high, decimals, sign=sign)
    centre = number(value, decimals, sign=sign)
    return Both(f"{centre} ({ends})", f"{centre}（{ends.zh}）")


def year(value: float) -> Both:
    """A year; NaN is one that does not come."""
    return Both(f"{value:.0f}") if _there(value) else ABSENT


def ordinal(n: int) -> Both:
    """``3`` as ``third`` / ``第3``; beyond ten as ``11th``."""
    if not _there(n):
        return ABSENT
    suffix = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return Both(_ORDINALS[n - 1] if 1 <= n <= len(_ORDINALS) else f"{n}{suffix}", f"第{n}")


def cardinal(n: int) -> Both:
    """``3`` as ``three`` / ``3``; beyond twelve in digits, ``0`` as ``none``."""
    if not _there(n):
        return ABSENT
    return Both(_CARDINALS[n] if 0 <= n < len(_CARDINALS) else f"{n:,}", f"{n:,}")


def listing(items: Iterable[str]) -> Both:
    """``a, b and c`` / ``a、b、c``; ``none`` / ``無`` if there is nothing."""
    found: Sequence[str] = list(items)
    zh = "、".join(chinese(item) for item in found)
    if len(found) < 2:
        return Both(found[0], zh) if found else Both("none", "無")
    return Both(f"{', '.join(found[:-1])} and {found[-1]}", zh)


def name(report: Report, code: str) -> Both:
    """Name of a row: English as within a sentence (``the Netherlands``), and as printed."""
    return Both(report.entities[code].get("in_text") or report.name(code), report.name(code, "zh"))


def names(report: Report, codes: Iterable[str]) -> Both:
    """A list of rows by name."""
    return listing(name(report, code) for code in codes)


def amount(report: Report, value: Fraction | float | str, unit: str, digits: int = 3) -> Both:
    """An amount in a printed unit: ``599`` 億美元 as ``US$59.9 billion`` / ``599億美元``.

    Money is scaled to three digits (``digits``), people and pieces are written out (``17.58`` 萬人 as ``175,800``). Factor and
    symbol of a unit stand in ``datapackage.json``; raises :class:`KeyError` for a unit that is not there.
    """
    if not _there(value):
        return ABSENT
    about = report.package["units"][unit]
    whole = exactly(value) * Fraction(about["factor"])
    symbol = str(about.get("symbol", ""))
    places = None if isinstance(value, str) else _places(abs(exactly(value)), digits)
    zh = _written(exactly(value), number(value, places), unit.removeprefix("新臺幣"))
    scale, word = next(((s, w) for s, w in SHORT_SCALE if abs(whole) >= s), (1, ""))
    if not symbol or scale == 1:
        said = number(whole, exact_decimals(whole, 6) if isinstance(value, str) else None)
    else:
        said = Both(f"{number(whole / scale, _places(abs(whole) / scale, digits))} {word}")
    return Both(f"−{symbol}{said[1:]}" if said.startswith("−") else f"{symbol}{said}", zh)


def _written(value: Fraction, said: str, unit: str) -> str:
    """An amount in Chinese; from ten thousand on in two units: ``15兆2,355億元``."""
    if unit[:1] not in _LARGER or abs(value) < 10_000:
        return said + unit
    head, _, rest = said.replace(",", "").partition(".")
    upper, lower = f"{int(head[:-4].lstrip('−')):,}{_LARGER[unit[0]]}", int(head[-4:])
    below = f"{lower:,}{f'.{rest}' if rest else ''}{unit}" if lower or rest else unit[1:]
    return ("−" if value < 0 else "") + upper + below


def _places(value: Fraction, digits: int) -> int:
    """Decimals with which a number has so many digits that count."""
    return max(0, digits - 1 - math.floor(math.log10(value))) if value else 0
