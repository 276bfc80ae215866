"""For all tests: no network, and the one loaded report."""

from __future__ import annotations

import functools
import gc
import hashlib
import shutil
import sys
from pathlib import Path

import hypothesis
import pytest

from analysis import report as report_module

ROOT = Path(__file__).resolve().parent.parent
# A slow machine is no failure: no deadline. The examples are the same every time.
hypothesis.settings.register_profile("book", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("book")

_HERE = {"localhost", "127.0.0.1", "::1", "0.0.0.0", "", None}


def _no_network(event: str, args: tuple[object, ...]) -> None:
    """Refuse connections to other machines, from whatever library; kernels and browsers talk to this one."""
    if event == "socket.connect":
        host = args[1][0] if isinstance(args[1], tuple) else None
    elif event == "socket.getaddrinfo":
        host = args[0].decode() if isinstance(args[0], bytes) else args[0]
    else:
        return
    if host not in _HERE:
        raise RuntimeError(f"a test tried to reach {host}: tests and notebooks use no network")


sys.addaudithook(_no_network)


def _shared(data: str | Path | None = None) -> report_module.Report:
    """``load``, but the report as committed is one for all tests of a process, with what is kept of it.

    Another directory is read again only after a byte of it has changed.
    """
    if data is None:
        return _committed()
    directory = Path(data)
    if not str(data) or not directory.is_dir():
        return _load(data)
    whole = hashlib.sha256()
    for path in sorted(directory.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()) or path.stat().st_size > 4_000_000:
            return _load(data)  # what no edition has
        whole.update(str(path).encode() + (path.read_bytes() if path.is_file() else b""))
    return _again(data, whole.digest())


@functools.lru_cache(maxsize=4)
def _again(data: str | Path, digest: bytes) -> report_module.Report:
    return _load(data)


_load = report_module.load
_committed = functools.cache(lambda: _load())
report_module.load = _shared  # before any test module asks for it


#: Files whose tests take longest; with several workers, what is long begins first and what is short fills the end.
LONG = (
    "book/test_browser.py",
    "book/test_build.py",
    "book/test_staleness.py",
    "trials/test_editions.py",
    "test_hostile_input.py",
    "book/test_chinese_in_browser.py",
    "book/test_rerun.py",
    "models/test_export.py",
    "audit/test_conclusions.py",
    "test_environment.py",
    "audit/test_selftest.py",
    "audit/test_panels.py",
    "models/test_published.py",
    "audit/test_diagnosis.py",
    "charts/test_charts.py",
    "book/test_editions.py",
    "book/test_pdf.py",
    "book/test_draft.py",
)


def pytest_collection_finish() -> None:
    """What is imported now stays: each collection (some libraries ask for whole ones) would look through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)  # figures and frames are many small objects; looked through less often


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, then the notebooks, then the rest."""
    place = {name: number for number, name in enumerate(LONG)}

    def rank(item: pytest.Item) -> int:
        path = "/".join(item.path.parts[-2:])
        path = path if path in place else path.removeprefix("tests/")
        return place.get(path, len(LONG) + (item.path.suffix != ".ipynb"))

    items.sort(key=rank)


@pytest.fixture(scope="session")
def report() -> report_module.Report:
    """The report as committed."""
    return _committed()


@pytest.fixture
def data_copy(tmp_path: Path) -> Path:
    """A copy of ``data/`` to damage."""
    return Path(shutil.copytree(ROOT / "data", tmp_path / "data"))
