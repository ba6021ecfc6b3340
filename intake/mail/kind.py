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
from intake.mail import bounce, intent, phrases
from intake.mail.carriers import Carrier, carrier_of
from intake.mail.ids import is_our_message_id
from intake.mail.mime import Leaf, Part, leaves
from intake.mail.no_attachment import PARTIAL, comes_by_link, download_links, was_removed
from intake.mail.passwords import told_in
from intake.submission import Address, Claim, MailKind, Message

TAG_HEADER = "X-Uketsuke"

_AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-autoreply-from")
_LIST_HEADERS = ("list-id", "list-unsubscribe", "list-post", "x-ml-name", "x-mlserver")
_NO_FILE_TYPES = frozenset({
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
    "application/ms-tnef", "text/vcard", "text/x-vcard", "text/directory", "text/calendar",
    "message/delivery-status", "message/disposition-notification", PARTIAL,
})  # fmt: skip
# [MS-OXCMAIL] §2.2.3.2.14: these ask for no automatic reply; DR, RN and NRN for no delivery or read report.
_SUPPRESSES = frozenset({"all", "autoreply", "oof"})
_RETURNED_TYPES = frozenset({"message/rfc822", "text/rfc822-headers", "message/global"})
_COMMENT = re.compile(r"\([^)]*\)")  # RFC 5322 §3.2.2
_GATEWAY_SUBJECT = re.compile(
    r"(ウイルス|ウィルス|マルウェア|不正プログラム|virus|malware).{0,20}"
    r"(検知|検出|発見|隔離|駆除|通知|お知らせ|警告|alert|notif|detect|found)"
    r"|添付ファイル.{0,10}(削除|除去|隔離|無害化|遮断).{0,12}(通知|お知らせ|しました)"
    r"|(attachment|message) (was )?(blocked|quarantined)",
    re.IGNORECASE,
)

@dataclass(frozen=True, slots=True)
class Kind:
    """The kind, the signs that told it, the DSN's action of a bounce ("failed", "delayed", …), the Message-ID of
    ours that the mail answers or returns, and why a person should read it where it brings no file (`intent.says`)."""

    kind: MailKind
    signs: tuple[str, ...]
    action: str = ""
    answers: str = ""
    says: tuple[str, ...] = ()


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
    def carriers(self) -> frozenset[Carrier]:
        """What arrived in the place of files."""
        return frozenset(map(carrier_of, self.leaves)) - {""}

    @cached_property
    def subject(self) -> str:
        return nfkc(self.message.subject).strip()

    @cached_property
    def words(self) -> str:
        """Subject and what the sender wrote, without what was quoted."""
        return f"{self.subject}\n{intent.own_text(self.message.body)}"

    @cached_property
    def encloses(self) -> bool:
        """Whether it says that a file comes with it."""
        return intent.encloses(self.message.body)

    @cached_property
    def says(self) -> tuple[str, ...]:
        """Why a person should read it, where it brings no file."""
        if told_in(self.message.subject) or told_in(self.message.body):  # a password
            return ()
        files = [leaf for leaf in self.leaves if is_file(leaf)]
        if not all(leaf.content_type.startswith("image/") for leaf in files):
            return ()
        # a picture beside words is a logo as often as a photo: what they say must be more than something
        said = intent.says(self.message.body)
        return tuple(reason for reason in said if reason != "other") if files else said

    @cached_property
    def asks(self) -> bool:
        """Whether its text asks something."""
        return intent.asks(self.message.body)

    @cached_property
    def asks_in_subject(self) -> bool:
        """Whether its subject does."""
        return intent.asks_in_subject(self.subject)


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
    return Kind(kind, signs, action, facts.answers, facts.says if kind in _PERSONS else ())


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
    if _SUPPRESSES & {value.strip() for value in facts.header("x-auto-response-suppress").split(",")}:
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


def _says_returned(facts: _Facts) -> bool:
    return bounce.bounce_subject(facts.message) or bounce.bounce_body(facts.message)


def _null_sender_bounce(facts: _Facts) -> bool:
    """No person has a null sender; and what it says, or brings back, is a bounce's."""
    returns = any(leaf.nested or leaf.content_type in _RETURNED_TYPES for leaf in facts.leaves)
    return bounce.has_null_sender(facts.part) and (_says_returned(facts) or (returns and not _auto_submitted(facts)))


def _returns_ours(facts: _Facts) -> bool:
    """A letter of ours inside, under words of a mail system; whatever form was attached to that is ours."""
    return bounce.returns_our_letter(facts.part) and _says_returned(facts)


