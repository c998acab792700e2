"""The stream of events: what comes when, and what changes on the way."""

from __future__ import annotations

import errno

import pytest
import torch

import small
from games import Small
from ganvas import GAN, Trainer, data
from ganvas.errors import StorageError, TrainingError, UsageError
from ganvas.events import Changed, Drew, Logged, Measured, Saved, Stopped, Turned, Warned
from ganvas.families.dcgan import DCGAN
from ganvas.pace import marks
from ganvas.recipe import Recipe, Settings
from ganvas.run import Run

POINTS = data.Dataset("points", torch.randn(64, 2, generator=torch.Generator().manual_seed(0)))


def trainer(game=None, **options) -> Trainer:
    game = game or GAN(z=2, g_hidden=(4,), d_hidden=(4,))
    return Trainer(game, POINTS, **{"batch": 16, "threads": 1, "log_every": 1, **options})


def drawn(part: Trainer) -> list[float]:
    return [event.epoch for event in part if isinstance(event, Drew)]


def test_the_marks_are_1_3_10_30():
    passed = [epoch for epoch in range(1, 400) if marks(epoch) != marks(epoch - 1)]
    assert passed == [1, 3, 10, 30, 100, 300]


@pytest.mark.parametrize("d_steps", [1, 3, 5])
def test_samples_come_after_epochs_1_3_10_and_at_the_end_however_many_steps_d_makes(d_steps):
    game = GAN(z=2, g_hidden=(4,), d_hidden=(4,), d_steps=d_steps)
    epochs = drawn(trainer(game, epochs=12))
    step = d_steps * 16 / 64  # epochs a step
    assert len(epochs) == 5
    for epoch, mark in zip(epochs, (0, 1, 3, 10, 12), strict=True):
        assert mark <= epoch < mark + step


def test_the_end_is_drawn_and_saved_once(tmp_path):
    part = trainer(steps=10, save_every=5, folder=tmp_path)
    events = list(part)
    assert [e.step for e in events if isinstance(e, Saved)] == [5, 10]
    assert [e.step for e in events if isinstance(e, Drew)][-1] == 10
    assert isinstance(events[-1], Stopped)
    assert events[-1].reason == "10 steps done"


def test_a_stop_draws_saves_and_ends_at_its_step(tmp_path):
    part = trainer(steps=1000, folder=tmp_path)
    steps = []
    for event in part:
        if isinstance(event, Logged) and event.row["step"] == 7:
            part.stop("by hand")
        if isinstance(event, Drew | Saved | Stopped):
            steps.append((type(event).__name__, event.step))
    assert steps[-3:] == [("Drew", 7), ("Saved", 7), ("Stopped", 7)]


def test_a_change_takes_effect_and_stands_in_the_stream():
    part = trainer(steps=6)
    changes, rates = [], []
    for event in part:
        if isinstance(event, Logged) and event.row["step"] == 3:
            told = part.change(G={"lr": 0.5}, gamma=2.0)
        if isinstance(event, Changed):
            changes.append(event)
        if isinstance(event, Turned) and event.player == "G":
            rates.append(part.engine.optimizers["G"].param_groups[0]["lr"])
    assert rates == [2e-4] * 3 + [0.5] * 3
    assert changes == [told]
    assert told.options == {"G.lr": (2e-4, 0.5), "gamma": (1.0, 2.0)}


def test_a_change_is_reviewed_like_a_beginning():
    running = Trainer(DCGAN(width=2), "digits", size=16, batch=8, steps=4)
    with pytest.raises(UsageError, match=r"penalty = gp .* batch norm in D has not"):
        running.change(penalty="gp")
    assert running.game.penalty == "none"
    running.change(penalty="r1")
    told = [event.message for event in running._told() if isinstance(event, Warned)]
    assert any("batch norm in D" in message for message in told)


def test_what_is_pending_at_the_end_is_told_before_it():
    part = trainer(steps=3)
    events = []
    for event in part:
        if isinstance(event, Logged) and event.row["step"] == 3:
            part.change(gamma=2.0)
        events.append(type(event))
    assert events.index(Changed) < events.index(Stopped) == len(events) - 1


def test_a_fixed_option_is_refused_and_an_unknown_one_named():
    with pytest.raises(UsageError, match="z cannot change while a run goes on"):
        trainer(steps=1).change(z=3)
    with pytest.raises(UsageError, match="did you mean 'gamma'"):
        trainer(steps=1).change(gama=3)


