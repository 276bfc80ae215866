"""Newer numbers for ``data/evidence.csv``: read a file as its publisher offers it, list what changed.

Never needed to build the book: it asks no other host, takes a file that somebody has downloaded, and
writes nothing. SDMX-ML (OECD, IMF) is read by the package sdmx1, which the extra ``refresh`` installs
(``pip install -e .[refresh]``); SDMX-CSV and other CSV need nothing more::

    python -m analysis.refresh msti.csv --measure "GERD as share of GDP" --where MEASURE=G
    python -m analysis.refresh weo.csv --measure population --entity ISO --wide --where "WEO Subject Code=LP"
"""

import argparse
import csv
import io
import re
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pandas as pd

from analysis import evidence
from analysis.files import shown
from analysis.interval import decimals_of, digits, fraction, rounded
from analysis.report import BadInput, Report, load
from analysis.terminal import complain, hand_out, stop_at_once

#: One number by entity and year.
Observations = dict[tuple[str, str], Fraction]
_YEAR = re.compile(r"(?:19|20)\d\d")
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", re.ASCII | re.IGNORECASE)
_ABSENT = ("", "--", "n/a", "nan", "..", "...")
#: What a wide file's years and numbers are called when there is one number a row.
_YEARS, _NUMBERS = "year of the column", "number in the column"


def read_csv(
    path: Path,
    where: Mapping[str, str],
    *,
    entity: str = "REF_AREA",
    year: str = "TIME_PERIOD",
    value: str = "OBS_VALUE",
    wide: bool = False,
) -> Observations:
    """Numbers of a CSV file (comma, tab or semicolon) whose rows match ``where``.

    Long files have one number a row, as SDMX-CSV; ``wide`` ones a column for each year, as the IMF's
    *World Economic Outlook*. Raises :class:`BadInput` for a missing column, a row that is longer than the header,
    no matching row, a number that is none, or two rows for one entity and year (``where`` then leaves a
    dimension open).
    """
    frame = _rows(path).assign(_column=value)
    if wide:
        years = [c for c in map(str, frame) if _YEAR.fullmatch(c)]
        if not years:
            raise BadInput(path.name, "a column for each year, named by it, as --wide says", "header")
        frame = frame.melt([c for c in frame if c not in years], years, _YEARS, _NUMBERS)
        frame["_column"] = frame[_YEARS]
        return _observations(path, frame, where, entity, _YEARS, _NUMBERS)
    return _observations(path, frame, where, entity, year, value)


def _rows(path: Path) -> pd.DataFrame:
    """The rows of a CSV file as strings, with ``_line``; a short one, such as a footnote, is filled up."""
    name = path.name or str(path)
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(name, f"a readable UTF-8 file ({getattr(error, 'strerror', None) or error})") from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=first.count))
    try:
        header = next(reader, [])
        if twice := [c for i, c in enumerate(header) if c and c in header[:i]]:
            raise BadInput(name, "each column once; this one is repeated", "header", twice[0])
        rows = []
        for row in reader:
            if len(row) > len(header):
                raise BadInput(name, f"{len(header)} columns, found {len(row)}", f"line {reader.line_num}")
            rows.append([*row, *[""] * (len(header) - len(row)), f"line {reader.line_num}"])
    except csv.Error as error:
        raise BadInput(name, f"valid CSV ({error})", f"line {reader.line_num}") from None
    columns = [c or f"column {i}" for i, c in enumerate(header, 1)]
    return pd.DataFrame(rows, columns=[*columns, "_line"], dtype=str)


def _number(text: str) -> Fraction:
    """A number as printed, or as a program writes it (``1.758e5``); raises :class:`ValueError`."""
    if _SCIENTIFIC.fullmatch(text):
        return fraction(text)
    whole, places = digits(text)
    return Fraction(whole, 10**places)


def read_sdmx(
    path: Path, where: Mapping[str, str], *, entity: str = "REF_AREA", year: str = "TIME_PERIOD"
) -> Observations:
    """Numbers of an SDMX-ML file whose dimensions match ``where``; needs the extra ``refresh``."""
    try:
        import sdmx
    except ImportError:
        raise BadInput(path.name, "the package sdmx1 for SDMX-ML (pip install -e .[refresh])") from None
    try:
        frame = sdmx.to_pandas(sdmx.read_sdmx(path).data[0]).rename("value").reset_index().astype(str)
    except Exception as error:
        raise BadInput(path.name, f"an SDMX-ML data message ({type(error).__name__})") from None
    return _observations(path, frame.assign(_line=frame.get(entity, ""), _column="value"), where, entity, year, "value")


