"""A whole decision about one mail, without a desk: what each fact, each piece and each word of an official changes in it.

What mutation testing found that no pure test held (docs/mutants.md).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.survey import Survey
from intake.finding import Finding
from intake.submission import Submission
from replies.letter import FileBlock
from routing.deadline import Deadlines
from routing.decision.cases import decide, in_our_thread, unread
from routing.decision.facts import Facts
from routing.decision.mail_set import MailSet
from routing.decision.override import NO_OVERRIDE, Override, OverrideRefused
from routing.decision.passwords import PasswordWait
from routing.proof import OurLetter, Proof
from routing.records import Decided, MailDecision, Note
from routing.standing import Booking
from routing.versions import Version, VersionChange
from tests.routing.cases_at_hand import (
    ARRIVAL,
    DEADLINE,
    ERROR,
    FACTS,
    FUCHU_HIROSHIMA,
    FUCHU_TOKYO,
    IN_TIME,
    KAMAKURA,
    KANAGAWA,
    OISO,
    REGISTER,
    YOKOHAMA,
    YOKOSUKA,
    booking,
    claim,
    file,
    known,
    sheet,
    submission,
)

CITY, PREFECTURE = "a@city.yokohama.lg.jp", "a@pref.kanagawa.lg.jp"
SECOND, WEEK = timedelta(seconds=1), timedelta(days=7)
NANBYO = sheet("横浜市", YOKOHAMA, program="nanbyo")
FAULTY = replace(NANBYO, findings=(ERROR,))
FORM = file(NANBYO)
VACCINES = sheet("鎌倉市", KAMAKURA, program="yobosesshu")
TWO_CITIES = claim("府中市", FUCHU_TOKYO, FUCHU_HIROSHIMA)  # of 東京都, and of 広島県
TELLING = REGISTER.survey.changed({"tells_changes": True})
ACCEPTED, TO_MEND = Override(outcome="accepted"), Override(outcome="correction")
IGNORED, HELD = Override(outcome="ignored"), Override(outcome="held")


def judged(
    made: Submission,
    facts: Facts | None = None,
    override: Override = NO_OVERRIDE,
    survey: Survey = REGISTER.survey,
    **arrival: Any,
) -> Decided:
    """The decision about a mail, which is 横浜市's unless the facts say otherwise."""
    register = replace(REGISTER, survey=survey)
    return decide(replace(ARRIVAL, **arrival), made, facts or known(), register, override)


def outcome(told: Decided) -> tuple[str, str, list[tuple[str, str]]]:
    """What becomes of the mail and of each piece, and by which rule."""
    return told.mail.outcome, told.mail.rule, [(p.decision.outcome, p.decision.rule) for p in told.pieces]


# A letter of ours named in the text


@pytest.mark.parametrize(
    ("made", "named", "kind", "answers"),
    [
        (submission(), "<1@ours>", "reply", "<1@ours>"),
        (submission(kind="inquiry"), "<1@ours>", "reply", "<1@ours>"),
        (submission(answers="<0@ours>"), "<1@ours>", "reply", "<0@ours>"),
        (submission(file(attached=False)), "<1@ours>", "reply", "<1@ours>"),
        (submission(file()), "<1@ours>", "submission", ""),
        (submission(), "", "submission", ""),
        (submission(findings=(Finding("file_by_link", "error"),)), "<1@ours>", "submission", ""),
        (submission(findings=(Finding("subject_absent", "warning"),)), "<1@ours>", "reply", "<1@ours>"),
        (submission(kind="auto_reply"), "<1@ours>", "auto_reply", ""),
    ],
)
def test_a_mail_that_names_our_letter_and_brings_nothing_is_a_reply(
    made: Submission, named: str, kind: str, answers: str
) -> None:
    told = in_our_thread(made, known(letter_named=named))
    assert (told.kind, told.answers) == (kind, answers)


# A check before anything is handed in


def one_before(body: str, program: str) -> tuple[Booking, ...]:
    return (booking(body=body, program=program),)


