"""Letters are signed for: the document that a section approves, the record that it did, and what has changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from config.roster import Body
from replies.letter_kinds import TRAITS, AnyLetterKind
from replies.letters.signed import KINDS, SHOWN, sentences, wording_hash
from replies.letters.specimens import Specimens, specimens
from replies.wording import load_wording
from routing.ledger import verdicts, wordings
from routing.office import Office
from routing.records import Note
from routing.register import Register
from routing.who import Refused, Who

_LINE = "＝" * 34
_WAYS = {"off": "出さない", "draft": "下書き（職員が送信を始めるまで出ない）", "send": "自動で送る"}


def whole_hash(register: Register) -> str:
    """What the document as a whole is called by: of all kinds together."""
    each = "".join(f"{kind} {wording_hash(kind, register.survey)}\n" for kind in KINDS)
    return hashlib.sha256(each.encode()).hexdigest()[:SHOWN]


def document(register: Register) -> str:
    """Every kind of letter that this survey can send once, with trigger, recipient and frequency, and every sentence that
    may be put in."""
    return "\n".join(_lines(register)) + "\n"


def _lines(register: Register) -> Iterator[str]:
    survey = register.survey
    wording = load_wording().of(survey)
    yield f"「{survey.title}」に係るメールの文（決裁用）"
    yield f"全体の符号：{whole_hash(register)}"
    yield "差し込む内容（団体名、受付番号、日時、箇所など）は例です。文が変わると、種類ごとの符号が変わります。"
    made = specimens(_of(register))
    for number, kind in enumerate((kind for kind in KINDS if _possible(kind, register)), 1):
        about = wording.mail[kind]
        yield from ("", _LINE, f"{number}　{about.name}（{kind}）", _LINE)
        yield f"取扱い　：{_WAYS[survey.mails.way(kind)]}"
        yield f"きっかけ：{about.trigger}"
        yield f"宛先　　：{about.recipient}"
        yield f"回数　　：{about.frequency}"
        yield f"文の符号：{wording_hash(kind, survey)}"
        yield from ("", f"件名：{made[kind].subject}", "", made[kind].body.rstrip("\n"))
    yield from ("", _LINE, "指摘ごとの文（該当するものだけを差し込みます）", _LINE)
    for sentence, mend in sentences(survey):
        yield f"・{sentence}"
        yield f"　⇒　{mend}"


def _possible(kind: AnyLetterKind, register: Register) -> bool:
    """Whether a letter of this kind can ever be due in this survey."""
    survey = register.survey
    if kind == "transfer":
        return survey.wrong_mailbox == "transfer" and len(survey.mailboxes) > 1
    if kind == "report":
        return bool(register.reported)
    return survey.services.offers(kind) and (register.collecting or not TRAITS[kind].of_collecting)


def _of(register: Register) -> Specimens:
    """A specimen that is addressed to the first respondent that collects for somebody, else to the first."""
    collecting = next((o for o in register.obligations if o.collected), register.obligations[0])
    body = register.body(collecting.lgcode)
    collected = register.body(collecting.collected[0]) if collecting.collected else body
    assert isinstance(body, Body) and isinstance(collected, Body)
    program = register.survey.program(collecting.program)
    own = {key: getattr(collecting, key) for key in ("deadline", "correct_by") if getattr(collecting, key) is not None}
    survey = register.survey.changed(own)
    return Specimens(survey, register.roster, body, collected, program, load_wording().of(register.survey))


def approve(office: Office, who: Who, whole: str = "") -> str:
    """Record that every kind was approved as it is now; return the document's hash. `whole`: the hash that was signed
    for, if it is named. Raises Refused, and then nothing was recorded."""
    now_whole = whole_hash(office.register)
    if whole and whole != now_whole:
        raise Refused(f"全体の符号は今 {now_whole} で、{whole} ではありません。文書を作り直し、決裁を受け直してください。")
    with office.ledger.writing():
        for kind in KINDS:
            note = Note(wordings.APPROVED, f"{kind} {wording_hash(kind, office.register.survey)}")
            verdicts.note(office.ledger, note, None, who.pair, office.clock())
    return now_whole


def unapproved(office: Office) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The kinds that go out and were never approved, and those that have changed since."""
    survey, known = office.register.survey, wordings.approved(office.ledger)
    out = [kind for kind in KINDS if survey.mails.way(kind) != "off"]
    never = tuple(kind for kind in out if kind not in known)
    changed = tuple(k for k in out if k in known and known[k].wording != wording_hash(k, survey))
    return never, changed
