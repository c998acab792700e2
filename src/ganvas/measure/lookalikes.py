"""The pictures that lie nearest to training pictures, beside those: a copy is seen at once."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ganvas.errors import UsageError
from ganvas.measure.scorer import Scorer

ROWS, NEIGHBOURS = 12, 5


def lookalikes(scorer: Scorer, rows: int = ROWS, k: int = NEIGHBOURS) -> Tensor:
    """The `rows` samples of A nearest to training samples, each followed by its `k` nearest.

    Nearest in the features that the scores are of. The first row is the likeliest copy.

    Returns:
        uint8 (rows, 1 + k, C, H, W).

    Raises:
        UsageError: points.
    """
    fake, train = scorer.sides.fake, scorer.sides.train
    if not fake.spec.is_images:
        raise UsageError("Neighbours are shown of pictures; these are points.")
    distances, found = scorer.nearest(min(k, len(train)))
    worst = np.argsort(distances[:, 0], kind="stable")[:rows]
    shown = [torch.cat([fake.x[i : i + 1], train.x[torch.from_numpy(found[i])]]) for i in worst]
    return torch.stack(shown)
