"""Everything in one archive: the data package and what is computed from it.

``white-paper-data.zip`` holds the data package, and under ``computed/`` the cells, the ledger, the findings, the
indicators, the claims' verdicts, the estimates and the forecasts, each as CSV and as Parquet. Times and order are
fixed: the same inputs give the same bytes.
"""

import io
import json
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from analysis import report, stages
from analysis.__main__ import COMMANDS, run
from analysis.publish import fingerprint
from analysis.publish.kept import digest, files
from analysis.publish.project import BUILD, LOCK

#: Parts of ``analysis`` that only show what others compute.
_NOT_COMPUTING = ("analysis/charts/", "analysis/tables.py", "analysis/publish/site.py", "analysis/publish/kept.py")
NAME = "white-paper-data.zip"
_EPOCH = (1980, 1, 1, 0, 0, 0)

README = """\
The printed tables of the Industrial Technology White Paper 2025/2026 (Ministry of Economic Affairs,
Taipei, September 2025) as a Frictionless data package (data/datapackage.json), and what this book
computes from them (computed/, each as CSV and Parquet): cells, ledger of the audit, findings,
indicators, claims, trend estimates, forecasts, outside numbers set beside the printed ones. Cite the white paper for the numbers and this book
for what is computed.
"""


def data_files(data: Path) -> list[Path]:
    """The description of the data package and every file it lists, sorted: what lies beside them is no part of it."""
    package = json.loads((data / "datapackage.json").read_text("utf-8"))
    return sorted([data / "datapackage.json", *(data / r["path"] for r in package["resources"])])


def make(root: Path) -> Path:
    """The archive in ``_build/downloads``, made again only if data or analysis have changed.

    What was computed from tables that are the same is taken from the archive that is there.
    """
    target = root / BUILD / "downloads" / NAME
    known = target.with_suffix(".json")
    there = data_files(root / "data")
    tables = {path for path in there if path.parent.name == "tables"}
    others = [*(path for path in there if path not in tables), *files(root, ("analysis",), (LOCK,))]
    now: dict[str, Any] = {
        "others": digest(root, others, _NOT_COMPUTING),
        "tables": {path.relative_to(root).as_posix(): fingerprint.digest(path.read_bytes()) for path in sorted(tables)},
    }
    try:
        before = json.loads(known.read_text("utf-8"))
        sound = before["archive"] == fingerprint.digest(target.read_bytes()) and before["others"] == now["others"]
    except (OSError, ValueError, KeyError, TypeError):
        before, sound = {}, False
    if sound and before["tables"] == now["tables"]:
        return target
    print("archive: computing everything for the download", flush=True)
    read: dict[str, list[str]] = before["read"] if sound else {}
    same = {
        command
        for command, names in read.items()
        if all(before["tables"].get(name) == now["tables"].get(name) for name in names)
    }
    read |= write(root / "data", target, same)
    known.write_text(json.dumps(now | {"read": read, "archive": fingerprint.digest(target.read_bytes())}), "utf-8")
    return target


def write(data: Path, target: Path, same: Collection[str] = ()) -> dict[str, list[str]]:
    """Write the archive to ``target``; an existing file is replaced only when all is done.

    The results of the commands ``same`` are those of the existing file. Returns the tables that each of the others read.
    """
    members = {"README.txt": README.encode()}
    members |= {f"data/{path.relative_to(data).as_posix()}": path.read_bytes() for path in data_files(data)}
    book, read = report.load(), dict[str, list[str]]()
    for command in COMMANDS:
        name = f"computed/{'ledger' if command == 'audit' else command}"
        if command in same:
            with zipfile.ZipFile(target) as earlier:
                members |= {f"{name}.{kind}": earlier.read(f"{name}.{kind}") for kind in ("csv", "parquet")}
            continue
        with stages.listening() as notes:
            table = run(command, book)
        used = {line.partition(" ")[2] for line in notes if not line.startswith(stages.VALUE)}
        read[command] = sorted(name for name in used if name.startswith("data/tables/"))
        members[f"{name}.csv"] = table.to_csv(index=False, lineterminator="\n").encode()
        buffer = io.BytesIO()
        text = table.astype(str)
        text.attrs.clear()  # what the ledger carries along for `--strict` is no part of the file
        text.to_parquet(buffer, index=False)
        members[f"{name}.parquet"] = buffer.getvalue()
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    partial.replace(target)
    return read
