"""Nobody is at the desk, and the question is taken step by step: told again, kept secret, too loud, silent, anonymous."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from agi.voice import seconds_of
from cli.sip_scenario import Say, Signal, Step, Told, Wait
from dispatch.calls.calls import Call, Outcome
from dispatch.tickets import codes
from dispatch.tickets.tickets import Ticket, guarded
from hotline.audit.trail import AuditRow
from hotline.voice import alaw
from recordings.recordings import Recording
from tests.journeys import ears
from tests.journeys.conftest import House
from tests.journeys.prompter import ANONYMOUS, call

pytestmark = [pytest.mark.journey, pytest.mark.timeout(320)]
PATIENT, SHOUTER, SHY, ELSEWHERE = "13900000601", "13900000602", "13900000603", "13900000699"
FIRST, SECOND, PLACE, WISH = "transfer_nobody", "liaison_hello", "liaison_join", "callback_answered"  # what callers say
SILENCE = ears.PROMPTS.parent / "silence/9.alaw"
PASSED_BY = Signal("#", 2.0)
TO_THE_PROMPT: tuple[Step, ...] = (Wait(2), Signal("0", 4), Signal("#", 0))
TO_THE_END = Wait(100)  # the exchange hangs up


def _says(sound: str | Path, then: float = 0.5) -> tuple[Step, ...]:
    """After the next tone."""
    path = sound if isinstance(sound, Path) else ears.PROMPTS / f"{sound}.alaw"
    return Told("tone"), Say(path), Wait(path.stat().st_size / alaw.RATE + 0.2), Signal("#", then)


@pytest.fixture(scope="module")
def left(house: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Four call at once."""
    house.eventually(lambda session: session.scalar(select(codes.PooledCode.digest).limit(1)))
    loud = tmp_path_factory.mktemp("loud") / "loud.alaw"
    loud.write_bytes(alaw.encode(10 * alaw.decode((ears.PROMPTS / f"{FIRST}.alaw").read_bytes())))
    quiet = loud.with_name("quiet.alaw")
    quiet.write_bytes(SILENCE.read_bytes() * 10)
    hears_himself = sum(seconds_of(f"hotline/{name}") for name in (FIRST, PLACE, WISH)) + 3
    told = (*TO_THE_PROMPT, *_says(FIRST), *_says(PLACE), *_says(WISH, 2.5))
    again = (Signal("1", hears_himself), Signal("2", 2.5), Signal("#", 0), *_says(SECOND, 2.0), PASSED_BY, PASSED_BY, Signal("#", 3.5))
    number = (Signal("2", 2.0), *(Signal(key, 0.4) for key in ELSEWHERE), Signal("#", 2.0), Signal("1", 2.5))
    callers: dict[str, tuple[Step, ...]] = {
        PATIENT: (*told, *again, *number, Signal("1", 3), TO_THE_END),
        SHOUTER: (*TO_THE_PROMPT, *_says(loud), *_says(SECOND, 2)),
        SHY: (Wait(2), Signal("0", 4), Say(quiet), TO_THE_END),
        ANONYMOUS: (*TO_THE_PROMPT, *_says(FIRST, 2.0), *[PASSED_BY] * 4, Wait(4), PASSED_BY, Wait(10)),
    }
    with ExitStack() as stack:
        lines = [stack.enter_context(call(house, who, *steps)) for who, steps in callers.items()]
        for line in lines:
            result = line.result(240)
            assert result.failed == 0, result.log
    return house


def _ticket(house: House, call: Call) -> Ticket:
    return house.eventually(lambda session: session.scalar(select(Ticket).where(Ticket.call_id == call.id)))


def _message(house: House, ticket: Ticket) -> ears.Ears:
    with house.database.reading() as session:
        return ears.listen(house, Path(session.get_one(Recording, ticket.recording_id).path))


def test_what_he_told_again_is_kept_and_the_first_is_provably_gone(left: House) -> None:
    call = left.call_of(PATIENT)
    ticket = _ticket(left, call)
    message = _message(left, ticket)
    message.prompt(SECOND)
    assert message.seconds == pytest.approx(seconds_of(f"hotline/{SECOND}"), abs=0.6)
    with left.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.deed == "message.discarded", AuditRow.thing == call.id)).all()
    assert [row.details["part"] for row in rows] == ["matter", "place", "wish"]
    assert {len(row.details["sha256"]) for row in rows} == {64}
    assert [path.name for path in (left.settings.spool / "messages").glob(f"{call.id}.*-*")] == []


def test_he_heard_himself_then_his_number_and_his_code(left: House) -> None:
    call = left.call_of(PATIENT)
    heard = ears.of_call(left, call.id)
    _, asked = heard.prompt("question_wish")
    _, said = heard.prompt(WISH, after=asked - 0.1)
    first, _ = heard.prompt(FIRST, after=said)  # the machine plays it
    heard.prompt(PLACE, after=first)
    _, read = heard.prompt("number_is", after=first)
    _, kept = heard.prompt("secrecy_kept", after=read)
    _, first_code = heard.prompt("your_code_is", after=kept - 0.2)
    _, again = heard.prompt("code_again", after=first_code)
    code = heard.digits(codes.DIGITS, after=first_code)
    assert heard.digits(codes.DIGITS, after=again) == code
    assert _ticket(left, call).code_digest == codes.digest(code, settings=left.settings)


def test_the_number_that_he_keyed_and_his_wish_for_secrecy_stand_on_the_ticket(left: House) -> None:
    ticket = _ticket(left, left.call_of(PATIENT))
    assert (ticket.caller, ticket.contact, ticket.confidential) == (PATIENT, ELSEWHERE, True)
    assert guarded(ticket)


def test_who_shouted_is_asked_once_more_and_hanging_up_keeps_what_he_said(left: House) -> None:
    call = left.call_of(SHOUTER)
    ears.of_call(left, call.id).prompt("question_too_loud")
    ticket = _ticket(left, call)
    assert (call.outcome, ticket.code_digest, ticket.contact) == (Outcome.MESSAGE_LEFT, None, SHOUTER)
    _message(left, ticket).prompt(SECOND)


def test_who_says_nothing_is_asked_once_more_and_leaves_nothing(left: House) -> None:
    call = left.call_of(SHY)
    heard = ears.of_call(left, call.id)
    _, again = heard.prompt("question_again")
    heard.prompt("question_nothing", after=again)
    assert call.outcome == Outcome.ABANDONED
    with left.database.reading() as session:
        assert session.scalar(select(Ticket).where(Ticket.call_id == call.id)) is None
    assert list((left.settings.spool / "messages").glob(f"{call.id}*")) == []


def test_who_shows_no_number_hears_how_to_follow_his_matter(left: House) -> None:
    call = left.call_of("")
    heard = ears.of_call(left, call.id)
    _, told = heard.prompt("question_no_number")
    heard.prompt("your_code_is", after=told)
    ticket = _ticket(left, call)
    assert (ticket.caller, ticket.contact) == ("", "")
    assert ticket.code_digest
