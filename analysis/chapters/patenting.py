"""US patents: grants by country (table 1-2-13) and by technology field (table 1-2-14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import evidence
from analysis.chapters.common import Exhibit, cardinal, fixed, listing, name, ordinal, place, printed
from analysis.indicators import patents

if TYPE_CHECKING:
    from analysis.report import Report

GRANTS, FIELDS = "1-2-13", "1-2-14"
FIRST, BEFORE, LAST = 2020, 2023, 2024
PEERS = ("TWN", "KOR", "JPN", "DEU", "USA")
DOMAINS = {
    "ict": "ICT 資通光電",
    "mechanical": "Mechanical 機械運輸",
    "chemistry": "Materials 材料化學",
    "life": "Life 生技醫藥",
}


def _field(report: Report, code: str) -> str:
    return report.name(code)


def _inside(report: Report, code: str) -> str:
    """A field's name within a sentence: no capital unless it is an abbreviation."""
    text = report.name(code)
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _fields(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["code"].str.startswith("WIPO")]


# ---------------------------------------------------------------- grants by country


def by_inventor(report: Report, code: str = "TWN") -> float:
    """Growth of patents in the last year counted by first inventor in both years, %; from outside counts."""
    known = evidence.facts(report)
    known = known[(known["basis"] == "first inventor") & (known["entity"] == code)]
    value = dict(zip(known["year"], known["value"].astype(int), strict=True))
    return float(value[str(LAST)] / value[str(BEFORE)] - 1) * 100


def headlines(report: Report) -> list[str]:
    """Standing, what moved in the last year, and the populations that do not fit."""
    counts = printed(report, GRANTS, "patents")
    now = {c: int(v) for c, v in counts[LAST].items()}
    growth = patents.patents_growth(report).set_index(["code", "year"])["value"]
    up = [report.name(c) for c in now if growth[(c, LAST)] > 0]
    dense = {c: float(v) for c, v in printed(report, GRANTS, "patent_density")[LAST].items()}
    before = {c: float(v) for c, v in printed(report, GRANTS, "patent_density")[BEFORE].items()}
    jump = patents.implied_population_growth(report).sort_values("value", key=abs).iloc[-1]
    return [
        f"**Taiwan received {fixed(str(now['TWN']), 0)} US utility patents in {LAST}, {ordinal(place(now))} of the ten "
        f"countries listed**, as printed. The printed change on {BEFORE}, {fixed(growth[('TWN', LAST)], 1, sign=True)}%, compares two ways of "
        f"counting: by first inventor in both years it is {fixed(by_inventor(report), 1, sign=True)}%.",
        f"**{cardinal(len(up)).capitalize()} countries gained as printed**: {listing(up)}. On one basis more did; the counts of "
        f"{LAST} of this chapter carry that doubt.",
        f"**Per million people it is {ordinal(place(dense))}** ({dense['TWN']:.0f}), after being {ordinal(place(before))} in "
        f"{BEFORE} ({before['TWN']:.0f}).",
        f"**One row asks for an explanation.** Patents divided by density give the population that was used; for "
        f"{report.name(str(jump['code']))} it would have changed by {fixed(jump['low'], 0)}% to {fixed(jump['high'], 0)}% "
        "within a year, which no population does.",
    ]


def over_time(report: Report) -> Exhibit:
    """Grants by country as an index; lines."""
    wide = printed(report, GRANTS, "patents").astype(float)
    index = wide.div(wide[FIRST], axis=0) * 100
    data = index.rename_axis("code").reset_index().melt("code", var_name="year", value_name="value")
    data["name"] = [report.name(c) for c in data["code"]]
    data["patents"] = [int(wide.loc[c, y]) for c, y in zip(data["code"], data["year"], strict=True)]
    down = int((wide[LAST] < wide[FIRST]).sum())
    ends = index[LAST].sort_values()
    return Exhibit(
        data,
        f"US patents fell in {cardinal(down)} of {cardinal(len(wide))} countries from {FIRST} to {LAST}",
        f"US utility patents granted, {FIRST} = 100",
        f"Line chart of US utility patents of {len(wide)} countries from {FIRST} to {LAST}, indexed to the first year. Taiwan "
        f"ends at {index[LAST]['TWN']:.0f}; the highest is {report.name(ends.index[-1])} ({ends.iloc[-1]:.0f}), the lowest "
        f"{report.name(ends.index[0])} ({ends.iloc[0]:.0f}).",
        "us-patents",
        [GRANTS],
        options={"focus": ("TWN", "CHE", "CHN", "KOR", "CAN"), "reference": (100.0, ""), "last": "{:.0f}"},
    )


