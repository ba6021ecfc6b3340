"""The case of each piece of a mail, as the tables see it: whose it is, of which program, whether it is owed, what stands
behind it, and what an official said. Each rule by itself and by what keeps it from hitting.

What mutation testing found that no pure test held (docs/mutants.md).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from config.survey import Survey
from intake.finding import Finding
from intake.submission import Answer, FileReading, Submission
from routing.decision.building import CaseBuilder, told_sheets
from routing.decision.case import FileCase
from routing.decision.facts import Facts
from routing.decision.mail_set import MailSet
from routing.decision.override import NO_OVERRIDE, Override
from routing.proof import OurLetter, Proof
from routing.records import Evidence
from routing.standing import Booking
from tests.routing.cases_at_hand import (
    ARRIVAL,
    KAMAKURA,
    KANAGAWA,
    MINATO,
    REGISTER,
    TOKYO,
    YOKOHAMA,
    YOKOSUKA,
    address,
    booking,
    claim,
    file,
    known,
    sender,
    sheet,
    submission,
)

CITY, PREFECTURE, TOWN = "a@city.yokohama.lg.jp", "a@pref.kanagawa.lg.jp", "a@city.kamakura.kanagawa.jp"
NANBYO = sheet("横浜市", YOKOHAMA, program="nanbyo")
SHOMAN = replace(NANBYO, program="shoman")
VACCINES = sheet("鎌倉市", KAMAKURA, program="yobosesshu")
RESEND = REGISTER.survey.changed({"wrong_mailbox": "resend"})
ACCEPTED, TO_MEND = Override(outcome="accepted"), Override(outcome="correction")


def cases(
    made: Submission,
    facts: Facts | None = None,
    override: Override = NO_OVERRIDE,
    mailbox: str = "n_mynumber",
    survey: Survey = REGISTER.survey,
) -> list[FileCase]:
    """The cases of a mail's pieces; it is 横浜市's unless the facts say otherwise."""
    register = replace(REGISTER, survey=survey)
    builder = CaseBuilder(replace(ARRIVAL, mailbox=mailbox), made, facts or known(), register, override)
    units = builder.units()
    return [builder.case(unit, told_sheets(units, register)) for unit in units]


def case(*files: FileReading, **around: Any) -> FileCase:
    """The case of the first piece of a mail with these files."""
    return cases(submission(*files), **around)[0]


def codes(made: FileCase) -> list[str]:
    return [f.code for f in made.findings]


# What is decided one by one

ROWS = (sheet("鎌倉市", KAMAKURA, row=3), sheet("横浜市", YOKOHAMA, row=4))


@pytest.mark.parametrize(
    ("attached", "names"),
    [
        (file(position=2), ["2"]),
        (file(NANBYO, position=2), ["2/1"]),
        (file(NANBYO, SHOMAN, position=2), ["2/1", "2/2"]),
        (file(*ROWS, position=2, kind="collated_list"), ["2", "2/1", "2/2"]),
        (file(position=2, attached=False), []),
        (file(NANBYO, position=2, returned=True), []),
    ],
)
def test_each_sheet_is_a_piece_and_so_is_a_file_without_any_and_a_list(attached: FileReading, names: list[str]) -> None:
    made = submission(attached)
    assert [unit.piece for unit in CaseBuilder(ARRIVAL, made, known(), REGISTER, NO_OVERRIDE).units()] == names


# Which program

UNSAID = sheet("横浜市", YOKOHAMA)


@pytest.mark.parametrize(
    ("made", "override", "mailbox", "program"),
    [
        (NANBYO, NO_OVERRIDE, "n_mynumber", "nanbyo"),
        (UNSAID, NO_OVERRIDE, "n_mynumber", ""),
        (UNSAID, NO_OVERRIDE, "yoboseshu", "yobosesshu"),
        (UNSAID, Override(program="shoman"), "n_mynumber", "shoman"),
        (NANBYO, Override(program="shoman"), "n_mynumber", "nanbyo"),  # what the sheet itself says stays
        (sheet("横須賀市", YOKOSUKA), NO_OVERRIDE, "n_mynumber", "shoman"),  # a core city owes no 難病
    ],
)
def test_of_which_program_a_sheet_is(made: Any, override: Override, mailbox: str, program: str) -> None:
    assert case(file(made), override=override, mailbox=mailbox).program == program


def test_a_file_without_a_sheet_is_of_no_program() -> None:
    assert case(file(name=claim("横浜市", YOKOHAMA, programs=("nanbyo",)))).program == ""


# What an official said of it

TOLD_KAMAKURA = Override(assigned=KAMAKURA)
OF_LIST = file(sheet("鎌倉市", KAMAKURA, row=3, program="yobosesshu"), kind="collated_list")


def test_whose_it_is_as_an_official_said_and_a_row_is_sent_by_whom_he_said() -> None:
    assigned = case(file(NANBYO), override=TOLD_KAMAKURA)
    assert (assigned.identity.body, assigned.relation) == (KAMAKURA, "direct")
    row = cases(submission(OF_LIST), known("a@example.lg.jp"), Override(assigned=KANAGAWA), "yoboseshu")[1]
    assert (row.identity.submitter, row.identity.body, row.relation) == (KANAGAWA, KAMAKURA, "municipality")
    unassigned = cases(submission(OF_LIST), known("a@example.lg.jp"), NO_OVERRIDE, "yoboseshu")[1]
    assert (unassigned.identity.submitter, unassigned.identity.body) == (KAMAKURA, KAMAKURA)
    whole = cases(submission(OF_LIST), known("a@example.lg.jp"), Override(assigned=KANAGAWA), "yoboseshu")[0]
    assert whole.relation == "own"


ANOTHERS = file(sheet("横須賀市", YOKOSUKA, program="shoman"))


@pytest.mark.parametrize(
    ("override", "relation"),
    [(NO_OVERRIDE, "stranger"), (TO_MEND, "stranger"), (ACCEPTED, "own"), (Override(assigned=YOKOSUKA), "own")],
)
def test_who_takes_in_a_strangers_sheet_believes_the_workbook(override: Override, relation: str) -> None:
    assert case(ANOTHERS, override=override).relation == relation


def test_a_row_of_a_stranger_stays_one_whatever_an_official_takes_in() -> None:
    rows = file(sheet("港区", MINATO, row=3, program="yobosesshu"), kind="collated_list")
    for override in (NO_OVERRIDE, ACCEPTED):
        assert cases(submission(rows), known(PREFECTURE), override, "yoboseshu")[1].relation == "stranger"


def test_a_file_that_names_a_stranger_is_believed_where_an_official_takes_it_in() -> None:
    named = file(name=claim("横須賀市", YOKOSUKA))
    assert [case(named, override=o).relation for o in (NO_OVERRIDE, ACCEPTED)] == ["stranger", "own"]


@pytest.mark.parametrize(
    ("override", "sent_directly"), [(NO_OVERRIDE, False), (ACCEPTED, False), (TO_MEND, True)]
)
def test_an_official_asks_a_municipality_to_send_through_its_prefecture(override: Override, sent_directly: bool) -> None:
    direct = case(file(VACCINES), facts=known(TOWN), override=override, mailbox="yoboseshu")
    assert direct.relation == "direct"
    assert codes(direct) == (["sent_directly"] if sent_directly else [])
    assert direct.direct_allowed is (override is ACCEPTED)
    own = case(file(NANBYO), override=override)
    assert codes(own) == []


def test_what_an_official_said_is_proof() -> None:
    unknown = replace(known(), credentials=replace(known().credentials, recognised=False))
    proofs = [case(file(NANBYO), facts=unknown, override=o).newcomer.proof for o in (NO_OVERRIDE, Override(take_in=True))]
    assert proofs == [Proof.NOTHING, Proof.BODY]  # taken in: whose it is his address tells, as of anybody
    assert case(file(NANBYO), override=ACCEPTED).newcomer.proof == Proof.OFFICIAL
    assert case(file(NANBYO)).newcomer == case(file(NANBYO), override=TO_MEND).newcomer


# What is owed, and where to


@pytest.mark.parametrize(
    ("made", "who", "relation", "owes"),
    [
        (NANBYO, CITY, "own", True),
        (sheet("横須賀市", YOKOSUKA, program="nanbyo"), "a@city.yokosuka.kanagawa.jp", "own", False),
        (sheet("横須賀市", YOKOSUKA, program="shoman"), "a@city.yokosuka.kanagawa.jp", "own", True),
        (sheet("神奈川県", KANAGAWA, program="yobosesshu"), PREFECTURE, "own", True),  # welcome, not demanded
        (VACCINES, PREFECTURE, "municipality", True),
        (replace(VACCINES, program="nanbyo"), PREFECTURE, "municipality", False),
        (VACCINES, TOWN, "direct", True),
        (replace(VACCINES, program="shoman"), TOWN, "direct", False),
        (sheet("港区", MINATO, program="shoman"), "a@metro.tokyo.lg.jp", "municipality", True),  # notice 記４①
    ],
)
def test_what_a_body_owes(made: Any, who: str, relation: str, owes: bool) -> None:
    told = case(file(made), facts=known(who))
    assert (told.relation, told.owes) == (relation, owes)


def test_a_prefecture_that_answers_nothing_of_its_own_owes_no_sheet() -> None:
    """A survey may have the rows collected and want none of the collector's own."""
    key = (TOKYO, "shoman")
    by_key = {**REGISTER.by_key, key: replace(REGISTER.by_key[key], own="none")}
    made = submission(file(sheet("東京都", TOKYO, program="shoman")))
    for register, owes in ((REGISTER, True), (replace(REGISTER, by_key=by_key), False)):
        builder = CaseBuilder(ARRIVAL, made, known("a@metro.tokyo.lg.jp"), register, NO_OVERRIDE)
        assert builder.case(builder.units()[0], ()).owes is owes


