"""A file of a mail as it came, to be saved: unpacked in the reader child alone, and compared with what was read."""

from __future__ import annotations

import hashlib

from intake.submission import FileReading
from routing.journey.desk import Desk
from routing.ledger import arrivals, verdicts
from routing.reading.errors import ReaderDied, ReadFailed
from routing.records import Arrival
from routing.who import Refused


def file_read_at(desk: Desk, arrival: Arrival, position: int) -> FileReading:
    """What was read of the file at a position of a mail. Raises Refused where people see none there."""
    submission = verdicts.submission_of(desk.ledger, arrival.id)
    for file in submission.files if submission else ():
        if file.position == position and (file.attached or file.sheets):
            return file
    raise Refused(f"{arrival.receipt} に、添付 {position} はありません。")


def file_of(desk: Desk, arrival: Arrival, file: FileReading) -> bytes:
    """The bytes of a file of a mail. Raises Refused, ReaderUnavailable."""
    try:
        raw = arrivals.raw_bytes(desk.ledger, arrival.id)
        data = b""
        while part := desk.reader.file_part(raw, file, len(data)):
            data += part
            if len(data) >= file.size:
                break
    except KeyError:
        raise Refused("原本は、台帳にありません（消去済みか、ヘッダーだけの記録です）。") from None
    except (ReaderDied, ReadFailed):
        raise Refused("この添付は、安全に取り出せませんでした。必要であれば、原本（.eml）を保存してください。") from None
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise Refused(
            "この添付は取り出せません（別のメールで届いたパスワードで開いたものなど）。"
            "必要であれば、原本（.eml）を保存してください。"
        )
    return data
