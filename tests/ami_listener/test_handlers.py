"""What each message does to calls, desks and call-backs, and what is said of it."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ami_listener.handlers import handle
from ami_listener.messages import Device, Dialled, HungUp, Message, NotTaken, Rings, Staged, Taken
from dispatch.callbacks import callbacks
from dispatch.callbacks.callbacks import Callback
from dispatch.calls.calls import Call, CallStep, Leg, Outcome, Step
from dispatch.calls.desk import Offer, Presence
from dispatch.tickets.states import State
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.events import Event
from hotline.settings import Settings
from recordings.recordings import Recording
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALL, CALLER, later

QUEUED = Staged(CALL, "queue", "1.1", "PJSIP/trunk-00000001", CALLER)
RINGS, TAKEN, NOT_TAKEN = Rings(CALL, "8001"), Taken(CALL, "8001", "1.2", "PJSIP/8001-0000002a"), NotTaken(CALL, "8001")
GONE = HungUp(CALL, "1.1", own=True)


class Ear:
    """Hears one message after the other, a second apart."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.session, self.settings, self.second = session, settings, 0

    def hears(self, *messages: Message) -> list[Event]:
        said: list[Event] = []
        for message in messages:
            said += handle(self.session, message, settings=self.settings, at=later(seconds=self.second))
            self.session.flush()
            self.second += 1
        return said

    def kinds(self) -> list[Step]:
        return [Step(kind) for kind in self.session.scalars(select(CallStep.kind).order_by(CallStep.id))]

    def call(self) -> Call:
        return self.session.get_one(Call, CALL)


@pytest.fixture
def ear(session: Session, settings: Settings) -> Ear:
    return Ear(session, settings)


@pytest.fixture
def operator(session: Session) -> Account:
    return town.somebody(session, Role.OPERATOR, extension="8001")


def test_a_caller_who_waits_is_noted_with_number_leg_and_recording(ear: Ear) -> None:
    assert ear.hears(QUEUED) == [Event("queued", call_id=CALL)]
    call = ear.call()
    assert (call.caller, call.queued_at, call.taken_from) == (CALLER, NOON, "listener")
    assert ear.session.get_one(Leg, ("exchange1", "1.1")).call_id == CALL
    assert ear.session.scalars(select(Recording.call_id)).all() == [CALL]


def test_who_comes_back_to_the_queue_has_waited_since_the_first_time(ear: Ear) -> None:
    ear.hears(QUEUED, QUEUED)
    assert ear.call().queued_at == NOON
    assert ear.kinds().count(Step.QUEUED) == 1


def test_whom_the_exchange_alone_told_to_ring_110_is_seen_by_who_takes_his_call(ear: Ear) -> None:
    """Though no script lived that would have noted his call."""
    danger = Staged(CALL, "emergency_110", "1.1", "c", CALLER)
    assert ear.hears(danger, danger) == []
    assert (ear.call().caller, ear.hears(QUEUED, danger)) == (CALLER, [Event("queued", call_id=CALL)])
    assert ear.kinds() == [Step.BEGAN, Step.EMERGENCY, Step.QUEUED]
    assert ear.session.scalars(select(CallStep.detail).where(CallStep.kind == Step.EMERGENCY)).one() == {"number": "110"}


@pytest.mark.parametrize("stage", ["ringing", "menu", "self", "people", "message", ""])
def test_no_other_stage_makes_a_call(ear: Ear, stage: str) -> None:
    assert ear.hears(Staged(CALL, stage, "1.1", "c", CALLER)) == []
    assert ear.session.scalar(select(func.count()).select_from(Call)) == 0


def test_a_stage_without_a_call_is_nobodys(ear: Ear) -> None:
    assert ear.hears(Staged("", "queue", "1.1", "c", CALLER)) == []


def test_a_call_is_offered_taken_and_over_and_its_operator_hears_of_each(ear: Ear, operator: Account) -> None:
    said = ear.hears(QUEUED, RINGS, TAKEN, GONE)
    assert [(e.kind, e.account_id) for e in said] == [
        ("queued", None), ("offer", operator.id), ("answered", operator.id), ("ended", operator.id), ("ended", None),
    ]  # fmt: skip
    call = ear.call()
    assert (call.operator_id, call.answered_at, call.ended_at, call.outcome) == (operator.id, later(seconds=2), later(seconds=3), Outcome.ANSWERED_BY_OPERATOR)
    assert ear.kinds() == [Step.BEGAN, Step.QUEUED, Step.OFFERED, Step.ANSWERED, Step.ENDED]
    assert {leg.uniqueid: leg.ended_at for leg in ear.session.scalars(select(Leg))} == {"1.1": later(seconds=3), "1.2": None}


