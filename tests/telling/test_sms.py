"""Short messages are owed in registered words alone, to mobile numbers alone, and once for each thing."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.settings import Settings
from hotline.telling import outbox, sms
from hotline.telling.outbox import Channel, Delivery
from hotline.telling.sms import ANSWER, CODE, SmsError
from tests.conftest import NOON

MOBILE = "13888888888"
VALUES = {"number": "96128-20261123-0001", "code": "73519284"}


def test_the_same_is_owed_once_to_a_number_however_the_number_is_written(session: Session) -> None:
    assert sms.owe(session, CODE, "+86 138 8888 8888", VALUES, NOON, key="ticket:1:code", urgent=True)
    assert not sms.owe(session, CODE, MOBILE, VALUES, NOON, key="ticket:1:code")
    assert sms.owe(session, CODE, MOBILE, VALUES, NOON, key="ticket:2:code")
    rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [(r.channel, r.place, r.state, r.urgent) for r in rows] == [(Channel.SMS, MOBILE, "owed", True), (Channel.SMS, MOBILE, "owed", False)]


@pytest.mark.parametrize("number", ["0877-2012345", "", "96128", "+85261234567", "02888888888"])
def test_who_has_no_mobile_is_spoken_to(session: Session, number: str) -> None:
    with pytest.raises(SmsError, match="口头告知"):
        sms.owe(session, CODE, number, VALUES, NOON, key="k")


@pytest.mark.parametrize("values", [{}, {"number": "1"}, VALUES | {"more": "x"}, VALUES | {"code": ""}, VALUES | {"code": "1\n2"},
                                    VALUES | {"code": "很" * 301}])  # fmt: skip
def test_what_does_not_fit_the_registered_words_is_not_owed(session: Session, values: dict[str, str]) -> None:
    with pytest.raises(SmsError, match="变量"):
        sms.owe(session, CODE, MOBILE, values, NOON, key="k")
    assert session.scalars(select(Delivery)).all() == []


def test_words_of_ones_own_are_none(session: Session) -> None:
    with pytest.raises(SmsError, match="没有这个短信模板"):
        sms.owe(session, "hello", MOBILE, {}, NOON, key="k")


def test_a_text_is_registered_with_the_same_places_only(session: Session, settings: Settings) -> None:
    real = settings.model_copy(update={"sms_gateway": "https://sms.example.gov.cn"})
    assert not sms.sendable(session, ANSWER, MOBILE, settings=real)
    for wrong in ("【玉溪96128】{question}", "{question}{answer!r}", "{question}{answer.__class__}", "{question}{answer"):
        with pytest.raises(SmsError):
            sms.register(session, ANSWER, text=wrong, registered_id="SMS_1", by="admin", at=NOON)
    sms.register(session, ANSWER, text="【玉溪96128】{question}答：{answer}", registered_id="SMS_1", by="admin", at=NOON)
    assert sms.sendable(session, ANSWER, MOBILE, settings=real)
    assert not sms.sendable(session, ANSWER, "08772012345", settings=real)
    assert not sms.sendable(session, ANSWER, MOBILE, settings=settings)  # the log reaches nobody


def test_a_query_code_is_shown_to_nobody_and_can_be_forgotten(session: Session) -> None:
    sms.owe(session, CODE, MOBILE, VALUES, NOON, key="k")
    row = session.scalars(select(Delivery)).one()
    assert outbox.shown(row) == VALUES | {"code": "********"}
    outbox.forget_secrets(row)
    session.flush()
    session.refresh(row)
    assert row.values == VALUES | {"code": "********"}
