"""Flags from configuration dataclasses, by tyro; what it cannot read becomes one sentence."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import re
import sys
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import tyro

from ganvas.errors import UsageError, unknown

if TYPE_CHECKING:
    from ganvas.recipe import Recipe

T = TypeVar("T")


def parse(kind: type[T], argv: list[str], command: str, default: T | None = None) -> T:
    """An instance of the dataclass `kind` from `argv`; `--help` prints and exits.

    Raises:
        UsageError: an unknown flag, with the nearest one, or a value that cannot be read.
    """
    options: dict[str, Any] = {} if default is None else {"default": default}
    if {"-h", "--help"} & set(argv):
        tyro.cli(kind, args=argv, prog=f"ganvas {command}", registry=_registry(), **options)
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            parsed, rest = tyro.cli(
                kind,
                args=argv,
                prog=f"ganvas {command}",
                registry=_registry(),
                return_unknown_args=True,
                **options,
            )
    except SystemExit:
        raise UsageError(_sentence(said.getvalue())) from None
    if rest:
        raise unknown("option", rest[0].split("=")[0], known_flags(kind, options, command))
    result: T = parsed
    return result


def over(recipe: Recipe, argv: list[str], where: T, command: str) -> tuple[T, dict[str, Any]]:
    """What `argv` changes in `recipe`, as a nested dict, and the flags of the dataclass `where`."""
    from ganvas.recipe import plain

    bare = tyro.conf.arg(name="")
    parts = {"where": where, "settings": recipe.settings, "game": recipe.game}
    fields: Any = [(name, Annotated[type(part), bare]) for name, part in parts.items()]
    kind: Any = dataclasses.make_dataclass("Train", fields)
    kind.__doc__ = (
        f"Train {recipe.family}. WHAT is a recipe, a family, a folder of images, file.py:Class, "
        "or a .toml."
    )
    parsed = parse(kind, argv, command, kind(**parts))
    changes = _difference(plain(recipe.settings), plain(parsed.settings))
    game = _difference(plain(recipe.game), plain(parsed.game))
    return parsed.where, changes | ({"game": game} if game else {})


def _difference(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The part of `new` that differs from `old`, table by table."""
    result = {}
    for key, value in new.items():
        if isinstance(value, dict) and (inner := _difference(old[key], value)):
            result[key] = inner
        elif not isinstance(value, dict) and old.get(key) != value:
            result[key] = value
    return result


def known_flags(kind: type, options: dict[str, Any], command: str) -> list[str]:
    """Every flag that `kind` gives, such as `--G.lr`."""
    parser = tyro.extras.get_parser(kind, prog=command, registry=_registry(), **options)
    return [flag for action in parser._actions for flag in action.option_strings]


def _registry() -> Any:
    registry = tyro.constructors.ConstructorRegistry()

    @registry.primitive_rule
    def schedule(info: tyro.constructors.PrimitiveTypeInfo) -> Any:
        options = sys.modules.get("ganvas.options")
        if options is None or info.type is not options.Schedule:
            return None
        return tyro.constructors.PrimitiveConstructorSpec(
            nargs=1,
            metavar="NUMBER|START:END:KIMG",
            instance_from_str=lambda args: options.Schedule.parse(args[0]),
            is_instance=lambda value: isinstance(value, options.Schedule),
            str_from_instance=lambda value: [str(value)],
        )

    return registry


def _sentence(boxed: str) -> str:
    """tyro's boxed message as one sentence."""
    lines = [re.sub(r"[│╭╮╰╯─]+", " ", line).strip() for line in boxed.splitlines()]
    kept = [
        line for line in lines if line and not line.startswith(("For full helptext", "Parsing"))
    ]
    return re.sub(r"\s+", " ", " ".join(kept)).rstrip(".") + "."
