"""Extensions of the deadline and pauses of reminders: recorded with who and why, never undone in place.

Each is an event of its own; the newest for a target holds, so that any instant's answer can be given again.
Writes the ledger; says nothing to anybody and judges no mail.
"""

from __future__ import annotations

from datetime import datetime

from config.frozen import frozen
from routing.clock import stamp
from routing.deadline import Extension, deadlines
from routing.ledger import body_notes, verdicts
from routing.ledger.extensions import extensions
from routing.office import Office
from routing.records import Note
from routing.register import Register
from routing.who import Refused, Who


@frozen
class Target:
    """Whom an extension is for: an empty `lgcode` means every body, an empty `program` every program."""

    lgcode: str = ""
    program: str = ""


def extend(office: Office, target: Target, until: datetime, who: Who) -> None:
    """Record that the deadline of a target is `until` (inclusive). `until` = the (first) deadline that the survey
    sets for it takes an extension back. Raises Refused, and then nothing was recorded."""
    _check(target, office.register)
    ordinary = deadlines(office.register, ()).earliest(target.lgcode, target.program)
    if until < ordinary:
        raise Refused(f"延長後の期限は、提出期限（{stamp(ordinary)}）以後としてください。")
    note = Note("extend", stamp(until), target.lgcode, target.program)
    with office.ledger.writing():
        if not _stands_already(office, target, until):
            verdicts.note(office.ledger, note, None, who.pair, office.clock())


def _stands_already(office: Office, target: Target, until: datetime) -> bool:
    """Whether the very same extension is the newest of its target: recording it twice says nothing new."""
    recorded = [
        e for e in extensions(office.ledger, office.clock())
        if (e.lgcode, e.program) == (target.lgcode, target.program)
    ]  # fmt: skip
    return bool(recorded) and recorded[-1].until == until


def _check(target: Target, register: Register) -> None:
    if target.program and target.program not in {p.id for p in register.survey.programs}:
        known = "、".join(p.id for p in register.survey.programs)
        raise Refused(f"{target.program} という制度等はありません（{known}）。")
    if not target.lgcode:
        return
    if register.body(target.lgcode) is None:
        raise Refused(f"団体コード {target.lgcode} は団体一覧にありません。")
    if target.program and target.program not in register.programs_of(target.lgcode):
        raise Refused(f"{register.full_name(target.lgcode)} に {target.program} の回答はお願いしていません。")


def pause(office: Office, lgcode: str, on: bool, who: Who) -> None:
    """Stop reminders to a respondent, or let them go on. Raises Refused."""
    if not office.register.owed_by(lgcode):
        raise Refused(f"{lgcode} は、直接ご回答いただく団体ではありません。")
    note = Note("pause_reminders", "on" if on else "off", lgcode)
    body_notes.note_once(office.ledger, note, who.pair, office.clock())


def described(extension: Extension, register: Register) -> tuple[str, str]:
    """Whom an extension is for, in words: (body, program)."""
    body = register.full_name(extension.lgcode) if extension.lgcode else "全ての団体"
    program = register.survey.program(extension.program).name if extension.program else "全ての制度等"
    return body, program
