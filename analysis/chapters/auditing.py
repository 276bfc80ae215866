"""The part on the audit: verdicts by table, the ledger, each finding step by step, the self-test."""

from __future__ import annotations

import html
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import tables
from analysis.chapters.common import Exhibit, cardinal, fixed, listing, verdicts
from analysis.charts.exhibit import put
from analysis.charts.style import VERDICTS

if TYPE_CHECKING:
    from analysis.report import Report

#: What a finding claims, most certain first.
GRADES = {
    "error": "provable from the pages of the report",
    "pattern": "unlikely to come about by measurement",
    "unusual": "unusual, with an innocent explanation",
}
#: The verdicts as heads of narrow columns.
_NARROW = {
    "reproduced": "repro-\nduced",
    "consistent": "con-\nsistent",
    "explained": "ex-\nplained",
    "contradicted": "contra-\ndicted",
    "plausible": "plaus-\nible",
    "implausible": "implaus-\nible",
    "unchecked": "un-\nchecked",
}
CONSEQUENCES = {"conclusion": "changes a conclusion", "number": "a number", "cosmetic": "cosmetic"}
LEDGER_HEADS = {
    "table": "Table",
    "row": "Row",
    "column": "Column",
    "printed": "Printed",
    "recomputed": "Recomputed",
    "verdict": "Verdict",
    "basis": "Rests on",
    "finding": "Finding",
}


def headlines(report: Report) -> list[str]:
    """Coverage, verdicts of either family, findings by grade."""
    from analysis import audit

    cover, found = audit.coverage(report), audit.findings(report)
    sure, bounds = families(report)
    whole: Any = cover.loc["all"]
    grades = found["grade"].value_counts()
    told = [f"{cardinal(n)} {GRADES[g]}" for g in GRADES if (n := int(grades.get(g, 0)))]
    return [
        f"**{whole['covered']}% of {int(whole['cells']):,} printed numbers can be checked** by at least one relation to others; "
        f"{int(whole['unchecked'])} by none.",
        f"**Arithmetic, order and definition: {sure.sum():,} checks, {sure.get('contradicted', 0)} contradictions.** "
        f"{sure.get('reproduced', 0):,} numbers come out to the digit, {sure.get('consistent', 0):,} within what rounding allows, "
        f"{sure.get('explained', 0)} by a derivation that the table documents.",
        f"**Bounds and assumptions: {bounds.sum():,} checks, {bounds.get('implausible', 0)} implausible.** "
        "A number outside a bound is a question, not an error.",
        f"**{cardinal(len(found)).capitalize()} findings**: {listing(told)}.",
    ]


def families(report: Report) -> tuple[pd.Series, pd.Series]:
    """Checks by verdict: those of arithmetic, order and definition, and those of bounds and assumptions."""
    from analysis import audit

    rows = audit.ledger(report)
    rows = rows[rows["verdict"] != "unchecked"]
    soft = rows["basis"].isin(["bound", "assumption"])
    order = [v for v in VERDICTS if v in set(rows["verdict"])]
    parts = [part["verdict"].value_counts().reindex(order).dropna().astype(int) for part in (rows[~soft], rows[soft])]
    return parts[0], parts[1]


def heat_map(report: Report) -> Exhibit:
    """Tables by verdict: share of the checks; heat map."""
    from analysis import audit

    counts = audit.verdict_counts(report)
    order = [v for v in VERDICTS if v in counts and counts[v].sum()]
    share = counts[order].div(counts["rows"], axis=0) * 100
    texts = counts[order].astype(int).astype(str).replace("0", "")
    share.index = ["sentences" if t == "prose" else f"{t}" for t in share.index]
    worst = share["contradicted"].idxmax()
    clean = int((counts["contradicted"] == 0).sum())
    return Exhibit(
        share.rename(columns=_NARROW),
        f"No contradiction in {clean} of {len(counts)} sets of numbers",
        "Number of checks by verdict, the bounds last; colour: share of the table's checks",
        f"Heat map of {len(counts)} sets of numbers by verdict; {clean} have no contradicted check"
        f"{'' if clean == len(counts) else f', {worst} the largest share'}.",
        "verdicts-by-table",
        "All tables of the audit",
        numbers=counts.reset_index(),
        options={"texts": texts, "row_height": 0.24, "limits": (0.0, 100.0)},
    )


