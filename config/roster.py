"""団体一覧: the 1,788 bodies, and the look-up of a body by code or by name.

Loading checks every check digit and the counts; a look-up never guesses: what fits several bodies comes
back as ambiguous with all of them, what fits none with near names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from config.body import Body, Match
from config.body_names import (
    KanaNames,
    address_of,
    attempts,
    shortened,
    split_brackets,
    split_code,
    without_marks,
)
from config.codes import OwnCodes, check_digit, ways_of_code
from config.errors import Mistake, SurveyError, why_unreadable
from config.near_names import NEAREST, NearNames
from config.office_names import confused, is_of_district, without_office
from config.patterns import pattern
from config.roster_rows import check_whole, read_rows
from config.shape import RosterKind
from config.spelling import fold

__all__ = ["Body", "Match", "Roster", "fold", "load_roster"]

COLLECTED_KINDS: frozenset[RosterKind] = frozenset({"ward", "city", "town", "village"})

_WITH_HEALTH_CENTRE: frozenset[str] = frozenset({"designated", "core", "ward"})  # 地域保健法施行令１条, but for five cities
_CITY_WARD = pattern(r"(.+?市).+区")


@dataclass(frozen=True, eq=False)
class Roster:
    """All bodies in the order of their codes. Build it with `Roster.of`; it never changes. Its indexes are made when
    they are first asked for: few commands need that of names, which takes longer than reading the file."""

    bodies: tuple[Body, ...]

    @classmethod
    def of(cls, bodies: Iterable[Body]) -> Roster:
        """The roster of these bodies."""
        return cls(tuple(sorted(bodies, key=lambda body: body.lgcode)))

    @cached_property
    def _codes(self) -> Mapping[str, Body]:
        return {body.lgcode: body for body in self.bodies}

    @cached_property
    def _own_codes(self) -> OwnCodes:
        return OwnCodes(body.lgcode for body in self.bodies if not body.local)

    @cached_property
    def has_own(self) -> bool:
        """Whether it has bodies of a survey's own."""
        return any(not body.local for body in self.bodies)

    @cached_property
    def _digits(self) -> Mapping[str, tuple[str]]:
        """The folded name of each prefecture, by the two digits of its codes."""
        return {body.lgcode[:2]: (fold(body.name),) for body in self.bodies if body.kind == "prefecture"}

    @cached_property
    def _names(self) -> Mapping[str, tuple[Body, ...]]:
        """The bodies by every folded way of writing a name."""
        names: dict[str, tuple[Body, ...]] = {}
        for body in self.bodies:
            spellings = _spellings(body)
            for spelling in dict.fromkeys((*spellings, *map(confused, spellings))):
                names[spelling] = (*names.get(spelling, ()), body)
        return names

    @cached_property
    def _kana(self) -> KanaNames:
        return KanaNames(self.bodies)

    @cached_property
    def _domains(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for body in self.bodies:
            for domain in body.domains:
                found.setdefault(domain, []).append(body.lgcode)
        return {domain: tuple(codes) for domain, codes in found.items()}

    @cached_property
    def _spelt(self) -> frozenset[str]:
        return frozenset(self._names)

    @cached_property
    def _near_names(self) -> NearNames:
        return NearNames(self._names)

    @cached_property
    def _within(self) -> Mapping[str, tuple[Body, ...]]:
        """The bodies of each prefecture, itself among them, by its name."""
        within: dict[str, list[Body]] = {}
        for body in self.bodies:
            within.setdefault(body.prefecture, []).append(body)
        return {prefecture: tuple(bodies) for prefecture, bodies in within.items()}

    def __iter__(self) -> Iterator[Body]:
        return iter(self.bodies)

    def __len__(self) -> int:
        return len(self.bodies)

    def by_code(self, lgcode: str) -> Body | None:
        """The body with this code, as the roster writes it, or None."""
        return self._codes.get(lgcode)

    def by_any_code(self, text: str) -> tuple[Body, ...]:
        """The bodies whose code a text may be: whole; five digits lack either the check digit or, after Excel, the leading
        zero, and so does a number of a survey's own."""
        if own := self._own_codes.of(text):
            return (self._codes[own],)
        code = fold(text)
        digits = code.isascii() and code.isdigit()
        candidates = [code + check_digit(code), "0" + code] if len(code) == 5 and digits else [code]
        return tuple(self._codes[c] for c in sorted(candidates) if c in self._codes)

    def by_domain(self, domain: str) -> tuple[str, ...]:
        """The lgcodes of the survey's own bodies that write from a domain, or from above it."""
        labels = domain.strip().lower().rstrip(".").split(".")
        above = (".".join(labels[n:]) for n in range(len(labels) - 1))
        return next((self._domains[name] for name in above if name in self._domains), ()) if self._domains else ()

    def find(self, text: str, prefecture: str = "", code: str = "") -> Match:
        """The body that `text` names: 横浜市, 神奈川県横浜市, 14神奈川県横浜市, 足柄上郡中井町, 横浜市役所, with or
        without an office or a post behind it (横浜市健康福祉局, 横浜市長, 神奈川県知事).

        A code in front (prefecture's two digits, or a body's five or six), else `code`, and the hint `prefecture` choose
        among bodies of one name; none overrules a name that fits one body only. A ward of a designated
        city (横浜市鶴見区) is found as its city. A code alone is looked up as such.
        """
        text = fold(text)
        in_front, name = self._own_codes.in_front(text)
        if not in_front:
            in_front, name = split_code(text)
        if not without_marks(name):
            return self._match(self.by_any_code(in_front))
        code = in_front or code
        name, inside = split_brackets(name, self._names) if name not in self._names else (name, "")
        hints = [fold(prefecture)] if prefecture else []
        if inside in self._names:
            hints.append(inside)
        hints += self._digits.get(code, ())
        for attempt in attempts(name):
            if bodies := self._names.get(attempt) or self._names.get(confused(attempt)):
                return self._match(_narrow(bodies, code, hints))
        if city := self._city_of_ward(name):
            return self._match((city,))
        if bodies := self._of_office(without_marks(name)):
            return self._match(_narrow(bodies, code, hints))
        if bodies := self._kana.of(name):
            return self._match(_narrow(bodies, code, hints))
        return Match("unknown", (), self._near(without_marks(name), code, hints))

    def prefecture_of(self, body: Body) -> Body:
        """The prefecture in which `body` lies; a prefecture is its own."""
        return next(b for b in self._within[body.prefecture] if b.kind == "prefecture")

    def own_prefecture(self, text: str) -> str:
        """The prefecture of the survey's own body that `text` names or whose code it is; empty if it names none."""
        bodies = self.find(text).bodies
        return bodies[0].prefecture if bodies and not any(body.local for body in bodies) else ""

    def digits(self, body: Body) -> str:
        """The two digits of the prefecture in which `body` lies."""
        return self.prefecture_of(body).lgcode[:2]

    def honorific(self, body: Body) -> str:
        """The honorific by which a letter addresses a body: 貴都, 貴道, 貴府, 貴県, 貴市, 貴区, 貴町, 貴村; 貴校,
        貴機関."""
        return "貴" + (body.name[-1] if body.local else address_of(body.name))

    def above(self, body: Body) -> tuple[Body, ...]:
        """The bodies to which a body belongs, the nearest first: the parents that its roster names, and its
        prefecture."""
        found: list[Body] = []
        while body.parent and (parent := self._codes.get(body.parent)) is not None and parent not in found:
            found.append(parent)
            body = parent
        prefecture = self.prefecture_of(body)
        return (*found, prefecture) if prefecture is not body else tuple(found)

    def is_above(self, one: str, other: str) -> bool:
        """Whether the body with the first code is one to which the other belongs."""
        first, second = self._codes.get(one), self._codes.get(other)
        if first is None or second is None or first is second:
            return False
        if first.kind == "prefecture":
            return first.prefecture == second.prefecture
        return bool(second.parent) and first in self.above(second)

    def is_local(self, code: str) -> bool:
        """Whether the body with this code is a local government."""
        body = self._codes.get(code)
        return body is not None and body.local

    def has_below(self, body: Body) -> bool:
        """Whether other bodies belong to a body."""
        return body.kind == "prefecture" or body.lgcode in self._parents

    @cached_property
    def _parents(self) -> frozenset[str]:
        return frozenset(body.parent for body in self.bodies)

    def of_kind(self, *kinds: RosterKind) -> tuple[Body, ...]:
        """The bodies of these kinds, by code."""
        return tuple(b for b in self.bodies if b.kind in kinds)

    def names(self) -> frozenset[str]:
        """Every folded way of writing a body's name (with and without prefecture and county)."""
        return self._spelt

    def _match(self, bodies: tuple[Body, ...]) -> Match:
        if not bodies:
            return Match("unknown", ())
        return Match("found" if len(bodies) == 1 else "ambiguous", bodies)

    def _city_of_ward(self, name: str) -> Body | None:
        hit = _CITY_WARD.fullmatch(name)
        cities = self._names.get(hit[1], ()) if hit else ()
        return cities[0] if len(cities) == 1 and cities[0].kind == "designated" else None

    def _of_office(self, name: str) -> tuple[Body, ...]:
        """The bodies with whose name the text begins, where an office or a post of theirs follows. What may be the
        misspelt name of one of a prefecture's municipalities is no office of the prefecture."""
        name, rest = without_office(name, self._names)
        bodies = self._names.get(name, ())
        if any(body.kind == "prefecture" and self._begins_like_another(rest, body) for body in bodies):
            return ()
        return bodies

    def _begins_like_another(self, rest: str, prefecture: Body) -> bool:
        """Whether a text may be meant as a municipality's name, and is no office that the prefecture keeps there."""
        for body in self._within[prefecture.name]:
            stem = fold(body.name)[:-1]
            if body is not prefecture and len(stem) > 1 and rest.startswith(stem):
                return not is_of_district(rest[len(stem) :], body.kind in _WITH_HEALTH_CENTRE)
        return False

    def _near(self, name: str, code: str, hints: list[str]) -> tuple[Body, ...]:
        """もしかして: the bodies whose names come nearest, the survey's own before the local governments, with whose names
        those of schools and hospitals begin."""
        near: dict[str, Body] = {}
        for spelling in self._near_names.of(name):
            for body in _narrow(self._names[spelling], code, hints):
                near.setdefault(body.lgcode, body)
        return tuple(sorted(near.values(), key=lambda body: self.has_own and body.local))[:NEAREST]


def load_roster(path: Path | None = None) -> Roster:
    """The roster in the CSV file `path`, or the one that comes with the program.

    Raises SurveyError with every mistake: columns, check digits, kinds, doubles, prefectures, counts.
    """
    source = path if path is not None else Path(__file__).with_name("roster.csv")
    try:
        text = source.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SurveyError((Mistake(source.name, "", f"読めません（{why_unreadable(error)}）。"),)) from error
    except UnicodeDecodeError as error:
        raise SurveyError((Mistake(source.name, "", "文字コードが UTF-8 ではありません。"),)) from error
    bodies, mistakes = read_rows(source.name, text)
    mistakes += check_whole(source.name, bodies)
    if mistakes:
        raise SurveyError(tuple(mistakes))
    return Roster.of(bodies)


def _spellings(body: Body) -> tuple[str, ...]:
    """The folded ways of writing a body: alone, with county, with prefecture, with both."""
    if body.kind == "prefecture":
        return (fold(body.name),)
    prefecture, county, name = fold(body.prefecture), fold(body.county), fold(body.name)
    if not body.local:
        ways = dict.fromkeys((name, without_marks(name), without_marks(shortened(name))))
        return tuple(prefix + way for prefix in ("", prefecture) for way in ways)
    plain = (name, prefecture + name)
    return (*plain, county + name, prefecture + county + name) if county else plain


def _narrow(bodies: tuple[Body, ...], code: str, hints: list[str]) -> tuple[Body, ...]:
    """Those of the bodies that the code and the hints point at; a clue that points at no body is left aside."""
    for hint in hints:
        bodies = tuple(b for b in bodies if fold(b.prefecture) == hint) or bodies
    return tuple(b for b in bodies if code in ways_of_code(b.lgcode)) or bodies
