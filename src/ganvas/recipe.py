"""A run as data: a game, its data, its budget; and the one way from text to it and back.

Layers are merged as dicts (defaults < recipe < flags) and decoded once, because decoders fill a
partial table with the class's defaults and would lose the recipe's.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from annotated_types import Ge, Le
from pydantic import AllowInfNan

from ganvas.errors import UsageError, unknown
from ganvas.game import Game
from ganvas.options import Schedule

T = TypeVar("T")
BUDGET = ("steps", "epochs", "minutes")
ON_RESUME = (*BUDGET, "measure_every", "sample_every", "save_every", "log_every", "keep")
"""The settings that may differ when a run is resumed."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a run needs beside its game. The run stops at the first of the budgets that is set."""

    data: str = "digits"
    """A built-in data set (see `ganvas list`), a folder of images, or edges:FOLDER for pairs."""
    size: Annotated[int, Ge(4)] | None = None
    """Pixels of a side, for images; by default a built-in data set's own, or 64 for a folder."""
    mirror: bool = False
    """Flip half of the images left to right."""
    steps: Annotated[int, Ge(0)] | None = None
    """Budget: training steps in all."""
    epochs: Annotated[float, AllowInfNan(False), Ge(0)] | None = None
    """Budget: passes over the data in all."""
    minutes: Annotated[float, AllowInfNan(False), Ge(0)] | None = None
    """Budget: minutes of training in all."""
    batch: Annotated[int, Ge(1), Le(2**20)] = 128
    """Samples of a minibatch; the flag takes `auto` too: in micro-batches that fit into memory."""
    micro_batch: Annotated[int, Ge(1)] | None = None
    """Samples held in memory at a time; must divide the batch, or `auto`, as for the batch."""
    seed: Annotated[int, Ge(0)] = 0
    """Decides the first weights, the order of the data and all noise."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where to train; auto takes an accelerator that is there."""
    precision: Literal["auto", "float32", "bf16"] = "auto"
    """What losses are computed in; auto is bf16 where hardware has it. Weights stay float32."""
    compile: bool = False
    """Compile networks, which takes a minute, where a step shows that their gradients stay."""
    threads: Annotated[int, Ge(0), Le(1024)] = 0
    """Processor threads; 0 takes `OMP_NUM_THREADS`, or one for each core."""
    measure_every: Annotated[float, Ge(0)] = 0.0
    """Thousand images between measures of 5,000 samples against the data; 0 measures nothing."""
    sample_every: Annotated[int, Ge(0)] = 0
    """Steps between sample grids; 0 draws after epochs 1, 3, 10, 30, 100, …"""
    save_every: Annotated[int, Ge(0)] = 0
    """Steps between checkpoints; 0 saves once a minute."""
    log_every: Annotated[int, Ge(1)] = 20
    """Steps between rows of the log."""
    keep: Annotated[int, Ge(1)] = 2
    """Checkpoints kept."""

    def __post_init__(self) -> None:
        if self.micro_batch is not None and self.batch % self.micro_batch:
            raise UsageError(
                f"micro_batch must divide batch, got micro_batch = {self.micro_batch} and "
                f"batch = {self.batch}."
            )


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A game with the data and the budget it is known to work with."""

    game: Game
    settings: Settings = field(default_factory=Settings)
    family: str = ""
    """The family's name as a user writes it: `gan`, or a class's name for a family of one's own."""
    source: str = ""
    """SHA-256 of the file that a family of one's own came from; empty for a built-in one."""

    def to_dict(self) -> dict[str, Any]:
        """The resolved form, as `config.toml` holds it."""
        run = plain(self.settings)
        origin = {"family": self.family} | ({"source": self.source} if self.source else {})
        return origin | run | {"game": plain(self.game)}

    def to_toml(self) -> str:
        """The resolved form as TOML; reading it gives an equal recipe."""
        import tomli_w

        return tomli_w.dumps(self.to_dict())

    def merged(self, changes: Mapping[str, Any]) -> Recipe:
        """This recipe with `changes`, a nested dict of the form of `to_dict`, laid over it."""
        changes = dict(changes)
        family = changes.pop("family", self.family)
        source = changes.pop("source", self.source)
        options = changes.pop("game", {})
        if not isinstance(options, Mapping):
            raise UsageError(f"game = {options!r}: expected a table of the game's options.")
        game = decode(type(self.game), deep(plain(self.game), options), "game")
        run = plain(self.settings)
        if any(name in changes for name in BUDGET):  # a budget given replaces the recipe's
            run = {k: v for k, v in run.items() if k not in BUDGET}
        settings = decode(Settings, deep(run, changes), "settings")
        return Recipe(game=game, settings=settings, family=family, source=source)


