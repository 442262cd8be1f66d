"""监听 from the list of calls and a call's page: whose telephone is rung, what is noted, and who sees it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from dispatch.calls import desk, settling
from hotline.accounts.accounts import Account
from hotline.audit import AuditRow
from hotline.times import now

World = Any
SignIn = Callable[[str], FlaskClient]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database


@pytest.fixture
def call(world: World) -> str:
    """The operator talks; the supervisor has a telephone."""
    call_id = str(world.call())
    with world.database.writing() as session:
        desk.answered(session, call_id, world.account("operator"), at=now())
        session.execute(update(Account).where(Account.login == "supervisor").values(extension="6002"))
    return call_id


def noted(world: World) -> list[tuple[str, str, dict[str, Any]]]:
    with world.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.deed == "call.listened_in")).all()
        return [(row.by, row.thing, row.details) for row in rows]


def test_a_supervisor_says_what_for_his_telephone_rings_and_it_stands_in_trail_and_timeline(world: World, signed_in: SignIn, call: str) -> None:
    supervisor, there = signed_in("supervisor"), f"/calls/{call}/listening-in"
    assert f"/calls/{call}#listening-in" in supervisor.get("/calls?line=talking").text
    assert "line=talking" in supervisor.get("/figures/board").text
    assert supervisor.post(there, data={"purpose": "curiosity"}).status_code == 400
    assert noted(world) == []
    page = supervisor.post(there, data={"purpose": "dispute"}, follow_redirects=True).text
    assert world.phones.asked[-2:] == [(f"talks in {call}", "6001"), ("hear PJSIP/6001-0000002a", "6002")]
    assert noted(world) == [("supervisor", call, {"operator": "operator", "purpose": "dispute"})]
    assert "<strong>监听</strong>" in page
    assert "普建华 · 核实争议" in page
    assert "监听" in supervisor.get(f"/calls/{call}").text
    card = signed_in("operator").get("/desk/card").text
    assert "138****2345" in card
    assert "监听" not in card, "the operator isn't told"
    for login in ("quality_inspector", "city_office"):
        assert "listening-in" not in signed_in(login).get(f"/calls/{call}").text


def test_what_the_exchange_refuses_is_said_and_a_call_that_is_over_is_not_offered(world: World, signed_in: SignIn, call: str) -> None:
    supervisor, there = signed_in("supervisor"), f"/calls/{call}/listening-in"
    world.phones.broken = True
    refused = supervisor.post(there, data={"purpose": "quality"})
    assert (refused.status_code, "交换机没有应答" in refused.text, noted(world)) == (422, True, [])
    world.phones.broken = False
    with world.database.writing() as session:
        settling.end(session, call, at=now())
    assert "listening-in" not in supervisor.get(f"/calls/{call}").text + supervisor.get("/calls").text
    over = supervisor.post(there, data={"purpose": "quality"})
    assert (over.status_code, "没有其他接线员" in over.text) == (422, True)
    assert world.phones.asked == []
