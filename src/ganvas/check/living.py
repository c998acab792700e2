"""Whether every option changes something: alone, or beside another value of a second option."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from ganvas.check.probe import Broken, Probe, first_taken, small_sets
from ganvas.check.variants import nested, options, others
from ganvas.errors import GanvasError
from ganvas.recipe import Recipe, deep

Table = dict[str, Any]
"""Changed options, nested as in a recipe."""


def living_options(probe: Probe) -> None:
    """Every option changes something, but for those that the game always calls idle."""
    trials = Trials(probe, {name: list(others(probe.game, name)) for name in options(probe.game)})
    dead = [n for n, values in trials.values.items() if values and not trials.lives(n, {})]
    settings = trials.settings()
    for setting in settings:
        if not dead:
            return
        living = trials.living(dead, setting)
        dead = [name for name in dead if name not in living]
    # What changed nothing together with others may still do so alone.
    dead = [name for name in dead if not any(trials.lives(name, setting) for setting in settings)]
    dead = [name for name in dead if not all(name in trials.idle(each) for each in ({}, *settings))]
    if dead:
        raise Broken(f"{', '.join(dead)}: changes nothing, whatever the other options are.")


@dataclass
class Trials:
    """The game played for a moment under many settings, under each once."""

    probe: Probe
    values: dict[str, list[Any]]
    """Other values of each option."""
    _known: dict[tuple[str, int], str | None] = field(default_factory=dict)

    def settings(self) -> list[Table]:
        """Each option with each other value: first words, alone and beside each turned bool.

        A word chooses a branch, where options live that are dead elsewhere.
        """
        each = [(nested(n, v), v) for n, values in self.values.items() for v in values]
        words = [table for table, value in each if isinstance(value, str | list)]
        turned = [table for table, value in each if isinstance(value, bool)]
        others = [table for table, value in each if not isinstance(value, str | list)]
        return words + [deep(a, b) for a in words for b in turned] + others

    def lives(self, name: str, setting: Table) -> bool:
        """Whether a value of the option changes something beside the setting."""
        tables = [deep(setting, nested(name, value)) for value in self.values[name]]
        return any(self.differ(setting, table) for table in tables)

    def living(self, names: list[str], setting: Table) -> list[str]:
        """Those of `names` that change something beside the setting, looked for by halves."""
        if len(names) == 1:
            return names if self.lives(names[0], setting) else []
        together = reduce(deep, (nested(name, self.values[name][-1]) for name in names), setting)
        if not self.differ(setting, together, unsure=True):
            return []
        half = len(names) // 2
        return self.living(names[:half], setting) + self.living(names[half:], setting)

    def idle(self, setting: Table) -> Collection[str]:
        """Options that the game calls idle under the setting; all, where the game refuses it."""
        try:
            return Recipe(game=self.probe.game).merged({"game": setting}).game.idle()
        except GanvasError:
            return self.values

    def differ(self, a: Table, b: Table, unsure: bool = False) -> bool:
        """Whether two settings come to something else on any data; `unsure` where b is refused."""
        for i in range(len(small_sets())):
            one = self._digest(a, i)
            other = one and self._digest(b, i)
            if one and (unsure if other is None else one != other):
                return True
        return False

    def _digest(self, changes: Table, i: int) -> str | None:
        """What comes of the setting on the i-th data; None where the family refuses it."""
        try:
            game = Recipe(game=self.probe.game).merged({"game": changes}).game
            key = repr(game), i
            if key not in self._known:
                self._known[key] = None
                self._known[key] = Probe(game, first_taken(game, small_sets()[i])).digest()
            return self._known[key]
        except GanvasError:
            return None
