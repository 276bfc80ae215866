"""Build the pages from stored outputs: strictly, all of them, and only if a source has changed.

What Sphinx has read and written before is used again where it would be the same (:mod:`analysis.publish.kept`).
"""

import copy
import functools
import gc
import importlib
import io
import multiprocessing
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TextIO, cast

from analysis import report
from analysis.files import BadInput
from analysis.publish import archive, checks, execution, fingerprint, languages
from analysis.publish.kept import Kept, digest, files
from analysis.publish.languages import OUTPUTS, Twin
from analysis.publish.pages import translate
from analysis.publish.project import (
    BUILD,
    CONFIG,
    LANGUAGE,
    LOCALE,
    ROOT,
    SETTINGS,
    SUFFIXES,
    TOC,
    cited,
    configured,
    editions,
    listed,
    name,
    notebooks,
)

_REDIRECT = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="en/_static/favicon.svg">
<title>{title}</title>
<script>
let chosen = null;
try {{ chosen = localStorage.getItem("edition"); }} catch {{}}
if (chosen !== "en" && chosen !== "zh") chosen = /^zh/i.test(navigator.language) ? "zh" : "en";
location.replace(chosen + "/{page}.html");
</script>
</head>
<body><p><a href="en/{page}.html">{title}</a></p><p lang="zh-Hant"><a href="zh/{page}.html">繁體中文版</a></p></body>
</html>
"""
_REDIRECT_ONE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><meta http-equiv="refresh" content="0; url={page}.html"></head>
<body><p><a href="{page}.html">{title}</a></p></body></html>
"""


def sound(root: Path) -> None:
    """Read all that the pages are made from besides notebooks; raises :class:`BadInput` before anything is run or built."""
    data = report.load(root / "data")
    data.labels(), data.cells()
    for resource in data.package["resources"]:
        if resource["path"] not in {meta.file for meta in data.tables.values()}:
            data.resource(resource["name"])
    languages.names(root), configured(root), cited(root), listed(root)


def sources(root: Path) -> str:
    """Hash of everything the pages are made from."""
    data = archive.data_files(root / "data")
    return digest(root, [*data, *files(root, ("book", "analysis"), SETTINGS)])


def stamp(root: Path, target: Path) -> str:
    """What is written down about a finished build: the hash of its sources and that of its files."""
    return f"{sources(root)} {digest(target, (p for p in sorted(target.rglob('*')) if p.is_file()))}\n"


def build(output: Path | None = None, *, force: bool = False, jobs: int = 1, root: Path = ROOT) -> int:
    """Build the book; 0 if it is there and up to date, 1 after a warning, an error or from stale notebooks."""
    start = time.perf_counter()
    sound(root)
    target = (output or root / BUILD / "html").resolve()
    stale = [name(path, root) for path, why in execution.staleness(notebooks(root), root).items() if why]
    wrong = _broken(root)
    known = target.with_name(target.name + ".sources")
    if not force and known.is_file() and known.read_text("utf-8") == stamp(root, target):
        archive.make(root)
        return _say("up to date", target, stale, wrong)
    pages = listed(root)
    there = (p.relative_to(root) for p in files(root, ("book",)) if p.suffix in SUFFIXES)
    if unlisted := [p.as_posix() for p in there if p.with_suffix("").as_posix() not in pages]:
        print(f"book: not listed in {TOC}, so no page of the book: {', '.join(unlisted)}", file=sys.stderr)
    print(f"book: building {len(pages)} pages", flush=True)
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    about = {"stale_notebooks": stale, "broken_sentences": wrong}
    spoken = editions(root)
    prepare()
    stop = signal.SIGINT, signal.SIG_DFL  # who interrupts the build reads one line, not one of each process
    with ProcessPoolExecutor(len(spoken) + 1, multiprocessing.get_context("fork"), signal.signal, stop) as pool:
        packed = pool.submit(archive.make, root)
        made = [pool.submit(_edition, root, partial, language, jobs, about) for language in spoken]
        ended = {language: result.result() for language, result in zip(spoken, made, strict=True)}
        packed.result()
    if failed := [language for language, (wrong_there, _) in ended.items() if wrong_there]:
        print(f"book: FAILED ({', '.join(failed)}); what was built is in {partial}", file=sys.stderr)
        return 1
    untranslated = {text: page for _, missing in ended.values() for text, page in missing.items()}
    _finish(root, partial)
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
    if untranslated:
        known.unlink(missing_ok=True)
        return _say("built, but not all of it in Chinese", target, stale, wrong, untranslated)
    known.write_text(stamp(root, target), "utf-8")
    return _say(f"built without a warning in {time.perf_counter() - start:.1f} s", target, stale, wrong)


