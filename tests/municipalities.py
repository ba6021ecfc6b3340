"""管内市町村 of a prefecture, for tests: its special wards, cities, towns and villages but designated and core cities."""

from __future__ import annotations

from config.body import Body
from config.roster import Roster

KINDS = ("ward", "city", "town", "village")


def municipalities(roster: Roster, prefecture: Body) -> tuple[Body, ...]:
    """By code."""
    return tuple(body for body in roster if body.kind in KINDS and body.prefecture == prefecture.name)
