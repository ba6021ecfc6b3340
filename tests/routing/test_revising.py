"""A check of ours was mended: what would change is shown at the page, what is open is answered by code, what was accepted
one by one, with a letter that waits for an official and says that it was our check."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from config.load import default_survey
from intake.submission import Submission
from routing.ledger import arrivals, erasure, releasing
from routing.ledger.store import Ledger
from routing.operate import Refused, Who, Wish, erase, fulfil
from routing.operate.consent import SURE
from routing.operate.revalidating import revalidated
from routing.reading.errors import ReadFailed
from routing.reading.reader import Reader
from routing.records import Arrival
from routing.register import Register, build_register
from tests.routing.cases_at_hand import YOKOHAMA
from tests.routing.console_at_hand import Visitor, hidden, site_of
from tests.routing.desk_at_hand import Office, form, mail, nanbyo, open_office

WHO = Who("受付太郎", "点検の改修後")
SAGAMIHARA = "【相模原市】マイナンバーアンケート回答"
LACKS = form({"organisation": "14神奈川県相模原市", "program": "難病", "5": None})
MENDED = "当方の点検方法を見直したところ"


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Register, Reader]]:
    """The survey, in which a blank is no fault any more and a file name that departs from the convention is one."""
    folder = tmp_path_factory.mktemp("mended") / "survey"
    shutil.copytree(default_survey(), folder)
    data = (folder / "survey.toml").read_text(encoding="utf-8")
    changed = data.replace("[severities]\n", '[severities]\nanswer_missing = "note"\nfile_name_absent = "error"\n')
    assert changed != data
    (folder / "survey.toml").write_text(changed, encoding="utf-8")
    reader = Reader(folder)
    yield build_register(folder), reader
    reader.close()


@pytest.fixture
def office(tmp_path: Path, reader: Reader, register: Register, mended: tuple[Register, Reader]) -> Iterator[Office]:
    """Yokohama's answer accepted, Sagamihara asked for its Q5; and then the survey is mended."""
    with closing(Ledger(tmp_path / "ledger.db")) as ledger:
        made = open_office(tmp_path, register, reader, ledger)
        made.settle(mail({"回答.xlsx": nanbyo()}))
        made.settle(mail({f"{SAGAMIHARA}.xlsx": LACKS}, SAGAMIHARA, "a@city.sagamihara.kanagawa.jp"))
        list(made.desk.dispatch.deliver(made.sender))
        made.sender.posted.clear()
        made.desk.register, made.desk.reader = mended
        yield made


def receipt(office: Office, id: int) -> str:
    row = office.ledger.row("SELECT receipt FROM arrival WHERE id = ?", id)
    assert row is not None
    return str(row["receipt"])


def test_the_page_lists_what_would_change_and_changes_nothing(office: Office) -> None:
    visitor = Visitor(site_of(office))
    assert "/revalidate" in visitor.text("/health")
    before = office.count("verdict"), office.count("outbox"), office.count("event")
    assert receipt(office, 1) not in visitor.text("/revalidate")  # nothing is read before somebody asks
    page = visitor.post("/revalidate", after="0").text
    assert "2通のうち 2通目まで" in page and "判定の変わるものは 2通" in page
    for id in (1, 2):
        assert f"/mail/{receipt(office, id)}/revise" in page
    assert "answer_missing が消える未受付のもの（1通）" in page
    assert (office.count("verdict"), office.count("outbox"), office.count("event")) == before


def test_what_is_open_is_answered_by_code_from_the_page(office: Office) -> None:
    visitor = Visitor(site_of(office))
    page = visitor.post("/revalidate", after="0").text
    some = hidden(page)["some"]
    done = visitor.post("/revalidate/answer_missing", some=some, why="点検の改修後")
    assert done.status_code == 303
    list(office.desk.settle_waiting())
    assert [s.decided.outcome for s in office.desk.settle_waiting()] == []
    assert office.standing_now("141500", "nanbyo").state == "accepted"
    list(office.desk.dispatch.deliver(office.sender))
    (letter,) = office.sender.posted  # as every answer is, without an official's word
    body = message_from_bytes(letter.data, policy=default).get_body(("plain",))
    assert body is not None and MENDED not in "".join(body.get_content().split())
    again = visitor.post("/revalidate/answer_missing", some=some, why="点検の改修後")
    assert again.status_code == 409 and "ありませんでした" in again.text


