"""One environment, said four times (pyproject, lock, conda, what is installed), and they agree."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock.txt").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
PYTHONS = ["3.11", "3.12", "3.13"]
_ENTRY = re.compile(r"^(\S+?)==(\S+?)(?: ; (.+?))?(?= \\| *$)((?: \\\n    --hash=\S+)*)", re.MULTILINE)


def locked(python: str) -> dict[str, Version]:
    """Name to version, for Linux and one version of Python."""
    system = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    system |= {
        "platform_system": "Linux",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    found = {}
    for name, version, marker, _ in _ENTRY.findall(LOCK):
        if not marker or Marker(marker).evaluate(system):
            assert name not in found, f"two versions of {name} for Python {python}"
            found[canonicalize_name(name)] = Version(version)
    return found


def test_every_locked_package_has_hashes_and_no_host_is_named():
    entries = _ENTRY.findall(LOCK)
    assert len(entries) == LOCK.count("==") - LOCK.count("== ")
    assert len(entries) > 100
    assert all(hashes.count("--hash=sha256:") >= 1 for *_, hashes in entries)
    assert "://" not in LOCK
    assert not re.search(r"--(extra-)?index|--find-links|--trusted-host", LOCK)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_satisfies_every_dependency_of_the_project(python):
    versions = locked(python)
    for text in PROJECT["dependencies"]:
        wanted = Requirement(text)
        assert versions[canonicalize_name(wanted.name)] in wanted.specifier, text


def test_all_supported_versions_of_python_get_the_same_packages():
    assert locked("3.11") == locked("3.12") == locked("3.13")
    assert [p for p in ["3.10", *PYTHONS, "3.14"] if p in SpecifierSet(PROJECT["requires-python"])] == PYTHONS


def test_what_is_installed_is_what_is_locked():
    versions = locked(f"{sys.version_info[0]}.{sys.version_info[1]}")
    installed = {canonicalize_name(d.metadata["Name"]): Version(d.version) for d in metadata.distributions()}
    wrong = {name: (str(installed.get(name)), str(v)) for name, v in versions.items() if installed.get(name) != v}
    assert not wrong, f"(installed, locked): {wrong}; run make"


def test_conda_and_binder_get_the_locked_set():
    """A conda solve was never run; this is what can be said without one."""
    conda = [d for d in CONDA["dependencies"] if isinstance(d, str)]
    (pip,) = [d["pip"] for d in CONDA["dependencies"] if isinstance(d, dict)]
    assert pip == ["-r requirements.lock.txt"]
    assert (ROOT / "requirements.lock.txt").is_file()
    assert {re.split(r"[=<> ]", d)[0] for d in conda} == {"python", "pip"}, "everything else comes from the lock"
    (python,) = [d.partition("=")[2] for d in conda if d.startswith("python")]
    assert python in PYTHONS
    assert CONDA["channels"] == ["conda-forge"]


def test_help_lists_the_commands_the_readme_names():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    readme = (ROOT / "README.md").read_text("utf-8")
    named = set(re.findall(r"`make ([a-z]+)", readme))
    assert {"book", "test", "serve", "lock", "clean"} <= named
    for command in named - {"help"}:
        assert f"make {command} " in shown
