"""Numbers to pictures: exact levels, no silent black, whole files."""

import io
import math

import numpy as np
import pytest
import torch
from PIL import Image, ImageColor

from ganvas import pictures
from ganvas.data.dataset import normalise
from ganvas.data.resize import resize
from ganvas.errors import StorageError, TrainingError, UsageError
from ganvas.pictures import PAPER, grid, save_png, save_webp, scatter, to_uint8

LEVELS = torch.arange(256, dtype=torch.uint8)


@pytest.mark.parametrize("bounds", [(-1, 1), (0, 1), (-0.5, 3.0)])
def test_to_uint8_undoes_normalise(bounds):
    assert torch.equal(to_uint8(normalise(LEVELS, bounds), bounds), LEVELS)


def test_to_uint8_rounds_and_clips():
    x = torch.tensor([-9.0, 0.4, 0.6, 254.6, 255.4, 1e30])
    assert to_uint8(x, (0, 255)).tolist() == [0, 0, 1, 255, 255, 255]
    assert to_uint8(torch.tensor([1.0, 0.0], dtype=torch.bfloat16), (-1, 1)).tolist() == [255, 128]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_diverged_generator_gives_no_black_picture(bad):
    x = torch.zeros(2, 1, 4, 4)
    x[1, 0, 2, :3] = bad
    with pytest.raises(TrainingError, match="3 of 32 generated pixels are not finite"):
        to_uint8(x, (-1, 1))


def distinct(count, channels=1, height=64, width=64):
    x = torch.arange(count, dtype=torch.uint8).view(-1, 1, 1, 1) * 10
    return x.expand(count, channels, height, width).clone()


def test_a_grid_lays_rows_on_paper():
    sheet = np.asarray(grid(distinct(5), columns=3, margin=2))
    assert sheet.shape == (2 * 66 + 2, 3 * 66 + 2)
    for number in range(5):
        row, column = divmod(number, 3)
        top, left = 2 + 66 * row, 2 + 66 * column
        assert (sheet[top : top + 64, left : left + 64] == number * 10).all()
    assert (sheet[:2] == PAPER).all()
    assert (sheet[:, :2] == PAPER).all()
    assert (sheet[66:68] == PAPER).all()
    assert (sheet[:, -2:] == PAPER).all()
    assert (sheet[68:, 2 + 2 * 66 :] == PAPER).all(), "the place without a picture is paper"


@pytest.mark.parametrize(
    ("count", "columns", "rows"), [(1, 1, 1), (2, 2, 1), (10, 4, 3), (64, 8, 8), (65, 9, 8)]
)
def test_a_grid_is_about_as_wide_as_high(count, columns, rows):
    image = grid(distinct(count, height=64, width=64) // 99, margin=0)
    assert image.size == (64 * columns, 64 * rows)


@pytest.mark.parametrize(
    ("side", "cell"), [(8, 64), (16, 64), (28, 84), (32, 64), (63, 126), (64, 64), (100, 100)]
)
def test_small_pictures_are_enlarged_smoothly(side, cell):
    noise = torch.randint(0, 256, (1, 3, side, side), dtype=torch.uint8)
    image = grid(noise, margin=0)
    assert image.size == (cell, cell)
    expected = resize(noise, cell, cell)[0].permute(1, 2, 0)
    np.testing.assert_array_equal(np.asarray(image), expected)


def test_the_given_enlargement_is_kept():
    assert grid(distinct(1, height=8, width=4), margin=1, enlarge=1).size == (6, 10)
    assert grid(distinct(1, height=8, width=4), margin=0, enlarge=3).size == (12, 24)


def test_one_three_and_four_channels():
    assert grid(distinct(2)).mode == "L"
    assert grid(distinct(2, 3)).mode == "RGB"
    clear = torch.zeros(2, 4, 64, 64, dtype=torch.uint8)
    clear[1, 0], clear[1, 3] = 255, 128
    sheet = grid(clear, columns=2, margin=0)
    assert sheet.mode == "RGB"
    assert sheet.getpixel((5, 5)) == (255, 255, 255), "clear is white"
    assert sheet.getpixel((70, 5)) == (255, 127, 127), "half clear red is pink"


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (torch.zeros(2, 1, 4, 4), "got float32"),
        (torch.zeros(2, 2, 4, 4, dtype=torch.uint8), r"\(2, 2, 4, 4\)"),
        (torch.zeros(1, 4, 4, dtype=torch.uint8), r"\(1, 4, 4\)"),
        (torch.zeros(0, 1, 4, 4, dtype=torch.uint8), "none"),
    ],
)
def test_no_grid_of_other_things(x, says):
    with pytest.raises(UsageError, match=says):
        grid(x)


