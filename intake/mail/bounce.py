"""Signs of a bounce or a read receipt, and which mail of ours it is about.

RFC 3464 and RFC 8098 first; then what mail servers, carriers and gateways send that is no multipart/report.
Says what the mail is, never what to do about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.spelling import nfkc
from intake.mail.headers import parameter, split_parameters
from intake.mail.ids import is_our_message_id, our_ids_in
from intake.mail.message import message_ids
from intake.mail.mime import Part, parse
from intake.submission import Message

_DAEMON = re.compile(r"(mailer|mail|mailerdaemon)-?_?daemon|mmdf|mail delivery (sub)?system", re.IGNORECASE)
_POSTMASTER = re.compile(r"post([-_.]?master|office)|mail-?administrator|system administrator", re.IGNORECASE)
# As mail systems begin their subjects: Postfix, Exim, Exchange, Sendmail, qmail, Notes, carriers, gateways.
_BOUNCE_SUBJECTS = (
    r"undeliver(ed|able)",
    r"delivery (status notification|failure|notification|has failed|report|delayed)",
    r"mail delivery (failed|failure|delayed|error)|(mail|message|e-?mail) (could|can) not be (delivered|sent)",
    r"(メール)?(配信|送信|送達)?エラー(通知|のお知らせ|メール|レポート)|(送信|配信)エラー",
    r"returned mail|failure notice|mail system error|delayed mail|nondeliverable|(user|host) unknown",
    r"warning: (could not send|message .{0,60}delayed)",
    r"(配信|配送|送信|送達|到達)(不能|不可|エラー|失敗|遅延)",
    r"不達(通知|メール|のお知らせ)|エラーメール|宛先(不明|が見つか)",
    r"(メール(が|を)?)?(配信|送信|配送|お届け)が?(でき|され)ません",
    r"メールの?(配信|送信|配送|お届け)(に失敗|ができ|遅延|が遅)",
)
_BOUNCE_TEXTS = (
    r"以下の(宛先|メール|アドレス).{0,30}(配信|送信|配送|お届け)[はが]?(でき|され)ません",
    r"(宛先|メールアドレス|受信者)[がは](見つかり|存在し)ません|ユーザー?が(存在し|見つかり)ません",
    r"user unknown|mailbox (full|unavailable)|was not delivered to|could not be delivered",
    r"メールボックスの容量|permanent fatal errors",
    r"did(?: not|n.t) reach the following recipient|unable to (?:deliver|send) (?:your |the )?(?:message|mail)",
    r"mailbox is full|no such (?:user|recipient|mailbox)",
    r"(?:user|recipient|mailbox|address)[^\n]{0,40}(?:not found|unknown|does not exist|disabled)",
    r"(?:delivery|message)[^\n]{0,40}(?:failed|rejected|refused)|exceed(?:s|ed)[^\n]{0,40}(?:size|limit|quota)|too large",
    r"一杯のため|いっぱいのため|容量(?:が|を)[^\n]{0,12}(?:超|オーバー)",
    r"(?:送信|配信|送達|お届け)(?:が|は|を)?(?:できませんでした|できません|失敗)",
    r"(?:受信|受け取り|配信|メール)(?:が|を|は)?(?:拒否|お断り)(?:され|し)",
)
_LABEL = r"(【[^】]*】|\[[^\]]*\]|\*+)?\s*"  # [SPAM], 【自動送信】 in front of the subject
_BOUNCE_SUBJECT = re.compile(_LABEL + "(" + "|".join(_BOUNCE_SUBJECTS) + ")", re.IGNORECASE)
_BOUNCE_TEXT = re.compile("|".join(_BOUNCE_TEXTS), re.IGNORECASE)
# RFC 3463 §3.3, §3.4 and §3.7: X.2.3 and X.3.4 are about the size of the mail, X.6.1 about the kinds of its parts; X.2.2
# about the mailbox.
_BY_CODE = re.compile(r"(?<![\d.])5\.(?:3\.4|2\.3|6\.1)(?![\d.])")
# Who takes the sender or the words amiss takes them no better without an attachment.
_TAKEN_AMISS = re.compile(
    r"(?<!-)spam|\bjunk\b|unsolicited|\bbulk\b|phish|spoof|reputation|(?:black|block|deny) ?list|\b(?:RBL|DNSBL)\b"
    r"|\b(?:SPF|DKIM|DMARC)\b[^\n]{0,30}(?:fail|policy|reject|check|失敗)|迷惑メール|スパム|なりすまし|フィッシング|ブラックリスト|拒否リスト|評価が低",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"(?<![\d.])5\.2\.2(?![\d.])|mail ?box|quota|メールボックス|受信(?:箱|トレイ)|ディスク|一杯|いっぱい|満杯",
    re.IGNORECASE,
)
_TOO_LARGE = re.compile(
    r"(?:message|mail|size|attachment)[^\n]{0,60}(?:too (?:large|big)|larger than)"
    r"|(?:message|mail|size|attachment)[^\n]{0,60}exceed(?:s|ed)[^\n]{0,40}(?:size|limit|maximum)"
    r"|(?:too (?:large|big)|exceed(?:s|ed)[^\n]{0,40}(?:message size|size limit|maximum size))"
    r"|(?:メール|メッセージ|添付|容量|サイズ)[^\n。]{0,30}(?:サイズ|容量|大きさ)?[^\n。]{0,12}(?:大きすぎ|上限を超|制限を超|を超え|超過)",
    re.IGNORECASE,
)
_NO_ATTACHMENTS = re.compile(
    r"attachments?[^\n]{0,60}(?:not (?:allowed|accepted|permitted)|refused|rejected|blocked|prohibited|denied)"
    r"|(?:refused|rejected|blocked|prohibited|illegal|forbidden|banned|unsupported)[^\n]{0,40}attachment"
    r"|添付(?:ファイル)?[^\n。]{0,40}(?:拒否|受信できま|受け取れま|禁止|許可されて|制限|ブロック|お受け|お断り|破棄)",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"delay|warning:|still being retried|will (keep|continue) trying|遅延|遅れ|再送(を?(試|続|行)|いたします|します)"
    r"|(配信|送信|配送|配達|お届け)[はがを]?保留|引き続き(配信|送信|配送|配達)",
    re.IGNORECASE,
)
_ACTION = re.compile(r"^Action:[ \t]*([a-z]+)", re.IGNORECASE | re.MULTILINE)
_ORIGINAL_ID = re.compile(rb"^Original-Message-ID:[ \t]*(<[^<>\r\n]+>)", re.IGNORECASE | re.MULTILINE)
_RECIPIENT = re.compile(r"^(?:Final|Original)-Recipient:(.*)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[^\s<>,;:\"()]{1,64}@[A-Za-z0-9.-]{1,255}")
_MOST_RECIPIENTS = 20
_WORST_FIRST = ("failed", "delayed", "expanded", "relayed", "delivered")

_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RECEIPT_TYPES = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_HEADER_TYPES = frozenset({"text/rfc822-headers", "message/global-headers"})


def outer_parts(part: Part) -> Iterator[Part]:
    """The parts of this mail itself, without what embedded messages hold."""
    yield part
    if not part.is_message:
        for child in part.children:
            yield from outer_parts(child)


def report_type(part: Part) -> str:
    """What a multipart/report (RFC 6522) says it is: delivery-status, disposition-notification, …; or ""."""
    for node in outer_parts(part):
        if node.content_type == "multipart/report":
            given = parameter(node.parameters, "report-type")
            return given[0].value.decode("ascii", "backslashreplace").lower() if given else "unnamed"
    return ""


def is_receipt_report(part: Part) -> bool:
    """Whether the mail is built like a read receipt (RFC 8098)."""
    if report_type(part) == "disposition-notification":
        return True
    return any(node.content_type in _RECEIPT_TYPES for node in outer_parts(part))


def is_delivery_report(part: Part) -> bool:
    """Whether the mail is built like a delivery status notification (RFC 3464)."""
    if is_receipt_report(part):
        return False
    if report_type(part) in ("delivery-status", "unnamed"):
        return True
    return any(node.content_type in _STATUS_TYPES for node in outer_parts(part))


def from_daemon(message: Message) -> bool:
    """Whether the mail was sent by a mail system rather than by a person."""
    sender = message.sender
    return sender is not None and any(
        _DAEMON.fullmatch(text) for text in (sender.address.partition("@")[0], sender.name)
    )


def from_postmaster(message: Message) -> bool:
    """Whether the mail was sent by a postmaster: a person or a mail system, which the rest of the mail must tell."""
    sender = message.sender
    return sender is not None and any(
        _POSTMASTER.fullmatch(text) for text in (sender.address.partition("@")[0], sender.name)
    )


def has_null_sender(part: Part) -> bool:
    """Whether the mail has a null sender: Return-Path: <> (RFC 5321 §4.5.5)."""
    return any(
        "".join(value.decode("ascii", "replace").split()) == "<>" for value in part.headers_of("return-path")
    )


def bounce_subject(message: Message) -> bool:
    """Whether the subject begins as the subjects of mail systems do."""
    return _BOUNCE_SUBJECT.match(nfkc(message.subject).strip()) is not None


def bounce_body(message: Message) -> bool:
    """Whether the body says that a mail came back, in the words of carriers and gateways."""
    return _BOUNCE_TEXT.search(message.body[:4000]) is not None


def returns_our_letter(part: Part) -> bool:
    """Whether a mail that it brings back, or its header, has a Message-ID of ours."""
    return any(is_our_message_id(message_id) for message_id in _returned_ids(part))


def action_of(part: Part, message: Message) -> str:
    """The worst Action of the report's recipients; without a report "delayed" or "failed" by its words."""
    actions = {
        action.lower()
        for node in outer_parts(part)
        if node.content_type in _STATUS_TYPES
        for action in _ACTION.findall(node.data.decode("ascii", "backslashreplace"))
    }
    for action in _WORST_FIRST:
        if action in actions:
            return action
    return "delayed" if _DELAY.search(f"{message.subject}\n{message.body[:1000]}") else "failed"


