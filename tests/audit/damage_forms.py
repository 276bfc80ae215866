"""The damages of form of an outside review, F01 … F53, as code: expected exit code and message.

    python tests/audit/damage_forms.py [F03 F16 …]

runs ``audit --strict`` on a damaged copy for each. Exit 2 must come with one line on
stderr that begins with ``error:`` and names the file; no damage may end in a traceback.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from analysis.__main__ import main as run  # noqa: E402

Edit = Callable[[Path], None]
PACKAGE, PROSE, REGISTER = "datapackage.json", "prose.csv", "known_findings.csv"
GERD, RANKS = "tables/1-2-1.csv", "tables/1-2-13.csv"


@dataclass(frozen=True)
class Form:
    """One damage: ``codes`` it may end with, ``says`` a part of the message on stderr."""

    text: str
    edit: Edit
    codes: tuple[int, ...]
    says: str = ""


def raw(file: str, change: Callable[[bytes], bytes]) -> Edit:
    """Change a file's bytes; they must differ afterwards."""

    def edit(data: Path) -> None:
        path = data / file
        old = path.read_bytes()
        new = change(old)
        assert new != old, file
        path.write_bytes(new)

    return edit


def swap(file: str, old: str, new: str) -> Edit:
    """Replace the first occurrence of a text."""

    def change(content: bytes) -> bytes:
        assert old.encode() in content, (file, old)
        return content.replace(old.encode(), new.encode(), 1)

    return raw(file, change)


def lines(file: str, change: Callable[[list[str]], list[str]]) -> Edit:
    """Change a file line by line."""
    return raw(file, lambda b: ("\n".join(change(b.decode().splitlines())) + "\n").encode())


def package(change: Callable[[dict[str, Any]], None]) -> Edit:
    """Change the parsed ``datapackage.json``."""

    def edit(content: bytes) -> bytes:
        parsed = json.loads(content)
        change(parsed)
        return json.dumps(parsed, ensure_ascii=False, indent=1).encode()

    return raw(PACKAGE, edit)


def resource(parsed: dict[str, Any], name: str = "table-1-2-1") -> dict[str, Any]:
    """One resource of the package."""
    found: dict[str, Any] = next(r for r in parsed["resources"] if r["name"] == name)
    return found


