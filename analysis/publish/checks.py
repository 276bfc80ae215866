"""What must hold for a notebook that is committed: it was run, quietly, and its outputs can be verified.

nbval passes a cell without outputs and without an execution count unseen, and does not
compare PNG. Hence these rules, applied when a notebook is executed and again by the tests.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

MAX_LINES = 12
#: As in :mod:`analysis.charts.exhibit` and :mod:`analysis.facts`, not imported here: this package starts without pandas.
BROKEN = "No longer true, so the text has to change:"
FACTS = "application/x.fact+json"

_FORBIDDEN_SOURCE = {
    "NBVAL_": "no exemption markers: every output is compared",
    "# PYTEST_VALIDATE": "no exemption markers: every output is compared",
    "sys.path": "no search-path hacks",
    "filterwarnings": "a warning is an error, not to be silenced here",
}
_FORBIDDEN_OUTPUT = {
    r"<Figure\b": "a figure's repr instead of a figure",
    r"<Axes\b|<matplotlib\.": "a matplotlib repr",
    r"\bDate:\s+\w{3}, \d\d \w{3} \d{4}": "a statsmodels summary(), which carries the date",
    r" at 0x[0-9a-f]{6,}": "an object's address, which changes with every run",
}
_UNCOMPARED = ("image/png", "image/jpeg")


def text(value: Any) -> str:
    """A multi-line string of the notebook format (a list of lines or one string)."""
    return "".join(value) if isinstance(value, list) else str(value)


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The code cells in order."""
    return [c for c in notebook["cells"] if c["cell_type"] == "code"]


def _shown(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the outputs show, by MIME type."""
    for cell in code_cells(notebook):
        yield from (output["data"] for output in cell["outputs"] if "data" in output)


def broken(notebook: dict[str, Any]) -> list[str]:
    """Sentences of the text that no longer hold, as the expectations in the notebook say."""
    said = (text(data.get("text/plain", "")) for data in _shown(notebook))
    return [plain.removeprefix(BROKEN).strip() for plain in said if plain.startswith(BROKEN)]


def facts(notebook: dict[str, Any], language: str = "en") -> dict[str, str]:
    """The facts a notebook has stored, by key, in a language (or in English if they have no form of their own there)."""
    found: dict[str, str] = {}
    for data in _shown(notebook):
        stored = data.get(FACTS, {})
        for key, value in (stored if isinstance(stored, dict) else json.loads(text(stored))).items():
            form = value if isinstance(value, str) else value.get(language) or value.get("en")
            found |= {key: form} if form is not None else {}
    return found


def problems(notebook: dict[str, Any]) -> Iterator[str]:
    """Everything that is wrong with an executed notebook, one sentence each."""
    cells = code_cells(notebook)
    if not cells:
        yield "has no code cell"
    for number, cell in enumerate(cells, 1):
        for problem in _cell(cell, number):
            yield f"cell {number}: {problem}"
    if cells and not any(c["outputs"] for c in cells):
        yield "has no outputs at all"


def _cell(cell: dict[str, Any], number: int) -> Iterator[str]:
    source = text(cell["source"])
    if cell["execution_count"] != number:
        yield f"execution count {cell['execution_count']}, so it was not run in one go from the top"
    if len(source.strip().splitlines()) > MAX_LINES:
        yield f"more than {MAX_LINES} lines: logic belongs to analysis/"
    if not source.strip():
        yield "empty"
    for mark, why in _FORBIDDEN_SOURCE.items():
        if mark in source:
            yield f"{mark} found; {why}"
    for output in cell["outputs"]:
        yield from _output(output)


def _output(output: dict[str, Any]) -> Iterator[str]:
    kind = output["output_type"]
    if kind == "error":
        yield f"ended in {output['ename']}: {output['evalue']}"
        return
    if kind == "stream":
        if output["name"] == "stderr":
            yield f"wrote to stderr: {text(output['text']).strip()[:500]}"
        shown = {"text/plain": text(output["text"])}
    else:
        shown = {mime: text(value) for mime, value in output["data"].items()}
    for mime in _UNCOMPARED:
        if mime in shown:
            yield f"{mime} is not compared by nbval; show SVG"
    for mime, value in shown.items():
        if mime == "image/svg+xml":
            continue
        for pattern, why in _FORBIDDEN_OUTPUT.items():
            if re.search(pattern, value):
                yield f"{mime} output shows {why}"
