"""Equal to torch-fidelity on equal features: its numbers, committed, so that this always runs.

golden.json was made by torch-fidelity 0.4.0 with torch 2.13.0 and numpy 2.4.6, by this script,
run in the repository's root where torch-fidelity and a torchvision that imports are installed:

    import json, sys
    import torch
    from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
    from torch_fidelity.metric_kid import kid_features_to_metric
    from torch_fidelity.metric_prc import prc_features_to_metric
    sys.path.insert(0, "tests/metrics")
    from test_golden import CASES

    golden = {}
    for name, make in CASES.items():
        real, fake = (torch.from_numpy(x) for x in make())
        statistics = [fid_features_to_statistics(x) for x in (fake, real)]
        one = {"kid_subsets": 1, "kid_subset_size": len(real), "rng_seed": 0, "verbose": False}
        many = one | {"kid_subsets": 100, "kid_subset_size": len(real) // 2}
        near = {"save_cpu_ram": False, "verbose": False}
        golden[name] = {
            "fid": fid_statistics_to_metric(*statistics, False),
            "kid": kid_features_to_metric(fake, real, **one),
            "kid of subsets": kid_features_to_metric(fake, real, **many),
            "prc 3": prc_features_to_metric(fake, real, prc_neighborhood=3, **near),
            "prc 5": prc_features_to_metric(fake, real, prc_neighborhood=5, **near),
        }
    with open("tests/metrics/golden.json", "w") as file:
        json.dump(golden, file, indent=1)

One definition differs: it averages KID over random subsets. With one subset that holds all rows
that is what `kid` computes; of 100 subsets of half the rows, the mean lies in `kid`'s interval.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from ganvas.metrics import frechet, kid, prdc

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())


def rectified(n, d, shift, dead=0):
    """Features as a network with a ReLU at its end gives them; `dead` units are always 0.

    RandomState, as numpy promises never to change its numbers.
    """
    rng = np.random.RandomState(0)
    mix = rng.randn(d, d) / np.sqrt(d)
    mix[:, :dead] = 0
    real = np.maximum(rng.randn(n, d) @ mix, 0)
    fake = np.maximum((rng.randn(n, d) + shift) @ mix, 0)
    return real, fake


CASES = {
    "apart": lambda: rectified(500, 64, 0.3),
    "close": lambda: rectified(1000, 32, 0.02),
    "dead units": lambda: rectified(500, 32, 0.2, dead=6),
    "fewer rows than features": lambda: rectified(40, 64, 0.5),
}


@pytest.mark.parametrize("name", CASES)
def test_frechet(name):
    real, fake = CASES[name]()
    theirs = GOLDEN[name]["fid"]["frechet_inception_distance"]
    assert frechet(real, fake) == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_kid(name):
    real, fake = CASES[name]()
    ours = kid(real, fake)
    theirs = GOLDEN[name]["kid"]["kernel_inception_distance_mean"]
    assert ours.value == pytest.approx(theirs, rel=1e-6)
    assert ours.low < GOLDEN[name]["kid of subsets"]["kernel_inception_distance_mean"] < ours.high


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("k", [3, 5])
def test_precision_and_recall(name, k):
    real, fake = CASES[name]()
    theirs = GOLDEN[name][f"prc {k}"]
    ours = prdc(real, fake, k)
    assert ours.precision == pytest.approx(theirs["precision"], rel=1e-6)
    assert ours.recall == pytest.approx(theirs["recall"], rel=1e-6)
