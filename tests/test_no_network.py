"""The guard in ``conftest.py`` is up, and importing the package stays light."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

import analysis

ROOT = Path(__file__).resolve().parent.parent


def test_no_test_reaches_another_machine():
    with pytest.raises(RuntimeError, match="no network"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(RuntimeError, match="no network"):
        socket.getaddrinfo("example.org", 443)


def test_the_package_under_test_is_the_one_in_this_repository():
    assert Path(analysis.__file__).resolve().is_relative_to(ROOT)


def test_importing_loads_nothing_heavy():
    """In one process: where all of them together load nothing heavy, each alone does not."""
    parts = ("__main__", "audit", "claims", "indicators", "interval", "models", "report")
    modules = ", ".join(["analysis", *(f"analysis.{part}" for part in parts)])
    heavy = {"joblib", "matplotlib", "scipy", "sphinx", "statsmodels"}
    code = f"import sys, {modules}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
