"""Other editions made from this one: all years moved on, or one digit changed."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
from pathlib import Path

from analysis.editions import YEAR, lay_out, moved, moved_on
from analysis.report import Report

#: Patterns and paths stay.
STAYS = frozenset({"pattern", "path", "seed_line", "seed_rows"})
#: A year among the arguments of an expression (``t("1-2-1", "TWN", "gerd", 2023)``) or in the name of a number.
_ARGUMENT = re.compile(r"(?<=[,_ ])(?:19|20)\d\d(?=[,)_=]|\s|$)")
#: Columns outside the tables that name a year of a table, and how it is written there.
BESIDE = {
    "prose.csv": {"id": YEAR, "year": YEAR},
    "figures.csv": {"title": YEAR, "title_en": YEAR},
    "known_findings.csv": {"signature": YEAR, "title": YEAR, "explanation": YEAR, "expect": YEAR},
    "claims.csv": {"expression": _ARGUMENT},
}


def next_year(source: Path, target: Path, *, everything: bool, by: int = 1) -> Path:
    """A copy of a data directory with the years of all tables moved on; the printed numbers stay.

    ``everything`` moves those that claims, sentences, figures and the register of findings name, too: a pure
    relabelling, so every result must be the same but for the years. Without it the copy is what README's
    "Next year's edition" leads to first: new tables, and the rest still last year's.
    """
    shutil.copytree(source, target)
    package = target / "datapackage.json"
    package.write_text(
        json.dumps(moved_on(json.loads(package.read_text("utf-8")), by, STAYS), ensure_ascii=False), "utf-8"
    )
    for path in sorted((target / "tables").glob("*.csv")):
        header, newline, rows = path.read_text("utf-8").partition("\n")
        path.write_text(
            re.sub(r"(?<=_)(?:19|20)\d\d\b", lambda m: str(int(m[0]) + by), header) + newline + rows, "utf-8"
        )
    for name, columns in BESIDE.items() if everything else ():
        rows = list(csv.DictReader(io.StringIO((target / name).read_text("utf-8"))))
        for row in rows:
            row.update({c: moved(row[c], by, pattern) for c, pattern in columns.items() if c in row})
        with (target / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return target


def filled(source: Report, target: Path) -> Path:
    """Next year's edition, laid out by the command and typed in: old years as they were, the last year once more.

    One number of an old year is revised (R&D expenditure of the first country, by a fifth); sentences, claims and
    the register of findings have not been written yet.
    """
    lay_out(source, target)
    package = json.loads((target / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        if "table" not in resource:
            continue
        old = source.meta(resource["table"])
        printed = source.printed(old.table).reset_index().to_dict("records")
        with (target / resource["path"]).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        names = [f.name for f in old.fields]
        for place, name in enumerate(rows[0]):
            taken = name if name in names else names[place]  # a year of its own, or the last one again
            for row, before in zip(rows[1:], printed, strict=True):
                row[place] = str(before[taken])
        if "gerd_2023" in rows[0]:
            place = rows[0].index("gerd_2023")
            digits = rows[1][place].replace(",", "")
            rows[1][place] = f"{int(digits) * 6 // 5:,}" if "," in rows[1][place] else str(int(digits) * 6 // 5)
        with (target / resource["path"]).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    return target


def changed_digit(data: Path, rng: random.Random, table: str = "") -> str:
    """Change one digit of one number of one table (any, if none is named) of ``data`` in place; returns what was done."""
    path = rng.choice(sorted((data / "tables").glob(f"{table or '*'}.csv")))
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    package = json.loads((data / "datapackage.json").read_text("utf-8"))
    (resource,) = [r for r in package["resources"] if r["path"] == f"tables/{path.name}"]
    values = [n for n, field in enumerate(resource["schema"]["fields"]) if field.get("role") == "value"]
    cells = [(r, c) for r in range(1, len(rows)) for c in values if re.search(r"\d", rows[r][c])]
    r, c = rng.choice(cells)
    before = rows[r][c]
    place = rng.choice([n for n, mark in enumerate(before) if mark.isdigit()])
    first = not before[:place].strip("-↑↓ ") and len(before[place:].partition(".")[0]) > 1
    digit = rng.choice([d for d in "0123456789" if d != before[place] and not (first and d == "0")])
    rows[r][c] = before[:place] + digit + before[place + 1 :]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return f"{path.stem} {rows[r][0]} {rows[0][c]}: {before} -> {rows[r][c]}"
