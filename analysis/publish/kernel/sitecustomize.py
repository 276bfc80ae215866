"""Runs before anything else in a kernel started by ``analysis.publish.execution``.

Python imports ``sitecustomize`` from the first place on its path. Here it notes every
file that this process, or a worker process it starts, opens below the project: an
audit hook sees reads by pandas, ``open`` and the import system alike. One line per
file goes to the file named in the environment; nothing is visible in the notebook.
Only the standard library, and as little of it as can be: it costs every kernel.
"""

import os
import sys


def _record(root: str, target: str) -> None:
    seen: set[str] = set()
    output = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event != "open":
            return
        path = args[0]
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if not isinstance(path, str) or path in seen:
            return
        seen.add(path)
        full = os.path.abspath(path)  # noqa: PTH100 - pathlib is slow to import
        if full.startswith(root):
            os.write(output, (full[len(root) :] + "\n").encode())

    sys.addaudithook(hook)


if os.environ.get("PUBLISH_RECORD"):
    _record(os.environ["PUBLISH_ROOT"] + os.sep, os.environ["PUBLISH_RECORD"])
