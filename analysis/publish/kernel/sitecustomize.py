"""Runs before anything else in a kernel started by ``analysis.publish.execution``.

Python imports ``sitecustomize`` from the first place on its path. Here it notes every file that this process, or a
worker process it starts, opens below the project's own folders: an audit hook sees reads by pandas, ``open`` and the
import system alike. One line per file, hash and name, goes to the file named in the environment; nothing is visible in
the notebook. The hash is taken just before the file is opened, so whatever happens to the file afterwards, it is not
that of something the kernel never saw. Only the standard library, and as little of it as can be: it costs every kernel.
"""

import os
import sys


def _record(root: str, target: str, folders: tuple[str, ...]) -> None:
    from hashlib import sha256

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
        if not full.startswith(folders):
            return
        folder, compiled, file = full.rpartition("__pycache__" + os.sep)
        if compiled:  # a compiled module counts as its source
            full = folder + file.partition(".")[0] + ".py"
        seen.add(full)
        try:
            with open(full, "rb") as source:  # noqa: PTH123
                digest = sha256(source.read()).hexdigest()[:16]
        except OSError:  # a folder, or not there
            return
        os.write(output, f"{digest} {full[len(root) :]}\n".replace(os.sep, "/").encode())

    sys.addaudithook(hook)


if os.environ.get("PUBLISH_RECORD"):
    _root = os.environ["PUBLISH_ROOT"] + os.sep
    _record(
        _root, os.environ["PUBLISH_RECORD"], tuple(_root + f + os.sep for f in os.environ["PUBLISH_FOLDERS"].split())
    )
