"""Technology trade: receipts and payments for technology, by industry and partner.

Definitions follow the OECD *TBP Manual* (1990): the balance is receipts minus payments, the coverage ratio receipts
over payments. The index of intra-industry trade is that of Grubel and Lloyd (1975), the normalised balance that of
Lafay's relative trade balance, concentration the Herfindahl-Hirschman index. Amounts are in 100 million New Taiwan
dollars unless said otherwise.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from operator import add, sub

from analysis.indicators.series import RATIO, Column, Indicator, Key, declared, derive, read, read_prose, whole
from analysis.interval import Interval, ratio, share
from analysis.report import Report

TABLE, TOTAL = "receipts", "C"


def normalised_balance_of(receipts: Interval, payments: Interval) -> Interval:
    """``(R - P) / (R + P)``, between -1 (only payments) and 1 (only receipts).

    Written as ``1 - 2 / (1 + R/P)`` so that each input occurs once and the bounds are
    tight. Unknown where payments may be zero.
    """
    return 1 - 2 / (1 + receipts / payments)


def grubel_lloyd_of(receipts: Interval, payments: Interval) -> Interval:
    """Grubel-Lloyd index ``1 - |R - P| / (R + P)``: 1 is balanced, 0 is one-way trade."""
    return 1 - abs(normalised_balance_of(receipts, payments))


def sum_of_squares(*shares: Interval) -> Interval:
    """Herfindahl-Hirschman index of shares in per cent, as a fraction."""
    return sum((part * part for part in shares), Interval.exact(0)) / 10_000


def concentration_of(*shares: Interval) -> Interval:
    """The index when only the largest shares are known; its point leaves out the others.

    What they leave of 100 may be spread over many (and adds nothing) or lie with one
    (and adds its square): the bounds cover both.
    """
    rest = max(Fraction(0), 100 - sum((part.low for part in shares), Fraction(0))) / 100
    return sum_of_squares(*shares) + Interval.between(0, rest * rest, point=0)


def _of_flows(name: str, function: Callable[[Interval, Interval], Interval], text: str, amount: str = "") -> Indicator:
    """An index of receipts and payments, or an ``amount`` that the table prints too."""

    def column(report: Report) -> Column:
        receipts, payments = read(report, TABLE, "receipts"), read(report, TABLE, "payments")
        if not amount:
            return derive(name, RATIO, 3, function, receipts, payments)
        return derive(name, receipts.unit, 2, function, receipts, payments, printed=read(report, TABLE, amount))

    return declared(text, column)


balance = _of_flows("technology_balance", sub, "Technology balance by industry, receipts minus payments.", "balance")
coverage = _of_flows("coverage_ratio", ratio, "Receipts over payments by industry; above 1 is a surplus.")


volume = _of_flows("technology_volume", add, "Technology trade volume by industry, receipts plus payments.", "volume")


def _share(report: Report, measure: str, printed: str = "") -> Column:
    column, beside = read(report, TABLE, measure), read(report, TABLE, printed) if printed else None
    return derive(f"{measure}_share", "%", 2, share, column, (column, whole(TOTAL)), printed=beside)


def _shares(measure: str, printed: str = "") -> Indicator:
    text = f"Share of each industry in technology {measure}, %."
    return declared(text, lambda report: _share(report, measure, printed))


receipts_share = _shares("receipts", "receipts_share")
payments_share = _shares("payments", "payments_share")
volume_share = _shares("volume")
normalised_balance = _of_flows("normalised_balance", normalised_balance_of, "Balance over volume by industry, -1 to 1.")
intra_industry = _of_flows("grubel_lloyd", grubel_lloyd_of, "Index of intra-industry trade by industry, 0 to 1.")


@Indicator
def concentration(report: Report) -> Iterator[Column]:
    """Herfindahl index of receipts, payments and volume over industries (table 1-2-15).

    The bounds allow for the industries that are not among the ten listed.
    """
    for measure in ("receipts", "payments", "volume"):
        parts = _share(report, measure)
        listed = [(parts, whole(code)) for code in parts.codes if code != TOTAL]
        total = [Key(TOTAL, parts.keys[0].year)]
        yield derive(f"{measure}_concentration", RATIO, 4, concentration_of, *listed, keys=total)


@Indicator
def partner_share(report: Report) -> Iterator[Column]:
    """Share of a partner country in receipts and payments, %: sentences over table 1-2-15.

    The partners' amounts are printed only in sentences; the totals are those of the table.
    """
    for measure in ("receipts", "payments"):
        partners, total = read_prose(report, measure), (read(report, TABLE, measure), whole(TOTAL))
        keys = [key for key in partners.keys if key.code != TOTAL]
        printed = read_prose(report, f"{measure}_share")
        yield derive(f"{measure}_partner_share", "%", 2, share, partners, total, keys=keys, printed=printed)


@Indicator
def intellectual_property_coverage(report: Report) -> Column:
    """Receipts over payments for the use of intellectual property (sentences, figure 1-2-8)."""
    receipts, payments = read_prose(report, "ip_receipts"), read_prose(report, "ip_payments")
    printed = read_prose(report, "ip_coverage_ratio")
    return derive("ip_coverage_ratio", RATIO, 3, ratio, receipts, payments, keys=receipts.keys, printed=printed)
