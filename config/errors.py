"""What stops the program before it starts: a wrong survey, roster or settings file.

Each error carries every mistake found, so that a person mends the file once.
"""

from __future__ import annotations

from config.frozen import frozen
from config.patterns import pattern

_LONGEST_QUOTED = 60  # characters
_QUOTED = pattern(r"「([^」]{61,})」")


@frozen
class Mistake:
    """One mistake: the file's name, the key in it (dotted, list places from 1) and the reason in Japanese. `line`: of
    the key, from 1, where it is known (0); `named`: how the nearest thing around it is called (質問「7-4」 …)."""

    file: str
    key: str
    reason: str
    line: int = 0
    named: str = ""

    def __str__(self) -> str:
        """One line, whatever stands in the file: what it quotes of that is cut."""
        where = f"{self.file} {self.line}行目" if self.line else self.file
        key = f"{self.key}（{self.named}）" if self.named else self.key
        told = ": ".join(part for part in (where, key, self.reason) if part)
        return _QUOTED.sub(lambda hit: f"「{hit[1][:_LONGEST_QUOTED]}…」", " ".join(told.split("\n")))


def why_unreadable(error: OSError) -> str:
    """The reason of an error on opening a file, in Japanese, without the file's name."""
    known = {
        FileNotFoundError: "ファイルがありません",
        PermissionError: "読む権限がありません",
        IsADirectoryError: "フォルダーです",
    }
    return known.get(type(error), f"エラー {error.errno}" if error.errno else "原因は分かりません")


class ConfigError(Exception):
    """A file of the configuration is wrong; `mistakes` holds all that was found."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(str(m) for m in mistakes))
        self.mistakes = mistakes


class SurveyError(ConfigError):
    """A survey's or the roster's file is wrong (exit code 78)."""


class SettingsError(ConfigError):
    """The settings file is wrong (exit code 78). Never quotes a value, which might be a secret."""
