"""Who was cut off is rung to rate: only whom one may ring for it, once, and soon."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks import callbacks, surveys
from dispatch.callbacks.callbacks import Callback, State
from dispatch.calls import calls
from dispatch.calls.calls import Call, Step
from dispatch.calls.endings import end_call
from dispatch.line import flags
from dispatch.line.barring import Block
from dispatch.line.flags import Skill
from dispatch.tickets import reach
from dispatch.tickets.states import State as TicketState
from dispatch.tickets.tickets import Klass
from hotline.accounts.roles import Role
from hotline.settings import Settings
from tests.dispatch import town
from tests.dispatch.town import CALL, CALLER, later

AT = later(hours=3)  # 15:00 in Yuxi
EVENING = later(hours=8, minutes=-1)  # 19:59


def cut_off(session: Session, settings: Settings, *, at: object = AT, cause: int = 38) -> list[Callback]:
    call = town.call(session) if session.get(Call, CALL) is None else session.get_one(Call, CALL)
    call.answered_at = call.answered_at or AT - timedelta(minutes=2)
    end_call(session, CALL, cause=cause, settings=settings, at=at)  # type: ignore[arg-type]
    session.flush()
    return list(session.scalars(select(Callback)))


def test_who_was_cut_off_from_an_operator_is_owed_one_call_a_minute_later(session: Session, settings: Settings) -> None:
    (owed,) = cut_off(session, settings)
    assert (owed.number, owed.survey_of, owed.due_at, owed.for_place) == (CALLER, CALL, AT + timedelta(minutes=1), False)
    assert callbacks.claim(session, settings=settings, at=owed.due_at) is owed
    attempt = callbacks.dial(session, owed, call_id="out", at=owed.due_at)
    callbacks.settle(session, attempt, outcome="no_answer", settings=settings, at=owed.due_at)
    assert owed.state == State.GIVEN_UP, "once"


def test_who_hangs_up_himself_is_not_rung(session: Session, settings: Settings) -> None:
    assert cut_off(session, settings, cause=16) == []


@pytest.mark.parametrize("why", ["nobody spoke with him", "rated", "danger", "secrecy", "complained", "no number", "barred", "spared the machine", "refused before", "switched off", "evening"])
def test_he_is_not_rung_where_he_may_not_be(session: Session, settings: Settings, why: str) -> None:
    call, at = town.call(session), AT
    call.answered_at = None if why == "nobody spoke with him" else AT
    match why:
        case "rated" | "danger":
            calls.note(session, CALL, Step.RATED if why == "rated" else Step.EMERGENCY, at=AT)
        case "secrecy":
            town.ticket(session, settings, confidential=True)
        case "complained":
            town.ticket(session, settings, klass=Klass.COMPLAINT)
        case "no number":
            call.caller = ""
        case "barred":
            session.add(Block(number=CALLER, cause="nuisance", reason="骂人", by="boss", since=AT, until=later(days=9)))
        case "spared the machine":
            flags.flag(session, CALLER, Skill.ELDERLY, reason="八十岁", by="op", at=AT)
        case "refused before":
            before = Callback(number=CALLER, due_at=AT, by_person=True)
            session.add(before)
            session.flush()
            callbacks.settle(session, callbacks.dial(session, before, call_id="x", at=AT), outcome=callbacks.REFUSED, settings=settings, at=AT)
        case "switched off":
            settings = settings.model_copy(update={"survey_redial_minutes": 0})
        case "evening":
            at = EVENING
    session.flush()
    end_call(session, CALL, cause=38, settings=settings, at=at)
    assert session.scalar(select(Callback).where(Callback.survey_of == CALL)) is None


def test_the_call_in_which_he_rated_names_nobody_who_turns_out_to_have_complained(session: Session, settings: Settings) -> None:
    (owed,) = cut_off(session, settings)
    town.call(session, "out", direction="out")
    callbacks.dial(session, owed, call_id="out", at=AT)
    auditor = town.somebody(session, Role.AUDITOR)
    assert reach.nameless_among(session, ["out", CALL], account=auditor) == set()
    town.ticket(session, settings, klass=Klass.COMPLAINT)
    assert reach.nameless_among(session, ["out", CALL], account=auditor) == {"out", CALL}


@pytest.mark.parametrize("again", [True, False])
def test_who_rings_again_or_could_not_be_rung_in_time_is_left_alone(session: Session, settings: Settings, again: bool) -> None:
    (owed,) = cut_off(session, settings)
    if again:
        town.call(session, "again", at=AT + timedelta(minutes=1))
    surveys.tidy(session, settings=settings, at=AT + timedelta(minutes=2))
    assert owed.state == (State.VOID if again else State.DUE)
    surveys.tidy(session, settings=settings, at=AT + timedelta(minutes=31))
    assert owed.state == State.VOID


def test_many_who_could_not_be_rung_in_time_are_seen_to_a_few_at_a_time(session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(session, settings)
    session.add(Callback(number="13900000002", survey_of=CALL, due_at=AT))
    session.flush()
    monkeypatch.setattr(surveys, "MOST", 1)
    for left in (1, 0):
        surveys.tidy(session, settings=settings, at=AT + timedelta(minutes=31))
        session.flush()
        assert len(session.scalars(select(Callback).where(Callback.state == State.DUE)).all()) == left


def test_a_reply_that_was_heard_closes_its_ticket_without_a_grade_when_nobody_could_be_rung_for_it(session: Session, settings: Settings) -> None:
    people = town.staff(session, town.unit(session, "101", "玉溪市公安局"))
    row = town.ticket(session, settings)
    town.bring(session, row, TicketState.TO_CALL_BACK, by=people, settings=settings)
    callback = session.scalars(select(Callback)).one()
    callback.attempts = 1
    town.call(session, "out", direction="out")
    attempt = callbacks.dial(session, callback, call_id="out", at=AT)
    calls.note(session, "out", Step.TOLD, at=AT)
    session.flush()
    end_call(session, "out", cause=38, settings=settings, at=AT)
    assert (attempt.outcome, callback.state, row.state) == (surveys.UNRATED, State.DUE, TicketState.TO_CALL_BACK)
    surveys.tidy(session, settings=settings, at=AT + timedelta(minutes=31))
    assert (callback.state, row.state, row.reached, row.satisfaction) == (State.DONE, TicketState.CLOSED, True, None)


def test_the_third_time_a_reply_was_told_it_stays_told(session: Session, settings: Settings) -> None:
    town.somebody(session, Role.OPERATOR, extension="8001")
    people = town.staff(session, town.unit(session, "101", "玉溪市公安局"))
    row = town.ticket(session, settings)
    town.bring(session, row, TicketState.TO_CALL_BACK, by=people, settings=settings)
    callback = session.scalars(select(Callback)).one()
    callback.attempts = settings.callback_attempts - 1
    town.call(session, "out", direction="out")
    callbacks.dial(session, callback, call_id="out", at=AT)
    calls.note(session, "out", Step.TOLD, at=AT)
    session.flush()
    end_call(session, "out", cause=38, settings=settings, at=AT)
    assert (callback.state, row.state) == (State.DONE, TicketState.CLOSED)