def _say(
    what: str,
    target: Path,
    stale: list[str],
    wrong: dict[str, list[str]],
    untranslated: Mapping[str, str] | None = None,
) -> int:
    address = f"open {os.path.relpath(target / 'index.html')}, or run `make serve`"
    if not stale and not wrong and not untranslated:
        print(f"book: {what}\n  {address}")
        return 0
    if untranslated:
        lines = [
            f"book: {len(untranslated)} texts have no Chinese, and their pages say so; `make locale` puts them into "
            f"{LOCALE}, to be translated:",
            *(f"  {page}: {text}" for text, page in list(untranslated.items())[:20]),
        ]
        print(*lines, sep="\n", file=sys.stderr)
    if wrong:
        lines = [f"  {page}: {sentence}" for page, said in wrong.items() for sentence in said]
        print(f"book: {len(lines)} sentences no longer hold, and their pages say so; rewrite:", file=sys.stderr)
        print(*lines, sep="\n", file=sys.stderr)
    if stale:
        more = f" and {len(stale) - 5} more" if len(stale) > 5 else ""
        count = f"{len(stale)} notebooks are stale, and their pages say so: {', '.join(stale[:5])}{more}"
        print(f"book: NOT up to date: {count}", file=sys.stderr)
        address = f"`make book` runs them; {address}"
    print(f"  {address}", file=sys.stderr)
    return 1


def _broken(root: Path) -> dict[str, list[str]]:
    """Sentences that no longer hold, by notebook."""
    return {name(p, root): said for p in notebooks(root) if (said := checks.broken(fingerprint.read(p)))}


def settings(root: Path, language: str = "en") -> dict[str, Any]:
    """``_config.yml`` as Jupyter Book gives it to Sphinx for one edition.

    What needs an address is switched on only if ``addresses`` in ``_config.yml`` names it.
    """
    from jsonschema import ValidationError  # type: ignore[import-untyped]
    from jupyter_book.config import get_final_config

    places = {k: v for k, v in configured(root)["addresses"].items() if v}
    extras: dict[str, Any] = {"latex_individualpages": False, "nitpicky": True, "external_toc_path": str(root / TOC)}
    try:
        config, _ = get_final_config(user_yaml=root / CONFIG, cli_config=extras, sourcedir=root, raise_on_invalid=True)
    except (ValidationError, ValueError) as error:
        raise BadInput(CONFIG, f"settings of Jupyter Book: {' '.join(str(error).removeprefix('- ').split())}") from None
    published = places.get("repository")
    theme = config["html_theme_options"]
    theme["repository_url"] = published or ""
    theme["repository_branch"] = places.get("branch", "main")
    theme["launch_buttons"] = (
        {"notebook_interface": "jupyterlab", "binderhub_url": places["binder"]}
        if published and "binder" in places
        else {}
    )
    for button in ("repository", "source", "issues"):
        theme[f"use_{button}_button"] = bool(published)
    theme["footer_content_items"] = []  # authors, version and licence stand below the text of each page
    if "site" in places:
        places["site"] = f"{places['site'].rstrip('/')}/{editions(root)[language]}/"
        config["html_baseurl"] = config["ogp_site_url"] = places["site"]
        config["sitemap_url_scheme"] = "{link}"
        config["extensions"] = [*config["extensions"], "sphinx_sitemap"]
    if published:
        places.setdefault("contact", f"{published.rstrip('/')}/issues")
    config["addresses"] = places
    config["editions"] = editions(root)
    return cast(dict[str, Any], config)


def prepare() -> None:
    """Import what building takes: once, and not in the process of each edition."""
    set_up = ["myst_nb.sphinx_ext", "pydata_sphinx_theme", "sphinx.application"]  # imported by what sets something up
    try:
        for module in settings(ROOT)["extensions"] + set_up:
            importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise BadInput(CONFIG, f"extensions that can be imported ({error})") from None
    gc.freeze()  # or every collection, here and in the processes that build, looks through it
    gc.set_threshold(100_000, 50, 100)


def _edition(root: Path, target: Path, language: str, jobs: int, about: dict[str, Any]) -> tuple[bool, dict[str, str]]:
    """Build one edition below ``target``: whether there was a warning or an error, and the texts without translation."""
    place = target / editions(root)[language]
    if language != LANGUAGE:
        return sphinx(root, place, about | {"language": language}, jobs), {}
    about = about | languages.settings(root / LOCALE)
    _set_up_once()
    twin = Twin(languages.catalogue(root / OUTPUTS), languages.names(root))
    title = twin.phrase(settings(root)["html_title"], CONFIG)
    about |= dict.fromkeys(("project", "html_title", "ogp_site_name", "ogp_image_alt"), title)
    return sphinx(root, place, about, jobs, twin=twin), twin.missing