def density(report: Report) -> Exhibit:
    """Patents per million people, two years; dumbbell."""
    wide = printed(report, GRANTS, "patent_density").astype(float)
    data = wide.rename(columns=str).rename_axis("code").reset_index()
    data.insert(1, "name", [name(report, c) for c in data["code"]])
    data = data.sort_values(str(LAST), ascending=False, kind="stable").reset_index(drop=True)
    first = data.iloc[0]["code"]
    return Exhibit(
        data,
        f"Patents per million people: {report.name(first)} lead in {LAST}"
        if first == "USA"
        else f"Patents per million people: {report.name(first)} leads in {LAST}",
        f"US utility patents per million people; hollow {BEFORE}, filled {LAST}",
        f"Dumbbell chart of US patents per million people in {BEFORE} and {LAST} for {len(data)} countries; Taiwan goes from "
        f"{wide[BEFORE]['TWN']:.0f} to {wide[LAST]['TWN']:.0f}.",
        "patent-density",
        [GRANTS],
        options={"first": str(BEFORE), "last": str(LAST)},
    )


def implied_population(report: Report) -> Exhibit:
    """Growth of the population that patents and density imply; ranges."""
    frame = patents.implied_population_growth(report)
    data = frame[["code", "value", "low", "high"]].assign(name=[name(report, c) for c in frame["code"]])
    data = data.sort_values("value", ascending=False, kind="stable").reset_index(drop=True)
    odd: Any = data.sort_values("value", key=abs).iloc[-1]
    return Exhibit(
        data,
        f"The population that the table implies jumps in {report.name(odd['code'])}",
        f"Growth of patents ÷ density {BEFORE}–{LAST}, %; the bar is what rounding leaves open",
        f"Range chart of the growth of implied population for {len(data)} countries; the largest "
        f"change is that of {report.name(odd['code'])}, {odd['low']:.0f} to {odd['high']:.0f} per cent.",
        "implied-population",
        [GRANTS],
        numbers=patents.implied_population(report).drop(columns="entity"),
    )


def shares(report: Report) -> pd.DataFrame:
    """Share in the ten listed countries and growth, by country; text."""
    share = patents.listed_share(report).set_index(["code", "year"])["value"]
    growth = patents.patents_growth(report).set_index(["code", "year"])["value"]
    rate = patents.patents_cagr(report).set_index("code")["value"]
    counts = printed(report, GRANTS, "patents")
    return pd.DataFrame(
        {
            "code": list(counts.index),
            "name": [name(report, c) for c in counts.index],
            "patents": [fixed(v, 0) for v in counts[LAST]],
            "first_share": [fixed(share[(c, FIRST)]) for c in counts.index],
            "last_share": [fixed(share[(c, LAST)]) for c in counts.index],
            "growth": [fixed(growth[(c, LAST)], 1, sign=True) for c in counts.index],
            "cagr": [fixed(rate[c], 1, sign=True) for c in counts.index],
        }
    )


def cited(report: Report) -> str:
    """The one printed share in highly cited patents beside the share in all patents of the same years."""
    prose: Any = report.prose().set_index("id").loc["highly_cited_share", "printed"]
    world = patents.world_share(report)
    own = world[(world["code"] == "ALL") & (world["entity"] == "TWN")].iloc[0]
    return (
        f"Among {FIRST}–{LAST} patents that are cited most, {prose} of every 100 are Taiwan's (p. 52). Of all patents of the "
        f"same years in the fields of Table {FIELDS}, {fixed(own['value'])} of every 100 are. Taking both as printed, "
        f"Taiwan's share in the highly cited is {fixed(float(prose) / own['value'])} times its share in all: fewer of its "
        "patents are cited most than those of the average country."
    )


def trust(report: Report) -> list[str]:
    """Definition, one office, and the row in doubt."""
    jump = patents.implied_population_growth(report).sort_values("value", key=abs).iloc[-1]
    return [
        "**Grants, not applications.** The table counts grants; the text speaks of applications in the same breath. Grants "
        "follow applications by years, so a fall today says little about inventing today.",
        "**One office.** Patents granted in the United States favour American inventors and those who sell there. They "
        "compare foreign countries with each other better than any of them with the United States.",
        f"**The last year of {report.name(str(jump['code']))}.** Count and density do not belong to one "
        "population. The population is the IMF's in every other row, so the count or the density is at fault; which of the two "
        "the sources found do not say.",
        f"**The column of {LAST}.** It does not count by first inventor, as the years before do; where counts by owner are known, it "
        "fits those. Growth into that year, shares and ranks among the ten, and patents per head rest on it.",
        "**Counts are printed in full**, so shares and growth rates carry no rounding error; densities are whole numbers and "
        "small ones therefore coarse.",
    ]


