"""Completeness from the other side: which numbers of the text does no claim cover?

``python -m analysis.claims.scan TEXT`` reads the exported text of the report, finds
every number in it and writes one row for each: line, number, unit, class and the claim
that covers it. The text itself is never stored. :func:`summary` counts the classes.

A number is *covered* when a claim or a number of ``prose.csv`` of the same line prints
it (of the next or previous line too where a paragraph runs over a page break). The rest
falls into the first class of :data:`CLASSES` that fits; what fits none is left *open*.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.claims.units import SCALES as _SCALES
from analysis.report import BadInput, Report, load

if TYPE_CHECKING:
    import pandas as pd

FIRST, LAST = 296, 7800

CLASSES = {
    "covered": "a claim or a prose number covers it",
    "table": "a cell, a column of numbers, a contents list or an index",
    "roadmap": "an indicator of a road-map transcribed as data",
    "reference": "a source, an address, a footnote, a figure or table number",
    "heading": "a numbered heading, title of a project or question in a list",
    "date": "a year, a month, a day, a period",
    "name": "part of a name: 5G, Industry 4.0, a law, a standard, a product",
    "specification": "an engineering quantity: a size, a power, a speed, an accuracy",
    "open": "a statement that no claim covers",
}

_DIGITS = str.maketrans("０１２３４５６７８９．，％～－", "0123456789.,%~-")
_CHINESE = dict(zip("零〇一二兩三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_TENS = {"十": 10, "百": 100, "千": 1000, "仟": 1000}

_NUMBER = re.compile(
    r"(?<![\d.,])(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"|(?P<zh>[一二兩三四五六七八九十百]+)(?=成[^為立員果本長分功熟型就品效]|成$|倍|分之)"
)
#: Units of statements about the economy, longest first.
_MONEY = (
    r"(?:餘|多|個)?(?:兆|億|萬|千萬|百萬|十億|仟|千|百)*"
    r"(?:美元|歐元|日圓|日元|英鎊|人民幣|韓元|韓圜|元|餘元|瓩|件|家|人次|人(?![虛工才員力機體])|名|位(?!元)|國(?![際家內防立])|輛|噸|頓|台|臺(?!灣)|架|艘|座|片|戶|公噸|公頃|歲|項|個|案|所|間|種|場|篇|組|坪|公斤|度|套|棟|支|倍|成|%|％|個百分點|百分點)"
)
_UNIT = re.compile(
    rf"\s?(?P<u>{_MONEY}|(?:兆|億|萬|千)+|[A-Za-zμΩ°℃µ][A-Za-z0-9μΩ°℃/²³·\-µ]*|nm|奈米|微米|公分|公尺|公里|毫米|分鐘|小時|秒|吋|層|通道|位元)?"
)
_SI = re.compile(
    r"(?:[kKMGTPEmμµnpf]?(?:W|Wh|V|A|Ah|Hz|F|H|Ω|J|m|g|L|l|M|mol|B|b|bps|bit|bits|Pa|T|N|eV|VA|s|S|K|lm|cd|Bq|Gy)(?:/\S*|[²³]|\b.*)?"
    r"|mm.*|cm.*|nm.*|km.*|μm.*|um.*|kg.*|mg.*|dB.*|GHz|MHz|kHz|THz|rpm.*|TOPS?.*|TOPs.*|FLOPS.*|Qubits?|qubits?|fps|ppm.*|ppb.*|wt%?|vol%?|ms|min.*|hr.*|h|nits?|°C?|℃|°.*|C|cycles?|Tokens.*|x|X|D|P|Gb.*|Mb.*|GB.*|TB.*|MB.*|kW.*|MW.*|GW.*|Wh.*|psi|bar|mil|cc|sec.*|psig|FPS|ps|Ra|inch|ml|mL|dpi|PPI|ppi|kV|eq|IU|kcal|cP|gsm|den|D|O)$"
)
_ENGINEERING_WORDS = re.compile(
    "準確|精度|精確|誤差|良率|效率|純度|靈敏|特異|解析|穿透|濃度|含量|濕度|溫度|厚度|壽命|良品|回收率|轉化率|去除率|線寬|均勻|折射|反射|發光|光效|延遲|頻寬|速率|轉速|推力|續航|硬度|強度|損失|損耗|能耗|功耗|節能|降低|減少|縮短|提升|提高|增加|改善|辨識|偵測|預測|存活|毒性|吸收|釋放|製程|感測|穩定|變異|翹曲|孔徑|深度|重量|輕量|載重|負載|電壓|電流|電力|功率|電阻|漏電|循環|充電|放電|航程|產率|產速|時間|相似|覆蓋|正確率|成功率|達成率|差異|距離|高度|長度|寬度|直徑|面積|體積|範圍|頻率|週期"
)
_END = re.compile(r"[。！？：；」』】）)>.:]$")
_HEADING = re.compile(
    r"^\s*(?:[-•●▪■◆➤*]\s*)?(?:[（(]?\d{1,2}[)）]|\d{1,2}\s*[.、．](?!\d)|[①-⑳]|Step\s*\d|第\s*\d+\s*[章節篇])"
)
_NUMBERING = re.compile(r"[（(]\d{1,2}[)）]$")
_VERSION = re.compile(r"\d\.0")
_GENERATION = re.compile(r"\s?(?:G(?![A-Za-z])|D(?![a-z])|th\b|[A-Z][a-z]{3,})")
_REFERENCE_LINE = re.compile(
    r"資料來源|Retrieved|檢自|https?://|doi|ISBN|GPN|電話|^\s*註[:：]?|^\s*\d{1,2}\s+\S.{0,40}(?:\(\d{4}\)|（\d{4}|係指|指)"
)
_REFERENCE_BEFORE = re.compile(r"(?:圖|表|附錄|第|No\.?|Vol\.?|p\.?|pp\.?|專利|公告|字號|編號)\s*[\d\-.]*$")
_DATE_AFTER = re.compile(r"\s*(?:[~～–—-]\s*\d{2,4}\s*)?(?:年|月|日|會計年度|上半年|下半年|Q[1-4]|世紀|季)")
_NAME_AFTER = re.compile(
    r"(?:G(?![a-z/Hbh])|D(?![a-z])|\.0(?!\d)|C(?=[^a-z])|奈米|淨零|號|版|代|期計畫|政策|加[一1]|大(?!量|幅|於|型))"
)
_LATIN_BEFORE = re.compile(r"[A-Za-z∙™®+]\s?-?$|[A-Za-z]{2,}[\s-]?\d*[./-]$|「[^」]{0,8}$")


@dataclass(frozen=True)
class Found:
    """One number of the text."""

    line: int
    position: int
    number: str
    unit: str
    before: str
    after: str
    text: str

    @property
    def id(self) -> str:
        """Line and position in the line."""
        return f"{self.line}.{self.position}"


def chinese(text: str) -> int:
    """A Chinese numeral below a thousand: 十二 is 12, 二十 is 20."""
    total = digit = 0
    for character in text:
        if character in _TENS:
            total += (digit or 1) * _TENS[character]
            digit = 0
        else:
            digit = _CHINESE[character]
    return total + digit


def find(lines: Iterable[str], first: int = 1) -> Iterator[Found]:
    """Every number of some lines, the first of which has the number ``first``."""
    for line, raw in enumerate(lines, first):
        text = raw.translate(_DIGITS)
        for position, match in enumerate(_NUMBER.finditer(text), 1):
            digits = match["n"].replace(",", "") if match["n"] else str(chinese(match["zh"]))
            found = _UNIT.match(text, match.end())
            unit = (found["u"] or "") if found else ""
            before, after = text[max(0, match.start() - 24) : match.start()], text[match.end() : match.end() + 24]
            yield Found(line, position, digits, unit, before, after, text)


def classify(found: Found) -> str:
    """The class of a number that nothing covers; see :data:`CLASSES`."""
    text, before, after = found.text, found.before, found.after
    if "\t" in text or text.lstrip().startswith(("<ul>", "<div>", "|")):
        return "table"
    if (
        text.startswith(("圖", "表"))
        or _REFERENCE_LINE.search(text)
        or _REFERENCE_BEFORE.search(before)
        or after.startswith(("¹", "²", "³"))
    ):
        return "reference"
    if _NUMBERING.search(before + found.number + after[:1]) or (_HEADING.match(text) and not before.strip(" -•●▪■◆➤*")):
        return "heading"
    if re.fullmatch(r"(?:19|20)\d\d", found.number) and not _counted(found.unit):
        return "date"
    if _DATE_AFTER.match(after) and "." not in found.number:
        return "date"
    if re.match(r"\s*[~～–—-]\s*(?:19|20)\d\d", after) or re.search(r"(?:19|20)\d\d\s*[~～–—/-]\s*$", before):
        return "date"
    if _GENERATION.match(after) or (_VERSION.fullmatch(found.number) and found.unit in ("", "所")):
        return "name"
    if _LATIN_BEFORE.search(before) or (not _counted(found.unit) and _NAME_AFTER.match(after)):
        return "name"
    if not _counted(found.unit):
        return "specification" if found.unit else "name"
    if found.unit in ("%", "％", "倍", "度", "片", "成", "層", "個", "種", "支", "組", "套") and (
        _ENGINEERING_WORDS.search(before[-14:]) or _ENGINEERING_WORDS.search(after[:12])
    ):
        return "specification"
    return "open"


def _counted(unit: str) -> bool:
    return bool(unit) and re.fullmatch(_MONEY + r"|(?:兆|億|萬|千)+", unit) is not None


def scan(report: Report, lines: list[str], first: int = FIRST, last: int = LAST) -> pd.DataFrame:
    """``id, seed_line, number, unit, class, claim`` of every number in lines first to last."""
    import pandas as pd

    covering, joined = _covering(report), _joined(lines)
    tables = _table_lines(report, lines)
    roadmaps = {int(n) for n in report.resource("roadmaps")["seed_line"]}
    rows = []
    for found in find(lines[first - 1 : last], first):
        claim = _claim(found, covering, joined.get(found.line, ()))
        if claim:
            kind = "covered"
        elif found.line in roadmaps:
            kind = "roadmap"
        elif found.line in tables:
            kind = "table"
        else:
            kind = classify(found)
        rows.append((found.id, str(found.line), found.number, found.unit, kind, claim))
    return pd.DataFrame(rows, columns=["id", "seed_line", "number", "unit", "class", "claim"])


def _covering(report: Report) -> dict[int, list[tuple[Fraction, str]]]:
    """Printed values and what covers them, by line."""
    found: dict[int, list[tuple[Fraction, str]]] = {}
    for row in report.claims().to_dict("records"):
        for part in filter(None, row["printed"].split(";")):
            value = Fraction(part.partition("=")[2])
            found.setdefault(int(row["seed_line"]), []).append((abs(value), row["id"]))
    for row in report.prose().to_dict("records"):
        found.setdefault(int(row["seed_line"]), []).append((abs(Fraction(row["printed"].replace(",", ""))), row["id"]))
    return found


def _joined(lines: list[str]) -> dict[int, list[int]]:
    """Lines whose paragraph runs on over a page break, with the line it runs on to or comes from."""
    found: dict[int, list[int]] = {}
    last, text = 0, ""
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line:
            continue
        runs_on = len(text) >= 20 and len(line) >= 20 and "\t" not in text + line and not _END.search(text)
        if runs_on and number - last <= 3 and not _HEADING.match(line) and not _REFERENCE_LINE.search(text + line):
            found.setdefault(last, []).append(number)
            found.setdefault(number, []).append(last)
        last, text = number, line
    return found


def _claim(found: Found, covering: dict[int, list[tuple[Fraction, str]]], neighbours: Sequence[int] = ()) -> str:
    scales = re.match("[" + "".join(_SCALES) + "]*", found.unit.lstrip("餘多個"))
    values = {Fraction(found.number)}
    scaled = Fraction(found.number)
    for character in scales[0] if scales else "":
        scaled *= _SCALES[character]
        values.add(scaled)  # "2 萬" may be claimed as 2 or as 20000
    for line in (found.line, *neighbours):
        for printed, identifier in covering.get(line, ()):
            if printed in values:
                return identifier
    return ""


def _table_lines(report: Report, lines: list[str]) -> set[int]:
    """Lines of the printed tables: from a table's heading to its first sentence again."""
    found: set[int] = set()
    for table in report.tables.values():
        line = table.seed_line
        while line <= len(lines) and not lines[line - 1].startswith("資料來源"):
            found.add(line)
            line += 1
    return found


