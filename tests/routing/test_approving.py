"""Letters are signed for: one document with every kind once, the record of the approval, what has changed since, and
letters that wait until their wording is approved."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from replies.letter_kinds import TRAITS, NoticeKind
from replies.letters import signed
from replies.letters.signed import KINDS, wording_hash
from replies.wording import Wording, load_wording
from routing.ledger import correspondence
from routing.operate import Refused, Who
from routing.register import Register, build_register
from routing.tracking.approving import approve, document, unapproved, whole_hash
from routing.tracking.releasing import batches
from routing.views.letters import letter_rows
from tests.replies.test_letters import BANNED
from tests.routing.desk_at_hand import Office, mail
from tests.routing.test_mail_table import delivered, with_survey

WHO = Who("健康課長", "起案番号 健健発0708第１号")
LETTERS = Path(__file__).parents[1] / "replies" / "approval"
SURVEYS = Path(__file__).parents[1] / "fixtures" / "surveys"
FACTS = tomllib.loads((LETTERS / "facts.toml").read_text("utf-8"))


def told(register: Register) -> dict[str, str]:
    """kind -> its part of the document."""
    parts = re.split(r"＝{34}\n\d+　.+（([a-z_]+)）\n＝{34}\n", document(register))
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_document_is_as_it_was_read(register: Register) -> None:
    """Rewrite it with: python -c "from tests.routing.test_approving import write; write()"."""
    assert document(register) == (LETTERS / "letters.txt").read_text("utf-8")


def write() -> None:
    from config.load import default_survey

    (LETTERS / "letters.txt").write_text(document(build_register(default_survey())), "utf-8")


def test_every_kind_stands_there_once_with_trigger_recipient_and_frequency(register: Register) -> None:
    parts = told(register)
    assert list(parts) == list(KINDS)
    for kind, part in parts.items():
        for caption in ("取扱い　：", "きっかけ：", "宛先　　：", "回数　　：", "文の符号：", "件名：【"):
            assert caption in part, (kind, caption)
        assert [word for word in BANNED if word in part] == []


def test_a_section_without_an_extension_is_told_without_one(register: Register) -> None:
    programs = tuple(program.changed({"extension": ""}) for program in register.survey.programs)
    parts = told(replace(register, survey=register.survey.changed({"programs": programs})))
    assert "■ 引継ぎ先" in parts["transfer"]
    assert [kind for kind, part in parts.items() if "内線" in part] == []


def test_a_survey_of_numbers_is_shown_with_what_is_said_of_a_number() -> None:
    parts = told(build_register(SURVEYS / "hokago"))  # its Q1: 小学校の数
    assert "ご回答の数の記入が見当たりませんでした。" in parts["correction"]
    assert "リストから" not in parts["correction"]
    assert not {"pre_check", "collation"} & set(parts)  # it has no word for either


def test_what_survey_says_of_each_kind_stands_there(register: Register) -> None:
    parts = told(register)
    assert "取扱い　：自動で送る" in parts["correction"]
    assert "取扱い　：下書き" in parts["thanks"]


def test_every_kind_that_answers_none_has_its_facts() -> None:
    """An alert is one of many sentences, each with its own tests."""
    assert set(FACTS) == {kind for kind in get_args(NoticeKind) if not TRAITS[kind].by_hand} - {"alert"}


@pytest.mark.parametrize("kind", FACTS)
def test_each_letter_that_answers_none_tells_what_it_must(kind: str, register: Register) -> None:
    text = re.sub(r"[\s　]", "", told(register)[kind])
    assert [fact for fact in FACTS[kind]["facts"] if re.sub(r"[\s　]", "", fact) not in text] == []


def test_every_sentence_that_a_sender_may_be_told_stands_in_it(register: Register) -> None:
    text = document(register)
    for code, saying in load_wording().finding.items():
        begins = re.split(r"[{]", saying.sentence)[0], re.split(r"[{]", saying.mend)[0]
        stands = re.search(re.escape(f"・{begins[0]}") + r"[^\n]*\n　⇒　" + re.escape(begins[1]), text)
        assert bool(stands) == (saying.to_sender and code not in {"subject_code", "file_name_code"}), code


def test_the_sentences_about_codes_stand_where_a_survey_asks_for_the_code(register: Register) -> None:
    coded = register.survey.convention.changed({"pattern": "【{code}＿{name}】{text}"})
    without = set(signed.sentences(register.survey))
    more = set(signed.sentences(register.survey.changed({"convention": coded}))) - without
    assert len(more) == 2 and all("コード" in sentence for sentence, _ in more)


def changed(finding: str) -> Wording:
    wording = load_wording()
    said = wording.finding[finding].changed({"mend": "別の文です。"})
    return wording.changed({"finding": wording.finding | {finding: said}})


def test_a_changed_sentence_changes_the_kinds_that_may_say_it_and_no_other(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, same = ({k: wording_hash(k, s) for k in KINDS} for s in (register.survey, register.survey.changed()))
    assert before == same
    monkeypatch.setattr(signed, "load_wording", lambda: changed("answer_missing"))
    other = register.survey.changed()
    found = {k for k in KINDS if wording_hash(k, other) != before[k]}
    assert {"correction", "reminder", "past_deadline", "acknowledgement"} <= found
    assert not found & {"greeting", "thanks", "told_direct", "told_body", "request", "arrival", "alert", "extension"}


def test_the_surveys_own_words_are_signed_for_too(register: Register) -> None:
    survey = register.survey
    phrases = survey.phrases.changed({"by_mail": "メールでお願いします。"})
    other = survey.changed({"phrases": phrases})
    assert all(wording_hash(k, other) != wording_hash(k, survey) for k in KINDS)


# --- the record ---------------------------------------------------------------------------------------------


def signed_of(office: Office) -> list[str]:
    letters = correspondence.letters_of_body(office.ledger, "141003")
    return [row.signed for row in letter_rows(office.desk, letters)]


def test_an_approval_is_of_what_was_shown_and_every_letter_tells_which_it_was(office: Office) -> None:
    whole = whole_hash(office.desk.register)
    with pytest.raises(Refused, match="0000"):
        approve(office.desk, WHO, "0000")
    assert office.events("letters_approved") == []
    office.settle(mail())
    never, since = unapproved(office.desk)
    assert "acknowledgement" in never and since == ()
    assert signed_of(office) == [f"承認の記録なし（符号 {wording_hash('acknowledgement', office.desk.register.survey)}）"]
    office.now += timedelta(minutes=1)
    assert approve(office.desk, WHO, whole) == whole
    assert unapproved(office.desk) == ((), ())
    office.settle(mail(body="もう一通", sender="hoken@city.yokohama.lg.jp"))
    assert [s[:3] for s in signed_of(office)] == ["承認の", "承認済"]
    assert {e[1:] for e in office.events("letters_approved")} == {(WHO.by, WHO.why)}


def test_a_letter_written_after_the_approval_names_who_gave_it(office: Office) -> None:
    approve(office.desk, WHO)
    office.settle(mail())
    (said,) = signed_of(office)
    assert said.startswith("承認済み（2023-07-18 健康課長、符号 ")


def test_where_the_settings_say_so_what_nobody_approved_waits(office: Office) -> None:
    office.desk.settings = office.desk.settings.changed({"unapproved": "draft"})
    office.settle(mail())
    assert delivered(office) == [] and [b.kind for b in batches(office.desk)] == ["acknowledgement"]
    approve(office.desk, WHO)
    office.settle(mail(body="もう一通です。"))
    assert delivered(office) == [office.desk.ledger.row("SELECT kind FROM outbox ORDER BY id DESC")["kind"]]  # type: ignore[index]
    phrases = office.desk.register.survey.phrases.changed({"by_mail": "メールでお願いします。"})
    with_survey(office, phrases=phrases)
    assert unapproved(office.desk)[1] != ()
    office.settle(mail(body="三通目です。"))
    assert delivered(office) == [] and len(batches(office.desk)[0].drafts) >= 1


def test_by_default_letters_leave_though_nobody_approved_them(office: Office) -> None:
    office.settle(mail())
    assert delivered(office) == ["acknowledgement"]
