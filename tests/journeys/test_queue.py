"""The queue: who needs a skill meets who has it, who is in danger goes before all, who rang in vain before others, and
whom nobody reached is rung."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import select

from cli import sip
from cli.exchange import Exchange
from cli.installation import secret
from cli.sip_scenario import Signal, Told, Wait
from dispatch.callbacks import by_person
from dispatch.callbacks.missed import MissedCaller
from dispatch.callbacks.telephone import Telephone
from dispatch.calls import desk
from dispatch.calls.calls import Call, Outcome
from dispatch.line import flags, skilled
from dispatch.line.flags import Skill
from hotline.accounts.accounts import Account
from hotline.times import now
from tests.journeys import ears, prompter
from tests.journeys.conftest import House

pytestmark = pytest.mark.journey
OLD, OLDER, AGAIN, USUAL, GONE, DANGER = (f"1380000066{n}" for n in range(6))
TALK, TO_A_PERSON = Wait(120), (Wait(1), Signal("0", 0), Told())
RINGS_110 = (Wait(1), *(Signal(key, 0.4) for key in "110"), Told())


@pytest.fixture
def telephone(house: House) -> Iterator[Telephone]:
    here = Telephone(house.settings)
    yield here
    here.close()


def operator(house: House, number: int) -> Account:
    with house.database.reading() as session:
        return session.scalars(select(Account).where(Account.login == f"operator{number}")).one()


def signs_on(house: House, telephone: Telephone, number: int, there: ExitStack) -> None:
    account = operator(house, number)
    there.enter_context(sip.phone(account.extension, secret(house.settings.folder, f"phone_{account.extension}"), TALK,
                                  exchange=house.port, ring=0.3))  # fmt: skip
    _becomes(house, account, desk.Readiness.READY)
    telephone.sign_on(account.extension, account.login, skilled.skills_of(account))
    there.callback(_becomes, house, account, desk.Readiness.AWAY)
    there.callback(telephone.sign_off, account.extension)


def _becomes(house: House, account: Account, state: desk.Readiness) -> None:
    with house.database.writing() as session:
        desk.set_readiness(session, account, state, at=now())


def owed(house: House, caller: str, over: str) -> MissedCaller:
    wanted = select(MissedCaller).where(MissedCaller.number == caller, MissedCaller.over == over)
    return house.eventually(lambda session: session.scalar(wanted))


def asked(house: House, caller: str) -> None:
    """Wait until he has asked for a person and waits."""
    waiting = select(Call.id).where(Call.caller == caller, Call.queued_at.is_not(None), Call.ended_at.is_(None))
    house.eventually(lambda session: session.scalar(waiting))


def answered(house: House, *callers: str) -> Call:
    wanted = select(Call).where(Call.caller.in_(callers), Call.answered_at.is_not(None))
    return house.eventually(lambda session: session.scalar(wanted), 60)


def test_who_is_answered_first_by_whom_and_whom_nobody_reached_is_rung_back(house: House, telephone: Telephone) -> None:
    with house.database.writing() as session:
        skilled.give(session, session.get_one(Account, operator(house, 2).id), {Skill.ELDERLY}, by="boss", at=now())
        for caller in (OLD, OLDER):
            flags.flag(session, caller, Skill.ELDERLY, reason="年长", by="op", at=now())
    for caller in (AGAIN, GONE):
        with sip.call(*TO_A_PERSON, port=house.port, caller=caller) as in_vain:
            asked(house, caller)
            prompter.hang_up(in_vain)
    waits = {caller: owed(house, caller, "") for caller in (AGAIN, GONE)}
    with ExitStack() as there:
        for number in (1, 2):
            signs_on(house, telephone, number, there)
        lines = {caller: there.enter_context(sip.call(*TO_A_PERSON, port=house.port, caller=caller)) for caller in (OLD, OLDER)}
        talks = {caller: answered(house, caller) for caller in (OLD, OLDER)}  # one at once: the other waits for who can
        for coming in ({USUAL: TO_A_PERSON}, {AGAIN: TO_A_PERSON, DANGER: RINGS_110}):
            lines |= {caller: there.enter_context(sip.call(*steps, port=house.port, caller=caller)) for caller, steps in coming.items()}
            for caller in coming:
                prompter.until(house, caller, "queue")
        for done, caller in ((OLD, DANGER), (OLDER, AGAIN), (DANGER, USUAL)):  # until now all operators talk
            prompter.hang_up(lines[done])
            talks[caller] = answered(house, caller)
        for caller in (USUAL, AGAIN):
            prompter.hang_up(lines[caller])
        _was_told_to_ring_110(house, talks[DANGER], last=talks[USUAL])
        first, then = sorted((talks[OLD], talks[OLDER]), key=lambda call: call.answered_at or now())
        assert (first.operator_id, then.operator_id) == (operator(house, 2).id, operator(house, 1).id)
        waited = [(call.answered_at - call.queued_at).total_seconds() for call in (first, then) if call.answered_at and call.queued_at]
        assert waited[0] < waited[1], "he who can is busy: after some seconds all are asked"
        assert talks[AGAIN].answered_at < talks[USUAL].answered_at, "who rang in vain goes first"  # type: ignore[operator]
        owed(house, AGAIN, "came_through")
        _is_rung_back(house, telephone, waits[GONE].callback_id)
        Exchange(house.here.plan()).cli("channel request hangup all")  # who is stopped in a talk would leave it open
    assert owed(house, GONE, "called_back").rung_at is not None


def _was_told_to_ring_110(house: House, call: Call, *, last: Call) -> None:
    """The menu took his first key for itself; who came after all others was answered before them."""
    assert ("emergency", {"number": "110"}) in [(str(step.kind), step.detail) for step in house.call_of(DANGER).steps]
    ears.of_call(house, call.id).prompt("emergency_110")
    assert call.queued_at > last.queued_at  # type: ignore[operator]
    assert call.answered_at < last.answered_at  # type: ignore[operator]


def _is_rung_back(house: House, telephone: Telephone, owed_id: int) -> None:
    by, settings, at = operator(house, 1), house.settings, now()
    citizen = int(settings.trunk_contact.rpartition(":")[2])
    with sip.answer(Wait(4), port=citizen, calls=1) as line:
        with house.database.writing() as session:
            taken = by_person.take(session, owed_id, by=by, settings=settings, at=at)
            attempt = by_person.ring(session, taken, by=by, settings=settings, at=at)
        telephone.connect(attempt, GONE, extension=by.extension)
        assert line.result(120).failed == 0, "the citizen was rung through the trunk"
    with house.database.writing() as session:
        held = by_person.held(session, owed_id, token=taken.token, by=by)
        by_person.write_up(session, held, outcome="told", words="询问居住证", by=by, settings=settings, at=now())
    wanted = select(Call).where(Call.id == attempt.call_id, Call.ended_at.is_not(None))
    assert house.eventually(lambda session: session.scalar(wanted)).outcome == Outcome.CALLED_BACK