def summary(report: Report) -> pd.DataFrame:
    """``class, meaning, numbers, share`` of the committed scan, and the coverage as its last row.

    Coverage is the share of covered numbers among covered and open ones, in per cent.
    """
    import pandas as pd

    from analysis.rounding import round_fraction

    counts = report.resource("scan")["class"].value_counts()
    total = int(counts.sum())
    rows = [
        (name, meaning, int(counts.get(name, 0)), round_fraction(Fraction(100 * int(counts.get(name, 0)), total), 1))
        for name, meaning in CLASSES.items()
    ]
    covered, left = int(counts.get("covered", 0)), int(counts.get("open", 0))
    rate = round_fraction(Fraction(100 * covered, covered + left), 1) if covered + left else ""
    rows.append(("coverage", "covered among covered and open", covered + left, rate))
    return pd.DataFrame(rows, columns=["class", "meaning", "numbers", "share"])


def main(argv: list[str] | None = None) -> int:
    """Scan a text and print, or write with ``--output``, the rows as CSV."""
    parser = argparse.ArgumentParser(prog="python -m analysis.claims.scan", description=__doc__.split("\n")[0])
    parser.add_argument("text", metavar="TEXT", help="the exported text of the report (UTF-8)")
    parser.add_argument("--data", metavar="DIR", help="another edition or a copy (default: the data/ of this project)")
    parser.add_argument("--output", metavar="FILE", help="write here instead of standard output")
    parser.add_argument("--first", type=int, default=FIRST, help="first line (default %(default)s)")
    parser.add_argument("--last", type=int, default=LAST, help="last line (default %(default)s)")
    args = parser.parse_args(argv)
    try:
        lines = _lines(args.text)
        frame = scan(load(args.data), lines, args.first, args.last)
    except BadInput as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([list(frame.columns), *frame.itertuples(index=False)])
    if args.output:
        Path(args.output).write_text(out.getvalue(), encoding="utf-8")
    else:
        sys.stdout.write(out.getvalue())
    counts = frame["class"].value_counts()
    sys.stderr.write(", ".join(f"{name} {counts[name]}" for name in CLASSES if name in counts) + "\n")
    return 0


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise BadInput(path, f"a readable text ({error.strerror})") from None
    except UnicodeDecodeError:
        raise BadInput(path, "UTF-8 text; this is another encoding") from None


if __name__ == "__main__":
    sys.exit(main())