def draft(root: Path, target: Path, warnings: Path, jobs: int) -> bool:
    """Build what can be built of a copy, its warnings to a file; false if there is no page at all."""
    log = io.StringIO()
    shutil.rmtree(target, ignore_errors=True)
    sphinx(root, target, {"stale_notebooks": [], "broken_sentences": _broken(root)}, jobs, log=log)
    warnings.write_text(re.sub(r"\x1b\[[0-9;]*m", "", log.getvalue()), "utf-8")
    first = listed(root)[0]
    if not (target / f"{first}.html").is_file():
        return False
    (target / "index.html").write_text(_REDIRECT_ONE.format(page=first, title="Draft"), "utf-8")
    return True


def sphinx(
    root: Path,
    target: Path,
    about: dict[str, Any],
    jobs: int,
    *,
    builder: str = "html",
    log: TextIO | None = None,
    twin: Twin | None = None,
) -> bool:
    """Run Sphinx with some settings of its configuration; true if there was a warning or an error.

    Warnings go to ``log``, or to standard error. ``twin`` translates the pages before their fonts are cut.
    """
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    config = settings(root, about.get("language", "en"))
    config.update(about)
    # MyST-NB puts the figures of the notebooks beside the output folder.
    scratch = root / BUILD / "sphinx" / f"{target.name}-{builder}"
    kept, built = Kept(root, scratch, {"language": "en"} | about), scratch / "out"
    shutil.rmtree(built, ignore_errors=True)
    progress: io.TextIOBase = _Progress(sys.stdout) if sys.stdout.isatty() else io.StringIO()
    with patch_docutils(str(root)), docutils_namespace():
        app = Sphinx(
            srcdir=str(root),
            confdir=None,
            outdir=str(built),
            doctreedir=str(kept.doctrees),
            buildername=builder,
            confoverrides=config,
            status=cast(TextIO, progress),
            warning=log or sys.stderr,
            freshenv=not kept.doctrees.is_dir(),
            warningiserror=True,
            keep_going=True,
            parallel=jobs,
        )
        if twin is not None:
            app.connect("build-finished", functools.partial(_translate, built, twin), priority=400)
        if builder == "html":
            kept.connect(app)
        try:
            app.build(force_all=builder != "html")
        except SphinxError as error:  # in one of its workers: their traceback says no more
            print(f"error: {error}", file=log or sys.stderr)
            return True
    wrong = bool(app.statuscode)
    if builder == "html" and not (wrong or (twin and twin.missing)):  # or the next build would not say it again
        kept.keep(app, built)
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    built.rename(target)
    return wrong


def _set_up_once() -> None:
    """Let docutils set up its options once, and not for each of 2,000 messages: a sixth of the time of this process."""
    from docutils import frontend

    made = functools.cache(frontend.get_default_settings)
    frontend.get_default_settings = lambda *components: copy.deepcopy(made(*components))


def _translate(built: Path, twin: Twin, app: Any, error: Exception | None) -> None:
    if error is None:
        translate(built, twin)


class _Progress(io.TextIOBase):
    """Sphinx's progress on one line of a terminal."""

    def __init__(self, terminal: TextIO) -> None:
        self.terminal = terminal

    def write(self, text: str) -> int:
        line = text.strip().replace("\x1b[2K", "").splitlines()
        if line:
            self.terminal.write(f"\r\x1b[2K  {line[-1][:100]}")
            self.terminal.flush()
        return len(text)

    def close(self) -> None:
        self.terminal.write("\r\x1b[2K")


def _finish(root: Path, target: Path) -> None:
    """What Sphinx leaves undone: a way in, the archive; and leftovers that are no part of the book."""
    first, title = listed(root)[0], configured(root)["title"]
    there = editions(root)
    way = _REDIRECT if len(there) > 1 else _REDIRECT_ONE.replace("{page}", "en/{page}")
    (target / "index.html").write_text(way.format(page=first, title=title), "utf-8")
    for folder in there.values():
        (target / folder / "index.html").write_text(_REDIRECT_ONE.format(page=first, title=title), "utf-8")
        (target / folder / "downloads").mkdir(exist_ok=True)
        shutil.copyfile(archive.make(root), target / folder / "downloads" / archive.NAME)
        (target / folder / ".buildinfo").unlink(missing_ok=True)
