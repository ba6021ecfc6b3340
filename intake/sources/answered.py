"""Whether a human has answered a mail already: by the mark \\Answered, or by an answer among the sent mails.

Reads flags and three header fields, changes nothing. Of the sent mails only those above the last one seen
are looked at; and all replies of one second are screened by one look, so that a reply costs no round trip.
"""

from __future__ import annotations

import os
import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError

from intake.mail.ids import is_our_message_id
from intake.sources.folders import SENT, special, with_header
from intake.sources.imap_access import ImapAccess, connect, cut, hang_up, translate_errors
from intake.sources.source import SeenMail, SourceUnavailable

FRESH_SECONDS = 1.0
AWAY_SECONDS = 30.0  # a server that is away is not asked again for each reply: that could take a timeout each
_CHUNK = 500
_FIELDS = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID IN-REPLY-TO SUBJECT)]"
_FIELD = re.compile(rb"^(message-id|in-reply-to|subject):[ \t]*(.*?)\s*$", re.IGNORECASE | re.MULTILINE)
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_FORWARDED = re.compile(rb"\s*(fwd?|=\?[^?]+\?b\?6Lui6YCB)", re.IGNORECASE)  # the latter: 転送, in UTF-8
_ID = re.compile(rb"<[^<>\s]+>")


class Answers(Protocol):
    """What people have answered in one mailbox."""

    def how(self, asked: SeenMail) -> str:
        """How we know that people answered the mail: the flag, or the Message-ID of their answer; empty if they did
        not. Raises SourceUnavailable."""
        ...

    def has_sent(self, message_id: str) -> bool:
        """Whether a mail with this Message-ID lies among the sent ones. Raises SourceUnavailable."""
        ...

    def close(self) -> None:
        """Hang up; the next question connects anew."""
        ...


class ImapAnswers:
    """`Answers` on an IMAP server, over a connection of its own. `sent`: the folder of sent mails, if the
    server does not tell it. Without such a folder the mark alone counts. Not for several threads at once."""

    def __init__(self, access: ImapAccess, sent: str = "") -> None:
        self._access = access
        self._client: IMAPClient | None = None
        self._named = sent
        self._sent = _SentMails(sent)
        self._validity = ""  # of the watched folder while it is open
        self._marked: frozenset[int] = frozenset()
        self._marked_from = 0
        self._looked_at = float("-inf")  # time.monotonic
        self._away_since = float("-inf")
        self._why_away = ""

    def how(self, asked: SeenMail) -> str:
        """How we know that people answered the mail: the mark first, since it tells of the mail itself; then their
        answer. Raises SourceUnavailable."""
        if time.monotonic() - self._away_since < AWAY_SECONDS:
            raise SourceUnavailable(self._why_away)
        uid = int(asked.uid) if asked.uid.isdigit() else 0
        try:
            with translate_errors(self._access, "返信済みかどうかを確認できません"):
                if not self._knows(asked, uid):
                    self._look_again(asked, uid)
        except SourceUnavailable as away:
            self._drop()
            self._away_since, self._why_away = time.monotonic(), str(away)
            raise
        if asked.uidvalidity.partition("+")[0] == self._validity and uid in self._marked:
            return "\\Answered"
        return self._sent.answer_to(asked.message_id)

    def has_sent(self, message_id: str) -> bool:
        """Whether the Sent folder holds a mail of this Message-ID. Asks the server itself, over a connection of its
        own, and uses nothing that was seen before."""
        client = None
        try:
            with translate_errors(self._access, "送信済みのフォルダーを確認できません"):
                client = connect(self._access)
                folder = special(client, SENT, self._named)
                if folder:
                    client.select_folder(folder, readonly=True)
                return bool(folder and with_header(client, "MESSAGE-ID", message_id))
        finally:
            hang_up(client)

    def close(self) -> None:
        """Say goodbye; never raise. What was seen is kept."""
        hang_up(self._client)
        self._client = None

    def _knows(self, asked: SeenMail, uid: int) -> bool:
        """Whether the last look was a moment ago, and at this mail too."""
        fresh = self._client is not None and time.monotonic() - self._looked_at < FRESH_SECONDS
        return fresh and uid >= self._marked_from and self._sent.reaches_back_to(asked.received_at)

    def _look_again(self, asked: SeenMail, uid: int) -> None:
        was_open = self._client is not None
        try:
            return self._look(asked, uid)
        except (IMAPClientAbortError, OSError):
            if not was_open:
                raise
        self._drop()  # the server had hung up on an idler
        self._look(asked, uid)

    def _drop(self) -> None:
        cut(self._client)
        self._client = None

    def _look(self, asked: SeenMail, uid: int) -> None:
        if self._client is None:
            self._client = connect(self._access)
            self._sent.find(self._client)
            self._validity = ""
        if self._sent.look(self._client, asked.received_at):
            self._validity = ""
        if not self._validity:
            folder = self._client.select_folder(self._access.folder, readonly=True)
            self._validity = str(folder.get(b"UIDVALIDITY", ""))
        else:
            self._client.noop()  # lets the server tell what others have marked meanwhile
        self._marked = frozenset(self._client.search(["ANSWERED", "UID", f"{max(uid, 1)}:*"]))
        self._marked_from = uid
        self._looked_at = time.monotonic()


