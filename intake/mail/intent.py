"""What the sender says in own words: a question, a withdrawal or correction, that a file is enclosed or why none is,
or that a machine wrote.

Works on the displayed text, without what is quoted, and sentence by sentence; what belongs to the courtesies
of every cover letter counts for nothing. Says only that something is asked, never what the answer is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from config.spelling import nfkc
from intake.mail import phrases
from intake.submission import Amends

_LONGEST = 20_000  # characters looked at
_LONG = 400  # characters of a sentence that are looked at for phrases
_MOST = 200  # sentences of a mail

# What was written by somebody else: marked lines, and everything behind the line that introduces a quoted mail.
_QUOTED_LINE = re.compile(r"^[ \t]*[>|][^\n]*$", re.MULTILINE)
_INTRODUCED = re.compile(
    r"^[ \t]*(?:-{2,}[ \t]*(?:original message|元のメッセージ|転送(?:された)?メッセージ|forwarded message)"
    r"|_{20,}[ \t]*\n+[ \t]*(?:差出人|from):"
    r"|(?:差出人|from)[ \t]*:[^\n]*\n(?:[ \t]*(?:送信日時|日時|宛先|件名|cc|sent|date|to|subject)[ \t]*:)"
    r"|on [^\n]{5,80}wrote:|begin forwarded message:|引用開始"
    r"|[^\n]{0,20}\d{4}[年/-]\d{1,2}[月/-]\d{1,2}[^\n]{0,80}(?:さんは書きました|のメール|wrote)[ \t]*:?"
    r").*\Z",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_RULER = re.compile(r"^[ \t]*(?:-- ?|[-=_*#~+.・─━―‐＝☆★◇◆○●□■※∞〓]{6,})[ \t]*$", re.MULTILINE)
_ADDRESS = re.compile(r"tel|電話|fax|〒|内線|@|直通|e-?mail", re.IGNORECASE)
_SIGNATURE = 15  # lines at most
_SPOKEN = re.compile(r"[「『“\"][^「」『』“”\"\n]{1,200}[」』”\"]")  # what a form or somebody else says
_SPACES = re.compile(r"[ \t\n　]+")
_URL = re.compile(r"https?://[!-~]+")
_ENDED = re.compile(r"(?<=か)[ \t　]*\n")  # a line that ends a question without 。
_SENTENCE = re.compile(r"[^。！？!?]*[。！？!?]?")
_ANSWERED = re.compile(
    r"(?:(?:re|aw|sv|返信|回答|fw|fwd|転送)\s*(?:[\[(^]?\d+[\])]?)?\s*:\s*)+(?:\[[^\]\d][^\]]{0,30}\]\s*)?【([^】]{1,30})】",
    re.IGNORECASE,
)
_FEW_NUMBERS = 8
_SHORT_LINE = re.compile(r"^([^\n]{1,24})\n", re.MULTILINE)  # nobody's mailer wraps so early

_ASKS = re.compile(
    r"(?:でしょう|ます|ません|ました|です|でした)か(?=[。、,)?]|\Z|ね|と(?:存じ|思|の|い)|について|等|など|を?(?:お|御|ご)|も(?:お|ご))"
    r"|(?:ない|よい|良い|いい|可能|べき|の|よろしい)か(?=[。?]|\Z)"
    r"|(?:ご|御)教示|(?:ご|御)教授|教えて(?:くだ|下|いただ|頂|ほし|もら)|(?:ご|御)指示(?:くだ|下|をお願い|願|いただけ|頂け)"
    r"|(?:お|御)(?:尋|たず)ね(?:し|いたし|致し|です)|(?:お|御)(?:伺|うかが)い(?:し|いたし|致し|です)|伺い(?:たい|たく|ます)"
    r"|(?:お|御)聞き(?:し|いたし|致し)|知りた(?:い|く)|折り返し|(?:電話|連絡)を?(?:いただき|頂き)(?:たい|たく)"
    r"|(?:質問|照会|疑義|相談)(?:事項)?(?:が(?:あります|ございます|あり、|ござい、|\d)|です|させ|(?:いた|致)し|し(?:たい|たく|ます))"
    r"|(?:回答|返答|返事|見解)を?(?:いただけ|いただき(?:たい|たく)|頂け|頂き(?:たい|たく)|(?:お|御)願い(?!され|して)|願い|くだ|下さ|賜)"
    r"|(?:期限|締切|締め切り|提出)[^。]{0,20}(?:延長|猶予|遅れ)[^。]{0,20}(?:願|いただ|頂|くだ|下さ|可能|お許し)"
    r"|[^\s/=&][?]\Z",
    re.IGNORECASE,
)
_COVER = re.compile(
    # offers: ご不明な点がございましたら、…までご連絡ください
    r"(?:不明|不備|不足|不具合|不都合|疑義|質問|問題|修正|訂正|差し?支え|必要|相違|誤り|漏れ|気づき|気付き|何か|もし)[^。]{0,40}"
    r"(?:ましたら|あれば|れば|場合|際|時|節|なければ|ようでしたら|点)[^。]{0,80}"
    r"(?:連絡|知らせ|申し付け|申し出|問い?合わ?せ|一報|指摘|教示|お願い|くだ|下さ|まで)"
    # that it arrived, which the acknowledgement answers
    r"|受領|受信|受け取(?:り|られ)|届(?:い|き)|到着|着信|拝受|開封"
    # looking at it, taking it
    r"|(?:確認|査収|検収|取り?計らい|手配|対応|処理|登録|受付|受理)(?:の(?:ほど|程)|を|方)?[^。]{0,6}"
    r"(?:いただけ|いただき|頂け|頂き|お願い|願え|くだ|下さ)[^。]{0,12}(?:でしょうか|ますか|ませんか|幸い)"
    # seasons and health, and mail that went astray
    r"|いかがお過ごし|清栄|健勝|(?:心当たり|覚え)の?な(?:い|かった)|誤って(?:受信|送信|届)|誤送信"
)
# He sent it by mistake himself; a footer says 誤送信の場合は.
_SENT_ASTRAY = (
    r"誤送信(?:です|でした(?!ら)|してしま|いたしま|しました(?!ら)|につき)"
    r"|(?:誤って|間違って|間違えて)(?:送信|送付|お送り)(?:して|いた|し)"
)
_BY_HIM = re.compile(_SENT_ASTRAY)
_WITHDRAWS = re.compile(
    r"取り?下げ|取下|撤回|取り?消し?(?:て|ます|を|たい|願|いた|の|させ|と)|破棄(?:して|願|を|いただ|くだ)|無効(?:として|にして)(?:いただ|頂|くだ|下さ|扱|取り扱)"
    r"|なかったことに(?:して|願)|提出を(?:取りやめ|とりやめ|やめ)"
    rf"|{_SENT_ASTRAY}"
)
_CORRECTS = re.compile(
    r"訂正|差し?替|差替|正しくは|正しい(?:の|値|回答|数)は|誤記|誤り(?:が|で(?:した|す)|を)|間違(?:い|え|って)"
    r"|(?:修正|変更)(?:して(?:くだ|下|いただ|頂)|を?(?:お願い|願い)|願い(?:ます|たい)|箇所|点|があ|が生じ|し(?:たい|たく))"
    r"|\(?\d{1,2}\)?では?なく|に(?:改め|変え)(?:て|ます|たい)"
)
_SENDS = re.compile(r"送付|送信|お送り|提出|再送|添付|送り(?:ます|直)")
# The footer for those whom a mail reaches by mistake: 心当たりのない場合は、破棄してください.
_ASTRAY = re.compile(
    r"心当たり|覚えの?な|(?:誤って|誤り|間違って)[^。]{0,6}(?:受信|届)|誤送信|第三者|機密|秘密|受信者|宛先"
)
_NEVER = re.compile(
    r"(?:取り?下げ|撤回|訂正|差し?替え?|修正|変更|誤り|間違い)[^。]{0,12}(?:ありません|ございません|ない|なし|不要|せず)"
    r"|ありがとう|かしこまり|承知"
)


def own_text(body: str) -> str:
    """The text in half width, without quoted mail."""
    return _INTRODUCED.sub("", _QUOTED_LINE.sub("", nfkc(body[:_LONGEST])))


def own_words(body: str) -> str:
    """The text in half width without quoted mail, without the signature, and without addresses of pages."""
    return _URL.sub("", _without_signature(own_text(body)))


def asks_in_subject(subject: str) -> bool:
    """Whether a subject is that of a question."""
    return phrases.pattern("question", "subject").search(nfkc(subject)) is not None


def encloses(body: str) -> bool:
    """Whether a sentence says that something comes with this mail: not later, not otherwise, not before."""
    sentences = _brief(body)
    return _says_so(sentences, "text") or _says_so(sentences, "submits")


def says(body: str) -> tuple[str, ...]:
    """Why a person should read a mail without a file: reasons of phrases.toml [says], "language" where nothing in it
    is Japanese, or "other". Empty where the text has no words of its own, or says that a file is enclosed."""
    sentences = _brief(body)
    how = phrases.pattern("says", "how_to_send")
    if _says_so([sentence for sentence in sentences if not how.search(sentence)], "text"):
        return ()
    courtesy, found = phrases.pattern("courtesy"), dict.fromkeys(phrases.reasons(), False)
    other = False
    for sentence in sentences:
        hits = [reason for reason, pattern in phrases.reasons().items() if pattern.search(sentence)]
        if _COVER.search(sentence) or "thanks" in hits:
            hits = [reason for reason in hits if reason != "call"]  # ご不明な点はご連絡ください, ご連絡ありがとう
        found.update(dict.fromkeys(hits, True))
        other = other or not (hits or courtesy.search(sentence.rstrip("。．!！")))
    told = tuple(reason for reason, hit in found.items() if hit)
    if told == ("how_to_send",) and other:
        return (*told, "other")
    if told or not other or _says_so(sentences, "submits"):
        return told
    return ("language",) if _in_another_language(own_words(body)) else ("other",)


_DONE = re.compile(r"(?:提出|送付|送信|回答|報告|お送り)(?:いた|致)?し(?:た|ました)")
_NOT_HERE = ("not_applicable", "same_as", "other_section", "by_post", "later", "unable")


def left_out(body: str) -> tuple[str, ...]:
    """The sentences that say why something does not come with this mail (小慢は該当ありません), and enclose nothing."""
    reasons = [pattern for reason, pattern in phrases.reasons().items() if reason in _NOT_HERE]
    said = (s for s in _brief(body) if not (_CORRECTS.search(s) or _DONE.search(s)))
    told = (sentence for sentence in said if any(pattern.search(sentence) for pattern in reasons))
    return tuple(sentence for sentence in told if not _says_so([sentence], "text"))


_MOST_OF_A_LANGUAGE = 2_000  # characters
_NO_WORD = re.compile(r"\S{60,}")  # a run of letters costs the cube of its length


def _in_another_language(text: str) -> bool:
    """Whether the text is in another language alone: then most likely the absence assistant of a mail program wrote
    it."""
    japanese, other = phrases.pattern("language", "japanese"), phrases.pattern("language", "other")
    begun = _NO_WORD.sub(" ", text[:_MOST_OF_A_LANGUAGE])
    return not japanese.search(begun) and other.search(begun) is not None


def _says_so(sentences: list[str], how: str) -> bool:
    said, otherwise = phrases.pattern("encloses", how), phrases.pattern("encloses", "not")
    own = (phrases.pattern("encloses", "others").sub("", sentence) for sentence in sentences)
    return any(said.search(sentence) and not otherwise.search(sentence) for sentence in own)


def is_automatic(subject: str, body: str) -> bool:
    """Whether a mail says of itself that a machine wrote it."""
    if phrases.pattern("automatic", "subject").search(_unmarked(subject)):
        return True
    pattern = phrases.pattern("automatic")
    return any(pattern.search(sentence) for sentence in _brief(body, signature=True))


def recalls(subject: str, body: str) -> bool:
    """Whether the mail is Outlook's wish to have another mail back."""
    brief = body[:_LONG]
    return bool(
        phrases.pattern("recall", "subject").search(nfkc(subject).strip()) or phrases.pattern("recall").search(brief)
    )


