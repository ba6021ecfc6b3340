"""`uketsuke check` and `uketsuke inspect`: what the desk would see in a file, offline, without ledger."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from intake.finding import Finding
from intake.submission import Address, FileReading
from replies.wording import Wording, load_wording
from routing.cli.context import App, with_app
from routing.cli.screen import echo_json, say, table
from routing.offline import Checked, check_file, without_outlines
from routing.reading.errors import ReaderDied, ReadFailed
from routing.reading.reader import Reader
from routing.register import Register

ERRORS, UNREADABLE = 1, 2
_UNREADABLE_CODES = frozenset(
    {"not_a_form", "not_a_workbook", "unreadable", "encrypted", "macro", "too_costly", "empty_file"}
)
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=EXISTING)
@click.option("--mailbox", default="", metavar="ID", help="送る先の提出先（様式の「制度等」が空欄でも、制度等が分かる）")
@click.option("--json", "as_json", is_flag=True, help="JSON で出力する")
@with_app
def check(app: App, files: tuple[Path, ...], mailbox: str, as_json: bool) -> int:
    """調査票（回答シート・一覧表）を、受付と同じ基準で点検します。"""
    known = [box.id for box in app.register.survey.mailboxes]
    if mailbox and mailbox not in known:
        raise click.UsageError(f"--mailbox は {'、'.join(known)} のどれかです。")
    reader = Reader(app.survey_dir)
    try:
        each = [check_file(reader, path.name, path.read_bytes(), app.register, mailbox) for path in files]
    finally:
        reader.close()
    checked = without_outlines(each)
    if as_json:
        echo_json([file_as_json(c, load_wording().of(app.register.survey)) for c in checked])
    else:
        for one in checked:
            _print(one, app.register)
    return max((_exit_code(c) for c in checked), default=0)


def _exit_code(checked: Checked) -> int:
    errors = {f.code for f in checked.findings if f.severity == "error"}
    if errors & _UNREADABLE_CODES:
        return UNREADABLE
    return ERRORS if errors else 0


def file_as_json(checked: Checked, wording: Wording) -> dict[str, Any]:
    """One file in the form that docs/check.schema.json promises to other programs."""
    return {
        "file": checked.filename,
        "kind": checked.kind,
        "form": checked.form,
        "forms": list(checked.forms or filter(None, [checked.form])),
        "program": checked.program,
        "body": checked.body,
        "findings": [{**asdict(f), "message": wording.message(f)} for f in checked.findings],
    }


def _print(checked: Checked, register: Register) -> None:
    wording = load_wording().of(register.survey)
    titles = "、".join(register.survey.form(id).title for id in checked.forms or (checked.form,) if id)
    form = f"（{titles}）" if titles else ""
    rows = f"　{checked.rows}行" if checked.rows else ""
    say(
        f"{checked.filename}  {wording.screen['kind_' + checked.kind]}{form}{rows}", style="bold"
    )
    if not checked.findings:
        say("  指摘はありません。")
        return
    with_body = any(finding.about for finding in checked.findings)
    listed = table("", "", *(["団体"] if with_body else []), "シート", "セル", "問", "内容")
    for finding in checked.findings:
        listed.add_row(
            wording.screen["severity_" + finding.severity],
            *([register.full_name(finding.about)] if with_body else []),
            finding.sheet,
            finding.cell,
            register.survey.question_name(finding.question) if finding.question else finding.label,
            _sentence(wording, finding),
        )
    listed.show()


def _sentence(wording: Wording, finding: Finding) -> str:
    found = f"\n現在: {finding.found}" if finding.found else ""
    expected = f"\n期待: {finding.expected}" if finding.expected else ""
    return wording.message(finding) + found + expected


@click.command()
@click.argument("file", type=EXISTING)
@click.option("--json", "as_json", is_flag=True, help="JSON で出力する")
@with_app
def inspect(app: App, file: Path, as_json: bool) -> int:
    """メール１通（.eml）がどのように読まれるかを表示します。"""
    reader = Reader(app.survey_dir)
    try:
        submission = reader.read_mail(file.read_bytes())
    except (ReaderDied, ReadFailed) as failed:
        say(f"{file.name}: 読み取れません: {failed}", err=True)
        return UNREADABLE
    finally:
        reader.close()
    message = submission.message
    shown = {
        "subject": message.subject,
        "from": _address(message.sender),
        "kind": submission.kind,
        "body": message.body,
        "attachments": [_attachment(f) for f in submission.files],
        "defects": [asdict(d) for d in message.defects],
    }
    if submission.action:
        shown["action"] = submission.action
    if as_json:
        echo_json(shown)
    else:
        _print_mail(shown)
    return 0


def _address(address: Address | None) -> str:
    return address.address if address else ""


def _attachment(file: FileReading) -> dict[str, Any]:
    return {"filename": file.filename, "size": file.size, "sha256": file.sha256}


def _print_mail(shown: dict[str, Any]) -> None:
    for key, label in (("subject", "件名"), ("from", "差出人"), ("kind", "種別")):
        say(f"{label}: {shown[key]}")
    listed = table("添付ファイル", "名前", "バイト数", "SHA-256")
    for attachment in shown["attachments"]:
        listed.add_row(attachment["filename"], str(attachment["size"]), attachment["sha256"])
    listed.show()
    for defect in shown["defects"]:
        say(f"・{defect['where']}: {defect['what']}")
    say(shown["body"])
