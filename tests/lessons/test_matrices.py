"""Back-propagation as matrices: what is printed is what was computed, and autograd agrees."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from rich.cells import cell_len

from ganvas.errors import UsageError
from ganvas.lessons import matrices
from ganvas.lessons.formula import Matrix, shape
from ganvas.lessons.matrices import Setting, lesson
from ganvas.lessons.matrices_autograd import differences
from ganvas.lessons.matrices_page import page
from ganvas.lessons.matrices_text import WIDTH, text, verdict, written
from ganvas.words import LANGUAGES, Words

ONE = {"z": 1, "g_hidden": 1, "x": 1, "d_hidden": 1, "batch": 1}
ALL = dict.fromkeys(ONE, matrices.MOST)
SETTINGS = [
    Setting(),
    Setting(loss="minimax"),
    Setting(**ONE),
    Setting(**ALL, lr=0.01),
    Setting(z=3, g_hidden=8, x=1, d_hidden=2, batch=5, seed=7, loss="minimax"),
]
FUNCTIONS = {
    "ReLU": lambda s: np.maximum(s, 0),
    "ReLU′": lambda s: (s > 0).astype(float),
    "σ": lambda s: 1 / (1 + np.exp(-s)),
    "log": np.log,
    "mean": np.mean,
    "Σ": lambda s: s.sum(axis=0, keepdims=True),
}


def evaluated(formula: str, known: dict[str, np.ndarray]) -> np.ndarray:
    """A printed formula, worked out by Python from what was printed before it."""
    values = FUNCTIONS | known
    names = sorted(values, key=len, reverse=True)
    code = re.sub(r"(log|Σ) ([^ )]+)", r"\1(\2)", formula)
    code = re.sub("|".join(map(re.escape, names)), lambda m: f"v[{names.index(m[0])}]", code)
    code = re.sub(r"^([\d.]+)·|(?<= )([\d.]+)·", r"\1\2*", code)  # a rate times a matrix
    for theirs, ours in {"·": "@", "⊙": "*", "ᵀ": ".T", "−": "-"}.items():
        code = code.replace(theirs, ours)
    return eval(code, {"v": [values[name] for name in names]})


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_every_printed_formula_gives_the_printed_numbers(setting):
    known = {"real": {}, "fake": {}}
    for line in (line for lines in lesson(setting).parts.values() for line in lines):
        for column, value in line.values.items():
            if column == "sum":
                assert np.allclose(value, line.values["real"] + line.values["fake"])
            elif line.formula:
                seen = known["fake" if column == "only" else column]
                assert np.allclose(evaluated(line.formula, seen), value), line.name
            for each in (known[column],) if column in known else known.values():
                each[line.name] = value


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_shapes_beside_a_product_fit_and_give_the_shape_of_the_result(setting):
    for line in (line for lines in lesson(setting).parts.values() for line in lines):
        made, _, result = line.shapes.rpartition(" = ")
        assert {shape(value) for value in line.values.values()} == {result}
        assert made.count("·") == len(re.findall(r"[^\d]·", line.formula))
        for product in re.findall(r"[(]\d,\d[)]ᵀ?·[(]\d,\d[)]ᵀ?", made):
            left, right = (
                (b, a) if turned else (a, b)
                for a, b, turned in re.findall(r"(\d),(\d)[)](ᵀ?)", product)
            )
            assert left[1] == right[0], line.shapes


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_autograd_agrees(setting):
    step = lesson(setting)
    found = differences(step)
    assert found.keys() == step.found.keys() >= {"L_D", "dW₁", "db₂", "L_G", "dV₁", "dc₂", "e"}
    assert max(found.values()) < 1e-12


@pytest.mark.parametrize("seed", range(20))
def test_autograd_agrees_whatever_the_seed(seed):
    step = lesson(Setting(seed=seed))
    assert max(differences(step).values()) < 1e-12


@pytest.mark.parametrize("fault", ["open gates", "half the error", "old D"])
def test_autograd_would_tell(fault, monkeypatch):
    whole = matrices.Network.backward
    if fault == "open gates":
        monkeypatch.setattr(matrices, "gate", lambda s: Matrix.of("1", np.ones(s.value.shape)))
    elif fault == "half the error":
        monkeypatch.setattr(matrices.Network, "backward", lambda n, f, d, k: whole(n, f, d / 2, k))
    else:
        monkeypatch.setattr(matrices.Network, "stepped", lambda network, gradients, lr: network)
    found = differences(lesson(Setting()))
    assert max(found.values()) > 1e-3
    assert "finds other numbers" in verdict(found, Words("explain_mlp", "en"))


def test_the_passes_of_d_share_weights_and_differ_in_activations():
    step = lesson(Setting())
    real, fake = (step.value("d_forward", "a₁", column) for column in ("real", "fake"))
    assert ((real > 0) != (fake > 0)).any()
    assert np.array_equal(step.value("d_forward", "x", "fake"), step.value("g_forward", "G(z)"))
    assert np.array_equal(step.value("d_forward", "x", "real"), step.x)


def test_d_moves_first_and_stays_while_g_trains():
    step = lesson(Setting())
    moved = {line.name for part in ("through", "g_backward", "g_step") for line in step.parts[part]}
    assert not moved & {"dW₁", "dW₂", "W₁*", "W₂*", "dW₁*", "dW₂*"}
    assert not np.array_equal(step.value("d_step", "W₁*"), step.D["W₁"])
    asked = step.value("through", "s₁*")
    assert np.allclose(
        asked,
        step.value("g_forward", "G(z)") @ step.value("d_step", "W₁*") + step.value("d_step", "b₁*"),
    )


@pytest.mark.parametrize("loss", ["nonsaturating", "minimax"])
def test_a_small_step_lowers_the_loss_of_who_makes_it(loss):
    for seed in (0, 1, 2, 7):
        step = lesson(Setting(seed=seed, loss=loss, lr=0.01))
        assert step.after["L_D"] < step.found["L_D"]
        if np.abs(step.found["e"]).max() > 0:
            assert step.after["L_G"] < step.found["L_G"]


def test_the_minimax_error_is_small_where_d_sees_through_the_fake():
    errors = {loss: lesson(Setting(loss=loss)) for loss in ("nonsaturating", "minimax")}
    d = errors["minimax"].value("through", "D*")
    assert np.allclose(errors["minimax"].value("through", "δ₂*"), -d / 2)
    assert np.allclose(errors["nonsaturating"].value("through", "δ₂*"), -(1 - d) / 2)


def test_no_unit_stands_on_the_kink_of_relu():
    for seed in range(100):
        step = lesson(Setting(**ALL, seed=seed))
        assert np.abs(step.value("g_forward", "u₁")).min() > 0.04
        assert np.abs(step.value("d_forward", "s₁", "real")).min() > 0.04


def test_the_seed_decides_everything():
    one, same, other = (lesson(Setting(seed=seed)) for seed in (3, 3, 4))
    assert all(np.array_equal(value, same.found[name]) for name, value in one.found.items())
    assert not np.array_equal(one.x, other.x) or not np.array_equal(one.z, other.z)


@pytest.mark.parametrize("name", list(ONE))
@pytest.mark.parametrize("size", [0, -1, 9, 10**12])
def test_sizes_that_cannot_be_read_are_refused(name, size):
    with pytest.raises(UsageError, match=f"{name.replace('_', '-')} is 1 to 8, .* got {size}"):
        Setting(**{name: size})


@pytest.mark.parametrize("options", [{"lr": 0}, {"lr": -1}, {"lr": float("nan")}, {"lr": 11}])
def test_learning_rates_and_seeds_are_checked(options):
    with pytest.raises(UsageError, match="lr is above 0 and at most 10, got"):
        Setting(**options)
    with pytest.raises(UsageError, match="seed is 0 or more, got -1"):
        Setting(seed=-1)


def test_numbers_are_written_short_where_they_are_exact():
    assert written(np.array([[0.5, -1.0, 0.0]])) == [["0.5", "−1.0", "0"]]
    assert written(np.array([[0.25], [-0.1]])) == [["0.25"], ["−0.10"]]
    assert written(np.array([[1 / 3, -2.2e-5]])) == [["0.3333", "−2e−5"]]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_text_shows_every_line_and_fits_the_terminal(setting, lang):
    step = lesson(setting)
    said = text(step, differences(step), Words("explain_mlp", lang))
    for lines in step.parts.values():
        for line in lines:
            assert line.formula in said
            assert line.shapes in said
            for value in line.values.values():
                for row in written(value):
                    cells = r"\s+".join(map(re.escape, row))
                    assert re.search(rf"\[\s+{cells}\s+\]", said), (line.name, row)
    assert max(map(cell_len, said.splitlines())) <= WIDTH
    assert "{" not in said


class Page(HTMLParser):
    """Reads a page; an element that is not closed in its place is an error."""

    VOID = ("meta", "rect", "path", "br")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.cells: list[str] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "td":
            self.cells.append(data)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_page_holds_every_number_and_needs_nothing_else(setting, lang):
    step = lesson(setting)
    found = differences(step)
    html = page(step, found, Words("explain_mlp", lang))
    read = Page(html)
    numbers = [
        cell
        for lines in step.parts.values()
        for line in lines
        for value in line.values.values()
        for row in written(value)
        for cell in row
    ]
    assert read.cells == [*numbers, *(f"{value:.1e}" for value in found.values())]
    assert read.seen.count("svg") == 2
    assert not {"script", "link", "img"} & set(read.seen)
    assert f'lang="{lang}"' in html
    assert html == page(lesson(setting), found, Words("explain_mlp", lang))
