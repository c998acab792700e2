"""How much a long run grows: the process's memory after the first steps, and then ever further on.

    python benchmarks/memory.py WHAT --steps 20000

WHAT is what `ganvas train WHAT` takes. The trainer draws its views and logs its rows as
it does in a run; checkpoints go to a folder that is removed at the end.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from ganvas import Trainer, memory, recipes

WARM, READINGS = 1000, 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", nargs="?", default="digits")
    parser.add_argument("--steps", type=int, default=20_000)
    args = parser.parse_args()
    recipe = recipes.resolve(args.what)
    settings = replace(recipe.settings, steps=args.steps, minutes=None, epochs=None)
    marks = [WARM, *range(0, args.steps + 1, max(1, args.steps // READINGS))]
    began = None
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(recipe.game, settings.data, folder=Path(folder), settings=settings)
        for _ in trainer:
            step = trainer.clock.step
            if step < WARM or step not in marks:
                continue
            marks.remove(step)
            held = memory.now(trainer.device)
            began = began or held
            print(
                f"step {step:>6,}  {held / 1e6:8.1f} MB  {(held - began) / 1e6:+6.1f}", flush=True
            )


if __name__ == "__main__":
    main()
