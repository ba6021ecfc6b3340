"""An answer is proposed to the official who writes one, with its place in the notice; he reads and sends, nobody else."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

import pytest

from config.errors import SurveyError
from config.load import default_survey, load_survey
from routing.views.proposals import proposals
from tests.routing.console_at_hand import Visitor, site_of
from tests.routing.desk_at_hand import Office, mail

ASKED = mail({}, subject="【照会】マイナンバーアンケート回答について", body="提出期限は延長できますか。")


def box(page: str) -> str:
    """What stands in the answer box."""
    return html.unescape(page.partition('<textarea id="text"')[2].partition(">")[2].partition("</textarea>")[0]).strip()


def test_the_box_holds_the_likeliest_answer_with_its_place_and_nothing_leaves(office: Office) -> None:
    arrival = office.settle(ASKED).decided.arrival
    before = office.count("outbox")
    visitor = Visitor(site_of(office))
    page = visitor.text(f"/mail/{arrival.receipt}/answer")
    assert box(page).startswith("提出期限は、令和５年７月21日（金）17時です。") and box(page).endswith("の記２）")
    assert box(visitor.text(f"/mail/{arrival.receipt}/answer?faq=")) == ""
    shown = visitor.previewed(f"/mail/{arrival.receipt}/answer", text=box(page), why="お尋ねへの回答").text
    assert "提出期限は、令和５年７月21日（金）17時です。" in "".join(shown.split())
    assert office.count("outbox") == before


def test_another_proposal_is_chosen_and_what_was_typed_is_kept(office: Office) -> None:
    asked = mail({}, subject="【照会】マイナンバーアンケート回答", body="提出期限と、件名の付け方を教えてください。")
    arrival = office.settle(asked).decided.arrival
    visitor = Visitor(site_of(office))
    page = visitor.text(f"/mail/{arrival.receipt}/answer?faq=naming")
    assert "記載例のとおり" in box(page) and "提出期限は" not in box(page)
    assert box(visitor.text(f"/mail/{arrival.receipt}/answer?faq=%3Cscript%3E")) == ""
    refused = visitor.post(f"/mail/{arrival.receipt}/answer", go="preview", text="私の言葉", why="").text
    assert box(refused) == "私の言葉"


@pytest.mark.parametrize(("body", "first"), [
    ("〆切はいつでしょうか。", "deadline"), ("管内の一覧表は必要ですか。", "municipalities"),
    ("属性欄は空欄でよいですか。", "attributes"),
    ("どこに送ればよいですか。", "where"), ("担当者が替わりました。", ""),
])  # fmt: skip
def test_a_question_finds_its_answer(body: str, first: str, office: Office) -> None:
    read = office.settle(mail({}, subject="【照会】マイナンバーアンケート", body=body)).decided.submission
    assert next((p.id for p in proposals(office.desk, read)), "") == first


def test_beside_a_number_nothing_is_proposed(office: Office) -> None:
    read = office.settle(mail({}, subject="【照会】", body="提出期限は　個人番号　123456789018")).decided.submission
    assert proposals(office.desk, read) == ()


def test_mistakes_in_the_file_are_told_with_file_and_key(tmp_path: Path) -> None:
    folder = tmp_path / "survey"
    shutil.copytree(default_survey(), folder)
    twice = '[[faq]]\nid = "a"\nquestion = "問"\nwords = [["語"], []]\nanswer = "答"\n'
    (folder / "faq.toml").write_text(twice * 2, encoding="utf-8")
    with pytest.raises(SurveyError) as wrong:
        load_survey(folder)
    assert {(m.file, m.key) for m in wrong.value.mistakes} == {
        ("faq.toml", "faq.2.id"), ("faq.toml", "faq.1.words"), ("faq.toml", "faq.2.words"),
    }  # fmt: skip
    (folder / "faq.toml").write_text('[[faq]]\nid = "a"\n', encoding="utf-8")
    with pytest.raises(SurveyError, match=r"faq\.toml"):
        load_survey(folder)
