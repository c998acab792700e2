"""The README and the docs are code: their Python is run, their commands are taken."""

from __future__ import annotations

import doctest
import importlib
import os
import re
import shlex
from pathlib import Path

import pytest
from PIL import Image

from ganvas import families, flags
from ganvas.cli import main
from ganvas.cli.train import Where, asked

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHOWING = [path for path in sorted(ROOT.glob("src/**/*.py")) if ">>> " in path.read_text("utf-8")]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def commands() -> list[str]:
    lines = "\n".join(blocks(README, "sh")).splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.startswith("ganvas ")]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder in which the README's Python has run."""
    folder = tmp_path_factory.mktemp("readme")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        script, events, own, _ = blocks(README, "python")
        exec(compile(script, "README.md", "exec"), {})
        exec(compile(events, "README.md", "exec"), {})
        Path("my_gan.py").write_text(own)
        Path("my_pictures").mkdir()
        for name in ("a", "b"):
            Image.new("RGB", (80, 64), "red").save(f"my_pictures/{name}.png")
    return folder


def test_the_python_of_the_readme_runs(place):
    assert (place / "runs/0000-gan-digits/report.html").stat().st_size > 50_000


def test_the_family_of_the_readme_trains(place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    code = main(["train", "my_gan.py:Smoothed", "--data", "digits", "--steps", "20"])
    assert code == 0
    assert "Smoothed" in capsys.readouterr().out


@pytest.mark.parametrize("command", commands())
def test_the_commands_of_the_readme_are_taken(command, place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    words = shlex.split(command.replace("--minutes 5", "--steps 205"))[1:]
    if words[:2] == ["check", "gan"] or words[0] == "theory":
        pytest.skip("its own tests run it")
    if words[0] == "train" and "--resume" not in words:
        words.append("--dry-run")
    if "mnist" in words and not os.environ.get("GANVAS_DATA"):
        pytest.skip("GANVAS_DATA names no folder with mnist/ in it")
    assert main(words) == 0, capsys.readouterr().err


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_what_pages_say_to_train_can_be_asked_for(page, tmp_path, monkeypatch):
    """Whatever its data: what is trained and the options are known, and take such values."""
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    quoted = re.findall(r"`ganvas train([^`…]*)`", text)
    shown = re.findall(r"^ {0,4}ganvas train([^\\\n]*)$", text, re.MULTILINE)
    for command in quoted + shown:
        words = shlex.split(command, comments=True)
        if "--help" in words or "--resume" in words or re.search(r"FOLDER|\.py:|\.toml", command):
            continue
        for folder in (word for word in words if word.endswith("/")):
            Path(folder).mkdir(exist_ok=True)
        what = words.pop(0) if words and not words[0].startswith("-") else None
        flags.over(asked(what, words), words, Where(), "train [WHAT]")


@pytest.mark.parametrize("path", SHOWING, ids=lambda p: p.stem)
def test_the_examples_of_docstrings_are_right(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
    found = doctest.testmod(importlib.import_module(name.removesuffix(".__init__")))
    assert found.attempted
    assert not found.failed


def test_the_example_of_extending_keeps_the_contract(tmp_path):
    from ganvas.check import PROMISES, check

    (own,) = blocks((ROOT / "docs/extending.md").read_text(), "python")
    (tmp_path / "conv.py").write_text(own)
    kind, _ = families.own(f"{tmp_path}/conv.py:ConvD")
    assert {result.promise: result.broken for result in check(kind())} == dict.fromkeys(
        PROMISES, ""
    )


def typed(text: str) -> list[list[str]]:
    """The commands of a page, whatever its language."""
    lines = "\n".join(blocks(text, "sh")).replace("--lang ko", "").splitlines()
    return [shlex.split(line, comments=True) for line in lines]


LEARNING = [
    page
    for folder in ("lectures", "questions")
    for page in sorted((ROOT / "docs" / folder).glob("*.md"))
    if not page.name.endswith(".ko.md")
]


@pytest.mark.parametrize("page", LEARNING, ids=lambda p: p.stem)
def test_what_learners_are_shown_is_run_and_is_the_same_in_korean(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = blocks(page.read_text(encoding="utf-8"), "python")
    for number, block in enumerate(code):
        exec(compile(block, f"{page.name}:{number}", "exec"), {})
    korean = page.with_suffix(".ko.md")
    if page.name != "README.md":
        text = korean.read_text(encoding="utf-8")
        assert blocks(text, "python") == code
        assert typed(text) == typed(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere_and_nothing_is_left_to_fill_in(page):
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)", text):
        if not link.startswith("http"):
            assert (page.parent / link).exists(), link
    assert "EVIDENCE" not in text


def test_every_family_has_its_page():
    for name in families.names():
        text = (ROOT / f"docs/families/{name}.md").read_text(encoding="utf-8")
        for part in ("## The algorithm", "## What is logged", "## Differs", "## Evidence"):
            assert part in text
