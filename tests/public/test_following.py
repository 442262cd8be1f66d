"""Who has number and code sees how his matter stands; who guesses learns nothing, not even which half was wrong."""

import io
import logging
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select

from dispatch.tickets import asides, urging
from dispatch.tickets.states import OVER, State
from dispatch.tickets.tickets import Klass, Ticket, TicketStep
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.database import Database
from tests.dispatch import town

from .support import mark_in

City = Any
Make = Callable[..., Flask]


def ask(client: FlaskClient, number: str, code: str, **more: Any) -> Any:
    return client.post("/follow", data={"number": number, "code": code}, **more)


def test_number_and_code_together_show_state_and_promise_and_nothing_else(city: City, client: FlaskClient) -> None:
    lodged = city.lodged("我叫王小明，窗口不给办", Klass.COMPLAINT)
    answer = ask(client, lodged.ticket.number, lodged.code)
    assert answer.status_code == 200
    assert "已收到" in answer.text
    assert "我们承诺在" in answer.text
    for secret in ("王小明", "13887712345", "2345", "某某科", lodged.code, "窗口不给办"):
        assert secret not in answer.text.replace(lodged.ticket.number, ""), secret
    assert answer.headers["Cache-Control"] == "no-store"
    with city.database.reading() as session:
        seen = session.scalars(select(AuditRow).where(AuditRow.deed == "progress.seen")).all()
    assert [(row.by, row.thing) for row in seen] == [("web", lodged.ticket.number)]


def test_a_day_in_a_year_without_a_plan_is_shown_as_one_that_may_move(city: City, client: FlaskClient) -> None:
    lodged = city.lodged("路灯不亮", Klass.HELP)
    for perhaps in (False, True):
        with city.database.writing() as session:
            session.get_one(Ticket, lodged.ticket.id).promise_provisional = perhaps
        assert ("放假安排尚未公布，日期是暂定的" in ask(client, lodged.ticket.number, lodged.code).text) is perhaps


def mark_on(page: str) -> str:
    found = re.search(r'name="mark" value="([^"]+)"', page)
    return found[1] if found else ""


def test_who_looked_his_matter_up_urges_it_once_a_day_and_nobody_else_does(city: City, client: FlaskClient) -> None:
    lodged = city.lodged()
    mark = mark_on(ask(client, lodged.ticket.number, lodged.code).text)
    assert [client.post("/follow/urge", data={"mark": one}).status_code for one in ("", "x", mark[:-1], f"{mark}x")] == [422] * 4
    assert "已为您催办" in client.post("/follow/urge", data={"mark": mark}).text
    assert "不久前已经催办过" in client.post("/follow/urge", data={"mark": mark}).text
    with city.database.reading() as session:
        steps = session.scalars(select(TicketStep).where(TicketStep.action == "urge")).all()
        assert [(step.ticket_id, step.by) for step in steps] == [(lodged.ticket.id, "caller")]


def test_a_matter_that_is_over_offers_no_urging(city: City, client: FlaskClient) -> None:
    lodged = city.lodged()
    with city.database.writing() as session:
        town.put(session, session.get_one(Ticket, lodged.ticket.id), State.CLOSED)
    assert mark_on(ask(client, lodged.ticket.number, lodged.code).text) == ""


def test_every_state_is_said_in_plain_words(city: City, client: FlaskClient) -> None:
    for state in State:
        lodged = city.lodged(f"事项{state}")
        with city.database.writing() as session:
            town.put(session, session.get_one(Ticket, lodged.ticket.id), state)
        page = ask(client, lodged.ticket.number, lodged.code).text
        assert str(state) not in page.replace(lodged.ticket.number, "")
        waits = state not in OVER | {State.TO_CALL_BACK}
        assert ("我们承诺在" in page) is waits, state


def test_whose_matter_is_not_accepted_reads_where_to_go_also_once_it_is_filed(city: City, client: FlaskClient) -> None:
    lodged = city.lodged()
    with city.database.writing() as session:
        row, by = session.get_one(Ticket, lodged.ticket.id), town.somebody(session, Role.SUPERVISOR)
        asides.not_accept(session, row, why="已进入诉讼", where="红塔区人民法院", by=by, settings=city.settings, at=row.intake_at)
    for _ in range(2):
        page = ask(client, lodged.ticket.number, lodged.code).text
        assert "应向何处反映：红塔区人民法院" in page
        assert "诉讼" not in page, "the reason is the office's"
        with city.database.writing() as session:
            town.put(session, session.get_one(Ticket, lodged.ticket.id), State.FILED)


