"""We ring: a machine answers, and a line breaks; what is owed is held, and nothing private is said to a machine."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select, update

from cli import sip
from cli.exchange import Exchange
from cli.sip_scenario import Press, Say, Signal, Touch, Wait
from dispatch.callbacks import by_phone, callbacks, contacting, places
from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.callbacks.places import Over, Place
from dispatch.callbacks.telephone import Telephone
from dispatch.calls import calls, settling
from dispatch.calls.calls import TELLING, Call, CallStep, Step
from dispatch.clocks import duty_phones
from dispatch.tickets import intake, referrals
from dispatch.tickets.intake import Matter
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket, TicketStep, Urgency
from hotline.accounts.accounts import Account
from hotline.directory.departments import by_code
from hotline.directory.liaisons import Liaison, Position
from hotline.telling.outbox import Channel, Delivery
from hotline.times import now
from hotline.voice import alaw, orders
from hotline.voice.orders import SpeechOrder
from recordings.recordings import Recording
from recordings.recordings import State as Taken
from tests.dispatch.town import Staff, bring
from tests.journeys import ears, town
from tests.journeys.conftest import House, a_house
from tests.journeys.test_transfer import tone
from tests.journeys.test_waiting import HERTZ, asked, at_work

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(300)]
MACHINE, CUT_OFF, TALKS, KEEPER, LEAVER, SPOKEN, DUTY, DEPUTY = (f"1380000088{n}" for n in range(8))
SILENT = 8  # seconds without a packet, and the carrier's line is over


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with a_house(TRUNK_SILENT_SECONDS=str(SILENT), QUEUE_OFFER="true", PHONE_SILENT_SECONDS="60",
                 DUTY_RING_PAUSE_MINUTES="0", DUTY_RING_ROUNDS="9") as house:  # fmt: skip
        tone(house.settings.folder, HERTZ, seconds=100)
        yield house
        Exchange(house.here.plan()).cli("channel request hangup all")


@pytest.fixture
def telephone(house: House) -> Iterator[Telephone]:
    here = Telephone(house.settings)
    yield here
    here.close()


@pytest.fixture
def citizen(house: House) -> int:
    return int(house.settings.trunk_contact.rpartition(":")[2])


def sound(house: House) -> Path:
    return house.settings.folder / f"{HERTZ}.alaw"


def murmurs(house: House) -> Path:
    """The same so softly that what is said to him is heard in it."""
    soft = sound(house).with_name("murmurs.alaw")
    soft.write_bytes(alaw.encode(0.02 * alaw.decode(sound(house).read_bytes())))
    return soft


def owed(house: House, caller: str = MACHINE) -> int:
    """A reply that passed the hotline's check: its call-back."""
    at, matter = now(), Matter(Klass.CONSULT, "身份证换领", "来电人询问身份证怎么换领。")
    with house.database.writing() as session:
        people = {account.login: account for account in session.scalars(select(Account))}
        calls.begin(session, "matter", caller=caller, at=at)
        session.flush()
        ticket = intake.refer(session, matter, call=session.get_one(Call, "matter"), recording=None, code="73519285",
                                 by="operator1", settings=house.settings, at=at)  # fmt: skip
        settling.end(session, "matter", at=at)
        unit = by_code(session, town.AUTHORISED)
        assert unit is not None
        by = Staff(unit, people["supervisor"], people["liaison.101"], people["leader.101"])
        bring(session, ticket, State.TO_CHECK, by=by, settings=house.settings, at=at)
        ticket.reply = town.ANSWER
        referrals.pass_reply(session, ticket, by=by.supervisor, settings=house.settings, at=at)
        session.flush()
        return session.scalars(select(Callback.id).where(Callback.ticket_id == ticket.id)).one()


