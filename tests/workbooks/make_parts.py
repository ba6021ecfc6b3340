"""Workbooks whose parts were written by other programs, or by somebody hostile: made part by part (ECMA-376).

Writes bytes only; what must be found in each stands in `expected.toml`, by hand.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable, Mapping

import msoffcrypto
from msoffcrypto.format.ooxml import OOXMLFile

from tests.workbooks.forms_at_hand import COMPLETE, filled

SHEET = "xl/worksheets/sheet1.xml"
TYPES = "[Content_Types].xml"
BOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
Edit = Callable[[bytes], bytes]


def rezipped(data: bytes, edits: Mapping[str, Edit], added: Mapping[str, bytes] | None = None) -> bytes:
    """An archive with some parts edited and others added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            part = old.read(info)
            new.writestr(_dated(info.filename), edits.get(info.filename, lambda p: p)(part))
        for name, part in (added or {}).items():
            new.writestr(_dated(name), part)
    return out.getvalue()


def _dated(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def swapped(old: str, new: str) -> Edit:
    """Replaces a text that must be there."""

    def edit(part: bytes) -> bytes:
        assert old.encode() in part, old
        return part.replace(old.encode(), new.encode())

    return edit


def form(edit: Edit, part: str = SHEET) -> bytes:
    """A complete form with one part edited."""
    return rezipped(filled({}), {part: edit})


def _furigana() -> bytes:
    """Excel keeps the reading of a name beside it (18.4.6)."""
    reading = '<rPh sb="0" eb="7"><t>ヨコハマシ</t></rPh><phoneticPr fontId="1"/></is>'
    return form(swapped("<t>14神奈川県横浜市</t></is>", f"<t>14神奈川県横浜市</t>{reading}"))


def _rich_text() -> bytes:
    runs = "<r><t>14神奈川</t></r><r><rPr><b/></rPr><t>県横浜市</t></r>"
    return form(swapped("<t>14神奈川県横浜市</t>", runs))


def _carriage_return() -> bytes:
    text = COMPLETE["8-1-text"]
    return form(swapped(f"<t>{text}</t>", "<t>マニュアルあり。_x000D_\n二人で確認する。_x005F_</t>"))


def _prefixed() -> bytes:
    """Open XML SDK and others write a prefix before every element."""

    def edit(part: bytes) -> bytes:
        text = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", part)
        return text.replace(b"xmlns=", b"xmlns:x=", 1)

    return form(edit)


def _without_references() -> bytes:
    """A cell without r stands right of the one before it (18.3.1.4); every blank one is written."""
    return form(lambda part: re.sub(rb'(<c) r="[A-Z]+\d+"', rb"\1", part))


def _wrong_dimension() -> bytes:
    return form(lambda part: re.sub(rb'<dimension ref="[^"]+"', b'<dimension ref="A1"', part))


def _other_slashes() -> bytes:
    """Some programs on Windows write back-slashes and capitals into the names of parts."""
    data = filled({})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            name = info.filename.replace("worksheets/sheet", "Worksheets/Sheet")
            written = _dated(name)
            written.filename = name.replace("/", "\\")
            new.writestr(written, old.read(info))
    return out.getvalue()


def _external_link() -> bytes:
    """A formula into another file, with the value that it last had."""
    cell = re.compile(rb'<c r="D6"( s="\d+")? t="inlineStr"><is><t>[^<]*</t></is></c>')

    def edit(part: bytes) -> bytes:
        linked = rb'<c r="D6"\1 t="str"><f>[1]Sheet1!$B$2</f><v>&#20581;&#24247;&#35506;</v></c>'
        edited, times = cell.subn(linked, part)
        assert times == 1
        return edited

    link = (
        '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<externalBook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
        ' r:id="rId1"><sheetNames><sheetName val="Sheet1"/></sheetNames></externalBook></externalLink>'
    )
    target = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship'
        ' Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'externalLinkPath" Target="file:///\\\\server\\share\\book.xlsx" TargetMode="External"/></Relationships>'
    )
    added = {
        "xl/externalLinks/externalLink1.xml": link.encode(),
        "xl/externalLinks/_rels/externalLink1.xml.rels": target.encode(),
    }
    return rezipped(filled({}), {SHEET: edit}, added)


def _macro() -> bytes:
    sheet = "officedocument.spreadsheetml.sheet.main+xml"
    types = swapped(
        f"application/vnd.openxmlformats-{sheet}", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    )
    return rezipped(
        filled({"9": None}), {TYPES: types}, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(60)}
    )


def _default_password() -> bytes:
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(filled({"9": None}))).encrypt("VelvetSweatshop", out)
    return out.getvalue()


