"""`ganvas check FAMILY|file.py:Class`: pass or fail for every promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import tyro

from ganvas import families, flags


@dataclass(frozen=True, kw_only=True)
class Check:
    """Test a family against every promise of the engine."""

    what: Annotated[str, tyro.conf.Positional]
    """A built-in family, or file.py:Class."""


def main(argv: list[str]) -> int:
    """Runs `ganvas check`; 0 where every promise is kept, else 2."""
    args = flags.parse(Check, argv, "check")
    kind = families.own(args.what)[0] if ".py:" in args.what else families.find(args.what)
    from ganvas.check import PROMISES, check

    broken, left = 0, dict.fromkeys(PROMISES)
    for result in check(kind()):
        del left[result.promise]
        broken += bool(result.broken)
        print(f"{'FAIL' if result.broken else 'pass'}  {result.promise}", flush=True)
        if result.broken:
            print(f"      {result.broken}")
    for promise in left:
        print(f"----  {promise}: not tried, as no turn can be made")
    return 2 if broken else 0
