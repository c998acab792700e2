"""A data set and its batches, against expectations worked out by hand."""

import numpy as np
import pytest
import torch

from ganvas.data import Dataset, Images, Labelled, Points
from ganvas.data.dataset import normalise
from ganvas.errors import UsageError


@pytest.fixture
def pictures():
    x = torch.arange(5 * 1 * 2 * 3, dtype=torch.uint8).view(5, 1, 2, 3)
    return Dataset("five", x, torch.tensor([0, 1, 0, 1, 1]), ("a", "b"))


def test_spec(pictures):
    spec = pictures.spec
    assert (spec.name, spec.shape, spec.count) == ("five", (1, 2, 3), 5)
    assert spec.classes == ("a", "b")
    assert spec.is_images
    assert len(pictures) == 5


@pytest.mark.parametrize("bounds", [(-1, 1), (0, 1), (-0.5, 3.0)])
def test_normalise_is_linear_and_exact_at_both_ends(bounds):
    levels = torch.arange(256, dtype=torch.uint8)
    out = normalise(levels, bounds)
    low, high = bounds
    expected = low + np.arange(256) / 255 * (high - low)
    assert out.dtype == torch.float32
    np.testing.assert_allclose(out.numpy(), expected, atol=2e-7 * (high - low))
    assert (float(out[0]), float(out[-1])) == bounds


def test_a_labelled_batch(pictures):
    index = torch.tensor([3, 0, 3])
    batch = pictures.batch(index, (0, 1), "cpu")
    assert isinstance(batch, Labelled)
    expected = pictures.x.numpy()[[3, 0, 3]] / 255
    np.testing.assert_allclose(batch.x.numpy(), expected, atol=1e-7)
    assert batch.y.tolist() == [1, 0, 1]


def test_flip_mirrors_only_the_marked_rows_left_to_right(pictures):
    index = torch.tensor([2, 2])
    batch = pictures.batch(index, (0, 255), "cpu", flip=torch.tensor([False, True]))
    assert batch.x[0, 0].tolist() == [[12, 13, 14], [15, 16, 17]]
    assert batch.x[1, 0].tolist() == [[14, 13, 12], [17, 16, 15]]


def test_without_classes_a_batch_is_images_or_points():
    images = Dataset("i", torch.zeros(3, 3, 4, 4, dtype=torch.uint8))
    assert isinstance(images.batch(torch.tensor([0]), (-1, 1)), Images)
    points = Dataset("p", torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    batch = points.batch(torch.tensor([1]), (-1, 1))
    assert isinstance(batch, Points)
    assert batch.x.tolist() == [[3.0, 4.0]], "points keep their own values"
    assert not points.spec.is_images


def test_the_fingerprint_is_of_the_content(pictures):
    same = Dataset("other name", pictures.x.clone(), pictures.y.clone(), ("a", "b"))
    assert same.fingerprint == pictures.fingerprint
    assert len(same.fingerprint) == 64
    changed = pictures.x.clone()
    changed[4, 0, 1, 2] ^= 1
    others = [
        Dataset("five", changed, pictures.y, ("a", "b")),
        Dataset("five", pictures.x.view(5, 1, 3, 2), pictures.y, ("a", "b")),
        Dataset("five", pictures.x, 1 - pictures.y, ("a", "b")),
        Dataset("five", pictures.x, pictures.y, ("a", "c")),
        Dataset("five", pictures.x),
    ]
    assert len({pictures.fingerprint, *(other.fingerprint for other in others)}) == 6


@pytest.mark.parametrize(
    ("x", "y", "classes", "says"),
    [
        (torch.zeros(2, 1, 4, 4), None, (), "got float32"),
        (torch.zeros(2, 4, 4, dtype=torch.uint8), None, (), r"got uint8 \(2, 4, 4\)"),
        (torch.zeros(0, 2), None, (), r"\(0, 2\)"),
        (torch.zeros(2, 2), None, ("a",), "has no y"),
        (torch.zeros(2, 2), torch.tensor([0, 1, 0]), ("a", "b"), r"got int64 \(3,\)"),
        (torch.zeros(2, 2), torch.tensor([0.0, 1.0]), ("a", "b"), "got float32"),
        (torch.zeros(2, 2), torch.tensor([0, 2]), ("a", "b"), "got 0 to 2"),
        (torch.zeros(2, 2), torch.tensor([-1, 1]), ("a", "b"), "got -1 to 1"),
    ],
)
def test_wrong_tensors_are_refused(x, y, classes, says):
    with pytest.raises(UsageError, match=says):
        Dataset("wrong", x, y, classes)
