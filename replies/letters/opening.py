"""How a letter begins: its subject's first thirty characters and the words of its first line.

Values in, words out; every word stands in `wording.toml` or in the survey. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from config.survey import Survey
from intake.finding import Finding
from replies.japanese import full_width_number, short_day
from replies.letter import Letter
from replies.letter_kinds import TRAITS
from replies.letters.fileviews import FileView
from replies.wording import Wording

_ABOUT_LIMIT = 12  # characters of what a subject names


def opening_values(letter: Letter, parts: Sequence[FileView], wording: Wording) -> Mapping[str, object]:
    """What the templates' first lines want. `named_programs`: （難病、小慢） of what was accepted; `asked_lead`: what is
    asked for; `send`: what is to be sent, `sole`: for one reason that
    the first line tells; `thanked`: something could; `kept`: nothing
    of the mail counts as an answer."""
    asked = [wording.finding[code] for code in {finding.code for finding in _asked(letter)}]
    said = next((words for words in asked if words.instead or len(asked) == 1), None)
    accepted = _programs(letter, ("accepted", "partial"))
    return {
        "named_programs": wording.phrase["in_brackets"].format(words="、".join(accepted)) if _short(accepted) else "",
        "asked_lead": (said and said.lead) or _counted(parts, wording),
        "send": (said and said.send) or wording.phrase["send_mended"],
        "sole": bool(said and said.send),
        "kept": only_kept(letter),
        "thanked": any(block.form_title or block.rows for block in letter.files),
    }


def only_kept(letter: Letter) -> bool:
    """Whether everything that came was merely kept: nothing was owed of it."""
    return all(block.result == "kept" for block in letter.files)


def _asked(letter: Letter) -> Iterable[Finding]:
    rows = (row.findings for block in letter.files for row in block.rows)
    for findings in (letter.findings, *(block.findings for block in letter.files), *rows):
        yield from (finding for finding in findings if finding.severity == "error")


def _counted(parts: Sequence[FileView], wording: Wording) -> str:
    """How many points are asked for, or of how many municipalities."""
    bodies = sum(len(part.listed.blocks) + len(part.listed.apart) for part in parts if part.listed)
    points = sum(len(part.requests) for part in parts)
    if bodies and not points:
        return wording.phrase["lead_bodies"].format(number=full_width_number(bodies))
    return wording.phrase["lead_points"].format(number=full_width_number(points)) if points and not bodies else (
        wording.phrase["lead_some"]
    )


def _programs(letter: Letter, results: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(b.program for b in letter.files if b.program and b.result in results))


def _short(programs: Sequence[str]) -> bool:
    return 0 < len("、".join(programs)) <= _ABOUT_LIMIT


def subject_start(letter: Letter, survey: Survey, wording: Wording) -> str:
    """The beginning of a subject, 【確認のお願い】難病 7/21(金)17時まで: the result, what it is about and by when,
    ahead of the reader's own subject. A letter that quotes nothing names nothing."""
    asked = [wording.finding[finding.code] for finding in _asked(letter)]
    asks = (TRAITS[letter.kind].asks_to_mend or letter.kind == "duplicate") and bool(asked)
    mark = wording.subject[letter.kind]
    if letter.kind == "duplicate" and asks:
        mark = wording.subject["again"]
    if letter.kind == "correction" and asked and all(said.attachment for said in asked):
        mark = wording.subject["attachment"]
    if letter.kind == "partial" and not _programs(letter, ("accepted", "partial")):
        mark = wording.subject["list_wanted"]
    if letter.kind == "acknowledgement" and only_kept(letter):
        mark = wording.subject["kept"]
    if not letter.quotes:
        return mark
    told = _programs(letter, ("correction", "partial") if asks else ("accepted", "partial"))
    if letter.kind == "parts" or TRAITS[letter.kind].books_nothing:
        told = []
    named = "・".join(told) if _short(told) else ""
    if named and asks and letter.kind == "partial":
        named = wording.phrase["of_mending"].format(words=named)
    due = wording.phrase["until"].format(day=short_day(letter.deadline or survey.deadline))
    about = (named, due if asks and not letter.after_deadline else "")
    return mark + "".join(f"{word} " for word in about if word)
