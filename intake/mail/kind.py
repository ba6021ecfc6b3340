"""What kind of mail it is: a table of (kind, sign, check) that reads from top to bottom.

Header and structure speak first, Japanese wording second; an address or a domain of ours never does. The
first rule that holds names the kind. What becomes of the mail is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from config.frozen import frozen
from intake.mail import bounce, intent, phrases
from intake.mail.features import Features
from intake.mail.ids import is_our_message_id
from intake.mail.no_attachment import PARTIAL, comes_by_link, download_links, was_removed
from intake.submission import MailKind

TAG_HEADER = "X-Uketsuke"

_AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-autoreply-from")
_LIST_HEADERS = ("list-id", "list-unsubscribe", "list-post", "x-ml-name", "x-mlserver")
_RETURNED_TYPES = frozenset({"message/rfc822", "text/rfc822-headers", "message/global"})
_GATEWAY_SUBJECT = re.compile(
    r"(ウイルス|ウィルス|マルウェア|不正プログラム|virus|malware).{0,20}"
    r"(検知|検出|発見|隔離|駆除|通知|お知らせ|警告|alert|notif|detect|found)"
    r"|添付ファイル.{0,10}(削除|除去|隔離|無害化|遮断).{0,12}(通知|お知らせ|しました)"
    r"|(attachment|message) (was )?(blocked|quarantined)",
    re.IGNORECASE,
)

@frozen
class Classification:
    """The kind, the signs that told it, the DSN's action of a bounce ("failed", "delayed", …), the Message-ID of
    ours that the mail answers or returns, and why a person should read it where it brings no file (`intent.says`)."""

    kind: MailKind
    signs: tuple[str, ...]
    action: str = ""
    answers: str = ""
    says: tuple[str, ...] = ()


@frozen
class KindRule:
    """A kind, the sign that tells it, and whether it is there."""

    kind: MailKind
    sign: str
    holds: Callable[[Features], bool]


def tell_kind(facts: Features) -> Classification:
    """The kind of the mail that shows these features."""
    kind = _first_kind(facts)
    signs = tuple(rule.sign for rule in RULES if rule.kind == kind and rule.holds(facts))
    action = bounce.action_of(facts.part, facts.message) if kind == "bounce" else ""
    return Classification(kind, signs, action, facts.answers, facts.says if kind in _PERSONS else ())


def brings_back(facts: Features) -> bool:
    """Whether the mail is a bounce or a receipt, so that its files are our own, returned. Asked before the files are
    opened."""
    may = any(rule.holds(facts) for rule in RULES if rule.kind in _RETURNING)  # of nearly all mail none does
    return may and _first_kind(facts) in _RETURNING


def _first_kind(facts: Features) -> MailKind:
    return next(rule.kind for rule in RULES if rule.holds(facts))


def _precedence(facts: Features) -> str:
    return facts.header("precedence") or facts.header("x-precedence")


def _auto_submitted(facts: Features) -> bool:
    """Whether Auto-Submitted tells a machine (RFC 3834 §5); parameters after a semicolon do not count."""
    return facts.header("auto-submitted").partition(";")[0].strip() not in ("", "no")


def _has_any(*names: str) -> Callable[[Features], bool]:
    return lambda facts: any(facts.header(name) not in ("", "no") for name in names)


def _non_report_bounce(facts: Features) -> bool:
    """Whether the subject is a mail system's, and the mail has something beside it that no person's mail would have."""
    machine = bounce.has_null_sender(facts.part) or bounce.from_postmaster(facts.message)
    return bounce.bounce_subject(facts.message) and (machine or _auto_submitted(facts))


def _says_returned(facts: Features) -> bool:
    return bounce.bounce_subject(facts.message) or bounce.bounce_body(facts.message)


def _null_sender_bounce(facts: Features) -> bool:
    """Whether the mail has a null sender, as no person has, and what it says, or brings back, is a bounce's."""
    returns = any(leaf.nested or leaf.content_type in _RETURNED_TYPES for leaf in facts.leaves)
    return bounce.has_null_sender(facts.part) and (_says_returned(facts) or (returns and not _auto_submitted(facts)))


def _returns_ours(facts: Features) -> bool:
    """Whether a letter of ours lies inside, under words of a mail system; whatever form was attached to that letter
    is ours."""
    return bounce.returns_our_letter(facts.part) and _says_returned(facts)


def _bounce_wording(facts: Features) -> bool:
    return not facts.form and bounce.bounce_subject(facts.message) and bounce.bounce_body(facts.message)


def _postmaster_wording(facts: Features) -> bool:
    return not facts.form and bounce.from_postmaster(facts.message) and bounce.bounce_body(facts.message)


def _gateway_notice(facts: Features) -> bool:
    """Whether a virus gateway wrote the mail of its own accord: it begins as they do, and no person sends a file with
    such words."""
    return not facts.file and _GATEWAY_SUBJECT.search(facts.subject) is not None


