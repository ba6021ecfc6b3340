"""What kind of mail it is: a table of (kind, sign, check) that reads from top to bottom.

Header and structure speak first, Japanese wording second; an address or a domain of ours never does. The
first rule that holds names the kind. What becomes of the mail is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from config.spelling import nfkc
from intake.mail import bounce
from intake.mail.ids import is_our_message_id
from intake.mail.mime import Leaf, Part, leaves
from intake.mail.no_attachment import PARTIAL, comes_by_link, was_removed
from intake.submission import Address, Claim, MailKind, Message

TAG_HEADER = "X-Uketsuke"

_AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-autoreply-from")
_LIST_HEADERS = ("list-id", "list-unsubscribe", "list-post", "x-ml-name", "x-mlserver")
_NO_FILE_TYPES = frozenset({
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
    "application/ms-tnef", "message/delivery-status", "message/disposition-notification", PARTIAL,
})  # fmt: skip
_COMMENT = re.compile(r"\([^)]*\)")  # RFC 5322 §3.2.2
_RE = r"(?:(?:re|fw|fwd)\s*:\s*)*"
_AWAY_SUBJECT = re.compile(
    _RE
    + r"[\[【(「<]?\s*(自動(応答|返信|回答|配信|送信)|不在(?!の(ため|間|際))|休暇(中|のお知らせ|通知)|out of (the )?office|"
    r"automatic reply|auto(matic)?[- ]?(reply|response|answer)|autoreply|vacation)",
    re.IGNORECASE,
)
_READ_SUBJECT = re.compile(
    r"(開封済み?|開封確認|開封通知|既読|read|return receipt[^:]*)\s*[:(\[]", re.IGNORECASE
)
_QUESTION_SUBJECT = re.compile("照会|質問|質疑|お尋ね|おたずね|問い?合わ?せ|ご?教示|お伺い")
# Not お問い合わせください: with that every letter ends.
_QUESTION = re.compile(
    r"(照会|質問|(お)?問い合わせ)(です|が|事項|を?させて|(いた|致)?します)|お尋ね|おたずね|お伺い|教えて"
    r"|教示(くだ|下|いただ|頂|願|の|を)|(でしょう|ます|です)か([。？?\s]|$)"
)
_SUBMITS = re.compile(
    "(回答|調査票|シート|一覧表?|様式|別添|資料|ファイル)[^。\n]{0,40}(送付|提出|送信|お送り|添付)"
    "|(送付|提出|送信)(いた|致)?します|お送り(いた|致)?します|送付申し上げ"
)
_GATEWAY_SUBJECT = re.compile(
    r"(ウイルス|ウィルス|マルウェア|不正プログラム|virus|malware).{0,20}"
    r"(検知|検出|発見|隔離|駆除|通知|お知らせ|警告|alert|notif|detect|found)"
    r"|添付ファイル.{0,10}(削除|除去|隔離|無害化|遮断).{0,12}(通知|お知らせ|しました)"
    r"|(attachment|message) (was )?(blocked|quarantined)",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"^[>＞|][^\n]*$|^-{2,}\s*(original message|元のメッセージ|転送メッセージ|forwarded).*\Z|^(差出人|from):.*\Z",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind, the signs that told it, the DSN's action of a bounce ("failed", "delayed", …), and the
    Message-ID of ours that the mail answers or returns."""

    kind: MailKind
    signs: tuple[str, ...]
    action: str = ""
    answers: str = ""


@dataclass(frozen=True)  # without slots: what the rules ask for again and again is worked out once
class _Facts:
    part: Part
    message: Message
    form: bool  # brings a file that looks like one of our forms
    claims: bool  # the subject follows the convention
    leaves: tuple[Leaf, ...]

    def header(self, name: str) -> str:
        """A field in lower case and without comments; of several the first."""
        value = self._fields.get(name, b"")[:1000].decode("ascii", "backslashreplace")
        return _COMMENT.sub("", value).strip().lower() if value else ""

    @cached_property
    def _fields(self) -> dict[str, bytes]:
        return dict(reversed(self.part.headers))  # the first of a name wins

    @cached_property
    def answers(self) -> str:
        """The Message-ID of ours that the mail answers or returns."""
        return bounce.our_mail_behind(self.part, self.message)

    @cached_property
    def file(self) -> bool:
        """Whether it brings any file that a person attached."""
        return any(map(is_file, self.leaves))

    @cached_property
    def subject(self) -> str:
        return nfkc(self.message.subject).strip()

    @cached_property
    def words(self) -> str:
        """Subject and what the sender wrote, without what was quoted."""
        return f"{self.subject}\n{_QUOTED.sub('', self.message.body)}"


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: MailKind
    sign: str
    holds: Callable[[_Facts], bool]


