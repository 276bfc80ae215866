"""For all tests: no network, and the one loaded report."""

from __future__ import annotations

import functools
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
    """``load``, but the report as committed is one for all tests of a process, with what is kept of it."""
    return _committed() if data is None else _load(data)


_load = report_module.load
_committed = functools.cache(lambda: _load())
report_module.load = _shared  # before any test module asks for it


@pytest.fixture(scope="session")
def report() -> report_module.Report:
    """The report as committed."""
    return _committed()


@pytest.fixture
def data_copy(tmp_path: Path) -> Path:
    """A copy of ``data/`` to damage."""
    return Path(shutil.copytree(ROOT / "data", tmp_path / "data"))
