"""How fast ours is beside the plain loop, over the same networks and data, the two in turn.

A machine's speed drifts, and other work shares it; so the loops are run one after the other in
rounds, and what counts is the median of the ratios within a round.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch

from ganvas import device, drawing, state
from ganvas.bench import plain
from ganvas.bench.flops import counted, peak
from ganvas.bench.table import Cell, Results, Row, markdown
from ganvas.data.batches import DataSpec
from ganvas.data.dataset import Dataset
from ganvas.families.dcgan import DCGAN
from ganvas.families.gan import GAN
from ganvas.families.r3gan import R3GAN
from ganvas.families.sngan import SNGAN
from ganvas.game import Moment, Nets
from ganvas.trainer import Trainer

KEPT = 2048
"""Pictures that the loops draw from; speed does not look at their content."""


class Work(NamedTuple):
    """A row of the table."""

    title: str
    game: GAN
    shape: tuple[int, int, int]
    batch: int


AS_THEY_ARE: Any = {"augment": ("none",)}
WORKS = {
    "dcgan-64": Work("DCGAN 64x64, 3 channels, width 64", DCGAN(**AS_THEY_ARE), (3, 64, 64), 64),
    "dcgan-28": Work("DCGAN 28x28, 1 channel, width 64", DCGAN(**AS_THEY_ARE), (1, 28, 28), 64),
    "mlp": Work("MLP GAN 28x28", GAN(), (1, 28, 28), 128),
    "r3-dense": Work(
        "R3GAN 32x32, width 64, dense convolutions, R1 + R2",
        R3GAN(width=64, group=128, **AS_THEY_ARE),
        (3, 32, 32),
        16,
    ),
    "sngan": Work(
        "SNGAN 32x32, width 64, 5 D + 1 G", SNGAN(**AS_THEY_ARE), (3, 32, 32), 64
    ),
    "r3-grouped": Work(
        "R3GAN 32x32, width 256, groups of 16, R1 + R2",
        R3GAN(width=256, **AS_THEY_ARE),
        (3, 32, 32),
        8,
    ),
}  # fmt: skip
SAMPLING = "sampling"
"""The row of 1,000 samples, of DCGAN 64x64."""
NAMES = (*WORKS, SAMPLING)
BEST = "by hand"
"""The loop with all that makes ours fast, and none of what a trainer adds."""


def facts(
    *, rounds: int, seconds: float, threads: int, batch: int | None, on: str, precision: str
) -> dict[str, Any]:
    """What all rows share: how they were measured, and on what device."""
    where = device.pick(on)
    return {
        "rounds": rounds,
        "seconds": seconds,
        "batch": batch,
        "threads": threads or device.cores(),
        "cores": os.cpu_count(),
        "processor": f"{_model()}, {torch.backends.cpu.get_cpu_capability()}",
        "device": where.type,
        "card": torch.cuda.get_device_name(where) if where.type == "cuda" else "",
        "precision": device.precision(where, precision).name,
        "torch": torch.__version__,
    }


def play(facts: dict[str, Any], cell: dict[str, Any]) -> Row:
    """One row: steps a second of each loop, round by round, operations of a step, the peak."""
    torch.set_num_threads(facts["threads"])
    work = WORKS.get(str(cell["work"]), WORKS["dcgan-64"])
    work = work._replace(batch=facts["batch"] or work.batch)
    data = Dataset("noise", torch.randint(0, 256, (KEPT, *work.shape), dtype=torch.uint8))
    where, precision = torch.device(facts["device"]), facts["precision"]
    if cell["work"] == SAMPLING:
        loops, autocast = _sampling(work, data, where), None
    else:
        loops, autocast = _training(work, data, where, precision)
    flops = {name: counted(partial(next, steps)) for name, steps in loops.items()}
    rates: dict[str, list[float]] = {name: [] for name in loops}
    worked: dict[str, list[float]] = {name: [] for name in loops}
    peaks = []
    for _ in range(facts["rounds"]):
        peaks.append(peak(where, autocast or torch.float32))
        for name, steps in loops.items():
            wall, own = rate(steps, facts["seconds"], wait=partial(device.wait, where))
            rates[name].append(wall)
            worked[name].append(own)
    return {
        "rates": rates,
        "worked": worked,
        "flops": flops,
        "peak": statistics.median(peaks),
        "images": 1000 if cell["work"] == SAMPLING else work.batch * work.game.d_steps,
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def rate(
    steps: Iterator[None],
    seconds: float,
    wall: Callable[[], float] = time.perf_counter,
    own: Callable[[], float] = time.process_time,
    wait: Callable[[], None] = lambda: None,
) -> tuple[float, float]:
    """Steps a second of wall time, and of this process's own, over so many seconds of wall time.

    `wait` returns when what was begun is done, as on a card that works beside the program.
    """
    wait()
    began, worked, count = wall(), own(), 0
    while count == 0 or wall() - began < seconds:
        next(steps)
        count += 1
    wait()
    return count / (wall() - began), count / (own() - worked)


def _training(
    work: Work, data: Dataset, where: torch.device, precision: str
) -> tuple[dict[str, Iterator[None]], torch.dtype | None]:
    """The loops, and what ours and the one by hand compute losses in."""

    def nets(autocast: torch.dtype | None = None) -> Nets:
        return state.build(work.game, data.spec, 0, where, autocast)

    trainer = Trainer(
        work.game,
        data,
        batch=work.batch,
        threads=torch.get_num_threads(),
        device=where.type,
        precision=precision,
    )
    fast = trainer.precision.autocast
    workers = (0, 2) if device.processors() > 1 else (0,)
    loops = {
        **{
            f"plain, {n} workers": plain.loop(work.game, nets(), data.x, work.batch, n)
            for n in workers
        },
        BEST: plain.best(work.game, nets(fast), data.x, work.batch, fast),
        "ganvas": _steps(trainer),
    }
    return loops, fast


def _steps(trainer: Trainer) -> Iterator[None]:
    while True:
        trainer.step()
        yield


def _sampling(work: Work, data: Dataset, where: torch.device) -> dict[str, Iterator[None]]:
    spec: DataSpec = data.spec

    @torch.no_grad()
    def plainly() -> Iterator[None]:
        G = state.build(work.game, spec, 0, where).G.eval()
        G.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        while True:
            drawn = [G(torch.randn(100, work.game.z, device=where)) for _ in range(10)]
            torch.cat(drawn).add(1).mul(127.5).clamp(0, 255).to(torch.uint8).cpu()
            yield

    def ours() -> Iterator[None]:
        nets = state.build(work.game, spec, 0, where).eval()
        while True:
            t = Moment(seed=0, step="bench", device=where)
            drawing.finished(work.game, nets, spec, 1000, t)
            yield

    return {"plain": plainly(), "ganvas": ours()}


def cells(names: Sequence[str]) -> list[Cell]:
    """The rows that were asked for."""
    return [{"work": name} for name in names]


def page(results: Results, names: Sequence[str]) -> str:
    """The table as Markdown, with what it was measured on beneath."""
    head = (
        "", "plain, img/s", "ganvas, img/s", "ratio", "ratio in processor time", "ganvas / by hand",
        "GFLOP a step", "share of peak",
    )  # fmt: skip
    rows = [_line(results, name) for name in names]
    done = [results[cell] for cell in cells(names)]
    f = results.facts
    loads = [row["load"] for row in done if row["load"] is not None]
    top = statistics.median(row["peak"] for row in done) / 1e9
    beneath = [
        *([f["card"] or f["device"]] if f["device"] != "cpu" else []),
        f"{f['processor']}, {f['cores']} cores, {f['threads']} thread{'s' * (f['threads'] > 1)}",
        f"torch {f['torch']}, {f['precision']}",
        f"{f['rounds']} rounds of {f['seconds']:g} s a loop, medians",
        f"the matrix peak beside them {top:.0f} GFLOP/s",
        f"load average {min(loads, default=0):.1f} to {max(loads, default=0):.1f}.",
    ]
    return f"{markdown(head, rows)}\n{'; '.join(beneath)}\n"


def _line(results: Results, name: str) -> list[str]:
    row = results[{"work": name}]
    ours, plainly = row["rates"]["ganvas"], sorted(k for k in row["rates"] if "plain" in k)
    best = [max(each) for each in zip(*(row["rates"][k] for k in plainly), strict=True)]
    # Workers' time is their own, so that processor time compares the loops of one process.
    own, alone = (row["worked"][k] for k in ("ganvas", plainly[0]))
    by_hand = row["rates"].get(BEST)
    title = "1,000 samples of DCGAN 64x64"
    if name != SAMPLING:
        title = f"{WORKS[name].title}, batch {results.facts['batch'] or WORKS[name].batch}"
    median = statistics.median(ours)
    return [
        title,
        _three(statistics.median(best) * row["images"]),
        _three(median * row["images"]),
        _ratio(ours, best),
        _ratio(own, alone),
        _ratio(ours, by_hand) if by_hand else "",
        _three(row["flops"]["ganvas"] / 1e9),
        f"{median * row['flops']['ganvas'] / row['peak']:.0%}",
    ]


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """The median of the ratios within a round, with the least and the greatest."""
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _three(value: float) -> str:
    """Three figures, or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _model() -> str:
    """What the processor calls itself, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