def ledger_note(report: Report) -> str:
    """Verdicts on the cells of the tables, and how many checks concern sentences."""
    from analysis import audit

    rows = audit.ledger(report)
    printed = rows[rows["table"].isin(report.tables)]
    return f"{verdicts(printed)}. The other {len(rows) - len(printed)} rows check sentences."


def show_ledger(report: Report) -> None:
    """The whole ledger in one table that can be sorted and filtered."""
    from analysis import audit

    _show_checks(
        report, audit.ledger(report), title="The ledger", name="ledger", source="All tables and sentences of the audit"
    )


def _show_checks(
    report: Report, rows: pd.DataFrame, title: str, name: str, source: str | list[str], folded: bool = False
) -> None:
    """Rows of the ledger: the relation below the column, the bounds below what is recomputed."""
    rows = rows.assign(
        row=[f"{r} {_english(report, r)}".strip() for r in rows["row"]],
        allowed=[_allowed(low, high) for low, high in zip(rows["low"], rows["high"], strict=True)],
    )
    tables.show(
        rows,
        title=title,
        name=name,
        source=source,
        heads=LEDGER_HEADS,
        verdicts=["verdict"],
        sortable=True,
        hide=["year", "low", "high"],
        below={"column": "relation", "recomputed": "allowed", "verdict": "basis"},
        code="",
        note="Below a column: the relation. Below what is recomputed: what the relation allows. Below a verdict: what it rests on.",
        folded=folded,
    )


def _allowed(low: str, high: str) -> str:
    if low == high:
        return ""
    if low and high:
        return f"{low} to {high}"
    return f"from {low}" if low else f"up to {high}" if high else ""


def _english(report: Report, label: str) -> str:
    try:
        return report.name(report.code(label))
    except KeyError:
        return ""


def modes(report: Report) -> pd.DataFrame:
    """How many numbers each rounding mode reproduces, by table; text."""
    from analysis import audit

    found = audit.rounding_table(report).reset_index()
    return found.astype(str)


def rounding_note(report: Report) -> str:
    """Which rounding modes explain the tables, as a sentence."""
    from analysis import audit

    found = audit.rounding_table(report)
    total = {m: int(found[m].sum()) for m in ("half_up", "half_even", "truncate")}
    best = max(total, key=lambda m: total[m])
    tied = [m for m in total if total[m] == total[best]]
    names = {"half_up": "rounding half up", "half_even": "rounding half to even", "truncate": "truncation"}
    others = [f"{names[m]} {total[m]}" for m in total if m not in tied]
    either = " and ".join(names[m] for m in tied)
    return (
        f"Of {int(found['n'].sum())} numbers that can be recomputed to the digit, {either} "
        f"{'each reproduce' if len(tied) > 1 else 'reproduces'} {total[best]}; {listing(others)}. "
        + (
            "The report cannot tell the first two apart: no recomputed value falls exactly between two digits."
            if len(tied) > 1
            else ""
        )
    )


def unchecked(report: Report) -> pd.DataFrame:
    """Numbers that nothing in the report can check; text."""
    from analysis import audit

    return audit.uncheckable(report).astype(str)


def cover(report: Report) -> pd.DataFrame:
    """Cells by table and how they can be checked; text."""
    from analysis import audit

    return audit.coverage(report).reset_index().astype(str)


# ---------------------------------------------------------------- findings


