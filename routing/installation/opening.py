"""An installation opened for whoever stands at a door: its settings, its register, its ledger, its desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import Mistake, SettingsError
from config.load import default_survey
from config.others import check_others
from config.settings import Settings, check_mailboxes, load_settings
from routing.clock import Clock, rehearsed, system_clock
from routing.ledger.store import Ledger, NotALedger, desk_lock
from routing.office import OpenOffice
from routing.register import Register, build_register

if TYPE_CHECKING:  # it takes half a second to load, and few commands need it
    from routing.journey.desk import Desk


@dataclass
class Installation:
    """Which survey, which settings, which instant, as somebody named them; each is read when it is first needed."""

    survey_option: Path | None
    settings_path: Path
    now_option: datetime | None

    @cached_property
    def settings(self) -> Settings:
        """The settings file. Raises SettingsError."""
        return load_settings(self.settings_path)

    @cached_property
    def survey_dir(self) -> Path:
        """--survey, else the settings' survey where there is a settings file, else the default."""
        if self.survey_option is not None:
            return self.survey_option
        configured = self.settings.survey if self.settings_path.exists() else None
        return configured or default_survey()

    @cached_property
    def register(self) -> Register:
        """Survey and roster. Raises SurveyError."""
        return build_register(self.survey_dir)

    @property
    def rehearsed_at(self) -> datetime | None:
        """--now, else the settings' own instant (that of a demo)."""
        if self.now_option is not None:
            return self.now_option
        return self.settings.now if self.settings_path.exists() else None

    @property
    def clock(self) -> Clock:
        """The clock that this command goes by."""
        at = self.rehearsed_at
        return rehearsed(at) if at else system_clock

    @contextmanager
    def open_office(self, clock: Clock | None = None) -> Iterator[OpenOffice]:
        """Register, settings, ledger and clock, for what reads no mail; closed afterwards. Raises SettingsError,
        SurveyError, and what opening the ledger raises."""
        register = self.register
        if mistakes := check_mailboxes(self.settings, register.survey, self.settings_path.name):
            raise SettingsError(mistakes)
        ledger = self._ledger()
        try:
            yield OpenOffice(register, self.settings, ledger, clock or self.clock)
        finally:
            ledger.close()

    @contextmanager
    def open_desk(self, clock: Clock | None = None, alone: bool = False) -> Iterator[Desk]:
        """The desk, with readers; closed afterwards. `alone`: as the one desk that works on this ledger, else
        LedgerBusy; the lock is taken before the ledger is opened, since another file may take its place. Raises
        SettingsError too, and what `open_office` raises."""
        from routing.journey.desk import Desk
        from routing.reading.pool import Readers

        if alone:
            self._ledger().close()  # tells what is wrong with it, before the lock beside it does
        with self.locked() if alone else nullcontext(), self.open_office(clock) as office:
            if mistakes := check_others(self.settings, office.register.survey, self.settings_path.name):
                raise SettingsError(mistakes)
            reader = Readers(self.survey_dir, self.settings.readers, self.settings.other_surveys)
            try:
                yield Desk(office.register, office.settings, office.ledger, reader, office.clock)
            finally:
                reader.close()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """No desk works on the ledger meanwhile. Raises LedgerBusy, SettingsError."""
        self._folder()
        with desk_lock(self.settings.ledger):
            yield

    def _folder(self) -> None:
        folder = self.settings.ledger.parent
        if not folder.is_dir():
            reason = f"台帳のフォルダー {folder} がありません。作成してください。"
            raise SettingsError((Mistake(self.settings_path.name, "ledger", reason),))

    def _ledger(self) -> Ledger:
        self._folder()
        try:
            return Ledger(self.settings.ledger)
        except NotALedger as reason:
            raise SettingsError((Mistake(self.settings_path.name, "ledger", str(reason)),)) from reason
