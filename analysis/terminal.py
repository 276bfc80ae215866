"""What the command lines have in common: how they write, complain and stop. Imports nothing heavy."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys


def hand_out(text: str) -> int:
    """Write the result of a command as UTF-8 with plain line ends; 0, or 2 with a complaint where that cannot be done."""
    if sys.stdout is None:
        complain("error: standard output: it is closed")
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # what could not be written must not be tried again when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # `| head` is not an error
            complain(f"error: standard output: {error.strerror or error}")
            return 2
    return 0


def complain(*lines: str) -> None:
    """Lines to standard error, if there is one that takes them."""
    with contextlib.suppress(OSError):
        for line in lines:
            print(line, file=sys.stderr)  # noqa: T201


def stop_at_once() -> None:
    """Let Ctrl+C end this process with one line and exit code 130; to be called before anything heavy is imported."""
    signal.signal(signal.SIGINT, _interrupted)


def _interrupted(*_: object) -> None:
    # at once: an exception raised while a library is being imported would come out as a failed import
    os.write(2, b"interrupted\n")
    os._exit(130)
