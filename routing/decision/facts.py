"""What the ledger knows that bears on one mail: looked up once, before anything is decided. Values only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from config.frozen import frozen, replace
from intake.submission import AnswerSheet
from replies.letter import FileBlock
from routing.deadline import Deadlines
from routing.decision.mail_set import MailSet
from routing.decision.passwords import PasswordWait
from routing.proof import Credentials
from routing.records import KnownSender
from routing.standing import Booking
from routing.versions import Version


def _no_version(body: str, program: str, attributes: tuple[int, ...]) -> None:
    """No version: nothing came before."""


@frozen
class Facts:
    """What the ledger knows that bears on one mail. `password_awaited`: a password for what is locked may still
    come; `parts`: the set that the mail is a part of, if it is one; `spoofed`: the server that the settings
    trust says that it does not come from where it claims (`authenticated`)."""

    sender: KnownSender
    resend_of: str
    answers_ours: bool
    credentials: Credentials
    from_ourselves: bool
    history: Callable[[str, str], tuple[Booking, ...]]  # (body, program) -> earlier bookings
    listed: Callable[[str, str], AnswerSheet | None]  # (body, program) -> its accepted row of a list
    deadlines: Deadlines
    first_received: Callable[[str, str], datetime | None]  # (body, program) -> when the first answer came
    version_before: Callable[[str, str, tuple[int, ...]], Version | None] = _no_version  # body, program, screenings
    password_awaited: bool = False
    password_wait: PasswordWait | None = None  # one that is over
    parts: MailSet | None = None
    first_asked: tuple[FileBlock, ...] = ()  # what is still to be mended of the mail that this one repeats
    first_set_aside: bool = False  # an official decided that the mail which this one repeats does not count
    answered_by: str = ""  # mailbox id: of several that it is addressed to, the one that answers for the mail
    spoofed: bool = False
    answered_at: datetime | None = None  # when the mail came that this one mends, or follows with the file that it lacked
    letter_named: str = ""  # Message-ID of a letter of ours whose number stands in it; proves nothing
    told_no_file: bool = False  # a letter said that a file was missing, and none has come since
    told_no_form: bool = False  # letters said all there is to say of files like these, and no form has come since
    noticed: bool = False  # its sender had a notice of arrival lately
    wait_noticed: bool = False  # … and one that a password or another part is awaited
    time_settled: bool = False  # an official said when the mail was received
    threaded: bool = False  # it stands in the thread of a letter of ours

    @property
    def of_itself(self) -> Facts:
        """These facts without anything that came before the mail or waits beside it: a check before handing in is
        held against nothing in the ledger."""
        return replace(
            self,
            resend_of="",
            credentials=replace(self.credentials, letters=()),
            history=lambda body, program: (),
            listed=lambda body, program: None,
            first_received=lambda body, program: None,
            version_before=_no_version,
            password_awaited=False,
            password_wait=None,
            parts=None,
            first_asked=(),
            first_set_aside=False,
            answered_at=None,
            told_no_file=False,
            told_no_form=False,
            noticed=False,
            wait_noticed=False,
        )
