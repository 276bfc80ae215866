"""What a notebook's outputs were computed from, as hashes, and whether that still holds.

At execution the kernel notes which files of the project it opened, with their hashes at
that moment. Those below ``data/``, ``analysis/`` and ``book/`` count; their hashes, the
hash of the lock file, of the code cells and of the outputs are stored in the notebook's
metadata. The notebook is *fresh* as long as all of them still agree. Prose is not part
of it: rewording a paragraph runs nothing. Nor are comments, docstrings and layout of a
module and the layout of a JSON file.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from analysis.publish.project import BUILD, LOCK, ROOT

KEY = "fingerprint"
#: Folders whose files a notebook can depend on.
FOLDERS = ("data", "analysis", "book")
#: How notebooks are run and pages are made is not what they compute.
_IGNORED = ("analysis/publish/",)
NEVER = "never run"
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
            return _program(content)
        if name.endswith(".json"):
            return json.dumps(json.loads(content), ensure_ascii=False).encode()
    except (SyntaxError, ValueError, RecursionError):
        pass
    return content


def _program(content: bytes) -> bytes:
    """The syntax tree of a module, written the same way by every supported Python (``ast.dump`` is not)."""
    tree = ast.parse(content)
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return _written(tree).encode()


def _written(value: Any) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_written, value))}]"
    if not isinstance(value, ast.AST):
        return ascii(value)
    parts = (f"{name}={_written(v)}" for name, v in ast.iter_fields(value) if name != "ctx" and v not in (None, []))
    return f"{type(value).__name__}({','.join(parts)})"


class Hashes:
    """Hashes of files below ``root``, each read once; ``""`` for a file that is gone.

    ``hashes[name]`` is that of what the file means (:func:`meaning`), ``hashes.exact(name)`` that of its
    bytes. Working out the meaning of a module takes milliseconds, so it is kept in ``_build`` by exact hash.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self._exact: dict[str, str] = {}
        self._cache = root / BUILD / f"meanings-{digest(Path(__file__).read_bytes())}.json"
        try:
            self._meanings: dict[str, str] = json.loads(self._cache.read_text("utf-8"))
        except (OSError, ValueError):
            self._meanings = {}

    def exact(self, name: str) -> str:
        """Hash of the bytes of a file."""
        if name not in self._exact:
            path = self.root / name
            content = path.read_bytes() if path.is_file() else None
            self._exact[name] = "" if content is None else digest(content)
            if content is not None and name.endswith((".py", ".json")):
                known = f"{name.rpartition('.')[2]} {self._exact[name]}"
                if known not in self._meanings:
                    self._meanings[known] = digest(meaning(name, content))
                    self._changed = True
        return self._exact[name]

    def __getitem__(self, name: str) -> str:
        exact = self.exact(name)
        return self._meanings.get(f"{name.rpartition('.')[2]} {exact}", exact)

    _changed = False

    def keep(self) -> None:
        """Write down what was worked out, for the next time; no harm if that cannot be done."""
        if self._changed:
            try:
                self._cache.parent.mkdir(exist_ok=True)
                partial = self._cache.with_suffix(".partial")
                partial.write_text(json.dumps(self._meanings, indent=0, sort_keys=True), "utf-8")
                partial.replace(self._cache)
            except OSError:
                return


def relevant(opened: Iterable[str]) -> dict[str, set[str]]:
    """Of what a kernel noted (lines of hash and name), the files its outputs depend on, with the hashes seen."""
    found: dict[str, set[str]] = {}
    for line in sorted(opened):
        seen, _, name = line.partition(" ")
        if name.startswith(tuple(f"{f}/" for f in FOLDERS)) and not name.startswith(_IGNORED) and "/." not in name:
            found.setdefault(name, set()).add(seen)
    return dict(sorted(found.items()))


def code(notebook: dict[str, Any]) -> str:
    """Hash of the code cells, in order."""
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    return digest(json.dumps(cells, ensure_ascii=False).encode())


def outputs(notebook: dict[str, Any]) -> str:
    """Hash of the outputs and the order in which the cells were run."""
    cells = [(c.get("execution_count"), _joined(c["outputs"])) for c in notebook["cells"] if c["cell_type"] == "code"]
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
    hashes, files = Hashes(root), {}
    for name, seen in relevant(opened).items():
        other = sorted(seen - {hashes.exact(name)})
        files[name] = other[0] if other else hashes[name]
    return {"code": code(notebook), "outputs": outputs(notebook), "lock": hashes[LOCK], "files": files}


def changed(notebook: dict[str, Any], hashes: Hashes) -> list[str]:
    """Why a notebook is stale, in words; empty if it is fresh."""
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
