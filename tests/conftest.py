"""What all tests share: one thread, as workers run side by side, and a warm start for children."""

from __future__ import annotations

import multiprocessing

import pytest
import torch

WARM = [
    "ganvas.cli.train",
    "ganvas.data.digits",
    "ganvas.families.gan",
    "PIL.PngImagePlugin",
    "pydantic",
    "pytest",
    "sklearn.datasets",
    "tomli_w",
    "torch._dynamo",  # the first optimizer imports it, for seconds
]
"""Imported once by the server that children are forked from, not by each child."""


def pytest_collection_finish() -> None:
    multiprocessing.get_context("forkserver").set_forkserver_preload(WARM)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
