"""The two networks of the worked example as inline SVG, the numbers on the arrows.

Inputs stand left and right, D in the middle, as boxes in the colours themselves. Colours of lines
are those of the page; a drawing wider than the screen scrolls and keeps its letters readable.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from ganvas.lessons.worked import Numbers, Round
from ganvas.lessons.worked_figures import factor, given, number, web
from ganvas.lessons.worked_text import Lesson, channels, milestones

WIDTH = 1000
PITCH = 104.0
"""From one channel to the next."""
RADIUS = 42
SIDE = 54
"""Half the width of a box around channels."""
BELOW = 64
"""From the middle of D down to what it says."""
TOP = 84.0
"""Where the first channel stands."""
STYLE = """<style>
.net { min-width: 46rem; }
.net text { font-size: 15px !important; fill: var(--ink); text-anchor: middle; dominant-baseline: central; }
.step { margin-bottom: 1rem; }
.net .soft { fill: var(--soft); font-size: 13px !important; }
.net .behind { fill: var(--paper); stroke: none; }
.net line { stroke: var(--k); stroke-width: 1.5; }
.net polygon { fill: var(--k); }
.net circle { fill: var(--paper); stroke: var(--k); stroke-width: 2; }
.net rect { stroke: var(--rule); }
.net .plain { --k: var(--soft); } .net .g { --k: var(--g); } .net .d { --k: var(--d); }
.net text.g { fill: var(--g); } .net text.d { fill: var(--d); }
</style>"""  # noqa: E501
"""The drawings' own style, once on the page; `--k` is the colour of a line."""

Point = tuple[float, float]


def forward(lesson: Lesson) -> str:
    """z through G and the real colour, from both sides through D."""
    r, names = lesson.rounds[0], channels(lesson)
    z, g, fake, real, x = 50, 265, 488, 657, 900
    rows, middle = _rows(r)
    out = [_box(g, rows, r.fake.x, "G(z)"), _box(x, rows, r.real.x, lesson.say("draw.x"))]
    for i, y in enumerate(rows):
        out += [
            _arrow(
                _rim((z, middle), (g - SIDE, y)),
                (g - SIDE, y),
                "g",
                [(f"v{_index(i)} = {given(r.v[i])}", "g")],
                0.6,
            ),
            _arrow(
                (g + SIDE, y), _rim((fake, middle), (g + SIDE, y)), "d", [(_weight(r, i), "d")], 0.4
            ),
            _arrow(
                (x - SIDE, y), _rim((real, middle), (x - SIDE, y)), "d", [(_weight(r, i), "d")], 0.4
            ),
            _node((g, y), "g", names[i], number(r.fake.x[i])),
            _node((x, y), "plain", names[i], given(r.real.x[i])),
        ]
    out.append(_node((z, middle), "plain", "z", given(lesson.example.z)))
    out += _judges(lesson, (fake, middle), (real, middle))
    of_g = [(f"D/fake = {number(r.fake.loss)}", "soft"), (f"G/fake = {number(r.loss_g)}", "soft")]
    of_real = [(f"D/real = {number(r.real.loss)}", "soft")]
    out += [
        _labels((fake, middle + BELOW + 18), [(f"D(G(z)) = {number(r.fake.d)}", ""), *of_g]),
        _labels((real, middle + BELOW + 9), [(f"D(x) = {number(r.real.d)}", ""), *of_real]),
    ]
    return _svg("forward", lesson.say("draw.forward"), _height(rows), out)


def backward(lesson: Lesson) -> str:
    """D's errors on the fake and on the real colour, back to the weights of both sides."""
    r, names = lesson.rounds[0], channels(lesson)
    g, fake, real, x = 90, 422, 578, 910
    rows, middle = _rows(r)
    out = [_box(g, rows, r.fake.x, "G(z)"), _box(x, rows, r.real.x, lesson.say("draw.x"))]
    for i, y in enumerate(rows):
        for at, d, seen in ((g + SIDE, fake, r.fake), (x - SIDE, real, r.real)):
            label = f"∂L/∂w{_index(i)} = {number(seen.gradient[i])}"
            out.append(_arrow(_rim((d, middle), (at, y)), (at, y), "d", [(label, "d")], 0.52))
        out += [
            _node((g, y), "plain", names[i], number(r.fake.x[i])),
            _node((x, y), "plain", names[i], given(r.real.x[i])),
        ]
    out += _judges(lesson, (fake, middle), (real, middle))
    for at, name, seen in ((fake, "D/fake", r.fake), (real, "D/real", r.real)):
        loss = (f"{name} = {number(seen.loss)}", "soft")
        error = (f"∂L/∂s = {number(seen.error)}", "")
        out.append(_labels((at, middle + BELOW + 9), [error, loss]))
    return _svg("backward", lesson.say("draw.backward"), _height(rows), out)