def fields(parsed: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of Table 1-2-1."""
    found: list[dict[str, Any]] = resource(parsed)["schema"]["fields"]
    return found


def first_number(new: str) -> Edit:
    """Another text for the first growth rate of the United States (3.06)."""
    return swap(GERD, ",3.06,", f",{new},")


def first_level(new: str) -> Edit:
    """Another text for the first amount of the United States (6,860)."""
    return swap(GERD, '"6,860"', new)


def _drop(parsed: dict[str, Any], name: str) -> None:
    parsed["resources"] = [r for r in parsed["resources"] if r["name"] != name]


BAD = (2,)
FAILS = (1,)
EITHER = (1, 2)
FORMS: dict[str, Form] = {
    "F01": Form("BOM on table", raw(GERD, lambda b: b"\xef\xbb\xbf" + b), (0,)),
    "F02": Form("CRLF", raw(GERD, lambda b: b.replace(b"\n", b"\r\n")), (0,)),
    "F03": Form("CR only", raw(GERD, lambda b: b.replace(b"\n", b"\r")), (0, 2), "1-2-1"),
    "F04": Form("trailing blanks in cells", first_number("3.06  "), (0,)),
    "F05": Form("blank lines at end", raw(GERD, lambda b: b + b"\n\n"), (0, 2), "1-2-1"),
    "F06": Form("blank line inside", lines(GERD, lambda x: [x[0], "", *x[1:]]), (0, 2), "1-2-1"),
    "F07": Form("duplicate header column", swap(GERD, "gerd_2020", "gerd_2019"), BAD, "1-2-1"),
    "F08": Form("header repeated as row", lines(GERD, lambda x: [x[0], x[0], *x[1:]]), BAD, "1-2-1"),
    "F09": Form("quoted newline in label", swap(GERD, "美國", '"美\n國"'), BAD, "1-2-1"),
    "F10": Form("quoted newline in number", first_level('"6,\n860"'), BAD, "1-2-1"),
    "F11": Form("full-width digits", first_number("３.０６"), BAD, "1-2-1"),
    "F12": Form("U+2212 minus", swap(GERD, "-0.54", "−0.54"), BAD, "1-2-1"),
    "F13": Form("NaN", first_number("NaN"), BAD, "1-2-1"),
    "F14": Form("inf", first_number("inf"), BAD, "1-2-1"),
    "F15": Form("40-digit number", first_level("6" + "1" * 39), BAD, "1-2-1"),
    "F16": Form("30 decimals", swap("tables/1-2-3.csv", "372.13", "372.13" + "0" * 28), (0, 1)),
    "F17": Form("exponent 3.06e0", first_number("3.06e0"), BAD, "1-2-1"),
    "F18": Form("wrong thousands 68,60", first_level('"68,60"'), BAD, "1-2-1"),
    "F19": Form("no thousands separator 6860", first_level("6860"), (0, 2), "1-2-1"),
    "F20": Form("negative zero -0.00", swap("tables/1-2-15.csv", ",0.00,", ",-0.00,"), (0, 2), "1-2-15"),
    "F21": Form("leading zero 03.06", first_number("03.06"), BAD, "1-2-1"),
    "F22": Form("plus sign", first_number("+3.06"), BAD, "1-2-1"),
    "F23": Form("UTF-16", raw(GERD, lambda b: b.decode().encode("utf-16")), BAD, "1-2-1"),
    "F24": Form("NBSP in number", first_level('"6\xa0860"'), BAD, "1-2-1"),
    "F25": Form("empty file", raw(GERD, lambda _: b""), BAD, "1-2-1"),
    "F26": Form("header only", lines(GERD, lambda x: x[:1]), BAD, "1-2-1"),
    "F27": Form("row deleted (Japan)", lines(GERD, lambda x: [i for i in x if not i.startswith("日本")]), FAILS),
    "F28": Form("exact duplicate row", lines(GERD, lambda x: [*x, x[3]]), BAD, "1-2-1"),
    "F29": Form("row again under another label", lines(GERD, lambda x: [*x, x[3].replace("日本", "印度")]), FAILS),
    "F30": Form("unknown label", swap(GERD, "日本", "日夲"), BAD, "1-2-1"),
    "F31": Form("label alias of another table", swap(GERD, "OECD全體", "OECD整體"), (0, 1)),
    "F32": Form("N/A in a level", first_level("N/A"), FAILS),
    "F33": Form("N/A in an exact rank", swap(RANKS, "美國,1,", "美國,N/A,"), (1, 2)),
    "F34": Form("level zero", first_level("0"), FAILS),
    "F35": Form("level negative", first_level('"-6,860"'), EITHER),
    "F36": Form("NUL byte", first_number("3.0\x006"), BAD, "1-2-1"),
    "F37": Form("broken json", raw(PACKAGE, lambda b: b[:-20]), BAD, PACKAGE),
    "F38": Form("path missing", package(lambda p: resource(p).update(path="tables/none.csv")), BAD, "none.csv"),
    "F39": Form("package without a table", package(lambda p: _drop(p, "table-1-2-3")), EITHER),
    "F40": Form(
        "unit unknown",
        package(lambda p: resource(p, "table-1-2-4")["schema"]["fields"][1].update(unit="萬 人")),
        BAD,
        "萬 人",
    ),
    "F41": Form("measure mislabelled", package(lambda p: fields(p)[1].update(measure="growth", year="2019")), EITHER),
    "F42": Form("schema without measure", package(lambda p: [f.pop("measure", None) for f in fields(p)]), EITHER),
    "F43": Form("schema missing", package(lambda p: resource(p).pop("schema")), BAD, PACKAGE),
    "F44": Form(
        "bad pattern", package(lambda p: fields(p)[1].setdefault("constraints", {}).update(pattern="[")), BAD, PACKAGE
    ),
    "F45": Form("unknown qualifier", swap(PROSE, ",約,", ",大約,"), BAD, "大約"),
    "F46": Form("prose exponent", swap(PROSE, '"10,479"', "1.0479e4"), BAD, PROSE),
    "F47": Form("prose empty", swap(PROSE, '"10,479"', ""), BAD, PROSE),
    "F48": Form("register lacks a column", swap(REGISTER, "signature", "signatur"), BAD, REGISTER),
    "F49": Form("id no F-number", swap(REGISTER, "F-001", "X-abc"), BAD, REGISTER),
    "F50": Form("full-width digit in exact rank", swap(RANKS, "日本,2,", "日本,２,"), BAD, "1-2-13"),
    "F51": Form("Arabic-Indic digit", swap("tables/1-2-6.csv", "丹麥,5,", "丹麥,٥,"), BAD, "1-2-6"),
    "F52": Form("20-digit count", swap(RANKS, '"165,168"', "1" * 20), EITHER),
    "F53": Form("prose 40 digits", swap(PROSE, '"10,479"', "1" * 40), BAD, PROSE),
}


def examine(number: str) -> tuple[int | None, str]:
    """Exit code (``None``: a traceback) and the last line on stderr."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(shutil.copytree(ROOT / "data", Path(folder) / "data"))
        FORMS[number].edit(data)
        out, err = io.StringIO(), io.StringIO()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code: int | None = run(["audit", "--strict", "--format", "csv", "--data", str(data)])
        except SystemExit as end:
            code = int(end.code or 0)
        except Exception:  # what the harness is there to find
            return None, traceback.format_exc().strip().splitlines()[-1]
    return code, err.getvalue().strip()


def right(number: str, code: int | None, said: str) -> bool:
    """Whether a damage ends as it should."""
    form = FORMS[number]
    if code not in form.codes:
        return False
    return code != 2 or (said.startswith("error:") and "\n" not in said and form.says in said)


def main() -> None:
    """Print the table."""
    numbers = sys.argv[1:] or list(FORMS)
    good = 0
    for number in numbers:
        code, said = examine(number)
        fine = right(number, code, said)
        good += fine
        print(f"{number} {'ok   ' if fine else 'WRONG'} exit {code}  {FORMS[number].text} | {said[:160]}")
    print(f"{good} of {len(numbers)} as they should be")


if __name__ == "__main__":
    main()
