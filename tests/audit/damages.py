"""Run the damages of numbers through the audit and judge the explanations.

    python tests/audit/damages.py [--out TABLE.csv] [N04 N13 …]

takes some minutes for all of them on two cores. The judgement is mechanical. The *truth*
of a damage is the set of cells that print something else, one set per cause. An
explanation that the undamaged report does not have is

- *right* when it is decided and names exactly the cells of one cause (for what is lost to
  a copy: cells of the cause's columns or row, nothing else);
- *part* when it names some of a cause's cells only, and *false* when it names others.

A damage is ``right`` when every cause has its right explanation and nothing else is
decided; ``asked`` when that explanation stands alone at rank 1 but rests on bounds and
assumptions only, so that it is put as a question; ``partly`` when something is right or part and nothing false, ``wrong`` when
something false is decided, ``undecided`` when contradictions are reported without a
decided explanation (``one of`` when the truth is among the equal ones), ``unseen`` when
nothing is reported.
"""

from __future__ import annotations

import argparse
import copy
import csv
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
for _path in (str(HERE), str(ROOT)):
    if _path not in sys.path:
        sys.path.insert(0, _path)

from damage_copy import Copy  # noqa: E402
from damage_numbers import DAMAGES, HARMLESS  # noqa: E402

from analysis.audit.conclusions import explain  # noqa: E402
from analysis.audit.diagnosis import Explanation  # noqa: E402
from analysis.audit.hypotheses import LOST  # noqa: E402
from analysis.audit.patterns import repeated_rates  # noqa: E402
from analysis.audit.repeats import repeated_lines  # noqa: E402
from analysis.audit.wording import Words  # noqa: E402
from analysis.report import load  # noqa: E402

#: A line that repeats another, without which of the two is the copy.
COPY = "repeated line"

VERDICTS = ("right", "asked", "partly", "one of", "undecided", "wrong", "unseen")


@dataclass(frozen=True)
class Said:
    """One explanation in terms of places."""

    kind: str
    cells: frozenset[str]
    decided: bool
    equal: tuple[tuple[str, frozenset[str]], ...]
    count: int

    @property
    def words(self) -> str:
        """Kind, whether decided, and the first cells."""
        shown = ", ".join(sorted(self.cells)[:2]) + (f" … ({len(self.cells)})" if len(self.cells) > 2 else "")
        return f"{self.kind}{'' if self.decided else ' (undecided)'} resolves {self.count}: {shown}"


@dataclass(frozen=True)
class Judged:
    """The verdict on one damage and what was said at rank 1."""

    id: str
    damage: str
    contradicted: int
    new: int
    verdict: str
    said: str
    more: tuple[str, ...] = ()


def said(directory: Path) -> tuple[list[Said], int]:
    """Explanations and patterns of a report, and how many rows fail."""
    report = load(directory)
    bench, explanations, failing = explain(report)
    places, words = [c.place for c in bench.cells.cells], Words(report, bench)

    def one(e: Explanation) -> Said:
        if e.best is None:
            targets = frozenset(places[bench.instances[i].target] for i in e.instances)
            return Said("none", targets, False, (), len(e.instances))
        equal = tuple((a.kind, frozenset(places[c] for c in a.cells)) for a in e.alternatives[: e.equal])
        return Said(e.best.kind, frozenset(places[c] for c in e.best.cells), e.decided, equal, len(e.instances))

    found = [one(e) for e in explanations]
    found += [Said("pattern", frozenset(p.cells), True, (), len(p.cells)) for p in repeated_rates(words)]
    for line in repeated_lines(words):  # two lines, and not which is the copy
        cells = frozenset(line.cells)
        if not any(3 * len(cells & s.cells) >= len(cells) for s in found):
            found.append(Said(COPY, cells, False, ((COPY, cells),), len(cells)))
    return found, failing


@cache
def sound() -> tuple[tuple[Said, ...], int]:
    """What is said of the report as it is."""
    found, failing = said(ROOT / "data")
    return tuple(found), failing


