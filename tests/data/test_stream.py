"""The stream: every sample once an epoch, no state, and parts that make up the whole."""

import pytest
import torch

from ganvas.data import Dataset, Stream
from ganvas.data.stream import _order
from ganvas.errors import UsageError


def numbered(count):
    """Pictures whose top left pixels tell their number: `ident` reads it."""
    number = torch.arange(count)
    x = torch.zeros(count, 1, 2, 3, dtype=torch.uint8)
    x[:, 0, 0, 1], x[:, 0, 1, 1] = (number // 256).byte(), (number % 256).byte()  # on the mirror
    x[:, 0, 0, 0] = 255  # on one side only, to see a flip
    return Dataset("numbered", x, number % 3, ("a", "b", "c"))


def ident(batch):
    x = batch.x.long()[:, 0]
    return x[:, 0, 1] * 256 + x[:, 1, 1]


def stream(count, batch, seed=0, **options):
    return Stream(numbered(count), batch, seed, (0, 255), **options)


@pytest.mark.parametrize(("count", "batch"), [(60, 12), (61, 12), (1000, 64), (5, 5), (7, 1)])
def test_every_sample_is_seen_exactly_once_an_epoch(count, batch):
    draw = stream(count, batch)
    seen = torch.cat([ident(draw(number)) for number in range(3 * count // batch + 1)])
    epochs = [seen[epoch * count : (epoch + 1) * count] for epoch in range(3)]
    for epoch in epochs:
        assert epoch.sort().values.tolist() == list(range(count))
    if count > 10:
        assert not torch.equal(epochs[0], epochs[1]), "each epoch has its own order"
        assert epochs[0].tolist() != list(range(count))


def test_a_batch_larger_than_the_data_set_spans_epochs():
    draw = stream(3, 8)
    seen = torch.cat([ident(draw(number)) for number in range(3)])
    assert len(seen) == 24
    assert all(sorted(seen[at : at + 3].tolist()) == [0, 1, 2] for at in range(0, 24, 3))


def test_labels_stay_with_their_pictures():
    for number in (0, 4, 100):
        batch = stream(61, 12)(number)
        assert torch.equal(batch.y, ident(batch) % 3)


def test_no_state_the_number_alone_decides():
    draw = stream(61, 12, seed=3, mirror=True)
    forward = [draw(number) for number in range(30)]
    _order.cache_clear()
    for number in (29, 3, 17, 0, 29):
        fresh = stream(61, 12, seed=3, mirror=True)(number)
        assert torch.equal(fresh.x, forward[number].x)
        assert torch.equal(fresh.y, forward[number].y)


def test_the_seed_decides():
    assert not torch.equal(stream(61, 12, seed=0)(0).x, stream(61, 12, seed=1)(0).x)


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 12])
@pytest.mark.parametrize("mirror", [False, True])
def test_the_parts_make_up_the_whole(parts, mirror):
    draw = stream(31, 12, mirror=mirror)
    for number in (0, 2, 9):
        pieces = [draw(number, part, parts) for part in range(parts)]
        whole = draw(number)
        assert torch.equal(torch.cat([piece.x for piece in pieces]), whole.x)
        assert torch.equal(torch.cat([piece.y for piece in pieces]), whole.y)
        sizes = [len(piece.x) for piece in pieces]
        assert max(sizes) - min(sizes) <= 1


def test_mirror_flips_half_and_other_ones_each_time():
    draw = stream(1000, 1000, mirror=True)
    first, second = draw(0), draw(1)
    flipped = [batch.x[:, 0, 0, 0] == 0 for batch in (first, second)]
    for batch, flip in zip((first, second), flipped):
        assert 0.44 < flip.float().mean() < 0.56
        assert torch.equal(batch.x[:, 0, 0, 2] == 255, flip), "moved to the other side"
        assert ident(batch).sort().values.tolist() == list(range(1000))
    assert not torch.equal(*flipped)
    assert (stream(1000, 1000)(0).x[:, 0, 0, 0] == 255).all()


def test_the_order_is_pinned():
    """A change here changes every run that anybody has seeded."""
    assert ident(stream(10, 5, seed=0)(0)).tolist() == [6, 4, 2, 1, 8]


def test_wrong_use():
    points = Dataset("p", torch.zeros(4, 2))
    with pytest.raises(UsageError, match="1 sample or more"):
        Stream(points, 0, 0, (-1, 1))
    with pytest.raises(UsageError, match="is points"):
        Stream(points, 2, 0, (-1, 1), mirror=True)
    draw = Stream(points, 2, 0, (-1, 1))
    for number, part, parts in [(-1, 0, 1), (0, 1, 1), (0, -1, 2), (0, 0, 3)]:
        with pytest.raises(UsageError, match="no minibatch"):
            draw(number, part, parts)
