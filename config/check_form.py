"""What the shapes alone cannot tell about a form: whether its questions fit each other.

A list of small checks that all run; none raises.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from config.errors import Mistake
from config.names import perhaps, why_no_file, why_no_line, why_no_sheet, why_no_text
from config.rules import rule_mistakes
from config.spelling import label_key
from config.survey import Choice, Form, Mark, Question

Told = Iterator[tuple[str, str]]  # (key in the file, reason)
_LEADS = re.compile(r"(?:Q|問|質問|設問)([0-9]+(?:-[0-9]+)*)(?:へ|に進)")  # （Q6へ）
_KEY = re.compile(r"[^\s#.]+")
_LONGEST_FLAG = 100  # characters: it stands in a formula
_NUMBER = re.compile(r"\d+")
_COLUMN = re.compile(r"[A-Z]{1,2}")


def check_form(form: Form, file: str) -> tuple[Mistake, ...]:
    """Every mistake of one form that its shape allows."""
    return tuple(Mistake(file, key, reason) for check in _CHECKS for key, reason in check(form))


def doubles(values: Iterable[str]) -> list[str]:
    """The values that occur more than once, in the order of their first occurrence."""
    return [value for value, times in Counter(values).items() if times > 1]


def _check_keys(form: Form) -> Told:
    fields = [field.key for field in form.fields]
    keys = [q.key for q in form.questions] + [t.key for q in form.questions for t in q.free_texts]
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
        if not getattr(form, name):
            yield name, "1つ以上書いてください。"


def _check_names(form: Form) -> Told:
    for name, why in (("sheet", why_no_sheet), ("list_sheet", why_no_sheet), ("file_name", why_no_file)):
        if reason := why(getattr(form, name)) or why_no_text(getattr(form, name)):
            yield name, reason
    if form.sheet.lower() == form.list_sheet.lower():
        yield "list_sheet", "sheet と同じ名前にはできません。"
    for name in ("id", "version", "title"):
        if reason := why_no_line(getattr(form, name)):
            yield name, reason
    for name in ("fields_missing", "answers_missing"):
        words = getattr(form.flags, name)
        if reason := why_no_line(words) or ("100文字までにしてください。" if len(words) > _LONGEST_FLAG else ""):
            yield f"flags.{name}", reason


def _check_print(form: Form) -> Told:
    """What is printed must be there, and be told apart: labels and questions are found again by their words."""
    printed: dict[str, str] = {}
    for key, text, must in _printed(form):
        if reason := why_no_text(text) or ("空にはできません。" if must and not text.strip() else ""):
            yield key, reason
            continue
        word = label_key(text)
        if must and not word:
            yield key, "記号だけの文は、届いたシートの中で見分けられません。"
        elif must and word in printed:
            yield key, f"「{text.strip()[:20]}」は {printed[word]} と同じ文です。届いたシートの中で見分けられません。"
        if word:
            printed.setdefault(word, key)


def _printed(form: Form) -> Iterator[tuple[str, str, bool]]:
    """(key, text, whether it must be found again by its words), headings and lines first."""
    for name in ("heading", "fields_heading", "questions_heading", "answer_heading"):
        yield name, getattr(form, name), False
    for place, question in enumerate(form.questions, 1):
        yield f"questions.{place}.heading", question.heading, False
        for n, option in enumerate(question.marks, 1):
            yield f"questions.{place}.marks.{n}.text", option.text, False
        for n, line in enumerate(question.free_texts, 1):
            yield f"questions.{place}.free_texts.{n}.label", line.label, False
    for place, field in enumerate(form.fields, 1):
        yield f"fields.{place}.hint", field.hint, False
        yield f"fields.{place}.label", field.label, True
    for place, question in enumerate(form.questions, 1):
        yield f"questions.{place}.text", question.text, True


def _check_fields(form: Form) -> Told:
    for place, field in enumerate(form.fields, 1):
        if (field.kind == "choice") != bool(field.choices):
            yield f"fields.{place}.choices", 'kind = "choice" のときに限り、選択肢が要ります。'
        for choice in doubles(field.choices):
            yield f"fields.{place}.choices", f"「{choice}」が2回以上あります。"
        for choice in field.kinds:
            if choice not in field.choices:
                yield f"fields.{place}.kinds", f"「{choice}」は choices にありません。{perhaps(choice, field.choices)}"
        for choice in field.choices:
            if field.kinds and choice not in field.kinds:
                yield f"fields.{place}.kinds", f"「{choice}」がどの団体のものか、書かれていません。"
        if field.kind == "organisation" and field.key != "organisation":
            yield f"fields.{place}.key", 'kind = "organisation" の欄の key は organisation としてください。'
        if field.sample and field.kind != "organisation":
            yield f"fields.{place}.sample", 'kind = "organisation" の欄にだけ書けます。'
        if (field.fitting or field.below) and field.kind != "position":
            yield f"fields.{place}.below", 'fitting と below は kind = "position" の欄にだけ書けます。'
        for ending in sorted({*field.fitting} & {*field.below}):
            yield f"fields.{place}.below", f"「{ending}」は fitting にもあります。"


def _check_grid(form: Form) -> Told:
    if form.grid is None:
        return
    for key in ("label", "text", "answer"):
        if not _COLUMN.fullmatch(getattr(form.grid, key)):
            yield f"grid.{key}", "列を A から ZZ までの英大文字で書いてください。"
    if not 0 < form.grid.first_field <= form.grid.first_question - len(form.fields):
        yield "grid.first_question", "回答者情報の行より後にしてください。"


def _check_answers(form: Form) -> Told:
    for key, question in _placed(form):
        if bool(question.choices) == bool(question.marks):
            yield key, "choices か marks の、どちらか一方が要ります。"
        if question.none_marked is not None and not question.marks:
            yield f"{key}.none_marked", "marks のある質問にだけ書けます。"
        yield from _check_numbers(f"{key}.choices", question.choices)
        yield from _check_numbers(f"{key}.marks", question.marks)


def _check_numbers(key: str, options: Sequence[Choice | Mark]) -> Told:
    for number in doubles(str(option.number) for option in options):
        yield key, f"number {number} が2回以上あります。"
    for place, option in enumerate(options, 1):
        leading = _NUMBER.match(unicodedata.normalize("NFKC", option.text))
        if leading is None or int(leading[0]) != option.number:
            yield f"{key}.{place}.text", f"先頭の番号が number（{option.number}）と合いません。"


def _check_skips(form: Form) -> Told:
    order = {question.key: place for place, question in enumerate(form.questions)}
    for key, question in _placed(form):
        for place, choice in enumerate(question.choices, 1):
            if not choice.skip_to:
                continue
            if choice.skip_to not in order:
                yield f"{key}.choices.{place}.skip_to", _no_question(choice.skip_to, order)
            elif order[choice.skip_to] <= order[question.key]:
                yield f"{key}.choices.{place}.skip_to", f"質問「{choice.skip_to}」は後の質問ではありません。"
        for place, choice in enumerate(question.choices, 1):
            told = _LEADS.search(unicodedata.normalize("NFKC", choice.text))
            behind = [k for k, at in order.items() if at == order[question.key] + 1]
            if choice.skip_to and choice.skip_to not in order:
                continue
            if told and told[1] in order and told[1] not in (choice.skip_to, *([] if choice.skip_to else behind)):
                reason = f"「{told[0]}」と印字されていますが、skip_to は「{choice.skip_to}」です。"
                yield f"{key}.choices.{place}.skip_to", reason


def _no_question(key: str, known: Iterable[str]) -> str:
    return f"質問「{key}」はありません（questions）。{perhaps(key, known)}"


def _check_conditions(form: Form) -> Told:
    order = {question.key: place for place, question in enumerate(form.questions)}
    for key, question in _placed(form):
        if question.asked_if is None:
            continue
        asked = question.asked_if.question
        if asked not in order:
            yield f"{key}.asked_if.question", _no_question(asked, order)
        elif order[asked] >= order[question.key]:
            yield f"{key}.asked_if.question", f"質問「{asked}」は前の質問ではありません。"
        else:
            before = form.questions[order[asked]]
            yield from _check_taken(f"{key}.asked_if.choices", question.asked_if.choices, before)


def _check_free_texts(form: Form) -> Told:
    for key, question in _placed(form):
        for place, text in enumerate(question.free_texts, 1):
            yield from _check_taken(f"{key}.free_texts.{place}.choices", text.choices, question)


def _check_taken(key: str, numbers: tuple[int, ...], question: Question) -> Told:
    known = {choice.number for choice in question.choices} | {mark.number for mark in question.marks}
    if not numbers:
        yield key, "番号が1つも書かれていません。"
    for number in numbers:
        if number not in known:
            yield key, f"質問「{question.key}」に番号 {number} の選択肢（choices、marks）はありません。"


def _placed(form: Form) -> Iterator[tuple[str, Question]]:
    for place, question in enumerate(form.questions, 1):
        yield f"questions.{place}", question


_CHECKS: tuple[Callable[[Form], Told], ...] = (
    _check_keys,
    _check_names,
    _check_print,
    _check_fields,
    _check_grid,
    _check_answers,
    _check_skips,
    _check_conditions,
    _check_free_texts,
    rule_mistakes,
)
