"""Numbers from arrays: how far what is generated is from what is real, on rows of features.

    from ganvas.metrics import frechet, kid, prdc

    frechet(real, fake)  # (N, d) and (M, d), from one feature net

Each is a pure function: the order of the rows does not matter, and what would make the number
meaningless, such as a value that is not finite or a single row, is an error instead.
"""

from ganvas.metrics.authpct import authpct
from ganvas.metrics.bins import Bins, binned
from ganvas.metrics.birthday import Birthday, birthday
from ganvas.metrics.c2st import c2st
from ganvas.metrics.copying import c_t
from ganvas.metrics.estimate import Estimate
from ganvas.metrics.frechet import Moments, frechet, frechet_of, moments
from ganvas.metrics.kid import kid
from ganvas.metrics.labels import Accuracy, gan_test, gan_train, per_class_accuracy
from ganvas.metrics.mind import mind
from ganvas.metrics.modes import Modes, Stacked, mixtures, stacked
from ganvas.metrics.ms_ssim import ms_ssim, pair_similarity
from ganvas.metrics.ndb import NDB, ndb, ndb_of
from ganvas.metrics.neighbours import memorised, nearest
from ganvas.metrics.parzen import Parzen, parzen
from ganvas.metrics.prdc import PRDC, prdc
from ganvas.metrics.sliced import sliced_wasserstein

__all__ = [
    "NDB",
    "PRDC",
    "Accuracy",
    "Bins",
    "Birthday",
    "Estimate",
    "Modes",
    "Moments",
    "Parzen",
    "Stacked",
    "authpct",
    "binned",
    "birthday",
    "c2st",
    "c_t",
    "frechet",
    "frechet_of",
    "gan_test",
    "gan_train",
    "kid",
    "memorised",
    "mind",
    "mixtures",
    "moments",
    "ms_ssim",
    "ndb",
    "ndb_of",
    "nearest",
    "pair_similarity",
    "parzen",
    "per_class_accuracy",
    "prdc",
    "sliced_wasserstein",
    "stacked",
]
