"""Two surveys in one mailbox, each with a desk of its own: each mail is answered once, by the desk whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default as modern
from pathlib import Path

import pytest

from config.jst import JST
from config.load import default_survey
from config.others import check_others
from config.settings import load_settings
from replies.workbooks.form import fill
from routing.journey.desk import Desk
from routing.journey.pending import pending_steps
from routing.ledger.store import Ledger
from routing.mailboxes.collecting import Collector
from routing.reading.reader import Reader
from routing.register import build_register
from routing.views.held import foreign_rows
from tests.config.surveys_at_hand import TINY
from tests.intake.boxes import Box, ImapBox, MaildirBox
from tests.routing.desk_at_hand import SETTINGS, Office, form, mail, nanbyo
from tests.routing.test_ppap import locked_book as locked
from tests.servers.mail import MailServers

NOW = datetime(2023, 7, 18, 12, tzinfo=JST)
CITY, STRANGER = "kodomo@city.yokohama.lg.jp", "tokumei@example.com"
CLUBS = "放課後児童クラブ実施状況調査"


def folder_of(survey: Path, at: Path, changes: dict[str, str]) -> Path:
    """A copy of a survey with its head changed."""
    at.mkdir()
    for file in survey.glob("*.toml"):
        text = file.read_text("utf-8")
        for old, new in changes.items() if file.name == "survey.toml" else ():
            assert old in text, old
            text = text.replace(old, new)
        (at / file.name).write_text(text, "utf-8")
    return at


@dataclass
class Desks:
    """The desk of 個人番号 and that of the clubs, over one mailbox; the clubs' survey ends a week later."""

    ours: Office
    clubs: Office
    box: Box
    sources: dict[str, Collector]

    def put(self, raw: bytes) -> None:
        self.box.put(raw, self.ours.now - timedelta(minutes=1))

    def look(self, later: timedelta = timedelta()) -> dict[str, list[str]]:
        """What each desk writes about what is new, by the kind of its letters; all is due at once."""
        kinds: dict[str, list[str]] = {}
        for name, office in (("ours", self.ours), ("clubs", self.clubs)):
            office.now += later
            (mailbox,) = office.desk.settings.mailboxes
            for validity, batch in self.sources[name].new_mail(office.ledger):
                office.desk.keep(mailbox, validity, batch)
            settled = list(office.desk.settle_waiting())
            list(pending_steps(office.desk))
            settled += list(office.desk.settle_waiting())
            kinds[name] = [one.reply.kind for one in settled if one.reply is not None]
        return kinds

    def rules(self, name: str) -> list[str]:
        office: Office = getattr(self, name)
        rows = office.ledger.rows("SELECT rules FROM latest_verdict WHERE piece = '0' ORDER BY arrival_id")
        return [row["rules"].strip("[]").split(",")[0].strip('"') for row in rows]


@pytest.fixture(scope="module")
def clubs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    changes = {
        "2024-07-03T": "2023-08-03T", "2024-06-14T": "2023-07-27T", "2024-06-19T": "2023-08-02T",
        "2024-06-": "2023-07-", "2024-05-31": "2023-06-30", "\ncorrect_by = 2023-08-03": '\nwords = ["放課後児童"]\ncorrect_by = 2023-08-03',  # noqa: E501
        "gakudo@cfa.example": "n_mynumber@mhlw.go.jp",
        'arrival = "send"': 'arrival = "send"\ninquiry = "send"\npassword = "send"\n[passwords]\naccept = true',
    }  # fmt: skip
    return folder_of(TINY.parent / "gakudo", tmp_path_factory.mktemp("surveys") / "clubs", changes)


@pytest.fixture(scope="module")
def readers(clubs_folder: Path) -> Iterator[tuple[Reader, Reader]]:
    both = Reader(default_survey(), others=[clubs_folder]), Reader(clubs_folder, others=[default_survey()])
    yield both
    for reader in both:
        reader.close()


def open_desk(folder: Path, survey: Path, reader: Reader, mailbox: str, other: Path) -> Office:
    folder.mkdir()
    head, sender = SETTINGS.split("[mailboxes.yoboseshu]")[0], SETTINGS[SETTINGS.index("[sender]") :]
    settings = head.replace("n_mynumber", mailbox) + sender
    (folder / "settings.toml").write_text(f'other_surveys = ["{other}"]\n{settings}', "utf-8")
    register, read = build_register(survey), load_settings(folder / "settings.toml")
    assert check_others(read, register.survey, "settings.toml") == ()
    office = Office(Desk(register, read, Ledger(folder / "ledger.db"), reader, lambda: NOW), NOW)
    office.desk.clock = office.clock
    return office


