"""What nobody uses: `python -m tests.dead_code` names it and ends with 1. Part of `make lint`.

vulture finds what the program itself does not name; what only tests call is dead. Used too is whatever a template
reads, a row of the survey's [mails] (read by the name of its kind), and what pyproject.toml's [tool.vulture] names.
Attributes set on objects of libraries are theirs to use.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from vulture import Vulture

from config.mails import Mails
from config.shape import keys_of

ROOT = Path(__file__).parent.parent
ROOMS = ("config", "intake", "replies", "routing")


def dead(root: Path = ROOT) -> list[str]:
    """A line for each name that nobody uses, with its place."""
    allowed = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["vulture"]
    found = Vulture(ignore_names=allowed["ignore_names"], ignore_decorators=allowed["ignore_decorators"])
    found.scavenge([str(root / room) for room in ROOMS])
    templates = "".join(path.read_text("utf-8") for room in ROOMS for path in (root / room).rglob("*.j2"))
    named = {*re.findall(r"\w+", templates), *keys_of(Mails)}
    return [
        item.get_report().replace(f"{root}/", "")
        for item in found.get_unused_code(min_confidence=60)
        if item.typ != "attribute" and item.name not in named
    ]


if __name__ == "__main__":
    lines = dead()
    print("\n".join(lines))
    sys.exit(1 if lines else 0)
