"""What is done at a body, or for all, after its effect and its letters were shown: 該当事務なし, extensions, requests.

The first POST tries it in a transaction that is rolled back and shows the page `sure`; the second does it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from flask import Flask, abort, g, redirect, request
from flask.typing import ResponseReturnValue

from config.frozen import frozen
from config.jst import in_jst
from replies.japanese import era_date
from routing import operate, typed
from routing.console.pages import page, person
from routing.console.premises import Premises
from routing.console.who import own, step, who_acts
from routing.journey.desk import Desk
from routing.ledger import correspondence, withdrawing
from routing.ledger.correspondence import LetterRecord
from routing.notices.extension_notice import notices, place_of, queue_notices, take_back_earlier
from routing.notices.request import Wanted, request_originals
from routing.operate import ChangedSince, Consent
from routing.operate.consent import SURE
from routing.operate.trying import tried
from routing.register import Register
from routing.tracking.extend import Target, extend
from routing.views.letters import letter_of
from routing.who import Refused

WHOLE = "全ての団体"


def add_sure_acts(site: Flask, premises: Premises) -> None:
    """Register every act."""
    acts = SureActs(premises)
    site.add_url_rule("/body/<lgcode>/<program>/<switch>", "applicable", acts.applicable, methods=["POST"])
    site.add_url_rule("/body/<lgcode>/extend", "extend", acts.extend, methods=["POST"])
    site.add_url_rule("/body/<lgcode>/request", "request", acts.request, methods=["POST"])
    site.add_url_rule("/extend", "extend_all", acts.extend_all, methods=["POST"])


@frozen
class _SureAct:
    """What is to be confirmed: `try_` on the ledger alone, in sentences; `also`, what is done beside it in earnest;
    `word` that has to be typed, where nothing brings it back."""

    label: str
    lgcode: str  # empty: everybody
    name: str
    back: str
    try_: Callable[[], list[str]]
    also: Callable[[], object] = list
    word: str = ""
    doubt: str = ""  # what wants a second thought


class SureActs:
    """Each act by its name."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def applicable(self, lgcode: str, program: str, switch: str) -> ResponseReturnValue:
        """該当事務なし, and back."""
        if switch not in ("on", "off"):
            abort(404)
        own(_mailbox_of(self._premises.register, program))
        with self._premises.open_desk() as desk:
            who = who_acts(request.form)

            def act(consent: Consent = SURE) -> list[str]:
                return list(operate.set_applicable(desk, (lgcode, program), switch == "off", who, consent).effects)

            label = "該当事務なしと記録する" if switch == "on" else "該当事務なしを取り消す"
            doubt = _doubt(desk, lambda: act(Consent()))
            return _confirm(desk, _SureAct(label, lgcode, _name(desk, lgcode), f"/body/{lgcode}", act, doubt=doubt))

    def extend(self, lgcode: str) -> ResponseReturnValue:
        """A later deadline for one body."""
        with self._premises.open_desk() as desk:
            own(_mailbox_of(desk.register, request.form.get("program", "")))
            return _confirm(desk, _extension(desk, lgcode, _name(desk, lgcode), f"/body/{lgcode}"))

    def extend_all(self) -> ResponseReturnValue:
        """A later deadline for everybody: an administrator's, and his to type."""
        if not person().is_admin:
            abort(403)
        with self._premises.open_desk() as desk:
            return _confirm(desk, _extension(desk, "", WHOLE, "/notices"))

    def request(self, lgcode: str) -> ResponseReturnValue:
        """Ask a prefecture for a municipality's own sheet."""
        with self._premises.open_desk() as desk:
            register, form, who = desk.register, request.form, who_acts(request.form)
            program = typed.program(form.get("program", ""), register)
            own(_mailbox_of(register, program))
            until = form.get("until", "").strip()
            hour = in_jst(register.survey.deadline).time()
            wanted = Wanted((lgcode,), program, typed.instant(until, register, hour) if until else None)

            def act() -> list[str]:
                to = request_originals(desk, wanted, who)
                return [f"{'、'.join(to)} に、{_name(desk, lgcode)}の調査票（元のファイル）をお願いします。"]

            return _confirm(desk, _SureAct("元のファイルをお願いする", lgcode, _name(desk, lgcode), f"/body/{lgcode}", act))


