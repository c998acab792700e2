"""`python -m ganvas` is the command `ganvas`."""

import os
import sys
import traceback

from ganvas.cli import main


def bound() -> bool:
    """Whether this process still is one of several, whose threads wait for each other."""
    torch = sys.modules.get("torch.distributed")
    return torch is not None and torch.is_available() and torch.is_initialized()


if __name__ == "__main__":
    try:
        code = main()
    except Exception:
        if not bound():
            raise
        traceback.print_exc()
        code = 1
    if bound():  # it failed; an orderly end would wait for the others, or be aborted
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
