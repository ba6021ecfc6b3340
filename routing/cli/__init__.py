"""The command line: thin doors onto the desk. `main` is the entry point named in pyproject.toml."""

from routing.cli import stopping

__all__ = ["main"]


def main() -> None:
    """Entry point. Signals are taken before the program is loaded, which takes a second."""
    with stopping.loading():
        from routing.cli.app import main as work
    work()
