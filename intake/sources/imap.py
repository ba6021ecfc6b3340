"""An IMAP folder as a source of mail (RFC 9051, RFC 3501), over IMAPClient.

Never changes anything on the server: the folder is opened by EXAMINE and mails are read with BODY.PEEK.
People work in these mailboxes, so no flag means anything here: the cursor is UIDVALIDITY and UID.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from config.jst import JST
from intake.mail.received import HEADER_LIMIT, received_at
from intake.sources.idle import can_idle, listen, rest
from intake.sources.imap_access import TROUBLE, ImapAccess, connect, cut, hang_up, translate_errors
from intake.sources.network import reason
from intake.sources.source import SAMPLES, Cursor, Fetched, Heard, Look, SourceUnavailable

__all__ = ["ImapAccess", "ImapSource"]

FetchedItems = dict[bytes, Any]  # one mail's part of a FETCH response: data item -> value

_ASK_WHOLE, _WHOLE = "BODY.PEEK[]", b"BODY[]"
_ASK_HEADER, _HEADER = f"BODY.PEEK[HEADER]<0.{HEADER_LIMIT}>", b"BODY[HEADER]<0>"
MANY_SIZES = 500  # mails whose size is asked for at once
MANY = 10  # mails that a server keeps back one after the other
_log = logging.getLogger(__name__)


class ImapSource:
    """A `Source` over one IMAP folder. Keeps its connection between looks; after any error, and when the
    server has hung up meanwhile, the next look connects anew. Not for several threads at once."""

    def __init__(self, access: ImapAccess) -> None:
        self._access = access
        self._client: IMAPClient | None = None
        self._next = 0  # UIDNEXT at the last look (RFC 9051 §2.3.1.1); 0: the server does not tell it

    def look(self, cursor: Cursor | None) -> Look:
        """The UIDs behind the cursor, ascending; all of them where the folder has another UIDVALIDITY, or has
        been put back to an earlier state without one (`_life`)."""
        with self._guard("メールボックスを確認できません"):
            kept = self._client
            client, folder = self._examined()
            uidvalidity = self._life(client, folder, cursor)
            self._next = int(folder.get(b"UIDNEXT", 0))
            known = cursor is not None and cursor.uidvalidity == uidvalidity
            last = int(cursor.uid or 0) if cursor is not None and known else 0
            # «n:*» names the last mail even when its UID is below n (RFC 9051 §9, seq-range)
            found = client.search(["UID", f"{last + 1}:*"])
            uids = tuple(str(uid) for uid in sorted(set(found)) if uid > last)
            return Look(uidvalidity, uids, int(folder.get(b"EXISTS", 0)), fresh=client is not kept)

    def fetch(self, uids: Sequence[str]) -> Iterator[Fetched]:
        """The mails of the last look, batch by batch. Needs its connection: UIDs of another UIDVALIDITY would
        be other mails."""
        numbers = [int(uid) for uid in uids]
        for start in range(0, len(numbers), self._access.batch):
            facts = self._ask(numbers[start : start + self._access.batch], ["RFC822.SIZE", "INTERNALDATE"])
            sizes = {uid: item[b"RFC822.SIZE"] for uid, item in facts.items() if b"RFC822.SIZE" in item}
            for group, whole in self._groups(sizes):
                bodies = self._ask(group, [_ASK_WHOLE if whole else _ASK_HEADER])
                for uid in group:
                    raw = bodies.get(uid, {}).get(_WHOLE if whole else _HEADER)
                    # else expunged since it was looked up, or kept back
                    if raw is not None and (raw or not sizes[uid]):
                        yield from self._mail(uid, facts[uid], raw, whole)

    def listed(self, uids: Sequence[str] | None = None) -> tuple[str, ...]:
        """The UIDs that the mailbox still has, by UID SEARCH; ascending. Raises SourceUnavailable (out of
        ConnectionResetError where there is no connection)."""
        with self._guard("メールボックスを確認できません"):
            if self._client is None:
                raise ConnectionResetError
            asked = "1:*" if uids is None else ",".join(uids)
            found = self._client.search(["UID", asked]) if asked else ()
            return tuple(str(uid) for uid in sorted(set(found)))

    def sizes(self, uids: Sequence[str]) -> Mapping[str, int]:
        """The size in bytes of these mails by UID, by UID FETCH, some hundred at a time."""
        found: dict[str, int] = {}
        for start in range(0, len(uids), MANY_SIZES):
            facts = self._ask([int(uid) for uid in uids[start : start + MANY_SIZES]], ["RFC822.SIZE"])
            found |= {str(uid): item[b"RFC822.SIZE"] for uid, item in facts.items() if b"RFC822.SIZE" in item}
        return found

    def samples(self, uids: Sequence[str]) -> Mapping[str, bytes]:
        """A few bytes of each of these mails by UID, by partial fetches (RFC 9051 §6.4.5), which mark nothing as
        read."""
        items = [f"BODY.PEEK[]<{start}.{length}>" for start, length in SAMPLES]
        facts = self._ask([int(uid) for uid in uids], items) if uids else {}
        named = [f"BODY[]<{start}>".encode() for start, _ in SAMPLES]
        return {
            str(uid): b"".join(item.get(name) or b"" for name in named) for uid, item in facts.items() if named[0] in item
        }

    def wait(self, wake: int) -> Heard:
        """Listen by IDLE, on the connection of the last look; without one, or on a server that has no IDLE, wait for
        `wake` alone. Mail that came between that look and now is news at once."""
        try:
            if self._client is None or not self._access.idle_seconds or not can_idle(self._client):
                rest(wake)
                return "quiet"
            if _examine(self._client, self._access.folder).get(b"UIDNEXT", 0) > self._next:
                return "news"
            return listen(self._client, self._access.idle_seconds, wake)
        except TROUBLE:
            self._drop()
            return "lost"

    def close(self) -> None:
        """Say goodbye and hang up; never raise."""
        hang_up(self._client)
        self._client = None

    def _groups(self, sizes: dict[int, int]) -> Iterator[tuple[list[int], bool]]:
        """The mails to ask for in one go, in order, and whether whole: bounded in bytes, large ones alone."""
        group: list[int] = []
        filled = 0
        for uid, size in sizes.items():
            if group and (size > self._access.max_size or filled + size > self._access.batch_bytes):
                yield group, True
                group, filled = [], 0
            if size > self._access.max_size:
                yield [uid], False
            else:
                group.append(uid)
                filled += size
        if group:
            yield group, True

    def _ask(self, uids: list[int], items: list[str]) -> dict[int, FetchedItems]:
        """One FETCH. A server may answer NO to all when one mail is gone or damaged (RFC 2180 §4.1): then
        each is asked for alone, and one that gives nothing does not hide the others."""
        with self._guard("メールを取り出せません"):
            if self._client is None:
                raise ConnectionResetError
            try:
                return _fetch(self._client, uids, items)
            except IMAPClientAbortError:
                raise
            except IMAPClientError:
                return _one_by_one(self._client, uids, items)

    def _life(self, client: IMAPClient, folder: FetchedItems, cursor: Cursor | None) -> str:
        """The validity of the folder's UIDs: UIDVALIDITY, and "+1", "+2" … behind it for each time that the
        server gave the same UIDs to other mails under one UIDVALIDITY, which RFC 9051 §2.3.1.1 forbids and a
        mailbox restored from a backup does. Two signs tell: a UID that was given is still to be given, or the
        mail at the cursor has another INTERNALDATE than the one that was read there."""
        uidvalidity = str(folder[b"UIDVALIDITY"])
        if cursor is None or not cursor.uid:
            return uidvalidity
        same, _, lives = cursor.uidvalidity.partition("+")
        if same != uidvalidity:
            return uidvalidity
        last = int(cursor.uid)
        given_again = folder.get(b"UIDNEXT", last + 1) <= last
        date = None if given_again or cursor.received_at is None else _date_of(client, last)
        if not given_again and date in (None, cursor.received_at):
            return cursor.uidvalidity
        _log.warning(
            "%s のメールボックスが以前の状態に戻されています。全てのメールを確認し直します。", self._access.host
        )
        return f"{uidvalidity}+{int(lives or 0) + 1}"

    def _examined(self) -> tuple[IMAPClient, FetchedItems]:
        """The folder opened afresh, so that it tells of new mail and of a new UIDVALIDITY, and what it tells."""
        if self._client is not None:
            try:
                return self._client, _examine(self._client, self._access.folder)
            except (IMAPClientAbortError, OSError):  # the server hung up since the last look
                self._drop()
        self._client = connect(self._access)
        return self._client, _examine(self._client, self._access.folder)

    @contextlib.contextmanager
    def _guard(self, what: str) -> Iterator[None]:
        """Whatever goes wrong with network, protocol or login: hang up, and tell it in one sentence."""
        try:
            with translate_errors(self._access, what):
                yield
        except SourceUnavailable:
            self._drop()
            raise

    def _mail(self, uid: int, facts: FetchedItems, raw: bytes, whole: bool) -> Iterator[Fetched]:
        date = facts.get(b"INTERNALDATE")
        # without a readable INTERNALDATE a server breaks RFC 9051 §2.3.3, which must not hide a mail
        when = date.astimezone(JST) if date is not None and date.tzinfo else received_at(raw)
        if when is None:
            _log.info("%s がメール（UID %d）の受信日時を示しません。", self._access.host, uid)
            return
        # servers may estimate RFC822.SIZE (Exchange does): what came is the truth
        size = len(raw) if whole else facts[b"RFC822.SIZE"]
        yield Fetched(str(uid), when, size, raw, header_only=not whole)

    def _drop(self) -> None:
        cut(self._client)
        self._client = None


def _examine(client: IMAPClient, folder: str) -> FetchedItems:
    answer: FetchedItems = client.select_folder(folder, readonly=True)
    if b"UIDVALIDITY" not in answer:
        raise IMAPClientError("no UIDVALIDITY")
    return answer


def _fetch(client: IMAPClient, uids: list[int], items: list[str]) -> dict[int, FetchedItems]:
    found: dict[int, FetchedItems] = client.fetch(uids, items)
    return found


def _date_of(client: IMAPClient, uid: int) -> datetime | None:
    """The INTERNALDATE of one mail; None where it is gone, or damaged, or the server gives none."""
    try:
        date = _fetch(client, [uid], ["INTERNALDATE"]).get(uid, {}).get(b"INTERNALDATE")
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        return None
    return date if isinstance(date, datetime) and date.tzinfo else None


def _one_by_one(client: IMAPClient, uids: list[int], items: list[str]) -> dict[int, FetchedItems]:
    """Each mail alone; those that the server lists no longer, and those that it keeps back, are left out.
    Raises the server's last NO where it gave none of many: then it is not the mails that are in trouble."""
    found: dict[int, FetchedItems] = {}
    refusal: IMAPClientError | None = None
    client.noop()  # lets the server tell of what is gone
    listed = set(client.search(["UID", ",".join(map(str, uids))]))
    for uid in (u for u in uids if u in listed):
        try:
            found.update(_fetch(client, [uid], items))
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            refusal = error
            _log.info("メール（UID %s）をサーバーから取り出せません（%s）。", uid, reason(error))
    if refusal is not None and not found and len(listed) >= MANY:
        raise refusal
    return found
