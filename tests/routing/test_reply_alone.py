"""What a letter says of a decided mail, and where it goes: each value by itself, and by what keeps it out.

What mutation testing found that no pure test held (docs/mutants.md).
"""

from __future__ import annotations

import email
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from config.obligations import Obligation
from config.settings import Settings
from config.survey import Survey
from intake.amendment import AmendmentRefused
from intake.finding import Finding
from intake.mail.ids import MessageIds
from intake.submission import FieldValue, Submission
from replies.letter import FileBlock, Letter, OwedProgram, PartsBlock, PassedTo
from replies.letter_kinds import LetterKind
from routing.deadline import Deadlines
from routing.decision.amended import amended_submission
from routing.decision.mail_set import MailSet
from routing.decision.passwords import PasswordWait
from routing.decision.reply import letter_of, recipient_of, write_reply
from routing.decision.which_letter import ReplyContext
from routing.records import NOBODY, Decided, FinishedReply, Identity, Note, Piece
from routing.standing import Standing
from tests.routing.cases_at_hand import (
    ARRIVAL,
    DEADLINE,
    ERROR,
    IN_TIME,
    KAMAKURA,
    KANAGAWA,
    MINATO,
    REGISTER,
    YOKOHAMA,
    YOKOSUKA,
    address,
    decided,
    file,
    piece,
    sheet,
    submission,
)
from tests.workbooks.forms_at_hand import filled, reading

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
SURVEY = REGISTER.survey
SETTINGS = Settings(mode="send", operators="desk@mhlw.go.jp", ledger=Path("ledger.db"), mailboxes={})
AROUND = ReplyContext(REGISTER, SETTINGS, (), "", IN_TIME, MessageIds(b"key"), Deadlines(REGISTER, {}))
MEND_BY = datetime.fromisoformat("2023-07-25T17:00:00+09:00")  # survey.toml correct_by


def extended(*until: tuple[str, str, datetime], survey: Survey = SURVEY) -> dict[str, Any]:
    """Around a letter: more time for (body, program)."""
    register = replace(REGISTER, survey=survey)
    return {"register": register, "deadlines": Deadlines(register, {(body, program): at for body, program, at in until})}


def letter(
    made: Decided | None = None, kind: LetterKind = "acknowledgement", mail: Submission | None = None, **around: Any
) -> Letter:
    """The letter that answers 横浜市's mail, accepted, unless told otherwise."""
    made = made or decided(piece())
    answered = mail or made.submission
    assert answered is not None
    return letter_of(kind, made, answered, replace(AROUND, **around))


def by(submitter: str, body: str = "", *pieces: Piece, **changes: Any) -> Decided:
    return decided(*pieces, identity=Identity(submitter, body, (), True), **changes)


# Whom it is for


@pytest.mark.parametrize(
    ("made", "addressee", "honorific", "municipality"),
    [
        (by(YOKOHAMA, YOKOHAMA), "神奈川県横浜市", "貴市", False),
        (by(KANAGAWA, KAMAKURA), "神奈川県", "貴県", False),
        (by("", KAMAKURA), "神奈川県鎌倉市", "貴市", True),
        (by(MINATO, MINATO), "東京都港区", "貴区", True),
        (decided(identity=NOBODY), "", "", False),
    ],
)
def test_whom_a_letter_addresses(made: Decided, addressee: str, honorific: str, municipality: bool) -> None:
    told = letter(made)
    assert (told.addressee, told.honorific, told.municipality) == (addressee, honorific, municipality)


def of_department(name: str, **changes: Any) -> Piece:
    return piece(sheet=sheet("横浜市", YOKOHAMA, fields=(FieldValue("department", name, "C7"),)), **changes)


ORIGINAL_OF = Identity(KANAGAWA, KAMAKURA, (), True)


@pytest.mark.parametrize(
    ("pieces", "department"),
    [
        ((of_department("健康推進課"),), "健康推進課"),
        ((of_department("健康推進課"), of_department("総務課")), "健康推進課"),
        ((of_department("鎌倉市の課", identity=ORIGINAL_OF), of_department("健康推進課")), "健康推進課"),
        ((of_department("鎌倉市の課", identity=ORIGINAL_OF),), ""),
        ((piece(sheet=None), of_department("健康推進課")), "健康推進課"),
        ((piece(sheet=None),), ""),
        ((of_department("123456789018"),), ""),  # twelve digits that a My Number may have
    ],
)
def test_the_department_is_the_readers_own(pieces: tuple[Piece, ...], department: str) -> None:
    assert letter(decided(*pieces)).department == department