# ---------------------------------------------------------------- fields


def field_headlines(report: Report) -> list[str]:
    """Where Taiwan is specialised, how alone it is, and how concentrated."""
    rta = _fields(patents.revealed_advantage(report))
    own = rta[rta["entity"] == "TWN"].sort_values("value", ascending=False)
    above = own[own["value"] > 1]
    best, last = own.iloc[0], own.iloc[-1]
    crowd = patents.field_concentration(report).set_index("code")["value"]
    like = patents.similarity(report)
    pairs = like[like["code"].str.contains("TWN") & ~like["code"].str.contains("WORLD")].sort_values("value")
    most, least = (str(pairs.iloc[i]["code"]).replace("TWN", "").strip("-") for i in (-1, 0))
    ranks = printed(report, FIELDS, "rank")
    two = [_inside(report, c) for c in ranks.index if int(ranks.loc[c, "TWN"]) <= 2]
    return [
        f"**Taiwan is specialised in {cardinal(len(above))} of {len(own)} fields**, above all in "
        f"{_inside(report, best['code'])}, where its share is {fixed(best['value'], 1)} times its share in all fields; "
        f"least in {_inside(report, last['code'])} ({fixed(last['value'])}).",
        f"**It is among the first two in {listing(two)}.**",
        f"**Its profile is the most concentrated of the five** (as if {fixed(1 / crowd['TWN'], 1)} equal fields), closest to "
        f"{report.name(most)}'s and furthest from that of {report.name(least)}."
        if crowd["TWN"] == max(crowd[c] for c in PEERS)
        else f"**Its profile** is as concentrated as {fixed(1 / crowd['TWN'], 1)} equal fields, closest to "
        f"{report.name(most)}'s and furthest from that of {report.name(least)}.",
    ]


def advantage(report: Report) -> Exhibit:
    """Revealed technology advantage by field and country; heat map."""
    frame = _fields(patents.revealed_advantage(report))
    wide = frame.pivot(index="code", columns="entity", values="value")[list(PEERS)]
    wide = wide.loc[list(dict.fromkeys(frame["code"]))].sort_values("TWN", ascending=False, kind="stable")
    codes = list(wide.index)
    first = codes[0]
    wide.index = [_short(_field(report, c)) for c in codes]
    wide.columns = [report.name(c) if c != "USA" else "US" for c in PEERS]
    return Exhibit(
        wide,
        f"Taiwan's strength is {_inside(report, first)}",
        f"Revealed technology advantage, US patents {FIRST}–{LAST}; above 1 specialised",
        f"Heat map of revealed technology advantage of five countries in {len(codes)} fields, ordered by Taiwan's.",
        "revealed-technology-advantage",
        [FIELDS],
        numbers=frame[["code", "entity", "value"]].assign(field=[_field(report, c) for c in frame["code"]]),
        options={"middle": 1.0, "limits": (0.0, 2.0), "fmt": "{:.2f}", "column_codes": PEERS, "row_height": 0.235},
    )


def _short(text: str) -> str:
    return text if len(text) <= 27 else text[:25].rsplit(" ", 1)[0].rstrip(",") + " …"


def world_shares(report: Report) -> Exhibit:
    """Taiwan's share of the world by field; bars."""
    frame = _fields(patents.world_share(report))
    own = frame[frame["entity"] == "TWN"]
    data = own[["code", "value"]].assign(name=[_short(_field(report, c)) for c in own["code"]])
    data = data.sort_values("value", ascending=False, kind="stable").head(12).reset_index(drop=True)
    whole = patents.world_share(report)
    mean = float(whole[(whole["code"] == "ALL") & (whole["entity"] == "TWN")]["value"].iloc[0])
    return Exhibit(
        data,
        "In one field in particular: Taiwan's share of the world's patents"
        if data["value"].iloc[0] > 2 * data["value"].iloc[1]
        else "Taiwan's share of the world's patents by field",
        f"Share of US patents {FIRST}–{LAST}, %; twelve fields with the largest share",
        f"Bars of Taiwan's share in the world's US patents for twelve fields, from {data['value'].iloc[0]:.1f} to "
        f"{data['value'].iloc[-1]:.1f} per cent; over all fields it is {mean:.2f} per cent.",
        "field-shares",
        [FIELDS],
        numbers=frame[["code", "entity", "value"]].assign(field=[_field(report, c) for c in frame["code"]]),
        options={"fmt": "{:.1f}", "reference": (mean, f"all fields {mean:.1f}"), "color": "#C04000"},
    )


