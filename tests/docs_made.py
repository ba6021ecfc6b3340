"""Makes the parts of the documents that repeat the code, so that they cannot drift from it.

`python -m tests.docs_made` writes docs/codes.md, docs/choices.ja.md and the tables of docs/journey.md and README.md
anew; test_docs.py fails when they are not up to date. Writes nothing else, and reads no ledger but an empty one in
memory.
"""

from __future__ import annotations

import re
import sqlite3
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from sqlite_utils import Database

from config.load import default_survey, load_survey
from config.settings import Settings
from config.spelling import circled
from intake.finding import CATALOGUE
from intake.mail import phrases
from intake.mail.ids import MessageIds
from intake.submission import Address, Claim, FileReading, MailKind, Message, Submission
from replies.wording import Saying, load_wording
from routing.attention import queue_of
from routing.deadline import Deadlines
from routing.decision.verdict import FILE_TABLE, MAIL_TABLE, UNREAD, FileRow, MailRow
from routing.decision.which_letter import ReplyContext, letter_kind, mail_row
from routing.ledger.migrations import VIEWS, migrate
from routing.proof import LEAST, Action, Proof
from routing.records import NOBODY, Arrival, Decided, MailDecision
from routing.register import build_register
from tests.docs_bench import speed_rows
from tests.workbooks.forms_at_hand import choices_of

DOCS = Path(__file__).parents[1] / "docs"
ABOUT = {
    "mail": "メール（件名、団体、添付の有無）",
    "file": "ファイル",
    "sheet": "シート全体",
    "field": "回答者情報",
    "question": "調査項目への回答",
}
_MARKERS = "<!-- made: {} -->\n", "<!-- end: {} -->"


def codes_page() -> str:
    """docs/codes.md, whole: one table of findings for each thing that they are about."""
    wording = load_wording()
    parts = [_CODES_HEAD]
    for about, title in ABOUT.items():
        rows = [
            (f"`{code}`", wording.screen[f"severity_{entry.severity}"], *_said(wording.finding[code]))
            for code, entry in CATALOGUE.items()
            if entry.about == about
        ]
        parts.append(f"## {title}\n\n" + table(("コード", "既定の重大度", "意味", "お願い"), rows))
    return "\n".join(parts)


def _said(saying: Saying) -> tuple[str, str]:
    """What the sender is told, with names for what each finding puts in."""
    sentence, mend = (text.format_map(_PLACEHOLDERS) for text in (saying.sentence, saying.mend))
    return sentence, mend if saying.to_sender else f"{mend}（職員だけに示す）"


_PLACEHOLDERS = {
    "found": "〔現在の内容〕",
    "expected": "〔お願いしたい内容〕",
    "label": "〔欄〕",
    "question": "〔設問〕",
    "list_sheet": "一覧用",
}
_CODES_HEAD = """# 指摘コード

<!-- このファイルは python -m tests.docs_made で作る。手で書き換えない。 -->

調査票を点検して気づいたことは、一つ一つが「指摘」として台帳に残ります。指摘には、コード、重大度、
シート、セル、設問、現在の内容、お願いしたい内容があります。

| 重大度 | 画面の表示 | どうなるか |
|---|---|---|
| `error` | 要修正 | 【確認のお願い】の「修正をお願いしたい点」に載る。直るまで受け付けない |
| `warning` | ご参考 | 受け付ける。返信の「ご確認ください」又は「（参考）次回のために」に載る |
| `note` | 備考 | 受け付ける。同上。「（職員だけに示す）」とあるものは返信に載らず、`show` で見る |

重大度は、調査の `survey.toml` の `[severities]` で、コードごとに変えられます
（例：`subject_absent = "error"`）。ただし `marks_none` は、様式のデータの設問ごとの指定（`none_marked`）によります。

下の「意味」と「お願い」は、送信者への返信にこのまま載る文です。改めるときは `replies/wording.toml` を直します。
氏名、電話番号、メールアドレス、自由記載の内容は、返信に引用しません。
"""


