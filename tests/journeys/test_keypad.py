"""A house of its own, out of hours, where a word may be spelled on the keys: the caller hears its title, then its answer;
who wants a person leaves a message, though an operator sits there."""

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from cli import sip
from cli.demo_calls import OperatorAtDesk
from cli.sip_scenario import Press, Signal, Told, Wait
from dispatch.calls.calls import Call, Outcome
from dispatch.calls.tellings import Telling
from dispatch.tickets.codes import DIGITS, digest
from dispatch.tickets.tickets import Ticket
from hotline.directory.departments import by_code
from hotline.times import local, local_day, now
from hotline.voice import orders
from knowledge_base.asked import Asked, Found, Unanswered
from knowledge_base.entries import Entry, EntryVersion, State
from tests.journeys import ears, prompter, town
from tests.journeys.conftest import House, a_house

pytestmark = pytest.mark.journey
TITLE, ANSWER = "居住证怎么续签？", "请到派出所续签居住证。"
FINDER, STRANGER, LATE = "13811110001", "13811110002", "13811110003"
TO_THE_KEYS = (Wait(2), Press("1", 3), Press(town.AUTHORISED, 3))


@pytest.fixture(scope="module")
def keyed() -> Iterator[House]:
    """A house where a word may be spelled by initials, twelve hours from when people answer; one more question is
    published while it runs."""
    hour = (local(now()).hour + 12) % 24
    with a_house(KEYPAD_INITIALS="true", STAFFED_HOURS=f"1-7 {hour:02}:00-{hour:02}:59") as house:
        with house.database.writing() as session:
            unit = by_code(session, town.AUTHORISED)
            assert unit is not None
            entry = Entry(department_id=unit.id, question=TITLE, keywords=["居住证"], state=State.PUBLISHED, published=1)
            entry.versions = [EntryVersion(number=1, answer=ANSWER, spoken=ANSWER, written_by="甲", valid_from=local_day(now()), published_at=now())]
            session.add(entry)
            session.flush()
            names = [n for text in (TITLE, ANSWER) for n in orders.order(session, text, voice=house.settings.voice, urgent=True, at=now())]
        house.eventually(lambda session: True if not orders.unmade(session, names) else None, 60)
        time.sleep(2)  # within which the machine knows of it
        yield house


@pytest.fixture(scope="module")
def called(keyed: House) -> House:
    """One caller keys 599 for 居住证 and hears it out; another keys what is nowhere; a third wants a person at once."""
    found = (*TO_THE_KEYS, Press("599#", 7), Press("1", 6), Press("1", 10), Press("1", 4))
    late = (Wait(1), Signal("0", 0), Told("tone"), *ears.SPEAKS, *ears.PASSES_BY, Wait(16))
    with (OperatorAtDesk(keyed.here, keyed.database),
          sip.call(*found, port=keyed.port, caller=FINDER) as finder,
          sip.call(*TO_THE_KEYS, Press("222#", 34), port=keyed.port, caller=STRANGER) as stranger,
          prompter.call(keyed, LATE, *late) as latecomer):  # fmt: skip
        for line in (finder, stranger, latecomer):
            result = line.result()
            assert result.failed == 0, result.log
    return keyed


def test_a_word_on_the_keys_leads_to_its_answer(called: House) -> None:
    call: Call = called.call_of(FINDER)
    assert call.outcome == Outcome.ANSWERED_BY_MACHINE
    assert called.kinds(call) == ["began", "department", "candidate", "told", "rated", "ended"]
    with called.database.reading() as session:
        telling = session.scalars(select(Telling).where(Telling.call_id == call.id)).one()
        asked = session.scalars(select(Asked).where(Asked.call_id == call.id)).one()
    assert telling.words == ANSWER
    assert (asked.words, asked.way, asked.found, asked.place, asked.entry_id) == ("599", "keys", Found.CHOSEN, 1, telling.entry_id)


def test_out_of_hours_a_caller_leaves_a_message_and_nobody_is_rung(called: House) -> None:
    call = called.call_of(LATE)
    assert call.outcome == Outcome.MESSAGE_LEFT
    kinds = called.kinds(call)
    assert not {"offered", "answered"} & set(kinds), kinds
    assert call.answered_at is None
    ticket = called.eventually(lambda session: session.scalar(select(Ticket).where(Ticket.call_id == call.id)))
    heard = ears.of_call(called, call.id)
    closed, _ = heard.prompt("closed_now")
    heard.prompt("leave_question", after=closed)
    _, told = heard.prompt("your_code_is")
    assert ticket.code_digest == digest(heard.digits(DIGITS, after=told), settings=called.settings)


def test_who_keyed_in_vain_hears_what_is_asked_most_and_is_taken_to_where_people_would_be(called: House) -> None:
    heard = ears.of_call(called, called.call_of(STRANGER).id)
    _, nothing = heard.prompt("nothing_found")
    assert heard.hears(town.QUESTION)
    _, offered = heard.prompt("choose_question", after=nothing)
    assert heard.prompt("closed_now", after=offered)[0] < offered + 7


def test_keys_that_lead_nowhere_are_counted_as_unanswered(called: House) -> None:
    call = called.call_of(STRANGER)
    asked = called.eventually(lambda session: session.scalar(select(Asked).where(Asked.call_id == call.id)))
    assert (asked.words, asked.found) == ("222", Found.NOTHING)
    with called.database.reading() as session:
        listed = session.get_one(Unanswered, asked.unanswered_id)
    assert (listed.words, listed.count) == ("按键222（公安局）", 1)
