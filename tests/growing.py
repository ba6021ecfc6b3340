"""The functions that take a stranger's text, found by looking at the code; and whether one of them takes time that
grows faster than its text.

Found is every public function of the modules of intake, replies and routing with a parameter that is a text or bytes. Each
such parameter is given the text in turn, with values at hand for the others. What needs a value that is not at hand
takes the words out of a shape (a Submission, a Workbook): it is reached by reading whole mails and workbooks, as private
functions are by the public ones.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from types import FrameType, ModuleType
from typing import Any

import intake
import replies
import routing
from config.load import load_survey
from intake.attached import Context, Opening
from intake.mail.entity import by_library
from intake.mail.mime import leaves, parse
from intake.submission import Address, Claim, Message
from replies.wording import load_wording
from tests.config.surveys_at_hand import TINY
from tests.workbooks.forms_at_hand import choices_of, the_roster, the_survey

FEW, MANY = 5_000, 20_000  # characters
NOTICED, RATIO = 0.15, 9.0  # seconds for MANY; times what FEW took (linear: 4, quadratic: 16)
LONGEST = 30.0  # seconds of the processor for which one call is waited
TEXTS = {"str", "bytes", "str | bytes"}
# Modules whose texts are our own: what people type on the command line, ids of the survey, rows of the ledger, words of
# servers that we chose; and documents made of the fields of the ledger, each of which came through the border.
OURS = (
    *("intake.sources", "intake.release", "intake.progress", "intake.child", "intake.amendment"),
    *("replies.reports", "replies.workbooks", "replies.senders", "replies.templating", "replies.wording"),
    *("routing.cli", "routing.ledger", "routing.demo", "routing.tracking", "routing.notices"),
)


@dataclass(frozen=True)
class Taker:
    """One function, and the parameter by which it is given the text; `ask` calls it and takes all it yields."""

    name: str
    ask: Callable[[Any], None]


def modules() -> Iterator[ModuleType]:
    """Every module that handles what strangers wrote."""
    for package in (intake, replies, routing):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(OURS):
                yield importlib.import_module(found.name)


def takers(module: ModuleType) -> Iterator[Taker]:
    """The functions of a module that take a stranger's text, once for each parameter that may be it."""
    for name, function in _public(module):
        yield from _of(name, function)


def not_at_hand(module: ModuleType) -> Iterator[str]:
    """Functions that take a text beside something that is not at hand."""
    for name, function in _public(module):
        if _texts_of(function) and not list(_of(name, function)):
            yield name


def _public(module: ModuleType) -> Iterator[tuple[str, Callable[..., object]]]:
    for name, function in vars(module).items():
        if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_"):
            yield f"{module.__name__}.{name}", function


def grows(taker: Taker, few: str | bytes, many: str | bytes) -> str:
    """What is to be told of a function that grows faster than its text; empty for one that does not."""
    try:
        return _growth(taker, few, many)
    except TooLong:
        return f"more than {LONGEST} s"


class TooLong(BaseException):
    """Raised within a call; no Exception, which the function might take for one of its own."""


@contextmanager
def not_for_ever() -> Iterator[None]:
    """Raise TooLong in what takes more than LONGEST seconds of the processor, however busy the machine is."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _growth(taker: Taker, few: str | bytes, many: str | bytes) -> str:
    before = _seconds(taker, few)
    if before < NOTICED and _seconds(taker, many) < NOTICED:
        return ""
    before = min(_seconds(taker, few) for _ in range(3))  # the machine may have been busy
    if before > 20 * NOTICED:
        return f"{before:.2f} s for {len(few)} characters"
    after = min(_seconds(taker, many) for _ in range(3))
    slow = after > NOTICED and after > RATIO * before
    return f"{before:.3f} s for {len(few)} characters, {after:.3f} s for {len(many)}" if slow else ""


def _seconds(taker: Taker, text: str | bytes) -> float:
    started = time.process_time()
    with not_for_ever():
        taker.ask(text)
    return time.process_time() - started


def _texts_of(function: Callable[..., object]) -> list[inspect.Parameter]:
    return [p for p in inspect.signature(function).parameters.values() if p.annotation in TEXTS]


def _of(name: str, function: Callable[..., object]) -> Iterator[Taker]:
    others = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.annotation in TEXTS:
            others[parameter.name] = _bytes_or_text(parameter, "")
        elif parameter.default is not inspect.Parameter.empty:
            others[parameter.name] = parameter.default
        elif parameter.annotation in _at_hand() and parameter.kind is not parameter.VAR_POSITIONAL:
            others[parameter.name] = _at_hand()[parameter.annotation]
        else:
            return
    for parameter in _texts_of(function):
        if parameter.kind is not parameter.VAR_POSITIONAL:
            yield Taker(f"{name}({parameter.name})", partial(_ask, function, parameter, others))


def _ask(
    function: Callable[..., object], parameter: inspect.Parameter, others: Mapping[str, object], text: str
) -> None:
    given = {**others, parameter.name: _bytes_or_text(parameter, text)}
    try:
        result = function(*given.values())
        if inspect.isgenerator(result):
            deque(result, maxlen=0)
    except TypeError:
        raise  # called wrongly: nothing was measured
    except Exception:  # noqa: BLE001 - what is raised at a text that never comes so is not asked here
        return


def _bytes_or_text(parameter: inspect.Parameter, text: str) -> str | bytes:
    return text.encode("utf-8", "replace") if parameter.annotation == "bytes" else text


@cache
def _at_hand() -> dict[str, object]:
    """A value for each annotation of a parameter beside the text."""
    context = Context(the_survey(), the_roster(), (load_survey(TINY.parent / "gakudo"),))
    part = parse(b"Content-Type: text/plain; charset=utf-8\r\n\r\na\r\n")
    message = Message("<a@b>", "a", Address("", "a@b"), None, (), (), "", (), "", "a")
    names = the_roster().names()
    wording = load_wording()
    return {
        "Survey": the_survey(), "Roster": the_roster(), "Context": context, "Opening": Opening(context),
        "frozenset[str]": names, "Part": part, "Message": message, "Node": by_library(b"a: b\r\n\r\n"),
        "tuple[Leaf, ...]": leaves(part, names), "Sequence[Leaf]": leaves(part, names),
        "Claim": Claim("", "absent"), "Body": the_roster().by_code("141003"), "Wording": wording,
        "list[str]": ["a"], "Sequence[str]": ("a",), "Iterable[str]": ("a",), "tuple[str, ...]": ("a",),
        "set[str]": {"a"}, "int": 1, "bool": False, "tuple[Attribute, ...]": the_survey().attributes,
        "tuple[Choice, ...]": next(choices_of(q) for q in the_survey().forms[0].questions if choices_of(q)),
        "FileType": "xlsx", "float": 0.8,
    }  # fmt: skip
