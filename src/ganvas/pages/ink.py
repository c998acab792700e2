"""Plots as inline SVG whose colours and letters are those of the page around them.

Matplotlib draws in the colours of `COLOURS`; they are then replaced by CSS variables of the same
names, so that one drawing serves light and dark. Text stays text, without a legend: the page
writes it, where it can wrap.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

COLOURS = {
    "real": "#0067a8",
    "fake": "#c95000",
    "d": "#00795a",
    "g": "#9a3f86",
    "c1": "#6b5b00",
    "c2": "#4a57b5",
    "c3": "#8a3b3b",
    "soft": "#6b6f76",
    "rule": "#dcdcd6",
}
"""Names of the page's colours, and what they are in its light form."""
WIDTH, HEIGHT = 540, 300
"""The units of a plot; a letter is 13 of them high."""
ROUND = [1, 2, 2.5, 5, 10]
"""Steps between ticks, times a power of ten."""
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 13,
    "axes.edgecolor": COLOURS["soft"],
    "axes.labelcolor": COLOURS["soft"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": COLOURS["soft"],
    "ytick.color": COLOURS["soft"],
    "text.color": COLOURS["soft"],
    "grid.color": COLOURS["rule"],
    "path.simplify": True,
    "text.parse_math": False,
}


def svg(
    name: str,
    alt: str,
    draw: Callable[[Axes], None],
    *,
    height: int = HEIGHT,
    left: int = 58,
    right: int = 14,
    bottom: int = 50,
    top: int = 12,
) -> str:
    """A plot on one pair of axes as an `<svg>` for the page; `name` is unique on the page.

    `alt` says what it shows, for those who do not see it; the margins are in units of `WIDTH`.
    """
    with mpl.rc_context():
        mpl.rcdefaults()  # whatever a matplotlibrc says, the page is the same
        mpl.rcParams.update(STYLE | {"svg.hashsalt": name})
        figure = Figure(figsize=(WIDTH / 72, height / 72), facecolor="none")
        ax = figure.add_axes(
            (
                left / WIDTH,
                bottom / height,
                (WIDTH - left - right) / WIDTH,
                (height - bottom - top) / height,
            ),
            facecolor="none",
        )
        ax.grid(axis="y", linewidth=1)
        ax.set_axisbelow(True)
        ax.tick_params(length=4)
        draw(ax)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata=dict.fromkeys(_METADATA), transparent=True)
    return _inline(name, alt, text.getvalue())


_METADATA = ("Creator", "Date", "Format", "Type")


def _inline(name: str, alt: str, svg: str) -> str:
    """Matplotlib's file as part of the page: its own ids, the page's colours, short numbers."""
    body = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<defs>") :], flags=re.DOTALL)
    body = re.sub(r'(\bid="|url\(#|href="#)', rf"\1{name}-", body).replace("xlink:href", "href")
    body = re.sub(
        r'(?<= d=")[^"]*',
        lambda d: re.sub(r"-?\d+\.\d+", lambda n: f"{float(n[0]):.1f}", d[0]).replace(" \n", ""),
        body,
    )
    for colour, value in COLOURS.items():
        body = body.replace(value, f"var(--{colour})")
    box = re.search(r'viewBox="[^"]*"', svg)
    assert box is not None
    return f'<svg {box[0]} role="img" aria-label="{html.escape(alt)}">{body}'


def number(value: float, _: Any = None) -> str:
    """A tick's number: 0.5, 12,000, 0.0001."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return text.replace("-", "−")


def plain(ax: Axes) -> None:
    """Plain numbers at the ticks, on a log axis too."""
    for each in (ax.xaxis, ax.yaxis):
        each.set_major_formatter(FuncFormatter(number))
        each.set_minor_locator(NullLocator())
