"""What a letter says of the password of something locked: that it is awaited, or was awaited in vain. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.frozen import frozen
from config.survey import Survey
from routing.records import Decided


@frozen
class PasswordWait:
    """A wait for a password that is over. `until` when; `tried`: one was told, and opened nothing."""

    until: datetime
    tried: bool


def awaited_until(decided: Decided, now: datetime, survey: Survey) -> datetime | None:
    """The instant until which a password is awaited for something in the mail; None if none is awaited."""
    return now + timedelta(hours=survey.passwords.wait_hours) if decided.waits_for_password else None


def waited_for(decided: Decided, wait: PasswordWait | None) -> PasswordWait | None:
    """The expired password wait that the letter mentions, if a file is still locked; else None."""
    if wait is None or decided.submission is None or not any(f.locked for f in decided.submission.files):
        return None
    return wait
