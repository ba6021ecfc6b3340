"""SMTP as a sender: one connection for many mails, TLS verified.

Never decides whether to try again and never changes the mail: the outbox keeps the attempts, and the bytes
are finished. It tells apart what the server said of one mail (a SendResult) from a connection that does not
work (SenderLater).
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from intake.sources.network import in_short, reason, tls_context
from intake.sources.oauth import Token, TokenUnavailable, xoauth2
from replies.senders.sender import AnswerLost, LineClosed, OutgoingMail, SenderBarred, SenderLater, SendResult

SmtpReply = tuple[int, bytes]  # the server's reply code and text (RFC 5321 §4.2)

_LINE_LIMIT = 998  # octets without CRLF (RFC 5322 §2.1.1)
_OF_THE_SESSION = (421, 530)  # going away (RFC 5321 §4.2.1), log in first (RFC 4954 §6): no word on the mail
_TOO_LARGE = 552  # the one 5yz to MAIL that is about this very mail (RFC 1870 §6.1)
# What a server says of us where the recipient was to be judged: many keep their no to MAIL back until RCPT or the end
# of DATA. RFC 4954 §6 (535, 534, 538 and 5.7.8 and the like), RFC 3463 §3.2 (5.1.7, 5.1.8: the sender's address);
# Exchange (5.7.54 relay, 5.7.57 not logged in, 5.7.60 and 5.2.252 "send as"); the words of Postfix, Exim and Sendmail.
_ABOUT_US = re.compile(
    rb"^(53[458] |5\d\d[ -]5\.(1\.[78]|2\.252|7\.(8|9|11|14|54|57|60))\b)"
    rb"|sender address rejected|relay(ing)? (access )?(is )?(denied|not (permitted|allowed))|unable to relay",
    re.IGNORECASE,
)
_GO_AHEAD = 354  # RFC 5321 §4.3.2
_DOT = re.compile(rb"^\.", re.MULTILINE)
_NO_ADDRESS = re.compile(r"[^\x21-\x7e]|[<>]")


@dataclass(frozen=True, slots=True)
class SmtpAccess:
    """Where and as whom to send. `tls`: "tls" from the first byte (RFC 8314), "starttls" (RFC 3207), "none"
    only to this very machine. `ca`: a PEM file of a CA trusted beside the system's. No `user`: no
    login. With a `token`, XOAUTH2 instead of the password. `hello`: the name given in EHLO, by default this
    machine's."""

    host: str
    port: int
    tls: Literal["tls", "starttls", "none"] = "starttls"
    user: str = ""
    password: Callable[[], str] | str = field(default="", repr=False)
    token: Token | None = field(default=None, repr=False)
    ca: Path | None = None
    timeout_seconds: float = 60.0
    hello: str | None = None

    def __post_init__(self) -> None:
        if self.tls == "none" and not _is_loopback(self.host):
            raise ValueError(f"{self.host}: 暗号化しない接続は、このコンピューター自身に対してだけ使えます。")


