"""Labels: what GAN-train and GAN-test each see, and each miss, on the digits of scikit-learn."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from ganvas.errors import UsageError
from ganvas.metrics import Accuracy, gan_test, gan_train, per_class_accuracy

X, Y = load_digits(return_X_y=True)
TRAIN, TRAIN_Y, TEST, TEST_Y = X[:900], Y[:900], X[900:], Y[900:]


def test_by_class():
    given = per_class_accuracy([3, 3, 3, 0, 7], [3, 0, 3, 0, 1])
    assert given == Accuracy(0.6, {0: 1.0, 3: pytest.approx(2 / 3), 7: 0.0})


def test_real_data_both_ways():
    given = gan_train(TRAIN, TRAIN_Y, TEST, TEST_Y)
    assert given == gan_test(TRAIN, TRAIN_Y, TEST, TEST_Y)
    assert 0.88 < given.overall < 0.97
    assert sorted(given.per_class) == list(range(10))
    mean = np.average([given.per_class[c] for c in range(10)], weights=np.bincount(TEST_Y))
    assert given.overall == pytest.approx(mean)


def test_a_class_that_is_never_made():
    kept = TRAIN_Y != 4
    given = gan_train(TRAIN[kept], TRAIN_Y[kept], TEST, TEST_Y)
    assert given.per_class[4] == 0.0
    assert all(share > 0.7 for c, share in given.per_class.items() if c != 4)


def test_one_image_a_class_looks_perfect_and_teaches_little():
    """The image nearest to the middle of its class, ninety times over with a little noise."""
    best = []
    for c in range(10):
        images = TRAIN[np.equal(TRAIN_Y, c)]
        best.append(images[((images - images.mean(0)) ** 2).sum(1).argmin()])
    fake_y = np.repeat(np.arange(10), 90)
    fake = np.array(best)[fake_y] + 0.1 * np.random.RandomState(0).randn(900, 64)
    assert gan_test(TRAIN, TRAIN_Y, fake, fake_y).overall > 0.99
    assert gan_train(fake, fake_y, TEST, TEST_Y).overall < 0.85


def test_labels_that_mean_nothing():
    wrong = np.random.RandomState(0).permutation(TRAIN_Y)
    assert gan_train(TRAIN, wrong, TEST, TEST_Y).overall < 0.3
    assert gan_test(TEST, TEST_Y, TRAIN, wrong).overall < 0.3


def test_order_changes_nothing():
    order, other = (
        np.random.RandomState(0).permutation(900),
        np.random.RandomState(1).permutation(897),
    )
    shuffled = gan_train(TRAIN[order], TRAIN_Y[order], TEST[other], TEST_Y[other])
    assert shuffled == gan_train(TRAIN, TRAIN_Y, TEST, TEST_Y)


def test_bad_labels():
    for bad in ([], [0.5], [-1], [[1]], ["1"]):
        with pytest.raises(UsageError, match="whole numbers"):
            per_class_accuracy(bad, [1])
        with pytest.raises(UsageError, match="whole numbers"):
            per_class_accuracy([1], bad)
    with pytest.raises(UsageError, match="asked has 2 labels and seen 1"):
        per_class_accuracy([1, 2], [1])
    with pytest.raises(UsageError, match="fake has 900 rows and 899 labels"):
        gan_train(TRAIN, TRAIN_Y[1:], TEST, TEST_Y)
    with pytest.raises(UsageError, match="real has one class only"):
        gan_test(TRAIN, TRAIN_Y * 0, TEST, TEST_Y)
