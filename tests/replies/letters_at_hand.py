"""Letters built by hand for the tests of this folder: one value per golden file in `letters/`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from config.load import default_survey, load_survey
from config.shape import Severity
from config.survey import Survey
from intake.finding import CATALOGUE, Finding
from replies.letter import FileBlock, FileResult, Letter, OwedProgram, PartsBlock, PassedTo, RowBlock

FILE = "【神奈川県】マイナンバーアンケート回答"


def the_survey() -> Survey:
    """The survey that comes with the program."""
    return load_survey(default_survey())


def at(text: str) -> datetime:
    """`text` is day and time of July 2023, JST: "20 14:03:12"."""
    return datetime.fromisoformat(f"2023-07-{text.replace(' ', 'T')}+09:00")


def letter(survey: Survey) -> Letter:
    """An acknowledgement to 神奈川県 for its 難病, one day before the deadline; 小慢 is still owed."""
    return Letter(
        kind="acknowledgement",
        receipt="N-0123",
        received_at=at("20 14:03:12"),
        late=False,
        after_deadline=False,
        mailbox=survey.mailbox("n_mynumber"),
        extensions=(("難病", "2298・2355"), ("小慢", "7937")),
        addressee="神奈川県",
        department="健康医療局保健医療部がん・疾病対策課",
        honorific="貴県",
        subject=FILE,
        findings=(),
        files=(block(f"{FILE}（難病）.xlsx", "難病"),),
        owed_here=(OwedProgram("小慢", "outstanding"),),
        owed_elsewhere=(OwedProgram("予防接種", "outstanding", ("神奈川県鎌倉市",)), OwedProgram("自治体検診", "held")),
    )


def block(
    filename: str, program: str, result: FileResult = "accepted", findings: tuple[Finding, ...] = ()
) -> FileBlock:
    """One file of 神奈川県 on 別添１ (自治体検診: 別添２)."""
    form = "別添２" if program == "自治体検診" else "別添１"
    return FileBlock(filename, form, program, "神奈川県", result, findings)


def noticed(code: str, cell: str = "", **more: str) -> Finding:
    """A finding with the catalogue's own severity, on the sheet 「様式」 if it has a cell."""
    severity: Severity = CATALOGUE[code].severity
    return Finding(code, severity, sheet="様式" if cell else "", cell=cell, **more)


def after_deadline(survey: Survey) -> Letter:
    """Received 102 seconds too late, from a core city whose answers are now all there."""
    asked = "【神奈川県横須賀市】マイナンバーアンケート回答"
    findings = (
        noticed("legacy_format", found=".xls"),
        noticed("should_be_blank", "E30", question="8-2", expected="空欄（Q8-1で②のため）"),
    )
    sheet = FileBlock("回答.xls", "別添１", "予防接種", "神奈川県横須賀市", "accepted", findings)
    cover = FileBlock("鑑文.pdf", "", "", "", "kept", (), ("supporting",))
    return replace(
        letter(survey),
        receipt="Y-0877",
        received_at=at("21 17:01:42"),
        late=True,
        after_deadline=True,
        mailbox=survey.mailbox("yoboseshu"),
        extensions=(("予防接種", "8917・8915"),),
        addressee="神奈川県横須賀市",
        department="",
        honorific="貴市",
        subject="RE: Re: アンケート",
        findings=(noticed("subject_absent", found="アンケート", expected=asked),),
        files=(sheet, cover),
        owed_here=(),
        owed_elsewhere=(OwedProgram("自治体検診", "outstanding"),),
    )


ANSWERS_MISSING = (
    ("E18", "2", "①～④のいずれか"),
    ("E20", "3", "①～②のいずれか"),
    ("E21", "4", "①～③のいずれか"),
    ("E22", "5", "①～②のいずれか"),
    ("E26", "7-2", "①～②のいずれか"),
    ("E27", "7-3", "①～②のいずれか"),
    ("E34", "8-2", "①～②のいずれか"),
    ("E35", "9", "①～④のいずれか"),
    ("E36", "10", "①～④のいずれか"),
    ("E40", "a", "①～③のいずれか"),
    ("E41", "b", "①～⑤のいずれか"),
    ("E43", "c", "①～⑤のいずれか"),
)
EITHER = "①～②のいずれか"
KINDS = "都道府県、指定都市、中核市、市区町村"
MARK = "②組織内の住基システム等により確認している。"
OUTLINE = "①を選択の場合、「別途の方法」の概要を記載してください。"
MONTH = "③を選択の場合、予定年月を記載してください。"
NEAR = "もしかして：14神奈川県相模原市"
MANY = (
    noticed("field_missing", "E8", label="担当部署名"),
    noticed("field_missing", "E12", label="電話番号"),
    noticed("body_unknown", "E7", label="組織名", found="14神奈川県相模市", expected=NEAR),
    noticed("field_not_a_choice", "E5", label="組織区分", found="政令市", expected=KINDS),
    *(noticed("answer_missing", cell, question=q, expected=wanted) for cell, q, wanted in ANSWERS_MISSING),
    noticed("answer_not_a_choice", "E25", question="7-1", found="一部取得している", expected=EITHER),
    noticed("answer_not_a_choice", "E45", question="d", found="はい", expected=EITHER),
    noticed("marks_none", "E28", question="7-4", expected="〇"),
    noticed("mark_unreadable", "E24", question="6", label=MARK, found="△", expected="〇"),
    noticed("text_missing", "F33", question="8-1", label=OUTLINE),
    noticed("text_unreadable", "F19", question="2", label=MONTH, found="未定です", expected="令和５年９月"),
    noticed("error_value", "E23", question="6", found="#REF!"),
    noticed("text_unneeded", "F42", question="b", found="委託先の職員が入力", expected="空欄"),
)