class SmtpSender:
    """A `Sender` over SMTP. Not for several threads at once."""

    def __init__(self, access: SmtpAccess) -> None:
        self._access = access
        self._smtp: smtplib.SMTP | None = None
        self._clear = False  # the server waits for MAIL: it has just said yes to everything
        self._used = False  # the connection has carried a mail

    def ready(self, mail: OutgoingMail) -> None:
        """Connect and log in, or have RSET show that the connection lives. Raises SenderLater."""
        self._connection()

    def is_open(self, mail: OutgoingMail) -> bool:
        """Whether the server took the mail before this one, or has just greeted us."""
        return self._smtp is not None and self._clear

    def send(self, mail: OutgoingMail) -> SendResult:
        """Send one mail: sent, later (4xx) or refused (5xx, or nothing that SMTP could carry). Raises SenderBarred
        for a 5xx that is about us and not about the recipient or the mail; SenderLater if there is no connection or
        no login, on 421 and 530, and if the connection was lost before the mail was handed over (LineClosed where
        others had gone over it); AnswerLost if it was lost after that, and nobody knows whether the mail went out."""
        obstacle = _obstacle(mail)
        if obstacle:
            return SendResult("refused", obstacle)
        smtp = self._smtp if self._smtp is not None and self._clear else self._connection()
        self._clear = False
        handed_over = False
        try:
            welcome, (code, text) = _ask(smtp, mail)
            if code == _GO_AHEAD:
                handed_over = True
                code, text = _hand_over(smtp, mail)
        except (smtplib.SMTPException, OSError) as error:
            sentence = self._sentence("への送信中に接続が切れました", _reason(error))
            raise self._lost(handed_over)(sentence) from error
        taken = handed_over and _is_yes((code, text))
        if code in _OF_THE_SESSION or not (taken or 400 <= code <= 599):  # the latter: no SMTP
            sentence = self._sentence("への送信を続けられません", _line(code, text))
            raise self._lost(handed_over and code not in _OF_THE_SESSION)(sentence)
        self._clear, self._used = taken, True
        if _is_about_us(code, text, welcome):
            raise SenderBarred(self._sentence("が差出人として認めません", _line(code, text)))
        return SendResult("sent" if taken else "later" if code < 500 else "refused", _line(code, text))

    def probe(self) -> str:
        """Connect and log in without sending; return where to, in words. Raises SenderLater."""
        self._connection()
        return f"{self._access.host}:{self._access.port} に接続できます"

    def close(self) -> None:
        """Say goodbye and hang up; never raise."""
        if self._smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._smtp.quit()
        self._drop()

    def _lost(self, unknown: bool) -> type[SenderLater]:
        """Give up the connection and return what that means for the mail that was to go over it."""
        used = self._used
        self._drop()
        return AnswerLost if unknown else LineClosed if used else SenderLater

    def _connection(self) -> smtplib.SMTP:
        """The open connection, if RSET shows that it lives (servers hang up on idlers); else a new one."""
        if self._smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                if self._smtp.rset()[0] == 250:
                    self._clear = True
                    return self._smtp
            self._drop()
        self._smtp, self._clear, self._used = self._connect(), True, False
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        """A new connection, logged in. A token that is refused is renewed and tried once more."""
        try:
            return self._open(renew=False)
        except smtplib.SMTPAuthenticationError as refused:
            if self._access.token is None:
                raise self._no_login(refused) from refused
        try:
            return self._open(renew=True)
        except smtplib.SMTPAuthenticationError as refused:
            raise self._no_login(refused) from refused

    def _open(self, renew: bool) -> smtplib.SMTP:
        smtp = None
        try:
            smtp = self._dial()
            smtp.ehlo_or_helo_if_needed()
            if self._access.user:
                self._login(smtp, renew)
            return smtp
        except (smtplib.SMTPException, OSError, ValueError, TokenUnavailable) as error:
            if smtp is not None:
                smtp.close()
            if isinstance(error, smtplib.SMTPAuthenticationError):
                raise
            why = str(error).rstrip("。") if isinstance(error, TokenUnavailable) else _reason(error)
            raise SenderLater(self._sentence("に接続できません", why)) from error

    def _no_login(self, refused: smtplib.SMTPAuthenticationError) -> SenderLater:
        return SenderLater(self._sentence("にログインできません", _reason(refused)))

    def _dial(self) -> smtplib.SMTP:
        access = self._access
        context = tls_context(access.ca)
        if access.tls == "tls":
            return smtplib.SMTP_SSL(
                access.host, access.port, access.hello, timeout=access.timeout_seconds, context=context
            )
        smtp = smtplib.SMTP(access.host, access.port, access.hello, timeout=access.timeout_seconds)
        if access.tls == "starttls":
            try:
                smtp.starttls(context=context)
            except (smtplib.SMTPException, OSError):
                smtp.close()
                raise
        return smtp

    def _login(self, smtp: smtplib.SMTP, renew: bool) -> None:
        access = self._access
        if access.token is None:
            smtp.login(
                access.user, access.password if isinstance(access.password, str) else access.password()
            )
            return
        # asked a second time, the server has refused and wants an empty answer before it says so
        answers = iter([xoauth2(access.user, access.token(renew))])
        smtp.auth("XOAUTH2", lambda _=None: next(answers, ""))

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _sentence(self, what: str, why: str) -> str:
        return f"{self._access.host}:{self._access.port} {what}（{why}）。"


