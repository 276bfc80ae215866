"""A draft of the book on another edition's data: built whatever fails, with the list of what is to be rewritten.

The checkout is copied below ``_build/draft``, the other data put in its place, the notebooks run there. A sentence
that no longer holds and a cell that fails stop nothing: each is a row of ``rewrite.csv`` beside the built pages.
"""

import csv
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from analysis.package import PACKAGE
from analysis.publish import checks, execution, fingerprint, site
from analysis.publish.project import BUILD, ROOT, SETTINGS, TOC, listed, name, notebooks

#: ``kind``: a sentence to rewrite, or a cell that ended in an error; ``now``: what the page's numbers have become.
COLUMNS = ("page", "kind", "expected", "now")
_COPIED = ("analysis", "book", *SETTINGS, "pyproject.toml")
_CACHES = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "*.partial")


def make(data: Path, pages: Sequence[str] = (), jobs: int = 2, root: Path = ROOT) -> int:
    """Run and build the book (or some of its ``pages``) on ``data``; 0 if nothing is to be rewritten, else 1.

    Raises :class:`analysis.files.BadInput` for data that cannot be read, :class:`ValueError` for pages that are none.
    """
    from analysis.report import load

    report = load(data).typed()
    report.cells()
    for warning in report.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    place = root / BUILD / "draft"
    copy = _copy(root, data, place / "source")
    (copy / "data" / PACKAGE).write_text(json.dumps(report.package, ensure_ascii=False, indent=2) + "\n", "utf-8")
    if unknown := sorted(set(pages) - set(listed(copy))):
        raise ValueError(f"{TOC} lists no page {unknown[0]}")
    if pages:
        rest = "".join(f"  - file: {page}\n" for page in pages[1:])
        toc = f"format: jb-book\nroot: {pages[0]}\n" + (f"chapters:\n{rest}" if rest else "")
        (copy / TOC).write_text(toc, "utf-8")
    paths = [p for p in notebooks(copy) if not pages or name(p, copy).removesuffix(".ipynb") in pages]
    print(f"draft: {len(paths)} notebooks to run on {data}", flush=True)
    execution.execute(paths, jobs, copy, draft=True)
    rows = [row for path in paths for row in to_rewrite(root / path.relative_to(copy), path, copy)]
    with (place / "rewrite.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
    built = site.draft(copy, place / "html", place / "warnings.txt", jobs)
    for page, of_page in groupby(rows, key=lambda row: row[0]):
        found = list(of_page)
        for _, kind, expected, now in found:
            print(f"  {page}: {expected if kind == 'sentence' else now}")
        if found[0][1] == "sentence":
            print(f"      now: {found[0][3]}")
    sentences = sum(row[1] == "sentence" for row in rows)
    print(f"draft: {sentences} sentences to rewrite, {len(rows) - sentences} pages with a cell that fails")
    where = f"; open {name(place / 'html/index.html', root)}" if built else ""
    print(f"  {name(place / 'rewrite.csv', root)}{where}")
    if not built:
        print(f"error: no page could be built; {name(place / 'warnings.txt', root)} says why", file=sys.stderr)
    return 1 if rows or not built else 0


def _copy(root: Path, data: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for part in _COPIED:
        if (root / part).is_dir():
            shutil.copytree(root / part, target / part, ignore=_CACHES)
        elif (root / part).is_file():
            shutil.copyfile(root / part, target / part)
    shutil.copytree(data, target / "data", ignore=_CACHES)
    return target


def to_rewrite(before: Path, after: Path, root: Path) -> Iterator[tuple[str, str, str, str]]:
    """Rows of :data:`COLUMNS` for one notebook: its sentences that no longer hold, and the first cell that fails."""
    page = name(after, root).removesuffix(".ipynb")
    notebook = fingerprint.read(after)
    old = checks.facts(fingerprint.read(before)) if before.is_file() else {}
    now = checks.facts(notebook)
    changed = [f"{key}: {old[key]} → {new}" for key, new in now.items() if key in old and old[key] != new]
    failed = [
        (number, output)
        for number, cell in enumerate(checks.code_cells(notebook), 1)
        for output in cell["outputs"]
        if output["output_type"] == "error"
    ]
    otherwise = "not computed, since a cell fails" if failed else "no number of the text has changed"
    for sentence in checks.broken(notebook):
        yield page, "sentence", sentence, "; ".join(changed) or otherwise
    if failed:
        number, error = failed[0]
        more = f" ({len(failed) - 1} more cells fail)" if len(failed) > 1 else ""
        said = (str(error["evalue"]).strip().splitlines() or [""])[0][:200]
        yield page, "error", "", f"cell {number}: {error['ename']}: {said}{more}"
