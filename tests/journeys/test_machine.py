"""Citizens ask the machine: answered where the department has given leave, by short message too, directed where it has not,
and a person for who wants one."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter

import pytest
from sqlalchemy import select

from agi.scripts.self_service import contact_sentence
from cli import sip
from cli.demo_calls import OperatorAtDesk
from cli.sip_scenario import Press, Step, Wait
from dispatch.calls.calls import Call, Outcome
from dispatch.calls.tellings import Telling
from hotline.directory.departments import by_code
from hotline.telling import outbox, sms
from hotline.telling.outbox import Delivery
from hotline.telling.outbox import State as Sent
from hotline.times import now
from hotline.voice import prompts
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import EntryVersion
from recordings.recordings import Recording, State
from tests.journeys import ears, town
from tests.journeys.conftest import House
from tests.support.sound import Voice
from tests.support.telephone import Telephone

pytestmark = pytest.mark.journey
WITHOUT_LEAVE = [
    (town.NEVER, "从未授权"),
    (town.EXPIRED, "已过有效期"),
    (town.REVOKED, "已撤销"),
    (town.EXCLUDED, "例外"),
]
TO_A_PERSON = {town.NEVER: "0"}  # once he has been told who is responsible
SILENT, LISTENER, HURRIED = "13800000900", "13800000901", "13800000902"
MOBILE, LANDLINE = "13800000903", "08772010101"


def _number(code: str) -> str:
    return f"13800000{code}"


def _asks(code: str, *, greeted: float = 2, hears: float = 14, then: tuple[Step, ...] = ()) -> tuple[Step, ...]:
    """His title is read out, and again; he confirms, and `hears` what follows for so many seconds."""
    asked = (Wait(greeted), Press("1", 3), Press(code, 9), Press("1", 6))  # the department is said first, once its name has a voice
    return (*asked, Press("1", hears), *then, Press(TO_A_PERSON.get(code, "1"), 10 if code in TO_A_PERSON else 4))


@pytest.fixture(scope="module")
def received() -> dict[str, Voice]:
    """What came to the telephones of two who ring only to listen."""
    return {}


@pytest.fixture(scope="module")
def asked(house: House, received: dict[str, Voice]) -> Iterator[House]:
    """Six citizens ring at once, each asks another department its first question, and hears it out; two more want the answer
    as a short message, one of them on a landline; one says nothing, and two listen."""
    with house.database.writing() as session:
        sms.register(session, sms.ANSWER, text=sms.TEXTS[sms.ANSWER], registered_id="SMS_1", by="admin", at=now())
    callers = {_number(code): _asks(code) for code in town.UNITS}
    callers[_number(town.AUTHORISED)] = _asks(town.AUTHORISED, greeted=7)  # he hears all of the greeting
    callers[_number(town.SHORT)] = _asks(town.SHORT, hears=15, then=(Press("7", 10),))
    callers |= {caller: _asks(town.AUTHORISED, hears=hears, then=(Press("9", 8),)) for caller, hears in ((MOBILE, 17), (LANDLINE, 15))}
    with OperatorAtDesk(house.here, house.database), ExitStack() as calls:
        lines = [calls.enter_context(sip.call(Wait(26), port=house.port, caller=SILENT))]
        lines += [calls.enter_context(sip.call(*steps, port=house.port, caller=caller)) for caller, steps in callers.items()]
        _listen(house, received)
        for line in lines:
            result = line.result(90)
            assert result.failed == 0, result.log
        yield house


def _listen(house: House, received: dict[str, Voice]) -> None:
    """One listens to the whole greeting; the other knows it, and asks in the midst of it how his matter stands."""
    with Telephone(house.port, LISTENER) as listener, Telephone(house.port, HURRIED) as hurried:
        received |= {LISTENER: listener.voice, HURRIED: hurried.voice}
        for phone in (listener, hurried):
            phone.rings()
        time.sleep(1.5)
        hurried.voice.press("2")
        time.sleep(8)
        for phone in (listener, hurried):
            phone.leaves()


def test_the_machine_answers_what_the_department_authorised(asked: House) -> None:
    call = asked.call_of(_number(town.AUTHORISED))
    assert call.outcome == Outcome.ANSWERED_BY_MACHINE
    assert asked.kinds(call) == ["began", "department", "candidate", "told", "rated", "ended"]
    assert call.steps[-2].detail == {"of": "machine", "satisfied": True}
    with asked.database.reading() as session:
        telling = session.scalars(select(Telling).where(Telling.call_id == call.id)).one()
        version = session.get_one(EntryVersion, telling.entry_version_id)
        leave = session.get_one(Authorisation, telling.authorisation_id)
    assert (telling.words, telling.heard, version.number) == (town.ANSWER, "whole", 1)
    assert (leave.document, telling.authorisation_version) == ("玉授〔2026〕101号", 1)


def test_he_hears_that_he_is_recorded_then_his_question_twice_and_the_answer(asked: House) -> None:
    heard = _heard(asked, town.AUTHORISED)
    _, greeted = heard.prompt("greeting")  # with the notice
    first, _ = heard.prompt("question_1", after=greeted)
    again, _ = heard.prompt("candidate_is", after=first)
    answer, _ = heard.prompt("answer_follows", after=again)
    assert greeted < 9
    assert heard.hears(town.QUESTION, after=first)
    assert heard.hears(town.QUESTION, after=again)
    assert heard.hears(town.ANSWER, after=answer)


def test_the_notice_that_he_is_recorded_comes_to_his_telephone_whole_and_a_key_goes_past_it(asked: House, received: dict[str, Voice]) -> None:
    """What his own telephone received, not what the exchange says it sent."""
    assert "本次通话将被录音" in prompts.texts()["greeting"]
    heard, hurried = (ears.Ears(asked, received[caller].received()) for caller in (LISTENER, HURRIED))
    assert heard.prompt("greeting")[0] < 2
    assert not hurried.hears_file(ears.PROMPTS / "greeting.alaw")
    assert 1 < hurried.prompt("key_code")[0] < 5  # the greeting is longer


def test_by_9_the_answer_goes_to_his_mobile_telephone_once_and_is_forgotten_when_it_is_sent(asked: House) -> None:
    call = asked.call_of(MOBILE)
    assert call.outcome == Outcome.ANSWERED_BY_MACHINE
    heard = ears.of_call(asked, call.id)
    _, offered = heard.prompt("keys_send")
    _, told = heard.prompt("sms_sent", after=offered - 0.1)
    heard.prompt("satisfied_question", after=told - 0.1)
    sent = asked.eventually(lambda session: session.scalar(select(Delivery).where(Delivery.thing == call.id, Delivery.ended_at.is_not(None))))
    assert (sent.state, sent.via, sent.place, sent.template) == (Sent.SENT, "console", MOBILE, sms.ANSWER)
    assert sent.values == {"question": town.QUESTION, "answer": outbox.STARS}


def test_who_asks_for_it_on_a_landline_is_told_that_it_can_not_be_sent_and_nothing_is(asked: House) -> None:
    call = asked.call_of(LANDLINE)
    assert call.outcome == Outcome.ANSWERED_BY_MACHINE
    heard = ears.of_call(asked, call.id)
    _, offered = heard.prompt("keys_again")
    heard.prompt("sms_no_mobile", after=offered - 0.1)
    with asked.database.reading() as session:
        assert session.scalar(select(Delivery).where(Delivery.thing == call.id)) is None


def test_a_department_that_authorised_its_summary_is_quoted_in_short(asked: House) -> None:
    call = asked.call_of(_number(town.SHORT))
    with asked.database.reading() as session:
        assert session.scalars(select(Telling.words).where(Telling.call_id == call.id)).one() == town.SUMMARY
    heard = _heard(asked, town.SHORT)
    assert (heard.hears(town.SUMMARY), heard.hears(town.ANSWER)) == (True, False)


def test_by_7_he_hears_it_again_more_slowly(asked: House) -> None:
    heard = _heard(asked, town.SHORT)
    _, keys = heard.prompt("keys_send")
    assert heard.hears(town.SUMMARY, after=keys - 0.2, slow=True)
    assert asked.call_of(_number(town.SHORT)).outcome == Outcome.ANSWERED_BY_MACHINE


@pytest.mark.parametrize(("code", "why"), WITHOUT_LEAVE)
def test_without_leave_the_machine_says_who_is_responsible_and_never_the_answer(
    asked: House, code: str, why: str
) -> None:
    call = asked.call_of(_number(code))
    assert call.outcome == (Outcome.ANSWERED_BY_OPERATOR if code in TO_A_PERSON else Outcome.DIRECTED)
    assert "told" not in asked.kinds(call)
    directed = next(step for step in call.steps if step.kind == "directed")
    assert why in directed.detail["reason"]
    with asked.database.reading() as session:
        assert session.scalar(select(Telling).where(Telling.call_id == call.id)) is None
        unit = by_code(session, code)
    assert unit is not None
    heard = _heard(asked, code)
    said, _ = heard.prompt("not_authorised")
    assert heard.hears(contact_sentence(unit), after=said)
    heard.prompt("person_offer", after=said)
    assert not heard.hears(town.ANSWER)
    assert not heard.hears(town.SUMMARY)


def test_who_presses_0_when_he_is_offered_a_person_reaches_one(asked: House) -> None:
    call = asked.call_of(_number(town.NEVER))
    kinds = asked.kinds(call)
    assert kinds.index("directed") < kinds.index("queued") < kinds.index("answered")
    assert call.answered_at is not None


def test_who_says_nothing_hears_the_menu_and_reaches_a_person(asked: House) -> None:
    call = asked.call_of(SILENT)
    assert call.outcome == Outcome.ANSWERED_BY_OPERATOR
    assert _unmissed(asked.kinds(call)) == ["began", "queued", "offered", "answered", "ended"]
    heard = ears.of_call(asked, call.id)
    _, greeted = heard.prompt("greeting")
    _, offered = heard.prompt("menu", after=greeted - 0.1)
    waits, _ = heard.prompt("to_operator", after=offered)
    assert 3.5 < waits - offered < 5  # at most four seconds of silence


def test_the_logs_tell_a_call_from_its_beginning_to_its_end_by_its_id_and_never_by_his_number(asked: House) -> None:
    call = asked.call_of(SILENT)
    logs = sorted((asked.settings.folder / "log").glob("*.log"))
    text = "".join(path.read_text(errors="replace") for path in logs)
    lines = [json.loads(line) for line in text.splitlines() if call.id in line]
    assert {line["call_id"] for line in lines} == {call.id}
    told = [(line["process"], line["event"]) for line in sorted(lines, key=itemgetter("timestamp"))]
    assert {process for process, _ in told} == {"listen"}
    heard_of = [f"call.{kind}" for kind in ("queued", "offer", "answered", "ended")]
    assert _unmissed(event for _, event in told) == heard_of
    assert SILENT not in text


def test_every_call_is_recorded_from_its_first_word_to_its_last(asked: House) -> None:
    for caller in (*map(_number, town.UNITS), SILENT, MOBILE, LANDLINE):
        call = asked.call_of(caller)
        assert _kept(asked, call).seconds == pytest.approx(asked.lived(call.id), abs=0.5), caller


def _unmissed(kinds: Iterable[str]) -> list[str]:
    """Without the rings that a telephone missed: on a busy machine SIPp may be late, and he is offered once more."""
    return [kind for kind, _ in groupby(kind for kind in kinds if not kind.endswith("missed"))]


def _heard(house: House, code: str) -> ears.Ears:
    call = house.call_of(_number(code))
    _kept(house, call)
    return ears.of_call(house, call.id)


def _kept(house: House, call: Call) -> Recording:
    query = select(Recording).where(Recording.call_id == call.id, Recording.state == State.COMPLETE)
    return house.eventually(lambda session: session.scalar(query))

