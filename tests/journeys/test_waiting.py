"""Who waits hears how long, may keep his place and be rung, and meets others; a phone that is gone keeps nobody busy."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli import sip
from cli.exchange import Exchange
from cli.installation import secret
from cli.sip_scenario import Press, Say, Signal, Touch, Wait
from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.callbacks.places import Over, Place
from dispatch.callbacks.telephone import Telephone
from dispatch.calls import calls, desk, settling
from dispatch.calls.calls import Call, Outcome
from dispatch.calls.desk import Offer
from dispatch.line import skilled
from hotline.accounts.accounts import Account
from hotline.times import now
from hotline.voice import alaw
from tests.journeys import ears
from tests.journeys.conftest import House, a_house
from tests.journeys.test_transfer import tone

pytestmark = pytest.mark.journey
FIRST, KEEPER, BEHIND, CUT_OFF, TALKS, ONE, TWO = (f"1380000077{n}" for n in range(7))
SILENT, OVERFLOW = 6, 30  # seconds
HERTZ = 440
SETTINGS = {"QUEUE_OFFER": "true", "QUEUE_TIME_TALKS": "1", "PHONE_SILENT_SECONDS": str(SILENT), "OVERFLOW_SECONDS": str(OVERFLOW),
            "OVERFLOW_WAITING": "1"}  # fmt: skip


@pytest.fixture(scope="module")
def offered() -> Iterator[House]:
    with a_house(**SETTINGS) as house:
        tone(house.settings.folder, HERTZ, seconds=100)
        yield house
        Exchange(house.here.plan()).cli("channel request hangup all")


@pytest.fixture
def telephone(offered: House) -> Iterator[Telephone]:
    here = Telephone(offered.settings)
    yield here
    here.close()


def at_work(house: House, telephone: Telephone, there: ExitStack, seconds: float, *, number: int = 1) -> sip.Sipp:
    """An operator, ready; his phone speaks in each call for so long."""
    with house.database.writing() as session:
        account = session.scalars(select(Account).where(Account.login == f"operator{number}")).one()
        desk.set_readiness(session, account, desk.Readiness.READY, at=now())
    password = secret(house.settings.folder, f"phone_{account.extension}")
    phone = there.enter_context(sip.phone(account.extension, password, Say(house.settings.folder / f"{HERTZ}.alaw"), Wait(seconds), exchange=house.port))
    telephone.sign_on(account.extension, account.login, skilled.skills_of(account), reserve=skilled.in_reserve(account))
    there.callback(_leaves, house, account)
    there.callback(telephone.sign_off, account.extension)
    return phone


def _leaves(house: House, account: Account) -> None:
    with house.database.writing() as session:
        desk.set_readiness(session, account, desk.Readiness.AWAY, at=now())


def asked(house: House, caller: str, *, answered: bool = False) -> Call:
    """The call of who asked for a person, once he waits, or once he is answered."""
    query = select(Call).where(Call.caller == caller, Call.direction == "in", Call.queued_at.is_not(None))
    query = query.where(Call.answered_at.is_not(None)) if answered else query
    return house.eventually(lambda session: session.scalar(query), 60)


def ended(house: House, many: int) -> Attempt:
    """The last of so many attempts to ring who kept his place, once it is over."""

    def look(session: Session) -> Attempt | None:
        rows = session.scalars(select(Attempt).order_by(Attempt.dialled_at)).all()
        return rows[many - 1] if len(rows) >= many and rows[many - 1].outcome else None

    return house.eventually(look, 90)


@pytest.mark.proof  # two minutes: three calls after one another, each with its waiting
def test_he_keeps_his_place_is_rung_when_it_is_his_turn_and_loses_it_by_no_restart(offered: House, telephone: Telephone) -> None:
    house, citizen = offered, int(offered.settings.trunk_contact.rpartition(":")[2])
    with ExitStack() as there:
        at_work(house, telephone, there, 20)
        there.enter_context(sip.call(Wait(1), Press("0", 40), port=house.port, caller=FIRST))
        asked(house, FIRST, answered=True)
        there.enter_context(sip.call(Wait(1), Press("0", 12), Signal("2", 0.5), port=house.port, caller=KEEPER))
        there.enter_context(sip.call(Wait(1), Press("0", 60), port=house.port, caller=BEHIND))
        kept = house.call_of(KEEPER, seconds=30)
        with house.database.reading() as session:
            place = session.scalars(select(Place)).one()
        assert (kept.outcome, place.queued_at) == (Outcome.PLACE_KEPT, kept.queued_at), "he hung up before he heard of it"
        for name in ("worker", "agi", "listen"):
            os.kill(house.child(name).process.pid, signal.SIGKILL)  # type: ignore[union-attr]
        with sip.answer(Wait(30), port=citizen, calls=1):
            assert ended(house, 1).outcome == "unconfirmed", "whoever picks up and presses nothing takes no operator"
        with sip.answer(Wait(9), Touch("1", 30), port=citizen, calls=1):
            with house.database.writing() as session:  # not before he is there
                session.get_one(Callback, place.callback_id).due_at = now()
            attempt = ended(house, 2)
    with house.database.reading() as session:
        out = session.get_one(Call, attempt.call_id)
        lines = [(str(s.kind), s.detail) for s in out.steps]
        assert session.get_one(Place, place.id).over == Over.ANSWERED, f"{attempt.outcome}: {lines}"
        assert (out.outcome, out.direction, out.operator_id is None) == (Outcome.CALLED_BACK, "out", False)
    ears.of_call(house, kept.id).prompt("place_offer")
    ears.of_call(house, out.id).prompt("place_hello")


def test_who_talked_with_a_phone_that_died_goes_first_to_the_next_and_its_operator_is_free(offered: House, telephone: Telephone) -> None:
    house = offered
    with ExitStack() as there:
        phone = at_work(house, telephone, there, 120)
        there.enter_context(sip.call(Wait(1), Press("0", 120), port=house.port, caller=CUT_OFF))
        call = asked(house, CUT_OFF, answered=True)
        os.kill(phone.child.pid, signal.SIGKILL)
        died = now()
        offers = select(Offer).where(Offer.call_id == call.id).order_by(Offer.id)
        first = house.eventually(lambda session: session.scalars(offers.where(Offer.ended_at.is_not(None))).first(), SILENT + 40)
        assert first.ended_at is not None
        assert first.ended_at - died < timedelta(seconds=SILENT + 20), "the exchange missed his sound long before the talk was over"
        at_work(house, telephone, there, 3)
        again = house.eventually(lambda session: session.scalars(offers.where(Offer.answered_at > died)).first(), 60)
        assert again.account_id == first.account_id, "he has another phone"


def talked(session: Session, account: Account, minutes: float) -> None:
    """A talk of so long that has just ended."""
    calls.begin(session, "talked", caller="", at=now())
    session.add(Offer(call_id="talked", account_id=account.id, at=now(), answered_at=now() - timedelta(minutes=minutes), ended_at=now(),
                      outcome="done"))  # fmt: skip
    settling.end(session, "talked", at=now())


@pytest.mark.proof  # a minute; and what is said changes while one listens to it, where the machine is busy
def test_who_waits_hears_how_long_and_meets_the_reserve_when_too_many_wait_or_one_too_long(offered: House, telephone: Telephone) -> None:
    house = offered
    with house.database.writing() as session:
        reserve = session.scalars(select(Account).where(Account.login == "operator2")).one()
        skilled.give(session, reserve, (), reserve=True, by="boss", at=now())
        talked(session, reserve, minutes=4)
    with ExitStack() as there:
        at_work(house, telephone, there, 70)
        at_work(house, telephone, there, 9, number=2)
        there.enter_context(sip.call(Wait(1), Press("0", 70), port=house.port, caller=TALKS))
        assert asked(house, TALKS, answered=True).operator_id != reserve.id
        said = house.settings.folder / "exchange/generated/waiting/digits/2.alaw"
        house.eventually(lambda _: True if said.stat().st_size > 3 * alaw.RATE else None, 30)  # the time is in it
        known = Path(shutil.copy(said, house.settings.folder / "known.alaw"))
        for caller in (ONE, TWO):
            there.enter_context(sip.call(Wait(1), Press("0", 60), port=house.port, caller=caller))
        one, two = sorted((asked(house, caller, answered=True) for caller in (ONE, TWO)), key=waited)
        Exchange(house.here.plan()).cli("channel request hangup all")  # who is stopped in a talk would leave it open
    assert (one.operator_id, two.operator_id) == (reserve.id, reserve.id)
    assert waited(one) < OVERFLOW, "two waited, and one too many"
    assert waited(two) >= OVERFLOW, "one alone waits for his own first, though the other's is free again"
    assert any(ears.of_call(house, call.id).hears_file(known) for call in (one, two)), "who came second: his place, and the time"


def waited(call: Call) -> float:
    assert call.answered_at is not None
    assert call.queued_at is not None
    return (call.answered_at - call.queued_at).total_seconds()
