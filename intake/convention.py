"""What a subject or a file name claims, by the survey's convention: 【name】text (notice 記３), or another pattern.

Width, spaces, the shape of brackets, Re: in front and numbers behind are silent. Whether the claim fits the
workbook is decided elsewhere; a body is only ever found by looking its name up in the roster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.cache import cache_by_identity
from config.codes import ways_of_code
from config.frozen import frozen
from config.patterns import pattern
from config.roster import Match, Roster, fold
from config.survey import Program, Survey
from intake.finding import Finding, quote, severity_of
from intake.name_place import code_fault, code_in, compact, leads, place_of, without_code
from intake.submission import ABSENT, Claim, ClaimShape, NameMatch

_LONGEST = 500  # characters looked at: a longer subject claims nothing further on
_EXTENSION = pattern(r"\.(xls[xmb]?|xlt[xm]?|ods|csv|zip|lzh|7z|pdf|docx?|pptx?|txt)\Z", re.IGNORECASE)
_BRACKETS = (
    "【】",
    "[]",
    "〔〕",
    "「」",
    "『』",
    "［］",
    "〖〗",
    "〘〙",
    "《》",
    "〈〉",
    "()",
    "（）",
    "{}",
    "｛｝",
    "<>",
)
_GROUP = pattern(
    "|".join(f"{re.escape(pair[0])}[^{re.escape(pair)}]{{1,60}}{re.escape(pair[1])}" for pair in _BRACKETS)
)
_NAME_CHARACTER = pattern("[㐀-䶿一-鿿豈-﫿々ケ]")
_BODY_NAME = pattern("[都道府県市区町村]$")
_SHORT = 2  # 津市: a name this short counts only where no other character of a name stands before it


@frozen
class _Named:
    """A body's name as written (or as the roster has it, where it stood in other text), looked up."""

    name: str
    match: Match

    @property
    def known(self) -> bool:
        return self.match.status != "unknown"


@frozen
class _Bracket:
    """What stands in brackets; `leads`: the convention's text follows at once."""

    content: str
    leads: bool


def read_claim(text: str, survey: Survey, roster: Roster, is_file: bool) -> Claim:
    """The claim of one subject, or of one file name (its extension is no part of it)."""
    plain = _EXTENSION.sub("", text.strip()) if is_file else text
    plain = plain[:_LONGEST]
    asked = survey.convention
    printed = (asked.placeholder, *([asked.code_placeholder] if asked.coded else []))
    without = plain
    for words in printed:
        without = without.replace(words, " ")
    groups = [group for group in _groups(plain, survey) if not _is_printed(group.content, printed)]
    named = _named(without, groups, roster, code_in(plain, roster) if asked.coded else "")
    folded = fold(plain)
    return Claim(
        text=text,
        shape=_shape(compact(plain), printed, named, groups, survey),
        name=named.name if named else "",
        match=_name_match(named.match) if named else ABSENT,
        programs=programs_in(folded.replace(fold(named.name), " ") if named else folded, survey),
        replaces=any(fold(word) in folded for word in survey.convention.replaces),
    )


def convention_findings(claim: Claim, survey: Survey, is_file: bool) -> tuple[Finding, ...]:
    """What is to be said of the convention: one finding, or none where the claim is as asked for."""
    what = "file_name" if is_file else "subject"
    if claim.shape == "placeholder" and "【" in survey.convention.pattern:  # the letter speaks of 【　】
        code = f"{what}_placeholder"
    elif claim.shape in ("placeholder", "absent", "deviates"):
        code = f"{what}_absent"
    elif claim.match.status == "unknown":
        code = f"{what}_unknown_body"
    elif survey.convention.coded and (fault := code_fault(claim.text, claim.match.lgcodes)):
        code = f"{what}_{fault}"
    else:
        return ()
    known = claim.match.status in ("found", "ambiguous")
    expected = survey.convention.written(claim.name if known else "", claim.match.lgcode)
    return (Finding(code, severity_of(code, survey), found=quote(claim.text), expected=expected),)


def name_standing_in(text: str, roster: Roster) -> Match | None:
    """The roster's answer to the longest body's name that stands in `text`; None if none does.

    Names are taken from left to right, the longest at each place, so that 大津市 never yields 津市."""
    found = list(_scan(fold(text), roster.names()))
    return roster.find(max(found, key=len)) if found else None


