"""Call-backs: at sensible hours, claimed once, never two at a time, at most three attempts, told by whom they should be."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ami_listener.handlers import handle, hung_up
from ami_listener.messages import Dialled, HungUp
from dispatch.callbacks import callbacks
from dispatch.callbacks.callbacks import LEASE, TOLD, Attempt, Callback, State
from dispatch.calls import calls
from dispatch.calls.calls import Call, Step
from dispatch.line import flags
from dispatch.line.flags import Skill
from dispatch.tickets import referrals
from dispatch.tickets.states import State as Life
from hotline.calendar.hours import next_sensible, read_hours
from hotline.database import Database
from hotline.settings import Settings
from hotline.telling import sms
from hotline.telling.outbox import Delivery
from hotline.times import local
from hotline.voice.orders import SpeechOrder
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALLER, later

AFTERNOON = later(hours=3)  # 15:00 in Yuxi, an hour at which one may ring


def owed(session: Session, settings: Settings, *, number: str = CALLER, **of: object) -> Callback:
    row = town.ticket(session, settings, code="", contact=number)
    row.reply = "请携带身份证到派出所办理。"
    callback = callbacks.owe_callback(session, row, settings=settings, at=NOON)
    for name, value in of.items():
        setattr(callback, name, value)
    session.flush()
    return callback


def claim(session: Session, settings: Settings, at: datetime = AFTERNOON) -> Callback | None:
    found = callbacks.claim(session, settings=settings, at=at)
    session.flush()
    return found


def dialled(session: Session, settings: Settings, callback: Callback, at: datetime = AFTERNOON) -> Attempt:
    assert claim(session, settings, at) is callback
    attempt = callbacks.dial(session, callback, call_id=f"call-{callback.attempts}", at=at)
    session.flush()
    return attempt


@pytest.mark.parametrize(
    ("at", "rung"),
    [
        ("2026-11-23T08:00", "2026-11-23T09:00"),
        ("2026-11-23T09:00", "2026-11-23T09:00"),
        ("2026-11-23T11:29", "2026-11-23T11:29"),
        ("2026-11-23T11:30", "2026-11-23T14:30"),
        ("2026-11-23T12:00", "2026-11-23T14:30"),
        ("2026-11-23T19:59", "2026-11-23T19:59"),
        ("2026-11-23T20:00", "2026-11-24T09:00"),
        ("2026-11-23T23:59", "2026-11-24T09:00"),
    ],
)
def test_nobody_is_rung_early_at_rest_or_late(at: str, rung: str, settings: Settings) -> None:
    found = next_sensible(datetime.fromisoformat(at + "+08:00").astimezone(UTC), read_hours(settings.callback_hours))
    assert local(found).isoformat() == rung + ":00+08:00"


def test_hours_of_some_days_of_the_week_lead_to_the_next_of_them() -> None:
    found = next_sensible(NOON, read_hours("6 10:00-11:00"))
    assert local(found).isoformat() == "2026-11-28T10:00:00+08:00"


def test_who_sits_behind_a_switchboard_is_rung_by_a_person(session: Session, settings: Settings) -> None:
    owed(session, settings, number="08772012345转801")
    assert claim(session, settings) is None
    assert owed(session, settings, number="08772012345").by_person is False


@pytest.mark.parametrize(("skill", "rings"), [(Skill.ELDERLY, False), (Skill.DIALECT, False), (None, True)])
def test_who_is_spared_the_machine_is_rung_by_a_person_too(session: Session, settings: Settings, skill: Skill | None, rings: bool) -> None:
    flags.flag(session, CALLER, skill, reason="八十岁", by="op", at=NOON)
    row = owed(session, settings)
    assert (row.by_person, claim(session, settings) is row) == (not rings, rings)


def test_a_reply_is_ordered_from_the_voice_when_the_call_is_owed(session: Session, settings: Settings) -> None:
    owed(session, settings)
    assert [(o.text, o.urgent) for o in session.scalars(select(SpeechOrder))] == [("请携带身份证到派出所办理。", True)]


@pytest.mark.parametrize("why", ["it can", "no gateway", "not registered", "secrecy", "landline", "switched off"])
def test_a_short_message_goes_ahead_where_it_can(session: Session, settings: Settings, why: str) -> None:
    gateway = {"sms_gateway": "" if why == "no gateway" else "https://sms.example", "callback_message_minutes": 0 if why == "switched off" else 10}
    settings = settings.model_copy(update=gateway | {"trunk_shown": "08772096128"})
    if why != "not registered":
        sms.register(session, sms.AHEAD, text=sms.TEXTS[sms.AHEAD], registered_id="T7", by="boss", at=NOON)
    row = town.ticket(session, settings, code="", contact="08772012345" if why == "landline" else CALLER, confidential=why == "secrecy")
    callback = callbacks.owe_callback(session, row, settings=settings, at=AFTERNOON)
    values = [letter.values for letter in session.scalars(select(Delivery).where(Delivery.template == sms.AHEAD))]
    if why == "it can":
        assert callback.due_at == AFTERNOON + timedelta(minutes=10)
        assert values == [{"time": "11月23日15:10", "number": "08772096128"}]
    else:
        assert (callback.due_at, values) == (AFTERNOON, [])


def test_a_call_back_is_claimed_when_it_is_due_and_not_before(session: Session, settings: Settings) -> None:
    callback = owed(session, settings, due_at=AFTERNOON)
    assert claim(session, settings, AFTERNOON - timedelta(seconds=1)) is None
    assert claim(session, settings, AFTERNOON) is callback
    assert (callback.state, callback.token, callback.lease_until) == (State.CLAIMED, 1, AFTERNOON + LEASE)
    assert claim(session, settings, AFTERNOON) is None


def test_nothing_is_claimed_at_an_hour_when_nobody_is_rung(session: Session, settings: Settings) -> None:
    owed(session, settings, due_at=NOON)
    assert claim(session, settings, NOON) is None


def test_who_is_on_the_line_to_us_is_not_rung_meanwhile(session: Session, settings: Settings) -> None:
    callback = owed(session, settings)
    rings = town.call(session, "meanwhile", at=AFTERNOON - timedelta(minutes=5))
    assert not callbacks.waits(session, settings=settings, at=AFTERNOON)
    assert claim(session, settings) is None
    rings.ended_at = AFTERNOON
    session.flush()
    assert claim(session, settings) is callback


@pytest.mark.parametrize(("cause", "outcome"), [(17, "busy"), (34, "line_fault"), (38, "line_fault")])
@pytest.mark.parametrize("hangup_first", [True, False])
def test_a_busy_telephone_or_a_carrier_that_is_away_uses_up_no_attempt(
    session: Session, settings: Settings, cause: int, outcome: str, hangup_first: bool
) -> None:
    """A refusal is told as failure 0 and by the hang-up's cause, in either order (streams/handed_on.ami)."""
    callback = owed(session, settings)
    for day in range(callbacks.MOST_SPARED["busy"]):
        at = AFTERNOON + timedelta(days=day)
        assert claim(session, settings, at) is callback
        attempt = callbacks.place(session, callback, settings=settings, at=at)
        session.flush()
        refused = Dialled(attempt.id, success=False, reason="0")
        if not hangup_first:
            assert handle(session, refused, settings=settings, at=at) == []
        hung_up(session, [(HungUp(attempt.call_id, attempt.id, own=True, cause=cause), at)], settings=settings)
        handle(session, refused, settings=settings, at=at)
        assert (attempt.outcome, callback.state, callback.attempts) == (outcome, State.DUE, 0)
        assert session.get_one(Call, attempt.call_id).ended_at == at


