"""From numbers to what a person looks at: grids, scatter plots, moving pictures."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from ganvas import files
from ganvas.data.resize import resize
from ganvas.errors import TrainingError, UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from PIL.Image import Image

PAPER = 240
"""The light grey between pictures."""
CELL = 64
"""Pictures smaller than this are enlarged until they reach it."""
REAL, FAKE = "#0067a8", "#c95000"
"""Real points are blue and generated ones orange, here and in the report."""
_SHOWN = 4000  # more dots of a scatter plot would only hide one another


def to_uint8(x: Tensor, range: tuple[float, float]) -> Tensor:
    """Pictures of a game, float in `range` and of any shape -> uint8 0..255, rounded and clipped.

    Raises:
        TrainingError: values that are not finite; as bytes they would pass for black pictures.
    """
    x, (low, high) = finite(x).float(), range
    return ((x - low) * (255 / (high - low))).round_().clamp_(0, 255).to(torch.uint8)


def grid(
    images: Tensor, columns: int | None = None, margin: int = 4, enlarge: int | None = None
) -> Image:
    """All `images` in one picture, row by row on light paper.

    Args:
        images: uint8 (N, C, H, W), N >= 1; C is 1 (grey), 3 (RGB) or 4 (RGBA, shown on white).
        columns: pictures in a row; None makes the grid about as wide as high.
        margin: pixels of paper around each picture.
        enlarge: how many times larger to draw; None makes small pictures 64 pixels or a bit more.

    Raises:
        UsageError: a tensor of another kind.
    """
    from PIL import Image

    images = _opaque(images)
    count, _, height, width = images.shape
    enlarge = enlarge or max(1, math.ceil(CELL / max(height, width)))
    images = resize(images, height * enlarge, width * enlarge)
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    cells = F.pad(images, (0, margin, 0, margin), value=PAPER)  # paper to the right and below
    blank = cells.new_full((rows * columns - count, *cells.shape[1:]), PAPER)
    cells = torch.cat([cells, blank])
    cells = cells.view(rows, columns, *cells.shape[1:])  # (rows, columns, C, h, w)
    sheet = cells.permute(0, 3, 1, 4, 2).flatten(2, 3).flatten(0, 1)  # (rows h, columns w, C)
    sheet = F.pad(sheet, (0, 0, margin, 0, margin, 0), value=PAPER)
    return Image.fromarray(sheet.squeeze(2).numpy())


def beside(columns: Iterable[Tensor], times: int = 1) -> Tensor:
    """Pictures (N, C, H, W), once for each column, as the rows of a grid: (rows, columns, C, H, W).

    `times` of the N stand in a row, one after the other; what fills no row is left out. Grey ones
    become colour where others are.
    """
    each = list(columns)
    most = max(x.shape[1] for x in each)
    alike = [x.expand(-1, most, -1, -1) if x.shape[1] == 1 else x for x in each]
    rows = torch.stack(alike, 1)  # (N, columns, C, H, W)
    times = min(times, len(rows))
    rows = rows[: len(rows) // times * times]
    return rows.view(-1, times * len(each), *rows.shape[2:])


def save_png(image: Image, path: Path) -> None:
    """Writes `image` to `path`: the whole file or, after StorageError, nothing."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    files.replace(path, buffer.getvalue())


def save_webp(frames: Iterable[Image], path: Path, fps: float) -> None:
    """Writes `frames` to `path` as an endless animation of `fps` frames a second, in WebP.

    Raises:
        UsageError: no frames, or an `fps` that is not above 0.
        StorageError: the disk refuses; nothing is left at `path`.
    """
    pictures = [frame.convert("RGB") for frame in frames]
    if not pictures or not fps > 0:
        raise UsageError(
            f"An animation needs frames and a speed above 0; got {len(pictures)}, {fps}."
        )
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        format="WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=round(1000 / fps),
        loop=0,
        quality=90,
    )
    files.replace(path, buffer.getvalue())


