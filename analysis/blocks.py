"""What several chapters show alike: checks, findings and sentences on some tables, and what could not be rebuilt.

Each function reads only the tables it is asked about and what their relations and sentences need, so that
a chapter does not depend on the rest.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pandas as pd
from IPython.display import Markdown

from analysis import audit, tables
from analysis.audit.register import register
from analysis.charts.exhibit import broken
from analysis.charts.style import VERDICTS
from analysis.claims import chapter_claims
from analysis.interval import outward
from analysis.report import Report
from analysis.stages import once
from analysis.words import Both, amount, exactly, listing, number, percent, span


@once
def ledger(report: Report, *numbers: str) -> pd.DataFrame:
    """The audit's rows for some tables (all strings), with ``code`` and ``name`` of the row."""
    rows: pd.DataFrame = audit.ledger(report, tables=list(numbers))
    rows = rows[rows["table"].isin(numbers)].reset_index(drop=True)
    codes = [report.code(label) for label in rows["row"]]
    return rows.assign(code=codes, name=[report.called(label) for label in rows["row"]])


def counted(rows: pd.DataFrame, noun: str = "checks") -> Both:
    """Verdicts counted, for a fact: ``80 checks: 40 reproduced, 38 consistent and 2 implausible``; ``4 checks: all reproduced``."""
    found = rows["verdict"].value_counts()
    if len(found) == 1:
        return Both(f"{len(rows):,} {noun}: {'all ' if len(rows) > 1 else ''}{found.index[0]}")
    parts = listing(f"{found[verdict]:,} {verdict}" for verdict in VERDICTS if verdict in found)
    return Both(f"{len(rows):,} {noun}: {parts}")


def checks(
    report: Report,
    *numbers: str,
    title: str,
    unit: str,
    name: str,
    relations: Sequence[str] = (),
    measures: Sequence[str] | Mapping[str, str] = (),
    folded: bool = True,
) -> pd.DataFrame:
    """Show printed beside recomputed numbers of some tables, and give the rows.

    ``relations`` and ``measures`` choose some of them; a mapping of measures gives the words that stand below
    the names of the rows, as is needed where a row comes once for each measure. Columns ``code, name, year, printed, recomputed,
    range, verdict, finding``; ``range`` holds what unrounded inputs that print the same could give
    (and what a bound allows). A number that is checked in several ways has the name of the relation behind that of its row.
    """
    shown = _checked(report, numbers, tuple(relations), tuple(measures))
    bounded = shown["verdict"].isin(["plausible", "implausible"]).any()  # a range that is more than rounding
    words = measures if isinstance(measures, Mapping) else {}
    shown = shown.assign(measure=shown["measure"].map(words)) if words else shown.drop(columns="measure")
    shown = shown.drop(columns=[c for c in ("year", "recomputed", "range", "finding") if shown[c].eq("").all()])
    tables.show(
        shown,
        title=title,
        name=name,
        source=list(numbers),
        verdicts=["verdict"],
        below={"name": "measure"} if words else None,
        sortable=len(shown) > 12,
        folded=folded,
        heads={c: c.capitalize() for c in map(str, shown)}
        | {"name": "Row", "range": "Allowed" if bounded else "Range left by rounding"},
        units={"printed": unit, "recomputed": unit, "range": unit},
    )
    return shown


@once
def _checked(
    report: Report, numbers: tuple[str, ...], relations: tuple[str, ...], measures: tuple[str, ...]
) -> pd.DataFrame:
    rows = ledger(report, *numbers).assign(measure="")
    if relations:
        rows = rows[rows["relation"].isin(relations)]
    if measures:
        of = {(n, field.name): field.measure for n in numbers for field in report.meta(n).values}
        rows = rows.assign(measure=[of[t, c] for t, c in zip(rows["table"], rows["column"], strict=True)])
        rows = rows[rows["measure"].isin(measures)]
    rows = rows.assign(range=[_range(row) for row in rows.to_dict("records")])
    again = rows.duplicated(["table", "row", "column"], keep=False)  # a number that is checked in several ways
    rows["name"] = rows["name"].where(~again, rows["name"] + " (" + rows["relation"].replace("total", "as a sum") + ")")
    if len(numbers) > 1:
        rows["name"] = rows["table"] + " " + rows["name"]
    columns = ["code", "name", "measure", "year", "printed", "recomputed", "range", "verdict", "finding"]
    return rows[columns].reset_index(drop=True)


def _range(row: Mapping[Any, str]) -> str:
    """The ledger's bounds with the printed decimals, rounded outward; two more where the number lies outside.

    Where only a lower bound is known, that.
    """
    if not row["low"]:
        return ""
    outside = row["verdict"] in ("contradicted", "implausible")
    decimals = len(row["printed"].partition(".")[2]) + (2 if outside else 0)
    if not row["high"]:
        return f"at least {number(outward(Fraction(row['low']), decimals, up=False))}"
    return span(Fraction(row["low"]), Fraction(row["high"]), decimals)


