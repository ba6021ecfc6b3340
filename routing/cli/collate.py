"""`uketsuke collate`: a folder of answer sheets becomes the list that the ministry asks for, before anything
is sent; with what is wrong in each file and who is missing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from replies.wording import Wording, load_wording
from routing.cli.context import App, with_app
from routing.cli.screen import on_terminal, say, table
from routing.reading.reader import Reader
from routing.register import Register
from routing.tracking.collate import Collation, FileReport, Gathered, collate, workbooks
from routing.who import Refused


@click.command("collate")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="一覧表（.xlsx）")
@click.option("--prefecture", metavar="NN", default="", help="都道府県の２桁のコード（既定: 調査票から）")
@with_app
def collate_command(app: App, folder: Path, output: Path, prefecture: str) -> int:
    """フォルダーにある調査票（管内市町村など、取りまとめる団体のもの）から、一覧表を作ります。

    制度等ごとに一つの一覧表になります。複数あるときは、ファイル名に制度等の名前が付きます。
    """
    found = [p for p in workbooks(folder) if p.resolve() != output.resolve()]
    if not found:
        raise Refused(f"{folder} に調査票（.xlsx など）がありません。")
    reader = Reader(app.survey_dir)
    try:
        with click.progressbar(found, label="調査票を読んでいます", hidden=not on_terminal()) as paths:
            done = collate(folder, paths, reader, app.register, prefecture)
    finally:
        reader.close()
    _print_files(done, load_wording().of(app.register.survey))
    for made in done.lists:
        _write(made, output, len(done.lists) > 1, app.register)
    wrong = any(f.severity == "error" for t in done.files for f in t.findings)
    return 1 if wrong or not done.lists else 0


def _write(made: Gathered, output: Path, several: bool, register: Register) -> None:
    name = register.survey.program(made.program).name
    path = output.with_stem(f"{output.stem}_{name}") if several else output
    path.write_bytes(made.data)
    bodies = len({r.body.lgcode for r in made.rows})
    say(f"{name}: {bodies}団体 {len(made.rows)}行 → {path}")
    if made.missing:
        names = "、".join(register.roster.by_code(c).name for c in made.missing)  # type: ignore[union-attr]
        say(f"  まだない団体（{len(made.missing)}）: {names}")


def _print_files(done: Collation, wording: Wording) -> None:
    told = [t for t in done.files if t.findings or t.reasons or not t.used]
    if not told:
        say(f"{len(done.files)}件の調査票に、指摘はありません。")
        return
    listed = table("ご確認いただきたいファイル", "ファイル", "一覧表", "内容")
    for one in told:
        shown = "掲載せず" if not one.used else "一部を掲載" if one.reasons else "掲載"
        listed.add_row(one.name, shown, _summary(one, wording))
    listed.show()


def _summary(one: FileReport, wording: Wording) -> str:
    """Why it was left out, and each kind of finding once, with the cells it is about."""
    counted = Counter(f.code for f in one.findings)
    lines = [f"［{wording.screen['severity_note']}］{wording.collate[key]}" for key in one.reasons]
    for code, count in counted.items():
        first = next(f for f in one.findings if f.code == code)
        cells = "、".join(f.cell for f in one.findings if f.code == code and f.cell)
        mark = wording.screen["severity_" + first.severity]
        where = cells or (str(count) if count > 1 else "")
        lines.append(f"［{mark}］{wording.sentence(first)}" + (f"（{where}）" if where else ""))
    return "\n".join(lines)
