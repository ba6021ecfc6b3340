"""click in Japanese: whatever it says to people, and the words for what an option takes.

click asks `gettext` for its sentences by two names in each of its modules, and counts the width of a text by a third:
these are given ours, here and nowhere else. A sentence that is not in the table is said as click has it; a test reads
click's own source for those that are missing.
"""

from __future__ import annotations

from importlib import import_module

import click

from routing.cli.screen import terminal_columns

_MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")

SENTENCES = {
    "Usage:": "使い方:",
    "Options": "オプション",
    "Positional arguments": "引数",
    "Commands": "コマンド",
    "Show this message and exit.": "この説明を表示して終わります。",
    "Aborted!": "中止しました。",
    "required": "必須",
    "default: {default}": "既定: {default}",
    "env var: {var}": "環境変数: {var}",
    "(dynamic)": "（実行時に決まります）",
    "deprecated": "廃止予定",
    "Error: {message}": "誤り: {message}",
    "Try '{command} {option}' for help.": "説明は '{command} {option}' でご覧いただけます。",
    "Invalid value: {message}": "値が正しくありません: {message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} の値が正しくありません: {message}",
    "Missing command.": "コマンドを指定してください。",
    "Missing argument": "引数がありません",
    "Missing option": "オプションがありません",
    "Missing parameter": "指定がありません",
    "Missing {param_type}": "{param_type} がありません",
    "Missing parameter: {param_name}": "{param_name} がありません",
    "No such option {name!r}.": "{name} というオプションはありません。",
    "No such command {name!r}.": "{name} というコマンドはありません。",
    "Did you mean {possibility}?": "もしかして: {possibility}",
    "(Did you mean one of: {possibilities}?)": "（もしかして: {possibilities}）",
    "unknown error": "分からない誤り",
    "Could not open file {filename!r}: {message}": "ファイル {filename} を開けません: {message}",
    "Choose from:\n\t{choices}": "次の中から選んでください:\n\t{choices}",
    "Choice({choices})": "選択肢（{choices}）",
    "{value!r} is not {choice}.": "{value} ではなく、{choice} を指定してください。",
    "{value!r} is not one of {choices}.": "{value} は {choices} のどれでもありません。",
    "{value!r} is not a valid {number_type}.": "{value} は{number_type}ではありません。",
    "{value} is not in the range {range}.": "{value} は範囲 {range} の外です。",
    "{value!r} is not a valid boolean. Recognized values: {states}": "{value} は真偽の値ではありません（{states}）。",
    "{value!r} is not a valid UUID.": "{value} は UUID ではありません。",
    "{value!r} does not match the format {format}.": "{value} は {format} の形ではありません。",
    "{value!r} does not match the formats {formats}.": "{value} は {formats} のどの形でもありません。",
    "{name} {filename!r} does not exist.": "{name} {filename} はありません。",
    "{name} {filename!r} is a file.": "{name} {filename} はファイルです。",
    "{name} {filename!r} is a directory.": "{name} {filename} はフォルダーです。",
    "{name} {filename!r} is not readable.": "{name} {filename} を読めません。",
    "{name} {filename!r} is not writable.": "{name} {filename} に書けません。",
    "{name} {filename!r} is not executable.": "{name} {filename} を実行できません。",
    "{len_type} values are required, but {len_value} was given.": "値は {len_type}個ですが、{len_value}個あります。",
    "{len_type} values are required, but {len_value} were given.": "値は {len_type}個ですが、{len_value}個あります。",
    "Takes {nargs} values but 1 was given.": "値は {nargs}個ですが、1個だけです。",
    "Takes {nargs} values but {len} were given.": "値は {nargs}個ですが、{len}個あります。",
    "Got unexpected extra argument ({args})": "余分な引数があります（{args}）",
    "Got unexpected extra arguments ({args})": "余分な引数があります（{args}）",
    "Argument {name!r} takes {nargs} values.": "{name} の値は {nargs}個です。",
    "Option {name!r} does not take a value.": "{name} に値は付けません。",
    "Option {name!r} requires an argument.": "{name} に値を付けてください。",
    "Option {name!r} requires {nargs} arguments.": "{name} に値を {nargs}個付けてください。",
    "Invalid start character for option ({option})": "オプションの始まりの文字が正しくありません（{option}）",
    "file": "ファイル",
    "directory": "フォルダー",
    "path": "場所",
    "Do you want to continue?": "続けますか。",
    "Repeat for confirmation": "確認のため、もう一度",
    "Error: The two entered values do not match.": "誤り: 二つの値が一致しません。",
    "Error: invalid input": "誤り: 入力が正しくありません。",
    "Press any key to continue...": "何かキーを押すと続きます…",
}
ARGUMENTS = {
    "file": "ファイル", "files": "ファイル", "folder": "フォルダー", "id": "番号", "number": "番号", "words": "言葉",
    "sender": "差出人", "action": "操作", "value": "値", "to": "宛先", "text": "本文",
}  # fmt: skip
OPTIONS, COMMANDS = "[オプション]", "コマンド [引数]..."


def said(message: str) -> str:
    """One sentence of click's in Japanese; as it is, where there is none."""
    return SENTENCES.get(message, message)


def counted(one: str, several: str, number: int) -> str:
    """A sentence of click's in Japanese, of the two that click has for one and for several."""
    return said(one if number == 1 else several)


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return terminal_columns(click.unstyle(text))


def name_parts(command: click.Command) -> None:
    """Name options and arguments in a command's own line of use."""
    command.options_metavar = OPTIONS
    if isinstance(command, click.Group):
        command.subcommand_metavar = COMMANDS
        for below in command.commands.values():
            name_parts(below)
    for part in command.params:
        if isinstance(part, click.Argument) and part.metavar is None:
            word = ARGUMENTS.get(part.name or "", (part.name or "").upper()) + ("..." if part.nargs == -1 else "")
            part.metavar = word if part.required else f"[{word}]"


def speak_japanese() -> None:
    """Give click our sentences, and its types our names. To be called before any command is made."""
    for name in _MODULES:
        module = import_module(f"click.{name}")
        for attribute, ours in (("_", said), ("ngettext", counted), ("term_len", width)):
            if hasattr(module, attribute):
                setattr(module, attribute, ours)
    for kind, word in ((click.STRING, "文字"), (click.INT, "整数"), (click.FLOAT, "数"), (click.BOOL, "真偽")):
        kind.name = word
    click.IntRange.name = "整数"
    click.Path.name = "場所"


speak_japanese()
