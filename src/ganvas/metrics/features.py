"""The one seam between pictures and measures: `features(images) -> (N, d)`.

    features = find("auto", data="mnist:test", shape=(1, 28, 28))
    features(images)  # uint8 (N, 1, 28, 28) -> float64 (N, 64)

Shipped are networks of our own, trained to tell the classes of digits, MNIST and Fashion-MNIST
apart; anything else is seen by a network of random weights. A network trained anew makes a new
space: numbers of two spaces are never compared, and the SHA-256 of the weights tells them apart.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ganvas.errors import DataError, UsageError, unknown
from ganvas.metrics.small_cnn import RESIZER, WIDTH, SmallCNN, random_cnn, resized

NETS = Path(__file__).parent / "nets"
"""The shipped networks: NAME.safetensors, and NAME.json that says where it comes from."""
SHIPPED = ("digits", "mnist", "fashion-mnist")
NAMES = ("auto", *SHIPPED, "random", "pixels", "inception")
"""What `find` finds."""
BATCH = 500
"""Pictures a pass; another number changes no feature by more than float32 rounds."""
MOST_PIXELS = 28
"""Larger pictures are made this wide and high before their pixels are the features."""

Told = Callable[[int], None]


@dataclass(frozen=True)
class Features:
    """Pictures, uint8 (N, C, H, W) -> their features, float64 (N, width)."""

    name: str
    hash: str
    """SHA-256 of the weights; empty where there are none."""
    width: int
    resizer: str
    of: Callable[[Tensor], Tensor] = field(repr=False)
    """A few pictures -> float32 (n, width)."""
    judge: Callable[[Tensor], Tensor] | None = field(default=None, repr=False)
    """A few pictures -> the evidence for each class (n, classes), of trained features."""
    device: torch.device | str = "cpu"

    def __call__(
        self, images: Tensor, batch: int = BATCH, told: Told | None = None
    ) -> NDArray[np.float64]:
        """The features of `images`; `told` hears how many are done after each pass.

        Raises:
            UsageError: no pictures, or such as these features cannot be taken of.
        """
        return self._passes(self.of, images, batch, told).astype(np.float64)

    def classes(self, images: Tensor, batch: int = BATCH) -> NDArray[np.int64]:
        """The class that trained features see in each picture, (N,).

        Raises:
            UsageError: features that know no classes.
        """
        if self.judge is None:
            raise UsageError(f"The features {self.name!r} know no classes; {_some(SHIPPED)} do.")
        found: NDArray[np.int64] = self._passes(self.judge, images, batch, None).argmax(1)
        return found

    def _passes(
        self, of: Callable[[Tensor], Tensor], images: Tensor, batch: int, told: Told | None
    ) -> NDArray[Any]:
        if not len(images):
            raise UsageError("There are no pictures to take features of.")
        found = []
        with torch.no_grad(), _exact():
            for at in range(0, len(images), batch):
                part = images[at : at + batch]
                found.append(of(part.to(self.device)).cpu().numpy())
                if told is not None:
                    told(sum(map(len, found)))
        return np.concatenate(found)


def find(
    name: str, *, data: str = "", shape: tuple[int, ...], device: torch.device | str = "cpu"
) -> Features:
    """The features called `name`.

    Args:
        name: one of `NAMES`; "auto" takes the network trained on `data`, else random weights.
        data: what the data set is called, such as "mnist:test".
        shape: of a sample: (C, H, W), or (d,) for points, which are their own features.
        device: where the network computes.

    Raises:
        UsageError: an unknown name, features that do not fit the shape, a missing extra.
        DataError: a shipped network that is not what it was.
    """
    if name not in NAMES:
        raise unknown("features", name, NAMES)
    if len(shape) == 1:
        if name not in ("auto", "pixels"):
            raise UsageError(f"Points are their own features; {name!r} is of pictures.")
        return Features("points", "", shape[0], "none", lambda x: x.to(torch.float32))
    if name == "auto":
        origin = data.partition(":")[0]
        name = origin if origin in SHIPPED and shape[0] == 1 else "random"
    if name == "pixels":
        return _pixels(shape)
    if name == "inception":
        from ganvas.metrics.inception import inception

        return inception(device)
    if name == "random":
        return _by(random_cnn(shape[0]), "random", shape, device)
    return _shipped(name, shape, device)


def about(name: str) -> dict[str, Any]:
    """What NAME.json says of a shipped network: hash, accuracy, data, the command that made it."""
    try:
        card: dict[str, Any] = json.loads((NETS / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"The network of the features {name!r} is damaged: {error}.") from None
    return card


def digest(net: nn.Module) -> str:
    """SHA-256 of a network's weights: names, shapes and values."""
    found = hashlib.sha256()
    for name, value in sorted(net.state_dict().items()):
        found.update(f"{name} {tuple(value.shape)} {value.dtype}".encode())
        found.update(value.cpu().contiguous().numpy().tobytes())
    return found.hexdigest()