def test_a_check_is_held_against_nothing_that_came_before() -> None:
    before = known(history=one_before, first_received=lambda body, program: IN_TIME)
    asked = judged(submission(FORM, service="pre_check"), before, received_at=DEADLINE + SECOND)
    assert outcome(asked) == ("ignored", "pre_check", [("accepted", "otherwise")])
    assert (asked.pieces[0].stood, asked.pieces[0].mends, asked.pieces[0].decision.remarks) == (None, False, ())
    handed_in = judged(submission(FORM), before, received_at=DEADLINE + SECOND)
    assert outcome(handed_in) == ("by_file", "otherwise", [("accepted", "otherwise")])
    assert (handed_in.pieces[0].stood, handed_in.pieces[0].mends) == (booking(), True)
    assert handed_in.pieces[0].decision.remarks == ("replaces",)


def test_what_is_known_of_itself_is_nothing_that_came_before_or_waits_beside() -> None:
    loud = replace(
        FACTS,
        resend_of="N1",
        credentials=replace(FACTS.credentials, letters=(OurLetter(CITY, frozenset()),)),
        history=one_before,
        listed=lambda body, program: NANBYO,
        first_received=lambda body, program: IN_TIME,
        version_before=lambda body, program, attributes: Version(booking(), NANBYO),
        password_awaited=True,
        password_wait=PasswordWait(IN_TIME, False),
        parts=MailSet(1, 2, (1,), ("N1",), False, False, True),
        first_asked=(FileBlock("回答.xlsx", "", "", "", "correction"),),
        first_set_aside=True,
        answered_at=IN_TIME,
        told_no_file=True,
        told_no_form=True,
        noticed=True,
        wait_noticed=True,
    )
    quiet = loud.of_itself
    key = (YOKOHAMA, "nanbyo")
    assert (quiet.history(*key), quiet.listed(*key), quiet.first_received(*key)) == ((), None, None)
    assert quiet.version_before(*key, ()) is None
    same = {"history": FACTS.history, "listed": FACTS.listed, "first_received": FACTS.first_received}
    assert replace(quiet, **same, version_before=FACTS.version_before) == FACTS


def test_a_list_is_made_for_whom_the_address_is_vouched_for() -> None:
    asking = submission(file(VACCINES), service="collation")
    assert judged(asking, known(PREFECTURE)).mail.rule == "collation"
    assert judged(asking, known("a@example.lg.jp")).mail.rule == "otherwise"


# The day on which time ends


@pytest.mark.parametrize(
    ("at", "extended", "subject", "last"),
    [
        (DEADLINE, {}, claim(), True),
        (datetime.fromisoformat("2023-07-20T15:00:00+00:00"), {}, claim(), True),  # midnight in Japan
        (DEADLINE - WEEK, {}, claim(), False),
        (DEADLINE, {(YOKOHAMA, ""): DEADLINE + WEEK}, claim(), False),
        (DEADLINE + WEEK, {(YOKOHAMA, ""): DEADLINE + WEEK}, claim(), True),
        (DEADLINE + WEEK, {(YOKOHAMA, ""): DEADLINE + WEEK}, TWO_CITIES, True),
        (DEADLINE + WEEK, {(YOKOSUKA, ""): DEADLINE + WEEK}, claim(), False),
    ],
)
def test_words_of_the_last_day_say_so(at: datetime, extended: Any, subject: Any, last: bool) -> None:
    facts = known(deadlines=Deadlines(REGISTER, extended))
    told = judged(submission(kind="inquiry", says=("extension",), subject=subject), facts, received_at=at)
    assert told.mail.remarks == (("extension", "last_day") if last else ("extension",))


# What an official says


