"""The values of options: fields that are fixed for a run, and numbers that change within it.

A `Schedule` is a rate, a loss weight, a half-life over the images shown. It is written `2e-4`
(constant) or `START:END:KIMG[:linear]`: from START to END over the first KIMG thousand images,
along a half cosine or a straight line; `100-200` in place of KIMG holds START until 100,000
images. The same text serves Python, TOML and the command line.
"""

from __future__ import annotations

import dataclasses
import inspect
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar, dataclass_transform, get_type_hints

T = TypeVar("T")


def fixed(default: Any) -> Any:
    """A field that shapes what is built, so that it cannot change while a run goes on."""
    return field(default=default, metadata={"fixed": True})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def defaults(**values: Any) -> Callable[[type[T]], type[T]]:
    """Makes a subclass a dataclass with other defaults: `@defaults(z=100) class DCGAN(GAN): …`."""

    def apply(kind: type[T]) -> type[T]:
        above = [base for base in kind.__mro__[:0:-1] if dataclasses.is_dataclass(base)]
        known: Any = {f.name: f for base in above for f in dataclasses.fields(base)}
        types = get_type_hints(kind, include_extras=True)
        kind.__annotations__ = {n: types[n] for n in values} | inspect.get_annotations(kind)
        for name, value in values.items():
            setattr(kind, name, field(default=value, metadata=known[name].metadata))
        return dataclass(frozen=True, kw_only=True)(kind)

    return apply


class Clock(Protocol):
    """Anything that knows how many images were shown."""

    @property
    def images(self) -> int: ...


_NUMBER = r"[\d.]+(?:e[+-]?\d+)?"


@dataclass(frozen=True)
class Schedule:
    """A value over absolute images shown; `schedule(t)` is its value at the moment `t`.

    >>> Schedule.parse("2e-4:2e-5:200")
    Schedule(start=0.0002, end=2e-05, begin=0.0, until=200.0, shape='cosine')
    """

    start: float
    end: float
    begin: float = 0.0
    until: float = 0.0
    shape: Literal["cosine", "linear"] = "cosine"

    def __post_init__(self) -> None:
        if self.start != self.end and not self.until > self.begin >= 0:
            raise ValueError(
                f"a schedule from {self.start} to {self.end} needs until > begin >= 0 (kimg), "
                f"got {self.begin} and {self.until}"
            )

    @classmethod
    def parse(cls, text: str | float | Schedule) -> Schedule:
        """Reads a number or `START:END:KIMG[:linear]`; ValueError says what was expected."""
        if isinstance(text, Schedule):
            return text
        if isinstance(text, bool):
            raise ValueError(f"expected a number or START:END:KIMG[:linear], got {text!r}")
        start, *ramp = str(text).replace(" ", "").split(":")
        try:
            value = cls._finite(start)
            if not ramp:
                return cls(value, value)
            end, span, *shape = ramp
            kimg = re.fullmatch(f"(?:({_NUMBER})-)?({_NUMBER})", span)
            if kimg is None or len(shape) > 1 or shape not in ([], ["linear"], ["cosine"]):
                raise ValueError
            last, begin, until = cls._finite(end), float(kimg[1] or 0), float(kimg[2])
            if until <= begin:
                raise ValueError
        except ValueError:
            raise ValueError(
                "expected a number or START:END:KIMG[:linear] (such as 2e-4:2e-5:200), got "
                f"{str(text)!r}"
            ) from None
        return cls(value, last, begin, until, "linear" if shape == ["linear"] else "cosine")

    @staticmethod
    def _finite(text: str) -> float:
        value = float(text)
        if not math.isfinite(value):
            raise ValueError
        return value

    def __call__(self, t: Clock) -> float:
        """The value after `t.images` images."""
        if self.start == self.end:
            return self.start
        done = (t.images / 1000 - self.begin) / (self.until - self.begin)
        done = min(max(done, 0.0), 1.0)
        if self.shape == "cosine":
            done = (1 - math.cos(math.pi * done)) / 2
        return self.start + (self.end - self.start) * done

    def __str__(self) -> str:
        if self.until == 0:
            return repr(self.start)
        start, end, begin, until = (
            repr(value).removesuffix(".0")
            for value in (self.start, self.end, self.begin, self.until)
        )
        tail = ":linear" if self.shape == "linear" else ""
        return f"{start}:{end}:{begin + '-' if self.begin else ''}{until}{tail}"

    def plain(self) -> float | str:
        """What TOML and JSON hold: a number where it is constant, else its text."""
        return self.start if self.until == 0 else str(self)

    # Comparisons hold at every moment, so that bounds such as Annotated[Schedule, Gt(0)] work.
    def __gt__(self, bound: float) -> bool:
        return min(self.start, self.end) > bound

    def __ge__(self, bound: float) -> bool:
        return min(self.start, self.end) >= bound

    def __lt__(self, bound: float) -> bool:
        return max(self.start, self.end) < bound

    def __le__(self, bound: float) -> bool:
        return max(self.start, self.end) <= bound

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls.parse,
            serialization=core_schema.plain_serializer_function_ser_schema(cls.plain),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [{"type": "number"}, {"type": "string"}]}


def parse_schedules(config: Any) -> None:
    """Lets numbers stand for schedules in Python: `GAN(gamma=2)`, `Optim(lr=1e-3)`."""
    for f in dataclasses.fields(config):
        if isinstance(f.default, Schedule):
            object.__setattr__(config, f.name, Schedule.parse(getattr(config, f.name)))


def constant(value: float) -> Schedule:
    """The schedule that stays at `value`."""
    return Schedule(value, value)
