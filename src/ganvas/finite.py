"""Finite or nothing: what is not a number never reaches a weight, and the error says where it was.

On the CPU the values are asked for at once. On an accelerator that would stop the queue of work, so
the answer stays there, masks the step, and is read some steps later.
"""

from __future__ import annotations

import math
from collections import deque

import torch
from torch import Tensor

from ganvas.errors import TrainingError
from ganvas.events import Turned
from ganvas.play import Side
from ganvas.transfer import Later

Made = tuple[Side, Turned]


class Finite:
    """Looks at the numbers of each turn before its step.

    Args:
        immediate: whether values are asked for at once.
    """

    def __init__(self, immediate: bool) -> None:
        self.immediate = immediate
        self._flags: deque[tuple[int, list[Made], Later]] = deque()

    def guard(self, step: int, made: list[Made], updates: list[Tensor]) -> Tensor | None:
        """A mask for the optimizer, 1 where the step must not be made.

        None where all is looked at already, or where there is nothing to look at.

        Raises:
            TrainingError: at once, a term, a gradient or an update is not finite.
        """
        numbers = [n for side, turn in made for n in (*side.terms.values(), turn.gradient)]
        values = [value.sum() for value in updates]
        if self.immediate:
            if not all(math.isfinite(n.item()) for n in numbers + values):
                raise self._failure(step, made)
            return None
        if not numbers + values:  # no turn is made
            return None
        flag = (~torch.isfinite(torch.stack(numbers + values).sum())).float()
        self._flags.append((step, made, Later(flag)))
        return flag

    def check(self, until: int) -> None:
        """Raises TrainingError for a masked step that is not after `until`."""
        while self._flags and self._flags[0][0] <= until:
            step, made, flag = self._flags.popleft()
            if flag.read():
                raise self._failure(step, made)

    def _failure(self, step: int, made: list[Made]) -> TrainingError:
        numbers = {
            **{f"the term {side.name}/{k}": v for side, _ in made for k, v in side.terms.items()},
            **{f"the gradient of {side.name}": turn.gradient for side, turn in made},
        }
        bad = [name for name, value in numbers.items() if not torch.isfinite(value)]
        what = bad[0] if bad else "what t.update was given"
        if not made:
            return TrainingError(f"Step {step}: {what} is not finite; its state was not moved.")
        rates = " and ".join(f"{player}.lr" for side, _ in made for player in side.players)
        return TrainingError(
            f"Step {step}: {what} is not finite; the step was not made. Try a new run with "
            f"smaller learning rates, first of all {rates}."
        )
