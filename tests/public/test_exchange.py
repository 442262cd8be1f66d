"""12345 passes matters to us over HTTP: signed, idempotent, limited, and whatever can't be taken named and kept."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from dispatch.passed.passed_matters import PassedMatter
from dispatch.tickets.tickets import TicketStep
from hotline.telling import webhooks
from hotline.telling.webhooks import Webhook
from hotline.times import now

City = Any
Make = Callable[..., Flask]
MATTER = {"number": "YX202611230001", "class": "咨询", "title": "失业金没有到账", "summary": "三月申领至今未到账。"}


@pytest.fixture
def hook(city: City) -> int:
    with city.database.writing() as session:
        return webhooks.add(session, "市12345", "https://12345.example.gov.cn/told", exchange=True, by="admin", at=now()).id


def send(client: FlaskClient, city: City, hook: int, body: bytes, *, ago: int = 0, secret: str = "", to: str = "matters", **heads: str) -> TestResponse:
    moment = str(int(time.time()) - ago)
    key = (secret or webhooks.secret_of(hook, city.settings)).encode()
    mark = "sha256=" + hmac.new(key, moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    given = {"X-Hotline-Partner": str(hook), "X-Hotline-Timestamp": moment, "X-Hotline-Signature": mark} | heads
    return client.post(f"/exchange/v1/{to}", data=body, content_type="application/json", headers=given)


def packed(**change: object) -> bytes:
    return json.dumps(MATTER | change, ensure_ascii=False).encode()


def rows(city: City) -> list[PassedMatter]:
    with city.database.reading() as session:
        return list(session.scalars(select(PassedMatter).order_by(PassedMatter.id)))


def test_a_signed_matter_becomes_a_ticket_once_and_a_different_or_faulty_one_is_named_and_kept(city: City, client: FlaskClient, hook: int) -> None:
    first, second = (send(client, city, hook, packed()) for _ in range(2))
    assert (first.status_code, second.status_code, first.json) == (201, 200, second.json)
    assert first.json["number"] == city.tickets()[0].number
    assert first.json["foreign_number"] == MATTER["number"]
    assert first.headers["Cache-Control"] == "no-store"
    code = first.json["query_code"]
    assert (len(code), code.isdigit()) == (8, True)
    seen = client.post("/follow", data={"number": first.json["number"], "code": code}).text
    assert "已收到" in seen, "with it the caller follows his matter himself"
    other = send(client, city, hook, packed(summary="另一件事"))
    assert (other.status_code, "内容不同" in other.json["faults"]["number"]) == (409, True)
    wrong = send(client, city, hook, packed(number="YX9", title="", more=1))
    assert (wrong.status_code, wrong.json["faults"]) == (422, {"number": "应为4至40位的字母、数字或-_/", "title": "必填", "more": "没有这一项"})
    for body in (b"[1]", b"{", b"\xff\x00", b'{"a": "\\u0000\\ud800"}'):
        assert send(client, city, hook, body).status_code in (400, 422), body
    assert len(city.tickets()) == 1
    assert [row.taken for row in rows(city)] == [True, *[False] * 6], "nothing is lost"


def test_what_a_caller_adds_at_12345_reaches_the_matter_under_its_foreign_number(city: City, client: FlaskClient, hook: int) -> None:
    def add(**said: object) -> TestResponse:
        return send(client, city, hook, json.dumps({"number": MATTER["number"].lower()} | said).encode(), to="additions")

    assert (send(client, city, hook, packed()).status_code, add(kind="催单", words="等急了").status_code) == (201, 201)
    assert (add(kind="催单", words="等急了").status_code, add(kind="补充", words="已换卡").json["number"]) == (200, city.tickets()[0].number)
    wrong = add(kind="投诉", words=7)
    assert (wrong.status_code, wrong.json["faults"]) == (422, {"kind": "应为催单、补充之一", "words": "应为文字"})
    assert send(client, city, hook, b"{", to="additions").status_code == 400
    assert send(client, city, hook, b"{}", to="additions", **{"X-Hotline-Partner": "9"}).status_code == 401
    with city.database.reading() as session:
        steps = session.execute(select(TicketStep.action, TicketStep.by, TicketStep.why).order_by(TicketStep.id)).all()
    assert [tuple(step) for step in steps][1:] == [("urge", "12345", "等急了"), ("supplement", "12345", "已换卡")]


@pytest.mark.parametrize("heads", [
    {"X-Hotline-Signature": "sha256=" + "0" * 64}, {"X-Hotline-Signature": "签名"}, {"X-Hotline-Partner": "9"}, {"X-Hotline-Partner": "x"},
    {"X-Hotline-Timestamp": "soon"}, {"X-Hotline-Timestamp": ""}])  # fmt: skip
def test_who_isnt_known_learns_nothing_and_leaves_nothing(city: City, client: FlaskClient, hook: int, heads: dict[str, str]) -> None:
    sent = {name: text.encode().decode("latin-1") for name, text in heads.items()}
    answer = send(client, city, hook, packed(), **sent)
    assert (answer.status_code, answer.json) == (401, {"faults": {"signature": "签名、时间或接口编号不符"}})
    assert rows(city) == []


def test_an_old_signature_one_of_another_body_and_an_interface_that_is_off_or_no_exchange_are_refused(city: City, client: FlaskClient, hook: int) -> None:
    assert send(client, city, hook, packed(), ago=600).status_code == 401
    with city.database.writing() as session:
        plain = webhooks.add(session, "协同平台", "https://example.gov.cn", by="admin", at=now()).id
    assert send(client, city, plain, packed()).status_code == 401
    with city.database.writing() as session:
        webhooks.switch(session, session.get_one(Webhook, hook), on=False, by="admin", at=now())
    assert send(client, city, hook, packed()).status_code == 401
    assert rows(city) == []


def test_more_than_the_limit_is_put_off_with_when_to_come_back(city: City, make: Make, hook: int) -> None:
    client = make(exchange_limit="2 per minute").test_client()
    codes = [send(client, city, hook, packed()).status_code for _ in range(3)]
    assert codes == [201, 200, 429]
    late = send(client, city, hook, packed())
    assert (late.headers.get("Retry-After") is not None, late.json[0]["code"]) == (True, 429)