def test_the_mailbox_that_answers_is_the_one_that_was_written_to() -> None:
    told = letter(by(YOKOHAMA, YOKOHAMA, arrival=replace(ARRIVAL, mailbox="sukoyaka")))
    assert (told.mailbox.id, told.extensions) == ("sukoyaka", (("自治体検診", "2940・8871"),))
    assert letter().extensions == (("難病", "2298・2355"), ("小慢", "7937"))


# By when


def days(made: Decided | None = None, **around: Any) -> tuple[datetime | None, datetime | None]:
    told = letter(made, **around)
    return told.deadline, told.correct_by


def owes(*programs: str, body: str = YOKOHAMA, state: Any = "outstanding") -> dict[str, Any]:
    """Around a letter: what its reader owes."""
    return {"standings": tuple(Standing(Obligation(body, p, "demanded", ()), state) for p in programs)}


NANBYO_LONGER = extended((YOKOHAMA, "nanbyo", DEADLINE + 7 * DAY), (YOKOHAMA, "shoman", DEADLINE + 2 * DAY))
ALL = owes("nanbyo", "shoman", "yobosesshu")


def test_the_deadline_is_that_of_what_the_mail_is_about() -> None:
    assert days() == (DEADLINE, MEND_BY)
    assert days(**NANBYO_LONGER, **ALL) == (DEADLINE + 7 * DAY, MEND_BY)
    both = decided(piece(), piece(program="shoman"))
    assert days(both, **NANBYO_LONGER, **ALL) == (DEADLINE + 2 * DAY, MEND_BY)  # the earlier
    passed = decided(piece("ignored", "other_mailbox_answers", program="shoman"), piece())
    assert days(passed, **NANBYO_LONGER, **ALL) == (DEADLINE + 7 * DAY, MEND_BY)  # on that, others answer
    untold = decided(piece(program=""))
    assert days(untold, **NANBYO_LONGER, **ALL) == (DEADLINE + 2 * DAY, MEND_BY)  # of what is owed in this mailbox


def differing(extension: dict[tuple[str, str], datetime] | None = None) -> dict[str, Any]:
    """A survey in which 難病 is due two days before the rest, and to be mended a day before it."""
    own = {"deadline": DEADLINE - 2 * DAY, "correct_by": MEND_BY - DAY}
    first, *rest = SURVEY.duties
    survey = SURVEY.changed({"duties": (first.changed(own), *rest)})
    by_key = {key: replace(o, **own) if o.program == first.program else o for key, o in REGISTER.by_key.items()}
    register = replace(REGISTER, survey=survey, by_key=by_key)
    return {"register": register, "deadlines": Deadlines(register, extension or {})}


def test_the_days_that_are_told_are_those_of_one_program() -> None:
    both = decided(piece(), piece(program="shoman"))
    assert days(both, **differing(), **ALL) == (DEADLINE - 2 * DAY, MEND_BY - DAY)
    assert days(both, **differing({(YOKOHAMA, "nanbyo"): DEADLINE + DAY}), **ALL) == (DEADLINE, MEND_BY)
    assert days(both, **differing({(YOKOHAMA, "nanbyo"): DEADLINE}), **ALL) == (DEADLINE, MEND_BY - DAY)


def test_where_nothing_of_it_is_owed_the_readers_own_deadline_is_told() -> None:
    assert days(**NANBYO_LONGER, **owes("yobosesshu")) == (DEADLINE, MEND_BY)
    longer = extended((KANAGAWA, "", DEADLINE + DAY))
    assert days(by(KANAGAWA, KAMAKURA), **longer) == (DEADLINE + DAY, MEND_BY)
    assert days(by("", KANAGAWA), **longer) == (DEADLINE + DAY, MEND_BY)
    assert days(by(KAMAKURA, KANAGAWA), **longer) == (DEADLINE, MEND_BY)


