"""Who doesn't want to wait keeps his place: rung when it is his turn, three times at most, then by an operator."""

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.callbacks import callbacks, missed, places
from dispatch.callbacks.callbacks import Attempt, Callback, State
from dispatch.callbacks.missed import MissedCaller
from dispatch.callbacks.place_keeper import PlaceKeeper, Row, line_of
from dispatch.callbacks.places import Line, Over, Place, Waiting, is_turn
from dispatch.callbacks.trunk import Taken
from dispatch.calls import calls, desk, endings, settling
from dispatch.calls.calls import Call, Outcome, Step
from dispatch.line import rules
from dispatch.line.flags import Skill
from dispatch.line.overflow import CALLED_IN, HELD, ORDINARY
from dispatch.line.priority import Rank
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.settings import Settings
from tests.dispatch import town
from tests.dispatch.town import CALLER, later

AT = later(hours=3)  # 15:00 in Yuxi, an hour at which citizens may be rung
FREE, NOBODY = Line(free=1), Line()


def waits(session: Session, call_id: str = "first", *, caller: str = CALLER, at: datetime = AT, **more: object) -> Call:
    call = town.call(session, call_id, caller=caller, at=at, **more)
    calls.queue(session, call, at=at)
    session.flush()
    return call


def keeps(
    session: Session, settings: Settings, call_id: str = "first", *, rank: int = 0, skill: str = "", at: datetime = AT, **more: object
) -> Place:
    """Somebody waits, keeps his place by the key a minute later, and hangs up."""
    waits(session, call_id, at=at, **more)  # type: ignore[arg-type]
    place = places.keep(session, call_id, rank=rank, skill=skill, at=at + timedelta(minutes=1))
    endings.end_call(session, call_id, settings=settings, at=at + timedelta(minutes=2))
    session.flush()
    assert place is not None
    return place


def claimed(session: Session, settings: Settings, line: Line = FREE, *, after: float = 10) -> Place | None:
    return places.claim(session, line, Taken(), settings=settings, at=AT + timedelta(minutes=after))


def rung(session: Session, settings: Settings, *, after: float = 10) -> Attempt:
    place = claimed(session, settings, after=after)
    assert place is not None
    attempt = callbacks.place(session, place.callback, settings=settings, at=AT + timedelta(minutes=after))
    session.flush()
    return attempt


def test_his_row_keeps_the_moment_and_the_rank_and_he_counts_as_nobody_who_gave_up(session: Session, settings: Settings) -> None:
    place = keeps(session, settings, rank=6)
    assert (place.queued_at, place.kept_at, place.rank) == (AT, AT + timedelta(minutes=1), 6)
    assert session.get_one(Call, "first").outcome == Outcome.PLACE_KEPT
    assert missed.unnoted(session, at=later(hours=4)) == []
    assert places.keep(session, "first", at=later(hours=4)) is place, "pressed twice, it is one"


@pytest.mark.parametrize("who", ["withheld", "our own call"])
def test_who_cannot_be_rung_goes_on_waiting_where_he_was(session: Session, settings: Settings, who: str) -> None:
    waits(session, "before", caller="13900000001", at=AT)
    more = {"caller": ""} if who == "withheld" else {"direction": "out"}
    waits(session, at=AT + timedelta(seconds=1), **more)
    waits(session, "after", caller="13900000002", at=AT + timedelta(seconds=2))
    assert places.keep(session, "first", at=AT) is None
    assert places.position(session, "first") == 2


@pytest.mark.parametrize(
    ("line", "his"),
    [
        (NOBODY, False),  # all operators talk, and nobody else waits
        (FREE, True),
        (Line((Waiting(0, AT + timedelta(seconds=1)),)), True),  # who came later would take the next who is free
        (Line((Waiting(0, AT - timedelta(seconds=1)),), free=1), False),
        (Line((Waiting(4, AT + timedelta(seconds=1)),), free=1), False),  # of higher rank
    ],
)  # fmt: skip
def test_it_is_his_turn_when_nobody_goes_before_him_and_an_operator_is_his(line: Line, his: bool) -> None:
    assert is_turn(Waiting(0, AT), line) is his


def test_of_two_places_the_higher_then_the_older_is_rung_and_one_a_free_operator(session: Session, settings: Settings) -> None:
    keeps(session, settings, "second", caller="13900000002", at=AT + timedelta(seconds=1))
    keeps(session, settings, "first", caller="13900000001")
    keeps(session, settings, "old", caller="13900000003", rank=Rank.SKILL, at=AT + timedelta(seconds=2))
    found = [claimed(session, settings, Line(free=2)) for _ in range(3)]
    assert [place.call_id if place else None for place in found] == ["old", "first", None]


