"""Words and exhibits of the part about the claims; the numbers come from :mod:`analysis.claims`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis import tables
from analysis.chapters.common import Exhibit, cardinal, fixed, listing
from analysis.claims import sampling, scan, views
from analysis.claims.readings import AMBIGUOUS, CONSISTENT, CONTRADICTED, NOT_CHECKABLE, REPRODUCED, VERDICTS
from analysis.report import Report

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "Sentences of the report, paraphrased; lines are those of the exported text"
HEADS = {
    "id": "Claim",
    "line": "Line",
    "chapter": "Chapter",
    "kind": "Kind",
    "statement": "What the report says (our words)",
    "stated": "Stated",
    "recomputed": "Recomputed",
    "verdict": "Verdict",
    "decision": "Decides",
    "note": "Note",
    "arithmetic": "Arithmetic",
    "range": "Admissible",
}


def headlines(report: Report) -> list[str]:
    """The results that open the overview."""
    total = _row(views.by_chapter(report), "chapter", "all")
    checked = int(total["all"]) - int(total[NOT_CHECKABLE])
    failed = int(_row(views.by_decision(report), "decision", "all")["fails"])
    coverage = _row(scan.summary(report), "class", "coverage")["share"]
    agreement = sampling.disagreement(report)
    second, touched = _row(agreement, "touches", "anything"), _row(agreement, "touches", "verdict")
    return [
        f"**{total['all']} quantitative statements** of the prose are recorded; **{checked}** can be checked against "
        f"numbers that the report prints, the other {total[NOT_CHECKABLE]} are marked with the reason why not.",
        f"Of those checked, **{total[REPRODUCED]} are reproduced** to the printed digit, {total[CONSISTENT]} are "
        f"consistent once rounding is allowed for, {total[AMBIGUOUS]} depend on how a word or a period is read, and "
        f"**{total[CONTRADICTED]} are contradicted**.",
        f"{failed} contradicted statements concern a decision (a direction, a rank, a record, a threshold), "
        f"{int(total[CONTRADICTED]) - failed} only a size.",
        f"The register covers {coverage} % of the numbers that make a statement; a second, blind reading of "
        f"{second['n']} claims differed somewhere in {second['disagree']} ({second['rate']} %), in what decides a verdict "
        f"in {touched['disagree']} ({touched['rate']} %).",
    ]


def _row(frame: pd.DataFrame, key: str, value: str) -> dict[str, str]:
    """One row of a table by its key, as strings."""
    return _first(frame[frame[key] == value])


def _first(frame: pd.DataFrame) -> dict[str, str]:
    return {str(k): str(v) for k, v in frame.iloc[0].items()}


def show_counts(frame: pd.DataFrame, what: str, name: str) -> None:
    """A table of counts by verdict."""
    tables.show(
        frame, title=f"Claims by {what} and verdict", name=name, source=SOURCE, sortable=True,
        heads={what: what.capitalize(), "all": "All"}, units=dict.fromkeys(frame.columns[1:], "claims"),
    )  # fmt: skip


def chapters_figure(report: Report) -> Exhibit:
    """Shares of the verdicts by chapter, as stacked bars."""
    counts = views.by_chapter(report)
    counts = counts[counts["chapter"] != "all"]
    whole = counts["all"].astype(float)
    data = counts[["chapter"]].rename(columns={"chapter": "name"})
    data.insert(0, "code", data["name"])
    data["name"] = [f"{n} ({a})" for n, a in zip(counts["chapter"], counts["all"], strict=True)]
    for verdict in VERDICTS:
        data[verdict] = 100 * counts[verdict].astype(float) / whole
    return Exhibit(
        data.reset_index(drop=True),
        title="What becomes of the statements, chapter by chapter",
        unit="Share of the claims, %; number of claims in brackets",
        alt="Stacked bars, one a chapter: reproduced, consistent, ambiguous, contradicted and not checkable claims.",
        name="claims-by-chapter-shares",
        source=SOURCE,
        options={
            "parts": {v: v.capitalize() for v in VERDICTS},
            "tints": ("#00785A", "#8FA3B8", "#7A5C00", "#B3261E", "#C9D3DE"),
        },
    )


def show_register(report: Report) -> None:
    """All claims in one table that can be searched and sorted."""
    frame = views.register(report).drop(columns=["decision"])
    tables.show(
        frame, title="The register of claims", name="claims-register", source=SOURCE, heads=HEADS,
        verdicts=["verdict"], sortable=True, note="The CSV holds the same rows.",
    )  # fmt: skip


def show_doubtful(report: Report, verdict: str, title: str, name: str) -> None:
    """Contradicted or ambiguous claims with their arithmetic."""
    frame = views.doubtful(report, verdict)
    tables.show(
        frame, title=title, name=name, source=SOURCE, heads=HEADS, sortable=True,
        note="Arithmetic: the expression with the printed numbers in it. Admissible: every result that unrounded "
        "inputs allow.",
    )  # fmt: skip


def doubtful_headlines(report: Report) -> list[str]:
    """The results that open the page of contradicted claims."""
    frame = views.doubtful(report, CONTRADICTED)
    fails = frame["decision"].str.endswith("fails")
    chapters = frame["chapter"].value_counts().head(3)
    kinds = frame.loc[fails, "decision"].str.removesuffix(" fails").value_counts()
    excluding = len(views.conflicts(report))
    return [
        f"**{len(frame)} statements cannot be true of the printed numbers**, whatever the rounding; most stand in "
        f"{listing([f'{chapter} ({n})' for chapter, n in chapters.items()])}.",
        f"{int(fails.sum())} of them get a decision wrong "
        f"({listing([f'{kind} {n}' for kind, n in kinds.items()])}), {int((~fails).sum())} only a size.",
        f"{len(views.ambiguous(report))} more stand or fall with the reading of a word or a period.",
        f"{cardinal(excluding).capitalize()} quantities are given two values that exclude each other.",
    ]


def show_conflicts(report: Report) -> None:
    """Quantities with two values that exclude each other."""
    heads = {"quantity": "Quantity", "values": "Values", "claims": "Who says what", "statements": "In our words"}
    tables.show(
        views.conflicts(report), title="One quantity, two values", name="claims-conflicts", source=SOURCE,
        heads=heads, sortable=True,
    )  # fmt: skip


def market_headlines(report: Report) -> list[str]:
    """The results that open the page of forecasts."""
    frame = views.markets(report)
    count = frame["verdict"].value_counts()
    fine = int(count.get(REPRODUCED, 0)) + int(count.get(CONSISTENT, 0))
    told = frame["convention"].str.endswith("only")
    plain = frame["convention"].eq("y1-y0 only") | frame["convention"].str.startswith("y1-y0 or")
    median = frame["stated"].median()
    return [
        f"**{len(frame)} forecasts** print two values and a compound rate; in **{fine}** the rate follows from the "
        f"values and the years between them.",
        f"{int(count.get(AMBIGUOUS, 0))} follow only if a year more or less is counted; "
        f"{int(count.get(CONTRADICTED, 0))} follow under no count of the years.",
        f"In {int(told.sum())} cases the print tells which count of years was used; the plain one fits "
        f"{int(plain.sum())} times.",
        f"The middle forecast promises {fixed(median, 1)} % a year, the boldest {fixed(frame['stated'].max(), 1)} %.",
    ]


def markets_figure(report: Report) -> Exhibit:
    """Stated growth against implied growth, one point a forecast."""
    import pandas as pd

    frame = views.markets(report)
    off = frame["verdict"].isin([CONTRADICTED, AMBIGUOUS])
    data = pd.DataFrame(
        {"code": frame["id"], "name": frame["id"].where(off, ""), "x": frame["implied"], "y": frame["stated"]}
    )
    top = float(max(frame["implied"].max(), frame["stated"].max())) * 1.05
    low = float(min(0.0, frame["implied"].min(), frame["stated"].min()))
    return Exhibit(
        data,
        title="Growth stated and growth implied by the two values of each forecast",
        unit="Compound annual growth, % a year",
        alt="Scatter of stated against implied growth; points off the diagonal carry the number of the claim.",
        name="claims-forecast-growth",
        source=SOURCE,
        note="On the dashed line both are equal. Labelled: contradicted or dependent on the count of years.",
        numbers=frame,
        options={
            "x_label": "Implied by the two values",
            "y_label": "Stated",
            "focus": tuple(frame.loc[off, "id"])[:5],
            "line": pd.DataFrame({"x": [low, top], "y": [low, top]}),
        },
    )


def forecasts_figure(report: Report) -> Exhibit:
    """Stated rates against the range that the rounding of the two values allows, all forecasts."""
    frame = views.markets(report).sort_values(["stated", "id"], ascending=[False, True])
    data = frame.rename(columns={"id": "code", "stated": "printed"})[["code", "low", "high", "printed", "verdict"]]
    names = [f"{i} {y0}–{y1}" for i, y0, y1 in zip(frame["id"], frame["y0"], frame["y1"], strict=True)]
    return Exhibit(
        data.assign(name=names).reset_index(drop=True),
        title="Every forecast: stated growth on the growth its two values allow",
        unit="Compound annual growth, % a year; claim and years",
        alt="One row a forecast: a bar for the growth the two values allow, a mark for the stated growth.",
        name="claims-forecasts-stated-implied",
        source=SOURCE,
        numbers=frame,
    )


def show_markets(report: Report) -> None:
    """All forecasts with both rates."""
    frame = views.markets(report)
    shown = frame.assign(
        stated=[fixed(v, 2) for v in frame["stated"]],
        implied=[
            f"{fixed(p, 2)} ({fixed(a, 2)} to {fixed(b, 2)})"
            for p, a, b in zip(frame["implied"], frame["low"], frame["high"], strict=True)
        ],
    )[["id", "chapter", "statement", "first", "y0", "last", "y1", "stated", "implied", "verdict", "convention"]]
    heads = HEADS | {
        "first": "From",
        "last": "To",
        "y0": "Year",
        "y1": "Year",
        "implied": "Implied (range)",
        "convention": "Count of years",
    }
    tables.show(
        shown, title="Forecasts with a compound rate", name="claims-forecasts", source=SOURCE, heads=heads,
        units={"stated": "% a year", "implied": "% a year"}, verdicts=["verdict"], sortable=True,
    )  # fmt: skip


def roadmap_headlines(report: Report) -> list[str]:
    """The results that open the page of road-maps."""
    frame = views.roadmaps(report)
    names = frame["roadmap"].nunique()
    return [
        f"**{cardinal(names).capitalize()} technology road-maps survive as text** with {len(frame)} figures for "
        f"{frame['year'].nunique()} years; the other road-maps of the report are pictures whose text is lost.",
        f"{int(frame['note'].str.contains('columns of values').sum())} figures stand in columns that are fewer than "
        f"the years printed below them: their year is the position of the column, which the print leaves open.",
    ]


def _roadmap(report: Report, figure: str) -> str:
    """The name of the road-map that is the figure of that number."""
    return next(str(n) for n in views.roadmaps(report)["roadmap"] if f"figure {figure})" in str(n))


def show_roadmap(report: Report, figure: str) -> None:
    """One road-map with its years as columns."""
    name = _roadmap(report, figure)
    tables.show(
        views.roadmap_grid(report, name), title=name, name=f"roadmap-{figure}",
        source="Text of the figure, values as printed", heads={"track": "Track", "kpi": "Indicator (our words)"},
    )  # fmt: skip


def roadmap_figure(report: Report, figure: str) -> Exhibit:
    """Indicators of one road-map that have a value in at least four years, one panel each."""
    frame = report.resource("roadmaps")
    frame = frame[(frame["roadmap"] == _roadmap(report, figure)) & (frame["value_to"] == "")]
    wanted = [kpi for kpi, rows in frame.groupby("kpi", sort=False) if rows["year"].nunique() >= 4]
    frame = frame[frame["kpi"].isin(wanted)]
    data = frame.assign(
        code=frame["kpi"], year=frame["year"].astype(int), value=frame["value"].astype(float),
        name=[f"{k}, {u}" for k, u in zip(frame["kpi"], frame["unit"], strict=True)],
    )[["code", "name", "year", "value"]]  # fmt: skip
    return Exhibit(
        data.reset_index(drop=True),
        title="What the road-map promises, year by year",
        unit="Unit beside each indicator",
        alt="One small panel for each indicator with its value by year.",
        name=f"roadmap-{figure}-by-year",
        source="Text of the figure, values as printed",
        options={"columns": 1, "shared": False},
    )


def show_rates(report: Report) -> None:
    """The exchange rates that conversions in the text imply."""
    frame = views.exchange_rates(report)
    heads = {"id": "Claim", "line": "Line", "statement": "What the report says (our words)", "currency": "Currency"}
    heads |= {"foreign": "Amount", "taiwan": "In New Taiwan dollars", "rate": "Implied rate"}
    tables.show(
        frame, title="Exchange rates implied by conversions in the text", name="claims-exchange-rates", source=SOURCE,
        heads=heads, units={"rate": "NT$ per unit; range"}, sortable=True,
    )  # fmt: skip


def show_scan(report: Report) -> None:
    """The classes of the scan."""
    frame = scan.summary(report)
    tables.show(
        frame, title="Every number of the text, by what it is", name="claims-scan",
        source=f"Scan of the exported text, lines {scan.FIRST} to {scan.LAST}", units={"share": "%"},
        heads={"class": "Class", "meaning": "What it means", "numbers": "Numbers", "share": "Share"},
    )  # fmt: skip


def coverage_headlines(report: Report) -> list[str]:
    """The results that open the page on coverage and agreement."""
    summary = scan.summary(report)
    whole = int(summary.loc[summary["class"] != "coverage", "numbers"].sum())
    covered, left = (int(_row(summary, "class", name)["numbers"]) for name in ("covered", "open"))
    agreement = sampling.disagreement(report)
    second, touched = _row(agreement, "touches", "anything"), _row(agreement, "touches", "verdict")
    return [
        f"The exported text holds {whole:,} numbers. **{covered:,}** are printed by a claim or recorded as data; "
        f"**{left:,}** make a statement that no claim covers: a coverage of "
        f"**{_row(summary, 'class', 'coverage')['share']} %**.",
        f"A second reading of {second['n']} claims, made without sight of the stored numbers and expressions, differs "
        f"somewhere in **{second['disagree']}** ({second['rate']} %, 95 % interval {second['low']} to {second['high']} %); "
        f"**{touched['disagree']}** of the differences touch a verdict ({touched['rate']} %, {touched['low']} to "
        f"{touched['high']} %).",
    ]


def show_agreement(report: Report) -> None:
    """How often the second reading differed, by what the difference touches."""
    heads = {"touches": "Touches", "n": "Claims read twice", "disagree": "Read differently", "rate": "Rate"}
    tables.show(
        sampling.disagreement(report), title="How often the second reading differed", name="claims-agreement",
        source=SOURCE, heads=heads | {"low": "From", "high": "To"}, spanners={"95 % interval": ["low", "high"]},
        units={"rate": "%", "low": "%", "high": "%"},
    )  # fmt: skip


def show_disagreements(report: Report) -> None:
    """The sampled claims that were read differently."""
    record = report.resource("second_pass")
    frame = record[record["agrees"] == "no"][["id", "seed_line", "field", "weight", "note", "resolution"]].reset_index(
        drop=True
    )
    heads = {
        "id": "Claim",
        "seed_line": "Line",
        "field": "Where",
        "note": "How they differ",
        "resolution": "Kept reading",
    }
    tables.show(
        frame, title="Claims read differently the second time", name="claims-second-pass", source=SOURCE, heads=heads
    )
