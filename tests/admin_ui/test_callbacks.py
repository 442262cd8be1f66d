"""A call-back in person, on its pages: taken, rung, verified, told, written up; what is disputed is decided."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select

from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.callbacks.contacting import ANSWERED, CallerContact
from dispatch.calls import desk
from dispatch.calls.calls import Call
from dispatch.tickets import referrals
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.audit import AuditRow
from hotline.times import now
from tests.dispatch import town
from tests.support.axe import faults

World = Any
SignIn = Callable[[str], FlaskClient]
REPLY = "您的失业金已于三月十日发放。"


@pytest.fixture
def world(world: World) -> World:
    """A personal reply waits for a person; people may be rung at any hour."""
    world.settings = world.settings.model_copy(update={"callback_hours": "00:00-24:00"})
    return world


@pytest.fixture
def owed(world: World) -> Callback:
    number = world.ticket()
    with world.database.writing() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        town.put(session, ticket, State.TO_CALL_BACK)
        ticket.reply, ticket.personal = REPLY, True
        session.get_one(Call, ticket.call_id).ended_at = now()
        callback = Callback(ticket_id=ticket.id, number=ticket.contact, by_person=True, due_at=now())
        session.add(callback)
        session.flush()
        callback.ticket.steps  # noqa: B018 (read while the session is open)
        return callback


def token(client: FlaskClient, owed: Callback) -> str:
    found = re.search(r'name="token" value="(\d+)"', client.get(f"/callbacks/{owed.id}").text)
    assert found
    return found[1]


def do(client: FlaskClient, owed: Callback, step: str, **data: str) -> Any:
    return client.post(f"/callbacks/{owed.id}/{step}", data={"token": token(client, owed), **data})


def test_an_operator_takes_it_rings_verifies_tells_and_writes_it_up(world: World, signed_in: SignIn, owed: Callback) -> None:
    client = signed_in("operator")
    listed = client.get("/callbacks?mine=1").text
    assert "领取" in listed
    assert "138****2345" in listed
    assert client.post(f"/callbacks/{owed.id}/take").status_code == 303
    assert "李晓琴" in signed_in("supervisor").get("/callbacks").text, "everybody sees who has it"
    assert REPLY not in client.get(f"/callbacks/{owed.id}").text
    assert do(client, owed, "ring").status_code == 303
    assert world.phones.asked[-1] == ("connect 13887712345", "6001")
    assert REPLY not in client.get(f"/callbacks/{owed.id}").text, "nothing is shown before he is verified"
    wrong = do(client, owed, "verify", code="1234 5678")
    assert (wrong.status_code, "查询码与该工单不符" in wrong.text) == (422, True)
    assert do(client, owed, "verify", matter="1").status_code == 303
    page = client.get(f"/callbacks/{owed.id}").text
    assert REPLY in page
    assert "13887712345" not in page
    assert do(client, owed, "write-up", outcome="told", solved="no", grade="2", operator_grade="1").status_code == 303
    ticket = world.of(owed.ticket.number)
    assert (ticket.state, ticket.solved, ticket.satisfaction, ticket.operator_satisfaction) == (State.CLOSED, False, 2, 1)
    assert "未解决" in client.get(f"/tickets/{ticket.number}").text
    assert "未解决" in signed_in("city_office").get("/figures/departments/handings.csv").text
    assert client.get(f"/callbacks/{owed.id}?lang=en").status_code == 200
    with world.database.reading() as session:
        noted = session.scalars(select(AuditRow.deed).where(AuditRow.deed.startswith("callback."))).all()
    assert {"callback.taken", "callback.rung", "callback.code_wrong", "callback.verified", "callback.written_up"} <= set(noted)


def test_what_the_department_answered_in_a_talk_is_only_to_be_confirmed(world: World, signed_in: SignIn, owed: Callback) -> None:
    client = signed_in("operator")
    with world.database.writing() as session:
        talk = CallerContact(id="talk", ticket_id=owed.ticket_id, call_id=owed.replied.call_id, by="liaison", at=now(), outcome=ANSWERED)
        session.add(talk)
    client.post(f"/callbacks/{owed.id}/take")
    do(client, owed, "ring")
    assert "不必重述全文" not in client.get(f"/callbacks/{owed.id}").text, "not before he is verified"
    do(client, owed, "verify", matter="1")
    page = client.get(f"/callbacks/{owed.id}").text
    assert ("不必重述全文" in page, "请告知来电人" in page, REPLY in page) == (True, False, True)


def test_what_is_no_longer_what_the_operator_had_before_him_is_not_written_up_as_told(
    world: World, signed_in: SignIn, owed: Callback
) -> None:
    client = signed_in("operator")
    client.post(f"/callbacks/{owed.id}/take")
    do(client, owed, "ring")
    do(client, owed, "verify", matter="1")
    seen = lambda: re.findall(r'name="seen" value="(\w+)"', client.get(f"/callbacks/{owed.id}").text)[0]  # noqa: E731
    before = seen()
    with world.database.writing() as session:
        session.get_one(Ticket, owed.ticket_id).reply = "另一个答复。"
    late = do(client, owed, "write-up", outcome="told", seen=before)
    assert (late.status_code, "刚有变动" in late.text, "另一个答复。" in late.text) == (422, True, True)
    assert do(client, owed, "write-up", outcome="told", seen=seen()).status_code == 303


def test_of_two_only_who_holds_it_may_go_on(signed_in: SignIn, owed: Callback) -> None:
    first, second = signed_in("operator"), signed_in("supervisor")
    first.post(f"/callbacks/{owed.id}/take")
    held = token(first, owed)
    refused = second.post(f"/callbacks/{owed.id}/take")
    assert (refused.status_code, "已被他人领取" in refused.text) == (422, True)
    for step in ("ring", "verify", "write-up", "put-back"):
        answer = second.post(f"/callbacks/{owed.id}/{step}", data={"token": held})
        assert (answer.status_code, "已不在您手中" in answer.text) == (422, True)
    first.post(f"/callbacks/{owed.id}/put-back", data={"token": held})
    second.post(f"/callbacks/{owed.id}/take")
    assert first.post(f"/callbacks/{owed.id}/ring", data={"token": held}).status_code == 422, "an old claim opens nothing"


def test_an_exchange_that_refuses_rang_nobody(world: World, signed_in: SignIn, owed: Callback) -> None:
    client = signed_in("operator")
    client.post(f"/callbacks/{owed.id}/take")
    world.phones.broken = True
    answer = do(client, owed, "ring")
    assert (answer.status_code, "交换机没有应答" in answer.text) == (422, True)
    with world.database.reading() as session:
        assert session.scalars(select(Attempt.outcome)).all() == ["not_rung"]
        assert session.get_one(Callback, owed.id).attempts == 0
    world.phones.broken = False
    assert do(client, owed, "ring").status_code == 303


def test_only_what_a_person_tells_has_a_page(world: World, signed_in: SignIn, owed: Callback) -> None:
    with world.database.writing() as session:
        session.get_one(Callback, owed.id).by_person = False
    assert signed_in("operator").get(f"/callbacks/{owed.id}").status_code == 404
    assert signed_in("operator").post(f"/callbacks/{owed.id}/take").status_code == 404

def test_who_has_the_caller_on_the_line_tells_him_what_the_machine_was_to_tell(world: World, signed_in: SignIn, owed: Callback) -> None:
    client, number = signed_in("operator"), owed.replied.number
    with world.database.writing() as session:
        session.get_one(Callback, owed.id).by_person = False
    assert "在本次来电中告知答复" not in client.get(f"/tickets/{number}").text
    refused = client.post(f"/callbacks/{owed.id}/in-call")
    assert (refused.status_code, "您没有正在接听的来电" in refused.text) == (422, True)
    call_id = world.call(caller="13900000000")
    with world.database.writing() as session:
        desk.answered(session, call_id, session.get_one(Account, world.account("operator").id), at=now())
    assert "在本次来电中告知答复" in client.get(f"/tickets/{number}").text
    assert client.post(f"/callbacks/{owed.id}/in-call").status_code == 303
    page = client.get(f"/callbacks/{owed.id}").text
    assert (REPLY in page, "无人接听" in page, "接通未确认" in page) == (False, False, True)
    assert do(client, owed, "verify", matter="1").status_code == 303
    assert REPLY in client.get(f"/callbacks/{owed.id}").text
    assert do(client, owed, "write-up", outcome="told", grade="1").status_code == 303
    assert (world.of(number).state, world.of(number).satisfaction) == (State.CLOSED, 1)
    assert client.get(f"/callbacks/{owed.id}").status_code == 200


def test_the_supervisor_decides_on_the_tickets_own_page_and_nobody_else(world: World, signed_in: SignIn, owed: Callback) -> None:
    number = owed.ticket.number
    with world.database.writing() as session:
        ticket = session.get_one(Ticket, owed.ticket_id)
        ticket.redone = 1
        referrals.told(session, ticket, grade=5, settings=world.settings, at=now())
    supervisor = signed_in("supervisor")
    page = supervisor.get(f"/tickets/{number}").text
    assert "裁定办结" in page
    assert "再重办一次" in page
    assert "裁定办结" not in signed_in("operator").get(f"/tickets/{number}").text
    assert number in supervisor.get("/tickets?mine=1").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    assert supervisor.post(f"/tickets/{number}/redo-again", data={"version": version[1], "why": "请再核实"}).status_code == 303
    assert world.of(number).state == State.IN_HAND


@pytest.mark.browser
def test_axe_finds_nothing_grave_on_any_stage_of_the_page(world: World, enter: Callable[..., Page], owed: Callback) -> None:
    page = enter("operator", width=390)
    found = {}
    for step in ("take", "ring", "姓名和事项相符"):
        page.goto(f"/callbacks/{owed.id}")
        found[step] = faults(page)
        page.locator("button", has_text={"take": "领取本次回访", "ring": "拨打来电人"}.get(step, step)).click()
        page.wait_for_load_state("load")
    found["told"] = faults(page)
    assert REPLY in page.content()
    assert {step: what for step, what in found.items() if what} == {}
