"""The tiny survey of the tests, and the type of the fixture that breaks a copy of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from config.errors import Mistake

TINY = Path(__file__).parents[1] / "fixtures" / "surveys" / "tiny"

# {file: [(old text, new text), …]} -> the mistakes that loading the changed copy tells
Break = Callable[[dict[str, list[tuple[str, str]]]], tuple[Mistake, ...]]
