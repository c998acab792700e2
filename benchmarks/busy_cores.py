"""Images a second of a small GAN alone and beside a busy process, by how OpenMP's threads wait.

    python benchmarks/busy_cores.py

Each setting is a process of its own, for OpenMP reads them once. All settings have their turn in
each round, first alone, then beside a process that computes without end; medians, and what is kept
of the speed alone within a round, are printed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys

SETTINGS: dict[str, dict[str, str]] = {
    "OpenMP's own": {"GOMP_SPINCOUNT": "300000"},
    "GOMP_SPINCOUNT=20000": {"GOMP_SPINCOUNT": "20000"},
    "GOMP_SPINCOUNT=1000": {"GOMP_SPINCOUNT": "1000"},
    "OMP_WAIT_POLICY=passive": {"OMP_WAIT_POLICY": "passive"},
    "one thread": {"OMP_NUM_THREADS": "1"},
}
WORK = """
import sys, time
from ganvas import GAN, Trainer
trainer = Trainer(GAN(), "digits", size=16, batch=128)
for _ in range(20):
    trainer.step()
began, images = time.perf_counter(), trainer.clock.images
while time.perf_counter() - began < float(sys.argv[1]):
    trainer.step()
print((trainer.clock.images - images) / (time.perf_counter() - began))
"""


def speed(setting: dict[str, str], seconds: float) -> float:
    """Images a second of a fresh process under `setting`."""
    waiting = ("OMP_", "GOMP_", "KMP_")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(waiting)}
    command = [sys.executable, "-c", WORK, str(seconds)]
    done = subprocess.run(command, env=plain | setting, capture_output=True, text=True, check=True)
    return float(done.stdout)


def busy() -> None:
    while True:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    args = parser.parse_args()
    alone: dict[str, list[float]] = {name: [] for name in SETTINGS}
    beside: dict[str, list[float]] = {name: [] for name in SETTINGS}
    load = os.getloadavg()[0]
    for _ in range(args.rounds):
        for name, setting in SETTINGS.items():
            alone[name].append(speed(setting, args.seconds))
            neighbour = multiprocessing.Process(target=busy, daemon=True)
            neighbour.start()
            beside[name].append(speed(setting, args.seconds))
            neighbour.kill()
            neighbour.join()
    print(f"{os.cpu_count()} cores, load average before: {load:.1f}")
    for name in SETTINGS:
        kept = [b / a for a, b in zip(alone[name], beside[name], strict=True)]
        print(
            f"{name:<24}{statistics.median(alone[name]):>8,.0f} alone"
            f"{statistics.median(beside[name]):>8,.0f} beside{statistics.median(kept):>6.2f} kept"
        )


if __name__ == "__main__":
    main()
