"""核实身份 at the desk: matters lie before the operator once the caller has said what only he knows, and not before."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.calls.desk import Offer
from dispatch.tickets import codes
from dispatch.tickets.progress import MOST_WRONG
from dispatch.tickets.tickets import Klass, Ticket
from hotline.audit import AuditRow
from hotline.times import now

World = Any
SignIn = Callable[[str], FlaskClient]
CODE = "12345678"
TITLE = "失业金一直没有到账"


@pytest.fixture
def number(world: World) -> str:
    """A ticket of the telephone 13887712345, lodged by 王小明 with a query code."""
    lodged, other = str(world.ticket()), world.ticket(title="公园路灯不亮", klass=Klass.HELP)
    with world.database.writing() as session:
        found = {ticket.number: ticket for ticket in session.scalars(select(Ticket))}
        found[lodged].code_digest, found[other].summary = codes.digest(CODE, settings=world.settings), "夜里很黑，请派人修。"
    return lodged


def calling(world: World, caller: str = "13887712345", *, answered: bool = True) -> str:
    call_id = str(world.call(operator="operator", caller=caller))
    with world.database.writing() as session:
        session.add(Offer(call_id=call_id, account_id=world.account("operator").id, at=now(), answered_at=now() if answered else None))
    return call_id


def told(desk: FlaskClient, call_id: str, **said: str) -> str:
    return desk.post("/desk/verify", data={"call_id": call_id} | said).text


def test_name_and_matter_or_the_query_code_bring_his_matter_and_no_other(world: World, signed_in: SignIn, number: str) -> None:
    desk, call_id = signed_in("operator"), calling(world)
    card = desk.get("/desk/card").text
    assert "此前工单2件" in card
    assert number not in card
    assert TITLE not in card
    for said in ({"name": "王小明", "matter": "失业金"}, {"name": " 王女士", "matter": "失业金没到账"}, {"code": "1234 5678"}):
        page = told(desk, call_id, **said)
        assert number in page, said
        assert TITLE in page
        assert "路灯" not in page
    with world.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.deed == "caller.verified")).all()
    assert [(row.by, row.thing, row.details["how"]) for row in rows] == [("operator", call_id, how) for how in ("matter", "matter", "code")]


def test_what_is_not_as_it_was_written_down_brings_nothing(world: World, signed_in: SignIn, number: str) -> None:
    desk, call_id = signed_in("operator"), calling(world)
    for said in ({"name": "李小明", "matter": "失业金"}, {"name": "王小明", "matter": "噪音扰民"}, {"name": "王小明", "matter": "失"},
                 {"code": "87654321"}):  # fmt: skip
        page = told(desk, call_id, **said)
        assert "未能核实" in page, said
        assert number not in page
    assert "请填写查询码" in told(desk, call_id, name="王小明")
    assert "请先接听来电" in told(desk, calling(world, answered=False), code=CODE)
    assert "请先接听来电" in told(signed_in("supervisor"), call_id, code=CODE)


def test_from_another_telephone_the_code_opens_with_the_last_four_digits_of_his_own(world: World, signed_in: SignIn, number: str) -> None:
    desk, call_id = signed_in("operator"), calling(world, "13900001111")
    assert number not in told(desk, call_id, code=CODE)
    assert number not in told(desk, call_id, name="王小明", matter="失业金")
    assert number in told(desk, call_id, code=CODE, four="2345")
    for _ in range(MOST_WRONG):
        told(desk, call_id, code="87654321")
    assert "错误次数过多" in told(desk, call_id, code=CODE, four="2345")


def test_the_card_says_whom_one_speaks_to_slowly_and_leads_to_flagging_whose_number_is_masked(world: World, signed_in: SignIn) -> None:
    desk, call_id = signed_in("operator"), calling(world)
    assert "老年人" not in desk.get("/desk/card").text
    there = re.search(r'href="(/flags[^"]+)"', desk.get("/desk/card").text)
    assert there
    assert desk.get(there[1]).text.count(f'value="{call_id}"') == 2, "to flag and to warn"
    assert desk.post("/flags", data={"number": call_id, "skill": "elderly", "reason": "听力不好"}).status_code == 303
    card = desk.get("/desk/card").text
    assert "老年人" in card
    assert "听力不好" in card
    office = signed_in("supervisor")
    leads = re.findall(r'href="(/(?:flags|barring)[^"]*call=[^"]+)"', office.get(f"/calls/{call_id}").text)
    assert len(leads) == 2
    assert all(f'value="{call_id}"' in office.get(there).text for there in leads)
