"""Who plays: the options that shape G and D, and the networks they stand for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from annotated_types import Ge
from torch import nn

from ganvas.data.batches import DataSpec, Images, Labelled, Points
from ganvas.errors import UsageError
from ganvas.families._noise import Noise, Width
from ganvas.networks import dcgan, r3, resnet
from ganvas.networks.conditional import Heads
from ganvas.networks.mlp import mlp
from ganvas.nn.clipped import Clipped
from ganvas.nn.fourier import Fourier
from ganvas.nn.spectral import spectral
from ganvas.optim import Optim
from ganvas.options import fixed

SHAPED_BY = {
    "mlp": ("g_hidden", "d_hidden", "activation", "bias", "waves"),
    "dcgan": ("width", "norm", "down"),
    "resnet": ("width", "norm"),
    "r3": ("width", "blocks", "group"),
}
"""The options that each kind of network reads."""


@dataclass(frozen=True, kw_only=True)
class Players(Noise):
    """A game whose G makes samples of noise and whose D reads them; the networks are options."""

    plays: ClassVar[tuple[type, ...]] = (Points, Images, Labelled)
    quick: ClassVar[dict[str, Any]] = {
        "width": 8,
        "blocks": 1,
        "group": 8,
        "G": {"lr": 2e-3},
        "D": {"lr": 2e-3},
    }

    network: Literal["mlp", "dcgan", "resnet", "r3"] = fixed("mlp")
    """Kind of both networks: fully connected, DCGAN's, SNGAN's residual ones, or R3GAN's."""
    width: Width = fixed(64)
    """Channels of convolutional networks, next to the picture; deeper layers have more."""
    g_hidden: tuple[Width, ...] = fixed((128,))
    """Widths of the hidden layers of an MLP G; none makes G a single layer."""
    d_hidden: tuple[Width, ...] = fixed((128,))
    """Widths of the hidden layers of an MLP D."""
    activation: Literal["relu", "leaky", "tanh"] = fixed("relu")
    """Activation of the hidden layers of an MLP."""
    bias: bool = fixed(True)
    """Whether the layers of an MLP have biases."""
    waves: Annotated[int, Ge(0)] = fixed(0)
    """Sines and cosines of the points, of so many wavelengths, that an MLP D reads beside them."""
    norm: Literal["both", "g", "none"] = fixed("both")
    """Where batch normalisation is: dcgan's G and D, the G alone (resnet never has it in D)."""
    down: Literal["stride", "pool"] = fixed("stride")
    """How dcgan's D shrinks pictures: strided convolutions, or convolution and pooling."""
    blocks: Width = fixed(2)
    """Residual blocks at each side of r3."""
    group: Width = fixed(16)
    """Channels of a group of r3's convolutions."""
    spectral: bool = fixed(False)
    """Spectral normalisation of D's layers on the way to its logit."""
    clip: Annotated[float, Ge(0)] = fixed(0.0)
    """D's weights are clipped to [-clip, clip] after each of its steps; 0 leaves them. What names
    classes or codes, or tells D the class, stays free."""
    output: Literal["auto", "sigmoid", "tanh", "linear"] = fixed("auto")
    """G's last activation; auto is linear for points, sigmoid for images, tanh by convolutions."""

    G: Optim = Optim()
    """G's optimizer."""
    D: Optim = Optim()
    """D's optimizer."""

    @property
    def range(self) -> tuple[float, float]:
        """Pixels in (0, 1) for a sigmoid, else in (-1, 1)."""
        return (0.0, 1.0) if self._last(images=True) == "sigmoid" else (-1.0, 1.0)

    @property
    def mixes_samples(self) -> bool:
        """Batch normalisation looks at the whole batch."""
        here = self.network in ("dcgan", "resnet") and self.norm != "none"
        return here or super().mixes_samples

    @property
    def convolves(self) -> bool:
        """Whether the networks are convolutional."""
        return self.network != "mlp"

    def idle(self) -> dict[str, str]:
        """Also what shapes networks of another kind."""
        if not type(self).build.__module__.startswith("ganvas."):  # one's own may read them all
            return super().idle()
        unread = {name for names in SHAPED_BY.values() for name in names}
        unread -= {*SHAPED_BY[self.network]}
        return super().idle() | dict.fromkeys(sorted(unread), f"network = {self.network}")

    def accept(self, data: DataSpec) -> None:
        """Also raises UsageError for points where the networks are convolutional."""
        super().accept(data)
        if self.spectral and self.network == "r3":
            raise UsageError(
                "spectral divides weights by their size, and r3's blocks begin at 0. "
                "Use network = resnet."
            )
        if self.network != "mlp" and not data.is_images:
            raise UsageError(
                f"network = {self.network} is for images; {data.name!r} is points of {data.shape}. "
                "Use network = mlp."
            )
        if self.waves and data.is_images:
            raise UsageError(f"waves are for points; {data.name!r} is images. Use waves = 0.")

    def generator(self, data: DataSpec, inputs: int) -> nn.Module:
        """G: (N, inputs) to samples (N, …) in the game's range."""
        last = self._last(data.is_images)
        if self.network == "mlp":
            options: Any = {"activation": self.activation, "output": last, "bias": self.bias}
            return mlp((inputs,), self.g_hidden, data.shape, **options)
        if self.network == "r3":
            body = r3.generator(
                inputs, data.shape, width=self.width, blocks=self.blocks, group=self.group
            )
        else:
            make = {"dcgan": dcgan.generator, "resnet": resnet.generator}[self.network]
            norm: dcgan.Norm = "none" if self.norm == "none" else "batch"
            body = make(inputs, data.shape, width=self.width, norm=norm)
        ends: dict[str, list[nn.Module]] = {"tanh": [nn.Tanh()], "sigmoid": [nn.Sigmoid()]}
        return nn.Sequential(body, *ends.get(last, []))

    def trunk(self, shape: tuple[int, ...]) -> tuple[nn.Module, int]:
        """D up to its features: samples (N, *shape) to (N, F), and F."""
        if self.network == "dcgan":
            norm: dcgan.Norm = "batch" if self.norm == "both" else "none"
            return dcgan.trunk(shape, width=self.width, norm=norm, down=self.down)
        if self.network == "resnet":
            return resnet.trunk(shape, width=self.width)
        if self.network == "r3":
            return r3.trunk(shape, width=self.width, blocks=self.blocks, group=self.group)
        if not self.d_hidden:
            return nn.Flatten(), math.prod(shape)
        *before, features = self.d_hidden
        options: Any = {"activation": self.activation, "bias": self.bias}
        if not self.waves:
            return mlp(shape, before, (features,), output=self.activation, **options), features
        seen = (shape[0] + 2 * self.waves,)
        body = mlp(seen, before, (features,), output=self.activation, **options)
        return nn.Sequential(Fourier(shape[0], self.waves), body), features

    def last(self, features: int) -> nn.Linear:
        """D's last layer, from its features to the logit, as each kind of network has it."""
        has = {"mlp": self.bias, "dcgan": True, "resnet": False, "r3": False}
        layer = nn.Linear(features, 1, bias=has[self.network])
        if self.network == "dcgan":
            dcgan.start(layer)
        elif self.network == "resnet":
            nn.init.xavier_uniform_(layer.weight)
        elif self.network == "r3":
            r3.start(layer, 1)
        return layer

    def discriminator(self, shape: tuple[int, ...]) -> nn.Module:
        """D: samples (N, *shape) to logits (N,), not yet bound."""
        body, features = self.trunk(shape)
        return nn.Sequential(body, self.last(features), nn.Flatten(0))

    def with_heads(self, shape: tuple[int, ...], *widths: int, onlookers: int = 0) -> nn.Module:
        """D with further outputs, bound on its way to the logit and free in the other heads."""
        body, features = self.trunk(shape)
        logit = self.bound(self.last(features))
        return Heads(self.bound(body), logit, features, *widths, onlookers=onlookers)

    def bound(self, D: nn.Module) -> nn.Module:
        """D, or a part, with what keeps it from being too steep: `spectral` and `clip`."""
        D = spectral(D) if self.spectral else D
        return Clipped(D, self.clip) if self.clip else D

    def told(self, nets: Any, batch: Any) -> tuple[Any, Any]:
        """G and D as functions of noise and of samples, told what they may know of the batch."""
        return nets.G, nets.D

    def _last(self, images: bool) -> str:
        if self.output != "auto":
            return self.output
        return ("sigmoid" if self.network == "mlp" else "tanh") if images else "linear"