def similarity(report: Report) -> Exhibit:
    """Cosine similarity of the field profiles; heat map."""
    frame = patents.similarity(report)
    order = [*PEERS, "WORLD"]
    wide = pd.DataFrame(1.0, index=order, columns=order)
    for row in frame.to_dict("records"):
        a, b = str(row["code"]).split("-")
        wide.loc[a, b] = wide.loc[b, a] = row["value"]
    names = [report.name(c) if c != "USA" else "US" for c in order]
    wide.index, wide.columns = names, names
    return Exhibit(
        wide,
        "How alike the patent portfolios are",
        f"Cosine similarity of field profiles, US patents {FIRST}–{LAST}; 1 is the same profile",
        "Heat map of the cosine similarity of the patent profiles of five countries and the world.",
        "portfolio-similarity",
        [FIELDS],
        numbers=frame[["code", "value"]],
        options={"fmt": "{:.2f}", "row_codes": order, "column_codes": order, "limits": (0.4, 1.0)},
    )


def domains(report: Report) -> Exhibit:
    """Portfolio by domain; stacked bars."""
    frame = patents.portfolio_share(report)
    wide = frame.pivot(index="entity", columns="code", values="value").loc[[*PEERS, "WORLD"], list(DOMAINS)]
    data = wide.rename_axis("code").rename_axis(None, axis=1).reset_index()
    data.insert(1, "name", [report.name(c) for c in data["code"]])
    own = wide.loc["TWN"]
    return Exhibit(
        data,
        f"{own.iloc[0]:.0f}% of Taiwan's patents are in ICT and opto-electronics",
        f"Share of domains in a country's US patents {FIRST}–{LAST}, %",
        f"Stacked bars of the shares of four domains in the patents of five countries and the world; ICT and "
        f"opto-electronics make {own.iloc[0]:.1f} per cent in Taiwan and {wide.loc['WORLD'].iloc[0]:.1f} per cent in the world.",
        "patent-domains",
        [FIELDS],
        options={"parts": DOMAINS},
    )


def ranks(report: Report) -> pd.DataFrame:
    """Counts, share, advantage and printed rank by field for Taiwan; text."""
    count, rank = printed(report, FIELDS, "patents"), printed(report, FIELDS, "rank")
    share = patents.world_share(report).set_index(["code", "entity"])["value"]
    rta = patents.revealed_advantage(report).set_index(["code", "entity"])["value"]
    return pd.DataFrame(
        [
            (
                c,
                name(report, c),
                fixed(count.loc[c, "TWN"], 0),
                fixed(share[(c, "TWN")]),
                fixed(rta[(c, "TWN")]),
                rank.loc[c, "TWN"],
            )
            for c in count.index
        ],
        columns=["field", "name", "patents", "share", "rta", "rank"],
    )


def field_trust(report: Report) -> list[str]:
    """Fields overlap, one office, small fields, ranks."""
    count = printed(report, FIELDS, "patents").astype(int)
    small = [_inside(report, c) for c in count.index if count.loc[c].min() < 50]
    total, sum_ = count["TWN"].sum(), printed(report, GRANTS, "patents").astype(int).loc["TWN"].sum()
    return [
        f"**{len(count)} of 35 fields.** The classification has 35; the table leaves out three. Taiwan's fields sum to "
        f"{fixed(str(total), 0)}, its five yearly totals in Table {GRANTS} to {fixed(str(sum_), 0)}: the fields hold "
        f"{'more' if total > sum_ else 'fewer'} patents than the years, so the two tables cannot count the same thing.",
        f"**Small fields.** In {listing(small)} at least one country has fewer than 50 patents in five years; advantages "
        "there turn on a handful of grants.",
        "**An advantage is relative.** A country can be specialised in a field in which it is small, and the other way round; "
        "the share and the rank are beside it for that reason.",
        "**Ranks beyond the five countries** cannot be checked one by one; the audit asks whether the counts of the countries "
        "that must stand between can fit into what is left of the world total.",
    ]