def findings(report: Report) -> pd.DataFrame:
    """All findings, shortened for a table; text."""
    from analysis import audit

    found = audit.findings(report)
    found = found.assign(
        grade=[g if g in GRADES else "–" for g in found["grade"]],
        consequence=[CONSEQUENCES[c] for c in found["consequence"]],
        decided_by=[_decided(d) for d in found["decided_by"]],
    )
    return found[["id", "grade", "title", "tables", "consequence", "decided_by"]].astype(str)


def _decided(text: str) -> str:
    parts = ["the report" if part == "report" else part for part in text.split("; ") if part]
    return ", ".join(parts) or "nothing so far"


def article(report: Report, *numbers: str) -> None:
    """What the audit says of some findings: grade, explanation, other explanations; arithmetic and ledger behind folds.

    A finding that these data no longer have is said to be gone, so that the page stands whatever
    number is corrected.
    """
    from analysis import audit

    found = audit.findings(report).set_index("id")
    rows = audit.ledger(report)
    for number in numbers:
        if number not in found.index:
            tables.box(f"{number} is gone", f"The audit of these data no longer has the finding {number}.", "note")
            continue
        _article(report, number, dict(found.loc[number]), rows[rows["finding"] == number])


def _article(report: Report, number: str, row: Mapping[Any, Any], rows: pd.DataFrame) -> None:
    title = html.escape(str(row["title"]))
    facts = {
        "Grade": f"{row['grade']}: {GRADES[row['grade']]}",
        "Consequence": CONSEQUENCES[row["consequence"]],
        "Tables": row["tables"].replace(";", ","),
        "Decided by": _decided(row["decided_by"]),
    }
    listed = "".join(f"<li><strong>{k}</strong>: {tables.mark(v)}</li>" for k, v in facts.items())
    others = [part for part in str(row["alternatives"]).split("; ") if part]
    rivals = "".join(f"<li>{tables.mark(part)}</li>" for part in others)
    steps = "".join(f"<li>{tables.mark(part)}</li>" for part in str(row["arithmetic"]).split("; "))
    page = (
        f"<p><strong>{number}. {tables.mark(title)}.</strong> {tables.mark(row['explanation'])}</p><ul>{listed}</ul>"
        + (f"<p>Other explanations:</p><ul>{rivals}</ul>" if rivals else "")
        + f"<details><summary>The arithmetic, step by step</summary><ol>{steps}</ol></details>"
    )
    put({"text/html": page, "text/plain": f"{number}: {row['title']}"})
    if len(rows):
        source = sorted({t for t in rows["table"] if t in report.tables}) or "Sentences of the report"
        _show_checks(
            report,
            rows.drop(columns="finding"),
            title=f"The ledger's rows of {number}",
            name=f"rows-{number.lower()}",
            source=source,
            folded=True,
        )


def newcomers(report: Report) -> None:
    """Findings that the register does not know: a change of the data, or a new edition, brought them."""
    from analysis import audit

    fresh = [i for i in audit.findings(report)["id"] if not i.startswith("F-")]
    if not fresh:
        tables.box("None", "Every finding of the audit is in the register.", "note")
    article(report, *fresh)


# ---------------------------------------------------------------- self-test


def trust(report: Report) -> list[str]:
    """What the audit cannot see."""
    from analysis import audit

    whole: Any = audit.coverage(report).loc["all"]
    return [
        f"**Consistent is not correct.** A wrong number that keeps its relations passes; {int(whole['bounded'])} numbers are held "
        "only by a bound or a rank, which a moderate error does not break.",
        "**Bounds are judgements.** That an economy does not shrink by more than an eighth in a year, or a population by more than "
        "a fiftieth, is stated with its reason in the method; whoever disagrees can change one line and run the audit again.",
        "**Economical is not proven.** The explanation that resolves most at least cost is the likeliest, not the only one; where "
        "two come close, the finding says that the report cannot decide.",
    ]


#: The result of ``python -m analysis audit --self-test --format csv``; minutes of computing, so it is stored.
SELF_TEST = Path(__file__).resolve().parents[2] / "book" / "audit" / "selftest.csv"


