"""Short messages by a real gateway: registered numbers and values, signed; in doubt they count as sent."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from pydantic import SecretStr
from sqlalchemy import delete, select
from structlog.testing import capture_logs

from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.settings import Settings
from hotline.telling import sms
from hotline.telling.notices import Notice, Topic
from hotline.telling.outcomes import again
from hotline.telling.sms import CODE
from tests.conftest import NOON
from tests.dispatch import town
from tests.telling.posts import Mailslot, mailslot
from tests.telling.world import MOBILE, NUMBER, House

SECRET = "shared with the gateway"
VALUES = {"number": NUMBER, "code": "73519284"}


@pytest.fixture
def slot() -> Iterator[Mailslot]:
    with mailslot() as made:
        yield made


@pytest.fixture
def house(database: Database, settings: Settings, slot: Mailslot) -> House:
    with database.writing() as session:
        sms.register(session, CODE, text="【96128】编号{number}查询码{code}", registered_id="SMS_77", by="admin", at=NOON)
    return House(database, settings.model_copy(update={"sms_gateway": slot.url, "sms_secret": SecretStr(SECRET), "telling_timeout_seconds": 1}))


def owe(house: House, key: str = "a", **more: bool) -> None:
    with house.database.writing() as session:
        sms.owe(session, CODE, MOBILE, VALUES, NOON, key=key, about=("ticket", NUMBER), **more)


def test_the_gateway_gets_the_registered_number_and_the_values_signed_and_the_code_is_forgotten(house: House, slot: Mailslot) -> None:
    owe(house)
    assert (house.sweep(), house.sweep()) == (1, 0)
    [(_, headers, body)] = slot.got
    assert {name: slot.posted()[0][name] for name in ("to", "template", "values")} == {"to": MOBILE, "template": "SMS_77", "values": VALUES}
    signed = hmac.new(SECRET.encode(), headers["X-Hotline-Timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Hotline-Signature"] == f"sha256={signed}"
    assert headers["Idempotency-Key"] == slot.posted()[0]["id"]
    [row] = house.rows()
    assert (row.state, row.reference, row.values["code"]) == ("sent", "R-1", "********")


def test_who_does_not_answer_may_have_sent_it_and_it_is_not_sent_twice(house: House, slot: Mailslot) -> None:
    slot.slow = 1.5
    owe(house)
    house.sweep()
    assert house.states() == ["in_doubt"]
    assert house.sweep(NOON + timedelta(days=1)) == 0
    assert len(slot.got) == 1
    with house.database.writing() as session:
        assert again(session, house.rows()[0], by="admin", at=NOON)  # somebody looked at it, and wants it sent


@pytest.mark.parametrize(("topic", "told"), [(CODE, 1), (sms.AHEAD, 0), (sms.DUTY, 0)])
@pytest.mark.parametrize("ends", ["refused", "in doubt"])
def test_what_a_citizen_did_not_get_is_told_to_the_supervisors_unless_a_telephone_rings_for_it(
    house: House, slot: Mailslot, topic: str, told: int, ends: str
) -> None:
    values = dict.fromkeys(sms.blanks(sms.TEXTS[topic]), "1")
    with house.database.writing() as session:
        supervisor = town.somebody(session, Role.SUPERVISOR)
        for text in (topic, sms.NOTICE):
            sms.register(session, text, text=sms.TEXTS[text], registered_id="SMS_79", by="admin", at=NOON)
        sms.owe(session, topic, MOBILE, values, NOON, key="a", about=("ticket", NUMBER), urgent=True)
        sms.owe(session, sms.NOTICE, MOBILE, {"number": "1", "topic": "1"}, NOON, key="b", account_id=house.people[0].id, urgent=True)
    slot.answers = [(400, {})] * 2
    slot.slow = 1.5 if ends == "in doubt" else 0
    house.sweep()
    with house.database.reading() as session:
        found = [(row.account_id, row.topic, row.thing) for row in session.scalars(select(Notice))]
    assert found == [(supervisor.id, Topic.UNHEARD, NUMBER)] * told


@pytest.mark.parametrize(("status", "state"), [(400, "failed"), (302, "failed"), (429, "owed"), (503, "owed")])
def test_what_the_gateway_answers_decides_and_a_redirect_is_not_followed(house: House, slot: Mailslot, status: int, state: str) -> None:
    slot.answers = [(status, {"Location": slot.url})]
    owe(house)
    house.sweep()
    assert (house.states(), len(slot.got), house.rows()[0].ground) == ([state], 1, f"对方答复{status}")


def test_a_text_that_is_not_registered_goes_to_no_gateway_and_can_be_sent_when_it_is(house: House, slot: Mailslot) -> None:
    with house.database.writing() as session:
        sms.owe(session, sms.CLOSED, MOBILE, {"number": NUMBER}, NOON, key="b")
    house.sweep()
    assert (house.states(), slot.got, house.rows()[0].ground) == (["failed"], [], "短信模板尚未报备")
    with house.database.writing() as session:
        sms.register(session, sms.CLOSED, text="{number}已办结", registered_id="SMS_78", by="admin", at=NOON)
        assert again(session, session.merge(house.rows()[0]), by="admin", at=NOON)
    house.sweep()
    assert (house.states(), slot.posted()[0]["template"]) == (["sent"], "SMS_78")


def test_that_a_text_is_not_registered_is_told_once_a_day_until_it_is(house: House, slot: Mailslot) -> None:
    with house.database.writing() as session:
        people = [town.somebody(session, role).id for role in (Role.SUPERVISOR, Role.ADMINISTRATOR)]
        session.execute(delete(sms.SmsTemplate))

    def told(topic: Topic) -> list[tuple[int, str]]:
        with house.database.reading() as session:
            return [(row.account_id, row.thing) for row in session.scalars(select(Notice).where(Notice.topic == topic).order_by(Notice.id))]

    once = [(one, CODE) for one in people]
    for key, day, times in (("a", 0, 1), ("b", 0, 1), ("c", 1, 2)):
        owe(house, key)
        house.sweep(NOON + timedelta(days=day))
        assert (told(Topic.UNREGISTERED), told(Topic.UNHEARD)) == (once * times, [])
    with house.database.writing() as session:
        sms.owe(session, sms.CLOSED, MOBILE, {"number": NUMBER}, NOON, key="d", about=("ticket", NUMBER))  # which he hears by nothing else
        sms.register(session, CODE, text="编号{number}查询码{code}", registered_id="SMS_80", by="admin", at=NOON)
    owe(house, "e")
    house.sweep(NOON + timedelta(days=2))
    assert told(Topic.UNREGISTERED) == once * 2 + [(one, sms.CLOSED) for one in people]
    assert told(Topic.UNHEARD) == [(people[0], NUMBER)]


def test_no_telephone_is_flooded(house: House, slot: Mailslot) -> None:
    for n in range(11):
        owe(house, str(n))
    house.sweep()
    assert (len(slot.got), sorted(house.states())) == (10, ["failed"] + ["sent"] * 10)
    owe(house, "the next day")
    house.sweep(NOON + timedelta(days=1, minutes=1))
    assert len(slot.got) == 11


def test_a_code_that_could_not_be_sent_is_forgotten_after_a_day(house: House, slot: Mailslot) -> None:
    slot.answers = [(400, {})]
    owe(house)
    house.sweep()
    for hours, code in ((23, "73519284"), (25, "********")):
        with time_machine.travel(NOON + timedelta(hours=hours), tick=False):
            house.teller().tidy()
        assert house.rows()[0].values["code"] == code
    with house.database.writing() as session:
        assert not again(session, house.rows()[0], by="admin", at=NOON)


def test_without_a_gateway_it_goes_to_the_log_without_number_and_code(house: House) -> None:
    house.settings = house.settings.model_copy(update={"sms_gateway": ""})
    owe(house)
    with capture_logs() as logs:
        house.sweep()
    [line] = [one for one in logs if one["event"] == "told"]
    assert (line["place"], line["text"]) == ("138****8888", f"【96128】编号{NUMBER}查询码********")
    assert (house.states(), house.rows()[0].via) == (["sent"], "console")
