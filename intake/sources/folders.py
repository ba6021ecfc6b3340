"""Folders of a mailbox: what a name from the settings is called on this server, and which folder is for what.

A name in the settings may have levels, with "/" between them, whatever the server puts there (RFC 9051 §5.1,
RFC 2342). Names are written as modified UTF-7 by IMAPClient. The only thing ever made here is a folder.
"""

from __future__ import annotations

from collections.abc import Sequence

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

DRAFTS, SENT = b"\\Drafts", b"\\Sent"  # RFC 6154 §2
_USUAL_NAMES = {  # where a server has no SPECIAL-USE
    DRAFTS: ("drafts", "draft", "下書き"),
    SENT: (
        "sent",
        "sent items",
        "sent messages",
        "sent mail",
        "送信済みアイテム",
        "送信済み",
        "送信済みメール",
    ),
}


def on_server(client: IMAPClient, name: str) -> str:
    """The full name on this server: with its separator, below the prefix of personal folders."""
    if name.upper() == "INBOX":
        return "INBOX"
    prefix, separator = _personal(client)
    full = name.replace("/", separator) if separator else name
    return full if full.startswith(prefix) else prefix + full


def special(client: IMAPClient, use: bytes, named: str = "") -> str:
    """The folder for `use` (DRAFTS, SENT): the one named in the settings, else the one that the server marks
    so, else one with a usual name. Empty where there is none."""
    if named:
        full = on_server(client, named)
        return full if client.folder_exists(full) else ""
    found = [(set(flags), str(name), _text(separator)) for flags, separator, name in client.list_folders()]
    for flags, name, _ in found:
        if use in flags:
            return name
    by_last_name = {name.rpartition(separator)[2].lower(): name for _, name, separator in found}
    return next((by_last_name[usual] for usual in _USUAL_NAMES[use] if usual in by_last_name), "")


def made(client: IMAPClient, name: str) -> str:
    """The full name of a folder, which is made, and subscribed to so that people see it, if it is missing."""
    full = on_server(client, name)
    if not client.folder_exists(full):
        try:
            client.create_folder(full)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:  # somebody else has made it meanwhile; else the server says why not
            if not client.folder_exists(full):
                raise
        client.subscribe_folder(full)
    return full


def with_header(client: IMAPClient, field: str, value: str) -> list[int]:
    """UIDs of the mails in the open folder, without those marked as deleted, that have this Message-ID in a
    header field. What cannot be an id finds nothing."""
    if not value or not value.isascii() or not value.isprintable():
        return []
    return sorted(client.search(["UNDELETED", "HEADER", field, value]))


def any_with_header(client: IMAPClient, field: str, values: Sequence[str]) -> bool:
    """Whether a mail with one of these Message-IDs may lie in the open folder: one look through it for all of them. A
    server that will not search so is not pressed."""
    ids = [value for value in values if value.isascii() and value.isprintable()]
    try:
        return any(
            client.search(["UNDELETED", *_either([("HEADER", field, id) for id in ids[start : start + _AT_ONCE]])])
            for start in range(0, len(ids), _AT_ONCE)
        )
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        return True


_AT_ONCE = 40  # Message-IDs of up to a hundred octets in a command of 8,192 (RFC 7162 §4)


def _either(keys: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """One search key (RFC 3501 §6.4.4) for what one of at least one key finds."""
    *some, last = keys
    return (*(word for key in some for word in ("OR", *key)), *last)


def _personal(client: IMAPClient) -> tuple[str, str]:
    """Prefix and separator of one's own folders."""
    if client.has_capability("NAMESPACE"):
        namespaces = client.namespace().personal
        if namespaces:
            return str(namespaces[0][0]), _text(namespaces[0][1])
    inbox = client.list_folders("", "INBOX")
    return "", _text(inbox[0][1]) if inbox else "/"


def _text(separator: bytes | str | None) -> str:
    return separator.decode("ascii") if isinstance(separator, bytes) else separator or "/"
