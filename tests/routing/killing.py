"""Something done by a process that ends at each of its writes in turn, and is then started again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Row

from replies.senders.sender import OutgoingMail
from routing.journey.desk import Desk
from routing.ledger.store import Ledger
from tests.routing.desk_at_hand import Kept, Office

_MOST = 200  # writes


class Killed(BaseException):
    """The process ends here."""


def killed_at_each_step(
    office: Office, folder: Path, act: Callable[[Desk], object], kind: str
) -> Iterator[tuple[list[Row], list[OutgoingMail]]]:
    """Does an act and delivers, over a copy of the ledger for each write at which it may end, and once more after it; then
    the rows of the outbox of this kind, and what the server took. The last one is not killed."""
    office.ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = office.ledger.path.read_bytes()
    for steps in range(1, _MOST):
        path = folder / f"killed{steps}.db"
        path.write_bytes(before)
        sender = Kept()
        finished = _until_killed(office, path, sender, (steps, act))
        _until_killed(office, path, sender, (1000, act))
        with closing(Ledger(path)) as ledger:
            yield ledger.rows("SELECT * FROM outbox WHERE kind = ?", kind), sender.posted
        if finished:
            assert steps > 5
            return
    raise AssertionError(f"it never finished within {_MOST} writes")


def _until_killed(office: Office, path: Path, sender: Kept, what: tuple[int, Callable[[Desk], object]]) -> bool:
    """One pass over a ledger, by a process that ends before its write number `steps`; whether it finished."""
    steps, act = what
    with closing(Ledger(path)) as ledger:
        write, left = ledger.run, iter(range(steps))

        def counted(*values: object) -> int:
            if next(left, None) is None:
                raise Killed
            return write(*values)  # type: ignore[arg-type]

        ledger.run = counted  # type: ignore[method-assign]
        desk = Desk(office.desk.register, office.desk.settings, ledger, office.desk.reader, office.clock)
        try:
            act(desk)
            list(desk.dispatch.deliver(sender))
        except Killed:
            return False
    return True
