"""After a digit has changed: which notebooks are stale, and which outputs would be others?"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from analysis.publish import execution, fingerprint, project
from tests.trials import editions


class Found(NamedTuple):
    """Notebooks by name: those that read the file, those called stale, those whose outputs change when all are run."""

    what: str
    read: set[str]
    stale: set[str]
    changed: set[str]


def after_a_digit(root: Path, count: int, seed: int, table: str, jobs: int = 2) -> Iterator[Found]:
    """Change one digit of a checkout, ``count`` times, each undone again; its notebooks must be fresh."""
    rng = random.Random(seed)
    paths = project.notebooks(root)
    before = {path: path.read_bytes() for path in paths}
    for _ in range(count):
        tables = {path: path.read_bytes() for path in (root / "data/tables").glob("*.csv")}
        what = editions.changed_digit(root / "data", rng, table)
        name = f"data/tables/{what.split()[0]}.csv"
        stored = {path: fingerprint.read(path)["metadata"][fingerprint.KEY] for path in paths}
        read = [p for p in paths if name in stored[p]["files"] or name in stored[p].get("through", {})]
        stale = {p for p, why in execution.staleness(paths, root).items() if why}
        outcomes = execution.execute(read, jobs, root)
        changed = {o.path for o in outcomes if o.problems}
        changed |= {p for p in read if fingerprint.outputs(fingerprint.read(p)) != stored[p]["outputs"]}
        yield Found(
            what,
            *(
                {p.stem if p.parent.name == "book" else f"{p.parent.name}/{p.stem}" for p in some}
                for some in (read, stale, changed)
            ),
        )
        for path, content in (before | tables).items():
            path.write_bytes(content)
