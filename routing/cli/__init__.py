"""The command line: thin doors onto the desk. `main` is the entry point named in pyproject.toml."""

import gc
import os
import sys

from routing.cli import stopping
from routing.machine import unfit

_MISCONFIGURED = 78  # as in app.py, which cannot even be imported where this is needed


def main() -> None:
    """Run one command and exit with its code; with 78 and one sentence on a machine that cannot run the program."""
    if reason := unfit():
        print(reason, file=sys.stderr)
        sys.exit(_MISCONFIGURED)
    with stopping.loading():  # which takes a second, in which signals are to be heard too
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # of which we have none: it would look for them
        gc.disable()  # what is loaded stays: collecting it again and again takes a third of that second
        from routing.cli.app import main as run  # not before: its modules need what only Linux has

        gc.freeze()
        gc.enable()
    with stopping.obeyed():
        run()


__all__ = ["main"]
