"""Everybody has an inbox of his own and says how else he is told; who runs the system sees what went out, not what it says."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import meta
from jinja2.nodes import Assign, Name
from sqlalchemy import select

from admin_ui.words import TOPICS
from dispatch.calls import desk
from dispatch.tickets import joint
from dispatch.tickets.caller_sms import SmsWish
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department
from hotline.telling import notices, sms
from hotline.telling.notices import Notice, Topic, Wish
from hotline.telling.outbox import Delivery, State
from hotline.times import now
from tests.admin_ui.support import ROOT

World = Any
SignIn = Callable[[str], FlaskClient]
MOBILE = "13888888888"


def tell(world: World, login: str = "liaison", topic: Topic = Topic.NEW, number: str = "96128-20261123-0009") -> None:
    with world.database.writing() as session:
        notices.tell(session, [world.account(login)], topic, key=f"{topic}:{number}", about=("ticket", number), at=now())


def wants(world: World, login: str = "liaison", **more: object) -> None:
    wish = {"email": "zhang@gov.test", "by_email": True, "mobile": "", "by_sms": False, "digest": False, "quiet": "", "muted": []} | more
    with world.database.writing() as session:
        kept = notices.want(session, Wish(account_id=world.account(login).id, **wish), by=world.account(login), at=now())
        kept.confirmed = kept.email


def of(world: World, model: type[Any]) -> list[Any]:
    with world.database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_an_inbox_and_says_how_it_is_told(world: World, signed_in: SignIn, role: Role) -> None:
    tell(world, role.value, Topic.OVERDUE)
    client = signed_in(role.value)
    assert 'id="unread">1<' in client.get("/inbox").text
    assert "工单已逾期" in client.get("/inbox?state=unread&topic=overdue").text
    assert "没有符合条件的提醒" in client.get("/inbox?state=read").text
    sent = {"by_email": "1", "email": f"{role}@gov.test", "topic": ["overdue"], "quiet": "21:00-08:00"}
    assert client.post("/inbox/wishes", data=sent).status_code == 303
    with world.database.reading() as session:
        kept = notices.wish_of(session, world.account(role.value).id)
        assert (kept.email, kept.by_email, kept.quiet, sorted(kept.muted)) == (f"{role}@gov.test", True, "21:00-08:00", sorted(set(Topic) - {"overdue"}))


def test_opening_leads_to_the_ticket_and_marks_it_read_and_nobody_reads_anothers(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    liaison, other = signed_in("liaison"), signed_in("liaison_b")
    [notice] = [row for row in of(world, Notice) if row.topic == "new"]
    assert other.get(f"/inbox/{notice.id}").status_code == 404
    assert number not in other.get("/inbox").text
    other.post("/inbox/read", data={"notice": notice.id})
    other.post("/inbox/read", data={"all": "1"})
    assert 'id="unread">1<' in liaison.get("/tickets").text
    opened = liaison.get(f"/inbox/{notice.id}")
    assert (opened.status_code, opened.location) == (302, f"/tickets/{number}")
    assert 'id="unread"' not in liaison.get("/tickets").text
    reviewer = signed_in("secrecy_reviewer")
    with world.database.writing() as session:
        notices.tell(session, [world.account("secrecy_reviewer")], Topic.SWEEP_DUE, key="sweep:1", about=("sweep", 1), at=now())
    assert reviewer.get(f"/inbox/{of(world, Notice)[-1].id}").location == "/review?show=sweep&department=1"
    assert "常态化保密审查</a>" in reviewer.get("/inbox").text
    with world.database.writing() as session:
        notices.tell(session, [world.account("secrecy_reviewer")], Topic.LAPSED, key="lapsed:1", about=("entry", 1), at=now())
    assert "条目1</a>" in reviewer.get("/inbox").text
    assert reviewer.get(f"/inbox/{of(world, Notice)[-1].id}").location == "/knowledge/1"


def test_a_notice_says_which_matter_it_is_to_whoever_may_read_it_by_now(world: World, signed_in: SignIn) -> None:
    number, title = world.ticket(Klass.COMPLAINT, title="窗口推诿"), "窗口推诿"
    for login in ("liaison_b", "administrator"):
        tell(world, login, number=number)
    said = [signed_in(login).get("/inbox").text for login in ("liaison", "liaison_b", "administrator")]
    assert [(number in page, title in page) for page in said] == [(True, True), (True, False), (True, False)]
    file = csv.reader(io.StringIO(signed_in("liaison").get("/inbox/export.csv").text))
    assert [number, title] in [row[2:4] for row in file]
    other = world.account("liaison_b").department_id
    for complained_of, shown in (("", True), ("市公安局", False)):
        with world.database.writing() as session:
            ticket = session.scalars(select(Ticket)).one()
            ticket.complained_of = complained_of
            if not ticket.shares_open:
                joint.ask(session, ticket, of=session.get_one(Department, other), words="请核对", by=world.account("supervisor"), settings=world.settings, at=now())
        assert (title in signed_in("liaison_b").get("/inbox").text) is shown
    with world.database.writing() as session:
        session.scalars(select(Ticket)).one().department_id = other
    assert title not in signed_in("liaison").get("/inbox").text, "it is another's by now"


def test_what_is_ticked_is_read_and_the_filter_stays(world: World, signed_in: SignIn) -> None:
    for n in range(3):
        tell(world, number=f"96128-20261123-000{n}")
    client, rows = signed_in("liaison"), of(world, Notice)
    done = client.post("/inbox/read?state=unread", data={"notice": [rows[0].id, "x", rows[2].id]})
    assert done.location == "/inbox?state=unread"
    assert [row.read_at is None for row in of(world, Notice)] == [False, True, False]
    file = list(csv.reader(io.StringIO(client.get("/inbox/export.csv?state=unread").text)))
    assert [row[1:3] for row in file[1:]] == [["新工单待签收", "96128-20261123-0001"]]


def test_a_wish_that_cannot_be_kept_stays_in_the_form_with_its_reason(world: World, signed_in: SignIn) -> None:
    answer = signed_in("liaison").post("/inbox/wishes", data={"by_sms": "1", "mobile": "0877-2012345", "email": "zhang@gov.test"})
    assert answer.status_code == 422
    assert "短信只能发到手机" in answer.text
    assert "zhang@gov.test" in answer.text
    with world.database.reading() as session:
        assert notices.wish_of(session, world.account("liaison").id).email == ""


def test_an_address_is_confirmed_on_the_page_by_the_code_that_was_sent_there(world: World, signed_in: SignIn) -> None:
    client = signed_in("liaison")
    client.post("/inbox/wishes", data={"by_email": "1", "email": "zhang@gov.test", "topic": ["new"]})
    tell(world)
    [sent] = of(world, Delivery)
    assert (sent.topic, sent.place) == ("address", "zhang@gov.test"), "nothing else goes there"
    assert "验证码已发送到zhang@gov.test" in client.get("/inbox/wishes").text
    assert sent.values["code"] not in signed_in("administrator").post("/deliveries/1/text", data={"why": "x"}).text
    assert "验证码不正确" in client.post("/inbox/wishes/confirm", data={"code": "x"}, follow_redirects=True).text
    assert "邮箱已验证" in client.post("/inbox/wishes/confirm", data={"code": sent.values["code"]}, follow_redirects=True).text
    tell(world, number="96128-20261123-0010")
    assert [(row.topic, row.values.get("number")) for row in of(world, Delivery)[1:]] == [("new", "96128-20261123-0010")]
    page = client.post("/inbox/wishes", data={"by_email": "1", "email": "other@gov.test", "topic": ["new"]}, follow_redirects=True).text
    assert ("已发送到other@gov.test" in page, "已验证" in page) == (True, False), "another address begins anew"


def test_the_page_says_topics_as_the_messages_do() -> None:
    assert {topic: str(text) for topic, text in TOPICS.items()} == notices.WORDS


# -- what went out ------------------------------------------------------------------------------------------------
@pytest.fixture
def failed(world: World) -> Delivery:
    """A letter that could not be sent."""
    wants(world)
    tell(world)
    with world.database.writing() as session:
        row = session.scalars(select(Delivery)).one()
        row.state, row.ground, row.attempts, row.ended_at = State.FAILED, "邮件服务器答复550", 6, now()
        session.flush()
        return row


def test_who_runs_the_system_sees_where_messages_stand_and_has_them_sent_again(world: World, signed_in: SignIn, failed: Delivery) -> None:
    client = signed_in("administrator")
    page = client.get("/deliveries?state=failed&channel=email&thing=96128-20261123-0009").text
    assert all(text in page for text in ("z***@gov.test", "邮件服务器答复550", "新工单待签收", "失败 1"))
    assert "zhang@gov.test" not in page
    assert "没有符合条件的消息" in client.get("/deliveries?state=sent").text
    assert "异常" in client.get("/system").text
    rows = list(csv.reader(io.StringIO(client.get("/deliveries/export.csv?state=failed").text)))
    assert rows[1][2:10] == ["邮件", "z***@gov.test", "新工单待签收", "ticket 96128-20261123-0009", "失败", "6", "邮件服务器答复550", rows[1][9]]
    assert client.post(f"/deliveries/{failed.id}/again").status_code == 303
    assert [(row.state, row.attempts) for row in of(world, Delivery)] == [("owed", 0)]
    client.post(f"/deliveries/{failed.id}/again")  # it waits already
    assert [row.deed for row in of(world, AuditRow) if row.deed.startswith("delivery.")] == ["delivery.again"]


def test_the_text_of_a_message_takes_a_reason_that_is_kept_and_a_code_is_shown_to_nobody(world: World, signed_in: SignIn) -> None:
    with world.database.writing() as session:
        sms.owe(session, sms.CODE, MOBILE, {"number": "96128-20261123-0009", "code": "73519284"}, now(), key="k")
    client = signed_in("administrator")
    page = client.get("/deliveries/1").text
    assert "138****8888" in page
    assert not any(secret in page for secret in (MOBILE, "73519284", "查询码****"))
    assert client.post("/deliveries/1/text", data={"why": " "}).status_code == 422
    assert [row for row in of(world, AuditRow) if row.deed == "delivery.read"] == []
    shown = client.post("/deliveries/1/text", data={"why": "来电人称未收到"}).text
    assert MOBILE in shown
    assert "查询码********" in shown
    assert "73519284" not in shown
    assert [(row.by, row.thing, row.reason) for row in of(world, AuditRow) if row.deed == "delivery.read"] == [("administrator", "1", "来电人称未收到")]


def test_texts_are_registered_and_systems_added_on_a_page(world: World, signed_in: SignIn) -> None:
    client = signed_in("administrator")
    assert client.get("/ways-out").text.count("未报备") == len(sms.TEXTS)
    wrong = client.post("/ways-out/texts/closed", data={"text": "办结", "registered_id": "S1"})
    assert (wrong.status_code, "变量必须与原模板一致" in wrong.text) == (422, True)
    assert client.post("/ways-out/texts/closed", data={"text": "{number}办结", "registered_id": "S1"}).status_code == 303
    assert client.post("/ways-out/texts/hello", data={"text": "x", "registered_id": "S1"}).status_code == 422
    assert client.post("/ways-out/webhooks", data={"name": "市平台", "url": "ftp://x"}).status_code == 422
    assert client.post("/ways-out/webhooks", data={"name": "市平台", "url": "https://oa.example/x", "department": "1"}).status_code == 303
    page = client.get("/ways-out").text
    assert page.count("未报备") == len(sms.TEXTS) - 1
    assert "玉溪市人力资源和社会保障局" in page
    assert len(client.post("/ways-out/webhooks/1/secret").text.split("<strong")[1].split(">")[1].split("<")[0]) == 64
    assert client.post("/ways-out/webhooks/1/switch", data={"on": ""}).status_code == 303
    assert {"sms.registered", "webhook.added", "webhook.secret", "webhook.switched"} <= {row.deed for row in of(world, AuditRow)}


def test_a_caller_at_the_desk_is_sent_his_code_and_is_promised_nothing_without_a_gateway(world: World, signed_in: SignIn) -> None:
    call_id = world.call()
    with world.database.writing() as session:
        desk.answered(session, call_id, world.account("operator"), at=now())
    sent = {"call_id": call_id, "klass": "consult", "title": "社保卡", "summary": "询问补办", "told_closed": "1"}
    page = signed_in("operator").post("/desk/referrals", data=sent)
    assert (page.status_code, "查询码将发短信" in page.text) == (200, False)
    assert [(row.template, row.place) for row in of(world, Delivery)] == [("query_code", "13887712345")]
    assert len(of(world, Ticket)) == 1
    with world.database.reading() as session:
        assert session.scalars(select(SmsWish.ticket_id)).all() == [1]


def test_what_the_frame_of_all_pages_calls_its_own_no_page_means_otherwise(app: Flask) -> None:
    folder, env = ROOT / "admin_ui" / "templates", app.jinja_env
    frame = env.parse((folder / "base.html").read_text(encoding="utf-8"))
    own = {name.name for line in frame.find_all(Assign) for name in line.find_all(Name) if name.ctx == "store"}
    texts = {page.name: page.read_text(encoding="utf-8") for page in folder.glob("*.html")}
    within = {name: env.parse(text) for name, text in texts.items() if '{% extends "base.html" %}' in text}
    assert len(within) > 50
    assert [name for name, page in within.items() if own & meta.find_undeclared_variables(page)] == []
