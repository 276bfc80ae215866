"""Imports point downward only, nothing goes round in a circle, modules stay small; read from the code itself."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAX_LINES = 450

#: Parts of ``analysis`` from the bottom up; a part imports from those below it only, not from those beside it.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("files", "interval", "terminal"),
    ("package", "words"),
    ("printed",),
    ("stages",),
    ("report",),
    ("doubts", "indicators"),
    ("audit", "claims", "models"),
    ("evidence", "editions"),
    ("charts",),
    ("tables", "facts"),
    ("blocks", "articles", "cards"),
    ("refresh", "__main__"),
    ("publish",),
)
#: Beside each other, but one may know the other.
KNOWN = {("models", "doubts"), ("models", "indicators")}


@functools.cache
def modules() -> dict[str, Path]:
    """Every module of ``analysis`` by its dotted name."""
    found = {}
    for path in sorted((ROOT / "analysis").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "kernel" not in parts:
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(node: ast.AST) -> Iterator[str]:
    """What is imported of ``analysis``, also within functions; not what only the type checker sees."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.ImportFrom) and (child.module or "").partition(".")[0] == "analysis":
            for name in child.names:
                whole = f"{child.module}.{name.name}"
                yield whole if whole in modules() else str(child.module)
        elif isinstance(child, ast.Import):
            yield from (n.name for n in child.names if n.name.partition(".")[0] == "analysis")
        yield from imports(child)


@functools.cache
def graph() -> dict[str, frozenset[str]]:
    return {name: frozenset(imports(ast.parse(path.read_text("utf-8")))) for name, path in modules().items()}


def part(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def test_every_part_has_its_place() -> None:
    placed = {name for layer in LAYERS for name in layer}
    assert {part(m) for m in modules()} - {"analysis"} <= placed


@pytest.mark.parametrize("module", modules())
def test_imports_point_downward(module: str) -> None:
    height = {name: i for i, layer in enumerate(LAYERS) for name in layer}
    own = part(module)
    for other in {part(m) for m in graph()[module]} - {own, "analysis"}:
        assert height[other] < height[own] or (own, other) in KNOWN, f"{module} imports {other}"


def test_nothing_goes_round_in_a_circle() -> None:
    try:
        TopologicalSorter(graph()).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_a_circle_and_an_import_in_a_function_would_be_seen() -> None:
    code = (
        "def f():\n    from analysis.audit import register\nif TYPE_CHECKING:\n    from analysis.claims import views\n"
    )
    assert list(imports(ast.parse(code))) == ["analysis.audit.register"]
    with pytest.raises(CycleError):
        TopologicalSorter({"a": {"b"}, "b": {"a"}}).prepare()


@pytest.mark.parametrize("module", modules())
def test_modules_are_small(module: str) -> None:
    assert len(modules()[module].read_text("utf-8").splitlines()) <= MAX_LINES
