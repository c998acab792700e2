"""One GAN a file. A file added here is a family; nothing else registers it."""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ganvas.errors import GameError, UsageError, unknown

if TYPE_CHECKING:
    from ganvas.game import Game

HERE = Path(__file__).parent


def names(folder: Path = HERE) -> dict[str, str]:
    """The name of each module in `folder` and the first sentence of its docstring; no torch."""
    found = {}
    for path in sorted(folder.glob("[!_]*.py")):
        doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        found[path.stem.replace("_", "-")] = doc.partition("\n\n")[0].replace("\n", " ")
    return found


def find(name: str) -> type[Game]:
    """The built-in family called `name`, such as `gan`; UsageError where there is none."""
    if name not in names():
        raise unknown("family", name, names())
    module = importlib.import_module(f"ganvas.families.{name.replace('-', '_')}")
    return _games(module.__dict__, module.__name__)[-1]


def own(text: str) -> tuple[type[Game], str]:
    """The family of one's own that `file.py:Class` names, and the SHA-256 of its file."""
    file, _, wanted = text.rpartition(":")
    path = Path(file)
    if not path.is_file():
        raise UsageError(f"There is no file {file!r}; a family of one's own is file.py:Class.")
    name = f"ganvas_own_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up while the class is made
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # nothing beside the user's file
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise GameError(f"{path} cannot be imported: {type(error).__name__}: {error}.") from error
    finally:
        sys.dont_write_bytecode = kept
    games = {game.__name__: game for game in _games(module.__dict__, name)}
    if wanted not in games:
        raise (
            unknown(f"class in {path}", wanted, games)
            if games
            else UsageError(f"{path} defines no subclass of ganvas.Game.")
        )
    try:
        games[wanted]()
    except Exception as error:  # whatever a family's code raises
        raise GameError(
            f"{wanted} of {path} cannot be made with its usual options, of which each has one: "
            f"{type(error).__name__}: {error}."
        ) from error
    return games[wanted], hashlib.sha256(path.read_bytes()).hexdigest()


def _games(scope: dict[str, object], module: str) -> list[type[Game]]:
    from ganvas.game import Game

    return [
        value
        for value in scope.values()
        if inspect.isclass(value) and issubclass(value, Game) and value.__module__ == module
    ]
