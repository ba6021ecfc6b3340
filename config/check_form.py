"""What the shapes alone cannot tell about a form: whether its questions fit each other.

A list of small checks that all run; none raises.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from config.conditions import condition_mistakes
from config.errors import Mistake
from config.form import Ask, Form, Question
from config.kinds.kind import Line
from config.kinds.organisation import OrganisationKind
from config.kinds.table import Table
from config.names import perhaps, why_no_file, why_no_line, why_no_sheet, why_no_text
from config.numbering import why_no_numbering
from config.patterns import pattern
from config.rules import rule_mistakes
from config.shape import Reasons
from config.spelling import label_key, nfkc

_LEADS = pattern(r"(?:Q|問|質問|設問)([0-9]+(?:-[0-9]+)*)(?:へ|に進)")  # （Q6へ）
_KEY = pattern(r"[^\s#.]+")
_A_MONTH = "2025-03"
_MOST_NAMED = 120  # questions that a flag can name (Excel: 8,192 characters of a formula)
_BESIDE = pattern(r"\.(?:marks|free_texts)\.")  # lines of which the text tells where an answer stands
_COLUMN = pattern(r"[A-Z]{1,2}")


def check_form(form: Form, file: str) -> tuple[Mistake, ...]:
    """Every mistake of one form that its shape allows."""
    return tuple(Mistake(file, key, reason) for check in _CHECKS for key, reason in check(form))


def doubles(values: Iterable[str]) -> list[str]:
    """The values that occur more than once, in the order of their first occurrence."""
    return [value for value, times in Counter(values).items() if times > 1]


def _check_keys(form: Form) -> Reasons:
    fields = [field.key for field in form.fields]
    keys = [question.printed_key for question, *_ in form.blocks]
    keys += [text.key for question, *_ in form.blocks for text in question.free_texts]
    for key in doubles(fields):
        yield "fields", f"key「{key}」が2回以上あります。"
    for key in doubles(keys):
        yield "questions", f"key「{key}」が2回以上あります（free_texts の key も区別します）。"
    for key in sorted({*fields} & {*keys}):
        yield "questions", f"key「{key}」は fields にもあります。"
    for key in (key for key in (*fields, *keys) if not _KEY.fullmatch(key)):
        where = "fields" if key in fields else "questions"
        yield where, f"key「{key}」は使えません（空白、「#」、「.」のない語にしてください）。"
    for name in ("fields", "questions"):
        if not getattr(form, name) and not (form.given and name == "fields"):
            yield name, "1つ以上書いてください。"


def _check_numbering(form: Form) -> Reasons:
    yield from (("numbering", reason) for reason in why_no_numbering(form.numbering))


def _check_names(form: Form) -> Reasons:
    named = [("sheet", why_no_sheet), ("list_sheet", why_no_sheet), ("file_name", why_no_file)]
    if form.given:
        named = [("given", why_no_file), ("file_name", why_no_file)]
    for name, why in named:
        if reason := why(getattr(form, name)) or why_no_text(getattr(form, name)):
            yield name, reason
    if form.sheet.lower() == form.list_sheet.lower():
        yield "list_sheet", "sheet と同じ名前にはできません。"
    for name in ("id", "version", "title"):
        if reason := why_no_line(getattr(form, name)):
            yield name, reason
    if form.given:
        return
    for name in ("fields_missing", "answers_missing"):
        words = getattr(form.flags, name)
        if reason := why_no_line(words):
            yield f"flags.{name}", reason


def _check_print(form: Form) -> Reasons:
    """What is printed must be there, and be told apart: labels and questions are found again by their words."""
    printed: dict[str, str] = {}
    for key, text, must in _printed(form):
        if reason := why_no_text(text) or ("空にはできません。" if must and not text.strip() else ""):
            yield key, reason
            continue
        word = label_key(text)
        if form.given:
            continue  # its answers are known by their places
        if not word and (must or (text and _BESIDE.search(key))):
            yield key, "記号だけの文は、届いたシートの中で見分けられません。"
        elif must and word in printed:
            yield key, f"「{text.strip()[:20]}」は {printed[word]} と同じ文です。届いたシートの中で見分けられません。"
        if word:
            printed.setdefault(word, key)


def _printed(form: Form) -> Iterator[tuple[str, str, bool]]:
    """(key, text, whether it must be found again by its words), headings and lines first."""
    for name in ("heading", "fields_heading", "questions_heading", "answer_heading"):
        yield name, getattr(form, name), False
    for place, (question, *_) in enumerate(form.blocks, 1):
        yield f"questions.{place}.heading", question.heading, False
        for key, label in question.part.table.labels.items() if question.part else ():
            yield f"questions.{place}.{key.replace('.', 's.', 1)}", label, False
        for n, slot in enumerate(question.kind.slots, 1):
            yield f"questions.{place}.marks.{n}.text", slot.label, False
        for n, line in enumerate(question.free_texts, 1):
            yield f"questions.{place}.free_texts.{n}.label", line.label, False
    for place, field in enumerate(form.fields, 1):
        yield f"fields.{place}.hint", field.hint, False
        yield f"fields.{place}.label", field.label, True
    for place, (question, *_) in enumerate(form.blocks, 1):
        yield f"questions.{place}.text", question.text, True


def _check_kinds(form: Form) -> Reasons:
    """What each kind says of its own keys."""
    asks: list[tuple[str, Ask]] = [(f"fields.{place}", field) for place, field in enumerate(form.fields, 1)]
    for key, question in _placed(form):
        asks += [(key, question)]
        asks += [(f"{key}.free_texts.{place}", text) for place, text in enumerate(question.free_texts, 1)]
    for key, ask in asks:
        kind = ask.part.table if isinstance(ask, Question) and ask.part else ask.kind
        yield from ((f"{key}.{own}", reason) for own, reason in kind.mistakes())
        if isinstance(kind, Table) and not isinstance(ask, Question):
            yield f"{key}.kind", "表は、質問だけに書けます。"
        elif isinstance(kind, Table) and isinstance(ask, Question) and ask.free_texts:
            yield f"{key}.free_texts", "表の質問には書けません。"
    for place, field in enumerate(form.fields, 1):
        if isinstance(field.kind, OrganisationKind) and field.key != "organisation":
            yield f"fields.{place}.key", 'kind = "organisation" の欄の key は organisation としてください。'


def _check_given(form: Form) -> Reasons:
    """What only one of the two may say: a form that is made, and one that is there already."""
    if form.given:
        for name in ("grid", "list_sheet", "helps"):
            if getattr(form, name):
                yield name, "given の様式には書けません（ブックのとおりに配ります）。"
        return
    for cells in form.answer_cells:
        if cells.at:
            yield cells.path, "given の様式だけに書けます。"


def _check_helps(form: Form) -> Reasons:
    if form.helps and len(form.blocks) > _MOST_NAMED:
        yield "helps", f"{_MOST_NAMED}問までの様式だけに書けます（今は{len(form.blocks)}）。"


def _check_grid(form: Form) -> Reasons:
    if form.grid is None:
        return
    for key in ("label", "text", "answer"):
        if not _COLUMN.fullmatch(getattr(form.grid, key)):
            yield f"grid.{key}", "列を A から ZZ までの英大文字で書いてください。"
    if not 0 < form.grid.first_field <= form.grid.first_question - len(form.fields):
        yield "grid.first_question", "回答者情報の行より後にしてください。"


def _check_skips(form: Form) -> Reasons:
    order = {question.key: place for place, question in enumerate(form.questions)}
    for key, question in _placed(form):
        for place, line in enumerate(question.by_number.values(), 1):
            for reason in _about_skip(question, line, order):
                yield f"{key}.choices.{place}.skip_to", reason


def _about_skip(question: Question, line: Line, order: Mapping[str, int]) -> Iterator[str]:
    """Where a choice leads, and where its text says that it leads."""
    target, place = question.skips.get(line.number, ""), order[question.key]
    if target and target not in order:
        yield _no_question(target, order)
        return
    if target and order[target] <= place:
        yield f"質問「{target}」は後の質問ではありません。"
    told = _LEADS.search(nfkc(line.text))
    behind = [key for key, at in order.items() if at == place + 1]
    if told and told[1] in order and told[1] not in ([target] if target else behind):
        yield f"「{told[0]}」と印字されていますが、skip_to は「{target}」です。"


def _no_question(key: str, known: Iterable[str]) -> str:
    return f"質問「{key}」はありません（questions）。{perhaps(key, known)}"


def _check_conditions(form: Form) -> Reasons:
    order = {question.key: place for place, question in enumerate(form.questions)}
    for place, (key, question) in enumerate(_placed(form), 1):
        if question.asked_if is None or isinstance(question.asked_if, str):
            yield from ((f"{key}.{own}", reason) for own, reason in condition_mistakes(form, place))
            continue
        asked = question.asked_if.question
        if asked not in order:
            yield f"{key}.asked_if.question", _no_question(asked, order)
        elif order[asked] >= order[question.key]:
            yield f"{key}.asked_if.question", f"質問「{asked}」は前の質問ではありません。"
        else:
            before = form.questions[order[asked]]
            yield from _check_taken(f"{key}.asked_if.choices", question.asked_if.choices, before)


def _check_free_texts(form: Form) -> Reasons:
    for key, question in _placed(form):
        for place, text in enumerate(question.free_texts, 1):
            yield from _check_taken(f"{key}.free_texts.{place}.choices", text.choices, question)
            if text.upcoming and text.kind.read(_A_MONTH) != _A_MONTH:
                yield f"{key}.free_texts.{place}.upcoming", "年月を尋ねる記載欄だけに書けます。"


def _check_taken(key: str, numbers: tuple[int, ...], question: Question) -> Reasons:
    if not numbers:
        yield key, "番号が1つも書かれていません。"
    for number in numbers:
        if number not in question.by_number:
            yield key, f"質問「{question.key}」に番号 {number} の選択肢（choices、marks）はありません。"


def _placed(form: Form) -> Iterator[tuple[str, Question]]:
    for place, (question, *_) in enumerate(form.blocks, 1):
        yield f"questions.{place}", question


_CHECKS: tuple[Callable[[Form], Reasons], ...] = (
    _check_keys,
    _check_names,
    _check_numbering,
    _check_print,
    _check_kinds,
    _check_given,
    _check_helps,
    _check_grid,
    _check_skips,
    _check_conditions,
    _check_free_texts,
    rule_mistakes,
)
