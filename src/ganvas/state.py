"""The state of a run as one flat tree of tensors: networks, averages, optimizers.

What else a run needs is its clock: the order of the data and all noise are functions of it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganvas.data.batches import DataSpec
from ganvas.engine import Engine
from ganvas.errors import GameError
from ganvas.game import Game, Nets

Tensors = dict[str, Tensor]


def build(
    game: Game,
    data: DataSpec,
    seed: int,
    device: torch.device | str = "cpu",
    autocast: torch.dtype | None = None,
) -> Nets:
    """The game's networks with the first weights that `seed` decides.

    They are laid out for `device` and for the precision in which the losses will be computed.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed % 2**64)  # what torch takes
        nets = game.build(data)
    if not isinstance(nets, Nets):
        raise GameError(
            f"{type(game).__name__}.build returns Nets(G=…, D=…), a network for each player; got "
            f"{type(nets).__name__}."
        )
    for network in nets.children():
        form = layout(network, torch.device(device), autocast)
        network.to(device, memory_format=form)  # type: ignore[call-overload]
    return nets.to(device)


def layout(
    network: nn.Module, device: torch.device, autocast: torch.dtype | None
) -> torch.memory_format:
    """How the convolutions of `network` lie in memory: channels last, which most are faster in.

    In float32 on a processor grouped ones are not, where gradients flow through them, and neither
    is a network that normalises each picture by itself; docs/speed.md has the figures.
    """
    slow = any(
        isinstance(m, nn.InstanceNorm2d) or (isinstance(m, nn.Conv2d) and m.groups > 1)
        for m in network.modules()
    )
    slower = slow and device.type == "cpu" and autocast is None
    return torch.contiguous_format if slower else torch.channels_last


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
