"""延長のお知らせ: whom an extension concerns, and the notice to each of them, as a draft or for the outbox.

Writes nobody by itself: an official asks for the drafts, or for the sending. An extension is named by its place
among all that were recorded, so that its notices exist once, however often they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from config.frozen import frozen
from config.mails import Way
from intake.mail.ids import receipt_in
from replies.letters.extension import ExtensionLetter, render_extension
from replies.wording import load_wording
from routing.deadline import Deadlines, Extension
from routing.ledger import outbox, verdicts, withdrawing
from routing.ledger.books import deadlines_at
from routing.ledger.extensions import extensions
from routing.ledger.secret import message_ids
from routing.notices.notice import Notice, Outlet, posts, refuse_if_off
from routing.notices.recipients import addresses, everybody, handed_in
from routing.notices.reminding import at_hand
from routing.office import Office
from routing.records import FinishedReply, Note
from routing.register import Register
from routing.tracking.extend import Target
from routing.who import Who


@frozen
class Addressed:
    """One notice, finished once for each address; without any the respondent is to be telephoned."""

    respondent: str
    mailbox: str
    posted: tuple[FinishedReply, ...]


def place_of(office: Office, target: Target) -> int:
    """The place (from 1) of the newest extension of a target among all on record; 0 if there is none."""
    recorded = extensions(office.ledger, office.clock())
    fitting = [
        n for n, e in enumerate(recorded, 1) if (e.lgcode, e.program) == (target.lgcode, target.program)
    ]
    return fitting[-1] if fitting else 0


def notices(office: Office, place: int) -> tuple[Addressed, ...]:
    """The notices of one extension, by respondent and mailbox, as things stand now. None for an extension that
    takes another back, or that a more specific one outdoes."""
    survey, now = office.register.survey, office.clock()
    extension = extensions(office.ledger, now)[place - 1]
    deadlines = deadlines_at(office.ledger, office.register, now)
    correspondence, sent = at_hand(office), everybody(office.ledger, office.register, now)
    found = []
    for lgcode, letter in _letters(extension, office.register, deadlines):
        mailbox = letter.mailbox
        if mailbox.id not in office.settings.mailboxes:
            continue
        rendered = render_extension(letter, survey, load_wording())
        number = f"E{place:04d}-{lgcode}-{mailbox.receipt_prefix}"
        way: Way = survey.mails.extension if extension.lgcode else "draft"  # to all bodies: never by itself
        key = f"extend:{place}:{mailbox.id}:{lgcode}"
        notice = Notice("extension", key, number, mailbox, lgcode, rendered, way)
        to, _ = addresses(correspondence, handed_in(sent.get(lgcode, ()), lgcode, mailbox.id, survey), lgcode, mailbox.id)
        outlet = Outlet(survey, office.settings, now, message_ids(office.ledger))
        found.append(Addressed(lgcode, mailbox.id, posts(notice, to, outlet)))
    return tuple(found)


def _letters(
    extension: Extension, register: Register, deadlines: Deadlines
) -> Iterator[tuple[str, ExtensionLetter]]:
    """(respondent, letter) for each respondent and mailbox that the extension concerns."""
    survey = register.survey
    for lgcode, about, programs in _concerned(extension, register):
        whose = about or lgcode
        moved = [p for p in programs if deadlines.extension(whose, p) == extension.until]
        for mailbox in survey.mailboxes:
            here = [survey.program(p) for p in moved if survey.program(p).mailbox == mailbox.id]
            if here:
                yield (
                    lgcode,
                    ExtensionLetter(
                        mailbox=mailbox,
                        extensions=tuple((p.name, p.extension) for p in here),
                        addressee=register.full_name(lgcode),
                        programs=tuple((p.name, extension.until) for p in here),
                        about=(register.full_name(about),) if about else (),
                        collects=any(register.by_key[(lgcode, p.id)].collected for p in here),
                        ordinary=tuple(deadlines.set_for(whose, p.id) for p in here),
                    ),
                )


def _concerned(extension: Extension, register: Register) -> Iterator[tuple[str, str, list[str]]]:
    """(respondent, municipality or empty, programs): a municipality is told through its prefecture."""
    wanted = [p.id for p in register.survey.programs if extension.program in ("", p.id)]
    if not extension.lgcode:
        for lgcode in dict.fromkeys(o.lgcode for o in register.obligations):
            yield lgcode, "", [p for p in wanted if (lgcode, p) in register.by_key]
        return
    own = [p for p in wanted if (extension.lgcode, p) in register.by_key]
    if own:
        yield extension.lgcode, "", own
    through: dict[str, list[str]] = {}
    for program in wanted:
        if collector := register.collectors.get((extension.lgcode, program)):
            through.setdefault(collector, []).append(program)
    for collector, programs in through.items():
        yield collector, extension.lgcode, programs


def queue_notices(office: Office, place: int, who: Who) -> int:
    """Put the notices of an extension into the outbox, unless they stand there already; return how many mails are
    new."""
    refuse_if_off("extension", office.register.survey)
    made = [p for addressed in notices(office, place) for p in addressed.posted]
    with office.ledger.writing():
        new = [p for p in made if not outbox.has_key(office.ledger, p.key)]
        for posted in new:
            outbox.queue(office.ledger, posted, None, office.clock())
        if new:
            _note(office, place, f"queued {len(new)}", who)
    return len(new)


def write_drafts(office: Office, place: int, folder: Path, who: Who) -> tuple[Path, ...]:
    """Write the notices of an extension as .eml files, which a mail program opens ready to be sent."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for posted in (p for addressed in notices(office, place) for p in addressed.posted):
        number, name = receipt_in(posted.message_id), office.register.full_name(posted.respondent)
        path = folder / f"{number}_{name}.eml"
        path.write_bytes(b"X-Unsent: 1\r\n" + posted.data)
        written.append(path)
    if written:
        with office.ledger.writing():
            _note(office, place, f"drafted {len(written)}", who)
    return tuple(written)


def take_back_earlier(office: Office, target: Target, folder: Path) -> tuple[str, ...]:
    """Take back the notices of the earlier extensions of a target that a newer one replaces. What waits is withdrawn;
    drafts that were written as files are put aside into a folder of their own, since somebody may have changed them.
    Return what was done, in sentences."""
    now, newest = office.clock(), place_of(office, target)
    recorded = enumerate(extensions(office.ledger, now), 1)
    earlier = [n for n, e in recorded if (e.lgcode, e.program) == (target.lgcode, target.program) and n < newest]
    aside, said = folder / "差し替え前", []
    for place in earlier:
        with office.ledger.writing():
            taken = withdrawing.take_back_notices(office.ledger, f"extend:{place}:", now)
        said += [f"先の延長のお知らせ（{t.number}）：{load_wording().screen['taken_back_' + t.how]}" for t in taken]
        for path in sorted(folder.glob(f"E{place:04d}-*.eml")):
            aside.mkdir(exist_ok=True)
            path.replace(aside / path.name)
            said.append(f"先の延長のお知らせの下書き {path.name} を、{aside} に移しました。")
    return tuple(said)


def _note(office: Office, place: int, what: str, who: Who) -> None:
    verdicts.note(office.ledger, Note("extension_notice", f"{place} {what}"), None, who.pair, office.clock())
