"""Whom nobody answered is rung back by a person: one task a telephone, over as soon as he has reached somebody."""

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks import by_person, missed
from dispatch.callbacks.callbacks import Callback, State
from dispatch.callbacks.missed import MissedCaller, Over
from dispatch.callbacks.missed_list import WantedMissed, listed_missed
from dispatch.calls import calls, endings, settling
from dispatch.calls.calls import Call, Outcome, Step
from dispatch.figures.board import board
from dispatch.figures.figures import Share
from dispatch.tickets.steps import ReferralError
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import local_day
from tests.dispatch import town
from tests.dispatch.test_sweeps import Worker
from tests.dispatch.town import CALLER, later

AT = later(hours=3)  # 15:00 in Yuxi, an hour at which citizens may be rung
SOON = AT + timedelta(minutes=5)


@pytest.fixture
def operator(session: Session) -> Account:
    return town.somebody(session, Role.OPERATOR, extension="8001")


def gives_up(session: Session, settings: Settings, call_id: str, *, caller: str = CALLER, at: datetime = AT, **more: object) -> Call:
    """Somebody waits in the queue for a minute, and hangs up."""
    call = town.call(session, call_id, caller=caller, at=at, **more)
    calls.queue(session, call, at=at)
    endings.end_call(session, call_id, settings=settings, at=at + timedelta(minutes=1))
    session.flush()
    return call


def sweep(session: Session, settings: Settings, at: datetime = SOON) -> list[MissedCaller]:
    missed.gather(session, settings=settings, at=at)
    for missed_id, over in missed.came_through(session):
        missed.close(session, missed_id, over, at=at)
    session.flush()
    session.expire_all()
    return list(session.scalars(select(MissedCaller).order_by(MissedCaller.id)))


def ring(session: Session, settings: Settings, row: MissedCaller, by: Account, at: datetime = SOON) -> Callback:
    taken = by_person.take(session, row.callback_id, by=by, settings=settings, at=at)
    by_person.ring(session, taken, by=by, settings=settings, at=at)
    session.flush()
    return taken


def write_up(session: Session, settings: Settings, owed: Callback, by: Account, outcome: str, words: str = "", at: datetime = SOON) -> None:
    by_person.write_up(session, owed, outcome=outcome, words=words, by=by, settings=settings, at=at)
    session.flush()


def test_who_gives_up_twice_is_owed_one_call_and_another_telephone_one_of_its_own(session: Session, settings: Settings) -> None:
    for n, caller in enumerate((CALLER, CALLER, "13900000002")):
        gives_up(session, settings, f"call-{n}", caller=caller, at=AT + timedelta(seconds=n))
    first, other = sweep(session, settings)
    assert sweep(session, settings) == [first, other], "each call counts once"
    assert (first.number, first.calls, first.first_at, first.last_at) == (CALLER, 2, AT, AT + timedelta(seconds=1))
    assert (first.callback.state, first.callback.by_person, first.callback.due_at) == (State.DUE, True, SOON)
    assert first.owed_until == AT + timedelta(minutes=61)
    assert (other.number, other.calls) == ("13900000002", 1)
    assert [call.id for call in missed.calls_of(session, first)] == ["call-0", "call-1"]


@pytest.mark.parametrize("before", [Step.TOLD, Step.PROGRESS, Step.DIRECTED])
@pytest.mark.parametrize("said", [True, False])
def test_whom_the_machine_told_something_and_who_then_says_nothing_after_the_tone_is_owed_one(
    session: Session, settings: Settings, before: Step, said: bool
) -> None:
    """He came there by a key of the office's menu, and never asked for a person."""
    town.call(session, "told", at=AT)
    calls.note(session, "told", before, at=AT)
    if said:
        calls.note(session, "told", Step.MESSAGE, at=AT)
    settling.end(session, "told", at=AT + timedelta(minutes=1))
    endings.end_call(session, "told", place="message", settings=settings, at=AT + timedelta(minutes=1))  # the exchange's records
    session.flush()
    assert len(sweep(session, settings)) == (0 if said else 1)


