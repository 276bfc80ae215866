"""Whose ``analysis`` is imported: that of the checkout one stands in.

A Jupyter kernel works in its notebook's folder, whoever started it: JupyterLab, VS Code, ``jupyter execute``, Binder.
So the folder says which code belongs to the notebook. A copy of this file lies in the environment
(:mod:`analysis.publish.environment` puts it there), and every Python of that environment loads it at its start. From
then on ``import analysis`` means the checkout that holds the working directory, before ``PYTHONPATH`` and before
anything installed. Outside every checkout it means the one whose ``.venv`` this is, after ``PYTHONPATH`` but still
before anything installed.

Only what every start of Python can afford: no import beyond ``os`` and ``sys``.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_SIGNS = (("analysis", "__init__.py"), ("data", "datapackage.json"))


def holds(folder: str) -> bool:
    """Whether a folder is a checkout of this project."""
    return all(os.path.isfile(os.path.join(folder, *sign)) for sign in _SIGNS)  # noqa: PTH113, PTH118


def around(folder: str) -> str | None:
    """The innermost checkout that holds ``folder``; ``None`` if there is none."""
    while not holds(folder):
        parent = os.path.dirname(folder)  # noqa: PTH120
        if parent == folder:
            return None
        folder = parent
    return folder


class Finder:
    """Finds the package ``analysis``, and nothing else, in the checkout around the working directory."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """As Python's import system asks for it."""
        if name != "analysis":
            return None
        try:
            root = around(os.getcwd())  # noqa: PTH109
        except OSError:  # the working directory is gone
            return None
        if root is None:
            return None
        from importlib.machinery import PathFinder

        return PathFinder.find_spec(name, [root])


def install() -> None:
    """Let ``import analysis`` of this process mean what the module's text says."""
    sys.meta_path.insert(0, Finder)
    own = os.path.dirname(sys.prefix)  # noqa: PTH120
    if holds(own):
        places = [n for n, entry in enumerate(sys.path) if entry.endswith("-packages")]
        sys.path.insert(min(places, default=len(sys.path)), own)


if __name__ == "white_paper_checkout":  # the copy in the environment
    install()
