"""Fixtures for every test folder: the real mail servers; and the matrix at the end of the session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.matrix import figure, pytest_terminal_summary
from tests.servers.correspondents import Correspondents, settle
from tests.servers.machine import ServerMissing
from tests.servers.mail import MailServers, running

__all__ = ["figure", "pytest_terminal_summary"]  # pytest finds them here


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailServers]:
    """A real Dovecot and a real Postfix, started once. Fails, never skips, where they are not installed."""
    try:
        with running() as servers:
            yield servers
    except ServerMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
def correspondents(mail_servers: MailServers) -> Correspondents:
    """The ministry's mailboxes and some senders', all empty."""
    return settle(mail_servers)
