"""Makes a golden ledger: a small, true story told through the desk of the program as it is today.

`python -m tests.ledgers.make m004` writes tests/ledgers/m004.db. It is run once for each released schema and
never again for that one: what is committed stays as that release wrote it. Changes no other file.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from config.load import default_survey
from replies.senders.sender import SendResult
from routing import operate
from routing.decision.override import Override
from routing.ledger.store import Ledger
from routing.operate import Who
from routing.reading.reader import Reader
from routing.register import build_register
from routing.tracking import extend
from tests.routing.cases_at_hand import IN_TIME
from tests.routing.desk_at_hand import Office, form, mail, open_office

HERE = Path(__file__).parent
FILE = "【横浜市】マイナンバーアンケート回答.xlsx"
WHO = Who("山田", "電話で確認した")


def tell(office: Office) -> None:
    """Seven mails and what officials did about them; tests/ledgers/README.md tells the same in words."""
    office.settle(mail({FILE: form({"program": "難病"})}, body="一通目"))
    office.now = IN_TIME + timedelta(minutes=10)
    office.settle(mail({FILE: form({"program": "小慢", "5": None})}, body="二通目"))
    list(office.desk.dispatch.deliver(office.sender))
    office.now = IN_TIME + timedelta(minutes=20)
    office.settle(mail({}, subject="調査についてのお尋ね", sender="a@pref.kanagawa.lg.jp", body="三通目"))
    stranger = office.settle(mail({FILE: form({"program": "難病"})}, sender="x@example.com", body="四通目"))
    office.now = IN_TIME + timedelta(minutes=30)
    ignored = Override(outcome="ignored", take_in=True, by=WHO.by, why=WHO.why)
    operate.decide_again(office.desk, stranger.decided.arrival, ignored)
    office.settle(mail({FILE: form({"program": "小慢"})}, sender="y@example.com", body="五通目"))
    office.sender.answers = [SendResult("refused", "550 5.1.1 no such user")]
    office.settle(mail({FILE: form({"program": "難病", "9": 2})}, body="六通目"))
    list(office.desk.dispatch.deliver(office.sender))
    office.now = IN_TIME + timedelta(minutes=40)
    operate.set_applicable(office.desk, ("130001", "nanbyo"), False, WHO)
    extend.extend(office.desk, extend.Target("130001", "kenshin"), IN_TIME + timedelta(days=10), WHO)
    office.arrive(mail({}, subject="七通目", body="まだ読まれていない"))


def main(name: str) -> None:
    """Tells the story into a new ledger and keeps it as one file."""
    register = build_register(default_survey())
    reader = Reader(default_survey())
    with TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.db")
        tell(open_office(Path(folder), register, reader, ledger))
        reader.close()
        ledger.close()
        with closing(sqlite3.connect(Path(folder) / "ledger.db", isolation_level=None)) as made:
            made.execute("PRAGMA journal_mode = DELETE")
            made.execute("VACUUM INTO ?", (str(HERE / f"{name}.db"),))


if __name__ == "__main__":
    main(sys.argv[1])
