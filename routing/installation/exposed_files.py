"""Files that only the service may read, or change: passwords, the ledger, the
settings, the contacts, a server's certificate. Looks at modes and owners; opens none of them.

Links are followed: what counts is the file itself, and every folder on the way to it in which somebody else could
put another one in its place. A group that is its owner's own (user private groups) is nobody else. Files under
systemd's credentials belong to the service already; environment variables are no files.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from config.frozen import frozen
from config.settings import Settings
from routing.mailboxes.factory import secrets_of, servers_of

_MOST_LINKS = 40  # as Linux follows them
_READ, _WRITE = stat.S_IROTH | stat.S_IRGRP, stat.S_IWOTH | stat.S_IWGRP


@frozen
class Exposed:
    """A file or folder that others can read or change. `grave`: its content is a secret, or changes what is done."""

    what: str
    said: str
    grave: bool = True


def exposed_files(settings: Settings, settings_path: Path) -> Iterator[Exposed]:
    """Every such file that exists, each once, and then every such folder."""
    looked_at: dict[Path, tuple[str, bool]] = {}
    for what, path, is_secret in _files(settings, settings_path):
        if _mode(path):
            looked_at.setdefault(path, (what, is_secret))
    for path, (what, is_secret) in looked_at.items():
        yield from _file(what, path, is_secret)
    folders: dict[Path, Path] = {}
    for path in looked_at:
        for folder in _way_to(path):
            folders.setdefault(folder.resolve(), path)
    for folder, path in folders.items():
        if _replaceable(folder):
            reason = f"ほかの利用者が書き込めるため、{path.name} を別のものに置き換えられます"
            yield Exposed(
                "フォルダーの権限", f"{folder}（{_mode(folder):04o}）: {reason}。chmod go-w にしてください。"
            )


def _files(settings: Settings, settings_path: Path) -> Iterator[tuple[str, Path, bool]]:
    """What it is, where it is, and whether its content is a secret."""
    for key, secret in secrets_of(settings):
        if secret.file is not None:
            yield key, secret.file, True
    for end in ("", "-wal", "-shm"):
        yield "台帳", settings.ledger.with_name(settings.ledger.name + end), True
    yield "設定", settings_path, False
    if settings.contacts is not None:
        yield "contacts", settings.contacts, False
    for _, server in servers_of(settings):
        if server.tls_ca is not None:
            yield "tls_ca", server.tls_ca, False


def _file(what: str, path: Path, is_secret: bool) -> Iterator[Exposed]:
    mode, others = _mode(path), _others(path)
    name = f"{path}（{mode:04o}）"
    if others & _WRITE:
        yield Exposed(f"{what} の権限", f"{name}: ほかの利用者が書き換えられます。chmod go-w にしてください。")
    if is_secret and others & _READ:
        yield Exposed(f"{what} の権限", f"{name}: ほかの利用者が読めます。chmod 600 にしてください。")
    elif what == "contacts" and others & stat.S_IROTH:
        yield Exposed("contacts の権限", f"{name}: ほかの利用者が、宛先の一覧を読めます。", grave=False)


def _way_to(path: Path) -> Iterator[Path]:
    """The folders that hold the name, and, link after link, those that hold what it leads to."""
    here = path.absolute()
    for _ in range(_MOST_LINKS):
        yield from here.parents
        yield from (here.parent.resolve(), *here.parent.resolve().parents)
        if not here.is_symlink():
            return
        here = here.parent / here.readlink()


def _replaceable(folder: Path) -> bool:
    """Whether others can take a name out of it and put another in; where the sticky bit is set, only the owner of
    a file can (/tmp)."""
    return bool(_others(folder) & _WRITE) and not _mode(folder) & stat.S_ISVTX


def _mode(path: Path) -> int:
    """The mode of what can be looked at; 0 for what is not there, or lies where we may not look."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0


def _others(path: Path) -> int:
    """The bits of the mode that let others in. Somebody else's file (root's) may be read by the group of ours that it
    was given to."""
    try:
        found = path.stat()
    except OSError:
        return 0
    mode = stat.S_IMODE(found.st_mode) & 0o077
    if _own_group(found.st_uid, found.st_gid):
        mode &= ~stat.S_IRWXG
    if found.st_uid != os.geteuid():
        mode &= ~stat.S_IRGRP
    return mode


def _own_group(user: int, group: int) -> bool:
    """Whether a group is the user's own: of his name, and nobody else's."""
    try:
        name, members = pwd.getpwuid(user).pw_name, grp.getgrgid(group)
    except KeyError:  # a number without a name: nothing is known of it
        return False
    return members.gr_name == name and set(members.gr_mem) <= {name}
