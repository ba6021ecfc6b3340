"""What may be called what: names that a mail, a workbook or a folder would refuse only once the desk is at work.

Each function tells what is wrong in Japanese, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from config.patterns import pattern

PERHAPS = "もしかして"
RULES_HEADING = "確認"  # over the column in which a form tells what is missing, and which of its rules are broken
PREVIOUS_HEADING = "前年の回答"  # over the column in which it shows what the body answered last year
CHOICES_SHEET = "リスト"  # the hidden sheet with the choices of a form's lists
LONGEST_TEXT = 32_000  # characters that Excel shows in a cell (its limit is 32,767)

_PREFIX = pattern(r"[A-Z0-9]{1,4}")
# A dot-atom (RFC 5322 §3.4.1) at a host that can stand in a Message-ID (`intake.mail.ids`).
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = pattern(rf"(?=.{{3,254}}\Z)(?=[^@]{{1,64}}@){_ATOM}(\.{_ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
# Controls, but for tab and line break; what turns the direction of a text; what XML cannot hold
_UNSEEN = pattern("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_IN_SHEETS = pattern(r"[\[\]:*?/\\]")  # ECMA-376 part 1 §18.2.19, as Excel keeps it
_OTHER_BOOK = pattern(r"(?i)\.(?:xls[mb]?|xlt[mx]?|ods)\Z")  # of Excel and LibreOffice
_SAVED_ANEW = "Excel の「名前を付けて保存」の「Excel ブック（*.xlsx）」で保存したものとしてください（マクロは残りません）。"
_IN_FILES = pattern(r'[\\/:*?"<>|]')
_LONGEST_SHEET = 31  # UTF-16 units
_LONGEST_FILE = 80
_LONGEST_BODY = 60
_LONGEST_LINE = 100  # it stands in subjects, headings and formulas


def perhaps(word: str, known: Iterable[str], least: float = 0.6) -> str:
    """もしかして: the known word that comes nearest, if one comes near."""
    close = get_close_matches(word, sorted(known), 1, least)
    return f"{PERHAPS}「{close[0]}」ですか。" if close else ""


def why_no_prefix(prefix: str) -> str:
    """What is wrong with a prefix of receipt numbers, which stand in Message-IDs and are read aloud on the telephone;
    empty if nothing."""
    return "" if _PREFIX.fullmatch(prefix) else "半角の英大文字か数字（１～４文字）にしてください。"


def why_no_address(address: str) -> str:
    """An address from which we write."""
    return "" if _ADDRESS.fullmatch(address) else "メールアドレスではありません（例：chosa@example.go.jp）。"


def why_no_sheet(name: str) -> str:
    """The name of a worksheet."""
    if not name.strip():
        return "空にはできません。"
    if hit := _IN_SHEETS.search(name):
        return f"シート名に「{hit[0]}」は使えません。"
    if len(name.encode("utf-16-le")) // 2 > _LONGEST_SHEET:
        return f"シート名は{_LONGEST_SHEET}文字までです。"
    if name[0] == "'" or name[-1] == "'":
        return "シート名の初めと終わりに「'」は使えません。"
    if name.lower() in (CHOICES_SHEET, "history"):
        return f"「{name}」という名前のシートは作れません。"
    return ""


def why_no_file(name: str, ending: str = ".xlsx") -> str:
    """The name of an .xlsx, or of another file, in a folder."""
    if hit := _IN_FILES.search(name):
        return f"ファイル名に「{hit[0]}」は使えません（フォルダーは書けません）。"
    if not name.endswith(ending) or len(name) == len(ending):
        return _SAVED_ANEW if ending == ".xlsx" and _OTHER_BOOK.search(name) else f"○○{ending} としてください。"
    if name.startswith(".") or name != name.strip():
        return "初めの「.」や、前後の空白は使えません。"
    return f"{_LONGEST_FILE}文字までにしてください。" if len(name) > _LONGEST_FILE else ""


def as_file(name: str) -> str:
    """A name of a survey's own as one of a folder."""
    return _IN_FILES.sub("＿", name).strip(" .")


def why_no_line(text: str) -> str:
    """What stands in a header of a mail, or in one line of a letter."""
    if not text.strip():
        return "空にはできません。"
    if "\n" in text or "\r" in text:
        return "改行は使えません。"
    return f"{_LONGEST_LINE}文字までにしてください。" if len(text) > _LONGEST_LINE else ""


def why_no_body(name: str) -> str:
    """The name of a body, which stands in subjects and in the names of files."""
    if reason := why_no_line(name) or why_no_text(name):
        return reason
    if hit := _IN_FILES.search(name):
        return f"ファイル名に使えない「{hit[0]}」があります。"
    if "\t" in name or not any(c.isalpha() for c in name):
        return "タブは使えません。" if "\t" in name else "数字や記号だけの名称では、団体を見分けられません。"
    return "" if 2 <= len(name) <= _LONGEST_BODY else f"2文字から{_LONGEST_BODY}文字までにしてください。"


def why_unseen(text: str) -> str:
    """Any text: what nobody sees in it, and no workbook and no mail may hold."""
    hit = _UNSEEN.search(text)
    return f"使えない文字（U+{ord(hit[0]):04X}）があります。" if hit else ""


def why_no_text(text: str) -> str:
    """What stands in a cell of a workbook."""
    if reason := why_unseen(text):
        return reason
    if text.startswith("="):
        return "「=」で始めることはできません（Excel の数式になります）。"
    return f"{LONGEST_TEXT:,}文字までにしてください。" if len(text) > LONGEST_TEXT else ""
