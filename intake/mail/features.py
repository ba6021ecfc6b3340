"""What the header, the structure and the words of a mail show, each worked out once; and what of it is a file.

The rules of the kind (`kind.py`) and of who gets no reply (`no_reply.py`) ask these.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from config.spelling import nfkc
from intake.mail import bounce, intent
from intake.mail.carriers import Carrier, carrier_of
from intake.mail.mime import Leaf, Part
from intake.mail.no_attachment import PARTIAL
from intake.mail.passwords import told_in
from intake.submission import Message

_NO_FILE_TYPES = frozenset({
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
    "application/ms-tnef", "text/vcard", "text/x-vcard", "text/directory", "text/calendar",
    "message/delivery-status", "message/disposition-notification", PARTIAL,
})  # fmt: skip
_COMMENT = re.compile(r"\([^)]*\)")  # RFC 5322 §3.2.2


@dataclass(frozen=True)  # without slots: what the rules ask for again and again is worked out once
class Features:
    """What the rules of the kind ask of a mail: header, structure, words."""

    part: Part
    message: Message
    leaves: tuple[Leaf, ...]
    claims: bool = False  # the subject follows the convention
    form: bool = False  # brings a file that looks like one of our forms; not known before its files are opened

    def with_form(self, form: bool) -> Features:
        """These features once the mail's files were opened: whether one of them is a form is known then."""
        return replace(self, form=form) if form != self.form else self

    def header(self, name: str) -> str:
        """A field in lower case and without comments; the first of several."""
        value = self._fields.get(name, b"")[:1000].decode("ascii", "backslashreplace")
        return _COMMENT.sub("", value).strip().lower() if value else ""

    @cached_property
    def _fields(self) -> dict[str, bytes]:
        return dict(reversed(self.part.headers))  # the first of a name wins

    @cached_property
    def answers(self) -> str:
        """The Message-ID of ours that the mail answers or returns."""
        return bounce.our_mail_behind(self.part, self.message)

    @cached_property
    def file(self) -> bool:
        """Whether the mail brings any file that a person attached."""
        return any(map(is_file, self.leaves))

    @cached_property
    def carriers(self) -> frozenset[Carrier]:
        """What arrived in the place of files."""
        return frozenset(map(carrier_of, self.leaves)) - {""}

    @cached_property
    def subject(self) -> str:
        return nfkc(self.message.subject).strip()

    @cached_property
    def words(self) -> str:
        """Subject and what the sender wrote, without what was quoted."""
        return f"{self.subject}\n{intent.own_text(self.message.body)}"

    @cached_property
    def encloses(self) -> bool:
        """Whether the text says that a file comes with the mail."""
        return intent.encloses(self.message.body)

    @cached_property
    def says(self) -> tuple[str, ...]:
        """Why a person should read the mail, if it brings no file."""
        if told_in(self.message.subject) or told_in(self.message.body):  # a password
            return ()
        files = [leaf for leaf in self.leaves if is_file(leaf)]
        if not all(leaf.content_type.startswith("image/") for leaf in files):
            return ()
        # a picture beside words is a logo as often as a photo: what they say must be more than something
        said = intent.says(self.message.body)
        return tuple(reason for reason in said if reason != "other") if files else said

    @cached_property
    def asks(self) -> bool:
        """Whether the text of the body asks a question."""
        return intent.asks(self.message.body)

    @cached_property
    def asks_in_subject(self) -> bool:
        """Whether the subject asks a question."""
        return intent.asks_in_subject(self.subject)


def is_file(leaf: Leaf) -> bool:
    """Whether a person attached a leaf as a file: it is no signature, no picture shown in the text, nothing returned,
    and nothing that a gateway or a file system put there."""
    shown = leaf.content_type.startswith("image/") and leaf.disposition != "attachment"
    if leaf.displayed or leaf.returned or leaf.frame or shown or leaf.content_type in _NO_FILE_TYPES:
        return False
    return not carrier_of(leaf)