def test_a_department_speaks_with_its_caller_in_a_recorded_call_of_ours(house: House, telephone: Telephone, citizen: int) -> None:
    at, matter = now(), Matter(Klass.CONSULT, "身份证换领", "来电人询问身份证怎么换领。", contact=SPOKEN)
    with house.database.writing() as session:
        unit, people = by_code(session, town.AUTHORISED), {account.login: account for account in session.scalars(select(Account))}
        assert unit is not None
        by = Staff(unit, people["supervisor"], people["liaison.101"], people["leader.101"])
        ticket = intake.refer(session, matter, call=None, recording=None, code="", by="operator1", settings=house.settings, at=at)
        bring(session, ticket, State.IN_HAND, by=by, settings=house.settings, at=at)
        liaison = Liaison(department_id=unit.id, name="张立新", position=Position.A, phone="0877-2012345")
        session.add(liaison)
        session.flush()
        contact, own = contacting.ring(session, ticket, liaison_id=liaison.id, by=by.liaison, settings=house.settings, at=at)
    with sip.answer(Say(sound(house)), Wait(6), port=citizen, calls=2) as line:  # the liaison's and the caller's
        telephone.contact(contact, SPOKEN, own=own)
        assert line.result(90).failed == 0, "both were rung through the trunk, and picked up"
    over = select(Call).where(Call.id == contact.call_id, Call.ended_at.is_not(None))
    assert house.eventually(lambda session: session.scalar(over), 30).direction == "out"
    taken = select(Recording).where(Recording.call_id == contact.call_id, Recording.state == Taken.COMPLETE)
    assert (house.eventually(lambda session: session.scalar(taken), 60).seconds or 0) > 3
    with house.database.writing() as session:
        contacting.write_up(session, session.get_one(Ticket, contact.ticket_id), outcome="reached", words="已说明材料", by=by.liaison, at=now())


def test_of_what_is_urgent_the_next_duty_telephone_rings_until_somebody_presses_1_and_hears_which_matter(house: House, citizen: int) -> None:
    at, matter = now(), Matter(Klass.CONSULT, "道路塌陷", "来电人称道路塌陷，有车辆通行。", urgency=Urgency.CRITICAL)
    with house.database.writing() as session:
        unit, people = by_code(session, town.AUTHORISED), {account.login: account for account in session.scalars(select(Account))}
        assert unit is not None
        unit.duty_phone = DUTY
        session.add(Liaison(department_id=unit.id, name="张立新", position=Position.A, phone=DEPUTY))
        by = Staff(unit, people["supervisor"], people["liaison.101"], people["leader.101"])
        ticket = intake.refer(session, matter, call=None, recording=None, code="", by="operator1", settings=house.settings, at=at)
        bring(session, ticket, State.IN_HAND, by=by, settings=house.settings, at=at)
        number, spoken = ticket.number, orders.order(session, duty_phones.text_of(ticket, unit, at=at), voice=house.settings.voice, urgent=True, at=at)
    for name, sentence in zip(spoken, ("liaison_gone", "transfer_nobody"), strict=True):  # what is said has its sound at once
        shutil.copy(ears.PROMPTS / f"{sentence}.alaw", house.settings.sounds / f"{name}.alaw")
    with house.database.writing() as session:
        session.execute(update(SpeechOrder).where(SpeechOrder.name.in_(spoken)).values(made_at=at))
    with sip.answer(Say(sound(house)), Wait(100), port=citizen, calls=1) as mailbox:
        with house.database.writing() as session:  # its reminder is due
            session.scalars(select(Ticket).where(Ticket.number == number)).one().rung_at = now()
        assert mailbox.result(120).failed == 0, "we hang up on it"
    speaks = Say(murmurs(house))
    told = select(TicketStep).join(Ticket, Ticket.id == TicketStep.ticket_id).where(Ticket.number == number, TicketStep.action == by_phone.HEARD)
    with sip.answer(speaks, Wait(15), Touch("1", 1), speaks, Wait(40), port=citizen, calls=1):
        house.eventually(lambda session: session.scalar(told), 120)
    with house.database.reading() as session:
        message = session.scalars(select(Delivery).where(Delivery.thing == number, Delivery.channel == Channel.PHONE, Delivery.state != "void")).one()
        rung = session.scalars(select(Call.caller).where(Call.taken_from == TELLING).order_by(Call.began_at)).all()
    assert (message.state, rung[:2]) == ("sent", [DUTY, DEPUTY])
    heard = ears.of_call(house, message.reference)
    heard.prompt("duty_hello")
    assert heard.hears(message.values["text"])


