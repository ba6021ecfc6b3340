"""Every action that a section needs has a command and an act of the page, and both call one function below the doors.

The table is written from the list of what a section does; the doors are read as source, since each has its own words.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from routing.cli.app import COMMANDS
from routing.operate import Possible, possible
from routing.operate.wishes import ACTIONS
from tests.routing.console_at_hand import site_of
from tests.routing.desk_at_hand import Office, mail

ROUTING = Path(__file__).parents[2] / "routing"
# what is done -> (command, module of the page, route, the function that both call)
ACTS = {
    "accept": ("decide", "acts", "act", "fulfil"), "ask for correction": ("decide", "acts", "act", "fulfil"),
    "through your prefecture": ("decide", "acts", "act", "fulfil"), "set aside": ("decide", "acts", "act", "fulfil"),
    "done": ("decide", "acts", "act", "fulfil"), "assign": ("decide", "acts", "act", "fulfil"),
    "vouch for a sender": ("decide", "acts", "act", "fulfil"), "amend by telephone": ("decide", "acts", "act", "fulfil"),
    "time of receipt": ("decide", "acts", "act", "fulfil"), "read again": ("decide", "acts", "act", "fulfil"),
    "not a My Number": ("decide", "acts", "act", "fulfil"), "answer in words": ("answer", "acts", "act", "fulfil"),
    "forward": ("forward", "acts", "act", "fulfil"), "erase": ("erase", "acts", "act", "take_out"),
    "tell who was replaced": ("tell-replaced", "acts", "act", "fulfil"),
    "tell the prefecture": ("tell-prefecture", "acts", "act", "fulfil"),
    "no such duty": ("decide", "sure_acts", "applicable", "set_applicable"),
    "extension": ("extend", "sure_acts", "extend", "extend"),
    "extension for all": ("extend", "sure_acts", "extend_all", "extend"),
    "pause": ("pause-reminders", "office_acts", "reminders", "pause"),
    "request": ("request", "sure_acts", "request", "request_originals"),
    "resend": ("resend", "office_acts", "resend", "resend"), "note of a call": ("note", "office_acts", "note", "note_call"),
    "withdraw a letter": ("withdraw", "office_acts", "withdraw", "withdraw"),
    "paper": ("add", "office_acts", "paper", "add"),
    "hold sending": ("hold-sending", "office_acts", "hold", "hold_sending"),
    "release sending": ("release-sending", "office_acts", "release", "release_sending"),
    "release chosen letters": ("release-sending", "chosen_letters", "release_chosen", "let_go"),
    "mark letters as having left": ("release-sending", "chosen_letters", "release_chosen", "note_left"),
    "release drafts": ("letters", "office_acts", "release_letters", "release"),
}  # fmt: skip
# The page's own: the same function with a time until which it can be taken back.
SAME = {"fulfil": {"fulfil", "fulfil_later"}}


def used(module: Path) -> set[str]:
    """The names of what a module calls, or chooses between and then calls; an import alone is no use."""
    names = (node for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Attribute | ast.Name))
    return {node.attr if isinstance(node, ast.Attribute) else node.id for node in names}


@pytest.mark.parametrize("done", ACTS)
def test_what_a_section_does_has_a_command_and_an_act_of_the_page_and_one_function(done: str) -> None:
    command, page, _, function = ACTS[done]
    doors = (ROUTING / "cli" / f"{COMMANDS[command].partition('.')[0]}.py", ROUTING / "console" / f"{page}.py")
    names = SAME.get(function, {function})
    assert [door.name for door in doors if not names & used(door)] == []


def test_every_act_has_its_address_for_posts_alone_or_for_its_form(office: Office) -> None:
    rules = {rule.endpoint: rule.methods or set() for rule in site_of(office).url_map.iter_rules()}
    assert [done for done, (_, _, route, _) in ACTS.items() if "POST" not in rules.get(route, set())] == []


def test_every_action_on_a_mail_is_offered_or_says_why_not(office: Office) -> None:
    arrival = office.settle(mail()).decided.arrival
    found = possible(office.desk, arrival)
    assert [p.action for p in found] == [*ACTIONS, "erase"]
    refused: list[Possible] = [p for p in found if p.why_not]
    assert refused and all(p.why_not.endswith("。") for p in refused)
