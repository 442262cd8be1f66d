"""质检: calls drawn by lot, judged by who has heard them, and read by the operator on his own calls' page."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from dispatch.calls.assessments import Assessment
from dispatch.calls.calls import Call
from dispatch.calls.desk import Offer
from dispatch.tickets.tickets import Klass
from hotline.audit import AuditRow
from hotline.times import local_day, now

World = Any
SignIn = Callable[[str], FlaskClient]


def taken(world: World, operator: str = "operator", **of: Any) -> str:
    """A recorded call that this one took and that is over."""
    call = world.of(world.ticket(**of)).call_id
    with world.database.writing() as session:
        at = now()
        session.execute(update(Call).where(Call.id == call).values(
            answered_at=at - timedelta(seconds=90), ended_at=at, operator_id=world.account(operator).id))  # fmt: skip
    return str(call)


def lot(**more: Any) -> dict[str, Any]:
    today = local_day(now())
    return {"since": today.isoformat(), "until": today.isoformat(), "count": "10"} | more


def drawn(world: World) -> set[str]:
    with world.database.reading() as session:
        return set(session.scalars(select(Assessment.call_id).where(Assessment.drawn)))


def hear(client: FlaskClient, world: World, call: str, purpose: str = "quality") -> None:
    sound = re.search(r"/recordings/(\d+)/player", client.get(f"/calls/{call}").text)
    assert sound
    assert client.get(f"/recordings/{sound[1]}/sound?purpose={purpose}").status_code == 200


def test_a_call_is_drawn_heard_judged_and_read_by_its_operator_alone(world: World, signed_in: SignIn) -> None:
    call, inspector = taken(world), signed_in("quality_inspector")
    assert "已抽取1个通话" in inspector.post("/assessments/draw", data=lot(), follow_redirects=True).text
    assert f"/calls/{call}" in inspector.get("/assessments?state=open").text
    assert 'value="quality" selected' in inspector.get("/recordings/1/player").text, "what he hears it for"
    said = {"score": "86", "remarks": "解答准确，结束语漏了工号"}
    unheard = inspector.post(f"/assessments/calls/{call}", data=said)
    assert (unheard.status_code, "请先收听录音" in unheard.text, "结束语漏了工号" in unheard.text) == (422, True, True)
    hear(inspector, world, call)
    assert inspector.post(f"/assessments/calls/{call}", data=said).status_code == 303
    assert "86分" in inspector.get(f"/calls/{call}").text
    own = signed_in("operator")
    for page in (f"/own-calls/{call}", "/own-calls", "/own-calls?which=judged"):
        assert "结束语漏了工号" in own.get(page).text, page
    assert "结束语漏了工号" not in signed_in("city_office").get(f"/calls/{call}").text
    inspector.post(f"/assessments/calls/{call}", data=said | {"score": "90", "remarks": "复听后更正"})
    assert "复听后更正" in own.get("/own-calls").text
    with world.database.reading() as session:
        trail = session.scalars(select(AuditRow).where(AuditRow.deed.startswith("assessment.")).order_by(AuditRow.id)).all()
    assert trail[0].details["calls"] == [call], "which were drawn, so that nobody draws until he likes what he gets"
    assert [(row.details["score"], row.details["before"], row.reason) for row in trail[1:]] == [
        (86, None, said["remarks"]), (90, 86, "复听后更正")]  # fmt: skip


@pytest.mark.parametrize(("given", "told"), [({"score": "101"}, "0至100"), ({"score": ""}, "0至100"), ({"score": "8.5"}, "0至100"),
                                             ({"remarks": " "}, "请写明评语")])
def test_what_is_no_judgement_is_refused(world: World, signed_in: SignIn, given: dict[str, str], told: str) -> None:
    call, inspector = taken(world), signed_in("quality_inspector")
    hear(inspector, world, call)
    answer = inspector.post(f"/assessments/calls/{call}", data={"score": "80", "remarks": "好"} | given)
    assert (answer.status_code, told in answer.text) == (422, True)


def test_nobody_judges_himself_nor_what_nobody_took_and_who_may_not_does_not(world: World, signed_in: SignIn) -> None:
    mine, nobodys, supervisor = taken(world, "supervisor"), world.call(recorded=True), signed_in("supervisor")
    said = {"score": "100", "remarks": "很好"}
    for call, told in ((mine, "不能评自己"), (nobodys, "只能评接线员接听")):
        assert told in supervisor.post(f"/assessments/calls/{call}", data=said).text
    assert "没有可以抽取的通话" in supervisor.post("/assessments/draw", data=lot(), follow_redirects=True).text
    for login in ("operator", "liaison", "city_office", "auditor"):
        assert signed_in(login).post(f"/assessments/calls/{mine}", data=said).status_code == 403
        assert signed_in(login).get("/assessments").status_code == 403


def test_the_lot_takes_each_call_once_of_the_days_and_operator_that_are_asked_for_and_no_secret_one(world: World, signed_in: SignIn) -> None:
    calls = {taken(world) for _ in range(4)}
    others, secret = taken(world, "supervisor"), taken(world, klass=Klass.CONSULT, confidential=True)
    inspector, operator = signed_in("quality_inspector"), world.account("operator").id
    yesterday = (local_day(now()) - timedelta(days=1)).isoformat()
    for wrong in (lot(count="0"), lot(count="51"), lot(since=""), lot(since=yesterday, until=yesterday)):
        inspector.post("/assessments/draw", data=wrong)
        assert drawn(world) == set()
    inspector.post("/assessments/draw", data=lot(count="3", operator=operator))
    first = drawn(world)
    assert (len(first), first < calls) == (3, True)
    inspector.post("/assessments/draw", data=lot(count="50", operator=operator))
    assert drawn(world) == calls, "the one that was left, and none twice"
    inspector.post("/assessments/draw", data=lot())
    assert drawn(world) == calls | {others}
    assert secret not in drawn(world)


def rows(client: FlaskClient, there: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(there).data.decode("utf-8-sig"))))[1:]


def test_each_figure_is_that_of_its_list(world: World, signed_in: SignIn) -> None:
    calls, inspector = [taken(world) for _ in range(3)], signed_in("quality_inspector")
    inspector.post("/assessments/draw", data=lot())
    for call, score in zip(calls, (60, 91), strict=False):
        hear(inspector, world, call)
        inspector.post(f"/assessments/calls/{call}", data={"score": score, "remarks": "评语"})
    operator = world.account("operator").id
    page = inspector.get("/assessments").text
    assert "151 ÷ 2" in page
    assert "75.5" in page
    assert [len(rows(inspector, f"/assessments/export.csv?operator={operator}{state}")) for state in ("", "&state=scored", "&state=open")] == [3, 2, 1]
    assert rows(inspector, f"/assessments/export.csv?operator={operator + 1}") == []
    missed = world.call()
    with world.database.writing() as session:
        for call in (missed, calls[0]):  # the one that he took after all isn't missed
            session.add(Offer(call_id=call, account_id=operator, at=now(), ended_at=now(), outcome="missed"))
    own = signed_in("operator")
    page = " ".join(own.get("/own-calls").text.split())
    for figure, which, count in ((3, "taken", 3), (1, "missed", 1), (2, "judged", 2)):
        assert re.search(rf'which={which}">{figure}</a>', page), which
        assert len(rows(own, f"/own-calls/export.csv?which={which}")) == count
    assert "1:30" in page
    assert "75.5" in page
    assert rows(own, "/own-calls/export.csv?until=2020-01-01") == []


def test_an_operator_opens_and_hears_his_own_calls_and_reads_no_other(world: World, signed_in: SignIn) -> None:
    mine, others, own = taken(world), taken(world, "supervisor"), signed_in("operator")
    listed = own.get("/own-calls").text
    assert (mine in listed, others in listed, "138****2345" in listed, "13887712345" in listed) == (True, False, True, False)
    page = own.get(f"/own-calls/{mine}").text
    assert "/player" in page
    assert 'href="/own-calls"' in page
    assert own.get(f"/own-calls/{others}").status_code == 404
    assert own.get(f"/calls/{mine}").status_code == 403
    with world.database.reading() as session:
        assert session.scalars(select(AuditRow.thing).where(AuditRow.deed == "call.read")).all() == [mine]