def to(*addresses: str, cc: tuple[str, ...] = (), files: tuple[FileReading, ...] = (file(NANBYO),)) -> Submission:
    made = submission(*files)
    message = replace(made.message, to=tuple(map(address, addresses)), cc=tuple(map(address, cc)))
    return replace(made, message=message)


RIGHT, WRONG = "n_mynumber@mhlw.go.jp", "yoboseshu@mhlw.go.jp"


@pytest.mark.parametrize(
    ("made", "addressed"),
    [
        (to(WRONG), False),
        (to(WRONG, "N_MyNumber@MHLW.go.jp"), True),
        (to(WRONG, cc=(RIGHT,)), True),
        (to(RIGHT, files=(file(UNSAID),)), False),  # nobody knows which is the right one
    ],
)
def test_whether_the_right_mailbox_is_addressed_too(made: Submission, addressed: bool) -> None:
    assert cases(made, mailbox="sukoyaka")[0].right_mailbox_addressed is addressed


ELSEWHERE = Finding(
    "sent_elsewhere", "error", expected="難病対策課難病調査研究係、小児慢性特定疾病係　n_mynumber@mhlw.go.jp"
)


@pytest.mark.parametrize(
    ("made", "survey", "mailbox", "override", "told"),
    [
        (to(WRONG), RESEND, "yoboseshu", NO_OVERRIDE, (ELSEWHERE,)),
        (to(WRONG), RESEND, "yoboseshu", TO_MEND, (ELSEWHERE,)),
        (to(WRONG), RESEND, "yoboseshu", ACCEPTED, ()),
        (to(WRONG), REGISTER.survey, "yoboseshu", NO_OVERRIDE, ()),
        (to(RIGHT), RESEND, "n_mynumber", NO_OVERRIDE, ()),
        (to("bcc@x.jp"), RESEND, "n_mynumber", NO_OVERRIDE, ()),
        (to(WRONG, RIGHT), RESEND, "yoboseshu", NO_OVERRIDE, ()),  # that mailbox has it already
        (to(WRONG, files=(file(),)), RESEND, "yoboseshu", NO_OVERRIDE, ()),
    ],
)
def test_where_to_send_again_what_came_to_the_wrong_mailbox(
    made: Submission, survey: Survey, mailbox: str, override: Override, told: tuple[Finding, ...]
) -> None:
    assert cases(made, override=override, mailbox=mailbox, survey=survey)[0].findings == told