def names_our_result(subject: str) -> bool:
    """Whether a subject is Re: and one of ours, 【受付】 …"""
    hit = _ANSWERED.match(nfkc(subject).strip())
    if hit is None:
        return False
    return hit[1] in {nfkc(result) for result in phrases.our_results()} or hit[1].endswith(phrases.our_endings())


def numbers_of_ours(text: str) -> tuple[str, ...]:
    """The words that look like a receipt number, or like the number of another letter of ours, quoted text included.
    Whether one is such a number, the ledger knows."""
    found = phrases.our_number().findall(nfkc(text[:_LONGEST]))
    return tuple(dict.fromkeys(found))[:_FEW_NUMBERS]


def _unmarked(subject: str) -> str:
    """A subject in half width, as far as it is looked at; empty for a subject that is Re: and one of ours."""
    return "" if names_our_result(subject) else nfkc(subject)[:_LONG]


def _brief(body: str, signature: bool = False) -> list[str]:
    """The first sentences, each cut to what is looked at. `signature`: those of the signature as well."""
    text = _SHORT_LINE.sub(r"\1\n\n", own_text(body) if signature else own_words(body))
    return [sentence[:_LONG] for sentence in islice(_sentences_of(text), _MOST)]


def asks(body: str) -> bool:
    """Whether the sender asks something, beyond the courtesies of a cover letter."""
    return any(_ASKS.search(sentence) and not _COVER.search(sentence) for sentence in _sentences(body))


