"""One step of a two-layer G and D as matrices: forward, errors, gradients, both moves.

A row is a sample, a weight matrix is (in, out), a layer is x·W + b. Both networks are of one kind,
ReLU after the first layer and σ after the second, so the same few lines serve both. The order is
that of the 2014 paper's Algorithm 1: D moves first, G is trained against the moved D.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from ganvas.errors import UsageError
from ganvas.lessons.formula import Array, Matrix, gate, of_each, over_rows, relu, sigmoid

MOST = 8
"""The largest size: wider matrices are not read."""
RATE = 10.0
"""The largest learning rate."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How wide the layers are, and what the step is made with.

    Raises:
        UsageError: a size that is not 1 to 8, a learning rate outside (0, 10], a negative seed.
    """

    z: int = 2
    """Numbers of noise that a sample is made from."""
    g_hidden: int = 3
    """Units of G's hidden layer."""
    x: int = 4
    """Numbers of a sample."""
    d_hidden: int = 3
    """Units of D's hidden layer."""
    batch: int = 2
    """Real samples in the minibatch, and as many fakes."""
    seed: int = 7
    """Decides the weights, the noise and the real samples."""
    loss: Literal["nonsaturating", "minimax"] = "nonsaturating"
    """G minimises -log D(G(z)), or log(1 - D(G(z)))."""
    lr: float = 0.5
    """The learning rate of both players."""

    def __post_init__(self) -> None:
        for name in ("z", "g_hidden", "x", "d_hidden", "batch"):
            if not 1 <= (size := getattr(self, name)) <= MOST:
                raise UsageError(
                    f"{name.replace('_', '-')} is 1 to {MOST}, so that the matrices can be read, "
                    f"got {size}."
                )
        if self.seed < 0:
            raise UsageError(f"seed is 0 or more, got {self.seed}.")
        if not 0 < self.lr <= RATE:
            raise UsageError(f"lr is above 0 and at most {RATE:g}, got {self.lr:g}.")


class Forward(NamedTuple):
    """What a network computes on the way from its input to its output."""

    x: Matrix
    s1: Matrix
    a1: Matrix
    s2: Matrix
    out: Matrix


class Backward(NamedTuple):
    """The errors at s2 and s1, and the gradients that they give."""

    d2: Matrix
    dW2: Matrix
    db2: Matrix
    d1: Matrix
    dW1: Matrix
    db1: Matrix


class Network(NamedTuple):
    """Two layers: ReLU after the first, σ after the second."""

    W1: Matrix
    b1: Matrix
    W2: Matrix
    b2: Matrix

    def forward(self, x: Matrix, names: tuple[str, str, str, str]) -> Forward:
        """From `x` (N, in) to the output (N, out); `names` are those of s1, a1, s2, output."""
        s1 = (x @ self.W1 + self.b1).named(names[0])
        a1 = relu(s1).named(names[1])
        s2 = (a1 @ self.W2 + self.b2).named(names[2])
        return Forward(x, s1, a1, s2, sigmoid(s2).named(names[3]))

    def error(self, seen: Forward, d2: Matrix, name: str) -> Matrix:
        """The error at s1 from the one at s2: back through W2, then through the open gates."""
        return ((d2 @ self.W2.T) * gate(seen.s1)).named(name)

    def backward(self, seen: Forward, d2: Matrix, name: str) -> Backward:
        """Both errors, and each layer's gradient: its input, transposed, times its error."""
        d1 = self.error(seen, d2, name)
        return Backward(
            d2=d2,
            dW2=(seen.a1.T @ d2).named(f"d{self.W2.text}"),
            db2=over_rows(d2).named(f"d{self.b2.text}"),
            d1=d1,
            dW1=(seen.x.T @ d1).named(f"d{self.W1.text}"),
            db1=over_rows(d1).named(f"d{self.b1.text}"),
        )

    def stepped(self, gradients: dict[str, Matrix], lr: float) -> Network:
        """The network after a step down `gradients`, by name; a moved weight bears a star."""
        return Network(*((w - lr * gradients[f"d{w.text}"]).named(f"{w.text}*") for w in self))


