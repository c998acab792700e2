"""What goes to a card and back waits for nothing; told by stand-ins, for tests have no card."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from ganvas import transfer
from ganvas.data import dataset
from ganvas.finite import Finite
from ganvas.transfer import Later, sent


class OfCard:
    """A tensor of a card, as far as `Later` looks at it."""

    is_cuda, shape, dtype, device = True, (1,), torch.float32, torch.device("cuda", 1)


@pytest.fixture
def done(monkeypatch) -> list[str]:
    """What is asked of the card, in turn."""
    log: list[str] = []

    class Event:
        def record(self, stream):
            log.append(f"mark the {stream}")

        def synchronize(self):
            log.append("wait for the mark")

    class Pinned:
        def copy_(self, value, non_blocking):
            log.append(f"copy {value.device}, non_blocking={non_blocking}")

        def item(self):
            log.append("read")
            return 1.0

    def empty(shape, dtype, pin_memory):
        assert (shape, dtype, pin_memory) == ((1,), torch.float32, True)
        return Pinned()

    cuda = SimpleNamespace(Event=Event, current_stream=lambda device: f"queue of {device}")
    monkeypatch.setattr(transfer, "torch", SimpleNamespace(cuda=cuda, empty=empty))
    return log


def test_a_number_of_a_card_is_copied_as_it_is_made_and_waited_for_as_it_is_read(done):
    later = Later(OfCard())
    made = ["copy cuda:1, non_blocking=True", "mark the queue of cuda:1"]
    assert done == made
    assert later.read() == 1.0
    assert done == [*made, "wait for the mark", "read"]


def test_on_the_processor_nothing_is_copied():
    value = torch.tensor([3.0])
    later = Later(value)
    value += 1
    assert later.read() == 4.0
    assert sent(value, "cpu") is value


def test_what_is_sent_to_a_card_is_pinned_first():
    class Page:
        is_cuda = False

        def pin_memory(self):
            return SimpleNamespace(to=lambda device, non_blocking: (device, non_blocking))

    assert sent(Page(), "cuda:1") == ("cuda:1", True)


def test_masks_are_on_their_way_when_they_are_made(monkeypatch):
    """And so are index, flips and samples of a batch."""
    seen = []
    monkeypatch.setattr("ganvas.finite.Later", lambda flag: seen.append(flag))
    gradient = torch.tensor(float("nan"))
    turn = SimpleNamespace(gradient=gradient)
    mask = Finite(immediate=False).guard(0, [(SimpleNamespace(terms={}), turn)], [])
    assert seen == [mask]
    assert mask == 1
    monkeypatch.setattr(dataset, "sent", lambda x, device: (seen.append(device), x)[1])
    x, y = torch.zeros(4, 1, 2, 2, dtype=torch.uint8), torch.zeros(4, dtype=torch.int64)
    pictures = dataset.Dataset("four", x, y, ("a",))
    pictures.batch(torch.tensor([0]), (0, 1), "cpu", flip=torch.tensor([True]))
    assert seen[1:] == [torch.device("cpu"), "cpu", "cpu", "cpu"]
