"""`uketsuke form` and `uketsuke demo`: blank forms, and the whole journey on sample mails."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from replies.japanese import full_width_number
from replies.wording import load_wording
from replies.workbooks.form import blank
from routing import typed
from routing.authoring.handed_out import handed_out
from routing.cli.context import App, with_app
from routing.cli.screen import say
from routing.demo.run import REHEARSAL_PASSWORD, SEEN, Demo, DemoMail, Watch, run_demo
from routing.who import Refused

PIPE_WIDTH = 140  # columns where the output does not go to a terminal
_WIDE = 132  # columns from which the table has room for the senders
_STYLES = {
    "accepted": "green",
    "correction": "yellow",
    "held": "magenta",
    "kept": "cyan",
    "ignored": "dim",
    SEEN: "dim",
}
_SEEN_NAME = "受信済み"


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--for", "named", multiple=True, metavar="団体", help="この団体（コードか名称）の分")
@click.option("--each", is_flag=True, help="様式に記入する全ての団体の分")
@with_app
def form(app: App, folder: Path, named: tuple[str, ...], each: bool) -> int:
    """調査のデータから、未記入の様式をフォルダーに書き出します。

    --for と --each では、団体名・組織区分・制度等を記入した様式を、通知の求めるファイル名で、提出する団体ごとの
    フォルダーに書き出します。取りまとめられる団体の分は、取りまとめる団体のフォルダーの中に集めます（--for で
    取りまとめる団体を指定すれば、その全て）。調査の shows_previous が true なら、前年の回答を質問の隣の列に
    印字します。職員に関することは、何も記入しません。
    """
    if named and each:
        raise click.UsageError("--for と --each は、どちらか一方を指定してください。")
    if named or each:
        return _hand_out(app, folder, named)
    survey = app.register.survey
    folder.mkdir(parents=True, exist_ok=True)
    for one in survey.forms:
        path = folder / one.file_name
        path.write_bytes(blank(one, survey))
        say(str(path))
    return 0


def _hand_out(app: App, folder: Path, named: tuple[str, ...]) -> int:
    register = app.register
    bodies = tuple(typed.body(text, register) for text in named) or register.respondents
    if idle := [body.full_name for body in bodies if named and not register.programs_of(body.lgcode)]:
        raise Refused(f"{'、'.join(idle)}には、この調査で回答をお願いしている制度等がありません。")
    written, printed, whose = 0, 0, set()
    for one in handed_out(bodies, register):
        path, written, printed = folder / one.path, written + 1, printed + one.previous
        whose.add(one.body.lgcode)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one.data)
        if named:
            say(str(path))
    say(f"{len(whose):,}団体の様式 {written:,}件を {folder} に書き出しました。")
    if register.survey.shows_previous:
        say(f"前年の回答は、{printed}件に印字しました（前年の値のない団体には、その列がありません）。")
        if given := [form.file_name for form in register.survey.forms if form.given]:
            say(f"{'、'.join(given)} には印字していません（given の様式は、団体名などのセルのほかは、ブックのままです）。")
    return 0


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    help="結果を置くフォルダー",
)
@with_app
def demo(app: App, out: Path) -> None:
    """見本のメールで、受付から返信までの流れを最初から最後まで動かします。"""
    screen = Console()
    if not screen.is_terminal:
        screen = Console(width=PIPE_WIDTH)
    with _progress(screen) as watch:
        done = run_demo(app.survey_dir, out, watch)
    screen.print(_mails(done, wide=screen.width >= _WIDE))
    screen.print(_counts(done))
    screen.print(_next_steps(done), soft_wrap=True)


@contextmanager
def _progress(screen: Console) -> Iterator[Watch]:
    """A bar with the mail that was done last; it leaves nothing behind, and a pipe gets none."""
    columns = (BarColumn(bar_width=30), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("準備しています", total=None)
        yield lambda line, total: bar.update(task, total=total, advance=1, description=line.sample.title)


def _mails(done: Demo, wide: bool) -> Table:
    """What came and what was decided, a section for each day."""
    table = Table(title="届いたメールと判定", title_justify="left", header_style="bold", box=box.SIMPLE_HEAD)
    table.pad_edge, table.collapse_padding = False, True
    table.add_column("番号", justify="right", no_wrap=True)
    for heading in ("受信", "宛先", *(["差出人"] if wide else [])):
        table.add_column(heading, no_wrap=True)
    table.add_column("届いたメール", overflow="fold")
    for heading in ("判定", "理由") if wide else ("判定",):
        table.add_column(heading, overflow="fold")
    table.add_column("返信", no_wrap=True)
    days = [line.sample.received.date() for line in done.lines]
    for line, day, following in zip(done.lines, days, [*days[1:], None], strict=True):
        table.add_row(*_cells(line, wide), end_section=day != following)
    return table


def _cells(line: DemoMail, wide: bool) -> list[Text]:
    sample = line.sample
    left = [str(line.number or ""), f"{sample.received:%-m/%-d %H:%M}", line.item]
    middle = [sample.sender_name, sample.title] if wide else [sample.title]
    outcome, why = Text(_name(line.outcome), style=_STYLES[line.outcome]), _why(line)
    decision = [outcome, why] if wide else [Text("\n").join(t for t in (outcome, why) if t)]
    return [*map(Text, left + middle), *decision, _reply(line)]


def _why(line: DemoMail) -> Text:
    """The row of the table that decided; of several files each with its own outcome. No space in it: there
    rich would break the line."""
    counts = Counter(line.reasons)
    if len(counts) == 1 and line.outcome == "accepted":
        return Text()  # the outcome says it all
    named = [f"{_name(outcome)}：" if len(counts) > 1 else "" for outcome, _ in counts]
    times = [f"（{full_width_number(n)}件）" if n > 1 else "" for n in counts.values()]
    reasons = zip(named, (sentence for _, sentence in counts), times, strict=True)
    return Text("\n".join(map("".join, reasons)), style="dim")


def _name(outcome: str) -> str:
    return load_wording().outcome.get(outcome, _SEEN_NAME)


def _reply(line: DemoMail) -> Text:
    if not line.reply_subject:
        return Text("なし", style="dim")
    return Text(line.reply_subject.partition("】")[0] + "】" + ("" if line.reply_file else "（未送信）"))


def _counts(done: Demo) -> Text:
    text = Text(f"{len(done.lines)}通のメールを処理しました（返信 {done.replies}通）。 ")
    for outcome, style in _STYLES.items():
        if done.outcomes[outcome]:
            text.append(f" {_name(outcome)} {done.outcomes[outcome]} ", style=style)
    return text


def _next_steps(done: Demo) -> Text:
    """What to open, and what to try on the settings file that the demo leaves."""
    files = {
        "返信（.eml。メールソフトで開けます）": f"{done.out}/replies/",
        "提出状況の報告書（取りまとめる団体ごと、全国）": f"{done.out}/reports/",
        "届いたメール": f"{done.out}/inbox/",
        "台帳（SQLite）": f"{done.out}/ledger.db",
    }
    example = next((line for line in done.lines if line.letter == "correction"), done.lines[0])
    if example.reply_file:
        files = {"確認のお願いの例": f"{done.out}/replies/{example.reply_file}", **files}
    program = sys.argv[0] if sys.argv[0].endswith("/uketsuke") else "uketsuke"
    on_demo = f"{program} --settings {done.out}/settings.toml"
    commands = {
        "提出状況": f"{on_demo} status",
        "職員の判断を待つもの": f"{on_demo} held",
        f"{example.number}番のメールの全記録": f"{on_demo} show {example.number}",
        f"職員の画面（kakari か kanri、{REHEARSAL_PASSWORD}）": f"{on_demo} console",
        "未記入の様式": f"{on_demo} form {done.out}/forms",
    }
    return Text("\n").join(
        [_steps("次のものをご覧ください", files), _steps("続けて試せるコマンド", commands)]
    )


def _steps(heading: str, steps: dict[str, str]) -> Text:
    """One step a line, never broken, so that it can be copied."""
    text = Text("\n").append(heading, style="bold")
    widest = max(map(cell_len, steps))
    for name, what in steps.items():
        text.append(f"\n  {name}{' ' * (widest - cell_len(name))}  ", style="dim").append(what)
    return text
