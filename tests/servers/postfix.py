"""A real Postfix of the tests' own: takes mail on loopback for every domain and hands it to Dovecot by LMTP.

Nothing can leave the machine: no DNS, and every domain counts as local. An address that Dovecot does not
know comes back to the sender as a bounce, as in life.
"""

from __future__ import annotations

import grp
import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from tests.servers import machine

_MAIN = """
compatibility_level = 3.6
queue_directory = {at}/queue
data_directory = {at}/data
maillog_file = {at}/postfix.log
maillog_file_prefixes = {at}
myhostname = localhost
mydomain = localdomain
smtpd_banner = localhost ESMTP {token}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
virtual_mailbox_domains = static:all
virtual_mailbox_maps =
virtual_alias_maps =
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
lmtp_destination_recipient_limit = 1
lmtp_line_length_limit = 0
lmtp_dns_support_level = disabled
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_tls_security_level = may
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
smtpd_tls_loglevel = 1
disable_mime_output_conversion = yes
local_header_rewrite_clients =
recipient_delimiter =
message_size_limit = 100000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
in_flow_delay = 0
smtpd_client_connection_count_limit = 0
notify_classes =
"""

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup     unix n - n 60  1 pickup
cleanup    unix n - n -   0 cleanup
qmgr       unix n - n 300 1 qmgr
tlsmgr     unix - - n 1000? 1 tlsmgr
rewrite    unix - - n -   - trivial-rewrite
bounce     unix - - n -   0 bounce
defer      unix - - n -   0 bounce
trace      unix - - n -   0 bounce
verify     unix - - n -   1 verify
flush      unix n - n 1000? 0 flush
proxymap   unix - - n -   - proxymap
showq      unix n - n -   - showq
error      unix - - n -   - error
retry      unix - - n -   - error
discard    unix - - n -   - discard
lmtp       unix - - n -   - lmtp
anvil      unix - - n -   1 anvil
scache     unix - - n -   1 scache
postlog    unix-dgram n - n - 1 postlogd
"""

_QUEUE = (
    *("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming"),
    *("maildrop", "private", "public", "saved", "trace"),
)


class Postfix:
    """One Postfix. `port` speaks SMTP with STARTTLS; no login is asked of loopback, unless `more` in its
    main.cf says so. `faults`: name -> settings (key = value) of a listener of its own; `ports` tells where."""

    def __init__(
        self,
        at: Path,
        tls: tuple[Path, Path, Path],
        lmtp_port: int,
        more: str = "",
        faults: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        machine.need("postfix", "postconf")
        self._at = at
        self._faults = faults or {}
        self.ports: dict[str, int] = {}
        self.ca, self._cert, self._key = tls
        self._lmtp = lmtp_port
        self._more = more
        self._token = uuid4().hex
        self._running: machine.Running | None = None
        self.port = 0
        self._make_folders()

    def start(self) -> None:
        """Starts it on a free port, or after a stop on the same one."""
        for _ in range(5):
            if not self.port:
                self.port = machine.free_port()
                self._configure()
            # the master itself, not `postfix start`, whose checks of the installation take two seconds
            self._running = machine.start([_master(), "-c", str(self._at / "etc"), "-s"])
            if machine.answers(self.port, self._token.encode(), self._running):
                return
            machine.stop(self._running)
            self.port = 0  # somebody was faster: try another port
        raise RuntimeError(f"Postfix does not start:\n{self.log()}")

    def stop(self) -> None:
        """Ends it; what is queued stays for the next start, and what was just being delivered may come twice."""
        if self._running is not None:
            machine.stop(self._running)
            self._running = None

    def restart(self) -> None:
        """Stops and starts it: every connection is lost."""
        self.stop()
        self.start()

    def log(self) -> str:
        """What Postfix has logged."""
        file = self._at / "postfix.log"
        return file.read_text() if file.exists() else ""

    def _make_folders(self) -> None:
        """What `postfix start` would make, with the owners and modes that its postfix-files list."""
        owner, group = pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postdrop").gr_gid
        for folder in ("etc", "queue/pid"):
            (self._at / folder).mkdir(parents=True)
        queue = self._at / "queue"
        for made in (self._at / "data", *(queue / name for name in _QUEUE)):
            made.mkdir(mode=0o700)
            os.chown(made, owner, -1)
        for shared, mode in ((queue / "maildrop", 0o1730), (queue / "public", 0o2710)):
            os.chown(shared, owner, group)
            shared.chmod(mode)

    def _configure(self) -> None:
        values = {
            "at": self._at,
            "token": self._token,
            "cert": self._cert,
            "key": self._key,
            "lmtp": self._lmtp,
            "port": self.port,
        }
        self.ports = {name: machine.free_port() for name in self._faults}
        texts = {
            "main.cf": (_MAIN + self._more).format(**values),
            "master.cf": _MASTER.format(**values) + "".join(map(self._listener, self._faults)),
        }
        for name, text in texts.items():
            file = self._at / "etc" / name
            file.write_text(text)
            os.utime(file, (1, 1))  # Postfix waits two seconds for a file that was written just now

    def _listener(self, name: str) -> str:
        settings = "".join(f"  -o {{ {setting} }}\n" for setting in self._faults[name])
        return f"127.0.0.1:{self.ports[name]} inet n - n - - smtpd\n{settings}"


def _master() -> str:
    command = ["postconf", "-d", "-h", "daemon_directory"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() + "/master"
