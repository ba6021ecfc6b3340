"""The desk of the survey on after-school clubs, which all municipalities answer themselves, and their answers as mails."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from openpyxl import load_workbook

from config.roster import Body
from config.settings import load_settings
from replies.workbooks.form import blank, layout
from routing.journey.desk import Desk
from routing.ledger.store import Ledger
from routing.reading.reader import Reader
from routing.register import Register
from tests.routing.desk_at_hand import Office, mail

SETTINGS = """
ledger = "ledger.db"
mode = "send"
start_from = 2024-05-31
operators = "operators@cfa.example"

[mailboxes.gakudo]
source = "maildir"
path = "inbox/gakudo"

[sender]
kind = "maildir"
path = "outgoing"
"""


def open_at(folder: Path, register: Register, reader: Reader, now: datetime) -> Office:
    """A desk over an empty ledger."""
    (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    settings, ledger = load_settings(folder / "settings.toml"), Ledger(folder / "ledger.db")
    office = Office(Desk(register, settings, ledger, reader, lambda: now), now)
    office.desk.clock = office.clock
    return office


def address_of(body: Body) -> str:
    """From where a municipality writes."""
    return f"kodomo@b{body.lgcode}.lg.jp"


class Forms:
    """The form as it was sent out, opened once."""

    def __init__(self, register: Register) -> None:
        (self.form,) = register.survey.forms
        self._survey = register.survey
        self._book = load_workbook(io.BytesIO(blank(self.form, register.survey)))
        self._inputs = layout(self.form).inputs

    def mail(self, body: Body, values: Mapping[str, object], mended: bool) -> bytes:
        """The form with these values by key, as this municipality sends it; `mended`: in place of one before."""
        page = self._book[self.form.sheet]
        for key, place in self._inputs.items():
            page.cell(*place).value = values.get(key)
        out = io.BytesIO()
        self._book.save(out)
        name = f"【{body.lgcode}＿{body.name}】{self._survey.convention.text}"
        subject = f"【差替え】{name}" if mended else name
        return mail({f"{name}.xlsx": out.getvalue()}, subject, address_of(body), headers={"To": "gakudo@cfa.example"})