def test_who_needs_what_one_in_reserve_can_do_is_rung_for_him_whoever_waits_for_the_others(session: Session, settings: Settings) -> None:
    keeps(session, settings, "first", caller="13900000001")
    for number, skill in enumerate((Skill.DIALECT, Skill.ELDERLY, Skill.ELDERLY), start=2):
        keeps(session, settings, f"no {number}", caller=f"1390000000{number}", skill=skill, at=AT + timedelta(seconds=number))
    reserve = Line((Waiting(Rank.SKILL, AT),), skilled={Skill.ELDERLY: 1})
    found = [claimed(session, settings, reserve) for _ in range(2)]
    assert [place.call_id if place else None for place in found] == ["no 3", None]
    place = claimed(session, settings)
    assert (place.call_id if place else None) is None, "by now that one is taken, and who is rung counts among all"


@pytest.mark.parametrize("why", ["trunk", "on the line"])
def test_he_is_not_rung(session: Session, settings: Settings, why: str) -> None:
    keeps(session, settings)
    if why == "trunk":
        settings = settings.model_copy(update={"trunk_channels": 10, "trunk_reserved": 10})
    else:
        town.call(session, "again", at=AT + timedelta(minutes=9))
    assert claimed(session, settings) is None


def test_who_has_just_asked_for_it_is_rung_at_noon_and_at_night_too(session: Session, settings: Settings) -> None:
    """When his turn comes, and when it is tried again: those who came later would be answered before him."""
    settings = settings.model_copy(update={"callback_hours": "09:00-11:00"})
    place = keeps(session, settings)
    endings.end_attempt(session, rung(session, settings), outcome="no_answer", settings=settings, at=AT + timedelta(minutes=11))
    assert claimed(session, settings, after=12 + settings.queue_place_pause_minutes) is place


def test_three_times_in_vain_and_an_operator_is_to_ring_him(session: Session, settings: Settings) -> None:
    place = keeps(session, settings)
    for n, outcome in enumerate(("no_answer", "unconfirmed", "broken_off")):
        attempt = rung(session, settings, after=10 + 10 * n)
        assert claimed(session, settings, after=11 + 10 * n) is None, "never two at a time"
        endings.end_attempt(session, attempt, outcome=outcome, settings=settings, at=AT + timedelta(minutes=11 + 10 * n))
        assert claimed(session, settings, after=12 + 10 * n) is None, "not at once again"
    assert (place.over, place.callback.state, place.callback.attempts) == (Over.NOT_REACHED, State.GIVEN_UP, 3)
    owed = session.scalars(select(MissedCaller)).one()
    assert (owed.number, owed.callback.by_person, owed.first_at) == (CALLER, True, AT)


def test_whom_an_operator_answers_has_had_his_place(session: Session, settings: Settings) -> None:
    place = keeps(session, settings)
    attempt = rung(session, settings)
    out = session.get_one(Call, attempt.call_id)
    calls.queue(session, out, at=AT)
    session.flush()
    assert places.of_attempt(session, attempt.id) is place
    desk.answered(session, out.id, town.somebody(session, Role.OPERATOR, extension="8001"), at=AT)
    endings.end_call(session, out.id, settings=settings, at=AT)
    assert (place.over, attempt.outcome, out.outcome) == (Over.ANSWERED, callbacks.TOLD, Outcome.CALLED_BACK)
    assert session.scalars(select(MissedCaller)).all() == []


def leaves_his_question(session: Session, call_id: str, *, at: datetime) -> None:
    """As it is taken in, before his call ends or after."""
    calls.note(session, call_id, Step.MESSAGE, at=at)
    call = session.get_one(Call, call_id)
    if call.ended_at is not None:
        session.flush()
        settling.settle(session, call)