@pytest.mark.parametrize(
    ("now", "after", "passed"),
    [
        (DEADLINE, False, False),
        (DEADLINE + SECOND, True, False),
        (MEND_BY, True, False),
        (MEND_BY + SECOND, True, True),
    ],
)
def test_a_letter_knows_that_a_day_has_passed(now: datetime, after: bool, passed: bool) -> None:
    told = letter(now=now)
    assert (told.after_deadline, told.due_passed) == (after, passed)


def test_no_day_for_mending_passes_before_an_extended_deadline_or_where_there_is_none() -> None:
    longer = extended((YOKOHAMA, "", MEND_BY + 2 * DAY))
    assert not letter(now=MEND_BY + DAY, **longer).due_passed
    assert letter(now=MEND_BY + 2 * DAY + SECOND, **longer).due_passed
    none = extended(survey=SURVEY.changed({"correct_by": None}))
    told = letter(now=MEND_BY + DAY, **none)
    assert (told.correct_by, told.due_passed) == (None, False)


@pytest.mark.parametrize(
    ("at", "within"),
    [(DEADLINE, False), (DEADLINE + SECOND, True), (DEADLINE + DAY, True), (DEADLINE + DAY + SECOND, False)],
)
def test_what_came_within_an_extension_is_told_so(at: datetime, within: bool) -> None:
    made = decided(piece(), arrival=replace(ARRIVAL, received_at=at))
    assert letter(made, **extended((YOKOHAMA, "", DEADLINE + DAY))).in_extension is within
    assert not letter(made).in_extension


def instant(text: str) -> datetime:
    return datetime.fromisoformat(f"2023-07-{text}+09:00")


LAST_REMINDER = instant("21T15:00:00")  # survey.toml calendar.reminders
MONDAY = instant("24T10:00:00")


@pytest.mark.parametrize(
    ("now", "until", "last"),
    [
        (LAST_REMINDER - SECOND, DEADLINE, False),
        (LAST_REMINDER, DEADLINE, True),
        (DEADLINE, DEADLINE, True),
        (DEADLINE + SECOND, DEADLINE, False),
        (MONDAY - DAY - SECOND, MONDAY, False),  # no reminder on that day: the last day itself
        (MONDAY - DAY, MONDAY, True),
        (MEND_BY - HOUR, MEND_BY, False),  # nothing could be mended after it
        (MEND_BY - HOUR, MEND_BY - SECOND, True),
    ],
)
def test_in_the_last_hours_a_mended_file_may_not_make_it(now: datetime, until: datetime, last: bool) -> None:
    assert letter(now=now, **extended((YOKOHAMA, "", until))).last_hours is last


def test_in_the_last_hours_without_a_day_for_mending_and_with_a_reminder_at_the_very_end() -> None:
    reminded = SURVEY.calendar.changed({"reminders": (DEADLINE,)})
    quiet = SURVEY.changed({"correct_by": None, "calendar": reminded})
    assert letter(now=DEADLINE - DAY, **extended(survey=quiet)).last_hours
    assert not letter(now=DEADLINE - DAY - SECOND, **extended(survey=quiet)).last_hours


@pytest.mark.parametrize(
    ("made", "mended"),
    [
        (piece(late=True, mends=True), True),
        (piece(late=True), False),
        (piece(mends=True), False),
        (piece("correction", "findings", late=True, mends=True), False),
    ],
)
def test_what_was_mended_stays_in_time(made: Piece, mended: bool) -> None:
    assert letter(decided(made)).mended is mended


def test_an_open_time_of_receipt_is_told() -> None:
    assert letter(decided(piece(), notes=(Note("receipt_doubt"),))).time_open
    assert not letter(decided(piece(), notes=(Note("question"),))).time_open


# What it is about

ABOUT_MAIL = Finding("subject_contradicts", "error")
HINT = Finding("subject_placeholder", "warning", expected="【都道府県・指定都市・中核市名】マイナンバーアンケート回答")


