"""組織名 with an office or a post behind it, and what only looks like one: codes as published by 総務省."""

from __future__ import annotations

import pytest

from config.roster import Roster, load_roster

OFFICES = {
    "横浜市健康福祉局": "141003",
    "横浜市役所 健康福祉局": "141003",
    "横浜市　健康福祉局　健康推進課": "141003",
    "14神奈川県横浜市長": "141003",
    "横浜市長": "141003",
    "神奈川県知事": "140007",
    "14神奈川県知事": "140007",
    "神奈川県健康医療局": "140007",
    "14神奈川県健康医療局保健医療部": "140007",
    "14神奈川県逗子巿": "142085",
    "川ロ市": "112038",
    "神奈川県 健康医療局 がん・疾病対策課": "140007",
    "東京都福祉保健局": "130001",
    "東京都知事": "130001",
    "北海道保健福祉部": "010006",
    "札幌市保健福祉局": "011002",
    "横浜市鶴見区福祉保健センター": "141003",
    "中井町役場健康課": "143618",
    "足柄上郡中井町健康課": "143618",
    "神奈川県中井町長": "143618",
    "港区みなと保健所": "131032",
    "141003横浜市健康福祉局": "141003",
    "横浜市教育委員会": "141003",
    "千代田区長": "131016",
    "京都市保健福祉局": "261009",
    "鳥取県市町村課": "310000",
    "神奈川県庁": "140007",
    "大阪府健康医療部": "270008",
    "津市健康福祉部": "242012",
    "横浜市（健康福祉局）": "141003",
    "横浜市保健所長": "141003",
    "神奈川県知事 黒岩祐治": "140007",
    "相模原市 疾病対策課 御中": "141500",
    "葉山町福祉部": "143014",
    "ニ宮町": "143421",
    "ﾖｺﾊﾏｼ": "141003",
    "よこはまし": "141003",
    "ｶﾅｶﾞﾜｹﾝﾖｺﾊﾏｼ": "141003",
    "かながわけん さがみはらし": "141500",
    "とうきょうとふちゅうし": "132063",
    "34ふちゅうし": "342084",
    "ホッカイドウ": "010006",
    "横浜市長 山中竹春": "141003",
    "神奈川県横須賀市長　上地克明": "142018",
    "新宿区長 吉住健一": "131041",
    "中井町長　戸村裕司": "143618",
    "横浜市副市長 城博俊": "141003",
    "神奈川県 小田原保健福祉事務所": "140007",
    "14神奈川県小田原保健福祉事務所足柄上センター": "140007",
    "神奈川県厚木保健福祉事務所 大和センター": "140007",
    "長野県長野保健福祉事務所": "200000",
    "青森県三戸地方保健所": "020001",
    "岐阜県関保健所": "210005",
    "富山県高岡厚生センター": "160008",
    "宮城県仙台保健福祉事務所": "040002",
    "鹿児島県大隅地域振興局保健福祉環境部": "460001",
    "兵庫県加古川健康福祉事務所": "280003",
    "埼玉県狭山保健所": "110001",
}
# Bodies of their own, or municipalities whose names are misspelt: none of them is the body that they begin with.
OTHERS = [
    "横浜市医師会",
    "横浜市社会福祉協議会",
    "神奈川県よこはま市健康福祉局",
    "神奈川県相模原健康福祉局",
    "新潟県長岡し",
    "神奈川県町村会",
    "横浜市立大学",
    "八戸地域広域市町村圏事務組合",
    "八戸市広域連合事務局",
    "神奈川県後期高齢者医療広域連合",
    "鳥取県米子",
    "鳥取県よなご市健康課",
    "神奈川県○○市",
    "神奈川県××町健康課",
    "国民健康保険組合",
    "横浜",
    "神奈川県議会",
    "横浜市議会",
    "堺市立総合医療センター",
    "東京都医師会",
    "厚生労働省健康局",
    "神奈川県町",
    "大阪府市",
    "神奈川県内市町村",
    "よこはま",
    "よこはま市",
    "ヨコハマシケンコウカ",
    "神奈川県横須賀保健所",  # the city's own?
    "神奈川県小田原福祉課",
    "神奈川県小田原健康福祉局",
    "横浜市長寿会",
    "横浜市長者町公民館",
    "神奈川県厚木保健センター",
]


@pytest.fixture(scope="module")
def roster() -> Roster:
    return load_roster()


@pytest.mark.parametrize(("name", "lgcode"), OFFICES.items())
def test_an_office_or_a_post_is_its_bodys(roster: Roster, name: str, lgcode: str) -> None:
    match = roster.find(name)
    assert (match.status, [body.lgcode for body in match.bodies]) == ("found", [lgcode])


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_office_of_the_body_is_not_taken_for_it(roster: Roster, name: str) -> None:
    assert roster.find(name).status == "unknown"


def test_an_office_of_two_bodies_of_one_name_is_narrowed_down_as_their_name_is(roster: Roster) -> None:
    assert roster.find("府中市健康課").status == "ambiguous"
    assert roster.find("フチュウシ").status == "ambiguous"
    assert [body.lgcode for body in roster.find("34府中市健康課").bodies] == ["342084"]


def test_every_body_is_found_with_an_office_behind_its_name(roster: Roster) -> None:
    assert [b for b in roster if roster.find(f"{b.lgcode[:2]}{b.full_name}健康課").bodies != (b,)] == []


def test_no_look_alike_makes_one_body_of_two(roster: Roster) -> None:
    """Kana for kanji (ハ戸市 for 八戸市): whoever types them is still that body alone."""
    kana = str.maketrans("口二八夕工力卜", "ロニハタエカト")
    assert [b for b in roster if roster.find(b.lgcode[:2] + b.full_name.translate(kana)).bodies != (b,)] == []
