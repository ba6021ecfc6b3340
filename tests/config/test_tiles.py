"""The tile map: every prefecture once, no two on one place, neighbours beside each other."""

from __future__ import annotations

from config.roster import load_roster
from config.tiles import tile_positions


def test_each_prefecture_of_the_roster_has_one_place_of_its_own() -> None:
    places = tile_positions()
    assert set(places) == {body.lgcode[:2] for body in load_roster().of_kind("prefecture")}
    assert len(set(places.values())) == 47


def test_the_corners_of_the_country_are_the_corners_of_the_map() -> None:
    places = tile_positions()
    north, south = places["01"], places["47"]  # 北海道, 沖縄県
    assert (north.row, south.row) == (1, 11)
    assert north.column == max(place.column for place in places.values())
    assert south.column == min(place.column for place in places.values()) == 1


def test_tokyo_touches_three_of_its_four_neighbours() -> None:
    """東京都 borders on 埼玉県, 千葉県, 神奈川県 and 山梨県; a grid has room for the first three."""
    places = tile_positions()
    tokyo = places["13"]
    distances = [
        abs(places[c].column - tokyo.column) + abs(places[c].row - tokyo.row) for c in ("11", "12", "14")
    ]
    assert distances == [1, 1, 1]
