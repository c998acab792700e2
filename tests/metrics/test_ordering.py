"""The metrics put what is known to be worse further away, and a memoriser is flagged.

Coverage and density are left out of the ordering on purpose: blurred images lie nearer to the
middle of the data, so a slight blur raises both.
"""

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from sklearn.decomposition import PCA

from ganvas import data
from ganvas.metrics import frechet, kid, memorised, prdc, sliced_wasserstein

METRICS = {
    "frechet": frechet,
    "kid": lambda real, fake: kid(real, fake).value,
    "sliced": lambda real, fake: sliced_wasserstein(real, fake, directions=300),
    "missed by recall": lambda real, fake: 1 - prdc(real, fake).recall,
}


def worse_and_worse(held_out, y, blur):
    """Held-out images; blurred by `blur` pixels; without the digits 0 to 4; noise."""
    return [
        held_out,
        gaussian_filter(held_out, (0, blur, blur)),
        held_out[y > 4],
        np.random.RandomState(0).rand(*held_out.shape),
    ]


def flat(images):
    return images.reshape(len(images), -1)


@pytest.fixture(scope="module")
def digits():
    """Pixels of the digits: real (898, 64), then the series of what is compared with it."""
    given = data.load("digits")
    x, y = given.x[:, 0].numpy() / 255, given.y.numpy()
    order = np.random.RandomState(0).permutation(len(x))
    one, other = order[:898], order[898:]
    series = worse_and_worse(x[other], y[other], blur=0.4)
    return flat(x[one]), [flat(images) for images in series]


@pytest.fixture(scope="module")
def mnist():
    """Training images of MNIST and the series made of test images, as 32 principal components."""
    root = os.environ.get("GANVAS_DATA", "")
    if not root or not (Path(root) / "mnist").is_dir():
        pytest.skip("GANVAS_DATA names no folder with mnist/ in it")
    rng = np.random.RandomState(0)
    train, test = data.load("mnist"), data.load("mnist:test")
    one, other = rng.permutation(60_000)[:1500], rng.permutation(10_000)[:1500]
    real = flat(train.x[one, 0].numpy() / 255)
    series = worse_and_worse(test.x[other, 0].numpy() / 255, test.y[other].numpy(), blur=0.5)
    seen = PCA(32, random_state=0).fit(real)
    return seen.transform(real), [seen.transform(flat(images)) for images in series]


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("where", ["digits", "mnist"])
def test_order(name, where, request):
    real, series = request.getfixturevalue(where)
    values = [METRICS[name](real, fake) for fake in series]
    assert values == sorted(values)
    for nearer, further in pairwise(values):
        assert further > 1.2 * nearer, values


@pytest.mark.parametrize("where", ["digits", "mnist"])
def test_memoriser(where, request):
    """Copies, and copies with a little noise; real images that were held out are not flagged."""
    real, (held_out, *_) = request.getfixturevalue(where)
    reference, fresh = held_out[::2], held_out[1::2]
    noise = 0.02 * real.std(0) * np.random.RandomState(0).randn(*real.shape)
    assert memorised(real, reference, real) == 1.0
    assert memorised(real, reference, real + noise) > 0.95
    assert memorised(real, reference, fresh) < 0.05
    assert prdc(real, real).coverage == 1.0, "coverage takes a memoriser for the best generator"