@pytest.fixture(params=["imap", "maildir"])
def desks(
    request: pytest.FixtureRequest, tmp_path: Path, readers: tuple[Reader, Reader], clubs_folder: Path
) -> Iterator[Desks]:
    if request.param == "imap":
        servers: MailServers = request.getfixturevalue("mail_servers")
        box: Box = ImapBox(servers)
    else:
        box = MaildirBox(tmp_path / "box")
    ours = open_desk(tmp_path / "ours", default_survey(), readers[0], "n_mynumber", clubs_folder)
    clubs = open_desk(tmp_path / "clubs", clubs_folder, readers[1], "gakudo", default_survey())
    sources = {"ours": Collector("n_mynumber", box.source()), "clubs": Collector("gakudo", box.source())}
    yield Desks(ours, clubs, box, sources)
    box.close()
    for office in (ours, clubs):
        office.ledger.close()


@pytest.fixture(scope="module")
def clubs_form(clubs_folder: Path) -> bytes:
    survey = build_register(clubs_folder).survey
    values = {"organisation": "横浜市", "department": "子育て支援課", "email": CITY, "2": 1, "3": 1, "6": 2}
    return fill(survey.form("yoshiki1"), survey, values)


def from_clubs(
    raw: bytes, subject: str, body: str = "提出します。", sender: str = CITY, **headers: str
) -> bytes:
    return mail({"回答.xlsx": raw} if raw else {}, subject, sender, body, headers)


def test_each_mail_is_answered_once_by_the_desk_whose_it_is(desks: Desks, clubs_form: bytes) -> None:
    """In one mailbox, together: (mail, rule at each desk, who writes)."""
    theirs, mine = "other_survey", "otherwise"
    kawasaki, sendai, sakai, niigata = (f"kodomo@city.{name}.lg.jp" for name in ("kawasaki", "sendai", "sakai", "niigata"))
    cases = {
        "our form": (mail(), mine, theirs),
        "their form": (from_clubs(clubs_form, f"【横浜市】{CLUBS}"), theirs, mine),
        "their form under our subject": (from_clubs(clubs_form, "【横浜市】マイナンバーアンケート回答"), theirs, mine),
        "our form under theirs": (from_clubs(form({"program": "小慢"}), f"【横浜市】{CLUBS}"), mine, theirs),
        "their form under no subject": (from_clubs(clubs_form, "資料", "再送です。"), theirs, mine),
        "their subject, no file": (from_clubs(b"", f"【川崎市】{CLUBS}", "添付します。", kawasaki), theirs, "no_form"),
        "our subject, no file": (mail({}, body="添付します。", sender="e@city.sapporo.lg.jp"), "no_form", theirs),
        "a question about theirs": (from_clubs(b"", "照会", "放課後児童の数え方は？", sendai), theirs, "inquiry"),
        "a question about ours": (mail({}, "照会", "b@city.chiba.jp", "個人番号の欄をご教示ください。"), "inquiry", theirs),
        "a citizen": (mail({}, "ワクチン", STRANGER, "熱が出ました。"), "foreign", "foreign"),
        "a city's words about nothing": (mail({}, "提出期限", sakai, "延長は可能でしょうか。"), "inquiry", "inquiry"),
        "a city's file of nobody": (mail({"a.xlsx": b"PK"}, "資料", niigata, "どうぞ。"), "inquiry", "inquiry"),
    }  # fmt: skip
    for raw, _, _ in cases.values():
        desks.put(raw)
    desks.look()
    told = dict(zip(cases, zip(desks.rules("ours"), desks.rules("clubs"), strict=True), strict=True))
    assert told == {name: (ours, clubs) for name, (_, ours, clubs) in cases.items()}
    written = {name: by_arrival(getattr(desks, name)) for name in ("ours", "clubs")}
    once = {name: [desk for desk in written if place in written[desk]] for place, name in enumerate(cases, 1)}
    assert all(len(by) == (0 if name == "a citizen" else 1) for name, by in once.items()), once
    assert [len(foreign_rows(office.desk)) for office in (desks.ours, desks.clubs)] == [1, 1]
    assert desks.look(timedelta(days=8)) == {"ours": [], "clubs": []}
    for office in (desks.ours, desks.clubs):  # what is the other desk's is not erased by this one
        assert office.count("erasure") == 1


