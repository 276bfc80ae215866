"""What a notebook's outputs were computed from, as hashes, and whether that still holds.

At execution the kernel notes which files of the project it opened. Those below
``data/``, ``analysis/`` and ``book/`` count; their hashes, the hash of the lock file
and the hash of the code cells are stored in the notebook's metadata. The notebook is
*fresh* as long as all of them still agree. Prose is not part of it: rewording a
paragraph runs nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from analysis.publish.project import LOCK, ROOT

KEY = "fingerprint"
_COUNTS = ("data/", "analysis/", "book/")
#: How notebooks are run and pages are made is not what they compute.
_IGNORED = ("analysis/publish/",)
_COMPILED = re.compile(r"__pycache__/([^/.]+)\.[^/.]+(?:\.opt-\d)?\.pyc(?:\.\d+)?$")


def digest(content: bytes) -> str:
    """First 16 hexadecimal digits of SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


class Hashes:
    """Hashes of files below ``root``, each read once; ``""`` for a file that is gone."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self._known: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._known:
            path = self.root / name
            self._known[name] = digest(path.read_bytes()) if path.is_file() else ""
        return self._known[name]


def relevant(opened: Iterable[str]) -> list[str]:
    """Of the files a kernel opened, those its outputs depend on: sorted, ``.pyc`` as its source."""
    sources = {_COMPILED.sub(r"\1.py", name.replace("\\", "/")) for name in opened}
    return sorted(n for n in sources if n.startswith(_COUNTS) and not n.startswith(_IGNORED) and "/." not in n)


def code(notebook: dict[str, Any]) -> str:
    """Hash of the code cells, in order."""
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    return digest(json.dumps(cells, ensure_ascii=False).encode())


def take(notebook: dict[str, Any], opened: Iterable[str], root: Path = ROOT) -> dict[str, Any]:
    """The fingerprint of a notebook that has just been run and opened these files."""
    hashes = Hashes(root)
    files = {name: hashes[name] for name in relevant(opened)}
    return {"code": code(notebook), "lock": hashes[LOCK], "files": {n: h for n, h in files.items() if h}}


def changed(notebook: dict[str, Any], hashes: Hashes) -> list[str]:
    """Why a notebook is stale, in words; empty if it is fresh."""
    stored = notebook["metadata"].get(KEY)
    if not stored:
        return ["never run"]
    reasons = []
    if stored["code"] != code(notebook):
        reasons.append("its code")
    if stored["lock"] != hashes[LOCK]:
        reasons.append(LOCK)
    return reasons + [name for name, value in stored["files"].items() if hashes[name] != value]


def read(path: Path) -> dict[str, Any]:
    """A notebook as plain JSON (``nbformat`` would take longer to import than this takes to run)."""
    notebook: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return notebook
