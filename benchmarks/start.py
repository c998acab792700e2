"""Seconds until the command line answers, each in a process of its own; the best of several.

python benchmarks/start.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

CASES = {
    "ganvas --help": ["-m", "ganvas", "--help"],
    "ganvas list": ["-m", "ganvas", "list"],
    "import ganvas": ["-c", "import ganvas"],
    "python alone": ["-c", ""],
}


def main() -> None:
    for name, words in CASES.items():
        times = []
        for _ in range(9):
            began = time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, capture_output=True)
            times.append(time.perf_counter() - began)
        print(f"{name:<16}{statistics.median(times):.3f} s  ({min(times):.3f} to {max(times):.3f})")


if __name__ == "__main__":
    main()