def decision_tables() -> str:
    """The two tables of verdict.py, row by row, and the rules beside them."""
    rows: Iterable[MailRow | FileRow]
    parts = []
    for title, rows in (("`MAIL_TABLE`: the mail", MAIL_TABLE), ("`FILE_TABLE`: each file", FILE_TABLE)):
        lines = [(f"`{row.name}`", row.sentence, f"`{row.outcome}`") for row in rows]
        parts.append(f"**{title}**\n\n" + table(("rule", "what operators read", "outcome"), lines))
    beside = table(("rule", "what operators read"), [(f"`{name}`", text) for name, text in UNREAD.items()])
    return "\n".join([*parts, "**Beside the tables**\n\n" + beside])


def ledger_tables() -> str:
    """Tables and views of the ledger with their columns, from an empty one."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    database = Database(connection)
    for name, select in VIEWS.items():
        database.conn.execute(f"CREATE VIEW {name} AS {select}")
    ours = [t for t in database.table_names() if not t.startswith(("_", "sqlite_"))]
    tables = [(f"`{t}`", _columns(database, t)) for t in ours]
    views = [(f"`{v}`", _columns(database, v)) for v in VIEWS]
    return table(("table", "columns"), tables) + "\n" + table(("view", "columns"), views)


def _columns(database: Database, name: str) -> str:
    return ", ".join(str(row[1]) for row in database.conn.execute(f"PRAGMA table_info([{name}])"))


def proof_rows() -> str:
    """What each level of proof allows, a row for each action; the head stands on the page."""
    rows = [(_ACTIONS[action], *("○" if level >= least else "－" for level in Proof)) for action, least in LEAST.items()]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in rows)


_ACTIONS: dict[Action, str] = {
    "first": "まだ回答のないところへ、最初の回答として受け付けられる",
    "own_again": "同じアドレスが先に送った回答と差し替わる",
    "unconfirmed": "段階１で受け付けた回答と差し替わる",
    "other": "別のアドレスが送った回答と差し替わる",
    "contact": "報告書と【ご提出のお願い】の宛先になる（調査の `trust.contacts` が `body` なら、段階２も）",
    "standing": "返信で、その団体の提出状況をお知らせする",
}


def mail_rows() -> str:
    """Each row of MAIL_TABLE as officials read it: what becomes of the mail, where it waits, what its sender gets."""
    wording = load_wording()
    rows = []
    for row in MAIL_TABLE:
        queue = wording.screen[f"queue_{queue_of(row.name)}"] if row.outcome == "held" else ""
        queue = wording.screen["queue_foreign"] if row.name == "foreign" else queue
        outcome = "ファイルごとに判定" if row.outcome == "by_file" else wording.outcome[row.outcome]
        rows.append((row.sentence, outcome, queue or "－", _letter_to(row)))
    return "".join("| " + " | ".join(cells) + " |\n" for cells in rows)


def says_rows() -> str:
    """What the words of a mail without a file say, what to do about it, and what its sender gets."""
    wording = load_wording()
    rows = []
    for reason in (*phrases.reasons(), "language", "other"):
        said, _, step = wording.says[reason].partition("。")
        letter = "－" if reason in phrases.silent_reasons() else wording.subject["arrival"]
        rows.append((said, step or "確認済みとしてください", letter))
    return "".join("| " + " | ".join(cells) + " |\n" for cells in rows)


_KINDS: dict[str, MailKind] = {
    "machine": "auto_reply", "machine_with_form": "auto_reply", "reply": "reply", "inquiry": "inquiry"
}  # fmt: skip


def _letter_to(row: MailRow) -> str:
    """The letter that a mail gets by this row, from the code that writes it."""
    if row.outcome == "by_file":
        return "ファイルの判定による"
    survey = load_survey(default_survey())
    register = build_register(default_survey())
    message = Message("", "", Address("", "a@city.example.lg.jp"), None, (), (), "", (), "", "")
    file = FileReading(1, "a.xlsx", 1, "", "other", Claim("", "absent"))
    submission = Submission(_KINDS.get(row.name, "submission"), message, Claim("", "absent"), (file,))
    arrival = Arrival(1, survey.mailboxes[0].id, "N0718-AAAA-AAAA", survey.deadline, False, "")
    decided = Decided(arrival, submission, MailDecision(row.outcome, row.name), NOBODY, (), (), False)
    around = ReplyContext(register, NO_SETTINGS, (), "", survey.deadline, MessageIds(b""), Deadlines(register, {}))
    kind = letter_kind(decided, around)
    goes_out = kind is not None and survey.mails.way(mail_row(kind, row.name)) != "off"
    told = "attachment" if row.name == "no_form" else kind
    return load_wording().subject[told] if told and goes_out else "－"


NO_SETTINGS = cast(Settings, None)  # of no letter's kind do settings decide


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]]) + "\n"


def choices_page() -> str:
    """docs/choices.ja.md, whole: the cases of tests/choices.toml beside the choices of their questions."""
    form = load_survey(default_survey()).forms[0]
    parts = [_CHOICES_HEAD]
    for asked in tomllib.loads((DOCS.parent / "tests" / "choices.toml").read_text(encoding="utf-8"))["questions"]:
        listed = "\n".join(f"- {choice.text}" for choice in choices_of(form.question(asked["key"])))
        rows = [(_cell(c["written"]), *_taken(c)) for c in asked["cases"]]
        parts.append(f"## Q{asked['key']}\n\n{listed}\n\n" + table(("ご記入", "読み取り", "備考"), rows))
    return "\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("\n", "⏎")


def _taken(case: Mapping[str, Any]) -> tuple[str, str]:
    between = "、".join(map(circled, case.get("between", ())))
    why = case.get("why", "")
    if case["taken"]:
        return circled(case["taken"]), why
    return "決めない（お尋ねする）", "、".join(part for part in (f"{between}のいずれか" if between else "", why) if part)


_CHOICES_HEAD = """# 選択肢の読み取り

