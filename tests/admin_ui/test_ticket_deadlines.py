"""Why a ticket is due then stands on its page, line by line, for both clocks."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket
from tests.dispatch import town

World = Any
SignIn = Callable[[str], FlaskClient]


def test_the_page_says_line_by_line_why_both_deadlines_are_then_and_that_a_clock_stands(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    liaison = signed_in("liaison")
    page = liaison.get(f"/tickets/{number}").text
    row = world.of(number)
    assert page.index("承办期限怎样算出来的") < page.index("对来电人的承诺怎样算出来的")
    for lines in (row.why_due, row.why_promised):
        assert "<ol>" + "".join(f"<li>{line}</li>" for line in lines) + "</ol>" in page
    assert "停表" not in page
    with world.database.writing() as session:
        town.put(session, session.scalars(select(Ticket).where(Ticket.number == number)).one(), State.TO_CHECK)
    assert "待审核期间，承办期限停表" in liaison.get(f"/tickets/{number}").text


def test_a_ticket_that_waits_to_be_dispatched_explains_by_when_and_the_promise(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    liaison, supervisor = signed_in("liaison"), signed_in("supervisor")
    version = world.of(number).version
    assert liaison.post(f"/tickets/{number}/return", data={"why": "不属于我局", "version": version}).status_code == 303
    page = supervisor.get(f"/tickets/{number}").text
    assert "承办期限怎样算出来的" not in page
    assert "<dt>派发期限</dt>" in page
    assert page.index("派发期限怎样算出来的") < page.index(world.of(number).why_due[0]) < page.index("对来电人的承诺怎样算出来的")
