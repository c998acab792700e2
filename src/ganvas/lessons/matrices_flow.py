"""The way of the samples and of the error through the layers, drawn as inline SVG."""

from __future__ import annotations

from html import escape

from ganvas.lessons.formula import Array, shape
from ganvas.lessons.matrices import Lesson
from ganvas.pages import parts
from ganvas.words import Words

WIDTH = 960
"""Units of a drawing; a letter is 14 of them high."""
BOX = 110
"""Width of a layer."""
APART = 26
"""Units between an arrow that leads forward and the one that comes back below it."""


def turn_of_d(lesson: Lesson, say: Words) -> str:
    """Two lanes through the same layers; both errors come back, and the gradients are added."""
    n, W = len(lesson.x), lesson.D
    drawn = [
        _layer(250, 30, 190, "d", {"W₁": W["W₁"], "b₁": W["b₁"]}, "ReLU"),
        _layer(560, 30, 190, "d", {"W₂": W["W₂"], "b₂": W["b₂"]}, "σ"),
    ]
    for y, kind, given, y_is in ((70, "real", "x", 1), (162, "fake", "x = G(z)", 0)):
        drawn += [
            _text(0, y + 5, say(kind), kind, anchor="start"),
            _arrow(70, 250, y, kind, f"{given} {shape(lesson.x)}"),
            _arrow(360, 560, y, kind, f"a₁ {_sized(n, W['W₁'])}"),
            _arrow(560, 360, y + APART, kind, "δ₂·W₂ᵀ"),
            _arrow(670, 900, y, kind, f"D {_sized(n, W['W₂'])}"),
            _arrow(900, 670, y + APART, kind, f"δ₂ = (D − {y_is}) / {n}"),
        ]
    for left, gradient in ((250, "dW₁ = xᵀ·δ₁"), (560, "dW₂ = a₁ᵀ·δ₂")):
        drawn.append(_fall(left + BOX / 2, 220, "d", gradient))
        drawn.append(_text(left + BOX / 2, 282, say("sum"), "soft"))
    keys = [(say("real"), "real"), (say("fake"), "fake"), (say("draw.gradient"), "d")]
    return _figure(say("draw.d"), 292, drawn, keys, say("draw.arrows"))


def turn_of_g(lesson: Lesson, say: Words) -> str:
    """One lane through G and the frozen D, and the error's way back to G's weights."""
    n, V, W = len(lesson.z), lesson.G, lesson.D
    layers = [
        ({"V₁": V["V₁"], "c₁": V["c₁"]}, "ReLU", "dV₁ = zᵀ·ε₁"),
        ({"V₂": V["V₂"], "c₂": V["c₂"]}, "σ", "dV₂ = h₁ᵀ·ε₂"),
        ({"W₁*": W["W₁"], "b₁*": W["b₁"]}, "ReLU", ""),
        ({"W₂*": W["W₂"], "b₂*": W["b₂"]}, "σ", ""),
    ]
    lanes = [
        (f"z {shape(lesson.z)}", ""),
        (f"h₁ {_sized(n, V['V₁'])}", "ε₂·V₂ᵀ"),
        (f"G(z) {_sized(n, V['V₂'])}", "e"),
        (f"a₁* {_sized(n, W['W₁'])}", "δ₂*·W₂*ᵀ"),
        (f"D* {_sized(n, W['W₂'])}", "δ₂*"),
    ]
    gap = (WIDTH - len(layers) * BOX) / len(lanes)
    drawn = []
    for i, (forward, error) in enumerate(lanes):
        left = i * (gap + BOX)
        drawn.append(_arrow(left, left + gap, 76, "fake", forward))
        if error:
            drawn.append(_arrow(left + gap, left, 76 + APART, "fake", error))
    for i, (weights, activation, gradient) in enumerate(layers, 1):
        left = i * gap + (i - 1) * BOX
        player = "g" if gradient else "d"
        drawn.append(_layer(left, 30, 118, player, weights, activation, still=not gradient))
        middle = left + BOX / 2
        below = _text(middle, 176, say("draw.frozen"), "soft")
        drawn.append(_fall(middle, 148, player, gradient) if gradient else below)
    keys = [(say("fake"), "fake"), (say("draw.gradient"), "g")]
    return _figure(say("draw.g"), 198, drawn, keys, say("draw.arrows"))


def _sized(rows: int, weights: Array) -> str:
    """The shape of what a layer makes of so many rows."""
    return f"({rows},{weights.shape[1]})"


def _layer(
    left: float,
    top: float,
    high: float,
    player: str,
    weights: dict[str, Array],
    activation: str,
    still: bool = False,
) -> str:
    """A box with a layer's weights and their shapes; dashed where they stand still."""
    dashes = ' stroke-dasharray="5 5"' if still else ""
    box = (
        f'<rect x="{left:g}" y="{top:g}" width="{BOX}" height="{high:g}" rx="8" '
        f'fill="var(--card)" stroke="var(--{player})" stroke-width="2"{dashes}/>'
    )
    lines = [*(f"{name} {shape(array)}" for name, array in weights.items()), activation]
    first = top + high / 2 - 19
    texts = (_text(left + BOX / 2, first + 24 * i, line) for i, line in enumerate(lines))
    return box + "".join(texts)


def _arrow(start: float, end: float, y: float, colour: str, label: str) -> str:
    """Forward to the right, its label above; or the error to the left, dashed, its label below."""
    back = end < start
    tip, dashes = (9, ' stroke-dasharray="6 5"') if back else (-9, "")
    return (
        f'<path d="M{start:g} {y:g}H{end + tip:g}" stroke="var(--{colour})" stroke-width="2"'
        f'{dashes}/><path d="M{end:g} {y:g}l{tip} -5v10z" fill="var(--{colour})"/>'
        + _text((start + end) / 2, y + (22 if back else -10), label)
    )


def _fall(x: float, y: float, colour: str, label: str) -> str:
    """Down from a layer to its gradient."""
    return (
        f'<path d="M{x:g} {y:g}v18" stroke="var(--{colour})" stroke-width="2"/>'
        f'<path d="M{x:g} {y + 26:g}l-5 -9h10z" fill="var(--{colour})"/>'
        + _text(x, y + 43, label, colour)
    )


def _text(x: float, y: float, text: str, colour: str = "ink", anchor: str = "middle") -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="14" '
        f'fill="var(--{colour})">{escape(text)}</text>'
    )


def _figure(alt: str, height: int, drawn: list[str], keys: list[tuple[str, str]], note: str) -> str:
    """The drawing below the names of its colours; a narrow screen scrolls it sideways."""
    return (
        f'{parts.legend(keys, note)}<div class="flow"><svg viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-label="{escape(alt)}">{"".join(drawn)}</svg></div>'
    )