def many_findings(survey: Survey) -> Letter:
    """A correction on one sheet with two dozen findings of all sorts, and a subject left as printed."""
    printed = "【都道府県・指定都市・中核市名】マイナンバーアンケート回答"
    asked = "【神奈川県相模原市】マイナンバーアンケート回答"
    name = "【相模原市】マイナンバーアンケート回答.xlsx"
    return replace(
        letter(survey),
        kind="correction",
        receipt="S-0045",
        mailbox=survey.mailbox("sukoyaka"),
        extensions=(("自治体検診", "2940・8871"),),
        addressee="神奈川県相模原市",
        department="",
        honorific="貴市",
        subject=printed,
        findings=(noticed("subject_placeholder", found=printed, expected=asked),),
        files=(FileBlock(name, "別添２", "自治体検診", "神奈川県相模原市", "correction", MANY),),
        owed_here=(OwedProgram("自治体検診", "correction"),),
        owed_elsewhere=(),
    )


def late_correction(survey: Survey) -> Letter:
    """A workbook with a password, received in time; written after the deadline."""
    files = (FileBlock(f"{FILE}.xlsx", "", "", "", "correction", (noticed("encrypted"),)),)
    return replace(
        letter(survey),
        kind="correction",
        received_at=at("21 16:58:03"),
        after_deadline=True,
        files=files,
        owed_here=(OwedProgram("難病", "correction"), OwedProgram("小慢", "outstanding")),
        owed_elsewhere=(),
    )


def mended_late(survey: Survey) -> Letter:
    """Handed in in time, to be mended, and mended on the Monday after the deadline."""
    return replace(letter(survey), received_at=at("24 10:12:45"), after_deadline=True, mended=True)


def in_extension(survey: Survey) -> Letter:
    """The deadline was extended for this respondent, and its answer came in between."""
    return replace(
        letter(survey), received_at=at("25 09:30:00"), deadline=at("28 17:00:00"), in_extension=True
    )


def last_hours(survey: Survey) -> Letter:
    """A blank answer, written ten minutes before the deadline."""
    missing = noticed("answer_missing", "E21", question="5")
    return replace(
        letter(survey),
        kind="correction",
        received_at=at("21 16:48:30"),
        last_hours=True,
        files=(block(f"{FILE}.xlsx", "難病", "correction", (missing,)),),
        owed_here=(OwedProgram("難病", "correction"),),
        owed_elsewhere=(),
    )


def no_file(survey: Survey) -> Letter:
    """A subject without an attachment."""
    return replace(
        letter(survey),
        kind="correction",
        findings=(noticed("no_file"),),
        files=(),
        owed_here=(OwedProgram("難病", "outstanding"), OwedProgram("小慢", "outstanding")),
        owed_elsewhere=(),
    )


MARKS_NONE = noticed("marks_none", "E28", question="7-4", expected="〇")


def partial(survey: Survey) -> Letter:
    """One file accepted, one to be mended while an earlier version stands, one that a person looks at."""
    files = (
        block(f"{FILE}（難病）.xlsx", "難病"),
        replace(
            block(f"{FILE}（小慢）.xlsx", "小慢", "correction", (MARKS_NONE,)),
            remarks=("stands",),
        ),
        FileBlock(f"{FILE}（その他）.xlsx", "", "", "", "held"),
    )
    return replace(letter(survey), kind="partial", files=files, owed_here=(OwedProgram("小慢", "correction"),))


def list_wanted(survey: Survey) -> Letter:
    """Originals of municipalities came without the list that collects them."""
    originals = tuple(
        FileBlock(f"【{name}】回答.xlsx", "別添１", "予防接種", f"神奈川県{name}", "kept", (), ("original",))
        for name in ("鎌倉市", "藤沢市")
    )
    owed = OwedProgram("予防接種", "partial", ("神奈川県鎌倉市", "神奈川県藤沢市", "神奈川県逗子市"))
    return replace(
        letter(survey),
        kind="partial",
        receipt="Y-0101",
        mailbox=survey.mailbox("yoboseshu"),
        extensions=(("予防接種", "8917・8915"),),
        files=originals,
        owed_here=(owed,),
        owed_elsewhere=(),
    )


