"""Panels of a lesson as one PNG, for the docs."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from ganvas import files
from ganvas.pages.ink import STYLE

PAPER = "#fdfdfb"


def write(
    out: Path,
    panels: Sequence[tuple[str, Callable[[Axes], None]]],
    *,
    columns: int,
    size: tuple[float, float],
) -> None:
    """Draws titled panels in rows of `columns`; `size` is that of the PNG in hundred pixels.

    Eighty colours are enough for drawings, and a third of the bytes.
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        figure = Figure(figsize=size, facecolor=PAPER, layout="constrained")
        axes = figure.subplots(len(panels) // columns, columns, squeeze=False).flat
        for ax, (title, draw) in zip(axes, panels, strict=True):
            ax.set_facecolor("none")
            ax.set_title(title, fontsize=17)
            draw(ax)
        content = io.BytesIO()
        figure.savefig(content, format="png", dpi=100)
    small = io.BytesIO()
    with Image.open(content) as image:
        image.convert("RGB").quantize(80).save(small, "png", optimize=True)
    files.replace(out, small.getvalue())
