"""Numbers from arrays: how far what is generated is from what is real, on rows of features.

    from ganvas.metrics import frechet, kid, prdc

    frechet(real, fake)  # (N, d) and (M, d), from one feature net

Each is a pure function: the order of the rows does not matter, and what would make the number
meaningless, such as a value that is not finite or a single row, is an error instead.
"""

from ganvas.metrics.frechet import Moments, frechet, frechet_of, moments
from ganvas.metrics.kid import Estimate, kid
from ganvas.metrics.labels import Accuracy, gan_test, gan_train, per_class_accuracy
from ganvas.metrics.modes import Modes, Stacked, mixtures, stacked
from ganvas.metrics.neighbours import memorised, nearest
from ganvas.metrics.prdc import PRDC, prdc
from ganvas.metrics.sliced import sliced_wasserstein

__all__ = [
    "PRDC",
    "Accuracy",
    "Estimate",
    "Modes",
    "Moments",
    "Stacked",
    "frechet",
    "frechet_of",
    "gan_test",
    "gan_train",
    "kid",
    "memorised",
    "mixtures",
    "moments",
    "nearest",
    "per_class_accuracy",
    "prdc",
    "sliced_wasserstein",
    "stacked",
]
