"""Intermediate results: kept for as long as a report lives, and noted, so that a page depends on what it was given.

A function of a report that is marked with :func:`once` is a *stage*. While a notebook is run by
``analysis.publish``, two things are noted beside the files that it opens: which of them were read outside of any
stage, and which values the outermost stages gave. A page is then stale only if a file of the first kind has changed or
a stage gives another value; a digit that changes no such value changes no output. This is the early cut-off of build
systems (A. Mokhov, N. Mitchell and S. Peyton Jones, "Build systems à la carte", 2018).

What is read through a value that cannot be written down in full (an object with methods of its own) counts as read
by the page itself.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import inspect
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from analysis.report import Report

Function = TypeVar("Function", bound=Callable[..., Any])
#: Words that begin a line about a file read by the page itself, one read inside a stage, and the value of a stage.
DIRECT, THROUGH, VALUE = "direct", "through", "value"
_DATA = Path(__file__).resolve().parent.parent / "data"
#: Files read inside each of the stages that are being computed, innermost last.
_inside: list[set[str]] = []
#: Where notes go; by default to the file that ``analysis.publish.execution`` names.
_notes: Callable[[str], None] | None = None


def once(function: Function) -> Function:
    """Keep what a function of a report (and hashable arguments or lists) gives, for as long as the report lives.

    Frames are handed out as copies (without cost until one is changed). Raises :class:`ValueError` for a function
    that its name does not tell from others.
    """
    if "<" in function.__qualname__:
        raise ValueError(f"{function.__qualname__} has no name of its own")

    signature = inspect.signature(function)
    assert not any(p.kind is p.KEYWORD_ONLY for p in signature.parameters.values()), "stages are called by position"

    @functools.wraps(function)
    def kept(report: Report, *given: Any, **named: Any) -> Any:
        bound = signature.bind(report, *given, **named)
        bound.apply_defaults()
        args = tuple(tuple(a) if isinstance(a, list) else a for a in bound.args[1:])
        memo = vars(report).setdefault("_memo", {})
        key = (function.__module__, function.__qualname__, *args)
        if key not in memo:
            with _stage() as read:
                value = function(report, *args)
            memo[key] = value, frozenset(read)
        value, read = memo[key]
        _used(report, function, args, value, read)
        return value.copy(deep=False) if isinstance(value, pd.DataFrame | pd.Series) else value

    return kept  # type: ignore[return-value]


@contextmanager
def _stage() -> Iterator[set[str]]:
    read: set[str] = set()
    _inside.append(read)
    try:
        yield read
    except BaseException:
        _inside.pop()
        for path in read:  # what led to an error leads to it again
            _note_path(path)
        raise
    _inside.pop()


def note(report: Report, path: str) -> None:
    """Say that a file of a report is used, whether it is read now or was before."""
    if report.directory == _DATA:
        _note_path(f"{_DATA.name}/{path}")


def _note_path(path: str) -> None:
    if _inside:
        _inside[-1].add(path)
    else:
        _write(f"{DIRECT} {path}")


def _used(
    report: Report, function: Callable[..., Any], args: tuple[Any, ...], value: Any, read: frozenset[str]
) -> None:
    """Note the value of an outermost stage; inside another one, or without a plain value, the files it read."""
    if _inside:
        _inside[-1].update(read)
    elif report.directory == _DATA and (_notes is not None or "PUBLISH_RECORD" in os.environ):
        try:
            call = json.dumps([function.__module__, function.__qualname__, _plain(args)], ensure_ascii=False)
            line = f"{VALUE} {digest(value)} {call}"
        except TypeError:
            for path in sorted(read):
                _note_path(path)
            return
        _write(line)
        for path in sorted(read):
            _write(f"{THROUGH} {path}")


@functools.cache
def _file(name: str) -> int:
    return os.open(name, os.O_WRONLY | os.O_APPEND)


@contextmanager
def listening() -> Iterator[list[str]]:
    """The notes that are made meanwhile."""
    global _notes
    lines: list[str] = []
    before, _notes = _notes, lines.append
    try:
        yield lines
    finally:
        _notes = before


_written: set[str] = set()


def _write(line: str) -> None:
    if _notes is not None:
        _notes(line)
    elif "PUBLISH_RECORD" in os.environ and line not in _written:
        _written.add(line)
        os.write(_file(os.environ["PUBLISH_RECORD"]), f"{line}\n".encode())


def _plain(args: Any) -> Any:
    """Arguments as JSON; raises :class:`TypeError` for what is none."""
    if isinstance(args, list | tuple):
        return [_plain(a) for a in args]
    if isinstance(args, frozenset):
        return {"set": sorted(args)}
    if args is None or isinstance(args, str | int):
        return args
    raise TypeError(type(args))


def digest(value: Any) -> str:
    """First 16 hexadecimal digits of SHA-256 of a value written out; :class:`TypeError` for one with parts unknown.

    Floating-point numbers count to 12 significant digits: the last bits of a logarithm depend on the processor.
    """
    return hashlib.sha256(_text(value).encode()).hexdigest()[:16]


#: Types whose every part is written down; a type derived from one may hold more and is not among them, unless its
#: method ``parts`` gives all of it.
_PLAIN = (type(None), bool, int, str, Fraction)


def _text(value: Any) -> str:
    kind = type(value)
    if kind is float or isinstance(value, np.floating):
        return f"{kind.__name__} {value:.12g}"
    if kind in _PLAIN or isinstance(value, np.generic):
        return f"{kind.__name__} {value!r}"
    if kind is pd.DataFrame:
        columns = [value.iloc[:, place] for place in range(value.shape[1])]
        return f"frame {_text(value.columns)} {_text(value.index)} {_text(value.attrs)} {_text(columns)}"
    if kind is pd.Series:
        return f"series {_text(value.name)} {value.dtype} {_text(value.index)} {_text(value.attrs)} {_text(value.tolist())}"
    if kind is np.ndarray or isinstance(value, pd.Index):
        names = list(value.names) if isinstance(value, pd.Index) else value.shape
        return f"{kind.__name__} {value.dtype} {_text(names)} {_text(value.tolist())}"
    if kind is dict:
        return f"dict {_text([list(pair) for pair in value.items()])}"
    if kind in (set, frozenset):
        return f"set {sorted(map(_text, value))}"
    if kind in (list, tuple) or (isinstance(value, tuple) and hasattr(kind, "_fields")):
        return f"{kind.__name__} [{', '.join(map(_text, value))}]"
    if parts := getattr(kind, "parts", None):
        return f"{kind.__name__} {_text(parts(value))}"
    if dataclasses.is_dataclass(value) and not issubclass(kind, (*_PLAIN[1:], float, list, dict, tuple, set)):
        return f"{kind.__name__} {[_text(getattr(value, f.name)) for f in dataclasses.fields(value)]}"
    raise TypeError(kind)
