"""A real Dovecot of the tests' own: IMAP with TLS and STARTTLS, LMTP, Maildir storage, users on demand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from tests.servers import machine

PASSWORD = "test-password"
_NOBODY = 65534  # owns the mail; Dovecot delivers to no root

_CONFIG = """
base_dir = {at}/run
state_dir = {at}/state
log_path = {at}/dovecot.log
listen = 127.0.0.1
protocols = imap lmtp
login_greeting = {token}
auth_failure_delay = 0
auth_mechanisms = plain login
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_fsync = never
disable_plaintext_auth = yes
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%Lu {at}/users/%Lu
}}
userdb {{
  driver = passwd-file
  args = username_format=%Lu {at}/users/%Lu
}}
# without this, one test's wrong password makes the next test's login wait four seconds
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service auth {{
  inet_listener {{
    port = {auth}
  }}
}}
"""


class Dovecot:
    """One Dovecot. `imap_port` speaks STARTTLS, `imaps_port` TLS from the first byte, `lmtp_port` LMTP,
    `auth_port` the protocol by which Postfix has Dovecot check a login. What `more` says in its configuration
    comes last and so counts."""

    def __init__(self, at: Path, tls: tuple[Path, Path, Path], more: str = "") -> None:
        machine.need("dovecot", "doveadm")
        self._at = at
        self._more = more
        self.ca, self._cert, self._key = tls
        at.mkdir()
        (at / "mail").mkdir()
        (at / "users").mkdir()
        self._token = uuid4().hex
        self._running: machine.Running | None = None
        self.imap_port = self.imaps_port = self.lmtp_port = self.auth_port = 0

    def start(self) -> None:
        """Starts it on free ports, or after a stop on the same ones."""
        for _ in range(5):
            if not self.imap_port:
                ports = (machine.free_port() for _ in range(4))
                self.imap_port, self.imaps_port, self.lmtp_port, self.auth_port = ports
                self._configure()
            self._running = machine.start(["dovecot", "-F", "-c", str(self._config)])
            if machine.answers(self.imap_port, self._token.encode(), self._running):
                return
            machine.stop(self._running)
            self.imap_port = 0  # somebody was faster: try other ports
        raise RuntimeError(f"Dovecot does not start:\n{self.log()}")

    def stop(self) -> None:
        """Ends it; users, mail and ports stay for the next start."""
        if self._running is not None:
            machine.stop(self._running)
            self._running = None

    def restart(self) -> None:
        """Stops and starts it: every connection is lost."""
        self.stop()
        self.start()

    def configure(self, more: str) -> None:
        """Adds to the configuration what was not known before the start; restarts on the same ports."""
        self._more += more
        self._configure()
        self.restart()

    def add_user(self, address: str) -> str:
        """Makes sure that this mailbox exists; returns its password."""
        # a file for each user: of a common one, Dovecot would not see a change within the same second
        entry = self._at / "users" / address.lower()
        if not entry.exists():
            self._make_maildir(address)
            entry.write_text(
                f"{address.lower()}:{{PLAIN}}{PASSWORD}:{_NOBODY}:{_NOBODY}::{self._home(address)}::\n"
            )
        return PASSWORD

    def maildir(self, address: str) -> Path:
        """Where the mail of this user lies."""
        return self._home(address) / "Maildir"

    def put(self, address: str, raw: bytes, received: datetime | None = None) -> None:
        """Places a mail into the INBOX without SMTP: the fastest way to many mails. `received` becomes its
        INTERNALDATE (Dovecot takes the file's time). Dovecot gives IMAP clients CRLF whatever is stored."""
        name = uuid4().hex
        file = self.maildir(address) / "tmp" / name
        file.write_bytes(raw)
        os.chown(file, _NOBODY, _NOBODY)
        if received is not None:
            os.utime(file, (received.timestamp(), received.timestamp()))
        file.rename(self.maildir(address) / "new" / name)

    def mails(self, address: str) -> list[Path]:
        """The files of the INBOX, new and read ones, in order of delivery where Dovecot made them."""
        box = self.maildir(address)
        # a mail that moves to «cur» while we list is seen twice: keep the later sight of it
        found = {f.name.partition(":")[0]: f for folder in ("new", "cur") for f in (box / folder).iterdir()}
        return [found[name] for name in sorted(found, key=_delivered)]

    def empty(self, address: str) -> None:
        """Removes all mail of this user, and with the indexes the UIDVALIDITY."""
        self.kick(address)
        shutil.rmtree(self.maildir(address))
        self._make_maildir(address)

    def sieve(self, address: str, script: str) -> None:
        """Gives this user a script (RFC 5228) that runs at each delivery, where the plugin is configured."""
        file = self._home(address) / ".dovecot.sieve"
        file.write_text(script)
        os.chown(file, _NOBODY, _NOBODY)

    def change_uidvalidity(self, address: str, to: int) -> None:
        """Gives the INBOX another UIDVALIDITY, as a restored backup does."""
        self.doveadm("mailbox", "update", "-u", address, "--uid-validity", str(to), "INBOX")

    def back_up(self, address: str, to: Path) -> None:
        """Copies all mail of this user away, with UIDs and UIDVALIDITY."""
        self.doveadm("mailbox", "status", "-u", address, "messages", "INBOX")  # gives every mail its UID
        shutil.copytree(self._home(address), to)

    def restore(self, address: str, backup: Path) -> None:
        """Puts a user's mail back as it was: what has come since is gone, and its UIDs are given again."""
        home = self._home(address)
        restored, crashed = (home.with_name(f"{home.name}.{uuid4().hex}") for _ in range(2))
        shutil.copytree(backup, restored)
        for each in (restored, *restored.rglob("*")):
            os.chown(each, _NOBODY, _NOBODY)
        home.rename(crashed)  # at once, for clients are connected
        while True:
            try:
                restored.rename(home)
                break
            except OSError:  # one of them has had a new mailbox made meanwhile
                shutil.rmtree(home, ignore_errors=True)
        self.kick(address)
        shutil.rmtree(crashed, ignore_errors=True)

    def kick(self, address: str) -> None:
        """Cuts this user's connections, if there are any."""
        self.doveadm("kick", address, fine=(0, 68))  # 68: nobody was connected

    def cut(self, address: str) -> None:
        """Cuts the connections that this user has; returns when they are gone. Dovecot learns of a login, and ends
        a process that it was told to, a moment later than the client."""
        assert machine.eventually(lambda: self._is_connected(address), 5), f"{address} is not connected"
        self.kick(address)
        assert machine.eventually(lambda: not self._is_connected(address), 5), f"{address} is still connected"

    def _is_connected(self, address: str) -> bool:
        return address in self.doveadm("who", address, fine=(0, 68))

    def expunge(self, address: str, uid: int) -> None:
        """Deletes one mail of the INBOX behind every client's back."""
        self.doveadm("expunge", "-u", address, "mailbox", "INBOX", "uid", str(uid))

    def keep_back(self, address: str, uid: int) -> None:
        """Takes from Dovecot the right to read one mail's file: listed still, it can be fetched no more."""
        self._file(address, uid).chmod(0)
        os.chown(self._file(address, uid), 0, 0)

    def change(self, address: str, uid: int, raw: bytes) -> None:
        """Puts other content under the same UID, as a gateway does that looks at files first."""
        self.kick(address)
        file = self._file(address, uid)
        received = file.stat().st_mtime  # from which Dovecot has the INTERNALDATE
        file.write_bytes(raw)
        os.utime(file, (received, received))
        plain = file.with_name(re.sub(r",[SW]=\d+", "", file.name))
        file.rename(plain)
        for listed in self._home(address).rglob("dovecot-uidlist"):
            text = listed.read_text().replace(file.name.partition(":")[0], plain.name.partition(":")[0])
            listed.write_text(re.sub(rf"(?m)^({uid}) [^:]*:", r"\1 :", text))
        for cached in self._home(address).rglob("dovecot.index*"):
            cached.unlink()  # they know how long the mail was; the UIDs stand in dovecot-uidlist

    def give_back(self, address: str, uid: int) -> None:
        """Makes that mail readable again."""
        file = self._file(address, uid)
        os.chown(file, _NOBODY, _NOBODY)
        file.chmod(0o600)

    def _file(self, address: str, uid: int) -> Path:
        said = self.doveadm("fetch", "-u", address, "guid", "mailbox", "INBOX", "uid", str(uid))
        guid = said.partition("guid: ")[2].strip()
        (file,) = (f for f in self.mails(address) if f.name.partition(":")[0] == guid)
        return file

    def doveadm(self, *arguments: str, fine: tuple[int, ...] = (0,)) -> str:
        """Runs doveadm on this server and returns what it printed; another exit code raises RuntimeError."""
        command = ["doveadm", "-c", str(self._config), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in fine:
            raise RuntimeError(f"doveadm {' '.join(arguments)}: {done.returncode} {done.stderr}")
        return done.stdout

    def log(self) -> str:
        """What Dovecot has logged."""
        file = self._at / "dovecot.log"
        return file.read_text() if file.exists() else ""

    @property
    def _config(self) -> Path:
        return self._at / "dovecot.conf"

    def _configure(self) -> None:
        self._config.write_text(
            _CONFIG.format(
                at=self._at,
                token=self._token,
                cert=self._cert,
                key=self._key,
                imap=self.imap_port,
                imaps=self.imaps_port,
                lmtp=self.lmtp_port,
                auth=self.auth_port,
            )
            + self._more
        )

    def _home(self, address: str) -> Path:
        return self._at / "mail" / address.lower()

    def _make_maildir(self, address: str) -> None:
        for folder in ("new", "cur", "tmp"):
            (self.maildir(address) / folder).mkdir(parents=True)
        home = self._home(address)
        for each in (home, *home.rglob("*")):
            os.chown(each, _NOBODY, _NOBODY)


def _delivered(name: str) -> tuple[list[int], str]:
    """Dovecot's file names begin 1690000000.M123456P…: second and microsecond, without leading zeros."""
    return [int(digits) for digits in re.findall(r"\d+", name)[:2]], name
