"""One look for every figure, and nothing that differs between two runs.

The size is chosen for a phone: a figure is 5.2 inches wide in its own units, so the
smallest text is still some 9 px high when the page gives it 350 px. The only fonts are
Noto Sans TC (from a locked package) and, for the few signs it lacks, the DejaVu Sans
that comes with matplotlib; the fonts of the machine are never asked.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

# "building the font cache" is news to nobody; on standard error it would be an output of a notebook.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

import matplotlib  # noqa: E402
from cycler import cycler  # noqa: E402
from matplotlib import font_manager  # noqa: E402
from pylopdf_fonts_zh_tw import sans_path  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH = 5.2  #: inches in the figure's own units
SHOWN = 640  #: CSS pixels at which a page shows that width when it has the room

INK = "#1F2430"  #: titles and values
MUTED = "#5A6270"  #: subtitles, axes and labels; 6:1 on white
FAINT = "#C3C8D0"  #: the crowd in the background
GRID = "#E6E8EC"
PAPER = "#FFFFFF"

#: Taiwan, in every figure of the book.
TAIWAN = "#C04000"
#: For at most five others; distinguishable with any colour vision, dark enough for text on white.
PALETTE = ("#0B66A8", "#00785A", "#8A4F9E", "#7A5C00", "#3D4657")
#: Parts of a whole, largest first; Taiwan's colour is not among them.
PARTS = ("#0B66A8", "#E3B04B", "#00785A", "#B58BC9", "#8FA3B8", "#5A6270")
#: Ordered from pale to deep; and two-sided around a neutral middle.
SEQUENTIAL = ("#F3F6FA", "#C6DAEC", "#86B3D8", "#3F85BC", "#0B5A96")
DIVERGING = ("#0B66A8", "#8FBBDD", "#F4F4F2", "#EDB08E", "#C04000")

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

BASE, SMALL, TITLE = 10.0, 9.0, 12.5

_RC: dict[Any, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "white-paper",
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "font.family": ["Noto Sans TC", "DejaVu Sans"],
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


def ink_on(colour: str) -> str:
    """Dark or white text, whichever reads better on a colour."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.2 else PAPER


def colours(keys: Iterable[str], focus: Iterable[str] = ("TWN",)) -> dict[str, str]:
    """A colour for each key: Taiwan's own, the palette for the rest of ``focus``, faint for the crowd."""
    named = [k for k in focus if k != "TWN"]
    if len(named) > len(PALETTE):
        raise ValueError(f"at most {len(PALETTE)} keys beside Taiwan can have a colour, not {len(named)}")
    chosen = dict(zip(named, PALETTE, strict=False)) | {"TWN": TAIWAN}
    return {key: chosen[key] if key in focus else FAINT for key in keys}
