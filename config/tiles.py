"""タイル地図: where each prefecture stands on the tile map of Japan. Geography only; knows no survey."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from config.frozen import frozen


@frozen
class Position:
    """Column and row of a tile, counted from 1 at the top left."""

    column: int
    row: int


@cache
def tile_positions() -> dict[str, Position]:
    """The position of each prefecture, by the two digits its codes begin with. A mistake in the packaged
    file is ours: TOMLDecodeError or TypeError."""
    text = (resources.files("config") / "tiles.toml").read_text(encoding="utf-8")
    return {code: Position(*place) for code, place in tomllib.loads(text)["tiles"].items()}