def test_what_was_found_about_the_mail_is_told_once_and_in_the_readers_name() -> None:
    named = replace(HINT, expected="【横浜市】マイナンバーアンケート回答")
    pieces = [piece("correction", "findings", findings=found) for found in ((ABOUT_MAIL, ERROR), (ABOUT_MAIL, HINT))]
    assert letter(decided(*pieces, findings=(HINT,))).findings == (named, ABOUT_MAIL)
    prefecture = by(KANAGAWA, KAMAKURA, findings=(HINT,))
    assert letter(prefecture).findings == (replace(HINT, expected="【神奈川県】マイナンバーアンケート回答"),)
    assert letter(by("", KAMAKURA, findings=(HINT,))).findings[0].expected == "【鎌倉市】マイナンバーアンケート回答"


def test_of_what_an_official_accepted_as_it_is_nothing_is_asked() -> None:
    assert letter(decided(piece("accepted", "operator", findings=(ABOUT_MAIL, HINT)))).findings == (
        replace(HINT, expected="【横浜市】マイナンバーアンケート回答"),
    )


def test_a_duplicate_tells_what_is_open_of_the_first() -> None:
    first = (FileBlock("前回.xlsx", "別添１", "難病", "神奈川県横浜市", "correction"),)
    assert letter(kind="duplicate", first_asked=first).files == first
    assert [block.filename for block in letter(first_asked=first).files] == ["回答.xlsx"]


@pytest.mark.parametrize(
    ("kind", "asks", "told"),
    [
        ("acknowledgement", True, True),
        ("acknowledgement", False, False),
        ("arrival", True, False),
        ("duplicate", True, False),
    ],
)
def test_that_an_official_answers_a_question_is_told(kind: LetterKind, asks: bool, told: bool) -> None:
    assert letter(kind=kind, mail=submission(asks=asks)).question is told


def test_a_municipality_that_wrote_directly_is_told_so() -> None:
    assert letter(decided(piece("held", "direct"))).direct
    assert not letter(decided(piece("held", "double"))).direct


def test_unless_the_desk_knows_otherwise_a_letter_tells_all() -> None:
    told = letter()
    assert told.quotes and told.standing_told
    assert not (told.last_today or told.revised)
    assert (told.first_receipt, told.asked_before) == ("", "")


SECTION_1, SECTION_2, SECTION_3 = SURVEY.mailboxes


@pytest.mark.parametrize(
    ("pieces", "passed"),
    [
        ((piece("accepted", "otherwise", "transfer", program="kenshin"),),
         (PassedTo(SECTION_3, (("自治体検診", "2940・8871"),)),)),
        ((piece("correction", "findings", "transfer_mend", program="shoman"),
          piece("accepted", "otherwise", "transfer", program="yobosesshu")),
         (PassedTo(SECTION_1, (("小慢", "7937"),)), PassedTo(SECTION_2, (("予防接種", "8917・8915"),)))),
        ((piece("accepted", "otherwise", "stands"),), ()),
    ],
)  # fmt: skip
def test_to_which_sections_something_was_passed_on(pieces: tuple[Piece, ...], passed: tuple[PassedTo, ...]) -> None:
    assert letter(decided(*pieces)).passed_to == passed


# What is still owed


def names(owed: Iterable[OwedProgram]) -> list[str]:
    return [o.program for o in owed]


def test_what_is_still_owed_here_and_elsewhere() -> None:
    told = letter(**owes("nanbyo", "yobosesshu", "kenshin"))
    assert (names(told.owed_here), names(told.owed_elsewhere)) == (["難病"], ["予防接種", "自治体検診"])
    done = (*owes("nanbyo", state="accepted")["standings"], *owes("shoman", state="not_applicable")["standings"])
    assert letter(standings=done).owed_here == ()
    assert names(letter(standings=(*done, *owes("nanbyo")["standings"])).owed_here) == ["難病"]
    brought = decided(piece("ignored", "other_mailbox_answers", program="yobosesshu"), piece())
    told = letter(brought, **owes("nanbyo", "yobosesshu"))  # the others answer themselves on what they were brought
    assert (names(told.owed_here), told.owed_elsewhere) == (["難病"], ())


@pytest.mark.parametrize(
    ("changes", "told"), [({}, []), ({"received": (1, 2)}, ["難病"]), ({"over": True}, ["難病"])]
)
def test_while_parts_are_awaited_nothing_is_called_missing(changes: dict[str, Any], told: list[str]) -> None:
    parts = replace(MailSet(1, 2, (1,), ("N1",), False, False, True), **changes)
    made = letter(parts=parts, **owes("nanbyo"))
    assert names(made.owed_here) == told
    missing = () if changes.get("received") else (2,)
    assert made.parts == PartsBlock(1, 2, parts.received, missing, ("N1",), not changes)
    assert letter().parts is None


