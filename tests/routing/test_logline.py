"""One line per mail for operators: short however many files there are, and without anybody's address."""

from __future__ import annotations

from routing.journey.logline import settled_line
from tests.routing.desk_at_hand import Office, form, mail, nanbyo


def test_what_several_files_have_in_common_is_said_once(office: Office) -> None:
    shoman = form({"program": "小慢"})
    settled = office.settle(mail({"1.xlsx": nanbyo(), "2.xlsx": nanbyo(), "3.xlsx": shoman}))
    line = settled_line(settled, office.desk.register)
    assert "神奈川県横浜市 難病 受付（受け付けました）×2、神奈川県横浜市 小慢 受付（受け付けました） /" in line


def test_the_line_names_no_person_and_no_address(office: Office) -> None:
    line = settled_line(office.settle(mail(sender="mihon.taro@city.yokohama.lg.jp")), office.desk.register)
    assert "\n" not in line
    assert "@" not in line and "mihon" not in line