<!-- このファイルは tests/choices.toml から python -m tests.docs_made で作る。手で書き換えない。 -->

選択肢は、番号と文言の両方で読み取ります。番号の後ろの文言を、まずその番号の選択肢と比べ、次に他の選択肢と比べます。

1. その番号の選択肢と同じ、その書き出し、又はそれを含む文言であれば、その番号と読みます。
2. そうではなく、他の選択肢と同じ、その書き出し（４字以上）、又はそれを含む文言であれば、どれとも決めません。
3. 二つ目の番号、番号の範囲、「以外」「ではない」「いずれでもない」「仮」「調査中」などの文言、疑問符、又は一部は
   他の選択肢である旨の文言があれば、どれとも決めません。
4. それ以外の文言は補足とみなし、番号のとおりに読みます。

決めないときは、候補を添えてお尋ねします（`answer_not_a_choice`）。次の表は、様式の選択肢による例で、一つずつテストが確かめます。
"""


def speed_table() -> str:
    """What `make bench` measured."""
    said, rows = speed_rows()
    return f"{said}\n\n{table(('question', 'figure', 'beside it'), rows)}"


MADE = {"decision tables": decision_tables, "ledger": ledger_tables}
MADE_OF_PROOF = {"proof": proof_rows}
MADE_OF_MAILS = {"mails": mail_rows, "says": says_rows}
MADE_OF_README = {"speed": speed_table}


def with_made_parts(text: str, made_by: Mapping[str, Callable[[], str]] = MADE) -> str:
    """A page with everything between its markers made anew. ValueError if a marker is not there once."""
    for name, make in made_by.items():
        begin, end = (marker.format(name) for marker in _MARKERS)
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        made = f"{begin}{make()}{end}"
        text, times = pattern.subn(made.replace("\\", r"\\"), text)
        if times != 1:
            raise ValueError(f"marker {name!r}: {times} times")
    return text


def main() -> None:
    """Writes all pages."""
    journey, readme, proof = DOCS / "journey.md", DOCS.parent / "README.md", DOCS / "proof.ja.md"
    proof.write_text(with_made_parts(proof.read_text(encoding="utf-8"), MADE_OF_PROOF), encoding="utf-8")
    mails = DOCS / "mails.ja.md"
    mails.write_text(with_made_parts(mails.read_text(encoding="utf-8"), MADE_OF_MAILS), encoding="utf-8")
    readme.write_text(with_made_parts(readme.read_text(encoding="utf-8"), MADE_OF_README), encoding="utf-8")
    (DOCS / "choices.ja.md").write_text(choices_page(), encoding="utf-8")
    (DOCS / "codes.md").write_text(codes_page(), encoding="utf-8")
    journey.write_text(with_made_parts(journey.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
