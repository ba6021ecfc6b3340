"""延長のお知らせ: whom an extension concerns, drafted or sent once, never by itself; what it says."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from config.jst import JST
from routing.cli.app import run_command
from routing.clock import stamp
from routing.ledger.extensions import notices_made
from routing.notices.extension_notice import notices, place_of, queue_notices, write_drafts
from routing.operate import Who
from routing.tracking.extend import Target, extend
from tests.replies.test_letters import BANNED
from tests.routing.cases_at_hand import DEADLINE, KAMAKURA, KANAGAWA, YOKOHAMA
from tests.routing.desk_at_hand import Office, mail

UNTIL = datetime(2023, 7, 28, 17, tzinfo=JST)
SOONER = datetime(2023, 7, 24, 17, tzinfo=JST)
WHO = Who("受付太郎", "大雨による被害のため")


@pytest.fixture
def known(office: Office) -> Office:
    """The section knows whom to write to in 神奈川県 and, by its mail, in 横浜市."""
    path = Path(office.ledger.path.parent / "contacts.csv")
    rows = [f"{KANAGAWA},yoboseshu,y@pref.kanagawa.lg.jp", f"{KANAGAWA},sukoyaka,k@example.com"]
    path.write_text("\n".join(["lgcode,mailbox,address", *rows]) + "\n", encoding="utf-8")
    office.desk.settings = office.desk.settings.changed({"contacts": path})
    office.settle(mail())
    list(office.desk.dispatch.deliver(office.sender))
    office.sender.posted.clear()
    return office


def text_of(data: bytes) -> str:
    text = message_from_bytes(data).get_payload(decode=True).decode()  # type: ignore[union-attr]
    return "".join(line.strip("　 ") for line in text.splitlines())


def extended(office: Office, target: Target, until: datetime = UNTIL) -> int:
    extend(office.desk, target, until, WHO)
    return place_of(office.desk, target)


def test_nothing_is_written_to_anybody_by_an_extension_itself(known: Office) -> None:
    before = known.count("outbox")
    extended(known, Target(YOKOHAMA))
    assert known.count("outbox") == before


def test_a_city_is_told_by_each_mailbox_what_holds_for_its_programs(known: Office) -> None:
    place = extended(known, Target(YOKOHAMA))
    found = {a.mailbox: a for a in notices(known.desk, place)}
    assert set(found) == {"n_mynumber", "yoboseshu", "sukoyaka"}
    assert [p.recipient for p in found["n_mynumber"].posted] == ["kenko@city.yokohama.lg.jp"]
    assert found["yoboseshu"].posted == ()  # nobody known there: by telephone
    said = text_of(found["n_mynumber"].posted[0].data)
    assert "・難病：令和５年７月28日（金）17時" in said and "・小慢：令和５年７月28日（金）17時" in said
    assert "（当初の提出期限：令和５年７月21日（金）17時）" in said
    assert [word for word in BANNED if word in said] == []
    assert "大雨" not in said and "管内" not in said.partition("■ 照会先")[0]


def test_a_prefecture_is_asked_to_tell_its_municipalities(known: Office) -> None:
    place = extended(known, Target(KANAGAWA, "yobosesshu"))
    (addressed,) = notices(known.desk, place)
    assert "管内市町村へお知らせいただく際の文" in text_of(addressed.posted[0].data)


def test_a_municipality_is_told_through_its_prefecture(known: Office) -> None:
    place = extended(known, Target(KAMAKURA, "yobosesshu"))
    (addressed,) = notices(known.desk, place)
    assert addressed.respondent == KANAGAWA
    said = text_of(addressed.posted[0].data)
    assert "・神奈川県鎌倉市" in said and "対象の団体へお知らせいただく際の文" in said
    assert "神奈川県の担当へお送りください" in said  # 本県 would be wrong of 東京都, 北海道, 大阪府


def test_an_extension_for_all_concerns_all_but_those_with_a_later_one_of_their_own(known: Office) -> None:
    """129 respondents owe 予防接種 (notice 記１); 横浜市 has its own until the 28th."""
    extended(known, Target(YOKOHAMA))
    place = extended(known, Target(program="yobosesshu"), SOONER)
    found = [a.respondent for a in notices(known.desk, place)]
    assert (len(found), YOKOHAMA in found) == (128, False)


def test_an_address_that_may_not_receive_it_gets_none(known: Office) -> None:
    place = extended(known, Target(KANAGAWA, "kenshin"))
    assert [a.posted for a in notices(known.desk, place)] == [()]


def test_taking_an_extension_back_makes_no_notice(known: Office) -> None:
    extended(known, Target(YOKOHAMA))
    assert notices(known.desk, extended(known, Target(YOKOHAMA), DEADLINE)) == ()


def test_it_is_sent_once_however_often_it_is_asked_for_and_again_for_a_new_one(known: Office) -> None:
    place = extended(known, Target(YOKOHAMA))
    assert [queue_notices(known.desk, place, WHO) for _ in range(2)] == [1, 0]
    list(known.desk.dispatch.deliver(known.sender))
    assert [p.rcpt_to for p in known.sender.posted] == ["kenko@city.yokohama.lg.jp"]
    assert notices_made(known.ledger, known.now) == {place: [("queued", 1)]}
    second = extended(known, Target(YOKOHAMA), SOONER)
    assert queue_notices(known.desk, second, WHO) == 1


def test_rehearsing_the_operators_get_it(known: Office) -> None:
    known.desk.settings = known.desk.settings.changed({"mode": "rehearse"})
    queue_notices(known.desk, extended(known, Target(YOKOHAMA)), WHO)
    list(known.desk.dispatch.deliver(known.sender))
    assert [p.rcpt_to for p in known.sender.posted] == ["operators@mhlw.go.jp"]


def test_a_draft_opens_in_a_mail_program_ready_to_be_sent(known: Office, tmp_path: Path) -> None:
    place = extended(known, Target(YOKOHAMA))
    (path,) = write_drafts(known.desk, place, tmp_path / "drafts", WHO)
    made = message_from_bytes(path.read_bytes())
    assert (made["X-Unsent"], made["To"]) == ("1", "kenko@city.yokohama.lg.jp")
    assert known.ledger.row("SELECT 1 FROM outbox WHERE kind = 'extension'") is None
    assert notices_made(known.ledger, known.now) == {place: [("drafted", 1)]}


def test_the_command_drafts_and_sends_only_when_told(
    known: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = known.ledger.path.parent
    options = ["--settings", str(folder / "settings.toml"), "--now", stamp(known.now)]
    told = ["extend", "--body", YOKOHAMA, "--until", "2023-07-28T17:00", "--by", "受付太郎", "--why", "被災"]
    assert run_command([*options, *told]) == 0
    said = capsys.readouterr().out
    assert "下書き 1通" in said and "まだ送っていません" in said and "神奈川県横浜市（②）" in said
    assert len(list((folder / "延長のお知らせ").glob("*.eml"))) == 1
    assert run_command([*options, *told, "--notify"]) == 0
    assert "送信待ちに置きました" in capsys.readouterr().out
    assert run_command([*options, "extend", "--list"]) == 0
    assert "下書き 1通、送信待ちに 1通" in capsys.readouterr().out.replace("\n", "")
