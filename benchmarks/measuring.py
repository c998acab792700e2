"""What measuring adds to training: seconds of a processor for a measure and for the steps between.

    python benchmarks/measuring.py --every 60

One thread, processor time, so that other work on the machine hardly counts; the quickest of three.
A measure is what `ganvas train --measure-every` makes: 5,000 samples drawn and scored. The reals'
features are taken before, once.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from ganvas import Trainer, families
from ganvas.api import judged

SHARE = 0.05
"""Of the training time, what measuring may take."""


def quickest(work: Callable[[], object]) -> float:
    """The least processor seconds of three times `work`."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--families", nargs="+", default=["gan", "dcgan"])
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--every", type=float, default=60, help="thousand images between measures")
    args = parser.parse_args()
    print(
        "| family | 1,000 images | a measure | added by every "
        f"{args.every:g} | {SHARE:.0%} from |\n|---|---|---|---|---|"
    )
    for name in args.families:
        options = {"steps": 1, "threads": 1, "measure_every": args.every}
        trainer = judged(Trainer(families.find(name)(), args.data, **options))
        trainer.measure()
        steps = 8 if name == "gan" else 2
        step = quickest(lambda t=trainer, n=steps: [t.step() for _ in range(n)]) / steps
        images = 1000 * step / trainer.settings.batch
        measure = quickest(trainer.measure)
        print(
            f"| {name} | {images:.2f} s | {measure:.1f} s | {measure / (args.every * images):.1%} "
            f"| {measure / (SHARE * images):.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
