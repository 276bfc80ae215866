"""The landing page: headline results of the chapters and the state of the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.chapters import expenditure, funding, intensity, rankings, researchers

if TYPE_CHECKING:
    import pandas as pd

    from analysis.report import Report

#: How each verdict reads, in the order of decreasing comfort.
MEANING = {
    "reproduced": "The relation on the printed inputs, rounded as printed, gives the printed number.",
    "consistent": "It does not quite, but some unrounded inputs that print the same do.",
    "explained": "The direct relation fails, and a documented derivation gives the printed number.",
    "contradicted": "No unrounded inputs that print the same can give it.",
    "unchecked": "An input is missing.",
}


def headlines(report: Report) -> list[str]:
    """The first result of each chapter."""
    chapters = (intensity, expenditure, funding, researchers, rankings)
    return [chapter.headlines(report)[0] for chapter in chapters]


def state(report: Report) -> str:
    """How many printed cells there are, how many were tested, and with what result."""
    from analysis import audit

    cells, cover = report.cells(), audit.coverage(report)
    counts = audit.verdict_counts(report)
    rows = int(counts["rows"].sum())
    parts = [f"{int(counts[v].sum()):,} {v}" for v in MEANING if counts[v].sum()]
    tested = int(cover["recomputed"].sum() + cover["bounded"].sum())
    found = audit.findings(report)
    return (
        f"The data hold **{len(cells):,} printed numbers** in {cells['table'].nunique()} tables. The audit makes **{rows:,} checks**: "
        f"{', '.join(parts)}. They touch {tested:,} numbers, in tables and sentences, and lead to **{len(found)} findings**."
    )


def verdicts(report: Report) -> pd.DataFrame:
    """Verdicts per table, as text; ``title`` is the English title of the table."""
    import pandas as pd

    from analysis import audit

    counts = audit.verdict_counts(report)
    rows = []
    for number, row in counts.iterrows():
        meta = report.tables.get(str(number))
        title = meta.title_en if meta else "Numbers printed in sentences"
        rows.append({"table": str(number), "title": title} | {v: str(row[v]) if row[v] else "" for v in MEANING})
    return pd.DataFrame(rows)


def legend() -> pd.DataFrame:
    """The five verdicts and what they mean."""
    import pandas as pd

    return pd.DataFrame({"verdict": list(MEANING), "meaning": list(MEANING.values())})
