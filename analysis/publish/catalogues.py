"""``make locale``: the gettext catalogues of the Chinese edition, brought up to date with pages and outputs."""

import io
import shutil
from collections.abc import Iterable
from pathlib import Path

from analysis.publish import checks, fingerprint, languages, pdf, site
from analysis.publish.languages import OUTPUTS, Twin, names
from analysis.publish.project import CONFIG, LANGUAGE, LOCALE, name, notebooks


def renew(root: Path) -> int:
    """Bring all catalogues up to date with pages and outputs; says what is left and where, and returns 1 if anything is.

    Messages of Markdown come from Sphinx. Those of outputs are what stays English when every message of Markdown is
    given a Chinese text.
    """
    from babel.messages.pofile import read_po

    scratch = root / "_build" / "locale"
    shutil.rmtree(scratch, ignore_errors=True)
    site.sphinx(root, scratch / "pot", {"gettext_additional_targets": []}, 1, builder="gettext")
    count, left = 0, list[str]()
    for template in sorted((scratch / "pot").rglob("*.pot")):
        place = (template.relative_to(scratch / "pot")).with_suffix(".po")
        with template.open("rb") as file:
            messages = [(str(m.id), "") for m in read_po(file) if m.id]
        path = root / LOCALE / LANGUAGE / "LC_MESSAGES" / place
        entries, without = update(path, messages)
        count, left = count + entries, left + [f"{name(path, root)}: {message}" for message in without]
        update(scratch / "locale" / LANGUAGE / "LC_MESSAGES" / place, messages, "文")
    about = languages.settings(scratch / "locale")
    twin = Twin({}, names(root), strict=True)
    twin.phrase(site.settings(root)["html_title"], CONFIG)
    for text in pdf.own_texts(root):
        twin.sentences(text, "analysis/publish/pdf.py")
    for notebook in notebooks(root):
        for fact in checks.facts(fingerprint.read(notebook), LANGUAGE).values():
            twin.sentences(fact, f"{name(notebook, root).removesuffix('.ipynb')}.html")
    missed = io.StringIO()  # the references that the messages have
    site.sphinx(root, scratch / "html", about, 1, log=missed, twin=twin)
    entries, without = update(root / OUTPUTS, sorted(twin.missing.items(), key=lambda item: (item[1], item[0])))
    left += [f"{OUTPUTS.as_posix()}: {message}" for message in without]
    print(f"locale: {count + entries} messages, {len(left)} without a translation or fuzzy")
    for message in left:
        print(f"  {message}")
    return int(bool(left))


def update(path: Path, messages: Iterable[tuple[str, str]], everything: str = "") -> tuple[int, list[str]]:
    """Bring a catalogue up to date with the messages in use; returns how many there are and which lack Chinese.

    ``everything`` is given to all of them as their translation.

    Translations are kept; a message that has changed a little is marked fuzzy; what is used no more goes.
    """
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po, write_po

    template = Catalog(charset="utf-8")
    for message, where in messages:
        template.add(message, auto_comments=[where] if where else [])
    known = Catalog(locale=LANGUAGE, charset="utf-8")
    if path.is_file():
        with path.open("rb") as file:
            known = read_po(file, locale=LANGUAGE)
    known.update(template)
    for entry in known if everything else ():
        entry.string = everything
    known.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        write_po(out, known, width=0, sort_output=False, omit_header=True)
    entries = [m for m in known if m.id]
    return len(entries), [str(m.id) for m in entries if not m.string or m.fuzzy]