# What came before, and what proves that it may be told


def everywhere(body: str, program: str) -> tuple[Booking, ...]:
    """An earlier booking, whatever is asked."""
    return (booking(body=body, program=program),)


def test_a_history_is_of_a_body_and_a_program() -> None:
    facts = known(history=everywhere)
    assert [(b.body, b.program) for b in case(file(NANBYO), facts=facts).history] == [(YOKOHAMA, "nanbyo")]
    assert case(file(UNSAID), facts=facts).history == ()
    nobody = replace(known("a@example.lg.jp"), history=everywhere)
    assert case(file(sheet(program="nanbyo")), facts=nobody).history == ()


ORIGINAL = file(replace(VACCINES, answers=(Answer("5", "① ある。", "E21", 1),)))
LISTED = replace(VACCINES, row=3, answers=(Answer("5", "② ない。", "H3", 2),))


@pytest.mark.parametrize(("who", "told"), [(PREFECTURE, ["original_differs"]), ("a@example.lg.jp", [])])
def test_what_a_body_answered_is_told_to_whom_it_is_proven_to_be(who: str, told: list[str]) -> None:
    facts = known(who, listed=lambda body, program: LISTED)
    assert codes(case(ORIGINAL, facts=facts, mailbox="yoboseshu")) == told


def test_why_the_proof_is_as_high_as_it_is_is_kept() -> None:
    letter = OurLetter(CITY, frozenset({(YOKOHAMA, "nanbyo")}))
    checked = replace(known(), credentials=replace(known().credentials, checked=True, letters=(letter,)))
    assert case(file(NANBYO), facts=checked).identity.evidence[-2:] == (
        Evidence("authentication", CITY, (YOKOHAMA,)),
        Evidence("our_letter", CITY, (YOKOHAMA,)),
    )
    assert [e.source for e in case(file(NANBYO)).identity.evidence] == ["organisation", "sender_domain"]
    nobody = replace(checked, sender=sender("a@example.lg.jp"))
    assert case(file(sheet()), facts=nobody).identity.evidence == ()
    assert case(file(NANBYO), facts=checked).newcomer.own_thread
    assert not case(file(SHOMAN), facts=checked).newcomer.own_thread