def _observations(
    path: Path, frame: pd.DataFrame, where: Mapping[str, str], entity: str, year: str, value: str
) -> Observations:
    """The numbers of the rows that match ``where``; ``_line`` and ``_column`` say where each stands."""
    for name in (entity, *where, year, value):
        if name not in frame:
            raise BadInput(path.name, "this column; it is missing", "header", name)
    found: Observations = {}
    chosen = frame[(frame[list(where)] == list(where.values())).all(axis=1)]
    for area, when, text, place, column in chosen[[entity, year, value, "_line", "_column"]].itertuples(index=False):
        if text.strip().lower() in _ABSENT:
            continue
        try:
            number = _number(text.strip())
        except ValueError:
            raise BadInput(path.name, f"a number such as 1,234.5, found {shown(text)!r}", place, column) from None
        if (area, when) in found:
            raise BadInput(path.name, f"one number for {area} in {when}; say more with --where", place, column)
        found[area, when] = number
    if not found:
        told = ", ".join(f"{k}={v}" for k, v in where.items()) or "no condition"
        raise BadInput(path.name, f"at least one number for {told}")
    return found


def changes(
    report: Report, found: Observations, measure: str, *, factor: Fraction = Fraction(1), basis: str = ""
) -> pd.DataFrame:
    """Stored rows of a measure beside the new numbers: ``id, entity, year, stored, new, changed``.

    ``factor`` turns the file's unit into the stored one; ``basis`` keeps rows of one basis. ``new`` is rounded
    as the stored value is, empty where the file has none.
    """
    rows = evidence.facts(report)
    rows = rows[(rows["measure"] == measure) & ((rows["basis"] == basis) | (basis == ""))]
    if rows.empty:
        raise BadInput(
            evidence.FILE, f"a row whose measure is {measure!r}" + (f" and basis {basis!r}" if basis else "")
        )
    out = []
    for row in rows.to_dict("records"):
        new = found.get((row["entity"], row["year"]))
        text = "" if new is None else rounded(new * factor, decimals_of(row["value"]))
        changed = "" if not text else "yes" if Fraction(text) != Fraction(row["value"]) else "no"
        out.append((row["id"], row["entity"], row["year"], row["value"], text, changed))
    return pd.DataFrame(out, columns=["id", "entity", "year", "stored", "new", "changed"])


def main(argv: list[str] | None = None) -> int:
    """Print what changed as CSV; 2 for bad input."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.refresh", description="Compare a publisher's file with the stored outside numbers."
    )
    parser.add_argument("file", type=Path, help="SDMX-ML (.xml) or CSV")
    parser.add_argument("--measure", required=True, help="measure of evidence.csv")
    parser.add_argument(
        "--where",
        action="append",
        default=[],
        type=_condition,
        metavar="COLUMN=VALUE",
        help="rows of the file to take; repeat",
    )
    parser.add_argument("--entity", default="REF_AREA", help="column of the entity (default: REF_AREA)")
    parser.add_argument("--year", default="TIME_PERIOD", help="column of the year (default: TIME_PERIOD)")
    parser.add_argument("--value", default="OBS_VALUE", help="column of the number (default: OBS_VALUE)")
    parser.add_argument("--wide", action="store_true", help="the file has a column for each year")
    parser.add_argument("--factor", type=_factor, default=Fraction(1), help="from the file's unit to the stored one")
    parser.add_argument("--basis", default="", help="only rows of this basis")
    args = parser.parse_args(argv)
    where = dict(args.where)
    try:
        if len(where) < len(args.where):
            raise BadInput("--where", "each column once")
        if args.file.suffix == ".xml":
            found = read_sdmx(args.file, where, entity=args.entity, year=args.year)
        else:
            found = read_csv(args.file, where, entity=args.entity, year=args.year, value=args.value, wide=args.wide)
        result = changes(load(), found, args.measure, factor=args.factor, basis=args.basis)
    except BadInput as error:
        complain(f"error: {error}")
        return 2
    return hand_out(result.to_csv(index=False, lineterminator="\n"))


def _condition(text: str) -> tuple[str, str]:
    column, mark, value = text.partition("=")
    if not mark:
        raise argparse.ArgumentTypeError(f"COLUMN=VALUE, found {text!r}")
    return column, value


def _factor(text: str) -> Fraction:
    try:
        if (found := fraction(text)) > 0:
            return found
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"a number above 0, such as 1000 or 1/1000, found {text!r}")


if __name__ == "__main__":
    stop_at_once()
    sys.exit(main())
