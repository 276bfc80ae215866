"""Does each printed number follow from the others? Ledger and findings.

``cells`` turns printed digits into exact integers, ``kernels`` says what a relation allows, ``declarations`` reads the
relations of an edition, ``relations`` binds them to its cells, ``verdicts`` judges them, ``reach`` says what it covers,
``diagnosis`` looks for the most economical explanation of what fails (``kinds`` lists what can go wrong in print),
``register`` knows the findings of the edition, ``conclusions`` makes the present ones, ``wording`` words them,
``assignment`` puts it together. How good it is, is counted by ``tests/selftest``.

Verdicts come in two families that are never added up: what arithmetic, order and definition prove, and what bounds and
assumptions make plausible or not. The public functions are importable from here; nothing heavy is imported until one is
called.
"""

import importlib
from typing import Any

_HOME = {
    "check": "assignment",
    "coverage": "reach",
    "families": "reach",
    "findings": "conclusions",
    "ledger": "assignment",
    "notes": "assignment",
    "rounding_table": "reach",
    "strict_problems": "assignment",
    "uncheckable": "reach",
    "unexplained": "assignment",
    "verdict_counts": "reach",
}


def __getattr__(name: str) -> Any:
    """Import on first use: ``import analysis.audit`` stays light."""
    if name in _HOME:
        return getattr(importlib.import_module(f"analysis.audit.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