def test_blanks_and_wide_digits_do_not_matter(city: City, client: FlaskClient) -> None:
    lodged = city.lodged()
    wide = lodged.code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert ask(client, f" {lodged.ticket.number} ", f"{wide[:4]} {wide[4:]}").status_code == 200


def test_a_wrong_number_and_a_wrong_code_get_the_very_same_answer(city: City, client: FlaskClient) -> None:
    """But for what he typed himself: the number stays in its field."""
    lodged = city.lodged()
    number, wrong, other = lodged.ticket.number, "10000000" if lodged.code != "10000000" else "10000001", "96128-20200101-0001"
    tried = ((number, wrong), (other, lodged.code), (other, wrong), (number, ""), ("", lodged.code), ("", ""), ('" OR 1=1 --', "%"))
    answers = [(ask(client, *one), f'value="{escape("".join(one[0].split()))}"') for one in tried]
    assert {a.status_code for a, _ in answers} == {422}
    assert all(typed in a.text for a, typed in answers)
    assert len({a.text.replace(typed, "") for a, typed in answers}) == 1
    differs = ("X-RateLimit", "Retry-After", "Content-Length")
    heads = [{k: v for k, v in a.headers.items() if not k.startswith(differs)} for a, _ in answers]
    assert all(head == heads[0] for head in heads)


def test_who_holds_the_code_adds_to_his_matter_and_the_department_reads_it(city: City, client: FlaskClient) -> None:
    lodged = city.lodged()
    mark = mark_in(ask(client, lodged.ticket.number, lodged.code).text)

    def add(words: str) -> Any:
        return client.post("/follow/add", data={"mark": mark, "words": words})

    assert [add(f"第{n}次补充").status_code for n in (1, 1, 2, 3, 4)] == [200, 200, 200, 200, 422]
    assert "第4次补充" in add("第4次补充").text, "what isn't taken is not lost"
    assert add("  ").status_code == 422
    with city.database.reading() as session:
        steps = session.scalars(select(TicketStep).where(TicketStep.action == urging.SUPPLEMENT).order_by(TicketStep.id)).all()
    assert [(step.by, step.why) for step in steps] == [(urging.HE_HIMSELF, f"第{n}次补充") for n in (1, 2, 3)]
    stale = client.post("/follow/add", data={"mark": "x", "words": "白写了吗"})
    assert (stale.status_code, "白写了吗" in stale.text, "页面打开太久了" in stale.text) == (422, True, True)


@pytest.mark.parametrize("klass", [Klass.COMPLAINT, Klass.REPORT])
def test_to_a_complaint_or_report_an_operator_adds_what_its_caller_says(city: City, client: FlaskClient, klass: Klass) -> None:
    lodged = city.lodged(klass=klass)
    page = ask(client, lodged.ticket.number, lodged.code).text
    assert "/follow/add" not in page
    assert "由接线员记下" in page
    assert client.post("/follow/add", data={"mark": mark_in(page), "words": "我是王小明"}).status_code == 422
    with city.database.reading() as session:
        assert session.scalar(select(TicketStep).where(TicketStep.action == urging.SUPPLEMENT)) is None


def test_a_number_alone_and_a_code_alone_open_nothing(city: City, client: FlaskClient) -> None:
    lodged, other = city.lodged(), city.lodged("另一件事情")
    assert ask(client, lodged.ticket.number, other.code).status_code == 422
    assert client.get("/follow", query_string={"number": lodged.ticket.number, "code": lodged.code}).text.count("已收到") == 0
    for there in (f"/tickets/{lodged.ticket.number}", f"/follow/{lodged.ticket.number}"):
        assert client.get(there).status_code == 404


def test_wrong_number_and_wrong_code_take_the_same_time(city: City, make: Make) -> None:
    client = make(public_follow_limit="100000 per hour", public_number_limit="100000 per hour").test_client()
    lodged = city.lodged()
    for _ in range(20):
        ask(client, lodged.ticket.number, "10000000")
    spans: dict[str, list[float]] = {lodged.ticket.number: [], "96128-20200101-0001": []}
    for _ in range(200):  # in turns, so that other work on the machine hits both
        for number, span in spans.items():
            began = time.perf_counter()
            ask(client, number, "10000000")
            span.append(time.perf_counter() - began)
    there, absent = (statistics.quantiles(span, n=10)[2] for span in spans.values())  # the quieter moments
    print(f"wrong code {there * 1e6:.0f} us, wrong number {absent * 1e6:.0f} us")
    assert abs(there - absent) < max(0.001, 0.2 * absent), (there, absent)


