"""The command line: thin, quick to answer, and never a bare traceback for a user's mistake."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
import warnings

from ganvas import __version__

COMMANDS = {
    "train": "train a GAN and write a run folder with samples, checkpoints and a report",
    "sample": "draw from a trained run",
    "translate": "pictures, folders, GIFs or videos from one domain into the other, by a run",
    "walk": "an animation through a run's latent space",
    "measure": "a score card: a run, folder or array against a data set, with the floor",
    "explain": "a GAN's round step by step, as on paper; the lectures' numbers",
    "theory": "what the papers prove, beside what the losses give; dirac, density, swap",
    "report": "write a run's report.html",
    "bench": "tables of many runs, such as losses times penalties; they stop and go on",
    "list": "the families, recipes and data sets there are",
    "check": "test a family, yours too, against every promise of the engine",
}


def main(argv: list[str] | None = None) -> int:
    """Runs a command; returns the exit code (see `ganvas.errors`)."""
    from ganvas import errors

    # Threads that spin long while they wait starve where other work shares the cores; docs/speed.md
    # has the figures. OpenMP reads this once, when torch is imported.
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")
    args = sys.argv[1:] if argv is None else argv
    if not args or args[0] in ("-h", "--help"):
        print(usage())
        return 0
    if args[0] in ("-V", "--version"):
        print(f"ganvas {__version__}")
        return 0
    try:
        return _run(args)
    except errors.GanvasError as error:
        print(f"ganvas: {error}", file=sys.stderr)
        if isinstance(error, errors.UsageError) and args[0] in COMMANDS:
            words = args[:2] if importlib.util.find_spec(_inner(args)) else args[:1]
            print(f"Try 'ganvas {' '.join(words)} --help'.", file=sys.stderr)
        return error.exit_code
    except (MemoryError, RuntimeError) as error:
        if not errors.out_of_memory(error):
            raise
        print(
            "ganvas: The memory does not suffice; a smaller --batch, --micro-batch, --size or "
            "narrower networks need less.",
            file=sys.stderr,
        )
        return errors.TrainingError.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    except OSError as error:
        print(f"ganvas: {error.filename}: {error.strerror}.", file=sys.stderr)
        return errors.StorageError.exit_code


def _run(args: list[str]) -> int:
    from ganvas.errors import unknown

    if args[0] not in COMMANDS:
        raise unknown("command", args[0], COMMANDS)
    command = importlib.import_module(f"ganvas.cli.{args[0]}")
    with warnings.catch_warnings():
        warnings.showwarning = _warn
        code: int = command.main(args[1:])
        return code


def _inner(args: list[str]) -> str:
    """The module that a command of two words would have."""
    return f"ganvas.cli.{'_'.join(re.sub(r'[^a-z]', '-', word) for word in args[:2])}"


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    print(f"ganvas: warning: {message}", file=sys.stderr)


def usage() -> str:
    """The text of `ganvas --help`."""
    lines = [f"  {name:<8} {line}" for name, line in COMMANDS.items()]
    return "\n".join(
        [
            "usage: ganvas COMMAND …",
            "",
            "Generative adversarial networks, from the pencil example to your own pictures.",
            "",
            *lines,
            "",
            "Start with `ganvas train`: it draws handwritten digits within two minutes.",
            "`ganvas COMMAND --help` tells a command's options.",
        ]
    )
