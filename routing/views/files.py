"""The attachments of a mail as people see them: what each is, what was read of it, and with how much care it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from config.frozen import frozen
from config.patterns import pattern
from intake.submission import FileReading, Submission
from replies.wording import load_wording
from routing.office import Office
from routing.views.sheets import SheetView, sheet_view

# Endings under which a file may be saved: what they open shows text, cells or a picture. All others become .bin.
_PLAIN = frozenset({"xlsx", "pdf", "txt", "csv", "docx", "pptx", "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff"})
_WITH_CARE = frozenset({"xls", "xlsm", "xlsb", "doc", "docm", "ppt", "pptm", "jtd", "jtdc", "rtf", "zip", "msg", "eml"})
_ENDING = pattern(r"\.([A-Za-z0-9]{1,5})\Z")


@frozen
class AttachmentView:
    """One attachment. `size` in bytes; `others`: what was noticed about the file itself; `care`: why to think before it
    is saved, empty where nothing speaks against it."""

    position: int
    name: str
    kind: str
    size: int
    sheets: tuple[SheetView, ...]
    others: tuple[str, ...]
    care: str = ""

    def saved_as(self, receipt: str) -> str:
        """The ASCII name of ours under which it is saved: N0718-AAAA-BBBB-2.xlsx."""
        ending = _ending(self.name)
        return f"{receipt}-{self.position}.{ending if ending in _PLAIN | _WITH_CARE else 'bin'}"


def file_views(submission: Submission | None, office: Office, programs: Mapping[str, str]) -> tuple[AttachmentView, ...]:
    """`programs` by piece, as they were decided: a sheet need not name its own."""
    if submission is None:
        return ()
    wording = load_wording().of(office.register.survey)
    return tuple(
        AttachmentView(
            position=f.position,
            name=f.filename,
            kind=wording.screen["kind_" + f.kind],
            size=f.size,
            sheets=() if submission.alarms else _sheets(f, office, programs),
            others=tuple(wording.sentence(x) for x in f.findings if x.code in wording.finding),
            care=_care(f, bool(submission.alarms)),
        )
        for f in submission.files
        if f.attached or f.sheets or f.form_of == "other"
    )


def _ending(name: str) -> str:
    found = _ENDING.search(name)
    return found[1].lower() if found else ""


def _care(file: FileReading, alarm: bool) -> str:
    words, ending = load_wording().screen, _ending(file.filename)
    if alarm:
        return words["care_alarm"]
    if file.locked:
        return words["care_locked"]
    if ending in _PLAIN:
        return ""
    return words["care_macro" if ending in _WITH_CARE else "care_program"]


def _sheets(file: FileReading, office: Office, programs: Mapping[str, str]) -> tuple[SheetView, ...]:
    decided = (programs.get(f"{file.position}/{n}") or programs.get(str(file.position), "") for n in count(1))
    return tuple(sheet_view(s, file.filename, office, p) for s, p in zip(file.sheets, decided, strict=False))