@pytest.mark.parametrize(
    ("made", "override", "expected"),
    [
        (submission(kind="inquiry"), NO_OVERRIDE, ("held", "inquiry", [])),
        (submission(FORM, kind="inquiry"), ACCEPTED, ("by_file", "operator", [("accepted", "operator")])),
        (submission(FORM, kind="inquiry"), IGNORED, ("ignored", "operator", [])),
        (submission(FORM, kind="inquiry"), HELD, ("by_file", "operator", [("held", "operator")])),
        (submission(FORM), IGNORED, ("ignored", "operator", [])),
        (submission(FORM), ACCEPTED, ("by_file", "otherwise", [("accepted", "operator")])),
        (submission(file(FAULTY)), NO_OVERRIDE, ("by_file", "otherwise", [("correction", "findings")])),
        (submission(file(FAULTY)), ACCEPTED, ("by_file", "otherwise", [("accepted", "operator")])),
        (submission(file(FAULTY)), TO_MEND, ("by_file", "otherwise", [("correction", "operator")])),
        (submission(), TO_MEND, ("correction", "no_form", [])),  # that no file came is what is to be mended
        (
            submission(FORM, file(position=2)),
            ACCEPTED,
            ("by_file", "otherwise", [("accepted", "operator"), ("kept", "supporting")]),
        ),
        (
            submission(FORM, file(sheet(program="nanbyo"), position=2)),
            ACCEPTED,
            ("by_file", "otherwise", [("accepted", "operator"), ("accepted", "operator")]),
        ),
        (
            submission(FORM, file(sheet("横浜市", YOKOHAMA), position=2)),
            ACCEPTED,  # nobody knows to which program it belongs
            ("by_file", "otherwise", [("accepted", "operator"), ("correction", "program_unclear")]),
        ),
        (
            submission(FORM, file(sheet("どこか市", program="nanbyo"), name=TWO_CITIES, position=2)),
            ACCEPTED,  # nobody knows whose it is
            ("by_file", "otherwise", [("accepted", "operator"), ("correction", "body_unclear")]),
        ),
    ],
)
def test_what_an_official_says_replaces_what_waits_for_him(
    made: Submission, override: Override, expected: tuple[str, str, list[tuple[str, str]]]
) -> None:
    assert outcome(judged(made, override=override)) == expected


def test_an_officials_word_brings_its_remarks() -> None:
    told = judged(submission(file(FAULTY)), known(history=one_before), TO_MEND)
    assert told.pieces[0].decision.remarks == ("stands",)
    mine = replace(ACCEPTED, by="sato", why="電話で確認", notes=(Note("amend", "5"),))
    signed = judged(submission(FORM), override=mine)
    assert (signed.decided_by, signed.why, signed.notes) == ("sato", "電話で確認", (Note("amend", "5"),))


@pytest.mark.parametrize(
    ("made", "override", "says"),
    [
        (submission(file(sheet("横浜市", YOKOHAMA))), ACCEPTED, "受け付けられる調査票がありません"),
        (submission(kind="inquiry"), ACCEPTED, "受け付けられる調査票がありません"),
        (submission(FORM), TO_MEND, "修正をお願いする指摘がない"),
        (submission(file(replace(NANBYO, findings=(replace(ERROR, severity="warning"),)))), TO_MEND, "指摘がない"),
        # What is wrong in a file that is merely kept is asked of nobody.
        (submission(FORM, file(position=2, findings=(ERROR,))), TO_MEND, "指摘がない"),
    ],
)
def test_a_word_that_would_come_to_nothing_is_refused(made: Submission, override: Override, says: str) -> None:
    with pytest.raises(OverrideRefused, match=says):
        judged(made, override=override)


PLACES = tuple(f"様式!E{row}" for row in range(5, 11))  # six


@pytest.mark.parametrize(
    ("places", "shown"),
    [
        (PLACES[:1], "（様式!E5）"),
        (PLACES[:5], "（様式!E5、様式!E6、様式!E7、様式!E8、様式!E9）"),
        (PLACES, "（様式!E5、様式!E6、様式!E7、様式!E8、様式!E9ほか1か所）"),
    ],
)
@pytest.mark.parametrize("override", [ACCEPTED, TO_MEND])
def test_an_alarm_is_settled_first(places: tuple[str, ...], shown: str, override: Override) -> None:
    with pytest.raises(OverrideRefused, match=shown):
        judged(submission(FORM, personal=places), override=override)


