"""Who is owed his answer speaks with somebody when he is rung: that is no attempt, and he is rung again later. Then somebody
picks up who presses nothing: he hears nothing private."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cli import sip
from cli.sip_scenario import Wait
from dispatch.callbacks import callbacks
from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.calls.calls import Call, Outcome
from dispatch.tickets.states import State
from hotline.times import now
from tests.journeys import ears, town
from tests.journeys.conftest import House
from tests.journeys.liaisons import BUSY, scenario
from tests.journeys.test_called_back import owed

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
CITIZEN = f"139117704{BUSY}"


def over(house: House, callback_id: int, many: int) -> tuple[Callback, Attempt]:
    """What is owed after so many attempts, and the last of them."""
    query = select(Attempt).where(Attempt.callback_id == callback_id, Attempt.outcome != "").order_by(Attempt.dialled_at)
    last = house.eventually(lambda session: rows[-1] if len(rows := session.scalars(query).all()) == many else None, 60)
    with house.database.reading() as session:
        return session.get_one(Callback, callback_id), last


@pytest.fixture(scope="module")
def busy(house: House, tmp_path_factory: pytest.TempPathFactory) -> tuple[Callback, Attempt]:
    """He is rung while he speaks with somebody."""
    with sip.answer(port=trunk(house), scenario=scenario(tmp_path_factory.mktemp("busy"))):
        return over(house, owed(house, CITIZEN), 1)


@pytest.fixture(scope="module")
def unconfirmed(house: House, busy: tuple[Callback, Attempt]) -> tuple[Callback, Attempt]:
    """Somebody picks up, and listens."""
    with sip.answer(Wait(60), port=trunk(house)):
        with house.database.writing() as session:  # not before he is there
            session.get_one(Callback, busy[0].id).due_at = now()
        return over(house, busy[0].id, 2)


def trunk(house: House) -> int:
    return int(house.settings.trunk_contact.rpartition(":")[2])


def test_a_busy_telephone_costs_no_attempt_and_is_rung_again_later(house: House, busy: tuple[Callback, Attempt]) -> None:
    callback, attempt = busy
    assert (attempt.outcome, callback.attempts, callback.state) == (callbacks.BUSY, 0, callbacks.State.DUE)
    assert attempt.ended_at is not None
    assert callback.due_at - attempt.ended_at == timedelta(minutes=house.settings.callback_pause_minutes)


def test_who_picks_up_and_presses_nothing_hears_nothing_private(house: House, unconfirmed: tuple[Callback, Attempt]) -> None:
    callback, attempt = unconfirmed
    assert (attempt.outcome, callback.attempts, callback.state) == ("unconfirmed", 1, callbacks.State.DUE)
    ended = select(Call).where(Call.id == attempt.call_id, Call.ended_at.is_not(None))
    call = house.eventually(lambda session: session.scalar(ended))
    assert (call.direction, call.outcome) == ("out", Outcome.HUNG_UP)
    heard = ears.of_call(house, call.id)
    _, asked = heard.prompt("callback_hello")
    assert heard.seconds < asked + house.settings.callback_key_seconds + 5
    assert not heard.hears(town.ANSWER)
    with house.database.reading() as session:
        assert session.get_one(Callback, callback.id).replied.state == State.TO_CALL_BACK
