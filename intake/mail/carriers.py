"""What arrives in the place of a file, or beside it, and is nobody's answer.

Gateways put their own carriers in a file's place; shortcuts lead to where it lies; Defender shows a placeholder until
it has looked at it; a Mac and Windows leave files of their own. Told by name and content; follows no link.
"""

from __future__ import annotations

import re
from typing import Literal

from config.spelling import nfkc
from intake.mail.charset import decode
from intake.mail.htmltext import html_links
from intake.mail.mime import SCAN_NOTICE, Leaf

# link: leads to where the file lies; sealed: the whole mail, encrypted for a viewer; scan: being looked at, and put in
# its place later; removed: says that it was taken out; junk: what a system leaves behind.
Carrier = Literal["", "link", "sealed", "scan", "removed", "junk"]

_APPLE = (b"\x00\x05\x16\x07", b"\x00\x05\x16\x00")  # AppleDouble and AppleSingle, RFC 1740
_JUNK_NAME = re.compile(r"\A(?:\._.*|\.ds_store|thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r?|\.localized)\Z", re.IGNORECASE)
_SHORTCUT = re.compile(r"\.(?:url|webloc|website|lnk|desktop|glink|gsheet|boxnote)\Z", re.IGNORECASE)
_SHORTCUT_TEXT = re.compile(rb"\A\s*(?:\[InternetShortcut\]|\[Desktop Entry\])", re.IGNORECASE)
_LNK = b"L\x00\x00\x00\x01\x14\x02\x00"  # [MS-SHLLINK] 2.1
_SEALED_NAME = re.compile(
    r"(?:\.rpmsg|\Asecuredoc[^.]*\.html?|\Amessage\.html?|\Asmime\.p7m|\.sdoc|\Aencrypted[-_ ]?message[^.]*\.html?)\Z",
    re.IGNORECASE,
)
_SEALED_TYPES = frozenset({"application/x-microsoft-rpmsg-message", "application/x-rpmsg", "application/x-pme",
                           "application/pgp-encrypted"})
_PGP = b"-----BEGIN PGP MESSAGE-----"  # RFC 9580 §6.2
_RPMSG = b"\x76\xe8\x04\x60\xc4\x11\xe3\x86"  # [MS-OXORMMS] 2.1.4
_SEALED_TEXT = re.compile(
    r"securedoc|registered envelope|cisco secure email|encrypted message|proofpoint encryption|rms protected"
    r"|暗号化された(?:メール|メッセージ)",
    re.IGNORECASE,
)
_DOWNLOAD_NAME = re.compile(
    r"secure[-_ ]?download|添付ファイルの(?:ダウンロード|受け取り|取得)"
    r"|(?:ダウンロード|受取|受け取り|お受取り)(?:方法|のご案内|用|url|リンク|案内)?\.(?:pdf|html?|txt)\Z"
    r"|\Adownload[^.]{0,20}\.(?:pdf|html?|txt)\Z|ファイル送信(?:通知|のお知らせ)"
    r"|大容量ファイル|attachments?[-_ ]?(?:link|download)",
    re.IGNORECASE,
)
_LEADS = re.compile(r"ダウンロード|お?受け?取り?|取得|download|開く|open the|クリック|click", re.IGNORECASE)
_REFRESH = re.compile(rb"http-equiv\s*=\s*[\"']?refresh|location\s*(?:\.href)?\s*=|location\.replace", re.IGNORECASE)
_REMOVED_NAME = re.compile(
    r"(?:削除|除去|無害化(?:不可|失敗|エラー)?|隔離|ブロック|遮断|removed|deleted|blocked|quarantined?|replaced|stripped)"
    r"[^.]{0,30}\.(?:txt|html?|pdf)\Z",
    re.IGNORECASE,
)
_SMALL = 100_000  # bytes of a page that does nothing but lead somewhere
_SHORT = 2_000  # characters of its text


def carrier_of(leaf: Leaf) -> Carrier:
    """The kind of carrier that a leaf is; empty for what a person attached, or shows as text."""
    if leaf.displayed:
        return ""
    name, data = nfkc(leaf.filename).strip(), leaf.data
    if leaf.content_type == "application/applefile" or data.startswith(_APPLE) or _JUNK_NAME.match(name):
        return "junk"
    if SCAN_NOTICE.match(name):
        return "scan"
    if leaf.content_type in _SEALED_TYPES or _SEALED_NAME.search(name) or data.startswith((_RPMSG, _PGP)):
        return "sealed"
    if _SHORTCUT.search(name) or data.startswith(_LNK) or _SHORTCUT_TEXT.match(data[:200]):
        return "link"
    if _REMOVED_NAME.search(name):
        return "removed"
    if _DOWNLOAD_NAME.search(name):
        return "link"
    return _page(leaf) if name.lower().endswith((".htm", ".html")) or leaf.content_type == "text/html" else ""


def _page(leaf: Leaf) -> Carrier:
    """An HTML file that was attached: the viewer of a sealed mail, or a page that only leads somewhere."""
    if _REFRESH.search(leaf.data[:_SMALL]):
        return "link"
    if len(leaf.data) > _SMALL:
        return "sealed" if _SEALED_TEXT.search(decode(leaf.data[:_SMALL], leaf.charset).text) else ""
    text = decode(leaf.data, leaf.charset).text
    if _SEALED_TEXT.search(text):
        return "sealed"
    return "link" if html_links(text) and len(text) < _SHORT * 10 and _LEADS.search(text) else ""