def test_an_alarm_may_be_set_aside_or_wait() -> None:
    alarm = submission(FORM, personal=PLACES)
    assert outcome(judged(alarm, override=IGNORED)) == ("ignored", "operator", [])
    assert outcome(judged(alarm)) == ("held", "personal_data", [])
    assert judged(alarm, override=HELD).mail == MailDecision("by_file", "operator")


# Whose mail it is


def sheets(*made: Any) -> Submission:
    return submission(*(file(one, position=number) for number, one in enumerate(made, 1)))


OF_OISO = sheet("大磯町", OISO, program="yobosesshu")


@pytest.mark.parametrize(
    ("made", "who", "submitter", "body"),
    [
        (sheets(NANBYO), "a@example.lg.jp", YOKOHAMA, YOKOHAMA),
        (sheets(VACCINES), PREFECTURE, KANAGAWA, KAMAKURA),
        (sheets(VACCINES, OF_OISO), PREFECTURE, KANAGAWA, ""),
        (sheets(VACCINES, OF_OISO), "a@example.lg.jp", "", ""),  # of two bodies, neither is the sender for sure
        (sheets(NANBYO, sheet(program="nanbyo")), "a@example.lg.jp", YOKOHAMA, YOKOHAMA),  # of nobody: no vote
        (submission(file(name=claim("横須賀市", YOKOSUKA)), FORM), "a@example.lg.jp", YOKOHAMA, YOKOHAMA),
        (submission(file(name=claim("横須賀市", YOKOSUKA))), "a@example.lg.jp", "", ""),
        (submission(), CITY, YOKOHAMA, YOKOHAMA),
    ],
)
def test_who_sent_a_mail_is_told_by_its_sheets(made: Submission, who: str, submitter: str, body: str) -> None:
    told = judged(made, known(who))
    assert (told.identity.submitter, told.identity.body) == (submitter, body)


def test_who_asks_is_who_sends() -> None:
    asking = replace(sheets(VACCINES, OF_OISO), asks=True)
    assert Note("question", "", KANAGAWA) in judged(asking, known(PREFECTURE)).notes
    assert Note("question", "", YOKOHAMA) in judged(replace(sheets(NANBYO), asks=True), known("a@example.lg.jp")).notes


def test_a_mail_that_could_not_be_read_is_late_after_the_deadline() -> None:
    held = MailDecision("held", "poison")
    signed = Override(by="sato", why="w", notes=(Note("poison"),))
    at = replace(ARRIVAL, received_at=DEADLINE)
    told = unread(at, held, signed, REGISTER)
    assert (told.submission, told.mail, told.late, told.decided_by, told.notes) == (None, held, False, "sato", signed.notes)
    assert unread(replace(at, received_at=DEADLINE + SECOND), held, signed, REGISTER).late


# That no file came


@pytest.mark.parametrize(
    ("made", "missing"),
    [
        (submission(), True),
        (submission(file(attached=False)), True),
        (submission(file()), False),
        (submission(findings=(Finding("file_removed", "error"),)), False),  # the mail says why
        (submission(kind="inquiry"), False),
        (submission(service="pre_check"), True),
        (submission(FORM, service="pre_check"), False),
    ],
)
def test_a_submission_without_any_file_is_told_so(made: Submission, missing: bool) -> None:
    told = [f.code for f in judged(made).findings if f not in made.findings]
    assert told == (["no_file"] if missing else [])


# The part of an obligation, and what stood before


@pytest.mark.parametrize(
    ("made", "who", "part"),
    [
        (NANBYO, CITY, "own"),
        (VACCINES, PREFECTURE, "collected"),
        (VACCINES, "a@city.kamakura.kanagawa.jp", "collected"),
        (NANBYO, PREFECTURE, "own"),  # city_by_prefecture
        (sheet("横須賀市", YOKOSUKA, program="nanbyo"), "a@city.yokosuka.kanagawa.jp", ""),  # not owed
        (sheet("横須賀市", YOKOSUKA, program="shoman"), CITY, ""),  # a stranger's
    ],
)
def test_of_which_part_of_an_obligation_a_sheet_is(made: Any, who: str, part: str) -> None:
    assert judged(sheets(made), known(who)).pieces[0].part == part


