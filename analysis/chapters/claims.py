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
        f"The register covers {coverage} % of the numbers that make a statement; a second reading of "
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
        heads={what: what.capitalize(), "all": "All"},
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
    # The verdict comes early so that a phone shows it beside the statement.
    columns = ["id", "line", "verdict", "statement", "stated", "recomputed", "kind", "chapter", "note"]
    frame = views.register(report)[columns]
    tables.show(
        frame, title="The register of claims", name="claims-register", source=SOURCE, heads=HEADS,
        verdicts=["verdict"], sortable=True, hide=["line"], below={"statement": "note"}, note="The CSV holds the same rows.",
    )  # fmt: skip


def show_doubtful(report: Report, verdict: str, title: str, name: str) -> None:
    """Contradicted or ambiguous claims with their arithmetic."""
    frame = views.doubtful(report, verdict)
    results = zip(frame["arithmetic"], frame["recomputed"], frame["range"], strict=True)
    frame["arithmetic"] = [f"{a} → {r}" + (f" ({span})" if span else "") for a, r, span in results]
    tables.show(
        frame, title=title, name=name, source=SOURCE, heads=HEADS, sortable=True,
        hide=["line", "chapter", "recomputed", "range"], below={"statement": "note"},
        note="Arithmetic: the expression with the printed numbers in it, its result, and in brackets every result that "
        "unrounded inputs allow. The number of a claim begins with its line in the exported text.",
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
    everything = views.markets(report)
    frame = everything[everything["stated"].notna()]
    count = frame["verdict"].value_counts()
    fine = int(count.get(REPRODUCED, 0)) + int(count.get(CONSISTENT, 0))
    told = frame["convention"].str.endswith("only")
    fits = frame.loc[~frame["verdict"].isin([CONTRADICTED]), "stated"]
    register = views.register(report)
    bare = int(((register["kind"] == "cagr") & (register["verdict"] == NOT_CHECKABLE)).sum())
    return [
        f"**{len(frame)} forecasts** print two values and a compound rate; in **{fine}** the rate follows from the "
        f"values and the years between them, to the printed digit or within rounding.",
        f"{cardinal(int(count.get(AMBIGUOUS, 0))).capitalize()} need another count of the years; "
        f"{cardinal(int(count.get(CONTRADICTED, 0)))} follow under no count.",
        f"{cardinal(int(told.sum())).capitalize()} times the digits are fine enough to tell which count of years was used.",
        f"The rates that follow run from {fixed(fits.min(), 1)} to {fixed(fits.max(), 1)} % a year. "
        f"{cardinal(len(everything) - len(frame)).capitalize()} more forecasts print two values and no rate; {cardinal(bare)} "
        f"state a rate without both values, so that nobody can check it.",
    ]


def forecasts_figure(report: Report) -> Exhibit:
    """All forecasts in US dollars on one axis, with the growth implied and stated."""
    import pandas as pd

    frame = views.markets(report)
    frame = frame[frame["low_bn"].notna()].sort_values(["implied", "id"], ascending=[False, True])
    names = [f"{_market_name(n)} {a}–{b}" for n, a, b in zip(frame["name"], frame["y0"], frame["y1"], strict=True)]
    data = pd.DataFrame(
        {
            "name": names,
            "first": frame["low_bn"],
            "last": frame["high_bn"],
            "implied": [fixed(v, 1) for v in frame["implied"]],
            "stated": ["" if v != v else fixed(v, 1) for v in frame["stated"]],
            "verdict": frame["verdict"],
        }
    )
    return Exhibit(
        data.reset_index(drop=True),
        title="Markets as forecast, and the growth that the two sizes imply",
        unit="Billion US dollars at both ends (logarithmic); growth in % a year",
        alt="One row a market: a line from its size in the first year to its size in the last, with the implied and "
        "the stated compound growth beside it.",
        name="claims-market-forecasts",
        source=SOURCE,
        note="Open circle: first year; full circle: last year. Without a stated rate: none is printed.",
        numbers=frame,
    )


#: Names of markets whose keys need more than a capital letter.
_MARKETS = {
    "ai semiconductor": "AI chips, share",
    "automotive ai": "Automotive AI",
    "drones world": "Drones",
    "genai": "Generative AI",
    "mro": "Aircraft maintenance",
    "plant meat": "Plant-based meat",
    "rtd tea": "Ready-to-drink tea",
    "sdr": "Software-defined radio",
    "sic power": "SiC power devices",
}


def _market_name(key: str) -> str:
    return _MARKETS.get(key, key[:1].upper() + key[1:])


def growth_figure(report: Report) -> Exhibit:
    """Stated growth against the range that the rounding of the two values allows."""
    frame = views.markets(report)
    frame = frame[frame["stated"].notna()].sort_values(["stated", "id"], ascending=[False, True])
    data = frame.rename(columns={"id": "code", "stated": "printed"})[["code", "low", "high", "printed", "verdict"]]
    names = [f"{_market_name(n)} {y0}–{y1}" for n, y0, y1 in zip(frame["name"], frame["y0"], frame["y1"], strict=True)]
    return Exhibit(
        data.assign(name=names).reset_index(drop=True),
        title="Stated growth against what the two values allow",
        unit="Compound annual growth, % a year",
        alt="One row a forecast: a bar for the growth the two values allow, a mark for the stated growth.",
        name="claims-forecasts-stated-implied",
        source=SOURCE,
        numbers=frame,
    )


def show_markets(report: Report) -> None:
    """All forecasts with both rates."""
    frame = views.markets(report)
    spans = list(zip(frame["implied"], frame["low"], frame["high"], strict=True))
    shown = frame.assign(
        stated=["" if v != v else fixed(v, 2) for v in frame["stated"]],
        implied=[fixed(p, 2) for p, _, _ in spans],
        span=[f"{fixed(a, 2)} to {fixed(b, 2)}" for _, a, b in spans],
        first=[f"{v} ({y})" for v, y in zip(frame["first"], frame["y0"], strict=True)],
        last=[f"{v} ({y})" for v, y in zip(frame["last"], frame["y1"], strict=True)],
        convention=[_years_counted(c) for c in frame["convention"]],
    )
    keep = ["id", "chapter", "statement", "first", "last", "unit", "stated", "implied", "span", "verdict", "convention"]
    heads = HEADS | {"first": "From", "last": "To", "implied": "Implied, range", "convention": "Years counted"}
    tables.show(
        shown[keep], title="Forecasts with two values", name="claims-forecasts", source=SOURCE, heads=heads,
        units={"stated": "% a year", "implied": "% a year"}, verdicts=["verdict"], sortable=True,
        below={"statement": "chapter", "last": "unit", "implied": "span"},
    )  # fmt: skip


def _years_counted(convention: str) -> str:
    """A convention such as ``y1-y0 only`` in the words of a table; see :data:`.evaluation.SHIFTS`."""
    if convention.startswith("none of"):
        return "none fits"
    return convention.replace("y1", "last").replace("y0", "first").replace("-", " − ").replace("+", " + ")


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
        f"A second reading of {second['n']} claims, made from their lines and statements, differs "
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
    keep = ["id", "field", "weight", "note", "resolution"]
    frame = record.loc[record["agrees"] == "no", keep].reset_index(drop=True)
    heads = {"id": "Claim", "field": "Where", "weight": "Touches", "note": "How they differ", "resolution": "Kept"}
    tables.show(
        frame, title="Claims read differently the second time", name="claims-second-pass", source=SOURCE, heads=heads
    )  # fmt: skip