def _extension(desk: Desk, lgcode: str, name: str, back: str) -> _SureAct:
    form, register, who = request.form, desk.register, who_acts(request.form)
    hour = in_jst(register.survey.deadline).time()
    target = Target(lgcode, form.get("program", ""))
    until = typed.instant(form.get("until", ""), register, hour)

    def act() -> list[str]:
        extend(desk, target, until, who)
        said = [f"{name}の期限を、{era_date(until)}とします。"]
        place = place_of(desk, target)
        silent = [register.full_name(a.respondent) for a in notices(desk, place) if not a.posted]
        if form.get("notify") == "yes":
            said.append(f"【提出期限延長のお知らせ】を {queue_notices(desk, place, who)} 通送ります。")
            said += [f"アドレスが分からないため、電話などでお知らせください：{'、'.join(silent)}"] if silent else []
        return said

    def also() -> object:
        return take_back_earlier(desk, target, desk.settings.ledger.parent / "延長のお知らせ")

    return _SureAct("期限を延長する", lgcode, name, back, act, also, "" if lgcode else WHOLE)


def _confirm(desk: Desk, act: _SureAct) -> ResponseReturnValue:
    """The page that shows it; at the second POST the deed, whose letters rest. Where that would come to anything else
    than was shown, the page anew."""
    g.act = step()
    if g.act == "preview":
        return _shown(desk, act)
    if act.word and request.form.get("typed", "").strip() != act.word:
        raise Refused(f"確かめのため、「{act.word}」と入力してください。何も記録していません。")
    try:
        with desk.ledger.writing():
            before = correspondence.newest_letter(desk.ledger)
            stands = _stands(desk, act)
            sentences, letters = act.try_(), correspondence.letters_after(desk.ledger, before)
            if request.form.get("shown") != _digest(stands, act, sentences, letters):
                raise ChangedSince("ご確認の後に内容が変わりました。まだ何も記録していません。もう一度お確かめください。")
            act.also()
            rest = timedelta(seconds=desk.settings.console.undo_seconds)
            withdrawing.rest_until(desk.ledger, before, desk.clock() + rest)
    except ChangedSince as changed:
        return _shown(desk, act, str(changed)), 409
    return redirect(act.back, 303)


def _shown(desk: Desk, act: _SureAct, changed: str = "") -> str:
    found = tried(desk.ledger, act.try_)
    carried = {key: value for key, value in request.form.items() if key not in ("go", "typed", "shown")}
    shown = _digest(_stands(desk, act), act, found.result, [letter for letter, _ in found.letters])
    return page(
        desk, "sure", label=act.label, name=act.name, back=act.back, action=request.path, sentences=found.result,
        letters=[letter_of(desk, *x) for x in found.letters], carried=carried | {"shown": shown},
        typed_word=act.word, doubt=act.doubt, changed=changed, undo_seconds=desk.settings.console.undo_seconds,
    )  # fmt: skip


def _stands(desk: Desk, act: _SureAct) -> int:
    """How much was noted at the body, or for all, until now."""
    return len(correspondence.acts_at_body(desk.ledger, act.lgcode))


def _digest(stands: int, act: _SureAct, sentences: list[str], letters: list[LetterRecord]) -> str:
    """What was shown before the second step, in short."""
    told = [str(stands), act.doubt, *sentences, *(f"{x.kind} {x.recipient} {x.subject}" for x in letters)]
    return hashlib.sha256("\n".join(told).encode("utf-8", "backslashreplace")).hexdigest()


def _doubt(desk: Desk, act: Callable[[], object]) -> str:
    """What the act would ask a second yes for; empty for nothing."""
    try:
        tried(desk.ledger, act)
    except operate.AskedTwice as twice:
        return str(twice)
    return ""


def _name(desk: Desk, lgcode: str) -> str:
    if desk.register.body(lgcode) is None:
        abort(404)
    return desk.register.full_name(lgcode)


def _mailbox_of(register: Register, program: str) -> str:
    """The mailbox to which a program's answers go; empty for all programs. Raises Refused."""
    if not program:
        return ""
    return register.survey.program(typed.program(program, register)).mailbox