SET = MailSet(1, 2, (1,), ("N1",), False, False, True)


@pytest.mark.parametrize(
    ("files", "parts", "forms"),
    [
        ((file(),), None, False),
        ((file(), file(NANBYO, position=2)), None, True),
        ((file(),), SET, False),
        ((file(),), replace(SET, form_elsewhere=True), True),
        ((file(NANBYO),), replace(SET, form_elsewhere=True), True),
    ],
)
def test_whether_the_mail_or_its_set_brings_a_form(
    files: tuple[FileReading, ...], parts: MailSet | None, forms: bool
) -> None:
    assert case(*files, facts=known(parts=parts)).forms_in_mail is forms


# A file in place of another answer

OTHER = claim("横浜市", YOKOHAMA, programs=("shoman",))
VAGUE = replace(claim("横浜市", YOKOHAMA), shape="deviates")


def stands(*files: FileReading, made: Submission | None = None, **around: Any) -> bool:
    """Whether the last file of the mail stands for another program's answer."""
    return cases(made or submission(*files), **around)[-1].stands_for_another


@pytest.mark.parametrize(
    ("name", "answered", "other"),
    [
        (OTHER, NANBYO, True),
        (OTHER, SHOMAN, False),  # the mail has a sheet of it
        (OTHER, UNSAID, False),  # … or one that may be of it
        (replace(OTHER, programs=("nanbyo",)), NANBYO, False),
        (claim("横須賀市", YOKOSUKA, programs=("nanbyo",)), SHOMAN, False),  # 横須賀市 answers no 難病
        (VAGUE, NANBYO, True),  # of ①, 小慢 alone is left
        (claim("横浜市", YOKOHAMA), NANBYO, False),  # as the notice asks: the table sees that by itself
        (claim(), NANBYO, False),
    ],
)
def test_a_file_without_a_sheet_may_stand_for_the_answer_that_its_name_tells(
    name: Any, answered: Any, other: bool
) -> None:
    assert stands(file(answered), file(name=name, position=2)) is other


