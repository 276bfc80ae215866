"""Everything in one archive: the data package and what is computed from it.

``white-paper-data.zip`` holds the data package, and under ``computed/`` the cells,
the ledger, the findings, the indicators, the claims' verdicts, the estimates and the
forecasts, each as CSV and as Parquet. Times and order are fixed: the same inputs give
the same bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.__main__ import COMMANDS, frame

if TYPE_CHECKING:
    import pandas as pd

NAME = "white-paper-data.zip"
_EPOCH = (1980, 1, 1, 0, 0, 0)

README = """\
The printed tables of the Industrial Technology White Paper 2025/2026 (Ministry of Economic Affairs,
Taipei, September 2025) as a Frictionless data package (data/datapackage.json), and what this book
computes from them (computed/, each as CSV and Parquet): cells, ledger of the audit, findings,
indicators, claims, trend estimates, forecasts. Cite the white paper for the numbers and this book
for what is computed.
"""


def computed() -> dict[str, pd.DataFrame]:
    """The result of every command of the command line, by name."""
    return {("ledger" if name == "audit" else name): frame(name, None) for name in COMMANDS}


def data_files(data: Path) -> list[Path]:
    """The description of the data package and every file it lists, sorted: what lies beside them is no part of it."""
    package = json.loads((data / "datapackage.json").read_text("utf-8"))
    return sorted([data / "datapackage.json", *(data / r["path"] for r in package["resources"])])


def members(data: Path) -> dict[str, bytes]:
    """Archive path to bytes, in archive order."""
    out = {"README.txt": README.encode()}
    for path in data_files(data):
        out[f"data/{path.relative_to(data).as_posix()}"] = path.read_bytes()
    for name, table in computed().items():
        out[f"computed/{name}.csv"] = table.to_csv(index=False, lineterminator="\n").encode()
        buffer = io.BytesIO()
        text = table.astype(str)
        text.attrs.clear()  # what the ledger carries along for `--strict` is no part of the file
        text.to_parquet(buffer, index=False)
        out[f"computed/{name}.parquet"] = buffer.getvalue()
    return out


def write(data: Path, target: Path) -> None:
    """Write the archive to ``target``; an existing file is replaced only when all is done."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members(data).items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    partial.replace(target)
