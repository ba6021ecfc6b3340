"""引継ぎ: a folder with everything of the survey, to be filed and read without this program.

Per body and program: the mails as they came, the files in them, our letters, and who decided what and why; how
everybody stood at the deadline; and a list of every file with its SHA-256. Written under another name and given its own
when it is whole; only then is it recorded. Changes nothing else.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

from config.frozen import frozen
from config.survey import Survey
from replies.wording import load_wording
from routing.clock import stamp
from routing.decision.verdict import sentence_of
from routing.ledger import arrivals, handed_over
from routing.ledger.handed_over import Deed, FiledLetter, FiledMail, FiledPiece
from routing.office import Office
from routing.operate.handover_folder import Folder, safe_name
from routing.register import Register
from routing.tracking.instant import open_instant
from routing.tracking.overview import Status, status_of
from routing.who import Refused, Who

LIST_OF_FILES = "SHA256SUMS.txt"


@frozen
class HandedOver:
    """What went into the folder. `kept_back`: mails whose content is left out, with the reason in the index."""

    number: int
    mails: int
    letters: int
    kept_back: int


def hand_over(office: Office, place: Path, who: Who) -> HandedOver:
    """Write the folder, which must not exist yet, and record it. Raises Refused, OSError, DiskFull."""
    if place.exists():
        raise Refused(f"{place} は既にあります。まだないフォルダーの名前を指定してください。")
    begun, until = office.clock(), handed_over.mark(office.ledger)  # what is decided later may lie in the folder or not
    folder = Folder(place)
    mails, letters = handed_over.mails(office.ledger), handed_over.letters(office.ledger)
    by_mail: dict[int, list[FiledLetter]] = {}
    for letter in letters:
        if letter.arrival_id is not None:
            by_mail.setdefault(letter.arrival_id, []).append(letter)
    rows = [row for mail in mails for row in _put_mail(office, folder, mail, by_mail.get(mail.id, []))]
    rows += [_put_notice(office, folder, one) for one in letters if one.arrival_id is None]
    survey = office.register.survey
    code, collector = survey.word("code", "団体コード"), f"取りまとめる{survey.word('collector', '都道府県')}"
    folder.put("一覧.csv", _table((*_INDEX, code, *_INDEX_OF_FILE), rows))
    folder.put("提出状況_期限時点.csv", _table((code, *_STANDING, collector), _standing(office)))
    folder.put("お読みください.txt", _read_me(office, len(mails), len(letters)))
    sums = "".join(f"{digest}  {name}\n" for name, digest in folder.digests).encode()
    folder.put(LIST_OF_FILES, sums)
    folder.finish()
    whole = [mail.id for mail in mails if not mail.kept_back]
    with office.ledger.writing():
        number = handed_over.record(
            office.ledger, (place.name, hashlib.sha256(sums).hexdigest()), (whole, [one.id for one in letters], until),
            who.pair, begun,
        )  # fmt: skip
    return HandedOver(number, len(mails), len(letters), len(mails) - len(whole))


_INDEX = ("種類", "受付番号", "日時", "提出先")
_INDEX_OF_FILE = ("団体", "制度等", "判定", "期限後", "ファイル名", "SHA-256", "置き場所", "備考")
_STANDING = ("団体", "制度等", "状態", "期限との関係", "受領")
_DEEDS = ("日時", "対象", "判定", "内容", "判断した人", "理由")


def _put_mail(office: Office, folder: Folder, mail: FiledMail, letters: list[FiledLetter]) -> Iterator[tuple[str, ...]]:
    """Put one mail with its files, letters and decisions into the folder; yield its rows in the index."""
    register, pieces = office.register, handed_over.pieces(office.ledger, mail.id)
    at = f"{_place(register, mail, pieces)}/{mail.received_at:%m%d-%H%M}_{mail.receipt}"
    deeds = [deed for deed in handed_over.deeds(office.ledger, mail.id) if _is_told(deed)]
    folder.put(f"{at}/経過.csv", _table(_DEEDS, (_deed(deed, register.survey) for deed in deeds)))
    for letter in letters:
        name = f"{at}/返信_{letter.written_at:%m%d-%H%M}_{letter.id}.eml"
        folder.put(name, handed_over.letter_bytes(office.ledger, letter.id))
    remark = sentence_of(mail.kept_back, register.survey) if mail.kept_back else ""
    if not mail.kept_back:
        try:
            raw = arrivals.raw_bytes(office.ledger, mail.id)
        except KeyError:
            raw, remark = b"", "原本は台帳にありません（ヘッダーだけの記録です）"
        if raw:
            folder.put(f"{at}/原本.eml", raw)
            for number, (name, content) in enumerate(_files(raw, handed_over.files(office.ledger, mail.id)), 1):
                folder.put(f"{at}/添付{number}_{safe_name(name)}", content)
    outcome = _outcome(pieces[0].outcome) if pieces else ""
    yield ("メール", mail.receipt, stamp(mail.received_at), mail.mailbox, "", "", "", outcome, "", "", mail.sha256, at,
           remark)  # fmt: skip
    for piece in pieces[1:]:
        whose = piece.body or piece.submitter
        yield ("ファイル", mail.receipt, stamp(mail.received_at), mail.mailbox, whose, register.full_name(whose),
               _program(register, piece.program), _outcome(piece.outcome), "期限後" if piece.late else "",
               "" if mail.kept_back else piece.filename, piece.sha256, at, "")  # fmt: skip


def _put_notice(office: Office, folder: Folder, letter: FiledLetter) -> tuple[str, ...]:
    """Put a letter that answers no mail into the folder of whom it went to; return its row in the index."""
    register, data = office.register, handed_over.letter_bytes(office.ledger, letter.id)
    at = f"団体/{_named(register, letter.respondent)}/お願い・お知らせ"
    name = f"{at}/{letter.written_at:%m%d-%H%M}_{letter.id}.eml"
    folder.put(name, data)
    said = load_wording().screen.get(f"posting_{letter.state}", letter.state)
    whose, digest = register.full_name(letter.respondent), hashlib.sha256(data).hexdigest()
    return ("お願い・お知らせ", "", stamp(letter.written_at), letter.mailbox, letter.respondent, whose, "", said, "", "",
            digest, name, "")  # fmt: skip


def _place(register: Register, mail: FiledMail, pieces: list[FiledPiece]) -> str:
    """The folder of a mail: who sent it, and what it is about: 団体/141003_神奈川県横浜市/難病・小慢."""
    whose = next((p.submitter for p in pieces if p.submitter), "") or next((p.body for p in pieces if p.body), "")
    programs = list(dict.fromkeys(_program(register, p.program) for p in pieces if p.program))
    return f"団体/{_named(register, whose)}/{'・'.join(programs) or '制度等不明'}"


def _named(register: Register, lgcode: str) -> str:
    return f"{lgcode}_{safe_name(register.full_name(lgcode))}" if lgcode else "団体不明"


def _program(register: Register, program: str) -> str:
    return register.survey.program(program).name if program else ""


def _outcome(outcome: str) -> str:
    wording = load_wording()
    return wording.outcome.get(outcome, wording.screen.get(f"outcome_{outcome}", outcome))


def _is_told(deed: Deed) -> bool:
    """Whether a row is a decision, what an official did, or an event that has a name for people."""
    return bool(deed.outcome) or deed.by != "uketsuke" or f"act_{deed.what}" in load_wording().screen


def _deed(deed: Deed, survey: Survey) -> tuple[str, ...]:
    words = load_wording().screen
    what = sentence_of(deed.what, survey) if deed.outcome else words.get(f"act_{deed.what}", deed.what)
    by = "自動" if deed.by in ("", "uketsuke") else deed.by
    outcome = _outcome(deed.outcome) if deed.outcome else ""
    return stamp(deed.at), deed.piece, outcome, f"{what}　{deed.detail}".strip("　"), by, deed.why


def _files(raw: bytes, names: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the files in a mail that the reader saw, told by their hash; what lies deeper (in an archive, in
    winmail.dat) stays in the mail itself. A mail that the standard library cannot take apart yields nothing."""
    try:
        leaves = [p.get_payload(decode=True) for p in message_from_bytes(raw, policy=policy.compat32).walk()]
    except (ValueError, LookupError, RecursionError):
        return
    for content in leaves:
        name = names.get(hashlib.sha256(content).hexdigest()) if isinstance(content, bytes) else None
        if name is not None and isinstance(content, bytes):
            yield name, content


