"""`uketsuke survey`: for whoever writes the next survey. Checks its folder, and makes one to begin with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.obligations import obligations
from config.roster import Roster
from config.survey import Survey
from replies.reports.overview_words import kind_named
from replies.wording import load_wording
from routing.authoring.new import SCHEMAS, json_schema, make_folder
from routing.authoring.trial import Trial, never_asked, try_all
from routing.cli.context import App, with_app
from routing.cli.screen import say
from routing.register import build_register, load_with_roster

if TYPE_CHECKING:
    from routing.authoring.draft import FormDraft

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group("survey")
def survey_group() -> None:
    """調査のフォルダーを作り、確かめます（config/surveys/README.md）。"""


@survey_group.command()
@click.argument("folder", required=False, type=FOLDER)
@with_app
def check(app: App, folder: Path | None) -> int:
    """誤りを全て示し、様式を書き出して記入し、読み取って確かめます。

    FOLDER を書かなければ、--survey か設定ファイルの調査です。
    """
    survey, roster = load_with_roster(folder or app.survey_dir)
    faults = [
        f"{form.title}（{form.id}）：{form.question_name(key)} は、どのように回答しても尋ねられません。"
        for form, key in never_asked(survey, roster)
    ]
    used = {program.form for program in survey.programs}
    idle = (form for form in survey.forms if form.id not in used)
    faults += [f"{form.title}（{form.id}）：どの制度等も使っていません（programs の form）。" for form in idle]
    for trial in try_all(survey, roster):
        say(_tried(trial))
        faults += [f"{trial.form.title}（{trial.form.id}）：{fault}" for fault in trial.faults]
    for told in _of_roster(survey, roster):
        say(told)
    for fault in dict.fromkeys(faults):
        say(fault)
    say(_summary(survey, bool(faults)))
    return 1 if faults else 0


def _of_roster(survey: Survey, roster: Roster) -> Iterator[str]:
    """What may be meant in the survey's own roster, and is worth a look."""
    owed = obligations(survey, roster)
    own, owing = [body for body in roster if not body.local], {o.lgcode for o in owed}
    if unknown := sum(body.lgcode in owing and not body.domains for body in own):
        yield f"{survey.roster}：提出する団体のうち、domains のないものが{unknown:,}あります（初めのメールは要確認）。"
    asked = owing.union(*(o.collected for o in owed), (body.parent for body in own))
    idle = Counter(body.kind for body in own if body.lgcode not in asked)
    if kinds := "、".join(f"{kind}（{count:,}団体）" for kind, count in idle.items()):
        yield f"{survey.roster}：回答も取りまとめもお願いしない種別があります：{kinds}。"


def _tried(trial: Trial) -> str:
    """Which form was filled in, as whose, on how many ways, and what came of it."""
    through = f"（{trial.collector.full_name}が取りまとめ）" if trial.collector else ""
    said = f"{len(trial.faults)}件" if trial.faults else "なし"
    whose = f"{kind_named(trial.body.kind, load_wording())} {trial.body.full_name}{through}"
    return f"{trial.form.title}（{trial.form.id}）　{whose}として　{trial.ways}通りに記入：指摘 {said}"


def _summary(survey: Survey, faulty: bool) -> str:
    if faulty:
        return "上の点をご確認ください。"
    return f"{survey.title}：調査のファイルに誤りはありません。記入した値は、全て元のとおりに読み取れました。"


@survey_group.command()
@click.argument("output", type=FOLDER)
@click.argument("folder", required=False, type=FOLDER)
@with_app
def preview(app: App, output: Path, folder: Path | None) -> None:
    """出ていくメールの文の全て、様式、報告書、質問の流れを、OUTPUT に書き出します。

    FOLDER を書かなければ、--survey か設定ファイルの調査です。差し込む内容は例で、メールは一通も出しません。
    """
    from routing.authoring.preview import write_preview  # loads all letters and reports

    for file in write_preview(build_register(folder or app.survey_dir), output):
        say(str(file))
    say("様式に記入し、読み取って確かめるには: uketsuke survey check")


@survey_group.command()
@click.argument("folder", type=FOLDER)
@with_app
def new(app: App, folder: Path) -> int:
    """新しい調査のフォルダーを、説明付きのひな型から作ります。"""
    if folder.exists() and any(folder.iterdir()):
        say(f"{folder} は空ではありません。ほかの場所を指定してください。", err=True)
        return 1
    for file in make_folder(folder):
        say(str(file))
    say(f"ファイルを直し、uketsuke survey check {folder} で確かめてください。")
    return 0


@survey_group.command()
@click.argument("book", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", required=False, type=FOLDER)
@click.option("--sheet", default="", metavar="シート名", help="このシートから（既定は、記入するセルの最も多いシート）")
@with_app
def draft(app: App, book: Path, folder: Path | None, sheet: str) -> int:
    """既にある様式のブック（.xlsx）から、様式のファイルの案を作ります。

    FOLDER を書けば、ひな型とブックの写しとともに調査のフォルダーを作り、既にある調査には様式を一つ足します。書かなければ、
    案を画面に示します。案は、必ず一つずつ確かめてください。
    """
    from routing.authoring.drafted import add_draft, draft_of  # openpyxl is heavy

    made = draft_of(book, folder, sheet, app.clock().date())
    if isinstance(made, str):
        say(made, err=True)
        return 1
    if folder is None:
        say(made.text)
    else:
        for file in add_draft(made, book, folder):
            say(str(file))
    for line in _about(made, folder):
        say(line, err=folder is None)
    return 0


def _about(made: FormDraft, folder: Path | None) -> Iterator[str]:
    yield f"シート「{made.sheet}」：回答者情報 {made.fields}欄、質問 {made.questions}問、要確認 {made.doubts}か所"
    for name, count in made.others.items():
        yield f"シート「{name}」にも、記入するセルが{count}か所あります（足すには、同じコマンドに --sheet \"{name}\"）。"
    yield from made.notes
    if folder:
        yield f"ファイルを直し、uketsuke survey check {folder} で確かめてください。"


@survey_group.command()
@click.argument("folder", type=FOLDER)
@with_app
def schema(app: App, folder: Path) -> None:
    """エディターの入力補助のための JSON スキーマを、フォルダーに書き出します。"""
    folder.mkdir(parents=True, exist_ok=True)
    for name, shape in SCHEMAS.items():
        (folder / name).write_text(json_schema(shape), encoding="utf-8")
        say(str(folder / name))
