"""The networks behind the measures' features: trains them and writes them into the package.

    python benchmarks/feature_nets.py [digits mnist fashion-mnist] [--seed 0] [--to FOLDER]

The same seed, machine and number of threads give the same file to the bit. A network trained anew
makes a new feature space, whose numbers compare with no earlier ones. Each network comes with a
JSON card: SHA-256, accuracy on pictures it was not trained on, data, command.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import time
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor
from torch.nn import functional as F

from ganvas import data, seeds
from ganvas.metrics.features import NETS, SHIPPED
from ganvas.metrics.small_cnn import RESIZER, WIDTH, SmallCNN, resized

SIDE = {"digits": 16, "mnist": 28, "fashion-mnist": 28}
EPOCHS = {"digits": 30, "mnist": 3, "fashion-mnist": 3}
HELD_OUT = 300
"""Digits that the accuracy is told of; the other two sets come with a test part."""
BATCH, RATE, SHIFT = 128, 4e-3, 2

Pictures = tuple[Tensor, Tensor]


def parts(name: str) -> tuple[Pictures, Pictures, str]:
    """Pictures to train on, float (N, 1, side, side) with classes; others to test on; which."""
    if name != "digits":
        train, test = data.load(name), data.load(f"{name}:test")
        return seen(train, name), seen(test, name), f"the {len(test):,} of {name}:test"
    order = torch.randperm(1797, generator=seeds.generator("digits held out"))
    held_out, known = order[:HELD_OUT], order[HELD_OUT:]
    small, large = data.load(name), data.load(name, size=SIDE[name])
    x, y = seen(small, name)
    smooth, _ = seen(large, name)  # enlarged as `ganvas train --size` does, by another resizer
    train = torch.cat([x[known], smooth[known]]), torch.cat([y[known], y[known]])
    return train, (x[held_out], y[held_out]), f"{HELD_OUT} digits held out"


def seen(dataset: data.Dataset, name: str) -> Pictures:
    """The pictures as the network sees them, and their classes."""
    assert dataset.y is not None
    return resized(dataset.x, SIDE[name]), dataset.y


def trained(name: str, x: Tensor, y: Tensor, seed: int) -> SmallCNN:
    """A network that tells the classes of `x` apart; Adam, the rate up and then down to 0.

    Every minibatch is shifted: a network that knew its training pictures by heart would see them
    apart from all others, and measure that.
    """
    torch.manual_seed(seed)
    net = SmallCNN(x.shape[1], SIDE[name], int(y.max()) + 1).to(memory_format=torch.channels_last)
    steps = EPOCHS[name] * math.ceil(len(x) / BATCH)
    adam = torch.optim.Adam(net.parameters(), RATE, weight_decay=1e-5)
    rate = torch.optim.lr_scheduler.OneCycleLR(adam, RATE, total_steps=steps)
    for epoch in range(EPOCHS[name]):
        total = 0.0
        for rows in torch.randperm(len(x)).split(BATCH):
            adam.zero_grad()
            loss = F.cross_entropy(net.logits(shifted(x[rows])), y[rows])
            loss.backward()
            adam.step()
            rate.step()
            total += float(loss.detach()) * len(rows)
        print(f"{name}: epoch {epoch + 1} of {EPOCHS[name]}, loss {total / len(x):.4f}", flush=True)
    return net.eval()


def shifted(x: Tensor) -> Tensor:
    """The pictures moved by the same 0 to SHIFT pixels along each axis, black where they were."""
    down, right = torch.randint(0, 2 * SHIFT + 1, (2,)).tolist()
    height, width = x.shape[2:]
    return F.pad(x, (SHIFT,) * 4)[:, :, down : down + height, right : right + width]


@torch.no_grad()
def accuracy(net: SmallCNN, x: Tensor, y: Tensor) -> float:
    """The share of `x` whose class is told right."""
    right = [(net.logits(a).argmax(1) == b).sum() for a, b in zip(x.split(500), y.split(500))]
    return int(sum(right)) / len(x)


def make(name: str, seed: int, to: Path) -> dict[str, Any]:
    """Trains the network `name`, writes NAME.safetensors and NAME.json; returns the card."""
    (x, y), test, tested_on = parts(name)
    start = time.process_time()
    net = trained(name, x, y, seed)
    seconds = round(time.process_time() - start)
    content = safetensors.torch.save({k: v.contiguous() for k, v in net.state_dict().items()})
    source = data.load(name)
    card = {
        "name": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "accuracy": round(accuracy(net, *test), 4),
        "tested_on": tested_on,
        "trained_on": name,
        "data_sha256": source.fingerprint,
        "channels": x.shape[1],
        "side": SIDE[name],
        "width": WIDTH,
        "resizer": RESIZER,
        "classes": source.classes,
        "epochs": EPOCHS[name],
        "seed": seed,
        "threads": torch.get_num_threads(),
        "processor_seconds": seconds,
        "torch": torch.__version__,
        "command": f"python benchmarks/feature_nets.py {name} --seed {seed}",
    }
    to.mkdir(parents=True, exist_ok=True)
    (to / f"{name}.safetensors").write_bytes(content)
    (to / f"{name}.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[*SHIPPED, []], default=[])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--to", type=Path, default=NETS)
    args = parser.parse_args()
    torch.use_deterministic_algorithms(True)
    for name in args.names or SHIPPED:
        card = make(name, args.seed, args.to)
        print(
            f"{name}: {card['accuracy']:.2%} of {card['tested_on']} right, "
            f"{card['processor_seconds']} s of one core, SHA-256 {card['sha256'][:12]}…"
        )


if __name__ == "__main__":
    main()