def by_arrival(office: Office) -> list[int]:
    """Arrivals that a letter answers, each as often as one does."""
    return [
        row["arrival_id"] for row in office.ledger.rows("SELECT arrival_id FROM outbox WHERE arrival_id > 0")
    ]


def test_one_mail_with_a_form_of_each_is_answered_by_each_about_its_own(
    desks: Desks, clubs_form: bytes
) -> None:
    desks.put(mail({"難病.xlsx": nanbyo(), "児童.xlsx": clubs_form}, "回答", CITY, "２件送ります。"))
    assert desks.look() == {"ours": ["acknowledgement"], "clubs": ["acknowledgement"]}
    for office, own, other in ((desks.ours, "難病", "児童.xlsx"), (desks.clubs, "児童", "難病.xlsx")):
        row = office.ledger.row("SELECT data FROM outbox WHERE arrival_id = 1")
        assert row is not None
        text = str(message_from_bytes(row["data"], policy=modern).get_content())  # type: ignore[union-attr]
        assert own in text and other not in text


def test_what_answers_a_letter_of_one_desk_is_nothing_to_the_other(desks: Desks, clubs_form: bytes) -> None:
    desks.put(from_clubs(clubs_form, f"【横浜市】{CLUBS}"))
    desks.put(mail())
    desks.look()
    for office in (desks.ours, desks.clubs):
        row = office.ledger.row("SELECT message_id, subject FROM outbox WHERE arrival_id > 0")
        assert row is not None
        number = row["message_id"].split(".")[1]
        desks.put(
            mail(
                {},
                "Re: ",
                CITY,
                "どうも。",
                {"In-Reply-To": row["message_id"], "Message-ID": f"<1{number}@a>"},
            )
        )
        desks.put(
            mail(
                {},
                f"RE: {row['subject']}",
                CITY,
                "ありがとうございました。",
                {"Message-ID": f"<2{number}@a>"},
            )
        )
        desks.put(
            mail(
                {},
                "お礼",
                CITY,
                f"ありがとうございました。\n> 受付番号 {number}",
                {"Message-ID": f"<3{number}@a>"},
            )
        )
    assert desks.look() == {"ours": [], "clubs": []}
    assert desks.rules("ours")[2:] == ["reply"] * 3 + ["other_survey"] * 3
    assert desks.rules("clubs")[2:] == ["other_survey"] * 3 + ["reply"] * 3


def test_a_locked_file_without_a_sign_is_opened_by_both_and_answered_by_its_own(
    desks: Desks, clubs_form: bytes
) -> None:
    desks.put(mail({"a.xlsx": locked(clubs_form, "Himitsu-7")}, "送付", CITY, "お送りします。"))
    desks.look()
    assert desks.rules("ours") == desks.rules("clubs") == ["password_awaited"]
    # the first one's 【受信】, which leaves after five minutes
    assert [office.count("outbox") for office in (desks.ours, desks.clubs)] == [1, 0]
    desks.put(mail({}, "パスワード", CITY, "パスワードは Himitsu-7 です。"))
    desks.look(timedelta(minutes=2))
    assert desks.rules("ours")[0] == "other_survey"
    assert desks.rules("clubs")[0] == "otherwise"
    assert by_arrival(desks.clubs) == [1]


def test_a_number_that_only_looks_like_a_My_Number_is_not_left_to_the_other(desks: Desks) -> None:
    """Each ledger holds a copy of the mail, and each has to be cleared."""
    desks.put(from_clubs(b"", f"【横浜市】{CLUBS}", "個人番号は 1234 5678 9018 です。"))
    assert desks.look() == {"ours": [], "clubs": []}
    assert desks.rules("ours") == desks.rules("clubs") == ["personal_data"]


def test_surveys_that_cannot_be_told_apart_are_refused(tmp_path: Path) -> None:
    survey = build_register(default_survey()).survey
    text = f'other_surveys = ["{default_survey()}", "{tmp_path / "none"}"]\n{SETTINGS}'
    (tmp_path / "settings.toml").write_text(text, "utf-8")
    told = check_others(load_settings(tmp_path / "settings.toml"), survey, "settings.toml")
    assert [mistake.key for mistake in told] == ["other_surveys.1", "other_surveys.1", "other_surveys.2"]
    assert "mynumber2023" in told[0].reason and "N、S、Y" in told[1].reason