def _empty_rows() -> bytes:
    """A million styled rows without a value, as after formatting whole columns."""
    return form(
        lambda part: part.replace(b"</sheetData>", b'<row><c s="1"/></row>' * 1_000_000 + b"</sheetData>")
    )


def _lying_directory() -> bytes:
    """30 MB under an announcement of 1,000 bytes, in the directory and before the part itself."""
    data = bytearray(rezipped(filled({}), {SHEET: lambda part: part + b" " * 30_000_000}))
    name = SHEET.encode()
    local = data.index(name) - 30
    central = data.rindex(name) - 46
    struct.pack_into("<I", data, local + 22, 1_000)
    struct.pack_into("<I", data, central + 24, 1_000)
    return bytes(data)


def _entity_in_strings() -> bytes:
    """Nested entities in the table of strings, which no worksheet's XML shows."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    table = (
        f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY l0 "ha">{laughs}]><sst xmlns="http://schemas.'
        'openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="1"><si><t>&l9;</t></si></sst>'
    )
    cell = swapped("<is><t>14神奈川県横浜市</t></is>", "<v>0</v>")
    typed: Edit = lambda part: re.sub(rb't="inlineStr"(><v>0)', rb't="s"\1', cell(part))  # noqa: E731
    return rezipped(
        filled({}),
        {SHEET: typed, TYPES: _typed_strings, RELATIONS: _related_strings},
        {"xl/sharedStrings.xml": table.encode()},
    )


def _typed_strings(part: bytes) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    return part.replace(
        b"</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    )


def _related_strings(part: bytes) -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    entry = f'<Relationship Id="rId99" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
    return part.replace(b"</Relationships>", entry.encode())


def _one_string_everywhere() -> bytes:
    """One text of 32,000 characters shown by 290,000 cells: 60 KB that hold nine thousand million characters."""
    text = "申" * 32_000
    table = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="1">'
        f"<si><t>{text}</t></si></sst>"
    )
    rows = b"<row>" + b'<c t="s"><v>0</v></c>' * 290 + b"</row>"
    return rezipped(
        filled({}),
        {
            SHEET: lambda part: part.replace(b"</sheetData>", rows * 1_000 + b"</sheetData>"),
            TYPES: _typed_strings,
            RELATIONS: _related_strings,
        },
        {"xl/sharedStrings.xml": table.encode()},
    )


def _many_parts() -> bytes:
    return rezipped(filled({}), {}, {f"xl/media/{n}.bin": b"" for n in range(3_000)})


def _deep() -> bytes:
    """Two hundred thousand elements within one another."""
    deep = b"<a>" * 200_000 + b"</a>" * 200_000
    return form(lambda part: part.replace(b"</worksheet>", b"<extLst>" + deep + b"</extLst></worksheet>"))


def _too_many_cells() -> bytes:
    rows = b"<row>" + b"<c><v>1</v></c>" * 100 + b"</row>"
    return form(lambda part: part.replace(b"</sheetData>", rows * 3_500 + b"</sheetData>"))


def _csv() -> bytes:
    return "制度等,組織区分,属性,組織名\r\n予防接種,市区町村,,14神奈川県中井町\r\n".encode("cp932")


def _residents_csv() -> bytes:
    rows = [f"架空　太郎,19{50 + n}/4/1,架空町{n}番地" for n in range(15)]
    return "\r\n".join(["氏名,生年月日,住所", *rows]).encode("cp932")


def is_encrypted(data: bytes) -> bool:
    """Whether it asks for a password, by msoffcrypto's own word."""
    return bool(msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted())


PARTS: Mapping[str, Callable[[], bytes]] = {
    "furigana.xlsx": _furigana,
    "rich_text.xlsx": _rich_text,
    "carriage_return.xlsx": _carriage_return,
    "prefixed.xlsx": _prefixed,
    "without_references.xlsx": _without_references,
    "wrong_dimension.xlsx": _wrong_dimension,
    "other_slashes.xlsx": _other_slashes,
    "external_link.xlsx": _external_link,
    "macro_form.xlsm": _macro,
    "default_password.xlsx": _default_password,
    "empty_rows.xlsx": _empty_rows,
    "lying_directory.xlsx": _lying_directory,
    "entity_in_strings.xlsx": _entity_in_strings,
    "one_string_everywhere.xlsx": _one_string_everywhere,
    "many_parts.xlsx": _many_parts,
    "deep.xlsx": _deep,
    "too_many_cells.xlsx": _too_many_cells,
    "csv_renamed.xlsx": _csv,
    "residents.csv": _residents_csv,
}
