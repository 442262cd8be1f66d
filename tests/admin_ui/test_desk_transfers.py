"""Handing a caller on from the desk, over the wire to an exchange that remembers what it was asked."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import select

from admin_ui.app import create_app
from dispatch.callbacks.telephone import Telephone
from dispatch.calls import desk, settling
from dispatch.transfers import transfers
from dispatch.transfers.hunting import Duty, Outcome
from dispatch.transfers.transfer_line import TransferLine
from dispatch.transfers.transfers import State, Transfer, TransferAttempt
from hotline.directory.departments import Department, by_code
from hotline.directory.liaisons import Liaison, Position
from hotline.times import local_day, now
from hotline.voice.orders import SpeechOrder
from tests.ami_listener.switch import Switch

World = Any
SignIn = Callable[[str], FlaskClient]
CALLER, OPERATOR = "PJSIP/trunk-00000001", "PJSIP/6001-00000002"
ALWAYS = [{"days": "1-7", "open": "00:00", "close": "24:00"}]


@pytest.fixture
def switch() -> Iterator[Switch]:
    switch = Switch()
    yield switch
    switch.close()


@pytest.fixture
def app(world: World, switch: Switch) -> Iterator[Flask]:
    telephone = Telephone(
        world.settings.model_copy(update={"ami_port": switch.address.port, "ami_secret": SecretStr("secret")})
    )
    made = create_app(
        world.settings, world.database, phones=world.phones, line=TransferLine(telephone.link, world.settings)
    )
    made.config.update(TESTING=False, WTF_CSRF_ENABLED=False)
    yield made
    telephone.close()


@pytest.fixture
def call(world: World, switch: Switch) -> str:
    """The operator talks with a caller; the department 101 has a liaison and is open, whatever day it is."""
    call_id = str(world.call())
    switch.channels = [
        {"Channel": CALLER, "Uniqueid": "1.1", "Linkedid": "1.1", "AccountCode": call_id, "Context": "people"},
        {"Channel": OPERATOR, "Uniqueid": "1.2", "Linkedid": "1.1", "AccountCode": call_id, "Context": "operators"},
        {
            "Channel": "PJSIP/6002-1",
            "Uniqueid": "9.9",
            "Linkedid": "9.9",
            "AccountCode": "another",
            "Context": "people",
        },
    ]
    with world.database.writing() as session:
        desk.answered(session, call_id, world.account("operator"), at=now())
        office = by_code(session, "101")
        assert office is not None
        office.office_hours = ALWAYS
        session.add(Liaison(department_id=office.id, name="张立新", position=Position.A, phone="0877-9601011"))
    return call_id


@pytest.fixture
def is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the day and hour of this test."""
    monkeypatch.setattr("hotline.calendar.office.OfficeHours.closed", lambda self, at: "")


opened = pytest.mark.usefixtures("is_open")


def wish(world: World, call_id: str, **more: str) -> dict[str, str]:
    with world.database.reading() as session:
        office = session.scalars(select(Department.id).where(Department.code == "101")).one()
    return {"call_id": call_id, "department": str(office), "about": "consult", "words": "失业金怎么申领", **more}


def latest(world: World, call_id: str) -> Transfer | None:
    with world.database.reading() as session:
        return transfers.latest(session, call_id)


def rung(world: World, call_id: str) -> str:
    """The hunt goes on, as the listener leads it: a liaison rings."""
    with world.database.writing() as session:
        transfer = transfers.latest(session, call_id)
        assert transfer is not None
        transfer.waits_since = now()
        return transfers.ring(session, transfer, Duty(Position.A, "张立新", "08779601011"), seconds=20, at=now()).id


@opened
def test_caller_and_operator_are_parted_and_the_words_ordered(
    world: World, switch: Switch, signed_in: SignIn, call: str
) -> None:
    answer = signed_in("operator").post("/desk/transfer", data=wish(world, call))
    assert answer.status_code == 200, answer.text
    transfer = latest(world, call)
    assert transfer is not None
    assert (transfer.state, transfer.channel, transfer.otherwise) == (State.RINGING, CALLER, "record")
    (redirected,) = [deed for deed in switch.deeds if deed[0] == "Redirect"]
    assert redirected == ("Redirect", CALLER, "transfer", "s", OPERATOR, "three_way", "officer")
    with world.database.reading() as session:
        ordered = session.scalars(select(SpeechOrder.urgent)).all()
    assert ordered
    assert all(ordered)
    assert "停止转接" in answer.text


