"""A finding of the audit as an article: its head and foot, the cells it is about, findings nobody has described yet.

What a finding means is written by hand in ``book/audit/findings.ipynb``. Here stands what all articles share, so that
a page about a finding stays true when numbers change: it then says that the finding is gone, or which sentences are.
"""

import html
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

from analysis import audit, tables
from analysis.audit.register import register
from analysis.charts.exhibit import put
from analysis.report import Report, once, records

#: What each grade claims, most certain first.
GRADES = {
    "error": "provable from the pages of the report",
    "pattern": "hardly a coincidence",
    "unusual": "it has an innocent explanation",
}
#: What a finding touches, weightiest first.
STAKES = {"conclusion": "a conclusion", "number": "numbers", "cosmetic": "a detail"}

#: What stands in small print below which column of the ledger.
_BELOW = {"number": "relation", "recomputed": "allowed", "verdict": "basis"}
#: Columns of the ledger as a reader meets them, in order.
_SHOWN = ["table", "row", "number", "relation", "printed", "recomputed", "allowed", "verdict", "basis", "finding"]
#: The year at the end of a column's name.
_YEAR = re.compile(r"_((?:19|20)\d\d)$")
_ROOT = Path(__file__).resolve().parents[1]


@once
def _present(report: Report) -> dict[str, dict[str, str]]:
    """The findings of the data by id, worst first."""
    found = audit.findings(report).astype(str)
    worst = found["grade"].map(list(GRADES).index) * len(STAKES) + found["consequence"].map(list(STAKES).index)
    rows = found.assign(worst=worst).sort_values(["worst", "id"])
    return {row["id"]: row for row in records(rows)}


@once
def listed(report: Report, known: bool = False) -> pd.DataFrame:
    """What a list of the findings tells, worst first: ``title, grade, consequence, tables, decided_by`` by id.

    ``known`` leaves out those that the register does not have.
    """
    found = _present(report)
    shown = [k.id for k in register(report) if k.id in found] if known else list(found)
    told = ["title", "grade", "consequence", "tables", "decided_by"]
    return pd.DataFrame([[found[number][c] for c in told] for number in shown], index=shown, columns=told)


def title(report: Report, number: str) -> str:
    """The title of a finding; its number where the data no longer have it."""
    titles = listed(report)["title"]
    return tables.signs(titles[number]) if number in titles else number


def count(report: Report, grade: str) -> int:
    """How many findings of a grade there are."""
    return int((listed(report)["grade"] == grade).sum())


def head(report: Report, number: str, sentences: Mapping[str, object] | None = None) -> None:
    """Display what a finding is: grade, what it touches, where it stands, what settles it.

    ``sentences`` are statements of the article's text and whether they hold; those that do not are named in a
    warning. A finding that the data no longer have is said to be gone.
    """
    row = _present(report).get(number)
    if row is None:
        told = "The audit of these data does not have this finding. The text below was written for the numbers of the report."
        tables.box(f"{number} is gone", told, "note")
        return
    parts = [
        f"<strong>{number} · {row['grade'].capitalize()}</strong>: {GRADES[row['grade']]}",
        f"{'would touch' if row['grade'] == 'unusual' else 'touches'} {STAKES[row['consequence']]}",
        html.escape(_places(report, row["tables"])),
        f"settled by {_decided(row['decided_by'])}",
    ]
    put({"text/html": f'<p class="finding-head">{" · ".join(parts)}</p>', "text/plain": f"{number}: {row['grade']}"})
    untrue = [sentence for sentence, holds in (sentences or {}).items() if not bool(holds)]
    if untrue:
        lines = "\n".join(f"- {sentence}" for sentence in untrue)
        tables.box("The numbers have changed", f"No longer true of these data:\n\n{lines}", "warning")


def _places(report: Report, listed: str) -> str:
    known = [report.meta(t).cite() if t in report.tables else "Text of the report" for t in listed.split("; ")]
    return "; ".join(dict.fromkeys(known))


def _decided(text: str) -> str:
    words = ["the report itself" if part == "report" else "other sources" for part in text.split("; ") if part]
    return " and ".join(dict.fromkeys(words)) or "nothing so far"


def foot(report: Report, number: str) -> None:
    """Display how a finding is computed (arithmetic, other explanations, rows of the ledger, folded) and cited."""
    row = _present(report).get(number)
    if row is None:
        return
    lists = {
        "The arithmetic, step by step": row["arithmetic"],
        "Other explanations of the same rows, and why they rank lower": row["alternatives"],
    }
    for summary, text in lists.items():
        items = "".join(f"<li>{tables.mark(part)}</li>" for part in text.split("; ") if part)
        if items:
            folded = f"<details><summary>{summary}</summary><ol>{items}</ol></details>"
            put({"text/html": folded, "text/plain": summary})
    rows = _checks(report, number)
    if len(rows):
        show_ledger(report, rows, title=f"The checks behind {number}", name=f"rows-{number.lower()}", folded=True)
    put({"text/html": _cite(report, number, row), "text/plain": f"Cite {number}"})


@once
def _checks(report: Report, number: str) -> pd.DataFrame:
    """The rows of the ledger that belong to a finding."""
    rows: pd.DataFrame = audit.ledger(report)
    return rows[rows["finding"] == number].drop(columns="finding")


