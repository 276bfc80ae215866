"""Whatever lies in ``--data``: exit 0 or 1, or exit 2 with one line; never a traceback, a hang or 500 MB.

Every file of ``data/`` and every key of ``datapackage.json`` is damaged. ``FUZZ=50`` in the
environment tries fifty times as many damages.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import report
from analysis.__main__ import COMMANDS, main
from analysis.package import check, tables
from analysis.report import DATA, BadInput

ROOT = Path(__file__).resolve().parent.parent
MORE = int(os.environ.get("FUZZ", "1"))
FILES = [*sorted(str(p.relative_to(DATA)) for p in DATA.rglob("*.csv")), "datapackage.json"]
PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))

#: Which command reads a file that ``cells`` does not read.
READERS = {
    "claims.csv": "claims",
    "links.csv": "claims",
    "prose.csv": "audit",
    "known_findings.csv": "findings",
    "relations.csv": "audit",
    "bounds.csv": "audit",
}


@contextlib.contextmanager
def alarm(seconds: int) -> Iterator[None]:
    """Fail instead of hanging."""

    def late(*_: object) -> None:
        raise TimeoutError(f"longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome(command: str, edition: Path) -> tuple[int, str]:
    """Exit code and error output of a command in this process, held to what is promised."""
    out, err = io.StringIO(), io.StringIO()
    with alarm(30), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([command, "--format", "csv", "--data", str(edition)])
    error = err.getvalue()
    assert code in (0, 1, 2), error
    if code == 2:
        assert out.getvalue() == ""
        assert error.startswith("error: ")
        assert error.count("\n") == 1, error
        assert len(error) < 1500
    else:
        assert all(line.startswith("warning: ") for line in error.splitlines())
    return code, error


def read(edition: Path, file: str) -> None:
    """Read one file as the commands do (all tables, for the package); refusals are one line."""

    def everything() -> None:
        loaded = report.load(edition)
        for resource in loaded.package["resources"]:
            if file not in (resource["path"], "datapackage.json"):
                continue
            if "table" in resource:
                loaded.cells([resource["table"]])
            elif resource["path"] == "labels.csv":
                loaded.labels()
            elif file != "datapackage.json":
                loaded.resource(resource["name"])

    said = refusal(everything)
    assert said.isprintable()
    assert len(said) < 1500


def refusal(action: Callable[[], object]) -> str:
    """What :class:`BadInput` says of an action, or nothing; any other exception is a defect."""
    try:
        with alarm(30):
            action()
    except BadInput as error:
        return str(error)
    return ""


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that is damaged and repaired again and again."""
    return Path(shutil.copytree(DATA, tmp_path_factory.mktemp("hostile") / "data"))


@contextlib.contextmanager
def holding(edition: Path, file: str, content: bytes) -> Iterator[None]:
    """The copy with other bytes in one file."""
    (edition / file).write_bytes(content)
    try:
        yield
    finally:
        shutil.copyfile(DATA / file, edition / file)


# ---------------------------------------------------------------- bytes

TOKENS = [
    b"",
    b"\0",
    b"\r",
    b"\n\n",
    b'"',
    b'""',
    b",",
    b";",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"N/A",
    b"nan",
    b"-",
    b"--1",
    b"9" * 400,
    b"1e999",
    b"0.00000000000000000001",
    b"\xe2\x86\x91 ",
    b"*",
    b"%",
    b"(" * 300,
    b"A" * 200_000,
    b"\\",
    b"9**9**9",
    b"__import__('os')",
    b"\xe2\x80\xae",
    b"{",
    b"[" * 3000,
    "１".encode(),
    b"\xed\xa0\x80",
]


