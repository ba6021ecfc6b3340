"""Some hundred kinds of text that somebody may write who wants a program to work long: one unit, again and again,
alone, behind something that it begins with, or before something that ends it or fails to."""

from __future__ import annotations

from itertools import cycle, islice

_MARKS = "\u0301\u0327\u0316\u3099\u0345"
_LETTERS = "a0A１あア漢ｱﾞ髙𠮷é\u00df\ufdfa㍿\u2167⅒①🙂"
_BREAKING = " \t\u3000\u00a0\u200b\u2028\n\r\x00\x1b\u202e\ufffe\ufffd"
_SIGNS = "@<>\"'()[]{},;:.=&?%#*_-+/\\|~!$^`。、・…「」『』【】（）［］〔〕［：／－ー―〜＠"
_WORDS = (
    "<>", "<a", "a>", "<a@b>", "a@b,", "a@b.jp, ", "@a", "a@", "a:", "a:;", ",a:", "<<", ">>", "(a", "()",
    "((a)", "\"a", "\"\" ", "\\\"", "\ue0000\ue001", "=?utf-8?b?44CQ?=", "=?utf-8?q?a?= ", "=?utf-8?b?",
    "=?utf-8?q?a", "=?", "?=", "=?a?b?", "=?iso-2022-jp?B?GyRC?=", "1-", "1 ", "12-34 ", "1234 5678 ", "1.",
    "0.0", "000000000000.0", "１２３４－", "1-2 ", "1\n", "123456789012", "7/", "1/3", "(1/", "第1", "Q1-",
    "Re: ", "Re:", "RE：", "Fwd: Re: ", "【受付】", "【受付", "【横浜市】", "[受付番号 ", "[受付番号 1",
    "[a] ", "横浜市", "神奈川県", "市", "大津", "差替え", "パスワード", "パスワード：", "パスワードは",
    "password: a", "pass", "キー ", "番号 ", "パスワードは以下のとおりです。\n",
    "\u30cf\u309a\u30b9\u30ef\u30fc\u30c8\u3099", "\r\n", "\r", "\n\n", "\n \n", "\r\n ", "\n\t", "--b\r\n",
    "--b--\r\n", "--\n", "-- \n", "----\n", "____\n", "> a\n", ">", "from:", "From: a\n", "On ", "差出人: ",
    "https://a.example/", "http://", "https:", "www.", "<b>", "<b", "</b>", "<!--", "-->", "<!", "<![",
    "<?", "&", "&amp", "&#", "&#x41;", "<p>a</p>", "<td>", "<script>", "<a href=\"", "<meta ",
    "<meta charset=", "<c r=\"A1\">", "<row>", "<row r=\"1\"/>", "<!DOCTYPE ", "<![CDATA[",
    "xmlns:a=\"b\" ", "QUJD", "QUJD\n", "QQ==", "QQ==\n", "QQ=", "=", "=4", "=41", "=\n", "%41", "%E3%81",
    "%", "begin 644 a\n", "begin-base64 644 a\n", "end\n", "`\n", "#86)C\n",
    "MAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", "; a=b", "; a", ";a*0=b",
    "; filename*1*=a", "; a=\"", "; a=\"b\\", "; charset=", "a/", "../", "a\\", "a.zip", ".xlsx",
    "取り下げ", "訂正", "ですか", "ますか。", "教えて", "問い合わせ", "添付", "添付ファイル", "回答",
    "送付", "提出", "不明な点", "確認の", "「", "「あ", "お願い。", "添付ファイルを削除し", "url",
    "ダウンロード", "ウイルス", "ウイルスを検出", "was ", "file ", "virus ", "attachment ",
    "warning: message ", "以下の宛先", "by a ", "from a ", "by a; ", "(a) by ", "Action: a\n",
    "Original-Message-ID: <", "<uketsuke.a.", "<uketsuke.a.a@b> ", "Content-Type: text/plain\r\n",
    "content-", "spf=fail ", "dmarc=pass; ", "; spf=", "dkim / 1 = ", "課長", "係", "\x1b$B",
    "\x1b$B$\"\x1b(B", "\x1b(B", "\x0e", "\x1b$B!!", "+AGE-", "~{", "\u3041\u3099", "ﾊﾟ", "ﾞﾟ", "\u0301",
    "\u0301\u0327", "\u0327\u0301\u0345\u0316", "\u304b\u3099", "\uff9e\u0301", "\U0001d165\U0001d16e",
    "\u0f73\u0f71", "\uff9e\u0327", "\u845b\U000e0100", "\u200d", "️",
)  # fmt: skip


def units() -> tuple[str, ...]:
    """Every unit, each once."""
    return tuple(dict.fromkeys((*_WORDS, *_MARKS, *_LETTERS, *_BREAKING, *_SIGNS)))


def texts(length: int) -> dict[str, str]:
    """Name and text; the texts have about this many characters."""
    made = {}
    for unit in units():
        shown = unit.encode("unicode_escape").decode()
        run = _repeated(unit, length)
        made |= {f"{shown}…": run, f"a{shown}…!": f"a {run} b!"}
    for begins, ends in (("(", ")"), ("「", "」"), ("<b>", "</b>"), ("<", ">"), ("【", "】")):
        half = length // (2 * len(begins))
        made[f"{begins} within {begins}"] = begins * half + "a" + ends * half
    made["one of each"] = "".join(islice(cycle(units()), length // 3))[:length]
    made["numbered addresses"] = _numbered("a{}@b.jp, ", length)
    made["numbered ids"] = _numbered("<a{}@b> ", length)
    made["numbered parameters"] = _numbered("; a*{}=b", length)
    made["numbered encoded words"] = _numbered("=?utf-8?q?a{}?= <a@b>, ", length)
    made["numbered passwords"] = _numbered("パスワード：abc{}\n", length)
    made["numbered words"] = _numbered("a{} ", length)
    made["numbered lines"] = _numbered("a{}\n", length)
    made["numbered fields"] = _numbered("X-{}: a\r\n", length)
    return made


def _repeated(unit: str, length: int) -> str:
    return unit * max(1, length // len(unit))


def _numbered(form: str, length: int) -> str:
    each = len(form) + 2
    return "".join(form.format(n) for n in range(length // each))