def _shipped(name: str, shape: tuple[int, ...], device: torch.device | str) -> Features:
    """The trained network called `name`, believed only where its file is the one we shipped."""
    import safetensors.torch

    card = about(name)
    path = NETS / f"{name}.safetensors"
    content = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(content).hexdigest() != card["sha256"]:
        raise DataError(
            f"{path} is {'damaged' if content else 'missing'}: it is not the network whose "
            f"SHA-256 begins with {card['sha256'][:12]}. Install ganvas again."
        )
    with torch.device("meta"):
        net = SmallCNN(card["channels"], card["side"], len(card["classes"]))
    net.load_state_dict(safetensors.torch.load(content), assign=True)
    return _by(net, name, shape, device, card["sha256"])


def _by(
    net: SmallCNN, name: str, shape: tuple[int, ...], device: torch.device | str, sha256: str = ""
) -> Features:
    """The features of a network, for pictures of `shape`."""
    channels = next(net.parameters()).shape[1]
    if shape[0] != channels:
        raise UsageError(
            f"The features {name!r} look at {channels} channel; these pictures have {shape[0]}. "
            "Use --features random."
        )
    net = net.eval().requires_grad_(False).to(device, torch.float32)

    def of(x: Tensor) -> Tensor:
        features: Tensor = net(resized(x, net.side))
        return features

    def judge(x: Tensor) -> Tensor:
        return net.logits(resized(x, net.side))

    return Features(
        name=name,
        hash=sha256 or digest(net),
        width=WIDTH,
        resizer=f"{net.side} x {net.side}, {RESIZER}",
        of=of,
        judge=judge if sha256 else None,
        device=device,
    )


def _pixels(shape: tuple[int, ...]) -> Features:
    """Every pixel a feature, in [0, 1]."""
    channels, height, width = shape
    if max(height, width) <= MOST_PIXELS:
        return Features("pixels", "", channels * height * width, "none", _flat)

    def of(x: Tensor) -> Tensor:
        return resized(x, MOST_PIXELS).flatten(1)

    resizer = f"{MOST_PIXELS} x {MOST_PIXELS}, {RESIZER}"
    return Features("pixels", "", channels * MOST_PIXELS**2, resizer, of)


def _flat(x: Tensor) -> Tensor:
    return x.flatten(1).to(torch.float32) / 255


@contextlib.contextmanager
def _exact() -> Iterator[None]:
    """Full float32 whatever surrounds it: autocast, TF32 and bfloat16 would move every feature."""
    backends: Any = torch.backends
    gpu = (backends.cuda.matmul, backends.cudnn.conv)
    products = (*gpu, backends.mkldnn.matmul, backends.mkldnn.conv)
    before = [product.fp32_precision for product in products]
    try:
        for product in products:
            product.fp32_precision = "ieee"
        with torch.autocast("cpu", enabled=False), torch.autocast("cuda", enabled=False):
            yield
    finally:
        for product, precision in zip(products, before):
            product.fp32_precision = precision


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1]