def tell_kind(
    part: Part,
    message: Message,
    has_form_like_file: bool,
    names: frozenset[str] = frozenset(),
    claim: Claim | None = None,
) -> Kind:
    """The kind of this mail. `claim` is what its subject says (None: not looked at); `names` as for `leaves`."""
    facts = _Facts(part, message, has_form_like_file, _follows_convention(claim), leaves(part, names))
    kind = _first_kind(facts)
    signs = tuple(rule.sign for rule in _RULES if rule.kind == kind and rule.holds(facts))
    action = bounce.action_of(part, message) if kind == "bounce" else ""
    return Kind(kind, signs, action, facts.answers)


def brings_back(
    part: Part, message: Message, names: frozenset[str] = frozenset(), claim: Claim | None = None
) -> bool:
    """Whether the mail is a bounce or a receipt, so that its files are our own, returned. Asked before the files are
    opened. The same arguments as for `tell_kind`."""
    facts = _Facts(part, message, False, _follows_convention(claim), leaves(part, names))
    may = any(rule.holds(facts) for rule in _RULES if rule.kind in _RETURNING)  # of nearly all mail none does
    return may and _first_kind(facts) in _RETURNING


def _follows_convention(claim: Claim | None) -> bool:
    return claim is not None and claim.shape != "absent"


def _first_kind(facts: _Facts) -> MailKind:
    return next(rule.kind for rule in _RULES if rule.holds(facts))


