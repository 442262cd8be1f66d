"""What the exchange told of real calls is told again: twice, cut at every event, in every order that it permits; what is
believed in the end, and after every look, is what was."""

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from ami_listener.drift import Believed, believed, drift
from ami_listener.handlers import handle
from ami_listener.messages import Device, Dialled, HungUp, LiaisonGone, Staged, Taken
from ami_listener.resync import repair
from ami_listener.seen import Seen
from dispatch.calls.calls import Call, CallStep, Leg
from dispatch.calls.desk import Offer, Presence
from dispatch.transfers.transfers import PREFIX, Otherwise, State, Transfer, TransferAttempt
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.settings import Settings
from recordings.recordings import Recording
from tests.dispatch import town
from tests.support.streams import NAMES, Heard, stream

SOON = timedelta(seconds=1)  # events of different threads, told closer to each other, may change places
Rows = dict[str, list[tuple[object, ...]]]
T = TypeVar("T")


class Undone(Exception):
    """The rows of a run are looked at and taken back."""


@contextmanager
def run(database: Database, settings: Settings) -> Iterator["Run"]:
    """A run over empty rows; many of them in one test."""
    try:
        with database.writing() as session:
            for number in (1, 2):
                town.somebody(session, Role.OPERATOR, login=f"op{number}", extension=f"800{number}")
            town.unit(session, "101", "玉溪市公安局")
            yield Run(session, settings)
            raise Undone
    except Undone:
        pass


class Run:
    """A listener's noting, without the wire."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.session, self.settings = session, settings

    def hears(self, events: Iterable[Heard]) -> None:
        for event in events:
            if event.told is not None:
                if isinstance(event.told, Staged) and event.told.stage == "transfer":
                    self._hands_on(event)
                handle(self.session, event.told, settings=self.settings, at=event.at)
                self.session.flush()

    def sees(self, seen: Seen) -> None:
        repair(self.session, drift(seen, self.believes()), settings=self.settings)
        self.session.flush()

    def believes(self) -> Believed:
        return believed(self.session, node=self.settings.exchange_node)

    def _hands_on(self, event: Heard) -> None:
        """What the desk and the hunter had written by then."""
        assert isinstance(event.told, Staged)
        if self.session.get(Call, event.told.call_id) is None or self.session.scalar(select(Transfer)) is not None:
            return
        operator = self.session.scalar(select(Account.id).where(Account.extension == "8001"))
        office = self.session.scalar(select(Department.id))
        ids = dict.fromkeys(e.told.attempt_id for e in stream("handed_on").told if isinstance(e.told, LiaisonGone))
        attempts = [TransferAttempt(id=one, number=n, dialled_at=event.at) for n, one in enumerate(ids, 1)]
        self.session.add(Transfer(call_id=event.told.call_id, department_id=office, account_id=operator, klass="consult", words="",
                                  otherwise=Otherwise.RECORD, channel=event.told.channel, began_at=event.at, state=State.RINGING,
                                  attempts=attempts))  # fmt: skip
        self.session.flush()

    def rows(self, *, moments: bool = True) -> Rows:
        """All that was noted, in no order of its own."""
        by = Account.extension  # ids differ from run to run
        tables = {
            "calls": select(Call.id, Call.caller, Call.outcome, by, Call.began_at, Call.queued_at, Call.answered_at, Call.ended_at).outerjoin(Account, Account.id == Call.operator_id),
            "offers": select(Offer.call_id, by, Offer.outcome, Offer.at, Offer.answered_at, Offer.ended_at).join(Account, Account.id == Offer.account_id),
            "legs": select(Leg.uniqueid, Leg.call_id, Leg.channel, Leg.began_at, Leg.ended_at),
            "steps": select(CallStep.call_id, CallStep.kind, CallStep.at),
            "recordings": select(Recording.call_id, Recording.kind, Recording.leg, Recording.path),
            "phones": select(by, Presence.phone_up, Presence.phone_state).join(Account, Account.id == Presence.account_id),
            "attempts": select(TransferAttempt.id, TransferAttempt.outcome, TransferAttempt.picked_up_at, TransferAttempt.ended_at),
        }  # fmt: skip
        return {name: sorted(_row(row, moments=moments) for row in self.session.execute(query)) for name, query in tables.items()}


def _row(row: Sequence[object], *, moments: bool) -> tuple[str, ...]:
    return tuple(str(one) if moments or not hasattr(one, "year") else "some time" for one in row)


def plain(database: Database, settings: Settings, name: str, *, moments: bool = True) -> Rows:
    with run(database, settings) as here:
        here.hears(stream(name).events)
        return here.rows(moments=moments)


@pytest.mark.parametrize("name", NAMES)
def test_a_stream_told_twice_is_noted_once(database: Database, settings: Settings, name: str) -> None:
    once, told = plain(database, settings, name), stream(name).told
    assert once["calls"]
    with run(database, settings) as here:
        here.hears(event for event in told for _ in range(2))
        assert here.rows() == once
    with run(database, settings) as here:
        here.hears([*told, *told])
        assert here.rows() == once


def every(database: Database, cuts: Sequence[T]) -> Sequence[T]:
    """All of them on SQLite; a third where only the statements are others."""
    return cuts if database.engine.dialect.name == "sqlite" else cuts[::3]


@pytest.mark.parametrize("name", NAMES)
def test_another_listener_may_take_over_at_every_event(database: Database, settings: Settings, name: str) -> None:
    """It hears the last event again: nobody knows whether it was written down."""
    once, told = plain(database, settings, name), stream(name).told
    for cut in every(database, range(len(told) + 1)):
        with run(database, settings) as here:
            here.hears(told[:cut])
            here.session.expire_all()
            here.hears(told[max(0, cut - 1) :])
            assert here.rows() == once, f"cut before event {cut}"


def stands_as(here: Run, seen: Seen) -> None:
    """What is believed is what is seen, by the looks' own rows."""
    ours = here.believes()
    in_queue = {c.call_id for c in seen.channels if c.uniqueid in seen.waiting}
    assert not ours.calls.keys() - seen.live
    assert all(ours.calls[call_id].queued_at is not None for call_id in in_queue)
    talking = {(c.call_id, c.at_desk) for c in seen.channels if c.at_desk}
    assert talking == ours.ringing | ours.spoken
    assert {(c.call_id, c.at_desk) for c in seen.channels if c.at_desk and c.up} == ours.spoken
    assert {e: s for e, s in ours.phones.items() if s} == {e: s for e, s in seen.phones.items() if e in ours.phones}
    assert list(drift(seen, ours)) == [], "nothing is left to be mended"


