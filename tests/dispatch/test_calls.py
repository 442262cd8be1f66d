"""One call, one row, whoever tells of it and how often; and the outcome that its lines amount to."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.calls import calls, settling
from dispatch.calls.calls import Call, CallStep, Outcome, Step
from dispatch.calls.settling import outcome_of
from hotline.database import Database
from hotline.logs import mask
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALL, CALLER, later

S, O = Step, Outcome  # noqa: E741 (a table reads better with short names)


@pytest.mark.parametrize(
    ("kinds", "place", "direction", "outcome"),
    [
        ({S.BEGAN}, "", "in", O.HUNG_UP),
        ({S.BEGAN, S.MENU, S.DEPARTMENT, S.CANDIDATE}, "", "in", O.HUNG_UP),
        ({S.BEGAN, S.TOLD}, "", "in", O.ANSWERED_BY_MACHINE),
        ({S.BEGAN, S.DIRECTED}, "", "in", O.DIRECTED),
        ({S.BEGAN, S.DIRECTED, S.TOLD}, "", "in", O.ANSWERED_BY_MACHINE),
        ({S.BEGAN, S.PROGRESS}, "", "in", O.PROGRESS_TOLD),
        ({S.BEGAN, S.CODE_WRONG}, "", "in", O.HUNG_UP),
        ({S.BEGAN, S.QUEUED}, "", "in", O.ABANDONED),
        ({S.BEGAN, S.QUEUED, S.OFFERED, S.MISSED}, "", "in", O.ABANDONED),
        ({S.BEGAN, S.TOLD, S.QUEUED}, "", "in", O.ABANDONED),
        ({S.BEGAN, S.QUEUED, S.ANSWERED}, "", "in", O.ANSWERED_BY_OPERATOR),
        ({S.BEGAN, S.QUEUED, S.ANSWERED, S.MESSAGE}, "", "in", O.ANSWERED_BY_OPERATOR),
        ({S.BEGAN, S.QUEUED, S.MESSAGE}, "", "in", O.MESSAGE_LEFT),
        ({S.BEGAN, S.MESSAGE}, "", "in", O.MESSAGE_LEFT),
        ({S.BEGAN}, "queue", "in", O.ABANDONED),
        ({S.BEGAN, S.TOLD}, "queue", "in", O.ABANDONED),
        ({S.BEGAN, S.TOLD}, "message", "in", O.ABANDONED),
        ({S.BEGAN, S.TOLD, S.MESSAGE}, "message", "in", O.MESSAGE_LEFT),
        ({S.BEGAN, S.TOLD}, "self_service", "in", O.ANSWERED_BY_MACHINE),
        ({S.BEGAN}, "operator", "in", O.ANSWERED_BY_OPERATOR),
        ({S.BEGAN}, "menu", "in", O.HUNG_UP),
        ({S.BEGAN}, "", "out", O.HUNG_UP),
        ({S.BEGAN, S.TOLD}, "", "out", O.CALLED_BACK),
        ({S.BEGAN, S.QUEUED, S.MESSAGE}, "", "out", O.MESSAGE_LEFT),
    ],
)
def test_a_call_counts_as_the_furthest_that_its_caller_came(kinds: set[Step], place: str, direction: str, outcome: Outcome) -> None:
    assert outcome_of(kinds, place=place, direction=direction) is outcome


def test_eight_doors_that_hear_of_a_call_at_once_make_one_row(database: Database) -> None:
    def work() -> bool:
        with database.writing() as session:
            return calls.begin(session, CALL, caller=CALLER, at=NOON)

    assert sorted(town.at_once(work)) == [False] * 7 + [True]
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Call)) == 1
        assert session.scalars(select(CallStep.kind)).all() == [Step.BEGAN]


def test_a_call_ends_once_at_whatever_door(database: Database) -> None:
    with database.writing() as session:
        town.call(session)

    def work() -> bool:
        with database.writing() as session:
            return settling.end(session, CALL, at=later(minutes=1))

    assert sorted(town.at_once(work)) == [False] * 7 + [True]
    with database.reading() as session:
        assert session.scalars(select(CallStep.kind).order_by(CallStep.id)).all() == [Step.BEGAN, Step.ENDED]


def test_a_call_nobody_knows_can_not_end(session: Session) -> None:
    assert settling.end(session, "never-begun", at=NOON) is False


def test_who_hears_of_a_call_first_may_not_know_the_caller_and_the_next_tells(session: Session) -> None:
    calls.begin(session, CALL, taken_from="listener", at=NOON)
    assert calls.begin(session, CALL, caller="+8613888888888", dialled="96128", taken_from="records", at=later(seconds=5)) is False
    session.expire_all()
    call = session.get_one(Call, CALL)
    assert (call.caller, call.dialled, call.taken_from, call.began_at) == (CALLER, "96128", "listener", NOON)
    calls.begin(session, CALL, caller="13900000000", at=later(seconds=6))
    session.expire_all()
    assert session.get_one(Call, CALL).caller == CALLER, "what is known is not overwritten"


def test_the_number_is_kept_in_one_form(session: Session) -> None:
    assert town.call(session, "other", caller="+86 877 2012345").caller == "08772012345"


def test_an_outcome_is_worked_out_anew_when_more_is_known(session: Session) -> None:
    call = town.call(session)
    settling.end(session, CALL, at=later(minutes=1))
    assert call.outcome == Outcome.HUNG_UP
    calls.note(session, CALL, Step.MESSAGE, at=later(seconds=30))
    session.flush()
    settling.settle(session, call)
    assert call.outcome == Outcome.MESSAGE_LEFT


def test_earlier_calls_are_those_of_the_same_number_newest_first_and_nobodys_have_none(session: Session) -> None:
    for number in range(3):
        town.call(session, f"earlier-{number}", at=later(days=number - 5))
    town.call(session, "other", caller="13900000000", at=later(days=-1))
    town.call(session, "nobody", caller="", at=later(days=-1))
    found = calls.before(session, CALLER, at=NOON, most=2)
    assert [c.id for c in found] == ["earlier-2", "earlier-1"]
    assert calls.before(session, "", at=NOON) == []


def test_a_call_id_of_ours_says_when_and_is_never_the_same() -> None:
    ids = {calls.mint_id(NOON) for _ in range(100)}
    assert len(ids) == 100
    assert all(one.startswith("20261123120000-") and len(one) == 27 for one in ids)
    assert mask(CALLER) == "138****8888"
