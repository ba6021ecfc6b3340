"""The command line: thin doors onto the desk. `main` is the entry point named in pyproject.toml."""

from routing.cli.app import main

__all__ = ["main"]
