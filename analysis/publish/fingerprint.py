"""What a notebook's outputs were computed from, as hashes, and whether that still holds.

At execution the kernel notes which files of the project it opened, with their hashes at that moment. Those below
``data/``, ``analysis/`` and ``book/`` count; their hashes, the hash of the lock file, of the code cells and of the
outputs are stored in the notebook's metadata. The notebook is *fresh* as long as all of them still agree. Prose is not
part of it: rewording a paragraph runs nothing. Nor are comments, docstrings and layout of a module and the layout of a
JSON file.

A file that was read only inside stages (:mod:`analysis.stages`) counts by what these gave: after it has changed, they
are computed again, and the notebook is fresh if each gives the value that it gave before.
"""

import ast
import functools
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from analysis.publish import checks
from analysis.publish.project import LOCK, ROOT

KEY = "fingerprint"
#: Folders whose files a notebook can depend on.
FOLDERS = ("data", "analysis", "book")
#: How notebooks are run and pages are made is not what they compute.
_IGNORED = ("analysis/publish/",)
NEVER = "never run"
#: Words of the notes of :mod:`analysis.stages`, which is not imported here: this package starts without pandas.
_DIRECT, _THROUGH, _VALUE = _NOTES = ("direct", "through", "value")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def digest(content: bytes) -> str:
    """First 16 hexadecimal digits of SHA-256."""
    return hashlib.sha256(content).hexdigest()[:16]


def meaning(name: str, content: bytes) -> bytes:
    """What of a file can change a result: Python without comments, docstrings and layout, JSON without its layout.

    The same bytes for every supported Python; a file that cannot be read as what its name says counts as it stands.
    """
    try:
        if name.endswith(".py"):
            tree = ast.parse(content)
            for node in ast.walk(tree):
                if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
                    del node.body[0]
            return _written(tree).encode()
        if name.endswith(".json"):
            return json.dumps(json.loads(content), ensure_ascii=False).encode()
    except (SyntaxError, ValueError, RecursionError):
        pass
    return content


def _written(value: Any) -> str:
    """A syntax tree, written the same way by every supported Python (``ast.dump`` is not)."""
    if isinstance(value, list):
        return f"[{','.join(map(_written, value))}]"
    if not isinstance(value, ast.AST):
        return ascii(value)
    parts = (f"{name}={_written(v)}" for name, v in ast.iter_fields(value) if name != "ctx" and v not in (None, []))
    return f"{type(value).__name__}({','.join(parts)})"


@functools.cache
def _meant(name: str, content: bytes) -> str:
    return digest(meaning(name, content))


