"""Senders' domains: is this one reserved for local governments, and whose could it be?

A hint, never a proof and never a reason to reject: the sender's address is not authenticated here, and
many bodies write from other domains.
"""

from __future__ import annotations

from functools import lru_cache

from config.romaji import from_kana, normalise
from config.roster import Body, Roster

# Second-level names of JP domains of the geographic type (JPRS 地域型・都道府県型ドメイン名): 47 prefectures
# and seven cities. pref., metro., city., town. and vill. are reserved only below them: anybody may own
# the name city.example.jp.
_PREFECTURE_NAMES = """
    hokkaido aomori iwate miyagi akita yamagata fukushima ibaraki tochigi gunma saitama chiba tokyo kanagawa
    niigata toyama ishikawa fukui yamanashi nagano gifu shizuoka aichi mie shiga kyoto osaka hyogo nara
    wakayama tottori shimane okayama hiroshima yamaguchi tokushima kagawa ehime kochi fukuoka saga nagasaki
    kumamoto oita miyazaki kagoshima okinawa
"""
_PREFECTURES = frozenset(_PREFECTURE_NAMES.split())
_CITIES = frozenset({"sapporo", "sendai", "kawasaki", "yokohama", "nagoya", "kobe", "kitakyushu"})
GEOGRAPHIC = _PREFECTURES | _CITIES
_LAST_CHARACTERS = {"pref": "道府県", "metro": "都", "city": "市区", "town": "町", "vill": "村"}
# How the last character of a name is read; 北海道 keeps its own.
_READINGS = {"都": ("と",), "府": ("ふ",), "県": ("けん",), "市": ("し",), "区": ("く",),
             "町": ("ちょう", "まち"), "村": ("むら", "そん"), "道": ()}  # fmt: skip

Index = dict[tuple[str, str], tuple[Body, ...]]  # (pref | metro | city | town | vill, romanised name)


def is_local_government(domain: str) -> bool:
    """Whether `domain` (or what it lies under) is *.lg.jp or a reserved name: pref.X.jp, metro.tokyo.jp,
    city.X.jp for the seven cities and for capitals of their prefecture's name, city|town|vill.Y.X.jp.

    The text behind an address's @, in any case. Sub-domains count (section.metro.tokyo.jp).
    """
    return _reserved(_labels(domain)) is not None


def body_hint(domain: str, roster: Roster) -> tuple[str, ...]:
    """lgcodes of the bodies that a domain may belong to: as the survey's own roster has it, and, of a reserved one, by its
    romanised name; often one, several where names are read alike (city.fuchu.lg.jp), or where the roster gives a
    prefecture's domain to its board, none where it is no such domain or spelt unusually."""
    own, labels = roster.by_domain(domain), _labels(domain)
    reserved = _reserved(labels)
    kinds = [place for place, label in enumerate(reserved or ()) if label in _LAST_CHARACTERS]
    if not reserved or not kinds or len(reserved) - kinds[-1] not in (2, 3):
        return own
    if own and own != roster.by_domain(".".join(labels[kinds[-1] :])):
        return own  # of one office alone: kyoi.pref.nagano.lg.jp
    return (*own, *_by_name(reserved[kinds[-1] :], roster))


def _by_name(reserved: list[str], roster: Roster) -> tuple[str, ...]:
    """The local governments that a reserved name (pref, nagano) may mean."""
    kind, name, *prefecture = reserved
    first, _, rest = name.partition("-")
    if rest and first in _PREFECTURES:  # town.aichi-mihama.lg.jp
        name, prefecture = rest, [first]
    bodies = _index(roster).get((kind, normalise(name)), ())
    if prefecture:
        bodies = tuple(b for b in bodies if b.prefecture in _prefectures_named(prefecture[0], roster))
    return tuple(body.lgcode for body in bodies)


def aligned(domain: str, sender: str) -> bool:
    """Whether who controls `domain` may speak for `sender`, the domain of From; both in lower case.

    Equal, or one lies below the other: narrower than RFC 7489 §3.1.1, which lets neighbours below one
    organisational domain speak for each other and needs the public suffix list for it. What lies above counts
    only with three labels or more, so that no registry (lg.jp) and no second level does, and above a local
    government's only what is one.
    """
    if "." not in domain or "." not in sender:
        return False
    if domain == sender or domain.endswith(f".{sender}"):
        return True
    above = sender.endswith(f".{domain}") and domain.count(".") >= 2
    return above and (is_local_government(domain) or not is_local_government(sender))


def one_house(one: str, other: str) -> bool:
    """Whether one of two domains may speak for the other."""
    return aligned(one, other) or aligned(other, one)


def _labels(domain: str) -> list[str]:
    return domain.strip().lower().rstrip(".").split(".")


def _reserved(labels: list[str]) -> list[str] | None:
    """The labels before .lg.jp, or before .jp if they end in a reserved name; None for any other domain."""
    if "" in labels or len(labels) < 3 or labels[-1] != "jp":
        return None
    if labels[-2] == "lg":
        return labels[:-2]
    second, third = labels[-2], labels[-3]
    directly = (
        (third == "pref" and second in _PREFECTURES)
        or (third == "metro" and second == "tokyo")
        or (third == "city" and second in _PREFECTURES | _CITIES)
    )
    below = len(labels) > 3 and labels[-4] in ("city", "town", "vill") and second in _PREFECTURES
    return labels[:-1] if directly or below else None


def _prefectures_named(romaji: str, roster: Roster) -> frozenset[str]:
    keys = (("pref", normalise(romaji)), ("metro", normalise(romaji)))
    return frozenset(body.name for key in keys for body in _index(roster).get(key, ()))


@lru_cache(maxsize=2)
def _index(roster: Roster) -> Index:
    found: Index = {}
    for body in (body for body in roster if body.local):
        kind = next(k for k, ends in _LAST_CHARACTERS.items() if body.name[-1] in ends)
        key = kind, normalise(from_kana(_stem(body)))
        found[key] = (*found.get(key, ()), body)
    return found


def _stem(body: Body) -> str:
    """The reading without 県, 市, まち …"""
    for ending in _READINGS[body.name[-1]]:
        if body.kana.endswith(ending):
            return body.kana.removesuffix(ending)
    return body.kana
