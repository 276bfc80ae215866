"""One environment, said four times (pyproject, lock, conda, what is installed), and they agree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from analysis.publish import environment

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
    assert locked("3.12") == locked("3.13")
    backports = {"overrides"}  # JupyterLab's, for what Python has from 3.12 on
    assert {n: v for n, v in locked("3.11").items() if n not in backports} == locked("3.12")
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


def test_the_workflow_runs_every_check_on_the_oldest_and_the_newest_python_and_publishes_what_is_built():
    jobs = yaml.safe_load((ROOT / ".github/workflows/checks.yml").read_text("utf-8"))["jobs"]
    steps = jobs["checks"]["steps"]
    assert jobs["checks"]["strategy"]["matrix"]["python"] == [PYTHONS[0], PYTHONS[-1]]
    (run,) = [step for step in steps if "run" in step]
    assert (ROOT / run["run"]).is_file()
    assert os.access(ROOT / run["run"], os.X_OK)
    assert run["env"] == {"PYTHON": "python${{ matrix.python }}"}
    assert "$(PYTHON)" in (ROOT / "Makefile").read_text("utf-8")
    assert [step["with"]["path"] for step in steps if "path" in step.get("with", {})] == ["_build/html"]
    assert jobs["publish"]["needs"] == "checks"


# ---------------------------------------------------------------- is the environment whole?

DAMAGE = {
    "a package is gone": (lambda v, p: shutil.rmtree(p / "pandas"), "pandas is gone"),
    "its description is gone": (lambda v, p: shutil.rmtree(p / "pandas-3.dist-info"), "pandas-3.dist-info is gone"),
    "two are gone": (lambda v, p: [shutil.rmtree(f) for f in p.glob("pandas*")], "is gone, and 1 more"),
    "the lock has changed": (lambda v, p: (v / "lock.txt").write_text("pandas==4\n", "utf-8"), "lock.txt has changed"),
    "the installation was cut short": (lambda v, p: (v / ".lock").unlink(), "not installed in full"),
    "it was installed by an older Makefile": (lambda v, p: (v / ".installed").unlink(), "not installed in full"),
}


@pytest.fixture
def installed(tmp_path):
    """Something with the layout of an environment: its folder and its packages."""
    places = tmp_path / "site-packages"
    for name in ("pandas", "pandas-3.dist-info", "__pycache__"):
        (places / name).mkdir(parents=True)
    (tmp_path / "lock.txt").write_text("pandas==3\n", "utf-8")
    environment.record(tmp_path, places, tmp_path / "lock.txt")
    assert environment.lacking(tmp_path, places, tmp_path / "lock.txt") == ""
    return tmp_path, places


@pytest.mark.parametrize("damage", DAMAGE)
def test_an_environment_that_lacks_something_is_noticed(damage, installed):
    folder, places = installed
    harm, said = DAMAGE[damage]
    harm(folder, places)
    assert said in environment.lacking(folder, places, folder / "lock.txt")


def test_what_somebody_added_is_no_fault(installed):
    folder, places = installed
    (places / "added").mkdir()
    shutil.rmtree(places / "__pycache__")
    assert environment.lacking(folder, places, folder / "lock.txt") == ""


def test_a_python_without_an_environment_of_its_own_or_too_old_is_not_used(monkeypatch):
    assert environment.usable() == ""
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    assert "no environment" in environment.usable()
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    assert "3.10" in environment.usable()


def test_make_repairs_a_dangling_interpreter(tmp_path):
    """Only up to the point where packages would be fetched: a lock file that asks for none but uv, which is there."""
    for name in ("Makefile", "data", "analysis"):
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, tmp_path / name)
    (tmp_path / "requirements.lock.txt").write_text("", "utf-8")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(tmp_path / "gone/python3")
    command = ["make", "env", f"PYTHON={sys.executable}", "GET_UV=false"]
    env = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MAKELEVEL"}}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "environment: ready" in done.stdout
    again = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert again.stdout == ""
    moved = tmp_path.rename(tmp_path.with_name("路徑 with a blank"))
    assert subprocess.run(command, cwd=moved, env=env, capture_output=True, text=True, check=True).stdout == ""


# ---------------------------------------------------------------- whose analysis is imported?

ASK = "import analysis; print(analysis.__file__)"


@pytest.fixture(scope="module")
def binder(tmp_path_factory):
    """An environment in which ``postBuild`` has run, as Binder runs it; and another checkout, installed into it."""
    folder = tmp_path_factory.mktemp("binder")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    python = folder / "env/bin/python"
    env = {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([ROOT / "postBuild"], cwd=folder, env=env, check=True)
    other = folder / "other"
    for name in ("analysis/__init__.py", "data/datapackage.json", "book/inputs/x.ipynb"):
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        (other / name).touch()
    command = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    places = Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
    (places / "__editable__.white_paper.pth").write_text(f"{other}\n", "utf-8")
    return python, other


def asked(python: Path, cwd: Path, **env: str) -> Path:
    """The ``analysis`` that a kernel of this Python imports in this folder."""
    done = subprocess.run([python, "-c", ASK], cwd=cwd, env=env, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip()).resolve().parent.parent


@pytest.mark.parametrize("folder", ["book/inputs", "book", "."])
def test_a_notebook_imports_the_code_of_its_own_checkout(folder, binder):
    python, other = binder
    assert asked(python, ROOT / folder) == ROOT
    assert asked(python, ROOT / folder, PYTHONPATH=str(other)) == ROOT
    assert asked(python, other / ("book/inputs" if folder != "." else ".")) == other


def test_outside_every_checkout_a_named_path_counts_and_then_what_is_installed(binder, tmp_path):
    python, other = binder
    assert asked(python, tmp_path) == other
    assert asked(python, tmp_path, PYTHONPATH=str(ROOT)) == ROOT


def test_outside_every_checkout_the_environment_of_a_checkout_means_that_one_even_when_it_has_moved(tmp_path, binder):
    _, other = binder
    for name in ("one", "moved"):
        folder = tmp_path / name
        if name == "one":
            for sign in ("analysis/__init__.py", "data/datapackage.json"):
                (folder / sign).parent.mkdir(parents=True)
                (folder / sign).touch()
            venv.create(folder / ".venv", with_pip=False, symlinks=True)
            (places,) = (folder / ".venv/lib").glob("python*/site-packages")
            environment.connect(places)
            (places / "__editable__.white_paper.pth").write_text(f"{other}\n", "utf-8")
        else:
            (tmp_path / "one").rename(folder)
        assert asked(folder / ".venv/bin/python", tmp_path) == folder
        assert asked(folder / ".venv/bin/python", tmp_path, PYTHONPATH=str(other)) == other
        assert asked(folder / ".venv/bin/python", ROOT / "book") == ROOT


def test_the_environment_in_use_is_connected():
    """Else a notebook opened in an editor would not find its code; `make env` sees to it."""
    assert asked(Path(sys.executable), ROOT / "book/inputs") == ROOT


def test_help_lists_the_commands_the_readme_names():
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    readme = (ROOT / "README.md").read_text("utf-8")
    named = set(re.findall(r"`make ([a-z]+)", readme))
    assert {"book", "test", "serve", "lab", "lock", "clean"} <= named
    for command in named - {"help"}:
        assert f"make {command} " in shown
