"""Where things are in this checkout, and which notebooks and pages the book lists."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from analysis.files import BadInput, read_text, shown

ROOT = Path(__file__).resolve().parents[2]
BUILD = "_build"
LOCK = "requirements.lock.txt"
CONFIG = "_config.yml"
TOC = "_toc.yml"
CITATION = "CITATION.cff"
#: Beside its folders, what the book is made from.
SETTINGS = (CONFIG, TOC, LOCK, CITATION)
#: The language the book is translated into, and its gettext catalogues.
LANGUAGE = "zh_TW"
LOCALE = Path("book/locale")
#: Of the file behind a page.
SUFFIXES = (".ipynb", ".md")


def notebooks(root: Path = ROOT) -> list[Path]:
    """Every notebook below ``book/``, sorted; checkpoints left out."""
    found = (root / "book").rglob("*.ipynb")
    return sorted(p for p in found if not any(part.startswith(".") for part in p.relative_to(root).parts))


def name(path: Path, root: Path = ROOT) -> str:
    """``book/inputs/rd_intensity.ipynb``: a path as people write it."""
    return path.resolve().relative_to(root).as_posix()


def read(file: str, root: Path = ROOT) -> dict[str, Any]:
    """What a YAML file of the checkout says; raises :class:`BadInput` for one that cannot be read, or is no mapping."""
    import yaml

    try:
        said: dict[str, Any] = yaml.safe_load(read_text(root / file))
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        raise BadInput(file, f"valid YAML ({problem or error})", f"line {mark.line + 1}" if mark else "") from None
    except ValueError as error:  # of a date, say
        raise error if isinstance(error, BadInput) else BadInput(file, f"valid YAML ({error})") from None
    if not isinstance(said, dict):
        raise BadInput(file, "names with values, such as root: book/index")
    return said


def _held(file: str, root: Path, **kinds: type) -> dict[str, Any]:
    """What a YAML file says, with properties that it must have, none of them empty; raises :class:`BadInput`."""
    said = read(file, root)
    for key, kind in kinds.items():
        name, found = key.replace("_", "-"), said.get(key.replace("_", "-"))
        if not isinstance(found, kind) or not found:
            raise BadInput(file, f"property {name!r}: {_KINDS[kind]}, found {shown(repr(found))}")
    return said


_KINDS: dict[type, str] = {str: "a text", dict: "names with values", list: "a list", date: "a date as year-month-day"}


def configured(root: Path = ROOT) -> dict[str, Any]:
    """``_config.yml``; its ``addresses`` are texts or nothing. Raises :class:`BadInput`."""
    said = _held(CONFIG, root, title=str, addresses=dict)
    for name, place in said["addresses"].items():
        if not isinstance(place, str | None):
            raise BadInput(CONFIG, f"property 'addresses': a text or nothing for {name}, found {shown(repr(place))}")
    return said


def cited(root: Path = ROOT) -> dict[str, Any]:
    """``CITATION.cff``, its abstract on one line, its date as a :class:`datetime.date`. Raises :class:`BadInput`."""
    said = _held(CITATION, root, title=str, abstract=str, authors=list, date_released=date)
    if not all(isinstance(author, dict) and isinstance(author.get("name"), str) for author in said["authors"]):
        raise BadInput(CITATION, "property 'authors': a name for each")
    return said | {"abstract": " ".join(said["abstract"].split()), "version": str(said.get("version", ""))}


def parts(root: Path = ROOT) -> list[tuple[str, str]]:
    """``(part, page)`` of ``_toc.yml`` in reading order, without suffix; raises :class:`BadInput` for a page that is no file."""
    from sphinx_external_toc.parsing import MalformedError, parse_toc_data

    said = read(TOC, root)
    try:
        parse_toc_data(said)
    except MalformedError as error:
        raise BadInput(TOC, f"a table of contents of Jupyter Book: {error}") from None
    found = list(_pages(said))
    for _, page in found:
        source(page, root)
    return found


def _pages(node: dict[str, Any], part: str = "") -> Iterator[tuple[str, str]]:
    part = node.get("caption", part)
    yield from ((part, node[key]) for key in ("root", "file") if key in node)
    for key in ("parts", "chapters", "sections"):
        for below in node.get(key) or []:
            yield from _pages(below, part)


def listed(root: Path = ROOT) -> list[str]:
    """Pages of ``_toc.yml`` in reading order, without suffix."""
    return [page for _, page in parts(root)]


def editions(root: Path = ROOT) -> dict[str, str]:
    """Languages of the book and their folders below ``_build/html``; Chinese if it has catalogues."""
    folders = {"en": "en", LANGUAGE: "zh"}
    return {code: folder for code, folder in folders.items() if code == "en" or (root / LOCALE / code).is_dir()}


def source(page: str, root: Path = ROOT) -> Path:
    """The file behind a page of the table of contents; raises :class:`BadInput` where there is none."""
    for path in (root / (page + suffix) for suffix in SUFFIXES):
        if path.is_file():
            return path
    raise BadInput(TOC, f"pages that exist; there is no {page}.ipynb or {page}.md")


@contextmanager
def alone(root: Path = ROOT) -> Iterator[None]:
    """Let one process at a time run notebooks or build pages in a checkout; the others wait and say so.

    Nothing is locked where nothing can be written, or where the system has no such locks.
    """
    try:
        import fcntl

        (root / BUILD).mkdir(exist_ok=True)
        file = (root / BUILD / "running").open("w")
    except (ImportError, OSError):
        yield
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another run in this checkout to end", file=sys.stderr, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