@dataclass(frozen=True, eq=False)
class Line:
    """One formula, worked out once or for two passes."""

    name: str
    formula: str
    shapes: str
    values: dict[str, Array]
    """By column: `real`, `fake` and, of gradients and losses, their `sum`; `only` for one pass."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Lesson:
    """The step, line by line, and what autograd has to find in it too."""

    setting: Setting
    z: Array
    x: Array
    G: dict[str, Array]
    D: dict[str, Array]
    parts: dict[str, list[Line]]
    """`players`, `g_forward`, `d_forward`, `d_backward`, `d_step`, `through`, …, in that order."""
    found: dict[str, Array]
    """The losses L_D and L_G, all gradients, and e = ∂L_G/∂G(z), by name."""
    after: dict[str, float]
    """The losses on the same minibatch once their player has moved."""

    def value(self, part: str, name: str, column: str = "only") -> Array:
        """The numbers of one line, (rows, columns)."""
        return next(line for line in self.parts[part] if line.name == name).values[column]


class _Turn(NamedTuple):
    moved: Network
    parts: dict[str, list[Line]]
    found: list[Matrix]
    after: float


def lesson(setting: Setting) -> Lesson:
    """One step of D and one of G."""
    lr = setting.lr
    G, D, z, x = _given(setting, np.random.default_rng(setting.seed))
    drawn = G.forward(z, ("u₁", "h₁", "u₂", "G(z)"))
    first = _turn_of_d(D, x, drawn.out, lr)
    second = _turn_of_g(G, drawn, first.moved, setting.loss, lr)
    given = {"players": _lines((*G, *D)), "g_forward": _lines(drawn)}
    return Lesson(
        setting=setting,
        z=z.value,
        x=x.value,
        G=_numbers(G),
        D=_numbers(D),
        parts=given | first.parts | second.parts,
        found=_numbers([*first.found, *second.found]),
        after={"L_D": first.after, "L_G": second.after},
    )


def _given(setting: Setting, rng: np.random.Generator) -> tuple[Network, Network, Matrix, Matrix]:
    """Weights, noise and real samples in short decimals.

    A first layer's sums are odd multiples of 0.05, never 0, where ReLU has no derivative.
    """

    def signed(most: int, *size: int) -> Array:
        sign: Array = rng.choice([-1.0, 1.0], size)
        return sign * rng.integers(1, most + 1, size)

    def network(w: str, b: str, before: int, hidden: int, after: int) -> Network:
        return Network(
            Matrix.of(f"{w}₁", signed(5, before, hidden) / 5),
            Matrix.of(f"{b}₁", (2 * rng.integers(0, 4, (1, hidden)) + 1) / 20),
            Matrix.of(f"{w}₂", signed(5, hidden, after) / 5),
            Matrix.of(f"{b}₂", signed(4, 1, after) / 10),
        )

    return (
        network("V", "c", setting.z, setting.g_hidden, setting.x),
        network("W", "b", setting.x, setting.d_hidden, 1),
        Matrix.of("z", signed(3, setting.batch, setting.z) / 2),
        Matrix.of("x", rng.integers(0, 3, (setting.batch, setting.x)) / 2),
    )


class _Pass(NamedTuple):
    """One pass of D over samples whose right answer is y, and what runs back from it."""

    seen: Forward
    y: Matrix
    loss: Matrix
    back: Backward


def _judged(D: Network, x: Matrix, answer: float) -> _Pass:
    n = len(x.value)
    seen, y = D.forward(x, ("s₁", "a₁", "s₂", "D")), Matrix.of("y", np.full((n, 1), answer))
    back = D.backward(seen, ((seen.out - y) / n).named("δ₂"), "δ₁")
    return _Pass(seen, y, _cross_entropy(seen, y), back)


def _turn_of_d(D: Network, x: Matrix, drawn: Matrix, lr: float) -> _Turn:
    """The same weights on both inputs; their gradients are added, and D moves."""
    inputs = ((x, 1), (drawn.named("x"), 0))
    real, fake = (_judged(D, *each) for each in inputs)
    added = {
        each.text: (each + other).named(each.text)
        for each, other in zip((real.loss, *real.back), (fake.loss, *fake.back), strict=True)
        if not each.text.startswith("δ")
    }
    moved = D.stepped(added, lr)
    backward = zip((real.y, real.loss, *real.back), (fake.y, fake.loss, *fake.back), strict=True)
    parts = {
        "d_forward": [_pair(*each) for each in zip(real.seen, fake.seen, strict=True)],
        "d_backward": [_pair(m, other, added.get(m.text)) for m, other in backward],
        "d_step": _lines(moved),
    }
    after = sum(_judged(moved, *each).loss.value.item() for each in inputs)
    return _Turn(moved, parts, list(added.values()), after)


def _turn_of_g(G: Network, drawn: Forward, D: Network, loss: str, lr: float) -> _Turn:
    """The error runs through D, whose weights stay, and on into G, which moves."""
    seen = D.forward(drawn.out, ("s₁*", "a₁*", "s₂*", "D*"))
    before, d2 = _of_g(seen, loss)
    d1 = D.error(seen, d2, "δ₁*")
    e = (d1 @ D.W1.T).named("e")
    back = G.backward(drawn, (e * drawn.out * (1 - drawn.out)).named("ε₂"), "ε₁")
    moved = G.stepped({m.text: m for m in back}, lr)
    again = moved.forward(drawn.x, ("u₁*", "h₁*", "u₂*", "G*(z)"))
    after, _ = _of_g(D.forward(again.out, ("", "", "", "")), loss)
    parts = {
        "through": _lines((*seen[1:], before, d2, d1, e)),
        "g_backward": _lines(back),
        "g_step": _lines((*moved, *again[1:])),
    }
    gradients = [m for m in back if m.text.startswith("d")]
    return _Turn(moved, parts, [before, *gradients, e], after.value.item())


def _cross_entropy(seen: Forward, y: Matrix) -> Matrix:
    """−log D where y is 1, −log(1 − D) where it is 0, from the logits."""
    value = np.logaddexp(0, np.where(y.value == 1, -seen.s2.value, seen.s2.value)).mean()
    return Matrix("−mean(y ⊙ log D + (1−y) ⊙ log(1−D))", np.array([[value]]), "").named("L_D")


def _of_g(seen: Forward, loss: str) -> tuple[Matrix, Matrix]:
    """G's loss, and its error at D's logits."""
    logits, n = seen.s2, len(seen.out.value)
    if loss == "nonsaturating":
        each = of_each("−mean(log D*)", lambda s: np.logaddexp(0, -s).mean(keepdims=True), logits)
        error = (seen.out - Matrix.of("1", np.ones((n, 1)))) / n
    else:
        each = of_each("mean(log(1−D*))", lambda s: -np.logaddexp(0, s).mean(keepdims=True), logits)
        error = Matrix(f"−D* / {n}", -seen.out.value / n, "")
    return each.named("L_G"), error.named("δ₂*")


def _numbers(matrices: Iterable[Matrix]) -> dict[str, Array]:
    return {m.text: m.value for m in matrices}


def _lines(matrices: Iterable[Matrix]) -> list[Line]:
    return [Line(m.text, m.formula, m.shapes, {"only": m.value}) for m in matrices]


def _pair(real: Matrix, fake: Matrix, total: Matrix | None = None) -> Line:
    columns = {"real": real.value, "fake": fake.value}
    if total is not None:
        columns["sum"] = total.value
    return Line(real.text, real.formula, real.shapes, columns)
