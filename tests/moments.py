"""A moment of double precision, for slopes that are compared with finite differences."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ganvas import Moment


class WideMoment(Moment):
    """Uniform numbers as in any other moment, but float64."""

    def uniform(self, *args: Any) -> Tensor:
        return super().uniform(*args).double()