@st.composite
def damage(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A change of bytes: something put in, taken out, repeated, moved or overwritten."""
    kind = draw(st.sampled_from(["put", "cut", "repeat", "flip", "lines", "stop"]))
    where, length = draw(st.floats(0, 1)), draw(st.integers(1, 60))
    token = draw(st.sampled_from(TOKENS) | st.binary(max_size=8))

    def apply(raw: bytes) -> bytes:
        at = int(where * len(raw))
        if kind == "put":
            return raw[:at] + token + raw[at:]
        if kind == "cut":
            return raw[:at] + raw[at + length :]
        if kind == "repeat":
            return raw[:at] + raw[at : at + length] * 3 + raw[at + length :]
        if kind == "flip":
            return raw[:at] + bytes(b ^ 1 for b in raw[at : at + 1]) + raw[at + 1 :]
        if kind == "stop":
            return raw[:at]
        lines = raw.splitlines(keepends=True)
        at = int(where * (len(lines) - 1))
        return b"".join(lines[:at] + lines[at + 1 :] + lines[at : at + 1])

    return apply


@pytest.mark.parametrize("file", FILES)
def test_damaged_bytes_are_read_or_refused_in_one_line(file: str, edition: Path) -> None:
    whole = (DATA / file).read_bytes()

    @settings(max_examples=5 * MORE)
    @given(damage())
    def tried(change: Callable[[bytes], bytes]) -> None:
        with holding(edition, file, change(whole)):
            read(edition, file)

    tried()


@pytest.mark.parametrize("file", READERS)
def test_commands_survive_damaged_bytes_of_what_they_read(file: str, edition: Path) -> None:
    whole = (DATA / file).read_bytes()

    @settings(max_examples=2 * MORE)
    @given(damage())
    def tried(change: Callable[[bytes], bytes]) -> None:
        with holding(edition, file, change(whole)):
            outcome(READERS[file], edition)

    tried()


# ---------------------------------------------------------------- keys of the package


def keys(spec: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Paths to every value of a document."""
    items = spec.items() if isinstance(spec, dict) else enumerate(spec) if isinstance(spec, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from keys(value, (*path, key))


#: One path for each kind of key: the first of each run of resources, fields and texts.
KINDS: dict[tuple[str, ...], tuple[str | int, ...]] = {}
for _path in keys(PACKAGE):
    if _path[0] == "resources" and len(_path) > 3 and _path[2] not in ("schema", "row_measures", "notes"):
        continue  # what other publishers' units are called; nothing reads it
    _table = "table" if len(_path) > 1 and _path[0] == "resources" and "table" in PACKAGE["resources"][_path[1]] else ""
    _kind = tuple("*" if isinstance(k, int) or i == 1 else str(k) for i, k in enumerate(_path))
    KINDS.setdefault((_table, *_kind), _path)

VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    "x",
    "\0",
    "../x",
    "/dev/zero",
    "x\ny",
    "(",
    "([0-9]+)+x",
    [],
    [None],
    [[]],
    {},
    {"x": 1},
    [{"name": "x"}],
    "1-2-2",
    "labels",
    "value",
    "row",
    2024,
    "x" * 100_000,
]


def with_value(path: tuple[str | int, ...], value: Any, drop: bool = False) -> dict[str, Any]:
    """The package with another value at a path, or without it."""
    package: dict[str, Any] = dict(PACKAGE)
    spot: Any = package
    for key in path[:-1]:  # only what leads there is copied; the rest is read
        spot[key] = copy.copy(spot[key])
        spot = spot[key]
    if drop:
        del spot[path[-1]]
    else:
        spot[path[-1]] = value
    return package


@pytest.mark.parametrize("kind", KINDS, ids="/".join)
def test_wrong_values_of_every_key_are_read_or_refused_in_one_line(kind: tuple[str, ...], edition: Path) -> None:
    path = KINDS[kind]
    start = sum(map(len, kind)) % len(VALUES)
    chosen = VALUES if MORE > 1 else [VALUES[start]]

    def loaded_and_read() -> None:
        loaded = report.load(edition)
        if path[0] == "resources" and len(path) > 1:
            resource = loaded.package["resources"][path[1]]
            if "table" in resource:
                loaded.cells([resource["table"]])
            else:
                loaded.resource(resource["name"])

    for package in [*(with_value(path, v) for v in chosen), with_value(path, None, drop=True)]:
        with holding(edition, "datapackage.json", json.dumps(package).encode()):
            assert refusal(loaded_and_read).isprintable()


@settings(max_examples=30 * MORE)
@given(st.sampled_from(sorted(set(keys(PACKAGE)), key=str)), st.sampled_from(VALUES))
def test_a_wrong_value_anywhere_in_the_package(path: tuple[str | int, ...], value: Any) -> None:
    assert refusal(lambda: tables(check(with_value(path, value)))).isprintable()


@settings(max_examples=3 * MORE)
@given(st.sampled_from(sorted(KINDS.values(), key=str)), st.sampled_from(VALUES), st.sampled_from(sorted(COMMANDS)))
def test_every_command_survives_a_wrong_value(path: tuple[str | int, ...], value: Any, command: str) -> None:
    edition = EDITIONS[0]
    with holding(edition, "datapackage.json", json.dumps(with_value(path, value)).encode()):
        outcome("audit" if MORE == 1 and command in ("trends", "forecasts") else command, edition)


EDITIONS: list[Path] = []


@pytest.fixture(autouse=True, scope="module")
def _shared(edition: Path) -> None:
    EDITIONS.append(edition)


# ---------------------------------------------------------------- things that are no files

TABLE = "tables/1-2-1.csv"


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # names of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind(path.name)
    finally:
        os.chdir(here)


def a_loop(path: Path) -> None:
    path.symlink_to(path.name)


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def outside(path: Path) -> None:
    path.symlink_to(DATA / "labels.csv")


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(5 * 2**30)


@pytest.mark.parametrize("file", [TABLE, "datapackage.json"])
@pytest.mark.parametrize("put", [a_pipe, a_socket, Path.mkdir, a_loop, a_device, outside, huge])
def test_what_is_no_ordinary_file_is_refused_at_once(put: Callable[[Path], None], file: str, tmp_path: Path) -> None:
    edition = Path(shutil.copytree(DATA, tmp_path / "data"))
    (edition / file).unlink()
    put(edition / file)
    with alarm(5):
        code, error = outcome("cells", edition)
    assert code == 2
    assert file in error or "table-1-2-1" in error


def test_a_link_inside_the_directory_is_followed(tmp_path: Path) -> None:
    edition = Path(shutil.copytree(DATA, tmp_path / "data"))
    (edition / TABLE).rename(edition / "elsewhere.csv")
    (edition / TABLE).symlink_to("../elsewhere.csv")
    assert outcome("cells", edition) == (0, "")


@pytest.mark.parametrize("pattern", ["([0-9]+)+x", "(([0-9]?)+)+x", "([0-9]|[0-9][0-9])*x", "([0-9]*)*([0-9]*)*x"])
def test_patterns_that_explode_do_not(pattern: str, tmp_path: Path) -> None:
    fields = [
        {"name": "r", "role": "row"},
        {"name": "c", "constraints": {"pattern": pattern}},
        {"name": "v", "role": "value"},
    ]
    package = {"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": fields}}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    (tmp_path / "t.csv").write_text(f"r,c,v\na,{'1' * 50_000},1\n")
    with alarm(5):
        code, error = outcome("cells", tmp_path)
    assert code == 2
    assert "t.csv, row a, column c: text matching" in error


