"""`uketsuke console` and `console-password`: the operators' page, served on this machine's own address."""

from __future__ import annotations

import click

from config.errors import Mistake, SettingsError
from routing.cli.context import App, with_app
from routing.cli.screen import say


@click.command("console")
@with_app
def console_command(app: App) -> int:
    """職員の画面を開きます（この機械の中からだけ。止めるには Ctrl+C）。"""
    try:
        from waitress import serve

        from routing.console.premises import Premises
        from routing.console.site import create_site
    except ImportError as missing:
        reason = f"職員の画面には {missing.name} が要ります。pip install 'uketsuke[console]' で追加してください。"
        raise SettingsError((Mistake(app.settings_path.name, "console", reason),)) from missing
    settings = app.settings.console
    if not settings.users:
        reason = "利用者がありません。[console.users.利用者名] を書いてください（docs/settings.md）。"
        raise SettingsError((Mistake(app.settings_path.name, "console.users", reason),))
    known = {m.id for m in app.register.survey.mailboxes}
    for name, user in settings.users.items():
        if unknown := set(user.mailboxes) - known:
            key = f"console.users.{name}.mailboxes"
            reason = f"{'、'.join(sorted(unknown))} という提出先はありません。"
            raise SettingsError((Mistake(app.settings_path.name, key, reason),))
    with app.open_office():
        pass  # tells what is wrong with the ledger now, and not to the first visitor
    site = create_site(Premises(app.register, app.settings, app.clock, app.open_office, app.open_desk))
    if settings.socket is not None:
        say(f"職員の画面を {settings.socket} で開きました（中継のプログラムから）。")
        serve(site, unix_socket=str(settings.socket), unix_socket_perms="660", threads=4, ident=None)
    else:
        say(f"職員の画面を http://127.0.0.1:{settings.port}/ で開きました。")
        if settings.login == "accounts" and not settings.tls:
            say("この機械の中でだけお使いください。ほかの端末から使うには、TLS の中継を前に置きます（docs/settings.md）。")
        serve(site, host="127.0.0.1", port=settings.port, threads=4, ident=None)
    return 0


@click.command("console-password")
@click.password_option("--password", prompt="パスワード（12文字以上）", confirmation_prompt="もう一度")
def console_password(password: str) -> int:
    """画面の利用者のパスワードを、設定ファイルに書く形にして表示します。"""
    from routing.console.signin import SHORTEST, hashed

    if len(password) < SHORTEST:
        raise click.UsageError(f"パスワードは {SHORTEST} 文字以上にしてください。")
    say(f'password = "{hashed(password)}"')
    return 0