def _standing(office: Office) -> Iterator[tuple[str, ...]]:
    """The standing of every body at the deadline that the survey set for it, by what had been received then and is
    decided now."""
    register = office.register
    for deadline in register.survey.deadlines:
        found = status_of(open_instant(office.ledger, register, office.clock(), deadline))
        yield from _at_deadline(found, deadline, register)


def _at_deadline(found: Status, deadline: datetime, register: Register) -> Iterator[tuple[str, ...]]:
    wording = load_wording()
    for owed in (one for one in found.owed if one.deadline == deadline):
        s = owed.standing
        yield (s.obligation.lgcode, register.full_name(s.obligation.lgcode), _program(register, s.obligation.program),
               wording.state_of(s.state, s.unbooked, s.checked_only), wording.timing[owed.timing],
               stamp(s.received_at) if s.received_at else "", "")  # fmt: skip
    for m in (one for one in found.municipalities if one.deadline == deadline):
        collector = register.collectors.get((m.lgcode, m.program), "")
        received = stamp(m.received_at) if m.received_at else ""
        yield (m.lgcode, register.full_name(m.lgcode), _program(register, m.program), wording.state[m.state],
               wording.timing[m.timing], received, register.full_name(collector))  # fmt: skip


def _read_me(office: Office, mails: int, letters: int) -> bytes:
    survey = office.register.survey
    deadlines = "、".join(map(stamp, survey.deadlines))
    text = load_wording().screen["handover_read_me"].format(
        title=survey.title, at=stamp(office.clock()), deadline=deadlines, mails=mails, letters=letters
    )
    return text.encode()


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    """CSV that Excel opens: UTF-8 with a mark, and no cell that it would take for a formula."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in row])
    return made.getvalue().encode("utf-8-sig")