@pytest.mark.parametrize(
    ("at", "first", "late", "mends"),
    [
        (DEADLINE, None, False, False),
        (DEADLINE + SECOND, None, True, False),
        (DEADLINE + SECOND, DEADLINE, True, True),
        (DEADLINE + SECOND, DEADLINE + SECOND, True, False),
        (DEADLINE, IN_TIME, False, False),
    ],
)
def test_what_came_late_may_mend_what_came_in_time(at: datetime, first: datetime | None, late: bool, mends: bool) -> None:
    told = judged(submission(FORM), known(first_received=lambda body, program: first), received_at=at).pieces[0]
    assert (told.late, told.mends) == (late, mends)


def test_a_strangers_answer_gives_way_once_the_bodys_own_is_accepted() -> None:
    weak = booking(proof=1, sender="b@example.lg.jp")
    own = booking(id=2, received_at=IN_TIME - WEEK)
    facts = known(history=lambda body, program: (weak,))
    assert judged(submission(FORM), facts).pieces[0].displaced == (weak,)
    assert judged(submission(file(FAULTY)), facts).pieces[0].displaced == ()
    assert judged(submission(FORM), known(history=lambda body, program: (own,))).pieces[0].displaced == ()


def test_the_newest_of_the_answers_that_stood_is_named() -> None:
    stood = (booking(id=2, attributes=(3,)), booking(id=3, attributes=(6,)), booking(id=1, attributes=(5,)))
    facts = known(history=lambda body, program: stood)
    assert judged(submission(FORM), facts).pieces[0].stood == stood[1]
    later = (replace(stood[0], received_at=IN_TIME + SECOND), stood[1])
    assert judged(submission(FORM), known(history=lambda body, program: later)).pieces[0].stood == later[0]


# What a new version changes

BEFORE = booking(id=7)
CHANGE = VersionChange(BEFORE, (), ("organisation",))  # 横浜市 in place of 神奈川県横浜市


def since(
    made: Submission, who: str = CITY, before: Booking = BEFORE, survey: Survey = TELLING, **around: Any
) -> VersionChange | None:
    version = Version(before, sheet("神奈川県横浜市", YOKOHAMA))
    facts = known(who, version_before=lambda body, program, attributes: version)
    return judged(made, facts, survey=survey, **around).pieces[0].since


def test_what_a_new_version_changes_is_told_where_the_survey_wants_it() -> None:
    assert since(submission(FORM)) == CHANGE
    assert since(submission(file(FAULTY))) == CHANGE
    assert since(submission(FORM), survey=REGISTER.survey) is None
    assert since(submission(FORM), before=replace(BEFORE, sender="b@city.yokohama.lg.jp")) == replace(
        CHANGE, before=replace(BEFORE, sender="b@city.yokohama.lg.jp")
    )


@pytest.mark.parametrize(
    ("made", "around"),
    [
        (sheets(replace(VACCINES, findings=())), {"who": PREFECTURE}),  # an original: the list is the answer
        (submission(FORM), {"override": HELD}),
        (submission(FORM), {"who": "a@example.lg.jp"}),  # nothing proves that he is the body
        (submission(FORM), {"before": replace(BEFORE, proof=1, sender="b@example.lg.jp")}),  # a stranger sent that
        (submission(file()), {}),
    ],
)
def test_what_a_new_version_changes_is_told_to_the_body_alone(made: Submission, around: dict[str, Any]) -> None:
    assert since(made, **around) is None


def test_nothing_is_changed_where_nothing_came_before() -> None:
    assert judged(submission(FORM), survey=TELLING).pieces[0].since is None


def test_proof_is_kept_with_each_piece() -> None:
    assert [p.proof for p in judged(submission(FORM)).pieces] == [Proof.BODY]
