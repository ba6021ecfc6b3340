"""XOAUTH2 for IMAP and SMTP: MSAL against an issuer of our own, Dovecot's oauth2 passdb asking it, and Postfix
asking Dovecot. It lives beside the senders, since both halves meet here first."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from config.load import default_survey, load_survey
from config.settings import load_settings
from intake.sources.imap import ImapSource
from intake.sources.imap_access import ImapAccess
from intake.sources.msal_tokens import ClientCredentials
from intake.sources.oauth import TokenAccess, TokenUnavailable, xoauth2
from intake.sources.source import SourceUnavailable
from replies.senders.sender import SenderLater
from replies.senders.smtp import SmtpAccess, SmtpSender
from routing.mailboxes.factory import open_sender, open_source, unreadable_secrets
from tests.replies.outgoing_mails import outgoing_mail
from tests.servers import machine
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix
from tests.servers.tokens import (
    CLIENT,
    SCOPE,
    SECRET,
    TENANT,
    Issuer,
    dovecot_settings,
    issuing,
    postfix_settings,
)

USER = "n_mynumber@mhlw.go.jp"
MAIL = b"From: a@pref.kanagawa.lg.jp\r\nSubject: 1\r\n\r\nbody\r\n"


@dataclass(frozen=True)
class Microsoft:
    """What an office in the cloud has: an issuer, IMAP and SMTP that believe it alone."""

    issuer: Issuer
    dovecot: Dovecot
    postfix: Postfix

    def token(self, secret: str = SECRET) -> ClientCredentials:
        return ClientCredentials(
            TokenAccess(self.issuer.authority, TENANT, CLIENT, SCOPE, secret, self.issuer.ca, 5)
        )

    def imap(self) -> ImapAccess:
        return ImapAccess(
            "localhost",
            self.dovecot.imaps_port,
            USER,
            token=self.token(),
            ca=self.issuer.ca,
            timeout_seconds=5,
        )

    def smtp(self) -> SmtpAccess:
        return SmtpAccess(
            "localhost",
            self.postfix.port,
            user=USER,
            token=self.token(),
            ca=self.issuer.ca,
            timeout_seconds=5,
        )


@pytest.fixture(scope="module")
def servers() -> Iterator[Microsoft]:
    with machine.folder() as at:
        tls = machine.certificate(at / "tls")
        sasl = machine.free_port()
        with issuing(tls) as issuer:
            dovecot = Dovecot(at / "dovecot", tls, dovecot_settings(at, issuer, sasl))
            dovecot.start()
            try:
                dovecot.add_user(USER)
                postfix = Postfix(at / "postfix", tls, dovecot.lmtp_port, postfix_settings(sasl))
                postfix.start()
                try:
                    yield Microsoft(issuer, dovecot, postfix)
                finally:
                    postfix.stop()
            finally:
                dovecot.stop()


@pytest.fixture
def microsoft(servers: Microsoft) -> Microsoft:
    servers.issuer.user = USER
    servers.issuer.seconds = 3600
    servers.issuer.issued.clear()
    servers.dovecot.empty(USER)
    return servers


def test_the_initial_answer_is_that_of_microsofts_documentation() -> None:
    # Microsoft Learn, "Authenticate an IMAP, POP or SMTP connection using OAuth", SASL XOAUTH2
    assert xoauth2("test@contoso.onmicrosoft.com", "EwBAAl3B") == (
        "user=test@contoso.onmicrosoft.com\x01auth=Bearer EwBAAl3B\x01\x01"
    )


def test_a_mailbox_is_read_with_a_token(microsoft: Microsoft) -> None:
    microsoft.dovecot.put(USER, MAIL)
    source = ImapSource(microsoft.imap())

    (mail,) = source.fetch(source.look(None).uids)
    source.close()

    assert mail.raw == MAIL
    assert len(microsoft.issuer.issued) == 1


def test_a_mail_is_sent_with_a_token(microsoft: Microsoft) -> None:
    sender = SmtpSender(microsoft.smtp())

    assert sender.send(outgoing_mail(to=USER)).result == "sent"
    sender.close()

    assert machine.eventually(lambda: len(microsoft.dovecot.mails(USER)) == 1, 10)
    assert f"sasl_method=XOAUTH2, sasl_username={USER}" in microsoft.postfix.log()


def test_settings_open_a_mailbox_and_the_way_out_with_tokens(microsoft: Microsoft, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    auth = (
        f'tenant = "{TENANT}"\nclient_id = "{CLIENT}"\nauthority = "{microsoft.issuer.authority}"\n'
        'secret = { file = "secret" }\n'
    )
    server = f'host = "localhost"\nuser = "{USER}"\ntls_ca = "{microsoft.issuer.ca}"\n'
    file = tmp_path / "settings.toml"
    file.write_text(
        'ledger = "l.db"\nmode = "send"\nstart_from = 2023-07-01\noperators = "o@mhlw.go.jp"\n'
        f'[mailboxes.n_mynumber]\nsource = "imap"\nport = {microsoft.dovecot.imaps_port}\n{server}'
        f"[mailboxes.n_mynumber.auth]\n{auth}"
        f'[sender]\nkind = "smtp"\nport = {microsoft.postfix.port}\n{server}[sender.auth]\n{auth}'
    )
    settings = load_settings(file)
    source = open_source(settings.mailboxes["n_mynumber"], settings)
    sender = open_sender(settings, load_survey(default_survey()))

    assert source.look(None).uids == ()
    assert sender.send(outgoing_mail(to=USER)).result == "sent"
    source.close()
    sender.close()
    assert unreadable_secrets(settings, "settings.toml") == ()
    (tmp_path / "secret").unlink()
    assert [m.key for m in unreadable_secrets(settings, "settings.toml")] == [
        "mailboxes.n_mynumber.auth.secret",
        "sender.auth.secret",
    ]


def test_the_token_is_kept_while_it_is_valid(microsoft: Microsoft) -> None:
    token = microsoft.token()

    assert token() == token() == microsoft.issuer.issued[-1]


def test_a_token_at_the_end_of_its_life_is_replaced_before_it_is_used(microsoft: Microsoft) -> None:
    microsoft.issuer.seconds = 200  # MSAL wants five minutes of life left
    token = microsoft.token()

    assert token() != token()


def test_a_refused_token_is_renewed_once_and_the_mailbox_read(microsoft: Microsoft) -> None:
    source = ImapSource(microsoft.imap())
    source.look(None)
    microsoft.issuer.revoke()
    microsoft.dovecot.cut(USER)

    source.look(None)
    source.close()

    assert len(microsoft.issuer.issued) == 2


def test_a_refused_token_is_renewed_once_and_the_mail_sent(microsoft: Microsoft) -> None:
    sender = SmtpSender(microsoft.smtp())
    sender.probe()
    sender.close()
    microsoft.issuer.revoke()

    assert sender.send(outgoing_mail(to=USER)).result == "sent"
    sender.close()

    assert len(microsoft.issuer.issued) == 2


def test_who_is_refused_with_a_new_token_too_is_told_so(
    microsoft: Microsoft, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    microsoft.issuer.user = "somebody.else@mhlw.go.jp"

    with pytest.raises(SourceUnavailable, match="メールボックスにログインできません") as read:
        ImapSource(microsoft.imap()).look(None)
    with pytest.raises(SenderLater, match="にログインできません") as sent:
        SmtpSender(microsoft.smtp()).probe()

    assert len(microsoft.issuer.issued) == 4  # each tried twice, and no more
    said = f"{read.value} {sent.value} {caplog.text}"
    assert not any(secret in said for secret in (*microsoft.issuer.issued, SECRET))


def test_a_wrong_secret_is_told_by_microsofts_number_and_not_shown(microsoft: Microsoft) -> None:
    wrong = replace(microsoft.imap(), token=microsoft.token("not-the-secret"))

    with pytest.raises(SourceUnavailable) as told:
        ImapSource(wrong).look(None)

    assert f"{microsoft.issuer.authority} からアクセストークンを得られません" in str(told.value)
    assert "invalid_client AADSTS7000215" in str(told.value)
    assert "not-the-secret" not in str(told.value)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"tenant": "elsewhere"}, "OpenID の構成を読めません"),
        ({"ca": None}, "サーバー証明書を確認できません"),
        ({"authority": "https://localhost:1"}, "接続できません"),
        ({"scope": "https://elsewhere.test/.default"}, "invalid_scope"),
        ({"ca": Path("/nowhere/ca.pem")}, "ファイルがありません"),
    ],
    ids=["tenant", "certificate", "nobody there", "scope", "no ca file"],
)
def test_why_there_is_no_token_is_told(microsoft: Microsoft, change: dict[str, object], why: str) -> None:
    access = TokenAccess(microsoft.issuer.authority, TENANT, CLIENT, SCOPE, SECRET, microsoft.issuer.ca, 5)

    with pytest.raises(TokenUnavailable) as told:
        ClientCredentials(replace(access, **change))()  # type: ignore[arg-type]

    assert why in str(told.value)
    assert str(told.value).endswith("。")


def test_a_printed_access_shows_no_secret() -> None:
    access = TokenAccess("https://a.test", TENANT, CLIENT, SCOPE, SECRET)

    assert SECRET not in repr(access)
