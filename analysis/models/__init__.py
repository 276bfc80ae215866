"""Trend models for series of four to ten points, with what can and cannot be said.

``series`` picks the series of the report, as printed or with the doubtful cells treated; ``growth`` fits one series,
``panel`` many countries over years, ``across`` countries at one time, ``forecast`` looks ahead and ``backtest`` tests
it, ``statements`` judges what the text expects; ``decomposition`` splits a change; ``shrinkage`` is the one way in
which series borrow from each other; ``simulation`` shows what the intervals attain at these sample sizes.
:mod:`~analysis.models.export` puts all of it into tables.

statsmodels, scipy and joblib take longer to import than most functions to run: only a function that needs them does.
"""

import pandas as pd

from analysis.report import Report

__all__ = ["estimates"]


def estimates(report: Report, *parts: str) -> pd.DataFrame:
    """Estimates as numbers, by part (``growth``, ``panel`` …); see :func:`analysis.models.export.estimates`."""
    from analysis.models import export

    return export.estimates(report, *parts)
