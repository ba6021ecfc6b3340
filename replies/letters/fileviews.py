"""The files of a letter as its templates see them: one by one, the likes of each other together, and bounded.

Brings the values of a Letter into words; decides nothing about a file.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.frozen import frozen, replace
from config.survey import Survey
from intake.shown import clipped
from replies.japanese import era_minute, full_width_number
from replies.letter import FileBlock, Letter
from replies.listed import ListView, NameGroup, remark_text, view_list, view_originals
from replies.points import Point, checks, hints, requests
from replies.wording import Wording

_ORIGINALS_LIMIT = 3  # of more, the municipalities' own sheets are told of together
_FORMLESS_LIMIT = 10  # files without a form that are told one by one
# Of a letter that is summed up:
_FILES_LIMIT = 30
_POINTS_LIMIT = 60  # in all files together, at least one of each
_NAMES_LIMIT = 120  # of bodies in all lists together, at least five of each
_CHANGES_LIMIT = 12  # questions that are named as changed
_REMARK_LIMIT = 300  # characters


@frozen
class FileView:
    """One file as the templates see it: `number` counts the files of the letter, 0 for the mail itself."""

    number: int
    name: str
    kind: str  # 別添１　小慢　神奈川県横浜市
    result: str
    remarks: tuple[str, ...]
    requests: tuple[Point, ...]
    checked: tuple[Point, ...]  # to be looked at, and answered only if it applies
    hints: tuple[Point, ...]
    program: str = ""
    listed: ListView | None = None  # of a collated list, or of originals together
    summed: bool = False  # the places of its points stand in the workbook only

    @property
    def asks(self) -> bool:
        """Whether something is to be mended."""
        return bool(self.requests or (self.listed and (self.listed.blocks or self.listed.apart)))

    @property
    def checks(self) -> bool:
        """Whether something is to be looked at."""
        return bool(self.checked or (self.listed and self.listed.checks))

    @property
    def notices(self) -> bool:
        """Whether there are friendly lines, for next time."""
        return bool(self.hints or (self.listed and self.listed.hints))


def mail_view(letter: Letter, survey: Survey, wording: Wording) -> FileView:
    """The mail itself, with what was found in its subject and its text."""
    found = (letter.findings, survey, wording)
    return FileView(0, wording.phrase["the_mail"], "", "", (), requests(*found), checks(*found), hints(*found))


def file_views(letter: Letter, survey: Survey, wording: Wording) -> tuple[FileView, ...]:
    """The files in the order of the mail; many originals without a request stand together where the first of
    them stood, and of many files without a form some are only counted, at the end."""
    blocks = list(enumerate(letter.files))
    originals = [place for place, block in blocks if _is_original(block)]
    together = originals if len(originals) > _ORIGINALS_LIMIT else []
    counted = _only_counted([(place, block) for place, block in blocks if not (block.form_title or block.rows)])
    apart = {*together[1:], *counted}
    views: list[FileView] = []
    for place, block in ((place, block) for place, block in blocks if place not in apart):
        if place in together[:1]:
            whole = [letter.files[one] for one in together]
            views.append(_originals_view(len(views) + 1, whole, letter, survey, wording))
        else:
            views.append(_file_view(len(views) + 1, block, letter, survey, wording))
    views = _with_offer(views, letter, survey, wording)
    rest = [letter.files[place] for place in sorted(counted)]
    return (*views, *([_rest_view(len(views) + 1, rest, wording)] if rest else []))


def _with_offer(views: list[FileView], letter: Letter, survey: Survey, wording: Wording) -> list[FileView]:
    """The views; a sender of originals without a list is told, behind the last of them, that a list can be made for
    him by mail."""
    words = survey.open_services.collation
    alone = any(map(_is_original, letter.files)) and not any(block.rows for block in letter.files)
    if not words or not alone or letter.kind != "partial":
        return views
    offer = wording.offer["list_by_mail"].format(word=words[0])
    return [*views[:-1], replace(views[-1], remarks=(*views[-1].remarks, offer))]


def _only_counted(formless: list[tuple[int, FileBlock]]) -> frozenset[int]:
    """The places of those files without a form that are not told one by one: what asks for something is told first."""
    by_weight = sorted(formless, key=lambda one: not _asks(one[1]))
    return frozenset(place for place, _ in by_weight[_FORMLESS_LIMIT:])


def _rest_view(number: int, blocks: list[FileBlock], wording: Wording) -> FileView:
    asking = next((block for block in blocks if _asks(block)), None)
    result = _result(asking or blocks[0], wording)
    remarks = (wording.listing["rest_alike"],) if asking else ()
    return FileView(number, _rest_name(len(blocks), wording), "", result, remarks, (), (), ())


def _rest_name(count: int, wording: Wording) -> str:
    return wording.listing["rest"].format(count=full_width_number(count))


def _asks(block: FileBlock) -> bool:
    return any(finding.severity == "error" for finding in block.findings)


def _is_original(block: FileBlock) -> bool:
    return "original" in block.remarks and block.result == "kept" and not _asks(block)


def _result(block: FileBlock, wording: Wording) -> str:
    """What became of a file; there is nothing to mend in one that is no form of ours, or only came the wrong way."""
    if any(finding.code == "sent_directly" for finding in block.findings):
        return wording.listing["directly"]
    if block.result == "correction" and (wording.asks_instead(block.findings) or not block.form_title):
        return wording.listing["again"]
    return wording.result[block.result]


def _originals_view(
    number: int, blocks: list[FileBlock], letter: Letter, survey: Survey, wording: Wording
) -> FileView:
    kinds = {(block.form_title, block.program) for block in blocks}
    return FileView(
        number=number,
        name=wording.listing["originals"].format(count=len(blocks)),
        kind="　".join(part for part in kinds.pop() if part) if len(kinds) == 1 else "",
        result=wording.result["kept"],
        remarks=(),
        requests=(),
        checked=(),
        hints=(),
        listed=view_originals(blocks, letter, survey, wording),
    )


def _file_view(number: int, block: FileBlock, letter: Letter, survey: Survey, wording: Wording) -> FileView:
    remarks = [key for key in block.remarks if not (key == "late" and letter.late)]  # said at the top
    the_list = wording.listing["the_list"] if block.rows else ""
    about = wording.phrase["attributes"].format(names="、".join(block.attributes)) if block.attributes else ""
    kind = "　".join(part for part in (block.form_title, block.program, block.body, the_list, about) if part)
    unnamed = wording.phrase["the_mail" if letter.quotes else "your_file"].format(number=full_width_number(number))
    return FileView(
        number=number,
        name=block.filename or kind or unnamed,
        kind=kind if block.filename else "",
        result=_result(block, wording),
        remarks=(*(_remark(key, block, letter, survey, wording) for key in remarks), *_since(block, wording)),
        requests=requests(block.findings, survey, wording),
        checked=checks(block.findings, survey, wording),
        hints=hints(block.findings, survey, wording),
        program=block.program,
        listed=view_list(block, letter, survey, wording) if block.rows else None,
    )


def _since(block: FileBlock, wording: Wording) -> tuple[str, ...]:
    """What changed since the version before, in one line; empty where there is no such version."""
    if block.since is None:
        return ()
    receipt, at, changed = block.since
    named = "、".join(changed[:_CHANGES_LIMIT])
    if len(changed) > _CHANGES_LIMIT:
        named = wording.versions["more"].format(named=named, count=full_width_number(len(changed) - _CHANGES_LIMIT))
    return (wording.versions["changed" if changed else "same"].format(receipt=receipt, at=era_minute(at), named=named),)


def _remark(key: str, block: FileBlock, letter: Letter, survey: Survey, wording: Wording) -> str:
    """A remark on a file; what only this survey has to say stands in its phrases."""
    if key == "replaces" and block.stood is not None:
        receipt, at = block.stood
        whose = letter.honorific or wording.phrase["body_unknown"]
        return wording.phrase["replaces"].format(honorific=whose, receipt=receipt, at=era_minute(at))
    own = survey.phrases.not_owed if key == "not_owed" else ""
    return remark_text(key, letter, wording) + own


def summed_up(parts: Sequence[FileView], wording: Wording) -> tuple[FileView, ...]:
    """These parts of a mail in so few words that they fit into a letter, whatever was sent; the workbook tells the
    rest."""
    whole, *files = parts
    told, rest = files[:_FILES_LIMIT], files[_FILES_LIMIT:]
    asking = any(view.asks for view in rest)
    result = next((view.result for view in rest if view.asks), rest[0].result if rest else "")
    remarks = (wording.listing["rest_in_book"],) if asking else ()
    last = [FileView(len(told) + 1, _rest_name(len(rest), wording), "", result, remarks, (), (), ())] if rest else []
    parts = (whole, *told, *last)
    points = max(1, _POINTS_LIMIT // max(1, sum(view.asks for view in parts)))
    return tuple(_short(view, points, wording) for view in parts)


def _short(view: FileView, most: int, wording: Wording) -> FileView:
    """A part with at most so many points, without their places, and without friendly lines."""
    points = [
        replace(
            point,
            sentence=point.sentence + wording.listing["places"].format(count=full_width_number(len(point.places))),
            places=(),
        )
        for point in view.requests[:most]
    ]
    remarks = [clipped(remark, _REMARK_LIMIT) for remark in view.remarks]
    if len(view.requests) > most or view.checks:
        remarks.append(wording.listing["rest_in_book"])
    listed = _short_list(view.listed, most) if view.listed else None
    return replace(view, requests=tuple(points), checked=(), hints=(), remarks=tuple(remarks), listed=listed, summed=True)


def _short_list(listed: ListView, most: int) -> ListView:
    number = max(5, _NAMES_LIMIT * most // _POINTS_LIMIT)
    names = [NameGroup(group.label, group.names[:number]) for group in listed.asked]
    return replace(
        listed,
        asked=tuple(names),
        remarks=tuple(clipped(remark, _REMARK_LIMIT) for remark in listed.remarks[:most]),
        requests=tuple(replace(sum_, places=()) for sum_ in listed.requests[:most]),
        checks=(),
        hints=(),
    )
