"""The claims on the page: one card for each slip, and the register that ``register.js`` draws and filters."""

import html
import json
import re
from collections.abc import Mapping

from analysis import tables
from analysis.charts.exhibit import csv_link, put
from analysis.claims import slips, views
from analysis.claims.evaluation import CHECKS, LISTED
from analysis.claims.readings import VERDICTS
from analysis.report import Report, records

#: What people do not read: calls, sets, chained conditions.
_PROGRAM = re.compile(r"[A-Za-z_]\w*\(|[{}\[\]_]|==|!=|\band\b|\bor\b")
_FINDING = re.compile(r"\bF-\d{3}\b")


def _text(text: str) -> str:
    """Words of a card as HTML; a finding is linked to its article."""
    return _FINDING.sub(lambda m: f'<a href="../audit/findings.html#{m[0].lower()}">{m[0]}</a>', tables.mark(text))


def show_slips(report: Report, verdict: str) -> None:
    """Display one card for each slip of a verdict, strongest first; how it was checked stands behind a fold."""
    frame = slips.slips(report)
    frame = frame[frame["verdict"] == verdict]
    cards = "".join(_card(report, row) for row in records(frame))
    link = csv_link(frame, f"slips-{verdict}", "These cards (CSV)")
    put({"text/html": f'<div class="slips">{cards}</div><p>{link}</p>', "text/plain": f"Cards: {len(frame)} {verdict}"})


def _card(report: Report, row: Mapping[str, str]) -> str:
    shows = row["shows"]
    against = (
        "The table says"
        if shows.startswith(("Table", "From table"))
        else "Its source says"
        if "title of the" in shows or "Its title" in shows
        else "Another place says"
    )
    sides = [("The report says", row["says_page"], row["says"]), (against, row["shows_page"], shows)]
    columns = [(f"{head}, {page}" if page else head, text) for head, page, text in sides]
    columns += [("Why it matters", row["matters"])] if row["matters"] else []
    body = "".join(f"<div><h4>{html.escape(head)}</h4><p>{_text(text)}</p></div>" for head, text in columns)
    checks = records(slips.arithmetic(report, row["claims"].split()))
    lines = "".join(f"<li>{_check(check)}</li>" for check in checks)
    return (
        f'<section class="slip" id="{row["id"]}"><h3>{_text(row["title"])} {tables.badge(row["verdict"])}</h3>'
        f'<div class="sides">{body}</div><details><summary>How it was checked</summary><ul>{lines}</ul></details></section>'
    )


def _check(check: Mapping[str, str]) -> str:
    """One claim of a slip; its arithmetic only where it reads as such (``59.56 > 62.2``)."""
    told = f"<b>{check['id']}</b>, {check['page']}: {_text(check['statement'])} {tables.badge(check['verdict'])}"
    if check["note"]:
        told += f" {_text(check['note'][:1].upper() + check['note'][1:])}."
    if check["arithmetic"] and not _PROGRAM.search(check["arithmetic"]):
        told += f" {_text(check['arithmetic'])}."
    return told


def show_register(report: Report) -> None:
    """Display all claims, a page at a time, with filters; the rows travel as data."""
    frame = views.register(report).copy()
    chapters = list(dict.fromkeys([*views.chapters(report).values(), *frame["chapter"]]))
    coded = {"verdict": list(VERDICTS), "chapter": chapters, "check": ["", *CHECKS]}
    coded["kind"] = sorted(set(frame["kind"]))
    for column, words in coded.items():
        frame[column] = frame[column].map(words.index)
    written = ["statement", "stated", "recomputed", "note"]
    frame[written] = frame[written].map(tables.signs)
    columns = ["id", "page", *coded, *written]
    data = json.dumps(
        {"columns": columns, "words": coded, "hidden": LISTED, "rows": frame[columns].to_numpy().tolist()},
        ensure_ascii=False,
        separators=(",", ":"),
    ).replace("</", "<\\/")
    put(
        {
            "text/html": f'<div class="register"><script type="application/json">{data}</script><noscript>The register needs '
            "JavaScript; <code>python -m analysis claims</code> prints the same rows.</noscript></div>",
            "text/plain": "The register of claims",
        }
    )
