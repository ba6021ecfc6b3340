"""Letters under a hold that an official chooses: they leave while the hold over all others stands on, or are marked as
having left already. Short transactions; nothing here sends."""

from __future__ import annotations

from collections.abc import Iterable

from config.frozen import frozen
from routing.ledger import outbox, releasing, restored, verdicts
from routing.ledger.holds import Hold
from routing.ledger.releasing import Draft
from routing.office import Office
from routing.records import Note
from routing.tracking.sending_holds import the_hold
from routing.typed import folded
from routing.who import Refused, Who


@frozen
class LetterSelection:
    """The letters that an official chooses: those with one of these numbers (receipt numbers, or numbers of letters
    that answer no mail), of one kind, of one mailbox; empty: whatever they have. `ids`: these of the outbox, as they
    were shown."""

    numbers: tuple[str, ...] = ()
    kind: str = ""
    mailbox: str = ""
    ids: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.numbers or self.kind or self.mailbox or self.ids)


_ALL = LetterSelection()


def held_letters(
    office: Office, number: int | None, choice: LetterSelection = _ALL
) -> tuple[Hold, list[Draft]]:
    """A hold (the only one, where no number is given) and the chosen of the letters that wait under it, oldest first.
    Raises Refused, also where a number names no such letter."""
    hold = the_hold(office, number)
    waiting = releasing.held_by(office.ledger, hold)
    wanted = {folded(one).upper() for one in choice.numbers}
    if unknown := sorted(wanted - {letter.number for letter in waiting}):
        raise Refused(f"停止 {hold.number} で送信を待っているメールに {'、'.join(unknown)} はありません。")
    if gone := choice.ids - {letter.id for letter in waiting}:
        raise Refused(f"選んだうちの {len(gone)}通は、もう停止 {hold.number} で待っていません。一覧を見直してください。")
    return hold, [
        letter
        for letter in waiting
        if (not wanted or letter.number in wanted)
        and (not choice.ids or letter.id in choice.ids)
        and choice.kind in ("", letter.kind)
        and choice.mailbox in ("", letter.mailbox)
    ]


def let_go(office: Office, number: int | None, choice: LetterSelection, who: Who) -> tuple[Hold, list[Draft]]:
    """Let the chosen letters leave, whatever else waits under the hold; return which. Raises Refused, and then
    nothing was recorded."""
    with office.ledger.writing():
        hold, chosen = _some(office, number, choice)
        releasing.let_go(office.ledger, hold.number, (one.id for one in chosen), who.pair, office.clock())
    return hold, chosen


def note_left(office: Office, number: int | None, choice: LetterSelection, who: Who) -> tuple[Hold, list[Draft]]:
    """Mark the chosen letters as having left before the ledger was put back, by the word of an official: they do not
    leave again. Raises Refused, and then nothing was recorded."""
    with office.ledger.writing():
        hold, chosen = _some(office, number, choice)
        may = {copy.key for box in {one.mailbox for one in chosen} for copy in restored.waiting(office.ledger, box)}
        if never := [one.number for one in chosen if one.id not in may]:
            raise Refused(f"{'、'.join(never)} は、台帳を控えから戻した後のものです。送信済みとは記録できません。")
        for one in chosen:
            outbox.mark_left(office.ledger, one.id, outbox.SAID_SENT, office.clock())
            verdicts.note(office.ledger, Note("letter_left", one.number, one.respondent), None, who.pair, office.clock())
    return hold, chosen


def _some(office: Office, number: int | None, choice: LetterSelection) -> tuple[Hold, list[Draft]]:
    hold, chosen = held_letters(office, number, choice)
    if not chosen:
        raise Refused(f"停止 {hold.number} で送信を待っているメールに、当てはまるものはありません。")
    return hold, chosen


def numbers_of(letters: Iterable[Draft]) -> str:
    """The numbers of these letters in one line, each once."""
    return "、".join(dict.fromkeys(one.number for one in letters))
