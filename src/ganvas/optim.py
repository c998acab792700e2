"""How a player moves: its optimizer as data, and the optimizer made from it."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, cast

import torch
from annotated_types import Ge, Gt, Lt

from ganvas.options import Clock, Schedule, constant, fixed, parse_schedules


@dataclass(frozen=True, kw_only=True)
class Optim:
    """A player's optimizer. The field of a game that holds one bears the player's name."""

    method: Literal["adam", "sgd"] = fixed("adam")
    """Adam, or stochastic gradient descent with momentum as in the 2014 paper."""
    lr: Annotated[Schedule, Ge(0)] = constant(2e-4)
    """Learning rate."""
    beta1: Annotated[float, Ge(0), Lt(1)] = 0.5
    """Adam: decay of the mean of the gradients."""
    beta2: Annotated[Schedule, Gt(0), Lt(1)] = constant(0.999)
    """Adam: decay of the mean of their squares."""
    momentum: Annotated[float, Ge(0), Lt(1)] = fixed(0.0)
    """SGD: momentum."""
    decay: Annotated[float, Ge(0)] = 0.0
    """Weight decay: so many times each weight is added to its gradient."""
    max_norm: Annotated[float, Ge(0)] = 0.0
    """Largest norm of the player's gradient; 0 leaves it as it is."""

    def __post_init__(self) -> None:
        parse_schedules(self)

    def idle(self) -> dict[str, str]:
        """Options that the method does not read, each with the one that decides it."""
        unread = {"adam": ("momentum",), "sgd": ("beta1", "beta2")}[self.method]
        return dict.fromkeys(unread, f"method = {self.method}")

    def make(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """The fused PyTorch optimizer over `parameters`; `tune` sets its changing numbers."""
        if self.method == "sgd":
            return _SGD(parameters, lr=0.0, momentum=self.momentum, fused=True)
        # PyTorch refuses one beta as int and one as float, so both are made floats.
        betas = (float(self.beta1), 0.999)
        return _Adam(parameters, lr=0.0, betas=betas, fused=True)

    def tune(self, optimizer: torch.optim.Optimizer, t: Clock) -> None:
        """Gives `optimizer` the numbers of the moment `t`."""
        group = optimizer.param_groups[0]
        group["lr"] = self.lr(t)
        group["weight_decay"] = self.decay
        if self.method == "adam":
            group["betas"] = (float(self.beta1), self.beta2(t))


Kind = TypeVar("Kind", bound=type[torch.optim.Optimizer])


def _bare(kind: Kind) -> Kind:
    """`kind` of optimizer without what PyTorch lays around it for its compiler and its profiler.

    The wrapping loads the compiler, two seconds, and is a twentieth of a small network's step. It
    also calls the hooks of a step, which are not called here.
    """
    names = ("add_param_group", "load_state_dict", "state_dict")
    methods: dict[str, Any] = {name: inspect.unwrap(getattr(kind, name)) for name in names}
    methods["step"] = torch.no_grad()(inspect.unwrap(kind.step))
    methods["step"].hooked = True  # else PyTorch would lay its profiler's mark around it again
    return cast(Kind, type(f"Bare{kind.__name__}", (kind,), methods))


_Adam, _SGD = _bare(torch.optim.Adam), _bare(torch.optim.SGD)
