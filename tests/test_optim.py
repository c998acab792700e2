"""A player's optimizer: PyTorch's own arithmetic, without what PyTorch lays around it."""

import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from torch.autograd.profiler import profile

from ganvas.optim import Optim
from ganvas.options import Schedule

RATE = Schedule.parse(0.01)
ADAM = replace(Optim(), lr=RATE, decay=0.1)
KINDS = {
    "adam": (ADAM, torch.optim.Adam, {"betas": (0.5, 0.999)}),
    "sgd": (replace(ADAM, method="sgd", momentum=0.5), torch.optim.SGD, {"momentum": 0.5}),
}


class Now:
    step, images = 0, 0


def moved(optimizer: torch.optim.Optimizer, weights: torch.nn.Parameter) -> torch.Tensor:
    """The weights after five steps on gradients of their own."""
    for n in range(5):
        weights.grad = torch.linspace(-1, n, weights.numel()).view_as(weights)
        optimizer.step()
    return weights.detach()


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_is_pytorchs_own_to_the_bit(kind):
    spec, plain, options = KINDS[kind]
    ours, theirs = (torch.nn.Parameter(torch.ones(3, 4)) for _ in range(2))
    bare = spec.make([ours])
    spec.tune(bare, Now())
    usual = plain([theirs], lr=0.01, weight_decay=0.1, fused=True, **options)
    assert torch.equal(moved(bare, ours), moved(usual, theirs))
    assert ours.is_leaf
    assert ours.requires_grad
    found, expected = bare.state_dict()["state"][0], usual.state_dict()["state"][0]
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert torch.equal(torch.as_tensor(found[name]), torch.as_tensor(value)), name


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_is_not_marked_for_the_profiler(kind):
    weights = torch.nn.Parameter(torch.ones(3))
    optimizer = KINDS[kind][0].make([weights])
    with profile() as seen:
        moved(optimizer, weights)
    names = {event.name for event in seen.function_events}
    assert any(kind in name for name in names)  # the arithmetic itself
    assert not any("Optimizer" in name for name in names)


def test_a_run_and_its_resume_load_no_compiler(tmp_path):
    train = ["train", "gan", "--data", "toy:ring8", "--outdir", str(tmp_path)]
    train += ["--batch", "8", "--steps", "3"]
    resume = ["train", "--resume", str(tmp_path / "0000-gan-toy-ring8"), "--steps", "6"]
    code = (
        "import sys\nfrom ganvas.cli import main\n"
        f"assert main({train!r}) == 0\nassert main({resume!r}) == 0\n"
        "assert 'torch' in sys.modules and 'torch._dynamo' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
