"""Plots as inline SVG whose colours and letters are those of the page around them.

Matplotlib draws in the colours of `COLOURS`; they are then replaced by CSS variables of the same
names, so that one drawing serves light and dark. Text stays text, without a legend: the page
writes it, where it can wrap.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from ganvas.report.record import Column
from ganvas.report.series import Axis, Line, smooth, thin

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


@dataclass(frozen=True)
class Mark:
    """A horizontal line to compare with."""

    y: float
    label: str
    colour: str = "soft"


def curves(
    name: str,
    alt: str,
    x: Column,
    lines: Sequence[Line],
    *,
    axis: Axis,
    over: str,
    until: float,
    marks: Sequence[Mark] = (),
    height: int = HEIGHT,
) -> str:
    """Curves over training, smoothed, with the raw numbers faint behind.

    Args:
        name: unique on the page.
        alt: what it shows, for those who do not see it.
        x: where the rows stand, (n,).
        lines: each y is (n,), NaN where nothing was measured.
        axis: the values to show.
        over: what x counts.
        until: where the run ends on x.
        marks: values to compare with.
        height: of the plot, where its width is `WIDTH`.
    """

    def draw(ax: Axes) -> None:
        for line in lines:
            _line(ax, x, line)
        for mark in marks:
            _mark(ax, mark)
        if axis.log:
            ax.set_yscale("log")
        else:
            ax.yaxis.set_major_locator(MaxNLocator(5, steps=ROUND))
        ax.set_ylim(axis.low, axis.high)
        _plain(ax)
        ax.set_xlabel(over, labelpad=7)
        ax.xaxis.set_major_locator(MaxNLocator(6, steps=ROUND, integer=until >= 2))
        ax.set_xlim(0, max(until, x[-1]))

    # The large plots stand below each other, so their time axes are of one length.
    return _svg(name, alt, draw, height=height, right=70 if height == HEIGHT else 14)


def _line(ax: Axes, x: Column, line: Line) -> None:
    there = np.isfinite(line.y)
    x, y, colour = x[there], line.y[there], COLOURS[line.colour]
    mean = smooth(y)
    if mean is not y:
        ax.plot(*thin(x, y), color=colour, linewidth=0.7, alpha=0.25)
    ax.plot(*thin(x, mean), color=colour, linewidth=2, marker="o" if len(y) == 1 else "")


def _mark(ax: Axes, mark: Mark) -> None:
    colour = COLOURS[mark.colour]
    ax.axhline(mark.y, color=colour, linewidth=1.2, dashes=(4, 3))
    at = ("axes fraction", "data")
    ax.annotate(
        mark.label, (1.015, mark.y), xycoords=at, va="center", color=colour, annotation_clip=False
    )


def _plain(ax: Axes) -> None:
    """Plain numbers at the ticks, on a log axis too."""
    for each in (ax.xaxis, ax.yaxis):
        each.set_major_formatter(FuncFormatter(_number))
        each.set_minor_locator(NullLocator())


def pixels(name: str, alt: str, real: Column, fake: Column, ends: tuple[float, float]) -> str:
    """Histograms of pixel values, overlaid: shares of all pixels, (bins,) each, on a log axis."""

    def draw(ax: Axes) -> None:
        edges = np.linspace(*ends, len(real) + 1)
        least = min(y[y > 0].min() for y in (real, fake) if (y > 0).any()) / 2
        ax.stairs(
            100 * real, edges, baseline=100 * least, fill=True, color=COLOURS["real"], alpha=0.35
        )
        ax.stairs(100 * real, edges, baseline=None, color=COLOURS["real"], linewidth=1)
        ax.stairs(
            100 * np.maximum(fake, least), edges, baseline=None, color=COLOURS["fake"], linewidth=2
        )
        ax.set_yscale("log")
        ax.set_ylim(100 * least, 100)
        ax.set_xlim(*ends)
        ax.set_xlabel("pixel value", labelpad=7)
        ax.set_ylabel("% of the pixels")
        _plain(ax)

    return _svg(name, alt, draw, left=74)


def density(name: str, alt: str, real: Column, fake: Column) -> str:
    """Densities of numbers, (n,) each, as overlaid histograms."""

    def draw(ax: Axes) -> None:
        low, high = frame(real)
        edges = np.linspace(low, high, 61)
        reals, fakes = (
            np.histogram(y, edges)[0] / (len(y) * (edges[1] - edges[0])) for y in (real, fake)
        )
        ax.stairs(reals, edges, fill=True, color=COLOURS["real"], alpha=0.35)
        ax.stairs(fakes, edges, color=COLOURS["fake"], linewidth=2)
        tallest = float(reals.max())
        ax.set_xlim(low, high)
        ax.set_ylim(0, min(ax.get_ylim()[1], 3 * tallest))  # a collapsed G is a spike
        ax.set_ylabel("density")
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=ROUND))
        _plain(ax)

    return _svg(name, alt, draw, bottom=30)


def scatter(name: str, alt: str, real: Column, fake: Column) -> str:
    """Points, (n, 2) each, the generated ones in front."""

    def draw(ax: Axes) -> None:
        for points, colour in ((real, "real"), (fake, "fake")):
            ax.plot(
                points[:, 0], points[:, 1], "o", markersize=3, markeredgewidth=0,
                color=COLOURS[colour], alpha=0.45,
            )  # fmt: skip
        ax.set_xlim(*frame(real[:, 0]))
        ax.set_ylim(*frame(real[:, 1]))
        ax.set_aspect("equal")
        for each in (ax.xaxis, ax.yaxis):
            each.set_major_locator(MaxNLocator(5, steps=ROUND))
        _plain(ax)

    return _svg(name, alt, draw, height=WIDTH - 40, bottom=30)


def frame(real: Column) -> tuple[float, float]:
    """The stretch of an axis to show: the real values with a quarter of their extent around."""
    low, high = float(real.min()), float(real.max())
    pad = 0.25 * (high - low) or 1.0
    return low - pad, high + pad


def _svg(
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


def _number(value: float, _: Any = None) -> str:
    """A tick's number: 0.5, 12,000, 0.0001."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return text.replace("-", "−")
