"""HTML mail as plain text, for bodies that have no plain part. Follows no link and loads nothing."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

_BLOCKS = frozenset(
    {"address", "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li"}
    | {"ol", "p", "pre", "table", "tr", "ul"}
)
_SILENT = frozenset({"script", "style", "head", "title", "template"})
_SPACES = re.compile("[ \t\r\n\f]+")  # HTML's white space: U+3000 and U+00A0 are none
# A "<" that no ">" closes is text; html.parser would search the rest of the page for each of them.
_OPEN = re.compile("<(?![^<>]*>)")
_TAG = re.compile("<[^<>]*>")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)


def html_charset(data: bytes) -> str:
    """The charset that a <meta> names within the first 2,048 bytes, or an empty string."""
    hit = _CHARSET.search(data[:2048])
    return hit[1].decode("ascii") if hit else ""


def html_to_text(html: str) -> str:
    """The text that a reader would see; blocks and <br> end lines, runs of white space become one space."""
    reader = _TextCollector()
    html = _OPEN.sub("&lt;", _without_comments(html))
    try:
        reader.feed(html)
        reader.close()
    except AssertionError:  # html.parser on declarations that are none: <![x
        return _tidied(_TAG.sub("\n", html))
    return _tidied("".join(reader.pieces)) or _tidied(_TAG.sub("\n", html))


def without_tags(html: str) -> str:
    """The page without its tags, for a search only: what is never shown stays, and no line is broken."""
    return unescape(_TAG.sub(" ", html))


def _without_comments(html: str) -> str:
    """The text without its comments, in one pass; a comment without an end is left as it is."""
    pieces = []
    start = 0
    while (begin := html.find("<!--", start)) >= 0 and (end := html.find("-->", begin + 4)) >= 0:
        pieces.append(html[start:begin])
        start = end + 3
    return "".join([*pieces, html[start:]])


def _tidied(text: str) -> str:
    lines = (_SPACES.sub(" ", line).strip(" ") for line in text.split("\n"))
    return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


class _TextCollector(HTMLParser):
    """A collector of text, with "\\n" only where a block begins or ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT and not self._silent:
            self._silent = tag
        elif tag == "body":
            self._silent = ""  # a <head> that nobody closed
        elif tag in _BLOCKS:
            self._line()
        elif tag in ("td", "th"):
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        elif tag in _BLOCKS:
            self._line()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data.replace("\r", " ").replace("\n", " "))

    def _line(self) -> None:
        if not self._silent and self.pieces and self.pieces[-1] != "\n":
            self.pieces.append("\n")


_HREF = re.compile(
    r"<(?:a|area|form|link)\b[^<>]{0,500}?\b(?:href|action)\s*=\s*(?:\"(https?://[^\"<>]{1,1000})\""
    r"|'(https?://[^'<>]{1,1000})'|(https?://[^\s\"'<>]{1,1000}))[^<>]{0,500}>",
    re.IGNORECASE,
)
_MOST_LINKS = 20


def html_links(html: str) -> tuple[tuple[str, str], ...]:
    """(address, the words on it) of the first links of a page; picture links have no words."""
    found = []
    page = html[:200_000]
    for hit in _HREF.finditer(page):
        words = page[hit.end() : hit.end() + 300].partition("</a")[0]
        found.append((unescape(hit[1] or hit[2] or hit[3]), _tidied(unescape(_TAG.sub("", words)))))
        if len(found) == _MOST_LINKS:
            break
    return tuple(found)
