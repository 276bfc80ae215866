"""A figure as SVG: real text, plain attributes, no bytes that differ between two runs, and its values.

matplotlib writes styles, which a page cannot change without ``!important``; here they become attributes
(``fill="#1f2430"``), which every program reads and which dark mode exchanges with a rule of one line each
(``book/_static/figures.css``). Ids carry the name of the figure, since several stand on one page.
"""

import html
import io
import re
import warnings
from itertools import groupby

from matplotlib.figure import Figure

from analysis.charts.layout import Drawing
from analysis.charts.style import FONTS

#: In front of the fonts the figure was measured with: what the book ships of them.
_FONTS = ", ".join(f"'{name}'" for name in ("Figures", *FONTS)) + ", sans-serif"
_STYLE = re.compile(r' style="([^"]*)"')
_TAG = re.compile(r"<[^>]+>")
_DIGITS = re.compile(r"(\d\.\d\d)\d+")
_REACH = 6  # points around a value that answer for it


def svg(fig: Figure, alt: str = "", title: str = "", name: str = "figure") -> str:
    """The figure as SVG text; a missing glyph or any other warning of matplotlib is an error.

    ``alt`` and ``title`` become ``<desc>`` and ``<title>``, ``name`` the prefix of its ids.
    """
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fig.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = stream.getvalue().decode("utf-8")
    drawn = text[text.index(' <g id="figure_1">') : text.index("</svg>")]
    wide, high = fig.get_size_inches()
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" class="figure" role="img" '
        f'width="{96 * wide:.0f}" height="{96 * high:.0f}" viewBox="0 0 {72 * wide:.2f} {72 * high:.2f}" '
        f'font-family="{_FONTS}" stroke-linejoin="round" data-name="{html.escape(name)}">'
    )
    label = f"\n<title>{html.escape(title)}</title>" if title else ""
    label += f"\n<desc>{html.escape(alt)}</desc>" if alt else ""
    clips = "".join(re.findall(r"<defs>\s*<clipPath.*?</defs>", text, re.DOTALL))
    body = _own_ids(_plain(drawn if clips in drawn else drawn + clips), name)
    return f"{head}{label}\n{body}{_values(fig)}</svg>\n"


def _plain(text: str) -> str:
    """Styles as attributes, coordinates with two decimals, no empty groups."""

    def tag(match: re.Match[str]) -> str:
        short = _STYLE.sub(_attributes, match[0])
        short = re.sub(r' transform="rotate\(-?0 [^"]*"', "", short)
        return _DIGITS.sub(r"\1", short).replace(" \n", " ").replace("\n", " ")

    text = re.sub(r"\s*<!--.*?-->", "", text, flags=re.DOTALL)
    text = _TAG.sub(tag, text)
    # a mark takes its colours from where it is used, so that dark mode reaches it
    text = re.sub(r'(<defs>\s*<path [^>]*?)((?: (?:fill|stroke)="#\w+")+)', r"\1", text)
    return re.sub(r"\n\s+", "\n", text).lstrip()


def _attributes(match: re.Match[str]) -> str:
    pairs = (part.partition(":") for part in match[1].split(";") if part.strip())
    written = {key.strip(): value.strip() for key, _, value in pairs}
    written.pop("font-family", None)
    return "".join(f' {key}="{value}"' for key, value in written.items())


def _own_ids(text: str, name: str) -> str:
    """Ids that something refers to, numbered under the name of the figure; the others go, and so do bare groups."""
    used = list(dict.fromkeys(re.findall(r'(?:url\(|href=")#([^)"]+)', text)))
    number = {old: f"{name}-{index}" for index, old in enumerate(used)}
    text = re.sub(r' id="([^"]+)"', lambda m: f' id="{number[m[1]]}"' if m[1] in number else "", text)
    text = re.sub(r'(url\(|href=")#([^)"]+)', lambda m: f"{m[1]}#{number[m[2]]}", text)
    kept: list[str] = []
    bare: list[bool] = []  # of the groups that are open: whether they say nothing
    for line in text.splitlines():
        if line.startswith("<g"):
            bare.append(line in ("<g>", "<g/>"))
            dropped = bare[-1]
            if line.endswith("/>"):
                bare.pop()
        else:
            dropped = line == "</g>" and bare.pop()
        if not dropped:
            kept.append(line)
    return "\n".join(kept) + "\n"


def _values(fig: Figure) -> str:
    """Circles nobody sees that say the value below the pointer; ``figures.js`` does it for keys and taps too."""
    if not isinstance(fig, Drawing) or not fig.points:
        return ""
    high, scale = 72 * fig.get_size_inches()[1], 72 / fig.dpi
    rows = []
    for series, points in groupby(sorted(fig.points, key=lambda p: p.series), key=lambda p: p.series):
        rows.append(f'<g data-series="{html.escape(series)}">')
        for point in points:
            x, y = point.ax.transData.transform((point.x, point.y)) * scale
            own = point.text  # what begins with a word or a year says itself what it is
            told = ": " in series + own or own[:1].isalpha()
            said = f"{series}{', ' if told else ': '}{own}" if series else own
            doubt = f' data-doubt="{html.escape(point.doubt)}"' if point.doubt else ""
            said += f" (doubtful: {point.doubt})" if point.doubt else ""
            rows.append(
                f'<circle cx="{x:.2f}" cy="{high - y:.2f}" r="{_REACH}"{doubt}><title>{html.escape(said)}</title></circle>'
            )
        rows.append("</g>")
    choice = ' data-choice="yes"' if fig.choice else ""
    return f'<g class="values" fill="#000" fill-opacity="0"{choice}>\n' + "\n".join(rows) + "\n</g>\n"