def test_what_was_accepted_is_taken_anew_alone_and_its_letter_waits_and_says_whose_fault_it_was(office: Office) -> None:
    visitor, path = Visitor(site_of(office)), f"/mail/{receipt(office, 1)}/revise"
    assert office.standing_now(YOKOHAMA, "nanbyo").state == "accepted"
    shown = visitor.previewed(path, why="点検の改修後")
    plain = shown.text.replace("\n", "")
    assert MENDED in plain and "当方の点検が行き届かず" in plain
    assert office.standing_now(YOKOHAMA, "nanbyo").state == "accepted"  # nothing is done yet
    assert visitor.post(path, go="do", **hidden(shown.text)).status_code == 303
    assert office.standing_now(YOKOHAMA, "nanbyo").state == "correction"
    office.now += timedelta(hours=2)  # the time to take it back is over
    list(office.desk.dispatch.deliver(office.sender))
    assert office.sender.posted == [] and [d.kind for d in releasing.drafts(office.ledger)] == ["correction"]
    assert ("", "山田", "点検の改修後") in office.events("revised")
    assert "点検の改修後" in visitor.text(f"/mail/{receipt(office, 1)}")


def test_taken_back_it_stands_as_before(office: Office) -> None:
    visitor, arrival = Visitor(site_of(office)), receipt(office, 1)
    shown = visitor.previewed(f"/mail/{arrival}/revise", why="点検の改修後").text
    visitor.post(f"/mail/{arrival}/revise", go="do", **hidden(shown))
    assert visitor.post(f"/mail/{arrival}/undo", **hidden(visitor.text(f"/mail/{arrival}"))).status_code == 303
    assert office.standing_now(YOKOHAMA, "nanbyo").state == "accepted"


def test_nothing_is_done_where_nothing_changes(office: Office, reader: Reader, register: Register) -> None:
    office.desk.register, office.desk.reader = register, reader
    first = next(iter(_arrivals(office)))
    before = office.count("verdict")
    with pytest.raises(Refused, match="変わりません"):
        fulfil(office.desk, first, Wish("revise"), WHO, SURE)
    assert office.count("verdict") == before
    assert list(revalidated(office.desk)) == []


def test_what_cannot_be_read_again_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.ledger.run("DELETE FROM raw WHERE arrival_id = 1")
    read = office.desk.reader.read_mail

    def fails(raw: bytes, hints: object) -> Submission:
        raise ReadFailed("damaged")

    monkeypatch.setattr(office.desk.reader, "read_mail", fails)
    assert [(c.arrival.id, c.unread) for c in revalidated(office.desk)] == [(1, "bytes_gone"), (2, "reader_failed")]
    page = Visitor(site_of(office)).post("/revalidate", after="0").text
    assert "原本が台帳に見当たらない" in page and "終わりまで確かめられませんでした" in page
    for arrival in _arrivals(office):
        with pytest.raises(Refused, match="読み"):
            fulfil(office.desk, arrival, Wish("revise"), WHO, SURE)
    monkeypatch.setattr(office.desk.reader, "read_mail", read)
    erase(office.desk, _arrivals(office)[1], WHO)
    assert list(revalidated(office.desk)) != [] and erasure.of(office.ledger, 2) is not None
    assert [c.arrival.id for c in revalidated(office.desk)] == [1]  # what was erased is no loss


def test_who_only_looks_or_has_another_mailbox_sees_none_of_it(office: Office) -> None:
    assert Visitor(site_of(office), "mita").post("/revalidate", after="0").status_code == 403
    office.ledger.run("UPDATE arrival SET mailbox = 'yoboseshu' WHERE id = 1")
    page = Visitor(site_of(office), "sato").post("/revalidate", after="0").text
    assert receipt(office, 1) not in page and receipt(office, 2) in page


@pytest.mark.parametrize("after", ["", "-1", "９", "x" * 2000, "9" * 40, "1; DROP TABLE raw"])
def test_whatever_a_form_brings_the_page_answers(office: Office, after: str) -> None:
    visitor = Visitor(site_of(office))
    assert visitor.post("/revalidate", after=after).status_code == 200
    assert visitor.post("/revalidate/answer_missing", some=after, why="x").status_code in (303, 409)
    assert visitor.post("/revalidate/no_such_code", some="1", why="x").status_code == 404


def _arrivals(office: Office) -> list[Arrival]:
    return [found for id in (1, 2) if (found := arrivals.get(office.ledger, id))]
