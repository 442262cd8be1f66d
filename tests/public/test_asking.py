"""A question left on the web becomes a ticket, once; programs are kept out; the department never reads what it may not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from admin_ui.app import create_app
from dispatch.tickets import intake, referrals
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket, own_words
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.times import now
from tests.conftest import PASSWORD, person

from .support import mark_in, receipt, send

City = Any
Make = Callable[..., Flask]


def test_a_question_becomes_a_ticket_to_dispatch_with_number_and_code(city: City, client: FlaskClient) -> None:
    answer = send(client)
    assert answer.status_code == 200
    number, code = receipt(answer.text)
    (ticket,) = city.tickets()
    assert (ticket.number, ticket.source, ticket.state) == (number, "web", State.TO_DISPATCH)
    assert (ticket.klass, ticket.title, ticket.summary) == (Klass.CONSULT, "医保断交怎么补", "去年断了三个月")
    assert (ticket.contact, ticket.caller) == ("13887712345", "")
    assert code not in (ticket.code_digest or "")
    assert answer.headers["Cache-Control"] == "no-store"
    assert ticket.promised_by > ticket.intake_at


def test_the_same_form_sent_again_gives_the_same_number_and_code(city: City, client: FlaskClient) -> None:
    mark = mark_in(client.get("/ask").text)
    first, second = send(client, mark=mark), send(client, mark=mark)
    assert receipt(first.text) == receipt(second.text)
    assert len(city.tickets()) == 1
    other = send(client, mark=mark, details="改了主意，问别的")
    assert receipt(other.text)[0] != receipt(first.text)[0]
    assert len(city.tickets()) == 2


def test_a_double_click_makes_one_ticket(city: City, make: Make) -> None:
    app = make()
    mark = mark_in(app.test_client().get("/ask").text)
    import time

    time.sleep(3.1)
    data = {"klass": "help", "title": "路灯不亮", "mark": mark}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: app.test_client().post("/ask", data=data), range(4)))
    assert {a.status_code for a in answers} == {200}
    assert len({receipt(a.text) for a in answers}) == 1
    assert len(city.tickets()) == 1


@pytest.mark.parametrize(("changed", "said"), [
    ({"klass": ""}, "请选择一项"), ({"klass": "admin"}, "请选择一项"), ({"title": "啊"}, "至少四个字"),
    ({"contact": "12"}, "打不通"), ({"consent": ""}, "先勾选同意"),
])  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(city: City, client: FlaskClient,
                                                                    changed: dict[str, str], said: str) -> None:
    answer = send(client, **changed)
    assert answer.status_code == 422
    assert said in answer.text
    assert "去年断了三个月" in answer.text
    assert city.tickets() == []


def test_programs_are_kept_out(city: City, client: FlaskClient) -> None:
    assert "太快" in send(client, after=1).text
    assert send(client, website="http://spam.example").status_code == 422
    assert send(client, mark="made.up").status_code == 422
    assert "打开太久" in send(client, after=60 * 60 * 13).text
    assert city.tickets() == []


def test_another_site_can_not_have_a_visitors_browser_send(city: City, client: FlaskClient) -> None:
    mark = mark_in(client.get("/ask").text)
    for header in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert client.post("/ask", data={"mark": mark}, headers=header).status_code == 403
        assert client.post("/follow", data={}, headers=header).status_code == 403
    assert client.post("/follow", data={}, headers={"Origin": "http://localhost"}).status_code == 422


def test_without_a_telephone_the_question_is_taken_and_its_price_is_told(city: City, client: FlaskClient) -> None:
    answer = send(client, contact="", consent="")
    assert answer.status_code == 200
    assert "没有留电话" in answer.text
    assert city.tickets()[0].contact == ""


@pytest.mark.parametrize("changed", [{"klass": "complaint"}, {"klass": "report"}, {"confidential": "1"}])
def test_a_guarded_matter_goes_to_no_department_in_the_citizens_own_words(city: City, client: FlaskClient,
                                                                          changed: dict[str, str]) -> None:
    words = "我是三组的王小明，窗口的人态度很差"
    send(client, title=words, details=words, complained_of="某某科", **changed)
    (ticket,) = city.tickets()
    assert "王小明" not in ticket.title
    assert "王小明" in own_words(ticket)
    with city.database.writing() as session:
        by = person(session, Role.SUPERVISOR)
        found = session.get_one(Ticket, ticket.id)
        to = session.get_one(Department, city.department("玉溪市公安局"))
        with pytest.raises(ReferralError, match="原文"):
            referrals.dispatch(session, found, to=to, by=by, settings=city.settings, at=now())
        matter = intake.Matter(Klass(found.klass), found.title, "来信人反映窗口人员态度不好。", found.confidential)
        intake.describe(session, found, matter, by=by, settings=city.settings, at=now())
        referrals.dispatch(session, found, to=to, by=by, settings=city.settings, at=now())
        assert found.state == State.TO_ACCEPT
        assert "王小明" in own_words(found)


def test_an_open_matter_may_go_as_it_was_written(city: City, client: FlaskClient) -> None:
    send(client)
    with city.database.writing() as session:
        found = session.get_one(Ticket, city.tickets()[0].id)
        to = session.get_one(Department, city.department("玉溪市公安局"))
        referrals.dispatch(session, found, to=to, by=person(session, Role.SUPERVISOR), settings=city.settings, at=now())


def test_one_address_may_leave_only_so_many_questions(city: City, make: Make) -> None:
    client = make(public_ask_limit="2 per hour").test_client()
    for n in range(2):
        assert send(client, title="").status_code == 422  # what wasn't taken doesn't count
        assert send(client, title=f"第{n}个问题怎么办").status_code == 200
    refused = send(client, title="第三个问题怎么办")
    assert refused.status_code == 429
    assert "拨打" in refused.text
    assert int(refused.headers["Retry-After"]) > 0
    assert len(city.tickets()) == 2
    elsewhere = client.post("/ask", data={}, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert elsewhere.status_code == 422


def test_hostile_text_is_kept_and_shown_as_text(city: City, client: FlaskClient) -> None:
    nasty = '<script>alert(1)</script>"><img src=x>'
    answer = send(client, title=nasty, contact="1")
    assert "<script>alert" not in answer.text
    assert send(client, details="\x00" + nasty).status_code == 200
    assert city.tickets()[0].summary == nasty
    assert send(client, details="长" * 40_000).status_code in (413, 200)


def test_the_hotline_sees_that_a_ticket_came_from_the_web(city: City, client: FlaskClient) -> None:
    send(client)
    with city.database.writing() as session:
        person(session, Role.SUPERVISOR)
    staff = create_app(city.settings, city.database)
    staff.config["WTF_CSRF_ENABLED"] = False
    inside = staff.test_client()
    assert inside.post("/sign-in", data={"login": "supervisor", "password": PASSWORD}).status_code == 303
    page = inside.get(f"/tickets/{city.tickets()[0].number}").text
    assert page.count("网上提问") == 2  # the mark, and who lodged it
    assert "138****2345" in page
