"""The state of a run as one flat tree of tensors: networks, averages, optimizers.

What else a run needs is its clock: the order of the data and all noise are functions of it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ganvas.data.batches import DataSpec
from ganvas.engine import Engine
from ganvas.game import Game, Nets

Tensors = dict[str, Tensor]


def build(game: Game, data: DataSpec, seed: int, device: torch.device | str = "cpu") -> Nets:
    """The game's networks with the first weights that `seed` decides, convolutions in NHWC."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed % 2**64)  # what torch takes
        return game.build(data).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def collect(engine: Engine) -> Tensors:
    """The tensors of `engine`, named `nets/…`, `ema/…`, `optim/PLAYER/INDEX/SLOT`."""
    tensors = {f"nets/{k}": v for k, v in engine.nets.state_dict().items()}
    tensors |= {f"ema/{k}": v for k, v in engine.ema.shadow.state_dict().items()}
    for player, optimizer in engine.optimizers.items():
        for i, slots in optimizer.state_dict()["state"].items():
            kept = {k: v for k, v in slots.items() if isinstance(v, Tensor)}
            tensors |= {f"optim/{player}/{i}/{slot}": v for slot, v in kept.items()}
    return tensors


def restore(engine: Engine, tensors: Tensors) -> None:
    """Puts what `collect` gave back into an engine of the same game."""
    engine.nets.load_state_dict(under("nets/", tensors))
    engine.ema.shadow.load_state_dict(under("ema/", tensors))
    for player, optimizer in engine.optimizers.items():
        slots: dict[int, Tensors] = {}
        for name, value in under(f"optim/{player}/", tensors).items():
            i, slot = name.split("/")
            like = engine.parameters((player,))[int(i)]
            if value.shape == like.shape:  # laid out in memory as the weight is
                value = torch.empty_like(like).copy_(value)
            slots.setdefault(int(i), {})[slot] = value
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": slots, "param_groups": groups})


def drawing(nets: Nets, tensors: Tensors) -> None:
    """Gives `nets` the weights that draw samples: the averages where there are any."""
    nets.load_state_dict(under("nets/", tensors) | under("ema/", tensors))


def under(prefix: str, tensors: Tensors) -> Tensors:
    """The tensors whose names begin with `prefix`, without it."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
