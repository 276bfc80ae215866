"""Dates that do not go with their data: compiled before the year was over, or before the source was read.

The line under a table or figure says when it was compiled (``2025年5月``). Numbers of a year are complete after it;
``projected`` years of a table are exempt, and so are ranks and counts of an edition, which carry the year of
publication. ``retrieved`` of a table (``2024-09``) is when a footnote says the source was read.
"""

import re

from analysis.audit.cells import PROSE
from analysis.audit.wording import Finding, Words

_COMPILED = re.compile(r"(\d{4})年(\d{1,2})月")
_YEARS = re.compile(r"\d{4}(?=年)")
_END, _NAMED = "the end of {}, for which it has numbers", "the end of {}, which its title names"
_EDITIONS = ("名次", "國", "年")


def compiled(source: str) -> tuple[int, int] | None:
    """Year and month that the last date of a source line names."""
    dates = _COMPILED.findall(source)
    return (int(dates[-1][0]), int(dates[-1][1])) if dates else None


def impossible_dates(words: Words) -> list[Finding]:
    """Tables and figures compiled before the end of their last year, or before their source was read."""
    found, report, cells = [], words.report, words.bench.cells
    for table in report.tables.values():
        date = compiled(table.source)
        at = tuple(i for i, c in enumerate(cells.cells) if c.table == table.table)
        if date is None or not at:
            continue
        years = [f.year for f in table.values if f.year and f.unit not in _EDITIONS and f.year not in table.projected]
        late = [i for i in at if cells.cells[i].year == str(max(years, default=0))]
        if years and date < (max(years) + 1, 1):
            found.append(_pattern(words, f"Table {table.table}", date, _END.format(max(years)), late, table.source))
        if table.retrieved and date < tuple(map(int, table.retrieved.split("-"))):
            read = f"its source was read ({table.retrieved})"
            found.append(_pattern(words, f"Table {table.table}", date, read, list(at), table.source, table.notes))
    return found + _figures(words)


def _figures(words: Words) -> list[Finding]:
    report, cells = words.report, words.bench.cells
    if not (report.has("figures") and report.has(PROSE)):
        return []
    prose = report.prose()
    found = []
    for figure in report.resource("figures").to_dict("records"):
        date, years = compiled(figure.get("source", "")), _YEARS.findall(figure["title"])
        ids = set(prose.loc[prose["figure"] == figure["figure"], "id"])
        at = [i for i, c in enumerate(cells.cells) if c.table == PROSE and c.row in ids]
        if date and years and at and figure["data_printed"] != "none" and date < (int(max(years)) + 1, 1):
            name = f"Figure {figure['figure'].removeprefix('圖')}"
            found.append(_pattern(words, name, date, _NAMED.format(max(years)), at, figure["source"]))
    return found


def _pattern(
    words: Words, where: str, date: tuple[int, int], what: str, at: list[int], source: str, notes: tuple[str, ...] = ()
) -> Finding:
    day = f"{date[0]}-{date[1]:02d}"
    return words.finding(
        at[:1],  # a place; no number of it is in doubt
        kind="date",
        grade="unusual",  # a year need not be whole, and numbers may be projected
        consequence="cosmetic",
        title=f"{where} is dated {day}, before {what}",
        arithmetic=(f"source as printed: {source}", *notes),
        explanation="A slip in the year of the date would explain it."
        + f" Or {'the table was made from an earlier edition of its source than the text names' if notes else 'the last year is not whole'}.",
        signature=f"date:{where}:{day}",
        of=1,
    )
