"""What all tests share: one thread, so that workers side by side do not slow one another down."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)
