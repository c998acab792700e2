"""`ganvas report RUN`: write a run's report again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from ganvas import flags


@dataclass(frozen=True, kw_only=True)
class Report:
    """Write a run's report.html from what its folder holds."""

    run: Annotated[Path, tyro.conf.Positional]
    """The run's folder."""


def main(argv: list[str]) -> int:
    """Runs `ganvas report`."""
    args = flags.parse(Report, argv, "report")
    from ganvas import report

    print(report.write(args.run))
    return 0
