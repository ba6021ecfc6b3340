"""Domains reserved for local governments, and whose they could be. The names are real bodies' domains."""

from __future__ import annotations

import pytest

from config.domains import body_hint, is_local_government
from config.roster import Roster


@pytest.mark.parametrize(
    ("domain", "bodies"),
    [
        ("pref.kanagawa.lg.jp", ["神奈川県"]),
        ("pref.kanagawa.jp", ["神奈川県"]),
        ("pref.hokkaido.lg.jp", ["北海道"]),
        ("pref.oita.jp", ["大分県"]),
        ("metro.tokyo.lg.jp", ["東京都"]),
        ("section.metro.tokyo.jp", ["東京都"]),
        ("kankyokyoku.city.nagoya.lg.jp", ["愛知県名古屋市"]),
        ("city.nagoya.jp", ["愛知県名古屋市"]),
        ("city.osaka.jp", ["大阪府大阪市"]),
        ("CITY.Yokohama.LG.JP.", ["神奈川県横浜市"]),
        ("city.takatsuki.osaka.jp", ["大阪府高槻市"]),
        ("city.minato.tokyo.jp", ["東京都港区"]),
        ("city.otsu.lg.jp", ["滋賀県大津市"]),
        ("city.tsu.mie.jp", ["三重県津市"]),
        ("city.fuchu.lg.jp", ["東京都府中市", "広島県府中市"]),
        ("city.fuchu.tokyo.jp", ["東京都府中市"]),
        ("town.aichi-mihama.lg.jp", ["愛知県美浜町"]),
        ("town.suo-oshima.lg.jp", ["山口県周防大島町"]),
        ("town.kutchan.hokkaido.jp", ["北海道倶知安町"]),
        ("vill.otaki.nagano.jp", ["長野県王滝村"]),
        ("lg.example.lg.jp", []),
        ("city.nowhere.lg.jp", []),
    ],
)
def test_reserved_domains_and_whose_they_are(roster: Roster, domain: str, bodies: list[str]) -> None:
    assert is_local_government(domain)
    found = [roster.by_code(code) for code in body_hint(domain, roster)]
    assert [body.full_name for body in found if body] == bodies


@pytest.mark.parametrize(
    "domain",
    [
        "evil.example.lg.jp.attacker.com",
        "city.nagoya.jp.evil",
        "city.evil.jp",
        "pref.evil.jp",
        "metro.osaka.jp",
        "notmetro.tokyo.jp",
        "notcity.nagoya.jp",
        "examplelg.jp",
        "lg.jp",
        ".lg.jp",
        "city..lg.jp",
        "jp",
        "",
        "gmail.com",
    ],
)
def test_other_domains_are_nobodys(roster: Roster, domain: str) -> None:
    assert not is_local_government(domain)
    assert body_hint(domain, roster) == ()


def test_a_body_of_another_prefecture_is_no_candidate(roster: Roster) -> None:
    assert body_hint("city.takatsuki.kyoto.jp", roster) == ()