def _groups(text: str, survey: Survey) -> list[_Bracket]:
    """The groups that may hold a name: what stands in brackets, but for words to skip, programs and mere numbers; where
    the pattern puts no brackets around it, also what stands in its place."""
    convention, passed_over = survey.convention, _passed_over(survey)
    hits = [hit for hit in _GROUP.finditer(text) if not _is_idle(compact(hit[0][1:-1]), passed_over)]
    idle = [hit[0] for hit in _GROUP.finditer(text) if _is_idle(compact(hit[0][1:-1]), passed_over)]
    groups = []
    for hit in hits:
        head, rest = text[: hit.start()], text[hit.end() :]
        for word in idle:
            head, rest = head.replace(word, ""), rest.replace(word, "")
        content = hit[0][1:-1].strip()
        groups.append(_Bracket(without_code(content) if convention.coded else content, leads(convention, head, rest)))
    bare = place_of(convention).bare
    return groups + [_Bracket(hit[1], True) for hit in (bare.finditer(fold(text)) if bare else ())]


@cache_by_identity
def _passed_over(survey: Survey) -> frozenset[str]:
    words = (word for program in survey.programs for word in _words_of(program))
    return frozenset(map(compact, (*survey.convention.skip, *words)))


def _is_printed(content: str, printed: tuple[str, ...]) -> bool:
    """Whether a text is what the notice prints where a name or a code belongs, or both."""
    left = compact(content)
    for words in printed:
        left = left.replace(compact(words), "")
    return not left


def _is_idle(content: str, passed_over: frozenset[str]) -> bool:
    return content in passed_over or content.isdigit() or not content


def _named(text: str, groups: list[_Bracket], roster: Roster, code: str = "") -> _Named | None:
    """The body named: by a group that the roster knows (the leading one before others), by a name standing in the text,
    by the code that was asked for, or else what the leading group says though the roster does not know it."""
    ordered = sorted(groups, key=lambda group: not group.leads)
    looked_up = [_Named(group.content, roster.find(group.content, code=code)) for group in ordered]
    for named in looked_up:
        if named.known:
            return named
    leading = next((n for n, group in zip(looked_up, ordered, strict=True) if group.leads), None)
    where = leading.name if leading and _BODY_NAME.search(leading.name) else text
    standing = name_standing_in(where, roster)
    if standing is not None and standing.bodies:
        return _Named(standing.bodies[0].name, _narrowed(standing, code))
    coded = roster.find(code) if code and leading is None else None
    return _Named(coded.bodies[0].name, coded) if coded and coded.bodies else leading


def _narrowed(match: Match, code: str) -> Match:
    """The one of several bodies of one name that has this code."""
    fitting = tuple(body for body in match.bodies if code in ways_of_code(body.lgcode))
    return Match("found", fitting) if len(fitting) == 1 else match


def _scan(folded: str, names: frozenset[str]) -> Iterator[str]:
    longest = max(map(len, names), default=0)
    place = free = 0  # `free`: where the last name ended
    while place < len(folded):
        name = next(
            (folded[place : place + n] for n in range(longest, 1, -1) if folded[place : place + n] in names),
            "",
        )
        bound = place == free or not _NAME_CHARACTER.match(folded[place - 1])
        if name and (len(name) > _SHORT or bound):
            yield name
            place = free = place + len(name)
        else:
            place += 1


def _shape(
    text: str, printed: tuple[str, ...], named: _Named | None, groups: list[_Bracket], survey: Survey
) -> ClaimShape:
    if any(compact(words) in text for words in printed):
        return "placeholder"
    has_text = compact(survey.convention.text) in text
    if has_text and ((named and named.known) or any(group.leads for group in groups)):
        return "as_asked"
    bracketed = any(named is not None and named.known and group.content == named.name for group in groups)
    return "deviates" if has_text or bracketed else "absent"


def _name_match(match: Match) -> NameMatch:
    return NameMatch(
        match.status, tuple(body.lgcode for body in match.bodies), tuple(body.lgcode for body in match.near)
    )


def programs_in(folded: str, survey: Survey) -> tuple[str, ...]:
    """The ids of the programs whose name, choice or further spelling stands in a folded text."""
    return tuple(
        program.id
        for program in survey.programs
        if any(fold(word) in folded for word in _words_of(program))
    )


def _words_of(program: Program) -> tuple[str, ...]:
    return program.name, program.choice, *program.names
