"""`python -m ganvas` is the command `ganvas`."""

import os
import sys

from ganvas.cli import main

code = main()
distributed = sys.modules.get("torch.distributed")
if distributed and distributed.is_initialized():  # it failed among others: threads wait for them
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
sys.exit(code)