def through(lesson: Lesson) -> str:
    """G's error from the loss through the updated D, which stays, back to G's weights."""
    r, names, say = lesson.rounds[0], channels(lesson), lesson.say
    made = r.made
    z, g, d = 50, 375, 725
    rows, middle = _rows(r)
    out = [_box(g, rows, r.fake.x, "G(z)")]
    for i, y in enumerate(rows):
        g_i = r.fake.x[i]
        kept = (f"w*{_index(i)} = {number(made.w[i])}", "soft")
        error = (f"∂L/∂G{_index(i)} = {number(made.gradient_g[i])}", "")
        slope = (f"∂L/∂v{_index(i)} = {number(made.gradient_v[i])}", "g")
        inner = (f"× {number(g_i * (1 - g_i))} × {factor(lesson.example.z)}", "soft")
        out += [
            _arrow((g - SIDE, y), _rim((z, middle), (g - SIDE, y)), "g", [inner, slope], 0.4),
            _arrow(_rim((d, middle), (g + SIDE, y)), (g + SIDE, y), "plain", [kept, error], 0.56),
            _node((g, y), "g", names[i], number(g_i)),
        ]
    out += [
        _node((z, middle), "plain", "z", given(lesson.example.z)),
        _node((d, middle), "d", "D", number(made.d)),
        _text((d, middle - RADIUS - 16), say("draw.frozen"), "soft"),
        _text((d, middle + RADIUS + 18), f"∂L/∂s = {number(-(1 - made.d))}"),
        _arrow((858, middle), (d + RADIUS + 3, middle), "plain", []),
        _text((932, middle - 10), f"G/fake = {number(made.loss_g)}"),
        _text((932, middle + 12), "−log D(G(z))", "soft"),
    ]
    return _svg("through", say("draw.through"), _height(rows), out)


def colours(lesson: Lesson) -> str:
    """The real colour, and G(z) before and after the round, side by side."""
    r, say = lesson.rounds[0], lesson.say
    shown = [
        (say("draw.x"), r.real.x),
        (say("draw.before"), r.fake.x),
        (say("draw.after"), r.made.g),
    ]
    out: list[str] = []
    for i, (name, colour) in enumerate(shown):
        at = 10 + 330 * i
        out += _swatch(at, 10, 310, 70, colour)
        out.append(_text((at + 155, 98), f"{name}  {web(colour)}"))
    return _svg("colours", say("draw.colours"), 116, out)


def path(lesson: Lesson) -> str:
    """G(z) at the beginning of some rounds and after the last, as a strip of colours."""
    shown = [(str(r.number), r.fake.x) for r in milestones(lesson.rounds)]
    shown.append(("→", lesson.rounds[-1].made.g))
    wide = (WIDTH - 20) / len(shown)
    out: list[str] = []
    for i, (name, colour) in enumerate(shown):
        at = 10 + wide * i
        out += _swatch(at, 10, wide, 70, colour)
        out.append(_text((at + wide / 2, 98), name))
    return _svg("path", lesson.say("later.path"), 116, out)


def _judges(lesson: Lesson, fake: Point, real: Point) -> list[str]:
    """D twice, with one set of weights: as it judges the fake and the real colour."""
    r = lesson.rounds[0]
    return [
        f'<line class="d" x1="{fake[0]}" y1="{fake[1]}" x2="{real[0]}" y2="{real[1]}" '
        'stroke-dasharray="3 4"/>',
        _node(fake, "d", "D", number(r.fake.d)),
        _node(real, "d", "D", number(r.real.d)),
        _text(((fake[0] + real[0]) / 2, fake[1] - RADIUS - 18), lesson.say("draw.same"), "soft"),
    ]