def _by_link(facts: Features) -> bool:
    led = "link" in facts.carriers or bool(download_links(facts.leaves))
    return not facts.file and (led or comes_by_link(facts.words))


def _by_carrier(facts: Features) -> bool:
    """Whether a gateway put something of its own in the place of a file, or still looks at the file."""
    return not facts.file and bool(facts.carriers & {"sealed", "scan", "removed"})


def _was_stripped(facts: Features) -> bool:
    told = facts.form or facts.claims  # what it was meant as
    return not told and was_removed(facts.message.body, facts.leaves)


def _meant(facts: Features) -> bool:
    """Whether the text says that it submits, and its subject is no question."""
    return facts.encloses and not facts.asks_in_subject


def _asks(facts: Features) -> bool:
    """Whether the subject asks, or the text does; the text does not count if the subject is as asked for and
    something was sent."""
    if facts.asks_in_subject:
        return True
    return not (facts.claims and (facts.file or facts.encloses)) and facts.asks


def _in_our_thread(facts: Features) -> bool:
    """Whether the subject is Re: and one of ours, though the mail names no mail of ours that it answers."""
    return intent.names_our_result(facts.subject)


def _says_automatic(facts: Features) -> bool:
    """Whether the mail says that a machine wrote it, and brings no file: a person's file would not come with such
    words, nor would a machine's file be a form."""
    return not facts.file and intent.is_automatic(facts.message.subject, facts.message.body)


def _recall_report(facts: Features) -> bool:
    return phrases.pattern("recall", "report").search(facts.subject) is not None


def _opened(facts: Features) -> bool:
    return not facts.file and phrases.pattern("opened", "subject").search(facts.subject) is not None


RULES: tuple[KindRule, ...] = (
    KindRule("bounce", "delivery status report", lambda f: bounce.is_delivery_report(f.part)),
    KindRule("bounce", "X-Failed-Recipients", _has_any("x-failed-recipients", "x-ms-exchange-message-is-ndr")),
    KindRule(
        "bounce",
        "From: mailer-daemon",
        lambda f: bounce.from_daemon(f.message) and not bounce.is_receipt_report(f.part),
    ),
    KindRule("bounce", "subject of a bounce from a mail system", _non_report_bounce),
    KindRule("bounce", "null sender, and text of a bounce or a returned mail", _null_sender_bounce),
    KindRule("bounce", "our letter returned, and text of a bounce", _returns_ours),
    KindRule("bounce", "subject and text of a bounce", _bounce_wording),
    KindRule("bounce", "text of a bounce from a postmaster", _postmaster_wording),
    KindRule("receipt", "disposition notification", lambda f: bounce.is_receipt_report(f.part)),
    KindRule("own", "our tag header", lambda f: f.part.header(TAG_HEADER.lower()) != b""),
    KindRule("own", "our Message-ID", lambda f: is_our_message_id(f.message.message_id)),
    KindRule("auto_reply", "Auto-Submitted", _auto_submitted),
    KindRule("auto_reply", "X-Autoreply or its like", _has_any(*_AUTO_HEADERS)),
    KindRule(
        "auto_reply",
        "Precedence: auto_reply",
        lambda f: _precedence(f) in ("auto_reply", "auto-reply", "junk"),
    ),
    KindRule("list", "List-Id or its like", _has_any(*_LIST_HEADERS)),
    KindRule("list", "Precedence: bulk or list", lambda f: _precedence(f) in ("bulk", "list")),
    KindRule("submission", "a file that looks like a form", lambda f: f.form),
    KindRule("submission", "a part of a divided mail", lambda f: f.part.content_type == PARTIAL),
    KindRule("submission", "a gateway's carrier in place of its file", _by_carrier),
    KindRule("receipt", "subject of a read receipt", _opened),
    KindRule("receipt", "report of a recall", _recall_report),
    KindRule("auto_reply", "it says that it is automatic", _says_automatic),
    KindRule("auto_reply", "subject of a virus gateway's notice", _gateway_notice),
    KindRule("submission", "it submits by a link", lambda f: _by_link(f) and _meant(f)),
    KindRule("reply", "answers our mail, without a file", lambda f: bool(f.answers) and not f.file),
    KindRule("reply", "Re: and a subject of ours, without a file", lambda f: _in_our_thread(f) and not f.file),
    KindRule("submission", "answers our mail, with a file", lambda f: bool(f.answers) and f.file),
    KindRule("inquiry", "it asks", _asks),
    KindRule("submission", "a link in place of a file", _by_link),
    KindRule("submission", "a gateway took its file out", _was_stripped),
    KindRule("inquiry", "its words are for a person", lambda f: bool(f.says)),
    KindRule("submission", "subject as asked for", lambda f: f.claims),
    KindRule("submission", "it says that it submits", lambda f: f.encloses),
    KindRule("inquiry", "nothing in it is a submission", lambda f: True),
)
_RETURNING = ("bounce", "receipt")
_PERSONS = ("submission", "reply", "inquiry")
