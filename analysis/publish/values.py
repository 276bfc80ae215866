"""What the stages of notebooks (:mod:`analysis.stages`) give for the data as they are; a process of its own.

``python -m analysis.publish.values`` reads calls as a notebook's fingerprint holds them from standard input, and
writes for each the hash of its value and the files that were read for it.
"""

import importlib
import json
import operator
import sys
from typing import Any

from analysis import report, stages


def values(calls: list[str]) -> dict[str, tuple[str, list[str]]]:
    """By call the hash of the value and the files read; calls that fail or give no plain value are left out."""
    book, found = report.load(), {}
    for call in calls:
        module, name, given = json.loads(call)
        with stages.listening() as notes:
            try:
                stage = operator.attrgetter(name)(importlib.import_module(module))
                stage(book, *map(_argument, given))
            except Exception:
                continue
        said = [line.split(" ", 1) for line in notes]
        value = [rest.partition(" ")[0] for word, rest in said if word == stages.VALUE]
        if len(value) == 1 and not any(word == stages.DIRECT for word, _ in said):
            found[call] = value[0], sorted(rest for word, rest in said if word == stages.THROUGH)
    return found


def _argument(value: Any) -> Any:
    if isinstance(value, dict):
        return frozenset(value["set"])
    return tuple(map(_argument, value)) if isinstance(value, list) else value


if __name__ == "__main__":
    json.dump(values(json.load(sys.stdin)), sys.stdout)
