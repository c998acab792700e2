"""Other values of a game's options, and how a table and a command line hold them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

from ganvas.optim import Optim
from ganvas.options import Schedule


def options(config: Any, under: str = "") -> list[str]:
    """The dotted names of all options."""
    names = []
    for f in dataclasses.fields(config):
        value = getattr(config, f.name)
        inner = options(value, f"{under}{f.name}.") if isinstance(value, Optim) else None
        names += inner or [f"{under}{f.name}"]
    return names


def others(config: Any, name: str) -> Iterator[Any]:
    """Values of the option `name` unlike the one it has, in TOML's types."""
    head, _, rest = name.partition(".")
    value = getattr(config, head)
    if rest:
        yield from others(value, rest)
        return
    hint = get_type_hints(type(config))[head]
    if get_origin(hint) is Literal:
        yield from (choice for choice in get_args(hint) if choice != value)
    elif get_origin(inner := (get_args(hint) or (None,))[0]) is Literal:
        yield from ([choice] for choice in get_args(inner) if choice not in value)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, 2 * value)
    elif isinstance(value, float):
        yield from (value * 0.5, value * 0.9) if value else (0.5, 1e-3)
    elif isinstance(value, Schedule):
        yield from (value.start * 0.5, value.start * 1e-3) if value.start else (1.0,)
    elif isinstance(value, tuple):
        yield [*value, *(value[-1:] or (8,))]


def nested(name: str, value: Any) -> dict[str, Any]:
    """The table that gives the option of a dotted `name` the value."""
    head, _, rest = name.partition(".")
    return {head: nested(rest, value) if rest else value}


def flag(name: str, value: Any) -> list[str]:
    """The flag that gives the option `name` the value."""
    words = name.replace("_", "-")
    if isinstance(value, bool):
        return [f"--{words}" if value else f"--no-{words}"]
    return [f"--{words}", *map(str, value if isinstance(value, list) else [value])]