@pytest.mark.parametrize("spared", ["withheld", "from abroad", "our own call", "asked nobody", "of last week", "just now"])
def test_nobody_else_is_owed_one(session: Session, settings: Settings, spared: str) -> None:
    if spared == "asked nobody":
        town.call(session, at=AT)
        endings.end_call(session, town.CALL, settings=settings, at=AT)
    else:
        at = AT - timedelta(days=7) if spared == "of last week" else SOON - timedelta(seconds=62) if spared == "just now" else AT
        more = {"direction": "out"} if spared == "our own call" else {}
        gives_up(session, settings, "call", caller={"withheld": "", "from abroad": "+88216123456"}.get(spared, CALLER), at=at, **more)
    assert sweep(session, settings) == []


@pytest.mark.parametrize("how", [Over.CAME_THROUGH, Over.MESSAGE])
def test_who_comes_through_meanwhile_is_rung_by_nobody(session: Session, settings: Settings, operator: Account, how: Over) -> None:
    gives_up(session, settings, "first")
    (row,) = sweep(session, settings)
    owed = by_person.take(session, row.callback_id, by=operator, settings=settings, at=SOON)
    again = gives_up(session, settings, "again", at=SOON)
    calls.note(session, again.id, Step.ANSWERED if how == Over.CAME_THROUGH else Step.MESSAGE, at=SOON)
    settling.settle(session, again)
    (row,) = sweep(session, settings, at=SOON + timedelta(minutes=2))
    assert (row.over, row.callback.state, row.callback.holder_id) == (how, State.VOID, None)
    with pytest.raises(ReferralError, match="不在您手中"):
        by_person.held(session, owed.id, token=owed.token, by=operator)
    gives_up(session, settings, "later", at=SOON + timedelta(minutes=3))
    assert [r.over for r in sweep(session, settings, at=SOON + timedelta(minutes=9))] == [how, ""], "in vain again: a task again"