@pytest.mark.parametrize("made", [by(YOKOHAMA, ""), by("", YOKOHAMA), by(YOKOHAMA, KAMAKURA)])
def test_where_deadlines_differ_each_is_told_as_long_as_it_is_ahead(made: Decided) -> None:
    told = letter(made, **differing(), **ALL)
    assert [(o.program, o.due) for o in (*told.owed_here, *told.owed_elsewhere)] == [
        ("難病", DEADLINE - 2 * DAY),
        ("小慢", DEADLINE),
        ("予防接種", DEADLINE),
    ]
    late = letter(made, now=DEADLINE - DAY, **differing(), **ALL)
    assert [o.due for o in (*late.owed_here, *late.owed_elsewhere)] == [None, DEADLINE, DEADLINE]


# Passwords

LOCKED = piece("held", "password_awaited", sheet=None, file=file(locked=True))
OVER = PasswordWait(IN_TIME - HOUR, True)


def test_until_when_a_password_is_awaited() -> None:
    """survey.toml [passwords] wait_hours = 3"""
    assert letter(decided(LOCKED)).password_until == IN_TIME + 3 * HOUR
    assert letter(decided(outcome="held", rule="password_awaited")).password_until == IN_TIME + 3 * HOUR
    assert letter().password_until is None


def test_a_password_that_was_awaited_in_vain_is_told_of_what_is_locked_still() -> None:
    made = letter(decided(LOCKED), password_wait=OVER)
    assert (made.password_missed, made.password_failed) == (OVER.until, True)
    made = letter(decided(LOCKED), password_wait=replace(OVER, tried=False))
    assert (made.password_missed, made.password_failed) == (OVER.until, False)
    for made in (letter(password_wait=OVER), letter(decided(LOCKED))):
        assert (made.password_missed, made.password_failed) == (None, False)
    unread = replace(decided(LOCKED), submission=None)
    assert letter(unread, mail=submission(), password_wait=OVER).password_missed is None


# Where it goes, and under which name


def reply(kind: LetterKind = "acknowledgement", to: str = "Kenko@City.Yokohama.lg.jp", **around: Any) -> FinishedReply:
    made = decided(piece())
    assert made.submission is not None
    return write_reply((kind, address(to)), made, made.submission, replace(AROUND, **around))


def test_a_reply_has_a_key_of_its_own_in_each_round() -> None:
    first, second = reply(), reply(round=2)
    assert (first.key, second.key) == ("N0718-AAAA-AAAA:acknowledgement", "N0718-AAAA-AAAA:acknowledgement2")
    assert first.message_id != second.message_id
    assert first.message_id.startswith("<uketsuke.N0718-AAAA-AAAA.") and first.message_id.endswith("@mhlw.go.jp>")
    assert (first.mailbox, first.mail_from, first.respondent) == ("n_mynumber", "n_mynumber@mhlw.go.jp", YOKOHAMA)


def test_in_a_rehearsal_everything_goes_to_the_operators() -> None:
    sent, rehearsed = reply(), reply(settings=SETTINGS.changed({"mode": "rehearse"}))
    assert (sent.recipient, sent.rcpt_to) == ("kenko@city.yokohama.lg.jp", "Kenko@City.Yokohama.lg.jp")
    assert (rehearsed.recipient, rehearsed.rcpt_to) == ("kenko@city.yokohama.lg.jp", "desk@mhlw.go.jp")
    says = ["Kenko@City.Yokohama.lg.jp" in text_of(r) for r in (sent, rehearsed)]
    assert says == [False, True]


def parsed(made: FinishedReply) -> Message:
    return email.message_from_bytes(made.data)


def text_of(made: FinishedReply) -> str:
    payload = parsed(made).get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


