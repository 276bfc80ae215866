"""Numbers of a text, computed in the notebook, and guards for the words around them.

A cell calls :func:`facts`; the values are stored in its output, and the role ``{fact}`` of
``book/_ext/prose.py`` writes them into the text. A word that a number could prove wrong ("third",
"rose every year") is guarded by :func:`expect`: a change of data still ends in a book, but one that lists the sentences to rewrite, and
``make book`` and ``make test`` do not call it fine before that is done.
"""

from collections.abc import Mapping

from analysis.charts.exhibit import broken, put
from analysis.words import Both

#: The output type that carries facts; Jupyter shows the plain text beside it.
MIME = "application/x.fact+json"


def facts(values: Mapping[str, str | Mapping[str, str]] | None = None, **more: str | Mapping[str, str]) -> None:
    """Store facts by key: a text (of :mod:`analysis.words`, with its Chinese), or a mapping of texts by language.

    Raises :class:`TypeError` for a number: how it is written (decimals, units) is part of the fact.
    """
    whole: dict[str, str | dict[str, str]] = {}
    given: dict[str, str | Mapping[str, str]] = dict(values or {})
    for key, value in (given | more).items():
        forms = [value] if isinstance(value, str) else list(value.values()) if isinstance(value, Mapping) else [value]
        if not all(isinstance(form, str) for form in forms):
            raise TypeError(f"fact {key}: a text (of analysis.words), or texts by language, not {value!r}")
        if isinstance(value, Both) and value.zh != value:
            whole[key] = {"en": str(value), "zh_TW": value.zh}
        else:
            whole[key] = str(value) if isinstance(value, str) else dict(value)
    lines = [f"{key}: {value if isinstance(value, str) else value.get('en', '')}" for key, value in whole.items()]
    put({MIME: whole, "text/plain": "\n".join(lines)})


def expect(holds: object, sentence: str) -> None:
    """Guard a sentence of the text: once it is no longer true, the page and every build say so until it is rewritten."""
    if not bool(holds):
        broken(sentence)
