"""AuthPct: the share of samples that are no nearer to a training sample than its own kind is.

Source: Alaa et al., How Faithful is your Synthetic Data?, 2022, section 3.3, in the form of Stein
et al., Exposing Flaws of Generative Model Evaluation Metrics, 2023, who give it as a percentage.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ganvas.metrics.neighbours import nearest
from ganvas.metrics.rows import pair


def authpct(train: ArrayLike, fake: ArrayLike) -> float:
    """The share of `fake` (M, d) that are authentic with respect to `train` (N, d), 0 to 1.

    A sample is authentic where its nearest training sample has another training sample that is
    nearer. Copies are not. Real data that were held out score well below 1 too, and how far
    depends on data and features, so the number says something only beside theirs.

    Raises:
        UsageError: fewer than two rows in `train`, no `fake`, different widths, not finite.

    >>> authpct([[0.0], [1.0], [5.0]], [[0.1], [9.5]])
    0.5
    """
    x, _ = pair(train, fake, ("train", "fake"), least=1)
    found, where = nearest(x, fake)
    asked, back = np.unique(where[:, 0], return_inverse=True)
    of_its_own = nearest(x, x[asked], 2)[0][:, 1]  # its nearest, at 0, is the row itself
    return float((of_its_own[back] < found[:, 0]).mean())
