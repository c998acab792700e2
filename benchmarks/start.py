"""Seconds that commands and imports take, each in a process of its own; medians of nine.

python benchmarks/start.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time

OUT = ["--outdir", "FOLDER"]
CASES = {
    "ganvas --help": ["-m", "ganvas", "--help"],
    "ganvas list": ["-m", "ganvas", "list"],
    "import ganvas": ["-c", "import ganvas"],
    "python alone": ["-c", ""],
    "import torch": ["-c", "import torch"],
    "one step": ["-m", "ganvas", "train", "gan", "--data", "toy:ring8", "--steps", "1", *OUT],
}


def main() -> None:
    for name, words in CASES.items():
        times = []
        for _ in range(9):
            with tempfile.TemporaryDirectory() as folder:
                command = [sys.executable, *(folder if w == "FOLDER" else w for w in words)]
                began = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True)
                times.append(time.perf_counter() - began)
        print(f"{name:<16}{statistics.median(times):.3f} s  ({min(times):.3f} to {max(times):.3f})")


if __name__ == "__main__":
    main()