def test_of_two_programs_that_are_left_nobody_can_tell_which_is_meant() -> None:
    assert not stands(file(name=VAGUE))
    assert stands(file(name=OTHER))  # its name tells


def test_a_sheet_stands_for_itself_and_material_for_nothing() -> None:
    assert not stands(file(NANBYO, name=OTHER))
    assert not stands(file(name=OTHER, filename="参考資料.xlsx"))


def test_what_its_own_mailbox_asks_for_is_not_asked_for_twice() -> None:
    vaccines = file(name=claim("横浜市", YOKOHAMA, programs=("yobosesshu",)), position=2)
    files = (file(NANBYO), vaccines)
    assert stands(made=to(RIGHT, files=files))
    assert not stands(made=to(RIGHT, WRONG, files=files))
    assert stands(made=to(RIGHT, WRONG, files=files), mailbox="yoboseshu")


# What names somebody whom the sender only collects


@pytest.mark.parametrize(
    ("made", "own", "override", "body"),
    [
        (sheet("かまくらし", program="yobosesshu"), "none", NO_OVERRIDE, ""),
        (sheet("かまくらし", program="yobosesshu"), "welcome", NO_OVERRIDE, KANAGAWA),  # it may send a sheet of its own
        (sheet("かまくらし", program="yobosesshu"), "none", Override(assigned=KANAGAWA), KANAGAWA),  # as an official said
        (sheet(program="yobosesshu"), "none", NO_OVERRIDE, KANAGAWA),  # it names nobody
        (VACCINES, "none", NO_OVERRIDE, KAMAKURA),
    ],
)
def test_who_only_collects_sends_no_sheet_of_its_own(made: Any, own: Any, override: Override, body: str) -> None:
    key = (KANAGAWA, "yobosesshu")
    register = replace(REGISTER, by_key={**REGISTER.by_key, key: replace(REGISTER.by_key[key], own=own)})
    builder = CaseBuilder(ARRIVAL, submission(file(made)), known(PREFECTURE), register, override)
    assert builder.units()[0].identity.body == body


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (sheet("港区", MINATO, row=3, program="yobosesshu"), ["row_of_another"]),
        (
            sheet("港区", MINATO, row=3, program="yobosesshu", findings=(Finding("row_other_prefecture", "error"),)),
            ["row_other_prefecture"],  # said already
        ),
        (sheet("鎌倉市", KAMAKURA, row=3, program="yobosesshu"), []),
    ],
)
def test_a_row_of_another_prefectures_municipality_is_told_once(row: Any, told: list[str]) -> None:
    rows = file(row, kind="collated_list")
    whole, made = cases(submission(rows), known(PREFECTURE), NO_OVERRIDE, "yoboseshu")
    assert (codes(whole), codes(made)) == ([], told)


def test_only_a_row_is_told_to_be_anothers() -> None:
    assert codes(case(ANOTHERS)) == []
