"""The plots of a report: curves over training, histograms, points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from ganvas.pages.ink import COLOURS, HEIGHT, ROUND, WIDTH, plain, svg
from ganvas.report.record import Column
from ganvas.report.series import Axis, Line, smooth, thin

BAND = 120
"""Steps of a band of colour."""
_APART: tuple[Any, ...] = ({"lw": 4.5}, {"lw": 2.4}, {"lw": 2.4, "dashes": (5, 5)})
"""How three curves are drawn that may lie on each other."""


@dataclass(frozen=True)
class Mark:
    """A horizontal line to compare with."""

    y: float
    label: str
    colour: str = "soft"


class Time(NamedTuple):
    """The axis over training."""

    x: Column
    """Where the rows stand, (n,)."""
    over: str
    """What x counts."""
    until: float
    """Where the run ends on x."""


def curves(
    name: str,
    alt: str,
    lines: Sequence[Line],
    time: Time,
    *,
    axis: Axis,
    marks: Sequence[Mark] = (),
    height: int = HEIGHT,
) -> str:
    """Curves over training, smoothed, with the raw numbers faint behind.

    Args:
        name: unique on the page.
        alt: what it shows, for those who do not see it.
        lines: each y is (n,), NaN where nothing was measured.
        time: the axis over training.
        axis: the values to show.
        marks: values to compare with.
        height: of the plot, where its width is `WIDTH`.
    """

    def draw(ax: Axes) -> None:
        for line in lines:
            _line(ax, time.x, line)
        for mark in marks:
            _mark(ax, mark)
        if axis.log:
            ax.set_yscale("log")
        else:
            ax.yaxis.set_major_locator(MaxNLocator(5, steps=ROUND))
        ax.set_ylim(axis.low, axis.high)
        _over_training(ax, time)

    # The large plots stand below each other, so their time axes are of one length.
    return svg(name, alt, draw, height=height, right=70 if height == HEIGHT else 14)


def colour(name: str, alt: str, lines: Sequence[Line], time: Time) -> str:
    """A colour over training: the curves of its channels, 0 to 1, below a band of the colour."""

    def draw(ax: Axes) -> None:
        rgb = np.stack([line.y for line in lines], axis=1)  # (n, 3)
        there = np.isfinite(rgb).all(1)
        x, rgb = time.x[there], rgb[there].clip(0, 1)
        rows = range(0, len(x), max(len(x) // BAND, 1))
        for start, row in zip([0, *x[list(rows)]], rows, strict=False):
            # Each reaches to the end and the next covers it, so that no seams shine through.
            width = time.until - start
            ax.add_patch(Rectangle((start, 1.1), width, 0.16, color=rgb[row], linewidth=0))
        for line, y, look in zip(lines, rgb.T, _APART, strict=True):
            ax.plot(*thin(x, y), color=COLOURS[line.colour], **look)
        ax.set_ylim(-0.04, 1.26)
        ax.set_yticks([0, 0.5, 1])
        _over_training(ax, time)

    return svg(name, alt, draw, height=240)


def _over_training(ax: Axes, time: Time) -> None:
    plain(ax)
    ax.set_xlabel(time.over, labelpad=7)
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=ROUND, integer=time.until >= 2))
    ax.set_xlim(0, max(time.until, time.x[-1]))


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
        plain(ax)

    return svg(name, alt, draw, left=74)


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
        plain(ax)

    return svg(name, alt, draw, bottom=30)


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
        plain(ax)

    return svg(name, alt, draw, height=WIDTH - 40, bottom=30)


def frame(real: Column) -> tuple[float, float]:
    """The stretch of an axis to show: the real values with a quarter of their extent around."""
    low, high = float(real.min()), float(real.max())
    pad = 0.25 * (high - low) or 1.0
    return low - pad, high + pad
