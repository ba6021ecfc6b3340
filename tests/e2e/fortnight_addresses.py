"""Whom the mails of the simulated fortnight come from: addresses as Japanese local governments have them.

Domains are written here from the roster's kana in Hepburn, as the bodies write them themselves, by a table of this
file's own: nothing of the program's reading of domains (`config/domains.py`, `config/romaji.py`) is used. SHARES is
an assumption: nobody has counted who writes from what.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property

from config.roster import Body
from tests.workbooks.forms_at_hand import the_roster

# How a body writes, per hundred bodies. `lg`: city.x.lg.jp; `geographic`: city.x.pref.jp, the older one; `sub`:
# kenko.city.x.lg.jp; `outsourced`: a contractor's domain, let in once; `unusual`: local government, but nobody's name.
SHARES = {"lg": 62, "geographic": 12, "sub": 12, "outsourced": 8, "unusual": 6}
SHARES_OF_PREFECTURES = {"lg": 70, "geographic": 10, "sub": 20}
SECTIONS = {"nanbyo": "shippei", "shoman": "kodomo-katei", "yobosesshu": "kansen", "kenshin": "kenko-suishin"}
CONTRACTOR = "chosa-uketsuke.example.co.jp"
UNUSUAL = ("kouiki.lg.jp", "iryo-kigyodan.lg.jp", "fukushi-jimukumiai.lg.jp")

_SYLLABLES = """
    あ a い i う u え e お o か ka き ki く ku け ke こ ko さ sa し shi す su せ se そ so た ta ち chi つ tsu て te と to
    な na に ni ぬ nu ね ne の no は ha ひ hi ふ fu へ he ほ ho ま ma み mi む mu め me も mo や ya ゆ yu よ yo
    ら ra り ri る ru れ re ろ ro わ wa ん n が ga ぎ gi ぐ gu げ ge ご go ざ za じ ji ず zu ぜ ze ぞ zo
    だ da ぢ ji づ zu で de ど do ば ba び bi ぶ bu べ be ぼ bo ぱ pa ぴ pi ぷ pu ぺ pe ぽ po
    きゃ kya きゅ kyu きょ kyo しゃ sha しゅ shu しょ sho ちゃ cha ちゅ chu ちょ cho にゃ nya にゅ nyu にょ nyo
    ひゃ hya ひゅ hyu ひょ hyo みゃ mya みゅ myu みょ myo りゃ rya りゅ ryu りょ ryo ぎゃ gya ぎゅ gyu ぎょ gyo
    じゃ ja じゅ ju じょ jo びゃ bya びゅ byu びょ byo ー
"""
_WORDS = _SYLLABLES.replace("ー", "").split()
HEPBURN = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True)) | {"ー": ""}
_SEVEN = ("札幌市", "仙台市", "川崎市", "横浜市", "名古屋市", "神戸市", "北九州市")  # JPRS: names of their own below .jp
_READ = {"県": "けん", "府": "ふ", "都": "と", "市": "し", "区": "く"}
_LABELS = {"市": "city", "区": "city", "町": "town", "村": "vill", "都": "metro"}


def hepburn(kana: str) -> str:
    """A name as its body writes it in a domain: long o and u are short, and n stays n: こうふ is kofu."""
    text, at = "", 0
    while at < len(kana):
        if kana[at] == "っ":
            following = HEPBURN[kana[at + 1 : at + 3]] if kana[at + 1 : at + 3] in HEPBURN else HEPBURN[kana[at + 1]]
            text, at = text + ("t" if following.startswith("ch") else following[0]), at + 1
            continue
        taken = 2 if kana[at : at + 2] in HEPBURN else 1
        text, at = text + HEPBURN[kana[at : at + taken]], at + taken
    for long, short in (("ou", "o"), ("oo", "o"), ("uu", "u")):
        text = text.replace(long, short)
    return text


def _name(body: Body) -> str:
    """The reading without what kind of body it is."""
    ends = ("ちょう", "まち", "そん", "むら") if body.name[-1] in "町村" else (_READ.get(body.name[-1], ""),)
    for end in ends:
        if end and body.kana.endswith(end):
            return hepburn(body.kana.removesuffix(end))
    return hepburn(body.kana)


def _label(body: Body) -> str:
    return _LABELS.get(body.name[-1], "pref")


@cache
def _namesakes() -> Counter[tuple[str, str]]:
    """How many bodies are called so, in Hepburn."""
    return Counter((_label(b), _name(b)) for b in the_roster())


def lg_domain(body: Body) -> str:
    """city.yokohama.lg.jp, pref.toyama.lg.jp, metro.tokyo.lg.jp."""
    return f"{_label(body)}.{_name(body)}.lg.jp"


def geographic_domain(body: Body) -> str:
    """town.hakone.kanagawa.jp, pref.toyama.jp, city.kawasaki.jp."""
    if body.kind == "prefecture" or body.name in _SEVEN:
        return f"{_label(body)}.{_name(body)}.jp"
    found = the_roster().find(body.prefecture).bodies[0]
    return f"{_label(body)}.{_name(body)}.{_name(found)}.jp"


@dataclass(frozen=True)
class Addresses:
    """How one body writes, always the same. `kind`: of its usual address: own domain, sub-domain, ambiguous,
    outsourced or unusual."""

    body: Body

    @cached_property
    def style(self) -> str:
        """A key of SHARES."""
        shares = SHARES_OF_PREFECTURES if self.body.kind == "prefecture" else SHARES
        return random.Random(f"style {self.body.lgcode}").choices(list(shares), list(shares.values()))[0]

    @property
    def kind(self) -> str:
        if self.style in ("outsourced", "unusual"):
            return self.style
        if self.style != "geographic" and _namesakes()[_label(self.body), _name(self.body)] > 1:
            return "ambiguous"
        return "sub-domain" if self.style == "sub" else "own domain"

    def of(self, program: str) -> str:
        """The section that answers to a program, or the contractor, who answers to all."""
        section, domain = SECTIONS[program], lg_domain(self.body)
        return {
            "lg": f"{section}@{domain}",
            "geographic": f"{section}@{geographic_domain(self.body)}",
            "sub": f"tantou@{section}.{domain}",
            "outsourced": f"{_name(self.body)}@{CONTRACTOR}",
            "unusual": f"{section}-{_name(self.body)}@{UNUSUAL[int(self.body.lgcode[:5]) % len(UNUSUAL)]}",
        }[self.style]

    def colleague(self, program: str) -> str:
        """Another person of the same section: in the body's domain, if the section has one of its own."""
        return f"{SECTIONS[program]}-kakaricho@{self._main}"

    @property
    def planning(self) -> str:
        """Another section, which answers to what it was not asked."""
        return f"kikaku@{self._main}"

    @property
    def _main(self) -> str:
        return geographic_domain(self.body) if self.style == "geographic" else lg_domain(self.body)