def _cite(report: Report, number: str, row: Mapping[str, str]) -> str:
    cff = (_ROOT / "CITATION.cff").read_text("utf-8")
    book, version = (re.search(rf"^{key}: (.+)$", cff, re.MULTILINE)[1] for key in ("title", "version"))  # type: ignore[index]
    said, where = (html.escape(text) for text in (title(report, number).rstrip("."), _places(report, row["tables"])))
    return (
        f'<p class="cite">Cite: <cite>{html.escape(book)}</cite>, version {version}, finding {number}: '
        f"<span>{said}</span>. <span>{where}</span>.</p>"
    )


@once
def cells(report: Report, number: str) -> pd.DataFrame:
    """The printed cells a finding is about: the rows of ``report.cells()``, with ``name`` and ``indicator`` in English.

    Those of the register where the data no longer have the finding; none for an unknown one.
    """
    places = _cells(report, number)
    whole = report.cells()
    chosen = whole[(whole["table"] + "/" + whole["row"] + "/" + whole["column"]).isin(places)].reset_index(drop=True)
    titles = {(t, f.name): f.title_en for t in chosen["table"].unique() for f in report.meta(t).values}
    heads = [titles[t, c] for t, c in zip(chosen["table"], chosen["column"], strict=True)]
    return chosen.assign(name=[report.called(label) for label in chosen["row"]], indicator=heads)


def years(report: Report, number: str) -> list[int]:
    """Years of the numbers a finding is about, in order, whether or not the tables still print them."""
    return sorted({int(found[1]) for cell in _cells(report, number) if (found := _YEAR.search(cell))})


def _cells(report: Report, number: str) -> list[str]:
    """Places of the numbers a finding is about (``1-2-4/芬蘭/researchers_2023``), by the register if it knows it."""
    known = {k.id: list(k.cells) for k in register(report)}
    if known.get(number):
        return known[number]
    row = _present(report).get(number)
    return row["cells"].split("; ") if row else []


def newcomers(report: Report) -> None:
    """Display the findings that no article describes: a change of the data, or a new edition, brought them.

    Those of the register have one; a test sees to it.
    """
    known = {k.id for k in register(report)}
    fresh = {number: row for number, row in _present(report).items() if number not in known}
    for number, row in fresh.items():
        name = html.escape(title(report, number))
        put({"text/html": f'<h3 id="{number.lower()}">{tables.mark(name)}</h3>', "text/plain": f"{number}: {name}"})
        head(report, number)
        tables.box("Not looked at yet", row["explanation"], "note")
        foot(report, number)
    if not fresh:
        tables.box("None", "Every finding of the audit has its article above.", "note")


def listing(report: Report) -> Markdown:
    """All findings as a table, worst first, each linked to its article."""
    known, found = {k.id for k in register(report)}, listed(report)
    lines = ["| Finding | Grade | Touches |", "|---|---|---|"]
    for number, row in zip(found.index, records(found), strict=True):
        target = f"#{number.lower()}" if number in known else "#new-findings"
        name = title(report, number).replace("|", "/")
        where = _places(report, row["tables"])
        lines.append(f"| [{name}]({target}) ({number}; {where}) | {row['grade']} | {STAKES[row['consequence']]} |")
    return tables.say("\n".join(lines))


def stored(name: str) -> pd.DataFrame:
    """A result of the self-test that is stored beside its page, since it takes minutes: ``book/audit/NAME.csv``; text."""
    return pd.read_csv(_ROOT / "book" / "audit" / f"{name}.csv", dtype=str, keep_default_na=False)


def show_ledger(report: Report, rows: pd.DataFrame, *, title: str, name: str, folded: bool = False) -> None:
    """Display rows of the ledger in people's words: the relation below the number's name, the bounds below the value."""
    heads = {(t, f.name): f.title_en for t, meta in report.tables.items() for f in meta.values}
    pairs = list(zip(rows["table"], rows["column"], strict=True))
    shown = rows.assign(
        table=["sentence" if t not in report.tables else t for t in rows["table"]],
        row=[_name(report, label) for label in rows["row"]],
        number=[heads.get(pair, pair[1].replace("_", " ")) for pair in pairs],
        allowed=[_allowed(*pair) for pair in zip(rows["low"], rows["high"], strict=True)],
    )
    shown = shown[[c for c in _SHOWN if c in shown]].reset_index(drop=True)
    bounded = shown["recomputed"].eq("").all()
    if bounded:  # a bound gives a range only
        shown["recomputed"] = shown.pop("allowed")
    shown = shown[[c for c in shown if any(shown[c] != "")]]
    found = sorted({t for t in rows["table"] if t in report.tables}, key=list(report.tables).index)
    tables.show(
        shown,
        title=title,
        name=name,
        source=found if 0 < len(found) < 5 else "All tables and sentences of the audit",
        verdicts=["verdict"],
        sortable=True,
        folded=folded,
        below={a: b for a, b in _BELOW.items() if b in shown},
        heads={c: c.capitalize() for c in _SHOWN} | ({"recomputed": "Allowed"} if bounded else {}),
        note="Small print: the relation; what it allows; what the verdict rests on.",
    )


def _allowed(low: str, high: str) -> str:
    if low and high:
        return f"{low} to {high}" if low != high else ""
    return f"from {low}" if low else f"up to {high}" if high else ""


def _name(report: Report, label: str) -> str:
    """A row's label as printed, and in English; of a number of a sentence, what it measures."""
    try:
        return f"{report.called(label)} {label}"
    except KeyError:
        return label.replace("_", " ")
