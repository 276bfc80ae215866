"""What of an earlier build is used again: what Sphinx has read of a page, and the page as it was finished.

A page is read again if its own text (its notebook, its catalogue, what is said of its outputs) is another, and
all are if what they are read with is: extensions, templates, configuration, lock, descriptions of the data. A page
is written again if it was read again, and all are if what pages show of each other is another: titles, order,
numbers, addresses within pages. The index of the search keeps what it had of pages that stay. Contents tell, not
clocks, and whatever ends with a warning or an error is forgotten, so that it is said again.
"""

import json
import pickle
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes

from analysis.publish import fingerprint
from analysis.publish.languages import INTERFACE, NAMES, OUTPUTS
from analysis.publish.project import LANGUAGE, LOCALE, SETTINGS, listed, source

#: Parts of the index of the search that are made page by page.
_INDEX = ("_titles", "_filenames", "_mapping", "_title_mapping", "_all_titles", "_index_entries")
#: Tables of Sphinx's environment that say what pages show of each other.
_SHARED = ("titles", "longtitles", "toctree_includes", "toc_secnumbers", "toc_fignumbers")


def files(root: Path, folders: tuple[str, ...], names: tuple[str, ...] = ()) -> Iterator[Path]:
    """Every file below some folders, and some files, as far as they exist; what is made on the way is left out."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            hidden = any(part.startswith((".", "__pycache__")) for part in path.relative_to(root).parts)
            if path.is_file() and not hidden and path.suffix != ".mo":  # Sphinx makes them of catalogues
                yield path
    yield from (root / name for name in names if (root / name).is_file())


def digest(root: Path, paths: Iterable[Path], without: tuple[str, ...] = ()) -> str:
    """One hash over names and contents of files; ``without`` are beginnings of names left out."""
    parts = []
    for path in paths:
        name = path.relative_to(root).as_posix()
        if not name.startswith(without):
            parts.append(f"{name} {fingerprint.digest(path.read_bytes())}")
    return fingerprint.digest("\n".join(parts).encode())


class Kept:
    """What is kept of the builds of one edition in ``scratch``; ``about`` is what Sphinx is told besides its files.

    Whatever cannot be used again is removed at once, so that an interrupted build leaves nothing that is out of date.
    """

    def __init__(self, root: Path, scratch: Path, about: Mapping[str, Any]) -> None:
        self.doctrees, self.pages = scratch / "doctrees", scratch / "pages"
        self._said, self._index = scratch / "kept.json", scratch / "search.pickle"
        self._now = _hashes(root, dict(about))
        self._before = self._recall()
        self._stay: set[str] = set()
        if self._before.get("read") != self._now["read"]:
            shutil.rmtree(scratch, ignore_errors=True)
            self._before = {}
        before = self._before.get("of", {})
        changed = [page for page, made_from in self._now["of"].items() if before.get(page) != made_from]
        self._changed = {source(page, root) for page in changed}
        for page in changed:
            for made in (self.doctrees / f"{page}.doctree", *_catalogues(root, page, "mo")):
                made.unlink(missing_ok=True)

    def _recall(self) -> dict[str, Any]:
        try:
            before: dict[str, Any] = json.loads(self._said.read_text("utf-8"))
        except (OSError, ValueError):  # there is none, or its disk was full
            before = {}
        self._said.unlink(missing_ok=True)
        return before if before.get("of", {}).keys() == self._now["of"].keys() else {}

    def connect(self, app: Any) -> None:
        """Let Sphinx write only what has changed, and add the rest before fonts are cut to what all pages need."""
        app.builder.get_outdated_docs = lambda: [app.config.root_doc]
        app.builder.load_indexer = lambda written: self._restore_index(app, set(written))
        app.connect("env-get-outdated", self._dependent)
        app.connect("env-before-read-docs", self._only_others)
        app.connect("env-updated", self._outdated)
        app.connect("build-finished", self._restore, priority=460)

    def _dependent(self, app: Any, env: Any, *_: object) -> list[str]:
        """Pages with facts of a page that has changed."""
        return [
            page for page, names in env.dependencies.items() if self._changed & {Path(app.srcdir, n) for n in names}
        ]

    def _only_others(self, app: Any, env: Any, pages: list[str]) -> None:
        """Take from the pages that Sphinx is about to read those that are what it has read, whatever their clocks say."""
        from sphinx.environment import CONFIG_OK

        if env.config_status == CONFIG_OK:
            others = {page for page in pages if not (self.doctrees / f"{page}.doctree").is_file()}
            pages[:] = sorted(others.union(self._dependent(app, env)))

    def _outdated(self, app: Any, env: Any) -> list[str]:
        """Pages to be written although they were not read again."""
        tables = [getattr(env, name) for name in _SHARED]
        slugs = {page: known.get("myst_slugs") for page, known in env.metadata.items()}
        domains = {name: data for name, data in env.domaindata.items() if name != "index"}
        self._now["shown"] = fingerprint.digest(_text([tables, slugs, domains]).encode())
        if any(self._before.get(key) != self._now[key] for key in ("shown", "written")):
            return sorted(env.found_docs)
        pictures = {page for image, (pages, _) in env.images.items() if not image.endswith(".svg") for page in pages}
        return sorted(page for page in env.found_docs if page in pictures or not self._page(page).is_file())

    def _page(self, page: str) -> Path:
        return self.pages / f"{page}.html"

    def _restore_index(self, app: Any, written: set[str]) -> None:
        self._stay = set(app.env.all_docs) - written
        if not self._stay:
            return
        index = app.builder.indexer
        vars(index).update(pickle.loads(self._index.read_bytes()))
        index.prune(self._stay)
        for name in ("_mapping", "_title_mapping"):
            setattr(index, name, {word: pages for word, pages in getattr(index, name).items() if pages})
        # in the order in which all pages would have been read
        index._index_entries = {page: index._index_entries.get(page, []) for page in sorted(app.env.all_docs)}

    def _restore(self, app: Any, error: Exception | None) -> None:
        if error is None:
            for page in self._stay:
                _copy(page, self.pages, Path(app.outdir))
                path = Path(app.env.doc2path(page))  # as it is now: its fingerprint may be another
                copied = Path(app.outdir, "_sources", f"{page}{path.suffix}")
                copied.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copied)

    def keep(self, app: Any, built: Path) -> None:
        """Keep the pages of a build that ended without a warning."""
        for page in app.env.all_docs:
            if page not in self._stay:
                _copy(page, built, self.pages)
        index = {name: getattr(app.builder.indexer, name) for name in _INDEX}
        self._index.write_bytes(pickle.dumps(index))
        self._said.write_text(json.dumps(self._now), "utf-8")


def _hashes(root: Path, about: dict[str, Any]) -> dict[str, Any]:
    """Of what all pages are read and written with, and what each page is made from."""
    notes: list[Any] = [about.pop(name, {}) for name in ("stale_notebooks", "broken_sentences")]
    own = files(root, ("book/_ext", "book/_templates", "analysis/publish"), SETTINGS)
    words = tuple(map(str, (OUTPUTS, NAMES, INTERFACE))) if about["language"] == LANGUAGE else ()
    looks = files(root, ("book/_static",), words)
    made_from = {}
    for page in listed(root):
        said = [note.get(f"{page}.ipynb", []) if isinstance(note, dict) else f"{page}.ipynb" in note for note in notes]
        made_from[page] = json.dumps([_content(source(page, root)), digest(root, _catalogues(root, page, "po")), said])
    return {
        "read": digest(root, [*sorted((root / "data").glob("*.*")), *own]),
        "written": digest(root, looks) + json.dumps(about, sort_keys=True, default=str),
        "of": made_from,
    }


def _catalogues(root: Path, page: str, suffix: str) -> list[Path]:
    return sorted((root / LOCALE).glob(f"*/LC_MESSAGES/{page}.{suffix}"))


def _content(path: Path) -> str:
    """Hash of a file; of a notebook without its fingerprint, which its page does not show."""
    content = path.read_bytes()
    if path.suffix == ".ipynb":
        notebook = json.loads(content)
        notebook["metadata"].pop(fingerprint.KEY, None)
        content = json.dumps(notebook).encode()
    return fingerprint.digest(content)


def _copy(page: str, place: Path, target: Path) -> None:
    """Copy a page with its downloads."""
    (target / page).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(place / f"{page}.html", target / f"{page}.html")
    downloads = Path("_downloads", page)
    shutil.rmtree(target / downloads, ignore_errors=True)
    if (place / downloads).is_dir():
        shutil.copytree(place / downloads, target / downloads)


def _text(value: Any) -> str:
    """A value written out, dictionaries and sets in order."""
    if isinstance(value, dict):
        return f"{{{', '.join(sorted(f'{key!r}: {_text(v)}' for key, v in value.items()))}}}"
    if isinstance(value, set | frozenset):
        return f"{{{', '.join(sorted(map(_text, value)))}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_text, value))}]"
    return value.pformat() if isinstance(value, nodes.Node) else repr(value)