class Hashes:
    """Hashes of files below ``root``, each read once; ``""`` for a file that is gone.

    ``hashes[name]`` is that of what the file means (:func:`meaning`), ``hashes.exact(name)`` that of its bytes.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self._content: dict[str, bytes | None] = {}

    def _read(self, name: str) -> bytes | None:
        if name not in self._content:
            path = self.root / name
            self._content[name] = path.read_bytes() if path.is_file() else None
        return self._content[name]

    def exact(self, name: str) -> str:
        """Hash of the bytes of a file."""
        content = self._read(name)
        return "" if content is None else digest(content)

    def __getitem__(self, name: str) -> str:
        content = self._read(name)
        return "" if content is None else _meant(name, content)


def relevant(opened: Iterable[str]) -> dict[str, set[str]]:
    """Of what a kernel noted (lines of hash and name), the files its outputs depend on, with the hashes seen."""
    found: dict[str, set[str]] = {}
    for line in opened:
        seen, _, name = line.partition(" ")
        counts = name.partition("/")[0] in FOLDERS and "/." not in name and not name.startswith(_IGNORED)
        if seen not in _NOTES and counts:
            found.setdefault(name, set()).add(seen)
    return dict(sorted(found.items()))


def _noted(opened: Iterable[str], word: str) -> set[str]:
    """What follows a word in the notes of :mod:`analysis.stages`."""
    return {line.partition(" ")[2] for line in opened if line.partition(" ")[0] == word}


def code(notebook: dict[str, Any]) -> str:
    """Hash of the code cells, in order."""
    cells = [checks.text(cell["source"]) for cell in checks.code_cells(notebook)]
    return digest(json.dumps(cells, ensure_ascii=False).encode())


def outputs(notebook: dict[str, Any]) -> str:
    """Hash of the outputs and the order in which the cells were run."""
    cells = [(cell.get("execution_count"), _joined(cell["outputs"])) for cell in checks.code_cells(notebook)]
    return digest(json.dumps(cells, ensure_ascii=False, sort_keys=True).encode())


def _joined(value: Any) -> Any:
    """The notebook format lets a text be one string or a list of lines."""
    if isinstance(value, dict):
        return {k: _joined(v) for k, v in value.items()}
    if isinstance(value, list):
        return "".join(value) if value and all(isinstance(v, str) for v in value) else [_joined(v) for v in value]
    return value


def take(notebook: dict[str, Any], opened: Iterable[str], root: Path = ROOT) -> dict[str, Any]:
    """The fingerprint of a notebook that has just been run; ``opened`` is what its kernel noted.

    A file that is no longer what the kernel saw keeps the hash of what it saw, so the notebook is stale.
    """
    hashes, files, opened = Hashes(root), {}, list(opened)
    for name, seen in relevant(opened).items():
        other = sorted(seen - {hashes.exact(name)})
        files[name] = other[0] if other else hashes[name]
    given: dict[str, str] = {}
    twofold = set()
    for line in _noted(opened, _VALUE):
        value, _, call = line.partition(" ")
        twofold |= {call} if given.setdefault(call, value) != value else set()
    through = _noted(opened, _THROUGH) - _noted(opened, _DIRECT) if not twofold else set()
    found: dict[str, Any] = {"code": code(notebook), "outputs": outputs(notebook), "lock": hashes[LOCK]}
    found["files"] = {name: value for name, value in files.items() if name not in through}
    if through:
        found["through"] = {name: value for name, value in files.items() if name in through}
        found["values"] = dict(sorted(given.items()))
    return found


def changed(notebook: dict[str, Any], hashes: Hashes) -> list[str]:
    """Why a notebook is stale, in words; empty if it is fresh, or if :func:`open_question` decides."""
    stored = notebook["metadata"].get(KEY)
    if not stored:
        return [NEVER]
    reasons = []
    if stored["code"] != code(notebook):
        reasons.append("its code")
    if stored.get("outputs") != outputs(notebook):
        reasons.append("its outputs (by hand)")
    if stored["lock"] != hashes[LOCK]:
        reasons.append(LOCK)
    return reasons + [name for name, value in stored["files"].items() if hashes[name] != value]


def open_question(notebook: dict[str, Any], hashes: Hashes) -> list[str]:
    """Changed files that matter to a notebook only if a stage gives another value than before."""
    stored = notebook["metadata"].get(KEY, {})
    return [name for name, value in stored.get("through", {}).items() if hashes[name] != value]


def settled(notebooks: Iterable[dict[str, Any]], root: Path = ROOT) -> list[list[str] | None]:
    """For each notebook the files its stages read, if all give what they gave when it was run; else nothing."""
    asked = [notebook["metadata"][KEY]["values"] for notebook in notebooks]
    env = {k: v for k, v in os.environ.items() if k != "PUBLISH_RECORD"} | {"PYTHONPATH": str(root)}
    line = [sys.executable, "-m", "analysis.publish.values"]
    done = subprocess.run(line, cwd=root, env=env, input=json.dumps(asked), capture_output=True, text=True, check=False)
    return [None for _ in asked] if done.returncode else list(json.loads(done.stdout))


def renew(notebook: dict[str, Any], read: list[str], hashes: Hashes) -> None:
    """Take over the hashes of the files that a :func:`settled` notebook was settled with."""
    stored = notebook["metadata"][KEY]
    stored["through"] = {name: hashes[name] for name in read if name not in stored["files"]}


def read(path: Path) -> dict[str, Any]:
    """A notebook as plain JSON (``nbformat`` would take longer to import than this takes to run).

    Raises ``ValueError`` with one line if the file is no notebook.
    """
    try:
        notebook: dict[str, Any] = json.loads(path.read_text("utf-8"))
        sound = isinstance(notebook["metadata"], dict) and all("source" in c for c in notebook["cells"])
    except (ValueError, KeyError, TypeError, RecursionError):
        sound = False
    if not sound:
        raise ValueError(f"{path} is not a notebook")
    return notebook
