"""Words and exhibits of the part about the claims; the numbers come from :mod:`analysis.claims`."""

from __future__ import annotations

import html
import json

import pandas as pd

from analysis import tables
from analysis.chapters.common import Exhibit, cardinal, fixed, listing
from analysis.charts.exhibit import csv_link, put
from analysis.claims import slips, views
from analysis.claims.evaluation import CHECKS, LISTED, RECOMPUTED
from analysis.claims.readings import AMBIGUOUS, CONSISTENT, CONTRADICTED, NOT_CHECKABLE, REPRODUCED, VERDICTS
from analysis.report import Report

SOURCE = "Sentences of the report, in our words"
HEADS = {
    "id": "Claim",
    "chapter": "Chapter",
    "statement": "What the report says (our words)",
    "stated": "Stated",
    "verdict": "Verdict",
}


def headlines(report: Report) -> list[str]:
    """The results that open the overview; each way of checking is counted for itself."""
    counts = views.by_check(report).set_index("check")
    total, numbers, unchecked = counts.loc["all"], counts.loc[RECOMPUTED], counts.loc["not checked"]
    ways = [f"{int(counts['all'][way])} {_WAYS[way]}" for way in CHECKS if way in counts.index and way != RECOMPUTED]
    cards = slips.slips(report)["verdict"].value_counts()
    return [
        f"**{total['all']:,} statements with a number, a comparison or a count** are recorded. {unchecked['all']} of them "
        "cannot be checked: nothing is printed to hold them against.",
        f"**{numbers['all']} numbers can be recomputed** from other printed numbers: {numbers[REPRODUCED]} come out to the "
        f"printed digit, {numbers[CONSISTENT]} within rounding or from two sources, {numbers[AMBIGUOUS]} under one reading only, "
        f"{numbers[CONTRADICTED] or 'none'} under no reading.",
        f"The others are checked in weaker ways, counted apart: {listing(ways)}.",
        f"What does not agree comes down to **{cards.get(CONTRADICTED, 0)} contradictions** and "
        f"{cards.get(AMBIGUOUS, 0)} places that depend on a reading, [one card each](contradicted.ipynb).",
    ]


_WAYS = {
    "look-up": "numbers looked up in a table or another sentence",
    "repeated": "numbers that other lines print too",
    "yes/no": "comparisons and orders",
    "threshold": "thresholds",
    "list count": "counts of listed items",
}


def show_checks(report: Report) -> None:
    """Counts by the way of checking and verdict."""
    frame = views.by_check(report)
    frame = frame[frame["check"] != "all"].reset_index(drop=True)
    frame.insert(1, "meaning", [CHECKS.get(way, "") for way in frame["check"]])
    tables.show(
        frame,
        title="Statements by how they were checked",
        name="claims-by-check",
        source=SOURCE,
        heads={"check": "Checked by", "all": "All"},
        below={"check": "meaning"},
    )


def show_chapters(report: Report) -> None:
    """Counts by chapter and verdict."""
    tables.show(
        views.by_chapter(report),
        title="Statements by chapter and verdict",
        name="claims-by-chapter",
        source=SOURCE,
        heads={"chapter": "Chapter", "all": "All"},
        sortable=True,
        note="Without the counts of listed items.",
    )


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
        unit="Share of the statements without counts of listed items, %; their number in brackets",
        alt="Stacked bars, one a chapter: reproduced, consistent, ambiguous, contradicted and not checkable statements.",
        name="claims-by-chapter-shares",
        source=SOURCE,
        options={
            "parts": {v: v.capitalize() for v in VERDICTS},
            "tints": ("#00785A", "#8FA3B8", "#7A5C00", "#B3261E", "#C9D3DE"),
        },
    )


def show_register(report: Report) -> None:
    """All claims, a page at a time, with filters; the rows travel as data and ``register.js`` draws them."""
    frame = views.register(report)
    coded = {"verdict": list(VERDICTS), "chapter": list(views.CHAPTERS.values()), "check": ["", *CHECKS]}
    coded["kind"] = sorted(set(frame["kind"]))
    for column, words in coded.items():
        frame[column] = frame[column].map(words.index)
    columns = ["id", "page", *coded, "statement", "stated", "recomputed", "note"]
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


def slip_headlines(report: Report) -> list[str]:
    """The results that open the page of cards."""
    frame = slips.slips(report)
    hard, soft = frame[frame["verdict"] == CONTRADICTED], frame[frame["verdict"] == AMBIGUOUS]
    changed = listing([f"{n} change a {what}" if n > 1 else f"{n} changes a {what}" for what, n in _changes(hard)])
    claims = sum(len(c.split()) for c in hard["claims"])
    return [
        f"**{len(hard)} times the report says what its tables, its other lines or its sources exclude**, in {claims} "
        f"statements; {changed}.",
        f"{len(soft)} more places stand under one fair reading and fall under another, or set two sources beside each other.",
        "Which of the two sides is wrong a contradiction does not say.",
    ]


def _changes(frame: pd.DataFrame) -> list[tuple[str, int]]:
    names = {"conclusion": "conclusion", "number": "number", "cosmetic": "label or date"}
    counts = frame["consequence"].value_counts()
    return [(words, int(counts[name])) for name, words in names.items() if name in counts]


