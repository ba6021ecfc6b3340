"""What is saved: a mail, an attachment as it came, a copy of its values; a day, whom to call. No browser opens any."""

from __future__ import annotations

from flask import Flask, Response, abort, request
from flask.typing import ResponseReturnValue

from config.jst import in_jst
from intake.shown import visible
from replies.reports.calls_book import calls_book
from replies.wording import load_wording
from replies.workbooks.values_copy import CopiedSheet, values_copy
from routing import operate
from routing.console.pages import day_named, mail_named, page, person
from routing.console.premises import Premises
from routing.ledger import arrivals
from routing.tracking.instant import open_instant
from routing.tracking.reports import occasion
from routing.views.calls import calls
from routing.views.day import day_book, day_view
from routing.views.files import AttachmentView
from routing.views.mail import MailView, mail_view
from routing.who import Refused


def add_files(site: Flask, premises: Premises) -> None:
    """Register what can be saved."""
    files = Files(premises)
    at = "/mail/<receipt>"
    site.add_url_rule(f"{at}/original", "original", files.original, methods=["GET"])
    site.add_url_rule(f"{at}/file/<int(max=9999999):position>", "file", files.file, methods=["GET"])
    site.add_url_rule(f"{at}/values/<int(max=9999999):position>", "values", files.values, methods=["GET"])
    site.add_url_rule("/today/book", "day_book", files.day_book, methods=["GET"])
    site.add_url_rule("/calls", "calls", files.calls, methods=["GET"])


def saved(data: bytes, name: str) -> Response:
    """Bytes that no browser opens: they are saved under an ASCII name of ours."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(data, mimetype="application/octet-stream", headers=headers)


class Files:
    """Each by its name. Of an alarm only an administrator saves anything that came."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def original(self, receipt: str) -> ResponseReturnValue:
        """The mail's own bytes, as a file. Raises Refused where the ledger does not have them."""
        with self._premises.open_office() as office:
            arrival = mail_named(office, receipt)
            _not_an_alarm(mail_view(office, arrival))
            try:
                raw = arrivals.raw_bytes(office.ledger, arrival.id)
            except KeyError:
                raise Refused("原本は、台帳にありません（消去済みか、ヘッダーだけの記録です）。") from None
        return saved(raw, f"{arrival.receipt}.eml")

    def file(self, receipt: str, position: int) -> ResponseReturnValue:
        """One attachment as it came, wherever in the mail it lies; first a page that warns, where care is called for."""
        with self._premises.open_desk() as desk:
            arrival = mail_named(desk, receipt)
            view = mail_view(desk, arrival)
            _not_an_alarm(view)
            shown = _file_of(view, position)
            if shown.care and request.args.get("go") != "save":
                return page(desk, "file", mail=view, file=shown)
            read = operate.file_read_at(desk, arrival, position)
            return saved(operate.file_of(desk, arrival, read), shown.saved_as(arrival.receipt))

    def values(self, receipt: str, position: int) -> ResponseReturnValue:
        """What was read of one attachment, in a workbook of ours; of an alarm nothing was."""
        with self._premises.open_office() as office:
            view = mail_view(office, mail_named(office, receipt))
            file = _file_of(view, position)
            if not file.sheets:
                abort(404)
            copied = [
                CopiedSheet(
                    "　".join(filter(None, (visible(s.name), s.body, s.program))),
                    [(x.label, x.question, visible(x.answer), "\n".join(x.findings)) for x in s.lines],
                )
                for s in file.sheets
            ]
            made = values_copy(view.arrival.receipt, visible(file.name), copied)
        return saved(made, f"{view.arrival.receipt}-{position}-values.xlsx")

    def day_book(self) -> ResponseReturnValue:
        """What came and what left on one day."""
        with self._premises.open_office() as office:
            start = day_named(request.args.get("day", ""), office.clock())
            made = day_book(office, day_view(office, start, person().sees))
        return saved(made, f"uketsuke-{start.date().isoformat()}.xlsx")

    def calls(self) -> ResponseReturnValue:
        """電話の名簿: whom to telephone."""
        with self._premises.open_office() as office:
            found = [call for call in calls(office) if person().sees(call.mailbox)]
            instant = open_instant(office.ledger, office.register, office.clock())
            made = calls_book(found, occasion(instant), load_wording().of(office.register.survey))
        return saved(made, f"calls-{in_jst(office.clock()).date().isoformat()}.xlsx")


def _file_of(view: MailView, position: int) -> AttachmentView:
    found = next((f for f in view.files if f.position == position), None)
    return found or abort(404)


def _not_an_alarm(view: MailView) -> None:
    if view.places and not person().is_admin:
        abort(403)
