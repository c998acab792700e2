"""The largest micro-batch that fits, foreseen rather than tried out."""

from __future__ import annotations

import pytest
import torch

from ganvas import GAN, fitting, memory
from ganvas.cli import main
from ganvas.errors import UsageError
from ganvas.fitting import FIRST, fit
from small import TRAIN, give_back_memory, saved, trainer, tree

CPU = torch.device("cpu")


def modelled(monkeypatch, free: int, fixed: int = 1000, each: int = 10) -> list[int]:
    """A machine on which a step of n images takes `fixed` + n * `each` bytes; the sizes tried."""
    tried: list[int] = []

    def peak(_, size: int) -> int:
        tried.append(size)
        return 5000 + fixed + each * size

    monkeypatch.setattr(memory, "now", lambda device: 5000)
    monkeypatch.setattr(memory, "free", lambda device: free)
    monkeypatch.setattr(fitting, "_peak", peak)
    return tried


@pytest.mark.parametrize(
    ("free", "micro"),
    [(10**9, 96), (2450, 96), (2449, 48), (1850, 48), (1849, 32)],
)
def test_the_largest_divisor_within_the_share(monkeypatch, free, micro):
    tried = modelled(monkeypatch, free)
    found = fit(trainer(), 96)
    assert (found.batch, found.micro) == (96, micro)
    assert found.room == int(0.8 * free)
    # No step is made that was foreseen not to fit.
    assert all(1000 + 10 * n <= max(found.room, 1000 + 10 * FIRST[1]) for n in tried)
    assert len(tried) == len(set(tried))


@pytest.mark.parametrize("free", [10, 0])
def test_where_not_even_one_image_fits_it_is_said(monkeypatch, free):
    modelled(monkeypatch, free)
    with pytest.raises(UsageError, match="Not even micro-batches of one image fit"):
        fit(trainer(), 96)


def test_where_the_first_step_finds_no_memory_it_is_said(monkeypatch):
    modelled(monkeypatch, 10**9)

    def full(part, size):
        raise torch.OutOfMemoryError

    monkeypatch.setattr(fitting, "_peak", full)
    with pytest.raises(UsageError, match="Not even micro-batches of one image fit"):
        fit(trainer(), 96)


def test_processes_share_what_is_free(monkeypatch):
    modelled(monkeypatch, 2 * 1850)
    assert fit(trainer(), 96, sharing=2).micro == 48


def test_what_it_says(monkeypatch):
    modelled(monkeypatch, 1850)
    assert str(fit(trainer(), 96)) == (
        "96 images in micro-batches of 48: about 1.48 kB at the peak, "
        "of 1.48 kB that may be planned with"
    )
    modelled(monkeypatch, 10**9)
    assert str(fit(trainer(), 96)).startswith("96 images whole: about 1.96 kB at the peak, ")


def test_it_is_so(monkeypatch):
    wide = GAN(z=4, g_hidden=(8,), d_hidden=(16384,))  # some 200 kB an image in D
    room = 150_000_000
    monkeypatch.setattr(memory, "free", lambda device: int(room / memory.SHARE))
    part = trainer(game=wide)
    give_back_memory()
    base = memory.now(CPU)
    found = fit(part, 4096)
    assert 64 <= found.micro < 4096
    really = fitting._peak(part, found.micro) - base
    assert really < 1.1 * room
    assert 0.4 < really / found.need < 2.5  # what the allocator holds back differs by machine


def test_memory_that_cannot_be_known(monkeypatch):
    monkeypatch.setattr(memory, "free", lambda device: None)
    with pytest.raises(UsageError, match="give --batch a number"):
        fit(trainer(), 64)


@pytest.mark.parametrize(
    "words", [["--batch", "auto"], ["--batch=auto"], ["--micro-batch", "auto", "--batch", "32"]]
)
def test_the_command_line_stores_the_number_that_it_found(tmp_path, monkeypatch, capsys, words):
    modelled(monkeypatch, int(1160 / 0.8))
    monkeypatch.setattr("ganvas.report.write", lambda run: run / "report.html")
    usual = [word for word in TRAIN if word not in ("--batch", "32")]
    assert main([*usual, *words, "--steps", "2", "--outdir", str(tmp_path)]) == 0
    run = tmp_path / "0000-gan-digits"
    whole = 32 if "32" in words else 128
    assert f"batch    {whole} images in micro-batches of 16: about " in capsys.readouterr().out
    assert "micro_batch = 16\n" in (run / "config.toml").read_text()
    assert saved(run).step == 2
    before = tree(tmp_path)
    assert main(["train", "--resume", str(run), "--batch", "auto"]) == 2
    assert "batch cannot change" in capsys.readouterr().err
    assert tree(tmp_path) == before