def told_by(part: Part, message: Message) -> str:
    """What a bounce says: its text, and the report's own fields."""
    reports = (n.data for n in outer_parts(part) if n.content_type in _STATUS_TYPES)
    return "\n".join((message.body[:4000], *(data[:4000].decode("utf-8", "backslashreplace") for data in reports)))


def refuses_attachments(told: str) -> bool:
    """Whether the words of a server say that a mail was too large, or that attachments are not taken: a smaller one
    may arrive. A full mailbox takes no mail at all, and a spam filter refuses every similar mail; neither counts
    here."""
    text = nfkc(told)
    if _BY_CODE.search(text):
        return True
    lines = [line for line in text.splitlines() if not _FULL.search(line)]
    if any(_TOO_LARGE.search(line) for line in lines):
        return True
    return not _TAKEN_AMISS.search(text) and any(_NO_ATTACHMENTS.search(line) for line in lines)


def returned_to(part: Part) -> tuple[str, ...]:
    """The addresses to which the returned letter went: the failed recipients of the report (RFC 3464 §2.3) and To of
    the letter itself. Empty where the bounce is text only."""
    found = dict.fromkeys(a.lower() for text in _recipients(part) for a in _ADDRESS.findall(text[:10_000]))
    return tuple(found)[:_MOST_RECIPIENTS]


