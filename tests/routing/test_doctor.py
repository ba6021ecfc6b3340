"""What `doctor` says of files that others can read or change, of passwords that cannot be read, and of a mode that
sends without a server's word on the sender."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import load_settings
from routing.cli.app import run_command
from routing.installation.exposed_files import exposed_files
from routing.ledger.store import Ledger

SETTINGS = """
ledger = "data/ledger.db"
mode = "draft"
operators = "operators@mhlw.go.jp"
contacts = "contacts.csv"
start_from = 2023-07-01T00:00:00+09:00

[mailboxes.n_mynumber]
source = "imap"
host = "127.0.0.1"
port = 9
user = "n"
password = { file = "secrets/n_mynumber" }
tls_ca = "ca.pem"
timeout_seconds = 1
"""
FILES = {
    "uketsuke.toml": SETTINGS,
    "secrets/n_mynumber": "hunter2\n",
    "contacts.csv": "lgcode,mailbox,address\n",
    "ca.pem": "",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation in which nobody else may do anything."""
    for name in ("data", "secrets"):
        (tmp_path / name).mkdir(mode=0o700)
    Ledger(tmp_path / "data/ledger.db").close()
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for name in (*FILES, "data/ledger.db"):
        (tmp_path / name).chmod(0o600)
    return tmp_path


def told(folder: Path) -> list[tuple[str, bool]]:
    """What is said of which file or folder, by name, and whether it is grave."""
    settings = load_settings(folder / "uketsuke.toml")
    found = exposed_files(settings, folder / "uketsuke.toml")
    return [(one.said.partition("（")[0].rpartition("/")[2], one.grave) for one in found]


def test_an_installation_in_order_is_told_nothing_of(folder: Path) -> None:
    assert told(folder) == []


@pytest.mark.parametrize(
    ("name", "mode", "expected"),
    [
        ("secrets/n_mynumber", 0o644, [("n_mynumber", True)]),
        ("secrets/n_mynumber", 0o604, [("n_mynumber", True)]),
        ("secrets/n_mynumber", 0o602, [("n_mynumber", True)]),
        ("secrets/n_mynumber", 0o666, [("n_mynumber", True)] * 2),
        ("secrets/n_mynumber", 0o400, []),
        ("data/ledger.db", 0o644, [("ledger.db", True)]),
        ("uketsuke.toml", 0o666, [("uketsuke.toml", True)]),
        ("uketsuke.toml", 0o644, []),  # no secret stands in it
        ("contacts.csv", 0o646, [("contacts.csv", True), ("contacts.csv", False)]),
        ("contacts.csv", 0o644, [("contacts.csv", False)]),
        ("ca.pem", 0o644, []),
        ("ca.pem", 0o666, [("ca.pem", True)]),
        ("secrets", 0o703, [("secrets", True)]),
        ("secrets", 0o755, []),
        ("secrets", 0o1777, []),  # as /tmp: nobody replaces a file of ours there
        ("data", 0o777, [("data", True)]),
    ],
)
def test_what_others_can_read_or_change_is_told(
    folder: Path, name: str, mode: int, expected: list[tuple[str, bool]]
) -> None:
    (folder / name).chmod(mode)
    assert told(folder) == expected


def test_links_are_followed_to_the_file_and_to_each_folder_on_the_way(folder: Path) -> None:
    away, on_the_way = folder / "away", folder / "on_the_way"
    away.mkdir(mode=0o700)
    on_the_way.mkdir(mode=0o700)
    (folder / "secrets/n_mynumber").rename(away / "password")
    (on_the_way / "link").symlink_to(away / "password")
    (folder / "secrets/n_mynumber").symlink_to("../on_the_way/link")
    assert told(folder) == []
    (away / "password").chmod(0o644)
    assert told(folder) == [("n_mynumber", True)]
    (away / "password").chmod(0o600)
    on_the_way.chmod(0o777)
    assert told(folder) == [("on_the_way", True)]
    on_the_way.chmod(0o700)
    away.chmod(0o777)
    assert told(folder) == [("away", True)]