def _ask(smtp: smtplib.SMTP, mail: OutgoingMail) -> tuple[bool, SmtpReply]:
    """The envelope and the word DATA (RFC 5321 §3.3): whether MAIL was taken, and the answer at which they ended:
    354 where the mail may follow."""
    options = [f"size={len(mail.data)}"] if smtp.has_extn("size") else []
    if not mail.data.isascii() and smtp.has_extn("8bitmime"):
        options.append("body=8bitmime")
    if smtp.has_extn("pipelining"):
        return _ask_at_once(smtp, mail, options)
    answer = smtp.mail(mail.mail_from, options)
    if not _is_yes(answer):
        return False, answer
    answer = smtp.rcpt(mail.rcpt_to)
    return True, smtp.docmd("DATA") if _is_yes(answer) else answer


def _ask_at_once(smtp: smtplib.SMTP, mail: OutgoingMail, options: list[str]) -> tuple[bool, SmtpReply]:
    """The envelope and DATA as `_ask` sends them, but in one packet (RFC 2920): one wait for the server in place of
    three."""
    sender = " ".join([f"mail FROM:<{mail.mail_from}>", *options])
    smtp.send(f"{sender}\r\nrcpt TO:<{mail.rcpt_to}>\r\nDATA\r\n")
    answers: list[SmtpReply] = []
    for _ in range(3):
        answers.append(smtp.getreply())
        if answers[-1][0] in _OF_THE_SESSION:  # it says nothing more
            return _is_yes(answers[0]), answers[-1]
    refusal = next((answer for answer in answers[:2] if not _is_yes(answer)), None)
    if refusal and answers[2][0] == _GO_AHEAD:
        smtp.send(".\r\n")  # RFC 2920 §3.1: a mail to nobody, which the server has to refuse
        smtp.getreply()
    return _is_yes(answers[0]), refusal or answers[2]


def _hand_over(smtp: smtplib.SMTP, mail: OutgoingMail) -> SmtpReply:
    """The mail itself, with dots as RFC 5321 §4.5.2 wants them; only the answer to this can say 250."""
    end = b".\r\n" if mail.data.endswith(b"\r\n") else b"\r\n.\r\n"
    smtp.send(_DOT.sub(b"..", mail.data) + end)
    return smtp.getreply()


def _is_about_us(code: int, text: bytes, welcome: bool) -> bool:
    """Whether a 5yz tells what we may not do, and nothing of the mail. `welcome`: MAIL had been taken."""
    return code >= 500 and (
        bool(_ABOUT_US.search(b"%d %b" % (code, text))) or (not welcome and code != _TOO_LARGE)
    )


def _is_yes(answer: SmtpReply) -> bool:
    return 200 <= answer[0] <= 299


def _obstacle(mail: OutgoingMail) -> str:
    """Why SMTP cannot carry this mail at all; empty if it can. RFC 5321 §2.3.8 and §4.5.3.1.6."""
    if not mail.rcpt_to or any(_NO_ADDRESS.search(a) for a in (mail.mail_from, mail.rcpt_to)):
        return "差出人又は宛先のアドレスが、SMTPで送れる形ではありません"
    if not mail.data.count(b"\r\n") == mail.data.count(b"\r") == mail.data.count(b"\n"):
        return "メールの改行が CRLF ではありません"
    if max(map(len, mail.data.split(b"\r\n"))) > _LINE_LIMIT:
        return f"メールに{_LINE_LIMIT}バイトを超える行があります"
    return ""


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _line(error.smtp_code, _bytes(error.smtp_error))
    if isinstance(error, smtplib.SMTPServerDisconnected):  # smtplib wraps what the network said
        return reason(error.__context__ if isinstance(error.__context__, OSError) else ConnectionResetError())
    return reason(error)


def _line(code: int, text: bytes) -> str:
    return f"{code} {in_short(text)}"


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
