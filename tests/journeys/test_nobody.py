"""Nobody is at the desk: the question is left after the tone, its code told, its progress heard; a person says farewell."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli import sip
from cli.sip_scenario import Press, Signal, Step, Told, Wait
from dispatch.calls.calls import Call, Outcome
from dispatch.tickets import codes
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket
from hotline.times import now
from hotline.voice import house_prompts, prompts, studio, takes
from hotline.voice.alaw import RATE
from tests.journeys import ears, prompter
from tests.journeys.conftest import House
from tests.voice.studio_sounds import file, loudest_hertz, tone

pytestmark = pytest.mark.journey
CALLER, STRANGER, GUESSER = "13800000401", "13800000499", "13800000498"
OWN = f"+86{CALLER}"  # as another carrier writes it
FAREWELL = 1234  # hertz


@pytest.fixture(scope="module")
def farewell(house: House) -> Iterator[None]:
    """A person has recorded the last prompt of every call: here by a tone that nothing else has."""
    words, at = prompts.texts()["goodbye"], now()
    with house.database.writing() as session:
        take = takes.offer(session, "goodbye", words, studio.checked(file(tone(FAREWELL))), speaker="普丽", by="office", at=at)
        takes.approve(session, take, words, by="boss", at=at)
    own = house_prompts.folder(house.settings.folder) / "hotline/goodbye.alaw"
    house.eventually(lambda _: True if own.exists() else None, 10)
    yield
    with house.database.writing() as session:
        takes.give_up(session, "goodbye", by="boss", at=now())
    house.eventually(lambda _: None if own.exists() else True, 10)


@pytest.fixture(scope="module")
def left(house: House, farewell: None) -> Ticket:
    """The ticket of the question that a citizen left."""
    house.eventually(lambda session: session.scalar(select(codes.PooledCode.digest).limit(1)))
    with prompter.call(house, CALLER, Wait(2), Signal("0", 0), Told("tone"), *ears.SPEAKS, *ears.PASSES_BY, Wait(60)) as line:
        result = line.result()
    assert result.failed == 0, result.log
    call = house.call_of(CALLER)
    return house.eventually(lambda session: _with_sound(session, call.id))


def _with_sound(session: Session, call_id: str) -> Ticket | None:
    ticket = session.scalar(select(Ticket).where(Ticket.call_id == call_id))
    assert ticket is None or ticket.recording is not None
    return ticket


@pytest.fixture(scope="module")
def told(house: House, left: Ticket) -> str:
    """The code that he heard, twice, by what was played to him."""
    heard = ears.of_call(house, left.call_id)
    _, first = heard.prompt("your_code_is")
    again, second = heard.prompt("code_again", after=first)
    code = heard.digits(codes.DIGITS, after=first)
    assert heard.digits(codes.DIGITS, after=second) == code
    assert again > first
    return code


@pytest.fixture(scope="module")
def followed(house: House, left: Ticket, told: str) -> House:
    """Three people at once: he himself, somebody on another telephone, and somebody who knows his number's digits only."""
    number = left.number.replace("-", "")
    callers: dict[str, tuple[Step, ...]] = {
        OWN: (Press(told, 13),),
        STRANGER: (Press(f"{told}#", 6), Press(CALLER[-4:], 13)),  # ended as he is told to
        GUESSER: (Press(told, 5), Press("0000", 7), Press(number[:8], 5), Press(CALLER[-4:], 7), Press("12345678", 3)),
    }
    with ExitStack() as stack:
        lines = [stack.enter_context(sip.call(Wait(2), Signal("2", 3), *steps, port=house.port, caller=caller))
                 for caller, steps in callers.items()]  # fmt: skip
        for line in lines:
            result = line.result()
            assert result.failed == 0, result.log
    return house


def test_a_question_left_after_the_tone_is_a_ticket_with_its_recording_and_code(house: House, left: Ticket, told: str) -> None:
    call = house.call_of(CALLER)
    assert call.outcome == Outcome.MESSAGE_LEFT
    assert (left.state, left.call_id, left.contact) == (State.TO_DISPATCH, call.id, CALLER)
    assert left.code_digest == codes.digest(told, settings=house.settings)
    assert not list((house.settings.spool / "messages").glob("*.txt"))


def test_what_he_said_is_kept_whole(house: House, left: Ticket) -> None:
    """His telephone sends nothing but his words: they are the message, from the first to the last."""
    assert left.recording is not None
    message = ears.listen(house, Path(left.recording.path))
    assert message.seconds == left.recording.seconds == pytest.approx(ears.SPOKEN, abs=0.5)
    message.prompt("leave_question")


def test_the_farewell_is_what_a_person_recorded_within_seconds_of_its_approval(house: House, left: Ticket, told: str) -> None:
    """Played by the dialplan itself: it is found by its pitch, after the code, and the machine's own is not heard."""
    heard = ears.of_call(house, left.call_id)
    _, code = heard.prompt("code_again")
    rest = heard.samples[int(code * RATE) :]
    parts = [loudest_hertz(rest[at : at + RATE]) for at in range(0, len(rest) - RATE, RATE // 4)]
    assert [one for one in parts if one == pytest.approx(FAREWELL, abs=3)], parts
    assert not ears.Ears(house, rest).hears_file(prompts.sound_path("goodbye"))


def test_progress_is_told_by_code_from_the_citizens_own_phone(followed: House) -> None:
    calls = followed.eventually(lambda session: _of_caller(session, 2))
    assert [c.outcome for c in calls] == [Outcome.MESSAGE_LEFT, Outcome.PROGRESS_TOLD]
    heard = ears.of_call(followed, calls[1].id)
    _, matter = heard.prompt("your_matter")
    heard.prompt("state_to_dispatch", after=matter - 0.1)


def _of_caller(session: Session, count: int) -> list[Call] | None:
    query = select(Call).where(Call.caller == CALLER, Call.outcome.is_not(None)).order_by(Call.began_at)
    calls = session.scalars(query).all()
    return list(calls) if len(calls) == count else None


def test_from_another_phone_the_last_four_digits_are_asked_for(followed: House) -> None:
    call = followed.call_of(STRANGER)
    assert "progress" in followed.kinds(call)
    ears.of_call(followed, call.id).prompt("your_matter")


def test_wrong_digits_a_tickets_number_and_a_wrong_code_open_nothing(followed: House) -> None:
    call = followed.call_of(GUESSER)
    kinds = followed.kinds(call)
    assert kinds.count("code_wrong") == 2
    assert "progress" not in kinds
    heard = ears.of_call(followed, call.id)
    _, first = heard.prompt("code_wrong")
    heard.prompt("code_wrong", after=first)