def amends(body: str) -> Amends:
    """What a text without a file says of an answer sent before: that it is withdrawn, or is to be corrected
    (not: that a corrected one is being sent)."""
    sentences = [
        sentence
        for sentence in _sentences(body)
        if not (_NEVER.search(sentence) or (_ASTRAY.search(sentence) and not _BY_HIM.search(sentence)))
    ]
    if any(_WITHDRAWS.search(sentence) for sentence in sentences):
        return "withdrawal"
    corrected = any(_CORRECTS.search(sentence) and not _SENDS.search(sentence) for sentence in sentences)
    return "correction" if corrected else ""


def _sentences(body: str) -> Iterator[str]:
    """The sender's sentences, each in one line; words in quotation marks are somebody else's."""
    return _sentences_of(own_words(body))


def _sentences_of(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n[ \t　]*\n", text):
        line = _SPACES.sub("", _ENDED.sub("。", _SPOKEN.sub("", paragraph)))
        yield from (hit[0] for hit in _SENTENCE.finditer(line) if hit[0])


def _without_signature(text: str) -> str:
    """The text before the first ruler behind which nothing but a few lines with an address follows."""
    last_lines = _last_lines(text)
    for hit in _RULER.finditer(text):
        if hit.end() >= last_lines and _ADDRESS.search(text, hit.end()):
            return text[: hit.start()]
    return text


def _last_lines(text: str) -> int:
    """Where the last lines of a text begin, as many as a signature has; space before them counts as theirs."""
    text = text.rstrip()
    at = len(text)
    for _ in range(_SIGNATURE + 1):
        at = text.rfind("\n", 0, max(at, 0))
    return len(text[: at + 1].rstrip())