def test_a_machine_that_talks_over_everything_is_hung_up_on_and_hears_nothing_private(house: House, citizen: int) -> None:
    with sip.answer(Say(murmurs(house)), Wait(100), port=citizen, calls=1) as machine:
        callback_id = owed(house)
        over = select(Attempt).where(Attempt.callback_id == callback_id, Attempt.outcome != "")
        attempt = house.eventually(lambda session: session.scalar(over), 90)
        assert machine.result(20).failed == 0, "we hang up"
    assert attempt.outcome == "unconfirmed"
    ended = select(Call).where(Call.id == attempt.call_id, Call.ended_at.is_not(None))
    call = house.eventually(lambda session: session.scalar(ended), 30)
    assert house.lived(call.id) < 60
    heard = ears.of_call(house, call.id)
    _, first = heard.prompt("callback_hello")
    heard.prompt("callback_hello", after=first)
    assert not heard.hears(town.ANSWER)
    with house.database.reading() as session:
        callback = session.get_one(Callback, callback_id)
        assert (callback.attempts, callback.state, callback.replied.state) == (1, callbacks.State.DUE, State.TO_CALL_BACK)


def test_whose_line_broke_while_he_talked_is_rung_to_rate_the_operator(house: House, telephone: Telephone, citizen: int) -> None:
    short = sound(house).with_name("short.alaw")
    short.write_bytes(sound(house).read_bytes()[: 14 * 8000])
    with ExitStack() as there:
        at_work(house, telephone, there, 60)
        there.enter_context(sip.call(Wait(1), Press("0", 1), Say(short), Wait(70), port=house.port, caller=CUT_OFF))
        call = asked(house, CUT_OFF, answered=True)
        ended = house.call_of(CUT_OFF, seconds=14 + SILENT + 20)
    survey = select(Callback).where(Callback.survey_of == call.id)
    callback = house.eventually(lambda session: session.scalar(survey), 10)
    assert ended.ended_at is not None
    speaks = Say(sound(house))
    with sip.answer(speaks, Wait(6), Touch("1", 1), speaks, Wait(6), Touch("2", 8), port=citizen, calls=1):
        with house.database.writing() as session:  # not before he is there
            session.get_one(Callback, callback.id).due_at = now()
        rated = select(CallStep).where(CallStep.call_id == call.id, CallStep.kind == Step.RATED)
        step = house.eventually(lambda session: session.scalar(rated), 90)
    assert (step.detail["of"], step.detail["grade"]) == ("operator", 2)


def test_a_kept_place_outlives_the_exchange_and_0_leads_out_of_a_message(house: House, telephone: Telephone, citizen: int) -> None:
    speaks = Say(sound(house))
    with ExitStack() as there:
        at_work(house, telephone, there, 60)
        there.enter_context(sip.call(Wait(1), Press("0", 1), speaks, Wait(70), port=house.port, caller=TALKS))
        asked(house, TALKS, answered=True)
        waits = (Wait(1), Press("0", 1), speaks, Wait(11))
        there.enter_context(sip.call(*waits, Signal("1", 12), Signal("0", 6), port=house.port, caller=LEAVER))
        there.enter_context(sip.call(*waits, Signal("2", 2), port=house.port, caller=KEEPER))
        kept = house.call_of(KEEPER, seconds=40)
        left = house.call_of(LEAVER, seconds=40)
    assert house.places()[left.id] == "queue", "he pressed 0 in the message, and waited again"
    with house.database.reading() as session:
        assert session.scalar(select(Ticket).where(Ticket.call_id == left.id)) is None
        place = session.scalars(select(Place).where(Place.call_id == kept.id)).one()
        assert place.over_at is None
    exchange = Exchange(house.here.plan())
    exchange.stop()
    exchange.start()
    with ExitStack() as there:
        with house.database.writing() as session:
            assert places.standing(session) == 1
        answers = there.enter_context(sip.answer(speaks, Wait(8), Touch("1", 1), speaks, Wait(30), port=citizen, calls=1))
        telephone.close()
        at_work(house, telephone, there, 15)
        over = select(Place).where(Place.id == place.id, Place.over_at.is_not(None))
        ended = house.eventually(lambda session: session.scalar(over), 120)
        answers.stop()
    assert ended.over == Over.ANSWERED