def test_many_who_come_through_at_once_are_seen_to_a_few_at_a_time(session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for n, caller in enumerate(("13900000001", "13900000002", "13900000003")):
        gives_up(session, settings, f"call-{n}", caller=caller)
    missed.gather(session, settings=settings, at=SOON)
    for row in session.scalars(select(MissedCaller)).all():
        town.call(session, f"again-{row.id}", caller=row.number, at=SOON).answered_at = SOON
    monkeypatch.setattr(missed, "MOST", 2)
    assert [row.over for row in sweep(session, settings)] == [Over.CAME_THROUGH, Over.CAME_THROUGH, ""]
    assert [row.over for row in sweep(session, settings)] == [Over.CAME_THROUGH] * 3


def test_a_message_that_is_taken_in_late_closes_it_too(session: Session, settings: Settings) -> None:
    call = gives_up(session, settings, "first")
    sweep(session, settings)
    calls.note(session, call.id, Step.MESSAGE, at=AT)
    settling.settle(session, call)
    assert [row.over for row in sweep(session, settings)] == [Over.MESSAGE]


def test_an_operator_rings_him_and_notes_what_became_of_it(session: Session, settings: Settings, operator: Account) -> None:
    gives_up(session, settings, "first")
    (row,) = sweep(session, settings)
    owed = ring(session, settings, row, operator)
    attempt = by_person.running(session, owed)
    assert attempt is not None
    with pytest.raises(ReferralError, match="请记录通话情况"):
        write_up(session, settings, owed, operator, "told", " ")
    write_up(session, settings, owed, operator, "told", "询问居住证，已告知到派出所办理")
    endings.end_call(session, attempt.call_id, settings=settings, at=SOON)
    (row,) = sweep(session, settings)
    assert (row.over, row.rung_at, attempt.words) == (Over.CALLED_BACK, SOON, "询问居住证，已告知到派出所办理")
    assert session.get_one(Call, attempt.call_id).outcome == Outcome.CALLED_BACK


def test_he_is_rung_three_times_and_never_while_he_rings_us(session: Session, settings: Settings, operator: Account) -> None:
    gives_up(session, settings, "first")
    for n in range(3):
        at = SOON + timedelta(days=n)
        (row,) = sweep(session, settings, at)
        assert row.over == ""
        write_up(session, settings, ring(session, settings, row, operator, at), operator, "no_answer", at=at)
    (row,) = sweep(session, settings)
    assert (row.over, row.callback.state, row.rung_at) == (Over.NOT_REACHED, State.GIVEN_UP, SOON)
    gives_up(session, settings, "again", at=SOON)
    row = sweep(session, settings, SOON + timedelta(minutes=2))[-1]
    town.call(session, "now", at=SOON + timedelta(minutes=2))
    with pytest.raises(ReferralError, match="正在线上"):
        ring(session, settings, row, operator, SOON + timedelta(minutes=3))


def test_who_refuses_is_asked_no_more(session: Session, settings: Settings, operator: Account) -> None:
    gives_up(session, settings, "first")
    (row,) = sweep(session, settings)
    write_up(session, settings, ring(session, settings, row, operator), operator, "refused")
    assert [r.over for r in sweep(session, settings)] == [Over.REFUSED]


def test_ringing_again_while_a_pause_lasts_ends_it(session: Session, settings: Settings, operator: Account) -> None:
    gives_up(session, settings, "first")
    (row,) = sweep(session, settings)
    write_up(session, settings, ring(session, settings, row, operator), operator, "no_answer")
    assert row.callback.due_at == SOON + timedelta(hours=1)
    gives_up(session, settings, "again", at=SOON)
    (row,) = sweep(session, settings, SOON + timedelta(minutes=2))
    assert row.callback.due_at == SOON + timedelta(minutes=2), "he is at his telephone"


def test_the_figure_counts_who_was_rung_in_time_and_shows_them(session: Session, settings: Settings, operator: Account) -> None:
    """Rung in time; too late; by himself in time (counts for nothing); not rung at all; not yet due."""
    for n in range(4):
        gives_up(session, settings, f"call-{n}", caller=f"1390000000{n}")
    end, rows = AT + timedelta(minutes=90), sweep(session, settings)
    gives_up(session, settings, "call-4", caller="13900000004", at=AT + timedelta(minutes=60))
    sweep(session, settings, end)
    write_up(session, settings, ring(session, settings, rows[0], operator), operator, "told", "已答复")
    write_up(session, settings, ring(session, settings, rows[1], operator, end), operator, "told", "已答复", at=end)
    missed.close(session, rows[2].id, Over.CAME_THROUGH, at=SOON)
    session.flush()
    shown = board(session, day=local_day(AT), at=end)
    assert (shown.missed, shown.missed_waiting, shown.now.callbacks) == (Share(1, 3), 2, 0)

    def listed(**wanted: bool) -> list[str]:
        parts = listed_missed(WantedMissed(**wanted), account=operator, at=end)
        return [row.number[-1] for part in parts for row in session.scalars(part)]

    assert listed(counted=True) == ["3", "1", "0"]
    assert (listed(in_time=True), listed(still_open=True), listed(mine=True)) == (["0"], ["3", "4"], ["3", "4"])


def test_who_rang_while_we_were_down_for_a_weekend_is_owed_a_call_too(database: Database, settings: Settings) -> None:
    worker = Worker(database, settings)
    with database.writing() as session:
        gives_up(session, settings, "first")
    with time_machine.travel(AT + timedelta(days=3), tick=False):
        assert worker.sweep().well
    with database.reading() as session:
        assert [row.calls for row in session.scalars(select(MissedCaller))] == [1]


def test_the_worker_makes_and_closes_the_tasks(database: Database, settings: Settings) -> None:
    worker = Worker(database, settings)
    with database.writing() as session:
        gives_up(session, settings, "first")
    for at in (SOON, SOON + timedelta(minutes=1)):
        with time_machine.travel(at, tick=False):
            assert worker.sweep().well
        with database.writing() as session:
            call = session.get_one(Call, "first")
            calls.note(session, call.id, Step.MESSAGE, at=at)
            settling.settle(session, call)
    with database.reading() as session:
        assert [(row.calls, row.over) for row in session.scalars(select(MissedCaller))] == [(1, "message")]