def findings(report: Report, *numbers: str) -> Markdown:
    """The findings of the audit on some tables: grade, title and link, then what the ledger says of them."""
    lines = _findings(report, *numbers)
    if not lines:
        return tables.say("The audit has no finding on these numbers.")
    return tables.say("Findings of the [audit](../audit/overview) on these numbers:\n\n" + "\n".join(lines))


@once
def _findings(report: Report, *numbers: str) -> list[str]:
    rows = ledger(report, *numbers)
    rows = rows[rows["verdict"].isin(["contradicted", "implausible", "explained"])]
    known = {k.id: k for k in register(report)}
    touched = {k.id for k in register(report) if any(place.split("/")[0] in numbers for place in k.cells)}
    lines = []
    for finding in sorted(touched | set(rows["finding"])):
        part = rows[rows["finding"] == finding]
        told = counted(part, "check" if len(part) == 1 else "checks") if len(part) else ""
        if finding in known:
            record = known[finding].record
            title = tables.signs(record["title"].rstrip("."))
            lines.append(
                f"- [{finding}](#{finding.lower()}), {record['grade']}: {title}{f' ({told})' if told else ''}."
            )
        else:
            lines.append(f"- No known finding: {told}.")
    return lines


def sentences(report: Report, *items: str, lines: Sequence[str] = ()) -> pd.DataFrame:
    """Show the sentences of the report that rest on some tables or figures (``1-2-15``, ``圖1-2-7``); give the rows.

    ``lines`` keeps those of some lines of the text. An edition that has none says so.
    """
    rows = chapter_claims(report, items)
    if lines:
        rows = rows[rows["line"].astype(str).isin(lines)].reset_index(drop=True)
    if rows.empty:
        broken(f"no sentence of this edition is said to rest on {', '.join(items)}")
        return rows
    places = [item for item in items if item[0].isdigit()] or list(items)
    shown = rows.drop(columns=[c for c in ("stated", "recomputed") if rows[c].eq("").all()])
    tables.show(
        shown,
        title="Statements of the text on these numbers",
        name="claims-on-" + "-and-".join(place.replace("圖", "figure-") for place in places),
        subtitle=f"{counted(rows, 'statement' if len(rows) == 1 else 'statements')}.",
        verdicts=["verdict"],
        sortable=len(rows) > 12,
        hide=["line"],
        below={"statement": "note"},
        source="Sentences of the report, in our words; a claim's number begins with its line in the exported text",
        heads={c: c.capitalize() for c in map(str, shown)}
        | {"id": "Claim", "statement": "What the report says (our words)"},
    )
    return rows


def not_rebuilt(report: Report, figures: str | Mapping[str, str], missing: str = "") -> None:
    """A box for figures of the report whose data are not printed.

    ``figures`` is one figure, with ``missing`` saying which of its points cannot be recovered, or a mapping from
    several figures to such sentences; the box of several is folded. Lists the points that a sentence gives (``prose.csv``: page and line).
    """
    wanted = {figures: missing} if isinstance(figures, str) else figures
    known, prose = report.resource("figures").set_index("figure"), report.prose()
    lines = []
    for figure, lost in wanted.items():
        if figure not in known.index:
            broken(f"this edition lists no figure {figure}")
            continue
        about, points = known.loc[figure], prose[prose["figure"] == figure].to_dict("records")
        drawn = f"{figure} (“{about['title_en']}”, p. {about['page']}) is drawn without its data."
        if points:
            lines.append(f"{drawn} These points can be recovered, each from a sentence:")
            lines.append("\n".join(f"- {_point(report, row)}" for row in points))
        else:
            lines.append(f"{drawn} No sentence gives any of its points.")
        lines.append(lost)
    if not lines:
        return
    title = f"Figures that are not rebuilt, and the points that sentences give: {listing(wanted)}"
    if len(wanted) == 1:
        only = next(iter(wanted))
        title = f"{only} {known['title'].to_dict()[only]}: not rebuilt"
    tables.box(title, "\n\n".join(lines), "warning", folded=len(wanted) > 1)


def _point(report: Report, row: Mapping[Any, Any]) -> str:
    year = f", {row['year']}" if row["year"] else ""
    limit = report.package.get("qualifiers", {}).get(row["qualifier"], {}).get("word_en", "")
    value = f"{limit} {_quantity(report, row['printed'], row['unit'])}".strip()
    return f"{row['quantity']}{year}: {value} (p. {row['page']}, line {row['seed_line']} of the text)"


def _quantity(report: Report, printed: str, unit: str) -> str:
    """A printed number in English units, with as many digits as it is printed with: ``52`` 億美元 as ``US$5.2 billion``."""
    about = report.package["units"][unit]
    if "symbol" in about:
        return amount(report, printed, unit, digits=sum(sign.isdigit() for sign in printed))
    if about["factor"] in (0.01, 0.1):
        return percent(printed if about["factor"] == 0.01 else exactly(printed) * 10, 0)
    return number(printed)
