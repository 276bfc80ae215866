"""Units of measurement as printed: a power of ten, a currency or counted thing.

``億美元`` is 100 million US dollars, ``新臺幣兆元`` a million million New Taiwan
dollars, ``成`` ten per cent. Two numbers can be compared when their bases agree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

#: Powers of ten written as characters.
SCALES = {
    "十": 10,
    "百": 100,
    "千": 1000,
    "仟": 1000,
    "萬": 10**4,
    "億": 10**8,
    "兆": 10**12,
}
#: Spellings of currencies by code.
CURRENCIES = {
    "TWD": ("新臺幣", "新台幣", "臺幣", "台幣", "NT$", "NTD", "TWD"),
    "USD": ("美元", "美金", "US$", "USD"),
    "EUR": ("歐元", "EUR"),
    "JPY": ("日圓", "日元", "JPY"),
    "CNY": ("人民幣", "CNY"),
    "GBP": ("英鎊", "GBP"),
    "KRW": ("韓元", "韓圜", "KRW"),
}
_COUNTERS = "項條種類家個間所件處座案場組套支款大區篇章部層類型樣點面向主軸領域產業重點方向項目"
_SYNONYMS = {"％": "%", "百分點": "%", "percentage points": "%", "位": "人", "名": "人", "人次": "人次"}


@dataclass(frozen=True)
class Unit:
    """A factor and what it multiplies: ``億美元`` is ``Unit(10**8, "USD")``."""

    factor: Fraction
    base: str


def unit(text: str) -> Unit:
    """Read a printed unit; an empty text is the number one of nothing known."""
    rest = text.strip()
    if rest == "成":
        return Unit(Fraction(10), "%")
    base = ""
    for code, spellings in CURRENCIES.items():
        for spelling in spellings:
            if spelling in rest:
                rest, base = rest.replace(spelling, ""), code
                break
        if base:
            rest = rest.removesuffix("元").removesuffix("圓")
            break
    match = re.match(f"[{''.join(SCALES)}]*", rest)
    scales = match[0] if match else ""
    factor = 1
    for character in scales:
        factor *= SCALES[character]
    rest = rest[len(scales) :]
    if rest and not base and all(character in _COUNTERS for character in rest):
        rest = "項"  # whatever is counted, a number of it is a number of it
    return Unit(Fraction(factor), base or _SYNONYMS.get(rest, rest))
