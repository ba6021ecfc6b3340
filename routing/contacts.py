"""The contacts file as the desk has it at hand: read once, and again when it has changed.

Whoever may write that file vouches for the addresses in it (`routing/proof.py`). A file that is wrong in the
meantime stops no mail: nobody is vouched for by it then, and `doctor` and the reminders tell its mistakes.
"""

from __future__ import annotations

from collections.abc import Mapping

from config.contacts import bodies_named, load_contacts
from config.errors import SettingsError
from config.settings import Settings
from routing.register import Register

_NOBODY: Mapping[str, frozenset[str]] = {}


class ContactsAtHand:
    """The addresses of one contacts file."""

    def __init__(self) -> None:
        self._read: tuple[object, Mapping[str, frozenset[str]]] = (None, _NOBODY)

    def bodies(self, settings: Settings, register: Register) -> Mapping[str, frozenset[str]]:
        """The lgcodes of the bodies whose contact the file names an address, for each address in lower case."""
        path = settings.contacts
        if path is None:
            return _NOBODY
        try:
            state = path.stat()
            version = (path, state.st_mtime_ns, state.st_size)
            if self._read[0] != version:
                self._read = version, bodies_named(load_contacts(path, register.survey, register.roster))
        except (OSError, SettingsError):
            self._read = None, _NOBODY
        return self._read[1]