REFUSED = (
    ({"about": "complaint"}, "投诉"), ({"about": "report"}, "投诉"), ({"confidential": "1"}, "保密"),
    ({"complained_of": "市人社局"}, "被反映单位"), ({"words": " "}, "请填写"), ({"department": "999"}, "请选择承办单位"),
    ({"department": ""}, "请选择承办单位"), ({"about": "nonsense"}, "请选择事项类别"),
)  # fmt: skip


@opened
def test_what_may_not_be_handed_on_is_refused_and_nobody_is_moved(
    world: World, switch: Switch, signed_in: SignIn, call: str
) -> None:
    operator = signed_in("operator")
    for more, why in REFUSED:
        answer = operator.post("/desk/transfer", data=wish(world, call, **more))
        assert (answer.status_code, why in answer.text) == (422, True), more
    assert latest(world, call) is None
    assert switch.deeds == []


def test_out_of_hours_is_noted_and_nobody_is_moved(
    world: World, switch: Switch, signed_in: SignIn, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.calendar.office.OfficeHours.closed", lambda self, at: "国庆节，不办公")
    answer = signed_in("operator").post("/desk/transfer", data=wish(world, call))
    assert (answer.status_code, "非办公时间" in answer.text, "转录音交办" in answer.text) == (200, True, True)
    with world.database.reading() as session:
        assert session.scalars(select(TransferAttempt.outcome)).all() == [Outcome.OUT_OF_HOURS]
    assert switch.deeds == []
    signed_in("operator").post("/desk/transfer/record", data={"call_id": call})
    assert switch.deeds == [("Redirect", CALLER, "transfer_over", "s", "", "", "")]


@opened
def test_a_refusal_of_the_exchange_is_said_and_the_hunt_is_over(
    world: World, switch: Switch, signed_in: SignIn, call: str
) -> None:
    switch.refuses = {"Redirect"}
    answer = signed_in("operator").post("/desk/transfer", data=wish(world, call))
    assert (answer.status_code, "交换机没有响应" in answer.text) == (422, True)
    transfer = latest(world, call)
    assert transfer is not None
    assert transfer.state == State.FAILED


@opened
def test_a_call_without_the_operators_phone_is_not_handed_on(
    world: World, switch: Switch, signed_in: SignIn, call: str
) -> None:
    del switch.channels[1]
    answer = signed_in("operator").post("/desk/transfer", data=wish(world, call))
    assert (answer.status_code, latest(world, call)) == (422, None)


def test_in_a_call_that_the_operator_rang_himself_nobody_is_moved(
    world: World, switch: Switch, signed_in: SignIn, call: str
) -> None:
    """His own channel is the first of it, and no citizen's waits to be moved; out of hours, too, nothing is noted."""
    citizen, operator = switch.channels[:2]
    switch.channels[:2] = [operator | {"Linkedid": "1.2", "Context": "callback_person"}, citizen | {"Linkedid": "1.2"}]
    for step in ("", "/record"):
        answer = signed_in("operator").post(f"/desk/transfer{step}", data=wish(world, call))
        assert (answer.status_code, "您拨出的通话不能转接承办单位" in answer.text) == (422, True), step
    assert latest(world, call) is None
    assert switch.deeds == []


@opened
def test_stopped_who_rings_is_hung_up_and_the_caller_comes_back(
    world: World, switch: Switch, signed_in: SignIn, call: str
) -> None:
    operator = signed_in("operator")
    operator.post("/desk/transfer", data=wish(world, call))
    attempt = rung(world, call)
    switch.variables[CALLER, "CONTEXT"] = "transfer"
    assert operator.post("/desk/transfer", data=wish(world, call)).status_code == 422  # one hunt at a time
    assert operator.post("/desk/transfer/stop", data={"call_id": call}).status_code == 200
    assert switch.deeds[-2:] == [("Hangup", attempt), ("Redirect", CALLER, "three_way", "caller", "", "", "")]
    assert operator.post("/desk/transfer/stop", data={"call_id": call}).status_code == 422


@opened
def test_the_operator_leaves_a_conversation_of_three_and_no_other(
    world: World, switch: Switch, signed_in: SignIn, call: str
) -> None:
    operator = signed_in("operator")
    operator.post("/desk/transfer", data=wish(world, call))
    attempt = rung(world, call)
    assert operator.post("/desk/transfer/leave", data={"call_id": call}).status_code == 422
    with world.database.writing() as session:
        transfers.joined(session, session.get_one(TransferAttempt, attempt), at=now())
    assert "退出三方通话" in operator.get(f"/desk/transfer?call_id={call}").text
    assert operator.post("/desk/transfer/leave", data={"call_id": call}).status_code == 200
    assert switch.deeds[-1] == ("Hangup", OPERATOR)


@opened
def test_the_panel_is_fetched_again_only_when_something_has_changed(world: World, signed_in: SignIn, call: str) -> None:
    operator = signed_in("operator")

    def shown(token: str) -> Any:
        return operator.get("/desk/transfer", query_string={"call_id": call, "shown": token})

    def token(text: str) -> str:
        return text.split('name="shown" value="')[1].split('"', maxsplit=1)[0]

    first = token(shown("").text)
    assert shown(first).status_code == 204
    operator.post("/desk/transfer", data=wish(world, call))
    second = token(shown(first).text)
    rung(world, call)
    assert shown(second).status_code == 200


def test_nobody_hands_on_a_call_that_is_not_his(world: World, switch: Switch, signed_in: SignIn, call: str) -> None:
    other = signed_in("supervisor")
    assert other.get(f"/desk/transfer?call_id={call}").status_code == 204
    for step in ("", "/stop", "/leave", "/record"):
        assert other.post(f"/desk/transfer{step}", data=wish(world, call)).status_code == 404
    assert switch.deeds == []


def test_a_call_that_is_over_is_handed_to_nobody(world: World, switch: Switch, signed_in: SignIn, call: str) -> None:
    with world.database.writing() as session:
        settling.end(session, call, at=now() + timedelta(seconds=1))
    assert signed_in("operator").post("/desk/transfer", data=wish(world, call)).status_code == 422
    assert "承办单位</span>" not in signed_in("operator").get(f"/desk/transfer?call_id={call}").text


@opened
def test_without_an_exchange_it_is_said(app: Flask, world: World, signed_in: SignIn, call: str) -> None:
    app.extensions["house"] = replace(app.extensions["house"], line=None)
    answer = signed_in("operator").post("/desk/transfer", data=wish(world, call))
    assert (answer.status_code, "未连接交换机" in answer.text) == (422, True)


@opened
def test_the_list_holds_every_attempt_and_the_board_leads_to_it(
    world: World, signed_in: SignIn, call: str
) -> None:
    signed_in("operator").post("/desk/transfer", data=wish(world, call))
    attempt = rung(world, call)
    with world.database.writing() as session:
        transfers.joined(session, session.get_one(TransferAttempt, attempt), at=now())
    supervisor = signed_in("supervisor")
    day = local_day(now())
    board = supervisor.get("/figures").text
    (there,) = map(unescape, re.findall(r'href="(/transfers\?[^"]*state=connected[^"]*)">1<', board))
    asked = {"since": f"{day}", "until": f"{day}", "counted": "1", "state": "connected"}
    assert dict(parse_qsl(urlsplit(there).query)) == asked, "those that count, and of this day"
    page = supervisor.get(there).text
    assert ("张立新 已接通" in page, "共1条" in page) == (True, True)
    file = supervisor.get(there.replace("?", "/export.csv?")).data.decode("utf-8-sig")
    assert f"{call}," in file
    assert "张立新" in file
    assert "13887712345" not in file
    assert "没有符合条件的转接" in supervisor.get("/transfers?state=nobody").text


@opened
def test_who_has_met_somebody_meanwhile_is_not_torn_away(
    world: World, switch: Switch, signed_in: SignIn, call: str
) -> None:
    operator = signed_in("operator")
    operator.post("/desk/transfer", data=wish(world, call))
    switch.variables[CALLER, "CONTEXT"] = "three_way"
    before = len(switch.deeds)
    operator.post("/desk/transfer/stop", data={"call_id": call})
    assert switch.deeds[before:] == []