def scatter(points_real: Tensor | None, points_fake: Tensor, path: Path) -> None:
    """Draws generated points, over real ones where there are any, into `path`, a .png or .svg.

    Points (N, 2) become dots, points (N, 1) two histograms. The real points set the frame, so that
    pictures of a run can be compared; generated points outside it are counted below.

    Raises:
        TrainingError: points that are not finite.
        UsageError: points of another dimension than 1 or 2.
        StorageError: the disk refuses; nothing is left at `path`.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    fake = points_fake.detach().cpu().float()
    real = fake[:0] if points_real is None else points_real.detach().cpu().float()
    dims = real.shape[1]
    if dims not in (1, 2) or fake.shape[1] != dims:
        raise UsageError(
            f"Points of 1 or 2 dimensions can be drawn, not {dims} and {fake.shape[1]}."
        )
    finite(fake)
    frame = real if len(real) else fake
    low, high = frame.amin(0), frame.amax(0)
    room = 0.2 * (high - low).clamp_min(1e-3)
    low, high = low - room, high + room
    inside = ((fake >= low) & (fake <= high)).all(1)
    figure = Figure(figsize=(5, 5 if dims == 2 else 3.5), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_xlim(float(low[0]), float(high[0]))
    (_dots if dims == 2 else _histograms)(axes, real, fake)
    if dims == 2:
        axes.set_ylim(float(low[1]), float(high[1]))
        axes.set_aspect("equal")
    if not inside.all():
        axes.set_xlabel(f"{int((~inside).sum()):,} of {len(fake):,} generated points lie outside")
    _plain(axes)
    buffer = io.BytesIO()
    figure.savefig(buffer, format=path.suffix.removeprefix(".") or "png")
    files.replace(path, buffer.getvalue())


def _dots(axes: Axes, real: Tensor, fake: Tensor) -> None:
    for points, colour, name in ((real, REAL, "real"), (fake, FAKE, "generated")):
        x, y = points[:_SHOWN].T.numpy()
        if len(x):
            axes.scatter(x, y, s=3, c=colour, alpha=0.6, linewidths=0, label=name)


def _histograms(axes: Axes, real: Tensor, fake: Tensor) -> None:
    bins = torch.linspace(*axes.get_xlim(), 81).tolist()
    density = len(bins[1:]) / (bins[-1] - bins[0])  # of a histogram with one point, in its bin

    def weights(points: Tensor) -> NDArray[np.float32]:
        return np.full(len(points), density / len(points), dtype=np.float32)

    reals, fakes = real[:, 0].numpy(), fake[:, 0].numpy()
    if len(fakes):
        axes.hist(
            fakes,
            bins,
            weights=weights(fake),
            color=FAKE,
            histtype="step",
            lw=1.6,
            label="generated",
        )
    if len(reals):
        heights, *_ = axes.hist(
            reals, bins, weights=weights(real), color=REAL, alpha=0.6, label="real", zorder=0.5
        )
        # A collapsed generator is a spike: it may leave the picture, the bell should not shrink.
        axes.set_ylim(0, min(axes.get_ylim()[1], 3 * float(np.max(heights))))


def _plain(axes: Axes) -> None:
    """No box, pale ticks, the legend above the plot where it covers nothing."""
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, labelsize=8, labelcolor="#666666")
    axes.grid(color="#eeeeee", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False, markerscale=3)


def _opaque(images: Tensor) -> Tensor:
    """`images` on the CPU as (N, 1, H, W) or (N, 3, H, W); what is transparent becomes white."""
    if images.dtype != torch.uint8 or images.dim() != 4 or images.shape[1] not in (1, 3, 4):
        raise UsageError(
            "A grid is made of pictures, uint8 (N, C, H, W) with C = 1, 3 or 4; "
            f"got {str(images.dtype).removeprefix('torch.')} {tuple(images.shape)}."
        )
    if not len(images):
        raise UsageError("A grid is made of 1 picture or more; got none.")
    images = images.detach().cpu()
    if images.shape[1] != 4:
        return images
    colour, alpha = images[:, :3].float(), images[:, 3:].float() / 255
    return (colour * alpha + 255 * (1 - alpha)).round_().to(torch.uint8)


def finite(x: Tensor) -> Tensor:
    """Pictures or points (N, d) as they are; TrainingError where a value of them is not finite."""
    bad = ~torch.isfinite(x)
    if bad.any():
        what = "pixels" if x.dim() > 2 else "coordinates"
        raise TrainingError(
            f"{int(bad.sum()):,} of {x.numel():,} generated {what} are not finite: "
            "the generator has diverged."
        )
    return x
