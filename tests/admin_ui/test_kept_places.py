"""Kept places on their page: who waits to be rung, filtered, exported, counted on the board; and the 15 seconds."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select

from dispatch.callbacks import callbacks, places
from dispatch.calls import calls, desk, settling
from hotline.accounts.accounts import Account
from hotline.audit import AuditRow
from hotline.times import now
from tests.support.axe import faults

World = Any
SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def kept(world: World) -> None:
    """Somebody waits no longer: he is rung when it is his turn."""
    at = now()
    with world.database.writing() as session:
        calls.begin(session, "kept", caller="13887712345", at=at)
        session.flush()
        calls.queue(session, session.get_one(calls.Call, "kept"), at=at)
        assert places.keep(session, "kept", rank=6, at=at)
        settling.end(session, "kept", at=at)


@pytest.mark.parametrize(("wanted", "rows"), [("", 1), ("over=open", 1), ("over=answered", 0), ("until=2020-01-01", 0)])
def test_page_and_file_hold_what_is_filtered(world: World, signed_in: SignIn, kept: None, wanted: str, rows: int) -> None:
    client = signed_in("operator")
    file = client.get(f"/places/export.csv?{wanted}").data.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(file)))) == 1 + rows
    assert client.get(f"/places?{wanted}").text.count("138****2345</td>") == rows
    assert "13887712345" not in file + client.get("/places").text
    with world.database.reading() as session:
        taken = select(AuditRow).where(AuditRow.deed == "exported")
        assert session.scalars(taken).one().thing == "places", "what is taken out of the house is noted"


def test_the_board_leads_to_who_waits_and_a_department_learns_nothing(signed_in: SignIn, kept: None) -> None:
    board = signed_in("supervisor").get("/figures/board").text
    assert re.search(r'href="/places\?over=open">1<', board)
    for address in ("/places", "/places/export.csv"):
        assert signed_in("liaison").get(address).status_code == 403


def test_the_operator_sees_that_he_waited_and_was_rung_by_us(world: World, signed_in: SignIn, kept: None) -> None:
    with world.database.writing() as session:
        place = session.scalars(select(places.Place)).one()
        call_id = callbacks.place(session, place.callback, settings=world.settings, at=now()).call_id
        session.flush()
        desk.offer(session, call_id, session.scalars(select(Account).where(Account.login == "operator")).one(), at=now())
    assert "由我们拨出" in signed_in("operator").get("/desk/card").text


def test_the_fifteen_seconds_lead_to_the_calls_that_they_count(world: World, signed_in: SignIn) -> None:
    at = now()
    with world.database.writing() as session:
        for number, waited in enumerate((4.0, 15.0, 15.2, None, None)):
            call_id = f"asked-{number}"
            calls.begin(session, call_id, caller=f"1388771000{number}", at=at - timedelta(seconds=8))
            session.flush()
            call = session.get_one(calls.Call, call_id)
            calls.queue(session, call, at=at)
            call.answered_at = at + timedelta(seconds=waited) if waited else None
            if number < 4:
                settling.end(session, call_id, at=at + timedelta(seconds=30))
    client = signed_in("supervisor")
    board = client.get("/figures/board").text
    figure = board[board.index("15秒接通率") :][:1200]
    part, whole = re.findall(r'href="(/calls\?[^"]+)">(\d+)<', figure)[:2]
    assert "8.0秒" in figure
    for link, count in (part, whole):
        address = link.replace("&amp;", "&")
        assert client.get(address).text.count('data-label="排队"') == int(count)
        assert len(client.get(address.replace("/calls?", "/calls/export.csv?")).data.decode("utf-8-sig").splitlines()) == 1 + int(count)
    assert int(whole[1]) - int(part[1]) >= 2, "who waited longer and who gave up count, who waits doesn't yet"


@pytest.mark.browser
def test_axe_finds_nothing_grave_on_it(enter: Callable[..., Page], kept: None) -> None:
    page = enter("operator", width=390)
    page.goto("/places")
    assert faults(page) == []
