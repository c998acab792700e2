"""A video frame by frame, by PyAV; the sound is copied as it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from ganvas.cli.translate import Change
from ganvas.errors import StorageError, UsageError


def video(path: Path, out: Path, change: Change) -> list[str]:
    """Translates the video at `path` into `out`; returns what had to be skipped.

    Raises:
        UsageError: PyAV is not installed, or the file holds no video.
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
    except av.error.FFmpegError as error:
        raise UsageError(f"{path} cannot be read as a video: {error.strerror}.") from error
    except OSError as error:
        raise StorageError(f"{out} cannot be written: {error.strerror}.") from error
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
    skipped: list[str] = []
    with av.open(str(path)) as given, av.open(str(beside), "w") as made:
        if not given.streams.video:
            raise UsageError(f"{path} holds no video.")
        source = given.streams.video[0]
        stream = made.add_stream("vp9" if beside.suffix == ".webm" else "h264",
                                 rate=source.average_rate or 25)  # fmt: skip
        # Codecs halve the colour planes, so that sides are even; an odd one loses its last line.
        stream.width, stream.height = source.width // 2 * 2, source.height // 2 * 2
        stream.pix_fmt = "yuv420p"
        stream.time_base = source.time_base
        sounds = {s.index: made.add_stream_from_template(s) for s in given.streams.audio}
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("frames", total=source.frames or None)
            for packet in given.demux(source, *given.streams.audio):
                if packet.stream.index in sounds:
                    if packet.dts is not None:
                        packet.stream = sounds[packet.stream.index]
                        made.mux(packet)
                    continue
                for frame in _decoded(av, packet, path, skipped):
                    image = change(frame.to_image()).convert("RGB")
                    box = (0, 0, stream.width, stream.height)
                    new = av.VideoFrame.from_image(image.crop(box))
                    new.pts, new.time_base = frame.pts, frame.time_base
                    made.mux(stream.encode(new))
                    progress.advance(task)
            made.mux(stream.encode())
    return skipped


def _decoded(av: Any, packet: Any, path: Path, skipped: list[str]) -> Iterator[Any]:
    try:
        yield from packet.decode()
    except av.error.InvalidDataError as error:
        skipped.append(f"a frame of {path} at {float(packet.pts or 0) * packet.time_base:.2f} s "
                       f"({error.strerror})")  # fmt: skip