def test_an_average_that_begins_on_the_way_begins_from_the_weights_of_then():
    part = trainer(steps=4)
    part.step()
    part.change(ema=1.0)
    assert torch.equal(part.engine.ema.shadow.G[0].weight, part.engine.nets.G[0].weight)
    part.step()
    assert not torch.equal(part.engine.ema.shadow.G[0].weight, part.engine.nets.G[0].weight)


def test_settings_and_options_together_are_refused():
    with pytest.raises(UsageError, match="Give settings or epochs, not both"):
        Trainer(GAN(), POINTS, settings=Settings(), epochs=3)


def test_micro_batches_of_a_game_that_mixes_are_warned_of():
    class Mixing(Small):
        mixes_samples = True

    events = list(trainer(Mixing(), steps=1, micro_batch=4))
    assert any(isinstance(e, Warned) and "mix samples" in e.message for e in events)


def test_three_failed_saves_in_a_row_stop_the_run(tmp_path, monkeypatch):
    def refuse(*_):
        raise StorageError("No space left.")

    monkeypatch.setattr("ganvas.checkpoint.save", refuse)
    part = trainer(steps=100, save_every=2, folder=tmp_path)
    warned = []
    with pytest.raises(StorageError, match="No space left"):
        warned += [event for event in part if isinstance(event, Warned)]
    assert part.clock.step == 6


def test_a_disk_that_refuses_rows_is_warned_of_and_training_goes_on(tmp_path, monkeypatch):
    part = trainer(steps=5)
    recipe = Recipe(game=part.game, settings=part.settings, family="gan")
    run = Run.create(tmp_path, recipe)

    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Run, "_note", refuse)
    events = list(run.record(part))
    assert part.clock.step == 5
    assert sum(isinstance(event, Warned) for event in events) >= 5
    assert isinstance(events[-1], Stopped)


def test_one_stream_of_steps_images_and_epochs():
    rows = [e.row for e in trainer(steps=6, log_every=2) if isinstance(e, Logged)]
    assert [(r["step"], r["images"], r["epoch"]) for r in rows] == [
        (2, 32, 0.5),
        (4, 64, 1.0),
        (6, 96, 1.5),
    ]
    assert {"D/real", "D/fake", "G/fake", "D/gradient", "G/gradient", "D(x)", "D(G(z))"} <= set(
        rows[0]
    )


class Ruler:
    """A judge that remembers what it was shown."""

    n, y = 300, None

    def __init__(self) -> None:
        self.shown: list[torch.Tensor] = []

    def __call__(self, samples: torch.Tensor) -> dict[str, float]:
        self.shown.append(samples)
        return {"mean": float(samples.float().mean())}


def test_samples_are_measured_every_so_many_images_and_training_does_not_notice(tmp_path):
    plain = trainer(steps=20)
    list(plain)
    measured = trainer(steps=20, measure_every=0.1)
    measured.judge = ruler = Ruler()
    steps = [event.step for event in measured if isinstance(event, Measured)]
    batch = measured.settings.batch
    crossed = [s for s in range(1, 21) if s * batch // 100 != (s - 1) * batch // 100]
    assert steps == crossed
    assert {tuple(x.shape) for x in ruler.shown} == {(300, *measured.data.spec.shape)}
    expected, actual = plain.state()[0], measured.state()[0]
    assert all(torch.equal(expected[name], actual[name]) for name in expected)


@pytest.mark.parametrize("make", ["draw", "measure"])
@pytest.mark.parametrize("kind", ["pixels", "coordinates"])
def test_samples_that_are_not_finite_end_training_and_name_the_checkpoint(tmp_path, make, kind):
    part = (small.trainer if kind == "pixels" else trainer)(folder=tmp_path)
    part.judge = Ruler()
    path = part.save().path
    *_, bias = part.engine.parameters(("G",))
    bias.data.fill_(torch.nan)
    with pytest.raises(TrainingError, match=f"generated {kind} are not finite") as caught:
        getattr(part, make)()
    assert f"The last good checkpoint is {path}." in str(caught.value)
    assert not caught.value.shared
    assert part.judge.shown == []


def test_a_trainer_without_a_judge_says_so():
    with pytest.raises(UsageError, match="judge"):
        trainer(steps=1).measure()
