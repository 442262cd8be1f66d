"""What a department's people do among themselves: several accepted at once, notes for colleagues."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.callbacks import contacting
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket
from hotline.directory.liaisons import Liaison, Position
from tests.dispatch import town

World = Any
SignIn = Callable[[str], FlaskClient]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database


def test_several_are_accepted_at_once_but_only_what_was_opened(world: World, signed_in: SignIn) -> None:
    first, second, unopened = (world.ticket() for _ in range(3))
    liaison = signed_in("liaison")
    assert "签收所选" not in liaison.get("/tickets").text
    for number in (first, second):
        liaison.get(f"/tickets/{number}")
    page = liaison.get("/tickets?mine=1").text
    assert (page.count('form="accept"'), page.count("disabled title"), "签收所选" in page) == (3, 1, True)
    done = liaison.post("/tickets/accept?mine=1", data={"ticket": [first, second, unopened, first, "x"]}, follow_redirects=True).text
    assert all(words in done for words in ("已签收2件", f"{unopened}：请先打开工单再签收", "x：没有该工单"))
    assert [world.of(number).state for number in (first, second, unopened)] == ["in_hand", "in_hand", "to_accept"]
    theirs = signed_in("liaison_b")
    assert "没有该工单" in theirs.post("/tickets/accept", data={"ticket": unopened}, follow_redirects=True).text
    assert signed_in("supervisor").post("/tickets/accept", data={"ticket": unopened}).status_code == 403
    assert 'form="accept"' not in signed_in("supervisor").get("/tickets").text


def test_notes_for_colleagues_are_read_by_their_department_alone(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    liaison, leader, supervisor = signed_in("liaison"), signed_in("leader"), signed_in("supervisor")

    def note(client: FlaskClient, words: str) -> int:
        version = world.of(number).version
        return client.post(f"/tickets/{number}/colleague-note", data={"words": words, "version": version}).status_code

    assert (note(liaison, "已问过档案室"), note(leader, "先给个初稿"), note(liaison, " ")) == (303, 303, 422)
    assert (note(supervisor, "x"), note(signed_in("liaison_b"), "x")) == (422, 404)
    page = leader.get(f"/tickets/{number}").text
    assert all(words in page for words in ("已问过档案室", "先给个初稿", "同事备注（只有本单位看得到）"))
    seen = supervisor.get(f"/tickets/{number}").text
    assert all(words not in seen for words in ("已问过档案室", "先给个初稿", "同事备注"))
    taken = supervisor.get(f"/cases/{number}.zip?purpose=law")
    assert taken.status_code == 200
    with zipfile.ZipFile(io.BytesIO(taken.data)) as case:
        assert all("已问过档案室".encode() not in case.read(name) for name in case.namelist())


def test_a_department_has_its_caller_rung_and_writes_up_how_it_went(world: World, signed_in: SignIn, app: Flask) -> None:
    house = app.extensions["house"]
    app.extensions["house"] = replace(house, settings=house.settings.model_copy(update={"callback_hours": "00:00-24:00"}))
    number, guarded = world.ticket(), world.ticket(Klass.COMPLAINT)
    with world.database.writing() as session:
        session.add(Liaison(department_id=1, name="张立新", position=Position.A, phone="0877-2012345"))
    liaison = signed_in("liaison")
    assert 'id="contact"' in liaison.get(f"/tickets/{number}").text
    assert 'id="contact"' not in liaison.get(f"/tickets/{guarded}").text
    assert 'id="contact"' not in signed_in("supervisor").get(f"/tickets/{number}").text

    def post(client: FlaskClient, way: str, of: str = number, **data: str) -> int:
        return client.post(f"/tickets/{of}/contact{way}", data=data | {"version": world.of(of).version}).status_code

    assert (post(liaison, "", of=guarded, liaison="1"), post(signed_in("leader"), "", liaison="1")) == (422, 403)
    world.phones.broken = True
    assert post(liaison, "", liaison="1") == 422
    world.phones.broken = False
    assert post(liaison, "", liaison="1") == 303
    assert world.phones.asked == [("08772012345 with 13887712345", "")]
    assert "13887712345" not in liaison.get(f"/tickets/{number}").text
    assert post(liaison, "/write-up", outcome="reached", words="已说明所需材料") == 303
    page = liaison.get(f"/tickets/{number}").text
    assert all(words in page for words in ("已与来电人通话：已说明所需材料", contacting.OUTCOMES[contacting.NOT_RUNG]))


def test_a_talk_is_written_up_also_once_the_answer_is_signed(world: World, signed_in: SignIn, app: Flask) -> None:
    house = app.extensions["house"]
    app.extensions["house"] = replace(house, settings=house.settings.model_copy(update={"callback_hours": "00:00-24:00"}))
    number, liaison = world.ticket(), signed_in("liaison")
    with world.database.writing() as session:
        session.add(Liaison(department_id=1, name="张立新", position=Position.A, phone="0877-2012345"))
    here = f"/tickets/{number}/contact"
    assert liaison.post(here, data={"liaison": "1", "version": world.of(number).version}).status_code == 303
    with world.database.writing() as session:
        town.put(session, session.scalars(select(Ticket).where(Ticket.number == number)).one(), State.TO_CHECK)
    assert "通话后请记录结果" in liaison.get(f"/tickets/{number}").text
    said = {"outcome": contacting.ANSWERED, "words": "已告知到账时间", "version": world.of(number).version}
    assert liaison.post(f"{here}/write-up", data=said).status_code == 303
    assert 'id="contact"' not in liaison.get(f"/tickets/{number}").text
