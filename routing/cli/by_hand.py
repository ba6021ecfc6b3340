"""`uketsuke answer` and `forward`: an official's own words to whoever sent a mail, and the mail itself to a colleague."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from routing import operate
from routing.cli.context import App, find_arrival, with_app
from routing.cli.decide import who_decides
from routing.cli.mail_text import letter_lines
from routing.cli.screen import say
from routing.cli.show import print_lines
from routing.journey.desk import Desk
from routing.operate import Consent, Wish
from routing.records import Arrival
from routing.views.letters import letter_of
from routing.who import Who

_SEND = click.option("--send", is_flag=True, help="送信待ちに置く（付けなければ、全文を示すだけで送りません）")
_BY = click.option("--by", required=True, help="書いた職員")
_SEEN = click.option("--seen", default="", metavar="しるし", help="show の「しるし」。その後に変わっていれば断る")
_TEXT = click.argument("text", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))


@click.command("answer")
@click.argument("id")
@_TEXT
@_SEND
@click.option("--no-quote", is_flag=True, help="相手の本文を引用しない")
@click.option("--keep-open", is_flag=True, help="確認済みとせず、要確認の一覧に残す")
@_SEEN
@_BY
@click.option("--why", "--reason", "why", default="お尋ねへの回答", help="理由")
@with_app
def answer_command(  # noqa: PLR0913 - one parameter per option of the command
    app: App, id: str, text: Path, send: bool, no_quote: bool, keep_open: bool, seen: str, by: str, why: str
) -> None:
    """お尋ねなどのメールに、文章で回答します。

    本文は、本文を書いたファイル（UTF-8。- は標準入力）です。宛名、あいさつ、課の連絡先は自動で付きます。
    """
    wish = Wish("answer", text=_read(text), quotes=not no_quote, closes=not keep_open)
    with app.open_desk() as desk:
        _do(desk, find_arrival(desk, id), wish, who_decides(by, why), seen, send)


@click.command("forward")
@click.argument("id")
@click.argument("to")
@_TEXT
@_SEND
@_SEEN
@_BY
@click.option("--why", "--reason", "why", default="担当の職員へ", help="理由")
@with_app
def forward_command(  # noqa: PLR0913 - one parameter per option of the command
    app: App, id: str, to: str, text: Path, send: bool, seen: str, by: str, why: str
) -> None:
    """メールを、そのまま添付して省内の職員に転送します。

    宛先は省内のメールアドレス、本文は添える言葉を書いたファイル（UTF-8。- は標準入力）です。
    """
    with app.open_desk() as desk:
        wish = Wish("forward", to=to, text=_read(text))
        _do(desk, find_arrival(desk, id), wish, who_decides(by, why), seen, send)


def _read(path: Path) -> str:
    """Raise click.UsageError."""
    data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{path}: UTF-8 の文字として読めません。") from error


def _do(desk: Desk, arrival: Arrival, wish: Wish, who: Who, seen: str, send: bool) -> None:  # noqa: PLR0913 - both ways
    """Show the letter whole; with `send` it is queued, else nothing is recorded."""
    told = operate.preview(desk, arrival, wish, who, seen)
    for letter, data in told.letters:
        print_lines(letter_lines(letter_of(desk, letter, data)))
    if not send:
        say("このとおり送る場合は、--send を付けて実行してください。")
        return
    operate.fulfil(desk, arrival, wish, who, Consent(seen))
    say("送信待ちに置きました。")
