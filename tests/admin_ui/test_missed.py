"""Callers whom nobody answered, on their pages: listed, filtered, taken once, rung, written up, counted."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select

from dispatch.callbacks import missed
from dispatch.callbacks.callbacks import Attempt
from dispatch.callbacks.missed import MissedCaller
from dispatch.calls import calls, endings
from dispatch.tickets.tickets import Ticket
from hotline.times import now
from tests.support.axe import faults

World = Any
SignIn = Callable[[str], FlaskClient]
WORDS = "询问失业金何时到账，已告知三月十日发放"


@pytest.fixture
def world(world: World) -> World:
    """People may be rung at any hour."""
    world.settings = world.settings.model_copy(update={"callback_hours": "00:00-24:00"})
    return world


@pytest.fixture
def owed(world: World) -> int:
    """Somebody gave up; the number of the call-back that he is owed."""
    at = now()
    with world.database.writing() as session:
        calls.begin(session, "gave-up", caller="13887712345", at=at)
        session.flush()
        calls.queue(session, session.get_one(calls.Call, "gave-up"), at=at)
        endings.end_call(session, "gave-up", settings=world.settings, at=at)
        missed.gather(session, settings=world.settings, at=at + missed.SETTLED)
        row = session.scalars(select(MissedCaller)).one()
        row.callback.due_at = at
        return row.callback_id


def do(client: FlaskClient, owed: int, step: str, **data: str) -> Any:
    found = re.search(r'name="token" value="(\d+)"', client.get(f"/callbacks/{owed}").text)
    return client.post(f"/callbacks/{owed}/{step}", data={"token": found[1] if found else "0", **data})


def test_an_operator_takes_him_rings_and_writes_down_what_came_of_it(world: World, signed_in: SignIn, owed: int) -> None:
    client = signed_in("operator")
    assert "领取" in client.get("/missed?over=open&mine=1").text
    assert "138****2345" not in client.get("/callbacks").text, "he has a list of his own"
    assert client.post(f"/callbacks/{owed}/take").status_code == 303
    assert signed_in("supervisor").post(f"/callbacks/{owed}/take").status_code == 422, "of two who take him one gets him"
    assert "李晓琴" in signed_in("supervisor").get("/missed").text, "everybody sees who has him"
    assert do(client, owed, "ring").status_code == 303
    assert world.phones.asked[-1] == ("connect 13887712345", "6001")
    page = client.get(f"/callbacks/{owed}")
    assert (page.status_code, "13887712345" in page.text) == (200, False)
    with world.database.reading() as session:
        call_id = session.scalars(select(Attempt.call_id)).one()
    matter = {"call_id": call_id, "klass": "consult", "title": "失业金", "summary": "三月失业金未到账。", "confirmed": "1"}
    assert client.post("/desk/referrals", data=matter).status_code == 200, "what he wants is referred from that page"
    assert do(client, owed, "write-up", outcome="told", words="").status_code == 422
    assert do(client, owed, "write-up", outcome="told", words=WORDS).status_code == 303
    assert WORDS in client.get(f"/callbacks/{owed}?lang=en").text
    with world.database.reading() as session:
        assert session.scalars(select(MissedCaller.over)).one() == "called_back"
        assert session.scalars(select(Ticket.call_id)).one() == call_id


@pytest.mark.parametrize(("wanted", "rows"), [("", 1), ("over=open", 1), ("over=message", 0), ("counted=1", 0), ("in_time=1", 0), ("until=2020-01-01", 0)])  # fmt: skip
def test_page_and_file_hold_what_is_filtered(signed_in: SignIn, owed: int, wanted: str, rows: int) -> None:
    client = signed_in("supervisor")
    file = client.get(f"/missed/export.csv?{wanted}").data.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(file)))) == 1 + rows
    assert "13887712345" not in file
    assert client.get(f"/missed?{wanted}").text.count("138****2345</td>") == rows


def test_the_board_leads_to_those_it_counts(signed_in: SignIn, owed: int) -> None:
    board = signed_in("supervisor").get("/figures/board").text
    link = re.search(r'href="(/missed\?[^"]*over=open)">1<', board)
    assert link
    assert "138****2345" in signed_in("supervisor").get(link[1].replace("&amp;", "&")).text


def test_a_department_learns_nothing_of_him(signed_in: SignIn, owed: int) -> None:
    for address in ("/missed", "/missed/export.csv", f"/callbacks/{owed}"):
        assert signed_in("liaison").get(address).status_code == 403


@pytest.mark.browser
def test_axe_finds_nothing_grave_on_any_stage_of_the_page(world: World, enter: Callable[..., Page], owed: int) -> None:
    page = enter("operator", width=390)
    page.goto("/missed")
    found = {"list": faults(page)}
    for button in ("领取本次回电", "拨打来电人"):
        page.goto(f"/callbacks/{owed}")
        found[button] = faults(page)
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state("load")
    page.get_by_label("标题").wait_for()
    found["rung"] = faults(page)
    assert {step: what for step, what in found.items() if what} == {}