def test_a_call_not_taken_is_missed_and_goes_on_waiting(ear: Ear, operator: Account) -> None:
    said = ear.hears(QUEUED, RINGS, NOT_TAKEN)
    assert [(e.kind, e.account_id) for e in said][1:] == [("offer", operator.id), ("missed", operator.id)]
    assert ear.session.scalars(select(Offer.outcome)).all() == ["missed"]
    assert ear.call().ended_at is None
    ear.hears(GONE)
    assert ear.call().outcome == Outcome.ABANDONED


def test_what_is_told_twice_is_noted_and_said_once(ear: Ear, operator: Account) -> None:
    said = ear.hears(QUEUED, QUEUED, RINGS, RINGS, TAKEN, TAKEN, RINGS, GONE, GONE, RINGS, NOT_TAKEN)
    assert [event.kind for event in said] == ["queued", "offer", "answered", "ended", "ended"]
    assert ear.kinds() == [Step.BEGAN, Step.QUEUED, Step.OFFERED, Step.ANSWERED, Step.ENDED]
    assert ear.session.scalars(select(Offer.outcome)).all() == ["done"]


def test_a_phone_that_is_no_operators_and_a_call_that_nobody_knows_concern_no_desk(ear: Ear, operator: Account) -> None:
    assert ear.hears(RINGS, TAKEN, NOT_TAKEN) == []
    ear.hears(QUEUED)
    assert ear.hears(Rings(CALL, "8009")) == []
    assert ear.session.scalar(select(func.count()).select_from(Offer)) == 0


def test_the_operators_leg_may_end_and_the_call_goes_on(ear: Ear, operator: Account) -> None:
    ear.hears(QUEUED, RINGS, TAKEN)
    assert ear.hears(HungUp(CALL, "1.2", own=False)) == []
    assert ear.session.get_one(Leg, ("exchange1", "1.2")).ended_at == later(seconds=3)
    assert ear.call().ended_at is None


def test_a_phone_tells_how_it_is(ear: Ear, operator: Account) -> None:
    assert ear.hears(Device("8001", "NOT_INUSE")) == [Event("presence", account_id=operator.id, detail={"phone": "NOT_INUSE"})]
    row = ear.session.get_one(Presence, operator.id)
    assert (row.phone_up, row.phone_state, row.state) == (True, "NOT_INUSE", "away")
    assert ear.hears(Device("8001", "NOT_INUSE")) == []
    ear.hears(Device("8001", "UNAVAILABLE"))
    assert (row.phone_up, row.phone_state) == (False, "UNAVAILABLE")
    assert ear.hears(Device("8009", "NOT_INUSE")) == []


@pytest.fixture
def dialling(session: Session, settings: Settings, office: Department) -> Callback:
    row = town.ticket(session, settings)
    town.bring(session, row, State.TO_CALL_BACK, by=town.staff(session, office), settings=settings)
    callback = callbacks.claim(session, settings=settings, at=later(hours=3))
    assert callback is not None
    town.call(session, "out", direction="out")
    callbacks.dial(session, callback, call_id="out", at=later(hours=3)).id = "attempt"
    session.flush()
    return callback


def test_a_citizen_who_does_not_answer_is_tried_again(ear: Ear, dialling: Callback) -> None:
    assert ear.hears(Dialled("attempt", success=False, reason="3")) == [Event("callback", call_id="out")]
    assert (dialling.state, dialling.ticket.state) == (callbacks.State.DUE, State.TO_CALL_BACK)
    assert ear.session.get_one(Call, "out").ended_at is not None


def test_a_citizen_who_answers_is_left_to_the_script(ear: Ear, dialling: Callback) -> None:
    assert ear.hears(Dialled("attempt", success=True, reason="4")) == []
    assert dialling.state == callbacks.State.DIALLING


def test_a_channel_that_somebody_else_originated_is_not_ours(ear: Ear) -> None:
    assert ear.hears(Dialled("unknown", success=False, reason="3")) == []


def test_a_ticket_that_went_another_way_meanwhile_stays_there(ear: Ear, dialling: Callback) -> None:
    dialling.attempts = 3
    dialling.ticket.state = State.CLOSED
    ear.session.flush()
    ear.hears(Dialled("attempt", success=False, reason="3"))
    assert (dialling.state, dialling.ticket.state, dialling.ticket.reached) == (callbacks.State.GIVEN_UP, State.CLOSED, None)
