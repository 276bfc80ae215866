"""The kernels of nbval talk through local sockets: a port that is free when it is chosen may be taken when it is used."""

import atexit
import functools
import os
import shutil
import tempfile
import uuid
from pathlib import Path

from nbval import kernel

from analysis.publish import kernels


class LocalKernelManager(kernel.KernelManager):
    """A manager whose kernel has sockets of its own in a folder that this process shares with nobody."""

    def __init__(self, **given):
        place = folder() / f"{uuid.uuid4().hex[:8]}.json"
        super().__init__(transport="ipc", connection_file=str(place), **given)


@functools.cache
def folder() -> Path:
    """Where they are, with a short name, as sockets must have; gone with the process."""
    made = Path(tempfile.mkdtemp(prefix="nbval-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


if os.name == "posix":
    kernel.KernelManager = LocalKernelManager


def pytest_sessionstart(session):
    """Kernels are copies of one process of each worker; the process that only hands out tests starts none."""
    if hasattr(session.config, "workerinput") or not session.config.getoption("numprocesses", None):
        kernels.prepare({})
