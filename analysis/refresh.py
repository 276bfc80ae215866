"""Newer numbers for ``data/evidence.csv``: read a file as its publisher offers it, list what changed.

Never needed to build the book: it asks no other host, takes a file that somebody has downloaded, and
writes nothing. SDMX-ML (OECD, IMF) is read by the package sdmx1, which the extra ``refresh`` installs
(``pip install -e .[refresh]``); SDMX-CSV and other CSV need nothing more::

    python -m analysis.refresh msti.csv --measure "GERD as share of GDP" --where MEASURE=G
    python -m analysis.refresh weo.csv --measure population --entity ISO --wide --where "WEO Subject Code=LP"
"""

import argparse
import io
import re
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pandas as pd

from analysis import evidence
from analysis.interval import decimals_of, rounded
from analysis.report import BadInput, Report, load

#: One number by entity and year.
Observations = dict[tuple[str, str], Fraction]
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE)
_ABSENT = ("", "--", "n/a", "NaN", "..", "...")


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
    *World Economic Outlook*. Raises :class:`BadInput` for a missing column, no matching row, a number that
    is none, or two rows for one entity and year (``where`` then leaves a dimension open).
    """
    try:
        text = path.read_text("utf-8-sig")
        first = text.partition("\n")[0]
        separator = max(",\t;", key=first.count)
        frame = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, keep_default_na=False, index_col=False)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise BadInput(path.name, f"a readable UTF-8 file ({error})") from None
    frame = frame.assign(_line=[f"line {n}" for n in range(2, len(frame) + 2)], _column=value)
    if wide:
        years = [c for c in map(str, frame) if _YEAR.fullmatch(c)]
        frame = frame.melt([c for c in frame if c not in years], years, year, value)
        frame["_column"] = frame[year]
    return _observations(path, frame, where, entity, year, value)


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
        number = text.strip().replace(",", "")
        if number in _ABSENT:
            continue
        if not _NUMBER.fullmatch(number):
            raise BadInput(path.name, f"a number, found {text!r}", place, column)
        if (area, when) in found:
            raise BadInput(path.name, f"one number for {area} in {when}; say more with --where", place, column)
        found[area, when] = Fraction(number)
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
        "--where", action="append", default=[], metavar="COLUMN=VALUE", help="rows of the file to take; repeat"
    )
    parser.add_argument("--entity", default="REF_AREA", help="column of the entity (default: REF_AREA)")
    parser.add_argument("--year", default="TIME_PERIOD", help="column of the year (default: TIME_PERIOD)")
    parser.add_argument("--value", default="OBS_VALUE", help="column of the number (default: OBS_VALUE)")
    parser.add_argument("--wide", action="store_true", help="the file has a column for each year")
    parser.add_argument("--factor", type=Fraction, default=Fraction(1), help="from the file's unit to the stored one")
    parser.add_argument("--basis", default="", help="only rows of this basis")
    args = parser.parse_args(argv)
    where = dict(part.split("=", 1) for part in args.where if "=" in part)
    try:
        if args.file.suffix == ".xml":
            found = read_sdmx(args.file, where, entity=args.entity, year=args.year)
        else:
            found = read_csv(args.file, where, entity=args.entity, year=args.year, value=args.value, wide=args.wide)
        result = changes(load(), found, args.measure, factor=args.factor, basis=args.basis)
    except BadInput as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        return 2
    print(result.to_csv(index=False, lineterminator="\n"), end="")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
