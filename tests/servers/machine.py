"""What Dovecot and Postfix both need: a folder of their own, free ports, a certificate, a process that ends.

Nothing here touches a server of the machine itself: all state lives in one temporary folder, all ports are on
127.0.0.1, and only processes started here are stopped.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

HOST = "localhost"  # the certificate's name
ADDRESS = "127.0.0.1"
INSTALL = "apt-get install dovecot-imapd dovecot-lmtpd postfix"


class ServerMissing(RuntimeError):
    """A server cannot be started on this machine; the text says what to do."""


def need(*programs: str) -> None:
    """Raises ServerMissing unless these programs exist and this process may start servers."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise ServerMissing(f"{', '.join(missing)} not found; the tests use real servers: {INSTALL}")
    if os.geteuid() != 0:
        raise ServerMissing("the tests start real Dovecot and Postfix, which change users: run them as root")


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder that servers running as other users may enter, with a short path (a Unix socket's
    path holds 107 bytes)."""
    path = Path(mkdtemp(prefix="uk-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


_claimed: list[socket.socket] = []  # held until this process ends, however it ends


def free_port() -> int:
    """A port that nobody listens on and that no test of this machine gets a second time while this process
    lives: its UDP twin stays bound. Below 32768: the kernel gives those to no outgoing connection."""
    while True:
        port = random.SystemRandom().randrange(20000, 32000)
        claim = socket.socket(type=socket.SOCK_DGRAM)
        try:
            claim.bind((ADDRESS, port))
            with socket.socket() as probe:
                probe.bind((ADDRESS, port))
        except OSError:
            claim.close()
            continue
        _claimed.append(claim)
        return port


def certificate(at: Path, name: str = HOST) -> tuple[Path, Path, Path]:
    """(CA, certificate, key) as PEM files: a certificate for this name only, signed by a new CA."""
    at.mkdir()
    ca, ca_key, cert, key, request = (at / f for f in ("ca.pem", "ca.key", "cert.pem", "cert.key", "csr"))
    extensions = at / "extensions"
    extensions.write_text(f"subjectAltName=DNS:{name}\nextendedKeyUsage=serverAuth\n")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    _openssl("req", "-x509", *curve, "-keyout", ca_key, "-out", ca, "-days", "30", "-subj", "/CN=test CA")
    _openssl("req", *curve, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
    _openssl(
        *("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial"),
        *("-out", cert, "-days", "30", "-extfile", extensions),
    )
    return ca, cert, key


@dataclass(frozen=True)
class Running:
    """A server in the foreground, and a shell that ends it should this process be killed."""

    server: subprocess.Popen[bytes]
    guard: subprocess.Popen[bytes]


def start(command: list[str]) -> Running:
    """Starts a server that runs in the foreground, in a session (and process group) of its own.

    Postfix closes every possible descriptor when it starts a child: a container's limit of a million is slow.
    """
    server = _silently(["prlimit", "--nofile=4096", *command], subprocess.DEVNULL)
    # the pipe's other end closes with this process, however it dies
    guard = ["sh", "-c", 'read -r _; kill -s TERM -- "-$0"', str(server.pid)]
    return Running(server, _silently(guard, subprocess.PIPE))


def stop(running: Running) -> None:
    """Ends what `start` started: SIGTERM, and after five seconds SIGKILL. Then its children, which may still
    be talking to a client: once a server is stopped, nobody answers."""
    running.guard.kill()
    running.guard.communicate()
    running.server.terminate()
    try:
        running.server.wait(5)
    except subprocess.TimeoutExpired:
        running.server.kill()
        running.server.wait()
    with suppress(ProcessLookupError):
        os.killpg(running.server.pid, signal.SIGKILL)


def answers(port: int, token: bytes, running: Running, seconds: float = 10.0) -> bool:
    """Whether a greeting with our token comes from this port in time: another session's server has another
    token. False as soon as it has ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and running.server.poll() is None:
        try:
            with socket.create_connection((ADDRESS, port), timeout=2) as connection:
                if token in connection.recv(500):
                    return True
        except OSError:
            pass
        time.sleep(0.02)
    return False


def takes_sigterm(pid: int) -> bool:
    """Whether a process has said what it does at SIGTERM (proc(5), SigCgt); until then it just ends."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
    return False  # it has ended


def eventually(check: Callable[[], bool], seconds: float, every: float = 0.02) -> bool:
    """Whether `check` comes true within so many seconds; it is looked at `every` so many."""
    until = time.monotonic() + seconds
    while not check():
        if time.monotonic() > until:
            return False
        time.sleep(every)
    return True


def halt(pid: int) -> None:
    """Stops a process where it is, and returns once it stands still: a signal takes its time."""
    os.kill(pid, signal.SIGSTOP)
    state = Path(f"/proc/{pid}/stat")
    assert eventually(lambda: state.read_text().rpartition(")")[2].split()[0] == "T", 10)


def _openssl(*arguments: str | Path) -> None:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")


def _silently(command: list[str], stdin: int) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=stdin, stdout=quiet, stderr=quiet, start_new_session=True)
