"""Why a mail that was meant to bring a file brings none: a link in its place, a gateway that took it out, a
mailer that divided the mail (RFC 2046 §5.2.2).

Looks at what stands in the mail; follows no link, joins no parts, and says nothing where a workbook came.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from config.spelling import nfkc
from intake.mail.charset import decode
from intake.mail.headers import parameter
from intake.mail.htmltext import html_charset, html_links
from intake.mail.mime import Leaf, Part

PARTIAL = "message/partial"
_LONGEST = 20_000  # characters of a text that are looked at

_PAGE, _MOST_LINKS = 200_000, 10  # bytes of a page, and addresses that are kept
_LEADING = re.compile(r"\.(url|webloc|website|desktop|html?)\Z", re.IGNORECASE)
# What is written on a button or link behind which a file lies.
_ON_LINK = re.compile(
    r"ダウンロード|お?受け取(り|る)|ファイルを(開|表示|取得|確認)|download|(open|view) (the )?file"
    r"|\.(xls[xmb]?|zip|lzh|ods)\b",
    re.IGNORECASE,
)

_URL = re.compile(r"https?://[^\s<>\"'」』】）]+", re.IGNORECASE)
_HOSTS = re.compile(
    r"https?://[^/\s]*(firestorage\.|gigafile\.|\bbox\.com|dropbox\.com|dropboxusercontent\.|sharepoint\.com|1drv\.ms"
    r"|onedrive\.|drive\.google\.|docs\.google\.|we\.tl|wetransfer\.|datadeliver|okurin|gigacc\.|gigapod|cryptobin"
    r"|crypto-?bin|filepost|file-?post|xgf\.nu|mediafire\.|mega\.nz|sendanywhere|directcloud|primedrive|proself|fileforce"
    r"|nextcloud|owncloud|smoothfile|largefile|file-?transfer|filesend|filesv|storage)",
    re.IGNORECASE,
)
_SERVICE = re.compile(
    r"(大容量)?ファイル\s*(転送|送信|送受信|共有|交換|受渡し?|授受)\s*(サービス|システム|便)|大容量ファイル|ギガファイル|宅ふぁいる"
    r"|ファイヤーストレージ|firestorage|オンラインストレージ|クリプト便|(box|dropbox|onedrive|sharepoint|teams)(上|の|に|で|から)",
    re.IGNORECASE,
)
_FETCH = re.compile(
    r"(url|ＵＲＬ|リンク|アドレス|以下|下記|次)[^\n。]{0,40}(ダウンロード|お?受け?取り?|ご?取得)"
    r"|(ダウンロード|お?受け?取り?)[^\n。]{0,20}(url|リンク|期限|パスワード|用)|(download|access)[^\n.]{0,40}(file|link|here)",
    re.IGNORECASE,
)
_REMOVED = re.compile(
    r"添付\s*(ファイル|文書|書類)?[^\n。]{0,60}(削除|除去|隔離|破棄|遮断|ブロック|取り除|取り外|分離)"
    r"(され(まし|てい)|し(まし|てい)|(いたし|致し)まし|かれ(まし|てい)|された|しています|済み)"
    r"|(ウイルス|ウィルス|マルウェア|不正プログラム)[^\n。]{0,40}(検出|検知|発見|感染)[^\n]{0,60}(削除|除去|隔離|駆除|破棄)"
    r"|無害化[^\n。]{0,30}(でき(ませんで|なかった)|失敗|対象外)[^\n。]{0,40}"
    r"|(attachment|attached file|file)s?\b[^\n]{0,80}\b(was|were|has been|have been)\s+"
    r"(removed|deleted|stripped|quarantined|blocked)"
    r"|(removed|deleted|stripped|quarantined|blocked)\s[^\n.]{0,40}\battachment"
    r"|\[?virus (removed|deleted|found|cleaned)\]?|this attachment was removed",
    re.IGNORECASE,
)


def comes_by_link(text: str) -> bool:
    """Whether the text points to a place from which files are to be fetched."""
    text = _folded(text)
    if not _URL.search(text):
        return False
    return bool(_HOSTS.search(text) or _SERVICE.search(text) or _FETCH.search(text))


def download_links(leaves: Sequence[Leaf]) -> tuple[str, ...]:
    """The addresses from which a file is to be fetched that stand behind words or pictures of HTML texts, and in
    shortcuts that were attached."""
    found: dict[str, None] = {}
    for leaf in leaves:
        if leaf.displayed and leaf.content_type == "text/html" and not leaf.returned:
            links = html_links(decode(leaf.data[:_PAGE], leaf.charset or html_charset(leaf.data)).text)
            found |= dict.fromkeys(a for a, words in links if _HOSTS.match(a) or _ON_LINK.search(nfkc(words)))
        elif not leaf.displayed and not leaf.returned and len(leaf.data) <= _PAGE and _LEADING.search(leaf.filename):
            found |= dict.fromkeys(_URL.findall(decode(leaf.data, leaf.charset).text)[:_MOST_LINKS])
    return tuple(found)[:_MOST_LINKS]


def was_removed(body: str, leaves: Sequence[Leaf]) -> bool:
    """Whether a gateway says, in the text or in a file that it put in the place of the removed one, that it
    took an attachment out."""
    texts = [decode(leaf.data, leaf.charset).text for leaf in leaves if _is_note(leaf)]
    names = [leaf.filename for leaf in leaves if not leaf.displayed]
    return any(_REMOVED.search(_folded(text)) for text in (body, *names, *texts))


def divided(part: Part) -> tuple[int, int] | None:
    """The number of this part of a divided mail (message/partial, RFC 2046 §5.2.2) and of how many (0: it does not
    say); None if the mail is whole."""
    if part.content_type != PARTIAL:
        return None
    return _number(part, "number") or 1, _number(part, "total")


def _number(node: Part, name: str) -> int:
    given = parameter(node.parameters, name)
    text = given[0].value.decode("ascii", "replace").strip() if given else ""
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else 0


def _is_note(leaf: Leaf) -> bool:
    """Whether a leaf is a short text that came as a file."""
    text = leaf.content_type.startswith("text/") or leaf.filename.lower().endswith((".txt", ".htm", ".html"))
    return not leaf.displayed and text and len(leaf.data) <= _LONGEST


def _folded(text: str) -> str:
    return nfkc(text[:_LONGEST])
