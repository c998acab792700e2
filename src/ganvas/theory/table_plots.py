"""The table's plots, drawn from what was measured."""

from __future__ import annotations

import math

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from ganvas.losses import LOSSES
from ganvas.pages.ink import COLOURS, plain, svg
from ganvas.pages.parts import legend
from ganvas.theory import chance, shell, transport
from ganvas.theory.densities import draw, js
from ganvas.theory.optimal import best
from ganvas.theory.push import slopes
from ganvas.words import Words

SHADES = ("c1", "c2", "c3")
"""Colours of the plots that compare three of a kind."""


def best_d(seed: int, words: Words) -> str:
    """The densities, and D's optimum by formula and by optimiser."""
    p, q = draw(seed)
    found = best(LOSSES["minimax"], p, q).sigmoid()
    cells = np.arange(1, len(p) + 1)

    def ink(ax: Axes) -> None:
        ax.bar(cells - 0.17, p.numpy(), 0.32, color=COLOURS["real"])
        ax.bar(cells + 0.17, q.numpy(), 0.32, color=COLOURS["fake"])
        ax.plot(cells, (p / (p + q)).numpy(), "o", ms=10, mfc="none", mec=COLOURS["d"], mew=1.5)
        ax.plot(cells, found.numpy(), "o", ms=4, color=COLOURS["d"])
        ax.set_ylim(0, 1)
        ax.set_xticks(cells)
        plain(ax)

    keys = [("p", "real"), ("q", "fake"), (words("plots.best_dot"), "d")]
    return legend(keys) + svg("best", words("plots.best"), ink, bottom=30)


def slope(words: Words) -> str:
    """How steep G's two losses are in the logit, over D(G(z))."""
    shares = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]
    logits = torch.linspace(-7.5, 7.5, 200, dtype=torch.float64)

    def ink(ax: Axes) -> None:
        for name, colour in (("minimax", "c2"), ("nonsaturating", "g")):
            steep = slopes(LOSSES[name], logits).abs()
            ax.plot(logits.numpy(), steep.numpy(), color=COLOURS[colour], lw=2)
        ax.set_xticks([math.log(d / (1 - d)) for d in shares], [str(d) for d in shares])
        ax.set_ylim(0, 1.04)
        ax.set_xlabel("D(G(z))")

    keys = [("log(1 − D)", "c2"), ("−log D", "g")]
    return legend(keys) + svg("slopes", words("plots.slopes"), ink)


def lines(words: Words) -> str:
    """W and JSD over the lines' distance."""
    thetas = [-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0]
    apart = transport.js_apart()

    def ink(ax: Axes) -> None:
        far = [transport.distance(theta)[0] for theta in thetas]
        ax.plot([*thetas[:4], 0, *thetas[4:]], [*far[:4], 0, *far[4:]], color=COLOURS["d"], lw=2)
        ax.plot(thetas, far, "o", ms=6, color=COLOURS["d"])
        for ends in ([-2, 0], [0, 2]):
            ax.plot(ends, [apart, apart], color=COLOURS["c3"], lw=2)
        ax.plot([0], [apart], "o", ms=7, mfc="none", mec=COLOURS["c3"], mew=1.5)
        ax.plot([0], [0], "o", ms=7, color=COLOURS["c3"], zorder=5)
        ax.set_xlabel("θ")
        plain(ax)

    return legend([("W", "d"), ("JSD", "c3")]) + svg("lines", words("plots.lines"), ink)


def error_bars(seed: int, words: Words) -> str:
    """V over minibatches of three sizes, and its exact value."""
    v = chance.estimates(seed)
    p, q = draw(seed)
    exact = -math.log(4) + 2 * js(p, q).item()
    means = [v.view(-1, n).mean(1) for n in chance.BATCHES]
    far = 3.5 * means[0].std().item()

    def ink(ax: Axes) -> None:
        _histograms(ax, means, (exact - far, exact + far))
        ax.axvline(exact, color=COLOURS["soft"], ls="--", lw=1.2)
        ax.set_xlabel("V")

    keys = [(f"n = {n}", colour) for n, colour in zip(chance.BATCHES, SHADES, strict=True)]
    note = f"{words('plots.scaled')}; {words('plots.exact')}"
    return legend(keys, note) + svg("chance", words("plots.chance"), ink)


def shells(seed: int, words: Words) -> str:
    """The lengths of noise in few and in many dimensions."""
    norms = [shell.noise(d, seed).norm(dim=1) / math.sqrt(d) for d in shell.DIMENSIONS]

    def ink(ax: Axes) -> None:
        _histograms(ax, norms, (0, 2.2))
        ax.set_xlabel("‖z‖ / √d")

    keys = [(f"d = {d}", colour) for d, colour in zip(shell.DIMENSIONS, SHADES, strict=True)]
    note = words("plots.scaled")
    return legend(keys, note) + svg("shell", words("plots.shell"), ink)


def _histograms(ax: Axes, each: list[Tensor], limits: tuple[float, float]) -> None:
    """Histograms as outlines, each as high as the others."""
    for values, colour in zip(each, SHADES, strict=True):
        counts, edges = np.histogram(values.numpy(), bins=60, range=limits)
        ax.stairs(counts / counts.max(), edges, color=COLOURS[colour], lw=1.6)
    ax.set_ylim(0, 1.06)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlim(limits)
