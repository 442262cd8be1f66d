"""The operators' desk: what rings there, who took it, and what stays lying on it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.calls import calls, desk
from dispatch.calls.calls import CallStep, Step
from dispatch.calls.desk import Offer, Presence, Readiness
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALL, later


@pytest.fixture
def two(session: Session) -> tuple[Account, Account]:
    town.call(session)
    return tuple(town.somebody(session, Role.OPERATOR, login=f"op{n}", extension=f"800{n}") for n in (1, 2))  # type: ignore[return-value]


def offers(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(select(Account.login, Offer.outcome).join(Account, Account.id == Offer.account_id).order_by(Offer.id))
    return [(login, outcome) for login, outcome in rows]


def kinds(session: Session) -> list[Step]:
    return [Step(k) for k in session.scalars(select(CallStep.kind).where(CallStep.call_id == CALL).order_by(CallStep.id))]


def test_a_call_offered_twice_rings_once(session: Session, two: tuple[Account, Account]) -> None:
    assert desk.offer(session, CALL, two[0], at=NOON) is not None
    assert desk.offer(session, CALL, two[0], at=later(seconds=1)) is None
    assert offers(session) == [("op1", "ringing")]
    assert kinds(session).count(Step.OFFERED) == 1


def test_a_phone_that_rings_again_after_it_was_not_taken_is_a_new_offer(session: Session, two: tuple[Account, Account]) -> None:
    desk.offer(session, CALL, two[0], at=NOON)
    desk.missed(session, CALL, two[0], at=later(seconds=15))
    desk.offer(session, CALL, two[0], at=later(seconds=20))
    assert offers(session) == [("op1", "missed"), ("op1", "ringing")]


def test_who_takes_the_call_silences_the_other_phones(session: Session, two: tuple[Account, Account]) -> None:
    for account in two:
        desk.offer(session, CALL, account, at=NOON)
    desk.answered(session, CALL, two[1], at=later(seconds=5))
    session.flush()
    assert offers(session) == [("op1", "missed"), ("op2", "answered")]
    call = session.get_one(calls.Call, CALL)
    assert (call.operator_id, call.answered_at) == (two[1].id, later(seconds=5))


def test_an_answer_told_twice_is_noted_once(session: Session, two: tuple[Account, Account]) -> None:
    desk.offer(session, CALL, two[0], at=NOON)
    for second in (5, 6):
        desk.answered(session, CALL, two[0], at=later(seconds=second))
        session.flush()
    assert offers(session) == [("op1", "answered")]
    assert kinds(session).count(Step.ANSWERED) == 1


def test_an_answer_whose_ringing_nobody_heard_is_noted_all_the_same(session: Session, two: tuple[Account, Account]) -> None:
    desk.answered(session, CALL, two[0], at=NOON)
    session.flush()
    assert offers(session) == [("op1", "answered")]


def test_what_one_operator_missed_still_rings_at_the_other(session: Session, two: tuple[Account, Account]) -> None:
    for account in two:
        desk.offer(session, CALL, account, at=NOON)
    desk.missed(session, CALL, two[0], at=later(seconds=15))
    session.flush()
    assert offers(session) == [("op1", "missed"), ("op2", "ringing")]
    assert desk.current(session, two[0].id) is None
    assert desk.current(session, two[1].id) is not None


def test_a_call_that_is_over_leaves_every_desk(session: Session, two: tuple[Account, Account]) -> None:
    desk.offer(session, CALL, two[0], at=NOON)
    desk.answered(session, CALL, two[1], at=NOON)
    session.flush()
    assert desk.ended(session, {CALL: later(minutes=3)}) == [(CALL, two[1].id)]
    session.flush()
    assert offers(session) == [("op2", "done"), ("op1", "missed")] or offers(session) == [("op1", "missed"), ("op2", "done")]
    assert [desk.current(session, account.id) for account in two] == [None, None]
    assert desk.ended(session, {CALL: later(minutes=4)}) == []


def test_a_phone_that_still_rings_when_the_caller_gives_up_missed_the_call(session: Session, two: tuple[Account, Account]) -> None:
    desk.offer(session, CALL, two[0], at=NOON)
    assert desk.ended(session, {CALL: later(seconds=9)}) == [(CALL, two[0].id)]
    session.flush()
    assert offers(session) == [("op1", "missed")]


def test_what_an_operator_says_of_himself_is_kept_with_its_moment(session: Session, two: tuple[Account, Account]) -> None:
    desk.set_readiness(session, two[0], Readiness.READY, at=NOON)
    desk.set_readiness(session, two[0], Readiness.PAUSED, at=later(minutes=1))
    session.flush()
    rows = session.scalars(select(Presence)).all()
    assert [(r.account_id, r.state, r.since, r.phone_up) for r in rows] == [(two[0].id, Readiness.PAUSED, later(minutes=1), False)]


def test_a_phone_is_its_operators_while_he_works_here(session: Session, two: tuple[Account, Account]) -> None:
    assert desk.operator_at(session, "8001") is two[0]
    assert desk.operator_at(session, "8009") is None
    two[0].active = False
    session.flush()
    assert desk.operator_at(session, "8001") is None


@pytest.mark.parametrize("next_one", [0, 1])
def test_whose_phone_died_has_a_free_desk_and_may_take_the_same_caller_again(session: Session, two: tuple[Account, Account], next_one: int) -> None:
    desk.answered(session, CALL, two[0], at=NOON)
    session.flush()
    assert desk.cut_off(session, CALL, at=later(seconds=30)) == [two[0].id]
    assert desk.current(session, two[0].id) is None
    desk.answered(session, CALL, two[next_one], at=later(seconds=40))
    session.flush()
    assert offers(session) == [("op1", "done"), (f"op{next_one + 1}", "answered")]
    assert session.get_one(calls.Call, CALL).operator_id == two[next_one].id
