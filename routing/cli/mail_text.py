"""One mail, one letter, one body, as `show` prints them for people: the facts of `views/`, in the order in which they are
asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from intake.shown import one_line, visible
from routing.clock import stamp
from routing.views.body import BodyView
from routing.views.files import AttachmentView
from routing.views.letters import WholeLetter
from routing.views.mail import MailView


def mail_lines(mail: MailView) -> Iterator[str]:
    """The lines, none of which steers a terminal; a line that begins with ■ heads what follows it."""
    return (visible(line) for line in _lines(mail))


def _lines(mail: MailView) -> Iterator[str]:
    at = mail.arrival
    yield f"■ {at.receipt}（{at.id}）　{one_line(mail.subject)}"
    yield f"受領　　{_time(at.received_at)}　提出先 {at.mailbox}　{mail.kind}"
    yield f"差出人　{one_line(mail.sender_name)} <{one_line(mail.sender)}>"
    yield f"団体　　{mail.body or '（特定できません）'}{f'（{mail.lgcode}）' if mail.lgcode else ''}"
    yield from (f"　　　　{told}" for told in mail.evidence)
    if mail.erased:
        yield f"内容は消去済みです（{mail.erased}）。"
    for place in mail.places:
        yield f"個人番号か住民の名簿と思われる箇所：{place}"
    yield from _section("本文", mail.text.splitlines())
    yield from _section("リンク先（開かずに、送り直しをお願いします）", map(one_line, mail.links))
    for d in mail.differences:
        yield f"■ 前の版との違い　{d.program}（{_time(d.received_at)} {d.receipt} {d.outcome}）"
        for c in d.changed:
            yield f"　{c.label}：{one_line(c.before) or '（空欄）'} → {one_line(c.after) or '（空欄）'}"
        if not d.changed:
            yield "　回答は同じです。"
    for file in mail.files:
        yield from _file(file)
    yield from _section("指摘", mail.findings)
    yield from _decisions(mail)
    back = {True: "（取り消し済み）", False: ""}
    acts = (f"{_time(a.at)}　{a.by}　{a.kind} {a.detail}　{a.why}{back[a.undone]}" for a in mail.acts)
    yield from _section("職員の記録", acts)
    yield from _section("個人番号への対応", (f"{s.number}　{s.said}　{s.done or '未了'}" for s in mail.steps))
    for letter in mail.letters:
        yield from letter_lines(letter)
    yield from _section("団体の提出状況", (f"{s.program}：{s.said}" for s in mail.standing))
    others = (f"{o.id}　{_time(o.received_at)}　{o.receipt}　{one_line(o.subject)}" for o in mail.others)
    yield from _section("同じ団体のほかのメール", others)
    if mail.last:
        yield f"しるし（decide の --seen）：{mail.last.token}"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield f"■ {title}"
        yield from (f"　{line}" for line in told)


def _file(file: AttachmentView) -> Iterator[str]:
    yield f"■ 添付{file.position}　{one_line(file.name)}（{file.kind}、{file.size:,}バイト）"
    yield from (f"　{said}" for said in file.others)
    for sheet in file.sheets:
        yield f"　{sheet.body or '団体不明'}　{sheet.program or '制度等不明'}"
        for line in sheet.lines:
            answer = one_line(line.answer) or "（空欄）"
            yield f"　　{line.label}：{answer}" + "".join(f"　【{said}】" for said in line.findings)
        yield from (f"　　{said}" for said in sheet.others)


def _decisions(mail: MailView) -> Iterator[str]:
    def told() -> Iterator[str]:
        for d in mail.decisions:
            whose = "　".join(filter(None, (d.body, d.program)))
            by = f"　{d.by}：{d.why}" if d.by else ""
            by += f"　（取り消し済み：{d.undone}）" if d.undone else ""
            yield f"{'' if d.newest else '（前）'}{_time(d.at)}　{whose}　{d.outcome}（{d.sentence}）{by}"

    yield from _section("判定", told())


def letter_lines(whole: WholeLetter) -> Iterator[str]:
    """One letter of ours, whole."""
    letter = whole.row.letter
    yield f"■ 送付した文面 {whole.row.title}　{_time(letter.written_at)}　{whole.row.said}（{_time(letter.at)}）"
    yield f"　宛先　{letter.recipient}"
    yield f"　件名　{letter.subject}"
    if whole.row.signed:
        yield f"　文　　{whole.row.signed}"
    if whole.attached:
        yield f"　添付　{'、'.join(whole.attached)}"
    yield from (f"　｜{line}" for line in whole.text.splitlines())


def body_lines(body: BodyView) -> Iterator[str]:
    """One body, as `show 団体` prints it; a line that begins with ■ heads what follows it."""
    yield f"■ {body.name}（{body.lgcode}）"
    yield from (f"　{s.program}：{s.said}" for s in body.standing)
    if body.through:
        yield f"　{body.through}が取りまとめて提出します。"
    if body.contact:
        yield f"■ 連絡先（{body.contact.receipt} の調査票による）"
        yield from (f"　{label}：{one_line(value)}" for label, value in body.contact.lines)
    yield "■ やり取り"
    arrows = {"mail": "届いた", "letter": "送った", "act": "記録　"}
    for e in body.entries:
        yield f"　{_time(e.at)}　{arrows[e.kind]}　{one_line(e.subject)}（{one_line(e.said)}）"


def _time(at: datetime) -> str:
    return stamp(at)[:16].replace("T", " ")