def names(kind: str, cells: frozenset[str], cause: frozenset[str]) -> bool:
    """Whether an explanation names the cells of a cause.

    A copied column or row has cells that happened to print the same before.
    """
    if kind == COPY:
        return cause <= cells and len(cells) <= 3 * len(cause)
    return cells == cause or (kind in LOST and cause <= cells and 2 * len(cells) <= 3 * len(cause) + 4)


def judge(found: list[Said], truth: list[frozenset[str]]) -> str:
    """The verdict on what is said anew; ``truth``: the changed cells of each cause."""
    everything = frozenset().union(*truth)
    matched, false, part, among, asked = set(), False, False, False, False
    for item in found:
        exact = [i for i, cause in enumerate(truth) if names(item.kind, item.cells, cause)]
        if item.kind == "pattern":  # more equal rates than there were, all of them changed
            exact = [i for i, cause in enumerate(truth) if len(item.cells & cause) >= 4]
            if not exact:
                continue
        if exact and not item.equal:
            matched.update(exact)
            asked |= not item.decided
        elif not item.decided:
            among |= item.kind != "none" and any(
                names(kind, cells, cause) for kind, cells in ((item.kind, item.cells), *item.equal) for cause in truth
            )
        elif item.cells <= everything:
            part = True
        else:
            false = True
    if false:
        return "wrong"
    if len(matched) == len(truth) and not part:
        return "asked" if asked else "right"
    if matched or part:
        return "partly"
    if not found:
        return "unseen"
    return "one of" if among else "undecided"


def examine(number: str) -> Judged:
    """Damage a copy, audit it, judge what is said."""
    text, function = DAMAGES[number]
    before = Copy(ROOT / "data")
    after = copy.deepcopy(before)
    truth, last = [], copy.deepcopy(before)
    steps = function(after)
    if steps is None:
        truth = [after.changed(before)]
    else:
        for _ in steps:
            truth.append(after.changed(last))
            last = copy.deepcopy(after)
    base, _ = sound()
    with tempfile.TemporaryDirectory() as folder:
        found, failing = said(after.write(Path(folder) / "data"))
    known = {(s.kind, s.cells) for s in base}
    patterns = frozenset().union(*(s.cells for s in base if s.kind == "pattern"))
    new = [
        s
        for s in found
        if (s.kind, s.cells) not in known and not (s.kind == "pattern" and len(s.cells) <= len(patterns))
    ]
    verdict = judge(new, truth)
    first = new[0] if new else None
    return Judged(
        number, text, failing, len(new), verdict, first.words if first else "", tuple(s.words for s in new[1:])
    )


def table(numbers: list[str], jobs: int = 2) -> list[Judged]:
    """Judge several damages."""
    if jobs == 1:
        return [examine(n) for n in numbers]
    import joblib

    return list(joblib.Parallel(n_jobs=jobs, backend="multiprocessing")(joblib.delayed(examine)(n) for n in numbers))


def main() -> None:
    """Print (and write) the table."""
    parser = argparse.ArgumentParser(description="Re-run the damages of numbers")
    parser.add_argument("numbers", nargs="*", default=list(DAMAGES))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--all", action="store_true", help="also what is said at later ranks")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    rows = table(args.numbers or sorted(DAMAGES), args.jobs)
    for r in rows:
        mark = " (harmless)" if r.id in HARMLESS else ""
        print(f"{r.id} {r.verdict:9s} {r.contradicted:4d} {r.new:3d}  {r.damage}{mark} | {r.said}")
        if args.all:
            for more in r.more:
                print(f"        {more}")
    counts = Counter(r.verdict for r in rows)
    print(", ".join(f"{v} {counts[v]}" for v in VERDICTS))
    if args.out:
        with args.out.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(["id", "damage", "failing", "new_explanations", "verdict", "rank_1"])
            writer.writerows([r.id, r.damage, r.contradicted, r.new, r.verdict, r.said] for r in rows)


if __name__ == "__main__":
    main()