def never_answer(part: Part, message: Message, own: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Why no reply may go out though the mail is taken in; empty where one may. `own`: our addresses."""
    facts = _Facts(part, message, False, False, ())
    signs = [rule.sign for rule in _RULES if rule.sign in _SILENCING and rule.holds(facts)]
    if facts.header("x-auto-response-suppress") not in ("", "none"):
        signs.append("X-Auto-Response-Suppress")
    if bounce.has_null_sender(part):
        signs.append("Return-Path: <>")
    if bounce.report_type(part):
        signs.append("multipart/report")
    if bounce.from_postmaster(message) or is_noreply(message.sender):
        signs.append("From: nobody reads it")
    return tuple(dict.fromkeys([*signs, *_our_own(message, own)]))


def _precedence(facts: _Facts) -> str:
    return facts.header("precedence") or facts.header("x-precedence")


def _auto_submitted(facts: _Facts) -> bool:
    """RFC 3834 §5; parameters after a semicolon do not count."""
    return facts.header("auto-submitted").partition(";")[0].strip() not in ("", "no")


def _has_any(*names: str) -> Callable[[_Facts], bool]:
    return lambda facts: any(facts.header(name) not in ("", "no") for name in names)


def _non_report_bounce(facts: _Facts) -> bool:
    """Subject as of a mail system, and something beside it that no person would have."""
    machine = bounce.has_null_sender(facts.part) or bounce.from_postmaster(facts.message)
    return bounce.bounce_subject(facts.message) and (machine or _auto_submitted(facts))


def _bounce_wording(facts: _Facts) -> bool:
    return not facts.form and bounce.bounce_subject(facts.message) and bounce.bounce_body(facts.message)


def _postmaster_wording(facts: _Facts) -> bool:
    return not facts.form and bounce.from_postmaster(facts.message) and bounce.bounce_body(facts.message)


def _gateway_notice(facts: _Facts) -> bool:
    """What a virus gateway writes of its own accord: it begins so, and no person sends a file with it."""
    return not facts.file and _GATEWAY_SUBJECT.search(facts.subject) is not None


def _by_link(facts: _Facts) -> bool:
    return not facts.file and comes_by_link(facts.words)


def _was_stripped(facts: _Facts) -> bool:
    told = facts.form or facts.claims  # what it was meant as
    return not told and was_removed(facts.message.body, facts.leaves)


def _meant(facts: _Facts) -> bool:
    """It says that it submits, and its subject is no question."""
    return bool(_SUBMITS.search(facts.words)) and not _QUESTION_SUBJECT.search(facts.subject)


def _asks(facts: _Facts) -> bool:
    """The subject asks; or the text does, unless the subject is as asked for and something was sent."""
    if _QUESTION_SUBJECT.search(facts.subject):
        return True
    meant = facts.claims and (facts.file or bool(_SUBMITS.search(facts.words)))
    return not meant and bool(_QUESTION.search(facts.words))


_RULES: tuple[_Rule, ...] = (
    _Rule("bounce", "delivery status report", lambda f: bounce.is_delivery_report(f.part)),
    _Rule("bounce", "X-Failed-Recipients", _has_any("x-failed-recipients", "x-ms-exchange-message-is-ndr")),
    _Rule(
        "bounce",
        "From: mailer-daemon",
        lambda f: bounce.from_daemon(f.message) and not bounce.is_receipt_report(f.part),
    ),
    _Rule("bounce", "subject of a bounce from a mail system", _non_report_bounce),
    _Rule("bounce", "subject and text of a bounce", _bounce_wording),
    _Rule("bounce", "text of a bounce from a postmaster", _postmaster_wording),
    _Rule("receipt", "disposition notification", lambda f: bounce.is_receipt_report(f.part)),
    _Rule("own", "our tag header", lambda f: f.part.header(TAG_HEADER.lower()) != b""),
    _Rule("own", "our Message-ID", lambda f: is_our_message_id(f.message.message_id)),
    _Rule("auto_reply", "Auto-Submitted", _auto_submitted),
    _Rule("auto_reply", "X-Autoreply or its like", _has_any(*_AUTO_HEADERS)),
    _Rule(
        "auto_reply",
        "Precedence: auto_reply",
        lambda f: _precedence(f) in ("auto_reply", "auto-reply", "junk"),
    ),
    _Rule("list", "List-Id or its like", _has_any(*_LIST_HEADERS)),
    _Rule("list", "Precedence: bulk or list", lambda f: _precedence(f) in ("bulk", "list")),
    _Rule("submission", "a file that looks like a form", lambda f: f.form),
    _Rule("submission", "a part of a divided mail", lambda f: f.part.content_type == PARTIAL),
    _Rule(
        "receipt", "subject of a read receipt", lambda f: bool(_READ_SUBJECT.match(f.subject)) and not f.file
    ),
    _Rule("auto_reply", "subject of an out-of-office", lambda f: bool(_AWAY_SUBJECT.match(f.subject))),
    _Rule("auto_reply", "subject of a virus gateway's notice", _gateway_notice),
    _Rule("submission", "it submits by a link", lambda f: _by_link(f) and _meant(f)),
    _Rule("reply", "answers our mail, without a file", lambda f: bool(f.answers) and not f.file),
    _Rule("submission", "answers our mail, with a file", lambda f: bool(f.answers) and f.file),
    _Rule("inquiry", "it asks", _asks),
    _Rule("submission", "a link in place of a file", _by_link),
    _Rule("submission", "a gateway took its file out", _was_stripped),
    _Rule("submission", "subject as asked for", lambda f: f.claims),
    _Rule("submission", "it says that it submits", lambda f: bool(_SUBMITS.search(f.words))),
    _Rule("inquiry", "nothing in it is a submission", lambda f: True),
)
_RETURNING = ("bounce", "receipt")
# Of the signs above, the header fields that silence us whatever the mail brings.
_SILENCING = frozenset(
    {
        "From: mailer-daemon",
        "our tag header",
        "our Message-ID",
        "Auto-Submitted",
        "X-Autoreply or its like",
        "Precedence: auto_reply",
        "List-Id or its like",
        "Precedence: bulk or list",
    }
)


def is_file(leaf: Leaf) -> bool:
    """Something a person attached: no signature, no picture shown in the text, nothing returned."""
    shown = leaf.content_type.startswith("image/") and leaf.disposition != "attachment"
    return not (leaf.displayed or leaf.returned or leaf.frame or shown or leaf.content_type in _NO_FILE_TYPES)


def is_noreply(address: Address | None) -> bool:
    """An address by whose own name nobody reads what comes to it: noreply@, do-not-reply@ …"""
    local = address.address.partition("@")[0] if address else ""
    return re.fullmatch(r"(do-?not|no|non)[-_.]?reply.*", local, re.IGNORECASE) is not None


def _our_own(message: Message, own: frozenset[str]) -> list[str]:
    """Our own address as the sender, or the Message-ID of a mail made in our own domain."""
    addresses = {address.lower() for address in own}
    domains = {address.rpartition("@")[2] for address in addresses}
    signs = []
    if message.sender is not None and message.sender.address.lower() in addresses:
        signs.append("From: our own address")
    if message.message_id.rstrip(">").rpartition("@")[2].lower() in domains:
        signs.append("Message-ID of our own domain")
    return signs
