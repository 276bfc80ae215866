"""Technology trade (table 1-2-15) and what sentences say of partners and intellectual property."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.chapters.common import Exhibit, cardinal, cell, fixed, listing, name, printed, span
from analysis.chapters.industries import SHORT
from analysis.indicators import technology_trade
from analysis.rounding import Intervals, growth, ratio, round_fraction

if TYPE_CHECKING:
    from analysis.report import Report
    from analysis.rounding import Interval

TABLE, TOTAL, YEAR = "1-2-15", "C", 2023


def _industries(report: Report) -> list[str]:
    return [c for c in printed(report, TABLE, "receipts").index if c != TOTAL]


def _prose(report: Report, key: str) -> str:
    return str(report.prose().set_index("id").loc[key, "printed"])


def _interval(report: Report, key: str) -> Interval:
    value = Intervals.from_printed([_prose(report, key).replace(",", "")])[0]
    assert value is not None
    return value


def headlines(report: Report) -> list[str]:
    """The surplus, what it rests on, and how concentrated it is."""
    value = {m: printed(report, TABLE, m)[YEAR] for m in ("receipts", "payments", "balance")}
    cover: Any = technology_trade.coverage(report).set_index("code").loc[TOTAL]
    balances = value["balance"].astype(float).drop(TOTAL).sort_values()
    top, bottom = balances.index[-1], balances.index[0]
    others = cell(report, TABLE, "balance", YEAR, TOTAL).low - cell(report, TABLE, "balance", YEAR, top).high
    high = cell(report, TABLE, "balance", YEAR, TOTAL).high - cell(report, TABLE, "balance", YEAR, top).low
    ends = f"between {fixed(others, 1)} and {fixed(high, 1)}" if fixed(others, 1) != fixed(high, 1) else fixed(high, 1)
    crowd = technology_trade.concentration(report).set_index("indicator")["value"]
    in_, out = fixed(1 / crowd["receipts_concentration"], 1), fixed(1 / crowd["payments_concentration"], 1)
    surplus = float(value["balance"][TOTAL]) > 0
    certain = cover["low"] > 1 or cover["high"] < 1
    side = "below" if surplus else "above"
    return [
        f"**Receipts of {value['receipts'][TOTAL]} against payments of {value['payments'][TOTAL]} 億元: a "
        f"{'surplus' if surplus else 'deficit'} of {value['balance'][TOTAL].lstrip('-')} 億元 in {YEAR}.** The coverage ratio "
        f"is {fixed(cover['value'], 3)}; rounding {f'cannot bring it to one or {side}' if certain else 'leaves its side of one open'}.",
        f"**{'One industry makes the difference' if high < 0 < cell(report, TABLE, 'balance', YEAR, top).low else 'The largest surplus'}"
        f".** {report.name(top)} have a balance of {value['balance'][top]} 億元; all others together have {ends} 億元. The largest deficit is that of {report.name(bottom).lower()} "
        f"({value['balance'][bottom].replace('-', '−')} 億元).",
        f"**Receipts are {'more' if crowd['receipts_concentration'] > crowd['payments_concentration'] else 'less'} concentrated "
        f"than payments**: as concentrated as if {in_} equal industries received and {out} paid (inverse Herfindahl index).",
    ]


def balances(report: Report) -> Exhibit:
    """Technology balance by industry; bars either side of zero."""
    frame = technology_trade.balance(report)
    data = frame[frame["code"] != TOTAL][["code", "value", "low", "high"]]
    data = data.assign(name=[SHORT[c] for c in data["code"]]).sort_values("value", ascending=False, kind="stable")
    data = data.drop(columns=["low", "high"]).reset_index(drop=True)
    plus = int((data["value"] > 0).sum())
    return Exhibit(
        data,
        f"{cardinal(plus).capitalize()} of {cardinal(len(data))} industries sell more technology than they buy",
        f"Technology balance (receipts less payments) {YEAR}, 億元 NT$",
        f"Bars of the technology balance of {len(data)} industries in {YEAR}, from {data['value'].max():.1f} to "
        f"{data['value'].min():.1f} hundred million NT dollars; {plus} are positive.",
        "technology-balance",
        [TABLE],
        options={"fmt": "{:.1f}"},
        numbers=frame.drop(columns="entity"),
    )


def flows(report: Report) -> Exhibit:
    """Payments and receipts by industry; dumbbell."""
    codes = _industries(report)
    data = pd.DataFrame({"code": codes, "name": [SHORT[c] for c in codes]})
    for label, measure in (("payments", "payments"), ("receipts", "receipts")):
        data[label] = printed(report, TABLE, measure)[YEAR].loc[codes].astype(float).to_numpy()
    return Exhibit(
        data,
        "Electrical equipment sells, computers and chemicals buy"
        if printed(report, TABLE, "receipts")[YEAR].astype(float)["C28"]
        > printed(report, TABLE, "payments")[YEAR].astype(float)["C28"]
        else "Technology bought and sold by industry",
        f"億元 NT$, {YEAR}; hollow payments, filled receipts",
        f"Dumbbell chart of technology payments and receipts of {len(data)} industries in {YEAR}.",
        "technology-flows",
        [TABLE],
        "Ordered by trade volume, as printed.",
        options={"first": "payments", "last": "receipts", "fmt": "{:.1f}"},
    )


def measures(report: Report) -> pd.DataFrame:
    """Coverage, normalised balance and Grubel-Lloyd index by industry with ranges; text."""
    columns = {
        "coverage": (technology_trade.coverage(report), 2),
        "normalised": (technology_trade.normalised_balance(report), 3),
        "grubel_lloyd": (technology_trade.intra_industry(report), 3),
    }
    codes = list(printed(report, TABLE, "receipts").index)
    out = pd.DataFrame({"code": codes, "name": [name(report, c) for c in codes]})
    for label, (frame, decimals) in columns.items():
        rows = frame.set_index("code")
        out[label] = [_range(rows.loc[c, "low"], rows.loc[c, "high"], decimals) for c in codes]
    return out


def _range(low: float, high: float, decimals: int) -> str:
    first, last = fixed(low, decimals), fixed(high, decimals)
    return first if first == last else f"{first} to {last}"


def partners(report: Report) -> pd.DataFrame:
    """Partner shares recomputed from the amounts in sentences, beside the printed shares; text."""
    frame = technology_trade.partner_share(report)
    sides = {"receipts_partner_share": "receipts", "payments_partner_share": "payments"}
    return frame.assign(
        name=[name(report, c) for c in frame["code"]],
        side=[sides[i] for i in frame["indicator"]],
        share=[_range(lo, hi, 2) for lo, hi in zip(frame["low"], frame["high"], strict=True)],
    )[["code", "name", "side", "share", "printed"]]


def intellectual_property(report: Report) -> list[str]:
    """The ratio of 2024 and the amounts that its growth rates imply for the year before."""
    now = {side: _interval(report, f"ip_{side}_2024") for side in ("receipts", "payments")}
    rates = {side: _interval(report, f"ip_{side}_growth_2024") for side in ("receipts", "payments")}
    before = {}
    for side in now:
        factor = Intervals.from_bounds([1 + rates[side].low / 100], [1 + rates[side].high / 100])
        before[side] = Intervals.from_bounds([now[side].low], [now[side].high]) / factor
    implied = ratio(before["receipts"], before["payments"])[0]
    of_rates = growth(_ratio(report, "ip_ratio_2023"), _ratio(report, "ip_ratio_2024"))[0]
    rise = (
        (100 + rates["receipts"].low) / (100 + rates["payments"].high),
        (100 + rates["receipts"].high) / (100 + rates["payments"].low),
    )
    low, high = (round_fraction((r - 1) * 100, 1) for r in rise)
    return [
        f"Receipts of about {_prose(report, 'ip_receipts_2024')} 億美元 over payments of about "
        f"{_prose(report, 'ip_payments_2024')} 億美元 give a ratio of "
        f"{span(ratio(_pair(now['receipts']), _pair(now['payments']))[0], 3)}; the text prints {_prose(report, 'ip_ratio_2024')}.",
        f"The printed growth rates take these amounts back to {span(before['receipts'][0], 1)} and "
        f"{span(before['payments'][0], 1)} 億美元 in 2023, a ratio of {span(implied, 3)}; the text prints "
        f"{_prose(report, 'ip_ratio_2023')}.",
        f"If receipts grow by {_prose(report, 'ip_receipts_growth_2024')}% and payments by "
        f"{_prose(report, 'ip_payments_growth_2024')}%, the ratio grows by {low if low == high else f'{low} to {high}'}%; the printed ratios allow "
        f"{span(of_rates, 1)}%.",
    ]


def _pair(interval: Interval) -> Intervals:
    return Intervals.from_bounds([interval.low], [interval.high])


def _ratio(report: Report, key: str) -> Intervals:
    return _pair(_interval(report, key))


def trust(report: Report) -> list[str]:
    """One year, a survey, one industry's rounding, and the sign."""
    rows = technology_trade.coverage(report).set_index("code")
    vague = [c for c in rows.index if c != TOTAL and rows.loc[c, "high"] > 1.1 * rows.loc[c, "low"]]
    tiny = [report.name(c).lower() for c in vague]
    loose = (
        f"**Small payments make wild ratios.** The coverage ratio of {listing(tiny)} lies anywhere between "
        f"{fixed(rows.loc[vague[0], 'low'], 0)} and {fixed(rows.loc[vague[0], 'high'], 0)}: the payments are so small that "
        "their last printed digit decides."
        if vague
        else "**Rounding** moves no ratio of the table by as much as a tenth."
    )
    return [
        f"**One year is no trend.** The table prints {YEAR} only. That the ratio passed one for the first time rests on "
        "earlier years which the report draws and does not print.",
        loose,
        "**A survey of factories.** The numbers come from the survey of factory operations; royalties between parent and "
        "subsidiary are in them at the prices the companies set.",
        "**Two definitions.** Technology trade here and trade in intellectual property in the balance of payments are "
        "different statistics; their ratios are far apart and should not be compared.",
    ]