def arrival(survey: Survey) -> Letter:
    """Held: a body that we cannot tell."""
    unknown = replace(letter(survey), addressee="", honorific="", subject="", owed_here=(), owed_elsewhere=())
    return replace(unknown, kind="arrival", files=())


def duplicate(survey: Survey) -> Letter:
    """The same content once more, by the sender's own hand."""
    return replace(letter(survey), kind="duplicate", receipt="N-0130", first_receipt="N-0123", files=())


def transfer(survey: Survey) -> Letter:
    """予防接種 came to the mailbox of 難病."""
    files = (
        block(f"{FILE}（難病）.xlsx", "難病"),
        replace(block(f"{FILE}（予防接種）.xlsx", "予防接種"), remarks=("transfer",)),
    )
    to = PassedTo(survey.mailbox("yoboseshu"), (("予防接種", "8917・8915"),))
    return replace(letter(survey), kind="transfer", files=files, passed_to=(to,))


def first_of_three(survey: Survey) -> Letter:
    """（1/3）, in whose text something is asked: what has come, and no word of what has not."""
    parts = PartsBlock(1, 3, (1,), (2, 3), ("N-0123",), open=True)
    return replace(letter(survey), parts=parts, question=True, owed_here=(), owed_elsewhere=())


def last_of_three(survey: Survey) -> Letter:
    """（3/3）, after which the whole is told; and the last automatic mail of the day."""
    receipts = ("N-0121", "N-0122", "N-0123")
    parts = PartsBlock(3, 3, (1, 2, 3), (), receipts, open=False)
    return replace(letter(survey), parts=parts, last_today=True)


def second_of_three_missing(survey: Survey) -> Letter:
    """The follow-up when （2/3） has not come in its time."""
    parts = PartsBlock(3, 3, (1, 3), (2,), ("N-0121", "N-0123"), open=False)
    return replace(letter(survey), kind="parts", parts=parts)


def redirect(survey: Survey) -> Letter:
    """Rule `direct`: a municipality whose answer its prefecture collects has written to us."""
    made = letter(survey)
    city, subject = "神奈川県鎌倉市", "【鎌倉市】マイナンバーアンケート回答"
    directly = replace(block("鎌倉市.xlsx", "予防接種", "correction", (noticed("sent_directly"),)), body=city)
    made = replace(made, kind="redirect", files=(directly,), owed_here=(), owed_elsewhere=(), subject=subject)
    return replace(made, addressee=city, department="健康福祉部", honorific="貴市")


def pre_check(survey: Survey) -> Letter:
    """Checked before it is handed in: one file to be mended, one with nothing to mend, and nothing of it is accepted."""
    asked = (noticed("answer_missing", "E21", question="5"),)
    files = (
        block(f"{FILE}（難病）.xlsx", "難病", "correction", asked),
        block(f"{FILE}（小慢）.xlsx", "小慢"),
    )
    made = replace(letter(survey), kind="pre_check", files=files, owed_here=(), owed_elsewhere=(), standing_told=False)
    return replace(made, subject=f"【事前確認】{FILE}")


def pre_check_clean(survey: Survey) -> Letter:
    """A municipality's own sheet, on the last day: nothing to mend, and its prefecture hands it in."""
    city = "神奈川県鎌倉市"
    made = replace(pre_check(survey), files=(replace(block("鎌倉市.xlsx", "予防接種"), body=city),), municipality=True)
    return replace(made, addressee=city, department="", honorific="貴市", received_at=at("21 16:59:00"))


def collation(survey: Survey) -> Letter:
    """A list of three: one to be mended, one in order; and one municipality that is missing."""
    asked = (noticed("answer_missing", "E21", question="5"),)
    rows = (
        RowBlock("142042", "鎌倉市", 2, "accepted"),
        RowBlock("142051", "藤沢市", 3, "correction", asked),
    )
    name = f"{FILE}（予防接種）.xlsx"
    listed = replace(block(name, "予防接種", "correction"), rows=rows)
    stray = FileBlock("横浜市.xlsx", "別添１", "予防接種", "神奈川県横浜市", "kept", (), ("not_listed",))
    owed = (OwedProgram("予防接種", "outstanding", ("神奈川県小田原市",), 3),)
    made = replace(letter(survey), kind="collation", files=(listed, stray), owed_here=owed, owed_elsewhere=())
    return replace(made, subject=f"【一覧表作成】{FILE}", standing_told=False)


LETTERS = {
    "collation": collation,
    "pre_check": pre_check,
    "pre_check_clean": pre_check_clean,
    "parts_first": first_of_three,
    "parts_last": last_of_three,
    "parts_missing": second_of_three_missing,
    "acknowledgement": letter,
    "acknowledgement_late": after_deadline,
    "correction_many": many_findings,
    "correction_after_deadline": late_correction,
    "correction_no_file": no_file,
    "acknowledgement_mended_late": mended_late,
    "acknowledgement_in_extension": in_extension,
    "correction_last_hours": last_hours,
    "partial": partial,
    "partial_list_wanted": list_wanted,
    "arrival": arrival,
    "duplicate": duplicate,
    "transfer": transfer,
    "redirect": redirect,
}