@pytest.mark.parametrize(("before", "taken_in"), [(0, "while he is on the line"), (0, "later"), (2, "while he is on the line"), (2, "later")])
def test_who_leaves_his_question_when_his_place_comes_is_rung_for_it_no_more(session: Session, settings: Settings, before: int, taken_in: str) -> None:
    """Also at the last attempt, whose end without success would have an operator ring him."""
    place = keeps(session, settings)
    for n in range(before):
        endings.end_attempt(session, rung(session, settings, after=10 + 10 * n), outcome="no_answer", settings=settings, at=AT + timedelta(minutes=11 + 10 * n))
    attempt, end = rung(session, settings, after=40), AT + timedelta(minutes=42)
    calls.queue(session, session.get_one(Call, attempt.call_id), at=end)
    if taken_in == "later":
        endings.end_call(session, attempt.call_id, settings=settings, at=end)
    leaves_his_question(session, attempt.call_id, at=end)
    endings.end_call(session, attempt.call_id, settings=settings, at=end)
    places.tidy(session, settings=settings, at=end)
    owed = [over for _, over in missed.came_through(session)]
    gave_up = (before, taken_in) == (2, "later")  # until it is taken in, nobody can know
    assert (place.over, owed) == ((Over.NOT_REACHED, [missed.Over.MESSAGE]) if gave_up else (Over.MESSAGE, []))
    assert place.callback.state not in (State.DUE, State.CLAIMED, State.DIALLING)
    assert session.get_one(Call, attempt.call_id).outcome == Outcome.MESSAGE_LEFT


def test_who_rings_again_and_leaves_his_question_without_waiting_has_no_place_any_more(session: Session, settings: Settings) -> None:
    place = keeps(session, settings)
    town.call(session, "again", at=AT + timedelta(minutes=5))
    leaves_his_question(session, "again", at=AT + timedelta(minutes=6))
    places.tidy(session, settings=settings, at=AT + timedelta(minutes=7))
    assert (place.over, place.callback.state) == (Over.MESSAGE, State.VOID)


def test_who_needs_it_no_more_is_rung_by_nobody(session: Session, settings: Settings) -> None:
    place = keeps(session, settings)
    endings.end_attempt(session, rung(session, settings), outcome=callbacks.REFUSED, settings=settings, at=AT)
    assert (place.over, session.scalars(select(MissedCaller)).all()) == (Over.REFUSED, [])


def test_who_rings_again_goes_before_who_rang_in_vain_and_behind_who_needs_it(session: Session, settings: Settings) -> None:
    keeps(session, settings)
    holds = rules.load(session, settings=settings, at=AT)
    assert rules.receive(holds, caller=CALLER, dialled="96128", at=AT).rank == Rank.PLACE
    assert Rank.MISSED < Rank.PLACE < Rank.SKILL
    assert rules.receive(holds, caller="13900000009", dialled="96128", at=AT).rank == Rank.USUAL


def test_whom_an_operator_spoke_with_when_his_place_came_is_rung_for_nothing_else(session: Session, settings: Settings) -> None:
    waits(session, "in vain", at=AT - timedelta(minutes=30))
    endings.end_call(session, "in vain", settings=settings, at=AT - timedelta(minutes=29))
    missed.gather(session, settings=settings, at=AT)
    keeps(session, settings)
    out = session.get_one(Call, rung(session, settings).call_id)
    desk.answered(session, out.id, town.somebody(session, Role.OPERATOR, extension="8001"), at=AT + timedelta(minutes=12))
    session.flush()
    assert [over for _, over in missed.came_through(session)] == [missed.Over.CAME_THROUGH]


@pytest.mark.parametrize("queues", [True, False])
def test_who_rings_again_takes_his_place_over_once_he_waits(session: Session, settings: Settings, queues: bool) -> None:
    place = keeps(session, settings)
    assert places.numbers(session) == {CALLER}
    again = town.call(session, "again", at=AT + timedelta(minutes=5))
    if queues:
        calls.queue(session, again, at=AT + timedelta(minutes=5))
    places.tidy(session, settings=settings, at=AT + timedelta(minutes=6))
    assert (place.over, place.callback.state) == ((Over.TAKEN_OVER, State.VOID) if queues else ("", State.DUE))


def test_whose_turn_does_not_come_is_owed_a_call_by_an_operator(session: Session, settings: Settings) -> None:
    place = keeps(session, settings)
    assert places.tidy(session, settings=settings, at=AT + timedelta(minutes=60)) == 0
    assert places.tidy(session, settings=settings, at=AT + timedelta(minutes=122)) == 1
    assert (place.over, session.scalars(select(MissedCaller.number)).all()) == (Over.EXPIRED, [CALLER])


def test_a_worker_that_died_loses_no_place(session: Session, settings: Settings) -> None:
    place = keeps(session, settings)
    assert claimed(session, settings) is place
    callbacks.release(session, at=AT + timedelta(minutes=16))
    session.expire_all()
    attempt = rung(session, settings, after=17)
    assert callbacks.stranded(session, at=AT + timedelta(minutes=23)) == [attempt]
    assert callbacks.claim(session, settings=settings, at=AT + timedelta(minutes=17)) is None, "it is no reply to a ticket"


