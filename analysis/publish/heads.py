"""Heads of columns that lie on their side in a figure: in Chinese they stand, level where they fit and downwards where not."""

import html
import re
from collections.abc import Callable
from itertools import pairwise

_TURNED = re.compile(
    r'<text font-size="([\d.]+)px"(?: text-anchor="\w+")?([^>]*?) transform="translate\(([\d.]+) ([\d.]+)\) rotate\(-90\)"'
    r'( translate="no")?>([^<]*)</text>\n'
)
_MIDDLE = 0.36  # from the line on which letters stand to their middle, in letter sizes
_LONGEST = 6  # characters that are still read well downwards


def upright(drawing: str, translate: Callable[[str], str]) -> str:
    """A figure as SVG in which turned texts, two or more, stand; a single one is the name of an axis and stays."""
    found = list(_TURNED.finditer(drawing))
    if len(found) < 2:
        return drawing
    written = [html.unescape(match[6]) for match in found]
    said = [text if match[5] else translate(text) for match, text in zip(found, written, strict=True)]
    longest, size = max(map(len, said)), float(found[0][1])
    if longest > _LONGEST:
        return drawing
    room = min(abs(float(b[3]) - float(a[3])) for a, b in pairwise(found))
    way = 'text-anchor="middle"' if longest * size < room else 'text-anchor="end" writing-mode="vertical-rl"'
    bottom = max(float(match[4]) for match in found)
    for match, text in zip(found, said, strict=True):
        place = f'x="{float(match[3]) - _MIDDLE * size:.2f}" y="{bottom:.2f}" {way} translate="no"'
        new = f'<text font-size="{match[1]}px"{match[2]} {place}>{html.escape(text, quote=False)}</text>\n'
        drawing = drawing.replace(match[0], new)
    return drawing
