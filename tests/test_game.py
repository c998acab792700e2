"""What a moment gives: addressed randomness, the same in every split of the batch."""

import pytest
import torch
from torch import nn

from games import Small
from ganvas import Game, Moment, both, still
from ganvas.data.batches import DataSpec, Points
from ganvas.errors import UsageError


@pytest.mark.parametrize("draw", ["normal", "uniform"])
def test_parts_of_a_batch_see_the_rows_of_the_whole(draw):
    whole = getattr(Moment(seed=3, step=7), draw)(8, 5)
    parts = [getattr(Moment(seed=3, step=7, part=i, parts=4), draw)(2, 5) for i in range(4)]
    assert torch.equal(torch.cat(parts), whole)


def test_every_address_gives_its_own_numbers():
    t = Moment(seed=0, step=0)
    draws = [t.normal(4, 4), t.normal(4, 4)]
    draws += [Moment(seed=1, step=0).normal(4, 4), Moment(seed=0, step=1).normal(4, 4)]
    for i, a in enumerate(draws):
        assert all(not torch.equal(a, b) for b in draws[:i])
    assert torch.equal(draws[0], Moment(seed=0, step=0).normal(4, 4))


def test_the_numbers_are_distributed_as_said():
    t = Moment(seed=0)
    normal, uniform = t.normal(20_000, 2), t.uniform(20_000, 2)
    assert abs(float(normal.mean())) < 0.02
    assert float(normal.std()) == pytest.approx(1, abs=0.02)
    assert 0 <= float(uniform.min()) < 0.001
    assert 0.999 < float(uniform.max()) < 1
    assert torch.equal(t.permutation(50).sort().values, torch.arange(50))


def test_global_randomness_is_left_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    Moment(seed=0).normal(4, 4)
    assert torch.equal(torch.rand(3), expected)


def test_both_is_one_pass_unless_something_in_d_mixes():
    calls = []
    D = nn.Linear(2, 1)
    D.register_forward_hook(lambda *_: calls.append("D"))
    x, fake = torch.randn(3, 2), torch.randn(5, 2)
    real_logits, fake_logits = both(D, x, fake)
    assert (real_logits.shape, fake_logits.shape, len(calls)) == ((3, 1), (5, 1), 1)

    mixing = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    mixing.register_forward_hook(lambda *_: calls.append("mixing"))
    both(mixing, x, fake)
    assert calls == ["D", "mixing", "mixing"]


def test_data_that_do_not_fit_are_refused_with_both_signatures():
    images = DataSpec(name="digits", shape=(1, 8, 8), count=10, classes=("0", "1"))
    with pytest.raises(
        UsageError, match=r"Small plays with Points\(x\); 'digits' gives Labelled\(x, y\)"
    ):
        Small().accept(images)
    Small().accept(DataSpec(name="toy", shape=(2,), count=10))
    assert Small.plays == (Points,)


def test_the_way_between_two_latents_keeps_to_the_shell():
    t = Moment(seed=0)
    a, b = t.normal(16, 512), t.normal(16, 512)
    middle = Small().between(a, b, 0.5)
    norms = middle.norm(dim=1) / 512**0.5
    assert 0.9 < float(norms.min()) <= float(norms.max()) < 1.1
    assert float(((a + b) / 2).norm(dim=1).mean()) / 512**0.5 < 0.8  # the straight line does not
    torch.testing.assert_close(Small().between(a, b, 0.0), a)
    torch.testing.assert_close(Small().between(a, b, 1.0), b)


def test_several_outputs_are_split_each():
    D = nn.Linear(2, 3)
    D.register_forward_hook(lambda _, __, out: (out[:, 0], out))
    x, fake = torch.randn(3, 2), torch.randn(5, 2)
    (real, all_real), (drawn, all_drawn) = both(D, x, fake)
    assert (real.shape, all_real.shape, drawn.shape, all_drawn.shape) == (
        (3,),
        (3, 3),
        (5,),
        (5, 3),
    )
    torch.testing.assert_close(all_drawn, D(fake)[1])
    torch.testing.assert_close(real, D(x)[0])


def test_batch_norm_never_sees_real_and_fake_together():
    norm = nn.BatchNorm1d(2, affine=False)
    x, fake = torch.randn(8, 2), torch.randn(8, 2) + 9
    real, drawn = both(norm, x, fake)
    for part in (real, drawn):
        torch.testing.assert_close(part.mean(0), torch.zeros(2), atol=1e-5, rtol=0)


def test_ways_are_rows_from_one_latent_to_another():
    game = Small()
    nets = game.build(DataSpec(name="toy", shape=(2,), count=10))
    ways = game.ways(nets, Moment(seed=0))["between"]
    t = Moment(seed=0)
    a, b = game.latent(8, t), game.latent(8, t)
    assert ways.shape == (8, 8, 2)
    torch.testing.assert_close(ways[:, 0], nets.G(a))
    torch.testing.assert_close(ways[:, 7], nets.G(b))
    torch.testing.assert_close(ways[3, 2], nets.G(game.between(a, b, 2 / 7))[3])


def test_a_game_without_latents_has_no_ways_and_says_so():
    class Bare(Game):
        plays = (Points,)
        build = turns = lambda self, *_: None

    assert Bare().ways(None, Moment(seed=0)) == {}
    for asked in (lambda: Bare().latent(3, Moment(seed=0)), lambda: Bare().decode(None, None)):
        with pytest.raises(UsageError, match="Bare has no latent space"):
            asked()


def test_still_has_no_graph():
    assert not still(nn.Linear(2, 2), torch.zeros(1, 2)).requires_grad


def test_still_takes_no_graph_from_what_comes_after_it_in_16_bits():
    """PyTorch 2.10 would: it keeps the weights that it has cast, and that they have no graph."""
    G, z = nn.Linear(2, 2), torch.ones(1, 2)
    with torch.autocast("cpu", torch.bfloat16):
        still(G, z)
        G(z).sum().backward()
    assert torch.equal(G.weight.grad, torch.ones(2, 2))