def test_one_address_is_stopped_and_another_is_not(city: City, make: Make) -> None:
    client, lodged = make(public_follow_limit="3 per hour").test_client(), city.lodged()
    codes = [ask(client, f"96128-20200101-{n:04d}", "10000000").status_code for n in range(4)]
    assert codes == [422, 422, 422, 429]
    assert ask(client, lodged.ticket.number, lodged.code).status_code == 429
    assert ask(client, lodged.ticket.number, lodged.code, environ_base={"REMOTE_ADDR": "10.9.9.9"}).status_code == 200


@pytest.mark.parametrize("exists", [True, False])
def test_one_number_is_locked_whoever_tries_and_whether_or_not_there_is_such_a_ticket(city: City, make: Make,
                                                                                       exists: bool) -> None:
    client, lodged = make(public_number_limit="3 per hour").test_client(), city.lodged()
    number = lodged.ticket.number if exists else "96128-20200101-0001"
    spelled = [number, number.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}), f" {number.lower()} ", number]
    codes = [ask(client, spelled[n], f"1000000{n}", environ_base={"REMOTE_ADDR": f"10.0.0.{n}"}).status_code for n in range(4)]
    assert codes == [422, 422, 422, 429]
    locked = ask(client, number, lodged.code, environ_base={"REMOTE_ADDR": "10.0.1.1"})
    assert locked.status_code == 429
    assert int(locked.headers["Retry-After"]) > 0
    assert "Retry-After" not in client.get("/").headers
    assert "已收到" not in locked.text
    other = ask(client, "96128-20200101-0002", "10000000", environ_base={"REMOTE_ADDR": "10.0.1.2"})
    assert other.status_code == 422


def test_an_ipv6_customer_counts_as_one(make: Make) -> None:
    client = make(public_follow_limit="2 per hour").test_client()
    tries = [ask(client, f"96128-20200101-{n:04d}", "1", environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{n}"}).status_code for n in range(3)]
    assert tries == [422, 422, 429]
    assert ask(client, "x", "1", environ_base={"REMOTE_ADDR": "2001:db8:1:3::1"}).status_code == 422


def test_who_asks_is_believed_of_a_proxy_only_behind_https(make: Make) -> None:
    told = [{"X-Forwarded-For": f"10.0.0.{n}"} for n in range(3)]
    plain = make(public_follow_limit="2 per hour").test_client()
    assert [ask(plain, f"a{n}", "1", headers=h).status_code for n, h in enumerate(told)] == [422, 422, 429]
    behind = make(public_follow_limit="2 per hour", web_secure=True).test_client()
    assert [ask(behind, f"b{n}", "1", headers=h).status_code for n, h in enumerate(told)] == [422, 422, 422]


def test_the_logs_never_carry_a_telephone_a_code_or_a_number_that_was_tried(city: City, make: Make) -> None:
    """Even where the pages break: the database goes away in the middle."""
    from .support import send

    log = io.StringIO()
    handler = logging.StreamHandler(log)
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(log))
    try:
        client, lodged = make().test_client(), city.lodged()
        send(client)
        client.post("/search", data={"q": "13887712345"})
        for _ in range(12):
            ask(client, "96128-20250101-0007", "10000000", environ_base={"REMOTE_ADDR": "10.20.30.40"})
        ask(client, lodged.ticket.number, lodged.code)
        with without_tickets(city.database):
            broken = ask(client, lodged.ticket.number, lodged.code)
            again = send(client)
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        structlog.reset_defaults()
    assert {broken.status_code, again.status_code} <= {500, 503}
    assert "database_away" in log.getvalue() or "UndefinedTable" in log.getvalue()
    assert "public.limited" in log.getvalue()
    for secret in ("10.20.30.40", "96128-20250101-0007", "13887712345", lodged.code, lodged.ticket.number):
        assert secret not in log.getvalue()
    assert not re.search(r"\d{8}", log.getvalue().replace(str(time.localtime().tm_year), ""))


@contextmanager
def without_tickets(database: Database) -> Iterator[None]:
    """A database in which the tickets can't be found, put right afterwards."""
    there = "ALTER TABLE ticket RENAME TO ticket_away", "ALTER TABLE ticket_away RENAME TO ticket"
    with database.writing() as session:
        session.connection().exec_driver_sql(there[0])
    try:
        yield
    finally:
        with database.writing() as session:
            session.connection().exec_driver_sql(there[1])
