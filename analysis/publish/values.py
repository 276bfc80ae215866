"""Whether the stages of notebooks (:mod:`analysis.stages`) give what they gave when these were run; a process of its own.

``python -m analysis.publish.values`` reads for each notebook its stages' values, as its fingerprint holds them, from
standard input, and writes for each the files that they were read from now, or ``null`` if a value is another one.
"""

import functools
import importlib
import json
import operator
import sys
from typing import Any

from analysis import report, stages


def settled(asked: list[dict[str, str]]) -> list[list[str] | None]:
    """Of each notebook (hashes of values by call) the files read, if every call gives its value; else nothing.

    The first call that does not decides, so those that are known and notebooks with few calls come first.
    """
    book, known = report.load(), set[str]()

    @functools.cache
    def now(call: str) -> tuple[str, frozenset[str]]:
        known.add(call)
        return _value(book, call)

    found: dict[int, list[str] | None] = {}
    for place in sorted(range(len(asked)), key=lambda place: len(asked[place])):
        before = asked[place]
        same = all(now(call)[0] == before[call] for call in sorted(before, key=lambda call: call not in known))
        found[place] = sorted(frozenset().union(*(now(call)[1] for call in before))) if same else None
    return [found[place] for place in range(len(asked))]


def _value(book: report.Report, call: str) -> tuple[str, frozenset[str]]:
    """Hash of what a call gives, and the files read; no hash if it fails or gives no plain value."""
    module, name, given = json.loads(call)
    with stages.listening() as notes:
        try:
            stage = operator.attrgetter(name)(importlib.import_module(module))
            stage(book, *map(_argument, given))
        except Exception:
            return "", frozenset()
    said = [line.split(" ", 1) for line in notes]
    value = [rest.partition(" ")[0] for word, rest in said if word == stages.VALUE]
    if len(value) != 1 or any(word == stages.DIRECT for word, _ in said):
        return "", frozenset()
    return value[0], frozenset(rest for word, rest in said if word == stages.THROUGH)


def _argument(value: Any) -> Any:
    if isinstance(value, dict):
        return frozenset(value["set"])
    return tuple(map(_argument, value)) if isinstance(value, list) else value


if __name__ == "__main__":
    json.dump(settled(json.load(sys.stdin)), sys.stdout)
