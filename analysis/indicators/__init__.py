"""Indicators recomputed from the printed numbers, with the bounds that rounding leaves.

One module per family; each has pure functions of :class:`analysis.interval.Interval` and, built on them, functions of a
report that give tidy frames. :func:`indicators` puts all of them into one table of strings.
"""

import importlib

import pandas as pd

from analysis.package import PACKAGE
from analysis.report import NotPrinted, Report

#: Family modules in the order of the report's chapter.
FAMILIES = ("research", "rankings", "macro", "exports", "patents", "technology_trade", "value_added")


def indicators(report: Report) -> pd.DataFrame:
    """Every indicator of every family, one number a row, all strings.

    Columns ``table,row,code,indicator,year,unit,value,low,high,printed``: ``value`` is the formula on the printed
    numbers, ``low`` and ``high`` what the unrounded numbers allow (rounded outwards to the digits shown), ``printed``
    the report's own figure for the same quantity, if it prints one. ``year`` is ``2019-2023`` for a span. What
    an edition does not print is left out, with a warning. Raises :class:`analysis.report.BadInput` for unusable input.
    """
    from analysis.indicators.series import COLUMNS, Indicator

    names: dict[Indicator, str] = {}
    for family in FAMILIES:
        for name, member in vars(importlib.import_module(f"{__name__}.{family}")).items():
            if isinstance(member, Indicator):
                names.setdefault(member, name)
    rows, left_out = [], []
    for found, name in names.items():
        try:
            rows += [row for column in found.columns(report) for row in column.rows()]
        except NotPrinted as why:
            left_out.append(f"{name} ({why.expected})")
    report.warn_of(PACKAGE, "indicators have no numbers in this edition and are left out", left_out)
    return pd.DataFrame(rows, columns=COLUMNS)
