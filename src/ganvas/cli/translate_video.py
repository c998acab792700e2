"""A video frame by frame, by PyAV; the sound is copied as it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from rich.console import Console
from rich.progress import Progress

from ganvas.cli.translate_picture import Change
from ganvas.errors import DataError, StorageError, UsageError


def video(path: Path, out: Path, change: Change) -> list[str]:
    """Translates the video at `path` into `out`; returns what had to be skipped.

    Raises:
        UsageError: PyAV is not installed, or cannot write such a file.
        DataError: the file holds no video, or none that can be read.
        StorageError: the disk refuses; nothing is left at `out`.
    """
    av = _av()
    beside = out.with_name(f".{out.stem}.{os.getpid()}{out.suffix}")
    try:
        try:
            skipped = _written(av, path, beside, change)
            os.replace(beside, out)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:  # some of PyAV's own are such too
        raise StorageError(f"{out} cannot be written: {error.strerror}.") from error
    except av.error.FFmpegError as error:
        raise UsageError(f"{out} cannot be written as {out.suffix}: {error.strerror}.") from error
    return skipped


def _av() -> Any:
    try:
        import av
    except ImportError:
        raise UsageError(
            "Videos need PyAV, which is not installed: pip install 'ganvas[video]'. Pictures, "
            "folders and GIFs need nothing more."
        ) from None
    return av


def _written(av: Any, path: Path, beside: Path, change: Change) -> list[str]:
    first = _first(av, path)
    skipped: list[str] = []
    with av.open(str(path)) as given, av.open(str(beside), "w") as made:
        source = given.streams.video[0]
        stream = made.add_stream("vp9" if beside.suffix == ".webm" else "h264",
                                 rate=source.average_rate or 25)  # fmt: skip
        # Codecs halve the colour planes, so that sides are even; an odd one loses its last line.
        width, height = _upright(first).size
        stream.width, stream.height = width // 2 * 2, height // 2 * 2
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = source.time_base
        if beside.suffix == ".avi":  # which keeps no times of frames that are coded out of turn
            stream.codec_context.max_b_frames = 0
        sounds = {s.index: _sound(made, s, path, beside.suffix) for s in given.streams.audio}
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("frames", total=source.frames or None)
            for packet in _packets(av, given, path):
                if packet.stream.index in sounds:
                    if packet.dts is not None:
                        packet.stream = sounds[packet.stream.index]
                        made.mux(packet)
                    continue
                for frame in _decoded(av, packet, path, skipped):
                    image = change(_upright(frame)).convert("RGB")
                    box = (0, 0, stream.width, stream.height)
                    new = av.VideoFrame.from_image(image.crop(box))
                    new.pts, new.time_base = frame.pts, frame.time_base
                    made.mux(stream.encode(new))
                    progress.advance(task)
            made.mux(stream.encode())
    return skipped


def _first(av: Any, path: Path) -> Any:
    """The first frame that can be read, which tells how all are turned."""
    with _reading(av, path):
        given = av.open(str(path))
    with given:
        if not given.streams.video:
            raise DataError(f"{path} holds no video.")
        for packet in _packets(av, given, path):
            if packet.stream.type == "video":
                for frame in _decoded(av, packet, path, []):
                    return frame
    raise DataError(f"No frame of {path} can be read.")


def _upright(frame: Any) -> Image.Image:
    """A frame as it is shown: a film taken on its side says by how much it is to be turned."""
    image: Image.Image = frame.to_image()
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image


def _sound(made: Any, stream: Any, path: Path, suffix: str) -> Any:
    try:
        return made.add_stream_from_template(stream)
    except ValueError:
        raise UsageError(
            f"A {suffix} cannot hold the sound of {path}, which is {stream.codec_context.name}; "
            f"end the name in {path.suffix}."
        ) from None


def _packets(av: Any, given: Any, path: Path) -> Iterator[Any]:
    """What the file holds of the first picture stream and of all sound."""
    packets = given.demux(given.streams.video[0], *given.streams.audio)
    while True:
        with _reading(av, path):
            packet = next(packets, None)
        if packet is None:
            return
        yield packet


@contextmanager
def _reading(av: Any, path: Path) -> Iterator[None]:
    try:
        yield
    except av.error.FFmpegError as error:
        raise DataError(f"{path} cannot be read as a video: {error.strerror}.") from error


def _decoded(av: Any, packet: Any, path: Path, skipped: list[str]) -> Iterator[Any]:
    """The frames of a packet; one that cannot be read, or not whole, is skipped."""
    try:
        frames = packet.decode()
    except av.error.FFmpegError as error:
        at = float((packet.pts or 0) * packet.time_base)
        skipped.append(f"a frame of {path} at {at:.2f} s ({error.strerror})")
        return
    for frame in frames:
        if frame.is_corrupt:
            skipped.append(f"a frame of {path} at {frame.time or 0:.2f} s (it is damaged)")
        else:
            yield frame
