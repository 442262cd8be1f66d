"""The exchange's own records of a liaison's channel: they never end a call, and tell what nobody of ours saw."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from dispatch.calls.calls import Call
from dispatch.tickets.tickets import Klass
from dispatch.transfers import transfers
from dispatch.transfers.hunting import Duty, Outcome
from dispatch.transfers.transfers import State, TransferAttempt, Wish
from hotline.accounts.roles import Role
from hotline.directory.liaisons import Position
from hotline.settings import Settings
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.test_records import BEGAN, read, recorded
from tests.dispatch.town import CALL, later


def event(kind: str, second: float, uniqueid: str, *, cause: int = 0) -> bytes:
    extra = f'{{""hangupcause"":{cause},""hangupsource"":""""}}' if kind == "HANGUP" else ""
    fields = [kind, f"{BEGAN + second:.6f}", CALL, uniqueid, uniqueid, "PJSIP/trunk-2", "96128", "s", "liaison", "", "", extra]
    return ",".join(f'"{field}"' for field in fields).encode() + b"\n"


@pytest.fixture
def attempt(session: Session) -> TransferAttempt:
    """A liaison who rings, of an answered call."""
    call = town.call(session)
    wish = Wish(town.unit(session, "101", "玉溪市公安局"), "consult", "转接公安局。")
    transfer = transfers.begin(session, call, wish, channel="c", by=town.somebody(session, Role.OPERATOR), at=NOON)
    return transfers.ring(session, transfer, Duty(Position.A, "张", "08779601011"), seconds=20, at=NOON)


def told(session: Session, settings: Settings, *lines: bytes) -> Path:
    path = recorded(settings, *lines)
    read(session, settings, path)
    return path


@pytest.mark.parametrize(("cause", "outcome"), [(17, "busy"), (1, "number_invalid"), (19, "no_answer")])
def test_a_liaisons_hang_up_ends_his_attempt_and_not_the_call(
    session: Session, settings: Settings, attempt: TransferAttempt, cause: int, outcome: str
) -> None:
    told(session, settings, event("CHAN_START", 0, attempt.id), event("HANGUP", 9, attempt.id, cause=cause))
    assert (attempt.outcome, attempt.ended_at) == (outcome, later(seconds=9))
    assert session.get_one(Call, CALL).ended_at is None


def test_who_joined_has_joined_also_when_it_was_in_doubt(
    session: Session, settings: Settings, attempt: TransferAttempt
) -> None:
    transfers.over(session, attempt, Outcome.IN_DOUBT, at=NOON)
    told(session, settings, event("ANSWER", 3, attempt.id), event("BRIDGE_ENTER", 9, attempt.id), event("HANGUP", 60, attempt.id, cause=16))
    assert (attempt.outcome, attempt.joined_at, attempt.transfer.state) == ("answered", later(seconds=9), State.CONNECTED)


def test_what_is_noted_already_is_read_and_not_written_again(
    session: Session, settings: Settings, attempt: TransferAttempt
) -> None:
    transfers.over(session, attempt, Outcome.BUSY, at=NOON)
    told(session, settings, event("HANGUP", 9, attempt.id, cause=19), event("HANGUP", 9, "liaison-nobody", cause=19))
    assert (attempt.outcome, attempt.ended_at) == ("busy", NOON)


@pytest.mark.parametrize("extra", ["", "nonsense", "[1]", "{}"])
def test_a_record_without_a_cause_tells_that_nobody_answered(
    session: Session, settings: Settings, attempt: TransferAttempt, extra: str
) -> None:
    line = event("HANGUP", 9, attempt.id).rpartition(b',"')[0] + f',"{extra}"\n'.encode()
    told(session, settings, line)
    assert attempt.outcome == Outcome.NO_ANSWER


def test_whom_the_caller_could_not_be_handed_to_stands_on_his_ticket_unless_it_is_guarded(
    session: Session, settings: Settings, attempt: TransferAttempt
) -> None:
    transfers.over(session, attempt, Outcome.BUSY, at=NOON)

    def tried(klass: Klass, code: str) -> list[str]:
        session.flush()
        row = town.ticket(session, settings, klass=klass, code=code)
        session.flush()
        session.refresh(row)
        return [step.detail["tried"] for step in row.steps if step.action == "transfer_tried"]

    assert tried(Klass.CONSULT, "11111111") == ["busy"]
    assert tried(Klass.COMPLAINT, "22222222") == []
