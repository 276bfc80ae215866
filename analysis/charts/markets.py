"""The figure of forecasts: sizes at two times on one logarithmic axis, and both growth rates."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from analysis.charts.layout import Exact, canvas, drawn, finish
from analysis.charts.marks import HOLLOW, dot, note
from analysis.charts.style import DEEP, INK, MUTED, VERDICTS


@drawn
def forecasts(frame: pd.DataFrame, *, title: str, unit: str) -> Figure:
    """One row a forecast: from its first to its last size, with the implied and the stated growth.

    Columns ``name, first, last`` (positive numbers in one unit), ``implied`` and ``stated`` (texts) and ``verdict``
    (empty where no rate is stated). The axis is logarithmic, so equal lengths are equal ratios.
    """
    fig, ax = canvas(title, unit, len(frame) * 0.31 + 0.75)

    def _beside(y: float, implied: str, stated: str, color: str) -> None:
        for points, text, tint in ((44, implied, MUTED if implied == "implied" else INK), (92, stated, color)):
            place = {"xycoords": ax.get_yaxis_transform(), "ha": "right", "va": "center", "annotation_clip": False}
            note(ax, text, (1, y), (points, 0), color=tint, **place)

    for y, row in enumerate(frame.to_dict("records")):
        color, sign = VERDICTS.get(str(row["verdict"]), (DEEP, ""))
        said = f"{row['first']:,g} to {row['last']:,g}; implied {row['implied']}, stated {row['stated'] or 'nothing'}"
        fig.value(ax, row["last"], y, str(row["name"]), said)
        ax.plot([row["first"], row["last"]], [y, y], color=color, lw=1.6, alpha=0.6, zorder=2)
        dot(ax, row["first"], y, color, 5.5, **HOLLOW, zorder=3)
        dot(ax, row["last"], y, color, 6, zorder=4)
        _beside(y, str(row["implied"]), f"{row['stated']} {sign}".strip(), color)
    _beside(-0.95, "implied", "stated", MUTED)
    ax.set_xscale("log")
    ax.set_yticks(range(len(frame)), [str(n) for n in frame["name"]])
    ax.set_ylim(len(frame) - 0.4, -0.6)
    ax.xaxis.set_major_locator(LogLocator(10))
    ax.xaxis.set_major_formatter(Exact())
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.grid(axis="x")
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(axis="x", length=0, which="both")
    return finish(fig)
