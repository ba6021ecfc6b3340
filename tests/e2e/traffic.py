"""Many mails as the last day brings them, with what each is due: for the crash tests and the benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from itertools import islice

from config.roster import Body
from replies.workbooks.form import FillValue
from tests.e2e.office import MAILBOXES, Answer, mail
from tests.workbooks.forms_at_hand import the_roster

KINDS = {"prefecture": "都道府県", "designated": "指定都市", "core": "中核市"}
# program as the form's list has it, mailbox, form, who owes it as an answer of its own (notice 記１, 記２)
PROGRAMS = (
    ("小慢", "n_mynumber", "form1", ("prefecture", "designated", "core")),
    ("予防接種", "yoboseshu", "form1", ("designated", "core")),
    ("自治体検診", "sukoyaka", "form2", ("designated", "core")),
    ("難病", "n_mynumber", "form1", ("prefecture", "designated")),
)
FAULTS: tuple[dict[str, FillValue | None], ...] = ({}, {"telephone": None}, {}, {"9": None, "10": None})


@dataclass(frozen=True)
class Traffic:
    """One mail: where it goes, its bytes, whether a reply is due to it, and the form in it, if any."""

    mailbox: str
    raw: bytes
    message_id: str
    due: bool
    workbook: bytes = b""


def traffic(count: int) -> list[Traffic]:
    """`count` different mails, always the same: filled forms, half of them with faults; every tenth is a
    question, whose arrival is noticed, and every twentieth an automatic reply, to which no reply is due."""
    submissions = _submissions()
    made = []
    for number in range(count):
        if number % 20 == 19:
            made.append(
                _without_form(number, "自動応答: 不在にしております", {"Auto-Submitted": "auto-replied"})
            )
        elif number % 10 == 4:
            made.append(_without_form(number, "【照会】記載方法について", {}))
        else:
            made.append(next(submissions))
    return made


def submissions_only(count: int, saved: Callable[[bytes], bytes] = bytes) -> Iterator[Traffic]:
    """`count` different filled forms, half of them with faults, made one by one; `saved`: how the office that sends
    a workbook saves it."""
    return islice(_submissions(saved), count)


def _submissions(saved: Callable[[bytes], bytes] = bytes) -> Iterator[Traffic]:
    """Every respondent's answer to every program, and then the same again in further versions."""
    number = 0
    for version in range(8):
        for program, mailbox, form, kinds in PROGRAMS:
            for body in the_roster().of_kind(*kinds):  # type: ignore[arg-type]
                number += 1
                answer = Answer(_organisation(body), KINDS[body.kind], program, form)
                workbook = saved(_filled_in(number, version, body, answer))
                message_id = f"<{number}.{version}@b{body.lgcode}.lg.jp>"
                raw = mail(_sender(body.lgcode), MAILBOXES[mailbox], message_id, answer, workbook)
                yield Traffic(mailbox, raw, message_id, True, workbook)


def _filled_in(number: int, version: int, body: Body, answer: Answer) -> bytes:
    changes = _written(number, version, body.lgcode) | FAULTS[(number + version) % len(FAULTS)]
    if body.kind == "prefecture":
        changes |= {"1-1": None, "1-2": 1}  # the one is asked of municipalities, the other of prefectures
    return answer.workbook(changes)


def _written(number: int, version: int, lgcode: str) -> dict[str, FillValue | None]:
    """What no two answers have in common: who answers, and what they write in their own words."""
    return {
        "department": f"健康福祉部第{number % 90}課{version}係",
        "responsible": f"課長　第{number}",
        "contact": f"担当　第{number}{version}",
        "telephone": f"0{number % 900 + 100}-{number % 90 + 10}-{number + 1000}",
        "email": _sender(lgcode),
        "8-1-text": f"{number}番の手引きに従い、二人で{version}度確認する。",
    }


def _organisation(body: Body) -> str:
    return body.lgcode[:2] + body.full_name


def _sender(lgcode: str) -> str:
    """A domain reserved for local governments that tells nothing of the body."""
    return f"tantou@b{lgcode}.lg.jp"


def _without_form(number: int, subject: str, headers: dict[str, str]) -> Traffic:
    message = EmailMessage(policy=SMTP)
    message_id = f"<other{number}@b{number}.lg.jp>"
    message["From"] = f"tantou@b{number}.lg.jp"
    message["To"] = MAILBOXES["n_mynumber"]
    message["Subject"] = subject
    message["Message-ID"] = message_id
    for name, value in headers.items():
        message[name] = value
    message.set_content("記載方法についてお伺いします。Q3の回答は必要でしょうか。\n")
    return Traffic("n_mynumber", message.as_bytes(), message_id, due="Auto-Submitted" not in headers)
