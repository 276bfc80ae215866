"""Technology trade: receipts and payments for technology, by industry and partner.

Definitions follow the OECD *TBP Manual* (1990): the balance is receipts minus payments,
the coverage ratio receipts over payments. The index of intra-industry trade is that of
Grubel and Lloyd (1975), the normalised balance that of Lafay's relative trade balance,
concentration the Herfindahl-Hirschman index. Amounts are in 100 million New Taiwan
dollars unless said otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from analysis.indicators.series import RATIO, Column, Key, derive, indicator, read, read_prose, same, whole
from analysis.interval import Interval, lift, ratio, share
from analysis.report import Report

TABLE, TOTAL = "receipts", "C"


def balance_of(receipts: Interval, payments: Interval) -> Interval:
    """``receipts - payments``, in their unit; positive is a surplus."""
    return receipts - payments


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


def _flows(report: Report) -> tuple[Column, Column]:
    return read(report, TABLE, "receipts"), read(report, TABLE, "payments")


@indicator
def balance(report: Report) -> Column:
    """Technology balance by industry, receipts minus payments (table 1-2-15)."""
    receipts, payments = _flows(report)
    printed = read(report, TABLE, "balance")
    return derive(
        "technology_balance",
        receipts.unit,
        2,
        balance_of,
        (receipts, same),
        (payments, same),
        keys=receipts.keys,
        printed=printed,
    )


@indicator
def coverage(report: Report) -> Column:
    """Coverage ratio by industry, receipts over payments (table 1-2-15); above 1 is a surplus."""
    receipts, payments = _flows(report)
    return derive("coverage_ratio", RATIO, 3, ratio, (receipts, same), (payments, same), keys=receipts.keys)


@indicator
def volume(report: Report) -> Column:
    """Technology trade volume by industry, receipts plus payments (table 1-2-15)."""
    receipts, payments = _flows(report)
    printed = read(report, TABLE, "volume")
    return derive(
        "technology_volume",
        receipts.unit,
        2,
        lambda r, p: r + p,
        (receipts, same),
        (payments, same),
        keys=receipts.keys,
        printed=printed,
    )


def _share(report: Report, measure: str, name: str, printed: Column | None) -> Column:
    column = read(report, TABLE, measure)
    return derive(name, "%", 2, share, (column, same), (column, whole(TOTAL)), keys=column.keys, printed=printed)


@indicator
def receipts_share(report: Report) -> Column:
    """Share of each industry in technology receipts (table 1-2-15), %."""
    return _share(report, "receipts", "receipts_share", read(report, TABLE, "receipts_share"))


@indicator
def payments_share(report: Report) -> Column:
    """Share of each industry in technology payments (table 1-2-15), %."""
    return _share(report, "payments", "payments_share", read(report, TABLE, "payments_share"))


@indicator
def volume_share(report: Report) -> Column:
    """Share of each industry in technology trade volume (table 1-2-15), %."""
    return _share(report, "volume", "volume_share", None)


@indicator
def normalised_balance(report: Report) -> Column:
    """Balance over volume by industry, from -1 to 1 (table 1-2-15)."""
    receipts, payments = _flows(report)
    return derive(
        "normalised_balance", RATIO, 3, normalised_balance_of, (receipts, same), (payments, same), keys=receipts.keys
    )


@indicator
def intra_industry(report: Report) -> Column:
    """Grubel-Lloyd index of intra-industry trade by industry, from 0 to 1 (table 1-2-15)."""
    receipts, payments = _flows(report)
    return derive("grubel_lloyd", RATIO, 3, grubel_lloyd_of, (receipts, same), (payments, same), keys=receipts.keys)


@indicator
def concentration(report: Report) -> list[Column]:
    """Herfindahl index of receipts, payments and volume over industries (table 1-2-15).

    The bounds allow for the industries that are not among the ten listed.
    """
    found = []
    for measure in ("receipts", "payments", "volume"):
        parts = _share(report, measure, measure, None)
        listed = parts.take([key for key in parts.keys if key.code != TOTAL])
        found.append(
            replace(
                parts,
                indicator=f"{measure}_concentration",
                unit=RATIO,
                decimals=4,
                keys=(Key(TOTAL, parts.keys[0].year),),
                values=lift(concentration_of, *([part] for part in listed)),
                printed=("",),
            )
        )
    return found


@indicator
def partner_share(report: Report) -> list[Column]:
    """Share of a partner country in receipts and payments, %: sentences over table 1-2-15.

    The partners' amounts are printed only in sentences; the totals are those of the table.
    """
    found = []
    for measure in ("receipts", "payments"):
        partners = read_prose(report, measure)
        totals = read(report, TABLE, measure)
        keys = [key for key in partners.keys if key.code != TOTAL]
        printed = read_prose(report, f"{measure}_share")
        found.append(
            derive(
                f"{measure}_partner_share",
                "%",
                2,
                share,
                (partners, same),
                (totals, whole(TOTAL)),
                keys=keys,
                printed=printed,
            )
        )
    return found


@indicator
def intellectual_property_coverage(report: Report) -> Column:
    """Receipts over payments for the use of intellectual property (sentences, figure 1-2-8)."""
    receipts, payments = read_prose(report, "ip_receipts"), read_prose(report, "ip_payments")
    printed = read_prose(report, "ip_coverage_ratio")
    return derive(
        "ip_coverage_ratio", RATIO, 3, ratio, (receipts, same), (payments, same), keys=receipts.keys, printed=printed
    )
