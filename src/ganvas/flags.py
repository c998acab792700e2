"""Flags from configuration dataclasses, by tyro; what it cannot read becomes one sentence."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import re
import sys
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import tyro

from ganvas.errors import GameError, UsageError, unknown

if TYPE_CHECKING:
    from ganvas.recipe import Recipe

T = TypeVar("T")
_WORDING = [
    (r"^Error parsing (\S+): (?:expected|no type matching)", r"\1: expected"),
    (r"^Error parsing (\S+): invalid literal for int\(\) with base 10:", r"\1: expected INT, got"),
    (r"^Error parsing (\S+): could not convert string to float:", r"\1: expected FLOAT, got"),
    (r"^Error parsing (\S+): .* for arguments: \[(.*)\]", r"\1: cannot read \2"),
    (r"\{None\}\|(\S+) could be instantiated from \[(.*)\]", r"\1, got \2"),
    (
        r"^invalid choice (.*) for argument '(\S+)'\. Expected one of \((.*)\)",
        r"\2: \1 is none of \3",
    ),
    (r"^Missing value for argument '(\S+)'\..*", r"\1 needs a value"),
    (r"^Missing from (.*?): (\S+) (.*?)\.? \(required\)$", r"\1 needs \2: \3"),
]
"""What tyro says, and what we say."""


def parse(kind: type[T], argv: list[str], command: str, default: T | None = None) -> T:
    """An instance of the dataclass `kind` from `argv`; `--help` prints and exits.

    Raises:
        UsageError: an unknown flag, with the nearest one, or a value that cannot be read.
    """
    options: dict[str, Any] = {} if default is None else {"default": default}
    if {"-h", "--help"} & set(argv):
        tyro.cli(kind, args=argv, prog=f"ganvas {command}", registry=_registry(), **options)
    for before, word in zip(["", *argv], argv, strict=False):
        flag, _, value = word.rpartition("=")
        if value == "None":  # tyro's word for a flag that is not there
            raise UsageError(f"'None' is no value; leave {flag or before} out instead.")
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
    if rest and not rest[0].startswith("-"):
        raise UsageError(f"{rest[0]!r} is one word too many.")
    if rest:
        raise unknown("option", rest[0].split("=")[0], known_flags(kind, options, command))
    result: T = parsed
    return result


def over(recipe: Recipe, argv: list[str], where: T, command: str) -> tuple[T, dict[str, Any]]:
    """What `argv` changes in `recipe`, as a nested dict, and the flags of the dataclass `where`."""
    from ganvas.recipe import BUDGET, plain

    taken = {f.name for part in (where, recipe.settings) for f in dataclasses.fields(part)}  # type: ignore[arg-type]
    if clash := taken & {f.name for f in dataclasses.fields(recipe.game)}:
        raise GameError(
            f"{type(recipe.game).__name__} has options of the names {', '.join(sorted(clash))}, "
            "which every run has already; rename them."
        )
    bare = tyro.conf.arg(name="")
    parts = {"where": where, "settings": recipe.settings, "game": recipe.game}
    fields: Any = [(name, Annotated[type(part), bare]) for name, part in parts.items()]
    kind: Any = dataclasses.make_dataclass("Train", fields)
    kind.__doc__ = (
        f"Train {recipe.family}. WHAT is a recipe, a family, a folder of images, file.py:Class, "
        "or a .toml."
    )
    parsed = parse(kind, argv, command, kind(**parts))
    given = plain(parsed.settings)
    changes = _difference(plain(recipe.settings), given)
    flags = {word.partition("=")[0].removeprefix("--") for word in argv}
    changes |= {name: given[name] for name in BUDGET if name in flags and name in given}
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
    """Every flag that `kind` gives, such as `--G.lr`, as its `--help` shows them."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
        tyro.cli(kind, args=["--help"], prog=command, registry=_registry(), **options)
    return sorted(set(re.findall(r"(?<![\w-])--?[A-Za-z][\w.-]*", text.getvalue())))


def _registry() -> Any:
    registry = tyro.constructors.ConstructorRegistry()

    @registry.primitive_rule
    def schedule(info: tyro.constructors.PrimitiveTypeInfo) -> Any:
        options = sys.modules.get("ganvas.options")
        if options is None or info.type is not options.Schedule:
            return None
        return tyro.constructors.PrimitiveConstructorSpec(
            nargs=1,
            metavar="NUMBER|START:END:KIMG[:linear]",
            instance_from_str=lambda args: options.Schedule.parse(args[0]),
            is_instance=lambda value: isinstance(value, options.Schedule),
            str_from_instance=lambda value: [str(value)],
        )

    return registry


def _sentence(boxed: str) -> str:
    """tyro's boxed message as one sentence: what stands below the title, in our words."""
    _, said, *_ = re.split(r"[-─]{9,}", re.sub(r"[│╭╮╰╯├┤]", " ", boxed) + "-" * 9)
    said = re.sub(r"\s+", " ", said).partition("Got errors:")[0].strip()
    for theirs, ours in _WORDING:
        said = re.sub(theirs, ours, said)
    return said.rstrip(".") + "."
