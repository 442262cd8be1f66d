"""Nobody is at the desk: the question is left after the tone, its code told, and its progress heard."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli import sip
from cli.exchange import Exchange
from cli.sip_scenario import Press, Say, Step, Wait
from dispatch import codes
from dispatch.calls import Call, Outcome
from dispatch.states import State
from dispatch.tickets import Ticket
from tests.journeys.conftest import PROJECT, House

pytestmark = pytest.mark.journey
VOICE = PROJECT / "asterisk-conf" / "sounds" / "hotline" / "leave_question.alaw"
CALLER, STRANGER, GUESSER = "13800000401", "13800000499", "13800000498"


def _next_code(house: House) -> str:
    exchange = Exchange(house.here.plan())
    head = re.search(r"\d+", exchange.cli("database get codepool head").split(":")[-1])
    assert head is not None
    found = re.search(r"\d{8}", exchange.cli(f"database get codes {head[0]}"))
    assert found is not None
    return found[0]


@pytest.fixture(scope="module")
def code(house: House) -> str:
    """The query code that a citizen was told who left a question."""
    house.eventually(lambda session: session.scalar(select(codes.PooledCode.digest).limit(1)))
    told = _next_code(house)
    result = sip.place(Wait(2), Press("0", 11), Say(Path(VOICE)), Wait(5), Press("#", 22), port=house.port, caller=CALLER)
    assert result.failed == 0, result.log
    return told


def _ticket_of(house: House, code: str) -> Ticket:
    digest = codes.digest(code, settings=house.settings)

    def found(session: Session) -> Ticket | None:
        ticket = session.scalar(select(Ticket).where(Ticket.code_digest == digest))
        assert ticket is None or ticket.recording is not None
        return ticket

    return house.eventually(found)


def test_a_question_left_after_the_tone_is_a_ticket_with_its_recording_and_code(house: House, code: str) -> None:
    ticket = _ticket_of(house, code)
    call = house.call_of(CALLER)
    assert call.outcome == Outcome.MESSAGE_LEFT
    assert (ticket.state, ticket.call_id, ticket.contact) == (State.TO_DISPATCH, call.id, CALLER)
    assert ticket.recording is not None
    assert ticket.recording.seconds == pytest.approx(6, abs=2)
    assert not list((house.settings.spool / "messages").glob("*.txt"))


def _asks(house: House, caller: str, *steps: Step) -> list[str]:
    result = sip.place(Wait(2), Press("2", 2), *steps, port=house.port, caller=caller)
    assert result.failed == 0, result.log
    return house.kinds(house.call_of(caller))


def test_progress_is_told_by_code_from_the_citizens_own_phone(house: House, code: str) -> None:
    _ticket_of(house, code)
    own = f"86{CALLER}"  # as another carrier writes it
    result = sip.place(Wait(2), Press("2", 2), Press(code, 12), port=house.port, caller=f"+{own}")
    assert result.failed == 0
    calls = house.eventually(lambda session: _of_caller(session, 2))
    assert [c.outcome for c in calls] == [Outcome.MESSAGE_LEFT, Outcome.PROGRESS_TOLD]


def _of_caller(session: Session, count: int) -> list[Call] | None:
    query = select(Call).where(Call.caller == CALLER, Call.outcome.is_not(None)).order_by(Call.began_at)
    calls = session.scalars(query).all()
    return list(calls) if len(calls) == count else None


def test_from_another_phone_the_last_four_digits_are_asked_for(house: House, code: str) -> None:
    _ticket_of(house, code)
    assert "progress" in _asks(house, STRANGER, Press(code, 3), Press(CALLER[-4:], 10))


def test_wrong_digits_and_a_wrong_code_sound_alike_and_open_nothing(house: House, code: str) -> None:
    _ticket_of(house, code)
    kinds = _asks(house, GUESSER, Press(code, 3), Press("0000", 6), Press("12345678", 3), Press(CALLER[-4:], 6))
    assert kinds.count("code_wrong") == 2
    assert "progress" not in kinds
