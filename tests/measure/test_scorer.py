"""Score cards of digits: each number is its metric's, its floor real, its flag honest."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from ganvas import metrics
from ganvas.data import Dataset
from ganvas.errors import UsageError
from ganvas.measure import METRICS, measure, numbers, prepare, score, scorer
from ganvas.measure.scores import effort, fitting
from ganvas.metrics.features import find
from small import digits


def by_name(card):
    return {score.metric: score for score in card.scores}


@pytest.fixture(scope="module")
def halved(tmp_path_factory):
    """Odd digits, a tenth of them with a wrong label, as an .npz; against all digits."""
    path = tmp_path_factory.mktemp("npz") / "odd.npz"
    labels = digits().y[1::2].numpy().copy()
    labels[::10] = (labels[::10] + 1) % 10
    np.savez(path, samples=digits().x[1::2].numpy(), labels=labels)
    return prepare(str(path), "digits")


def test_each_number_is_its_metrics(halved):
    found = scorer(halved)
    names = ["frechet", "kid", "prdc", "sliced-wasserstein", "labels", "neighbours"]
    scores = by_name(score(found, names))
    features = find("digits", shape=(1, 8, 8))
    fake, real, spare = (features(d.x) for d in (halved.fake, halved.real, halved.spare))
    pixels = [d.x.flatten(1).numpy() / 255 for d in (halved.fake, halved.real, halved.spare)]
    close = {"rel": 1e-6, "abs": 1e-9}

    def same(name, function, *sides):
        value, floor = function(*sides[:2]), function(*sides[2:])
        assert scores[name].value == pytest.approx(value, **close)
        assert scores[name].floor == pytest.approx(floor, **close)

    same("frechet", metrics.frechet, fake, real, spare, real)
    same("kid", lambda a, b: metrics.kid(a, b).value, fake, real, spare, real)
    for name in ("precision", "recall", "density", "coverage"):
        same(name, lambda a, b, k=name: getattr(metrics.prdc(b, a), k), fake, real, spare, real)
    same("sliced-wasserstein", metrics.sliced_wasserstein, *pixels[:2], pixels[2], pixels[1])
    ys = [d.y.numpy() for d in (halved.fake, halved.real, halved.spare)]
    train = metrics.gan_train(fake, ys[0], real, ys[1]).overall
    test = metrics.gan_test(real, ys[1], fake, ys[0]).overall
    assert (scores["gan-train"].value, scores["gan-test"].value) == (train, test)
    assert scores["gan-train"].floor == metrics.gan_train(spare, ys[2], real, ys[1]).overall
    assert 0.05 < train - test < 0.15
    assert scores["class-accuracy"].value == pytest.approx(0.9, abs=0.02)
    assert scores["class-accuracy"].floor > 0.98
    assert scores["memorised"].value == metrics.memorised(real, spare, fake) > 0
    interval = metrics.kid(fake, real)
    assert scores["kid"].low == pytest.approx(interval.low, **close)
    assert scores["kid"].high == pytest.approx(interval.high, **close)


def test_each_further_number_is_its_metrics(halved):
    names = ["mind", "ms-ssim", "ndb", "c2st", "birthday", "authpct", "c-t", "parzen"]
    scores = by_name(score(scorer(halved), names))
    features = find("digits", shape=(1, 8, 8))
    sides = (halved.fake, halved.spare), halved.real
    (fake, spare), real = [features(d.x) for d in sides[0]], features(sides[1].x)
    drawn, held = (d.x.flatten(1).numpy() / 255 for d in sides[0])
    pixels = sides[1].x.flatten(1).numpy() / 255
    rest = np.arange(len(pixels)) % 10 > 0

    def window(samples):
        return metrics.parzen(samples, pixels[~rest], pixels[rest]).value

    expected = {
        "mind": (metrics.mind(fake, real), metrics.mind(spare, real)),
        "ms-ssim": [metrics.pair_similarity(d.x.numpy()).value for d in sides[0]],
        "ndb": [metrics.ndb(pixels, x).different for x in (drawn, held)],
        "ndb-js": [metrics.ndb(pixels, x).js for x in (drawn, held)],
        "c2st": [metrics.c2st(x, real).value for x in (fake, spare)],
        "duplicates": [metrics.birthday(real, x).duplicates for x in (fake, spare)],
        "support": [metrics.birthday(real, x).support for x in (fake, spare)],
        "authpct": [metrics.authpct(real, x) for x in (fake, spare[::2])],
        "c-t": (metrics.c_t(real, spare, fake), metrics.c_t(real, spare[1::2], spare[::2])),
        "parzen": [window(x) for x in (drawn, held)],
    }
    assert set(scores) == set(expected)
    for name, (value, floor) in expected.items():
        assert scores[name].value == pytest.approx(value, rel=1e-6), name
        assert scores[name].floor == pytest.approx(floor, rel=1e-6, abs=1e-9), name
    assert {name: s.features for name, s in scores.items() if s.features == "pixels"} == (
        dict.fromkeys(("ms-ssim", "ndb", "ndb-js", "parzen"), "pixels")
    )
    assert [name for name, s in scores.items() if s.low is not None] == [
        "ms-ssim",
        "c2st",
        "parzen",
    ]
    assert "not recommended" in scores["parzen"].flag
    assert "n = 898 is below 10,000: it reads low" in scores["parzen"].flag
    assert scores["ndb"].flag == "n = 898 is below 5,000: bins hold too few samples to differ"


def test_pictures_of_any_size_are_compared_as_they_are(place):
    """MS-SSIM sees 40 pixels where other numbers of pixels see 28."""
    large = np.random.default_rng(0).integers(0, 256, (60, 1, 40, 40)).astype(np.uint8)
    np.savez("large.npz", samples=large)
    np.savez("other.npz", samples=large[::-1])
    card = by_name(measure("large.npz", "other.npz", metrics=["ms-ssim", "sliced-wasserstein"]))
    assert card["ms-ssim"].resizer == "none"
    assert card["sliced-wasserstein"].resizer.startswith("28 x 28")
    kept = prepare("large.npz", "other.npz").fake.x.numpy()
    assert card["ms-ssim"].value == metrics.pair_similarity(kept).value


def test_no_duplicates_leave_the_support_out(place):
    rng = np.random.default_rng(0)
    np.savez("fake.npz", samples=(1e4 * rng.standard_normal((400, 2))).astype(np.float32))
    found = by_name(measure("fake.npz", "toy:ring8", n=400, metrics=["birthday"]))
    assert found["duplicates"].value == 0
    assert found["duplicates"].floor > 0
    assert "support" not in found


def test_a_score_tells_its_protocol(halved):
    card = score(scorer(halved), ["frechet", "sliced-wasserstein"])
    frechet, sliced = card.scores
    assert (frechet.n_real, frechet.n_fake, frechet.seed) == (898, 898, 0)
    assert (frechet.reference, frechet.reference_sha256) == ("digits", halved.real.fingerprint)
    assert (frechet.features, frechet.features_sha256) == (
        "digits",
        find("digits", shape=(1, 8, 8)).hash,
    )
    assert frechet.resizer.startswith("16 x 16, bilinear")
    assert (sliced.features, sliced.features_sha256, sliced.resizer) == ("pixels", "", "none")
    assert card.shape == (1, 8, 8)
    assert card.floor == "898 samples of the half that is not the reference against the reference"


@pytest.mark.parametrize(
    ("name", "n", "flagged"),
    [
        ("frechet", 639, "n = 639 is below 640: it reads high"),
        ("frechet", 640, ""),
        ("prdc", 499, "n = 499 is below 500: the balls around samples are wide"),
        ("prdc", 500, ""),
        ("kid", 499, "n = 499 is below 500: the interval is wide"),
        ("c2st", 800, "n = 800 is below 1,000: the classifier learns from few"),
    ],
)
def test_too_few_samples_are_flagged(name, n, flagged):
    card = measure("digits", "digits", n=n, metrics=[name])
    assert {score.flag for score in card.scores} == {flagged}


def test_what_is_too_small_is_an_error_when_asked_for_and_a_note_otherwise(place):
    np.savez("few.npz", samples=digits().x[:10].numpy())
    with pytest.raises(UsageError, match="real have 5 rows; this metric needs 6 or more"):
        measure("digits", "few.npz", metrics=["prdc"])
    card = measure("digits", "few.npz")
    assert {"frechet", "kid", "sliced-wasserstein"} == set(card.values())
    assert any(note.startswith("prdc is left out: ") for note in card.notes)
    assert any(note.startswith("neighbours is left out: ") for note in card.notes)
    np.savez("four.npz", samples=digits().x[:4].numpy())
    np.savez("two.npz", samples=np.zeros((2, 1, 8, 8), np.uint8))
    assert "kid" not in measure("two.npz", "four.npz").values()


def test_data_without_a_network_of_its_own(place):
    random = measure("some.npz", "some", metrics=["frechet"])
    (score,) = random.scores
    assert score.features == "random"
    assert "No network was trained for 'some'" in random.notes[-1]


def test_points_and_modes():
    card = by_name(measure("toy:ring8", "toy:ring8", n=2500, seed=1))
    assert card["captured"].value == card["captured"].floor == 8
    assert card["high-quality"].value == pytest.approx(0.9889, abs=0.01)
    assert card["captured"].features == "points"
    assert card["captured"].flag == ""
    few = by_name(measure("toy:moons", "toy:grid25", n=2000))
    assert few["captured"].value < 5
    assert few["captured"].flag == "n = 2,000 is below 2,500: rare modes are missed by chance"
    assert "modes" not in fitting(prepare("toy:moons", "toy:swissroll", n=100))


def test_a_number_that_there_is_not_is_left_out(place):
    far = np.full((600, 2), 50, np.float32) + np.random.default_rng(0).random((600, 2))
    np.savez("far.npz", samples=far.astype(np.float32))
    found = by_name(measure("far.npz", "toy:ring8", metrics=["modes"]))
    assert found["captured"].value == 0
    assert not {"reverse-kl", "spread"} & set(found)


@pytest.mark.parametrize(
    ("a", "b", "name", "said"),
    [
        ("digits", "digits", "modes", "The modes of 'digits' are not known; those of toy:gauss"),
        ("some.npz", "digits", "labels", "needs the classes of both sides; 'some.npz' has none."),
        ("digits", "some.npz", "labels", "needs the classes of both sides; 'some.npz' has none."),
        ("digits", "two.npz", "labels", "different classes"),
        (
            "toy:ring8",
            "toy:ring8",
            "ms-ssim",
            "'ms-ssim' looks at pictures; 'toy:ring8' is points.",
        ),
        ("toy:ring8", "toy:ring8", "parzen", "'parzen' looks at pictures; 'toy:ring8' is points."),
        ("digits", "digits", "kidd", "Unknown metric 'kidd'; did you mean 'kid'?"),
    ],
)
def test_metrics_that_do_not_fit(a, b, name, said, place):
    two = digits().y < 2
    np.savez("two.npz", samples=digits().x[two].numpy(), labels=digits().y[two].numpy())
    with pytest.raises(UsageError) as caught:
        measure(a, b, metrics=[name])
    assert said in str(caught.value)


def test_the_effort_adds_up_and_names_every_part(halved):
    names = fitting(halved)
    parts = effort(halved, names)
    assert sum(parts.values()) == pytest.approx(1)
    told = []
    found = scorer(halved, told=lambda part, share: told.append((part, share)))
    score(found, names)
    assert {part for part, _ in told} <= set(parts)
    assert {(name, 1.0) for name in names} <= set(told)
    assert set(METRICS) >= set(names)
    assert "features of the training set" in effort(halved, ["authpct"])


def test_the_kinds_of_stacked_digits(monkeypatch):
    """Channels are seen one by one, and three that belong together make a kind."""

    class Seen:
        @staticmethod
        def classes(x):
            assert x.shape[1:] == (1, 28, 28)
            return x[:, 0, 0, 0].long().numpy()

    monkeypatch.setattr(numbers, "find", lambda name, shape: Seen)
    digits = torch.tensor([[0, 1, 2], [0, 1, 2], [2, 1, 0], [9, 9, 9]], dtype=torch.uint8)
    fake = Dataset("fakes", digits[:, :, None, None].expand(4, 3, 28, 28))
    real = Dataset("stacked-mnist", fake.x)
    view = numbers.View(fake, None, None), numbers.View(real, None, None)
    found = numbers.modes(*view)
    assert found["captured"] == 3
    assert found["reverse-kl"] == pytest.approx(math.log(1000) - 1.5 * math.log(2))
    assert numbers.enough_for_modes(None, real) == 26_000