def test_who_is_always_busy_is_not_rung_for_ever(session: Session, settings: Settings) -> None:
    callback = owed(session, settings)
    for day in range(callbacks.MOST_SPARED["busy"] + 1):
        attempt = dialled(session, settings, callback, AFTERNOON + timedelta(days=day))
        callbacks.settle(session, attempt, outcome="busy", settings=settings, at=AFTERNOON + timedelta(days=day))
    assert callback.attempts == 1


def test_who_hangs_up_in_the_midst_was_rung_whatever_the_cause(session: Session, settings: Settings) -> None:
    callback = owed(session, settings)
    assert claim(session, settings, AFTERNOON) is callback
    attempt = callbacks.place(session, callback, settings=settings, at=AFTERNOON)
    calls.note(session, attempt.call_id, Step.MENU, at=AFTERNOON)
    hung_up(session, [(HungUp(attempt.call_id, attempt.id, own=True, cause=38), AFTERNOON)], settings=settings)
    assert (attempt.outcome, callback.attempts) == ("broken_off", 1)


def test_what_is_due_longest_is_claimed_first(session: Session, settings: Settings) -> None:
    second = owed(session, settings, number="13800000002", due_at=later(hours=2))
    first = owed(session, settings, number="13800000001", due_at=later(hours=1))
    assert [claim(session, settings), claim(session, settings)] == [first, second]


def test_a_personal_reply_is_never_claimed_by_the_machine(session: Session, settings: Settings) -> None:
    owed(session, settings, by_person=True)
    assert claim(session, settings) is None


def test_one_telephone_is_never_rung_for_two_matters_at_a_time(session: Session, settings: Settings) -> None:
    first, second = owed(session, settings), owed(session, settings)
    attempt = dialled(session, settings, first)
    assert claim(session, settings) is None, "we are ringing there already"
    callbacks.settle(session, attempt, outcome=TOLD, settings=settings, at=AFTERNOON)
    assert claim(session, settings) is second


