"""What a caller was to be told by message stands on his ticket's page, and what did not reach him is sent again from there."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from hotline.audit import AuditRow
from hotline.telling import notices, sms
from hotline.telling.notices import Notice, Topic
from hotline.telling.outbox import Delivery, State
from hotline.times import now

World = Any
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def number(world: World) -> str:
    """A ticket of which its caller did not get the code, nor a department's duty telephone its message."""
    number: str = world.ticket()
    with world.database.writing() as session:
        sms.owe(session, sms.CODE, "13887712345", {"number": number, "code": "73519284"}, now(), key="a", about=("ticket", number))
        duty = {"department": "x", "urgency": "特急", "number": number, "due": "x"}
        sms.owe(session, sms.DUTY, "13887700000", duty, now(), key="b", about=("ticket", number))
        for row in session.scalars(select(Delivery).where(Delivery.channel == "sms")):
            row.state, row.ground, row.attempts = State.FAILED, "对方答复400", 6
    return number


def code_of(world: World) -> Delivery:
    with world.database.reading() as session:
        return session.scalars(select(Delivery).where(Delivery.topic == sms.CODE)).one()  # type: ignore[no-any-return]


def test_what_did_not_reach_him_is_seen_and_sent_again_by_who_speaks_with_callers(world: World, signed_in: SignIn, number: str) -> None:
    page = signed_in("supervisor").get(f"/tickets/{number}").text
    panel = page.split('id="told"')[1].split("</section>")[0]
    assert all(text in panel for text in ("告知查询码", "失败", "对方答复400", "重新发送"))
    assert not any(hidden in panel for hidden in ("值班通知", "73519284", "13887712345"))
    version = page.split('name="version" value="')[1].split('"')[0]
    there = f"/tickets/{number}/told/{code_of(world).id}/again"
    client = signed_in("operator")
    assert client.post(there, data={"version": version}).status_code == 303
    assert (code_of(world).state, code_of(world).attempts) == ("owed", 0)
    assert "无需重发" in client.post(there, data={"version": version}).text, "it waits already"
    with world.database.reading() as session:
        assert [row.by for row in session.scalars(select(AuditRow).where(AuditRow.deed == "delivery.again"))] == ["operator"]


def test_no_department_sees_it_and_nothing_of_another_matter_is_sent_from_here(world: World, signed_in: SignIn, number: str) -> None:
    liaison, there = signed_in("liaison"), f"/tickets/{number}/told/{code_of(world).id}/again"
    assert 'id="told"' not in liaison.get(f"/tickets/{number}").text
    assert liaison.post(there, data={"version": "1"}).status_code == 403
    other = world.ticket(title="另一事项")
    client = signed_in("supervisor")
    version = client.get(f"/tickets/{other}").text.split('name="version" value="')[1].split('"')[0]
    assert client.post(there.replace(number, other), data={"version": version}).status_code == 404
    assert code_of(world).state == "failed"


def test_of_an_answer_that_did_not_go_out_the_notice_leads_to_its_call(world: World, signed_in: SignIn) -> None:
    call_id = world.call()
    with world.database.writing() as session:
        notices.tell(session, [world.account("supervisor")], Topic.UNHEARD, key="a", about=("call", call_id), at=now())
        notice_id = session.scalars(select(Notice.id).where(Notice.topic == Topic.UNHEARD)).one()
    client = signed_in("supervisor")
    assert "通话</a>" in client.get("/inbox").text
    assert client.get(f"/inbox/{notice_id}").location == f"/calls/{call_id}"
