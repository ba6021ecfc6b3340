"""Who is at the page: passwords (scrypt), sessions in this process's memory, or the name that a proxy vouches for."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from threading import Lock

from config.console import Console, ConsoleUser
from config.frozen import frozen, replace

LONGEST = timedelta(hours=8)
IDLE = timedelta(minutes=60)
FAILURES = 5  # in a row …
LOCKED = timedelta(minutes=15)  # … and then no password is tried for so long
SHORTEST = 12  # characters of a password
_N, _R, _P = 1 << 14, 8, 1


def hashed(password: str) -> str:
    """scrypt$N$r$p$salt$hash, as the settings hold it."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_scrypt(password, salt, _N, _R, _P).hex()}"


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, dklen=32, maxmem=1 << 26)


def is_password(password: str, stored: str) -> bool:
    """Whether a password is the one of which `hashed` made this."""
    _, n, r, p, salt, made = stored.split("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt), int(n), int(r), int(p)).hex(), made)


@frozen
class Person:
    """An official who is known. `login`: his login name."""

    login: str
    user: ConsoleUser

    @property
    def decides(self) -> bool:
        """Whether he may do more than look."""
        return self.user.role in ("operator", "admin")

    @property
    def is_admin(self) -> bool:
        """Whether he may erase."""
        return self.user.role == "admin"

    def sees(self, mailbox: str) -> bool:
        """Whether the items of a mailbox are this person's; what belongs to no mailbox is everybody's."""
        return not self.user.mailboxes or not mailbox or mailbox in self.user.mailboxes


@frozen
class _Session:
    login: str
    begun: datetime
    last: datetime


class Sessions:
    """Who is signed in; forgotten when the process ends. For several threads."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._sessions: dict[str, _Session] = {}
        self._failures: dict[str, tuple[int, datetime]] = {}
        self._lock = Lock()
        self._nobody = hashed(secrets.token_hex())  # what a name without an account is checked against

    def begin(self, login: str, password: str, now: datetime) -> str | None:
        """A new session's token; None where the password is wrong, or too many were."""
        user = self._console.users.get(login)
        counted = login if user else ""  # names that nobody has are counted together, and fill no memory
        with self._lock:
            count, since = self._failures.get(counted, (0, now))
            if count >= FAILURES and now - since >= LOCKED:
                count = 0
            self._failures[counted] = (count + 1, now if count < FAILURES else since)  # until it proves right
            if user is not None and count >= FAILURES:
                return None
        if not is_password(password, (user.password if user else None) or self._nobody) or user is None:
            return None
        with self._lock:
            self._failures.pop(counted, None)
            token = secrets.token_urlsafe(32)
            self._sessions[token] = _Session(login, now, now)
            return token

    def person(self, token: str, now: datetime) -> Person | None:
        """Whose session it is; None where there is none any more."""
        with self._lock:
            session = self._sessions.get(token)
            if session is None:
                return None
            if now - session.begun > LONGEST or now - session.last > IDLE:
                del self._sessions[token]
                return None
            self._sessions[token] = replace(session, last=now)
        return self.named(session.login)

    def named(self, login: str) -> Person | None:
        """The official with this login name."""
        user = self._console.users.get(login)
        return Person(login, user) if user else None

    def end(self, token: str) -> None:
        """Sign out."""
        with self._lock:
            self._sessions.pop(token, None)