@pytest.mark.parametrize(
    ("references", "in_reply_to", "expected"),
    [
        (("<a@x.jp>", "<b@x.jp>"), "<b@x.jp>", ["<a@x.jp>", "<b@x.jp>", "<1@x.jp>"]),
        ((), "<b@x.jp>", ["<b@x.jp>", "<1@x.jp>"]),
        ((), "", ["<1@x.jp>"]),
    ],
)
def test_a_reply_belongs_to_the_thread_of_its_mail(
    references: tuple[str, ...], in_reply_to: str, expected: list[str]
) -> None:
    """RFC 5322 §3.6.4: the parent's References, or its In-Reply-To, and then its Message-ID."""
    mail = submission(file(sheet("横浜市", YOKOHAMA)))
    mail = replace(mail, message=replace(mail.message, references=references, in_reply_to=in_reply_to))
    made = parsed(write_reply(("acknowledgement", address("a@x.jp")), decided(piece()), mail, AROUND))
    assert (made["In-Reply-To"], made["References"].split()) == ("<1@x.jp>", expected)


def test_a_list_goes_with_the_letter_that_was_asked_for_one() -> None:
    mine = Identity(KANAGAWA, KAMAKURA, (), True)
    made = decided(
        piece(sheet=sheet("鎌倉市", KAMAKURA), identity=mine, program="yobosesshu"),
        identity=Identity(KANAGAWA, KANAGAWA, (), True),
    )
    assert made.submission is not None
    to = address("a@pref.kanagawa.lg.jp")
    asked = parsed(write_reply(("collation", to), made, made.submission, AROUND))
    names = [part.get_filename() or "" for part in asked.walk() if part.get_filename()]
    assert names == ["【神奈川県】マイナンバーアンケート回答（予防接種）.xlsx"]
    assert not parsed(write_reply(("acknowledgement", to), made, made.submission, AROUND)).is_multipart()


@pytest.mark.parametrize(
    ("sender", "reply_to", "around", "goes_to"),
    [
        ("a@city.lg.jp", None, {}, "a@city.lg.jp"),
        ("a@city.lg.jp", "b@city.lg.jp", {"reply_to_theirs": True}, "b@city.lg.jp"),
        ("a@city.lg.jp", "b@x.jp", {}, "a@city.lg.jp"),  # anybody's address may stand there
        ("a@city.lg.jp", "b@city.lg.jp", {"reply_to_theirs": True, "only_sender": True}, "a@city.lg.jp"),
        ("a@city.lg.jp", "noreply@city.lg.jp", {"reply_to_theirs": True}, "a@city.lg.jp"),
        ("a@city.lg.jp", "担当@city.lg.jp", {"reply_to_theirs": True}, "a@city.lg.jp"),
        ("a@mhlw.go.jp", None, {}, None),  # a colleague
        ("a@city.lg.jp", "b@mhlw.go.jp", {"reply_to_theirs": True}, None),
        (None, None, {}, None),
    ],
)
def test_where_a_reply_goes(sender: str | None, reply_to: str | None, around: dict[str, Any], goes_to: str | None) -> None:
    mail = submission()
    written = {key: address(text) if text else None for key, text in (("sender", sender), ("reply_to", reply_to))}
    chosen = recipient_of(replace(mail, message=replace(mail.message, **written)), replace(AROUND, **around))
    assert (chosen.address if chosen else None) == goes_to


# What officials enter by telephone


def test_what_was_told_by_telephone_changes_the_one_sheet_of_a_mail() -> None:
    told = reading(filled({"5": None}))
    beside = file(position=2)
    mail = submission(told, beside)
    assert amended_submission(mail, {}, REGISTER) is mail
    changed = amended_submission(mail, {"5": "②"}, REGISTER)
    assert [a.number for a in changed.files[0].sheets[0].answers if a.question == "5"] == [2]
    assert changed.files[1] is beside
    for wrong, sheets in ((submission(beside), 0), (submission(told, replace(told, position=2)), 2)):
        with pytest.raises(AmendmentRefused, match=f"このメールは{sheets}枚"):
            amended_submission(wrong, {"5": "②"}, REGISTER)


def test_a_body_that_is_not_the_sheets_is_no_reader() -> None:
    """横須賀市's sheet from 横浜市: the letter is 横浜市's, and so is what is owed."""
    made = by(YOKOHAMA, YOKOSUKA, piece(identity=Identity(YOKOHAMA, YOKOSUKA, (), True)))
    assert letter(made).addressee == "神奈川県横浜市"
