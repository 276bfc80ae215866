"""The damages of printed numbers of an outside review of the audit, N01 … N77, as code.

Each is one function on a :class:`damage_copy.Copy`; where it yields, every part up to a
``yield`` is a cause of its own. The review describes 72 of them; the five it only counts
(N09, N55, N58, N61, N67) are ours, in its spirit. ``HARMLESS`` ones are no fault that the
numbers could show: a true correction, a change within the rounding, or numbers that no
relation ties to others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import ROUND_DOWN, Decimal

from damage_copy import Copy, amount, shift, turn

Damage = Callable[[Copy], Iterator[None] | None]
DAMAGES: dict[str, tuple[str, Damage]] = {}

#: Nothing to find: no relation can tell, or the change is right or within the rounding.
HARMLESS = frozenset({"N11", "N12", "N40", "N42", "N50", "N59", "N76", "N77"})

COUNTRIES = 17  # rows of 1-2-1, 1-2-2, 1-2-4, 1-2-5 before the two aggregates


def damage(number: str, text: str) -> Callable[[Damage], Damage]:
    """Register a damage."""

    def keep(function: Damage) -> Damage:
        DAMAGES[number] = (text, function)
        return function

    return keep


def simple(number: str, text: str, function: Damage) -> None:
    """Register a damage of one line."""
    DAMAGES[number] = (text, function)


@damage("N01", "two digit faults, two tables")
def _(c: Copy) -> Iterator[None]:
    c.put("1-2-3", "政府部門", "amount_2021", "88.13")
    yield
    c.put("1-2-16", "金屬製品業", "value_added_2021", "4,604")
    yield


@damage("N02", "two digit faults, one row")
def _(c: Copy) -> Iterator[None]:
    c.put("1-2-1", "韓國", "gerd_2021", "1,174")
    yield
    c.put("1-2-1", "韓國", "growth_2023", "3.94")
    yield


@damage("N03", "compensating faults in a column")
def _(c: Copy) -> Iterator[None]:
    c.put("1-2-9", "中高科技產業（品）", "exports_2023", "28,493")
    yield
    c.put("1-2-9", "中低科技產業（品）", "exports_2023", "18,060")
    yield


simple("N04", "years 2021/2022 exchanged, 1-2-1", lambda c: c.exchange("1-2-1", ("gerd_2021", "gerd_2022")))
simple("N05", "years 2022/2023 exchanged, 1-2-13", lambda c: c.exchange("1-2-13", ("patents_2022", "patents_2023")))
simple("N06", "receipts/payments exchanged, 1-2-15", lambda c: c.exchange("1-2-15", ("receipts", "payments")))
simple(
    "N07",
    "receipts/payments with shares exchanged",
    lambda c: c.exchange("1-2-15", ("receipts", "payments"), ("receipts_share", "payments_share")),
)
simple("N08", "growth 2022/2023 exchanged, 1-2-2", lambda c: c.exchange("1-2-2", ("growth_2022", "growth_2023")))
simple(
    "N09",
    "densities 2023/2024 exchanged, 1-2-13 (ours)",
    lambda c: c.exchange("1-2-13", ("patent_density_2023", "patent_density_2024")),
)


@damage("N10", "2014/2021 blocks exchanged, 1-2-16")
def _(c: Copy) -> None:
    c.exchange("1-2-16", *((f"{m}_2014", f"{m}_2021") for m in ("value_added", "share", "value_added_rate")))


@damage("N11", "IMD years exchanged, 1-2-6")
def _(c: Copy) -> None:
    c.exchange("1-2-6", *((n, n.replace("2024", "2025")) for n in c.header["1-2-6"] if n.endswith("2024")))


@damage("N12", "two indicators exchanged, 1-2-7")
def _(c: Copy) -> None:
    c.exchange("1-2-7", *((f"financial_services_{y}", f"entrepreneurship_{y}") for y in (2024, 2025)))


def scaled(number: str, text: str, table: str, start: str | tuple[str, ...], power: int) -> None:
    """Register columns off by a power of ten."""
    starts = (start,) if isinstance(start, str) else start
    simple(
        number,
        text,
        lambda c: c.alter(table, [n for s in starts for n in c.columns(table, s)], lambda t: shift(t, power)),
    )


scaled("N13", "gerd_2023 x10", "1-2-1", "gerd_2023", 1)
scaled("N14", "all gerd x1000", "1-2-1", "gerd_", 3)
scaled("N15", "all gerd x100", "1-2-1", "gerd_", 2)
scaled("N16", "densities /10", "1-2-5", "researcher_density_", -1)
scaled("N17", "patents 2024 column x10", "1-2-13", "patents_2024", 1)
scaled("N18", "exports 2024 column /100 (1-2-9)", "1-2-9", "exports_2024", -2)


@damage("N19", "real GDP row x10")
def _(c: Copy) -> None:
    c.fill("1-2-8", "實質GDP（新臺幣/億元）", [shift(t, 1) for t in c.row("1-2-8", "實質GDP（新臺幣/億元）")[1:]])


scaled("N20", "population 1-1-1 x10", "1-1-1", "population_", 1)
scaled("N21", "value added all x10", "1-2-16", tuple(f"value_added_{y}" for y in (2014, 2021, 2022, 2023)), 1)


@damage("N22", "receipts, payments, volume, balance x10 with prose left")
def _(c: Copy) -> None:
    c.alter("1-2-15", ("receipts", "payments", "volume", "balance"), lambda t: shift(t, 1))


scaled("N23", "growth column x100", "1-2-1", "growth_2023", 2)
for _number, _text, _table, _pairs in (
    ("N24", "stale intensity 2023=2022", "1-2-2", [("gerd_intensity_2023", "gerd_intensity_2022")]),
    ("N26", "stale density 2024=2023", "1-2-13", [("patent_density_2024", "patent_density_2023")]),
    ("N27", "stale share 2024=2023", "1-2-9", [("share_2024", "share_2023")]),
    ("N28", "stale growth 2023=2022", "1-2-1", [("growth_2023", "growth_2022")]),
    ("N29", "stale share 2022=2021", "1-2-16", [("share_2022", "share_2021")]),
    (
        "N30",
        "stale whole 2023 (level and growth), 1-2-5",
        "1-2-5",
        [("researcher_density_2023", "researcher_density_2022"), ("growth_2023", "growth_2022")],
    ),
    ("N38", "rank_TWN copied from rank_KOR", "1-2-14", [("rank_TWN", "rank_KOR")]),
):
    simple(_number, _text, lambda c, table=_table, pairs=_pairs: c.repeat(table, *pairs))


@damage("N25", "stale IMD 2025=2024")
def _(c: Copy) -> None:
    c.repeat("1-2-6", *((n.replace("2024", "2025"), n) for n in c.header["1-2-6"] if n.endswith("2024")))


simple("N31", "signs of the growth_2023 column", lambda c: c.alter("1-2-1", ["growth_2023"], turn))
simple("N32", "signs of the balance column", lambda c: c.alter("1-2-15", ["balance"], turn))
simple("N33", "arrows reversed in share_change", lambda c: c.alter("1-2-3", ["share_change_2023"], turn))
simple("N34", "total omits low tech 2024", lambda c: c.put("1-2-9", "總出口金額", "exports_2024", "144,448"))
simple("N35", "GERD 2023 omits government (1-2-3)", lambda c: c.put("1-2-3", "合計金額", "amount_2023", "512.49"))


def exchanged_cells(number: str, text: str, table: str, column: str, one: str, two: str) -> None:
    """Register two cells of a column exchanged."""

    def function(c: Copy) -> None:
        a, b = c.get(table, one, column), c.get(table, two, column)
        c.put(table, one, column, b)
        c.put(table, two, column, a)

    simple(number, text, function)


exchanged_cells("N36", "rank 3/4 exchanged, 1-2-13", "1-2-13", "rank_2024", "中國大陸", "韓國")
exchanged_cells("N37", "order 3/4 exchanged, 1-2-16", "1-2-16", "order", "金屬製品業", "基本金屬業")


@damage("N39", "rank column reversed, 1-2-13")
def _(c: Copy) -> None:
    at = c.column("1-2-13", "rank_2024")
    for row, text in zip(c.tables["1-2-13"], [r[at] for r in c.tables["1-2-13"]][::-1], strict=True):
        row[at] = text


@damage("N40", "short-term ranks rotated, 1-1-4")
def _(c: Copy) -> None:
    at = c.column("1-1-4", "rank_short_term")
    rows = [r for r in c.tables["1-1-4"] if r[at]]
    texts = [r[at] for r in rows]
    for row, text in zip(rows, texts[1:] + texts[:1], strict=True):
        row[at] = text


simple("N41", "1-2-4 Korea row filled from 1-2-5", lambda c: c.fill("1-2-4", "韓國", c.row("1-2-5", "韓國")[1:]))


@damage("N42", "1-2-6 column filled from 1-2-7")
def _(c: Copy) -> None:
    a, b = c.column("1-2-6", "ip_protection_2024"), c.column("1-2-7", "financial_services_2024")
    for row, other in zip(c.tables["1-2-6"], c.tables["1-2-7"], strict=True):
        row[a] = other[b]


@damage("N43", "1-2-9 2024 exports filled from 1-2-10 (4 rows against 5)")
def _(c: Copy) -> None:
    a, b = c.column("1-2-9", "exports_2024"), c.column("1-2-10", "exports_2024")
    for row, other in zip(c.tables["1-2-9"], c.tables["1-2-10"], strict=False):
        row[a] = other[b]


for _number, _id, _new in (
    ("N44", "exports_total_2024", "15.42"),
    ("N45", "patents_2024", "10,497"),
    ("N46", "patents_change_2024", "-1,456"),
    ("N47", "patents_change_2024", "1,465"),
    ("N48", "ip_payments_2024", "25"),
    ("N49", "receipts_from_china_2023", "128"),
    ("N50", "payments_to_japan_2023", "156"),
    ("N51", "world_population_2035", "8.89"),
    ("N52", "ip_ratio_2023", "0.63"),
    ("N53", "ip_receipts_growth_2024", "1.05"),
    ("N54", "exports_ict_growth_2024", "36"),
    ("N55", "exports_electronics_growth_2024", "20.7"),
    ("N56", "balance_electronics_2022", "61.41"),
):
    ours = " (ours)" if _number == "N55" else ""
    simple(_number, f"sentence: {_id} {_new}{ours}", lambda c, name=_id, new=_new: c.say(name, new))

simple("N57", "labels shifted by one (1-2-1 countries)", lambda c: c.rotate("1-2-1", c.labels("1-2-1")[:COUNTRIES]))
simple(
    "N58", "labels shifted by one (1-2-2 countries) (ours)", lambda c: c.rotate("1-2-2", c.labels("1-2-2")[:COUNTRIES])
)
simple("N59", "two field rows exchanged, 1-2-14", lambda c: c.exchange_rows("1-2-14", "通訊", "數位通訊"))
simple("N60", "countries assessed 69->50", lambda c: c.put("1-2-12", "國家整體競爭力", "countries_assessed", "50"))
simple("N61", "place 6 of 69 printed 96 (ours)", lambda c: c.put("1-2-12", "國家整體競爭力", "rank", "96"))
simple("N62", "real wage 56,583->65,583", lambda c: c.put("1-2-8", "實質薪資（新臺幣/元）", "value_2024", "65,583"))
simple(
    "N63",
    "GenAI before/after exchanged",
    lambda c: c.exchange("1-1-2", ("estimate_before_genai", "estimate_after_genai")),
)


@damage("N64", "growth truncated, not rounded, 1-2-1")
def _(c: Copy) -> None:
    for year in (2022, 2023):
        for row in c.tables["1-2-1"]:
            old, new = (amount(row[c.column("1-2-1", f"gerd_{y}")])[0] for y in (year - 1, year))
            rate = (100 * (new / old - 1)).quantize(Decimal("0.01"), ROUND_DOWN)
            row[c.column("1-2-1", f"growth_{year}")] = f"{rate if rate else abs(rate):.2f}"


@damage("N65", "year columns shifted by one, 1-2-4 (2019..2022 = 2020..2023)")
def _(c: Copy) -> None:
    c.repeat("1-2-4", *((f"researchers_{y}", f"researchers_{y + 1}") for y in range(2019, 2023)))


@damage("N66", "1-2-3 2023 amounts all x1.1")
def _(c: Copy) -> None:
    c.alter("1-2-3", ["amount_2023"], lambda t: f"{Decimal(t) * Decimal('1.1'):.2f}")


simple(
    "N67",
    "labels of the two aggregates exchanged, 1-2-4 (ours)",
    lambda c: c.exchange_rows("1-2-4", "歐盟27國", "OECD整體"),
)
simple(
    "N68",
    "world patents of a field less than its parts",
    lambda c: c.put("1-2-14", "電腦技術", "patents_world", "161,513"),
)


@damage("N69", "coherent fabrication: gerd 2023 and growth both changed")
def _(c: Copy) -> None:
    c.put("1-2-1", "日本", "gerd_2023", "2,339")
    c.put("1-2-1", "日本", "growth_2023", "23.89")


simple(
    "N70",
    "row of Sweden duplicated under Denmark, 1-2-1",
    lambda c: c.fill("1-2-1", "丹麥", c.row("1-2-1", "瑞典")[1:]),
)
simple(
    "N71", "row of Sweden under the Netherlands, 1-2-5", lambda c: c.fill("1-2-5", "荷蘭", c.row("1-2-5", "瑞典")[1:])
)


@damage("N72", "three faults in one total (two parts, one share)")
def _(c: Copy) -> Iterator[None]:
    c.put("1-2-9", "高科技產業（品）", "exports_2022", "78,828")
    yield
    c.put("1-2-9", "中低科技產業（品）", "exports_2022", "22,737")
    yield
    c.put("1-2-9", "低科技產業（品）", "share_2022", "6.84")
    yield


simple("N73", "exports/share exchanged for one year", lambda c: c.exchange("1-2-9", ("exports_2022", "share_2022")))


@damage("N74", "Taiwan row exchanged with Canada in 1-2-1, 1-2-2, 1-2-4, 1-2-5")
def _(c: Copy) -> None:
    for table in ("1-2-1", "1-2-2", "1-2-4", "1-2-5"):
        c.exchange_rows(table, "中華民國", "加拿大")


@damage("N75", "imputed +1.00 for 5 more countries")
def _(c: Copy) -> None:
    for label in ("日本", "韓國", "德國", "法國", "瑞典"):
        level = Decimal(c.get("1-2-4", label, "researchers_2022")) * Decimal("1.01")
        c.put("1-2-4", label, "researchers_2023", f"{level:.2f}")
        c.put("1-2-4", label, "growth_2023", "1.00")


simple("N76", "last digit of growth +0.01", lambda c: c.put("1-2-1", "芬蘭", "growth_2023", "2.78"))
simple(
    "N77", "density 2023 Switzerland 306->298 (true)", lambda c: c.put("1-2-13", "瑞士", "patent_density_2023", "298")
)