def plain(config: Any) -> dict[str, Any]:
    """A configuration dataclass as nested dicts of TOML's types, without what is None."""
    result: dict[str, Any] = {}
    for f in dataclasses.fields(config):
        value = getattr(config, f.name)
        if dataclasses.is_dataclass(value) and not isinstance(value, Schedule):
            result[f.name] = plain(value)
        elif isinstance(value, Schedule):
            result[f.name] = value.plain()
        elif isinstance(value, tuple):
            result[f.name] = list(value)
        elif value is not None:
            result[f.name] = value
    return result


def flat(table: Mapping[str, Any], under: str = "") -> dict[str, Any]:
    """A nested table with dotted names: {"G": {"lr": 1}} is {"G.lr": 1}."""
    result: dict[str, Any] = {}
    for key, value in table.items():
        name = f"{under}{key}"
        result |= flat(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return result


def changes(old: Any, new: Any) -> dict[str, tuple[Any, Any]]:
    """The options that differ, by dotted name: what each was, and what it is."""
    before, after = flat(plain(old)), flat(plain(new))
    return {name: (before.get(name), now) for name, now in after.items() if before.get(name) != now}


def is_fixed(config: Any, name: str) -> bool:
    """Whether the field of a dotted `name` shapes what is built."""
    head, _, rest = name.partition(".")
    known = {f.name: f for f in dataclasses.fields(config)}
    return is_fixed(getattr(config, head), rest) if rest else "fixed" in known[head].metadata


def deep(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`, table by table."""
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        both = isinstance(value, Mapping) and isinstance(old, Mapping)
        result[key] = deep(old, value) if both else value  # type: ignore[arg-type]
    return result


def decode(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    """A checked instance of a configuration dataclass; the first fault becomes a UsageError."""
    from pydantic import ValidationError

    try:
        return _adapter(kind).validate_python(dict(values))  # type: ignore[arg-type,no-any-return]
    except ValidationError as error:
        raise _first_fault(kind, error.errors()[0], where) from None


@cache
def _adapter(kind: type) -> Any:
    from pydantic import ConfigDict, TypeAdapter

    strict = ConfigDict(extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False)
    return TypeAdapter(_configured(kind, strict))


def _configured(kind: type[T], config: Any) -> type[T]:
    """`kind` and the dataclasses in its fields, told to refuse unknown keys."""
    for cls in (kind, *(type(f.default) for f in dataclasses.fields(kind))):  # type: ignore[arg-type]
        if dataclasses.is_dataclass(cls) and "__pydantic_config__" not in cls.__dict__:
            cls.__pydantic_config__ = config  # type: ignore[attr-defined]
    return kind


def _first_fault(kind: type, fault: Any, where: str) -> UsageError:
    path = [str(part) for part in fault["loc"]]
    if fault["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        table: Any = kind
        for part in path[:-1]:
            table = type(next(f.default for f in dataclasses.fields(table) if f.name == part))
        known = [f.name for f in dataclasses.fields(table)]
        return unknown(
            f"option of {where}", ".".join(path), [".".join([*path[:-1], k]) for k in known]
        )
    reason = fault["msg"].removeprefix("Value error, ")
    return UsageError(f"{'.'.join(path)} = {fault['input']!r}: {reason[0].lower()}{reason[1:]}.")


def config_of(run: Path) -> Path:
    """The file that says what the run in a folder is; UsageError where it holds none."""
    if (run / "config.toml").is_file():
        return run / "config.toml"
    fault = "is not a run: it has no config.toml." if run.exists() else "does not exist."
    raise UsageError(
        f"{run} {fault} Give the folder that `ganvas train` made, such as runs/0000-gan-digits."
    )


def read(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; UsageError where it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}.") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None
