"""Two machines train one run, started by torchrun as docs/many-machines.md says.

The machines are network namespaces of this one, joined by a virtual cable that can be pulled.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ganvas.cli import main
from small import TRAIN, equal_runs, saved

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

NAME = "0000-gan-digits"
RUN = [*TRAIN, "--save-every", "20"]


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Machine:
    """One of two, with an address and a network card of its own."""

    def __init__(self, number: int, place: Path) -> None:
        self.name = f"ganvas-{os.getpid()}-{number}"
        self.card, self.address = f"card{number}", f"10.77.0.{number}"
        self.said = place / f"{self.card}.txt"
        self.begun: list[subprocess.Popen[bytes]] = []

    def begin(self, *argv: str) -> subprocess.Popen[bytes]:
        """`ganvas` with these words, by torchrun with one process, which says all to `said`."""
        torchrun = [
            *(sys.executable, "-m", "torch.distributed.run", "--nnodes", "2"),
            *("--nproc-per-node", "1", "--rdzv-backend", "c10d"),
            *("--rdzv-endpoint", "10.77.0.1:29500", "--local-addr", self.address),
            *("--rdzv-conf", f"is_host={self.card == 'card1'}"),  # which names would tell
        ]
        words = ["ip", "netns", "exec", self.name, *torchrun, "-m", "ganvas", *argv]
        cards = {"GLOO_SOCKET_IFNAME": self.card, "OMP_NUM_THREADS": "1"}
        with self.said.open("wb") as out:
            self.begun.append(
                subprocess.Popen(words, stdout=out, stderr=out, env=os.environ | cards)
            )
        return self.begun[-1]

    def end(self) -> None:
        for number in inhabitants(self):
            os.kill(number, signal.SIGKILL)
        for process in self.begun:
            process.wait()
        ip("netns", "del", self.name)


@pytest.fixture
def machines(tmp_path) -> Iterator[tuple[Machine, Machine]]:
    if shutil.which("ip") is None:
        pytest.skip("needs the command `ip` (Debian's iproute2)")
    with ExitStack() as ends:
        try:
            pair = Machine(1, tmp_path), Machine(2, tmp_path)
            for each in pair:
                ip("netns", "add", each.name)
                ends.callback(each.end)
            words = [word for each in pair for word in ("name", each.card, "netns", each.name)]
            ip("link", "add", *words[:4], "type", "veth", "peer", *words[4:])
        except subprocess.CalledProcessError as error:
            pytest.skip(f"may not make network namespaces: {error.stderr.decode().strip()}")
        for each in pair:
            ip("-n", each.name, "addr", "add", f"{each.address}/24", "dev", each.card)
            for link in ("lo", each.card):
                ip("-n", each.name, "link", "set", link, "up")
        yield pair


def both(machines: tuple[Machine, Machine], *argv: str) -> list[subprocess.Popen[bytes]]:
    return [each.begin(*argv) for each in machines]


def under_way(machines: tuple[Machine, Machine], place: Path) -> list[subprocess.Popen[bytes]]:
    """Two that train until they are stopped, some steps after the first checkpoint."""
    agents = both(machines, *RUN, "--steps", "1000000", "--outdir", str(place))
    end = time.monotonic() + 60
    while not list(place.glob(f"{NAME}/checkpoints/step-????????")):
        assert time.monotonic() < end, machines[0].said.read_text()
        time.sleep(0.1)
    return agents


def inhabitants(machine: Machine) -> list[int]:
    """The processes of a machine."""
    found = subprocess.run(["ip", "netns", "pids", machine.name], capture_output=True, text=True)
    return [int(number) for number in found.stdout.split()]


def worker(machine: Machine) -> int:
    """The process that trains on a machine."""
    for number in inhabitants(machine):
        words = Path(f"/proc/{number}/cmdline").read_text().split("\0")
        if "torch.distributed.run" not in words:
            return number
    raise AssertionError(f"{machine.name} trains nothing")


def test_two_machines_are_two_processes_of_one(machines, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    agents = both(machines, *RUN, "--steps", "30", "--outdir", str(two))
    assert [agent.wait(60) for agent in agents] == [0, 0], machines[1].said.read_text()
    agents = both(machines, "train", "--resume", str(two / NAME), "--steps", "50")
    assert [agent.wait(60) for agent in agents] == [0, 0], machines[1].said.read_text()
    assert main([*RUN, "--steps", "50", "--outdir", str(one), "--nproc", "2"]) == 0
    assert saved(two / NAME).step == 50
    assert equal_runs(one / NAME, two / NAME)


@pytest.mark.parametrize("number", [0, 1])
def test_a_signal_to_one_machine_stops_both_and_saves(machines, tmp_path, number):
    agents = under_way(machines, tmp_path)
    os.kill(worker(machines[number]), signal.SIGTERM)
    assert [agent.wait(20) for agent in agents] == [1, 1]
    said = machines[0].said.read_text()
    assert "Stopped and saved; go on with: " in said
    log = (tmp_path / NAME / "log.txt").read_text()
    assert f"step {saved(tmp_path / NAME).step}: stopped: " in log


@pytest.mark.parametrize("number", [0, 1])
def test_a_killed_process_ends_the_other_machine(machines, tmp_path, number):
    agents = under_way(machines, tmp_path)
    os.kill(worker(machines[number]), signal.SIGKILL)
    assert agents[1 - number].wait(5) == 1
    assert agents[number].wait(20) == 1
    lost = f"Process {1 - number} of 2 has lost another one, and ends too."
    assert lost in machines[1 - number].said.read_text()


def test_a_machine_that_vanishes_is_noticed_by_the_other(machines, tmp_path):
    """Of the second, torchrun itself waits for the first."""
    agents = under_way(machines, tmp_path)
    ip("-n", machines[1].name, "link", "set", machines[1].card, "down")
    assert agents[0].wait(40) == 1
    for number in (0, 1):
        lost, end = (
            f"Process {number} of 2 has lost another one, and ends too.",
            time.monotonic() + 15,
        )
        while lost not in machines[number].said.read_text():
            assert time.monotonic() < end
            time.sleep(0.1)
