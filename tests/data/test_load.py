"""Names: what `load` understands, and what it says where it does not."""

import subprocess
import sys

import pytest
import torch

from ganvas import data
from ganvas.data import Dataset
from ganvas.errors import UsageError


def test_names_are_a_table_and_cost_no_torch():
    code = (
        "import sys, ganvas.data as d; names = d.names(); "
        "assert 'toy:ring8' in names and all(names.values()); "
        "assert not {'torch', 'numpy', 'PIL', 'sklearn'} & set(sys.modules), 'heavy import'; "
        "d.Dataset; d.Stream; assert 'torch' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_every_name_in_all_can_be_had():
    assert {name: getattr(data, name) for name in data.__all__}["Dataset"] is Dataset
    with pytest.raises(AttributeError, match="no attribute 'Datset'"):
        data.Datset  # noqa: B018


def test_names_hands_out_a_copy():
    data.names().clear()
    assert "digits" in data.names()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("digist", "Unknown data set or folder 'digist'; did you mean 'digits'?"),
        ("toy:5to10", "here one is needed, 'toy:ring5' or 'toy:ring10'."),
        ("toy:ring", "did you mean 'toy:ring8'"),
        ("zzzzzz", "known: digits, fashion-mnist"),
        ("./nowhere", "The folder './nowhere' does not exist"),
        ("photos/cats", "The folder 'photos/cats' does not exist"),
        ("~/ganvas-is-not-here", "does not exist"),
        ("..", None),
    ],
)
def test_what_is_no_data_set(name, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as error:
        data.load(name)
    if says:
        assert says in str(error.value)


def test_a_file_is_no_data_set(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    with pytest.raises(UsageError, match="is a file"):
        data.load(tmp_path / "a.png")


@pytest.mark.parametrize("size", [3, 1025, 0, -8])
def test_size_out_of_bounds(size):
    with pytest.raises(UsageError, match="between 4 and 1024"):
        data.load("digits", size=size)


def test_points_have_no_size():
    with pytest.raises(UsageError, match="points, not pictures"):
        data.load("toy:ring8", size=16)


def test_digits():
    digits = data.load("digits")
    assert digits.spec.shape == (1, 8, 8)
    assert len(digits) == 1797
    assert digits.classes == tuple("0123456789")
    assert (int(digits.x.min()), int(digits.x.max())) == (0, 255)
    assert len(digits.x.unique()) == 17, "17 levels of ink"
    assert digits.y[:10].tolist() == list(range(10))
    assert digits.x[0, 0, 0].tolist() == [0, 0, 80, 207, 143, 16, 0, 0]


def test_digits_enlarged_are_the_same_digits():
    small, large = data.load("digits"), data.load("digits", size=16)
    assert large.spec.shape == (1, 16, 16)
    means = torch.nn.functional.avg_pool2d(large.x.float(), 2).flatten(1)
    nearest = torch.cdist(means, small.x.float().flatten(1)).argmin(1)
    assert (nearest == torch.arange(1797)).float().mean() > 0.99
    assert torch.equal(small.y, large.y)


def test_red_is_one_colour():
    red = data.load("red")
    assert red.spec.shape == (3, 1, 1)
    assert (red.x.flatten(1) == torch.tensor([255, 0, 0])).all()
    assert red.batch(torch.tensor([0, 7]), (0, 1)).x.flatten(1).tolist() == [[1, 0, 0]] * 2
    assert data.load("red", size=8).spec.shape == (3, 8, 8)