ROWS: list[Row] = [
    {"Event": "QueueMember", "Queue": "hotline", "Location": "PJSIP/8001", "Paused": "0", "Status": "1"},
    {"Event": "QueueMember", "Queue": "hotline", "Location": "PJSIP/8002", "Paused": "1", "Status": "1"},
    {"Event": "QueueMember", "Queue": "hotline", "Location": "PJSIP/8003", "Paused": "0", "Status": "2"},
    {"Event": "QueueMember", "Queue": "hotline-elderly", "Location": "PJSIP/8001", "Paused": "0", "Status": "1"},
    {"Event": "QueueEntry", "Queue": "hotline", "Uniqueid": "led.1", "Wait": "3", "Priority": "6"},
    {"Event": "QueueEntry", "Queue": "hotline", "Uniqueid": "new.1", "Wait": "30"},
]  # fmt: skip


def test_the_exchange_tells_who_waits_since_when_and_who_is_free(session: Session) -> None:
    waits(session, uniqueid="led.1")
    at = AT + timedelta(minutes=1)
    assert line_of(session, ROWS, queue="hotline", at=at) == Line(
        (Waiting(6, AT), Waiting(0, at - timedelta(seconds=30))), free=1)  # fmt: skip


def member(counts: int, status: str = "1", paused: str = "0") -> Row:
    return {"Event": "QueueMember", "Queue": "hotline", "Paused": paused, "Status": status, "Penalty": str(counts)}


@pytest.mark.parametrize(
    ("members", "free"),
    [
        ([member(ORDINARY, "2"), member(HELD)], 0),  # whoever came now would wait for those in reserve as others do
        ([member(ORDINARY, paused="1"), member(HELD)], 0),
        ([member(ORDINARY), member(HELD)], 1),
        ([member(ORDINARY, "2"), member(CALLED_IN)], 1),  # too many wait
        ([member(ORDINARY, "5"), member(HELD), member(HELD)], 2),  # nobody else is there
        ([member(HELD, "2"), member(HELD)], 1),
    ],
)  # fmt: skip
def test_operators_in_reserve_are_free_for_who_is_rung_only_when_he_reaches_them(session: Session, members: list[Row], free: int) -> None:
    assert line_of(session, members, queue="hotline", at=AT) == Line(free=free)


OLD = {"Queue": "hotline-elderly", "Location": "PJSIP/8009", "Penalty": str(ORDINARY)}


@pytest.mark.parametrize(
    ("rows", "skilled"),
    [
        ([member(ORDINARY, "2"), member(HELD) | {"Location": "PJSIP/8009"}, member(ORDINARY) | OLD], {"elderly": 1}),
        ([member(ORDINARY, "2"), member(HELD) | {"Location": "PJSIP/8009"}, member(ORDINARY, "2") | OLD], {}),
        ([member(ORDINARY, "2"), member(HELD) | {"Location": "PJSIP/8009"}, member(ORDINARY) | OLD, ROWS[4] | {"Queue": "hotline-elderly"}], {}),
        ([member(ORDINARY) | {"Location": "PJSIP/8009"}, member(ORDINARY) | OLD], {}),  # he is free for all
    ],
)  # fmt: skip
def test_one_in_reserve_is_free_for_who_needs_what_he_can_do(session: Session, rows: list[Row], skilled: dict[str, int]) -> None:
    assert line_of(session, rows, queue="hotline", at=AT).skilled == skilled


@pytest.mark.parametrize("asked", [True, False])
def test_the_worker_rings_whose_turn_it_is_and_nobody_while_the_exchange_says_nothing(database: Database, settings: Settings, asked: bool) -> None:
    with database.writing() as session:
        keeps(session, settings)
    called: list[tuple[str, str]] = []
    keeper = PlaceKeeper(settings, database, lambda: ROWS[:4] if asked else None, Taken, lambda attempt, place: called.append((attempt.call_id, place.number)))
    with time_machine.travel(AT + timedelta(minutes=5), tick=False):
        keeper.work()
        keeper.work()
    assert [number for _, number in called] == ([CALLER] if asked else [])
    with database.reading() as session:
        assert session.scalars(select(Callback.state)).one() == (State.DIALLING if asked else State.DUE)
