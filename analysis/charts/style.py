"""One look for every figure, and nothing that differs between two runs.

Every figure is drawn twice, for a laptop's column and for a phone, so that its text is legible on both (see
``layout.drawn``). Text is measured with Noto Sans TC (from a locked package) and, for the few signs it lacks, the
DejaVu Sans that comes with matplotlib; the book ships what it needs of both (``book/_ext/svgalt.py``), and the fonts of
the machine are never asked.

Colours are written into the figures as they stand here. In dark mode ``book/_static/figures.css`` exchanges them, by
their value; so a colour that must not change (a filled cell with text on it) differs from its neighbour by one digit.
"""

import logging
import os
import warnings
from collections.abc import Iterable
from typing import Any

# "building the font cache" is news to nobody; on standard error it would be an output of a notebook.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

import matplotlib  # noqa: E402
from cycler import cycler  # noqa: E402
from matplotlib import font_manager  # noqa: E402
from pylopdf_fonts_zh_tw import sans_path  # noqa: E402

from analysis.report import BadInput, load  # noqa: E402

#: Inches: a laptop's column at full size (736 px), and a phone's (358 px), which shows it at 85%.
WIDE, NARROW = 7.65, 4.4

INK = "#1F2430"  #: titles and values
MUTED = "#5A6270"  #: subtitles, axes and labels; 6:1 on white
FAINT = "#C3C8D0"  #: the crowd in the background
GRID = "#E6E8EC"
PAPER = "#FFFFFF"

#: Behind a label that a line would cross.
BEHIND = {"fc": PAPER, "ec": "none", "pad": 0.8}

#: A code that no row has.
NOBODY = "(nobody)"


def _home() -> str:
    """Code of the economy that the book is about; where the book's data are not at hand, nobody's."""
    try:
        return load().home or NOBODY
    except BadInput:
        return NOBODY


#: Code of the economy that the book is about, and its colour in every figure: Taiwan.
HOME, TAIWAN = _home(), "#C04000"
#: For at most five others; distinguishable with any colour vision, dark enough for text on white.
PALETTE = ("#0B66A8", "#00785A", "#8A4F9E", "#7A5C00", "#3D4657")
#: Parts of a whole, largest first; Taiwan's colour is not among them.
PARTS = ("#0B66A7", "#E3B04B", "#007859", "#B58BC9", "#8FA3B9", "#5A6271")
#: Ordered from pale to deep; and two-sided around a neutral middle.
SEQUENTIAL = ("#F3F6FA", "#C6DAEC", "#86B3D8", "#3079B0", "#0B5A96")
DIVERGING = ("#0B66A7", "#8FBBDD", "#F4F4F2", "#EDB08E", "#BF4000")
DEEP = "#3D4657"  #: lines and dots of rows that are not Taiwan
PALE = "#8FA3B8"  #: bars and dots of the same
SPAN = "#C9D3DE"  #: ranges of a recomputation
#: Text on a filled area, in either mode.
ON_PALE, ON_DEEP = "#000000", "#FEFEFE"

#: The verdicts of cells, claims and outside numbers: colour, sign and word, so that none is told by colour alone.
VERDICTS = {
    "reproduced": ("#00785A", "✓"),
    "consistent": ("#0B66A8", "≈"),
    "explained": ("#8A4F9E", "↺"),
    "contradicted": ("#B3261E", "✗"),
    "plausible": ("#3D6A82", "○"),
    "implausible": ("#96521B", "△"),
    "unchecked": ("#5A6270", "–"),
    "ambiguous": ("#7A5C00", "?"),
    "not checkable": ("#5A6270", "–"),
    "agrees": ("#00785A", "="),
    "differs": ("#B3261E", "≠"),
    "later vintage": ("#7A5C00", "↻"),
    "other basis": ("#3D6A82", "⇄"),
}

#: Points; the least is 11 px on a laptop and 9.6 on a phone.
BASE, SMALL, LEAST, TITLE = 10.0, 9.0, 8.5, 12.5

FONTS = ["Noto Sans TC", "DejaVu Sans"]

_RC: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "white-paper",
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "font.family": FONTS,
    "font.size": BASE,
    "text.color": INK,
    "axes.labelsize": SMALL,
    "axes.labelcolor": MUTED,
    "axes.titlesize": BASE,
    "axes.titlelocation": "left",
    "axes.edgecolor": FAINT,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.prop_cycle": cycler(color=PALETTE),
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "hatch.linewidth": 0.6,
    "text.usetex": False,
    "text.parse_math": False,
    "path.simplify": True,
}


def use_style() -> None:
    """Set the style, whatever a matplotlibrc says. Called when ``analysis.charts`` is imported."""
    font_manager.fontManager.addfont(str(sans_path()))
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(_RC)


def still(colour: str) -> str:
    """A colour for areas with text on them: one that dark mode does not exchange, a digit away."""
    exchanged = {INK, MUTED, FAINT, GRID, PAPER, TAIWAN, *PALETTE, DEEP, PALE, SPAN, *(c for c, _ in VERDICTS.values())}
    return f"{colour[:-1]}{int(colour[-1], 16) ^ 1:X}" if colour.upper() in {c.upper() for c in exchanged} else colour


def ink_on(colour: str) -> str:
    """Black or white text, whichever reads better on a colour: at least 4.5:1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return ON_PALE if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 else ON_DEEP


def colours(keys: Iterable[str], focus: Iterable[str] = (HOME,)) -> dict[str, str]:
    """A colour for each key: :data:`HOME`'s own, the palette for the rest of ``focus``, faint for the crowd.

    Warns whoever tries a code that is no key; another edition of the book may lack one.
    """
    keys, named = list(keys), [k for k in focus if k != HOME]
    unknown = [k for k in named if k not in keys]
    if unknown and "PUBLISH_RECORD" not in os.environ:
        warnings.warn(f"nothing here has the code {', '.join(unknown)}; there are {', '.join(keys)}", stacklevel=4)
    if len(named) > len(PALETTE):
        raise ValueError(f"at most {len(PALETTE)} keys beside Taiwan can have a colour, not {len(named)}")
    chosen = dict(zip(named, PALETTE, strict=False)) | {HOME: TAIWAN}
    return {key: chosen[key] if key in focus else FAINT for key in keys}
