"""What people do with our drafts: sent, changed, deleted.

A draft that is gone from Drafts was sent if a mail with its Message-ID, or an answer to the same mail, lies
among the sent ones (mail programs often give what they send a new Message-ID). Changes nothing but what it is
told to take back, and of that only drafts that nobody has touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError

from config.frozen import frozen
from intake.mail.ids import is_our_message_id
from intake.sources.folders import DRAFTS, SENT, special, with_header
from intake.sources.imap_access import connect, cut, hang_up, translate_errors
from intake.sources.source import SourceUnavailable
from replies.senders.drafts import DraftsFolder, place_text

_IDS = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID IN-REPLY-TO)]"
_ID_FIELD = re.compile(rb"^(message-id|in-reply-to):\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)


@frozen
class OpenDraft:
    """A draft in a mailbox whose end is not known yet; `place` is empty once it is missing.
    `answers`: Message-ID of the mail that it answers."""

    key: int
    message_id: str
    answers: str
    place: str


@frozen
class Fate:
    """What a human did with a draft: sent it (detail: the sent mail's Message-ID), changed it (detail: where
    the new one lies), or deleted it; or that we have removed it."""

    key: int
    state: Literal["sent_by_hand", "edited", "discarded", "withdrawn"]
    detail: str


class DraftsWatch:
    """A watch over the drafts of one mailbox, over a connection of its own."""

    def __init__(self, mailbox: DraftsFolder) -> None:
        self._mailbox = mailbox
        self._client: IMAPClient | None = None
        self._drafts = self._sent = ""
        self._seen: object = None

    def fates(self, drafts: Sequence[OpenDraft]) -> list[Fate]:
        """What people did with these drafts since they were last seen at `place`. Raises SourceUnavailable."""
        return self._asked(lambda client: self._fates(client, drafts), "下書きを確認できません")

    def withdraw(self, drafts: Sequence[OpenDraft]) -> list[Fate]:
        """Remove those of these drafts that lie where we put them. A draft that a human changed stays; one that was
        sent is told. A draft that is gone and was not sent counts as removed, by us before a crash or by somebody
        else. Raises SourceUnavailable; trying again is safe at any time."""
        return self._asked(lambda client: self._withdrawn(client, drafts), "下書きを取り消せません")

    def _asked(self, ask: Callable[[IMAPClient], list[Fate]], trouble: str) -> list[Fate]:
        try:
            with translate_errors(self._mailbox.access, trouble):
                was_open = self._client is not None
                try:
                    return ask(self._connected())
                except (IMAPClientAbortError, OSError):
                    if not was_open:
                        raise
                self._drop()  # the server had hung up on an idler
                return ask(self._connected())
        except SourceUnavailable:
            self._drop()
            raise

    def close(self) -> None:
        """Say goodbye; never raise."""
        hang_up(self._client)
        self._client = None

    def _connected(self) -> IMAPClient:
        """A client that is logged in. Some servers make a folder when the first mail goes into it: one that is missing is
        looked for each time."""
        if self._client is None:
            self._client, self._drafts, self._sent = connect(self._mailbox.access), "", ""
        self._drafts = self._drafts or special(self._client, DRAFTS, self._mailbox.drafts)
        self._sent = self._sent or special(self._client, SENT, self._mailbox.sent)
        return self._client

    def _drop(self) -> None:
        cut(self._client)
        self._client = None

    def _fates(self, client: IMAPClient, drafts: Sequence[OpenDraft]) -> list[Fate]:
        folders = [folder for folder in (self._drafts, self._sent) if folder]
        client.noop()  # else STATUS of the folder that is open may tell what was (RFC 9051 §6.3.11)
        facts = ["UIDVALIDITY", "UIDNEXT", "MESSAGES"]
        state = [drafts, *(client.folder_status(folder, facts) for folder in folders)]
        if state == self._seen:
            return []
        there = _Drafts.read(client, self._drafts) if self._drafts else _Drafts({}, {})
        missing = [d for d in drafts if not there.place_of(d)]
        found = [Fate(d.key, "edited", p) for d in drafts if (p := there.place_of(d)) and p != d.place]
        sent = self._sent_ones(client, missing) if self._sent and missing else {}
        found += [Fate(d.key, "sent_by_hand", sent[d.key]) for d in missing if d.key in sent]
        found += [Fate(d.key, "discarded", "") for d in missing if d.key not in sent and d.place]
        self._seen = state
        return found

    def _withdrawn(self, client: IMAPClient, drafts: Sequence[OpenDraft]) -> list[Fate]:
        if not self._drafts:  # they lie in a folder that is not found now
            return []
        there = _Drafts.read(client, self._drafts)
        places = {draft.key: there.place_of(draft) for draft in drafts}
        missing = [draft for draft in drafts if not places[draft.key]]
        sent = self._sent_ones(client, missing) if self._sent and missing else {}
        untouched = [draft for draft in drafts if places[draft.key] and places[draft.key] == draft.place]
        if untouched:
            client.select_folder(self._drafts)
            _remove(client, [int(draft.place.rpartition("UID=")[2]) for draft in untouched])
            self._seen = None
        return [_end(draft, places[draft.key], sent.get(draft.key, "")) for draft in drafts]

    def _sent_ones(self, client: IMAPClient, missing: Sequence[OpenDraft]) -> dict[int, str]:
        """Those of the drafts gone from Drafts that were sent, with the Message-ID under which each was sent."""
        client.select_folder(self._sent, readonly=True)
        found = {}
        for draft in missing:
            if with_header(client, "MESSAGE-ID", draft.message_id):
                found[draft.key] = draft.message_id
            elif uids := with_header(client, "IN-REPLY-TO", draft.answers):
                ids = [_ids(item).get(b"message-id", "") for item in client.fetch(uids, [_IDS]).values()]
                theirs = [id for id in ids if not is_our_message_id(id)]  # ours: another reply to that mail
                if theirs:
                    found[draft.key] = theirs[-1]
        return found


def _remove(client: IMAPClient, uids: list[int]) -> None:
    """Delete mails of the open folder; where the server cannot do that for these alone (RFC 4315), they are marked as
    deleted."""
    client.add_flags(uids, [b"\\Deleted"])
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(uids)


def _end(draft: OpenDraft, place: str, sent_as: str) -> Fate:
    """What became of a draft that was to be removed: `place`: where one lies, `sent_as`: under which id it left."""
    if sent_as:
        return Fate(draft.key, "sent_by_hand", sent_as)
    if place and place != draft.place:
        return Fate(draft.key, "edited", place)
    return Fate(draft.key, "withdrawn", "")


@frozen
class _Drafts:
    """What lies in a Drafts folder: Message-ID -> place; and of those that are not ours (mail programs give a
    changed draft a new id) the id that they answer -> place."""

    by_id: dict[str, str]
    by_answered: dict[str, str]

    @classmethod
    def read(cls, client: IMAPClient, folder: str) -> _Drafts:
        validity = str(client.select_folder(folder, readonly=True)[b"UIDVALIDITY"])
        uids = client.search(["UNDELETED"])
        by_id, by_answered = {}, {}
        for uid, item in sorted(client.fetch(uids, [_IDS]).items()) if uids else ():
            ids, place = _ids(item), place_text(folder, validity, uid)
            by_id[ids.get(b"message-id", "")] = place
            if not is_our_message_id(ids.get(b"message-id", "")):
                by_answered[ids.get(b"in-reply-to", "")] = place
        return cls(by_id, by_answered)

    def place_of(self, draft: OpenDraft) -> str:
        answered = self.by_answered.get(draft.answers, "") if draft.answers else ""
        return self.by_id.get(draft.message_id, "") or answered


def _ids(item: dict[bytes, object]) -> dict[bytes, str]:
    header = next((v for k, v in item.items() if k.startswith(b"BODY[")), b"")
    if not isinstance(header, bytes):
        return {}
    unfolded = re.sub(rb"\r?\n(?=[ \t])", b"", header)
    return {name.lower(): value.decode("ascii", "replace") for name, value in _ID_FIELD.findall(unfolded)}
