"""Kernels that have the large libraries from the start: copies of one process that imported them once.

A kernel of its own for every notebook costs a second each, nearly all of it for the same imports. The
standard library's fork server makes them once. A copy has the libraries, and nothing of this project nor of
another notebook. Elsewhere than on Linux, copies of such a process are not safe, and kernels start as usual.
"""

import atexit
import importlib
import os
import signal
import sys
from contextlib import suppress
from importlib.metadata import EntryPoint
from multiprocessing import get_context, parent_process
from threading import Thread
from types import ModuleType
from typing import Any, cast
from unittest.mock import patch

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

#: What is imported once: what kernels need themselves, and what most notebooks import.
LIBRARIES = ["ipykernel.kernelapp", "matplotlib.backends.backend_svg", "matplotlib.figure"]
LIBRARIES += ["pandas", "scipy.stats", "sqlite3", "tornado.platform.asyncio"]
_NAME = "copied"


def prepare(env: dict[str, str]) -> None:
    """Have every kernel that this process starts be such a copy, where that is safe; ``env`` is for the imports."""
    factory = KernelProvisionerFactory.instance()
    if sys.platform != "linux" or factory.default_provisioner_name == _NAME:
        return
    from multiprocessing import forkserver

    factory.provisioners[_NAME] = EntryPoint(_NAME, f"{__name__}:{Copied.__name__}", factory.GROUP_NAME)
    factory.default_provisioner_name = _NAME
    get_context("forkserver").set_forkserver_preload([__name__, *LIBRARIES])
    with patch.dict(os.environ, {"MPLBACKEND": "module://matplotlib_inline.backend_inline"} | env):
        forkserver.ensure_running()


class Copied(LocalProvisioner):
    """Starts a kernel as a copy; all else is as for a kernel that is a program."""

    async def launch_kernel(self, cmd: list[str], **given: Any) -> KernelConnectionInfo:
        """The addresses of the kernel, which runs what ``cmd`` says after the name of its program."""
        options = cmd[cmd.index("ipykernel_launcher") + 1 :]
        stderr = given["stderr"].name if given.get("stderr") else os.devnull
        copy = get_context("forkserver").Process(target=_serve, args=(options, given["env"], given.get("cwd"), stderr))
        program, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
        copy.start()  # which would import the program in every copy, if it found it
        sys.modules["__main__"] = program
        atexit.register(copy.kill)  # or this process would wait for a kernel that nobody has stopped
        self.process = cast(Any, _Program(copy))
        self.pid = self.pgid = copy.pid
        self.cwd = given.get("cwd")
        return self.connection_info


class _Program:
    """A process of multiprocessing with the methods of :class:`subprocess.Popen` that a provisioner calls."""

    stdin = stdout = stderr = None

    def __init__(self, copy: Any) -> None:
        self._copy, self.pid, self.kill, self.terminate = copy, copy.pid, copy.kill, copy.terminate

    def poll(self) -> int | None:
        return cast(int | None, self._copy.exitcode)

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def wait(self) -> int | None:
        self._copy.join()
        return self.poll()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def _end_with_the_program() -> None:
    """The fork server, which a kernel takes for its parent, lives as long as any copy does; the program may be killed."""
    program = parent_process()
    if program is not None:
        program.join()
        os._exit(1)


def _serve(options: list[str], env: dict[str, str], cwd: str | None, stderr: str) -> None:
    """What a copy does: become what a program started with this environment would be, and serve."""
    os.setsid()
    Thread(target=_end_with_the_program, daemon=True).start()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for place, number in ((os.devnull, 1), (stderr, 2)):
        os.dup2(os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd or ".")
    sys.path[:0] = filter(None, env.get("PYTHONPATH", "").split(os.pathsep))
    for module in [m for m in sys.modules if m.partition(".")[0] in {"analysis", "sitecustomize"}]:
        del sys.modules[module]  # the kernel's own checkout is read, and seen to be read
    with suppress(ModuleNotFoundError):
        importlib.import_module("sitecustomize")
    importlib.import_module("numpy").random.seed()  # copies begin with the same numbers
    importlib.import_module("pandas").set_option("display.max_columns", 20)  # its default in a kernel
    importlib.import_module("ipykernel.kernelapp").launch_new_instance(argv=options)
