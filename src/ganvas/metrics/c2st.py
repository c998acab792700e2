"""C2ST: how often can a classifier tell what was made from what is real?

Source: Lopez-Paz and Oquab, Revisiting Classifier Two-Sample Tests, 2017, section 3; the network
is theirs: one hidden layer of 20 ReLUs, a hundred passes of Adam.
"""

from __future__ import annotations

import math
import warnings

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ganvas.metrics.estimate import Estimate
from ganvas.metrics.rows import Rows, pair, settled

HIDDEN, PASSES = 20, 100


def c2st(a: ArrayLike, b: ArrayLike, *, seed: int = 0) -> Estimate:
    """The accuracy at which a classifier tells rows of `a` (N, d) from rows of `b` (M, d).

    It learns from one half of each set and is asked about the other. One half where the sets are
    of one distribution, 1 where they have nothing in common; also below one half by chance, or
    where the same rows are in both sets. The larger set is cut to the size of the smaller.

    Args:
        a: features of one set.
        b: features of the other.
        seed: cuts the halves and gives the classifier its first weights.

    Returns:
        The accuracy with its 95 % interval, that of a share of N held-out rows.

    Raises:
        UsageError: fewer than ten rows, different widths, not finite.
    """
    x, y = pair(a, b, ("a", "b"), least=10)
    n = min(len(x), len(y))
    rng = np.random.default_rng(seed)
    one, other = (settled(each)[rng.permutation(len(each))[:n]] for each in (x, y))
    (known, known_of), (asked, asked_of) = _half(one, other, 0), _half(one, other, 1)
    mixed = rng.permutation(len(known))
    network = MLPClassifier((HIDDEN,), max_iter=PASSES, random_state=seed)
    classifier = make_pipeline(StandardScaler(), network)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the passes are the protocol's
        classifier.fit(known[mixed], known_of[mixed])
    share = float((classifier.predict(asked) == asked_of).mean())
    error = 1.96 * math.sqrt(share * (1 - share) / len(asked))
    return Estimate(share, share - error, share + error)


def _half(one: Rows, other: Rows, which: int) -> tuple[Rows, Rows]:
    """Every other row of both sets, and which set each is of."""
    parts = one[which::2], other[which::2]
    return np.concatenate(parts), np.repeat([0.0, 1.0], [len(part) for part in parts])