def test_a_png_holds_the_picture_or_is_not_there(tmp_path, monkeypatch):
    image = grid(distinct(3, 3))
    save_png(image, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as back:
        assert (back.format, back.mode) == ("PNG", "RGB")
        np.testing.assert_array_equal(np.asarray(back), np.asarray(image))
    old = (tmp_path / "a.png").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ganvas.files.os.replace", full)
    with pytest.raises(StorageError, match="No space left"):
        save_png(grid(distinct(1)), tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == old
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_webp_plays_all_frames_at_the_given_speed(tmp_path):
    frames = [grid(distinct(1) + level) for level in (0, 60, 120, 180)]
    save_webp(iter(frames), tmp_path / "a.webp", fps=10)
    with Image.open(tmp_path / "a.webp") as back:
        assert (back.format, back.n_frames, back.info["loop"]) == ("WEBP", 4, 0)
        for number, level in enumerate((0, 60, 120, 180)):
            back.seek(number)
            back.load()
            assert back.info["duration"] == 100
            assert abs(back.convert("L").getpixel((30, 30)) - level) < 8


@pytest.mark.parametrize(("frames", "fps"), [([], 10), ([Image.new("L", (4, 4))], 0)])
def test_no_animation_of_nothing(tmp_path, frames, fps):
    with pytest.raises(UsageError, match="frames and a speed"):
        save_webp(frames, tmp_path / "a.webp", fps)
    assert not list(tmp_path.iterdir())


def generated(path):
    """How many pixels of a drawing have about the colour of generated points."""
    pixels = np.asarray(Image.open(io.BytesIO(path.read_bytes())).convert("RGB")).astype(int)
    return int((np.abs(pixels - ImageColor.getrgb(pictures.FAKE)).sum(axis=2) < 230).sum())


def normal(count, dims, shift=0.0):
    return torch.randn(count, dims, generator=torch.Generator().manual_seed(count)) + shift


@pytest.mark.parametrize("dims", [1, 2])
def test_a_scatter_shows_what_is_generated(tmp_path, dims):
    scatter(normal(500, dims), normal(400, dims), tmp_path / "near.png")
    scatter(normal(500, dims), normal(400, dims, 1000.0), tmp_path / "far.png")
    assert (
        generated(tmp_path / "near.png") > 4 * generated(tmp_path / "far.png") > 0
    )  # far: the legend


def test_points_out_of_the_frame_are_counted(tmp_path):
    fake = normal(50, 2)
    fake[:7] = 99.0
    scatter(normal(500, 2), fake, tmp_path / "a.svg")
    assert "7 of 50 generated points lie outside" in (tmp_path / "a.svg").read_text()
    scatter(normal(500, 2), fake[7:] * 0.1, tmp_path / "b.svg")
    assert "outside" not in (tmp_path / "b.svg").read_text()


def test_a_histogram_is_a_density_and_its_spikes_leave_the_picture():
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    axes.set_xlim(-6, 6)
    spike = torch.full((300, 1), 0.05)
    spike[:150] = 100.0  # half of it out of sight, and still counted
    pictures._histograms(axes, normal(100_000, 1), spike)
    heights = [patch.get_height() for patch in axes.patches if hasattr(patch, "get_height")]
    assert abs(sum(heights) * 12 / 80 - 1) < 1e-3
    assert abs(max(heights) - 1 / math.sqrt(2 * math.pi)) < 0.03
    assert axes.get_ylim()[1] == pytest.approx(3 * max(heights))
    outline = next(patch for patch in axes.patches if not hasattr(patch, "get_height"))
    assert outline.get_xy()[:, 1].max() == pytest.approx(0.5 * 80 / 12, rel=1e-4)


def test_what_cannot_be_drawn(tmp_path):
    bad = normal(10, 2)
    bad[3, 1] = math.nan
    with pytest.raises(TrainingError, match="1 of 20 generated coordinates"):
        scatter(normal(10, 2), bad, tmp_path / "a.png")
    with pytest.raises(UsageError, match="not 3 and 3"):
        scatter(normal(10, 3), normal(10, 3), tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_equal_points_are_drawn_too(tmp_path):
    scatter(torch.ones(3, 1), torch.ones(3, 1), tmp_path / "a.png")
    scatter(torch.ones(3, 2), torch.ones(3, 2), tmp_path / "b.png")