def test_a_link_to_itself_and_a_file_that_is_not_there_are_for_others_to_tell(folder: Path) -> None:
    (folder / "contacts.csv").unlink()
    (folder / "secrets/n_mynumber").unlink()
    (folder / "secrets/n_mynumber").symlink_to("n_mynumber")
    assert told(folder) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file to another group")
def test_a_group_is_somebody_else_unless_it_is_the_owners_own(folder: Path) -> None:
    secret = folder / "secrets/n_mynumber"
    secret.chmod(0o660)
    assert told(folder) == []  # root's own group
    os.chown(secret, -1, 65534)
    assert told(folder) == [("n_mynumber", True)] * 2
    os.chown(secret, 65534, 0)
    secret.chmod(0o640)
    assert told(folder) == []  # somebody else's, whose group may read it: ours


def test_a_password_in_the_environment_is_no_file(folder: Path) -> None:
    text = SETTINGS.replace('{ file = "secrets/n_mynumber" }', '{ env = "N_MYNUMBER" }')
    (folder / "uketsuke.toml").write_text(text, encoding="utf-8")
    (folder / "secrets/n_mynumber").chmod(0o666)
    assert told(folder) == []


Doctor = Callable[..., tuple[int, str]]


@pytest.fixture
def doctor(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Doctor:
    monkeypatch.setenv("COLUMNS", "400")

    def run(text: str = SETTINGS) -> tuple[int, str]:
        (folder / "uketsuke.toml").write_text(text, encoding="utf-8")
        code = run_command(["--settings", str(folder / "uketsuke.toml"), "doctor"])
        return code, capsys.readouterr().out

    return run


def test_an_unset_variable_is_told_with_file_key_and_name(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    code, said = doctor(SETTINGS.replace("secrets/n_mynumber", "$CREDENTIALS_DIRECTORY/n_mynumber"))
    assert code == 1
    assert (
        "uketsuke.toml: mailboxes.n_mynumber.password: 環境変数 CREDENTIALS_DIRECTORY がないため、パスワードの"
        "ファイルを見つけられません" in said
    )
    assert ": password" not in said
    assert said.count("CREDENTIALS_DIRECTORY") == 1  # once, and not again for every connection


def test_a_file_that_is_not_there_is_told_with_its_key_and_never_quoted(doctor: Doctor) -> None:
    code, said = doctor(SETTINGS.replace("secrets/n_mynumber", "hunter2"))
    assert code == 1
    assert "uketsuke.toml: mailboxes.n_mynumber.password: パスワードのファイルを読めません" in said
    assert "hunter2" not in said


SENDS = """
ledger = "data/ledger.db"
mode = "send"
operators = "operators@mhlw.go.jp"
start_from = 2023-07-01T00:00:00+09:00
{more}
[mailboxes.n_mynumber]
source = "maildir"
path = "inbox"

[sender]
kind = "maildir"
path = "outgoing"
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SENDS.format(more=""), "注意"),
        (SENDS.format(more="").replace('"send"', '"rehearse"'), ""),
        (SENDS.format(more='authserv_id = "mx.mhlw.go.jp"'), "良好"),
        (SENDS.format(more='authserv_id = "@topmost"'), "良好"),
    ],
)
def test_sending_without_a_servers_word_wants_heed_and_is_no_fault(
    folder: Path, doctor: Doctor, text: str, expected: str
) -> None:
    for name in ("inbox/cur", "inbox/new", "inbox/tmp", "outgoing"):
        (folder / name).mkdir(parents=True)
    code, said = doctor(text)
    assert code == 0, said
    line = next((line for line in said.splitlines() if "差出人の認証" in line), "")
    assert expected in line
    assert bool(line) == bool(expected)


def test_files_that_others_can_change_are_a_fault(doctor: Doctor, folder: Path) -> None:
    (folder / "secrets/n_mynumber").chmod(0o644)
    code, said = doctor()
    assert code == 1
    (line,) = (line for line in said.splitlines() if "ほかの利用者" in line)
    assert "mailboxes.n_mynumber.password の権限" in line
    assert "要対応" in line
    assert "hunter2" not in said