def _recipients(part: Part) -> Iterator[str]:
    fields = part.headers_of("x-failed-recipients")
    for node in part.walk():
        if node.content_type in _STATUS_TYPES:
            report = node.data.decode("ascii", "backslashreplace").replace("\r\n", "\n")
            failed = (g for g in report.split("\n\n") if (_ACTION.findall(g) or ["failed"])[0].lower() == "failed")
            yield from (hit for group in failed for hit in _RECIPIENT.findall(group))
        if node.content_type in _HEADER_TYPES:
            fields += parse(node.data).headers_of("to")
        if node.is_message and node.children:
            fields += node.children[0].headers_of("to")
    yield from (field.decode("ascii", "backslashreplace") for field in fields)


def our_mail_behind(part: Part, message: Message) -> str:
    """The Message-ID of ours that this mail answers or returns, or an empty string."""
    known = [
        message.in_reply_to,
        *reversed(message.references),
        *_returned_ids(part),
        *our_ids_in(message.body),
    ]
    return next((message_id for message_id in known if is_our_message_id(message_id)), "")


def _returned_ids(part: Part) -> Iterator[str]:
    for node in part.walk():
        if node.content_type in _RECEIPT_TYPES:
            yield from message_ids(b" ".join(_ORIGINAL_ID.findall(node.data)))
        if node.content_type in _HEADER_TYPES:
            yield from message_ids(parse(node.data).header("message-id"))
        if node.is_message and node.children:
            yield from message_ids(node.children[0].header("message-id"))
    for value in part.headers_of("x-original-message-id"):
        yield from message_ids(split_parameters(value)[0].encode())