def _self_test() -> pd.DataFrame:
    return pd.read_csv(SELF_TEST, dtype={"explained_share": str}).fillna({"explained_share": ""})


def self_test_headlines() -> list[str]:
    """Faults tried, caught, explained; false alarms."""
    found = _self_test()
    whole = found[found["table"] == "all"].set_index("fault")
    sound = found[found["table"] == "synthetic"].iloc[0]
    tried, possible = (int(whole[c].sum()) for c in ("tried", "detectable"))
    missed = int(whole["missed"].sum())
    share = {kind: str(whole.loc[kind, "explained_share"]) for kind in ("row labels exchanged", "digit changed")}
    return [
        f"**{tried:,} faults were made, one at a time, in copies of the tables; {possible:,} break a relation by more than "
        f"rounding allows, and {'every one of them' if not missed else f'all but {missed} of them'} was detected.** The "
        f"others, {fixed(Fraction(100 * (tried - possible), tried), 0)}%, no relation can see.",
        f"**The first explanation named the right cells** for {share['row labels exchanged']}% of the exchanged labels and "
        f"{share['digit changed']}% of the changed digits that were detected.",
        f"**{int(sound['detected'])} false contradictions** in {int(sound['tried']):,} random reports in which arithmetic and order "
        "hold before rounding.",
        _alarm_headline(),
    ]


def _stored(name: str) -> pd.DataFrame:
    return pd.read_csv(SELF_TEST.with_name(name), dtype=str, keep_default_na=False)


def _alarm_headline() -> str:
    found = alarms()
    tried, raised = (int(found[c].astype(int).sum()) for c in ("observations", "alarms"))
    return (
        f"**Honest numbers of other publishers are called implausible in {fixed(Fraction(100 * raised, tried), 1)}%** of "
        f"{tried:,} cases, when the bounds come from one half of the economies and are tried on the other."
    )


def alarms() -> pd.DataFrame:
    """False alarms of each bound on outside panels; text."""
    return _stored("alarms.csv")


def unnoticed(report: Report) -> pd.DataFrame:
    """One-digit faults that no relation would notice, by table, most first; text."""
    found = _stored("unnoticed.csv")
    names = [t if t in report.tables else "sentences" if t == "prose" else t for t in found["table"]]
    return found.assign(table=names)


def self_test_kinds() -> pd.DataFrame:
    """Results by kind of fault; text."""
    found = _self_test()
    return found[found["table"] == "all"].drop(columns=["table", "missed"]).astype(str).reset_index(drop=True)


def self_test_figure() -> Exhibit:
    """Share of detectable faults explained at the first rank, by kind; bars."""
    found = _self_test()
    data = found[found["table"] == "all"][["fault", "explained_share", "tried", "detectable", "detected", "explained"]]
    data = data.rename(columns={"fault": "name"}).assign(value=lambda d: d["explained_share"].astype(float))
    data = data.sort_values("value", ascending=False, kind="stable").reset_index(drop=True)
    return Exhibit(
        data,
        f"How often the first explanation is right: {data['value'].min():.0f}% to {data['value'].max():.0f}%",
        "Share of detected faults whose cells the first explanation names, %",
        f"Bars of the share of detected faults that are explained correctly at first rank, for {len(data)} kinds of fault.",
        "self-test-explained",
        "Seeded faults in copies of all tables",
        options={"fmt": "{:.0f}"},
    )


def show_self_test(report: Report) -> None:
    """Results by table and kind of fault."""
    found = _self_test()
    found = found[~found["table"].isin(["all", "synthetic"])].astype(str).reset_index(drop=True)
    tables.show(
        found,
        title="Seeded faults by table and kind",
        name="self-test",
        source="Copies of all tables",
        sortable=True,
        heads={
            "table": "Table",
            "fault": "Fault",
            "tried": "Tried",
            "detectable": "Detectable",
            "detected": "Detected",
            "missed": "Missed",
            "explained": "Explained first",
            "explained_share": "Of detected",
        },
        units={"explained_share": "%"},
    )