def _bounce_wording(facts: _Facts) -> bool:
    return not facts.form and bounce.bounce_subject(facts.message) and bounce.bounce_body(facts.message)


def _postmaster_wording(facts: _Facts) -> bool:
    return not facts.form and bounce.from_postmaster(facts.message) and bounce.bounce_body(facts.message)


def _gateway_notice(facts: _Facts) -> bool:
    """What a virus gateway writes of its own accord: it begins so, and no person sends a file with it."""
    return not facts.file and _GATEWAY_SUBJECT.search(facts.subject) is not None


def _by_link(facts: _Facts) -> bool:
    led = "link" in facts.carriers or bool(download_links(facts.leaves))
    return not facts.file and (led or comes_by_link(facts.words))


def _by_carrier(facts: _Facts) -> bool:
    """A gateway put something of its own in the place of a file, or looks at it still."""
    return not facts.file and bool(facts.carriers & {"sealed", "scan", "removed"})


def _was_stripped(facts: _Facts) -> bool:
    told = facts.form or facts.claims  # what it was meant as
    return not told and was_removed(facts.message.body, facts.leaves)


def _meant(facts: _Facts) -> bool:
    """It says that it submits, and its subject is no question."""
    return facts.encloses and not facts.asks_in_subject


def _asks(facts: _Facts) -> bool:
    """The subject asks; or the text does, unless the subject is as asked for and something was sent."""
    if facts.asks_in_subject:
        return True
    return not (facts.claims and (facts.file or facts.encloses)) and facts.asks


def _in_our_thread(facts: _Facts) -> bool:
    """Its subject is Re: and one of ours, though it names no mail of ours that it answers."""
    return intent.names_our_result(facts.subject)


def _says_automatic(facts: _Facts) -> bool:
    """A person's file would not come with a mail that says so, nor would a machine's be a form."""
    return not facts.file and intent.is_automatic(facts.message.subject, facts.message.body)


def _recall_report(facts: _Facts) -> bool:
    return phrases.pattern("recall", "report").search(facts.subject) is not None


def _opened(facts: _Facts) -> bool:
    return not facts.file and phrases.pattern("opened", "subject").search(facts.subject) is not None


_RULES: tuple[_Rule, ...] = (
    _Rule("bounce", "delivery status report", lambda f: bounce.is_delivery_report(f.part)),
    _Rule("bounce", "X-Failed-Recipients", _has_any("x-failed-recipients", "x-ms-exchange-message-is-ndr")),
    _Rule(
        "bounce",
        "From: mailer-daemon",
        lambda f: bounce.from_daemon(f.message) and not bounce.is_receipt_report(f.part),
    ),
    _Rule("bounce", "subject of a bounce from a mail system", _non_report_bounce),
    _Rule("bounce", "null sender, and text of a bounce or a returned mail", _null_sender_bounce),
    _Rule("bounce", "our letter returned, and text of a bounce", _returns_ours),
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
    _Rule("submission", "a gateway's carrier in place of its file", _by_carrier),
    _Rule("receipt", "subject of a read receipt", _opened),
    _Rule("receipt", "report of a recall", _recall_report),
    _Rule("auto_reply", "it says that it is automatic", _says_automatic),
    _Rule("auto_reply", "subject of a virus gateway's notice", _gateway_notice),
    _Rule("submission", "it submits by a link", lambda f: _by_link(f) and _meant(f)),
    _Rule("reply", "answers our mail, without a file", lambda f: bool(f.answers) and not f.file),
    _Rule("reply", "Re: and a subject of ours, without a file", lambda f: _in_our_thread(f) and not f.file),
    _Rule("submission", "answers our mail, with a file", lambda f: bool(f.answers) and f.file),
    _Rule("inquiry", "it asks", _asks),
    _Rule("submission", "a link in place of a file", _by_link),
    _Rule("submission", "a gateway took its file out", _was_stripped),
    _Rule("inquiry", "its words are for a person", lambda f: bool(f.says)),
    _Rule("submission", "subject as asked for", lambda f: f.claims),
    _Rule("submission", "it says that it submits", lambda f: f.encloses),
    _Rule("inquiry", "nothing in it is a submission", lambda f: True),
)
_RETURNING = ("bounce", "receipt")
_PERSONS = ("submission", "reply", "inquiry")
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
    """Something a person attached: no signature, no picture shown in the text, nothing returned, and nothing that a
    gateway or a file system put there."""
    shown = leaf.content_type.startswith("image/") and leaf.disposition != "attachment"
    if leaf.displayed or leaf.returned or leaf.frame or shown or leaf.content_type in _NO_FILE_TYPES:
        return False
    return not carrier_of(leaf)


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
