"""Filing: moving a mail that has been dealt with into a folder of its mailbox.

The one module that changes a mailbox of submissions, and only where the settings say so. It opens the folder
by SELECT, on a connection of its own. Never deletes a mail that is not in the other folder: a server without
MOVE (RFC 6851) copies first, and one without UIDPLUS (RFC 4315) leaves the original, marked as deleted, since
a plain EXPUNGE would also remove what people have marked. Keywords are not used.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from config.frozen import frozen
from intake.sources.folders import made, on_server, with_header
from intake.sources.imap_access import ImapAccess, connect, hang_up, translate_errors
from intake.sources.network import reason

_log = logging.getLogger(__name__)


@frozen
class ToFile:
    """A mail and the folder it belongs into. It lies in the watched folder under these UIDs, or, where it has
    been filed before, in `lies_in`, where its Message-ID finds it. `key`: the caller's own."""

    key: int
    folder: str
    uidvalidity: str
    uids: tuple[str, ...]
    message_id: str = ""
    lies_in: str = ""


@frozen
class Filed:
    """What became of it: moved; copied, with the original marked as deleted; or not there any more, since
    somebody else has moved or deleted it."""

    key: int
    folder: str
    how: Literal["moved", "marked", "gone"]


class ImapFiler:
    """A filer of the mails of one IMAP mailbox. Not for several threads at once."""

    def __init__(self, access: ImapAccess) -> None:
        self._access = access
        self._client: IMAPClient | None = None

    def file(self, wanted: Sequence[ToFile]) -> Iterator[Filed]:
        """Move each mail; one that the server refuses is left out and does not hinder the others. Hang up afterwards.
        Raises SourceUnavailable where there is no connection, or where every one was refused."""
        try:
            with translate_errors(self._access, "メールをフォルダーに移せません"):
                self._client = connect(self._access)
                for _, group in groupby(sorted(wanted, key=_way), key=_way):
                    yield from _file(self._client, self._access.folder, list(group))
        finally:
            self.close()

    def close(self) -> None:
        """Say goodbye; never raise. The next mails connect anew."""
        hang_up(self._client)
        self._client = None


def _way(wanted: ToFile) -> tuple[str, str]:
    return wanted.lies_in, wanted.folder


def _file(client: IMAPClient, watched: str, wanted: list[ToFile]) -> Iterator[Filed]:
    """Mails that go the same way: together, and one by one where the server refuses that."""
    lies_in = wanted[0].lies_in
    source = on_server(client, lies_in) if lies_in else watched
    target = made(client, wanted[0].folder)
    if source == target:
        yield from (Filed(w.key, w.folder, "moved") for w in wanted)
        return
    copied = frozenset[int]() if client.has_capability("MOVE") else _copied(client, target, wanted)
    present = _present(client, source, wanted)
    if absent := [w for w in wanted if not present.get(w.key)]:
        lies_there = _copied(client, target, absent)  # moved before a crash could tell so
        yield from (Filed(w.key, w.folder, "moved" if w.key in lies_there else "gone") for w in absent)
    there = [w for w in wanted if present.get(w.key)]
    if not there:
        return
    if absent:
        client.select_folder(source)
    try:
        how = _move(client, [(u, w.key in copied) for w in there for u in present[w.key]], target)
        yield from (Filed(w.key, w.folder, how) for w in there)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as refusal:
        if len(there) == 1:
            raise
        yield from _one_by_one(client, [(w, present[w.key], w.key in copied) for w in there], target, refusal)


def _one_by_one(
    client: IMAPClient, each: list[tuple[ToFile, list[int], bool]], target: str, refusal: IMAPClientError
) -> Iterator[Filed]:
    """Raise the refusal of all where every single one is refused too."""
    moved = False
    for one, uids, copied in each:
        try:
            how = _move(client, [(uid, copied) for uid in uids], target)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as refused:
            _log.warning("メール（UID %s）を移せません（%s）。", uids[0], reason(refused))
        else:
            moved = True
            yield Filed(one.key, one.folder, how)
    if not moved:
        raise refusal


def _present(client: IMAPClient, source: str, wanted: list[ToFile]) -> dict[int, list[int]]:
    """The UIDs under which each of the mails lies in this folder now; it is open afterwards."""
    if wanted[0].lies_in and not client.folder_exists(source):
        return {}
    validity = str(client.select_folder(source).get(b"UIDVALIDITY", ""))
    if wanted[0].lies_in:
        return {w.key: _with_id(client, w.message_id) for w in wanted}
    named = {w.key: [int(u) for u in w.uids] for w in wanted if w.uidvalidity.partition("+")[0] == validity}
    every = sorted({uid for uids in named.values() for uid in uids})
    there = set(client.search(["UNDELETED", "UID", ",".join(map(str, every))])) if every else set()
    return {key: [uid for uid in uids if uid in there] for key, uids in named.items()}


def _copied(client: IMAPClient, target: str, wanted: list[ToFile]) -> frozenset[int]:
    """Those that an earlier try has copied before it was cut short."""
    client.select_folder(target, readonly=True)
    return frozenset(w.key for w in wanted if _with_id(client, w.message_id))


def _with_id(client: IMAPClient, message_id: str) -> list[int]:
    return with_header(client, "MESSAGE-ID", message_id)


def _move(client: IMAPClient, mails: list[tuple[int, bool]], target: str) -> Literal["moved", "marked"]:
    """UIDs of the open folder, each with whether it lies in the other one already."""
    uids = [uid for uid, _ in mails]
    if not uids:
        return "moved"
    if client.has_capability("MOVE"):
        client.move(uids, target)
        return "moved"
    if fresh := [uid for uid, copied in mails if not copied]:
        client.copy(fresh, target)
    client.add_flags(uids, [b"\\Deleted"])
    if not client.has_capability("UIDPLUS"):
        return "marked"
    client.uid_expunge(uids)
    return "moved"
