"""A strict reader of our HTML pages: tags, texts, tables, as a browser would see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"meta", "br", "link", "img", "hr", "input"}


@dataclass
class Element:
    """One element with its attributes, its own texts and children in order."""

    tag: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it, styles aside."""
        if self.tag in ("style", "title") and self.tag == "style":
            return ""
        return "".join(x if isinstance(x, str) else x.text for x in self.inside)

    def all(self, tag: str = "", of_class: str = "") -> list[Element]:
        """The elements below with this tag and class, in order; empty: any."""
        found: list[Element] = []
        for child in self.inside:
            if isinstance(child, Element):
                if tag in ("", child.tag) and (
                    not of_class or of_class in child.attributes.get("class", "").split()
                ):
                    found.append(child)
                found += child.all(tag, of_class)
        return found

    def rows(self) -> list[list[str]]:
        """The body of a table, cell by cell, each text in one line."""
        body = self.all("tbody")[0]
        return [
            [" ".join(cell.text.split()) for cell in row.inside if isinstance(cell, Element)]
            for row in body.all("tr")
        ]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)


def parsed(page: str) -> Element:
    """The page as a tree; AssertionError where tags are not well nested."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert len(reader._open) == 1, f"<{reader._open[-1].tag}> is not closed"
    return reader.root
