"""Units of measurement as printed: a power of ten, a currency or counted thing.

``億美元`` is 100 million US dollars, ``新臺幣兆元`` a million million New Taiwan
dollars, ``成`` ten per cent. Two numbers can be compared when their bases agree.
"""

import functools
import re
from dataclasses import dataclass
from fractions import Fraction

from analysis.claims.values import ClaimError
from analysis.interval import exact_decimals
from analysis.words import SHORT_SCALE

#: Powers of ten written as characters or words.
SCALES = {"十": 10, "百": 100, "千": 1000, "仟": 1000, "萬": 10**4, "万": 10**4, "億": 10**8, "亿": 10**8, "兆": 10**12}
SCALES |= {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
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
_COUNTERS = "項條種類家個間所件處座案場組套支款大區篇章部層型樣點面向主軸領域產業重方目隊屆版架校軌"
_THINGS = {"部分", "層次", "單位"}
_PERCENT = {"％", "%", "百分點", "個百分點", "percentage point", "percentage points"}
_PEOPLE = {"位", "名", "人"}
#: Bases of things counted in full, and years: printed numbers of these are not rounded.
COUNTED = {"項", "年", "月", "名次", "國", "人", "人次"}


@dataclass(frozen=True)
class Unit:
    """A factor and what it multiplies: ``億美元`` is ``Unit(10**8, "USD")``."""

    factor: Fraction
    base: str

    @property
    def counted(self) -> bool:
        """Whether numbers in this unit are exact: years, places, things counted one by one."""
        return self.factor == 1 and self.base in COUNTED

    @property
    def known(self) -> bool:
        """Whether its base is one that is known here."""
        return self.base.partition("/")[0] in {"", "%", *CURRENCIES, *COUNTED, *_BASES}


@functools.cache
def unit(text: str) -> Unit:
    """Read a printed unit; an empty text is the number one of nothing known.

    Raises :class:`~analysis.claims.values.ClaimError` for money with a word beside it that
    is neither a power of ten nor a ``/`` and what the money is for.
    """
    rest = text.strip()
    if rest in _PERCENT:
        return Unit(Fraction(1), "%")
    if rest == "成":
        return Unit(Fraction(10), "%")
    base = ""
    for code, spellings in CURRENCIES.items():
        spelling = next((s for s in spellings if s in rest), "")
        if spelling:
            rest, base = rest.replace(spelling, "", 1).strip(), code
            break
    rest, slash, per = re.match(r"([^/／]*)([/／]?)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    rest = rest.removesuffix("元").removesuffix("圓").strip() if base else rest
    factor = 1
    while scale := next((s for s in SCALES if rest.startswith(s)), ""):
        factor, rest = factor * SCALES[scale], rest[len(scale) :].strip()
    if base and rest:
        known = ", ".join(SCALES)
        raise ClaimError(f"a unit of money; {text!r} holds the unknown {rest!r}, known are {known}")
    if rest in _PEOPLE:
        rest = "人"
    elif rest in _THINGS or (rest and all(character in _COUNTERS for character in rest)):
        rest = "項"  # whatever is counted, a number of it is a number of it
    return Unit(Fraction(factor), (base or rest) + (f"/{per}" if slash else ""))


_SIGNS = {"TWD": "NT$", "USD": "US$"}
#: English for bases as printed; what is counted needs no word.
_BASES = dict.fromkeys(("項", "年", "名次", "版", "比", "顆", "軸", "色", "箭", "階", "級", "R", "業", "者"), "")
_BASES |= dict.fromkeys(("噸", "公噸", "頓"), "tonnes") | dict.fromkeys(("月", "個月"), "months")
_BASES |= {"人": "people", "人次": "attendances", "國": "countries", "倍": "times", "輛": "vehicles", "台": "machines"}
_BASES |= {"公斤": "kg", "公克": "g", "公里": "km", "公升": "litres", "吋": "inches", "度": "kWh", "瓦": "W"}
_BASES |= {"毫秒": "ms", "秒": "seconds", "分鐘": "minutes", "日": "days", "歲": "years"}
_BASES |= {"例": "cases", "量子位元": "qubits", "分": "points", "棵": "trees"}
_BASES |= {"噸/年": "tonnes a year", "公斤/月": "kg a month", "位元/秒": "bits a second"}


def words(digits: str, text: str) -> str:
    """A printed number with its unit in English: ``22.1`` 億美元 is ``US$2.21 billion``."""
    if text == "版":
        return f"release {digits}"
    scale = unit(text)
    if scale.base == "%" or text == "%":
        return f"{_plain(Fraction(digits) * scale.factor, digits if scale.factor == 1 else '')} %"
    money, _, per = scale.base.partition("/")
    sign = _SIGNS.get(money, f"{money} ") if money in CURRENCIES else ""
    if sign and digits.startswith("-"):  # the sign of an amount stands before that of its currency
        return f"−{words(digits[1:], text)}"
    base = "" if sign else _BASES.get(scale.base, scale.base)
    value = Fraction(digits) * scale.factor
    tail = f" {base}".rstrip() + (f"/{_BASES.get(per, per)}" if sign and per else "")
    if scale.factor == 1:
        return f"{sign}{digits if base == '' and not sign and scale.base == '年' else _plain(value, digits)}{tail}"
    size, name = next(((size, f" {name}") for size, name in SHORT_SCALE if abs(value) >= size), (1, ""))
    return f"{sign}{_plain(value / size)}{name}{tail}"


def _plain(value: Fraction, digits: str = "") -> str:
    """Decimals as printed if given, else as few as needed, with commas between thousands."""
    places = len(digits.partition(".")[2]) if digits else exact_decimals(value, 6)
    return f"{float(value):,.{places}f}"
