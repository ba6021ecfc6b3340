"""The settings file: every key, every mistake at once, and no secret in any of them."""

from __future__ import annotations

import traceback
from datetime import datetime
from pathlib import Path

import pytest

from config.errors import SettingsError
from config.jst import JST
from config.load import load_survey
from config.settings import (
    ImapMailbox,
    MaildirMailbox,
    Secret,
    SendingMaildir,
    Settings,
    SmtpServer,
    check_mailboxes,
    folder_for,
    load_settings,
)
from config.shape import keys_of
from config.survey import Survey
from tests.config.surveys_at_hand import TINY

WHOLE = """
ledger = "ledger.db"
mode = "rehearse"
operators = "desk@example.go.jp"
survey = "surveys/mine"
now = 2023-07-10T09:00:00+09:00
max_size_mb = 20
approved_domains = ["hospital.example.jp"]
readers = 2

[mailboxes.n_mynumber]
source = "imap"
host = "imap.example.go.jp"
user = "n_mynumber"
password = { env = "N_MYNUMBER_PASSWORD" }
tls_ca = "/etc/ssl/our-ca.pem"
folder = "INBOX/調査"
timeout_seconds = 12

[mailboxes.sukoyaka]
source = "imap"
host = "imap.example.go.jp"
port = 1143
tls = "starttls"
user = "sukoyaka"
password = { file = "secrets/sukoyaka" }

[mailboxes.yoboseshu]
source = "maildir"
path = "inbox/yoboseshu"

[sender]
kind = "smtp"
host = "smtp.example.go.jp"
user = "desk"
password = { env = "SMTP_PASSWORD" }

[caps]
per_address_per_day = 5
per_respondent_per_day = 50
"""

