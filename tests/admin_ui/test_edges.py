"""What people could do wrong, or mean to."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from admin_ui.app import create_app
from admin_ui.exports import harmless
from admin_ui.fan_out import FanOut
from dispatch.calls import desk
from dispatch.calls.calls import CallStep
from dispatch.figures.board import board
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.accounts import Account
from hotline.audit import AuditRow
from hotline.database import Database
from hotline.events import Event
from hotline.times import local_day, now

World = Any
SignIn = Callable[[str], FlaskClient]
PASSWORD = "correct horse battery"


def test_too_many_attempts_to_sign_in_are_refused_in_words(world: World) -> None:
    app = create_app(world.settings.model_copy(update={"sign_in_limit": "3 per minute"}), world.database)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    codes = [client.post("/sign-in", data={"login": "x", "password": "y"}).status_code for _ in range(4)]
    assert codes == [422, 422, 422, 429]
    assert "操作过于频繁" in client.post("/sign-in").text


@pytest.mark.parametrize("there", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "x"])
def test_signing_in_leads_nowhere_else(app: Flask, there: str) -> None:
    answer = app.test_client().post(f"/sign-in?next={there}", data={"login": "operator", "password": PASSWORD})
    assert answer.location == "/"


def test_a_changed_password_ends_the_other_sessions(signed_in: SignIn) -> None:
    here, there = signed_in("operator"), signed_in("operator")
    new = "another long password"
    assert here.post("/password", data={"old": PASSWORD, "new": new, "again": new}).status_code == 303
    assert here.get("/desk").status_code == 200
    assert there.get("/desk").status_code == 302


@pytest.mark.parametrize(("old", "new", "again", "words"), [
    ("wrong", "long enough now", "long enough now", "原密码不正确"),
    (PASSWORD, "long enough now", "something else", "两次输入的新密码不一致"),
    (PASSWORD, "short", "short", "密码至少需要"),
])  # fmt: skip
def test_a_bad_new_password_is_refused_in_words(signed_in: SignIn, old: str, new: str, again: str, words: str) -> None:
    answer = signed_in("operator").post("/password", data={"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert words in answer.text


def test_an_export_holds_what_the_filter_shows_and_no_number(world: World, signed_in: SignIn) -> None:
    world.ticket(Klass.CONSULT)
    complaint = world.ticket(Klass.COMPLAINT)
    answer = signed_in("supervisor").get("/tickets/export.csv?class=complaint")
    text = answer.data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows[1:]] == [complaint]
    assert "2345" not in text.replace(complaint, "")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    calls = signed_in("supervisor").get("/calls/export.csv?q=13887712345&page=2").text
    assert "138****2345" in calls
    assert "13887712345" not in calls
    with world.database.reading() as session:
        noted = session.scalars(select(AuditRow).where(AuditRow.deed == "exported").order_by(AuditRow.id)).all()
        assert [row.details["asked"] for row in noted] == [{"class": "complaint"}, {"q": "138****2345"}], "whose rows they were"


def test_the_wallboards_figures_are_those_of_the_lists_behind_them(world: World, signed_in: SignIn) -> None:
    world.day_of_calls(60)
    day = local_day(now()) - timedelta(days=1)
    with world.database.reading() as session:
        counted = board(session, day=day, at=now())
    client = signed_in("supervisor")

    def rows(query: str) -> int:
        text = client.get(f"/calls/export.csv?since={day}&until={day}&direction=in&{query}").text
        return len(text.splitlines()) - 1

    assert counted.calls == rows("") == 60 == sum(counted.outcomes.values())
    assert counted.answered.part == rows("line=answered")
    assert counted.answered.whole == rows("line=queued")
    for outcome, number in counted.outcomes.items():
        assert number == rows(f"outcome={outcome}"), outcome
    assert f"{counted.answered.percent:.1f} %" in client.get(f"/figures?day={day}").text


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-1", "@x", "\tx", "\n=1", "＝1+1", "＋86", "－1", "＠x"])
def test_no_exported_cell_runs(cell: str) -> None:
    assert harmless(cell).startswith("'")


def test_a_number_is_not_shown_without_a_reason_nor_to_who_may_not_see_it(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    call_id = world.of(number).call_id
    assert "13887712345" not in signed_in("supervisor").post(f"/calls/{call_id}/number", data={"why": " "}).text
    assert "13887712345" in signed_in("supervisor").post(f"/calls/{call_id}/number", data={"why": "核实地址"}).text
    assert signed_in("liaison").post(f"/tickets/{number}/number", data={"why": "核实地址"}).status_code == 403
    assert signed_in("inspector").post(f"/tickets/{number}/number", data={"why": "核实地址"}).status_code == 403
    with world.database.reading() as session:
        assert len(session.scalars(select(AuditRow).where(AuditRow.deed == "number.unmasked")).all()) == 1


def test_an_operator_reaches_only_calls_that_rang_at_his_desk(world: World, signed_in: SignIn) -> None:
    other = world.call(operator="supervisor")
    client = signed_in("operator")
    assert client.post(f"/calls/{other}/number", data={"why": "好奇"}).status_code == 404
    told = {"call_id": other, "entry_id": "1", "version_id": "1"}
    assert client.post("/desk/told", data=told).status_code == 404
    assert client.post("/desk/referrals", data={"call_id": other, "klass": "consult"}).status_code == 404


def test_what_may_not_be_answered_is_not_noted_as_told(world: World, signed_in: SignIn) -> None:
    call_id, account = world.call(), world.account("operator")
    with world.database.writing() as session:
        desk.answered(session, call_id, account, at=now())
    client = signed_in("operator")
    told = {"call_id": call_id, "entry_id": "4", "version_id": "4"}
    assert "刚有变动" in client.post("/desk/told", data=told).text
    assert "已告知承办单位" in client.post("/desk/told", data={**told, "heard": "contact"}).text
    with world.database.reading() as session:
        kinds = session.scalars(select(CallStep.kind).where(CallStep.call_id == call_id)).all()
    assert "told" not in kinds
    assert "directed" in kinds


def test_a_referral_without_a_title_keeps_what_was_typed(world: World, signed_in: SignIn) -> None:
    call_id, account = world.call(), world.account("operator")
    with world.database.writing() as session:
        desk.answered(session, call_id, account, at=now())
    answer = signed_in("operator").post("/desk/referrals", data={
        "call_id": call_id, "klass": "help", "title": " ", "summary": "写了很久的摘要"})  # fmt: skip
    assert answer.status_code == 422
    assert "请填写标题和事项摘要" in answer.text
    assert "写了很久的摘要" in answer.text
    with world.database.reading() as session:
        assert session.scalars(select(Ticket)).all() == []


def test_another_departments_entries_are_not_there(signed_in: SignIn) -> None:
    client = signed_in("liaison_b")
    assert client.get("/knowledge/1").status_code == 404
    assert "/knowledge/1" not in client.get("/knowledge?q=社保卡丢了").text
    assert "玉101授" not in client.get("/authorisations").text
    assert "玉101授" not in client.get("/departments/1").text
    assert client.get("/knowledge/3").status_code == 200


def test_a_locked_account_is_out_at_once_and_nobody_locks_himself(world: World, signed_in: SignIn) -> None:
    operator, office = signed_in("operator"), signed_in("administrator")
    assert office.post(f"/accounts/{world.account('operator').id}/lock").status_code == 303
    assert operator.get("/desk").status_code == 302
    own = world.account("administrator").id
    assert "不能停用自己的账号" in office.post(f"/accounts/{own}/lock", follow_redirects=True).text
    with world.database.reading() as session:
        assert session.get_one(Account, own).active


@pytest.mark.parametrize("query", ["?page=999999999999", "?page=-1", "?page=x", "?state=nowhere", "?department=x",
                                   "?lang=en&_scheme=javascript&endpoint=x&_external=1", "?q=%25&page=2"])  # fmt: skip
def test_odd_queries_break_nothing(world: World, signed_in: SignIn, query: str) -> None:
    world.ticket()
    client = signed_in("supervisor")
    for path in ("/tickets", "/calls", "/knowledge", "/authorisations", "/departments", "/callbacks", "/figures"):
        answer = client.get(path + query)
        assert answer.status_code == 200, path
        assert 'href="javascript' not in answer.text


def test_an_unknown_address_is_said_to_be_unknown_in_the_style_of_the_house(signed_in: SignIn) -> None:
    client = signed_in("supervisor")
    for there in ("/nowhere", "/knowledge/99999999999999999999", "/recordings/99999999999999999999/sound"):
        answer = client.get(there)
        assert answer.status_code == 404
        assert "找不到此页" in answer.text


def test_with_the_database_away_the_page_says_so(world: World) -> None:
    away = create_app(world.settings, Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing"))
    away.config["WTF_CSRF_ENABLED"] = False
    answer = away.test_client().post("/sign-in", data={"login": "operator", "password": PASSWORD})
    assert answer.status_code == 503
    assert "来电不受影响" in answer.text


def test_events_go_to_their_own_account_alone() -> None:
    fan_out = FanOut(None)
    one, two = fan_out.join(1), fan_out.join(2)
    for account_id in (1, None, 3):
        fan_out._hand_on(Event("offer", call_id="c", account_id=account_id))
    fan_out._hand_on(Event("secret", account_id=2))
    assert one.waiting.qsize() == 1
    assert two.waiting.qsize() == 0


def test_a_browser_that_does_not_read_holds_nobody_up() -> None:
    fan_out = FanOut(None)
    slow = fan_out.join(1)
    for _ in range(500):
        fan_out._hand_on(Event("offer", account_id=1))
    assert slow.waiting.full()
