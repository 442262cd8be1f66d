"""Webhooks: signed, to the address alone, and never into the house's own networks by a name that leads there."""

import hashlib
import hmac
import socket
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.settings import Settings
from hotline.telling import outbox, webhooks
from hotline.telling.carriers.hooks import outside
from hotline.telling.notices import Notice, Topic
from hotline.telling.outbox import Channel
from hotline.telling.webhooks import WebhookError, secret_of
from tests.conftest import NOON
from tests.dispatch import town
from tests.telling.posts import Mailslot, mailslot
from tests.telling.world import NUMBER, House


@pytest.fixture
def slot() -> Iterator[Mailslot]:
    with mailslot() as made:
        yield made


@pytest.fixture
def house(database: Database, settings: Settings) -> House:
    return House(database, settings.model_copy(update={"webhook_networks": "127.0.0.0/8"}))


def add(house: House, url: str) -> int:
    with house.database.writing() as session:
        return webhooks.add(session, "市协同平台", url, by="admin", at=NOON).id


def owe(house: House, key: str = "a", department_id: int | None = None) -> None:
    with house.database.writing() as session:
        webhooks.tell(session, "new", key=key, about=("ticket", NUMBER), department_id=department_id, at=NOON)


def test_a_system_is_told_which_ticket_and_what_happened_and_nothing_else(house: House, slot: Mailslot) -> None:
    hook = add(house, slot.url)
    for _ in range(2):
        owe(house)
    house.sweep()
    [(path, headers, body)] = slot.got
    said = slot.posted()[0]
    assert (path, said.pop("id")) == ("/told", headers["Idempotency-Key"])
    assert said == {"topic": "new", "number": NUMBER, "at": NOON.isoformat(), "urgent": False}
    key = secret_of(hook, house.settings).encode()
    assert headers["X-Hotline-Signature"] == "sha256=" + hmac.new(key, headers["X-Hotline-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()


def test_where_nothing_is_to_leave_the_house_a_line_stands_in_the_log_instead(house: House, slot: Mailslot) -> None:
    add(house, f"{slot.url}?token=secret")
    owe(house)
    house.settings = house.settings.model_copy(update={"telling": "log"})
    with capture_logs() as lines:
        house.sweep()
    assert [(row.state, row.via) for row in house.rows()] == [("sent", "console")]
    assert (slot.got, [(line["channel"], line["place"], line["text"]) for line in lines]) == ([], [("webhook", "127.0.0.1", f"new {NUMBER}")])


def test_over_tls_the_other_system_must_be_who_it_says(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mailslot(secured=tmp_path) as slot:
        add(house, slot.url)
        owe(house)
        house.sweep()
        assert (house.states(), slot.got) == (["owed"], [])
        assert "SSLCertVerificationError" in house.rows()[0].ground
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "exchange.crt"))
        house.sweep(NOON + timedelta(minutes=1))
        assert (house.states(), len(slot.got)) == (["sent"], 1)


def test_a_redirect_is_not_followed(house: House, slot: Mailslot) -> None:
    add(house, slot.url)
    slot.answers = [(307, {"Location": slot.url})]
    owe(house)
    house.sweep()
    assert (house.states(), len(slot.got)) == (["failed"], 1)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"])
def test_an_address_inside_is_not_reached_by_whichever_name(house: House, slot: Mailslot, name: str) -> None:
    house.settings = house.settings.model_copy(update={"webhook_networks": ""})
    add(house, slot.url.replace("127.0.0.1", name))
    owe(house)
    house.sweep()
    assert (house.states(), slot.got, house.rows()[0].ground) == (["failed"], [], "该地址在内部网络，不能调用")


def test_a_name_with_one_address_inside_reaches_none(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("93.184.216.34", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)
    add(house, "https://hook.example.com/")
    owe(house)
    house.sweep()
    assert house.states() == ["failed"]


@pytest.mark.parametrize(("address", "may"), [("93.184.216.34", True), ("2606:2800:21f::1", True), ("10.1.2.3", False), ("169.254.169.254", False),
                                              ("100.64.0.1", False), ("224.0.0.1", False), ("0.0.0.1", False), ("fe80::1", False), ("fc00::1", False)])  # fmt: skip
def test_what_is_outside_is_told_from_what_is_not(address: str, may: bool) -> None:
    assert outside(ip_address(address)) is may


def test_what_is_switched_off_is_told_nothing_more(house: House, slot: Mailslot) -> None:
    hook = add(house, slot.url)
    owe(house)
    with house.database.writing() as session:
        webhooks.switch(session, session.get_one(webhooks.Webhook, hook), on=False, by="admin", at=NOON)
    owe(house, "b")
    house.sweep()
    assert (house.states(), slot.got) == (["failed"], [])


@pytest.mark.parametrize("url", ["ftp://x.example", "file:///etc/passwd", "https://", "https://user:pw@x.example", "x", "https://x/" + "y" * 300])
def test_what_is_no_address_is_not_taken(house: House, url: str) -> None:
    with pytest.raises(WebhookError):
        add(house, url)


@pytest.mark.parametrize("exchange", [True, False])
def test_what_12345_did_not_get_for_its_caller_is_told_to_the_supervisors(house: House, slot: Mailslot, exchange: bool) -> None:
    slot.answers = [(400, {})]
    with house.database.writing() as session:
        supervisor = town.somebody(session, Role.SUPERVISOR)
        hook = webhooks.add(session, "12345", slot.url, exchange=exchange, by="admin", at=NOON)
        outbox.owe(session, key="a", channel=Channel.WEBHOOK, place=str(hook.id), topic="passed", about=("ticket", NUMBER),
                   values={"number": NUMBER}, at=NOON)
    house.sweep()
    assert house.states() == ["failed"]
    with house.database.reading() as session:
        told = [(row.account_id, row.topic, row.thing) for row in session.scalars(select(Notice))]
    assert told == ([(supervisor.id, Topic.UNHEARD, NUMBER)] if exchange else [])
