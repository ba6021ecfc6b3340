"""The demo of the survey that comes with the program: run once for all tests, copied for each that wants it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from routing.demo.run import Demo


def copied(demo: Demo, folder: Path) -> Demo:
    """What a demo left behind, once more in a folder that is not there yet: its settings name nothing outside of it."""
    shutil.copytree(demo.out, folder)
    return replace(demo, out=folder)