class _SentMails:
    """What the folder of sent mails has answered, since the oldest mail that was asked about."""

    def __init__(self, named: str) -> None:
        self._named = named
        self._folder = ""
        self._since: datetime | None = None
        self._state: dict[bytes, int] = {}  # UIDVALIDITY and UIDNEXT up to which it was read
        self._answers: dict[str, str] = {}  # Message-ID of what was answered -> of the answer

    def find(self, client: IMAPClient) -> None:
        self._folder = special(client, SENT, self._named)

    def reaches_back_to(self, instant: datetime) -> bool:
        """Whether answers to a mail of this instant would be known; without a folder there are no answers to know."""
        if not self._folder:
            return True
        return self._since is not None and self._since.date() <= instant.date()  # as SINCE does

    def answer_to(self, message_id: str) -> str:
        return self._answers.get(message_id, "") if message_id else ""

    def look(self, client: IMAPClient, since: datetime) -> bool:
        """Read what is new, and further back where that is asked for. Return whether the folder had to be opened."""
        if not self._folder:
            return False
        if not self.reaches_back_to(since):
            self._since, self._state = since, {}
        state: dict[bytes, int] = client.folder_status(self._folder, ["UIDVALIDITY", "UIDNEXT"])
        if state == self._state:
            return False
        known = self._state.get(b"UIDVALIDITY") == state[b"UIDVALIDITY"]
        first = self._state[b"UIDNEXT"] if known else 1
        client.select_folder(self._folder, readonly=True)
        # an answer is younger than the mail; SINCE goes by days of the server's own zone (RFC 9051 §6.4.4)
        day = (self._since or since).date() - timedelta(days=1)
        found = client.search(["UID", f"{first}:*", "SINCE", day])
        new = sorted(uid for uid in found if uid >= first)
        for start in range(0, len(new), _CHUNK):
            for item in client.fetch(new[start : start + _CHUNK], [_FIELDS]).values():
                self._note(next((v for k, v in item.items() if k.startswith(b"BODY[")), b""))
        self._state = state
        return True

    def _note(self, header: bytes) -> None:
        fields = {name.lower(): value for name, value in _FIELD.findall(_FOLD.sub(b"", header))}
        message_id = fields.get(b"message-id", b"").decode("ascii", "replace")
        if is_our_message_id(message_id) or _FORWARDED.match(fields.get(b"subject", b"")):
            return  # our own reply, which the server filed; or handed on to a colleague
        for answered in _ID.findall(fields.get(b"in-reply-to", b"")):
            self._answers.setdefault(answered.decode("ascii", "replace"), message_id or "(no Message-ID)")


class MaildirAnswers:
    """`Answers` in a Maildir: the flag R (replied) in a file's name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._marked: frozenset[str] = frozenset()
        self._looked_at = float("-inf")

    def how(self, asked: SeenMail) -> str:
        """How we know that people answered the mail: the mark alone, since a Maildir has no folder of sent mails.
        Raises SourceUnavailable."""
        if time.monotonic() - self._looked_at >= FRESH_SECONDS:
            try:
                names = [name.partition(":2,") for name in os.listdir(self._path / "cur")]
            except OSError as error:
                raise SourceUnavailable(f"{self._path / 'cur'} を読めません（{error.strerror}）。") from error
            self._marked = frozenset(unique for unique, _, flags in names if "R" in flags)
            self._looked_at = time.monotonic()
        return "\\Answered" if asked.uid in self._marked else ""

    def has_sent(self, message_id: str) -> bool:
        """False always: a Maildir has no folder of sent mails."""
        return False

    def close(self) -> None:
        """Do nothing: nothing is held open."""
