"""Findings that outside facts open (``evidence.csv``): no page of the report proves them, so none is an error.

**Prices of another year.** At purchasing power parities the money of the numeraire buys what it buys in its own
country. There the printed share of GDP times nominal GDP is the amount at current prices, and that over the
printed amount is the price level: it is one in the reference year, and in no other while prices rise.

**Another quantity.** A fact of another basis than the report names for its number, with the same digits.
"""

from analysis.audit.cells import Cells
from analysis.audit.wording import Finding, Words
from analysis.interval import Interval, rounded
from analysis.package import get
from analysis.report import Report, records

EVIDENCE, MEASURE = "evidence", "nominal GDP"


def facts(report: Report, cells: Cells) -> list[tuple[dict[str, str], int | None]]:
    """Outside facts, each with the number that it stands beside; ``None`` where that is not printed, or no number."""
    found = records(report.resource(EVIDENCE)) if report.has(EVIDENCE) else []
    beside = [cells.position.get(f"{fact['table']}/{fact['row']}/{fact['column']}") for fact in found]
    return [(fact, at if at is not None and cells.known[at] else None) for fact, at in zip(found, beside, strict=True)]


def other_quantities(words: Words) -> list[Finding]:
    """Printed numbers that have the digits of an outside fact about something else."""
    found = []
    for fact, at in facts(words.report, words.bench.cells):
        if at is None or fact["expression"] or fact["printed_basis"] in ("", fact["basis"]):
            continue
        cell = words.cells[at]
        if cell.printed != fact["value"]:
            continue
        found.append(
            words.finding(
                [at],
                kind="quantity",
                grade="pattern",
                consequence="number",
                title=f"{cell.printed} in Table {cell.table} is no {fact['printed_basis']}",
                arithmetic=(
                    f"{words.place(at)}: printed {cell.printed}; {fact['measure']}: {fact['value']} ({fact['publisher']})",
                ),
                explanation="The digits are those of another quantity.",
                signature=f"quantity:{cell.place}",
                of=1,
                decided_by=fact["id"],
            )
        )
    return found


def other_prices(words: Words) -> list[Finding]:
    """Tables whose numeraire spends at current prices in one printed year, which is not the one they name."""
    report, cells, found = words.report, words.cells, []
    known = [c for c, has in zip(cells, words.bench.cells.known, strict=True) if has]
    for table in report.tables.values():
        if not (table.reference_year and table.numeraire and report.has(EVIDENCE)):
            continue
        code, share = table.numeraire
        units = get(report.described(EVIDENCE), "units", dict, f"resource {EVIDENCE}", {})
        shares = {c.year: c.printed for c in known if (c.measure, c.code) == (share, code)}
        amounts = {c.year: c for c in known if (c.table, c.code) == (table.table, code) and c.measure != "growth"}
        used, lines, fits = [], [], []
        for fact, _ in facts(report, words.bench.cells):
            year = fact["year"]
            if (fact["measure"], fact["entity"]) != (MEASURE, code) or year not in shares or year not in amounts:
                continue
            amount = amounts[year]
            printed = Interval.printed(amount.printed)
            if printed.low <= 0:  # by what may be nothing nothing is divided
                continue
            spent = Interval.printed(shares[year]) * Interval.printed(fact["value"]) / 100
            level = spent * Interval.exact(int(units[fact["unit"]][amount.unit])) / printed
            at = cells.index(amount)
            used.append((at, fact["id"]))
            lines.append(
                f"{words.place(at)}: printed {amount.printed}; {shares[year]} % of a nominal GDP of {fact['value']} {fact['unit']}"
                f", divided by the printed amount, makes a price level of {rounded(level.point, 3)}"
            )
            fits += [year] if level.holds(1) else []
        if len(fits) == 1 and fits[0] != str(table.reference_year):
            found.append(
                words.finding(
                    [at for at, _ in used],
                    kind="prices",
                    grade="pattern",
                    consequence="number",
                    title=f"The amounts of Table {table.table} are at prices of {fits[0]}, not of {table.reference_year}",
                    arithmetic=tuple(lines),
                    explanation=f"{words.row(used[0][0])} spends at current prices in {fits[0]}: that is the reference year."
                    " The note may be left over from an earlier edition of the source.",
                    signature=f"prices:{table.table}:{fits[0]}",
                    of=len(used),
                    decided_by="; ".join(fact for _, fact in used),
                )
            )
    return found
