"""The sent mails of one mailbox: a copy of each letter that left by SMTP, and whether a letter lies there.

Puts no letter there twice: APPEND first searches for the Message-IDs, so that what a crash cut short is found, and
what a server files by itself. Never changes or removes anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from config.frozen import frozen
from intake.sources.folders import SENT, any_with_header, made, special, with_header
from intake.sources.imap_access import ImapAccess, connect, hang_up, translate_errors
from intake.sources.network import reason
from intake.sources.source import SourceUnavailable

USUAL_FOLDER = "Sent"  # made where the server has none


@frozen
class SentCopy:
    """A finished mail of ours. `key`: the caller's own; `data` may be empty where only its id is looked for."""

    key: int
    message_id: str
    data: bytes = b""


class SentFolder:
    """The folder on an IMAP server: the one named in the settings, else the one that the server marks so (RFC 6154).
    Not for several threads at once."""

    def __init__(self, access: ImapAccess, named: str = "") -> None:
        self._access = access
        self._named = named
        self._client: IMAPClient | None = None

    def put(self, letters: Sequence[SentCopy]) -> Iterator[int]:
        """Put copies there and return the keys of those that lie there now. One that the server refuses hinders no
        other. Hang up afterwards. Raises SourceUnavailable, at the end too, where any was refused."""
        refused = ""
        with self._connected("送信済みのフォルダーに控えを置けません") as client:
            folder = special(client, SENT, self._named) or made(client, self._named or USUAL_FOLDER)
            client.select_folder(folder, readonly=True)
            new = not any_with_header(client, "MESSAGE-ID", [letter.message_id for letter in letters])
            for letter in letters:
                try:
                    if new or not with_header(client, "MESSAGE-ID", letter.message_id):
                        client.append(folder, letter.data, (b"\\Seen",))
                except IMAPClientAbortError:
                    raise
                except IMAPClientError as refusal:
                    refused = reason(refusal)
                    continue
                yield letter.key
        if refused:
            host = f"{self._access.host}:{self._access.port}"
            raise SourceUnavailable(f"{host} の送信済みのフォルダーに置けない控えがあります（{refused}）。")

    def present(self, letters: Sequence[SentCopy]) -> Iterator[int]:
        """The keys of those that lie there; makes nothing. Raises SourceUnavailable. Hangs up afterwards."""
        with self._connected("送信済みのフォルダーを確認できません") as client:
            folder = special(client, SENT, self._named)
            if folder:
                client.select_folder(folder, readonly=True)
            for letter in letters if folder else ():
                if with_header(client, "MESSAGE-ID", letter.message_id):
                    yield letter.key

    def close(self) -> None:
        """Say goodbye; never raise. The next question connects anew."""
        hang_up(self._client)
        self._client = None

    @contextmanager
    def _connected(self, what: str) -> Iterator[IMAPClient]:
        try:
            with translate_errors(self._access, what):
                self._client = connect(self._access)
                yield self._client
        finally:
            self.close()
