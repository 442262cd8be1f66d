"""What the exchange tells of a transfer becomes rows: who waits, who picks up, who joins, who is gone."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ami_listener.handlers import handle
from ami_listener.messages import HungUp, LiaisonGone, Message, Staged, Taken, read
from dispatch.calls import desk
from dispatch.calls.calls import Call, Leg
from dispatch.transfers import transfers
from dispatch.transfers.hunting import Duty, Outcome
from dispatch.transfers.transfers import State, Transfer, TransferAttempt, Wish
from hotline.accounts.roles import Role
from hotline.directory.liaisons import Position
from hotline.events import Event
from hotline.settings import Settings
from recordings.recordings import Kind, Recording
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALL, later

OPERATOR = "node-1.2"


class Ear:
    """One answered call that is being handed on; hears one message after the other, a second apart."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.session, self.settings, self.second = session, settings, 0
        self.operator = town.somebody(session, Role.OPERATOR, extension="8001")
        call = town.call(session)
        self.hears(Taken(CALL, "8001", OPERATOR, "PJSIP/8001-0000002a"))
        wish = Wish(town.unit(session, "101", "玉溪市公安局"), "consult", "转接公安局。")
        self.transfer = transfers.begin(session, call, wish, channel="PJSIP/trunk-1", by=self.operator, at=NOON)

    def hears(self, *messages: Message) -> list[Event]:
        said: list[Event] = []
        for message in messages:
            said += handle(self.session, message, settings=self.settings, at=later(seconds=self.second))
            self.session.flush()
            self.second += 1
        return said

    def rings(self) -> TransferAttempt:
        return transfers.ring(self.session, self.transfer, Duty(Position.A, "张", "08779601011"), seconds=20, at=NOON)

    def staged(self, stage: str, uniqueid: str = "1.1", channel: str = "PJSIP/trunk-1") -> list[Event]:
        return self.hears(Staged(CALL, stage, uniqueid, channel, "96128"))


@pytest.fixture
def ear(session: Session, settings: Settings) -> Ear:
    return Ear(session, settings)


def told(ear: Ear) -> Event:
    return Event("transfer", call_id=CALL, account_id=ear.operator.id)


def test_the_hunt_begins_when_the_exchange_says_that_the_caller_waits(ear: Ear) -> None:
    assert ear.staged("transfer") == [told(ear)]
    assert ear.transfer.waits_since is not None


def test_a_liaison_picks_up_and_joins_with_leg_and_recording_of_his_own(ear: Ear) -> None:
    attempt = ear.rings()
    ear.staged("liaison", attempt.id, "PJSIP/trunk-2")
    assert (attempt.picked_up_at is not None, attempt.outcome) == (True, "")
    ear.staged("officer", attempt.id, "PJSIP/trunk-2")
    ear.staged("officer", attempt.id, "PJSIP/trunk-2")
    assert (attempt.outcome, ear.transfer.state) == (Outcome.ANSWERED, State.CONNECTED)
    assert ear.session.get_one(Leg, ("exchange1", attempt.id)).call_id == CALL
    row = ear.session.scalars(select(Recording).where(Recording.kind == Kind.LEG)).one()
    assert row.path.endswith(f"/legs/{CALL}.{attempt.id}.wav")


def test_an_operator_in_the_room_has_a_recording_and_is_no_liaison(ear: Ear) -> None:
    ear.staged("officer", OPERATOR, "PJSIP/8001-0000002a")
    assert ear.session.scalars(select(Recording.leg)).all() == [OPERATOR]
    assert ear.transfer.state == State.RINGING


@pytest.mark.parametrize(("cause", "picked_up", "outcome"), [(17, False, "busy"), (1, False, "number_invalid"), (19, False, "no_answer"),
                                                             (16, True, "no_answer")])  # fmt: skip
def test_a_channel_that_is_gone_ends_its_attempt(ear: Ear, cause: int, picked_up: bool, outcome: str) -> None:
    attempt = ear.rings()
    if picked_up:
        ear.staged("liaison", attempt.id, "PJSIP/trunk-2")
    assert ear.hears(LiaisonGone(CALL, attempt.id, cause)) == [told(ear)]
    assert (attempt.outcome, attempt.ended_at is not None, ear.transfer.state) == (outcome, True, State.RINGING)


def test_who_has_talked_and_gone_has_answered(ear: Ear) -> None:
    attempt = ear.rings()
    ear.staged("officer", attempt.id, "PJSIP/trunk-2")
    ear.hears(LiaisonGone(CALL, attempt.id, 16))
    assert (attempt.outcome, ear.transfer.state) == (Outcome.ANSWERED, State.CONNECTED)
    assert ear.session.get_one(Leg, ("exchange1", attempt.id)).ended_at is not None


def test_by_0_the_caller_goes_back_and_the_hunt_is_over(ear: Ear) -> None:
    attempt = ear.rings()
    ear.staged("transfer_left")
    assert (attempt.outcome, ear.transfer.state) == (Outcome.STOPPED, State.STOPPED)
    assert transfers.to_hang_up(ear.session, [CALL]) == [attempt.id]


def test_when_the_caller_goes_the_liaison_is_looked_after(ear: Ear) -> None:
    attempt = ear.rings()
    said = ear.hears(HungUp(CALL, "1.1", own=True))
    assert Event("transfer", call_id=CALL) in said
    assert (attempt.outcome, ear.transfer.state) == (Outcome.CALLER_HUNG_UP, State.CALLER_HUNG_UP)


def test_an_operator_who_leaves_has_a_free_desk_while_the_call_goes_on(ear: Ear) -> None:
    ear.staged("officer", ear.rings().id, "PJSIP/trunk-2")
    assert ear.hears(HungUp(CALL, OPERATOR, own=False)) == [Event("ended", call_id=CALL, account_id=ear.operator.id)]
    assert desk.current(ear.session, ear.operator.id) is None
    assert ear.session.get_one(Call, CALL).ended_at is None


def test_a_liaisons_hang_up_is_never_that_of_the_call() -> None:
    told = {"Event": "Hangup", "Uniqueid": "liaison-1", "Linkedid": "liaison-1", "Cause": "17", "AccountCode": CALL}
    assert read(told) == LiaisonGone(CALL, "liaison-1", 17)
    assert read(told | {"Cause": ""}) == LiaisonGone(CALL, "liaison-1", 0)


def test_of_a_call_that_nobody_knows_nothing_is_noted(session: Session, settings: Settings) -> None:
    assert list(handle(session, Staged(CALL, "transfer", "1.1", "c", ""), settings=settings, at=NOON)) == []
    assert list(handle(session, LiaisonGone(CALL, "liaison-x", 16), settings=settings, at=NOON)) == []
    assert session.scalars(select(Transfer)).all() == []
