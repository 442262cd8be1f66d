"""The telephone in the page: to whom its secret is told, what its page may do, and how its panel is used."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from admin_ui.app import create_app
from admin_ui.phones import BrowserPhones, PhonesError
from hotline.accounts import phone_passwords
from hotline.accounts.accounts import Account
from hotline.audit import AuditRow
from hotline.database import Database
from hotline.times import now
from tests.admin_ui.conftest import Enter, Front
from tests.support.axe import faults

from .support import on_sqlite

World = Any
HEARD = ("wss://{host}:8089/ws", "wss://{host}:8090/ws")
LET_IN = dict[str, str]()
IN_PAGES = BrowserPhones(frozenset({"6001"}), HEARD, LET_IN.__setitem__)
TALKING = "() => new BroadcastChannel('phone-6001').postMessage({ how: { state: 'talking' } })"
OVERHEAR = "() => { new BroadcastChannel('phone-6001').onmessage = ({ data }) => { window.overheard = data; }; }"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)


@pytest.fixture(autouse=True)
def _nobody_is_let_in() -> None:
    LET_IN.clear()


@pytest.fixture
def app(world: World) -> Flask:
    made = create_app(world.settings, world.database, phones=world.phones, browser_phones=IN_PAGES)
    made.config.update(WTF_CSRF_ENABLED=False)
    return made


def test_its_secret_is_made_for_whose_it_is_and_told_to_nobody_else_and_each_telling_is_noted(world: World, app: Flask, signed_in: Any) -> None:
    mine: FlaskClient = signed_in("operator")
    told = mine.post("/desk/phone")
    assert told.headers["Cache-Control"] == "no-store"
    assert told.json["number"] == "6001"
    assert told.json["addresses"] == ["wss://localhost:8089/ws", "wss://localhost:8090/ws"]
    assert len(told.json["secret"]) == 48
    assert told.json["secret"] == LET_IN.pop("6001"), "the exchanges know it before the page does"
    assert mine.get("/desk/phone").status_code == 405
    with world.database.writing() as session:
        session.execute(update(Account).where(Account.login == "supervisor").values(extension="6002"))
    for login, code in {"supervisor": 404, "auditor": 403}.items():
        refused = signed_in(login).post("/desk/phone")
        assert (refused.status_code, LET_IN) == (code, {}), login
    with world.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.deed == "phone.secret_told")).all()
        assert [(row.by, row.kind, row.thing) for row in rows] == [("operator", "phone", "6001")]
        assert told.json["secret"] not in str([row.details for row in rows])
    app.config["WTF_CSRF_ENABLED"] = True
    assert mine.post("/desk/phone").status_code == 400, "another site's page has it not told either"


def test_each_telling_makes_another_one_and_a_desk_that_was_displaced_gets_none(world: World, signed_in: Any) -> None:
    mine, elsewhere = signed_in("operator"), signed_in("operator")
    first = mine.post("/desk/phone").json
    again = mine.post("/desk/phone", data={"after": first["mark"]}).json
    assert first["secret"] != again["secret"] == LET_IN["6001"]
    other = elsewhere.post("/desk/phone").json
    assert mine.post("/desk/phone", data={"after": again["mark"]}).status_code == 409
    assert LET_IN["6001"] == other["secret"], "who has the place keeps it"
    assert mine.post("/desk/phone").status_code == 200, "unless somebody takes it back"


def test_when_no_exchange_can_be_told_the_page_hears_that_and_no_secret(app: Flask, signed_in: Any) -> None:
    def nobody(_number: str, _password: str) -> None:
        raise PhonesError("交换机没有响应")

    app.extensions["house"] = replace(app.extensions["house"], browser_phones=replace(IN_PAGES, let_in=nobody))
    told = signed_in("operator").post("/desk/phone")
    assert (told.status_code, told.json) == (502, {})


def test_it_ends_with_its_time_with_the_session_and_with_the_account(world: World, signed_in: Any) -> None:
    def over(*, minutes: float = 0) -> list[str]:
        with world.database.reading() as session:
            return [told.extension for told in phone_passwords.over(session, at=now() + timedelta(minutes=minutes))]

    signed_in("operator").post("/desk/phone")
    lasts = world.settings.session_minutes
    assert (over(minutes=lasts - 1), over(minutes=lasts)) == ([], ["6001"])
    his = signed_in("operator")
    his.post("/desk/phone")
    his.post("/sign-out")
    assert over() == ["6001"]
    for change in ({"epoch": Account.epoch + 1}, {"active": False}, {"extension": "6002"}):
        with world.database.writing() as session:
            session.execute(update(Account).where(Account.login == "operator").values(active=True, extension="6001"))
        signed_in("operator").post("/desk/phone")
        assert over() == []
        with world.database.writing() as session:
            session.execute(update(Account).where(Account.login == "operator").values(**change))
        assert over() == ["6001"], change


def test_only_the_desk_of_who_has_one_may_hear_and_reach_the_exchange(world: World, signed_in: Any) -> None:
    operator, supervisor = signed_in("operator"), signed_in("supervisor")
    desk = operator.get("/desk")
    assert "connect-src 'self' wss://localhost:8089 wss://localhost:8090" in desk.headers["Content-Security-Policy"]
    assert "microphone=(self)" in desk.headers["Permissions-Policy"]
    assert "data-sign-in" in desk.text
    assert LET_IN == {}, "a page alone has none made"
    injected = operator.get("/desk", headers={"Host": "localhost; script-src *"})
    assert "script-src" not in injected.headers["Content-Security-Policy"]
    for page in (operator.get("/tickets"), supervisor.get("/desk")):
        assert "connect-src" not in page.headers["Content-Security-Policy"]
        assert "microphone=()" in page.headers["Permissions-Policy"]
        assert "data-sign-in" not in page.text
    assert 'id="phone"' not in supervisor.get("/desk").text


@pytest.mark.browser
def test_its_panel_says_why_it_is_not_there_and_is_used_from_any_tab_by_keys(front: Front, enter: Enter) -> None:
    front.app.extensions["house"] = replace(front.app.extensions["house"], browser_phones=IN_PAGES)
    desk = enter("operator")
    desk.goto("/desk")
    expect(desk.get_by_role("status").filter(has_text="网页话机 6001")).to_contain_text("无法使用麦克风", use_inner_text=True)
    assert faults(desk) == []
    aside: Page = desk.context.new_page()
    aside.goto("/tickets")
    panel = aside.get_by_role("region", name="网页话机")
    expect(panel).to_be_hidden()
    desk.evaluate(OVERHEAR)
    desk.evaluate(TALKING)
    expect(panel).to_contain_text("通话中", use_inner_text=True)
    aside.get_by_text("拨号键盘").first.click()
    assert faults(aside) == []
    aside.keyboard.press("F9")
    desk.wait_for_function("() => window.overheard?.deed === 'hang_up'")
