"""A survey of schools and hospitals: the bodies are in a CSV file of its folder, and are answered, reminded and reported
as any other.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from config.codes import why_no_code
from config.errors import SurveyError
from config.names import why_no_body
from intake.answers import AttachedFile, read_file
from intake.submission import Claim
from replies.workbooks.collated_list import write_list
from replies.workbooks.form import FillValue, fill
from routing.authoring.trial import try_all
from routing.cli.app import run_command
from routing.notices.remind import recipients
from routing.notices.reminding import at_hand
from routing.reading.reader import Reader
from routing.register import Register, build_register
from routing.tracking.instant import open_instant
from routing.tracking.national import overview
from routing.tracking.report_files import write_all
from tests.routing.clubs_at_hand import open_at
from tests.routing.desk_at_hand import Office, mail
from tests.routing.test_direct_respondents import GAKUDO, NOW, REMINDER

SENDER = "kyoto@mail.oshika-es.example"
SCHOOLS = """code,name,kind,prefecture,kana,domains
200001,大鹿村立大鹿小学校,小学校,長野県,おおしかしょうがっこう,oshika.example oshika-es.example
200002,大鹿村立大鹿中学校,中学校,長野県,,oshika.example
131101,府中市立第一小学校,小学校,東京都,,
340011,府中市立第一小学校,小学校,広島県,,fuchu.example
"""


def folder_of(tmp_path: Path, roster: str = SCHOOLS, *changes: tuple[str, str]) -> Path:
    folder = tmp_path / "survey"
    shutil.copytree(GAKUDO, folder)  # of municipalities
    text = (folder / "survey.toml").read_text(encoding="utf-8")
    kinds = 'respondents = ["ward", "city", "town", "village"]'
    own = ('id = "gakudo2024"', 'id = "schools"\nroster = "schools.csv"')
    every = (own, ('["designated", "core"]', '["中学校"]'), (kinds, 'respondents = ["小学校"]'))
    for old, new in (*every, *changes):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "survey.toml").write_text(text, encoding="utf-8")
    (folder / "schools.csv").write_text(roster, encoding="utf-8")
    return folder


def text_of(data: bytes) -> str:
    return message_from_bytes(data, policy=default).get_body().get_content().replace("\n", "")  # type: ignore[union-attr]


def mistakes(folder: Path) -> list[str]:
    try:
        build_register(folder)
    except SurveyError as error:
        return [str(mistake) for mistake in error.mistakes]
    return []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(tmp_path_factory.mktemp("schools"))


@pytest.fixture(scope="module")
def office(folder: Path) -> Iterator[Callable[[Path], Office]]:
    register = build_register(folder)
    with closing(Reader(folder)) as reader:

        def opened(place: Path) -> Office:
            return open_at(place, register, reader, NOW)

        yield opened


def answer(register: Register, name: str, sender: str, **changes: FillValue) -> bytes:
    survey = register.survey
    values: dict[str, FillValue] = {"organisation": name, "department": "教頭", "email": sender, "2": 1, "3": 1, "6": 2}
    sheet = fill(survey.form("yoshiki1"), survey, values | changes)
    subject = f"【{name}】{survey.convention.text}"
    return mail({f"{subject}.xlsx": sheet}, subject, sender, headers={"To": "gakudo@cfa.example"})


def test_a_school_is_booked_reminded_and_counted(office: Callable[[Path], Office], tmp_path: Path) -> None:
    made = office(tmp_path)
    register = made.desk.register
    (piece,) = (settled := made.settle(answer(register, "大鹿村立大鹿小学校", SENDER), mailbox="gakudo")).decided.pieces
    assert (piece.decision.outcome, piece.part, piece.identity.body) == ("accepted", "own", "200001")
    assert settled.reply is not None and settled.reply.kind == "acknowledgement"
    assert "大鹿村立大鹿小学校" in text_of(settled.reply.data)
    assert piece.sheet is not None and piece.sheet.findings == ()  # nobody asks a school for 20長野県…
    made.now = REMINDER
    written = {r.lgcode for r in recipients(at_hand(made.desk), REMINDER, made.now, ["gakudo"])}
    assert written <= {"131101", "340011"}
    country = overview(open_instant(made.ledger, register, NOW))
    assert {city.lgcode: city.kind for city in country.cities} == {
        "200001": "小学校", "200002": "中学校", "131101": "小学校", "340011": "小学校",
    }  # fmt: skip
    assert {tile.code: (tile.total, tile.accepted) for tile in country.tiles if tile.total} == {
        "13": (1, 0), "20": (2, 1), "34": (1, 0),
    }  # fmt: skip
    assert list(write_all(open_instant(made.ledger, register, NOW), tmp_path / "reports")) == ["snapshot", "overview"]
    page = (tmp_path / "reports" / "全国_提出状況_取扱注意.html").read_text(encoding="utf-8")
    assert "大鹿村立大鹿小学校" in page
    made.ledger.close()


def test_what_is_wrong_is_asked_of_the_school_by_its_name(office: Callable[[Path], Office], tmp_path: Path) -> None:
    made = office(tmp_path)
    settled = made.settle(answer(made.desk.register, "大鹿村立大鹿小学校", SENDER, **{"6": "たぶん"}), mailbox="gakudo")
    assert settled.reply is not None and settled.reply.kind == "correction"
    text = text_of(settled.reply.data)
    assert "大鹿村立大鹿小学校" in text and "貴村" not in text
    made.ledger.close()


def test_a_name_that_two_prefectures_have_is_not_guessed(office: Callable[[Path], Office], tmp_path: Path) -> None:
    made = office(tmp_path)
    register = made.desk.register
    settled = made.settle(answer(register, "府中市立第一小学校", "a@nobody.example"), mailbox="gakudo")
    assert settled.decided.mail.rule == "unknown_sender"
    (piece,) = made.settle(answer(register, "府中市立第一小学校", "a@fuchu.example"), mailbox="gakudo").decided.pieces
    assert (piece.decision.outcome, piece.identity.body) == ("accepted", "340011")
    made.ledger.close()


def test_a_municipality_is_known_and_owes_nothing(office: Callable[[Path], Office], tmp_path: Path) -> None:
    made = office(tmp_path)
    sender = "jumin@vill.ooshika.nagano.jp"
    (piece,) = made.settle(answer(made.desk.register, "長野県大鹿村", sender), mailbox="gakudo").decided.pieces
    assert (piece.identity.body, piece.decision.rule) == ("204170", "not_owed")
    made.ledger.close()


def test_the_survey_check_fills_the_form_in_as_each_kind_of_body(folder: Path) -> None:
    register = build_register(folder)
    trials = list(try_all(register.survey, register.roster))
    assert {trial.body.kind for trial in trials} == {"小学校", "中学校"}
    assert [fault for trial in trials for fault in trial.faults] == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("大鹿小学校", "貴校"), ("中央病院", "貴院"), ("教育委員会", "貴会"), ("センター", "貴センター"),
        ("広域連合", "貴機関"),
        ("東京消防庁", "貴庁"), ("足柄消防組合（小田原市ほか）消防本部", "貴本部"), ("若葉病院（分院）", "貴院"),
        ("株式会社みどり", "貴社"), ("第一工業（株）", "貴社"), ("医療法人（社団）青空会　青空病院", "貴院"),
    ],
)  # fmt: skip
def test_how_it_is_addressed(tmp_path: Path, name: str, said: str) -> None:
    folder = folder_of(tmp_path, f"code,name,kind,prefecture\n200001,{name},小学校,長野県\n200002,乙校,中学校,長野県\n")
    roster = build_register(folder).roster
    body = roster.by_code("200001")
    assert body is not None and roster.honorific(body) == said


def test_every_mistake_of_both_files_is_told_at_once(tmp_path: Path) -> None:
    rows = [
        "200001,大鹿小学校,小学校,長野県,,", "20000,大鹿中学校,中学校,長野県,,", "1.4E+12,大鹿西小学校,小学校,長野県,,",
        "200000,県立学校,小学校,長野県,,", "200004,,小学校,長野,,", "200005,大鹿 小学校,小学校,長野県,,",
        "200001,北小学校,prefecture,長野県,,", "200007,南小学校,小学校,長野県,,,x", "Ｂ２０,東小学校,小学校,長野県,,",
        "20 10,西小学校,小学校,長野県,,", "200008,中小学校,小学校,長野県,K-2,", "K-10,甲教育委員会,教育委員会,,K-11,",
        "K-11,乙教育委員会,教育委員会,,K-10,", "K-1,丙教育委員会,教育委員会,,,", "200009,丁小学校,小学校,山梨県,204170,",
        "200010,大鹿村,小学校,長野県,,", "200011,戊小学校,小学校,長野県,,gmail.com @a",
    ]  # fmt: skip
    text = "code,name,kind,prefecture,parent,domains\n" + "\n".join(rows) + "\n"
    told = mistakes(folder_of(tmp_path, text, ('receipt_prefix = "G"', 'receipt_prefix = "テ"')))
    assert told == [
        "survey.toml 28行目: mailboxes.1.receipt_prefix（「gakudo」）: 半角の英大文字か数字（１～４文字）にしてください。",
        "schools.csv 3行目: code: 20000 は長野県のものです。",
        "schools.csv 4行目: code: 「1.4E+12」：Excel が桁を丸めています。"
        "列を「文字列」にし、元の番号を入れ直してください。",
        "schools.csv 5行目: code: 200000 は長野県のものです。",
        "schools.csv 6行目: name: 空にはできません。",
        "schools.csv 6行目: prefecture: 都道府県「長野」はありません（例：長野県）。もしかして「長野県」ですか。",
        "schools.csv 7行目: name: 長野県に「大鹿 小学校」が2つあります（2行目「大鹿小学校」）。"
        "市町村名などを付けて、区別できる名称にしてください。",
        "schools.csv 8行目: kind: prefecture は書けません（地方公共団体は、団体一覧にあります）。",
        "schools.csv 8行目: code: 200001 は2行目の大鹿小学校と同じです。",
        "schools.csv 9行目: 見出しより列が多くあります。",
        "schools.csv 10行目: code: 「Ｂ２０」：半角で B20 と書いてください。",
        "schools.csv 11行目: code: 「20 10」：半角の英数字と、間の「-」だけで書いてください（空白は使えません）。",
        "schools.csv 12行目: parent: code が「K-2」の団体は、このファイルにも団体一覧にもありません。"
        "もしかして「K-1」ですか。",
        "schools.csv 13行目: parent: 上位の団体をたどると、自分に戻ります（K-10 → K-11 → K-10）。",
        "schools.csv 14行目: parent: 上位の団体をたどると、自分に戻ります（K-11 → K-10 → K-11）。",
        "schools.csv 15行目: prefecture: 都道府県（例：長野県）か、都道府県の分かる parent を書いてください。",
        "schools.csv 16行目: prefecture: 山梨県ですが、parent の大鹿村は長野県の団体です。",
        "schools.csv 17行目: name: 「大鹿村」は、団体一覧の長野県大鹿村と区別できません。",
        "schools.csv 18行目: domains: gmail.com は、ほかの人も使うドメインです。",
        "schools.csv 18行目: domains: 「@a」はドメインではありません（例：oshika.ed.jp）。",
    ]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("A1", "3文字から20文字まで"), ("1" * 21, "3文字から20文字まで"), ("ABC", "数字を1つ以上"), ("2024", "5桁以上"),
        ("-12", "間の「-」だけ"), ("1.40000E+12", "Excel が桁を丸めています"),
        ("Ａ１２", "半角で A12 と"), ("１４−００１", "半角で 14-001 と"),
        ("14_001", "間の「-」だけ"), ("", "間の「-」だけ"),
    ],
)  # fmt: skip
def test_what_is_no_code(code: str, told: str) -> None:
    assert told in why_no_code(code)


@pytest.mark.parametrize("code", ["B114210000019", "0112345678", "14-003", "a-1-2", "200001"])
def test_what_is_one(code: str) -> None:
    assert why_no_code(code) == ""


def test_whose_answers_nobody_collects_is_told(tmp_path: Path) -> None:
    rows = ["K-1,甲教育委員会,中学校,長野県,", "A-1,乙小学校,公立,長野県,K-1", "A-2,丙小学校,公立,東京都,"]
    text = "code,name,kind,prefecture,parent\n" + "\n".join(rows) + "\n"
    board = ('respondents = ["中学校"]\nown = "demanded"', 'respondents = ["中学校"]\nown = "none"\ncollected = ["公立"]')
    other = ('respondents = ["小学校"]', 'respondents = ["prefecture"]')
    assert mistakes(folder_of(tmp_path / "a", text, board, other)) == [
        "survey.toml 43行目: duties.1.collected: 取りまとめる団体（中学校）が上位にない団体があります（A-2 丙小学校）。"
    ]
    typed = (board[0], board[1].replace("公立", "公率"))
    assert mistakes(folder_of(tmp_path / "b", text, typed, other)) == [
        "survey.toml 43行目: duties.1.collected: 「公率」という団体コード、種別は団体一覧にありません。"
    ]


def test_a_number_that_is_shorter_than_its_like_lost_the_zero_in_front(tmp_path: Path) -> None:
    rows = ["0110000001,甲病院,病院,北海道", "1310000001,乙病院,病院,東京都", "110000002,丙病院,病院,北海道"]
    text = "code,name,kind,prefecture\n" + "\n".join(rows) + "\n"
    told = mistakes(folder_of(tmp_path, text))
    assert told[-1] == (
        "schools.csv 4行目: code: 110000002 は9桁です（ほかの病院は10桁）。初めの0が消えていないか、ご確認ください。"
    )


@pytest.mark.parametrize(
    ("roster", "told"),
    [
        ("", "見出しに code、name、kind がありません"),
        ("code,name,kind,prefecture\n", "団体が1つもありません。"),
        ("code,nmae,kind,prefecture\n", "見出し「nmae」は使えません"),
        ("code,name,kind,prefecture,name\n", "見出し「name」が2回以上あります。"),
    ],
)
def test_the_file(tmp_path: Path, roster: str, told: str) -> None:
    assert any(told in line for line in mistakes(folder_of(tmp_path, roster)))


def test_what_survey_toml_says_of_it(tmp_path: Path) -> None:
    kinds = ('respondents = ["小学校"]', 'respondents = ["小学交"]')
    (line,) = mistakes(folder_of(tmp_path / "a", SCHOOLS, kinds))
    assert "duties.2.respondents.1" in line and "もしかして「小学校」ですか。" in line
    (line,) = mistakes(folder_of(tmp_path / "b", SCHOOLS, ('roster = "schools.csv"', 'roster = "../schools.csv"')))
    assert "roster: フォルダーの中の ○○.csv を書いてください。" in line
    (line,) = mistakes(folder_of(tmp_path / "c", SCHOOLS, ('roster = "schools.csv"', 'roster = "school.csv"')))
    assert "school.csv: 読めません（ファイルがありません）。" in line
    sjis = folder_of(tmp_path / "d")
    (sjis / "schools.csv").write_bytes(SCHOOLS.encode("cp932"))
    assert mistakes(sjis) == []
    (sjis / "schools.csv").write_bytes(SCHOOLS.encode("cp932") + b"\x81\n")
    assert any("CSV UTF-8（コンマ区切り）" in line for line in mistakes(sjis))
    bom = folder_of(tmp_path / "e")
    (bom / "schools.csv").write_bytes("\ufeff".encode() + SCHOOLS.replace("\n", "\r\n").encode() + b",,,,\r\n")
    assert mistakes(bom) == []


# --- names and codes as people write them -----------------------------------------------------------------------------

ALIKE = """code,name,kind,prefecture,kana,domains
0110000001,医療法人（社団）青空会　青空病院,小学校,北海道,,
0110000002,若葉病院（分院）,小学校,北海道,,
1310000002,中央病院,小学校,東京都,,chuo.example
1410000002,中央病院,小学校,神奈川県,,chuo.example
C00001,第一工業株式会社,中学校,東京都,,
C00003,株式会社第一工業,中学校,東京都,,
C00004,第一工業（株）,中学校,神奈川県,,
"""


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = folder_of(tmp_path_factory.mktemp("alike"), ALIKE)
    form = folder / "form1.toml"
    head, first, rest = form.read_text(encoding="utf-8").partition("[[fields]]")
    code = '[[fields]]\nkey = "code"\nlabel = "番号"\nkind = "text"\nrequired = false\n\n'
    form.write_text(head + code + first + rest, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("若葉病院分院", "0110000002"), ("医療法人社団青空会青空病院", "0110000001"),
        ("(医)(社団)青空会青空病院", "0110000001"), ("中央病院（神奈川県）", "1410000002"), ("110000002", "0110000002"),
        ("㈱第一工業", "C00003"), ("東京都第一工業㈱", "C00001"), ("第一工業（株）", "C00004"),
        ("神奈川県第一工業株式会社", "C00004"), ("㈱", ""),
    ],
)  # fmt: skip
def test_brackets_and_kinds_of_corporations_may_be_written_otherwise(alike: Path, text: str, code: str) -> None:
    assert [body.lgcode for body in build_register(alike).roster.find(text).bodies] == ([code] if code else [])


@pytest.mark.parametrize(
    ("name", "code", "found"),
    [
        ("中央病院", "1410000002", "1410000002"), ("中央病院", "9999999999", ""),
        ("若菜病院（分院）", "110000002", "0110000002"),  # as Excel leaves the number, and misspelt
        ("若菜病院（分院）", "", ""), ("しらない会", "0110000002", ""), ("", "131000002", ""),
        ("", "１３１０００００" "０２", "1310000002"),
        ("若葉病院（分院）", "1310000002", "0110000002"),  # a name that tells one body is not overruled
    ],
)  # fmt: skip
def test_the_code_on_the_sheet_tells_whose_it_is_where_the_name_does_not(
    alike: Path, name: str, code: str, found: str
) -> None:
    register = build_register(alike)
    form = register.survey.form("yoshiki1")
    data = fill(form, register.survey, {"organisation": name, "code": code, "department": "課", "2": 1, "3": 1, "6": 2})
    (read,) = read_file(AttachedFile("a.xlsx", data), register.survey, register.roster).sheets
    assert read.body.lgcode == found


def test_the_check_tells_whose_first_mail_an_official_will_see(alike: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_command(["survey", "check", str(alike)]) == 0
    said = "schools.csv：提出する団体のうち、domains のないものが5あります（初めのメールは要確認）。"
    assert said in capfd.readouterr().out


@pytest.mark.parametrize(
    ("parent", "told"),
    [
        ("Ｋ－００１", "K-001 と書いてください。"), ("110000001", "0110000001 と書いてください。"),  # Excel took the zero
        ("01100", "011002 と書いてください。"), ("札幌市", "011002 と書いてください。"),
        ("中央教育委員会", "K-001 と書いてください。"), ("府中市", ""), ("K-999", ""),
    ],
)  # fmt: skip
def test_a_parent_that_is_written_otherwise_is_told_with_its_code(tmp_path: Path, parent: str, told: str) -> None:
    rows = ["K-001,中央教育委員会,中学校,北海道,", "0110000001,甲病院,小学校,北海道,"]
    rows.append(f"0110000002,乙病院,小学校,北海道,{parent}")
    (line,) = mistakes(folder_of(tmp_path, "code,name,kind,prefecture,parent\n" + "\n".join(rows) + "\n"))
    assert line.startswith(f"schools.csv 4行目: parent: code が「{parent}」の団体は、")
    assert line.endswith(told) if told else "と書いてください" not in line


@pytest.mark.parametrize(("name", "told"), [("（）", "数字や記号"), ("12345", "数字や記号"), ("甲\t病院", "タブは")])
def test_what_is_no_name(name: str, told: str) -> None:
    assert told in why_no_body(name)


def test_the_check_tells_a_kind_that_nobody_asks(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """小学校 mistyped in one row: it would never be asked."""
    folder = folder_of(tmp_path, SCHOOLS + "340012,府中市立第二小学校,小學校,広島県,,\n")
    assert run_command(["survey", "check", str(folder)]) == 0
    assert "schools.csv：回答も取りまとめもお願いしない種別があります：小學校（1団体）。" in capfd.readouterr().out


def test_two_names_that_are_one_with_their_prefecture_are_no_two(tmp_path: Path) -> None:
    """Both would be called 神奈川県中央病院, in letters and in the names of their forms."""
    rows = "code,name,kind,prefecture\n1410000001,中央病院,小学校,神奈川県\n1410000002,神奈川県中央病院,中学校,神奈川県\n"
    (line,) = mistakes(folder_of(tmp_path, rows))
    assert "神奈川県に「神奈川県中央病院」が2つあります（2行目「中央病院」）。" in line


def test_parents_stand_ten_deep_at_most(tmp_path: Path) -> None:
    """Each of 2,000 belongs to the next: told, and in no time."""
    rows = [f"{n:06}-A,第{n}小学校,小学校,北海道,{f'{n + 1:06}-A' if n < 2_000 else ''}" for n in range(1, 2_001)]
    told = mistakes(folder_of(tmp_path, "code,name,kind,prefecture,parent\n" + "\n".join(rows) + "\n"))
    deep = [line for line in told if "上位の団体は10段までです。" in line]
    assert len(deep) == 2_000 - 11 and deep[-1].startswith("schools.csv 1990行目: parent: ")


HOSPITALS = """code,name,kind,prefecture,kana,domains
0110000001,若葉病院,小学校,北海道,,
0110000002,北海道中央大学病院,中学校,北海道,,
"""
BY_PREFECTURES = (
    'respondents = ["小学校"]\nown = "demanded"', 'respondents = ["prefecture"]\nown = "none"\ncollected = ["小学校"]',
)  # fmt: skip


def test_a_prefectures_list_of_hospitals_is_answered_in_their_names(tmp_path: Path) -> None:
    """北海道 lists one that it collects, one that answers itself, and a city, which nobody asks."""
    folder = folder_of(tmp_path, HOSPITALS, BY_PREFECTURES)
    register = build_register(folder)
    form, claim = register.survey.form("yoshiki1"), Claim("", "absent")
    rows = []
    for name in ("若葉病院", "北海道中央大学病院", "北海道札幌市"):
        values: dict[str, FillValue] = {"organisation": name, "department": "課", "email": "a@b.jp", "2": 1, "3": 1, "6": 2}
        file = AttachedFile("a.xlsx", fill(form, register.survey, values), claim=claim)
        read = read_file(file, register.survey, register.roster)
        rows += read.sheets
    raw = mail(
        {"a.xlsx": write_list(rows, form, register.survey)}, f"【北海道】{register.survey.convention.text}",
        "iryo@pref.hokkaido.lg.jp", headers={"To": "gakudo@cfa.example"},
    )  # fmt: skip
    with closing(Reader(folder)) as reader:
        made = open_at(tmp_path, register, reader, NOW)
        settled = made.settle(raw, mailbox="gakudo")
        made.ledger.close()
    assert [(p.identity.body, p.decision.rule) for p in settled.decided.pieces[1:]] == [
        ("0110000001", "otherwise"), ("0110000002", "row_of_city"), ("011002", "not_owed"),
    ]  # fmt: skip
    assert settled.reply is not None
    said = text_of(settled.reply.data)
    assert "北海道中央大学病院：自ら回答する団体の行は、当該団体から直接ご回答いただきますので、" in "".join(said.split())
    assert "札幌市：取りまとめの対象ではございませんので、" in "".join(said.split())