SMALL = """
ledger = "ledger.db"
mode = "send"
start_from = 2023-07-01
operators = "desk@example.go.jp"
[mailboxes.koen]
source = "maildir"
path = "inbox"
[sender]
kind = "maildir"
path = "replies"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "uketsuke.toml"
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(write(folder, text))
    return {mistake.key: mistake.reason for mistake in caught.value.mistakes}


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_a_whole_file(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, WHOLE))
    assert settings.ledger == tmp_path / "ledger.db"
    assert settings.survey == tmp_path / "surveys/mine"
    assert (settings.mode, settings.operators) == ("rehearse", "desk@example.go.jp")
    assert settings.now == datetime(2023, 7, 10, 9, tzinfo=JST)
    assert (settings.max_size_mb, settings.readers) == (20, 2)
    assert settings.approved_domains == ("hospital.example.jp",)
    assert (settings.caps.per_address_per_day, settings.caps.per_respondent_per_day) == (5, 50)


def test_mailboxes_of_both_kinds(tmp_path: Path) -> None:
    boxes = load_settings(write(tmp_path, WHOLE)).mailboxes
    first, second, third = boxes["n_mynumber"], boxes["sukoyaka"], boxes["yoboseshu"]
    assert isinstance(first, ImapMailbox)
    assert (first.port, first.tls, first.folder, first.timeout_seconds) == (993, "tls", "INBOX/調査", 12)
    assert first.tls_ca == Path("/etc/ssl/our-ca.pem")
    assert isinstance(second, ImapMailbox)
    assert (second.port, second.tls, second.folder, second.tls_ca) == (1143, "starttls", "INBOX", None)
    assert isinstance(third, MaildirMailbox)
    assert third.path == tmp_path / "inbox/yoboseshu"


def test_what_need_not_be_written(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, SMALL))
    assert (settings.survey, settings.now, settings.max_size_mb, settings.readers) == (None, None, 50, 1)
    assert settings.approved_domains == ()
    assert isinstance(settings.sender, SendingMaildir)
    assert settings.sender.path == tmp_path / "replies"


@pytest.mark.parametrize(
    ("lines", "tls", "port"),
    [
        ('host = "smtp.example.jp"', "starttls", 587),
        ('host = "smtp.example.jp"\ntls = "tls"', "tls", 465),
        ('host = "smtp.example.jp"\ntls = "tls"\nport = 2465', "tls", 2465),
        ('host = "127.0.0.1"\ntls = "none"', "none", 25),
        ('host = "::1"\ntls = "none"', "none", 25),
        ('host = "localhost"\ntls = "none"\nport = 2525', "none", 2525),
    ],
)
def test_smtp_port_and_tls(tmp_path: Path, lines: str, tls: str, port: int) -> None:
    text = changed(SMALL, 'kind = "maildir"\npath = "replies"', f'kind = "smtp"\n{lines}')
    sender = load_settings(write(tmp_path, text)).sender
    assert isinstance(sender, SmtpServer)
    assert (sender.tls, sender.port) == (tls, port)


@pytest.mark.parametrize(
    "host", ["smtp.example.jp", "127.0.0.1.example.jp", "10.0.0.1", "localhost.example.jp"]
)
def test_plain_text_is_for_this_machine_only(tmp_path: Path, host: str) -> None:
    sender = f'kind = "smtp"\nhost = "{host}"\ntls = "none"'
    told = mistakes(tmp_path, changed(SMALL, 'kind = "maildir"\npath = "replies"', sender))
    assert list(told) == ["sender"]
    assert 'tls = "none" は、この計算機自身' in told["sender"]


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('mode = "rehearse"', 'mode = "draft"', "", "全ての提出先を source = "),
        ("timeout_seconds = 12", 'after = "move"', "mailboxes.n_mynumber.after", '"leave"（移さない）か'),
        ("timeout_seconds = 12", 'after = { done = "済" }', "mailboxes.n_mynumber.after.done", "知らない"),
        ("timeout_seconds = 12", 'after = { held = "a*" }', "mailboxes.n_mynumber.after.held", "書き方"),
        ('mode = "rehearse"', 'mode = "test"', "mode", "rehearse、draft、send のいずれか"),
        ('mode = "rehearse"', "", "mode", "この項目がありません"),
        ('operators = "desk@example.go.jp"', 'operators = "desk"', "operators", "書き方が違います"),
        ('operators = "desk@example.go.jp"', 'operators = "desk@example.go.jp\\n"', "operators", "書き方が違います"),
        ('["hospital.example.jp"]', '["hospital.example.jp\\n"]', "approved_domains.1", "書き方が違います"),
        ('env = "SMTP_PASSWORD"', 'env = "SMTP_PASSWORD\\n"', "sender.password.env", "書き方が違います"),
        ("max_size_mb = 20", "max_size_mb = true", "max_size_mb", "整数"),
        ("max_size_mb = 20", f"max_size_mb = {'9' * 5000}", "", "長すぎる数"),
        ("max_size_mb = 20", f"max_size_mb = {'[' * 3000}{']' * 3000}", "", "深すぎる入れ子"),
        ("2023-07-10T09:00:00+09:00", "2023-07-10T09:00:00", "now", "+09:00"),
        ("2023-07-10T09:00:00+09:00", '"someday"', "now", "2023-07-21T17:00:00+09:00 の形"),
        ("max_size_mb = 20", "max_size_mb = 0", "max_size_mb", "1 以上"),
        ('["hospital.example.jp"]', '["@example.jp"]', "approved_domains.1", "書き方が違います"),
        ("readers = 2", "readers = 2\ntimezone = 9", "timezone", "知らない項目です"),
        ('source = "imap"', 'source = "pop3"', "mailboxes.n_mynumber", "imap、maildir"),
        ('source = "imap"', "", "mailboxes.n_mynumber", "source がありません"),
        ('tls = "starttls"', 'tls = "none"', "mailboxes.sukoyaka.tls", "tls、starttls のいずれか"),
        ("port = 1143", "port = 70000", "mailboxes.sukoyaka.port", "65535 以下"),
        ('user = "sukoyaka"\n', "", "mailboxes.sukoyaka.user", "この項目がありません"),
        ('user = "desk"\n', "", "sender", "password か auth のどちらか"),
        ('password = { file = "secrets/sukoyaka" }', "", "mailboxes.sukoyaka", "password か auth"),
        ('kind = "smtp"', 'kind = "fax"', "sender", "smtp、maildir"),
        ("timeout_seconds = 12", "verify = false", "mailboxes.n_mynumber.verify", "知らない"),
        ("per_address_per_day = 5", "per_address_per_day = 0", "caps.per_address_per_day", "1 以上"),
        ('env = "SMTP_PASSWORD"', 'env = "smtp password"', "sender.password.env", "書き方が違います"),
    ],
)  # fmt: skip
def test_each_mistake_names_its_key(tmp_path: Path, old: str, new: str, key: str, reason: str) -> None:
    told = mistakes(tmp_path, changed(WHOLE, old, new))
    assert list(told) == [key]
    assert reason in told[key]


@pytest.mark.parametrize(
    ("path", "reason"), [("~nobody-of-this-name/l.db", "利用者"), ("a\\u0000b", "文字列"), ("a\\nb", "文字列")]
)
def test_a_path_that_can_be_none_is_told(tmp_path: Path, path: str, reason: str) -> None:
    assert reason in mistakes(tmp_path, changed(SMALL, '"ledger.db"', f'"{path}"'))["ledger"]


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    text = changed(changed(WHOLE, 'ledger = "ledger.db"', ""), 'mode = "rehearse"', 'mode = "test"')
    text = changed(changed(text, "port = 1143", 'port = "x"'), 'kind = "smtp"', "")
    assert set(mistakes(tmp_path, text)) == {"ledger", "mode", "mailboxes.sukoyaka.port", "sender"}


def test_drafts_need_no_sender_and_other_modes_do(tmp_path: Path) -> None:
    text = changed(WHOLE, 'mode = "rehearse"', 'mode = "draft"\nstart_from = 2023-07-10').split("[sender]")[0]
    text = text.split("[mailboxes.yoboseshu]")[0]
    file = tmp_path / "uketsuke.toml"
    file.write_text(text, encoding="utf-8")

    assert load_settings(file).sender is None
    told = mistakes(tmp_path, changed(text, 'mode = "draft"', 'mode = "send"'))
    assert "sender（返信の送り方）" in told[""]


def test_the_folder_of_a_verdict(tmp_path: Path) -> None:
    file = tmp_path / "uketsuke.toml"
    text = changed(WHOLE, "timeout_seconds = 12", 'after = { accepted = "受付済" }')
    text = changed(text, 'mode = "rehearse"', 'mode = "send"\nstart_from = 2023-07-10')
    file.write_text(changed(text, "port = 1143", 'after = "leave"'), encoding="utf-8")
    settings = load_settings(file)

    folders = [folder_for(settings, id, "accepted") for id in ("n_mynumber", "sukoyaka", "yoboseshu", "x")]
    assert folders == ["受付済", "", "", ""]
    assert folder_for(settings, "n_mynumber", "held") == ""
    rehearsing = settings.changed({"mode": "rehearse"})
    assert folder_for(rehearsing, "n_mynumber", "accepted") == ""


@pytest.mark.parametrize(
    "literal",
    [
        'password = "hunter2"',
        "password = 42424242",
        'password = ["hunter2"]',
        'password = { value = "hunter2" }',
        "password = { hunter2 = 1 }",
        'password = { env = "hunter2" }',
        'password = { env = ["hunter2"] }',
        'password = { env = "A", file = "hunter2" }',
        'password = { env = "A", hunter2 = "hunter2" }',
        'password = { env = "SMTP_PASSWORD" }\npasswd = "hunter2"',
        'password = "hunter2',
        "password = hunter2",
        'tls = "hunter2"',
        'port = "hunter2"',
        'timeout_seconds = "hunter2"',
        'kind = "hunter2"',
    ],
)
def test_a_secret_written_where_none_belongs_is_refused_and_never_echoed(
    tmp_path: Path, literal: str
) -> None:
    start, _, rest = WHOLE.partition('[sender]\nkind = "smtp"\n')
    kind = "" if literal.startswith("kind") else 'kind = "smtp"\n'
    lines = rest.replace('password = { env = "SMTP_PASSWORD" }', literal, 1)
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, f"{start}[sender]\n{kind}{lines}"))
    error = caught.value
    shown = [str(error), repr(error), repr(error.mistakes), repr(error.args)]
    shown.append("".join(traceback.format_exception(error)))
    shown += [repr(error.__cause__), repr(error.__context__)]
    assert error.mistakes
    assert [text for text in shown if "hunter2" in text or "42424242" in text] == []


def test_a_literal_password_is_told_how_to_do_it(tmp_path: Path) -> None:
    told = mistakes(tmp_path, changed(WHOLE, '{ env = "SMTP_PASSWORD" }', '"hunter2"'))
    assert list(told) == ["sender.password"]
    assert '{env = "環境変数名"} か {file = "ファイル"} で' in told["sender.password"]


def test_a_secret_is_read_when_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/sukoyaka").write_bytes("ひみつ  \r\n".encode())
    monkeypatch.setenv("SMTP_PASSWORD", "hunter2")
    settings = load_settings(write(tmp_path, WHOLE))
    assert isinstance(settings.sender, SmtpServer)
    assert settings.sender.password is not None
    assert settings.sender.password.read() == "hunter2"
    box = settings.mailboxes["sukoyaka"]
    assert isinstance(box, ImapMailbox)
    assert box.password.read() == "ひみつ  "
    assert "hunter2" not in repr(settings) + str(settings)


def test_a_missing_secret_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UKETSUKE_NONE", raising=False)
    with pytest.raises(SettingsError, match=r"sender\.password: 環境変数 UKETSUKE_NONE がないか、空です"):
        Secret(env="UKETSUKE_NONE").read("sender.password")
    with pytest.raises(
        SettingsError, match="password: パスワードのファイルを読めません（ファイルがありません）"
    ):
        Secret(file=tmp_path / "none").read()
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(SettingsError, match="パスワードのファイルが空です"):
        Secret(file=tmp_path / "empty").read()


def test_a_secret_file_in_another_encoding_is_not_echoed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"hunter2\xff")
    with pytest.raises(SettingsError) as caught:
        Secret(file=tmp_path / "secret").read()
    assert "hunter2" not in repr(caught.value.__context__) + str(caught.value)
    assert "UTF-8" in str(caught.value)


def test_a_systemd_credential_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "imap").write_text("hunter2\n")
    text = changed(WHOLE, 'file = "secrets/sukoyaka"', 'file = "$CREDENTIALS_DIRECTORY/imap"')
    box = load_settings(write(tmp_path, text)).mailboxes["sukoyaka"]
    assert isinstance(box, ImapMailbox)
    assert box.password.read() == "hunter2"


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, SMALL))
    with pytest.raises(AttributeError, match="immutable"):
        settings.mode = "rehearse"  # type: ignore[misc]


def test_a_missing_or_empty_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml: 読めません"):
        load_settings(tmp_path / "none.toml")
    assert set(mistakes(tmp_path, "")) == {"ledger", "mode", "operators", "mailboxes"}


def test_a_mailbox_that_the_survey_does_not_have_is_told(tmp_path: Path, survey: Survey) -> None:
    settings = load_settings(write(tmp_path, SMALL))
    assert check_mailboxes(settings, load_survey(TINY), "uketsuke.toml") == ()
    (mistake,) = check_mailboxes(settings, survey, "uketsuke.toml")
    assert str(mistake) == (
        "uketsuke.toml: mailboxes.koen: この調査の提出先は n_mynumber、sukoyaka、yoboseshu です。"
    )


def test_every_key_is_explained_in_its_docstring() -> None:
    for shape in (Settings, ImapMailbox, MaildirMailbox, SmtpServer, SendingMaildir):
        told = shape.__doc__ or ""
        assert [key for key in keys_of(shape) if key not in ("source", "kind") and key not in told] == []