@pytest.mark.parametrize("name", NAMES)
def test_after_a_gap_that_begins_at_any_event_one_look_mends_everything(database: Database, settings: Settings, name: str) -> None:
    """Blind from each event to the next look, then on; from some of them to the end."""
    looks, events = stream(name).looks, stream(name).events
    (length, last), end = looks[-1], plain(database, settings, name, moments=False)
    heard = [n for n, event in enumerate(events) if event.told is not None]
    gaps = [(cut, *next(one for one in looks if one[0] > cut)) for cut in heard] + [(cut, length, last) for cut in heard[::6]]
    for cut, until, seen in every(database, gaps):
        with run(database, settings) as here:
            here.hears(events[:cut])
            here.sees(seen)
            stands_as(here, seen)
            here.hears(events[until:])
            here.sees(last)
            stands_as(here, last)
            assert set(end["phones"]) <= set(here.rows(moments=False)["phones"])


def lanes(told: Sequence[Heard]) -> list[list[int]]:
    """Events that keep their order among each other: each call by its own channel, each phone, each leg's end."""
    found: dict[str, list[int]] = {}
    for number, event in enumerate(told):
        found.setdefault(_lane(event), []).append(number)
    return list(found.values())


def _lane(event: Heard) -> str:
    match event.told:
        case Device(extension):
            return f"phone {extension}"
        case HungUp(_, uniqueid, own=False):
            return f"end of {uniqueid}"
        case Dialled(attempt_id) | LiaisonGone(_, attempt_id):
            return f"{type(event.told).__name__} of {attempt_id}"
    return f"call {event.linked}"


def permitted(told: Sequence[Heard], draw: random.Random) -> list[Heard]:
    """One order in which Asterisk's threads might have told it: a leg ends after it was taken."""
    waiting, order, done = lanes(told), list[int](), set[int]()
    before = {n: _taken(told, event) for n, event in enumerate(told)}
    while waiting:
        lane = draw.choice([one for one in waiting if before[one[0]] <= done])
        done.add(lane[0])
        order.append(lane.pop(0))
        waiting = [one for one in waiting if one]
    return [told[n] for n in order]


def _taken(told: Sequence[Heard], event: Heard) -> set[int]:
    """What must have been told before: a leg's end follows its beginning, and what the script of a call led to follows
    what was told long before it."""
    match event.told:
        case HungUp(_, uniqueid, own=False):
            return {n for n, e in enumerate(told) if isinstance(e.told, Taken) and e.told.leg == uniqueid}
        case Dialled() | LiaisonGone() | Staged() | HungUp():
            hunted = event.linked.startswith(PREFIX) or not isinstance(event.told, (Staged, HungUp))
            return {n for n, e in enumerate(told) if e.at < event.at - SOON or (hunted and _begins_a_hunt(e))}
    return set()


def _begins_a_hunt(event: Heard) -> bool:
    return isinstance(event.told, Staged) and event.told.stage == "transfer"


def orders_agree(database: Database, settings: Settings, name: str, draw: random.Random) -> None:
    """Hypothesis draws the order."""
    once, order = plain(database, settings, name, moments=False), permitted(stream(name).told, draw)
    with run(database, settings) as here:
        here.hears(order)
        assert here.rows(moments=False) == once, [event.told for event in order]


@pytest.mark.parametrize("name", NAMES)
@trying(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.randoms(use_true_random=False))
def test_every_permitted_order_of_arrival_comes_to_the_same(
    database: Database, settings: Settings, name: str, draw: random.Random
) -> None:
    orders_agree(database, settings, name, draw)


@pytest.mark.proof
@pytest.mark.parametrize("name", NAMES)
@trying(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draw=st.randoms(use_true_random=False))
def test_a_thousand_permitted_orders_come_to_the_same(
    database: Database, settings: Settings, name: str, draw: random.Random
) -> None:
    orders_agree(database, settings, name, draw)