def show_slips(report: Report, verdict: str) -> None:
    """One card for each slip of a verdict, strongest first; its arithmetic behind a fold."""
    frame = slips.slips(report)
    frame = frame[frame["verdict"] == verdict]
    cards = "".join(_card(report, {str(k): str(v) for k, v in row.items()}) for row in frame.to_dict("records"))
    link = csv_link(frame, f"slips-{verdict}", "These cards (CSV)")
    put({"text/html": f'<div class="slips">{cards}</div><p>{link}</p>', "text/plain": f"Cards: {len(frame)} {verdict}"})


def _card(report: Report, row: dict[str, str]) -> str:
    table, source = (
        row["shows"].startswith(("Table", "From table")),
        "title of the" in row["shows"] or "Its title" in row["shows"],
    )
    shown = "The table says" if table else "Its source says" if source else "Another place says"
    sides = [("The report says", row["says_page"], row["says"]), (shown, row["shows_page"], row["shows"])]
    columns = [(f"{head}, {page}" if page else head, text) for head, page, text in sides]
    columns += [("Why it matters", row["matters"])] if row["matters"] else []
    body = "".join(f"<div><h4>{html.escape(head)}</h4><p>{tables.mark(text)}</p></div>" for head, text in columns)
    checks = slips.arithmetic(report, row["claims"].split()).to_dict("records")
    lines = "".join(
        f"<li><b>{c['id']}</b>, {c['page']}: {tables.mark(c['statement'])} {tables.badge(c['verdict'])}"
        + (f" {tables.mark(c['note'])}." if c["note"] else "")
        + (f" <code>{html.escape(c['arithmetic'])}</code>" if c["arithmetic"] else "")
        + "</li>"
        for c in checks
    )
    return (
        f'<section class="slip" id="{row["id"]}"><h3>{tables.mark(row["title"])} {tables.badge(row["verdict"])}</h3>'
        f'<div class="sides">{body}</div><details><summary>How it was checked</summary><ul>{lines}</ul></details></section>'
    )


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
        shown[keep],
        title="Forecasts with two values",
        name="claims-forecasts",
        source=SOURCE,
        heads=heads,
        units={"stated": "% a year", "implied": "% a year"},
        verdicts=["verdict"],
        sortable=True,
        below={"statement": "chapter", "last": "unit", "implied": "span"},
    )


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
        f"{frame.loc[frame['year'] != views.NO_YEAR, 'year'].nunique()} years; the other road-maps of the report are pictures whose text is lost.",
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
        views.roadmap_grid(report, name),
        title=name,
        name=f"roadmap-{figure}",
        source="Text of the figure, values as printed",
        heads={"track": "Track", "kpi": "Indicator (our words)"},
    )


def roadmap_figure(report: Report, figure: str) -> Exhibit:
    """Indicators of one road-map that have a value in at least four years, one panel each."""
    frame = report.resource("roadmaps")
    frame = frame[(frame["roadmap"] == _roadmap(report, figure)) & (frame["value_to"] == "") & (frame["year"] != "")]
    wanted = [kpi for kpi, rows in frame.groupby("kpi", sort=False) if rows["year"].nunique() >= 4]
    frame = frame[frame["kpi"].isin(wanted)]
    data = frame.assign(
        code=frame["kpi"],
        year=frame["year"].astype(int),
        value=frame["value"].astype(float),
        name=[f"{k}, {u}" for k, u in zip(frame["kpi"], frame["unit"], strict=True)],
    )[["code", "name", "year", "value"]]
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
        frame,
        title="Exchange rates implied by conversions in the text",
        name="claims-exchange-rates",
        source=SOURCE,
        heads=heads,
        units={"rate": "NT$ per unit; range"},
        sortable=True,
    )


def show_scan(report: Report) -> None:
    """Numbers of the text by what they are."""
    frame = report.resource("scan")
    tables.show(
        frame,
        title="Every number of the text, by what it is",
        name="claims-scan",
        source="Scan of the exported text",
        heads={"class": "Class", "meaning": "What it means", "numbers": "Numbers"},
        below={"class": "meaning"},
    )


def reading_headlines(report: Report) -> list[str]:
    """The results that open the page on how the statements were read."""
    numbers = {str(r["class"]): int(r["numbers"]) for r in report.resource("scan").to_dict("records")}
    share = 100 * numbers["covered"] / (numbers["covered"] + numbers["open"])
    last = {str(k): str(v) for k, v in views.agreement(report).iloc[-1].items()}
    return [
        f"The exported text holds {sum(numbers.values()):,} numbers. {numbers['covered']:,} are printed by a statement of the "
        f"register or recorded as data, {numbers['open']:,} make a statement that none covers: {fixed(share, 1)} % are covered.",
        f"In the last of the samples read again against the text, **{last['defects']} of {last['n']}** statements had some "
        f"defect ({last['rate']} %, 95 % interval {last['low']} to {last['high']} %).",
    ]


def show_agreement(report: Report) -> None:
    """How often a sample read again had a defect."""
    tables.show(
        views.agreement(report),
        title="Samples read again against the text",
        name="claims-samples",
        source=SOURCE,
        heads={
            "reading": "Reading",
            "n": "Statements",
            "defects": "With a defect",
            "rate": "Rate",
            "low": "From",
            "high": "To",
        },
        spanners={"95 % interval": ["low", "high"]},
        units={"rate": "%", "low": "%", "high": "%"},
        below={"reading": "note"},
    )
