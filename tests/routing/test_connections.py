"""Which class stands behind which setting, and passwords that are told as missing before the work begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from intake.sources.imap import ImapSource
from intake.sources.maildir import MaildirSource
from replies.senders.maildir import MaildirSender
from replies.senders.smtp import SmtpSender
from routing.mailboxes.factory import open_sender, open_source, unreadable_secrets
from routing.register import Register

IMAP = """
[mailboxes.n_mynumber]
source = "imap"
host = "imap.example.jp"
user = "n_mynumber"
password = { env = "UKETSUKE_TEST_IMAP" }
"""
MAILDIR = """
[mailboxes.yoboseshu]
source = "maildir"
path = "inbox"
"""
SMTP = """
[sender]
kind = "smtp"
host = "smtp.example.jp"
user = "n_mynumber"
password = { file = "smtp-password" }
"""
FOLDER = """
[sender]
kind = "maildir"
path = "outgoing"
"""


def _settings(folder: Path, tables: str) -> Settings:
    file = folder / "settings.toml"
    head = 'ledger = "l.db"\nmode = "send"\nstart_from = 2023-07-01\noperators = "o@mhlw.go.jp"\n'
    file.write_text(head + tables, encoding="utf-8")
    return load_settings(file)


def test_each_setting_has_its_class(tmp_path: Path, register: Register) -> None:
    settings, survey = _settings(tmp_path, IMAP + MAILDIR + SMTP), register.survey

    assert isinstance(open_source(settings.mailboxes["n_mynumber"], settings), ImapSource)
    assert isinstance(open_source(settings.mailboxes["yoboseshu"], settings), MaildirSource)
    assert isinstance(open_sender(settings, survey), SmtpSender)
    assert isinstance(open_sender(_settings(tmp_path, MAILDIR + FOLDER), survey), MaildirSender)


def test_every_missing_password_is_told_by_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UKETSUKE_TEST_IMAP", raising=False)
    settings = _settings(tmp_path, IMAP + MAILDIR + SMTP)

    mistakes = unreadable_secrets(settings, "settings.toml")

    assert [(m.file, m.key) for m in mistakes] == [
        ("settings.toml", "mailboxes.n_mynumber.password"),
        ("settings.toml", "sender.password"),
    ]


def test_passwords_that_can_be_read_are_no_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UKETSUKE_TEST_IMAP", "secret")
    (tmp_path / "smtp-password").write_text("secret\n")

    assert unreadable_secrets(_settings(tmp_path, IMAP + SMTP), "settings.toml") == ()