# ---------------------------------------------------------------- memory


def costly(directory: Path, kind: str) -> None:
    """An edition at the limits of what is read."""
    if kind.startswith("rank"):
        rows = 1_900 if kind == "ranks" else 6_000
        fields = [{"name": "t"}, *({"name": n, "type": "integer", "exact": True} for n in ("v", "rank"))]
        names = ["tables", "name", "target", "kernel", "inputs"]
        resources = [
            {"name": "t", "path": "t.csv", "schema": {"fields": fields}},
            {"name": "relations", "path": "r.csv", "schema": {"fields": [{"name": n} for n in names]}},
        ]
        text = json.dumps({"resources": resources})
        order = [(i * 7) % rows for i in range(rows)]  # prime to the number of rows
        (directory / "t.csv").write_text(
            "t,v,rank\n" + "".join(f"a{i},{10**6 - 3 * n},{n + 1}\n" for i, n in enumerate(order))
        )
        (directory / "r.csv").write_text(f'{",".join(names)}\nt,rank,rank,rank,"v, v[others]"\n')
    elif kind == "objects":
        text = '{"x":[' + '{"a":1},' * 490_000 + '{}],"resources":[1]}'
    else:
        fields = [{"name": "r", "role": "row"}, {"name": "v", "role": "value", "measure": "m", "year": 2024}]
        text = json.dumps({"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": fields}}]})
        rows = 99_000 if kind == "rows" else 110_000
        (directory / "t.csv").write_text("r,v\n" + "".join(f"a{i},1.25\n" for i in range(rows)))
    (directory / "datapackage.json").write_text(text)


@pytest.mark.parametrize(
    ("kind", "code"), [("objects", 2), ("rows", 0), ("too many rows", 2), ("ranks", 0), ("ranks of too many rows", 2)]
)
def test_no_edition_takes_more_than_500_mb(kind: str, code: int, tmp_path: Path) -> None:
    costly(tmp_path, kind)
    command = [sys.executable, "-m", "analysis", "audit", "--strict", "--format", "csv", "--data", str(tmp_path)]
    # Measured from a small process: what a process has used includes what the one that started it had in memory.
    measure = (
        "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:], stdout=-3, stderr=-3); "
        "print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    said = subprocess.run(
        [sys.executable, "-S", "-c", measure, *command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(said.stdout.split()[0]) == code
    assert int(said.stdout.split()[1]) < 500 * 1024


def test_relations_that_read_too_much_are_refused_in_one_line(tmp_path: Path) -> None:
    costly(tmp_path, "ranks of too many rows")
    with alarm(10):
        code, error = outcome("audit", tmp_path)
    assert code == 2
    expected = "relations that read at most 4,000,000 numbers in all, each as often as it is read"
    assert error == f"error: relations.csv, row rank = rank(v, v[others]), column inputs: {expected}\n"
