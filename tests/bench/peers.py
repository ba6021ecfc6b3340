"""How fast are others on the same mails? django-helpdesk, django-mailbox, and a straightforward script, each in
an environment of their own (made once, in the user's cache folder), on the core on which the desk was measured.

None of them does the whole job: only the script opens workbooks, and none of them keeps a promise about crashes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from pathlib import Path

from tests.bench.machine import DESK, pinned
from tests.bench.rig import Rig
from tests.e2e.office import MAILBOXES
from tests.e2e.traffic import Traffic

PACKAGES = ("django-helpdesk==2.6.1", "django-mailbox==4.10.1", "imap_tools==1.16.0", "openpyxl==3.1.5")
HERE = Path(__file__).parent / "peers"


def environment() -> Path:
    """The Python of the peers' own environment, made if it is not there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "uketsuke-bench" / "-".join(PACKAGES).replace("==", "-")
    if not (folder / "ready").exists():
        venv.create(folder, with_pip=True, clear=True)
        command = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", *PACKAGES]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        (folder / "ready").touch()
    return folder / "bin" / "python"


def peers(rig: Rig, python: Path, mails: Sequence[Traffic]) -> dict[str, float]:
    """Mails per second of each, its own start taken off."""
    found = {}
    for name in ("helpdesk", "mailbox", "script"):
        rig.empty()
        start = _run(rig, python, name, 0)
        rig.put(mails)
        found[f"{name}_mails_per_second"] = len(mails) / (_run(rig, python, name, len(mails)) - start)
    return found


def _run(rig: Rig, python: Path, name: str, mails: int) -> float:
    """Seconds that one peer takes over what lies in the mailboxes; AssertionError if it missed any of it."""
    with tempfile.TemporaryDirectory(dir=rig.folder) as folder:
        ports = [rig.servers.host, str(rig.servers.imap_port), str(rig.sink.port)]
        given = {
            "script": ports,
            "mailbox": [folder, *ports[:2]],
            "helpdesk": [folder, *ports],
        }
        command = [python, "-P", HERE / f"with_{name}.py", *given[name], *MAILBOXES.values()]
        began = time.monotonic()
        with pinned(DESK):
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        taken = time.monotonic() - began
    said = done.stdout.split()
    if done.returncode or said[-1:] != [str(mails)]:
        print(done.stdout[-500:], done.stderr[-2000:], file=sys.stderr)
        raise AssertionError(f"{name}: {said[-1:]} of {mails} mails")
    return taken