@pytest.mark.parametrize("same", [False, True])
def test_among_eight_claimants_each_call_back_falls_to_one(database: Database, settings: Settings, same: bool) -> None:
    settings = settings.model_copy(update={"callbacks_at_once": 8})
    with database.writing() as session:
        made = {owed(session, settings, number=f"1380000000{0 if same else n}").id for n in range(5)}

    def work() -> int | None:
        with database.writing() as session:
            found = callbacks.claim(session, settings=settings, at=AFTERNOON)
            return found.id if found else None

    claimed = [one for one in town.at_once(work) if one is not None]
    assert len(claimed) == len(set(claimed)) == (1 if same else 5)
    assert set(claimed) <= made
    with database.reading() as session:
        rows = session.scalars(select(Callback).where(Callback.state == State.CLAIMED)).all()
        assert sorted((row.id, row.token) for row in rows) == sorted((one, 1) for one in claimed)


def test_a_claim_whose_holder_died_is_released_and_the_next_one_fences_him(session: Session, settings: Settings) -> None:
    callback = owed(session, settings)
    assert claim(session, settings) is callback
    assert callbacks.release(session, at=AFTERNOON + LEASE) == 0, "the lease still holds"
    assert callbacks.release(session, at=AFTERNOON + LEASE + timedelta(seconds=1)) == 1
    assert claim(session, settings, AFTERNOON + LEASE * 2) is callback
    assert callback.token == 2


def test_an_attempt_that_nobody_finished_is_stranded_when_its_lease_is_over(session: Session, settings: Settings) -> None:
    callback = owed(session, settings)
    attempt = dialled(session, settings, callback)
    assert callbacks.stranded(session, at=AFTERNOON + LEASE) == []
    assert callbacks.release(session, at=AFTERNOON + LEASE * 2) == 0, "what was dialled is not dialled again unnoticed"
    assert callbacks.stranded(session, at=AFTERNOON + LEASE * 2) == [attempt]
    callbacks.settle(session, attempt, outcome="in_doubt", settings=settings, at=AFTERNOON + LEASE * 2)
    assert (callback.state, callback.attempts) == (State.DUE, 1)
    assert callbacks.stranded(session, at=AFTERNOON + LEASE * 3) == []


def test_who_did_not_answer_is_tried_again_an_hour_later(session: Session, settings: Settings) -> None:
    callback = owed(session, settings)
    callbacks.settle(session, dialled(session, settings, callback), outcome="no_answer", settings=settings, at=AFTERNOON)
    assert (callback.state, callback.due_at, callback.lease_until) == (State.DUE, AFTERNOON + timedelta(hours=1), None)


def test_a_try_that_would_fall_into_the_night_waits_for_the_morning(session: Session, settings: Settings) -> None:
    callback = owed(session, settings)
    evening = later(hours=7, minutes=30)  # 19:30
    callbacks.settle(session, dialled(session, settings, callback, evening), outcome="no_answer", settings=settings, at=evening)
    assert local(callback.due_at).isoformat() == "2026-11-24T09:00:00+08:00"


def test_three_attempts_are_made_and_no_fourth(session: Session, settings: Settings) -> None:
    callback = owed(session, settings)
    for day in range(3):
        at = AFTERNOON + timedelta(days=day)
        assert callback.state == State.DUE
        callbacks.settle(session, dialled(session, settings, callback, at), outcome="no_answer", settings=settings, at=at)
    assert (callback.state, callback.attempts) == (State.GIVEN_UP, 3)
    assert claim(session, settings, AFTERNOON + timedelta(days=4)) is None


def test_what_was_told_is_over(session: Session, settings: Settings) -> None:
    callback = owed(session, settings)
    callbacks.settle(session, dialled(session, settings, callback), outcome=TOLD, settings=settings, at=AFTERNOON)
    assert callback.state == State.DONE
    assert claim(session, settings, AFTERNOON + timedelta(days=1)) is None


def test_an_attempt_ends_once_whatever_is_heard_of_it_later(session: Session, settings: Settings) -> None:
    callback = owed(session, settings)
    attempt = dialled(session, settings, callback)
    for outcome in (TOLD, "no_answer", "in_doubt"):
        callbacks.settle(session, attempt, outcome=outcome, settings=settings, at=AFTERNOON)
    assert (attempt.outcome, callback.state) == (TOLD, State.DONE)


@pytest.mark.parametrize("grade", [None, 1, 5])
def test_that_he_is_going_to_be_rung_is_told_no_more_once_he_has_heard_his_reply(session: Session, settings: Settings, grade: int | None) -> None:
    row = town.put(session, town.ticket(session, settings, code=""), Life.TO_CALL_BACK)
    sms.owe(session, sms.AHEAD, CALLER, {"time": "15:10", "number": "96128"}, NOON, key="a", about=("ticket", row.number), urgent=True)
    referrals.told(session, row, grade=grade, settings=settings, at=AFTERNOON)
    assert session.scalars(select(Delivery.state).where(Delivery.topic == sms.AHEAD)).all() == ["void"]
