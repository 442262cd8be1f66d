"""The trunk's channels: those of callers stay free, counted where they are, on the exchange."""

import pytest
from sqlalchemy.orm import Session

from dispatch.callbacks import callbacks, trunk
from dispatch.callbacks.callbacks import TOLD, Callback
from dispatch.callbacks.trunk import Taken, room, taken
from dispatch.calls import settling
from hotline.accounts.roles import Role
from hotline.settings import Settings
from tests.dispatch import town
from tests.dispatch.test_callbacks import AFTERNOON, owed

ROWS = [
    {"Channel": "PJSIP/trunk-00000001", "Uniqueid": "1.1", "AccountCode": "call-1"},
    {"Channel": "PJSIP/8001-00000002", "Uniqueid": "1.2", "AccountCode": "call-1"},
    {"Channel": "PJSIP/trunk-00000003", "Uniqueid": "attempt", "AccountCode": ""},
    {"Channel": "PJSIP/trunk2-00000004", "Uniqueid": "1.4", "AccountCode": "call-4"},
    {"Channel": "Local/s@callback-0001;1", "Uniqueid": "1.5", "AccountCode": "call-5"},
]


@pytest.fixture
def narrow(settings: Settings) -> Settings:
    return settings.model_copy(update={"trunk_channels": 6, "trunk_reserved": 2})


def claim(session: Session, settings: Settings, lines: Taken = Taken()) -> Callback | None:  # noqa: B008 - frozen
    found = trunk.claim(session, lines, settings=settings, at=AFTERNOON)
    session.flush()
    return found


def test_only_the_trunks_own_channels_count() -> None:
    assert taken(ROWS, trunk="trunk") == Taken(2, frozenset({"1.1", "call-1", "attempt"}))


def test_only_so_many_are_rung_at_once_and_the_next_when_one_is_over(session: Session, settings: Settings) -> None:
    few = settings.model_copy(update={"callbacks_at_once": 2})
    for n in range(4):
        owed(session, settings, number=f"1380000000{n}")
    first = claim(session, few)
    assert first is not None
    attempt = callbacks.dial(session, first, call_id="call-1", at=AFTERNOON)
    assert claim(session, few) is not None
    assert claim(session, few) is None, "one rings and one is about to"
    callbacks.settle(session, attempt, outcome=TOLD, settings=settings, at=AFTERNOON)
    session.flush()
    assert claim(session, few) is not None


@pytest.mark.parametrize(("channels", "rung"), [(0, True), (3, True), (4, False), (9, False)])
def test_who_calls_us_finds_a_channel_of_the_trunk_free(session: Session, narrow: Settings, channels: int, rung: bool) -> None:
    owed(session, narrow)
    assert (claim(session, narrow, Taken(channels)) is not None) == rung


def test_what_was_asked_for_counts_before_the_exchange_shows_it_and_once_when_it_does(session: Session, narrow: Settings) -> None:
    for n in range(2):
        owed(session, narrow, number=f"1380000000{n}")
    first = claim(session, narrow)
    assert first is not None
    assert room(session, Taken(2), settings=narrow, at=AFTERNOON) == 1, "four but one that is claimed, and two that are taken"
    attempt = callbacks.dial(session, first, call_id="call-1", at=AFTERNOON)
    session.flush()
    for ids in ({attempt.id}, {"call-1"}):
        assert room(session, Taken(3, frozenset(ids)), settings=narrow, at=AFTERNOON) == 1
    assert room(session, Taken(3), settings=narrow, at=AFTERNOON) == 0


def test_an_operator_who_rings_counts_until_his_call_is_over(session: Session, narrow: Settings) -> None:
    callback = owed(session, narrow, by_person=True, state=callbacks.State.CLAIMED)
    assert room(session, Taken(), settings=narrow, at=AFTERNOON) == 4, "he may hold it for long before he rings"
    attempt = callbacks.place(session, callback, settings=narrow, by=town.somebody(session, Role.OPERATOR), at=AFTERNOON)
    session.flush()
    assert room(session, Taken(), settings=narrow, at=AFTERNOON) == 3
    settling.end(session, attempt.call_id, at=AFTERNOON)
    assert room(session, Taken(), settings=narrow, at=AFTERNOON) == 4, "he writes it up"