def _rows(r: Round) -> tuple[list[float], float]:
    """The height of each channel, and the middle between them."""
    rows = [TOP + PITCH * i for i in range(len(r.v))]
    return rows, (rows[0] + rows[-1]) / 2


def _height(rows: Sequence[float]) -> float:
    return max(rows[-1] + 64, (rows[0] + rows[-1]) / 2 + 134)


def _weight(r: Round, i: int) -> str:
    return f"w{_index(i)} = {given(r.w[i])}"


def _index(i: int) -> str:
    """₁ for the first channel."""
    return str(i + 1).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _arrow(
    start: Point, end: Point, kind: str, labels: Sequence[tuple[str, str]], along: float = 0.5
) -> str:
    """An arrow between nodes or boxes, its labels at the share `along` of the line."""
    middle = (start[0] + along * (end[0] - start[0]), start[1] + along * (end[1] - start[1]))
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    cos, sin = math.cos(angle), math.sin(angle)
    x2, y2 = end
    head = " ".join(
        f"{x2 - 11 * cos + side * sin:.1f},{y2 - 11 * sin - side * cos:.1f}" for side in (-5, 5)
    )
    return (
        f'<g class="{kind}"><line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{x2:.1f}" '
        f'y2="{y2:.1f}"/><polygon points="{x2:.1f},{y2:.1f} {head}"/></g>{_labels(middle, labels)}'
    )


def _rim(centre: Point, towards: Point) -> Point:
    """Where a line from a node to another place leaves the node."""
    angle = math.atan2(towards[1] - centre[1], towards[0] - centre[0])
    return (
        centre[0] + (RADIUS + 3) * math.cos(angle),
        centre[1] + (RADIUS + 3) * math.sin(angle),
    )


def _labels(at: Point, labels: Sequence[tuple[str, str]]) -> str:
    """Texts one below the other, with nothing of the line behind them to be seen."""
    if not labels:
        return ""
    x, y = at
    wide = max(len(label) * (7.6 if style == "soft" else 8.6) for label, style in labels) + 6
    tall = 18 * len(labels) + 3
    first = y - 9 * (len(labels) - 1)
    return (
        f'<rect class="behind" x="{x - wide / 2:.1f}" y="{y - tall / 2:.1f}" width="{wide:.1f}" '
        f'height="{tall}"/>'
    ) + "".join(_text((x, first + 18 * i), label, style) for i, (label, style) in enumerate(labels))


def _node(at: Point, kind: str, name: str, value: str) -> str:
    x, y = at
    return (
        f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS}"/>'
        + _text((x, y - 13), name, "soft")
        + _text((x, y + 9), value)
    )


def _box(x: float, rows: Sequence[float], colour: Numbers, name: str) -> str:
    """A column of channels as one thing: a box in its colour, with its name above."""
    top, height = rows[0] - SIDE, rows[-1] - rows[0] + 2 * SIDE
    label = _text((x, top - 15), f"{name}  {web(colour)}".rstrip())
    return "".join(_swatch(x - SIDE, top, 2 * SIDE, height, colour)) + label


def _swatch(x: float, y: float, width: float, height: float, colour: Numbers) -> Iterable[str]:
    """The colour; where it has other than three channels, a grey for each, one above the other."""
    greys = [web((each, each, each)) for each in colour]
    fills = [web(colour)] if web(colour) else greys
    tall = height / len(fills)
    return [
        f'<rect x="{x:.1f}" y="{y + tall * i:.1f}" width="{width:.1f}" height="{tall:.1f}" '
        f'fill="{fill}"/>'
        for i, fill in enumerate(fills)
    ]


def _text(at: Point, text: str, style: str = "") -> str:
    kind = f' class="{style.strip()}"' if style.strip() else ""
    return f'<text x="{at[0]:.1f}" y="{at[1]:.1f}"{kind}>{escape(text)}</text>'


def _svg(name: str, alt: str, height: float, parts: Iterable[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<div class="wide"><svg id="{name}" class="net" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'role="img" aria-label="{escape(alt)}">\n{body}\n</svg></div>'
    )
