"""What came by telephone, on paper or by hand, recorded as a mail of our own making that no reply is sent to."""

from __future__ import annotations

import hashlib
import mimetypes
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from config.frozen import frozen, replace
from intake.sources.source import Fetched
from intake.submission import Submission
from routing.journey.desk import Desk
from routing.journey.judge import Settled
from routing.ledger import arrivals
from routing.ledger.arrivals import Origin
from routing.operate.decisions import assigning
from routing.reading.errors import ReaderDied, ReadFailed
from routing.who import Refused, Who


@frozen
class Paper:
    """What came by telephone, on paper or by hand: a file, whose answer it is, when it was received."""

    filename: str
    data: bytes
    mailbox: str
    lgcode: str
    received_at: datetime
    name_differs: bool = False  # the official knows that 組織名 on the sheet is another body's


def add(desk: Desk, paper: Paper, who: Who) -> Settled:
    """Record a file that did not come by mail, as a mail of our own making that no reply is sent to. Raises Refused,
    and then nothing was recorded."""
    if desk.register.body(paper.lgcode) is None:
        raise Refused(f"団体コード {paper.lgcode} は団体一覧にありません。")
    raw = _as_mail(desk, paper)
    try:
        submission = desk.reader.read_mail(raw)
    except (ReaderDied, ReadFailed) as failed:
        raise Refused(f"{paper.filename} を読み取れません。ファイルをご確認ください。") from failed
    _same_name(desk, paper, submission)
    prefix = desk.register.survey.mailbox(paper.mailbox).receipt_prefix
    fetched = Fetched(f"added-{paper.received_at.isoformat()}", paper.received_at, len(raw), raw)
    new = arrivals.keep(desk.ledger, Origin(paper.mailbox, prefix, "added", who.by), [fetched], desk.clock())
    if not new:
        raise Refused("同じファイルが同じ受領日時で記録済みです。")
    arrival = arrivals.get(desk.ledger, new[0])
    assert arrival is not None
    submission = replace(submission, kind="submission", no_reply=("added",))
    return desk.commit(arrival, submission, assigning(paper.lgcode, "", who))


def _same_name(desk: Desk, paper: Paper, submission: Submission) -> None:
    """Refuse a sheet that names another body for certain, unless the official knows. A list's rows name the bodies
    that it collects."""
    sheets = (s for f in submission.files for s in f.sheets if not s.row)
    others = [s.body.lgcode for s in sheets if s.body.lgcode not in ("", paper.lgcode)]
    if others and not paper.name_differs:
        named, given = (desk.register.full_name(code) for code in (others[0], paper.lgcode))
        raise Refused(
            f"調査票の組織名は{named}（{others[0]}）で、指定した{given}（{paper.lgcode}）と一致しません。"
            "団体を確かめてください。組織名の方が誤りであれば、それでもこの団体の回答とすることを指定してください（--name-differs）。"
        )


def _as_mail(desk: Desk, paper: Paper) -> bytes:
    """The paper as a mail: the same bytes for the same paper, whoever records it, so that it is recorded once."""
    survey = desk.register.survey
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = survey.convention.written(desk.register.full_name(paper.lgcode), paper.lgcode)
    mail["From"] = desk.settings.operators
    mail["To"] = survey.mailbox(paper.mailbox).address
    mail["Date"] = paper.received_at
    mail.set_content("")
    kind = mimetypes.guess_type(paper.filename)[0] or "application/octet-stream"
    maintype, _, subtype = kind.partition("/")
    mail.add_attachment(paper.data, maintype=maintype, subtype=subtype, filename=paper.filename)
    mail.set_boundary(hashlib.sha256(paper.data).hexdigest())
    return mail.as_bytes()
