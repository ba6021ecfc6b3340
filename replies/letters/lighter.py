"""A letter once more without its attachments, for a server that took it for too large or refuses attachments.

Works on the finished mail: its words stay as they were, behind one sentence that says what is missing.
"""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from email.mime.text import MIMEText
from email.policy import compat32

_POLICY = compat32.clone(linesep="\r\n", max_line_length=0)  # headers stay as they were folded
_OF_THE_PART = frozenset({"content-type", "mime-version", "content-transfer-encoding", "message-id"})


def without_attachments(letter: bytes, message_id: str, note: str) -> bytes | None:
    """The letter with `note` above its text, under another Message-ID; None where it has no attachments."""
    mail = message_from_bytes(letter, policy=compat32)
    text = _text_of(mail)
    if not mail.is_multipart() or text is None:
        return None
    made = MIMEText(f"{note}\r\n\r\n{text}", "plain", "utf-8")
    for name, value in mail.raw_items():
        if name.lower() not in _OF_THE_PART:
            made[name] = value
    made["Message-ID"] = message_id
    return made.as_bytes(policy=_POLICY)


def _text_of(mail: Message) -> str | None:
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            data = part.get_payload(decode=True)
            return data.decode("utf-8") if isinstance(data, bytes) else None
    return None
