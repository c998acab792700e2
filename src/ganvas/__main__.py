"""`python -m ganvas` is the command `ganvas`."""

import sys

from ganvas.cli import main

sys.exit(main())
