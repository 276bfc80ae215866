"""``python -m analysis.publish.environment``: is this environment whole, and does it find the checkout?

``usable``   can this interpreter go on being used; exit 1 if not
``check``    is everything there that the lock file asks for; if not, says what and exits 1
``connect``  let every kernel of this environment import the ``analysis`` of its notebook's checkout
``record``   after an installation: connect, and write down what there is

Only the standard library: it is what tells that the rest is missing.
"""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock.txt"
HOOK = "white_paper_checkout"
PYTHONS = ((3, 11), (3, 13))


def packages() -> Path:
    """Where this interpreter keeps its packages."""
    return Path(sysconfig.get_path("purelib"))


def usable() -> str:
    """Why this interpreter's environment has to be made anew; empty if it can go on being used."""
    if not PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return f"Python {sys.version_info[0]}.{sys.version_info[1]} is not one this book is tested with"
    if sys.prefix == sys.base_prefix:
        return "no environment of its own"
    if not packages().is_dir():
        return "made for another version of Python"
    return ""


def lacking(prefix: Path, places: Path, lock: Path) -> str:
    """What an environment lacks of what ``lock`` asks for and ``record`` saw; empty if nothing.

    Packages somebody added are no fault. Looks at names only, so it costs milliseconds.
    """
    stamp, seen = prefix / ".lock", prefix / ".installed"
    if not (stamp.is_file() and seen.is_file()):
        return "not installed in full"
    if stamp.read_bytes() != lock.read_bytes():
        return f"{lock.name} has changed"
    there = {entry.name for entry in places.iterdir()}
    gone = sorted(set(seen.read_text("utf-8").splitlines()) - there)
    if gone:
        return f"{gone[0]} is gone" + (f", and {len(gone) - 1} more" if len(gone) > 1 else "")
    return ""


def connect(places: Path) -> None:
    """Put :mod:`analysis.publish.checkout` where every Python of an environment loads it at its start."""
    wanted = {
        f"{HOOK}.py": Path(__file__).with_name("checkout.py").read_bytes(),
        f"{HOOK}.pth": f"import {HOOK}\n".encode(),
    }
    for name, content in wanted.items():
        path = places / name
        if not (path.is_file() and path.read_bytes() == content):
            path.write_bytes(content)


def record(prefix: Path, places: Path, lock: Path) -> None:
    """Connect an environment just installed and write down what is in it."""
    connect(places)
    names = sorted(entry.name for entry in places.iterdir() if entry.name != "__pycache__")
    (prefix / ".installed").write_text("\n".join(names) + "\n", "utf-8")
    (prefix / ".lock").write_bytes(lock.read_bytes())


def main(command: str) -> int:
    """Run a command on the environment of this interpreter; returns the exit code."""
    if command not in {"usable", "check", "connect", "record"}:
        print("usage: python -m analysis.publish.environment usable|check|connect|record", file=sys.stderr)
        return 2
    why = usable() if command in {"usable", "check"} else ""
    if command == "check" and not why:
        why = lacking(Path(sys.prefix), packages(), LOCK)
    if why:
        print(f"environment: {why}", flush=True)
        return 1
    if command == "record":
        record(Path(sys.prefix), packages(), LOCK)
    elif command != "usable":
        connect(packages())  # also of a whole environment: a newer version of the hook needs no installation
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))
